/* Requests: every error each of them can give, what they change, and where. */
#include "testing.h"

static void boot(struct fake *fake, uint32_t nodes)
{
	struct vq_config config = fake_config(nodes);

	fake_boot(fake, &config);
	fake_sync(fake, (1u << nodes) - 1, nodes, 0);
	fake_clear(fake);
}

static int getinfo(struct fake *fake, uint32_t nodeid)
{
	return fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_GETINFO, .nodeid = nodeid}, NULL);
}

static int setexpected(struct fake *fake, uint32_t votes)
{
	return fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_SETEXPECTED, .votes = votes}, NULL);
}

static int setvotes(struct fake *fake, uint32_t nodeid, uint32_t votes)
{
	return fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_SETVOTES, .nodeid = nodeid, .votes = votes}, NULL);
}

/* History 1: it is the node's own expected_votes that is shown. */
static void getinfo_tells_of_a_node(void **state)
{
	struct fake *fake = *state;
	struct vq_info info;

	boot(fake, 3);
	fake_nodeinfo(fake, 2, 2, 7, FLAG_QUORATE);
	info = fake_info(fake, 2);
	assert_int_equal(info.node_id, 2);
	assert_int_equal(info.node_state, VQ_STATE_MEMBER);
	assert_int_equal(info.node_votes, 2);
	assert_int_equal(info.node_expected_votes, 7);
	assert_int_equal(info.highest_expected, 7);
	assert_int_equal(info.total_votes, 4);
	assert_int_equal(info.quorum, 4);
	assert_int_equal(info.qdevice_votes, 0);
	assert_string_equal(info.qdevice_name, "");
	info = fake_info(fake, 0);
	assert_int_equal(info.node_id, 1);
	assert_int_equal(info.node_expected_votes, 4);
	assert_int_equal(getinfo(fake, 9), VQ_ERR_NOT_EXIST);
	assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = 0}, NULL), VQ_ERR_INVALID_PARAM);
	assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = 99}, NULL), VQ_ERR_INVALID_PARAM);
}

/* The device's votes are added by the flag of the node that is asked about. */
static void getinfo_adds_the_device_by_node(void **state)
{
	struct fake *fake = *state;

	boot(fake, 2);
	fake_nodeinfo(fake, 2, 1, 2, FLAG_DEVICE);
	setvotes(fake, VQ_DEVICE_NODEID, 1);
	assert_int_equal(fake_info(fake, 0).total_votes, 2);
	assert_int_equal(fake_info(fake, 2).total_votes, 3);
	assert_int_equal(fake_info(fake, 2).flags & 0x3c0, 0x3c0);
	assert_int_equal(fake_info(fake, 0).flags & 0x3c0, 0);
}

/* Recorded in setexpected-limits: with four of four here. */
static void setexpected_has_limits(void **state)
{
	static const struct {
		uint32_t votes;
		int error;
	} rows[] = {{0, VQ_ERR_INVALID_PARAM}, {3, VQ_ERR_INVALID_PARAM}, {4, VQ_OK},          {7, VQ_OK},
		    {8, VQ_ERR_INVALID_PARAM}, {9, VQ_ERR_INVALID_PARAM}, {UINT32_MAX, VQ_OK}, {4, VQ_OK}};
	struct fake *fake = *state;

	boot(fake, 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(setexpected(fake, rows[i].votes), rows[i].error);
		assert_int_equal(fake->sent_count, rows[i].error == VQ_OK);
		/* History 49: a value that is refused is not shown either. */
		if (rows[i].error == VQ_OK)
			assert_int_equal(fake_info(fake, 0).node_expected_votes, rows[i].votes);
		fake_loop(fake);
	}
	/* Without quorum to lose any value does that covers those here (history 55). */
	fake_sync(fake, 0x3, 4, 0);
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(setexpected(fake, 1), VQ_ERR_INVALID_PARAM);
	assert_int_equal(setexpected(fake, 90), VQ_OK);
	fake_loop(fake);
	assert_int_equal(setexpected(fake, 2), VQ_OK);
	fake_loop(fake);
	assert_true(vq_quorate(fake->vq));
}

/* With no votes at all even 0 is enough, and changes nothing. */
static void setexpected_zero(void **state)
{
	static const struct vq_config_node none[] = {{1, 0}};
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	config.nodes = none;
	config.expected_votes = 5;
	config.given = VQ_KEY_EXPECTED_VOTES;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1, 5, 0);
	assert_int_equal(setexpected(fake, 0), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
}

/* What is tried may lower the quorum: here one that only a tie breaker still satisfies. */
static void settings_may_lower_the_quorum(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	config.auto_tie_breaker = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0xf, 4, 0);
	fake_sync(fake, 0x3, 4, FLAG_QUORATE);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(fake_info(fake, 0).quorum, 3);
	assert_int_equal(setexpected(fake, 2), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	fake->vq->quorum = 77;
	assert_int_equal(setvotes(fake, 2, 2), VQ_OK);
}

/* Downscaling's barrier is no limit for an administrator. */
static void setexpected_below_the_barrier(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.allow_downscale = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 5, 0);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(setexpected(fake, 3), VQ_OK);
	assert_int_equal(fake->sent[fake->sent_count - 1].message.votes, 3);
}

