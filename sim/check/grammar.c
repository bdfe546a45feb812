/*
 * The stream of one connection: what is queued comes out of dispatch, in order,
 * once, and nothing else does; notifications keep to the syncs of their node.
 */
#include "sim/check/judge.h"

#include <string.h>

uint64_t notification_digest(const struct vq_notification *n)
{
	uint64_t digest = digest_add(n->kind, n->count);
	uint32_t i;

	switch (n->kind) {
	case VQ_NODELIST:
		digest = digest_add(digest_add(digest, n->ring.seq), n->ring.nodeid);
		for (i = 0; i < n->count; i++)
			digest = digest_add(digest, n->entries[i].nodeid);
		break;
	case VQ_QUORUM:
		digest = digest_add(digest, n->quorate);
		for (i = 0; i < n->count; i++)
			digest = digest_add(digest, (uint64_t)n->entries[i].state << 32 | n->entries[i].nodeid);
		break;
	default:
		digest = digest_add(digest, n->expected_votes);
	}
	return digest;
}

/* ---- handles ---- */

void grammar_forget(struct seen_client *client)
{
	client->queued = client->taken = 0;
	client->queued_chain = client->taken_chain = 0;
	client->snapshot = SNAPSHOT_NONE;
	client->asked.verb = VERB_NONE;
	client->dispatching = 0;
	client->waiting_type = 0;
	client->lingers = 0;
	client->lost = 0;
	client->given_up = 0;
}

static void open_handle(const struct judge *judge, struct seen_client *client, uint32_t node)
{
	grammar_forget(client);
	client->handle = HANDLE_OPEN;
	client->dead = 0;
	client->own_context = 0;
	client->boot = judge_node(judge, node)->boot;
}

static uint32_t dispatch_type(const struct judge *judge)
{
	const struct step *step = judge_step(judge, judge->seen->step);

	if (judge->seen->automatic)
		return VQ_DISPATCH_ALL;
	if (step && step->verb == VERB_DISPATCH && step->client == judge->seen->client)
		return step->dispatch_type;
	return VQ_DISPATCH_BLOCKING; /* of which nothing is said */
}

static bool waits_for_one(uint32_t type)
{
	return type == VQ_DISPATCH_ONE || type == VQ_DISPATCH_BLOCKING;
}

void grammar_call(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	struct seen_client *client = judge_client(judge, seen->client);
	uint32_t node = judge->scenario->clients[seen->client].node;

	/* A handle that came by itself: opened at first use. */
	if (client->handle == HANDLE_NONE && seen->verb != VERB_INITIALIZE)
		open_handle(judge, client, node);
	if (seen->verb == VERB_DISPATCH) {
		if (client->dispatching && waits_for_one(client->dispatch_type))
			client->waiting_type = client->dispatch_type;
		client->dispatching = 1;
		client->dispatch_type = dispatch_type(judge);
		client->dispatch_taken = 0;
		client->dispatch_fault = 0;
	}
}

/* ---- dispatch ---- */

static void dispatch_miscounted(const struct judge *judge, const char *expected)
{
	const struct seen_client *client = judge_client(judge, judge->seen->client);
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, RULE_DISPATCH_COUNT, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "%s", expected);
	say(verdict.came, "%s, %u notifications were taken, %u said to be, %u are left",
	    say_error((int)judge->seen->number), client->dispatch_taken, judge->seen->count,
	    client->queued - client->taken);
	judge_tell(judge, &verdict);
}

