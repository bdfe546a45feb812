/* What was covered, as files: DIR/coverage.json for programs, DIR/coverage.html for people; and a few lines for a terminal. */
#ifndef SIM_COVERAGE_WRITE_H
#define SIM_COVERAGE_WRITE_H

#include <stdio.h>

#include "sim/coverage/total.h"

/* Where links lead: folder holds the files; report is the folder of `--report`, NULL without one. Both are there. */
struct coverage_places {
	const char *folder, *report;
};

/* One JSON object, described by reports/coverage.schema.json. */
void coverage_write_json(FILE *to, const struct coverage_total *total, const struct coverage_places *places);
/* The same in a page that needs nothing but itself. */
void coverage_write_page(FILE *to, const struct coverage_total *total, const struct coverage_places *places);
/* A line for each measure, and what small tables lack. page_path: NULL when no page was written. */
void coverage_tell(FILE *to, const struct coverage_total *total, const char *page_path);

#endif
