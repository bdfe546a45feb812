/*
 * The configuration: each check with the words of the daemon, what start and
 * reload take over, and that what cannot change at run time does not.
 */
#include "testing.h"

static const struct vq_config_node two_votes[] = {{1, 2}, {2, 1}, {3, 1}};

static struct vq_config with_device(uint32_t nodes, uint32_t votes)
{
	struct vq_config config = fake_config(nodes);

	config.device_model = "net";
	config.device_votes = votes;
	config.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES;
	return config;
}

static void expect(struct vq_config *config, uint32_t expected_votes)
{
	config->expected_votes = expected_votes;
	config->given |= VQ_KEY_EXPECTED_VOTES;
}

static void tie_breaker(struct vq_config *config, const char *node)
{
	config->auto_tie_breaker = 1;
	config->given |= VQ_KEY_AUTO_TIE_BREAKER;
	config->auto_tie_breaker_node = node;
	if (node)
		config->given |= VQ_KEY_AUTO_TIE_BREAKER_NODE;
}

static void last_man(struct vq_config *config)
{
	config->last_man_standing = 1;
	config->given |= VQ_KEY_LAST_MAN_STANDING;
}

/* ---- what stops the daemon --------------------------------------------------- */

static void refused(struct fake *fake, struct vq_config config, enum vq_refusal refusal, const char *message)
{
	fake_clear(fake);
	assert_int_equal(fake_start(fake, 1, &config, 0), refusal);
	assert_string_equal(vq_refusal_message(refusal), message);
	/* A daemon that does not start says nothing to anybody. */
	assert_int_equal(fake->sent_count, 0);
	assert_int_equal(fake->primary_count, 0);
}

static void every_check_refuses_in_corosync_s_words(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(0);

	refused(fake, config, VQ_REFUSED_NO_EXPECTED_VOTES,
		"configuration error: nodelist or quorum.expected_votes must be configured!");
	config = with_device(2, 1);
	config.two_node = 1;
	refused(fake, config, VQ_REFUSED_TWO_NODE_AND_DEVICE,
		"configuration error: two_node and quorum device cannot be configured at the same time!");
	config = fake_config(3);
	tie_breaker(&config, NULL);
	last_man(&config);
	refused(fake, config, VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD,
		"configuration error: auto_tie_breaker & last_man_standing not available in odd sized cluster");
	config = with_device(2, 1);
	last_man(&config);
	refused(fake, config, VQ_REFUSED_DEVICE_AND_LAST_MAN,
		"configuration error: quorum.device is not compatible with last_man_standing");
	config = with_device(2, 1);
	tie_breaker(&config, NULL);
	refused(fake, config, VQ_REFUSED_DEVICE_AND_TIE_BREAKER,
		"configuration error: quorum.device is not compatible with auto_tie_breaker");
	config = with_device(2, 1);
	config.allow_downscale = 1;
	refused(fake, config, VQ_REFUSED_DEVICE_AND_DOWNSCALE,
		"configuration error: quorum.device is not compatible with allow_downscale");
	config = with_device(2, 0);
	config.given = VQ_KEY_DEVICE_MODEL;
	expect(&config, 3);
	refused(fake, config, VQ_REFUSED_DEVICE_VOTES_MISSING,
		"configuration error: quorum.device.votes must be specified when quorum.expected_votes is set");
	config = with_device(3, 0);
	config.given = VQ_KEY_DEVICE_MODEL;
	config.nodes = two_votes;
	refused(fake, config, VQ_REFUSED_DEVICE_VOTES_UNEVEN,
		"configuration error: quorum.device.votes must be specified when not all nodes votes 1");
	config = with_device(2, 2);
	expect(&config, 3);
	refused(fake, config, VQ_REFUSED_DEVICE_VOTES_TOO_HIGH,
		"configuration error: quorum.device.votes is too high or expected_votes is too low");
	/* No wrap-around: more votes than expected are too many as well. */
	config = with_device(2, 9);
	expect(&config, 3);
	refused(fake, config, VQ_REFUSED_DEVICE_VOTES_TOO_HIGH, vq_refusal_message(VQ_REFUSED_DEVICE_VOTES_TOO_HIGH));
}

