/*
 * Each branching point keeps a copy of the world before it, so that going back is a
 * copy too.
 */
#include "sim/explore/explain.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define ASKED_MAX 64u /* choices within one advance of the world */

struct asked {
	uint32_t n, picked, what;
};

struct branch { /* an advance in which something was chosen */
	uint8_t *snapshot;
	size_t size;
	struct recording_progress *progress;
	uint32_t asked_count;
	struct asked asked[ASKED_MAX];
};

struct search {
	const struct scenario *scenario;
	const struct recording *recording;
	struct explanation *explanation;
	struct world *world;
	struct recording_progress *progress;
	size_t progress_size;
	struct branch *branches; /* the path from the start to here */
	uint32_t branch_count, branch_room;
	struct asked *follow;    /* what to pick in the next advance */
	uint32_t follow_count;
	struct asked now[ASKED_MAX]; /* what was asked in it */
	uint32_t now_count;
	uint64_t (*seen)[2];     /* open addressing; {0, 0} is free */
	uint64_t seen_count, seen_room;
	uint64_t states_max;
};

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	ALWAYS(memory != NULL);
	return memory;
}

/* ---- choosing ---- */

static uint32_t choose(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct search *search = ctx;
	uint32_t index = search->now_count;
	uint32_t picked = index < search->follow_count ? search->follow[index].picked : 0;

	if (what == CHOOSE_WAKE) /* each client is compared by itself: when it reads does not show */
		return 0;
	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return choice_plain.choose(NULL, streams, n, what);
	ALWAYS(index < ASKED_MAX);
	search->now[search->now_count++] = (struct asked){ n, picked, what };
	return picked;
}

static void watch(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct search *search = ctx;

	(void)view;
	recording_follow(search->recording, search->progress, observation);
}

/* ---- states that were tried ---- */

static void seen_grow(struct search *search)
{
	uint64_t (*old)[2] = search->seen;
	uint64_t room = search->seen_room;

	search->seen_room = room ? 2 * room : 4096;
	search->seen = allocate(search->seen_room, sizeof *search->seen);
	for (uint64_t i = 0; i < room; i++) {
		uint64_t at = old[i][0] & (search->seen_room - 1);

		if (!old[i][0] && !old[i][1])
			continue;
		while (search->seen[at][0] || search->seen[at][1])
			at = (at + 1) & (search->seen_room - 1);
		memcpy(search->seen[at], old[i], sizeof *old);
	}
	free(old);
}

/* True: this state was met before. */
static bool seen_before(struct search *search)
{
	uint64_t hash[2], at;

	world_hash(search->world, hash);
	/* what is left of the recording is part of the state */
	for (size_t i = 0; i < search->progress_size / 8; i++) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)search->progress + 8 * i, 8);
		hash[0] = (hash[0] ^ word) * 0x9e3779b97f4a7c15u;
		hash[1] = (hash[1] + word) * 0xd1342543de82ef95u + 1;
	}
	if (2 * search->seen_count >= search->seen_room)
		seen_grow(search);
	for (at = hash[0] & (search->seen_room - 1); search->seen[at][0] || search->seen[at][1];
	     at = (at + 1) & (search->seen_room - 1))
		if (search->seen[at][0] == hash[0] && search->seen[at][1] == hash[1])
			return true;
	memcpy(search->seen[at], hash, sizeof hash);
	search->seen_count++;
	return false;
}

/* ---- the path ---- */

static void push_branch(struct search *search, uint8_t *snapshot, size_t size, struct recording_progress *progress)
{
	struct branch *branch;

	if (search->branch_count == search->branch_room) {
		search->branch_room = search->branch_room ? 2 * search->branch_room : 64;
		search->branches = realloc(search->branches, search->branch_room * sizeof *search->branches);
		ALWAYS(search->branches != NULL);
	}
	branch = &search->branches[search->branch_count++];
	*branch = (struct branch){ .snapshot = snapshot, .size = size, .progress = progress,
				   .asked_count = search->now_count };
	memcpy(branch->asked, search->now, search->now_count * sizeof *search->now);
}

static void pop_branch(struct search *search)
{
	struct branch *branch = &search->branches[--search->branch_count];

	free(branch->snapshot);
	free(branch->progress);
}

/* The next list of picks at the deepest branch that has one. False: all were tried. */
static bool next_branch(struct search *search)
{
	while (search->branch_count) {
		struct branch *branch = &search->branches[search->branch_count - 1];

		while (branch->asked_count) {
			struct asked *last = &branch->asked[branch->asked_count - 1];

			if (++last->picked < last->n)
				return true;
			branch->asked_count--;
		}
		pop_branch(search);
	}
	return false;
}

