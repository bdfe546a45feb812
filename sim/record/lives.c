/*
 * When nodes were up. A node with a log says when it starts and when it stops; that it crashed shows in what it does not
 * say any more. Of a node without a log only the rings of the others tell.
 */
#include <string.h>

#include "sim/record/nodes.h"

enum {
	CRASH_BEFORE_BOOT_MS = 1000, /* where nothing tells when */
	NOTICED_MS = 250,            /* from a start or a healed network to the ring */
	ALONE_MS = 1000,             /* a starting node that is alone for longer has found nobody */
	SEEN_ELSEWHERE_MS = 1000,    /* the halves of a split form their rings within this time */
	PAUSE_MS = 500               /* a shorter one is none */
};

/* ---- what a ring came of ---- */

static const struct fact *ring_before(const struct member *member, const struct fact *fact)
{
	while (fact > member->facts)
		if ((--fact)->kind == FACT_RING)
			return fact;
	return NULL;
}

int64_t ring_cause_ms(const struct members *members, const struct member *member, const struct fact *ring)
{
	const struct fact *before = ring_before(member, ring);
	int64_t least = before ? before->ms + 1 : LOGS_BEGIN_MS, cause = ring->ms - NOTICED_MS;
	bool told = false;

	for (const struct fact *fact = before ? before : member->facts; fact < ring && !told; fact++) {
		told = fact->kind == FACT_SILENCE || fact->kind == FACT_TOKEN;
		if (told)
			cause = fact->ms - fact->number;
	}
	if (!told && ring->failed.count)
		cause = ring->ms - (int64_t)members->token_ms - members->consensus_ms;
	if (!told && cause < least)
		cause = ring->ms - NOTICED_MS; /* it cannot have taken that long */
	return cause > least ? cause : least;
}

/* ---- lives ---- */

static void *one_more(struct members *members, const void *list, uint32_t *count, uint32_t *room, size_t size,
		      void **grown)
{
	*grown = (void *)(uintptr_t)list;
	if (*count == *room) {
		*room = *room ? 2 * *room : 4;
		*grown = take(&members->record->reading, *room, size);
		if (*count)
			memcpy(*grown, list, *count * size);
	}
	return (char *)*grown + (*count)++ * size;
}

static struct life *begin(struct members *members, struct member *member, int64_t from, const struct fact *fact,
			  const char *guess)
{
	void *grown;
	struct life *life = one_more(members, member->lives, &member->life_count, &member->life_room,
				     sizeof *member->lives, &grown);

	member->lives = grown;
	*life = (struct life){.from = from, .to = INT64_MAX, .began = fact, .began_guess = guess};
	return life;
}

static struct life *open_life(struct member *member)
{
	struct life *life = member->life_count ? &member->lives[member->life_count - 1] : NULL;

	return life && life->end == LIFE_GOES_ON ? life : NULL;
}

static void end(struct life *life, enum life_end how, int64_t ms, const struct fact *fact, const char *guess)
{
	life->end = how;
	life->to = ms > life->from ? ms : life->from + 1;
	life->ended = fact;
	life->ended_guess = guess;
}

/* The first ring, after one moment and not after another, which another node says this one left; whose it is. */
static const struct fact *missed_in(const struct members *members, uint32_t nodeid, int64_t after, int64_t until,
				    const struct member **by)
{
	const struct fact *first = NULL;

	for (uint32_t i = 0; i < members->count; i++) {
		const struct member *other = &members->list[i];

		for (uint32_t j = 0; other->nodeid != nodeid && j < other->count; j++) {
			const struct fact *fact = &other->facts[j];

			if (fact->kind != FACT_RING || fact->ms <= after || fact->ms > until ||
			    !ids_have(&fact->left, nodeid) || (first && first->ms <= fact->ms))
				continue;
			first = fact;
			*by = other;
			break;
		}
	}
	return first;
}

/* It was up and has started again. */
static void crashed_before(struct members *members, struct member *member, struct life *life, const struct fact *last,
			   const struct fact *boot)
{
	const struct member *by = NULL;
	const struct fact *ring = missed_in(members, member->nodeid, last->ms, boot->ms, &by);
	int64_t ms = boot->ms - CRASH_BEFORE_BOOT_MS;

	if (ring) {
		end(life, LIFE_CRASHED, ring_cause_ms(members, by, ring), ring, NULL);
		return;
	}
	end(life, LIFE_CRASHED, ms > last->ms ? ms : last->ms + 1, boot,
	    "it starts without having stopped; no log says when it crashed");
}

