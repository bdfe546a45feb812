/*
 * The world as a value. Random scenarios run to some point, are saved, run on,
 * restored (also into a world whose block lies elsewhere, and has another size) and
 * run again: the trace must be the same bytes, the hash the same number. Then what the
 * hash must and must not see, and room: more under way than was ever reserved.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/ensure.h"
#include "sim/world/state.h"

/* ---- snapshots ---- */

static const char busy[] = CLUSTER(4) "network: {jitter: 200us}\n" STEPS STEP(
	"start: {nodes: all, together: true}") STEP("trackstart: {node: 1, client: a, context: 7}")
	STEP("trackstart: {node: 2, client: b, slow: 3ms, flags: [CHANGES_ONLY]}") STEP(
		"trackstart: {node: 3, client: m, dispatch: manual}") STEP("{partition: [[1, 2]], settle: false}")
		STEP("{setexpected: {node: 1, client: a, votes: 4}, settle: false, after: 1ms}")
			STEP("{heal: all, after: 12s}") STEP("{crash: 4, settle: false, after: 200100us}")
				STEP("{qdevice_register: {node: 1, client: q, name: d}, settle: false}")
					STEP("{start: 4, settle: false, after: 5s}")
						STEP("{pause: 2, settle: false, after: 50200us}")
							STEP("{getinfo: {node: 2, client: b}, settle: false}")
								STEP("resume: 2") STEP(
									"dispatch: {node: 3, client: m, type: ONE}")
									STEP("stop: 1");

struct recorder { /* a trace from now on */
	struct world *world;
	struct trace trace;
};

static struct recorder *record(const struct scenario *scenario, struct world *world)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);

	assert_non_null(recorder);
	recorder->world = world;
	trace_init(&recorder->trace, scenario, true, true, false);
	world_observe_all(world, true);
	world_observe(world, (struct observer){&recorder->trace, trace_observe});
	return recorder;
}

static void advance(struct world *world, uint32_t count)
{
	while (count-- && world_advance(world))
		;
}

static void erase(struct recorder *recorder)
{
	recorder->trace.size = 0;
}

static void free_recorder(struct recorder *recorder)
{
	world_destroy(recorder->world);
	trace_free(&recorder->trace);
	free(recorder);
}

static void same_text(const struct recorder *a, const struct recorder *b)
{
	assert_int_equal(a->trace.size, b->trace.size);
	assert_memory_equal(a->trace.text, b->trace.text, a->trace.size);
}

/* Run on from the snapshot in both, to the end: the same in all that can be seen. */
static void same_future(struct recorder *one, struct recorder *other)
{
	uint64_t hash[2], hash_other[2];

	erase(one);
	erase(other);
	world_run(one->world);
	world_run(other->world);
	same_text(one, other);
	assert_true(one->trace.size > 0);
	world_hash(one->world, hash);
	world_hash(other->world, hash_other);
	assert_memory_equal(hash, hash_other, sizeof hash);
	assert_int_equal(world_events(one->world), world_events(other->world));
	assert_int_equal(world_now_ns(one->world), world_now_ns(other->world));
	assert_int_equal(world_bytes(one->world), world_bytes(other->world));
}

static void a_snapshot_goes_on_in_the_same_way(void **state)
{
	struct play play;

	(void)state;
	play_read(&play, busy);
	for (uint32_t count = 0; count < 900; count += 7) {
		struct recorder *one = record(play.scenario, world_create(play.scenario, choice_seeded, count));
		struct recorder *other = record(play.scenario, world_create(play.scenario, choice_seeded, 99));
		size_t bytes;
		void *snapshot;

		advance(one->world, count);
		advance(other->world, 11 * count % 700); /* somewhere else entirely */
		bytes = world_bytes(one->world);
		snapshot = malloc(bytes);
		assert_non_null(snapshot);
		world_save(one->world, snapshot);
		world_restore(other->world, snapshot, bytes);
		world_run(one->world);
		world_restore(one->world, snapshot, bytes);
		if (world_step(one->world) + 1 < play.scenario->step_count)
			same_future(one, other);
		free(snapshot);
		free_recorder(one);
		free_recorder(other);
	}
	play_close(&play);
}

/* Nothing in the block says where it lies: two worlds made alike, at other addresses and
 * in memory with other rubbish around, hold the same bytes all the way. */
