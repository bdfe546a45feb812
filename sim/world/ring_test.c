/*
 * Rings. First, extended virtual synchrony as properties: some hundred random
 * scenarios (partitions, crashes, stops, pauses, starts, calls that send messages, at
 * random moments, also in the middle of a sync) run with random choices; what every
 * node was seen to send, to deliver and to install must obey the rules. Then
 * single cases: when a ring forms, and with whom.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/rng.h"

/* ---- random scenarios ---- */

#define NODES_MAX 6u
#define TEXT_ROOM 8192u

struct writer {
	char text[TEXT_ROOM];
	size_t size;
	uint64_t random;
	uint32_t nodes;
};

static uint32_t below(struct writer *writer, uint32_t n)
{
	return (uint32_t)rng_below(&writer->random, n);
}

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	writer->size += (size_t)vsnprintf(writer->text + writer->size, TEXT_ROOM - writer->size, format, arguments);
	va_end(arguments);
	assert_true(writer->size < TEXT_ROOM);
}

/* At once, in the sync that follows joining or merging, within the token timeout, long after it. */
static void put_moment(struct writer *writer)
{
	static const uint32_t from_us[] = {0, 50000, 200000, 0, 0}, room_us[] = {900, 900, 900, 3000000, 20000000};
	uint32_t kind = below(writer, 5);

	put(writer, ", settle: false, after: %uus}\n", from_us[kind] + below(writer, room_us[kind]));
}

static void put_step(struct writer *writer)
{
	static const char *const on_a_node[] = {"crash", "stop", "pause", "resume", "resume", "start", "start"};
	uint32_t what = below(writer, 10), node = 1 + below(writer, writer->nodes);

	if (what < 7) {
		put(writer, "  - {%s: %u", on_a_node[what], node);
	} else if (what == 7) {
		put(writer, "  - {partition: [[%u], [%u]]", node, node % writer->nodes + 1);
	} else if (what == 8) {
		put(writer, "  - {heal: all");
	} else {
		put(writer, "  - {setexpected: {node: %u, votes: %u}", node, writer->nodes + below(writer, 3));
	}
	put_moment(writer);
}

static void write_scenario(struct writer *writer, uint64_t seed)
{
	memset(writer, 0, sizeof *writer);
	writer->random = rng_stream(seed, 77);
	writer->nodes = 2 + below(writer, NODES_MAX - 1);
	put(writer, "scenario: t\ncluster: {nodes: %u}\n", writer->nodes);
	if (seed % 3 == 1)
		put(writer, "network: {jitter: %uus, loss: 0.05}\n", 50 + below(writer, 400));
	put(writer, "totem: {token: 1s}\nsteps:\n  - start: %s\n", seed % 2 ? "all" : "{nodes: all, together: true}");
	for (uint32_t i = 0; i < 14; i++)
		put_step(writer);
}

/* ---- what each node went through ---- */

#define RINGS_MAX 400u
#define DELIVERED_MAX 2000u

struct letter {
	uint32_t sender;
	uint32_t size;
	uint64_t number; /* in the ring's order */
	const void *data;
};

struct stay { /* of one node on one ring */
	struct vq_ring_id ring;
	uint32_t count;
	uint32_t members[NODES_MAX];
	uint32_t first, last; /* delivered there: [first, last) */
	bool moved_on;        /* to the next ring, not down */
};

struct history { /* of one node */
	struct stay stays[RINGS_MAX];
	uint32_t stay_count;
	struct letter delivered[DELIVERED_MAX];
	uint32_t delivered_count;
	bool had[NODES_MAX][DELIVERED_MAX]; /* by sender: which of its messages came */
	uint64_t seq;
	bool up, paused;
};

static struct history histories[NODES_MAX];

static bool same_ring(struct vq_ring_id a, struct vq_ring_id b)
{
	return a.seq == b.seq && a.nodeid == b.nodeid;
}

/* Which of its sender's messages is this? One that was sent, and has not come. Their bytes
 * do not tell equal ones apart, so the order of those that waited for a sync is left to
 * what_waits_goes_out_after_the_sync(). */
