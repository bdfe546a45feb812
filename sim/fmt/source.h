/*
 * A scenario file as its author wrote it: what a formatter must keep.
 *
 * Other than the reader's tree (sim/scenario/tree.h) this has comments, anchors,
 * aliases, tags, styles and the documents' markers, and says where each ends.
 */
#ifndef SIM_FMT_SOURCE_H
#define SIM_FMT_SOURCE_H

#include "sim/scenario/mistake.h"

struct place {           /* from 0 */
	uint32_t offset; /* in source->text, bytes */
	uint32_t line, column;
};

enum node_kind { NODE_SCALAR, NODE_ALIAS, NODE_LIST, NODE_MAP };
enum scalar_style { SCALAR_PLAIN, SCALAR_SINGLE, SCALAR_DOUBLE, SCALAR_LITERAL, SCALAR_FOLDED };

struct node {
	enum node_kind kind;
	enum scalar_style style;
	bool flow; /* list, map: between brackets */
	bool pair; /* map: [key: value], the one pair of an item, without braces */
	struct place start, end;
	struct place begin;   /* of an item of a block's list: its dash; else start */
	uint32_t margin;      /* block: comments from this column on may belong to it */
	struct place first;   /* list, map: of the first dash or key when it is a block, else start */
	int64_t block_column; /* scalar: of the innermost block list or map around it; -1: there is none */
	const char *anchor;   /* alias: what it refers to; else NULL when there is none */
	const char *tag;      /* as to be written; NULL: none */
	const char *text;     /* scalar: what it means; `size` bytes, NUL-terminated */
	size_t size;
	const char *raw; /* scalar: as written, without anchor and tag; NULL: nothing stands there */
	size_t raw_size;
	uint32_t count;      /* of items, or of pairs */
	struct node **items; /* list: count; map: key, value, key, value... */
};

struct comment {
	struct place at;
	const char *text; /* from its # to the end of the line, without blanks there */
	bool own_line;
};

struct document {
	struct place start, end;
	bool marked;         /* begins with --- */
	const char *version; /* the %YAML line; NULL: none */
	struct node *root;
};

struct source {
	const char *text; /* the file, the braces of each ${name} hidden (tree.h) */
	size_t size;
	uint32_t line_count;
	const uint32_t *lines; /* where each begins */
	uint32_t comment_count;
	const struct comment *comments; /* in the order of the file */
	uint32_t document_count;
	struct document *documents;
};

/* `text` must be a file that the reader takes; all memory is the reading's. A mistake when it has what
 * cannot be formatted (directives other than %YAML). */
const struct source *source_read(struct reading *reading, const char *text, size_t size);

/* Bytes of a line break (LF, CR, CRLF, and YAML 1.1's NEL, LS, PS) at text: 0 when there is none. */
size_t source_break(const char *text, size_t size);

#endif
