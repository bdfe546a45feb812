/*
 * Steps that leave everything as it was, as far as the text alone tells.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/lint/lint.h"

struct split {           /* the network as the script has it */
	uint32_t *group; /* by node */
	uint32_t count;
};

/* Groups are numbered by their lowest node, so that the same split has the same numbers. */
static void split_as(struct split *split, const struct step *step)
{
	for (uint32_t i = 0; i < step->group_count; i++) {
		const struct index_list *group = &step->groups[i];
		uint32_t lowest = UINT32_MAX;

		for (uint32_t j = 0; j < group->count; j++)
			lowest = group->index[j] < lowest ? group->index[j] : lowest;
		for (uint32_t j = 0; j < group->count; j++)
			split->group[group->index[j]] = lowest;
	}
}

static void network_step(struct lint *lint, const struct step *step, struct split *now, struct split *next)
{
	size_t size = now->count * sizeof *now->group;

	memset(next->group, 0, size);
	if (step->verb == VERB_PARTITION)
		split_as(next, step);
	if (memcmp(now->group, next->group, size) == 0)
		lint_add(lint, LINT_IDLE_STEP, step->at, "leave it out, or split the network first",
			 step->verb == VERB_HEAL ? "heal: the network is whole already"
						 : "partition: the network is split so already");
	memcpy(now->group, next->group, size);
}

static bool waits_for_nothing(const struct step *step)
{
	return step->verb == VERB_WAIT && !step->wait_ns && step->settle && !step->expect.at.line;
}

void lint_steps(struct lint *lint, const struct scenario *scenario)
{
	struct split now = {allocate(scenario->node_count, sizeof *now.group), scenario->node_count};
	struct split next = {allocate(scenario->node_count, sizeof *next.group), scenario->node_count};
	bool links = false; /* single paths were cut or slowed: heal may undo that */

	for (uint32_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		links = links || step->verb == VERB_LINK;
		if (!links && (step->verb == VERB_PARTITION || step->verb == VERB_HEAL))
			network_step(lint, step, &now, &next);
		if (waits_for_nothing(step))
			lint_add(lint, LINT_IDLE_STEP, step->at, "leave it out: every step waits for rest",
				 "wait: no time passes");
	}
	free(now.group);
	free(next.group);
}
