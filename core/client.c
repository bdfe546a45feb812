/*
 * The client library: what an application links, over any transport.
 *
 * Handles are a serial number above a slot number, so that one that was
 * finalized is never mistaken for its successor. Of a call under way nothing is kept
 * but that a dispatch waits: who may not wait asks again. And nothing the other side
 * sends is believed beyond what this file checks.
 */
#include <errno.h>
#include <string.h>

#include "assert.h"
#include "votequorum.h"

struct slot {
	vq_handle_t handle; /* 0: free */
	uint64_t context;
	uint32_t connection;
	uint32_t callbacks;
	uint32_t waits;     /* the type of the dispatch that waits, 0: none does */
	uint32_t finalized; /* and is there for the dispatch that waits, or tells, alone */
};

struct vq_client {
	uint32_t handles;
	uint32_t serial; /* of the last handle made */
	uint32_t quirks_off;
	uint32_t reserved;
};
_Static_assert(sizeof(struct vq_client) % 8 == 0, "the slots behind it are aligned");

/* A handle with what it was called with. */
struct use {
	const struct vq_transport *transport;
	void *ctx;
	struct slot *slot; /* NULL: no such handle */
};

static struct slot *slots(struct vq_client *client)
{
	return (struct slot *)(void *)(client + 1);
}

size_t vq_client_size(uint32_t handles)
{
	ALWAYS(handles >= 1 && handles <= 1u << 20);
	return sizeof(struct vq_client) + handles * sizeof(struct slot);
}

void vq_client_init(struct vq_client *client, uint32_t handles, uint32_t quirks_off)
{
	memset(client, 0, vq_client_size(handles));
	client->handles = handles;
	client->quirks_off = quirks_off;
}

static struct slot *find(struct vq_client *client, vq_handle_t handle)
{
	uint32_t index = (uint32_t)handle;

	if (!handle || index >= client->handles || slots(client)[index].handle != handle)
		return NULL;
	return &slots(client)[index];
}

static struct slot *find_open(struct vq_client *client, vq_handle_t handle)
{
	struct slot *slot = find(client, handle);

	return slot && !slot->finalized ? slot : NULL;
}

static struct use use(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle)
{
	return (struct use){transport, ctx, find_open(client, handle)};
}

/* ---- errors ---------------------------------------------------------------- */

int vq_error_from_errno(int error)
{
	switch (error) {
	case 0:
		return VQ_OK;
	case EAGAIN:
	case ETIMEDOUT:
	case ENOBUFS:
	case ENOMSG:
		return VQ_ERR_TRY_AGAIN;
	case EINVAL:
		return VQ_ERR_INVALID_PARAM;
	case ENOMEM:
		return VQ_ERR_NO_MEMORY;
	case EBADF:
		return VQ_ERR_BAD_HANDLE;
	case EACCES:
		return VQ_ERR_ACCESS;
	case ENOENT:
	case ENODEV:
		return VQ_ERR_NOT_EXIST;
	case EEXIST:
		return VQ_ERR_EXIST;
	case EINTR:
		return VQ_ERR_INTERRUPT;
	case ENOSYS:
	case ENOTSUP:
		return VQ_ERR_NOT_SUPPORTED;
	case EBADMSG:
		return VQ_ERR_MESSAGE_ERROR;
	default: /* refused, not connected, and what nobody has heard of */
		return VQ_ERR_LIBRARY;
	}
}

static int from_transport(int result)
{
	return result == VQ_TRANSPORT_PENDING ? VQ_PENDING : vq_error_from_errno(result);
}

/* ---- handles --------------------------------------------------------------- */

static vq_handle_t next_handle(struct vq_client *client, uint32_t index)
{
	client->serial++;
	if (!client->serial)
		client->serial = 1;
	return (vq_handle_t)client->serial << 32 | index;
}

int vq_initialize(struct vq_client *client, const struct vq_transport *transport, void *ctx, uint32_t callbacks,
		  vq_handle_t *handle)
{
	uint32_t index = 0, connection = 0;
	int error;

	while (index < client->handles && slots(client)[index].handle)
		index++;
	if (index == client->handles)
		return VQ_ERR_NO_MEMORY;
	error = from_transport(transport->connect(ctx, &connection));
	if (error != VQ_OK)
		return error;
	*handle = next_handle(client, index);
	slots(client)[index] = (struct slot){.handle = *handle, .connection = connection, .callbacks = callbacks};
	return VQ_OK;
}

