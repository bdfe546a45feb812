/*
 * A small model of each node: what it must think of votes and quorum, judged by
 * configuration, rings, calls and time.
 *
 * The order of messages is not known here, so a number is a span and a truth may
 * be UNKNOWN. In a plain run nearly every span is exact. When the cluster rests,
 * invariants.c compares with getinfo and makes every span exact again.
 */
#include "sim/check/judge.h"

#include <string.h>

/* ---- spans ---- */

struct span span_exact(uint32_t value)
{
	return (struct span){value, value};
}

struct span span_hull(struct span a, struct span b)
{
	return (struct span){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

struct span span_max(struct span a, struct wide b)
{
	if (b.low > a.low)
		a.low = b.low > UINT32_MAX ? UINT32_MAX : (uint32_t)b.low;
	if (b.high > a.high)
		a.high = b.high > UINT32_MAX ? UINT32_MAX : (uint32_t)b.high;
	return a;
}

bool span_is_exact(struct span span)
{
	return span.low == span.high;
}

static uint32_t half(uint32_t votes)
{
	return (votes + 2) / 2; /* wraps, as recorded in setexpected-limits (step 29) */
}

struct span model_full_quorum(struct span highest, struct wide sum)
{
	struct span open = {0, UINT32_MAX}, quorum;

	if (sum.high > UINT32_MAX - 2 || (highest.high > UINT32_MAX - 2 && !span_is_exact(highest)))
		return open;
	quorum.low = half(highest.low);
	quorum.high = half(highest.high);
	return span_max(quorum, (struct wide){half((uint32_t)sum.low), half((uint32_t)sum.high)});
}

struct span model_quorum_of(const struct judge *judge, struct span highest, struct wide sum)
{
	struct span quorum = model_full_quorum(highest, sum);

	if (quorum.high <= UINT8_MAX || !quirk_on(judge, VQ_QUIRK_QUORUM_8_BIT))
		return quorum;
	return span_is_exact(quorum) ? span_exact(quorum.low & UINT8_MAX) : (struct span){0, UINT8_MAX};
}

/* ---- sums ---- */

struct wide model_sum(const struct judge *judge, const uint64_t *set)
{
	struct wide sum = {0, 0};

	for (uint32_t word = 0; word < judge->check->words; word++)
		for (uint64_t left = set[word]; left; left &= left - 1) {
			uint32_t member = word * 64 + (uint32_t)__builtin_ctzll(left);

			sum.low += judge_model(judge, member)->votes.low;
			sum.high += judge_model(judge, member)->votes.high;
		}
	return sum;
}

struct wide model_present(const struct judge *judge, uint32_t node, struct wide sum)
{
	const struct model *model = judge_model(judge, node);

	if (model->cast == YES)
		sum.low += model->device_votes.low;
	if (model->cast != NO)
		sum.high += model->device_votes.high;
	return sum;
}

struct wide model_total(const struct judge *judge, uint32_t node, struct wide sum)
{
	const struct model *model = judge_model(judge, node);

	if (!quirk_on(judge, VQ_QUIRK_DEVICE_COUNTS_UNCAST))
		return model_present(judge, node, sum);
	sum.low += model->device_votes.low;
	sum.high += model->device_votes.high;
	return sum;
}

/* ---- configuration ---- */

const struct vq_config *model_config(const struct judge *judge, uint32_t node)
{
	uint32_t config = judge_model(judge, node)->config;

	if (config == NOBODY)
		return NULL;
	return config ? judge->scenario->steps[config - 1].configs[node] : judge->scenario->nodes[node].config;
}

static uint32_t find_config(const struct judge *judge, uint32_t node, const struct vq_config *config)
{
	uint32_t i;

	if (!config || config == judge->scenario->nodes[node].config)
		return 0;
	for (i = 0; i < judge->scenario->step_count; i++)
		if (judge->scenario->steps[i].configs && judge->scenario->steps[i].configs[node] == config)
			return i + 1;
	return NOBODY;
}

static void take_features(struct model *model, const struct plan *plan)
{
	model->two_node = plan->two_node;
	model->wait_for_all = plan->wait_for_all;
	model->wait_for_all_follows = plan->follows;
	model->last_man = plan->last_man;
	model->tracking = plan->tracking;
	model->downscale = plan->downscale;
	model->tie = plan->tie;
	model->tie_start = plan->tie_start;
	model->tie_sure = !plan->open;
	model->device = plan->device;
	model->window_ms = plan->window_ms;
	model->device_timeout_ms = plan->device_timeout_ms;
	model->device_sync_timeout_ms = plan->device_sync_timeout_ms;
	if (plan->open && plan->last_man)
		model->last_man = UNKNOWN;
}

/* Alone, before its first ring. */
static void first_thoughts(const struct judge *judge, struct model *model, const struct plan *plan)
{
	struct wide alone = {plan->votes, plan->votes};

	model->votes = plan->open ? (struct span){0, UINT32_MAX} : span_exact(plan->votes);
	model->device_votes = plan->open ? (struct span){0, UINT32_MAX} : span_exact(plan->device_votes);
	model->expected = span_max(span_exact(plan->expected), model_total(judge, judge->seen->node, alone));
	model->barrier = (struct span){0, UINT32_MAX};
	if (plan->tracking && !plan->open && plan->nodelist && quirk_on(judge, VQ_QUIRK_TRACKING_EATS_EXPECTED)) {
		uint32_t stored = judge_node(judge, judge->seen->node)->stored;

		/* recordings tracking-override-missing-file, tracking-existing-with-override */
		model->barrier = span_exact(stored ? stored : plan->nodelist);
		model->expected = span_max(model->barrier, model_total(judge, judge->seen->node, alone));
	} else if (plan->tracking || plan->open) {
		model->expected = (struct span){0, UINT32_MAX};
	}
	model->highest = model->expected;
	model->quorum = model_quorum_of(judge, model->expected, alone);
	if (plan->two_node)
		model->quorum = span_exact(1);
	model->thinks = UNKNOWN;
	if (model->quorum.low > plan->votes || (plan->wait_for_all && plan->expected > plan->votes))
		model->thinks = NO;
}

/* Without a configuration there is nothing to go by. */
static void nothing_known(struct model *model)
{
	const struct span open = {0, UINT32_MAX};

	model->votes = model->expected = model->quorum = model->highest = model->device_votes = model->barrier = open;
	model->rest_expected = model->rest_votes = open;
	model->two_node = model->wait_for_all = model->last_man = model->tracking = model->downscale = UNKNOWN;
	model->registered = model->alive = model->cast = model->master = model->master_wanted = UNKNOWN;
	model->named = model->thinks = model->may_operate = UNKNOWN;
	model->device_left_ns = model->last_man_left_ns = model->last_man_open_until_ns = NEVER_NS;
}

void model_node_up(const struct judge *judge)
{
	uint32_t number = judge->seen->node;
	struct model *model = judge_model(judge, number);
	const struct vq_config *config = judge->seen->config;
	struct plan plan;

	memset(model, 0, sizeof *model);
	model->config = find_config(judge, number, config);
	model->device_due_ns = model->last_man_due_ns = NEVER_NS;
	config = config ? config : judge->scenario->nodes[number].config;
	if (!config) {
		nothing_known(model);
		return;
	}
	plan_read(config, judge->scenario->nodes[number].nodeid, &plan);
	model->config_digest = plan_digest(config);
	model->refusal = plan.open ? VQ_ACCEPTED : plan.refusal;
	model->refusal_open = plan.open;
	model->file_votes = plan.votes;
	model->file_expected = plan.expected;
	model->file_device = plan.device_votes;
	model->may_operate = YES;
	model->trusted = 1; /* nobody: lowest and highest are unset until quorate by votes (atb-boot-half) */
	model->device_left_ns = model->last_man_left_ns = NEVER_NS;
	take_features(model, &plan);
	first_thoughts(judge, model, &plan);
	model->rest_expected = model->expected;
	model->rest_votes = model->votes;
	judge_exercise(judge, RULE_CONFIGURATION);
}

/* The file that a starting daemon reads: the scenario's, or the last one a reload brought. */
static const struct vq_config *file_now(const struct judge *judge, uint32_t node)
{
	const struct vq_config *config = judge->scenario->nodes[node].config;
	uint32_t i;

	for (i = 0; i < judge->scenario->step_count && i <= judge->check->step; i++)
		if (judge->scenario->steps[i].configs && judge->scenario->steps[i].configs[node])
			config = judge->scenario->steps[i].configs[node];
	return config;
}

/* "The stored value will still be the highest value seen - it never gets reduced." */
void model_stored(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);
	uint32_t value = (uint32_t)judge->seen->number;
	struct verdict verdict;

	judge_exercise(judge, RULE_EXPECTED_VOTES);
	if (value < node->stored && judge_breach(judge, &verdict, RULE_EXPECTED_VOTES, judge->seen->node, NOBODY)) {
		say(verdict.expected, "tracked expected votes on disk never fall below %u", node->stored);
		say(verdict.came, "%u was stored", value);
		judge_tell(judge, &verdict);
	}
	if (node->up)
		node->stored = value;
	else
		node->stored_starting = value;
}

void model_refused(const struct judge *judge)
{
	struct model *model = judge_model(judge, judge->seen->node);
	const struct vq_config *config = file_now(judge, judge->seen->node);
	struct verdict verdict;
	struct plan plan;

	if (config) {
		plan_read(config, judge->scenario->nodes[judge->seen->node].nodeid, &plan);
		model->refusal = plan.refusal;
		model->refusal_open = plan.open;
	}
	judge_exercise(judge, RULE_CONFIGURATION);

	if (model->refusal != judge->seen->number && !model->refusal_open &&
	    judge_breach(judge, &verdict, RULE_CONFIGURATION, judge->seen->node, NOBODY)) {
		say(verdict.expected, model->refusal ? "the daemon refuses, for reason %u" : "the daemon starts",
		    model->refusal);
		say(verdict.came, "it refuses, for reason %llu: %s", (unsigned long long)judge->seen->number,
		    judge->seen->text ? judge->seen->text : "");
		judge_tell(judge, &verdict);
	}
	model->refusal = VQ_ACCEPTED;
}

/* ---- timers ---- */

/* Who is here; a device that has votes is one more, with the quirk though it casts none. */
static struct span nodes_left(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);
	struct span left = span_exact(judge_node(judge, number)->members);
	bool uncast = quirk_on(judge, VQ_QUIRK_DEVICE_COUNTS_UNCAST);

