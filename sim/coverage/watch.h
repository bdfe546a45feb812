/*
 * Which cells a run fills, seen from its observations alone.
 *
 * A tracker meets an event with the flags of its last trackstart that was answered OK,
 * and takes it with the dispatch that it is in, or makes next.
 */
#ifndef SIM_COVERAGE_WATCH_H
#define SIM_COVERAGE_WATCH_H

#include "sim/world/observe.h"

struct coverage_watch;

/* scenario outlives it. */
struct coverage_watch *coverage_watch_create(const struct scenario *scenario);
/* ctx: the watch. */
void coverage_observe(void *ctx, const struct world_view *view, const struct observation *observation);
/* How often each cell of the tables was filled, of rules and history none; owned by the caller. Frees the watch. */
uint32_t *coverage_watch_finish(struct coverage_watch *watch);

#endif
