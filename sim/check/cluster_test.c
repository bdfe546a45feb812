/*
 * The whole cluster: who must be quorate, with what votes, and what the manual says
 * may go wrong. Each test plays a made-up cluster that behaves well, then one thing
 * that it must not do; the judge must say exactly that.
 */
#include "sim/check/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ALL(count) ((1u << (count)) - 1)

static void make(struct stage *stage, uint32_t count, struct vq_config like)
{
	stage_make(stage, count);
	if (like.two_node)
		stage->quorum = 1;
	stage->flags = (like.two_node ? VQ_INFO_TWONODE : 0) |
		       (like.wait_for_all || like.two_node ? VQ_INFO_WAIT_FOR_ALL : 0) |
		       (like.auto_tie_breaker ? VQ_INFO_AUTO_TIE_BREAKER : 0) |
		       (like.last_man_standing ? VQ_INFO_LAST_MAN_STANDING : 0) |
		       (like.allow_downscale ? VQ_INFO_ALLOW_DOWNSCALE : 0);
	for (uint32_t i = 0; i < count; i++) {
		like.node_count = count;
		like.nodes = stage->listed;
		stage->configs[i] = like;
	}
}

static void booted(struct stage *stage, uint32_t count, struct vq_config like)
{
	make(stage, count, like);
	stage_judge(stage);
	stage_boot(stage);
	stage_begin(stage, 1);
}

/* A ring whose sync ends as told. */
static void ring(struct stage *stage, uint32_t members, uint32_t quorate)
{
	stage_ring(stage, members);
	stage_activate(stage, members, quorate);
}

static const struct vq_config plain, wait_for_all = {.given = VQ_KEY_WAIT_FOR_ALL, .wait_for_all = 1},
				     two_node = {.given = VQ_KEY_TWO_NODE, .two_node = 1},
				     tie_breaker = {.given = VQ_KEY_AUTO_TIE_BREAKER, .auto_tie_breaker = 1},
				     last_man = {.given = VQ_KEY_LAST_MAN_STANDING, .last_man_standing = 1};

/* ---- who is quorate ---- */

static void a_majority(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	ring(&stage, 3, 3);
	ring(&stage, 4, 0);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 2);
	ring(&stage, 1, 1); /* one of three */
	assert_breach(&stage, RULE_MAJORITY);
	stage_free(&stage);
}

static void a_majority_refused(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage_ring(&stage, 3);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false);
	assert_breach(&stage, RULE_MAJORITY);
	stage_free(&stage);
}

/* Two nodes without the third: quorum 1 with two_node, which waits for all first. */
static void two_nodes(void **state)
{
	struct stage stage;

	(void)state;
	make(&stage, 2, two_node);
	stage_judge(&stage);
	stage_begin(&stage, 0);
	stage_up(&stage, 0);
	stage_ring(&stage, 1);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	assert_breach(&stage, RULE_WAIT_FOR_ALL); /* history 16 */
	stage_free(&stage);

	booted(&stage, 2, two_node);
	assert_quiet(&stage);
	stage_ring(&stage, 1);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false);
	assert_breach(&stage, RULE_TWO_NODE);
	stage_free(&stage);
}

static void waits_for_all(void **state)
{
	struct stage stage;

	(void)state;
	make(&stage, 3, wait_for_all);
	stage_judge(&stage);
	stage_begin(&stage, 0);
	stage_up(&stage, 0);
	stage_up(&stage, 1);
	ring(&stage, 3, 0);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 1);
	stage_up(&stage, 2);
	stage_ring(&stage, 7);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false); /* all are here */
	assert_breach(&stage, RULE_WAIT_FOR_ALL);
	stage_free(&stage);
}

static void a_tie(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 4, tie_breaker);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	ring(&stage, 3, 3);
	ring(&stage, 12, 0);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 3);
	ring(&stage, 15, 15);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 4);
	stage_ring(&stage, 12);
	stage_activated(&stage, 2);
	stage_primary(&stage, 2, true); /* without the lowest */
	assert_breach(&stage, RULE_TIE_BREAKER);
	stage_free(&stage);
}

/* Two of five by the tie breaker, while the three others could be quorate. */
static void a_tie_against_a_majority(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 4, tie_breaker);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	ring(&stage, 1, 1);
	ring(&stage, 14, 0);
	stage.verdict_count = 0; /* the node rules have told it already */
	stage_end(&stage, true);
	assert_true(check_exercised(stage.check, RULE_I3) > 0);
	assert_int_equal(stage.verdict_count > 0, 1);
	assert_int_equal(stage.verdicts[0].rule == RULE_MAJORITY || stage.verdicts[0].rule == RULE_I3, 1);
	stage_free(&stage);
}

