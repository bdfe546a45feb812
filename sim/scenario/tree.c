/*
 * A YAML document as a tree that remembers where everything stood, made from
 * libyaml's events.
 *
 * `${name}` may stand bare in a flow mapping, `{votes: ${v}}`, where YAML takes
 * its brace for a mapping of its own. So the braces of every ${name} are hidden
 * behind two characters of private use before the library sees the text: one
 * character each, so that columns stay what they are.
 */
#include <string.h>
#include <yaml.h>

#include "sim/ensure.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/tree.h"

#define OPEN "\xf3\xb0\x80\x80"  /* U+F0000 */
#define CLOSE "\xf3\xb0\x80\x81" /* U+F0001 */
#define HIDDEN 4

struct anchor {
	struct anchor *next;
	const char *name;
	struct tree *tree; /* NULL while it is being read */
};

struct tree_stream {
	struct reading *reading;
	const char *text;
	size_t size;
	struct anchor *anchors; /* of this document */
	uint32_t anchor_count;
	uint32_t depth;
	bool ended;
	yaml_parser_t parser;
	yaml_event_t event;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t tree_reference(const char *text, size_t size)
{
	size_t i = 2;

	if (size < 4 || text[0] != '$' || text[1] != '{' || !is_letter(text[2]))
		return 0;
	while (i < size &&
	       (is_letter(text[i]) || (text[i] >= '0' && text[i] <= '9') || text[i] == '-' || text[i] == '.'))
		i++;
	return i < size && text[i] == '}' ? i + 1 : 0;
}

/* What the braces are hidden behind cannot stand in the file itself. */
static void refuse_hidden(struct reading *reading, const char *text, size_t size)
{
	struct position at = {1, 1};

	for (size_t i = 0; i < size; i++) {
		if (size - i >= HIDDEN &&
		    (memcmp(text + i, OPEN, HIDDEN) == 0 || memcmp(text + i, CLOSE, HIDDEN) == 0))
			mistake(reading, at, "a character of private use (U+F000%c): it has no meaning here",
				text[i + HIDDEN - 1] == OPEN[HIDDEN - 1] ? '0' : '1');
		at.column += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (text[i] == '\n')
			at = (struct position){at.line + 1, 1};
	}
}

const char *tree_hide_references(struct reading *reading, const char *text, size_t size, size_t *hidden)
{
	size_t count = 0, used = 0;
	char *to;

	refuse_hidden(reading, text, size);
	for (size_t i = 0; i + 1 < size; i++)
		count += text[i] == '$' && text[i + 1] == '{';
	to = take(reading, size + count * 2 * HIDDEN + 1, 1);
	for (size_t i = 0; i < size;) {
		size_t length = text[i] == '$' ? tree_reference(text + i, size - i) : 0;

		if (length == 0) {
			to[used++] = text[i++];
			continue;
		}
		memcpy(to + used, "$" OPEN, 1 + HIDDEN);
		memcpy(to + used + 1 + HIDDEN, text + i + 2, length - 3);
		memcpy(to + used + HIDDEN + length - 2, CLOSE, HIDDEN);
		used += length + 2 * (HIDDEN - 1);
		i += length;
	}
	*hidden = used;
	return to;
}

char *tree_show_references(struct reading *reading, const char *text, size_t size, size_t *shown)
{
	char *to = take(reading, size + 1, 1);
	size_t used = 0;

	for (size_t i = 0; i < size;) {
		bool open = size - i >= HIDDEN && memcmp(text + i, OPEN, HIDDEN) == 0;
		bool close = size - i >= HIDDEN && memcmp(text + i, CLOSE, HIDDEN) == 0;

		to[used++] = open ? '{' : close ? '}' : text[i];
		i += open || close ? HIDDEN : 1;
	}
	if (shown != NULL)
		*shown = used;
	return to;
}

/* The text as written; each ${name} in it weighs as much as a value. */
static void set_text(struct reading *reading, struct tree *scalar, const char *text, size_t size)
{
	scalar->text = tree_show_references(reading, text, size, &scalar->size);
	for (size_t i = 0; i < scalar->size; i++)
		scalar->weight += tree_reference(scalar->text + i, scalar->size - i) > 0;
	scalar->reference = scalar->weight > 1;
}

static struct position position_of(yaml_mark_t mark)
{
	return (struct position){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

struct tree_stream *tree_open(struct reading *reading, const char *text, size_t size)
{
	struct tree_stream *stream = take(reading, 1, sizeof(*stream));
	size_t mark = utf8_mark(text, size), hidden_size;
	const char *hidden;

	stream->reading = reading;
	stream->text = text + mark;
	stream->size = size - mark;
	hidden = tree_hide_references(reading, stream->text, stream->size, &hidden_size);
	if (!yaml_parser_initialize(&stream->parser))
		mistake(reading, (struct position){0, 0}, "no memory for a YAML parser");
	yaml_parser_set_encoding(&stream->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&stream->parser, (const unsigned char *)hidden, hidden_size);
	return stream;
}

void tree_close(struct tree_stream *stream)
{
	yaml_event_delete(&stream->event);
	yaml_parser_delete(&stream->parser);
}

/* ---- what is no YAML -------------------------------------------------------- */

static const char *line_start(const struct tree_stream *stream, uint32_t line)
{
	const char *at = stream->text, *end = stream->text + stream->size;

	for (uint32_t i = 1; i < line && at != NULL; i++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at == NULL ? NULL : at + 1;
	}
	return at;
}

static void refuse_tab(const struct tree_stream *stream, struct position at)
{
	const char *line = line_start(stream, at.line), *end = stream->text + stream->size;

	for (uint32_t column = 1; line != NULL && line < end && (*line == ' ' || *line == '\t'); line++, column++)
		if (*line == '\t')
			mistake(stream->reading, (struct position){at.line, column},
				"a tab in the indentation: YAML indents by spaces only");
}

/* The first thing in the file that no YAML text may hold. */
static void refuse_characters(const struct tree_stream *stream)
{
	struct position at = {1, 1};

	for (size_t i = 0; i < stream->size; at.column++) {
		uint32_t c = 0;
		size_t length = utf8_decode(stream->text + i, stream->size - i, &c);

		if (length == 0)
			mistake(stream->reading, at, "not text: byte 0x%02x is no UTF-8",
				(unsigned)(unsigned char)stream->text[i]);
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0 && c != 0x85) ||
		    c == 0xfffe || c == 0xffff)
			mistake(stream->reading, at, "not text: a control character (U+%04X)", (unsigned)c);
		i += length;
		if (c == '\n')
			at = (struct position){at.line + 1, 0};
	}
}

static bool begins_line(const struct tree_stream *stream, struct position at)
{
	const char *line = line_start(stream, at.line), *end = stream->text + stream->size;
	uint32_t column = 1;

	for (; line != NULL && line < end && *line == ' '; line++)
		column++;
	return line != NULL && line < end && column == at.column;
}

/* The usual mistake, in other words than the parser's: what begins this line belongs to nothing. */
static void refuse_indentation(const struct tree_stream *stream, struct position at, struct position since)
{
	const char *context = stream->parser.context;
	bool list = context != NULL && strstr(context, "block collection") != NULL;

	if (context == NULL || (!list && strstr(context, "block mapping") == NULL))
		return;
	if (at.line == since.line || !begins_line(stream, at))
		return;
	if (at.column == since.column && !list && line_start(stream, at.line)[at.column - 1] == '-')
		mistake(stream->reading, at,
			"not YAML: an item of a list among the keys of the mapping that begins on line %u",
			since.line);
	if (at.column == since.column)
		return;
	mistake(stream->reading, at, "not YAML: indented by %u, but the %s around it, which begins on line %u, by %u",
		at.column - 1, list ? "list" : "mapping", since.line, since.column - 1);
}

static _Noreturn void not_yaml(struct tree_stream *stream)
{
	const yaml_parser_t *parser = &stream->parser;
	struct position at = position_of(parser->problem_mark), since = position_of(parser->context_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		mistake(stream->reading, (struct position){0, 0}, "no memory for a YAML parser");
	refuse_characters(stream);
	refuse_tab(stream, at);
	refuse_indentation(stream, at, since);
	if (parser->problem && strcmp(parser->problem, "mapping values are not allowed in this context") == 0)
		mistake(stream->reading, at,
			"not YAML: a second ': ' on the line: a text with ': ' in it is to stand in quotes");
	if (parser->context == NULL)
		mistake(stream->reading, at, "not YAML: %s", parser->problem);
	mistake(stream->reading, at, "not YAML: %s %s that begins on line %u", parser->problem, parser->context,
		since.line);
}

/* ---- building --------------------------------------------------------------- */

static void advance(struct tree_stream *stream)
{
	yaml_event_delete(&stream->event);
	if (!yaml_parser_parse(&stream->parser, &stream->event))
		not_yaml(stream);
}

static struct tree *build(struct tree_stream *stream);

static struct anchor *find_anchor(struct tree_stream *stream, const char *name)
{
	struct anchor *anchor = stream->anchors;

	while (anchor != NULL && strcmp(anchor->name, name) != 0)
		anchor = anchor->next;
	return anchor;
}

static struct anchor *add_anchor(struct tree_stream *stream, const yaml_char_t *name)
{
	struct anchor *anchor;

	if (name == NULL)
		return NULL;
	if (++stream->anchor_count > TREE_ANCHORS_MAX)
		mistake(stream->reading, position_of(stream->event.start_mark),
			"more than %u anchors in one document", TREE_ANCHORS_MAX);
	anchor = take(stream->reading, 1, sizeof(*anchor));
	anchor->name = take_text(stream->reading, (const char *)name, strlen((const char *)name));
	anchor->next = stream->anchors;
	stream->anchors = anchor;
	return anchor;
}

static struct tree *build_alias(struct tree_stream *stream)
{
	const char *name = (const char *)stream->event.data.alias.anchor;
	struct position at = position_of(stream->event.start_mark);
	struct anchor *anchor = find_anchor(stream, name);

	if (anchor == NULL)
		mistake(stream->reading, at, "nothing above is marked &%s", name);
	if (anchor->tree == NULL)
		mistake(stream->reading, at, "*%s stands inside of what it means", name);
	return anchor->tree;
}

static bool check_tag(struct tree_stream *stream, const yaml_char_t *tag)
{
	static const char *const core[] = {"str", "int", "bool", "float", "null", "seq", "map"};
	const char *text = (const char *)tag;

	if (tag == NULL)
		return false;
	if (strcmp(text, "!") == 0)
		return true;
	for (size_t i = 0; i < sizeof(core) / sizeof(*core); i++)
		if (strncmp(text, YAML_DEFAULT_SCALAR_TAG, 18) == 0 && strcmp(text + 18, core[i]) == 0)
			return i == 0;
	mistake(stream->reading, position_of(stream->event.start_mark), "tags such as %s have no meaning here",
		quoted(stream->reading, text, strlen(text)));
}

static void build_scalar(struct tree_stream *stream, struct tree *tree)
{
	const yaml_event_t *event = &stream->event;
	const char *text = (const char *)event->data.scalar.value;

	tree->text_only =
		check_tag(stream, event->data.scalar.tag) || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (memchr(text, '\0', event->data.scalar.length) != NULL)
		mistake(stream->reading, tree->at, "a NUL character in a text");
	set_text(stream->reading, tree, text, event->data.scalar.length);
}

static void add_item(struct tree_stream *stream, struct tree *tree, struct tree *item, uint32_t *room, uint32_t used)
{
	if (used == *room) {
		uint32_t more = *room == 0 ? 8 : *room * 2;
		const struct tree **items = take(stream->reading, more, sizeof(*items));

		if (used > 0)
			memcpy(items, tree->items, used * sizeof(*items));
		tree->items = items;
		*room = more;
	}
	tree->items[used] = item;
	tree->weight += item->weight;
	tree->reference = tree->reference || item->reference;
	if (tree->weight > TREE_VALUES_MAX)
		mistake(stream->reading, tree->at, "more than %u values in one document", TREE_VALUES_MAX);
}

static void build_list(struct tree_stream *stream, struct tree *tree)
{
	uint32_t room = 0;

	for (advance(stream); stream->event.type != YAML_SEQUENCE_END_EVENT; advance(stream)) {
		add_item(stream, tree, build(stream), &room, tree->count);
		tree->count++;
	}
}

static void build_map(struct tree_stream *stream, struct tree *tree)
{
	uint32_t room = 0;

	for (advance(stream); stream->event.type != YAML_MAPPING_END_EVENT; advance(stream)) {
		struct position at = position_of(stream->event.start_mark);
		struct tree *key = build(stream);

		if (key->kind != TREE_SCALAR)
			mistake(stream->reading, at, "a %s as a key: a key is a word or a number",
				key->kind == TREE_LIST ? "list" : "mapping");
		if (tree->count == TREE_KEYS_MAX)
			mistake(stream->reading, at, "more than %u keys in one mapping", TREE_KEYS_MAX);
		add_item(stream, tree, key, &room, 2 * tree->count);
		advance(stream);
		add_item(stream, tree, build(stream), &room, 2 * tree->count + 1);
		tree->count++;
	}
	if (!tree->reference)
		tree_refuse_duplicates(stream->reading, tree);
}

/* The value that begins with the event at hand; its last event is at hand after. */
static struct tree *build(struct tree_stream *stream)
{
	yaml_event_t *event = &stream->event;
	struct anchor *anchor;
	struct tree *tree;

	if (event->type == YAML_ALIAS_EVENT)
		return build_alias(stream);
	tree = take(stream->reading, 1, sizeof(*tree));
	tree->at = position_of(event->start_mark);
	tree->weight = 1;
	if (++stream->depth > TREE_DEPTH_MAX)
		mistake(stream->reading, tree->at, "nested more than %u deep", TREE_DEPTH_MAX);
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = add_anchor(stream, event->data.scalar.anchor);
		build_scalar(stream, tree);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = add_anchor(stream, event->data.sequence_start.anchor);
		tree->kind = TREE_LIST;
		(void)check_tag(stream, event->data.sequence_start.tag);
		build_list(stream, tree);
	} else {
		ALWAYS(event->type == YAML_MAPPING_START_EVENT);
		anchor = add_anchor(stream, event->data.mapping_start.anchor);
		tree->kind = TREE_MAP;
		(void)check_tag(stream, event->data.mapping_start.tag);
		build_map(stream, tree);
	}
	stream->depth--;
	if (anchor != NULL)
		anchor->tree = tree;
	return tree;
}

struct tree *tree_next(struct tree_stream *stream)
{
	struct tree *tree;

