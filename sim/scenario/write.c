/*
 * A scenario as YAML. The corosync.conf of each node is said as the reader takes it:
 * what all have alike for the cluster, the rest beside the node.
 */
#include "sim/scenario/write.h"

#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/vocabulary.h"
#include "sim/scenario/inject.h"
#include "sim/scenario/write_expect.h"
#include "sim/scenario/yaml.h"

struct writing {
	struct yaml yaml;
	const struct scenario *scenario;
	const char *problem; /* what the language cannot say */
	bool key_a_line;
};

static uint32_t id_of(const struct writing *writing, uint32_t node)
{
	return writing->scenario->nodes[node].nodeid;
}

/* ---- corosync.conf ------------------------------------------------------------------- */

struct number_key {
	uint32_t key;
	const char *name;
	uint32_t value;
	bool millis;
};

#define NUMBER_KEYS 9u
#define DEVICE_NUMBERS 3u

static void number_keys(const struct vq_config *config, struct number_key keys[NUMBER_KEYS])
{
	const struct number_key all[NUMBER_KEYS] = {
		{VQ_KEY_EXPECTED_VOTES, "expected_votes", config->expected_votes, false},
		{VQ_KEY_TWO_NODE, "two_node", config->two_node, false},
		{VQ_KEY_WAIT_FOR_ALL, "wait_for_all", config->wait_for_all, false},
		{VQ_KEY_AUTO_TIE_BREAKER, "auto_tie_breaker", config->auto_tie_breaker, false},
		{VQ_KEY_LAST_MAN_STANDING, "last_man_standing", config->last_man_standing, false},
		{VQ_KEY_LAST_MAN_STANDING_WINDOW, "last_man_standing_window", config->last_man_standing_window_ms,
		 true},
		{VQ_KEY_ALLOW_DOWNSCALE, "allow_downscale", config->allow_downscale, false},
		{VQ_KEY_EXPECTED_VOTES_TRACKING, "expected_votes_tracking", config->expected_votes_tracking, false},
		{VQ_KEY_VOTES, "votes", config->votes, false},
	};

	memcpy(keys, all, sizeof all);
}

static void device_numbers(const struct vq_config *config, struct number_key keys[DEVICE_NUMBERS])
{
	const struct number_key all[DEVICE_NUMBERS] = {
		{VQ_KEY_DEVICE_VOTES, "votes", config->device_votes, false},
		{VQ_KEY_DEVICE_TIMEOUT, "timeout", config->device_timeout_ms, true},
		{VQ_KEY_DEVICE_SYNC_TIMEOUT, "sync_timeout", config->device_sync_timeout_ms, true},
	};

	memcpy(keys, all, sizeof all);
}

static void write_numbers(struct writing *writing, const struct number_key *keys, uint32_t count, uint32_t wanted)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!(wanted & keys[i].key))
			continue;
		if (keys[i].millis)
			yaml_duration(&writing->yaml, keys[i].name, keys[i].value * SCENARIO_MS);
		else
			yaml_number(&writing->yaml, keys[i].name, keys[i].value);
	}
}

static const char *text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* The keys of `wanted`, each of which is given. */
static void write_quorum(struct writing *writing, const struct vq_config *config, uint32_t wanted)
{
	const uint32_t device_keys =
		VQ_KEY_DEVICE_MODEL | VQ_KEY_DEVICE_VOTES | VQ_KEY_DEVICE_TIMEOUT | VQ_KEY_DEVICE_SYNC_TIMEOUT;
	struct number_key keys[NUMBER_KEYS];

	number_keys(config, keys);
	yaml_open(&writing->yaml, "quorum", '{');
	write_numbers(writing, keys, NUMBER_KEYS, wanted);
	if (wanted & VQ_KEY_AUTO_TIE_BREAKER_NODE)
		yaml_text(&writing->yaml, "auto_tie_breaker_node", text_or_empty(config->auto_tie_breaker_node));
	if (wanted & device_keys) {
		device_numbers(config, keys);
		yaml_open(&writing->yaml, "device", '{');
		if (wanted & VQ_KEY_DEVICE_MODEL)
			yaml_text(&writing->yaml, "model", text_or_empty(config->device_model));
		write_numbers(writing, keys, DEVICE_NUMBERS, wanted);
		yaml_close(&writing->yaml, '}');
	}
	yaml_close(&writing->yaml, '}');
}