static void set(struct stage *stage, uint32_t node, uint32_t expected, uint32_t quorum)
{
	stage->info[node].node_expected_votes = stage->info[node].highest_expected = expected;
	stage->info[node].quorum = quorum;
}

static void last_man_lowers(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 5, last_man);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	ring(&stage, 15, 15);
	stage.info_error[4] = VQ_ERR_LIBRARY;
	stage_event(&stage, OBSERVE_NODE_DOWN, 4, DOWN_CRASH);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 3);
	stage.time_ns += 11000 * SCENARIO_MS;
	for (uint32_t i = 0; i < 4; i++)
		set(&stage, i, 4, 3);
	stage_end(&stage, true);
	assert_quiet(&stage);
	assert_true(check_exercised(stage.check, RULE_LAST_MAN) > 0);
	stage_begin(&stage, 4); /* four expected now: two are not enough, three are */
	stage_event(&stage, OBSERVE_NODE_DOWN, 3, DOWN_CRASH);
	stage_ring(&stage, 7);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false);
	assert_breach(&stage, RULE_LAST_MAN);
	stage_free(&stage);
}

/* ---- the device ---- */

static const struct vq_config device = {
	.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES, .device_model = "net", .device_votes = 1};

static void three_expected(struct stage *stage, uint32_t members, uint32_t bits, uint32_t cast)
{
	for (uint32_t i = 0; i < 2; i++)
		if ((members >> i) & 1) {
			set(stage, i, 3, 2);
			stage->info[i].qdevice_votes = 1;
			stage->info[i].flags |= bits;
			stage->info[i].total_votes += cast;
		}
}

static void device_call(struct stage *stage, enum verb verb, struct vq_request request)
{
	memcpy(request.name, "qd", 3);
	stage->steps[stage->step].verb = verb;
	stage->steps[stage->step].client = 0;
	stage->steps[stage->step].request = request;
	stage_call(stage, 0, verb, &request);
	stage_reply(stage, 0, verb, VQ_OK);
}

/* Two nodes and a device of one vote that node 1 has registered and polled. */
static void with_device(struct stage *stage)
{
	const uint32_t registered = VQ_INFO_QDEVICE_REGISTERED;
	const uint32_t casts = VQ_INFO_QDEVICE_ALIVE | VQ_INFO_QDEVICE_CAST_VOTE;

	make(stage, 2, device);
	stage_judge(stage);
	stage_begin(stage, 0);
	stage_up(stage, 0);
	stage_up(stage, 1);
	ring(stage, 3, 3);
	three_expected(stage, 3, 0, 0);
	stage_end(stage, true);
	stage_begin(stage, 1);
	device_call(stage, VERB_QDEVICE_REGISTER, (struct vq_request){.op = VQ_OP_QDEVICE_REGISTER});
	three_expected(stage, 1, registered, 0);
	stage_end(stage, true);
	stage_begin(stage, 2);
	device_call(stage, VERB_QDEVICE_POLL, (struct vq_request){.op = VQ_OP_QDEVICE_POLL, .cast_vote = 1});
	three_expected(stage, 1, casts, 1);
	stage_end(stage, true);
	stage_begin(stage, 3);
	assert_quiet(stage);
}

static void device_vote_counts(void **state)
{
	struct stage stage;

	(void)state;
	with_device(&stage);
	stage_ring(&stage, 1);
	device_call(&stage, VERB_QDEVICE_POLL, (struct vq_request){.op = VQ_OP_QDEVICE_POLL, .cast_vote = 1});
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false); /* one vote and the device's, of three */
	assert_breach(&stage, RULE_DEVICE_VOTES);
	stage_free(&stage);
}

static void device_holds(void **state)
{
	struct stage stage;

	(void)state;
	with_device(&stage);
	stage_ring(&stage, 1);
	stage_activated(&stage, 0);
	assert_breach(&stage, RULE_DEVICE_HOLDS);
	stage_free(&stage);
}

static void device_dies(void **state)
{
	struct stage stage;

	(void)state;
	with_device(&stage);
	stage.time_ns += 11000 * SCENARIO_MS; /* longer than timeout: not alive any more */
	stage_end(&stage, true);
	assert_int_equal(stage.verdicts[0].rule == RULE_DEVICE_VOTES || stage.verdicts[0].rule == RULE_VOTES, 1);
	assert_true(stage.verdict_count > 0);
	stage_free(&stage);
}

