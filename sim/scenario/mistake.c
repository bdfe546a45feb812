/* Telling what is wrong in a file: one message, for the mistake that stands first in it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/mistake.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/words.h"

bool attempt(struct reading *reading, void (*part)(void *context), void *context)
{
	struct escape here;

	here.outer = reading->escape;
	reading->escape = &here;
	if (setjmp(here.jump) != 0) {
		reading->escape = here.outer;
		return false;
	}
	part(context);
	reading->escape = here.outer;
	return true;
}

void mistake_follows(struct reading *reading)
{
	ALWAYS(reading->failed);
	longjmp(reading->escape->jump, 1);
}

static bool is_first(const struct reading *reading, struct position at)
{
	if (!reading->failed)
		return true;
	if (at.line != reading->first.line)
		return at.line < reading->first.line;
	return at.column < reading->first.column;
}

static void write_message(struct reading *reading, struct position at, const char *format, va_list arguments)
{
	char *to = reading->message;
	size_t room = reading->message_size, used = 0;
	int n;

	if (room == 0)
		return;
	if (at.line == 0)
		n = snprintf(to, room, "%s: ", reading->path);
	else if (at.column == 0)
		n = snprintf(to, room, "%s:%u: ", reading->path, at.line);
	else
		n = snprintf(to, room, "%s:%u:%u: ", reading->path, at.line, at.column);
	used = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
	n = vsnprintf(to + used, room - used, format, arguments);
	used += n < 0 ? 0 : (size_t)n < room - used ? (size_t)n : room - used - 1;
	if (reading->variant[0] != '\0')
		(void)snprintf(to + used, room - used, " [%s]", reading->variant);
}

void mistake(struct reading *reading, struct position at, const char *format, ...)
{
	struct position in_file = reading->within.line != 0 ? reading->within : at;
	va_list arguments;

	if (is_first(reading, in_file)) {
		va_start(arguments, format);
		write_message(reading, at, format, arguments);
		va_end(arguments);
		reading->failed = true;
		reading->first = in_file;
	}
	longjmp(reading->escape->jump, 1);
}

void mistake_word(struct reading *reading, struct position at, const char *what, const char *text,
		  const char *const *words, uint32_t count)
{
	const char *near = nearest_word(text, words, count);
	const char *found = quoted(reading, text, strlen(text));
	char list[1024] = "";
	size_t used = 0;

	if (near != NULL)
		mistake(reading, at, "unknown %s %s: did you mean '%s'?", what, found, near);
	for (uint32_t i = 0; i < count && used + strlen(words[i]) + 3 < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i == 0 ? "" : ", ", words[i]);
	if (count == 1)
		mistake(reading, at, "unknown %s %s: expected '%s'", what, found, list);
	mistake(reading, at, "unknown %s %s: expected one of %s", what, found, list);
}

void *take(struct reading *reading, size_t count, size_t size)
{
	void *memory = arena_alloc(&reading->arena, count, size);

	if (memory == NULL)
		mistake(reading, (struct position){0, 0}, "needs more memory than there is (at most %u MiB)",
			ARENA_MAX >> 20);
	return memory;
}

char *take_text(struct reading *reading, const char *text, size_t size)
{
	char *copy = take(reading, size + 1, 1);

	memcpy(copy, text, size);
	return copy;
}

char *take_format(struct reading *reading, const char *format, ...)
{
	va_list arguments;
	char *text, probe[1];
	int size;

	va_start(arguments, format);
	size = vsnprintf(probe, sizeof(probe), format, arguments);
	va_end(arguments);
	ALWAYS(size >= 0);
	text = take(reading, (size_t)size + 1, 1);
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)size + 1, format, arguments);
	va_end(arguments);
	return text;
}

const char *quoted(struct reading *reading, const char *text, size_t size)
{
	char buffer[PRINTABLE_MAX];

	printable(text, size, buffer);
	return take_format(reading, "'%s'", buffer);
}
