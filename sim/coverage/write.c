/* Everything comes from the tables of cells.h: a word more there is a row more here. */
#include "sim/coverage/write.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/report/html.h"
#include "sim/scenario/json.h"
#include "sim/terminal/verdicts.h"

/* The page, from reports/coverage: its script reads the same JSON. */
__asm__(".pushsection .rodata\n"
	".global coverage_template\n"
	".global coverage_template_end\n"
	"coverage_template:\n"
	".incbin \"reports/coverage/coverage.html\"\n"
	"coverage_template_end:\n"
	".byte 0\n"
	".popsection\n");
extern const char coverage_template[], coverage_template_end[];

/* ---- links ---- */

/* From one folder to a file; both are absolute. */
static void relative(char *text, size_t size, const char *folder, const char *file)
{
	size_t same = 0, used = 0;

	for (size_t i = 0; folder[i] == file[i] || (!folder[i] && file[i] == '/'); i++) {
		if (file[i] == '/')
			same = i + 1;
		if (!folder[i])
			break;
	}
	text[0] = '\0';
	if (strlen(folder) >= same)
		for (const char *at = folder + same; *at && used + 4 < size;) {
			used += (size_t)snprintf(text + used, size - used, "../");
			at = strchr(at, '/');
			if (!at++)
				break;
		}
	snprintf(text + used, size - used, "%s", file + same);
}

/* NULL where there is no such file, as for standard input. */
static const char *link_to(char *text, size_t size, const struct coverage_places *places, const char *path)
{
	char folder[PATH_MAX], file[PATH_MAX];

	if (!path || !realpath(places->folder, folder) || !realpath(path, file))
		return NULL;
	relative(text, size, folder, file);
	return text;
}

static void put_report(struct json *json, const struct coverage_places *places)
{
	char path[PATH_MAX], text[PATH_MAX];
	const char *link = NULL;

	if (places->report && snprintf(path, sizeof path, "%s/index.html", places->report) < (int)sizeof path)
		link = link_to(text, sizeof text, places, path);
	json_text(json, "report", link);
}