/* Keys that both have with the same value. */
static uint32_t alike(const struct vq_config *a, const struct vq_config *b)
{
	struct number_key x[NUMBER_KEYS], y[NUMBER_KEYS];
	uint32_t given = a->given & b->given;

	number_keys(a, x);
	number_keys(b, y);
	for (uint32_t i = 0; i < NUMBER_KEYS; i++)
		if (x[i].value != y[i].value)
			given &= ~x[i].key;
	device_numbers(a, x);
	device_numbers(b, y);
	for (uint32_t i = 0; i < DEVICE_NUMBERS; i++)
		if (x[i].value != y[i].value)
			given &= ~x[i].key;
	if (strcmp(text_or_empty(a->auto_tie_breaker_node), text_or_empty(b->auto_tie_breaker_node)) != 0)
		given &= ~(uint32_t)VQ_KEY_AUTO_TIE_BREAKER_NODE;
	if (strcmp(text_or_empty(a->device_model), text_or_empty(b->device_model)) != 0)
		given &= ~(uint32_t)VQ_KEY_DEVICE_MODEL;
	return given;
}

static bool same_list(const struct vq_config *a, const struct vq_config *b)
{
	if (a->node_count != b->node_count)
		return false;
	for (uint32_t i = 0; i < a->node_count; i++)
		if (a->nodes[i].nodeid != b->nodes[i].nodeid || a->nodes[i].votes != b->nodes[i].votes)
			return false;
	return true;
}

/* ---- nodes, with what only they have -------------------------------------------------- */

static void write_node(struct writing *writing, uint32_t nodeid, uint32_t votes, const struct vq_config *config,
		       uint32_t own)
{
	if (votes == 1 && own == 0) {
		yaml_number(&writing->yaml, NULL, nodeid);
		return;
	}
	yaml_open(&writing->yaml, NULL, '{');
	yaml_number(&writing->yaml, "nodeid", nodeid);
	if (votes != 1)
		yaml_number(&writing->yaml, "quorum_votes", votes);
	if (own)
		write_quorum(writing, config, own);
	yaml_close(&writing->yaml, '}');
}

/* The files of a moment: all have the same nodelist, or none. */
struct files {
	const struct vq_config *const *config; /* by node; NULL: it has none */
	const struct vq_config *list;          /* one that has the nodelist; NULL: nobody has a file */
	uint32_t common;                       /* keys that all have alike */
};

static struct files files_of(struct writing *writing, const struct vq_config *const *config)
{
	struct files files = {config, NULL, 0};

	for (uint32_t i = 0; i < writing->scenario->node_count; i++) {
		if (config[i] == NULL)
			continue;
		if (files.list == NULL) {
			files.list = config[i];
			files.common = config[i]->given;
		}
		if (!same_list(files.list, config[i]))
			writing->problem = "the nodelists of its nodes differ";
		files.common &= alike(files.list, config[i]);
	}
	return files;
}

static uint32_t own_keys(const struct files *files, uint32_t node)
{
	return files->config[node] != NULL ? files->config[node]->given & ~files->common : 0;
}

static bool is_listed(const struct vq_config *list, uint32_t nodeid)
{
	for (uint32_t i = 0; i < list->node_count; i++)
		if (list->nodes[i].nodeid == nodeid)
			return true;
	return false;
}

