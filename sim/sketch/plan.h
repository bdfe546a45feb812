/* The steps of a sketch, without what is expected. */
#ifndef SIM_SKETCH_PLAN_H
#define SIM_SKETCH_PLAN_H

#include "sim/sketch/sketch.h"

#define PLAN_STEPS_MAX (3 + 3 * SKETCH_FAULTS_MAX)

struct plan_step {
	const char *comment; /* NULL: none */
	char text[400];      /* "crash: 3" */
	bool is_call;        /* nothing happens to the cluster */
	uint32_t paused;     /* id of the node that is paused after it; 0: none */
};

struct plan {
	uint32_t count;
	struct plan_step steps[PLAN_STEPS_MAX];
	char description[512];
	char nodes[128];      /* "3" */
	char quorum[256];     /* "two_node: 1"; "": nothing */
	uint32_t client_from; /* the step that opens the watcher's connection */
};

void plan_make(struct plan *plan, const struct sketch *sketch);

#endif
