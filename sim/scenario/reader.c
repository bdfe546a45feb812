/* Reading a file of scenarios: documents, runs of their matrices, what stands at the top of each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/amount.h"
#include "sim/scenario/file.h"
#include "sim/scenario/matrix.h"
#include "sim/scenario/reader.h"
#include "sim/world/seed.h"

/* ---- what others ask of a scenario -------------------------------------------------- */

int scenario_node_index(const struct scenario *scenario, uint32_t nodeid)
{
	uint32_t low = 0, high = scenario->node_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (scenario->nodes[middle].nodeid < nodeid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scenario->node_count && scenario->nodes[low].nodeid == nodeid ? (int)low : -1;
}

uint64_t scenario_token_ms(const struct scenario *scenario)
{
	uint32_t nodes = scenario->nodelist_count;
	uint64_t token = scenario->totem.token_ms;

	if (nodes > 2)
		token += (uint64_t)(nodes - 2) * scenario->totem.token_coefficient_ms;
	return token;
}

uint64_t scenario_consensus_ms(const struct scenario *scenario)
{
	if (scenario->totem.consensus_ms != 0)
		return scenario->totem.consensus_ms;
	return scenario_token_ms(scenario) * 12 / 10;
}

bool scenario_has_timers(const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		const struct vq_config *config = scenario->nodes[i].config;

		if (config->last_man_standing || (config->device_model && *config->device_model))
			return true;
	}
	return false;
}

/* ---- top-level keys -------------------------------------------------------------------- */

struct document {
	struct reader *reader;
	const struct tree *tree;
	struct matrix matrix;
	uint32_t run;
};

/* A required key: what is not there may be the unknown key told already. */
static const struct tree *needed(struct reader *reader, const struct tree *document, const char *key)
{
	const struct tree *value = tree_get(document, key);

	if (value == NULL && reader->reading.failed)
		mistake_follows(&reader->reading);
	if (value == NULL)
		mistake(&reader->reading, document->at, "the scenario: missing key '%s'", key);
	return value;
}

static void check_keys(void *context)
{
	const struct document *document = context;
	const char *names[WORDS_MAX];
	const struct tree *tree = document->tree;

	if (tree_is_null(tree))
		mistake(&document->reader->reading, tree->at, "an empty document: a scenario is expected");
	expect_map(document->reader, tree, "a scenario", "keys such as scenario, cluster and steps");
	for (uint32_t i = 0; i < words_scenario.count; i++)
		names[i] = words_scenario.words[i].name;
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *key = tree->items[2 * i];
		uint32_t w = 0;

		while (w < words_scenario.count && strcmp(names[w], key->text) != 0)
			w++;
		if (w == words_scenario.count)
			mistake_word(&document->reader->reading, key->at, "key in the scenario:", key->text, names,
				     words_scenario.count);
	}
}

static void read_seed(struct reader *reader, const struct tree *tree)
{
	enum amount result = AMOUNT_NONE;

	if (tree->kind != TREE_SCALAR || tree_is_null(tree))
		expected(reader, tree, "seed", "a number or a text");
	if (!tree->text_only)
		result = amount_integer(tree->text, &reader->scenario->seed);
	if (result == AMOUNT_NEGATIVE)
		mistake(&reader->reading, tree->at, "seed: a number is 0 to %llu", (unsigned long long)UINT64_MAX);
	if (result != AMOUNT_OK && !seed_from_text(tree->text, &reader->scenario->seed))
		expected(reader, tree, "seed", "a number or a text");
	reader->scenario->has_seed = true;
}

static void read_tags(struct reader *reader, const struct tree *tree)
{
	uint32_t count = tree->kind == TREE_LIST ? tree->count : 1;
	const char **tags = take(&reader->reading, count, sizeof(*tags));

	if (tree->kind == TREE_MAP)
		expected(reader, tree, "tags", "a list of words");
	for (uint32_t i = 0; i < count; i++)
		tags[i] = read_one_line(reader, tree->kind == TREE_LIST ? tree->items[i] : tree, "tags");
	reader->scenario->tags = tags;
	reader->scenario->tag_count = count;
}