static void earlier_checks_come_first(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(2, 1);

	config.two_node = 1;
	tie_breaker(&config, NULL);
	last_man(&config);
	config.allow_downscale = 1;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_REFUSED_TWO_NODE_AND_DEVICE);
	config.two_node = 0;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_REFUSED_DEVICE_AND_LAST_MAN);
	config.last_man_standing = 0;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_REFUSED_DEVICE_AND_TIE_BREAKER);
	config.auto_tie_breaker = 0;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_REFUSED_DEVICE_AND_DOWNSCALE);
	config.allow_downscale = 0;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
}

static void what_is_just_right_starts(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(2, 1);

	expect(&config, 3);
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
	config = with_device(2, 0);
	expect(&config, 1);
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
	/* A model that is empty is no device. */
	config = with_device(2, 1);
	config.device_model = "";
	config.two_node = 1;
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 0);
	/* Expected votes alone will do. */
	config = fake_config(0);
	expect(&config, 5);
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
}

/* Recorded: expected_votes: 0 is as good as none, and even votes are told by their sum. */
static void zero_is_not_given_and_sums_are_even(void **state)
{
	struct fake *fake = *state;
	static const struct vq_config_node two_and_none[] = {{1, 2}, {2, 0}};
	struct vq_config config = fake_config(0);

	expect(&config, 0);
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_REFUSED_NO_EXPECTED_VOTES);
	config = with_device(2, 0);
	config.given = VQ_KEY_DEVICE_MODEL;
	expect(&config, 0);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 1);
	config = with_device(2, 1);
	expect(&config, 0);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	config = with_device(2, 0);
	config.given = VQ_KEY_DEVICE_MODEL;
	config.nodes = two_and_none;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_votes, 2);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
}

/* ---- what is taken over ---------------------------------------------------------- */

static void votes_come_from_the_nodelist_or_the_key(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.nodes = two_votes;
	config.votes = 7;
	config.given = VQ_KEY_VOTES;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_votes, 2);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4);
	expect(&config, 9);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 9);
	config.node_count = 0;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_votes, 7);
	config.given &= ~(uint32_t)VQ_KEY_VOTES;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_votes, 1);
	/* A node that its nodelist forgets keeps the vote it was born with. */
	config = fake_config(3);
	assert_int_equal(fake_start(fake, 8, &config, 0), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_votes, 1);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
}

static void device_votes_follow_from_the_nodes(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(4, 0);

	config.given = VQ_KEY_DEVICE_MODEL;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 3);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 7);
}

static void start_says_who_it_is(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	fake_boot(fake, &config);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->sent[0].message.kind, VQ_MESSAGE_NODEINFO);
	assert_int_equal(fake->sent[0].message.about, 1);
	assert_int_equal(fake->sent[0].message.votes, 1);
	assert_int_equal(fake->sent[0].message.expected_votes, 3);
	assert_int_equal(fake->sent[0].message.flags, FLAG_FIRST);
}

static void wait_for_all_follows_two_node_unless_given(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.two_node = 1;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_TWONODE | VQ_INFO_WAIT_FOR_ALL);
	config.given = VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_TWONODE | VQ_INFO_QUORATE);
	config.two_node = 0;
	config.wait_for_all = 1;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_WAIT_FOR_ALL);
}

static void two_node_gives_way_to_the_tie_breaker(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.two_node = 1;
	tie_breaker(&config, NULL);
	fake_boot(fake, &config);
	/* A WFA that followed stays. */
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_WAIT_FOR_ALL | VQ_INFO_AUTO_TIE_BREAKER);
	assert_int_equal(fake->notices[VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER], 1);
}

