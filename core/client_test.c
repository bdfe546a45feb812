/*
 * The client library over a transport that does what the test says: handles,
 * the four kinds of dispatch, what becomes of each error, and callbacks that
 * call back.
 */
#include <errno.h>

#include "testing.h"

enum { HANDLES = 3, QUEUE = 16 };

struct world {
	struct vq_client *client;
	/* what the transport is to say */
	int connect, call, receive, fd;
	struct vq_reply reply;
	struct vq_notification queue[QUEUE];
	uint32_t head, tail;
	/* what came */
	struct vq_request request;
	uint32_t connections, disconnected, asked;
	struct vq_notification told[QUEUE];
	vq_handle_t told_handle;
	uint32_t told_count;
	/* what a callback does: NULL for nothing */
	void (*in_callback)(struct world *world, vq_handle_t handle);
	int nested;
};

static int world_connect(void *ctx, uint32_t *connection)
{
	struct world *world = ctx;

	if (!world->connect)
		*connection = world->connections++;
	return world->connect;
}

static void world_disconnect(void *ctx, uint32_t connection)
{
	((struct world *)ctx)->disconnected |= 1u << connection;
}

static int world_call(void *ctx, uint32_t connection, const struct vq_request *request, struct vq_reply *reply)
{
	struct world *world = ctx;

	assert_true(connection < world->connections);
	world->asked++;
	world->request = *request;
	if (!world->call)
		*reply = world->reply;
	return world->call;
}

static int world_receive(void *ctx, uint32_t connection, struct vq_notification *notification)
{
	struct world *world = ctx;

	assert_true(connection < world->connections);
	if (world->receive)
		return world->receive;
	if (world->head == world->tail)
		return EAGAIN;
	*notification = world->queue[world->head++];
	return 0;
}

static int world_fd(void *ctx, uint32_t connection, int *fd)
{
	struct world *world = ctx;

	*fd = 40 + (int)connection;
	return world->fd;
}

static void world_callback(void *ctx, vq_handle_t handle, const struct vq_notification *notification)
{
	struct world *world = ctx;

	world->told_handle = handle;
	world->told[world->told_count++] = *notification;
	if (world->in_callback)
		world->in_callback(world, handle);
}

static const struct vq_transport transport = {world_connect, world_disconnect, world_call,
					      world_receive, world_fd,         world_callback};

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

static int open_world(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->client = malloc(vq_client_size(HANDLES));
	assert_non_null(world->client);
	memset(world->client, 0xa5, vq_client_size(HANDLES));
	vq_client_init(world->client, HANDLES, 0);
	world->reply.error = VQ_OK;
	*state = world;
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	free(world->client);
	free(world);
	return 0;
}

#define ALL_CALLBACKS (1u << VQ_NODELIST | 1u << VQ_QUORUM | 1u << VQ_EXPECTED_VOTES)

static vq_handle_t open_handle(struct world *world, uint32_t callbacks)
{
	vq_handle_t handle = 0;

	assert_int_equal(vq_initialize(world->client, &transport, world, callbacks, &handle), VQ_OK);
	assert_true(handle != 0);
	return handle;
}

static void queue(struct world *world, uint32_t kind)
{
	static const struct vq_entry entries[] = {{1, 1}, {2, 2}};

	world->queue[world->tail++] =
		(struct vq_notification){.kind = kind, .context = world->tail, .count = 2, .entries = entries};
}

static int dispatch(struct world *world, vq_handle_t handle, uint32_t type)
{
	return vq_dispatch(world->client, &transport, world, handle, type, NULL);
}

/* ---- handles ----------------------------------------------------------------------- */

static void handles_are_never_mistaken(void **state)
{
	struct world *world = *state;
	vq_handle_t first = open_handle(world, 0), second = open_handle(world, 0), third = open_handle(world, 0);
	vq_handle_t more = 0;

	assert_true(first != second && second != third && first != third);
	assert_int_equal(vq_initialize(world->client, &transport, world, 0, &more), VQ_ERR_NO_MEMORY);
	assert_int_equal(world->connections, HANDLES);
	assert_int_equal(vq_finalize(world->client, &transport, world, second), VQ_OK);
	assert_int_equal(world->disconnected, 2);
	assert_int_equal(vq_finalize(world->client, &transport, world, second), VQ_ERR_BAD_HANDLE);
	more = open_handle(world, 0);
	assert_true(more != second);
	assert_int_equal(vq_trackstop(world->client, &transport, world, second), VQ_ERR_BAD_HANDLE);
	assert_int_equal(vq_trackstop(world->client, &transport, world, more), VQ_OK);
}

