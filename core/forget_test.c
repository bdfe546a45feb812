/*
 * What vq_forget() clears can never matter again: of two instances that hear the same,
 * one forgets after every change of rings, and they say the same, decide the same and
 * remember the same all the same. Thousands of random lives for each combination of
 * features, and for each field that is cleared an example in which it would be missed.
 */
#include "testing.h"

static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (*state >> 33) % below;
}

static void remembered(struct fake *fake, unsigned char *bytes)
{
	memcpy(bytes, fake->vq, vq_size(&fake->limits));
	vq_forget((struct vq *)(void *)bytes, false);
}

static void assert_alike(struct fake *one, struct fake *other)
{
	size_t size = vq_size(&one->limits);
	unsigned char *a = malloc(size), *b = malloc(size);

	assert_true(a && b);
	remembered(one, a);
	remembered(other, b);
	assert_memory_equal(a, b, size);
	assert_int_equal(vq_quorate(one->vq), vq_quorate(other->vq));
	assert_int_equal(one->sent_count, other->sent_count);
	for (uint32_t i = 0; i < one->sent_count; i++)
		assert_memory_equal(&one->sent[i].message, &other->sent[i].message,
				    offsetof(struct vq_message, name));
	assert_memory_equal(one->timer_ms, other->timer_ms, sizeof one->timer_ms);
	assert_int_equal(one->primary, other->primary);
	free(a);
	free(b);
}

/* A ring of node 1 and random others, who say what members of a real one might. */
static void change_rings(struct fake *one, struct fake *other, uint64_t *random)
{
	uint32_t mask = 1u | (uint32_t)draw(random, 32);
	struct fake *both[] = {one, other};
	uint32_t said[5][3];

	for (uint32_t i = 0; i < 5; i++) {
		said[i][0] = 1 + (uint32_t)(draw(random, 8) == 0);
		said[i][1] = 4 + (uint32_t)draw(random, 3);
		said[i][2] = (uint32_t)draw(random, 16) & ~(uint32_t)FLAG_LEAVING;
	}
	for (uint32_t k = 0; k < 2; k++) {
		fake_clear(both[k]);
		fake_init(both[k], mask);
		fake_process(both[k]);
		fake_loop(both[k]);
		for (uint32_t i = 1; i < 5; i++)
			if (mask >> i & 1)
				fake_nodeinfo(both[k], i + 1, said[i][0], said[i][1], said[i][2]);
		if (!both[k]->aborted)
			fake_activate(both[k]);
	}
}

static void live(struct fake *one, struct fake *other, const struct vq_config *config, uint64_t *random)
{
	fake_boot(one, config);
	fake_boot(other, config);
	one->aborted = other->aborted = NULL;
	for (uint32_t change = 0; change < 12 && !one->aborted; change++) {
		change_rings(one, other, random);
		if (one->timer_ms[VQ_TIMER_LAST_MAN_STANDING] && draw(random, 2)) {
			fake_fire(one, VQ_TIMER_LAST_MAN_STANDING);
			fake_fire(other, VQ_TIMER_LAST_MAN_STANDING);
		}
		assert_ptr_equal(one->aborted, other->aborted);
		if (!one->aborted)
			assert_alike(one, other);
		vq_forget(other->vq, false);
	}
}

static void what_is_forgotten_is_never_missed(void **state)
{
	static const char *const breakers[] = {"lowest", "highest", "2 4 1"};
	struct fake *one = *state, other;
	uint64_t random = 1;

	fake_open(&other, 0);
	for (uint32_t features = 0; features < 48; features++) {
		struct vq_config config = fake_config(5);

		config.given = VQ_KEY_WAIT_FOR_ALL | VQ_KEY_AUTO_TIE_BREAKER_NODE;
		config.wait_for_all = features & 1;
		config.last_man_standing = features >> 1 & 1;
		config.allow_downscale = features >> 2 & 1;
		config.auto_tie_breaker = features >= 8;
		config.auto_tie_breaker_node = breakers[features / 8 % 3];
		if (config.last_man_standing && config.auto_tie_breaker && !config.wait_for_all)
			continue; /* refused: five votes are odd */
		for (uint32_t i = 0; i < 300; i++)
			live(one, &other, &config, &random);
	}
	fake_close(&other);
}