	if (!model->device_votes.high)
		return left;
	left.low += uncast || model->cast == YES;
	left.high += uncast || model->cast != NO;
	return left;
}

static void last_man_fires(const struct judge *judge, uint32_t number, bool surely)
{
	struct model *model = judge_model(judge, number);
	const struct seen_node *node = judge_node(judge, number);
	struct wide sum = model_present(judge, number, model_sum(judge, judge_set(judge, number, SET_RING)));
	struct span left = nodes_left(judge, number);
	struct span quorum =
		model->two_node == YES && node->members <= 2 ? span_exact(1) : model_quorum_of(judge, left, sum);

	model->last_man_due_ns = NEVER_NS;
	judge->check->records_open = 1;
	if (model->thinks == NO)
		return;
	model->quiet_change = 1;
	model->lowered = model->lowered || left.low < model->expected.high;
	if (node->in_sync)
		model->last_man_open_until_ns = judge->seen->time_ns;
	if (surely && model->thinks == YES && !node->in_sync && model->downscale == NO) {
		judge_exercise(judge, RULE_LAST_MAN);
		model->expected = model->highest = left;
		model->quorum = quorum;
		return;
	}
	model->expected = span_hull(model->expected, left);
	model->highest = span_hull(model->highest, left);
	model->quorum = span_hull(model->quorum, quorum);
}

