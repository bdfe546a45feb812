/*
 * Level by level: the crew expands the states of one depth, and what they bring is put
 * together here, state by state and event by event. A state is kept as its hash and the
 * event that led to it; to go on from it, its way is walked again.
 */
#include "sim/explore/explore.h"

#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <stdio.h>

#include "sim/ensure.h"
#include "sim/explore/checkpoint.h"
#include "sim/explore/crew.h"
#include "sim/world/xxhash.h"

#define STATES_MOST INT32_MAX
#define BYTES_BESIDE (4ull << 20) /* of the program, and as much again for each walker */

struct search {
	const struct explore_options *options;
	struct exploration *exploration;
	const struct events *events;
	uint32_t node_count;
	struct states states;
	uint64_t level_first, level_end; /* states of the depth that is gone on from */
	uint64_t next;                   /* that was not gone on from yet */
	uint64_t subject[2];
	struct checkpoint_finding *firsts; /* by finding: what showed it first */
	const struct scenario *scenario;
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

/* The whole way is gone once more, to see which questions its departures answer. */
static void copy_choices(const struct search *search, const struct outcome *outcome, const uint32_t *departures,
			 struct explore_finding *finding)
{
	struct walker *walker;
	const struct choice_made *made;
	struct long_way way;

	if (!search->options->interleavings)
		return;
	walker = walker_create(search->scenario, search->options, search->events);
	made = walker_choices(walker, way_to(&way, &search->states, outcome->state), outcome->event, departures,
			      &finding->choice_count);
	finding->choices = allocate(finding->choice_count, sizeof *made);
	if (finding->choice_count)
		memcpy(finding->choices, made, finding->choice_count * sizeof *made);
	walker_destroy(walker);
}

static struct explore_finding *new_finding(struct search *search, const struct outcome *outcome,
					   const uint32_t *departures, const struct verdict *verdict)
{
	struct exploration *exploration = search->exploration;
	struct explore_finding *finding;

	exploration->findings =
		realloc(exploration->findings, (exploration->finding_count + 1) * sizeof *exploration->findings);
	search->firsts = realloc(search->firsts, (exploration->finding_count + 1) * sizeof *search->firsts);
	ALWAYS(exploration->findings != NULL && search->firsts != NULL);
	search->firsts[exploration->finding_count] = (struct checkpoint_finding){
		.shown = {verdict->kind, verdict->rule, verdict->hazard},
		.state = outcome->state,
		.event = outcome->event,
	};
	finding = &exploration->findings[exploration->finding_count++];
	*finding = (struct explore_finding){.verdict = *verdict};
	copy_way(search, outcome, finding);
	copy_choices(search, outcome, departures, finding);
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
			finding = new_finding(search, outcome, expansion_departures(expansion, outcome),
					      verdict_of(expansion, shown));
		number = (uint64_t)(finding - search->exploration->findings);
		if (number < EXPLORE_FINDINGS_TOLD)
			bits |= 1ull << number;
	}
	return bits;
}

/* ---- states ---- */