static void put_sources(struct json *json, const struct coverage_total *total, const struct coverage_places *places)
{
	char link[PATH_MAX], title[512];

	json_open(json, "scenarios", '[');
	for (uint32_t i = 0; i < total->source_count; i++) {
		const struct scenario *scenario = total->sources[i].scenario;

		run_title(scenario, title, sizeof title);
		json_open(json, NULL, '{');
		json_text(json, "path", scenario->path);
		json_number(json, "line", scenario->at.line);
		json_text(json, "scenario", scenario->name);
		json_text(json, "first_run", title);
		json_text(json, "file", link_to(link, sizeof link, places, scenario->path));
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* ---- tables ---- */

/* What makes a scenario for a hole; {axis} is the name of the hole's word there. */
static const char *const commands[COVERAGE_KIND_COUNT] = {
	[COVERAGE_TRACKING] =
		"votesim new --feature {feature} --event {event} --flags {flags} --dispatch {dispatch} -o new.yaml",
	[COVERAGE_RULES] = "votesim new --rule {rule} -o new.yaml",
	[COVERAGE_ERRORS] = "votesim new --call {call} --error {error} -o new.yaml",
	[COVERAGE_CONFIGURATION] = "votesim new --check {check} --stage {stage} -o new.yaml",
	[COVERAGE_HISTORY] = "votesim new --row {row} -o new.yaml",
};

static void put_share(struct json *json, struct coverage_share share)
{
	json_number(json, "cells", share.all);
	json_number(json, "never", share.never);
	json_number(json, "filled", share.filled);
	json_number(json, "permille", coverage_permille(share));
}

static void put_axes(struct json *json, const struct coverage_table *table)
{
	json_open(json, "axes", '[');
	for (uint32_t i = 0; i < table->axis_count; i++) {
		json_open(json, NULL, '{');
		json_text(json, "name", table->axes[i]->name);
		json_text(json, "says", table->axes[i]->says);
		json_open(json, "words", '[');
		for (uint32_t k = 0; k < table->axes[i]->count; k++) {
			json_open(json, NULL, '{');
			json_text(json, "name", table->axes[i]->words[k].name);
			json_text(json, "says", table->axes[i]->words[k].says);
			json_close(json, '}');
		}
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_place(struct json *json, const struct coverage_table *table, const uint32_t *place)
{
	json_open(json, "at", '[');
	for (uint32_t i = 0; i < table->axis_count; i++) {
		if (place[i] == COVERAGE_ANY)
			json_text(json, NULL, NULL);
		else
			json_number(json, NULL, place[i]);
	}
	json_close(json, ']');
}

static void put_filled(struct json *json, const struct coverage_total *total, const struct coverage_table *table)
{
	uint32_t place[COVERAGE_AXES_MAX];

	json_open(json, "covered", '[');
	for (uint32_t cell = table->first; cell < table->first + table->count; cell++) {
		const struct coverage_filled *filled = &total->cells[cell];

		if (!filled->count)
			continue;
		coverage_place(cell, place);
		json_open(json, NULL, '{');
		put_place(json, table, place);
		json_number(json, "count", filled->count);
		json_open(json, "scenarios", '[');
		for (uint32_t i = 0; i < filled->source_count; i++)
			json_number(json, NULL, filled->sources[i]);
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_nevers(struct json *json, enum coverage_kind kind)
{
	json_open(json, "impossible", '[');
	for (uint32_t i = 0; i < coverage_never_count; i++) {
		const struct coverage_never *never = &coverage_nevers[i];

		if (never->kind != kind)
			continue;
		json_open(json, NULL, '{');
		put_place(json, coverage_table(kind), never->place);
		json_text(json, "why", never->why);
		json_text(json, "source", never->source);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void coverage_write_json(FILE *to, const struct coverage_total *total, const struct coverage_places *places)
{
	struct json json = {.to = to};

	json_open(&json, NULL, '{');
	json_number(&json, "format", 1);
	json_number(&json, "runs", total->runs);
	put_report(&json, places);
	put_sources(&json, total, places);
	json_open(&json, "pairs", '{');
	put_share(&json, coverage_share(total, COVERAGE_PAIRS));
	json_close(&json, '}');
	json_open(&json, "tables", '[');
	for (uint32_t kind = 0; kind < COVERAGE_KIND_COUNT; kind++) {
		const struct coverage_table *table = coverage_table((enum coverage_kind)kind);

		json_open(&json, NULL, '{');
		json_text(&json, "name", table->name);
		json_text(&json, "says", table->says);
		put_share(&json, coverage_share(total, kind));
		json_text(&json, "command", commands[kind]);
		put_axes(&json, table);
		put_filled(&json, total, table);
		put_nevers(&json, (enum coverage_kind)kind);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', to);
}

void coverage_write_page(FILE *to, const struct coverage_total *total, const struct coverage_places *places)
{
	size_t size;
	char *data;
	FILE *memory = open_memstream(&data, &size);

	ALWAYS(memory != NULL);
	coverage_write_json(memory, total, places);
	ALWAYS(fclose(memory) == 0);
	page_fill(to, coverage_template, coverage_template_end, data, size);
	free(data);
}

/* ---- a terminal ---- */

static void tell_holes(FILE *to, const struct coverage_total *total, enum coverage_kind kind)
{
	const struct coverage_table *table = coverage_table(kind);
	const uint32_t most = 12;
	uint32_t told = 0, place[COVERAGE_AXES_MAX];

	for (uint32_t cell = table->first; cell < table->first + table->count; cell++) {
		if (total->cells[cell].count || coverage_never(cell))
			continue;
		if (told++ >= most)
			continue;
		coverage_place(cell, place);
		fputs(told == 1 ? "    not: " : ", ", to);
		for (uint32_t i = 0; i < table->axis_count; i++)
			fprintf(to, "%s%s", i ? " " : "", table->axes[i]->words[place[i]].name);
	}
	if (told > most)
		fprintf(to, ", and %u more", told - most);
	if (told)
		fputc('\n', to);
}

void coverage_tell(FILE *to, const struct coverage_total *total, const char *page_path)
{
	static const uint32_t order[] = {COVERAGE_TRACKING, COVERAGE_PAIRS,         COVERAGE_RULES,
					 COVERAGE_ERRORS,   COVERAGE_CONFIGURATION, COVERAGE_HISTORY};

	fputs("coverage\n", to);
	for (uint32_t i = 0; i < sizeof order / sizeof *order; i++) {
		struct coverage_share share = coverage_share(total, order[i]);
		uint32_t permille = coverage_permille(share);

		fprintf(to, "  %-14s %3u.%u %%  %u of %u", coverage_measures[order[i]], permille / 10, permille % 10,
			share.filled, share.all - share.never);
		if (order[i] == COVERAGE_PAIRS)
			fputs(": each flags, event, feature and dispatch type with each other", to);
		fputc('\n', to);
		if (order[i] != COVERAGE_PAIRS && order[i] != COVERAGE_TRACKING)
			tell_holes(to, total, (enum coverage_kind)order[i]);
	}
	if (page_path)
		fprintf(to, "  all of it, and a command for each hole: %s\n", page_path);
}