static void device_fires(struct model *model, bool surely)
{
	model->device_due_ns = NEVER_NS;
	if (model->alive == NO)
		return;
	model->cast = surely ? NO : UNKNOWN;
	model->alive = surely ? NO : UNKNOWN;
}

/* What time has done to a node. At the very moment of a timer it may be either. */
void model_time(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	uint64_t now_ns = judge->seen->time_ns;

	if (model->last_man_due_ns <= now_ns)
		last_man_fires(judge, number, model->last_man_due_ns < now_ns);
	if (model->device_due_ns <= now_ns) {
		judge_node(judge, number)->released = 1;
		/* an own nodeinfo under way says what was before (quirk own-nodeinfo-undoes) */
		device_fires(model,
			     model->device_due_ns < now_ns && !model->polls &&
				     !(judge_node(judge, number)->in_sync && judge_node(judge, number)->interrupted));
	}
}

/* A paused node's timers stand still: keep what is left of them. */
static uint64_t other_side(uint64_t due_ns, uint64_t now_ns)
{
	return due_ns == NEVER_NS ? NEVER_NS : due_ns - now_ns;
}

void model_paused(const struct judge *judge)
{
	struct model *model = judge_model(judge, judge->seen->node);

	model_time(judge, judge->seen->node);
	model->last_man_left_ns = other_side(model->last_man_due_ns, judge->seen->time_ns);
	model->device_left_ns = other_side(model->device_due_ns, judge->seen->time_ns);
	model->last_man_due_ns = model->device_due_ns = NEVER_NS;
}

