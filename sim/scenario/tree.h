/*
 * A YAML document as a tree that remembers where everything stood.
 *
 * The only place that knows the YAML library. Scalars stay text here; what
 * they mean is decided where they are read, by what is expected there.
 */
#ifndef SIM_SCENARIO_TREE_H
#define SIM_SCENARIO_TREE_H

#include "sim/scenario/mistake.h"

#define TREE_BYTES_MAX (4u << 20) /* of a file */
#define TREE_DEPTH_MAX 64u
#define TREE_VALUES_MAX 200000u /* in a document, aliases counted as often as they are used */
#define TREE_ANCHORS_MAX 1000u  /* in a document */
#define TREE_KEYS_MAX 1000u     /* in one mapping */

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree {
	enum tree_kind kind;
	bool text_only; /* scalar: in quotes or tagged !!str: text whatever it looks like */
	bool reference; /* it or something in it holds ${name} */
	struct position at;
	uint32_t weight; /* values in it, itself included; a ${name} counts as one more */
	uint32_t count;  /* of items, or of pairs */
	size_t size;     /* scalar: bytes of text, which is NUL-terminated and holds no NUL */
	const char *text;
	const struct tree **items; /* list: count; map: key, value, key, value... */
};

/* ${name} at text: its length, else 0. name: [A-Za-z_][A-Za-z0-9_.-]* */
size_t tree_reference(const char *text, size_t size);

/* The braces of every ${name} as two characters of private use, so that YAML sees none;
 * *hidden: its bytes. A mistake when the text has such characters. */
const char *tree_hide_references(struct reading *reading, const char *text, size_t size, size_t *hidden);
/* The same as it was; *shown (may be NULL): its bytes, NUL-terminated. */
char *tree_show_references(struct reading *reading, const char *text, size_t size, size_t *shown);

struct tree_stream;
/* `text` must stay as it is until tree_close(). */
struct tree_stream *tree_open(struct reading *reading, const char *text, size_t size);
/* The next document, NULL after the last; a mistake when it is no YAML. */
struct tree *tree_next(struct tree_stream *stream);
void tree_close(struct tree_stream *stream);

/* The same key twice in one mapping is a mistake. */
void tree_refuse_duplicates(struct reading *reading, const struct tree *map);
/* The value of a key, NULL when it is not there. */
const struct tree *tree_get(const struct tree *map, const char *key);

#endif
