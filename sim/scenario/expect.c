/* What a step expects: truths by node, getinfo's fields, callbacks, the reply. */
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/client.h"

/* ---- lists by node ----------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Ids of nodes that exist, ascending. */
static const uint32_t *read_ids(struct reader *reader, const struct tree *list, uint32_t *count)
{
	uint32_t *ids = take(&reader->reading, list->count, sizeof(*ids));
	bool seen[NODES_MAX] = {false};

	expect_list(reader, list, "members", "node ids");
	for (uint32_t i = 0; i < list->count; i++)
		ids[i] = reader->nodes[read_key_node(reader, list->items[i], "members", seen)].nodeid;
	qsort(ids, list->count, sizeof(*ids), by_id);
	*count = list->count;
	return ids;
}

static int by_node(const void *a, const void *b)
{
	uint32_t x = ((const struct node_truth *)a)->node, y = ((const struct node_truth *)b)->node;

	return (x > y) - (x < y);
}

/* `all` stands for the nodes that the script has running here and that are not named beside it. */
static uint32_t add_all(struct reader *reader, const struct tree *key, const struct node_truth *truth,
			const bool *named, struct node_truth *to)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < reader->scenario->node_count; i++) {
		if (!reader->running[i] || named[i])
			continue;
		to[count] = *truth;
		to[count++].node = i;
	}
	if (count == 0)
		mistake(&reader->reading, key->at, "all: no node is running here");
	return count;
}

static uint32_t read_truths(struct reader *reader, const struct tree *tree, const char *key,
			    const struct node_truth **to)
{
	struct node_truth *truths = take(&reader->reading, reader->scenario->node_count, sizeof(*truths)), all = {0};
	const struct tree *all_key = NULL;
	bool seen[NODES_MAX] = {false}, members = strcmp(key, "members") == 0;
	uint32_t count = 0;

	expect_map(reader, tree, key, members ? "node ids to lists of node ids" : "node ids to true or false");
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *name = tree->items[2 * i], *value = tree->items[2 * i + 1];
		bool is_all = strcmp(name->text, "all") == 0;
		struct node_truth *truth = is_all ? &all : &truths[count];

		if (is_all)
			all_key = name;
		else
			truth->node = read_key_node(reader, name, key, seen);
		truth->at = name->at;
		if (members)
			truth->members = read_ids(reader, value, &truth->count);
		else
			truth->quorate = read_switch(reader, value, key);
		count += !is_all;
	}
	if (all_key != NULL)
		count += add_all(reader, all_key, &all, seen, truths + count);
	qsort(truths, count, sizeof(*truths), by_node);
	*to = truths;
	return count;
}

/* ---- getinfo ------------------------------------------------------------------------ */

static void set_info(struct info_pattern *info, enum info_field which, uint32_t number)
{
	uint32_t *const fields[INFO_FIELD_COUNT] = {
		[INFO_NODE_ID] = &info->info.node_id,
		[INFO_NODE_STATE] = &info->info.node_state,
		[INFO_NODE_VOTES] = &info->info.node_votes,
		[INFO_NODE_EXPECTED_VOTES] = &info->info.node_expected_votes,
		[INFO_HIGHEST_EXPECTED] = &info->info.highest_expected,
		[INFO_TOTAL_VOTES] = &info->info.total_votes,
		[INFO_QUORUM] = &info->info.quorum,
		[INFO_FLAGS] = &info->info.flags,
		[INFO_QDEVICE_VOTES] = &info->info.qdevice_votes,
	};

	*fields[which] = number;
}

static void read_info_fields(struct reader *reader, const struct fields *fields, struct info_pattern *info)
{
	for (uint32_t i = 0; i < INFO_FIELD_COUNT; i++) {
		const char *name = info_field_name((enum info_field)i);
		const struct field *given = field(fields, name);

		if (given == NULL)
			continue;
		info->given |= 1u << i;
		if (i == INFO_NODE_STATE)
			set_info(info, INFO_NODE_STATE, read_name(reader, given->tree, name, &names_node_states));
		else if (i == INFO_FLAGS)
			set_info(info, INFO_FLAGS, read_flags(reader, given->tree, name, &names_info_flags));
		else if (i != INFO_QDEVICE_NAME)
			set_info(info, (enum info_field)i, (uint32_t)given->number);
		else if (given->tree->size >= VQ_NAME_MAX)
			mistake(&reader->reading, given->tree->at, "a device's name has at most %u bytes",
				VQ_NAME_MAX - 1);
		else
			memcpy(info->info.qdevice_name, given->text, given->tree->size + 1);
	}
}

