/*
 * A scenario as YAML, as the reader reads it: what was made or made smaller by a
 * program becomes a file that people can run, read and keep.
 */
#ifndef SIM_SCENARIO_WRITE_H
#define SIM_SCENARIO_WRITE_H

#include <stdio.h>

#include "sim/scenario/scenario.h"

/* Words to put beside it; all of them may be NULL. Lines end in \n. */
struct write_notes {
	const char *head;               /* before everything */
	const char *const *before_step; /* by step; each may be NULL */
	const char *const *after_step;  /* likewise */
	bool key_a_line;                /* each key of a step on a line of its own, for people who go on with it */
};

/*
 * Write one document; notes may be NULL. Read again it gives the same run: the
 * matrix is filled in, corosync.conf is spelled out, positions are new, and names
 * stand for numbers. NULL, or why the language cannot say it (nodelists that
 * differ between nodes other than by a reload).
 */
const char *scenario_write(const struct scenario *scenario, const struct write_notes *notes, FILE *to);

#endif
