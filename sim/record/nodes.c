/*
 * A log does not name its own node. It is known from debug lines, from the configuration's names and addresses, or from
 * the rings: a node is in all of its own, and never among those that left or came.
 */
#include "sim/record/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_MS 300 /* a difference between clocks that is corrected */

/* ---- rings whole ---- */

/* A list that was too long for one line goes on in the next. */
static void finish_views(struct record *record, struct source *source)
{
	struct fact *part = NULL;

	for (uint32_t i = 0; i < source->count; i++) {
		struct fact *fact = &source->facts[i];

		if (fact->kind != FACT_MEMBERS) {
			part = NULL;
			continue;
		}
		for (uint32_t j = 0; part && part->number == fact->number && j < part->list.count; j++)
			ids_add(record, &fact->list, part->list.list[j]);
		if (part)
			part->kind = FACT_NONE;
		part = fact->list.count < fact->number ? fact : NULL;
	}
}

/* The members of a ring stand in the lines before it, who left without a word in the line after it. */
static void finish_rings(struct record *record, struct source *source)
{
	struct ids members = {0}, before = {0};
	struct fact *ring = NULL;

	for (uint32_t i = 0; i < source->count; i++) {
		struct fact *fact = &source->facts[i];

		if (fact->kind == FACT_BOOT)
			before = members = (struct ids){0};
		for (uint32_t j = 0; fact->kind == FACT_SYNC_MEMBERS && j < fact->list.count; j++)
			ids_add(record, &members, fact->list.list[j]);
		if (fact->kind == FACT_FAILED && ring)
			ring->failed = fact->list;
		if (fact->kind != FACT_RING)
			continue;
		ring = fact;
		for (uint32_t j = 0; !members.count && j < before.count; j++)
			if (!ids_have(&fact->left, before.list[j]))
				ids_add(record, &fact->list, before.list[j]);
		for (uint32_t j = 0; !members.count && j < fact->joined.count; j++)
			ids_add(record, &fact->list, fact->joined.list[j]);
		if (members.count)
			fact->list = members;
		before = fact->list;
		members = (struct ids){0};
	}
}

/* ---- whose log ---- */

static uint32_t by_name(const struct source *source, const char *name, const struct known_node *known, uint32_t count)
{
	(void)source;
	for (uint32_t i = 0; name && *name && i < count; i++) {
		size_t size = known[i].name ? strlen(known[i].name) : 0;

		if (size && strncmp(known[i].name, name, size) == 0 && (name[size] == 0 || name[size] == '.'))
			return known[i].nodeid;
	}
	return 0;
}

static void keep_candidates(struct ids *candidates, const struct fact *ring, bool first)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < candidates->count; i++) {
		uint32_t id = candidates->list[i];

		if (ids_have(&ring->list, id) && !ids_have(&ring->left, id) &&
		    (first || !ids_have(&ring->joined, id)))
			candidates->list[kept++] = id;
	}
	candidates->count = kept;
}

static void drop(struct ids *ids, uint32_t id)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ids->count; i++)
		if (ids->list[i] != id)
			ids->list[kept++] = ids->list[i];
	ids->count = kept;
}

static struct ids candidates_of(struct record *record, const struct source *source)
{
	struct ids candidates = {0};
	bool any = false, booted = false;

	for (uint32_t i = 0; i < source->count; i++) {
		const struct fact *fact = &source->facts[i];

		booted = booted || fact->kind == FACT_BOOT;
		if (fact->kind != FACT_RING && (any || fact->kind != FACT_MEMBERS))
			continue;
		for (uint32_t j = 0; !any && j < fact->list.count; j++)
			ids_add(record, &candidates, fact->list.list[j]);
		keep_candidates(&candidates, fact, booted);
		booted = false;
		any = true;
	}
	for (uint32_t i = 0; i < source->count; i++)
		if (source->facts[i].kind == FACT_PEER && source->facts[i].nodeid)
			drop(&candidates, source->facts[i].nodeid);
	return candidates;
}

