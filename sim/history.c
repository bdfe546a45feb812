/*
 * An observation is told in the middle of what a node does, so what came of it is
 * asked for when the next observation comes, and of every node when a step ends.
 */
#include "sim/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

static void append(struct history *history, const struct observation *at, const char *text, size_t size)
{
	if (history->count == history->room) {
		history->room = 2 * history->room + 256;
		history->events = reallocarray(history->events, history->room, sizeof *history->events);
		ALWAYS(history->events != NULL);
	}
	history->events[history->count++] = (struct history_event){
		.time_ns = at->time_ns,
		.step = at->step,
		.node = at->node,
		.client = at->client,
		.text = texts_number(&history->texts, text, size),
	};
}

/* The words of the trace: what follows a line's head, up to its brace. NULL: the trace says nothing of it. */
static char *words_of(struct history *history, const struct world_view *view, const struct observation *observation,
		      size_t *size)
{
	struct trace *trace = &history->trace;
	size_t skip;

	trace->size = 0;
	trace_observe(trace, view, observation);
	if (trace->size == 0)
		return NULL;
	skip = trace->head_size + strlen(",");
	*size = trace->size - skip - strlen("}\n");
	return trace->text + skip;
}

/* ---- states of nodes ---- */

/* A getinfo's words without those that are the same at all times, so that nodes in the same state share a text. */
static void tell_state(struct history *history, const struct world_view *view, const struct observation *at,
		       const struct vq_info *info)
{
	static const char before[] = "\"event\":\"state\",", first[] = "\"node_votes\"";
	const struct vq_reply reply = {.error = VQ_OK, .info = *info};
	struct observation told = {
		.kind = OBSERVE_REPLY,
		.node = at->node,
		.client = UINT32_MAX,
		.verb = VERB_GETINFO,
		.number = VQ_OK,
		.reply = &reply,
	};
	size_t size, skip;
	char *words = words_of(history, view, &told, &size), *fields;

	ALWAYS(words != NULL);
	fields = memmem(words, size, first, strlen(first));
	ALWAYS(fields != NULL && (size_t)(fields - words) >= strlen(before));
	skip = (size_t)(fields - words) - strlen(before);
	memcpy(words + skip, before, strlen(before));
	append(history, at, words + skip, size - skip);
}

static void ask_state(struct history *history, const struct world_view *view, uint32_t node, uint64_t time_ns,
		      uint32_t step)
{
	const struct observation at = {.time_ns = time_ns, .step = step, .node = node, .client = UINT32_MAX};
	struct vq_info *last = &history->last[node];
	struct vq_info info;

	memset(&info, 0, sizeof info);
	if (view->getinfo(view->world, node, 0, &info) != VQ_OK) {
		last->node_id = 0;
		return;
	}
	if (memcmp(&info, last, sizeof info) == 0)
		return;
	*last = info;
	tell_state(history, view, &at, &info);
}

static void ask_states(struct history *history, const struct world_view *view, const struct observation *observation)
{
	if (history->touched != UINT32_MAX)
		ask_state(history, view, history->touched, history->touched_ns, history->touched_step);
	history->touched = observation->node;
	history->touched_ns = observation->time_ns;
	history->touched_step = observation->step;
	if (observation->kind != OBSERVE_STEP_END && observation->kind != OBSERVE_RUN_END)
		return;
	for (uint32_t node = 0; node < history->scenario->node_count; node++)
		ask_state(history, view, node, observation->time_ns, observation->step);
}

/* ---- who reaches whom ---- */

/* Marks all that can be reached from a node, over others; false when not each of them reaches each directly. */
static bool mark_group(const struct world_view *view, uint32_t node_count, uint32_t first, uint32_t *group,
		       uint32_t *found)
{
	uint64_t pairs = 0, count = 1;

	found[0] = first;
	group[first] = first + 1;
	for (uint64_t done = 0; done < count; done++)
		for (uint32_t other = 0; other < node_count; other++) {
			if (other == found[done] || !view->reaches(view->world, found[done], other))
				continue;
			pairs++;
			if (group[other])
				continue;
			group[other] = first + 1;
			found[count++] = other;
		}
	return pairs == count * (count - 1);
}

static void put_groups(FILE *to, const struct scenario *scenario, const struct world_view *view)
{
	uint32_t *group = allocate(scenario->node_count, sizeof *group);
	uint32_t *found = allocate(scenario->node_count, sizeof *found);
	bool whole = true;

	fputs("\"event\":\"reach\",\"groups\":[", to);
	for (uint32_t first = 0; first < scenario->node_count; first++) {
		if (group[first])
			continue;
		whole = mark_group(view, scenario->node_count, first, group, found) && whole;
		fprintf(to, "%s[%u", first ? "," : "", scenario->nodes[first].nodeid);
		for (uint32_t other = first + 1; other < scenario->node_count; other++)
			if (group[other] == first + 1)
				fprintf(to, ",%u", scenario->nodes[other].nodeid);
		fputc(']', to);
	}
	fprintf(to, "],\"whole\":%d", whole);
	free(group);
	free(found);
}

static void tell_reach(struct history *history, const struct world_view *view, const struct observation *observation)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	ALWAYS(to != NULL);
	put_groups(to, history->scenario, view);
	ALWAYS(fclose(to) == 0);
	append(history, observation, text, size);
	free(text);
}

/* ---- all ---- */

void history_observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct history *history = ctx;
	const char *words;
	size_t size;

	ask_states(history, view, observation);
	if (observation->kind == OBSERVE_REACH) {
		tell_reach(history, view, observation);
		return;
	}
	words = words_of(history, view, observation, &size);
	if (words)
		append(history, observation, words, size);
}

void history_init(struct history *history, const struct scenario *scenario)
{
	memset(history, 0, sizeof *history);
	history->scenario = scenario;
	history->touched = UINT32_MAX;
	history->last = allocate(scenario->node_count + 1, sizeof *history->last);
	trace_init(&history->trace, scenario, true, true, false);
}

void history_free(struct history *history)
{
	free(history->events);
	free(history->last);
	texts_free(&history->texts);
	trace_free(&history->trace);
	memset(history, 0, sizeof *history);
}