static void read_findings(struct reader *reader, const struct tree *tree)
{
	struct finding *findings;

	expect_list(reader, tree, "findings", "rules that the run breaches");
	findings = take(&reader->reading, tree->count, sizeof(*findings));
	for (uint32_t i = 0; i < tree->count; i++) {
		findings[i] = (struct finding){tree->items[i]->at, read_text(reader, tree->items[i], "findings")};
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(findings[j].rule, findings[i].rule) == 0)
				mistake(&reader->reading, findings[i].at, "findings: %s stands here twice",
					quoted(&reader->reading, findings[i].rule, tree->items[i]->size));
	}
	reader->scenario->findings = findings;
	reader->scenario->finding_count = tree->count;
}

static void read_name_of(void *context)
{
	const struct document *document = context;
	struct reader *reader = document->reader;
	const struct tree *name = needed(reader, document->tree, "scenario");

	reader->scenario->name = read_one_line(reader, name, "scenario");
	if (name->size == 0)
		expected(reader, name, "scenario", "a name");
}

static void read_description(void *context)
{
	const struct document *document = context;
	const struct tree *description = tree_get(document->tree, "description");

	if (description != NULL && !tree_is_null(description))
		document->reader->scenario->description = read_text(document->reader, description, "description");
}

static void read_seed_of(void *context)
{
	const struct document *document = context;
	const struct tree *seed = tree_get(document->tree, "seed");

	if (seed != NULL)
		read_seed(document->reader, seed);
}

static void read_choices_of(void *context)
{
	const struct document *document = context;
	const struct tree *choices = tree_get(document->tree, "choices");

	if (choices != NULL)
		read_choices(document->reader, choices);
}

static void read_tags_of(void *context)
{
	const struct document *document = context;
	const struct tree *tags = tree_get(document->tree, "tags");

	if (tags != NULL)
		read_tags(document->reader, tags);
}

static void read_findings_of(void *context)
{
	const struct document *document = context;
	const struct tree *findings = tree_get(document->tree, "findings");

	if (findings != NULL)
		read_findings(document->reader, findings);
}

static void set_ms(const struct fields *fields, const char *name, uint32_t *to)
{
	if (field(fields, name) != NULL)
		*to = (uint32_t)field(fields, name)->number;
}

static void read_totem_of(void *context)
{
	const struct document *document = context;
	const struct tree *tree = tree_get(document->tree, "totem");
	struct totem *totem = &document->reader->scenario->totem;
	struct fields fields;

	if (tree == NULL)
		return;
	fields_read(document->reader, &words_totem, tree, &fields);
	set_ms(&fields, "token", &totem->token_ms);
	set_ms(&fields, "token_coefficient", &totem->token_coefficient_ms);
	set_ms(&fields, "consensus", &totem->consensus_ms);
	set_ms(&fields, "join", &totem->join_ms);
	set_ms(&fields, "merge", &totem->merge_ms);
	if (totem->token_ms == 0)
		mistake(&document->reader->reading, field(&fields, "token")->tree->at, "token: it cannot be 0");
}

static void read_network_of(void *context)
{
	const struct document *document = context;
	const struct tree *tree = tree_get(document->tree, "network");
	struct network *network = &document->reader->scenario->network;
	struct fields fields;

	if (tree == NULL)
		return;
	fields_read(document->reader, &words_network, tree, &fields);
	if (field(&fields, "latency") != NULL)
		network->latency_ns = field(&fields, "latency")->number;
	if (field(&fields, "jitter") != NULL)
		network->jitter_ns = field(&fields, "jitter")->number;
	if (field(&fields, "loss") != NULL)
		network->loss_ppm = (uint32_t)field(&fields, "loss")->number;
}

static void read_cluster_of(void *context)
{
	const struct document *document = context;
	const struct tree *cluster = needed(document->reader, document->tree, "cluster");

	read_cluster(document->reader, cluster, tree_get(document->tree, "steps"));
}

