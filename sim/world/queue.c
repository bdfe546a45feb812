/*
 * A 4-ary heap. Keys are (time, order << 20 | slot): order breaks ties by age
 * and is unique, so the slot below it never decides.
 */
#include "sim/world/queue.h"

#include <string.h>

#include "sim/ensure.h"

struct key {
	uint64_t time_ns;
	uint64_t order_slot;
};

#define HEADER 64u /* keys start on a cache line of their own when the queue does */
#define NO_SLOT UINT32_MAX

static struct key *keys_of(const struct queue *queue)
{
	return (struct key *)((uintptr_t)queue + HEADER);
}

static struct event *events_of(const struct queue *queue)
{
	/* three keys of room in front align each group of four children */
	return (struct event *)(keys_of(queue) + queue->capacity + 3u);
}

static bool before(struct key a, struct key b)
{
	/* without branches: which child is earlier no predictor can guess */
	return (a.time_ns < b.time_ns) | ((a.time_ns == b.time_ns) & (a.order_slot < b.order_slot));
}

size_t queue_size(uint32_t capacity)
{
	size_t size = HEADER + (capacity + 3u) * sizeof(struct key) + capacity * sizeof(struct event);

	return (size + 63u) & ~(size_t)63u;
}

void queue_init(struct queue *queue, uint32_t capacity)
{
	ALWAYS(capacity <= QUEUE_CAPACITY_MAX);
	memset(queue, 0, queue_size(capacity));
	queue->capacity = capacity;
	queue->free_slot = NO_SLOT;
}

void queue_grow(struct queue *grown, uint32_t capacity, const struct queue *queue)
{
	queue_init(grown, capacity);
	grown->next_order = queue->next_order;
	grown->count = queue->count;
	grown->free_slot = queue->free_slot;
	grown->used_slots = queue->used_slots;
	memcpy(keys_of(grown), keys_of(queue), (queue->capacity + 3u) * sizeof(struct key));
	memcpy(events_of(grown), events_of(queue), queue->capacity * sizeof(struct event));
}

/* Heap node i lies at keys[i + 3]: its children 4i+1 .. 4i+4 at multiples of four. */
static uint32_t take_slot(struct queue *queue, struct event *events)
{
	uint32_t slot = queue->free_slot;

	if (slot == NO_SLOT)
		return queue->used_slots++;
	queue->free_slot = events[slot].a;
	return slot;
}

void queue_push(struct queue *queue, uint64_t time_ns, struct event event)
{
	struct key *keys = keys_of(queue) + 3;
	struct event *events = events_of(queue);
	uint32_t i = queue->count++;
	uint32_t slot;
	struct key key;

	NEVER(i >= queue->capacity);
	slot = take_slot(queue, events);
	events[slot] = event;
	key = (struct key){time_ns, queue->next_order++ << QUEUE_SLOT_BITS | slot};
	while (i > 0) {
		uint32_t parent = (i - 1) / 4;

		if (!before(key, keys[parent]))
			break;
		keys[i] = keys[parent];
		i = parent;
	}
	keys[i] = key;
}

uint64_t queue_time(const struct queue *queue)
{
	return keys_of(queue)[3].time_ns;
}

static uint32_t earliest_child(const struct key *keys, uint32_t first, uint32_t count)
{
	uint32_t best = first, left, right;

	if (first + 4 <= count) { /* two independent pairs, then the winners */
		left = first + before(keys[first + 1], keys[first]);
		right = first + 2 + before(keys[first + 3], keys[first + 2]);
		return before(keys[right], keys[left]) ? right : left;
	}
	for (uint32_t child = first + 1; child < count; child++)
		best = before(keys[child], keys[best]) ? child : best;
	return best;
}

struct event queue_pop(struct queue *queue, uint64_t *time_ns)
{
	struct key *keys = keys_of(queue) + 3;
	struct event *events = events_of(queue);
	uint32_t slot = (uint32_t)keys[0].order_slot & (QUEUE_CAPACITY_MAX - 1);
	struct event event = events[slot];
	struct key last;
	uint32_t count, hole = 0;

	NEVER(queue->count == 0);
	*time_ns = keys[0].time_ns;
	events[slot] = (struct event){.a = queue->free_slot};
	queue->free_slot = slot;
	count = --queue->count;
	last = keys[count];
	/* Walk the hole down to a leaf, then let the last key rise into it: it
	 * nearly always belongs near the bottom, which saves a compare a level. */
	for (uint32_t child = 1; child < count; child = 4 * hole + 1) {
		child = earliest_child(keys, child, count);
		keys[hole] = keys[child];
		hole = child;
	}
	while (hole > 0 && before(last, keys[(hole - 1) / 4])) {
		keys[hole] = keys[(hole - 1) / 4];
		hole = (hole - 1) / 4;
	}
	keys[hole] = last;
	keys[count] = (struct key){0, 0};
	return event;
}

struct event queue_peek(const struct queue *queue, uint32_t i, uint64_t *time_ns, uint64_t *order)
{
	struct key key = keys_of(queue)[i + 3];

	*time_ns = key.time_ns;
	*order = key.order_slot >> QUEUE_SLOT_BITS;
	return events_of(queue)[key.order_slot & (QUEUE_CAPACITY_MAX - 1)];
}
