/*
 * What is warned of, and what looks like it but is not: a text, its plain run, its warnings.
 */
#include "sim/lint/lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

#define HEAD "scenario: t\ndescription: d\ncluster: {nodes: 3}\nsteps:\n  - start: all\n"
#define TRACK STEP("trackstart: {node: 1, client: a, flags: [CHANGES]}")
#define SPLIT STEP("partition: [[1, 2], [3]]")
#define QUORATE STEP("expect: {quorate: {1: true}}")

static struct lint lint_of(struct play *play, const char *text)
{
	struct run_result result;
	struct lint lint = {0, NULL};

	play_read(play, text);
	run_scenario(play->scenario, &(struct run_options){0}, &result);
	lint_scenario(&lint, play->scenario, &result);
	run_result_free(&result);
	return lint;
}

/* "LINE:COLUMN id" of each, in order; checks that nothing else is told. */
static void expect_told(const char *text, const char *told)
{
	struct play play;
	struct lint lint = lint_of(&play, text);
	char got[1024] = "";

	for (uint32_t i = 0; i < lint.count; i++) {
		size_t size = strlen(got);

		snprintf(got + size, sizeof got - size, "%s%u:%u %s", i ? ", " : "", lint.warnings[i].at.line,
			 lint.warnings[i].at.column, lint_ids[lint.warnings[i].check]);
		assert_true(lint.warnings[i].what[0] && lint.warnings[i].instead[0]);
	}
	assert_string_equal(got, told);
	lint_free(&lint);
	play_close(&play);
}

static void a_scenario_that_is_well(void **state)
{
	(void)state;
	expect_told(HEAD TRACK QUORATE SPLIT QUORATE STEP("heal: all") QUORATE, "");
	expect_told(HEAD TRACK STEP("{crash: 2, expect: {callbacks: {a: [nodelist, quorum]}}}"), "");
}

static void what_the_head_lacks(void **state)
{
	(void)state;
	expect_told("scenario: t\ncluster: {nodes: 1}\nsteps:\n  - start: all\n" TRACK QUORATE, "1:1 no-description");
	expect_told(HEAD TRACK, "1:1 expects-nothing");
	expect_told(
		"scenario: t\ndescription: d\nfindings: [I1]\ncluster: {nodes: 1}\nsteps:\n  - start: all\n" TRACK,
		"");
	expect_told(HEAD QUORATE, "1:1 vacuous");
}

static void expectations_that_compare_nothing(void **state)
{
	(void)state;
	expect_told(HEAD TRACK QUORATE STEP("expect: {quorate: {}, members: {}}"), "8:13 empty-expectation");
	expect_told(HEAD TRACK QUORATE STEP("expect: {callbacks_include: {a: []}}"), "8:34 empty-expectation");
	expect_told(HEAD TRACK QUORATE STEP("expect: {callbacks: {a: []}}"), "");
	expect_told(HEAD TRACK QUORATE STEP("expect: {info: {1: {}, 2: {quorum: 2}}}"), "8:24 empty-expectation");
	expect_told(HEAD TRACK QUORATE STEP("{getinfo: {node: 1, client: a}, expect: {reply: {}}}"),
		    "8:53 empty-expectation");
	expect_told(HEAD TRACK QUORATE STEP("{getinfo: {node: 1, client: a}, expect: {reply: {quorum: 2}}}"), "");
}

static void expectations_that_cannot_fail(void **state)
{
	(void)state;
	expect_told(HEAD TRACK STEP("getinfo: {node: 2, client: b}") QUORATE STEP("expect: {callbacks: {b: []}}"),
		    "9:26 cannot-fail");
	expect_told("scenario: t\ndescription: d\ncluster: {nodes: 1}\nsteps:\n  - start: all\n" TRACK STEP(
			    "expect: {split_brain: false}"),
		    "7:27 cannot-fail");
	expect_told(HEAD TRACK STEP("expect: {split_brain: false}"), "");
}

