/*
 * Two memories of one state's events. By picture: how the live nodes are split, nodes
 * that are down left out. By component: what came of a set of live nodes that was
 * left to itself, whatever the others did; that is used only where no timer can run,
 * since a timer sees how long the others took to settle.
 */
#include "sim/explore/shortcut.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/xxhash.h"

#define SETS (1u << EVENT_NODES_MAX)

struct picture_entry {
	uint32_t stamp; /* of the state; another: empty */
	uint32_t picture;
	uint32_t event;
	struct shortcut_node nodes[EVENT_NODES_MAX];
};

struct component_entry {
	uint32_t stamp;
	bool quorate, by_votes;
	struct shortcut_node nodes[EVENT_NODES_MAX]; /* those of the set */
};

struct shortcuts {
	const struct events *events;
	uint32_t node_count;
	bool by_component; /* no timer ever runs */
	bool ties;         /* a tie breaker is configured */
	uint32_t stamp;
	uint32_t *order;
	uint8_t (*groups)[EVENT_NODES_MAX]; /* by event: of a partition */
	struct picture_entry *pictures;
	uint32_t picture_room;
	struct component_entry components[SETS];
	struct shortcut_node now[EVENT_NODES_MAX];
};

/* ---- what never changes ---- */

static bool is_partition(const struct step *step)
{
	return step->verb == VERB_PARTITION || step->verb == VERB_HEAL;
}

static bool covers_all(const struct step *step, uint32_t node_count)
{
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < step->group_count; i++)
		nodes += step->groups[i].count;
	return step->verb != VERB_PARTITION || nodes == node_count;
}

static bool has_ties(const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->node_count; i++)
		if (scenario->nodes[i].config->auto_tie_breaker)
			return true;
	return false;
}

/* Chance makes every run another; several crashes at once are no partition's business. */
static bool has_shortcuts(const struct scenario *scenario, const struct events *events)
{
	if (scenario->node_count > EVENT_NODES_MAX || scenario->network.jitter_ns || scenario->network.loss_ppm)
		return false;
	for (uint32_t i = 0; i < events->count; i++) {
		const struct step *step = &events->steps[i];

		if (is_partition(step) && !covers_all(step, scenario->node_count))
			return false;
		if (step->verb == VERB_LINK || step->verb == VERB_PAUSE || step->verb == VERB_RESUME ||
		    step->verb == VERB_RELOAD)
			return false;
	}
	return true;
}

static void note_groups(struct shortcuts *shortcuts, uint32_t event)
{
	const struct step *step = &shortcuts->events->steps[event];

	for (uint32_t group = 0; group < step->group_count; group++)
		for (uint32_t i = 0; i < step->groups[group].count; i++)
			shortcuts->groups[event][step->groups[group].index[i]] = (uint8_t)group;
}

/* Partitions into two first: they show every component. */
static void put_in_order(struct shortcuts *shortcuts)
{
	uint32_t at = 0;

	for (uint32_t groups = 0; groups <= EVENT_NODES_MAX; groups++)
		for (uint32_t event = 0; event < shortcuts->events->count; event++)
			if (shortcuts->events->steps[event].group_count == groups)
				shortcuts->order[at++] = event;
	ALWAYS(at == shortcuts->events->count);
}

struct shortcuts *shortcuts_create(const struct scenario *scenario, const struct events *events)
{
	struct shortcuts *shortcuts;

	if (!has_shortcuts(scenario, events))
		return NULL;
	shortcuts = allocate(1, sizeof *shortcuts);
	shortcuts->events = events;
	shortcuts->node_count = scenario->node_count;
	shortcuts->by_component = !scenario_has_timers(scenario);
	shortcuts->ties = has_ties(scenario);
	shortcuts->order = allocate(events->count, sizeof *shortcuts->order);
	shortcuts->groups = allocate(events->count, sizeof *shortcuts->groups);
	for (uint32_t event = 0; event < events->count; event++)
		note_groups(shortcuts, event);
	put_in_order(shortcuts);
	for (shortcuts->picture_room = 64; shortcuts->picture_room < 2 * events->count;)
		shortcuts->picture_room *= 2;
	shortcuts->pictures = allocate(shortcuts->picture_room, sizeof *shortcuts->pictures);
	return shortcuts;
}

void shortcuts_destroy(struct shortcuts *shortcuts)
{
	if (!shortcuts)
		return;
	free(shortcuts->order);
	free(shortcuts->groups);
	free(shortcuts->pictures);
	free(shortcuts);
}

uint32_t shortcuts_order(const struct shortcuts *shortcuts, uint32_t i)
{
	return shortcuts->order[i];
}

/* ---- components ---- */

/* The sets of live nodes that a partition leaves together; returns how many. */
static uint32_t find_sets(const struct shortcuts *shortcuts, const uint8_t *groups, uint32_t *sets)
{
	uint32_t set_of_group[EVENT_NODES_MAX] = {0}, count = 0;

	for (uint32_t node = 0; node < shortcuts->node_count; node++)
		if (shortcuts->now[node].up)
			set_of_group[groups[node]] |= 1u << node;
	for (uint32_t group = 0; group < shortcuts->node_count; group++)
		if (set_of_group[group])
			sets[count++] = set_of_group[group];
	return count;
}

static void learn_set(struct shortcuts *shortcuts, uint32_t set, const struct shortcut_node *came)
{
	struct component_entry *entry = &shortcuts->components[set];

	entry->stamp = shortcuts->stamp;
	entry->quorate = false;
	entry->by_votes = true;
	for (uint32_t node = 0; node < shortcuts->node_count; node++) {
		if (!(set >> node & 1))
			continue;
		entry->nodes[node] = came[node];
		entry->quorate = entry->quorate || came[node].quorate;
		entry->by_votes = entry->by_votes && (came[node].by_votes || !came[node].quorate);
	}
}

