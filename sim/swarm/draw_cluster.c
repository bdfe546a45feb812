/* Which cluster a run has: nodes, votes, features of the quorum section. */
#include <stdio.h>

#include "sim/swarm/draw_parts.h"

/* Mostly one each; somebody has some. */
static struct vq_config_node *draw_votes(struct draw *draw, uint32_t count)
{
	struct vq_config_node *nodes = draw_take(draw, count, sizeof *nodes);
	bool uneven = draw_one_in(draw, 5);

	for (uint32_t i = 0; i < count; i++)
		nodes[i] = (struct vq_config_node){draw->drawn.scenario.nodes[i].nodeid,
						   uneven ? draw_below(draw, 4) + (i == 0) : 1};
	if (uneven && draw->options->wild && draw_one_in(draw, 4))
		nodes[draw_below(draw, count)].votes = draw_number(draw);
	return nodes;
}

static const char *draw_tie_breaker(struct draw *draw, const struct vq_config *config)
{
	uint32_t first = draw_below(draw, config->node_count), second = draw_below(draw, config->node_count);
	char *text;

	switch (draw_below(draw, 4)) {
	case 0:
		return "highest";
	case 1:
		text = draw_take(draw, 1, 32);
		(void)snprintf(text, 32, "%u %u", config->nodes[first].nodeid, config->nodes[second].nodeid);
		return text;
	default:
		return "lowest";
	}
}

static void add_device(struct draw *draw, struct vq_config *config)
{
	config->given |= VQ_KEY_DEVICE_MODEL;
	config->device_model = "net";
	if (draw_one_in(draw, 2)) {
		config->given |= VQ_KEY_DEVICE_VOTES;
		config->device_votes = 1 + draw_below(draw, config->node_count);
	}
	if (draw_one_in(draw, 2)) {
		config->given |= VQ_KEY_DEVICE_SYNC_TIMEOUT;
		config->device_sync_timeout_ms = 500 + 500 * draw_below(draw, 8);
	}
}

static void add_feature(struct draw *draw, struct vq_config *config)
{
	switch (draw_below(draw, 10)) {
	case 0:
		config->given |= VQ_KEY_TWO_NODE;
		config->two_node = 1;
		break;
	case 1:
	case 2:
		config->given |= VQ_KEY_WAIT_FOR_ALL;
		config->wait_for_all = !draw_one_in(draw, 6);
		break;
	case 3:
	case 4:
		config->given |= VQ_KEY_AUTO_TIE_BREAKER;
		config->auto_tie_breaker = 1;
		if (draw_one_in(draw, 2)) {
			config->given |= VQ_KEY_AUTO_TIE_BREAKER_NODE;
			config->auto_tie_breaker_node = draw_tie_breaker(draw, config);
		}
		break;
	case 5:
	case 6:
		config->given |= VQ_KEY_LAST_MAN_STANDING;
		config->last_man_standing = 1;
		if (draw_one_in(draw, 3)) {
			config->given |= VQ_KEY_LAST_MAN_STANDING_WINDOW;
			config->last_man_standing_window_ms = 100 + 100 * draw_below(draw, 200);
		}
		break;
	case 7:
		config->given |= VQ_KEY_ALLOW_DOWNSCALE;
		config->allow_downscale = 1;
		break;
	case 8:
		config->given |= VQ_KEY_EXPECTED_VOTES_TRACKING;
		config->expected_votes_tracking = 1;
		break;
	default:
		config->given |= VQ_KEY_EXPECTED_VOTES;
		config->expected_votes = 1 + draw_below(draw, 2 * config->node_count);
	}
}

/* What daemons refuse to start with shows little: a device goes with wait_for_all only, and one vote each. */
static bool takes_device(const struct vq_config *config)
{
	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].votes != 1)
			return false;
	return config->node_count > 1 && (config->given & ~(uint32_t)VQ_KEY_WAIT_FOR_ALL) == 0;
}

