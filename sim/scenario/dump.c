/* A scenario as one line of JSON, for programs that are not written in C. */
#include <string.h>

#include "sim/scenario/dump.h"
#include "sim/scenario/json.h"
#include "sim/scenario/vocabulary.h"

struct dump {
	struct json json;
	const struct scenario *scenario;
};

static uint32_t id_of(const struct dump *dump, uint32_t node)
{
	return dump->scenario->nodes[node].nodeid;
}

/* A key in a mapping by node. */
static const char *id_key(const struct dump *dump, uint32_t node, char key[16])
{
	(void)snprintf(key, 16, "%u", id_of(dump, node));
	return key;
}

static void dump_nodes(struct dump *dump, const char *key, const struct index_list *nodes)
{
	json_open(&dump->json, key, '[');
	for (uint32_t i = 0; i < nodes->count; i++)
		json_number(&dump->json, NULL, id_of(dump, nodes->index[i]));
	json_close(&dump->json, ']');
}

static void dump_client(struct dump *dump, uint32_t client)
{
	json_number(&dump->json, "node", id_of(dump, dump->scenario->clients[client].node));
	json_text(&dump->json, "client", dump->scenario->clients[client].name);
}

static void dump_at(struct dump *dump, struct position at)
{
	json_number(&dump->json, "line", at.line);
	json_number(&dump->json, "column", at.column);
}

static void dump_ring(struct dump *dump, const struct vq_ring_id *ring)
{
	json_open(&dump->json, "ring", '[');
	json_number(&dump->json, NULL, ring->nodeid);
	json_number(&dump->json, NULL, ring->seq);
	json_close(&dump->json, ']');
}

/* ---- configuration ------------------------------------------------------------------- */

static void dump_given(struct dump *dump, const struct vq_config *config, enum vq_key key, const char *name,
		       uint32_t value)
{
	if (config->given & (uint32_t)key)
		json_number(&dump->json, name, value);
}

static void dump_device(struct dump *dump, const struct vq_config *config)
{
	const uint32_t keys =
		VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES | VQ_KEY_DEVICE_TIMEOUT | VQ_KEY_DEVICE_SYNC_TIMEOUT;

	if ((config->given & keys) == 0)
		return;
	json_open(&dump->json, "device", '{');
	if (config->given & VQ_KEY_DEVICE_MODEL)
		json_text(&dump->json, "model", config->device_model);
	dump_given(dump, config, VQ_KEY_DEVICE_VOTES, "votes", config->device_votes);
	dump_given(dump, config, VQ_KEY_DEVICE_TIMEOUT, "timeout", config->device_timeout_ms);
	dump_given(dump, config, VQ_KEY_DEVICE_SYNC_TIMEOUT, "sync_timeout", config->device_sync_timeout_ms);
	json_close(&dump->json, '}');
}

static void dump_quorum(struct dump *dump, const struct vq_config *config)
{
	json_open(&dump->json, "quorum", '{');
	dump_given(dump, config, VQ_KEY_EXPECTED_VOTES, "expected_votes", config->expected_votes);
	dump_given(dump, config, VQ_KEY_TWO_NODE, "two_node", config->two_node);
	dump_given(dump, config, VQ_KEY_WAIT_FOR_ALL, "wait_for_all", config->wait_for_all);
	dump_given(dump, config, VQ_KEY_AUTO_TIE_BREAKER, "auto_tie_breaker", config->auto_tie_breaker);
	if (config->given & VQ_KEY_AUTO_TIE_BREAKER_NODE)
		json_text(&dump->json, "auto_tie_breaker_node", config->auto_tie_breaker_node);
	dump_given(dump, config, VQ_KEY_LAST_MAN_STANDING, "last_man_standing", config->last_man_standing);
	dump_given(dump, config, VQ_KEY_LAST_MAN_STANDING_WINDOW, "last_man_standing_window",
		   config->last_man_standing_window_ms);
	dump_given(dump, config, VQ_KEY_ALLOW_DOWNSCALE, "allow_downscale", config->allow_downscale);
	dump_given(dump, config, VQ_KEY_EXPECTED_VOTES_TRACKING, "expected_votes_tracking",
		   config->expected_votes_tracking);
	dump_given(dump, config, VQ_KEY_VOTES, "votes", config->votes);
	dump_device(dump, config);
	json_close(&dump->json, '}');
}

