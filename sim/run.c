/*
 * Puts world, judge and trace together for one run.
 */
#include "sim/run.h"

#include <stdio.h>
#include <string.h>

#include "sim/coverage/watch.h"
#include "sim/ensure.h"
#include "sim/findings.h"
#include "sim/terminal/table.h"

#define VERDICTS_KEPT 1000u

struct run {
	const struct scenario *scenario;
	struct world *world;
	struct choice_marks marks;
	struct trace trace;
	struct table *table; /* NULL: none is wanted */
	struct check *check;
	struct coverage_watch *coverage; /* NULL: none is wanted */
	struct run_result *result;
	bool *shown; /* by rule: findings that have come */
};

static void append(struct run_result *result, const struct verdict *verdict)
{
	if (result->verdict_count == VERDICTS_KEPT)
		return;
	result->verdicts = realloc(result->verdicts, (result->verdict_count + 1) * sizeof *verdict);
	ALWAYS(result->verdicts != NULL);
	result->verdicts[result->verdict_count++] = *verdict;
}

static void keep_verdict(void *ctx, const struct verdict *given)
{
	struct run *run = ctx;
	struct run_result *result = run->result;
	struct verdict verdict = *given;

	if (finding_is_named(run->scenario, given)) {
		verdict.kind = VERDICT_FINDING;
		run->shown[verdict.rule] = true;
	}
	result->failures += verdict_fails(&verdict);
	result->findings += verdict.kind == VERDICT_FINDING;
	result->hazards += verdict.kind == VERDICT_HAZARD;
	result->inert += verdict.kind == VERDICT_INERT;
	result->vacuous = result->vacuous || verdict.kind == VERDICT_VACUOUS;
	append(result, &verdict);
	if (run->table)
		table_verdict(run->table, &verdict);
}

/* A scenario that does not show what it is there to show. */
static void findings_missing(struct run *run, uint64_t now_ns)
{
	const struct scenario *scenario = run->scenario;

	for (uint32_t i = 0; i < scenario->finding_count; i++) {
		const struct finding *finding = &scenario->findings[i];
		struct verdict verdict = {
			.kind = VERDICT_EXPECTATION,
			.rule = 0,
			.step = UINT32_MAX,
			.node = UINT32_MAX,
			.client = UINT32_MAX,
			.time_ns = now_ns,
			.at = finding->at,
		};

		while (strcmp(check_rules[verdict.rule].id, finding->rule) != 0)
			verdict.rule++;
		if (run->shown[verdict.rule])
			continue;
		snprintf(verdict.expected, sizeof verdict.expected, "finding %s: a breach of that rule",
			 finding->rule);
		snprintf(verdict.came, sizeof verdict.came, "expected finding %s did not show", finding->rule);
		run->result->failures++;
		append(run->result, &verdict);
	}
}

static void judge(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct run *run = ctx;

	check_observe(run->check, run->scenario, view, observation, keep_verdict, run);
}

bool run_is_plain(const struct scenario *scenario, const struct run_options *options)
{
	return !options->has_seed && !scenario->has_seed && !scenario->network.jitter_ns &&
	       !scenario->network.loss_ppm;
}

static void fill_in(struct run *run)
{
	struct run_result *result = run->result;

	result->stuck = world_stuck(run->world);
	result->events = world_events(run->world);
	result->virtual_ns = world_now_ns(run->world);
	result->failures += result->stuck != NULL;
	trace_hash(&run->trace, result->hash);
	result->trace = run->trace.text;
	result->trace_size = run->trace.size;
	run->trace.text = NULL;
	if (!run->check)
		return;
	findings_missing(run, result->virtual_ns);
	result->callbacks = check_callbacks(run->check);
	result->exercised = allocate(check_rule_count, sizeof *result->exercised);
	for (uint32_t i = 0; i < check_rule_count; i++)
		result->exercised[i] = check_exercised(run->check, i);
}

/* A seed on the command line goes before the choices that the scenario makes itself. */
struct choice run_choice(const struct scenario *scenario, const struct run_options *options,
			 struct choice_marks *marks)
{
	*marks = (struct choice_marks){
		.seed = scenario->seed, .count = scenario->choice_count, .marks = scenario->choices};
	if (scenario->has_choices && !options->has_seed)
		return choice_from_marks(marks);
	return run_is_plain(scenario, options) ? choice_plain : choice_seeded;
}

static void add_judge(struct run *run)
{
	run->check = allocate(1, check_size(run->scenario));
	run->shown = allocate(check_rule_count, sizeof *run->shown);
	check_init(run->check, run->scenario);
	world_observe(run->world, (struct observer){run, judge});
}

struct run *run_begin(const struct scenario *scenario, const struct run_options *options, struct run_result *result)
{
	struct run *run = allocate(1, sizeof *run);

	run->scenario = scenario;
	run->result = result;
	memset(result, 0, sizeof *result);
	result->scenario = scenario;
	result->plain = run_is_plain(scenario, options) || (scenario->has_choices && !options->has_seed);
	result->seed = options->has_seed ? options->seed : scenario->seed;
	run->world = world_create(scenario, run_choice(scenario, options, &run->marks), result->seed);
	world_observe_all(run->world, options->trace_all || options->history);
	trace_init(&run->trace, scenario, options->trace, options->trace_all, options->label);
	world_observe(run->world, (struct observer){&run->trace, trace_observe});
	if (options->table_width) {
		run->table = table_create(scenario, options->table_width, options->table_colour);
		world_observe(run->world, (struct observer){run->table, table_observe});
	}
	if (!options->no_checks)
		add_judge(run);
	if (options->history) {
		result->history = allocate(1, sizeof *result->history);
		history_init(result->history, scenario);
		world_observe(run->world, (struct observer){result->history, history_observe});
	}
	if (options->coverage) {
		run->coverage = coverage_watch_create(scenario);
		world_observe(run->world, (struct observer){run->coverage, coverage_observe});
	}
	return run;
}

bool run_advance(struct run *run)
{
	return world_advance(run->world);
}

struct world *run_world(struct run *run)
{
	return run->world;
}

void run_end(struct run *run)
{
	fill_in(run);
	if (run->table)
		run->result->table = table_finish(run->table, &run->result->table_size);
	if (run->coverage)
		run->result->coverage = coverage_watch_finish(run->coverage);
	trace_free(&run->trace);
	free(run->check);
	free(run->shown);
	world_destroy(run->world);
	free(run);
}

void run_scenario(const struct scenario *scenario, const struct run_options *options, struct run_result *result)
{
	struct run *run = run_begin(scenario, options, result);

	world_run(run->world);
	run_end(run);
}

void run_result_free(struct run_result *result)
{
	free(result->verdicts);
	free(result->trace);
	free(result->table);
	free(result->exercised);
	if (result->history)
		history_free(result->history);
	free(result->history);
	free(result->coverage);
	memset(result, 0, sizeof *result);
}
