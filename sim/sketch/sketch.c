/*
 * The plan is run as it is; what is seen after each step becomes what the step expects.
 */
#include "sim/sketch/sketch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/coverage/total.h"
#include "sim/ensure.h"
#include "sim/run.h"
#include "sim/scenario/vocabulary.h"
#include "sim/scenario/yaml.h"
#include "sim/sketch/plan.h"

struct seen_step {
	char *expect; /* lines of YAML below `expect:`; "" without any; owned */
	char *callbacks;
};

struct seen {
	const struct sketch *sketch;
	const struct plan *plan;
	struct seen_step steps[PLAN_STEPS_MAX];
	FILE *callbacks; /* of the step under way */
	size_t callbacks_size, expect_size;
	uint32_t told; /* callbacks of the step under way */
	int reply;     /* to its call; 0: none came */
	bool tracking;
	uint32_t member_count[SKETCH_NODES_MAX]; /* of the node's last ring */
	uint32_t members[SKETCH_NODES_MAX][SKETCH_NODES_MAX];
	char refusal[256]; /* a node's, at its start */
	uint32_t refused;  /* its id */
	uint32_t watcher;  /* the client's index */
};

/* ---- looking on ---- */

static const char *state_name(uint32_t state)
{
	for (uint32_t i = 0; i < names_node_states.count; i++)
		if (names_node_states.list[i].value == state)
			return names_node_states.list[i].name;
	return "0";
}

static const struct vq_entry *entry_of(const struct vq_notification *notification, uint32_t nodeid)
{
	for (uint32_t i = 0; i < notification->count; i++)
		if (notification->entries[i].nodeid == nodeid)
			return &notification->entries[i];
	return NULL;
}

static void put_notification(FILE *to, const struct vq_notification *notification)
{
	struct yaml yaml = {to, false};
	char key[16];

	fputs("          - ", to);
	if (notification->kind == VQ_EXPECTED_VOTES) {
		fprintf(to, "expected_votes: {expected_votes: %u}\n", notification->expected_votes);
		return;
	}
	fputs(notification->kind == VQ_NODELIST ? "nodelist: " : "quorum: ", to);
	yaml_open(&yaml, NULL, '{');
	if (notification->kind == VQ_QUORUM)
		yaml_bool(&yaml, "quorate", notification->quorate);
	yaml_open(&yaml, notification->kind == VQ_NODELIST ? "members" : "nodes",
		  notification->kind == VQ_NODELIST ? '[' : '{');
	for (uint32_t id = VQ_DEVICE_NODEID; id <= SKETCH_NODES_MAX; id++) {
		const struct vq_entry *entry = entry_of(notification, id);

		(void)snprintf(key, sizeof key, "%u", id);
		if (entry && notification->kind == VQ_NODELIST)
			yaml_number(&yaml, NULL, id);
		else if (entry)
			yaml_word(&yaml, key, state_name(entry->state));
	}
	yaml_close(&yaml, notification->kind == VQ_NODELIST ? ']' : '}');
	yaml_close(&yaml, '}');
	fputc('\n', to);
}

static void put_quorate(struct yaml *yaml, const bool *up, const bool *quorate, uint32_t count)
{
	char key[16];

	fputs("      quorate: ", yaml->to);
	yaml_open(yaml, NULL, '{');
	for (uint32_t node = 0; node < count; node++) {
		(void)snprintf(key, sizeof key, "%u", node + 1);
		if (up[node])
			yaml_bool(yaml, key, quorate[node]);
	}
	yaml_close(yaml, '}');
	fputc('\n', yaml->to);
}

/* One node of each ring stands for all of it. */
static void put_members(struct yaml *yaml, const struct seen *seen, const bool *up)
{
	char key[16];

	yaml->comma = false;
	fputs("      members: ", yaml->to);
	yaml_open(yaml, NULL, '{');
	for (uint32_t node = 0; node < seen->sketch->nodes; node++) {
		if (!up[node] || seen->members[node][0] != node + 1)
			continue;
		(void)snprintf(key, sizeof key, "%u", node + 1);
		yaml_open(yaml, key, '[');
		for (uint32_t i = 0; i < seen->member_count[node]; i++)
			yaml_number(yaml, NULL, seen->members[node][i]);
		yaml_close(yaml, ']');
	}
	yaml_close(yaml, '}');
	fputc('\n', yaml->to);
}

/* Told once: the next steps begin without it. */
static void put_refusal(struct seen *seen, FILE *to)
{
	static const char before[] = "configuration error: ";
	const char *text = seen->refusal;

	if (strncmp(text, before, strlen(before)) == 0)
		text += strlen(before);
	fprintf(to, "      refused: {%u: \"%s\"}\n", seen->refused, text);
	seen->refusal[0] = '\0';
}

