/*
 * The quorum device: every answer of its requests, how its name is agreed upon,
 * and what is left when it goes.
 */
#include "testing.h"

static void boot(struct fake *fake)
{
	struct vq_config config = fake_config(2);

	config.device_model = "net";
	config.device_votes = 1;
	config.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES;
	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 2, 0);
	fake_clear(fake);
}

static void registers(struct fake *fake, const char *name)
{
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, name), VQ_PENDING);
	fake_loop(fake);
	assert_int_equal(fake->answer.error, VQ_OK);
}

static int update(struct fake *fake, const char *name, const char *new_name)
{
	struct vq_request request = {.op = VQ_OP_QDEVICE_UPDATE};

	memcpy(request.name, name, strlen(name));
	memcpy(request.new_name, new_name, strlen(new_name));
	return fake_ask(fake, 0, request, NULL);
}

static bool says(struct fake *fake, uint32_t sender, enum vq_message_kind kind, const char *name,
		 const char *new_name)
{
	return fake_deliver(fake, sender,
			    (struct vq_message){.kind = (uint32_t)kind, .name = name, .new_name = new_name});
}

static uint32_t device_flags(struct fake *fake)
{
	return fake_info(fake, 0).flags & (VQ_INFO_QDEVICE_REGISTERED | VQ_INFO_QDEVICE_ALIVE |
					   VQ_INFO_QDEVICE_CAST_VOTE | VQ_INFO_QDEVICE_MASTER_WINS);
}

/* The answers that qdevice-api-errors recorded, in its order. */
static void every_answer(void **state)
{
	struct fake *fake = *state;
	struct vq_request stale = {.op = VQ_OP_QDEVICE_POLL, .name = "other"};

	boot(fake);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_ERR_NOT_EXIST);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_ERR_NOT_EXIST);
	assert_int_equal(update(fake, "qd", "qe"), VQ_ERR_NOT_EXIST);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_MASTER_WINS, "qd"), VQ_ERR_NOT_EXIST);
	registers(fake, "qd");
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_OK);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "other"), VQ_ERR_EXIST);
	/* The ring is looked at before the name. */
	stale.ring = vq_ring(fake->vq);
	stale.ring.seq -= 4;
	assert_int_equal(fake_ask(fake, 0, stale, NULL), VQ_ERR_MESSAGE_ERROR);
	stale.ring.seq += 4;
	stale.ring.nodeid = 2;
	assert_int_equal(fake_ask(fake, 0, stale, NULL), VQ_ERR_MESSAGE_ERROR);
	assert_int_equal(fake_poll(fake, "other", true), VQ_ERR_INVALID_PARAM);
	assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_MASTER_WINS, "other"), VQ_ERR_INVALID_PARAM);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_MASTER_WINS, "qd"), VQ_OK);
	assert_int_equal(update(fake, "other", "qe"), VQ_ERR_INVALID_PARAM);
	assert_int_equal(update(fake, "qd", "qe"), VQ_OK);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "qd");
	fake_loop(fake);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "qe");
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_ERR_INVALID_PARAM);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qe"), VQ_OK);
	fake_loop(fake);
	assert_int_equal(device_flags(fake), 0);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "");
}

/* No application gets such names past its library; another's bytes may. */
static void names_are_checked(void **state)
{
	struct fake *fake = *state;
	char endless[VQ_NAME_MAX + 1];
	struct vq_request request = {.op = VQ_OP_QDEVICE_UPDATE, .name = "qd"};

	boot(fake);
	registers(fake, "qd");
	memset(endless, 'e', VQ_NAME_MAX);
	endless[VQ_NAME_MAX] = 0;
	for (uint32_t op = VQ_OP_QDEVICE_REGISTER; op <= VQ_OP_QDEVICE_MASTER_WINS; op++) {
		assert_int_equal(fake_device(fake, (enum vq_op)op, ""), VQ_ERR_INVALID_PARAM);
		assert_int_equal(fake_device(fake, (enum vq_op)op, endless), VQ_ERR_INVALID_PARAM);
	}
	assert_int_equal(fake_ask(fake, 0, request, NULL), VQ_ERR_INVALID_PARAM);
	memset(request.new_name, 'e', VQ_NAME_MAX);
	assert_int_equal(fake_ask(fake, 0, request, NULL), VQ_ERR_INVALID_PARAM);
}

