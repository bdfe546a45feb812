/*
 * Exploration hands over every event that it tried; of each kind (signature of the way,
 * what came of it) the first is a candidate. Candidates are lessened with the probe, the
 * shortest first, and what comes to the same kind then is one way.
 */
#include "sim/page/ways.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/rules.h"
#include "sim/ensure.h"
#include "sim/explore/path.h"

#define CANDIDATES_MAX 400u /* lessened; those met after them are longer */
#define ALIKE_TRIED 60u
#define COST_MAX 30000000ull        /* of the exploration, in events x cost_of() */
#define LESSEN_COST_MAX 10000000ull /* of lessening, likewise */
#define STATES_DEFAULT 2000000u

struct goal { /* what a way must come to */
	uint32_t rule, hazard;
	bool defect;
};

struct candidate {
	uint64_t signature;
	struct goal goal;
	struct path path;
};

struct known { /* a state of the exploration */
	uint64_t signature;
	uint64_t parent;
	uint32_t event;
	uint32_t depth;
	bool quorate;
};

struct finder {
	struct ways *ways;
	const struct scenario *scenario;
	const struct classes *classes;
	struct probe *probe;
	uint32_t n;
	struct path *events; /* each of one step */
	struct known *states;
	struct explore_node *nodes; /* state * n + node */
	uint64_t state_count, state_room;
	struct candidate *candidates;
	uint32_t candidate_count;
	struct path trial;
	const struct explore_options *options;
};

/* Of one event, in parts of COST_MAX: what a change of membership takes grows with the square of the nodes. */
static uint64_t cost_of(uint32_t node_count)
{
	return (uint64_t)node_count * node_count + 60;
}

/* ---- candidates ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0xff51afd7ed558ccdull;
	return hash ^ hash >> 31;
}

static bool any_quorate(const struct explore_node *nodes, uint32_t count)
{
	for (uint32_t node = 0; node < count; node++)
		if (nodes[node].quorate)
			return true;
	return false;
}

static void keep_state(struct finder *finder, uint64_t signature, const struct explore_visit *visit)
{
	uint64_t number = finder->state_count++;

	ALWAYS(number == 0 || visit->to == number);
	if (number == finder->state_room) {
		finder->state_room = finder->state_room ? 2 * finder->state_room : 1024;
		finder->states = realloc(finder->states, finder->state_room * sizeof *finder->states);
		finder->nodes = realloc(finder->nodes, finder->state_room * finder->n * sizeof *finder->nodes);
		ALWAYS(finder->states != NULL && finder->nodes != NULL);
	}
	finder->states[number] = (struct known){signature, visit->from, visit->event, visit->depth + 1,
						any_quorate(visit->nodes, finder->n)};
	memcpy(&finder->nodes[number * finder->n], visit->nodes, finder->n * sizeof *visit->nodes);
}

static bool same_goal(const struct goal *a, const struct goal *b)
{
	return a->rule == b->rule && a->hazard == b->hazard && a->defect == b->defect;
}

static struct candidate *new_candidate(struct finder *finder, uint64_t signature, const struct goal *goal)
{
	struct candidate *candidate;

	for (uint32_t i = 0; i < finder->candidate_count; i++)
		if (finder->candidates[i].signature == signature && same_goal(&finder->candidates[i].goal, goal))
			return NULL;
	if (finder->candidate_count == CANDIDATES_MAX) {
		finder->ways->dropped++;
		return NULL;
	}
	candidate = &finder->candidates[finder->candidate_count++];
	candidate->signature = signature;
	candidate->goal = *goal;
	path_make(&candidate->path, finder->n, ways_steps_max(finder->n));
	return candidate;
}

static void append_event(struct path *path, const struct path *event)
{
	path->verbs[path->count] = event->verbs[0];
	memcpy(path_marks(path, path->count), event->marks, path->node_count * sizeof *event->marks);
	path->count++;
}

static void walk_back(struct finder *finder, uint64_t state, struct path *path)
{
	if (state == 0)
		return;
	walk_back(finder, finder->states[state].parent, path);
	append_event(path, &finder->events[finder->states[state].event]);
}

static void keep_candidate(struct finder *finder, const struct explore_visit *visit, uint64_t signature,
			   const struct goal *goal)
{
	struct candidate *candidate = new_candidate(finder, signature, goal);

	if (!candidate)
		return;
	walk_back(finder, visit->from, &candidate->path);
	append_event(&candidate->path, &finder->events[visit->event]);
}

static void take_visit(void *ctx, const struct explore_visit *visit)
{
	struct finder *finder = ctx;
	const struct exploration *exploration = &finder->ways->exploration;
	const struct known *from = &finder->states[visit->from];
	bool lost = from->quorate && !any_quorate(visit->nodes, finder->n);
	const struct path *event = &finder->events[visit->event];
	uint64_t signature;

	if (!visit->is_new && !lost && !visit->findings)
		return;
	signature = mix(from->signature, path_signature(finder->classes, event->verbs[0], event->marks,
							&finder->nodes[visit->from * finder->n]));
	for (uint32_t i = 0; i < exploration->finding_count && i < EXPLORE_FINDINGS_TOLD; i++) {
		const struct verdict *verdict = &exploration->findings[i].verdict;
		const struct goal goal = {verdict->rule, verdict->hazard, verdict->kind == VERDICT_BREACH};

		if (visit->findings >> i & 1)
			keep_candidate(finder, visit, signature, &goal);
	}
	if (lost)
		keep_candidate(finder, visit, signature, &(struct goal){WAY_RULE_LOSS, 0, false});
	if (visit->is_new)
		keep_state(finder, signature, visit);
}

/* ---- does a path come to that? ---- */

