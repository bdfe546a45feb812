/*
 * Lives give starts, stops and crashes. What they do not explain of the rings is the network: who left a ring and is up
 * was cut off, and who meets in a ring after that is on one network again.
 */
#include "sim/record/story.h"

#include <stdlib.h>
#include <string.h>

#include "sim/record/seen.h"

enum {
	NOTICED_MS = 250,     /* from a healed network to the ring */
	SAME_CAUSE_MS = 1000, /* rings of one split come from causes no further apart */
	MEETS_MS = 10000,     /* a starting node that meets nobody in this time is cut off */
	STEPS_MOST = 9000
};

enum event_kind { EVENT_STOP, EVENT_CRASH, EVENT_PAUSE, EVENT_RESUME, EVENT_START, EVENT_RELOAD, EVENT_RING };

struct event {
	int64_t ms;
	enum event_kind kind;
	uint32_t node; /* index of the member; ring: whose log */
	const struct fact *fact;
	const char *guess;
};

struct teller {
	struct story *story;
	struct members *members;
	uint32_t count, room;
	struct event *events;
	bool *up;          /* and not paused */
	uint32_t *network; /* by member; a number for each part */
	uint32_t networks; /* numbers given so far */
};

static void *more(struct teller *teller, void *list, uint32_t count, uint32_t *room, size_t size)
{
	void *grown = list;

	if (count == *room) {
		*room = *room ? 2 * *room : 16;
		grown = take(&teller->members->record->reading, *room, size);
		if (count)
			memcpy(grown, list, count * size);
	}
	return grown;
}

static uint32_t index_of(const struct teller *teller, uint32_t nodeid)
{
	return (uint32_t)(members_find(teller->members, nodeid) - teller->members->list);
}

/* ---- events ---- */

static void happens(struct teller *teller, int64_t ms, enum event_kind kind, uint32_t node, const struct fact *fact,
		    const char *guess)
{
	teller->events = more(teller, teller->events, teller->count, &teller->room, sizeof *teller->events);
	teller->events[teller->count++] = (struct event){ms, kind, node, fact, guess};
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == EVENT_RING && x->fact->seq != y->fact->seq)
		return x->fact->seq < y->fact->seq ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static void list_events(struct teller *teller)
{
	for (uint32_t i = 0; i < teller->members->count; i++) {
		const struct member *member = &teller->members->list[i];

		for (uint32_t j = 0; j < member->life_count; j++) {
			const struct life *life = &member->lives[j];

			happens(teller, life->from, EVENT_START, i, life->began, life->began_guess);
			if (life->end != LIFE_GOES_ON)
				happens(teller, life->to, life->end == LIFE_STOPPED ? EVENT_STOP : EVENT_CRASH, i,
					life->ended, life->ended_guess);
		}
		for (uint32_t j = 0; j < member->pause_count; j++) {
			happens(teller, member->pauses[j].from, EVENT_PAUSE, i, member->pauses[j].fact, NULL);
			happens(teller, member->pauses[j].to, EVENT_RESUME, i, member->pauses[j].fact, NULL);
		}
		for (uint32_t j = 0; j < member->count; j++)
			if (member->facts[j].kind == FACT_RELOAD || member->facts[j].kind == FACT_RING)
				happens(teller, member->facts[j].ms,
					member->facts[j].kind == FACT_RING ? EVENT_RING : EVENT_RELOAD, i,
					&member->facts[j], NULL);
	}
	if (teller->count)
		qsort(teller->events, teller->count, sizeof *teller->events, by_time);
}

/* ---- steps ---- */

static void quote(struct told_step *step, const struct fact *fact)
{
	for (uint32_t i = 0; i < step->quote_count; i++)
		if (step->quotes[i] == fact)
			return;
	if (fact && step->quote_count < STORY_QUOTES)
		step->quotes[step->quote_count++] = fact;
}

static struct told_step *last_step(struct teller *teller)
{
	return teller->story->count ? &teller->story->steps[teller->story->count - 1] : NULL;
}

/* In its place by time, after those of the same time. */
static struct told_step *add_step(struct teller *teller, enum verb verb, int64_t ms)
{
	struct story *story = teller->story;
	uint32_t at = story->count;

	if (at == STEPS_MOST)
		mistake(&teller->members->record->reading, (struct position){0},
			"more than %d steps: take a part of the logs, as with journalctl --since --until",
			STEPS_MOST);
	story->steps = more(teller, story->steps, story->count, &story->room, sizeof *story->steps);
	for (; at && story->steps[at - 1].ms > ms; at--)
		story->steps[at] = story->steps[at - 1];
	story->steps[at] = (struct told_step){.verb = verb, .ms = ms};
	story->count++;
	return &story->steps[at];
}

