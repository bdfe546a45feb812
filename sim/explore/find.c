/*
 * What follows a breach is not told as a lack of quorum: the cluster is no longer to be trusted.
 */
#include "sim/explore/find.h"

#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"

struct finder {
	struct check *check;
	size_t room;
};

struct finding_run {
	struct finder *finder;
	const struct scenario *scenario;
	const struct world_view *view;
	find_report *report;
	void *ctx;
	bool breached;
	const char *refused; /* what a daemon that did not start said last */
};

static bool same_but_numbers(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		if (*a != *b)
			return false;
		if (*a == 0)
			return true;
	}
}

bool found_same(const struct found *a, const struct found *b)
{
	if (a->kind != b->kind || a->rule != b->rule || a->hazard != b->hazard || a->why != b->why)
		return false;
	return a->kind != FOUND_EXPECTATION || (same_but_numbers(a->verdict.expected, b->verdict.expected) &&
						same_but_numbers(a->verdict.came, b->verdict.came));
}

bool found_is_defect(const struct found *found)
{
	return found->kind == FOUND_BREACH || found->kind == FOUND_RESTLESS || found->kind == FOUND_EXPECTATION ||
	       (found->kind == FOUND_NO_QUORUM && found->why == WHY_UNKNOWN);
}

/* The node of an expectation of quorum; none: it is about something else. */
static bool wants_quorum(const struct finding_run *run, const struct verdict *verdict)
{
	const struct expectation *expect;

	if (verdict->step >= run->scenario->step_count)
		return false;
	expect = &run->scenario->steps[verdict->step].expect;
	for (uint32_t i = 0; i < expect->quorate_count; i++)
		if (expect->quorate[i].node == verdict->node && expect->quorate[i].quorate &&
		    strstr(verdict->expected, " is quorate"))
			return true;
	return false;
}

static void take_verdict(void *ctx, const struct verdict *verdict)
{
	struct finding_run *run = ctx;
	struct found found = {.rule = UINT32_MAX, .verdict = *verdict};

	switch (verdict->kind) {
	case VERDICT_BREACH:
	case VERDICT_HAZARD:
		found.kind = verdict->kind == VERDICT_BREACH ? FOUND_BREACH : FOUND_HAZARD;
		found.rule = verdict->rule;
		found.hazard = verdict->hazard;
		run->breached = run->breached || verdict->kind == VERDICT_BREACH;
		break;
	case VERDICT_EXPECTATION:
		found.kind = FOUND_EXPECTATION;
		if (!wants_quorum(run, verdict))
			break;
		if (run->breached)
			return;
		found.kind = FOUND_NO_QUORUM;
		found.why = why_not_quorate(run->scenario, run->view, verdict->node, found.reason);
		if (found.why == WHY_DOWN && run->refused)
			(void)snprintf(found.reason + strlen(found.reason), WHY_TEXT - strlen(found.reason), ": %s",
				       run->refused);
		break;
	default:
		return;
	}
	run->report(run->ctx, &found);
}

static void observe_run(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct finding_run *run = ctx;

	run->view = view;
	if (observation->kind == OBSERVE_NODE_REFUSED)
		run->refused = vq_refusal_message((enum vq_refusal)observation->number);
	check_observe(run->finder->check, run->scenario, view, observation, take_verdict, run);
}

static void restless(struct finding_run *run, const struct world *world)
{
	struct found found = {.kind = FOUND_RESTLESS, .rule = UINT32_MAX};

	found.verdict.step = world_step(world);
	found.verdict.time_ns = world_now_ns(world);
	found.verdict.node = found.verdict.client = UINT32_MAX;
	strcpy(found.verdict.expected, "the cluster comes to rest");
	strcpy(found.verdict.came, world_stuck(world));
	run->report(run->ctx, &found);
}

struct finder *finder_open(void)
{
	return allocate(1, sizeof(struct finder));
}

void finder_close(struct finder *finder)
{
	if (!finder)
		return;
	free(finder->check);
	free(finder);
}

void find(struct finder *finder, const struct scenario *scenario, struct choice choice, uint64_t seed,
	  find_report *report, void *ctx, struct find_totals *totals)
{
	struct finding_run run = {.finder = finder, .scenario = scenario, .report = report, .ctx = ctx};
	struct world *world = world_create(scenario, choice, seed);
	size_t bytes = check_size(scenario);

	if (bytes > finder->room) {
		free(finder->check);
		finder->check = allocate(1, bytes);
		finder->room = bytes;
	}
	check_init(finder->check, scenario);
	world_observe(world, (struct observer){&run, observe_run});
	world_run(world);
	if (world_stuck(world))
		restless(&run, world);
	if (totals) {
		totals->events += world_events(world);
		totals->callbacks += check_callbacks(finder->check);
		totals->virtual_ns += world_now_ns(world);
		for (uint32_t i = 0; totals->exercised && i < check_rule_count; i++)
			totals->exercised[i] += check_exercised(finder->check, i);
	}
	world_destroy(world);
}