static void device_holds_for_ever(void **state)
{
	struct stage stage;

	(void)state;
	with_device(&stage);
	stage_ring(&stage, 1);
	stage_event(&stage, OBSERVE_HELD, 0, 1);
	stage.info_error[1] = VQ_ERR_LIBRARY;
	stage_event(&stage, OBSERVE_NODE_DOWN, 1, DOWN_CRASH);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage.time_ns += 31000 * SCENARIO_MS;
	stage_rest(&stage);
	assert_breach(&stage, RULE_SYNC_ENDS);
	stage_free(&stage);
}

static void master(void **state)
{
	struct stage stage;

	(void)state;
	with_device(&stage);
	device_call(&stage, VERB_QDEVICE_MASTER_WINS, (struct vq_request){.allow = 1});
	three_expected(&stage, 1, VQ_INFO_QDEVICE_MASTER_WINS, 0);
	stage_end(&stage, true);
	/* three votes for the others: node 1 and the device are a minority, but the device wins */
	stage_begin(&stage, 4);
	device_call(&stage, VERB_SETEXPECTED, (struct vq_request){.votes = 5});
	stage.info[1].flags = 0;
	stage_event(&stage, OBSERVE_PRIMARY, 1, 0); /* two of five */
	for (uint32_t i = 0; i < 2; i++)
		set(&stage, i, 5, 3);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_begin(&stage, 5);
	stage_ring(&stage, 1);
	stage_event(&stage, OBSERVE_HELD, 0, 1);
	stage_end(&stage, true);
	stage.verdict_count = 0;
	stage_begin(&stage, 6);
	device_call(&stage, VERB_QDEVICE_POLL, (struct vq_request){.op = VQ_OP_QDEVICE_POLL, .cast_vote = 1});
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, false);
	assert_breach(&stage, RULE_MASTER_WINS);
	stage_free(&stage);
}

/* ---- at rest ---- */

static void spoilt(void (*spoil)(struct vq_info *info), enum rule_number rule)
{
	struct stage stage;

	booted(&stage, 5, plain);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	assert_quiet(&stage);
	spoil(&stage.info[1]);
	stage_end(&stage, true);
	assert_breach(&stage, rule);
	stage_free(&stage);
}

static void quorum_4(struct vq_info *info)
{
	info->quorum = 4;
}

static void expected_4(struct vq_info *info)
{
	info->node_expected_votes = 4;
}

static void expected_6(struct vq_info *info)
{
	info->node_expected_votes = 6;
}

static void two_votes(struct vq_info *info)
{
	info->node_votes = 2;
}

static void dead(struct vq_info *info)
{
	info->node_state = VQ_STATE_DEAD;
}

static void waits(struct vq_info *info)
{
	info->flags |= VQ_INFO_WAIT_FOR_ALL;
}

static void device_alive(struct vq_info *info)
{
	info->flags |= VQ_INFO_QDEVICE_ALIVE;
}

static void what_getinfo_says(void **state)
{
	(void)state;
	spoilt(quorum_4, RULE_I4);
	spoilt(dead, RULE_GETINFO);
}

/* Where others see it too, more than one rule may tell. */
static void spoilt_for_all(void (*spoil)(struct vq_info *info), enum rule_number rule)
{
	struct stage stage;
	bool found = false;

	booted(&stage, 5, plain);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	assert_quiet(&stage);
	spoil(&stage.info[1]);
	stage_end(&stage, true);
	for (uint32_t i = 0; i < stage.verdict_count; i++)
		found = found || stage.verdicts[i].rule == (uint32_t)rule;
	assert_true(found);
	stage_free(&stage);
}

static void what_getinfo_says_to_all(void **state)
{
	(void)state;
	spoilt_for_all(two_votes, RULE_VOTES);
	spoilt_for_all(expected_4, RULE_I6);
	spoilt_for_all(expected_6, RULE_EXPECTED_VOTES);
	spoilt_for_all(waits, RULE_CONFIGURATION);
	spoilt_for_all(device_alive, RULE_DEVICE_VOTES);
}

static void flag_and_notification_differ(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage.info[1].flags = 0;
	stage_end(&stage, true);
	assert_int_equal(stage.verdicts[0].rule, RULE_I5);
	stage_free(&stage);
}

