/*
 * corosync.conf, read as `corosync -t` of 3.1.7 reads it (each row was put to
 * it; that nodes need an id is ours): what is accepted and what comes of it,
 * what is refused and in which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/scenario/config.h"

struct input {
	struct reading reading;
	const char *text;
	size_t size;
	struct conf conf;
	char message[512];
};

static void parse(void *context)
{
	struct input *input = context;

	conf_parse(&input->reading, input->text, input->size, &input->conf);
}

static bool parsed(struct input *input, const char *text, size_t size)
{
	memset(input, 0, sizeof(*input));
	input->reading.path = "c";
	input->reading.variant = "";
	input->reading.message = input->message;
	input->reading.message_size = sizeof(input->message);
	input->conf.totem = (struct totem){3000, 650, 0, 50, 200};
	input->conf.capacity = VQ_PROCESSORS_MAX;
	input->text = text;
	input->size = size;
	return attempt(&input->reading, parse, input);
}

static void accepted(struct input *input, const char *text)
{
	bool done = parsed(input, text, strlen(text));

	if (!done)
		print_error("%s", input->message);
	assert_true(done);
}

static void free_input(struct input *input)
{
	arena_free(input->reading.arena.blocks);
}

/* ---- what is accepted -------------------------------------------------------------- */

static void a_whole_file(void **state)
{
	struct input input;

	(void)state;
	accepted(&input,
		 "# made by pcs\n"
		 "totem {\n    version: 2\n    cluster_name: x\n    transport: knet\n    crypto_cipher: aes256\n"
		 "    token: 1000\n    token_coefficient: 0\n    consensus: 1300\n    join: 60\n    merge: 300\n"
		 "    interface {\n        linknumber: 0\n        mcastport: 5405\n    }\n}\n"
		 "\nnodelist {\n"
		 "    node {\n        ring0_addr: 10.0.0.1\n        name: n1\n        nodeid: 1\n    }\n"
		 "    node {\n        ring0_addr: 10.0.0.2\n        nodeid: 5\n        quorum_votes: 3\n    }\n}\n"
		 "quorum {\n    provider: corosync_votequorum\n    expected_votes: 8\n    two_node: 0\n"
		 "    wait_for_all: 1\n    auto_tie_breaker: 1\n    auto_tie_breaker_node: 1 3  5 \n"
		 "    last_man_standing: 1\n    last_man_standing_window: 20000\n    allow_downscale: 0\n"
		 "    expected_votes_tracking: 1\n    votes: 2\n"
		 "    device {\n        model: net\n        votes: 1\n        timeout: 12000\n"
		 "        sync_timeout: 40000\n        net {\n            host: q\n            algorithm: ffsplit\n"
		 "        }\n    }\n}\n"
		 "logging {\n    to_syslog: yes\n}\n");
	assert_int_equal(input.conf.node_count, 2);
	assert_int_equal(input.conf.nodes[0].nodeid, 1);
	assert_int_equal(input.conf.nodes[0].votes, 1);
	assert_int_equal(input.conf.nodes[1].nodeid, 5);
	assert_int_equal(input.conf.nodes[1].votes, 3);
	assert_string_equal(input.conf.names[0], "n1");
	assert_string_equal(input.conf.names[1], "10.0.0.2");
	assert_int_equal(input.conf.config.given, 0x3fff);
	assert_int_equal(input.conf.config.expected_votes, 8);
	assert_int_equal(input.conf.config.wait_for_all, 1);
	assert_string_equal(input.conf.config.auto_tie_breaker_node, "1 3  5");
	assert_int_equal(input.conf.config.last_man_standing_window_ms, 20000);
	assert_int_equal(input.conf.config.votes, 2);
	assert_string_equal(input.conf.config.device_model, "net");
	assert_int_equal(input.conf.config.device_votes, 1);
	assert_int_equal(input.conf.config.device_timeout_ms, 12000);
	assert_int_equal(input.conf.config.device_sync_timeout_ms, 40000);
	assert_int_equal(input.conf.totem.token_ms, 1000);
	assert_int_equal(input.conf.totem.token_coefficient_ms, 0);
	assert_int_equal(input.conf.totem.consensus_ms, 1300);
	assert_int_equal(input.conf.totem.join_ms, 60);
	assert_int_equal(input.conf.totem.merge_ms, 300);
	free_input(&input);
}

