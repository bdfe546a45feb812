/* Times in each form that logs have them in, and what is none. */
#include "sim/record/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS 86400000ll

static struct stamp read_all(const char *text)
{
	struct stamp stamp;

	assert_true(stamp_read(text, strlen(text), &stamp));
	return stamp;
}

static void months_and_days_count_from_january(void **state)
{
	struct stamp stamp = read_all("Jan  1 00:00:00 x");

	(void)state;
	assert_int_equal(stamp.ms, 0);
	assert_int_equal(stamp.size, 15);
	assert_false(stamp.has_year || stamp.has_zone);
	stamp = read_all("Mar 01 00:00:01.466 x");
	assert_int_equal(stamp.ms, 60 * DAY_MS + 1466);
	assert_int_equal(stamp.month, 3);
	assert_int_equal(read_all("Feb 29 23:59:59").ms, 60 * DAY_MS - 1000);
}

static void iso_has_a_year_and_may_have_a_zone(void **state)
{
	struct stamp stamp = read_all("1970-01-02 00:00:00,5 x");

	(void)state;
	assert_int_equal(stamp.ms, DAY_MS + 500);
	assert_true(stamp.has_year && !stamp.has_zone);
	stamp = read_all("1970-01-01T01:30:00.250+0100 x");
	assert_int_equal(stamp.ms, 30 * 60000 + 250);
	assert_true(stamp.has_zone);
	assert_int_equal(stamp.size, 28);
	assert_int_equal(read_all("1969-12-31T22:00:00-02:00").ms, 0);
	assert_int_equal(read_all("2000-03-01T00:00:00Z").ms, 951868800000ll);
	assert_int_equal(read_all("Thu 1970-01-01 00:00:07 UTC").ms, 7000);
}

static void seconds_since_1970_need_a_fraction(void **state)
{
	struct stamp stamp;

	(void)state;
	assert_int_equal(read_all("1795376468.466123 vm").ms, 1795376468466ll);
	assert_false(stamp_read("1795376468 vm", 13, &stamp));
}

static void others_are_none(void **state)
{
	static const char *const texts[] = {"",
					    "Nov",
					    "Nov 22",
					    "Nov 32 00:00:00",
					    "nov. 22 19:41:08",
					    "Nov 22 24:00:00",
					    "Nov 22 19:41",
					    "2026-13-01T00:00:00",
					    "2026-11-22",
					    "22/11/2026 19:41:08",
					    "[8766] vm corosync notice"};
	struct stamp stamp;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(stamp_read(texts[i], strlen(texts[i]), &stamp));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_and_days_count_from_january),
		cmocka_unit_test(iso_has_a_year_and_may_have_a_zone),
		cmocka_unit_test(seconds_since_1970_need_a_fraction),
		cmocka_unit_test(others_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
