/*
 * Large parts first (delta debugging: Zeller and Hildebrandt 2002), then single things,
 * again and again until a whole round brings nothing.
 *
 * A step less shifts all questions behind it, so that choices made for the larger
 * scenario mean something else in the smaller one. So a form that does not show it as it
 * stands is tried with all choices at their lowest, then with a few other draws. First
 * of all comes the order of messages that real daemons have, so that what is left is
 * mostly a story that they can play.
 */
#include "sim/shrink/shrink.h"

#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/shrink/shrink_edit.h"
#include "sim/run.h"
#include "sim/scenario/write.h"

#define CHOICES_WRITTEN 900u /* a mapping of the language has room for so many */
#define OTHER_DRAWS 6u

struct shrinking {
	const struct found *target;
	struct finder *finder;
	struct scenario now;     /* the smallest so far */
	struct scenario_set set; /* what it points into */
	struct draft draft;
	struct draft *kept; /* drafts that it points into, before it can be written */
	uint32_t kept_count;
	struct found found; /* what the form under test showed */
	bool shown;
	uint64_t tests, tests_max;
};

/* ---- testing a form ---- */

static void compare(void *ctx, const struct found *found)
{
	struct shrinking *shrinking = ctx;

	if (shrinking->shown || !found_same(found, shrinking->target))
		return;
	shrinking->shown = true;
	shrinking->found = *found;
}

static bool shows(struct shrinking *shrinking, const struct scenario *scenario, struct choice choice, uint64_t seed)
{
	shrinking->shown = false;
	shrinking->tests++;
	find(shrinking->finder, scenario, choice, seed, compare, shrinking, NULL);
	return shrinking->shown;
}

static bool shows_itself(struct shrinking *shrinking, const struct scenario *scenario)
{
	const struct run_options options = {0};
	struct choice_marks marks;

	return shows(shrinking, scenario, run_choice(scenario, &options, &marks), scenario->seed);
}

/* Written and read again, does it show the same? Then that is what there is now. */
static bool adopt(struct shrinking *shrinking, const struct scenario *scenario)
{
	struct scenario_set set;
	char *text, message[256];
	const char *problem;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	ALWAYS(file != NULL);
	problem = scenario_write(scenario, NULL, file);
	ALWAYS(fclose(file) == 0);
	if (problem || scenario_parse(text, size, "shrunk", &set, message, sizeof message) != 0) {
		free(text);
		return false;
	}
	free(text);
	if (!shows_itself(shrinking, &set.scenarios[0])) {
		scenario_free(&set);
		return false;
	}
	scenario_free(&shrinking->set);
	shrinking->set = set;
	shrinking->now = set.scenarios[0];
	return true;
}

static bool accept(struct shrinking *shrinking)
{
	if (shrinking->draft.scenario.choice_count <= CHOICES_WRITTEN)
		return adopt(shrinking, &shrinking->draft.scenario);
	shrinking->kept = realloc(shrinking->kept, (shrinking->kept_count + 1) * sizeof *shrinking->kept);
	ALWAYS(shrinking->kept != NULL);
	shrinking->kept[shrinking->kept_count++] = shrinking->draft;
	shrinking->now = shrinking->draft.scenario;
	memset(&shrinking->draft, 0, sizeof shrinking->draft);
	return true;
}

static bool spent(const struct shrinking *shrinking)
{
	return shrinking->tests >= shrinking->tests_max;
}

static bool attempt(struct shrinking *shrinking)
{
	return !spent(shrinking) && shows_itself(shrinking, &shrinking->draft.scenario) && accept(shrinking);
}

/* With these choices, written down. */
static bool attempt_drawn(struct shrinking *shrinking, struct choice source, uint64_t seed)
{
	struct scenario *scenario = &shrinking->draft.scenario;
	struct choice_recorder recorder = {.source = source};
	bool shown = shows(shrinking, scenario, choice_recorded(&recorder), seed);
	struct choice_made *made;

	if (shown) {
		choice_recorder_sort(&recorder);
		made = arena_alloc(&shrinking->draft.arena, recorder.count, sizeof *made);
		ALWAYS(made != NULL);
		if (recorder.count)
			memcpy(made, recorder.made, recorder.count * sizeof *made);
		scenario->has_choices = true;
		scenario->choices = made;
		scenario->choice_count = recorder.count;
		scenario->seed = seed;
		scenario->has_seed = scenario->network.jitter_ns || scenario->network.loss_ppm || scenario->has_seed;
		for (uint32_t i = 0; i < scenario->step_count; i++)
			scenario->has_seed = scenario->has_seed || scenario->steps[i].link_has_loss;
	}
	free(recorder.made);
	return shown && attempt(shrinking);
}

