/*
 * A ring: ordered delivery among its members, and the sync barriers that corosync
 * runs over it. What is guaranteed is extended virtual synchrony: all members
 * deliver the same messages in the same order, and members that move together to
 * the next ring deliver the same messages of this one first.
 *
 * A message is pending once sent, ordered once the token reached its sender, and
 * delivered to each member after the packet's delay. Only a whole ring orders.
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"

/* totem's ring sequence moves in steps of 4, and by one more at a restart
 * (recording two-node: 5, 9, 13, ... and 26 after 21). */
#define SEQ_STEP 4u

/* ---- slots ---- */

static uint32_t open_slot(struct world *world)
{
	for (uint32_t slot = 0; slot <= world->node_count; slot++) {
		struct ring_state *ring = ring_of(world, slot);

		if (ring->flags & RING_USED)
			continue;
		memset(ring, 0, sizeof *ring);
		ring->flags = RING_USED;
		ring->broken_ns = NEVER_NS;
		ring->contact_ns = NEVER_NS;
		ring->generation = ++state_of(world)->ring_generation;
		return slot;
	}
	ensure_failed(__FILE__, __LINE__, "more rings than nodes");
}

static void free_list(struct world *world, uint32_t reference)
{
	while (reference) {
		struct message *message = message_at(world, reference);
		uint32_t next = message->next;

		pool_free(world, reference, sizeof *message + message->size);
		reference = next;
	}
}

static void close_slot(struct world *world, uint32_t slot)
{
	struct ring_state *ring = ring_of(world, slot);

	free_list(world, ring->log_first);
	free_list(world, ring->pending_first);
	memset(ring, 0, sizeof *ring);
	memset(ring_members(world, slot), 0, world->node_count * sizeof(uint32_t));
}

void ring_open_first(struct world *world, uint32_t node)
{
	uint32_t slot = open_slot(world);
	struct ring_state *ring = ring_of(world, slot);

	ring->flags |= RING_FIRST;
	ring->member_count = 1;
	ring->here = 1;
	ring_members(world, slot)[0] = node;
	node_of(world, node)->ring = slot;
}

/* ---- sending and ordering ---- */

static void append(struct world *world, uint32_t *first, uint32_t *last, uint32_t reference)
{
	message_at(world, reference)->next = 0;
	if (*last)
		message_at(world, *last)->next = reference;
	else
		*first = reference;
	*last = reference;
}

/* The first pending message that waits for nothing, 0: there is none; and the one before it. */
static uint32_t first_ready(const struct world *world, const struct ring_state *ring, uint32_t *before)
{
	uint32_t reference = ring->pending_first;

	*before = 0;
	while (reference && message_at(world, reference)->waits) {
		*before = reference;
		reference = message_at(world, reference)->next;
	}
	return reference;
}

static void want_ordering(struct world *world, uint32_t slot)
{
	struct ring_state *ring = ring_of(world, slot);
	uint32_t before;

	if (!(ring->flags & RING_WHOLE) || ring->flags & (RING_ORDERING | RING_NO_TOKEN) ||
	    !first_ready(world, ring, &before))
		return;
	ring->flags |= RING_ORDERING;
	event_push(world, state_of(world)->now_ns,
		   (struct event){.kind = EVENT_ORDER, .a = slot, .b = ring->generation});
}

void ring_send(struct world *world, uint32_t node, enum message_kind kind, const void *bytes, size_t size)
{
	uint32_t slot = node_of(world, node)->ring;
	struct ring_state *ring = ring_of(world, slot);
	uint32_t reference = pool_take(world, sizeof(struct message) + size);
	struct message *message = message_at(world, reference);

	message->sender = node;
	message->kind = kind;
	message->generation = ring->generation;
	message->size = (uint32_t)size;
	if (size)
		memcpy(message + 1, bytes, size);
	append(world, &ring->pending_first, &ring->pending_last, reference);
	want_ordering(world, slot);
	if (!is_barrier(kind) && world->observe_all) {
		struct observation observation = {
			.kind = OBSERVE_SENT,
			.node = node,
			.client = NONE,
			.data = message + 1,
			.size = size,
		};

		observe(world, &observation);
	}
}

