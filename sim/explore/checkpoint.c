/*
 * Header, states, findings, and a hash of it all at the end.
 */
#include "sim/explore/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/explore/interleave.h"
#include "sim/world/xxhash.h"

static const char magic[8] = "votexpl2";

struct head {
	char magic[8];
	uint64_t state_count;
	struct checkpoint checkpoint;
};

struct stream { /* a file, and the hash of what went through it */
	FILE *file;
	XXH3_state_t *hash;
	bool failed;
};

static void put(struct stream *stream, const void *bytes, size_t size)
{
	XXH3_128bits_update(stream->hash, bytes, size);
	stream->failed = stream->failed || fwrite(bytes, 1, size, stream->file) != size;
}

static void get(struct stream *stream, void *bytes, size_t size)
{
	stream->failed = stream->failed || fread(bytes, 1, size, stream->file) != size;
	if (!stream->failed)
		XXH3_128bits_update(stream->hash, bytes, size);
}

static struct stream open_stream(FILE *file)
{
	struct stream stream = {.file = file, .hash = XXH3_createState()};

	ALWAYS(stream.hash != NULL);
	XXH3_128bits_reset(stream.hash);
	return stream;
}

static XXH128_hash_t close_stream(struct stream *stream)
{
	XXH128_hash_t digest = XXH3_128bits_digest(stream->hash);

	XXH3_freeState(stream->hash);
	return digest;
}

/* ---- writing ---- */

/* A state, and the departures that led to it. */
static void put_state(struct stream *stream, const struct states *states, const struct found_state *state)
{
	const uint32_t *list = states_departures(states, state->departures);

	put(stream, state, sizeof *state);
	if (list)
		put(stream, list, (1 + list[0]) * sizeof *list);
}

static bool write_all(FILE *file, const struct checkpoint *checkpoint, const struct states *states,
		      const struct checkpoint_finding *findings)
{
	struct stream stream = open_stream(file);
	struct head head;
	XXH128_hash_t digest;

	memset(&head, 0, sizeof head);
	memcpy(head.magic, magic, sizeof magic);
	head.state_count = states->count;
	head.checkpoint = *checkpoint;
	put(&stream, &head, sizeof head);
	for (uint64_t i = 0; i < states->count; i++)
		put_state(&stream, states, states_at(states, i));
	if (checkpoint->finding_count)
		put(&stream, findings, checkpoint->finding_count * sizeof *findings);
	digest = close_stream(&stream);
	return !stream.failed && fwrite(&digest, 1, sizeof digest, file) == sizeof digest;
}

bool checkpoint_write(const char *path, const struct checkpoint *checkpoint, const struct states *states,
		      const struct checkpoint_finding *findings)
{
	char *beside = allocate(strlen(path) + 5, 1);
	FILE *file;
	bool good;

	sprintf(beside, "%s.new", path);
	file = fopen(beside, "wb");
	good = file && write_all(file, checkpoint, states, findings);
	if (file)
		good = fclose(file) == 0 && good;
	good = good && rename(beside, path) == 0;
	free(beside);
	return good;
}

/* ---- reading ---- */

static void get_departures(struct stream *stream, struct states *states, struct found_state *state)
{
	uint32_t list[1 + INTERLEAVE_DEPARTURES_MAX] = {0};

	get(stream, list, sizeof *list);
	stream->failed = stream->failed || list[0] == 0 || list[0] > INTERLEAVE_DEPARTURES_MAX;
	if (stream->failed)
		return;
	get(stream, list + 1, list[0] * sizeof *list);
	stream->failed = stream->failed || !states_keep(states, list, &state->departures);
}

static void get_states(struct stream *stream, uint64_t count, struct states *states)
{
	for (uint64_t i = 0; i < count && !stream->failed; i++) {
		struct found_state state;

		get(stream, &state, sizeof state);
		if (!stream->failed && state.departures)
			get_departures(stream, states, &state);
		if (!stream->failed && !states_add(states, &state))
			stream->failed = true;
	}
}

static enum checkpoint_read read_all(FILE *file, const uint64_t subject[2], struct checkpoint *checkpoint,
				     struct states *states, struct checkpoint_finding **findings)
{
	struct stream stream = open_stream(file);
	struct head head = {.state_count = 0};
	XXH128_hash_t digest, wanted;

	get(&stream, &head, sizeof head);
	stream.failed = stream.failed || memcmp(head.magic, magic, sizeof magic) != 0;
	*checkpoint = head.checkpoint;
	if (!stream.failed && memcmp(checkpoint->subject, subject, sizeof checkpoint->subject) != 0) {
		close_stream(&stream);
		return CHECKPOINT_OTHER;
	}
	get_states(&stream, head.state_count, states);
	stream.failed = stream.failed || checkpoint->finding_count > 1u << 20;
	*findings = allocate(stream.failed ? 1 : checkpoint->finding_count, sizeof **findings);
	if (!stream.failed)
		get(&stream, *findings, checkpoint->finding_count * sizeof **findings);
	digest = close_stream(&stream);
	if (!stream.failed && fread(&wanted, 1, sizeof wanted, file) == sizeof wanted &&
	    XXH128_isEqual(digest, wanted))
		return CHECKPOINT_READ;
	free(*findings);
	*findings = NULL;
	return CHECKPOINT_BAD;
}

enum checkpoint_read checkpoint_read(const char *path, const uint64_t subject[2], struct checkpoint *checkpoint,
				     struct states *states, struct checkpoint_finding **findings)
{
	FILE *file = fopen(path, "rb");
	enum checkpoint_read read;

	if (!file)
		return errno == ENOENT ? CHECKPOINT_NONE : CHECKPOINT_ERROR;
	read = read_all(file, subject, checkpoint, states, findings);
	fclose(file);
	return read;
}
