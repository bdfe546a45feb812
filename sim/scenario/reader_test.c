/* What comes of a file that is right: each test reads a small scenario and looks at the data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/scenario/dump.h"
#include "sim/scenario/vocabulary.h"

#define HEAD "scenario: s\ncluster: {nodes: 3}\nsteps:\n"

static struct scenario_set set;

static const struct scenario *read_it(const char *text)
{
	char message[512] = "";

	if (scenario_parse(text, strlen(text), "f", &set, message, sizeof(message)) != 0)
		fail_msg("%s", message);
	return set.scenarios;
}

static const struct step *read_step(const char *step)
{
	char text[4096];
	const struct scenario *scenario;

	(void)snprintf(text, sizeof(text), HEAD "%s", step);
	scenario = read_it(text);
	return &scenario->steps[scenario->step_count - 1];
}

static int free_set(void **state)
{
	(void)state;
	scenario_free(&set);
	return 0;
}

static void nodes_are(const struct index_list *list, const char *expected)
{
	char text[256] = "";
	size_t used = 0;

	for (uint32_t i = 0; i < list->count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", i == 0 ? "" : " ", list->index[i]);
	assert_string_equal(text, expected);
}

/* ---- the top ------------------------------------------------------------------------ */

static void defaults(void **state)
{
	const struct scenario *s = read_it(HEAD "  - start: all\n");

	(void)state;
	assert_int_equal(set.count, 1);
	assert_string_equal(s->path, "f");
	assert_string_equal(s->name, "s");
	assert_string_equal(s->description, "");
	assert_string_equal(s->variant, "");
	assert_false(s->has_seed);
	assert_int_equal(s->quirks_off, 0);
	assert_int_equal(s->totem.token_ms, 3000);
	assert_int_equal(s->totem.token_coefficient_ms, 650);
	assert_int_equal(s->totem.consensus_ms, 0);
	assert_int_equal(s->totem.join_ms, 50);
	assert_int_equal(s->totem.merge_ms, 200);
	assert_int_equal(s->network.latency_ns, 100000);
	assert_int_equal(s->network.jitter_ns, 0);
	assert_int_equal(s->network.loss_ppm, 0);
	assert_int_equal(scenario_token_ms(s), 3650);
	assert_int_equal(scenario_consensus_ms(s), 4380);
	assert_int_equal(s->nodes[0].config->given, 0);
	assert_int_equal(s->nodes[0].config->node_count, 3);
	assert_int_equal(s->steps[0].at.line, 4);
	assert_int_equal(s->steps[0].at.column, 5);
	assert_true(s->steps[0].settle);
}

static void what_stands_at_the_top(void **state)
{
	const struct scenario *s =
		read_it("scenario: 12\ndescription: |\n  two\n  lines\ntags: [a, 2]\nseed: 0x10\n"
			"totem: {token: 1s, consensus: 1500, token_coefficient: 0, join: 30ms, merge: 1m}\n"
			"network: {latency: 1ms, jitter: 20us, loss: 0.25%}\n"
			"cluster: {nodes: 3}\nsteps: [{start: all}]\n");

	(void)state;
	assert_string_equal(s->name, "12");
	assert_string_equal(s->description, "two\nlines\n");
	assert_int_equal(s->tag_count, 2);
	assert_string_equal(s->tags[1], "2");
	assert_true(s->has_seed);
	assert_int_equal(s->seed, 16);
	assert_int_equal(scenario_token_ms(s), 1000);
	assert_int_equal(scenario_consensus_ms(s), 1500);
	assert_int_equal(s->totem.join_ms, 30);
	assert_int_equal(s->totem.merge_ms, 60000);
	assert_int_equal(s->network.latency_ns, 1000000);
	assert_int_equal(s->network.jitter_ns, 20000);
	assert_int_equal(s->network.loss_ppm, 2500);
}

