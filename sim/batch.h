/*
 * Many runs on several threads. Results come out in the order of the scenarios,
 * whatever thread ran them, so that -j changes no byte of any output.
 */
#ifndef SIM_BATCH_H
#define SIM_BATCH_H

#include "sim/run.h"

struct batch {
	const struct scenario *const *scenarios;
	uint32_t count;
	uint32_t jobs; /* threads; >= 1 */
	struct run_options options;
	/* Called in order, from one thread at a time. The result is freed after it, unless it was taken. */
	void (*done)(void *ctx, struct run_result *result);
	/* Called as runs end, in any order; may be NULL. */
	void (*progress)(void *ctx, uint32_t ended, uint32_t count);
	void *ctx;
};

void batch_run(const struct batch *batch);

#endif
