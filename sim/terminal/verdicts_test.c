/*
 * What is printed, byte for byte, from results made up for it: with and without colour,
 * quiet and not, failures to one stream and the rest to the other.
 */
#include "sim/terminal/verdicts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct scenario_node nodes[] = {{.nodeid = 1}, {.nodeid = 5}};
static const struct scenario_client clients[] = {{.name = "a"}};
static const struct step steps[] = {{.verb = VERB_START}, {.verb = VERB_CRASH, .name = "the crash"}};
static const struct scenario plain = {.path = "dir/file.yaml",
				      .name = "one",
				      .variant = "",
				      .node_count = 2,
				      .nodes = nodes,
				      .client_count = 1,
				      .clients = clients,
				      .step_count = 2,
				      .steps = steps};

struct printed {
	struct verdicts verdicts;
	char *out, *err;
	size_t out_size, err_size;
};

static void open_printed(struct printed *printed, bool quiet, bool colour)
{
	memset(printed, 0, sizeof *printed);
	verdicts_init(&printed->verdicts, quiet);
	printed->verdicts.out = open_memstream(&printed->out, &printed->out_size);
	printed->verdicts.err = open_memstream(&printed->err, &printed->err_size);
	printed->verdicts.colour_out = printed->verdicts.colour_err = colour;
	printed->verdicts.files = 1;
}

static void close_printed(struct printed *printed, const char *out, const char *err)
{
	fclose(printed->verdicts.out);
	fclose(printed->verdicts.err);
	assert_string_equal(printed->out, out);
	assert_string_equal(printed->err, err);
	free(printed->out);
	free(printed->err);
}

static struct run_result result_of(const struct scenario *scenario)
{
	return (struct run_result){
		.scenario = scenario, .plain = true, .seed = 42, .hash = "0123456789abcdef0123456789abcdef"};
}

static struct verdict verdict_of(enum verdict_kind kind, const char *expected, const char *came)
{
	struct verdict verdict = {.kind = kind,
				  .rule = UINT32_MAX,
				  .step = 1,
				  .node = 1,
				  .client = 0,
				  .time_ns = 12000345678u,
				  .at = {7, 3}};

	strcpy(verdict.expected, expected);
	strcpy(verdict.came, came);
	return verdict;
}

#define HASH "0123456789abcdef0123456789abcdef"
#define WHERE "  where     dir/file.yaml:7:3, step 1 (the crash), node 5, client a, at 12.000345 s\n"

static void what_holds(void **state)
{
	struct printed printed;
	struct run_result result = result_of(&plain);

	(void)state;
	result.callbacks = 1;
	open_printed(&printed, false, false);
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(&printed,
		      "held    " HASH "  dir/file.yaml: one\n"
		      "1 run of 1 file: all held; 1 callback judged\n",
		      "");
}

static void what_fails(void **state)
{
	struct printed printed;
	struct verdict verdict = verdict_of(VERDICT_EXPECTATION, "node 1 quorate\nand more", "node 1 not quorate\n");
	struct run_result result = result_of(&plain);

	(void)state;
	result.failures = result.verdict_count = 1;
	result.verdicts = &verdict;
	open_printed(&printed, false, false);
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(&printed,
		      "failed  " HASH "  dir/file.yaml: one\n"
		      "1 run of 1 file: 1 failed, 0 held; 0 callbacks judged\n",
		      "FAILED one\n"
		      "  expected  node 1 quorate\n            and more\n"
		      "  came      node 1 not quorate\n\n" WHERE
		      "  reproduce votesim run dir/file.yaml --only one --trace -\n");
}