static void tie_breaker_needs_wait_for_all_in_odd_clusters(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	tie_breaker(&config, NULL);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, 0);
	assert_int_equal(fake->notices[VQ_NOTICE_TIE_BREAKER_OFF_ODD], 1);
	config.wait_for_all = 1;
	config.given |= VQ_KEY_WAIT_FOR_ALL;
	last_man(&config);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags,
			 VQ_INFO_WAIT_FOR_ALL | VQ_INFO_AUTO_TIE_BREAKER | VQ_INFO_LAST_MAN_STANDING);
	/* The nodelist's votes are counted, not the nodes and not expected_votes. */
	config = fake_config(3);
	config.nodes = two_votes;
	tie_breaker(&config, NULL);
	expect(&config, 5);
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_AUTO_TIE_BREAKER);
}

/* Each row: the key as written, and what it is read as. */
static void tie_breaker_node_is_a_word_or_numbers(void **state)
{
	static const struct {
		const char *node;
		enum tie_breaker kind;
		uint32_t count, ids[3];
	} rows[] = {
		{NULL, TIE_LOWEST, 0, {0}},         {"lowest", TIE_LOWEST, 0, {0}},
		{"highest", TIE_HIGHEST, 0, {0}},   {"2 4", TIE_LIST, 2, {2, 4}},
		{"  2\t4  ", TIE_LIST, 2, {2, 4}},  {"3,1", TIE_LIST, 1, {3}},
		{"10 102", TIE_LIST, 2, {10, 102}}, {"4 x 1", TIE_LIST, 1, {4}},
		{"2 2 4 2", TIE_LIST, 2, {2, 4}},   {"-1 +2", TIE_LIST, 2, {UINT32_MAX, 2}},
		{"4 0 1", TIE_LIST, 1, {4}},        {"0", TIE_NONE, 0, {0}},
		{"garbage", TIE_NONE, 0, {0}},      {"LOWEST", TIE_NONE, 0, {0}},
		{"lowest x", TIE_NONE, 0, {0}},     {"", TIE_NONE, 0, {0}},
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vq_config config = fake_config(4);

		tie_breaker(&config, rows[i].node);
		fake_clear(fake);
		fake_boot(fake, &config);
		assert_int_equal(fake->vq->tie_breaker, rows[i].kind);
		assert_int_equal(fake->vq->listed, rows[i].count);
		for (uint32_t j = 0; j < rows[i].count; j++)
			assert_int_equal(listed(fake->vq)[j].nodeid, rows[i].ids[j]);
		assert_int_equal(fake->notices[VQ_NOTICE_TIE_BREAKER_NODE_INVALID], rows[i].kind == TIE_NONE);
	}
}

static void longer_lists_keep_the_nodelist_s_ids(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	tie_breaker(&config, "91 92 93 94 95 96 97 98 3 99 1");
	fake_boot(fake, &config);
	assert_int_equal(fake->vq->listed, 2);
	assert_int_equal(listed(fake->vq)[0].nodeid, 3);
	assert_int_equal(listed(fake->vq)[1].nodeid, 1);
	tie_breaker(&config, "91 92 93 94 95 96 97 98");
	fake_boot(fake, &config);
	assert_int_equal(fake->vq->listed, FAKE_NODES);
	/* A key that is not given is not read. */
	config.given &= ~(uint32_t)VQ_KEY_AUTO_TIE_BREAKER_NODE;
	fake_boot(fake, &config);
	assert_int_equal(fake->vq->tie_breaker, TIE_LOWEST);
}

static void tie_breaker_node_alone_does_nothing(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	tie_breaker(&config, "highest");
	config.auto_tie_breaker = 0;
	fake_boot(fake, &config);
	assert_int_equal(fake->vq->tie_breaker, TIE_NONE);
}

/* ---- tracking ------------------------------------------------------------------ */

