/*
 * Every word of the scenario language, in tables: the reader reads mappings by
 * them, messages name them, the JSON Schema for editors is tested against them.
 */
#ifndef SIM_SCENARIO_VOCABULARY_H
#define SIM_SCENARIO_VOCABULARY_H

#include <stdio.h>

#include "sim/scenario/scenario.h"

enum word_type {
	WORD_TEXT,
	WORD_BOOL,   /* true, false */
	WORD_SWITCH, /* 0, 1, true, false: as corosync.conf has it */
	WORD_NUMBER, /* 32 bits */
	WORD_NUMBER64,
	WORD_DURATION, /* 1500ms */
	WORD_MILLIS,   /* a duration, or a bare number of milliseconds as in corosync.conf */
	WORD_RATIO,    /* 5%, 0.05 */
	WORD_NODE,     /* the id of a node of the scenario */
	WORD_NODES,    /* all, an id, a list of ids */
	WORD_OTHER,    /* read by code of its own */
};

enum need { OPTIONAL, REQUIRED };

struct word {
	const char *name;
	enum word_type type;
	enum need need;
	uint64_t max; /* numbers: 0 means that only the type limits them */
};

struct vocabulary {
	const char *name; /* in messages */
	const struct word *words;
	uint32_t count;
};

#define WORDS_MAX 48u /* in one vocabulary */

extern const struct vocabulary words_scenario, words_cluster, words_node, words_quorum, words_device, words_totem,
	words_network, words_choices, words_start, words_stop, words_link, words_reload, words_fault, words_kill,
	words_inject, words_expect, words_info, words_reply, words_nodelist_callback, words_quorum_callback,
	words_expected_votes_callback, words_ring;

/* The keys of a step: verbs and what modifies them. */
extern const struct vocabulary words_step;
/* The keys of a library call's mapping; NULL for other verbs. */
const struct vocabulary *words_call(enum verb verb);
/* VERB_COUNT when no verb has that name; "expect" is VERB_NONE. */
enum verb verb_by_name(const char *name);

/* A list of names with their values. */
struct name {
	const char *name;
	uint32_t value;
};
struct names {
	const char *what;   /* in messages: "flag" */
	const char *prefix; /* the C name's: may be written too */
	const struct name *list;
	uint32_t count;
};
extern const struct names names_track_flags, names_info_flags, names_node_states, names_dispatch_types,
	names_callbacks;
/* False when no name is so spelled. */
bool name_value(const struct names *names, const char *text, uint32_t *value);

/* Everything above as one JSON object. */
void scenario_dump_vocabulary(FILE *to);

#endif
