/*
 * A node's daemon: its life (start, stop, crash, pause), its disk, its timers, and
 * the host functions through which its votequorum core acts on the world.
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"

/* A clean stop takes this long beyond the time its last message needs. */
#define STOP_NS 1000000u
#define LATE_RELEASE_NS 100000000u
#define LATE_STOP_NS 300000000u /* recorded: 0.15 to 0.4 s */

struct here { /* the ctx of a core's host */
	struct world *world;
	uint32_t node;
};

/* ---- what the core may do: struct vq_host ---- */

static bool host_multicast(void *ctx, const void *message, size_t size)
{
	struct here *here = ctx;
	struct node_state *node = node_of(here->world, here->node);

	if (node->queue_full) {
		node->queue_full = 0;
		return false;
	}
	ring_send(here->world, here->node, MESSAGE_VOTEQUORUM, message, size);
	return true;
}

static void push_timer(struct world *world, uint32_t node, enum vq_timer timer)
{
	const struct node_timer *state = &node_of(world, node)->timers[timer];

	event_push(world, state->due_ns,
		   (struct event){.kind = EVENT_TIMER, .a = node, .b = timer, .c = state->generation});
}

static void host_timer_start(void *ctx, enum vq_timer timer, uint32_t delay_ms)
{
	struct here *here = ctx;
	struct node_timer *state = &node_of(here->world, here->node)->timers[timer];

	state->due_ns = state_of(here->world)->now_ns + delay_ms * SCENARIO_MS;
	state->generation++;
	push_timer(here->world, here->node, timer);
}

static void host_timer_cancel(void *ctx, enum vq_timer timer)
{
	struct here *here = ctx;
	struct node_timer *state = &node_of(here->world, here->node)->timers[timer];

	state->due_ns = NEVER_NS;
	state->generation++;
}

static void host_notify(void *ctx, uint32_t connection, const struct vq_notification *notification)
{
	struct here *here = ctx;

	application_notify(here->world, here->node, connection, notification);
}

static void host_answer(void *ctx, uint32_t connection, const struct vq_reply *reply)
{
	struct here *here = ctx;

	application_answer(here->world, here->node, connection, reply);
}

/* Is the device's hold over? The daemon goes on with the sync about once a token round
 * (recordings qdevice-release-quick-*). */
static void host_sync_processed(void *ctx)
{
	struct here *here = ctx;
	struct world *world = here->world;
	const struct node_state *node = node_of(world, here->node);

	if (node->held && world_pick(world, 2, CHOOSE_RELEASE)) {
		event_push(world, state_of(world)->now_ns + LATE_RELEASE_NS,
			   (struct event){.kind = EVENT_RELEASE,
					  .a = here->node,
					  .b = ring_of(world, node->ring)->generation});
		return;
	}
	ring_send(here->world, here->node, MESSAGE_BARRIER, NULL, 0);
}

static void host_primary(void *ctx, bool quorate)
{
	struct here *here = ctx;

	observe_node(here->world, OBSERVE_PRIMARY, here->node, quorate, NULL);
}

static bool host_store_barrier(void *ctx, uint32_t expected_votes)
{
	struct here *here = ctx;

	node_of(here->world, here->node)->stored_barrier = expected_votes;
	observe_node(here->world, OBSERVE_STORED, here->node, expected_votes, NULL);
	return true;
}

static void host_notice(void *ctx, enum vq_notice notice)
{
	struct here *here = ctx;

	observe_node(here->world, OBSERVE_NOTICE, here->node, notice, vq_notice_message(notice));
}

static void host_abort(void *ctx, const char *why)
{
	struct here *here = ctx;
	struct node_state *node = node_of(here->world, here->node);

	(void)why;
	node->aborted = 1;
	event_push(here->world, state_of(here->world)->now_ns,
		   (struct event){.kind = EVENT_ABORT, .a = here->node, .b = node->boots});
}

void daemon_host(struct vq_host *host, struct vq_entry *scratch)
{
	*host = (struct vq_host){
		.multicast = host_multicast,
		.timer_start = host_timer_start,
		.timer_cancel = host_timer_cancel,
		.notify = host_notify,
		.answer = host_answer,
		.sync_processed = host_sync_processed,
		.primary = host_primary,
		.store_barrier = host_store_barrier,
		.notice = host_notice,
		.abort = host_abort,
		.scratch = scratch,
	};
}

