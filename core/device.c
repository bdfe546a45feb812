/*
 * The quorum device: registration, polls, its timer.
 *
 * The device is a program on this node that speaks for something outside of the
 * cluster. Its name is agreed upon by messages, its votes follow from the flags
 * in this node's record, and its silence is noticed by a timer.
 */
#include "internal.h"

static bool known_as(struct vq *vq, const char *name)
{
	return strcmp(device_name(vq), name) == 0;
}

/* The room behind the name stays zero: equal names are equal bytes. */
static void set_name(struct vq *vq, const char *name)
{
	size_t length = strlen(name);

	NEVER(length >= VQ_NAME_MAX);
	memset(device_name(vq), 0, VQ_NAME_MAX);
	memcpy(device_name(vq), name, length);
}

static bool registered(const struct vq *vq)
{
	return has(&vq->own, FLAG_DEVICE_REGISTERED);
}

/* ---- requests -------------------------------------------------------------- */

static enum vq_error ask_to_register(const struct call *c, uint32_t connection, const char *name)
{
	struct vq *vq = c->vq;

	if (!vq->can_operate)
		return VQ_ERR_ACCESS;
	if (registered(vq))
		return known_as(vq, name) ? VQ_OK : VQ_ERR_EXIST;
	if (vq->waiting != WAITING_NOBODY)
		return VQ_ERR_TRY_AGAIN;
	if (!vqi_send_device(c, VQ_MESSAGE_DEVICE_REGISTER, name, NULL))
		return VQ_ERR_NO_RESOURCES;
	vq->waiting = connection + 1;
	return VQ_PENDING;
}

static enum vq_error unregister(const struct call *c, const char *name)
{
	struct vq *vq = c->vq;
	bool sent;

	if (!registered(vq))
		return VQ_ERR_NOT_EXIST;
	if (!known_as(vq, name))
		return VQ_ERR_INVALID_PARAM;
	c->host->timer_cancel(c->ctx, VQ_TIMER_DEVICE);
	set_flags(&vq->own, FLAG_DEVICE, false);
	/* Quirk master-wins-stays: the flag goes, the setting is remembered. */
	if (!quirk(vq, VQ_QUIRK_MASTER_WINS_STAYS))
		vq->master_wins = 0;
	sent = vqi_send_nodeinfo(c);
	sent = vqi_send_device(c, VQ_MESSAGE_DEVICE_UNREGISTER, name, NULL) && sent;
	vqi_sync_release(c);
	return sent ? VQ_OK : VQ_ERR_NO_RESOURCES;
}

static enum vq_error update(const struct call *c, const char *name, const char *new_name)
{
	if (!registered(c->vq))
		return VQ_ERR_NOT_EXIST;
	if (!known_as(c->vq, name))
		return VQ_ERR_INVALID_PARAM;
	return vqi_send_device(c, VQ_MESSAGE_DEVICE_RENAME, name, new_name) ? VQ_OK : VQ_ERR_NO_RESOURCES;
}

/* Tell the others when own flags are no longer what they were. */
static enum vq_error announce(const struct call *c, unsigned before)
{
	return c->vq->own.flags == before || vqi_send_nodeinfo(c) ? VQ_OK : VQ_ERR_NO_RESOURCES;
}

static enum vq_error poll(const struct call *c, const struct vq_request *request)
{
	struct vq *vq = c->vq;
	unsigned before = vq->own.flags;
	enum vq_error error;

	if (!vq->can_operate)
		return VQ_ERR_ACCESS;
	if (!registered(vq))
		return VQ_ERR_NOT_EXIST;
	if (request->ring.nodeid != vq->ring.nodeid || request->ring.seq != vq->ring.seq)
		return VQ_ERR_MESSAGE_ERROR;
	if (!known_as(vq, request->name))
		return VQ_ERR_INVALID_PARAM;
	set_flags(&vq->own, FLAG_DEVICE_ALIVE, true);
	set_flags(&vq->own, FLAG_DEVICE_CAST_VOTE, request->cast_vote != 0);
	error = announce(c, before);
	c->host->timer_start(c->ctx, VQ_TIMER_DEVICE, vq->device_timeout_ms);
	vqi_sync_release(c);
	return error;
}

