/*
 * The judge's face: the layout of its block, and which file is told what.
 *
 * The order within an observation matters: first what is owed from before, then
 * the stream (grammar, flags, contents), last what the observation changes.
 */
#include "sim/check/judge.h"

#include <string.h>

/* ---- the block ---- */

static uint32_t align8(size_t size)
{
	return (uint32_t)((size + 7) & ~(size_t)7);
}

static struct check layout(const struct scenario *scenario)
{
	struct expect_sizes sizes = expect_measure(scenario);
	struct check check;
	uint32_t at = align8(sizeof check);

	memset(&check, 0, sizeof check);
	check.node_count = scenario->node_count;
	check.client_count = scenario->client_count;
	check.words = (scenario->node_count + 63) / 64;
	check.told_words = (RULE_COUNT * (scenario->node_count + scenario->client_count + 1) + 63) / 64;
	check.stream_count = sizes.streams;
	check.seen_callbacks = sizes.callbacks;
	check.seen_entries = sizes.entries;
	check.seen_size = align8(sizeof(struct seen_callback) + sizes.entries * sizeof(struct vq_entry));
	check.stream_size = (uint32_t)(sizeof(struct stream) + sizes.callbacks * check.seen_size);
	check.nodes_at = at;
	at += align8(check.node_count * sizeof(struct seen_node));
	check.models_at = at;
	at += align8(check.node_count * sizeof(struct model));
	check.sets_at = at;
	at += check.node_count * SET_COUNT * check.words * 8;
	check.clients_at = at;
	at += align8(check.client_count * sizeof(struct seen_client));
	check.told_at = at;
	at += check.told_words * 8;
	check.records_at = at;
	if (check.node_count <= PAIRS_MAX)
		at += align8(check.node_count * check.node_count * sizeof(uint32_t));
	check.streams_at = at;
	at += check.stream_count * check.stream_size;
	check.size = at;
	return check;
}

size_t check_size(const struct scenario *scenario)
{
	return layout(scenario).size;
}

void check_init(struct check *check, const struct scenario *scenario)
{
	struct check head = layout(scenario);
	struct judge judge = {check, scenario, NULL, NULL, NULL, NULL};
	uint32_t i;

	memset(check, 0, head.size);
	*check = head;
	for (i = 0; i < check->node_count; i++) {
		struct seen_node *node = judge_node(&judge, i);

		node->stored = scenario->nodes[i].stored_expected_votes;
		node->newest = node->oldest = node->round_next = NOBODY;
		node->primary = node->announced = UNKNOWN;
	}
	for (i = 0; i < check->node_count; i++) {
		judge_model(&judge, i)->device_due_ns = judge_model(&judge, i)->last_man_due_ns = NEVER_NS;
		judge_model(&judge, i)->device_left_ns = judge_model(&judge, i)->last_man_left_ns = NEVER_NS;
	}
	for (i = 0; i < check->client_count; i++)
		judge_client(&judge, i)->newer = judge_client(&judge, i)->older = NOBODY;
}

uint64_t check_exercised(const struct check *check, uint32_t rule)
{
	return rule < RULE_COUNT ? check->exercised[rule] : 0;
}

uint64_t check_callbacks(const struct check *check)
{
	return check->callbacks;
}

bool judge_is_out(const struct judge *judge, uint32_t node)
{
	const struct world_view *view = judge->view;

	return judge_node(judge, node)->paused || (view && view->astray && view->astray(view->world, node));
}

uint32_t judge_index(const struct judge *judge, uint32_t nodeid)
{
	const struct scenario_node *nodes = judge->scenario->nodes;
	uint32_t low = 0, high = judge->scenario->node_count;
	uint32_t guess = nodeid - nodes[0].nodeid;

	if (guess < high && nodes[guess].nodeid == nodeid)
		return guess;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (nodes[middle].nodeid == nodeid)
			return middle;
		if (nodes[middle].nodeid < nodeid)
			low = middle + 1;
		else
			high = middle;
	}
	return NOBODY;
}

/* ---- nodes ---- */