static void note_number(const struct play *play, struct history *history, const struct observation *delivered)
{
	uint32_t sender = (uint32_t)delivered->number - 1, at = 0;
	const struct observation *sent;

	for (uint32_t number = 0; (sent = play_next(play, &at, OBSERVE_SENT, sender)); number++) {
		assert_true(number < DELIVERED_MAX);
		if (history->had[sender][number] || sent->time_ns > delivered->time_ns ||
		    sent->size != delivered->size || memcmp(sent->data, delivered->data, sent->size) != 0)
			continue;
		history->had[sender][number] = true;
		return;
	}
	fail_msg("node %u had a message of %u that was not sent, or had it twice", delivered->node + 1, sender + 1);
}

static void note_ring(struct history *history, const struct observation *ring)
{
	struct stay *stay = &history->stays[history->stay_count];

	assert_true(history->up && !history->paused);
	assert_true(ring->ring.seq > history->seq);
	assert_int_equal(ring->ring.nodeid, ring->nodes[0]);
	assert_true(history->stay_count < RINGS_MAX);
	history->seq = ring->ring.seq;
	if (history->stay_count && stay[-1].last == UINT32_MAX) {
		stay[-1].last = history->delivered_count;
		stay[-1].moved_on = true;
	}
	history->stay_count++;
	*stay = (struct stay){
		.ring = ring->ring, .count = ring->count, .first = history->delivered_count, .last = UINT32_MAX};
	memcpy(stay->members, ring->nodes, ring->count * sizeof *ring->nodes);
}

static void note_delivery(const struct play *play, struct history *history, const struct observation *delivered)
{
	uint32_t sender = (uint32_t)delivered->number - 1;
	assert_true(history->up && !history->paused);
	assert_true(history->stay_count > 0 && history->stays[history->stay_count - 1].last == UINT32_MAX);
	assert_true(history->delivered_count < DELIVERED_MAX);
	note_number(play, history, delivered);
	history->delivered[history->delivered_count++] =
		(struct letter){sender, (uint32_t)delivered->size, delivered->context, delivered->data};
}

static void note(const struct play *play, const struct observation *seen)
{
	struct history *history = &histories[seen->node];

	switch (seen->kind) {
	case OBSERVE_NODE_UP:
		history->up = true;
		break;
	case OBSERVE_NODE_DOWN:
		history->up = history->paused = false;
		if (history->stay_count && history->stays[history->stay_count - 1].last == UINT32_MAX)
			history->stays[history->stay_count - 1].last = history->delivered_count;
		break;
	case OBSERVE_NODE_PAUSED:
		history->paused = true;
		break;
	case OBSERVE_NODE_RESUMED:
		history->paused = false;
		break;
	case OBSERVE_RING:
		note_ring(history, seen);
		break;
	case OBSERVE_DELIVERED:
		note_delivery(play, history, seen);
		break;
	default:
		break;
	}
}

static void collect(const struct play *play)
{
	memset(histories, 0, sizeof histories);
	for (uint32_t i = 0; i < play->count; i++)
		if (play->seen[i].node != ANY)
			note(play, &play->seen[i]);
	for (uint32_t i = 0; i < NODES_MAX; i++)
		if (histories[i].stay_count && histories[i].stays[histories[i].stay_count - 1].last == UINT32_MAX)
			histories[i].stays[histories[i].stay_count - 1].last = histories[i].delivered_count;
}

/* ---- the rules ---- */

static void same_letter(const struct letter *a, const struct letter *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->sender, b->sender);
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->data, b->data, a->size);
}

/* The order's n-th is the same message for all who had it. */
static void same_order(uint32_t a, const struct stay *at_a, uint32_t b, const struct stay *at_b)
{
	uint32_t k = at_b->first;

	for (uint32_t i = at_a->first; i < at_a->last; i++) {
		while (k < at_b->last && histories[b].delivered[k].number < histories[a].delivered[i].number)
			k++;
		if (k < at_b->last && histories[b].delivered[k].number == histories[a].delivered[i].number)
			same_letter(&histories[a].delivered[i], &histories[b].delivered[k]);
	}
}

/* Each message once, in the ring's order. What is skipped are the sync's own barriers, and
 * on the way to the next ring what was lost with its sender. */
static void in_order(uint32_t node, const struct stay *stay)
{
	for (uint32_t i = stay->first + 1; i < stay->last; i++)
		assert_true(histories[node].delivered[i].number > histories[node].delivered[i - 1].number);
}