/* Every call with a handle that is none; names and dispatch types are looked at before it. */
static void unknown_handles_are_bad(void **state)
{
	static const vq_handle_t bad[] = {0, 1, 2, UINT64_MAX, (vq_handle_t)1 << 32 | 1, (vq_handle_t)9 << 32};
	struct world *world = *state;
	struct vq_client *client = world->client;
	vq_handle_t gone = open_handle(world, ALL_CALLBACKS);
	const struct vq_ring_id ring = {0};
	struct vq_info info;
	uint64_t context;
	int fd;

	assert_int_equal(vq_finalize(client, &transport, world, gone), VQ_OK);
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		vq_handle_t h = i < sizeof(bad) / sizeof(bad[0]) ? bad[i] : gone;
		const int errors[] = {
			vq_finalize(client, &transport, world, h),
			vq_dispatch(client, &transport, world, h, VQ_DISPATCH_ALL, NULL),
			vq_fd_get(client, &transport, world, h, &fd),
			vq_context_get(client, h, &context),
			vq_context_set(client, h, 1),
			vq_getinfo(client, &transport, world, h, 0, &info),
			vq_setexpected(client, &transport, world, h, 1),
			vq_setvotes(client, &transport, world, h, 1, 1),
			vq_trackstart(client, &transport, world, h, 1, 1),
			vq_trackstop(client, &transport, world, h),
			vq_qdevice_register(client, &transport, world, h, "qd"),
			vq_qdevice_unregister(client, &transport, world, h, "qd"),
			vq_qdevice_update(client, &transport, world, h, "qd", "qe"),
			vq_qdevice_poll(client, &transport, world, h, "qd", 1, ring),
			vq_qdevice_master_wins(client, &transport, world, h, "qd", 1),
		};

		for (size_t j = 0; j < sizeof(errors) / sizeof(errors[0]); j++)
			assert_int_equal(errors[j], VQ_ERR_BAD_HANDLE);
		assert_int_equal(dispatch(world, h, 9), VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_register(client, &transport, world, h, ""), VQ_ERR_INVALID_PARAM);
	}
	assert_int_equal(world->asked, 0);
}

static void a_serial_that_wraps_is_not_zero(void **state)
{
	struct world *world = *state;
	vq_handle_t first, second;

	first = open_handle(world, 0);
	vq_finalize(world->client, &transport, world, first);
	memset((char *)world->client + sizeof(uint32_t), 0xff, sizeof(uint32_t)); /* 2^32 - 1 were made */
	second = open_handle(world, 0);
	assert_true(second != 0);
}

static void contexts_belong_to_handles(void **state)
{
	struct world *world = *state;
	vq_handle_t one = open_handle(world, 0), two = open_handle(world, 0);
	uint64_t context = 5;
	int fd = 0;

	assert_int_equal(vq_context_get(world->client, one, &context), VQ_OK);
	assert_int_equal(context, 0);
	assert_int_equal(vq_context_set(world->client, one, 77), VQ_OK);
	assert_int_equal(vq_context_get(world->client, two, &context), VQ_OK);
	assert_int_equal(context, 0);
	assert_int_equal(vq_context_get(world->client, one, &context), VQ_OK);
	assert_int_equal(context, 77);
	assert_int_equal(vq_fd_get(world->client, &transport, world, two, &fd), VQ_OK);
	assert_int_equal(fd, 41);
	world->fd = ENOTCONN;
	assert_int_equal(vq_fd_get(world->client, &transport, world, two, &fd), VQ_ERR_LIBRARY);
}

/* ---- errors -------------------------------------------------------------------------- */

