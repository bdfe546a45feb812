/*
 * corosync.conf as corosync 3.1.7 reads it: one line at a time, each opening a
 * section, closing one, or giving a key its value under the dotted path of the
 * sections around it. What is unknown is accepted. What is accepted was asked
 * of `corosync -t`.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/config.h"
#include "sim/scenario/file.h"
#include "sim/scenario/printable.h"

#define LINE_MAX_BYTES 510u
#define PATH_MAX_BYTES 254u
#define CONF_BYTES_MAX (1u << 20)
#define LEAST_MS 30u

struct conf_reader {
	struct reading *reading;
	struct conf *conf;
	char path[PATH_MAX_BYTES + 1]; /* "quorum.device." */
	uint32_t depth;
	uint8_t outer[PATH_MAX_BYTES]; /* length of path outside of each open section */
	uint32_t line;
	struct position node_at; /* of the node section that is open; line 0: none */
	struct vq_config_node node;
	bool has_nodeid;
	const char *name, *address; /* of that node; NULL: not given */
	uint32_t room;
	struct vq_config_node *nodes;
	const char **names;
};

static struct position here(const struct conf_reader *reader)
{
	return (struct position){reader->line, 0};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* ---- values ------------------------------------------------------------------------ */

struct key {
	const char *path;
	uint32_t most;
	uint32_t given; /* enum vq_key; 0: none */
	size_t offset;  /* in struct conf */
};

#define QUORUM(name, most, given, field)                                         \
	{                                                                        \
		"quorum." name, most, given, offsetof(struct conf, config.field) \
	}
#define TOTEM(name, field)                                                       \
	{                                                                        \
		"totem." name, UINT32_MAX, 0, offsetof(struct conf, totem.field) \
	}
static const struct key keys[] = {
	QUORUM("expected_votes", UINT32_MAX, VQ_KEY_EXPECTED_VOTES, expected_votes),
	QUORUM("two_node", 255, VQ_KEY_TWO_NODE, two_node),
	QUORUM("wait_for_all", 255, VQ_KEY_WAIT_FOR_ALL, wait_for_all),
	QUORUM("auto_tie_breaker", 255, VQ_KEY_AUTO_TIE_BREAKER, auto_tie_breaker),
	QUORUM("last_man_standing", 255, VQ_KEY_LAST_MAN_STANDING, last_man_standing),
	QUORUM("last_man_standing_window", UINT32_MAX, VQ_KEY_LAST_MAN_STANDING_WINDOW, last_man_standing_window_ms),
	QUORUM("allow_downscale", 255, VQ_KEY_ALLOW_DOWNSCALE, allow_downscale),
	QUORUM("expected_votes_tracking", 255, VQ_KEY_EXPECTED_VOTES_TRACKING, expected_votes_tracking),
	QUORUM("votes", UINT32_MAX, VQ_KEY_VOTES, votes),
	QUORUM("device.votes", UINT32_MAX, VQ_KEY_DEVICE_VOTES, device_votes),
	QUORUM("device.timeout", UINT32_MAX, VQ_KEY_DEVICE_TIMEOUT, device_timeout_ms),
	QUORUM("device.sync_timeout", UINT32_MAX, VQ_KEY_DEVICE_SYNC_TIMEOUT, device_sync_timeout_ms),
	TOTEM("token", token_ms),
	TOTEM("token_coefficient", token_coefficient_ms),
	TOTEM("consensus", consensus_ms),
	TOTEM("join", join_ms),
	TOTEM("merge", merge_ms),
};

/* Decimal digits with a sign, nothing after them. */
static uint32_t conf_number(const struct conf_reader *reader, const char *key, const char *value, uint32_t most)
{
	bool negative = value[0] == '-';
	const char *digit = value + (value[0] == '-' || value[0] == '+');
	uint64_t number = 0;
	size_t length = strlen(digit), digits = strspn(digit, "0123456789");

	for (size_t i = 0; i < digits && number <= UINT32_MAX; i++)
		number = number * 10 + (uint64_t)(digit[i] - '0');
	if (digits == 0 || digits < length || number > most || (negative && number != 0))
		mistake(reader->reading, here(reader), "%s: expected a number from 0 to %u, found %s", key, most,
			quoted(reader->reading, value, strlen(value)));
	return (uint32_t)number;
}

/* Where corosync computes a default, or has one, 0 means just that. */
static void set_totem(const struct conf_reader *reader, const struct key *key, uint32_t number, uint32_t *to)
{
	bool coefficient = strcmp(key->path, "totem.token_coefficient") == 0;

	if (number < LEAST_MS && number != 0 && !coefficient)
		mistake(reader->reading, here(reader), "%s: %u ms is less than the least, %u ms", key->path, number,
			LEAST_MS);
	if (number != 0 || coefficient || strcmp(key->path, "totem.consensus") == 0)
		*to = number;
}

static bool set_number(struct conf_reader *reader, const char *path, const char *value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct key *key = &keys[i];
		uint32_t *to = (uint32_t *)(void *)((char *)reader->conf + key->offset);
		uint32_t number;

		if (strcmp(key->path, path) != 0)
			continue;
		number = conf_number(reader, path, value, key->most);
		if (key->given == 0) {
			set_totem(reader, key, number, to);
		} else {
			reader->conf->config.given |= key->given;
			*to = number;
		}
		return true;
	}
	return false;
}

