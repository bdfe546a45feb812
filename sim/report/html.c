/*
 * The page is a template with one hole: all that is known goes into it as JSON. What
 * happened in a run goes as columns of numbers, each the difference to the one before,
 * repeats counted: no library is needed to read or write them, and the bytes are the
 * same on every machine.
 */
#include "sim/report/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/ensure.h"
#include "sim/report/report.h"
#include "sim/scenario/file.h"
#include "sim/scenario/json.h"

#define SOURCE_MAX (64u << 20)

/* The template, from reports/html/src, as built by `make report-template`. */
__asm__(".pushsection .rodata\n"
	".global report_template\n"
	".global report_template_end\n"
	"report_template:\n"
	".incbin \"reports/html/dist/report.html\"\n"
	"report_template_end:\n"
	".byte 0\n"
	".popsection\n");
extern const char report_template[], report_template_end[];

static const char hole[] = "<!--votesim-data-->";

/* ---- columns ---- */

struct column {
	unsigned char *bytes; /* owned */
	size_t size, room;
	uint64_t last, step; /* step: the difference that is being repeated */
	uint64_t repeats;
};

static void put_varint(struct column *column, uint64_t number)
{
	if (column->size + 10 > column->room) {
		column->room = 2 * column->room + 64;
		column->bytes = realloc(column->bytes, column->room);
		ALWAYS(column->bytes != NULL);
	}
	for (; number >= 128; number >>= 7)
		column->bytes[column->size++] = (unsigned char)(number | 128);
	column->bytes[column->size++] = (unsigned char)number;
}

/* A difference: its sign in the second bit, in the lowest whether a count of further repeats follows. */
static void end_repeats(struct column *column)
{
	int64_t step = (int64_t)column->step;
	uint64_t zigzag = step < 0 ? 2 * (uint64_t)-step - 1 : 2 * (uint64_t)step;

	if (column->repeats == 0)
		return;
	put_varint(column, 2 * zigzag + (column->repeats > 1));
	if (column->repeats > 1)
		put_varint(column, column->repeats - 2);
	column->repeats = 0;
}

static void column_add(struct column *column, uint64_t number)
{
	uint64_t step = number - column->last;

	if (column->repeats && step != column->step)
		end_repeats(column);
	column->step = step;
	column->last = number;
	column->repeats++;
}

static void column_end(struct column *column, struct json *json, const char *name)
{
	end_repeats(column);
	json_base64(json, name, column->bytes, column->size);
	free(column->bytes);
}

/* ---- runs ---- */

enum { COLUMN_TIME, COLUMN_STEP, COLUMN_NODE, COLUMN_CLIENT, COLUMN_TEXT, COLUMN_COUNT };

static void put_events(struct json *json, const struct history *history, struct texts *texts)
{
	static const char *const names[] = {"t", "step", "node", "client", "text"};
	struct column columns[COLUMN_COUNT] = {{0}};
	uint32_t *numbers = allocate(history->texts.count + 1u, sizeof *numbers);

	for (uint32_t i = 0; i < history->texts.count; i++) {
		size_t size;
		const char *text = texts_get(&history->texts, i, &size);

		numbers[i] = texts_number(texts, text, size);
	}
	for (uint64_t i = 0; i < history->count; i++) {
		const struct history_event *event = &history->events[i];

		column_add(&columns[COLUMN_TIME], event->time_ns);
		column_add(&columns[COLUMN_STEP], event->step);
		column_add(&columns[COLUMN_NODE], event->node + 1u); /* 0: none */
		column_add(&columns[COLUMN_CLIENT], event->client + 1u);
		column_add(&columns[COLUMN_TEXT], numbers[event->text]);
	}
	json_number(json, "count", history->count);
	for (uint32_t i = 0; i < COLUMN_COUNT; i++)
		column_end(&columns[i], json, names[i]);
	free(numbers);
}

