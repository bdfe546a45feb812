/*
 * Facts as lines: whole words decide what is wanted, and long rows of ids are told short.
 */
#include "sim/replay/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Nodes 1 and 10, each with an object of two facts. */
static struct fact_list told(const char *wanted)
{
	struct fact_list list = {.wanted = wanted};
	struct facts facts = facts_as_list(&list);

	facts_list(&facts, "nodes");
	for (uint32_t id = 1; id <= 10; id += 9) {
		if (!facts_item(&facts, "node", "node", id, NULL))
			continue;
		facts_object(&facts, "disk");
		facts_number(&facts, "seq", id + 1);
		facts_ring(&facts, "ring", 1, 0);
		facts_end(&facts);
		facts_end(&facts);
	}
	facts_list_end(&facts);
	return list;
}

static void assert_told(const char *wanted, uint32_t count, const char *first)
{
	struct fact_list list = told(wanted);

	assert_int_equal(list.count, count);
	if (count)
		assert_string_equal(list.facts[0].path, first);
	fact_list_free(&list);
}

static void whole_words_are_wanted(void **state)
{
	(void)state;
	assert_told(NULL, 4, "node 1 disk seq");
	assert_told("node 1", 2, "node 1 disk seq");
	assert_told("node 10", 2, "node 10 disk seq");
	assert_told("node 10 disk ring", 1, "node 10 disk ring");
	assert_told("node 1 disk r", 0, NULL);
	assert_told("node 2", 0, NULL);
}

static void values_are_words(void **state)
{
	struct fact_list list = told("node 1");

	(void)state;
	assert_string_equal(list.facts[0].value, "2");
	assert_string_equal(list.facts[1].value, "none");
	fact_list_free(&list);
}

static void assert_ids(const uint32_t *ids, uint32_t count, const char *text)
{
	char *came = fact_ids(ids, count);

	assert_string_equal(came, text);
	free(came);
}

static void many_ids_in_a_row_are_told_by_their_ends(void **state)
{
	static const uint32_t ids[] = {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 4294967294u, 4294967295u};

	(void)state;
	assert_ids(ids, 0, "none");
	assert_ids(ids, 9, "1 2 4 5 6 7 8 9 10");
	assert_ids(ids, 10, "1 2 4..11");
	assert_ids(ids, 12, "1 2 4..11 4294967294 4294967295");
}

static void json_has_the_same_facts(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	struct json json = {to, false};
	struct facts facts = facts_as_json(&json);

	(void)state;
	assert_non_null(to);
	facts_list(&facts, NULL);
	assert_true(facts_item(&facts, "node", "node", 7, NULL));
	facts_ring(&facts, "ring", 1, 9);
	facts_time(&facts, "due", UINT64_MAX);
	facts_names(&facts, "flags", 2, (const char *const[]){"a", "b"}, 2);
	facts_end(&facts);
	facts_list_end(&facts);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, "[{\"node\": 7, \"ring\": [1, 9], \"due\": null, \"flags\": [\"b\"]}]");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_words_are_wanted),
		cmocka_unit_test(values_are_words),
		cmocka_unit_test(many_ids_in_a_row_are_told_by_their_ends),
		cmocka_unit_test(json_has_the_same_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
