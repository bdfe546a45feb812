/*
 * Expectations that nothing can break, or that were met a moment ago.
 */
#include <string.h>

#include "sim/lint/lint.h"

/* ---- that compare nothing ---- */

static bool compares_reply(const struct reply_pattern *reply)
{
	return reply->error || reply->has_context || reply->has_dispatched || reply->info.given;
}

static bool compares_info(const struct expectation *expect)
{
	for (uint32_t i = 0; i < expect->info_count; i++)
		if (expect->info[i].given)
			return true;
	return false;
}

static bool compares_callbacks(const struct expectation *expect)
{
	for (uint32_t i = 0; i < expect->callbacks_count; i++)
		if (!expect->callbacks[i].subsequence || expect->callbacks[i].count)
			return true;
	return false;
}

bool lint_expects_something(const struct expectation *expect)
{
	return expect->quorate_count || expect->members_count || expect->refused_count || expect->log_count ||
	       expect->has_split_brain || compares_info(expect) || compares_callbacks(expect) ||
	       compares_reply(&expect->reply);
}

static void empty_parts(struct lint *lint, const struct scenario *scenario, const struct expectation *expect)
{
	for (uint32_t i = 0; i < expect->callbacks_count; i++)
		if (expect->callbacks[i].subsequence && !expect->callbacks[i].count)
			lint_add(lint, LINT_EMPTY_EXPECTATION, expect->callbacks[i].at,
				 "write callbacks for exactly none, or name the callbacks",
				 "callbacks_include of %s names no callback: any will do",
				 scenario->clients[expect->callbacks[i].client].name);
	for (uint32_t i = 0; i < expect->info_count; i++)
		if (!expect->info[i].given)
			lint_add(lint, LINT_EMPTY_EXPECTATION, expect->info[i].at, "name the fields to compare",
				 "info of node %u names no field", scenario->nodes[expect->info[i].node].nodeid);
	if (expect->reply.at.line && !compares_reply(&expect->reply))
		lint_add(lint, LINT_EMPTY_EXPECTATION, expect->reply.at, "name the error, CS_OK for one",
			 "reply names neither an error nor a field");
}

/* ---- that cannot fail ---- */

static bool ever_tracks(const struct scenario *scenario, uint32_t client)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].verb == VERB_TRACKSTART && scenario->steps[i].client == client)
			return true;
	return false;
}

static void cannot_fail(struct lint *lint, const struct scenario *scenario, const struct expectation *expect)
{
	if (expect->has_split_brain && !expect->split_brain && scenario->node_count == 1)
		lint_add(lint, LINT_CANNOT_FAIL, expect->split_brain_at, "leave it out",
			 "one node alone has no split brain");
	for (uint32_t i = 0; i < expect->callbacks_count; i++) {
		const struct callbacks_expected *callbacks = &expect->callbacks[i];

		if (!callbacks->subsequence && !callbacks->count && !ever_tracks(scenario, callbacks->client))
			lint_add(lint, LINT_CANNOT_FAIL, callbacks->at, "let it call trackstart, or leave it out",
				 "no callbacks of %s: it never tracks, so there can be none",
				 scenario->clients[callbacks->client].name);
	}
}

/* ---- that were met a moment ago ---- */

/* Nothing that this step does can change quorum, members, or what getinfo answers. */
static bool only_looks(const struct step *step)
{
	switch (step->verb) {
	case VERB_NONE:
	case VERB_GETINFO:
	case VERB_FD_GET:
	case VERB_CONTEXT_GET:
	case VERB_CONTEXT_SET:
		return step->settle && !step->has_at && !step->has_after;
	default:
		return false;
	}
}

static bool same_truth(const struct node_truth *a, const struct node_truth *b)
{
	return a->node == b->node && a->quorate == b->quorate && a->count == b->count &&
	       (a->count == 0 || memcmp(a->members, b->members, a->count * sizeof *a->members) == 0);
}

static void repeated_truths(struct lint *lint, const char *key, const struct node_truth *now, uint32_t now_count,
			    const struct node_truth *before, uint32_t before_count)
{
	for (uint32_t i = 0; i < now_count; i++)
		for (uint32_t j = 0; j < before_count; j++)
			if (same_truth(&now[i], &before[j]))
				lint_add(lint, LINT_REPEATED, now[i].at, "leave it out",
					 "%s was expected so on line %u, and nothing since can change it", key,
					 before[j].at.line);
}

static bool same_info(const struct info_pattern *a, const struct info_pattern *b)
{
	return a->given && a->node == b->node && a->of == b->of && a->given == b->given &&
	       memcmp(&a->info, &b->info, sizeof a->info) == 0;
}

static void repeated_infos(struct lint *lint, const struct expectation *now, const struct expectation *before)
{
	for (uint32_t i = 0; i < now->info_count; i++)
		for (uint32_t j = 0; j < before->info_count; j++)
			if (same_info(&now->info[i], &before->info[j]))
				lint_add(lint, LINT_REPEATED, now->info[i].at, "leave it out",
					 "info was expected so on line %u, and nothing since can change it",
					 before->info[j].at.line);
}

/* An expectation is looked at when the step after it begins: that one must have waited for rest, too. */
static bool ends_settled(const struct scenario *scenario, uint32_t step)
{
	const struct step *next = &scenario->steps[step + 1];

	return step + 1 == scenario->step_count || (next->settle && !next->has_at && !next->has_after);
}

static void repeated(struct lint *lint, const struct scenario *scenario, uint32_t step)
{
	const struct expectation *now = &scenario->steps[step].expect;

	if (!ends_settled(scenario, step))
		return;
	while (step > 0 && only_looks(&scenario->steps[step])) {
		const struct expectation *before = &scenario->steps[--step].expect;

		repeated_truths(lint, "quorate", now->quorate, now->quorate_count, before->quorate,
				before->quorate_count);
		repeated_truths(lint, "members", now->members, now->members_count, before->members,
				before->members_count);
		repeated_infos(lint, now, before);
	}
}

void lint_expectations(struct lint *lint, const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		const struct expectation *expect = &scenario->steps[i].expect;

		if (!expect->at.line)
			continue;
		empty_parts(lint, scenario, expect);
		if (!lint_expects_something(expect) && !expect->callbacks_count && !expect->info_count &&
		    !expect->reply.at.line)
			lint_add(lint, LINT_EMPTY_EXPECTATION, expect->at, "say what is expected, or leave it out",
				 "expect names nothing to compare");
		cannot_fail(lint, scenario, expect);
		repeated(lint, scenario, i);
	}
}
