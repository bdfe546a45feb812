/*
 * The random search: what is drawn can be written and read, comes again from its seed,
 * finds what is known to be there, and does not depend on threads; what it finds
 * becomes small and still shows the same.
 */
#include "sim/swarm/swarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/shrink/shrink.h"
#include "sim/explore/story.h"
#include "sim/run.h"
#include "sim/scenario/write.h"

static const struct draw_options small = {.nodes_min = 2, .nodes_max = 5, .events_max = 8};

static char *written(const struct scenario *scenario)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_null(scenario_write(scenario, NULL, file));
	assert_int_equal(fclose(file), 0);
	return text;
}

static void parse(const char *text, struct scenario_set *set)
{
	char message[1024] = "";

	if (scenario_parse(text, strlen(text), "t.yaml", set, message, sizeof message) != 0)
		fail_msg("%s\n%s", message, text);
}

/* In any order, whatever was drawn before; and read again it is written in the same words. */
static void a_run_is_drawn_from_its_number(void **state)
{
	struct draw *draw = draw_open(&small), *other = draw_open(&small);
	uint32_t different = 0;
	char *before = NULL;

	(void)state;
	for (uint64_t run = 0; run < 300; run++) {
		const struct drawn *drawn = draw_run(draw, 5, run);
		char *text = written(&drawn->scenario), *again;
		struct scenario_set set;

		draw_run(other, 6, 300 - run);
		again = written(&draw_run(other, 5, run)->scenario);
		assert_string_equal(again, text);
		free(again);
		parse(text, &set);
		again = written(&set.scenarios[0]);
		assert_string_equal(again, text);
		scenario_free(&set);
		free(again);
		different += !before || strcmp(before, text) != 0;
		free(before);
		before = text;
	}
	assert_int_equal(different, 300);
	free(before);
	draw_close(draw);
	draw_close(other);
}

/* The same bytes draw the same story, which can be written; used up, they end it. */
static void bytes_draw_a_run(void **state)
{
	static const struct draw_options wild = {.nodes_min = 1, .nodes_max = 5, .events_max = 16, .wild = true};
	struct draw *draw = draw_open(&wild);
	uint8_t bytes[400];
	uint32_t quirks = 0;

	(void)state;
	for (uint32_t run = 0; run < 200; run++) {
		struct choice_bytes all = {bytes, sizeof bytes}, again = all, few = {bytes, 10};
		char *text, *same;

		for (uint32_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)((run * 131 + i) * 2654435761u >> 13);
		text = written(&draw_from_bytes(draw, &all)->scenario);
		quirks += strstr(text, "quirks:") != NULL;
		assert_true(all.size < sizeof bytes);
		assert_true(draw_from_bytes(draw, &few)->scenario.step_count < 8);
		assert_int_equal(few.size, 0);
		draw_run(draw, 1, run);
		same = written(&draw_from_bytes(draw, &again)->scenario);
		assert_string_equal(same, text);
		free(same);
		free(text);
	}
	assert_in_range(quirks, 1, 199);
	draw_close(draw);
}

static void search(const struct draw_options *draw, uint64_t count, uint32_t jobs, struct swarm *swarm)
{
	const struct swarm_options options = {.draw = *draw, .seed = 1, .count = count, .jobs = jobs};

	swarm_search(&options, swarm);
}

static void threads_change_nothing(void **state)
{
	struct swarm one, three;

	(void)state;
	search(&small, 1000, 1, &one);
	search(&small, 1000, 3, &three);
	assert_true(one.finding_count > 0);
	assert_int_equal(three.finding_count, one.finding_count);
	assert_int_equal(three.totals.events, one.totals.events);
	assert_int_equal(three.totals.callbacks, one.totals.callbacks);
	for (uint32_t i = 0; i < one.finding_count; i++) {
		assert_true(found_same(&one.findings[i].found, &three.findings[i].found));
		assert_int_equal(one.findings[i].first_run, three.findings[i].first_run);
		assert_int_equal(one.findings[i].runs, three.findings[i].runs);
		assert_string_equal(one.findings[i].found.verdict.came, three.findings[i].found.verdict.came);
	}
	swarm_free(&one);
	swarm_free(&three);
}

static const struct swarm_finding *finding_of(const struct swarm *swarm, uint32_t kind, const char *rule,
					      uint32_t hazard)
{
	for (uint32_t i = 0; i < swarm->finding_count; i++) {
		const struct found *found = &swarm->findings[i].found;

		if (found->kind == kind && found->hazard == hazard && strcmp(check_rules[found->rule].id, rule) == 0)
			return &swarm->findings[i];
	}
	return NULL;
}

