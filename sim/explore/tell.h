/*
 * A way to a breach, told to people: as a story, and as a scenario that shows it.
 */
#ifndef SIM_EXPLORE_TELL_H
#define SIM_EXPLORE_TELL_H

#include <stdio.h>

#include "sim/explore/explore.h"

/* "1 2 7", and of more than a few nodes "1-16 20" */
void tell_ids(const struct scenario *scenario, const struct index_list *nodes, FILE *file);
/* "node 3 crashes", "the network splits: 1 2 | 3", ... */
void tell_event(const struct scenario *scenario, const struct step *step, FILE *file);
/* "choices: {token: {all: 1}, order: {3: 2}}": how the choices of the way to a finding fall. */
void tell_choices(const struct explore_finding *finding, FILE *file);
/* A complete scenario that `votesim run` reads; number: of the finding, for its name. */
void tell_scenario(const struct scenario *scenario, const struct explore_finding *finding, uint32_t number,
		   FILE *file);

#endif