static void tracking_reads_what_was_stored(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.expected_votes_tracking = 1;
	config.given = VQ_KEY_EXPECTED_VOTES_TRACKING;
	assert_int_equal(fake_start(fake, 1, &config, 8), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 8);
	/* allow_downscale brings tracking with it. */
	config = fake_config(3);
	config.allow_downscale = 1;
	assert_int_equal(fake_start(fake, 1, &config, 5), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
	/* Without it what is stored is not even looked at. */
	config = fake_config(3);
	assert_int_equal(fake_start(fake, 1, &config, 8), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
}

static void quirk_tracking_eats_expected(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	config.expected_votes_tracking = 1;
	expect(&config, 6);
	assert_int_equal(fake_start(fake, 1, &config, 0), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4); /* the nodelist's */
	assert_int_equal(fake_start(fake, 1, &config, 2), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	testing_reopen(fake, QUIRK_OFF(TRACKING_EATS_EXPECTED));
	assert_int_equal(fake_start(fake, 1, &config, 2), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 6);
	assert_int_equal(fake_start(fake, 1, &config, 7), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 7);
	config.expected_votes = 0;
	assert_int_equal(fake_start(fake, 1, &config, 2), VQ_ACCEPTED);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4);
}

static void quirk_tracking_not_stored(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4);

	config.expected_votes_tracking = 1;
	fake_boot(fake, &config);
	assert_int_equal(fake->stored_count, 0);
	assert_int_equal(fake->notices[VQ_NOTICE_BARRIER_NOT_STORED], 1);
	testing_reopen(fake, QUIRK_OFF(TRACKING_NOT_STORED));
	fake_boot(fake, &config);
	assert_int_equal(fake->stored, 4);
	assert_int_equal(fake->stored_count, 1);
	assert_int_equal(fake->notices[VQ_NOTICE_BARRIER_NOT_STORED], 0);
	/* What is stored is the highest ever seen: nothing to do twice. */
	fake_clear(fake);
	fake_sync(fake, 0xf, 4, 0);
	assert_int_equal(fake->stored_count, 0);
	fake_clear(fake);
	fake->store_fails = true;
	fake_sync(fake, 0x1f, 5, 0);
	assert_int_equal(fake->stored_count, 1);
	assert_int_equal(fake->notices[VQ_NOTICE_BARRIER_NOT_STORED], 1);
	assert_int_equal(fake->stored, 4);
}

/* ---- reload ---------------------------------------------------------------------- */

static void reload(struct fake *fake, const struct vq_config *config)
{
	fake_clear(fake);
	vq_reload(fake->vq, &fake->host, fake, config);
}

static bool was_sent(const struct fake *fake, enum vq_message_kind kind, uint32_t about, uint32_t votes)
{
	for (uint32_t i = 0; i < fake->sent_count; i++) {
		const struct vq_message *message = &fake->sent[i].message;

		if (message->kind == (uint32_t)kind && message->about == about && message->votes == votes)
			return true;
	}
	return false;
}

static void reload_tells_the_others_what_changed(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	fake_boot(fake, &config);
	reload(fake, &config);
	assert_int_equal(fake->sent_count, 2);
	assert_true(was_sent(fake, VQ_MESSAGE_NODEINFO, 1, 1));
	assert_true(was_sent(fake, VQ_MESSAGE_NODEINFO, VQ_DEVICE_NODEID, 0));
	config.nodes = two_votes;
	reload(fake, &config);
	assert_int_equal(fake->sent_count, 4);
	assert_true(was_sent(fake, VQ_MESSAGE_NODE_VOTES, 1, 2));
	assert_true(was_sent(fake, VQ_MESSAGE_EXPECTED_VOTES, 0, 4));
	expect(&config, 7);
	reload(fake, &config);
	assert_int_equal(fake->sent_count, 3);
	assert_true(was_sent(fake, VQ_MESSAGE_EXPECTED_VOTES, 0, 7));
	/* A key that is gone is at its default again. */
	config.expected_votes = 0;
	config.given = 0;
	reload(fake, &config);
	assert_true(was_sent(fake, VQ_MESSAGE_EXPECTED_VOTES, 0, 4));
}

static void reload_without_anything_keeps_what_is(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3), nothing = fake_config(0);

	fake_boot(fake, &config);
	nothing.two_node = 1;
	reload(fake, &nothing);
	assert_int_equal(fake->notices[VQ_NOTICE_RELOAD_KEPT], 1);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 0).flags, 0);
	assert_int_equal(fake->sent_count, 2);
}

