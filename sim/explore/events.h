/*
 * The events that may befall a cluster, as steps of a scenario.
 */
#ifndef SIM_EXPLORE_EVENTS_H
#define SIM_EXPLORE_EVENTS_H

#include "sim/scenario/scenario.h"

#define EVENT_NODES_MAX 8u /* partitions of more nodes are too many to try all */

struct events {
	uint32_t count;
	struct step *steps;
	void *memory; /* what steps point to */
};

/* Crash, stop and start of each node, every partition of the nodes (all together, a
 * heal, too), and time. node_count <= EVENT_NODES_MAX. */
void events_make(struct events *events, uint32_t node_count);
void events_free(struct events *events);

#endif
