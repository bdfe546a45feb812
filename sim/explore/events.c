/*
 * Partitions are numbered by restricted growth strings: node 0 is in group 0, each
 * further node in a group of a node before it or in the next new one.
 */
#include "sim/explore/events.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define WAIT_NS (60ull * 1000 * SCENARIO_MS) /* beyond every timer's default */
#define EVENT_VOTES_MAX 64u                  /* setexpected is tried up to here */
#define PARTITIONS_MAX 4140u                 /* Bell number of EVENT_NODES_MAX */

struct room { /* for one event's lists */
	uint32_t index[EVENT_NODES_MAX];
	struct index_list groups[EVENT_NODES_MAX];
};

struct maker {
	struct events *events;
	struct room *rooms;
	uint32_t node_count;
	uint32_t group[EVENT_NODES_MAX];
};

static struct step *add(struct maker *maker, enum verb verb)
{
	struct step *step = &maker->events->steps[maker->events->count++];

	step->verb = verb;
	step->settle = true;
	return step;
}

static struct room *room_of(const struct maker *maker)
{
	return &maker->rooms[maker->events->count - 1];
}

static void add_node_event(struct maker *maker, enum verb verb, uint32_t node)
{
	struct step *step = add(maker, verb);

	room_of(maker)->index[0] = node;
	step->nodes = (struct index_list){1, room_of(maker)->index};
}

static void add_partition(struct maker *maker, uint32_t group_count)
{
	struct step *step = add(maker, group_count == 1 ? VERB_HEAL : VERB_PARTITION);
	struct room *room = room_of(maker);
	uint32_t at = 0;

	if (group_count == 1)
		return;
	for (uint32_t group = 0; group < group_count; group++) {
		room->groups[group].index = &room->index[at];
		for (uint32_t node = 0; node < maker->node_count; node++)
			if (maker->group[node] == group)
				room->index[at++] = node;
		room->groups[group].count = (uint32_t)(&room->index[at] - room->groups[group].index);
	}
	step->group_count = group_count;
	step->groups = room->groups;
}

static void add_partitions(struct maker *maker, uint32_t node, uint32_t group_count)
{
	if (node == maker->node_count) {
		add_partition(maker, group_count);
		return;
	}
	for (uint32_t group = 0; group <= group_count; group++) {
		maker->group[node] = group;
		add_partitions(maker, node + 1, group == group_count ? group_count + 1 : group_count);
	}
}

/* ---- calls ---- */

#define DEVICE_NAME "device"

static struct vq_request *add_call(struct maker *maker, enum verb verb, enum vq_op op, uint32_t node)
{
	struct step *step = add(maker, verb);

	step->client = node;
	step->request.op = op;
	return &step->request;
}

static void add_device_events(struct maker *maker, uint32_t node)
{
	strcpy(add_call(maker, VERB_QDEVICE_REGISTER, VQ_OP_QDEVICE_REGISTER, node)->name, DEVICE_NAME);
	for (uint32_t cast = 0; cast <= 1; cast++) {
		struct vq_request *request = add_call(maker, VERB_QDEVICE_POLL, VQ_OP_QDEVICE_POLL, node);

		strcpy(request->name, DEVICE_NAME);
		request->cast_vote = 1 - cast;
	}
}

static uint32_t votes_of(const struct scenario *scenario, uint32_t node)
{
	const struct vq_config *config = scenario->nodes[node].config;

	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].nodeid == scenario->nodes[node].nodeid)
			return config->nodes[i].votes;
	return config->given & VQ_KEY_VOTES ? config->votes : 1;
}

static void add_set_votes(struct maker *maker, const struct scenario *scenario, uint32_t node, uint32_t votes)
{
	struct vq_request *request = add_call(maker, VERB_SETVOTES, VQ_OP_SETVOTES, node);

	request->nodeid = scenario->nodes[node].nodeid;
	request->votes = votes;
}

static void add_admin_events(struct maker *maker, const struct scenario *scenario, uint32_t node)
{
	const struct vq_config *config = scenario->nodes[node].config;
	uint32_t all = 0;

	for (uint32_t i = 0; i < scenario->node_count; i++)
		all += votes_of(scenario, i);
	for (uint32_t votes = 1; votes <= all && votes <= EVENT_VOTES_MAX; votes++)
		add_call(maker, VERB_SETEXPECTED, VQ_OP_SETEXPECTED, node)->votes = votes;
	add_set_votes(maker, scenario, node, 0);
	add_set_votes(maker, scenario, node, votes_of(scenario, node) + 1);
	if (config->wait_for_all || config->two_node)
		add_node_event(maker, VERB_CANCEL_WAIT_FOR_ALL, node);
}

/* ---- all of them ---- */

static struct maker make(struct events *events, uint32_t node_count)
{
	struct maker maker = {.events = events, .node_count = node_count};
	uint32_t most = node_count * (EVENT_VOTES_MAX + 9) + PARTITIONS_MAX + 1;

	ALWAYS(node_count >= 1 && node_count <= EVENT_NODES_MAX);
	memset(events, 0, sizeof *events);
	events->steps = allocate(most, sizeof *events->steps);
	maker.rooms = allocate(most, sizeof *maker.rooms);
	events->memory = maker.rooms;
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_CRASH, node);
	add_partitions(&maker, 1, 1);
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_START, node);
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_STOP, node);
	add(&maker, VERB_WAIT)->wait_ns = WAIT_NS;
	return maker;
}

void events_make(struct events *events, uint32_t node_count)
{
	make(events, node_count);
}

uint32_t events_called_for(const struct scenario *scenario)
{
	const char *model = scenario->nodes[0].config->device_model;

	return model && *model ? EVENTS_DEVICE : 0;
}

void events_make_for(struct events *events, const struct scenario *scenario, uint32_t calls)
{
	struct maker maker = make(events, scenario->node_count);

	for (uint32_t node = 0; node < scenario->node_count; node++) {
		if (calls & EVENTS_DEVICE)
			add_device_events(&maker, node);
		if (calls & EVENTS_ADMIN)
			add_admin_events(&maker, scenario, node);
	}
}

void events_free(struct events *events)
{
	free(events->steps);
	free(events->memory);
	memset(events, 0, sizeof *events);
}