static bool is_reached(struct finder *finder, const struct goal *goal)
{
	if (goal->rule == WAY_RULE_LOSS)
		return probe_quorate(finder->probe) == 0;
	return probe_verdict(finder->probe, goal->rule, goal->hazard, goal->defect) != NULL;
}

/* How many steps it takes, 0: it does not come to that. */
static uint32_t steps_to(struct finder *finder, const struct path *path, const struct goal *goal)
{
	void *memory;
	struct step *steps = path_steps(path, &memory);
	uint32_t at = 0;

	probe_restart(finder->probe);
	for (uint32_t i = 0; i < path->count && !at; i++) {
		probe_do(finder->probe, &steps[i]);
		finder->ways->tried++;
		at = is_reached(finder, goal) ? i + 1 : 0;
	}
	probe_restart(finder->probe);
	free(steps);
	free(memory);
	return at;
}

/* ---- lessening ---- */

static bool accept(struct finder *finder, struct path *path, const struct goal *goal)
{
	uint32_t count = steps_to(finder, &finder->trial, goal);

	if (!count)
		return false;
	finder->trial.count = count;
	path_copy(path, &finder->trial);
	return true;
}

static bool drop_a_step(struct finder *finder, struct path *path, const struct goal *goal)
{
	for (uint32_t at = 0; at < path->count && path->count > 1; at++) {
		path_copy(&finder->trial, path);
		finder->trial.count--;
		memmove(&finder->trial.verbs[at], &finder->trial.verbs[at + 1],
			(path->count - at - 1) * sizeof *path->verbs);
		memmove(path_marks(&finder->trial, at), path_marks(&finder->trial, at + 1),
			(size_t)(path->count - at - 1) * finder->n * sizeof *path->marks);
		if (accept(finder, path, goal))
			return true;
	}
	return false;
}

static uint32_t count_marked(const uint32_t *marks, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t node = 0; node < n; node++)
		count += marks[node] != 0;
	return count;
}

/* In large clusters only the highest node of a set: any of them would do. */
static bool drop_a_node(struct finder *finder, struct path *path, const struct goal *goal)
{
	for (uint32_t at = 0; at < path->count; at++) {
		if (path->verbs[at] == VERB_PARTITION || count_marked(path_marks(path, at), finder->n) < 2)
			continue;
		for (uint32_t node = finder->n, tried = 0; node-- > 0;) {
			if (!path_marks(path, at)[node] || (tried++ && finder->n > SURVIVE_ALL_NODES))
				continue;
			path_copy(&finder->trial, path);
			path_marks(&finder->trial, at)[node] = 0;
			if (accept(finder, path, goal))
				return true;
		}
	}
	return false;
}

static bool crash_instead(struct finder *finder, struct path *path, const struct goal *goal)
{
	for (uint32_t at = 0; at < path->count; at++) {
		if (path->verbs[at] != VERB_STOP)
			continue;
		path_copy(&finder->trial, path);
		finder->trial.verbs[at] = VERB_CRASH;
		if (accept(finder, path, goal))
			return true;
	}
	return false;
}