static void close_slot(const struct use *u)
{
	uint32_t connection = u->slot->connection;

	memset(u->slot, 0, sizeof(*u->slot));
	u->transport->disconnect(u->ctx, connection);
}

int vq_finalize(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle)
{
	struct use u = use(client, transport, ctx, handle);

	if (!u.slot)
		return VQ_ERR_BAD_HANDLE;
	/* Quirk dispatch-outlives-finalize: nobody wakes the dispatch that waits. */
	if (u.slot->waits && !(client->quirks_off >> VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE & 1u))
		u.slot->finalized = 1;
	else
		close_slot(&u);
	return VQ_OK;
}

int vq_fd_get(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle, int *fd)
{
	struct use u = use(client, transport, ctx, handle);

	return u.slot ? from_transport(transport->fd(ctx, u.slot->connection, fd)) : VQ_ERR_BAD_HANDLE;
}

int vq_context_get(struct vq_client *client, vq_handle_t handle, uint64_t *context)
{
	const struct slot *slot = find_open(client, handle);

	if (!slot)
		return VQ_ERR_BAD_HANDLE;
	*context = slot->context;
	return VQ_OK;
}

int vq_context_set(struct vq_client *client, vq_handle_t handle, uint64_t context)
{
	struct slot *slot = find_open(client, handle);

	if (!slot)
		return VQ_ERR_BAD_HANDLE;
	slot->context = context;
	return VQ_OK;
}

/* ---- dispatch -------------------------------------------------------------- */

/* What no daemon sends is not handed to an application. */
static bool is_sane(const struct vq_notification *notification)
{
	if (notification->kind < VQ_NODELIST || notification->kind > VQ_EXPECTED_VOTES)
		return false;
	return notification->entries || !notification->count;
}

/* Take one notification and tell it. TRY_AGAIN: there is none. */
static int dispatch_one(const struct use *u, vq_handle_t handle)
{
	struct vq_notification notification;
	int error;

	memset(&notification, 0, sizeof(notification));
	error = from_transport(u->transport->receive(u->ctx, u->slot->connection, &notification));
	if (error == VQ_PENDING)
		return VQ_ERR_TRY_AGAIN;
	if (error != VQ_OK)
		return error;
	if (!is_sane(&notification))
		return VQ_ERR_LIBRARY;
	/* A callback that is NULL: the notification is gone all the same. */
	if (u->slot->callbacks & 1u << notification.kind)
		u->transport->callback(u->ctx, handle, &notification);
	return VQ_OK;
}

/* The queue is empty. */
static int nothing_there(uint32_t type)
{
	if (type == VQ_DISPATCH_ALL)
		return VQ_OK;
	return type == VQ_DISPATCH_ONE_NONBLOCKING ? VQ_ERR_TRY_AGAIN : VQ_PENDING;
}

static bool is_one(uint32_t type)
{
	return type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_ONE_NONBLOCKING;
}

/* Of a handle that is open, and a type that exists. */
static int dispatch_open(struct vq_client *client, const struct vq_transport *transport, void *ctx,
			 vq_handle_t handle, uint32_t type, uint32_t *number)
{
	for (;;) {
		struct use u = use(client, transport, ctx, handle);
		int error;

		/* At first, or finalized by a callback: nothing more is told then. */
		if (!u.slot)
			return VQ_ERR_BAD_HANDLE;
		if (*number && is_one(type))
			return VQ_OK;
		error = dispatch_one(&u, handle);
		if (error == VQ_ERR_TRY_AGAIN) {
			error = nothing_there(type);
			if (error == VQ_PENDING)
				u.slot->waits = type;
			return error;
		}
		if (error == VQ_ERR_BAD_HANDLE) /* of the transport; seen of libvotequorum 3.1.7 */
			return VQ_OK;
		if (error != VQ_OK)
			return error;
		++*number;
	}
}

int vq_dispatch(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		uint32_t type, uint32_t *dispatched)
{
	uint32_t ignored, *number = dispatched ? dispatched : &ignored;

	*number = 0;
	if (type < VQ_DISPATCH_ONE || type > VQ_DISPATCH_ONE_NONBLOCKING)
		return VQ_ERR_INVALID_PARAM;
	return dispatch_open(client, transport, ctx, handle, type, number);
}

