/*
 * Whatever is chosen, what is written holds when it is run, says something, and says what was seen.
 */
#include "sim/sketch/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/run.h"
#include "sim/sketch/ask.h"

static char *written(struct sketch sketch)
{
	char name[128], message[2048] = "", *text;

	assert_int_equal(sketch_complete(&sketch, name, message, sizeof message), 0);
	text = sketch_write(&sketch, message, sizeof message);
	if (!text)
		fail_msg("%s: %s", sketch.name, message);
	return text;
}

static void expect_holds(struct sketch sketch)
{
	char message[2048] = "", *text = written(sketch);
	struct scenario_set set;
	struct run_result result;

	assert_int_equal(scenario_parse(text, strlen(text), "t", &set, message, sizeof message), 0);
	assert_int_equal(set.count, 1);
	run_scenario(&set.scenarios[0], &(struct run_options){0}, &result);
	assert_int_equal(result.failures, 0);
	assert_int_equal(result.inert, 0);
	assert_int_equal(result.vacuous, sketch.no_client);
	assert_null(result.stuck);
	run_result_free(&result);
	scenario_free(&set);
	free(text);
}

static void every_choice_holds(void **state)
{
	char name[128], message[256];
	uint32_t tried = 0;

	(void)state;
	for (uint32_t nodes = 0; nodes <= 6; nodes++)
		for (uint32_t feature = 0; sketch_features[feature].name; feature++)
			for (uint32_t fault = 0; sketch_faults[fault].name; fault++) {
				struct sketch sketch = {
					.nodes = nodes, .feature = feature, .fault_count = 1, .faults = {fault}};
				struct sketch copy = sketch;

				if (sketch_complete(&copy, name, message, sizeof message) != 0)
					continue;
				tried++;
				expect_holds(sketch);
				sketch.no_client = true;
				expect_holds(sketch);
			}
	assert_true(tried > 150);
}

static void all_faults_one_after_the_other(void **state)
{
	struct sketch sketch = {.nodes = SKETCH_NODES_MAX};

	(void)state;
	for (uint32_t fault = 0; sketch_faults[fault].name; fault++)
		sketch.faults[sketch.fault_count++] = fault;
	expect_holds(sketch);
	sketch.nodes = 5;
	sketch.feature = (uint32_t)sketch_word(sketch_features, "last-man-standing");
	expect_holds(sketch);
}

static void what_was_seen_is_expected(void **state)
{
	char *text = written((struct sketch){.nodes = 3, .name = "mine"});

	(void)state;
	assert_non_null(strstr(text, "scenario: mine\n"));
	assert_non_null(strstr(text, "  - partition: [[1, 2], [3]]"));
	assert_non_null(strstr(text,
			       "      quorate: {1: true, 2: true, 3: false}\n"
			       "      members: {1: [1, 2], 3: [3]}\n"
			       "      callbacks:\n"
			       "        watcher:\n"
			       "          - nodelist: {members: [1, 2]}\n"
			       "          - quorum: {quorate: true, nodes: {1: member, 2: member, 3: dead}}\n"));
	free(text);
	text = written((struct sketch){.feature = (uint32_t)sketch_word(sketch_features, "two_node")});
	assert_non_null(strstr(text, "# It shows hazard H3"));
	free(text);
}

static void what_does_not_go_together(void **state)
{
	struct sketch two = {.nodes = 3, .feature = (uint32_t)sketch_word(sketch_features, "two_node")};
	struct sketch one = {
		.nodes = 1, .fault_count = 1, .faults = {(uint32_t)sketch_word(sketch_faults, "partition")}};
	char name[128], message[256];

	(void)state;
	assert_int_equal(sketch_complete(&two, name, message, sizeof message), -1);
	assert_string_equal(message, "two_node is for 2 nodes, not 3");
	assert_int_equal(sketch_complete(&one, name, message, sizeof message), -1);
	assert_int_equal(sketch_word(sketch_faults, "flood"), -1);
}

/* ---- asking ---- */

static bool answered(const char *answers, struct sketch *sketch, char name[128], char path[1024])
{
	FILE *in = fmemopen((void *)(uintptr_t)answers, strlen(answers), "r"), *out = fopen("/dev/null", "w");
	bool complete;

	assert_non_null(in);
	assert_non_null(out);
	complete = ask_sketch(sketch, name, path, in, out);
	fclose(in);
	fclose(out);
	return complete;
}

static void what_is_answered(void **state)
{
	struct sketch sketch = {0};
	char name[128], path[1024];

	(void)state;
	/* no such feature, two_node; 5 nodes are none for it, 2; flood, crash; no; the default name; a file */
	assert_true(answered("magic\ntwo_node\n5\n2\nflood\ncrash\nno\n\nmine.yaml\n", &sketch, name, path));
	assert_int_equal(sketch.nodes, 2);
	assert_int_equal(sketch.feature, sketch_word(sketch_features, "two_node"));
	assert_int_equal(sketch.faults[0], sketch_word(sketch_faults, "crash"));
	assert_true(sketch.no_client);
	assert_string_equal(sketch.name, "two-node-crash");
	assert_string_equal(path, "mine.yaml");
}

static void what_is_answered_by_nothing(void **state)
{
	struct sketch sketch = {0};
	char name[128], path[1024];

	(void)state;
	assert_true(answered("\n\n\n\n\n\n", &sketch, name, path));
	assert_int_equal(sketch.nodes, 3);
	assert_false(sketch.no_client);
	assert_string_equal(path, "majority-partition.yaml");
	sketch = (struct sketch){0};
	assert_false(answered("two_node\n", &sketch, name, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_choice_holds),        cmocka_unit_test(all_faults_one_after_the_other),
		cmocka_unit_test(what_was_seen_is_expected), cmocka_unit_test(what_does_not_go_together),
		cmocka_unit_test(what_is_answered),          cmocka_unit_test(what_is_answered_by_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
