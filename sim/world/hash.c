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
#define SYNC_NS 25000000u /* more than a sync takes, and so many packets */
#define SYNC_PACKETS 100u

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

static uint64_t grained(uint64_t ns, uint64_t grain_ns)
{
	if (!grain_ns || ns <= grain_ns || ns == NEVER_NS)
		return ns;
	return grain_ns + (ns + grain_ns / 2) / grain_ns * grain_ns;
}

struct moments {           /* that moments are told from */
	uint64_t next_ns;  /* of what comes next */
	uint64_t grain_ns; /* 0: none */
};

/* How long after what comes next a moment is; 0: it will have passed. */
static uint64_t from_next(uint64_t time_ns, const struct moments *moments)
{
	if (time_ns == NEVER_NS)
		return NEVER_NS;
	return time_ns > moments->next_ns ? grained(time_ns - moments->next_ns, moments->grain_ns) : 0;
}

static void add_node(const struct world *world, XXH3_state_t *hash, uint32_t index, bool whole,
		     const struct moments *moments)
{
	struct node_state node = *node_of(world, index);
	uint64_t now_ns = state_of(world)->now_ns;

	node.last_arrival_ns = node.last_arrival_ns > now_ns ? node.last_arrival_ns - now_ns : 0;
	node.met_ns = whole                     ? from_now(world, node.met_ns)
		      : node.met_ns == NEVER_NS ? NEVER_NS
						: from_next(node.met_ns + meeting_ns(world->scenario), moments);
	node.boots = 0;
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		/* while paused left_ns says it, but not whether the timer runs at all */
		node.timers[i].due_ns = node.paused || !whole ? node.timers[i].due_ns == NEVER_NS
							      : from_now(world, node.timers[i].due_ns);
		node.timers[i].generation = 0;
	}
	if (!whole) {
		if (node.up)
			node.delivered = ring_of(world, node.ring)->ordered - node.delivered;
		node.ring_seq = rank_of_seq(world, node.ring_seq);
		node.ring = node.up ? lowest_on(world, node.ring) : NONE;
	}
	add(hash, &node, sizeof node);
	if (node.up && whole)
		add(hash, core_of(world, index), world->core_size);
	else if (node.up)
		add_core(world, hash, index, node.ring_seq);
}

/* `ordered`: of their ring, when numbers count from there backwards; 0: as they are. */
static void add_messages(const struct world *world, XXH3_state_t *hash, uint32_t reference, uint32_t ordered)
{
	for (; reference; reference = message_at(world, reference)->next) {
		const struct message *stored = message_at(world, reference);
		struct message message = *stored;

		message.next = 0;
		message.generation = 0;
		if (message.number && ordered)
			message.number = 1 + ordered - message.number;
		add(hash, &message, sizeof message);
		add(hash, stored + 1, stored->size);
	}
}

/* Can a timer of a core ever run, also after a reload? */
static bool has_timers(const struct world *world)
{
	const struct scenario *scenario = world->scenario;

	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].configs)
			return true;
	return scenario_has_timers(scenario);
}

/* Where no timer runs, when rings form counts by what happens before and what after only. A forming that is
 * farther off than all that a sync takes comes after all of it, whenever that is exactly: two such
 * moments of one component never come to matter one by one (membership.c takes one of them), and those of
 * different components do not meet. Not so of nodes that start, whose first rings form one by one, and of
 * one that is about to leave. How near a moment counts exactly; 0: any. */
static uint64_t find_grain_ns(const struct world *world)
{
	const struct queue *queue = queue_of(world);

	if (has_timers(world))
		return 0;
	for (uint32_t i = 0; i < world->node_count; i++)
		if (node_of(world, i)->up && ring_of(world, node_of(world, i)->ring)->flags & RING_FIRST)
			return 0;
	for (uint32_t i = 0; i < queue->count; i++) {
		uint64_t time_ns, order;
		struct event event = queue_peek(queue, i, &time_ns, &order);

		if ((event_is_timer(world, event) || event.kind == EVENT_LEAVE) && !event_is_stale(world, event))
			return 0;
	}
	return SYNC_NS + SYNC_PACKETS * world->scenario->network.latency_ns;
}

struct due { /* of a ring: all that membership.c, and a node that goes on after a pause, can ask of its moments */
	uint64_t lost, reform; /* after the token was lost */
	uint64_t joined, met;  /* after others were found */
};

