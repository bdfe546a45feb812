/*
 * The whole cluster at rest: every node against the model, all of them against
 * each other, and the hazards that the manual admits.
 */
#include "sim/check/judge.h"

/* Runs and is, or was, on a ring, whose sync is over: its clients act on what it thinks. */
static bool thinks_aloud(const struct judge *judge, uint32_t number)
{
	const struct seen_node *node = judge_node(judge, number);

	return node->up && !node->paused && node->rings && !node->in_sync;
}

/* Likewise, and its ring goes on. */
static bool stands(const struct judge *judge, uint32_t number)
{
	return thinks_aloud(judge, number) && !judge_is_out(judge, number);
}

static bool same_ring(const struct judge *judge, uint32_t a, uint32_t b)
{
	return ring_equal(judge_node(judge, a)->ring, judge_node(judge, b)->ring);
}

static uint32_t nodeid_of(const struct judge *judge, uint32_t number)
{
	return judge->scenario->nodes[number].nodeid;
}

/* ---- one node ---- */

static void votes_decide(const struct judge *judge, uint32_t number, const struct vq_info *info)
{
	const struct model *model = judge_model(judge, number);
	bool enough = info->total_votes >= info->quorum, quorate = info->flags & VQ_INFO_QUORATE;
	bool waits = model->wait_for_all != NO && info->total_votes != info->node_expected_votes &&
		     (judge->check->moved || !(model->cancelled || model->rest_quorate == YES));
	enum rule_number rule = model->wait_for_all == NO ? RULE_MAJORITY : RULE_WAIT_FOR_ALL;
	struct verdict verdict;

	judge_exercise(judge, rule);
	if (enough == quorate || (enough && waits) ||
	    (quorate && (model->tie != TIE_NONE || !model->tie_sure || decide_master_wins(judge, number) != NO)))
		return;
	if (!judge_breach(judge, &verdict, quorate ? RULE_MAJORITY : rule, number, NOBODY))
		return;
	say(verdict.expected, "%squorate: %u votes are there, quorum is %u", enough ? "" : "not ", info->total_votes,
	    info->quorum);
	say(verdict.came, "%squorate", quorate ? "" : "not ");
	judge_tell(judge, &verdict);
}

static void quorum_computed(const struct judge *judge, uint32_t number, const struct vq_info *info)
{
	const struct model *model = judge_model(judge, number);
	struct wide sum = {info->total_votes, info->total_votes};
	struct span computed = model_quorum_of(judge, span_exact(info->highest_expected), sum);
	struct verdict verdict;

	if (model->downscale != NO)
		return;
	judge_exercise(judge, RULE_I4);
	if (!span_is_exact(computed) || info->quorum >= computed.low || model->two_node != NO ||
	    (info->highest_expected + 2) / 2 > UINT8_MAX || (info->total_votes + 2) / 2 > UINT8_MAX ||
	    !judge_breach(judge, &verdict, RULE_I4, number, NOBODY))
		return;
	say(verdict.expected, "quorum %u at least: highest expected votes %u, votes present %u", computed.low,
	    info->highest_expected, info->total_votes);
	say(verdict.came, "quorum %u", info->quorum);
	judge_tell(judge, &verdict);
}

static void expected_was_told(const struct judge *judge, uint32_t number, const struct vq_info *info)
{
	const struct model *model = judge_model(judge, number);
	struct verdict verdict;

	if (model->quiet_change || model->tracking != NO || model->downscale != NO || !model->rest_tracked ||
	    !span_is_exact(model->rest_expected))
		return;
	judge_exercise(judge, RULE_EXPECTED_VOTES_TOLD);
	if (model->told ? model->expected_told == info->node_expected_votes
			: model->rest_expected.low == info->node_expected_votes)
		return;
	if (!judge_breach(judge, &verdict, RULE_EXPECTED_VOTES_TOLD, number, judge_node(judge, number)->newest))
		return;
	say(verdict.expected, "an expected votes notification with %u", info->node_expected_votes);
	if (model->told)
		say(verdict.came, "the last one said %u", model->expected_told);
	else
		say(verdict.came, "none");
	judge_tell(judge, &verdict);
}

