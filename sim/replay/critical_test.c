/*
 * The critical step of runs whose story is known.
 */
#include "sim/replay/critical.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

#define START STEP("start: all")

struct tried {
	struct play play;
	struct replay replay;
	struct critical critical;
};

static const struct critical *find_critical(struct tried *tried, const char *text, bool quorate)
{
	struct critical_options options = {.quorate = quorate, .continuations_max = 200};

	play_read(&tried->play, text);
	replay_open(&tried->replay, tried->play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
	replay_go(&tried->replay, 5);
	critical_find(&tried->replay, &options, &tried->critical);
	assert_int_equal(tried->replay.event, 5);
	return &tried->critical;
}

static void forget(struct tried *tried)
{
	critical_free(&tried->critical);
	replay_close(&tried->replay);
	play_close(&tried->play);
}

static void a_run_that_ends_well_has_none(void **state)
{
	struct tried tried;
	const struct critical *critical = find_critical(&tried, CLUSTER(3) STEPS START STEP("crash: 3"), false);

	(void)state;
	assert_false(critical->ended_badly);
	assert_false(critical->found);
	forget(&tried);
}

/* A hazard comes with the split; healing is too late, no interleaving helps. */
static void a_split_of_two_nodes(void **state)
{
	struct tried tried;
	const struct critical *critical =
		find_critical(&tried,
			      "scenario: t\ncluster: {nodes: 2, quorum: {two_node: 1}}\n" STEPS START STEP("wait: 1s")
				      STEP("partition: [[1], [2]]") STEP("heal: all"),
			      false);

	(void)state;
	assert_true(critical->ended_badly && critical->found);
	assert_int_equal(critical->bad.hazard, 3);
	assert_int_equal(critical->step, 2);
	assert_true(critical->from.left_out_tried && critical->from.left_out_well);
	assert_true(critical->averts[2]);
	assert_false(critical->averts[1]);
	assert_false(critical->averts[3]); /* not looked at: it was too late */
	assert_int_equal(critical->from.choices.tried, 200);
	assert_int_equal(critical->from.choices.well, 0);
	assert_false(critical->by_choices_found);
	forget(&tried);
}

/* scenarios/hazards/defect-one-ring-two-answers.yaml: the two may form rings on the way to theirs, or take turns in the
 * sync in another order; the first way that is found is told. */
static void another_interleaving_may_avert_it(void **state)
{
	struct tried tried;
	const struct critical *critical =
		find_critical(&tried,
			      CLUSTER(3) STEPS START STEP("setexpected: {node: 1, client: op, votes: 5}")
				      STEP("crash: [2, 3]") STEP("start: 2"),
			      false);

	(void)state;
	assert_true(critical->ended_badly && critical->found);
	assert_int_equal(critical->bad.kind, VERDICT_BREACH);
	assert_int_equal(critical->step, 3);
	assert_true(critical->from.choices.well > 0 && critical->from.choices.well < critical->from.choices.tried);
	assert_true(critical->from.choice.found);
	assert_int_equal(critical->from.choice.what, CHOOSE_MOVE);
	assert_int_equal(critical->from.choice.step, 3);
	assert_true(critical->by_choices_found);
	assert_int_equal(critical->by_choices_step, 3);
	forget(&tried);
}

/* All crash, and wait_for_all waits for the third: what comes after the crash does not matter. */
static void the_critical_step_may_come_long_before(void **state)
{
	struct tried tried;
	const struct critical *critical = find_critical(
		&tried,
		"scenario: t\ncluster: {nodes: 3, quorum: {wait_for_all: 1}}\n" STEPS START STEP("wait: 1s")
			STEP("crash: [1, 2, 3]") STEP("start: 1") STEP("start: 2") STEP("wait: 60s"),
		true);

	(void)state;
	assert_true(critical->ended_badly && critical->found);
	assert_int_equal(critical->step, 2);
	assert_true(critical->from.left_out_well);
	assert_true(critical->after_tried > 200);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(critical->averts[i], i == 2);
	forget(&tried);
}

static void nothing_may_have_been_critical(void **state)
{
	struct tried tried;
	const struct critical *critical =
		find_critical(&tried,
			      "scenario: t\ncluster: {nodes: 3, quorum: {wait_for_all: 1}}\n" STEPS STEP("start: 1")
				      STEP("start: 2"),
			      true);

	(void)state;
	assert_true(critical->ended_badly);
	assert_false(critical->found);
	assert_true(critical->after_tried > 3);
	forget(&tried);
}

/* The reply to a call that is not made cannot be as expected; what a step expects of the cluster can. */
static void a_step_is_not_left_out_when_its_own_reply_failed(void **state)
{
	struct tried tried;
	const struct critical *critical =
		find_critical(&tried,
			      CLUSTER(2) STEPS START STEP("getinfo: {node: 1}\n    expect: {reply: {total_votes: 1}}")
				      STEP("crash: 2"),
			      false);

	(void)state;
	assert_true(critical->ended_badly);
	assert_int_equal(critical->bad.kind, VERDICT_EXPECTATION);
	assert_false(critical->averts[1]);
	assert_false(critical->found && critical->step == 1 && critical->from.left_out_tried);
	forget(&tried);
	critical = find_critical(
		&tried, CLUSTER(3) STEPS START STEP("crash: 2\n    expect: {members: {1: [1, 2, 3]}}"), false);
	assert_true(critical->found && critical->from.left_out_well);
	assert_int_equal(critical->step, 1);
	forget(&tried);
}

static void the_same_words_every_time(void **state)
{
	static const char text[] = CLUSTER(3) STEPS START STEP("setexpected: {node: 1, client: op, votes: 5}")
		STEP("crash: [2, 3]") STEP("start: 2");
	char *told[2] = {NULL, NULL};

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct tried tried;
		size_t size;
		FILE *to = open_memstream(&told[i], &size);

		assert_non_null(to);
		find_critical(&tried, text, false);
		critical_tell(tried.play.scenario, &tried.critical, to);
		critical_json(&tried.critical, to);
		assert_int_equal(fclose(to), 0);
		forget(&tried);
	}
	assert_string_equal(told[0], told[1]);
	assert_non_null(strstr(told[0], "Rule I2 is broken in step 3 (start 2)."));
	free(told[0]);
	free(told[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_ends_well_has_none),
		cmocka_unit_test(a_split_of_two_nodes),
		cmocka_unit_test(another_interleaving_may_avert_it),
		cmocka_unit_test(the_critical_step_may_come_long_before),
		cmocka_unit_test(nothing_may_have_been_critical),
		cmocka_unit_test(a_step_is_not_left_out_when_its_own_reply_failed),
		cmocka_unit_test(the_same_words_every_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
