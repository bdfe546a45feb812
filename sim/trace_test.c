/*
 * The trace's exact bytes: a line of every kind, made from observations made up for it,
 * then whole runs: what is told, what only --trace-all tells, and the hash.
 */
#include "sim/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"
#include "sim/world/xxhash.h"

/* Two nodes, 7 and 4000000000, and a client of each. */
static const struct scenario_node nodes[] = {{.nodeid = 7}, {.nodeid = 4000000000u}};
static struct scenario_client clients[] = {{.name = "a"}, {.name = "q\"\\\n\x7f\xc3\xa9", .node = 1}};
static struct scenario made = {
	.name = "made", .variant = "", .node_count = 2, .nodes = nodes, .client_count = 2, .clients = clients};

static char *line_of(struct observation observation, bool all)
{
	static char text[16384];
	struct trace trace;

	observation.time_ns = 1500000;
	observation.step = 3;
	trace_init(&trace, &made, true, all, false);
	trace_observe(&trace, NULL, &observation);
	assert_true(trace.size < sizeof text);
	memcpy(text, trace.text ? trace.text : "", trace.size);
	text[trace.size] = 0;
	trace_free(&trace);
	return text;
}

#define HEAD "{\"t\":1500000,\"step\":3,"
#define CLIENT HEAD "\"node\":7,\"client\":\"a\","
#define assert_line(expected, ...)                                                                     \
	assert_string_equal(line_of((struct observation){.node = 0, .client = 0, __VA_ARGS__}, false), \
			    expected "}"                                                               \
				     "\n")
#define assert_event(expected, ...) \
	assert_string_equal(line_of((struct observation){.client = ANY, __VA_ARGS__}, true), HEAD expected "}\n")
#define assert_nothing(...) \
	assert_string_equal(line_of((struct observation){.node = 0, .client = 0, __VA_ARGS__}, false), "")

static void callbacks(void **state)
{
	static const struct vq_entry entries[] = {{7, VQ_STATE_MEMBER}, {4000000000u, VQ_STATE_DEAD}, {0, 0}};
	struct vq_notification nodelist = {.kind = VQ_NODELIST,
					   .context = UINT64_MAX,
					   .ring = {18446744073709551615u, 7, 0},
					   .count = 2,
					   .entries = entries};
	struct vq_notification quorum = {
		.kind = VQ_QUORUM, .context = 5, .quorate = 1, .count = 3, .entries = entries};
	struct vq_notification expected = {.kind = VQ_EXPECTED_VOTES, .context = 0, .expected_votes = 4294967295u};
	struct vq_notification empty = {.kind = VQ_QUORUM};

	(void)state;
	assert_line(CLIENT "\"callback\":\"nodelist\",\"context\":18446744073709551615,"
			   "\"ring\":[7,18446744073709551615],\"members\":[7,4000000000]",
		    .kind = OBSERVE_CALLBACK, .notification = &nodelist);
	assert_line(CLIENT
		    "\"callback\":\"quorum\",\"context\":5,\"quorate\":1,\"nodes\":[[7,1],[4000000000,2],[0,0]]",
		    .kind = OBSERVE_CALLBACK, .notification = &quorum);
	assert_line(CLIENT "\"callback\":\"expected_votes\",\"context\":0,\"expected_votes\":4294967295",
		    .kind = OBSERVE_CALLBACK, .notification = &expected);
	assert_line(CLIENT "\"callback\":\"quorum\",\"context\":0,\"quorate\":0,\"nodes\":[]",
		    .kind = OBSERVE_CALLBACK, .notification = &empty);
	assert_event("\"node\":7,\"event\":\"queued\",\"notification\":\"expected_votes\",\"context\":0,"
		     "\"expected_votes\":4294967295",
		     .kind = OBSERVE_QUEUED, .node = 0, .notification = &expected);
	assert_event("\"node\":7,\"event\":\"consumed\",\"notification\":\"expected_votes\",\"context\":0,"
		     "\"expected_votes\":4294967295",
		     .kind = OBSERVE_CONSUMED, .node = 0, .notification = &expected);
}

