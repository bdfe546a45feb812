/* Lines under way. */
#include <string.h>

#include "sim/fmt/lines.h"

void text_put(struct text *text, const char *bytes, size_t size)
{
	if (text->most != 0 && text->size + size > text->most) {
		text->over = true;
		return;
	}
	if (text->size + size + 1 > text->room) {
		size_t room = 2 * (text->size + size) + 64;
		char *more = take(text->reading, room, 1);

		if (text->size > 0)
			memcpy(more, text->bytes, text->size);
		text->bytes = more;
		text->room = room;
	}
	if (size > 0)
		memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
	text->bytes[text->size] = '\0';
}

void text_word(struct text *text, const char *word)
{
	text_put(text, word, strlen(word));
}

uint32_t text_width(const struct text *text, size_t from)
{
	uint32_t width = 0;

	for (size_t i = from; i < text->size; i++)
		width += ((unsigned char)text->bytes[i] & 0xc0) != 0x80;
	return width;
}

void lines_begin(struct lines *lines, uint32_t indent)
{
	if (lines->count == lines->room) {
		uint32_t room = lines->room == 0 ? 64 : 2 * lines->room;
		struct line *more = take(lines->reading, room, sizeof(*more));

		if (lines->count > 0)
			memcpy(more, lines->lines, lines->count * sizeof(*more));
		lines->lines = more;
		lines->room = room;
	}
	lines->lines[lines->count++] = (struct line){.text = {.reading = lines->reading}};
	for (uint32_t i = 0; i < indent; i++)
		text_put(lines_last(lines), " ", 1);
	lines->fresh = false;
}

struct text *lines_last(struct lines *lines)
{
	return &lines->lines[lines->count - 1].text;
}

void lines_blank(struct lines *lines)
{
	if (lines->fresh || lines->count == 0 || lines_last(lines)->size == 0)
		return;
	lines_begin(lines, 0);
}

void lines_comment(struct lines *lines, const struct comment *comment, uint32_t indent)
{
	struct line *last = lines->count == 0 ? NULL : &lines->lines[lines->count - 1];

	if (!comment->own_line && last != NULL && !last->closed && last->comment == NULL && last->text.size > 0) {
		last->comment = comment;
		return;
	}
	lines_begin(lines, indent);
	text_word(lines_last(lines), comment->text);
	lines->lines[lines->count - 1].closed = true;
}

/* Were the comments behind these two adjacent lines below each other? */
static bool is_aligned(const struct line *above, const struct line *below)
{
	return above->comment != NULL && below->comment != NULL &&
	       above->comment->at.line + 1 == below->comment->at.line &&
	       above->comment->at.column == below->comment->at.column;
}

static void put_blanks(struct text *text, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		text_put(text, " ", 1);
}

struct text lines_join(struct lines *lines)
{
	struct text all = {.reading = lines->reading};
	uint32_t width = 0, same = 0; /* of the lines up to `same`, whose comments are below each other */

	for (uint32_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->lines[i];

		if (line->comment != NULL && i >= same) {
			width = text_width(&line->text, 0);
			for (same = i + 1; same < lines->count && is_aligned(line + same - i - 1, line + same - i);
			     same++)
				if (text_width(&lines->lines[same].text, 0) > width)
					width = text_width(&lines->lines[same].text, 0);
		}
		text_put(&all, line->text.bytes, line->text.size);
		if (line->comment != NULL) {
			put_blanks(&all, width - text_width(&line->text, 0) + 1);
			text_word(&all, line->comment->text);
		}
		text_put(&all, "\n", 1);
	}
	return all;
}