static void equal_worlds_are_equal_bytes(void **state)
{
	struct play play;

	(void)state;
	play_read(&play, busy);
	for (uint64_t seed = 0; seed < 5; seed++) {
		struct world *one = world_create(play.scenario, choice_seeded, seed);
		void *between = malloc(12345);
		struct world *other = world_create(play.scenario, choice_seeded, seed);
		uint32_t compared = 0;

		do {
			assert_int_equal(world_bytes(one), world_bytes(other));
			assert_memory_equal(one->block, other->block, world_bytes(one));
			compared++;
		} while (world_advance(one) && world_advance(other));
		assert_true(compared > 300);
		free(between);
		world_destroy(one);
		world_destroy(other);
	}
	play_close(&play);
}

/* From one snapshot, other choices lead elsewhere; the same choices lead to the same. */
static void forks(void **state)
{
	struct play play;
	struct recorder *one;
	uint64_t hash[3][2], before[2];
	void *snapshot;
	size_t bytes;

	(void)state;
	play_read(&play, busy);
	one = record(play.scenario, world_create(play.scenario, choice_seeded, 1));
	advance(one->world, 200);
	bytes = world_bytes(one->world);
	snapshot = malloc(bytes);
	assert_non_null(snapshot);
	world_save(one->world, snapshot);
	for (uint32_t i = 0; i < 3; i++) {
		world_restore(one->world, snapshot, bytes);
		world_choose(one->world, i == 1 ? choice_plain : choice_seeded);
		world_hash(one->world, before);
		advance(one->world, 150);
		world_hash(one->world, hash[i]);
		assert_memory_not_equal(before, hash[i], sizeof before);
	}
	assert_memory_equal(hash[0], hash[2], sizeof hash[0]);
	assert_memory_not_equal(hash[0], hash[1], sizeof hash[0]);
	free(snapshot);
	free_recorder(one);
	play_close(&play);
}

/* ---- the hash ---- */

static void hash_after(const char *text, uint32_t step, uint64_t hash[2])
{
	struct play play;

	play_open(&play, text, choice_plain, 0, false);
	play_until_step(&play, step);
	world_hash(play.world, hash);
	play_close(&play);
}

static bool same_after(const char *one, const char *other, uint32_t step)
{
	uint64_t hash[2], hash_other[2];

	hash_after(one, step, hash);
	hash_after(other, step, hash_other);
	return memcmp(hash, hash_other, sizeof hash) == 0;
}

/* Room that was reserved and never used, in queue and pool, is no part of the state. */
static void room_does_not_count(void **state)
{
	struct play play;
	uint64_t hash[2], grown[2];

	(void)state;
	play_open(&play, busy, choice_seeded, 3, false);
	advance(play.world, 300);
	world_hash(play.world, hash);
	world_grow(play.world, 5000, 1u << 20);
	world_hash(play.world, grown);
	assert_memory_equal(hash, grown, sizeof hash);
	play_close(&play);
}

/* Nor where in the pool something lies: blocks taken and freed move what comes after. */
static void places_in_the_pool_do_not_count(void **state)
{
	struct play one, other;
	uint64_t hash[2], hash_other[2];
	uint32_t places[8], before;

	(void)state;
	play_open(&one, busy, choice_plain, 0, false);
	play_open(&other, busy, choice_plain, 0, false);
	world_reserve(other.world, 0, 16384);
	for (uint32_t i = 0; i < 8; i++)
		places[i] = pool_take(other.world, 16u << i);
	for (uint32_t i = 0; i < 8; i += 2)
		pool_free(other.world, places[i], 16u << i);
	before = state_of(other.world)->pool.used;
	for (uint32_t i = 0; i < 500; i++) {
		assert_int_equal(world_advance(one.world), world_advance(other.world));
		world_hash(one.world, hash);
		world_hash(other.world, hash_other);
		assert_memory_equal(hash, hash_other, sizeof hash);
	}
	assert_true(before > 8);
	play_close(&one);
	play_close(&other);
}

/* The same state at another time, unless a later step names its moment. */
static void time_counts_only_where_it_shows(void **state)
{
#define WAITED(first, last) CLUSTER(2) STEPS STEP("start: all") STEP("wait: " first) STEP("wait: 1s") STEP(last)
	(void)state;
	assert_true(same_after(WAITED("1s", "crash: 1"), WAITED("5s", "crash: 1"), 2));
	assert_false(same_after(WAITED("1s", "{crash: 1, at: 20s}"), WAITED("5s", "{crash: 1, at: 20s}"), 2));
}

