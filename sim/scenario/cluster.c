/*
 * The machines of a scenario and the corosync.conf that each of them has, at
 * the start and after every reload.
 *
 * A node that is first listed by a reload is a machine from the start on, but
 * has no file before that reload and cannot be started before it.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/config.h"

struct listed {
	struct position at;
	uint32_t nodeid;
	uint32_t votes;
	bool has_votes;
	const struct tree *quorum; /* this node's own keys, NULL: none */
	const char *name;          /* NULL: none */
};

struct list {
	uint32_t count;
	struct listed *node;
};

/* ---- sets of ids ---------------------------------------------------------------- */

struct id_set { /* open addressing, at most half full */
	uint32_t bits;
	uint32_t *slots; /* 0: free, which is no node's id */
};

static struct id_set id_set(struct reader *reader, uint32_t room)
{
	struct id_set set = {1, NULL};

	while (1u << set.bits < 2 * room)
		set.bits++;
	set.slots = take(&reader->reading, 1u << set.bits, sizeof(*set.slots));
	return set;
}

/* Where it stands, or else the free slot where it would. */
static uint32_t *id_slot(const struct id_set *set, uint32_t id)
{
	uint32_t slot = (id * 2654435769u) >> (32 - set->bits);

	while (set->slots[slot] != 0 && set->slots[slot] != id)
		slot = (slot + 1) & ((1u << set->bits) - 1);
	return &set->slots[slot];
}

/* ---- lists of nodes ------------------------------------------------------------ */

static void read_listed(struct reader *reader, const struct tree *tree, struct listed *to)
{
	struct fields fields;

	to->at = tree->at;
	to->votes = 1;
	if (tree->kind != TREE_MAP) {
		to->nodeid = (uint32_t)read_number(reader, tree, "nodes", 1, UINT32_MAX);
		return;
	}
	fields_read(reader, &words_node, tree, &fields);
	to->nodeid = (uint32_t)read_number(reader, field(&fields, "nodeid")->tree, "nodeid", 1, UINT32_MAX);
	to->has_votes = field(&fields, "quorum_votes") != NULL;
	if (to->has_votes)
		to->votes = (uint32_t)field(&fields, "quorum_votes")->number;
	if (field(&fields, "quorum") != NULL)
		to->quorum = field(&fields, "quorum")->tree;
}

/* What to do about too many nodes; "" when nothing can be done. */
static const char *raise(struct reader *reader, uint64_t wanted)
{
	if (reader->scenario->capacity == NODES_MAX)
		return "";
	if (wanted > NODES_MAX)
		return take_format(&reader->reading, "; 'capacity' in cluster raises that, up to %u", NODES_MAX);
	return take_format(&reader->reading, "; 'capacity: %u' in cluster raises that", (uint32_t)wanted);
}

static struct list counted_list(struct reader *reader, const struct tree *tree)
{
	uint32_t most = reader->scenario->capacity;
	struct list list = {0, NULL};
	uint64_t count;

	if (tree->kind == TREE_SCALAR && !tree->text_only && amount_integer(tree->text, &count) == AMOUNT_OK &&
	    count > most)
		mistake(&reader->reading, tree->at, "nodes: %.40s is out of range: 1 to %u%s", tree->text, most,
			raise(reader, count));
	list.count = (uint32_t)read_number(reader, tree, "nodes", 1, most);
	list.node = take(&reader->reading, list.count, sizeof(*list.node));
	for (uint32_t i = 0; i < list.count; i++)
		list.node[i] = (struct listed){tree->at, i + 1, 1, false, NULL, NULL};
	return list;
}

static struct list read_list(struct reader *reader, const struct tree *tree)
{
	uint32_t most = reader->scenario->capacity;
	struct list list = {tree->count, NULL};
	struct id_set seen;
	uint32_t *slot;

	if (tree->kind == TREE_SCALAR)
		return counted_list(reader, tree);
	expect_list(reader, tree, "nodes", "nodes, or how many there are");
	if (tree->count == 0 || tree->count > most)
		mistake(&reader->reading, tree->at, "nodes: %u nodes are out of range: 1 to %u%s", tree->count, most,
			tree->count > most ? raise(reader, tree->count) : "");
	list.node = take(&reader->reading, list.count, sizeof(*list.node));
	seen = id_set(reader, list.count);
	for (uint32_t i = 0; i < list.count; i++) {
		read_listed(reader, tree->items[i], &list.node[i]);
		slot = id_slot(&seen, list.node[i].nodeid);
		if (*slot != 0)
			mistake(&reader->reading, list.node[i].at, "nodes: node %u is listed twice",
				list.node[i].nodeid);
		*slot = list.node[i].nodeid;
	}
	return list;
}

