/*
 * Messages that no votequorum sends: what a step `inject` multicasts.
 *
 * Something else may speak on a ring: another version, another program, a forger.
 * Every node must ignore it, so what some votequorum could have sent is refused here.
 */
#include "sim/scenario/inject.h"

#include <string.h>

#include "sim/scenario/amount.h"

static uint32_t read_kind(struct reader *reader, const struct tree *tree)
{
	const char *words[VQ_MESSAGE_DEVICE_RENAME];
	uint64_t number;

	if (tree->kind == TREE_SCALAR && !tree->text_only && amount_integer(tree->text, &number) != AMOUNT_NONE)
		return (uint32_t)read_number(reader, tree, "kind", 0, UINT32_MAX);
	for (uint32_t kind = VQ_MESSAGE_NODEINFO; kind <= VQ_MESSAGE_DEVICE_RENAME; kind++) {
		words[kind - VQ_MESSAGE_NODEINFO] = vq_message_name(kind);
		if (strcmp(read_text(reader, tree, "kind"), vq_message_name(kind)) == 0)
			return kind;
	}
	mistake_word(&reader->reading, tree->at, "kind of message", tree->text, words, VQ_MESSAGE_DEVICE_RENAME);
}

static uint32_t number_of(const struct fields *fields, const char *key)
{
	const struct field *given = field(fields, key);

	return given != NULL ? (uint32_t)given->number : 0;
}

static const char *name_of(struct reader *reader, const struct fields *fields, const char *key, uint32_t most)
{
	const struct field *given = field(fields, key);

	if (given == NULL)
		return NULL;
	if (given->tree->size > most || memchr(given->text, 0, given->tree->size) != NULL)
		mistake(&reader->reading, given->tree->at, "%s: at most %u bytes, none of them zero", key, most);
	return given->text;
}

static void put_bytes(struct reader *reader, const struct tree *value, struct injected *injected)
{
	size_t more = injected->more != NULL ? strlen(injected->more) : 0;
	size_t size = vq_message_write(injected->bytes, &injected->message);

	if (more != 0)
		memcpy(injected->bytes + size, injected->more, more);
	size += more;
	if (injected->cut > size)
		mistake(&reader->reading, value->at, "inject: cut: the message has %u bytes", (uint32_t)size);
	injected->size = (uint32_t)size - injected->cut;
}

/* By its bytes, and by who speaks of whom: a node of itself and of its device. */
static bool could_be_sent(const struct injected *injected, uint32_t sender)
{
	struct vq_message read;

	return vq_message_read(&read, injected->bytes, injected->size) &&
	       (read.kind != VQ_MESSAGE_NODEINFO || read.about == VQ_DEVICE_NODEID || read.about == sender);
}

void read_inject(struct reader *reader, const struct tree *value, struct step *step)
{
	struct injected *injected = take(&reader->reading, 1, sizeof(*injected));
	struct fields fields;

	fields_read(reader, &words_inject, value, &fields);
	step->nodes.count = 1;
	step->nodes.index = take(&reader->reading, 1, sizeof(*step->nodes.index));
	step->nodes.index[0] = (uint32_t)field(&fields, "node")->number;
	injected->message = (struct vq_message){
		.kind = read_kind(reader, field(&fields, "kind")->tree),
		.about = number_of(&fields, "about"),
		.votes = number_of(&fields, "votes"),
		.expected_votes = number_of(&fields, "expected_votes"),
		.flags = number_of(&fields, "flags"),
		.name = name_of(reader, &fields, "name", VQ_NAME_MAX - 1),
		.new_name = name_of(reader, &fields, "new_name", VQ_NAME_MAX - 1),
	};
	injected->more = name_of(reader, &fields, "more", INJECTED_MORE_MAX);
	injected->cut = number_of(&fields, "cut");
	put_bytes(reader, value, injected);
	if (could_be_sent(injected, reader->nodes[step->nodes.index[0]].nodeid))
		mistake(&reader->reading, value->at,
			"inject: node %u could send this: inject is for what no node sends",
			reader->nodes[step->nodes.index[0]].nodeid);
	step->injected = injected;
}

void write_injected(struct yaml *yaml, const struct injected *injected)
{
	const struct vq_message *message = &injected->message;
	const struct {
		const char *key;
		uint32_t value;
	} numbers[] = {
		{"about", message->about}, {"votes", message->votes}, {"expected_votes", message->expected_votes},
		{"flags", message->flags}, {"cut", injected->cut},
	};
	const struct {
		const char *key, *value;
	} texts[] = {{"name", message->name}, {"new_name", message->new_name}, {"more", injected->more}};

	if (vq_message_name(message->kind) != NULL)
		yaml_word(yaml, "kind", vq_message_name(message->kind));
	else
		yaml_number(yaml, "kind", message->kind);
	for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].value != 0)
			yaml_number(yaml, numbers[i].key, numbers[i].value);
	for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].value != NULL)
			yaml_text(yaml, texts[i].key, texts[i].value);
}