static enum vq_error master_wins(const struct call *c, const char *name, bool allow)
{
	struct vq *vq = c->vq;
	unsigned before = vq->own.flags;

	if (!vq->can_operate)
		return VQ_ERR_ACCESS;
	if (!registered(vq))
		return VQ_ERR_NOT_EXIST;
	if (!known_as(vq, name))
		return VQ_ERR_INVALID_PARAM;
	set_flags(&vq->own, FLAG_DEVICE_MASTER_WINS, allow);
	vq->master_wins = allow;
	return announce(c, before);
}

static bool is_name(const char *name)
{
	return *name && memchr(name, 0, VQ_NAME_MAX);
}

enum vq_error vqi_device_request(const struct call *c, uint32_t connection, const struct vq_request *request)
{
	if (!is_name(request->name))
		return VQ_ERR_INVALID_PARAM;
	switch (request->op) {
	case VQ_OP_QDEVICE_REGISTER:
		return ask_to_register(c, connection, request->name);
	case VQ_OP_QDEVICE_UNREGISTER:
		return unregister(c, request->name);
	case VQ_OP_QDEVICE_POLL:
		return poll(c, request);
	case VQ_OP_QDEVICE_MASTER_WINS:
		return master_wins(c, request->name, request->allow != 0);
	default:
		ALWAYS(request->op == VQ_OP_QDEVICE_UPDATE);
		if (!is_name(request->new_name))
			return VQ_ERR_INVALID_PARAM;
		return update(c, request->name, request->new_name);
	}
}

void vqi_device_orphan(struct vq *vq, uint32_t connection)
{
	if (vq->waiting == connection + 1)
		vq->waiting = WAITING_GONE;
}

/* ---- messages -------------------------------------------------------------- */

static void answer(const struct call *c, enum vq_error error)
{
	uint32_t waiting = c->vq->waiting;
	struct vq_reply reply = {.error = (int32_t)error};

	c->vq->waiting = WAITING_NOBODY;
	if (waiting != WAITING_GONE)
		c->host->answer(c->ctx, waiting - 1, &reply);
}

static void register_name(const struct call *c, uint32_t sender, const char *name)
{
	struct vq *vq = c->vq;

	if (sender != vq->own.nodeid) {
		if (!*device_name(vq))
			set_name(vq, name);
		return;
	}
	/* Each sync repeats the name for those who are new; that is no request. */
	if (registered(vq) || vq->waiting == WAITING_NOBODY)
		return;
	if (!*device_name(vq))
		set_name(vq, name);
	if (!known_as(vq, name)) {
		answer(c, VQ_ERR_EXIST);
		return;
	}
	set_flags(&vq->own, FLAG_DEVICE_REGISTERED, true);
	vqi_send_device_nodeinfo(c);
	vqi_send_nodeinfo(c);
	answer(c, VQ_OK);
}

/* The name is forgotten with the last device that bears it. */
static void forget_name(struct vq *vq)
{
	const struct record *record = others(vq);
	bool in_use = is_member(&vq->own) && registered(vq);

	for (uint32_t i = 0; i < vq->others && !in_use; i++)
		in_use = is_member(&record[i]) && has(&record[i], FLAG_DEVICE_REGISTERED);
	if (!in_use)
		set_name(vq, "");
}

void vqi_device_deliver(const struct call *c, uint32_t sender, const struct vq_message *message)
{
	switch (message->kind) {
	case VQ_MESSAGE_DEVICE_REGISTER:
		register_name(c, sender, message->name);
		break;
	case VQ_MESSAGE_DEVICE_UNREGISTER:
		forget_name(c->vq);
		break;
	default:
		ALWAYS(message->kind == VQ_MESSAGE_DEVICE_RENAME);
		if (known_as(c->vq, message->name))
			set_name(c->vq, message->new_name);
	}
}

/* ---- silence --------------------------------------------------------------- */

void vqi_device_timer(const struct call *c)
{
	struct vq *vq = c->vq;

	if (!has(&vq->own, FLAG_DEVICE_ALIVE))
		return;
	set_flags(&vq->own, FLAG_DEVICE_ALIVE | FLAG_DEVICE_CAST_VOTE, false);
	vqi_send_nodeinfo(c);
	vqi_sync_release(c);
}
