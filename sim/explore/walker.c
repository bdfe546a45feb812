/*
 * Along the way that the walker stands on a snapshot is kept for each step, so that a
 * neighbour is reached by the steps in which its way differs.
 */
#include "sim/explore/walker.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/explore/interleave.h"
#include "sim/explore/shortcut.h"
#include "sim/explore/snapshot.h"
#include "sim/explore/symmetry.h"
#include "sim/world/world.h"

struct walker {
	const struct explore_options *options;
	const struct events *events;
	struct scenario scenario; /* step 0 starts all, then room for the way */
	struct step *steps;
	uint32_t *all;                   /* nodes */
	struct scenario_client *clients; /* one at each node, when some event makes calls */
	struct world *world;
	struct check *check;
	struct ground ground;
	struct snapshot *snapshots; /* after so many events of the way */
	uint32_t *way;
	const uint32_t **way_departures;
	uint32_t way_count;
	bool started;
	struct interleaver *interleaver; /* NULL: everything goes the usual way */
	struct shortcuts *shortcuts;     /* NULL: every event is run */
	struct symmetry *symmetry;       /* NULL: names count */
	uint8_t *essences;               /* of all nodes */
	uint32_t *groups;
	size_t essence_bytes;
	bool requests;               /* some event makes calls */
	struct shortcut_node *nodes; /* as they are after an event */
	/* of the event that is tried */
	struct expansion *expansion;
	struct outcome *outcomes;  /* by event; event UINT32_MAX: it was not tried */
	struct explore_node *seen; /* by event, when visited */
	bool judging;
	uint32_t state, event;
};

/* ---- what is found ---- */

bool shown_alike(const struct shown *shown, const struct verdict *verdict)
{
	return shown->rule == verdict->rule && shown->hazard == verdict->hazard && shown->kind == verdict->kind;
}

static void add_shown(struct expansion *expansion, struct shown shown)
{
	expansion->shown = grown(expansion->shown, expansion->shown_count, &expansion->shown_room, sizeof shown);
	expansion->shown[expansion->shown_count++] = shown;
}

/* Events of one state are tried in another order than they are told. */
static void keep_told(struct walker *walker, const struct verdict *verdict)
{
	struct expansion *expansion = walker->expansion;
	struct told *told = expansion->told;
	uint32_t i = 0;
	struct shown shown = {verdict->kind, verdict->rule, verdict->hazard};

	while (i < expansion->told_count && !shown_alike(&shown, &told[i].verdict))
		i++;
	if (i < expansion->told_count && (told[i].state != walker->state || told[i].event <= walker->event))
		return;
	if (i == expansion->told_count) {
		expansion->told = grown(told, i, &expansion->told_room, sizeof *told);
		expansion->told_count++;
	}
	expansion->told[i] = (struct told){walker->state, walker->event, *verdict};
}

static void take_verdict(void *ctx, const struct verdict *verdict)
{
	struct walker *walker = ctx;
	struct outcome *outcome = &walker->outcomes[walker->event];

	if (!walker->judging || (verdict->kind != VERDICT_BREACH && verdict->kind != VERDICT_HAZARD))
		return;
	outcome->breached = outcome->breached || verdict->kind == VERDICT_BREACH;
	if (!outcome->shown_count)
		outcome->shown_first = walker->expansion->shown_count;
	outcome->shown_count++;
	add_shown(walker->expansion, (struct shown){verdict->kind, verdict->rule, verdict->hazard});
	keep_told(walker, verdict);
}

static void observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct walker *walker = ctx;

	check_observe(walker->check, &walker->scenario, view, observation, take_verdict, walker);
}

void expansion_clear(struct expansion *expansion)
{
	expansion->outcome_count = expansion->shown_count = expansion->told_count = expansion->word_count = 0;
	expansion->interleavings = (struct explore_interleavings){.complete = UINT32_MAX};
}

void expansion_free(struct expansion *expansion)
{
	free(expansion->outcomes);
	free(expansion->shown);
	free(expansion->told);
	free(expansion->nodes);
	free(expansion->words);
	memset(expansion, 0, sizeof *expansion);
}

/* ---- walking ---- */

/* Let step number `step` happen and the cluster settle after it. */
static void take_step(struct walker *walker, uint32_t step)
{
	while (world_step(walker->world) <= step && world_advance(walker->world))
		;
}

