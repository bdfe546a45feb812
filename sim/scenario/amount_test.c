/* Numbers as people write them, and the words that they meant: rows of text and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim/scenario/amount.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/words.h"

struct row {
	const char *text;
	enum amount result;
	uint64_t number;
};

static void integers(void **state)
{
	static const struct row rows[] = {
		{"0", AMOUNT_OK, 0},
		{"007", AMOUNT_OK, 7},
		{"+12", AMOUNT_OK, 12},
		{"-0", AMOUNT_OK, 0},
		{"0x7f", AMOUNT_OK, 127},
		{"0xAb", AMOUNT_OK, 171},
		{"0o17", AMOUNT_OK, 15},
		{"18446744073709551615", AMOUNT_OK, UINT64_MAX},
		{"18446744073709551616", AMOUNT_TOO_LARGE, 0},
		{"0x10000000000000000", AMOUNT_TOO_LARGE, 0},
		{"-1", AMOUNT_NEGATIVE, 0},
		{"-99999999999999999999", AMOUNT_NEGATIVE, 0},
		{"", AMOUNT_NONE, 0},
		{"-", AMOUNT_NONE, 0},
		{"0x", AMOUNT_NONE, 0},
		{"0o8", AMOUNT_NONE, 0},
		{"1e3", AMOUNT_NONE, 0},
		{"1.0", AMOUNT_NONE, 0},
		{"1_000", AMOUNT_NONE, 0},
		{"-0x1", AMOUNT_NONE, 0},
		{" 1", AMOUNT_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t number = 0;

		assert_int_equal(amount_integer(rows[i].text, &number), rows[i].result);
		if (rows[i].result == AMOUNT_OK)
			assert_int_equal(number, rows[i].number);
	}
}

static void durations(void **state)
{
	static const struct row rows[] = {
		{"0s", AMOUNT_OK, 0},
		{"1ns", AMOUNT_OK, 1},
		{"100us", AMOUNT_OK, 100000},
		{"1500ms", AMOUNT_OK, 1500000000},
		{"2s", AMOUNT_OK, 2000000000},
		{"1m", AMOUNT_OK, 60000000000},
		{"1h", AMOUNT_OK, 3600000000000},
		{"0.5m", AMOUNT_OK, 30000000000},
		{"1.5s", AMOUNT_OK, 1500000000},
		{"0.000000001s", AMOUNT_OK, 1},
		{"1.50000000000000000000000s", AMOUNT_OK, 1500000000},
		{"0.0000000005m", AMOUNT_OK, 30},
		{"0.00000000005m", AMOUNT_OK, 3},
		{"0.000000000005m", AMOUNT_TOO_FINE, 0},
		{"8760h", AMOUNT_OK, DURATION_MAX_NS},
		{"8761h", AMOUNT_TOO_LARGE, 0},
		{"8760.0000000000001h", AMOUNT_TOO_FINE, 0},
		{"18446744073709551615ns", AMOUNT_TOO_LARGE, 0},
		{"99999999999999999999999s", AMOUNT_TOO_LARGE, 0},
		{"0.5ns", AMOUNT_TOO_FINE, 0},
		{"-2s", AMOUNT_NEGATIVE, 0},
		{"5", AMOUNT_NO_UNIT, 0},
		{"1.5", AMOUNT_NO_UNIT, 0},
		{"5 s", AMOUNT_BAD_UNIT, 0},
		{"5sec", AMOUNT_BAD_UNIT, 0},
		{"1m30s", AMOUNT_BAD_UNIT, 0},
		{"1.s", AMOUNT_BAD_UNIT, 0},
		{"s", AMOUNT_NONE, 0},
		{"", AMOUNT_NONE, 0},
		{".5s", AMOUNT_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *unit = NULL;
		uint64_t number = 0;

		assert_int_equal(amount_duration(rows[i].text, &number, &unit), rows[i].result);
		if (rows[i].result == AMOUNT_OK)
			assert_int_equal(number, rows[i].number);
	}
}

static void ratios(void **state)
{
	static const struct row rows[] = {
		{"0", AMOUNT_OK, 0},
		{"1", AMOUNT_OK, 1000000},
		{"0.05", AMOUNT_OK, 50000},
		{"0.000001", AMOUNT_OK, 1},
		{"5%", AMOUNT_OK, 50000},
		{"0.5%", AMOUNT_OK, 5000},
		{"0.0001%", AMOUNT_OK, 1},
		{"100%", AMOUNT_OK, 1000000},
		{"100.0001%", AMOUNT_TOO_LARGE, 0},
		{"101%", AMOUNT_TOO_LARGE, 0},
		{"1.000001", AMOUNT_TOO_LARGE, 0},
		{"50000", AMOUNT_TOO_LARGE, 0},
		{"99999999999999999999", AMOUNT_TOO_LARGE, 0},
		{"0.0000001", AMOUNT_TOO_FINE, 0},
		{"0.00001%", AMOUNT_TOO_FINE, 0},
		{"-1%", AMOUNT_NEGATIVE, 0},
		{"%", AMOUNT_NONE, 0},
		{"5%%", AMOUNT_NONE, 0},
		{"5 %", AMOUNT_NONE, 0},
		{"1e-3", AMOUNT_NONE, 0},
		{"", AMOUNT_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t ppm = 0;

		assert_int_equal(amount_ratio(rows[i].text, &ppm), rows[i].result);
		if (rows[i].result == AMOUNT_OK)
			assert_int_equal(ppm, rows[i].number);
	}
}

static void core_schema(void **state)
{
	bool value;

	(void)state;
	assert_true(amount_is_null("") && amount_is_null("~") && amount_is_null("null") && amount_is_null("NULL") &&
		    amount_is_null("Null") && !amount_is_null("nil"));
	assert_true(amount_is_bool("true", &value) && value);
	assert_true(amount_is_bool("TRUE", &value) && value);
	assert_true(amount_is_bool("False", &value) && !value);
	assert_false(amount_is_bool("yes", &value) || amount_is_bool("on", &value) || amount_is_bool("", &value));
}

static void the_nearest_word(void **state)
{
	static const char *const words[] = {"start", "stop", "crash", "wait_for_all", "of", "CHANGES"};
	static const char *const rows[][2] = {
		{"strat", "start"},
		{"stp", "stop"},
		{"crahs", "crash"},
		{"wait-for-all", "wait_for_all"},
		{"waitforall", "wait_for_all"},
		{"changes", "CHANGES"},
		{"o", "of"},
		{"xx", NULL},
		{"", NULL},
		{"frobnicate", NULL},
		{"sta", "start"},
		{"a word that is much too long to be any of them, and longer still", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *near = nearest_word(rows[i][0], words, 6);

		if (rows[i][1] == NULL)
			assert_null(near);
		else
			assert_string_equal(near, rows[i][1]);
	}
}

static void what_may_stand_in_a_message(void **state)
{
	static const char *const rows[][2] = {
		{"plain", "plain"},
		{"\x1b[31m\n\t", "\\x1b[31m\\x0a\\x09"},
		{"gr\xc3\xb6\xc3\x9f"
		 "e",
		 "gr\xc3\xb6\xc3\x9f"
		 "e"},
		{"\xff\xc3", "\\xff\\xc3"},
		{"\xc0\x80 \xed\xa0\x80 \xf5\x80\x80\x80", "\\xc0\\x80 \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80"},
		{"\xe2\x80\xae", "\\xe2\\x80\\xae"},
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	};
	char to[PRINTABLE_MAX], longest[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		printable(rows[i][0], strlen(rows[i][0]), to);
		assert_string_equal(to, rows[i][1]);
	}
	memset(longest, 1, sizeof(longest));
	printable(longest, sizeof(longest), to);
	assert_true(strlen(to) < PRINTABLE_MAX);
	assert_string_equal(to + strlen(to) - 7, "\\x01...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),         cmocka_unit_test(durations),
		cmocka_unit_test(ratios),           cmocka_unit_test(core_schema),
		cmocka_unit_test(the_nearest_word), cmocka_unit_test(what_may_stand_in_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
