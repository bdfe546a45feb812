/*
 * A test for each run, with what failed as the YAML block that TAP has for it. What a
 * run shows that is no failure is told in a comment before its line.
 */
#include <string.h>

#include "sim/report/report.h"
#include "sim/terminal/verdicts.h"

/* A description: no '#', which would begin a directive, and one line. */
static void put_description(FILE *file, const struct run_result *result)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	for (const char *at = result->scenario->path; *at; at++)
		fputs(*at == '#' ? "\\#" : *at == '\n' ? " " : (char[]){*at, 0}, file);
	fputs(": ", file);
	for (const char *at = title; *at; at++)
		fputs(*at == '#' ? "\\#" : *at == '\n' ? " " : (char[]){*at, 0}, file);
	fputc('\n', file);
}

/* A double-quoted text: old harnesses read no other form of several lines. */
static void put_text(FILE *file, const char *key, const char *text)
{
	fprintf(file, "      %s: \"", key);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", file);
		else if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else
			fputc(*text, file);
	}
	fputs("\"\n", file);
}

static void put_failure(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	fprintf(file, "    - rule: %s\n      line: %u\n      column: %u\n", verdict_id(verdict), verdict->at.line,
		verdict->at.column);
	if (verdict->step < result->scenario->step_count)
		fprintf(file, "      step: %u\n", verdict->step);
	put_text(file, "expected", verdict->expected);
	put_text(file, "came", verdict->came);
}

static void put_comments(FILE *file, const struct run_result *result)
{
	for (uint32_t i = 0; i < result->verdict_count; i++) {
		const struct verdict *verdict = &result->verdicts[i];

		if (verdict->kind == VERDICT_HAZARD)
			fprintf(file, "# hazard H%u, line %u\n", verdict->hazard, verdict->at.line);
		else if (verdict->kind == VERDICT_FINDING)
			fprintf(file, "# finding %s, line %u\n", verdict_id(verdict), verdict->at.line);
		else if (verdict->kind == VERDICT_INERT)
			fprintf(file, "# inert fault, line %u\n", verdict->at.line);
	}
	if (result->vacuous)
		fputs("# vacuous: no tracker was told anything\n", file);
}

static void put_run(FILE *file, const struct run_result *result, uint32_t number)
{
	put_comments(file, result);
	fprintf(file, "%s %u - ", result->failures ? "not ok" : "ok", number);
	put_description(file, result);
	fprintf(file, "  ---\n  trace: %s\n", result->hash);
	if (result->failures)
		fputs("  failures:\n", file);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (verdict_fails(&result->verdicts[i]))
			put_failure(file, result, &result->verdicts[i]);
	if (result->stuck) {
		fputs("    - rule: rest\n", file);
		put_text(file, "came", result->stuck);
	}
	fputs("  ...\n", file);
}

void report_tap(FILE *file, const struct results *results)
{
	fprintf(file, "TAP version 13\n1..%u\n", results->count);
	for (uint32_t i = 0; i < results->count; i++)
		put_run(file, &results->runs[i], i + 1);
}
