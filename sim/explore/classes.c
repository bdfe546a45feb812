/*
 * Votes are asked of the running nodes, tie breakers read from the configuration.
 */
#include "sim/explore/classes.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

static bool is_on_list(const char *list, uint32_t nodeid)
{
	while (*list) {
		char *end;
		unsigned long number = strtoul(list, &end, 10);

		if (end == list)
			return false;
		if (number == nodeid)
			return true;
		list = end;
	}
	return false;
}

static bool breaks_ties(const struct scenario *scenario, const struct vq_info *info, uint32_t node)
{
	const struct vq_config *config = scenario->nodes[node].config;
	const char *who = config->auto_tie_breaker_node;

	if (!(info->flags & VQ_INFO_AUTO_TIE_BREAKER))
		return false;
	if (!who || strcmp(who, "lowest") == 0)
		return node == 0;
	if (strcmp(who, "highest") == 0)
		return node == scenario->node_count - 1;
	return is_on_list(who, scenario->nodes[node].nodeid);
}

static uint32_t class_of(struct classes *classes, uint32_t votes, bool breaks, uint32_t node)
{
	for (uint32_t i = 0; i < classes->count; i++)
		if (classes->class[i].votes == votes && classes->class[i].breaks_ties == breaks)
			return i;
	classes->class[classes->count] = (struct node_class){votes, breaks, 0, node};
	return classes->count++;
}

void classes_make(struct classes *classes, const struct scenario *scenario, const struct probe *probe)
{
	memset(classes, 0, sizeof *classes);
	classes->node_count = scenario->node_count;
	classes->class = allocate(scenario->node_count, sizeof *classes->class);
	classes->of_node = allocate(scenario->node_count, sizeof *classes->of_node);
	classes->equal_votes = true;
	for (uint32_t node = 0; node < scenario->node_count; node++) {
		struct vq_info info = {0};
		uint32_t number;

		(void)probe_getinfo(probe, node, &info);
		number = class_of(classes, info.node_votes, breaks_ties(scenario, &info, node), node);
		classes->of_node[node] = number;
		classes->class[number].size++;
		classes->equal_votes = classes->equal_votes && info.node_votes == classes->class[0].votes;
	}
}

void classes_free(struct classes *classes)
{
	free(classes->class);
	free(classes->of_node);
	memset(classes, 0, sizeof *classes);
}
