/*
 * The form that Jenkins, GitLab and GitHub's actions read. No times: the same
 * bytes for the same runs.
 */
#include <string.h>

#include "sim/report/report.h"
#include "sim/terminal/verdicts.h"

static void put_xml(FILE *file, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		case '\n':
			fputs("&#10;", file);
			break;
		default:
			fputc((unsigned char)*text < 0x20 ? '?' : *text, file);
		}
	}
}

static void put_where(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	put_xml(file, result->scenario->path);
	fprintf(file, ":%u:%u: ", verdict->at.line, verdict->at.column);
}

static void put_failure(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	fputs("      <failure type=\"", file);
	put_xml(file, verdict_id(verdict));
	fputs("\" message=\"", file);
	put_where(file, result, verdict);
	put_xml(file, verdict->expected);
	fputs("\">", file);
	put_where(file, result, verdict);
	fputs("expected: ", file);
	put_xml(file, verdict->expected);
	fputs("&#10;came: ", file);
	put_xml(file, verdict->came);
	fputs("</failure>\n", file);
}

static void put_finding(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	fprintf(file, "&#10;finding %s ", check_rules[verdict->rule].id);
	put_where(file, result, verdict);
	put_xml(file, verdict->came);
}

static void put_case(FILE *file, const struct run_result *result)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	fputs("    <testcase classname=\"", file);
	put_xml(file, result->scenario->path);
	fputs("\" name=\"", file);
	put_xml(file, title);
	fputs("\">\n", file);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (verdict_fails(&result->verdicts[i]))
			put_failure(file, result, &result->verdicts[i]);
	if (result->stuck)
		fprintf(file, "      <failure type=\"rest\" message=\"%s\"/>\n", result->stuck);
	fprintf(file, "      <system-out>trace %s", result->hash);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (result->verdicts[i].kind == VERDICT_FINDING)
			put_finding(file, result, &result->verdicts[i]);
	fputs("</system-out>\n    </testcase>\n", file);
}

/* The runs of one file, from `first` on; returns the first of the next. */
static uint32_t put_suite(FILE *file, const struct results *results, uint32_t first)
{
	const char *path = results->runs[first].scenario->path;
	struct tally_of_runs tally = {0};
	uint32_t end = first;

	while (end < results->count && strcmp(results->runs[end].scenario->path, path) == 0)
		results_count(&tally, &results->runs[end++]);
	fputs("  <testsuite name=\"", file);
	put_xml(file, path);
	fprintf(file, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n", tally.runs, tally.failed);
	for (uint32_t i = first; i < end; i++)
		put_case(file, &results->runs[i]);
	fputs("  </testsuite>\n", file);
	return end;
}

void report_junit(FILE *file, const struct results *results)
{
	const struct tally_of_runs tally = results_count_all(results);

	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"votesim\" tests=\"%u\" "
		"failures=\"%u\">\n",
		tally.runs, tally.failed);
	for (uint32_t i = 0; i < results->count;)
		i = put_suite(file, results, i);
	fputs("</testsuites>\n", file);
}