static bool forgets(struct fake *fake, const void *field, size_t size, bool requests)
{
	size_t at = (size_t)((const unsigned char *)field - (const unsigned char *)fake->vq);
	unsigned char *bytes = malloc(vq_size(&fake->limits)), zeros[64] = {0};
	bool cleared;

	assert_true(bytes && size <= sizeof zeros);
	assert_memory_not_equal(field, zeros, size);
	memcpy(bytes, fake->vq, vq_size(&fake->limits));
	vq_forget((struct vq *)(void *)bytes, requests);
	cleared = memcmp(bytes + at, zeros, size) == 0;
	free(bytes);
	return cleared;
}

/* The tie breaker keeps what it asks about. */
static void a_tie_breaker_remembers(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	fake_boot(fake, &config);
	fake_sync(fake, 0xf, 4, FLAG_QUORATE);
	assert_true(forgets(fake, &fake->vq->lowest, 4, false));
	config.auto_tie_breaker = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0xf, 4, FLAG_QUORATE);
	fake_sync(fake, 0x7, 4, FLAG_QUORATE);
	assert_false(forgets(fake, &fake->vq->lowest, 4, false));
	assert_true(forgets(fake, &fake->vq->highest, 4, false));
	assert_true(forgets(fake, &fake->vq->previous_members, 4, false));
	assert_false(forgets(fake, &fake->vq->previous_members, 4, true));
	config.allow_downscale = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0xf, 4, FLAG_QUORATE);
	fake_sync(fake, 0x7, 4, FLAG_QUORATE);
	assert_false(forgets(fake, &fake->vq->previous_members, 4, false));
}

/* Requests can name a node that is gone; nothing else does. */
static void the_dead_are_known_to_requests_only(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	unsigned char *bytes = malloc(vq_size(&fake->limits));
	struct vq *vq = (struct vq *)(void *)bytes;

	assert_non_null(bytes);
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, FLAG_QUORATE);
	fake_sync(fake, 0x3, 3, FLAG_QUORATE);
	memcpy(bytes, fake->vq, vq_size(&fake->limits));
	vq_forget(vq, false);
	assert_int_equal(vq->others, 1);
	memcpy(bytes, fake->vq, vq_size(&fake->limits));
	vq_forget(vq, true);
	assert_int_equal(vq->others, 2);
	assert_int_equal(others(vq)[1].nodeid, 3);
	assert_int_equal(others(vq)[1].flags, 0);
	free(bytes);
}

/* Is a change of this byte seen in what is packed? */
static bool is_packed(struct fake *fake, const void *byte)
{
	size_t size = vq_size(&fake->limits), at = (size_t)((const char *)byte - (const char *)fake->vq);
	unsigned char *one = malloc(size), *other = malloc(size);
	size_t one_size, other_size;
	bool differs;

	assert_true(one && other && at < size);
	memcpy(one, fake->vq, size);
	memcpy(other, fake->vq, size);
	other[at] ^= 1;
	one_size = vq_pack((struct vq *)(void *)one);
	other_size = vq_pack((struct vq *)(void *)other);
	assert_true(one_size < size && other_size < size);
	differs = one_size != other_size || memcmp(one, other, one_size) != 0;
	free(one);
	free(other);
	return differs;
}

/* All that is in use counts, whatever lies between. */
static void what_is_packed_is_all_there_is(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);
	struct vq *vq = fake->vq;

	config.auto_tie_breaker = 1;
	config.given = VQ_KEY_AUTO_TIE_BREAKER_NODE;
	config.auto_tie_breaker_node = "2 4 1";
	fake_boot(fake, &config);
	fake_track(fake, 0, 7, VQ_TRACK_CHANGES);
	fake_sync(fake, 0x7, 4, FLAG_QUORATE);
	assert_true(vq->others == 2 && vq->listed == 3 && vq->members == 3 && vq->trackers == 1);
	for (const unsigned char *byte = (const unsigned char *)&vq->own; byte < (const unsigned char *)&vq->others;
	     byte++)
		assert_true(is_packed(fake, byte));
	assert_true(is_packed(fake, &others(vq)[1].flags));
	assert_true(is_packed(fake, &trackers(vq)[0].context));
	assert_true(is_packed(fake, &listed(vq)[2].in_previous));
	assert_true(is_packed(fake, &members(vq)[2]));
	assert_true(is_packed(fake, device_name(vq)));
	strcpy(device_name(vq), "name");
	assert_true(is_packed(fake, device_name(vq) + 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(what_is_forgotten_is_never_missed),
		WITH_FAKE(a_tie_breaker_remembers),
		WITH_FAKE(the_dead_are_known_to_requests_only),
		WITH_FAKE(what_is_packed_is_all_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