static void read_steps_of(void *context)
{
	const struct document *document = context;

	read_steps(document->reader, needed(document->reader, document->tree, "steps"));
}

/* ---- runs -------------------------------------------------------------------------------- */

static void begin_run(struct reader *reader, struct scenario *scenario, struct position at)
{
	reader->scenario = scenario;
	reader->nodes = NULL;
	reader->files = NULL;
	reader->running = NULL;
	reader->clients = NULL;
	reader->client_uses = NULL;
	reader->client_room = 0;
	reader->clients_incomplete = false;
	reader->earliest_ns = 0;
	scenario->path = reader->reading.path;
	scenario->description = "";
	scenario->variant = reader->reading.variant;
	scenario->at = at;
	scenario->capacity = VQ_PROCESSORS_MAX;
	scenario->totem = (struct totem){3000, 650, 0, 50, 200};
	scenario->network = (struct network){100000, 0, 0};
}

/* The parts of a document one after the other, so that of the mistakes in
 * several of them the one that stands first in the file is told. */
static void read_run(struct document *document, struct scenario *scenario)
{
	struct reading *reading = &document->reader->reading;

	begin_run(document->reader, scenario, document->tree->at);
	(void)attempt(reading, read_name_of, document);
	(void)attempt(reading, read_description, document);
	(void)attempt(reading, read_seed_of, document);
	(void)attempt(reading, read_choices_of, document);
	(void)attempt(reading, read_tags_of, document);
	(void)attempt(reading, read_findings_of, document);
	(void)attempt(reading, read_network_of, document);
	if (attempt(reading, read_cluster_of, document))
		(void)attempt(reading, read_steps_of, document);
	(void)attempt(reading, read_totem_of, document); /* over what a corosync.conf says */
}

static void apply_matrix(void *context)
{
	struct document *document = context;
	struct reading *reading = &document->reader->reading;

	reading->variant = matrix_variant(reading, &document->matrix, document->run);
	document->tree = matrix_apply(reading, &document->matrix, document->run, document->tree);
}

/* After the first run's values were put in: a name that is only misspelt is told as that. */
static void refuse_unused(void *context)
{
	const struct document *document = context;

	document->reader->reading.variant = "";
	matrix_refuse_unused(&document->reader->reading, &document->matrix, document->tree);
}

static void read_matrix(void *context)
{
	struct document *document = context;

	matrix_read(&document->reader->reading, tree_get(document->tree, "matrix"), document->tree,
		    &document->matrix);
}

static struct scenario *make_room(struct reader *reader, struct scenario_set *set, uint32_t more)
{
	struct scenario *scenarios;

	if (set->count + more <= reader->scenario_room)
		return set->scenarios + set->count;
	reader->scenario_room = 2 * (set->count + more);
	scenarios = take(&reader->reading, reader->scenario_room, sizeof(*scenarios));
	if (set->count > 0)
		memcpy(scenarios, set->scenarios, set->count * sizeof(*scenarios));
	set->scenarios = scenarios;
	return scenarios + set->count;
}

static void read_document(struct reader *reader, const struct tree *tree, struct scenario_set *set)
{
	struct document whole = {reader, tree, {0}, 0};
	struct scenario *to;

	if (!attempt(&reader->reading, check_keys, &whole) && (tree->kind != TREE_MAP || tree->reference))
		return;
	if (!attempt(&reader->reading, read_matrix, &whole))
		return;
	to = make_room(reader, set, whole.matrix.runs);
	for (uint32_t run = 0; run < whole.matrix.runs; run++) {
		struct document document = whole;

		document.run = run;
		if (!attempt(&reader->reading, apply_matrix, &document))
			return;
		if (run == 0 && !attempt(&reader->reading, refuse_unused, &whole))
			return;
		reader->reading.variant = matrix_variant(&reader->reading, &whole.matrix, run);
		read_run(&document, &to[run]);
		if (reader->reading.failed)
			return;
	}
	reader->reading.variant = "";
	set->count += whole.matrix.runs;
}