static const struct vq_config_node *config_nodes(struct reader *reader, const struct list *list)
{
	struct vq_config_node *nodes = take(&reader->reading, list->count, sizeof(*nodes));

	for (uint32_t i = 0; i < list->count; i++)
		nodes[i] = (struct vq_config_node){list->node[i].nodeid, list->node[i].votes};
	return nodes;
}

/* ---- machines ------------------------------------------------------------------ */

static int by_nodeid(const void *a, const void *b)
{
	uint32_t x = ((const struct scenario_node *)a)->nodeid, y = ((const struct scenario_node *)b)->nodeid;

	return (x > y) - (x < y);
}

struct machines { /* as they are found */
	struct reader *reader;
	struct id_set ids;
	const struct tree *nodes; /* that a reload lists */
};

static void add_machine(struct machines *machines, uint32_t nodeid, struct position at, struct position later)
{
	struct reader *reader = machines->reader;
	struct scenario *scenario = reader->scenario;
	uint32_t *slot = id_slot(&machines->ids, nodeid);

	if (*slot != 0)
		return;
	if (scenario->node_count == scenario->capacity)
		mistake(&reader->reading, at, "nodes: more than %u nodes%s", scenario->capacity,
			raise(reader, scenario->capacity + 1));
	*slot = nodeid;
	reader->nodes[scenario->node_count].nodeid = nodeid;
	reader->nodes[scenario->node_count].later = later;
	scenario->node_count++;
}

static void add_later(void *context)
{
	struct machines *machines = context;
	struct list list = read_list(machines->reader, machines->nodes);

	for (uint32_t i = 0; i < list.count; i++)
		add_machine(machines, list.node[i].nodeid, list.node[i].at, list.node[i].at);
}

static uint32_t step_count(const struct tree *steps)
{
	if (steps == NULL || steps->kind != TREE_LIST)
		return 0;
	return steps->count < STEPS_MAX ? steps->count : STEPS_MAX;
}

/* What a step's reload lists; NULL: it is none, or lists nothing. */
static const struct tree *reload_nodes(const struct tree *step)
{
	const struct tree *reload = step->kind == TREE_MAP ? tree_get(step, "reload") : NULL;

	return reload != NULL && reload->kind == TREE_MAP ? tree_get(reload, "nodes") : NULL;
}

/* Never fewer machines than there will be. */
static uint32_t room_for_machines(const struct reader *reader, const struct list *list, const struct tree *steps)
{
	uint32_t capacity = reader->scenario->capacity, room = list->count;

	for (uint32_t i = 0; i < step_count(steps) && room < capacity; i++) {
		const struct tree *nodes = reload_nodes(steps->items[i]);

		if (nodes != NULL)
			room += nodes->kind == TREE_LIST ? nodes->count : capacity;
	}
	return room < capacity ? room : capacity;
}

static void place_machines(struct reader *reader, const struct list *list, const struct tree *steps)
{
	struct scenario *scenario = reader->scenario;
	uint32_t room = room_for_machines(reader, list, steps);
	struct machines machines = {reader, id_set(reader, room), NULL};

	reader->nodes = take(&reader->reading, room, sizeof(*reader->nodes));
	for (uint32_t i = 0; i < list->count; i++) {
		add_machine(&machines, list->node[i].nodeid, list->node[i].at, (struct position){0, 0});
		reader->nodes[i].name = list->node[i].name;
	}
	for (uint32_t i = 0; i < step_count(steps); i++) {
		machines.nodes = reload_nodes(steps->items[i]);
		if (machines.nodes != NULL)
			(void)attempt(&reader->reading, add_later, &machines);
	}
	qsort(reader->nodes, scenario->node_count, sizeof(*reader->nodes), by_nodeid);
	scenario->nodes = reader->nodes;
	reader->files = take(&reader->reading, scenario->node_count, sizeof(*reader->files));
	reader->running = take(&reader->reading, scenario->node_count, sizeof(*reader->running));
}

