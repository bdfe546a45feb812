/*
 * Clusters whose answers the manual gives: a majority of five survives two failures,
 * last_man_standing three with time between, a tie breaker half of the nodes when it
 * is among those that stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/page/survive.h"

struct asked {
	struct scenario_set set;
	struct probe *probe;
	struct classes classes;
	struct survive survive;
};

static void ask(struct asked *asked, const char *cluster)
{
	char text[512], message[1024] = "";
	int size = snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", cluster);

	if (scenario_parse(text, (size_t)size, "survive_test.yaml", &asked->set, message, sizeof message) != 0)
		fail_msg("%s", message);
	asked->probe = probe_create(asked->set.scenarios, survive_steps_max(asked->set.scenarios->node_count));
	classes_make(&asked->classes, asked->set.scenarios, asked->probe);
	survive_ask(&asked->survive, asked->set.scenarios, &asked->classes, asked->probe);
}

static void forget(struct asked *asked)
{
	survive_free(&asked->survive);
	classes_free(&asked->classes);
	probe_destroy(asked->probe);
	scenario_free(&asked->set);
}

static void row_is(const struct asked *asked, enum survive_kind kind, uint32_t always, uint32_t best)
{
	const struct survive_row *row = &asked->survive.rows[kind];

	assert_true(row->asked);
	assert_int_equal(row->always, always);
	assert_int_equal(row->best, best);
}

static const struct survive_split *split(const struct asked *asked, uint32_t a, uint32_t b, uint32_t c)
{
	for (uint32_t i = 0; i < asked->survive.split_count; i++) {
		const struct survive_split *it = &asked->survive.splits[i];

		if (it->parts[0] == a && it->parts[1] == b && it->parts[2] == c)
			return it;
	}
	fail_msg("no split %u %u %u", a, b, c);
	return NULL;
}

static void a_majority_of_five_survives_two(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked, "{nodes: 5}");
	for (uint32_t kind = SURVIVE_CRASH_AT_ONCE; kind <= SURVIVE_STOP_WITH_TIME; kind++)
		row_is(&asked, (enum survive_kind)kind, 2, 2);
	assert_int_equal(asked.survive.rows[SURVIVE_CRASH_AT_ONCE].lost_count, 3);
	row_is(&asked, SURVIVE_RETURN, 3, 3);
	assert_int_equal(asked.survive.rolling_lost, UINT32_MAX);
	assert_int_equal(split(&asked, 3, 2, 0)->tried, 10);
	assert_int_equal(split(&asked, 3, 2, 0)->wins[0], 10);
	assert_int_equal(split(&asked, 2, 2, 1)->none, 15);
	assert_int_equal(asked.survive.split_count, 4);
	forget(&asked);
}

static void last_man_standing_survives_more_with_time(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked, "{nodes: 4, quorum: {last_man_standing: 1, wait_for_all: 1}}");
	row_is(&asked, SURVIVE_CRASH_AT_ONCE, 1, 1);
	row_is(&asked, SURVIVE_CRASH_WITH_TIME, 2, 2);
	row_is(&asked, SURVIVE_RETURN, 4, 4);
	forget(&asked);
}

static void a_tie_breaker_helps_its_half(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked, "{nodes: 4, quorum: {auto_tie_breaker: 1}}");
	row_is(&asked, SURVIVE_CRASH_AT_ONCE, 1, 2);
	assert_int_equal(asked.survive.rows[SURVIVE_CRASH_AT_ONCE].lost[0], 0);
	assert_int_equal(split(&asked, 2, 2, 0)->wins[0], 3);
	assert_true(split(&asked, 2, 2, 0)->in_every[0]);
	assert_false(split(&asked, 2, 2, 0)->in_every[1]);
	assert_int_equal(asked.classes.count, 2);
	forget(&asked);
}

static void votes_count_not_nodes(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked,
	    "{nodes: [{nodeid: 1, quorum_votes: 3}, {nodeid: 2, quorum_votes: 1}, {nodeid: 3, quorum_votes: 1}]}");
	row_is(&asked, SURVIVE_CRASH_AT_ONCE, 0, 2);
	row_is(&asked, SURVIVE_RETURN, 3, 1);
	assert_int_equal(asked.survive.rolling_lost, 0);
	assert_int_equal(split(&asked, 3, 2, 0)->wins[0], 1);
	forget(&asked);
}

/* two_node with three nodes: both sides of a split go on. */
static void two_quorate_parts_are_counted(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked, "{nodes: 3, quorum: {two_node: 1}}");
	assert_int_equal(split(&asked, 2, 1, 0)->split, 3);
	forget(&asked);
}

/* Beyond SURVIVE_ALL_NODES orders stand for all sets, and give the same. */
static void large_clusters_are_sampled(void **unused)
{
	struct asked asked;

	(void)unused;
	ask(&asked, "{nodes: 12, quorum: {auto_tie_breaker: 1}}");
	row_is(&asked, SURVIVE_CRASH_AT_ONCE, 5, 6);
	row_is(&asked, SURVIVE_RETURN, 7, 7);
	assert_true(asked.survive.rows[SURVIVE_CRASH_AT_ONCE].sampled);
	assert_true(asked.survive.splits_sampled);
	forget(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_majority_of_five_survives_two),
		cmocka_unit_test(last_man_standing_survives_more_with_time),
		cmocka_unit_test(a_tie_breaker_helps_its_half),
		cmocka_unit_test(votes_count_not_nodes),
		cmocka_unit_test(two_quorate_parts_are_counted),
		cmocka_unit_test(large_clusters_are_sampled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
