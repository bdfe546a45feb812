/*
 * Fuzzes the library half: a transport that lies, and callbacks that do anything.
 *
 * Bytes choose the calls and all that the transport answers. What must hold: every call
 * answers what its handle, its arguments and the transport's last word make of it, the
 * daemon is asked what the caller asked, nothing is told under a handle that is gone or
 * of a kind that nobody wants, and no connection is used that was closed.
 */
#include <errno.h>
#include <string.h>

#include "assert.h"
#include "votequorum.h"

enum { HANDLES = 4, CONNECTIONS = 8, KNOWN = 16, DEPTH = 3 };

struct world {
	const uint8_t *bytes;
	size_t size;
	struct vq_client *client;
	bool open[CONNECTIONS];
	vq_handle_t handles[KNOWN]; /* of now and then */
	bool alive[KNOWN];
	uint32_t masks[KNOWN]; /* of the callbacks wanted */
	uint64_t contexts[KNOWN];
	uint32_t waits[KNOWN]; /* the type of the dispatch that waits, 0: none does */
	bool lingers[KNOWN];   /* finalized, but a dispatch waits */
	bool outlives;         /* quirk dispatch-outlives-finalize */
	uint32_t known;
	uint32_t depth;
	/* what the transport did since forget(), and answered last */
	uint32_t calls, taken;
	int result;
	bool insane; /* what it last received is no notification */
	struct vq_request request;
	struct vq_reply reply;
};

static uint8_t take8(struct world *world)
{
	if (!world->size)
		return 0;
	world->size--;
	return *world->bytes++;
}

static void take(struct world *world, void *room, size_t size)
{
	memset(room, take8(world), size);
	for (size_t i = 0; i < size && i < 8; i++)
		((unsigned char *)room)[i] = take8(world);
}

/* What the transport says, and what that is to the caller. */
static const struct {
	int said, is;
} results[] = {
	{0, VQ_OK},
	{0, VQ_OK},
	{0, VQ_OK},
	{0, VQ_OK},
	{0, VQ_OK},
	{0, VQ_OK},
	{EAGAIN, VQ_ERR_TRY_AGAIN},
	{VQ_TRANSPORT_PENDING, VQ_PENDING},
	{ECONNREFUSED, VQ_ERR_LIBRARY},
	{EINTR, VQ_ERR_INTERRUPT},
	{-77, VQ_ERR_LIBRARY},
	{12345, VQ_ERR_LIBRARY},
	{EBADF, VQ_ERR_BAD_HANDLE},
	{ENOMEM, VQ_ERR_NO_MEMORY},
	{EACCES, VQ_ERR_ACCESS},
	{EBADMSG, VQ_ERR_MESSAGE_ERROR},
};

enum { RESULTS = sizeof(results) / sizeof(results[0]) };

static int result(struct world *world)
{
	world->calls++;
	world->result = results[take8(world) % RESULTS].said;
	return world->result;
}

/* Of the transport's last answer. */
static int is_to_the_caller(const struct world *world)
{
	for (uint32_t i = 0; i < RESULTS; i++)
		if (results[i].said == world->result)
			return results[i].is;
	return VQ_ERR_LIBRARY; /* EMFILE */
}

static void forget(struct world *world)
{
	world->calls = world->taken = 0;
	world->insane = false;
}

/* ---- the transport -------------------------------------------------------------------- */

static int connect(void *ctx, uint32_t *connection)
{
	struct world *world = ctx;
	int error = result(world);

	if (error)
		return error;
	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		if (!world->open[i]) {
			world->open[i] = true;
			*connection = i;
			return 0;
		}
	}
	NEVER(true); /* more connections than handles */
	return EMFILE;
}

static void disconnect(void *ctx, uint32_t connection)
{
	struct world *world = ctx;

	ALWAYS(connection < CONNECTIONS && world->open[connection]);
	world->open[connection] = false;
}

static int call(void *ctx, uint32_t connection, const struct vq_request *request, struct vq_reply *reply)
{
	struct world *world = ctx;

	ALWAYS(connection < CONNECTIONS && world->open[connection]);
	ALWAYS(request->op >= VQ_OP_GETINFO && request->op <= VQ_OP_QDEVICE_MASTER_WINS);
	ALWAYS(memchr(request->name, 0, VQ_NAME_MAX) && memchr(request->new_name, 0, VQ_NAME_MAX));
	world->request = *request;
	memset(&world->reply, 0, sizeof(world->reply));
	if (take8(world) % 8 == 0) /* it says nothing: that is no answer */
		return result(world);
	take(world, reply, sizeof(*reply));
	reply->error = take8(world) % 2 ? (int32_t)(take8(world) % 36) : reply->error;
	world->reply = *reply;
	return result(world);
}