/* A breach names its rule, in lines not longer than a terminal is wide. */
static void a_rule_that_is_broken(void **state)
{
	struct printed printed;
	struct verdict verdict = verdict_of(VERDICT_BREACH, "", "this");
	struct run_result result = result_of(&plain);
	char *rule;

	(void)state;
	verdict.rule = 0;
	verdict.step = verdict.node = verdict.client = UINT32_MAX;
	result.failures = result.verdict_count = 1;
	result.verdicts = &verdict;
	open_printed(&printed, true, false);
	verdicts_add(&printed.verdicts, &result);
	fflush(printed.verdicts.err);
	assert_true(strncmp(printed.err, "FAILED one\n  came      this\n  rule      ", 39) == 0);
	rule = strstr(printed.err, check_rules[0].id);
	assert_non_null(rule);
	for (char *line = printed.err; strchr(line, '\n'); line = strchr(line, '\n') + 1)
		assert_in_range(strcspn(line, "\n"), 0, 100);
	assert_non_null(strstr(printed.err, "  where     dir/file.yaml:7:3, at 12.000345 s\n"));
	verdicts_end(&printed.verdicts);
	fclose(printed.verdicts.out);
	fclose(printed.verdicts.err);
	assert_string_equal(printed.out, "1 run of 1 file: 1 failed, 0 held; 0 callbacks judged\n");
	free(printed.out);
	free(printed.err);
}

static void hazards_and_notes(void **state)
{
	struct printed printed;
	struct verdict verdicts[] = {verdict_of(VERDICT_HAZARD, "one side quorate", "two"),
				     verdict_of(VERDICT_INERT, "a change", "none"),
				     verdict_of(VERDICT_VACUOUS, "", "")};
	struct run_result result = result_of(&plain);

	(void)state;
	verdicts[0].hazard = 3;
	result.verdict_count = 3;
	result.verdicts = verdicts;
	result.hazards = result.inert = 1;
	result.vacuous = true;
	open_printed(&printed, false, false);
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(
		&printed,
		"held    " HASH "  dir/file.yaml: one  hazard  vacuous: no tracker was told anything  "
		"inert fault\n"
		"HAZARD H3 one\n  expected  one side quorate\n  came      two\n" WHERE
		"inert one\n  expected  a change\n  came      none\n" WHERE
		"1 run of 1 file: all held; 0 callbacks judged; 1 run shows a documented hazard; 1 run was vacuous; "
		"1 inert fault\n",
		"");
}

static void quiet_keeps_to_failures(void **state)
{
	struct printed printed;
	struct verdict verdicts[] = {verdict_of(VERDICT_HAZARD, "x", "y"), verdict_of(VERDICT_INERT, "x", "y")};
	struct run_result result = result_of(&plain);

	(void)state;
	result.verdict_count = 2;
	result.verdicts = verdicts;
	result.hazards = 1;
	result.inert = 2;
	open_printed(&printed, true, false);
	verdicts_add(&printed.verdicts, &result);
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(&printed,
		      "2 runs of 1 file: all held; 0 callbacks judged; 2 runs show a documented hazard; "
		      "4 inert faults\n",
		      "");
}

static void colours(void **state)
{
	struct printed printed;
	struct verdict verdict = verdict_of(VERDICT_EXPECTATION, "x", "y");
	struct run_result result = result_of(&plain);

	(void)state;
	open_printed(&printed, false, true);
	verdicts_add(&printed.verdicts, &result);
	result.failures = result.verdict_count = 1;
	result.verdicts = &verdict;
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(&printed,
		      "\033[32mheld  \033[0m  " HASH "  dir/file.yaml: one\n"
		      "\033[31mfailed\033[0m  " HASH "  dir/file.yaml: one\n"
		      "\033[31mfailed\033[0m  dir/file.yaml: one\n"
		      "2 runs of 1 file: \033[31m1 failed\033[0m, 1 held; 0 callbacks judged\n",
		      "\033[31mFAILED\033[0m one\n  expected  x\n  came      y\n" WHERE
		      "  reproduce votesim run dir/file.yaml --only one --trace -\n");
}

