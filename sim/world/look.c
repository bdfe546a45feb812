/*
 * Copies out of the block. The one file beside the world's own that knows its inside,
 * so that what explains a run need not.
 */
#include "sim/world/look.h"

#include "sim/ensure.h"
#include "sim/world/state.h"

enum look_phase look_phase(const struct world *world)
{
	switch (state_of(world)->script.phase) {
	case SCRIPT_BEFORE:
		return LOOK_BEFORE_STEP;
	case SCRIPT_DURING:
		return LOOK_IN_STEP;
	default:
		return LOOK_OVER;
	}
}

bool look_settled(const struct world *world)
{
	return world_at_rest(world);
}

/* ---- nodes ---- */

struct look_node look_node(const struct world *world, uint32_t node)
{
	const struct node_state *state = node_of(world, node);
	struct look_node look = {
		.up = state->up,
		.paused = state->paused,
		.stopping = state->up && state->leaving == LEAVES,
		.network = state->group,
		.boots = state->boots,
		.ring = state->ring,
		.delivered = state->delivered,
		.config_step = state->running_config ? state->running_config - 1 : LOOK_NONE,
		.disk_expected_votes = state->stored_barrier,
		.disk_ring_seq = state->ring_seq,
	};

	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		bool runs = state->up && state->timers[i].due_ns != NEVER_NS;

		look.timer_ns[i] = runs && !state->paused ? state->timers[i].due_ns : LOOK_NEVER_NS;
		look.timer_left_ns[i] = runs && state->paused ? state->timers[i].left_ns : LOOK_NEVER_NS;
	}
	return look;
}

const struct vq *look_core(const struct world *world, uint32_t node)
{
	return node_of(world, node)->up ? core_of(world, node) : NULL;
}

bool look_reaches(const struct world *world, uint32_t node, uint32_t other)
{
	return nodes_reach(world, node, other);
}

/* ---- rings ---- */

uint32_t look_ring_slots(const struct world *world)
{
	return world->node_count + 1;
}

bool look_ring(const struct world *world, uint32_t slot, struct look_ring *ring)
{
	const struct ring_state *state = ring_of(world, slot);

	if (!(state->flags & RING_USED))
		return false;
	*ring = (struct look_ring){
		.id = state->id,
		.member_count = state->member_count,
		.members = ring_members(world, slot),
		.whole = (state->flags & RING_WHOLE) != 0,
		.ordered = state->ordered,
	};
	return true;
}

static void each_message(const struct world *world, uint32_t reference, bool is_ordered,
			 void (*each)(void *ctx, const struct look_message *message), void *ctx)
{
	for (; reference; reference = message_at(world, reference)->next) {
		const struct message *message = message_at(world, reference);
		struct look_message look = {
			.sender = message->sender,
			.number = is_ordered ? message->number : 0,
			.left = message->left,
			.barrier = is_barrier(message->kind),
			.bytes = message + 1,
			.size = message->size,
		};

		each(ctx, &look);
	}
}

void look_messages(const struct world *world, uint32_t slot,
		   void (*each)(void *ctx, const struct look_message *message), void *ctx)
{
	const struct ring_state *ring = ring_of(world, slot);

	each_message(world, ring->log_first, true, each, ctx);
	each_message(world, ring->pending_first, false, each, ctx);
}

/* ---- clients ---- */

static uint32_t step_or_none(uint32_t step_plus_one)
{
	return step_plus_one ? step_plus_one - 1 : LOOK_NONE;
}

struct look_client look_client(const struct world *world, uint32_t client)
{
	static const enum look_client_phase phases[] = {
		[CLIENT_FRESH] = LOOK_FRESH,         [CLIENT_OPEN] = LOOK_OPEN,         [CLIENT_GONE] = LOOK_GONE,
		[CLIENT_FINALIZED] = LOOK_FINALIZED, [CLIENT_LINGERS] = LOOK_FINALIZED,
	};
	const struct client_state *state = client_of(world, client);
	const struct node_state *node = node_of(world, world->scenario->clients[client].node);

