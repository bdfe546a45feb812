/* Reading a mapping by its vocabulary, and single values by what is expected there. */
#include <string.h>
#include <strings.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/reader.h"

/* ---- what was found instead ---------------------------------------------------- */

bool tree_is_null(const struct tree *tree)
{
	return tree->kind == TREE_SCALAR && !tree->text_only && amount_is_null(tree->text);
}

static const char *found(struct reader *reader, const struct tree *tree)
{
	const char *shown;
	uint64_t number;
	bool value;

	if (tree->kind != TREE_SCALAR)
		return tree->kind == TREE_LIST ? "a list" : "a mapping";
	if (tree_is_null(tree))
		return "nothing";
	shown = quoted(&reader->reading, tree->text, tree->size);
	if (tree->text_only)
		return take_format(&reader->reading, "the text %s in quotes", shown);
	if (amount_is_bool(tree->text, &value))
		return value ? "true" : "false";
	if (amount_integer(tree->text, &number) != AMOUNT_NONE)
		return take_format(&reader->reading, "the number %.40s", tree->text);
	return shown;
}

void expected(struct reader *reader, const struct tree *tree, const char *key, const char *what)
{
	mistake(&reader->reading, tree->at, "%s: expected %s, found %s", key, what, found(reader, tree));
}

void expect_list(struct reader *reader, const struct tree *tree, const char *key, const char *of)
{
	if (tree->kind != TREE_LIST)
		expected(reader, tree, key, take_format(&reader->reading, "a list of %s", of));
}

void expect_map(struct reader *reader, const struct tree *tree, const char *key, const char *of)
{
	if (tree->kind != TREE_MAP)
		expected(reader, tree, key, take_format(&reader->reading, "a mapping of %s", of));
}

/* ---- single values ----------------------------------------------------------- */

const char *read_text(struct reader *reader, const struct tree *tree, const char *key)
{
	if (tree->kind != TREE_SCALAR || tree_is_null(tree))
		expected(reader, tree, key, "text");
	return tree->text;
}

const char *read_one_line(struct reader *reader, const struct tree *tree, const char *key)
{
	const char *text = read_text(reader, tree, key);
	size_t size = tree->size;

	while (size > 0 && text[size - 1] == '\n') /* as a block of text ends */
		size--;
	for (size_t i = 0, length; i < size; i += length) {
		uint32_t c = 0;

		length = utf8_decode(text + i, size - i, &c);
		if (length == 0 || is_control(c))
			mistake(&reader->reading, tree->at,
				"%s: a control character (U+%04X): one line of words is expected", key, (unsigned)c);
	}
	return size == tree->size ? text : take_text(&reader->reading, text, size);
}

static bool plain(const struct tree *tree)
{
	return tree->kind == TREE_SCALAR && !tree->text_only;
}

static bool is_number(const struct tree *tree)
{
	uint64_t number;

	return plain(tree) && amount_integer(tree->text, &number) != AMOUNT_NONE;
}

/* What YAML 1.1 took for true and false. */
static void refuse_yes(struct reader *reader, const struct tree *tree, const char *key)
{
	static const char *const words[][2] = {{"yes", "true"}, {"on", "true"}, {"no", "false"}, {"off", "false"}};

	for (size_t i = 0; plain(tree) && i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(tree->text, words[i][0]) == 0)
			mistake(&reader->reading, tree->at, "%s: '%s' is a text in YAML 1.2: write %s", key,
				tree->text, words[i][1]);
}

bool read_bool(struct reader *reader, const struct tree *tree, const char *key)
{
	bool value;

	refuse_yes(reader, tree, key);
	if (!plain(tree) || !amount_is_bool(tree->text, &value))
		expected(reader, tree, key, "true or false");
	return value;
}

bool read_switch(struct reader *reader, const struct tree *tree, const char *key)
{
	uint64_t number;
	bool value;

	if (plain(tree) && amount_is_bool(tree->text, &value))
		return value;
	refuse_yes(reader, tree, key);
	if (!plain(tree) || amount_integer(tree->text, &number) != AMOUNT_OK || number > 1)
		expected(reader, tree, key, "0, 1, true or false");
	return number == 1;
}

uint64_t read_number(struct reader *reader, const struct tree *tree, const char *key, uint64_t least, uint64_t most)
{
	enum amount result = AMOUNT_NONE;
	uint64_t number = 0;

	if (plain(tree))
		result = amount_integer(tree->text, &number);
	if (result == AMOUNT_NONE)
		expected(reader, tree, key, "a number");
	if (result != AMOUNT_OK || number < least || number > most)
		mistake(&reader->reading, tree->at, "%s: %.40s is out of range: %llu to %llu", key, tree->text,
			(unsigned long long)least, (unsigned long long)most);
	return number;
}

