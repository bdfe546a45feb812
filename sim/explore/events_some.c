/*
 * Events for clusters whose partitions are too many to try them all: those that differ
 * in what matters (how many, on which side of a majority, with the lowest or highest node).
 */
#include "sim/explore/events.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define SOME_MOST 256u
#define WAIT_NS (60ull * 1000 * SCENARIO_MS)

struct chooser {
	struct events *events;
	uint32_t node_count;
	uint32_t *index;           /* room of an event: node_count of each */
	struct index_list *groups; /* likewise 3 */
};

static struct step *add(struct chooser *chooser, enum verb verb)
{
	struct step *step = &chooser->events->steps[chooser->events->count++];

	ALWAYS(chooser->events->count <= SOME_MOST);
	step->verb = verb;
	step->settle = true;
	step->wait_ns = verb == VERB_WAIT ? WAIT_NS : 0;
	return step;
}

static uint32_t *room_of(const struct chooser *chooser)
{
	return chooser->index + (size_t)(chooser->events->count - 1) * chooser->node_count;
}

/* Nodes first .. first + count - 1. */
static void add_nodes(struct chooser *chooser, enum verb verb, uint32_t first, uint32_t count)
{
	struct step *step = add(chooser, verb);
	uint32_t *room = room_of(chooser);

	for (uint32_t i = 0; i < count; i++)
		room[i] = first + i;
	step->nodes = (struct index_list){count, room};
	step->together = verb == VERB_START && count > 1;
}

/* part_of: which part a node is in, 0 .. parts - 1. */
static void add_split(struct chooser *chooser, const uint8_t *part_of, uint32_t parts)
{
	struct step *step = add(chooser, VERB_PARTITION);
	struct index_list *groups = chooser->groups + (size_t)(chooser->events->count - 1) * 3;
	uint32_t *room = room_of(chooser);

	for (uint32_t part = 0; part < parts; part++) {
		groups[part].index = room;
		for (uint32_t node = 0; node < chooser->node_count; node++)
			if (part_of[node] == part)
				*room++ = node;
		groups[part].count = (uint32_t)(room - groups[part].index);
	}
	step->groups = groups;
	step->group_count = parts;
}

static void add_cut(struct chooser *chooser, uint8_t *part_of, uint32_t first, uint32_t second)
{
	for (uint32_t node = 0; node < chooser->node_count; node++)
		part_of[node] = node < first ? 0 : node < first + second ? 1 : 2;
	add_split(chooser, part_of, first + second < chooser->node_count ? 3 : 2);
}

static void add_two_way(struct chooser *chooser, uint8_t *part_of)
{
	for (uint32_t mask = 1; mask < 1u << (chooser->node_count - 1); mask++) {
		for (uint32_t node = 0; node < chooser->node_count; node++)
			part_of[node] = node > 0 && (mask >> (node - 1) & 1);
		add_split(chooser, part_of, 2);
	}
}

/* Each number once, from the least; returns how many are left. */
static uint32_t sort_unique(uint32_t *numbers, uint32_t count, uint32_t least, uint32_t most)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		bool known = numbers[i] < least || numbers[i] > most;

		for (uint32_t k = 0; k < kept; k++)
			known = known || numbers[k] == numbers[i];
		if (!known)
			numbers[kept++] = numbers[i];
	}
	return kept;
}

static void add_sets(struct chooser *chooser)
{
	uint32_t n = chooser->node_count;
	uint32_t sizes[] = {1, 2, (n - 1) / 2, n / 2, n / 2 + 1};
	uint32_t count = sort_unique(sizes, 5, 1, n - 1);

	for (uint32_t i = 0; i < count; i++) {
		add_nodes(chooser, VERB_CRASH, 0, sizes[i]);
		add_nodes(chooser, VERB_CRASH, n - sizes[i], sizes[i]);
		add_nodes(chooser, VERB_START, 0, sizes[i]);
		add_nodes(chooser, VERB_START, n - sizes[i], sizes[i]);
	}
	add_nodes(chooser, VERB_STOP, 0, 1);
	add_nodes(chooser, VERB_STOP, 1, 1);
	add_nodes(chooser, VERB_STOP, n - 1, 1);
}

static void add_some_splits(struct chooser *chooser, uint8_t *part_of)
{
	uint32_t n = chooser->node_count;
	uint32_t sizes[] = {1, 2, n / 3, (n - 1) / 2, n / 2, n / 2 + 1, n - n / 3, n - 2, n - 1};
	uint32_t count = sort_unique(sizes, 9, 1, n - 1);

	for (uint32_t i = 0; i < count; i++)
		add_cut(chooser, part_of, sizes[i], n - sizes[i]);
	for (uint32_t node = 0; node < n; node++)
		part_of[node] = node % 2;
	add_split(chooser, part_of, 2);
	for (uint32_t node = 0; node < n; node++) /* the lowest with the upper half */
		part_of[node] = node > 0 && node <= n / 2;
	add_split(chooser, part_of, 2);
	add_cut(chooser, part_of, n / 3, n / 3);
	add_cut(chooser, part_of, 1, (n - 1) / 2);
}

bool events_make_some(struct events *events, uint32_t node_count)
{
	struct chooser chooser = {.events = events, .node_count = node_count};
	size_t groups_bytes = (size_t)SOME_MOST * 3 * sizeof(struct index_list);
	uint8_t *part_of;

	if (node_count <= EVENT_ALL_NODES) {
		events_make(events, node_count);
		return true;
	}
	memset(events, 0, sizeof *events);
	events->steps = allocate(SOME_MOST, sizeof *events->steps);
	events->memory = allocate(1, groups_bytes + (size_t)SOME_MOST * node_count * sizeof(uint32_t));
	chooser.groups = events->memory;
	chooser.index = (uint32_t *)(void *)(chooser.groups + (size_t)SOME_MOST * 3);
	part_of = allocate(node_count, 1);
	if (node_count <= EVENT_NODES_MAX) {
		for (uint32_t node = 0; node < node_count; node++)
			add_nodes(&chooser, VERB_CRASH, node, 1);
		add_two_way(&chooser, part_of);
		for (uint32_t node = 0; node < node_count; node++)
			add_nodes(&chooser, VERB_START, node, 1);
		for (uint32_t node = 0; node < node_count; node++)
			add_nodes(&chooser, VERB_STOP, node, 1);
	} else {
		add_sets(&chooser);
		add_some_splits(&chooser, part_of);
	}
	add(&chooser, VERB_HEAL);
	add(&chooser, VERB_WAIT);
	free(part_of);
	return false;
}
