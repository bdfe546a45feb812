/* Scalars as they are written: as the author wrote them where that is as good as any. */
#ifndef SIM_FMT_SCALAR_H
#define SIM_FMT_SCALAR_H

#include "sim/fmt/lines.h"

/* Nothing is written and nothing is meant. */
bool scalar_is_empty(const struct node *node);
/* In one line; between brackets `in_flow`. false: it cannot be so written. */
bool scalar_in_line(const struct node *node, bool in_flow, struct text *to);
/* Onto the last line and lines below it, indented; of a block scalar the content is. `header`: a comment behind
 * a block scalar's header, or NULL. */
void scalar_in_lines(const struct node *node, struct lines *lines, uint32_t indent, const struct comment *header);

#endif