uint64_t read_duration(struct reader *reader, const struct tree *tree, const char *key)
{
	static const char *const units[] = {"ns", "us", "ms", "s", "m", "h"};
	struct reading *reading = &reader->reading;
	const char *unit = "", *text = tree->kind == TREE_SCALAR ? tree->text : "";
	uint64_t ns = 0;

	switch (amount_duration(text, &ns, &unit)) {
	case AMOUNT_OK:
		return ns;
	case AMOUNT_NO_UNIT:
		mistake(reading, tree->at, "%s: %.40s needs a unit: write %.40sms, %.40ss or %.40sm", key, text, text,
			text, text);
	case AMOUNT_BAD_UNIT:
		if (unit[0] == ' ')
			mistake(reading, tree->at, "%s: a blank in '%.40s': a unit follows its number at once", key,
				text);
		mistake_word(reading, tree->at, take_format(reading, "unit in %s:", key), unit, units, 6);
	case AMOUNT_NEGATIVE:
		mistake(reading, tree->at, "%s: a duration cannot be negative", key);
	case AMOUNT_TOO_FINE:
		mistake(reading, tree->at, "%s: %.40s is finer than a nanosecond", key, text);
	case AMOUNT_TOO_LARGE:
		mistake(reading, tree->at, "%s: %.40s is more than a year", key, text);
	case AMOUNT_NONE:
		break;
	}
	expected(reader, tree, key, "a duration such as 1500ms, 2s or 1m");
}

/* As corosync.conf has it, a bare number means milliseconds. */
static uint64_t read_millis(struct reader *reader, const struct tree *tree, const char *key)
{
	uint64_t number, ns;

	if (plain(tree) && amount_integer(tree->text, &number) != AMOUNT_NONE)
		return read_number(reader, tree, key, 0, UINT32_MAX);
	ns = read_duration(reader, tree, key);
	if (ns % SCENARIO_MS != 0)
		mistake(&reader->reading, tree->at, "%s: %s is no whole number of milliseconds", key, tree->text);
	if (ns / SCENARIO_MS > UINT32_MAX)
		mistake(&reader->reading, tree->at, "%s: %s is more than %u ms", key, tree->text, UINT32_MAX);
	return ns / SCENARIO_MS;
}

static uint64_t read_ratio(struct reader *reader, const struct tree *tree, const char *key)
{
	uint32_t ppm = 0;

	switch (tree->kind == TREE_SCALAR ? amount_ratio(tree->text, &ppm) : AMOUNT_NONE) {
	case AMOUNT_OK:
		return ppm;
	case AMOUNT_NEGATIVE:
	case AMOUNT_TOO_LARGE:
		mistake(&reader->reading, tree->at, "%s: %.40s is out of range: 0%% to 100%%, or 0 to 1", key,
			tree->text);
	case AMOUNT_TOO_FINE:
		mistake(&reader->reading, tree->at, "%s: %.40s is finer than a millionth", key, tree->text);
	default:
		expected(reader, tree, key, "a part such as 5% or 0.05");
	}
}

uint32_t read_node(struct reader *reader, const struct tree *tree, const char *key)
{
	uint64_t nodeid = read_number(reader, tree, key, 0, UINT32_MAX);
	int index = scenario_node_index(reader->scenario, (uint32_t)nodeid);

	if (index < 0)
		mistake(&reader->reading, tree->at, "%s: there is no node %llu", key, (unsigned long long)nodeid);
	return (uint32_t)index;
}

static struct index_list all_nodes(struct reader *reader)
{
	struct index_list list = {reader->scenario->node_count, NULL};

	list.index = take(&reader->reading, list.count, sizeof(*list.index));
	for (uint32_t i = 0; i < list.count; i++)
		list.index[i] = i;
	return list;
}

uint32_t read_key_node(struct reader *reader, const struct tree *key, const char *what, bool *seen)
{
	struct tree id = *key;
	uint32_t node;

	id.text_only = false; /* JSON has keys in quotes only */
	node = read_node(reader, &id, what);
	if (seen[node])
		mistake(&reader->reading, key->at, "%s: node %u stands here twice", what, reader->nodes[node].nodeid);
	seen[node] = true;
	return node;
}

struct index_list read_nodes(struct reader *reader, const struct tree *tree, const char *key)
{
	struct index_list list = {tree->kind == TREE_LIST ? tree->count : 1, NULL};
	bool seen[NODES_MAX] = {false};