static int receive(void *ctx, uint32_t connection, struct vq_notification *notification)
{
	static const struct vq_entry entries[4] = {{1, 1}, {2, 2}, {3, 3}, {0, 0}};
	struct world *world = ctx;

	ALWAYS(connection < CONNECTIONS && world->open[connection]);
	if (take8(world) % 8 == 0) { /* nothing is received */
		world->insane = result(world) == 0;
		return world->result;
	}
	take(world, notification, sizeof(*notification));
	notification->kind = take8(world) % 8;
	notification->count = take8(world) % 5;
	notification->entries = take8(world) & 1 ? entries : NULL;
	world->insane = notification->kind < VQ_NODELIST || notification->kind > VQ_EXPECTED_VOTES ||
			(notification->count && !notification->entries);
	if (result(world) == 0 && !world->size)
		world->result = EAGAIN; /* the end */
	if (world->result)
		world->insane = false;
	world->taken += !world->result && !world->insane;
	return world->result;
}

static int get_fd(void *ctx, uint32_t connection, int *fd)
{
	struct world *world = ctx;

	ALWAYS(connection < CONNECTIONS && world->open[connection]);
	*fd = (int)connection;
	return result(world);
}

/* ---- the application ------------------------------------------------------------------- */

static void act(struct world *world);

static void told(void *ctx, vq_handle_t handle, const struct vq_notification *notification)
{
	struct world *world = ctx, before = *world;
	bool alive = false;

	for (uint32_t i = 0; i < world->known; i++)
		alive |= (world->alive[i] || world->lingers[i]) && world->handles[i] == handle &&
			 world->masks[i] >> notification->kind & 1;
	ALWAYS(alive);
	ALWAYS(notification->kind >= VQ_NODELIST && notification->kind <= VQ_EXPECTED_VOTES);
	ALWAYS(notification->entries || !notification->count);
	if (world->depth < DEPTH)
		act(world);
	world->calls = before.calls;
	world->taken = before.taken;
	world->insane = false;
}

static const struct vq_transport transport = {connect, disconnect, call, receive, get_fd, told};

static uint32_t count_open(const struct world *world)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < CONNECTIONS; i++)
		count += world->open[i];
	return count;
}

static void begin(struct world *world)
{
	vq_handle_t handle = 0;
	bool full = count_open(world) == HANDLES;
	uint32_t mask = take8(world);
	int error = vq_initialize(world->client, &transport, world, mask, &handle);

	ALWAYS(error == (full ? VQ_ERR_NO_MEMORY : is_to_the_caller(world)));
	ALWAYS(world->calls == !full);
	if (error != VQ_OK || world->known == KNOWN) {
		if (error == VQ_OK)
			vq_finalize(world->client, &transport, world, handle);
		return;
	}
	for (uint32_t i = 0; i < world->known; i++)
		NEVER(world->handles[i] == handle);
	NEVER(handle == 0 || handle >> 32 == 0);
	world->handles[world->known] = handle;
	world->masks[world->known] = mask;
	world->contexts[world->known] = 0;
	world->alive[world->known++] = true;
}

static void end(struct world *world, uint32_t which)
{
	bool alive = world->alive[which];

	world->alive[which] = false;
	if (alive && world->waits[which] && world->outlives)
		world->lingers[which] = true;
	else if (alive)
		world->waits[which] = 0;
	ALWAYS(vq_finalize(world->client, &transport, world, world->handles[which]) ==
	       (alive ? VQ_OK : VQ_ERR_BAD_HANDLE));
}

static bool is_name(const char *name)
{
	return name && *name && strlen(name) < VQ_NAME_MAX;
}

static const char *take_name(struct world *world)
{
	static char long_enough[VQ_NAME_MAX], too_long[VQ_NAME_MAX + 1], much_too_long[VQ_NAME_MAX + 2];
	const char *names[] = {NULL, "", "qd", "another", long_enough, too_long, much_too_long};

	memset(long_enough, 'n', VQ_NAME_MAX - 1);
	memset(too_long, 'n', VQ_NAME_MAX);
	memset(much_too_long, 'n', VQ_NAME_MAX + 1);
	return names[take8(world) % 7];
}

/* The request as it must arrive; false: it must not. */
static bool expect_request(uint32_t op, const char *name, const char *new_name, struct vq_request *request)
{
	request->op = op;
	if (op < VQ_OP_QDEVICE_REGISTER)
		return true;
	if (!is_name(name) || (op == VQ_OP_QDEVICE_UPDATE && !is_name(new_name)))
		return false;
	memcpy(request->name, name, strlen(name));
	if (op == VQ_OP_QDEVICE_UPDATE)
		memcpy(request->new_name, new_name, strlen(new_name));
	return true;
}

