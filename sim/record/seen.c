/*
 * Steps and facts are gone through once, side by side: what every node said last before the next step begins is what
 * was so when this one ended.
 */
#include "sim/record/seen.h"

#include <string.h>

struct sight { /* a node as its log has it, so far */
	uint32_t next;
	const struct fact *ring, *view;
	bool synced, silent;
	signed char quorate;
};

struct watcher {
	struct members *members;
	struct sight *sights;
	bool *up;                /* and not paused */
	const uint32_t *network; /* NULL: one */
};

/* Was the node quorate when its log began? The first that it says of it is a change. */
static signed char at_first(const struct member *member)
{
	for (uint32_t i = 0; i < member->count; i++) {
		if (member->facts[i].kind == FACT_BOOT)
			return i ? -1 : 0;
		if (member->facts[i].kind == FACT_QUORATE)
			return !member->facts[i].number;
	}
	return -1;
}

static void take_fact(struct sight *sight, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_BOOT:
		*sight = (struct sight){.next = sight->next};
		break;
	case FACT_RING:
		sight->ring = fact;
		sight->synced = sight->silent = false;
		break;
	case FACT_SYNCED:
		sight->synced = true;
		break;
	case FACT_MEMBERS:
		sight->view = fact;
		break;
	case FACT_QUORATE:
		sight->quorate = fact->number != 0;
		break;
	case FACT_SILENCE:
	case FACT_TOKEN:
		sight->silent = true;
		break;
	default:
		break;
	}
}

/* Facts before that moment. */
static void look_until(struct watcher *watcher, int64_t ms)
{
	for (uint32_t i = 0; i < watcher->members->count; i++) {
		const struct member *member = &watcher->members->list[i];
		struct sight *sight = &watcher->sights[i];

		while (sight->next < member->count && member->facts[sight->next].ms < ms)
			take_fact(sight, &member->facts[sight->next++]);
	}
}

static void act(struct watcher *watcher, const struct told_step *step)
{
	if (step->network)
		watcher->network = step->network;
	for (uint32_t i = 0; i < step->nodes.count; i++) {
		uint32_t node =
			(uint32_t)(members_find(watcher->members, step->nodes.list[i]) - watcher->members->list);

		if (step->verb != VERB_RELOAD)
			watcher->up[node] = step->verb == VERB_START || step->verb == VERB_RESUME;
	}
}

/* Has a node the ring of all that it reaches, and is done with it? Without a ring in its log nothing has changed. */
static bool is_settled(const struct watcher *watcher, uint32_t node)
{
	const struct sight *sight = &watcher->sights[node];
	const struct member *member = &watcher->members->list[node];
	const struct ids *together = sight->ring ? &sight->ring->list : sight->view ? &sight->view->list : NULL;
	uint32_t expected = 0;

	if (!together)
		return member->facts[0].kind != FACT_BOOT && !sight->silent;
	for (uint32_t i = 0; i < watcher->members->count; i++) {
		bool here = watcher->up[i] && (!watcher->network || watcher->network[i] == watcher->network[node]);

		expected += here;
		if (here && !ids_have(together, watcher->members->list[i].nodeid))
			return false;
	}
	return expected == together->count && (sight->synced || !sight->ring) && !sight->silent;
}

static void note(struct watcher *watcher, struct told_step *step)
{
	const uint32_t count = watcher->members->count;
	struct reading *reading = &watcher->members->record->reading;
	const struct fact **views = take(reading, count, sizeof *views);
	signed char *quorate = take(reading, count, 1);
	bool *up = take(reading, count, sizeof *up);

	step->settled = true;
	for (uint32_t i = 0; i < count; i++) {
		bool tells = watcher->up[i] && watcher->members->list[i].has_log;

		up[i] = watcher->up[i];
		views[i] = tells ? watcher->sights[i].view : NULL;
		quorate[i] = tells ? watcher->sights[i].quorate : -1;
		if (tells && !is_settled(watcher, i))
			step->settled = false;
	}
	step->up = up;
	step->views = views;
	step->quorate = quorate;
}

void story_see(struct story *story, struct members *members)
{
	struct reading *reading = &members->record->reading;
	struct watcher watcher = {.members = members};

	watcher.sights = take(reading, members->count, sizeof *watcher.sights);
	watcher.up = take(reading, members->count, sizeof *watcher.up);
	for (uint32_t i = 0; i < members->count; i++)
		watcher.sights[i].quorate = at_first(&members->list[i]);
	for (uint32_t i = 0; i < story->count; i++) {
		act(&watcher, &story->steps[i]);
		look_until(&watcher, i + 1 < story->count ? story->steps[i + 1].ms : INT64_MAX);
		note(&watcher, &story->steps[i]);
	}
}
