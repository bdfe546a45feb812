/* A set of texts: open addressing, never more than half full. */
#include "sim/texts.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/xxhash.h"

static void *resized(void *memory, size_t count, size_t size)
{
	memory = reallocarray(memory, count, size);
	ALWAYS(memory != NULL);
	return memory;
}

/* Where the text stands, or the free slot where it would. */
static uint32_t *slot_of(const struct texts *texts, const char *text, size_t size)
{
	uint32_t mask = texts->slot_count - 1;
	uint32_t at = (uint32_t)XXH3_64bits(text, size) & mask;

	for (; texts->slots[at]; at = (at + 1) & mask) {
		size_t other_size;
		const char *other = texts_get(texts, texts->slots[at] - 1, &other_size);

		if (other_size == size && memcmp(other, text, size) == 0)
			break;
	}
	return &texts->slots[at];
}

static void spread(struct texts *texts)
{
	texts->slot_count = texts->slot_count ? 2 * texts->slot_count : 64;
	texts->slots = resized(texts->slots, texts->slot_count, sizeof *texts->slots);
	memset(texts->slots, 0, texts->slot_count * sizeof *texts->slots);
	for (uint32_t i = 0; i < texts->count; i++) {
		size_t size;
		const char *text = texts_get(texts, i, &size);

		*slot_of(texts, text, size) = i + 1;
	}
}

static void append(struct texts *texts, const char *text, size_t size)
{
	size_t used = texts->count ? texts->ends[texts->count - 1] : 0;

	if (used + size > texts->bytes_room) {
		texts->bytes_room = 2 * texts->bytes_room + size;
		texts->bytes = resized(texts->bytes, texts->bytes_room, 1);
	}
	if (texts->count == texts->room) {
		texts->room = 2 * texts->room + 64;
		texts->ends = resized(texts->ends, texts->room, sizeof *texts->ends);
	}
	if (size)
		memcpy(texts->bytes + used, text, size);
	texts->ends[texts->count++] = used + size;
}

uint32_t texts_number(struct texts *texts, const char *text, size_t size)
{
	uint32_t *slot;

	if (2 * texts->count >= texts->slot_count)
		spread(texts);
	slot = slot_of(texts, text, size);
	if (*slot == 0) {
		ALWAYS(texts->count < UINT32_MAX / 2);
		append(texts, text, size);
		*slot = texts->count;
	}
	return *slot - 1;
}

const char *texts_get(const struct texts *texts, uint32_t number, size_t *size)
{
	size_t begin = number ? texts->ends[number - 1] : 0;

	*size = texts->ends[number] - begin;
	return texts->bytes + begin;
}

void texts_free(struct texts *texts)
{
	free(texts->bytes);
	free(texts->ends);
	free(texts->slots);
	memset(texts, 0, sizeof *texts);
}
