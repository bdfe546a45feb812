/*
 * Numbers as people write them: integers of YAML 1.2's core schema, durations
 * (1500ms, 2s) and ratios (5%, 0.05), read exactly and without floating point.
 */
#ifndef SIM_SCENARIO_AMOUNT_H
#define SIM_SCENARIO_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DURATION_MAX_NS 31536000000000000ull /* 365 days */

enum amount {
	AMOUNT_OK,
	AMOUNT_NONE, /* not a number at all */
	AMOUNT_NEGATIVE,
	AMOUNT_TOO_LARGE,
	AMOUNT_TOO_FINE, /* more digits after the point than can be kept */
	AMOUNT_NO_UNIT,  /* duration: a bare number */
	AMOUNT_BAD_UNIT, /* duration: *unit is what stands after the number */
};

/* 12, +12, 0o14, 0xc */
enum amount amount_integer(const char *text, uint64_t *number);
/* NUMBER[.FRACTION]UNIT with ns, us, ms, s, m, h; at most DURATION_MAX_NS. */
enum amount amount_duration(const char *text, uint64_t *nanoseconds, const char **unit);
/* 5%, 0.05, 0, 1: parts per million, at most 1000000. */
enum amount amount_ratio(const char *text, uint32_t *ppm);

/* The core schema's other plain scalars. */
bool amount_is_null(const char *text);
bool amount_is_bool(const char *text, bool *value);

#endif
