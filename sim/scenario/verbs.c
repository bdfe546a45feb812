/* What the steps do: each verb and the value it takes. */
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/client.h"
#include "sim/scenario/inject.h"

/* ---- machines -------------------------------------------------------------------- */

static void refuse_fileless(struct reader *reader, const struct tree *value, const struct index_list *nodes)
{
	for (uint32_t i = 0; i < nodes->count; i++) {
		const struct scenario_node *node = &reader->nodes[nodes->index[i]];

		if (reader->files[nodes->index[i]] == NULL)
			mistake(&reader->reading, value->at,
				"start: node %u has no corosync.conf before the reload that lists it on line %u",
				node->nodeid, node->later.line);
	}
}

/* all: those that the file lists by now. */
static void drop_fileless(const struct reader *reader, struct index_list *nodes)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < nodes->count; i++)
		if (reader->files[nodes->index[i]] != NULL)
			nodes->index[count++] = nodes->index[i];
	nodes->count = count;
}

static void read_start(struct reader *reader, const struct tree *value, struct step *step)
{
	const struct tree *nodes = value;
	struct fields fields;

	if (value->kind == TREE_MAP) {
		fields_read(reader, &words_start, value, &fields);
		nodes = field(&fields, "nodes")->tree;
		step->together = field(&fields, "together") != NULL && field(&fields, "together")->number != 0;
	}
	step->nodes = read_nodes(reader, nodes, "start");
	if (nodes->kind == TREE_SCALAR && strcmp(nodes->text, "all") == 0)
		drop_fileless(reader, &step->nodes);
	else
		refuse_fileless(reader, nodes, &step->nodes);
}

static void read_stop(struct reader *reader, const struct tree *value, struct step *step)
{
	struct fields fields;

	if (value->kind != TREE_MAP) {
		step->nodes = read_nodes(reader, value, verb_name(step->verb));
		return;
	}
	fields_read(reader, &words_stop, value, &fields);
	step->nodes = field(&fields, "nodes")->nodes;
	step->wipe = field(&fields, "wipe") != NULL && field(&fields, "wipe")->number != 0;
}

static void read_some_nodes(struct reader *reader, const struct tree *value, struct step *step)
{
	step->nodes = read_nodes(reader, value, verb_name(step->verb));
}

/* ---- network --------------------------------------------------------------------- */

static void read_group(struct reader *reader, const struct tree *value, struct index_list *group, bool *placed)
{
	expect_list(reader, value, "partition", "groups, each a list of node ids");
	group->index = take(&reader->reading, value->count, sizeof(*group->index));
	for (uint32_t i = 0; i < value->count; i++) {
		uint32_t node = read_node(reader, value->items[i], "partition");

		if (placed[node])
			mistake(&reader->reading, value->items[i]->at, "partition: node %u is in two groups",
				reader->nodes[node].nodeid);
		placed[node] = true;
		group->index[group->count++] = node;
	}
}

static void read_partition(struct reader *reader, const struct tree *value, struct step *step)
{
	uint32_t count = reader->scenario->node_count;
	struct index_list *groups, rest = {0, take(&reader->reading, count, sizeof(*rest.index))};
	bool placed[NODES_MAX] = {false};

	expect_list(reader, value, "partition", "groups, each a list of node ids");
	if (value->count > 2 * reader->scenario->capacity)
		mistake(&reader->reading, value->at, "partition: more than %u groups",
			2 * reader->scenario->capacity);
	groups = take(&reader->reading, value->count + 1, sizeof(*groups));
	for (uint32_t i = 0; i < value->count; i++)
		read_group(reader, value->items[i], &groups[i], placed);
	for (uint32_t i = 0; i < count; i++)
		if (!placed[i])
			rest.index[rest.count++] = i;
	step->group_count = value->count;
	if (rest.count > 0)
		groups[step->group_count++] = rest;
	step->groups = groups;
}

static void read_heal(struct reader *reader, const struct tree *value, struct step *step)
{
	(void)step;
	if (value->kind != TREE_SCALAR || strcmp(value->text, "all") != 0)
		expected(reader, value, "heal", "all");
}

