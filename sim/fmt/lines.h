/*
 * Lines under way: text that grows at its end, comments behind it. Comments of
 * adjacent lines that stood below each other stay so.
 */
#ifndef SIM_FMT_LINES_H
#define SIM_FMT_LINES_H

#include "sim/fmt/source.h"

struct text {
	struct reading *reading; /* has the memory */
	size_t most;             /* bytes; 0: no limit */
	bool over;               /* there was more: it is not in bytes */
	size_t size, room;
	char *bytes;
};

void text_put(struct text *text, const char *bytes, size_t size);
void text_word(struct text *text, const char *word);
/* Characters, counted from `from`, in bytes. */
uint32_t text_width(const struct text *text, size_t from);

struct line {
	struct text text;
	const struct comment *comment; /* behind it; NULL: none */
	bool closed;                   /* no comment can stand behind it */
};

struct lines {
	struct reading *reading;
	uint32_t count, room;
	struct line *lines;
	bool fresh; /* at the start of something: no blank line here */
};

/* A line with so many blanks before what comes; then what is put goes there. */
void lines_begin(struct lines *lines, uint32_t indent);
struct text *lines_last(struct lines *lines);
/* A blank line, unless one is there or something begins here. */
void lines_blank(struct lines *lines);
/* Behind the last line, or below it when there is no place behind it. */
void lines_comment(struct lines *lines, const struct comment *comment, uint32_t indent);
/* All of them, with line breaks. */
struct text lines_join(struct lines *lines);

#endif