	return (struct look_client){
		.phase = phases[state->phase],
		.connected = (state->phase == CLIENT_OPEN || state->phase == CLIENT_LINGERS) && node->up &&
			     node->boots == state->boots,
		.connection = state->connection,
		.queue_count = state->note_count,
		.waiting_step = step_or_none(state->waiting_step),
		.dispatch_step = step_or_none(state->dispatch_step),
	};
}

void look_queue(const struct world *world, uint32_t client,
		void (*each)(void *ctx, const struct vq_notification *notification), void *ctx)
{
	uint32_t reference = client_of(world, client)->note_first;

	for (; reference; reference = note_at(world, reference)->next) {
		const struct note *note = note_at(world, reference);
		struct vq_notification notification = note->notification;

		notification.entries = (const struct vq_entry *)(const void *)(note + 1);
		each(ctx, &notification);
	}
}

uint32_t look_client_at(const struct world *world, uint32_t node, uint32_t connection)
{
	for (uint32_t i = 0; i < world->client_count; i++)
		if (world->scenario->clients[i].node == node && client_of(world, i)->connection == connection)
			return i;
	return LOOK_NONE;
}

/* ---- what is due ---- */

struct due {
	uint64_t time_ns, order;
	struct event event;
};

static int by_time(const void *left, const void *right)
{
	const struct due *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static struct look_event event_of(const struct due *due)
{
	const struct event *event = &due->event;
	struct look_event look = {due->time_ns, LOOK_EVENT_UNTIL, LOOK_NONE, LOOK_NONE,
				  LOOK_NONE,    LOOK_NONE,        LOOK_NONE};

	switch ((enum event_kind)event->kind) {
	case EVENT_ORDER:
		look.kind = LOOK_EVENT_ORDER;
		look.ring = event->a;
		break;
	case EVENT_DELIVER:
	case EVENT_DELIVER_TO:
		look.kind = LOOK_EVENT_DELIVER;
		look.ring = event->a;
		look.number = event->c;
		look.node = event->kind == EVENT_DELIVER ? LOOK_NONE : event->detail;
		break;
	case EVENT_FORM:
	case EVENT_AGAIN:
		look.kind = LOOK_EVENT_FORM;
		break;
	case EVENT_TURN:
	case EVENT_RELEASE: /* its barrier goes out: the last of its turn */
		look.kind = LOOK_EVENT_TURN;
		look.node = event->a;
		break;
	case EVENT_LEAVE:
		look.kind = LOOK_EVENT_LEAVE;
		look.node = event->a;
		break;
	case EVENT_ABORT:
		look.kind = LOOK_EVENT_ABORT;
		look.node = event->a;
		break;
	case EVENT_DROP:
		look.kind = LOOK_EVENT_LEAVE;
		look.node = event->a;
		break;
	case EVENT_TIMER:
		look.kind = LOOK_EVENT_TIMER;
		look.node = event->a;
		look.timer = event->b;
		break;
	case EVENT_WAKE:
		look.kind = LOOK_EVENT_WAKE;
		look.client = event->a;
		break;
	case EVENT_UNTIL:
		break;
	}
	return look;
}

void look_events(const struct world *world, void (*each)(void *ctx, const struct look_event *event), void *ctx)
{
	const struct queue *queue = queue_of(world);
	struct due *list = allocate(queue->count, sizeof *list);
	uint32_t count = 0;

	for (uint32_t i = 0; i < queue->count; i++) {
		struct due *due = &list[count];

		due->event = queue_peek(queue, i, &due->time_ns, &due->order);
		count += !event_is_stale(world, due->event);
	}
	qsort(list, count, sizeof *list, by_time);
	for (uint32_t i = 0; i < count; i++) {
		struct look_event look = event_of(&list[i]);

		each(ctx, &look);
	}
	free(list);
}
