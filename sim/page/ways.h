/*
 * The ways in which a cluster comes to grief: it loses quorum, or two parts of it are
 * quorate at once, or another rule of the judge is broken. What exploration meets is
 * lessened (a step, a node, a part of a split less) as far as the same still comes of it,
 * and ways that differ only in which of several like nodes they name are told once.
 */
#ifndef SIM_EXPLORE_WAYS_H
#define SIM_EXPLORE_WAYS_H

#include "sim/page/survive.h"

#define WAY_RULE_LOSS UINT32_MAX

enum way_back {                  /* what it takes to be quorate again, the least of them */
		BACK_TIME,       /* a minute */
		BACK_HEAL,       /* the network heals */
		BACK_START_ONE,  /* any one of the nodes that are down starts */
		BACK_START_SOME, /* one of them starts, not any: nodes[] of back_node */
		BACK_START_ALL,  /* all of them start */
		BACK_BOTH,       /* the network heals and all of them start */
		BACK_NEVER,      /* not even then */
};

struct way {
	uint32_t rule;   /* index into check_rules, or WAY_RULE_LOSS: nobody is quorate */
	uint32_t hazard; /* 1..12; 0: none */
	bool defect;     /* a breach that no hazard explains */
	char title[512]; /* in general words: "2 nodes crash at once, then the network splits 2 | 1" */
	uint32_t step_count;
	struct step *steps;  /* owned, with all that they point to */
	uint32_t votes_left; /* a loss: of the live nodes that are together, the most votes */
	uint32_t weight;     /* failures: nodes down, cuts, else one for each step */
	uint32_t alike;      /* the same with other like nodes: tried, and how many come to the same */
	uint32_t alike_same;
	bool in_turn_too; /* nodes that crash at once may as well crash one after another */
	bool stop_too;    /* and crashes may be clean stops */
	enum way_back back;
	uint32_t back_node;     /* BACK_START_SOME: index */
	struct verdict verdict; /* not of a loss */
	uint32_t *side;         /* of two quorate parts: by node, the number of the quorate part it is in, from 1;
				 * 0: none. NULL: a loss; owned */
	void *memory;           /* of steps */
};

struct ways {
	uint32_t count;
	struct way *ways; /* the lightest first; owned */
	uint32_t dropped; /* kinds that were met and not looked into: longer ones */
	uint64_t tried;   /* events, beside the exploration's */
	struct exploration exploration;
	struct events events; /* what was explored */
	bool all_events;      /* every partition was among them */
};

/* probe: at least ways_steps_max() steps. survive: its examples are looked into first. options: depth,
 * states_max, transitions_max 0: as far as a budget goes that depends on the number of nodes only; events
 * and visit do not count. */
void ways_find(struct ways *ways, const struct scenario *scenario, const struct classes *classes,
	       const struct survive *survive, struct probe *probe, const struct explore_options *options);
void ways_free(struct ways *ways);
uint32_t ways_steps_max(uint32_t node_count);

#endif
