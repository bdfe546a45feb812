/*
 * What a person reads at a terminal or in a CI log: a line for each run, failures
 * with expected, came, where and how to reproduce, and the summary.
 */
#ifndef SIM_VERDICTS_H
#define SIM_VERDICTS_H

#include <stdio.h>

#include "sim/run.h"

#define VERDICTS_TITLES 20u

struct verdicts {
	FILE *out, *err;
	bool colour_out, colour_err;
	bool quiet;
	uint32_t files, runs, held, failed, with_finding, with_hazard, inert, vacuous;
	uint64_t callbacks;
	char *titles[VERDICTS_TITLES]; /* of the first runs that failed; owned until verdicts_end */
};

void verdicts_init(struct verdicts *verdicts, bool quiet);
void verdicts_add(struct verdicts *verdicts, const struct run_result *result);
void verdicts_end(struct verdicts *verdicts);

/* Columns of the terminal, or of COLUMNS, from 40 on; 100 where there is none. */
uint32_t terminal_width(int fd);
/* Is it a terminal that understands escape sequences? */
bool takes_escapes(int fd);
/* The same, and nobody set NO_COLOR. */
bool wants_colour(int fd);

/* "minority [two_node=1]" */
void run_title(const struct scenario *scenario, char *title, size_t size);

#endif
