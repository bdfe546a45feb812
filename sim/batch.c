/*
 * Worker threads take the next scenario; the calling thread hands out results in
 * order as soon as the next one is there.
 */
#include "sim/batch.h"

#include <pthread.h>

#include "sim/ensure.h"

#define JOBS_MAX 256u

struct work {
	const struct batch *batch;
	struct run_result *results;
	bool *ended;
	uint32_t next;
	uint32_t ended_count;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static void *worker(void *ctx)
{
	struct work *work = ctx;
	const struct batch *batch = work->batch;

	pthread_mutex_lock(&work->lock);
	while (work->next < batch->count) {
		uint32_t mine = work->next++;

		pthread_mutex_unlock(&work->lock);
		run_scenario(batch->scenarios[mine], &batch->options, &work->results[mine]);
		pthread_mutex_lock(&work->lock);
		work->ended[mine] = true;
		work->ended_count++;
		pthread_cond_signal(&work->changed);
	}
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

static void hand_out(struct work *work)
{
	const struct batch *batch = work->batch;

	pthread_mutex_lock(&work->lock);
	for (uint32_t i = 0; i < batch->count; i++) {
		while (!work->ended[i]) {
			pthread_cond_wait(&work->changed, &work->lock);
			if (batch->progress)
				batch->progress(batch->ctx, work->ended_count, batch->count);
		}
		pthread_mutex_unlock(&work->lock);
		batch->done(batch->ctx, &work->results[i]);
		run_result_free(&work->results[i]);
		pthread_mutex_lock(&work->lock);
	}
	pthread_mutex_unlock(&work->lock);
}

static void run_alone(const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		struct run_result result;

		run_scenario(batch->scenarios[i], &batch->options, &result);
		if (batch->progress)
			batch->progress(batch->ctx, i + 1, batch->count);
		batch->done(batch->ctx, &result);
		run_result_free(&result);
	}
}

void batch_run(const struct batch *batch)
{
	struct work work = {.batch = batch};
	uint32_t jobs = batch->jobs < batch->count ? batch->jobs : batch->count;
	pthread_t threads[JOBS_MAX];

	jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX;
	if (jobs <= 1) {
		run_alone(batch);
		return;
	}
	work.results = calloc(batch->count, sizeof *work.results);
	work.ended = calloc(batch->count, sizeof *work.ended);
	ALWAYS(work.results != NULL && work.ended != NULL);
	pthread_mutex_init(&work.lock, NULL);
	pthread_cond_init(&work.changed, NULL);
	for (uint32_t i = 0; i < jobs; i++)
		ALWAYS(pthread_create(&threads[i], NULL, worker, &work) == 0);
	hand_out(&work);
	for (uint32_t i = 0; i < jobs; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&work.changed);
	pthread_mutex_destroy(&work.lock);
	free(work.results);
	free(work.ended);
}
