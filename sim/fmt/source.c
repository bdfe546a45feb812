/*
 * A scenario file as its author wrote it, from libyaml's tokens and events.
 *
 * libyaml drops comments. But whatever stands between two of its tokens is blank
 * or a comment, so they are found there; block scalars may have one behind their
 * header. Tokens also say where a scalar begins behind its anchor and tag.
 */
#include <string.h>
#include <yaml.h>

#include "sim/ensure.h"
#include "sim/fmt/source.h"
#include "sim/scenario/tree.h"

struct extent { /* in characters */
	size_t start, end;
};

struct build {
	struct reading *reading;
	struct source *source;
	const uint32_t *offsets; /* of each character */
	uint32_t comment_room, document_room;
	struct comment *comments;
	uint32_t extent_count, extent_room, extent_next;
	struct extent *extents; /* of the scalars that are written */
	uint32_t dash_count, dash_room, dash_next;
	struct place *dashes;
	yaml_parser_t parser;
	yaml_event_t event;
};

/* Room for one more than count in a list that grows by doubling. */
static void *grow(struct reading *reading, void *list, uint32_t count, uint32_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return list;
	*room = *room == 0 ? 16 : 2 * *room;
	more = take(reading, *room, size);
	if (count > 0)
		memcpy(more, list, count * size);
	return more;
}