static const struct {
	int number;
	int error;
} errnos[] = {
	{EAGAIN, VQ_ERR_TRY_AGAIN},     {ETIMEDOUT, VQ_ERR_TRY_AGAIN},
	{ENOBUFS, VQ_ERR_TRY_AGAIN},    {ENOMSG, VQ_ERR_TRY_AGAIN},
	{EINTR, VQ_ERR_INTERRUPT},      {ENOMEM, VQ_ERR_NO_MEMORY},
	{EACCES, VQ_ERR_ACCESS},        {ENOTSUP, VQ_ERR_NOT_SUPPORTED},
	{ENOSYS, VQ_ERR_NOT_SUPPORTED}, {EBADMSG, VQ_ERR_MESSAGE_ERROR},
	{EINVAL, VQ_ERR_INVALID_PARAM}, {EBADF, VQ_ERR_BAD_HANDLE},
	{ENOENT, VQ_ERR_NOT_EXIST},     {ENODEV, VQ_ERR_NOT_EXIST},
	{EEXIST, VQ_ERR_EXIST},         {ECONNREFUSED, VQ_ERR_LIBRARY},
	{ENOTCONN, VQ_ERR_LIBRARY},     {EPIPE, VQ_ERR_LIBRARY},
	{EPERM, VQ_ERR_LIBRARY},        {99999, VQ_ERR_LIBRARY},
	{-2, VQ_ERR_LIBRARY},           {VQ_TRANSPORT_PENDING, VQ_PENDING},
};

static void transport_errors_come_through(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, ALL_CALLBACKS), other = 0;

	assert_int_equal(vq_error_from_errno(0), VQ_OK);
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		bool empty = errnos[i].error == VQ_ERR_TRY_AGAIN || errnos[i].error == VQ_PENDING;
		bool kept = errnos[i].error == VQ_ERR_BAD_HANDLE; /* by dispatch, to itself */

		world->connect = world->call = world->receive = errnos[i].number;
		if (errnos[i].number != VQ_TRANSPORT_PENDING)
			assert_int_equal(vq_error_from_errno(errnos[i].number), errnos[i].error);
		assert_int_equal(vq_initialize(world->client, &transport, world, 0, &other), errnos[i].error);
		assert_int_equal(other, 0);
		assert_int_equal(vq_setexpected(world->client, &transport, world, handle, 1), errnos[i].error);
		assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ALL), empty || kept ? VQ_OK : errnos[i].error);
		assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), empty  ? VQ_PENDING
									   : kept ? VQ_OK
										  : errnos[i].error);
	}
}

static void replies_are_not_believed_blindly(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, 0);
	struct vq_info info;

	memset(&world->reply.info, 'x', sizeof(world->reply.info));
	assert_int_equal(vq_getinfo(world->client, &transport, world, handle, 3, &info), VQ_OK);
	assert_int_equal(info.node_id, 0x78787878);
	assert_int_equal(strlen(info.qdevice_name), VQ_NAME_MAX - 1);
	memset(&info, 0, sizeof(info));
	world->reply.error = VQ_ERR_NOT_EXIST;
	assert_int_equal(vq_getinfo(world->client, &transport, world, handle, 3, &info), VQ_ERR_NOT_EXIST);
	assert_int_equal(info.node_id, 0);
	world->reply.error = 0;
	assert_int_equal(vq_trackstop(world->client, &transport, world, handle), VQ_ERR_LIBRARY);
	world->reply.error = -7;
	assert_int_equal(vq_trackstop(world->client, &transport, world, handle), VQ_ERR_LIBRARY);
}

/* ---- dispatch ------------------------------------------------------------------------ */

static void each_kind_of_dispatch(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, ALL_CALLBACKS);
	uint32_t number = 7;

	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ALL), VQ_OK);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_PENDING);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_BLOCKING), VQ_PENDING);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE_NONBLOCKING), VQ_ERR_TRY_AGAIN);
	assert_int_equal(vq_dispatch(world->client, &transport, world, handle, 0, &number), VQ_ERR_INVALID_PARAM);
	assert_int_equal(number, 0);
	assert_int_equal(dispatch(world, handle, 5), VQ_ERR_INVALID_PARAM);
	assert_int_equal(dispatch(world, handle, UINT32_MAX), VQ_ERR_INVALID_PARAM);

	for (uint32_t kind = VQ_NODELIST; kind <= VQ_EXPECTED_VOTES; kind++)
		queue(world, kind);
	queue(world, VQ_QUORUM);
	queue(world, VQ_QUORUM);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_OK);
	assert_int_equal(world->told_count, 1);
	assert_int_equal(world->told_handle, handle);
	assert_int_equal(world->told[0].kind, VQ_NODELIST);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE_NONBLOCKING), VQ_OK);
	assert_int_equal(world->told_count, 2);
	assert_int_equal(vq_dispatch(world->client, &transport, world, handle, VQ_DISPATCH_ALL, &number), VQ_OK);
	assert_int_equal(number, 3);
	queue(world, VQ_QUORUM);
	queue(world, VQ_QUORUM);
	assert_int_equal(vq_dispatch(world->client, &transport, world, handle, VQ_DISPATCH_BLOCKING, &number),
			 VQ_PENDING);
	assert_int_equal(number, 2);
	for (uint32_t i = 0; i < world->told_count; i++)
		assert_int_equal(world->told[i].context, i + 1);
}

