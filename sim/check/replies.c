/* What a library call answers: its error, and getinfo's fields. */
#include "sim/check/judge.h"

#include <string.h>

/* ---- what must come, as far as it is certain when the call is made ---- */

static uint64_t name_digest(const char *name)
{
	uint64_t digest = 1;

	while (*name)
		digest = digest_add(digest, (unsigned char)*name++);
	return digest;
}

static int known(const struct judge *judge, uint32_t number, uint32_t nodeid)
{
	uint32_t index = judge_index(judge, nodeid);

	if (index == NOBODY || !set_has(judge_set(judge, number, SET_HEARD), index))
		return NO;
	return set_has(judge_set(judge, number, SET_KNOWN), index) ? YES : UNKNOWN;
}

static int getinfo_must(const struct judge *judge, uint32_t number, uint32_t nodeid)
{
	int is = nodeid ? known(judge, number, nodeid) : YES;

	return is == YES ? VQ_OK : is == NO ? VQ_ERR_NOT_EXIST : VQ_PENDING;
}

static int setexpected_must(const struct judge *judge, uint32_t number, uint32_t value)
{
	const struct model *model = judge_model(judge, number);
	struct wide sum = model_present(judge, number, model_sum(judge, judge_set(judge, number, SET_RING)));
	struct span quorum = model_full_quorum(value ? span_exact(value) : model->highest, sum);

	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		quorum = span_exact(1);
	else if (model->two_node == UNKNOWN)
		return VQ_PENDING;
	if (value < sum.low)
		return VQ_ERR_INVALID_PARAM;
	if (value < sum.high || !span_is_exact(quorum) || model->thinks == UNKNOWN)
		return VQ_PENDING;
	return model->thinks == YES && quorum.low > sum.low ? VQ_ERR_INVALID_PARAM : VQ_OK;
}

/* The votes present once a node's (or the device's) are changed; 32 bits, as the daemon's. */
static bool sum_after(const struct judge *judge, uint32_t number, uint32_t nodeid, uint32_t value, uint32_t *after)
{
	const uint64_t *ring = judge_set(judge, number, SET_RING);
	const struct model *model = judge_model(judge, number);
	struct wide sum = model_present(judge, number, model_sum(judge, ring));
	uint32_t index = judge_index(judge, nodeid);

	if (sum.low != sum.high || model->cast == UNKNOWN)
		return false;
	*after = (uint32_t)sum.low;
	if (nodeid == VQ_DEVICE_NODEID && model->cast == YES)
		*after += value - model->device_votes.low;
	else if (index != NOBODY && set_has(ring, index))
		*after += value - judge_model(judge, index)->votes.low;
	return true;
}

static int setvotes_must(const struct judge *judge, uint32_t number, uint32_t nodeid, uint32_t value)
{
	const struct model *model = judge_model(judge, number);
	int is = nodeid ? known(judge, number, nodeid) : YES;
	struct span quorum;
	uint32_t sum;

	if (is != YES)
		return is == NO ? VQ_ERR_NAME_NOT_FOUND : VQ_PENDING;
	if (!sum_after(judge, number, nodeid, value, &sum) || !span_is_exact(model->highest))
		return VQ_PENDING;
	quorum = model_full_quorum(model->highest, (struct wide){sum, sum});
	if (model->two_node == YES && judge_node(judge, number)->members <= 2)
		quorum = span_exact(1);
	if (model->two_node == UNKNOWN || !span_is_exact(quorum) || sum > UINT32_MAX - 2)
		return VQ_PENDING;
	return quorum.low < sum / 2 || quorum.low > sum ? VQ_ERR_INVALID_PARAM : VQ_OK;
}

/* Has another connection of this node a registration that waits? */
static bool another_registers(const struct judge *judge, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < judge->check->client_count; i++)
		if (i != judge->seen->client && judge->scenario->clients[i].node == number &&
		    judge_client(judge, i)->asked.verb == VERB_QDEVICE_REGISTER)
			return true;
	return false;
}

/* Registrations of two nodes at once, under two names: the order of messages, which
 * is not seen, says which is the device's name, and so which answer is OK. */
