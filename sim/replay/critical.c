/*
 * One world with a judge walks to the state before a step, and each continuation goes on
 * from a copy of the two. Other choices: each single one of the run's that falls before
 * the next step, then all drawn anew, as often as the budget goes.
 */
#include "sim/replay/critical.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/check.h"
#include "sim/ensure.h"
#include "sim/world/look.h"
#include "sim/world/rng.h"
#include "sim/replay/show.h"

struct question {
	uint32_t n, picked, what;
	uint32_t step;
	uint64_t time_ns;
};

struct search {
	const struct replay *replay;
	struct critical *critical;
	struct scenario scenario; /* with steps of its own, some of which are left out at times */
	struct step *steps;
	bool *failed; /* by step: its expectations failed in the run */
	struct world *world;
	struct check *check;
	size_t check_bytes;
	uint8_t *world_copy, *check_copy; /* of the state before the step */
	size_t world_copy_bytes;
	struct choice base; /* the run's own */
	bool drawn;         /* all choices are drawn anew, from these streams */
	uint64_t streams[CHOOSE_KIND_COUNT];
	uint32_t asked;     /* questions so far */
	uint32_t deviate;   /* the question that is answered otherwise; UINT32_MAX: none */
	uint32_t otherwise; /* 1 .. n-1: how far from the run's own answer */
	bool noting;
	struct question *questions;
	uint32_t question_count, question_room;
	uint64_t cost; /* of the continuations from the step at hand */
	uint64_t cost_max;
	uint32_t bad; /* verdicts */
};

/* ---- choices ---- */

static void note_question(struct search *search, uint32_t n, uint32_t picked, enum choice_kind what)
{
	if (search->question_count == search->question_room) {
		search->question_room = search->question_room ? 2 * search->question_room : 256;
		search->questions = realloc(search->questions, search->question_room * sizeof *search->questions);
		ALWAYS(search->questions != NULL);
	}
	search->questions[search->question_count++] =
		(struct question){n, picked, what, world_step(search->world), world_now_ns(search->world)};
}

static uint32_t choose(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct search *search = ctx;
	uint32_t picked;

	if (search->drawn)
		return choice_seeded.choose(choice_seeded.ctx, search->streams, n, what);
	picked = search->base.choose(search->base.ctx, streams, n, what);
	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return picked;
	if (search->noting)
		note_question(search, n, picked, what);
	if (search->asked++ == search->deviate)
		picked = (uint32_t)(((uint64_t)picked + search->otherwise) % n);
	return picked;
}

/* ---- one continuation ---- */

static void take_verdict(void *ctx, const struct verdict *verdict)
{
	struct search *search = ctx;

	if (verdict->kind == VERDICT_EXPECTATION)
		search->bad += verdict->step < search->scenario.step_count && search->failed[verdict->step];
	else
		search->bad += verdict->kind == VERDICT_BREACH || verdict->kind == VERDICT_HAZARD;
}

static void observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct search *search = ctx;

	check_observe(search->check, &search->scenario, view, observation, take_verdict, search);
}

static bool any_node(const struct search *search, bool quorate)
{
	for (uint32_t node = 0; node < search->scenario.node_count; node++) {
		const struct vq *vq = look_core(search->world, node);

		if (vq && (!quorate || vq_quorate(vq)))
			return true;
	}
	return false;
}

static bool is_over_well(const struct search *search)
{
	if (search->critical->options.quorate)
		return any_node(search, true);
	return search->bad == 0 && !world_stuck(search->world) && any_node(search, false);
}

static bool is_given_up(const struct search *search)
{
	return search->bad && !search->critical->options.quorate;
}

static void go_back(struct search *search)
{
	world_restore(search->world, search->world_copy, search->world_copy_bytes);
	memcpy(search->check, search->check_copy, search->check_bytes);
	search->bad = 0;
	search->asked = 0;
}

/* From the state before the step to the end. */
static bool goes_on_well(struct search *search)
{
	uint64_t before;

	go_back(search);
	before = world_events(search->world);
	while (world_advance(search->world) && !is_given_up(search))
		;
	search->cost += (world_events(search->world) - before + 1) * search->scenario.node_count;
	return is_over_well(search);
}

/* ---- the state before a step ---- */

static void walk_to(struct search *search, uint32_t step, const uint8_t *start, size_t start_bytes)
{
	world_restore(search->world, start, start_bytes);
	check_init(search->check, &search->scenario);
	while (world_step(search->world) < step && world_advance(search->world))
		;
	search->world_copy_bytes = world_bytes(search->world);
	search->world_copy = realloc(search->world_copy, search->world_copy_bytes);
	ALWAYS(search->world_copy != NULL);
	world_save(search->world, search->world_copy);
	memcpy(search->check_copy, search->check, search->check_bytes);
}

