/*
 * The hash of a world's state: of what it means, not of where it lies. References
 * are followed, moments are distances from now, of stale events only that they keep
 * the script waiting.
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"
#include "sim/world/xxhash.h"

#define CORE_COPY_MAX 8192u

struct pending { /* an event that is not stale, as it is hashed */
	uint64_t after_ns;
	uint64_t order;
	uint32_t kind, detail, a, b;
};

/* Within one step rings are known by their lowest member and by the order of their sequences. */
static uint64_t rank_of_seq(const struct world *world, uint64_t seq)
{
	uint64_t rank = 0;

	for (uint32_t i = 0; i < world->node_count; i++)
		rank += node_of(world, i)->ring_seq < seq;
	return rank;
}

static uint32_t lowest_on(const struct world *world, uint32_t slot)
{
	for (uint32_t i = 0; i < world->node_count; i++)
		if (node_of(world, i)->ring == slot)
			return i;
	return NONE;
}

static uint64_t from_now(const struct world *world, uint64_t time_ns)
{
	return time_ns == NEVER_NS ? NEVER_NS : time_ns - state_of(world)->now_ns;
}

static void add(XXH3_state_t *hash, const void *bytes, size_t size)
{
	XXH3_128bits_update(hash, bytes, size);
}

static void add_core(const struct world *world, XXH3_state_t *hash, uint32_t index, uint64_t rank)
{
	_Alignas(16) uint8_t copy[CORE_COPY_MAX];
	struct vq *core = (struct vq *)(void *)copy;

	if (world->core_size > sizeof copy) { /* states that could be one are two */
		add(hash, core_of(world, index), world->core_size);
		return;
	}
	memcpy(copy, core_of(world, index), world->core_size);
	if (vq_ring(core).seq == node_of(world, index)->ring_seq)
		vq_renumber_ring(core, rank);
	add(hash, copy, world->core_size);
}

static void add_node(const struct world *world, XXH3_state_t *hash, uint32_t index, bool whole)
{
	struct node_state node = *node_of(world, index);
	uint64_t now_ns = state_of(world)->now_ns;

	node.last_arrival_ns = node.last_arrival_ns > now_ns ? node.last_arrival_ns - now_ns : 0;
	node.boots = 0;
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		/* while paused left_ns says it, but not whether the timer runs at all */
		node.timers[i].due_ns =
			node.paused ? node.timers[i].due_ns == NEVER_NS : from_now(world, node.timers[i].due_ns);
		node.timers[i].generation = 0;
	}
	if (!whole) {
		node.ring_seq = rank_of_seq(world, node.ring_seq);
		node.ring = node.up ? lowest_on(world, node.ring) : NONE;
	}
	add(hash, &node, sizeof node);
	if (node.up && whole)
		add(hash, core_of(world, index), world->core_size);
	else if (node.up)
		add_core(world, hash, index, node.ring_seq);
}

static void add_messages(const struct world *world, XXH3_state_t *hash, uint32_t reference)
{
	for (; reference; reference = message_at(world, reference)->next) {
		const struct message *stored = message_at(world, reference);
		struct message message = *stored;

		message.next = 0;
		message.generation = 0;
		add(hash, &message, sizeof message);
		add(hash, stored + 1, stored->size);
	}
}

static void add_ring(const struct world *world, XXH3_state_t *hash, uint32_t slot, bool whole)
{
	const struct ring_state *stored = ring_of(world, slot);
	struct ring_state ring = *stored;

	ring.broken_ns = from_now(world, ring.broken_ns);
	ring.contact_ns = from_now(world, ring.contact_ns);
	ring.generation = 0;
	if (!whole) {
		ring.id.seq = rank_of_seq(world, ring.id.seq);
		ring.early = ring.contact_ns == NEVER_NS ? 0 : ring.early;
	}
	ring.log_first = ring.log_last = ring.pending_first = ring.pending_last = 0;
	add(hash, &ring, sizeof ring);
	add(hash, ring_members(world, slot), stored->member_count * sizeof(uint32_t));
	add_messages(world, hash, stored->log_first);
	add_messages(world, hash, stored->pending_first);
}

static void add_client(const struct world *world, XXH3_state_t *hash, uint32_t index)
{
	const struct client_state *stored = client_of(world, index);
	uint32_t node = world->scenario->clients[index].node;
	struct client_state client = *stored;

	client.generation = 0;
	client.boots = node_of(world, node)->up && node_of(world, node)->boots == stored->boots; /* connected */
	client.note_first = client.note_last = client.reading = 0;
	add(hash, &client, sizeof client);
	add(hash, library_of(world, index), world->library_size);
	for (uint32_t reference = stored->note_first; reference; reference = note_at(world, reference)->next) {
		const struct note *note = note_at(world, reference);

		add(hash, &note->notification, offsetof(struct vq_notification, entries));
		add(hash, note + 1, note->notification.count * sizeof(struct vq_entry));
	}
}