static void two_node_is(const char *text, uint32_t given, uint32_t value)
{
	struct input input;

	accepted(&input, text);
	assert_int_equal(input.conf.config.given & VQ_KEY_TWO_NODE, given ? VQ_KEY_TWO_NODE : 0);
	assert_int_equal(input.conf.config.two_node, value);
	free_input(&input);
}

static void the_ways_to_write_a_key(void **state)
{
	(void)state;
	two_node_is("quorum {\ntwo_node:1\n}\n", 1, 1);
	two_node_is("quorum {\ntwo_node : 1\n}\n", 1, 1);
	two_node_is("\t quorum {  \n\ttwo_node:\t1 \r\n } \n", 1, 1);
	two_node_is("quorum{\ntwo_node: 1\n}", 1, 1);
	two_node_is("quorum : {\ntwo_node: 1\n}\n", 1, 1);
	two_node_is("quorum {\ntwo_node: +1\n}\n", 1, 1);
	two_node_is("quorum {\ntwo_node: 01\n}\n", 1, 1);
	two_node_is("quorum {\ntwo_node: -0\n}\n", 1, 0);
	two_node_is("quorum {\ntwo_node: 255\n}\n", 1, 255);
	two_node_is("quorum {\ntwo_node: 0\n}\nquorum {\ntwo_node: 1\n}\n", 1, 1);
	two_node_is("  # two_node: x {\nquorum {\n#}\ntwo_node: 1\n}\n", 1, 1);
}

static void what_is_elsewhere_is_something_else(void **state)
{
	(void)state;
	two_node_is("two_node: x\n", 0, 0);
	two_node_is("totem {\nquorum {\ntwo_node: x\n}\n}\n", 0, 0);
	two_node_is("Quorum {\ntwo_node: x\n}\n", 0, 0);
	two_node_is("quorum {\nfoo {\ntwo_node: x\n}\n: y\nfoo: a}b:c\nfoo:\n}\n", 0, 0);
	two_node_is("foo {\nnodelist {\nnode {\nnodeid: x\n}\n}\n}\n", 0, 0);
	two_node_is("a.b {\n}\nquorum {\ndevice.votes: x\ntwo_node: 1\n}\n", 1, 1);
}

static void a_section_may_have_dots_in_its_name(void **state)
{
	struct input input;

	(void)state;
	accepted(&input, "quorum.device {\nvotes: 3\n}\nquorum {\nvotes: 2\n}\n");
	assert_int_equal(input.conf.config.device_votes, 3);
	assert_int_equal(input.conf.config.votes, 2);
	free_input(&input);
}

static void zero_is_the_default_where_totem_has_one(void **state)
{
	struct input input;

	(void)state;
	accepted(&input, "totem {\ntoken: 0\njoin: 0\nmerge: 0\nconsensus: 0\n}\n");
	assert_int_equal(input.conf.totem.token_ms, 3000);
	assert_int_equal(input.conf.totem.join_ms, 50);
	assert_int_equal(input.conf.totem.merge_ms, 200);
	assert_int_equal(input.conf.totem.consensus_ms, 0);
	free_input(&input);
}

/* ---- what is refused --------------------------------------------------------------- */

struct refusal {
	const char *text;
	const char *message;
};

