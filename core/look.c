/*
 * An instance as seen from outside: copies of what it knows, for those who show it
 * to people. Nothing here changes an instance or tells a host anything.
 */
#include "internal.h"

_Static_assert((int)TIE_NONE == (int)VQ_TIE_NONE && (int)TIE_LOWEST == (int)VQ_TIE_LOWEST &&
		       (int)TIE_HIGHEST == (int)VQ_TIE_HIGHEST && (int)TIE_LIST == (int)VQ_TIE_LIST,
	       "told as they are");

/* The core's own functions take instances that change; those called here change nothing. */
static struct vq *seen(const struct vq *vq)
{
	return (struct vq *)(uintptr_t)vq;
}

static enum vq_sync_phase sync_phase(const struct vq *vq)
{
	if (!vq->syncing)
		return VQ_SYNC_NONE;
	if (vq->held)
		return VQ_SYNC_HELD;
	return vq->processed ? VQ_SYNC_PROCESSED : VQ_SYNC_BEGUN;
}

void vq_look(const struct vq *vq, struct vq_look *look)
{
	struct tally tally = vqi_tally(seen(vq));

	memset(look, 0, sizeof(*look));
	look->ring = vq->ring;
	look->sync = sync_phase(vq);
	look->quorate = vq->quorate;
	look->quorum = vq->quorum;
	look->total_votes = tally.votes + (has(&vq->own, FLAG_DEVICE_CAST_VOTE) ? vq->device_votes : 0);
	look->highest_expected = tally.highest_expected;
	look->two_node_on = vq->two_node;
	look->allow_downscale_on = vq->allow_downscale;
	look->tracking_on = vq->tracking;
	look->last_man_standing_on = vq->last_man_standing;
	look->wait_for_all_on = vq->wait_for_all;
	look->wait_for_all_status = vq->wait_for_all_status;
	look->tie_breaker = vq->tie_breaker;
	look->lowest = vq->lowest;
	look->highest = vq->highest;
	look->last_man_window_ms = vq->last_man_window_ms;
	look->downscale_barrier = vq->downscale_barrier;
	look->tracked_barrier = vq->tracked_barrier;
	look->device_votes = vq->device_votes;
	look->device_allowed = vq->can_operate;
	look->device_master_wins = vq->master_wins;
	look->device_timeout_ms = vq->device_timeout_ms;
	look->device_sync_timeout_ms = vq->device_sync_timeout_ms;
	look->record_count = vq->others + 1;
	look->member_count = vq->members;
	look->tracker_count = vq->trackers;
	look->listed_count = vq->listed;
	memcpy(look->device_name, device_name(seen(vq)), VQ_NAME_MAX);
}

struct vq_look_record vq_look_record(const struct vq *vq, uint32_t index)
{
	const struct record *record = index ? &others(seen(vq))[index - 1] : &vq->own;

	ALWAYS(index <= vq->others);
	return (struct vq_look_record){record->nodeid, record->state, record->votes, record->expected_votes,
				       record->flags};
}

uint32_t vq_look_member(const struct vq *vq, uint32_t index)
{
	ALWAYS(index < vq->members);
	return members(seen(vq))[index];
}

struct vq_look_tracker vq_look_tracker(const struct vq *vq, uint32_t index)
{
	const struct tracker *tracker = &trackers(seen(vq))[index];

	ALWAYS(index < vq->trackers);
	return (struct vq_look_tracker){tracker->context, tracker->connection};
}

uint32_t vq_look_listed(const struct vq *vq, uint32_t index)
{
	ALWAYS(index < vq->listed);
	return listed(seen(vq))[index].nodeid;
}