static void same_set(uint32_t a, const struct stay *at_a, uint32_t b, const struct stay *at_b)
{
	assert_int_equal(at_a->last - at_a->first, at_b->last - at_b->first);
	for (uint32_t i = 0; i < at_a->last - at_a->first; i++)
		same_letter(&histories[a].delivered[at_a->first + i], &histories[b].delivered[at_b->first + i]);
}

/* As far as both have come, with nothing recovered, neither has a gap that the other has not. */
static void same_prefix(uint32_t a, const struct stay *at_a, uint32_t b, const struct stay *at_b)
{
	for (uint32_t i = 0; at_a->first + i < at_a->last && at_b->first + i < at_b->last; i++)
		same_letter(&histories[a].delivered[at_a->first + i], &histories[b].delivered[at_b->first + i]);
}

static bool is_member(const struct stay *stay, uint32_t nodeid)
{
	for (uint32_t i = 0; i < stay->count; i++)
		if (stay->members[i] == nodeid)
			return true;
	return false;
}

static void compare_stays(uint32_t a, const struct stay *at_a, uint32_t b, const struct stay *at_b)
{
	bool together = at_a->moved_on && at_b->moved_on && same_ring(at_a[1].ring, at_b[1].ring);

	assert_int_equal(at_a->count, at_b->count);
	assert_memory_equal(at_a->members, at_b->members, at_a->count * sizeof *at_a->members);
	same_order(a, at_a, b, at_b);
	if (together)
		same_set(a, at_a, b, at_b);
	else if (!at_a->moved_on && !at_b->moved_on)
		same_prefix(a, at_a, b, at_b);
}

static void compare_nodes(uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < histories[a].stay_count; i++)
		for (uint32_t k = 0; k < histories[b].stay_count; k++)
			if (same_ring(histories[a].stays[i].ring, histories[b].stays[k].ring))
				compare_stays(a, &histories[a].stays[i], b, &histories[b].stays[k]);
}

static void senders_are_members(uint32_t node)
{
	for (uint32_t i = 0; i < histories[node].stay_count; i++) {
		const struct stay *stay = &histories[node].stays[i];

		assert_true(is_member(stay, node + 1));
		in_order(node, stay);
		for (uint32_t k = stay->first; k < stay->last; k++)
			assert_true(is_member(stay, histories[node].delivered[k].sender + 1));
	}
}

/* A node that goes on living delivers all of its own messages; their order is checked as they come. */
static void own_messages_come(const struct play *play, uint32_t node)
{
	uint32_t came = 0, own = play_number(play, OBSERVE_SENT, node);

	if (play_number(play, OBSERVE_NODE_DOWN, node) || play_number(play, OBSERVE_NODE_PAUSED, node))
		return;
	for (uint32_t i = 0; i < histories[node].delivered_count; i++)
		came += histories[node].delivered[i].sender == node;
	assert_int_equal(came, own);
}

static const struct stay *last_stay(uint32_t node)
{
	assert_true(histories[node].stay_count > 0);
	return &histories[node].stays[histories[node].stay_count - 1];
}

/* At rest every node that runs is on one whole ring with all that it reaches. */
static void settled_in_whole_rings(const struct play *play)
{
	const struct world_view view = world_view(play->world);

	assert_true(view.settled(view.world));
	for (uint32_t a = 0; a < play->scenario->node_count; a++)
		for (uint32_t b = 0; b < play->scenario->node_count; b++) {
			bool reaches = view.reaches(view.world, a, b);

			if (!view.reaches(view.world, a, a) || !view.reaches(view.world, b, b))
				continue;
			assert_int_equal(reaches, same_ring(last_stay(a)->ring, last_stay(b)->ring));
			assert_int_equal(reaches, is_member(last_stay(a), b + 1));
		}
}

static void all_rules_hold(const struct play *play)
{
	assert_null(world_stuck(play->world));
	collect(play);
	for (uint32_t a = 0; a < play->scenario->node_count; a++) {
		senders_are_members(a);
		own_messages_come(play, a);
		for (uint32_t b = 0; b < a; b++)
			compare_nodes(a, b);
	}
	settled_in_whole_rings(play);
}

