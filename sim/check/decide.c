/*
 * Who must be quorate when a sync is over, and by which rule.
 *
 * During a sync every member hears every other's nodeinfo once, in an order that
 * is not known here; what follows from all orders alike is certain, the rest open.
 */
#include "sim/check/judge.h"

struct peers {                /* the other members, as their nodeinfos describe them */
	struct wide votes;    /* of all members, this one included */
	struct wide quorate;  /* of this one and of the members that surely say they are quorate */
	struct span expected; /* of all others */
	struct span adopted;  /* of those that may say they are quorate */
	uint32_t highest;     /* expected votes that anybody may tell */
	uint32_t told;        /* highest that a quorate member surely tells */
	bool any, any_quorate, maybe_quorate, all_quorate, open;
	bool first_quorate;        /* somebody may have been quorate when the sync began */
	bool uneven, maybe_uneven; /* somebody has more than one vote */
};

static void add_wide(struct wide *sum, struct span votes)
{
	sum->low += votes.low;
	sum->high += votes.high;
}

/* May this node have found itself without quorum in the middle of the sync? */
static bool dips(const struct judge *judge, uint32_t number, const struct peers *peers)
{
	const struct model *model = judge_model(judge, number);
	struct wide kept = {model->kept.low, model->kept.high};
	struct span highest = {0, peers->highest};

	kept = model_present(judge, number, kept);
	if (model->thought != YES || kept.low < model->quorum.high)
		return true;
	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		return false;
	/* another's larger expected votes raise quorum before its votes are counted */
	return kept.low < model_full_quorum(highest, (struct wide){0, 0}).high;
}

/* Does a member's nodeinfo say that it is quorate? It is sent when the member has reached its turn, and
 * others' nodeinfos may have come before: who was quorate may have lost it, and the other way round. */
static enum maybe says_quorate(const struct judge *judge, uint32_t number, const struct peers *peers)
{
	const struct model *model = judge_model(judge, number);
	struct wide present = model_present(judge, number, peers->votes);

	if (model->thought == YES)
		return dips(judge, number, peers) ? UNKNOWN : YES;
	if (model->thought == UNKNOWN || model->tie != TIE_NONE || !model->tie_sure || model->master_wanted != NO)
		return UNKNOWN;
	if (present.high < model->quorum_before.low)
		return NO; /* unless another's expected votes are adopted first, which that one tells as well */
	if (model->wait_for_all == YES && !peers->first_quorate && !model->cancelled &&
	    (present.high < model->expected_before.low))
		return NO;
	return UNKNOWN;
}

static void add_peer(const struct judge *judge, uint32_t number, uint32_t other, struct peers *peers)
{
	const struct model *model = judge_model(judge, other);
	struct wide total = model_total(judge, other, peers->votes);
	struct span tells = model->expected_before;
	enum maybe quorate = says_quorate(judge, other, peers);

	if (!ring_equal(judge_node(judge, other)->ring, judge_node(judge, number)->ring))
		peers->open = true; /* it has gone on to another ring already */
	if (quorate == UNKNOWN)
		tells.high = span_max(tells, total).high;
	peers->expected = peers->any ? span_hull(peers->expected, tells) : tells;
	peers->any = true;
	peers->all_quorate = peers->all_quorate && quorate == YES;
	if (quorate == NO)
		return;
	peers->adopted = peers->maybe_quorate ? span_hull(peers->adopted, tells) : tells;
	peers->maybe_quorate = true;
	if (quorate != YES)
		return;
	peers->any_quorate = true;
	add_wide(&peers->quorate, model->votes);
	if (tells.low > peers->told)
		peers->told = tells.low;
}

/* Members tell each other the device's votes. Where they differ, the order decides who believes whom. */
static void share_device_votes(const struct judge *judge, uint32_t number, struct peers *peers)
{
	const uint64_t *members = judge_set(judge, number, SET_RING);
	struct span all = judge_model(judge, number)->device_before;
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (set_has(members, i))
			all = span_hull(all, judge_model(judge, i)->device_before);
	peers->open = !span_is_exact(all);
	judge_model(judge, number)->device_votes = all;
}

static void gather(const struct judge *judge, uint32_t number, struct peers *peers)
{
	const uint64_t *members = judge_set(judge, number, SET_RING);
	uint32_t i;

	peers->all_quorate = true;
	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *model = judge_model(judge, i);

		if (!set_has(members, i))
			continue;
		add_wide(&peers->votes, model->votes);
		if (model->expected_before.high > peers->highest)
			peers->highest = model->expected_before.high;
		peers->first_quorate = peers->first_quorate || model->thought != NO;
		peers->uneven = peers->uneven || model->votes.low > 1;
		peers->maybe_uneven = peers->maybe_uneven || model->votes.high > 1;
		if (i == number)
			add_wide(&peers->quorate, model->votes);
	}
	peers->highest = span_max(span_exact(peers->highest), model_total(judge, number, peers->votes)).high;
	for (i = 0; i < judge->check->node_count; i++)
		if (i != number && set_has(members, i))
			add_peer(judge, number, i, peers);
}

