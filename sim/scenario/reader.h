/* What the reader's parts share: the run being read, and reading a mapping by its vocabulary. */
#ifndef SIM_SCENARIO_READER_H
#define SIM_SCENARIO_READER_H

#include "sim/scenario/mistake.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/tree.h"
#include "sim/scenario/vocabulary.h"

#define NODES_MAX 4096u /* whatever the capacity */
#define STEPS_MAX 10000u
#define CLIENTS_MAX 10000u
#define NAME_MAX_BYTES 64u /* of a client */

struct client_use { /* where a client was first used, and the options it was given there */
	uint32_t line;
	bool has_dispatch, has_callbacks, has_slow, has_in_callback;
};

struct reader {
	struct reading reading;
	uint32_t scenario_room;    /* runs that the set has room for */
	struct scenario *scenario; /* under way: one run */
	struct scenario_node *nodes;
	const struct vq_config **files; /* by node: corosync.conf as of the step being read; NULL: none yet */
	bool *running;                  /* by node, as far as the script tells */
	struct scenario_client *clients;
	struct client_use *client_uses;
	uint32_t client_room;
	bool clients_incomplete; /* a step that may make a client could not be read */
	uint64_t earliest_ns;    /* the step being read cannot begin before */
};

/* ---- fields of a mapping --------------------------------------------------- */

struct field {
	const struct tree *tree; /* NULL: not given */
	uint64_t number;         /* numbers, durations (ns or ms), ratios (ppm), booleans, node (index) */
	const char *text;
	struct index_list nodes;
};

struct fields {
	const struct vocabulary *words;
	const struct tree *map;
	struct field field[WORDS_MAX];
};

/* Reads a mapping: every key known and of its type, no required one missing. */
void fields_read(struct reader *reader, const struct vocabulary *words, const struct tree *map,
		 struct fields *fields);
/* NULL when it was not given, or when the vocabulary has no such word. */
const struct field *field(const struct fields *fields, const char *name);

/* ---- single values: `key` is for the message ------------------------------- */

_Noreturn void expected(struct reader *reader, const struct tree *tree, const char *key, const char *what);
bool tree_is_null(const struct tree *tree);
void expect_list(struct reader *reader, const struct tree *tree, const char *key, const char *of);
void expect_map(struct reader *reader, const struct tree *tree, const char *key, const char *of);
const char *read_text(struct reader *reader, const struct tree *tree, const char *key);
/* The same, fit to stand in a line of output. */
const char *read_one_line(struct reader *reader, const struct tree *tree, const char *key);
bool read_bool(struct reader *reader, const struct tree *tree, const char *key);
bool read_switch(struct reader *reader, const struct tree *tree, const char *key);
uint64_t read_number(struct reader *reader, const struct tree *tree, const char *key, uint64_t least, uint64_t most);
uint64_t read_duration(struct reader *reader, const struct tree *tree, const char *key);
/* The index of the node whose id it is. */
uint32_t read_node(struct reader *reader, const struct tree *tree, const char *key);
/* The same of a key in a mapping by node, where none stands twice: `seen` has NODES_MAX entries. */
uint32_t read_key_node(struct reader *reader, const struct tree *key, const char *what, bool *seen);
/* all, an id, or a list of ids, none twice; in the order given. */
struct index_list read_nodes(struct reader *reader, const struct tree *tree, const char *key);
/* A name, a list of names, or a 32-bit number. */
uint32_t read_flags(struct reader *reader, const struct tree *tree, const char *key, const struct names *names);
/* A name or a 32-bit number. */
uint32_t read_name(struct reader *reader, const struct tree *tree, const char *key, const struct names *names);
/* An error's name or number. */
int read_error(struct reader *reader, const struct tree *tree, const char *key);
/* {nodeid, seq} or [nodeid, seq]; PATTERN_RING_* bits of what was given. */
uint32_t read_ring(struct reader *reader, const struct tree *tree, struct vq_ring_id *ring);

/* ---- the parts --------------------------------------------------------------- */

/* nodes, quirks, the files as they are at the start; all reload steps are
 * looked through for nodes that come later. */
void read_cluster(struct reader *reader, const struct tree *cluster, const struct tree *steps);
/* The same from a corosync.conf alone. */
void read_conf_cluster(struct reader *reader, const char *path);
void read_choices(struct reader *reader, const struct tree *tree);
void read_reload(struct reader *reader, const struct tree *value, struct step *step);
void read_steps(struct reader *reader, const struct tree *steps);
/* The verb of a step and what goes with it. */
void read_verb(struct reader *reader, const struct tree *value, struct step *step);
void read_expect(struct reader *reader, const struct tree *tree, struct step *step);

#endif
