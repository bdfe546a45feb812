/* What a notification says, against the rings as they really are. */
#include "sim/check/judge.h"

static void wrong(const struct judge *judge, enum rule_number rule, const char *expected)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, rule, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "%s", expected);
	say_notification(verdict.came, judge->seen->notification);
	judge_tell(judge, &verdict);
}

static void check_nodelist(const struct judge *judge, uint32_t number)
{
	const struct vq_notification *notification = judge->seen->notification;
	const struct seen_node *node = judge_node(judge, number);
	uint64_t digest = notification->count;
	struct verdict verdict;
	uint32_t i;

	for (i = 0; i < notification->count; i++)
		digest = digest_add(digest, notification->entries[i].nodeid);
	judge_exercise(judge, RULE_NODELIST);
	if ((ring_equal(notification->ring, node->ring) && digest == node->ring_digest) ||
	    !judge_breach(judge, &verdict, RULE_NODELIST, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "ring %u.%llu members ", node->ring.nodeid, (unsigned long long)node->ring.seq);
	say_set(verdict.expected, judge, judge_set(judge, number, SET_RING));
	say_notification(verdict.came, notification);
	judge_tell(judge, &verdict);
}

/* ---- quorum notifications ---- */

static bool state_fits(const struct judge *judge, uint32_t number, uint32_t index, uint32_t state)
{
	const struct seen_node *node = judge_node(judge, number);
	bool here = set_has(judge_set(judge, number, SET_RING), index);

	if (state == VQ_STATE_LEAVING) /* it said so, with allow_downscale, before it left */
		return here && judge_model(judge, number)->downscale != NO && judge_node(judge, index)->leaving;
	if (!here)
		return state == VQ_STATE_DEAD;
	if (node->in_sync && (node->interrupted || !set_has(judge_set(judge, number, SET_PREVIOUS), index)))
		return state == VQ_STATE_MEMBER || state == VQ_STATE_DEAD; /* its nodeinfo may be under way */
	return state == VQ_STATE_MEMBER;
}

/* Where an id stands in the list: ascending, but the own id last. */
static int64_t place_of(const struct judge *judge, uint32_t number, uint32_t nodeid)
{
	if (quirk_on(judge, VQ_QUIRK_RECORD_ORDER) && nodeid == judge->scenario->nodes[number].nodeid)
		return INT64_MAX;
	return quirk_on(judge, VQ_QUIRK_SIGNED_IDS) && nodeid > INT32_MAX ? (int64_t)nodeid - ((int64_t)1 << 32)
									  : (int64_t)nodeid;
}

static uint32_t count_set(const uint64_t *set, uint32_t words)
{
	uint32_t i, count = 0;
	uint64_t word;

	for (i = 0; i < words; i++)
		for (word = set[i]; word; word &= word - 1)
			count++;
	return count;
}

static bool check_device(const struct judge *judge, uint32_t number, const struct vq_entry *last)
{
	uint8_t registered = judge_model(judge, number)->registered;
	bool listed = last && last->nodeid == VQ_DEVICE_NODEID;

	judge_exercise(judge, RULE_DEVICE_LISTED);
	if (listed && registered == NO)
		wrong(judge, RULE_DEVICE_LISTED, "no node id 0: this node's device is not registered");
	else if (!listed && registered == YES)
		wrong(judge, RULE_DEVICE_LISTED, "node id 0 last: this node's device is registered");
	else if (listed && quirk_on(judge, VQ_QUIRK_DEVICE_STATE_ZERO) != (last->state == 0))
		wrong(judge, RULE_DEVICE_LISTED, "the device's state is 0 (quirk device-state-zero), and never else");
	return listed;
}

static void check_quorum(const struct judge *judge, uint32_t number)
{
	const struct vq_notification *notification = judge->seen->notification;
	const uint64_t *known = judge_set(judge, number, SET_KNOWN);
	uint32_t count = notification->count, surely = 0, i;
	int64_t place = INT64_MIN;

	if (check_device(judge, number, count ? &notification->entries[count - 1] : NULL))
		count--;
	judge_exercise(judge, RULE_NODE_STATES);
	judge_exercise(judge, RULE_NODE_ORDER);
	for (i = 0; i < count; i++) {
		uint32_t index = judge_index(judge, notification->entries[i].nodeid);
		int64_t next = place_of(judge, number, notification->entries[i].nodeid);

		if (index == NOBODY || !set_has(judge_set(judge, number, SET_HEARD), index)) {
			wrong(judge, RULE_NODE_STATES, "only nodes that this daemon has met");
			return;
		}
		if (!state_fits(judge, number, index, notification->entries[i].state))
			wrong(judge, RULE_NODE_STATES, "members of the ring as members, others as dead");
		if (next <= place)
			wrong(judge, RULE_NODE_ORDER,
			      quirk_on(judge, VQ_QUIRK_RECORD_ORDER) ? "each id once, ascending, the own id last"
								     : "each id once, ascending");
		place = next;
		surely += set_has(known, index);
	}
	if (surely < count_set(known, judge->check->words))
		wrong(judge, RULE_NODE_STATES, "every node that this daemon knows");
}

/* A snapshot outside of a sync says what was told last. */
static void check_quorate(const struct judge *judge, uint32_t number)
{
	const struct seen_node *node = judge_node(judge, number);

	if (node->in_sync || node->owes || node->primary == UNKNOWN)
		return;
	judge_exercise(judge, RULE_I5);
	if (judge->seen->notification->quorate != node->primary)
		wrong(judge, RULE_I5, node->primary ? "quorate" : "not quorate");
}

void contents_queued(const struct judge *judge)
{
	uint32_t number = judge->scenario->clients[judge->seen->client].node;

	if (judge->seen->notification->kind == VQ_EXPECTED_VOTES) {
		model_expected_told(judge);
		return;
	}
	if (!judge_node(judge, number)->rings)
		return; /* before the first ring there is nothing to compare with */
	if (judge->seen->notification->kind == VQ_NODELIST) {
		check_nodelist(judge, number);
	} else if (judge->seen->notification->kind == VQ_QUORUM) {
		check_quorum(judge, number);
		check_quorate(judge, number);
	}
}
