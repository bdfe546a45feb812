/*
 * What a daemon has said about its cluster: the few lines of its log that matter here, one struct each. The reader of
 * logs and the tracker of a live session both end in these.
 */
#ifndef SIM_RECORD_FACT_H
#define SIM_RECORD_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/scenario/mistake.h"

enum fact_kind {
	FACT_NONE,
	FACT_BOOT,
	FACT_OWN_ID,        /* nodeid: of the node itself */
	FACT_ADDRESS,       /* words: an address of the node itself */
	FACT_PEER,          /* nodeid, or words: the address; a node of the nodelist */
	FACT_SYNC_MEMBERS,  /* list; number: of members */
	FACT_RING,          /* nodeid, seq; list: members; left, joined: as against the ring before */
	FACT_FAILED,        /* list: left without a word */
	FACT_MEMBERS,       /* list, as votequorum has told it; number: of members */
	FACT_SYNCED,        /* services are synchronized */
	FACT_QUORATE,       /* number: 1 or 0 */
	FACT_SILENCE,       /* number: ms without a token */
	FACT_TOKEN,         /* number, other: token and consensus in force, ms */
	FACT_RELOAD,        /* nodeid: who asked for it */
	FACT_NOT_SCHEDULED, /* number: for so many ms until now */
	FACT_WAITING,       /* number, other: votes, expected votes of a node that waits for all */
	FACT_VOTES,         /* nodeid, number, other: its votes, expected votes */
	FACT_STOPPING,
	FACT_STOPPED,
	FACT_ENDED, /* with an error, words */
};

struct ids {
	uint32_t count;
	uint32_t *list; /* ascending */
};

struct fact {
	enum fact_kind kind;
	int64_t ms;
	const char *path;
	uint32_t line;
	const char *words; /* what the line says, fit to be shown */
	uint32_t nodeid;
	uint64_t seq;
	uint32_t number, other;
	struct ids list, joined, left;
	struct ids failed; /* ring: those of left that went without a word */
};

/* One daemon's machine: its facts in the order in which they were said. */
struct source {
	const char *path, *host; /* host: "" where lines bear none */
	uint32_t nodeid;         /* 0: not known yet */
	uint32_t count, room;
	struct fact *facts;
	bool is_complete; /* its first fact is a boot */
};

struct record {
	struct reading reading; /* memory, and where a mistake leaves to */
	uint32_t count, room;
	struct source *sources;
	bool has_year, has_zone; /* of all times so far */
	bool any;                /* time was read */
};

bool ids_have(const struct ids *ids, uint32_t id);
/* Sorted in, once. */
void ids_add(struct record *record, struct ids *ids, uint32_t id);
struct source *record_source(struct record *record, const char *path, const char *host);
struct fact *source_add(struct record *record, struct source *source, const struct fact *fact);

#endif
