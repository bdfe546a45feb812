/*
 * Runs stand in a queue, each as the run that it departs from and where: first in, first
 * out, so that fewer departures come first and each run comes once. A run is made anew from
 * where the event begins.
 */
#include "sim/explore/interleave.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define QUESTIONS_MAX (1u << 20)
#define PICKED_MAX 255u
#define SEEN_FIRST 1024u

struct way { /* a run: `parent`'s, but for one more departure */
	uint32_t parent;
	uint32_t departure; /* question << 8 | picked */
	uint32_t count;     /* of departures */
};

struct seen { /* a world in the midst of the event */
	uint64_t hash[2];
	uint64_t event; /* another than the one now: free */
};

struct interleaver {
	struct way *ways;
	uint32_t way_count, way_room, next; /* next: the first that was not taken up */
	uint32_t budget;
	struct interleaved done;
	struct seen *seen;
	uint32_t seen_room, seen_count;
	uint64_t event;
	/* the run under way */
	uint32_t follow[1 + INTERLEAVE_DEPARTURES_MAX]; /* how many, then each */
	uint32_t followed;                              /* of these */
	uint32_t fresh;                                 /* the first question behind the last departure */
	uint32_t asked, looked;                         /* questions so far; when the world was looked at last */
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

	interleaver->followed = interleaver->asked = interleaver->looked = 0;
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

/* All that depart once more, behind the run's last departure. */
static void branch(struct interleaver *interleaver, uint32_t run)
{
	for (uint32_t question = interleaver->fresh; question < interleaver->asked; question++) {
		uint32_t n = interleaver->n[question] & ~USUAL_IS_ONE;

		for (uint32_t picked = 0; picked < n; picked++)
			if (picked != (uint32_t)(interleaver->n[question] >= USUAL_IS_ONE))
				add_way(interleaver,
					(struct way){run, question << 8 | picked, interleaver->ways[run].count + 1});
	}
}

void interleaver_begin(struct interleaver *interleaver, uint32_t budget)
{
	interleaver->budget = budget;
	interleaver->way_count = interleaver->next = 0;
	interleaver->done = (struct interleaved){.complete = UINT32_MAX};
	interleaver->event++;
	interleaver->seen_count = 0;
	add_way(interleaver, (struct way){0, 0, 0});
}

bool interleaver_next(struct interleaver *interleaver)
{
	uint32_t run = interleaver->next;

	if (run)
		branch(interleaver, run - 1);
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

struct interleaved interleaver_done(const struct interleaver *interleaver)
{
	return interleaver->done;
}

/* ---- worlds met ---- */

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

bool interleaver_goes_on(struct interleaver *interleaver, const struct world *world)
{
	struct seen seen = {.event = interleaver->event}, *place;

	if (interleaver->asked == interleaver->looked || interleaver->asked < interleaver->fresh)
		return true;
	interleaver->looked = interleaver->asked;
	world_hash_under_way(world, seen.hash);
	if (2 * interleaver->seen_count >= interleaver->seen_room)
		grow_seen(interleaver);
	place = place_of(interleaver, seen.hash);
	if (place->event == interleaver->event)
		return false;
	*place = seen;
	interleaver->seen_count++;
	return true;
}

/* ---- its life ---- */

struct interleaver *interleaver_create(void)
{
	return allocate(1, sizeof(struct interleaver));
}

void interleaver_destroy(struct interleaver *interleaver)
{
	if (!interleaver)
		return;
	free(interleaver->ways);
	free(interleaver->seen);
	free(interleaver->n);
	free(interleaver->made.made);
	free(interleaver);
}