static void read_info(struct reader *reader, const struct tree *tree, uint32_t node, struct info_pattern *info)
{
	struct fields fields;

	fields_read(reader, &words_info, tree, &fields);
	info->at = tree->at;
	info->node = node;
	if (field(&fields, "of") != NULL && field(&fields, "of")->number != 0)
		info->of = reader->nodes[read_node(reader, field(&fields, "of")->tree, "of")].nodeid;
	read_info_fields(reader, &fields, info);
}

static void read_infos(struct reader *reader, const struct tree *tree, struct expectation *expect)
{
	bool seen[NODES_MAX] = {false};
	struct info_pattern *infos;
	uint32_t count = 0;

	expect_map(reader, tree, "info", "node ids to getinfo's fields");
	for (uint32_t i = 0; i < tree->count; i++)
		count += tree->items[2 * i + 1]->kind == TREE_LIST ? tree->items[2 * i + 1]->count : 1;
	infos = take(&reader->reading, count, sizeof(*infos));
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *value = tree->items[2 * i + 1];
		uint32_t node = read_key_node(reader, tree->items[2 * i], "info", seen);

		if (value->kind != TREE_LIST)
			read_info(reader, value, node, &infos[expect->info_count++]);
		for (uint32_t j = 0; value->kind == TREE_LIST && j < value->count; j++)
			read_info(reader, value->items[j], node, &infos[expect->info_count++]);
	}
	expect->info = infos;
}

/* ---- callbacks ---------------------------------------------------------------------- */

/* A node of a quorum callback: a node of the scenario, or 0, the device. */
static uint32_t read_entry_id(struct reader *reader, const struct tree *tree)
{
	struct tree id = *tree;

	id.text_only = false;
	if (read_number(reader, &id, "nodes", 0, UINT32_MAX) == VQ_DEVICE_NODEID)
		return VQ_DEVICE_NODEID;
	return reader->nodes[read_node(reader, &id, "nodes")].nodeid;
}

static void read_entries(struct reader *reader, const struct tree *tree, struct callback_pattern *pattern)
{
	bool map = tree->kind == TREE_MAP;
	struct vq_entry *entries = take(&reader->reading, tree->count, sizeof(*entries));

	if (!map)
		expect_list(reader, tree, "nodes", "pairs [id, state], or a mapping of ids to states");
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *pair = map ? NULL : tree->items[i];
		const struct tree *id, *state;

		if (!map && (pair->kind != TREE_LIST || pair->count != 2))
			expected(reader, pair, "nodes", "a pair [id, state]");
		id = map ? tree->items[2 * i] : pair->items[0];
		state = map ? tree->items[2 * i + 1] : pair->items[1];
		entries[i].nodeid = read_entry_id(reader, id);
		entries[i].state = read_name(reader, state, "nodes", &names_node_states);
		for (uint32_t j = 0; j < i; j++)
			if (entries[j].nodeid == entries[i].nodeid)
				mistake(&reader->reading, id->at, "nodes: node %u stands here twice",
					entries[i].nodeid);
	}
	pattern->given |= map ? PATTERN_NODES : PATTERN_NODES_ORDERED;
	pattern->count = tree->count;
	pattern->entries = entries;
}

static void read_member_entries(struct reader *reader, const struct tree *tree, struct callback_pattern *pattern)
{
	const uint32_t *ids = read_ids(reader, tree, &pattern->count);
	struct vq_entry *entries = take(&reader->reading, pattern->count, sizeof(*entries));

	for (uint32_t i = 0; i < pattern->count; i++)
		entries[i].nodeid = ids[i];
	pattern->given |= PATTERN_MEMBERS;
	pattern->entries = entries;
}