static void step_end(struct seen *seen, const struct world_view *view, uint32_t step)
{
	FILE *to = open_memstream(&seen->steps[step].expect, &seen->expect_size);
	bool up[SKETCH_NODES_MAX] = {false}, quorate[SKETCH_NODES_MAX] = {false}, any = false;
	struct yaml yaml = {to, false};
	struct vq_info info;

	ALWAYS(to != NULL);
	for (uint32_t node = 0; node < seen->sketch->nodes; node++) {
		up[node] = seen->plan->steps[step].paused != node + 1 &&
			   view->getinfo(view->world, node, 0, &info) == VQ_OK;
		quorate[node] = up[node] && info.flags & VQ_INFO_QUORATE;
		any = any || up[node];
	}
	if (any && !seen->plan->steps[step].is_call) {
		put_quorate(&yaml, up, quorate, seen->sketch->nodes);
		put_members(&yaml, seen, up);
	}
	if (seen->sketch->has_hole && seen->reply)
		fprintf(to, "      reply: %s\n", vq_error_name(seen->reply));
	if (seen->sketch->has_hole && seen->refusal[0])
		put_refusal(seen, to);
	ALWAYS(fclose(to) == 0 && fclose(seen->callbacks) == 0);
	seen->callbacks = NULL;
	if (!seen->told)
		seen->steps[step].callbacks[0] = 0;
}

static void take_ring(struct seen *seen, const struct observation *observation)
{
	seen->member_count[observation->node] = observation->count;
	memcpy(seen->members[observation->node], observation->nodes, observation->count * sizeof(uint32_t));
}

/* Is "getinfo: {...}" this verb? */
static bool is_of(const char *text, enum verb verb)
{
	size_t length = strlen(verb_name(verb));

	return strncmp(text, verb_name(verb), length) == 0 && text[length] == ':';
}

static void see(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct seen *seen = ctx;

	switch (observation->kind) {
	case OBSERVE_STEP_BEGIN:
		seen->told = 0;
		seen->reply = 0;
		seen->callbacks = open_memstream(&seen->steps[observation->step].callbacks, &seen->callbacks_size);
		ALWAYS(seen->callbacks != NULL && fputc(' ', seen->callbacks) == ' ');
		return;
	case OBSERVE_CALLBACK:
		if (observation->client != seen->watcher)
			return;
		seen->told++;
		put_notification(seen->callbacks, observation->notification);
		return;
	case OBSERVE_RING:
		take_ring(seen, observation);
		return;
	case OBSERVE_REPLY:
		if (!seen->reply && !observation->automatic && !observation->inside &&
		    is_of(seen->plan->steps[observation->step].text, observation->verb))
			seen->reply = (int)observation->number;
		return;
	case OBSERVE_NODE_REFUSED:
		(void)snprintf(seen->refusal, sizeof seen->refusal, "%s", observation->text);
		seen->refused = observation->node + 1;
		return;
	case OBSERVE_STEP_END:
		step_end(seen, view, observation->step);
		return;
	default:
		return;
	}
}

/* ---- writing ---- */

static void put_findings(const struct run_result *result, FILE *to)
{
	bool *told = allocate(check_rule_count, sizeof *told);
	const char *between = "findings: [";

	for (uint32_t i = 0; result && i < result->verdict_count; i++) {
		const struct verdict *verdict = &result->verdicts[i];

		if (verdict->kind != VERDICT_BREACH || told[verdict->rule])
			continue;
		told[verdict->rule] = true;
		fprintf(to, "%s%s", between, check_rules[verdict->rule].id);
		between = ", ";
	}
	if (*between == ',')
		fputs("] # a defect of corosync that shows here: the run holds when it does\n", to);
	free(told);
}

static void put_hazards(const struct run_result *result, FILE *to)
{
	uint32_t told = 0; /* bit 1u << number */

	for (uint32_t i = 0; result && i < result->verdict_count; i++) {
		const struct verdict *verdict = &result->verdicts[i];

		if (verdict->kind != VERDICT_HAZARD || told >> verdict->hazard & 1)
			continue;
		told |= 1u << verdict->hazard;
		fprintf(to, "# It shows hazard H%u, which the manual admits: see what votesim run tells.\n",
			verdict->hazard);
	}
}

static void put_head(const struct sketch *sketch, const struct plan *plan, const struct run_result *result, FILE *to)
{
	fputs("# What is expected here came from a run. Make sure that it is what you want, and change the rest:\n"
	      "# votesim-scenario(5) has every word.\n",
	      to);
	put_hazards(result, to);
	fputs("scenario: ", to);
	yaml_put_text(sketch->name, to);
	fputc('\n', to);
	fprintf(to, "description: \"%s\"\n", plan->description);
	put_findings(result, to);
	fprintf(to, "cluster:\n  nodes: %s\n", plan->nodes);
	if (plan->quorum[0])
		fprintf(to, "  quorum: {%s} # corosync.conf's own keys and defaults\n", plan->quorum);
}

