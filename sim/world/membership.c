/*
 * Who forms a ring with whom, and when: totem's membership protocol as seen from
 * outside. Active nodes that all reach each other make a component; a component
 * that is not exactly one whole ring forms a new one when totem would have
 * noticed: after token and consensus for members lost without a word, after the
 * merge timeout for others found, at once for a clean leave (corosync.conf(5):
 * token, consensus, join, merge).
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"

#define CONTACT_LATE 3u /* joins were lost: it takes as long as a lost member */
#define STAGES_MAX 3u   /* rings on the way to one of all, at most */

static uint64_t ms(uint64_t value_ms)
{
	return value_ms * SCENARIO_MS;
}

/* ---- rings in components ---- */

struct ring_walk { /* goes through the rings that have members in a component, each once */
	uint32_t component;
	uint32_t node; /* the next to look at */
};

static struct ring_walk walk_rings(struct world *world, uint32_t component)
{
	memset(world->chosen, 0, world->node_count + 1);
	return (struct ring_walk){component, component};
}

/* NONE: that was all. */
static uint32_t next_ring(struct world *world, struct ring_walk *walk)
{
	while (walk->node < world->node_count) {
		uint32_t node = walk->node++, slot = node_of(world, node)->ring;

		if (world->component[node] != walk->component || world->chosen[slot])
			continue;
		world->chosen[slot] = 1;
		return slot;
	}
	return NONE;
}

/* Members of a ring that its component cannot reach, and that did not say goodbye. */
static uint32_t count_lost(const struct world *world, uint32_t ring, uint32_t component)
{
	const uint32_t *members = ring_members(world, ring);
	uint32_t lost = 0;

	for (uint32_t i = 0; i < ring_of(world, ring)->member_count; i++)
		if (world->component[members[i]] != component && node_of(world, members[i])->leaving != LEFT)
			lost++;
	return lost;
}

static uint32_t count_here(const struct world *world, uint32_t ring, uint32_t component)
{
	const uint32_t *members = ring_members(world, ring);
	uint32_t here = 0;

	for (uint32_t i = 0; i < ring_of(world, ring)->member_count; i++)
		here += world->component[members[i]] == component && node_of(world, members[i])->ring == ring;
	return here;
}

/* Has the token been lost although every member is back? Then they form anew. */
static void note_return(struct world *world, struct ring_state *ring)
{
	if (ring->broken_ns != NEVER_NS &&
	    state_of(world)->now_ns >= ring->broken_ns + ms(scenario_token_ms(world->scenario)))
		ring->flags |= RING_REFORM;
	ring->broken_ns = NEVER_NS;
}

/* Look at one ring from one component in which it has members. */
static void look_at_ring(struct world *world, uint32_t slot, uint32_t component)
{
	struct ring_state *ring = ring_of(world, slot);
	bool whole = count_here(world, slot, component) == ring->member_count && !(ring->flags & RING_FIRST);

	if (whole)
		note_return(world, ring);
	else if (ring->broken_ns == NEVER_NS)
		ring->broken_ns = state_of(world)->now_ns;
	if (whole && !(ring->flags & (RING_WHOLE | RING_REFORM))) {
		ring->flags |= RING_WHOLE;
		ring_resume(world, slot);
	} else if (!whole || ring->flags & RING_REFORM) {
		ring->flags &= ~(uint32_t)RING_WHOLE;
	}
}

/* A ring has found others, or lost one that said goodbye: others may be here in the
 * midst of the sync that is under way, or the way to a ring of all takes long
 * (recording explored-lms-atb). */
static void note_contact(struct world *world, struct ring_state *ring)
{
	if (ring->contact_ns != NEVER_NS)
		return;
	ring->contact_ns = state_of(world)->now_ns;
	ring->early = world_pick(world, 4, CHOOSE_CONTACT);
}

/* NONE: the nodes that are in no component. */
static void forget_meeting(struct world *world, uint32_t component)
{
	for (uint32_t node = 0; node < world->node_count; node++)
		if (world->component[node] == component)
			node_of(world, node)->met_ns = NEVER_NS;
}