static void replies(void **state)
{
	struct vq_reply reply = {.info = {1, 2, 3, 4, 5, 6, 7, 8, 9, "d\xff\x01\x1f ~"}};

	(void)state;
	assert_line(CLIENT "\"reply\":\"trackstart\",\"error\":14", .kind = OBSERVE_REPLY, .verb = VERB_TRACKSTART,
		    .number = VQ_ERR_EXIST);
	assert_line(CLIENT
		    "\"reply\":\"getinfo\",\"error\":1,\"node_id\":1,\"node_state\":2,\"node_votes\":3,"
		    "\"node_expected_votes\":4,\"highest_expected\":5,\"total_votes\":6,\"quorum\":7,\"flags\":8,"
		    "\"qdevice_votes\":9,\"qdevice_name\":\"d\\u00ff\\u0001\\u001f ~\"",
		    .kind = OBSERVE_REPLY, .verb = VERB_GETINFO, .number = VQ_OK, .reply = &reply);
	assert_line(CLIENT "\"reply\":\"getinfo\",\"error\":12", .kind = OBSERVE_REPLY, .verb = VERB_GETINFO,
		    .number = VQ_ERR_NOT_EXIST, .reply = &reply);
	assert_line(CLIENT "\"reply\":\"context_get\",\"error\":1,\"context\":77", .kind = OBSERVE_REPLY,
		    .verb = VERB_CONTEXT_GET, .number = VQ_OK, .context = 77);
	assert_line(CLIENT "\"reply\":\"context_get\",\"error\":9", .kind = OBSERVE_REPLY, .verb = VERB_CONTEXT_GET,
		    .number = VQ_ERR_BAD_HANDLE, .context = 77);
	assert_line(CLIENT "\"reply\":\"dispatch\",\"error\":2", .kind = OBSERVE_REPLY, .verb = VERB_DISPATCH,
		    .number = VQ_ERR_LIBRARY, .automatic = true);
	assert_nothing(.kind = OBSERVE_REPLY, .verb = VERB_DISPATCH, .number = VQ_OK, .automatic = true);
	assert_string_equal(line_of((struct observation){.kind = OBSERVE_REPLY,
							 .verb = VERB_DISPATCH,
							 .number = VQ_OK,
							 .automatic = true},
				    true),
			    "");
}

static void refusals_and_names(void **state)
{
	(void)state;
	assert_string_equal(line_of((struct observation){.kind = OBSERVE_NODE_REFUSED,
							 .node = 1,
							 .client = ANY,
							 .text = "configuration error: no!"},
				    false),
			    HEAD "\"node\":4000000000,\"refused\":\"configuration error: no!\"}\n");
	assert_string_equal(
		line_of(
			(struct observation){
				.kind = OBSERVE_REPLY, .node = 1, .client = 1, .number = 1, .verb = VERB_TRACKSTOP},
			false),
		HEAD "\"node\":4000000000,\"client\":\"q\\\"\\\\\\u000a\\u007f\\u00c3\\u00a9\","
		     "\"reply\":\"trackstop\",\"error\":1}\n");
}

static void events_of_script_and_machines(void **state)
{
	(void)state;
	assert_event("\"event\":\"step_begin\",\"settled\":1", .kind = OBSERVE_STEP_BEGIN, .node = ANY, .number = 1);
	assert_event("\"event\":\"step_end\",\"settled\":0", .kind = OBSERVE_STEP_END, .node = ANY);
	assert_event("\"event\":\"run_end\",\"settled\":1", .kind = OBSERVE_RUN_END, .node = ANY, .number = 1);
	assert_event("\"node\":7,\"event\":\"node_up\"", .kind = OBSERVE_NODE_UP);
	assert_event("\"node\":7,\"event\":\"node_down\",\"value\":2", .kind = OBSERVE_NODE_DOWN,
		     .number = DOWN_CRASH);
	assert_event("\"node\":7,\"event\":\"node_down\",\"value\":3,\"text\":\"why\"", .kind = OBSERVE_NODE_DOWN,
		     .number = DOWN_ABORT, .text = "why");
	assert_event("\"node\":7,\"event\":\"node_paused\"", .kind = OBSERVE_NODE_PAUSED);
	assert_event("\"node\":7,\"event\":\"node_resumed\"", .kind = OBSERVE_NODE_RESUMED);
	assert_event("\"event\":\"reach\"", .kind = OBSERVE_REACH, .node = ANY);
	assert_event("\"node\":7,\"event\":\"reloaded\"", .kind = OBSERVE_RELOADED);
	assert_event("\"node\":7,\"event\":\"cancel_wait_for_all\"", .kind = OBSERVE_CANCEL_WFA);
}

