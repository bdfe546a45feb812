/*
 * Many runs on several threads: the same results, in the same order, as on one. The
 * scenarios are of very different length, so that they do not end in order.
 */
#include "sim/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

#define COUNT 40u

struct kept {
	uint32_t count, last_ended, progress;
	char hashes[COUNT][33];
	uint64_t events[COUNT];
	const struct scenario *scenarios[COUNT];
};

static void keep(void *ctx, struct run_result *result)
{
	struct kept *kept = ctx;

	assert_true(kept->count < COUNT);
	memcpy(kept->hashes[kept->count], result->hash, 33);
	kept->events[kept->count] = result->events;
	kept->scenarios[kept->count++] = result->scenario;
}

static void note(void *ctx, uint32_t ended, uint32_t count)
{
	struct kept *kept = ctx;

	assert_int_equal(count, COUNT);
	assert_in_range(ended, kept->last_ended, COUNT);
	kept->last_ended = ended;
	kept->progress++;
}

static struct play plays[COUNT];
static const struct scenario *scenarios[COUNT];

static int open_scenarios(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		char text[512];

		snprintf(text, sizeof text,
			 "scenario: s%u\ncluster: {nodes: %u}\nseed: %u\nsteps:\n  - start: all\n"
			 "  - trackstart: {node: 1}\n  - crash: 1\n  - start: 1\n",
			 i, i % 3 ? 2 : 24, i);
		play_read(&plays[i], text);
		scenarios[i] = plays[i].scenario;
	}
	return 0;
}

static int close_scenarios(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		play_close(&plays[i]);
	return 0;
}

static struct kept results(uint32_t jobs, bool progress)
{
	struct kept kept = {0};
	struct batch batch = {.scenarios = scenarios,
			      .count = COUNT,
			      .jobs = jobs,
			      .done = keep,
			      .ctx = &kept,
			      .progress = progress ? note : NULL};

	batch_run(&batch);
	assert_int_equal(kept.count, COUNT);
	return kept;
}

static void threads_change_nothing(void **state)
{
	static const uint32_t jobs[] = {0, 2, 3, 16, 300};
	struct kept one = results(1, false);

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		assert_ptr_equal(one.scenarios[i], scenarios[i]);
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
		struct kept kept = results(jobs[i], false);

		assert_memory_equal(&kept, &one, sizeof kept);
	}
}

static void progress_is_told(void **state)
{
	struct kept one = results(1, true), two = results(2, true);

	(void)state;
	assert_int_equal(one.progress, COUNT);
	assert_int_equal(one.last_ended, COUNT);
	assert_true(two.progress > 0);
}

static void none_at_all(void **state)
{
	struct kept kept = {0};
	struct batch batch = {.scenarios = scenarios, .jobs = 4, .done = keep, .ctx = &kept};

	(void)state;
	batch_run(&batch);
	assert_int_equal(kept.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(progress_is_told),
		cmocka_unit_test(none_at_all),
	};

	return cmocka_run_group_tests_name("batch", tests, open_scenarios, close_scenarios);
}