/* ---- steps left out ---- */

/* What a step expects of its own call cannot be asked once it is left out. */
static bool can_leave_out(const struct search *search, uint32_t step)
{
	const struct expectation *expect = &search->replay->scenario->steps[step].expect;

	return !search->failed[step] || (!expect->reply.at.line && !expect->refused_count && !expect->log_count);
}

static void leave_out(struct search *search, uint32_t step)
{
	struct step *left = &search->steps[step];

	left->verb = VERB_NONE;
	left->configs = NULL;
	left->expect.refused_count = 0;
	left->expect.log_count = 0;
	memset(&left->expect.reply, 0, sizeof left->expect.reply);
}

static void put_back(struct search *search, uint32_t first)
{
	memcpy(&search->steps[first], &search->replay->scenario->steps[first],
	       (search->scenario.step_count - first) * sizeof *search->steps);
}

static bool without(struct search *search, uint32_t first, uint32_t from, uint32_t to)
{
	bool well;

	leave_out(search, first);
	for (uint32_t step = from; step < to; step++)
		leave_out(search, step);
	well = goes_on_well(search);
	put_back(search, first);
	return well;
}

static void try_without_others(struct search *search, struct critical_from *from, uint32_t step)
{
	uint32_t count = search->scenario.step_count;

	if (!from->left_out_tried || step + 1 == count)
		return;
	from->rest_left_out_tried = true;
	from->rest_left_out_well = without(search, step, step + 1, count);
	for (uint32_t other = step + 1; other < count && search->cost < search->cost_max; other++) {
		if (!can_leave_out(search, other))
			continue;
		from->with_another.tried++;
		if (without(search, step, other, other + 1) && from->with_another.well++ == 0)
			from->another = other;
	}
}

static void try_without(struct search *search, struct critical_from *from, uint32_t step)
{
	if (!can_leave_out(search, step))
		return;
	from->left_out_tried = true;
	from->left_out_well = without(search, step, 0, 0);
	search->critical->averts[step] = from->left_out_well;
}

/* ---- other choices ---- */

static bool has_budget(const struct search *search, const struct critical_from *from, uint32_t tries_max)
{
	return from->choices.tried < tries_max && search->cost < search->cost_max;
}

static void note_questions(struct search *search)
{
	search->question_count = 0;
	search->noting = true;
	search->deviate = UINT32_MAX;
	goes_on_well(search);
	search->noting = false;
}

static void count_choice(struct critical_from *from, const struct question *question, bool well)
{
	from->choices.tried++;
	from->choices.well += well;
	if (well && question && !from->choice.found)
		from->choice = (struct critical_choice){true, question->what, question->step, question->time_ns};
}

/* Each choice by itself that falls while the step is under way: later ones were tried from a later step. False:
 * the budget was used up. */
static bool try_single_choices(struct search *search, struct critical_from *from, uint32_t step, uint32_t tries_max)
{
	for (uint32_t i = 0; i < search->question_count; i++) {
		const struct question question = search->questions[i];

		for (uint32_t k = 1; k < question.n && question.step == step; k++) {
			if (!has_budget(search, from, tries_max))
				return false;
			search->deviate = i;
			search->otherwise = k;
			count_choice(from, &question, goes_on_well(search));
		}
	}
	return true;
}

static void try_drawn_choices(struct search *search, struct critical_from *from, uint32_t tries_max)
{
	search->drawn = true;
	for (uint32_t seed = 1; has_budget(search, from, tries_max); seed++) {
		for (uint32_t i = 0; i < CHOOSE_KIND_COUNT; i++)
			search->streams[i] = rng_stream(seed, i);
		count_choice(from, NULL, goes_on_well(search));
	}
	search->drawn = false;
}

static void try_choices(struct search *search, struct critical_from *from, uint32_t step)
{
	uint32_t tries_max = search->critical->options.continuations_max;

	note_questions(search);
	if (search->question_count == 0)
		return;
	/* two choices together make more than can be tried one by one */
	if (!try_single_choices(search, from, step, tries_max / 2) || search->question_count > 1)
		search->critical->cut = true;
	search->deviate = UINT32_MAX;
	try_drawn_choices(search, from, tries_max);
}

/* ---- all steps ---- */

static bool any_well(const struct critical_from *from)
{
	return from->left_out_well || from->rest_left_out_well || from->with_another.well || from->choices.well;
}

