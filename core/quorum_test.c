/*
 * The arithmetic: the numbers of recorded clusters, the features that bend them,
 * and the rules for who may act when half of the votes are gone.
 */
#include "testing.h"

static struct vq_info after_sync(struct fake *fake, uint32_t mask, uint32_t expected_votes, uint32_t flags)
{
	fake_sync(fake, mask, expected_votes, flags);
	return fake_info(fake, 0);
}

/* ---- how many are needed ------------------------------------------------------- */

/* Each row: as many nodes of one vote configured, as many here, the quorum of all, enough? */
static void majority_of_the_expected(void **state)
{
	static const struct {
		uint32_t nodes, here, quorum;
		bool quorate;
	} rows[] = {{1, 1, 1, true}, {2, 1, 2, false}, {2, 2, 2, true}, {3, 1, 2, false},
		    {3, 2, 2, true}, {4, 2, 3, false}, {4, 3, 3, true}, {5, 2, 3, false},
		    {5, 3, 3, true}, {8, 4, 5, false}, {8, 5, 5, true}};
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vq_config config = fake_config(rows[i].nodes);
		struct vq_info info;

		fake_boot(fake, &config);
		info = after_sync(fake, (1u << rows[i].here) - 1, rows[i].nodes, 0);
		assert_int_equal(info.quorum, rows[i].quorum);
		assert_int_equal(info.flags, rows[i].quorate ? VQ_INFO_QUORATE : 0);
		assert_int_equal(info.total_votes, rows[i].here);
		assert_int_equal(vq_quorate(fake->vq), rows[i].quorate);
	}
}

/* History 5: more votes than expected are expected from then on. */
static void more_votes_raise_the_expected(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 2, 0);
	fake_track(fake, 0, 9, VQ_TRACK_CHANGES_ONLY);
	fake_clear(fake);
	fake_nodeinfo(fake, 2, 4, 2, FLAG_QUORATE);
	assert_int_equal(fake->told_count, 1);
	assert_int_equal(testing_last(fake, VQ_EXPECTED_VOTES)->notification.expected_votes, 5);
	assert_int_equal(fake->told[0].notification.context, 9);
	assert_int_equal(fake->told[0].notification.count, 0);
	assert_int_equal(fake_info(fake, 0).quorum, 3);
	/* It never falls by itself. */
	fake_nodeinfo(fake, 2, 1, 2, FLAG_QUORATE);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
	assert_int_equal(fake_info(fake, 0).quorum, 3);
}

/* Q2, recorded: two of 511 and 1 have quorum 1, three of 200 have quorum 45. */
static void quirk_quorum_8_bit(void **state)
{
	static const struct vq_config_node big[] = {{1, 511}, {2, 1}}, three[] = {{1, 200}, {2, 200}, {3, 200}};
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.nodes = big;
	fake_boot(fake, &config);
	fake_nodeinfo(fake, 2, 1, 512, 0);
	assert_int_equal(fake_info(fake, 0).quorum, 1);
	config.nodes = three;
	config.node_count = 3;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).quorum, 45);
	assert_true(vq_quorate(fake->vq));
	testing_reopen(fake, QUIRK_OFF(QUORUM_8_BIT));
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).quorum, 301);
	assert_false(vq_quorate(fake->vq));
}

/* Numbers wrap as unsigned ones do. */
static void sums_wrap(void **state)
{
	static const struct vq_config_node huge[] = {{1, UINT32_MAX}, {2, 3}};
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	testing_reopen(fake, QUIRK_OFF(QUORUM_8_BIT));
	config.nodes = huge;
	fake_boot(fake, &config);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, UINT32_MAX); /* 2, then raised */
	assert_int_equal(fake_info(fake, 0).quorum, 0);
	fake_nodeinfo(fake, 2, 3, 2, 0);
	assert_int_equal(fake_info(fake, 0).total_votes, 2);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
}

static void two_nodes_need_one(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(2);

	config.two_node = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL; /* no */
	fake_boot(fake, &config);
	assert_int_equal(after_sync(fake, 0x1, 2, 0).quorum, 1);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(after_sync(fake, 0x3, 2, FLAG_QUORATE).quorum, 1);
	/* A third member makes it an ordinary cluster; it is one for as long. */
	assert_int_equal(after_sync(fake, 0x7, 3, FLAG_QUORATE).quorum, 2);
	assert_int_equal(after_sync(fake, 0x1, 3, 0).quorum, 1);
}

