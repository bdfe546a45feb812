/*
 * The scenario's expectations: each is met once and missed once, and what is told
 * then must say what was expected and what came.
 */
#include "sim/check/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Nodes 1, 2, 3, quorate; step 1 has begun with this expectation. */
static void expecting(struct stage *stage, struct expectation expect)
{
	stage_make(stage, 3);
	expect.at = (struct position){7, 3};
	stage->steps[1].expect = expect;
	stage_judge(stage);
	stage_boot(stage);
	stage_begin(stage, 1);
	assert_quiet(stage);
}

static void met(struct stage *stage)
{
	stage_end(stage, true);
	assert_quiet(stage);
	stage_free(stage);
}

static void missed(struct stage *stage, const char *expected, const char *came)
{
	stage_end(stage, true);
	assert_verdict(stage, VERDICT_EXPECTATION);
	if (!strstr(stage->verdicts[0].expected, expected) || !strstr(stage->verdicts[0].came, came))
		print_message("expected: %s\ncame: %s\n", stage->verdicts[0].expected, stage->verdicts[0].came);
	assert_non_null(strstr(stage->verdicts[0].expected, expected));
	assert_non_null(strstr(stage->verdicts[0].came, came));
	assert_true(stage->verdicts[0].at.line > 0);
	stage_free(stage);
}

static void quorate(void **state)
{
	struct node_truth truth = {.at = {8, 1}, .node = 1, .quorate = true};
	struct expectation expect = {.quorate_count = 1, .quorate = &truth};
	struct stage stage;

	(void)state;
	expecting(&stage, expect);
	met(&stage);
	truth.quorate = false;
	expecting(&stage, expect);
	missed(&stage, "node 2 is not quorate", "it is quorate: 3 votes are there, quorum is 2");
	expecting(&stage, expect);
	stage.info_error[1] = VQ_ERR_LIBRARY;
	stage_event(&stage, OBSERVE_NODE_DOWN, 1, DOWN_CRASH);
	stage_end(&stage, false);
	assert_verdict(&stage, VERDICT_EXPECTATION);
	assert_non_null(strstr(stage.verdicts[0].came, "it is down"));
	stage_free(&stage);
}

static void members(void **state)
{
	const uint32_t all[] = {1, 2, 3}, two[] = {1, 2};
	struct node_truth truth = {.at = {8, 1}, .node = 0, .count = 3, .members = all};
	struct expectation expect = {.members_count = 1, .members = &truth};
	struct stage stage;

	(void)state;
	expecting(&stage, expect);
	met(&stage);
	truth.count = 2;
	truth.members = two;
	expecting(&stage, expect);
	missed(&stage, "members at node 1: 1 2", "1 2 3");
}

static void info(void **state)
{
	struct info_pattern pattern = {.at = {8, 1},
				       .node = 2,
				       .given = 1u << INFO_QUORUM | 1u << INFO_TOTAL_VOTES,
				       .info = {.quorum = 2, .total_votes = 3}};
	struct expectation expect = {.info_count = 1, .info = &pattern};
	struct stage stage;

	(void)state;
	expecting(&stage, expect);
	met(&stage);
	pattern.info.quorum = 3;
	expecting(&stage, expect);
	missed(&stage, "getinfo of 3 at node 3: quorum 3", "quorum 2");
}

static void split_brain(void **state)
{
	struct expectation expect = {.has_split_brain = true, .split_brain = false, .split_brain_at = {8, 1}};
	struct stage stage;

	(void)state;
	expecting(&stage, expect);
	met(&stage);
	expect.split_brain = true;
	expecting(&stage, expect);
	missed(&stage, "two components that are both quorate", "members of one ring");
}

