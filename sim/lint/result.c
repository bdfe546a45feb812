/*
 * What only a run tells: faults that changed nothing, trackers that were told nothing.
 */
#include "sim/lint/lint.h"

static bool is_idle(const struct lint *lint, struct position at)
{
	for (uint32_t i = 0; i < lint->count; i++)
		if (lint->warnings[i].check == LINT_IDLE_STEP && lint->warnings[i].at.line == at.line &&
		    lint->warnings[i].at.column == at.column)
			return true;
	return false;
}

void lint_result(struct lint *lint, const struct scenario *scenario, const struct run_result *result)
{
	for (uint32_t i = 0; i < result->verdict_count; i++) {
		const struct verdict *verdict = &result->verdicts[i];
		const struct step *step;

		if (verdict->kind != VERDICT_INERT || verdict->step >= scenario->step_count)
			continue;
		step = &scenario->steps[verdict->step];
		if (!is_idle(lint, step->at))
			lint_add(lint, LINT_INERT_FAULT, step->at,
				 "leave it out, or let it matter: another node, another moment, a longer wait",
				 "%s: %s", verb_name(step->verb), verdict->came);
	}
	if (result->vacuous)
		lint_add(lint, LINT_VACUOUS, scenario->at, "add a trackstart on a node whose view matters",
			 "%s: no tracker is told anything in the run", scenario->name);
}
