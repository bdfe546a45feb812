/*
 * Reads a recording with the same tree that scenarios are read with (JSON is YAML),
 * and walks along it.
 */
#include "sim/explain/recording.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/file.h"
#include "sim/scenario/tree.h"

#define RECORDING_BYTES_MAX (64u << 20)

struct reader {
	struct reading reading;
	const struct scenario *scenario;
	struct recording *recording;
	char *text; /* of the file */
	size_t size;
	uint32_t line;
	const char *start; /* of the line */
	size_t length;
	struct tree_stream *stream; /* of the line */
};

/* ---- fields of a line ---- */

static struct position place(const struct reader *reader, const struct tree *tree)
{
	return (struct position){reader->line, tree->at.column};
}

static const struct tree *wanted(struct reader *reader, const struct tree *map, const char *key)
{
	const struct tree *value = tree_get(map, key);

	if (!value)
		mistake(&reader->reading, place(reader, map), "the line has no '%s'", key);
	return value;
}

static uint64_t number_of(struct reader *reader, const struct tree *value)
{
	uint64_t number;

	if (value->kind != TREE_SCALAR || amount_integer(value->text, &number) != AMOUNT_OK)
		mistake(&reader->reading, place(reader, value), "a whole number belongs here");
	return number;
}

static uint64_t number(struct reader *reader, const struct tree *map, const char *key)
{
	return number_of(reader, wanted(reader, map, key));
}

static const struct tree *list(struct reader *reader, const struct tree *value)
{
	if (value->kind != TREE_LIST)
		mistake(&reader->reading, place(reader, value), "a list belongs here");
	return value;
}

static const char *word(struct reader *reader, const struct tree *value)
{
	if (value->kind != TREE_SCALAR)
		mistake(&reader->reading, place(reader, value), "a word belongs here");
	return value->text;
}

static void read_members(struct reader *reader, struct recorded *line, const struct tree *map)
{
	const struct tree *members = list(reader, wanted(reader, map, "members"));

	line->count = members->count;
	line->entries = take(&reader->reading, members->count, sizeof *line->entries);
	for (uint32_t i = 0; i < members->count; i++)
		line->entries[i].nodeid = (uint32_t)number_of(reader, members->items[i]);
}

static void read_nodes(struct reader *reader, struct recorded *line, const struct tree *map)
{
	const struct tree *nodes = list(reader, wanted(reader, map, "nodes"));

	line->count = nodes->count;
	line->entries = take(&reader->reading, nodes->count, sizeof *line->entries);
	for (uint32_t i = 0; i < nodes->count; i++) {
		const struct tree *pair = list(reader, nodes->items[i]);

		if (pair->count != 2)
			mistake(&reader->reading, place(reader, pair), "[nodeid, state] belongs here");
		line->entries[i].nodeid = (uint32_t)number_of(reader, pair->items[0]);
		line->entries[i].state = (uint32_t)number_of(reader, pair->items[1]);
	}
}

static void read_ring(struct reader *reader, struct recorded *line, const struct tree *map)
{
	const struct tree *ring = list(reader, wanted(reader, map, "ring"));

	if (ring->count != 2)
		mistake(&reader->reading, place(reader, ring), "[nodeid, sequence] belongs here");
	line->ring.nodeid = (uint32_t)number_of(reader, ring->items[0]);
	line->ring.seq = number_of(reader, ring->items[1]);
	line->sequence = line->ring.seq;
}

static void read_callback(struct reader *reader, struct recorded *line, const struct tree *map)
{
	const struct tree *kind = wanted(reader, map, "callback");
	const char *name = word(reader, kind);

	line->context = number(reader, map, "context");
	if (strcmp(name, "nodelist") == 0) {
		line->kind = VQ_NODELIST;
		read_ring(reader, line, map);
		read_members(reader, line, map);
	} else if (strcmp(name, "quorum") == 0) {
		line->kind = VQ_QUORUM;
		line->any = !tree_get(map, "quorate") && !tree_get(map, "nodes");
		if (line->any)
			return;
		line->quorate = (uint32_t)number(reader, map, "quorate");
		read_nodes(reader, line, map);
	} else if (strcmp(name, "expected_votes") == 0) {
		line->kind = VQ_EXPECTED_VOTES;
		line->expected_votes = (uint32_t)number(reader, map, "expected_votes");
	} else {
		mistake(&reader->reading, place(reader, kind), "a callback is nodelist, quorum or expected_votes");
	}
}

