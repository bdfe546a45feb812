/*
 * Seeds as people write them: numbers are themselves, every other text is a hash
 * that stays the same for ever.
 */
#include "sim/world/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint64_t seed(const char *text)
{
	uint64_t seed;

	assert_true(seed_from_text(text, &seed));
	return seed;
}

static void numbers_are_themselves(void **state)
{
	(void)state;
	assert_int_equal(seed("0"), 0);
	assert_int_equal(seed("42"), 42);
	assert_int_equal(seed("007"), 7);
	assert_int_equal(seed("18446744073709551615"), UINT64_MAX);
}

/* FNV-1a's published values: offset basis over one byte, and over "foobar". */
static void other_texts_are_hashed(void **state)
{
	(void)state;
	assert_int_equal(seed("a"), 0xaf63dc4c8601ec8cu);
	assert_int_equal(seed("foobar"), 0x85944171f73967e8u);
	assert_int_not_equal(seed("18446744073709551616"), 0); /* one more than fits */
	assert_int_not_equal(seed("99999999999999999999999"), seed("99999999999999999999998"));
	assert_int_not_equal(seed("-1"), UINT64_MAX);
	assert_int_not_equal(seed(" 1"), 1);
	assert_int_not_equal(seed("1 "), 1);
	assert_int_not_equal(seed("0x10"), 16);
	assert_int_not_equal(seed("\xc3\xa4"), seed("\xc3\xb6"));
}

static void an_empty_text_is_none(void **state)
{
	uint64_t none;

	(void)state;
	assert_false(seed_from_text("", &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_themselves),
		cmocka_unit_test(other_texts_are_hashed),
		cmocka_unit_test(an_empty_text_is_none),
	};

	return cmocka_run_group_tests_name("seed", tests, NULL, NULL);
}