static void go_back(struct walker *walker)
{
	snapshot_return(&walker->snapshots[walker->way_count], &walker->ground);
}

static void start(struct walker *walker)
{
	if (walker->started)
		return;
	walker->started = true;
	take_step(walker, 0);
	snapshot_take(&walker->snapshots[0], &walker->ground);
}

static void set_step(struct walker *walker, uint32_t step, uint32_t event)
{
	walker->steps[step] = walker->events->steps[event];
}

static void walk_to(struct walker *walker, struct way way)
{
	uint32_t same = 0;

	walker->judging = false;
	start(walker);
	while (same < way.count && same < walker->way_count && way.events[same] == walker->way[same] &&
	       (!way.departures || way.departures[same] == walker->way_departures[same]))
		same++;
	walker->way_count = same;
	go_back(walker);
	for (; walker->way_count < way.count; snapshot_take(&walker->snapshots[walker->way_count], &walker->ground)) {
		uint32_t event = way.events[walker->way_count];

		walker->way_departures[walker->way_count] = way.departures ? way.departures[walker->way_count] : NULL;
		if (walker->interleaver)
			interleaver_follow(walker->interleaver, walker->way_departures[walker->way_count]);
		set_step(walker, walker->way_count + 1, event);
		take_step(walker, walker->way_count + 1);
		walker->way[walker->way_count++] = event;
	}
}

/* ---- looking ---- */

static void look_at(struct walker *walker, uint32_t node)
{
	const struct world_view view = world_view(walker->world);
	struct shortcut_node *seen = &walker->nodes[node];
	uint8_t *essence = walker->essences + node * walker->essence_bytes;
	struct vq_info info;

	info.flags = 0;
	seen->up = view.getinfo(view.world, node, 0, &info) == VQ_OK;
	seen->quorate = seen->up && info.flags & VQ_INFO_QUORATE;
	seen->by_votes = seen->up && info.total_votes >= info.quorum;
	seen->registered = seen->up && info.flags & VQ_INFO_QDEVICE_REGISTERED;
	seen->group = world_group(walker->world, node);
	if (walker->options->exact)
		return;
	walker->groups[node] = seen->group;
	world_essence(walker->world, node, walker->requests, essence);
	if (!walker->symmetry)
		world_essence_digest(essence, seen->digest);
}

static void look(struct walker *walker)
{
	for (uint32_t node = 0; node < walker->scenario.node_count; node++)
		look_at(walker, node);
}

static void hash_state(const struct walker *walker, uint64_t hash[2])
{
	if (walker->options->exact)
		world_hash_settled(walker->world, hash);
	else if (walker->symmetry)
		symmetry_hash(walker->symmetry, walker->essences, walker->groups, hash);
	else
		shortcut_hash(walker->nodes, walker->scenario.node_count, hash);
}

static bool any_quorate(const struct walker *walker)
{
	for (uint32_t node = 0; node < walker->scenario.node_count; node++)
		if (walker->nodes[node].quorate)
			return true;
	return false;
}

static void tell_nodes(struct walker *walker, uint32_t event)
{
	uint32_t count = walker->scenario.node_count;
	struct explore_node *seen = walker->seen ? &walker->seen[(size_t)event * count] : NULL;

	for (uint32_t node = 0; seen && node < count; node++) {
		uint32_t other = 0;

		while (other < node &&
		       !(walker->nodes[other].up && walker->nodes[other].group == walker->nodes[node].group))
			other++;
		seen[node] = (struct explore_node){
			.component = walker->nodes[node].up ? other : UINT32_MAX,
			.quorate = walker->nodes[node].quorate,
		};
	}
}

/* ---- trying ---- */

static void begin_outcome(struct walker *walker, uint32_t event)
{
	walker->event = event;
	walker->outcomes[event] = (struct outcome){.state = walker->state, .event = event};
}

static void end_outcome(struct walker *walker, uint32_t event)
{
	hash_state(walker, walker->outcomes[event].hash);
	walker->outcomes[event].quorate = any_quorate(walker);
	tell_nodes(walker, event);
}