/* The state's number, EXPLORE_NO_STATE when there is no more room. */
static uint64_t take_state(struct search *search, const struct outcome *outcome, const uint32_t *departures,
			   bool *is_new)
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
	if (search->states.count == search->states.most ||
	    !states_keep(&search->states, departures, &state.departures) || !states_add(&search->states, &state)) {
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
	search->exploration->quorate_lost += !outcome->quorate && !outcome->unfinished;
	visited.findings = take_findings(search, expansion, outcome);
	/* what follows a defect is not the cluster's fault any more */
	if (!outcome->breached && !outcome->unfinished)
		visited.to = take_state(search, outcome, expansion_departures(expansion, outcome), &visited.is_new);
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

/* ---- on disk ---- */

/* What is explored and how, but for the depth; of the configuration the start shows nearly all. */
static void find_subject(struct search *search, const struct scenario *scenario, const uint64_t start[2])
{
	const struct totem *totem = &scenario->totem;
	const struct explore_options *options = search->options;
	const uint64_t words[] = {
		start[0],
		start[1],
		totem->token_ms,
		totem->token_coefficient_ms,
		totem->consensus_ms,
		totem->join_ms,
		totem->merge_ms,
		scenario->network.latency_ns,
		scenario->network.jitter_ns,
		scenario->network.loss_ppm,
		scenario->node_count,
		search->events->count,
		options->exact,
		options->admin,
		options->symmetry,
		options->interleavings,
		options->transitions_max,
		search->states.most,
		check_rule_count,
	};
	XXH128_hash_t digest = XXH3_128bits(words, sizeof words);

	search->subject[0] = digest.low64;
	search->subject[1] = digest.high64;
}

static bool keep(struct search *search)
{
	const struct exploration *exploration = search->exploration;
	const struct checkpoint checkpoint = {
		.subject = {search->subject[0], search->subject[1]},
		.next = search->next,
		.transitions = exploration->transitions,
		.simulated = exploration->simulated,
		.breaches = exploration->breaches,
		.quorate_lost = exploration->quorate_lost,
		.dropped = exploration->dropped,
		.interleavings = exploration->interleavings,
		.depth_done = exploration->depth_done,
		.cut = exploration->cut,
		.finding_count = exploration->finding_count,
	};

	for (uint32_t i = 0; i < exploration->finding_count; i++)
		search->firsts[i].more = exploration->findings[i].more;
	if (checkpoint_write(search->options->resume_path, &checkpoint, &search->states, search->firsts))
		return true;
	snprintf(search->exploration->problem, sizeof search->exploration->problem, "cannot write %s: %s",
		 search->options->resume_path, strerror(errno));
	return false;
}

static void add_interleavings(struct explore_interleavings *to, const struct explore_interleavings *from)
{
	to->runs += from->runs;
	to->ways = explore_sum_ways(to->ways, from->ways);
	to->cut += from->cut;
	to->dropped += from->dropped;
	to->most = from->most > to->most ? from->most : to->most;
	if (from->cut && from->complete < to->complete)
		to->complete = from->complete;
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
	add_interleavings(&search->exploration->interleavings, &expansion->interleavings);
	search->next = first + count;
	tell_progress(search, first + count);
	if (search->options->resume_path && search->options->keep_now &&
	    search->options->keep_now(search->options->ctx))
		return keep(search);
	return true;
}

/* ---- the search ---- */

static void add_start(struct search *search, struct crew *crew)
{
	struct found_state state = {.parent = STATES_NONE};

	walker_hash(crew->walkers[0], (struct way){0, NULL, NULL}, state.hash);
	ALWAYS(states_add(&search->states, &state));
	search->exploration->states = 1;
}

/* ---- from disk ---- */

/* The first of the event's. */
static const struct outcome *outcome_that_showed(const struct expansion *expansion,
						 const struct checkpoint_finding *kept)
{
	for (uint32_t i = 0; i < expansion->outcome_count; i++)
		for (uint32_t k = 0; k < expansion->outcomes[i].shown_count; k++)
			if (expansion->outcomes[i].event == kept->event &&
			    memcmp(&expansion->shown[expansion->outcomes[i].shown_first + k], &kept->shown,
				   sizeof kept->shown) == 0)
				return &expansion->outcomes[i];
	ensure_failed(__FILE__, __LINE__, "what was found is found no more");
}

static void find_again(struct search *search, struct crew *crew, const struct checkpoint_finding *kept)
{
	struct expansion expansion = {0};
	const struct outcome *outcome;
	struct explore_finding *finding;

	ALWAYS(kept->state < search->states.count && kept->event < search->events->count);
	crew_expand_one(crew, kept->state, &expansion);
	outcome = outcome_that_showed(&expansion, kept);
	finding = new_finding(search, outcome, expansion_departures(&expansion, outcome),
			      verdict_of(&expansion, &kept->shown));
	finding->more = kept->more;
	expansion_free(&expansion);
}

static void take_kept(struct search *search, struct crew *crew, const struct checkpoint *checkpoint,
		      const struct checkpoint_finding *findings)
{
	struct exploration *exploration = search->exploration;

	search->next = checkpoint->next;
	exploration->states = search->states.count;
	exploration->transitions = checkpoint->transitions;
	exploration->simulated = checkpoint->simulated;
	exploration->breaches = checkpoint->breaches;
	exploration->quorate_lost = checkpoint->quorate_lost;
	exploration->dropped = checkpoint->dropped;
	exploration->interleavings = checkpoint->interleavings;
	exploration->depth_done = checkpoint->depth_done;
	exploration->cut = checkpoint->cut;
	for (uint32_t i = 0; i < checkpoint->finding_count; i++)
		find_again(search, crew, &findings[i]);
}

static const char *says(enum checkpoint_read read)
{
	switch (read) {
	case CHECKPOINT_BAD:
		return "it is no search that votesim kept, or not all of it";
	case CHECKPOINT_OTHER:
		return "it is of another cluster, other options or another version; give another file";
	default:
		return strerror(errno);
	}
}

/* True when there was something to go on from. */
static bool resume(struct search *search, struct crew *crew)
{
	struct checkpoint checkpoint;
	struct checkpoint_finding *findings = NULL;
	struct states states;
	enum checkpoint_read read;

	if (!search->options->resume_path)
		return false;
	states_open(&states, search->states.most);
	read = checkpoint_read(search->options->resume_path, search->subject, &checkpoint, &states, &findings);
	if (read != CHECKPOINT_READ) {
		states_close(&states);
		if (read != CHECKPOINT_NONE)
			snprintf(search->exploration->problem, sizeof search->exploration->problem,
				 "cannot go on from %s: %s", search->options->resume_path, says(read));
		return false;
	}
	states_close(&search->states);
	search->states = states;
	if (states_at(&states, states.count - 1)->depth > search->options->depth)
		snprintf(search->exploration->problem, sizeof search->exploration->problem,
			 "cannot go on from %s: it is at a greater depth already: %u", search->options->resume_path,
			 states_at(&states, states.count - 1)->depth);
	else
		take_kept(search, crew, &checkpoint, findings);
	free(findings);
	return true;
}

/* ---- level by level ---- */

/* States are in the order of their depth. */
static uint64_t first_deeper_than(const struct states *states, uint32_t depth)
{
	uint64_t low = 0, high = states->count;

	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (states_at(states, middle)->depth > depth)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void search_levels(struct search *search, struct crew *crew)
{
	struct exploration *exploration = search->exploration;

	while (search->next < search->states.count && !*exploration->problem) {
		uint32_t depth = states_at(&search->states, search->next)->depth;

		if (depth == search->options->depth)
			break;
		search->level_first = depth ? first_deeper_than(&search->states, depth - 1) : 0;
		search->level_end = first_deeper_than(&search->states, depth);
		crew_expand(crew, search->next, search->level_end);
		if (search->next < search->level_end)
			return; /* that was enough */
		exploration->depth_done += !exploration->cut;
	}
	exploration->exhausted = !exploration->cut && search->next == search->states.count;
	if (!exploration->cut && !*exploration->problem)
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
	struct search search = {
		.options = options,
		.exploration = exploration,
		.node_count = scenario->node_count,
		.scenario = scenario,
	};
	struct crew crew = {
		.scenario = scenario,
		.options = options,
		.states = &search.states,
		.take = take_expansion,
		.ctx = &search,
	};

	ALWAYS(options->depth <= EXPLORE_DEPTH_MAX);
	memset(exploration, 0, sizeof *exploration);
	exploration->interleavings.complete = UINT32_MAX;
	if (!options->events)
		events_make_for(&exploration->events, scenario,
				events_called_for(scenario) | (options->admin ? EVENTS_ADMIN : 0));
	search.events = crew.events = options->events ? options->events : &exploration->events;
	states_open(&search.states, most_states(options));
	crew_open(&crew);
	add_start(&search, &crew);
	find_subject(&search, scenario, states_at(&search.states, 0)->hash);
	resume(&search, &crew);
	if (!*exploration->problem)
		search_levels(&search, &crew);
	if (options->resume_path && !*exploration->problem)
		keep(&search);
	exploration->state_bytes = states_bytes(&search.states);
	free(search.firsts);
	crew_close(&crew);
	states_close(&search.states);
}

void exploration_free(struct exploration *exploration)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++) {
		free(exploration->findings[i].steps);
		free(exploration->findings[i].choices);
	}
	free(exploration->findings);
	events_free(&exploration->events);
	memset(exploration, 0, sizeof *exploration);
}
