/*
 * The random numbers of a run: one independent stream for each part, so that one
 * part's extra draw does not shift the others. Integers only, the same on every
 * machine. The generator is SplitMix64 (Steele, Lea, Flood 2014): one word of state.
 */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdint.h>

static inline uint64_t rng_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The start of stream number `stream` of a seed. */
static inline uint64_t rng_stream(uint64_t seed, uint32_t stream)
{
	uint64_t state = seed ^ (0xd1342543de82ef95u * (stream + 1u));

	return rng_next(&state);
}

/* Evenly from 0 .. n-1, without bias; n > 0. */
static inline uint64_t rng_below(uint64_t *state, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n;
	uint64_t x;

	do
		x = rng_next(state);
	while (x >= limit);
	return x % n;
}

#endif
