/*
 * What may be chosen, and the steps that each choice means.
 */
#include "sim/sketch/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/votequorum.h"
#include "sim/ensure.h"
#include "sim/scenario/vocabulary.h"
#include "sim/sketch/hole.h"

enum {
	FEATURE_NONE,
	FEATURE_TWO_NODE,
	FEATURE_WAIT_FOR_ALL,
	FEATURE_TIE_BREAKER,
	FEATURE_LAST_MAN,
	FEATURE_DOWNSCALE
};
enum { FAULT_CRASH, FAULT_STOP, FAULT_PARTITION, FAULT_PAUSE, FAULT_POWER };

const struct sketch_word sketch_features[] = {
	[FEATURE_NONE] = {"none", "a plain majority"},
	[FEATURE_TWO_NODE] = {"two_node", "one of two nodes is enough"},
	[FEATURE_WAIT_FOR_ALL] = {"wait_for_all", "quorate only after all nodes were seen once"},
	[FEATURE_TIE_BREAKER] = {"auto_tie_breaker", "half of the nodes is enough, the half with the lowest id"},
	[FEATURE_LAST_MAN] = {"last_man_standing", "expected votes follow the nodes that are left"},
	[FEATURE_DOWNSCALE] = {"allow_downscale", "expected votes follow clean stops"},
	{NULL, NULL},
};

const struct sketch_word sketch_faults[] = {
	[FAULT_CRASH] = {"crash", "a node loses power and starts again"},
	[FAULT_STOP] = {"stop", "a node is shut down cleanly and starts again"},
	[FAULT_PARTITION] = {"partition", "the network splits in two and heals"},
	[FAULT_PAUSE] = {"pause", "a daemon is not scheduled for longer than the token, then is again"},
	[FAULT_POWER] = {"power", "all nodes lose power and start again"},
	{NULL, NULL},
};

static bool same_word(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++)
		b++;
	return *a == *b;
}

int sketch_word(const struct sketch_word *words, const char *text)
{
	for (int i = 0; words[i].name; i++)
		if (same_word(words[i].name, text))
			return i;
	return -1;
}

/* ---- what was left open ---- */

static void make_name(const struct sketch *sketch, char name[128])
{
	int size = snprintf(name, 128, "%s",
			    sketch->feature == FEATURE_NONE ? "majority" : sketch_features[sketch->feature].name);

	for (uint32_t i = 0; i < sketch->fault_count; i++)
		size += snprintf(name + size, 128 - (size_t)size, "-%s", sketch_faults[sketch->faults[i]].name);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
}

int sketch_complete(struct sketch *sketch, char name[128], char *message, size_t message_size)
{
	if (sketch->has_hole)
		return hole_complete(sketch, name, message, message_size);
	if (!sketch->nodes)
		sketch->nodes = sketch->feature == FEATURE_TWO_NODE      ? 2
				: sketch->feature == FEATURE_TIE_BREAKER ? 4
									 : 3;
	if (!sketch->flags_given)
		sketch->flags = VQ_TRACK_CURRENT | VQ_TRACK_CHANGES;
	if (!sketch->fault_count)
		sketch->faults[sketch->fault_count++] = sketch->nodes == 1 ? FAULT_CRASH : FAULT_PARTITION;
	for (uint32_t i = 0; i < sketch->fault_count; i++)
		if (sketch->nodes == 1 && sketch->faults[i] == FAULT_PARTITION) {
			snprintf(message, message_size,
				 "one node cannot be split: --nodes 2 or more, or another fault");
			return -1;
		}
	if (sketch->feature == FEATURE_TWO_NODE && sketch->nodes != 2) {
		snprintf(message, message_size, "two_node is for 2 nodes, not %u", sketch->nodes);
		return -1;
	}
	if (!sketch->name) {
		make_name(sketch, name);
		sketch->name = name;
	}
	return 0;
}

/* "two_node: 1" and the like; "": nothing. */
static const char *quorum_of(const struct sketch *sketch)
{
	static const char *const keys[] = {
		[FEATURE_NONE] = "",
		[FEATURE_TWO_NODE] = "two_node: 1",
		[FEATURE_WAIT_FOR_ALL] = "wait_for_all: 1",
		[FEATURE_TIE_BREAKER] = "auto_tie_breaker: 1",
		[FEATURE_LAST_MAN] = "last_man_standing: 1, wait_for_all: 1",
		[FEATURE_DOWNSCALE] = "allow_downscale: 1",
	};

	return keys[sketch->feature];
}

