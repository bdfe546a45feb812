#include "sim/page/orders.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

struct origin { /* of a state: by which event it came first */
	uint64_t from;
	uint32_t event;
};

struct watch {
	struct orders *orders;
	struct origin *origins;
	uint64_t count;
	uint32_t room;
	uint64_t from; /* the event that is told now, and whether somebody is quorate as it goes usually */
	uint32_t event;
	bool usually;
};

static bool any_quorate(const struct explore_visit *visit)
{
	for (uint32_t node = 0; node < visit->node_count; node++)
		if (visit->nodes[node].quorate)
			return true;
	return false;
}

static void keep_loss(struct watch *watch, const struct explore_visit *visit)
{
	struct orders *orders = watch->orders;
	uint64_t state = visit->from;

	if (orders->losses++)
		return;
	orders->loss_steps = visit->depth + 1;
	orders->loss[visit->depth] = visit->event;
	for (uint32_t step = visit->depth; step > 0; step--, state = watch->origins[state].from)
		orders->loss[step - 1] = watch->origins[state].event;
}

/* Of an event the usual way is told first. */
static void take_visit(void *ctx, const struct explore_visit *visit)
{
	struct watch *watch = ctx;
	bool first = watch->from != visit->from || watch->event != visit->event;

	if (first) {
		watch->from = visit->from;
		watch->event = visit->event;
		watch->usually = visit->to != EXPLORE_NO_STATE && any_quorate(visit);
	}
	if (visit->is_new) {
		ALWAYS(visit->to == watch->count);
		watch->origins = grown(watch->origins, (uint32_t)watch->count, &watch->room, sizeof *watch->origins);
		watch->origins[watch->count++] = (struct origin){visit->from, visit->event};
	}
	if (!first && watch->usually && visit->to != EXPLORE_NO_STATE && !any_quorate(visit))
		keep_loss(watch, visit);
}

static bool is_usual(const struct exploration *usual, const struct verdict *verdict)
{
	for (uint32_t i = 0; i < usual->finding_count; i++) {
		const struct verdict *known = &usual->findings[i].verdict;

		if (known->rule == verdict->rule && known->hazard == verdict->hazard && known->kind == verdict->kind)
			return true;
	}
	return false;
}

static uint32_t steps_for(uint32_t node_count)
{
	return node_count <= 2 ? 3 : 2;
}

void orders_find(struct orders *orders, const struct scenario *scenario, const struct explore_options *options)
{
	struct watch watch = {.orders = orders, .from = EXPLORE_NO_STATE, .count = 1, .room = 0};
	struct explore_options own = *options, usual_options;
	struct exploration usual;

	memset(orders, 0, sizeof *orders);
	orders->asked = true;
	orders->runs_max = options->interleavings;
	own.depth = options->depth ? options->depth : steps_for(scenario->node_count);
	own.depth = own.depth < ORDERS_STEPS_MAX ? own.depth : ORDERS_STEPS_MAX;
	own.events = NULL;
	own.progress = NULL;
	usual_options = own;
	usual_options.interleavings = 0;
	usual_options.visit = NULL;
	own.visit = take_visit;
	own.ctx = &watch;
	watch.origins = grown(NULL, 0, &watch.room, sizeof *watch.origins);
	watch.origins[0] = (struct origin){EXPLORE_NO_STATE, 0};
	explore(scenario, &own, &orders->all);
	explore(scenario, &usual_options, &usual);
	orders->found = allocate(orders->all.finding_count + 1, sizeof *orders->found);
	for (uint32_t i = 0; i < orders->all.finding_count; i++)
		if (!is_usual(&usual, &orders->all.findings[i].verdict))
			orders->found[orders->count++] = i;
	exploration_free(&usual);
	free(watch.origins);
}

void orders_free(struct orders *orders)
{
	for (uint32_t i = 0; orders->files && i < orders->count; i++)
		free(orders->files[i]);
	free(orders->files);
	free(orders->found);
	exploration_free(&orders->all);
	memset(orders, 0, sizeof *orders);
}
