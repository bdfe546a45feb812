/*
 * Reasons, the nearest one first: who is not there has no say, then what expects so
 * many votes, then what withholds quorum though they are there.
 */
#include "sim/explore/why.h"

#include <stdio.h>
#include <string.h>

const char *why_name(enum why why)
{
	static const char *const names[WHY_COUNT] = {
		[WHY_NONE] = "it is quorate",
		[WHY_DOWN] = "it is not running",
		[WHY_APART] = "others are not there",
		[WHY_CONFIGURED] = "corosync.conf expects more votes than there are",
		[WHY_CLIENT] = "a client has changed votes or expected votes",
		[WHY_RELOADED] = "a reload has changed votes or expected votes",
		[WHY_STORED] = "expected votes were stored (hazard H10)",
		[WHY_DEVICE] = "the quorum device's votes are expected and not there",
		[WHY_WAITS] = "it waits for all",
		[WHY_UNKNOWN] = "nothing that the manual knows",
	};

	return names[why];
}

static bool any_step(const struct scenario *scenario, enum verb verb, enum verb other)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].verb == verb || scenario->steps[i].verb == other)
			return true;
	return false;
}

/* Another machine that is not with this one. */
static bool is_apart(const struct scenario *scenario, const struct world_view *view, uint32_t node, uint32_t *who)
{
	for (*who = 0; *who < scenario->node_count; ++*who)
		if (scenario->nodes[*who].config && !view->reaches(view->world, node, *who))
			return true;
	return false;
}

static enum why who_expects(const struct scenario *scenario, uint32_t node, const struct vq_info *info)
{
	const struct vq_config *config = scenario->nodes[node].config;

	if (any_step(scenario, VERB_SETEXPECTED, VERB_SETVOTES))
		return WHY_CLIENT;
	if (config->given & VQ_KEY_EXPECTED_VOTES && config->expected_votes > info->total_votes)
		return WHY_CONFIGURED;
	if (config->expected_votes_tracking || config->allow_downscale)
		return WHY_STORED;
	if (any_step(scenario, VERB_RELOAD, VERB_RELOAD))
		return WHY_RELOADED;
	if ((config->device_model && config->device_model[0]) ||
	    any_step(scenario, VERB_QDEVICE_REGISTER, VERB_QDEVICE_POLL))
		return WHY_DEVICE;
	return WHY_UNKNOWN;
}

static enum why reason(const struct scenario *scenario, const struct world_view *view, uint32_t node,
		       const struct vq_info *info, uint32_t *who)
{
	if (is_apart(scenario, view, node, who))
		return WHY_APART;
	if (info->flags & VQ_INFO_WAIT_FOR_ALL && info->total_votes >= info->quorum)
		return info->highest_expected > info->total_votes ? who_expects(scenario, node, info) : WHY_WAITS;
	if (info->total_votes < info->quorum)
		return who_expects(scenario, node, info);
	return WHY_UNKNOWN;
}

enum why why_not_quorate(const struct scenario *scenario, const struct world_view *view, uint32_t node,
			 char text[WHY_TEXT])
{
	uint32_t nodeid = scenario->nodes[node].nodeid, who = 0;
	struct vq_info info;
	enum why why;

	if (view->getinfo(view->world, node, 0, &info) != VQ_OK) {
		(void)snprintf(text, WHY_TEXT, "node %u: %s", nodeid, why_name(WHY_DOWN));
		return WHY_DOWN;
	}
	if (info.flags & VQ_INFO_QUORATE) {
		text[0] = 0;
		return WHY_NONE;
	}
	why = reason(scenario, view, node, &info, &who);
	(void)snprintf(text, WHY_TEXT, "node %u: %u of %u expected votes are here, quorum is %u%s: %s", nodeid,
		       info.total_votes, info.highest_expected, info.quorum,
		       info.flags & VQ_INFO_WAIT_FOR_ALL ? ", wait_for_all is on" : "", why_name(why));
	if (why == WHY_APART)
		(void)snprintf(text + strlen(text), WHY_TEXT - strlen(text), ": node %u",
			       scenario->nodes[who].nodeid);
	return why;
}

/* ---- what a node believes ---- */

static const char *grant(const struct vq_info *info)
{
	if (info->total_votes >= info->quorum)
		return info->flags & VQ_INFO_TWONODE ? " (two_node: one vote is enough)" : "";
	if (info->flags & VQ_INFO_AUTO_TIE_BREAKER)
		return ": auto_tie_breaker makes up for the rest";
	return ": it keeps what it had";
}

static const char *refusal(const struct vq_info *info)
{
	if (info->total_votes < info->quorum)
		return "";
	if (info->flags & VQ_INFO_WAIT_FOR_ALL)
		return ": wait_for_all, until all are seen at once";
	return "";
}

void why_believes(const struct vq_info *info, char text[WHY_TEXT])
{
	bool quorate = info->flags & VQ_INFO_QUORATE;

	(void)snprintf(text, WHY_TEXT, "%s, %u of %u expected votes, quorum %u%s%s",
		       quorate ? "QUORATE" : "not quorate", info->total_votes, info->highest_expected, info->quorum,
		       info->flags & VQ_INFO_QDEVICE_CAST_VOTE ? ", its device votes" : "",
		       quorate ? grant(info) : refusal(info));
}
