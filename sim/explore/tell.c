/*
 * Stories and scenarios out of events.
 */
#include "sim/explore/tell.h"

#include "sim/world/choice.h"
#include "sim/scenario/vocabulary.h"

#define EACH_ID_MAX 6u /* of more nodes ranges are told */

static void put_group(const struct scenario *scenario, const struct index_list *group, const char *between,
		      FILE *file)
{
	for (uint32_t i = 0; i < group->count; i++)
		fprintf(file, "%s%u", i ? between : "", scenario->nodes[group->index[i]].nodeid);
}

void tell_ids(const struct scenario *scenario, const struct index_list *nodes, FILE *file)
{
	for (uint32_t i = 0; i < nodes->count;) {
		uint32_t last = i;

		while (nodes->count > EACH_ID_MAX && last + 1 < nodes->count &&
		       nodes->index[last + 1] == nodes->index[last] + 1 &&
		       scenario->nodes[nodes->index[last + 1]].nodeid ==
			       scenario->nodes[nodes->index[last]].nodeid + 1)
			last++;
		last = last < i + 2 ? i : last;
		fprintf(file, "%s%u", i ? " " : "", scenario->nodes[nodes->index[i]].nodeid);
		if (last > i)
			fprintf(file, "-%u", scenario->nodes[nodes->index[last]].nodeid);
		i = last + 1;
	}
}

static void tell_partition(const struct scenario *scenario, const struct step *step, FILE *file)
{
	fputs("the network splits: ", file);
	for (uint32_t i = 0; i < step->group_count; i++) {
		fputs(i ? " | " : "", file);
		tell_ids(scenario, &step->groups[i], file);
	}
}

/* "node 3 crashes", "nodes 1 2 crash at once" */
static void tell_nodes(const struct scenario *scenario, const struct step *step, const char *one, const char *several,
		       FILE *file)
{
	fputs(step->nodes.count == 1 ? "node " : "nodes ", file);
	tell_ids(scenario, &step->nodes, file);
	fprintf(file, " %s", step->nodes.count == 1 ? one : several);
}

static void tell_call(const struct scenario *scenario, const struct step *step, FILE *file)
{
	uint32_t nodeid = scenario->nodes[step->client].nodeid;
	const struct vq_request *request = &step->request;

	switch (step->verb) {
	case VERB_QDEVICE_REGISTER:
		fprintf(file, "the quorum device registers at node %u", nodeid);
		break;
	case VERB_QDEVICE_POLL:
		fprintf(file, "the quorum device votes %s at node %u", request->cast_vote ? "yes" : "no", nodeid);
		break;
	case VERB_SETEXPECTED:
		fprintf(file, "an administrator sets expected votes to %u at node %u", request->votes, nodeid);
		break;
	case VERB_SETVOTES:
		fprintf(file, "an administrator sets the votes of node %u to %u", request->nodeid, request->votes);
		break;
	default:
		fprintf(file, "%s at node %u", verb_name(step->verb), nodeid);
	}
}

void tell_event(const struct scenario *scenario, const struct step *step, FILE *file)
{
	if (verb_is_call(step->verb)) {
		tell_call(scenario, step, file);
		return;
	}
	switch (step->verb) {
	case VERB_CRASH:
		tell_nodes(scenario, step, "crashes", "crash at once", file);
		break;
	case VERB_STOP:
		tell_nodes(scenario, step, "is stopped cleanly", "are stopped cleanly at once", file);
		break;
	case VERB_START:
		tell_nodes(scenario, step, "starts", step->together ? "start at once" : "start one after the other",
			   file);
		break;
	case VERB_PARTITION:
		tell_partition(scenario, step, file);
		break;
	case VERB_HEAL:
		fputs("the network heals", file);
		break;
	case VERB_CANCEL_WAIT_FOR_ALL:
		fputs("an administrator cancels wait_for_all at node ", file);
		put_group(scenario, &step->nodes, " ", file);
		break;
	default:
		fputs("a minute passes", file);
	}
}

