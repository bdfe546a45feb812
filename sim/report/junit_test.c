/*
 * The XML, byte for byte, from results made up for it.
 */
#include "sim/report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define HASH "0123456789abcdef0123456789abcdef"

static struct run_result result_of(const struct scenario *scenario)
{
	return (struct run_result){.scenario = scenario, .hash = HASH};
}

static void assert_xml(struct run_result *runs, uint32_t count, const char *expected)
{
	const struct results results = {.runs = runs, .count = count, .files = 1};
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	report_junit(file, &results);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void nothing_run(void **state)
{
	(void)state;
	assert_xml(NULL, 0, HEAD "<testsuites name=\"votesim\" tests=\"0\" failures=\"0\">\n</testsuites>\n");
}

/* Runs of one file make a suite; another file begins another. */
static void a_suite_for_each_file(void **state)
{
	const struct scenario one = {.path = "a.yaml", .name = "one", .variant = ""};
	const struct scenario two = {.path = "a.yaml", .name = "two", .variant = "n=1"};
	const struct scenario three = {.path = "b.yaml", .name = "three"};
	struct run_result results[] = {result_of(&one), result_of(&two), result_of(&three)};

	(void)state;
	assert_xml(results, 3,
		   HEAD "<testsuites name=\"votesim\" tests=\"3\" failures=\"0\">\n"
			"  <testsuite name=\"a.yaml\" tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
			"    <testcase classname=\"a.yaml\" name=\"one\">\n      <system-out>trace " HASH
			"</system-out>\n"
			"    </testcase>\n"
			"    <testcase classname=\"a.yaml\" name=\"two [n=1]\">\n      <system-out>trace " HASH
			"</system-out>\n"
			"    </testcase>\n  </testsuite>\n"
			"  <testsuite name=\"b.yaml\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
			"    <testcase classname=\"b.yaml\" name=\"three\">\n      <system-out>trace " HASH
			"</system-out>\n"
			"    </testcase>\n  </testsuite>\n</testsuites>\n");
}

/* Failures with all that XML would take amiss; hazards and notes are none. */
static void failures(void **state)
{
	const struct scenario odd = {.path = "<&\">.yaml", .name = "a\tb\n'c'", .variant = ""};
	struct verdict verdicts[] = {
		{.kind = VERDICT_EXPECTATION,
		 .rule = UINT32_MAX,
		 .at = {3, 4},
		 .expected = "a < b\nc",
		 .came = "a > b & \"c\""},
		{.kind = VERDICT_HAZARD, .rule = 0, .expected = "no", .came = "no"},
		{.kind = VERDICT_INERT, .rule = UINT32_MAX},
		{.kind = VERDICT_BREACH, .rule = 0, .at = {1, 1}, .expected = "x", .came = "y"},
	};
	struct run_result result = result_of(&odd);
	char expected[2048];

	(void)state;
	result.verdicts = verdicts;
	result.verdict_count = 4;
	result.failures = 3;
	result.stuck = "still busy";
	snprintf(expected, sizeof expected,
		 HEAD "<testsuites name=\"votesim\" tests=\"1\" failures=\"1\">\n"
		      "  <testsuite name=\"&lt;&amp;&quot;&gt;.yaml\" tests=\"1\" failures=\"1\" errors=\"0\" "
		      "skipped=\"0\">\n"
		      "    <testcase classname=\"&lt;&amp;&quot;&gt;.yaml\" name=\"a?b&#10;'c'\">\n"
		      "      <failure type=\"expectation\" message=\"&lt;&amp;&quot;&gt;.yaml:3:4: a &lt; b&#10;c\">"
		      "&lt;&amp;&quot;&gt;.yaml:3:4: expected: a &lt; b&#10;c&#10;came: a &gt; b &amp; "
		      "&quot;c&quot;</failure>\n"
		      "      <failure type=\"%s\" message=\"&lt;&amp;&quot;&gt;.yaml:1:1: x\">"
		      "&lt;&amp;&quot;&gt;.yaml:1:1: expected: x&#10;came: y</failure>\n"
		      "      <failure type=\"rest\" message=\"still busy\"/>\n"
		      "      <system-out>trace " HASH "</system-out>\n"
		      "    </testcase>\n  </testsuite>\n</testsuites>\n",
		 check_rules[0].id);
	assert_xml(&result, 1, expected);
}

static void findings_are_told_beside_the_trace(void **state)
{
	const struct scenario scenario = {.path = "a.yaml", .name = "one", .variant = ""};
	struct verdict verdict = {.kind = VERDICT_FINDING, .rule = 0, .at = {5, 6}, .came = "it <is> so"};
	struct run_result result = result_of(&scenario);
	char expected[1024];

	(void)state;
	result.verdicts = &verdict;
	result.verdict_count = result.findings = 1;
	snprintf(expected, sizeof expected,
		 HEAD "<testsuites name=\"votesim\" tests=\"1\" failures=\"0\">\n"
		      "  <testsuite name=\"a.yaml\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
		      "    <testcase classname=\"a.yaml\" name=\"one\">\n"
		      "      <system-out>trace " HASH "&#10;finding %s a.yaml:5:6: it &lt;is&gt; so</system-out>\n"
		      "    </testcase>\n  </testsuite>\n</testsuites>\n",
		 check_rules[0].id);
	assert_xml(&result, 1, expected);
}

static void a_long_path_is_told_whole(void **state)
{
	static char path[3000];
	const struct scenario far = {.path = path, .name = "far", .variant = ""};
	struct verdict verdict = {.kind = VERDICT_EXPECTATION, .rule = UINT32_MAX, .at = {12, 34}, .expected = "e"};
	struct run_result result = result_of(&far);
	const struct results results = {.runs = &result, .count = 1, .files = 1};
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	memset(path, 'p', sizeof path - 1);
	result.verdicts = &verdict;
	result.verdict_count = result.failures = 1;
	report_junit(file, &results);
	fclose(file);
	assert_non_null(strstr(text, "pp:12:34: e\">"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_run),
		cmocka_unit_test(a_suite_for_each_file),
		cmocka_unit_test(failures),
		cmocka_unit_test(findings_are_told_beside_the_trace),
		cmocka_unit_test(a_long_path_is_told_whole),
	};

	return cmocka_run_group_tests_name("junit", tests, NULL, NULL);
}