static void take_device(struct model *model, uint32_t flags)
{
	model->registered = flags & VQ_INFO_QDEVICE_REGISTERED ? YES : NO;
	if (model->alive == UNKNOWN && (flags & VQ_INFO_QDEVICE_ALIVE)) {
		if (model->device_due_ns == NEVER_NS)
			return; /* its timer runs, but nobody knows since when */
	}
	model->alive = flags & VQ_INFO_QDEVICE_ALIVE ? YES : NO;
	model->cast = flags & VQ_INFO_QDEVICE_CAST_VOTE ? YES : NO;
	model->master = flags & VQ_INFO_QDEVICE_MASTER_WINS ? YES : NO;
}

/* The flags that it is to answer with whomever it is asked about. */
static uint32_t flags_at_rest(const struct model *model, const struct vq_info *info, bool fits)
{
	uint32_t device = VQ_INFO_QDEVICE_REGISTERED | VQ_INFO_QDEVICE_ALIVE | VQ_INFO_QDEVICE_CAST_VOTE |
			  VQ_INFO_QDEVICE_MASTER_WINS;

	/* whether last man standing may be off is seen once the votes of all are known */
	if (!fits || (model->last_man != NO && !(info->flags & VQ_INFO_LAST_MAN_STANDING)))
		return UINT32_MAX;
	return info->flags & ~device;
}

/* What is seen is what the model goes on with. */
static void take(const struct judge *judge, uint32_t number, const struct vq_info *info)
{
	struct model *model = judge_model(judge, number);

	model->votes = model->rest_votes = span_exact(info->node_votes);
	model->expected = model->rest_expected = span_exact(info->node_expected_votes);
	model->quorum = span_exact(info->quorum);
	model->highest = span_exact(info->highest_expected);
	model->device_votes = span_exact(info->qdevice_votes);
	model->two_node = info->flags & VQ_INFO_TWONODE ? YES : NO;
	model->wait_for_all = info->flags & VQ_INFO_WAIT_FOR_ALL ? YES : NO;
	model->thinks = info->flags & VQ_INFO_QUORATE ? YES : NO;
	take_device(model, info->flags);
	model->rest_total = info->total_votes;
	model->rest_quorum = info->quorum;
	model->rest_quorate = model->thinks;
	model->rest_members = judge_node(judge, number)->members;
	model->rest_rings = judge_node(judge, number)->rings;
	model->rest_file_votes = model->file_votes;
	model->narrowed = 0;
	model->rest_tracked = judge_node(judge, number)->newest != NOBODY;
	if (model->last_man_open_until_ns)
		judge->check->records_open = 1;
	if (model->last_man_open_until_ns < judge->seen->time_ns)
		model->last_man_open_until_ns = 0;
	model->told = model->quiet_change = model->cancelled = model->reloaded = model->polls = 0;
	if (model->thinks == YES && info->total_votes >= info->quorum && !model->stale) {
		uint32_t i;

		for (i = 0; i < judge->check->words; i++)
			judge_set(judge, number, SET_TRUSTED)[i] = judge_set(judge, number, SET_RING)[i];
		model->trusted = 1;
	}
	model_open(judge, number);
}

static void one_node(const struct judge *judge, uint32_t number)
{
	struct vq_info info;
	bool fits;

	model_time(judge, number);
	if (judge->view->getinfo(judge->view->world, number, 0, &info) != VQ_OK) {
		judge_say(judge, RULE_GETINFO, number, NOBODY, "getinfo of itself is answered", "an error");
		return;
	}
	fits = replies_check_info(judge, RULE_COUNT, NOBODY, number, number,
				  model_sum(judge, judge_set(judge, number, SET_RING)), &info);
	judge_model(judge, number)->rest_flags = flags_at_rest(judge_model(judge, number), &info, fits);
	if (!judge_model(judge, number)->stale) {
		votes_decide(judge, number, &info);
		quorum_computed(judge, number, &info);
		expected_was_told(judge, number, &info);
	}
	take(judge, number, &info);
}