static void set_text(struct conf_reader *reader, const char *path, const char *value)
{
	struct vq_config *config = &reader->conf->config;

	if (strcmp(path, "quorum.auto_tie_breaker_node") == 0) {
		config->auto_tie_breaker_node = take_text(reader->reading, value, strlen(value));
		config->given |= VQ_KEY_AUTO_TIE_BREAKER_NODE;
	} else if (strcmp(path, "quorum.device.model") == 0) {
		config->device_model = take_text(reader->reading, value, strlen(value));
		config->given |= VQ_KEY_DEVICE_MODEL;
	} else if (strcmp(path, "quorum.provider") == 0 && strcmp(value, "corosync_votequorum") != 0) {
		mistake(reader->reading, here(reader), "quorum.provider: %s is not corosync_votequorum",
			quoted(reader->reading, value, strlen(value)));
	}
}

/* A key with a dot reaches into a section, but is text whatever it looks like. */
static void set_value(struct conf_reader *reader, const char *path, const char *value)
{
	bool node = reader->node_at.line != 0;

	if (node && strcmp(path, "nodelist.node.name") == 0)
		reader->name = take_text(reader->reading, value, strlen(value));
	else if (node && strcmp(path, "nodelist.node.ring0_addr") == 0)
		reader->address = take_text(reader->reading, value, strlen(value));
	else if (strchr(path + strlen(reader->path), '.') != NULL)
		set_text(reader, path, value);
	else if (node && strcmp(path, "nodelist.node.nodeid") == 0) {
		reader->node.nodeid = conf_number(reader, path, value, UINT32_MAX);
		reader->has_nodeid = reader->node.nodeid != 0;
	} else if (node && strcmp(path, "nodelist.node.quorum_votes") == 0) {
		reader->node.votes = conf_number(reader, path, value, UINT32_MAX);
	} else if (!set_number(reader, path, value)) {
		set_text(reader, path, value);
	}
}

/* ---- sections ---------------------------------------------------------------------- */

/* A scenario that names the file can raise the limit, a file by itself cannot. */
static _Noreturn void too_many_nodes(const struct conf_reader *reader)
{
	bool named = reader->reading->within.line != 0 && reader->conf->capacity < NODES_MAX;

	mistake(reader->reading, reader->node_at, "more than %u nodes%s", reader->conf->capacity,
		named ? ": 'capacity' in the scenario's cluster raises that" : "");
}

static void end_node(struct conf_reader *reader)
{
	struct conf *conf = reader->conf;

	if (!reader->has_nodeid)
		mistake(reader->reading, reader->node_at,
			"a node without nodeid: corosync would make one of its address, which is not known here");
	for (uint32_t i = 0; i < conf->node_count; i++)
		if (reader->nodes[i].nodeid == reader->node.nodeid)
			mistake(reader->reading, reader->node_at, "nodeid %u stands here twice", reader->node.nodeid);
	if (conf->node_count == conf->capacity)
		too_many_nodes(reader);
	reader->names[conf->node_count] = reader->name ? reader->name : reader->address;
	reader->nodes[conf->node_count++] = reader->node;
	reader->node_at.line = 0;
}

static void open_section(struct conf_reader *reader, const char *name, size_t size)
{
	size_t used = strlen(reader->path);

	while (size > 0 && (is_blank(name[size - 1]) || name[size - 1] == ':'))
		size--;
	if (size == 0)
		mistake(reader->reading, here(reader), "a section without a name before '{'");
	if (used + size + 1 > PATH_MAX_BYTES)
		mistake(reader->reading, here(reader), "sections are nested too deep");
	reader->outer[reader->depth++] = (uint8_t)used;
	memcpy(reader->path + used, name, size);
	memcpy(reader->path + used + size, ".", 2);
	if (strcmp(reader->path, "nodelist.node.") == 0) {
		reader->node_at = here(reader);
		reader->node = (struct vq_config_node){0, 1};
		reader->has_nodeid = false;
		reader->name = reader->address = NULL;
	}
}

static void close_section(struct conf_reader *reader)
{
	if (reader->depth == 0)
		mistake(reader->reading, here(reader), "'}' closes no section");
	if (strcmp(reader->path, "nodelist.node.") == 0)
		end_node(reader);
	reader->path[reader->outer[--reader->depth]] = '\0';
}

