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

enum { EVENTS_DEVICE = 1, EVENTS_ADMIN = 2 };

/* Crash, stop and start of each node, every partition of the nodes (all together, a
 * heal, too), and time. node_count <= EVENT_NODES_MAX. */
void events_make(struct events *events, uint32_t node_count);
/* These, and calls at each node, by a client whose index is the node's. EVENTS_DEVICE: the quorum
 * device registers, votes yes or no (it falls silent as time passes). EVENTS_ADMIN: setexpected to
 * every number up to the sum of the votes, setvotes of the node itself to no vote, or one more than
 * it has, cancel_wait_for_all where it is on. */
void events_make_for(struct events *events, const struct scenario *scenario, uint32_t calls);
/* EVENTS_DEVICE when the scenario's configuration has a quorum device, else 0. */
uint32_t events_called_for(const struct scenario *scenario);
/* Those of events_make(), of any number of nodes, at least 1: all of it up to EVENT_ALL_NODES nodes (true is
 * returned), up to EVENT_NODES_MAX only partitions in two, beyond those of some nodes: the
 * lowest, the highest, halves, and sets of nodes that crash and start at once. */
#define EVENT_ALL_NODES 6u
bool events_make_some(struct events *events, uint32_t node_count);
void events_free(struct events *events);

#endif
