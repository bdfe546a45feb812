/*
 * The records of the nodes that were ever heard of.
 *
 * The daemon keeps a list in which a new record goes before the first one with
 * a larger id, or, when there is none, before the last one; the own record is
 * made first. So the own record stays last for ever and all others stand before
 * it in ascending order: before a larger one keeps that order, and "before the
 * last" is the end of the others. Hence a sorted array and one record beside it,
 * and a search that guesses
 * and then halves instead of a walk.
 */
#include "internal.h"

/* Where the id is, or would be. */
static uint32_t position(struct vq *vq, uint32_t nodeid)
{
	const struct record *low = others(vq);
	uint32_t wanted = key(vq, nodeid), left = vq->others;

	/* A step without a branch: which way it goes cannot be foreseen. */
	while (left) {
		uint32_t half = left / 2;
		bool above = key(vq, low[half].nodeid) < wanted;

		low = above ? low + half + 1 : low;
		left = above ? left - half - 1 : half;
	}
	return (uint32_t)(low - others(vq));
}

/* Where the id is when ids follow each other without a gap, as they mostly do. */
static uint32_t without_gaps(struct vq *vq, uint32_t nodeid)
{
	uint32_t first = key(vq, others(vq)->nodeid), own = key(vq, vq->own.nodeid), wanted = key(vq, nodeid);

	return wanted - first - (first < own && own < wanted);
}

struct record *vqi_record_find_other(struct vq *vq, uint32_t nodeid)
{
	uint32_t at = vq->others ? without_gaps(vq, nodeid) : 0;

	if (at >= vq->others || others(vq)[at].nodeid != nodeid)
		at = position(vq, nodeid);
	return at < vq->others && others(vq)[at].nodeid == nodeid ? &others(vq)[at] : NULL;
}

struct record *vqi_record_make(struct vq *vq, uint32_t nodeid)
{
	uint32_t at = position(vq, nodeid);
	struct record *record = others(vq) + at;

	NEVER(nodeid == VQ_DEVICE_NODEID || nodeid == vq->own.nodeid);
	if (vq->others == vq->limits.nodes - 1)
		return NULL;
	memmove(record + 1, record, (vq->others - at) * sizeof(*record));
	memset(record, 0, sizeof(*record));
	record->nodeid = nodeid;
	vq->others++;
	return record;
}

void vqi_record_expect(struct vq *vq, uint32_t expected_votes)
{
	struct record *record = others(vq);

	vqi_tally_forget(vq);
	for (uint32_t i = 0; i < vq->others; i++) {
		if (is_member(&record[i]))
			record[i].expected_votes = expected_votes;
	}
	if (is_member(&vq->own))
		vq->own.expected_votes = expected_votes;
}
