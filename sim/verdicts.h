/*
 * What a person reads at a terminal or in a CI log: a line for each run, failures
 * with expected, came, where and how to reproduce, and the summary.
 */
#ifndef SIM_VERDICTS_H
#define SIM_VERDICTS_H

#include <stdio.h>

#include "sim/run.h"

struct verdicts {
	FILE *out, *err;
	bool colour_out, colour_err;
	bool quiet;
	uint32_t files, runs, held, failed, with_hazard, inert, vacuous;
	uint64_t callbacks;
};

void verdicts_init(struct verdicts *verdicts, bool quiet);
void verdicts_add(struct verdicts *verdicts, const struct run_result *result);
void verdicts_end(const struct verdicts *verdicts);

/* "minority [two_node=1]" */
void run_title(const struct scenario *scenario, char *title, size_t size);

#endif
