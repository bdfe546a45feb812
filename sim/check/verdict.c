/* Verdicts: their words, and who has been told what already. */
#include "sim/check/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(char text[512], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;
	int more;

	va_start(arguments, format);
	more = vsnprintf(text + used, 512 - used, format, arguments);
	va_end(arguments);
	if (more < 0 || (size_t)more >= 512 - used)
		memcpy(text + 508, "...", 4);
}

const char *say_error(int error)
{
	switch (error) {
	case VQ_PENDING:
		return "no answer";
	case VQ_OK:
		return "OK";
	case VQ_ERR_LIBRARY:
		return "LIBRARY";
	case VQ_ERR_TRY_AGAIN:
		return "TRY_AGAIN";
	case VQ_ERR_INVALID_PARAM:
		return "INVALID_PARAM";
	case VQ_ERR_NO_MEMORY:
		return "NO_MEMORY";
	case VQ_ERR_BAD_HANDLE:
		return "BAD_HANDLE";
	case VQ_ERR_ACCESS:
		return "ACCESS";
	case VQ_ERR_NOT_EXIST:
		return "NOT_EXIST";
	case VQ_ERR_EXIST:
		return "EXIST";
	case VQ_ERR_INTERRUPT:
		return "INTERRUPT";
	case VQ_ERR_NAME_NOT_FOUND:
		return "NAME_NOT_FOUND";
	case VQ_ERR_NO_RESOURCES:
		return "NO_RESOURCES";
	case VQ_ERR_NOT_SUPPORTED:
		return "NOT_SUPPORTED";
	case VQ_ERR_MESSAGE_ERROR:
		return "MESSAGE_ERROR";
	default:
		return "an error unknown to the manual";
	}
}

const char *say_state(uint32_t state)
{
	switch (state) {
	case 0:
		return "0";
	case VQ_STATE_MEMBER:
		return "member";
	case VQ_STATE_DEAD:
		return "dead";
	case VQ_STATE_LEAVING:
		return "leaving";
	default:
		return "an unknown state";
	}
}

void say_notification(char text[512], const struct vq_notification *n)
{
	uint32_t i;

	switch (n->kind) {
	case VQ_NODELIST:
		say(text, "nodelist context %llu ring %u.%llu members", (unsigned long long)n->context,
		    n->ring.nodeid, (unsigned long long)n->ring.seq);
		for (i = 0; i < n->count; i++)
			say(text, " %u", n->entries[i].nodeid);
		break;
	case VQ_QUORUM:
		say(text, "quorum context %llu quorate %u nodes", (unsigned long long)n->context, n->quorate);
		for (i = 0; i < n->count; i++)
			say(text, " %u:%s", n->entries[i].nodeid, say_state(n->entries[i].state));
		break;
	case VQ_EXPECTED_VOTES:
		say(text, "expected_votes context %llu expected_votes %u", (unsigned long long)n->context,
		    n->expected_votes);
		break;
	default:
		say(text, "a notification of unknown kind %u", n->kind);
	}
}

void say_set(char text[512], const struct judge *judge, const uint64_t *set)
{
	const char *between = "";
	uint32_t i;

	for (i = 0; i < judge->check->node_count; i++)
		if (set_has(set, i)) {
			say(text, "%s%u", between, judge->scenario->nodes[i].nodeid);
			between = " ";
		}
	if (!*between)
		say(text, "nobody");
}

static struct position place(const struct judge *judge, uint32_t step)
{
	return step < judge->scenario->step_count ? judge->scenario->steps[step].at : judge->scenario->at;
}

static void begin(const struct judge *judge, struct verdict *verdict, enum verdict_kind kind, uint32_t rule)
{
	memset(verdict, 0, sizeof *verdict);
	verdict->kind = kind;
	verdict->rule = rule;
	verdict->step = judge->seen->step;
	verdict->node = NOBODY;
	verdict->client = NOBODY;
	verdict->time_ns = judge->seen->time_ns;
	verdict->at = place(judge, verdict->step);
}

/* One bit for each rule and node, client or (neither) the whole cluster. */
static bool first_time(const struct judge *judge, enum rule_number rule, uint32_t node, uint32_t client)
{
	struct check *check = judge->check;
	uint64_t *told = (uint64_t *)(void *)((char *)check + check->told_at);
	uint32_t places = check->node_count + check->client_count + 1;
	uint32_t bit = (uint32_t)rule * places;

	if (client != NOBODY)
		bit += check->node_count + client;
	else if (node != NOBODY)
		bit += node;
	else
		bit += places - 1;
	if (set_has(told, bit))
		return false;
	set_add(told, bit);
	return true;
}

bool judge_breach(const struct judge *judge, struct verdict *verdict, enum rule_number rule, uint32_t node,
		  uint32_t client)
{
	if (!first_time(judge, rule, node, client))
		return false;
	begin(judge, verdict, VERDICT_BREACH, rule);
	verdict->node = node;
	verdict->client = client;
	return true;
}

void judge_expectation(const struct judge *judge, struct verdict *verdict, struct position at, uint32_t node,
		       uint32_t client)
{
	begin(judge, verdict, VERDICT_EXPECTATION, UINT32_MAX);
	verdict->node = node;
	verdict->client = client;
	if (at.line)
		verdict->at = at;
}

void judge_tell(const struct judge *judge, const struct verdict *verdict)
{
	if (judge->report)
		judge->report(judge->ctx, verdict);
}

void judge_say(const struct judge *judge, enum rule_number rule, uint32_t node, uint32_t client, const char *expected,
	       const char *came)
{
	struct verdict verdict;

	if (!judge_breach(judge, &verdict, rule, node, client))
		return;
	say(verdict.expected, "%s", expected);
	say(verdict.came, "%s", came);
	judge_tell(judge, &verdict);
}

void judge_note(const struct judge *judge, enum verdict_kind kind, uint32_t step, const char *expected,
		const char *came)
{
	struct verdict verdict;

	begin(judge, &verdict, kind, kind == VERDICT_VACUOUS ? RULE_TRACKER_TOLD : UINT32_MAX);
	verdict.step = step;
	verdict.at = place(judge, step);
	say(verdict.expected, "%s", expected);
	say(verdict.came, "%s", came);
	judge_tell(judge, &verdict);
}
