/*
 * Runs stand in a queue, each as the run that it departs from and where: first in, first
 * out, so that fewer departures come first and each run comes once. A run goes on from a
 * snapshot of the fork at which it departs; as it passes new forks, those who depart there queue up.
 */
#include "sim/explore/interleave.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/explore/explore.h"

#define QUESTIONS_MAX (1u << 20)
#define PICKED_MAX 255u
#define SEEN_FIRST 1024u
#define KEPT_BYTES_MAX (64u << 20) /* of snapshots; from forks beyond that runs begin where the event does */
#define END UINT32_MAX

struct way { /* a run: `parent`'s, but for one more departure */
	uint32_t parent;
	uint32_t departure; /* question << 8 | picked */
	uint32_t count;     /* of departures */
	uint32_t fork;      /* at which it departs */
};

struct fork {
	struct snapshot at; /* empty: the way to it is gone again */
	uint32_t asked;     /* questions before it */
	uint32_t pending;   /* ways that depart from it and were not made yet */
	bool breached;
};

struct leg { /* from a fork to the next */
	uint32_t from, to;
};

struct seen {
	uint64_t hash[2];
	uint64_t event; /* another than the one now: free */
	uint32_t fork;
};

struct interleaver {
	struct way *ways;
	uint32_t way_count, way_room, next; /* next: the first that was not taken up */
	uint32_t budget;
	struct fork *forks;
	uint32_t fork_count, fork_room;
	struct leg *legs;
	uint32_t leg_count, leg_room;
	size_t kept_bytes; /* of snapshots */
	struct interleaved done;
	struct seen *seen;
	uint32_t seen_room, seen_count;
	uint64_t event;
	const struct ground *ground;
	const struct snapshot *start;
	uint32_t step;
	uint32_t bits;                 /* of hashes that count */
	struct snapshot before, after; /* a part of a run */
	/* the run under way */
	uint32_t follow[1 + INTERLEAVE_DEPARTURES_MAX]; /* how many, then each */
	uint32_t followed;                              /* of these */
	uint32_t fresh;                                 /* the first question behind the last departure */
	uint32_t asked;                                 /* questions so far */
	uint16_t *n;                                    /* of each question, 0x8000: the usual is 1 */
	uint32_t n_room;
	/* since the beginning */
	uint32_t asked_of[CHOOSE_KIND_COUNT];
	struct choice_recorder made;
};

#define USUAL_IS_ONE 0x8000u

/* ---- choosing ---- */

static uint32_t usual(enum choice_kind what)
{
	return what == CHOOSE_TOKEN;
}

static void note(struct interleaver *interleaver, enum choice_kind what, uint32_t picked)
{
	struct choice_recorder *made = &interleaver->made;
	uint32_t number = interleaver->asked_of[what]++;

	if (picked == usual(what))
		return;
	made->made = grown(made->made, made->count, &made->room, sizeof *made->made);
	made->made[made->count++] = (struct choice_made){what, number, picked};
}

static void keep_question(struct interleaver *interleaver, uint32_t n, enum choice_kind what)
{
	uint32_t question = interleaver->asked++;

	ALWAYS(question < QUESTIONS_MAX);
	interleaver->n = grown(interleaver->n, question, &interleaver->n_room, sizeof *interleaver->n);
	n = n < PICKED_MAX + 1 ? n : PICKED_MAX + 1;
	interleaver->n[question] = (uint16_t)(n | (usual(what) ? USUAL_IS_ONE : 0));
}

static uint32_t choose(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct interleaver *interleaver = ctx;
	uint32_t picked = usual(what), at = interleaver->followed;

	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return choice_plain.choose(NULL, streams, n, what);
	if (at < interleaver->follow[0] && interleaver->follow[1 + at] >> 8 == interleaver->asked) {
		picked = interleaver->follow[1 + at] & PICKED_MAX;
		interleaver->followed++;
	}
	keep_question(interleaver, n, what);
	if (!interleaver->ground)
		note(interleaver, what, picked);
	return picked;
}

struct choice interleaver_choice(struct interleaver *interleaver)
{
	return (struct choice){interleaver, choose};
}

static void begin_run(struct interleaver *interleaver)
{
	uint32_t count = interleaver->follow[0];

	interleaver->followed = interleaver->asked = 0;
	interleaver->fresh = count ? (interleaver->follow[count] >> 8) + 1 : 0;
}

