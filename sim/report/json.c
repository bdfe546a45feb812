/* Everything that the other formats say, for programs: reports/results.schema.json. */
#include <string.h>

#include "sim/report/report.h"
#include "sim/scenario/json.h"
#include "sim/terminal/verdicts.h"

static const char *kind_name(const struct verdict *verdict)
{
	static const char *const names[] = {
		[VERDICT_BREACH] = "breach", [VERDICT_HAZARD] = "hazard",   [VERDICT_EXPECTATION] = "expectation",
		[VERDICT_INERT] = "inert",   [VERDICT_VACUOUS] = "vacuous", [VERDICT_FINDING] = "finding",
	};

	return names[verdict->kind];
}

static void put_rule(struct json *json, const struct verdict *verdict)
{
	const struct rule *rule;

	if (verdict->rule >= check_rule_count)
		return;
	rule = &check_rules[verdict->rule];
	json_text(json, "rule", rule->id);
	json_text(json, "says", rule->says);
	json_text(json, "source", rule->source);
}

static void put_verdict(struct json *json, const struct scenario *scenario, const struct verdict *verdict)
{
	json_open(json, NULL, '{');
	json_text(json, "kind", kind_name(verdict));
	put_rule(json, verdict);
	if (verdict->hazard)
		json_number(json, "hazard", verdict->hazard);
	json_number(json, "line", verdict->at.line);
	json_number(json, "column", verdict->at.column);
	if (verdict->step < scenario->step_count)
		json_number(json, "step", verdict->step);
	if (verdict->node < scenario->node_count)
		json_number(json, "node", scenario->nodes[verdict->node].nodeid);
	if (verdict->client < scenario->client_count)
		json_text(json, "client", scenario->clients[verdict->client].name);
	json_number(json, "time_ns", verdict->time_ns);
	json_text(json, "expected", verdict->expected);
	json_text(json, "came", verdict->came);
	json_close(json, '}');
}

static void put_exercised(struct json *json, const struct run_result *result)
{
	json_open(json, "exercised", '{');
	for (uint32_t rule = 0; result->exercised && rule < check_rule_count; rule++)
		if (result->exercised[rule])
			json_number(json, check_rules[rule].id, result->exercised[rule]);
	json_close(json, '}');
}

static void put_run(struct json *json, const struct run_result *result)
{
	const struct scenario *scenario = result->scenario;
	char theme[256];

	results_theme(scenario, theme, sizeof theme);
	json_open(json, NULL, '{');
	json_text(json, "path", scenario->path);
	json_number(json, "line", scenario->at.line);
	json_text(json, "theme", theme);
	json_text(json, "scenario", scenario->name);
	json_text(json, "variant", scenario->variant ? scenario->variant : "");
	json_text(json, "description", scenario->description ? scenario->description : "");
	json_bool(json, "failed", result->failures > 0);
	json_bool(json, "vacuous", result->vacuous);
	json_bool(json, "plain", result->plain);
	json_number(json, "seed", result->seed);
	json_text(json, "trace", result->hash);
	json_number(json, "callbacks", result->callbacks);
	json_number(json, "events", result->events);
	json_number(json, "virtual_ns", result->virtual_ns);
	json_text(json, "stuck", result->stuck);
	json_open(json, "verdicts", '[');
	for (uint32_t i = 0; i < result->verdict_count; i++)
		put_verdict(json, scenario, &result->verdicts[i]);
	json_close(json, ']');
	put_exercised(json, result);
	json_close(json, '}');
}

static void put_summary(struct json *json, const struct results *results)
{
	const struct tally_of_runs tally = results_count_all(results);

	json_open(json, "summary", '{');
	json_number(json, "files", results->files);
	json_number(json, "runs", tally.runs);
	json_number(json, "failed", tally.failed);
	json_number(json, "with_finding", tally.with_finding);
	json_number(json, "with_hazard", tally.with_hazard);
	json_number(json, "vacuous", tally.vacuous);
	json_number(json, "inert", tally.inert);
	json_number(json, "callbacks", tally.callbacks);
	json_close(json, '}');
}

void report_json(FILE *file, const struct results *results)
{
	struct json json = {.to = file};

	json_open(&json, NULL, '{');
	json_number(&json, "format", 1);
	put_summary(&json, results);
	json_open(&json, "runs", '[');
	for (uint32_t i = 0; i < results->count; i++)
		put_run(&json, &results->runs[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', file);
}