/* An inquorate node adopts what a quorate one expects; a quorate node does not (history 19). */
static void expectations_spread_from_the_quorate(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(8);

	fake_boot(fake, &config);
	fake_sync(fake, 0x1, 8, 0);
	assert_int_equal(fake_info(fake, 0).quorum, 5);
	fake_init(fake, 0xf);
	fake_process(fake);
	fake_loop(fake);
	fake_nodeinfo(fake, 2, 1, 3, FLAG_QUORATE);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 2).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	/* Of an inquorate node only that it is there counts. */
	fake_nodeinfo(fake, 3, 1, 8, 0);
	assert_int_equal(fake_info(fake, 3).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	fake_activate(fake);
	assert_true(vq_quorate(fake->vq));
	fake_nodeinfo(fake, 4, 1, 7, FLAG_QUORATE);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 4); /* the votes */
	assert_int_equal(fake_info(fake, 4).node_expected_votes, 7);
	assert_int_equal(fake_info(fake, 0).highest_expected, 7);
}

/* With tracking every node's own expectation is believed, quorate or not. */
static void tracking_believes_each_node(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.expected_votes_tracking = 1;
	fake_boot(fake, &config);
	fake_nodeinfo(fake, 2, 1, 7, 0);
	assert_int_equal(fake_info(fake, 2).node_expected_votes, 7);
	assert_int_equal(fake_info(fake, 0).quorum, 4);
}

/* ---- last man standing and downscale ----------------------------------------------- */

static void last_man_lowers_the_expected(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.last_man_standing = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	fake_sync(fake, 0x7, 5, FLAG_QUORATE);
	fake_fire(fake, VQ_TIMER_LAST_MAN_STANDING);
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(fake_info(fake, id).node_expected_votes, 3);
	assert_int_equal(fake_info(fake, 4).node_expected_votes, 5); /* dead: as it was */
	assert_int_equal(fake_info(fake, 0).quorum, 2);
	/* Not when it is too late. */
	fake_sync(fake, 0x1, 3, FLAG_QUORATE);
	assert_false(vq_quorate(fake->vq));
	fake_fire(fake, VQ_TIMER_LAST_MAN_STANDING);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
}

/* Recorded in downscale-5: down to two nodes, the quorum stays at the barrier's. */
static void downscale_stops_at_the_barrier(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.allow_downscale = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	for (uint32_t leaving = 5; leaving > 2; leaving--) {
		fake_nodeinfo(fake, leaving, 1, leaving, FLAG_QUORATE | FLAG_LEAVING);
		assert_int_equal(fake_info(fake, leaving).node_state, VQ_STATE_LEAVING);
		fake_sync(fake, (1u << (leaving - 1)) - 1, leaving - 1, FLAG_QUORATE);
		assert_int_equal(fake_info(fake, leaving).node_state, VQ_STATE_DEAD);
		assert_int_equal(fake_info(fake, 0).node_expected_votes, leaving - 1);
		assert_int_equal(fake_info(fake, 0).quorum, 3);
		assert_int_equal(vq_quorate(fake->vq), leaving > 3);
	}
	/* Above the barrier the quorum does fall. */
	config.expected_votes = 2;
	config.given = VQ_KEY_EXPECTED_VOTES;
	testing_reopen(fake, QUIRK_OFF(TRACKING_EATS_EXPECTED));
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	assert_int_equal(fake_info(fake, 0).quorum, 3);
	fake_nodeinfo(fake, 5, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	fake_nodeinfo(fake, 4, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	fake_nodeinfo(fake, 3, 1, 5, FLAG_QUORATE | FLAG_LEAVING);
	assert_int_equal(fake_info(fake, 0).quorum, 2);
}

/* ---- wait for all ---------------------------------------------------------------------- */

static void waits_until_all_were_here_once(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 3, FLAG_WFA_STATUS);
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(fake->vq->own.flags, FLAG_WFA_STATUS);
	fake_sync(fake, 0x7, 3, FLAG_WFA_STATUS);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(fake->vq->wait_for_all_status, 0);
	fake_sync(fake, 0x3, 3, FLAG_QUORATE);
	assert_true(vq_quorate(fake->vq));
	/* Who loses quorum waits again. */
	fake_sync(fake, 0x1, 3, 0);
	assert_int_equal(fake->vq->wait_for_all_status, 1);
	fake_sync(fake, 0x3, 3, FLAG_WFA_STATUS);
	assert_false(vq_quorate(fake->vq));
}

/* History 10 and 13: only a node that is quorate and does not wait itself ends the waiting. */
static void joins_those_who_no_longer_wait(void **state)
{
	static const struct {
		uint32_t flags;
		bool waits;
	} rows[] = {
		{0, true}, {FLAG_WFA_STATUS, true}, {FLAG_QUORATE | FLAG_WFA_STATUS, true}, {FLAG_QUORATE, false}};
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_boot(fake, &config);
		fake_sync(fake, 0x3, 3, rows[i].flags);
		assert_int_equal(vq_quorate(fake->vq), !rows[i].waits);
		assert_int_equal(fake->vq->wait_for_all_status, rows[i].waits);
	}
}

