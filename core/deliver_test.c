/* Delivered messages: what each changes, and what it leaves alone. */
#include "testing.h"

static void boot(struct fake *fake, uint32_t nodes)
{
	struct vq_config config = fake_config(nodes);

	fake_boot(fake, &config);
	fake_sync(fake, (1u << nodes) - 1, nodes, 0);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES_ONLY);
	fake_clear(fake);
}

/* A device cannot speak through a node that nobody has heard of (history 33). */
static void device_nodeinfo_of_a_stranger_aborts(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	assert_true(fake_deliver(fake, 7, (struct vq_message){.kind = VQ_MESSAGE_NODEINFO, .votes = 1}));
	assert_non_null(fake->aborted);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 0);
}

/* History 27: it is the sender's record that says whether to believe it. */
static void device_votes_are_the_greatest_or_the_quorate_s(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(8);
	struct vq_message message = {.kind = VQ_MESSAGE_NODEINFO, .votes = 3};

	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 8, 0);
	assert_true(fake_deliver(fake, 2, message));
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 3);
	message.votes = 1;
	fake_deliver(fake, 2, message);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 3);
	fake_nodeinfo(fake, 3, 1, 8, FLAG_QUORATE);
	fake_deliver(fake, 2, message);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 3);
	fake_deliver(fake, 3, message);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 1);
	/* Its votes are expected: the recalculation is not left out. */
	message.votes = 20;
	fake_deliver(fake, 2, message);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 23);
	/* Fewer of them do not lower the quorum. */
	assert_int_equal(fake_info(fake, 0).quorum, 12);
	message.votes = 0;
	fake_deliver(fake, 3, message);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 0);
	fake->vq->quorum = 77;
	message.votes = 20;
	fake_deliver(fake, 3, message);
	assert_int_equal(fake_info(fake, 0).quorum, 77);
	/* Who is quorate takes the greater only. */
	boot(fake, 3);
	fake_deliver(fake, 2, message);
	message.votes = 5;
	fake_nodeinfo(fake, 2, 1, 3, FLAG_QUORATE);
	assert_false(vq_quorate(fake->vq));
	boot(fake, 3);
	fake_nodeinfo(fake, 2, 1, 3, FLAG_QUORATE);
	message.votes = 1;
	fake_deliver(fake, 2, message);
	message.votes = 0;
	fake_deliver(fake, 2, message);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 1);
}

/* Nothing new is said, so nothing is recalculated: a quorum made by hand stays. */
static void nodeinfo_without_news_changes_nothing(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake->vq->quorum = 77;
	fake_nodeinfo(fake, 2, 1, 3, 0);
	assert_int_equal(fake_info(fake, 0).quorum, 77);
	fake_nodeinfo(fake, 2, 1, 3, FLAG_DEVICE_REGISTERED); /* history 20: any flag is news */
	assert_int_equal(fake_info(fake, 0).quorum, 77);      /* and quorum does not fall by it */
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(fake_info(fake, 2).flags, VQ_INFO_QDEVICE_REGISTERED);
}

static void first_is_always_news(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake_nodeinfo(fake, 2, 1, 3, FLAG_FIRST);
	fake->vq->quorum = 77;
	fake_nodeinfo(fake, 2, 1, 3, FLAG_FIRST);
	assert_false(vq_quorate(fake->vq));
}

static void own_is_always_news(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake->vq->quorum = 77;
	fake_nodeinfo(fake, 1, 1, 3, FLAG_QUORATE);
	assert_false(vq_quorate(fake->vq));
}

/* Q7: flags and votes that changed since the message was sent are undone by it. */
static void quirk_own_nodeinfo_undoes(void **state)
{
	struct fake *fake = *state;

	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(OWN_NODEINFO_UNDOES));
		boot(fake, 3);
		fake_init(fake, 0x3);
		fake_process(fake); /* its nodeinfo is on its way */
		fake_nodeinfo(fake, 2, 3, 3, 0);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, 4);
		fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_NODE_VOTES, .about = 1, .votes = 2});
		assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
		fake->vq->quorate = 0; /* who has no quorum listens to who has it, itself included */
		fake_clear(fake);
		fake_nodeinfo(fake, 1, 1, 3, FLAG_QUORATE);
		assert_int_equal(fake_info(fake, 0).node_votes, off ? 2 : 1);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, off ? 5 : 4);
		assert_int_equal(fake->told_count, off ? 0 : 1); /* raised again */
	}
}

static void leaving_lowers_the_quorum(void **state)
{
	struct fake *fake = *state;

	boot(fake, 5);
	fake_nodeinfo(fake, 5, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	assert_int_equal(fake_info(fake, 5).node_state, VQ_STATE_LEAVING);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4);
	assert_int_equal(fake_info(fake, 0).quorum, 3);
	assert_int_equal(fake_info(fake, 0).total_votes, 4);
	/* It is no member any more. */
	assert_int_equal(fake_info(fake, 0).highest_expected, 4);
}