	if (tree->kind == TREE_SCALAR && strcmp(tree->text, "all") == 0)
		return all_nodes(reader);
	if (tree->kind != TREE_LIST && !is_number(tree))
		expected(reader, tree, key, "all, a node's id, or a list of ids");
	list.index = take(&reader->reading, list.count, sizeof(*list.index));
	for (uint32_t i = 0; i < list.count; i++) {
		const struct tree *item = tree->kind == TREE_LIST ? tree->items[i] : tree;

		list.index[i] = read_node(reader, item, key);
		if (seen[list.index[i]])
			mistake(&reader->reading, item->at, "%s: node %s is named twice", key, item->text);
		seen[list.index[i]] = true;
	}
	return list;
}

static _Noreturn void unknown_name(struct reader *reader, const struct tree *tree, const char *text,
				   const struct names *names)
{
	const char *words[WORDS_MAX];

	for (uint32_t i = 0; i < names->count; i++)
		words[i] = names->list[i].name;
	if (strcmp(names->what, "flag") == 0 && strpbrk(text, "|,+ "))
		mistake(&reader->reading, tree->at, "%s is no %s: write several as a list, [%s, %s]",
			quoted(&reader->reading, text, strlen(text)), names->what, words[0], words[1]);
	mistake_word(&reader->reading, tree->at, names->what, text, words, names->count);
}

uint32_t read_name(struct reader *reader, const struct tree *tree, const char *key, const struct names *names)
{
	uint32_t value = 0;

	if (is_number(tree))
		return (uint32_t)read_number(reader, tree, key, 0, UINT32_MAX);
	if (tree->kind != TREE_SCALAR || tree_is_null(tree))
		expected(reader, tree, key,
			 take_format(&reader->reading, "the name of a %s, or a number", names->what));
	if (!name_value(names, tree->text, &value))
		unknown_name(reader, tree, tree->text, names);
	return value;
}

uint32_t read_flags(struct reader *reader, const struct tree *tree, const char *key, const struct names *names)
{
	uint32_t flags = 0;

	if (tree->kind != TREE_LIST)
		return read_name(reader, tree, key, names);
	for (uint32_t i = 0; i < tree->count; i++)
		flags |= read_name(reader, tree->items[i], key, names);
	return flags;
}

int read_error(struct reader *reader, const struct tree *tree, const char *key)
{
	const char *words[VQ_ERR_MESSAGE_ERROR + 1], *text;
	uint32_t count = 0;
	int error;

	if (is_number(tree)) {
		error = (int)read_number(reader, tree, key, 1, INT32_MAX);
		if (vq_error_name(error) == NULL)
			mistake(&reader->reading, tree->at, "%s: no error has the number %d", key, error);
		return error;
	}
	if (tree->kind != TREE_SCALAR || tree_is_null(tree))
		expected(reader, tree, key, "an error's name, such as OK or TRY_AGAIN");
	text = tree->text;
	if (strncmp(text, "CS_", 3) == 0)
		text += strncmp(text, "CS_ERR_", 7) == 0 ? 7 : 3;
	error = vq_error_by_name(text);
	if (error > 0)
		return error;
	for (error = VQ_OK; error <= VQ_ERR_MESSAGE_ERROR; error++)
		if (vq_error_name(error) != NULL)
			words[count++] = vq_error_name(error);
	mistake_word(&reader->reading, tree->at, "error", tree->text, words, count);
}

uint32_t read_ring(struct reader *reader, const struct tree *tree, struct vq_ring_id *ring)
{
	struct fields fields;
	uint32_t given = 0;

	if (tree->kind == TREE_LIST && tree->count == 2) {
		ring->nodeid = (uint32_t)read_number(reader, tree->items[0], "ring", 0, UINT32_MAX);
		ring->seq = read_number(reader, tree->items[1], "ring", 0, UINT64_MAX);
		return PATTERN_RING_NODEID | PATTERN_RING_SEQ;
	}
	if (tree->kind != TREE_MAP)
		expected(reader, tree, "ring", "{nodeid: …, seq: …} or [nodeid, seq]");
	fields_read(reader, &words_ring, tree, &fields);
	if (field(&fields, "nodeid") != NULL) {
		ring->nodeid = (uint32_t)field(&fields, "nodeid")->number;
		given |= PATTERN_RING_NODEID;
	}
	if (field(&fields, "seq") != NULL) {
		ring->seq = field(&fields, "seq")->number;
		given |= PATTERN_RING_SEQ;
	}
	return given;
}

/* ---- mappings ---------------------------------------------------------------- */

