/*
 * A first scenario for someone who writes one: cluster, feature, faults and a
 * tracker are chosen, what is expected is taken from a run.
 */
#ifndef SIM_SKETCH_SKETCH_H
#define SIM_SKETCH_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKETCH_NODES_MAX 32u
#define SKETCH_FAULTS_MAX 8u
#define SKETCH_CLIENT "watcher"

struct sketch_word {
	const char *name;
	const char *says; /* for people who choose */
};
/* Ended by a NULL name; the first feature is none. */
extern const struct sketch_word sketch_features[], sketch_faults[];
/* Index, -1: there is no such word. "-" and "_" are the same. */
int sketch_word(const struct sketch_word *words, const char *text);

struct sketch {
	uint32_t nodes; /* 0: what suits the feature */
	uint32_t feature;
	uint32_t fault_count; /* 0: one partition, of one node a crash */
	uint32_t faults[SKETCH_FAULTS_MAX];
	bool no_client;
	bool flags_given;
	uint32_t flags;   /* VQ_TRACK_*; 0: CURRENT and CHANGES */
	const char *name; /* NULL: made from the rest */
	bool has_hole;    /* it is to fill this cell of the coverage tables, see sim/coverage/cells.h */
	uint32_t hole;
};

/* Fill in what was left open. 0, or -1: what was asked for does not go together, see message. */
int sketch_complete(struct sketch *sketch, char name[128], char *message, size_t message_size);
/* The scenario's text, owned by the caller: it holds when run. NULL: it cannot be, see message.
 * sketch: completed. */
char *sketch_write(const struct sketch *sketch, char *message, size_t message_size);

#endif