static uint32_t place_of(const struct world *world, uint32_t slot, uint32_t node)
{
	const uint32_t *members = ring_members(world, slot);
	uint32_t place = 0;

	while (members[place] != node)
		place++;
	return place;
}

uint32_t ring_place(const struct world *world, uint32_t node)
{
	uint32_t slot = node_of(world, node)->ring;
	const struct ring_state *ring = ring_of(world, slot);

	return (place_of(world, slot, node) + ring->member_count - ring->token_at) % ring->member_count;
}

/* The same of a message's sender. */
static uint32_t distance(const struct world *world, uint32_t reference)
{
	return ring_place(world, message_at(world, reference)->sender);
}

static void sort_round_the_ring(struct world *world, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint32_t head = world->heads[i], before = world->heads_before[i], k = i;

		for (; k > 0 && distance(world, world->heads[k - 1]) > distance(world, head); k--) {
			world->heads[k] = world->heads[k - 1];
			world->heads_before[k] = world->heads_before[k - 1];
		}
		world->heads[k] = head;
		world->heads_before[k] = before;
	}
}

/* Of a ring whose messages go round it: as sort_round_the_ring() of find_heads() has it first. */
static uint32_t find_by_token(struct world *world, uint32_t slot, uint32_t *before)
{
	const struct ring_state *ring = ring_of(world, slot);
	const uint32_t *members = ring_members(world, slot);
	uint32_t *distances = world->heads, nearest = NONE, found = 0, previous = 0;
	bool barrier_seen = false;

	for (uint32_t place = 0; place < ring->member_count; place++)
		distances[members[place]] = (place + ring->member_count - ring->token_at) % ring->member_count;
	for (uint32_t reference = ring->pending_first; reference;
	     previous = reference, reference = message_at(world, reference)->next) {
		const struct message *message = message_at(world, reference);
		bool barrier = message->kind != MESSAGE_VOTEQUORUM;

		if (message->waits || distances[message->sender] == NONE)
			continue;
		if (distances[message->sender] < nearest && !(barrier && barrier_seen)) {
			nearest = distances[message->sender];
			found = reference;
			*before = previous;
		}
		barrier_seen = barrier_seen || barrier;
		distances[message->sender] = NONE; /* what it sent later is not its turn yet */
	}
	return found;
}

/* Of the pending messages that are their sender's oldest any may come next, but the
 * order of barriers among themselves shows nowhere: the oldest stands for all. Into
 * world->heads, the lowest choice first; returns how many. */
static uint32_t find_heads(struct world *world, uint32_t slot)
{
	uint32_t previous = 0, count = 0;
	bool barrier_seen = false;

	memset(world->chosen, 0, world->node_count);
	for (uint32_t reference = ring_of(world, slot)->pending_first; reference;
	     previous = reference, reference = message_at(world, reference)->next) {
		const struct message *message = message_at(world, reference);
		bool barrier = is_barrier(message->kind);

		if (message->waits)
			continue;
		if (!world->chosen[message->sender] && !(barrier && barrier_seen)) {
			world->heads[count] = reference;
			world->heads_before[count++] = previous;
			barrier_seen = barrier_seen || barrier;
		}
		world->chosen[message->sender] = 1;
	}
	if (ring_of(world, slot)->by_token)
		sort_round_the_ring(world, count);
	return count;
}

static void unlink_pending(struct world *world, struct ring_state *ring, uint32_t reference, uint32_t before)
{
	if (before)
		message_at(world, before)->next = message_at(world, reference)->next;
	else
		ring->pending_first = message_at(world, reference)->next;
	if (ring->pending_last == reference)
		ring->pending_last = before;
}

static uint32_t pick_head(struct world *world, uint32_t slot, uint32_t *before)
{
	uint32_t count = find_heads(world, slot);
	uint32_t picked = world_pick(world, count, CHOOSE_ORDER);

	*before = world->heads_before[picked];
	return world->heads[picked];
}

