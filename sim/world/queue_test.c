/*
 * The event queue against a list that is searched from end to end: random pushes
 * and pops with few different times, so that ties are frequent; growth in between;
 * and what every event carries.
 */
#include "sim/world/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/world/rng.h"

#define ROOM 4096u

struct entry {
	uint64_t time_ns;
	struct event event;
};

struct pair { /* the queue and the naive list, oldest first */
	struct queue *queue;
	struct entry list[ROOM];
	uint32_t count;
	uint32_t serial;
};

static struct queue *memory(uint32_t capacity)
{
	struct queue *queue = aligned_alloc(64, queue_size(capacity));

	assert_non_null(queue);
	memset(queue, 0xa5, queue_size(capacity)); /* a queue must not need zeroed memory */
	return queue;
}

static void open_pair(struct pair *pair, uint32_t capacity)
{
	memset(pair, 0, sizeof *pair);
	pair->queue = memory(capacity);
	queue_init(pair->queue, capacity);
}

static void grow(struct pair *pair, uint32_t capacity)
{
	struct queue *grown = memory(capacity);

	queue_grow(grown, capacity, pair->queue);
	free(pair->queue);
	pair->queue = grown;
}

static void push(struct pair *pair, uint64_t time_ns)
{
	uint32_t n = pair->serial++;
	struct event event = {.kind = (uint16_t)n, .detail = (uint16_t)(n >> 3), .a = n, .b = ~n, .c = n * 7};

	if (pair->queue->count == pair->queue->capacity)
		grow(pair, 2 * pair->queue->capacity);
	queue_push(pair->queue, time_ns, event);
	pair->list[pair->count++] = (struct entry){time_ns, event};
}

static void pop(struct pair *pair)
{
	uint32_t best = 0;
	uint64_t time_ns;
	struct event event;

	for (uint32_t i = 1; i < pair->count; i++)
		best = pair->list[i].time_ns < pair->list[best].time_ns ? i : best;
	assert_int_equal(queue_time(pair->queue), pair->list[best].time_ns);
	event = queue_pop(pair->queue, &time_ns);
	assert_int_equal(time_ns, pair->list[best].time_ns);
	assert_memory_equal(&event, &pair->list[best].event, sizeof event);
	pair->count--;
	memmove(&pair->list[best], &pair->list[best + 1], (pair->count - best) * sizeof *pair->list);
	assert_int_equal(pair->queue->count, pair->count);
}

static void random_operations(void **state)
{
	static struct pair pair;

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		uint64_t random = rng_stream(seed, 0), times = seed % 4 == 0 ? 1 : seed % 4 == 1 ? 5 : 1ull << 62;

		open_pair(&pair, 1 + (uint32_t)seed % 9);
		for (uint32_t i = 0; i < 1500; i++) {
			bool more = rng_below(&random, 100) < (i / 300 % 2 ? 35 : 65);

			if (more && pair.count < ROOM)
				push(&pair, rng_below(&random, times));
			else if (pair.count)
				pop(&pair);
		}
		while (pair.count)
			pop(&pair);
		free(pair.queue);
	}
}

static void equal_times_come_in_the_order_of_pushing(void **state)
{
	static struct pair pair;

	(void)state;
	open_pair(&pair, 64);
	for (uint32_t i = 0; i < 1000; i++)
		push(&pair, i % 3);
	for (uint32_t i = 0, last = 0; i < 1000; i++) {
		uint64_t time_ns;
		struct event event = queue_pop(pair.queue, &time_ns);

		assert_int_equal(event.a % 3, time_ns);
		assert_true(i == 0 || event.a > last || event.a % 3 != last % 3);
		last = event.a;
	}
	free(pair.queue);
}

/* Growth keeps the order of ties, the slots in use and those that are free. */
static void growth_in_the_middle(void **state)
{
	static struct pair pair;

	(void)state;
	open_pair(&pair, 32);
	for (uint32_t i = 0; i < 32; i++)
		push(&pair, i % 2);
	for (uint32_t i = 0; i < 11; i++)
		pop(&pair);
	grow(&pair, 32);
	grow(&pair, 100);
	for (uint32_t i = 0; i < 79; i++)
		push(&pair, i % 2);
	assert_int_equal(pair.queue->count, 100);
	while (pair.count)
		pop(&pair);
	assert_int_equal(pair.queue->capacity, 100);
	free(pair.queue);
}

/* Every pending event is seen once, with its time, and ties by their age. */
static void peeking_at_all(void **state)
{
	static struct pair pair;
	uint64_t sum = 0, first_ns, first_order, orders[50] = {0};

	(void)state;
	open_pair(&pair, 64);
	for (uint32_t i = 0; i < 50; i++)
		push(&pair, 100 - i / 2);
	assert_int_equal(queue_peek(pair.queue, 0, &first_ns, &first_order).a, 48);
	assert_int_equal(first_ns, 76);
	for (uint32_t i = 0; i < 50; i++) {
		uint64_t time_ns, order;
		struct event event = queue_peek(pair.queue, i, &time_ns, &order);

		assert_int_equal(time_ns, 100 - event.a / 2);
		assert_int_equal(orders[event.a], 0);
		orders[event.a] = order + 1;
		sum += event.a;
	}
	assert_int_equal(sum, 49 * 50 / 2);
	for (uint32_t i = 1; i < 50; i++)
		assert_true(orders[i] > orders[i - 1]);
	free(pair.queue);
}

/* A byte copy elsewhere goes on in the same way, and equal histories are equal bytes. */
static void a_queue_is_a_value(void **state)
{
	static struct pair pair, twin;
	size_t size = queue_size(64);
	struct queue *copy;

	(void)state;
	open_pair(&pair, 64);
	open_pair(&twin, 64);
	for (uint32_t i = 0; i < 60; i++) {
		push(&pair, i * 37 % 11);
		push(&twin, i * 37 % 11);
	}
	for (uint32_t i = 0; i < 20; i++) {
		pop(&pair);
		pop(&twin);
	}
	assert_memory_equal(pair.queue, twin.queue, size);
	copy = memory(64);
	memcpy(copy, pair.queue, size);
	free(pair.queue);
	pair.queue = copy;
	for (uint32_t i = 0; i < 30; i++)
		push(&pair, 5);
	while (pair.count)
		pop(&pair);
	free(pair.queue);
	free(twin.queue);
}

static void sizes_are_whole_cache_lines(void **state)
{
	(void)state;
	for (uint32_t capacity = 1; capacity < 300; capacity++) {
		assert_int_equal(queue_size(capacity) % 64, 0);
		assert_true(queue_size(capacity) >= sizeof(struct queue) + capacity * (16 + sizeof(struct event)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),    cmocka_unit_test(equal_times_come_in_the_order_of_pushing),
		cmocka_unit_test(growth_in_the_middle), cmocka_unit_test(peeking_at_all),
		cmocka_unit_test(a_queue_is_a_value),   cmocka_unit_test(sizes_are_whole_cache_lines),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