/* Tell when a device begins or ends to hold the sync. */
static void tell_held(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);
	bool held = state->up && vq_sync_held(core_of(world, node));

	if (held == state->held)
		return;
	state->held = held;
	observe_node(world, OBSERVE_HELD, node, held, NULL);
}

/* Declares what every call into a core needs. */
#define ENTER(world, node)                           \
	const struct vq_host *host = &(world)->host; \
	struct here here = {world, node}

static bool runs(const struct world *world, uint32_t node)
{
	return node_active(world, node) && !node_of(world, node)->aborted;
}

/* ---- configuration ---- */

const struct vq_config *daemon_config(const struct world *world, uint32_t node, uint32_t reference)
{
	return reference ? world->scenario->steps[reference - 1].configs[node] : world->scenario->nodes[node].config;
}

static const struct vq_config *running_config(const struct world *world, uint32_t node)
{
	return daemon_config(world, node, node_of(world, node)->running_config);
}

static void tell_config(struct world *world, enum observation_kind kind, uint32_t node)
{
	struct observation observation = {
		.kind = kind,
		.node = node,
		.client = NONE,
		.config = running_config(world, node),
	};

	observe(world, &observation);
}

/* ---- starting ---- */

static void boot(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);

	state->boots++;
	state->up = 1;
	state->paused = 0;
	state->leaving = STAYS;
	state->stop_later = 0;
	state->queue_full = 0;
	state->aborted = 0;
	state->held = 0;
	state->turn_missed = 0;
	state->off_list = ON_LIST;
	state->running_config = state->file_config;
	state->ring_seq++; /* recording two-node: 21, then 26 after a restart */
	state->last_arrival_ns = 0;
	ring_open_first(world, node);
}

static void refuse(struct world *world, uint32_t node, enum vq_refusal refusal)
{
	struct observation observation = {
		.kind = OBSERVE_NODE_REFUSED,
		.node = node,
		.client = NONE,
		.number = refusal,
		.text = vq_refusal_message(refusal),
		.config = running_config(world, node),
	};

	ring_forget_node(world, node);
	node_of(world, node)->up = 0;
	observe(world, &observation);
}

void daemon_start(struct world *world, uint32_t node)
{
	enum vq_refusal refusal;
	ENTER(world, node);

	if (node_of(world, node)->up)
		return;
	boot(world, node);
	refusal = vq_start(core_of(world, node), &world->limits, world->scenario->nodes[node].nodeid,
			   running_config(world, node), node_of(world, node)->stored_barrier, host, &here);
	if (refusal != VQ_ACCEPTED) {
		refuse(world, node, refusal);
		return;
	}
	tell_config(world, OBSERVE_NODE_UP, node);
	vq_connection_open(core_of(world, node), world->limits.connections - 1);
	membership_changed(world);
}

/* ---- ending ---- */

static void stop_timers(struct world *world, uint32_t node)
{
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		struct node_timer *timer = &node_of(world, node)->timers[i];

		timer->due_ns = NEVER_NS;
		timer->left_ns = 0;
		timer->generation++;
	}
}

static void wipe_disk(struct world *world, uint32_t node)
{
	node_of(world, node)->ring_seq = 0;
	node_of(world, node)->stored_barrier = 0;
}

static void go_down(struct world *world, uint32_t node, enum down_cause cause, enum leaving leaving)
{
	struct node_state *state = node_of(world, node);

	stop_timers(world, node);
	ring_forget_node(world, node);
	state->up = 0;
	state->paused = 0;
	state->leaving = (uint8_t)leaving;
	state->held = 0;
	observe_node(world, OBSERVE_NODE_DOWN, node, cause, NULL);
	applications_daemon_gone(world, node);
	membership_changed(world);
}

void daemon_crash(struct world *world, uint32_t node, bool wipe)
{
	if (node_of(world, node)->up)
		go_down(world, node, DOWN_CRASH, STAYS);
	if (wipe)
		wipe_disk(world, node);
}