static void reply(void **state)
{
	struct expectation expect = {.reply = {.at = {8, 1}, .error = VQ_ERR_NOT_EXIST}};
	struct vq_request request = {.op = VQ_OP_GETINFO, .nodeid = 9};
	struct stage stage;

	(void)state;
	for (int i = 0; i < 3; i++) {
		expecting(&stage, expect);
		stage.steps[1].verb = VERB_GETINFO;
		stage_call(&stage, 0, VERB_GETINFO, &request);
		if (i < 2)
			stage_reply(&stage, 0, VERB_GETINFO, i ? VQ_ERR_TRY_AGAIN : VQ_ERR_NOT_EXIST);
		if (i == 1)
			assert_breach(&stage, RULE_GETINFO);
		if (i == 0) {
			met(&stage);
		} else if (i == 1) {
			missed(&stage, "the reply: NOT_EXIST", "TRY_AGAIN");
		} else {
			stage_end(&stage, false);
			assert_verdict(&stage, VERDICT_EXPECTATION);
			assert_string_equal(stage.verdicts[0].came, "no answer came");
			stage_free(&stage);
		}
	}
}

/* A call whose client cannot connect is answered by why not. */
static void reply_of_a_connection_that_fails(void **state)
{
	struct expectation expect = {.reply = {.at = {8, 1}, .error = VQ_ERR_LIBRARY}};
	struct stage stage;

	(void)state;
	for (int i = 0; i < 2; i++) {
		expecting(&stage, expect);
		stage.steps[1].verb = VERB_GETINFO;
		stage_call(&stage, 0, VERB_INITIALIZE, NULL);
		stage_reply(&stage, 0, VERB_INITIALIZE, i ? VQ_ERR_ACCESS : VQ_ERR_LIBRARY);
		if (i == 0) {
			met(&stage);
		} else {
			missed(&stage, "the reply: LIBRARY", "ACCESS");
		}
	}
}

static void refused(void **state)
{
	struct refused_pattern pattern = {.at = {8, 1}, .node = 0, .message = "two_node"};
	struct expectation expect = {.refused_count = 1, .refused = &pattern};
	struct observation seen = {.kind = OBSERVE_NODE_REFUSED,
				   .node = 0,
				   .client = UINT32_MAX,
				   .number = VQ_REFUSED_TWO_NODE_AND_DEVICE,
				   .text = "two_node and quorum device"};
	struct vq_config both = {.given = VQ_KEY_TWO_NODE | VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES,
				 .two_node = 1,
				 .device_model = "net",
				 .device_votes = 1};
	struct stage stage;

	(void)state;
	for (int i = 0; i < 2; i++) {
		stage_make(&stage, 2);
		both.node_count = 2;
		both.nodes = stage.listed;
		stage.configs[0] = both;
		expect.at = (struct position){7, 3};
		stage.steps[1].expect = expect;
		stage_judge(&stage);
		stage_begin(&stage, 1);
		if (i == 0) {
			stage_see(&stage, &seen);
			met(&stage);
		} else {
			missed(&stage, "node 1 refuses to start: two_node", "it did not refuse");
		}
	}
}

/* Exactly these lines: not fewer, not more, not others, and none of the step before. */
static void logged(void **state)
{
	static const char *const lines[] = {"odd number of nodes", "will continue"};
	static const enum vq_notice all[] = {VQ_NOTICE_TIE_BREAKER_OFF_ODD, VQ_NOTICE_RELOAD_KEPT,
					     VQ_NOTICE_RELOAD_KEPT};
	struct log_pattern pattern = {.at = {8, 1}, .node = 0, .count = 2, .lines = lines};
	struct stage stage;

	(void)state;
	for (uint32_t count = 0; count <= 3; count++) {
		expecting(&stage, (struct expectation){.log_count = 1, .logs = &pattern});
		for (uint32_t i = 0; i < count; i++) {
			struct observation seen = {
				.kind = OBSERVE_NOTICE, .node = 0, .client = UINT32_MAX, .number = all[i]};

			stage_see(&stage, &seen);
		}
		if (count == 2) {
			met(&stage);
			continue;
		}
		stage_end(&stage, false);
		assert_verdict(&stage, VERDICT_EXPECTATION);
		assert_string_equal(stage.verdicts[0].expected, "node 1 logs: odd number of nodes; will continue");
		if (!count)
			assert_string_equal(stage.verdicts[0].came, "nothing");
		stage_free(&stage);
	}
}

/* ---- callbacks ---- */

static const struct vq_entry all_members[] = {{3, VQ_STATE_MEMBER}, {1, VQ_STATE_MEMBER}, {2, VQ_STATE_MEMBER}};

static struct callback_pattern patterns[2];
static struct callbacks_expected callbacks;

