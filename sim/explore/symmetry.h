/*
 * Nodes that could change places: a state and what comes of it by giving them each
 * other's names are one orbit, and one hash stands for all of it.
 */
#ifndef SIM_EXPLORE_SYMMETRY_H
#define SIM_EXPLORE_SYMMETRY_H

#include "sim/scenario/scenario.h"

struct symmetry;

/* NULL: no two nodes are interchangeable. Nodes are when they have the same votes and the same
 * configuration, without any of the features but expected_votes_tracking: to the others names matter. Of at most 8 nodes. */
struct symmetry *symmetry_create(const struct scenario *scenario, size_t essence_bytes);
void symmetry_destroy(struct symmetry *symmetry);
/* essences: those of all nodes, one behind the other; groups: of the network. */
void symmetry_hash(struct symmetry *symmetry, const uint8_t *essences, const uint32_t *groups, uint64_t hash[2]);

#endif
