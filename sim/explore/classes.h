/*
 * Which nodes of a cluster are alike: the same votes, and both or neither may break a
 * tie. What befalls one of them befalls the others in the same way.
 */
#ifndef SIM_EXPLORE_CLASSES_H
#define SIM_EXPLORE_CLASSES_H

#include "sim/explore/probe.h"

struct node_class {
	uint32_t votes;
	bool breaks_ties; /* as the configuration has it: the lowest id, the highest, or one on the list */
	uint32_t size;    /* nodes */
	uint32_t first;   /* the lowest of them, an index */
};

struct classes {
	uint32_t node_count;
	uint32_t count;
	struct node_class *class; /* in the order of their first nodes; owned */
	uint32_t *of_node;        /* owned */
	bool equal_votes;
};

/* probe: at its start, all nodes up. */
void classes_make(struct classes *classes, const struct scenario *scenario, const struct probe *probe);
void classes_free(struct classes *classes);
static inline uint32_t classes_votes(const struct classes *classes, uint32_t node)
{
	return classes->class[classes->of_node[node]].votes;
}

#endif