size_t source_break(const char *text, size_t size)
{
	static const char *const wide[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	if (size == 0)
		return 0;
	if (text[0] == '\r')
		return size > 1 && text[1] == '\n' ? 2 : 1;
	if (text[0] == '\n')
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (size >= strlen(wide[i]) && memcmp(text, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

/* ---- where things are ------------------------------------------------------- */

static void index_text(struct build *build)
{
	struct source *source = build->source;
	uint32_t *offsets = take(build->reading, source->size + 1, sizeof(*offsets)), count = 0, *lines = NULL;
	uint32_t room = 0;

	for (uint32_t i = 0; i <= source->size; i++)
		if (i == source->size || ((unsigned char)source->text[i] & 0xc0) != 0x80)
			offsets[count++] = i;
	build->offsets = offsets;
	for (uint32_t i = 0; i <= source->size;) {
		size_t length = 0;

		lines = grow(build->reading, lines, source->line_count, &room, sizeof(*lines));
		lines[source->line_count++] = i;
		while (i < source->size && (length = source_break(source->text + i, source->size - i)) == 0)
			i++;
		if (length == 0)
			break;
		i += (uint32_t)length;
	}
	source->lines = lines;
}

static struct place place_of(const struct build *build, yaml_mark_t mark)
{
	return (struct place){build->offsets[mark.index], (uint32_t)mark.line, (uint32_t)mark.column};
}

static void open_parser(struct build *build)
{
	ALWAYS(yaml_parser_initialize(&build->parser));
	yaml_parser_set_encoding(&build->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&build->parser, (const unsigned char *)build->source->text, build->source->size);
}

/* ---- comments --------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Nothing but blanks, and a byte order mark, before it on its line. */
static bool begins_line(const struct source *source, uint32_t line, uint32_t offset)
{
	for (uint32_t i = source->lines[line]; i < offset; i++)
		if (!is_blank(source->text[i]) && (line > 0 || offset > 3))
			return false;
	return true;
}

static uint32_t line_of(const struct source *source, uint32_t offset)
{
	uint32_t low = 0, high = source->line_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The comment at offset; the end of its line. */
static uint32_t add_comment(struct build *build, uint32_t offset)
{
	struct source *source = build->source;
	uint32_t end = offset, line = line_of(source, offset), column = 0;
	struct comment *comment;

	for (uint32_t i = source->lines[line]; i < offset; i++)
		column += ((unsigned char)source->text[i] & 0xc0) != 0x80;
	while (end < source->size && source_break(source->text + end, source->size - end) == 0)
		end++;
	build->comments = grow(build->reading, build->comments, source->comment_count, &build->comment_room,
			       sizeof(*build->comments));
	comment = &build->comments[source->comment_count++];
	comment->at = (struct place){offset, line, column};
	comment->own_line = begins_line(source, line, offset);
	while (is_blank(source->text[end - 1]))
		end--;
	comment->text = tree_show_references(build->reading, source->text + offset, end - offset, NULL);
	return end;
}

static void add_comments(struct build *build, uint32_t from, uint32_t to)
{
	while (from < to)
		from = build->source->text[from] == '#' ? add_comment(build, from) : from + 1;
}

/* Behind the header of a block scalar: |2- # here */
static void add_header_comment(struct build *build, uint32_t from, uint32_t to)
{
	const char *text = build->source->text;

	while (from < to && source_break(text + from, to - from) == 0) {
		if (text[from] == '#') {
			(void)add_comment(build, from);
			return;
		}
		from++;
	}
}

static void add_scalar(struct build *build, const yaml_token_t *token)
{
	build->extents = grow(build->reading, build->extents, build->extent_count, &build->extent_room,
			      sizeof(*build->extents));
	build->extents[build->extent_count++] = (struct extent){token->start_mark.index, token->end_mark.index};
	if (token->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
	    token->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
		add_header_comment(build, build->offsets[token->start_mark.index],
				   build->offsets[token->end_mark.index]);
}

static void add_dash(struct build *build, const yaml_token_t *token)
{
	build->dashes =
		grow(build->reading, build->dashes, build->dash_count, &build->dash_room, sizeof(*build->dashes));
	build->dashes[build->dash_count++] = place_of(build, token->start_mark);
}

static void scan(struct build *build)
{
	uint32_t done = 0;
	bool ended = false;

	open_parser(build);
	while (!ended) {
		yaml_token_t token;
		uint32_t start, end;

		ALWAYS(yaml_parser_scan(&build->parser, &token)); /* the reader has read it */
		start = build->offsets[token.start_mark.index];
		end = build->offsets[token.end_mark.index];
		add_comments(build, done, start);
		if (token.type == YAML_SCALAR_TOKEN)
			add_scalar(build, &token);
		else if (token.type == YAML_BLOCK_ENTRY_TOKEN)
			add_dash(build, &token);
		done = end > done ? end : done;
		ended = token.type == YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	build->source->comments = build->comments;
}

/* ---- the tree ----------------------------------------------------------------- */

static void advance(struct build *build)
{
	yaml_event_delete(&build->event);
	ALWAYS(yaml_parser_parse(&build->parser, &build->event));
}

static const char *name_of(struct build *build, const yaml_char_t *name)
{
	return name == NULL ? NULL : take_text(build->reading, (const char *)name, strlen((const char *)name));
}

/* !!str for the core schema's tags; the reader takes no others but "!". */
static const char *tag_of(struct build *build, const yaml_char_t *tag)
{
	const char *text = (const char *)tag;
	size_t core = strlen(YAML_DEFAULT_SCALAR_TAG) - strlen("str");

	if (text == NULL || strcmp(text, "!") == 0)
		return name_of(build, tag);
	ALWAYS(strncmp(text, YAML_DEFAULT_SCALAR_TAG, core) == 0);
	return take_format(build->reading, "!!%s", text + core);
}

static void build_scalar(struct build *build, struct node *node, int64_t block_column)
{
	static const enum scalar_style styles[] = {
		[YAML_PLAIN_SCALAR_STYLE] = SCALAR_PLAIN,          [YAML_SINGLE_QUOTED_SCALAR_STYLE] = SCALAR_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = SCALAR_DOUBLE, [YAML_LITERAL_SCALAR_STYLE] = SCALAR_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = SCALAR_FOLDED,
	};
	const yaml_event_t *event = &build->event;
	const struct source *source = build->source;
	const char *value = (const char *)event->data.scalar.value;

	node->style = styles[event->data.scalar.style];
	node->block_column = block_column;
	node->anchor = name_of(build, event->data.scalar.anchor);
	node->tag = tag_of(build, event->data.scalar.tag);
	node->text = tree_show_references(build->reading, value, event->data.scalar.length, &node->size);
	if (node->size > 0 || node->style != SCALAR_PLAIN) {
		const struct extent *extent = &build->extents[build->extent_next++];
		uint32_t start = build->offsets[extent->start], end = build->offsets[extent->end];

		node->raw = tree_show_references(build->reading, source->text + start, end - start, &node->raw_size);
	}
}

static struct node *build_node(struct build *build, int64_t block_column);

/* Where the first dash or key of a block stands: behind its anchor and tag. */
static struct place first_of(const struct build *build)
{
	struct place first = place_of(build, build->event.end_mark);

	/* A list at the margin of its key: the event ends behind the dash. */
	if (build->event.type == YAML_SEQUENCE_START_EVENT && build->source->text[first.offset] != '-') {
		first.offset--;
		first.column--;
	}
	return first;
}

static void build_items(struct build *build, struct node *node, int64_t block_column)
{
	yaml_event_type_t end = node->kind == NODE_LIST ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
	bool dashes = node->kind == NODE_LIST && !node->flow;
	uint32_t room = 0, used = 0;

	node->margin = node->flow ? 0 : node->first.column + (node->first.column == block_column);
	if (!node->flow)
		block_column = node->first.column;
	for (advance(build); build->event.type != end; advance(build)) {
		struct place dash = dashes ? build->dashes[build->dash_next++] : node->start;

		node->items = grow(build->reading, node->items, used, &room, sizeof(struct node *));
		node->items[used] = build_node(build, block_column);
		if (dashes)
			node->items[used]->begin = dash;
		used++;
	}
	node->count = node->kind == NODE_LIST ? used : used / 2;
	node->end = place_of(build, build->event.start_mark);
}

static void build_list(struct build *build, struct node *node, int64_t block_column)
{
	const yaml_event_t *event = &build->event;

	node->kind = NODE_LIST;
	node->anchor = name_of(build, event->data.sequence_start.anchor);
	node->tag = tag_of(build, event->data.sequence_start.tag);
	node->flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	node->first = node->flow ? node->start : first_of(build);
	build_items(build, node, block_column);
}

static void build_map(struct build *build, struct node *node, int64_t block_column)
{
	const yaml_event_t *event = &build->event;

	node->kind = NODE_MAP;
	node->anchor = name_of(build, event->data.mapping_start.anchor);
	node->tag = tag_of(build, event->data.mapping_start.tag);
	node->flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	node->first = node->flow ? node->start : first_of(build);
	node->pair = node->flow && node->anchor == NULL && node->tag == NULL &&
		     build->source->text[node->start.offset] != '{';
	build_items(build, node, block_column);
}

/* What begins with the event at hand; its last event is at hand after. */
static struct node *build_node(struct build *build, int64_t block_column)
{
	struct node *node = take(build->reading, 1, sizeof(*node));
	yaml_event_t *event = &build->event;

	node->start = place_of(build, event->start_mark);
	node->begin = node->start;
	node->end = place_of(build, event->end_mark);
	if (event->type == YAML_ALIAS_EVENT) {
		node->kind = NODE_ALIAS;
		node->anchor = name_of(build, event->data.alias.anchor);
	} else if (event->type == YAML_SCALAR_EVENT) {
		build_scalar(build, node, block_column);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		build_list(build, node, block_column);
	} else {
		ALWAYS(event->type == YAML_MAPPING_START_EVENT);
		build_map(build, node, block_column);
	}
	return node;
}

static void build_document(struct build *build)
{
	struct source *source = build->source;
	const yaml_event_t *event = &build->event;
	const yaml_version_directive_t *version = event->data.document_start.version_directive;
	struct document *document;

	source->documents = grow(build->reading, source->documents, source->document_count, &build->document_room,
				 sizeof(*source->documents));
	document = &source->documents[source->document_count++];
	document->start = place_of(build, event->start_mark);
	document->marked = !event->data.document_start.implicit;
	if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
		mistake(build->reading, (struct position){document->start.line + 1, 1},
			"a %%TAG line: write the tags out, then this can be formatted");
	if (version != NULL)
		document->version = take_format(build->reading, "%%YAML %d.%d", version->major, version->minor);
	advance(build);
	document->root = build_node(build, -1);
	advance(build);
	ALWAYS(build->event.type == YAML_DOCUMENT_END_EVENT);
	document->end = place_of(build, build->event.start_mark);
}

static void build_documents(struct build *build)
{
	open_parser(build);
	do {
		advance(build);
		if (build->event.type == YAML_DOCUMENT_START_EVENT)
			build_document(build);
	} while (build->event.type != YAML_STREAM_END_EVENT);
}

struct attempted {
	struct build *build;
	void (*part)(struct build *build);
};

static void run_part(void *context)
{
	const struct attempted *attempted = context;

	attempted->part(attempted->build);
}

/* libyaml's memory is none of the reading's: freed whether or not a mistake leaves the part. */
static void with_parser(struct build *build, void (*part)(struct build *build))
{
	struct attempted attempted = {build, part};
	bool done = attempt(build->reading, run_part, &attempted);

	yaml_event_delete(&build->event);
	yaml_parser_delete(&build->parser);
	if (!done)
		mistake_follows(build->reading);
}

const struct source *source_read(struct reading *reading, const char *text, size_t size)
{
	struct build *build = take(reading, 1, sizeof(*build));

	build->reading = reading;
	build->source = take(reading, 1, sizeof(*build->source));
	build->source->text = tree_hide_references(reading, text, size, &build->source->size);
	index_text(build);
	with_parser(build, scan);
	with_parser(build, build_documents);
	return build->source;
}