/* A list of 4096 ids, 7 apart and from the highest down; a reload brings the last one. */
static void as_many_nodes_as_there_is_room_for(void **state)
{
	static char text[65536];
	size_t used = (size_t)snprintf(text, sizeof(text), "scenario: s\ncluster: {capacity: 4096, nodes: [");
	const struct scenario *s;

	(void)state;
	for (uint32_t i = 4095; i > 0; i--)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u, ", 7 * i + 1);
	(void)snprintf(text + used, sizeof(text) - used, "]}\nsteps: [{start: all}, {reload: {nodes: [8, 1]}}]\n");
	s = read_it(text);
	assert_int_equal(s->capacity, 4096);
	assert_int_equal(s->node_count, 4096);
	assert_int_equal(s->nodelist_count, 4095);
	assert_int_equal(s->nodes[4095].nodeid, 7 * 4095 + 1);
	assert_int_equal(s->nodes[0].later.line, 3);
	assert_int_equal(s->steps[0].nodes.count, 4095);
	assert_int_equal(s->nodes[0].config->node_count, 2);
	assert_int_equal(scenario_node_index(s, 8), 1);
}

static void a_seed_is(const char *seed, uint64_t expected)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "seed: %s\n" HEAD "  - start: all\n", seed);
	assert_int_equal(read_it(text)->seed, expected);
	scenario_free(&set);
}

static void seeds(void **state)
{
	(void)state;
	a_seed_is("7", 7);
	a_seed_is("18446744073709551615", UINT64_MAX);
	a_seed_is("\"7\"", 7);
	a_seed_is("a", 0xaf63dc4c8601ec8cull);
	a_seed_is("3f7c9d2", 0xc988ef3d50f97a3bull);
}

static void a_file_of_several(void **state)
{
	(void)state;
	(void)read_it(HEAD "  - start: all\n---\nscenario: t\ncluster: {nodes: 1}\nsteps: [{start: all}]\n...\n");
	assert_int_equal(set.count, 2);
	assert_string_equal(set.scenarios[1].name, "t");
	assert_int_equal(set.scenarios[1].at.line, 6);
	assert_int_equal(set.scenarios[1].node_count, 1);
}

/* ---- matrix -------------------------------------------------------------------------- */

static void one_run_a_combination(void **state)
{
	static const char *const variants[] = {"n=2 wfa=0", "n=2 wfa=1", "n=3 wfa=0", "n=3 wfa=1"};

	(void)state;
	(void)read_it("scenario: of ${n}\nmatrix: {n: [2, 3], wfa: [0, 1]}\n"
		      "cluster: {nodes: ${n}, quorum: {wait_for_all: ${wfa}}}\n"
		      "steps:\n  - start: all\n  - wait: ${n}s\n  - expect: {quorate: {${n}: true}}\n");
	assert_int_equal(set.count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_string_equal(set.scenarios[i].variant, variants[i]);
		assert_string_equal(set.scenarios[i].name, i < 2 ? "of 2" : "of 3");
		assert_int_equal(set.scenarios[i].node_count, i < 2 ? 2 : 3);
		assert_int_equal(set.scenarios[i].nodes[0].config->wait_for_all, i % 2);
		assert_int_equal(set.scenarios[i].steps[1].wait_ns, (i < 2 ? 2 : 3) * 1000000000ull);
		assert_int_equal(set.scenarios[i].steps[2].expect.quorate[0].node, i < 2 ? 1 : 2);
	}
}

static void a_value_may_be_anything(void **state)
{
	(void)state;
	(void)read_it(
		"scenario: s\nmatrix: {groups: [[[1], [2]], [[1, 2]]], q: [{two_node: 1}, {}], 'no': [\"yes\"]}\n"
		"description: \"${no}\"\ncluster: {nodes: 2, quorum: \"${q}\"}\nsteps: [{partition: ${groups}}]\n");
	assert_int_equal(set.count, 4);
	assert_string_equal(set.scenarios[0].variant, "groups=[[1],[2]] q={two_node:1} no=yes");
	assert_int_equal(set.scenarios[0].steps[0].group_count, 2);
	assert_int_equal(set.scenarios[0].nodes[0].config->two_node, 1);
	assert_int_equal(set.scenarios[3].steps[0].group_count, 1);
	assert_int_equal(set.scenarios[3].nodes[0].config->given, 0);
}

/* ---- cluster -------------------------------------------------------------------------- */