/* Q9: no way is known to get here, so the state is made by hand. */
static void quirk_wfa_assert(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	config.wait_for_all = 1;
	config.given = VQ_KEY_WAIT_FOR_ALL;
	for (int off = 0; off < 2; off++) {
		if (off)
			testing_reopen(fake, QUIRK_OFF(WFA_ASSERT));
		fake_boot(fake, &config);
		fake_sync(fake, 0x7, 3, 0);
		assert_true(vq_quorate(fake->vq));
		fake_clear(fake);
		fake->vq->wait_for_all_status = 1;
		assert_true(fake_nodeinfo(fake, 3, 0, 3, FLAG_QUORATE | FLAG_WFA_STATUS));
		assert_int_equal(fake->aborted != NULL, !off);
		assert_true(vq_quorate(fake->vq));
		fake_clear(fake);
		fake->vq->wait_for_all_status = 1;
		fake_init(fake, 0x3);
		fake_process(fake);
		fake_activate(fake);
		assert_int_equal(fake->aborted != NULL, !off);
		assert_int_equal(fake->primary_count, off);
	}
}

/* ---- half of the votes --------------------------------------------------------------------- */

static void tie_config(struct vq_config *config, uint32_t nodes, const char *node)
{
	*config = fake_config(nodes);
	config->auto_tie_breaker = 1;
	config->auto_tie_breaker_node = node;
	config->given = VQ_KEY_AUTO_TIE_BREAKER | (node ? VQ_KEY_AUTO_TIE_BREAKER_NODE : 0);
}

/* Each row: who has the tie, and which half, of four nodes, keeps quorum (1 is in mask). */
static void a_tie_is_broken(void **state)
{
	static const struct {
		const char *node;
		uint32_t mask;
		bool quorate;
	} rows[] = {
		{NULL, 0x3, true},   {"lowest", 0x9, true}, {"highest", 0x3, false}, {"highest", 0x9, true},
		{"2 4", 0x3, true},  {"2 4", 0x9, false},   {"2 4", 0x5, false},     {"8 4", 0x9, true},
		{"8 9", 0x3, false}, {"3,1", 0x3, false},   {"3,1", 0x5, true},
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vq_config config;

		tie_config(&config, 4, rows[i].node);
		fake_boot(fake, &config);
		fake_sync(fake, 0xf, 4, 0);
		fake_sync(fake, rows[i].mask, 4, FLAG_QUORATE);
		assert_int_equal(vq_quorate(fake->vq), rows[i].quorate);
		/* Less than half is never enough. */
		fake_sync(fake, 0x1, 4, 0);
		assert_false(vq_quorate(fake->vq));
	}
}

/* History 18: the lowest id is that of the last quorate partition, not of all times. */
static void the_lowest_is_the_last_partition_s(void **state)
{
	struct fake *fake = *state;
	struct vq_config config;

	tie_config(&config, 6, NULL);
	assert_int_equal(fake_start(fake, 2, &config, 0), VQ_ACCEPTED);
	fake_sync(fake, 0x3f, 6, 0);
	fake_sync(fake, 0x3e, 6, FLAG_QUORATE); /* 1 is lost */
	fake_sync(fake, 0x0e, 6, FLAG_QUORATE); /* 2 3 4 without 5 6 */
	assert_true(vq_quorate(fake->vq));
	/* Never quorate, no lowest: half of a cluster that boots does not act. */
	tie_config(&config, 4, NULL);
	fake_boot(fake, &config);
	fake_sync(fake, 0x3, 4, 0);
	assert_false(vq_quorate(fake->vq));
}

