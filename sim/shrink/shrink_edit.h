/*
 * Single simplifications of a scenario that is being shrunk. Each takes the draft, a
 * copy whose arrays of steps, nodes and clients may be written to; what those point to
 * may be replaced only. Each says whether it changed anything at all.
 */
#ifndef SIM_EXPLORE_SHRINK_EDIT_H
#define SIM_EXPLORE_SHRINK_EDIT_H

#include "sim/scenario/arena.h"
#include "sim/scenario/scenario.h"

struct draft {
	struct arena arena;
	struct scenario scenario;
	struct step *steps;
	struct scenario_node *nodes;
	struct scenario_client *clients;
};

void draft_begin(struct draft *draft, const struct scenario *scenario);
void draft_free(struct draft *draft);

void edit_drop_steps(struct draft *draft, uint32_t first, uint32_t count);
/* And all that is about it. False: it is the last one, or a reload lists it first. */
bool edit_drop_node(struct draft *draft, uint32_t node);
/* Ids from 1 on. False: they are, or stand where they cannot be told from other text. */
bool edit_renumber(struct draft *draft);
/* Number `n` of the ways to simplify something; false: it does not apply. */
#define EDIT_SCENARIO_COUNT 10u
bool edit_scenario(struct draft *draft, uint32_t n);
#define EDIT_CLIENT_COUNT 4u
bool edit_client(struct draft *draft, uint32_t client, uint32_t n);
/* The file of this node, and of all that share it; UINT32_MAX: all files, those of reloads too. */
#define EDIT_CONFIG_COUNT 16u
bool edit_config(struct draft *draft, uint32_t node, uint32_t n);
#define EDIT_STEP_COUNT 21u
bool edit_step(struct draft *draft, uint32_t step, uint32_t n);
/* One node less in a step's list, or two groups of a partition made one. */
bool edit_step_part(struct draft *draft, uint32_t step, uint32_t part);
#define EDIT_EXPECT_COUNT 7u
bool edit_expect(struct draft *draft, uint32_t step, uint32_t n);

#endif