struct component {               /* what one pass over the nodes finds of it */
	uint64_t ready_ns;       /* of all its rings together */
	uint64_t first_ready_ns; /* of nodes that start: they form alone, before */
	uint32_t rings;
	uint32_t ring; /* the last of them */
	uint32_t size;
	bool at_rest;
};

static struct component look_at_component(struct world *world, uint32_t component)
{
	struct component found = {.first_ready_ns = NEVER_NS};
	struct ring_walk walk = walk_rings(world, component);
	uint32_t slot;

	while ((slot = next_ring(world, &walk)) != NONE) {
		look_at_ring(world, slot, component);
		found.rings++;
		found.ring = slot;
	}
	for (uint32_t node = component; node < world->node_count; node++)
		found.size += world->component[node] == component;
	found.at_rest = found.rings == 1 &&
			(ring_of(world, found.ring)->flags & (RING_WHOLE | RING_TWICE)) == RING_WHOLE &&
			ring_of(world, found.ring)->member_count == found.size;
	if (found.at_rest) {
		ring_of(world, found.ring)->contact_ns = NEVER_NS;
		ring_of(world, found.ring)->stages = 0;
		forget_meeting(world, component);
	}
	return found;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct ready {          /* of a component's rings, in ns */
	uint64_t lost;  /* those that lost a member without a word; 0: none */
	uint64_t merge; /* the others */
	uint64_t early; /* others that meet in the midst of a sync; NEVER_NS: none */
	bool late;      /* joins of one that lost a member were lost */
};

static void add_ready(struct world *world, uint32_t slot, uint32_t component, struct component *found,
		      struct ready *ready)
{
	const struct totem *totem = &world->scenario->totem;
	struct ring_state *ring = ring_of(world, slot);
	uint64_t token_ms = scenario_token_ms(world->scenario), consensus_ms = scenario_consensus_ms(world->scenario);