static void read_callback_fields(struct reader *reader, const struct fields *fields, struct callback_pattern *pattern)
{
	const struct field *context = field(fields, "context"), *quorate = field(fields, "quorate"),
			   *votes = field(fields, "expected_votes");

	if (context != NULL) {
		pattern->given |= PATTERN_CONTEXT;
		pattern->context = context->number;
	}
	if (quorate != NULL) {
		pattern->given |= PATTERN_QUORATE;
		pattern->quorate = (uint32_t)quorate->number;
	}
	if (votes != NULL) {
		pattern->given |= PATTERN_EXPECTED_VOTES;
		pattern->expected_votes = (uint32_t)votes->number;
	}
	if (field(fields, "ring") != NULL)
		pattern->given |= read_ring(reader, field(fields, "ring")->tree, &pattern->ring);
	if (field(fields, "members") != NULL)
		read_member_entries(reader, field(fields, "members")->tree, pattern);
	if (field(fields, "nodes") != NULL)
		read_entries(reader, field(fields, "nodes")->tree, pattern);
}

static void read_pattern(struct reader *reader, const struct tree *tree, struct callback_pattern *pattern)
{
	static const struct vocabulary *const words[] = {
		[VQ_NODELIST] = &words_nodelist_callback,
		[VQ_QUORUM] = &words_quorum_callback,
		[VQ_EXPECTED_VOTES] = &words_expected_votes_callback,
	};
	const struct tree *kind = tree, *value = NULL;
	struct fields fields;

	pattern->at = tree->at;
	if (tree->kind == TREE_MAP && tree->count == 1) {
		kind = tree->items[0];
		value = tree->items[1];
	}
	if (kind->kind != TREE_SCALAR || tree_is_null(kind))
		expected(reader, tree, "callbacks", "one of nodelist, quorum and expected_votes");
	if (!name_value(&names_callbacks, kind->text, &pattern->kind)) {
		struct tree as_text = *kind;

		as_text.text_only = true;
		(void)read_name(reader, &as_text, "callbacks", &names_callbacks);
	}
	if (value == NULL || tree_is_null(value))
		return;
	fields_read(reader, words[pattern->kind], value, &fields);
	read_callback_fields(reader, &fields, pattern);
}

static void read_client_callbacks(struct reader *reader, const struct tree *name, const struct tree *list,
				  bool subsequence, struct callbacks_expected *to)
{
	struct callback_pattern *patterns;

	to->at = name->at;
	to->client = client_named(reader, name);
	to->subsequence = subsequence;
	expect_list(reader, list, "callbacks", "callbacks");
	patterns = take(&reader->reading, list->count, sizeof(*patterns));
	for (uint32_t i = 0; i < list->count; i++)
		read_pattern(reader, list->items[i], &patterns[i]);
	to->count = list->count;
	to->patterns = patterns;
}

static void read_callbacks(struct reader *reader, const struct fields *fields, struct expectation *expect)
{
	const struct field *given[] = {field(fields, "callbacks"), field(fields, "callbacks_include")};
	struct callbacks_expected *all;
	uint32_t count = 0;

	for (uint32_t i = 0; i < 2; i++) {
		if (given[i] == NULL)
			continue;
		expect_map(reader, given[i]->tree, i == 0 ? "callbacks" : "callbacks_include",
			   "clients to lists of callbacks");
		count += given[i]->tree->count;
	}
	all = take(&reader->reading, count, sizeof(*all));
	for (uint32_t i = 0; i < 2; i++)
		for (uint32_t j = 0; given[i] != NULL && j < given[i]->tree->count; j++)
			read_client_callbacks(reader, given[i]->tree->items[2 * j], given[i]->tree->items[2 * j + 1],
					      i == 1, &all[expect->callbacks_count++]);
	expect->callbacks = all;
}

/* ---- reply, refused, log ------------------------------------------------------------------ */

static void refuse_field(struct reader *reader, const struct field *given, const char *name, enum verb verb)
{
	if (given != NULL)
		mistake(&reader->reading, given->tree->at, "reply: %s does not answer with '%s'", verb_name(verb),
			name);
}

static void read_reply_fields(struct reader *reader, const struct fields *fields, enum verb verb,
			      struct reply_pattern *reply)
{
	const struct field *context = field(fields, "context"), *dispatched = field(fields, "dispatched");

	for (uint32_t i = 0; verb != VERB_GETINFO && i < INFO_FIELD_COUNT; i++)
		refuse_field(reader, field(fields, info_field_name((enum info_field)i)),
			     info_field_name((enum info_field)i), verb);
	if (verb != VERB_CONTEXT_GET)
		refuse_field(reader, context, "context", verb);
	if (verb != VERB_DISPATCH)
		refuse_field(reader, dispatched, "dispatched", verb);
	reply->has_context = context != NULL;
	reply->context = context != NULL ? context->number : 0;
	reply->has_dispatched = dispatched != NULL;
	reply->dispatched = dispatched != NULL ? (uint32_t)dispatched->number : 0;
	read_info_fields(reader, fields, &reply->info);
}

