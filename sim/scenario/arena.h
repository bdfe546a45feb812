/*
 * Memory that is freed all at once.
 *
 * A reader leaves by longjmp at the first mistake; nothing it allocated is
 * lost by that because nothing has an owner of its own.
 */
#ifndef SIM_SCENARIO_ARENA_H
#define SIM_SCENARIO_ARENA_H

#include <stddef.h>

#define ARENA_MAX (512u << 20) /* bytes; a set of scenarios that needs more is refused */

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first; NULL: nothing allocated yet */
	size_t total;
};

/* Zeroed memory for count objects, aligned for any type; NULL when there is no
 * more or ARENA_MAX is reached. A count of 0 yields memory as well. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* Free everything; what arena->blocks held may be given instead. */
void arena_free(struct arena_block *blocks);

#endif
