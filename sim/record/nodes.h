/* Whose log is whose, on one clock; and when each node was up. */
#ifndef SIM_RECORD_NODES_H
#define SIM_RECORD_NODES_H

#include "sim/record/fact.h"

#define LOGS_BEGIN_MS (INT64_MIN / 4) /* before all times; differences of it fit */

enum life_end { LIFE_GOES_ON, LIFE_STOPPED, LIFE_CRASHED };

struct life {
	int64_t from, to; /* ms; from LOGS_BEGIN_MS: up when the logs begin; to INT64_MAX: when they end */
	enum life_end end;
	const struct fact *began, *ended;      /* what says so; NULL: nothing does */
	const char *began_guess, *ended_guess; /* why it was taken for that; NULL: the log says so */
};

struct pause {
	int64_t from, to;
	const struct fact *fact;
};

struct member {
	uint32_t nodeid;
	bool has_log;
	int64_t clock_ms; /* what its clock was corrected by */
	uint32_t count;
	struct fact *facts;
	uint32_t life_count, life_room;
	struct life *lives;
	uint32_t pause_count, pause_room;
	struct pause *pauses;
};

struct members {
	struct record *record;
	uint32_t count;
	struct member *list;             /* ascending nodeid */
	int64_t end_ms;                  /* the last fact of all */
	uint32_t token_ms, consensus_ms; /* in force, as a log said; 0: none did */
};

struct known_node { /* of a corosync.conf */
	uint32_t nodeid;
	const char *name; /* NULL: none */
};

/* Who said what. known: of the configuration, if there is one; mistakes when a log cannot be told apart or names a node
 * that is not known. */
void members_make(struct members *members, struct record *record, const struct known_node *known,
		  uint32_t known_count);
struct member *members_find(const struct members *members, uint32_t nodeid);
/* When each of them was up. */
void members_live(struct members *members);
/* When that happened which the ring came of. member: whose log it stands in. */
int64_t ring_cause_ms(const struct members *members, const struct member *member, const struct fact *ring);

#endif