static void lists_of_nodes(void **state)
{
	const struct scenario *s =
		read_it("scenario: s\ncluster: {nodes: [{nodeid: 4294967295, quorum_votes: 0}, 5, "
			"{nodeid: 2, quorum: {wait_for_all: 0}}], quorum: {wait_for_all: true, votes: 2}}\n"
			"steps: [{start: [5, 2]}]\n");

	(void)state;
	assert_int_equal(s->node_count, 3);
	assert_int_equal(s->nodes[0].nodeid, 2);
	assert_int_equal(s->nodes[2].nodeid, 4294967295);
	assert_int_equal(s->nodes[0].config->wait_for_all, 0);
	assert_int_equal(s->nodes[0].config->votes, 2);
	assert_int_equal(s->nodes[1].config->wait_for_all, 1);
	assert_ptr_equal(s->nodes[1].config, s->nodes[2].config);
	assert_int_equal(s->nodes[1].config->nodes[0].nodeid, 4294967295);
	assert_int_equal(s->nodes[1].config->nodes[0].votes, 0);
	assert_int_equal(s->nodes[1].config->nodes[1].votes, 1);
	nodes_are(&s->steps[0].nodes, "1 0");
	assert_int_equal(scenario_node_index(s, 5), 1);
	assert_int_equal(scenario_node_index(s, 6), -1);
}

static void a_quorum_section(void **state)
{
	const struct vq_config *c;

	(void)state;
	c = read_it("scenario: s\ncluster:\n  nodes: 2\n  quorum:\n    provider: corosync_votequorum\n"
		    "    expected_votes: 3\n    two_node: 0\n    auto_tie_breaker: 1\n    auto_tie_breaker_node: [2, "
		    "1]\n"
		    "    last_man_standing: 1\n    last_man_standing_window: 5s\n    allow_downscale: 1\n"
		    "    expected_votes_tracking: 1\n    device: {model: net, votes: 1, timeout: 9000, "
		    "sync_timeout: 20s, net: {host: x}, heuristics: {mode: \"on\"}}\nsteps: [{start: all}]\n")
		    ->nodes[0]
		    .config;
	assert_int_equal(c->given, 0x3fff & ~(VQ_KEY_WAIT_FOR_ALL | VQ_KEY_VOTES));
	assert_int_equal(c->expected_votes, 3);
	assert_string_equal(c->auto_tie_breaker_node, "2 1");
	assert_int_equal(c->last_man_standing_window_ms, 5000);
	assert_string_equal(c->device_model, "net");
	assert_int_equal(c->device_timeout_ms, 9000);
	assert_int_equal(c->device_sync_timeout_ms, 20000);
}

static void quirks(void **state)
{
	const uint32_t all = (1u << VQ_QUIRK_COUNT) - 1;

	(void)state;
	assert_int_equal(read_it("scenario: s\ncluster: {nodes: 1, quirks: {record-order: false, wfa-assert: true}}\n"
				 "steps: [{start: all}]\n")
				 ->quirks_off,
			 1u << VQ_QUIRK_RECORD_ORDER);
	scenario_free(&set);
	assert_int_equal(read_it("scenario: s\ncluster: {nodes: 1, profile: documented, quirks: {wfa-assert: true}}\n"
				 "steps: [{start: all}]\n")
				 ->quirks_off,
			 all & ~(1u << VQ_QUIRK_WFA_ASSERT));
	scenario_free(&set);
	assert_int_equal(
		read_it("scenario: s\ncluster: {nodes: 1, profile: daemon}\nsteps: [{start: all}]\n")->quirks_off, 0);
}

static void without_a_nodelist(void **state)
{
	const struct scenario *s =
		read_it("scenario: s\ncluster: {nodes: 3, nodelist: false, quorum: {expected_votes: 3}}\n"
			"steps: [{start: all}]\n");

	(void)state;
	assert_int_equal(s->node_count, 3);
	assert_int_equal(s->nodes[0].config->node_count, 0);
	assert_int_equal(scenario_token_ms(s), 3000);
}

/* ---- reload ----------------------------------------------------------------------------- */

