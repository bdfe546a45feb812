/*
 * The one way in which a scenario file is laid out.
 *
 * What the author chose stays: order, blocks and brackets, comments, a blank line
 * where there was one. Blocks are indented by two. What stands between brackets
 * goes on one line; when that gets too long, or has comments in it, it becomes a
 * block, from the outside in. Long lists of single words are filled instead.
 *
 * Comments are in the order of the file, and so is what is put out: before each
 * item those before it are put. Where several blocks end at once, a comment
 * belongs to the innermost that is not indented more than it.
 */
#include "sim/fmt/layout.h"

#include <string.h>

#include "sim/fmt/scalar.h"

#define FILLED_LEAST 8u /* items: fewer have a line each */

struct layout {
	const struct source *source;
	uint32_t next; /* comment */
	struct lines lines;
};

/* ---- comments and blank lines ---------------------------------------------------- */

static const struct comment *next_comment(const struct layout *layout, struct place before)
{
	const struct source *source = layout->source;

	if (layout->next == source->comment_count || source->comments[layout->next].at.offset >= before.offset)
		return NULL;
	return &source->comments[layout->next];
}

static bool has_comment(const struct layout *layout, const struct node *node)
{
	const struct source *source = layout->source;
	uint32_t i = layout->next;

	while (i < source->comment_count && source->comments[i].at.offset < node->start.offset)
		i++;
	return i < source->comment_count && source->comments[i].at.offset < node->end.offset;
}

/* A blank line where the source has one above this line. */
static void put_blank(struct layout *layout, uint32_t line)
{
	const struct source *source = layout->source;

	if (line == 0)
		return;
	for (uint32_t i = source->lines[line - 1]; i < source->lines[line]; i++)
		if (strchr(" \t\r\n", source->text[i]) == NULL)
			return;
	lines_blank(&layout->lines);
}

static void put_comment(struct layout *layout, const struct comment *comment, uint32_t indent)
{
	if (comment->own_line)
		put_blank(layout, comment->at.line);
	lines_comment(&layout->lines, comment, indent);
	layout->next++;
}

/* Below an item of a list and indented as it is: about this item, not about the next. */
static uint32_t below_item(const struct node *list, const struct comment *comment, uint32_t indent)
{
	bool block = list->kind == NODE_LIST && !list->flow;

	return block && comment->own_line && comment->at.column > list->first.column ? indent + 2 : indent;
}

static void put_comments(struct layout *layout, struct place before, uint32_t indent)
{
	const struct comment *comment;

	while ((comment = next_comment(layout, before)) != NULL)
		put_comment(layout, comment, indent);
}

/* At the end of a block: its own, which are indented as it is. */
static void put_last_comments(struct layout *layout, const struct node *node, uint32_t indent)
{
	const struct comment *comment;

	while ((comment = next_comment(layout, node->end)) != NULL) {
		if (comment->own_line && comment->at.column < node->margin)
			return;
		put_comment(layout, comment, below_item(node, comment, indent));
	}
}

static void begin_item(struct layout *layout, const struct node *node, uint32_t i, uint32_t indent)
{
	struct place at = node->items[node->kind == NODE_LIST ? i : 2 * i]->begin;
	const struct comment *comment;

	while ((comment = next_comment(layout, at)) != NULL)
		put_comment(layout, comment, i > 0 ? below_item(node, comment, indent) : indent);
	put_blank(layout, at.line);
	lines_begin(&layout->lines, indent);
}

/* ---- in one line --------------------------------------------------------------------- */

static void put_properties(const struct node *node, struct text *to)
{
	if (node->kind == NODE_ALIAS) {
		text_word(to, "*");
		text_word(to, node->anchor);
		return;
	}
	if (node->anchor != NULL) {
		text_word(to, "&");
		text_word(to, node->anchor);
	}
	if (node->tag != NULL) {
		text_word(to, node->anchor != NULL ? " " : "");
		text_word(to, node->tag);
	}
	if ((node->anchor != NULL || node->tag != NULL) && (node->kind != NODE_SCALAR || node->raw != NULL))
		text_word(to, " ");
}

static bool put_in_line(const struct node *node, bool in_flow, struct text *to);

static bool put_key(const struct node *key, bool in_flow, struct text *to)
{
	if (!put_in_line(key, in_flow, to))
		return false;
	text_word(to, key->kind == NODE_ALIAS ? " :" : ":");
	return true;
}

