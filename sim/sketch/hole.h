/*
 * A scenario for one cell of the coverage tables (sim/coverage): the steps that fill it.
 */
#ifndef SIM_SKETCH_HOLE_H
#define SIM_SKETCH_HOLE_H

#include "sim/coverage/cells.h"
#include "sim/sketch/plan.h"

/* What a cell needs, filled into the sketch: nodes, name, flags. 0, or -1: it cannot be filled, see message. */
int hole_complete(struct sketch *sketch, char name[128], char *message, size_t message_size);
/* The steps; sketch: completed. */
void hole_plan(struct plan *plan, const struct sketch *sketch);

#endif
