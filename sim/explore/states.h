/*
 * The states that an exploration has met: what they are known by, and how each was
 * first reached. Nothing that was stored moves, so that other threads may read of it
 * while one adds more.
 */
#ifndef SIM_EXPLORE_STATES_H
#define SIM_EXPLORE_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATES_NONE UINT32_MAX

struct found_state {
	uint64_t hash[2];
	uint32_t parent; /* STATES_NONE: the start */
	uint32_t event;  /* that led here from the parent */
	uint32_t depth;
	uint32_t departures; /* of that event: see states_departures(); 0: it went the usual way */
};

struct states {
	uint64_t count, most;
	struct found_state **chunks;
	uint32_t *index;        /* open addressing, 1 + state */
	uint32_t **word_chunks; /* lists of departures, each as interleave.h has them */
	uint64_t word_count;
	uint64_t index_room;
};

/* How many states fit into so many bytes, growth included. */
uint64_t states_that_fit(uint64_t bytes);
/* Bytes in use now. */
uint64_t states_bytes(const struct states *states);

/* most: states at most, below 2^31. */
void states_open(struct states *states, uint64_t most);
void states_close(struct states *states);
/* The state of that hash, STATES_NONE: it was not met. */
uint32_t states_find(const struct states *states, const uint64_t hash[2]);
/* A state that was not met before; false: there is no more room. */
bool states_add(struct states *states, const struct found_state *state);
/* Keep a list of departures, for a state to come; false: there is no more room. */
bool states_keep(struct states *states, const uint32_t *list, uint32_t *departures);
/* NULL: the usual way. */
const uint32_t *states_departures(const struct states *states, uint32_t departures);
const struct found_state *states_at(const struct states *states, uint64_t number);

#endif