static void different_states_differ(void **state)
{
#define AFTER(step) CLUSTER(3) STEPS STEP("start: all") STEP(step) STEP("wait: 1s")
	static const char *const steps[] = {
		AFTER("wait: 1s"),
		AFTER("crash: 3"),
		AFTER("stop: 3"),
		AFTER("stop: {nodes: 3, wipe: true}"),
		AFTER("pause: 3"),
		AFTER("partition: [[3]]"),
		AFTER("partition: [[2]]"),
		AFTER("reload: {}"),
		AFTER("reload: {nodes: [1, 2, 3, 4]}"),
		AFTER("setexpected: {node: 1, votes: 4}"),
		AFTER("trackstart: {node: 1}"),
		AFTER("trackstart: {node: 1, context: 1}"),
		AFTER("qdevice_register: {node: 1, name: a}"),
		AFTER("qdevice_register: {node: 1, name: b}"),
		AFTER("context_set: {node: 1, context: 3}"),
		AFTER("fault: {node: 1, error: LIBRARY}"),
	};
	size_t count = sizeof steps / sizeof *steps;

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(same_after(steps[i], steps[k], 2));
}

/* A connection to a daemon that has since started anew is none. */
static void dead_connections_count(void **state)
{
	struct play play;
	uint64_t hash[2], other[2];

	(void)state;
	play_open(&play,
		  CLUSTER(1) STEPS STEP("start: 1") STEP("getinfo: {node: 1, dispatch: manual}") STEP("wait: 1s"),
		  choice_plain, 0, false);
	play_until_step(&play, 2);
	world_hash(play.world, hash);
	client_of(play.world, 0)->boots--;
	world_hash(play.world, other);
	assert_memory_not_equal(hash, other, sizeof hash);
	play_close(&play);
}

/* A timer of a paused node that runs, and has no time left, is not one that does not run. */
static void timers_of_paused_nodes_count(void **state)
{
	struct play play;
	uint64_t hash[2], other[2];

	(void)state;
	play_open(&play, CLUSTER(1) STEPS STEP("start: 1") STEP("pause: 1") STEP("wait: 1s"), choice_plain, 0, false);
	play_until_step(&play, 2);
	world_hash(play.world, hash);
	assert_true(node_of(play.world, 0)->timers[0].due_ns == NEVER_NS);
	node_of(play.world, 0)->timers[0].due_ns = 5;
	world_hash(play.world, other);
	assert_memory_not_equal(hash, other, sizeof hash);
	play_close(&play);
}

/* A packet on a ring that is no more does nothing, but the script waits for it: a
 * state with it is not one without. */
static void stale_events_count_as_waiting(void **state)
{
	struct play play;
	uint64_t hash[2], other[2];

	(void)state;
	play_open(&play, CLUSTER(2) STEPS STEP("start: all") STEP("wait: 1s"), choice_plain, 0, false);
	play_until_step(&play, 1);
	world_hash(play.world, hash);
	event_push(play.world, world_now_ns(play.world) + 5, (struct event){.kind = EVENT_DELIVER, .b = 0});
	world_hash(play.world, other);
	assert_memory_not_equal(hash, other, sizeof hash);
	play_close(&play);
}

/* ---- room ---- */

#define MACHINES 300u

static char big[1u << 20];
static size_t big_size;

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	big_size += (size_t)vsnprintf(big + big_size, sizeof big - big_size, format, arguments);
	va_end(arguments);
	assert_true(big_size < sizeof big);
}

static void begin(uint32_t nodes, const char *more)
{
	big_size = 0;
	add("scenario: t\ncluster: {nodes: %u, quorum: {allow_downscale: 1, wait_for_all: 1}}\n%ssteps:\n"
	    "  - start: {nodes: all, together: true}\n",
	    nodes, more);
}

static void runs_to_its_end(struct choice choice)
{
	struct play play;
	struct world *world;

	play_read(&play, big);
	world = world_create(play.scenario, choice, 1);
	world_run(world);
	assert_null(world_stuck(world));
	assert_int_equal(world_step(world) + 1, play.scenario->step_count);
	assert_true(world_at_rest(world));
	world_destroy(world);
	play_close(&play);
}

/* A large cluster, a tracker on each, all told at once by one step. */
static void every_node_reloads_at_once(void **state)
{
	(void)state;
	begin(MACHINES, "");
	for (uint32_t i = 1; i <= MACHINES; i++)
		add("  - {trackstart: {node: %u, flags: [CHANGES_ONLY], dispatch: manual}, settle: false}\n", i);
	add("  - reload: {quorum: {expected_votes: 1000}}\n  - reload: {quorum: {expected_votes: 300}}\n"
	    "  - cancel_wait_for_all: all\n  - {pause: all, settle: false}\n  - {resume: all, settle: false, after: "
	    "1ms}\n"
	    "  - stop: all\n");
	runs_to_its_end(choice_plain);
}

