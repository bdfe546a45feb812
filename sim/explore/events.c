/*
 * Partitions are numbered by restricted growth strings: node 0 is in group 0, each
 * further node in a group of a node before it or in the next new one.
 */
#include "sim/explore/events.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define WAIT_NS (60ull * 1000 * SCENARIO_MS) /* beyond every timer's default */
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

void events_make(struct events *events, uint32_t node_count)
{
	struct maker maker = {.events = events, .node_count = node_count};
	uint32_t most = 3 * node_count + PARTITIONS_MAX + 1;

	ALWAYS(node_count >= 1 && node_count <= EVENT_NODES_MAX);
	memset(events, 0, sizeof *events);
	events->steps = calloc(most, sizeof *events->steps);
	maker.rooms = calloc(most, sizeof *maker.rooms);
	ALWAYS(events->steps != NULL && maker.rooms != NULL);
	events->memory = maker.rooms;
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_CRASH, node);
	add_partitions(&maker, 1, 1);
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_START, node);
	for (uint32_t node = 0; node < node_count; node++)
		add_node_event(&maker, VERB_STOP, node);
	add(&maker, VERB_WAIT)->wait_ns = WAIT_NS;
}

void events_free(struct events *events)
{
	free(events->steps);
	free(events->memory);
	memset(events, 0, sizeof *events);
}