/* As real daemons mostly have it: messages go round each ring, all else falls to the lowest. */
static bool attempt_by_token(struct shrinking *shrinking)
{
	static const struct choice_made by_token = {.kind = CHOOSE_TOKEN, .number = CHOICE_ALL, .picked = 1};
	struct scenario *scenario = &shrinking->draft.scenario;

	scenario->has_choices = true;
	scenario->choices = &by_token;
	scenario->choice_count = 1;
	return attempt(shrinking);
}

static bool is_by_token(const struct scenario *scenario)
{
	return scenario->choice_count == 1 && scenario->choices->number == CHOICE_ALL;
}

/* As it stands, by the token, plain, then in a few other interleavings. */
static bool attempt_otherwise(struct shrinking *shrinking)
{
	struct scenario *scenario = &shrinking->draft.scenario;

	if (attempt(shrinking))
		return true;
	if (!scenario->choice_count || is_by_token(scenario))
		return false;
	if (attempt_by_token(shrinking))
		return true;
	scenario->choice_count = 0;
	if (attempt(shrinking))
		return true;
	for (uint64_t i = 0; i < OTHER_DRAWS && !spent(shrinking); i++)
		if (attempt_drawn(shrinking, choice_seeded, scenario->seed + i))
			return true;
	return false;
}

/* ---- what is left out ---- */

static bool fewer_choices(struct shrinking *shrinking)
{
	bool any = false;

	if (is_by_token(&shrinking->now))
		return false;
	for (uint32_t size = shrinking->now.choice_count; size; size /= 2)
		for (uint32_t at = 0; at < shrinking->now.choice_count && !spent(shrinking);) {
			struct scenario *scenario = &shrinking->draft.scenario;
			uint32_t count = shrinking->now.choice_count, cut = size < count - at ? size : count - at;
			struct choice_made *left;

			draft_begin(&shrinking->draft, &shrinking->now);
			left = arena_alloc(&shrinking->draft.arena, count, sizeof *left);
			ALWAYS(left != NULL);
			memcpy(left, scenario->choices, at * sizeof *left);
			memcpy(left + at, scenario->choices + at + cut, (count - at - cut) * sizeof *left);
			scenario->choices = left;
			scenario->choice_count = count - cut;
			if (attempt(shrinking))
				any = true;
			else
				at += cut;
		}
	return any;
}

static bool lower_choices(struct shrinking *shrinking)
{
	bool any = false;

	for (uint32_t i = 0; i < shrinking->now.choice_count && !spent(shrinking); i++) {
		struct choice_made *made;

		if (shrinking->now.choices[i].picked <= 1)
			continue;
		draft_begin(&shrinking->draft, &shrinking->now);
		made = arena_alloc(&shrinking->draft.arena, shrinking->now.choice_count, sizeof *made);
		ALWAYS(made != NULL);
		memcpy(made, shrinking->now.choices, shrinking->now.choice_count * sizeof *made);
		made[i].picked = 1;
		shrinking->draft.scenario.choices = made;
		any = attempt(shrinking) || any;
	}
	return any;
}

static bool fewer_steps(struct shrinking *shrinking)
{
	bool any = false;

	for (uint32_t size = (shrinking->now.step_count + 1) / 2; size; size /= 2)
		for (uint32_t at = 0; at < shrinking->now.step_count && !spent(shrinking);) {
			uint32_t left = shrinking->now.step_count - at;

			if (shrinking->now.step_count == 1)
				return any;
			draft_begin(&shrinking->draft, &shrinking->now);
			edit_drop_steps(&shrinking->draft, at, size < left ? size : left);
			if (shrinking->draft.scenario.step_count && attempt_otherwise(shrinking))
				any = true;
			else
				at += size;
		}
	return any;
}

static bool fewer_nodes(struct shrinking *shrinking)
{
	bool any = false;

	for (uint32_t i = shrinking->now.node_count; i-- > 0 && !spent(shrinking);) {
		draft_begin(&shrinking->draft, &shrinking->now);
		if (edit_drop_node(&shrinking->draft, i) && attempt_otherwise(shrinking))
			any = true;
	}
	return any;
}

/* ---- what is simpler ---- */

typedef bool edit_of(struct draft *draft, uint32_t what, uint32_t n);

static bool edit_scenario_only(struct draft *draft, uint32_t what, uint32_t n)
{
	(void)what;
	return edit_scenario(draft, n);
}

static bool simpler(struct shrinking *shrinking, edit_of *edit, uint32_t what, uint32_t ways)
{
	bool any = false;

	for (uint32_t n = 0; n < ways && !spent(shrinking); n++) {
		draft_begin(&shrinking->draft, &shrinking->now);
		if (edit(&shrinking->draft, what, n) && attempt(shrinking))
			any = true;
	}
	return any;
}