static void note_best(struct search *search)
{
	struct explanation *explanation = search->explanation;

	if (search->progress->matched < explanation->matched || (explanation->matched && !search->progress->failed))
		return;
	explanation->matched = search->progress->matched;
	explanation->failed_stream = search->progress->failed ? search->progress->failed_stream : UINT32_MAX;
	memcpy(explanation->positions, recording_positions(search->recording, search->progress),
	       2 * search->scenario->client_count * sizeof *explanation->positions);
}

/* ---- walking ---- */

enum walk { WALK_ON, WALK_END, WALK_DEAD };

/* One advance of the world with the picks in follow; a branch is kept when something was asked. */
static enum walk advance(struct search *search)
{
	size_t size = world_bytes(search->world);
	uint8_t *snapshot = allocate(1, size);
	struct recording_progress *progress = allocate(1, search->progress_size);
	bool more;

	world_save(search->world, snapshot);
	memcpy(progress, search->progress, search->progress_size);
	search->now_count = 0;
	more = world_advance(search->world);
	if (search->now_count) {
		push_branch(search, snapshot, size, progress);
	} else {
		free(snapshot);
		free(progress);
	}
	if (search->progress->failed)
		return WALK_DEAD;
	if (!more)
		return WALK_END;
	return search->now_count && seen_before(search) ? WALK_DEAD : WALK_ON;
}

/* Go back to the branch on top and take its new picks. */
static enum walk retry(struct search *search)
{
	struct branch *branch = &search->branches[search->branch_count - 1];
	struct asked follow[ASKED_MAX];
	enum walk walk;

	world_restore(search->world, branch->snapshot, branch->size);
	memcpy(search->progress, branch->progress, search->progress_size);
	memcpy(follow, branch->asked, branch->asked_count * sizeof *follow);
	search->follow = follow;
	search->follow_count = branch->asked_count;
	pop_branch(search);
	walk = advance(search); /* puts the branch back, with what was asked this time */
	search->follow = NULL;
	search->follow_count = 0;
	return walk;
}

static bool is_found(const struct search *search, enum walk walk)
{
	return walk == WALK_END && recording_complete(search->recording, search->progress);
}

static bool search_all(struct search *search)
{
	enum walk walk = WALK_ON;

	for (;;) {
		while (walk == WALK_ON)
			walk = advance(search);
		search->explanation->runs++;
		if (is_found(search, walk))
			return true;
		note_best(search);
		if (search->seen_count > search->states_max || search->states_max == 0) {
			search->explanation->gave_up = true;
			return false;
		}
		if (!next_branch(search))
			return false;
		walk = retry(search);
	}
}

static void keep_choices(struct search *search)
{
	struct explanation *explanation = search->explanation;

	for (uint32_t i = 0; i < search->branch_count; i++) {
		const struct branch *branch = &search->branches[i];

		world_restore(search->world, branch->snapshot, branch->size);
		for (uint32_t k = 0; k < branch->asked_count; k++) {
			const struct asked *asked = &branch->asked[k];

			if (!asked->picked)
				continue;
			explanation->choices = realloc(explanation->choices, (explanation->choice_count + 1) *
										   sizeof *explanation->choices);
			ALWAYS(explanation->choices != NULL);
			explanation->choices[explanation->choice_count++] = (struct explained_choice){
				world_now_ns(search->world), world_step(search->world), asked->what,
				asked->picked, asked->n,
			};
		}
	}
}

static void search_from(const struct scenario *scenario, const struct recording *recording, bool token_order,
			uint64_t states_max, struct explanation *explanation)
{
	struct search search = {
		.scenario = scenario, .recording = recording, .explanation = explanation, .states_max = states_max,
		.progress_size = recording_progress_size(recording),
	};

	memset(explanation, 0, sizeof *explanation);
	explanation->positions = allocate(2 * (size_t)scenario->client_count, sizeof *explanation->positions);
	search.progress = allocate(1, search.progress_size);
	search.world = world_create(scenario, (struct choice){ &search, choose }, scenario->seed);
	world_observe(search.world, (struct observer){ &search, watch });
	world_token_order(search.world, token_order);
	explanation->found = search_all(&search);
	explanation->states = search.seen_count;
	if (explanation->found)
		keep_choices(&search);
	while (search.branch_count)
		pop_branch(&search);
	free(search.branches);
	free(search.seen);
	free(search.progress);
	world_destroy(search.world);
}

void explain(const struct scenario *scenario, const struct recording *recording, uint64_t states_max,
	     struct explanation *explanation)
{
	search_from(scenario, recording, false, 0, explanation);
	if (explanation->found)
		return;
	/* a real ring's token goes round: those orders first */
	explanation_free(explanation);
	search_from(scenario, recording, true, states_max, explanation);
	explanation->token_order = true;
}

void explanation_free(struct explanation *explanation)
{
	free(explanation->positions);
	free(explanation->choices);
	memset(explanation, 0, sizeof *explanation);
}
