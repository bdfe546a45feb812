/* The clients of a scenario: made at first use, known by node and name. */
#include <string.h>

#include "sim/scenario/client.h"

#define DEFAULT_NAME "client"
#define ALL_CALLBACKS (1u << VQ_NODELIST | 1u << VQ_QUORUM | 1u << VQ_EXPECTED_VOTES)

/* ---- options -------------------------------------------------------------------- */

static bool read_manual(struct reader *reader, const struct field *dispatch)
{
	static const char *const ways[] = {"manual", "auto"};

	if (strcmp(dispatch->text, "manual") != 0 && strcmp(dispatch->text, "auto") != 0)
		mistake_word(&reader->reading, dispatch->tree->at, "way to dispatch", dispatch->text, ways, 2);
	return strcmp(dispatch->text, "manual") == 0;
}

static uint32_t read_callbacks(struct reader *reader, const struct tree *tree)
{
	uint32_t bits = 0;

	expect_list(reader, tree, "callbacks", "nodelist, quorum and expected_votes");
	for (uint32_t i = 0; i < tree->count; i++) {
		const char *text = read_text(reader, tree->items[i], "callbacks");
		uint32_t kind;

		if (!name_value(&names_callbacks, text, &kind))
			(void)read_name(reader, tree->items[i], "callbacks", &names_callbacks);
		else
			bits |= 1u << kind;
	}
	return bits;
}

static enum verb read_in_callback(struct reader *reader, const struct field *call)
{
	static const enum verb verbs[] = {VERB_NONE, VERB_GETINFO, VERB_QDEVICE_POLL, VERB_FINALIZE, VERB_TRACKSTOP};
	const char *words[5];

	for (uint32_t i = 0; i < 5; i++) {
		words[i] = verbs[i] == VERB_NONE ? "none" : verb_name(verbs[i]);
		if (strcmp(call->text, words[i]) == 0)
			return verbs[i];
	}
	mistake_word(&reader->reading, call->tree->at, "call from inside a callback", call->text, words, 5);
}

static void read_options(struct reader *reader, const struct fields *fields, struct scenario_client *client,
			 struct client_use *use)
{
	const struct field *dispatch = field(fields, "dispatch"), *callbacks = field(fields, "callbacks"),
			   *slow = field(fields, "slow"), *in_callback = field(fields, "in_callback");

	use->has_dispatch = dispatch != NULL;
	use->has_callbacks = callbacks != NULL;
	use->has_slow = slow != NULL;
	use->has_in_callback = in_callback != NULL;
	client->manual = dispatch != NULL && read_manual(reader, dispatch);
	client->callbacks = callbacks != NULL ? read_callbacks(reader, callbacks->tree) : ALL_CALLBACKS;
	client->slow_ns = slow != NULL ? slow->number : 0;
	client->in_callback = in_callback != NULL ? read_in_callback(reader, in_callback) : VERB_NONE;
}

/* A client is what it was made: an option that comes later must say the same. */
static void compare_options(struct reader *reader, const struct fields *fields, uint32_t index)
{
	const struct scenario_client *client = &reader->clients[index];
	const char *other = NULL;
	struct scenario_client now;
	struct client_use use;

	read_options(reader, fields, &now, &use);
	if (use.has_dispatch && now.manual != client->manual)
		other = "dispatch";
	else if (use.has_callbacks && now.callbacks != client->callbacks)
		other = "callbacks";
	else if (use.has_slow && now.slow_ns != client->slow_ns)
		other = "slow";
	else if (use.has_in_callback && now.in_callback != client->in_callback)
		other = "in_callback";
	if (other != NULL)
		mistake(&reader->reading, field(fields, other)->tree->at,
			"%s: client %s was made on line %u without that: its first use decides", other,
			quoted(&reader->reading, client->name, strlen(client->name)),
			reader->client_uses[index].line);
}

/* ---- finding --------------------------------------------------------------------- */

static const char *read_client_name(struct reader *reader, const struct field *name)
{
	if (name == NULL)
		return DEFAULT_NAME;
	if (name->tree->size == 0 || name->tree->size > NAME_MAX_BYTES || strchr(name->text, '@') != NULL)
		mistake(&reader->reading, name->tree->at, "client: a name has 1 to %u bytes and no @",
			NAME_MAX_BYTES);
	return name->text;
}