static void expected_votes_untold(void **state)
{
	struct vq_request five = {.op = VQ_OP_SETEXPECTED, .votes = 5};
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage_track(&stage, 0);
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	stage_call(&stage, 1, VERB_SETEXPECTED, &five);
	stage_reply(&stage, 1, VERB_SETEXPECTED, VQ_OK);
	for (uint32_t i = 0; i < 3; i++)
		set(&stage, i, 5, 3);
	assert_quiet(&stage);
	stage_end(&stage, true);
	assert_breach(&stage, RULE_EXPECTED_VOTES_TOLD);
	stage_free(&stage);
}

static void half_quorate(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 4, tie_breaker); /* I2: the ring is of one mind */
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	stage_ring(&stage, 3);
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	stage_activated(&stage, 1);
	stage_primary(&stage, 1, false);
	assert_breach(&stage, RULE_TIE_BREAKER);
	for (uint32_t i = 2; i < 4; i++)
		stage_event(&stage, OBSERVE_NODE_DOWN, i, DOWN_CRASH);
	stage_end(&stage, true);
	assert_breach(&stage, RULE_I2);
	stage_free(&stage);
}

/* Two halves of two_node: the manual says so (H3); of a plain pair: a defect. */
static void two_quorate_halves(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 2, two_node);
	ring(&stage, 1, 1);
	ring(&stage, 2, 2);
	stage_end(&stage, true);
	assert_verdict(&stage, VERDICT_HAZARD);
	assert_int_equal(stage.verdicts[0].rule, RULE_I1);
	assert_int_equal(stage.verdicts[0].hazard, 3);
	stage_free(&stage);

	booted(&stage, 3, plain);
	ring(&stage, 3, 3);
	ring(&stage, 4, 4);
	stage.info[2].quorum = 1;
	stage.verdict_count = 0;
	stage_end(&stage, true);
	assert_int_equal(stage.verdicts[stage.verdict_count - 1].rule, RULE_I1);
	assert_int_equal(stage.verdicts[stage.verdict_count - 1].kind, VERDICT_BREACH);
	stage_free(&stage);
}

static void majority_never_quorate(void **state)
{
	struct stage stage;
	bool found = false;

	(void)state;
	booted(&stage, 3, plain);
	ring(&stage, 3, 0);
	for (uint32_t i = 0; i < 2; i++)
		stage.info[i].quorum = 3; /* as if it were not enough */
	stage_event(&stage, OBSERVE_NODE_DOWN, 2, DOWN_CRASH);
	stage_end(&stage, true);
	for (uint32_t i = 0; i < stage.verdict_count; i++)
		found = found || stage.verdicts[i].rule == RULE_I7;
	assert_true(found);
	stage_free(&stage);
}

static void ring_ids_fall(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage.seq -= 8;
	stage_ring(&stage, 1);
	assert_breach(&stage, RULE_I8);
	stage_free(&stage);
}

static void a_sync_that_never_ends(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage_ring(&stage, 7);
	stage_activate(&stage, 3, 3);
	stage_end(&stage, true);
	assert_breach(&stage, RULE_SYNC_ENDS);
	stage_free(&stage);
}

static void a_call_without_answer(void **state)
{
	struct vq_request request = {.op = VQ_OP_GETINFO};
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage_call(&stage, 0, VERB_GETINFO, &request);
	stage_end(&stage, true);
	assert_breach(&stage, RULE_ANSWERED);
	stage_free(&stage);
}

static void an_abort(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage, 3, plain);
	stage_event(&stage, OBSERVE_NODE_DOWN, 0, DOWN_ABORT);
	assert_breach(&stage, RULE_NO_ABORT);
	stage_free(&stage);

	booted(&stage, 3, wait_for_all);
	stage_event(&stage, OBSERVE_NODE_DOWN, 0, DOWN_ABORT);
	assert_breach(&stage, RULE_NO_ABORT);
	stage_free(&stage);
}

static void refusals(void **state)
{
	struct vq_config both = {.given = VQ_KEY_TWO_NODE | VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES,
				 .two_node = 1,
				 .device_model = "net",
				 .device_votes = 1};
	struct stage stage;

	(void)state;
	make(&stage, 2, both);
	stage_judge(&stage);
	stage_begin(&stage, 0);
	stage_event(&stage, OBSERVE_NODE_REFUSED, 0, VQ_REFUSED_TWO_NODE_AND_DEVICE);
	assert_quiet(&stage);
	stage_event(&stage, OBSERVE_NODE_UP, 1, 0);
	stage_ring(&stage, 2);
	assert_breach(&stage, RULE_CONFIGURATION);
	stage_free(&stage);
}

