/*
 * What an instance shows of itself, and that looking changes nothing.
 */
#include "testing.h"

static struct vq_look look_at(const struct fake *fake)
{
	size_t size = vq_size(&fake->limits);
	unsigned char *before = malloc(size);
	struct vq_look look;

	assert_non_null(before);
	memcpy(before, fake->vq, size);
	vq_look(fake->vq, &look);
	assert_memory_equal(fake->vq, before, size);
	free(before);
	return look;
}

/* The same numbers as getinfo's; the lists have the counts that are told. */
static void the_numbers_are_those_of_getinfo(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	struct vq_look look;
	struct vq_info info;

	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	look = look_at(fake);
	assert_int_equal(look.ring.seq, 0);
	assert_int_equal(look.wait_for_all_on, 1);
	assert_int_equal(look.wait_for_all_status, 1);
	assert_int_equal(look.quorate, 0);
	assert_int_equal(look.record_count, 1);
	fake_sync(fake, 0x7, 3, 0);
	look = look_at(fake);
	info = fake_info(fake, 0);
	assert_int_equal(look.quorum, info.quorum);
	assert_int_equal(look.total_votes, info.total_votes);
	assert_int_equal(look.highest_expected, info.highest_expected);
	assert_int_equal(look.quorate, 1);
	assert_int_equal(look.wait_for_all_status, 0);
	assert_int_equal(look.ring.seq, fake->seq);
	assert_int_equal(look.tracker_count, 0);
}

static void lists_are_told_in_their_order(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	struct vq_look look;

	config.given = VQ_KEY_AUTO_TIE_BREAKER | VQ_KEY_AUTO_TIE_BREAKER_NODE | VQ_KEY_WAIT_FOR_ALL;
	config.auto_tie_breaker = config.wait_for_all = 1;
	config.auto_tie_breaker_node = "3 1";
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, 0);
	fake_track(fake, 2, 7, VQ_TRACK_CHANGES);
	fake_track(fake, 0, 8, VQ_TRACK_CHANGES);
	look = look_at(fake);
	assert_int_equal(look.tie_breaker, VQ_TIE_LIST);
	assert_int_equal(look.listed_count, 2);
	assert_int_equal(vq_look_listed(fake->vq, 0), 3);
	assert_int_equal(vq_look_listed(fake->vq, 1), 1);
	assert_int_equal(look.tracker_count, 2);
	assert_int_equal(vq_look_tracker(fake->vq, 0).connection, 2);
	assert_int_equal(vq_look_tracker(fake->vq, 0).context, 7);
	assert_int_equal(vq_look_tracker(fake->vq, 1).connection, 0);
	assert_int_equal(look.member_count, 3);
	assert_int_equal(look.record_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(vq_look_member(fake->vq, i), i + 1);
		assert_int_equal(vq_look_record(fake->vq, i).nodeid, i + 1);
		assert_int_equal(vq_look_record(fake->vq, i).state, VQ_STATE_MEMBER);
		assert_int_equal(vq_look_record(fake->vq, i).votes, 1);
	}
}

static void a_sync_shows_its_phases(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.given = VQ_KEY_DEVICE_MODEL;
	config.device_model = "net";
	fake_boot(fake, &config);
	assert_int_equal(look_at(fake).sync, VQ_SYNC_NONE);
	fake_init(fake, 0x3);
	assert_int_equal(look_at(fake).sync, VQ_SYNC_BEGUN);
	fake_process(fake);
	assert_int_equal(look_at(fake).sync, VQ_SYNC_PROCESSED);
	fake_activate(fake);
	assert_int_equal(look_at(fake).sync, VQ_SYNC_NONE);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "d"), VQ_PENDING);
	fake_loop(fake);
	assert_int_equal(fake_poll(fake, "d", true), VQ_OK);
	fake_loop(fake);
	assert_string_equal(look_at(fake).device_name, "d");
	assert_int_equal(look_at(fake).device_votes, 1);
	assert_int_equal(look_at(fake).total_votes, fake_info(fake, 0).total_votes);
	fake_init(fake, 0x1);
	assert_int_equal(look_at(fake).sync, VQ_SYNC_HELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(the_numbers_are_those_of_getinfo),
		WITH_FAKE(lists_are_told_in_their_order),
		WITH_FAKE(a_sync_shows_its_phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
