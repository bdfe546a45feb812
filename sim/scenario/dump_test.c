/*
 * A scenario as JSON: each row a step as it is written and as it is dumped
 * (without positions), then what stands before the steps; and the tables of
 * words as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/scenario/dump.h"
#include "sim/scenario/vocabulary.h"

/* clang-format off */
static const char head[] =
	"scenario: s\n"
	"cluster: {nodes: [1, {nodeid: 2, quorum_votes: 3}], quorum: {expected_votes: 3, auto_tie_bre"
	"aker: 1, auto_tie_breaker_node: highest, last_man_standing: 0, allow_downscale: 0, wait_for_"
	"all: 0, expected_votes_tracking: 0, votes: 1, last_man_standing_window: 1s, device: {model: "
	"net, votes: 1, timeout: 2s, sync_timeout: 3s}}, quirks: {record-order: false, signed-ids: fa"
	"lse}}"
	"\n"
	"seed: 5\n"
	"tags: [x, y]\n"
	"findings: [I1, votes]\n"
	"steps:\n";
static const char dumped_head[] =
	"\"tags\": [\"x\", \"y\"], \"findings\": [\"I1\", \"votes\"], \"seed\": 5, \"cluster\": {\"capacity\": 384, \"nodes\": [{\"nodeid\": 1, \"later\": "
	 "false, \"config\": {\"quorum\": {\"expected_votes\": 3, \"wait_for_all\": 0, "
	 "\"auto_tie_breaker\": 1, \"auto_tie_breaker_node\": \"highest\", \"last_man_standing\": 0, "
	 "\"last_man_standing_window\": 1000, \"allow_downscale\": 0, \"expected_votes_tracking\": 0, "
	 "\"votes\": 1, \"device\": {\"model\": \"net\", \"votes\": 1, \"timeout\": 2000, "
	 "\"sync_timeout\": 3000}}, \"nodelist\": [{\"nodeid\": 1, \"quorum_votes\": 1}, {\"nodeid\": 2, "
	 "\"quorum_votes\": 3}]}}, {\"nodeid\": 2, \"later\": false, \"config\": {\"quorum\": "
	 "{\"expected_votes\": 3, \"wait_for_all\": 0, \"auto_tie_breaker\": 1, "
	 "\"auto_tie_breaker_node\": \"highest\", \"last_man_standing\": 0, \"last_man_standing_window\": "
	 "1000, \"allow_downscale\": 0, \"expected_votes_tracking\": 0, \"votes\": 1, \"device\": "
	 "{\"model\": \"net\", \"votes\": 1, \"timeout\": 2000, \"sync_timeout\": 3000}}, \"nodelist\": "
	 "[{\"nodeid\": 1, \"quorum_votes\": 1}, {\"nodeid\": 2, \"quorum_votes\": 3}]}}, {\"nodeid\": 9, "
	 "\"later\": true, \"config\": {\"quorum\": {\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, "
	 "\"quorum_votes\": 1}, {\"nodeid\": 9, \"quorum_votes\": 1}]}}], \"quirks_off\": "
	 "[\"record-order\", \"signed-ids\"]}, \"totem\": {\"token_ms\": 3000, \"token_coefficient_ms\": "
	 "650, \"consensus_ms\": 0, \"join_ms\": 50, \"merge_ms\": 200}, \"network\": {\"latency_ns\": "
	 "100000, \"jitter_ns\": 0, \"loss_ppm\": 0}, \"clients\": [{\"node\": 1, \"client\": \"a\", "
	 "\"dispatch\": \"auto\", \"callbacks\": [\"nodelist\", \"quorum\", \"expected_votes\"], "
	 "\"slow_ns\": 0, \"in_callback\": \"none\"}, {\"node\": 1, \"client\": \"z\", \"dispatch\": \"manual\", \"callbacks\": "
	 "[\"nodelist\", \"quorum\"], \"slow_ns\": 50000000, \"in_callback\": \"getinfo\"}, {\"node\": 2, \"client\": \"a\", "
	 "\"dispatch\": \"auto\", \"callbacks\": [\"nodelist\", \"quorum\", \"expected_votes\"], "
	 "\"slow_ns\": 0, \"in_callback\": \"none\"}], \"steps\": [";

