/*
 * A world and its judge as they stand at one moment, to go back to.
 */
#ifndef SIM_EXPLORE_SNAPSHOT_H
#define SIM_EXPLORE_SNAPSHOT_H

#include "sim/check/check.h"
#include "sim/world/world.h"

struct ground { /* what is gone back on; nothing is owned */
	struct world *world;
	struct check *check;
	size_t check_bytes;
};

struct snapshot { /* zeroed before first use, may be used again */
	size_t world_bytes, room;
	uint8_t *world, *check;
};

void snapshot_take(struct snapshot *snapshot, const struct ground *ground);
void snapshot_return(const struct snapshot *snapshot, const struct ground *ground);
/* Of memory. */
size_t snapshot_bytes(const struct snapshot *snapshot, const struct ground *ground);
void snapshot_free(struct snapshot *snapshot);

#endif
