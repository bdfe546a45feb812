/*
 * Limited discrepancy search: first the run in which every choice is the usual one; few
 * choices of a real cluster are unusual. Where that fails, runs with one unusual choice,
 * with two, and so on: those of the step at which it failed cost least, those of the steps
 * before more. When one comes further, what it took until there is free from then on.
 * Where all else fails everything is tried: then states tell what was tried already.
 *
 * Usual is what falls to the lowest, but for who moves to the next ring: that is what
 * the recording has of rings.
 *
 * Each branching point keeps a copy of the world before it, so that going back is a
 * copy too.
 */
#include "sim/explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/trace.h"

#define ASKED_MAX 64u /* choices within one advance of the world */
#define MANY 8u       /* what unusual picks may cost; then it is no more counted */
#define FAR 3u        /* what one costs in the steps before the last two in which something was chosen */
#define ORDER_COST 2u /* what one costs of the order of messages in a sync: a token goes round */

struct asked {
	uint32_t n, what;
	uint32_t step;
	uint32_t usual;
	uint32_t tried; /* 0: the usual one is picked, then the others from the lowest on */
};

struct branch { /* an advance in which something was chosen */
	uint8_t *snapshot;
	size_t size;
	struct recording_progress *progress;
	uint32_t step;
	uint32_t unusual; /* what unusual picks cost in its step before it */
	uint32_t spent;   /* what was spent of the budget before it */
	uint32_t asked_count;
	struct asked asked[ASKED_MAX];
};

struct seen {
	uint64_t hash[2]; /* both 0: free */
	uint32_t left;    /* of the budget when it was met */
	uint32_t free;    /* likewise of what is free in its step */
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
	struct asked *follow; /* what to pick in the next advance */
	uint32_t follow_count;
	struct asked now[ASKED_MAX]; /* what was asked in it */
	uint32_t now_count;
	uint32_t step;     /* in which the path ends */
	uint32_t unusual;  /* what unusual picks cost in it */
	uint32_t spent;    /* of the budget, on the path */
	uint32_t budget;   /* for unusual picks that are not free */
	uint32_t *free;    /* by step: what unusual picks may cost that came further */
	uint32_t *weights; /* by step: what one more of them costs; 0: nothing was chosen in it yet */
	uint32_t furthest; /* step that was reached */
	uint32_t blamed;   /* the furthest when this round of the search began */
	uint32_t failed_step;
	uint32_t came_matched; /* explanation->came came after so many lines */
	uint32_t *movers;      /* who moves next, as the recording has it; nodes */
	uint32_t mover_count;
	bool plain;        /* the plain run only */
	bool cut_short;    /* an advance asked more than is kept */
	bool cut;          /* something was left untried because of the budget */
	struct seen *seen; /* open addressing */
	uint64_t seen_count, seen_room;
	uint64_t states_max;
};

/* ---- choosing ---- */

static uint32_t picked(const struct asked *asked)
{
	if (asked->tried == 0)
		return asked->usual;
	return asked->tried <= asked->usual ? asked->tried - 1 : asked->tried;
}

static bool is_among(const uint32_t *list, uint32_t count, uint32_t node)
{
	for (uint32_t i = 0; i < count; i++)
		if (list[i] == node)
			return true;
	return false;
}

/* The ring that any client of the node is told next, or so many later: in this step,
 * or in the wait that follows where a recorder waited for quiet. */
static const struct recorded *next_ring(const struct search *search, uint32_t node, uint32_t later)
{
	for (uint32_t i = 0; i < search->scenario->client_count; i++) {
		const struct recorded *ring;

		if (search->scenario->clients[i].node != node || !search->recording->watched[i])
			continue;
		ring = recording_next_ring(search->recording, search->progress, i, world_step(search->world) + 1,
					   later);
		if (ring)
			return ring;
	}
	return NULL;
}

