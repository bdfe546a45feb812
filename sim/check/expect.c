/*
 * The scenario's own expectations, in words that a person understands.
 *
 * Callbacks are matched as they come, so that nothing has to be kept of a long
 * stream but how far it matched; the first few are kept for the words. All else
 * is looked up when the step ends.
 */
#include "sim/check/judge.h"

#include <string.h>

/* ---- callbacks against patterns ---- */

struct expect_sizes expect_measure(const struct scenario *scenario)
{
	struct expect_sizes sizes = {0, 0, 0};
	uint32_t i, k;

	for (i = 0; i < scenario->step_count; i++) {
		const struct expectation *expect = &scenario->steps[i].expect;

		if (expect->callbacks_count > sizes.streams)
			sizes.streams = expect->callbacks_count;
		for (k = 0; k < expect->callbacks_count; k++)
			if (expect->callbacks[k].count + 2 > sizes.callbacks)
				sizes.callbacks = expect->callbacks[k].count + 2;
	}
	sizes.callbacks = sizes.callbacks > 10 ? 10 : sizes.callbacks;
	sizes.entries = scenario->node_count + 1 > 12 ? 12 : scenario->node_count + 1;
	return sizes;
}

static struct stream *stream_of(const struct judge *judge, uint32_t number)
{
	const struct check *check = judge->check;

	return (struct stream *)(void *)((char *)judge->check + check->streams_at + number * check->stream_size);
}

static struct seen_callback *seen_of(const struct judge *judge, struct stream *stream, uint32_t number)
{
	return (struct seen_callback *)(void *)((char *)stream + sizeof *stream + number * judge->check->seen_size);
}

static const struct step *step_now(const struct judge *judge)
{
	const struct check *check = judge->check;

	if (!check->in_step || check->step >= judge->scenario->step_count)
		return NULL;
	return &judge->scenario->steps[check->step];
}

static bool entry_among(const struct vq_entry *entry, const struct vq_entry *entries, uint32_t count, bool states)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (entries[i].nodeid == entry->nodeid && (!states || entries[i].state == entry->state))
			return true;
	return false;
}

static bool entries_as_set(const struct callback_pattern *pattern, const struct vq_entry *entries, uint32_t count,
			   bool states)
{
	uint32_t i;

	if (count != pattern->count)
		return false;
	for (i = 0; i < count; i++)
		if (!entry_among(&pattern->entries[i], entries, count, states) ||
		    !entry_among(&entries[i], pattern->entries, count, states))
			return false;
	return true;
}

static bool entries_as_list(const struct callback_pattern *pattern, const struct vq_entry *entries, uint32_t count)
{
	uint32_t i;

	if (count != pattern->count)
		return false;
	for (i = 0; i < count; i++)
		if (entries[i].nodeid != pattern->entries[i].nodeid || entries[i].state != pattern->entries[i].state)
			return false;
	return true;
}

/* The pattern_field bits in which the callback differs; all bits: another kind. */
static uint32_t differs(const struct callback_pattern *pattern, const struct vq_notification *came)
{
	uint32_t bad = 0;

	if (pattern->kind != came->kind)
		return UINT32_MAX;
	if (pattern->context != came->context)
		bad |= PATTERN_CONTEXT;
	if (pattern->ring.nodeid != came->ring.nodeid)
		bad |= PATTERN_RING_NODEID;
	if (pattern->ring.seq != came->ring.seq)
		bad |= PATTERN_RING_SEQ;
	if (pattern->quorate != came->quorate)
		bad |= PATTERN_QUORATE;
	if (pattern->expected_votes != came->expected_votes)
		bad |= PATTERN_EXPECTED_VOTES;
	if ((pattern->given & PATTERN_MEMBERS) && !entries_as_set(pattern, came->entries, came->count, false))
		bad |= PATTERN_MEMBERS;
	if ((pattern->given & PATTERN_NODES) && !entries_as_set(pattern, came->entries, came->count, true))
		bad |= PATTERN_NODES;
	if ((pattern->given & PATTERN_NODES_ORDERED) && !entries_as_list(pattern, came->entries, came->count))
		bad |= PATTERN_NODES_ORDERED;
	return bad & pattern->given;
}