static int go_on(struct world *world, vq_handle_t handle, uint32_t *number)
{
	return vq_dispatch_go_on(world->client, &transport, world, handle, number);
}

static void a_dispatch_that_waits_goes_on(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, ALL_CALLBACKS);
	uint32_t number = 7;

	assert_int_equal(go_on(world, handle, &number), VQ_ERR_BAD_HANDLE); /* none waits */
	assert_int_equal(number, 0);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ALL), VQ_OK);
	assert_false(vq_dispatch_waits(world->client, handle));
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_BLOCKING), VQ_PENDING);
	assert_true(vq_dispatch_waits(world->client, handle));
	assert_int_equal(go_on(world, handle, NULL), VQ_PENDING);
	queue(world, VQ_NODELIST);
	queue(world, VQ_QUORUM);
	assert_int_equal(go_on(world, handle, &number), VQ_PENDING);
	assert_int_equal(number, 2);
	world->receive = ECONNRESET;
	assert_int_equal(go_on(world, handle, NULL), VQ_ERR_LIBRARY);
	assert_false(vq_dispatch_waits(world->client, handle));
	world->receive = 0;
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_PENDING);
	queue(world, VQ_NODELIST);
	queue(world, VQ_QUORUM);
	assert_int_equal(go_on(world, handle, &number), VQ_OK);
	assert_int_equal(number, 1);
	assert_int_equal(go_on(world, handle, NULL), VQ_ERR_BAD_HANDLE);
}

static void finalize_once_more(struct world *world, vq_handle_t handle)
{
	assert_int_equal(vq_finalize(world->client, &transport, world, handle), VQ_ERR_BAD_HANDLE);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_BLOCKING), VQ_ERR_BAD_HANDLE);
	assert_int_equal(go_on(world, handle, NULL), VQ_ERR_BAD_HANDLE); /* it is under way */
}

/* Recordings client-finalize-while-*: one notification more, then BAD_HANDLE and the end of the connection. */
static void a_dispatch_outlives_its_handle(void **state)
{
	static const uint32_t types[] = {VQ_DISPATCH_ONE, VQ_DISPATCH_BLOCKING};
	struct world *world = *state;

	for (uint32_t i = 0; i < 2; i++) {
		vq_handle_t handle = open_handle(world, 1u << VQ_QUORUM), other;
		uint32_t number = 7;

		assert_int_equal(dispatch(world, handle, types[i]), VQ_PENDING);
		assert_int_equal(vq_finalize(world->client, &transport, world, handle), VQ_OK);
		assert_int_equal(world->disconnected, i); /* not this one */
		assert_true(vq_dispatch_waits(world->client, handle));
		assert_int_equal(vq_trackstop(world->client, &transport, world, handle), VQ_ERR_BAD_HANDLE);
		assert_int_equal(dispatch(world, handle, types[i]), VQ_ERR_BAD_HANDLE);
		other = open_handle(world, 0); /* its slot is taken */
		assert_int_not_equal((uint32_t)other, (uint32_t)handle);
		assert_int_equal(vq_finalize(world->client, &transport, world, other), VQ_OK);
		world->disconnected = i;
		assert_int_equal(go_on(world, handle, &number), VQ_PENDING);
		assert_int_equal(number, 0);
		queue(world, i ? VQ_NODELIST : VQ_QUORUM); /* the former is a callback that is NULL: it counts */
		queue(world, VQ_QUORUM);
		world->in_callback = finalize_once_more;
		assert_int_equal(go_on(world, handle, &number), VQ_ERR_BAD_HANDLE);
		assert_int_equal(number, 1);
		assert_int_equal(world->told_count, 1);
		assert_int_not_equal(world->disconnected, i);
		assert_false(vq_dispatch_waits(world->client, handle));
		world->disconnected = 1;
		world->head = world->tail;
	}
}

