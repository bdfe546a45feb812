/*
 * Walkers at work: threads that expand blocks of states, and one who takes what they
 * bring in the order of the states. So the order of work shows nowhere.
 */
#ifndef SIM_EXPLORE_CREW_H
#define SIM_EXPLORE_CREW_H

#include "sim/explore/states.h"
#include "sim/explore/walker.h"

struct crew {
	const struct scenario *scenario;
	const struct explore_options *options;
	const struct events *events;
	const struct states *states; /* those in the range do not change meanwhile */
	/* Takes what came of a block of states, in order. False: that was enough. */
	bool (*take)(void *ctx, const struct expansion *expansion, uint64_t first, uint64_t count);
	void *ctx;
	struct walker **walkers; /* options->jobs of them at most */
	uint32_t jobs;
};

struct long_way { /* memory of a way */
	uint32_t events[EXPLORE_DEPTH_MAX];
	const uint32_t *departures[EXPLORE_DEPTH_MAX];
};
/* The way to a state. */
struct way way_to(struct long_way *way, const struct states *states, uint32_t state);

void crew_open(struct crew *crew);
void crew_close(struct crew *crew);
/* Expand one state, in the calling thread. */
void crew_expand_one(const struct crew *crew, uint64_t state, struct expansion *expansion);
/* Expand states first to end - 1. */
void crew_expand(struct crew *crew, uint64_t first, uint64_t end);

#endif