static void look_for_step(struct search *search, uint32_t step)
{
	struct critical *critical = search->critical;
	struct critical_from from = {0};

	search->cost = 0;
	search->cost_max = CRITICAL_COST_MAX;
	try_without(search, &from, step);
	try_without_others(search, &from, step);
	try_choices(search, &from, step);
	if (any_well(&from)) {
		critical->found = true;
		critical->step = step;
		critical->from = from;
	} else {
		critical->after_tried +=
			from.left_out_tried + from.rest_left_out_tried + from.with_another.tried + from.choices.tried;
	}
	if (from.choices.well) {
		critical->by_choices_found = true;
		critical->by_choices_step = step;
		critical->by_choices = from;
	} else {
		critical->by_choices_tried += from.choices.tried;
	}
	if (critical->found)
		search->cost = 0; /* what lies beyond has a budget of its own */
}

/* Beyond the critical step. */
static void look_further(struct search *search, uint32_t step)
{
	struct critical *critical = search->critical;
	struct critical_from from = {0};

	search->cost_max = CRITICAL_COST_BEYOND_MAX;
	try_without(search, &from, step);
	if (critical->by_choices_found)
		return;
	if (search->cost >= search->cost_max) {
		critical->cut = true;
		return;
	}
	try_choices(search, &from, step);
	if (from.choices.well) {
		critical->by_choices_found = true;
		critical->by_choices_step = step;
		critical->by_choices = from;
	} else {
		critical->by_choices_tried += from.choices.tried;
	}
}

static void search_back(struct search *search, uint32_t last)
{
	size_t bytes = world_bytes(search->world);
	uint8_t *start = allocate(1, bytes);

	world_save(search->world, start);
	for (uint32_t step = last + 1; step-- > 0;) {
		walk_to(search, step, start, bytes);
		if (search->critical->found)
			look_further(search, step);
		else
			look_for_step(search, step);
	}
	free(start);
}

/* ---- the run that ended badly ---- */

/* The first bad verdict, and the steps whose expectations failed. */
static void read_run(struct search *search)
{
	const struct run_result *result = &search->replay->result;
	struct critical *critical = search->critical;

	for (uint32_t i = 0; i < result->verdict_count; i++) {
		const struct verdict *verdict = &result->verdicts[i];

		if (!show_is_bad(verdict) || verdict->step >= search->scenario.step_count)
			continue;
		if (verdict->kind == VERDICT_EXPECTATION)
			search->failed[verdict->step] = true;
		if (!critical->bad.kind && !critical->options.quorate)
			critical->bad = *verdict;
	}
	critical->ended_badly = critical->bad.kind != 0 || (!critical->options.quorate && result->stuck);
}

static bool ends_without_quorum(const struct search *search)
{
	world_run(search->world);
	return !any_node(search, true);
}

static void open_search(struct search *search)
{
	const struct scenario *scenario = search->replay->scenario;
	const struct run_result *result = &search->replay->result;

	search->scenario = *scenario;
	search->steps = allocate(scenario->step_count, sizeof *search->steps);
	search->scenario.steps = search->steps;
	put_back(search, 0);
	search->failed = allocate(scenario->step_count, sizeof *search->failed);
	search->check_bytes = check_size(scenario);
	search->check = allocate(1, search->check_bytes);
	search->check_copy = allocate(1, search->check_bytes);
	check_init(search->check, &search->scenario);
	search->base = search->replay->choice;
	search->deviate = UINT32_MAX;
	search->world = world_create(&search->scenario, (struct choice){search, choose}, result->seed);
	world_observe(search->world, (struct observer){search, observe});
}

static void close_search(struct search *search)
{
	world_destroy(search->world);
	free(search->steps);
	free(search->failed);
	free(search->check);
	free(search->check_copy);
	free(search->world_copy);
	free(search->questions);
}

void critical_find(const struct replay *replay, const struct critical_options *options, struct critical *critical)
{
	struct search search = {.replay = replay, .critical = critical};
	uint32_t last = replay->scenario->step_count - 1;
	size_t bytes;
	uint8_t *start;

	memset(critical, 0, sizeof *critical);
	critical->options = *options;
	critical->step_count = replay->scenario->step_count;
	critical->averts = allocate(critical->step_count, sizeof *critical->averts);
	if (replay->scenario->step_count == 0)
		return;
	open_search(&search);
	read_run(&search);
	if (options->quorate) {
		bytes = world_bytes(search.world);
		start = allocate(1, bytes);
		world_save(search.world, start);
		critical->ended_badly = ends_without_quorum(&search);
		world_restore(search.world, start, bytes);
		free(start);
	}
	if (critical->bad.kind)
		last = critical->bad.step;
	if (critical->ended_badly)
		search_back(&search, last);
	close_search(&search);
}

void critical_free(struct critical *critical)
{
	free(critical->averts);
	memset(critical, 0, sizeof *critical);
}