static void put_scenario(struct json *json, const struct scenario *scenario)
{
	json_open(json, "nodes", '[');
	for (uint32_t i = 0; i < scenario->node_count; i++)
		json_number(json, NULL, scenario->nodes[i].nodeid);
	json_close(json, ']');
	json_open(json, "clients", '[');
	for (uint32_t i = 0; i < scenario->client_count; i++) {
		json_open(json, NULL, '{');
		json_text(json, "name", scenario->clients[i].name);
		json_number(json, "node", scenario->clients[i].node);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_open(json, "steps", '[');
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		json_open(json, NULL, '{');
		json_text(json, "verb", verb_name(step->verb));
		json_text(json, "name", step->name);
		json_number(json, "line", step->at.line);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_histories(struct json *json, const struct results *results, struct texts *texts)
{
	json_open(json, "histories", '[');
	for (uint32_t i = 0; i < results->count; i++) {
		ALWAYS(results->runs[i].history != NULL);
		json_open(json, NULL, '{');
		put_scenario(json, results->runs[i].scenario);
		put_events(json, results->runs[i].history, texts);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* ---- all ---- */

/* Each file once, as it stands on disk; null: it cannot be read again, as standard input cannot. */
static void put_sources(struct json *json, const struct results *results)
{
	const char *last = NULL;

	json_open(json, "sources", '{');
	for (uint32_t i = 0; i < results->count; i++) {
		const char *path = results->runs[i].scenario->path, *why;
		char *text = NULL;
		size_t size;

		if (last && strcmp(last, path) == 0)
			continue;
		last = path;
		if (strcmp(path, "-") != 0)
			text = file_read(path, SOURCE_MAX, true, &size, &why);
		json_text(json, path, text);
		free(text);
	}
	json_close(json, '}');
}

static void put_texts(struct json *json, const struct texts *texts)
{
	json_open(json, "texts", '[');
	for (uint32_t i = 0; i < texts->count; i++) {
		size_t size;
		const char *text = texts_get(texts, i, &size);

		fputs(i ? ",\n{" : "\n{", json->to);
		fwrite(text, 1, size, json->to);
		fputc('}', json->to);
	}
	json_close(json, ']');
}

static void put_data(FILE *to, const struct results *results)
{
	struct json json = {.to = to};
	struct texts texts = {0};

	fputs("{\"results\":", to);
	report_json(to, results);
	json.comma = true;
	put_sources(&json, results);
	put_histories(&json, results, &texts);
	put_texts(&json, &texts);
	fputc('}', to);
	texts_free(&texts);
}

/* In a script element nothing may look like its end, or like a comment. */
static void put_harmless(FILE *file, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *next = memchr(text, '<', (size_t)(end - text));

		fwrite(text, 1, (size_t)((next ? next : end) - text), file);
		if (!next)
			return;
		fputs("\\u003c", file);
		text = next + 1;
	}
}

void page_fill(FILE *file, const char *template, const char *end, const char *data, size_t size)
{
	const char *at = memmem(template, (size_t)(end - template), hole, strlen(hole));

	ALWAYS(at != NULL);
	fwrite(template, 1, (size_t)(at - template), file);
	fputs("<script type=\"application/json\" id=\"votesim-data\">", file);
	put_harmless(file, data, size);
	fputs("</script>", file);
	at += strlen(hole);
	fwrite(at, 1, (size_t)(end - at), file);
}

void page_write(FILE *file, const struct results *results)
{
	size_t size = 0;
	char *data = NULL;
	FILE *to = open_memstream(&data, &size);

	ALWAYS(to != NULL);
	put_data(to, results);
	ALWAYS(fclose(to) == 0);
	page_fill(file, report_template, report_template_end, data, size);
	free(data);
}

static int make_folders(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		int status;

		*slash = '\0';
		status = mkdir(path, 0777);
		*slash = '/';
		if (status != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

FILE *page_open(const char *folder, const char *name, char *path, size_t size)
{
	if ((size_t)snprintf(path, size, "%s/%s", folder, name) >= size) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return make_folders(path) == 0 ? fopen(path, "w") : NULL;
}
