/*
 * How many events a second the queue holds: pop the earliest, push one at a
 * random later time, with a constant number pending. Prints one JSON line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/ensure.h"
#include "sim/world/queue.h"
#include "sim/world/rng.h"

int main(int argc, char **argv)
{
	uint32_t pending = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 4096;
	uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
	struct queue *queue;
	uint64_t rng = 1, now = 0, sum = 0;
	struct timespec start, end;
	double seconds;

	if (pending == 0 || pending >= QUEUE_CAPACITY_MAX) {
		fprintf(stderr, "usage: bench_queue [PENDING [ROUNDS]], PENDING below %u\n", QUEUE_CAPACITY_MAX);
		return 2;
	}
	queue = aligned_alloc(64, queue_size(pending + 1));
	ALWAYS(queue);
	queue_init(queue, pending + 1);
	for (uint32_t i = 0; i < pending; i++)
		queue_push(queue, rng_next(&rng) >> 44, (struct event){.a = i});
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (uint64_t i = 0; i < rounds; i++) {
		struct event event = queue_pop(queue, &now);

		sum += event.a;
		queue_push(queue, now + (rng_next(&rng) >> 44), event);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
	printf("{\"bench\": \"queue\", \"pending\": %u, \"events\": %llu, \"events_per_second\": %.0f, \"sum\": "
	       "%llu}\n",
	       pending, (unsigned long long)rounds, (double)rounds / seconds, (unsigned long long)sum);
	free(queue);
	return 0;
}
