/*
 * Scenarios out of random numbers, for the random search: a story of faults and of what
 * clients do, then an end of all faults, after which the cluster must come to rest and
 * to quorum.
 *
 * Each run draws first what it uses at all (which faults, which calls, which hurry,
 * which choices, how large), then draws from that: runs that use few things get deeper
 * into them than runs that use everything (Groce and others, Swarm Testing, 2012).
 */
#ifndef SIM_EXPLORE_DRAW_H
#define SIM_EXPLORE_DRAW_H

#include "sim/world/choice.h"
#include "sim/scenario/scenario.h"

#define DRAW_NODES_MAX 32u
#define DRAW_EVENTS_MAX 200u

struct draw_options {
	const struct scenario *base;   /* its cluster, totem and network; NULL: those are drawn, too */
	uint32_t nodes_min, nodes_max; /* without a base; 1 .. DRAW_NODES_MAX */
	bool no_administrator;         /* no reloads, setexpected, setvotes, cancel_wait_for_all */
	bool wild; /* any keys together, any votes, quirks off, messages that are never sent: little of it is usual */
	uint32_t events_max; /* faults and calls at most; 1 .. DRAW_EVENTS_MAX */
};

struct drawn {
	struct scenario scenario; /* plain data in the memory of the draw, as are all names in it */
	uint64_t seed;            /* of its world */
	struct choice_rates rates;
	uint32_t faults_end; /* the first step of the end of all faults; the last step expects quorum everywhere */
};

struct draw;

/* The options and the base must outlive it. */
struct draw *draw_open(const struct draw_options *options);
void draw_close(struct draw *draw);
/* Run number `run` of a seed: the same on any machine. Valid until the next one. */
const struct drawn *draw_run(struct draw *draw, uint64_t seed, uint64_t run);
/* Likewise out of a fuzzer's bytes, in place of a seed and a number; what is left of them is for the choices
 * of the run. When they are used up the story ends. */
const struct drawn *draw_from_bytes(struct draw *draw, struct choice_bytes *bytes);

#endif