static void keep(const struct judge *judge, struct stream *stream, const struct vq_notification *came)
{
	struct seen_callback *seen = seen_of(judge, stream, stream->came);
	uint32_t kept = came->count < judge->check->seen_entries ? came->count : judge->check->seen_entries;

	seen->context = came->context;
	seen->ring = came->ring;
	seen->kind = came->kind;
	seen->quorate = came->quorate;
	seen->expected_votes = came->expected_votes;
	seen->count = came->count;
	if (kept)
		memcpy(seen + 1, came->entries, kept * sizeof *came->entries);
}

static void match(const struct callbacks_expected *expected, struct stream *stream,
		  const struct vq_notification *came)
{
	bool fits = stream->matched < expected->count && !differs(&expected->patterns[stream->matched], came);

	if (expected->subsequence)
		stream->matched += fits;
	else if (fits && !stream->wrong)
		stream->matched++;
	else if (!stream->wrong)
		stream->wrong = stream->came + 1;
}

void expect_callback(const struct judge *judge)
{
	const struct step *step = step_now(judge);
	uint32_t i;

	if (!step)
		return;
	for (i = 0; i < step->expect.callbacks_count; i++) {
		struct stream *stream = stream_of(judge, i);

		if (step->expect.callbacks[i].client != judge->seen->client)
			continue;
		match(&step->expect.callbacks[i], stream, judge->seen->notification);
		if (stream->came < judge->check->seen_callbacks)
			keep(judge, stream, judge->seen->notification);
		stream->came++;
	}
}

/* ---- words ---- */

static void say_pattern(char text[512], const struct callback_pattern *pattern)
{
	uint32_t i;

	say(text, "%s",
	    pattern->kind == VQ_NODELIST ? "nodelist"
	    : pattern->kind == VQ_QUORUM ? "quorum"
					 : "expected_votes");
	if (pattern->given & PATTERN_CONTEXT)
		say(text, " context %llu", (unsigned long long)pattern->context);
	if (pattern->given & PATTERN_RING_NODEID)
		say(text, " ring %u.", pattern->ring.nodeid);
	else if (pattern->given & PATTERN_RING_SEQ)
		say(text, " ring *.");
	if (pattern->given & PATTERN_RING_SEQ)
		say(text, "%llu", (unsigned long long)pattern->ring.seq);
	else if (pattern->given & PATTERN_RING_NODEID)
		say(text, "*");
	if (pattern->given & PATTERN_QUORATE)
		say(text, " quorate %u", pattern->quorate);
	if (pattern->given & PATTERN_EXPECTED_VOTES)
		say(text, " expected_votes %u", pattern->expected_votes);
	if (!(pattern->given & (PATTERN_MEMBERS | PATTERN_NODES | PATTERN_NODES_ORDERED)))
		return;
	say(text, " %s",
	    pattern->given & PATTERN_MEMBERS         ? "members"
	    : pattern->given & PATTERN_NODES_ORDERED ? "nodes in this order"
						     : "nodes");
	for (i = 0; i < pattern->count; i++)
		if (pattern->given & PATTERN_MEMBERS)
			say(text, " %u", pattern->entries[i].nodeid);
		else
			say(text, " %u:%s", pattern->entries[i].nodeid, say_state(pattern->entries[i].state));
}

static void say_differences(char text[512], uint32_t bad)
{
	static const struct {
		uint32_t field;
		const char *name;
	} names[] = {{PATTERN_CONTEXT, "context"},
		     {PATTERN_RING_NODEID, "ring's node id"},
		     {PATTERN_RING_SEQ, "ring's sequence"},
		     {PATTERN_MEMBERS, "members"},
		     {PATTERN_QUORATE, "quorate"},
		     {PATTERN_NODES, "nodes"},
		     {PATTERN_NODES_ORDERED, "nodes or their order"},
		     {PATTERN_EXPECTED_VOTES, "expected_votes"}};
	const char *between = "   <- other ";
	size_t i;

	if (bad == UINT32_MAX) {
		say(text, "   <- another kind");
		return;
	}
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (bad & names[i].field) {
			say(text, "%s%s", between, names[i].name);
			between = ", ";
		}
}

static struct vq_notification notification_of(const struct seen_callback *seen, uint32_t entries)
{
	struct vq_notification notification = {0};