	note_contact(world, ring);
	if (ring->flags & RING_FIRST)
		found->first_ready_ns = sooner(found->first_ready_ns, ring->contact_ns + ms(totem->join_ms));
	else if (count_lost(world, slot, component)) {
		ready->lost = later(ready->lost, ring->broken_ns + ms(token_ms + consensus_ms));
		ready->late = ready->late || ring->early == CONTACT_LATE;
	} else if (ring->early == CONTACT_LATE)
		ready->merge = later(ready->merge, ring->contact_ns + ms(token_ms + consensus_ms));
	else if (ring->early)
		ready->early = sooner(ready->early,
				      ring->contact_ns + ring->early * world->scenario->network.latency_ns + 1);
	else if (ring->flags & RING_REFORM || ring->here < ring->member_count)
		ready->merge = later(ready->merge, ring->contact_ns + ms(totem->join_ms));
	else
		ready->merge = later(ready->merge, ring->contact_ns + ms(totem->merge_ms));
}

/* Nodes that lost some, but hear others, begin with those, though their token still goes round (recording
 * explored-lms-atb): since when the first of the component does. */
static uint64_t note_meeting(struct world *world, uint32_t component)
{
	uint64_t met_ns = state_of(world)->now_ns;

	for (uint32_t node = component; node < world->node_count; node++)
		if (world->component[node] == component)
			met_ns = sooner(met_ns, node_of(world, node)->met_ns);
	for (uint32_t node = component; node < world->node_count; node++)
		if (world->component[node] == component)
			node_of(world, node)->met_ns = met_ns;
	return met_ns;
}

/* When the component's rings are ready to form one. */
static void find_ready(struct world *world, uint32_t component, struct component *found)
{
	struct ring_walk walk = walk_rings(world, component);
	struct ready ready = {.early = NEVER_NS};
	uint32_t slot;

	while ((slot = next_ring(world, &walk)) != NONE)
		add_ready(world, slot, component, found, &ready);
	if (!ready.lost || found->rings < 2)
		forget_meeting(world, component);
	else if (!ready.late)
		ready.lost = sooner(ready.lost, note_meeting(world, component) + meeting_ns(world->scenario));
	if (ready.lost)
		found->ready_ns = later(ready.lost, ready.merge);
	else
		found->ready_ns = ready.early != NEVER_NS ? ready.early : ready.merge;
}

static uint64_t due_ns(const struct component *found)
{
	return found->first_ready_ns < NEVER_NS ? found->first_ready_ns : found->ready_ns;
}

/* How long a ring lasts that totem breaks up again and again. Recorded with tokens of
 * 600 and 1500 ms and consensus times of 720 to 2000. */
static uint64_t pace_ns(const struct world *world, enum pace pace)
{
	uint64_t consensus_ms = scenario_consensus_ms(world->scenario);
	uint64_t token_ms = scenario_token_ms(world->scenario);

	return ms(pace == PACE_CONSENSUS ? consensus_ms : consensus_ms + token_ms * 4 / 5);
}

static void keep_pace(struct world *world, uint32_t component, uint32_t slot)
{
	struct ring_state *ring = ring_of(world, slot);
	enum pace pace = world->pace[component];

	if (pace == PACE_NONE || ring->flags & RING_AGAIN)
		return;
	ring->flags |= RING_AGAIN;
	event_push(world, state_of(world)->now_ns + pace_ns(world, pace),
		   (struct event){.kind = EVENT_AGAIN, .a = slot, .b = ring->generation});
}

/* The world says what changed by telling each ring again whether it is whole. */
void membership_changed(struct world *world)
{
	struct state *state;
	uint64_t next_ns = NEVER_NS;

	find_components(world);
	forget_meeting(world, NONE);
	for (uint32_t node = 0; node < world->node_count; node++) {
		struct component found;

		if (world->component[node] != node)
			continue;
		found = look_at_component(world, node);
		if (found.at_rest) {
			keep_pace(world, node, found.ring);
			continue;
		}
		find_ready(world, node, &found);
		next_ns = due_ns(&found) < next_ns ? due_ns(&found) : next_ns;
	}
	state = state_of(world); /* a ring that went on has moved the block */
	if (next_ns != NEVER_NS && next_ns < state->now_ns)
		next_ns = state->now_ns;
	if (next_ns == state->form_ns)
		return;
	state->timers_queued += state->form_ns != NEVER_NS; /* its event is stale now */
	state->form_ns = next_ns;
	state->form_generation++;
	if (next_ns != NEVER_NS)
		event_push(world, next_ns, (struct event){.kind = EVENT_FORM, .a = state->form_generation});
}

/* ---- forming ---- */

/* The k-th ring (from 1) that has members in the component, NONE: there is none. */
static uint32_t nth_ring(struct world *world, uint32_t component, uint32_t k)
{
	struct ring_walk walk = walk_rings(world, component);
	uint32_t slot = next_ring(world, &walk);

	while (--k && slot != NONE)
		slot = next_ring(world, &walk);
	return slot;
}

/* The members of a component, of one ring only unless `ring` is NONE, and `guest`, into world->list. */
static uint32_t gather(struct world *world, uint32_t component, uint32_t ring, uint32_t guest)
{
	uint32_t count = 0;

	for (uint32_t node = component; node < world->node_count; node++)
		if (world->component[node] == component &&
		    (ring == NONE || node_of(world, node)->ring == ring || node == guest))
			world->list[count++] = node;
	return count;
}

static void form_first(struct world *world, uint32_t component)
{
	for (uint32_t node = component; node < world->node_count; node++) {
		uint32_t slot = node_of(world, node)->ring;

		if (world->component[node] != component || !(ring_of(world, slot)->flags & RING_FIRST))
			continue;
		if (ring_of(world, slot)->contact_ns + ms(world->scenario->totem.join_ms) > state_of(world)->now_ns)
			continue;
		ring_install(world, &node, 1);
	}
}

/* The k-th node (from 1) of a component that is not on the ring, NONE: there is none. */
static uint32_t nth_other(const struct world *world, uint32_t component, uint32_t ring, uint32_t k)
{
	for (uint32_t node = component; node < world->node_count; node++)
		if (world->component[node] == component && node_of(world, node)->ring != ring && --k == 0)
			return node;
	return NONE;
}

/* Those of a component that move, picked one by one. */
static uint32_t gather_any(struct world *world)
{
	uint32_t count = 0;

	for (world->candidate = 0; world->candidate < world->candidate_count; world->candidate++)
		if (world_pick(world, 2, CHOOSE_MOVER) == 0)
			world->list[count++] = world->candidates[world->candidate];
	return count;
}

/* A ring of all that does not last: all form it again, or any of them another (recording split-3-2). */
static uint32_t gather_again(struct world *world, uint32_t component, const struct component *found)
{
	if (!(ring_of(world, found->ring)->flags & RING_TWICE) || world_pick(world, 2, CHOOSE_MOVE) == 0)
		return gather(world, component, NONE, NONE);
	return gather_any(world);
}

/* Totem may take more than one step to bring rings together: the members of one may
 * form a ring by themselves first, even the same again, or those of the lowest with
 * one node of another, or any (recordings split-3-2, atb-odd-with-wfa, atb-highest-six,
 * split-three-pairs-then-merge-two). Into world->list; how many move. */
static uint32_t gather_movers(struct world *world, uint32_t component, const struct component *found)
{
	uint32_t lowest = nth_ring(world, component, 1), picked;
	uint32_t others = found->size - count_here(world, lowest, component);

	world->candidate_count = gather(world, component, NONE, NONE);
	memcpy(world->candidates, world->list, world->candidate_count * sizeof *world->list);
	if (found->rings < 2)
		return gather_again(world, component, found);
	picked = world_pick(world, 2 + found->rings + others, CHOOSE_MOVE);
	if (picked == 0)
		return gather(world, component, NONE, NONE);
	if (picked <= found->rings)
		return gather(world, component, nth_ring(world, component, picked), NONE);
	if (picked <= found->rings + others)
		return gather(world, component, lowest, nth_other(world, component, lowest, picked - found->rings));
	return gather_any(world);
}

/* Rings that were formed on the way, one after the other, by those in world->list. */
static uint32_t count_stages(const struct world *world, uint32_t count)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t stages = ring_of(world, node_of(world, world->list[i])->ring)->stages;

