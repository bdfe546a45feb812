/*
 * The block: its layout, its growth, the events in it, and the ways out of it
 * (choice and observers).
 */
#include "sim/world/world.h"

#include <string.h>

#include "sim/ensure.h"
#include "sim/world/rng.h"
#include "sim/world/state.h"

#define UNIT 16u

static size_t rounded(size_t size)
{
	return (size + 63u) & ~(size_t)63u;
}

/* ---- layout ---- */

static bool has_links(const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].verb == VERB_LINK)
			return true;
	return false;
}

static void number_connections(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	uint32_t *count = allocate(world->node_count, sizeof *count);
	uint32_t most = world->clients_per_node_max;

	world->clients_at_node = allocate((size_t)world->node_count * most, sizeof *world->clients_at_node);
	for (uint32_t i = 0; i < scenario->client_count; i++) {
		uint32_t node = scenario->clients[i].node;

		client_of(world, i)->connection = count[node];
		world->clients_at_node[node * most + count[node]++] = i;
	}
	free(count);
}

static void lay_out(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	size_t n = world->node_count;
	size_t at = rounded(sizeof(struct state));

	world->nodes_at = at;
	at += rounded(n * sizeof(struct node_state));
	world->rings_at = at;
	at += rounded((n + 1) * sizeof(struct ring_state));
	world->members_at = at;
	at += rounded((n + 1) * n * sizeof(uint32_t));
	world->clients_at = at;
	at += rounded(world->client_count * sizeof(struct client_state));
	if (has_links(scenario)) {
		world->links_at = at;
		at += rounded(n * n * sizeof(struct link));
	}
	world->cores_at = at;
	at += rounded(n * world->core_size);
	world->libraries_at = at;
	at += rounded(world->client_count * world->library_size);
	world->fixed_size = at;
}

static void init_links(struct world *world)
{
	struct link *links = (struct link *)(void *)(world->block + world->links_at);
	size_t count = (size_t)world->node_count * world->node_count;

	if (!world->links_at)
		return;
	for (size_t i = 0; i < count; i++) {
		links[i].latency_ns = world->scenario->network.latency_ns;
		links[i].loss_ppm = world->scenario->network.loss_ppm;
	}
}

/* What one event can need: every client of a node told six times, a message to
 * each member, and a few more. */
static uint32_t events_for_event(const struct world *world)
{
	return 4 * world->node_count + 2 * world->client_count + 32;
}

static size_t bytes_for_event(const struct world *world)
{
	size_t notes = (size_t)world->clients_per_node_max * 6 * 2 * world->note_size_max;

	return notes + 4096 + 64 * world->node_count;
}

static uint64_t doubled_until(uint64_t from, uint64_t wanted)
{
	while (from < wanted)
		from *= 2;
	return from;
}

static void init_block(struct world *world, uint64_t seed)
{
	/* room for what the first event could need, and as much under way: most runs never grow */
	uint32_t events = (uint32_t)doubled_until(128, events_for_event(world));
	uint32_t units = (uint32_t)doubled_until(256, 2 * bytes_for_event(world) / UNIT);
	size_t queue_bytes = queue_size(events);
	size_t size = world->fixed_size + queue_bytes + (size_t)units * UNIT;
	struct state *state;

	world->block_size = rounded(size);
	world->block = allocate(1, world->block_size);
	state = state_of(world);
	state->size = size;
	state->queue_at = world->fixed_size;
	state->pool_at = world->fixed_size + queue_bytes;
	state->pool.used = 1;
	state->pool.capacity = units;
	state->form_ns = NEVER_NS;
	for (uint32_t i = 0; i < CHOOSE_KIND_COUNT; i++)
		state->streams[i] = rng_stream(seed, i);
	queue_init(queue_of(world), events);
	for (uint32_t i = 0; i < world->node_count; i++) {
		struct node_state *node = node_of(world, i);

		node->ring = NONE;
		node->met_ns = NEVER_NS;
		node->stored_barrier = world->scenario->nodes[i].stored_expected_votes;
		for (uint32_t timer = 0; timer < VQ_TIMER_COUNT; timer++)
			node->timers[timer].due_ns = NEVER_NS;
	}
	init_links(world);
}

