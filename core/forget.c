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
}