static void a_lingering_dispatch_ends_with_its_connection(void **state)
{
	static const struct {
		int transport, error;
	} rows[] = {{ECONNRESET, VQ_ERR_LIBRARY}, {EINTR, VQ_ERR_INTERRUPT}, {EBADF, VQ_OK}};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		vq_handle_t handle = open_handle(world, ALL_CALLBACKS);

		world->receive = 0;
		world->disconnected = 0;
		assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_PENDING);
		assert_int_equal(vq_finalize(world->client, &transport, world, handle), VQ_OK);
		world->receive = rows[i].transport;
		assert_int_equal(go_on(world, handle, NULL), rows[i].error);
		assert_int_not_equal(world->disconnected, 0);
		assert_int_equal(go_on(world, handle, NULL), VQ_ERR_BAD_HANDLE);
	}
}

/* votequorum_finalize(3): "No more callbacks will be dispatched". */
static void by_the_manual_finalize_ends_a_dispatch(void **state)
{
	struct world *world = *state;
	vq_handle_t handle;

	vq_client_init(world->client, HANDLES, 1u << VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE);
	handle = open_handle(world, ALL_CALLBACKS);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_BLOCKING), VQ_PENDING);
	assert_int_equal(vq_finalize(world->client, &transport, world, handle), VQ_OK);
	assert_int_equal(world->disconnected, 1);
	assert_false(vq_dispatch_waits(world->client, handle));
	queue(world, VQ_QUORUM);
	assert_int_equal(go_on(world, handle, NULL), VQ_ERR_BAD_HANDLE);
	assert_int_equal(world->told_count, 0);
}

/* A callback that is NULL: its notification counts and is gone. */
static void missing_callbacks_swallow(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, 1u << VQ_QUORUM);

	queue(world, VQ_NODELIST);
	queue(world, VQ_QUORUM);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_OK);
	assert_int_equal(world->told_count, 0);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ONE), VQ_OK);
	assert_int_equal(world->told_count, 1);
	assert_int_equal(world->told[0].kind, VQ_QUORUM);
}

static void what_no_daemon_sends_is_an_error(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, UINT32_MAX);

	queue(world, 0);
	queue(world, VQ_EXPECTED_VOTES + 1);
	queue(world, UINT32_MAX);
	queue(world, VQ_QUORUM);
	world->queue[3].entries = NULL;
	for (int i = 0; i < 4; i++)
		assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ALL), VQ_ERR_LIBRARY);
	assert_int_equal(world->told_count, 0);
}

static void finalizes(struct world *world, vq_handle_t handle)
{
	world->nested = vq_finalize(world->client, &transport, world, handle);
}

/* Observed: nothing is told after it, and the dispatch that was under way says so. */
static void a_callback_may_finalize(void **state)
{
	static const uint32_t types[] = {VQ_DISPATCH_ONE, VQ_DISPATCH_ALL, VQ_DISPATCH_BLOCKING,
					 VQ_DISPATCH_ONE_NONBLOCKING};
	struct world *world = *state;

	world->in_callback = finalizes;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		vq_handle_t handle = open_handle(world, ALL_CALLBACKS);
		uint32_t number;

		world->told_count = 0;
		queue(world, VQ_NODELIST);
		queue(world, VQ_QUORUM);
		assert_int_equal(vq_dispatch(world->client, &transport, world, handle, types[i], &number),
				 VQ_ERR_BAD_HANDLE);
		assert_int_equal(world->nested, VQ_OK);
		assert_int_equal(number, 1);
		assert_int_equal(world->told_count, 1);
		world->head = world->tail;
	}
}

static void dispatches(struct world *world, vq_handle_t handle)
{
	world->in_callback = NULL;
	world->nested = dispatch(world, handle, VQ_DISPATCH_ALL);
}

static void a_callback_may_dispatch(void **state)
{
	struct world *world = *state;
	vq_handle_t handle = open_handle(world, ALL_CALLBACKS);

	world->in_callback = dispatches;
	queue(world, VQ_NODELIST);
	queue(world, VQ_QUORUM);
	assert_int_equal(dispatch(world, handle, VQ_DISPATCH_ALL), VQ_OK);
	assert_int_equal(world->nested, VQ_OK);
	assert_int_equal(world->told_count, 2);
}

/* ---- requests --------------------------------------------------------------------------- */