static void read_info(struct reader *reader, struct recorded *line, const struct tree *map)
{
	uint32_t *fields[] = {
		&line->info.node_id,          &line->info.node_state,
		&line->info.node_votes,       &line->info.node_expected_votes,
		&line->info.highest_expected, &line->info.total_votes,
		&line->info.quorum,           &line->info.flags,
		&line->info.qdevice_votes,
	};
	const struct tree *value;

	for (uint32_t i = 0; i < INFO_QDEVICE_NAME; i++) {
		value = tree_get(map, info_field_name((enum info_field)i));
		if (!value)
			continue;
		*fields[i] = (uint32_t)number_of(reader, value);
		line->given |= 1u << i;
	}
	value = tree_get(map, info_field_name(INFO_QDEVICE_NAME));
	if (!value)
		return;
	strncpy(line->info.qdevice_name, word(reader, value), sizeof line->info.qdevice_name - 1);
	line->given |= 1u << INFO_QDEVICE_NAME;
}

static void read_reply(struct reader *reader, struct recorded *line, const struct tree *map)
{
	const struct tree *function = wanted(reader, map, "reply");
	const char *name = word(reader, function);

	line->is_reply = true;
	line->error = (int)number(reader, map, "error");
	for (uint32_t verb = VERB_INITIALIZE; verb < VERB_KILL; verb++)
		if (strcmp(name, verb_name((enum verb)verb)) == 0)
			line->kind = verb;
	if (!line->kind)
		mistake(&reader->reading, place(reader, function), "no library function is called '%s'", name);
	if (line->kind == VERB_GETINFO)
		read_info(reader, line, map);
	if (line->kind == VERB_CONTEXT_GET && tree_get(map, "context")) {
		line->context = number(reader, map, "context");
		line->has_context = true;
	}
}

static uint32_t find_client(struct reader *reader, const struct tree *map)
{
	const struct scenario *scenario = reader->scenario;
	const char *name = word(reader, wanted(reader, map, "client"));
	uint64_t nodeid = number(reader, map, "node");

	for (uint32_t i = 0; i < scenario->client_count; i++)
		if (scenario->nodes[scenario->clients[i].node].nodeid == nodeid &&
		    strcmp(scenario->clients[i].name, name) == 0)
			return i;
	mistake(&reader->reading, place(reader, map), "the scenario has no client '%s' at node %llu", name,
		(unsigned long long)nodeid);
}

static bool is_ignored(uint32_t verb)
{
	return verb == VERB_INITIALIZE || verb == VERB_DISPATCH;
}

static const struct tree *next_map(struct reader *reader)
{
	const struct tree *map;

	reader->stream = tree_open(&reader->reading, reader->start, reader->length);
	map = tree_next(reader->stream);
	if (!map || map->kind != TREE_MAP)
		mistake(&reader->reading, (struct position){reader->line, 1}, "a JSON object belongs on each line");
	return map;
}

static void read_line(void *context)
{
	struct reader *reader = context;
	const struct tree *map = next_map(reader);
	struct recorded line = {.line = reader->line, .step = UINT32_MAX};
	struct recorded_stream *to;
	uint32_t index;

	if (!tree_get(map, "callback") && !tree_get(map, "reply"))
		return; /* refusals and events are not a client's */
	index = find_client(reader, map);
	if (tree_get(map, "step"))
		line.step = (uint32_t)number(reader, map, "step");
	if (tree_get(map, "callback"))
		read_callback(reader, &line, map);
	else
		read_reply(reader, &line, map);
	if (line.is_reply && is_ignored(line.kind))
		return;
	to = &reader->recording->streams[2 * index + line.is_reply];
	to->lines = realloc(to->lines, (to->count + 1) * sizeof line);
	ALWAYS(to->lines != NULL);
	to->lines[to->count++] = line;
	reader->recording->watched[index] = true;
	reader->recording->line_count++;
}

/* ---- the whole ---- */

struct ring_name {
	uint64_t seq;
	uint64_t nodeid;
};