static bool crash_at_once(struct finder *finder, struct path *path, const struct goal *goal)
{
	for (uint32_t at = 0; at + 1 < path->count; at++) {
		uint32_t *marks;

		if (path->verbs[at] != VERB_CRASH || path->verbs[at + 1] != VERB_CRASH)
			continue;
		path_copy(&finder->trial, path);
		marks = path_marks(&finder->trial, at);
		for (uint32_t node = 0; node < finder->n; node++)
			marks[node] |= marks[finder->n + node];
		finder->trial.count--;
		memmove(&finder->trial.verbs[at + 1], &finder->trial.verbs[at + 2],
			(path->count - at - 2) * sizeof *path->verbs);
		memmove(marks + finder->n, marks + 2 * (size_t)finder->n,
			(size_t)(path->count - at - 2) * finder->n * sizeof *path->marks);
		if (accept(finder, path, goal))
			return true;
	}
	return false;
}

static uint32_t count_parts(const uint32_t *marks, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t node = 0; node < n; node++)
		most = marks[node] > most ? marks[node] : most;
	return most + 1;
}

static bool join_two_parts(struct finder *finder, struct path *path, const struct goal *goal)
{
	for (uint32_t at = 0; at < path->count; at++) {
		uint32_t parts = count_parts(path_marks(path, at), finder->n);

		if (path->verbs[at] != VERB_PARTITION || parts < 3)
			continue;
		for (uint32_t a = 0; a < parts; a++)
			for (uint32_t b = a + 1; b < parts; b++) {
				path_copy(&finder->trial, path);
				for (uint32_t node = 0; node < finder->n; node++) {
					uint32_t *mark = &path_marks(&finder->trial, at)[node];

					*mark = *mark == b ? a : *mark > b ? *mark - 1 : *mark;
				}
				if (accept(finder, path, goal))
					return true;
			}
	}
	return false;
}

static void lessen(struct finder *finder, struct path *path, const struct goal *goal)
{
	while (drop_a_step(finder, path, goal) || crash_instead(finder, path, goal) ||
	       crash_at_once(finder, path, goal) || drop_a_node(finder, path, goal) ||
	       join_two_parts(finder, path, goal))
		;
}

/* ---- what is to be said of a way ---- */

static uint64_t signature_of(struct finder *finder, const struct path *path)
{
	void *memory;
	struct step *steps = path_steps(path, &memory);
	uint64_t signature = 0;

	probe_restart(finder->probe);
	for (uint32_t i = 0; i < path->count; i++) {
		signature = mix(signature, path_signature(finder->classes, path->verbs[i], path_marks(path, i),
							  probe_nodes(finder->probe)));
		probe_do(finder->probe, &steps[i]);
		finder->ways->tried++;
	}
	probe_restart(finder->probe);
	free(steps);
	free(memory);
	return signature;
}

static uint32_t weight_of(const struct path *path)
{
	uint32_t weight = 0;

	for (uint32_t i = 0; i < path->count; i++)
		if (path->verbs[i] == VERB_PARTITION)
			weight += count_parts(path_marks(path, i), path->node_count) - 1;
		else if (path->verbs[i] == VERB_CRASH || path->verbs[i] == VERB_STOP)
			weight += count_marked(path_marks(path, i), path->node_count);
		else
			weight++;
	return weight;
}

/* The next number of a fixed sequence, below `below`. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((*state >> 33) % below);
}

/* Name other nodes of the same classes. */
static void shuffle(struct finder *finder, const struct path *path, uint64_t *state)
{
	uint32_t *to = allocate(finder->n, sizeof *to);

	for (uint32_t node = 0; node < finder->n; node++)
		to[node] = node;
	for (uint32_t i = finder->n; i-- > 1;) {
		uint32_t k = draw(state, i + 1), was = to[i];

		if (finder->classes->of_node[i] != finder->classes->of_node[k])
			continue;
		to[i] = to[k];
		to[k] = was;
	}
	path_copy(&finder->trial, path);
	for (uint32_t step = 0; step < path->count; step++)
		for (uint32_t node = 0; node < finder->n; node++)
			path_marks(&finder->trial, step)[to[node]] = path_marks(path, step)[node];
	free(to);
}

static void try_alike(struct finder *finder, const struct path *path, const struct goal *goal, struct way *way)
{
	uint32_t most = finder->n > 40 ? 4 : finder->n > SURVIVE_ALL_NODES ? 20 : ALIKE_TRIED;
	uint64_t state = 1;

	for (way->alike = 0; way->alike < most; way->alike++) {
		shuffle(finder, path, &state);
		way->alike_same += steps_to(finder, &finder->trial, goal) > 0;
	}
}

