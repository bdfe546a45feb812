/* What the parts of the draw share: the run being drawn. */
#ifndef SIM_EXPLORE_DRAW_PARTS_H
#define SIM_EXPLORE_DRAW_PARTS_H

#include "sim/swarm/draw.h"
#include "sim/world/rng.h"

struct draw {
	const struct draw_options *options;
	struct drawn drawn;
	uint64_t random;
	struct choice_bytes *bytes; /* instead of random numbers; may be NULL */
	uint8_t *memory;            /* of the run */
	size_t used, room;
	uint32_t faults; /* bits by enum fault: which this run uses */
	uint32_t calls;  /* bits by number in the list of calls: likewise */
	bool any_calls;  /* those of a device where there is none */
	uint32_t hurry;  /* how many of 8 steps do not wait until the cluster has settled */
	struct step *steps;
	struct scenario_client *clients;
	bool *used_client; /* by client: some step has used it */
	bool *up, *paused; /* by node, as far as the steps tell */
	bool apart;        /* the network is not whole */
	bool reloaded;     /* the files are not those of the start */
};

/* 0 .. n-1; n-1, which is what is usual, when the bytes are used up. */
uint32_t draw_byte_below(struct choice_bytes *bytes, uint32_t n);

static inline uint32_t draw_below(struct draw *draw, uint32_t n)
{
	if (draw->bytes)
		return draw_byte_below(draw->bytes, n);
	return (uint32_t)((rng_next(&draw->random) >> 32) * n >> 32);
}

static inline bool draw_one_in(struct draw *draw, uint32_t n)
{
	return draw_below(draw, n) == 0;
}

static inline uint32_t draw_bits(struct draw *draw)
{
	return draw->bytes ? draw_byte_below(draw->bytes, UINT32_MAX) : (uint32_t)rng_next(&draw->random);
}

/* Votes: mostly small, now and then extreme. */
uint32_t draw_number(struct draw *draw);
/* Zeroed memory of the run. */
void *draw_take(struct draw *draw, size_t count, size_t size);
/* The next step; when it begins is drawn. */
struct step *draw_step(struct draw *draw, enum verb verb);

/* draw_cluster.c: nodes and their file */
void draw_cluster(struct draw *draw);
/* What an administrator makes of a file that running daemons can take. */
const struct vq_config *draw_reloaded(struct draw *draw, const struct vq_config *base);

/* draw_client.c */
void draw_clients(struct draw *draw);
/* A call of some client, or its death. False: there is no client. */
bool draw_call(struct draw *draw);

#endif
