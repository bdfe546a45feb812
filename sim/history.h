/*
 * All that happened in a run, kept in memory for a report that is looked at.
 *
 * Each event is what a full trace says of it (votesim(1), THE TRACE), split into
 * when and where, and the rest as a numbered text: a million messages have few
 * different ones. Two kinds of event are the history's own: "state", a node's
 * getinfo whenever it has changed, and "reach" with who reaches whom.
 */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim/world/observe.h"
#include "sim/texts.h"
#include "sim/trace.h"

struct history_event {
	uint64_t time_ns;
	uint32_t step;
	uint32_t node;   /* index; UINT32_MAX: none */
	uint32_t client; /* index; UINT32_MAX: none */
	uint32_t text;   /* into texts: the members of a JSON object, without its braces */
};

struct history {
	const struct scenario *scenario;
	struct history_event *events; /* owned */
	uint64_t count, room;
	struct texts texts;
	struct trace trace;   /* gives the words */
	struct vq_info *last; /* by node, as last told; node_id 0: not told since it came up; owned */
	uint32_t touched;     /* the node of the last observation, whose state may have changed since */
	uint32_t touched_step;
	uint64_t touched_ns;
};

void history_init(struct history *history, const struct scenario *scenario);
void history_free(struct history *history);
/* struct observer.observe; ctx is the history. The world must be told to observe all. */
void history_observe(void *ctx, const struct world_view *view, const struct observation *observation);

#endif