/* Nodes that crash at once: the same one after another, in the order of their ids? */
static bool comes_in_turn_too(struct finder *finder, const struct path *path, const struct goal *goal)
{
	bool several = false;

	finder->trial.count = 0;
	for (uint32_t i = 0; i < path->count; i++) {
		bool crash = path->verbs[i] == VERB_CRASH;

		several = several || (crash && count_marked(path_marks(path, i), finder->n) > 1);
		for (uint32_t node = 0; node < (crash ? finder->n : 1); node++) {
			uint32_t at = finder->trial.count;

			if (crash && !path_marks(path, i)[node])
				continue;
			if (at == finder->trial.room)
				return false;
			finder->trial.verbs[at] = path->verbs[i];
			memset(path_marks(&finder->trial, at), 0, finder->n * sizeof *path->marks);
			if (crash)
				path_marks(&finder->trial, at)[node] = 1;
			else
				memcpy(path_marks(&finder->trial, at), path_marks(path, i),
				       finder->n * sizeof *path->marks);
			finder->trial.count++;
		}
	}
	return several && steps_to(finder, &finder->trial, goal) == finder->trial.count;
}

static bool comes_by_stop_too(struct finder *finder, const struct path *path, const struct goal *goal)
{
	bool any = false;

	path_copy(&finder->trial, path);
	for (uint32_t i = 0; i < path->count; i++) {
		any = any || path->verbs[i] == VERB_CRASH;
		if (path->verbs[i] == VERB_CRASH)
			finder->trial.verbs[i] = VERB_STOP;
	}
	return any && steps_to(finder, &finder->trial, goal) > 0;
}

/* ---- how it comes back ---- */

static bool helps(struct finder *finder, const struct probe_mark *lost, bool heal, uint32_t *nodes, uint32_t count)
{
	const struct step steps[] = {
		{.verb = VERB_HEAL},
		{.verb = VERB_START, .together = count > 1, .nodes = {count, nodes}},
		{.verb = VERB_WAIT, .wait_ns = 60ull * 1000 * SCENARIO_MS},
	};
	bool quorate;

	probe_return(finder->probe, lost);
	if (heal)
		probe_do(finder->probe, &steps[0]);
	if (count)
		probe_do(finder->probe, &steps[1]);
	if (!heal && !count)
		probe_do(finder->probe, &steps[2]);
	finder->ways->tried++;
	quorate = probe_quorate(finder->probe) > 0;
	if (!quorate && heal && count) { /* with time, at last */
		probe_do(finder->probe, &steps[2]);
		quorate = probe_quorate(finder->probe) > 0;
	}
	return quorate;
}

static void find_back(struct finder *finder, const struct probe_mark *lost, struct way *way)
{
	const struct explore_node *nodes = probe_nodes(finder->probe);
	uint32_t *down = allocate(finder->n, sizeof *down), count = 0, any = 0;

	for (uint32_t node = 0; node < finder->n; node++)
		if (nodes[node].component == UINT32_MAX)
			down[count++] = node;
	way->back = BACK_NEVER;
	if (helps(finder, lost, false, NULL, 0))
		way->back = BACK_TIME;
	else if (helps(finder, lost, true, NULL, 0))
		way->back = BACK_HEAL;
	for (uint32_t i = 0; i < count && way->back == BACK_NEVER; i++)
		if (helps(finder, lost, false, &down[i], 1) && any++ == 0)
			way->back_node = down[i];
	if (way->back == BACK_NEVER && any)
		way->back = any == count ? BACK_START_ONE : BACK_START_SOME;
	else if (way->back == BACK_NEVER && count && helps(finder, lost, false, down, count))
		way->back = BACK_START_ALL;
	else if (way->back == BACK_NEVER && helps(finder, lost, true, down, count))
		way->back = BACK_BOTH;
	free(down);
}

static uint32_t votes_together(struct finder *finder)
{
	const struct explore_node *nodes = probe_nodes(finder->probe);
	uint32_t most = 0;

	for (uint32_t first = 0; first < finder->n; first++) {
		uint32_t votes = 0;

		for (uint32_t node = first; node < finder->n; node++)
			if (nodes[node].component == first)
				votes += classes_votes(finder->classes, node);
		most = votes > most ? votes : most;
	}
	return most;
}

static uint32_t *quorate_sides(struct finder *finder)
{
	const struct explore_node *nodes = probe_nodes(finder->probe);
	uint32_t *side = allocate(finder->n, sizeof *side), count = 0;

	for (uint32_t node = 0; node < finder->n; node++) {
		uint32_t first = 0;

		if (!nodes[node].quorate)
			continue;
		while (!(nodes[first].quorate && nodes[first].component == nodes[node].component))
			first++;
		side[node] = first == node ? ++count : side[first];
	}
	return side;
}

