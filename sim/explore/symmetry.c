/*
 * Nodes are told apart as far as their states do: each gets a colour, made of its essence
 * with every name replaced by a colour, until no more colours come of it. Of the orders
 * of nodes that follow their colours the one with the least hash stands for the orbit.
 */
#include "sim/explore/symmetry.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/explore/events.h"
#include "sim/world/world.h"
#include "sim/world/xxhash.h"

#define NAME_OF_COLOUR 0x40000000u /* names that no node has */

struct symmetry {
	uint32_t count;
	size_t essence_bytes;
	uint32_t ids[EVENT_NODES_MAX];
	uint32_t class[EVENT_NODES_MAX]; /* the first node that it could change places with, itself included */
	uint64_t colour[EVENT_NODES_MAX];
	uint32_t rank[EVENT_NODES_MAX]; /* of its colour: nodes of a smaller one */
	const uint8_t *essences;
	const uint32_t *groups;
	uint8_t *scratch;
	uint64_t best[2];
	bool found;
	uint32_t place[EVENT_NODES_MAX]; /* of each node in the order that is tried */
};

static uint32_t votes_of(const struct vq_config *config, uint32_t nodeid)
{
	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].nodeid == nodeid)
			return config->nodes[i].votes;
	return 1;
}

/* A tie breaker asks for names. With the others it can show who spoke first, which the place in the
 * ring decides, and so the name: with wait_for_all, last_man_standing and allow_downscale states come
 * within 4 events of 4 nodes to which no other names lead. Tracked expected votes are the highest of
 * all, whoever speaks first. */
static bool names_matter(const struct vq_config *config)
{
	return config->auto_tie_breaker || config->wait_for_all || config->two_node || config->last_man_standing ||
	       config->allow_downscale || (config->device_model && *config->device_model);
}

static bool interchangeable(const struct scenario_node *a, const struct scenario_node *b)
{
	return a->config == b->config && !names_matter(a->config) &&
	       votes_of(a->config, a->nodeid) == votes_of(b->config, b->nodeid);
}

struct symmetry *symmetry_create(const struct scenario *scenario, size_t essence_bytes)
{
	struct symmetry *symmetry = allocate(1, sizeof *symmetry);
	bool any = false;

	ALWAYS(scenario->node_count <= EVENT_NODES_MAX);
	symmetry->count = scenario->node_count;
	symmetry->essence_bytes = essence_bytes;
	symmetry->scratch = allocate(1, essence_bytes);
	for (uint32_t node = 0; node < symmetry->count; node++) {
		uint32_t like = 0;

		symmetry->ids[node] = scenario->nodes[node].nodeid;
		while (!interchangeable(&scenario->nodes[like], &scenario->nodes[node]) && like < node)
			like++;
		symmetry->class[node] = like;
		any = any || like != node;
	}
	if (any)
		return symmetry;
	symmetry_destroy(symmetry);
	return NULL;
}

void symmetry_destroy(struct symmetry *symmetry)
{
	if (!symmetry)
		return;
	free(symmetry->scratch);
	free(symmetry);
}

static XXH128_hash_t hash_renamed(struct symmetry *symmetry, uint32_t node, const uint32_t *names)
{
	memcpy(symmetry->scratch, symmetry->essences + node * symmetry->essence_bytes, symmetry->essence_bytes);
	world_essence_rename(symmetry->scratch, symmetry->ids, names, symmetry->count);
	return XXH3_128bits(symmetry->scratch, symmetry->essence_bytes);
}

/* ---- colours ---- */

/* Returns how many colours there are. */
static uint32_t rank_colours(struct symmetry *symmetry)
{
	uint32_t colours = 0;

	for (uint32_t i = 0; i < symmetry->count; i++) {
		bool first = true;

		symmetry->rank[i] = 0;
		for (uint32_t k = 0; k < symmetry->count; k++) {
			symmetry->rank[i] += symmetry->colour[k] < symmetry->colour[i];
			first = first && !(k < i && symmetry->colour[k] == symmetry->colour[i]);
		}
		colours += first;
	}
	return colours;
}