/* History 43: of five, {1,2} may not go on when {3,4,5} can. */
static void no_tie_when_the_others_may_have_quorum(void **state)
{
	struct fake *fake = *state;
	struct vq_config config;

	tie_config(&config, 5, NULL);
	config.wait_for_all = 1;
	config.given |= VQ_KEY_WAIT_FOR_ALL;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	assert_true(vq_quorate(fake->vq));
	fake_sync(fake, 0x3, 5, FLAG_QUORATE);
	assert_false(vq_quorate(fake->vq));
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	fake_sync(fake, 0x7, 5, FLAG_QUORATE);
	fake_sync(fake, 0x3, 5, FLAG_QUORATE); /* only one is gone since */
	assert_true(vq_quorate(fake->vq));
}

/* Q12: 2^31 and above are below all others. */
static void quirk_signed_ids(void **state)
{
	static const struct vq_config_node nodes[] = {{1, 1}, {0x80000000u, 1}};
	struct fake *fake = *state;
	const uint32_t ids[] = {1, 0x80000000u};

	for (int off = 0; off < 2; off++) {
		struct vq_config config;

		if (off)
			testing_reopen(fake, QUIRK_OFF(SIGNED_IDS));
		tie_config(&config, 2, NULL);
		config.nodes = nodes;
		fake_boot(fake, &config);
		vq_sync_init(fake->vq, &fake->host, fake, (struct vq_ring_id){4, 1, 0}, ids, 2);
		fake_process(fake);
		fake_loop(fake);
		fake_nodeinfo(fake, ids[1], 1, 2, 0);
		fake_activate(fake);
		assert_int_equal(fake->vq->lowest, off ? 1 : ids[1]);
		assert_int_equal(fake->vq->highest, off ? ids[1] : 1);
		fake_sync(fake, 0x1, 2, 0);
		assert_int_equal(vq_quorate(fake->vq), off);
	}
}

/* ---- the device ---------------------------------------------------------------------------- */

static void with_device(struct fake *fake, uint32_t nodes, uint32_t votes, uint32_t mask)
{
	struct vq_config config = fake_config(nodes);

	config.device_model = "net";
	config.device_votes = votes;
	config.given = VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES;
	fake_boot(fake, &config);
	fake_sync(fake, mask, nodes, 0);
	assert_int_equal(fake_device(fake, VQ_OP_QDEVICE_REGISTER, "qd"), VQ_PENDING);
	fake_loop(fake);
}

static void device_votes_count_when_cast(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 2, 1, 0x1);
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(fake_info(fake, 0).total_votes, 1);
	assert_int_equal(fake_poll(fake, "qd", false), VQ_OK);
	fake_loop(fake);
	assert_false(vq_quorate(fake->vq));
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	assert_false(vq_quorate(fake->vq)); /* not before it is agreed upon */
	fake_loop(fake);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(fake_info(fake, 0).total_votes, 2);
	fake_fire(fake, VQ_TIMER_DEVICE);
	fake_loop(fake);
	assert_false(vq_quorate(fake->vq));
}

/* Q10: of two nodes and a device of one vote three votes are expected, cast or not. */
static void quirk_device_counts_uncast(void **state)
{
	struct fake *fake = *state;

	with_device(fake, 2, 1, 0x3);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
	testing_reopen(fake, QUIRK_OFF(DEVICE_COUNTS_UNCAST));
	with_device(fake, 2, 1, 0x3);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 2);
	assert_int_equal(fake_poll(fake, "qd", true), VQ_OK);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 3);
}

/* The device counts as one node more when votes are lowered to those here, cast or not. */
static void last_man_counts_the_device(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(5);

	config.last_man_standing = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x1f, 5, 0);
	fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_SETVOTES, .nodeid = 0, .votes = 1}, NULL);
	fake_sync(fake, 0xf, 5, FLAG_QUORATE);
	fake_fire(fake, VQ_TIMER_LAST_MAN_STANDING);
	assert_int_equal(fake_info(fake, 0).node_expected_votes, 5);
}

