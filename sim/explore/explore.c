/*
 * Level by level: the crew expands the states of one depth, and what they bring is put
 * together here, state by state and event by event. A state is kept as its hash and the
 * event that led to it; to go on from it, its way is walked again.
 */
#include "sim/explore/explore.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/explore/crew.h"

#define STATES_MOST INT32_MAX
#define BYTES_BESIDE (4ull << 20) /* of the program, and as much again for each walker */

struct search {
	const struct explore_options *options;
	struct exploration *exploration;
	const struct events *events;
	uint32_t node_count;
	struct states states;
	uint64_t level_first, level_end; /* states of the depth that is gone on from */
};

/* ---- findings ---- */

static struct explore_finding *same_finding(const struct exploration *exploration, const struct shown *shown)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++)
		if (shown_alike(shown, &exploration->findings[i].verdict))
			return &exploration->findings[i];
	return NULL;
}

static const struct verdict *verdict_of(const struct expansion *expansion, const struct shown *shown)
{
	uint32_t i = 0;

	while (!shown_alike(shown, &expansion->told[i].verdict))
		ALWAYS(++i < expansion->told_count);
	return &expansion->told[i].verdict;
}

static void copy_way(const struct search *search, const struct outcome *outcome, struct explore_finding *finding)
{
	uint32_t at = outcome->state;

	finding->step_count = states_at(&search->states, at)->depth + 1;
	finding->steps = allocate(finding->step_count, sizeof *finding->steps);
	finding->steps[finding->step_count - 1] = search->events->steps[outcome->event];
	for (; states_at(&search->states, at)->parent != STATES_NONE; at = states_at(&search->states, at)->parent)
		finding->steps[states_at(&search->states, at)->depth - 1] =
			search->events->steps[states_at(&search->states, at)->event];
}

static struct explore_finding *new_finding(struct search *search, const struct outcome *outcome,
					   const struct verdict *verdict)
{
	struct exploration *exploration = search->exploration;
	struct explore_finding *finding;

	exploration->findings =
		realloc(exploration->findings, (exploration->finding_count + 1) * sizeof *exploration->findings);
	ALWAYS(exploration->findings != NULL);
	finding = &exploration->findings[exploration->finding_count++];
	*finding = (struct explore_finding){.verdict = *verdict};
	copy_way(search, outcome, finding);
	return finding;
}

/* Returns the findings that were shown, as a visit tells them. */
static uint64_t take_findings(struct search *search, const struct expansion *expansion, const struct outcome *outcome)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < outcome->shown_count; i++) {
		const struct shown *shown = &expansion->shown[outcome->shown_first + i];
		struct explore_finding *finding = same_finding(search->exploration, shown);
		uint64_t number;

		search->exploration->breaches++;
		if (finding)
			finding->more++;
		else
			finding = new_finding(search, outcome, verdict_of(expansion, shown));
		number = (uint64_t)(finding - search->exploration->findings);
		if (number < EXPLORE_FINDINGS_TOLD)
			bits |= 1ull << number;
	}
	return bits;
}

/* ---- states ---- */

/* The state's number, EXPLORE_NO_STATE when there is no more room. */
static uint64_t take_state(struct search *search, const struct outcome *outcome, bool *is_new)
{
	struct found_state state = {
		.hash = {outcome->hash[0], outcome->hash[1]},
		.parent = outcome->state,
		.event = outcome->event,
		.depth = states_at(&search->states, outcome->state)->depth + 1,
	};
	uint32_t known = states_find(&search->states, outcome->hash);

	*is_new = false;
	if (known != STATES_NONE)
		return known;
	if (!states_add(&search->states, &state)) {
		search->exploration->cut = true;
		search->exploration->dropped++;
		return EXPLORE_NO_STATE;
	}
	*is_new = true;
	return search->states.count - 1;
}

static void visit(const struct search *search, const struct explore_visit *visit)
{
	if (search->options->visit)
		search->options->visit(search->options->ctx, visit);
}

