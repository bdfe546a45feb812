/*
 * Failures beside the lines of the scenario, as two forges want to be told of them:
 * GitHub's workflow commands and GitLab's code quality report.
 */
#include <string.h>

#include "sim/report/report.h"
#include "sim/scenario/json.h"
#include "sim/terminal/verdicts.h"
#include "sim/world/xxhash.h"

/* A command's text: '%' and ends of lines, and in a property ':' and ',', as their code. */
static void put_escaped(FILE *file, const char *text, const char *more)
{
	for (; *text; text++) {
		if (*text == '%' || *text == '\r' || *text == '\n' || strchr(more, *text))
			fprintf(file, "%%%02X", (unsigned)(unsigned char)*text);
		else
			fputc(*text, file);
	}
}

static void put_command(FILE *file, const char *command, const struct run_result *result,
			const struct verdict *verdict)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	fprintf(file, "::%s file=", command);
	put_escaped(file, result->scenario->path, ":,");
	fprintf(file, ",line=%u,col=%u,title=", verdict->at.line, verdict->at.column);
	put_escaped(file, title, ":,");
	fputs("::", file);
	if (verdict->expected[0]) {
		put_escaped(file, "expected ", "");
		put_escaped(file, verdict->expected, "");
		put_escaped(file, "\ncame ", "");
	}
	put_escaped(file, verdict->came, "");
	if (verdict->rule < check_rule_count) {
		put_escaped(file, "\nrule ", "");
		put_escaped(file, verdict_id(verdict), "");
		put_escaped(file, ": ", "");
		put_escaped(file, check_rules[verdict->rule].says, "");
	}
	fputc('\n', file);
}

static struct verdict of_stuck(const struct run_result *result)
{
	struct verdict verdict = {.kind = VERDICT_EXPECTATION, .rule = UINT32_MAX, .at = result->scenario->at};

	snprintf(verdict.expected, sizeof verdict.expected, "the cluster comes to rest");
	snprintf(verdict.came, sizeof verdict.came, "%s", result->stuck);
	return verdict;
}

void report_github(FILE *file, const struct results *results)
{
	for (uint32_t i = 0; i < results->count; i++) {
		const struct run_result *result = &results->runs[i];

		for (uint32_t k = 0; k < result->verdict_count; k++) {
			if (verdict_fails(&result->verdicts[k]))
				put_command(file, "error", result, &result->verdicts[k]);
			else if (result->verdicts[k].kind == VERDICT_INERT)
				put_command(file, "warning", result, &result->verdicts[k]);
		}
		if (result->stuck) {
			const struct verdict verdict = of_stuck(result);

			put_command(file, "error", result, &verdict);
		}
	}
}

/* The same finding in two pipelines has the same fingerprint. */
static void put_issue(struct json *json, const struct run_result *result, const struct verdict *verdict)
{
	char title[512], text[2048], fingerprint[33];
	XXH128_hash_t hash;

	run_title(result->scenario, title, sizeof title);
	snprintf(text, sizeof text, "%s: expected %s; came %s", title, verdict->expected, verdict->came);
	hash = XXH3_128bits_withSeed(text, strlen(text),
				     XXH3_64bits(result->scenario->path, strlen(result->scenario->path)));
	snprintf(fingerprint, sizeof fingerprint, "%016llx%016llx", (unsigned long long)hash.high64,
		 (unsigned long long)hash.low64);
	json_open(json, NULL, '{');
	json_text(json, "description", text);
	json_text(json, "check_name", verdict_id(verdict));
	json_text(json, "fingerprint", fingerprint);
	json_text(json, "severity", verdict_fails(verdict) ? "major" : "info");
	json_open(json, "location", '{');
	json_text(json, "path", result->scenario->path);
	json_open(json, "lines", '{');
	json_number(json, "begin", verdict->at.line);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
}

void report_gitlab(FILE *file, const struct results *results)
{
	struct json json = {.to = file};

	json_open(&json, NULL, '[');
	for (uint32_t i = 0; i < results->count; i++) {
		const struct run_result *result = &results->runs[i];

		for (uint32_t k = 0; k < result->verdict_count; k++)
			if (verdict_fails(&result->verdicts[k]) || result->verdicts[k].kind == VERDICT_INERT)
				put_issue(&json, result, &result->verdicts[k]);
		if (result->stuck) {
			const struct verdict verdict = of_stuck(result);

			put_issue(&json, result, &verdict);
		}
	}
	json_close(&json, ']');
	fputc('\n', file);
}
