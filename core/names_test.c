/* The name tables: every number has its name, every name its number, and nothing else has. */
#include "testing.h"

static void errors_have_the_abi_s_numbers(void **state)
{
	static const struct {
		int number;
		const char *name;
	} rows[] = {{1, "OK"},
		    {2, "LIBRARY"},
		    {6, "TRY_AGAIN"},
		    {7, "INVALID_PARAM"},
		    {8, "NO_MEMORY"},
		    {9, "BAD_HANDLE"},
		    {11, "ACCESS"},
		    {12, "NOT_EXIST"},
		    {14, "EXIST"},
		    {16, "INTERRUPT"},
		    {17, "NAME_NOT_FOUND"},
		    {18, "NO_RESOURCES"},
		    {19, "NOT_SUPPORTED"},
		    {22, "MESSAGE_ERROR"}};
	size_t named = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(vq_error_name(rows[i].number), rows[i].name);
		assert_int_equal(vq_error_by_name(rows[i].name), rows[i].number);
	}
	for (int number = -5; number < 100; number++)
		named += vq_error_name(number) != NULL;
	assert_int_equal(named, sizeof(rows) / sizeof(rows[0]));
	assert_int_equal(vq_error_by_name("PENDING"), -1);
	assert_int_equal(vq_error_by_name(""), -1);
}

static void quirks_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < VQ_QUIRK_COUNT; i++) {
		const char *name = vq_quirk_name((enum vq_quirk)i);

		assert_non_null(name);
		assert_int_equal(vq_quirk_by_name(name), i);
	}
	assert_null(vq_quirk_name(VQ_QUIRK_COUNT));
	assert_int_equal(vq_quirk_by_name("no-such-quirk"), -1);
	assert_string_equal(vq_quirk_name(VQ_QUIRK_RECORD_ORDER), "record-order");
	assert_string_equal(vq_quirk_name(VQ_QUIRK_MASTER_WINS_STAYS), "master-wins-stays");
	assert_string_equal(vq_quirk_name(VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE), "dispatch-outlives-finalize");
}

static void messages_notices_refusals_have_words(void **state)
{
	(void)state;
	for (int i = 0; i < VQ_REFUSAL_COUNT; i++)
		assert_non_null(vq_refusal_message((enum vq_refusal)i));
	assert_null(vq_refusal_message(VQ_REFUSAL_COUNT));
	assert_null(vq_notice_message((enum vq_notice)0));
	for (int i = 1; i < VQ_NOTICE_COUNT; i++)
		assert_non_null(vq_notice_message((enum vq_notice)i));
	assert_null(vq_notice_message(VQ_NOTICE_COUNT));
	assert_null(vq_message_name(0));
	for (uint32_t i = VQ_MESSAGE_NODEINFO; i <= VQ_MESSAGE_DEVICE_RENAME; i++)
		assert_non_null(vq_message_name(i));
	assert_null(vq_message_name(VQ_MESSAGE_DEVICE_RENAME + 1));
	assert_string_equal(vq_message_name(VQ_MESSAGE_NODEINFO), "nodeinfo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_the_abi_s_numbers),
		cmocka_unit_test(quirks_have_names),
		cmocka_unit_test(messages_notices_refusals_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
