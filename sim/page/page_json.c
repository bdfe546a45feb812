/*
 * The page as one JSON object: names are stable, nodes are told by their ids.
 */
#include "sim/page/page.h"

#include <stdlib.h>

#include "sim/check/rules.h"
#include "sim/ensure.h"
#include "sim/page/page_words.h"
#include "sim/explore/tell.h"
#include "sim/scenario/json.h"

static void put_nodes(struct json *json, const struct page *page)
{
	json_open(json, "nodes", '[');
	for (uint32_t node = 0; node < page->scenario->node_count; node++) {
		json_open(json, NULL, '{');
		json_number(json, "nodeid", page->scenario->nodes[node].nodeid);
		json_text(json, "name", page->scenario->nodes[node].name);
		json_number(json, "votes", classes_votes(&page->classes, node));
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_settings(struct json *json, const struct settings *settings)
{
	json_number(json, "expected_votes", settings->expected_votes);
	json_number(json, "total_votes", settings->total_votes);
	json_number(json, "quorum", settings->quorum);
	json_bool(json, "quorate_with_all_nodes", settings->starts_quorate);
	json_open(json, "settings", '{');
	for (uint32_t i = 0; i < settings->setting_count; i++)
		json_text(json, settings->settings[i].key, settings->settings[i].value);
	json_close(json, '}');
	json_open(json, "warnings", '[');
	for (uint32_t i = 0; i < settings->warning_count; i++) {
		json_open(json, NULL, '{');
		json_text(json, "id", settings->warnings[i].id);
		json_text(json, "text", settings->warnings[i].says);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_ids(struct json *json, const char *key, const struct scenario *scenario, const uint32_t *nodes,
		    uint32_t count)
{
	json_open(json, key, '[');
	for (uint32_t i = 0; i < count; i++)
		json_number(json, NULL, scenario->nodes[nodes[i]].nodeid);
	json_close(json, ']');
}

static void put_survives(struct json *json, const char *key, const struct page *page, const struct survive *survive)
{
	static const char *const names[SURVIVE_KIND_COUNT] = {
		[SURVIVE_CRASH_AT_ONCE] = "crash_at_once",     [SURVIVE_CRASH_IN_TURN] = "crash_in_turn",
		[SURVIVE_CRASH_WITH_TIME] = "crash_with_time", [SURVIVE_STOP_IN_TURN] = "stop_in_turn",
		[SURVIVE_STOP_WITH_TIME] = "stop_with_time",   [SURVIVE_RETURN] = "return_after_power_loss",
	};

	json_open(json, key, '{');
	for (uint32_t i = 0; i < SURVIVE_KIND_COUNT; i++) {
		const struct survive_row *row = &survive->rows[i];

		if (!row->asked)
			continue;
		json_open(json, names[i], '{');
		json_number(json, "whichever", row->always);
		json_number(json, "at_best", row->best);
		json_bool(json, "sampled", row->sampled);
		put_ids(json, "not", page->scenario, row->lost, row->lost_count);
		json_close(json, '}');
	}
	json_bool(json, "rolling_restart", survive->rolling_lost == UINT32_MAX);
	json_close(json, '}');
}

static void put_splits(struct json *json, const char *key, const struct survive *survive)
{
	json_open(json, key, '[');
	for (uint32_t i = 0; i < survive->split_count; i++) {
		const struct survive_split *split = &survive->splits[i];

		json_open(json, NULL, '{');
		json_open(json, "parts", '[');
		for (uint32_t part = 0; part < split->part_count; part++)
			json_number(json, NULL, split->parts[part]);
		json_close(json, ']');
		json_number(json, "tried", split->tried);
		json_open(json, "goes_on", '[');
		for (uint32_t part = 0; part < split->part_count; part++)
			json_number(json, NULL, split->wins[part]);
		json_close(json, ']');
		json_number(json, "nobody", split->none);
		json_number(json, "several", split->split);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_steps(struct json *json, const struct page *page, const struct way *way)
{
	json_open(json, "steps", '[');
	for (uint32_t i = 0; i < way->step_count; i++) {
		char *text;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		ALWAYS(file != NULL);
		tell_event(page->scenario, &way->steps[i], file);
		fclose(file);
		json_text(json, NULL, text);
		free(text);
	}
	json_close(json, ']');
}

static const char *back_name(enum way_back back)
{
	static const char *const names[] = {
		[BACK_TIME] = "time",           [BACK_HEAL] = "heal",
		[BACK_START_ONE] = "start_any", [BACK_START_SOME] = "start_the_right_one",
		[BACK_START_ALL] = "start_all", [BACK_BOTH] = "heal_and_start_all",
		[BACK_NEVER] = "never",
	};

	return names[back];
}

static void put_way(struct json *json, const struct page *page, const struct way *way, const char *file)
{
	bool loss = way->rule == WAY_RULE_LOSS;
	char *came = loss ? NULL : words_came(page->scenario, way);

	json_open(json, NULL, '{');
	json_text(json, "kind", loss ? "loss" : way->rule == RULE_I1 ? "split_brain" : "breach");
	json_text(json, "title", way->title);
	put_steps(json, page, way);
	json_number(json, "like_choices_tried", way->alike);
	json_number(json, "like_choices_same", way->alike_same);
	if (loss) {
		json_text(json, "back", back_name(way->back));
	} else {
		json_text(json, "rule", check_rules[way->rule].id);
		json_bool(json, "defect", way->defect);
		json_number(json, "hazard", way->hazard);
		json_text(json, "came", came);
		json_text(json, "scenario", file);
	}
	json_close(json, '}');
	free(came);
}

static void put_orders(struct json *json, const struct page *page)
{
	const struct orders *orders = &page->orders;
	const struct explore_interleavings *done = &orders->all.interleavings;

	if (!orders->asked)
		return;
	json_open(json, "interleavings", '{');
	json_number(json, "depth", orders->all.depth_done);
	json_number(json, "ways", done->ways);
	json_number(json, "runs", done->runs);
	json_bool(json, "complete", done->cut == 0);
	json_number(json, "losses", orders->losses);
	json_open(json, "found", '[');
	for (uint32_t i = 0; i < orders->count; i++) {
		const struct explore_finding *finding = &orders->all.findings[orders->found[i]];

		json_open(json, NULL, '{');
		json_text(json, "rule", check_rules[finding->verdict.rule].id);
		json_number(json, "hazard", finding->verdict.hazard);
		json_number(json, "steps", finding->step_count);
		json_text(json, "then", finding->verdict.came);
		json_text(json, "file", orders->files ? orders->files[i] : NULL);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_close(json, '}');
}

void page_json(const struct page *page, FILE *file)
{
	const struct exploration *exploration = &page->ways.exploration;
	struct json json = {.to = file};

	json_open(&json, NULL, '{');
	json_text(&json, "path", page->path);
	json_text(&json, "refused", page->refusal);
	if (!page->refusal) {
		put_nodes(&json, page);
		put_settings(&json, &page->settings);
		put_survives(&json, "survives", page, &page->survive);
		put_splits(&json, "splits", &page->survive);
		if (page->settings.device_votes) {
			put_survives(&json, "survives_with_device", page, &page->with_device);
			put_splits(&json, "splits_with_device", &page->with_device);
		}
		json_open(&json, "ways", '[');
		for (uint32_t i = 0; i < page->ways.count; i++)
			put_way(&json, page, &page->ways.ways[i], page->files ? page->files[i] : NULL);
		json_close(&json, ']');
		json_open(&json, "covered", '{');
		json_number(&json, "depth", exploration->depth_done);
		json_bool(&json, "exhausted", exploration->exhausted);
		json_number(&json, "states", exploration->states);
		json_number(&json, "events", exploration->transitions);
		json_bool(&json, "all_partitions", page->ways.all_events);
		json_close(&json, '}');
		put_orders(&json, page);
	}
	json_close(&json, '}');
	fputs("\n", file);
}