static void add_title(struct finder *finder, const struct path *path, uint32_t step, struct way *way)
{
	size_t used = strlen(way->title);
	struct general general;

	path_general(&general, finder->scenario, finder->classes, path->verbs[step], path_marks(path, step),
		     probe_nodes(finder->probe));
	(void)snprintf(way->title + used, sizeof way->title - used, "%s%s", step ? ", then " : "", general.text);
}

/* Run it once more: the words of it, the judge's, and the way back. */
static void run_way(struct finder *finder, const struct path *path, const struct goal *goal, struct way *way)
{
	struct probe_mark *end;

	probe_restart(finder->probe);
	for (uint32_t i = 0; i < way->step_count; i++) {
		add_title(finder, path, i, way);
		probe_do(finder->probe, &way->steps[i]);
	}
	if (goal->rule == WAY_RULE_LOSS) {
		way->votes_left = votes_together(finder);
		end = probe_mark(finder->probe);
		find_back(finder, end, way);
		probe_mark_free(end);
	} else {
		const struct verdict *verdict = probe_verdict(finder->probe, goal->rule, goal->hazard, goal->defect);

		ALWAYS(verdict != NULL);
		way->verdict = *verdict;
		way->side = quorate_sides(finder);
	}
	probe_restart(finder->probe);
}

/* Is the last way, in words, one that was there before? */
static bool is_told(const struct ways *ways)
{
	const struct way *last = &ways->ways[ways->count - 1];

	for (uint32_t i = 0; i + 1 < ways->count; i++) {
		const struct way *way = &ways->ways[i];

		if (way->rule == last->rule && way->hazard == last->hazard && way->defect == last->defect &&
		    way->back == last->back && strcmp(way->title, last->title) == 0)
			return true;
	}
	return false;
}

static void add_way(struct finder *finder, const struct candidate *candidate)
{
	struct ways *ways = finder->ways;
	struct way *way;

	ways->ways = realloc(ways->ways, (ways->count + 1) * sizeof *ways->ways);
	ALWAYS(ways->ways != NULL);
	way = &ways->ways[ways->count++];
	*way = (struct way){.rule = candidate->goal.rule,
			    .hazard = candidate->goal.hazard,
			    .defect = candidate->goal.defect,
			    .step_count = candidate->path.count,
			    .weight = weight_of(&candidate->path)};
	way->steps = path_steps(&candidate->path, &way->memory);
	run_way(finder, &candidate->path, &candidate->goal, way);
	if (is_told(ways)) {
		free(way->steps);
		free(way->memory);
		free(way->side);
		ways->count--;
		return;
	}
	try_alike(finder, &candidate->path, &candidate->goal, way);
	way->in_turn_too = comes_in_turn_too(finder, &candidate->path, &candidate->goal);
	way->stop_too = comes_by_stop_too(finder, &candidate->path, &candidate->goal);
}

/* Candidates become ways; the lessened path and signature replace the candidate's own. */
static void lessen_all(struct finder *finder)
{
	uint64_t cost = cost_of(finder->n);

	for (uint32_t i = 0; i < finder->candidate_count; i++) {
		struct candidate *candidate = &finder->candidates[i];
		bool known = false;

		if (finder->ways->tried * cost > LESSEN_COST_MAX) {
			finder->ways->dropped += finder->candidate_count - i;
			break;
		}
		candidate->path.count = steps_to(finder, &candidate->path, &candidate->goal);
		ALWAYS(candidate->path.count > 0);
		lessen(finder, &candidate->path, &candidate->goal);
		candidate->signature = signature_of(finder, &candidate->path);
		for (uint32_t k = 0; k < i && !known; k++)
			known = finder->candidates[k].signature == candidate->signature &&
				same_goal(&finder->candidates[k].goal, &candidate->goal);
		if (!known)
			add_way(finder, candidate);
	}
}

static void sort_ways(struct ways *ways)
{
	for (uint32_t i = 1; i < ways->count; i++) {
		struct way way = ways->ways[i];
		uint32_t at = i;

		for (; at > 0 && ways->ways[at - 1].weight > way.weight; at--)
			ways->ways[at] = ways->ways[at - 1];
		ways->ways[at] = way;
	}
}

/* ---- what is known before exploration ---- */