static bool put_element(const struct node *node, uint32_t i, struct text *to)
{
	if (node->kind == NODE_LIST)
		return put_in_line(node->items[i], true, to);
	if (!put_key(node->items[2 * i], true, to))
		return false;
	text_word(to, " ");
	return put_in_line(node->items[2 * i + 1], true, to);
}

/* false: it cannot stand in one line, or is longer than what `to` takes. */
static bool put_in_line(const struct node *node, bool in_flow, struct text *to)
{
	bool list = node->kind == NODE_LIST;

	if (!node->pair)
		put_properties(node, to);
	if (node->kind == NODE_SCALAR)
		return scalar_in_line(node, in_flow, to);
	if (node->kind == NODE_ALIAS)
		return true;
	text_word(to, node->pair ? "" : list ? "[" : "{");
	for (uint32_t i = 0; i < node->count && !to->over; i++) {
		text_word(to, i > 0 ? ", " : "");
		if (!put_element(node, i, to))
			return false;
	}
	text_word(to, node->pair ? "" : list ? "]" : "}");
	return !to->over;
}

/* In one line from this column on, when it fits there. */
static bool lay_flow(const struct layout *layout, const struct node *node, uint32_t column, struct text *flow)
{
	bool empty = node->count == 0;

	*flow = (struct text){.reading = layout->lines.reading, .most = empty ? 0 : 4 * LAYOUT_WIDTH};
	if (!empty && has_comment(layout, node))
		return false;
	if (!put_in_line(node, false, flow) || flow->over)
		return false;
	return empty || column + text_width(flow, 0) <= LAYOUT_WIDTH;
}

/* ---- filled -------------------------------------------------------------------------- */

/* Words only, so many that a line for each would be waste. */
static bool wants_filling(const struct layout *layout, const struct node *node)
{
	uint32_t items = node->kind == NODE_LIST ? node->count : 2 * node->count;

	if (node->count < FILLED_LEAST || has_comment(layout, node))
		return false;
	for (uint32_t i = 0; i < items; i++) {
		struct text word = {.reading = layout->lines.reading, .most = LAYOUT_WIDTH / 2};

		if (node->items[i]->kind == NODE_LIST || node->items[i]->kind == NODE_MAP ||
		    !put_in_line(node->items[i], true, &word) || word.over)
			return false;
	}
	return true;
}

static void put_filled(struct layout *layout, const struct node *node)
{
	struct lines *lines = &layout->lines;
	bool list = node->kind == NODE_LIST;
	uint32_t indent;

	put_properties(node, lines_last(lines));
	text_word(lines_last(lines), list ? "[" : "{");
	indent = text_width(lines_last(lines), 0);
	for (uint32_t i = 0; i < node->count; i++) {
		struct text element = {.reading = lines->reading};

		(void)put_element(node, i, &element);
		text_word(&element, i + 1 < node->count ? "," : list ? "]" : "}");
		if (i > 0 && text_width(lines_last(lines), 0) + 1 + text_width(&element, 0) > LAYOUT_FILL)
			lines_begin(lines, indent);
		else
			text_word(lines_last(lines), i > 0 ? " " : "");
		text_put(lines_last(lines), element.bytes, element.size);
	}
}

/* ---- blocks -------------------------------------------------------------------------- */

static void put_block(struct layout *layout, const struct node *node, uint32_t indent, bool here);

static void put_block_properties(struct layout *layout, const struct node *node)
{
	struct text *line = lines_last(&layout->lines);

	put_properties(node, line);
	line->size--; /* the blank behind them */
}

/* Its anchor and tag, then its lines. dash: they may begin on that of the dash. */
static void begin_block(struct layout *layout, const struct node *node, uint32_t indent, bool dash)
{
	bool bare = node->anchor == NULL && node->tag == NULL;

	if (dash && bare && next_comment(layout, node->flow ? node->items[0]->start : node->first) == NULL) {
		text_word(lines_last(&layout->lines), " ");
		put_block(layout, node, indent, true);
		return;
	}
	if (!bare) {
		text_word(lines_last(&layout->lines), " ");
		put_block_properties(layout, node);
	}
	layout->lines.fresh = true;
	put_block(layout, node, indent, false);
}

static void put_scalar(struct layout *layout, const struct node *node, uint32_t indent)
{
	bool block = node->style == SCALAR_LITERAL || node->style == SCALAR_FOLDED;
	const struct comment *header = block ? next_comment(layout, node->end) : NULL;

	put_properties(node, lines_last(&layout->lines));
	if (node->raw == NULL)
		return;
	if (header != NULL)
		layout->next++;
	scalar_in_lines(node, &layout->lines, indent, header);
}

