/*
 * What an administrator's or a device's successful call changes in the model.
 *
 * A call that finds the cluster at rest has one outcome; one that meets another,
 * or a ring under way, widens what may come.
 */
#include "sim/check/judge.h"

/* Nothing else has happened since the cluster rested: messages reach all members, in one order. */
static bool calm(const struct judge *judge, uint32_t number)
{
	const struct check *check = judge->check;

	return !check->flux && !check->moved && !judge_is_out(judge, number) && !judge_node(judge, number)->in_sync &&
	       judge_model(judge, number)->downscale == NO && judge_model(judge, number)->tracking == NO;
}

static bool together(const struct judge *judge, uint32_t number, uint32_t other)
{
	const struct seen_node *node = judge_node(judge, other);

	return node->up && ring_equal(node->ring, judge_node(judge, number)->ring);
}

static void recalculated(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	struct wide sum = model_sum(judge, judge_set(judge, number, SET_RING));
	struct span total = span_max(model->expected, model_total(judge, number, sum));

	model->expected = total;
	model->highest = span_max(model->highest, (struct wide){total.low, total.high});
	model->quorum = model_quorum_of(judge, model->highest, model_present(judge, number, sum));
	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		model->quorum = span_exact(1);
	else if (model->two_node == UNKNOWN)
		model->quorum.low = 0;
}

/* Anybody may get it, sooner or later. */
static void widen(const struct judge *judge, struct span expected)
{
	struct check *check = judge->check;
	uint32_t i;

	check->flux_expected = check->flux ? span_hull(check->flux_expected, expected) : expected;
	for (i = 0; i < check->node_count; i++) {
		struct model *model = judge_model(judge, i);
		struct span quorum;

		if (!judge_node(judge, i)->up)
			continue;
		model->expected = span_hull(model->expected, expected);
		if (model->tracking != NO) /* its tracked barrier may be larger */
			model->expected.high = UINT32_MAX;
		model->highest = span_hull(model->highest, model->expected);
		quorum = model_quorum_of(judge, model->highest, (struct wide){0, 0});
		model->quorum = span_hull(model->quorum, (struct span){0, quorum.high});
		model->quiet_change = 1;
		check->records_open = 1;
	}
}

static void set_expected(const struct judge *judge, uint32_t number, uint32_t value)
{
	struct check *check = judge->check;
	uint32_t i;

	check->administered = 1;
	for (i = 0; i < check->node_count; i++) {
		struct span *barrier = &judge_model(judge, i)->barrier;

		if (together(judge, number, i))
			*barrier = !check->flux && !check->moved ? span_exact(value) : (struct span){0, UINT32_MAX};
		else if (check->moved)
			*barrier = (struct span){0, UINT32_MAX};
	}
	check->lowered = check->lowered || value < judge_model(judge, number)->expected.high;
	if (!calm(judge, number)) {
		widen(judge, span_exact(value));
	} else {
		check->flux_expected = span_exact(value);
		for (i = 0; i < check->node_count; i++) {
			if (!together(judge, number, i))
				continue;
			check->records_open = 1;
			if (value)
				judge_model(judge, i)->expected = judge_model(judge, i)->highest = span_exact(value);
			recalculated(judge, i);
		}
	}
	check->flux++;
}

/* Whose votes: a node's own, as all will learn them, or the device's at this node. */
static struct span *votes_of(const struct judge *judge, uint32_t nodeid, uint32_t holder)
{
	uint32_t index = judge_index(judge, nodeid);

	if (nodeid == VQ_DEVICE_NODEID)
		return &judge_model(judge, holder)->device_votes;
	return index == NOBODY ? NULL : &judge_model(judge, index)->votes;
}

static void set_votes(const struct judge *judge, uint32_t number, uint32_t nodeid, uint32_t value)
{
	struct check *check = judge->check;
	bool exact = calm(judge, number);
	struct wide all = {0, 0};
	uint32_t index = judge_index(judge, nodeid), i;

	check->administered = 1;
	if (nodeid != VQ_DEVICE_NODEID && (index == NOBODY || !together(judge, number, index)))
		index = NOBODY; /* a dead record's votes: forgotten when it comes back */
	for (i = 0; i < check->node_count; i++) {
		struct span *votes = votes_of(judge, nodeid, i);

		if ((nodeid != VQ_DEVICE_NODEID && index == NOBODY) || !votes || !together(judge, number, i))
			continue;
		*votes = exact ? span_exact(value) : span_hull(*votes, span_exact(value));
		if (nodeid == VQ_DEVICE_NODEID) /* what a sync that is under way began with */
			judge_model(judge, i)->device_before =
				span_hull(judge_model(judge, i)->device_before, *votes);
	}
	for (i = 0; i < check->node_count; i++) {
		all.low += judge_model(judge, i)->votes.low;
		all.high += judge_model(judge, i)->votes.high;
		if (exact && together(judge, number, i))
			recalculated(judge, i);
	}
	all = model_total(judge, number, all);
	if (!exact)
		widen(judge, span_max(judge_model(judge, number)->expected, all));
	else
		check->flux_expected = judge_model(judge, number)->expected;
	check->flux++;
}

/* ---- the device ---- */

