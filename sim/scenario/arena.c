/* Memory that is freed all at once: a list of blocks, filled from the front. */
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/scenario/arena.h"

/* The first block of each arena, and the largest that holds more than one thing: whoever edits a scenario
 * a thousand times fills an arena each time, with little. */
#define FIRST_SIZE ((size_t)2 << 10)
#define BLOCK_SIZE ((size_t)64 << 10)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *add_block(struct arena *arena, size_t need)
{
	size_t size = arena->blocks ? 4 * arena->blocks->size : FIRST_SIZE;
	struct arena_block *block;

	size = size < BLOCK_SIZE ? size : BLOCK_SIZE;
	size = size > need ? size : need;
	if (size > ARENA_MAX - arena->total)
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->total += size;
	return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t need;

	if (count > ARENA_MAX / size)
		return NULL;
	need = (count * size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (block == NULL || need > block->size - block->used)
		block = add_block(arena, need);
	if (block == NULL)
		return NULL;
	block->used += need;
	return block->bytes + block->used - need;
}

void arena_free(struct arena_block *blocks)
{
	while (blocks != NULL) {
		struct arena_block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}
