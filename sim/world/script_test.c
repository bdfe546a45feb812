/*
 * The script: when each step begins and ends. Scenarios of which only the moments
 * matter; the world's first ring takes 50 ms (join), a merge 200 ms, and packets
 * 100 us, so that settled and unsettled are easily told apart.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS SCENARIO_MS

static const struct observation *ended(const struct play *play, uint32_t step)
{
	return play_nth(play, OBSERVE_STEP_END, ANY, step);
}

static void a_step_waits_until_all_is_settled(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(2) STEPS STEP("start: all") STEP("crash: 2") STEP("{start: 2, settle: false}")
				STEP("stop: 1"));
	assert_int_equal(ended(&play, 0)->number, 1);
	assert_true(play_step_ns(&play, 1) > 250 * MS);
	assert_int_equal(play_step_ns(&play, 2), play_step_ns(&play, 1)); /* does not wait */
	assert_int_equal(ended(&play, 1)->number, 0);
	assert_true(play_step_ns(&play, 3) > play_step_ns(&play, 2) + 50 * MS);
	assert_int_equal(play_number(&play, OBSERVE_STEP_BEGIN, ANY), 4);
	assert_int_equal(play_number(&play, OBSERVE_STEP_END, ANY), 4);
	assert_int_equal(play_number(&play, OBSERVE_RUN_END, ANY), 1);
	assert_int_equal(play_last(&play, OBSERVE_RUN_END, ANY)->number, 1);
	play_close(&play);
}

/* Timers that only time can fire do not keep a cluster from being settled. */
static void timers_do_not_count(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, "scenario: t\ncluster: {nodes: 4, quorum: {last_man_standing: 1, last_man_standing_window: "
			"60000}}\n" STEPS STEP("start: all") STEP("stop: 4") STEP("wait: 59s") STEP("wait: 2s"));
	assert_true(play_step_ns(&play, 2) - play_step_ns(&play, 1) < 100 * MS);
	assert_int_equal(play_number(&play, OBSERVE_TIMER, 0), 1);
	assert_int_equal(play_last(&play, OBSERVE_TIMER, 0)->step, 3);
	play_close(&play);
}

static void at_is_since_the_start_and_after_since_the_step_before(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(2) STEPS STEP("start: all") STEP("{crash: 2, at: 10s}")
				STEP("{start: 2, after: 1500ms}") STEP("{crash: 1, after: 1ms}"));
	assert_int_equal(play_step_ns(&play, 1), 10000 * MS);
	assert_int_equal(play_step_ns(&play, 2), 11500 * MS);
	assert_int_equal(play_step_ns(&play, 3), 11501 * MS);
	assert_int_equal(ended(&play, 0)->number, 1);
	assert_int_equal(ended(&play, 2)->number, 0);
	play_close(&play);
}

static void waiting(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(1) STEPS STEP("start: all") STEP("wait: 3s") STEP("{wait: 2s, settle: false}")
				STEP("{wait: 0s}") STEP("{expect: {quorate: {1: true}}, after: 1s}"));
	assert_int_equal(play_step_ns(&play, 2) - play_step_ns(&play, 1), 3000 * MS);
	assert_int_equal(play_step_ns(&play, 3) - play_step_ns(&play, 2), 2000 * MS);
	assert_int_equal(play_step_ns(&play, 4) - play_step_ns(&play, 3), 1000 * MS);
	assert_int_equal(ended(&play, 4)->time_ns, play_step_ns(&play, 4));
	play_close(&play);
}

/* after: is since the wait began; a wait is not cut short. */
static void a_wait_is_not_cut_short(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(1) STEPS STEP("start: all") STEP("wait: 3s") STEP("{crash: 1, after: 1s}"));
	assert_int_equal(play_step_ns(&play, 2) - play_step_ns(&play, 1), 3000 * MS);
	play_close(&play);
}

static void nodes_start_one_after_the_other(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: [3, 1, 2]"));
	for (uint32_t i = 0; i < 3; i++) {
		static const uint32_t order[] = {2, 0, 1};

		assert_int_equal(play_nth(&play, OBSERVE_NODE_UP, ANY, i)->node, order[i]);
		assert_true(i == 0 || play_nth(&play, OBSERVE_NODE_UP, ANY, i)->time_ns >
					      play_nth(&play, OBSERVE_NODE_UP, ANY, i - 1)->time_ns + 50 * MS);
	}
	assert_int_equal(play_number(&play, OBSERVE_STEP_BEGIN, ANY), 1);
	play_close(&play);
}

static void or_together(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: {nodes: all, together: true}"));
	assert_int_equal(play_last(&play, OBSERVE_NODE_UP, ANY)->time_ns, 0);
	assert_int_equal(play_number(&play, OBSERVE_RING, ANY), 6);
	play_close(&play);
}

/* The next step does not come between nodes that start, whatever its moment. */
static void a_start_is_one_step(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: all") STEP("{crash: 3, at: 10ms}"));
	assert_true(play_step_ns(&play, 1) > 250 * MS);
	assert_int_equal(play_nth(&play, OBSERVE_NODE_UP, 2, 0)->step, 0);
	play_close(&play);
}

