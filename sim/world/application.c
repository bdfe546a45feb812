/*
 * Applications: a process for each client of the scenario, with a client library of
 * its own, a connection to its node's daemon and the queue between them. It makes
 * the calls that the script asks for and, unless told otherwise, dispatches as soon
 * as something is there.
 *
 * A call that gets no answer yet (the daemon is paused, or agrees with others first)
 * waits; the script goes on, and the calls behind it wait their turn.
 *
 * A client may call from inside its callbacks. Such a call never waits: a dispatch
 * that would bring it about waits instead.
 */
#include <errno.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"

#define WAKE_CHOICES 4u
#define WAKE_STEP_NS 100000u
#define LIBRARY_WORDS 8u /* of a client library with one handle, at most */

struct here { /* the ctx of a library's transport */
	struct world *world;
	uint32_t client;
	enum verb verb; /* the library function that is being called */
	struct vq_client *library;
	bool again; /* it is one that waits */
	bool holds; /* nothing is handed out */
};

static const struct scenario_client *told(const struct world *world, uint32_t client)
{
	return &world->scenario->clients[client];
}

uint32_t application_at(const struct world *world, uint32_t node, uint32_t connection)
{
	return world->clients_at_node[node * world->clients_per_node_max + connection];
}

static bool connected(const struct world *world, uint32_t client)
{
	const struct node_state *node = node_of(world, told(world, client)->node);

	return node->up && node->boots == client_of(world, client)->boots;
}

static void tell(struct world *world, enum observation_kind kind, uint32_t client, enum verb verb, uint64_t number)
{
	struct observation observation = {
		.kind = kind,
		.node = told(world, client)->node,
		.client = client,
		.verb = verb,
		.number = number,
	};

	observe(world, &observation);
}

/* ---- the queue of a connection ---- */

static size_t note_size(const struct note *note)
{
	return sizeof *note + note->notification.count * sizeof(struct vq_entry);
}

static void free_note(struct world *world, uint32_t reference)
{
	if (reference)
		pool_free(world, reference, note_size(note_at(world, reference)));
}

static void empty_queue(struct world *world, uint32_t client)
{
	struct client_state *state = client_of(world, client);

	for (uint32_t reference = state->note_first, next; reference; reference = next) {
		next = note_at(world, reference)->next;
		free_note(world, reference);
	}
	free_note(world, state->reading);
	state->reading = 0;
	state->note_first = state->note_last = state->note_count = 0;
}

static void wake(struct world *world, uint32_t client)
{
	struct client_state *state = client_of(world, client);
	uint64_t delay_ns = told(world, client)->slow_ns;

	if (state->wake)
		return;
	/* what a daemon says on its way out it takes along: its end wakes the client
	 * (recording client-on-stopping-node-downscale) */
	if (node_of(world, told(world, client)->node)->leaving == LEAVES && world_pick(world, 2, CHOOSE_EXIT) == 0)
		return;
	state->wake = 1;
	delay_ns += WAKE_STEP_NS * world_pick(world, WAKE_CHOICES, CHOOSE_WAKE);
	event_push(world, state_of(world)->now_ns + delay_ns,
		   (struct event){.kind = EVENT_WAKE, .a = client, .b = state->generation});
}

void application_notify(struct world *world, uint32_t node, uint32_t connection,
			const struct vq_notification *notification)
{
	uint32_t client = application_at(world, node, connection);
	struct client_state *state = client_of(world, client);
	size_t bytes = notification->count * sizeof(struct vq_entry);
	uint32_t reference = pool_take(world, sizeof(struct note) + bytes);
	struct note *note = note_at(world, reference);
	struct observation observation = {
		.kind = OBSERVE_QUEUED,
		.node = node,
		.client = client,
		.notification = notification,
	};

	note->notification = *notification;
	note->notification.entries = NULL;
	if (bytes)
		memcpy(note + 1, notification->entries, bytes);
	if (state->note_last)
		note_at(world, state->note_last)->next = reference;
	else
		state->note_first = reference;
	state->note_last = reference;
	state->note_count++;
	observe(world, &observation);
	if (!told(world, client)->manual || state->dispatch_step)
		wake(world, client);
}