static uint32_t find_next(struct world *world, uint32_t slot, uint32_t *before)
{
	struct ring_state *ring = ring_of(world, slot);
	uint32_t reference = first_ready(world, ring, before);

	/* the usual case needs no look at the others */
	if (message_at(world, reference)->next && world->choice.choose != choice_plain.choose)
		reference = ring->strictly ? find_by_token(world, slot, before) : pick_head(world, slot, before);
	/* barriers go in any order, and one stands for all: where the token is cannot be told from them */
	if (ring->by_token && message_at(world, reference)->kind == MESSAGE_VOTEQUORUM)
		ring->token_at = place_of(world, slot, message_at(world, reference)->sender);
	return reference;
}

static void schedule_delivery(struct world *world, uint32_t slot, const struct message *message, uint32_t member)
{
	const struct ring_state *ring = ring_of(world, slot);
	uint64_t arrival_ns = state_of(world)->now_ns + packet_delay_ns(world, message->sender, member);
	uint64_t *last_ns = &node_of(world, member)->last_arrival_ns;

	*last_ns = arrival_ns > *last_ns ? arrival_ns : *last_ns; /* in order, however late one is */
	event_push(world, *last_ns,
		   (struct event){.kind = EVENT_DELIVER_TO,
				  .detail = (uint16_t)member,
				  .a = slot,
				  .b = ring->generation,
				  .c = message->number});
}

static void schedule_deliveries(struct world *world, uint32_t slot, const struct message *message)
{
	const struct ring_state *ring = ring_of(world, slot);
	const uint32_t *members = ring_members(world, slot);

	if (world->uniform) {
		event_push(world, state_of(world)->now_ns + world->scenario->network.latency_ns,
			   (struct event){
				   .kind = EVENT_DELIVER, .a = slot, .b = ring->generation, .c = message->number});
		return;
	}
	for (uint32_t i = 0; i < ring->member_count; i++)
		schedule_delivery(world, slot, message, members[i]);
}

/* The message sent right behind this pending one by the same node: the token that
 * takes one takes the other. NONE: there is no such message. */
static uint32_t companion(const struct world *world, uint32_t reference)
{
	const struct message *message = message_at(world, reference), *next = message_at(world, message->next);

	if (!message->next || next->sender != message->sender || next->waits)
		return NONE;
	return !is_barrier(message->kind) && !is_barrier(next->kind) ? message->next : NONE;
}

static void order_message(struct world *world, uint32_t slot, uint32_t reference)
{
	struct ring_state *ring = ring_of(world, slot);
	struct message *message = message_at(world, reference);

	message->number = ++ring->ordered;
	message->left = ring->member_count;
	append(world, &ring->log_first, &ring->log_last, reference);
	schedule_deliveries(world, slot, message);
}

void ring_order(struct world *world, uint32_t slot, uint32_t generation)
{
	struct ring_state *ring = ring_of(world, slot);
	uint32_t reference, before, next;

	if (ring->generation != generation)
		return;
	ring->flags &= ~(uint32_t)RING_ORDERING;
	if (!(ring->flags & RING_WHOLE) || ring->flags & RING_NO_TOKEN || !first_ready(world, ring, &before))
		return;
	reference = find_next(world, slot, &before);
	for (; reference != NONE; reference = next) {
		next = companion(world, reference);
		world_reserve(world, world->node_count + 64, 0);
		unlink_pending(world, ring_of(world, slot), reference, before);
		order_message(world, slot, reference);
	}
	want_ordering(world, slot);
}

/* ---- delivery ---- */

static uint32_t find_in_log(const struct world *world, uint32_t slot, uint32_t number)
{
	uint32_t reference = ring_of(world, slot)->log_first;

	while (reference && message_at(world, reference)->number != number)
		reference = message_at(world, reference)->next;
	return reference;
}

static void drop_delivered(struct world *world, struct ring_state *ring)
{
	while (ring->log_first && message_at(world, ring->log_first)->left == 0) {
		uint32_t reference = ring->log_first;
		const struct message *message = message_at(world, reference);

		ring->log_first = message->next;
		if (!ring->log_first)
			ring->log_last = 0;
		pool_free(world, reference, sizeof *message + message->size);
	}
}

