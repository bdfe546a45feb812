/*
 * How an exploration gets on, for who watches it and for who measures it. Of the files
 * of the simulator only this and the benchmark look at a clock.
 */
#ifndef SIM_EXPLORE_PACE_H
#define SIM_EXPLORE_PACE_H

#include <stdio.h>

#include "sim/explore/explore.h"

struct pace {
	double began_s, told_s;
	double kept_s; /* when the search was kept last, or begun */
};

void pace_begin(struct pace *pace);
double pace_seconds(const struct pace *pace);
/* One line on standard error over the last one, a few times a second at most. */
void pace_tell(struct pace *pace, const struct explore_options *options, const struct explore_progress *progress);
/* Is it time to keep the search on disk? Every ten seconds. */
bool pace_keep_now(struct pace *pace);
/* One JSON object in a line: what was done, how long it took, what it held. */
void pace_write_stats(const struct pace *pace, const struct explore_options *options,
		      const struct exploration *exploration, FILE *file);

#endif