/* ---- steps ---- */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static struct plan_step *
add(struct plan *plan, const char *comment, const char *format, ...)
{
	struct plan_step *step = &plan->steps[plan->count++];
	va_list arguments;

	ALWAYS(plan->count <= PLAN_STEPS_MAX);
	step->comment = comment;
	va_start(arguments, format);
	ALWAYS(vsnprintf(step->text, sizeof step->text, format, arguments) < (int)sizeof step->text);
	va_end(arguments);
	return step;
}

static void add_track(struct plan *plan, const struct sketch *sketch)
{
	char flags[64] = "";

	for (uint32_t i = 0; i < names_track_flags.count; i++)
		if (sketch->flags & names_track_flags.list[i].value)
			snprintf(flags + strlen(flags), sizeof flags - strlen(flags), "%s%s", *flags ? ", " : "",
				 names_track_flags.list[i].name);
	add(plan, NULL, "trackstart: {node: 1, client: " SKETCH_CLIENT ", flags: [%s]}", flags)->is_call = true;
}

static void put_ids(char *text, size_t size, uint32_t first, uint32_t last)
{
	size_t used = strlen(text);

	for (uint32_t id = first; id <= last; id++, used = strlen(text))
		snprintf(text + used, size - used, "%s%u", id == first ? "" : ", ", id);
}

static void add_partition(struct plan *plan, const struct sketch *sketch)
{
	bool half = sketch->feature == FEATURE_TIE_BREAKER || sketch->nodes == 2;
	uint32_t first = half ? (sketch->nodes + 1) / 2 : sketch->nodes / 2 + 1;
	char one[128] = "", other[128] = "";

	put_ids(one, sizeof one, 1, first);
	put_ids(other, sizeof other, first + 1, sketch->nodes);
	add(plan, half ? "into halves" : "into a majority and the others", "partition: [[%s], [%s]]", one, other);
}

static void add_window(struct plan *plan, const struct sketch *sketch)
{
	if (sketch->feature == FEATURE_LAST_MAN)
		add(plan, "longer than last_man_standing_window, 10 seconds by default", "wait: 11s");
}

static void add_fault(struct plan *plan, const struct sketch *sketch, uint32_t fault)
{
	switch (fault) {
	case FAULT_PARTITION:
		add_partition(plan, sketch);
		add_window(plan, sketch);
		add(plan, NULL, "heal: all");
		return;
	case FAULT_PAUSE:
		add(plan, "the others lose the token, and go on without it", "pause: %u", sketch->nodes)->paused =
			sketch->nodes;
		add(plan, NULL, "resume: %u", sketch->nodes);
		return;
	case FAULT_POWER:
		add(plan, "power fails everywhere", "crash: all");
		add(plan, NULL, "start: all");
		return;
	default:
		add(plan, fault == FAULT_CRASH ? "power loss of one node" : "a clean shutdown", "%s: %u",
		    sketch_faults[fault].name, sketch->nodes);
		add_window(plan, sketch);
		add(plan, NULL, "start: %u", sketch->nodes);
	}
}

static void describe(struct plan *plan, const struct sketch *sketch)
{
	int used = snprintf(plan->description, sizeof plan->description, "%u node%s, %s:", sketch->nodes,
			    sketch->nodes == 1 ? "" : "s", sketch_features[sketch->feature].says);

	for (uint32_t i = 0; i < sketch->fault_count; i++)
		used += snprintf(plan->description + used, sizeof plan->description - (size_t)used, "%s %s",
				 i ? ";" : "", sketch_faults[sketch->faults[i]].says);
	snprintf(plan->description + used, sizeof plan->description - (size_t)used, ".");
	snprintf(plan->nodes, sizeof plan->nodes, "%u # ids 1 to %u, a vote each", sketch->nodes, sketch->nodes);
	snprintf(plan->quorum, sizeof plan->quorum, "%s", quorum_of(sketch));
	plan->client_from = 1;
}

void plan_make(struct plan *plan, const struct sketch *sketch)
{
	memset(plan, 0, sizeof *plan);
	if (sketch->has_hole) {
		hole_plan(plan, sketch);
		return;
	}
	describe(plan, sketch);
	add(plan, "nodes boot one after the other", "start: all");
	if (!sketch->no_client)
		add_track(plan, sketch);
	for (uint32_t i = 0; i < sketch->fault_count; i++)
		add_fault(plan, sketch, sketch->faults[i]);
}
