/*
 * The sources behind choose(): what each answers, that answers are always below n,
 * that streams do not shift each other, and that the generator is the published one
 * and even.
 */
#include "sim/world/choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/rng.h"

static void start(uint64_t streams[CHOOSE_KIND_COUNT], uint64_t seed)
{
	for (uint32_t i = 0; i < CHOOSE_KIND_COUNT; i++)
		streams[i] = rng_stream(seed, i);
}

static uint32_t ask(struct choice choice, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	uint32_t picked = choice.choose(choice.ctx, streams, n, what);

	assert_true(picked < n);
	return picked;
}

/* SplitMix64's published output for the state 1234567 (Vigna's splitmix64.c). */
static void the_generator_is_splitmix64(void **state)
{
	static const uint64_t published[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
					     4593380528125082431u, 16408922859458223821u};
	uint64_t at = 1234567;

	(void)state;
	for (size_t i = 0; i < sizeof published / sizeof *published; i++)
		assert_int_equal(rng_next(&at), published[i]);
}

static void below_is_below_and_even(void **state)
{
	uint64_t at = 1, counts[7] = {0};

	(void)state;
	for (uint32_t i = 0; i < 70000; i++)
		counts[rng_below(&at, 7)]++;
	for (uint32_t i = 0; i < 7; i++)
		assert_in_range(counts[i], 9600, 10400); /* four standard deviations and more */
	for (uint32_t i = 0; i < 1000; i++)
		assert_true(rng_below(&at, (1ull << 63) + 1) <= 1ull << 63);
	assert_int_equal(rng_below(&at, 1), 0);
}

static void plain_is_the_lowest(void **state)
{
	uint64_t streams[CHOOSE_KIND_COUNT], before[CHOOSE_KIND_COUNT];

	(void)state;
	start(streams, 3);
	memcpy(before, streams, sizeof streams);
	for (uint32_t kind = 0; kind < CHOOSE_JITTER; kind++)
		assert_int_equal(ask(choice_plain, streams, 1000, (enum choice_kind)kind), 0);
	assert_memory_equal(streams, before, sizeof streams);
}

/* A plain run with jitter or loss in its scenario still draws those. */
static void plain_draws_what_packets_do(void **state)
{
	uint64_t streams[CHOOSE_KIND_COUNT], twin[CHOOSE_KIND_COUNT];
	uint32_t different = 0;

	(void)state;
	start(streams, 3);
	start(twin, 3);
	for (uint32_t i = 0; i < 20; i++) {
		uint32_t picked = ask(choice_plain, streams, 1000000, CHOOSE_LOSS);

		assert_int_equal(picked, ask(choice_seeded, twin, 1000000, CHOOSE_LOSS));
		different += picked != ask(choice_plain, streams, 1000000, CHOOSE_JITTER);
	}
	assert_true(different > 15);
}

static void a_stream_is_not_shifted_by_others(void **state)
{
	uint64_t streams[CHOOSE_KIND_COUNT], alone[CHOOSE_KIND_COUNT];

	(void)state;
	start(streams, 9);
	start(alone, 9);
	for (uint32_t i = 0; i < 100; i++) {
		for (uint32_t k = 0; k < i % 4; k++)
			ask(choice_seeded, streams, 10, CHOOSE_WAKE);
		assert_int_equal(ask(choice_seeded, streams, 10, CHOOSE_ORDER),
				 ask(choice_seeded, alone, 10, CHOOSE_ORDER));
	}
}

static void seeds_and_streams_differ(void **state)
{
	uint64_t seen[200];

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		seen[i] = rng_stream(i / 10, i % 10);
	for (uint32_t i = 0; i < 200; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_int_not_equal(seen[i], seen[k]);
}

static void a_list_is_followed_then_the_lowest(void **state)
{
	const uint32_t taken[] = {2, 0, 9, 1};
	uint32_t asked[5] = {0};
	struct choice_list list = {.taken = taken, .taken_count = 4, .asked = asked, .asked_room = 5};
	const uint32_t n[] = {3, 2, 4, 2, 5, 6}, come[] = {2, 0, 3, 1, 0, 0}; /* 9 of 4: the highest there is */

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(ask(choice_from_list(&list), NULL, n[i], CHOOSE_ORDER), come[i]);
	assert_int_equal(list.asked_count, 6);
	assert_memory_equal(asked, n, sizeof asked); /* what does not fit is counted only */
}

/* Each kind counts its own questions; a copy of the streams goes on where it was. */
static void marks_are_picked_by_kind_and_number(void **state)
{
	const struct choice_made made[] = {{CHOOSE_ORDER, 1, 2}, {CHOOSE_ORDER, 3, 9}, {CHOOSE_MOVE, 0, 1}};
	struct choice_marks marks = {.seed = 3, .count = 3, .marks = made};
	struct choice choice = choice_from_marks(&marks);
	uint64_t streams[CHOOSE_KIND_COUNT], twin[CHOOSE_KIND_COUNT], saved[CHOOSE_KIND_COUNT];

	(void)state;
	start(streams, 3);
	start(twin, 3);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_ORDER), 0);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_ORDER), 2);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_MOVE), 1);
	memcpy(saved, streams, sizeof saved);
	for (uint32_t i = 0; i < 2; i++, memcpy(streams, saved, sizeof saved)) {
		assert_int_equal(ask(choice, streams, 4, CHOOSE_ORDER), 0);
		assert_int_equal(ask(choice, streams, 4, CHOOSE_ORDER), 3); /* 9 of 4: the highest there is */
		assert_int_equal(ask(choice, streams, 4, CHOOSE_MOVE), 0);
	}
	assert_int_equal(ask(choice, streams, 1000000, CHOOSE_LOSS), ask(choice_plain, twin, 1000000, CHOOSE_LOSS));
}

