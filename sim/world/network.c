/*
 * The network: partitions as group numbers, and single directions of single
 * paths where a scenario touches them.
 */
#include "sim/world/state.h"

/* A packet lost this often in a row counts as delivered by a last resend: totem
 * would have lost its token long before, which scenarios say with `up: false`. */
#define RESENDS_MAX 30u
#define RESEND_NS 1000000u /* a lost packet is asked for again at the token's next round */
#define PPM 1000000u

static struct link *link_of(const struct world *world, uint32_t from, uint32_t to)
{
	struct link *links = (struct link *)(void *)(world->block + world->links_at);

	return &links[(size_t)from * world->node_count + to];
}

static bool link_carries(const struct world *world, uint32_t from, uint32_t to)
{
	const struct link *link;

	if (!world->links_at)
		return true;
	link = link_of(world, from, to);
	return !link->down && link->loss_ppm < PPM;
}

bool link_up(const struct world *world, uint32_t from, uint32_t to)
{
	return node_of(world, from)->group == node_of(world, to)->group && link_carries(world, from, to);
}

bool nodes_reach(const struct world *world, uint32_t node, uint32_t other)
{
	if (!node_active(world, node) || !node_active(world, other))
		return false;
	return node == other || (link_up(world, node, other) && link_up(world, other, node));
}

uint64_t packet_delay_ns(struct world *world, uint32_t from, uint32_t to)
{
	const struct network *network = &world->scenario->network;
	uint64_t latency_ns = network->latency_ns;
	uint32_t loss_ppm = network->loss_ppm;
	uint64_t delay_ns;

	if (world->links_at) {
		latency_ns = link_of(world, from, to)->latency_ns;
		loss_ppm = link_of(world, from, to)->loss_ppm;
	}
	delay_ns = latency_ns;
	if (network->jitter_ns)
		delay_ns += world_pick(world, (uint32_t)network->jitter_ns + 1, CHOOSE_JITTER);
	for (uint32_t i = 0; i < RESENDS_MAX && loss_ppm && from != to; i++) {
		if (world_pick(world, PPM, CHOOSE_LOSS) >= loss_ppm)
			break;
		delay_ns += RESEND_NS + 2 * latency_ns;
	}
	return delay_ns;
}

void network_partition(struct world *world, const struct step *step)
{
	uint32_t group = 0; /* empty groups get no number: numbers stay below node_count */

	for (uint32_t i = 0; i < step->group_count; i++) {
		for (uint32_t k = 0; k < step->groups[i].count; k++)
			node_of(world, step->groups[i].index[k])->group = group;
		group += step->groups[i].count > 0;
	}
	observe_node(world, OBSERVE_REACH, NONE, 0, NULL);
	membership_changed(world);
}

void network_heal(struct world *world)
{
	for (uint32_t i = 0; i < world->node_count; i++)
		node_of(world, i)->group = 0;
	if (world->links_at)
		for (uint32_t i = 0; i < world->node_count; i++)
			for (uint32_t k = 0; k < world->node_count; k++)
				*link_of(world, i, k) = (struct link){
					.latency_ns = world->scenario->network.latency_ns,
					.loss_ppm = world->scenario->network.loss_ppm,
				};
	observe_node(world, OBSERVE_REACH, NONE, 0, NULL);
	membership_changed(world);
}

void network_link(struct world *world, const struct step *step)
{
	struct link *link = link_of(world, step->link_from, step->link_to);

	if (step->link_has_loss)
		link->loss_ppm = step->link_loss_ppm;
	if (step->link_has_latency)
		link->latency_ns = step->link_latency_ns;
	if (step->link_has_up)
		link->down = !step->link_up;
	observe_node(world, OBSERVE_REACH, NONE, 0, NULL);
	membership_changed(world);
}
