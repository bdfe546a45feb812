/*
 * Delivered messages: what each does to the state.
 *
 * All members of a ring deliver the same messages in the same order, this node's
 * own included, and whatever is to be agreed upon changes only here (the quirks
 * say where the daemon runs ahead of it). The frequent case, a nodeinfo that
 * says nothing new, ends after one search and one comparison.
 */
#include "internal.h"

/* ---- nodeinfo -------------------------------------------------------------- */

/* About a device: while this node has no quorum it believes who has. */
static bool about_device(const struct call *c, uint32_t sender, const struct vq_message *message)
{
	struct vq *vq = c->vq;
	const struct record *from = vqi_record_find(vq, sender);
	uint32_t before = vq->device_votes;

	if (!from) {
		/* A node that never said who it is: the daemon asserts. */
		c->host->abort(c->ctx, "device nodeinfo of a node that is not known");
		return true;
	}
	if ((!vq->quorate && has(from, FLAG_QUORATE)) || message->votes > vq->device_votes)
		vq->device_votes = message->votes;
	if (vq->device_votes != before)
		vqi_recalculate(c, false, false);
	return true;
}

/* The record becomes what the message says. May quorum fall with it? */
static bool believe(struct vq *vq, struct record *record, const struct vq_message *message)
{
	bool quorate = message->flags & FLAG_QUORATE;
	bool adopt = !vq->quorate && quorate;

	record->flags = (uint16_t)message->flags;
	record->votes = message->votes;
	record->state = message->flags & FLAG_LEAVING ? VQ_STATE_LEAVING : VQ_STATE_MEMBER;
	if (adopt)
		vq->own.expected_votes = message->expected_votes;
	record->expected_votes = quorate || vq->tracking ? message->expected_votes : vq->own.expected_votes;
	return adopt || record->state == VQ_STATE_LEAVING;
}

/* Last man standing counts heads: no node may have more than one vote. */
static void check_last_man(const struct call *c, uint32_t votes)
{
	struct vq *vq = c->vq;

	if (!vq->last_man_standing || votes <= 1)
		return;
	vq->last_man_standing = 0;
	c->host->timer_cancel(c->ctx, VQ_TIMER_LAST_MAN_STANDING);
	notice(c, VQ_NOTICE_LAST_MAN_OFF_VOTES);
}

/* Quirk own-nodeinfo-undoes: what changed here since the message was sent is
 * undone by it. Off: the own record knows better. */
static void refresh(const struct vq *vq, struct vq_message *message)
{
	if (quirk(vq, VQ_QUIRK_OWN_NODEINFO_UNDOES))
		return;
	message->flags = vq->own.flags;
	message->votes = vq->own.votes;
	message->expected_votes = vq->own.expected_votes;
}

static bool about_node(const struct call *c, uint32_t sender, struct vq_message *message)
{
	struct vq *vq = c->vq;
	struct record *record = vqi_record_find(vq, sender);
	bool own = record == &vq->own, fresh = !record, decrease;
	struct record before;

	if (fresh)
		record = vqi_record_make(vq, sender);
	if (!record)
		return false;
	if (own)
		refresh(vq, message);
	before = *record;
	decrease = believe(vq, record, message);
	if (!own)
		vqi_tally_changed(vq, &before, record);
	check_last_man(c, record->votes);
	if (fresh || own || has(record, FLAG_FIRST) || memcmp(&before, record, sizeof(before)) != 0) {
		bool leaving = record->state == VQ_STATE_LEAVING;

		if (!vqi_recalculate(c, decrease, leaving))
			return true;
	}
	if (vq->wait_for_all && has(record, FLAG_QUORATE) && !has(record, FLAG_WFA_STATUS))
		vqi_set_wait_for_all_status(vq, false);
	return true;
}

static bool nodeinfo(const struct call *c, uint32_t sender, struct vq_message *message)
{
	if (message->about == VQ_DEVICE_NODEID)
		return about_device(c, sender, message);
	/* A node speaks of itself and its device only. */
	return message->about == sender && about_node(c, sender, message);
}

/* ---- reconfigure ----------------------------------------------------------- */

static void expected_votes(const struct call *c, uint32_t value)
{
	struct vq *vq = c->vq;

	if (value)
		vqi_record_expect(vq, value);
	vqi_notify_expected_votes(c);
	vq->downscale_barrier = value;
	if (vq->tracking && vq->own.expected_votes < vq->tracked_barrier)
		vq->own.expected_votes = vq->tracked_barrier;
	vqi_recalculate(c, true, false);
}

static void node_votes(const struct call *c, uint32_t about, uint32_t value)
{
	struct record *record;

	if (about == VQ_DEVICE_NODEID) {
		c->vq->device_votes = value;
	} else {
		record = vqi_record_find(c->vq, about);
		if (!record)
			return;
		record->votes = value;
		vqi_tally_forget(c->vq);
	}
	vqi_recalculate(c, true, false);
}

static void cancel_wait_for_all(const struct call *c)
{
	vqi_set_wait_for_all_status(c->vq, false);
	vqi_recalculate(c, false, false);
}

bool vq_deliver(struct vq *vq, const struct vq_host *host, void *ctx, uint32_t sender, const void *bytes, size_t size)
{
	struct call call = {vq, host, ctx};
	struct vq_message message;

	if (sender == VQ_DEVICE_NODEID || !vq_message_read(&message, bytes, size))
		return false;
	switch (message.kind) {
	case VQ_MESSAGE_NODEINFO:
		return nodeinfo(&call, sender, &message);
	case VQ_MESSAGE_EXPECTED_VOTES:
		expected_votes(&call, message.votes);
		return true;
	case VQ_MESSAGE_NODE_VOTES:
		node_votes(&call, message.about, message.votes);
		return true;
	case VQ_MESSAGE_CANCEL_WAIT_FOR_ALL:
		cancel_wait_for_all(&call);
		return true;
	default:
		vqi_device_deliver(&call, sender, &message);
		return true;
	}
}
