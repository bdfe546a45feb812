/* What a step expects, as YAML. */
#include "sim/scenario/write_expect.h"

#include <string.h>

#include "sim/scenario/vocabulary.h"

static const char *key_of(const struct scenario *scenario, uint32_t node, char key[16])
{
	(void)snprintf(key, 16, "%u", scenario->nodes[node].nodeid);
	return key;
}

static void write_truths(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect)
{
	char key[16];

	if (expect->quorate_count) {
		yaml_open(yaml, "quorate", '{');
		for (uint32_t i = 0; i < expect->quorate_count; i++)
			yaml_bool(yaml, key_of(scenario, expect->quorate[i].node, key), expect->quorate[i].quorate);
		yaml_close(yaml, '}');
	}
	if (!expect->members_count)
		return;
	yaml_open(yaml, "members", '{');
	for (uint32_t i = 0; i < expect->members_count; i++) {
		const struct node_truth *truth = &expect->members[i];

		yaml_open(yaml, key_of(scenario, truth->node, key), '[');
		for (uint32_t j = 0; j < truth->count; j++)
			yaml_number(yaml, NULL, truth->members[j]);
		yaml_close(yaml, ']');
	}
	yaml_close(yaml, '}');
}

static void write_info_fields(struct yaml *yaml, const struct info_pattern *pattern)
{
	const struct vq_info *info = &pattern->info;

	for (uint32_t i = 0; i < INFO_FIELD_COUNT; i++) {
		const char *name = info_field_name((enum info_field)i);

		if ((pattern->given >> i & 1u) == 0)
			continue;
		if (i == INFO_QDEVICE_NAME)
			yaml_text(yaml, name, info->qdevice_name);
		else
			yaml_number(yaml, name, info_field_number(info, (enum info_field)i));
	}
}

/* By node, a list for each: what was asked of several nodes stands in the order asked. */
static void write_info(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect)
{
	char key[16];

	if (!expect->info_count)
		return;
	yaml_open(yaml, "info", '{');
	for (uint32_t i = 0; i < expect->info_count; i++) {
		const struct info_pattern *pattern = &expect->info[i];

		if (i == 0 || pattern[-1].node != pattern->node)
			yaml_open(yaml, key_of(scenario, pattern->node, key), '[');
		yaml_open(yaml, NULL, '{');
		if (pattern->of)
			yaml_number(yaml, "of", pattern->of);
		write_info_fields(yaml, pattern);
		yaml_close(yaml, '}');
		if (i + 1 == expect->info_count || pattern[1].node != pattern->node)
			yaml_close(yaml, ']');
	}
	yaml_close(yaml, '}');
}

static void write_entries(struct yaml *yaml, const struct callback_pattern *pattern)
{
	bool members = pattern->given & PATTERN_MEMBERS, ordered = pattern->given & PATTERN_NODES_ORDERED;
	char key[16];

	if (!members && !ordered && !(pattern->given & PATTERN_NODES))
		return;
	yaml_open(yaml, members ? "members" : "nodes", members || ordered ? '[' : '{');
	for (uint32_t i = 0; i < pattern->count; i++) {
		const struct vq_entry *entry = &pattern->entries[i];

		(void)snprintf(key, sizeof key, "%u", entry->nodeid);
		if (members)
			yaml_number(yaml, NULL, entry->nodeid);
		else if (!ordered)
			yaml_number(yaml, key, entry->state);
		else {
			yaml_open(yaml, NULL, '[');
			yaml_number(yaml, NULL, entry->nodeid);
			yaml_number(yaml, NULL, entry->state);
			yaml_close(yaml, ']');
		}
	}
	yaml_close(yaml, members || ordered ? ']' : '}');
}

static const char *callback_name(uint32_t kind)
{
	for (uint32_t i = 0; i < names_callbacks.count; i++)
		if (names_callbacks.list[i].value == kind)
			return names_callbacks.list[i].name;
	return "";
}

