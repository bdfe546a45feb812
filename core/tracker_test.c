/*
 * Trackers: who is told what, with which context, in which order; every
 * combination of flags; and the snapshot.
 */
#include "testing.h"

static void boot_two(struct fake *fake)
{
	struct vq_config config = fake_config(2);

	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 2, 0);
	fake_clear(fake);
}

static void any_flags_are_accepted(void **state)
{
	struct fake *fake = *state;

	for (uint32_t flags = 0; flags < 16; flags++) {
		bool snapshot = flags & 3, tracks = flags & 6;

		boot_two(fake);
		assert_int_equal(fake_track(fake, 0, 40 + flags, flags), VQ_OK);
		assert_int_equal(fake->told_count, snapshot ? 2 : 0);
		if (snapshot) {
			assert_int_equal(fake->told[0].notification.kind, VQ_NODELIST);
			assert_int_equal(fake->told[1].notification.kind, VQ_QUORUM);
			assert_int_equal(fake->told[0].notification.context, 40 + flags);
			assert_int_equal(fake->told[1].notification.context, 40 + flags);
		}
		fake_clear(fake);
		fake_sync(fake, 0x1, 2, 0);
		assert_int_equal(fake->told_count, tracks ? 2 : 0);
		assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_TRACKSTOP}, NULL),
				 tracks ? VQ_OK : VQ_ERR_NOT_EXIST);
	}
	boot_two(fake);
	assert_int_equal(fake_track(fake, 0, 1, 0xfffffff8u), VQ_OK);
	assert_int_equal(fake->told_count, 0);
	assert_int_equal(fake_track(fake, 0, 1, UINT32_MAX), VQ_OK);
	assert_int_equal(fake->told_count, 2);
}

static void a_change_is_a_nodelist_and_a_quorum(void **state)
{
	struct fake *fake = *state;
	const struct vq_notification *told;

	boot_two(fake);
	fake_track(fake, 1, 77, VQ_TRACK_CHANGES_ONLY);
	fake_init(fake, 0x1);
	assert_int_equal(fake->told_count, 0);
	fake_process(fake);
	told = &testing_last(fake, VQ_NODELIST)->notification;
	assert_int_equal(fake->told[0].connection, 1);
	assert_int_equal(told->context, 77);
	assert_int_equal(told->ring.seq, fake->seq);
	assert_int_equal(told->ring.nodeid, 1);
	testing_entries(&fake->told[0], (const struct vq_entry[]){{1, 0}}, 1);
	fake_loop(fake);
	assert_int_equal(fake->told_count, 1);
	fake_activate(fake);
	assert_int_equal(fake->told_count, 2);
	told = &testing_last(fake, VQ_QUORUM)->notification;
	assert_int_equal(told->context, 77);
	assert_int_equal(told->quorate, 0);
	testing_entries(&fake->told[1], (const struct vq_entry[]){{2, VQ_STATE_DEAD}, {1, VQ_STATE_MEMBER}}, 2);
}

static void the_newest_is_served_first(void **state)
{
	struct fake *fake = *state;

	boot_two(fake);
	fake_track(fake, 2, 20, VQ_TRACK_CHANGES_ONLY);
	fake_track(fake, 0, 10, VQ_TRACK_CHANGES_ONLY);
	fake_track(fake, 3, 30, VQ_TRACK_CHANGES_ONLY);
	fake_sync(fake, 0x1, 2, 0);
	assert_int_equal(fake->told_count, 6);
	for (uint32_t i = 0; i < 6; i += 3) {
		assert_int_equal(fake->told[i].connection, 3);
		assert_int_equal(fake->told[i + 1].connection, 0);
		assert_int_equal(fake->told[i + 2].connection, 2);
		assert_int_equal(fake->told[i + 2].notification.context, 20);
	}
	/* One in the middle stops, and comes back as the newest. */
	assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_TRACKSTOP}, NULL), VQ_OK);
	fake_track(fake, 0, 11, VQ_TRACK_CHANGES_ONLY);
	fake_clear(fake);
	fake_sync(fake, 0x3, 2, 0);
	assert_int_equal(fake->told[0].connection, 0);
	assert_int_equal(fake->told[0].notification.context, 11);
	assert_int_equal(fake->told[1].connection, 3);
	assert_int_equal(fake->told[2].connection, 2);
}