/* A step of one node; one more node of the step before when that is the same, and at about the same time. */
static void node_step(struct teller *teller, enum verb verb, const struct event *event, int64_t together_ms)
{
	struct told_step *step = last_step(teller);

	if (!step || step->verb != verb || event->ms - together_ms > step->ms || step->guess != event->guess)
		step = add_step(teller, verb, event->ms);
	ids_add(teller->members->record, &step->nodes, teller->members->list[event->node].nodeid);
	step->guess = event->guess;
	quote(step, event->fact);
}

/* Where everyone is now becomes a step. */
static struct told_step *network_step(struct teller *teller, int64_t ms)
{
	uint32_t *network = take(&teller->members->record->reading, teller->members->count, sizeof *network);
	struct told_step *step = add_step(teller, VERB_HEAL, ms);

	memcpy(network, teller->network, teller->members->count * sizeof *network);
	step->network = network;
	for (uint32_t i = 1; i < teller->members->count; i++)
		if (network[i] != network[0])
			step->verb = VERB_PARTITION;
	return step;
}

/* ---- rings ---- */

static bool is_member(const struct teller *teller, const struct fact *ring, uint32_t node)
{
	return ids_have(&ring->list, teller->members->list[node].nodeid);
}

/* Nodes that are down go where the others of their network have gone. */
static void leave_nobody_behind(struct teller *teller, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < teller->members->count; i++)
		if (teller->up[i] && teller->network[i] == from)
			return;
	for (uint32_t i = 0; i < teller->members->count; i++)
		if (teller->network[i] == from)
			teller->network[i] = to;
}

static bool meet(struct teller *teller, const struct fact *ring)
{
	uint32_t to = teller->network[index_of(teller, ring->list.list[0])];
	bool moved = false;

	for (uint32_t i = 1; i < ring->list.count; i++) {
		uint32_t node = index_of(teller, ring->list.list[i]), from = teller->network[node];

		if (from == to)
			continue;
		teller->network[node] = to;
		leave_nobody_behind(teller, from, to);
		moved = true;
	}
	return moved;
}

/* A daemon that was not scheduled misses the token, and all others, by itself. */
static bool was_paused(const struct member *member, int64_t ms)
{
	for (uint32_t i = 0; i < member->pause_count; i++)
		if (member->pauses[i].from <= ms && ms <= member->pauses[i].to)
			return true;
	return false;
}

/* Who left, is up, and was on the ring's network until now has been cut off. */
static bool part(struct teller *teller, const struct fact *ring)
{
	uint32_t here = teller->network[index_of(teller, ring->list.list[0])];
	bool cut = false;

	for (uint32_t i = 0; i < ring->left.count && !cut; i++) {
		uint32_t node = index_of(teller, ring->left.list[i]);

		cut = teller->up[node] && !is_member(teller, ring, node) && teller->network[node] == here;
	}
	if (!cut)
		return false;
	teller->networks++;
	for (uint32_t i = 0; i < ring->list.count; i++)
		teller->network[index_of(teller, ring->list.list[i])] = teller->networks;
	return true;
}

/* The last step, when it is this split and no member of this ring stands in its rings. */
static struct told_step *same_split(struct teller *teller, const struct fact *ring, int64_t ms)
{
	struct told_step *step = last_step(teller);

	if (!step || step->verb != VERB_PARTITION || ms - step->ms > SAME_CAUSE_MS || step->ms - ms > SAME_CAUSE_MS)
		return NULL;
	for (uint32_t i = 0; i < step->quote_count; i++)
		for (uint32_t j = 0; j < ring->list.count; j++)
			if (step->quotes[i]->kind == FACT_RING &&
			    ids_have(&step->quotes[i]->list, ring->list.list[j]))
				return NULL;
	return step;
}

static const char *who_is_silent(const struct teller *teller, const struct fact *ring)
{
	for (uint32_t i = 0; i < ring->left.count; i++) {
		const struct member *member = members_find(teller->members, ring->left.list[i]);

		if (!member->has_log && !ids_have(&ring->list, member->nodeid))
			return "a node without a log has left and come back: cut off, not crashed, as its ring "
			       "sequence shows no start";
	}
	return NULL;
}

static const struct fact *told_silence(const struct member *member, const struct fact *ring)
{
	for (const struct fact *fact = ring; fact > member->facts && fact[-1].kind != FACT_RING; fact--)
		if (fact[-1].kind == FACT_SILENCE || fact[-1].kind == FACT_TOKEN)
			return &fact[-1];
	return NULL;
}

static void on_ring(struct teller *teller, const struct event *event)
{
	const struct member *member = &teller->members->list[event->node];
	const struct fact *ring = event->fact;
	int64_t cause = ring_cause_ms(teller->members, member, ring);
	bool met, parted;
	struct told_step *step;

	if (!ring->list.count)
		return;
	met = meet(teller, ring);
	parted = !was_paused(member, cause) && part(teller, ring);
	if (!met && !parted) {
		step = same_split(teller, ring, cause);
		if (step && ring->left.count)
			quote(step, ring);
		return;
	}
	step = parted ? same_split(teller, ring, cause) : NULL;
	if (step) {
		uint32_t *network = take(&teller->members->record->reading, teller->members->count, sizeof *network);

		memcpy(network, teller->network, teller->members->count * sizeof *network);
		step->network = network;
	} else {
		step = network_step(teller, parted ? cause : ring->ms - NOTICED_MS);
		quote(step, parted ? told_silence(member, ring) : NULL);
	}
	step->guess = parted ? who_is_silent(teller, ring) : NULL;
	quote(step, ring);
}

