/*
 * Is there an interleaving of the scenario that gives exactly a recording? A search
 * over the choices of the world, those with few unusual ones first; states that were
 * tried already are not tried again.
 */
#ifndef SIM_EXPLORE_EXPLAIN_H
#define SIM_EXPLORE_EXPLAIN_H

#include "sim/explain/recording.h"
#include "sim/world/world.h"

struct explained_choice { /* one that did not fall to the lowest */
	uint64_t time_ns;
	uint32_t step;
	uint32_t what; /* enum choice_kind */
	uint32_t picked, n;
};

struct explanation {
	bool found;
	bool token_order;       /* choices are counted from who comes next round the ring, not from who sent first */
	bool gave_up;           /* the budget was used up */
	uint64_t runs;          /* branches tried */
	uint64_t states;        /* different states at a choice */
	uint32_t matched;       /* lines of the recording, at most, when none was found */
	uint32_t *positions;    /* by stream, then; owned */
	uint32_t failed_stream; /* where something else came, or nothing, then; UINT32_MAX: nowhere */
	uint32_t failed_step;   /* then */
	char *came;             /* what came there, a line of the trace; NULL: nothing; owned */
	uint32_t choice_count;
	struct explained_choice *choices; /* owned */
};

/* Tries the plain run, then all others from the one in which messages go round the
 * ring. states_max: the budget of the latter. */
void explain(const struct scenario *scenario, const struct recording *recording, uint64_t states_max,
	     struct explanation *explanation);
void explanation_free(struct explanation *explanation);

#endif
