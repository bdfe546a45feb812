/*
 * Fuzzes the whole world: bytes draw a story as `votesim swarm` has them, and more
 * bytes make every choice in it. The first byte says which kind: one like those of
 * `votesim swarm --no-administrator`, or a wild one, in which anything goes.
 *
 * The oracles are the assertions of world, core and judge, and two of its own: a run
 * ends, and from a snapshot taken on the way it ends in the same state again; and, where
 * the story is not wild, the judge: a breach is a crash, and comes with the scenario that
 * shows it. Not so what real corosync breaks, too: invariants of a whole cluster, aborts
 * (FOUND.md), nor where the judge itself is known to be wrong. VOTESIM_FUZZ_TRACE=1 shows
 * scenario and trace of any input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/check.h"
#include "sim/ensure.h"
#include "sim/scenario/write.h"
#include "sim/swarm/draw.h"
#include "sim/trace.h"
#include "sim/world/world.h"

struct run {
	struct check *check;
	const struct drawn *drawn;
	struct choice_bytes bytes;
	struct choice_recorder choices;
	bool wild;
	bool again; /* what was judged before */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- choices ---- */

/* Bytes, but for packets' jitter and loss: those a scenario takes from its seed. */
static uint32_t choose_from_run(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct run *run = ctx;
	struct choice source = choice_plain;

	if (what != CHOOSE_JITTER && what != CHOOSE_LOSS)
		source = choice_from_bytes(&run->bytes);
	return source.choose(source.ctx, streams, n, what);
}

/* ---- judging ---- */

/* As a scenario that shows the same. */
static void show_story(struct run *run)
{
	struct scenario scenario = run->drawn->scenario;
	const char *unsaid;

	choice_recorder_sort(&run->choices);
	scenario.has_choices = true;
	scenario.choices = run->choices.made;
	scenario.choice_count = run->choices.count;
	scenario.has_seed = true;
	scenario.seed = run->drawn->seed;
	unsaid = scenario_write(&scenario, NULL, stderr);
	if (unsaid)
		fprintf(stderr, "the scenario cannot be written: %s\n", unsaid);
}

/* Rules that are known to tell what is no breach, see sim/check/README.md: alarms that are left. */
static bool is_open(const char *rule)
{
	static const char *const rules[] = {"wait-for-all", "device-votes", "votes",       "downscale",
					    "answered",     "handle",       "newest-first"};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i], rule) == 0)
			return true;
	return false;
}

static void fail_on_breach(void *ctx, const struct verdict *verdict)
{
	struct run *run = ctx;

	const char *rule = check_rules[verdict->rule].id;

	if (verdict->kind != VERDICT_BREACH || run->wild || rule[0] == 'I' || strcmp(rule, "no-abort") == 0 ||
	    is_open(rule))
		return;
	show_story(run);
	fprintf(stderr, "%s, step %u: expected %s, came %s\n", rule, verdict->step, verdict->expected, verdict->came);
	abort();
}

static void judge(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct run *run = ctx;

	if (!run->again)
		check_observe(run->check, &run->drawn->scenario, view, observation, fail_on_breach, run);
}

static void show(void *ctx, const struct world_view *view, const struct observation *observation)
{
	const struct run *run = ctx;
	struct trace trace;

	if (run->again)
		return;
	trace_init(&trace, &run->drawn->scenario, true, true, false);
	trace_observe(&trace, view, observation);
	fwrite(trace.text, 1, trace.size, stderr);
	trace_free(&trace);
}

/* ---- running ---- */

static uint32_t advance(struct world *world, uint32_t most)
{
	uint32_t advanced = 0;

	while (advanced < most && world_advance(world))
		advanced++;
	return advanced;
}

static void run_twice(struct world *world, struct run *run, uint32_t first)
{
	struct choice_bytes there;
	uint64_t hash[2], again[2];
	void *snapshot;
	size_t bytes;

	advance(world, first);
	bytes = world_bytes(world);
	snapshot = allocate(1, bytes);
	world_save(world, snapshot);
	there = run->bytes;
	ALWAYS(advance(world, 1000000) < 1000000); /* a run ends */
	world_hash(world, hash);
	run->again = true;
	world_restore(world, snapshot, bytes);
	run->bytes = there;
	world_run(world);
	world_hash(world, again);
	ALWAYS(memcmp(hash, again, sizeof hash) == 0);
	free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct draw_options options[] = {
		{.nodes_min = 1, .nodes_max = 5, .events_max = 8, .no_administrator = true},
		{.nodes_min = 1, .nodes_max = 5, .events_max = 16, .wild = true},
	};
	static struct draw *draws[2];
	struct run run = {.wild = size && bytes[0] & 1};
	struct world *world;
	uint32_t first = size ? 4u * (bytes[0] & ~1u) : 0;

	if (!draws[run.wild])
		draws[run.wild] = draw_open(&options[run.wild]);
	if (size)
		run.bytes = (struct choice_bytes){bytes + 1, size - 1};
	run.drawn = draw_from_bytes(draws[run.wild], &run.bytes);
	run.choices.source = (struct choice){&run, choose_from_run};
	run.check = allocate(1, check_size(&run.drawn->scenario));
	check_init(run.check, &run.drawn->scenario);
	world = world_create(&run.drawn->scenario, choice_recorded(&run.choices), run.drawn->seed);
	world_observe_all(world, first % 16);
	if (getenv("VOTESIM_FUZZ_TRACE")) {
		show_story(&run);
		world_observe(world, (struct observer){&run, show});
	}
	world_observe(world, (struct observer){&run, judge});
	run_twice(world, &run, first);
	world_destroy(world);
	free(run.choices.made);
	free(run.check);
	return 0;
}