static const struct refusal refusals[] = {
	{"quorum {\ntwo_node 1\n}\n", "c:2: neither 'SECTION {' nor 'KEY: VALUE' nor '}'"},
	{"quorum {\ntwo_node:\n}\n", "c:2: quorum.two_node: expected a number from 0 to 255, found ''"},
	{"quorum {\ntwo_node: 1 # on\n}\n", "c:2: quorum.two_node: expected a number from 0 to 255, found '1 # on'"},
	{"quorum {\ntwo_node: 256\n}\n", "c:2: quorum.two_node: expected a number from 0 to 255, found '256'"},
	{"quorum {\nwait_for_all: yes\n}\n",
	 "c:2: quorum.wait_for_all: expected a number from 0 to 255, found 'yes'"},
	{"quorum {\nvotes: -1\n}\n", "c:2: quorum.votes: expected a number from 0 to 4294967295, found '-1'"},
	{"quorum {\nexpected_votes: 99999999999999999999\n}\n",
	 "c:2: quorum.expected_votes: expected a number from 0 to 4294967295, found '99999999999999999999'"},
	{"quorum {\nexpected_votes: 0x2\n}\n",
	 "c:2: quorum.expected_votes: expected a number from 0 to 4294967295, found '0x2'"},
	{"quorum {\ntwo node: 1\n}\n", "c:2: 'quorum.two node' is no key: letters, digits and ._-/: only"},
	{"quo rum {\ntwo_node: 1\n}\n", "c:2: 'quo rum.two_node' is no key: letters, digits and ._-/: only"},
	{"quorum { two_node: 1 }\n", "c:1: text after '{': what is in a section begins on the next line"},
	{"quorum {\n} # end\n", "c:2: text beside '}': it stands on a line of its own"},
	{"quorum {\n", "c:1: section 'quorum' is not closed"},
	{"quorum {\ndevice {\n}\n", "c:3: section 'quorum' is not closed"},
	{"quorum {\n}\n}\n", "c:3: '}' closes no section"},
	{"{\n}\n", "c:1: a section without a name before '{'"},
	{"quorum {\nprovider: corosync_quorum_ykd\n}\n",
	 "c:2: quorum.provider: 'corosync_quorum_ykd' is not corosync_votequorum"},
	{"totem {\ntoken: 29\n}\n", "c:2: totem.token: 29 ms is less than the least, 30 ms"},
	{"totem {\ntoken: 1s\n}\n", "c:2: totem.token: expected a number from 0 to 4294967295, found '1s'"},
	{"totem {\njoin: 100\nconsensus: 60\n}\n", "c: totem.consensus: 60 ms is less than totem.join, 100 ms"},
	{"nodelist {\nnode {\nring0_addr: a\n}\n}\n",
	 "c:2: a node without nodeid: corosync would make one of its address, which is not known here"},
	{"nodelist {\nnode {\nnodeid: 0\n}\n}\n",
	 "c:2: a node without nodeid: corosync would make one of its address, which is not known here"},
	{"nodelist {\nnode {\nnodeid: x\n}\n}\n",
	 "c:3: nodelist.node.nodeid: expected a number from 0 to 4294967295, found 'x'"},
	{"nodelist {\nnode {\nnodeid: 1\n}\nnode {\nnodeid: 1\n}\n}\n", "c:5: nodeid 1 stands here twice"},
};

static void every_mistake_has_its_message(void **state)
{
	struct input input;

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		assert_false(parsed(&input, refusals[i].text, strlen(refusals[i].text)));
		assert_string_equal(input.message, refusals[i].message);
		free_input(&input);
	}
}

static void refused(const char *text, size_t size, const char *message)
{
	struct input input;

	assert_false(parsed(&input, text, size));
	assert_string_equal(input.message, message);
	free_input(&input);
}

