/*
 * One scenario run from its start to its end, with its judge and its trace.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/check/check.h"
#include "sim/history.h"
#include "sim/trace.h"
#include "sim/world/world.h"

struct run_options {
	bool has_seed; /* overrides the scenario's */
	uint64_t seed;
	bool trace; /* keep the text of the trace */
	bool trace_all;
	uint32_t table_width; /* 0: no table; else columns of the terminal, see sim/terminal/table.h */
	bool table_colour;
	bool history;   /* keep all that happened */
	bool coverage;  /* count the cells of sim/coverage that are filled */
	bool label;     /* name the scenario in each line of the trace */
	bool no_checks; /* for benchmarks only */
};

struct run_result {
	const struct scenario *scenario;
	uint64_t seed;
	bool plain; /* nothing but the scenario says how its choices fall */
	uint32_t verdict_count;
	struct verdict *verdicts; /* owned */
	uint32_t failures;        /* breaches and expectations */
	uint32_t hazards;
	uint32_t findings; /* breaches that the scenario is there to show */
	uint32_t inert;
	bool vacuous;
	const char *stuck; /* NULL: the run came to its end */
	uint64_t callbacks;
	uint64_t events;
	uint64_t virtual_ns;
	char hash[33];
	char *trace; /* owned; NULL unless kept */
	size_t trace_size;
	char *table; /* owned; NULL without a table_width */
	size_t table_size;
	uint64_t *exercised;     /* per rule; owned */
	struct history *history; /* owned; NULL unless kept */
	uint32_t *coverage;      /* by cell; owned; NULL unless counted */
};

void run_scenario(const struct scenario *scenario, const struct run_options *options, struct run_result *result);
/* The same, one thing after the other; the result, which must stay where it is, is whole after run_end(). */
struct run;
struct run *run_begin(const struct scenario *scenario, const struct run_options *options, struct run_result *result);
/* False: that was the end of the run. */
bool run_advance(struct run *run);
struct world *run_world(struct run *run);
/* Also frees run. */
void run_end(struct run *run);
void run_result_free(struct run_result *result);
/* What a run's free choices fall to; marks must outlive the run. */
struct choice run_choice(const struct scenario *scenario, const struct run_options *options,
			 struct choice_marks *marks);
/* Without a seed and without network randomness every free choice falls to the lowest. */
bool run_is_plain(const struct scenario *scenario, const struct run_options *options);

#endif
