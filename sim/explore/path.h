/*
 * A sequence of failures that can be changed, run and told in words: for each step a
 * verb, and a mark for each node (crash, stop, start: 1 when it is one of them;
 * partition: the number of its part).
 */
#ifndef SIM_EXPLORE_PATH_H
#define SIM_EXPLORE_PATH_H

#include <stdio.h>

#include "sim/explore/classes.h"

struct path {
	uint32_t node_count, room; /* steps it has room for */
	uint32_t count;
	enum verb *verbs;
	uint32_t *marks; /* step * node_count + node */
};

void path_make(struct path *path, uint32_t node_count, uint32_t room);
void path_free(struct path *path);
void path_copy(struct path *to, const struct path *from); /* room must suffice */
void path_append(struct path *path, const struct step *step);
static inline uint32_t *path_marks(const struct path *path, uint32_t step)
{
	return path->marks + (size_t)step * path->node_count;
}

/* The same as steps. *memory: what they point to; both are the caller's to free(). */
struct step *path_steps(const struct path *path, void **memory);

/* What one step is in general words, as "2 nodes crash at once": which of several like
 * nodes they are is not told. before: the nodes as they are before it. */
struct general { /* text that fits a line or two */
	char text[256];
};
void path_general(struct general *general, const struct scenario *scenario, const struct classes *classes,
		  enum verb verb, const uint32_t *marks, const struct explore_node *before);
/* A number that two steps share when they do the same to like nodes in like places. */
uint64_t path_signature(const struct classes *classes, enum verb verb, const uint32_t *marks,
			const struct explore_node *before);

#endif