void daemon_aborted(struct world *world, uint32_t node, uint32_t boots)
{
	if (node_of(world, node)->up && node_of(world, node)->boots == boots)
		go_down(world, node, DOWN_ABORT, STAYS);
}

void daemon_stop(struct world *world, uint32_t node, bool wipe)
{
	struct node_state *state = node_of(world, node);
	ENTER(world, node);

	if (wipe)
		state->stop_later |= 2;
	if (!state->up || state->leaving) {
		if (!state->up && wipe)
			wipe_disk(world, node);
		return;
	}
	if (state->paused) {
		state->stop_later |= 1;
		return;
	}
	state->leaving = LEAVES;
	vq_leave(core_of(world, node), host, &here);
	event_push(world,
		   state_of(world)->now_ns + 4 * world->scenario->network.latency_ns + STOP_NS +
			   (world_pick(world, 2, CHOOSE_STOP) ? LATE_STOP_NS : 0),
		   (struct event){.kind = EVENT_LEAVE, .a = node, .b = node_of(world, node)->boots});
}

/* Does its goodbye reach all that are still on its ring? Who does not hear it misses its token. */
static bool is_heard(const struct world *world, uint32_t node)
{
	uint32_t slot = node_of(world, node)->ring;

	for (uint32_t i = 0; i < ring_of(world, slot)->member_count; i++) {
		uint32_t member = ring_members(world, slot)[i];

		if (node_of(world, member)->ring == slot && !link_up(world, node, member))
			return false;
	}
	return true;
}

void daemon_left(struct world *world, uint32_t node, uint32_t boots)
{
	const struct node_state *state = node_of(world, node);

	if (!state->up || state->boots != boots)
		return;
	if (state->paused) { /* paused while it stopped: it goes on with that later */
		node_of(world, node)->stop_later |= 1;
		node_of(world, node)->leaving = STAYS;
		return;
	}
	if (state->stop_later & 2)
		wipe_disk(world, node);
	go_down(world, node, DOWN_STOP, is_heard(world, node) ? LEFT : STAYS);
}

/* ---- pausing ---- */

void daemon_pause(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);

	if (!state->up || state->paused)
		return;
	state->paused = 1;
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		struct node_timer *timer = &state->timers[i];

		if (timer->due_ns == NEVER_NS)
			continue;
		timer->left_ns = timer->due_ns - state_of(world)->now_ns;
		timer->generation++;
	}
	observe_node(world, OBSERVE_NODE_PAUSED, node, 0, NULL);
	ring_of(world, state->ring)->flags &= ~(uint32_t)RING_WHOLE; /* nobody else may be there to see it */
	membership_changed(world);
}

/* Was it paused until the others had gone on without it? Then it forms a ring alone
 * first (recording pause-longer-than-token). */
static bool is_left_behind(const struct world *world, uint32_t node)
{
	const struct ring_state *ring = ring_of(world, node_of(world, node)->ring);
	const uint32_t *members = ring_members(world, node_of(world, node)->ring);

	if (ring->here == ring->member_count || ring->broken_ns == NEVER_NS ||
	    state_of(world)->now_ns < ring->broken_ns + scenario_token_ms(world->scenario) * SCENARIO_MS)
		return false;
	for (uint32_t i = 0; i < ring->member_count && !(ring->flags & RING_FIRST); i++)
		if (members[i] != node && node_of(world, members[i])->ring == node_of(world, node)->ring &&
		    node_active(world, members[i]))
			return false;
	return true;
}

static void take_missed_turn(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);

	if (!state->turn_missed)
		return;
	state->turn_missed = 0;
	event_push(world, state_of(world)->now_ns,
		   (struct event){.kind = EVENT_TURN, .a = node, .b = ring_of(world, state->ring)->generation});
}

void daemon_resume(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);

	if (!state->up || !state->paused)
		return;
	state->paused = 0;
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		struct node_timer *timer = &state->timers[i];

		if (timer->due_ns == NEVER_NS)
			continue;
		timer->due_ns = state_of(world)->now_ns + timer->left_ns;
		timer->left_ns = 0;
		push_timer(world, node, (enum vq_timer)i);
	}
	observe_node(world, OBSERVE_NODE_RESUMED, node, 0, NULL);
	if (is_left_behind(world, node))
		ring_of(world, state->ring)->flags |= RING_FIRST;
	take_missed_turn(world, node);
	applications_daemon_back(world, node);
	membership_changed(world);
	if (node_of(world, node)->stop_later & 1)
		daemon_stop(world, node, false);
}

