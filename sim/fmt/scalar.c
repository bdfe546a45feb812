/*
 * Scalars as they are written.
 *
 * Words and lines stay the author's. Single quotes become double ones where
 * nothing has to be escaped; what is bare and looks like ${name} between brackets
 * gets quotes, without which only votesim can read it.
 */
#include "sim/fmt/scalar.h"

#include <stdio.h>
#include <string.h>

#include "sim/scenario/printable.h"
#include "sim/scenario/tree.h"

bool scalar_is_empty(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->raw == NULL && node->tag == NULL && node->anchor == NULL;
}

static bool has_break(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (source_break(text + i, size - i) > 0)
			return true;
	return false;
}

/* Breaks other than LF and CRLF are part of what is meant, or nearly so. */
static bool has_rare_break(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t length = source_break(text + i, size - i);

		if (length > 0 && text[i + length - 1] != '\n')
			return true;
		i += length > 1 ? length - 1 : 0;
	}
	return false;
}

/* ---- in quotes ---------------------------------------------------------------- */

static void put_escape(struct text *to, uint32_t c)
{
	char escape[16];

	switch (c) {
	case '"':
	case '\\':
		(void)snprintf(escape, sizeof(escape), "\\%c", (char)c);
		break;
	case '\n':
		(void)snprintf(escape, sizeof(escape), "\\n");
		break;
	case '\t':
		(void)snprintf(escape, sizeof(escape), "\\t");
		break;
	default:
		(void)snprintf(escape, sizeof(escape), c > 0xff ? "\\u%04x" : "\\x%02x", (unsigned)c);
	}
	text_word(to, escape);
}

static bool wants_escape(uint32_t c)
{
	return c == '"' || c == '\\' || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       c == 0xfeff;
}

static void put_quoted(const struct node *node, struct text *to)
{
	text_put(to, "\"", 1);
	for (size_t i = 0; i < node->size;) {
		uint32_t c = 0;
		size_t length = utf8_decode(node->text + i, node->size - i, &c);

		if (wants_escape(c))
			put_escape(to, c);
		else
			text_put(to, node->text + i, length);
		i += length;
	}
	text_put(to, "\"", 1);
}

/* 'so' can as well be written "so". */
static bool is_plain_in_quotes(const struct node *node)
{
	for (size_t i = 0; i < node->size; i++)
		if (node->text[i] == '"' || node->text[i] == '\\' || (unsigned char)node->text[i] < 0x20)
			return false;
	return true;
}

static bool is_reference(const struct node *node)
{
	return node->size > 0 && tree_reference(node->text, node->size) == node->size;
}

bool scalar_in_line(const struct node *node, bool in_flow, struct text *to)
{
	bool broken = has_break(node->raw, node->raw_size);

	switch (node->style) {
	case SCALAR_PLAIN:
		if (node->raw == NULL)
			return true;
		if (in_flow && is_reference(node))
			put_quoted(node, to);
		else if (has_break(node->text, node->size))
			return false;
		else
			text_put(to, node->text, node->size);
		return true;
	case SCALAR_SINGLE:
	case SCALAR_DOUBLE:
		if (broken || (node->style == SCALAR_SINGLE && is_plain_in_quotes(node)))
			put_quoted(node, to);
		else
			text_put(to, node->raw, node->raw_size);
		return true;
	default:
		put_quoted(node, to);
		return true;
	}
}

/* ---- lines of text and of quotes ------------------------------------------------- */

/* One line of the text from *at, without its break; *at goes behind that. */
static size_t next_line(const struct node *node, size_t *at, const char **line)
{
	size_t end = *at, length = 0;

	*line = node->raw + *at;
	while (end < node->raw_size && (length = source_break(node->raw + end, node->raw_size - end)) == 0)
		end++;
	*at = end + length;
	return end - (size_t)(*line - node->raw);
}

static void put_trimmed(struct lines *lines, const char *line, size_t size, uint32_t indent, bool first)
{
	while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t'))
		size--;
	while (!first && size > 0 && (*line == ' ' || *line == '\t'))
		line++, size--;
	if (!first)
		lines_begin(lines, size > 0 ? indent : 0);
	text_put(lines_last(lines), line, size);
}