	notification.context = seen->context;
	notification.ring = seen->ring;
	notification.kind = seen->kind;
	notification.quorate = seen->quorate;
	notification.expected_votes = seen->expected_votes;
	notification.count = seen->count < entries ? seen->count : entries;
	notification.entries = (const struct vq_entry *)(const void *)(seen + 1);
	return notification;
}

static void say_stream(const struct judge *judge, char text[512], const struct callbacks_expected *expected,
		       struct stream *stream)
{
	uint32_t kept = stream->came < judge->check->seen_callbacks ? stream->came : judge->check->seen_callbacks;
	uint32_t i;

	if (!stream->came)
		say(text, "none");
	for (i = 0; i < kept; i++) {
		struct seen_callback *seen = seen_of(judge, stream, i);
		struct vq_notification came = notification_of(seen, judge->check->seen_entries);

		say(text, "%s%u ", i ? "\n" : "", i + 1);
		say_notification(text, &came);
		if (seen->count > came.count)
			say(text, " and %u more", seen->count - came.count);
		if (i >= expected->count && !expected->subsequence)
			say(text, "   <- not expected");
		else if (!expected->subsequence && seen->count == came.count)
			say_differences(text, differs(&expected->patterns[i], &came));
	}
	if (stream->came > kept)
		say(text, "\nand %u more", stream->came - kept);
}

static void callbacks_end(const struct judge *judge, uint32_t number, const struct callbacks_expected *expected)
{
	struct stream *stream = stream_of(judge, number);
	struct verdict verdict;
	uint32_t i;

	if (stream->matched == expected->count && (expected->subsequence || stream->came == expected->count))
		return;
	judge_expectation(judge, &verdict,
			  stream->matched < expected->count ? expected->patterns[stream->matched].at : expected->at,
			  judge->scenario->clients[expected->client].node, expected->client);
	say(verdict.expected, "callbacks of %s%s:", judge->scenario->clients[expected->client].name,
	    expected->subsequence ? ", among others in this order" : "");
	if (!expected->count)
		say(verdict.expected, " none");
	for (i = 0; i < expected->count; i++) {
		say(verdict.expected, "\n%u ", i + 1);
		say_pattern(verdict.expected, &expected->patterns[i]);
		if (expected->subsequence && i == stream->matched)
			say(verdict.expected, "   <- this did not come");
	}
	say_stream(judge, verdict.came, expected, stream);
	judge_tell(judge, &verdict);
}

/* ---- getinfo ---- */

static void say_info_flags(char text[512], uint32_t flags)
{
	say(text, flags ? "flags" : "no flags");
	for (uint32_t bit = 0; bit < 32; bit++) {
		uint32_t flag = flags & (1u << bit);
		const char *name = flag ? info_flag_name(flag) : NULL;

		if (name)
			say(text, " %s", name);
		else if (flag)
			say(text, " 0x%x", flag);
	}
}

static void say_info_field(char text[512], const struct vq_info *info, enum info_field field)
{
	if (field == INFO_FLAGS) {
		say(text, "%s", *text ? ", " : "");
		say_info_flags(text, info->flags);
	} else if (field == INFO_QDEVICE_NAME)
		say(text, "%sqdevice_name \"%.254s\"", *text ? ", " : "", info->qdevice_name);
	else
		say(text, "%s%s %u", *text ? ", " : "", info_field_name(field), info_field_number(info, field));
}

static bool info_field_same(const struct vq_info *a, const struct vq_info *b, enum info_field field)
{
	switch (field) {
	case INFO_NODE_ID:
		return a->node_id == b->node_id;
	case INFO_NODE_STATE:
		return a->node_state == b->node_state;
	case INFO_NODE_VOTES:
		return a->node_votes == b->node_votes;
	case INFO_NODE_EXPECTED_VOTES:
		return a->node_expected_votes == b->node_expected_votes;
	case INFO_HIGHEST_EXPECTED:
		return a->highest_expected == b->highest_expected;
	case INFO_TOTAL_VOTES:
		return a->total_votes == b->total_votes;
	case INFO_QUORUM:
		return a->quorum == b->quorum;
	case INFO_FLAGS:
		return a->flags == b->flags;
	case INFO_QDEVICE_VOTES:
		return a->qdevice_votes == b->qdevice_votes;
	case INFO_QDEVICE_NAME:
		return !strncmp(a->qdevice_name, b->qdevice_name, VQ_NAME_MAX);
	default:
		return true;
	}
}

