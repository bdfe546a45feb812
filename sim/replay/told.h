/*
 * What each client has been told so far: its last callback of each kind. A flat block,
 * so that it is saved and restored with the world.
 */
#ifndef SIM_REPLAY_TOLD_H
#define SIM_REPLAY_TOLD_H

#include "sim/world/observe.h"

struct told_client {
	uint64_t callbacks; /* since its process began */
	bool has_nodelist, has_quorum, has_expected;
	bool has_reply;
	bool quorate;
	uint32_t expected_votes;
	struct vq_ring_id ring;
	uint32_t member_count, node_count;
	uint32_t reply_verb; /* enum verb: the last call that a step made */
	int32_t reply_error;
};

struct told;

size_t told_size(const struct scenario *scenario);
void told_init(struct told *told, const struct scenario *scenario);
void told_observe(struct told *told, const struct observation *observation);
const struct told_client *told_client(const struct told *told, uint32_t client);
/* member_count entries of the last nodelist, node_count of the last quorum notification. */
const struct vq_entry *told_members(const struct told *told, uint32_t client);
const struct vq_entry *told_nodes(const struct told *told, uint32_t client);

#endif
