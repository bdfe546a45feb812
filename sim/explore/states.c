/*
 * 32 bytes a state, in chunks that never move, and an index of four bytes a place
 * that is half full at most.
 */
#include "sim/explore/states.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define CHUNK 4096u
#define FIRST_INDEX 4096u
#define WORDS 65536u /* in a chunk of lists */
#define WORD_CHUNKS 16384u

static uint64_t index_for(uint64_t states)
{
	uint64_t room = FIRST_INDEX;

	while (room < 2 * states)
		room *= 2;
	return room;
}

/* While the index grows the old one is still there. */
static uint64_t bytes_for(uint64_t states)
{
	uint64_t chunks = (states + CHUNK - 1) / CHUNK, room = index_for(states);

	return chunks * (CHUNK * sizeof(struct found_state) + sizeof(struct found_state *)) +
	       (room + room / 2) * sizeof(uint32_t);
}

uint64_t states_that_fit(uint64_t bytes)
{
	uint64_t low = 1, high = INT32_MAX;

	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (bytes_for(middle) <= bytes)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

uint64_t states_bytes(const struct states *states)
{
	uint64_t chunks = (states->count + CHUNK - 1) / CHUNK;

	return chunks * (CHUNK * sizeof(struct found_state) + sizeof(struct found_state *)) +
	       states->index_room * sizeof *states->index + states->word_count * sizeof(uint32_t);
}

void states_open(struct states *states, uint64_t most)
{
	ALWAYS(most >= 1 && most <= INT32_MAX);
	*states = (struct states){.most = most, .index_room = FIRST_INDEX};
	states->chunks = allocate((most + CHUNK - 1) / CHUNK, sizeof(struct found_state *));
	states->index = allocate(states->index_room, sizeof *states->index);
}

void states_close(struct states *states)
{
	for (uint64_t i = 0; i * CHUNK < states->count; i++)
		free(states->chunks[i]);
	for (uint64_t i = 0; i * WORDS < states->word_count; i++)
		free(states->word_chunks[i]);
	free(states->word_chunks);
	free(states->chunks);
	free(states->index);
	memset(states, 0, sizeof *states);
}

const struct found_state *states_at(const struct states *states, uint64_t number)
{
	return &states->chunks[number / CHUNK][number % CHUNK];
}

static uint32_t *place_of(const struct states *states, const uint64_t hash[2])
{
	uint64_t at = hash[0] & (states->index_room - 1);

	while (states->index[at]) {
		const struct found_state *state = states_at(states, states->index[at] - 1);

		if (state->hash[0] == hash[0] && state->hash[1] == hash[1])
			break;
		at = (at + 1) & (states->index_room - 1);
	}
	return &states->index[at];
}

uint32_t states_find(const struct states *states, const uint64_t hash[2])
{
	uint32_t place = *place_of(states, hash);

	return place ? place - 1 : STATES_NONE;
}

static void grow_index(struct states *states)
{
	uint32_t *old = states->index;

	states->index_room *= 2;
	states->index = allocate(states->index_room, sizeof *states->index);
	free(old);
	for (uint64_t i = 0; i < states->count; i++)
		*place_of(states, states_at(states, i)->hash) = (uint32_t)i + 1;
}

bool states_add(struct states *states, const struct found_state *state)
{
	if (states->count == states->most)
		return false;
	if (states->count % CHUNK == 0)
		states->chunks[states->count / CHUNK] = allocate(CHUNK, sizeof *state);
	states->chunks[states->count / CHUNK][states->count % CHUNK] = *state;
	states->count++;
	*place_of(states, state->hash) = (uint32_t)states->count;
	if (2 * states->count > states->index_room)
		grow_index(states);
	return true;
}

/* ---- departures ---- */

static uint32_t *word_at(const struct states *states, uint64_t at)
{
	return &states->word_chunks[at / WORDS][at % WORDS];
}

/* A list lies in one chunk; word 0 is never used, so that 0 is none. */
bool states_keep(struct states *states, const uint32_t *list, uint32_t *departures)
{
	uint64_t at = states->word_count ? states->word_count : 1;
	uint32_t words = list ? 1 + list[0] : 0;

	*departures = 0;
	if (!list)
		return true;
	if (!states->word_chunks)
		states->word_chunks = allocate(WORD_CHUNKS, sizeof *states->word_chunks);
	if (at / WORDS != (at + words - 1) / WORDS)
		at = (at / WORDS + 1) * WORDS;
	if (at / WORDS >= WORD_CHUNKS)
		return false;
	if (!states->word_chunks[at / WORDS])
		states->word_chunks[at / WORDS] = allocate(WORDS, sizeof(uint32_t));
	memcpy(word_at(states, at), list, words * sizeof *list);
	states->word_count = at + words;
	*departures = (uint32_t)at;
	return true;
}

const uint32_t *states_departures(const struct states *states, uint32_t departures)
{
	return departures ? word_at(states, departures) : NULL;
}