void model_resumed(const struct judge *judge)
{
	struct model *model = judge_model(judge, judge->seen->node);

	if (model->last_man_left_ns != NEVER_NS)
		model->last_man_due_ns = judge->seen->time_ns + model->last_man_left_ns;
	if (model->device_left_ns != NEVER_NS)
		model->device_due_ns = judge->seen->time_ns + model->device_left_ns;
}

/* ---- rings ---- */

/* A sync that never ended may have left any trace of its members' nodeinfos. */
static void interrupted(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	const uint64_t *set = judge_set(judge, number, SET_PREVIOUS);
	struct wide total = model_total(judge, number, model_sum(judge, set));
	struct span all = model->expected, quorum;
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (set_has(set, i))
			all = span_hull(all, span_hull(judge_model(judge, i)->expected,
						       judge_model(judge, i)->expected_before));
	model->expected = span_hull(all, span_max(all, total));
	model->highest = span_hull(model->highest, model->expected);
	quorum = model_quorum_of(judge, model->highest, (struct wide){0, total.high});
	if (model->two_node != NO)
		quorum.low = 1;
	model->quorum = span_hull(model->quorum, quorum);
	model->thinks = UNKNOWN;
	model->trusted = 0;
	model->quiet_change = 1;
}

/* Administrative messages that are under way may reach anybody. */
static void in_flux(const struct judge *judge, struct model *model)
{
	struct span quorum;

	model->expected = span_hull(model->expected, model->rest_expected);
	model->expected = span_hull(model->expected, judge->check->flux_expected);
	model->highest = span_hull(model->highest, model->expected);
	model->votes = span_hull(model->votes, model->rest_votes);
	quorum = model_quorum_of(judge, model->highest, (struct wide){0, 0});
	model->quorum = span_hull(model->quorum, (struct span){1, quorum.high});
	model->quiet_change = 1;
	judge->check->records_open = 1;
}

static bool somebody_left(const struct judge *judge, uint32_t number)
{
	const uint64_t *now = judge_set(judge, number, SET_RING), *before = judge_set(judge, number, SET_PREVIOUS);
	uint32_t i;

	for (i = 0; i < judge->check->words; i++)
		if (before[i] & ~now[i])
			return true;
	return false;
}

/* The member whose id is the lowest (or highest) of a set, as ids compare. */
static uint32_t extreme(const struct judge *judge, const uint64_t *set, bool highest)
{
	bool is_signed = quirk_on(judge, VQ_QUIRK_SIGNED_IDS);
	uint32_t found = NOBODY, i;

	for (i = 0; i < judge->check->node_count; i++) {
		uint32_t a = judge->scenario->nodes[i].nodeid, b = found;

		if (!set_has(set, i))
			continue;
		if (found != NOBODY)
			b = judge->scenario->nodes[found].nodeid;
		if (is_signed) {
			a ^= UINT32_C(1) << 31;
			b ^= UINT32_C(1) << 31;
		}
		if (found == NOBODY || (highest ? a > b : a < b))
			found = i;
	}
	return found;
}

/* Heads are counted, not votes: where nodes have none, that is more than was expected. */
static void raise_to_heads(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	const struct seen_node *node = judge_node(judge, number);
	uint32_t heads =
		(node->members > node->previous ? node->members : node->previous) + (model->device_votes.high != 0);

	if (model->expected.high < heads)
		model->expected.high = heads;
	if (model->highest.high < heads)
		model->highest.high = heads;
	if (model->quorum.high < (heads + 2) / 2)
		model->quorum.high = (heads + 2) / 2;
}