void interleaver_follow(struct interleaver *interleaver, const uint32_t *departures)
{
	interleaver->follow[0] = 0;
	if (departures)
		memcpy(interleaver->follow, departures, (1 + departures[0]) * sizeof *departures);
	begin_run(interleaver);
}

const uint32_t *interleaver_departures(const struct interleaver *interleaver)
{
	return interleaver->follow[0] ? interleaver->follow : NULL;
}

const struct choice_made *interleaver_made(struct interleaver *interleaver, uint32_t *count)
{
	choice_recorder_sort(&interleaver->made);
	*count = interleaver->made.count;
	return interleaver->made.made;
}

/* ---- runs ---- */

static void drop(struct interleaver *interleaver, uint32_t departures_of_it)
{
	struct interleaved *done = &interleaver->done;

	done->dropped++;
	if (departures_of_it - 1 < done->complete)
		done->complete = departures_of_it - 1;
}

static void add_way(struct interleaver *interleaver, struct way way)
{
	if (interleaver->way_count == interleaver->budget || way.count > INTERLEAVE_DEPARTURES_MAX) {
		drop(interleaver, way.count);
		return;
	}
	interleaver->ways = grown(interleaver->ways, interleaver->way_count, &interleaver->way_room, sizeof way);
	interleaver->ways[interleaver->way_count++] = way;
}

/* At this fork all that depart once more, from question `first` on. */
static void branch(struct interleaver *interleaver, uint32_t fork, uint32_t first)
{
	uint32_t run = interleaver->next - 1, known = interleaver->way_count;

	for (uint32_t question = first; question < interleaver->asked; question++) {
		uint32_t n = interleaver->n[question] & ~USUAL_IS_ONE;

		for (uint32_t picked = 0; picked < n; picked++)
			if (picked != (uint32_t)(interleaver->n[question] >= USUAL_IS_ONE))
				add_way(interleaver, (struct way){run, question << 8 | picked,
								  interleaver->ways[run].count + 1, fork});
	}
	interleaver->forks[fork].pending += interleaver->way_count - known;
}

static void forget_forks(struct interleaver *interleaver)
{
	for (uint32_t i = 0; i < interleaver->fork_count; i++)
		snapshot_free(&interleaver->forks[i].at);
	interleaver->fork_count = interleaver->leg_count = 0;
	interleaver->kept_bytes = 0;
}

void interleaver_begin(struct interleaver *interleaver, const struct ground *ground, const struct snapshot *start,
		       uint32_t step, uint32_t budget)
{
	forget_forks(interleaver);
	interleaver->ground = ground;
	interleaver->start = start;
	interleaver->step = step;
	interleaver->budget = budget;
	interleaver->way_count = interleaver->next = 0;
	interleaver->done = (struct interleaved){.complete = UINT32_MAX};
	interleaver->event++;
	interleaver->seen_count = 0;
	add_way(interleaver, (struct way){0, 0, 0, END});
}

bool interleaver_next(struct interleaver *interleaver)
{
	uint32_t run = interleaver->next;

	if (run == interleaver->way_count)
		return false;
	interleaver->next++;
	interleaver->done.runs++;
	interleaver->follow[0] = interleaver->ways[run].count;
	for (uint32_t at = run; interleaver->ways[at].count; at = interleaver->ways[at].parent)
		interleaver->follow[interleaver->ways[at].count] = interleaver->ways[at].departure;
	begin_run(interleaver);
	return true;
}

/* ---- forks ---- */

static struct seen *place_of(const struct interleaver *interleaver, const uint64_t hash[2])
{
	uint32_t at = (uint32_t)hash[0] & (interleaver->seen_room - 1);

	while (interleaver->seen[at].event == interleaver->event &&
	       (interleaver->seen[at].hash[0] != hash[0] || interleaver->seen[at].hash[1] != hash[1]))
		at = (at + 1) & (interleaver->seen_room - 1);
	return &interleaver->seen[at];
}

static void grow_seen(struct interleaver *interleaver)
{
	struct seen *old = interleaver->seen;
	uint32_t room = interleaver->seen_room;

	interleaver->seen_room = room ? 2 * room : SEEN_FIRST;
	interleaver->seen = allocate(interleaver->seen_room, sizeof *interleaver->seen);
	for (uint32_t i = 0; i < room; i++)
		if (old[i].event == interleaver->event)
			*place_of(interleaver, old[i].hash) = old[i];
	free(old);
}