static void assert_finds(const char *quorum, uint32_t kind, uint32_t hazard)
{
	struct draw_options options = small;
	struct scenario_set set;
	struct swarm swarm;
	char text[512];

	(void)snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [start: all]\n", quorum);
	parse(text, &set);
	options.base = &set.scenarios[0];
	search(&options, 3000, 1, &swarm);
	if (!finding_of(&swarm, kind, "I1", hazard))
		fail_msg("%s: not found", quorum);
	swarm_free(&swarm);
	scenario_free(&set);
}

/* Hazards of hazards.md, and what exploration found (FOUND.md). */
static void known_findings_are_found(void **state)
{
	(void)state;
	assert_finds("{nodes: 2, quorum: {two_node: 1}}", FOUND_HAZARD, 3);
	assert_finds("{nodes: 4, quorum: {last_man_standing: 1}}", FOUND_HAZARD, 1);
	assert_finds("{nodes: 3, quorum: {two_node: 1}}", FOUND_BREACH, 0);
	assert_finds("{nodes: 4, quorum: {auto_tie_breaker: 1}}", FOUND_BREACH, 0);
}

/* ---- shrinking ---- */

static void take_first(void *ctx, const struct found *found)
{
	struct found *first = ctx;

	if (!first->kind)
		*first = *found;
}

static struct found first_found(const struct scenario *scenario)
{
	const struct run_options options = {0};
	struct finder *finder = finder_open();
	struct found found = {0};
	struct choice_marks marks;

	find(finder, scenario, run_choice(scenario, &options, &marks), scenario->seed, take_first, &found, NULL);
	finder_close(finder);
	return found;
}

/* What is left of a text; both are in the form that scenario_write() gives. */
static void assert_shrinks(const char *text, const char *left)
{
	const struct shrink_options options = {"s", "", 20000};
	const struct run_options plain = {0};
	struct scenario_set set;
	struct shrunk shrunk;
	struct found target;
	struct choice_marks marks;
	char *came;

	parse(text, &set);
	target = first_found(&set.scenarios[0]);
	assert_true(target.kind != 0);
	assert_true(shrink(&set.scenarios[0], run_choice(&set.scenarios[0], &plain, &marks), set.scenarios[0].seed,
			   &target, &options, &shrunk));
	assert_true(shrunk.minimal);
	came = written(&shrunk.set.scenarios[0]);
	assert_string_equal(came, left);
	target = first_found(&shrunk.set.scenarios[0]);
	assert_true(found_same(&target, &shrunk.found));
	free(came);
	shrunk_free(&shrunk);
	scenario_free(&set);
}

static void what_does_not_matter_is_left_out(void **state)
{
	(void)state;
	assert_shrinks("scenario: s\ndescription: much\ntags: [x]\nseed: 7\n"
		       "cluster: {nodes: 5, quorum: {wait_for_all: 0, last_man_standing: 1, "
		       "last_man_standing_window: 12s}}\ntotem: {token: 1s}\nnetwork: {jitter: 1ms}\nsteps:\n"
		       "- start: {nodes: all, together: true}\n- trackstart: {node: 1, slow: 3ms, context: 9}\n"
		       "- pause: 4\n- {resume: 4, after: 30ms}\n- partition: [[1, 2, 3], [4, 5]]\n- wait: 1m\n"
		       "- getinfo: {node: 2}\n- partition: [[1, 2], [3, 4, 5]]\n- heal: all\n",
		       "scenario: s\ncluster:\n  nodes: 4\n  quorum: {last_man_standing: 1}\nsteps:\n"
		       "  - start: all\n  - partition: [[1, 2, 3], [4]]\n  - wait: 11s\n"
		       "  - partition: [[1, 2], [3, 4]]\n");
}

static void expectations_shrink_to_the_one_that_fails(void **state)
{
	(void)state;
	assert_shrinks("scenario: s\ncluster: {nodes: 3, quorum: {wait_for_all: 1}}\nsteps:\n- start: all\n"
		       "- {trackstart: {node: 1, client: a}, expect: {reply: OK, quorate: {all: true}}}\n"
		       "- {getinfo: {node: 1, client: a}, expect: {reply: {total_votes: 3, quorum: 9}}}\n"
		       "- {stop: 2, expect: {quorate: {1: true}}}\n",
		       "scenario: s\ncluster:\n  nodes: 3\nsteps:\n  - start: all\n"
		       "  - {getinfo: {node: 1, client: a}, expect: {reply: {total_votes: 3, quorum: 9}}}\n");
}