static void node_up(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);
	uint32_t set;

	node->boot++;
	node->up = 1;
	node->paused = node->in_sync = node->owes = node->held = 0;
	node->leaving = node->leaving ? LEFT_BEFORE : 0;
	node->rings = node->activated = node->members = node->previous = 0;
	node->announced = UNKNOWN; /* primary may have been told already, while it started */
	for (set = 0; set < SET_COUNT; set++)
		memset(judge_set(judge, judge->seen->node, (enum node_set)set), 0, judge->check->words * 8);
	set_add(judge_set(judge, judge->seen->node, SET_KNOWN), judge->seen->node);
	set_add(judge_set(judge, judge->seen->node, SET_HEARD), judge->seen->node);
	model_node_up(judge);
	if (node->stored_starting)
		node->stored = node->stored_starting;
	node->stored_starting = 0;
	inert_effect(judge, EFFECT_UP);
}

static void node_down(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	flags_node_down(judge, judge->seen->node);
	node->left = judge->seen->kind == OBSERVE_NODE_DOWN && judge->seen->number == DOWN_STOP;
	judge->check->left_cleanly |= node->left;
	if (judge->seen->kind == OBSERVE_NODE_DOWN && judge->seen->number == DOWN_ABORT)
		invariants_aborted(judge);
	node->primary = UNKNOWN;
	node->up = node->paused = node->in_sync = node->held = 0;
	inert_effect(judge, EFFECT_DOWN);
}

static void ring_ids_grow(const struct judge *judge, const struct seen_node *node)
{
	const struct observation *seen = judge->seen;
	uint32_t lowest = judge_index(judge, seen->ring.nodeid);
	struct verdict verdict;

	judge_exercise(judge, RULE_I8);
	if (seen->ring.seq <= node->ring.seq && node->ring.nodeid && !node->wiped &&
	    judge_breach(judge, &verdict, RULE_I8, seen->node, NOBODY)) {
		say(verdict.expected, "a ring sequence above %llu", (unsigned long long)node->ring.seq);
		say(verdict.came, "ring %u.%llu", seen->ring.nodeid, (unsigned long long)seen->ring.seq);
		judge_tell(judge, &verdict);
	}
	if (!seen->count || seen->nodes[0] != seen->ring.nodeid) {
		judge_say(judge, RULE_I8, seen->node, NOBODY, "a ring is named after its lowest member",
			  "another node id");
		return;
	}
	if (lowest != NOBODY && lowest != seen->node && ring_equal(judge_node(judge, lowest)->ring, seen->ring) &&
	    judge_node(judge, lowest)->ring_digest != node->ring_digest)
		judge_say(judge, RULE_I8, seen->node, NOBODY, "a ring has the same members at every node",
			  "other members than at the node that it is named after");
}

static void ring(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	struct seen_node *node = judge_node(judge, seen->node);
	uint64_t *members = judge_set(judge, seen->node, SET_RING);
	uint64_t *heard = judge_set(judge, seen->node, SET_HEARD);
	uint32_t i;

	memcpy(judge_set(judge, seen->node, SET_PREVIOUS), members, judge->check->words * 8);
	memset(members, 0, judge->check->words * 8);
	node->previous = node->members;
	node->members = seen->count;
	node->ring_digest = seen->count;
	for (i = 0; i < seen->count; i++) {
		uint32_t index = judge_index(judge, seen->nodes[i]);

		node->ring_digest = digest_add(node->ring_digest, seen->nodes[i]);
		if (index == NOBODY)
			continue;
		set_add(members, index);
		set_add(heard, index);
	}
	ring_ids_grow(judge, node);
	node->ring = seen->ring;
	node->ring_ns = seen->time_ns;
	if (node->leaving == LEFT_BEFORE && seen->count > 1)
		node->leaving = 0;
	node->wiped &= node->leaving == LEAVES; /* what is wiped when it has left is written until then */
	node->rings++;
	inert_effect(judge, EFFECT_RING);
}