/* ---- hazards ---- */

/* Has last man standing lowered expected votes here, or at one from whom this node has them? */
static bool was_lowered(const struct model *model)
{
	return model->lowered || (model->last_man == YES && model->rest_expected.high < model->file_expected);
}

/* The hazard of hazards.md that explains two quorate components; 0: none does. */
static uint32_t hazard(const struct judge *judge, uint32_t a, uint32_t b)
{
	const struct model *one = judge_model(judge, a), *other = judge_model(judge, b);
	bool last_man = one->last_man == YES || other->last_man == YES || one->lowered || other->lowered;

	if (one->two_node == YES && other->two_node == YES && judge->scenario->node_count == 2)
		return 3;
	if (one->config_digest != other->config_digest)
		return 4;
	if (one->downscale == YES && judge->check->left_cleanly)
		return 2;
	if (judge->check->lowered || judge->check->cancelled)
		return 9;
	if (last_man && one->wait_for_all == NO && (was_lowered(one) || was_lowered(other)))
		return 1;
	if (one->cast == YES && other->cast == YES)
		return 11;
	return 0;
}

static const char *hazard_words(uint32_t number)
{
	switch (number) {
	case 1:
		return "hazard H1: last_man_standing without wait_for_all";
	case 2:
		return "hazard H2: allow_downscale, and a node left cleanly";
	case 3:
		return "hazard H3: two_node, one node on each side";
	case 4:
		return "hazard H4: the nodes' configurations differ";
	case 9:
		return "hazard H9: expected votes were lowered or wait_for_all cancelled on one side";
	case 10:
		return "hazard H10: a stored value larger than the cluster that is left";
	case 11:
		return "hazard H11: the quorum device casts its vote on both sides";
	default:
		return "";
	}
}

static void tell_hazard(const struct judge *judge, struct verdict *verdict, uint32_t number)
{
	if (number) {
		verdict->kind = VERDICT_HAZARD;
		verdict->hazard = number;
		say(verdict->came, " (%s)", hazard_words(number));
	}
	judge_tell(judge, verdict);
}

/* ---- components against each other ---- */

static bool split_is_wanted(const struct judge *judge)
{
	const struct step *step = judge_step(judge, judge->check->step);

	return step && step->expect.has_split_brain && step->expect.split_brain;
}

/* Quorate only because the quorum is cut to 8 bits where it is stored. */
static bool quorum_wraps(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);
	struct span full = model_full_quorum(model->highest, (struct wide){model->rest_total, model->rest_total});

	return quirk_on(judge, VQ_QUIRK_QUORUM_8_BIT) && full.low > UINT8_MAX && full.low > model->rest_total;
}

static void two_quorate(const struct judge *judge, uint32_t a, uint32_t b)
{
	uint32_t number = hazard(judge, a, b);
	struct verdict verdict;

	if (split_is_wanted(judge))
		judge->check->split_wanted = 1;
	if (!judge_breach(judge, &verdict, RULE_I1, NOBODY, NOBODY))
		return;
	say(verdict.expected, "at most one quorate component");
	say(verdict.came, "node %u, with members ", nodeid_of(judge, a));
	say_set(verdict.came, judge, judge_set(judge, a, SET_RING));
	say(verdict.came, ", and node %u, with members ", nodeid_of(judge, b));
	say_set(verdict.came, judge, judge_set(judge, b, SET_RING));
	say(verdict.came, ", are both quorate");
	if (!number && (quorum_wraps(judge, a) || quorum_wraps(judge, b))) {
		verdict.kind = VERDICT_HAZARD; /* of no number: a quirk that can be switched off */
		say(verdict.came, " (quirk quorum-8-bit)");
	} else if (!number && judge->check->split_wanted) {
		verdict.kind = VERDICT_HAZARD; /* of no number: the scenario itself says that it is so */
		say(verdict.came, " (as the scenario expects)");
	}
	tell_hazard(judge, &verdict, number);
}

