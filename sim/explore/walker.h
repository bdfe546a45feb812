/*
 * One who walks: a world and its judge, taken to a state, from which every event is
 * tried. Each thread of an exploration has its own; what they return does not depend on
 * which of them walked.
 *
 * An event is not run when what it leads to is known without: partitions that differ
 * only in where nodes lie that are down; and, where no timer can run, a partition whose
 * every component came of another partition of the same state before (components do
 * not see each other), as long as nothing that the judge compares between components
 * is at stake.
 */
#ifndef SIM_EXPLORE_WALKER_H
#define SIM_EXPLORE_WALKER_H

#include "sim/explore/explore.h"

struct way { /* from the start to a state */
	uint32_t count;
	const uint32_t *events;
	const uint32_t *const *departures; /* of each event: interleave.h. NULL: all went the usual way */
};

struct outcome { /* of one event in one state */
	uint64_t hash[2];
	uint32_t state, event;
	uint32_t shown_first, shown_count; /* breaches and hazards, in expansion.shown */
	bool breached;                     /* a breach was among them: it ends here */
	bool quorate;                      /* some node is */
	bool simulated;
	bool unfinished;     /* from somewhere on it went as another did */
	uint32_t departures; /* in expansion.words, 0: none */
};

struct shown { /* a kind of breach or hazard */
	uint32_t kind, rule, hazard;
};

struct told { /* the first of its kind in an expansion */
	uint32_t state, event;
	struct verdict verdict;
};

struct expansion { /* of some states, in their order; zeroed before first use, may be used again */
	uint32_t outcome_count, shown_count, told_count;
	uint32_t outcome_room, shown_room, told_room;
	struct outcome *outcomes;
	struct shown *shown;
	struct told *told;
	uint32_t *words; /* lists of departures, the first word unused */
	uint32_t word_count, word_room;
	struct explore_interleavings interleavings;
	struct explore_node *nodes; /* of each outcome, when the options have a visitor */
};

struct walker;

/* All must outlive the walker. events: options->events or another default. */
struct walker *walker_create(const struct scenario *scenario, const struct explore_options *options,
			     const struct events *events);
void walker_destroy(struct walker *walker);
/* The hash of the state at the end of the way. */
void walker_hash(struct walker *walker, struct way way, uint64_t hash[2]);
/* Try every event in the state, and add to the expansion what came. */
void walker_expand(struct walker *walker, uint32_t state, struct way way, struct expansion *expansion);

/* NULL: it went the usual way. */
const uint32_t *expansion_departures(const struct expansion *expansion, const struct outcome *outcome);
/* Of a walker that did nothing else: what the way, and then the event, chose that was not usual, by kind
 * and number. Owned by the walker. */
const struct choice_made *walker_choices(struct walker *walker, struct way way, uint32_t event,
					 const uint32_t *departures, uint32_t *count);

void expansion_clear(struct expansion *expansion);
void expansion_free(struct expansion *expansion);
bool shown_alike(const struct shown *shown, const struct verdict *verdict);

#endif
