/*
 * Every scenario of the library is written, read again, and must be the same but for
 * positions and what its matrix and its corosync.conf said in other words; a few that
 * the library has none of stand here.
 */
#include "sim/scenario/write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/collect.h"
#include "sim/run.h"
#include "sim/scenario/dump.h"

static char *dumped(const struct scenario *scenario)
{
	struct scenario copy = *scenario;
	char *text, *from, *to;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	copy.variant = copy.path = "";
	assert_non_null(file);
	assert_int_equal(scenario_dump_json(&copy, file), 0);
	assert_int_equal(fclose(file), 0);
	for (from = to = text; *from;) { /* positions change */
		size_t skip = 0;

		if (strncmp(from, "\"line\": ", 8) == 0 || strncmp(from, "\"column\": ", 10) == 0)
			skip = strcspn(from, ",}");
		if (skip)
			from += skip;
		else
			*to++ = *from++;
	}
	*to = 0;
	return text;
}

static void hash_of(const struct scenario *scenario, char hash[33])
{
	const struct run_options options = {0};
	struct run_result result;

	run_scenario(scenario, &options, &result);
	memcpy(hash, result.hash, 33);
	run_result_free(&result);
}

static void read_again(const struct scenario *scenario, struct scenario_set *again)
{
	char *text, message[1024] = "";
	const char *problem;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	problem = scenario_write(scenario, NULL, file);
	assert_int_equal(fclose(file), 0);
	if (problem)
		fail_msg("%s: %s", scenario->name, problem);
	if (scenario_parse(text, size, scenario->path, again, message, sizeof message) != 0)
		fail_msg("%s\n%s", message, text);
	free(text);
}

static void assert_same(const struct scenario *scenario, bool run)
{
	struct scenario_set again;
	char hash[33], hash_again[33];
	char *before, *after;

	read_again(scenario, &again);
	before = dumped(scenario);
	after = dumped(&again.scenarios[0]);
	assert_string_equal(after, before);
	free(before);
	free(after);
	if (run) {
		hash_of(scenario, hash);
		hash_of(&again.scenarios[0], hash_again);
		assert_string_equal(hash_again, hash);
	}
	scenario_free(&again);
}

static void the_library_reads_back(void **state)
{
	char *paths[] = {(char[]){"scenarios"}};
	struct collection collection;

	(void)state;
	collect(&collection, paths, 1, NULL);
	assert_int_equal(collection.mistakes, 0);
	assert_true(collection.run_count > 100);
	for (uint32_t i = 0; i < collection.run_count; i++)
		assert_same(collection.runs[i], i % 4 == 0 && collection.runs[i]->node_count < 20);
	collection_free(&collection);
}

static void parse(const char *text, struct scenario_set *set)
{
	char message[1024] = "";

	if (scenario_parse(text, strlen(text), "t.yaml", set, message, sizeof message) != 0)
		fail_msg("%s", message);
}

static void what_the_library_has_none_of_reads_back(void **state)
{
	static const char *const texts[] = {
		"scenario: \"a \\\"b\\\": [x]\"\ndescription: \"two\\nlines # \\x01\"\ntags: [\"1\", b c]\n"
		"seed: 18446744073709551615\ncluster: {nodes: 2}\nsteps: [{start: all}]\n",
		"scenario: \"true\"\nchoices: {order: {all: 3, 3: 1, 0: 2}, turn: {7: 1}, token: {all: 1}}\ncluster: "
		"{nodes: 3}\n"
		"network: {latency: 1us, jitter: 7ns, loss: 0.000001}\n"
		"totem: {token: 1s, token_coefficient: 0, consensus: 2s, join: 60ms, merge: 1}\n"
		"steps: [{start: all, at: 3ns, settle: true}, {crash: 2, settle: false}, {wait: 1500us}]\n",
		"scenario: own\ncluster: {nodes: [3, {nodeid: 7, quorum_votes: 2, quorum: {two_node: 1}}, "
		"{nodeid: 9, quorum: {device: {model: net, votes: 1}}}], quorum: {wait_for_all: 0}}\n"
		"steps:\n- start: [7, 3]\n- reload: {nodes: [{nodeid: 3, quorum: {expected_votes: 9}}, 7, 9, 12], "
		"on: "
		"[7]}\n- start: [9, 12]\n",
		"scenario: clients\ncluster: {nodes: 1, nodelist: false, quorum: {expected_votes: 1}}\nsteps:\n"
		"- start: all\n"
		"- fault: {node: 1, client: a b, dispatch: manual, callbacks: [quorum], slow: 3ms, in_callback: "
		"getinfo, error: NO_MEMORY}\n"
		"- trackstart: {node: 1, client: a b, flags: 0xffffffff, context: 18446744073709551615}\n"
		"- dispatch: {node: 1, client: a b, type: 77}\n- kill: {node: 1, client: a b}\n",
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct scenario_set set;

		parse(texts[i], &set);
		assert_same(&set.scenarios[0], true);
		scenario_free(&set);
	}
}

static void notes_are_comments(void **state)
{
	const char *const before[] = {"first\nsecond\n"}, *const after[] = {"then\n"};
	const struct write_notes notes = {.head = "head\n", .before_step = before, .after_step = after};
	struct scenario_set set;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	parse("scenario: s\ncluster: {nodes: 1}\nsteps: [start: all]\n", &set);
	assert_null(scenario_write(&set.scenarios[0], &notes, file));
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, "# head\nscenario: s\ncluster:\n  nodes: 1\nsteps:\n  # first\n  # second\n"
				  "  - start: all\n    # then\n");
	free(text);
	scenario_free(&set);
}

/* A file can give each node another nodelist; one scenario cannot say that. */
static void what_cannot_be_said_is_told(void **state)
{
	struct vq_config_node lists[2][1] = {{{1, 1}}, {{2, 1}}};
	struct vq_config configs[2] = {{.node_count = 1, .nodes = lists[0]}, {.node_count = 1, .nodes = lists[1]}};
	struct scenario_node nodes[2] = {{.nodeid = 1, .config = &configs[0]}, {.nodeid = 2, .config = &configs[1]}};
	struct step step = {.verb = VERB_HEAL, .settle = true};
	struct scenario scenario = {
		.name = "s", .description = "", .node_count = 2, .nodes = nodes, .step_count = 1, .steps = &step};
	FILE *file = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(file);
	assert_string_equal(scenario_write(&scenario, NULL, file), "the nodelists of its nodes differ");
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_reads_back),
		cmocka_unit_test(what_the_library_has_none_of_reads_back),
		cmocka_unit_test(notes_are_comments),
		cmocka_unit_test(what_cannot_be_said_is_told),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