/* Holds in the plain run: all come together at once. With a seed some come earlier. */
static void choices_that_matter_are_written_down(void **state)
{
	static const char text[] =
		"scenario: s\ncluster: {nodes: 4}\nsteps:\n- start: all\n- trackstart: {node: 1, client: "
		"a}\n- partition: [[1, 2], [3, 4]]\n- {heal: all, expect: {callbacks: {a: [nodelist: "
		"{members: [1, 2, 3, 4]}, quorum]}}}\n";
	const struct shrink_options options = {"s", "", 20000};
	struct finder *finder = finder_open();
	struct found target = {0};
	struct scenario_set set;
	struct shrunk shrunk;
	uint64_t seed = 0;

	(void)state;
	parse(text, &set);
	find(finder, &set.scenarios[0], choice_plain, 0, take_first, &target, NULL);
	assert_int_equal(target.kind, 0);
	while (!target.kind)
		find(finder, &set.scenarios[0], choice_seeded, ++seed, take_first, &target, NULL);
	assert_true(shrink(&set.scenarios[0], choice_seeded, seed, &target, &options, &shrunk));
	assert_true(shrunk.minimal);
	/* of the hundreds that the seed made; who moves may take two: that any may, and who stays */
	assert_in_range(shrunk.set.scenarios[0].choice_count, 1, 2);
	assert_false(shrunk.set.scenarios[0].has_seed);
	target = first_found(&shrunk.set.scenarios[0]);
	assert_true(found_same(&target, &shrunk.found));
	finder_close(finder);
	shrunk_free(&shrunk);
	scenario_free(&set);
}

/* Two rings of two: who has quorum in the last hangs on who speaks first there, which is the second. */
static void a_story_is_one_that_daemons_play(void **state)
{
	(void)state;
	assert_shrinks(
		"scenario: s\nchoices: {token: {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}}\n"
		"cluster: {nodes: 3, quorum: {wait_for_all: 1}}\nsteps:\n- start: {nodes: all, together: true}\n"
		"- trackstart: {node: 1}\n- partition: [[1], [2, 3]]\n- partition: [[1, 3], [2]]\n- wait: 1m\n",
		"scenario: s\nchoices: {token: {all: 1}}\ncluster:\n  nodes: 3\n  quorum: {wait_for_all: 1}\n"
		"steps:\n  - start: all\n  - partition: [[1], [2, 3]]\n  - partition: [[1, 3], [2]]\n");
}

/* ---- the judge ---- */

/* Found by the swarm, and found to be the judge's mistake: nothing is to be told of them. */
static void what_was_told_wrongly_is_told_no_more(void **state)
{
	static const char *const texts[] = {
		/* asks to be a tracker again while the daemon is paused: told the news, then a snapshot */
		"cluster: {nodes: 2}\nsteps:\n- start: all\n- trackstart: {node: 2, client: a, slow: 256ms}\n"
		"- pause: 2\n- trackstart: {node: 2, client: a}\n- resume: 2\n",
		/* what is wiped when the node has left is written until then */
		"choices: {stop: {0: 1}}\ncluster: {nodes: 1}\nsteps:\n- start: all\n"
		"- {stop: {nodes: all, wipe: true}, after: 0s}\n- start: all\n",
		/* votes above one put last_man_standing out at run time (H5) */
		"cluster: {nodes: 1, quorum: {last_man_standing: 1}}\nsteps:\n- start: all\n"
		"- reload: {quorum: {last_man_standing: 1}, nodes: [{nodeid: 1, quorum_votes: 2}]}\n",
		/* a device falls silent: its node's expected votes are told anew */
		"cluster: {nodes: 3, quorum: {device: {model: net, votes: 2}}}\nsteps:\n- start: all\n"
		"- qdevice_register: {node: 3, name: device}\n- qdevice_poll: {node: 3, name: device}\n"
		"- stop: 2\n- wait: 31s\n",
		/* who has restarted unnoticed and stops has nobody to say goodbye to */
		"cluster: {nodes: 2, quorum: {allow_downscale: 1}}\nsteps:\n- start: all\n- crash: 2\n"
		"- {start: 2, after: 0s}\n- {stop: 2, after: 0s}\n",
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct scenario_set set;
		struct found found;
		char text[1024];

		(void)snprintf(text, sizeof text, "scenario: s\n%s", texts[i]);
		parse(text, &set);
		found = first_found(&set.scenarios[0]);
		if (found.kind)
			fail_msg("%s\nexpected %s, came %s", text, found.verdict.expected, found.verdict.came);
		scenario_free(&set);
	}
}