static void contend_for_the_name(const struct judge *judge, uint32_t number, struct asked *asked)
{
	uint32_t i;

	for (i = 0; i < judge->check->client_count; i++) {
		struct asked *other = &judge_client(judge, i)->asked;

		if (other->verb != VERB_QDEVICE_REGISTER || other->name == asked->name ||
		    judge->scenario->clients[i].node == number)
			continue;
		other->must = asked->must == VQ_OK && other->must == VQ_OK ? VQ_PENDING : other->must;
		asked->must = asked->must == VQ_OK ? VQ_PENDING : asked->must;
	}
}

static int register_must(const struct judge *judge, uint32_t number, const struct asked *asked)
{
	const struct model *model = judge_model(judge, number);
	bool same = model->device_name == asked->name;

	if (model->registered == NO && another_registers(judge, number))
		return VQ_ERR_TRY_AGAIN;
	if (model->named == UNKNOWN || model->registered == UNKNOWN || judge->check->moved)
		return VQ_PENDING;
	if (model->registered == YES)
		return same ? VQ_OK : VQ_ERR_EXIST;
	return model->named == NO || same ? VQ_OK : VQ_ERR_EXIST;
}

static int device_must(const struct judge *judge, uint32_t number, const struct asked *asked)
{
	const struct model *model = judge_model(judge, number);

	if (model->may_operate != YES && asked->verb != VERB_QDEVICE_UNREGISTER && asked->verb != VERB_QDEVICE_UPDATE)
		return VQ_PENDING;
	if (asked->verb == VERB_QDEVICE_REGISTER)
		return register_must(judge, number, asked);
	if (model->registered != YES)
		return model->registered == NO ? VQ_ERR_NOT_EXIST : VQ_PENDING;
	if (asked->verb == VERB_QDEVICE_POLL && asked->fresh_ring != YES)
		return asked->fresh_ring == NO ? VQ_ERR_MESSAGE_ERROR : VQ_PENDING;
	if (model->named != YES)
		return VQ_PENDING;
	return model->device_name == asked->name ? VQ_OK : VQ_ERR_INVALID_PARAM;
}

static uint8_t fresh_ring(const struct judge *judge, uint32_t number)
{
	const struct step *step = judge_step(judge, judge->seen->step);

	if (judge->seen->inside) /* it names the ring that its client was told last */
		return ring_equal(judge->seen->request->ring, judge_node(judge, number)->ring);
	if (!step || step->verb != VERB_QDEVICE_POLL || step->client != judge->seen->client)
		return UNKNOWN;
	if (step->ring_given)
		return ring_equal(step->request.ring, judge_node(judge, number)->ring);
	return step->ring_stale ? NO : YES;
}

static bool bad_name(const char *name)
{
	return !*name || strnlen(name, VQ_NAME_MAX) >= VQ_NAME_MAX;
}

static int daemon_must(const struct judge *judge, uint32_t number, const struct asked *asked)
{
	bool busy = judge->check->flux || judge_node(judge, number)->in_sync || !judge_node(judge, number)->rings;

	switch (asked->verb) {
	case VERB_GETINFO:
		return judge_node(judge, number)->rings ? getinfo_must(judge, number, asked->nodeid) : VQ_PENDING;
	case VERB_SETEXPECTED:
		return busy ? VQ_PENDING : setexpected_must(judge, number, asked->votes);
	case VERB_SETVOTES:
		return busy ? VQ_PENDING : setvotes_must(judge, number, asked->nodeid, asked->votes);
	case VERB_QDEVICE_REGISTER:
	case VERB_QDEVICE_UNREGISTER:
	case VERB_QDEVICE_UPDATE:
	case VERB_QDEVICE_POLL:
	case VERB_QDEVICE_MASTER_WINS:
		return device_must(judge, number, asked);
	default:
		return VQ_PENDING;
	}
}

static bool gone(const struct judge *judge, const struct seen_client *client, uint32_t number)
{
	return !judge_node(judge, number)->up || client->boot != judge_node(judge, number)->boot;
}