static void add_leg(struct interleaver *interleaver, uint32_t from, uint32_t to)
{
	interleaver->legs =
		grown(interleaver->legs, interleaver->leg_count, &interleaver->leg_room, sizeof *interleaver->legs);
	interleaver->legs[interleaver->leg_count++] = (struct leg){from, to};
}

static uint32_t new_fork(struct interleaver *interleaver, uint32_t asked, bool breached)
{
	interleaver->forks = grown(interleaver->forks, interleaver->fork_count, &interleaver->fork_room,
				   sizeof *interleaver->forks);
	interleaver->forks[interleaver->fork_count] = (struct fork){.asked = asked, .breached = breached};
	return interleaver->fork_count++;
}

static void forget_bits(uint64_t hash[2], uint32_t bits)
{
	hash[0] &= bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;
	hash[1] &= bits < 128 ? (1ull << (bits > 64 ? bits - 64 : 0)) - 1 : UINT64_MAX;
}

/* The world stands at a fork, before its questions. Its number, which may be known. */
static uint32_t find_fork(struct interleaver *interleaver, uint32_t asked, bool breached)
{
	struct seen seen = {.event = interleaver->event}, *place;

	world_hash_under_way(interleaver->ground->world, seen.hash);
	seen.hash[0] += breached;
	forget_bits(seen.hash, interleaver->bits);
	if (2 * interleaver->seen_count >= interleaver->seen_room)
		grow_seen(interleaver);
	place = place_of(interleaver, seen.hash);
	if (place->event == interleaver->event)
		return place->fork;
	seen.fork = new_fork(interleaver, asked, breached);
	*place = seen;
	interleaver->seen_count++;
	return seen.fork;
}

static void keep_snapshot(struct interleaver *interleaver, uint32_t number)
{
	struct fork *fork = &interleaver->forks[number];
	struct snapshot taken = interleaver->before;

	if (!fork->pending || interleaver->kept_bytes >= KEPT_BYTES_MAX)
		return;
	interleaver->before = fork->at;
	fork->at = taken;
	interleaver->kept_bytes += snapshot_bytes(&fork->at, interleaver->ground);
}

static void leave_fork(struct interleaver *interleaver, uint32_t number)
{
	struct fork *fork = &interleaver->forks[number];

	if (--fork->pending || !fork->at.world)
		return;
	interleaver->kept_bytes -= snapshot_bytes(&fork->at, interleaver->ground);
	snapshot_free(&fork->at);
}

/* ---- a run ---- */

static bool goes_on(const struct interleaver *interleaver)
{
	return world_step(interleaver->ground->world) <= interleaver->step &&
	       world_advance(interleaver->ground->world);
}

/* To right before the questions of a fork of which no snapshot is kept. */
static void go_to_again(struct interleaver *interleaver, uint32_t asked)
{
	snapshot_return(interleaver->start, interleaver->ground);
	while (interleaver->asked <= asked) {
		snapshot_take(&interleaver->before, interleaver->ground);
		ALWAYS(goes_on(interleaver));
	}
	snapshot_return(&interleaver->before, interleaver->ground);
}

static void go_to(struct interleaver *interleaver, uint32_t number)
{
	const struct fork *fork = &interleaver->forks[number];

	if (fork->at.world)
		snapshot_return(&fork->at, interleaver->ground);
	else
		go_to_again(interleaver, fork->asked);
	interleaver->asked = fork->asked;
	interleaver->followed = 0;
	while (interleaver->followed < interleaver->follow[0] &&
	       interleaver->follow[1 + interleaver->followed] >> 8 < fork->asked)
		interleaver->followed++;
}

/* It has passed a fork, after so many questions. False: that was known. */
static bool pass_fork(struct interleaver *interleaver, uint32_t *last, uint32_t asked, bool breached)
{
	uint32_t known = interleaver->fork_count, fork;

	snapshot_take(&interleaver->after, interleaver->ground);
	snapshot_return(&interleaver->before, interleaver->ground);
	fork = find_fork(interleaver, asked, breached);
	if (*last != END)
		add_leg(interleaver, *last, fork);
	*last = fork;
	if (fork < known)
		return false;
	branch(interleaver, fork, asked);
	keep_snapshot(interleaver, fork);
	snapshot_return(&interleaver->after, interleaver->ground);
	return true;
}