/* The members of a recorded ring into movers; false: one of them is no candidate. */
static bool take_movers(struct search *search, const struct recorded *ring, const uint32_t *candidates,
			uint32_t count)
{
	search->mover_count = 0;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < ring->count; k++)
			if (ring->entries[k].nodeid == search->scenario->nodes[candidates[i]].nodeid)
				search->movers[search->mover_count++] = candidates[i];
	return search->mover_count == ring->count;
}

/* Is a candidate told of another ring of some of them in this step, after that of them all? */
static bool falls_apart(struct search *search, const uint32_t *candidates, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct recorded *ring = next_ring(search, candidates[i], 1);

		if (ring && take_movers(search, ring, candidates, count))
			return true;
	}
	return false;
}

/* Of the rings that candidates are told next: the first that they can form among
 * themselves. Returns the usual answer of CHOOSE_MOVE. */
static uint32_t find_movers(struct search *search, uint32_t n)
{
	uint32_t count, candidate;
	const uint32_t *candidates = world_candidates(search->world, &count, &candidate);
	const struct recorded *first = NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct recorded *ring = next_ring(search, candidates[i], 0);

		if (ring && (!first || ring->sequence < first->sequence) &&
		    take_movers(search, ring, candidates, count))
			first = ring;
	}
	if (!first || !take_movers(search, first, candidates, count)) {
		search->mover_count = 0;
		return 0;
	}
	if (search->mover_count < count)
		return n - 1;
	if (!falls_apart(search, candidates, count))
		return 0;
	take_movers(search, first, candidates, count);
	return n - 1;
}

static uint32_t usual_mover(const struct search *search)
{
	uint32_t count, candidate;
	const uint32_t *candidates = world_candidates(search->world, &count, &candidate);

	return search->mover_count > 0 && !is_among(search->movers, search->mover_count, candidates[candidate]);
}

/* Nodes that are late for their turn in a sync are neighbours mostly: as the one before. */
static uint32_t usual_turn(const struct search *search)
{
	const struct asked *before = search->now_count ? &search->now[search->now_count - 1] : NULL;

	return before && before->what == CHOOSE_TURN ? picked(before) : 0;
}

static uint32_t usual(struct search *search, uint32_t n, enum choice_kind what)
{
	if (what == CHOOSE_MOVE && !search->plain)
		return find_movers(search, n);
	if (what == CHOOSE_TURN)
		return usual_turn(search);
	return what == CHOOSE_MOVER ? usual_mover(search) : 0;
}

static uint32_t choose(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct search *search = ctx;
	uint32_t index = search->now_count;
	struct asked asked = {.n = n, .what = what, .step = world_step(search->world)};

	if (what == CHOOSE_WAKE) /* each client is compared by itself: when it reads does not show */
		return 0;
	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return choice_plain.choose(NULL, streams, n, what);
	if (index == ASKED_MAX) { /* more than one in a hundred nodes asks at once: not all is tried */
		search->cut_short = true;
		return 0;
	}
	asked.usual = usual(search, n, what);
	asked.tried = index < search->follow_count ? search->follow[index].tried : 0;
	search->now[search->now_count++] = asked;
	return picked(&asked);
}

/* What came as far along the recording as no run has come: the line of the trace. */
static void keep_what_came(struct search *search, const struct world_view *view,
			   const struct observation *observation)
{
	struct explanation *explanation = search->explanation;
	struct trace trace;

	if (explanation->came && search->progress->matched <= search->came_matched)
		return;
	search->came_matched = search->progress->matched;
	trace_init(&trace, search->scenario, true, false, false);
	trace_observe(&trace, view, observation);
	free(explanation->came);
	explanation->came = trace.size ? strndup(trace.text, trace.size - 1) : NULL;
	trace_free(&trace);
}

static void watch(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct search *search = ctx;
	bool failed = search->progress->failed;

	recording_follow(search->recording, search->progress, observation);
	if (failed || !search->progress->failed)
		return;
	search->failed_step = observation->step;
	keep_what_came(search, view, observation);
}

/* ---- states that were tried ---- */