static uint32_t told_id(const struct source *source, const struct known_node *known, uint32_t count)
{
	uint32_t id = source->nodeid ? source->nodeid : by_name(source, source->host, known, count);

	for (uint32_t i = 0; !id && i < source->count; i++) {
		const struct fact *fact = &source->facts[i];

		if (fact->kind == FACT_OWN_ID)
			id = fact->nodeid;
		else if (fact->kind == FACT_ADDRESS)
			id = by_name(source, fact->words, known, count);
	}
	return id;
}

static _Noreturn void whose(struct record *record, const struct source *source, const struct ids *candidates)
{
	char list[160] = "";

	for (uint32_t i = 0; i < candidates->count && strlen(list) + 16 < sizeof list; i++)
		(void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%u", i ? " or " : "",
			       candidates->list[i]);
	record->reading.path = source->path;
	mistake(&record->reading, (struct position){0},
		"whose log is it%s%s? It does not tell the node's id%s%s: say ID=%s",
		*source->host ? ", of host " : "", source->host, candidates->count ? ", which may be " : "", list,
		source->path);
}

/* What the others are leaves less for those that are open. */
static void name_sources(struct record *record, const struct known_node *known, uint32_t count)
{
	bool more = true;

	for (uint32_t i = 0; i < record->count; i++)
		record->sources[i].nodeid = told_id(&record->sources[i], known, count);
	while (more) {
		more = false;
		for (uint32_t i = 0; i < record->count; i++) {
			struct ids candidates;

			if (record->sources[i].nodeid)
				continue;
			candidates = candidates_of(record, &record->sources[i]);
			for (uint32_t j = 0; candidates.count > 1 && j < record->count; j++)
				drop(&candidates, record->sources[j].nodeid);
			if (candidates.count == 1) {
				record->sources[i].nodeid = candidates.list[0];
				more = true;
			}
		}
	}
	for (uint32_t i = 0; i < record->count; i++)
		if (!record->sources[i].nodeid) {
			struct ids candidates = candidates_of(record, &record->sources[i]);

			whose(record, &record->sources[i], &candidates);
		}
}

/* ---- members ---- */

static void check_known(struct record *record, const struct fact *fact, const struct ids *ids,
			const struct known_node *known, uint32_t count)
{
	for (uint32_t i = 0; count && i < ids->count; i++) {
		uint32_t j = 0;

		while (j < count && known[j].nodeid != ids->list[i])
			j++;
		if (j < count)
			continue;
		record->reading.path = fact->path;
		mistake(&record->reading, (struct position){fact->line, 0},
			"node %u is not in the nodelist of the corosync.conf", ids->list[i]);
	}
}

static struct ids all_ids(struct record *record, const struct known_node *known, uint32_t known_count)
{
	struct ids all = {0};

	for (uint32_t i = 0; i < known_count; i++)
		ids_add(record, &all, known[i].nodeid);
	for (uint32_t i = 0; i < record->count; i++) {
		struct source *source = &record->sources[i];
		struct fact self = {.list = {1, &source->nodeid}, .path = source->path};

		check_known(record, &self, &self.list, known, known_count);
		ids_add(record, &all, source->nodeid);
		for (uint32_t j = 0; j < source->count; j++) {
			const struct fact *fact = &source->facts[j];

			if (fact->kind == FACT_PEER && fact->nodeid && !known_count)
				ids_add(record, &all, fact->nodeid);
			if (fact->kind != FACT_RING && fact->kind != FACT_MEMBERS)
				continue;
			check_known(record, fact, &fact->list, known, known_count);
			for (uint32_t k = 0; k < fact->list.count; k++)
				ids_add(record, &all, fact->list.list[k]);
			check_known(record, fact, &fact->left, known, known_count);
			check_known(record, fact, &fact->joined, known, known_count);
			for (uint32_t k = 0; k < fact->left.count; k++)
				ids_add(record, &all, fact->left.list[k]);
			for (uint32_t k = 0; k < fact->joined.count; k++)
				ids_add(record, &all, fact->joined.list[k]);
		}
	}
	return all;
}