static void learn_name(const struct judge *judge, uint32_t number, uint64_t name)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		struct model *model = judge_model(judge, i);

		if (!together(judge, number, i))
			continue;
		if (i == number) { /* answered OK: this is the name here */
			model->named = judge->check->moved ? UNKNOWN : YES;
			model->device_name = name;
		} else if (model->named == UNKNOWN || judge->check->moved) {
			model->named = UNKNOWN;
		} else if (model->named == NO) {
			model->named = YES;
			model->device_name = name;
		}
	}
}

static void forget_name(const struct judge *judge, uint32_t number)
{
	uint8_t registered = NO;
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (together(judge, number, i) && judge_model(judge, i)->registered != NO)
			registered = registered == YES ? YES : judge_model(judge, i)->registered;
	for (i = 0; i < judge->check->node_count; i++)
		if (together(judge, number, i) && registered != YES)
			judge_model(judge, i)->named = registered == NO && !judge->check->moved ? NO : UNKNOWN;
}

static void rename_device(const struct judge *judge, uint32_t number, uint64_t from, uint64_t to)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		struct model *model = judge_model(judge, i);

		if (!together(judge, number, i) || model->named == NO)
			continue;
		if (model->named == YES && model->device_name == from && !judge->check->moved)
			model->device_name = to;
		else if (model->named == UNKNOWN || judge->check->moved)
			model->named = UNKNOWN;
	}
}

/* A flag that is set now; undone by an own nodeinfo that is still under way (quirk own-nodeinfo-undoes). */
static void set_flag(const struct judge *judge, struct model *model, uint8_t *flag, bool value)
{
	uint32_t number = judge->scenario->clients[judge->seen->client].node;
	const struct seen_node *node = judge_node(judge, number);
	const struct asked *asked = &judge_client(judge, judge->seen->client)->asked;
	bool certain = !node->in_sync && !asked->in_sync;

	certain = certain || (node->held && !judge->check->moved);
	certain = certain && !model->polls && asked->node_activity == node->rings && !judge_is_out(judge, number);

	*flag = certain || *flag == (value ? YES : NO) ? (value ? YES : NO) : UNKNOWN;
}

static void polled(const struct judge *judge, uint32_t number, bool cast)
{
	struct model *model = judge_model(judge, number);

	set_flag(judge, model, &model->alive, true);
	set_flag(judge, model, &model->cast, cast);
	model->device_due_ns = judge->seen->time_ns + model->device_timeout_ms * SCENARIO_MS;
	judge_node(judge, number)->released = 1;
}

static void unregistered(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);

	set_flag(judge, model, &model->registered, false);
	set_flag(judge, model, &model->alive, false);
	set_flag(judge, model, &model->cast, false);
	set_flag(judge, model, &model->master, false);
	if (!quirk_on(judge, VQ_QUIRK_MASTER_WINS_STAYS))
		model->master_wanted = NO;
	model->device_due_ns = NEVER_NS;
	judge_node(judge, number)->released = 1;
	forget_name(judge, number);
}

static void device_call(const struct judge *judge, uint32_t number, const struct asked *asked)
{
	struct model *model = judge_model(judge, number);

	switch (asked->verb) {
	case VERB_QDEVICE_REGISTER:
		set_flag(judge, model, &model->registered, true);
		learn_name(judge, number, asked->name);
		break;
	case VERB_QDEVICE_UNREGISTER:
		unregistered(judge, number);
		break;
	case VERB_QDEVICE_UPDATE:
		rename_device(judge, number, asked->name, asked->new_name);
		break;
	case VERB_QDEVICE_POLL:
		polled(judge, number, asked->cast_vote != 0);
		break;
	case VERB_QDEVICE_MASTER_WINS:
		model->master_wanted = asked->allow ? YES : NO;
		set_flag(judge, model, &model->master, asked->allow != 0);
		break;
	default:
		return;
	}
	judge->check->records_open = 1;
	if (model->polls < UINT8_MAX)
		model->polls++;
}

void admin_reply(const struct judge *judge)
{
	uint32_t number = judge->scenario->clients[judge->seen->client].node;
	const struct asked *asked = &judge_client(judge, judge->seen->client)->asked;

	if (asked->verb != judge->seen->verb)
		return;
	if (judge->seen->number == VQ_ERR_NO_RESOURCES) {
		/* never sent, but done here (history 50) */
		judge_model(judge, number)->stale = 1;
		judge->check->moved = 1;
	}
	if (judge->seen->number != VQ_OK && asked->registers && judge_model(judge, number)->registered == UNKNOWN)
		judge_model(judge, number)->registered = NO;
	if (judge->seen->number != VQ_OK && judge->seen->number != VQ_ERR_NO_RESOURCES)
		return;
	if (asked->verb == VERB_SETEXPECTED)
		set_expected(judge, number, asked->votes);
	else if (asked->verb == VERB_SETVOTES)
		set_votes(judge, number, asked->nodeid, asked->votes);
	else
		device_call(judge, number, asked);
}

/* A registration under way goes on without its client. */
void admin_died(const struct judge *judge)
{
	uint32_t number = judge->scenario->clients[judge->seen->client].node, i;

	if (judge_client(judge, judge->seen->client)->asked.verb != VERB_QDEVICE_REGISTER)
		return;
	for (i = 0; i < judge->check->node_count; i++)
		if (together(judge, number, i) && judge_model(judge, i)->named == NO)
			judge_model(judge, i)->named = UNKNOWN;
	judge_model(judge, number)->registered = UNKNOWN;
	judge->check->records_open = 1;
}