static void activated(const struct judge *judge)
{
	const uint64_t *members = judge_set(judge, judge->seen->node, SET_RING);
	uint64_t *known = judge_set(judge, judge->seen->node, SET_KNOWN);
	uint32_t i;

	for (i = 0; i < judge->check->words; i++)
		known[i] |= members[i];
	judge_node(judge, judge->seen->node)->activated++;
}

/* ---- applications ---- */

static void remember_call(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	struct asked *asked = &judge_client(judge, seen->client)->asked;
	const struct vq_request *request = seen->request;

	if (seen->verb == VERB_DISPATCH)
		return;
	memset(asked, 0, sizeof *asked);
	asked->verb = seen->verb;
	asked->step = seen->step;
	if (!request)
		return;
	asked->context = request->context;
	asked->nodeid = request->nodeid;
	asked->votes = request->votes;
	asked->flags = request->flags;
	asked->cast_vote = request->cast_vote;
	asked->allow = request->allow;
}

static void call(const struct judge *judge)
{
	grammar_debts(judge, judge->scenario->clients[judge->seen->client].node);
	model_time(judge, judge->scenario->clients[judge->seen->client].node);
	grammar_call(judge);
	remember_call(judge);
	flags_call(judge);
	replies_call(judge);
}

static void reply(const struct judge *judge)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);

	grammar_debts(judge, judge->scenario->clients[judge->seen->client].node);
	if (!judge->seen->inside && (judge->seen->verb == VERB_DISPATCH || client->asked.step == judge->check->step))
		expect_reply(judge);
	model_time(judge, judge->scenario->clients[judge->seen->client].node);
	replies_reply(judge);
	flags_reply(judge);
	admin_reply(judge);
	grammar_reply(judge);
	client->fault = 0;
	if (judge->seen->verb != VERB_DISPATCH)
		client->asked.verb = VERB_NONE;
}

static void fault(const struct judge *judge)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);

	client->fault_step = 0;
	if (judge->seen->verb == VERB_DISPATCH)
		client->dispatch_fault = (int32_t)judge->seen->number;
	else
		client->fault = (int32_t)judge->seen->number;
}

static void queued(const struct judge *judge)
{
	uint64_t digest = notification_digest(judge->seen->notification);

	grammar_queued(judge, digest_add(digest, judge->seen->notification->context));
	switch (flags_queued(judge, digest)) {
	case NEWS_ROUND:
		grammar_round(judge);
		contents_queued(judge);
		break;
	case NEWS_SNAPSHOT:
		contents_queued(judge);
		break;
	case NEWS_REPEATED:
		break;
	}
}

static void taken(const struct judge *judge)
{
	uint64_t digest = notification_digest(judge->seen->notification);

	grammar_taken(judge, digest_add(digest, judge->seen->notification->context));
	if (judge->seen->kind != OBSERVE_CALLBACK)
		return;
	judge->check->callbacks++;
	judge_exercise(judge, RULE_TRACKER_TOLD);
	if (judge->check->stream_count)
		expect_callback(judge);
}

static void client_died(const struct judge *judge)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);

	flags_untrack(judge, judge->seen->client);
	admin_died(judge);
	grammar_forget(client);
	client->handle = HANDLE_NONE;
	inert_effect(judge, EFFECT_DIED);
}

/* ---- steps ---- */

static void step_begin(const struct judge *judge)
{
	struct check *check = judge->check;
	const struct step *step;

	check->step = judge->seen->step;
	check->in_step = 1;
	expect_begin(judge);
	inert_begin(judge);
	if (check->step >= judge->scenario->step_count)
		return;
	step = &judge->scenario->steps[check->step];
	if (step->verb == VERB_FAULT)
		judge_client(judge, step->client)->fault_step = 1 + check->step;
	if (step->verb == VERB_STOP || step->verb == VERB_CRASH)
		for (uint32_t i = 0; i < step->nodes.count; i++) {
			judge_node(judge, step->nodes.index[i])->wiped |= step->wipe;
			if (step->wipe)
				judge_node(judge, step->nodes.index[i])->stored = 0;
			if (step->verb == VERB_STOP)
				judge_node(judge, step->nodes.index[i])->leaving = LEAVES;
		}
}

