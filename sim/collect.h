/*
 * The scenarios that a command line names: files as they are, folders with every
 * *.yaml and *.yml below them, in the order of their names.
 */
#ifndef SIM_COLLECT_H
#define SIM_COLLECT_H

#include "sim/scenario/scenario.h"

struct collection {
	uint32_t set_count;
	struct scenario_set *sets; /* one per file */
	uint32_t file_count;
	char **files; /* paths as told in messages */
	uint32_t run_count;
	const struct scenario **runs; /* all scenarios of all files, in order */
	uint32_t mistakes;            /* files that could not be read; each was told on standard error */
};

/* Read all. only: NULL, or the one scenario name ("name" or "name [variant]") to keep. */
void collect(struct collection *collection, char *const *paths, int path_count, const char *only);
/* The paths of the files only; collection_free() it. */
void collect_files(struct collection *collection, char *const *paths, int path_count);
void collection_free(struct collection *collection);

#endif
