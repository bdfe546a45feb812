/*
 * A stage for the judge's tests: a made-up cluster that behaves well unless a test
 * makes it misbehave, and what the judge says of it.
 */
#ifndef SIM_CHECK_STAGE_H
#define SIM_CHECK_STAGE_H

#include "sim/check/check.h"
#include "sim/check/rules.h"

#define STAGE_NODES 6u
#define STAGE_CLIENTS 6u
#define STAGE_STEPS 24u
#define STAGE_VERDICTS 64u

struct stage {
	struct scenario scenario;
	struct scenario_node nodes[STAGE_NODES];
	struct scenario_client clients[STAGE_CLIENTS];
	struct step steps[STAGE_STEPS];
	struct vq_config configs[STAGE_NODES];
	struct vq_config_node listed[STAGE_NODES];
	const struct vq_config *reloaded[STAGE_NODES];
	struct vq_info info[STAGE_NODES]; /* what getinfo(0) answers; a test may spoil it */
	int info_error[STAGE_NODES];
	struct vq_ring_id rings[STAGE_NODES];
	uint32_t members[STAGE_NODES];    /* bits by node */
	uint32_t known[STAGE_NODES];      /* likewise */
	uint32_t flags, expected, quorum; /* of info, when not 0: other than a plain cluster's */
	struct check *check;
	struct verdict verdicts[STAGE_VERDICTS];
	uint32_t verdict_count;
	uint32_t step;
	uint64_t time_ns;
	uint64_t seq;
};

/* count nodes 1, 2, ... of one vote each, and client i at node i % count; no judge yet: a test may change
 * the scenario before stage_judge(). */
void stage_make(struct stage *stage, uint32_t count);
void stage_judge(struct stage *stage);
void stage_free(struct stage *stage);

void stage_see(struct stage *stage, struct observation *observation);
void stage_event(struct stage *stage, enum observation_kind kind, uint32_t node, uint64_t number);
void stage_begin(struct stage *stage, uint32_t step);
void stage_end(struct stage *stage, bool settled);
/* A step of the number next, from begin to a settled end. */
void stage_rest(struct stage *stage);

void stage_up(struct stage *stage, uint32_t node);
/* The nodes of `members` (bits) install a ring. */
void stage_ring(struct stage *stage, uint32_t members);
/* Its sync ends at each: PRIMARY with the node's bit of `quorate`, and info follows. */
void stage_activate(struct stage *stage, uint32_t members, uint32_t quorate);
/* One of them, without what must follow. */
void stage_activated(struct stage *stage, uint32_t node);
void stage_primary(struct stage *stage, uint32_t node, bool quorate);
/* All of the cluster boots into one ring; quorate; at rest. */
void stage_boot(struct stage *stage);

void stage_call(struct stage *stage, uint32_t client, enum verb verb, const struct vq_request *request);
void stage_reply(struct stage *stage, uint32_t client, enum verb verb, int error);
/* trackstart with CHANGES_ONLY, answered OK; the context is 100 + client. */
void stage_track(struct stage *stage, uint32_t client);
struct vq_notification stage_nodelist(const struct stage *stage, uint32_t client);
struct vq_notification stage_quorum(const struct stage *stage, uint32_t client, bool quorate);
struct vq_notification stage_expected(const struct stage *stage, uint32_t client, uint32_t value);
void stage_queue(struct stage *stage, uint32_t client, struct vq_notification notification);
void stage_callback(struct stage *stage, uint32_t client, struct vq_notification notification);

/* Exactly one verdict has come, a breach of this rule; and it is forgotten. */
#define assert_breach(stage, rule) stage_assert_breach(stage, rule, __FILE__, __LINE__)
#define assert_quiet(stage) stage_assert_count(stage, 0, __FILE__, __LINE__)
#define assert_verdict(stage, kind) stage_assert_verdict(stage, kind, __FILE__, __LINE__)
void stage_assert_breach(struct stage *stage, enum rule_number rule, const char *file, int line);
void stage_assert_count(struct stage *stage, uint32_t count, const char *file, int line);
/* Exactly one verdict, of this kind; the last one stays in verdicts[0]. */
void stage_assert_verdict(struct stage *stage, enum verdict_kind kind, const char *file, int line);

#endif
