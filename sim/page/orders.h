/*
 * What the order of things adds: ways to grief of which the usual order of messages and
 * rings shows nothing. Every event goes all its ways (interleave.h), within a budget of runs.
 */
#ifndef SIM_PAGE_ORDERS_H
#define SIM_PAGE_ORDERS_H

#include "sim/explore/explore.h"

#define ORDERS_STEPS_MAX 3u

struct orders {
	bool asked;
	uint32_t runs_max;      /* of one event */
	struct exploration all; /* owned; its findings point into its events */
	uint32_t count;
	uint32_t *found; /* of all.findings: kinds that the usual order does not show; owned */
	/* Nobody is quorate in some orders after an event, and somebody is in the usual one. */
	uint64_t losses;
	uint32_t loss_steps;             /* the first of them, the shortest; 0: there is none */
	uint32_t loss[ORDERS_STEPS_MAX]; /* of all.events */
	char **files;                    /* by found: the scenario written for it; owned; NULL: none were */
};

/* options: interleavings is how many runs of one event; depth 0: as many steps as the number of nodes allows.
 * At most EVENT_NODES_MAX nodes. */
void orders_find(struct orders *orders, const struct scenario *scenario, const struct explore_options *options);
void orders_free(struct orders *orders);

#endif