/* Connections of one node, to size its core before the block exists. */
static uint32_t connections_max(const struct scenario *scenario)
{
	uint32_t *count = allocate(scenario->node_count, sizeof *count);
	uint32_t most = 1;

	for (uint32_t i = 0; i < scenario->client_count; i++) {
		uint32_t n = ++count[scenario->clients[i].node];

		most = n > most ? n : most;
	}
	free(count);
	return most;
}

struct world *world_create(const struct scenario *scenario, struct choice choice, uint64_t seed)
{
	struct world *world = allocate(1, sizeof *world);
	size_t n = scenario->node_count;

	world->scenario = scenario;
	world->choice = choice;
	world->node_count = scenario->node_count;
	world->client_count = scenario->client_count;
	world->limits.nodes = scenario->node_count;
	world->clients_per_node_max = connections_max(scenario);
	world->limits.connections = world->clients_per_node_max + 1; /* the last is the observers' own */
	world->limits.quirks_off = scenario->quirks_off;
	world->core_size = vq_size(&world->limits);
	world->library_size = vq_client_size(1);
	world->note_size_max = sizeof(struct note) + (n + 1) * sizeof(struct vq_entry);
	lay_out(world);
	world->uniform = !world->links_at && !scenario->network.jitter_ns && !scenario->network.loss_ppm;
	init_block(world, seed);
	number_connections(world);
	for (uint32_t i = 0; i < world->client_count; i++)
		vq_client_init(library_of(world, i), 1, scenario->quirks_off);
	world->entries = allocate(n + 1, sizeof *world->entries);
	daemon_host(&world->host, world->entries);
	world->component = allocate(n, sizeof *world->component);
	world->list = allocate(2 * n, sizeof *world->list);
	world->pace = allocate(n, 1);
	world->ids = allocate(n, sizeof *world->ids);
	world->candidates = allocate(n, sizeof *world->candidates);
	world->chosen = allocate(n + 1, 1);
	world->heads = allocate(n, sizeof *world->heads);
	world->heads_before = allocate(n, sizeof *world->heads_before);
	return world;
}

void world_destroy(struct world *world)
{
	if (!world)
		return;
	free(world->block);
	free(world->clients_at_node);
	free(world->entries);
	free(world->component);
	free(world->list);
	free(world->pace);
	free(world->ids);
	free(world->candidates);
	free(world->chosen);
	free(world->heads);
	free(world->heads_before);
	free(world);
}

/* ---- growth ---- */

static void regrow(struct world *world, uint32_t events, uint32_t units)
{
	struct state *old = state_of(world);
	size_t queue_bytes = queue_size(events);
	size_t size = world->fixed_size + queue_bytes + (size_t)units * UNIT;
	uint8_t *block = aligned_alloc(64, rounded(size));
	struct state *state = (struct state *)(void *)block;

	ALWAYS(block != NULL);
	memset(block, 0, rounded(size));
	memcpy(block, world->block, world->fixed_size);
	state->size = size;
	state->pool_at = world->fixed_size + queue_bytes;
	state->pool.capacity = units;
	memcpy(block + state->pool_at, pool_at(world, 0), (size_t)old->pool.used * UNIT);
	queue_grow((struct queue *)(void *)(block + state->queue_at), events, queue_of(world));
	free(world->block);
	world->block = block;
	world->block_size = rounded(size);
}

