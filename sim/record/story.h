/* What happened to the cluster, as steps: what the logs say, and where they leave it open, the likeliest. */
#ifndef SIM_RECORD_STORY_H
#define SIM_RECORD_STORY_H

#include "sim/record/nodes.h"
#include "sim/scenario/scenario.h"

#define STORY_QUOTES 4u

struct told_step {
	enum verb verb;          /* VERB_START, STOP, CRASH, PAUSE, RESUME, PARTITION, HEAL, RELOAD */
	int64_t ms;              /* when; the first: LOGS_BEGIN_MS when the logs begin later */
	struct ids nodes;        /* all but partition and heal */
	const uint32_t *network; /* partition, heal: which network each member is in */
	uint32_t quote_count;
	const struct fact *quotes[STORY_QUOTES];
	const char *guess; /* NULL: none */

	/* when the step ends, as the logs have it */
	bool settled;
	const bool *up;                  /* by member: up and not paused */
	const struct fact *const *views; /* by member: its last FACT_MEMBERS; NULL: none, or no log */
	const signed char *quorate;      /* by member: 0, 1; -1: not told */
};

struct story {
	uint32_t count, room;
	struct told_step *steps;
};

/* members: their lives made. Mistakes leave to the record's reading. */
void story_tell(struct story *story, struct members *members);

#endif