/* Many clients of one node: a call of one is told to all. */
static void many_clients_on_one_node(void **state)
{
	(void)state;
	begin(2, "");
	for (uint32_t i = 0; i < 300; i++)
		add("  - {trackstart: {node: 1, client: c%u%s}, settle: false}\n", i, i % 2 ? ", slow: 5ms" : "");
	add("  - setexpected: {node: 1, votes: 4}\n  - crash: 2\n  - setexpected: {node: 1, votes: 2}\n  - crash: "
	    "1\n");
	runs_to_its_end(choice_plain);
	runs_to_its_end(choice_seeded);
}

/* Calls that waited for a paused daemon are all made in one event. */
static void many_calls_behind_a_pause(void **state)
{
	(void)state;
	begin(3, "");
	add("  - trackstart: {node: 1, client: a, dispatch: manual}\n  - {pause: 1, settle: false}\n");
	for (uint32_t i = 0; i < 3000; i++)
		add("  - {trackstart: {node: 1, client: a}, settle: false}\n");
	add("  - resume: 1\n  - wait: 1s\n");
	runs_to_its_end(choice_plain);
}

/* A ring that goes on after a pause sends again what was under way: to each member, each message. */
static void a_large_ring_goes_on_in_the_midst_of_a_sync(void **state)
{
	(void)state;
	begin(60, "network: {latency: 1ms, jitter: 1ms}\n");
	add("  - partition: [[1]]\n  - heal: all\n");
	for (uint32_t i = 0; i < 6; i++)
		add("  - {pause: 2, settle: false, after: %s}\n  - {resume: 2, settle: false, after: 0s}\n",
		    i ? "300us" : "201ms");
	add("  - wait: 1s\n");
	runs_to_its_end(choice_plain);
	runs_to_its_end(choice_seeded);
}

static void nothing_to_do(void **state)
{
	struct play play;
	struct scenario none;
	uint64_t hash[2];

	(void)state;
	play_read(&play, CLUSTER(1) STEPS STEP("start: all"));
	none = *play.scenario;
	none.step_count = 0;
	none.steps = NULL;
	play.world = world_create(&none, choice_plain, 0);
	trace_init(&play.trace, &none, true, true, false);
	world_observe(play.world, (struct observer){&play.trace, trace_observe});
	world_hash(play.world, hash);
	assert_false(world_advance(play.world));
	assert_false(world_advance(play.world));
	assert_string_equal((const char *)memcpy((char[64]){0}, play.trace.text, play.trace.size),
			    "{\"t\":0,\"step\":0,\"event\":\"run_end\",\"settled\":1}\n");
	play_close(&play);
}

/* Asking changes nothing. */
static void the_view(void **state)
{
	struct play play;
	struct world_view view;
	struct vq_info info;
	void *before;

	(void)state;
	play_open(&play, CLUSTER(2) STEPS STEP("start: 1") STEP("wait: 1s"), choice_plain, 0, false);
	view = world_view(play.world);
	assert_int_equal(view.getinfo(view.world, 0, 0, &info), VQ_ERR_LIBRARY);
	play_until_step(&play, 1);
	before = malloc(world_bytes(play.world));
	assert_non_null(before);
	world_save(play.world, before);
	assert_int_equal(view.getinfo(view.world, 0, 0, &info), VQ_OK);
	assert_int_equal(info.node_id, 1);
	assert_int_equal(info.quorum, 2);
	assert_int_equal(view.getinfo(view.world, 0, 7, &info), VQ_ERR_NOT_EXIST);
	assert_true(view.settled(view.world));
	assert_true(view.reaches(view.world, 0, 0));
	assert_false(view.reaches(view.world, 0, 1));
	assert_memory_equal(before, play.world->block, world_bytes(play.world));
	free(before);
	play_close(&play);
	world_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_goes_on_in_the_same_way),
		cmocka_unit_test(equal_worlds_are_equal_bytes),
		cmocka_unit_test(forks),
		cmocka_unit_test(room_does_not_count),
		cmocka_unit_test(places_in_the_pool_do_not_count),
		cmocka_unit_test(time_counts_only_where_it_shows),
		cmocka_unit_test(different_states_differ),
		cmocka_unit_test(dead_connections_count),
		cmocka_unit_test(timers_of_paused_nodes_count),
		cmocka_unit_test(stale_events_count_as_waiting),
		cmocka_unit_test(every_node_reloads_at_once),
		cmocka_unit_test(many_clients_on_one_node),
		cmocka_unit_test(many_calls_behind_a_pause),
		cmocka_unit_test(a_large_ring_goes_on_in_the_midst_of_a_sync),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(the_view),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