	do {
		if (stream->event.type == YAML_STREAM_END_EVENT)
			return NULL;
		advance(stream);
	} while (stream->event.type != YAML_DOCUMENT_START_EVENT);
	stream->anchors = NULL;
	stream->anchor_count = 0;
	stream->depth = 0;
	advance(stream);
	tree = build(stream);
	advance(stream);
	ALWAYS(stream->event.type == YAML_DOCUMENT_END_EVENT);
	return tree;
}

/* ---- mappings --------------------------------------------------------------- */

void tree_refuse_duplicates(struct reading *reading, const struct tree *map)
{
	for (uint32_t i = 1; i < map->count; i++) {
		const struct tree *key = map->items[2 * i];

		for (uint32_t j = 0; j < i; j++)
			if (key->size == map->items[2 * j]->size && strcmp(key->text, map->items[2 * j]->text) == 0)
				mistake(reading, key->at, "duplicate key %s: it stands on line %u already",
					quoted(reading, key->text, key->size), map->items[2 * j]->at.line);
	}
}

const struct tree *tree_get(const struct tree *map, const char *key)
{
	for (uint32_t i = 0; i < map->count; i++)
		if (strcmp(map->items[2 * i]->text, key) == 0)
			return map->items[2 * i + 1];
	return NULL;
}