/* ---- as a scenario ---- */

static void put_key(FILE *file, uint32_t *count, const char *key, uint32_t value)
{
	fprintf(file, "%s%s: %u", (*count)++ ? ", " : "", key, value);
}

static void put_device(const struct vq_config *config, uint32_t *count, FILE *file)
{
	uint32_t inner = 1;

	if (!config->device_model || !config->device_model[0])
		return;
	fprintf(file, "%sdevice: {model: \"%s\"", (*count)++ ? ", " : "", config->device_model);
	if (config->given & VQ_KEY_DEVICE_VOTES)
		put_key(file, &inner, "votes", config->device_votes);
	if (config->given & VQ_KEY_DEVICE_TIMEOUT)
		put_key(file, &inner, "timeout", config->device_timeout_ms);
	if (config->given & VQ_KEY_DEVICE_SYNC_TIMEOUT)
		put_key(file, &inner, "sync_timeout", config->device_sync_timeout_ms);
	fputs("}", file);
}

static void put_quorum(const struct vq_config *config, FILE *file)
{
	const struct {
		uint32_t key;
		const char *name;
		uint32_t value;
	} keys[] = {
		{VQ_KEY_EXPECTED_VOTES, "expected_votes", config->expected_votes},
		{VQ_KEY_TWO_NODE, "two_node", config->two_node},
		{VQ_KEY_WAIT_FOR_ALL, "wait_for_all", config->wait_for_all},
		{VQ_KEY_AUTO_TIE_BREAKER, "auto_tie_breaker", config->auto_tie_breaker},
		{VQ_KEY_LAST_MAN_STANDING, "last_man_standing", config->last_man_standing},
		{VQ_KEY_LAST_MAN_STANDING_WINDOW, "last_man_standing_window", config->last_man_standing_window_ms},
		{VQ_KEY_ALLOW_DOWNSCALE, "allow_downscale", config->allow_downscale},
		{VQ_KEY_EXPECTED_VOTES_TRACKING, "expected_votes_tracking", config->expected_votes_tracking},
	};
	uint32_t count = 0;

	fputs("  quorum: {", file);
	for (uint32_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (config->given & keys[i].key)
			put_key(file, &count, keys[i].name, keys[i].value);
	if (config->given & VQ_KEY_AUTO_TIE_BREAKER_NODE && config->auto_tie_breaker_node)
		fprintf(file, "%sauto_tie_breaker_node: \"%s\"", count++ ? ", " : "", config->auto_tie_breaker_node);
	put_device(config, &count, file);
	fputs("}\n", file);
}

static void put_nodes(const struct scenario *scenario, FILE *file)
{
	const struct vq_config *config = scenario->nodes[0].config;

	fputs("  nodes:\n", file);
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		uint32_t votes = 1;

		for (uint32_t k = 0; k < config->node_count; k++)
			if (config->nodes[k].nodeid == scenario->nodes[i].nodeid)
				votes = config->nodes[k].votes;
		fprintf(file, "    - {nodeid: %u, quorum_votes: %u}\n", scenario->nodes[i].nodeid, votes);
	}
	if (!config->node_count)
		fputs("  nodelist: false\n", file);
}

static void put_event(const struct scenario *scenario, const struct step *step, FILE *file)
{
	switch (step->verb) {
	case VERB_PARTITION:
		fputs("partition: [", file);
		for (uint32_t i = 0; i < step->group_count; i++) {
			fputs(i ? ", [" : "[", file);
			put_group(scenario, &step->groups[i], ", ", file);
			fputs("]", file);
		}
		fputs("]", file);
		break;
	case VERB_HEAL:
		fputs("heal: all", file);
		break;
	case VERB_WAIT:
		fprintf(file, "wait: %llums", (unsigned long long)(step->wait_ns / SCENARIO_MS));
		break;
	default:
		fprintf(file, "%s: %s%s", verb_name(step->verb), step->together ? "{nodes: " : "",
			step->nodes.count > 1 ? "[" : "");
		put_group(scenario, &step->nodes, ", ", file);
		fprintf(file, "%s%s", step->nodes.count > 1 ? "]" : "", step->together ? ", together: true}" : "");
	}
}