static void read_link(struct reader *reader, const struct tree *value, struct step *step)
{
	const struct field *loss, *latency, *up;
	struct fields fields;

	fields_read(reader, &words_link, value, &fields);
	loss = field(&fields, "loss");
	latency = field(&fields, "latency");
	up = field(&fields, "up");
	step->link_from = (uint32_t)field(&fields, "from")->number;
	step->link_to = (uint32_t)field(&fields, "to")->number;
	if (step->link_from == step->link_to)
		mistake(&reader->reading, field(&fields, "to")->tree->at, "link: from and to are the same node");
	if (loss == NULL && latency == NULL && up == NULL)
		mistake(&reader->reading, value->at, "link: nothing about it: give loss, latency or up");
	step->link_has_loss = loss != NULL;
	step->link_loss_ppm = loss != NULL ? (uint32_t)loss->number : 0;
	step->link_has_latency = latency != NULL;
	step->link_latency_ns = latency != NULL ? latency->number : 0;
	step->link_has_up = up != NULL;
	step->link_up = up != NULL && up->number != 0;
}

static void read_wait(struct reader *reader, const struct tree *value, struct step *step)
{
	step->wait_ns = read_duration(reader, value, "wait");
}

/* ---- clients --------------------------------------------------------------------- */

static uint32_t request_of(enum verb verb)
{
	return verb >= VERB_GETINFO && verb <= VERB_QDEVICE_MASTER_WINS
		       ? (uint32_t)verb - VERB_GETINFO + VQ_OP_GETINFO
		       : 0;
}

static void copy_name(struct reader *reader, const struct field *name, char to[VQ_NAME_MAX])
{
	if (name == NULL)
		return;
	if (name->tree->size >= VQ_NAME_MAX)
		mistake(&reader->reading, name->tree->at, "a device's name has at most %u bytes", VQ_NAME_MAX - 1);
	memcpy(to, name->text, name->tree->size + 1);
}

static void read_poll_ring(struct reader *reader, const struct field *ring, struct step *step)
{
	static const char *const rings[] = {"current", "stale"};
	uint32_t given;

	if (ring == NULL || (ring->tree->kind == TREE_SCALAR && strcmp(ring->tree->text, "current") == 0))
		return;
	if (ring->tree->kind == TREE_SCALAR) {
		if (strcmp(ring->tree->text, "stale") != 0)
			mistake_word(&reader->reading, ring->tree->at, "ring", ring->tree->text, rings, 2);
		step->ring_stale = true;
		return;
	}
	given = read_ring(reader, ring->tree, &step->request.ring);
	if (given != (PATTERN_RING_NODEID | PATTERN_RING_SEQ))
		mistake(&reader->reading, ring->tree->at, "ring: both nodeid and seq are needed");
	step->ring_given = true;
}

static uint32_t number_or(const struct fields *fields, const char *name, uint32_t otherwise)
{
	return field(fields, name) != NULL ? (uint32_t)field(fields, name)->number : otherwise;
}

/* One for all library calls: what a call does not take is not in its vocabulary. */
static void read_call(struct reader *reader, const struct tree *value, struct step *step)
{
	struct vq_request *request = &step->request;
	const struct field *context, *flags, *type;
	struct fields fields;

	fields_read(reader, words_call(step->verb), value, &fields);
	step->client = client_use(reader, &fields);
	request->op = request_of(step->verb);
	request->nodeid = number_or(&fields, "of", 0);
	request->votes = number_or(&fields, "votes", 0);
	request->cast_vote = number_or(&fields, "cast_vote", step->verb == VERB_QDEVICE_POLL);
	request->allow = number_or(&fields, "allow", step->verb == VERB_QDEVICE_MASTER_WINS);
	copy_name(reader, field(&fields, "name"), request->name);
	copy_name(reader, field(&fields, "new_name"), request->new_name);
	read_poll_ring(reader, field(&fields, "ring"), step);
	context = field(&fields, "context");
	if (context != NULL && step->verb == VERB_CONTEXT_SET)
		step->context = context->number;
	else if (context != NULL)
		request->context = context->number;
	flags = field(&fields, "flags");
	if (step->verb == VERB_TRACKSTART)
		request->flags = flags == NULL ? VQ_TRACK_CHANGES
					       : read_flags(reader, flags->tree, "flags", &names_track_flags);
	type = field(&fields, "type");
	if (step->verb == VERB_DISPATCH)
		step->dispatch_type =
			type == NULL ? VQ_DISPATCH_ALL : read_name(reader, type->tree, "type", &names_dispatch_types);
}