/* All logs of a node one after the other; time does not run backward. */
static void gather(struct members *members, struct member *member)
{
	struct record *record = members->record;
	uint32_t room = 0;

	for (uint32_t i = 0; i < record->count; i++)
		room += record->sources[i].nodeid == member->nodeid ? record->sources[i].count : 0;
	member->facts = take(&record->reading, room ? room : 1, sizeof *member->facts);
	for (int64_t after = INT64_MIN; member->count < room;) {
		struct source *next = NULL;

		for (uint32_t i = 0; i < record->count; i++) {
			struct source *source = &record->sources[i];

			if (source->nodeid == member->nodeid && source->count &&
			    (!next || source->facts[0].ms < next->facts[0].ms))
				next = source;
		}
		for (uint32_t i = 0; i < next->count; i++) {
			next->facts[i].ms = after = next->facts[i].ms > after ? next->facts[i].ms : after;
			member->facts[member->count++] = next->facts[i];
		}
		next->count = 0;
	}
	member->has_log = room > 0;
}

struct member *members_find(const struct members *members, uint32_t nodeid)
{
	uint32_t low = 0, high = members->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (members->list[middle].nodeid == nodeid)
			return &members->list[middle];
		if (members->list[middle].nodeid < nodeid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- one clock ---- */

static int ascending(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The median of how much earlier this clock had the rings that both logs have; 0: they have none in common. */
static int64_t clock_behind(struct record *record, const struct member *reference, const struct member *member)
{
	int64_t *differences = take(&record->reading, member->count + 1u, sizeof *differences);
	uint32_t count = 0, from = 0;

	for (uint32_t i = 0; i < member->count; i++) {
		const struct fact *fact = &member->facts[i];

		for (uint32_t j = from; fact->kind == FACT_RING && j < reference->count; j++) {
			const struct fact *other = &reference->facts[j];

			if (other->kind == FACT_RING && other->seq == fact->seq && other->nodeid == fact->nodeid) {
				differences[count++] = other->ms - fact->ms;
				from = j + 1;
				break;
			}
		}
	}
	qsort(differences, count, sizeof *differences, ascending);
	return count ? differences[count / 2] : 0;
}

static void one_clock(struct members *members)
{
	struct member *reference = NULL;

	for (uint32_t i = 0; i < members->count; i++)
		if (!reference || members->list[i].count > reference->count)
			reference = &members->list[i];
	for (uint32_t i = 0; i < members->count; i++) {
		struct member *member = &members->list[i];
		int64_t behind = member == reference ? 0 : clock_behind(members->record, reference, member);

		/* Where times are whole seconds a second is no difference. */
		if (behind > -CLOCK_MS && behind < CLOCK_MS)
			continue;
		if (behind % 1000 == 0 && behind > -2000 && behind < 2000)
			continue;
		member->clock_ms = behind;
		for (uint32_t j = 0; j < member->count; j++)
			member->facts[j].ms += behind;
	}
}

void members_make(struct members *members, struct record *record, const struct known_node *known,
		  uint32_t known_count)
{
	struct ids all;

	*members = (struct members){.record = record, .end_ms = INT64_MIN};
	for (uint32_t i = 0; i < record->count; i++)
		finish_rings(record, &record->sources[i]);
	for (uint32_t i = 0; i < record->count; i++)
		finish_views(record, &record->sources[i]);
	name_sources(record, known, known_count);
	all = all_ids(record, known, known_count);
	members->list = take(&record->reading, all.count, sizeof *members->list);
	for (; members->count < all.count; members->count++) {
		members->list[members->count].nodeid = all.list[members->count];
		gather(members, &members->list[members->count]);
	}
	one_clock(members);
	for (uint32_t i = 0; i < members->count; i++)
		for (uint32_t j = 0; j < members->list[i].count; j++) {
			const struct fact *fact = &members->list[i].facts[j];

			members->end_ms = fact->ms > members->end_ms ? fact->ms : members->end_ms;
			if (fact->kind == FACT_TOKEN) {
				members->token_ms = fact->number;
				members->consensus_ms = fact->other;
			}
		}
}