static void dump_config(struct dump *dump, const char *key, const struct vq_config *config)
{
	if (config == NULL) {
		json_text(&dump->json, key, NULL);
		return;
	}
	json_open(&dump->json, key, '{');
	dump_quorum(dump, config);
	json_open(&dump->json, "nodelist", '[');
	for (uint32_t i = 0; i < config->node_count; i++) {
		json_open(&dump->json, NULL, '{');
		json_number(&dump->json, "nodeid", config->nodes[i].nodeid);
		json_number(&dump->json, "quorum_votes", config->nodes[i].votes);
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
	json_close(&dump->json, '}');
}

static void dump_cluster(struct dump *dump)
{
	const struct scenario *scenario = dump->scenario;

	json_open(&dump->json, "cluster", '{');
	json_number(&dump->json, "capacity", scenario->capacity);
	json_open(&dump->json, "nodes", '[');
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		json_open(&dump->json, NULL, '{');
		json_number(&dump->json, "nodeid", scenario->nodes[i].nodeid);
		json_bool(&dump->json, "later", scenario->nodes[i].later.line != 0);
		if (scenario->nodes[i].stored_expected_votes)
			json_number(&dump->json, "stored_expected_votes", scenario->nodes[i].stored_expected_votes);
		dump_config(dump, "config", scenario->nodes[i].config);
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
	json_open(&dump->json, "quirks_off", '[');
	for (int i = 0; i < VQ_QUIRK_COUNT; i++)
		if (scenario->quirks_off >> i & 1u)
			json_text(&dump->json, NULL, vq_quirk_name((enum vq_quirk)i));
	json_close(&dump->json, ']');
	json_close(&dump->json, '}');
}

static void dump_clients(struct dump *dump)
{
	json_open(&dump->json, "clients", '[');
	for (uint32_t i = 0; i < dump->scenario->client_count; i++) {
		const struct scenario_client *client = &dump->scenario->clients[i];

		json_open(&dump->json, NULL, '{');
		dump_client(dump, i);
		json_text(&dump->json, "dispatch", client->manual ? "manual" : "auto");
		json_open(&dump->json, "callbacks", '[');
		for (uint32_t k = 0; k < names_callbacks.count; k++)
			if (client->callbacks >> names_callbacks.list[k].value & 1u)
				json_text(&dump->json, NULL, names_callbacks.list[k].name);
		json_close(&dump->json, ']');
		json_number(&dump->json, "slow_ns", client->slow_ns);
		json_text(&dump->json, "in_callback",
			  client->in_callback == VERB_NONE ? "none" : verb_name(client->in_callback));
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
}

static void dump_choices(struct dump *dump)
{
	json_open(&dump->json, "choices", '[');
	for (uint32_t i = 0; i < dump->scenario->choice_count; i++) {
		const struct choice_made *made = &dump->scenario->choices[i];

		json_open(&dump->json, NULL, '{');
		json_text(&dump->json, "what", words_choices.words[made->kind].name);
		if (made->number == CHOICE_ALL)
			json_text(&dump->json, "number", "all");
		else
			json_number(&dump->json, "number", made->number);
		json_number(&dump->json, "picked", made->picked);
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
}

/* ---- what steps do ------------------------------------------------------------------- */

static void dump_poll_ring(struct dump *dump, const struct step *step)
{
	if (step->ring_given)
		dump_ring(dump, &step->request.ring);
	else
		json_text(&dump->json, "ring", step->ring_stale ? "stale" : "current");
}

/* What a call takes, by its vocabulary: options of the client stand with the clients. */
static void dump_call(struct dump *dump, const struct step *step)
{
	const struct vocabulary *words = words_call(step->verb);
	const struct vq_request *request = &step->request;

	dump_client(dump, step->client);
	for (uint32_t i = 0; i < words->count; i++) {
		const char *name = words->words[i].name;

		if (strcmp(name, "of") == 0)
			json_number(&dump->json, name, request->nodeid);
		else if (strcmp(name, "votes") == 0)
			json_number(&dump->json, name, request->votes);
		else if (strcmp(name, "context") == 0)
			json_number(&dump->json, name,
				    step->verb == VERB_CONTEXT_SET ? step->context : request->context);
		else if (strcmp(name, "flags") == 0)
			json_number(&dump->json, name, request->flags);
		else if (strcmp(name, "name") == 0)
			json_text(&dump->json, name, request->name);
		else if (strcmp(name, "new_name") == 0)
			json_text(&dump->json, name, request->new_name);
		else if (strcmp(name, "cast_vote") == 0)
			json_number(&dump->json, name, request->cast_vote);
		else if (strcmp(name, "allow") == 0)
			json_number(&dump->json, name, request->allow);
		else if (strcmp(name, "ring") == 0)
			dump_poll_ring(dump, step);
		else if (strcmp(name, "type") == 0)
			json_number(&dump->json, name, step->dispatch_type);
	}
}

static void dump_link(struct dump *dump, const struct step *step)
{
	json_number(&dump->json, "from", id_of(dump, step->link_from));
	json_number(&dump->json, "to", id_of(dump, step->link_to));
	if (step->link_has_loss)
		json_number(&dump->json, "loss_ppm", step->link_loss_ppm);
	if (step->link_has_latency)
		json_number(&dump->json, "latency_ns", step->link_latency_ns);
	if (step->link_has_up)
		json_bool(&dump->json, "up", step->link_up);
}

static void dump_reload(struct dump *dump, const struct step *step)
{
	char key[16];

	dump_nodes(dump, "on", &step->nodes);
	json_open(&dump->json, "configs", '{');
	for (uint32_t i = 0; i < dump->scenario->node_count; i++)
		dump_config(dump, id_key(dump, i, key), step->configs[i]);
	json_close(&dump->json, '}');
}

static void dump_groups(struct dump *dump, const struct step *step)
{
	json_open(&dump->json, "groups", '[');
	for (uint32_t i = 0; i < step->group_count; i++)
		dump_nodes(dump, NULL, &step->groups[i]);
	json_close(&dump->json, ']');
}

static void dump_fault(struct dump *dump, const struct step *step)
{
	dump_client(dump, step->client);
	json_text(&dump->json, "call", step->fault_call == VERB_NONE ? "any" : verb_name(step->fault_call));
	json_text(&dump->json, "error", vq_error_name(step->fault_error));
}

static void dump_injected(struct dump *dump, const struct step *step)
{
	const struct injected *injected = step->injected;
	const struct vq_message *message = &injected->message;

	json_number(&dump->json, "node", dump->scenario->nodes[step->nodes.index[0]].nodeid);
	json_number(&dump->json, "kind", message->kind);
	json_number(&dump->json, "about", message->about);
	json_number(&dump->json, "votes", message->votes);
	json_number(&dump->json, "expected_votes", message->expected_votes);
	json_number(&dump->json, "flags", message->flags);
	json_number(&dump->json, "cut", injected->cut);
	if (message->name != NULL)
		json_text(&dump->json, "name", message->name);
	if (message->new_name != NULL)
		json_text(&dump->json, "new_name", message->new_name);
	if (injected->more != NULL)
		json_text(&dump->json, "more", injected->more);
}

static void dump_verb(struct dump *dump, const struct step *step)
{
	switch (step->verb) {
	case VERB_NONE:
	case VERB_HEAL:
		break;
	case VERB_PARTITION:
		dump_groups(dump, step);
		break;
	case VERB_LINK:
		dump_link(dump, step);
		break;
	case VERB_RELOAD:
		dump_reload(dump, step);
		break;
	case VERB_WAIT:
		json_number(&dump->json, "duration_ns", step->wait_ns);
		break;
	case VERB_FAULT:
		dump_fault(dump, step);
		break;
	case VERB_KILL:
		dump_client(dump, step->client);
		break;
	case VERB_INJECT:
		dump_injected(dump, step);
		break;
	case VERB_START:
		dump_nodes(dump, "nodes", &step->nodes);
		json_bool(&dump->json, "together", step->together);
		break;
	case VERB_STOP:
	case VERB_CRASH:
		dump_nodes(dump, "nodes", &step->nodes);
		json_bool(&dump->json, "wipe", step->wipe);
		break;
	case VERB_PAUSE:
	case VERB_RESUME:
	case VERB_CANCEL_WAIT_FOR_ALL:
		dump_nodes(dump, "nodes", &step->nodes);
		break;
	default:
		dump_call(dump, step);
	}
}

/* ---- what steps expect ---------------------------------------------------------------- */

static void dump_quorate(struct dump *dump, const struct expectation *expect)
{
	char key[16];

	if (expect->quorate_count == 0)
		return;
	json_open(&dump->json, "quorate", '{');
	for (uint32_t i = 0; i < expect->quorate_count; i++)
		json_bool(&dump->json, id_key(dump, expect->quorate[i].node, key), expect->quorate[i].quorate);
	json_close(&dump->json, '}');
}

static void dump_members(struct dump *dump, const struct expectation *expect)
{
	char key[16];

	if (expect->members_count == 0)
		return;
	json_open(&dump->json, "members", '{');
	for (uint32_t i = 0; i < expect->members_count; i++) {
		const struct node_truth *truth = &expect->members[i];

		json_open(&dump->json, id_key(dump, truth->node, key), '[');
		for (uint32_t j = 0; j < truth->count; j++)
			json_number(&dump->json, NULL, truth->members[j]);
		json_close(&dump->json, ']');
	}
	json_close(&dump->json, '}');
}

static void dump_info_fields(struct dump *dump, const struct info_pattern *pattern)
{
	const struct vq_info *info = &pattern->info;

	for (uint32_t i = 0; i < INFO_FIELD_COUNT; i++) {
		const char *name = info_field_name((enum info_field)i);

		if ((pattern->given >> i & 1u) == 0)
			continue;
		if (i == INFO_QDEVICE_NAME)
			json_text(&dump->json, name, info->qdevice_name);
		else
			json_number(&dump->json, name, info_field_number(info, (enum info_field)i));
	}
}

static void dump_info(struct dump *dump, const struct expectation *expect)
{
	if (expect->info_count == 0)
		return;
	json_open(&dump->json, "info", '[');
	for (uint32_t i = 0; i < expect->info_count; i++) {
		json_open(&dump->json, NULL, '{');
		json_number(&dump->json, "node", id_of(dump, expect->info[i].node));
		json_number(&dump->json, "of", expect->info[i].of);
		dump_info_fields(dump, &expect->info[i]);
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
}

static void dump_entries(struct dump *dump, const struct callback_pattern *pattern)
{
	const char *key = pattern->given & PATTERN_MEMBERS ? "members"
			  : pattern->given & PATTERN_NODES ? "nodes"
							   : "nodes_ordered";

	if ((pattern->given & (PATTERN_MEMBERS | PATTERN_NODES | PATTERN_NODES_ORDERED)) == 0)
		return;
	json_open(&dump->json, key, '[');
	for (uint32_t i = 0; i < pattern->count; i++) {
		if (pattern->given & PATTERN_MEMBERS) {
			json_number(&dump->json, NULL, pattern->entries[i].nodeid);
			continue;
		}
		json_open(&dump->json, NULL, '[');
		json_number(&dump->json, NULL, pattern->entries[i].nodeid);
		json_number(&dump->json, NULL, pattern->entries[i].state);
		json_close(&dump->json, ']');
	}
	json_close(&dump->json, ']');
}

static void dump_pattern(struct dump *dump, const struct callback_pattern *pattern)
{
	json_open(&dump->json, NULL, '{');
	for (uint32_t i = 0; i < names_callbacks.count; i++)
		if (names_callbacks.list[i].value == pattern->kind)
			json_text(&dump->json, "callback", names_callbacks.list[i].name);
	dump_at(dump, pattern->at);
	if (pattern->given & PATTERN_CONTEXT)
		json_number(&dump->json, "context", pattern->context);
	if (pattern->given & PATTERN_RING_NODEID)
		json_number(&dump->json, "ring_nodeid", pattern->ring.nodeid);
	if (pattern->given & PATTERN_RING_SEQ)
		json_number(&dump->json, "ring_seq", pattern->ring.seq);
	if (pattern->given & PATTERN_QUORATE)
		json_number(&dump->json, "quorate", pattern->quorate);
	if (pattern->given & PATTERN_EXPECTED_VOTES)
		json_number(&dump->json, "expected_votes", pattern->expected_votes);
	dump_entries(dump, pattern);
	json_close(&dump->json, '}');
}

static void dump_callbacks(struct dump *dump, const struct expectation *expect)
{
	if (expect->callbacks_count == 0)
		return;
	json_open(&dump->json, "callbacks", '[');
	for (uint32_t i = 0; i < expect->callbacks_count; i++) {
		const struct callbacks_expected *callbacks = &expect->callbacks[i];

		json_open(&dump->json, NULL, '{');
		dump_client(dump, callbacks->client);
		json_bool(&dump->json, "include", callbacks->subsequence);
		json_open(&dump->json, "patterns", '[');
		for (uint32_t j = 0; j < callbacks->count; j++)
			dump_pattern(dump, &callbacks->patterns[j]);
		json_close(&dump->json, ']');
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
}

static void dump_reply(struct dump *dump, const struct reply_pattern *reply)
{
	if (reply->at.line == 0)
		return;
	json_open(&dump->json, "reply", '{');
	if (reply->error != 0)
		json_text(&dump->json, "error", vq_error_name(reply->error));
	if (reply->has_context)
		json_number(&dump->json, "context", reply->context);
	if (reply->has_dispatched)
		json_number(&dump->json, "dispatched", reply->dispatched);
	dump_info_fields(dump, &reply->info);
	json_close(&dump->json, '}');
}

static void dump_refused(struct dump *dump, const struct expectation *expect)
{
	char key[16];

	if (expect->refused_count == 0)
		return;
	json_open(&dump->json, "refused", '{');
	for (uint32_t i = 0; i < expect->refused_count; i++)
		json_text(&dump->json, id_key(dump, expect->refused[i].node, key), expect->refused[i].message);
	json_close(&dump->json, '}');
}

static void dump_logs(struct dump *dump, const struct expectation *expect)
{
	char key[16];

	if (expect->log_count == 0)
		return;
	json_open(&dump->json, "log", '{');
	for (uint32_t i = 0; i < expect->log_count; i++) {
		json_open(&dump->json, id_key(dump, expect->logs[i].node, key), '[');
		for (uint32_t line = 0; line < expect->logs[i].count; line++)
			json_text(&dump->json, NULL, expect->logs[i].lines[line]);
		json_close(&dump->json, ']');
	}
	json_close(&dump->json, '}');
}

static void dump_expect(struct dump *dump, const struct expectation *expect)
{
	if (expect->at.line == 0)
		return;
	json_open(&dump->json, "expect", '{');
	dump_at(dump, expect->at);
	dump_quorate(dump, expect);
	dump_members(dump, expect);
	dump_info(dump, expect);
	dump_callbacks(dump, expect);
	dump_reply(dump, &expect->reply);
	dump_refused(dump, expect);
	dump_logs(dump, expect);
	if (expect->has_split_brain)
		json_bool(&dump->json, "split_brain", expect->split_brain);
	json_close(&dump->json, '}');
}

/* ---- the whole ------------------------------------------------------------------------- */

static void dump_steps(struct dump *dump)
{
	json_open(&dump->json, "steps", '[');
	for (uint32_t i = 0; i < dump->scenario->step_count; i++) {
		const struct step *step = &dump->scenario->steps[i];

		json_open(&dump->json, NULL, '{');
		json_text(&dump->json, "verb", verb_name(step->verb));
		dump_at(dump, step->at);
		if (step->name != NULL)
			json_text(&dump->json, "step_name", step->name);
		json_bool(&dump->json, "settle", step->settle);
		if (step->has_at)
			json_number(&dump->json, "at_ns", step->at_ns);
		if (step->has_after)
			json_number(&dump->json, "after_ns", step->after_ns);
		dump_verb(dump, step);
		dump_expect(dump, &step->expect);
		json_close(&dump->json, '}');
	}
	json_close(&dump->json, ']');
}

static void dump_surroundings(struct dump *dump)
{
	const struct scenario *scenario = dump->scenario;

	json_open(&dump->json, "totem", '{');
	json_number(&dump->json, "token_ms", scenario->totem.token_ms);
	json_number(&dump->json, "token_coefficient_ms", scenario->totem.token_coefficient_ms);
	json_number(&dump->json, "consensus_ms", scenario->totem.consensus_ms);
	json_number(&dump->json, "join_ms", scenario->totem.join_ms);
	json_number(&dump->json, "merge_ms", scenario->totem.merge_ms);
	json_close(&dump->json, '}');
	json_open(&dump->json, "network", '{');
	json_number(&dump->json, "latency_ns", scenario->network.latency_ns);
	json_number(&dump->json, "jitter_ns", scenario->network.jitter_ns);
	json_number(&dump->json, "loss_ppm", scenario->network.loss_ppm);
	json_close(&dump->json, '}');
}

int scenario_dump_json(const struct scenario *scenario, FILE *to)
{
	struct dump dump = {{to, false}, scenario};

	json_open(&dump.json, NULL, '{');
	json_text(&dump.json, "scenario", scenario->name);
	json_text(&dump.json, "variant", scenario->variant);
	json_text(&dump.json, "path", scenario->path);
	dump_at(&dump, scenario->at);
	json_text(&dump.json, "description", scenario->description);
	json_open(&dump.json, "tags", '[');
	for (uint32_t i = 0; i < scenario->tag_count; i++)
		json_text(&dump.json, NULL, scenario->tags[i]);
	json_close(&dump.json, ']');
	json_open(&dump.json, "findings", '[');
	for (uint32_t i = 0; i < scenario->finding_count; i++)
		json_text(&dump.json, NULL, scenario->findings[i].rule);
	json_close(&dump.json, ']');
	if (scenario->has_seed)
		json_number(&dump.json, "seed", scenario->seed);
	if (scenario->has_choices)
		dump_choices(&dump);
	dump_cluster(&dump);
	dump_surroundings(&dump);
	dump_clients(&dump);
	dump_steps(&dump);
	json_close(&dump.json, '}');
	fputc('\n', to);
	return ferror(to) ? -1 : 0;
}