static void at_most_one(const struct judge *judge)
{
	uint32_t i, first = NOBODY;

	judge_exercise(judge, RULE_I1);
	for (i = 0; i < judge->check->node_count; i++) {
		if (!thinks_aloud(judge, i) || judge_model(judge, i)->thinks != YES)
			continue;
		if (first == NOBODY)
			first = i;
		else if (!same_ring(judge, first, i)) {
			two_quorate(judge, first, i);
			return;
		}
	}
	judge->check->split_wanted = 0;
}

/* ---- within a component ---- */

/* Does the step under way itself expect this of a node? */
static bool quorate_is_wanted(const struct judge *judge, uint32_t node, bool quorate)
{
	const struct step *step = judge_step(judge, judge->check->step);
	uint32_t i;

	for (i = 0; step && i < step->expect.quorate_count; i++)
		if (step->expect.quorate[i].node == node && step->expect.quorate[i].quorate == quorate)
			return true;
	return false;
}

static void disagree(const struct judge *judge, uint32_t a, uint32_t b)
{
	const struct model *one = judge_model(judge, a), *other = judge_model(judge, b);
	bool wanted =
		quorate_is_wanted(judge, a, one->thinks == YES) && quorate_is_wanted(judge, b, other->thinks == YES);
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, RULE_I2, b, NOBODY))
		return;
	say(verdict.expected, "nodes %u and %u, members of one ring, agree on quorate", nodeid_of(judge, a),
	    nodeid_of(judge, b));
	say(verdict.came, "node %u is %squorate, node %u is %squorate", nodeid_of(judge, a),
	    one->thinks == YES ? "" : "not ", nodeid_of(judge, b), other->thinks == YES ? "" : "not ");
	if (wanted) {
		verdict.kind = VERDICT_HAZARD; /* of no number: the scenario itself says that it is so */
		say(verdict.came, " (as the scenario expects)");
	}
	tell_hazard(judge, &verdict, one->config_digest != other->config_digest ? 4 : 0);
}

static void agree(const struct judge *judge, uint32_t number)
{
	uint32_t lowest = judge_index(judge, judge_node(judge, number)->ring.nodeid);

	if (lowest == NOBODY || lowest == number || !stands(judge, lowest) || !same_ring(judge, lowest, number))
		return;
	judge_exercise(judge, RULE_I2);
	/* where each node counts a device of its own, each has an answer of its own */
	if (judge_model(judge, lowest)->thinks != judge_model(judge, number)->thinks &&
	    judge_model(judge, lowest)->cast == judge_model(judge, number)->cast &&
	    judge_model(judge, lowest)->master_wanted == judge_model(judge, number)->master_wanted &&
	    !judge_model(judge, lowest)->stale && !judge_model(judge, number)->stale)
		disagree(judge, lowest, number);
}

/* Another's expected votes change by its own words, a reconfigure or last man standing, and by nothing else. */
static void record_is_steady(const struct judge *judge, uint32_t number, uint32_t of, uint32_t value)
{
	uint32_t *records = (uint32_t *)(void *)((char *)judge->check + judge->check->records_at);
	uint32_t *before = &records[number * judge->check->node_count + of];
	struct verdict verdict;

	if (judge->check->node_count > PAIRS_MAX)
		return;
	judge_exercise(judge, RULE_EXPECTED_VOTES);
	if (judge_model(judge, of)->alive != NO || judge_model(judge, of)->downscale != NO)
		judge->check->records_open = 1; /* it speaks of its device, or of leaving, whenever it likes */
	if (!judge->check->records_open && *before != value &&
	    judge_breach(judge, &verdict, RULE_EXPECTED_VOTES, number, NOBODY)) {
		say(verdict.expected, "getinfo of %u: node_expected_votes %u, as before", nodeid_of(judge, of),
		    *before);
		say(verdict.came, "%u", value);
		judge_tell(judge, &verdict);
	}
	*before = value;
}

