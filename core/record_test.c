/*
 * The records: their order is held against a list that follows the daemon's rule
 * to the letter, and what does not fit is refused.
 */
#include "testing.h"

struct list {
	uint32_t ids[FAKE_NODES];
	uint32_t count;
};

/* Before the first with a larger id; when there is none, before the last. */
static void insert(struct list *list, uint32_t id, bool is_signed)
{
	uint32_t at = 0;

	while (at < list->count && !(is_signed ? (int32_t)list->ids[at] > (int32_t)id : list->ids[at] > id))
		at++;
	if (at == list->count && list->count)
		at--;
	memmove(&list->ids[at + 1], &list->ids[at], (list->count - at) * sizeof(list->ids[0]));
	list->ids[at] = id;
	list->count++;
}

static void in_the_order_of(struct fake *fake, const struct list *list)
{
	const struct fake_told *told;

	assert_int_equal(fake_track(fake, 0, 0, VQ_TRACK_CURRENT), VQ_OK);
	told = testing_last(fake, VQ_QUORUM);
	assert_int_equal(told->notification.count, list->count);
	for (uint32_t i = 0; i < list->count; i++)
		assert_int_equal(told->entries[i].nodeid, list->ids[i]);
}

/* Meet others in a pseudo-random order, and compare after each. */
static void meet(struct fake *fake, const uint32_t ids[FAKE_NODES], uint32_t own, bool is_signed, uint32_t seed)
{
	struct vq_config config = fake_config(1);
	struct list list = {{ids[own]}, 1};
	uint32_t left[FAKE_NODES - 1], count = 0;

	for (uint32_t i = 0; i < FAKE_NODES; i++) {
		if (i != own)
			left[count++] = ids[i];
	}
	assert_int_equal(fake_start(fake, ids[own], &config, 0), VQ_ACCEPTED);
	while (count) {
		uint32_t pick;

		seed = seed * 1664525u + 1013904223u;
		pick = (seed >> 16) % count;
		insert(&list, left[pick], is_signed);
		fake_clear(fake);
		assert_true(fake_nodeinfo(fake, left[pick], 1, 1, 0));
		left[pick] = left[--count];
		in_the_order_of(fake, &list);
	}
}

static const uint32_t ids[FAKE_NODES] = {1, 2, 3, 9, 0x7fffffff, 0x80000000, 0x80000001, UINT32_MAX};

static void order_is_the_daemon_s(void **state)
{
	struct fake *fake = *state;

	for (uint32_t own = 0; own < FAKE_NODES; own++) {
		for (uint32_t seed = 0; seed < 50; seed++)
			meet(fake, ids, own, true, seed);
	}
	testing_reopen(fake, QUIRK_OFF(SIGNED_IDS));
	for (uint32_t own = 0; own < FAKE_NODES; own++) {
		for (uint32_t seed = 0; seed < 50; seed++)
			meet(fake, ids, own, false, seed);
	}
}

static void quirk_record_order(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	for (uint32_t own = 0; own < FAKE_NODES; own++) {
		struct list list = {{0}, 0};

		testing_reopen(fake, QUIRK_OFF(RECORD_ORDER) | QUIRK_OFF(SIGNED_IDS));
		assert_int_equal(fake_start(fake, ids[own], &config, 0), VQ_ACCEPTED);
		for (uint32_t i = FAKE_NODES; i-- > 0;) {
			if (i != own)
				assert_true(fake_nodeinfo(fake, ids[i], 1, 1, 0));
		}
		for (uint32_t i = 0; i < FAKE_NODES; i++)
			list.ids[list.count++] = ids[i];
		in_the_order_of(fake, &list);
	}
}

/* Recorded: node 1, meeting 2 then 3, lists 2 3 1; node 3, meeting 1 then 2, lists 1 2 3. */
static void recorded_orders(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	const struct list first = {{2, 3, 1}, 3}, third = {{1, 2, 3}, 3};

	fake_boot(fake, &config);
	fake_nodeinfo(fake, 2, 1, 3, 0);
	fake_nodeinfo(fake, 3, 1, 3, 0);
	in_the_order_of(fake, &first);
	assert_int_equal(fake_start(fake, 3, &config, 0), VQ_ACCEPTED);
	fake_nodeinfo(fake, 1, 1, 3, 0);
	fake_nodeinfo(fake, 2, 1, 3, 0);
	in_the_order_of(fake, &third);
}

static void no_more_nodes_than_there_is_room_for(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	fake_boot(fake, &config);
	for (uint32_t id = 2; id <= FAKE_NODES; id++)
		assert_true(fake_nodeinfo(fake, id, 1, 1, 0));
	assert_false(fake_nodeinfo(fake, FAKE_NODES + 1, 1, 1, 0));
	assert_true(fake_nodeinfo(fake, FAKE_NODES, 2, 1, 0));
	assert_int_equal(fake_info(fake, 0).total_votes, FAKE_NODES + 1);
}

/* Equal histories are equal bytes, whatever the memory held before. */
static void unused_room_is_zero(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	size_t size = vq_size(&fake->limits);
	void *copy = malloc(size);

	assert_non_null(copy);
	for (int round = 0; round < 2; round++) {
		memset(fake->vq, round ? 0xff : 0x11, size);
		fake->seq = 0;
		fake_clear(fake);
		fake_boot(fake, &config);
		fake_track(fake, 2, 5, VQ_TRACK_CHANGES);
		fake_track(fake, 1, 6, VQ_TRACK_CHANGES);
		fake_sync(fake, 0x7, 3, 0);
		fake_sync(fake, 0x3, 3, 0);
		vq_connection_close(fake->vq, 2);
		if (round == 0)
			memcpy(copy, fake->vq, size);
	}
	assert_memory_equal(copy, fake->vq, size);
	free(copy);
	assert_int_equal(size % 8, 0);
}

/* What went leaves no trace: a tracker, and a member of the list. */
static void used_room_is_cleared(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	size_t size = vq_size(&fake->limits);
	void *copy = malloc(size);

	assert_non_null(copy);
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, 0);
	fake_track(fake, 1, 6, VQ_TRACK_CHANGES);
	memcpy(copy, fake->vq, size);
	for (uint32_t connection = 2; connection < 4; connection++)
		fake_track(fake, connection, 5, VQ_TRACK_CHANGES);
	vq_connection_close(fake->vq, 2);
	vq_connection_close(fake->vq, 3);
	assert_memory_equal(copy, fake->vq, size);
	free(copy);
	fake_sync(fake, 0x1, 3, 0);
	for (uint32_t i = 1; i < FAKE_NODES; i++)
		assert_int_equal(members(fake->vq)[i], 0);
	assert_int_equal(fake->vq->processed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(used_room_is_cleared),
		WITH_FAKE(order_is_the_daemon_s),
		WITH_FAKE(quirk_record_order),
		WITH_FAKE(recorded_orders),
		WITH_FAKE(no_more_nodes_than_there_is_room_for),
		WITH_FAKE(unused_room_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
