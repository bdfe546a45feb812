/*
 * Snapshots are taken while going forward over ground that has none. When they take too
 * much memory every second one is dropped, and from then on they are twice as far apart.
 */
#include "sim/replay/replay.h"

#include <string.h>

#include "sim/ensure.h"

#define INTERVAL_FIRST 32u

/* ---- the first run: where steps begin and end, and when verdicts fall ---- */

struct survey {
	struct replay *replay;
	uint64_t event; /* the one under way */
};

static void survey_observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct survey *survey = ctx;
	struct replay_step *step = &survey->replay->steps[observation->step];

	(void)view;
	if (observation->kind == OBSERVE_STEP_BEGIN) {
		step->begun = true;
		step->before = survey->event - 1;
		step->begin_ns = observation->time_ns;
	} else if (observation->kind == OBSERVE_STEP_END) {
		step->ended = true;
		step->end = survey->event;
		step->end_ns = observation->time_ns;
	}
}

static void date_verdicts(struct replay *replay, uint32_t *dated, uint64_t event)
{
	uint32_t count = replay->result.verdict_count;

	if (count == *dated)
		return;
	replay->verdict_events = realloc(replay->verdict_events, count * sizeof *replay->verdict_events);
	ALWAYS(replay->verdict_events != NULL);
	while (*dated < count)
		replay->verdict_events[(*dated)++] = event;
}

static void survey_run(struct replay *replay, const struct run_options *options)
{
	struct survey survey = {.replay = replay};
	struct run *run = run_begin(replay->scenario, options, &replay->result);
	uint32_t dated = 0;
	bool more = true;

	world_observe(run_world(run), (struct observer){&survey, survey_observe});
	while (more) {
		survey.event++;
		more = run_advance(run);
		date_verdicts(replay, &dated, survey.event);
	}
	replay->events = survey.event;
	run_end(run);
	date_verdicts(replay, &dated, survey.event);
}

/* ---- snapshots ---- */

static void drop(struct replay *replay, struct replay_snapshot *snapshot)
{
	replay->memory -= snapshot->bytes + told_size(replay->scenario);
	free(snapshot->world);
	free(snapshot->told);
}

static void thin_out(struct replay *replay)
{
	uint32_t kept = 1;

	replay->interval *= 2;
	for (uint32_t i = 1; i < replay->snapshot_count; i++) {
		if (replay->snapshots[i].event % replay->interval)
			drop(replay, &replay->snapshots[i]);
		else
			replay->snapshots[kept++] = replay->snapshots[i];
	}
	replay->snapshot_count = kept;
}

static void save(struct replay *replay)
{
	struct replay_snapshot *snapshot;
	size_t told_bytes = told_size(replay->scenario), bytes = world_bytes(replay->world);

	replay->snapshots =
		grown(replay->snapshots, replay->snapshot_count, &replay->snapshot_room, sizeof *replay->snapshots);
	snapshot = &replay->snapshots[replay->snapshot_count++];
	*snapshot = (struct replay_snapshot){replay->event, bytes, allocate(1, bytes), allocate(1, told_bytes)};
	world_save(replay->world, snapshot->world);
	memcpy(snapshot->told, replay->told, told_bytes);
	replay->memory += bytes + told_bytes;
	while (replay->memory > replay->memory_max && replay->snapshot_count > 1)
		thin_out(replay);
}

static void save_when_due(struct replay *replay)
{
	const struct replay_snapshot *last = &replay->snapshots[replay->snapshot_count - 1];

	if (replay->event > last->event && replay->event % replay->interval == 0)
		save(replay);
}

/* The last one that is not later. */
static const struct replay_snapshot *snapshot_before(const struct replay *replay, uint64_t event)
{
	uint32_t i = replay->snapshot_count - 1;

	while (replay->snapshots[i].event > event)
		i--;
	return &replay->snapshots[i];
}

static void restore(struct replay *replay, const struct replay_snapshot *snapshot)
{
	world_restore(replay->world, snapshot->world, snapshot->bytes);
	memcpy(replay->told, snapshot->told, told_size(replay->scenario));
	replay->event = snapshot->event;
}

/* ---- going ---- */

static void observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct replay *replay = ctx;

	told_observe(replay->told, observation);
	if (replay->listener.observe)
		replay->listener.observe(replay->listener.ctx, view, observation);
}

bool replay_next(struct replay *replay, struct observer listener)
{
	if (replay->event == replay->events)
		return false;
	replay->listener = listener;
	world_advance(replay->world);
	replay->listener = (struct observer){0};
	replay->event++;
	save_when_due(replay);
	return true;
}

void replay_go(struct replay *replay, uint64_t event)
{
	const struct replay_snapshot *snapshot = snapshot_before(replay, event);

	ALWAYS(event <= replay->events);
	if (event < replay->event || snapshot->event > replay->event)
		restore(replay, snapshot);
	while (replay->event < event)
		replay_next(replay, (struct observer){0});
}

uint64_t replay_at_time(struct replay *replay, uint64_t time_ns)
{
	uint64_t low = 0, high = replay->events, back = replay->event;

	/* virtual time never falls: the last moment at which it is not later */
	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;

		replay_go(replay, middle);
		if (world_now_ns(replay->world) <= time_ns)
			low = middle;
		else
			high = middle - 1;
	}
	replay_go(replay, back);
	return low;
}

uint32_t replay_step_at(const struct replay *replay, uint64_t event)
{
	uint32_t step = UINT32_MAX;

	for (uint32_t i = 0; i < replay->scenario->step_count; i++)
		if (replay->steps[i].begun && replay->steps[i].before < event)
			step = i;
	return step;
}

void replay_open(struct replay *replay, const struct scenario *scenario, const struct run_options *options,
		 size_t memory_max)
{
	memset(replay, 0, sizeof *replay);
	replay->scenario = scenario;
	replay->steps = allocate(scenario->step_count, sizeof *replay->steps);
	replay->memory_max = memory_max;
	replay->interval = INTERVAL_FIRST;
	survey_run(replay, options);
	replay->told = allocate(1, told_size(scenario));
	told_init(replay->told, scenario);
	replay->choice = run_choice(scenario, options, &replay->marks);
	replay->world = world_create(scenario, replay->choice, replay->result.seed);
	world_observe_all(replay->world, true);
	world_observe(replay->world, (struct observer){replay, observe});
	save(replay);
}

void replay_close(struct replay *replay)
{
	for (uint32_t i = 0; i < replay->snapshot_count; i++)
		drop(replay, &replay->snapshots[i]);
	free(replay->snapshots);
	free(replay->steps);
	free(replay->verdict_events);
	free(replay->told);
	world_destroy(replay->world);
	run_result_free(&replay->result);
	memset(replay, 0, sizeof *replay);
}
