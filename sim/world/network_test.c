/*
 * The network: who reaches whom after partitions, heals and single links; how long
 * packets take; and that delay, jitter and loss change no member's order.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TOGETHER STEPS STEP("start: {nodes: all, together: true}")

/* Pairs (row reaches column) as text: "12,21" for nodes 1 and 2 both ways. */
static const char *reached(const struct play *play)
{
	static char text[256];
	const struct world_view view = world_view(play->world);
	size_t size = 0;

	for (uint32_t a = 0; a < play->scenario->node_count; a++)
		for (uint32_t b = 0; b < play->scenario->node_count; b++)
			if (a != b && view.reaches(view.world, a, b)) {
				text[size++] = (char)('1' + a);
				text[size++] = (char)('1' + b);
				text[size++] = ' ';
			}
	text[size ? size - 1 : 0] = 0;
	return text;
}

static void partitions(void **state)
{
	struct play play;

	(void)state;
	play_open(&play,
		  CLUSTER(4) TOGETHER STEP("partition: [[1, 3]]") STEP("partition: [[], [2], [1, 4], []]")
			  STEP("crash: 4") STEP("heal: all") STEP("pause: 1"),
		  choice_plain, 0, true);
	play_until_step(&play, 1);
	assert_string_equal(reached(&play), "13 24 31 42"); /* who is not named is one more group */
	play_until_step(&play, 2);
	assert_string_equal(reached(&play), "14 41");
	play_until_step(&play, 3);
	assert_string_equal(reached(&play), "");
	play_until_step(&play, 4);
	assert_string_equal(reached(&play), "12 13 21 23 31 32");
	play_until_step(&play, 5);
	assert_string_equal(reached(&play), "23 32");
	assert_int_equal(play_number(&play, OBSERVE_REACH, ANY), 3);
	play_close(&play);
}

/* A link that carries one way only is none. */
static void a_link_cut_one_way(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(3) TOGETHER STEP("link: {from: 1, to: 3, up: false}"));
	assert_string_equal(reached(&play), "12 21 23 32");
	/* but that is not the token's way: component_test.c has what comes of others */
	assert_int_equal(play_last(&play, OBSERVE_RING, 0)->count, 3);
	play_close(&play);
}

static void links_come_back(void **state)
{
	struct play play;

	(void)state;
	play_open(&play,
		  CLUSTER(3) TOGETHER STEP("link: {from: 1, to: 3, up: false}")
			  STEP("link: {from: 1, to: 3, up: true}") STEP("link: {from: 2, to: 1, loss: 1.0}")
				  STEP("link: {from: 2, to: 1, loss: 0.2}") STEP("link: {from: 3, to: 2, up: false}")
					  STEP("heal: all"),
		  choice_plain, 0, true);
	play_until_step(&play, 2);
	assert_string_equal(reached(&play), "12 13 21 23 31 32");
	play_until_step(&play, 3);
	assert_string_equal(reached(&play), "13 23 31 32"); /* all lost is cut */
	play_until_step(&play, 4);
	assert_string_equal(reached(&play), "12 13 21 23 31 32");
	play_until_step(&play, 6);
	assert_string_equal(reached(&play), "12 13 21 23 31 32"); /* heal mends links too */
	world_run(play.world);
	assert_int_equal(play_last(&play, OBSERVE_RING, 0)->count, 3);
	play_close(&play);
}

/* Each message: from the first node that has it to the last. */
static uint64_t spread(const struct play *play, uint32_t from)
{
	const struct observation *first, *other;
	uint64_t most = 0;

	while ((first = play_next(play, &from, OBSERVE_DELIVERED, 0))) {
		uint32_t at = 0;

		while ((other = play_next(play, &at, OBSERVE_DELIVERED, 1)))
			if (other->context == first->context && other->time_ns >= first->time_ns &&
			    other->time_ns - first->time_ns < 50 * SCENARIO_MS &&
			    other->time_ns - first->time_ns > most)
				most = other->time_ns - first->time_ns;
	}
	return most;
}