void application_answer(struct world *world, uint32_t node, uint32_t connection, const struct vq_reply *reply)
{
	uint32_t client = application_at(world, node, connection);
	struct client_state *state = client_of(world, client);

	state->answer = *reply;
	state->answered = 1;
	wake(world, client);
}

/* ---- the way to the daemon: struct vq_transport ---- */

static int errno_of(int error)
{
	switch (error) {
	case VQ_ERR_TRY_AGAIN:
		return EAGAIN;
	case VQ_ERR_INTERRUPT:
		return EINTR;
	case VQ_ERR_NO_MEMORY:
		return ENOMEM;
	case VQ_ERR_ACCESS:
		return EACCES;
	case VQ_ERR_NOT_SUPPORTED:
		return ENOTSUP;
	case VQ_ERR_MESSAGE_ERROR:
		return EBADMSG;
	case VQ_ERR_INVALID_PARAM:
		return EINVAL;
	case VQ_ERR_BAD_HANDLE:
		return EBADF;
	case VQ_ERR_NOT_EXIST:
		return ENOENT;
	case VQ_ERR_EXIST:
		return EEXIST;
	default:
		return ENOTCONN;
	}
}

/* The errno of the fault that this call meets, 0: none. */
static int meet_fault(struct here *here)
{
	struct client_state *state = client_of(here->world, here->client);
	int error = (int)state->fault_error;

	if (!error || (state->fault_verb != VERB_NONE && state->fault_verb != (uint32_t)here->verb))
		return 0;
	state->fault_error = 0;
	tell(here->world, OBSERVE_FAULT, here->client, here->verb, (uint64_t)error);
	if (error == VQ_ERR_NO_RESOURCES) { /* not the transport: totem's queue at the daemon */
		node_of(here->world, told(here->world, here->client)->node)->queue_full = 1;
		return 0;
	}
	return errno_of(error);
}

static int transport_connect(void *ctx, uint32_t *connection)
{
	struct here *here = ctx;
	uint32_t node = told(here->world, here->client)->node;
	struct client_state *state = client_of(here->world, here->client);
	int fault = meet_fault(here);

	if (fault)
		return fault;
	if (!node_of(here->world, node)->up)
		return ECONNREFUSED;
	/* a daemon that starts answers once it has a ring, as every recorded probe saw */
	if (node_of(here->world, node)->paused || vq_ring(core_of(here->world, node)).seq == 0)
		return VQ_TRANSPORT_PENDING;
	state->boots = node_of(here->world, node)->boots;
	vq_connection_open(core_of(here->world, node), state->connection);
	*connection = state->connection;
	return 0;
}

static void transport_disconnect(void *ctx, uint32_t connection)
{
	struct here *here = ctx;

	if (connected(here->world, here->client))
		vq_connection_close(core_of(here->world, told(here->world, here->client)->node), connection);
	empty_queue(here->world, here->client);
}

static int transport_call(void *ctx, uint32_t connection, const struct vq_request *request, struct vq_reply *reply)
{
	struct here *here = ctx;
	struct client_state *state = client_of(here->world, here->client);
	uint32_t node = told(here->world, here->client)->node;
	int fault = state->asked ? 0 : meet_fault(here);

	if (fault)
		return fault;
	if (!connected(here->world, here->client)) {
		state->asked = state->answered = 0;
		return ENOTCONN;
	}
	if (state->answered) {
		*reply = state->answer;
		memset(&state->answer, 0, sizeof state->answer);
		state->asked = state->answered = 0;
		return 0;
	}
	if (state->asked || node_of(here->world, node)->paused)
		return VQ_TRANSPORT_PENDING;
	if (daemon_request(here->world, node, connection, request, reply) == VQ_OK) {
		node_of(here->world, node)->queue_full = 0;
		return 0;
	}
	state->asked = 1;
	return VQ_TRANSPORT_PENDING;
}