static void reloads_change_files(void **state)
{
	const struct scenario *s = read_it("scenario: s\ncluster: {nodes: [1, {nodeid: 2, quorum: {two_node: 0}}], "
					   "quorum: {two_node: 1, wait_for_all: 1}}\nsteps:\n"
					   "  - start: all\n"
					   "  - reload: {nodes: [1, 2, 3]}\n"
					   "  - start: all\n"
					   "  - reload: {quorum: {expected_votes: 5}, on: [3, 1]}\n"
					   "  - reload: {}\n");
	const struct step *steps = s->steps;

	(void)state;
	assert_int_equal(s->node_count, 3);
	assert_int_equal(s->nodes[0].later.line, 0);
	assert_int_equal(s->nodes[2].later.line, 5);
	nodes_are(&steps[0].nodes, "0 1");
	nodes_are(&steps[1].nodes, "0 1 2");
	assert_int_equal(s->nodes[0].config->node_count, 2);
	assert_int_equal(steps[1].configs[0]->node_count, 3);
	assert_int_equal(steps[1].configs[0]->two_node, 1);
	assert_int_equal(steps[1].configs[1]->two_node, 0);
	assert_int_equal(steps[1].configs[2]->wait_for_all, 1);
	assert_ptr_equal(s->nodes[2].config, steps[1].configs[2]);
	nodes_are(&steps[2].nodes, "0 1 2");
	nodes_are(&steps[3].nodes, "2 0");
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(steps[3].configs[i]->given, VQ_KEY_EXPECTED_VOTES);
		assert_int_equal(steps[3].configs[i]->node_count, 3);
		assert_ptr_equal(steps[4].configs[i], steps[3].configs[i]);
	}
}

/* ---- steps ------------------------------------------------------------------------------ */

static void when_a_step_begins(void **state)
{
	const struct step *steps =
		read_it(HEAD "  - {start: 1, at: 2s, name: first}\n  - {start: 2, after: 10ms}\n"
			     "  - {start: 3, after: 0s, settle: true}\n  - {heal: all, settle: false}\n")
			->steps;

	(void)state;
	assert_string_equal(steps[0].name, "first");
	assert_true(steps[0].has_at && !steps[0].has_after && !steps[0].settle);
	assert_int_equal(steps[0].at_ns, 2000000000);
	assert_true(steps[1].has_after && !steps[1].settle);
	assert_int_equal(steps[1].after_ns, 10000000);
	assert_true(steps[2].settle);
	assert_true(!steps[3].settle && !steps[3].has_after);
}

static void verbs_on_machines(void **state)
{
	const struct step *step = read_step("  - start: {nodes: all, together: true}\n");

	(void)state;
	assert_true(step->together);
	nodes_are(&step->nodes, "0 1 2");
	scenario_free(&set);
	step = read_step("  - crash: {nodes: 2, wipe: true}\n");
	assert_true(step->verb == VERB_CRASH && step->wipe);
	nodes_are(&step->nodes, "1");
	scenario_free(&set);
	step = read_step("  - partition: [[3], []]\n");
	assert_int_equal(step->group_count, 3);
	nodes_are(&step->groups[0], "2");
	nodes_are(&step->groups[1], "");
	nodes_are(&step->groups[2], "0 1");
	scenario_free(&set);
	step = read_step("  - partition: [[3, 1], [2]]\n");
	assert_int_equal(step->group_count, 2);
	scenario_free(&set);
	step = read_step("  - link: {from: 3, to: 1, loss: 1, latency: 5ms, up: true}\n");
	assert_true(step->link_from == 2 && step->link_to == 0 && step->link_has_loss && step->link_has_latency &&
		    step->link_has_up && step->link_up);
	assert_int_equal(step->link_loss_ppm, 1000000);
	assert_int_equal(step->link_latency_ns, 5000000);
}

