/*
 * Why a node is quorate, or is not, in words: from what it would answer to getinfo, its
 * corosync.conf, and what was done to the cluster.
 */
#ifndef SIM_EXPLORE_WHY_H
#define SIM_EXPLORE_WHY_H

#include "sim/world/observe.h"

#define WHY_TEXT 256u

enum why {
	WHY_NONE,       /* nothing to explain */
	WHY_DOWN,       /* the node itself is down: it was refused, or aborted, or never started */
	WHY_APART,      /* others are down, or out of reach: their votes are missing */
	WHY_CONFIGURED, /* corosync.conf expects more votes than there are */
	WHY_CLIENT,     /* a client has set expected votes, or votes */
	WHY_RELOADED,   /* a reload has set them */
	WHY_STORED,     /* expected votes that were stored: hazard H10 */
	WHY_DEVICE,     /* the quorum device's votes are counted in what is expected, and are not there */
	WHY_WAITS,      /* it waits for all, whose votes are not there at once */
	WHY_UNKNOWN,    /* nothing that the manual knows: a defect */
	WHY_COUNT
};
/* "corosync.conf expects more votes than there are", ... */
const char *why_name(enum why why);

/* Why this node is not quorate now; text: the same with its numbers. WHY_NONE: it is. */
enum why why_not_quorate(const struct scenario *scenario, const struct world_view *view, uint32_t node,
			 char text[WHY_TEXT]);
/* What a node believes: "quorate, 2 of 3 votes, quorum 2", with the feature that grants or withholds it. */
void why_believes(const struct vq_info *info, char text[WHY_TEXT]);

#endif
