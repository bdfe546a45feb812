/*
 * The form that Jenkins, GitLab and GitHub's actions read. No times: the same
 * bytes for the same runs.
 */
#include "sim/junit.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/verdicts.h"

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

static FILE *text_file(char **text, size_t *size)
{
	FILE *file = open_memstream(text, size);

	ALWAYS(file != NULL);
	return file;
}

void junit_begin(struct junit *junit)
{
	memset(junit, 0, sizeof *junit);
	junit->body = text_file(&junit->text, &junit->size);
}

static void end_suite(struct junit *junit)
{
	if (!junit->suite)
		return;
	fclose(junit->cases_file);
	fputs("  <testsuite name=\"", junit->body);
	put_xml(junit->body, junit->suite);
	fprintf(junit->body, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n%s  </testsuite>\n",
		junit->tests, junit->failures, junit->cases);
	junit->all_tests += junit->tests;
	junit->all_failures += junit->failures;
	free(junit->cases);
	free(junit->suite);
	junit->suite = NULL;
}

static void begin_suite(struct junit *junit, const char *path)
{
	junit->suite = strdup(path);
	ALWAYS(junit->suite != NULL);
	junit->tests = junit->failures = 0;
	junit->cases_file = text_file(&junit->cases, &junit->cases_size);
}

static void put_where(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	put_xml(file, result->scenario->path);
	fprintf(file, ":%u:%u: ", verdict->at.line, verdict->at.column);
}

static void put_failure(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	fputs("      <failure type=\"", file);
	put_xml(file, verdict->rule < check_rule_count ? check_rules[verdict->rule].id : "expectation");
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

void junit_add(struct junit *junit, const struct run_result *result)
{
	char title[512];

	if (!junit->suite || strcmp(junit->suite, result->scenario->path) != 0) {
		end_suite(junit);
		begin_suite(junit, result->scenario->path);
	}
	junit->tests++;
	junit->failures += result->failures > 0;
	run_title(result->scenario, title, sizeof title);
	fputs("    <testcase classname=\"", junit->cases_file);
	put_xml(junit->cases_file, result->scenario->path);
	fputs("\" name=\"", junit->cases_file);
	put_xml(junit->cases_file, title);
	fputs("\">\n", junit->cases_file);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (result->verdicts[i].kind == VERDICT_BREACH || result->verdicts[i].kind == VERDICT_EXPECTATION)
			put_failure(junit->cases_file, result, &result->verdicts[i]);
	if (result->stuck)
		fprintf(junit->cases_file, "      <failure type=\"rest\" message=\"%s\"/>\n", result->stuck);
	fprintf(junit->cases_file, "      <system-out>trace %s", result->hash);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (result->verdicts[i].kind == VERDICT_FINDING)
			put_finding(junit->cases_file, result, &result->verdicts[i]);
	fputs("</system-out>\n    </testcase>\n", junit->cases_file);
}

int junit_end(struct junit *junit, FILE *file)
{
	int error;

	end_suite(junit);
	fclose(junit->body);
	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"votesim\" tests=\"%u\" "
		"failures=\"%u\">\n",
		junit->all_tests, junit->all_failures);
	fwrite(junit->text, 1, junit->size, file);
	fputs("</testsuites>\n", file);
	free(junit->text);
	error = ferror(file);
	return fclose(file) != 0 || error ? -1 : 0;
}