void replies_call(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	uint32_t number = judge->scenario->clients[seen->client].node;
	struct seen_client *client = judge_client(judge, seen->client);
	struct asked *asked = &client->asked;

	if (seen->verb == VERB_DISPATCH || client->handle != HANDLE_OPEN)
		return;
	if (seen->verb == VERB_CONTEXT_SET)
		asked->context = seen->context;
	if (!seen->request)
		return;
	asked->was_out = judge_is_out(judge, number);
	asked->name = name_digest(seen->request->name);
	asked->new_name = name_digest(seen->request->new_name);
	asked->fresh_ring = fresh_ring(judge, number);
	asked->node_activity = judge_node(judge, number)->rings;
	asked->in_sync = judge_node(judge, number)->in_sync;
	if (gone(judge, client, number))
		return;
	if (seen->verb == VERB_QDEVICE_REGISTER && judge_model(judge, number)->registered == NO) {
		judge_model(judge, number)->registered = UNKNOWN;
		asked->registers = 1;
	}
	if (asked->was_out)
		return;
	asked->must = daemon_must(judge, number, asked);
	if (seen->verb >= VERB_QDEVICE_REGISTER && seen->verb <= VERB_QDEVICE_MASTER_WINS &&
	    (bad_name(seen->request->name) ||
	     (seen->verb == VERB_QDEVICE_UPDATE && bad_name(seen->request->new_name))))
		asked->must = VQ_ERR_INVALID_PARAM;
	if (seen->verb == VERB_QDEVICE_REGISTER)
		contend_for_the_name(judge, number, asked);
}

/* ---- what came ---- */

static enum rule_number rule_of(enum verb verb)
{
	return verb == VERB_GETINFO       ? RULE_GETINFO
	       : verb == VERB_SETEXPECTED ? RULE_SETEXPECTED
	       : verb == VERB_SETVOTES    ? RULE_SETVOTES
					  : RULE_QDEVICE;
}