static void quirk_snapshot_on_exist(void **state)
{
	struct fake *fake = *state;

	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(SNAPSHOT_ON_EXIST));
		boot_two(fake);
		assert_int_equal(fake_track(fake, 0, 1, VQ_TRACK_CHANGES_ONLY), VQ_OK);
		assert_int_equal(fake_track(fake, 0, 2, VQ_TRACK_CHANGES), VQ_ERR_EXIST);
		assert_int_equal(fake->told_count, off ? 0 : 2);
		if (!off)
			assert_int_equal(fake->told[1].notification.context, 2);
		assert_int_equal(fake_track(fake, 0, 3, 0), VQ_ERR_EXIST);
		/* The context stays as it was. */
		fake_clear(fake);
		fake_sync(fake, 0x1, 2, 0);
		assert_int_equal(fake->told_count, 2);
		assert_int_equal(fake->told[0].notification.context, 1);
	}
}

static void a_closed_connection_is_told_nothing(void **state)
{
	struct fake *fake = *state;

	boot_two(fake);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES);
	vq_connection_close(fake->vq, 0);
	vq_connection_close(fake->vq, 1); /* never tracked */
	vq_connection_open(fake->vq, 0);
	fake_clear(fake);
	fake_sync(fake, 0x1, 2, 0);
	assert_int_equal(fake->told_count, 0);
	assert_int_equal(fake_track(fake, 0, 1, VQ_TRACK_CHANGES), VQ_OK);
}

/* Attaching in mid-sync shows the new members and the old quorum. */
static void snapshot_during_a_sync(void **state)
{
	struct fake *fake = *state;

	boot_two(fake);
	fake_init(fake, 0x1);
	fake_track(fake, 0, 1, VQ_TRACK_CURRENT);
	assert_int_equal(fake->told[0].notification.count, 1);
	assert_int_equal(fake->told[1].notification.quorate, 1);
	testing_entries(&fake->told[1], (const struct vq_entry[]){{2, VQ_STATE_DEAD}, {1, VQ_STATE_MEMBER}}, 2);
}

/* The device comes last, as node 0, while it is registered here. */
static void quirk_device_state_zero(void **state)
{
	struct fake *fake = *state;

	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(DEVICE_STATE_ZERO));
		boot_two(fake);
		assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
		fake_track(fake, 0, 1, VQ_TRACK_CURRENT);
		assert_int_equal(fake->told[1].notification.count, 2);
		fake_loop(fake);
		fake_clear(fake);
		fake_track(fake, 0, 1, VQ_TRACK_CURRENT);
		testing_entries(&fake->told[1],
				(const struct vq_entry[]){{2, 1}, {1, 1}, {0, off ? VQ_STATE_DEAD : 0}}, 3);
		fake_poll(fake, "qd", true);
		fake_clear(fake);
		fake_track(fake, 0, 1, VQ_TRACK_CURRENT);
		testing_entries(&fake->told[1],
				(const struct vq_entry[]){{2, 1}, {1, 1}, {0, off ? VQ_STATE_MEMBER : 0}}, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(any_flags_are_accepted),
		WITH_FAKE(a_change_is_a_nodelist_and_a_quorum),
		WITH_FAKE(the_newest_is_served_first),
		WITH_FAKE(quirk_snapshot_on_exist),
		WITH_FAKE(a_closed_connection_is_told_nothing),
		WITH_FAKE(snapshot_during_a_sync),
		WITH_FAKE(quirk_device_state_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
