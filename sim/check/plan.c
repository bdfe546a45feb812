/* What a node's configuration means: votequorum(5), and what daemons refuse. */
#include "sim/check/judge.h"

#include <string.h>

static bool given(const struct vq_config *config, enum vq_key key)
{
	return config->given & (uint32_t)key;
}

uint32_t plan_next_id(const char **text)
{
	uint32_t id = 0;

	while (**text == ' ' || **text == '\t')
		++*text;
	while (**text >= '0' && **text <= '9')
		id = id * 10 + (uint32_t)(*(*text)++ - '0');
	return id;
}

static uint32_t tie_of(const struct vq_config *config)
{
	const char *text = config->auto_tie_breaker_node;

	if (!config->auto_tie_breaker)
		return TIE_NONE;
	if (!given(config, VQ_KEY_AUTO_TIE_BREAKER_NODE) || !text || !strcmp(text, "lowest"))
		return TIE_LOWEST;
	if (!strcmp(text, "highest"))
		return TIE_HIGHEST;
	return plan_next_id(&text) ? TIE_LIST : TIE_NONE;
}

static void read_features(const struct vq_config *config, struct plan *plan)
{
	plan->device = config->device_model && *config->device_model;
	plan->device_votes = plan->device && given(config, VQ_KEY_DEVICE_VOTES) ? config->device_votes : 0;
	plan->two_node = config->two_node;
	plan->follows = !given(config, VQ_KEY_WAIT_FOR_ALL);
	plan->wait_for_all = plan->follows ? plan->two_node : config->wait_for_all;
	plan->last_man = config->last_man_standing;
	plan->window_ms = given(config, VQ_KEY_LAST_MAN_STANDING_WINDOW) ? config->last_man_standing_window_ms
									 : VQ_LAST_MAN_STANDING_WINDOW_MS;
	plan->downscale = config->allow_downscale;
	plan->tracking = config->expected_votes_tracking || plan->downscale;
	plan->tie_start = tie_of(config);
	plan->device_timeout_ms = plan->device && given(config, VQ_KEY_DEVICE_TIMEOUT) ? config->device_timeout_ms
										       : VQ_DEVICE_TIMEOUT_MS;
	plan->device_sync_timeout_ms = plan->device && given(config, VQ_KEY_DEVICE_SYNC_TIMEOUT)
					       ? config->device_sync_timeout_ms
					       : VQ_DEVICE_SYNC_TIMEOUT_MS;
	plan->open = plan->open || !plan->window_ms || !plan->device_timeout_ms || !plan->device_sync_timeout_ms ||
		     (config->auto_tie_breaker_node && strpbrk(config->auto_tie_breaker_node, "-+"));
}

static enum vq_refusal check_device(const struct vq_config *config, struct plan *plan, uint32_t nodelist)
{
	bool votes_given = given(config, VQ_KEY_DEVICE_VOTES) && config->device_votes;
	bool expected_given = given(config, VQ_KEY_EXPECTED_VOTES) && config->expected_votes;

	plan->open = plan->open || (given(config, VQ_KEY_DEVICE_VOTES) && !config->device_votes);
	if (plan->last_man)
		return VQ_REFUSED_DEVICE_AND_LAST_MAN;
	if (plan->tie != TIE_NONE)
		return VQ_REFUSED_DEVICE_AND_TIE_BREAKER;
	if (plan->downscale)
		return VQ_REFUSED_DEVICE_AND_DOWNSCALE;
	if (expected_given && !votes_given)
		return VQ_REFUSED_DEVICE_VOTES_MISSING;
	if (!votes_given && nodelist != config->node_count) /* the sum is what the daemon looks at: 2 and 0 will do */
		return VQ_REFUSED_DEVICE_VOTES_UNEVEN;
	if (votes_given && expected_given && (int64_t)config->expected_votes - (int64_t)config->device_votes < 2)
		return VQ_REFUSED_DEVICE_VOTES_TOO_HIGH;
	return VQ_ACCEPTED;
}

/* What it counts for when nobody says; a reload takes that over though the device is barred. */
static void default_device_votes(const struct vq_config *config, struct plan *plan, uint32_t nodelist)
{
	if (given(config, VQ_KEY_DEVICE_VOTES) || config->expected_votes || !config->node_count ||
	    nodelist != config->node_count)
		return;
	plan->device_votes = config->node_count - 1;
	plan->expected = plan->nodelist = nodelist + plan->device_votes;
}

static enum vq_refusal check_plan(const struct vq_config *config, struct plan *plan, uint32_t nodelist)
{
	if (!config->node_count && !config->expected_votes)
		return VQ_REFUSED_NO_EXPECTED_VOTES;
	if (plan->two_node && plan->device)
		return VQ_REFUSED_TWO_NODE_AND_DEVICE;
	if (plan->tie_start != TIE_NONE)
		plan->two_node = false;
	plan->tie = plan->tie_start;
	if (plan->tie != TIE_NONE && nodelist % 2 && !plan->wait_for_all) {
		if (plan->last_man)
			return VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD;
		plan->tie = TIE_NONE;
	}
	return plan->device ? check_device(config, plan, nodelist) : VQ_ACCEPTED;
}

void plan_read(const struct vq_config *config, uint32_t nodeid, struct plan *plan)
{
	uint32_t nodelist = 0, i;
	bool listed = false;

	memset(plan, 0, sizeof *plan);
	plan->votes = !config->node_count && given(config, VQ_KEY_VOTES) ? config->votes : 1;
	for (i = 0; i < config->node_count; i++) {
		nodelist += config->nodes[i].votes;
		if (config->nodes[i].nodeid == nodeid) {
			plan->votes = config->nodes[i].votes;
			listed = true;
		}
	}
	plan->open = config->node_count && !listed;
	plan->expected = plan->nodelist = nodelist;
	read_features(config, plan);
	if (plan->device)
		default_device_votes(config, plan, nodelist);
	plan->refusal = check_plan(config, plan, nodelist);
	if (config->expected_votes)
		plan->expected = config->expected_votes;
}

uint64_t plan_digest(const struct vq_config *config)
{
	const uint32_t numbers[] = {
		config->given & ~(uint32_t)VQ_KEY_VOTES,
		config->expected_votes,
		config->two_node,
		config->wait_for_all,
		config->auto_tie_breaker,
		config->last_man_standing,
		config->last_man_standing_window_ms,
		config->allow_downscale,
		config->expected_votes_tracking,
		config->device_votes,
		config->device_timeout_ms,
		config->device_sync_timeout_ms,
		config->node_count,
	};
	const char *const texts[] = {config->auto_tie_breaker_node, config->device_model};
	uint64_t digest = 1;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
		digest = digest_add(digest, numbers[i]);
	for (i = 0; i < 2; i++)
		for (text = texts[i] ? texts[i] : ""; *text; text++)
			digest = digest_add(digest, (unsigned char)*text);
	for (i = 0; i < config->node_count; i++)
		digest = digest_add(digest, (uint64_t)config->nodes[i].votes << 32 | config->nodes[i].nodeid);
	return digest;
}
