/*
 * Every sequence of failures up to a length: breadth first from a cluster that has
 * started and settled, each step one event (a crash, a clean stop, a start, a network
 * split or healing, time passing a timer) after which the cluster settles in the plain
 * order. States that were met before, by whatever way, are not gone on from; so the
 * first way to a breach is a shortest one.
 */
#ifndef SIM_EXPLORE_EXPLORE_H
#define SIM_EXPLORE_EXPLORE_H

#include "sim/check/check.h"
#include "sim/explore/events.h"
#include "sim/scenario/scenario.h"

#define EXPLORE_NO_STATE UINT64_MAX
#define EXPLORE_FINDINGS_TOLD 64u /* findings that a visit can name */

struct explore_node {       /* a node after an event, the cluster settled */
	uint32_t component; /* index of the lowest live node that reaches it; UINT32_MAX: it is down */
	bool quorate;
};

struct explore_visit {     /* one event tried in one state */
	uint64_t from;     /* number of the state; 0: all nodes up */
	uint32_t depth;    /* events that led to it, by a shortest way */
	uint32_t event;    /* index into exploration.events */
	uint64_t to;       /* the state that came; EXPLORE_NO_STATE: it was not kept (a breach, or no room) */
	bool is_new;       /* `to` was not met before: this is its shortest way */
	uint64_t findings; /* bit i: exploration.findings[i] was shown here; those beyond 63 have no bit */
	uint32_t node_count;
	const struct explore_node *nodes; /* valid during the call */
};

struct explore_options {
	uint32_t depth;           /* events at most */
	uint64_t states_max;      /* states kept at most; what lies beyond is told as not covered */
	uint64_t transitions_max; /* events tried at most, likewise; 0: no limit */
	/* What may befall; NULL: events_make()'s. Must outlive the exploration. */
	const struct events *events;
	/* Called for each event tried, from one thread, always in the same order: `from` ascending, in it
	 * `event` ascending; states are numbered in the order in which they are first told. May be NULL. */
	void (*visit)(void *ctx, const struct explore_visit *visit);
	/* Called after each state gone on from; may be NULL. */
	void (*progress)(void *ctx, uint32_t depth, uint64_t states, uint64_t transitions);
	void *ctx;
};

struct explore_finding { /* the shortest way to one kind of breach */
	struct verdict verdict;
	uint32_t step_count; /* events that lead to it */
	struct step *steps;  /* owned */
	uint64_t more;       /* other ways to a breach of the same rule and hazard */
};

struct exploration {
	uint32_t depth_done; /* all sequences up to here were tried */
	bool cut;            /* states_max or transitions_max was reached */
	bool exhausted;      /* no new state lies beyond: longer sequences show nothing new */
	uint64_t states, transitions, breaches;
	uint32_t finding_count;
	struct explore_finding *findings; /* owned; in the order found: shortest first */
	struct events events;             /* what the steps of findings point into; empty when options had events */
	uint64_t quorate_lost;            /* transitions after which no component was quorate */
};

/* scenario: its cluster, totem and network count, its steps do not. */
void explore(const struct scenario *scenario, const struct explore_options *options, struct exploration *exploration);
void exploration_free(struct exploration *exploration);

#endif