static void add_due(const struct world *world, XXH3_state_t *hash, struct ring_state *ring,
		    const struct moments *moments)
{
	const struct totem *totem = &world->scenario->totem;
	uint64_t token_ns = scenario_token_ms(world->scenario) * SCENARIO_MS;
	uint64_t consensus_ns = scenario_consensus_ms(world->scenario) * SCENARIO_MS;
	uint64_t latency_ns = world->scenario->network.latency_ns;
	struct due due = {NEVER_NS, NEVER_NS, NEVER_NS, NEVER_NS};

	if (ring->broken_ns != NEVER_NS) {
		due.lost = from_next(ring->broken_ns + token_ns + consensus_ns, moments);
		due.reform = from_next(ring->broken_ns + token_ns, moments);
	}
	if (ring->contact_ns == NEVER_NS) {
		ring->early = 0;
	} else if (ring->flags & RING_FIRST) {
		due.joined = from_next(ring->contact_ns + totem->join_ms * SCENARIO_MS, moments);
		ring->early = 0;
	} else if (ring->early == 0) {
		due.joined = from_next(ring->contact_ns + totem->join_ms * SCENARIO_MS, moments);
		due.met = from_next(ring->contact_ns + totem->merge_ms * SCENARIO_MS, moments);
	} else if (ring->early == 3) {
		due.met = from_next(ring->contact_ns + token_ns + consensus_ns, moments);
	} else {
		due.met = from_next(ring->contact_ns + ring->early * latency_ns + 1, moments);
		ring->early = 1;
	}
	ring->broken_ns = ring->contact_ns = 0;
	add(hash, &due, sizeof due);
}

static void add_ring(const struct world *world, XXH3_state_t *hash, uint32_t slot, bool whole,
		     const struct moments *moments)
{
	const struct ring_state *stored = ring_of(world, slot);
	struct ring_state ring = *stored;

	ring.generation = 0;
	if (whole) {
		ring.broken_ns = from_now(world, ring.broken_ns);
		ring.contact_ns = from_now(world, ring.contact_ns);
	} else {
		ring.id.seq = rank_of_seq(world, ring.id.seq);
		ring.ordered = 0;
		add_due(world, hash, &ring, moments);
	}
	ring.log_first = ring.log_last = ring.pending_first = ring.pending_last = 0;
	add(hash, &ring, sizeof ring);
	add(hash, ring_members(world, slot), stored->member_count * sizeof(uint32_t));
	add_messages(world, hash, stored->log_first, whole ? 0 : stored->ordered);
	add_messages(world, hash, stored->pending_first, 0);
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

static uint32_t number_of(const struct world *world, struct event event, bool whole)
{
	if (has_number(event.kind))
		return whole ? event.c : ring_of(world, event.a)->ordered - event.c;
	return event.kind == EVENT_TIMER ? event.b : 0;
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

static void add_events(const struct world *world, XXH3_state_t *hash, bool whole, const struct moments *moments)
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

		if (!event_is_timer(world, event) && time_ns - moments->next_ns > *last_ns)
			*last_ns = time_ns - moments->next_ns;
		if (stale)
			continue;
		list[count++] = (struct pending){
			.after_ns =
				grained(time_ns - moments->next_ns, event.kind == EVENT_FORM ? moments->grain_ns : 0),
			.order = order,
			.kind = event.kind,
			.detail = event.detail,
			.a = about(world, event, whole),
			.b = number_of(world, event, whole),
		};
	}
	qsort(list, count, sizeof *list, by_time);
	for (uint32_t i = 0; i < count; i++)
		list[i].order = 0;
	add(hash, list, count * sizeof *list);
	/* how long the script waits for nothing shows in timers only */
	stale_ns = stale_ns > live_ns && !moments->grain_ns ? stale_ns : 0;
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

static void add_rings(const struct world *world, XXH3_state_t *hash, bool whole, const struct moments *moments)
{
	for (uint32_t i = 0; whole && i <= world->node_count; i++)
		if (ring_of(world, i)->flags & RING_USED)
			add_ring(world, hash, i, whole, moments);
	for (uint32_t i = 0; !whole && i < world->node_count; i++) {
		uint32_t slot = node_of(world, i)->ring;

		if (slot != NONE && lowest_on(world, slot) == i)
			add_ring(world, hash, slot, whole, moments);
	}
}

/* whole: with all that bears on later steps. */
static void hash_all(const struct world *world, bool whole, uint64_t hash[2])
{
	XXH3_state_t *state = XXH3_createState();
	struct moments moments = {state_of(world)->now_ns, 0};
	XXH128_hash_t digest;

	ALWAYS(state != NULL);
	XXH3_128bits_reset(state);
	if (whole)
		add_script(world, state);
	else
		moments = (struct moments){queue_of(world)->count ? queue_time(queue_of(world)) : moments.next_ns,
					   find_grain_ns(world)};
	for (uint32_t i = 0; i < world->node_count; i++)
		add_node(world, state, i, whole, &moments);
	add_rings(world, state, whole, &moments);
	for (uint32_t i = 0; i < world->client_count; i++)
		add_client(world, state, i);
	if (world->links_at)
		add(state, world->block + world->links_at,
		    (size_t)world->node_count * world->node_count * sizeof(struct link));
	add_events(world, state, whole, &moments);
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