void world_grow(struct world *world, uint32_t events, size_t pool_bytes)
{
	const struct state *state = state_of(world);
	const struct queue *queue = queue_of(world);
	uint64_t events_wanted = (uint64_t)queue->count + events;
	uint64_t units_wanted = state->pool.used + pool_bytes / UNIT + 1;
	uint64_t capacity = doubled_until(queue->capacity, events_wanted);
	uint64_t units = doubled_until(state->pool.capacity, units_wanted);

	ALWAYS(capacity <= QUEUE_CAPACITY_MAX);
	ALWAYS(units < UINT32_MAX);
	regrow(world, (uint32_t)capacity, (uint32_t)units);
}

static uint32_t pool_class(size_t bytes)
{
	uint32_t class = 0;

	while (((size_t)32 << class) < bytes)
		class ++;
	ALWAYS(class < POOL_CLASSES);
	return class;
}

uint32_t pool_take(struct world *world, size_t bytes)
{
	struct pool *pool = &state_of(world)->pool;
	uint32_t class = pool_class(bytes);
	uint32_t reference = pool->free_first[class];

	if (reference) {
		pool->free_first[class] = *(const uint32_t *)pool_at(world, reference);
	} else {
		reference = pool->used;
		pool->used += (32u << class) / UNIT;
		NEVER(pool->used > pool->capacity);
	}
	memset(pool_at(world, reference), 0, bytes);
	return reference;
}

void pool_free(struct world *world, uint32_t reference, size_t bytes)
{
	struct pool *pool = &state_of(world)->pool;
	uint32_t class = pool_class(bytes);

	*(uint32_t *)pool_at(world, reference) = pool->free_first[class];
	pool->free_first[class] = reference;
}

/* ---- choice, observers, events ---- */

uint32_t world_pick(struct world *world, uint32_t n, enum choice_kind what)
{
	uint32_t picked;

	if (n <= 1)
		return 0;
	picked = world->choice.choose(world->choice.ctx, state_of(world)->streams, n, what);
	ALWAYS(picked < n);
	return picked;
}

const uint32_t *world_candidates(const struct world *world, uint32_t *count, uint32_t *candidate)
{
	*count = world->candidate_count;
	*candidate = world->candidate;
	return world->candidates;
}

void world_choose(struct world *world, struct choice choice)
{
	world->choice = choice;
}

void world_observe(struct world *world, struct observer observer)
{
	ALWAYS(world->observer_count < OBSERVERS_MAX);
	world->observers[world->observer_count++] = observer;
}

void world_token_order(struct world *world, bool token_order)
{
	world->token_order = token_order;
}

void world_observe_all(struct world *world, bool all)
{
	world->observe_all = all;
}

void observe(struct world *world, struct observation *observation)
{
	const struct world_view view = world_view(world);

	observation->time_ns = state_of(world)->now_ns;
	observation->step = state_of(world)->script.step;
	for (uint32_t i = 0; i < world->observer_count; i++)
		world->observers[i].observe(world->observers[i].ctx, &view, observation);
}

void observe_node(struct world *world, enum observation_kind kind, uint32_t node, uint64_t number, const char *text)
{
	struct observation observation = {
		.kind = kind,
		.node = node,
		.client = NONE,
		.number = number,
		.text = text,
	};

	observe(world, &observation);
}

bool event_is_timer(const struct world *world, struct event event)
{
	/* rings that are no longer due to form: nothing comes of that event */
	if (event.kind == EVENT_FORM)
		return event.a != state_of(world)->form_generation;
	return event.kind == EVENT_TIMER || event.kind == EVENT_UNTIL || event.kind == EVENT_AGAIN;
}

void event_push(struct world *world, uint64_t time_ns, struct event event)
{
	state_of(world)->timers_queued += event_is_timer(world, event);
	queue_push(queue_of(world), time_ns, event);
}

bool world_at_rest(const struct world *world)
{
	return queue_of(world)->count == state_of(world)->timers_queued;
}

void world_reserve_call(struct world *world)
{
	world_reserve(world, world->clients_per_node_max + 64,
		      (size_t)world->clients_per_node_max * 12 * world->note_size_max + 4096);
}

