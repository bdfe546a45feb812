/*
 * General words count nodes by class and by whether they are on the quorate side.
 */
#include "sim/explore/path.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define MINUTE_NS (60ull * 1000 * SCENARIO_MS)

void path_make(struct path *path, uint32_t node_count, uint32_t room)
{
	*path = (struct path){.node_count = node_count, .room = room};
	path->verbs = allocate(room, sizeof *path->verbs);
	path->marks = allocate((size_t)room * node_count, sizeof *path->marks);
}

void path_free(struct path *path)
{
	free(path->verbs);
	free(path->marks);
	memset(path, 0, sizeof *path);
}

void path_copy(struct path *to, const struct path *from)
{
	ALWAYS(from->count <= to->room && from->node_count == to->node_count);
	to->count = from->count;
	memcpy(to->verbs, from->verbs, from->count * sizeof *to->verbs);
	memcpy(to->marks, from->marks, (size_t)from->count * from->node_count * sizeof *to->marks);
}

void path_append(struct path *path, const struct step *step)
{
	uint32_t *marks = path_marks(path, path->count);

	ALWAYS(path->count < path->room);
	memset(marks, 0, path->node_count * sizeof *marks);
	for (uint32_t i = 0; i < step->nodes.count; i++)
		marks[step->nodes.index[i]] = 1;
	for (uint32_t group = 0; group < step->group_count; group++)
		for (uint32_t i = 0; i < step->groups[group].count; i++)
			marks[step->groups[group].index[i]] = group;
	path->verbs[path->count++] = step->verb;
}

/* ---- as steps ---- */

struct room { /* memory of steps: nodes' indices, then groups */
	uint32_t *index;
	struct index_list *groups;
};

static void fill_groups(const uint32_t *marks, uint32_t node_count, struct room *room, struct step *step)
{
	step->groups = room->groups;
	for (uint32_t group = 0; group < node_count; group++) {
		struct index_list *list = &room->groups[step->group_count];

		list->index = room->index;
		list->count = 0;
		for (uint32_t node = 0; node < node_count; node++)
			if (marks[node] == group)
				list->index[list->count++] = node;
		room->index += list->count;
		step->group_count += list->count > 0;
	}
	room->groups += step->group_count;
}

static void fill_nodes(const uint32_t *marks, uint32_t node_count, struct room *room, struct step *step)
{
	step->nodes.index = room->index;
	for (uint32_t node = 0; node < node_count; node++)
		if (marks[node])
			step->nodes.index[step->nodes.count++] = node;
	room->index += step->nodes.count;
}

struct step *path_steps(const struct path *path, void **memory)
{
	size_t most = (size_t)path->count * path->node_count;
	struct step *steps = allocate(path->count + 1u, sizeof *steps);
	struct room room;

	room.groups = *memory = allocate(most + 1, sizeof(struct index_list) + sizeof(uint32_t));
	room.index = (uint32_t *)(void *)(room.groups + most + 1);
	for (uint32_t i = 0; i < path->count; i++) {
		struct step *step = &steps[i];

		step->verb = path->verbs[i];
		step->settle = true;
		step->wait_ns = step->verb == VERB_WAIT ? MINUTE_NS : 0;
		if (step->verb == VERB_PARTITION)
			fill_groups(path_marks(path, i), path->node_count, &room, step);
		else if (step->verb != VERB_WAIT && step->verb != VERB_HEAL)
			fill_nodes(path_marks(path, i), path->node_count, &room, step);
		step->together = step->verb == VERB_START && step->nodes.count > 1;
	}
	return steps;
}

/* ---- in general ---- */

enum side { SIDE_WHOLE, SIDE_QUORATE, SIDE_OTHER, SIDE_DOWN, SIDE_COUNT };

static bool is_up(const struct explore_node *node)
{
	return node->component != UINT32_MAX;
}

static bool is_cut(const struct explore_node *nodes, uint32_t count)
{
	uint32_t component = UINT32_MAX;

	for (uint32_t i = 0; i < count; i++) {
		if (!is_up(&nodes[i]))
			continue;
		if (component != UINT32_MAX && nodes[i].component != component)
			return true;
		component = nodes[i].component;
	}
	return false;
}

static enum side side_of(const struct explore_node *node, bool cut)
{
	if (!is_up(node))
		return SIDE_DOWN;
	if (!cut)
		return SIDE_WHOLE;
	return node->quorate ? SIDE_QUORATE : SIDE_OTHER;
}

