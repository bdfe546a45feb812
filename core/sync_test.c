/*
 * Membership change: the three steps, what interrupts them, the device that
 * holds them, and when the last-man-standing window opens.
 */
#include "testing.h"

static void boot(struct fake *fake, uint32_t nodes)
{
	struct vq_config config = fake_config(nodes);

	fake_boot(fake, &config);
}

/* History 8 and 9: a first ring of one, and a quorum notification for every change. */
static void the_steps_of_a_change(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake_loop(fake);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES_ONLY);
	fake_init(fake, 0x7);
	assert_int_equal(vq_ring(fake->vq).seq, fake->seq);
	assert_int_equal(vq_ring(fake->vq).nodeid, 1);
	assert_int_equal(fake->sent_count, 0);
	fake_process(fake);
	assert_int_equal(fake->processed, 1);
	assert_int_equal(fake->sent_count, 2);
	assert_int_equal(fake->sent[0].message.about, 1);
	assert_int_equal(fake->sent[0].message.flags, 0); /* FIRST is gone */
	assert_int_equal(fake->sent[1].message.about, VQ_DEVICE_NODEID);
	fake_loop(fake);
	/* History 44: not one notification for each nodeinfo. */
	fake_nodeinfo(fake, 2, 1, 3, 0);
	fake_nodeinfo(fake, 3, 1, 3, 0);
	assert_int_equal(fake->told_count, 1);
	assert_int_equal(fake->primary_count, 0);
	fake_activate(fake);
	assert_int_equal(fake->told_count, 2);
	assert_int_equal(fake->primary_count, 1);
	assert_true(fake->primary);
	fake_clear(fake);
	fake_sync(fake, 0x3, 3, FLAG_QUORATE);
	assert_int_equal(fake->told_count, 2);
	assert_int_equal(fake->primary_count, 1);
	testing_entries(testing_last(fake, VQ_QUORUM),
			(const struct vq_entry[]){{2, VQ_STATE_MEMBER}, {3, VQ_STATE_DEAD}, {1, VQ_STATE_MEMBER}}, 3);
}

static void first_lasts_until_others_are_met(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake_sync(fake, 0x1, 3, 0);
	assert_int_equal(fake->vq->own.flags, FLAG_FIRST);
	fake_sync(fake, 0x3, 3, 0);
	assert_int_equal(fake->vq->own.flags & FLAG_FIRST, 0);
	fake_sync(fake, 0x1, 3, 0);
	assert_int_equal(fake->vq->own.flags & FLAG_FIRST, 0);
}

/* A new ring before the end of the last: a nodelist more, and one quorum. */
static void a_new_ring_starts_over(void **state)
{
	struct fake *fake = *state;

	boot(fake, 4);
	fake_sync(fake, 0xf, 4, 0);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES_ONLY);
	fake_clear(fake);
	fake_init(fake, 0x7);
	fake_init(fake, 0x3);
	fake_process(fake);
	fake_init(fake, 0x1);
	fake_process(fake);
	assert_int_equal(fake->processed, 2);
	fake_loop(fake);
	fake_activate(fake);
	assert_int_equal(fake->told_count, 3);
	assert_int_equal(fake->told[0].notification.count, 2);
	assert_int_equal(fake->told[1].notification.count, 1);
	testing_entries(&fake->told[2],
			(const struct vq_entry[]){
				{2, VQ_STATE_DEAD}, {3, VQ_STATE_DEAD}, {4, VQ_STATE_DEAD}, {1, VQ_STATE_MEMBER}},
			4);
	assert_int_equal(fake->told[2].notification.quorate, 0);
}

/* History 11 and 32: a change of quorum is told at once, but never while a sync is under way. */
static void quorum_changes_are_told_outside_of_a_sync(void **state)
{
	struct fake *fake = *state;

	boot(fake, 3);
	fake_sync(fake, 0x7, 3, 0);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES_ONLY);
	fake_clear(fake);
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 9});
	assert_int_equal(fake->told_count, 2);
	assert_int_equal(testing_last(fake, VQ_QUORUM)->notification.quorate, 0);
	assert_int_equal(fake->primary_count, 1);
	assert_false(fake->primary);
	fake_init(fake, 0x3);
	fake_clear(fake);
	fake_deliver(fake, 2, (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 3});
	assert_int_equal(fake->told_count, 1);
	assert_int_equal(testing_last(fake, VQ_EXPECTED_VOTES)->notification.expected_votes, 3);
	assert_int_equal(fake->primary_count, 0);
	assert_true(vq_quorate(fake->vq));
}