/* A sum, so that the order of those in the group does not count. */
static uint64_t colour_of_group(const struct symmetry *symmetry, uint32_t node)
{
	uint64_t sum = 0;

	for (uint32_t other = 0; other < symmetry->count; other++)
		if (symmetry->groups[other] == symmetry->groups[node])
			sum += symmetry->colour[other] * 0x9e3779b97f4a7c15u + 1;
	return sum;
}

static void colour_anew(struct symmetry *symmetry)
{
	uint32_t names[EVENT_NODES_MAX];
	uint64_t colour[EVENT_NODES_MAX];

	for (uint32_t node = 0; node < symmetry->count; node++)
		names[node] = NAME_OF_COLOUR + symmetry->rank[node];
	for (uint32_t node = 0; node < symmetry->count; node++) {
		uint64_t words[] = {symmetry->rank[node], hash_renamed(symmetry, node, names).low64,
				    colour_of_group(symmetry, node)};

		colour[node] = XXH3_64bits(words, sizeof words);
	}
	memcpy(symmetry->colour, colour, symmetry->count * sizeof *colour);
}

static void find_colours(struct symmetry *symmetry)
{
	uint32_t before = 0, now;

	for (uint32_t node = 0; node < symmetry->count; node++)
		symmetry->colour[node] = symmetry->class[node];
	for (now = rank_colours(symmetry); now != before && now < symmetry->count; now = rank_colours(symmetry)) {
		before = now;
		colour_anew(symmetry);
	}
	if (now == symmetry->count)
		colour_anew(symmetry); /* each its own: an order that does not hang on their names */
	rank_colours(symmetry);
}

/* ---- orders ---- */

static void hash_order(struct symmetry *symmetry)
{
	uint64_t words[3 * EVENT_NODES_MAX] = {0};
	uint32_t names[EVENT_NODES_MAX], at[EVENT_NODES_MAX], first_of_group[EVENT_NODES_MAX];
	XXH128_hash_t digest;

	for (uint32_t node = 0; node < symmetry->count; node++) {
		names[node] = NAME_OF_COLOUR + symmetry->place[node];
		at[symmetry->place[node]] = node;
		first_of_group[node] = EVENT_NODES_MAX;
	}
	for (uint32_t place = 0; place < symmetry->count; place++) {
		uint32_t *first = &first_of_group[symmetry->groups[at[place]]];

		digest = hash_renamed(symmetry, at[place], names);
		*first = *first < place ? *first : place;
		words[3 * place] = digest.low64;
		words[3 * place + 1] = digest.high64;
		words[3 * place + 2] = *first;
	}
	digest = XXH3_128bits(words, sizeof words);
	if (symmetry->found && (digest.high64 > symmetry->best[1] ||
				(digest.high64 == symmetry->best[1] && digest.low64 >= symmetry->best[0])))
		return;
	symmetry->found = true;
	symmetry->best[0] = digest.low64;
	symmetry->best[1] = digest.high64;
}

/* Nodes of one colour stand side by side, in every order. */
static void try_orders(struct symmetry *symmetry, uint32_t place)
{
	if (place == symmetry->count) {
		hash_order(symmetry);
		return;
	}
	for (uint32_t node = 0; node < symmetry->count; node++) {
		uint32_t same = 0;

		if (symmetry->place[node] != UINT32_MAX || symmetry->rank[node] > place)
			continue;
		for (uint32_t other = 0; other < symmetry->count; other++)
			same += symmetry->rank[other] == symmetry->rank[node];
		if (symmetry->rank[node] + same <= place)
			continue;
		symmetry->place[node] = place;
		try_orders(symmetry, place + 1);
		symmetry->place[node] = UINT32_MAX;
	}
}

void symmetry_hash(struct symmetry *symmetry, const uint8_t *essences, const uint32_t *groups, uint64_t hash[2])
{
	symmetry->essences = essences;
	symmetry->groups = groups;
	symmetry->found = false;
	memset(symmetry->place, 0xff, sizeof symmetry->place);
	find_colours(symmetry);
	try_orders(symmetry, 0);
	hash[0] = symmetry->best[0];
	hash[1] = symmetry->best[1];
}