/* ---- files ---------------------------------------------------------------------- */

/* What a reload changes in the file of each node; the start is a change of nothing. */
struct change {
	const struct vq_config *quorum; /* the section's keys, NULL: as they were */
	bool has_nodes;
	uint32_t node_count;
	const struct vq_config_node *nodes;
	const struct listed **listed; /* by node; NULL: nobody is */
};

static void set_listed(struct reader *reader, struct change *change, const struct list *list)
{
	change->listed = take(&reader->reading, reader->scenario->node_count, sizeof(*change->listed));
	for (uint32_t i = 0; i < list->count; i++) {
		int index = scenario_node_index(reader->scenario, list->node[i].nodeid);

		if (index >= 0) /* else there are too many, which was told */
			change->listed[index] = &list->node[i];
	}
}

static bool is_listed(const struct change *change, uint32_t node)
{
	return change->listed != NULL && change->listed[node] != NULL;
}

static const struct tree *own_keys(const struct change *change, uint32_t node)
{
	return is_listed(change, node) ? change->listed[node]->quorum : NULL;
}

static const struct vq_config *change_file(struct reader *reader, const struct change *change,
					   const struct vq_config *old, const struct tree *own)
{
	struct vq_config *config = take(&reader->reading, 1, sizeof(*config));

	ALWAYS(old != NULL || change->quorum != NULL);
	*config = change->quorum != NULL ? *change->quorum : *old;
	config->node_count = change->has_nodes ? change->node_count : old != NULL ? old->node_count : 0;
	config->nodes = change->has_nodes ? change->nodes : old != NULL ? old->nodes : NULL;
	if (own != NULL)
		read_quorum(reader, own, config);
	return config;
}

/* Nodes whose files were the same and that have no keys of their own share one. */
static void change_files(struct reader *reader, const struct change *change)
{
	uint32_t count = reader->scenario->node_count;
	const struct vq_config **old = take(&reader->reading, count, sizeof(*old));
	bool *shares = take(&reader->reading, count, sizeof(*shares));
	const struct vq_config *model = NULL;

	memcpy(old, reader->files, count * sizeof(*old));
	for (uint32_t i = 0; i < count && model == NULL; i++)
		model = old[i];
	for (uint32_t i = 0; i < count; i++) {
		const struct tree *own = own_keys(change, i);
		bool comes = old[i] == NULL && is_listed(change, i);
		uint32_t same = 0;

		if (old[i] == NULL && !comes)
			continue;
		while (own == NULL && same < i && !(shares[same] && old[same] == old[i]))
			same++;
		shares[i] = own == NULL;
		if (own == NULL && same < i)
			reader->files[i] = reader->files[same];
		else
			reader->files[i] = change_file(reader, change, comes ? model : old[i], own);
	}
}

/* ---- cluster: ------------------------------------------------------------------- */

static void read_quirks(struct reader *reader, const struct tree *tree, uint32_t *off)
{
	const char *words[VQ_QUIRK_COUNT];

	expect_map(reader, tree, "quirks", "names to true or false");
	for (uint32_t i = 0; i < VQ_QUIRK_COUNT; i++)
		words[i] = vq_quirk_name((enum vq_quirk)i);
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *key = tree->items[2 * i];
		int quirk = vq_quirk_by_name(key->text);

		if (quirk < 0)
			mistake_word(&reader->reading, key->at, "quirk", key->text, words, VQ_QUIRK_COUNT);
		if (read_bool(reader, tree->items[2 * i + 1], key->text))
			*off &= ~(1u << quirk);
		else
			*off |= 1u << quirk;
	}
}

static void read_profile(struct reader *reader, const struct field *profile, uint32_t *off)
{
	static const char *const profiles[] = {"daemon", "documented"};

	if (strcmp(profile->text, "documented") == 0)
		*off = (1u << VQ_QUIRK_COUNT) - 1;
	else if (strcmp(profile->text, "daemon") != 0)
		mistake_word(&reader->reading, profile->tree->at, "profile", profile->text, profiles, 2);
}

static const char *beside(struct reader *reader, const char *path)
{
	const char *slash = strrchr(reader->reading.path, '/');

	if (path[0] == '/' || slash == NULL)
		return path;
	return take_format(&reader->reading, "%.*s/%s", (int)(slash - reader->reading.path), reader->reading.path,
			   path);
}

