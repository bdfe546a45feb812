/* JUnit XML: a test suite for each scenario file, a test case for each run. */
#ifndef SIM_JUNIT_H
#define SIM_JUNIT_H

#include <stdio.h>

#include "sim/run.h"

struct junit {
	FILE *body; /* of the suite being written */
	char *text; /* all suites */
	size_t size;
	char *suite; /* path of the file */
	char *cases;
	size_t cases_size;
	FILE *cases_file;
	uint32_t tests, failures, all_tests, all_failures;
};

void junit_begin(struct junit *junit);
void junit_add(struct junit *junit, const struct run_result *result);
/* Write the whole and close the file; 0, or -1 with errno. Frees. */
int junit_end(struct junit *junit, FILE *file);

#endif
