/*
 * A run that can be gone through forward and back. It is run once to its end, with the
 * judge; then a second world stands at any moment of it. Going back is a copy of a
 * snapshot and the way from there; snapshots are thinned out so that their memory stays
 * bounded however long the run is.
 *
 * A moment is told as the number of events before it: 0 is the start, `events` the end. An
 * event is one thing that the world does: a step begins or ends, a message is delivered,
 * a timer fires, a client dispatches.
 */
#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include "sim/replay/told.h"
#include "sim/run.h"

#define REPLAY_MEMORY_MAX (64u << 20) /* bytes of snapshots */

struct replay_step {
	bool begun, ended;
	uint64_t before; /* the moment before it acts */
	uint64_t end;    /* the moment at which its expectations are judged */
	uint64_t begin_ns, end_ns;
};

struct replay_snapshot {
	uint64_t event;
	size_t bytes;
	uint8_t *world, *told;
};

struct replay {
	const struct scenario *scenario;
	struct run_result result; /* of the whole run */
	uint64_t *verdict_events; /* by verdict of result: the moment after which it was known */
	uint64_t events;          /* of the whole run */
	struct replay_step *steps;

	struct choice choice; /* the run's */
	struct choice_marks marks;
	struct world *world;
	struct told *told;
	uint64_t event; /* where the world stands */
	struct observer listener;

	struct replay_snapshot *snapshots; /* ascending; the first is the start */
	uint32_t snapshot_count, snapshot_room;
	uint64_t interval; /* events between snapshots */
	size_t memory, memory_max;
};

/* The scenario must outlive it, and replay must stay where it is. Free with replay_close(). */
void replay_open(struct replay *replay, const struct scenario *scenario, const struct run_options *options,
		 size_t memory_max);
void replay_close(struct replay *replay);

/* Stand at that moment, 0 .. events. */
void replay_go(struct replay *replay, uint64_t event);
/* One event on; every observation of it is told to the listener. False: the
 * run is over. */
bool replay_next(struct replay *replay, struct observer listener);
/* The last moment that is not later than that time. */
uint64_t replay_at_time(struct replay *replay, uint64_t time_ns);
/* The step that is under way, or whose end this moment is; UINT32_MAX before the first. */
uint32_t replay_step_at(const struct replay *replay, uint64_t event);

#endif
