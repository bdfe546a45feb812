/* Thresholds: how much of each measure runs must fill. */
#ifndef SIM_COVERAGE_MINIMUM_H
#define SIM_COVERAGE_MINIMUM_H

#include <stdio.h>

#include "sim/coverage/total.h"

struct coverage_minimum {
	bool asked[COVERAGE_MEASURES];
	uint32_t permille[COVERAGE_MEASURES];
};

/* "KIND=PERCENT", or the name of a file with such lines; -1: see message. */
int coverage_minimum_read(struct coverage_minimum *minimum, const char *text, char *message, size_t message_size);
/* What falls short is told; false when anything does. */
bool coverage_minimum_reached(const struct coverage_minimum *minimum, const struct coverage_total *total, FILE *to);

#endif
