/*
 * Every sequence of failures up to a length: breadth first from a cluster that has
 * started and settled, each step one event (a crash, a clean stop, a start, a network
 * split or healing, time passing a timer) after which the cluster settles, messages going
 * round each ring as those of real daemons do (choice_token). States that were met before, by whatever way, are not gone on from; so the
 * first way to a breach is a shortest one. States are the same when they differ in
 * nothing that can still matter.
 */
#ifndef SIM_EXPLORE_EXPLORE_H
#define SIM_EXPLORE_EXPLORE_H

#include "sim/check/check.h"
#include "sim/explore/events.h"
#include "sim/scenario/scenario.h"

#define EXPLORE_DEPTH_MAX 64u
#define EXPLORE_CLIENT "caller" /* who makes the calls of events, at each node */
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

struct explore_progress {
	uint32_t depth; /* of what is tried now */
	uint64_t states, transitions;
	uint64_t level_states, level_done; /* from which that depth is reached; those gone on from */
	uint64_t next_level_states;        /* new ones found at that depth so far */
};

struct explore_options {
	uint32_t depth;           /* events at most; up to EXPLORE_DEPTH_MAX */
	uint32_t jobs;            /* threads; 0 as 1. Nothing but time depends on it */
	uint64_t states_max;      /* states kept at most; what lies beyond is told as not covered. 0: no limit */
	uint64_t memory_bytes;    /* likewise: what they may take, with all that is beside them; 0: no limit */
	uint64_t transitions_max; /* events tried at most, likewise; 0: no limit */
	/* States count as different that differ in nothing but what can never matter again (vq_forget()). */
	bool exact;
	/* States count as the same that differ in nothing but the names of nodes that could change places
	 * (symmetry.h). Who acts first among equals is then anybody's choice. Not with exact. */
	bool symmetry;
	/* Every event is run, also those whose outcome is known without (walker.h): the same comes of it. */
	bool run_all;
	/* Each event goes all the ways in which it can (interleave.h), by so many runs at most; 0: the usual
	 * way only. Not with symmetry. */
	uint32_t interleavings;
	bool admin; /* an administrator's calls are among the events */
	/* What may befall; NULL: events_make_for(), with the device's where one is configured. Calls are
	 * made by a client of the index of its node. Must outlive the exploration. */
	const struct events *events;
	/* Called for each event tried, from one thread, always in the same order: `from` ascending, in it
	 * `event` ascending; states are numbered in the order in which they are first told. May be NULL. */
	void (*visit)(void *ctx, const struct explore_visit *visit);
	/* A file that keeps the search: it goes on from there when the file is there, and is kept there
	 * whenever keep_now() says so, and at the end. A larger depth goes on deeper. Visits begin
	 * where the search goes on. NULL: none. */
	const char *resume_path;
	bool (*keep_now)(void *ctx);
	/* Called after a few states were gone on from; may be NULL. */
	void (*progress)(void *ctx, const struct explore_progress *progress);
	void *ctx;
};

struct explore_finding { /* the shortest way to one kind of breach */
	struct verdict verdict;
	uint32_t step_count; /* events that lead to it */
	struct step *steps;  /* owned */
	uint64_t more;       /* other ways to a breach of the same rule and hazard */
	/* Where it departs from the usual way; owned. */
	uint32_t choice_count;
	struct choice_made *choices;
};

/* Ways are many: UINT64_MAX says that many or more. */
static inline uint64_t explore_sum_ways(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

struct explore_interleavings { /* of the events tried, when asked for */
	uint64_t runs;
	uint64_t ways;    /* that these stand for; UINT64_MAX: that many or more */
	uint64_t cut;     /* events with more ways than were run */
	uint64_t dropped; /* ways not run that are known; there are more */
	uint32_t
		complete; /* of each event all ways with so many departures from the usual one were run; UINT32_MAX: all */
	uint32_t most; /* runs of one event */
};

struct exploration {
	char problem[512];   /* with resume_path; "": there was none, else nothing was explored, or not kept */
	uint32_t depth_done; /* all sequences up to here were tried */
	bool cut;            /* states_max, memory_bytes or transitions_max was reached */
	bool exhausted;      /* no new state lies beyond: longer sequences show nothing new */
	uint64_t states, transitions, breaches;
	uint64_t simulated;   /* of the transitions: those that were run; the others were known without */
	uint64_t dropped;     /* transitions to states for which there was no room */
	uint64_t state_bytes; /* that the states take */
	uint32_t finding_count;
	struct explore_finding *findings; /* owned; in the order found: shortest first */
	struct events events;             /* what the steps of findings point into; empty when options had events */
	struct explore_interleavings interleavings;
	uint64_t quorate_lost; /* transitions after which no component was quorate */
};

/* scenario: its cluster, totem and network count, its steps do not. */
void explore(const struct scenario *scenario, const struct explore_options *options, struct exploration *exploration);
void exploration_free(struct exploration *exploration);

#endif