static int transport_receive(void *ctx, uint32_t connection, struct vq_notification *notification)
{
	struct here *here = ctx;
	struct client_state *state = client_of(here->world, here->client);
	uint32_t reference = state->note_first;
	int fault = here->holds ? 0 : meet_fault(here);
	const struct note *note;

	(void)connection;
	free_note(here->world, state->reading);
	state->reading = 0;
	if (fault)
		return fault;
	if (!connected(here->world, here->client))
		return ENOTCONN;
	if (!reference || here->holds)
		return EAGAIN;
	note = note_at(here->world, reference);
	state->note_first = note->next;
	if (!state->note_first)
		state->note_last = 0;
	state->note_count--;
	state->reading = reference;
	*notification = note->notification;
	notification->entries = (const struct vq_entry *)(const void *)(note + 1);
	if (!(told(here->world, here->client)->callbacks & 1u << notification->kind)) {
		struct observation observation = {
			.kind = OBSERVE_CONSUMED,
			.node = told(here->world, here->client)->node,
			.client = here->client,
			.notification = notification,
		};

		observe(here->world, &observation);
	}
	return 0;
}

static int transport_fd(void *ctx, uint32_t connection, int *fd)
{
	struct here *here = ctx;
	int fault = meet_fault(here);

	if (fault)
		return fault;
	*fd = (int)connection + 3; /* any number; good without a daemon too (recording client-manual-daemon-gone) */
	return 0;
}

static void call_inside(const struct here *around);

static void transport_callback(void *ctx, vq_handle_t handle, const struct vq_notification *notification)
{
	struct here *here = ctx;
	struct observation observation = {
		.kind = OBSERVE_CALLBACK,
		.node = told(here->world, here->client)->node,
		.client = here->client,
		.notification = notification,
	};

	(void)handle;
	observe(here->world, &observation);
	if (notification->kind == VQ_NODELIST)
		client_of(here->world, here->client)->told_ring = notification->ring;
	if (notification->kind != VQ_EXPECTED_VOTES)
		call_inside(here);
}

static const struct vq_transport transport = {
	.connect = transport_connect,
	.disconnect = transport_disconnect,
	.call = transport_call,
	.receive = transport_receive,
	.fd = transport_fd,
	.callback = transport_callback,
};

/* ---- calls ---- */

struct result { /* of a library function */
	int error;
	uint32_t dispatched;
	uint64_t context;
	struct vq_info info;
};

enum by { BY_STEP, BY_ITSELF, BY_CALLBACK }; /* what made a call */

static const struct vq_request *request_of(const struct step *step)
{
	return step->verb >= VERB_GETINFO ? &step->request : NULL;
}

/* step: whose call it is; NULL: it has no arguments */
static void tell_call(struct world *world, uint32_t client, enum verb verb, const struct step *step, enum by by)
{
	struct observation observation = {
		.kind = OBSERVE_CALL,
		.node = told(world, client)->node,
		.client = client,
		.verb = verb,
		.request = step ? request_of(step) : NULL,
		.context = verb == VERB_CONTEXT_SET ? step->context : 0,
		.automatic = by == BY_ITSELF,
		.inside = by == BY_CALLBACK,
	};

	observe(world, &observation);
}

static void tell_reply(struct world *world, uint32_t client, enum verb verb, const struct result *result, enum by by)
{
	struct vq_reply reply = {.error = result->error, .info = result->info};
	struct observation observation = {
		.kind = OBSERVE_REPLY,
		.node = told(world, client)->node,
		.client = client,
		.verb = verb,
		.number = (uint64_t)result->error,
		.reply = verb == VERB_GETINFO ? &reply : NULL,
		.context = result->context,
		.count = result->dispatched,
		.automatic = by == BY_ITSELF,
		.inside = by == BY_CALLBACK,
	};

	observe(world, &observation);
}

static void make_dispatch(struct world *world, uint32_t step_index, bool again);

static int initialize(struct world *world, uint32_t client)
{
	struct client_state *state = client_of(world, client);
	struct here here = {world, client, VERB_INITIALIZE, library_of(world, client), false, false};
	struct result result = {.error = VQ_OK};
	vq_handle_t handle = 0;

	if (state->dispatch_step && (state->phase == CLIENT_GONE || state->phase == CLIENT_FINALIZED))
		make_dispatch(world, state->dispatch_step - 1, true); /* it waits on the old handle */
	if (state->phase == CLIENT_GONE) {
		vq_finalize(library_of(world, client), &transport, &here, state->handle);
		state->phase = CLIENT_FRESH;
	}
	result.error =
		vq_initialize(library_of(world, client), &transport, &here, told(world, client)->callbacks, &handle);
	if (result.error == VQ_PENDING)
		return VQ_PENDING;
	tell_call(world, client, VERB_INITIALIZE, NULL, BY_STEP);
	if (result.error == VQ_OK) {
		state->handle = handle;
		state->phase = CLIENT_OPEN;
	} else if (state->phase != CLIENT_OPEN && state->phase != CLIENT_LINGERS) {
		state->phase = CLIENT_FRESH; /* else the handle that it has stays */
	}
	tell_reply(world, client, VERB_INITIALIZE, &result, BY_STEP);
	return result.error;
}