static const char *const rows[][2] = {
	{"start: all",
	 "{\"verb\": \"start\", \"settle\": true, \"nodes\": [1, 2], \"together\": false}"},
	{"stop: {nodes: [2], wipe: true}",
	 "{\"verb\": \"stop\", \"settle\": true, \"nodes\": [2], \"wipe\": true}"},
	{"crash: 1",
	 "{\"verb\": \"crash\", \"settle\": true, \"nodes\": [1], \"wipe\": false}"},
	{"pause: 2",
	 "{\"verb\": \"pause\", \"settle\": true, \"nodes\": [2]}"},
	{"resume: [2, 1]",
	 "{\"verb\": \"resume\", \"settle\": true, \"nodes\": [2, 1]}"},
	{"partition: [[1, 2], []]",
	 "{\"verb\": \"partition\", \"settle\": true, \"groups\": [[1, 2], [], [9]]}"},
	{"heal: all",
	 "{\"verb\": \"heal\", \"settle\": true}"},
	{"link: {from: 1, to: 2, loss: 5%, latency: 3ms, up: false}",
	 "{\"verb\": \"link\", \"settle\": true, \"from\": 1, \"to\": 2, \"loss_ppm\": 50000, "
	 "\"latency_ns\": 3000000, \"up\": false}"},
	{"link: {from: 2, to: 1, up: true}",
	 "{\"verb\": \"link\", \"settle\": true, \"from\": 2, \"to\": 1, \"up\": true}"},
	{"reload: {quorum: {two_node: 1}, nodes: [2], on: 2}",
	 "{\"verb\": \"reload\", \"settle\": true, \"on\": [2], \"configs\": {\"1\": {\"quorum\": "
	 "{\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, \"quorum_votes\": 1}]}, \"2\": {\"quorum\": "
	 "{\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, \"quorum_votes\": 1}]}, \"9\": null}}"},
	{"reload: {nodes: [2, 9]}",
	 "{\"verb\": \"reload\", \"settle\": true, \"on\": [1, 2, 9], \"configs\": {\"1\": {\"quorum\": "
	 "{\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, \"quorum_votes\": 1}, {\"nodeid\": 9, "
	 "\"quorum_votes\": 1}]}, \"2\": {\"quorum\": {\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, "
	 "\"quorum_votes\": 1}, {\"nodeid\": 9, \"quorum_votes\": 1}]}, \"9\": {\"quorum\": "
	 "{\"two_node\": 1}, \"nodelist\": [{\"nodeid\": 2, \"quorum_votes\": 1}, {\"nodeid\": 9, "
	 "\"quorum_votes\": 1}]}}}"},
	{"cancel_wait_for_all: 1",
	 "{\"verb\": \"cancel_wait_for_all\", \"settle\": true, \"nodes\": [1]}"},
	{"wait: 1.5s",
	 "{\"verb\": \"wait\", \"settle\": true, \"duration_ns\": 1500000000}"},
	{"{wait: 0s, after: 5ms, name: \"quoted \\\"name\\\"\"}",
	 "{\"verb\": \"wait\", \"step_name\": \"quoted \\\"name\\\"\", \"settle\": false, \"after_ns\": "
	 "5000000, \"duration_ns\": 0}"},
	{"fault: {node: 1, client: a, error: TRY_AGAIN}",
	 "{\"verb\": \"fault\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"call\": \"any\", "
	 "\"error\": \"TRY_AGAIN\"}"},
	{"fault: {node: 1, client: a, call: dispatch, error: LIBRARY}",
	 "{\"verb\": \"fault\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"call\": \"dispatch\", "
	 "\"error\": \"LIBRARY\"}"},
	{"initialize: {node: 1, client: z, callbacks: [quorum, nodelist], dispatch: manual, slow: 50ms, in_callback: getinfo}",
	 "{\"verb\": \"initialize\", \"settle\": true, \"node\": 1, \"client\": \"z\"}"},
	{"finalize: {node: 1, client: z}",
	 "{\"verb\": \"finalize\", \"settle\": true, \"node\": 1, \"client\": \"z\"}"},
	{"dispatch: {node: 1, client: z, type: BLOCKING}",
	 "{\"verb\": \"dispatch\", \"settle\": true, \"node\": 1, \"client\": \"z\", \"type\": 3}"},
	{"fd_get: {node: 1, client: a}",
	 "{\"verb\": \"fd_get\", \"settle\": true, \"node\": 1, \"client\": \"a\"}"},
	{"context_get: {node: 1, client: a}",
	 "{\"verb\": \"context_get\", \"settle\": true, \"node\": 1, \"client\": \"a\"}"},
	{"context_set: {node: 1, client: a, context: 18446744073709551615}",
	 "{\"verb\": \"context_set\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"context\": "
	 "18446744073709551615}"},
	{"getinfo: {node: 1, client: a, of: 2}",
	 "{\"verb\": \"getinfo\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"of\": 2}"},
	{"setexpected: {node: 1, client: a, votes: 3}",
	 "{\"verb\": \"setexpected\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"votes\": 3}"},
	{"setvotes: {node: 1, client: a, of: 0, votes: 4}",
	 "{\"verb\": \"setvotes\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"of\": 0, "
	 "\"votes\": 4}"},
	{"trackstart: {node: 2, client: a, flags: [CURRENT, CHANGES], context: 7}",
	 "{\"verb\": \"trackstart\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"context\": 7, "
	 "\"flags\": 3}"},
	{"trackstop: {node: 2, client: a}",
	 "{\"verb\": \"trackstop\", \"settle\": true, \"node\": 2, \"client\": \"a\"}"},
	{"qdevice_register: {node: 2, client: a, name: \"d\\xfc\"}",
	 "{\"verb\": \"qdevice_register\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": "
	 "\"dü\"}"},
	{"qdevice_unregister: {node: 2, client: a, name: d}",
	 "{\"verb\": \"qdevice_unregister\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": "
	 "\"d\"}"},
	{"qdevice_update: {node: 2, client: a, name: d, new_name: e}",
	 "{\"verb\": \"qdevice_update\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": "
	 "\"d\", \"new_name\": \"e\"}"},
	{"qdevice_poll: {node: 2, client: a, name: d, ring: stale}",
	 "{\"verb\": \"qdevice_poll\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": \"d\", "
	 "\"cast_vote\": 1, \"ring\": \"stale\"}"},
	{"qdevice_poll: {node: 2, client: a, name: d, cast_vote: 0}",
	 "{\"verb\": \"qdevice_poll\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": \"d\", "
	 "\"cast_vote\": 0, \"ring\": \"current\"}"},
	{"qdevice_poll: {node: 2, client: a, name: d, ring: [2, 12]}",
	 "{\"verb\": \"qdevice_poll\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": \"d\", "
	 "\"cast_vote\": 1, \"ring\": [2, 12]}"},
	{"qdevice_master_wins: {node: 2, client: a, name: d}",
	 "{\"verb\": \"qdevice_master_wins\", \"settle\": true, \"node\": 2, \"client\": \"a\", \"name\": "
	 "\"d\", \"allow\": 1}"},
	{"kill: {node: 2, client: a}",
	 "{\"verb\": \"kill\", \"settle\": true, \"node\": 2, \"client\": \"a\"}"},
	{"expect: {quorate: {1: true, 2: false}, members: {1: [2, 1]}, refused: {1: two_node}, "
	 "split_brain: true}",
	 "{\"verb\": \"expect\", \"settle\": true, \"expect\": {\"quorate\": {\"1\": true, \"2\": false}, "
	 "\"members\": {\"1\": [1, 2]}, \"refused\": {\"1\": \"two_node\"}, \"split_brain\": true}}"},
	{"expect: {info: {1: {node_id: 1, node_state: member, node_votes: 2, node_expected_votes: 3, "
	 "highest_expected: 4, total_votes: 5, quorum: 6, flags: 7, qdevice_votes: 8, qdevice_name: q, "
	 "of: 2}}}",
	 "{\"verb\": \"expect\", \"settle\": true, \"expect\": {\"info\": [{\"node\": 1, \"of\": 2, "
	 "\"node_id\": 1, \"node_state\": 1, \"node_votes\": 2, \"node_expected_votes\": 3, "
	 "\"highest_expected\": 4, \"total_votes\": 5, \"quorum\": 6, \"flags\": 7, \"qdevice_votes\": 8, "
	 "\"qdevice_name\": \"q\"}]}}"},
	{"expect: {callbacks: {z: [{nodelist: {context: 1, ring: [2, 8], members: [1]}}, {quorum: "
	 "{quorate: 1, nodes: {1: dead}}}, {quorum: {nodes: [[2, member]]}}]}, callbacks_include: {a@2: "
	 "[{expected_votes: {expected_votes: 4}}]}}",
	 "{\"verb\": \"expect\", \"settle\": true, \"expect\": {\"callbacks\": [{\"node\": 1, \"client\": "
	 "\"z\", \"include\": false, \"patterns\": [{\"callback\": \"nodelist\", \"context\": 1, "
	 "\"ring_nodeid\": 2, \"ring_seq\": 8, \"members\": [1]}, {\"callback\": \"quorum\", \"quorate\": "
	 "1, \"nodes\": [[1, 2]]}, {\"callback\": \"quorum\", \"nodes_ordered\": [[2, 1]]}]}, {\"node\": "
	 "2, \"client\": \"a\", \"include\": true, \"patterns\": [{\"callback\": \"expected_votes\", "
	 "\"expected_votes\": 4}]}]}}"},
	{"{getinfo: {node: 1, client: a}, expect: {reply: {error: NOT_EXIST, quorum: 2}}}",
	 "{\"verb\": \"getinfo\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"of\": 0, "
	 "\"expect\": {\"reply\": {\"error\": \"NOT_EXIST\", \"quorum\": 2}}}"},
	{"{context_get: {node: 1, client: a}, expect: {reply: {context: 5}}}",
	 "{\"verb\": \"context_get\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"expect\": "
	 "{\"reply\": {\"context\": 5}}}"},
	{"{dispatch: {node: 1, client: a}, expect: {reply: {error: 6, dispatched: 0}}}",
	 "{\"verb\": \"dispatch\", \"settle\": true, \"node\": 1, \"client\": \"a\", \"type\": 2, "
	 "\"expect\": {\"reply\": {\"error\": \"TRY_AGAIN\", \"dispatched\": 0}}}"},
};
/* clang-format on */

