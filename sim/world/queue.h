/*
 * The event queue: earliest time first, equal times in the order of pushing.
 *
 * A 4-ary heap of 16-byte keys, four children to a cache line; what an event
 * carries stays in its slot while keys move. Flat: the caller gives the memory
 * and may move it.
 */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUE_SLOT_BITS 26u
#define QUEUE_CAPACITY_MAX (1u << QUEUE_SLOT_BITS)

struct event {
	uint16_t kind;
	uint16_t detail;
	uint32_t a, b, c;
};

struct queue {
	uint64_t next_order;
	uint32_t count;
	uint32_t capacity;
	uint32_t free_slot; /* UINT32_MAX: none freed */
	uint32_t used_slots;
	/* keys, then events, follow in the same memory: see queue_size() */
};

/* Bytes for a queue of that capacity (at most QUEUE_CAPACITY_MAX), a multiple of 64. */
size_t queue_size(uint32_t capacity);
void queue_init(struct queue *queue, uint32_t capacity);
/* Copy a queue into fresh memory of a larger capacity. */
void queue_grow(struct queue *grown, uint32_t capacity, const struct queue *queue);

/* There must be room. time_ns < 2^63. */
void queue_push(struct queue *queue, uint64_t time_ns, struct event event);
/* There must be an event. */
uint64_t queue_time(const struct queue *queue);
struct event queue_pop(struct queue *queue, uint64_t *time_ns);
/* The i-th pending event in heap order, for those who look at the whole. */
struct event queue_peek(const struct queue *queue, uint32_t i, uint64_t *time_ns, uint64_t *order);

#endif
