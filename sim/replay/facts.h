/*
 * Facts about a moment, told once and written in two ways: as JSON for tools, or as a
 * list of lines, "node 2 quorate" with the value "yes", which can be compared.
 */
#ifndef SIM_REPLAY_FACTS_H
#define SIM_REPLAY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/json.h"

#define FACT_PATH_MAX 512u

struct fact {
	char *path, *value; /* owned */
};

struct fact_list {
	uint32_t count, room;
	struct fact *facts;
	const char *wanted; /* NULL: all; else only those whose path begins with these words */
};
void fact_list_free(struct fact_list *list);

struct facts {
	struct json *json; /* exactly one of the two is there */
	struct fact_list *list;
	char path[FACT_PATH_MAX];
	size_t size;
	size_t ends[16]; /* where the path ended before each open part */
	uint32_t depth;
};
struct facts facts_as_json(struct json *json);
struct facts facts_as_list(struct fact_list *list);

/* A named list; its items are objects. */
void facts_list(struct facts *facts, const char *key);
void facts_list_end(struct facts *facts);
/* An item, known by a number, or by a name when that is not NULL: in JSON the value of its first key
 * (none when key is NULL), in the paths of a list `word` and the value. False: nothing in it is wanted, and it was
 * not opened. */
bool facts_item(struct facts *facts, const char *key, const char *word, uint64_t number, const char *name);
void facts_object(struct facts *facts, const char *key);
void facts_end(struct facts *facts);

void facts_number(struct facts *facts, const char *key, uint64_t number);
void facts_bool(struct facts *facts, const char *key, bool value);
/* NULL: null, "none". */
void facts_text(struct facts *facts, const char *key, const char *text);
/* UINT64_MAX: null, "none". Told as seconds in a list. */
void facts_time(struct facts *facts, const char *key, uint64_t time_ns);
/* One that changes with every event (the moment's own time): in JSON only. */
void facts_json_number(struct facts *facts, const char *key, uint64_t number);
void facts_ids(struct facts *facts, const char *key, const uint32_t *ids, uint32_t count);
/* In JSON [nodeid, seq], in a list "nodeid.seq"; seq 0: null, "none". */
void facts_ring(struct facts *facts, const char *key, uint32_t nodeid, uint64_t seq);
/* Names of the bits that are set, names[i] for bit i. */
void facts_names(struct facts *facts, const char *key, uint32_t bits, const char *const *names, uint32_t count);

/* Ids with a space between, many in a row as "4..384"; "none" when there are none. Owned by the caller. */
char *fact_ids(const uint32_t *ids, uint32_t count);
void fact_put_ids(const uint32_t *ids, uint32_t count, FILE *to);
/* "8.580800" */
#define FACT_SECONDS_MAX 32u
const char *fact_seconds(uint64_t time_ns, char text[FACT_SECONDS_MAX]);

#endif
