/*
 * What happens in a scenario, in words: after each step who is with whom, what each
 * node believes and why; at the end what was found.
 */
#ifndef SIM_EXPLORE_STORY_H
#define SIM_EXPLORE_STORY_H

#include <stdio.h>

#include "sim/explore/find.h"
#include "sim/scenario/write.h"

struct story {
	char *head;
	uint32_t count;           /* of steps */
	char **after;             /* by step; NULL: nothing has changed */
	struct write_notes notes; /* the same, as scenario_write() takes it */
};

/* Runs the scenario as `votesim run` does without options. found: what it shows; NULL:
 * nothing is told of that. */
void story_make(const struct scenario *scenario, const struct found *found, struct story *story);
void story_free(struct story *story);

/* The words of a finding: "hazard H3, which the manual admits: At most ...", "DEFECT: ...". */
void story_title(const struct found *found, FILE *to);

#endif