static void expectations_that_come_again(void **state)
{
	(void)state;
	expect_told(HEAD TRACK QUORATE QUORATE, "8:24 repeated-expectation");
	expect_told(HEAD TRACK QUORATE STEP("getinfo: {node: 1, client: a}") QUORATE, "9:24 repeated-expectation");
	expect_told(HEAD TRACK STEP("expect: {info: {1: {quorum: 2}}}") STEP("expect: {info: {1: {quorum: 2}}}"),
		    "8:24 repeated-expectation");
	expect_told(HEAD TRACK STEP("expect: {info: {1: {quorum: 2}}}") STEP("expect: {info: {1: {total_votes: 3}}}"),
		    "");
	expect_told(HEAD TRACK QUORATE STEP("expect: {quorate: {2: true}}"), "");
	expect_told(HEAD TRACK QUORATE STEP("wait: 1s") QUORATE, "");
	expect_told(HEAD TRACK STEP("expect: {members: {1: [1, 2, 3]}}") STEP("expect: {members: {1: [1, 2]}}"), "");
	/* what is unsettled is not the same state */
	expect_told(HEAD TRACK "  - partition: [[1, 2], [3]]\n    expect: {quorate: {3: true}}\n" STEP(
			    "{expect: {quorate: {3: true}}, after: 1s}"),
		    "");
}

static void clients_for_nothing(void **state)
{
	(void)state;
	expect_told(HEAD QUORATE TRACK, "7:5 unread-tracker");
	expect_told(HEAD QUORATE TRACK SPLIT QUORATE, "");
	expect_told(HEAD TRACK QUORATE STEP("initialize: {node: 2, client: b}"), "8:5 unused-client");
	expect_told(HEAD TRACK QUORATE STEP("{initialize: {node: 2, client: b}, expect: {reply: CS_OK}}"), "");
	expect_told(HEAD TRACK QUORATE STEP("initialize: {node: 2, client: b}") STEP("getinfo: {node: 2, client: b}"),
		    "");
}

static void steps_for_nothing(void **state)
{
	(void)state;
	expect_told(HEAD TRACK QUORATE STEP("heal: all"), "8:5 idle-step");
	expect_told(HEAD TRACK QUORATE SPLIT STEP("partition: [[3], [1, 2]]"), "9:5 idle-step");
	expect_told(HEAD TRACK QUORATE SPLIT STEP("partition: [[1], [2, 3]]"), "");
	expect_told(HEAD TRACK QUORATE SPLIT STEP("heal: all") SPLIT, "");
	expect_told(HEAD TRACK QUORATE STEP("wait: 0s"), "8:5 idle-step");
	expect_told(HEAD TRACK QUORATE STEP("wait: 1s"), "");
}

static void faults_that_changed_nothing(void **state)
{
	(void)state;
	expect_told(HEAD TRACK QUORATE STEP("start: 1"), "8:5 inert-fault");
	expect_told(HEAD TRACK QUORATE SPLIT STEP("{heal: all, after: 10ms}"), "8:5 inert-fault, 9:5 inert-fault");
	expect_told(HEAD TRACK QUORATE STEP("fault: {node: 1, client: a, error: TRY_AGAIN}"), "8:5 inert-fault");
}

static void what_two_variants_share(void **state)
{
	const struct position one = {1, 1}, two = {2, 1};
	struct lint first = {0, NULL}, second = {0, NULL};

	(void)state;
	lint_add(&first, LINT_VACUOUS, one, "i", "w");
	lint_add(&first, LINT_VACUOUS, one, "i", "told once");
	lint_add(&first, LINT_IDLE_STEP, two, "i", "w");
	assert_int_equal(first.count, 2);
	lint_add(&second, LINT_INERT_FAULT, two, "i", "another check");
	lint_add(&second, LINT_IDLE_STEP, one, "i", "another place");
	lint_add(&second, LINT_VACUOUS, one, "i", "w");
	lint_keep_common(&first, &second);
	assert_int_equal(first.count, 1);
	assert_int_equal(first.warnings[0].check, LINT_VACUOUS);
	lint_free(&first);
	lint_free(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scenario_that_is_well),
		cmocka_unit_test(what_the_head_lacks),
		cmocka_unit_test(expectations_that_compare_nothing),
		cmocka_unit_test(expectations_that_cannot_fail),
		cmocka_unit_test(expectations_that_come_again),
		cmocka_unit_test(clients_for_nothing),
		cmocka_unit_test(steps_for_nothing),
		cmocka_unit_test(faults_that_changed_nothing),
		cmocka_unit_test(what_two_variants_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