/* The fields that were given and differ, on both sides; false: none. */
static bool info_differences(const struct info_pattern *pattern, const struct vq_info *came, char expected[512],
			     char got[512])
{
	enum info_field field;
	bool any = false;

	for (field = 0; field < INFO_FIELD_COUNT; field++) {
		if (!((pattern->given >> field) & 1) || info_field_same(&pattern->info, came, field))
			continue;
		say_info_field(expected, &pattern->info, field);
		say_info_field(got, came, field);
		any = true;
	}
	return any;
}

static void info_end(const struct judge *judge, const struct info_pattern *pattern)
{
	uint32_t nodeid = judge->scenario->nodes[pattern->node].nodeid;
	uint32_t of = pattern->of ? pattern->of : nodeid;
	char expected[512] = "", came[512] = "";
	struct verdict verdict;
	struct vq_info info;
	int error = judge->view->getinfo(judge->view->world, pattern->node, pattern->of, &info);

	if (error == VQ_OK && !info_differences(pattern, &info, expected, came))
		return;
	judge_expectation(judge, &verdict, pattern->at, pattern->node, NOBODY);
	say(verdict.expected, "getinfo of %u at node %u: %s", of, nodeid, *expected ? expected : "an answer");
	say(verdict.came, "%s", error == VQ_OK ? came : say_error(error));
	judge_tell(judge, &verdict);
}

/* ---- quorate, members, split brain ---- */

static void quorate_end(const struct judge *judge, const struct node_truth *truth)
{
	struct verdict verdict;
	struct vq_info info;
	int error = judge->view->getinfo(judge->view->world, truth->node, 0, &info);

	if (error == VQ_OK && !!(info.flags & VQ_INFO_QUORATE) == truth->quorate)
		return;
	judge_expectation(judge, &verdict, truth->at, truth->node, NOBODY);
	say(verdict.expected, "node %u is %squorate", judge->scenario->nodes[truth->node].nodeid,
	    truth->quorate ? "" : "not ");
	if (error != VQ_OK)
		say(verdict.came, "it gives no answer (%s): %s", say_error(error),
		    judge_node(judge, truth->node)->up ? "its daemon does not run now" : "it is down");
	else
		say(verdict.came, "it is %squorate: %u %s there, quorum is %u",
		    info.flags & VQ_INFO_QUORATE ? "" : "not ", info.total_votes,
		    info.total_votes == 1 ? "vote is" : "votes are", info.quorum);
	judge_tell(judge, &verdict);
}

static void members_end(const struct judge *judge, const struct node_truth *truth)
{
	char expected[512] = "", came[512] = "";
	bool same = true;
	struct verdict verdict;
	struct vq_info info;
	uint32_t i, next = 0;

	for (i = 0; i < judge->scenario->node_count; i++) {
		uint32_t nodeid = judge->scenario->nodes[i].nodeid;
		bool wanted = next < truth->count && truth->members[next] == nodeid;
		bool is = judge->view->getinfo(judge->view->world, truth->node, nodeid, &info) == VQ_OK &&
			  info.node_state == VQ_STATE_MEMBER;

		next += wanted;
		same = same && wanted == is;
		if (wanted)
			say(expected, " %u", nodeid);
		if (is)
			say(came, " %u", nodeid);
	}
	if (same)
		return;
	judge_expectation(judge, &verdict, truth->at, truth->node, NOBODY);
	say(verdict.expected, "members at node %u:%s", judge->scenario->nodes[truth->node].nodeid,
	    *expected ? expected : " none");
	say(verdict.came, "%s", *came ? came + 1 : "none");
	judge_tell(judge, &verdict);
}

/* Two quorate nodes on different rings. Writes who. */
static bool split_brain(const struct judge *judge, char came[512])
{
	uint32_t i, first = NOBODY;
	struct vq_info info;

	for (i = 0; i < judge->scenario->node_count; i++) {
		const struct seen_node *node = judge_node(judge, i);

		if (!node->up || node->paused || judge->view->getinfo(judge->view->world, i, 0, &info) != VQ_OK ||
		    !(info.flags & VQ_INFO_QUORATE))
			continue;
		if (first == NOBODY) {
			first = i;
		} else if (!ring_equal(judge_node(judge, first)->ring, node->ring)) {
			say(came, "node %u (members ", judge->scenario->nodes[first].nodeid);
			say_set(came, judge, judge_set(judge, first, SET_RING));
			say(came, ") and node %u (members ", judge->scenario->nodes[i].nodeid);
			say_set(came, judge, judge_set(judge, i, SET_RING));
			say(came, ") are both quorate");
			return true;
		}
	}
	say(came, first == NOBODY ? "no node is quorate" : "the quorate nodes are members of one ring");
	return false;
}