static void read_value(struct reader *reader, const struct word *word, struct field *to)
{
	const struct tree *tree = to->tree;

	switch (word->type) {
	case WORD_TEXT:
		to->text = read_text(reader, tree, word->name);
		break;
	case WORD_BOOL:
		to->number = read_bool(reader, tree, word->name);
		break;
	case WORD_SWITCH:
		to->number = read_switch(reader, tree, word->name);
		break;
	case WORD_NUMBER:
		to->number = read_number(reader, tree, word->name, 0, UINT32_MAX);
		break;
	case WORD_NUMBER64:
		to->number = read_number(reader, tree, word->name, 0, UINT64_MAX);
		break;
	case WORD_DURATION:
		to->number = read_duration(reader, tree, word->name);
		break;
	case WORD_MILLIS:
		to->number = read_millis(reader, tree, word->name);
		break;
	case WORD_RATIO:
		to->number = read_ratio(reader, tree, word->name);
		break;
	case WORD_NODE:
		to->number = read_node(reader, tree, word->name);
		break;
	case WORD_NODES:
		to->nodes = read_nodes(reader, tree, word->name);
		break;
	case WORD_OTHER:
		break;
	}
}

/* Other words for what a step does. */
static const char *meant_verb(const char *text)
{
	static const char *const words[][2] = {
		{"sleep", "wait"},       {"delay", "wait"},         {"pass", "wait"},       {"split", "partition"},
		{"cut", "partition"},    {"isolate", "partition"},  {"merge", "heal"},      {"join", "heal"},
		{"unpartition", "heal"}, {"boot", "start"},         {"up", "start"},        {"shutdown", "stop"},
		{"leave", "stop"},       {"power_off", "crash"},    {"fence", "crash"},     {"down", "crash"},
		{"die", "crash"},        {"freeze", "pause"},       {"continue", "resume"}, {"assert", "expect"},
		{"track", "trackstart"}, {"reconfigure", "reload"}, {"drop", "link"},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

static _Noreturn void unknown_key(struct reader *reader, const struct vocabulary *words, const struct tree *key)
{
	const char *names[WORDS_MAX];

	for (uint32_t i = 0; i < words->count; i++)
		names[i] = words->words[i].name;
	if (words == &words_step && meant_verb(key->text))
		mistake(&reader->reading, key->at, "unknown key in %s: '%s': did you mean '%s'?", words->name,
			key->text, meant_verb(key->text));
	mistake_word(&reader->reading, key->at, take_format(&reader->reading, "key in %s:", words->name), key->text,
		     names, words->count);
}

/* "a mapping with node and votes": the keys it needs, or else the first that it may have. */
static const char *some_keys(struct reader *reader, const struct vocabulary *words)
{
	const char *list = "a mapping", *between = " with ";
	bool needs = false;
	uint32_t count = 0;

	for (uint32_t w = 0; w < words->count; w++)
		needs = needs || words->words[w].need == REQUIRED;
	for (uint32_t w = 0; w < words->count && count < 3; w++) {
		if (needs && words->words[w].need != REQUIRED)
			continue;
		list = take_format(&reader->reading, "%s%s%s", list, between, words->words[w].name);
		between = needs ? " and " : " or ";
		count++;
	}
	return list;
}

void fields_read(struct reader *reader, const struct vocabulary *words, const struct tree *map, struct fields *fields)
{
	ALWAYS(words->count <= WORDS_MAX);
	memset(fields, 0, sizeof(*fields));
	fields->words = words;
	fields->map = map;
	if (map->kind != TREE_MAP)
		expected(reader, map, words->name, some_keys(reader, words));
	for (uint32_t i = 0; i < map->count; i++) {
		const struct tree *key = map->items[2 * i];
		uint32_t w = 0;

		while (w < words->count && strcmp(words->words[w].name, key->text) != 0)
			w++;
		if (w == words->count)
			unknown_key(reader, words, key);
		fields->field[w].tree = map->items[2 * i + 1];
		read_value(reader, &words->words[w], &fields->field[w]);
	}
	for (uint32_t w = 0; w < words->count; w++)
		if (words->words[w].need == REQUIRED && fields->field[w].tree == NULL)
			mistake(&reader->reading, map->at, "%s: missing key '%s'", words->name, words->words[w].name);
}

const struct field *field(const struct fields *fields, const char *name)
{
	for (uint32_t w = 0; w < fields->words->count; w++)
		if (strcmp(fields->words->words[w].name, name) == 0)
			return fields->field[w].tree != NULL ? &fields->field[w] : NULL;
	return NULL;
}