/* ---- files ------------------------------------------------------------------------------- */

struct file {
	struct reader *reader;
	struct tree_stream *stream;
	struct scenario_set *set;
	const char *text;
	size_t size;
};

static void open_stream(void *context)
{
	struct file *file = context;

	if (file->size > TREE_BYTES_MAX)
		mistake(&file->reader->reading, (struct position){0, 0}, "too big: more than %u bytes",
			TREE_BYTES_MAX);
	file->reader->reading.path =
		take_text(&file->reader->reading, file->reader->reading.path, strlen(file->reader->reading.path));
	file->stream = tree_open(&file->reader->reading, file->text, file->size);
}

static void read_documents(void *context)
{
	struct file *file = context;
	const struct tree *tree;

	while ((tree = tree_next(file->stream)) != NULL) {
		read_document(file->reader, tree, file->set);
		if (file->reader->reading.failed)
			mistake_follows(&file->reader->reading);
	}
	if (file->set->count == 0)
		mistake(&file->reader->reading, (struct position){1, 1}, "an empty file: a scenario is expected");
}

static void begin(struct reader *reader, const char *path, struct scenario_set *set, char *message,
		  size_t message_size)
{
	memset(set, 0, sizeof(*set));
	memset(reader, 0, sizeof(*reader));
	reader->reading.message = message;
	reader->reading.message_size = message_size;
	reader->reading.variant = "";
	reader->reading.path = path;
}

static int end(const struct reader *reader, struct scenario_set *set)
{
	set->memory = reader->reading.arena.blocks;
	if (!reader->reading.failed)
		return 0;
	scenario_free(set);
	return -1;
}

int scenario_parse(const char *text, size_t size, const char *path, struct scenario_set *set, char *message,
		   size_t message_size)
{
	struct reader reader;
	struct file file = {&reader, NULL, set, text, size};

	begin(&reader, path, set, message, message_size);
	if (attempt(&reader.reading, open_stream, &file)) {
		(void)attempt(&reader.reading, read_documents, &file);
		tree_close(file.stream);
	}
	return end(&reader, set);
}

static void read_conf_file(void *context)
{
	const struct file *file = context;
	struct reader *reader = file->reader;
	struct scenario *scenario = make_room(reader, file->set, 1);
	struct step *start = take(&reader->reading, 1, sizeof(*start));

	begin_run(reader, scenario, (struct position){0, 0});
	scenario->path = take_text(&reader->reading, reader->reading.path, strlen(reader->reading.path));
	scenario->name = scenario->path;
	read_conf_cluster(reader, scenario->path);
	start->verb = VERB_START;
	start->settle = true;
	start->nodes.count = scenario->node_count;
	start->nodes.index = take(&reader->reading, scenario->node_count, sizeof(*start->nodes.index));
	for (uint32_t i = 0; i < scenario->node_count; i++)
		start->nodes.index[i] = i;
	scenario->steps = start;
	scenario->step_count = 1;
	file->set->count = 1;
}

int scenario_read_conf(const char *path, struct scenario_set *set, char *message, size_t message_size)
{
	struct reader reader;
	struct file file = {&reader, NULL, set, NULL, 0};

	begin(&reader, path, set, message, message_size);
	(void)attempt(&reader.reading, read_conf_file, &file);
	return end(&reader, set);
}

int scenario_read(const char *path, struct scenario_set *set, char *message, size_t message_size)
{
	const char *why = "";
	size_t size = 0;
	char *text = file_read(path, TREE_BYTES_MAX, false, &size, &why);
	int result;

	if (text == NULL) {
		memset(set, 0, sizeof(*set));
		(void)snprintf(message, message_size, "%s: %s", path, why);
		return -1;
	}
	result = scenario_parse(text, size, path, set, message, message_size);
	free(text);
	return result;
}

void scenario_free(struct scenario_set *set)
{
	arena_free(set->memory);
	memset(set, 0, sizeof(*set));
}
