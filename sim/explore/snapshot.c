#include "sim/explore/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

void snapshot_take(struct snapshot *snapshot, const struct ground *ground)
{
	snapshot->world_bytes = world_bytes(ground->world);
	if (snapshot->world_bytes > snapshot->room) {
		free(snapshot->world);
		snapshot->room = snapshot->world_bytes;
		snapshot->world = allocate(1, snapshot->room);
	}
	if (!snapshot->check)
		snapshot->check = allocate(1, ground->check_bytes);
	world_save(ground->world, snapshot->world);
	memcpy(snapshot->check, ground->check, ground->check_bytes);
}

void snapshot_return(const struct snapshot *snapshot, const struct ground *ground)
{
	world_restore(ground->world, snapshot->world, snapshot->world_bytes);
	memcpy(ground->check, snapshot->check, ground->check_bytes);
}

size_t snapshot_bytes(const struct snapshot *snapshot, const struct ground *ground)
{
	return snapshot->room + ground->check_bytes;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->world);
	free(snapshot->check);
	memset(snapshot, 0, sizeof *snapshot);
}