static void dispatch_over(const struct judge *judge, struct seen_client *client)
{
	uint32_t left = client->queued - client->taken;
	int error = (int)judge->seen->number;
	uint32_t type = client->dispatch_type;

	if (client->handle != HANDLE_OPEN || client->dispatch_fault || error == VQ_ERR_LIBRARY ||
	    type == VQ_DISPATCH_BLOCKING)
		return; /* finalized inside, or the connection broke: other rules */
	judge_exercise(judge, RULE_DISPATCH_COUNT);
	if (judge->seen->count != client->dispatch_taken)
		dispatch_miscounted(judge, "dispatch says how many notifications it took");
	else if (type == 0 || type > VQ_DISPATCH_ONE_NONBLOCKING)
		error == VQ_ERR_INVALID_PARAM && !client->dispatch_taken
			? (void)0
			: dispatch_miscounted(judge, "INVALID_PARAM for a dispatch type that does not exist");
	else if (type == VQ_DISPATCH_ALL && (error != VQ_OK || left))
		dispatch_miscounted(judge, "CS_DISPATCH_ALL takes all that is waiting");
	else if (type == VQ_DISPATCH_ONE && (error != VQ_OK || client->dispatch_taken != 1))
		dispatch_miscounted(judge, "CS_DISPATCH_ONE takes one");
	else if (type == VQ_DISPATCH_ONE_NONBLOCKING &&
		 (client->dispatch_taken != (error == VQ_OK) || (error == VQ_ERR_TRY_AGAIN && left) ||
		  (error != VQ_OK && error != VQ_ERR_TRY_AGAIN)))
		dispatch_miscounted(judge,
				    "CS_DISPATCH_ONE_NONBLOCKING takes one, or says TRY_AGAIN when there is none");
}

/* Of a finalized handle: a dispatch that waits keeps the connection, unless it is the one that calls. */
static bool outlives(const struct judge *judge, const struct seen_client *client)
{
	bool waits = judge->seen->inside ? client->waiting_type != 0
					 : client->dispatching && waits_for_one(client->dispatch_type);

	return waits && quirk_on(judge, VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE);
}

static void connection_over(const struct judge *judge, struct seen_client *client)
{
	flags_untrack(judge, judge->seen->client);
	grammar_forget(client);
}

/* The dispatch that was made last is over: what is left is the one that waits. */
static void dispatch_returns(const struct judge *judge, struct seen_client *client)
{
	if (client->lingers && !client->waiting_type)
		connection_over(judge, client);
	client->dispatching = client->waiting_type != 0;
	client->dispatch_type = client->waiting_type;
	client->dispatch_taken = 0;
	client->dispatch_fault = 0;
	client->waiting_type = 0;
}

void grammar_reply(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	struct seen_client *client = judge_client(judge, seen->client);
	uint32_t node = judge->scenario->clients[seen->client].node;

	if (seen->verb != VERB_INITIALIZE && seen->number == VQ_ERR_LIBRARY && client->handle == HANDLE_OPEN)
		client->given_up = 1;
	switch (seen->verb) {
	case VERB_INITIALIZE:
		if (client->given_up) {
			flags_untrack(judge, seen->client);
			grammar_forget(client);
			client->handle = HANDLE_NONE;
		}
		if (seen->number == VQ_OK) {
			flags_untrack(judge, seen->client);
			open_handle(judge, client, node);
		}
		break;
	case VERB_FINALIZE:
		if (seen->number != VQ_OK)
			break;
		client->handle = HANDLE_FINALIZED;
		if (outlives(judge, client)) {
			client->lingers = 1;
			client->dispatch_taken = 0;
		} else {
			connection_over(judge, client);
		}
		break;
	case VERB_DISPATCH:
		if (client->dispatching)
			dispatch_over(judge, client);
		dispatch_returns(judge, client);
		break;
	default:
		break;
	}
}

/* ---- queued is delivered ---- */

void grammar_queued(const struct judge *judge, uint64_t digest)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);

	judge_exercise(judge, RULE_I10);
	if ((client->handle != HANDLE_OPEN && !client->lingers) || client->dead)
		judge_say(judge, RULE_I10, judge->seen->node, judge->seen->client,
			  "nothing is queued for a connection that is gone", "a notification was queued for it");
	client->recent[client->queued % RECENT] = (uint32_t)digest;
	client->queued_chain = digest_add(client->queued_chain, digest);
	client->queued++;
}

static void out_of_order(const struct judge *judge, const char *expected)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, RULE_IN_ORDER, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "%s", expected);
	say_notification(verdict.came, judge->seen->notification);
	judge_tell(judge, &verdict);
}