static void handle(struct world *world, struct event event)
{
	switch ((enum event_kind)event.kind) {
	case EVENT_ORDER:
		ring_order(world, event.a, event.b);
		break;
	case EVENT_DELIVER:
		ring_deliver(world, event.a, event.b, event.c, NONE);
		break;
	case EVENT_DELIVER_TO:
		ring_deliver(world, event.a, event.b, event.c, event.detail);
		break;
	case EVENT_FORM:
		if (event.a == state_of(world)->form_generation)
			membership_form(world);
		break;
	case EVENT_DROP:
		daemon_dropped(world, event.a, event.b);
		break;
	case EVENT_AGAIN:
		membership_again(world, event.a, event.b);
		break;
	case EVENT_LEAVE:
		daemon_left(world, event.a, event.b);
		break;
	case EVENT_RELEASE:
		daemon_release(world, event.a, event.b);
		break;
	case EVENT_TURN:
		daemon_turn(world, event.a, event.b);
		break;
	case EVENT_ABORT:
		daemon_aborted(world, event.a, event.b);
		break;
	case EVENT_TIMER:
		daemon_timer(world, event.a, (enum vq_timer)event.b, event.c);
		break;
	case EVENT_WAKE:
		application_wake(world, event.a, event.b);
		break;
	case EVENT_UNTIL:
		break;
	}
}

static void next_event(struct world *world)
{
	struct state *state;
	struct event event;

	state = state_of(world);
	event = queue_pop(queue_of(world), &state->now_ns);
	state->timers_queued -= event_is_timer(world, event);
	state->events++;
	handle(world, event);
}

bool world_advance(struct world *world)
{
	world_reserve(world, events_for_event(world), bytes_for_event(world));
	if (script_advance(world))
		return true;
	if (state_of(world)->script.phase == SCRIPT_OVER)
		return false;
	next_event(world);
	return true;
}

void world_run(struct world *world)
{
	while (world_advance(world))
		;
}

/* ---- what others may ask ---- */

uint64_t world_now_ns(const struct world *world)
{
	return state_of(world)->now_ns;
}

uint32_t world_step(const struct world *world)
{
	return state_of(world)->script.step;
}

uint64_t world_events(const struct world *world)
{
	return state_of(world)->events;
}

const char *world_stuck(const struct world *world)
{
	return state_of(world)->stuck ? "the cluster did not come to rest" : NULL;
}

static bool view_reaches(const void *world, uint32_t node, uint32_t other)
{
	return nodes_reach(world, node, other);
}

static bool view_astray(const void *view, uint32_t node)
{
	const struct world *world = view;

	return node_active(world, node) && !(ring_of(world, node_of(world, node)->ring)->flags & RING_WHOLE);
}

static int view_getinfo(const void *view, uint32_t node, uint32_t of, struct vq_info *info)
{
	const struct world *world = view;

	return node_of(world, node)->up ? (int)vq_info(core_of(world, node), of, info) : VQ_ERR_LIBRARY;
}

static bool view_settled(const void *world)
{
	return world_at_rest(world);
}

struct world_view world_view(const struct world *world)
{
	return (struct world_view){world, view_reaches, view_astray, view_getinfo, view_settled};
}

/* What lies beyond the pool's used part means nothing: blocks are cleared when taken. */
size_t world_bytes(const struct world *world)
{
	return state_of(world)->pool_at + (size_t)state_of(world)->pool.used * UNIT;
}

void world_save(const struct world *world, void *snapshot)
{
	memcpy(snapshot, world->block, world_bytes(world));
}

void world_restore(struct world *world, const void *snapshot, size_t bytes)
{
	const struct state *saved = snapshot;

	ALWAYS(bytes <= saved->size);
	if (saved->size > world->block_size) {
		free(world->block);
		world->block_size = rounded(saved->size);
		world->block = aligned_alloc(64, world->block_size);
		ALWAYS(world->block != NULL);
		memset(world->block, 0, world->block_size);
	}
	memcpy(world->block, snapshot, bytes);
}