static struct vq_ring_id ring_for_poll(const struct world *world, const struct step *step)
{
	uint32_t node = told(world, step->client)->node;
	struct vq_ring_id ring = {0};

	if (step->ring_given)
		return step->request.ring;
	if (node_of(world, node)->up)
		ring = vq_ring(core_of(world, node));
	if (step->ring_stale)
		ring.seq--;
	return ring;
}

static int device_call(struct here *here, const struct step *step, vq_handle_t handle)
{
	struct vq_client *library = here->library;
	const struct vq_request *request = &step->request;

	switch (step->verb) {
	case VERB_QDEVICE_REGISTER:
		return vq_qdevice_register(library, &transport, here, handle, request->name);
	case VERB_QDEVICE_UNREGISTER:
		return vq_qdevice_unregister(library, &transport, here, handle, request->name);
	case VERB_QDEVICE_UPDATE:
		return vq_qdevice_update(library, &transport, here, handle, request->name, request->new_name);
	case VERB_QDEVICE_POLL:
		return vq_qdevice_poll(library, &transport, here, handle, request->name, request->cast_vote,
				       ring_for_poll(here->world, step));
	default:
		ALWAYS(step->verb == VERB_QDEVICE_MASTER_WINS);
		return vq_qdevice_master_wins(library, &transport, here, handle, request->name, request->allow);
	}
}

/* Is there a callback to come whose call could not be answered at once? */
static bool would_wait_inside(const struct world *world, uint32_t client)
{
	const struct client_state *state = client_of(world, client);

	return told(world, client)->in_callback != VERB_NONE && state->note_count && connected(world, client) &&
	       (state->waiting_step || node_of(world, told(world, client)->node)->paused);
}

static bool waits_for_one(uint32_t type)
{
	return type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_BLOCKING;
}

/* Calls from inside callbacks move the block: the library's own state is out of it meanwhile. */
static int dispatch(struct here *here, uint32_t type, uint32_t *dispatched)
{
	uint64_t library[LIBRARY_WORDS];
	size_t size = here->world->library_size;
	int error;

	vq_handle_t handle = client_of(here->world, here->client)->handle;

	here->holds = would_wait_inside(here->world, here->client);
	if (here->holds && !waits_for_one(type))
		return VQ_PENDING;
	ALWAYS(size <= sizeof library);
	here->library = memcpy(library, library_of(here->world, here->client), size);
	error = here->again && vq_dispatch_waits(here->library, handle)
			? vq_dispatch_go_on(here->library, &transport, here, handle, dispatched)
			: vq_dispatch(here->library, &transport, here, handle, type, dispatched);
	here->library = memcpy(library_of(here->world, here->client), library, size);
	here->holds = false;
	return error;
}

static int library_call(struct here *here, const struct step *step, struct result *result)
{
	struct vq_client *library = here->library;
	vq_handle_t handle = client_of(here->world, here->client)->handle;
	const struct vq_request *request = &step->request;
	int fd;

	switch (step->verb) {
	case VERB_FINALIZE:
		return vq_finalize(library, &transport, here, handle);
	case VERB_DISPATCH:
		return dispatch(here, step->dispatch_type, &result->dispatched);
	case VERB_FD_GET:
		return vq_fd_get(library, &transport, here, handle, &fd);
	case VERB_CONTEXT_GET:
		return vq_context_get(library, handle, &result->context);
	case VERB_CONTEXT_SET:
		return vq_context_set(library, handle, step->context);
	case VERB_GETINFO:
		return vq_getinfo(library, &transport, here, handle, request->nodeid, &result->info);
	case VERB_SETEXPECTED:
		return vq_setexpected(library, &transport, here, handle, request->votes);
	case VERB_SETVOTES:
		return vq_setvotes(library, &transport, here, handle, request->nodeid, request->votes);
	case VERB_TRACKSTART:
		return vq_trackstart(library, &transport, here, handle, request->context, request->flags);
	case VERB_TRACKSTOP:
		return vq_trackstop(library, &transport, here, handle);
	default:
		return device_call(here, step, handle);
	}
}