/* "line": N, "column": M, taken out: other tests look at positions. */
static void drop_positions(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		const char *key = *from == '"' ? from : NULL;
		const char *digits = key == NULL                             ? NULL
				     : strncmp(key, "\"line\": ", 8) == 0    ? key + 8
				     : strncmp(key, "\"column\": ", 10) == 0 ? key + 10
									     : NULL;

		if (digits == NULL) {
			*to++ = *from++;
			continue;
		}
		from = digits + strspn(digits, "0123456789");
		if (strncmp(from, ", ", 2) == 0)
			from += 2;
		else
			to -= 2;
	}
	*to = '\0';
}

static char *dump(const char *text)
{
	struct scenario_set set;
	char message[512] = "", *json = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&json, &size);

	assert_non_null(to);
	if (scenario_parse(text, strlen(text), "f", &set, message, sizeof(message)) != 0)
		fail_msg("%s", message);
	assert_int_equal(scenario_dump_json(set.scenarios, to), 0);
	assert_int_equal(fclose(to), 0);
	scenario_free(&set);
	drop_positions(json);
	return json;
}

static void every_step(void **state)
{
	static char text[32768], expected[65536];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", head);
	size_t all = (size_t)snprintf(expected, sizeof(expected), "%s", dumped_head);
	char *json;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "  - %s\n", rows[i][0]);
		all += (size_t)snprintf(expected + all, sizeof(expected) - all, "%s%s", i == 0 ? "" : ", ",
					rows[i][1]);
	}
	(void)snprintf(expected + all, sizeof(expected) - all, "]}\n");
	json = dump(text);
	assert_string_equal(strstr(json, "\"tags\""), expected);
	free(json);
}