/* The list of a file; without one, the nodes that are there. */
static void write_nodes(struct writing *writing, const struct files *files)
{
	const struct vq_config *list = files->list;

	yaml_open(&writing->yaml, "nodes", '[');
	for (uint32_t i = 0; i < list->node_count; i++) {
		int node = scenario_node_index(writing->scenario, list->nodes[i].nodeid);

		ALWAYS(node >= 0);
		write_node(writing, list->nodes[i].nodeid, list->nodes[i].votes, files->config[node],
			   own_keys(files, (uint32_t)node));
	}
	for (uint32_t i = 0; i < writing->scenario->node_count; i++) {
		bool listed = is_listed(list, id_of(writing, i));

		if (list->node_count == 0 && files->config[i] != NULL)
			write_node(writing, id_of(writing, i), 1, files->config[i], own_keys(files, i));
		else if (!listed && own_keys(files, i))
			writing->problem = "a node that is not in the nodelist has keys of its own";
	}
	yaml_close(&writing->yaml, ']');
}

/* ---- what stands before the steps ------------------------------------------------------ */

static void write_quirks(struct writing *writing)
{
	uint32_t off = writing->scenario->quirks_off;

	if (!off)
		return;
	fputs("  ", writing->yaml.to);
	writing->yaml.comma = false;
	yaml_open(&writing->yaml, "quirks", '{');
	for (uint32_t i = 0; i < VQ_QUIRK_COUNT; i++)
		if (off >> i & 1u)
			yaml_bool(&writing->yaml, vq_quirk_name((enum vq_quirk)i), false);
	yaml_close(&writing->yaml, '}');
	fputc('\n', writing->yaml.to);
}

static bool is_counted(const struct writing *writing, const struct files *files)
{
	const struct vq_config *list = files->list;

	for (uint32_t i = 0; i < writing->scenario->node_count; i++) {
		bool plain = files->config[i] != NULL && own_keys(files, i) == 0 && id_of(writing, i) == i + 1;

		if (!plain || (list->node_count && (i >= list->node_count || list->nodes[i].nodeid != i + 1 ||
						    list->nodes[i].votes != 1)))
			return false;
	}
	return true;
}

static void begin_line(struct writing *writing, const char *key)
{
	writing->yaml.comma = false;
	yaml_open(&writing->yaml, key, '{');
}

static void end_line(struct writing *writing)
{
	yaml_close(&writing->yaml, '}');
	fputc('\n', writing->yaml.to);
}

static void write_stored(struct writing *writing)
{
	const struct scenario *scenario = writing->scenario;
	bool any = false;
	char key[16];

	for (uint32_t i = 0; i < scenario->node_count; i++) {
		if (!scenario->nodes[i].stored_expected_votes)
			continue;
		if (!any) {
			fputs("  ", writing->yaml.to);
			begin_line(writing, "stored_expected_votes");
		}
		any = true;
		(void)snprintf(key, sizeof key, "%u", scenario->nodes[i].nodeid);
		yaml_number(&writing->yaml, key, scenario->nodes[i].stored_expected_votes);
	}
	if (any)
		end_line(writing);
}

static void write_cluster(struct writing *writing)
{
	const struct scenario *scenario = writing->scenario;
	const struct vq_config *config[4096];
	FILE *to = writing->yaml.to;
	struct files files;

	ALWAYS(scenario->node_count <= 4096);
	for (uint32_t i = 0; i < scenario->node_count; i++)
		config[i] = scenario->nodes[i].later.line ? NULL : scenario->nodes[i].config;
	files = files_of(writing, config);
	fputs("cluster:\n  ", to);
	writing->yaml.comma = false;
	if (is_counted(writing, &files))
		yaml_number(&writing->yaml, "nodes", scenario->node_count);
	else
		write_nodes(writing, &files);
	if (scenario->capacity != VQ_PROCESSORS_MAX && scenario->capacity != 0)
		fprintf(to, "\n  capacity: %u", scenario->capacity);
	if (files.list->node_count == 0)
		fputs("\n  nodelist: false", to);
	if (files.common) {
		fputs("\n  ", to);
		writing->yaml.comma = false;
		write_quorum(writing, files.list, files.common);
	}
	fputc('\n', to);
	write_stored(writing);
	write_quirks(writing);
}