/* sum: of the votes of its ring. */
static void ask_about(const struct judge *judge, uint32_t number, uint32_t of, struct wide sum)
{
	const uint64_t *ring = judge_set(judge, number, SET_RING);
	struct verdict verdict;
	struct vq_info info;
	int error;

	if (number == of || !set_has(judge_set(judge, number, SET_KNOWN), of))
		return;
	error = judge->view->getinfo(judge->view->world, number, nodeid_of(judge, of), &info);
	judge_exercise(judge, RULE_I2);
	if (error == VQ_OK) {
		replies_check_other(judge, number, of, sum, &info);
		record_is_steady(judge, number, of, info.node_expected_votes);
		return;
	}
	if (!judge_breach(judge, &verdict, RULE_I2, number, NOBODY))
		return;
	say(verdict.expected, "node %u knows %s %u", nodeid_of(judge, number),
	    set_has(ring, of) ? "member" : "former member", nodeid_of(judge, of));
	say(verdict.came, "%s", say_error(error));
	judge_tell(judge, &verdict);
}

static void ask_pairs(const struct judge *judge)
{
	uint32_t count = judge->check->node_count, i, k;

	for (i = 0; i < count; i++) {
		struct wide sum;

		if (!stands(judge, i))
			continue;
		sum = model_sum(judge, judge_set(judge, i, SET_RING));
		if (count > PAIRS_MAX) {
			ask_about(judge, i, (i + 1 + judge->seen->step) % count, sum);
			continue;
		}
		for (k = 0; k < count; k++)
			ask_about(judge, i, k, sum);
	}
}

/* ---- tie breakers, majorities ---- */

static void tie_is_safe(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);
	uint64_t outside = 0;
	uint32_t quorum = UINT32_MAX;
	bool awake = model->wait_for_all == NO;
	struct verdict verdict;
	uint32_t i;

	if (model->tie == TIE_NONE || model->thinks != YES || model->rest_total >= model->rest_quorum)
		return;
	judge_exercise(judge, RULE_I3);
	for (i = 0; i < judge->check->node_count; i++)
		if (stands(judge, i) && !same_ring(judge, i, number)) {
			outside += judge_model(judge, i)->votes.low;
			awake = awake || judge_model(judge, i)->thinks == YES;
			if (judge_model(judge, i)->rest_quorum < quorum)
				quorum = judge_model(judge, i)->rest_quorum;
		}
	if (!awake || outside < quorum || !judge_breach(judge, &verdict, RULE_I3, number, NOBODY))
		return;
	say(verdict.expected, "no tie to break: %llu votes are outside, and quorum there is %u",
	    (unsigned long long)outside, quorum);
	say(verdict.came, "quorate with %u votes", model->rest_total);
	judge_tell(judge, &verdict);
}

/* All votes that are configured, the device's included, or what expected_votes says when that is more. */
static uint64_t all_votes(const struct judge *judge)
{
	uint64_t votes = 0, expected = 0, device = 0;
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *model = judge_model(judge, i);

		if (!judge_node(judge, i)->boot) {
			const struct vq_config *config = judge->scenario->nodes[i].config;
			struct plan plan;

			if (!config)
				continue;
			plan_read(config, nodeid_of(judge, i), &plan);
			votes += plan.votes;
			expected = plan.expected > expected ? plan.expected : expected;
			continue;
		}
		votes += model->file_votes;
		expected = model->file_expected > expected ? model->file_expected : expected;
		device = model->device_votes.high > device ? model->device_votes.high : device;
		device = model->file_device > device ? model->file_device : device;
	}
	return votes + device > expected ? votes + device : expected;
}

