/*
 * Ways on clusters whose answer is known. Each way must come to what it says when it
 * is run by itself, and nothing in it may be dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/check/rules.h"
#include "sim/page/page.h"

static void make(const char *cluster, uint32_t depth, struct scenario_set *set, struct page *page)
{
	const struct explore_options options = {.depth = depth};
	char text[512], message[1024] = "";
	int size = snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", cluster);

	if (scenario_parse(text, (size_t)size, "ways_test.yaml", set, message, sizeof message) != 0)
		fail_msg("%s", message);
	page_make(page, set->scenarios, "ways_test.yaml", &options);
}

static void forget(struct scenario_set *set, struct page *page)
{
	page_free(page);
	scenario_free(set);
}

static const struct way *way_of(const struct page *page, const char *title)
{
	for (uint32_t i = 0; i < page->ways.count; i++)
		if (strcmp(page->ways.ways[i].title, title) == 0)
			return &page->ways.ways[i];
	fail_msg("no way '%s'", title);
	return NULL;
}

/* Does the way come to what it says, when step `without` is left out (UINT32_MAX: none)? */
static bool comes_to_it(const struct page *page, const struct way *way, uint32_t without)
{
	struct probe *probe = probe_create(page->scenario, way->step_count);
	bool comes;

	for (uint32_t i = 0; i < way->step_count; i++)
		if (i != without)
			probe_do(probe, &way->steps[i]);
	comes = way->rule == WAY_RULE_LOSS ? probe_quorate(probe) == 0
					   : probe_verdict(probe, way->rule, way->hazard, way->defect) != NULL;
	probe_destroy(probe);
	return comes;
}

static void each_is_true_and_least(const struct page *page)
{
	for (uint32_t i = 0; i < page->ways.count; i++) {
		const struct way *way = &page->ways.ways[i];

		assert_true(comes_to_it(page, way, UINT32_MAX));
		for (uint32_t step = 0; step < way->step_count && way->step_count > 1; step++)
			assert_false(comes_to_it(page, way, step));
		assert_true(way->title[0] != '\0');
		assert_true(i == 0 || page->ways.ways[i - 1].weight <= way->weight);
	}
}

static void three_nodes_lose_quorum_in_known_ways(void **unused)
{
	struct scenario_set set;
	struct page page;

	(void)unused;
	make("{nodes: 3}", 3, &set, &page);
	each_is_true_and_least(&page);
	assert_int_equal(page.ways.count, 4);
	assert_int_equal(way_of(&page, "2 nodes crash at once")->back, BACK_START_ONE);
	assert_true(way_of(&page, "2 nodes crash at once")->in_turn_too);
	assert_true(way_of(&page, "2 nodes crash at once")->stop_too);
	assert_int_equal(way_of(&page, "the network splits 1 | 1 | 1")->back, BACK_HEAL);
	(void)way_of(&page, "a node crashes, then the network splits 1 | 1");
	(void)way_of(&page, "the network splits 2 | 1, then a node of the quorate side crashes");
	assert_int_equal(page_count(&page, true), 0);
	assert_int_equal(page_count(&page, false), 0);
	forget(&set, &page);
}

static void two_node_splits_in_the_documented_way(void **unused)
{
	struct scenario_set set;
	struct page page;
	const struct way *way;

	(void)unused;
	make("{nodes: 2, quorum: {two_node: 1}}", 0, &set, &page);
	each_is_true_and_least(&page);
	way = way_of(&page, "the network splits 1 | 1");
	assert_int_equal(way->rule, RULE_I1);
	assert_int_equal(way->hazard, 3);
	assert_false(way->defect);
	assert_int_equal(way->side[0], 1);
	assert_int_equal(way->side[1], 2);
	assert_int_equal(page_count(&page, true), 0);
	assert_true(page.ways.exploration.exhausted);
	forget(&set, &page);
}

static void a_tie_breaker_that_is_fooled_is_a_defect(void **unused)
{
	struct scenario_set set;
	struct page page;
	const struct way *way;

	(void)unused;
	make("{nodes: 4, quorum: {auto_tie_breaker: 1}}", 2, &set, &page);
	each_is_true_and_least(&page);
	way = way_of(&page, "the network splits 3 | 1 (node 1), then it splits otherwise, 2 (with node 1) | 2");
	assert_true(way->defect);
	assert_true(page_count(&page, true) > 0);
	(void)way_of(&page, "node 1 and one of the other nodes crash at once");
	forget(&set, &page);
}

/* The vote that decides: all depends on node 1. */
static void a_node_that_decides_is_named(void **unused)
{
	struct scenario_set set;
	struct page page;

	(void)unused;
	make("{nodes: [{nodeid: 1, quorum_votes: 3}, {nodeid: 2, quorum_votes: 1}, {nodeid: 3, quorum_votes: 1}]}", 2,
	     &set, &page);
	each_is_true_and_least(&page);
	assert_int_equal(way_of(&page, "node 1 crashes")->back, BACK_START_ONE);
	assert_int_equal(way_of(&page, "node 1 crashes")->weight, 1);
	assert_string_equal(page.settings.warnings[0].id, "one-decides");
	forget(&set, &page);
}

static void large_clusters_are_explored(void **unused)
{
	struct scenario_set set;
	struct page page;

	(void)unused;
	make("{nodes: 20, quorum: {last_man_standing: 1, wait_for_all: 1}}", 2, &set, &page);
	assert_false(page.ways.all_events);
	assert_true(page_count(&page, true) > 0);
	(void)way_of(&page, "10 nodes crash at once");
	forget(&set, &page);
}

static void a_refusal_is_told_and_nothing_else(void **unused)
{
	struct scenario_set set;
	struct page page;

	(void)unused;
	make("{nodes: 2, quorum: {two_node: 1, device: {model: net, votes: 1}}}", 2, &set, &page);
	assert_non_null(page.refusal);
	assert_non_null(strstr(page.refusal, "two_node"));
	assert_int_equal(page.ways.count, 0);
	forget(&set, &page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_nodes_lose_quorum_in_known_ways),
		cmocka_unit_test(two_node_splits_in_the_documented_way),
		cmocka_unit_test(a_tie_breaker_that_is_fooled_is_a_defect),
		cmocka_unit_test(a_node_that_decides_is_named),
		cmocka_unit_test(large_clusters_are_explored),
		cmocka_unit_test(a_refusal_is_told_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
