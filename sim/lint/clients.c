/*
 * Trackers that nobody reads, and clients that do nothing.
 */
#include "sim/lint/lint.h"

static bool callbacks_expected_of(const struct scenario *scenario, uint32_t client)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		for (uint32_t j = 0; j < scenario->steps[i].expect.callbacks_count; j++)
			if (scenario->steps[i].expect.callbacks[j].client == client)
				return true;
	return false;
}

/* The rules judge its callbacks all the same, so it says something as long as anything else is expected. */
static bool something_expected_from(const struct scenario *scenario, uint32_t step)
{
	for (; step < scenario->step_count; step++)
		if (lint_expects_something(&scenario->steps[step].expect))
			return true;
	return false;
}

static bool some_step_expects(const struct scenario *scenario)
{
	return something_expected_from(scenario, 0);
}

static void unread(struct lint *lint, const struct scenario *scenario, uint32_t step)
{
	const struct step *track = &scenario->steps[step];

	if (!some_step_expects(scenario) || scenario->finding_count)
		return; /* that is another warning, or the finding is what is expected */
	if (!callbacks_expected_of(scenario, track->client) && !something_expected_from(scenario, step))
		lint_add(lint, LINT_UNREAD_TRACKER, track->at, "expect its callbacks, or leave it out",
			 "nothing is expected of tracker %s, nor of anything after it begins",
			 scenario->clients[track->client].name);
}

static bool is_preparation(enum verb verb)
{
	switch (verb) {
	case VERB_INITIALIZE:
	case VERB_FINALIZE:
	case VERB_FD_GET:
	case VERB_CONTEXT_GET:
	case VERB_CONTEXT_SET:
	case VERB_DISPATCH:
		return true;
	default:
		return false;
	}
}

static bool names_client(const struct step *step)
{
	return verb_is_call(step->verb) || step->verb == VERB_FAULT || step->verb == VERB_KILL;
}

static void unused(struct lint *lint, const struct scenario *scenario, uint32_t client)
{
	const struct step *first = NULL;

	for (uint32_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		if (!names_client(step) || step->client != client)
			continue;
		if (!is_preparation(step->verb) || step->expect.reply.at.line)
			return;
		if (!first)
			first = step;
	}
	if (first && !callbacks_expected_of(scenario, client))
		lint_add(lint, LINT_UNUSED_CLIENT, first->at,
			 "expect the reply, let it ask something, or leave it out",
			 "client %s asks nothing of votequorum, and no reply to it is expected",
			 scenario->clients[client].name);
}

void lint_clients(struct lint *lint, const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].verb == VERB_TRACKSTART)
			unread(lint, scenario, i);
	for (uint32_t i = 0; i < scenario->client_count; i++)
		unused(lint, scenario, i);
}