/* Last man standing is for one vote each: it ends for good, and so does its window. */
static void last_man_ends_with_uneven_votes(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.last_man_standing = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	fake_init(fake, 0xf);
	assert_true(fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING] != 0);
	fake_process(fake);
	fake_nodeinfo(fake, 2, 2, 5, FLAG_QUORATE);
	assert_int_equal(fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING], 0);
	assert_int_equal(fake->notices[VQ_NOTICE_LAST_MAN_OFF_VOTES], 1);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_LAST_MAN_STANDING, 0);
	fake_nodeinfo(fake, 2, 3, 5, FLAG_QUORATE);
	assert_int_equal(fake->notices[VQ_NOTICE_LAST_MAN_OFF_VOTES], 1);
}

/* ---- reconfigure ---------------------------------------------------------------------- */

static void expected_votes_for_all_members(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake_sync(fake, 0x3, 3, FLAG_QUORATE);
	fake_clear(fake);
	/* History 24: who sends it need not be known. */
	fake_deliver(fake, 8, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 2});
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	assert_int_equal(fake_info(fake, 2).node_expected_votes, 2);
	assert_int_equal(fake_info(fake, 3).node_expected_votes, 3); /* dead */
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	assert_int_equal(fake->told_count, 1);
	assert_int_equal(testing_last(fake, VQ_EXPECTED_VOTES)->notification.expected_votes, 2);
	/* A quorum falls with it. */
	fake->vq->quorum = 77;
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 2});
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	fake_clear(fake);
	/* 0 changes nothing and is told all the same. */
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES});
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	assert_int_equal(fake->told_count, 1);
}

/* Of a cluster that tracks no administrator lowers the own value below the highest ever seen. */
static void tracking_holds_the_own_value(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	for (uint32_t tracking = 0; tracking < 2; tracking++) {
		config.expected_votes_tracking = tracking;
		fake_boot(fake, &config);
		fake_sync(fake, 0x7, 5, 0);
		fake_deliver(fake, 1, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 3});
		assert_int_equal(fake_info(fake, 0).node_expected_votes, tracking ? 5 : 3);
		assert_int_equal(fake_info(fake, 2).node_expected_votes, 3);
	}
}

/* History 22: what an administrator sets is where downscaling ends. */
static void expected_votes_move_the_barrier(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.allow_downscale = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	fake_deliver(fake, 1, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 2});
	/* Tracking holds the own value up. */
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
	assert_int_equal(fake_info(fake, 2).node_expected_votes, 2);
	fake_nodeinfo(fake, 5, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	fake_nodeinfo(fake, 4, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	fake_nodeinfo(fake, 3, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
}

static void votes_of_nodes_that_are_known(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake->vq->quorum = 77; /* which falls with votes */
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_NODE_VOTES, .about = 3, .votes = 0});
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	assert_int_equal(fake_info(fake, 3).node_votes, 0);
	assert_int_equal(fake_info(fake, 0).total_votes, 2);
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_NODE_VOTES, .about = 8, .votes = 5});
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_NODE_VOTES, .about = 0, .votes = 5});
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 5);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 7);
}

/* History 39. */
static void waiting_can_be_cancelled(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 3, FLAG_WFA_STATUS);
	assert_false(vq_quorate(fake->vq));
	fake_clear(fake);
	vq_cancel_wait_for_all(fake->vq, &fake->host, fake);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->sent[0].message.kind, VQ_MESSAGE_CANCEL_WAIT_FOR_ALL);
	assert_false(vq_quorate(fake->vq));
	fake_loop(fake);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(fake->primary_count, 1);
	/* It lowers nothing. */
	fake->vq->quorum = 3;
	fake_deliver(fake, 1, (struct vq_message){.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL});
	assert_int_equal(fake_info(fake, 0).quorum, 3);
	/* A minority that is no longer waiting waits again. */
	fake_sync(fake, 0x1, 3, 0);
	fake_deliver(fake, 1, (struct vq_message){.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL});
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(fake->vq->wait_for_all_status, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(device_nodeinfo_of_a_stranger_aborts),
		WITH_FAKE(device_votes_are_the_greatest_or_the_quorate_s),
		WITH_FAKE(nodeinfo_without_news_changes_nothing),
		WITH_FAKE(first_is_always_news),
		WITH_FAKE(own_is_always_news),
		WITH_FAKE(quirk_own_nodeinfo_undoes),
		WITH_FAKE(leaving_lowers_the_quorum),
		WITH_FAKE(last_man_ends_with_uneven_votes),
		WITH_FAKE(expected_votes_for_all_members),
		WITH_FAKE(tracking_holds_the_own_value),
		WITH_FAKE(expected_votes_move_the_barrier),
		WITH_FAKE(votes_of_nodes_that_are_known),
		WITH_FAKE(waiting_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
