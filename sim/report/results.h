/*
 * The results of all runs, kept until the last has ended, and what is counted of them.
 */
#ifndef SIM_REPORT_RESULTS_H
#define SIM_REPORT_RESULTS_H

#include "sim/run.h"

struct results {
	struct run_result *runs; /* owned; in the order of the scenarios */
	uint32_t count, room;
	uint32_t files; /* scenario files */
};

struct tally_of_runs {
	uint32_t runs, failed, with_finding, with_hazard, vacuous, inert;
	uint64_t callbacks;
};

/* Takes what the result owns; it is empty afterwards. */
void results_keep(struct results *results, struct run_result *result);
void results_free(struct results *results);

void results_count(struct tally_of_runs *tally, const struct run_result *result);
struct tally_of_runs results_count_all(const struct results *results);

/* The rule's id, or "expectation". */
const char *verdict_id(const struct verdict *verdict);
/* The theme of a scenario: the folder that it lies in ("" for none). size: of the text, with its end. */
void results_theme(const struct scenario *scenario, char *theme, size_t size);

#endif
