/*
 * The critical step of a run that ended badly: the last from the state before which it
 * could still have ended well.
 *
 * Every step is tried, from the end backwards, for none can be inferred from another:
 * from the state before it (reached by the run's own choices) the run goes on in other
 * ways, its continuations: the step left out, alone, with one later step or with all
 * of them; and all steps taken, with other choices than the run's.
 */
#ifndef SIM_REPLAY_CRITICAL_H
#define SIM_REPLAY_CRITICAL_H

#include <stdio.h>

#include "sim/replay/replay.h"

#define CRITICAL_CONTINUATIONS 1000u /* default: of other choices, for each step */
#define CRITICAL_EVENTS_MAX 4000000u /* events of all continuations from one step; what lies beyond is not tried */

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

struct critical {
	struct critical_options options;
	bool ended_badly;
	struct verdict bad; /* the first that was; kind 0 with options.quorate, or when the run got stuck */
	bool found;
	uint32_t step;
	bool left_out_tried, left_out_well;           /* the step alone */
	bool rest_left_out_tried, rest_left_out_well; /* it and all after it */
	struct critical_tries with_another;           /* it and one later step */
	uint32_t another;                             /* the first of them that ends well */
	struct critical_tries choices;                /* all steps taken, other choices */
	uint32_t choice_what,
		choice_step;  /* enum choice_kind and step of the first single other choice that ends well */
	uint64_t choice_ns;   /* when it is made */
	bool choice_single;   /* there is one */
	bool cut;             /* not every other choice was tried, somewhere */
	uint64_t after_tried; /* continuations from the states after it: none ends well */
};

/* replay is not moved. */
void critical_find(const struct replay *replay, const struct critical_options *options, struct critical *critical);
void critical_tell(const struct scenario *scenario, const struct critical *critical, FILE *to);
void critical_json(const struct scenario *scenario, const struct critical *critical, FILE *to);

#endif
