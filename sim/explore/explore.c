/*
 * A state is kept as its hash and the event that led to it from another: 32 bytes. To
 * go on from it, its way is walked again from the start, which costs little beside the
 * many events that are then tried from one copy of the world.
 */
#include "sim/explore/explore.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world.h"

#define NO_STATE UINT32_MAX

struct found_state {
	uint64_t hash[2];
	uint32_t parent; /* NO_STATE: the start */
	uint32_t event;
	uint32_t depth;
	uint32_t reserved;
};

struct search {
	const struct explore_options *options;
	struct exploration *exploration;
	struct scenario scenario; /* step 0 starts all, then room for the way */
	struct step *steps;
	struct world *world;
	struct check *check;
	size_t check_bytes;
	uint8_t *world_copy, *check_copy; /* of the state that is gone on from */
	size_t world_copy_bytes;
	struct found_state *states;
	uint64_t state_room;
	uint32_t *index; /* open addressing, 1 + state */
	uint64_t index_room;
	const struct events *events;
	uint32_t *all;              /* nodes */
	struct explore_node *nodes; /* for visits */
	uint64_t shown;             /* by the last event: findings */
	bool judging;               /* verdicts count: not while a way is walked again */
	bool breached;              /* by the last event */
};

/* ---- states ---- */

static uint32_t *place_of(const struct search *search, const uint64_t hash[2])
{
	uint64_t at = hash[0] & (search->index_room - 1);

	while (search->index[at]) {
		const struct found_state *state = &search->states[search->index[at] - 1];

		if (state->hash[0] == hash[0] && state->hash[1] == hash[1])
			break;
		at = (at + 1) & (search->index_room - 1);
	}
	return &search->index[at];
}

static void grow_index(struct search *search)
{
	free(search->index);
	search->index_room *= 2;
	search->index = allocate(search->index_room, sizeof *search->index);
	for (uint64_t i = 0; i < search->exploration->states; i++)
		*place_of(search, search->states[i].hash) = (uint32_t)i + 1;
}

/* The state's number, EXPLORE_NO_STATE when there is no more room. */
static uint64_t add_state(struct search *search, uint32_t parent, uint32_t event, uint32_t depth, bool *is_new)
{
	struct exploration *exploration = search->exploration;
	struct found_state state = {.parent = parent, .event = event, .depth = depth};
	uint32_t *place;

	world_hash_settled(search->world, state.hash);
	place = place_of(search, state.hash);
	*is_new = false;
	if (*place)
		return *place - 1;
	if (exploration->states == search->options->states_max) {
		exploration->cut = true;
		return EXPLORE_NO_STATE;
	}
	if (exploration->states == search->state_room) {
		search->state_room *= 2;
		search->states = realloc(search->states, search->state_room * sizeof *search->states);
		ALWAYS(search->states != NULL);
	}
	search->states[exploration->states++] = state;
	*place = (uint32_t)exploration->states;
	if (2 * exploration->states > search->index_room)
		grow_index(search);
	*is_new = true;
	return exploration->states - 1;
}

/* ---- findings ---- */

static struct explore_finding *same_finding(const struct exploration *exploration, const struct verdict *verdict)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++) {
		const struct verdict *known = &exploration->findings[i].verdict;

		if (known->rule == verdict->rule && known->hazard == verdict->hazard && known->kind == verdict->kind)
			return &exploration->findings[i];
	}
	return NULL;
}

static void show_finding(struct search *search, const struct explore_finding *finding)
{
	uint64_t number = (uint64_t)(finding - search->exploration->findings);

	if (number < EXPLORE_FINDINGS_TOLD)
		search->shown |= 1ull << number;
}

static void keep_finding(struct search *search, const struct verdict *verdict)
{
	struct exploration *exploration = search->exploration;
	struct explore_finding *finding = same_finding(exploration, verdict);
	size_t bytes = verdict->step * sizeof *search->steps;

	exploration->breaches++;
	if (finding) {
		finding->more++;
		show_finding(search, finding);
		return;
	}
	exploration->findings =
		realloc(exploration->findings, (exploration->finding_count + 1) * sizeof *exploration->findings);
	ALWAYS(exploration->findings != NULL);
	finding = &exploration->findings[exploration->finding_count++];
	*finding = (struct explore_finding){.verdict = *verdict, .step_count = verdict->step};
	finding->steps = allocate(verdict->step, sizeof *finding->steps);
	memcpy(finding->steps, search->steps + 1, bytes);
	show_finding(search, finding);
}