static void step_end(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		grammar_debts(judge, i);
	if (judge->seen->number == 1) {
		grammar_settled(judge);
		invariants_settled(judge);
	}
	inert_end(judge);
	expect_end(judge);
	judge->check->in_step = 0;
}

static void run_end(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		grammar_debts(judge, i);
	inert_run_end(judge);
}

/* ---- dispatch ---- */

static void observe_machine(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	switch (judge->seen->kind) {
	case OBSERVE_NODE_UP:
		node_up(judge);
		break;
	case OBSERVE_NODE_REFUSED:
		expect_refused(judge);
		model_refused(judge);
		inert_effect(judge, EFFECT_UP);
		judge->check->refusals = 1;
		node_down(judge);
		break;
	case OBSERVE_NODE_DOWN:
		node_down(judge);
		break;
	case OBSERVE_NODE_PAUSED:
		model_paused(judge);
		node->paused = 1;
		inert_effect(judge, EFFECT_PAUSED);
		break;
	case OBSERVE_NODE_RESUMED:
		node->paused = 0;
		model_resumed(judge);
		inert_effect(judge, EFFECT_RESUMED);
		break;
	case OBSERVE_HELD:
		node->held = judge->seen->number == 1;
		break;
	case OBSERVE_RELOADED:
		model_reloaded(judge);
		break;
	case OBSERVE_CANCEL_WFA:
		model_cancelled(judge);
		break;
	default:
		break;
	}
}

static void observe_ring(const struct judge *judge)
{
	switch (judge->seen->kind) {
	case OBSERVE_RING:
		grammar_debts(judge, judge->seen->node);
		judge_node(judge, judge->seen->node)->interrupted = judge_node(judge, judge->seen->node)->in_sync;
		grammar_ring(judge);
		ring(judge);
		model_ring(judge);
		break;
	case OBSERVE_ACTIVATED:
		grammar_debts(judge, judge->seen->node);
		activated(judge);
		grammar_activated(judge);
		model_activated(judge);
		break;
	case OBSERVE_NOTICE:
		expect_logged(judge);
		break;
	case OBSERVE_STORED:
		model_stored(judge);
		break;
	case OBSERVE_PRIMARY:
		if (!judge_node(judge, judge->seen->node)->up) {
			judge_node(judge, judge->seen->node)->primary = judge->seen->number ? YES : NO;
			break;
		}
		flags_round_over(judge, judge->seen->node);
		model_primary(judge);
		grammar_primary(judge);
		break;
	default:
		break;
	}
}

static void observe_application(const struct judge *judge)
{
	switch (judge->seen->kind) {
	case OBSERVE_CALL:
		call(judge);
		break;
	case OBSERVE_REPLY:
		reply(judge);
		break;
	case OBSERVE_FAULT:
		fault(judge);
		break;
	case OBSERVE_QUEUED:
		queued(judge);
		break;
	case OBSERVE_CALLBACK:
	case OBSERVE_CONSUMED:
		taken(judge);
		break;
	case OBSERVE_CLIENT_DIED:
		client_died(judge);
		break;
	default:
		break;
	}
}

void check_observe(struct check *check, const struct scenario *scenario, const struct world_view *view,
		   const struct observation *observation, check_report *report, void *ctx)
{
	struct judge judge = {check, scenario, view, observation, report, ctx};

	if (observation->kind >= OBSERVE_SENT)
		return;
	check->activity += observation->kind > OBSERVE_STEP_END;
	if (observation->kind >= OBSERVE_CALL)
		observe_application(&judge);
	else if (observation->kind >= OBSERVE_RING && observation->kind != OBSERVE_HELD)
		observe_ring(&judge);
	else if (observation->kind == OBSERVE_STEP_BEGIN)
		step_begin(&judge);
	else if (observation->kind == OBSERVE_STEP_END)
		step_end(&judge);
	else if (observation->kind == OBSERVE_RUN_END)
		run_end(&judge);
	else if (observation->node < check->node_count)
		observe_machine(&judge);
}