static void events_of_rings_and_cores(void **state)
{
	static const uint32_t members[] = {7, 4000000000u};

	(void)state;
	assert_event("\"node\":7,\"event\":\"ring\",\"ring\":[7,12],\"members\":[7,4000000000]", .kind = OBSERVE_RING,
		     .ring = {12, 7, 0}, .nodes = members, .count = 2);
	assert_event("\"node\":7,\"event\":\"activated\",\"ring\":[7,12]", .kind = OBSERVE_ACTIVATED,
		     .ring = {12, 7, 0});
	assert_event("\"node\":7,\"event\":\"held\",\"value\":1", .kind = OBSERVE_HELD, .number = 1);
	assert_event("\"node\":7,\"event\":\"primary\",\"value\":0", .kind = OBSERVE_PRIMARY);
	assert_event("\"node\":7,\"event\":\"notice\",\"value\":4,\"text\":\"t\"", .kind = OBSERVE_NOTICE,
		     .number = 4, .text = "t");
	assert_event("\"node\":7,\"event\":\"stored\",\"value\":9", .kind = OBSERVE_STORED, .number = 9);
	assert_event("\"node\":7,\"event\":\"sent\",\"size\":20", .kind = OBSERVE_SENT, .size = 20);
	assert_event("\"node\":7,\"event\":\"delivered\",\"sender\":8,\"size\":20", .kind = OBSERVE_DELIVERED,
		     .number = 8, .size = 20, .context = 4);
	assert_event("\"node\":7,\"event\":\"timer\",\"value\":1", .kind = OBSERVE_TIMER, .number = 1);
	assert_event("\"node\":7,\"event\":\"call\",\"function\":\"setvotes\"", .kind = OBSERVE_CALL,
		     .verb = VERB_SETVOTES);
	assert_event("\"node\":7,\"event\":\"fault\",\"function\":\"getinfo\",\"error\":\"TRY_AGAIN\"",
		     .kind = OBSERVE_FAULT, .verb = VERB_GETINFO, .number = VQ_ERR_TRY_AGAIN);
	assert_event("\"node\":7,\"event\":\"client_died\"", .kind = OBSERVE_CLIENT_DIED);
	assert_nothing(.kind = OBSERVE_CLIENT_DIED);
	assert_nothing(.kind = OBSERVE_QUEUED);
}

/* ---- rooms ---- */

/* Every text as long as can be, every byte of it escaped, in a trace that keeps its text and one that does not. */
static void long_texts(void **state)
{
	static char long_name[2000];
	struct scenario labelled = made;
	struct scenario_client worst[1];
	struct vq_reply reply = {0};
	struct observation observation = {
		.kind = OBSERVE_REPLY, .verb = VERB_GETINFO, .number = VQ_OK, .reply = &reply};

	(void)state;
	memset(long_name, 1, sizeof long_name - 1);
	memset(reply.info.qdevice_name, 2, VQ_NAME_MAX - 1);
	worst[0] = (struct scenario_client){.name = long_name};
	labelled.clients = worst;
	labelled.name = labelled.variant = long_name;
	for (int keep = 0; keep < 2; keep++) {
		struct trace trace;

		trace_init(&trace, &labelled, keep, true, true);
		for (uint32_t i = 0; i < 200; i++)
			trace_observe(&trace, NULL, &observation);
		assert_int_equal(trace.lines, 200);
		if (keep) {
			const char *end = memchr(trace.text, '\n', trace.size);

			assert_non_null(end);
			assert_int_equal(trace.size, 200 * (size_t)(end + 1 - trace.text));
			assert_true(end - trace.text > 3 * 512 * 6); /* 512 bytes of each are told */
		}
		trace_free(&trace);
	}
}

/* As many entries as there can be, more than the room of lines that are only hashed. */
static void big_lists(void **state)
{
	static struct vq_entry entries[5000];
	struct vq_notification notification = {.kind = VQ_QUORUM, .count = 5000, .entries = entries};
	struct observation observation = {.kind = OBSERVE_CALLBACK, .notification = &notification};
	char hex[2][33];

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		entries[i] = (struct vq_entry){UINT32_MAX - i, UINT32_MAX};
	for (int keep = 0; keep < 2; keep++) {
		struct trace trace;

		trace_init(&trace, &made, keep, false, false);
		for (uint32_t i = 0; i < 5; i++) {
			notification.count = i % 2 ? 1 : 5000 - i;
			trace_observe(&trace, NULL, &observation);
		}
		trace_hash(&trace, hex[keep]);
		trace_free(&trace);
	}
	assert_string_equal(hex[0], hex[1]);
}

/* ---- whole runs ---- */

static const char run[] =
	CLUSTER(2) STEPS STEP("start: {nodes: all, together: true}") STEP("trackstart: {node: 1, context: 3}")
		STEP("getinfo: {node: 2, client: b}") STEP("crash: 2") STEP("context_get: {node: 1}");

static void hash_of_run(bool keep, bool all, bool label, char hex[33], struct trace *trace)
{
	struct play play;
	struct world *world;

	play_read(&play, run);
	world = world_create(play.scenario, choice_plain, 0);
	world_observe_all(world, all);
	trace_init(trace, play.scenario, keep, all, label);
	world_observe(world, (struct observer){trace, trace_observe});
	world_run(world);
	trace_hash(trace, hex);
	world_destroy(world);
	play_close(&play);
}

