/*
 * Outcomes that are open while messages are under way, and certain once the cluster
 * rests again: a reload that all members made alike, a clean stop with allow_downscale.
 */
#include "sim/check/judge.h"

static bool member_of(const struct judge *judge, uint32_t number, uint32_t other)
{
	const struct seen_node *node = judge_node(judge, other);

	return node->up && !judge_is_out(judge, other) && !node->in_sync &&
	       ring_equal(node->ring, judge_node(judge, number)->ring) &&
	       set_has(judge_set(judge, number, SET_RING), other);
}

static bool plain(const struct model *model)
{
	return model->tracking == NO && model->last_man == NO && !model->device && !model->stale;
}

/* Did every member reload the same expected votes, and nothing else happen? Something must have changed. */
static bool all_reloaded(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);
	uint32_t members = 0, i;
	bool changed = false;

	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *other = judge_model(judge, i);

		if (!member_of(judge, number, i))
			continue;
		if (!other->reloaded || !plain(other) || other->file_expected != model->file_expected ||
		    other->device_votes.high || !span_is_exact(other->rest_expected))
			return false;
		changed = changed || other->rest_expected.low != model->file_expected ||
			  other->rest_file_votes != other->file_votes;
		members++;
	}
	return changed && members == judge_node(judge, number)->members;
}

static void after_reload(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	struct wide sum = {0, 0};
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (member_of(judge, number, i)) {
			sum.low += judge_model(judge, i)->file_votes;
			sum.high += judge_model(judge, i)->file_votes;
		}
	model->votes = span_exact(model->file_votes);
	model->expected = model->highest = span_max(span_exact(model->file_expected), sum);
	model->quorum = model_quorum_of(judge, model->highest, sum);
	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		model->quorum = span_exact(1);
	else if (model->two_node == UNKNOWN)
		model->quorum.low = 0;
}

static void reloads(const struct judge *judge)
{
	uint32_t made = 0, i;

	for (i = 0; i < judge->check->node_count; i++)
		made += judge_model(judge, i)->reloaded;
	if (!made || judge->check->flux != made || judge->check->moved)
		return; /* something else has changed as well */
	for (i = 0; i < judge->check->node_count; i++)
		if (member_of(judge, i, i) && all_reloaded(judge, i))
			judge_model(judge, i)->narrowed = 1;
	for (i = 0; i < judge->check->node_count; i++)
		if (judge_model(judge, i)->narrowed)
			after_reload(judge, i);
}

/* ---- allow_downscale ---- */

/* One member of a ring at rest has stopped cleanly, and nothing else happened. */
static bool one_left(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);
	const struct step *step = judge_step(judge, judge->check->step);

	return step && step->verb == VERB_STOP && !step->has_after && !step->has_at && step->nodes.count == 1 &&
	       model->downscale == YES && !model->device && !model->stale && judge->check->flux == 0 &&
	       judge_node(judge, number)->members + 1 == model->rest_members &&
	       judge_node(judge, number)->rings == model->rest_rings + 1 &&
	       set_has(judge_set(judge, number, SET_PREVIOUS), step->nodes.index[0]) &&
	       !set_has(judge_set(judge, number, SET_RING), step->nodes.index[0]) &&
	       judge_node(judge, step->nodes.index[0])->left && model->last_man == NO;
}

static void after_leave(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	uint32_t left = judge_node(judge, number)->members;
	struct wide sum = model_sum(judge, judge_set(judge, number, SET_RING));
	struct span ask = span_max(model->barrier, (struct wide){left, left});

	if (sum.high > left)
		return; /* votes other than one: members and votes differ */
	judge_exercise(judge, RULE_DOWNSCALE);
	model->expected = span_exact(left);
	model->highest = span_exact(left);
	model->quorum = model_quorum_of(judge, ask, sum);
	if (model->two_node == YES && left <= 2)
		model->quorum = span_exact(1);
	else if (model->two_node == UNKNOWN)
		model->quorum.low = 0;
	model->narrowed = 2;
}

void narrow(const struct judge *judge)
{
	uint32_t i;

	reloads(judge);
	for (i = 0; i < judge->check->node_count; i++)
		if (member_of(judge, i, i) && one_left(judge, i))
			after_leave(judge, i);
}
