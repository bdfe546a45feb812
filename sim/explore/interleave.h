/*
 * All the ways in which one event can go. Nearly everything that a run is free to choose
 * (whose message comes next, who moves with whom, when rings meet, whose turn comes late)
 * falls in a usual way: messages go round each ring, all else falls to the lowest. The
 * first run is the usual one, then come those that depart from it in one place, in two,
 * and so on, until there are no more or the budget is used up.
 *
 * Where something is asked a run stands at a fork. A run that comes to a fork where another
 * was before, which departed in no more places, ends there: what follows is known from
 * that one. Forks are the same when what can still come is the same
 * (world_hash_under_way()), and either both or neither had a breach on the way.
 */
#ifndef SIM_EXPLORE_INTERLEAVE_H
#define SIM_EXPLORE_INTERLEAVE_H

#include "sim/explore/snapshot.h"

/* Departures of a run: how many, then each as question << 8 | picked; questions are counted
 * from where the event begins. NULL: the usual run. */
#define INTERLEAVE_DEPARTURES_MAX 255u

struct interleaver;

struct interleaver *interleaver_create(void);
void interleaver_destroy(struct interleaver *interleaver);
/* What the world is to ask. */
struct choice interleaver_choice(struct interleaver *interleaver);

/* Another event is to go all its ways, by `budget` runs at most: the script's step `step`, which begins
 * where `start` is. Both must outlive that. */
void interleaver_begin(struct interleaver *interleaver, const struct ground *ground, const struct snapshot *start,
		       uint32_t step, uint32_t budget);
/* For tests: take forks for the same by so many bits of their hashes, 1 to 128 (default). */
void interleaver_trust(struct interleaver *interleaver, uint32_t bits);
/* The next run is to come. False: there are no more, or the budget is used up. */
bool interleaver_next(struct interleaver *interleaver);
/* Make it, from where it departs. breached: there was a breach on its way; who watches sets it when one
 * comes. False: from somewhere on it goes as another did; true: the step is over. */
bool interleaver_run(struct interleaver *interleaver, bool *breached);
/* Of the run under way; valid until the next. */
const uint32_t *interleaver_departures(const struct interleaver *interleaver);

struct interleaved { /* what was done of an event */
	uint64_t runs;
	uint64_t dropped;  /* runs that are known to be missing; there may be more behind them */
	uint64_t forks;    /* different ones */
	uint64_t ways;     /* that the runs stand for, UINT64_MAX: that many or more; of a cut event those known */
	uint32_t complete; /* all with so many departures were made; UINT32_MAX: all there are */
};
struct interleaved interleaver_done(const struct interleaver *interleaver);

/* The event that comes now goes this way. */
void interleaver_follow(struct interleaver *interleaver, const uint32_t *departures);
/* All that departed since the interleaver was made, by kind and number, as a scenario has it;
 * it must have followed one way from the world's beginning. Owned by the interleaver. */
const struct choice_made *interleaver_made(struct interleaver *interleaver, uint32_t *count);

#endif