/* A start of the timer that cannot be told from outside: it lowers expected votes, or does not. */
void model_open(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);

	if (model->downscale != NO)
		model->quorum = (struct span){0, UINT32_MAX};
	if (model->downscale == NO && !model->last_man_open_until_ns)
		return;
	model->expected.low = model->highest.low = model->quorum.low = 0;
	raise_to_heads(judge, number);
	model->quiet_change = 1;
}

uint8_t model_trusts(const struct judge *judge, uint32_t number, bool highest)
{
	uint32_t who = extreme(judge, judge_set(judge, number, SET_TRUSTED), highest);

	if (!judge_model(judge, number)->trusted)
		return UNKNOWN;
	return who != NOBODY && set_has(judge_set(judge, number, SET_RING), who);
}

static uint8_t stays(const struct judge *judge, uint32_t number, bool highest)
{
	uint32_t who = extreme(judge, judge_set(judge, number, SET_TRUSTED), highest);

	if (judge_node(judge, number)->interrupted)
		return UNKNOWN;
	return who == number || set_has(judge_set(judge, number, SET_PREVIOUS), who);
}

/* The last man standing timer starts, or starts anew, with a ring that lost somebody. */
static void start_last_man(const struct judge *judge, uint32_t number)
{
	struct model *model = judge_model(judge, number);
	const struct seen_node *node = judge_node(judge, number);
	bool highest = !quirk_on(judge, VQ_QUIRK_LMS_ATB_LOWEST) && model->tie == TIE_HIGHEST;
	uint8_t lowest = model_trusts(judge, number, highest);
	bool left = somebody_left(judge, number);
	bool surely, maybe;

	/* the records of those who come are still those of the dead */
	if (lowest == YES)
		lowest = stays(judge, number, highest);

	if (model->last_man == NO)
		return;
	if (model->tie == TIE_LIST && !quirk_on(judge, VQ_QUIRK_LMS_ATB_LOWEST))
		lowest = UNKNOWN;
	surely = (left && node->members >= model->quorum.high) ||
		 (model->tie != TIE_NONE && model->tie_sure && node->members <= model->quorum.low && lowest == YES);
	maybe = (left && node->members >= model->quorum.low) ||
		(model->tie != TIE_NONE && node->members <= model->quorum.high && lowest != NO);
	if (surely && model->last_man == YES) {
		model->last_man_due_ns = judge->seen->time_ns + model->window_ms * SCENARIO_MS;
	} else if (maybe) {
		model->last_man_open_until_ns = model->last_man == YES && model->window_ms
							? judge->seen->time_ns + model->window_ms * SCENARIO_MS
							: NEVER_NS;
		model_open(judge, number);
		judge->check->records_open = 1;
	}
}

static void start_device_timer(const struct judge *judge, struct model *model)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	node->released = 1;
	if (model->registered == NO || model->alive == NO)
		return;
	if (model->registered == YES && model->alive == YES) {
		node->released = 0;
		model->device_due_ns = judge->seen->time_ns + model->device_sync_timeout_ms * SCENARIO_MS;
	} else {
		model->device_due_ns = NEVER_NS;
		model->alive = model->cast = UNKNOWN;
	}
}

static struct span votes_kept(const struct judge *judge, uint32_t number)
{
	const uint64_t *now = judge_set(judge, number, SET_RING), *before = judge_set(judge, number, SET_PREVIOUS);
	struct wide sum = {0, 0};
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (set_has(now, i) && (i == number || set_has(before, i))) {
			sum.low += judge_model(judge, i)->votes.low;
			sum.high += judge_model(judge, i)->votes.high;
		}
	return span_max((struct span){0, 0}, sum);
}

void model_ring(const struct judge *judge)
{
	uint32_t number = judge->seen->node;
	struct model *model = judge_model(judge, number);
	struct verdict verdict;

	if (model->refusal && judge_breach(judge, &verdict, RULE_CONFIGURATION, number, NOBODY)) {
		say(verdict.expected, "the daemon refuses its configuration, for reason %u", model->refusal);
		say(verdict.came, "it started");
		judge_tell(judge, &verdict);
	}
	model_time(judge, number);
	judge->check->moved = 1;
	if (judge_node(judge, number)->interrupted)
		interrupted(judge, number);
	if (judge->check->flux)
		in_flux(judge, model);
	judge->check->records_open = 1;
	model->kept = votes_kept(judge, number);
	model->quorum_before = model->quorum;
	model->device_before = model->device_votes;
	model->expected_before = model->expected;
	model->thought = model->thinks;
	start_last_man(judge, number);
	start_device_timer(judge, model);
}

