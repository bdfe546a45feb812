/* Facts as JSON, or as lines that can be compared. */
#include "sim/replay/facts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define ROW_MIN 8u /* so many ids in a row are told by the first and the last */

struct facts facts_as_json(struct json *json)
{
	return (struct facts){.json = json};
}

struct facts facts_as_list(struct fact_list *list)
{
	return (struct facts){.list = list};
}

void fact_list_free(struct fact_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		free(list->facts[i].path);
		free(list->facts[i].value);
	}
	free(list->facts);
	*list = (struct fact_list){.wanted = list->wanted};
}

const char *fact_seconds(uint64_t time_ns, char text[FACT_SECONDS_MAX])
{
	snprintf(text, FACT_SECONDS_MAX, "%llu.%06llu", (unsigned long long)(time_ns / 1000000000u),
		 (unsigned long long)(time_ns % 1000000000u / 1000u));
	return text;
}

/* ---- the path ---- */

__attribute__((format(printf, 2, 3))) static void push(struct facts *facts, const char *format, ...)
{
	va_list arguments;
	size_t room;

	ALWAYS(facts->depth < sizeof facts->ends / sizeof facts->ends[0]);
	facts->ends[facts->depth++] = facts->size;
	if (facts->size && facts->size + 1 < FACT_PATH_MAX)
		facts->path[facts->size++] = ' ';
	room = FACT_PATH_MAX - facts->size;
	va_start(arguments, format);
	vsnprintf(facts->path + facts->size, room, format, arguments);
	va_end(arguments);
	facts->size += strlen(facts->path + facts->size);
}

static void pop(struct facts *facts)
{
	facts->size = facts->ends[--facts->depth];
	facts->path[facts->size] = 0;
}

/* Whole words: "node 10" does not begin with "node 1". */
static bool begins_with(const char *path, const char *words)
{
	size_t size = strlen(words);

	return strncmp(path, words, size) == 0 && (path[size] == 0 || path[size] == ' ');
}

static bool is_wanted(const char *path, const char *wanted)
{
	return !wanted || begins_with(path, wanted);
}

/* May something below the path be wanted? */
static bool leads_to(const char *path, const char *wanted)
{
	return is_wanted(path, wanted) || begins_with(wanted, path);
}

static char *copy_of(const char *text)
{
	char *copy = strdup(text);

	ALWAYS(copy != NULL);
	return copy;
}

static void add(struct facts *facts, const char *key, const char *value)
{
	struct fact_list *list = facts->list;

	push(facts, "%s", key);
	if (is_wanted(facts->path, list->wanted)) {
		if (list->count == list->room) {
			list->room = list->room ? 2 * list->room : 256;
			list->facts = realloc(list->facts, list->room * sizeof *list->facts);
			ALWAYS(list->facts != NULL);
		}
		list->facts[list->count++] = (struct fact){copy_of(facts->path), copy_of(value)};
	}
	pop(facts);
}

/* ---- structure ---- */

void facts_list(struct facts *facts, const char *key)
{
	if (facts->json)
		json_open(facts->json, key, '[');
}

void facts_list_end(struct facts *facts)
{
	if (facts->json)
		json_close(facts->json, ']');
}

bool facts_item(struct facts *facts, const char *key, const char *word, uint64_t number, const char *name)
{
	if (facts->json) {
		json_open(facts->json, NULL, '{');
		if (key && name)
			json_text(facts->json, key, name);
		else if (key)
			json_number(facts->json, key, number);
		return true;
	}
	if (name)
		push(facts, "%s %s", word, name);
	else
		push(facts, "%s %llu", word, (unsigned long long)number);
	if (leads_to(facts->path, facts->list->wanted))
		return true;
	pop(facts);
	return false;
}

void facts_object(struct facts *facts, const char *key)
{
	if (facts->json)
		json_open(facts->json, key, '{');
	else
		push(facts, "%s", key);
}

void facts_end(struct facts *facts)
{
	if (facts->json)
		json_close(facts->json, '}');
	else
		pop(facts);
}

/* ---- values ---- */

void facts_number(struct facts *facts, const char *key, uint64_t number)
{
	char text[24];

	if (facts->json) {
		json_number(facts->json, key, number);
		return;
	}
	snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	add(facts, key, text);
}

void facts_json_number(struct facts *facts, const char *key, uint64_t number)
{
	if (facts->json)
		json_number(facts->json, key, number);
}

void facts_bool(struct facts *facts, const char *key, bool value)
{
	if (facts->json)
		json_bool(facts->json, key, value);
	else
		add(facts, key, value ? "yes" : "no");
}

void facts_text(struct facts *facts, const char *key, const char *text)
{
	if (facts->json)
		json_text(facts->json, key, text);
	else
		add(facts, key, text ? text : "none");
}

void facts_time(struct facts *facts, const char *key, uint64_t time_ns)
{
	char text[FACT_SECONDS_MAX + 2];

	if (time_ns == UINT64_MAX) {
		facts_text(facts, key, NULL);
	} else if (facts->json) {
		json_number(facts->json, key, time_ns);
	} else {
		fact_seconds(time_ns, text);
		add(facts, key, strcat(text, " s"));
	}
}

char *fact_ids(const uint32_t *ids, uint32_t count)
{
	char *text = allocate(count + 1, 12);
	size_t size = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t last = i;

		while (last + 1 < count && ids[last + 1] == ids[last] + 1)
			last++;
		size += (size_t)sprintf(text + size, "%s%u", i ? " " : "", ids[i]);
		if (last - i < ROW_MIN - 1)
			continue;
		size += (size_t)sprintf(text + size, "..%u", ids[last]);
		i = last;
	}
	return count ? text : strcpy(text, "none");
}

void fact_put_ids(const uint32_t *ids, uint32_t count, FILE *to)
{
	char *text = fact_ids(ids, count);

	fputs(text, to);
	free(text);
}

void facts_ids(struct facts *facts, const char *key, const uint32_t *ids, uint32_t count)
{
	char *text;

	if (facts->json) {
		json_open(facts->json, key, '[');
		for (uint32_t i = 0; i < count; i++)
			json_number(facts->json, NULL, ids[i]);
		json_close(facts->json, ']');
		return;
	}
	text = fact_ids(ids, count);
	add(facts, key, text);
	free(text);
}

void facts_ring(struct facts *facts, const char *key, uint32_t nodeid, uint64_t seq)
{
	char text[40];

	if (seq == 0) {
		facts_text(facts, key, NULL);
	} else if (facts->json) {
		json_open(facts->json, key, '[');
		json_number(facts->json, NULL, nodeid);
		json_number(facts->json, NULL, seq);
		json_close(facts->json, ']');
	} else {
		snprintf(text, sizeof text, "%u.%llu", nodeid, (unsigned long long)seq);
		add(facts, key, text);
	}
}

void facts_names(struct facts *facts, const char *key, uint32_t bits, const char *const *names, uint32_t count)
{
	char text[256] = "";
	size_t size = 0;

	if (facts->json) {
		json_open(facts->json, key, '[');
		for (uint32_t i = 0; i < count; i++)
			if (bits >> i & 1u)
				json_text(facts->json, NULL, names[i]);
		json_close(facts->json, ']');
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (bits >> i & 1u && size + strlen(names[i]) + 2 < sizeof text)
			size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size ? " " : "", names[i]);
	add(facts, key, size ? text : "none");
}