static struct expectation two_callbacks(bool subsequence)
{
	patterns[0] = (struct callback_pattern){
		.at = {9, 1}, .kind = VQ_NODELIST, .given = PATTERN_MEMBERS, .count = 3, .entries = all_members};
	patterns[1] = (struct callback_pattern){.at = {10, 1},
						.kind = VQ_QUORUM,
						.given = PATTERN_CONTEXT | PATTERN_QUORATE | PATTERN_NODES,
						.context = 100,
						.quorate = 1,
						.count = 3,
						.entries = all_members};
	callbacks = (struct callbacks_expected){
		.at = {8, 1}, .client = 0, .subsequence = subsequence, .count = 2, .patterns = patterns};
	return (struct expectation){.callbacks_count = 1, .callbacks = &callbacks};
}

/* A snapshot for client a, delivered. */
static void snapshot(struct stage *stage)
{
	struct vq_request request = {.op = VQ_OP_TRACKSTART, .context = 100, .flags = VQ_TRACK_CURRENT};

	stage_call(stage, 0, VERB_TRACKSTART, &request);
	stage_queue(stage, 0, stage_nodelist(stage, 0));
	stage_queue(stage, 0, stage_quorum(stage, 0, true));
	stage_reply(stage, 0, VERB_TRACKSTART, VQ_OK);
	stage_callback(stage, 0, stage_nodelist(stage, 0));
	stage_callback(stage, 0, stage_quorum(stage, 0, true));
}

static void exactly_these_callbacks(void **state)
{
	struct stage stage;

	(void)state;
	expecting(&stage, two_callbacks(false));
	snapshot(&stage);
	met(&stage);

	expecting(&stage, two_callbacks(false));
	missed(&stage, "callbacks of a:\n1 nodelist members 3 1 2\n2 quorum context 100 quorate 1", "none");

	expecting(&stage, two_callbacks(false));
	patterns[1].quorate = 0;
	patterns[1].context = 9;
	snapshot(&stage);
	missed(&stage, "2 quorum context 9 quorate 0", "<- other context, quorate");

	expecting(&stage, two_callbacks(false));
	snapshot(&stage);
	snapshot(&stage);
	missed(&stage, "1 nodelist", "3 nodelist context 100 ring 1.4 members 1 2 3   <- not expected");
}

static void these_callbacks_among_others(void **state)
{
	struct stage stage;

	(void)state;
	expecting(&stage, two_callbacks(true));
	snapshot(&stage);
	snapshot(&stage);
	met(&stage);

	expecting(&stage, two_callbacks(true));
	patterns[1].quorate = 0;
	snapshot(&stage);
	missed(&stage, "quorate 0 nodes 3:member 1:member 2:member   <- this did not come", "2 quorum");
}

static void in_delivered_order(void **state)
{
	static const struct vq_entry delivered[] = {{2, 1}, {3, 1}, {1, 1}};
	struct stage stage;

	(void)state;
	expecting(&stage, two_callbacks(false));
	patterns[1].given = PATTERN_NODES_ORDERED;
	snapshot(&stage);
	missed(&stage, "nodes in this order 3:member", "<- other nodes or their order");

	expecting(&stage, two_callbacks(false));
	patterns[1].given = PATTERN_NODES_ORDERED;
	patterns[1].entries = delivered;
	snapshot(&stage);
	met(&stage);
}

/* What belongs to one step is forgotten with the next. */
static void since_the_step_began(void **state)
{
	struct stage stage;

	(void)state;
	expecting(&stage, two_callbacks(false));
	stage.steps[2].expect = stage.steps[1].expect;
	snapshot(&stage);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 2);
	missed(&stage, "callbacks of a", "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quorate),
		cmocka_unit_test(members),
		cmocka_unit_test(info),
		cmocka_unit_test(split_brain),
		cmocka_unit_test(reply),
		cmocka_unit_test(reply_of_a_connection_that_fails),
		cmocka_unit_test(refused),
		cmocka_unit_test(logged),
		cmocka_unit_test(exactly_these_callbacks),
		cmocka_unit_test(these_callbacks_among_others),
		cmocka_unit_test(in_delivered_order),
		cmocka_unit_test(since_the_step_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
