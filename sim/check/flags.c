/*
 * What trackstart's flags mean: who is told, in which order, with which context.
 *
 * The trackers of a node are a list, newest first. When a daemon has news it
 * tells every tracker the same, in that order: a round. A snapshot is what
 * trackstart itself sends, to its own connection only.
 */
#include "sim/check/judge.h"

/* ---- the list of trackers ---- */

static void track(const struct judge *judge, uint32_t number)
{
	struct seen_client *client = judge_client(judge, number);
	struct seen_node *node = judge_node(judge, judge->scenario->clients[number].node);

	client->tracking = 1;
	client->since_ring = node->rings;
	client->newer = NOBODY;
	client->older = node->newest;
	if (node->newest != NOBODY)
		judge_client(judge, node->newest)->newer = number;
	else
		node->oldest = number;
	node->newest = number;
}

void flags_untrack(const struct judge *judge, uint32_t number)
{
	struct seen_client *client = judge_client(judge, number);
	struct seen_node *node = judge_node(judge, judge->scenario->clients[number].node);

	if (!client->tracking)
		return;
	if (node->round_next == number)
		node->round_next = client->older;
	if (client->newer != NOBODY)
		judge_client(judge, client->newer)->older = client->older;
	else
		node->newest = client->older;
	if (client->older != NOBODY)
		judge_client(judge, client->older)->newer = client->newer;
	else
		node->oldest = client->newer;
	judge_model(judge, judge->scenario->clients[number].node)->rest_tracked = 0;
	client->tracking = 0;
	client->newer = client->older = NOBODY;
}

void flags_node_down(const struct judge *judge, uint32_t number)
{
	struct seen_node *node = judge_node(judge, number);

	while (node->newest != NOBODY)
		flags_untrack(judge, node->newest);
	node->round_next = NOBODY;
	node->owes = 0;
}

/* ---- trackstart and trackstop ---- */

void flags_call(const struct judge *judge)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);
	uint32_t flags = client->asked.flags;

	if (judge->seen->verb != VERB_TRACKSTART)
		return;
	client->snapshot = SNAPSHOT_NONE;
	if ((flags & (VQ_TRACK_CURRENT | VQ_TRACK_CHANGES)) &&
	    (!client->tracking || quirk_on(judge, VQ_QUIRK_SNAPSHOT_ON_EXIST)))
		client->snapshot = SNAPSHOT_NODELIST;
}

static void wrong_reply(const struct judge *judge, enum rule_number rule, const char *expected)
{
	judge_say(judge, rule, judge->seen->node, judge->seen->client, expected, say_error((int)judge->seen->number));
}

/* Did the call meet an error of the transport, which only looks like the daemon's? */
static bool met_fault(const struct seen_client *client)
{
	return client->fault && client->fault != VQ_ERR_NO_RESOURCES;
}

static void trackstart_over(const struct judge *judge, struct seen_client *client)
{
	int error = (int)judge->seen->number;

	if (!met_fault(client) && (error == VQ_OK || error == VQ_ERR_EXIST)) {
		judge_exercise(judge, RULE_TRACKSTART_REPLY);
		if ((error == VQ_ERR_EXIST) != client->tracking)
			wrong_reply(judge, RULE_TRACKSTART_REPLY,
				    client->tracking ? "EXIST: this connection tracks already" : "OK");
		if (client->snapshot != SNAPSHOT_NONE)
			judge_exercise(judge, RULE_SNAPSHOT);
		if (client->snapshot == SNAPSHOT_NODELIST || client->snapshot == SNAPSHOT_QUORUM)
			judge_say(judge, RULE_SNAPSHOT, judge->seen->node, judge->seen->client,
				  "CURRENT or CHANGES: one nodelist and one quorum notification before the "
				  "reply",
				  client->snapshot == SNAPSHOT_NODELIST ? "none was queued"
									: "only the nodelist was queued");
	} else if (client->snapshot == SNAPSHOT_QUORUM || client->snapshot == SNAPSHOT_DONE) {
		wrong_reply(judge, RULE_TRACKSTART_REPLY, "OK or EXIST: the daemon has served it");
	}
	client->snapshot = SNAPSHOT_NONE;
	if (error == VQ_OK && !client->tracking &&
	    (client->asked.flags & (VQ_TRACK_CHANGES | VQ_TRACK_CHANGES_ONLY))) {
		client->context = client->asked.context;
		track(judge, judge->seen->client);
	}
}

static void trackstop_over(const struct judge *judge, struct seen_client *client)
{
	int error = (int)judge->seen->number;

	if (met_fault(client) || (error != VQ_OK && error != VQ_ERR_NOT_EXIST))
		return;
	judge_exercise(judge, RULE_TRACKSTOP_REPLY);
	if ((error == VQ_OK) != client->tracking)
		wrong_reply(judge, RULE_TRACKSTOP_REPLY,
			    client->tracking ? "OK: this connection tracks"
					     : "NOT_EXIST: this connection does not track");
	flags_untrack(judge, judge->seen->client);
}

void flags_reply(const struct judge *judge)
{
	struct seen_client *client = judge_client(judge, judge->seen->client);

	if (judge->seen->verb == VERB_TRACKSTART)
		trackstart_over(judge, client);
	else if (judge->seen->verb == VERB_TRACKSTOP)
		trackstop_over(judge, client);
}