/* How to see it again: words that a shell would take apart are quoted, the seed is named. */
static void how_to_reproduce(void **state)
{
	struct scenario odd = plain;
	struct printed printed;
	struct run_result result = result_of(&odd);

	(void)state;
	odd.path = "";
	odd.name = "it's $HOME";
	odd.variant = "n=1";
	result.plain = false;
	result.failures = 1;
	result.stuck = "it did not";
	open_printed(&printed, true, false);
	verdicts_add(&printed.verdicts, &result);
	verdicts_end(&printed.verdicts);
	close_printed(&printed, "1 run of 1 file: 1 failed, 0 held; 0 callbacks judged\n",
		      "FAILED it's $HOME [n=1]\n  expected  the cluster comes to rest\n  came      it did not\n"
		      "  reproduce votesim run '' --only 'it'\\''s $HOME [n=1]' --seed 42 --trace -\n");
}

/* A path longer than any buffer is told whole. */
static void long_paths(void **state)
{
	static char path[4000];
	struct scenario far = plain;
	struct printed printed;
	struct verdict verdict = verdict_of(VERDICT_EXPECTATION, "x", "y");
	struct run_result result = result_of(&far);

	(void)state;
	memset(path, 'p', sizeof path - 1);
	far.path = path;
	result.failures = result.verdict_count = 1;
	result.verdicts = &verdict;
	open_printed(&printed, false, false);
	verdicts_add(&printed.verdicts, &result);
	fflush(printed.verdicts.err);
	assert_non_null(strstr(printed.err, path));
	assert_non_null(strstr(printed.err, "pp:7:3, step 1 (the crash), node 5, client a, at 12.000345 s\n"));
	verdicts_end(&printed.verdicts);
	fclose(printed.verdicts.out);
	fclose(printed.verdicts.err);
	free(printed.out);
	free(printed.err);
}

/* After many runs, those that failed once more; not more than a screen of them. */
static void the_failed_ones_at_the_end(void **state)
{
	struct printed printed;
	struct run_result result = result_of(&plain);
	size_t size;

	(void)state;
	result.failures = 1;
	open_printed(&printed, false, false);
	for (uint32_t i = 0; i < VERDICTS_TITLES + 3; i++)
		verdicts_add(&printed.verdicts, &result);
	fflush(printed.verdicts.out);
	size = printed.out_size;
	verdicts_end(&printed.verdicts);
	fflush(printed.verdicts.out);
	for (const char *line = printed.out + size; strncmp(line, "failed  dir", 11) == 0;
	     line = strchr(line, '\n') + 1)
		size += strlen("failed  dir/file.yaml: one\n");
	assert_string_equal(printed.out + size,
			    "failed  and 3 more\n23 runs of 1 file: 23 failed, 0 held; 0 callbacks judged\n");
	fclose(printed.verdicts.out);
	fclose(printed.verdicts.err);
	free(printed.out);
	free(printed.err);
}

static void titles(void **state)
{
	struct scenario scenario = plain;
	char title[512], little[4];

	(void)state;
	run_title(&scenario, title, sizeof title);
	assert_string_equal(title, "one");
	scenario.variant = NULL;
	run_title(&scenario, title, sizeof title);
	assert_string_equal(title, "one");
	scenario.variant = "n=2 two_node=1";
	run_title(&scenario, title, sizeof title);
	assert_string_equal(title, "one [n=2 two_node=1]");
	run_title(&scenario, little, sizeof little);
	assert_string_equal(little, "one");
}

/* Nobody asks for colour where no terminal is. */
static void no_colour_in_files(void **state)
{
	struct verdicts verdicts;

	(void)state;
	setenv("NO_COLOR", "1", 1);
	verdicts_init(&verdicts, true);
	assert_false(verdicts.colour_out || verdicts.colour_err);
	assert_true(verdicts.quiet);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(takes_escapes(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds),
		cmocka_unit_test(what_fails),
		cmocka_unit_test(a_rule_that_is_broken),
		cmocka_unit_test(hazards_and_notes),
		cmocka_unit_test(quiet_keeps_to_failures),
		cmocka_unit_test(colours),
		cmocka_unit_test(how_to_reproduce),
		cmocka_unit_test(long_paths),
		cmocka_unit_test(the_failed_ones_at_the_end),
		cmocka_unit_test(titles),
		cmocka_unit_test(no_colour_in_files),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