		most = stages > most ? stages : most;
	}
	return most;
}

static void form_together(struct world *world, uint32_t component, const struct component *found)
{
	uint32_t count = gather_movers(world, component, found), stages, slot;
	bool some = count < found->size || world->candidate == found->size;

	world->candidate = 0;
	stages = count_stages(world, count);
	if (some && (count == 0 || stages == STAGES_MAX)) {
		count = gather(world, component, NONE, NONE);
		some = false;
	}
	slot = ring_install(world, world->list, count);
	if (!some)
		return;
	ring_of(world, slot)->stages = stages + 1;
	if (count == found->size) /* all of them, once more (recording atb-two-steps-to-half) */
		ring_of(world, slot)->flags |= RING_TWICE;
}

static void form_component(struct world *world, uint32_t component)
{
	struct component found = look_at_component(world, component);

	if (found.at_rest)
		return;
	find_ready(world, component, &found);
	if (due_ns(&found) > state_of(world)->now_ns)
		return;
	if (found.first_ready_ns != NEVER_NS && (found.rings == 1 || world_pick(world, 2, CHOOSE_JOIN) == 0))
		form_first(world, component);
	else
		form_together(world, component, &found);
}

void membership_form(struct world *world)
{
	state_of(world)->form_ns = NEVER_NS;
	state_of(world)->form_generation++;
	find_components(world);
	for (uint32_t node = 0; node < world->node_count; node++)
		if (world->component[node] == node)
			form_component(world, node);
	membership_changed(world);
}

void membership_again(struct world *world, uint32_t slot, uint32_t generation)
{
	uint32_t component, count;

	if (ring_of(world, slot)->generation != generation)
		return;
	ring_of(world, slot)->flags &= ~(uint32_t)RING_AGAIN;
	find_components(world);
	component = world->component[ring_members(world, slot)[0]];
	if (component == NONE || world->pace[component] == PACE_NONE || !look_at_component(world, component).at_rest)
		return;
	count = gather(world, component, NONE, NONE);
	ring_install(world, world->list, count);
	membership_changed(world);
}
