/*
 * Membership change: a new ring, step by step.
 *
 * init says who is in the ring, process tells the others about this node, and
 * activate, when everybody has, decides anew. A new ring may come between any
 * two of them and simply starts over. A quorum device that is alive may hold
 * the middle: its voice for the new ring is worth waiting for.
 */
#include "internal.h"

/* Those of the current ring that are missing in the next; returns their number. */
static uint32_t bury(struct vq *vq, const uint32_t *next, uint32_t count)
{
	const uint32_t *old = members(vq);
	uint32_t gone = 0, j = 0;

	for (uint32_t i = 0; i < vq->members; i++) {
		struct record *record;

		while (j < count && next[j] < old[i])
			j++;
		if (j < count && next[j] == old[i])
			continue;
		gone++;
		record = vqi_record_find(vq, old[i]);
		if (record)
			record->state = VQ_STATE_DEAD;
	}
	if (gone)
		vqi_tally_forget(vq);
	return gone;
}

static bool is_in(const uint32_t *ids, uint32_t count, uint32_t nodeid)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ids[middle] < nodeid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ids[low] == nodeid;
}

static void install(struct vq *vq, struct vq_ring_id ring, const uint32_t *next, uint32_t count)
{
	struct listed *id = listed(vq);

	for (uint32_t i = 0; i < vq->listed; i++) {
		id[i].in_previous = id[i].in_current;
		id[i].in_current = is_in(next, count, id[i].nodeid);
	}
	vq->previous_members = vq->members;
	memcpy(members(vq), next, count * sizeof(*next));
	if (vq->members > count)
		memset(members(vq) + count, 0, (vq->members - count) * sizeof(*next));
	vq->members = count;
	vq->ring = (struct vq_ring_id){ring.seq, ring.nodeid, 0};
}

/* Shall fewer be expected after the window? */
static bool last_man_asks(struct vq *vq, bool somebody_left)
{
	enum tie_breaker kind = TIE_LOWEST;

	if (!vq->last_man_standing)
		return false;
	if (vq->members >= vq->quorum && somebody_left)
		return true;
	/* Quirk lms-atb-lowest: whatever the tie breaker is, the lowest id is
	 * looked at. Off: the one that is configured. */
	if (!quirk(vq, VQ_QUIRK_LMS_ATB_LOWEST))
		kind = (enum tie_breaker)vq->tie_breaker;
	return vq->members <= vq->quorum && vq->tie_breaker != TIE_NONE && vqi_tie_breaker_here(vq, kind);
}

void vq_sync_init(struct vq *vq, const struct vq_host *host, void *ctx, struct vq_ring_id ring, const uint32_t *ids,
		  uint32_t count)
{
	uint32_t gone;

	ALWAYS(count >= 1 && count <= vq->limits.nodes);
	vq->syncing = 1;
	vq->processed = 0;
	vq->held = 0;
	if (count > 1)
		set_flags(&vq->own, FLAG_FIRST, false);
	gone = bury(vq, ids, count);
	install(vq, ring, ids, count);
	if (last_man_asks(vq, gone != 0))
		host->timer_start(ctx, VQ_TIMER_LAST_MAN_STANDING, vq->last_man_window_ms);
	if (has(&vq->own, FLAG_DEVICE_REGISTERED | FLAG_DEVICE_ALIVE)) {
		host->timer_start(ctx, VQ_TIMER_DEVICE, vq->device_sync_timeout_ms);
		vq->held = 1;
	}
}

void vq_sync_process(struct vq *vq, const struct vq_host *host, void *ctx)
{
	struct call call = {vq, host, ctx};

	ALWAYS(vq->syncing);
	vqi_send_nodeinfo(&call);
	vqi_send_device_nodeinfo(&call);
	if (*device_name(vq))
		vqi_send_device(&call, VQ_MESSAGE_DEVICE_REGISTER, device_name(vq), NULL);
	vqi_notify_nodelist(&call);
	vq->processed = 1;
	if (!vq->held)
		host->sync_processed(ctx);
}

void vqi_sync_release(const struct call *c)
{
	struct vq *vq = c->vq;

	if (!vq->held)
		return;
	vq->held = 0;
	if (vq->processed)
		c->host->sync_processed(c->ctx);
}

void vq_sync_activate(struct vq *vq, const struct vq_host *host, void *ctx)
{
	struct call call = {vq, host, ctx};

	ALWAYS(vq->syncing && vq->processed && !vq->held);
	if (!vqi_recalculate(&call, false, false))
		return;
	host->primary(ctx, vq->quorate);
	vqi_notify_quorum(&call);
	vq->syncing = 0;
	vq->processed = 0;
}

bool vq_sync_held(const struct vq *vq)
{
	return vq->held;
}