static void run_event(struct walker *walker, uint32_t event)
{
	begin_outcome(walker, event);
	walker->outcomes[event].simulated = true;
	set_step(walker, walker->way_count + 1, event);
	take_step(walker, walker->way_count + 1);
	look(walker);
	end_outcome(walker, event);
	if (walker->shortcuts)
		shortcuts_learn(walker->shortcuts, event, walker->nodes, walker->outcomes[event].shown_count == 0);
	go_back(walker);
}

/* The same came of another event: the same was shown. */
static void copy_shown(struct walker *walker, uint32_t event, uint32_t from)
{
	struct outcome *outcome = &walker->outcomes[event];
	const struct outcome *like = &walker->outcomes[from];

	outcome->breached = like->breached;
	outcome->shown_count = like->shown_count;
	outcome->shown_first = walker->expansion->shown_count;
	for (uint32_t i = 0; i < like->shown_count; i++)
		add_shown(walker->expansion, walker->expansion->shown[like->shown_first + i]);
}

static bool take_shortcut(struct walker *walker, uint32_t event)
{
	uint32_t like;

	if (!walker->shortcuts || !shortcuts_take(walker->shortcuts, event, walker->nodes, &like))
		return false;
	begin_outcome(walker, event);
	if (like != SHORTCUT_NOTHING_SHOWN)
		copy_shown(walker, event, like);
	end_outcome(walker, event);
	return true;
}

/* A call that cannot reach anybody, or a device that says what is known. */
static bool is_idle_call(const struct step *event, const struct shortcut_node *now)
{
	const struct shortcut_node *node = &now[event->client];

	return !node->up || (event->verb == VERB_QDEVICE_REGISTER && node->registered) ||
	       (event->verb == VERB_QDEVICE_POLL && !node->registered);
}

/* An event that can change nothing is not tried: a start of a node that is up. */
static bool is_idle(const struct step *event, const struct shortcut_node *now)
{
	if (verb_is_call(event->verb))
		return is_idle_call(event, now);
	if (event->verb != VERB_START && event->verb != VERB_STOP && event->verb != VERB_CRASH &&
	    event->verb != VERB_CANCEL_WAIT_FOR_ALL)
		return false;
	for (uint32_t i = 0; i < event->nodes.count; i++)
		if (now[event->nodes.index[i]].up != (event->verb == VERB_START))
			return false;
	return true;
}

static void mark_idle(struct walker *walker)
{
	for (uint32_t event = 0; event < walker->events->count; event++)
		walker->outcomes[event].event =
			is_idle(&walker->events->steps[event], walker->nodes) ? UINT32_MAX : event;
}

static void add_outcome(struct walker *walker, uint32_t event)
{
	struct expansion *expansion = walker->expansion;
	uint32_t nodes = walker->scenario.node_count, at = expansion->outcome_count, room = expansion->outcome_room;

	expansion->outcomes = grown(expansion->outcomes, at, &expansion->outcome_room, sizeof *expansion->outcomes);
	if (walker->seen && room != expansion->outcome_room) {
		expansion->nodes =
			realloc(expansion->nodes, (size_t)expansion->outcome_room * nodes * sizeof *expansion->nodes);
		ALWAYS(expansion->nodes != NULL);
	}
	expansion->outcomes[at] = walker->outcomes[event];
	if (walker->seen)
		memcpy(&expansion->nodes[(size_t)at * nodes], &walker->seen[(size_t)event * nodes],
		       nodes * sizeof *walker->seen);
	expansion->outcome_count++;
}

/* In the order of events, whatever order they were tried in. */
static void hand_over(struct walker *walker)
{
	for (uint32_t event = 0; event < walker->events->count; event++)
		if (walker->outcomes[event].event != UINT32_MAX)
			add_outcome(walker, event);
}

/* ---- all ways of an event ---- */

const uint32_t *expansion_departures(const struct expansion *expansion, const struct outcome *outcome)
{
	return outcome->departures ? expansion->words + outcome->departures : NULL;
}

static uint32_t keep_departures(struct expansion *expansion, const uint32_t *list)
{
	uint32_t at = expansion->word_count ? expansion->word_count : 1, count = list ? 1 + list[0] : 0;

	if (!count)
		return 0;
	if (at + count > expansion->word_room) {
		expansion->word_room = 2 * expansion->word_room + count + 64;
		expansion->words = realloc(expansion->words, expansion->word_room * sizeof *expansion->words);
		ALWAYS(expansion->words != NULL);
	}
	memcpy(expansion->words + at, list, count * sizeof *list);
	expansion->word_count = at + count;
	return at;
}