static void write_totem(struct writing *writing)
{
	const struct totem *totem = &writing->scenario->totem;
	const struct {
		const char *name;
		uint32_t value, usual;
	} keys[] = {
		{"token", totem->token_ms, 3000},      {"token_coefficient", totem->token_coefficient_ms, 650},
		{"consensus", totem->consensus_ms, 0}, {"join", totem->join_ms, 50},
		{"merge", totem->merge_ms, 200},
	};
	bool any = false;

	for (uint32_t i = 0; i < 5; i++) {
		if (keys[i].value == keys[i].usual)
			continue;
		if (!any)
			begin_line(writing, "totem");
		any = true;
		yaml_duration(&writing->yaml, keys[i].name, keys[i].value * SCENARIO_MS);
	}
	if (any)
		end_line(writing);
}

static void write_network(struct writing *writing)
{
	const struct network *network = &writing->scenario->network;

	if (network->latency_ns == 100000 && !network->jitter_ns && !network->loss_ppm)
		return;
	begin_line(writing, "network");
	if (network->latency_ns != 100000)
		yaml_duration(&writing->yaml, "latency", network->latency_ns);
	if (network->jitter_ns)
		yaml_duration(&writing->yaml, "jitter", network->jitter_ns);
	if (network->loss_ppm)
		yaml_ratio(&writing->yaml, "loss", network->loss_ppm);
	end_line(writing);
}

static void write_choices(struct writing *writing)
{
	const struct scenario *scenario = writing->scenario;

	if (!scenario->has_choices)
		return;
	begin_line(writing, "choices");
	for (uint32_t i = 0; i < scenario->choice_count; i++) {
		const struct choice_made *made = &scenario->choices[i];
		char number[16];

		if (i == 0 || scenario->choices[i - 1].kind != made->kind)
			yaml_open(&writing->yaml, words_choices.words[made->kind].name, '{');
		(void)snprintf(number, sizeof number, "%u", made->number);
		yaml_number(&writing->yaml, made->number == CHOICE_ALL ? "all" : number, made->picked);
		if (i + 1 == scenario->choice_count || scenario->choices[i + 1].kind != made->kind)
			yaml_close(&writing->yaml, '}');
	}
	end_line(writing);
}

static void write_head(struct writing *writing)
{
	const struct scenario *scenario = writing->scenario;
	FILE *to = writing->yaml.to;

	fputs("scenario: ", to);
	yaml_put_text(scenario->name, to);
	if (scenario->description[0]) {
		fputs("\ndescription: ", to);
		yaml_put_text(scenario->description, to);
	}
	fputc('\n', to);
	for (uint32_t i = 0; i < scenario->tag_count; i++) {
		fputs(i ? ", " : "tags: [", to);
		yaml_put_text(scenario->tags[i], to);
	}
	fputs(scenario->tag_count ? "]\n" : "", to);
	for (uint32_t i = 0; i < scenario->finding_count; i++) {
		fputs(i ? ", " : "findings: [", to);
		yaml_put_text(scenario->findings[i].rule, to);
	}
	fputs(scenario->finding_count ? "]\n" : "", to);
	if (scenario->has_seed)
		fprintf(to, "seed: %llu\n", (unsigned long long)scenario->seed);
	write_choices(writing);
	write_cluster(writing);
	write_totem(writing);
	write_network(writing);
}

/* ---- what steps do ------------------------------------------------------------------- */

static void write_ids(struct writing *writing, const char *key, const struct index_list *nodes)
{
	yaml_open(&writing->yaml, key, '[');
	for (uint32_t i = 0; i < nodes->count; i++)
		yaml_number(&writing->yaml, NULL, id_of(writing, nodes->index[i]));
	yaml_close(&writing->yaml, ']');
}

