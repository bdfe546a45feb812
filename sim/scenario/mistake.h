/*
 * Telling what is wrong in a file: one message, for the mistake that stands
 * first in it.
 *
 * mistake() never returns: it leaves the part of the file that is being read.
 * Reading then goes on with the parts that do not depend on it, and of all
 * mistakes met the first one in the file is kept.
 */
#ifndef SIM_SCENARIO_MISTAKE_H
#define SIM_SCENARIO_MISTAKE_H

#include <setjmp.h>

#include "sim/scenario/arena.h"
#include "sim/scenario/scenario.h"

struct escape {
	jmp_buf jump;
	struct escape *outer;
};

struct reading {
	struct arena arena;
	const char *path;       /* of the file that positions are in */
	struct position within; /* line not 0: that file is read for what stands there in another */
	const char *variant;    /* of the matrix; "" outside */
	struct escape *escape;  /* innermost */
	bool failed;
	struct position first; /* of the message kept */
	char *message;
	size_t message_size;
};

/* `part`, and false when a mistake in it was told. */
bool attempt(struct reading *reading, void (*part)(void *context), void *context);

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
_Noreturn void
mistake(struct reading *reading, struct position at, const char *format, ...);
/* The same without a word: what is wrong follows from a mistake already told. */
_Noreturn void mistake_follows(struct reading *reading);
/* "MESSAGE: did you mean 'x'?" or the list of valid words. */
_Noreturn void mistake_word(struct reading *reading, struct position at, const char *what, const char *text,
			    const char *const *words, uint32_t count);

/* Memory of the reading; a mistake when there is no more. */
void *take(struct reading *reading, size_t count, size_t size);
char *take_text(struct reading *reading, const char *text, size_t size);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
take_format(struct reading *reading, const char *format, ...);

/* Bytes of a file in quotes, made printable and not too long. */
const char *quoted(struct reading *reading, const char *text, size_t size);

#endif