static void deliver_at(struct world *world, uint32_t node, uint32_t reference)
{
	struct message *message = message_at(world, reference);
	struct node_state *state = node_of(world, node);

	state->delivered = message->number;
	message->left--;
	if (!is_barrier(message->kind) || message->generation == ring_of(world, state->ring)->generation)
		daemon_deliver(world, node, message);
}

static bool may_deliver(const struct world *world, uint32_t slot, uint32_t node, uint32_t number)
{
	const struct node_state *state = node_of(world, node);

	return state->ring == slot && state->up && !state->paused && !state->off_list &&
	       state->delivered + 1 == number;
}

void ring_deliver(struct world *world, uint32_t slot, uint32_t generation, uint32_t number, uint32_t only)
{
	const struct ring_state *ring = ring_of(world, slot);
	uint32_t reference;

	if (ring->generation != generation || !(ring->flags & RING_WHOLE))
		return; /* what is under way on a broken ring is recovered with the next one, or resumed */
	reference = find_in_log(world, slot, number);
	if (!reference)
		return;
	for (uint32_t i = 0; i < ring_of(world, slot)->member_count; i++) {
		uint32_t node = ring_members(world, slot)[i];

		if ((only != NONE && node != only) || !may_deliver(world, slot, node, number))
			continue;
		world_reserve_call(world);
		deliver_at(world, node, reference);
	}
	drop_delivered(world, ring_of(world, slot));
}

void ring_resume(struct world *world, uint32_t slot)
{
	uint32_t reference = ring_of(world, slot)->log_first;

	for (; reference; reference = message_at(world, reference)->next) {
		world_reserve(world, world->node_count + 64, 0);
		schedule_deliveries(world, slot, message_at(world, reference));
	}
	want_ordering(world, slot);
}

/* ---- the next ring ---- */

static uint32_t highest_delivered(const struct world *world, const uint32_t *members, uint32_t count, uint32_t slot)
{
	uint32_t highest = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct node_state *state = node_of(world, members[i]);

		if (state->ring == slot && state->delivered > highest)
			highest = state->delivered;
	}
	return highest;
}

/* Mark in world->chosen those of `members` that come from the ring at `slot`. */
static void mark_movers(struct world *world, const uint32_t *members, uint32_t count, uint32_t slot)
{
	memset(world->chosen, 0, world->node_count);
	for (uint32_t i = 0; i < count; i++)
		world->chosen[members[i]] = node_of(world, members[i])->ring == slot;
}

/* A message that no mover had may be lost, but not with its sender there, who keeps it. */
static bool may_be_lost(const struct world *world, const struct message *message, uint32_t had)
{
	return message->number > had && !world->chosen[message->sender];
}

static uint32_t count_losable(const struct world *world, uint32_t slot, uint32_t had)
{
	uint32_t count = 0;

	for (uint32_t reference = ring_of(world, slot)->log_first; reference;
	     reference = message_at(world, reference)->next)
		count += may_be_lost(world, message_at(world, reference), had);
	return count;
}

static void recover_message(struct world *world, const uint32_t *members, uint32_t count, uint32_t reference)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!world->chosen[members[i]] ||
		    node_of(world, members[i])->delivered >= message_at(world, reference)->number)
			continue;
		world_reserve_call(world);
		deliver_at(world, members[i], reference);
	}
}

/* Those of `members` that come from the ring at `slot` deliver the same rest of its messages. */
static void recover(struct world *world, const uint32_t *members, uint32_t count, uint32_t slot)
{
	uint32_t had = highest_delivered(world, members, count, slot), kept;
	uint32_t reference = ring_of(world, slot)->log_first;

	mark_movers(world, members, count, slot);
	kept = count_losable(world, slot, had);
	kept -= world_pick(world, kept + 1, CHOOSE_RECOVER);
	for (; reference; reference = message_at(world, reference)->next) {
		bool losable = may_be_lost(world, message_at(world, reference), had);

		if (losable && kept == 0)
			continue;
		kept -= losable;
		recover_message(world, members, count, reference);
	}
}

/* Messages that a node had sent but the old ring never ordered go out on the new one,
 * when its sync is over (recording qdevice-register-two-connections); barriers of the
 * old ring mean nothing there. */