static void take_verdict(void *ctx, const struct verdict *verdict)
{
	struct search *search = ctx;

	if (!search->judging || (verdict->kind != VERDICT_BREACH && verdict->kind != VERDICT_HAZARD))
		return;
	search->breached = search->breached || verdict->kind == VERDICT_BREACH;
	keep_finding(search, verdict);
}

static void observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct search *search = ctx;

	check_observe(search->check, &search->scenario, view, observation, take_verdict, search);
}

/* ---- walking ---- */

/* Let step number `step` happen and the cluster settle after it. */
static void take_step(struct search *search, uint32_t step)
{
	while (world_step(search->world) <= step && world_advance(search->world))
		;
}

static void copy_state(struct search *search)
{
	size_t bytes = world_bytes(search->world);

	if (bytes > search->world_copy_bytes) {
		free(search->world_copy);
		search->world_copy = allocate(1, bytes);
	}
	search->world_copy_bytes = bytes;
	world_save(search->world, search->world_copy);
	memcpy(search->check_copy, search->check, search->check_bytes);
}

static void go_back(struct search *search)
{
	world_restore(search->world, search->world_copy, search->world_copy_bytes);
	memcpy(search->check, search->check_copy, search->check_bytes);
}

/* From the start along the way to a state. */
static void walk_to(struct search *search, const uint8_t *start_world, size_t start_bytes, const uint8_t *start_check,
		    uint32_t state)
{
	uint32_t depth = search->states[state].depth;

	for (uint32_t at = state; search->states[at].parent != NO_STATE; at = search->states[at].parent)
		search->steps[search->states[at].depth] = search->events->steps[search->states[at].event];
	world_restore(search->world, start_world, start_bytes);
	memcpy(search->check, start_check, search->check_bytes);
	search->judging = false;
	for (uint32_t step = 1; step <= depth; step++)
		take_step(search, step);
	search->judging = true;
	copy_state(search);
}

static bool any_quorate(const struct search *search)
{
	const struct world_view view = world_view(search->world);

	for (uint32_t node = 0; node < search->scenario.node_count; node++) {
		struct vq_info info;

		if (view.getinfo(view.world, node, 0, &info) == VQ_OK && info.flags & VQ_INFO_QUORATE)
			return true;
	}
	return false;
}

/* An event that can change nothing is not tried: a start of a node that is up. */
static bool is_idle(const struct search *search, const struct step *event)
{
	const struct world_view view = world_view(search->world);
	struct vq_info info;

	if (event->verb != VERB_START && event->verb != VERB_STOP && event->verb != VERB_CRASH)
		return false;
	for (uint32_t i = 0; i < event->nodes.count; i++) {
		bool up = view.getinfo(view.world, event->nodes.index[i], 0, &info) == VQ_OK;

		if (up != (event->verb == VERB_START))
			return false;
	}
	return true;
}

static void look_at_nodes(const struct search *search)
{
	const struct world_view view = world_view(search->world);

	for (uint32_t node = 0; node < search->scenario.node_count; node++) {
		struct vq_info info;
		bool up = view.getinfo(view.world, node, 0, &info) == VQ_OK;
		uint32_t other = 0;

		while (up && other < node && !view.reaches(view.world, other, node))
			other++;
		search->nodes[node] = (struct explore_node){
			.component = up ? other : UINT32_MAX,
			.quorate = up && info.flags & VQ_INFO_QUORATE,
		};
	}
}

static void try_event(struct search *search, uint32_t state, uint32_t event, uint32_t depth)
{
	struct explore_visit visit = {.from = state, .depth = depth - 1, .event = event, .to = EXPLORE_NO_STATE};

	search->steps[depth] = search->events->steps[event];
	search->breached = false;
	search->shown = 0;
	take_step(search, depth);
	search->exploration->transitions++;
	search->exploration->quorate_lost += !any_quorate(search);
	/* what follows a defect is not the cluster's fault any more */
	if (!search->breached)
		visit.to = add_state(search, state, event, depth, &visit.is_new);
	if (search->options->visit) {
		look_at_nodes(search);
		visit.findings = search->shown;
		visit.node_count = search->scenario.node_count;
		visit.nodes = search->nodes;
		search->options->visit(search->options->ctx, &visit);
	}
	go_back(search);
}

