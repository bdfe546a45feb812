/*
 * What partitions of the network lead to, known without running them: see walker.h.
 */
#ifndef SIM_EXPLORE_SHORTCUT_H
#define SIM_EXPLORE_SHORTCUT_H

#include "sim/explore/events.h"

#define SHORTCUT_NOTHING_SHOWN UINT32_MAX

struct shortcut_node {      /* of a settled cluster */
	uint64_t digest[2]; /* of its essence; see world_essence() */
	uint32_t group;
	bool up, quorate;
	bool registered; /* its device */
	bool by_votes;   /* as many votes are there as the quorum */
};

struct shortcuts;

/* NULL: there are none for this cluster and these events. Both must outlive them. */
struct shortcuts *shortcuts_create(const struct scenario *scenario, const struct events *events);
void shortcuts_destroy(struct shortcuts *shortcuts);

/* The events of another state are tried from now on. */
void shortcuts_begin(struct shortcuts *shortcuts, const struct shortcut_node *now);
/* The event to try i-th, so that most is learned early. */
uint32_t shortcuts_order(const struct shortcuts *shortcuts, uint32_t i);
/* What came of an event that was run; quiet: nothing was shown. */
void shortcuts_learn(struct shortcuts *shortcuts, uint32_t event, const struct shortcut_node *came, bool quiet);
/* True: `nodes` is what comes of the event, and the same is shown as by event `like`. */
bool shortcuts_take(struct shortcuts *shortcuts, uint32_t event, struct shortcut_node *nodes, uint32_t *like);

/* The hash of a state: of its nodes' digests and groups. */
void shortcut_hash(const struct shortcut_node *nodes, uint32_t count, uint64_t hash[2]);

#endif