static struct list conf_nodes(struct reader *reader, const struct conf *conf, struct position at)
{
	struct list list = {conf->node_count, take(&reader->reading, conf->node_count, sizeof(*list.node))};

	for (uint32_t i = 0; i < list.count; i++)
		list.node[i] =
			(struct listed){at, conf->nodes[i].nodeid, conf->nodes[i].votes, true, NULL, conf->names[i]};
	return list;
}

static void take_conf(const struct conf *conf, struct change *change)
{
	change->quorum = &conf->config;
	change->node_count = conf->node_count;
	change->nodes = conf->nodes;
}

/* The nodes of a corosync.conf as a list; none: how many the scenario says. */
static struct list conf_list(struct reader *reader, const struct fields *cluster, const struct conf *conf)
{
	const struct field *nodes = field(cluster, "nodes"), *path = field(cluster, "corosync_conf");

	if (conf->node_count > 0 && nodes != NULL)
		mistake(&reader->reading, nodes->tree->at, "nodes: the nodelist in %s says that", path->text);
	if (conf->node_count == 0 && nodes == NULL)
		mistake(&reader->reading, path->tree->at, "corosync_conf: %s has no nodelist: add 'nodes' to cluster",
			path->text);
	if (conf->node_count == 0)
		return read_list(reader, nodes->tree);
	return conf_nodes(reader, conf, path->tree->at);
}

static struct list from_conf(struct reader *reader, const struct fields *cluster, struct change *change)
{
	const struct field *path = field(cluster, "corosync_conf");
	struct conf *conf = take(&reader->reading, 1, sizeof(*conf));
	static const char *const instead[] = {"quorum", "nodelist"};

	for (uint32_t i = 0; i < 2; i++)
		if (field(cluster, instead[i]) != NULL)
			mistake(&reader->reading, field(cluster, instead[i])->tree->at,
				"%s: the file that corosync_conf names says that: give one of them", instead[i]);
	conf->totem = reader->scenario->totem;
	conf->capacity = reader->scenario->capacity;
	conf_read(&reader->reading, beside(reader, path->text), path->tree->at, conf);
	reader->scenario->totem = conf->totem;
	take_conf(conf, change);
	return conf_list(reader, cluster, conf);
}

static struct list from_keys(struct reader *reader, const struct fields *cluster, struct change *change)
{
	struct vq_config *quorum = take(&reader->reading, 1, sizeof(*quorum));
	const struct field *nodelist = field(cluster, "nodelist");
	struct list list;

	if (field(cluster, "nodes") == NULL)
		mistake(&reader->reading, cluster->map->at, "cluster: missing key 'nodes' (or 'corosync_conf')");
	list = read_list(reader, field(cluster, "nodes")->tree);
	if (field(cluster, "quorum") != NULL)
		read_quorum(reader, field(cluster, "quorum")->tree, quorum);
	change->quorum = quorum;
	if (nodelist == NULL || nodelist->number != 0) {
		change->node_count = list.count;
		change->nodes = config_nodes(reader, &list);
	}
	for (uint32_t i = 0; change->node_count == 0 && i < list.count; i++)
		if (list.node[i].has_votes)
			mistake(&reader->reading, list.node[i].at,
				"quorum_votes: there is no nodelist to say it in: use quorum: {votes: …}");
	return list;
}

static void read_stored(struct reader *reader, const struct tree *tree)
{
	bool seen[NODES_MAX] = {false};

	expect_map(reader, tree, "stored_expected_votes", "node ids to votes");
	for (uint32_t i = 0; i < tree->count; i++) {
		uint32_t node = read_key_node(reader, tree->items[2 * i], "stored_expected_votes", seen);

		reader->nodes[node].stored_expected_votes =
			(uint32_t)read_number(reader, tree->items[2 * i + 1], "stored_expected_votes", 1, UINT32_MAX);
	}
}