static void registration_is_answered_on_delivery(void **state)
{
	struct fake *fake = *state;
	struct vq_request request = {.op = VQ_OP_QDEVICE_REGISTER, .name = "qd"};

	boot(fake);
	assert_int_equal(fake_ask(fake, 2, request, NULL), VQ_PENDING);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_ERR_TRY_AGAIN);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(device_flags(fake), 0);
	says(fake, 1, VQ_MESSAGE_DEVICE_REGISTER, "qd", NULL);
	assert_int_equal(fake->answers, 1);
	assert_int_equal(fake->answered_connection, 2);
	assert_int_equal(fake->answer.error, VQ_OK);
	assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED);
	/* Its votes, then this node, are told. */
	assert_int_equal(fake->sent_count, 3);
	assert_int_equal(fake->sent[1].message.about, VQ_DEVICE_NODEID);
	assert_int_equal(fake->sent[1].message.votes, 1);
	assert_int_equal(fake->sent[2].message.about, 1);
	assert_int_equal(fake->sent[2].message.flags & FLAG_DEVICE, FLAG_DEVICE_REGISTERED);
	/* Repeated by the next sync, it is no request (history 26). */
	fake_clear(fake);
	says(fake, 1, VQ_MESSAGE_DEVICE_REGISTER, "qd", NULL);
	assert_int_equal(fake->answers, 0);
	assert_int_equal(fake->sent_count, 0);
}

static void the_first_name_wins(void **state)
{
	struct fake *fake = *state;

	boot(fake);
	says(fake, 2, VQ_MESSAGE_DEVICE_REGISTER, "theirs", NULL);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "theirs");
	says(fake, 2, VQ_MESSAGE_DEVICE_REGISTER, "later", NULL);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "theirs");
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "ours"), VQ_PENDING);
	fake_loop(fake);
	assert_int_equal(fake->answer.error, VQ_ERR_EXIST);
	assert_int_equal(device_flags(fake), 0);
	/* Nobody waits any more: the next may ask. */
	registers(fake, "theirs");
	/* What this node hears of itself and did not ask for is nothing. */
	boot(fake);
	says(fake, 1, VQ_MESSAGE_DEVICE_REGISTER, "ghost", NULL);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "");
	assert_int_equal(fake->answers, 0);
}

static void names_are_renamed_and_forgotten(void **state)
{
	struct fake *fake = *state;

	boot(fake);
	registers(fake, "a long name for a device");
	says(fake, 2, VQ_MESSAGE_DEVICE_RENAME, "another", "x");
	assert_string_equal(fake_info(fake, 0).qdevice_name, "a long name for a device");
	says(fake, 2, VQ_MESSAGE_DEVICE_RENAME, "a long name for a device", "x");
	assert_string_equal(fake_info(fake, 0).qdevice_name, "x");
	assert_int_equal(fake_info(fake, 0).qdevice_name[2], 0);
	/* Kept while any member has one. */
	says(fake, 2, VQ_MESSAGE_DEVICE_UNREGISTER, "x", NULL);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "x");
	fake_nodeinfo(fake, 2, 1, 2, FLAG_DEVICE_REGISTERED);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "x"), VQ_OK);
	fake_loop(fake);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "x");
	/* The dead have none. */
	fake_sync(fake, 0x1, 2, 0);
	says(fake, 1, VQ_MESSAGE_DEVICE_UNREGISTER, "x", NULL);
	assert_string_equal(fake_info(fake, 0).qdevice_name, "");
}