static void read_reply(struct reader *reader, const struct tree *tree, const struct step *step,
		       struct reply_pattern *reply)
{
	struct fields fields;

	if (!verb_is_call(step->verb))
		mistake(&reader->reading, tree->at, "reply: %s is no library call, there is no reply to it",
			step->verb == VERB_NONE ? "a step of expect alone" : verb_name(step->verb));
	reply->at = tree->at;
	reply->info.at = tree->at;
	reply->info.node = reader->clients[step->client].node;
	reply->info.of = step->request.nodeid;
	if (tree->kind == TREE_SCALAR) {
		reply->error = read_error(reader, tree, "reply");
		return;
	}
	fields_read(reader, &words_reply, tree, &fields);
	if (field(&fields, "error") != NULL)
		reply->error = read_error(reader, field(&fields, "error")->tree, "error");
	read_reply_fields(reader, &fields, step->verb, reply);
}

static void read_refused(struct reader *reader, const struct tree *tree, struct expectation *expect)
{
	struct refused_pattern *refused = take(&reader->reading, tree->count, sizeof(*refused));
	bool seen[NODES_MAX] = {false};

	expect_map(reader, tree, "refused", "node ids to a part of the message");
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *key = tree->items[2 * i], *value = tree->items[2 * i + 1];

		refused[i].at = key->at;
		refused[i].node = read_key_node(reader, key, "refused", seen);
		refused[i].message = tree_is_null(value) ? "" : read_text(reader, value, "refused");
	}
	expect->refused_count = tree->count;
	expect->refused = refused;
}

static void read_log_lines(struct reader *reader, const struct tree *value, struct log_pattern *log)
{
	uint32_t count = value->kind == TREE_LIST ? value->count : 1;
	const char **lines = take(&reader->reading, count, sizeof(*lines));

	if (count > LOG_LINES_MAX)
		mistake(&reader->reading, value->at, "log: more than %u lines in a step", LOG_LINES_MAX);
	for (uint32_t i = 0; i < count; i++)
		lines[i] = read_text(reader, value->kind == TREE_LIST ? value->items[i] : value, "log");
	log->count = count;
	log->lines = lines;
}

static void read_logs(struct reader *reader, const struct tree *tree, struct expectation *expect)
{
	struct log_pattern *logs = take(&reader->reading, tree->count, sizeof(*logs));
	bool seen[NODES_MAX] = {false};

	expect_map(reader, tree, "log", "node ids to parts of lines");
	for (uint32_t i = 0; i < tree->count; i++) {
		logs[i].at = tree->items[2 * i]->at;
		logs[i].node = read_key_node(reader, tree->items[2 * i], "log", seen);
		read_log_lines(reader, tree->items[2 * i + 1], &logs[i]);
	}
	expect->log_count = tree->count;
	expect->logs = logs;
}

void read_expect(struct reader *reader, const struct tree *tree, struct step *step)
{
	struct expectation *expect = &step->expect;
	const struct field *given;
	struct fields fields;

	fields_read(reader, &words_expect, tree, &fields);
	if (tree->count == 0)
		mistake(&reader->reading, tree->at, "expect: nothing is expected");
	expect->at = tree->at;
	if ((given = field(&fields, "quorate")) != NULL)
		expect->quorate_count = read_truths(reader, given->tree, "quorate", &expect->quorate);
	if ((given = field(&fields, "members")) != NULL)
		expect->members_count = read_truths(reader, given->tree, "members", &expect->members);
	if ((given = field(&fields, "info")) != NULL)
		read_infos(reader, given->tree, expect);
	if (field(&fields, "callbacks") != NULL || field(&fields, "callbacks_include") != NULL)
		read_callbacks(reader, &fields, expect);
	if ((given = field(&fields, "reply")) != NULL)
		read_reply(reader, given->tree, step, &expect->reply);
	if ((given = field(&fields, "refused")) != NULL)
		read_refused(reader, given->tree, expect);
	if ((given = field(&fields, "log")) != NULL)
		read_logs(reader, given->tree, expect);
	if ((given = field(&fields, "split_brain")) != NULL) {
		expect->has_split_brain = true;
		expect->split_brain = given->number != 0;
		expect->split_brain_at = given->tree->at;
	}
}