/* ---- snapshots and rounds ---- */

static void wrong_news(const struct judge *judge, enum rule_number rule, uint32_t client, const char *expected)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, rule, judge->seen->node, client))
		return;
	say(verdict.expected, "%s", expected);
	if (client != judge->seen->client)
		say(verdict.came,
		    "it was not told, while %s was: ", judge->scenario->clients[judge->seen->client].name);
	say_notification(verdict.came, judge->seen->notification);
	judge_tell(judge, &verdict);
}

static void check_context(const struct judge *judge, uint64_t context, const char *whose)
{
	struct verdict verdict;

	judge_exercise(judge, RULE_CONTEXT);
	if (judge->seen->notification->context == context ||
	    !judge_breach(judge, &verdict, RULE_CONTEXT, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "context %llu, %s", (unsigned long long)context, whose);
	say_notification(verdict.came, judge->seen->notification);
	judge_tell(judge, &verdict);
}

/* Does a tracker of this node get news that all get? */
static bool round_is_due(const struct judge *judge, const struct seen_node *node)
{
	if (node->round_next == judge->seen->client)
		return true;
	if (judge->seen->notification->kind == VQ_NODELIST)
		return node->in_sync && !node->nodelist_told;
	return node->owes & OWES_QUORUM;
}

/* True when the notification belongs to the snapshot that a trackstart asked for. */
static bool snapshot_part(const struct judge *judge, struct seen_client *client)
{
	uint32_t kind = judge->seen->notification->kind;

	if (client->asked.verb != VERB_TRACKSTART)
		return false;
	/* who tracks and asks again while the daemon is out may be told the news first */
	if (client->tracking && client->asked.was_out && judge->seen->notification->context == client->context) {
		struct seen_node *node = judge_node(judge, judge->scenario->clients[judge->seen->client].node);

		if (round_is_due(judge, node))
			return false;
		if (kind == VQ_QUORUM && client->snapshot == SNAPSHOT_NODELIST && node->in_sync) {
			client->snapshot = SNAPSHOT_QUORUM; /* that nodelist was its own after all */
			node->nodelist_told = 0;
			node->round_next = NOBODY;
		}
	}
	if (client->snapshot == SNAPSHOT_NODELIST && kind == VQ_NODELIST)
		client->snapshot = SNAPSHOT_QUORUM;
	else if (client->snapshot == SNAPSHOT_QUORUM && kind == VQ_QUORUM)
		client->snapshot = SNAPSHOT_DONE;
	else
		return false;
	check_context(judge, client->asked.context, "given to trackstart");
	return true;
}

static bool told_later(const struct judge *judge, uint32_t from, uint32_t number)
{
	while (from != NOBODY && from != number)
		from = judge_client(judge, from)->older;
	return from == number;
}

/* A notification for a tracker that is not the next one of the round. */
static bool breaks_round(const struct judge *judge, struct seen_node *node, uint64_t digest)
{
	uint32_t number = judge->seen->client;

	if (digest == node->round_digest) {
		if (told_later(judge, node->round_next, number))
			wrong_news(judge, RULE_EVERY_TRACKER, node->round_next, "every tracker of the node is told");
		else
			wrong_news(judge, RULE_NEWEST_FIRST, number, "each tracker once, the newest first");
		return false;
	}
	wrong_news(judge, RULE_EVERY_TRACKER, node->round_next, "every tracker of the node is told");
	return true;
}

enum news flags_queued(const struct judge *judge, uint64_t digest)
{
	uint32_t number = judge->seen->client;
	struct seen_client *client = judge_client(judge, number);
	struct seen_node *node = judge_node(judge, judge->scenario->clients[number].node);

	if (snapshot_part(judge, client))
		return NEWS_SNAPSHOT;
	if (!client->tracking) {
		wrong_news(judge, RULE_I10, number, "nothing: this connection does not track");
		return NEWS_REPEATED;
	}
	check_context(judge, client->context, "the tracker's own");
	judge_exercise(judge, RULE_EVERY_TRACKER);
	if (node->round_next == number) {
		judge_exercise(judge, RULE_SAME_NEWS);
		if (digest != node->round_digest)
			wrong_news(judge, RULE_SAME_NEWS, number, "what the newer trackers of this node were told");
		node->round_next = client->older;
		return NEWS_REPEATED;
	}
	if (node->round_next != NOBODY && !breaks_round(judge, node, digest)) {
		node->round_next = client->older;
		return NEWS_REPEATED;
	}
	judge_exercise(judge, RULE_NEWEST_FIRST);
	if (number != node->newest)
		wrong_news(judge, RULE_NEWEST_FIRST, number, "trackers are served newest first");
	node->round_digest = digest;
	node->round_kind = judge->seen->notification->kind;
	node->round_next = client->older;
	return NEWS_ROUND;
}

void flags_round_over(const struct judge *judge, uint32_t number)
{
	struct seen_node *node = judge_node(judge, number);

	if (node->round_next == NOBODY)
		return;
	judge_say(judge, RULE_EVERY_TRACKER, number, node->round_next,
		  "every tracker of the node is told what the newer ones were told", "this one was not");
	node->round_next = NOBODY;
}