/* Members that know a device's name tell it in the sync to those who know none. */
static void learn_name(const struct judge *judge, uint32_t number)
{
	const uint64_t *members = judge_set(judge, number, SET_RING);
	struct model *model = judge_model(judge, number);
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *other = judge_model(judge, i);

		if (model->named == YES || !set_has(members, i) || i == number || other->named == NO)
			continue;
		if (other->named == UNKNOWN ||
		    (model->named == UNKNOWN && model->device_name != other->device_name)) {
			model->named = UNKNOWN;
			continue;
		}
		model->named = YES;
		model->device_name = other->device_name;
	}
}

void model_activated(const struct judge *judge)
{
	uint32_t number = judge->seen->node;

	model_time(judge, number);
	judge_exercise(judge, RULE_DEVICE_HOLDS);
	if (!judge_node(judge, number)->released)
		judge_say(judge, RULE_DEVICE_HOLDS, number, NOBODY,
			  "the sync waits for a poll of the registered device, or for sync_timeout",
			  "it ended without either");
	decide(judge, number);
	learn_name(judge, number);
}

/* ---- what it tells ---- */

static void told_wrong(const struct judge *judge, const struct model *model, uint32_t number)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, (enum rule_number)model->decider, number, NOBODY))
		return;
	say(verdict.expected, "%squorate: members ", model->predicted ? "" : "not ");
	say_set(verdict.expected, judge, judge_set(judge, number, SET_RING));
	say(verdict.expected, ", quorum %u, expected votes %u", model->quorum.low, model->expected.low);
	if (!span_is_exact(model->quorum) || !span_is_exact(model->expected))
		say(verdict.expected, " (at most %u and %u)", model->quorum.high, model->expected.high);
	say(verdict.came, "%squorate", judge->seen->number ? "" : "not ");
	judge_tell(judge, &verdict);
}

void model_primary(const struct judge *judge)
{
	uint32_t number = judge->seen->node;
	struct model *model = judge_model(judge, number);
	uint64_t *trusted = judge_set(judge, number, SET_TRUSTED);

	if (judge_node(judge, number)->owes & OWES_PRIMARY) {
		if (model->predicted != UNKNOWN) {
			judge_exercise(judge, (enum rule_number)model->decider);
			if (model->predicted != (judge->seen->number != 0))
				told_wrong(judge, model, number);
		}
		if (model->by_votes == UNKNOWN)
			model->trusted = 0;
	} else {
		model->trusted = 0;
	}
	model->thinks = judge->seen->number ? YES : NO;
	if (model->by_votes == YES && model->thinks == YES) {
		memcpy(trusted, judge_set(judge, number, SET_RING), judge->check->words * 8);
		model->trusted = 1;
	}
	model->by_votes = UNKNOWN;
}

void model_expected_told(const struct judge *judge)
{
	struct model *model = judge_model(judge, judge->scenario->clients[judge->seen->client].node);

	judge_exercise(judge, RULE_EXPECTED_VOTES_TOLD);
	model->expected_told = judge->seen->notification->expected_votes;
	model->told = 1;
}

/* ---- reload and cancel_wait_for_all ---- */

static void change_features(struct model *model, const struct plan *plan, const struct vq_config *config)
{
	uint32_t nodelist = 0, i;

	if (plan->refusal == VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD) { /* ends the reading */
		model->tie_sure = 0;
		model->two_node = model->wait_for_all = UNKNOWN;
		return;
	}

	for (i = 0; i < config->node_count; i++)
		nodelist += config->nodes[i].votes;
	model->two_node = config->two_node && model->tie_start == TIE_NONE;
	if (model->wait_for_all_follows)
		model->wait_for_all = !config->two_node ? NO : model->device || plan->device ? UNKNOWN : YES;
	if (model->device || plan->device)
		model->two_node = model->two_node ? UNKNOWN : NO;
	model->tie = model->tie_start;
	model->tie_sure = !plan->open && (model->tie == TIE_NONE || model->wait_for_all != UNKNOWN);
	if (model->tie != TIE_NONE && nodelist % 2 && model->wait_for_all == NO && model->last_man != NO)
		model->tie_sure =
			0; /* with last_man_standing that ends the reading, and the daemon goes on with what it had */
	else if (model->tie != TIE_NONE && nodelist % 2 && model->wait_for_all == NO)
		model->tie = TIE_NONE;
	if (plan->refusal != VQ_ACCEPTED ||
	    (plan->device && (model->last_man != NO || model->tie_start != TIE_NONE || model->downscale != NO)))
		model->may_operate = UNKNOWN; /* the features it started with bar a device, too */
}