static void read_kill(struct reader *reader, const struct tree *value, struct step *step)
{
	struct fields fields;

	fields_read(reader, &words_kill, value, &fields);
	step->client = client_known(reader, &fields);
}

static enum verb read_fault_call(struct reader *reader, const struct tree *tree)
{
	const char *words[VERB_COUNT], *text = read_text(reader, tree, "call");
	enum verb verb = verb_by_name(text);
	uint32_t count = 0;

	if (strcmp(text, "any") == 0)
		return VERB_NONE;
	if (verb != VERB_COUNT && verb_is_call(verb))
		return verb;
	for (uint32_t i = VERB_INITIALIZE; i <= VERB_QDEVICE_MASTER_WINS; i++)
		words[count++] = verb_name((enum verb)i);
	mistake_word(&reader->reading, tree->at, "library call", text, words, count);
}

static int read_fault_error(struct reader *reader, const struct tree *tree)
{
	static const int meant[] = {
		VQ_ERR_TRY_AGAIN,     VQ_ERR_INTERRUPT,     VQ_ERR_NO_MEMORY,     VQ_ERR_ACCESS,     VQ_ERR_LIBRARY,
		VQ_ERR_NOT_SUPPORTED, VQ_ERR_MESSAGE_ERROR, VQ_ERR_INVALID_PARAM, VQ_ERR_BAD_HANDLE, VQ_ERR_NOT_EXIST,
		VQ_ERR_EXIST,         VQ_ERR_NO_RESOURCES}; /* totem's queue is full */
	int error = read_error(reader, tree, "error");

	for (uint32_t i = 0; i < sizeof(meant) / sizeof(*meant); i++)
		if (meant[i] == error)
			return error;
	mistake(&reader->reading, tree->at,
		"error: no transport brings %s: TRY_AGAIN, INTERRUPT, NO_MEMORY, ACCESS, LIBRARY, NOT_SUPPORTED, "
		"MESSAGE_ERROR, INVALID_PARAM, BAD_HANDLE, NOT_EXIST, EXIST, or NO_RESOURCES of a full totem queue",
		vq_error_name(error));
}

static void read_fault(struct reader *reader, const struct tree *value, struct step *step)
{
	struct fields fields;

	fields_read(reader, &words_fault, value, &fields);
	step->client = client_use(reader, &fields);
	step->fault_call = VERB_NONE;
	if (field(&fields, "call") != NULL)
		step->fault_call = read_fault_call(reader, field(&fields, "call")->tree);
	step->fault_error = read_fault_error(reader, field(&fields, "error")->tree);
}

void read_verb(struct reader *reader, const struct tree *value, struct step *step)
{
	static void (*const verbs[])(struct reader *, const struct tree *, struct step *) = {
		[VERB_START] = read_start,       [VERB_STOP] = read_stop,
		[VERB_CRASH] = read_stop,        [VERB_PAUSE] = read_some_nodes,
		[VERB_RESUME] = read_some_nodes, [VERB_PARTITION] = read_partition,
		[VERB_HEAL] = read_heal,         [VERB_LINK] = read_link,
		[VERB_RELOAD] = read_reload,     [VERB_CANCEL_WAIT_FOR_ALL] = read_some_nodes,
		[VERB_WAIT] = read_wait,         [VERB_FAULT] = read_fault,
		[VERB_KILL] = read_kill,         [VERB_INJECT] = read_inject,
	};

	if (verb_is_call(step->verb))
		read_call(reader, value, step);
	else
		verbs[step->verb](reader, value, step);
}