static void random_scenarios(void **state)
{
	static struct writer writer;
	uint32_t rings = 0, moved = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct play play;

		write_scenario(&writer, seed);
		play_open(&play, writer.text, seed % 5 ? choice_seeded : choice_plain, seed, true);
		world_token_order(play.world, seed % 7 == 0);
		world_run(play.world);
		all_rules_hold(&play);
		for (uint32_t i = 0; i < play.scenario->node_count; i++) {
			rings += histories[i].stay_count;
			moved += histories[i].delivered_count;
		}
		play_close(&play);
	}
	assert_true(rings > 20000 && moved > 40000); /* the rules had something to hold for */
}

/* ---- single cases ---- */

static uint64_t ms_after(const struct play *play, uint32_t step, uint32_t node, uint32_t n)
{
	return (play_nth(play, OBSERVE_RING, node, n)->time_ns - play_step_ns(play, step)) / SCENARIO_MS;
}

#define THREE CLUSTER(3) "totem: {token: 1s, token_coefficient: 0ms, merge: 300ms, join: 40ms}\n"
#define TOGETHER STEPS STEP("start: {nodes: all, together: true}")

/* A node that starts forms a ring alone, then joins the others. */
static void starting(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) STEPS STEP("start: all"));
	assert_string_equal(play_ring(&play, 0, 0), "1");
	assert_string_equal(play_ring(&play, 1, 0), "2");
	assert_string_equal(play_ring(&play, 0, 1), "12");
	assert_string_equal(play_ring(&play, 2, 0), "3");
	assert_string_equal(play_ring(&play, 2, 1), "123");
	assert_int_equal(play_number(&play, OBSERVE_RING, 0), 3);
	play_close(&play);
}

static void a_clean_leave_forms_at_once(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("stop: 3"));
	assert_string_equal(play_ring(&play, 0, 2), "12");
	assert_in_range(ms_after(&play, 1, 0, 2), 1, 60);
	play_close(&play);
}

static void a_crash_is_noticed_by_token_and_consensus(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("crash: 2"));
	assert_string_equal(play_ring(&play, 0, 2), "13");
	assert_int_equal(ms_after(&play, 1, 0, 2), 2200);
	assert_int_equal(ms_after(&play, 1, 2, 2), 2200);
	play_close(&play);
}

static void a_partition_is_noticed_like_a_crash_and_a_merge_after_its_timeout(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("partition: [[1], [2, 3]]") STEP("heal: all"));
	assert_string_equal(play_ring(&play, 0, 2), "1");
	assert_string_equal(play_ring(&play, 2, 2), "23");
	assert_int_equal(ms_after(&play, 1, 2, 2), 2200);
	assert_string_equal(play_ring(&play, 1, 3), "123");
	assert_int_equal(ms_after(&play, 2, 1, 3), 300);
	play_close(&play);
}

/* Who meets others begins with them at once; who only lost some waits for the token first. */
static void a_node_that_changes_sides_does_not_wait_for_its_token(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("partition: [[1], [2, 3]]") STEP("partition: [[1, 2], [3]]"));
	assert_string_equal(play_ring(&play, 1, 3), "12");
	assert_int_equal(ms_after(&play, 2, 1, 3), 1500);
	assert_string_equal(play_ring(&play, 0, 3), "12");
	assert_int_equal(ms_after(&play, 2, 0, 3), 1500);
	assert_string_equal(play_ring(&play, 2, 3), "3");
	assert_int_equal(ms_after(&play, 2, 2, 3), 2200);
	play_close(&play);
}

/* Healed before anybody missed the token: no ring, and nothing to wait for. */
static void a_heal_before_token_loss_forms_nothing(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 THREE TOGETHER STEP("partition: [[1], [2, 3]]") STEP("{heal: all, after: 999ms}") STEP("wait: 1ms"));
	assert_int_equal(play_number(&play, OBSERVE_RING, ANY), 6);
	assert_int_equal(play_step_ns(&play, 3), play_step_ns(&play, 2));
	play_close(&play);
}

/* Later than that, but before consensus: the same members form anew. */
static void a_heal_after_token_loss_forms_the_same_again(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("partition: [[1], [2, 3]]") STEP("{heal: all, after: 1001ms}"));
	assert_int_equal(play_number(&play, OBSERVE_RING, 1), 3);
	assert_string_equal(play_ring(&play, 1, 2), "123");
	assert_true(ms_after(&play, 2, 1, 2) <= 41);
	play_close(&play);
}

