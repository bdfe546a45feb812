/*
 * An instance's life: placed, reloaded, told to leave, woken by its timers.
 *
 * The doors that belong to no particular matter; behind each stands the file
 * that has it.
 */
#include "internal.h"

size_t vq_size(const struct vq_limits *limits)
{
	size_t size;

	ALWAYS(limits->nodes >= 1 && limits->nodes <= VQ_NODES_MAX);
	ALWAYS(limits->connections <= 1u << 20);
	size = sizeof(struct vq) + (limits->nodes - 1) * sizeof(struct record) +
	       limits->connections * sizeof(struct tracker) +
	       limits->nodes * (sizeof(struct listed) + sizeof(uint32_t)) + VQ_NAME_MAX;
	return (size + 7) / 8 * 8;
}

static void place(struct vq *vq, const struct vq_limits *limits, uint32_t nodeid)
{
	memset(vq, 0, vq_size(limits));
	vq->limits = *limits;
	/* See key(). */
	vq->id_bias = quirk(vq, VQ_QUIRK_SIGNED_IDS) ? 1u << 31 : 0;
	vq->own.nodeid = nodeid;
	vq->own.votes = 1;
	vq->own.flags = FLAG_FIRST;
	vq->own.state = VQ_STATE_MEMBER;
	vq->last_man_window_ms = VQ_LAST_MAN_STANDING_WINDOW_MS;
	vq->device_timeout_ms = VQ_DEVICE_TIMEOUT_MS;
	vq->device_sync_timeout_ms = VQ_DEVICE_SYNC_TIMEOUT_MS;
	vq->can_operate = 1;
}

enum vq_refusal vq_start(struct vq *vq, const struct vq_limits *limits, uint32_t nodeid,
			 const struct vq_config *config, uint32_t stored_barrier, const struct vq_host *host,
			 void *ctx)
{
	struct call call = {vq, host, ctx};
	enum vq_refusal refusal;

	NEVER(nodeid == VQ_DEVICE_NODEID);
	place(vq, limits, nodeid);
	refusal = vqi_config_start(&call, config, stored_barrier);
	if (refusal != VQ_ACCEPTED)
		return refusal;
	if (vqi_recalculate(&call, false, false))
		vqi_send_nodeinfo(&call);
	return VQ_ACCEPTED;
}

void vq_reload(struct vq *vq, const struct vq_host *host, void *ctx, const struct vq_config *config)
{
	struct call call = {vq, host, ctx};
	uint32_t votes = vq->own.votes, expected_votes = vq->own.expected_votes;

	vqi_config_reload(&call, config);
	vqi_send_nodeinfo(&call);
	vqi_send_device_nodeinfo(&call);
	if (vq->own.votes != votes)
		vqi_send_reconfigure(&call, VQ_MESSAGE_NODE_VOTES, vq->own.nodeid, vq->own.votes);
	if (vq->own.expected_votes != expected_votes)
		vqi_send_reconfigure(&call, VQ_MESSAGE_EXPECTED_VOTES, 0, vq->own.expected_votes);
}

void vq_cancel_wait_for_all(struct vq *vq, const struct vq_host *host, void *ctx)
{
	struct call call = {vq, host, ctx};

	vqi_send_reconfigure(&call, VQ_MESSAGE_CANCEL_WAIT_FOR_ALL, 0, 0);
}

void vq_leave(struct vq *vq, const struct vq_host *host, void *ctx)
{
	struct call call = {vq, host, ctx};

	if (!vq->allow_downscale)
		return;
	set_flags(&vq->own, FLAG_LEAVING, true);
	vqi_send_nodeinfo(&call);
}

void vq_timer_fired(struct vq *vq, const struct vq_host *host, void *ctx, enum vq_timer timer)
{
	struct call call = {vq, host, ctx};

	if (timer == VQ_TIMER_DEVICE) {
		vqi_device_timer(&call);
		return;
	}
	ALWAYS(timer == VQ_TIMER_LAST_MAN_STANDING);
	if (vq->quorate)
		vqi_recalculate(&call, true, true);
}

bool vq_quorate(const struct vq *vq)
{
	return vq->quorate;
}

struct vq_ring_id vq_ring(const struct vq *vq)
{
	return vq->ring;
}

void vq_renumber_ring(struct vq *vq, uint64_t seq)
{
	vq->ring.seq = seq;
}