static void demand(const struct judge *judge, enum rule_number rule, int must)
{
	struct verdict verdict;

	judge_exercise(judge, rule);
	if ((int)judge->seen->number == must ||
	    !judge_breach(judge, &verdict, rule, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "%s", say_error(must));
	say(verdict.came, "%s", say_error((int)judge->seen->number));
	judge_tell(judge, &verdict);
}

static int fault_becomes(int fault)
{
	switch (fault) {
	case VQ_ERR_TRY_AGAIN:
	case VQ_ERR_INTERRUPT:
	case VQ_ERR_NO_MEMORY:
	case VQ_ERR_ACCESS:
	case VQ_ERR_NOT_SUPPORTED:
	case VQ_ERR_MESSAGE_ERROR:
	case VQ_ERR_INVALID_PARAM:
	case VQ_ERR_BAD_HANDLE:
	case VQ_ERR_NOT_EXIST:
	case VQ_ERR_EXIST:
		return fault;
	default:
		return VQ_ERR_LIBRARY;
	}
}

/* A dispatch that waited when its handle was finalized tells one notification, and nothing else ends it but its
 * connection's end. */
static void lingering_ends(const struct judge *judge, const struct seen_client *client, uint32_t number)
{
	if (client->dispatch_taken)
		demand(judge, RULE_HANDLE, VQ_ERR_BAD_HANDLE);
	else if (client->dispatch_fault && client->dispatch_fault != VQ_ERR_TRY_AGAIN)
		demand(judge, RULE_FAULT_PASSED_ON,
		       client->dispatch_fault == VQ_ERR_BAD_HANDLE ? VQ_OK : fault_becomes(client->dispatch_fault));
	else if (gone(judge, client, number))
		demand(judge, RULE_HANDLE, VQ_ERR_LIBRARY);
	else
		judge_say(judge, RULE_HANDLE, judge->seen->node, judge->seen->client,
			  "a dispatch that waits goes on when its handle is finalized, until it is told something",
			  say_error((int)judge->seen->number));
}

/* True when the connection itself decides the answer. */
static bool connection_decides(const struct judge *judge, struct seen_client *client, uint32_t number)
{
	enum verb verb = judge->seen->verb;
	int error = (int)judge->seen->number;
	int fault = client->fault;

	if (verb == VERB_INITIALIZE) {
		if (fault && fault != VQ_ERR_NO_RESOURCES) /* totem's queue is of no concern to it */
			demand(judge, RULE_FAULT_PASSED_ON, fault_becomes(fault));
		else if (!judge_node(judge, number)->up &&
			 (error != VQ_ERR_NO_MEMORY || client->handle != HANDLE_OPEN))
			demand(judge, RULE_HANDLE, VQ_ERR_LIBRARY);
		return true;
	}
	if (verb == VERB_DISPATCH && error == VQ_ERR_INVALID_PARAM)
		return true; /* its type is looked at before the handle */
	if (verb == VERB_DISPATCH && client->lingers && !client->waiting_type) {
		lingering_ends(judge, client, number);
		return true;
	}
	if (client->handle == HANDLE_FINALIZED) {
		demand(judge, RULE_HANDLE, VQ_ERR_BAD_HANDLE);
		return true;
	}
	if (fault && fault != VQ_ERR_NO_RESOURCES) {
		demand(judge, RULE_FAULT_PASSED_ON, fault_becomes(fault));
		return true;
	}
	if (verb == VERB_CONTEXT_GET || verb == VERB_CONTEXT_SET || verb == VERB_FD_GET || verb == VERB_FINALIZE) {
		demand(judge, RULE_HANDLE, VQ_OK);
		return false;
	}
	if (verb == VERB_DISPATCH && client->dispatch_fault) {
		if (client->dispatch_fault == VQ_ERR_BAD_HANDLE) /* it takes that for the end of its work */
			demand(judge, RULE_FAULT_PASSED_ON, VQ_OK);
		else if (client->dispatch_fault != VQ_ERR_TRY_AGAIN)
			demand(judge, RULE_FAULT_PASSED_ON, fault_becomes(client->dispatch_fault));
		return true;
	}
	if (gone(judge, client, number)) {
		demand(judge, RULE_HANDLE, VQ_ERR_LIBRARY);
		return true;
	}
	if (error == VQ_ERR_LIBRARY || error == VQ_ERR_BAD_HANDLE)
		judge_say(judge, RULE_HANDLE, judge->seen->node, judge->seen->client,
			  "an answer: the handle is open and the daemon runs", say_error(error));
	if (fault == VQ_ERR_NO_RESOURCES && client->asked.must == VQ_OK &&
	    (verb == VERB_SETEXPECTED || verb == VERB_SETVOTES)) {
		demand(judge, RULE_FAULT_PASSED_ON, VQ_ERR_NO_RESOURCES); /* totem's queue was full */
		return true;
	}
	return fault == VQ_ERR_NO_RESOURCES && error == VQ_ERR_NO_RESOURCES;
}

static void check_context(const struct judge *judge, struct seen_client *client)
{
	struct verdict verdict;

	if (judge->seen->verb == VERB_CONTEXT_SET) {
		client->own_context = client->asked.context;
		return;
	}
	judge_exercise(judge, RULE_LIBRARY_CONTEXT);
	if (judge->seen->context == client->own_context ||
	    !judge_breach(judge, &verdict, RULE_LIBRARY_CONTEXT, judge->seen->node, judge->seen->client))
		return;
	say(verdict.expected, "context %llu", (unsigned long long)client->own_context);
	say(verdict.came, "context %llu", (unsigned long long)judge->seen->context);
	judge_tell(judge, &verdict);
}

void replies_reply(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	uint32_t number = judge->scenario->clients[seen->client].node;
	struct seen_client *client = judge_client(judge, seen->client);
	const struct asked *asked = &client->asked;

	if (connection_decides(judge, client, number))
		return;
	if (seen->number == VQ_OK && (seen->verb == VERB_CONTEXT_GET || seen->verb == VERB_CONTEXT_SET))
		check_context(judge, client);
	if (asked->verb != seen->verb)
		return;
	if (asked->must != VQ_PENDING &&
	    !(seen->verb == VERB_QDEVICE_REGISTER && asked->node_activity != judge_node(judge, number)->rings))
		demand(judge, rule_of(seen->verb), asked->must);
	if (seen->verb == VERB_GETINFO && seen->number == VQ_OK && seen->reply) {
		uint32_t of = asked->nodeid ? judge_index(judge, asked->nodeid) : number;

		if (of != NOBODY)
			replies_check_info(judge, RULE_GETINFO, seen->client, number, of,
					   model_sum(judge, judge_set(judge, number, SET_RING)), &seen->reply->info);
	}
}

/* ---- getinfo's fields ---- */

struct compare {
	const struct judge *judge;
	struct verdict verdict;
	enum rule_number rule; /* RULE_COUNT: each field has its own */
	uint32_t client, node;
	bool differs;
};

static void field_differs(struct compare *compare, enum rule_number rule, const char *name, struct span must,
			  uint32_t came)
{
	struct verdict *verdict = &compare->verdict;
	enum rule_number told = compare->rule == RULE_COUNT ? rule : compare->rule;

	compare->differs = true;
	if (!judge_breach(compare->judge, verdict, told, compare->node, compare->client))
		return;
	if (span_is_exact(must))
		say(verdict->expected, "%s %u", name, must.low);
	else
		say(verdict->expected, "%s between %u and %u", name, must.low, must.high);
	say(verdict->came, "%s %u", name, came);
	judge_tell(compare->judge, verdict);
}

static inline void field(struct compare *compare, enum rule_number rule, const char *name, struct span must,
			 uint32_t came)
{
	judge_exercise(compare->judge, compare->rule == RULE_COUNT ? rule : compare->rule);
	if (span_lacks(must, came))
		field_differs(compare, rule, name, must, came);
}

static inline void flag(struct compare *compare, enum rule_number rule, const char *name, uint8_t must, bool came)
{
	if (must != UNKNOWN && must != came)
		field_differs(compare, rule, name, span_exact(must), came);
}

/* By what is known of those that are there: setvotes and reloads change it. */
static bool one_vote_each(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++) {
		struct span votes = judge_model(judge, i)->votes;

		if (judge_node(judge, i)->boot && (votes.low != 1 || votes.high != 1))
			return false;
	}
	return true;
}