/* Every node, in order; in a start, all must have a file. */
static bool is_all(const struct writing *writing, const struct step *step)
{
	if (step->nodes.count != writing->scenario->node_count)
		return false;
	for (uint32_t i = 0; i < step->nodes.count; i++)
		if (step->nodes.index[i] != i || (step->verb == VERB_START && writing->scenario->nodes[i].later.line))
			return false;
	return true;
}

static void write_some_nodes(struct writing *writing, const struct step *step, const char *key)
{
	if (is_all(writing, step))
		yaml_word(&writing->yaml, key, "all");
	else if (step->nodes.count == 1)
		yaml_number(&writing->yaml, key, id_of(writing, step->nodes.index[0]));
	else
		write_ids(writing, key, &step->nodes);
}

static void write_machines(struct writing *writing, const struct step *step)
{
	if (!step->together && !step->wipe) {
		write_some_nodes(writing, step, verb_name(step->verb));
		return;
	}
	yaml_open(&writing->yaml, verb_name(step->verb), '{');
	write_some_nodes(writing, step, "nodes");
	yaml_bool(&writing->yaml, step->verb == VERB_START ? "together" : "wipe", true);
	yaml_close(&writing->yaml, '}');
}

static void write_partition(struct writing *writing, const struct step *step)
{
	yaml_open(&writing->yaml, "partition", '[');
	for (uint32_t i = 0; i < step->group_count; i++)
		write_ids(writing, NULL, &step->groups[i]);
	yaml_close(&writing->yaml, ']');
}

static void write_link(struct writing *writing, const struct step *step)
{
	yaml_open(&writing->yaml, "link", '{');
	yaml_number(&writing->yaml, "from", id_of(writing, step->link_from));
	yaml_number(&writing->yaml, "to", id_of(writing, step->link_to));
	if (step->link_has_loss)
		yaml_ratio(&writing->yaml, "loss", step->link_loss_ppm);
	if (step->link_has_latency)
		yaml_duration(&writing->yaml, "latency", step->link_latency_ns);
	if (step->link_has_up)
		yaml_bool(&writing->yaml, "up", step->link_up);
	yaml_close(&writing->yaml, '}');
}

static void write_reload(struct writing *writing, const struct step *step)
{
	struct files files = files_of(writing, step->configs);
	uint32_t with_file = 0;

	for (uint32_t i = 0; i < writing->scenario->node_count; i++)
		with_file += step->configs[i] != NULL;
	yaml_open(&writing->yaml, "reload", '{');
	write_quorum(writing, files.list, files.common);
	if (files.list->node_count)
		write_nodes(writing, &files);
	else
		for (uint32_t i = 0; i < writing->scenario->node_count; i++)
			if (own_keys(&files, i))
				writing->problem = "a reload without a nodelist, and nodes with keys of their own";
	if (step->nodes.count != with_file)
		write_ids(writing, "on", &step->nodes);
	yaml_close(&writing->yaml, '}');
}

/* ---- clients ------------------------------------------------------------------------- */

/* Its options, where it is used first. */
static void write_options(struct writing *writing, const struct scenario_client *client)
{
	if (client->manual)
		yaml_word(&writing->yaml, "dispatch", "manual");
	if (client->callbacks != (1u << VQ_NODELIST | 1u << VQ_QUORUM | 1u << VQ_EXPECTED_VOTES)) {
		yaml_open(&writing->yaml, "callbacks", '[');
		for (uint32_t i = 0; i < names_callbacks.count; i++)
			if (client->callbacks >> names_callbacks.list[i].value & 1u)
				yaml_word(&writing->yaml, NULL, names_callbacks.list[i].name);
		yaml_close(&writing->yaml, ']');
	}
	if (client->slow_ns)
		yaml_duration(&writing->yaml, "slow", client->slow_ns);
	if (client->in_callback != VERB_NONE)
		yaml_word(&writing->yaml, "in_callback", verb_name(client->in_callback));
}

static bool uses_client(const struct step *step)
{
	return verb_is_call(step->verb) || step->verb == VERB_FAULT || step->verb == VERB_KILL;
}