/* ---- lines ------------------------------------------------------------------------- */

static bool is_key_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("._-/:", c) != NULL);
}

static void read_key(struct conf_reader *reader, const char *line, const char *colon)
{
	size_t size = (size_t)(colon - line), used = strlen(reader->path);
	const char *value = colon + 1;
	char path[LINE_MAX_BYTES + PATH_MAX_BYTES + 2];

	while (size > 0 && is_blank(line[size - 1]))
		size--;
	while (is_blank(*value))
		value++;
	if (used + size > PATH_MAX_BYTES)
		mistake(reader->reading, here(reader), "a key that is too long");
	memcpy(path, reader->path, used);
	memcpy(path + used, line, size);
	path[used + size] = '\0';
	for (size_t i = 0; i < used + size; i++)
		if (!is_key_letter(path[i]))
			mistake(reader->reading, here(reader), "%s is no key: letters, digits and ._-/: only",
				quoted(reader->reading, path, used + size));
	set_value(reader, path, value);
}

static void read_line(struct conf_reader *reader, char *line, size_t size)
{
	char *brace, *colon;

	if (size > LINE_MAX_BYTES || memchr(line, '\0', size) != NULL)
		mistake(reader->reading, here(reader), "a line of more than %u bytes, or with a NUL", LINE_MAX_BYTES);
	while (size > 0 && is_blank(line[size - 1]))
		size--;
	line[size] = '\0';
	while (is_blank(*line))
		line++;
	if (*line == '\0' || *line == '#')
		return;
	brace = strchr(line, '{');
	colon = strchr(line, ':');
	if (brace != NULL && brace[1] != '\0')
		mistake(reader->reading, here(reader),
			"text after '{': what is in a section begins on the next line");
	if (brace != NULL)
		open_section(reader, line, (size_t)(brace - line));
	else if (colon != NULL)
		read_key(reader, line, colon);
	else if (strcmp(line, "}") == 0)
		close_section(reader);
	else if (strchr(line, '}') != NULL)
		mistake(reader->reading, here(reader), "text beside '}': it stands on a line of its own");
	else
		mistake(reader->reading, here(reader), "neither 'SECTION {' nor 'KEY: VALUE' nor '}'");
}

static void check_totem(const struct conf_reader *reader)
{
	const struct totem *totem = &reader->conf->totem;

	if (totem->consensus_ms != 0 && totem->consensus_ms < totem->join_ms)
		mistake(reader->reading, (struct position){0, 0},
			"totem.consensus: %u ms is less than totem.join, %u ms", totem->consensus_ms, totem->join_ms);
}

void conf_parse(struct reading *reading, const char *text, size_t size, struct conf *conf)
{
	struct conf_reader reader = {.reading = reading, .conf = conf};
	char line[LINE_MAX_BYTES + 2];

	reader.nodes = take(reading, conf->capacity, sizeof(*reader.nodes));
	reader.names = take(reading, conf->capacity, sizeof(*reader.names));
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - text);
		size_t copied = length < sizeof(line) - 1 ? length : sizeof(line) - 1;

		reader.line++;
		memcpy(line, text, copied);
		line[copied] = '\0';
		read_line(&reader, line, copied);
		text += length + (end != NULL);
		size -= length + (end != NULL);
	}
	if (reader.path[0] != '\0')
		mistake(reading, here(&reader), "section %s is not closed",
			quoted(reading, reader.path, strlen(reader.path) - 1));
	check_totem(&reader);
	conf->nodes = reader.nodes;
	conf->names = reader.names;
	conf->config.nodes = reader.nodes;
	conf->config.node_count = conf->node_count;
}

struct conf_file {
	struct reading *reading;
	struct conf *conf;
	const char *text;
	size_t size;
};

static void parse_file(void *context)
{
	const struct conf_file *file = context;

	conf_parse(file->reading, file->text, file->size, file->conf);
}

void conf_read(struct reading *reading, const char *path, struct position at, struct conf *conf)
{
	struct conf_file file = {reading, conf, NULL, 0};
	const char *why = "", *outer = reading->path;
	char *text = file_read(path, CONF_BYTES_MAX, true, &file.size, &why);
	char shown[PRINTABLE_MAX];
	bool done;

	printable(path, strlen(path), shown);
	if (text == NULL && at.line == 0)
		mistake(reading, at, "%s", why);
	if (text == NULL)
		mistake(reading, at, "corosync_conf: %s: %s", shown, why);
	file.text = text;
	reading->path = path;
	reading->within = at;
	done = attempt(reading, parse_file, &file);
	reading->path = outer;
	reading->within.line = 0;
	free(text);
	if (!done)
		mistake_follows(reading);
}