/* The handle was finalized while its dispatch waited: that looks once more, and lets go of the connection. */
static int dispatch_finalized(const struct use *u, vq_handle_t handle, uint32_t type, uint32_t *number)
{
	int error = dispatch_one(u, handle);

	if (error == VQ_ERR_TRY_AGAIN) {
		u->slot->waits = type;
		return VQ_PENDING;
	}
	close_slot(u);
	*number = error == VQ_OK;
	if (error == VQ_OK)
		return VQ_ERR_BAD_HANDLE;
	return error == VQ_ERR_BAD_HANDLE ? VQ_OK : error;
}

int vq_dispatch_go_on(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		      uint32_t *dispatched)
{
	struct use u = {transport, ctx, find(client, handle)};
	uint32_t ignored, *number = dispatched ? dispatched : &ignored;
	uint32_t type = u.slot ? u.slot->waits : 0;

	*number = 0;
	if (!type)
		return VQ_ERR_BAD_HANDLE;
	u.slot->waits = 0;
	if (u.slot->finalized)
		return dispatch_finalized(&u, handle, type, number);
	return dispatch_open(client, transport, ctx, handle, type, number);
}

bool vq_dispatch_waits(struct vq_client *client, vq_handle_t handle)
{
	const struct slot *slot = find(client, handle);

	return slot && slot->waits;
}

/* ---- requests -------------------------------------------------------------- */

/* One request and its answer; info, when not NULL, takes what it brought. */
static int ask(const struct use *u, const struct vq_request *request, struct vq_info *info)
{
	struct vq_reply reply;
	int error;

	if (!u->slot)
		return VQ_ERR_BAD_HANDLE;
	memset(&reply, 0, sizeof(reply));
	error = from_transport(u->transport->call(u->ctx, u->slot->connection, request, &reply));
	if (error != VQ_OK)
		return error;
	if (!vq_error_name(reply.error))
		return VQ_ERR_LIBRARY;
	if (info && reply.error == VQ_OK) {
		*info = reply.info;
		info->qdevice_name[VQ_NAME_MAX - 1] = 0;
	}
	return reply.error;
}

int vq_getinfo(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
	       uint32_t nodeid, struct vq_info *info)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_GETINFO, .nodeid = nodeid};

	return ask(&u, &request, info);
}

int vq_setexpected(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		   uint32_t expected_votes)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_SETEXPECTED, .votes = expected_votes};

	return ask(&u, &request, NULL);
}

int vq_setvotes(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		uint32_t nodeid, uint32_t votes)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_SETVOTES, .nodeid = nodeid, .votes = votes};

	return ask(&u, &request, NULL);
}

int vq_trackstart(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		  uint64_t context, uint32_t flags)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_TRACKSTART, .context = context, .flags = flags};

	return ask(&u, &request, NULL);
}

int vq_trackstop(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_TRACKSTOP};

	return ask(&u, &request, NULL);
}

/* false: no name that can be sent. */
static bool put_name(char *room, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	if (!length || length >= VQ_NAME_MAX)
		return false;
	memcpy(room, name, length);
	return true;
}

static int ask_device(const struct use *u, struct vq_request *request, const char *name)
{
	return put_name(request->name, name) ? ask(u, request, NULL) : VQ_ERR_INVALID_PARAM;
}

int vq_qdevice_register(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
			const char *name)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_QDEVICE_REGISTER};

	return ask_device(&u, &request, name);
}

int vq_qdevice_unregister(struct vq_client *client, const struct vq_transport *transport, void *ctx,
			  vq_handle_t handle, const char *name)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_QDEVICE_UNREGISTER};

	return ask_device(&u, &request, name);
}

int vq_qdevice_update(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		      const char *name, const char *new_name)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_QDEVICE_UPDATE};

	if (!put_name(request.new_name, new_name))
		return VQ_ERR_INVALID_PARAM;
	return ask_device(&u, &request, name);
}

int vq_qdevice_poll(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		    const char *name, uint32_t cast_vote, struct vq_ring_id ring)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_QDEVICE_POLL, .cast_vote = cast_vote, .ring = ring};

	return ask_device(&u, &request, name);
}

int vq_qdevice_master_wins(struct vq_client *client, const struct vq_transport *transport, void *ctx,
			   vq_handle_t handle, const char *name, uint32_t allow)
{
	struct use u = use(client, transport, ctx, handle);
	struct vq_request request = {.op = VQ_OP_QDEVICE_MASTER_WINS, .allow = allow};

	return ask_device(&u, &request, name);
}