/* History 28: it takes a member whose device casts its vote and whose master wins. */
static void master_wins_takes_both_flags(void **state)
{
	static const struct {
		uint32_t flags;
		bool quorate;
	} rows[] = {{FLAG_DEVICE_REGISTERED | FLAG_DEVICE_ALIVE | FLAG_DEVICE_CAST_VOTE, false},
		    {FLAG_DEVICE_REGISTERED | FLAG_DEVICE_MASTER_WINS, false},
		    {FLAG_DEVICE | FLAG_QUORATE, true}};
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vq_request request = {.op = VQ_OP_QDEVICE_MASTER_WINS, .allow = 1, .name = "qd"};

		with_device(fake, 8, 1, 0x3);
		fake_nodeinfo(fake, 2, 1, 8, rows[i].flags);
		assert_false(vq_quorate(fake->vq)); /* not where it is not allowed */
		assert_int_equal(fake_ask(fake, 0, request, NULL), VQ_OK);
		fake_loop(fake);
		assert_int_equal(vq_quorate(fake->vq), rows[i].quorate);
		request.allow = 0;
		assert_int_equal(fake_ask(fake, 0, request, NULL), VQ_OK);
		fake_loop(fake);
		assert_false(vq_quorate(fake->vq));
	}
}

static void master_wins_alone(void **state)
{
	struct fake *fake = *state;
	struct vq_request request = {.op = VQ_OP_QDEVICE_MASTER_WINS, .allow = 1, .name = "qd"};

	with_device(fake, 8, 1, 0x1);
	fake_ask(fake, 0, request, NULL);
	fake_loop(fake);
	assert_false(vq_quorate(fake->vq));
	fake_poll(fake, "qd", true);
	fake_loop(fake);
	assert_true(vq_quorate(fake->vq));
}

/* ---- the tally that is kept --------------------------------------------------------- */

static struct tally by_hand(const struct vq *vq)
{
	struct tally tally = {0, 0, 0};
	struct vq_look look;

	vq_look(vq, &look);
	for (uint32_t i = 0; i < look.record_count; i++) {
		struct vq_look_record record = vq_look_record(vq, i);

		if (record.state != VQ_STATE_MEMBER)
			continue;
		tally.count++;
		tally.votes += record.votes;
		if (record.expected_votes > tally.highest_expected)
			tally.highest_expected = record.expected_votes;
	}
	return tally;
}

/* Whatever comes in whatever order, what is kept is what would be counted. */
static void the_kept_tally_is_right(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(6);
	uint32_t kept = 0, seed = 1;

	fake_boot(fake, &config);
	for (uint32_t i = 0; i < 5000; i++) {
		struct tally tally, must;
		uint32_t node, value;

		seed = seed * 1664525u + 1013904223u;
		node = 1 + seed / 65536 % 6;
		value = seed / 1048576 % 9;
		if (seed >> 28 == 0)
			fake_init(fake, 1u | value << 1);
		else if (seed >> 28 == 1)
			fake_deliver(
				fake, node,
				(struct vq_message){.kind = VQ_MESSAGE_NODE_VOTES, .about = node, .votes = value});
		else if (seed >> 28 == 2)
			fake_deliver(fake, node,
				     (struct vq_message){.kind = VQ_MESSAGE_EXPECTED_VOTES, .votes = value});
		else
			fake_nodeinfo(fake, node, value % 4, 1 + value, value == 8 ? FLAG_LEAVING : 0);
		kept += fake->vq->counted;
		tally = vqi_tally(fake->vq);
		must = by_hand(fake->vq);
		assert_memory_equal(&tally, &must, sizeof(tally));
	}
	assert_in_range(kept, 1000, 4999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(majority_of_the_expected),
		WITH_FAKE(more_votes_raise_the_expected),
		WITH_FAKE(quirk_quorum_8_bit),
		WITH_FAKE(sums_wrap),
		WITH_FAKE(two_nodes_need_one),
		WITH_FAKE(expectations_spread_from_the_quorate),
		WITH_FAKE(tracking_believes_each_node),
		WITH_FAKE(last_man_lowers_the_expected),
		WITH_FAKE(downscale_stops_at_the_barrier),
		WITH_FAKE(waits_until_all_were_here_once),
		WITH_FAKE(joins_those_who_no_longer_wait),
		WITH_FAKE(quirk_wfa_assert),
		WITH_FAKE(a_tie_is_broken),
		WITH_FAKE(the_lowest_is_the_last_partition_s),
		WITH_FAKE(no_tie_when_the_others_may_have_quorum),
		WITH_FAKE(quirk_signed_ids),
		WITH_FAKE(device_votes_count_when_cast),
		WITH_FAKE(quirk_device_counts_uncast),
		WITH_FAKE(last_man_counts_the_device),
		WITH_FAKE(master_wins_takes_both_flags),
		WITH_FAKE(master_wins_alone),
		WITH_FAKE(the_kept_tally_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
