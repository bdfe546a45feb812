/*
 * The trace: one JSON object a line, in the order things happen. The same bytes
 * for the same scenario, seed and version on any machine.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/world/observe.h"

struct trace {
	const struct scenario *scenario;
	bool all;   /* every event, not only what bears on clients */
	bool keep;  /* keep the text; without, only its hash and count */
	bool label; /* name the scenario in every line: several runs in one file; not part of the hash */
	char *text; /* kept lines; owned */
	size_t size, room;
	size_t head_size; /* of the last line: what says when and where */
	uint64_t lines;
	char *pending; /* lines not yet hashed; owned */
	size_t pending_size;
	void *hash_state;
};

void trace_init(struct trace *trace, const struct scenario *scenario, bool keep, bool all, bool label);
void trace_free(struct trace *trace);
/* struct observer.observe; ctx is the trace. */
void trace_observe(void *ctx, const struct world_view *view, const struct observation *observation);
/* The hash (XXH3, 128 bits, of the lines that bear on clients) so far, as 32 hex digits. */
void trace_hash(struct trace *trace, char hex[33]);

#endif
