/*
 * Threads take blocks of runs; each keeps a table of its own, and what they found is
 * added up at the end, so that it does not matter who ran what.
 */
#include "sim/swarm/swarm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"

#define BLOCK 256u
#define JOBS_MAX 256u

/* ---- features ---- */

static uint32_t features_of_config(const struct vq_config *config)
{
	uint32_t features = (config->two_node ? FEATURE_TWO_NODE : 0) |
			    (config->wait_for_all ? FEATURE_WAIT_FOR_ALL : 0) |
			    (config->auto_tie_breaker ? FEATURE_AUTO_TIE_BREAKER : 0) |
			    (config->last_man_standing ? FEATURE_LAST_MAN_STANDING : 0) |
			    (config->allow_downscale ? FEATURE_ALLOW_DOWNSCALE : 0) |
			    (config->expected_votes_tracking ? FEATURE_EXPECTED_VOTES_TRACKING : 0) |
			    (config->given & VQ_KEY_EXPECTED_VOTES ? FEATURE_EXPECTED_VOTES : 0) |
			    (config->device_model && config->device_model[0] ? FEATURE_DEVICE : 0);

	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].votes != 1)
			features |= FEATURE_UNEVEN_VOTES;
	return features;
}

uint32_t features_of(const struct scenario *scenario)
{
	uint32_t features = 0;

	for (uint32_t i = 0; i < scenario->node_count; i++)
		if (scenario->nodes[i].config &&
		    (i == 0 || scenario->nodes[i].config != scenario->nodes[i - 1].config))
			features |= features_of_config(scenario->nodes[i].config);
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		enum verb verb = scenario->steps[i].verb;

		if (verb == VERB_RELOAD)
			features |= FEATURE_RELOAD;
		if (verb == VERB_SETEXPECTED || verb == VERB_SETVOTES || verb == VERB_CANCEL_WAIT_FOR_ALL)
			features |= FEATURE_CALLS;
	}
	return features;
}

void features_name(uint32_t features, char text[256])
{
	static const char *const names[FEATURE_COUNT] = {
		"two_node",
		"wait_for_all",
		"auto_tie_breaker",
		"last_man_standing",
		"allow_downscale",
		"expected_votes_tracking",
		"expected_votes",
		"a quorum device",
		"uneven votes",
		"reloads",
		"an administrator's calls",
	};

	text[0] = 0;
	for (uint32_t i = 0; i < FEATURE_COUNT; i++)
		if (features >> i & 1u)
			(void)snprintf(text + strlen(text), 256 - strlen(text), "%s%s", text[0] ? ", " : "",
				       names[i]);
	if (!text[0])
		strcpy(text, "plain votes");
}

/* ---- a table of findings ---- */

static uint32_t bits(uint32_t number)
{
	uint32_t count = 0;

	for (; number; number &= number - 1)
		count++;
	return count;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_importance(const void *x, const void *y)
{
	const struct swarm_finding *a = x, *b = y;
	const uint64_t keys[][2] = {
		{found_is_defect(&b->found), found_is_defect(&a->found)},
		{a->found.kind, b->found.kind},
		{a->found.rule, b->found.rule},
		{a->found.hazard, b->found.hazard},
		{a->found.why, b->found.why},
		{bits(a->features), bits(b->features)},
		{a->features, b->features},
		{a->first_run, b->first_run},
	};

	for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i][0] != keys[i][1])
			return compare_numbers(keys[i][0], keys[i][1]);
	return 0;
}

static struct swarm_finding *look_up(const struct swarm *swarm, const struct found *found, uint32_t features)
{
	for (uint32_t i = 0; i < swarm->finding_count; i++)
		if (swarm->findings[i].features == features && found_same(&swarm->findings[i].found, found))
			return &swarm->findings[i];
	return NULL;
}

static void add(struct swarm *swarm, const struct swarm_finding *finding)
{
	struct swarm_finding *known = look_up(swarm, &finding->found, finding->features);

	if (!known) {
		swarm->findings = realloc(swarm->findings, (swarm->finding_count + 1) * sizeof *swarm->findings);
		ALWAYS(swarm->findings != NULL);
		swarm->findings[swarm->finding_count++] = *finding;
		return;
	}
	known->runs += finding->runs;
	if (finding->first_run < known->first_run) {
		known->first_run = finding->first_run;
		known->found = finding->found;
	}
}