static void check_flags(struct compare *compare, uint32_t number, uint32_t of, uint32_t flags)
{
	const struct model *model = judge_model(compare->judge, number), *about = judge_model(compare->judge, of);
	const struct seen_node *node = judge_node(compare->judge, number);
	bool same = ring_equal(judge_node(compare->judge, of)->ring, node->ring);

	flag(compare, RULE_CONFIGURATION, "flag TWONODE", model->two_node, flags & VQ_INFO_TWONODE);
	flag(compare, RULE_CONFIGURATION, "flag WAIT_FOR_ALL", model->wait_for_all, flags & VQ_INFO_WAIT_FOR_ALL);
	if (flags & VQ_INFO_LAST_MAN_STANDING || model->last_man == NO ||
	    one_vote_each(compare->judge)) /* else hazard H5: it goes off */
		flag(compare, RULE_CONFIGURATION, "flag LAST_MAN_STANDING", model->last_man,
		     flags & VQ_INFO_LAST_MAN_STANDING);
	flag(compare, RULE_CONFIGURATION, "flag AUTO_TIE_BREAKER", model->tie_sure ? model->tie != TIE_NONE : UNKNOWN,
	     flags & VQ_INFO_AUTO_TIE_BREAKER);
	flag(compare, RULE_CONFIGURATION, "flag ALLOW_DOWNSCALE", model->downscale, flags & VQ_INFO_ALLOW_DOWNSCALE);
	flag(compare, RULE_I5, "flag QUORATE", node->owes ? UNKNOWN : node->primary, flags & VQ_INFO_QUORATE);
	if (!same || judge_is_out(compare->judge, of))
		return;
	flag(compare, RULE_DEVICE_VOTES, "flag QDEVICE_REGISTERED", about->registered,
	     flags & VQ_INFO_QDEVICE_REGISTERED);
	flag(compare, RULE_DEVICE_VOTES, "flag QDEVICE_ALIVE", about->alive, flags & VQ_INFO_QDEVICE_ALIVE);
	flag(compare, RULE_DEVICE_VOTES, "flag QDEVICE_CAST_VOTE", about->cast, flags & VQ_INFO_QDEVICE_CAST_VOTE);
	flag(compare, RULE_DEVICE_VOTES, "flag QDEVICE_MASTER_WINS", about->master,
	     flags & VQ_INFO_QDEVICE_MASTER_WINS);
}

static void check_numbers(struct compare *compare, uint32_t number, uint32_t of, struct wide sum,
			  const struct vq_info *info)
{
	const struct judge *judge = compare->judge;
	const struct model *model = judge_model(judge, number);
	bool stopped = model->narrowed == 2;
	struct span total;

	sum = model_present(judge, of, sum); /* the total counts the device as the node asked about does */
	total.low = sum.low > UINT32_MAX ? 0 : (uint32_t)sum.low;
	total.high = sum.high > UINT32_MAX ? UINT32_MAX : (uint32_t)sum.high;
	if (of == number || !judge_model(judge, of)->device_votes.high)
		field(compare, RULE_VOTES, "total_votes", total, info->total_votes);
	field(compare, stopped ? RULE_DOWNSCALE : RULE_I4, "quorum", model->quorum, info->quorum);
	field(compare, stopped ? RULE_DOWNSCALE : RULE_EXPECTED_VOTES, "highest_expected", model->highest,
	      info->highest_expected);
	field(compare, RULE_DEVICE_VOTES, "qdevice_votes", model->device_votes, info->qdevice_votes);
	if (of == number)
		judge_exercise(judge, RULE_I6);
	if (of == number)
		field(compare,
		      stopped                                           ? RULE_DOWNSCALE
		      : info->node_expected_votes < model->expected.low ? RULE_I6
									: RULE_EXPECTED_VOTES,
		      "node_expected_votes", model->expected, info->node_expected_votes);
}