static void put_call(const struct scenario *scenario, const struct step *step, FILE *file)
{
	const struct vq_request *request = &step->request;

	fprintf(file, "%s: {node: %u, client: %s", verb_name(step->verb), scenario->nodes[step->client].nodeid,
		EXPLORE_CLIENT);
	if (*request->name)
		fprintf(file, ", name: %s", request->name);
	if (step->verb == VERB_QDEVICE_POLL)
		fprintf(file, ", cast_vote: %u", request->cast_vote);
	if (step->verb == VERB_SETVOTES)
		fprintf(file, ", of: %u", request->nodeid);
	if (step->verb == VERB_SETVOTES || step->verb == VERB_SETEXPECTED)
		fprintf(file, ", votes: %u", request->votes);
	fputs("}", file);
}

static void put_step(const struct scenario *scenario, const struct step *step, FILE *file)
{
	fputs("  - ", file);
	if (verb_is_call(step->verb))
		put_call(scenario, step, file);
	else
		put_event(scenario, step, file);
	fputs("   # ", file);
	tell_event(scenario, step, file);
	fputs("\n", file);
}

void tell_choices(const struct explore_finding *finding, FILE *file)
{
	bool token = false;

	fputs("choices: {", file);
	for (uint32_t i = 0; i < finding->choice_count; i++) {
		const struct choice_made *made = &finding->choices[i];

		if (i == 0 || made[-1].kind != made->kind)
			fprintf(file, "%s%s: {", i ? "}, " : "", words_choices.words[made->kind].name);
		else
			fputs(", ", file);
		if (made->kind == CHOOSE_TOKEN && !token) {
			fputs("all: 1, ", file);
			token = true;
		}
		fprintf(file, "%u: %u", made->number, made->picked);
	}
	if (!token)
		fprintf(file, "%stoken: {all: 1", finding->choice_count ? "}, " : "");
	fputs("}}", file);
}

static void put_comment(const char *label, const char *text, FILE *file)
{
	fprintf(file, "# %s", label);
	for (; *text; text++) {
		fputc(*text, file);
		if (*text == '\n' && text[1])
			fputs("#   ", file);
	}
	fputs("\n", file);
}

void tell_scenario(const struct scenario *scenario, const struct explore_finding *finding, uint32_t number,
		   FILE *file)
{
	const struct rule *rule = &check_rules[finding->verdict.rule];
	const struct totem *totem = &scenario->totem;

	put_comment("expected: ", finding->verdict.expected, file);
	put_comment("came:     ", finding->verdict.came, file);
	fprintf(file, "# rule %s: %s\n", rule->id, rule->says);
	fprintf(file, "scenario: found-%u-%s", number, rule->id);
	if (finding->verdict.hazard)
		fprintf(file, "-hazard-H%u", finding->verdict.hazard);
	fprintf(file, "\ndescription: Found by votesim explore, %u events from a settled cluster.\n",
		finding->step_count);
	tell_choices(finding, file);
	fputs("   # messages go round each ring, as those of real daemons do\n", file);
	fputs("cluster:\n", file);
	put_nodes(scenario, file);
	put_quorum(scenario->nodes[0].config, file);
	fprintf(file, "totem: {token: %ums, token_coefficient: %ums}\n", totem->token_ms,
		totem->token_coefficient_ms);
	fputs("steps:\n  - start: {nodes: all, together: true}\n", file);
	for (uint32_t i = 0; i < finding->step_count; i++)
		put_step(scenario, &finding->steps[i], file);
}