static void take(const struct judge *judge, struct seen_client *client, uint64_t digest)
{
	judge_exercise(judge, RULE_IN_ORDER);
	if (client->taken == client->queued) {
		out_of_order(judge, "nothing: the queue is empty");
		return;
	}
	if (client->queued - client->taken <= RECENT && !client->lost &&
	    client->recent[client->taken % RECENT] != (uint32_t)digest) {
		out_of_order(judge, "the oldest notification that is queued");
		client->lost = 1;
	}
	client->taken++;
	client->taken_chain = digest_add(client->taken_chain, digest);
	if (client->taken != client->queued)
		return;
	if (client->taken_chain != client->queued_chain && !client->lost)
		out_of_order(judge, "what was queued, in order; the last of it being");
	client->taken_chain = client->queued_chain;
	client->lost = 0;
}

void grammar_taken(const struct judge *judge, uint64_t digest)
{
	const struct observation *seen = judge->seen;
	struct seen_client *client = judge_client(judge, seen->client);
	uint32_t wanted = (judge->scenario->clients[seen->client].callbacks >> seen->notification->kind) & 1;

	if ((client->handle != HANDLE_OPEN && !(client->lingers && !client->dispatch_taken)) || client->dead) {
		judge_say(judge, RULE_I10, seen->node, seen->client,
			  client->lingers ? "one notification at most is delivered after the handle is gone"
					  : "nothing is delivered after the handle is gone",
			  "a notification was delivered");
		return;
	}
	judge_exercise(judge, RULE_IN_DISPATCH);
	if (!client->dispatching && judge->scenario->clients[seen->client].manual)
		judge_say(judge, RULE_IN_DISPATCH, seen->node, seen->client,
			  "callbacks come from inside votequorum_dispatch()", "a callback came outside of it");
	judge_exercise(judge, RULE_NULL_CALLBACK);
	if ((seen->kind == OBSERVE_CALLBACK) != wanted)
		judge_say(judge, RULE_NULL_CALLBACK, seen->node, seen->client,
			  wanted ? "the application's callback is called" : "a NULL callback is not called",
			  wanted ? "the notification was consumed" : "the callback was called");
	client->dispatch_taken++;
	take(judge, client, digest);
}

/* ---- notifications and syncs ---- */

static void wrong_moment(const struct judge *judge, enum rule_number rule, const char *expected)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, rule, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "%s", expected);
	if (judge->seen->notification)
		say_notification(verdict.came, judge->seen->notification);
	else
		say(verdict.came, "the primary layer was told: %squorate", judge->seen->number ? "" : "not ");
	judge_tell(judge, &verdict);
}

static void nodelist_round(const struct judge *judge, struct seen_node *node)
{
	judge_exercise(judge, RULE_I9);
	if (!node->in_sync)
		wrong_moment(judge, RULE_I9, "a nodelist notification at the begin of a sync only");
	else if (node->nodelist_told)
		wrong_moment(judge, RULE_I9, "one nodelist notification for each ring");
	node->nodelist_told = 1;
}

static void quorum_round(const struct judge *judge, struct seen_node *node)
{
	uint32_t quorate = judge->seen->notification->quorate;

	judge_exercise(judge, RULE_I9);
	judge_exercise(judge, RULE_I5);
	judge_exercise(judge, RULE_QUORUM_ON_CHANGE);
	if (node->in_sync)
		wrong_moment(judge, RULE_I9, "no quorum notification while a sync is under way");
	else if (!(node->owes & OWES_QUORUM))
		wrong_moment(judge, RULE_QUORUM_ON_CHANGE,
			     "outside a sync, a quorum notification only when quorate has changed");
	if (node->primary != UNKNOWN && quorate != node->primary && !node->in_sync)
		wrong_moment(judge, RULE_I5,
			     node->primary ? "quorate, as the primary layer was told"
					   : "not quorate, as the primary layer was told");
	node->owes &= (uint8_t)~OWES_QUORUM;
	node->announced = (uint8_t)(quorate ? YES : NO);
}

void grammar_round(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->scenario->clients[judge->seen->client].node);

	if (judge->seen->notification->kind == VQ_NODELIST)
		nodelist_round(judge, node);
	else if (judge->seen->notification->kind == VQ_QUORUM)
		quorum_round(judge, node);
}