static void reload_reads_two_node_and_what_follows_it(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.two_node = 1;
	fake_boot(fake, &config);
	reload(fake, &config);
	assert_int_equal(fake->vq->wait_for_all_status, 1);
	config.two_node = 0;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, 0);
	assert_int_equal(fake->vq->wait_for_all_status, 0);
	/* WFA comes back with it, but is armed at start only. */
	config.two_node = 1;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_TWONODE | VQ_INFO_WAIT_FOR_ALL);
	assert_int_equal(fake->vq->wait_for_all_status, 0);
	/* A WFA that was asked for does not follow. */
	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	config.two_node = 0;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_WAIT_FOR_ALL);
	assert_int_equal(fake->vq->wait_for_all_status, 1);
}

static void reload_leaves_the_features_alone(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(4), other = fake_config(4);

	fake_boot(fake, &config);
	other.wait_for_all = 1;
	tie_breaker(&other, "highest");
	last_man(&other);
	other.allow_downscale = 1;
	other.given |= VQ_KEY_WAIT_FOR_ALL;
	reload(fake, &other);
	assert_int_equal(fake_info(fake, 0).flags, 0);
	fake_boot(fake, &other);
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_WAIT_FOR_ALL | VQ_INFO_LAST_MAN_STANDING |
							   VQ_INFO_AUTO_TIE_BREAKER | VQ_INFO_ALLOW_DOWNSCALE);
}

/* History 51: an old node must not differ from a new one after growing. */
static void reload_judges_the_tie_breaker_anew(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	tie_breaker(&config, "highest");
	fake_boot(fake, &config);
	config.node_count = 3;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_AUTO_TIE_BREAKER, 0);
	assert_int_equal(fake->notices[VQ_NOTICE_TIE_BREAKER_OFF_ODD], 1);
	config.node_count = 4;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_AUTO_TIE_BREAKER, VQ_INFO_AUTO_TIE_BREAKER);
	assert_int_equal(fake->vq->tie_breaker, TIE_HIGHEST);
	config.two_node = 1;
	reload(fake, &config);
	assert_int_equal(fake->vq->two_node, 0);
	assert_int_equal(fake->notices[VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER], 1);
}

/* Recorded: where a start would be refused, a reload changes nothing. */
static void reload_to_odd_with_last_man_keeps_what_is(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	tie_breaker(&config, NULL);
	last_man(&config);
	fake_boot(fake, &config);
	config.node_count = 3;
	reload(fake, &config);
	assert_int_equal(fake->notices[VQ_NOTICE_RELOAD_KEPT], 1);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	assert_int_equal(fake_info(fake, 0).flags, VQ_INFO_AUTO_TIE_BREAKER | VQ_INFO_LAST_MAN_STANDING);
}

/* ---- reload and the device --------------------------------------------------------- */

static void registers(struct fake *fake)
{
	fake_sync(fake, 1, 0, 0);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
	fake_loop(fake);
	assert_int_equal(fake->answer.error, VQ_OK);
}

static void reload_with_two_node_and_a_registered_device(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(2, 1);

	fake_boot(fake, &config);
	registers(fake);
	config.two_node = 1;
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_TWONODE, 0);
	assert_int_equal(fake->notices[VQ_NOTICE_RELOAD_TWO_NODE_OFF], 1);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
}

static void barred(struct fake *fake, const struct vq_config *config)
{
	reload(fake, config);
	assert_int_equal(fake->notices[VQ_NOTICE_DEVICE_BARRED], 1);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_ERR_ACCESS);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_ERR_ACCESS);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_MASTER_WINS, "qd"), VQ_ERR_ACCESS);
}

