/*
 * When steps begin: what a step asks for, and the moment of its begin.
 *
 * Three nodes take 4.8 s or so to find out that one of them crashed; nothing
 * here depends on how long exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/play.h"

#define MS SCENARIO_MS

/* After start: all the steps of the row; when the last of them begins, in ms. */
static uint64_t last_begins_ms(const char *steps)
{
	struct play play;
	char text[1024];
	uint64_t ns;

	(void)snprintf(text, sizeof text, "%s%s", CLUSTER(3) STEPS STEP("start: all"), steps);
	play_run(&play, text);
	ns = play_step_ns(&play, play.scenario->step_count - 1);
	assert_null(world_stuck(play.world));
	play_close(&play);
	return ns / MS;
}

static uint64_t crash_settles_ms(void)
{
	return last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("heal: all"));
}

static void at_does_not_wait_for_rest(void **state)
{
	(void)state;
	assert_true(crash_settles_ms() > 3000);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, at: 2s}")), 2000);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, after: 5ms}")), 1005);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, settle: false}")), 1000);
}

static void settle_beside_a_moment_waits_for_both(void **state)
{
	uint64_t rest = crash_settles_ms();

	(void)state;
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, at: 2s, settle: true}")), rest);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, after: 5ms, settle: true}")),
			 rest);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, at: 1m, settle: true}")), 60000);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{heal: all, after: 1m, settle: true}")),
			 61000);
}

static void a_moment_that_has_passed_is_now(void **state)
{
	uint64_t rest = crash_settles_ms();

	(void)state;
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("heal: all") STEP("{heal: all, at: 2s}")),
			 rest);
	assert_int_equal(last_begins_ms(STEP("{crash: 3, at: 1s}") STEP("{wait: 0s, at: 2s, settle: true}")
						STEP("{heal: all, at: 2500ms}")),
			 rest);
}

static void the_first_step_has_a_moment_too(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("{start: all, at: 5s}") STEP("{heal: all, after: 2s}"));
	assert_int_equal(play_step_ns(&play, 0), 5000 * MS);
	assert_int_equal(play_step_ns(&play, 1), 7000 * MS);
	play_close(&play);
	play_run(&play, CLUSTER(3) STEPS STEP("{start: all, after: 1s, settle: true}"));
	assert_int_equal(play_step_ns(&play, 0), 1000 * MS);
	play_close(&play);
}

/* A token lost for longer than the hour in which other clusters have to come to rest. */
static void who_loses_a_token_slowly_may_rest_late(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 CLUSTER(3) "totem: {token: 2000s}\n" STEPS STEP("start: all") STEP("crash: 3") STEP("heal: all"));
	assert_null(world_stuck(play.world));
	assert_true(play_step_ns(&play, 2) > 3600000 * MS);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_does_not_wait_for_rest),
		cmocka_unit_test(settle_beside_a_moment_waits_for_both),
		cmocka_unit_test(a_moment_that_has_passed_is_now),
		cmocka_unit_test(the_first_step_has_a_moment_too),
		cmocka_unit_test(who_loses_a_token_slowly_may_rest_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
