/*
 * Lists that grow in the record's memory.
 */
#include "sim/record/fact.h"

#include <string.h>

#define IDS_MAX 4096u
#define SOURCES_MAX 4096u

static void *grown(struct record *record, const void *old, uint32_t count, uint32_t *room, size_t size)
{
	void *grown;

	*room = *room ? 2 * *room : 8;
	grown = take(&record->reading, *room, size);
	if (count)
		memcpy(grown, old, count * size);
	return grown;
}

bool ids_have(const struct ids *ids, uint32_t id)
{
	for (uint32_t i = 0; i < ids->count; i++)
		if (ids->list[i] == id)
			return true;
	return false;
}

void ids_add(struct record *record, struct ids *ids, uint32_t id)
{
	uint32_t at = ids->count;

	if (ids_have(ids, id))
		return;
	if (at == IDS_MAX)
		mistake(&record->reading, (struct position){0}, "more than %u nodes", IDS_MAX);
	if ((at & (at - 1)) == 0) { /* room is the next power of two */
		uint32_t *list = take(&record->reading, at ? (size_t)2 * at : 1, sizeof *list);

		if (at)
			memcpy(list, ids->list, at * sizeof *list);
		ids->list = list;
	}
	for (; at && ids->list[at - 1] > id; at--)
		ids->list[at] = ids->list[at - 1];
	ids->list[at] = id;
	ids->count++;
}

struct source *record_source(struct record *record, const char *path, const char *host)
{
	for (uint32_t i = 0; i < record->count; i++)
		if (strcmp(record->sources[i].path, path) == 0 && strcmp(record->sources[i].host, host) == 0)
			return &record->sources[i];
	if (record->count == SOURCES_MAX)
		mistake(&record->reading, (struct position){0}, "more than %u machines", SOURCES_MAX);
	if (record->count == record->room)
		record->sources =
			grown(record, record->sources, record->count, &record->room, sizeof *record->sources);
	record->sources[record->count] = (struct source){.path = path, .host = host};
	return &record->sources[record->count++];
}

struct fact *source_add(struct record *record, struct source *source, const struct fact *fact)
{
	if (source->count == source->room)
		source->facts = grown(record, source->facts, source->count, &source->room, sizeof *source->facts);
	source->facts[source->count] = *fact;
	return &source->facts[source->count++];
}
