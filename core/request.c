/*
 * Requests: what an application may ask and set.
 *
 * They are served at once, during a sync too. Settings are tried against the
 * arithmetic before they are multicast, so that nobody can vote the cluster out
 * of quorum by a slip; requests about the quorum device stand in device.c.
 */
#include "internal.h"

_Static_assert(FLAG_DEVICE_REGISTERED << 2 == VQ_INFO_QDEVICE_REGISTERED &&
		       FLAG_DEVICE_ALIVE << 2 == VQ_INFO_QDEVICE_ALIVE &&
		       FLAG_DEVICE_CAST_VOTE << 2 == VQ_INFO_QDEVICE_CAST_VOTE &&
		       FLAG_DEVICE_MASTER_WINS << 2 == VQ_INFO_QDEVICE_MASTER_WINS,
	       "told as they are kept");

static uint32_t device_info_flags(const struct record *record)
{
	return (record->flags & (unsigned)FLAG_DEVICE) << 2;
}

static uint32_t node_info_flags(const struct vq *vq)
{
	uint32_t flags = 0;

	if (vq->two_node)
		flags |= VQ_INFO_TWONODE;
	if (vq->quorate)
		flags |= VQ_INFO_QUORATE;
	if (vq->wait_for_all)
		flags |= VQ_INFO_WAIT_FOR_ALL;
	if (vq->last_man_standing)
		flags |= VQ_INFO_LAST_MAN_STANDING;
	if (vq->tie_breaker != TIE_NONE)
		flags |= VQ_INFO_AUTO_TIE_BREAKER;
	if (vq->allow_downscale)
		flags |= VQ_INFO_ALLOW_DOWNSCALE;
	return flags;
}

enum vq_error vq_info(struct vq *vq, uint32_t nodeid, struct vq_info *info)
{
	const struct record *record = vqi_record_find(vq, nodeid ? nodeid : vq->own.nodeid);
	struct tally tally;

	if (!record)
		return VQ_ERR_NOT_EXIST;
	tally = vqi_tally(vq);
	info->node_id = record->nodeid;
	info->node_state = record->state;
	info->node_votes = record->votes;
	info->node_expected_votes = record->expected_votes;
	info->highest_expected = tally.highest_expected;
	info->total_votes = tally.votes;
	/* By the asked node's flag, not by this node's. */
	if (has(record, FLAG_DEVICE_CAST_VOTE))
		info->total_votes += vq->device_votes;
	info->quorum = vq->quorum;
	info->flags = node_info_flags(vq) | device_info_flags(record);
	info->qdevice_votes = vq->device_votes;
	memcpy(info->qdevice_name, device_name(vq), VQ_NAME_MAX);
	return VQ_OK;
}

static enum vq_error setexpected(const struct call *c, uint32_t value)
{
	struct vq *vq = c->vq;
	struct tally tally = vqi_tally(vq);
	struct forecast forecast = vqi_forecast(vq, &tally, true, value);

	if (value < forecast.votes || (vq->quorate && forecast.quorum > forecast.votes))
		return VQ_ERR_INVALID_PARAM;
	/* Quirk setvotes-before-agreement: this node does not wait for delivery. */
	if (value && quirk(vq, VQ_QUIRK_SETVOTES_BEFORE_AGREEMENT))
		vqi_record_expect(vq, value);
	return vqi_send_reconfigure(c, VQ_MESSAGE_EXPECTED_VOTES, 0, value) ? VQ_OK : VQ_ERR_NO_RESOURCES;
}

static enum vq_error setvotes(const struct call *c, uint32_t nodeid, uint32_t value)
{
	struct vq *vq = c->vq;
	/* Here 0 is the device and not this node. */
	struct record *record = nodeid == VQ_DEVICE_NODEID ? NULL : vqi_record_find(vq, nodeid);
	uint32_t *votes = record ? &record->votes : &vq->device_votes, before = *votes;
	struct tally tally;
	struct forecast forecast;
	bool refused;

	if (!record && nodeid != VQ_DEVICE_NODEID)
		return VQ_ERR_NAME_NOT_FOUND;
	*votes = value;
	vqi_tally_forget(vq);
	tally = vqi_tally(vq);
	forecast = vqi_forecast(vq, &tally, true, 0);
	refused = forecast.quorum < forecast.votes / 2 || forecast.quorum > forecast.votes;
	/* Quirk setvotes-before-agreement: what is accepted stays set here. */
	if (refused || !quirk(vq, VQ_QUIRK_SETVOTES_BEFORE_AGREEMENT))
		*votes = before;
	if (refused)
		return VQ_ERR_INVALID_PARAM;
	return vqi_send_reconfigure(c, VQ_MESSAGE_NODE_VOTES, nodeid, value) ? VQ_OK : VQ_ERR_NO_RESOURCES;
}

static enum vq_error serve(const struct call *c, uint32_t connection, const struct vq_request *request,
			   struct vq_info *info)
{
	switch (request->op) {
	case VQ_OP_GETINFO:
		return vq_info(c->vq, request->nodeid, info);
	case VQ_OP_SETEXPECTED:
		return setexpected(c, request->votes);
	case VQ_OP_SETVOTES:
		return setvotes(c, request->nodeid, request->votes);
	case VQ_OP_TRACKSTART:
		return vqi_track_start(c, connection, request->context, request->flags);
	case VQ_OP_TRACKSTOP:
		return vqi_track_stop(c->vq, connection);
	case VQ_OP_QDEVICE_REGISTER:
	case VQ_OP_QDEVICE_UNREGISTER:
	case VQ_OP_QDEVICE_UPDATE:
	case VQ_OP_QDEVICE_POLL:
	case VQ_OP_QDEVICE_MASTER_WINS:
		return vqi_device_request(c, connection, request);
	default:
		return VQ_ERR_INVALID_PARAM;
	}
}

int vq_request(struct vq *vq, const struct vq_host *host, void *ctx, uint32_t connection,
	       const struct vq_request *request, struct vq_reply *reply)
{
	struct call call = {vq, host, ctx};
	enum vq_error error;

	ALWAYS(connection < vq->limits.connections);
	memset(reply, 0, sizeof(*reply));
	error = serve(&call, connection, request, &reply->info);
	if (error == VQ_PENDING)
		return VQ_PENDING;
	reply->error = (int32_t)error;
	return VQ_OK;
}

/* ---- connections ----------------------------------------------------------- */

static void forget(struct vq *vq, uint32_t connection)
{
	ALWAYS(connection < vq->limits.connections);
	vqi_track_stop(vq, connection);
	vqi_device_orphan(vq, connection);
}

void vq_connection_open(struct vq *vq, uint32_t connection)
{
	/* The number may have been somebody else's. */
	forget(vq, connection);
}

void vq_connection_close(struct vq *vq, uint32_t connection)
{
	forget(vq, connection);
}
