/*
 * By what an explorer knows a settled cluster again. Nothing is under way, so that
 * nodes, rings and running timers are all there is. Either everything counts, with ring
 * sequences, which grow for ever, replaced by their ranks; or of each node what can still
 * matter (vq_forget()), its essence.
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/state.h"
#include "sim/world/xxhash.h"

static int by_value(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* The different sequences on disk, ascending; returns how many. */
static uint32_t collect_seqs(const struct world *world, uint64_t *seqs)
{
	uint32_t distinct = 0;

	for (uint32_t i = 0; i < world->node_count; i++)
		seqs[i] = node_of(world, i)->ring_seq;
	qsort(seqs, world->node_count, sizeof *seqs, by_value);
	for (uint32_t i = 0; i < world->node_count; i++)
		if (i == 0 || seqs[i] != seqs[i - 1])
			seqs[distinct++] = seqs[i];
	return distinct;
}

static uint64_t rank_of(const uint64_t *seqs, uint32_t count, uint64_t seq)
{
	uint64_t rank = 0;

	while (rank < count && seqs[rank] < seq)
		rank++;
	return rank;
}

/* Where the clients of a node stand: those that do not track, and have nothing to read. */
static uint32_t look_at_clients(const struct world *world, uint32_t node)
{
	uint32_t clients = 1; /* in front of those that are there */

	for (uint32_t i = 0; i < world->client_count; i++) {
		const struct client_state *client = client_of(world, i);

		if (world->scenario->clients[i].node != node)
			continue;
		ALWAYS(clients < 1u << 28 && !client->note_first);
		/* one whose connection lingers asks nothing: it counts as one that asked and is not open */
		clients = clients << 4 | (uint32_t)(client->phase == CLIENT_OPEN) |
			  (uint32_t)(client->waiting_step != 0) << 1 |
			  (uint32_t)(client->asked || client->phase == CLIENT_LINGERS) << 2 |
			  (uint32_t)client->answered << 3;
	}
	return clients;
}

struct settled_node { /* what counts of a node */
	uint64_t ring_rank;
	uint64_t due_after_ns[VQ_TIMER_COUNT];
	uint32_t stored_barrier;
	uint32_t group;
	uint32_t up;
	uint32_t paused;
	uint32_t clients;
	uint32_t token_at;
};

/* Where the token of a node's ring is: 0 when that does not count. */
static uint32_t token_of(const struct world *world, uint32_t node)
{
	const struct ring_state *ring;

	if (!node_of(world, node)->up)
		return 0;
	ring = ring_of(world, node_of(world, node)->ring);
	return ring->by_token ? ring->token_at : 0;
}

static void add_node(const struct world *world, XXH3_state_t *hash, uint32_t index, const uint64_t *seqs,
		     uint32_t seq_count, struct vq *scratch)
{
	const struct node_state *node = node_of(world, index);
	struct settled_node settled = {
		.ring_rank = rank_of(seqs, seq_count, node->ring_seq),
		.stored_barrier = node->stored_barrier,
		.group = node->group,
		.up = node->up,
		.paused = node->paused + 2u * node->off_list,
		.clients = look_at_clients(world, index),
		.token_at = token_of(world, index),
	};

	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		uint64_t due_ns = node->timers[i].due_ns;

		settled.due_after_ns[i] = due_ns == NEVER_NS ? NEVER_NS : due_ns - state_of(world)->now_ns;
	}
	XXH3_128bits_update(hash, &settled, sizeof settled);
	if (!node->up)
		return;
	memcpy(scratch, core_of(world, index), world->core_size);
	vq_renumber_ring(scratch, settled.ring_rank);
	XXH3_128bits_update(hash, scratch, world->core_size);
}

void world_hash_settled(const struct world *world, uint64_t hash[2])
{
	XXH3_state_t *state = XXH3_createState();
	uint64_t *seqs = malloc(world->node_count * sizeof *seqs);
	struct vq *scratch = malloc(world->core_size);
	XXH128_hash_t digest;
	uint32_t seq_count;

	ALWAYS(state != NULL && seqs != NULL && scratch != NULL);
	ALWAYS(world_at_rest(world));
	XXH3_128bits_reset(state);
	seq_count = collect_seqs(world, seqs);
	for (uint32_t i = 0; i < world->node_count; i++)
		add_node(world, state, i, seqs, seq_count, scratch);
	digest = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	free(seqs);
	free(scratch);
	hash[0] = digest.low64;
	hash[1] = digest.high64;
}

/* ---- essence ---- */

struct essence { /* of a node; its core follows, zeros while it is down */
	uint64_t due_after_ns[VQ_TIMER_COUNT];
	uint32_t stored_barrier;
	uint32_t barriers; /* that have come in a sync which its device holds */
	uint32_t up;
	uint32_t paused;
	uint32_t clients; /* four bits of each at this node */
	uint32_t token_at;
};

size_t world_essence_size(const struct world *world)
{
	return sizeof(struct essence) + world->core_size;
}

void world_essence(const struct world *world, uint32_t index, bool requests, void *bytes)
{
	const struct node_state *node = node_of(world, index);
	struct vq *core = (struct vq *)(void *)((uint8_t *)bytes + sizeof(struct essence));
	struct essence essence = {.stored_barrier = node->stored_barrier, .up = node->up};
	bool speaks = requests; /* in this ring, once more */

	essence.paused = node->paused + 2u * node->off_list;
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		uint64_t due_ns = node->timers[i].due_ns;

		essence.due_after_ns[i] = due_ns == NEVER_NS ? NEVER_NS : due_ns - state_of(world)->now_ns;
		speaks = speaks || due_ns != NEVER_NS;
	}
	if (speaks)
		essence.token_at = token_of(world, index);
	if (node->up && ring_of(world, node->ring)->member_count != node->barriers)
		essence.barriers = node->barriers;
	essence.clients = look_at_clients(world, index);
	memcpy(bytes, &essence, sizeof essence);
	if (!node->up) {
		memset(core, 0, world->core_size);
		return;
	}
	memcpy(core, core_of(world, index), world->core_size);
	vq_forget(core, requests);
}

/* Of no more bytes than there are: it is a large part of what an explorer does. */
void world_essence_digest(void *bytes, uint64_t digest[2])
{
	struct essence *essence = bytes;
	XXH128_hash_t hash;
	size_t size = sizeof *essence;

	if (essence->up)
		size += vq_pack((struct vq *)(void *)(essence + 1));
	hash = XXH3_128bits(bytes, size);
	digest[0] = hash.low64;
	digest[1] = hash.high64;
}

void world_essence_rename(void *bytes, const uint32_t *from, const uint32_t *to, uint32_t count)
{
	struct essence essence;

	memcpy(&essence, bytes, sizeof essence);
	if (essence.up)
		vq_rename((struct vq *)(void *)((uint8_t *)bytes + sizeof essence), from, to, count);
}

uint32_t world_group(const struct world *world, uint32_t node)
{
	return node_of(world, node)->group;
}