static void a_short_pause_forms_nothing(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("pause: 2") STEP("{resume: 2, after: 990ms}"));
	assert_int_equal(play_number(&play, OBSERVE_RING, ANY), 6);
	play_close(&play);
}

static void a_long_pause_ends_with_a_ring_alone(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("pause: 2") STEP("resume: 2"));
	assert_string_equal(play_ring(&play, 0, 2), "13");
	assert_int_equal(ms_after(&play, 1, 0, 2), 2200);
	assert_string_equal(play_ring(&play, 1, 2), "2");
	assert_string_equal(play_ring(&play, 1, 3), "123");
	assert_true(ms_after(&play, 2, 1, 2) <= 41);
	play_close(&play);
}

/* Two that were paused for long each start alone. */
static void two_long_pauses(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("pause: [2, 3]") STEP("resume: [2, 3]"));
	assert_string_equal(play_ring(&play, 0, 2), "1");
	assert_string_equal(play_ring(&play, 1, 2), "2");
	assert_string_equal(play_ring(&play, 2, 2), "3");
	assert_string_equal(play_ring(&play, 2, 3), "123");
	play_close(&play);
}

/* A pause too short to be noticed, while another node crashes: the two that are left
 * miss the token of the third together. */
static void a_short_pause_beside_a_crash(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 THREE TOGETHER STEP("pause: 2") STEP("{crash: 1, after: 5ms}") STEP("{resume: 2, after: 5ms}"));
	assert_int_equal(play_number(&play, OBSERVE_RING, 2), 3);
	assert_string_equal(play_ring(&play, 1, 2), "23");
	assert_int_equal(ms_after(&play, 1, 2, 2), 2200);
	play_close(&play);
}

/* A goodbye crosses no partition: the other side still waits for the token. */
static void a_stop_while_the_ring_is_broken(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("partition: [[1, 2], [3]]") STEP("{stop: 3, after: 100ms}"));
	assert_string_equal(play_ring(&play, 0, 2), "12");
	assert_int_equal(ms_after(&play, 1, 0, 2), 2200);
	assert_int_equal(play_number(&play, OBSERVE_RING, 2), 2);
	play_close(&play);
}

static void all_stop_at_once(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("stop: all") STEP("start: all"));
	assert_int_equal(play_number(&play, OBSERVE_NODE_DOWN, ANY), 3);
	assert_true(play_last(&play, OBSERVE_NODE_DOWN, ANY)->time_ns - play_step_ns(&play, 1) < 3 * SCENARIO_MS);
	assert_string_equal(play_ring(&play, 0, play_number(&play, OBSERVE_RING, 0) - 1), "123");
	play_close(&play);
}

static void two_stop_and_the_third_goes_on_at_once(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("stop: [1, 3]"));
	assert_string_equal(play_ring(&play, 1, 2), "2");
	assert_in_range(ms_after(&play, 1, 1, 2), 1, 60);
	play_close(&play);
}

/* Ring sequences are on disk: they grow over a restart, and only wiping begins anew. */
static void ring_ids_survive_a_restart(void **state)
{
	struct play play;
	uint64_t before;

	(void)state;
	play_run(&play, CLUSTER(1) STEPS STEP("start: 1") STEP("crash: 1") STEP("start: 1") STEP("stop: 1")
				STEP("start: 1") STEP("crash: {nodes: 1, wipe: true}") STEP("start: 1")
					STEP("stop: {nodes: 1, wipe: true}") STEP("start: 1"));
	before = play_nth(&play, OBSERVE_RING, 0, 0)->ring.seq;
	assert_int_equal(play_nth(&play, OBSERVE_RING, 0, 1)->ring.seq, before + 5);
	assert_int_equal(play_nth(&play, OBSERVE_RING, 0, 2)->ring.seq, before + 10);
	assert_int_equal(play_nth(&play, OBSERVE_RING, 0, 3)->ring.seq, before);
	assert_int_equal(play_nth(&play, OBSERVE_RING, 0, 4)->ring.seq, before);
	play_close(&play);
}

