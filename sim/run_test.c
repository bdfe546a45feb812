/*
 * One run and its result; several at once; folders of scenario files. Runs come from a
 * text that parses, so that what fails, is vacuous or is inert is known.
 */
#include "sim/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

#define START STEP("start: all")

static struct run_result result_of(struct play *play, const char *text, struct run_options options)
{
	struct run_result result;

	play_read(play, text);
	run_scenario(play->scenario, &options, &result);
	assert_ptr_equal(result.scenario, play->scenario);
	return result;
}

static void free_both(struct play *play, struct run_result *result)
{
	run_result_free(result);
	assert_null(result->verdicts);
	play_close(play);
}

static void a_run_that_holds(void **state)
{
	struct play play;
	struct run_result result =
		result_of(&play, CLUSTER(2) STEPS START STEP("trackstart: {node: 1}"), (struct run_options){0});
	uint64_t exercised = 0;

	(void)state;
	assert_int_equal(result.failures, 0);
	assert_int_equal(result.callbacks, 2);
	assert_false(result.vacuous);
	assert_null(result.stuck);
	assert_null(result.trace);
	assert_true(result.plain);
	assert_true(result.events > 20);
	assert_true(result.virtual_ns > 250 * SCENARIO_MS);
	assert_int_equal(strlen(result.hash), 32);
	for (uint32_t i = 0; i < check_rule_count; i++)
		exercised += result.exercised[i];
	assert_true(exercised > 10);
	free_both(&play, &result);
}

static void a_run_that_fails(void **state)
{
	struct play play;
	struct run_result result = result_of(
		&play, CLUSTER(2) STEPS START STEP("{crash: 2, expect: {quorate: {1: true}, members: {1: [1, 2]}}}"),
		(struct run_options){.trace = true});
	uint32_t expectations = 0;

	(void)state;
	for (uint32_t i = 0; i < result.verdict_count; i++)
		expectations += result.verdicts[i].kind == VERDICT_EXPECTATION;
	assert_int_equal(expectations, 2);
	assert_int_equal(result.failures, 2);
	assert_true(result.vacuous);
	free_both(&play, &result);
}

/* The trace is kept when asked for, and all of it when asked for all. */
static void what_is_traced(void **state)
{
	static const char text[] = CLUSTER(1) STEPS START STEP("getinfo: {node: 1}");
	struct play play;
	struct run_result result = result_of(&play, text, (struct run_options){.trace = true});
	size_t size = result.trace_size;

	(void)state;
	assert_true(size > 0 && result.trace[size - 1] == '\n');
	free_both(&play, &result);
	result = result_of(&play, text, (struct run_options){.trace = true, .trace_all = true, .label = true});
	assert_true(result.trace_size > 2 * size);
	free_both(&play, &result);
}

/* Checks change nothing of what happens. */
static void without_checks(void **state)
{
	static const char text[] = CLUSTER(3) STEPS START STEP("trackstart: {node: 1}") STEP("crash: 3");
	struct play play, other;
	struct run_result result = result_of(&play, text, (struct run_options){0});
	struct run_result without = result_of(&other, text, (struct run_options){.no_checks = true});

	(void)state;
	assert_string_equal(result.hash, without.hash);
	assert_int_equal(result.events, without.events);
	assert_int_equal(without.callbacks, 0);
	assert_null(without.exercised);
	free_both(&play, &result);
	free_both(&other, &without);
}

static void plain_or_seeded(void **state)
{
#define RANDOM(more) "scenario: t\n" more "cluster: {nodes: 2}\n" STEPS START
	static const struct {
		const char *text;
		bool has_seed, plain;
		uint64_t seed;
	} rows[] = {
		{RANDOM(""), false, true, 0},
		{RANDOM(""), true, false, 5},
		{RANDOM("seed: 9\n"), false, false, 9},
		{RANDOM("seed: 9\n"), true, false, 5},
		{RANDOM("network: {jitter: 1ms}\n"), false, false, 0},
		{RANDOM("network: {loss: 0.1}\n"), false, false, 0},
		{RANDOM("network: {latency: 1ms}\n"), false, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct play play;
		struct run_result result =
			result_of(&play, rows[i].text, (struct run_options){.has_seed = rows[i].has_seed, .seed = 5});

		assert_int_equal(result.plain, rows[i].plain);
		assert_int_equal(result.seed, rows[i].seed);
		free_both(&play, &result);
	}
}

static void a_run_that_does_not_end(void **state)
{
	struct play play;
	struct run_result result = result_of(
		&play,
		CLUSTER(1) STEPS START STEP("trackstart: {node: 1, client: a, slow: 61m}")
			STEP("{trackstart: {node: 1, client: b, slow: 63m}, settle: false}") STEP("wait: 1s"),
		(struct run_options){0});

	(void)state;
	assert_non_null(result.stuck);
	assert_int_equal(result.failures, 1);
	free_both(&play, &result);
}

/* A scenario that is there to show a defect fails when it does not. */
static void a_finding_that_does_not_show(void **state)
{
	struct play play;
	struct run_result result = result_of(
		&play, "scenario: t\nfindings: [I2, I4]\ncluster: {nodes: 1}\n" STEPS START, (struct run_options){0});
	const struct verdict *verdict = &result.verdicts[0];

	(void)state;
	assert_int_equal(result.failures, 2);
	assert_int_equal(result.findings, 0);
	while (verdict->kind != VERDICT_EXPECTATION)
		verdict++;
	assert_string_equal(verdict->came, "expected finding I2 did not show");
	assert_string_equal(check_rules[verdict->rule].id, "I2");
	assert_int_equal(verdict->at.line, 2);
	free_both(&play, &result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_holds),
		cmocka_unit_test(a_run_that_fails),
		cmocka_unit_test(what_is_traced),
		cmocka_unit_test(without_checks),
		cmocka_unit_test(plain_or_seeded),
		cmocka_unit_test(a_run_that_does_not_end),
		cmocka_unit_test(a_finding_that_does_not_show),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