static void last_words(struct members *members, struct member *member)
{
	const struct fact *last = &member->facts[member->count - 1];
	struct life *life = open_life(member);
	const struct member *by = NULL;
	const struct fact *ring = life ? missed_in(members, member->nodeid, last->ms, INT64_MAX, &by) : NULL;

	if (ring && ids_have(&ring->failed, member->nodeid))
		end(life, LIFE_CRASHED, ring_cause_ms(members, by, ring), ring,
		    "its log says nothing any more; if that log is cut short, it may have been a partition");
	else if (ring)
		end(life, LIFE_STOPPED, ring->ms - NOTICED_MS, ring, "its log ends before, and it said goodbye");
}

static void live_by_log(struct members *members, struct member *member)
{
	struct life *life = NULL;

	for (uint32_t i = 0; i < member->count; i++) {
		const struct fact *fact = &member->facts[i];

		if (fact->kind == FACT_BOOT) {
			if (life)
				crashed_before(members, member, life, fact - 1, fact);
			life = begin(members, member, fact->ms, fact, NULL);
		} else if (!life && !member->life_count)
			life = begin(members, member, LOGS_BEGIN_MS, fact, NULL);
		if (life && (fact->kind == FACT_STOPPING || fact->kind == FACT_STOPPED)) {
			end(life, LIFE_STOPPED, fact->ms, fact, NULL);
			life = NULL;
		} else if (life && fact->kind == FACT_ENDED) {
			end(life, LIFE_CRASHED, fact->ms, fact, NULL);
			life = NULL;
		}
	}
	last_words(members, member);
}

/* ---- nodes without a log ---- */

/* Does a log have a ring with that node from about then on? */
static bool seen_elsewhere(const struct members *members, uint32_t nodeid, const struct fact *ring)
{
	for (uint32_t i = 0; i < members->count; i++) {
		const struct member *other = &members->list[i];
		const struct fact *last = NULL;

		for (uint32_t j = 0; j < other->count && other->facts[j].ms <= ring->ms + SEEN_ELSEWHERE_MS; j++)
			if (other->facts[j].kind == FACT_RING)
				last = &other->facts[j];
			else if (other->facts[j].kind == FACT_STOPPED || other->facts[j].kind == FACT_BOOT)
				last = NULL;
		if (last && last->ms + SEEN_ELSEWHERE_MS >= ring->ms && ids_have(&last->list, nodeid))
			return true;
	}
	return false;
}

/* The next ring of that log to which the node comes. */
static const struct fact *comes_back(const struct member *by, uint32_t nodeid, const struct fact *ring)
{
	for (const struct fact *fact = ring + 1; fact < by->facts + by->count; fact++)
		if (fact->kind == FACT_RING && ids_have(&fact->list, nodeid))
			return fact;
	return NULL;
}

/* A node that no log is of has left. Ring sequences grow by 4; by one more where a node has started anew. */
static void leaves(struct members *members, struct member *member, const struct member *by, const struct fact *ring)
{
	struct life *life = open_life(member);
	const struct fact *back;

	if (!life || seen_elsewhere(members, member->nodeid, ring))
		return;
	if (!ids_have(&ring->failed, member->nodeid)) {
		end(life, LIFE_STOPPED, ring->ms - NOTICED_MS, ring, NULL);
		return;
	}
	back = comes_back(by, member->nodeid, ring);
	if (back && back->seq % 4 == ring->seq % 4)
		return;
	end(life, LIFE_CRASHED, ring_cause_ms(members, by, ring), ring,
	    !ring->line ? "a tracker is not told why: it may have stopped cleanly, or have been cut off"
	    : back      ? "without its log; it came back with another ring sequence, as after a start"
			: "without its log; it may have been cut off instead: then this is a partition");
}

