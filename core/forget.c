/*
 * What of an instance at rest can never matter again.
 *
 * An explorer meets the same situation by many ways, and each leaves traces: what a
 * node that is gone said last, the number of the ring, who was the lowest when no tie
 * breaker asks. Whatever is cleared here is written anew before it is next read, or is
 * read by nothing that the configuration lets happen; so two instances that are equal
 * afterwards go on alike. What getinfo tells of nodes that are gone does differ.
 */
#include "internal.h"

/* Nothing asks about the lowest and the highest but the tie breaker and, with the
 * quirk, last man standing beside any tie breaker. */
static void forget_lowest_and_highest(struct vq *vq)
{
	bool ties = vq->tie_breaker != TIE_NONE || vq->tie_breaker_at_start != TIE_NONE;
	bool lowest = vq->tie_breaker_at_start == TIE_LOWEST || vq->last_man_standing;

	if (!ties || !lowest)
		vq->lowest = 0;
	if (!ties || vq->tie_breaker_at_start != TIE_HIGHEST)
		vq->highest = 0;
}

/* The ring before is looked at by a tie breaker when something is recalculated without
 * a new ring: by a timer, a goodbye or a request. A new ring puts the present one there. */
static void forget_previous_ring(struct vq *vq, bool requests)
{
	struct listed *id = listed(vq);
	bool ties = vq->tie_breaker != TIE_NONE || vq->tie_breaker_at_start != TIE_NONE;

	if (ties && (requests || vq->last_man_standing || vq->allow_downscale || vq->syncing))
		return;
	vq->previous_members = 0;
	for (uint32_t i = 0; i < vq->listed; i++)
		id[i].in_previous = 0;
}

/* A node that is gone says everything anew before it is counted again; requests can
 * still name it. */
static void forget_the_dead(struct vq *vq, bool requests)
{
	struct record *record = others(vq);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < vq->others; i++) {
		if (record[i].state != VQ_STATE_DEAD)
			record[kept++] = record[i];
		else if (requests)
			record[kept++] = (struct record){.nodeid = record[i].nodeid, .state = VQ_STATE_DEAD};
	}
	memset(record + kept, 0, (vq->others - kept) * sizeof *record);
	vq->others = kept;
}

void vq_forget(struct vq *vq, bool requests)
{
	vq->ring = (struct vq_ring_id){0, 0, 0};
	forget_lowest_and_highest(vq);
	forget_previous_ring(vq, requests);
	forget_the_dead(vq, requests);
	vqi_tally_forget(vq);
}

/* ---- without gaps ---------------------------------------------------------- */

static unsigned char *move_down(unsigned char *to, const void *from, size_t size)
{
	if (size)
		memmove(to, from, size);
	return to + size;
}

size_t vq_pack(struct vq *vq)
{
	const struct tracker *tracker = trackers(vq);
	const struct listed *id = listed(vq);
	const uint32_t *member = members(vq);
	const char *name = device_name(vq);
	unsigned char *end = (unsigned char *)(others(vq) + vq->others);

	end = move_down(end, tracker, vq->trackers * sizeof *tracker);
	end = move_down(end, id, vq->listed * sizeof *id);
	end = move_down(end, member, vq->members * sizeof *member);
	end = move_down(end, name, *name ? strlen(name) : 0);
	return (size_t)(end - (unsigned char *)vq);
}

/* ---- other names ----------------------------------------------------------- */

static uint32_t renamed(uint32_t nodeid, const uint32_t *from, const uint32_t *to, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (from[i] == nodeid)
			return to[i];
	return nodeid;
}

/* By key and, where names have become the same, by what else is in them. */
static bool stands_before(const struct vq *vq, const struct record *a, const struct record *b)
{
	if (a->nodeid != b->nodeid)
		return key(vq, a->nodeid) < key(vq, b->nodeid);
	return memcmp(a, b, sizeof *a) < 0;
}

static void sort_others(struct vq *vq)
{
	struct record *record = others(vq);

	for (uint32_t i = 1; i < vq->others; i++) {
		struct record moved = record[i];
		uint32_t at = i;

		for (; at > 0 && stands_before(vq, &moved, &record[at - 1]); at--)
			record[at] = record[at - 1];
		record[at] = moved;
	}
}

static void sort_members(struct vq *vq)
{
	uint32_t *id = members(vq);

	for (uint32_t i = 1; i < vq->members; i++) {
		uint32_t moved = id[i], at = i;

		for (; at > 0 && moved < id[at - 1]; at--)
			id[at] = id[at - 1];
		id[at] = moved;
	}
}

void vq_rename(struct vq *vq, const uint32_t *from, const uint32_t *to, uint32_t count)
{
	vq->own.nodeid = renamed(vq->own.nodeid, from, to, count);
	vq->lowest = renamed(vq->lowest, from, to, count);
	vq->highest = renamed(vq->highest, from, to, count);
	for (uint32_t i = 0; i < vq->others; i++)
		others(vq)[i].nodeid = renamed(others(vq)[i].nodeid, from, to, count);
	for (uint32_t i = 0; i < vq->members; i++)
		members(vq)[i] = renamed(members(vq)[i], from, to, count);
	for (uint32_t i = 0; i < vq->listed; i++)
		listed(vq)[i].nodeid = renamed(listed(vq)[i].nodeid, from, to, count);
	sort_others(vq);
	sort_members(vq);
}
