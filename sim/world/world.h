/*
 * The world: many nodes, each with a full votequorum core, the network and the
 * rings between them, the applications on top, and the script that drives them.
 *
 * All that changes during a run lies in one flat block without pointers, so
 * world_save() and world_restore() are copies. What does not change (scenario,
 * source of choice, observers) is kept beside it.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/world/choice.h"
#include "sim/world/observe.h"
#include "sim/scenario/scenario.h"

struct world;

/* A world at virtual time 0 with every node down. The scenario must outlive it.
 * seed starts the random streams (also those of jitter and loss in a plain run). */
struct world *world_create(const struct scenario *scenario, struct choice choice, uint64_t seed);
void world_destroy(struct world *world);

/* At most 4. Observers are called in the order they were added. */
void world_observe(struct world *world, struct observer observer);
/* Also tell OBSERVE_SENT, _DELIVERED, _TIMER and _QUEUED, which only a full trace wants. */
void world_observe_all(struct world *world, bool all);
/* What the lowest choice of CHOOSE_ORDER is: false (the plain run) the message sent
 * first; true the next sender round the ring, as most recordings have it. */
void world_token_order(struct world *world, bool token_order);
void world_choose(struct world *world, struct choice choice);
/* While CHOOSE_MOVE or CHOOSE_MOVER is asked: the nodes that may move, ascending, and
 * (CHOOSE_MOVER) which of them it is about. */
const uint32_t *world_candidates(const struct world *world, uint32_t *count, uint32_t *candidate);

/* Do the next thing: an event, or the next part of the script. False: the run is over. */
bool world_advance(struct world *world);
/* Advance to the end. */
void world_run(struct world *world);

uint64_t world_now_ns(const struct world *world);
uint32_t world_step(const struct world *world);
/* Events handled so far. */
uint64_t world_events(const struct world *world);
/* Why the run ended early (it would not come to rest): NULL when it did not. */
const char *world_stuck(const struct world *world);
struct world_view world_view(const struct world *world);

/* Snapshots. world_bytes(): of a snapshot now; it grows when more is under way. */
size_t world_bytes(const struct world *world);
void world_save(const struct world *world, void *snapshot);
void world_restore(struct world *world, const void *snapshot, size_t bytes);
/* Two worlds of one scenario with the same hash go on in the same way when the same
 * choices are made. Moments count as distances from now; where things lie in memory,
 * stale events and freed blocks do not count. */
void world_hash(const struct world *world, uint64_t hash[2]);
/* The same of two worlds in the midst of one step, of a scenario whose next names no moment: when it
 * began does not count, and ring sequences by their order only. */
void world_hash_under_way(const struct world *world, uint64_t hash[2]);
/* The same for a settled world without clients, whatever way led to it: ring sequences
 * count by their order only, and where the script stands does not count. */
void world_hash_settled(const struct world *world, uint64_t hash[2]);
/* Of a node of a settled world, whose clients track nothing, what can still matter, besides the group
 * of the network that it is in: equal bytes and groups at all nodes, and two worlds go on
 * alike, but for ring sequences and what is told of nodes that are gone. requests: as for
 * vq_forget(). bytes: world_essence_size() of them, aligned to 8. */
size_t world_essence_size(const struct world *world);
void world_essence(const struct world *world, uint32_t node, bool requests, void *bytes);
/* Equal of equal essences; the bytes are used up. */
void world_essence_digest(void *bytes, uint64_t digest[2]);
/* Give nodes other names in one: vq_rename(). */
void world_essence_rename(void *bytes, const uint32_t *from, const uint32_t *to, uint32_t count);
uint32_t world_group(const struct world *world, uint32_t node);

#endif