/* Expected votes after the sync. */
static void settle_expected(const struct judge *judge, uint32_t number, const struct peers *peers, bool dipped)
{
	struct model *model = judge_model(judge, number);
	struct wide total = model_total(judge, number, peers->votes);
	struct wide present = model_present(judge, number, peers->votes);
	struct span own = span_max(model->expected_before, total), adopted = span_max(peers->adopted, total);

	if (!dipped || !peers->maybe_quorate)
		model->expected = own;
	else if (model->thought == NO && peers->any_quorate && present.high < model->quorum.low)
		model->expected = adopted;
	else
		model->expected = span_hull(own, adopted);
	if (peers->open || model->tracking != NO)
		model->expected =
			span_hull(model->expected, peers->any ? span_max(peers->expected, total) : model->expected);
	if (model->downscale != NO)
		model->expected.low = 0;
}

static void settle_quorum(const struct judge *judge, uint32_t number, const struct peers *peers, bool dipped)
{
	struct model *model = judge_model(judge, number);
	struct wide present = model_present(judge, number, peers->votes);
	struct span highest = model->expected, quorum;

	if (peers->told > highest.low)
		highest.low = peers->told;
	if (highest.low > highest.high)
		highest.high = highest.low;
	if (peers->any && !peers->all_quorate && model->expected_before.high > highest.high)
		highest.high = model->expected_before.high;
	if (peers->maybe_quorate && peers->adopted.high > highest.high)
		highest.high = peers->adopted.high;
	if (peers->any && (peers->open || model->tracking != NO) && peers->expected.high > highest.high)
		highest.high = peers->expected.high;
	model->highest = highest;
	quorum = model_quorum_of(judge, highest, present);
	if (peers->open || (peers->maybe_quorate && dipped) || model->downscale != NO)
		model->quorum = (struct span){quorum.low,
					      quorum.high > model->quorum.high ? quorum.high : model->quorum.high};
	else
		model->quorum = span_max(quorum, (struct wide){model->quorum.low, model->quorum.high});
	if (peers->open || model->downscale != NO)
		model->quorum.low = 0;
	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		model->quorum = span_exact(1);
	else if (model->two_node == UNKNOWN)
		model->quorum.low = 0;
}

static void predict(struct model *model, enum maybe quorate, enum rule_number rule)
{
	model->predicted = (uint8_t)quorate;
	model->decider = (uint8_t)rule;
}

/* ---- wait_for_all ---- */

/* Is a node that waits for all released in this sync? */
static enum maybe all_seen(const struct judge *judge, uint32_t number, const struct peers *peers, bool dipped)
{
	const struct model *model = judge_model(judge, number);
	struct wide present = model_present(judge, number, peers->votes);
	struct wide quorate = model_present(judge, number, peers->quorate);

	if (present.low == present.high && span_is_exact(model->expected) && present.low == model->expected.low)
		return YES;
	if (model->thought == YES)
		return dipped ? UNKNOWN : YES;
	if (peers->any_quorate && quorate.low >= model->quorum.high)
		return YES; /* told by a member that does not wait, with enough votes at that moment */
	if (peers->maybe_quorate || model->thought == UNKNOWN || model->cancelled || peers->open)
		return UNKNOWN;
	return present.high < model->expected.low || present.low > model->expected.high ? NO : UNKNOWN;
}

/* ---- auto_tie_breaker ---- */

static enum maybe list_holds(const struct judge *judge, uint32_t number)
{
	const struct vq_config *config = model_config(judge, number);
	const uint64_t *now = judge_set(judge, number, SET_RING), *before = judge_set(judge, number, SET_PREVIOUS);
	const char *text = config ? config->auto_tie_breaker_node : NULL;
	uint32_t id, index;

	if (!text)
		return UNKNOWN;
	while ((id = plan_next_id(&text)) != 0) {
		index = judge_index(judge, id);
		if (index == NOBODY)
			continue;
		if (set_has(now, index))
			return YES;
		if (set_has(before, index))
			return NO;
	}
	return NO;
}

static enum maybe tie_broken(const struct judge *judge, uint32_t number, struct wide present)
{
	const struct model *model = judge_model(judge, number);
	const struct seen_node *node = judge_node(judge, number);
	int64_t lost = (int64_t)node->previous - (int64_t)node->members;
	enum maybe holds;