static void write_pattern(struct yaml *yaml, const struct callback_pattern *pattern)
{
	yaml_open(yaml, NULL, '{');
	yaml_open(yaml, callback_name(pattern->kind), '{');
	if (pattern->given & PATTERN_CONTEXT)
		yaml_number(yaml, "context", pattern->context);
	if (pattern->given & (PATTERN_RING_NODEID | PATTERN_RING_SEQ)) {
		yaml_open(yaml, "ring", '{');
		if (pattern->given & PATTERN_RING_NODEID)
			yaml_number(yaml, "nodeid", pattern->ring.nodeid);
		if (pattern->given & PATTERN_RING_SEQ)
			yaml_number(yaml, "seq", pattern->ring.seq);
		yaml_close(yaml, '}');
	}
	if (pattern->given & PATTERN_QUORATE)
		yaml_number(yaml, "quorate", pattern->quorate);
	if (pattern->given & PATTERN_EXPECTED_VOTES)
		yaml_number(yaml, "expected_votes", pattern->expected_votes);
	write_entries(yaml, pattern);
	yaml_close(yaml, '}');
	yaml_close(yaml, '}');
}

static void write_callbacks(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect,
			    bool subsequence)
{
	bool any = false;

	for (uint32_t i = 0; i < expect->callbacks_count; i++) {
		const struct callbacks_expected *callbacks = &expect->callbacks[i];
		const struct scenario_client *client = &scenario->clients[callbacks->client];
		char name[128];

		if (callbacks->subsequence != subsequence)
			continue;
		if (!any)
			yaml_open(yaml, subsequence ? "callbacks_include" : "callbacks", '{');
		any = true;
		(void)snprintf(name, sizeof name, "%s@%u", client->name, scenario->nodes[client->node].nodeid);
		if (yaml->comma)
			fputs(", ", yaml->to);
		yaml->comma = false;
		yaml_put_text(name, yaml->to);
		fputs(": ", yaml->to);
		yaml_open(yaml, NULL, '[');
		for (uint32_t j = 0; j < callbacks->count; j++)
			write_pattern(yaml, &callbacks->patterns[j]);
		yaml_close(yaml, ']');
	}
	if (any)
		yaml_close(yaml, '}');
}

static void write_reply(struct yaml *yaml, const struct reply_pattern *reply)
{
	if (!reply->at.line)
		return;
	yaml_open(yaml, "reply", '{');
	if (reply->error)
		yaml_word(yaml, "error", vq_error_name(reply->error));
	if (reply->has_context)
		yaml_number(yaml, "context", reply->context);
	if (reply->has_dispatched)
		yaml_number(yaml, "dispatched", reply->dispatched);
	write_info_fields(yaml, &reply->info);
	yaml_close(yaml, '}');
}

static void write_logs(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect)
{
	char key[16];

	if (!expect->log_count)
		return;
	yaml_open(yaml, "log", '{');
	for (uint32_t i = 0; i < expect->log_count; i++) {
		const struct log_pattern *log = &expect->logs[i];

		yaml_open(yaml, key_of(scenario, log->node, key), '[');
		for (uint32_t line = 0; line < log->count; line++)
			yaml_text(yaml, NULL, log->lines[line]);
		yaml_close(yaml, ']');
	}
	yaml_close(yaml, '}');
}

void write_expect(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect)
{
	char key[16];

	yaml_open(yaml, "expect", '{');
	write_truths(yaml, scenario, expect);
	write_info(yaml, scenario, expect);
	write_callbacks(yaml, scenario, expect, false);
	write_callbacks(yaml, scenario, expect, true);
	write_reply(yaml, &expect->reply);
	if (expect->refused_count) {
		yaml_open(yaml, "refused", '{');
		for (uint32_t i = 0; i < expect->refused_count; i++)
			yaml_text(yaml, key_of(scenario, expect->refused[i].node, key), expect->refused[i].message);
		yaml_close(yaml, '}');
	}
	write_logs(yaml, scenario, expect);
	if (expect->has_split_brain)
		yaml_bool(yaml, "split_brain", expect->split_brain);
	yaml_close(yaml, '}');
}