static void library_calls(void **state)
{
	const struct scenario *s = read_it(
		HEAD "  - trackstart: {node: 2, client: a, flags: [CURRENT, CS_TRACK_CHANGES, 4], context: 42, "
		     "dispatch: manual, callbacks: [quorum], slow: 5ms}\n"
		     "  - trackstart: {node: 2, client: a, dispatch: manual, slow: 5ms}\n"
		     "  - trackstart: {node: 1, client: a, flags: 0xffffffff}\n"
		     "  - getinfo: {node: 1}\n  - getinfo: {node: 1, of: 77}\n"
		     "  - setvotes: {node: 1, of: 0, votes: 4294967295}\n"
		     "  - qdevice_update: {node: 1, name: x, new_name: \"\"}\n"
		     "  - qdevice_poll: {node: 1, name: x}\n"
		     "  - qdevice_poll: {node: 1, name: x, cast_vote: 0, ring: stale}\n"
		     "  - qdevice_poll: {node: 1, name: x, ring: {nodeid: 3, seq: 18446744073709551615}}\n"
		     "  - qdevice_master_wins: {node: 1, name: x, allow: false}\n"
		     "  - context_set: {node: 1, context: 9}\n  - dispatch: {node: 1}\n"
		     "  - dispatch: {node: 1, type: 77}\n  - dispatch: {node: 1, type: ONE}\n"
		     "  - fault: {node: 3, client: z, error: INTERRUPT}\n"
		     "  - fault: {node: 3, client: z, call: initialize, error: CS_ERR_LIBRARY}\n"
		     "  - kill: {node: 3, client: z}\n");
	const struct step *steps = s->steps;

	(void)state;
	assert_int_equal(s->client_count, 4);
	assert_true(s->clients[0].manual && s->clients[0].node == 1);
	assert_int_equal(s->clients[0].callbacks, 1u << VQ_QUORUM);
	assert_int_equal(s->clients[0].slow_ns, 5000000);
	assert_string_equal(s->clients[2].name, "client");
	assert_int_equal(s->clients[2].callbacks, 14);
	assert_int_equal(steps[0].request.op, VQ_OP_TRACKSTART);
	assert_int_equal(steps[0].request.flags, 7);
	assert_int_equal(steps[0].request.context, 42);
	assert_int_equal(steps[1].client, 0);
	assert_int_equal(steps[1].request.flags, VQ_TRACK_CHANGES);
	assert_int_equal(steps[2].client, 1);
	assert_int_equal(steps[2].request.flags, 0xffffffff);
	assert_int_equal(steps[4].request.nodeid, 77);
	assert_int_equal(steps[5].request.votes, 4294967295);
	assert_string_equal(steps[6].request.new_name, "");
	assert_true(steps[7].request.cast_vote == 1 && !steps[7].ring_stale && !steps[7].ring_given);
	assert_true(steps[8].request.cast_vote == 0 && steps[8].ring_stale);
	assert_true(steps[9].ring_given && steps[9].request.ring.nodeid == 3 &&
		    steps[9].request.ring.seq == UINT64_MAX);
	assert_int_equal(steps[10].request.allow, 0);
	assert_int_equal(steps[11].context, 9);
	assert_int_equal(steps[12].dispatch_type, VQ_DISPATCH_ALL);
	assert_int_equal(steps[13].dispatch_type, 77);
	assert_int_equal(steps[14].dispatch_type, VQ_DISPATCH_ONE);
	assert_true(steps[15].fault_call == VERB_NONE && steps[15].fault_error == VQ_ERR_INTERRUPT);
	assert_true(steps[16].fault_call == VERB_INITIALIZE && steps[16].fault_error == VQ_ERR_LIBRARY);
	assert_int_equal(steps[17].client, 3);
}

/* ---- expectations --------------------------------------------------------------------------- */

static void truths(void **state)
{
	const struct expectation *e =
		&read_step("  - start: [1, 2]\n  - crash: 1\n    expect:\n"
			   "      quorate: {all: true, 3: false}\n"
			   "      members: {2: [3, 2]}\n      refused: {1: , 3: \"two_node and\"}\n"
			   "      split_brain: false\n")
			 ->expect;

	(void)state;
	assert_int_equal(e->quorate_count, 2);
	assert_true(e->quorate[0].node == 1 && e->quorate[0].quorate);
	assert_true(e->quorate[1].node == 2 && !e->quorate[1].quorate);
	assert_int_equal(e->quorate[1].at.line, 7);
	assert_int_equal(e->members_count, 1);
	assert_true(e->members[0].count == 2 && e->members[0].members[0] == 2 && e->members[0].members[1] == 3);
	assert_int_equal(e->refused_count, 2);
	assert_string_equal(e->refused[0].message, "");
	assert_string_equal(e->refused[1].message, "two_node and");
	assert_true(e->has_split_brain && !e->split_brain);
}