static void what_cannot_be_written_is_told(void **state)
{
	struct scenario_set set;
	char message[512];
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(setvbuf(full, NULL, _IONBF, 0), 0);
	assert_int_equal(scenario_parse(head, strlen(head), "f", &set, message, sizeof(message)), -1);
	assert_string_equal(message, "f:6:7: steps: expected a list of steps, found nothing");
	assert_int_equal(scenario_parse("scenario: s\ncluster: {nodes: 1}\nsteps: [{heal: all}]\n", 53, "f", &set,
					message, sizeof(message)),
			 0);
	assert_int_equal(scenario_dump_json(set.scenarios, full), -1);
	(void)fclose(full);
	scenario_free(&set);
}

static void the_tables_of_words(void **state)
{
	char *json = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&json, &size);

	(void)state;
	assert_non_null(to);
	scenario_dump_vocabulary(to);
	assert_int_equal(fclose(to), 0);
	assert_non_null(strstr(json, "\"link\": {\n    \"from\": {\"type\": \"node\", \"required\": true},\n"
				     "    \"to\": {\"type\": \"node\", \"required\": true},\n"
				     "    \"loss\": {\"type\": \"ratio\", \"required\": false},\n"));
	assert_non_null(strstr(json, "\"track_flags\": {\"CURRENT\": 1, \"CHANGES\": 2, \"CHANGES_ONLY\": 4}"));
	assert_non_null(strstr(json, "\"errors\": {\"OK\": 1, \"LIBRARY\": 2, \"TRY_AGAIN\": 6"));
	assert_non_null(strstr(json, "\"quirks\": {\"record-order\": 0, \"quorum-8-bit\": 1"));
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step),
		cmocka_unit_test(what_cannot_be_written_is_told),
		cmocka_unit_test(the_tables_of_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
