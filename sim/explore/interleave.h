/*
 * All the ways in which one event can go. Nearly everything that a run is free to choose
 * (whose message comes next, who moves with whom, when rings meet, whose turn comes late)
 * falls in a usual way: messages go round each ring, all else falls to the lowest. The
 * first run is the usual one, then come those that depart from it in one place, in two,
 * and so on, until there are no more or the budget is used up.
 *
 * A run that comes to where another was before, which departed in no more places, ends
 * there: what follows is known from that one.
 */
#ifndef SIM_EXPLORE_INTERLEAVE_H
#define SIM_EXPLORE_INTERLEAVE_H

#include "sim/world/world.h"

/* Departures of a run: how many, then each as question << 8 | picked; questions are counted
 * from where the event begins. NULL: the usual run. */
#define INTERLEAVE_DEPARTURES_MAX 255u

struct interleaver;

struct interleaver *interleaver_create(void);
void interleaver_destroy(struct interleaver *interleaver);
/* What the world is to ask. */
struct choice interleaver_choice(struct interleaver *interleaver);

/* Another event is to go all its ways, by `budget` runs at most. */
void interleaver_begin(struct interleaver *interleaver, uint32_t budget);
/* The next run is to come. False: there are no more, or the budget is used up. */
bool interleaver_next(struct interleaver *interleaver);
/* After each advance of the run's world. False: from here on it goes as another did. */
bool interleaver_goes_on(struct interleaver *interleaver, const struct world *world);
/* Of the run under way; valid until the next. */
const uint32_t *interleaver_departures(const struct interleaver *interleaver);

struct interleaved { /* what was done of an event */
	uint64_t runs;
	uint64_t dropped;  /* runs that are known to be missing; there may be more behind them */
	uint32_t complete; /* all with so many departures were made; UINT32_MAX: all there are */
};
struct interleaved interleaver_done(const struct interleaver *interleaver);

/* The event that comes now goes this way. */
void interleaver_follow(struct interleaver *interleaver, const uint32_t *departures);
/* All that departed since the interleaver was made, by kind and number, as a scenario has it;
 * it must have followed one way from the world's beginning. Owned by the interleaver. */
const struct choice_made *interleaver_made(struct interleaver *interleaver, uint32_t *count);

#endif