static void seed_loss(struct finder *finder, const struct step *step)
{
	struct path path;
	struct candidate *candidate;

	path_make(&path, finder->n, 1);
	path_append(&path, step);
	candidate =
		new_candidate(finder, mix(0, path_signature(finder->classes, step->verb, path.marks, finder->nodes)),
			      &(struct goal){WAY_RULE_LOSS, 0, false});
	if (candidate)
		append_event(&candidate->path, &path);
	path_free(&path);
}

static void seed_split(struct finder *finder, const struct survive_split *split)
{
	struct index_list groups[3] = {{0, NULL}};
	uint32_t *index = allocate(finder->n, sizeof *index), at = 0;
	const struct step step = {.verb = VERB_PARTITION, .group_count = split->part_count, .groups = groups};

	for (uint32_t part = 0; part < split->part_count; part++) {
		groups[part].index = &index[at];
		for (uint32_t node = 0; node < finder->n; node++)
			if (split->lost[node] == part)
				index[at++] = node;
		groups[part].count = (uint32_t)(&index[at] - groups[part].index);
	}
	seed_loss(finder, &step);
	free(index);
}

static void seed(struct finder *finder, const struct survive *survive)
{
	const struct survive_row *row = &survive->rows[SURVIVE_CRASH_AT_ONCE];

	if (row->lost_count)
		seed_loss(finder, &(struct step){.verb = VERB_CRASH, .nodes = {row->lost_count, row->lost}});
	for (uint32_t i = 0; i < survive->split_count; i++)
		if (survive->splits[i].lost)
			seed_split(finder, &survive->splits[i]);
}

/* ---- all of it ---- */

static void begin(struct finder *finder)
{
	const struct explore_visit start = {.nodes = probe_nodes(finder->probe)};
	const struct events *events = &finder->ways->events;

	keep_state(finder, 0, &start);
	finder->states[0].depth = 0;
	finder->events = allocate(events->count, sizeof *finder->events);
	for (uint32_t i = 0; i < events->count; i++) {
		path_make(&finder->events[i], finder->n, 1);
		path_append(&finder->events[i], &events->steps[i]);
	}
	finder->candidates = allocate(CANDIDATES_MAX, sizeof *finder->candidates);
	path_make(&finder->trial, finder->n, ways_steps_max(finder->n));
}

static void end(struct finder *finder)
{
	for (uint32_t i = 0; i < finder->ways->events.count; i++)
		path_free(&finder->events[i]);
	for (uint32_t i = 0; i < finder->candidate_count; i++)
		path_free(&finder->candidates[i].path);
	path_free(&finder->trial);
	free(finder->events);
	free(finder->candidates);
	free(finder->states);
	free(finder->nodes);
}

static void pass_progress(void *ctx, const struct explore_progress *progress)
{
	const struct finder *finder = ctx;

	finder->options->progress(finder->options->ctx, progress);
}

void ways_find(struct ways *ways, const struct scenario *scenario, const struct classes *classes,
	       const struct survive *survive, struct probe *probe, const struct explore_options *options)
{
	struct finder finder = {.ways = ways,
				.scenario = scenario,
				.classes = classes,
				.probe = probe,
				.n = scenario->node_count,
				.options = options};
	struct explore_options own = *options;

	memset(ways, 0, sizeof *ways);
	if (!own.depth && !own.transitions_max)
		own.transitions_max = COST_MAX / cost_of(scenario->node_count);
	own.depth = own.depth ? own.depth : EXPLORE_DEPTH_MAX;
	own.states_max = own.states_max ? own.states_max : STATES_DEFAULT;
	own.events = &ways->events;
	own.visit = take_visit;
	own.progress = options->progress ? pass_progress : NULL;
	own.ctx = &finder;
	ways->all_events = events_make_some(&ways->events, scenario->node_count);
	probe_restart(probe);
	begin(&finder);
	seed(&finder, survive);
	explore(scenario, &own, &ways->exploration);
	lessen_all(&finder);
	sort_ways(ways);
	end(&finder);
}

void ways_free(struct ways *ways)
{
	for (uint32_t i = 0; i < ways->count; i++) {
		free(ways->ways[i].steps);
		free(ways->ways[i].memory);
		free(ways->ways[i].side);
	}
	free(ways->ways);
	exploration_free(&ways->exploration);
	events_free(&ways->events);
	memset(ways, 0, sizeof *ways);
}

uint32_t ways_steps_max(uint32_t node_count)
{
	return EXPLORE_DEPTH_MAX + node_count + 4;
}