static void replies_and_info(void **state)
{
	const struct expectation *e =
		&read_step("  - getinfo: {node: 2, of: 3}\n    expect:\n"
			   "      reply: {error: OK, node_id: 3, node_state: leaving, flags: [QUORATE, TWONODE], "
			   "qdevice_name: q}\n"
			   "      info: {1: {node_state: 2, flags: 7, of: 2}, 3: [{}, {quorum: 2, of: 0}]}\n")
			 ->expect;

	(void)state;
	assert_int_equal(e->reply.error, VQ_OK);
	assert_int_equal(e->reply.info.node, 1);
	assert_int_equal(e->reply.info.of, 3);
	assert_int_equal(e->reply.info.given,
			 1u << INFO_NODE_ID | 1u << INFO_NODE_STATE | 1u << INFO_FLAGS | 1u << INFO_QDEVICE_NAME);
	assert_int_equal(e->reply.info.info.node_state, VQ_STATE_LEAVING);
	assert_int_equal(e->reply.info.info.flags, 3);
	assert_string_equal(e->reply.info.info.qdevice_name, "q");
	assert_int_equal(e->info_count, 3);
	assert_int_equal(e->info[0].of, 2);
	assert_int_equal(e->info[0].info.flags, 7);
	assert_true(e->info[1].node == 2 && e->info[1].given == 0);
	assert_true(e->info[2].node == 2 && e->info[2].of == 0 && e->info[2].info.quorum == 2);
	scenario_free(&set);
	e = &read_step("  - context_get: {node: 1}\n    expect: {reply: {context: 5}}\n")->expect;
	assert_true(e->reply.error == 0 && e->reply.has_context && e->reply.context == 5);
	scenario_free(&set);
	e = &read_step("  - dispatch: {node: 1}\n    expect: {reply: {dispatched: 0, error: 6}}\n")->expect;
	assert_true(e->reply.error == VQ_ERR_TRY_AGAIN && e->reply.has_dispatched && e->reply.dispatched == 0);
}