/* ---- what comes to the core ---- */

void daemon_timer(struct world *world, uint32_t node, enum vq_timer timer, uint32_t generation)
{
	struct node_timer *state = &node_of(world, node)->timers[timer];
	ENTER(world, node);

	if (state->generation != generation || state->due_ns == NEVER_NS || !runs(world, node))
		return;
	state->due_ns = NEVER_NS;
	if (world->observe_all)
		observe_node(world, OBSERVE_TIMER, node, timer, NULL);
	vq_timer_fired(core_of(world, node), host, &here, timer);
	tell_held(world, node);
}

void daemon_ring(struct world *world, uint32_t node, struct vq_ring_id id, const uint32_t *ids, uint32_t count)
{
	struct observation observation = {
		.kind = OBSERVE_RING,
		.node = node,
		.client = NONE,
		.ring = id,
		.nodes = ids,
		.count = count,
	};
	bool first;
	ENTER(world, node);

	if (!runs(world, node)) /* it died of the old ring's last messages */
		return;
	observe(world, &observation);
	first = vq_ring(core_of(world, node)).seq == 0;
	vq_sync_init(core_of(world, node), host, &here, id, ids, count);
	tell_held(world, node);
	if (first)
		applications_daemon_back(world, node);
}

static void activate(struct world *world, uint32_t node)
{
	struct observation observation = {
		.kind = OBSERVE_ACTIVATED,
		.node = node,
		.client = NONE,
		.ring = ring_of(world, node_of(world, node)->ring)->id,
	};
	ENTER(world, node);

	observe(world, &observation);
	vq_sync_activate(core_of(world, node), host, &here);
	ring_synced(world, node);
}

static void deliver_votequorum(struct world *world, uint32_t node, const struct message *message)
{
	uint32_t sender = world->scenario->nodes[message->sender].nodeid;
	bool known;
	ENTER(world, node);

	if (world->observe_all) {
		struct observation observation = {
			.kind = OBSERVE_DELIVERED,
			.node = node,
			.client = NONE,
			.number = sender,
			.context = message->number,
			.data = message + 1,
			.size = message->size,
		};

		observe(world, &observation);
	}
	known = vq_deliver(core_of(world, node), host, &here, sender, message + 1, message->size);
	ALWAYS(known == (message->kind == MESSAGE_VOTEQUORUM));
}

/* What no votequorum sends changes nothing. */
static void deliver_injected(struct world *world, uint32_t node, const struct message *message)
{
	size_t size = vq_size(&world->limits);
	void *before = allocate(1, size);

	memcpy(before, core_of(world, node), size);
	deliver_votequorum(world, node, message);
	ALWAYS(memcmp(before, core_of(world, node), size) == 0);
	free(before);
}

void daemon_inject(struct world *world, uint32_t node, const struct injected *injected)
{
	if (node_active(world, node))
		ring_send(world, node, MESSAGE_INJECTED, injected->bytes, injected->size);
}

void daemon_release(struct world *world, uint32_t node, uint32_t generation)
{
	const struct node_state *state = node_of(world, node);

	if (state->ring != NONE && ring_of(world, state->ring)->generation == generation)
		ring_send(world, node, MESSAGE_BARRIER, NULL, 0);
}

void daemon_turn(struct world *world, uint32_t node, uint32_t generation)
{
	struct node_state *state = node_of(world, node);
	ENTER(world, node);

	if (state->ring == NONE || ring_of(world, state->ring)->generation != generation)
		return;
	state->turn_missed = state->paused;
	if (!runs(world, node))
		return;
	vq_sync_process(core_of(world, node), host, &here);
}

/* The daemon looks whether it is its turn when the token comes, so that others' messages
 * may come first (recording setexpected-then-join): those of the nodes that are not late,
 * and of those late ones that the token met before (sync-order-stop-8). */
