/* Percentages are tenths of a per cent in whole numbers: no rounding decides. */
#include "sim/coverage/minimum.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/file.h"

/* "87.5" or "87" as 875 or 870; -1: it is no such number from 0 to 100. */
static int read_permille(const char *text)
{
	char *end;
	unsigned long whole, tenth = 0;

	if (*text < '0' || *text > '9')
		return -1;
	whole = strtoul(text, &end, 10);
	if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
		tenth = (unsigned long)(end[1] - '0');
		end += 2;
	}
	return *end || whole > 100 || whole * 10 + tenth > 1000 ? -1 : (int)(whole * 10 + tenth);
}

static int read_one(struct coverage_minimum *minimum, char *text, char *message, size_t size)
{
	char *equals = strchr(text, '='), list[128] = "";
	int permille;

	*equals = '\0';
	for (uint32_t i = 0; i < COVERAGE_MEASURES; i++) {
		if (strcmp(coverage_measures[i], text) != 0) {
			snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
				 coverage_measures[i]);
			continue;
		}
		permille = read_permille(equals + 1);
		if (permille < 0) {
			snprintf(message, size, "%s wants a percentage, 0 to 100 with one decimal at most, not '%s'",
				 text, equals + 1);
			return -1;
		}
		minimum->asked[i] = true;
		minimum->permille[i] = (uint32_t)permille;
		return 0;
	}
	snprintf(message, size, "there is no '%s'; there are %s", text, list);
	return -1;
}

/* Blanks and what stands after # are left out; false: nothing remains. */
static bool strip(char *line)
{
	char *to = line;

	for (const char *from = line; *from && *from != '#'; from++)
		if (*from != ' ' && *from != '\t' && *from != '\r')
			*to++ = *from;
	*to = '\0';
	return to != line;
}

static int read_lines(struct coverage_minimum *minimum, const char *path, char *text, char *message, size_t size)
{
	uint32_t number = 0;
	char wrong[512], *next;

	for (char *line = text; line; line = next) {
		number++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!strip(line))
			continue;
		if (!strchr(line, '='))
			snprintf(wrong, sizeof wrong, "KIND=PERCENT is wanted, not '%s'", line);
		else if (read_one(minimum, line, wrong, sizeof wrong) == 0)
			continue;
		snprintf(message, size, "%s:%u: %s", path, number, wrong);
		return -1;
	}
	return 0;
}

int coverage_minimum_read(struct coverage_minimum *minimum, const char *text, char *message, size_t size)
{
	const char *why;
	size_t read;
	char *copy = strchr(text, '=') ? strdup(text) : file_read(text, 1u << 20, false, &read, &why);
	int status;

	if (!copy) {
		snprintf(message, size, "--coverage-min wants KIND=PERCENT or a file of such lines: cannot read '%s'",
			 text);
		return -1;
	}
	status = strchr(text, '=') ? read_one(minimum, copy, message, size)
				   : read_lines(minimum, text, copy, message, size);
	free(copy);
	return status;
}

bool coverage_minimum_reached(const struct coverage_minimum *minimum, const struct coverage_total *total, FILE *to)
{
	bool reached = true;

	for (uint32_t i = 0; i < COVERAGE_MEASURES; i++) {
		struct coverage_share share = coverage_share(total, i);
		uint32_t permille = coverage_permille(share);
		uint32_t can = share.all - share.never;

		if (!minimum->asked[i] || 1000ull * share.filled >= (uint64_t)minimum->permille[i] * can)
			continue;
		reached = false;
		fprintf(to, "votesim: coverage of %s is %u.%u %% (%u of %u), asked for are %u.%u %%\n",
			coverage_measures[i], permille / 10, permille % 10, share.filled, can,
			minimum->permille[i] / 10, minimum->permille[i] % 10);
	}
	return reached;
}