static void put_lines(const struct node *node, struct lines *lines, uint32_t indent)
{
	const char *line;
	size_t at = 0;

	for (bool first = true; at < node->raw_size; first = false) {
		size_t size = next_line(node, &at, &line);

		put_trimmed(lines, line, size, indent, first);
	}
}

/* ---- block scalars --------------------------------------------------------------- */

struct block {
	const char *header;
	size_t header_size, content; /* where the lines below the header begin */
	uint32_t explicit;           /* indentation told by the header; 0: found */
	uint32_t indent;             /* of the content in the source */
	char chomping;               /* '-', '+' or ' ' */
};

static uint32_t blanks_of(const char *line, size_t size)
{
	uint32_t count = 0;

	while (count < size && line[count] == ' ')
		count++;
	return count;
}

/* As libyaml finds it: the first line that has text, or a longer blank one before it. */
static uint32_t find_indent(const struct node *node, size_t at)
{
	uint32_t least = (uint32_t)(node->block_column + 1), most = least > 1 ? least : 1;
	const char *line;

	while (at < node->raw_size) {
		size_t size = next_line(node, &at, &line);
		uint32_t blanks = blanks_of(line, size);

		if (blanks > most)
			most = blanks;
		if (blanks < size)
			break;
	}
	return most;
}

static struct block block_of(const struct node *node)
{
	struct block block = {.chomping = ' '};

	block.header_size = next_line(node, &block.content, &block.header);
	for (size_t i = 1; i < block.header_size && i < 3; i++) {
		char c = block.header[i];

		if (c == '+' || c == '-')
			block.chomping = c;
		else if (c >= '1' && c <= '9')
			block.explicit = (uint32_t)(c - '0');
		else
			break;
	}
	block.indent = block.explicit == 0
			       ? find_indent(node, block.content)
			       : (uint32_t)(node->block_column > 0 ? node->block_column : 0) + block.explicit;
	return block;
}

static void put_block(const struct node *node, struct lines *lines, uint32_t indent, const struct comment *header)
{
	struct block block = block_of(node);
	const char *line;
	size_t at = block.content;
	uint32_t last;

	text_put(lines_last(lines), block.header, 1);
	if (block.explicit > 0)
		text_word(lines_last(lines), "2");
	if (node->size > 0 && node->text[node->size - 1] != '\n')
		block.chomping = '-'; /* the file ended without a line break */
	if (block.chomping != ' ')
		text_put(lines_last(lines), &block.chomping, 1);
	if (header != NULL)
		lines_comment(lines, header, indent);
	lines->lines[lines->count - 1].closed = true;
	last = lines->count;
	while (at < node->raw_size) {
		size_t size = next_line(node, &at, &line);

		lines_begin(lines, size > block.indent ? indent : 0);
		if (size > block.indent)
			text_put(lines_last(lines), line + block.indent, size - block.indent);
		lines->lines[lines->count - 1].closed = true;
		if (size > block.indent || block.chomping == '+')
			last = lines->count;
	}
	lines->count = last;                  /* without blank lines that mean nothing */
	lines->fresh = block.chomping == '+'; /* those below it are its own */
}

void scalar_in_lines(const struct node *node, struct lines *lines, uint32_t indent, const struct comment *header)
{
	bool block = node->style == SCALAR_LITERAL || node->style == SCALAR_FOLDED;

	if (has_rare_break(node->raw, node->raw_size)) {
		struct node quoted = *node;

		if (node->style != SCALAR_PLAIN || has_break(node->text, node->size))
			quoted.style = SCALAR_LITERAL;
		(void)scalar_in_line(&quoted, false, lines_last(lines));
		if (header != NULL)
			lines_comment(lines, header, indent);
	} else if (block) {
		put_block(node, lines, indent, header);
	} else if (!has_break(node->raw, node->raw_size) ||
		   (node->style == SCALAR_DOUBLE && memchr(node->raw, '\\', node->raw_size) != NULL)) {
		(void)scalar_in_line(node, false, lines_last(lines));
	} else {
		put_lines(node, lines, indent);
	}
}