static void the_exact_trace_of_a_run(void **state)
{
	struct trace trace;
	char hex[33];

	(void)state;
	hash_of_run(true, false, false, hex, &trace);
	trace.text[trace.size - 1] = 0;
	assert_string_equal(
		trace.text,
		"{\"t\":250200000,\"step\":1,\"node\":1,\"client\":\"client\",\"reply\":\"initialize\",\"error\":1}\n"
		"{\"t\":250200000,\"step\":1,\"node\":1,\"client\":\"client\",\"reply\":\"trackstart\",\"error\":1}\n"
		"{\"t\":250200000,\"step\":1,\"node\":1,\"client\":\"client\",\"callback\":\"nodelist\",\"context\":"
		"3,"
		"\"ring\":[1,9],\"members\":[1,2]}\n"
		"{\"t\":250200000,\"step\":1,\"node\":1,\"client\":\"client\",\"callback\":\"quorum\",\"context\":3,"
		"\"quorate\":1,\"nodes\":[[2,1],[1,1]]}\n"
		"{\"t\":250200000,\"step\":2,\"node\":2,\"client\":\"b\",\"reply\":\"initialize\",\"error\":1}\n"
		"{\"t\":250200000,\"step\":2,\"node\":2,\"client\":\"b\",\"reply\":\"getinfo\",\"error\":1,\"node_"
		"id\":2,"
		"\"node_state\":1,\"node_votes\":1,\"node_expected_votes\":2,\"highest_expected\":2,\"total_votes\":"
		"2,"
		"\"quorum\":2,\"flags\":2,\"qdevice_votes\":0,\"qdevice_name\":\"\"}\n"
		"{\"t\":250200000,\"step\":3,\"node\":2,\"client\":\"b\",\"reply\":\"dispatch\",\"error\":2}\n"
		"{\"t\":6850300000,\"step\":3,\"node\":1,\"client\":\"client\",\"callback\":\"nodelist\",\"context\":"
		"3,"
		"\"ring\":[1,13],\"members\":[1]}\n"
		"{\"t\":6850400000,\"step\":3,\"node\":1,\"client\":\"client\",\"callback\":\"quorum\",\"context\":3,"
		"\"quorate\":0,\"nodes\":[[2,2],[1,1]]}\n"
		"{\"t\":6850400000,\"step\":4,\"node\":1,\"client\":\"client\",\"reply\":\"context_get\",\"error\":1,"
		"\"context\":0}");
	trace_free(&trace);
}

/* The hash is XXH3's, of the kept text; it is the same when nothing is kept, when everything
 * is told, and when lines are labelled. */
static void the_hash_is_of_what_bears_on_clients(void **state)
{
	char hex[5][33], direct[33];
	struct trace trace;
	XXH128_canonical_t canonical;

	(void)state;
	hash_of_run(true, false, false, hex[0], &trace);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits(trace.text, trace.size));
	for (size_t i = 0; i < 16; i++)
		snprintf(direct + 2 * i, 3, "%02x", canonical.digest[i]);
	trace_free(&trace);
	assert_string_equal(hex[0], direct);
	hash_of_run(false, false, false, hex[1], &trace);
	assert_int_equal(trace.size, 0);
	trace_free(&trace);
	hash_of_run(false, true, true, hex[2], &trace);
	trace_free(&trace);
	hash_of_run(true, true, true, hex[3], &trace);
	assert_true(trace.lines > 30);
	trace_free(&trace);
	hash_of_run(true, false, true, hex[4], &trace);
	assert_non_null(strstr(trace.text, "\"client\":\"b\",\"scenario\":\"t\",\"reply\""));
	trace_free(&trace);
	for (size_t i = 1; i < 5; i++)
		assert_string_equal(hex[0], hex[i]);
}

static void a_variant_is_named_beside_its_scenario(void **state)
{
	struct scenario variant = made;
	struct trace trace;
	struct observation observation = {.kind = OBSERVE_REPLY, .verb = VERB_FD_GET, .number = 1};

	(void)state;
	variant.variant = "n=2";
	trace_init(&trace, &variant, true, false, true);
	trace_observe(&trace, NULL, &observation);
	trace.text[trace.size - 1] = 0;
	assert_string_equal(
		trace.text,
		"{\"t\":0,\"step\":0,\"node\":7,\"client\":\"a\",\"scenario\":\"made\",\"variant\":\"n=2\","
		"\"reply\":\"fd_get\",\"error\":1}");
	trace_free(&trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callbacks),
		cmocka_unit_test(replies),
		cmocka_unit_test(refusals_and_names),
		cmocka_unit_test(events_of_script_and_machines),
		cmocka_unit_test(events_of_rings_and_cores),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(big_lists),
		cmocka_unit_test(the_exact_trace_of_a_run),
		cmocka_unit_test(the_hash_is_of_what_bears_on_clients),
		cmocka_unit_test(a_variant_is_named_beside_its_scenario),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