/* With allow_downscale a node counts out who says goodbye, before it is gone. */
static bool counts_out(const struct judge *judge, uint32_t number)
{
	uint32_t i;

	for (i = 0; judge_model(judge, number)->downscale != NO && i < judge->check->node_count; i++)
		if (judge_node(judge, i)->leaving && set_has(judge_set(judge, number, SET_RING), i))
			return true;
	return false;
}

bool replies_check_info(const struct judge *judge, enum rule_number rule, uint32_t client, uint32_t number,
			uint32_t of, struct wide sum, const struct vq_info *info)
{
	struct compare compare; /* its verdict is large, and rarely needed */
	const struct seen_node *node = judge_node(judge, number);
	bool here = set_has(judge_set(judge, number, SET_RING), of);
	uint32_t nodeid = judge->scenario->nodes[of].nodeid;

	compare.judge = judge;
	compare.rule = rule;
	compare.client = client;
	compare.node = number;
	compare.differs = false;
	field(&compare, RULE_GETINFO, "node_id", span_exact(nodeid), info->node_id);
	if (!node->rings || node->in_sync || judge_model(judge, number)->stale)
		return false; /* numbers and states are in motion */
	if (here && !judge_node(judge, of)->leaving)
		field(&compare, RULE_GETINFO, "node_state", span_exact(VQ_STATE_MEMBER), info->node_state);
	else if (!here)
		field(&compare, RULE_GETINFO, "node_state", span_exact(VQ_STATE_DEAD), info->node_state);
	if (rule == RULE_GETINFO && (judge->check->flux || judge_model(judge, number)->polls ||
				     judge_model(judge, of)->polls || counts_out(judge, number)))
		return false; /* a change is made, and its message under way */
	if (here && ring_equal(judge_node(judge, of)->ring, node->ring))
		field(&compare, RULE_VOTES, "node_votes", judge_model(judge, of)->votes, info->node_votes);
	check_numbers(&compare, number, of, sum, info);
	check_flags(&compare, number, of, info->flags);
	return !compare.differs;
}

/* What replies_check_info() looks at of a node that said of itself what it should: one that is asked
 * about every other at each rest mostly says what is usual, and is judged without a detour. */
static bool is_usual(const struct judge *judge, uint32_t number, uint32_t of, struct wide sum,
		     const struct vq_info *info, bool together)
{
	const struct model *model = judge_model(judge, number), *about = judge_model(judge, of);
	bool here = set_has(judge_set(judge, number, SET_RING), of);
	uint32_t numbers = (uint32_t)span_lacks(model->quorum, info->quorum) |
			   (uint32_t)span_lacks(model->highest, info->highest_expected) |
			   (uint32_t)span_lacks(model->device_votes, info->qdevice_votes) | about->device_votes.high;
	uint32_t device = (uint32_t)about->registered | about->alive | about->cast | about->master;

	if (numbers | device | (info->flags ^ model->rest_flags) | (uint32_t)(here && judge_node(judge, of)->leaving))
		return false;
	return info->node_id == judge->scenario->nodes[of].nodeid &&
	       info->node_state == (here ? VQ_STATE_MEMBER : VQ_STATE_DEAD) && sum.low <= info->total_votes &&
	       info->total_votes <= sum.high && (!together || !span_lacks(about->votes, info->node_votes));
}

void replies_check_other(const struct judge *judge, uint32_t number, uint32_t of, struct wide sum,
			 const struct vq_info *info)
{
	bool together = set_has(judge_set(judge, number, SET_RING), of) &&
			ring_equal(judge_node(judge, of)->ring, judge_node(judge, number)->ring);

	if (!is_usual(judge, number, of, sum, info, together))
		replies_check_info(judge, RULE_I2, NOBODY, number, of, sum, info);
	else
		judge->check->exercised[RULE_I2] += 6u + together; /* so many fields */
}