/* All votes that may meet, with so many of the device or what it had. */
static struct wide everybody(const struct judge *judge, uint32_t device_votes)
{
	uint64_t votes = 0;
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		const struct model *model = judge_model(judge, i);

		votes += model->votes.high > model->file_votes ? model->votes.high : model->file_votes;
		if (model->device_votes.high > device_votes)
			device_votes = model->device_votes.high;
	}
	return (struct wide){0, votes + device_votes};
}

/* A node reads its configuration again: what was set since then is gone. */
static void read_again(const struct judge *judge, uint32_t number, const struct vq_config *config)
{
	struct model *model = judge_model(judge, number);
	struct check *check = judge->check;
	struct span raised;
	struct plan plan;
	uint32_t i;

	plan_read(config, judge->scenario->nodes[number].nodeid, &plan);
	model->file_votes = plan.votes;
	raised = span_max(span_exact(plan.expected), everybody(judge, plan.device_votes));
	if (model->tracking != NO) /* the nodelist's votes, or the most that was ever expected */
		raised = span_max(raised, (struct wide){0, check->administered ? UINT32_MAX : plan.nodelist});
	check->flux_expected = span_hull(check->flux ? check->flux_expected : span_exact(plan.expected), raised);
	check->flux++;
	check->administered = 1;
	check->lowered = check->lowered || plan.expected < model->expected.high;
	model->config = find_config(judge, number, config);
	model->config_digest = plan_digest(config);
	model->file_expected = plan.expected;
	model->file_device = plan.device_votes;
	change_features(model, &plan, config);
	model->votes = span_hull(model->votes, span_exact(plan.votes));
	model->rest_votes = model->votes;
	model->reloaded = 1;
	for (i = 0; i < check->node_count; i++) {
		struct model *other = judge_model(judge, i);

		if (!judge_node(judge, i)->up)
			continue;
		in_flux(judge, other);
		if (plan.votes > 1 && other->last_man == YES)
			other->last_man = UNKNOWN; /* off for good, though the votes be one again when it rests */
		other->device_votes = span_hull(other->device_votes, span_exact(plan.device_votes));
		other->barrier = (struct span){0, UINT32_MAX};
	}
}

void model_reloaded(const struct judge *judge)
{
	if (judge->seen->config)
		read_again(judge, judge->seen->node, judge->seen->config);
}

/* The configuration that a node runs with; NULL: not known. */
static const struct vq_config *running(const struct judge *judge, uint32_t number)
{
	uint32_t config = judge_model(judge, number)->config;

	if (config == NOBODY)
		return NULL;
	return config ? judge->scenario->steps[config - 1].configs[number] : judge->scenario->nodes[number].config;
}

/* Is anything other than it was read? */
static bool has_changed(const struct judge *judge, uint32_t number)
{
	const struct model *model = judge_model(judge, number);

	return !span_is_exact(model->expected) || model->expected.low != model->file_expected ||
	       !span_is_exact(model->votes) || model->votes.low != model->file_votes ||
	       !span_is_exact(model->device_votes) || model->device_votes.low != model->file_device;
}

void model_cancelled(const struct judge *judge)
{
	uint32_t number = judge->seen->node, i;

	judge->check->cancelled = 1;
	for (i = 0; i < judge->check->node_count; i++)
		if (judge_node(judge, i)->up &&
		    ring_equal(judge_node(judge, i)->ring, judge_node(judge, number)->ring))
			judge_model(judge, i)->cancelled = 1;
	/* the key is set back, which makes the daemon read its map as at a reload */
	if (running(judge, number) && has_changed(judge, number))
		read_again(judge, number, running(judge, number));
}
