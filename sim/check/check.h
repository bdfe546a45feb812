/*
 * The judge: sees what observers see (sim/world/observe.h), knows the scenario and the
 * documentation, and nothing of core/'s inside.
 *
 * Its state is one flat block without pointers, like the world's, so that a
 * snapshot of a run is a copy of both.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "sim/world/observe.h"

enum rule_kind { RULE_ALWAYS, RULE_SOMETIMES, RULE_EVENTUALLY };

struct rule {
	const char *id; /* "I5", "callback-grammar", ...: stable, used in docs and reports */
	enum rule_kind kind;
	const char *says;   /* one sentence: what must hold */
	const char *source; /* manual page or "observed: RECORDING" */
};
/* All rules; a verdict names one by index. */
extern const struct rule check_rules[];
extern const uint32_t check_rule_count;

enum verdict_kind {
	VERDICT_BREACH = 1,  /* a rule was broken: a defect */
	VERDICT_HAZARD,      /* I1 or I7 was broken where the manual says it may be: hazard names which */
	VERDICT_EXPECTATION, /* what the scenario expected did not come */
	VERDICT_INERT,       /* a fault that changed nothing; no failure */
	VERDICT_VACUOUS,     /* no tracker was told anything; no failure */
	VERDICT_FINDING,     /* not the judge's: a breach of a rule that the scenario names, see sim/findings.h */
};

struct verdict {
	uint32_t kind;
	uint32_t rule;   /* index into check_rules; UINT32_MAX for expectations */
	uint32_t hazard; /* 1..12 for Hn, else 0 */
	uint32_t step;
	uint32_t node;   /* UINT32_MAX: none */
	uint32_t client; /* UINT32_MAX: none */
	uint64_t time_ns;
	struct position at; /* in the scenario's file: the expectation, else the step */
	char expected[512]; /* in words; several lines allowed */
	char came[512];
};

/* Is this verdict why a run failed? */
static inline bool verdict_fails(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_BREACH || verdict->kind == VERDICT_EXPECTATION;
}

struct check;

size_t check_size(const struct scenario *scenario);
void check_init(struct check *check, const struct scenario *scenario);

/* Judge one observation. Each verdict is handed to `report` at once; when the
 * same rule breaks again for the same node and client it is counted, not told again. */
typedef void check_report(void *ctx, const struct verdict *verdict);
void check_observe(struct check *check, const struct scenario *scenario, const struct world_view *view,
		   const struct observation *observation, check_report *report, void *ctx);

/* How often a rule was put to the test in this run (coverage; "sometimes" rules). */
uint64_t check_exercised(const struct check *check, uint32_t rule);
/* Callbacks delivered to trackers so far. */
uint64_t check_callbacks(const struct check *check);

#endif