static void requests_carry_their_arguments(void **state)
{
	struct world *world = *state;
	struct vq_client *client = world->client;
	vq_handle_t h = open_handle(world, 0);
	const struct vq_request *request = &world->request;
	struct vq_info info;

	assert_int_equal(vq_getinfo(client, &transport, world, h, 9, &info), VQ_OK);
	assert_int_equal(request->op, VQ_OP_GETINFO);
	assert_int_equal(request->nodeid, 9);
	vq_setexpected(client, &transport, world, h, 8);
	assert_int_equal(request->op, VQ_OP_SETEXPECTED);
	assert_int_equal(request->votes, 8);
	vq_setvotes(client, &transport, world, h, 3, 4);
	assert_int_equal(request->op, VQ_OP_SETVOTES);
	assert_int_equal(request->nodeid, 3);
	assert_int_equal(request->votes, 4);
	vq_trackstart(client, &transport, world, h, 1ull << 40, 0xffffffff);
	assert_int_equal(request->op, VQ_OP_TRACKSTART);
	assert_int_equal(request->context, 1ull << 40);
	assert_int_equal(request->flags, 0xffffffff);
	vq_trackstop(client, &transport, world, h);
	assert_int_equal(request->op, VQ_OP_TRACKSTOP);
	vq_qdevice_register(client, &transport, world, h, "a");
	assert_int_equal(request->op, VQ_OP_QDEVICE_REGISTER);
	assert_string_equal(request->name, "a");
	vq_qdevice_unregister(client, &transport, world, h, "b");
	assert_int_equal(request->op, VQ_OP_QDEVICE_UNREGISTER);
	assert_string_equal(request->name, "b");
	vq_qdevice_update(client, &transport, world, h, "c", "d");
	assert_int_equal(request->op, VQ_OP_QDEVICE_UPDATE);
	assert_string_equal(request->name, "c");
	assert_string_equal(request->new_name, "d");
	vq_qdevice_poll(client, &transport, world, h, "e", 2, (struct vq_ring_id){8, 1, 0});
	assert_int_equal(request->op, VQ_OP_QDEVICE_POLL);
	assert_int_equal(request->cast_vote, 2);
	assert_int_equal(request->ring.seq, 8);
	assert_int_equal(request->ring.nodeid, 1);
	vq_qdevice_master_wins(client, &transport, world, h, "f", 1);
	assert_int_equal(request->op, VQ_OP_QDEVICE_MASTER_WINS);
	assert_int_equal(request->allow, 1);
	assert_string_equal(request->name, "f");
}

static void names_have_1_to_254_bytes(void **state)
{
	struct world *world = *state;
	struct vq_client *client = world->client;
	vq_handle_t h = open_handle(world, 0);
	const struct vq_ring_id ring = {0};
	char name[VQ_NAME_MAX + 1] = {0};
	const char *bad[] = {NULL, "", name};

	memset(name, 'n', VQ_NAME_MAX);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(vq_qdevice_register(client, &transport, world, h, bad[i]), VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_unregister(client, &transport, world, h, bad[i]), VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_update(client, &transport, world, h, bad[i], "x"), VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_update(client, &transport, world, h, "x", bad[i]), VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_poll(client, &transport, world, h, bad[i], 1, ring),
				 VQ_ERR_INVALID_PARAM);
		assert_int_equal(vq_qdevice_master_wins(client, &transport, world, h, bad[i], 1),
				 VQ_ERR_INVALID_PARAM);
	}
	assert_int_equal(world->asked, 0);
	name[VQ_NAME_MAX - 1] = 0;
	assert_int_equal(vq_qdevice_register(client, &transport, world, h, name), VQ_OK);
	assert_string_equal(world->request.name, name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(handles_are_never_mistaken),
		WITH_WORLD(unknown_handles_are_bad),
		WITH_WORLD(a_serial_that_wraps_is_not_zero),
		WITH_WORLD(contexts_belong_to_handles),
		WITH_WORLD(transport_errors_come_through),
		WITH_WORLD(replies_are_not_believed_blindly),
		WITH_WORLD(each_kind_of_dispatch),
		WITH_WORLD(a_dispatch_that_waits_goes_on),
		WITH_WORLD(a_dispatch_outlives_its_handle),
		WITH_WORLD(a_lingering_dispatch_ends_with_its_connection),
		WITH_WORLD(by_the_manual_finalize_ends_a_dispatch),
		WITH_WORLD(missing_callbacks_swallow),
		WITH_WORLD(what_no_daemon_sends_is_an_error),
		WITH_WORLD(a_callback_may_finalize),
		WITH_WORLD(a_callback_may_dispatch),
		WITH_WORLD(requests_carry_their_arguments),
		WITH_WORLD(names_have_1_to_254_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