static bool simpler_steps(struct shrinking *shrinking)
{
	bool any = false;

	for (uint32_t i = 0; i < shrinking->now.step_count; i++) {
		any = simpler(shrinking, edit_step, i, EDIT_STEP_COUNT) || any;
		any = simpler(shrinking, edit_step_part, i, shrinking->now.node_count) || any;
	}
	for (uint32_t i = shrinking->now.step_count; i-- > 0;)
		if (i < shrinking->now.step_count)
			any = simpler(shrinking, edit_expect, i, EDIT_EXPECT_COUNT) || any;
	return any;
}

static bool simpler_configs(struct shrinking *shrinking)
{
	bool any = simpler(shrinking, edit_config, UINT32_MAX, EDIT_CONFIG_COUNT);

	for (uint32_t i = 0; i < shrinking->now.node_count; i++)
		any = simpler(shrinking, edit_config, i, EDIT_CONFIG_COUNT) || any;
	return any;
}

static bool simpler_clients(struct shrinking *shrinking)
{
	bool any = false;

	for (uint32_t i = 0; i < shrinking->now.client_count; i++)
		any = simpler(shrinking, edit_client, i, EDIT_CLIENT_COUNT) || any;
	return any;
}

static bool lower_ids(struct shrinking *shrinking)
{
	draft_begin(&shrinking->draft, &shrinking->now);
	return edit_renumber(&shrinking->draft) && attempt(shrinking);
}

static bool one_round(struct shrinking *shrinking)
{
	bool any = false;

	any = fewer_choices(shrinking) || any;
	any = fewer_steps(shrinking) || any;
	any = fewer_nodes(shrinking) || any;
	any = simpler(shrinking, edit_scenario_only, 0, EDIT_SCENARIO_COUNT) || any;
	any = simpler_configs(shrinking) || any;
	any = simpler_clients(shrinking) || any;
	any = simpler_steps(shrinking) || any;
	any = lower_choices(shrinking) || any;
	any = lower_ids(shrinking) || any;
	return any;
}

/* ---- the whole ---- */

static bool begin(struct shrinking *shrinking, const struct scenario *scenario, struct choice choice, uint64_t seed,
		  const struct shrink_options *options)
{
	struct scenario *first = &shrinking->draft.scenario;

	draft_begin(&shrinking->draft, scenario);
	first->name = options->name;
	first->description = options->description;
	first->variant = "";
	first->finding_count = 0;
	first->has_choices = false;
	first->choice_count = 0;
	return attempt_drawn(shrinking, choice, seed);
}

/* The run as it is, when it shows the same by the token. */
static void prefer_token(struct shrinking *shrinking)
{
	if (spent(shrinking))
		return;
	draft_begin(&shrinking->draft, &shrinking->now);
	attempt_by_token(shrinking);
}

/* What shows by the token and without it needs no word of it. */
static void settle_order(struct shrinking *shrinking)
{
	if (!shrinking->now.choice_count)
		prefer_token(shrinking);
	if (!is_by_token(&shrinking->now) || spent(shrinking))
		return;
	draft_begin(&shrinking->draft, &shrinking->now);
	shrinking->draft.scenario.has_choices = shrinking->now.has_seed;
	shrinking->draft.scenario.choice_count = 0;
	attempt(shrinking);
}

bool shrink(const struct scenario *scenario, struct choice choice, uint64_t seed, const struct found *target,
	    const struct shrink_options *options, struct shrunk *shrunk)
{
	struct shrinking shrinking = {.target = target, .tests_max = options->tests_max};
	bool shown;

	memset(shrunk, 0, sizeof *shrunk);
	shrinking.finder = finder_open();
	shown = begin(&shrinking, scenario, choice, seed, options);
	if (shown)
		prefer_token(&shrinking);
	while (shown && !spent(&shrinking) && one_round(&shrinking))
		;
	shrunk->minimal = !spent(&shrinking);
	if (shown)
		settle_order(&shrinking);
	shown = shown && adopt(&shrinking, &shrinking.now); /* too many choices: it never was */
	shrunk->tests = shrinking.tests;
	shrunk->found = shrinking.found;
	if (shown)
		shrunk->set = shrinking.set;
	else
		scenario_free(&shrinking.set);
	draft_free(&shrinking.draft);
	for (uint32_t i = 0; i < shrinking.kept_count; i++)
		draft_free(&shrinking.kept[i]);
	free(shrinking.kept);
	finder_close(shrinking.finder);
	return shown;
}

void shrunk_free(struct shrunk *shrunk)
{
	scenario_free(&shrunk->set);
	memset(shrunk, 0, sizeof *shrunk);
}