/* What is there already, or not there, is left alone. */
static void steps_that_change_nothing(void **state)
{
	struct play play;
	uint32_t rings;

	(void)state;
	play_open(&play,
		  CLUSTER(2) STEPS STEP("start: all") STEP("start: all") STEP("resume: 1") STEP("heal: all")
			  STEP("partition: [[1, 2]]") STEP("stop: 1") STEP("stop: 1") STEP("crash: 1")
				  STEP("pause: 1") STEP("cancel_wait_for_all: 1") STEP("reload: {on: [1]}"),
		  choice_plain, 0, true);
	play_until_step(&play, 5);
	rings = play_number(&play, OBSERVE_RING, ANY);
	assert_int_equal(rings, 4);
	world_run(play.world);
	assert_int_equal(play_number(&play, OBSERVE_RING, ANY), rings + 1);
	assert_int_equal(play_number(&play, OBSERVE_NODE_DOWN, ANY), 1);
	assert_int_equal(play_number(&play, OBSERVE_NODE_PAUSED, ANY), 0);
	assert_int_equal(play_number(&play, OBSERVE_CANCEL_WFA, ANY), 0);
	assert_int_equal(play_number(&play, OBSERVE_RELOADED, ANY), 0);
	play_close(&play);
}

/* A reload is of the file; who is not told to reload reads it at the next start. */
static void files_and_who_reads_them(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: all") STEP("reload: {quorum: {expected_votes: 7}, on: [1, 2]}")
				STEP("crash: 3") STEP("start: 3") STEP("cancel_wait_for_all: [1, 3]"));
	assert_int_equal(play_number(&play, OBSERVE_RELOADED, ANY), 2);
	assert_int_equal(play_nth(&play, OBSERVE_RELOADED, 1, 0)->config->expected_votes, 7);
	assert_int_equal(play_nth(&play, OBSERVE_NODE_UP, 2, 0)->config->expected_votes, 0);
	assert_int_equal(play_nth(&play, OBSERVE_NODE_UP, 2, 1)->config->expected_votes, 7);
	assert_int_equal(play_number(&play, OBSERVE_CANCEL_WFA, ANY), 2);
	play_close(&play);
}

static void a_daemon_that_refuses(void **state)
{
	struct play play;
	const struct observation *refused;

	(void)state;
	play_run(&play,
		 "scenario: t\ncluster:\n  nodes: 2\n  quorum: {two_node: 1, device: {model: net, votes: 1}}\n" STEPS
			 STEP("start: all") STEP("{stop: 1}") STEP("pause: 2"));
	assert_int_equal(play_number(&play, OBSERVE_NODE_REFUSED, ANY), 2);
	refused = play_nth(&play, OBSERVE_NODE_REFUSED, 1, 0);
	assert_int_equal(refused->number, VQ_REFUSED_TWO_NODE_AND_DEVICE);
	assert_string_equal(refused->text, vq_refusal_message(VQ_REFUSED_TWO_NODE_AND_DEVICE));
	assert_int_equal(play_number(&play, OBSERVE_NODE_UP, ANY), 0);
	assert_int_equal(play_number(&play, OBSERVE_RING, ANY), 0);
	play_close(&play);
}

/* Something is still to come after an hour of virtual time: the run ends, and says so. */
static void what_does_not_come_to_rest_is_given_up(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(1) STEPS STEP("start: 1") STEP("trackstart: {node: 1, client: a, slow: 61m}") STEP(
				"{trackstart: {node: 1, client: b, slow: 63m}, settle: false}") STEP("wait: 1s"));
	assert_non_null(world_stuck(play.world));
	assert_int_equal(play_number(&play, OBSERVE_STEP_BEGIN, ANY), 3);
	assert_int_equal(play_last(&play, OBSERVE_STEP_END, ANY)->number, 0);
	assert_int_equal(play_last(&play, OBSERVE_RUN_END, ANY)->number, 0);
	play_close(&play);
}

/* An hour that a step asks for is no reason to give up. */
static void a_long_wait_is_not(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(2) STEPS STEP("start: all") STEP("trackstart: {node: 1, slow: 50m}")
				STEP("{wait: 120m, settle: false}") STEP("{crash: 2, after: 180m}")
					STEP("{start: 2, at: 500m}"));
	assert_null(world_stuck(play.world));
	assert_int_equal(play_step_ns(&play, 4), 500 * 60000 * MS);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_waits_until_all_is_settled),
		cmocka_unit_test(timers_do_not_count),
		cmocka_unit_test(at_is_since_the_start_and_after_since_the_step_before),
		cmocka_unit_test(waiting),
		cmocka_unit_test(a_wait_is_not_cut_short),
		cmocka_unit_test(nodes_start_one_after_the_other),
		cmocka_unit_test(or_together),
		cmocka_unit_test(a_start_is_one_step),
		cmocka_unit_test(steps_that_change_nothing),
		cmocka_unit_test(files_and_who_reads_them),
		cmocka_unit_test(a_daemon_that_refuses),
		cmocka_unit_test(what_does_not_come_to_rest_is_given_up),
		cmocka_unit_test(a_long_wait_is_not),
	};

	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