static void reload_bars_the_device_where_start_would_refuse(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2), changed = with_device(2, 1);

	config.two_node = 1;
	fake_boot(fake, &config);
	changed.two_node = 1;
	barred(fake, &changed);
	assert_int_equal(fake_info(fake, 0).flags & VQ_INFO_TWONODE, VQ_INFO_TWONODE);
	/* A configuration that holds lets it in again. */
	changed.two_node = 0;
	reload(fake, &changed);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);

	config = fake_config(2);
	last_man(&config);
	fake_boot(fake, &config);
	barred(fake, &changed);
	config = fake_config(2);
	tie_breaker(&config, NULL);
	fake_boot(fake, &config);
	barred(fake, &changed);
	config = fake_config(2);
	config.allow_downscale = 1;
	fake_boot(fake, &config);
	barred(fake, &changed);
}

static void reload_bars_the_device_for_its_votes(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(3, 5), changed = with_device(3, 0);

	fake_boot(fake, &config);
	changed.given = VQ_KEY_DEVICE_MODEL;
	expect(&changed, 9);
	barred(fake, &changed);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 5); /* recorded: as it was */
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 9);
	changed = with_device(3, 0);
	changed.given = VQ_KEY_DEVICE_MODEL;
	changed.nodes = two_votes;
	barred(fake, &changed);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 5);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4);
	changed = with_device(2, 2);
	expect(&changed, 3);
	barred(fake, &changed);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 2);
	/* The device that is gone has no votes. */
	config = fake_config(2);
	reload(fake, &config);
	assert_int_equal(fake_info(fake, 0).qdevice_votes, 0);
}

static void device_timeouts_are_read(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = with_device(2, 1);

	fake_boot(fake, &config);
	registers(fake);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_TIMEOUT_MS);
	fake_loop(fake);
	fake_init(fake, 1);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], VQ_DEVICE_SYNC_TIMEOUT_MS);
	config.device_timeout_ms = 3000;
	config.device_sync_timeout_ms = 4000;
	config.given |= VQ_KEY_DEVICE_TIMEOUT | VQ_KEY_DEVICE_SYNC_TIMEOUT;
	fake_boot(fake, &config);
	registers(fake);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], 3000);
	fake_loop(fake);
	fake_init(fake, 1);
	assert_int_equal(fake->timer_ms[VQ_TIMER_DEVICE], 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(every_check_refuses_in_corosync_s_words),
		WITH_FAKE(earlier_checks_come_first),
		WITH_FAKE(what_is_just_right_starts),
		WITH_FAKE(zero_is_not_given_and_sums_are_even),
		WITH_FAKE(votes_come_from_the_nodelist_or_the_key),
		WITH_FAKE(device_votes_follow_from_the_nodes),
		WITH_FAKE(start_says_who_it_is),
		WITH_FAKE(wait_for_all_follows_two_node_unless_given),
		WITH_FAKE(two_node_gives_way_to_the_tie_breaker),
		WITH_FAKE(tie_breaker_needs_wait_for_all_in_odd_clusters),
		WITH_FAKE(tie_breaker_node_is_a_word_or_numbers),
		WITH_FAKE(longer_lists_keep_the_nodelist_s_ids),
		WITH_FAKE(tie_breaker_node_alone_does_nothing),
		WITH_FAKE(tracking_reads_what_was_stored),
		WITH_FAKE(quirk_tracking_eats_expected),
		WITH_FAKE(quirk_tracking_not_stored),
		WITH_FAKE(reload_tells_the_others_what_changed),
		WITH_FAKE(reload_without_anything_keeps_what_is),
		WITH_FAKE(reload_reads_two_node_and_what_follows_it),
		WITH_FAKE(reload_leaves_the_features_alone),
		WITH_FAKE(reload_judges_the_tie_breaker_anew),
		WITH_FAKE(reload_to_odd_with_last_man_keeps_what_is),
		WITH_FAKE(reload_with_two_node_and_a_registered_device),
		WITH_FAKE(reload_bars_the_device_where_start_would_refuse),
		WITH_FAKE(reload_bars_the_device_for_its_votes),
		WITH_FAKE(device_timeouts_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
