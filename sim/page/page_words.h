/*
 * Small pieces of text that the page and the comparison share. What is returned is
 * the caller's to free().
 */
#ifndef SIM_EXPLORE_PAGE_WORDS_H
#define SIM_EXPLORE_PAGE_WORDS_H

#include <stdio.h>

#include "sim/page/page.h"

char *words_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* " alpha", made fit for a terminal. */
void words_name(const char *name, FILE *file);
/* "nodes 1-3 7" */
char *words_nodes(const struct scenario *scenario, const uint32_t *nodes, uint32_t count);
/* "any 2 of 5", "none", "all but one" */
char *words_survived(uint32_t count, uint32_t node_count);
/* "3 | 2" */
char *words_parts(const struct survive_split *split);
/* Who goes on: "the 3", "nobody", ... */
char *words_who(const struct page *page, const struct survive_split *split);
/* The same for several splits that are of one kind. */
char *words_who_of_range(const struct survive_split *split);
bool words_same_kind(const struct survive_split *a, const struct survive_split *b);
/* "; whichever nodes they are; ..." */
char *words_also(const struct way *way);
/* What a breach is: who is quorate, or the judge's words. */
char *words_came(const struct scenario *scenario, const struct way *way);
/* How quorum comes back. */
char *words_back(const struct page *page, const struct way *way);
/* "all of up to 3 events" */
char *words_depth(const struct exploration *exploration);

#endif