/* A restart within the token timeout: one new ring, nobody was missed. */
static void a_quick_restart(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, THREE TOGETHER STEP("crash: 3") STEP("{start: 3, after: 200ms}"));
	assert_int_equal(play_number(&play, OBSERVE_RING, 0), 3);
	assert_string_equal(play_ring(&play, 0, 2), "123");
	assert_string_equal(play_ring(&play, 2, 2), "3");
	assert_string_equal(play_ring(&play, 2, 3), "123");
	play_close(&play);
}

/* As recorded (harness/truth/FINDINGS.md, 38): of two members the second is the first to
 * speak, of three the first, of six the fourth; then it goes round. */
static void messages_go_round_the_ring(void **state)
{
	static const struct choice_rates lowest;

	(void)state;
	for (uint32_t count = 2; count <= 7; count++)
		for (uint32_t by_default = 0; by_default < 2; by_default++) {
			char text[256];
			struct play play;
			uint32_t last[8], senders = 0;

			snprintf(text, sizeof text, "scenario: t\ncluster: {nodes: %u}\n" TOGETHER, count);
			play_open(&play, text, by_default ? choice_plain : choice_token, 0, true);
			world_token_order(play.world, by_default);
			if (by_default)
				world_choose(play.world, choice_at_rates(&lowest));
			world_run(play.world);
			for (uint32_t i = play.count; i-- > 0 && senders < count;) {
				const struct observation *seen = &play.seen[i];

				if (seen->kind != OBSERVE_DELIVERED || seen->node != 0)
					continue;
				if (!senders || last[senders - 1] != seen->number)
					last[senders++] = (uint32_t)seen->number;
			}
			assert_int_equal(senders, count);
			for (uint32_t i = 0; i < count; i++)
				assert_int_equal(last[count - 1 - i], (2 * count - 3 + i) % count + 1);
			play_close(&play);
		}
}

/* Paused when its turn in the sync comes, a node takes it when it is back. */
static void a_pause_in_the_middle_of_a_sync(void **state)
{
	(void)state;
	for (uint64_t us = 50; us < 1500; us += 25) {
		char text[512];
		struct play play;

		snprintf(text, sizeof text,
			 THREE TOGETHER STEP("partition: [[1], [2, 3]]") STEP("heal: all")
				 STEP("{pause: 2, settle: false, after: %lluus}")
					 STEP("{resume: 2, settle: false, after: 20ms}") STEP("wait: 1s"),
			 (unsigned long long)(300000 + us));
		play_open(&play, text, choice_seeded, us, true);
		world_run(play.world);
		for (uint32_t node = 0; node < 3; node++) {
			const struct observation *ring = play_last(&play, OBSERVE_RING, node);
			const struct observation *activated = play_last(&play, OBSERVE_ACTIVATED, node);

			assert_true(same_ring(ring->ring, activated->ring));
		}
		play_close(&play);
	}
}

/* The same for a node that is alone: nobody else is there to tell that its ring stands still. */
static void a_pause_in_the_middle_of_a_sync_alone(void **state)
{
	(void)state;
	for (uint32_t us = 0; us < 400; us += 10) {
		char text[256];
		struct play play;

		snprintf(text, sizeof text,
			 CLUSTER(1) STEPS STEP("{start: 1, settle: false}")
				 STEP("{pause: 1, settle: false, after: %uus}") STEP("{resume: 1, after: 1s}"),
			 50000 + us);
		play_run(&play, text);
		assert_int_equal(play_number(&play, OBSERVE_ACTIVATED, 0), 1);
		play_close(&play);
	}
}

/* Told to stop while it is paused, or paused while it stops: it stops later. */
static void stops_and_pauses(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 THREE TOGETHER STEP("pause: 2") STEP("{stop: 2, after: 10ms}") STEP("{resume: 2, after: 50ms}"));
	assert_int_equal(play_nth(&play, OBSERVE_NODE_DOWN, 1, 0)->step, 3);
	assert_int_equal(play_nth(&play, OBSERVE_NODE_DOWN, 1, 0)->number, DOWN_STOP);
	play_close(&play);

	play_run(&play, THREE TOGETHER STEP("stop: 2") STEP("{pause: 2, settle: false, after: 1ms}") STEP("wait: 9s")
				STEP("resume: 2"));
	assert_int_equal(play_nth(&play, OBSERVE_NODE_DOWN, 1, 0)->step, 4);
	assert_string_equal(play_ring(&play, 0, 2), "13");
	play_close(&play);

	play_run(&play, THREE TOGETHER STEP("pause: 2") STEP("stop: {nodes: 2, wipe: true}") STEP("resume: 2")
				STEP("start: 2"));
	assert_int_equal(play_last(&play, OBSERVE_RING, 1)->count, 3);
	assert_int_equal(play_nth(&play, OBSERVE_RING, 1, play_number(&play, OBSERVE_RING, 1) - 2)->ring.seq, 5);
	play_close(&play);
}