bool event_is_stale(const struct world *world, struct event event)
{
	switch ((enum event_kind)event.kind) {
	case EVENT_ORDER:
	case EVENT_DELIVER:
	case EVENT_DELIVER_TO:
	case EVENT_AGAIN:
		return ring_of(world, event.a)->generation != event.b;
	case EVENT_FORM:
		return state_of(world)->form_generation != event.a;
	case EVENT_TURN:
	case EVENT_RELEASE:
		return node_of(world, event.a)->ring == NONE ||
		       ring_of(world, node_of(world, event.a)->ring)->generation != event.b;
	case EVENT_LEAVE:
	case EVENT_ABORT:
	case EVENT_DROP:
		return node_of(world, event.a)->boots != event.b;
	case EVENT_TIMER:
		return node_of(world, event.a)->timers[event.b].generation != event.c;
	case EVENT_WAKE:
		return client_of(world, event.a)->generation != event.b;
	case EVENT_UNTIL:
		return false;
	}
	return false;
}

static bool has_number(uint16_t kind)
{
	return kind == EVENT_DELIVER || kind == EVENT_DELIVER_TO;
}

static int by_time(const void *left, const void *right)
{
	const struct pending *a = left, *b = right;

	if (a->after_ns != b->after_ns)
		return a->after_ns < b->after_ns ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* What an event is about: rings by their lowest member when they are not known by their place. */
static uint32_t about(const struct world *world, struct event event, bool whole)
{
	if (event.kind == EVENT_FORM)
		return 0;
	if (!whole && (event.kind == EVENT_ORDER || event.kind == EVENT_DELIVER || event.kind == EVENT_DELIVER_TO))
		return lowest_on(world, event.a);
	return event.a;
}

static void add_events(const struct world *world, XXH3_state_t *hash, bool whole)
{
	const struct queue *queue = queue_of(world);
	struct pending *list = malloc((queue->count + 1) * sizeof *list);
	uint64_t stale_ns = 0, live_ns = 0; /* the last that is no timer: until then the script waits */
	uint32_t count = 0;

	ALWAYS(list != NULL);
	for (uint32_t i = 0; i < queue->count; i++) {
		uint64_t time_ns, order;
		struct event event = queue_peek(queue, i, &time_ns, &order);
		bool stale = event_is_stale(world, event);
		uint64_t *last_ns = stale ? &stale_ns : &live_ns;

		if (!event_is_timer(world, event) && from_now(world, time_ns) > *last_ns)
			*last_ns = from_now(world, time_ns);
		if (stale)
			continue;
		list[count++] = (struct pending){
			.after_ns = from_now(world, time_ns),
			.order = order,
			.kind = event.kind,
			.detail = event.detail,
			.a = about(world, event, whole),
			.b = has_number(event.kind)      ? event.c
			     : event.kind == EVENT_TIMER ? event.b
							 : 0,
		};
	}
	qsort(list, count, sizeof *list, by_time);
	for (uint32_t i = 0; i < count; i++)
		list[i].order = 0;
	add(hash, list, count * sizeof *list);
	stale_ns = stale_ns > live_ns ? stale_ns : 0;
	add(hash, &stale_ns, sizeof stale_ns);
	free(list);
}

/* A later step that names its moment makes the time count. */
static bool time_counts(const struct world *world)
{
	for (uint32_t i = state_of(world)->script.step + 1; i < world->scenario->step_count; i++)
		if (world->scenario->steps[i].has_at)
			return true;
	return false;
}

static void add_script(const struct world *world, XXH3_state_t *hash)
{
	struct script script = state_of(world)->script;
	uint64_t now_ns = time_counts(world) ? state_of(world)->now_ns : 0;

	add(hash, &now_ns, sizeof now_ns);
	script.began_ns = from_now(world, script.began_ns);
	script.until_ns = from_now(world, script.until_ns);
	add(hash, &script, sizeof script);
	add(hash, state_of(world)->streams, sizeof state_of(world)->streams);
}

static void add_rings(const struct world *world, XXH3_state_t *hash, bool whole)
{
	for (uint32_t i = 0; whole && i <= world->node_count; i++)
		if (ring_of(world, i)->flags & RING_USED)
			add_ring(world, hash, i, whole);
	for (uint32_t i = 0; !whole && i < world->node_count; i++) {
		uint32_t slot = node_of(world, i)->ring;

		if (slot != NONE && lowest_on(world, slot) == i)
			add_ring(world, hash, slot, whole);
	}
}

/* whole: with all that bears on later steps. */
static void hash_all(const struct world *world, bool whole, uint64_t hash[2])
{
	XXH3_state_t *state = XXH3_createState();
	XXH128_hash_t digest;

	ALWAYS(state != NULL);
	XXH3_128bits_reset(state);
	if (whole)
		add_script(world, state);
	for (uint32_t i = 0; i < world->node_count; i++)
		add_node(world, state, i, whole);
	add_rings(world, state, whole);
	for (uint32_t i = 0; i < world->client_count; i++)
		add_client(world, state, i);
	if (world->links_at)
		add(state, world->block + world->links_at,
		    (size_t)world->node_count * world->node_count * sizeof(struct link));
	add_events(world, state, whole);
	digest = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	hash[0] = digest.low64;
	hash[1] = digest.high64;
}

void world_hash(const struct world *world, uint64_t hash[2])
{
	hash_all(world, true, hash);
}

void world_hash_under_way(const struct world *world, uint64_t hash[2])
{
	hash_all(world, false, hash);
}