static void take_turn(struct world *world, uint32_t node)
{
	uint64_t latency_ns = world->scenario->network.latency_ns, round_ns = 2 * latency_ns + 1;
	uint32_t generation = ring_of(world, node_of(world, node)->ring)->generation;

	if (world_pick(world, 2, CHOOSE_TURN) == 0)
		daemon_turn(world, node, generation);
	else
		event_push(world, state_of(world)->now_ns + round_ns + ring_place(world, node) * (latency_ns + 1),
			   (struct event){.kind = EVENT_TURN, .a = node, .b = generation});
}

void daemon_deliver(struct world *world, uint32_t node, const struct message *message)
{
	struct node_state *state = node_of(world, node);
	uint32_t members = ring_of(world, state->ring)->member_count;

	if (!runs(world, node))
		return;
	switch ((enum message_kind)message->kind) {
	case MESSAGE_VOTEQUORUM:
		deliver_votequorum(world, node, message);
		break;
	case MESSAGE_INJECTED:
		deliver_injected(world, node, message);
		break;
	case MESSAGE_BARRIER_EARLY:
		if (++state->barriers_early == members)
			take_turn(world, node);
		break;
	case MESSAGE_BARRIER:
		if (++state->barriers == members)
			activate(world, node);
		break;
	}
}

int daemon_request(struct world *world, uint32_t node, uint32_t connection, const struct vq_request *request,
		   struct vq_reply *reply)
{
	int error;
	ENTER(world, node);

	error = vq_request(core_of(world, node), host, &here, connection, request, reply);
	tell_held(world, node);
	return error;
}

static bool lists(const struct vq_config *config, uint32_t nodeid)
{
	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].nodeid == nodeid)
			return true;
	return config->node_count == 0;
}

/* It is in totem no longer, and neither learns that nor anything else: of what the
 * others send only the first still goes round (recordings reload-shrink-live-node*), or
 * nothing (scenarios/reload/live-node-taken-off.yaml, on daemons). */
static void drop(struct world *world, uint32_t node)
{
	struct node_state *state = node_of(world, node);

	state->off_list = DEAF;
	if (world_pick(world, 2, CHOOSE_TOKEN)) /* it had the token */
		ring_of(world, state->ring)->flags |= RING_NO_TOKEN;
	event_push(world, state_of(world)->now_ns, (struct event){.kind = EVENT_DROP, .a = node, .b = state->boots});
}

void daemon_dropped(struct world *world, uint32_t node, uint32_t boots)
{
	struct node_state *state = node_of(world, node);

	if (!state->up || state->boots != boots)
		return;
	if (state->off_list == DEAF) {
		state->off_list = UNMISSED;
		ring_of(world, state->ring)->flags |= RING_NO_TOKEN;
		event_push(world, state_of(world)->now_ns + world->scenario->totem.join_ms * SCENARIO_MS,
			   (struct event){.kind = EVENT_DROP, .a = node, .b = boots});
		return;
	}
	state->off_list = DROPPED;
	observe_node(world, OBSERVE_REACH, NONE, 0, NULL);
	membership_changed(world);
}

/* A sync under way refuses a reload: nothing is read, then or later (recording reload-while-held). */
void daemon_reload(struct world *world, uint32_t node)
{
	const struct node_state *state = node_of(world, node);
	ENTER(world, node);

	if (!runs(world, node) || state->off_list || state->barriers < ring_of(world, state->ring)->member_count)
		return;
	if (!lists(daemon_config(world, node, state->file_config), world->scenario->nodes[node].nodeid)) {
		drop(world, node);
		return;
	}
	node_of(world, node)->running_config = node_of(world, node)->file_config;
	tell_config(world, OBSERVE_RELOADED, node);
	vq_reload(core_of(world, node), host, &here, running_config(world, node));
}

void daemon_cancel_wait_for_all(struct world *world, uint32_t node)
{
	ENTER(world, node);

	if (!runs(world, node))
		return;
	observe_node(world, OBSERVE_CANCEL_WFA, node, 0, NULL);
	/* the key is set back to 0 before anything is sent, and that change is read as a reload */
	vq_reload(core_of(world, node), host, &here, running_config(world, node));
	vq_cancel_wait_for_all(core_of(world, node), host, &here);
}