static void latency(void **state)
{
	struct play play;
	const struct observation *sent, *delivered;

	(void)state;
	play_run(&play, CLUSTER(2) "network: {latency: 3ms}\n" TOGETHER STEP("setexpected: {node: 1, votes: 2}"));
	sent = play_last(&play, OBSERVE_SENT, 0);
	delivered = play_last(&play, OBSERVE_DELIVERED, 1);
	assert_int_equal(delivered->time_ns - sent->time_ns, 3 * SCENARIO_MS);
	assert_int_equal(play_last(&play, OBSERVE_DELIVERED, 0)->time_ns, delivered->time_ns);
	play_close(&play);
}

/* One direction's latency delays who is there, and nobody else. */
static void latency_of_a_link(void **state)
{
	struct play play;
	uint64_t sent_ns;

	(void)state;
	play_run(&play, CLUSTER(3) TOGETHER STEP("link: {from: 1, to: 2, latency: 7ms}")
				STEP("setexpected: {node: 1, votes: 3}") STEP("setexpected: {node: 2, votes: 3}"));
	sent_ns = play_step_ns(&play, 2);
	assert_int_equal(play_nth(&play, OBSERVE_STEP_END, ANY, 2)->time_ns - sent_ns, 7 * SCENARIO_MS);
	assert_in_range(spread(&play, 0), 6900000, 7000000);
	assert_int_equal(play_last(&play, OBSERVE_DELIVERED, 0)->time_ns - play_step_ns(&play, 3), 100000);
	play_close(&play);
}

static void in_order_everywhere(const struct play *play)
{
	for (uint32_t node = 0; node < play->scenario->node_count; node++) {
		const struct observation *seen;
		uint64_t last = 0;

		for (uint32_t i = 0; i < play->count; i++) {
			seen = &play->seen[i];
			if (seen->node == node && seen->kind == OBSERVE_RING)
				last = 0;
			if (seen->node != node || seen->kind != OBSERVE_DELIVERED)
				continue;
			assert_true(seen->context > last);
			last = seen->context;
		}
	}
}

/* Delays draw from the seed in a plain run too; they differ, and nothing overtakes. */
static void jitter_and_loss_reorder_nothing(void **state)
{
	uint64_t widest = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct play play;

		play_open(&play,
			  CLUSTER(4) "network: {latency: 200us, jitter: 5ms, loss: 0.3}\n" TOGETHER STEP(
				  "setexpected: {node: 1, votes: 4}")
				  STEP("{setexpected: {node: 1, votes: 5}, settle: false}")
					  STEP("{setexpected: {node: 2, votes: 6}, settle: false}") STEP(
						  "{setexpected: {node: 2, votes: 7}, settle: false, after: 1ms}")
						  STEP("partition: [[1, 2]]") STEP("heal: all"),
			  seed % 2 ? choice_plain : choice_seeded, seed, true);
		world_run(play.world);
		assert_null(world_stuck(play.world));
		in_order_everywhere(&play);
		assert_int_equal(play_last(&play, OBSERVE_RING, 3)->count, 4);
		widest = spread(&play, 0) > widest ? spread(&play, 0) : widest;
		play_close(&play);
	}
	assert_true(widest > 4 * SCENARIO_MS);
}

/* A packet that is lost again and again comes in the end: totem resends. */
static void heavy_loss_only_delays(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(2) TOGETHER STEP("link: {from: 1, to: 2, loss: 0.999999}")
				STEP("setexpected: {node: 1, votes: 2}"));
	assert_null(world_stuck(play.world));
	assert_in_range(spread(&play, 0), 30 * SCENARIO_MS, 40 * SCENARIO_MS); /* 30 resends, each a token round */
	assert_int_equal(play_number(&play, OBSERVE_RING, 0), 2);
	play_close(&play);
}

/* A node knows no packet to itself that is lost. */
static void own_packets_are_not_lost(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(1) "network: {loss: 0.9}\n" TOGETHER STEP("setexpected: {node: 1, votes: 1}"));
	assert_int_equal(play_last(&play, OBSERVE_DELIVERED, 0)->time_ns - play_step_ns(&play, 1), 100000);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partitions),
		cmocka_unit_test(a_link_cut_one_way),
		cmocka_unit_test(links_come_back),
		cmocka_unit_test(latency),
		cmocka_unit_test(latency_of_a_link),
		cmocka_unit_test(jitter_and_loss_reorder_nothing),
		cmocka_unit_test(heavy_loss_only_delays),
		cmocka_unit_test(own_packets_are_not_lost),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