static int ask(struct world *world, vq_handle_t handle, uint32_t op, struct vq_request *wants, struct vq_info *info)
{
	const char *name = take_name(world), *new_name = take_name(world);
	struct vq_client *client = world->client;
	uint32_t number = take8(world);

	if (!expect_request(op, name, new_name, wants))
		wants->op = 0;
	switch (op) {
	case VQ_OP_GETINFO:
		wants->nodeid = number;
		return vq_getinfo(client, &transport, world, handle, number, info);
	case VQ_OP_SETEXPECTED:
		wants->votes = number;
		return vq_setexpected(client, &transport, world, handle, number);
	case VQ_OP_SETVOTES:
		wants->nodeid = number;
		wants->votes = number + 1;
		return vq_setvotes(client, &transport, world, handle, number, number + 1);
	case VQ_OP_TRACKSTART:
		wants->context = number;
		wants->flags = number + 1;
		return vq_trackstart(client, &transport, world, handle, number, number + 1);
	case VQ_OP_TRACKSTOP:
		return vq_trackstop(client, &transport, world, handle);
	case VQ_OP_QDEVICE_REGISTER:
		return vq_qdevice_register(client, &transport, world, handle, name);
	case VQ_OP_QDEVICE_UNREGISTER:
		return vq_qdevice_unregister(client, &transport, world, handle, name);
	case VQ_OP_QDEVICE_UPDATE:
		return vq_qdevice_update(client, &transport, world, handle, name, new_name);
	case VQ_OP_QDEVICE_POLL:
		wants->cast_vote = number;
		wants->ring = (struct vq_ring_id){number, number + 1, 0};
		return vq_qdevice_poll(client, &transport, world, handle, name, number, wants->ring);
	default:
		wants->allow = number;
		return vq_qdevice_master_wins(client, &transport, world, handle, name, number);
	}
}

/* A call that the daemon answers, and what must come of it. */
static void request(struct world *world, vq_handle_t handle, bool alive)
{
	uint32_t op = VQ_OP_GETINFO + take8(world) % (VQ_OP_QDEVICE_MASTER_WINS - VQ_OP_GETINFO + 1);
	struct vq_request wants;
	struct vq_info info, untouched;
	int error;

	memset(&wants, 0, sizeof(wants));
	memset(&untouched, 0xa5, sizeof(untouched));
	info = untouched;
	error = ask(world, handle, op, &wants, &info);
	ALWAYS(world->calls == (wants.op && alive));
	if (!world->calls) {
		ALWAYS(error == (wants.op ? VQ_ERR_BAD_HANDLE : VQ_ERR_INVALID_PARAM));
	} else {
		ALWAYS(memcmp(&wants, &world->request, sizeof(wants)) == 0);
		if (world->result)
			ALWAYS(error == is_to_the_caller(world));
		else
			ALWAYS(error == (vq_error_name(world->reply.error) ? world->reply.error : VQ_ERR_LIBRARY));
	}
	if (op != VQ_OP_GETINFO)
		return;
	world->reply.info.qdevice_name[VQ_NAME_MAX - 1] = 0;
	ALWAYS(memcmp(&info, error == VQ_OK ? &world->reply.info : &untouched, sizeof(info)) == 0);
}

static void set_context(struct world *world, uint32_t which, vq_handle_t handle, bool alive)
{
	uint64_t set = take8(world), got = 0;
	int error = alive ? VQ_OK : VQ_ERR_BAD_HANDLE;

	ALWAYS(vq_context_get(world->client, handle, &got) == error);
	ALWAYS(got == (alive ? world->contexts[which] : 0));
	ALWAYS(vq_context_set(world->client, handle, set) == error);
	if (alive)
		world->contexts[which] = set;
}

static bool is_type(uint32_t type)
{
	return type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_ALL || type == VQ_DISPATCH_BLOCKING ||
	       type == VQ_DISPATCH_ONE_NONBLOCKING;
}

/* What ends a dispatch: its type is done, nothing is there, or an error. */
static int end_of_dispatch(const struct world *world, uint32_t type)
{
	int last = world->insane ? VQ_ERR_LIBRARY : is_to_the_caller(world);

	if (world->taken && (type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_ONE_NONBLOCKING))
		return VQ_OK;
	if (last == VQ_ERR_TRY_AGAIN || last == VQ_PENDING)
		return type == VQ_DISPATCH_ALL               ? VQ_OK
		       : type == VQ_DISPATCH_ONE_NONBLOCKING ? VQ_ERR_TRY_AGAIN
							     : VQ_PENDING;
	return last == VQ_ERR_BAD_HANDLE ? VQ_OK : last;
}

