/* What stands on a job's page: what held, by theme, and each failure with where it is. */
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/report/report.h"
#include "sim/terminal/verdicts.h"

#define FAILURES_SHOWN 50u /* a job's page takes a megabyte */

/* Text in a table or a heading: nothing in it is markup. */
static void put_plain(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>()#+-!|~&", *text))
			fputc('\\', file);
		fputc(*text == '\n' ? ' ' : *text, file);
	}
}

/* Every line of it as code, indented. */
static void put_code(FILE *file, const char *label, const char *text)
{
	fprintf(file, "      %-9s ", label);
	for (; *text; text++) {
		fputc(*text, file);
		if (*text == '\n')
			fputs("                ", file);
	}
	fputc('\n', file);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_theme(FILE *file, const struct results *results, const char *theme)
{
	struct tally_of_runs tally = {0};
	char own[256];

	for (uint32_t i = 0; i < results->count; i++) {
		results_theme(results->runs[i].scenario, own, sizeof own);
		if (strcmp(own, theme) == 0)
			results_count(&tally, &results->runs[i]);
	}
	fputs("| ", file);
	put_plain(file, *theme ? theme : "(no folder)");
	fprintf(file, " | %u | %u | %u | %u | %u | %llu |\n", tally.runs, tally.failed, tally.with_hazard,
		tally.with_finding, tally.vacuous, (unsigned long long)tally.callbacks);
}

static void put_themes(FILE *file, const struct results *results)
{
	char(*themes)[256] = allocate(results->count, sizeof *themes);
	char **names = allocate(results->count, sizeof *names);

	for (uint32_t i = 0; i < results->count; i++) {
		results_theme(results->runs[i].scenario, themes[i], sizeof themes[i]);
		names[i] = themes[i];
	}
	qsort(names, results->count, sizeof *names, by_name);
	fputs("| theme | runs | failed | hazard | finding | vacuous | callbacks judged |\n"
	      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
	      file);
	for (uint32_t i = 0; i < results->count; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			put_theme(file, results, names[i]);
	free(themes);
	free(names);
}

static void put_failure(FILE *file, const struct run_result *result, const struct verdict *verdict)
{
	const struct scenario *scenario = result->scenario;

	fputs("\n- ", file);
	put_plain(file, scenario->path);
	fprintf(file, ":%u:%u", verdict->at.line, verdict->at.column);
	if (verdict->step < scenario->step_count) {
		const struct step *step = &scenario->steps[verdict->step];

		fprintf(file, ", step %u (", verdict->step);
		put_plain(file, step->name ? step->name : verb_name(step->verb));
		fputs(")", file);
	}
	if (verdict->rule < check_rule_count)
		fprintf(file, ", rule %s: %s", verdict_id(verdict), check_rules[verdict->rule].says);
	fputs("\n\n", file);
	put_code(file, "expected", verdict->expected);
	put_code(file, "came", verdict->came);
}

static void put_run(FILE *file, const struct run_result *result)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	fputs("\n### ", file);
	put_plain(file, title);
	fputc('\n', file);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (verdict_fails(&result->verdicts[i]))
			put_failure(file, result, &result->verdicts[i]);
	if (result->stuck) {
		fputs("\n- the cluster comes to rest\n\n", file);
		put_code(file, "came", result->stuck);
	}
}

void report_markdown(FILE *file, const struct results *results)
{
	const struct tally_of_runs tally = results_count_all(results);
	uint32_t shown = 0;

	if (tally.failed)
		fprintf(file, "## votesim: %u of %u runs failed\n\n", tally.failed, tally.runs);
	else
		fprintf(file, "## votesim: all %u runs held\n\n", tally.runs);
	put_themes(file, results);
	for (uint32_t i = 0; i < results->count; i++)
		if (results->runs[i].failures && shown++ < FAILURES_SHOWN)
			put_run(file, &results->runs[i]);
	if (shown > FAILURES_SHOWN)
		fprintf(file, "\nand %u more\n", shown - FAILURES_SHOWN);
}
