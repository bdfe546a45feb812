/*
 * Who can make a ring together when single directions are cut: every case that was
 * recorded of daemons (harness/live/one-way-cut.jsonl), by who installs which rings.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOGETHER STEPS STEP("start: {nodes: all, together: true}")
#define CUT(from, to) STEP("link: {from: " #from ", to: " #to ", up: false}")
#define LONG STEP("wait: 60s")

/* The rings that a node installed since the start had settled, without repetitions: "3 123"; "3+" was formed several times. */
static const char *rings_since(const struct play *play, uint32_t node)
{
	static char text[256];
	const struct observation *seen;
	char last[16] = "";
	uint32_t at = 0, n = 0;
	size_t size = 0;

	text[0] = 0;
	while ((seen = play_next(play, &at, OBSERVE_RING, node)) != NULL) {
		const char *members = play_ring(play, node, n++);

		if (seen->time_ns <= play_step_ns(play, 1))
			continue;
		if (strcmp(members, last) == 0) {
			if (text[size - 1] != '+')
				text[size++] = '+';
		} else {
			size += (size_t)sprintf(text + size, "%s%s", size ? " " : "", members);
			strcpy(last, members);
		}
		text[size] = 0;
	}
	return text;
}

static void assert_rings(const char *scenario, const char *const *expected)
{
	struct play play;

	play_run(&play, scenario);
	for (uint32_t node = 0; node < play.scenario->node_count; node++)
		assert_string_equal(rings_since(&play, node), expected[node]);
	play_close(&play);
}
#define ASSERT_RINGS(scenario, ...) assert_rings(scenario, (const char *const[]){__VA_ARGS__})

static void off_the_tokens_path_nothing_happens(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(1, 3) LONG, "", "", "");
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(1, 3) CUT(3, 2) CUT(2, 1) LONG, "", "", "");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(1, 3) CUT(3, 1) CUT(2, 4) CUT(4, 2) LONG, "", "", "", "");
}

static void the_last_is_alone_again_and_again(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(3, 1) LONG, "", "", "3+");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(4, 1) LONG STEP("heal: all"), "1234", "1234", "1234", "4+ 1234");
}

static void one_in_the_middle_is_alone_again_and_again(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(2, 3) LONG, "", "2+", "");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(3, 4) LONG STEP("link: {from: 3, to: 4, up: true}"), "1234", "1234",
		     "3+ 1234", "1234");
}

static void without_the_first_the_others_form_again_and_again(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(1, 2) LONG STEP("heal: all"), "123", "23+ 123", "23+ 123");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(1, 2) CUT(1, 3) LONG, "", "234+", "234+", "234+");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(1, 2) LONG STEP("crash: 4") LONG, "", "234+ 23+", "234+ 23+", "234+");
}

static void whom_nobody_hears_is_apart(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(2) TOGETHER CUT(1, 2) LONG STEP("heal: all"), "1+ 12", "2 12");
	ASSERT_RINGS(CLUSTER(2) TOGETHER CUT(2, 1) LONG, "1", "2+");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(1, 2) CUT(1, 3) CUT(1, 4) LONG, "1+", "234", "234", "234");
	ASSERT_RINGS(CLUSTER(4) TOGETHER CUT(2, 1) CUT(3, 1) CUT(4, 1) LONG, "1", "234+", "234+", "234+");
}

/* With both directions totem does something else each time; here, those go together that hear each other. */
static void both_directions_divide(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(1, 2) "  - link: {from: 2, to: 1, up: false}\n    settle: false\n" LONG,
		     "13", "2", "13");
}

/* A cut is felt when the token is lost; mended before, nobody notices. */
static void a_short_cut_shows_nowhere(void **state)
{
	(void)state;
	ASSERT_RINGS(CLUSTER(3) TOGETHER CUT(3, 1) "  - link: {from: 3, to: 1, up: true}\n    after: 1s\n" LONG, "",
		     "", "");
}

/* How often: recorded with other times than the usual, too. */
static void at_totems_pace(void **state)
{
	static const char *const totem = "totem: {token: 1000ms, token_coefficient: 0ms, consensus: 2000ms}\n";
	const struct {
		const char *cut;
		uint32_t node, every_ms;
	} paces[] = {
		{"link: {from: 3, to: 1, up: false}", 2, 2000},
		{"link: {from: 2, to: 3, up: false}", 1, 2800},
		{"link: {from: 1, to: 2, up: false}", 2, 2800},
	};

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		const struct observation *last, *seen = NULL;
		struct play play;
		char text[512];
		uint32_t at = 0;

		(void)snprintf(text, sizeof text, CLUSTER(3) "%s" TOGETHER "  - %s\n" LONG, totem, paces[i].cut);
		play_run(&play, text);
		last = play_last(&play, OBSERVE_RING, paces[i].node);
		for (const struct observation *next;
		     (next = play_next(&play, &at, OBSERVE_RING, paces[i].node)) != last;)
			seen = next;
		assert_int_equal(last->time_ns - seen->time_ns, paces[i].every_ms * SCENARIO_MS);
		play_close(&play);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_the_tokens_path_nothing_happens),
		cmocka_unit_test(the_last_is_alone_again_and_again),
		cmocka_unit_test(one_in_the_middle_is_alone_again_and_again),
		cmocka_unit_test(without_the_first_the_others_form_again_and_again),
		cmocka_unit_test(whom_nobody_hears_is_apart),
		cmocka_unit_test(both_directions_divide),
		cmocka_unit_test(a_short_cut_shows_nowhere),
		cmocka_unit_test(at_totems_pace),
	};

	return cmocka_run_group_tests_name("component", tests, NULL, NULL);
}