static void write_client(struct writing *writing, const struct step *step)
{
	const struct scenario_client *client = &writing->scenario->clients[step->client];
	const struct step *before = writing->scenario->steps;

	yaml_number(&writing->yaml, "node", id_of(writing, client->node));
	if (strcmp(client->name, "client") != 0)
		yaml_text(&writing->yaml, "client", client->name);
	while (before < step && !(uses_client(before) && before->client == step->client))
		before++;
	if (before == step && step->verb != VERB_KILL)
		write_options(writing, client);
}

static void write_flags(struct writing *writing, const char *key, uint32_t flags, const struct names *names)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < names->count; i++)
		known |= names->list[i].value;
	if (flags == 0 || flags & ~known) {
		yaml_number(&writing->yaml, key, flags);
		return;
	}
	yaml_open(&writing->yaml, key, '[');
	for (uint32_t i = 0; i < names->count; i++)
		if (flags & names->list[i].value)
			yaml_word(&writing->yaml, NULL, names->list[i].name);
	yaml_close(&writing->yaml, ']');
}

static void write_name(struct writing *writing, const char *key, uint32_t value, const struct names *names)
{
	for (uint32_t i = 0; i < names->count; i++)
		if (names->list[i].value == value) {
			yaml_word(&writing->yaml, key, names->list[i].name);
			return;
		}
	yaml_number(&writing->yaml, key, value);
}

static void write_poll_ring(struct writing *writing, const struct step *step)
{
	if (step->ring_given) {
		yaml_open(&writing->yaml, "ring", '{');
		yaml_number(&writing->yaml, "nodeid", step->request.ring.nodeid);
		yaml_number(&writing->yaml, "seq", step->request.ring.seq);
		yaml_close(&writing->yaml, '}');
	} else if (step->ring_stale)
		yaml_word(&writing->yaml, "ring", "stale");
}

/* A number of a call, unless it is what the reader takes when there is none. */
static void write_argument(struct writing *writing, const struct step *step, const struct word *word)
{
	const struct vq_request *request = &step->request;
	const struct {
		const char *name;
		uint64_t value, usual;
	} numbers[] = {
		{"of", request->nodeid, 0},
		{"votes", request->votes, 0},
		{"context", step->verb == VERB_CONTEXT_SET ? step->context : request->context, 0},
		{"cast_vote", request->cast_vote, 1},
		{"allow", request->allow, 1},
	};

	for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(word->name, numbers[i].name) == 0 &&
		    (word->need == REQUIRED || numbers[i].value != numbers[i].usual))
			yaml_number(&writing->yaml, word->name, numbers[i].value);
}

static void write_call(struct writing *writing, const struct step *step)
{
	const struct vocabulary *words = words_call(step->verb);

	yaml_open(&writing->yaml, verb_name(step->verb), '{');
	write_client(writing, step);
	for (uint32_t i = 0; i < words->count; i++) {
		const char *name = words->words[i].name;

		if (strcmp(name, "flags") == 0)
			write_flags(writing, name, step->request.flags, &names_track_flags);
		else if (strcmp(name, "name") == 0)
			yaml_text(&writing->yaml, name, step->request.name);
		else if (strcmp(name, "new_name") == 0)
			yaml_text(&writing->yaml, name, step->request.new_name);
		else if (strcmp(name, "ring") == 0)
			write_poll_ring(writing, step);
		else if (strcmp(name, "type") == 0)
			write_name(writing, name, step->dispatch_type, &names_dispatch_types);
		else
			write_argument(writing, step, &words->words[i]);
	}
	yaml_close(&writing->yaml, '}');
}

static void write_fault(struct writing *writing, const struct step *step)
{
	yaml_open(&writing->yaml, verb_name(step->verb), '{');
	write_client(writing, step);
	if (step->verb == VERB_FAULT) {
		if (step->fault_call != VERB_NONE)
			yaml_word(&writing->yaml, "call", verb_name(step->fault_call));
		yaml_word(&writing->yaml, "error", vq_error_name(step->fault_error));
	}
	yaml_close(&writing->yaml, '}');
}

