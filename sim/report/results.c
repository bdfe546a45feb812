/* Keeping results and counting them. */
#include "sim/report/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

void results_keep(struct results *results, struct run_result *result)
{
	results->runs = grown(results->runs, results->count, &results->room, sizeof *results->runs);
	results->runs[results->count++] = *result;
	memset(result, 0, sizeof *result);
}

void results_free(struct results *results)
{
	for (uint32_t i = 0; i < results->count; i++)
		run_result_free(&results->runs[i]);
	free(results->runs);
	memset(results, 0, sizeof *results);
}

void results_count(struct tally_of_runs *tally, const struct run_result *result)
{
	tally->runs++;
	tally->failed += result->failures > 0;
	tally->with_finding += result->findings > 0;
	tally->with_hazard += result->hazards > 0;
	tally->vacuous += result->vacuous;
	tally->inert += result->inert;
	tally->callbacks += result->callbacks;
}

struct tally_of_runs results_count_all(const struct results *results)
{
	struct tally_of_runs tally = {0};

	for (uint32_t i = 0; i < results->count; i++)
		results_count(&tally, &results->runs[i]);
	return tally;
}

const char *verdict_id(const struct verdict *verdict)
{
	return verdict->rule < check_rule_count ? check_rules[verdict->rule].id : "expectation";
}

void results_theme(const struct scenario *scenario, char *theme, size_t size)
{
	const char *end = strrchr(scenario->path, '/');
	const char *start = end;

	while (start && start > scenario->path && start[-1] != '/')
		start--;
	snprintf(theme, size, "%.*s", end ? (int)(end - start) : 0, end ? start : "");
}