static void say(struct general *general, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct general *general, const char *format, ...)
{
	size_t used = strlen(general->text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(general->text + used, sizeof general->text - used, format, arguments);
	va_end(arguments);
}

/* "a node", "2 others", "node 1", "a node of 3 votes" */
static void say_of_class(struct general *general, const struct scenario *scenario, const struct classes *classes,
			 uint32_t number, uint32_t count)
{
	const struct node_class *class = &classes->class[number];

	if (class->size == 1 && classes->count > 1) {
		say(general, "node %u", scenario->nodes[class->first].nodeid);
		return;
	}
	if (classes->count > 1 && classes->equal_votes)
		say(general, count == 1 ? "one of the other nodes" : "%u of the other nodes", count);
	else
		say(general, count == 1 ? "a node" : "%u nodes", count);
	if (!classes->equal_votes)
		say(general, " of %u vote%s", class->votes, class->votes == 1 ? "" : "s");
}

/* Is it one node, told by its id? */
static bool is_named(const struct classes *classes, const uint32_t *marks)
{
	uint32_t count = 0, last = 0;

	for (uint32_t node = 0; node < classes->node_count; node++) {
		count += marks[node] != 0;
		last = marks[node] ? node : last;
	}
	return count == 1 && classes->count > 1 && classes->class[classes->of_node[last]].size == 1;
}

static uint32_t say_nodes(struct general *general, const struct scenario *scenario, const struct classes *classes,
			  const uint32_t *marks, const struct explore_node *before)
{
	static const char *const where[SIDE_COUNT] = {"", " of the quorate side", " of a side without quorum", ""};
	bool cut = is_cut(before, classes->node_count);
	uint32_t total = 0;

	for (uint32_t side = 0; side < SIDE_COUNT; side++) {
		uint32_t there = 0;

		for (uint32_t class = 0; class < classes->count; class ++) {
			uint32_t count = 0;

			for (uint32_t node = 0; node < classes->node_count; node++)
				count += marks[node] && classes->of_node[node] == class &&
					 side_of(&before[node], cut) == side;
			if (!count)
				continue;
			say(general, "%s", total ? " and " : "");
			say_of_class(general, scenario, classes, class, count);
			there += count;
			total += count;
		}
		if (there > 1 || (there && !is_named(classes, marks)))
			say(general, "%s", where[side]);
	}
	return total;
}

struct part {          /* of a split: the nodes in it that are up */
	uint32_t size; /* their votes, where those are equal their number */
	uint32_t nodes;
	uint32_t special; /* one that may break ties; UINT32_MAX: none */
};

static struct part part_of(const struct classes *classes, const uint32_t *marks, uint32_t mark,
			   const struct explore_node *before)
{
	struct part part = {.special = UINT32_MAX};

	for (uint32_t node = 0; node < classes->node_count; node++) {
		if (marks[node] != mark || !is_up(&before[node]))
			continue;
		part.size += classes->equal_votes ? 1 : classes_votes(classes, node);
		part.nodes++;
		if (part.special == UINT32_MAX && classes->class[classes->of_node[node]].breaks_ties)
			part.special = node;
	}
	return part;
}

static void say_part(struct general *general, const struct scenario *scenario, const struct part *part, bool first)
{
	say(general, "%s%u", first ? " " : " | ", part->size);
	if (part->special != UINT32_MAX)
		say(general, part->nodes > 1 ? " (with node %u)" : " (node %u)",
		    scenario->nodes[part->special].nodeid);
}

/* The largest first. */
static void say_parts(struct general *general, const struct scenario *scenario, const struct classes *classes,
		      const uint32_t *marks, const struct explore_node *before)
{
	uint32_t below = UINT32_MAX, said = 0;

	while (below > 0) {
		uint32_t most = 0;

		for (uint32_t mark = 0; mark < classes->node_count; mark++) {
			struct part part = part_of(classes, marks, mark, before);

			most = part.size < below && part.size > most ? part.size : most;
		}
		for (uint32_t mark = 0; mark < classes->node_count && most > 0; mark++) {
			struct part part = part_of(classes, marks, mark, before);

			if (part.nodes && part.size == most)
				say_part(general, scenario, &part, said++ == 0);
		}
		below = most;
	}
	if (!classes->equal_votes)
		say(general, " votes");
}

void path_general(struct general *general, const struct scenario *scenario, const struct classes *classes,
		  enum verb verb, const uint32_t *marks, const struct explore_node *before)
{
	uint32_t count;

	general->text[0] = '\0';
	switch (verb) {
	case VERB_CRASH:
		count = say_nodes(general, scenario, classes, marks, before);
		say(general, "%s", count == 1 ? " crashes" : " crash at once");
		break;
	case VERB_STOP:
		count = say_nodes(general, scenario, classes, marks, before);
		say(general, "%s", count == 1 ? " is stopped cleanly" : " are stopped cleanly");
		break;
	case VERB_START:
		count = say_nodes(general, scenario, classes, marks, before);
		say(general, "%s", count == 1 ? " starts again" : " start again");
		break;
	case VERB_PARTITION:
		say(general, is_cut(before, classes->node_count) ? "it splits otherwise," : "the network splits");
		say_parts(general, scenario, classes, marks, before);
		break;
	case VERB_HEAL:
		say(general, "the network heals");
		break;
	default:
		say(general, "a minute passes");
	}
}

/* ---- signatures ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

/* Of the nodes that bear a mark: how many of each class on each side. */
static uint64_t marked(const struct classes *classes, const uint32_t *marks, uint32_t mark,
		       const struct explore_node *before, bool cut)
{
	uint64_t sum = 0;

	for (uint32_t node = 0; node < classes->node_count; node++)
		if (marks[node] == mark)
			sum += mix(mix(7, classes->of_node[node]), side_of(&before[node], cut));
	return sum;
}

uint64_t path_signature(const struct classes *classes, enum verb verb, const uint32_t *marks,
			const struct explore_node *before)
{
	bool cut = is_cut(before, classes->node_count);
	uint64_t hash = mix(1, verb), sum = 0;

	if (verb == VERB_HEAL || verb == VERB_WAIT)
		return hash;
	if (verb != VERB_PARTITION)
		return mix(hash, marked(classes, marks, 1, before, cut));
	for (uint32_t part = 0; part < classes->node_count; part++) {
		uint64_t of_part = marked(classes, marks, part, before, cut);

		sum += of_part ? mix(3, of_part) : 0;
	}
	return mix(hash, sum);
}
