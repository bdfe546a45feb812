/*
 * The critical step of a run that ended badly: the last from the state before which it
 * could still have ended well.
 *
 * Every step is tried, from the end backwards, for none can be inferred from another:
 * from the state before it (reached by the run's own choices) the run goes on in other
 * ways, its continuations: the step left out, alone, with one later step or with all
 * of them; and all steps taken, with other choices than the run's.
 *
 * Beyond the critical step the search goes on for two answers of their own: which single
 * steps avert the end when they are left out, and the last step from which other choices
 * alone do.
 */
#ifndef SIM_REPLAY_CRITICAL_H
#define SIM_REPLAY_CRITICAL_H

#include <stdio.h>

#include "sim/replay/replay.h"

#define CRITICAL_CONTINUATIONS 1000u /* default: of other choices, for each step */
/* Events times nodes of all continuations from one step; and of all other choices beyond the critical step. */
#define CRITICAL_COST_MAX 3000000u
#define CRITICAL_COST_BEYOND_MAX (4u * CRITICAL_COST_MAX)

struct critical_options {
	/* false: the run ends well when no rule is broken, no hazard shows, the steps whose
	 * expectations failed in the run see them held, and some node is up at the end.
	 * true: when some node is quorate at the end; nothing else counts. */
	bool quorate;
	uint32_t continuations_max;
};

struct critical_tries {
	uint32_t tried, well;
};

struct critical_choice { /* of the run's, the first that, made otherwise, lets it end well */
	bool found;
	uint32_t what; /* enum choice_kind */
	uint32_t step;
	uint64_t time_ns;
};

struct critical_from {                                /* continuations from the state before one step */
	bool left_out_tried, left_out_well;           /* the step alone */
	bool rest_left_out_tried, rest_left_out_well; /* it and all after it */
	struct critical_tries with_another;           /* it and one later step */
	uint32_t another;                             /* the first of them that ends well */
	struct critical_tries choices;                /* all steps taken, other choices */
	struct critical_choice choice;
};

struct critical {
	struct critical_options options;
	bool ended_badly;
	struct verdict bad; /* the first that was; kind 0 with options.quorate, or when the run got stuck */
	bool found;
	uint32_t step;
	struct critical_from from; /* from the state before it */
	uint64_t after_tried;      /* continuations from the states after it: none ends well */
	bool cut;                  /* not every other choice was tried, somewhere */
	uint32_t step_count;
	bool *averts; /* by step: left out alone, it ends well; owned */
	bool by_choices_found;
	uint32_t by_choices_step; /* the last step from which other choices alone let it end well */
	struct critical_from by_choices;
	uint64_t by_choices_tried; /* in vain, from the states after it */
};

/* replay is not moved. Free with critical_free(). */
void critical_find(const struct replay *replay, const struct critical_options *options, struct critical *critical);
void critical_free(struct critical *critical);
void critical_tell(const struct scenario *scenario, const struct critical *critical, FILE *to);
void critical_json(const struct critical *critical, FILE *to);

#endif
