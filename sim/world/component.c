/*
 * Who can make a ring together: nodes of one partition, unless single directions
 * of paths are cut there.
 *
 * What totem makes of those was recorded (harness/truth/FINDINGS.md, 51). Its token
 * goes round the members ascending: a ring goes on as long as that path carries,
 * whoever else is deaf to whom. When it does not, and all that is cut comes from one
 * node which some still hear, they never agree: either that node forms rings alone,
 * again and again, or, if it is the lowest, the others do; the rest are told nothing
 * until it is mended. Nodes that others hear and that hear nobody are clean apart.
 * Anything else totem does in another way each time; here it divides into those that
 * all hear each other.
 */
#include <string.h>

#include "sim/world/state.h"

static bool is_deaf(const struct world *world, uint32_t to, uint32_t from)
{
	return to != from && !link_up(world, from, to);
}

/* The active nodes of one partition, ascending, in world->list. */
static uint32_t list_partition(struct world *world, uint32_t first)
{
	uint32_t count = 0;

	for (uint32_t node = first; node < world->node_count; node++)
		if (node_active(world, node) && node_of(world, node)->group == node_of(world, first)->group)
			world->list[count++] = node;
	return count;
}

/* The one node that others do not hear; NONE: every node is heard by all; `count`: there are several. */
static uint32_t find_unheard(const struct world *world, uint32_t count)
{
	const uint32_t *list = world->list;
	uint32_t found = NONE;

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < count; k++) {
			if (!is_deaf(world, list[k], list[i]) || found == i)
				continue;
			if (found != NONE)
				return count;
			found = i;
		}
	return found;
}

static bool anybody_hears(const struct world *world, uint32_t count, uint32_t node)
{
	for (uint32_t i = 0; i < count; i++)
		if (world->list[i] != node && !is_deaf(world, world->list[i], node))
			return true;
	return false;
}

/* Are they all the members of one ring, whose token gets round? */
static bool token_gets_round(const struct world *world, uint32_t count)
{
	const uint32_t *list = world->list;
	uint32_t slot = node_of(world, list[0])->ring;

	if (ring_of(world, slot)->flags & RING_FIRST || ring_of(world, slot)->member_count != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (node_of(world, list[i])->ring != slot || is_deaf(world, list[(i + 1) % count], list[i]))
			return false;
	return true;
}

static void put_together(struct world *world, const uint32_t *list, uint32_t count, enum pace pace)
{
	for (uint32_t i = 0; i < count; i++)
		world->component[list[i]] = list[0];
	world->pace[list[0]] = (uint8_t)pace;
}

static void leave_waiting(struct world *world, const uint32_t *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct ring_state *ring = ring_of(world, node_of(world, list[i])->ring);

		world->component[list[i]] = NONE;
		ring->flags &= ~(uint32_t)RING_WHOLE;
		if (ring->broken_ns == NEVER_NS)
			ring->broken_ns = state_of(world)->now_ns;
	}
}

/* One node is heard by some and not by others. `place`: its in world->list. */
static void divide_at(struct world *world, uint32_t count, uint32_t place)
{
	const uint32_t *list = world->list;

	if (place == 0) {
		put_together(world, list + 1, count - 1, PACE_CONSENSUS_AND_TOKEN);
		leave_waiting(world, list, 1);
		return;
	}
	leave_waiting(world, list, place);
	leave_waiting(world, list + place + 1, count - place - 1);
	put_together(world, list + place, 1, place == count - 1 ? PACE_CONSENSUS : PACE_CONSENSUS_AND_TOKEN);
}

/* ---- cliques ---- */

static bool joins_clique(const struct world *world, uint32_t node, uint32_t first)
{
	for (uint32_t other = first; other < node; other++)
		if (world->component[other] == first && !nodes_reach(world, node, other))
			return false;
	return true;
}

/* It hears others, of which none hears it: what they send disturbs it for ever. */
static bool is_disturbed(const struct world *world, uint32_t count, uint32_t component)
{
	bool disturbed = false;

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < count; k++) {
			uint32_t inside = world->list[i], outside = world->list[k];

			if (world->component[inside] != component || world->component[outside] == component)
				continue;
			if (!is_deaf(world, outside, inside))
				return false;
			disturbed = disturbed || !is_deaf(world, inside, outside);
		}
	return disturbed;
}

/* The lowest node takes all that reach each other, then the lowest that is left. */
static void find_cliques(struct world *world, uint32_t count)
{
	const uint32_t *list = world->list;

	for (uint32_t first = 0; first < count; first++) {
		if (world->component[list[first]] != NONE)
			continue;
		world->component[list[first]] = list[first];
		for (uint32_t k = first + 1; k < count; k++)
			if (world->component[list[k]] == NONE && joins_clique(world, list[k], list[first]))
				world->component[list[k]] = list[first];
	}
	for (uint32_t i = 0; i < count; i++)
		if (world->component[list[i]] == list[i] && is_disturbed(world, count, list[i]))
			world->pace[list[i]] = PACE_CONSENSUS;
}

/* ---- all ---- */

static void divide(struct world *world, uint32_t first)
{
	uint32_t count = list_partition(world, first);
	uint32_t unheard = find_unheard(world, count);

	if (unheard == NONE || token_gets_round(world, count))
		put_together(world, world->list, count, PACE_NONE);
	else if (unheard < count && anybody_hears(world, count, world->list[unheard]))
		divide_at(world, count, unheard);
	else
		find_cliques(world, count);
}

static void find_groups(struct world *world)
{
	uint32_t *first_of_group = world->list; /* groups are numbered below node_count + 1 */

	memset(first_of_group, 0xff, 2 * world->node_count * sizeof *first_of_group);
	for (uint32_t node = 0; node < world->node_count; node++) {
		uint32_t group = node_of(world, node)->group;

		if (!node_active(world, node))
			continue;
		if (first_of_group[group] == NONE)
			first_of_group[group] = node;
		world->component[node] = first_of_group[group];
	}
}

/* Is it the first of its partition? */
static bool is_first(const struct world *world, uint32_t node)
{
	for (uint32_t other = 0; other < node; other++)
		if (node_active(world, other) && node_of(world, other)->group == node_of(world, node)->group)
			return false;
	return node_active(world, node);
}

void find_components(struct world *world)
{
	memset(world->component, 0xff, world->node_count * sizeof *world->component);
	memset(world->pace, PACE_NONE, world->node_count);
	if (!world->links_at) {
		find_groups(world);
		return;
	}
	for (uint32_t node = 0; node < world->node_count; node++)
		if (is_first(world, node))
			divide(world, node);
}
