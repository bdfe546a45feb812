/* What the logs say of the cluster at the end of each step. */
#ifndef SIM_RECORD_SEEN_H
#define SIM_RECORD_SEEN_H

#include "sim/record/story.h"

/* Fills in the second half of each step. */
void story_see(struct story *story, struct members *members);

#endif