static void nothing_is_longer_than_corosync_allows(void **state)
{
	static char text[64u << 10];
	struct input input;
	size_t used = 0;

	(void)state;
	(void)snprintf(text, sizeof(text), "foo: %0505d\n", 1);
	accepted(&input, text);
	free_input(&input);
	(void)snprintf(text, sizeof(text), "foo: %0506d\n", 1);
	refused(text, strlen(text), "c:1: a line of more than 510 bytes, or with a NUL");
	refused("quorum {\ntwo_node: 1\0\n}\n", 24, "c:2: a line of more than 510 bytes, or with a NUL");
	(void)snprintf(text, sizeof(text), "quorum {\n%0247d: 1\n}\n", 1);
	accepted(&input, text);
	free_input(&input);
	(void)snprintf(text, sizeof(text), "quorum {\n%0248d: 1\n}\n", 1);
	refused(text, strlen(text), "c:2: a key that is too long");
	for (int i = 0; i < 128; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "a {\n");
	refused(text, strlen(text), "c:128: sections are nested too deep");
	used = (size_t)snprintf(text, sizeof(text), "nodelist {\n");
	for (int i = 0; i < 385; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "node {\nnodeid: %d\n}\n", i + 1);
	refused(text, strlen(text), "c:1154: more than 384 nodes");
}

/* ---- through a scenario ------------------------------------------------------------ */

static const char *write_file(const char *folder, const char *name, const char *text)
{
	static char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void a_path_is_relative_to_the_scenario(void **state)
{
	char folder[] = "/tmp/conf_test.XXXXXX", message[512], expected[512];
	struct scenario_set set;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)write_file(folder, "corosync.conf",
			 "totem {\ntoken: 1000\n}\nquorum {\nexpected_votes: 2\n}\nnodelist {\nnode {\nnodeid: 7\n}\n"
			 "node {\nnodeid: 3\nquorum_votes: 2\n}\nnode {\nnodeid: 9\n}\n}\n");
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\ntotem: {join: 40ms}\n"
						  "cluster: {corosync_conf: corosync.conf}\nsteps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 0);
	assert_int_equal(set.scenarios->node_count, 3);
	assert_int_equal(set.scenarios->nodes[0].nodeid, 3);
	assert_ptr_equal(set.scenarios->nodes[0].config, set.scenarios->nodes[2].config);
	assert_int_equal(set.scenarios->nodes[0].config->node_count, 3);
	assert_int_equal(set.scenarios->nodes[0].config->nodes[1].votes, 2);
	assert_int_equal(set.scenarios->totem.token_ms, 1000);
	assert_int_equal(set.scenarios->totem.join_ms, 40);
	assert_int_equal(scenario_token_ms(set.scenarios), 1650);
	scenario_free(&set);

	(void)write_file(folder, "corosync.conf", "quorum {\nexpected_votes: x\n}\n");
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\ncluster: {corosync_conf: corosync.conf}\n"
						  "steps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 -1);
	(void)snprintf(expected, sizeof(expected),
		       "%s/corosync.conf:2: quorum.expected_votes: expected a number from 0 to 4294967295, found 'x'",
		       folder);
	assert_string_equal(message, expected);

	(void)write_file(folder, "corosync.conf", "quorum {\nexpected_votes: 2\n}\n");
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\ncluster: {corosync_conf: corosync.conf}\n"
						  "steps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 -1);
	(void)snprintf(expected, sizeof(expected),
		       "%s/s.yaml:2:26: corosync_conf: corosync.conf has no nodelist: add 'nodes' to cluster",
		       folder);
	assert_string_equal(message, expected);
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\ncluster: {corosync_conf: corosync.conf, nodes: 3}\n"
						  "steps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 0);
	assert_int_equal(set.scenarios->node_count, 3);
	assert_int_equal(set.scenarios->nodelist_count, 0);
	assert_int_equal(set.scenarios->nodes[0].config->node_count, 0);
	assert_int_equal(scenario_token_ms(set.scenarios), 3000);
	scenario_free(&set);

	(void)unlink(write_file(folder, "corosync.conf", ""));
	(void)unlink(write_file(folder, "s.yaml", ""));
	assert_int_equal(scenario_read(folder, &set, message, sizeof(message)), -1);
	(void)snprintf(expected, sizeof(expected), "%s: it is a directory", folder);
	assert_string_equal(message, expected);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(scenario_read(folder, &set, message, sizeof(message)), -1);
	(void)snprintf(expected, sizeof(expected), "%s: there is no such file", folder);
	assert_string_equal(message, expected);
}