static void put_expect(const struct seen_step *step, const char *comment, bool tracking, FILE *to)
{
	if (!step->expect[0] && !tracking)
		return;
	fprintf(to, "    expect:\n%s", step->expect);
	if (tracking && step->callbacks[0])
		fprintf(to, "      callbacks:%s\n        " SKETCH_CLIENT ":\n%s", comment, step->callbacks + 1);
	else if (tracking)
		fprintf(to, "      callbacks: {" SKETCH_CLIENT ": []}%s\n", comment);
}

/* seen: NULL for the plan alone. */
static char *write_text(const struct sketch *sketch, const struct plan *plan, const struct seen *seen,
			const struct run_result *result)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ALWAYS(to != NULL);
	put_head(sketch, plan, result, to);
	fputs("steps: # each begins when the cluster has settled\n", to);
	for (uint32_t i = 0; i < plan->count; i++) {
		fprintf(to, "  - %s", plan->steps[i].text);
		if (plan->steps[i].comment)
			fprintf(to, " # %s", plan->steps[i].comment);
		fputc('\n', to);
		if (seen)
			put_expect(&seen->steps[i],
				   i == plan->client_from ? " # exactly these, in this order, since the step began"
							  : "",
				   !sketch->no_client && i >= plan->client_from, to);
	}
	ALWAYS(fclose(to) == 0);
	return text;
}

/* ---- running ---- */

static int run_text(const char *text, struct seen *seen, struct scenario_set *set, struct run_result *result,
		    char *message, size_t message_size)
{
	struct run *run;

	if (scenario_parse(text, strlen(text), "the new scenario", set, message, message_size) != 0)
		return -1;
	run = run_begin(&set->scenarios[0], &(struct run_options){.coverage = true}, result);
	for (uint32_t i = 0; seen && i < set->scenarios[0].client_count; i++)
		if (strcmp(set->scenarios[0].clients[i].name, SKETCH_CLIENT) == 0)
			seen->watcher = i;
	if (seen)
		world_observe(run_world(run), (struct observer){seen, see});
	while (run_advance(run))
		;
	run_end(run);
	return 0;
}

static bool fills(const struct sketch *sketch, const struct run_result *result)
{
	struct coverage_total total;
	bool filled;

	if (!sketch->has_hole)
		return true;
	coverage_total_init(&total);
	coverage_total_add(&total, result);
	filled = total.cells[sketch->hole].count > 0;
	coverage_total_free(&total);
	return filled;
}

/* What was written is read and run again: it must hold, and fill the cell that it is for. */
static int try_text(const struct sketch *sketch, const char *text, char *message, size_t message_size)
{
	struct scenario_set set;
	struct run_result result;
	int status = run_text(text, NULL, &set, &result, message, message_size);

	if (status)
		return status;
	if (result.failures) {
		(void)snprintf(message, message_size, "what was seen does not come again: expected %s, came %s",
			       result.verdicts[0].expected, result.verdicts[0].came);
		status = -1;
	}
	if (status == 0 && !fills(sketch, &result)) {
		(void)snprintf(message, message_size,
			       "no steps are known that fill this: start from another scenario");
		status = -1;
	}
	run_result_free(&result);
	scenario_free(&set);
	return status;
}

static char *write_seen(const struct sketch *sketch, const struct plan *plan, const struct seen *seen,
			const struct run_result *result, char *message, size_t message_size)
{
	char *text;

	if (seen->refusal[0]) {
		(void)snprintf(message, message_size, "corosync would not start with that: %s", seen->refusal);
		return NULL;
	}
	if (result->stuck) {
		(void)snprintf(message, message_size, "the run did not come to its end: %s", result->stuck);
		return NULL;
	}
	text = write_text(sketch, plan, seen, result);
	if (try_text(sketch, text, message, message_size) == 0)
		return text;
	free(text);
	return NULL;
}

char *sketch_write(const struct sketch *sketch, char *message, size_t message_size)
{
	struct seen *seen = allocate(1, sizeof *seen);
	struct scenario_set set;
	struct run_result result;
	struct plan plan;
	char *bare, *text = NULL;

	plan_make(&plan, sketch);
	bare = write_text(sketch, &plan, NULL, NULL);
	seen->sketch = sketch;
	seen->plan = &plan;
	if (run_text(bare, seen, &set, &result, message, message_size) == 0) {
		text = write_seen(sketch, &plan, seen, &result, message, message_size);
		run_result_free(&result);
		scenario_free(&set);
	}
	for (uint32_t i = 0; i < plan.count; i++) {
		free(seen->steps[i].expect);
		free(seen->steps[i].callbacks);
	}
	free(seen);
	free(bare);
	return text;
}