static struct seen *seen_place(const struct search *search, const uint64_t hash[2])
{
	uint64_t at = hash[0] & (search->seen_room - 1);

	while ((search->seen[at].hash[0] || search->seen[at].hash[1]) &&
	       (search->seen[at].hash[0] != hash[0] || search->seen[at].hash[1] != hash[1]))
		at = (at + 1) & (search->seen_room - 1);
	return &search->seen[at];
}

static void seen_grow(struct search *search)
{
	struct seen *old = search->seen;
	uint64_t room = search->seen_room;

	search->seen_room = room ? 2 * room : 4096;
	search->seen = allocate(search->seen_room, sizeof *search->seen);
	for (uint64_t i = 0; i < room; i++)
		if (old[i].hash[0] || old[i].hash[1])
			*seen_place(search, old[i].hash) = old[i];
	free(old);
}

static void hash_state(const struct search *search, uint64_t hash[2])
{
	world_hash(search->world, hash);
	/* how far the recording has come is part of the state */
	for (size_t i = 0; i < search->progress_size / 8; i++) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)search->progress + 8 * i, 8);
		hash[0] = (hash[0] ^ word) * 0x9e3779b97f4a7c15u;
		hash[1] = (hash[1] + word) * 0xd1342543de82ef95u + 1;
	}
}

