/*
 * Blocks are handed to threads in order and stand in a window of a few for each thread,
 * so that what was brought and not yet taken stays small.
 */
#include "sim/explore/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define BLOCK 16u
#define WINDOW 4u /* blocks for each thread */
#define JOBS_MAX 256u

struct block {
	struct expansion expansion;
	bool ended;
};

struct shift { /* one range of states */
	struct crew *crew;
	uint64_t first, end;
	uint64_t next, taken, count; /* blocks */
	struct block *window;
	uint32_t window_size;
	bool stopped;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

struct hand { /* of one thread */
	struct shift *shift;
	struct walker *walker;
};

void crew_open(struct crew *crew)
{
	crew->jobs = crew->options->jobs ? crew->options->jobs : 1;
	crew->jobs = crew->jobs < JOBS_MAX ? crew->jobs : JOBS_MAX;
	crew->walkers = allocate(crew->jobs, sizeof(struct walker *));
	for (uint32_t i = 0; i < crew->jobs; i++)
		crew->walkers[i] = walker_create(crew->scenario, crew->options, crew->events);
}

void crew_close(struct crew *crew)
{
	for (uint32_t i = 0; i < crew->jobs; i++)
		walker_destroy(crew->walkers[i]);
	free(crew->walkers);
}

struct way way_to(struct long_way *way, const struct states *states, uint32_t state)
{
	uint32_t depth = states_at(states, state)->depth;

	for (uint32_t i = depth; i > 0; i--, state = states_at(states, state)->parent) {
		way->events[i - 1] = states_at(states, state)->event;
		way->departures[i - 1] = states_departures(states, states_at(states, state)->departures);
	}
	return (struct way){depth, way->events, way->departures};
}

static void expand_one(const struct crew *crew, struct walker *walker, uint64_t state, struct expansion *expansion)
{
	struct long_way way;

	walker_expand(walker, (uint32_t)state, way_to(&way, crew->states, (uint32_t)state), expansion);
}

static uint64_t block_end(uint64_t first, uint64_t end)
{
	return first + BLOCK < end ? first + BLOCK : end;
}

void crew_expand_one(const struct crew *crew, uint64_t state, struct expansion *expansion)
{
	expand_one(crew, crew->walkers[0], state, expansion);
}

static void expand_block(const struct shift *shift, struct walker *walker, uint64_t block,
			 struct expansion *expansion)
{
	uint64_t first = shift->first + block * BLOCK;

	expansion_clear(expansion);
	for (uint64_t state = first; state < block_end(first, shift->end); state++)
		expand_one(shift->crew, walker, state, expansion);
}

static bool take_block(const struct shift *shift, uint64_t block, const struct expansion *expansion)
{
	uint64_t first = shift->first + block * BLOCK;

	return shift->crew->take(shift->crew->ctx, expansion, first, block_end(first, shift->end) - first);
}

static void *work(void *ctx)
{
	struct hand *hand = ctx;
	struct shift *shift = hand->shift;

	pthread_mutex_lock(&shift->lock);
	while (!shift->stopped && shift->next < shift->count) {
		uint64_t mine = shift->next;

		if (mine >= shift->taken + shift->window_size) {
			pthread_cond_wait(&shift->changed, &shift->lock);
			continue;
		}
		shift->next++;
		pthread_mutex_unlock(&shift->lock);
		expand_block(shift, hand->walker, mine, &shift->window[mine % shift->window_size].expansion);
		pthread_mutex_lock(&shift->lock);
		shift->window[mine % shift->window_size].ended = true;
		pthread_cond_broadcast(&shift->changed);
	}
	pthread_mutex_unlock(&shift->lock);
	return NULL;
}

/* The lock is free while a block is taken: its place in the window is not used then. */
static void take_all(struct shift *shift)
{
	pthread_mutex_lock(&shift->lock);
	for (uint64_t block = 0; block < shift->count && !shift->stopped; block++) {
		struct block *brought = &shift->window[block % shift->window_size];
		bool more;

		while (!brought->ended)
			pthread_cond_wait(&shift->changed, &shift->lock);
		pthread_mutex_unlock(&shift->lock);
		more = take_block(shift, block, &brought->expansion);
		pthread_mutex_lock(&shift->lock);
		brought->ended = false;
		shift->taken++;
		shift->stopped = !more;
		pthread_cond_broadcast(&shift->changed);
	}
	pthread_mutex_unlock(&shift->lock);
}

static void expand_together(struct shift *shift)
{
	struct crew *crew = shift->crew;
	struct hand *hands = allocate(crew->jobs, sizeof *hands);
	pthread_t threads[JOBS_MAX];

	pthread_mutex_init(&shift->lock, NULL);
	pthread_cond_init(&shift->changed, NULL);
	for (uint32_t i = 0; i < crew->jobs; i++) {
		hands[i] = (struct hand){shift, crew->walkers[i]};
		ALWAYS(pthread_create(&threads[i], NULL, work, &hands[i]) == 0);
	}
	take_all(shift);
	for (uint32_t i = 0; i < crew->jobs; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&shift->changed);
	pthread_mutex_destroy(&shift->lock);
	free(hands);
}

static void expand_alone(struct shift *shift)
{
	bool more = true;

	for (uint64_t block = 0; block < shift->count && more; block++) {
		expand_block(shift, shift->crew->walkers[0], block, &shift->window[0].expansion);
		more = take_block(shift, block, &shift->window[0].expansion);
	}
}

void crew_expand(struct crew *crew, uint64_t first, uint64_t end)
{
	struct shift shift = {
		.crew = crew,
		.first = first,
		.end = end,
		.count = (end - first + BLOCK - 1) / BLOCK,
		.window_size = crew->jobs == 1 ? 1 : WINDOW * crew->jobs,
	};

	shift.window = allocate(shift.window_size, sizeof *shift.window);
	if (crew->jobs == 1)
		expand_alone(&shift);
	else
		expand_together(&shift);
	for (uint32_t i = 0; i < shift.window_size; i++)
		expansion_free(&shift.window[i].expansion);
	free(shift.window);
}