/* ---- runs ---- */

struct worker {
	const struct swarm_options *options;
	struct swarm swarm;
	struct draw *draw;
	struct finder *finder;
	const struct drawn *drawn;
	uint64_t run;
	uint32_t told; /* findings of this run are counted once: what it told so far */
	struct found tellings[16];
	struct shared *shared;
};

struct shared {
	atomic_uint_fast64_t next, done;
	pthread_mutex_t lock; /* of progress */
};

static void take_found(void *ctx, const struct found *found)
{
	struct worker *worker = ctx;
	struct swarm_finding finding = {*found, features_of(&worker->drawn->scenario), 1, worker->run};

	for (uint32_t i = 0; i < worker->told; i++)
		if (found_same(&worker->tellings[i], found))
			return;
	if (worker->told < 16)
		worker->tellings[worker->told++] = *found;
	add(&worker->swarm, &finding);
}

static void one_run(struct worker *worker, uint64_t run)
{
	worker->run = run;
	worker->told = 0;
	worker->drawn = draw_run(worker->draw, worker->options->seed, run);
	find(worker->finder, &worker->drawn->scenario, choice_at_rates(&worker->drawn->rates), worker->drawn->seed,
	     take_found, worker, &worker->swarm.totals);
}

static void tell_progress(struct worker *worker, uint64_t runs)
{
	const struct swarm_options *options = worker->options;
	uint64_t done = atomic_fetch_add(&worker->shared->done, runs) + runs;

	if (!options->progress)
		return;
	pthread_mutex_lock(&worker->shared->lock);
	options->progress(options->ctx, done);
	pthread_mutex_unlock(&worker->shared->lock);
}

static void *work(void *ctx)
{
	struct worker *worker = ctx;
	const struct swarm_options *options = worker->options;
	uint64_t at;

	worker->draw = draw_open(&options->draw);
	worker->finder = finder_open();
	worker->swarm.totals.exercised = allocate(check_rule_count, sizeof(uint64_t));
	while ((at = atomic_fetch_add(&worker->shared->next, BLOCK)) < options->count) {
		uint64_t runs = options->count - at < BLOCK ? options->count - at : BLOCK;

		for (uint64_t i = 0; i < runs; i++)
			one_run(worker, options->first + at + i);
		tell_progress(worker, runs);
	}
	draw_close(worker->draw);
	finder_close(worker->finder);
	return NULL;
}

static void collect(struct swarm *swarm, const struct swarm *part)
{
	for (uint32_t i = 0; i < part->finding_count; i++)
		add(swarm, &part->findings[i]);
	swarm->totals.events += part->totals.events;
	swarm->totals.callbacks += part->totals.callbacks;
	swarm->totals.virtual_ns += part->totals.virtual_ns;
	for (uint32_t i = 0; i < check_rule_count; i++)
		swarm->totals.exercised[i] += part->totals.exercised[i];
}

void swarm_search(const struct swarm_options *options, struct swarm *swarm)
{
	uint32_t jobs = options->jobs < JOBS_MAX ? options->jobs : JOBS_MAX;
	struct worker *workers = allocate(jobs, sizeof *workers);
	pthread_t threads[JOBS_MAX];
	struct shared shared;

	memset(swarm, 0, sizeof *swarm);
	swarm->totals.exercised = allocate(check_rule_count, sizeof(uint64_t));
	atomic_init(&shared.next, 0);
	atomic_init(&shared.done, 0);
	pthread_mutex_init(&shared.lock, NULL);
	for (uint32_t i = 0; i < jobs; i++) {
		workers[i].options = options;
		workers[i].shared = &shared;
		if (i > 0)
			ALWAYS(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	}
	work(&workers[0]);
	for (uint32_t i = 1; i < jobs; i++)
		pthread_join(threads[i], NULL);
	for (uint32_t i = 0; i < jobs; i++) {
		collect(swarm, &workers[i].swarm);
		swarm_free(&workers[i].swarm);
	}
	pthread_mutex_destroy(&shared.lock);
	free(workers);
	if (swarm->finding_count)
		qsort(swarm->findings, swarm->finding_count, sizeof *swarm->findings, by_importance);
}

void swarm_free(struct swarm *swarm)
{
	free(swarm->findings);
	free(swarm->totals.exercised);
	memset(swarm, 0, sizeof *swarm);
}