/* Whoever of the old ring is not in the new one is dead, known or not. */
static void those_who_left_are_dead(void **state)
{
	struct fake *fake = *state;

	boot(fake, 8);
	fake_init(fake, 0xff);
	fake_process(fake);
	fake_loop(fake);
	fake_nodeinfo(fake, 3, 1, 8, 0);
	fake_nodeinfo(fake, 8, 1, 8, 0);
	fake_init(fake, 0x25); /* 1 3 6 */
	assert_int_equal(fake_info(fake, 3).node_state, VQ_STATE_MEMBER);
	assert_int_equal(fake_info(fake, 8).node_state, VQ_STATE_DEAD);
	assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_GETINFO, .nodeid = 2}, NULL),
			 VQ_ERR_NOT_EXIST);
	/* Back again, it is a member once it says so. */
	fake_init(fake, 0xa5);
	assert_int_equal(fake_info(fake, 8).node_state, VQ_STATE_DEAD);
	fake_nodeinfo(fake, 8, 1, 8, 0);
	assert_int_equal(fake_info(fake, 8).node_state, VQ_STATE_MEMBER);
}

/* ---- the device -------------------------------------------------------------------- */

static void with_device(struct fake *fake, uint32_t mask)
{
	struct vq_config config = fake_config(2);

	config.device_model = "net";
	config.device_votes = 1;
	config.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES;
	fake_boot(fake, &config);
	fake_sync(fake, mask, 2, 0);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
	fake_loop(fake);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	fake_loop(fake);
	assert_true(vq_quorate(fake->vq));
	fake_clear(fake);
}

/* History 38: quorum is not lost before the device could vote. */
static void the_device_holds_the_sync_until_a_poll(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 0x3);
	fake_init(fake, 0x1);
	assert_true(vq_sync_held(fake->vq));
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_SYNC_TIMEOUT_MS);
	fake_process(fake);
	/* The name is repeated for those who are new. */
	assert_int_equal(fake->sent_count, 3);
	assert_int_equal(fake->sent[2].message.kind, VQ_MESSAGE_DEVICE_REGISTER);
	assert_string_equal(fake->sent[2].message.name, "qd");
	fake_loop(fake);
	assert_int_equal(fake->processed, 0);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_TIMEOUT_MS);
	assert_int_equal(fake->processed, 1);
	assert_false(vq_sync_held(fake->vq));
	fake_activate(fake);
	assert_true(vq_quorate(fake->vq));
	fake_poll(fake, "qd", true);
	assert_int_equal(fake->processed, 1);
}

static void or_until_its_timer(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 0x3);
	fake_init(fake, 0x1);
	fake_process(fake);
	fake_loop(fake);
	fake_fire(fake, VQ_TIMER_DEVICE);
	assert_int_equal(fake->processed, 1);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->sent[0].message.flags & FLAG_DEVICE, FLAG_DEVICE_REGISTERED);
	fake_loop(fake);
	fake_activate(fake);
	assert_false(vq_quorate(fake->vq));
	/* A device that is not alive holds nothing, and its timer means nothing. */
	fake_clear(fake);
	fake_fire(fake, VQ_TIMER_DEVICE);
	assert_int_equal(fake->sent_count, 0);
	fake_init(fake, 0x3);
	assert_false(vq_sync_held(fake->vq));
}

static void or_until_it_unregisters(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 0x3);
	fake_init(fake, 0x1);
	fake_process(fake);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_OK);
	assert_int_equal(fake->processed, 1);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], 0);
	fake_loop(fake);
	fake_activate(fake);
}

/* A poll may come before this node has done its part, and a ring may end the hold. */
static void early_polls_and_late_rings(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 0x3);
	fake_init(fake, 0x1);
	fake_poll(fake, "qd", true);
	assert_int_equal(fake->processed, 0);
	fake_process(fake);
	assert_int_equal(fake->processed, 1);
	fake_init(fake, 0x3);
	fake_process(fake);
	fake_init(fake, 0x1);
	assert_true(vq_sync_held(fake->vq));
	fake_poll(fake, "qd", true);
	assert_int_equal(fake->processed, 1); /* the new ring's process is yet to come */
	fake_process(fake);
	assert_int_equal(fake->processed, 2);
}

/* A device that is gone when the next ring comes holds that one no more. */
static void a_hold_ends_with_its_ring(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 0x3);
	fake_init(fake, 0x1);
	assert_true(vq_sync_held(fake->vq));
	fake_nodeinfo(fake, 1, 1, 3, FLAG_DEVICE_REGISTERED);
	fake_init(fake, 0x3);
	assert_false(vq_sync_held(fake->vq));
}

