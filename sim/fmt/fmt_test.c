/* How files are laid out: each pair is what an author wrote and what comes of it, which must then stay as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/fmt/fmt.h"

#define HEAD "scenario: s\ncluster: {nodes: 3}\n"
#define LONG                                                                                                     \
	"a name that is so long that what stands between these brackets does not fit in a line that people can " \
	"read at once"

struct pair {
	const char *written, *laid_out; /* the second NULL: the same */
};

static char *formatted(const char *text)
{
	char message[512] = "", *result;
	size_t size;

	assert_int_equal(fmt_text(text, strlen(text), "s.yaml", &result, &size, message, sizeof message), FMT_DONE);
	assert_int_equal(strlen(result), size);
	return result;
}

static void compare(const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *once = formatted(pairs[i].written), *twice = formatted(once);

		assert_string_equal(once, pairs[i].laid_out ? pairs[i].laid_out : pairs[i].written);
		assert_string_equal(twice, once);
		free(once);
		free(twice);
	}
}
#define COMPARE(pairs) compare(pairs, sizeof(pairs) / sizeof *(pairs))

static void test_blocks_are_indented_by_two(void **state)
{
	static const struct pair pairs[] = {
		{"scenario:   s\ncluster:\n      nodes: 3\nsteps:\n- start: all\n  name: x\n-\n   wait:   1s",
		 "scenario: s\ncluster:\n  nodes: 3\nsteps:\n  - start: all\n    name: x\n  - wait: 1s\n"},
		{HEAD "steps:\n- partition:\n  - - 1\n    - 2\n  -\n    - 3\n",
		 HEAD "steps:\n  - partition:\n      - - 1\n        - 2\n      - - 3\n"},
		{HEAD "? steps\n:\n  - ? start\n    : all\n", HEAD "steps:\n  - start: all\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_brackets_stay_and_are_spaced(void **state)
{
	static const struct pair pairs[] = {
		{HEAD "tags: [ a,b , ]\nsteps: [{ start : all },\n  {wait: 1s,expect: { callbacks: { } } }]\n",
		 HEAD "tags: [a, b]\nsteps: [{start: all}, {wait: 1s, expect: {callbacks: {}}}]\n"},
		{"{\"scenario\":\"s\",\"cluster\":{\"nodes\":3},\"steps\":[{\"start\":\"all\"}]}",
		 "{\"scenario\": \"s\", \"cluster\": {\"nodes\": 3}, \"steps\": [{\"start\": \"all\"}]}\n"},
		{HEAD "steps:\n  - start: all\n  - trackstart: {node: 1, client: a}\n  - crash: 3\n"
		      "    expect: {callbacks: {a: [ nodelist: , quorum : {quorate:   true}]}}\n",
		 HEAD "steps:\n  - start: all\n  - trackstart: {node: 1, client: a}\n  - crash: 3\n"
		      "    expect: {callbacks: {a: [nodelist: , quorum: {quorate: true}]}}\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_too_long_brackets_become_blocks_from_outside(void **state)
{
	static const struct pair pairs[] = {
		{HEAD "steps:\n  - {start: all, name: " LONG ", expect: {quorate: {all: true}}}\n",
		 HEAD "steps:\n  - start: all\n    name: " LONG "\n    expect: {quorate: {all: true}}\n"},
		{"scenario: s\ncluster: {nodes: [{nodeid: 1, quorum_votes: 1}, {nodeid: 2, quorum_votes: 1}, "
		 "{nodeid: 3, "
		 "quorum_votes: 1}, {nodeid: 4, quorum_votes: 1}, {nodeid: 5, quorum_votes: 1}]}\nsteps: [{start: "
		 "all}]\n",
		 "scenario: s\ncluster:\n  nodes: [{nodeid: 1, quorum_votes: 1}, {nodeid: 2, quorum_votes: 1}, "
		 "{nodeid: 3, "
		 "quorum_votes: 1}, {nodeid: 4, quorum_votes: 1}, {nodeid: 5, quorum_votes: 1}]\nsteps: [{start: "
		 "all}]\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_long_lists_of_words_are_filled(void **state)
{
	static const struct pair pairs[] = {
		{"scenario: s\ncluster: {nodes: 1}\ntags: [aaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbb, "
		 "ccccccccccccccccccc, "
		 "ddddddddddddddddddd, eeeeeeeeeeeeeeeeeee, fffffffffffffffffff, ggggggggggggggggggg, "
		 "hhhhhhhhhhhhhhhhhhh]\nsteps: [{start: all}]\n",
		 "scenario: s\ncluster: {nodes: 1}\ntags: [aaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbb, "
		 "ccccccccccccccccccc, "
		 "ddddddddddddddddddd, eeeeeeeeeeeeeeeeeee,\n       fffffffffffffffffff, ggggggggggggggggggg, "
		 "hhhhhhhhhhhhhhhhhhh]\nsteps: [{start: all}]\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_comments_stay_where_they_belong(void **state)
{
	static const struct pair pairs[] = {
		{"# head\n\n\nscenario: s   # a name\n#about the cluster\ncluster: {nodes: 3}\n\nsteps:\n# first\n- "
		 "start: all\n"
		 "  # of the step\n\n\n# second\n- wait: 1s\n\n# end\n",
		 "# head\n\nscenario: s # a name\n#about the cluster\ncluster: {nodes: 3}\n\nsteps:\n  # first\n  - "
		 "start: all\n"
		 "    # of the step\n\n  # second\n  - wait: 1s\n\n# end\n"},
		{HEAD "steps:\n  - {start: all}\n    # below the item\n  # before the next\n  - wait: 1s\n", NULL},
		{HEAD "steps:\n  - # behind a dash\n    wait: 1s\n  -\n    # below it\n    wait: 1s\n  - wait: # "
		      "behind a key\n"
		      "      1s\n",
		 NULL},
		{HEAD "steps: [ # why\n  {start: all, # now\n   name: x}, # then\n  {wait: 1s} ] # done\n",
		 HEAD "steps: # why\n  - start: all # now\n    name: x # then\n  - {wait: 1s} # done\n"},
		{HEAD "steps:\n  - start: all    # both\n    name: nodes  # below each other\n  - wait: 1s # alone\n",
		 HEAD "steps:\n  - start: all # both\n    name: nodes # below each other\n  - wait: 1s # alone\n"},
		{HEAD "steps:\n  - start: all      # both\n    name: the nodes # below each other\n", NULL},
	};
	static const struct pair documents[] = {
		{HEAD "steps: [{start: all}]\n# last of the first\n\n---\n\n# first of the second\nscenario: "
		      "t\ncluster: {nodes: "
		      "1}\nsteps: [{start: all}]\n...\n# after all\n",
		 HEAD "steps: [{start: all}]\n# last of the first\n---\n# first of the second\nscenario: t\ncluster: "
		      "{nodes: "
		      "1}\nsteps: [{start: all}]\n# after all\n"},
		{"%YAML 1.2\n--- # marked\n" HEAD "steps: [{start: all}]\n", NULL},
	};
	(void)state;
	COMPARE(pairs);
	COMPARE(documents);
}

static void test_scalars_keep_their_words(void **state)
{
	static const struct pair pairs[] = {
		{HEAD "description: 'so'\ntags: ['it''s', 'a \"b\"', 'c\\d', \"1\", '2']\nsteps: [{start: all}]\n",
		 HEAD
		 "description: \"so\"\ntags: [\"it's\", 'a \"b\"', 'c\\d', \"1\", \"2\"]\nsteps: [{start: all}]\n"},
		{HEAD "description: >-   # folded\n     one\n       two\n\n     three\n\n\nsteps: [{start: all}]\n",
		 HEAD "description: >- # folded\n  one\n    two\n\n  three\n\nsteps: [{start: all}]\n"},
		{HEAD "description: |3\n    one\n   two\nsteps: [{start: all}]\n",
		 HEAD "description: |2\n   one\n  two\nsteps: [{start: all}]\n"},
		{HEAD "steps:\n  - start: all\n    name: |+\n      kept\n\n\n  - wait: 1s\n", NULL},
		{HEAD "description: one\n    two   \n\n    three\nsteps: [{start: all}]\n",
		 HEAD "description: one\n  two\n\n  three\nsteps: [{start: all}]\n"},
		{HEAD "description:\n  \"a \\\n    b\"\nsteps: [{start: all}]\n",
		 HEAD "description: \"a b\"\nsteps: [{start: all}]\n"},
		{"scenario: s\r\ncluster: {nodes: 3}\r\nsteps:\r\n\r\n  - start: all\r\n",
		 HEAD "steps:\n  - start: all\n"},
		{HEAD "steps:\n  - start: all\n    name: |\n      no line break at the end",
		 HEAD "steps:\n  - start: all\n    name: |-\n      no line break at the end\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_anchors_and_values_of_the_matrix_stay(void **state)
{
	static const struct pair pairs[] = {
		{HEAD
		 "matrix: {n: [1, 2]}\nsteps:\n  - start: all\n    expect:   &up   {quorate: {all: true}}\n"
		 "  - wait: ${n}s\n    expect: *up\n  - crash: [${n}]\n    expect: &b\n      split_brain: false\n",
		 HEAD "matrix: {n: [1, 2]}\nsteps:\n  - start: all\n    expect: &up {quorate: {all: true}}\n"
		      "  - wait: ${n}s\n    expect: *up\n  - crash: [\"${n}\"]\n    expect: &b\n      split_brain: "
		      "false\n"},
	};
	(void)state;
	COMPARE(pairs);
}

static void test_mistakes_are_the_reader_s(void **state)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{HEAD "steps:\n  - strat: all\n",
		 "s.yaml:4:5: unknown key in a step: 'strat': did you mean 'start'?"},
		{HEAD "findings: [zzzzzzzz]\nsteps: [{start: all}]\n", "s.yaml:3:12: unknown rule 'zzzzzzzz'"},
		{"", "s.yaml:1:1: an empty file: a scenario is expected"},
		{"%TAG !y! tag:yaml.org,2002:\n---\n" HEAD "steps: [{start: all}]\n",
		 "s.yaml:1:1: a %TAG line: write the tags out, then this can be formatted"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char message[2048] = "", *result;
		size_t size;

		assert_int_equal(fmt_text(wrong[i].text, strlen(wrong[i].text), "s.yaml", &result, &size, message,
					  sizeof message),
				 FMT_MISTAKE);
		assert_null(result);
		assert_int_equal(strncmp(message, wrong[i].message, strlen(wrong[i].message)), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_are_indented_by_two),
		cmocka_unit_test(test_brackets_stay_and_are_spaced),
		cmocka_unit_test(test_too_long_brackets_become_blocks_from_outside),
		cmocka_unit_test(test_long_lists_of_words_are_filled),
		cmocka_unit_test(test_comments_stay_where_they_belong),
		cmocka_unit_test(test_scalars_keep_their_words),
		cmocka_unit_test(test_anchors_and_values_of_the_matrix_stay),
		cmocka_unit_test(test_mistakes_are_the_reader_s),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