static void the_scenario_says_how_many_nodes_there_may_be(void **state)
{
	char folder[] = "/tmp/conf_test.XXXXXX", message[512], expected[512], text[16384];
	size_t used = (size_t)snprintf(text, sizeof(text), "nodelist {\n");
	struct scenario_set set;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 385; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "node {\nnodeid: %d\n}\n", i + 1);
	(void)snprintf(text + used, sizeof(text) - used, "}\n");
	(void)write_file(folder, "corosync.conf", text);
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\ncluster: {corosync_conf: corosync.conf}\n"
						  "steps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 -1);
	(void)snprintf(expected, sizeof(expected),
		       "%s/corosync.conf:1154: more than 384 nodes: 'capacity' in the scenario's cluster raises that",
		       folder);
	assert_string_equal(message, expected);
	assert_int_equal(scenario_read(write_file(folder, "s.yaml",
						  "scenario: s\n"
						  "cluster: {corosync_conf: corosync.conf, capacity: 385}\n"
						  "steps: [{start: all}]\n"),
				       &set, message, sizeof(message)),
			 0);
	assert_int_equal(set.scenarios->node_count, 385);
	scenario_free(&set);
	(void)unlink(write_file(folder, "corosync.conf", ""));
	(void)unlink(write_file(folder, "s.yaml", ""));
	assert_int_equal(rmdir(folder), 0);
}

static void a_corosync_conf_alone(void **state)
{
	char folder[] = "/tmp/conf_test.XXXXXX", message[512], expected[512];
	struct scenario_set set;
	const char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = write_file(folder, "corosync.conf",
			  "totem {\ntoken: 1000\n}\nnodelist {\nnode {\nnodeid: 7\n}\nnode {\nnodeid: 3\n}\n}\n");
	assert_int_equal(scenario_read_conf(path, &set, message, sizeof(message)), 0);
	assert_int_equal(set.count, 1);
	assert_string_equal(set.scenarios->name, path);
	assert_int_equal(set.scenarios->node_count, 2);
	assert_int_equal(set.scenarios->nodes[0].nodeid, 3);
	assert_int_equal(set.scenarios->totem.token_ms, 1000);
	assert_true(set.scenarios->step_count == 1 && set.scenarios->steps->verb == VERB_START);
	assert_int_equal(set.scenarios->steps->nodes.count, 2);
	scenario_free(&set);
	path = write_file(folder, "corosync.conf", "quorum {\nexpected_votes: 2\n}\n");
	assert_int_equal(scenario_read_conf(path, &set, message, sizeof(message)), -1);
	(void)snprintf(expected, sizeof(expected), "%s: no nodelist: which nodes there are is not known", path);
	assert_string_equal(message, expected);
	path = write_file(folder, "corosync.conf", "quorum {\n");
	assert_int_equal(scenario_read_conf(path, &set, message, sizeof(message)), -1);
	(void)snprintf(expected, sizeof(expected), "%s:1: section 'quorum' is not closed", path);
	assert_string_equal(message, expected);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(scenario_read_conf(path, &set, message, sizeof(message)), -1);
	(void)snprintf(expected, sizeof(expected), "%s: there is no such file", path);
	assert_string_equal(message, expected);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file),
		cmocka_unit_test(the_ways_to_write_a_key),
		cmocka_unit_test(what_is_elsewhere_is_something_else),
		cmocka_unit_test(a_section_may_have_dots_in_its_name),
		cmocka_unit_test(zero_is_the_default_where_totem_has_one),
		cmocka_unit_test(every_mistake_has_its_message),
		cmocka_unit_test(nothing_is_longer_than_corosync_allows),
		cmocka_unit_test(a_path_is_relative_to_the_scenario),
		cmocka_unit_test(the_scenario_says_how_many_nodes_there_may_be),
		cmocka_unit_test(a_corosync_conf_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