/* Machines and their first files, of a list of nodes and what the files have. */
static void set_up(struct reader *reader, struct change *change, const struct list *list, const struct tree *steps)
{
	struct scenario *scenario = reader->scenario;
	const struct vq_config *shared = NULL;

	place_machines(reader, list, steps);
	scenario->nodelist_count = change->node_count;
	set_listed(reader, change, list);
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		const struct tree *own = own_keys(change, i);

		if (reader->nodes[i].later.line != 0)
			continue;
		if (own == NULL && shared == NULL)
			shared = change_file(reader, change, NULL, NULL);
		reader->files[i] = own == NULL ? shared : change_file(reader, change, NULL, own);
		reader->nodes[i].config = reader->files[i];
	}
}

void read_cluster(struct reader *reader, const struct tree *cluster, const struct tree *steps)
{
	struct scenario *scenario = reader->scenario;
	struct change change = {NULL, true, 0, NULL, NULL};
	struct fields fields;
	struct list list;

	fields_read(reader, &words_cluster, cluster, &fields);
	if (field(&fields, "capacity") != NULL)
		scenario->capacity =
			(uint32_t)read_number(reader, field(&fields, "capacity")->tree, "capacity", 1, NODES_MAX);
	if (field(&fields, "profile") != NULL)
		read_profile(reader, field(&fields, "profile"), &scenario->quirks_off);
	if (field(&fields, "quirks") != NULL)
		read_quirks(reader, field(&fields, "quirks")->tree, &scenario->quirks_off);
	list = field(&fields, "corosync_conf") != NULL ? from_conf(reader, &fields, &change)
						       : from_keys(reader, &fields, &change);
	set_up(reader, &change, &list, steps);
	if (field(&fields, "stored_expected_votes") != NULL)
		read_stored(reader, field(&fields, "stored_expected_votes")->tree);
}

void read_conf_cluster(struct reader *reader, const char *path)
{
	const struct position nowhere = {0, 0};
	struct conf *conf = take(&reader->reading, 1, sizeof(*conf));
	struct change change = {NULL, true, 0, NULL, NULL};
	struct list list;

	conf->totem = reader->scenario->totem;
	conf->capacity = reader->scenario->capacity;
	conf_read(&reader->reading, path, nowhere, conf);
	if (conf->node_count == 0)
		mistake(&reader->reading, nowhere, "no nodelist: which nodes there are is not known");
	reader->scenario->totem = conf->totem;
	take_conf(conf, &change);
	list = conf_nodes(reader, conf, nowhere);
	set_up(reader, &change, &list, NULL);
}

/* ---- reload: -------------------------------------------------------------------- */

static struct index_list reload_on(struct reader *reader, const struct field *on)
{
	uint32_t count = reader->scenario->node_count;
	struct index_list list = {0, take(&reader->reading, count, sizeof(*list.index))};

	for (uint32_t i = 0; on == NULL && i < count; i++)
		if (reader->files[i] != NULL)
			list.index[list.count++] = i;
	if (on == NULL)
		return list;
	for (uint32_t i = 0; i < on->nodes.count; i++)
		if (reader->files[on->nodes.index[i]] == NULL)
			mistake(&reader->reading, on->tree->at, "on: node %u has no corosync.conf yet",
				reader->nodes[on->nodes.index[i]].nodeid);
	return on->nodes;
}

void read_reload(struct reader *reader, const struct tree *value, struct step *step)
{
	uint32_t count = reader->scenario->node_count;
	struct change change = {NULL, false, 0, NULL, NULL};
	const struct vq_config **configs;
	struct fields fields;
	struct list list;

	fields_read(reader, &words_reload, value, &fields);
	if (field(&fields, "quorum") != NULL) {
		struct vq_config *quorum = take(&reader->reading, 1, sizeof(*quorum));

		read_quorum(reader, field(&fields, "quorum")->tree, quorum);
		change.quorum = quorum;
	}
	if (field(&fields, "nodes") != NULL) {
		list = read_list(reader, field(&fields, "nodes")->tree);
		change.has_nodes = true;
		change.node_count = list.count;
		change.nodes = config_nodes(reader, &list);
		set_listed(reader, &change, &list);
	}
	if (change.quorum != NULL || change.has_nodes)
		change_files(reader, &change);
	configs = take(&reader->reading, count, sizeof(*configs));
	for (uint32_t i = 0; i < count; i++) {
		if (reader->nodes[i].config == NULL)
			reader->nodes[i].config = reader->files[i];
		configs[i] = reader->files[i];
	}
	step->configs = configs;
	step->nodes = reload_on(reader, field(&fields, "on"));
}