/* Recorded in setvotes-limits: with four of four here. */
static void setvotes_has_limits(void **state)
{
	struct fake *fake = *state;

	boot(fake, 4);
	assert_int_equal(setvotes(fake, 9, 1), VQ_ERR_NAME_NOT_FOUND);
	assert_int_equal(setvotes(fake, 2, 0), VQ_OK);
	assert_int_equal(fake_info(fake, 2).node_votes, 0);
	fake_loop(fake);
	assert_int_equal(setvotes(fake, 3, 0), VQ_ERR_INVALID_PARAM); /* 2 of 3 */
	assert_int_equal(fake_info(fake, 3).node_votes, 1);
	assert_int_equal(setvotes(fake, 2, 100), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 103);
	assert_int_equal(fake_info(fake, 0).quorum, 52);
	assert_int_equal(setvotes(fake, 2, UINT32_MAX), VQ_ERR_INVALID_PARAM);
	assert_int_equal(setvotes(fake, 2, 1), VQ_ERR_INVALID_PARAM);
	assert_int_equal(fake_info(fake, 2).node_votes, 100);
	assert_int_equal(setvotes(fake, 3, 7), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).quorum, 55);
	/* 0 is the device here. */
	assert_int_equal(setvotes(fake, 0, 3), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 3);
	assert_int_equal(fake_info(fake, 0).node_votes, 1);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 112);
	assert_int_equal(fake->sent_count, 0);
}

/* A quorum of one for two nodes is less than half of many votes. */
static void setvotes_with_two_node(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.two_node = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 2, 0);
	assert_int_equal(setvotes(fake, 2, 2), VQ_OK);
	fake_loop(fake);
	assert_int_equal(setvotes(fake, 2, 9), VQ_ERR_INVALID_PARAM);
	assert_int_equal(fake_info(fake, 2).node_votes, 2);
}

/* Q6: the caller's node does not wait for the others. */
static void quirk_setvotes_before_agreement(void **state)
{
	struct fake *fake = *state;

	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(SETVOTES_BEFORE_AGREEMENT));
		boot(fake, 4);
		assert_int_equal(setvotes(fake, 2, 2), VQ_OK);
		assert_int_equal(fake_info(fake, 2).node_votes, off ? 1 : 2);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, 4); /* only recalculation raises it */
		fake_loop(fake);
		assert_int_equal(fake_info(fake, 2).node_votes, 2);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
		assert_int_equal(setexpected(fake, 7), VQ_OK);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, off ? 5 : 7);
		fake_loop(fake);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, 7);
	}
}

/* History 50: what could not be sent is said, and what changed here stays. */
static void a_full_queue_is_said(void **state)
{
	struct fake *fake = *state;

	boot(fake, 4);
	fake->queue_is_full = true;
	assert_int_equal(setvotes(fake, 2, 2), VQ_ERR_NO_RESOURCES);
	assert_int_equal(fake_info(fake, 2).node_votes, 2);
	assert_int_equal(setexpected(fake, 6), VQ_ERR_NO_RESOURCES);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 6);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_ERR_NO_RESOURCES);
	fake->queue_is_full = false;
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
	fake_loop(fake);
	fake->queue_is_full = true;
	assert_int_equal(fake_poll(fake, "qd", true), VQ_ERR_NO_RESOURCES);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_QDEVICE_CAST_VOTE, VQ_INFO_QDEVICE_CAST_VOTE);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK); /* nothing to send */
	assert_int_equal(fake_ask(fake, 0,
				  (struct vq_request){.op = VQ_OP_QDEVICE_UPDATE, .name = "qd", .new_name = "qe"},
				  NULL),
			 VQ_ERR_NO_RESOURCES);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_ERR_NO_RESOURCES);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_QDEVICE_REGISTERED, 0);
}

/* A sync is no reason to wait. */
static void requests_are_served_during_a_sync(void **state)
{
	struct fake *fake = *state;

	boot(fake, 4);
	fake_init(fake, 0x7);
	assert_int_equal(getinfo(fake, 4), VQ_OK);
	assert_int_equal(fake_info(fake, 4).node_state, VQ_STATE_DEAD);
	assert_int_equal(setexpected(fake, 5), VQ_OK);
	assert_int_equal(setvotes(fake, 2, 2), VQ_OK);
	assert_int_equal(fake_track(fake, 1, 1, VQ_TRACK_CHANGES), VQ_OK);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(settings_may_lower_the_quorum),
		WITH_FAKE(getinfo_tells_of_a_node),
		WITH_FAKE(getinfo_adds_the_device_by_node),
		WITH_FAKE(setexpected_has_limits),
		WITH_FAKE(setexpected_zero),
		WITH_FAKE(setexpected_below_the_barrier),
		WITH_FAKE(setvotes_has_limits),
		WITH_FAKE(setvotes_with_two_node),
		WITH_FAKE(quirk_setvotes_before_agreement),
		WITH_FAKE(a_full_queue_is_said),
		WITH_FAKE(requests_are_served_during_a_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