static uint32_t find(const struct reader *reader, uint32_t node, const char *name)
{
	uint32_t i = 0;

	while (i < reader->scenario->client_count &&
	       (reader->clients[i].node != node || strcmp(reader->clients[i].name, name) != 0))
		i++;
	return i;
}

static void make_room(struct reader *reader, struct position at)
{
	uint32_t count = reader->scenario->client_count, room = count == 0 ? 16 : count * 2;
	struct scenario_client *clients;
	struct client_use *uses;

	if (count < reader->client_room)
		return;
	if (count >= CLIENTS_MAX)
		mistake(&reader->reading, at, "more than %u clients", CLIENTS_MAX);
	clients = take(&reader->reading, room, sizeof(*clients));
	uses = take(&reader->reading, room, sizeof(*uses));
	if (count > 0) {
		memcpy(clients, reader->clients, count * sizeof(*clients));
		memcpy(uses, reader->client_uses, count * sizeof(*uses));
	}
	reader->clients = clients;
	reader->client_uses = uses;
	reader->client_room = room;
	reader->scenario->clients = clients;
}

uint32_t client_use(struct reader *reader, const struct fields *fields)
{
	uint32_t node = (uint32_t)field(fields, "node")->number;
	const char *name = read_client_name(reader, field(fields, "client"));
	uint32_t index = find(reader, node, name);

	if (index < reader->scenario->client_count) {
		compare_options(reader, fields, index);
		return index;
	}
	make_room(reader, fields->map->at);
	reader->clients[index].name = name;
	reader->clients[index].node = node;
	reader->client_uses[index].line = fields->map->at.line;
	read_options(reader, fields, &reader->clients[index], &reader->client_uses[index]);
	return reader->scenario->client_count++;
}

static _Noreturn void unknown_client(struct reader *reader, struct position at, const char *name)
{
	const char *words[256];
	uint32_t count = 0;

	if (reader->clients_incomplete)
		mistake_follows(&reader->reading);
	while (count < reader->scenario->client_count && count < 256) {
		words[count] = reader->clients[count].name;
		count++;
	}
	if (count == 0)
		mistake(&reader->reading, at, "unknown client %s: no step has any",
			quoted(&reader->reading, name, strlen(name)));
	mistake_word(&reader->reading, at, "client", name, words, count);
}

uint32_t client_known(struct reader *reader, const struct fields *fields)
{
	uint32_t node = (uint32_t)field(fields, "node")->number;
	const struct field *given = field(fields, "client");
	const char *name = read_client_name(reader, given);
	uint32_t index = find(reader, node, name);
	struct position at = given != NULL ? given->tree->at : fields->map->at;

	if (index == reader->scenario->client_count)
		mistake(&reader->reading, at, "client %s of node %u was not used in any step before",
			quoted(&reader->reading, name, strlen(name)), reader->nodes[node].nodeid);
	return index;
}

uint32_t client_named(struct reader *reader, const struct tree *key)
{
	const char *mark = strchr(key->text, '@');
	size_t size = mark != NULL ? (size_t)(mark - key->text) : key->size;
	const char *name = take_text(&reader->reading, key->text, size);
	uint32_t index = UINT32_MAX, node = 0;

	if (mark != NULL) {
		struct tree id = *key;

		id.text = mark + 1;
		id.size = key->size - size - 1;
		id.text_only = false; /* the name may need quotes, and JSON has keys in quotes only */
		node = read_node(reader, &id, "callbacks");
	}
	for (uint32_t i = 0; i < reader->scenario->client_count; i++) {
		const struct scenario_client *client = &reader->clients[i];

		if (strcmp(client->name, name) != 0 || (mark != NULL && client->node != node))
			continue;
		if (index != UINT32_MAX)
			mistake(&reader->reading, key->at, "client %s is on several nodes: write %s@%u or %s@%u",
				quoted(&reader->reading, name, size), name,
				reader->nodes[reader->clients[index].node].nodeid, name,
				reader->nodes[client->node].nodeid);
		index = i;
	}
	if (index == UINT32_MAX && mark != NULL && !reader->clients_incomplete)
		mistake(&reader->reading, key->at, "unknown client %s: no step has that name on node %u",
			quoted(&reader->reading, key->text, key->size), reader->nodes[node].nodeid);
	if (index == UINT32_MAX)
		unknown_client(reader, key->at, key->text);
	return index;
}
