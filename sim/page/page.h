/*
 * The page for administrators: what failures do to a cluster, asked of nothing but its
 * configuration. What it says does not depend on the time or the machine.
 */
#ifndef SIM_EXPLORE_PAGE_H
#define SIM_EXPLORE_PAGE_H

#include <stdio.h>

#include "sim/page/orders.h"
#include "sim/page/settings.h"
#include "sim/page/survive.h"
#include "sim/page/ways.h"

struct page {
	const char *path; /* of the configuration */
	const struct scenario *scenario;
	const char *refusal; /* corosync would not start, in its words; then all below is empty; NULL: it does */
	uint32_t refused;    /* the node */
	struct settings settings;
	struct classes classes;
	struct survive survive;
	struct survive with_device; /* the same with a quorum device that works; empty unless there is one */
	struct ways ways;
	struct orders orders; /* empty unless options->interleavings asked for it */
	char **files;         /* by way: the scenario written for it, or NULL; owned; NULL: none were written */
};

/* scenario: its cluster, totem and network count; it and path must outlive the page. */
void page_make(struct page *page, const struct scenario *scenario, const char *path,
	       const struct explore_options *options);
void page_free(struct page *page);
/* Ways that are not mere losses of quorum: defects, else hazards. */
uint32_t page_count(const struct page *page, bool defects);
/* A way as exploration would have found it; what it points to is the page's. */
struct explore_finding page_finding(const struct way *way);

struct page_look {
	bool colours;
	uint32_t ways_max; /* told of each kind; 0: all */
};
/* At most 100 columns. */
void page_print(const struct page *page, const struct page_look *look, FILE *file);
/* What is different between two. */
void page_compare(const struct page *a, const struct page *b, const struct page_look *look, FILE *file);
/* One line of JSON for programs. */
void page_json(const struct page *page, FILE *file);

#endif