/* The fork at which it departs is passed: those who depart there once more come behind it. */
static void depart(struct interleaver *interleaver, uint32_t fork)
{
	go_to(interleaver, fork);
	ALWAYS(goes_on(interleaver));
	branch(interleaver, fork, interleaver->fresh);
	leave_fork(interleaver, fork);
}

bool interleaver_run(struct interleaver *interleaver, bool *breached)
{
	uint32_t last = interleaver->ways[interleaver->next - 1].fork, asked;
	bool before = false;

	if (last == END) {
		snapshot_return(interleaver->start, interleaver->ground);
	} else {
		*breached = interleaver->forks[last].breached;
		depart(interleaver, last);
	}
	do {
		asked = interleaver->asked;
		before = *breached;
		snapshot_take(&interleaver->before, interleaver->ground);
		if (!goes_on(interleaver)) {
			if (last != END)
				add_leg(interleaver, last, END);
			return true;
		}
	} while (asked == interleaver->asked || pass_fork(interleaver, &last, asked, before));
	return false;
}

/* ---- what was done ---- */

/* Where each fork goes on to, and by fork where in that list. */
static uint32_t *sort_legs(const struct interleaver *interleaver, uint32_t *to)
{
	uint32_t *first = allocate(interleaver->fork_count + 2, sizeof *first);

	for (uint32_t i = 0; i < interleaver->leg_count; i++)
		first[interleaver->legs[i].from + 2]++;
	for (uint32_t i = 0; i < interleaver->fork_count; i++)
		first[i + 2] += first[i + 1];
	for (uint32_t i = 0; i < interleaver->leg_count; i++)
		to[first[interleaver->legs[i].from + 1]++] = interleaver->legs[i].to;
	return first;
}

struct count { /* of the ways from a fork to the end */
	uint64_t ways;
	uint32_t next; /* of its legs that is not in it yet */
	bool open;     /* those behind it are counted first */
};

/* What a leg leads to is to be counted before. A fork comes twice on a way only when forks are taken for
 * the same that are not. */
static bool wants(const struct count *counts, const uint32_t *first, uint32_t to)
{
	return to != END && counts[to].next < first[to + 1] && !counts[to].open;
}

static void count_from_first(struct count *counts, const uint32_t *first, const uint32_t *to, uint32_t *stack)
{
	uint32_t depth = 1;

	stack[0] = 0;
	while (depth) {
		uint32_t fork = stack[depth - 1], leg = counts[fork].next;

		counts[fork].open = leg < first[fork + 1];
		if (!counts[fork].open) {
			depth--;
		} else if (wants(counts, first, to[leg])) {
			stack[depth++] = to[leg];
		} else {
			counts[fork].ways =
				explore_sum_ways(counts[fork].ways, to[leg] == END ? 1 : counts[to[leg]].ways);
			counts[fork].next++;
		}
	}
}

static uint64_t count_ways(const struct interleaver *interleaver)
{
	uint32_t count = interleaver->fork_count;
	uint32_t *to = allocate(interleaver->leg_count + 1, sizeof *to), *first = sort_legs(interleaver, to);
	uint32_t *stack = allocate(count + 1, sizeof *stack);
	struct count *counts = allocate(count + 1, sizeof *counts);
	uint64_t ways;

	for (uint32_t i = 0; i < count; i++)
		counts[i].next = first[i];
	if (count)
		count_from_first(counts, first, to, stack);
	ways = count ? counts[0].ways : 1;
	free(to);
	free(first);
	free(stack);
	free(counts);
	return ways;
}

struct interleaved interleaver_done(const struct interleaver *interleaver)
{
	struct interleaved done = interleaver->done;

	done.forks = interleaver->fork_count;
	done.ways = count_ways(interleaver);
	return done;
}

/* ---- its life ---- */

struct interleaver *interleaver_create(void)
{
	struct interleaver *interleaver = allocate(1, sizeof *interleaver);

	interleaver->bits = 128;
	return interleaver;
}

void interleaver_trust(struct interleaver *interleaver, uint32_t bits)
{
	interleaver->bits = bits;
}

void interleaver_destroy(struct interleaver *interleaver)
{
	if (!interleaver)
		return;
	forget_forks(interleaver);
	snapshot_free(&interleaver->before);
	snapshot_free(&interleaver->after);
	free(interleaver->forks);
	free(interleaver->legs);
	free(interleaver->ways);
	free(interleaver->seen);
	free(interleaver->n);
	free(interleaver->made.made);
	free(interleaver);
}