static int by_name(const void *left, const void *right)
{
	const struct ring_name *a = left, *b = right;

	if (a->nodeid != b->nodeid)
		return a->nodeid < b->nodeid ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool has_ring(const struct recorded *line)
{
	return !line->is_reply && line->kind == VQ_NODELIST;
}

/* Number the recorded rings 1.. in the order of (nodeid, sequence), in place of their sequences. */
static void number_rings(struct recording *recording)
{
	struct ring_name *names = calloc(recording->line_count + 1, sizeof *names);
	uint32_t count = 0, distinct = 0;

	ALWAYS(names != NULL);
	for (uint32_t i = 0; i < recording->client_count; i++)
		for (uint32_t k = 0; k < recording->streams[2 * i].count; k++) {
			const struct recorded *line = &recording->streams[2 * i].lines[k];

			if (has_ring(line))
				names[count++] = (struct ring_name){line->ring.seq, line->ring.nodeid};
		}
	qsort(names, count, sizeof *names, by_name);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || by_name(&names[i], &names[i - 1]) != 0)
			names[distinct++] = names[i];
	for (uint32_t i = 0; i < recording->client_count; i++)
		for (uint32_t k = 0; k < recording->streams[2 * i].count; k++) {
			struct recorded *line = &recording->streams[2 * i].lines[k];
			const struct ring_name name = {line->ring.seq, line->ring.nodeid};

			if (has_ring(line))
				line->ring.seq =
					1 + (uint64_t)((const struct ring_name *)bsearch(&name, names, distinct,
											 sizeof *names, by_name) -
						       names);
		}
	recording->ring_count = distinct;
	free(names);
}

/* A mistake leaves read_line() in the middle: what it opened is closed here. */
static bool attempt_line(struct reader *reader)
{
	bool good = attempt(&reader->reading, read_line, reader);

	if (reader->stream)
		tree_close(reader->stream);
	reader->stream = NULL;
	return good;
}

static bool read_lines(struct reader *reader)
{
	const char *at = reader->text, *end = reader->text + reader->size;

	while (at < end && !reader->reading.failed) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		reader->line++;
		reader->start = at;
		reader->length = (size_t)(stop - at);
		if (reader->length && !attempt_line(reader))
			return false;
		at = stop + 1;
	}
	return true;
}

int recording_read(const char *path, const struct scenario *scenario, struct recording *recording, char *message,
		   size_t message_size)
{
	struct reader reader = {.scenario = scenario, .recording = recording};
	const char *why;
	bool good;

	memset(recording, 0, sizeof *recording);
	reader.reading.path = path;
	reader.reading.variant = "";
	reader.reading.message = message;
	reader.reading.message_size = message_size;
	reader.text = file_read(path, RECORDING_BYTES_MAX, false, &reader.size, &why);
	if (!reader.text) {
		snprintf(message, message_size, "%s: %s", path, why);
		return -1;
	}
	recording->client_count = scenario->client_count;
	recording->streams = calloc(2 * (size_t)scenario->client_count + 1, sizeof *recording->streams);
	recording->watched = calloc(scenario->client_count + 1, sizeof *recording->watched);
	ALWAYS(recording->streams != NULL && recording->watched != NULL);
	good = read_lines(&reader);
	free(reader.text);
	recording->memory = reader.reading.arena.blocks;
	if (good)
		number_rings(recording);
	else
		recording_free(recording);
	return good ? 0 : -1;
}

void recording_free(struct recording *recording)
{
	for (uint32_t i = 0; i < 2 * recording->client_count; i++)
		free(recording->streams[i].lines);
	free(recording->streams);
	free(recording->watched);
	arena_free(recording->memory);
	memset(recording, 0, sizeof *recording);
}

/* ---- walking along ---- */

size_t recording_progress_size(const struct recording *recording)
{
	size_t size = sizeof(struct recording_progress) + recording->ring_count * sizeof(struct vq_ring_id) +
		      2 * recording->client_count * sizeof(uint32_t);

	return (size + 7u) & ~(size_t)7u;
}

uint32_t *recording_positions(const struct recording *recording, struct recording_progress *progress)
{
	return (uint32_t *)(void *)(progress->rings + recording->ring_count);
}

/* The recorded ring is one ring of the run, and rings of one nodeid keep their order. */
static bool same_ring(const struct recording *recording, struct recording_progress *progress,
		      const struct recorded *line, struct vq_ring_id ring)
{
	uint32_t number = (uint32_t)line->ring.seq - 1;
	struct vq_ring_id *met = progress->rings;

	if (ring.nodeid != line->ring.nodeid)
		return false;
	if (met[number].seq)
		return met[number].seq == ring.seq;
	for (uint32_t i = 0; i < recording->ring_count; i++)
		if (met[i].seq && met[i].nodeid == ring.nodeid &&
		    (i < number ? met[i].seq >= ring.seq : met[i].seq <= ring.seq))
			return false;
	met[number] = ring;
	return true;
}

