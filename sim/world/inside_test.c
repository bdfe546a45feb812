/*
 * Clients that call from inside their callbacks: what they call, when, and that
 * the dispatch around it goes on as it should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

/* The calls, callbacks and replies of the first client from a step on, as words: "dispatch nodelist (getinfo 1)". */
static const char *story(const struct play *play, uint32_t from)
{
	static const char *const kinds[] = {
		[VQ_NODELIST] = "nodelist", [VQ_QUORUM] = "quorum", [VQ_EXPECTED_VOTES] = "expected_votes"};
	static char text[2048];
	size_t used = 0;

	text[0] = 0;
	for (uint32_t i = 0; i < play->count; i++) {
		const struct observation *seen = &play->seen[i];
		const char *name = verb_name(seen->verb), *open = seen->inside ? "(" : "",
			   *shut = seen->inside ? ")" : "";

		if (seen->client != 0 || seen->step < from)
			continue;
		if (seen->kind == OBSERVE_CALL)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s ", open, name);
		else if (seen->kind == OBSERVE_REPLY)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s %d%s ", name, (int)seen->number,
						 shut);
		else if (seen->kind == OBSERVE_CALLBACK)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s ",
						 kinds[seen->notification->kind]);
	}
	return text;
}

static void told(const char *steps, uint32_t from, const char *expected)
{
	struct play play;
	char text[1024];

	(void)snprintf(text, sizeof text, "%s%s", CLUSTER(3) STEPS STEP("start: all"), steps);
	play_run(&play, text);
	assert_string_equal(story(&play, from), expected);
	play_close(&play);
}

static void answers_come_within_the_dispatch(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: getinfo}") STEP("dispatch: {node: 1}"), 2,
	     "dispatch nodelist (getinfo getinfo 1) quorum (getinfo getinfo 1) dispatch 1 ");
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: trackstop}") STEP("dispatch: {node: 1}"), 2,
	     "dispatch nodelist (trackstop trackstop 1) quorum (trackstop trackstop 12) dispatch 1 ");
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: none}") STEP("dispatch: {node: 1}"), 2,
	     "dispatch nodelist quorum dispatch 1 ");
}

static void only_two_of_three_callbacks_call(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, flags: CHANGES_ONLY, in_callback: getinfo}")
		     STEP("setexpected: {node: 2, votes: 4}"),
	     2, "dispatch expected_votes dispatch 1 ");
	told(STEP("trackstart: {node: 1, callbacks: [quorum], dispatch: manual, in_callback: getinfo}")
		     STEP("dispatch: {node: 1}"),
	     2, "dispatch quorum (getinfo getinfo 1) dispatch 1 ");
}

static void finalized_is_a_bad_handle(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, in_callback: finalize}") STEP("crash: 3") STEP("getinfo: {node: 1}"), 1,
	     "initialize initialize 1 trackstart trackstart 1 dispatch nodelist (finalize finalize 1) dispatch 9 "
	     "getinfo getinfo 9 ");
}

static void a_device_polls_once_it_has_a_name_and_a_ring(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: qdevice_poll}") STEP("dispatch: {node: 1}"),
	     2, "dispatch nodelist quorum dispatch 1 ");
	told(STEP("trackstart: {node: 1, callbacks: [quorum], in_callback: qdevice_poll}")
		     STEP("qdevice_register: {node: 1, name: Q}") STEP("{qdevice_poll: {node: 1, name: Q}}"),
	     3, "qdevice_poll qdevice_poll 1 ");
	told(STEP("trackstart: {node: 1, in_callback: qdevice_poll}") STEP("qdevice_register: {node: 1, name: Q}")
		     STEP("crash: 3"),
	     3,
	     "dispatch nodelist (qdevice_poll qdevice_poll 1) dispatch 1 dispatch quorum (qdevice_poll qdevice_poll "
	     "1) "
	     "dispatch 1 ");
	told(STEP("trackstart: {node: 1, in_callback: qdevice_poll}") STEP("qdevice_register: {node: 1, name: Q}")
		     STEP("kill: {node: 1}") STEP("trackstart: {node: 1}") STEP("crash: 3"),
	     5, "dispatch nodelist dispatch 1 dispatch quorum dispatch 1 ");
}

/* The ring that it was told is not the node's any more: what it says comes too late, which is no breach. */
static void a_late_device_names_an_old_ring(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: qdevice_poll}")
		     STEP("qdevice_register: {node: 1, name: Q}") STEP("crash: 3")
			     STEP("dispatch: {node: 1, type: ONE}"),
	     4, "dispatch nodelist (qdevice_poll qdevice_poll 22) dispatch 1 ");
}

static void what_could_not_be_answered_waits(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: all")
				STEP("trackstart: {node: 1, dispatch: manual, in_callback: getinfo}") STEP("pause: 1")
					STEP("{dispatch: {node: 1, type: ONE}, settle: false}")
						STEP("{resume: 1, after: 100ms}") STEP("wait: 1s"));
	assert_string_equal(story(&play, 3), "dispatch nodelist (getinfo getinfo 1) dispatch 1 ");
	assert_true(play_nth(&play, OBSERVE_CALLBACK, 0, 0)->time_ns >= play_step_ns(&play, 4));
	play_close(&play);
	told(STEP("trackstart: {node: 1, flags: CHANGES_ONLY, slow: 500ms, in_callback: getinfo}")
		     STEP("setexpected: {node: 1, votes: 5}") STEP("{pause: 1, settle: false}")
			     STEP("{getinfo: {node: 1}, after: 1s}") STEP("{resume: 1, after: 100ms}")
				     STEP("wait: 1s"),
	     4, "getinfo getinfo 1 dispatch expected_votes dispatch 1 ");
}

static void faults_reach_it(void **state)
{
	(void)state;
	told(STEP("trackstart: {node: 1, dispatch: manual, in_callback: getinfo}")
		     STEP("fault: {node: 1, call: getinfo, error: INTERRUPT}") STEP("dispatch: {node: 1}"),
	     3, "dispatch nodelist (getinfo getinfo 16) quorum (getinfo getinfo 1) dispatch 1 ");
}

/* So much is queued that the calls from inside move the block, which the dispatch around them outlives. */
static void the_block_may_move_under_a_dispatch(void **state)
{
	static char text[65536];
	size_t used = (size_t)snprintf(text, sizeof text, "%s",
				       CLUSTER(3) STEPS STEP("start: all")
					       STEP("trackstart: {node: 1, dispatch: manual, in_callback: getinfo}"));
	struct play play;

	(void)state;
	for (int i = 0; i < 300; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "  - trackstart: {node: 1, client: c%d}\n",
					 i);
	for (int i = 0; i < 20; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "  - crash: 3\n  - start: 3\n");
	(void)snprintf(text + used, sizeof text - used, "  - dispatch: {node: 1}\n");
	play_run(&play, text);
	assert_int_equal(play_reply(&play, 0, VERB_DISPATCH, 0)->number, VQ_OK);
	assert_true(play_reply(&play, 0, VERB_DISPATCH, 0)->count > 40);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_within_the_dispatch),
		cmocka_unit_test(only_two_of_three_callbacks_call),
		cmocka_unit_test(finalized_is_a_bad_handle),
		cmocka_unit_test(a_device_polls_once_it_has_a_name_and_a_ring),
		cmocka_unit_test(a_late_device_names_an_old_ring),
		cmocka_unit_test(what_could_not_be_answered_waits),
		cmocka_unit_test(faults_reach_it),
		cmocka_unit_test(the_block_may_move_under_a_dispatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