static void comes(struct members *members, struct member *member, const struct member *by, const struct fact *ring)
{
	const struct fact *boot = NULL, *alone = NULL;

	for (const struct fact *fact = ring; fact > by->facts && !boot && fact[-1].kind != FACT_STOPPED; fact--) {
		boot = fact[-1].kind == FACT_BOOT ? &fact[-1] : NULL;
		alone = fact[-1].kind == FACT_RING ? &fact[-1] : alone;
	}
	if (member->life_count)
		begin(members, member, ring->ms - NOTICED_MS, ring, NULL);
	else if (!ids_have(&ring->joined, member->nodeid) || (!boot && !alone))
		begin(members, member, LOGS_BEGIN_MS, ring, NULL);
	else if (boot && ring->ms - boot->ms <= ALONE_MS)
		begin(members, member, LOGS_BEGIN_MS, ring,
		      "without its log; taken to be up already, as they met at once");
	else
		begin(members, member, ring->ms - NOTICED_MS, ring,
		      "without its log; it may have been up before, and out of reach");
}

struct seen_ring {
	const struct member *by;
	const struct fact *fact;
};

static int compare_rings(const struct seen_ring *a, const struct seen_ring *b)
{
	if (a->fact->ms != b->fact->ms)
		return a->fact->ms < b->fact->ms ? -1 : 1;
	return a->fact->seq < b->fact->seq ? -1 : a->fact->seq > b->fact->seq;
}

/* All logs' rings in the order of time. */
static struct seen_ring *rings_of_all(struct members *members, uint32_t *count)
{
	uint32_t *next = take(&members->record->reading, members->count, sizeof *next), room = 0;
	struct seen_ring *rings;

	for (uint32_t i = 0; i < members->count; i++)
		room += members->list[i].count;
	rings = take(&members->record->reading, room ? room : 1, sizeof *rings);
	for (*count = 0;;) {
		struct seen_ring first = {NULL, NULL};
		uint32_t from = 0;

		for (uint32_t i = 0; i < members->count; i++) {
			const struct member *member = &members->list[i];

			while (next[i] < member->count && member->facts[next[i]].kind != FACT_RING)
				next[i]++;
			if (next[i] < member->count) {
				struct seen_ring ring = {member, &member->facts[next[i]]};

				if (!first.fact || compare_rings(&ring, &first) < 0) {
					first = ring;
					from = i;
				}
			}
		}
		if (!first.fact)
			return rings;
		rings[(*count)++] = first;
		next[from]++;
	}
}

static void live_by_others(struct members *members)
{
	uint32_t count;
	const struct seen_ring *rings = rings_of_all(members, &count);

	for (uint32_t i = 0; i < count; i++) {
		const struct fact *ring = rings[i].fact;

		for (uint32_t j = 0; j < ring->list.count; j++) {
			struct member *member = members_find(members, ring->list.list[j]);

			if (!member->has_log && !open_life(member))
				comes(members, member, rings[i].by, ring);
		}
		for (uint32_t j = 0; j < ring->left.count; j++) {
			struct member *member = members_find(members, ring->left.list[j]);

			if (member->has_log)
				continue;
			if (!member->life_count)
				begin(members, member, LOGS_BEGIN_MS, ring, NULL);
			if (!ids_have(&ring->list, member->nodeid))
				leaves(members, member, rings[i].by, ring);
		}
	}
}

/* ---- pauses ---- */

static void find_pauses(struct members *members, struct member *member)
{
	for (uint32_t i = 0; i < member->count; i++) {
		const struct fact *fact = &member->facts[i];
		const struct member *by;
		struct pause *pause;
		void *grown;

		if (fact->kind != FACT_NOT_SCHEDULED || fact->number < PAUSE_MS ||
		    !missed_in(members, member->nodeid, fact->ms - fact->number, fact->ms, &by))
			continue;
		pause = one_more(members, member->pauses, &member->pause_count, &member->pause_room,
				 sizeof *member->pauses, &grown);
		member->pauses = grown;
		*pause = (struct pause){fact->ms - fact->number, fact->ms, fact};
	}
}

void members_live(struct members *members)
{
	for (uint32_t i = 0; i < members->count; i++)
		if (members->list[i].has_log) {
			live_by_log(members, &members->list[i]);
			find_pauses(members, &members->list[i]);
		}
	live_by_others(members);
}
