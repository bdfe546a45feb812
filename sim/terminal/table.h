/*
 * A run as a table that a person can follow at a terminal (`votesim run -v`): a column
 * for each node, a line for each moment at which something changed, the steps and what
 * clients are told between them, and each failure and hazard where it was found. Rings
 * of two or more nodes bear letters, in the order in which they form.
 * Where the columns do not fit, a line lists the rings instead, with their members.
 */
#ifndef SIM_TABLE_H
#define SIM_TABLE_H

#include <stdio.h>

#include "sim/check/check.h"
#include "sim/world/observe.h"

#define TABLE_WIDTH_MIN 40u

struct table;

/* width: columns of the terminal, TABLE_WIDTH_MIN or more. The scenario must outlive it. */
struct table *table_create(const struct scenario *scenario, uint32_t width, bool colour);
/* An observer; ctx is the table. */
void table_observe(void *ctx, const struct world_view *view, const struct observation *observation);
/* What was judged of the last observation: it stands where it came. */
void table_verdict(struct table *table, const struct verdict *verdict);
/* The text, to be freed by the caller; the table is gone. */
char *table_finish(struct table *table, size_t *size);

#endif
