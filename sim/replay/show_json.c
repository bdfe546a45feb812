/* A run and its changes as JSON, one line an answer. */
#include "sim/replay/show.h"

#include <stdlib.h>

#include "sim/ensure.h"
#include "sim/replay/wording.h"
#include "sim/scenario/json.h"

static struct json begin(FILE *to, const char *key)
{
	struct json json = {to, false};

	json_open(&json, NULL, '{');
	json_open(&json, key, '[');
	return json;
}

static void end(struct json *json)
{
	json_close(json, ']');
	json_close(json, '}');
	fputc('\n', json->to);
}

static void put_step_text(struct json *json, const struct scenario *scenario, uint32_t step)
{
	char *text = NULL;
	size_t size = 0;
	FILE *words = open_memstream(&text, &size);

	ALWAYS(words != NULL);
	wording_step(scenario, step, words);
	ALWAYS(fclose(words) == 0);
	json_text(json, "text", text);
	free(text);
}

void show_steps_json(const struct replay *replay, FILE *to)
{
	struct json json = begin(to, "steps");

	for (uint32_t i = 0; i < replay->scenario->step_count; i++) {
		const struct replay_step *step = &replay->steps[i];

		json_open(&json, NULL, '{');
		json_number(&json, "step", i);
		json_text(&json, "verb", verb_name(replay->scenario->steps[i].verb));
		put_step_text(&json, replay->scenario, i);
		json_bool(&json, "begun", step->begun);
		if (step->begun) {
			json_number(&json, "before", step->before);
			json_number(&json, "end", step->ended ? step->end : replay->events);
			json_number(&json, "begin_t", step->begin_ns);
		}
		json_close(&json, '}');
	}
	end(&json);
}

void show_why_json(const struct replay *replay, FILE *to)
{
	struct json json = begin(to, "verdicts");

	for (uint32_t i = 0; i < replay->result.verdict_count; i++) {
		const struct verdict *verdict = &replay->result.verdicts[i];

		json_open(&json, NULL, '{');
		json_text(&json, "kind", show_verdict_kind(verdict));
		json_bool(&json, "bad", show_is_bad(verdict));
		json_text(&json, "rule", verdict->rule < check_rule_count ? check_rules[verdict->rule].id : NULL);
		json_number(&json, "hazard", verdict->hazard);
		json_number(&json, "event", replay->verdict_events[i]);
		json_number(&json, "t", verdict->time_ns);
		if (verdict->step < replay->scenario->step_count)
			json_number(&json, "step", verdict->step);
		if (verdict->node < replay->scenario->node_count)
			json_number(&json, "node", replay->scenario->nodes[verdict->node].nodeid);
		if (verdict->client < replay->scenario->client_count)
			json_text(&json, "client", replay->scenario->clients[verdict->client].name);
		json_text(&json, "expected", verdict->expected);
		json_text(&json, "came", verdict->came);
		json_number(&json, "line", verdict->at.line);
		json_number(&json, "column", verdict->at.column);
		json_close(&json, '}');
	}
	end(&json);
}

struct logged {
	struct json json;
	const struct replay *replay;
};

static void put_observation(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct logged *logged = ctx;
	char *text = wording_line(logged->replay->scenario, observation);

	(void)view;
	if (text) {
		json_open(&logged->json, NULL, '{');
		json_number(&logged->json, "event", logged->replay->event + 1);
		json_number(&logged->json, "t", observation->time_ns);
		json_text(&logged->json, "text", text);
		json_close(&logged->json, '}');
	}
	free(text);
}

void show_log_json(struct replay *replay, uint64_t first, uint64_t last, FILE *to)
{
	struct logged logged = {begin(to, "log"), replay};

	replay_go(replay, first);
	while (replay->event < last && replay_next(replay, (struct observer){&logged, put_observation}))
		;
	end(&logged.json);
}

static void put_change(void *ctx, const struct fact *before, const struct fact *after)
{
	struct json *json = ctx;

	json_open(json, NULL, '{');
	json_text(json, "what", after ? after->path : before->path);
	json_text(json, "before", before ? before->value : NULL);
	json_text(json, "after", after ? after->value : NULL);
	json_close(json, '}');
}

void show_changes_json(const struct fact_list *before, const struct fact_list *after, FILE *to)
{
	struct json json = begin(to, "changes");

	show_each_change(before, after, put_change, &json);
	end(&json);
}
