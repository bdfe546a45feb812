/*
 * One run under the judge, for programs that run very many: what was found, told apart
 * by what makes two findings the same.
 */
#ifndef SIM_EXPLORE_FIND_H
#define SIM_EXPLORE_FIND_H

#include "sim/check/check.h"
#include "sim/explore/why.h"
#include "sim/world/world.h"

enum found_kind {
	FOUND_BREACH = 1,  /* of a rule: a defect */
	FOUND_HAZARD,      /* likewise, where the manual admits it */
	FOUND_NO_QUORUM,   /* quorum was expected of a node, and why says why it has none */
	FOUND_EXPECTATION, /* something else was expected */
	FOUND_RESTLESS,    /* the cluster does not come to rest */
};

struct found {
	uint32_t kind;
	uint32_t rule;   /* breach, hazard; else UINT32_MAX */
	uint32_t hazard; /* its number, 0: none */
	uint32_t why;    /* enum why */
	struct verdict verdict;
	char reason[WHY_TEXT]; /* of why */
};

/* The same in other clothes? Numbers in the words of expectations do not count. */
bool found_same(const struct found *a, const struct found *b);
/* Is it a defect, not one of the things that the manual, the configuration or a client explains? */
bool found_is_defect(const struct found *found);

struct find_totals {
	uint64_t events, callbacks, virtual_ns;
	uint64_t *exercised; /* by rule; may be NULL */
};

typedef void find_report(void *ctx, const struct found *found);

struct finder; /* memory that runs share */
struct finder *finder_open(void);
void finder_close(struct finder *finder);
/* Run to the end; each finding is told as it comes. totals (may be NULL) is added to. */
void find(struct finder *finder, const struct scenario *scenario, struct choice choice, uint64_t seed,
	  find_report *report, void *ctx, struct find_totals *totals);

#endif