static uint32_t subtract(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

/* True: this state was met before, with as much left to spend at least. */
static bool seen_before(struct search *search)
{
	uint32_t left = search->budget - search->spent;
	uint32_t free = subtract(search->free[search->step], search->unusual);
	struct seen *seen;
	uint64_t hash[2];

	hash_state(search, hash);
	if (2 * search->seen_count >= search->seen_room)
		seen_grow(search);
	seen = seen_place(search, hash);
	if (!seen->hash[0] && !seen->hash[1])
		search->seen_count++;
	else if (seen->left >= left && seen->free >= free)
		return true;
	*seen = (struct seen){{hash[0], hash[1]}, left, free};
	return false;
}

/* ---- the path ---- */

/* Do messages come only of nodes that meet, or part? */
static bool is_membership(const struct search *search)
{
	switch (search->scenario->steps[search->step].verb) {
	case VERB_START:
	case VERB_STOP:
	case VERB_CRASH:
	case VERB_PARTITION:
	case VERB_HEAL:
	case VERB_RESUME:
		return true;
	default:
		return false;
	}
}

/* That nodes are late for their turn from one on is unusual, that they no longer are is not. */
static uint32_t cost_of(const struct search *search, const struct asked *asked)
{
	if (asked->tried == 0 || (asked->what == CHOOSE_TURN && asked->usual != 0))
		return 0;
	return asked->what == CHOOSE_ORDER && is_membership(search) ? ORDER_COST : 1;
}

/* That not all move is one thing with who is the one that does not. */
static uint32_t cost_of_branch(const struct search *search, const struct branch *branch)
{
	bool with_move = false;
	uint32_t cost = 0;

	for (uint32_t i = 0; i < branch->asked_count; i++) {
		const struct asked *asked = &branch->asked[i];
		bool is_mover = asked->what == CHOOSE_MOVER && asked->tried > 0;

		cost += is_mover && with_move ? 0 : cost_of(search, asked);
		with_move = asked->what == CHOOSE_MOVE ? asked->tried > 0 : with_move && !is_mover;
	}
	return cost;
}

/* What is to be paid for the picks at a branch beyond what is free in its step. */
static uint32_t price_of_branch(const struct search *search, const struct branch *branch)
{
	uint32_t free = search->free[branch->step], weight = search->weights[branch->step];
	uint32_t more =
		subtract(branch->unusual + cost_of_branch(search, branch), free) - subtract(branch->unusual, free);

	return more * (weight ? weight : 1);
}

static void push_branch(struct search *search, uint8_t *snapshot, size_t size, struct recording_progress *progress)
{
	struct branch *branch;

	search->branches =
		grown(search->branches, search->branch_count, &search->branch_room, sizeof *search->branches);
	branch = &search->branches[search->branch_count++];
	*branch = (struct branch){.snapshot = snapshot,
				  .size = size,
				  .progress = progress,
				  .step = search->step,
				  .unusual = search->unusual,
				  .spent = search->spent,
				  .asked_count = search->now_count};
	memcpy(branch->asked, search->now, search->now_count * sizeof *search->now);
	search->spent += price_of_branch(search, branch);
	search->unusual += cost_of_branch(search, branch);
	if (search->weights[search->step] == 0)
		search->weights[search->step] = 1;
}

static void pop_branch(struct search *search)
{
	struct branch *branch = &search->branches[--search->branch_count];

	search->step = branch->step;
	search->unusual = branch->unusual;
	search->spent = branch->spent;
	free(branch->snapshot);
	free(branch->progress);
}

/* The next list of picks at a branch. False: all were tried, as far as the budget goes. */
static bool next_picks(struct search *search, struct branch *branch)
{
	for (; branch->asked_count; branch->asked_count--) {
		struct asked *last = &branch->asked[branch->asked_count - 1];

		if (last->tried + 1 == last->n)
			continue;
		last->tried++;
		search->step = branch->step;
		if (branch->spent + price_of_branch(search, branch) <= search->budget)
			return true;
		search->cut = true;
	}
	return false;
}

/* Back to the deepest branch that has picks left. False: there is none. */
static bool next_branch(struct search *search)
{
	while (search->branch_count) {
		if (next_picks(search, &search->branches[search->branch_count - 1]))
			return true;
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
	explanation->failed_step = search->progress->failed ? search->failed_step : world_step(search->world);
	memcpy(explanation->positions, recording_positions(search->recording, search->progress),
	       2 * search->scenario->client_count * sizeof *explanation->positions);
}

/* ---- walking ---- */

/* A step that begins when all has settled begins with no unusual pick. */
static void note_step(struct search *search)
{
	uint32_t step = world_step(search->world);

	const struct world_view view = world_view(search->world);

	if (step == search->step || !view.settled(view.world))
		return;
	search->step = step;
	search->unusual = 0;
	if (step > search->furthest)
		search->furthest = step;
}

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
	note_step(search);
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

enum verdict_of_search { SEARCH_FOUND, SEARCH_NOT, SEARCH_CUT, SEARCH_FURTHER, SEARCH_GAVE_UP };

/* All runs within the budget; those that come further than any before end it. */
static enum verdict_of_search search_some(struct search *search)
{
	enum walk walk = WALK_ON;

	for (;;) {
		while (walk == WALK_ON)
			walk = advance(search);
		search->explanation->runs++;
		if (is_found(search, walk))
			return SEARCH_FOUND;
		note_best(search);
		if (search->explanation->states + search->seen_count > search->states_max)
			return SEARCH_GAVE_UP;
		if (search->furthest > search->blamed && search->budget != UINT32_MAX)
			return SEARCH_FURTHER;
		if (!next_branch(search))
			return search->cut ? SEARCH_CUT : search->cut_short ? SEARCH_GAVE_UP : SEARCH_NOT;
		walk = retry(search);
	}
}

static void forget(struct search *search)
{
	search->explanation->states += search->seen_count;
	while (search->branch_count)
		pop_branch(search);
	memset(search->seen, 0, search->seen_room * sizeof *search->seen);
	search->seen_count = 0;
	search->cut = false;
	search->step = 0;
	search->unusual = 0;
	search->spent = 0;
}

/* What the path has spent is free from now on. */
static void free_what_was_spent(struct search *search)
{
	for (uint32_t i = 0; i < search->branch_count; i++) {
		const struct branch *branch = &search->branches[i];
		uint32_t unusual;

		search->step = branch->step;
		unusual = branch->unusual + cost_of_branch(search, branch);
		if (unusual > search->free[branch->step])
			search->free[branch->step] = unusual;
	}
}

/* The nearer to where it failed, the likelier to be the cause. */
static void weigh_steps(struct search *search)
{
	uint32_t weight = 1;

	for (uint32_t step = search->furthest + 1; step-- > 0;)
		if (search->weights[step]) {
			search->weights[step] = weight;
			weight += weight < FAR;
		}
}

static void allow_more(struct search *search, bool further)
{
	if (further) {
		free_what_was_spent(search);
		search->budget = 0;
	} else {
		search->budget = search->budget < MANY ? search->budget + 1 : UINT32_MAX;
	}
	forget(search);
	search->blamed = search->furthest;
	weigh_steps(search);
}

static enum verdict_of_search search_all(struct search *search)
{
	size_t size = world_bytes(search->world);
	uint8_t *start = allocate(1, size);
	enum verdict_of_search verdict;

	world_save(search->world, start);
	for (;;) {
		verdict = search_some(search);
		if ((verdict != SEARCH_CUT && verdict != SEARCH_FURTHER) || search->plain)
			break;
		allow_more(search, verdict == SEARCH_FURTHER);
		world_restore(search->world, start, size);
		memset(search->progress, 0, search->progress_size);
	}
	free(start);
	search->explanation->gave_up = verdict != SEARCH_FOUND && verdict != SEARCH_NOT;
	return verdict;
}

static void keep_choices(struct search *search)
{
	struct explanation *explanation = search->explanation;

	for (uint32_t i = 0; i < search->branch_count; i++) {
		const struct branch *branch = &search->branches[i];

		world_restore(search->world, branch->snapshot, branch->size);
		for (uint32_t k = 0; k < branch->asked_count; k++) {
			const struct asked *asked = &branch->asked[k];

			if (picked(asked) == 0)
				continue;
			explanation->choices = realloc(explanation->choices, (explanation->choice_count + 1) *
										     sizeof *explanation->choices);
			ALWAYS(explanation->choices != NULL);
			explanation->choices[explanation->choice_count++] = (struct explained_choice){
				world_now_ns(search->world), asked->step, asked->what, picked(asked), asked->n,
			};
		}
	}
}

static void search_from(const struct scenario *scenario, const struct recording *recording, bool plain,
			uint64_t states_max, struct explanation *explanation)
{
	struct search search = {
		.scenario = scenario,
		.recording = recording,
		.explanation = explanation,
		.plain = plain,
		.states_max = states_max,
		.progress_size = recording_progress_size(recording),
	};

	memset(explanation, 0, sizeof *explanation);
	explanation->positions = allocate(2 * (size_t)scenario->client_count, sizeof *explanation->positions);
	search.progress = allocate(1, search.progress_size);
	search.free = allocate(scenario->step_count + 1, sizeof *search.free);
	search.weights = allocate(scenario->step_count + 1, sizeof *search.weights);
	search.movers = allocate(scenario->node_count, sizeof *search.movers);
	search.world = world_create(scenario, (struct choice){&search, choose}, scenario->seed);
	world_observe(search.world, (struct observer){&search, watch});
	world_token_order(search.world, !plain);
	explanation->found = search_all(&search) == SEARCH_FOUND;
	explanation->states += search.seen_count;
	if (explanation->found)
		keep_choices(&search);
	while (search.branch_count)
		pop_branch(&search);
	free(search.branches);
	free(search.seen);
	free(search.free);
	free(search.weights);
	free(search.movers);
	free(search.progress);
	world_destroy(search.world);
}

void explain(const struct scenario *scenario, const struct recording *recording, uint64_t states_max,
	     struct explanation *explanation)
{
	search_from(scenario, recording, true, states_max, explanation);
	if (explanation->found)
		return;
	/* a real ring's token goes round: those orders first */
	explanation_free(explanation);
	search_from(scenario, recording, false, states_max, explanation);
	explanation->token_order = true;
}

void explanation_free(struct explanation *explanation)
{
	free(explanation->positions);
	free(explanation->choices);
	free(explanation->came);
	memset(explanation, 0, sizeof *explanation);
}