static void move_pending(struct world *world, struct ring_state *from, struct ring_state *to, uint32_t node)
{
	uint32_t kept_first = 0, kept_last = 0, next;

	for (uint32_t reference = from->pending_first; reference; reference = next) {
		struct message *message = message_at(world, reference);

		next = message->next;
		if (message->sender != node)
			append(world, &kept_first, &kept_last, reference);
		else if (to && !is_barrier(message->kind)) {
			message->waits = 1;
			append(world, &to->pending_first, &to->pending_last, reference);
		} else {
			pool_free(world, reference, sizeof *message + message->size);
		}
	}
	from->pending_first = kept_first;
	from->pending_last = kept_last;
}

static void leave_ring(struct world *world, uint32_t node, uint32_t to)
{
	uint32_t slot = node_of(world, node)->ring;
	struct ring_state *ring = ring_of(world, slot);

	for (uint32_t reference = ring->log_first; reference; reference = message_at(world, reference)->next)
		if (message_at(world, reference)->number > node_of(world, node)->delivered)
			message_at(world, reference)->left--;
	move_pending(world, ring, to == NONE ? NULL : ring_of(world, to), node);
	node_of(world, node)->ring = to;
	ring->flags &= ~(uint32_t)RING_WHOLE;
	if (--ring->here == 0)
		close_slot(world, slot);
	else
		drop_delivered(world, ring);
}

void ring_synced(struct world *world, uint32_t node)
{
	uint32_t slot = node_of(world, node)->ring;

	for (uint32_t reference = ring_of(world, slot)->pending_first; reference;
	     reference = message_at(world, reference)->next)
		if (message_at(world, reference)->sender == node)
			message_at(world, reference)->waits = 0;
	want_ordering(world, slot);
}

void ring_forget_node(struct world *world, uint32_t node)
{
	if (node_of(world, node)->ring != NONE)
		leave_ring(world, node, NONE);
}

static void move_to(struct world *world, uint32_t node, uint32_t slot)
{
	struct node_state *state = node_of(world, node);

	leave_ring(world, node, slot);
	state->ring_seq = ring_of(world, slot)->id.seq;
	state->delivered = 0;
	state->barriers_early = 0;
	state->barriers = 0;
	state->turn_missed = 0;
}

static uint64_t next_seq(const struct world *world, const uint32_t *members, uint32_t count)
{
	uint64_t seq = 0;

	for (uint32_t i = 0; i < count; i++)
		if (node_of(world, members[i])->ring_seq > seq)
			seq = node_of(world, members[i])->ring_seq;
	return seq + SEQ_STEP;
}

static void recover_all(struct world *world, const uint32_t *members, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = node_of(world, members[i])->ring;
		bool seen = slot == NONE;

		for (uint32_t k = 0; k < i && !seen; k++)
			seen = node_of(world, members[k])->ring == slot;
		if (!seen && ring_of(world, slot)->log_first)
			recover(world, members, count, slot);
	}
}

uint32_t ring_install(struct world *world, const uint32_t *members, uint32_t count)
{
	struct ring_state *ring;
	uint32_t slot;

	recover_all(world, members, count);
	slot = open_slot(world);
	ring = ring_of(world, slot);
	ring->id.nodeid = world->scenario->nodes[members[0]].nodeid;
	ring->id.seq = next_seq(world, members, count);
	ring->member_count = ring->here = count;
	ring->token_at = (2 * count - 3) % count; /* as recorded: second of two, first of three, ... */
	ring->strictly = !world->token_order && count > 1 && world_pick(world, 2, CHOOSE_TOKEN);
	ring->by_token = ring->strictly || world->token_order;
	memcpy(ring_members(world, slot), members, count * sizeof *members);
	for (uint32_t i = 0; i < count; i++) {
		world->ids[i] = world->scenario->nodes[members[i]].nodeid;
		move_to(world, members[i], slot);
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t node = ring_members(world, slot)[i];

		world_reserve_call(world);
		daemon_ring(world, node, ring_of(world, slot)->id, world->ids, count);
		ring_send(world, node, MESSAGE_BARRIER_EARLY, NULL, 0);
	}
	return slot;
}