static void callbacks(void **state)
{
	const struct expectation *e =
		&(read_step("  - expect:\n      callbacks:\n        a@2:\n"
			    "          - nodelist: {ring: [1, 8], members: [2, 1], context: 3}\n"
			    "          - quorum: {quorate: true, nodes: {1: member, \"0\": 0}}\n"
			    "          - quorum: {quorate: 0, nodes: [[3, dead], [1, member]]}\n"
			    "          - expected_votes: {expected_votes: 4}\n"
			    "          - nodelist: {ring: {seq: 9}}\n"
			    "          - quorum\n"
			    "        b: []\n"
			    "      callbacks_include: {a@1: [nodelist: ]}\n"
			    "  - trackstart: {node: 2, client: a}\n  - trackstart: {node: 1, client: a}\n"
			    "  - trackstart: {node: 1, client: b}\n") -
		  3)
			 ->expect;
	const struct callback_pattern *p = e->callbacks[0].patterns;

	(void)state;
	assert_int_equal(e->callbacks_count, 3);
	assert_true(e->callbacks[0].client == 0 && e->callbacks[0].count == 6 && !e->callbacks[0].subsequence);
	assert_true(e->callbacks[1].client == 2 && e->callbacks[1].count == 0);
	assert_true(e->callbacks[2].client == 1 && e->callbacks[2].subsequence);
	assert_int_equal(p[0].kind, VQ_NODELIST);
	assert_int_equal(p[0].given, PATTERN_CONTEXT | PATTERN_RING_NODEID | PATTERN_RING_SEQ | PATTERN_MEMBERS);
	assert_true(p[0].context == 3 && p[0].ring.nodeid == 1 && p[0].ring.seq == 8);
	assert_true(p[0].count == 2 && p[0].entries[0].nodeid == 1 && p[0].entries[1].nodeid == 2);
	assert_int_equal(p[1].given, PATTERN_QUORATE | PATTERN_NODES);
	assert_true(p[1].entries[1].nodeid == 0 && p[1].entries[1].state == 0);
	assert_int_equal(p[2].given, PATTERN_QUORATE | PATTERN_NODES_ORDERED);
	assert_true(p[2].entries[0].nodeid == 3 && p[2].entries[0].state == VQ_STATE_DEAD);
	assert_true(p[3].kind == VQ_EXPECTED_VOTES && p[3].expected_votes == 4);
	assert_int_equal(p[4].given, PATTERN_RING_SEQ);
	assert_true(p[5].kind == VQ_QUORUM && p[5].given == 0);
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void a_dump_is_one_line(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(to);
	assert_int_equal(scenario_dump_json(read_it("scenario: \"q\\\"\\\\\"\ndescription: \"two\\nlines\"\ncluster: "
						    "{nodes: 1}\nsteps: [{start: all, expect: "
						    "{quorate: {1: true}}}]\n"),
					    to),
			 0);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(
		text,
		"{\"scenario\": \"q\\\"\\\\\", \"variant\": \"\", \"path\": \"f\", \"line\": 1, \"column\": "
		"1, "
		"\"description\": \"two\\u000alines\", \"tags\": [], \"findings\": [], \"cluster\": {\"capacity\": "
		"384, \"nodes\": "
		"[{\"nodeid\": 1, "
		"\"later\": false, "
		"\"config\": {\"quorum\": {}, \"nodelist\": [{\"nodeid\": 1, \"quorum_votes\": 1}]}}], "
		"\"quirks_off\": []}, \"totem\": {\"token_ms\": 3000, \"token_coefficient_ms\": 650, "
		"\"consensus_ms\": 0, \"join_ms\": 50, \"merge_ms\": 200}, \"network\": {\"latency_ns\": 100000, "
		"\"jitter_ns\": 0, \"loss_ppm\": 0}, \"clients\": [], \"steps\": [{\"verb\": \"start\", \"line\": 4, "
		"\"column\": 9, \"settle\": true, \"nodes\": [1], \"together\": false, \"expect\": {\"line\": 4, "
		"\"column\": 30, \"quorate\": {\"1\": true}}}]}\n");
	free(text);
}

static void the_names_of_verbs(void **state)
{
	(void)state;
	for (uint32_t verb = 0; verb < VERB_COUNT; verb++)
		assert_int_equal(verb_by_name(verb_name((enum verb)verb)), verb);
	assert_string_equal(verb_name(VERB_NONE), "expect");
	assert_string_equal(verb_name(VERB_START), "start");
	assert_string_equal(verb_name(VERB_CANCEL_WAIT_FOR_ALL), "cancel_wait_for_all");
	assert_string_equal(verb_name(VERB_INITIALIZE), "initialize");
	assert_string_equal(verb_name(VERB_QDEVICE_MASTER_WINS), "qdevice_master_wins");
	assert_string_equal(verb_name(VERB_KILL), "kill");
	assert_int_equal(verb_by_name("name"), VERB_COUNT);
	assert_string_equal(info_field_name(INFO_NODE_ID), "node_id");
	assert_string_equal(info_field_name(INFO_QDEVICE_NAME), "qdevice_name");
}

#define READS(test) cmocka_unit_test_teardown(test, free_set)

int main(void)
{
	const struct CMUnitTest tests[] = {
		READS(defaults),
		READS(what_stands_at_the_top),
		READS(as_many_nodes_as_there_is_room_for),
		READS(seeds),
		READS(a_file_of_several),
		READS(one_run_a_combination),
		READS(a_value_may_be_anything),
		READS(lists_of_nodes),
		READS(a_quorum_section),
		READS(quirks),
		READS(without_a_nodelist),
		READS(reloads_change_files),
		READS(when_a_step_begins),
		READS(verbs_on_machines),
		READS(library_calls),
		READS(truths),
		READS(replies_and_info),
		READS(callbacks),
		READS(a_dump_is_one_line),
		READS(the_names_of_verbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
