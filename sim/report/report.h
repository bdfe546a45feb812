/*
 * What CI systems read: each format is one function from the results of all runs
 * to one file. No times and no names of machines: the same bytes for the same runs.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "sim/report/results.h"

struct report_format {
	const char *option; /* of `votesim run`, without its dashes */
	void (*write)(FILE *file, const struct results *results);
};

extern const struct report_format report_formats[];
extern const uint32_t report_format_count;

/* JUnit XML: a test suite for each scenario file, a test case for each run. */
void report_junit(FILE *file, const struct results *results);
/* One JSON object, described by reports/results.schema.json. */
void report_json(FILE *file, const struct results *results);
/* Test Anything Protocol, version 13, which harnesses of 14 read, too: a test for each run. */
void report_tap(FILE *file, const struct results *results);
/* A summary for a job's page: counts by theme, then each failure. */
void report_markdown(FILE *file, const struct results *results);
/* Workflow commands that GitHub's actions show beside the lines of the scenario. */
void report_github(FILE *file, const struct results *results);
/* GitLab's code quality report, which it shows beside the lines of the scenario. */
void report_gitlab(FILE *file, const struct results *results);

#endif