static void take_outcome(struct search *search, const struct expansion *expansion, uint32_t number)
{
	const struct outcome *outcome = &expansion->outcomes[number];
	struct explore_visit visited = {
		.from = outcome->state,
		.depth = states_at(&search->states, outcome->state)->depth,
		.event = outcome->event,
		.to = EXPLORE_NO_STATE,
		.node_count = search->node_count,
	};

	if (search->options->visit)
		visited.nodes = &expansion->nodes[(size_t)number * search->node_count];
	search->exploration->transitions++;
	search->exploration->simulated += outcome->simulated;
	search->exploration->quorate_lost += !outcome->quorate;
	visited.findings = take_findings(search, expansion, outcome);
	/* what follows a defect is not the cluster's fault any more */
	if (!outcome->breached)
		visited.to = take_state(search, outcome, &visited.is_new);
	search->exploration->states = search->states.count;
	visit(search, &visited);
}

static void tell_progress(const struct search *search, uint64_t done)
{
	const struct explore_progress progress = {
		.depth = states_at(&search->states, search->level_first)->depth + 1,
		.states = search->states.count,
		.transitions = search->exploration->transitions,
		.level_states = search->level_end - search->level_first,
		.level_done = done - search->level_first,
		.next_level_states = search->states.count - search->level_end,
	};

	if (search->options->progress)
		search->options->progress(search->options->ctx, &progress);
}

static bool take_expansion(void *ctx, const struct expansion *expansion, uint64_t first, uint64_t count)
{
	struct search *search = ctx;

	for (uint32_t i = 0; i < expansion->outcome_count; i++) {
		if (search->options->transitions_max &&
		    search->exploration->transitions == search->options->transitions_max) {
			search->exploration->cut = true;
			return false;
		}
		take_outcome(search, expansion, i);
	}
	tell_progress(search, first + count);
	return true;
}

/* ---- the search ---- */

static void add_start(struct search *search, struct crew *crew)
{
	struct found_state state = {.parent = STATES_NONE};

	walker_hash(crew->walkers[0], (struct way){0, NULL}, state.hash);
	ALWAYS(states_add(&search->states, &state));
	search->exploration->states = 1;
}

static void search_levels(struct search *search, struct crew *crew)
{
	struct exploration *exploration = search->exploration;
	uint32_t depth = 0;
	bool limited;

	search->level_end = 1;
	while (depth < search->options->depth && search->level_first < search->level_end) {
		crew_expand(crew, search->level_first, search->level_end);
		limited = search->options->transitions_max &&
			  exploration->transitions == search->options->transitions_max && exploration->cut;
		exploration->depth_done += !exploration->cut;
		if (limited)
			break;
		search->level_first = search->level_end;
		search->level_end = search->states.count;
		depth++;
	}
	exploration->exhausted = !exploration->cut && search->level_first == search->level_end;
	if (!exploration->cut)
		exploration->depth_done = search->options->depth;
}

static uint64_t most_states(const struct explore_options *options)
{
	uint64_t beside = BYTES_BESIDE * (1 + (options->jobs ? options->jobs : 1)), fit = STATES_MOST;

	if (options->memory_bytes)
		fit = states_that_fit(options->memory_bytes > beside ? options->memory_bytes - beside : 0);
	if (options->states_max && options->states_max < fit)
		fit = options->states_max;
	return fit < STATES_MOST ? fit : STATES_MOST;
}

void explore(const struct scenario *scenario, const struct explore_options *options, struct exploration *exploration)
{
	struct search search = {.options = options, .exploration = exploration, .node_count = scenario->node_count};
	struct crew crew = {
		.scenario = scenario,
		.options = options,
		.states = &search.states,
		.take = take_expansion,
		.ctx = &search,
	};

	ALWAYS(options->depth <= EXPLORE_DEPTH_MAX);
	memset(exploration, 0, sizeof *exploration);
	if (!options->events)
		events_make_for(&exploration->events, scenario,
				events_called_for(scenario) | (options->admin ? EVENTS_ADMIN : 0));
	search.events = crew.events = options->events ? options->events : &exploration->events;
	states_open(&search.states, most_states(options));
	crew_open(&crew);
	add_start(&search, &crew);
	search_levels(&search, &crew);
	exploration->state_bytes = states_bytes(&search.states);
	crew_close(&crew);
	states_close(&search.states);
}

void exploration_free(struct exploration *exploration)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++)
		free(exploration->findings[i].steps);
	free(exploration->findings);
	events_free(&exploration->events);
	memset(exploration, 0, sizeof *exploration);
}