/* Of a handle that is open. */
static void dispatched(struct world *world, uint32_t which, uint32_t type, int error)
{
	if (type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_ONE_NONBLOCKING)
		ALWAYS(world->taken <= 1);
	if (!world->alive[which])
		ALWAYS(error == VQ_ERR_BAD_HANDLE); /* a callback has finalized it */
	else
		ALWAYS(error == end_of_dispatch(world, type));
	if (error == VQ_PENDING)
		world->waits[which] = type;
}

/* The dispatch that waits tells one thing more, and then the connection is gone. */
static void lingered(struct world *world, uint32_t which, uint32_t type, int error)
{
	int last = world->taken ? VQ_OK : world->insane ? VQ_ERR_LIBRARY : is_to_the_caller(world);

	ALWAYS(world->taken <= 1);
	if (last == VQ_ERR_TRY_AGAIN || last == VQ_PENDING) {
		ALWAYS(error == VQ_PENDING);
		world->waits[which] = type;
		return;
	}
	ALWAYS(error == (last == VQ_OK ? VQ_ERR_BAD_HANDLE : last == VQ_ERR_BAD_HANDLE ? VQ_OK : last));
	world->lingers[which] = false;
	world->waits[which] = 0;
}

static void go_on(struct world *world, uint32_t which, vq_handle_t handle, bool known)
{
	uint32_t type = known ? world->waits[which] : 0, number = 77;
	bool lingers = known && world->lingers[which], counts = take8(world) % 4;
	int error;

	ALWAYS(vq_dispatch_waits(world->client, handle) == (type != 0));
	if (known)
		world->waits[which] = 0;
	error = vq_dispatch_go_on(world->client, &transport, world, handle, counts ? &number : NULL);
	if (counts)
		ALWAYS(number == world->taken);
	if (!type)
		ALWAYS(error == VQ_ERR_BAD_HANDLE && world->calls == 0);
	else if (lingers)
		lingered(world, which, type, error);
	else
		dispatched(world, which, type, error);
}

static void dispatch(struct world *world, uint32_t which, vq_handle_t handle, bool alive)
{
	uint32_t type = take8(world) % 6, number = 77;
	bool counts = take8(world) % 4;
	int error = vq_dispatch(world->client, &transport, world, handle, type, counts ? &number : NULL);

	if (counts)
		ALWAYS(number == world->taken);
	if (!is_type(type) || !alive) {
		ALWAYS(error == (is_type(type) ? VQ_ERR_BAD_HANDLE : VQ_ERR_INVALID_PARAM));
		ALWAYS(world->calls == 0);
		return;
	}
	dispatched(world, which, type, error);
}

static void act(struct world *world)
{
	uint32_t which = world->known ? take8(world) % world->known : 0;
	vq_handle_t handle = world->known ? world->handles[which] : take8(world);
	bool alive = world->known && world->alive[which], known = world->known;
	uint8_t what = take8(world);
	int fd = -1, error;

	if (what >= 250) { /* one that never was, but has the slot of another */
		handle ^= (vq_handle_t)what << 32;
		alive = known = false;
	} else if (what >= 245) {
		handle = (handle & ~(vq_handle_t)0xffffffff) | (what & 1 ? HANDLES : 1u << 31);
		alive = known = false;
	}
	forget(world);
	world->depth++;
	switch (what % 8) {
	case 0:
		begin(world);
		break;
	case 1:
		if (world->known)
			end(world, which);
		break;
	case 2:
		error = vq_fd_get(world->client, &transport, world, handle, &fd);
		ALWAYS(error == (alive ? is_to_the_caller(world) : VQ_ERR_BAD_HANDLE));
		break;
	case 3:
		set_context(world, which, handle, alive);
		break;
	case 4:
		dispatch(world, which, handle, alive);
		break;
	case 5:
		if (take8(world) & 1)
			dispatch(world, which, handle, alive);
		else
			go_on(world, which, handle, known);
		break;
	default:
		request(world, handle, alive);
	}
	world->depth--;
}

/* A number has a name if and only if the name has that number. */
static void check_names(int error)
{
	const char *name = vq_error_name(error), *quirk = vq_quirk_name((enum vq_quirk)error);

	ALWAYS(!name || vq_error_by_name(name) == error);
	ALWAYS((quirk != NULL) == (error >= 0 && error < VQ_QUIRK_COUNT));
	ALWAYS(!quirk || vq_quirk_by_name(quirk) == error);
	ALWAYS(vq_error_by_name("no such error") == -1 && vq_quirk_by_name("no such quirk") == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct world world = {.bytes = bytes, .size = size, .client = malloc(vq_client_size(HANDLES))};

	ALWAYS(world.client);
	world.outlives = size % 8;
	vq_client_init(world.client, HANDLES, world.outlives ? 0 : 1u << VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE);
	check_names(size ? (int8_t)*bytes : 0);
	while (world.size)
		act(&world);
	free(world.client);
	return 0;
}
