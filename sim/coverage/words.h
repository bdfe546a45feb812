/* The words of the axes that are fixed. */
#ifndef SIM_COVERAGE_WORDS_H
#define SIM_COVERAGE_WORDS_H

#include "sim/coverage/cells.h"

extern const struct coverage_axis axis_flags, axis_events, axis_features, axis_dispatches, axis_errors, axis_checks,
	axis_stages, axis_rows;
/* The error that stands at a place of axis_errors, and the reverse; -1: none. */
int coverage_error(uint32_t place);
int coverage_error_place(int error);

#endif