/* Four of five are left after a clean stop: expected votes 4; quorum stays for the five configured. */
static void downscale(void **state)
{
	struct vq_config config = {.given = VQ_KEY_ALLOW_DOWNSCALE, .allow_downscale = 1};

	(void)state;
	for (uint32_t expected = 4; expected <= 5; expected++) {
		struct stage stage;
		uint32_t node = 4;

		booted(&stage, 5, config);
		stage_end(&stage, true);
		stage.steps[2] = (struct step){.verb = VERB_STOP, .at = {3, 1}, .nodes = {1, &node}};
		stage_begin(&stage, 2);
		stage_event(&stage, OBSERVE_NODE_DOWN, 4, DOWN_STOP);
		ring(&stage, 15, 15);
		for (uint32_t i = 0; i < 4; i++)
			set(&stage, i, i == 1 ? expected : 4, 3);
		stage.verdict_count = 0;
		stage_end(&stage, true);
		if (expected == 4) {
			assert_quiet(&stage);
		} else {
			assert_true(stage.verdict_count > 0);
			assert_int_equal(stage.verdicts[0].rule, RULE_DOWNSCALE);
		}
		stage_free(&stage);
	}
}

/* ---- green runs that mean nothing ---- */

static void inert_and_vacuous(void **state)
{
	struct stage stage;

	(void)state;
	make(&stage, 3, plain);
	stage.steps[1].verb = VERB_PARTITION;
	stage.steps[2].verb = VERB_CRASH;
	stage.steps[3].verb = VERB_FAULT;
	stage_judge(&stage);
	stage_boot(&stage);
	assert_quiet(&stage);
	stage_rest(&stage);
	assert_verdict(&stage, VERDICT_INERT);
	stage_rest(&stage);
	assert_verdict(&stage, VERDICT_INERT);
	stage_rest(&stage);
	assert_quiet(&stage);
	stage_event(&stage, OBSERVE_RUN_END, UINT32_MAX, 1);
	assert_int_equal(stage.verdict_count, 2);
	assert_int_equal(stage.verdicts[0].kind, VERDICT_INERT);
	assert_int_equal(stage.verdicts[1].kind, VERDICT_VACUOUS);
	stage_free(&stage);
}

static void partition_that_partitions(void **state)
{
	struct stage stage;

	(void)state;
	make(&stage, 3, plain);
	stage.steps[1].verb = VERB_PARTITION;
	stage_judge(&stage);
	stage_boot(&stage);
	stage_begin(&stage, 1);
	ring(&stage, 3, 3);
	ring(&stage, 4, 0);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_free(&stage);
}

/* Where a node starts is an effect too: with one down a partition without a ring is no idle one. */
static void partition_before_a_start(void **state)
{
	struct stage stage;

	(void)state;
	make(&stage, 3, plain);
	stage.steps[1].verb = VERB_CRASH;
	stage.steps[2].verb = VERB_PARTITION;
	stage_judge(&stage);
	stage_boot(&stage);
	stage_begin(&stage, 1);
	stage_event(&stage, OBSERVE_NODE_DOWN, 2, DOWN_CRASH);
	ring(&stage, 3, 3);
	stage_end(&stage, true);
	stage_rest(&stage);
	assert_quiet(&stage);
	stage_free(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partition_before_a_start),
		cmocka_unit_test(a_majority),
		cmocka_unit_test(a_majority_refused),
		cmocka_unit_test(two_nodes),
		cmocka_unit_test(waits_for_all),
		cmocka_unit_test(a_tie),
		cmocka_unit_test(a_tie_against_a_majority),
		cmocka_unit_test(last_man_lowers),
		cmocka_unit_test(device_vote_counts),
		cmocka_unit_test(device_holds),
		cmocka_unit_test(device_dies),
		cmocka_unit_test(device_holds_for_ever),
		cmocka_unit_test(master),
		cmocka_unit_test(what_getinfo_says),
		cmocka_unit_test(what_getinfo_says_to_all),
		cmocka_unit_test(flag_and_notification_differ),
		cmocka_unit_test(expected_votes_untold),
		cmocka_unit_test(half_quorate),
		cmocka_unit_test(two_quorate_halves),
		cmocka_unit_test(majority_never_quorate),
		cmocka_unit_test(ring_ids_fall),
		cmocka_unit_test(a_sync_that_never_ends),
		cmocka_unit_test(a_call_without_answer),
		cmocka_unit_test(an_abort),
		cmocka_unit_test(refusals),
		cmocka_unit_test(downscale),
		cmocka_unit_test(inert_and_vacuous),
		cmocka_unit_test(partition_that_partitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