void grammar_primary(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);
	uint8_t quorate = judge->seen->number ? YES : NO;

	if (node->owes & OWES_PRIMARY) {
		node->owes &= (uint8_t)~OWES_PRIMARY;
	} else if (node->rings) {
		judge_exercise(judge, RULE_QUORUM_ON_CHANGE);
		if (node->in_sync)
			wrong_moment(judge, RULE_I9, "the primary layer is told nothing while a sync is under way");
		else if (node->primary == quorate)
			wrong_moment(judge, RULE_QUORUM_ON_CHANGE,
				     "outside a sync the primary layer is told when quorate has changed");
		else
			node->owes |= OWES_QUORUM;
	}
	node->primary = quorate;
}

/* What a node must have done before anything else happens to it. */
void grammar_debts(const struct judge *judge, uint32_t number)
{
	struct seen_node *node = judge_node(judge, number);

	flags_round_over(judge, number);
	if (!node->owes)
		return;
	judge_exercise(judge, RULE_PRIMARY_TOLD);
	if (node->owes & OWES_PRIMARY)
		judge_say(judge, RULE_PRIMARY_TOLD, number, NOBODY,
			  "the primary layer is told whether the node is quorate when a sync is over",
			  "it was not told");
	if ((node->owes & OWES_QUORUM) && node->newest != NOBODY)
		judge_say(judge, RULE_QUORUM_EACH_RING, number, node->newest,
			  "a quorum notification when a sync is over and when quorate changes", "none came");
	node->owes = 0;
}

void grammar_ring(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	node->in_sync = 1;
	node->nodelist_told = 0;
	node->released = 0;
}

void grammar_activated(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	if (node->oldest != NOBODY) {
		judge_exercise(judge, RULE_NODELIST_EACH_RING);
		judge_exercise(judge, RULE_QUORUM_EACH_RING);
		if (!node->nodelist_told && judge_client(judge, node->oldest)->since_ring < node->rings)
			judge_say(judge, RULE_NODELIST_EACH_RING, judge->seen->node, node->oldest,
				  "a nodelist notification in every sync before the quorum notification",
				  "the sync is over and none came");
	}
	node->in_sync = 0;
	node->owes = OWES_PRIMARY | OWES_QUORUM;
}

static bool held_somewhere(const struct judge *judge, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		const struct seen_node *node = judge_node(judge, i);

		/* a member that is out holds it as well */
		if (set_has(judge_set(judge, number, SET_RING), i) && (node->held || judge_is_out(judge, i)))
			return true;
	}
	return false;
}

static void calls_are_answered(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->client_count; i++) {
		const struct seen_client *client = judge_client(judge, i);
		uint32_t number = judge->scenario->clients[i].node;
		const struct seen_node *node = judge_node(judge, number);

		if (client->handle != HANDLE_OPEN || client->asked.verb == VERB_NONE)
			continue;
		judge_exercise(judge, RULE_ANSWERED);
		if (node->up && !judge_is_out(judge, number) && client->boot == node->boot)
			judge_say(judge, RULE_ANSWERED, number, i, "an answer to the call that waits",
				  "none has come");
	}
}

/* At rest every sync has ended, unless a device holds one. */
void grammar_settled(const struct judge *judge)
{
	uint32_t i;

	calls_are_answered(judge);
	for (i = 0; i < judge->check->node_count; i++) {
		const struct seen_node *node = judge_node(judge, i);

		if (!node->up || judge_is_out(judge, i) || !node->rings)
			continue;
		model_time(judge, i);
		judge_exercise(judge, RULE_SYNC_ENDS);
		if (node->held && node->released && judge_model(judge, i)->device_due_ns == NEVER_NS &&
		    judge_model(judge, i)->alive != UNKNOWN)
			judge_say(judge, RULE_SYNC_ENDS, i, NOBODY,
				  "a poll or the end of sync_timeout releases the sync that a device holds",
				  "the device holds it still");
		if (node->in_sync && !held_somewhere(judge, i))
			judge_say(judge, RULE_SYNC_ENDS, i, NOBODY,
				  "when the cluster is at rest every sync has ended that no device holds",
				  "the sync of this node's last ring never ended");
	}
}
