/* A story as a scenario with comments, fit to be run and to be gone on with. */
#ifndef SIM_RECORD_SKELETON_H
#define SIM_RECORD_SKELETON_H

#include <stdio.h>

#include "sim/record/story.h"

struct skeleton {
	const char *name;                 /* of the scenario */
	uint32_t conf_count;              /* corosync.conf as it was at the start, and after each reload */
	const struct scenario_set *confs; /* 0: the cluster is made up from the logs */
};

/* Mistakes leave to the record's reading. */
void skeleton_write(const struct skeleton *skeleton, const struct story *story, const struct members *members,
		    FILE *to);

#endif