/* last_man_standing wants one vote each (hazard H5). */
static bool takes_last_man(const struct vq_config *config)
{
	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].votes != 1)
			return false;
	return true;
}

/* Only this changes at run time (hazard H12): votes, expected votes, two_node. */
const struct vq_config *draw_reloaded(struct draw *draw, const struct vq_config *base)
{
	struct vq_config *config = draw_take(draw, 1, sizeof *config);

	*config = *base;
	switch (draw_below(draw, 4)) {
	case 0:
		config->given ^= VQ_KEY_TWO_NODE;
		config->two_node = config->given & VQ_KEY_TWO_NODE ? 1 : 0;
		break;
	case 1:
		config->given |= VQ_KEY_EXPECTED_VOTES;
		config->expected_votes = 1 + draw_below(draw, 2 * base->node_count + 1);
		break;
	default:
		if (base->node_count)
			config->nodes = draw_votes(draw, base->node_count);
	}
	return config;
}

/* Whatever a file can say, be it refused or not. */
static void add_anything(struct draw *draw, struct vq_config *config)
{
	if (draw_one_in(draw, 3)) {
		add_device(draw, config);
		config->device_votes = config->given & VQ_KEY_DEVICE_VOTES ? draw_number(draw) : 0;
	}
	if (draw_one_in(draw, 4)) {
		config->given |= VQ_KEY_DEVICE_TIMEOUT;
		config->device_timeout_ms = 100 * draw_below(draw, 256);
	}
	if (draw_one_in(draw, 4)) {
		config->given |= VQ_KEY_AUTO_TIE_BREAKER_NODE;
		config->auto_tie_breaker_node = draw_one_in(draw, 2) ? "x" : "2 4";
	}
	if (draw_one_in(draw, 8))
		config->expected_votes = config->given & VQ_KEY_EXPECTED_VOTES ? draw_number(draw) : 0;
}

static const struct vq_config *draw_config(struct draw *draw)
{
	struct vq_config *config = draw_take(draw, 1, sizeof *config);
	uint32_t features = draw_below(draw, 4);

	config->node_count = draw->drawn.scenario.node_count;
	config->nodes = draw_votes(draw, config->node_count);
	for (uint32_t i = 0; i < features; i++)
		add_feature(draw, config);
	if (draw->options->wild && draw_one_in(draw, 2)) {
		add_anything(draw, config);
		return config;
	}
	if (config->last_man_standing && !takes_last_man(config)) {
		config->given &= ~(uint32_t)(VQ_KEY_LAST_MAN_STANDING | VQ_KEY_LAST_MAN_STANDING_WINDOW);
		config->last_man_standing = config->last_man_standing_window_ms = 0;
	}
	if (takes_device(config) && draw_one_in(draw, 6))
		add_device(draw, config);
	return config;
}

void draw_cluster(struct draw *draw)
{
	const struct draw_options *options = draw->options;
	struct scenario *scenario = &draw->drawn.scenario;
	uint32_t count = options->nodes_min + draw_below(draw, options->nodes_max - options->nodes_min + 1);
	struct scenario_node *nodes = draw_take(draw, count, sizeof *nodes);
	const struct vq_config *config;

	scenario->totem = (struct totem){1000, 650, 0, 50, 200};
	scenario->network.latency_ns = 100000;
	scenario->capacity = VQ_PROCESSORS_MAX;
	scenario->node_count = scenario->nodelist_count = count;
	scenario->nodes = nodes;
	if (options->wild && draw_one_in(draw, 4))
		scenario->quirks_off = draw_bits(draw) & ((1u << VQ_QUIRK_COUNT) - 1);
	if (options->wild && draw_one_in(draw, 4))
		scenario->network.latency_ns = 100000u * draw_below(draw, 9);
	for (uint32_t i = 0; i < count; i++)
		nodes[i].nodeid = i + 1;
	config = draw_config(draw);
	for (uint32_t i = 0; i < count; i++)
		nodes[i].config = config;
}
