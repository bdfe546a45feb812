/*
 * Going through a run: every moment that is come to by going back is the one that was
 * there on the way forward, byte for what it means, whatever snapshots are kept.
 */
#include "sim/replay/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/play.h"

#define START STEP("start: all")

static const char *const texts[] = {
	CLUSTER(3) STEPS START STEP("trackstart: {node: 1, client: a, flags: [CHANGES]}")
		STEP("partition: [[1, 2], [3]]") STEP("heal: all"),
	"scenario: t\ncluster: {nodes: 4, quorum: {last_man_standing: 1, wait_for_all: 1}}\nseed: 7\n" STEPS START
		STEP("trackstart: {node: 1, client: a, dispatch: manual}") STEP("crash: 4") STEP("wait: 15s")
			STEP("kill: {node: 1, client: a}") STEP("pause: 2") STEP("wait: 20s") STEP("resume: 2"),
	"scenario: t\ncluster: {nodes: 2, quorum: {device: {model: net, votes: 1}}}\n"
	"network: {latency: 1ms, jitter: 500us, loss: 5%}\n" STEPS START STEP(
		"qdevice_register: {node: 1, client: q, name: d}")
		STEP("qdevice_poll: {node: 1, client: q, name: d, cast_vote: true}")
			STEP("link: {from: 1, to: 2, up: false}") STEP("stop: 2"),
};

struct moment {
	uint64_t hash[2];
	uint64_t time_ns;
	uint8_t *told;
};

static struct moment moment_now(const struct replay *replay)
{
	size_t bytes = told_size(replay->scenario);
	struct moment moment = {.time_ns = world_now_ns(replay->world), .told = malloc(bytes)};

	assert_non_null(moment.told);
	world_hash(replay->world, moment.hash);
	memcpy(moment.told, replay->told, bytes);
	return moment;
}

static void assert_same(const struct replay *replay, const struct moment *moment)
{
	struct moment now = moment_now(replay);

	assert_int_equal(now.hash[0], moment->hash[0]);
	assert_int_equal(now.hash[1], moment->hash[1]);
	assert_int_equal(now.time_ns, moment->time_ns);
	assert_memory_equal(now.told, moment->told, told_size(replay->scenario));
	free(now.told);
}

/* Forward once, then back one by one, then to and fro. */
static void through_all(struct replay *replay)
{
	struct moment *moments = calloc(replay->events + 1, sizeof *moments);

	assert_non_null(moments);
	moments[0] = moment_now(replay);
	for (uint64_t i = 1; i <= replay->events; i++) {
		assert_true(replay_next(replay, (struct observer){0}));
		moments[i] = moment_now(replay);
	}
	assert_false(replay_next(replay, (struct observer){0}));
	assert_int_equal(replay->event, replay->events);
	for (uint64_t i = replay->events; i-- > 0;) {
		replay_go(replay, i);
		assert_int_equal(replay->event, i);
		assert_same(replay, &moments[i]);
	}
	for (uint64_t i = 0, at = 0; i < 200; i++, at = (at * 31 + 17) % (replay->events + 1)) {
		replay_go(replay, at);
		assert_same(replay, &moments[at]);
	}
	for (uint64_t i = 0; i <= replay->events; i++)
		free(moments[i].told);
	free(moments);
}

static void back_is_what_it_was(void **state)
{
	struct play play;
	struct replay replay;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		play_read(&play, texts[i]);
		replay_open(&replay, play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
		assert_true(replay.events > 50);
		through_all(&replay);
		replay_close(&replay);
		play_close(&play);
	}
}

/* With no room but for the start, and with room for a few snapshots. */
static void little_memory_changes_nothing(void **state)
{
	static const size_t sizes[] = {1, 40000};
	struct play play;
	struct replay replay;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		play_read(&play, texts[1]);
		replay_open(&replay, play.scenario, &(struct run_options){0}, sizes[i]);
		through_all(&replay);
		assert_true(replay.memory <= sizes[i] || replay.snapshot_count == 1);
		replay_close(&replay);
		play_close(&play);
	}
}

/* The same run as votesim run's: its end is the same moment, its hash the same. */
static void it_is_the_run(void **state)
{
	struct play play;
	struct replay replay;
	struct run_result result;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		play_read(&play, texts[i]);
		run_scenario(play.scenario, &(struct run_options){0}, &result);
		replay_open(&replay, play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
		replay_go(&replay, replay.events);
		assert_string_equal(replay.result.hash, result.hash);
		assert_int_equal(world_events(replay.world), result.events);
		assert_int_equal(world_now_ns(replay.world), result.virtual_ns);
		replay_close(&replay);
		run_result_free(&result);
		play_close(&play);
	}
}

static void steps_follow_each_other(void **state)
{
	struct play play;
	struct replay replay;
	const struct replay_step *step;

	(void)state;
	play_read(&play, texts[0]);
	replay_open(&replay, play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
	step = replay.steps;
	assert_int_equal(step[0].before, 0);
	for (uint32_t i = 0; i < 4; i++) {
		assert_true(step[i].begun && step[i].ended && step[i].before < step[i].end);
		assert_int_equal(i ? step[i - 1].end : 0, step[i].before);
		replay_go(&replay, step[i].end);
		assert_int_equal(world_now_ns(replay.world), step[i].end_ns);
		assert_int_equal(replay_step_at(&replay, step[i].end), i);
		assert_int_equal(replay_step_at(&replay, step[i].before), i ? i - 1 : UINT32_MAX);
	}
	assert_int_equal(step[3].end, replay.events);
	replay_close(&replay);
	play_close(&play);
}

static void a_time_is_the_last_event_until_then(void **state)
{
	struct play play;
	struct replay replay;
	uint64_t event;

	(void)state;
	play_read(&play, texts[0]);
	replay_open(&replay, play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
	for (uint64_t time_ns = 0; time_ns < 12000 * SCENARIO_MS; time_ns += 237 * SCENARIO_MS) {
		event = replay_at_time(&replay, time_ns);
		assert_int_equal(replay.event, 0);
		replay_go(&replay, event);
		assert_true(world_now_ns(replay.world) <= time_ns);
		if (event < replay.events) {
			replay_go(&replay, event + 1);
			assert_true(world_now_ns(replay.world) > time_ns);
		}
		replay_go(&replay, 0);
	}
	assert_int_equal(replay_at_time(&replay, UINT64_MAX), replay.events);
	replay_close(&replay);
	play_close(&play);
}

static void verdicts_have_their_moment(void **state)
{
	struct play play;
	struct replay replay;

	(void)state;
	play_read(&play, CLUSTER(2) STEPS START STEP("crash: 2\n    expect: {quorate: {1: true}}") STEP("start: 2"));
	replay_open(&replay, play.scenario, &(struct run_options){0}, REPLAY_MEMORY_MAX);
	assert_int_equal(replay.result.verdict_count, 2); /* and that no tracker was told anything */
	assert_int_equal(replay.result.verdicts[0].kind, VERDICT_EXPECTATION);
	assert_int_equal(replay.verdict_events[0], replay.steps[1].end);
	assert_int_equal(replay.verdict_events[1], replay.events);
	replay_close(&replay);
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_is_what_it_was),
		cmocka_unit_test(little_memory_changes_nothing),
		cmocka_unit_test(it_is_the_run),
		cmocka_unit_test(steps_follow_each_other),
		cmocka_unit_test(a_time_is_the_last_event_until_then),
		cmocka_unit_test(verdicts_have_their_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