/* False: transitions_max was reached. */
static bool try_events(struct search *search, uint32_t state, uint32_t depth)
{
	for (uint32_t event = 0; event < search->events->count; event++) {
		if (is_idle(search, &search->events->steps[event]))
			continue;
		if (search->options->transitions_max &&
		    search->exploration->transitions == search->options->transitions_max) {
			search->exploration->cut = true;
			return false;
		}
		try_event(search, state, event, depth);
	}
	return true;
}

static void search_all(struct search *search)
{
	struct exploration *exploration = search->exploration;
	bool is_new;
	size_t start_bytes;
	uint8_t *start_world, *start_check = allocate(1, search->check_bytes);

	take_step(search, 0);
	start_bytes = world_bytes(search->world);
	start_world = allocate(1, start_bytes);
	world_save(search->world, start_world);
	memcpy(start_check, search->check, search->check_bytes);
	add_state(search, NO_STATE, 0, 0, &is_new);
	exploration->exhausted = true;
	for (uint64_t i = 0; i < exploration->states; i++) {
		uint32_t depth = search->states[i].depth + 1;

		if (depth > search->options->depth) {
			exploration->exhausted = false;
			break;
		}
		exploration->depth_done = depth - 1;
		walk_to(search, start_world, start_bytes, start_check, (uint32_t)i);
		if (!try_events(search, (uint32_t)i, depth))
			break;
		if (search->options->progress)
			search->options->progress(search->options->ctx, depth, exploration->states,
						  exploration->transitions);
	}
	exploration->exhausted = exploration->exhausted && !exploration->cut;
	exploration->depth_done = exploration->cut ? exploration->depth_done : search->options->depth;
	free(start_world);
	free(start_check);
}

static void make_scenario(struct search *search, const struct scenario *scenario)
{
	uint32_t count = search->options->depth + 2; /* the last is never reached: a run must not end */

	search->scenario = *scenario;
	search->scenario.client_count = 0;
	search->steps = allocate(count, sizeof *search->steps);
	search->scenario.steps = search->steps;
	search->scenario.step_count = count;
	for (uint32_t i = 0; i < count; i++)
		search->steps[i] = (struct step){.verb = VERB_NONE, .settle = true};
	search->steps[0].verb = VERB_START;
	search->steps[0].together = true;
	search->all = allocate(scenario->node_count, sizeof *search->all);
	for (uint32_t node = 0; node < scenario->node_count; node++)
		search->all[node] = node;
	search->steps[0].nodes = (struct index_list){scenario->node_count, search->all};
}

void explore(const struct scenario *scenario, const struct explore_options *options, struct exploration *exploration)
{
	struct search search = {.options = options, .exploration = exploration, .judging = true};

	memset(exploration, 0, sizeof *exploration);
	if (!options->events)
		events_make(&exploration->events, scenario->node_count);
	search.events = options->events ? options->events : &exploration->events;
	search.nodes = allocate(scenario->node_count, sizeof *search.nodes);
	make_scenario(&search, scenario);
	search.check_bytes = check_size(&search.scenario);
	search.check = allocate(1, search.check_bytes);
	search.check_copy = allocate(1, search.check_bytes);
	check_init(search.check, &search.scenario);
	search.world = world_create(&search.scenario, choice_plain, 0);
	world_observe(search.world, (struct observer){&search, observe});
	search.state_room = 1024;
	search.states = allocate(search.state_room, sizeof *search.states);
	search.index_room = 4096;
	search.index = allocate(search.index_room, sizeof *search.index);
	search_all(&search);
	world_destroy(search.world);
	free(search.steps);
	free(search.all);
	free(search.nodes);
	free(search.check);
	free(search.check_copy);
	free(search.world_copy);
	free(search.states);
	free(search.index);
}

void exploration_free(struct exploration *exploration)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++)
		free(exploration->findings[i].steps);
	free(exploration->findings);
	events_free(&exploration->events);
	memset(exploration, 0, sizeof *exploration);
}
