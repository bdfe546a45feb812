/* The bytes of messages: what is written is read again, and whatever else comes is refused. */
#include "testing.h"

#define NAME_254                                                                                              \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" \
	"cccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static const struct vq_message good[] = {
	{.kind = VQ_MESSAGE_NODEINFO, .about = 7, .votes = 1, .expected_votes = UINT32_MAX, .flags = FLAG_ALL},
	{.kind = VQ_MESSAGE_NODEINFO, .about = VQ_DEVICE_NODEID, .votes = 3},
	{.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = 4},
	{.kind = VQ_MESSAGE_NODE_VOTES, .about = 2, .votes = 4},
	{.kind = VQ_MESSAGE_NODE_VOTES, .about = VQ_DEVICE_NODEID, .votes = 4},
	{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL},
	{.kind = VQ_MESSAGE_DEVICE_REGISTER, .name = "qd"},
	{.kind = VQ_MESSAGE_DEVICE_UNREGISTER, .name = NAME_254},
	{.kind = VQ_MESSAGE_DEVICE_RENAME, .name = NAME_254, .new_name = NAME_254},
};
#define GOOD (sizeof(good) / sizeof(good[0]))

static void what_is_written_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		unsigned char bytes[VQ_MESSAGE_MAX];
		size_t size = vq_message_write(bytes, &good[i]);
		struct vq_message read;

		assert_true(vq_message_read(&read, bytes, size));
		assert_int_equal(read.kind, good[i].kind);
		assert_int_equal(read.about, good[i].about);
		assert_int_equal(read.votes, good[i].votes);
		assert_int_equal(read.expected_votes, good[i].expected_votes);
		assert_int_equal(read.flags, good[i].flags);
		assert_int_equal(read.name == NULL, good[i].name == NULL);
		if (read.name)
			assert_string_equal(read.name, good[i].name);
		assert_int_equal(read.new_name == NULL, good[i].new_name == NULL);
		if (read.new_name)
			assert_string_equal(read.new_name, good[i].new_name);
	}
}

static void shorter_and_longer_bytes_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		unsigned char bytes[VQ_MESSAGE_MAX + 1] = {0};
		size_t size = vq_message_write(bytes, &good[i]);
		struct vq_message read;

		for (size_t cut = 0; cut < size; cut++)
			assert_false(vq_message_read(&read, bytes, cut));
		assert_false(vq_message_read(&read, bytes, size + 1));
		assert_false(vq_message_read(&read, bytes, sizeof(bytes)));
	}
}

/* Each row: a message that no instance sends. */
static void nonsense_is_refused(void **state)
{
	static const struct vq_message bad[] = {
		{.kind = 0},
		{.kind = VQ_MESSAGE_DEVICE_RENAME + 1},
		{.kind = VQ_MESSAGE_NODEINFO, .about = 1, .flags = FLAG_ALL + 1},
		{.kind = VQ_MESSAGE_NODEINFO, .about = VQ_DEVICE_NODEID, .expected_votes = 1},
		{.kind = VQ_MESSAGE_NODEINFO, .about = VQ_DEVICE_NODEID, .flags = 1},
		{.kind = VQ_MESSAGE_EXPECTED_VOTES, .about = 1},
		{.kind = VQ_MESSAGE_EXPECTED_VOTES, .expected_votes = 1},
		{.kind = VQ_MESSAGE_EXPECTED_VOTES, .flags = 1},
		{.kind = VQ_MESSAGE_NODE_VOTES, .expected_votes = 1},
		{.kind = VQ_MESSAGE_NODE_VOTES, .flags = 1},
		{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, .about = 1},
		{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, .votes = 1},
		{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, .expected_votes = 1},
		{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, .flags = 1},
		{.kind = VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, .name = "x"},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .name = ""},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .name = "a", .new_name = "b"},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .about = 1, .name = "a"},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .votes = 1, .name = "a"},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .expected_votes = 1, .name = "a"},
		{.kind = VQ_MESSAGE_DEVICE_REGISTER, .flags = 1, .name = "a"},
		{.kind = VQ_MESSAGE_DEVICE_RENAME, .name = "a"},
		{.kind = VQ_MESSAGE_DEVICE_RENAME, .name = "a", .new_name = ""},
	};
	struct vq_message read;
	unsigned char bytes[VQ_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(vq_message_read(&read, bytes, vq_message_write(bytes, &bad[i])));
	/* The first half of the first word says whose message it is. */
	vq_message_write(bytes, &good[0]);
	for (size_t i = 0; i < 4; i++) {
		bytes[i] ^= 0x80;
		assert_false(vq_message_read(&read, bytes, 20));
		bytes[i] ^= 0x80;
	}
	assert_true(vq_message_read(&read, bytes, 20));
}

static void names_end_within_their_room(void **state)
{
	unsigned char bytes[VQ_MESSAGE_MAX];
	struct vq_message read;
	size_t size = vq_message_write(bytes, &good[6]);

	(void)state;
	memset(bytes + size - 1, 'x', sizeof(bytes) - size + 1);
	assert_false(vq_message_read(&read, bytes, size)); /* no NUL */
	bytes[sizeof(bytes) - 1] = 0;
	assert_false(vq_message_read(&read, bytes, sizeof(bytes))); /* 255 bytes and more */
}

static void instances_refuse_them_too(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);
	unsigned char bytes[VQ_MESSAGE_MAX];
	size_t size = vq_message_write(bytes, &good[0]);

	fake_boot(fake, &config);
	assert_false(vq_deliver(fake->vq, &fake->host, fake, 7, bytes, size - 1));
	/* A node speaks for itself; id 0 is no node. */
	assert_false(vq_deliver(fake->vq, &fake->host, fake, 2, bytes, size));
	assert_false(vq_deliver(fake->vq, &fake->host, fake, 0, bytes, size));
	assert_int_equal(fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_GETINFO, .nodeid = 7}, NULL),
			 VQ_ERR_NOT_EXIST);
	assert_true(vq_deliver(fake->vq, &fake->host, fake, 7, bytes, size));
	assert_int_equal(fake_info(fake, 7).node_id, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read), cmocka_unit_test(shorter_and_longer_bytes_are_refused),
		cmocka_unit_test(nonsense_is_refused),     cmocka_unit_test(names_end_within_their_room),
		WITH_FAKE(instances_refuse_them_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