	if (present.high < model->expected.low / 2 || present.low > model->expected.high / 2 ||
	    lost >= (int64_t)model->quorum.high)
		return NO;
	holds = model->tie == TIE_LIST ? list_holds(judge, number)
				       : (enum maybe)model_trusts(judge, number, model->tie == TIE_HIGHEST);
	if (holds == NO)
		return NO;
	if (holds == YES && present.low == present.high && span_is_exact(model->expected) && model->tie_sure &&
	    lost < (int64_t)model->quorum.low)
		return YES;
	return UNKNOWN;
}

/* ---- master_wins ---- */

enum maybe decide_master_wins(const struct judge *judge, uint32_t number)
{
	const uint64_t *members = judge_set(judge, number, SET_RING);
	enum maybe found = NO;
	uint32_t i;

	if (judge_model(judge, number)->master_wanted == NO)
		return NO;
	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *model = judge_model(judge, i);

		if (!set_has(members, i) || model->master == NO || model->cast == NO)
			continue;
		if (model->master == YES && model->cast == YES)
			return (enum maybe)judge_model(judge, number)->master_wanted;
		found = UNKNOWN;
	}
	return found;
}

/* ---- all together ---- */

static void without_votes(const struct judge *judge, uint32_t number, struct wide present)
{
	struct model *model = judge_model(judge, number);
	enum maybe tie =
		model->tie == TIE_NONE ? (model->tie_sure ? NO : UNKNOWN) : tie_broken(judge, number, present);
	enum maybe master = decide_master_wins(judge, number);

	if (tie == YES)
		predict(model, YES, RULE_TIE_BREAKER);
	else if (master == YES)
		predict(model, YES, RULE_MASTER_WINS);
	else if (tie == UNKNOWN || master == UNKNOWN)
		predict(model, UNKNOWN, RULE_MAJORITY);
	else
		predict(model, NO,
			model->tie != TIE_NONE        ? RULE_TIE_BREAKER
			: model->master_wanted == YES ? RULE_MASTER_WINS
			: model->device_votes.high    ? RULE_DEVICE_VOTES
			: model->lowered              ? RULE_LAST_MAN
						      : RULE_MAJORITY);
}

static enum rule_number who_decides(const struct model *model, struct wide votes)
{
	if (model->wait_for_all == YES && model->thought != YES)
		return RULE_WAIT_FOR_ALL;
	if (model->two_node == YES)
		return RULE_TWO_NODE;
	if (votes.high < model->quorum.low)
		return RULE_DEVICE_VOTES;
	return model->lowered ? RULE_LAST_MAN : RULE_MAJORITY;
}

void decide(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	struct peers peers = {0};
	struct wide present;
	enum maybe seen = YES;
	bool dipped;

	share_device_votes(judge, number, &peers);
	gather(judge, number, &peers);
	if (peers.uneven || peers.maybe_uneven)
		model->last_man = model->last_man == NO || peers.uneven ? NO : UNKNOWN;
	if (model->last_man == NO)
		model->last_man_due_ns = NEVER_NS;
	dipped = dips(judge, number, &peers);
	settle_expected(judge, number, &peers, dipped);
	if (peers.open || (dipped && peers.maybe_quorate))
		model->quiet_change = 1; /* expected votes may have been adopted */
	model->stale = 0;
	settle_quorum(judge, number, &peers, dipped);
	model_open(judge, number);
	present = model_present(judge, number, peers.votes);
	if (model_total(judge, number, peers.votes).high > UINT32_MAX) { /* the daemon's sums wrap */
		model->expected = model->highest = model->quorum = (struct span){0, UINT32_MAX};
		present.low = 0;
	}
	model->by_votes = present.low >= model->quorum.high ? YES : present.high < model->quorum.low ? NO : UNKNOWN;
	if (model->wait_for_all != NO)
		seen = all_seen(judge, number, &peers, dipped);
	if (model->wait_for_all == UNKNOWN && seen != YES)
		seen = UNKNOWN;
	if (seen == NO)
		model->by_votes = NO;
	else if (seen == UNKNOWN && model->by_votes == YES)
		model->by_votes = UNKNOWN;
	if (seen == NO)
		predict(model, NO, RULE_WAIT_FOR_ALL);
	else if (seen == UNKNOWN || model->by_votes == UNKNOWN)
		predict(model, UNKNOWN, RULE_MAJORITY);
	else if (model->by_votes == YES)
		predict(model, YES, who_decides(model, peers.votes));
	else
		without_votes(judge, number, present);
}