/* ---- last man standing ---------------------------------------------------------------- */

static bool window_opens(struct fake *fake, uint32_t from, uint32_t to, uint32_t nodes)
{
	fake_sync(fake, from, nodes, FLAG_QUORATE);
	fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING] = 0;
	fake_init(fake, to);
	return fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING] != 0;
}

static void the_window_opens_when_somebody_left(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	fake_boot(fake, &config);
	assert_false(window_opens(fake, 0x1f, 0x7, 5)); /* without the feature */
	config.last_man_standing = 1;
	fake_boot(fake, &config);
	assert_true(window_opens(fake, 0x1f, 0x7, 5));
	assert_int_equal(fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING], VQ_LAST_MAN_STANDING_WINDOW_MS);
	fake_boot(fake, &config);
	assert_false(window_opens(fake, 0x7, 0x1f, 5)); /* nobody left */
	fake_boot(fake, &config);
	assert_false(window_opens(fake, 0x1f, 0x3, 5)); /* too few */
	config.last_man_standing_window_ms = 2000;
	config.given = VQ_KEY_LAST_MAN_STANDING_WINDOW;
	fake_boot(fake, &config);
	assert_true(window_opens(fake, 0x1f, 0x1d, 5)); /* one left, nobody came */
	assert_int_equal(fake->timer_ms[VQ_TIMER_LAST_MAN_STANDING], 2000);
}

/* History 14, and quirk Q5: with a tie breaker it opens at the quorum and below, where the lowest is. */
static void quirk_lms_atb_lowest(void **state)
{
	static const struct {
		const char *node;
		uint32_t mask;
		bool as_is, as_documented;
	} rows[] = {{"lowest", 0x3, true, true},   {"highest", 0x3, true, false}, {"highest", 0x9, true, true},
		    {"4 1", 0x3, true, false},     {"4 1", 0x9, true, true},      {"lowest", 0xf, false, false},
		    {"highest", 0xf, false, false}};
	struct fake *fake = *state;
	struct vq_config three = fake_config(4);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vq_config config = fake_config(4);

		config.last_man_standing = 1;
		config.auto_tie_breaker = 1;
		config.auto_tie_breaker_node = rows[i].node;
		config.given = VQ_KEY_AUTO_TIE_BREAKER_NODE;
		testing_reopen(fake, 0);
		fake_boot(fake, &config);
		assert_int_equal(window_opens(fake, 0xf, rows[i].mask, 4), rows[i].as_is);
		testing_reopen(fake, QUIRK_OFF(LMS_ATB_LOWEST));
		fake_boot(fake, &config);
		assert_int_equal(window_opens(fake, 0xf, rows[i].mask, 4), rows[i].as_documented);
	}
	/* At the quorum exactly, nobody having left. */
	three.last_man_standing = three.auto_tie_breaker = 1;
	fake_boot(fake, &three);
	assert_true(window_opens(fake, 0x7, 0x7, 4));
}

/* The lowest of the last quorate partition is gone: nobody asks. */
static void without_the_lowest_it_stays_shut(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	config.last_man_standing = 1;
	config.auto_tie_breaker = 1;
	assert_int_equal(fake_start(fake, 2, &config, 0), VQ_ACCEPTED);
	assert_false(window_opens(fake, 0xf, 0x6, 4));
	/* Nobody was ever quorate: there is no lowest. */
	assert_int_equal(fake_start(fake, 2, &config, 0), VQ_ACCEPTED);
	assert_false(window_opens(fake, 0x6, 0x6, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(a_hold_ends_with_its_ring),
		WITH_FAKE(the_steps_of_a_change),
		WITH_FAKE(first_lasts_until_others_are_met),
		WITH_FAKE(a_new_ring_starts_over),
		WITH_FAKE(quorum_changes_are_told_outside_of_a_sync),
		WITH_FAKE(those_who_left_are_dead),
		WITH_FAKE(the_device_holds_the_sync_until_a_poll),
		WITH_FAKE(or_until_its_timer),
		WITH_FAKE(or_until_it_unregisters),
		WITH_FAKE(early_polls_and_late_rings),
		WITH_FAKE(the_window_opens_when_somebody_left),
		WITH_FAKE(quirk_lms_atb_lowest),
		WITH_FAKE(without_the_lowest_it_stays_shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