/* Behind a blank, or on a line of its own below the comments that come before it. */
static void begin_value(struct layout *layout, const struct node *node, uint32_t indent)
{
	if (next_comment(layout, node->start) == NULL) {
		text_word(lines_last(&layout->lines), " ");
		return;
	}
	layout->lines.fresh = true;
	put_comments(layout, node->start, indent);
	lines_begin(&layout->lines, indent);
}

static void put_flow(struct layout *layout, const struct node *node, uint32_t indent, bool dash)
{
	bool below = next_comment(layout, node->start) != NULL;
	uint32_t column = below ? indent : text_width(lines_last(&layout->lines), 0) + 1;
	struct text flow;

	if (lay_flow(layout, node, column, &flow)) {
		begin_value(layout, node, indent);
		text_put(lines_last(&layout->lines), flow.bytes, flow.size);
	} else if (wants_filling(layout, node)) {
		begin_value(layout, node, indent);
		put_filled(layout, node);
	} else {
		begin_block(layout, node, indent, dash);
	}
}

/* Behind "key:" or a dash. */
static void put_value(struct layout *layout, const struct node *node, uint32_t indent, bool dash)
{
	bool scalar = node->kind == NODE_SCALAR || node->kind == NODE_ALIAS;

	if (scalar_is_empty(node))
		return;
	if (scalar) {
		begin_value(layout, node, indent);
		put_scalar(layout, node, indent);
	} else if (node->flow) {
		put_flow(layout, node, indent, dash);
	} else {
		begin_block(layout, node, indent, dash);
	}
}

static void put_entry(struct layout *layout, const struct node *node, uint32_t i, uint32_t indent)
{
	struct text *line = lines_last(&layout->lines);

	if (node->kind == NODE_LIST) {
		text_word(line, "-");
		put_value(layout, node->items[i], indent + 2, true);
		return;
	}
	if (!put_key(node->items[2 * i], false, line))
		mistake(layout->lines.reading, (struct position){node->start.line + 1, node->start.column + 1},
			"a key with line breaks in it cannot be laid out");
	put_value(layout, node->items[2 * i + 1], indent + 2, false);
}

/* Items one below the other. here: the first goes on the last line. */
static void put_block(struct layout *layout, const struct node *node, uint32_t indent, bool here)
{
	for (uint32_t i = 0; i < node->count; i++) {
		if (i > 0 || !here)
			begin_item(layout, node, i, indent);
		put_entry(layout, node, i, indent);
	}
	put_last_comments(layout, node, indent);
}

/* ---- the file ------------------------------------------------------------------------ */

static void put_root(struct layout *layout, const struct node *node)
{
	struct lines *lines = &layout->lines;
	struct text flow;

	if (!node->flow) {
		if (node->anchor != NULL || node->tag != NULL) {
			lines_begin(lines, 0);
			put_block_properties(layout, node);
		}
		put_block(layout, node, 0, false);
		return;
	}
	put_comments(layout, node->start, 0);
	if (lay_flow(layout, node, 0, &flow)) {
		lines_begin(lines, 0);
		text_put(lines_last(lines), flow.bytes, flow.size);
		return;
	}
	put_block(layout, node, 0, false);
}

static void put_document(struct layout *layout, const struct document *document, bool first)
{
	struct lines *lines = &layout->lines;

	put_comments(layout, document->start, 0);
	if (document->version != NULL) {
		if (!first) {
			lines_begin(lines, 0);
			text_word(lines_last(lines), "...");
		}
		lines_begin(lines, 0);
		text_word(lines_last(lines), document->version);
	}
	if (document->marked || !first) {
		lines_begin(lines, 0);
		text_word(lines_last(lines), "---");
		lines->fresh = true;
	}
	put_root(layout, document->root);
	put_comments(layout, document->end, 0);
}

struct text layout(struct reading *reading, const struct source *source)
{
	struct layout layout = {.source = source, .lines = {.reading = reading}};
	struct place end = {(uint32_t)source->size + 1, 0, 0};

	layout.lines.fresh = true;
	for (uint32_t i = 0; i < source->document_count; i++)
		put_document(&layout, &source->documents[i], i == 0);
	put_comments(&layout, end, 0);
	return lines_join(&layout.lines);
}