/* A client that has seen LIBRARY knows that its daemon is gone: it starts over at its next call. */
static void notice(const struct here *here, int error)
{
	struct client_state *state = client_of(here->world, here->client);
	bool waits = vq_dispatch_waits(here->library, state->handle);

	if (here->verb == VERB_FINALIZE && error == VQ_OK) {
		state->phase = waits ? CLIENT_LINGERS : CLIENT_FINALIZED;
		if (!waits && state->dispatch_step)
			wake(here->world, here->client);
	}
	if (here->verb == VERB_DISPATCH && state->phase == CLIENT_LINGERS && !waits)
		state->phase = CLIENT_FINALIZED;
	if (error == VQ_ERR_LIBRARY && state->phase == CLIENT_OPEN)
		state->phase = CLIENT_GONE;
}

/* A device polls once it has registered, and has been told of a ring. */
static bool fill_in_poll(const struct world *world, struct step *step)
{
	const struct client_state *state = client_of(world, step->client);

	if (!state->registered_step || !state->told_ring.seq)
		return false;
	step->request = world->scenario->steps[state->registered_step - 1].request;
	step->request.op = VQ_OP_QDEVICE_POLL;
	step->request.cast_vote = 1;
	step->request.ring = state->told_ring;
	step->ring_given = true;
	return true;
}

static void call_inside(const struct here *around)
{
	struct world *world = around->world;
	struct step step = {.verb = told(world, around->client)->in_callback, .client = around->client};
	struct here here = {world, around->client, step.verb, around->library, false, false};
	struct result result = {.error = VQ_OK};

	if (step.verb == VERB_NONE || (step.verb == VERB_QDEVICE_POLL && !fill_in_poll(world, &step)))
		return;
	if (step.verb == VERB_GETINFO)
		step.request.op = VQ_OP_GETINFO;
	else if (step.verb == VERB_TRACKSTOP)
		step.request.op = VQ_OP_TRACKSTOP;
	world_reserve_call(world);
	tell_call(world, step.client, step.verb, &step, BY_CALLBACK);
	result.error = library_call(&here, &step, &result);
	NEVER(result.error == VQ_PENDING);
	notice(&here, result.error);
	tell_reply(world, step.client, step.verb, &result, BY_CALLBACK);
}

/* A dispatch that waits does so on the connection that it has, be that gone. */
static bool needs_connection(const struct world *world, const struct step *step, bool again)
{
	const struct client_state *state = client_of(world, step->client);

	if (step->verb == VERB_DISPATCH && again && vq_dispatch_waits(library_of(world, step->client), state->handle))
		return false;
	return state->phase == CLIENT_FRESH ||
	       (state->phase == CLIENT_GONE && node_of(world, told(world, step->client)->node)->up);
}

/* Make the call of a step, or try again one that waits. False: it has no answer yet. */
static bool make_call(struct world *world, uint32_t step_index, bool again)
{
	const struct step *step = &world->scenario->steps[step_index];
	struct here here = {world, step->client, step->verb, library_of(world, step->client), false, false};
	struct result result = {.error = VQ_OK};
	uint8_t untold = step->verb == VERB_DISPATCH ? 2 : 1;

	if (step->verb == VERB_INITIALIZE)
		return initialize(world, step->client) != VQ_PENDING;
	if (needs_connection(world, step, again)) {
		int error = initialize(world, step->client);

		if (error == VQ_PENDING)
			client_of(world, step->client)->untold |= untold;
		if (error != VQ_OK)
			return error != VQ_PENDING;
		again = false;
	}
	if (client_of(world, step->client)->untold & untold) { /* another call has made the connection */
		client_of(world, step->client)->untold &= (uint8_t)~untold;
		again = false;
	}
	here.again = again;
	if (!again)
		tell_call(world, step->client, step->verb, step, BY_STEP);
	if (step->verb == VERB_QDEVICE_REGISTER)
		client_of(world, step->client)->registered_step = step_index + 1;
	result.error = library_call(&here, step, &result);
	if (result.error == VQ_PENDING)
		return false;
	notice(&here, result.error);
	tell_reply(world, step->client, step->verb, &result, BY_STEP);
	return true;
}