static void split_brain_end(const struct judge *judge, const struct expectation *expect)
{
	char came[512] = "";
	struct verdict verdict;

	if (!expect->has_split_brain || split_brain(judge, came) == expect->split_brain)
		return;
	judge_expectation(judge, &verdict, expect->split_brain_at, NOBODY, NOBODY);
	say(verdict.expected,
	    expect->split_brain ? "two components that are both quorate" : "at most one quorate component");
	say(verdict.came, "%s", came);
	judge_tell(judge, &verdict);
}

/* ---- the step's own call, refused starts ---- */

/* The call's own, or why no connection was made for it: then the call itself is not made. */
static bool answers(const struct observation *seen, const struct step *step)
{
	bool unconnected = seen->verb == VERB_INITIALIZE && seen->number != VQ_OK && verb_is_call(step->verb);

	return seen->client == step->client && (seen->verb == step->verb || unconnected);
}

void expect_reply(const struct judge *judge)
{
	const struct observation *seen = judge->seen;
	const struct step *step = step_now(judge);
	struct answer *answer = &judge->check->answer;

	if (!step || !step->expect.reply.at.line || answer->came || !answers(seen, step))
		return;
	answer->came = 1;
	answer->error = (int32_t)seen->number;
	answer->context = seen->context;
	answer->count = seen->count;
	answer->has_info = seen->reply != NULL;
	if (seen->reply)
		answer->info = seen->reply->info;
}

static void say_reply_differences(const struct reply_pattern *pattern, const struct answer *answer,
				  struct verdict *verdict)
{
	if (pattern->error && pattern->error != answer->error) {
		say(verdict->expected, " %s", say_error(pattern->error));
		say(verdict->came, "%s", say_error(answer->error));
	}
	if (pattern->has_context && pattern->context != answer->context) {
		say(verdict->expected, " context %llu", (unsigned long long)pattern->context);
		say(verdict->came, " context %llu", (unsigned long long)answer->context);
	}
	if (pattern->has_dispatched && pattern->dispatched != answer->count) {
		say(verdict->expected, " %u dispatched", pattern->dispatched);
		say(verdict->came, " %u dispatched", answer->count);
	}
	if (pattern->info.given && answer->has_info) {
		char expected[512] = "", came[512] = "";

		if (info_differences(&pattern->info, &answer->info, expected, came)) {
			say(verdict->expected, " %s", expected);
			say(verdict->came, " %s", came);
		}
	} else if (pattern->info.given && answer->error != VQ_OK) {
		say(verdict->expected, " its fields");
		say(verdict->came, " %s", say_error(answer->error));
	}
}

static void reply_end(const struct judge *judge, const struct step *step)
{
	const struct reply_pattern *pattern = &step->expect.reply;
	const struct answer *answer = &judge->check->answer;
	struct verdict verdict;

	if (!pattern->at.line)
		return;
	judge_expectation(judge, &verdict, pattern->at, judge->scenario->clients[step->client].node, step->client);
	if (answer->came) {
		say_reply_differences(pattern, answer, &verdict);
		if (!*verdict.came)
			return;
	} else {
		say(verdict.expected, " %s", pattern->error ? say_error(pattern->error) : "any");
		say(verdict.came, "no answer came");
	}
	memmove(verdict.expected + 10, verdict.expected, sizeof verdict.expected - 10);
	memcpy(verdict.expected, "the reply:", 10);
	verdict.expected[sizeof verdict.expected - 1] = 0;
	judge_tell(judge, &verdict);
}

