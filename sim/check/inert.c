/*
 * Green runs that mean nothing: faults that changed nothing, and runs in which
 * no tracker was told anything. Neither is a failure; both are told.
 */
#include "sim/check/judge.h"

void inert_effect(const struct judge *judge, enum effect effect)
{
	struct check *check = judge->check;

	check->effects |= effect;
	if (effect == EFFECT_RING)
		check->idle_first = check->idle_last = 0;
}

void inert_begin(const struct judge *judge)
{
	judge->check->effects = 0;
}

/* The effects of which a step of this verb must have one; 0: it is no fault. */
static uint32_t wanted(enum verb verb)
{
	switch (verb) {
	case VERB_START:
		return EFFECT_UP;
	case VERB_STOP:
	case VERB_CRASH:
		return EFFECT_DOWN;
	case VERB_PAUSE:
		return EFFECT_PAUSED;
	case VERB_RESUME:
		return EFFECT_RESUMED;
	case VERB_KILL:
		return EFFECT_DIED;
	case VERB_PARTITION:
	case VERB_HEAL:
	case VERB_LINK:
		return EFFECT_RING;
	default:
		return 0;
	}
}

/* A node that is down starts where the network has put it: that is an effect too. */
static bool some_node_is_down(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->scenario->node_count; i++)
		if (!judge_node(judge, i)->up)
			return true;
	return false;
}

static void tell_idle(const struct judge *judge, uint32_t first, uint32_t last)
{
	for (; first <= last; first++)
		if (wanted(judge->scenario->steps[first].verb) == EFFECT_RING)
			judge_note(judge, VERDICT_INERT, first, "a network fault leads to a new ring",
				   "no ring has changed");
}

void inert_end(const struct judge *judge)
{
	struct check *check = judge->check;
	bool settled = judge->seen->number == 1;
	uint32_t want;

	if (check->step >= judge->scenario->step_count)
		return;
	want = wanted(judge->scenario->steps[check->step].verb);
	if (want == EFFECT_RING && some_node_is_down(judge))
		return;
	if (want == EFFECT_RING && !(check->effects & EFFECT_RING)) {
		check->idle_last = 1 + check->step;
		if (!check->idle_first)
			check->idle_first = check->idle_last;
	} else if (want && settled && !(check->effects & want)) {
		judge_note(judge, VERDICT_INERT, check->step, "a fault that changes something", "it changed nothing");
	}
	if (settled && check->idle_first) {
		tell_idle(judge, check->idle_first - 1, check->idle_last - 1);
		check->idle_first = check->idle_last = 0;
	}
}

void inert_run_end(const struct judge *judge)
{
	struct check *check = judge->check;
	uint32_t i;

	if (check->idle_first)
		tell_idle(judge, check->idle_first - 1, check->idle_last - 1);
	for (i = 0; i < check->client_count; i++) {
		const struct seen_client *client = judge_client(judge, i);

		if (client->fault_step)
			judge_note(judge, VERDICT_INERT, client->fault_step - 1,
				   "a library call that meets the fault", "no such call was made");
	}
	if (!check->callbacks && !check->refusals)
		judge_note(judge, VERDICT_VACUOUS, judge->seen->step, "some tracker is told something",
			   "no callback was called in this run");
}
