/*
 * A set of texts, numbered from 0 in the order they came: each is kept once.
 */
#ifndef SIM_TEXTS_H
#define SIM_TEXTS_H

#include <stddef.h>
#include <stdint.h>

struct texts {           /* all zero: empty */
	char *bytes;     /* one after the other; owned */
	size_t *ends;    /* by number; owned */
	uint32_t *slots; /* by hash: number + 1, 0 is free; owned */
	uint32_t count, room, slot_count;
	size_t bytes_room;
};

/* The number of this text, which is added when it is new. At most UINT32_MAX / 2 texts. */
uint32_t texts_number(struct texts *texts, const char *text, size_t size);
/* Not NUL-terminated; valid until the next is added. */
const char *texts_get(const struct texts *texts, uint32_t number, size_t *size);
void texts_free(struct texts *texts);

#endif
