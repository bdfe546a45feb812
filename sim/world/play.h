/*
 * For tests: a scenario from text, the world it runs in, and all that was seen.
 *
 * Every observation is kept as a copy, so that a test runs first and asks later.
 */
#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include "sim/trace.h"
#include "sim/world/world.h"

#define ANY UINT32_MAX

/* What most scenarios of tests begin with. */
#define CLUSTER(nodes) "scenario: t\ncluster: {nodes: " #nodes "}\n"
#define STEPS "steps:\n"
#define STEP(text) "  - " text "\n"

struct play {
	struct scenario_set set;
	const struct scenario *scenario;
	struct world *world;
	struct trace trace; /* keeps its text */
	struct observation *seen;
	uint32_t count, room;
	void **owned; /* what the copies point to */
	uint32_t owned_count, owned_room;
};

/* Fails the test, with the reader's message, when the text is no scenario. */
void play_read(struct play *play, const char *text);
/* Read, and a world that waits for its first step; trace_all: every kind of observation. */
void play_open(struct play *play, const char *text, struct choice choice, uint64_t seed, bool trace_all);
/* Open as the plain run, seeing everything, and run to the end. */
void play_run(struct play *play, const char *text);
void play_close(struct play *play);

/* Advance until this has been seen once more. False: the run ended before. */
bool play_until(struct play *play, enum observation_kind kind, uint32_t node);
/* Advance until a step begins, or the run ends. */
void play_until_step(struct play *play, uint32_t step);

/* The next such observation from position *at on, which moves behind it; NULL: none is left. */
const struct observation *play_next(const struct play *play, uint32_t *at, enum observation_kind kind, uint32_t node);
uint32_t play_number(const struct play *play, enum observation_kind kind, uint32_t node);
/* The n-th (from 0); fails the test when there are fewer. */
const struct observation *play_nth(const struct play *play, enum observation_kind kind, uint32_t node, uint32_t n);
const struct observation *play_last(const struct play *play, enum observation_kind kind, uint32_t node);
/* The reply that a step's call got; fails the test when it got none, or several. */
const struct observation *play_reply(const struct play *play, uint32_t client, enum verb verb, uint32_t n);
/* Of the nth step's begin. */
uint64_t play_step_ns(const struct play *play, uint32_t step);
/* The members of the ring that a node installed n-th, as digits: "134"; ids below 10. */
const char *play_ring(const struct play *play, uint32_t node, uint32_t n);

#endif
