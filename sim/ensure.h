/*
 * Assertions that stay on in release: what must be, what must never be, and
 * where either is legal and a reader should know that both were thought of. And
 * memory, which must be there.
 */
#ifndef SIM_ENSURE_H
#define SIM_ENSURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_INTERNAL 3

/* An internal error: exit status 3, never a verdict about the cluster. */
_Noreturn static inline void ensure_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "votesim: internal error at %s:%d: %s\n", file, line, what);
	exit(EXIT_INTERNAL);
}

#define ALWAYS(condition) ((condition) ? (void)0 : ensure_failed(__FILE__, __LINE__, #condition))
#define NEVER(condition) ((condition) ? ensure_failed(__FILE__, __LINE__, "never: " #condition) : (void)0)
#define MAYBE(condition) ((void)(condition))

/* Zeroed memory, never NULL; free() it. */
static inline void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	ALWAYS(memory != NULL);
	return memory;
}

/* Room for one more than `count` things of `size`; what is new is not zeroed. */
static inline void *grown(void *memory, size_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return memory;
	*room = *room ? 2 * *room : 64;
	memory = realloc(memory, *room * size);
	ALWAYS(memory != NULL);
	return memory;
}

/* The same for a list that keeps no note of its room: that is the power of two at or above `count`. */
static inline void *doubled(void *memory, size_t count, size_t size)
{
	if (count & (count - 1) || (count == 0 && memory))
		return memory;
	memory = realloc(memory, (count ? 2 * count : 1) * size);
	ALWAYS(memory != NULL);
	return memory;
}

#endif