static bool same_outcome(const struct expansion *expansion, const struct outcome *a, const struct outcome *b)
{
	return a->hash[0] == b->hash[0] && a->hash[1] == b->hash[1] && a->unfinished == b->unfinished &&
	       a->breached == b->breached && a->shown_count == b->shown_count &&
	       (a->shown_count == 0 || memcmp(expansion->shown + a->shown_first, expansion->shown + b->shown_first,
					      a->shown_count * sizeof *expansion->shown) == 0);
}

/* Keep what came of a run, unless the same came of another of the event's, the first of which is `first`. */
static void keep_run(struct walker *walker, uint32_t first)
{
	struct expansion *expansion = walker->expansion;
	struct outcome *outcome = &walker->outcomes[walker->event];
	uint32_t at = expansion->outcome_count;

	for (uint32_t i = first; i < at; i++)
		if (same_outcome(expansion, &expansion->outcomes[i], outcome)) {
			expansion->shown_count -= outcome->shown_count;
			return;
		}
	outcome->departures = keep_departures(expansion, interleaver_departures(walker->interleaver));
	add_outcome(walker, walker->event);
}

static void add_interleaved(struct explore_interleavings *to, const struct interleaved *done)
{
	to->runs += done->runs;
	to->ways = explore_sum_ways(to->ways, done->ways);
	to->cut += done->dropped != 0;
	to->dropped += done->dropped;
	to->most = done->runs > to->most ? (uint32_t)done->runs : to->most;
	if (done->dropped && done->complete < to->complete)
		to->complete = done->complete;
}

static void run_all_ways(struct walker *walker, uint32_t event)
{
	uint32_t step = walker->way_count + 1, first = walker->expansion->outcome_count;
	struct outcome *outcome = &walker->outcomes[event];
	struct interleaved done;

	set_step(walker, step, event);
	interleaver_begin(walker->interleaver, &walker->ground, &walker->snapshots[walker->way_count], step,
			  walker->options->interleavings);
	while (interleaver_next(walker->interleaver)) {
		begin_outcome(walker, event);
		outcome->simulated = true;
		outcome->unfinished = !interleaver_run(walker->interleaver, &outcome->breached);
		if (!outcome->unfinished) {
			look(walker);
			end_outcome(walker, event);
		}
		if (!outcome->unfinished || outcome->shown_count)
			keep_run(walker, first);
	}
	go_back(walker);
	done = interleaver_done(walker->interleaver);
	add_interleaved(&walker->expansion->interleavings, &done);
}

static void expand_all_ways(struct walker *walker)
{
	for (uint32_t event = 0; event < walker->events->count; event++)
		if (walker->outcomes[event].event != UINT32_MAX)
			run_all_ways(walker, event);
}

const struct choice_made *walker_choices(struct walker *walker, struct way way, uint32_t event,
					 const uint32_t *departures, uint32_t *count)
{
	ALWAYS(!walker->started && walker->interleaver);
	walk_to(walker, way);
	interleaver_follow(walker->interleaver, departures);
	set_step(walker, way.count + 1, event);
	take_step(walker, way.count + 1);
	return interleaver_made(walker->interleaver, count);
}

void walker_expand(struct walker *walker, uint32_t state, struct way way, struct expansion *expansion)
{
	walk_to(walker, way);
	walker->judging = true;
	walker->state = state;
	walker->expansion = expansion;
	look(walker);
	mark_idle(walker);
	if (walker->interleaver) {
		expand_all_ways(walker);
		return;
	}
	if (walker->shortcuts)
		shortcuts_begin(walker->shortcuts, walker->nodes);
	for (uint32_t i = 0; i < walker->events->count; i++) {
		uint32_t event = walker->shortcuts ? shortcuts_order(walker->shortcuts, i) : i;

		if (walker->outcomes[event].event != UINT32_MAX && !take_shortcut(walker, event))
			run_event(walker, event);
	}
	hand_over(walker);
}

void walker_hash(struct walker *walker, struct way way, uint64_t hash[2])
{
	walk_to(walker, way);
	look(walker);
	hash_state(walker, hash);
}

/* ---- its life ---- */