static bool same_entries(const struct recorded *line, const struct vq_notification *got)
{
	if (line->count != got->count)
		return false;
	for (uint32_t i = 0; i < got->count; i++)
		if (line->entries[i].nodeid != got->entries[i].nodeid ||
		    (got->kind == VQ_QUORUM && line->entries[i].state != got->entries[i].state))
			return false;
	return true;
}

static bool same_callback(const struct recording *recording, struct recording_progress *progress,
			  const struct recorded *line, const struct vq_notification *got)
{
	if (line->is_reply || line->kind != got->kind || line->context != got->context)
		return false;
	switch (got->kind) {
	case VQ_NODELIST:
		return same_entries(line, got) && same_ring(recording, progress, line, got->ring);
	case VQ_QUORUM:
		return line->any || (line->quorate == got->quorate && same_entries(line, got));
	default:
		return line->expected_votes == got->expected_votes;
	}
}

static bool same_info(const struct recorded *line, const struct vq_info *got)
{
	const uint32_t recorded[] = {
		line->info.node_id,          line->info.node_state,
		line->info.node_votes,       line->info.node_expected_votes,
		line->info.highest_expected, line->info.total_votes,
		line->info.quorum,           line->info.flags,
		line->info.qdevice_votes,
	};
	const uint32_t came[] = {
		got->node_id,     got->node_state, got->node_votes, got->node_expected_votes, got->highest_expected,
		got->total_votes, got->quorum,     got->flags,      got->qdevice_votes,
	};

	for (uint32_t i = 0; i < INFO_QDEVICE_NAME; i++)
		if (line->given & 1u << i && recorded[i] != came[i])
			return false;
	return !(line->given & 1u << INFO_QDEVICE_NAME) || strcmp(line->info.qdevice_name, got->qdevice_name) == 0;
}

static bool same_reply(const struct recorded *line, const struct observation *got)
{
	if (!line->is_reply || line->kind != (uint32_t)got->verb || line->error != (int)got->number)
		return false;
	if (line->has_context && line->context != got->context)
		return false;
	return line->error != VQ_OK || !got->reply || same_info(line, &got->reply->info);
}

const struct recorded *recording_next_ring(const struct recording *recording,
					   const struct recording_progress *progress, uint32_t client, uint32_t step,
					   uint32_t later)
{
	const struct recorded_stream *stream = &recording->streams[2 * client];
	const uint32_t *positions = (const uint32_t *)(const void *)(progress->rings + recording->ring_count);

	if (positions[2 * client] == 0) /* it does not track yet: its first nodelist is the answer to trackstart */
		return NULL;
	for (uint32_t i = positions[2 * client]; i < stream->count; i++)
		if (has_ring(&stream->lines[i]) && later-- == 0)
			return stream->lines[i].step == UINT32_MAX || stream->lines[i].step <= step
				       ? &stream->lines[i]
				       : NULL;
	return NULL;
}

/* A step has settled: what was recorded of rings until then must have come. */
static void follow_step(const struct recording *recording, struct recording_progress *progress, uint32_t step)
{
	for (uint32_t i = 0; i < recording->client_count && !progress->failed; i++) {
		const struct recorded *line = recording_next_ring(recording, progress, i, step, 0);

		if (!line || line->step == UINT32_MAX)
			continue;
		progress->failed = 1;
		progress->failed_stream = 2 * i;
	}
}

void recording_follow(const struct recording *recording, struct recording_progress *progress,
		      const struct observation *observation)
{
	bool is_reply = observation->kind == OBSERVE_REPLY;
	const struct recorded_stream *stream;
	uint32_t *position, index;
	bool same;

	if (observation->kind == OBSERVE_STEP_END && observation->number == 1)
		follow_step(recording, progress, observation->step);
	if (!is_reply && observation->kind != OBSERVE_CALLBACK)
		return;
	if (progress->failed || !recording->watched[observation->client] ||
	    (is_reply && is_ignored(observation->verb)))
		return;
	index = 2 * observation->client + is_reply;
	stream = &recording->streams[index];
	position = &recording_positions(recording, progress)[index];
	same = *position < stream->count &&
	       (is_reply ? same_reply(&stream->lines[*position], observation)
			 : same_callback(recording, progress, &stream->lines[*position], observation->notification));
	if (!same) {
		progress->failed = 1;
		progress->failed_stream = index;
		return;
	}
	++*position;
	progress->matched++;
}

bool recording_complete(const struct recording *recording, const struct recording_progress *progress)
{
	return !progress->failed && progress->matched == recording->line_count;
}
