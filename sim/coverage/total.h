/*
 * The cells that many runs fill: how often, and by which scenarios. Runs are added in
 * order, so that the threads that ran them change nothing.
 */
#ifndef SIM_COVERAGE_TOTAL_H
#define SIM_COVERAGE_TOTAL_H

#include "sim/coverage/cells.h"
#include "sim/run.h"

struct coverage_source { /* a scenario, all runs of its matrix */
	const struct scenario *scenario;
	uint32_t run; /* the first, from 0 */
};

struct coverage_total {
	uint32_t runs;
	struct coverage_source *sources; /* owned */
	uint32_t source_count;
	struct coverage_filled {
		uint64_t count;
		uint32_t *sources; /* ascending; owned */
		uint32_t source_count;
	} * cells; /* owned */
};

/* What thresholds are for: each table, and the pairs of the tracking table's axes. */
enum { COVERAGE_PAIRS = COVERAGE_KIND_COUNT, COVERAGE_MEASURES };
extern const char *const coverage_measures[COVERAGE_MEASURES]; /* their names */

struct coverage_share {
	uint32_t filled, never, all;
};

void coverage_total_init(struct coverage_total *total);
void coverage_total_free(struct coverage_total *total);
/* result->coverage must be there; its scenario outlives the total. */
void coverage_total_add(struct coverage_total *total, const struct run_result *result);
struct coverage_share coverage_share(const struct coverage_total *total, uint32_t measure);
/* Of what can be filled; tenths of a per cent, rounded down. */
uint32_t coverage_permille(struct coverage_share share);

#endif
