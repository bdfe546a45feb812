/*
 * The script: when each step of the scenario begins and when it is done.
 *
 * A step begins when the cluster has settled, or at the moment it names; it ends
 * when the next one is about to begin.
 */
#include "sim/world/state.h"

#include "sim/ensure.h"

/* A cluster that is still busy after so much virtual time will not come to rest.
 * With thousands of nodes a single change of rings takes hours. */
static uint64_t rest_ns(const struct scenario *scenario)
{
	uint64_t change_ms = scenario_token_ms(scenario) + scenario_consensus_ms(scenario);

	return (3600000 + 4 * change_ms) * SCENARIO_MS;
}

static const struct step *step_of(const struct world *world, uint32_t step)
{
	return &world->scenario->steps[step];
}

static void tell_step(struct world *world, enum observation_kind kind)
{
	observe_node(world, kind, NONE, world_at_rest(world), NULL);
}

/* ---- what a step does ---- */

static void each_node(struct world *world, const struct step *step)
{
	for (uint32_t i = 0; i < step->nodes.count; i++) {
		uint32_t node = step->nodes.index[i];

		world_reserve_call(world);
		if (step->verb == VERB_STOP)
			daemon_stop(world, node, step->wipe);
		else if (step->verb == VERB_CRASH)
			daemon_crash(world, node, step->wipe);
		else if (step->verb == VERB_PAUSE)
			daemon_pause(world, node);
		else if (step->verb == VERB_RESUME)
			daemon_resume(world, node);
		else if (step->verb == VERB_CANCEL_WAIT_FOR_ALL)
			daemon_cancel_wait_for_all(world, node);
		else
			daemon_reload(world, node);
	}
}

static void new_files(struct world *world, uint32_t step)
{
	for (uint32_t node = 0; node < world->node_count; node++)
		if (step_of(world, step)->configs[node])
			node_of(world, node)->file_config = step + 1;
}

static void act(struct world *world, uint32_t index)
{
	const struct step *step = step_of(world, index);

	switch (step->verb) {
	case VERB_NONE:
	case VERB_WAIT:
	case VERB_START:
		return; /* time and start_next() do it */
	case VERB_RELOAD:
		new_files(world, index);
		each_node(world, step);
		return;
	case VERB_STOP:
	case VERB_CRASH:
	case VERB_PAUSE:
	case VERB_RESUME:
	case VERB_CANCEL_WAIT_FOR_ALL:
		each_node(world, step);
		return;
	case VERB_PARTITION:
		network_partition(world, step);
		return;
	case VERB_INJECT:
		daemon_inject(world, step->nodes.index[0], step->injected);
		return;
	case VERB_HEAL:
		network_heal(world);
		return;
	case VERB_LINK:
		network_link(world, step);
		return;
	default:
		application_step(world, index);
	}
}

/* ---- when ---- */

static void wait_until(struct world *world, uint64_t time_ns)
{
	state_of(world)->script.until_ns = time_ns;
	if (time_ns > state_of(world)->now_ns)
		event_push(world, time_ns, (struct event){.kind = EVENT_UNTIL});
}

static bool reached(const struct world *world)
{
	return state_of(world)->now_ns >= state_of(world)->script.until_ns;
}

static void begin(struct world *world)
{
	struct script *script = &state_of(world)->script;
	const struct step *step = step_of(world, script->step);

	script->phase = SCRIPT_DURING;
	script->arrival = 0;
	script->part = 0;
	script->began_ns = state_of(world)->now_ns;
	script->until_ns = script->began_ns;
	tell_step(world, OBSERVE_STEP_BEGIN);
	act(world, script->step);
	if (step->verb == VERB_WAIT)
		wait_until(world, state_of(world)->script.began_ns + step->wait_ns);
}

/* Nodes start one after the other, each settled before the next. True: it has started one. */
static bool start_next(struct world *world)
{
	struct script *script = &state_of(world)->script;
	const struct step *step = step_of(world, script->step);

	if (step->verb != VERB_START || script->part == step->nodes.count)
		return false;
	if (script->part > 0 && !step->together && !world_at_rest(world))
		return false;
	daemon_start(world, step->nodes.index[script->part]);
	state_of(world)->script.part++;
	return true;
}

static bool started(const struct world *world)
{
	const struct script *script = &state_of(world)->script;
	const struct step *step = step_of(world, script->step);

	return step->verb != VERB_START || script->part == step->nodes.count;
}

/* The moment a step asks for: its own (at, after), or none. */
static bool own_moment(const struct world *world, uint32_t index, uint64_t *time_ns)
{
	const struct step *step = step_of(world, index);

	if (step->has_at)
		*time_ns = step->at_ns;
	else if (step->has_after)
		*time_ns = state_of(world)->script.began_ns + step->after_ns;
	else
		return false;
	return true;
}

/* May a step begin, whatever goes before it? One whose moment has passed may at once. */
static bool is_due(struct world *world, uint32_t index)
{
	struct script *script = &state_of(world)->script;
	uint64_t time_ns;

	if (own_moment(world, index, &time_ns)) {
		if (!script->arrival) {
			script->arrival = 1;
			wait_until(world, time_ns);
		}
		if (!reached(world))
			return false;
	}
	return !step_of(world, index)->settle || world_at_rest(world);
}

/* Is the step under way done, so that the next may begin? */
static bool may_go_on(struct world *world)
{
	uint32_t next = state_of(world)->script.step + 1;

	if (!started(world) || !reached(world))
		return false;
	if (next == world->scenario->step_count)
		return world_at_rest(world);
	return is_due(world, next);
}

/* So long after the moment that it waited for it should have come to rest. */
static bool is_restless(const struct world *world)
{
	const struct script *script = &state_of(world)->script;
	uint64_t since_ns = script->until_ns > script->began_ns ? script->until_ns : script->began_ns;

	return state_of(world)->now_ns > since_ns + rest_ns(world->scenario);
}

static void finish(struct world *world)
{
	state_of(world)->script.phase = SCRIPT_OVER;
	observe_node(world, OBSERVE_RUN_END, NONE, world_at_rest(world), NULL);
}

static void end_step(struct world *world)
{
	struct script *script = &state_of(world)->script;

	tell_step(world, OBSERVE_STEP_END);
	if (script->step + 1 == world->scenario->step_count)
		finish(world);
	else {
		script->step++;
		script->phase = SCRIPT_BEFORE;
	}
}

static void give_up(struct world *world)
{
	state_of(world)->stuck = 1;
	tell_step(world, OBSERVE_STEP_END);
	finish(world);
}

/* True: the script did something. False: it waits for the next event, or is over. */
bool script_advance(struct world *world)
{
	struct state *state = state_of(world);

	switch (state->script.phase) {
	case SCRIPT_BEFORE:
		if (world->scenario->step_count == 0)
			finish(world);
		else if (state->script.step == 0 && !is_due(world, 0))
			return false;
		else
			begin(world);
		return state_of(world)->script.phase != SCRIPT_OVER;
	case SCRIPT_DURING:
		if (start_next(world))
			return true;
		if (may_go_on(world)) {
			end_step(world);
			return state_of(world)->script.phase != SCRIPT_OVER;
		}
		if (is_restless(world))
			give_up(world);
		return false;
	default:
		return false;
	}
}