/* ---- starts ---- */

/* The network that a node is on when it starts: that of the first ring with others that it is seen in. */
static uint32_t starts_on(struct teller *teller, const struct event *start)
{
	const uint32_t nodeid = teller->members->list[start->node].nodeid;
	bool others = false;

	for (uint32_t i = 0; i < teller->members->count; i++)
		others = others ||
			 (teller->up[i] && i != start->node && teller->network[i] == teller->network[start->node]);
	for (const struct event *event = start + 1; event < teller->events + teller->count; event++) {
		const struct fact *ring = event->fact;

		if (event->ms > start->ms + MEETS_MS)
			break;
		if (event->node == start->node && (event->kind == EVENT_STOP || event->kind == EVENT_CRASH))
			return teller->network[start->node];
		if (event->kind != EVENT_RING || !ids_have(&ring->list, nodeid))
			continue;
		for (uint32_t i = 0; i < ring->list.count; i++) {
			uint32_t other = index_of(teller, ring->list.list[i]);

			if (other != start->node && teller->up[other])
				return teller->network[other];
		}
	}
	if (others && start->ms + MEETS_MS < teller->members->end_ms)
		return ++teller->networks;
	return teller->network[start->node];
}

static void on_start(struct teller *teller, const struct event *event)
{
	uint32_t network = event->ms == LOGS_BEGIN_MS ? 0 : starts_on(teller, event);

	if (network != teller->network[event->node]) {
		teller->network[event->node] = network;
		quote(network_step(teller, event->ms), event->fact);
	}
	teller->up[event->node] = true;
	node_step(teller, VERB_START, event, NOTICED_MS);
}

/* ---- the beginning ---- */

/* Where logs begin with the cluster up, the first ring of each says who was together before it. */
static void first_networks(struct teller *teller)
{
	const uint32_t count = teller->members->count;
	bool any = false;

	for (uint32_t i = 0; i < count; i++) {
		const struct member *member = &teller->members->list[i];
		const struct fact *ring = NULL;

		for (uint32_t j = 0; j < member->count && !ring && teller->up[i]; j++)
			ring = member->facts[j].kind == FACT_RING ? &member->facts[j] : NULL;
		if (!ring || ring->ms < member->lives[0].from || member->facts[0].kind == FACT_BOOT)
			continue;
		for (uint32_t j = 0; j < ring->joined.count; j++) {
			uint32_t other = index_of(teller, ring->joined.list[j]);

			if (teller->up[other] && !ids_have(&ring->left, ring->joined.list[j]) &&
			    teller->network[other] == teller->network[i]) {
				teller->network[other] = ++teller->networks;
				any = true;
			}
		}
	}
	if (any)
		network_step(teller, LOGS_BEGIN_MS)->guess =
			"the logs begin with the cluster apart: who is with whom is taken from the first rings";
}

static void on_reload(struct teller *teller, const struct event *event)
{
	struct told_step *step = last_step(teller);

	if (!step || step->verb != VERB_RELOAD || event->ms - step->ms > SAME_CAUSE_MS ||
	    step->quotes[0]->nodeid != event->fact->nodeid ||
	    ids_have(&step->nodes, teller->members->list[event->node].nodeid))
		step = add_step(teller, VERB_RELOAD, event->ms);
	ids_add(teller->members->record, &step->nodes, teller->members->list[event->node].nodeid);
	quote(step, event->fact);
}

static void on_event(struct teller *teller, const struct event *event)
{
	static const enum verb verbs[] = {VERB_STOP, VERB_CRASH, VERB_PAUSE, VERB_RESUME};

	if (event->kind == EVENT_RING) {
		on_ring(teller, event);
	} else if (event->kind == EVENT_START) {
		on_start(teller, event);
	} else if (event->kind == EVENT_RELOAD) {
		on_reload(teller, event);
	} else {
		teller->up[event->node] = event->kind == EVENT_RESUME;
		node_step(teller, verbs[event->kind], event, 100);
	}
}

void story_tell(struct story *story, struct members *members)
{
	struct teller teller = {.story = story, .members = members};
	uint32_t i = 0;

	*story = (struct story){0};
	teller.up = take(&members->record->reading, members->count, sizeof *teller.up);
	teller.network = take(&members->record->reading, members->count, sizeof *teller.network);
	list_events(&teller);
	for (; i < teller.count && teller.events[i].ms == LOGS_BEGIN_MS; i++)
		on_event(&teller, &teller.events[i]);
	first_networks(&teller);
	for (; i < teller.count; i++)
		on_event(&teller, &teller.events[i]);
	story_see(story, members);
}