/* What is said of all questions of a kind holds for those that are not named. */
static void marks_of_all_questions_of_a_kind(void **state)
{
	const struct choice_made made[] = {{CHOOSE_MOVE, 1, 2},
					   {CHOOSE_TOKEN, 1, 0},
					   {CHOOSE_TOKEN, CHOICE_ALL, 1},
					   {CHOOSE_WAKE, CHOICE_ALL, 9}};
	struct choice_marks marks = {.seed = 3, .count = 4, .marks = made};
	struct choice choice = choice_from_marks(&marks);
	uint64_t streams[CHOOSE_KIND_COUNT];

	(void)state;
	start(streams, 3);
	assert_int_equal(ask(choice, streams, 2, CHOOSE_TOKEN), 1);
	assert_int_equal(ask(choice, streams, 2, CHOOSE_TOKEN), 0);
	assert_int_equal(ask(choice, streams, 2, CHOOSE_TOKEN), 1);
	assert_int_equal(ask(choice, streams, 2, CHOOSE_TOKEN), ask(choice_token, streams, 2, CHOOSE_TOKEN));
	assert_int_equal(ask(choice, streams, 4, CHOOSE_WAKE), 3);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_MOVE), 0);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_MOVE), 2);
	assert_int_equal(ask(choice, streams, 4, CHOOSE_ORDER), ask(choice_token, streams, 4, CHOOSE_ORDER));
}

/* What a recorder kept of a seeded run, followed as marks, picks the same. */
static void a_recorder_keeps_what_is_not_the_lowest(void **state)
{
	struct choice_recorder recorder = {.source = choice_seeded};
	uint64_t streams[CHOOSE_KIND_COUNT];
	struct choice_marks marks = {.seed = 5};
	uint32_t picked[300];

	(void)state;
	start(streams, 5);
	for (uint32_t i = 0; i < 300; i++)
		picked[i] = ask(choice_recorded(&recorder), streams, 2 + i % 5,
				(enum choice_kind)(i % CHOOSE_KIND_COUNT));
	choice_recorder_sort(&recorder);
	for (uint32_t i = 0; i < recorder.count; i++) {
		assert_int_not_equal(recorder.made[i].picked, 0);
		assert_true(recorder.made[i].kind < CHOOSE_JITTER);
		assert_true(i == 0 || recorder.made[i - 1].kind < recorder.made[i].kind ||
			    recorder.made[i - 1].number < recorder.made[i].number);
	}
	marks.count = recorder.count;
	marks.marks = recorder.made;
	start(streams, 5);
	for (uint32_t i = 0; i < 300; i++)
		assert_int_equal(
			ask(choice_from_marks(&marks), streams, 2 + i % 5, (enum choice_kind)(i % CHOOSE_KIND_COUNT)),
			picked[i]);
	free(recorder.made);
}

static void a_list_without_notes(void **state)
{
	struct choice_list list = {.taken_count = 0};

	(void)state;
	assert_int_equal(ask(choice_from_list(&list), NULL, 7, CHOOSE_MOVE), 0);
	assert_int_equal(list.asked_count, 1);
}

static void bytes_are_used_up_as_needed(void **state)
{
	const uint8_t bytes[] = {7, 0x12, 0x34, 5, 0xff, 0xff, 0xff, 0xff, 3};
	struct choice_bytes source = {bytes, sizeof bytes};
	struct choice choice = choice_from_bytes(&source);

	(void)state;
	assert_int_equal(ask(choice, NULL, 4, CHOOSE_ORDER), 7 % 4);
	assert_int_equal(ask(choice, NULL, 1000, CHOOSE_LOSS), 0x1234 % 1000);
	assert_int_equal(ask(choice, NULL, 256, CHOOSE_WAKE), 5);
	assert_int_equal(ask(choice, NULL, UINT32_MAX, CHOOSE_JITTER), 0);
	assert_int_equal(source.size, 1);
	assert_int_equal(ask(choice, NULL, 70000, CHOOSE_JITTER), 3); /* less than it needs */
	assert_int_equal(source.size, 0);
	assert_int_equal(ask(choice, NULL, 5, CHOOSE_ORDER), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_splitmix64),
		cmocka_unit_test(below_is_below_and_even),
		cmocka_unit_test(plain_is_the_lowest),
		cmocka_unit_test(plain_draws_what_packets_do),
		cmocka_unit_test(a_stream_is_not_shifted_by_others),
		cmocka_unit_test(seeds_and_streams_differ),
		cmocka_unit_test(a_list_is_followed_then_the_lowest),
		cmocka_unit_test(a_list_without_notes),
		cmocka_unit_test(marks_are_picked_by_kind_and_number),
		cmocka_unit_test(marks_of_all_questions_of_a_kind),
		cmocka_unit_test(a_recorder_keeps_what_is_not_the_lowest),
		cmocka_unit_test(bytes_are_used_up_as_needed),
	};

	return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