static bool configured_alike(const struct judge *judge, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (judge_node(judge, i)->up &&
		    judge_model(judge, i)->config_digest != judge_model(judge, number)->config_digest)
			return false;
	return true;
}

static void majority_is_quorate(const struct judge *judge, uint32_t number, uint64_t all)
{
	const struct model *model = judge_model(judge, number);
	struct wide votes = model_sum(judge, judge_set(judge, number, SET_RING));
	struct verdict verdict;

	if (model->wait_for_all != NO || model->downscale != NO || model->stale || judge->check->administered)
		return;
	judge_exercise(judge, RULE_I7);
	if (model->thinks == YES || votes.low < all / 2 + 1 || all > UINT32_MAX ||
	    !judge_breach(judge, &verdict, RULE_I7, number, NOBODY))
		return;
	say(verdict.expected, "quorate: %llu of %llu votes are here, and nothing may withhold it",
	    (unsigned long long)votes.low, (unsigned long long)all);
	say(verdict.came, "not quorate, quorum %u", model->quorum.low);
	tell_hazard(judge, &verdict, configured_alike(judge, number) ? model->tracking == YES ? 10 : 0 : 4);
}

void invariants_aborted(const struct judge *judge)
{
	uint32_t number = judge->seen->node;
	struct verdict verdict;

	judge_exercise(judge, RULE_NO_ABORT);
	if (!judge_breach(judge, &verdict, RULE_NO_ABORT, number, NOBODY))
		return;
	say(verdict.expected, "a daemon that runs until it is stopped");
	say(verdict.came, "it aborted%s%s", judge->seen->text ? ": " : "",
	    judge->seen->text ? judge->seen->text : "");
	judge_tell(judge, &verdict);
}

/* May what nodes know of each other still change: by a timer that may run, or in a sync that a device holds? */
static bool any_open(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (judge_node(judge, i)->up &&
		    (judge_model(judge, i)->last_man_open_until_ns || judge_node(judge, i)->in_sync))
			return true;
	return false;
}

/* One that may speak, or fall silent, before the next rest. */
static bool any_device(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (judge_node(judge, i)->up && judge_model(judge, i)->alive != NO)
			return true;
	return false;
}

/* A window that ends says what it knows to all, whatever comes of it. */
static bool any_window(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (judge_node(judge, i)->up && judge_model(judge, i)->last_man != NO &&
		    judge_model(judge, i)->tie != TIE_NONE)
			return true;
	return false;
}

void invariants_settled(const struct judge *judge)
{
	struct check *check = judge->check;
	bool out = false; /* somebody is */
	uint64_t all;
	uint32_t i;

	if (!judge->view || !judge->view->getinfo ||
	    (check->rested == check->activity && check->rested_ns == judge->seen->time_ns))
		return;
	narrow(judge);
	for (i = 0; i < check->node_count; i++) {
		out = out || (judge_node(judge, i)->up && judge_is_out(judge, i));
		if (stands(judge, i))
			one_node(judge, i);
		else
			judge_model(judge, i)->rest_members = 0; /* it does not rest */
	}
	all = all_votes(judge);
	for (i = 0; i < check->node_count; i++)
		if (stands(judge, i)) {
			agree(judge, i);
			tie_is_safe(judge, i);
			majority_is_quorate(judge, i, all);
		}
	ask_pairs(judge);
	check->records_open = out || any_open(judge) || any_device(judge) || any_window(judge);
	at_most_one(judge);
	check->rested = check->activity;
	check->rested_ns = judge->seen->time_ns;
	check->moved = 0;
	if (!out)
		check->flux = 0;
}