static bool makes_requests(const struct events *events)
{
	for (uint32_t event = 0; event < events->count; event++)
		if (verb_is_call(events->steps[event].verb) || events->steps[event].verb == VERB_CANCEL_WAIT_FOR_ALL)
			return true;
	return false;
}

static void make_clients(struct walker *walker)
{
	if (!walker->requests)
		return;
	walker->scenario.client_count = walker->scenario.node_count;
	walker->clients = allocate(walker->scenario.node_count, sizeof *walker->clients);
	walker->scenario.clients = walker->clients;
	for (uint32_t node = 0; node < walker->scenario.node_count; node++)
		walker->clients[node] = (struct scenario_client){.name = EXPLORE_CLIENT, .node = node};
}

static void make_scenario(struct walker *walker, const struct scenario *scenario)
{
	uint32_t count = walker->options->depth + 2; /* the last is never reached: a run must not end */

	walker->scenario = *scenario;
	walker->scenario.client_count = 0;
	walker->requests = makes_requests(walker->events);
	make_clients(walker);
	walker->steps = allocate(count, sizeof *walker->steps);
	walker->scenario.steps = walker->steps;
	walker->scenario.step_count = count;
	for (uint32_t i = 0; i < count; i++)
		walker->steps[i] = (struct step){.verb = VERB_NONE, .settle = true};
	walker->steps[0].verb = VERB_START;
	walker->steps[0].together = true;
	walker->all = allocate(scenario->node_count, sizeof *walker->all);
	for (uint32_t node = 0; node < scenario->node_count; node++)
		walker->all[node] = node;
	walker->steps[0].nodes = (struct index_list){scenario->node_count, walker->all};
}

static void make_world(struct walker *walker)
{
	size_t check_bytes = check_size(&walker->scenario);

	walker->check = allocate(1, check_bytes);
	check_init(walker->check, &walker->scenario);
	if (walker->options->interleavings)
		walker->interleaver = interleaver_create();
	walker->world = world_create(&walker->scenario,
				     walker->interleaver ? interleaver_choice(walker->interleaver) : choice_token, 0);
	walker->ground = (struct ground){walker->world, walker->check, check_bytes};
	world_observe(walker->world, (struct observer){walker, observe});
	walker->essence_bytes = world_essence_size(walker->world);
	walker->essences = allocate(walker->scenario.node_count, walker->essence_bytes);
	walker->groups = allocate(walker->scenario.node_count, sizeof *walker->groups);
	/* who called shows in where the token is: names matter */
	if (walker->options->symmetry && !walker->options->exact && !walker->requests)
		walker->symmetry = symmetry_create(&walker->scenario, walker->essence_bytes);
}

struct walker *walker_create(const struct scenario *scenario, const struct explore_options *options,
			     const struct events *events)
{
	struct walker *walker = allocate(1, sizeof *walker);
	size_t nodes = scenario->node_count;

	walker->options = options;
	walker->events = events;
	make_scenario(walker, scenario);
	make_world(walker);
	walker->snapshots = allocate(options->depth + 1, sizeof *walker->snapshots);
	walker->way = allocate(options->depth + 1, sizeof *walker->way);
	walker->way_departures = allocate(options->depth + 1, sizeof(const uint32_t *));
	walker->nodes = allocate(nodes, sizeof *walker->nodes);
	walker->outcomes = allocate(events->count, sizeof *walker->outcomes);
	if (options->visit)
		walker->seen = allocate(events->count * nodes, sizeof *walker->seen);
	if (!options->exact && !options->run_all && !walker->symmetry && !walker->interleaver)
		walker->shortcuts = shortcuts_create(scenario, events);
	return walker;
}

void walker_destroy(struct walker *walker)
{
	world_destroy(walker->world);
	shortcuts_destroy(walker->shortcuts);
	for (uint32_t i = 0; i <= walker->options->depth; i++) {
		snapshot_free(&walker->snapshots[i]);
	}
	free(walker->snapshots);
	free(walker->steps);
	free(walker->all);
	free(walker->clients);
	free(walker->check);
	free(walker->way);
	free(walker->way_departures);
	interleaver_destroy(walker->interleaver);
	free(walker->essences);
	free(walker->groups);
	symmetry_destroy(walker->symmetry);
	free(walker->nodes);
	free(walker->outcomes);
	free(walker->seen);
	free(walker);
}
