/*
 * Makes a scenario that shows something smaller, until nothing single can be left out
 * of it: steps, nodes, clients, keys of the configuration, unusual choices, moments.
 *
 * Every accepted form was written as YAML, read again and run, so what is left is a
 * file that shows the same thing by itself.
 */
#ifndef SIM_EXPLORE_SHRINK_H
#define SIM_EXPLORE_SHRINK_H

#include "sim/explore/find.h"

struct shrunk {
	struct scenario_set set; /* of one scenario */
	struct found found;      /* what it shows, as its run tells it */
	uint64_t tests;          /* forms that were run */
	bool minimal;            /* false: the budget of tests was used up first */
};

struct shrink_options {
	const char *name;        /* of the scenario that is left */
	const char *description; /* likewise */
	uint64_t tests_max;
};

/* `scenario`, run with these choices and seed, shows `target`. False: its run, written
 * as a scenario of its own, does not. */
bool shrink(const struct scenario *scenario, struct choice choice, uint64_t seed, const struct found *target,
	    const struct shrink_options *options, struct shrunk *shrunk);
void shrunk_free(struct shrunk *shrunk);

#endif