/* A message that its sender still has is not lost on the way to the next ring: expected
 * votes that were set just before two sides meet come to all of both. */
static void what_is_sent_before_a_merge_comes(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		char text[512];
		struct play play;
		uint32_t at = 0, came = 0;
		const struct observation *delivered;

		snprintf(text, sizeof text,
			 THREE TOGETHER STEP("partition: [[1, 2], [3]]") STEP("heal: all")
				 STEP("{setexpected: {node: 1, votes: 3}, settle: false, after: %lluus}"),
			 299900 + (unsigned long long)seed * 2);
		play_open(&play, text, choice_seeded, seed, true);
		world_run(play.world);
		while ((delivered = play_next(&play, &at, OBSERVE_DELIVERED, ANY))) {
			struct vq_message message;

			assert_true(vq_message_read(&message, delivered->data, delivered->size));
			came += message.kind == VQ_MESSAGE_EXPECTED_VOTES && delivered->node < 2;
		}
		assert_int_equal(came, 2);
		play_close(&play);
	}
}

/* What was sent on a ring that lost its token goes out when the next ring's sync is over. */
static void what_waits_goes_out_after_the_sync(void **state)
{
	const struct observation *activated;
	struct vq_message message;
	struct play play;
	uint32_t at = 0, came = 0;

	(void)state;
	play_open(&play,
		  THREE TOGETHER STEP("partition: [[1], [2, 3]]")
			  STEP("{setexpected: {node: 1, votes: 3}, settle: false, after: 500ms}"),
		  choice_plain, 0, true);
	world_run(play.world);
	activated = play_last(&play, OBSERVE_ACTIVATED, 0);
	for (const struct observation *delivered; (delivered = play_next(&play, &at, OBSERVE_DELIVERED, 0));) {
		assert_true(vq_message_read(&message, delivered->data, delivered->size));
		if (message.kind != VQ_MESSAGE_EXPECTED_VOTES)
			continue;
		assert_true(delivered > activated);
		came++;
	}
	assert_int_equal(came, 1);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_scenarios),
		cmocka_unit_test(starting),
		cmocka_unit_test(a_clean_leave_forms_at_once),
		cmocka_unit_test(a_crash_is_noticed_by_token_and_consensus),
		cmocka_unit_test(a_partition_is_noticed_like_a_crash_and_a_merge_after_its_timeout),
		cmocka_unit_test(a_node_that_changes_sides_does_not_wait_for_its_token),
		cmocka_unit_test(a_heal_before_token_loss_forms_nothing),
		cmocka_unit_test(a_heal_after_token_loss_forms_the_same_again),
		cmocka_unit_test(a_short_pause_forms_nothing),
		cmocka_unit_test(a_long_pause_ends_with_a_ring_alone),
		cmocka_unit_test(two_long_pauses),
		cmocka_unit_test(a_short_pause_beside_a_crash),
		cmocka_unit_test(a_stop_while_the_ring_is_broken),
		cmocka_unit_test(all_stop_at_once),
		cmocka_unit_test(two_stop_and_the_third_goes_on_at_once),
		cmocka_unit_test(ring_ids_survive_a_restart),
		cmocka_unit_test(a_quick_restart),
		cmocka_unit_test(messages_go_round_the_ring),
		cmocka_unit_test(a_pause_in_the_middle_of_a_sync),
		cmocka_unit_test(a_pause_in_the_middle_of_a_sync_alone),
		cmocka_unit_test(stops_and_pauses),
		cmocka_unit_test(what_is_sent_before_a_merge_comes),
		cmocka_unit_test(what_waits_goes_out_after_the_sync),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