/* Expected votes lowered by last man standing, on a node that has them from another: still hazard H1. */
static void lowered_elsewhere_is_the_same_hazard(void **state)
{
	struct scenario_set set;
	struct found found;

	(void)state;
	parse("scenario: s\ncluster: {nodes: 5, quorum: {last_man_standing: 1}}\nsteps:\n- start: all\n"
	      "- partition: [[1, 4, 5], [2, 3]]\n- wait: 11s\n- stop: 1\n- partition: [[1, 3, 4], [2, 5]]\n",
	      &set);
	found = first_found(&set.scenarios[0]);
	assert_int_equal(found.kind, FOUND_HAZARD);
	assert_int_equal(found.hazard, 1);
	scenario_free(&set);
}

/* ---- stories ---- */

static void a_story_says_who_believes_what(void **state)
{
	struct scenario_set set;
	struct found found;
	struct story story;

	(void)state;
	parse("scenario: s\ncluster: {nodes: 2, quorum: {two_node: 1}}\nsteps:\n- start: all\n- wait: 1s\n"
	      "- partition: [[1], [2]]\n",
	      &set);
	found = first_found(&set.scenarios[0]);
	story_make(&set.scenarios[0], &found, &story);
	assert_string_equal(story.after[0],
			    "1 2: QUORATE, 2 of 2 expected votes, quorum 1 (two_node: one vote is enough)\n");
	assert_null(story.after[1]); /* nothing has changed */
	assert_non_null(strstr(story.after[2],
			       "1: QUORATE, 1 of 2 expected votes, quorum 1 (two_node: one vote is enough)\n"
			       "2: QUORATE, 1 of 2 expected votes"));
	assert_non_null(strstr(story.after[2], "^ I1: node 1, with members 1, and node 2"));
	assert_non_null(strstr(story.head, "hazard H3, which the manual admits: At most one component"));
	story_free(&story);
	scenario_free(&set);
}

static void why_there_is_no_quorum(void **state)
{
	static const struct {
		const char *text;
		enum why why;
		const char *reason;
	} cases[] = {
		{"cluster: {nodes: 3}\nsteps: [{start: 1, expect: {quorate: {1: true}}}]\n", WHY_APART,
		 "node 1: 1 of 3 expected votes are here, quorum is 2: others are not there: node 2"},
		{"cluster: {nodes: 2}\nsteps: [{start: 1, expect: {quorate: {2: true}}}]\n", WHY_DOWN,
		 "node 2: it is not running"},
		{"cluster: {nodes: 2, quorum: {expected_votes: 7}}\nsteps: [{start: all, expect: {quorate: {1: "
		 "true}}}]\n",
		 WHY_CONFIGURED,
		 "node 1: 2 of 7 expected votes are here, quorum is 4: corosync.conf expects more votes than there "
		 "are"},
		{"cluster: {nodes: 2}\nsteps: [start: all, partition: [[1], [2]], setexpected: {node: 1, votes: 9}, "
		 "setexpected: {node: 2, votes: 9}, "
		 "heal: all, {wait: 1s, expect: "
		 "{quorate: {1: true}}}]\n",
		 WHY_CLIENT,
		 "node 1: 2 of 9 expected votes are here, quorum is 5: a client has changed votes or expected votes"},
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scenario_set set;
		struct found found;
		char text[512];

		(void)snprintf(text, sizeof text, "scenario: s\n%s", cases[i].text);
		parse(text, &set);
		found = first_found(&set.scenarios[0]);
		assert_int_equal(found.kind, FOUND_NO_QUORUM);
		assert_string_equal(found.reason, cases[i].reason);
		assert_int_equal(found.why, cases[i].why);
		assert_false(found_is_defect(&found));
		scenario_free(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_drawn_from_its_number),
		cmocka_unit_test(bytes_draw_a_run),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(known_findings_are_found),
		cmocka_unit_test(what_does_not_matter_is_left_out),
		cmocka_unit_test(expectations_shrink_to_the_one_that_fails),
		cmocka_unit_test(choices_that_matter_are_written_down),
		cmocka_unit_test(a_story_is_one_that_daemons_play),
		cmocka_unit_test(what_was_told_wrongly_is_told_no_more),
		cmocka_unit_test(lowered_elsewhere_is_the_same_hazard),
		cmocka_unit_test(a_story_says_who_believes_what),
		cmocka_unit_test(why_there_is_no_quorum),
	};

	return cmocka_run_group_tests_name("swarm", tests, NULL, NULL);
}