static void learn_sets(struct shortcuts *shortcuts, const uint8_t *groups, const struct shortcut_node *came)
{
	uint32_t sets[EVENT_NODES_MAX];
	uint32_t count = find_sets(shortcuts, groups, sets);

	for (uint32_t i = 0; i < count; i++)
		learn_set(shortcuts, sets[i], came);
}

void shortcuts_begin(struct shortcuts *shortcuts, const struct shortcut_node *now)
{
	uint8_t groups[EVENT_NODES_MAX];

	shortcuts->stamp++;
	memcpy(shortcuts->now, now, shortcuts->node_count * sizeof *now);
	for (uint32_t node = 0; node < shortcuts->node_count; node++)
		groups[node] = (uint8_t)now[node].group;
	learn_sets(shortcuts, groups, now);
}

/* Nothing is at stake that the judge compares between components: at most one of them
 * is quorate, and none by a tie breaker. */
static bool compose(struct shortcuts *shortcuts, const uint8_t *groups, struct shortcut_node *nodes)
{
	uint32_t sets[EVENT_NODES_MAX], quorate = 0;
	uint32_t count = find_sets(shortcuts, groups, sets);

	if (!shortcuts->by_component)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct component_entry *entry = &shortcuts->components[sets[i]];

		quorate += entry->quorate;
		if (entry->stamp != shortcuts->stamp || quorate > 1 ||
		    (shortcuts->ties && entry->quorate && !entry->by_votes))
			return false;
	}
	memcpy(nodes, shortcuts->now, shortcuts->node_count * sizeof *nodes);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t node = 0; node < shortcuts->node_count; node++)
			if (sets[i] >> node & 1)
				nodes[node] = shortcuts->components[sets[i]].nodes[node];
	return true;
}

/* ---- pictures ---- */

static uint32_t picture_of(const struct shortcuts *shortcuts, const uint8_t *groups)
{
	uint32_t number_of_group[EVENT_NODES_MAX] = {0}, numbers = 0, picture = 0;

	for (uint32_t node = 0; node < shortcuts->node_count; node++) {
		if (!shortcuts->now[node].up)
			continue;
		if (!number_of_group[groups[node]])
			number_of_group[groups[node]] = ++numbers;
		picture |= number_of_group[groups[node]] << 4 * node;
	}
	return picture;
}

static struct picture_entry *entry_of(struct shortcuts *shortcuts, uint32_t picture)
{
	uint32_t at = picture * 2654435761u >> 7 & (shortcuts->picture_room - 1);

	while (shortcuts->pictures[at].stamp == shortcuts->stamp && shortcuts->pictures[at].picture != picture)
		at = (at + 1) & (shortcuts->picture_room - 1);
	return &shortcuts->pictures[at];
}

/* ---- both ---- */

void shortcuts_learn(struct shortcuts *shortcuts, uint32_t event, const struct shortcut_node *came, bool quiet)
{
	const uint8_t *groups = shortcuts->groups[event];
	struct picture_entry *entry;

	if (!is_partition(&shortcuts->events->steps[event]))
		return;
	entry = entry_of(shortcuts, picture_of(shortcuts, groups));
	entry->stamp = shortcuts->stamp;
	entry->picture = picture_of(shortcuts, groups);
	entry->event = event;
	memcpy(entry->nodes, came, shortcuts->node_count * sizeof *came);
	if (quiet)
		learn_sets(shortcuts, groups, came);
}

static bool known_picture(struct shortcuts *shortcuts, const uint8_t *groups, struct shortcut_node *nodes,
			  uint32_t *like)
{
	const struct picture_entry *entry = entry_of(shortcuts, picture_of(shortcuts, groups));

	if (entry->stamp != shortcuts->stamp)
		return false;
	memcpy(nodes, entry->nodes, shortcuts->node_count * sizeof *nodes);
	*like = entry->event;
	return true;
}

bool shortcuts_take(struct shortcuts *shortcuts, uint32_t event, struct shortcut_node *nodes, uint32_t *like)
{
	const struct step *step = &shortcuts->events->steps[event];
	const uint8_t *groups = shortcuts->groups[event];

	*like = SHORTCUT_NOTHING_SHOWN;
	if (step->verb == VERB_WAIT && shortcuts->by_component) { /* no timer runs: nothing happens */
		memcpy(nodes, shortcuts->now, shortcuts->node_count * sizeof *nodes);
		return true;
	}
	if (!is_partition(step))
		return false;
	if (!compose(shortcuts, groups, nodes) && !known_picture(shortcuts, groups, nodes, like))
		return false;
	for (uint32_t node = 0; node < shortcuts->node_count; node++)
		nodes[node].group = groups[node];
	return true;
}

void shortcut_hash(const struct shortcut_node *nodes, uint32_t count, uint64_t hash[2])
{
	enum { AT_ONCE = 16 };
	uint64_t words[2 + 3 * AT_ONCE] = {0};
	XXH128_hash_t digest;
	uint32_t used;

	hash[0] = hash[1] = 0;
	for (uint32_t first = 0; first < count; first += AT_ONCE) {
		words[0] = hash[0];
		words[1] = hash[1];
		used = 2;
		for (uint32_t node = first; node < count && node < first + AT_ONCE; node++) {
			words[used++] = nodes[node].digest[0];
			words[used++] = nodes[node].digest[1];
			words[used++] = nodes[node].group;
		}
		digest = XXH3_128bits(words, used * sizeof *words);
		hash[0] = digest.low64;
		hash[1] = digest.high64;
	}
}