void expect_refused(const struct judge *judge)
{
	const struct step *step = step_now(judge);
	const char *text = judge->seen->text ? judge->seen->text : "";
	size_t size = strlen(text);
	uint32_t i;

	judge->check->refused_came = 1 + judge->seen->node;
	if (size >= sizeof judge->check->refused_text)
		size = sizeof judge->check->refused_text - 1;
	memset(judge->check->refused_text, 0, sizeof judge->check->refused_text);
	memcpy(judge->check->refused_text, text, size);
	for (i = 0; step && i < step->expect.refused_count && i < 32; i++)
		if (step->expect.refused[i].node == judge->seen->node &&
		    strstr(text, step->expect.refused[i].message))
			judge->check->refused_bits |= 1u << i;
}

static void refused_end(const struct judge *judge, uint32_t number, const struct refused_pattern *pattern)
{
	const struct check *check = judge->check;
	struct verdict verdict;

	if (number >= 32 || (check->refused_bits >> number) & 1)
		return;
	judge_expectation(judge, &verdict, pattern->at, pattern->node, NOBODY);
	say(verdict.expected, "node %u refuses to start: %s", judge->scenario->nodes[pattern->node].nodeid,
	    pattern->message);
	if (check->refused_came == 1 + pattern->node)
		say(verdict.came, "it refused: %s", check->refused_text);
	else
		say(verdict.came, judge_node(judge, pattern->node)->up ? "it started" : "it did not refuse");
	judge_tell(judge, &verdict);
}

/* ---- the log ---- */

void expect_logged(const struct judge *judge)
{
	struct seen_node *node = judge_node(judge, judge->seen->node);

	if (node->logged < LOG_LINES_MAX)
		node->log[node->logged] = (uint8_t)judge->seen->number;
	if (node->logged < UINT8_MAX)
		node->logged++;
}

static const char *logged(const struct seen_node *node, uint32_t line)
{
	const char *text = line < LOG_LINES_MAX ? vq_notice_message((enum vq_notice)node->log[line]) : NULL;

	return text ? text : "?";
}

static void log_end(const struct judge *judge, const struct log_pattern *pattern)
{
	const struct seen_node *node = judge_node(judge, pattern->node);
	bool same = node->logged == pattern->count;
	struct verdict verdict;

	for (uint32_t i = 0; same && i < pattern->count; i++)
		same = strstr(logged(node, i), pattern->lines[i]) != NULL;
	if (same)
		return;
	judge_expectation(judge, &verdict, pattern->at, pattern->node, NOBODY);
	say(verdict.expected, "node %u logs", judge->scenario->nodes[pattern->node].nodeid);
	for (uint32_t i = 0; i < pattern->count; i++)
		say(verdict.expected, "%s %s", i ? ";" : ":", pattern->lines[i]);
	say(verdict.expected, pattern->count ? "" : " nothing");
	for (uint32_t i = 0; i < node->logged; i++)
		say(verdict.came, "%s%s", i ? "; " : "", logged(node, i));
	say(verdict.came, node->logged ? "" : "nothing");
	judge_tell(judge, &verdict);
}

/* ---- a step ---- */

void expect_begin(const struct judge *judge)
{
	uint32_t i;

	for (i = 0; i < judge->check->stream_count; i++)
		memset(stream_of(judge, i), 0, judge->check->stream_size);
	memset(&judge->check->answer, 0, sizeof judge->check->answer);
	judge->check->refused_bits = 0;
	judge->check->refused_came = 0;
	for (i = 0; i < judge->check->node_count; i++) {
		struct seen_node *node = judge_node(judge, i);

		node->logged = 0;
		memset(node->log, 0, sizeof node->log);
	}
}

void expect_end(const struct judge *judge)
{
	const struct step *step = step_now(judge);
	const struct expectation *expect;
	uint32_t i;

	if (!step || !step->expect.at.line)
		return;
	expect = &step->expect;
	for (i = 0; i < expect->refused_count; i++)
		refused_end(judge, i, &expect->refused[i]);
	for (i = 0; i < expect->log_count; i++)
		log_end(judge, &expect->logs[i]);
	reply_end(judge, step);
	for (i = 0; i < expect->quorate_count; i++)
		quorate_end(judge, &expect->quorate[i]);
	for (i = 0; i < expect->members_count; i++)
		members_end(judge, &expect->members[i]);
	for (i = 0; i < expect->info_count; i++)
		info_end(judge, &expect->info[i]);
	for (i = 0; i < expect->callbacks_count; i++)
		callbacks_end(judge, i, &expect->callbacks[i]);
	split_brain_end(judge, expect);
}
