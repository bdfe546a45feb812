/*
 * "What if": a cluster that has started and settled, a few events, and who is quorate
 * then. Every answer comes from a run of full votequorum cores under the judge, in the
 * order in which real daemons speak (choice_token). Going back to a state that was marked is a copy.
 */
#ifndef SIM_EXPLORE_PROBE_H
#define SIM_EXPLORE_PROBE_H

#include "sim/explore/explore.h"

struct probe;
struct probe_mark; /* a state to go back to; owned by who asked for it */

/* All nodes up and settled. scenario: its cluster, totem and network count, its steps do
 * not; it must outlive the probe. steps_max: events between two probe_restart(). */
struct probe *probe_create(const struct scenario *scenario, uint32_t steps_max);
/* The same with a quorum device that works: at the start and after each event it is registered at
 * every live node, and casts its vote in one part only: that of the most nodes, of several such that
 * with the lowest id (corosync-qdevice(8), ffsplit). */
struct probe *probe_create_with_device(const struct scenario *scenario, uint32_t steps_max);
void probe_destroy(struct probe *probe);

/* Why a daemon refused to start, in corosync's words, and which node's; NULL: all are up. */
const char *probe_refusal(const struct probe *probe, uint32_t *node);
/* What daemons would log at start: bit 1u << enum vq_notice. */
uint32_t probe_notices(const struct probe *probe);

/* Back to the start. */
void probe_restart(struct probe *probe);
/* Let one event happen and the cluster settle. What the step points to must stay until probe_restart(). */
void probe_do(struct probe *probe, const struct step *step);

struct probe_mark *probe_mark(const struct probe *probe);
void probe_return(struct probe *probe, const struct probe_mark *mark);
void probe_mark_free(struct probe_mark *mark);

/* By node; valid until the next call. */
const struct explore_node *probe_nodes(struct probe *probe);
/* How many components are quorate. */
uint32_t probe_quorate(struct probe *probe);
/* getinfo of a node that is up; false: it is down. */
bool probe_getinfo(const struct probe *probe, uint32_t node, struct vq_info *info);
/* The first verdict of that kind since the start (defect: a breach, not a hazard); NULL: none. */
const struct verdict *probe_verdict(const struct probe *probe, uint32_t rule, uint32_t hazard, bool defect);
/* Of the state: the same, whatever way led to it (world_hash_settled()). */
void probe_hash(const struct probe *probe, uint64_t hash[2]);

#endif