static void write_verb(struct writing *writing, const struct step *step)
{
	switch (step->verb) {
	case VERB_NONE:
		if (!step->expect.at.line) /* a step must have something */
			yaml_word(&writing->yaml, "wait", "0s");
		break;
	case VERB_HEAL:
		yaml_word(&writing->yaml, "heal", "all");
		break;
	case VERB_PARTITION:
		write_partition(writing, step);
		break;
	case VERB_LINK:
		write_link(writing, step);
		break;
	case VERB_RELOAD:
		write_reload(writing, step);
		break;
	case VERB_WAIT:
		yaml_duration(&writing->yaml, "wait", step->wait_ns);
		break;
	case VERB_FAULT:
	case VERB_KILL:
		write_fault(writing, step);
		break;
	case VERB_INJECT:
		yaml_open(&writing->yaml, "inject", '{');
		yaml_number(&writing->yaml, "node", id_of(writing, step->nodes.index[0]));
		write_injected(&writing->yaml, step->injected);
		yaml_close(&writing->yaml, '}');
		break;
	case VERB_START:
	case VERB_STOP:
	case VERB_CRASH:
		write_machines(writing, step);
		break;
	case VERB_PAUSE:
	case VERB_RESUME:
	case VERB_CANCEL_WAIT_FOR_ALL:
		write_some_nodes(writing, step, verb_name(step->verb));
		break;
	default:
		write_call(writing, step);
	}
}

/* ---- steps --------------------------------------------------------------------------- */

/* Where each key has a line of its own, the next one begins. */
static void next_key(struct writing *writing)
{
	if (!writing->key_a_line)
		return;
	fputs("\n    ", writing->yaml.to);
	writing->yaml.comma = false;
}

static void write_moment(struct writing *writing, const struct step *step)
{
	bool timed = step->has_at || step->has_after;

	if (step->has_at) {
		next_key(writing);
		yaml_duration(&writing->yaml, "at", step->at_ns);
	}
	if (step->has_after) {
		next_key(writing);
		yaml_duration(&writing->yaml, "after", step->after_ns);
	}
	if (step->settle == timed) {
		next_key(writing);
		yaml_bool(&writing->yaml, "settle", step->settle);
	}
}

static void write_step(struct writing *writing, const struct step *step)
{
	/* alone on its line a verb needs no braces */
	bool bare = writing->key_a_line ||
		    (!step->name && !step->expect.at.line && !step->has_at && !step->has_after && step->settle);

	fputs(bare ? "  - " : "  - {", writing->yaml.to);
	writing->yaml.comma = false;
	write_verb(writing, step);
	if (step->name) {
		next_key(writing);
		yaml_text(&writing->yaml, "name", step->name);
	}
	write_moment(writing, step);
	if (step->expect.at.line) {
		next_key(writing);
		write_expect(&writing->yaml, writing->scenario, &step->expect);
	}
	fputs(bare ? "\n" : "}\n", writing->yaml.to);
}

/* Lines as comments. */
static void put_comment(const char *text, const char *indent, FILE *to)
{
	while (text != NULL && *text) {
		size_t size = strcspn(text, "\n");

		fprintf(to, "%s#%s%.*s\n", indent, size ? " " : "", (int)size, text);
		text += size + (text[size] == '\n');
	}
}

const char *scenario_write(const struct scenario *scenario, const struct write_notes *notes, FILE *to)
{
	struct writing writing = {{to, false}, scenario, NULL, notes && notes->key_a_line};

	if (notes)
		put_comment(notes->head, "", to);
	write_head(&writing);
	fputs("steps:\n", to);
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		if (notes && notes->before_step)
			put_comment(notes->before_step[i], "  ", to);
		write_step(&writing, &scenario->steps[i]);
		if (notes && notes->after_step)
			put_comment(notes->after_step[i], "    ", to);
	}
	return writing.problem;
}
