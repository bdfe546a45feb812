/*
 * How many failures of each kind a cluster survives: somebody stays quorate. Each
 * question is put to a cluster that is up and settled. Up to SURVIVE_ALL_NODES nodes
 * every set, order and split is tried; beyond, those in the orders of the ids and of
 * the votes, up and down, which have the best and the worst for all that depends on votes.
 */
#ifndef SIM_EXPLORE_SURVIVE_H
#define SIM_EXPLORE_SURVIVE_H

#include "sim/explore/classes.h"

#define SURVIVE_ALL_NODES 8u
#define SURVIVE_TURN_NODES_MAX 64u /* one after another is not asked of more nodes */

enum survive_kind {
	SURVIVE_CRASH_AT_ONCE,
	SURVIVE_CRASH_IN_TURN,   /* one after another, no time between */
	SURVIVE_CRASH_WITH_TIME, /* a minute between */
	SURVIVE_STOP_IN_TURN,
	SURVIVE_STOP_WITH_TIME,
	SURVIVE_RETURN, /* all crash at once, some start again together */
	SURVIVE_KIND_COUNT
};

struct survive_row {
	bool asked;
	bool sampled; /* not every set, or order, was tried */
	/* Failures: all ways of up to `always` nodes keep quorum, some way of `best` does. Return: with
	 * `always` nodes or more it is quorate again whichever they are, with `best` if they are the right ones;
	 * node_count + 1: never. */
	uint32_t always, best;
	uint32_t lost_count; /* a way of always + 1 nodes that loses quorum; 0: none. Return: one of always - 1 that
			      * does not suffice */
	uint32_t *lost;      /* indices, in order; owned */
};

struct survive_split {       /* all splits into parts of these sizes */
	uint32_t part_count; /* 2 or 3 */
	uint32_t parts[3];   /* votes, the largest first */
	uint32_t tried;
	uint32_t wins[3];     /* splits in which only a part of that size went on; counted for the first of a size */
	uint32_t none, split; /* nobody, more than one */
	bool *in_every;       /* by node: in every part that went on; owned */
	uint8_t *lost;        /* a split after which nobody goes on: node -> part; NULL: none; owned */
};

struct survive {
	struct survive_row rows[SURVIVE_KIND_COUNT];
	uint32_t split_count;
	struct survive_split *splits; /* two parts first, then by the largest part, descending; owned */
	bool splits_sampled;
	bool three_asked;
	uint32_t
		rolling_lost; /* nodes, stopped and started one at a time: first that costs quorum; UINT32_MAX: none */
	uint64_t tried;       /* events */
};

void survive_ask(struct survive *survive, const struct scenario *scenario, const struct classes *classes,
		 struct probe *probe);
void survive_free(struct survive *survive);
/* Steps that probes of survive_ask() need. */
uint32_t survive_steps_max(uint32_t node_count);

#endif