static void polls_tell_what_changed(void **state)
{
	struct fake *fake = *state;

	boot(fake);
	registers(fake, "qd");
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], 0);
	assert_int_equal(fake_poll(fake, "qd", false), VQ_OK);
	assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED | VQ_INFO_QDEVICE_ALIVE);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_TIMEOUT_MS);
	fake->timer_ms[VQ_TIMER_DEVICE] = 0;
	assert_int_equal(fake_poll(fake, "qd", false), VQ_OK);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_TIMEOUT_MS);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_int_equal(fake->sent_count, 2);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).total_votes, 3);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_OK);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], 0);
	assert_int_equal(fake->sent_count, 2);
	assert_int_equal(fake->sent[0].message.flags & FLAG_DEVICE, 0);
	assert_int_equal(fake->sent[1].message.kind, VQ_MESSAGE_DEVICE_UNREGISTER);
}

static void who_closes_does_not_wait(void **state)
{
	struct fake *fake = *state;
	struct vq_request request = {.op = VQ_OP_QDEVICE_REGISTER, .name = "qd"};

	boot(fake);
	assert_int_equal(fake_ask(fake, 2, request, NULL), VQ_PENDING);
	vq_connection_close(fake->vq, 1); /* another's */
	vq_connection_close(fake->vq, 2);
	vq_connection_open(fake->vq, 2);
	/* The registration is on its way and goes through; nobody is answered. */
	assert_int_equal(fake_ask(fake, 2, request, NULL), VQ_ERR_TRY_AGAIN);
	fake_loop(fake);
	assert_int_equal(fake->answers, 0);
	assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED);
	boot(fake);
	assert_int_equal(fake_ask(fake, 2, request, NULL), VQ_PENDING);
	vq_connection_close(fake->vq, 1);
	fake_loop(fake);
	assert_int_equal(fake->answers, 1);
}

/* Q7 once more: a registration can be undone by an older nodeinfo; then it waits for ever. */
static void an_old_nodeinfo_undoes_a_registration(void **state)
{
	struct fake *fake = *state;

	boot(fake);
	registers(fake, "qd");
	fake_nodeinfo(fake, 1, 1, 3, 0);
	assert_int_equal(device_flags(fake), 0);
	testing_reopen(fake, QUIRK_OFF(OWN_NODEINFO_UNDOES));
	boot(fake);
	registers(fake, "qd");
	fake_nodeinfo(fake, 1, 1, 3, 0);
	assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED);
}

/* Q13: registered anew, master wins is remembered, though its flag is gone. */
static void quirk_master_wins_stays(void **state)
{
	struct fake *fake = *state;
	struct vq_request allow = {.op = VQ_OP_QDEVICE_MASTER_WINS, .name = "qd", .allow = 1};
	struct vq_config config = fake_config(8);

	config.device_model = "net";
	config.device_votes = 1;
	config.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES;
	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(MASTER_WINS_STAYS));
		fake_boot(fake, &config);
		fake_sync(fake, 0x3, 8, 0);
		registers(fake, "qd");
		assert_int_equal(fake_ask(fake, 0, allow, NULL), VQ_OK);
		assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_UNREGISTER, "qd"), VQ_OK);
		fake_loop(fake);
		registers(fake, "qd");
		assert_int_equal(device_flags(fake), VQ_INFO_QDEVICE_REGISTERED);
		fake_nodeinfo(fake, 2, 1, 8, FLAG_DEVICE);
		assert_int_equal(vq_quorate(fake->vq), !off);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(every_answer),
		WITH_FAKE(names_are_checked),
		WITH_FAKE(registration_is_answered_on_delivery),
		WITH_FAKE(the_first_name_wins),
		WITH_FAKE(names_are_renamed_and_forgotten),
		WITH_FAKE(polls_tell_what_changed),
		WITH_FAKE(who_closes_does_not_wait),
		WITH_FAKE(an_old_nodeinfo_undoes_a_registration),
		WITH_FAKE(quirk_master_wins_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