static void make_dispatch(struct world *world, uint32_t step_index, bool again)
{
	uint32_t client = world->scenario->steps[step_index].client;

	if (again)
		client_of(world, client)->dispatch_step = 0;
	if (!make_call(world, step_index, again))
		client_of(world, client)->dispatch_step = step_index + 1;
}

/* The call that waits, then those of later steps that waited behind it. */
static void go_on(struct world *world, uint32_t client)
{
	uint32_t last = state_of(world)->script.step;
	uint32_t step = client_of(world, client)->waiting_step - 1;

	if (!make_call(world, step, true))
		return;
	client_of(world, client)->waiting_step = 0;
	while (++step <= last && step < world->scenario->step_count) {
		const struct step *next = &world->scenario->steps[step];

		if (!verb_is_call(next->verb) || next->client != client || next->verb == VERB_DISPATCH)
			continue;
		world_reserve_call(world);
		if (!make_call(world, step, false)) {
			client_of(world, client)->waiting_step = step + 1;
			return;
		}
	}
}

/* A process that dies: its connection closes, what it was told is lost. */
static void kill_process(struct world *world, uint32_t client)
{
	struct client_state *state = client_of(world, client);
	uint32_t node = told(world, client)->node;
	uint32_t connection = state->connection, generation = state->generation + 1;

	if (state->phase != CLIENT_FRESH && state->phase != CLIENT_FINALIZED && connected(world, client))
		vq_connection_close(core_of(world, node), connection);
	empty_queue(world, client);
	memset(state, 0, sizeof *state);
	state->connection = connection;
	state->generation = generation;
	vq_client_init(library_of(world, client), 1, world->scenario->quirks_off);
	tell(world, OBSERVE_CLIENT_DIED, client, VERB_KILL, 0);
}

void application_step(struct world *world, uint32_t step_index)
{
	const struct step *step = &world->scenario->steps[step_index];
	struct client_state *state = client_of(world, step->client);

	if (step->verb == VERB_KILL) {
		kill_process(world, step->client);
	} else if (step->verb == VERB_FAULT) {
		state->fault_verb = step->fault_call;
		state->fault_error = (uint32_t)step->fault_error;
	} else if (step->verb == VERB_DISPATCH) {
		make_dispatch(world, step_index, false);
	} else if (!state->waiting_step && !make_call(world, step_index, false)) {
		state->waiting_step = step_index + 1;
	}
}

/* ---- dispatching by itself ---- */

static void dispatch_all(struct world *world, uint32_t client)
{
	struct here here = {world, client, VERB_DISPATCH, library_of(world, client), false, false};
	struct result result = {.error = VQ_OK};

	if (would_wait_inside(world, client))
		return; /* its daemon's return, or the answer, wakes it */
	tell_call(world, client, VERB_DISPATCH, NULL, BY_ITSELF);
	result.error = dispatch(&here, VQ_DISPATCH_ALL, &result.dispatched);
	notice(&here, result.error);
	tell_reply(world, client, VERB_DISPATCH, &result, BY_ITSELF);
	if (result.error != VQ_OK && client_of(world, client)->phase == CLIENT_OPEN)
		wake(world, client); /* it tries again */
}

void application_wake(struct world *world, uint32_t client, uint32_t generation)
{
	struct client_state *state = client_of(world, client);

	if (state->generation != generation)
		return;
	state->wake = 0;
	if (state->waiting_step)
		go_on(world, client);
	state = client_of(world, client); /* the block may have moved */
	if (state->dispatch_step)
		make_dispatch(world, state->dispatch_step - 1, true);
	else if (!told(world, client)->manual && state->phase == CLIENT_OPEN)
		dispatch_all(world, client);
}

static void wake_at_node(struct world *world, uint32_t node)
{
	for (uint32_t i = 0; i < world->client_count; i++) {
		const struct client_state *state = client_of(world, i);

		if (told(world, i)->node != node)
			continue;
		if (state->waiting_step || state->dispatch_step ||
		    (state->phase == CLIENT_OPEN && !told(world, i)->manual))
			wake(world, i);
	}
}

void applications_daemon_gone(struct world *world, uint32_t node)
{
	wake_at_node(world, node);
}

void applications_daemon_back(struct world *world, uint32_t node)
{
	wake_at_node(world, node);
}
