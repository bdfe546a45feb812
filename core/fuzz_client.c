/*
 * Fuzzes the library half: a transport that lies, and callbacks that do anything.
 *
 * Bytes choose the calls and all that the transport answers. What must hold: no
 * result without a name, nothing told under a handle that is gone, but for the one
 * thing that a dispatch that waited is told, and no use of a connection that was closed.
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
	bool lingers[KNOWN]; /* finalized while a dispatch waited: that may be told one thing more */
	uint32_t known;
	uint32_t depth;
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

static int result(struct world *world)
{
	static const int results[] = {0, 0, 0, 0, 0, EAGAIN, VQ_TRANSPORT_PENDING, ECONNREFUSED, EINTR, -77, 12345};

	return results[take8(world) % (sizeof(results) / sizeof(results[0]))];
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
	take(world, reply, sizeof(*reply));
	return result(world);
}

static int receive(void *ctx, uint32_t connection, struct vq_notification *notification)
{
	static const struct vq_entry entries[4] = {{1, 1}, {2, 2}, {3, 3}, {0, 0}};
	struct world *world = ctx;

	ALWAYS(connection < CONNECTIONS && world->open[connection]);
	take(world, notification, sizeof(*notification));
	notification->kind = take8(world) % 8;
	notification->count = take8(world) % 5;
	notification->entries = take8(world) & 1 ? entries : NULL;
	return world->size ? result(world) : EAGAIN;
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
	struct world *world = ctx;
	bool alive = false;

	for (uint32_t i = 0; i < world->known; i++)
		if (world->handles[i] == handle) {
			alive |= world->alive[i] || world->lingers[i];
			world->lingers[i] = false;
		}
	ALWAYS(alive);
	ALWAYS(notification->entries || !notification->count);
	if (world->depth < DEPTH)
		act(world);
}

static const struct vq_transport transport = {connect, disconnect, call, receive, get_fd, told};

static void named(int error)
{
	ALWAYS(error == VQ_PENDING || vq_error_name(error));
}

static void begin(struct world *world)
{
	vq_handle_t handle = 0;
	int error = vq_initialize(world->client, &transport, world, take8(world), &handle);

	named(error);
	if (error != VQ_OK || world->known == KNOWN) {
		if (error == VQ_OK)
			vq_finalize(world->client, &transport, world, handle);
		return;
	}
	for (uint32_t i = 0; i < world->known; i++)
		NEVER(world->handles[i] == handle);
	world->handles[world->known] = handle;
	world->alive[world->known++] = true;
}

static void end(struct world *world, uint32_t which)
{
	bool alive = world->alive[which];

	world->lingers[which] |= alive && vq_dispatch_waits(world->client, world->handles[which]);
	world->alive[which] = false;
	ALWAYS(vq_finalize(world->client, &transport, world, world->handles[which]) ==
	       (alive ? VQ_OK : VQ_ERR_BAD_HANDLE));
}

static int ask(struct world *world, vq_handle_t handle, uint8_t what)
{
	const char *names[] = {NULL, "", "qd", "another"};
	const char *name = names[take8(world) % 4];
	struct vq_ring_id ring = {take8(world), take8(world), 0};
	struct vq_client *client = world->client;
	struct vq_info info;

	switch (what % 10) {
	case 0:
		memset(&info, 0, sizeof(info));
		what = (uint8_t)vq_getinfo(client, &transport, world, handle, take8(world), &info);
		ALWAYS(memchr(info.qdevice_name, 0, VQ_NAME_MAX));
		return what;
	case 1:
		return vq_setexpected(client, &transport, world, handle, take8(world));
	case 2:
		return vq_setvotes(client, &transport, world, handle, take8(world), take8(world));
	case 3:
		return vq_trackstart(client, &transport, world, handle, take8(world), take8(world));
	case 4:
		return vq_trackstop(client, &transport, world, handle);
	case 5:
		return vq_qdevice_register(client, &transport, world, handle, name);
	case 6:
		return vq_qdevice_unregister(client, &transport, world, handle, name);
	case 7:
		return vq_qdevice_update(client, &transport, world, handle, name, names[take8(world) % 4]);
	case 8:
		return vq_qdevice_poll(client, &transport, world, handle, name, 1, ring);
	default:
		return vq_qdevice_master_wins(client, &transport, world, handle, name, 1);
	}
}

static void act(struct world *world)
{
	uint32_t which = world->known ? take8(world) % world->known : 0;
	vq_handle_t handle = world->known ? world->handles[which] : take8(world);
	uint8_t what = take8(world);
	uint32_t number;
	uint64_t context;
	int fd;

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
		named(vq_fd_get(world->client, &transport, world, handle, &fd));
		break;
	case 3:
		named(vq_context_set(world->client, handle, take8(world)));
		named(vq_context_get(world->client, handle, &context));
		break;
	case 4:
		named(vq_dispatch(world->client, &transport, world, handle, take8(world) % 6, &number));
		break;
	case 5:
		named(vq_dispatch_go_on(world->client, &transport, world, handle, &number));
		break;
	default:
		named(ask(world, handle, take8(world)));
	}
	world->depth--;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct world world = {.bytes = bytes, .size = size, .client = malloc(vq_client_size(HANDLES))};

	ALWAYS(world.client);
	vq_client_init(world.client, HANDLES, size % 8 ? 0 : 1u << VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE);
	while (world.size)
		act(&world);
	free(world.client);
	return 0;
}
