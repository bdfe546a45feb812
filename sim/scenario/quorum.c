/* The quorum section of a scenario: corosync.conf's own keys, written as YAML. */
#include <string.h>

#include "sim/scenario/config.h"

/* `lowest`, `highest`, an id or a list of ids: as the text corosync.conf would have. */
static const char *read_tie_breaker_node(struct reader *reader, const struct tree *tree)
{
	const char *text = "";

	if (tree->kind == TREE_SCALAR)
		return read_text(reader, tree, "auto_tie_breaker_node");
	expect_list(reader, tree, "auto_tie_breaker_node", "ids");
	for (uint32_t i = 0; i < tree->count; i++) {
		uint64_t id = read_number(reader, tree->items[i], "auto_tie_breaker_node", 1, UINT32_MAX);

		text = take_format(&reader->reading, "%s%s%llu", text, i == 0 ? "" : " ", (unsigned long long)id);
	}
	return text;
}

static void set(struct vq_config *config, const struct fields *fields, const char *name, enum vq_key key,
		uint32_t *to)
{
	const struct field *given = field(fields, name);

	if (given == NULL)
		return;
	*to = (uint32_t)given->number;
	config->given |= (uint32_t)key;
}

static void read_device(struct reader *reader, const struct tree *tree, struct vq_config *config)
{
	struct fields fields;

	fields_read(reader, &words_device, tree, &fields);
	if (field(&fields, "model") != NULL) {
		config->device_model = field(&fields, "model")->text;
		config->given |= VQ_KEY_DEVICE_MODEL;
	}
	set(config, &fields, "votes", VQ_KEY_DEVICE_VOTES, &config->device_votes);
	set(config, &fields, "timeout", VQ_KEY_DEVICE_TIMEOUT, &config->device_timeout_ms);
	set(config, &fields, "sync_timeout", VQ_KEY_DEVICE_SYNC_TIMEOUT, &config->device_sync_timeout_ms);
}

void read_quorum(struct reader *reader, const struct tree *tree, struct vq_config *config)
{
	struct fields fields;
	const struct field *provider;

	fields_read(reader, &words_quorum, tree, &fields);
	provider = field(&fields, "provider");
	if (provider != NULL && strcmp(provider->text, "corosync_votequorum") != 0)
		mistake(&reader->reading, provider->tree->at, "provider: the only one here is corosync_votequorum");
	set(config, &fields, "expected_votes", VQ_KEY_EXPECTED_VOTES, &config->expected_votes);
	set(config, &fields, "two_node", VQ_KEY_TWO_NODE, &config->two_node);
	set(config, &fields, "wait_for_all", VQ_KEY_WAIT_FOR_ALL, &config->wait_for_all);
	set(config, &fields, "auto_tie_breaker", VQ_KEY_AUTO_TIE_BREAKER, &config->auto_tie_breaker);
	set(config, &fields, "last_man_standing", VQ_KEY_LAST_MAN_STANDING, &config->last_man_standing);
	set(config, &fields, "last_man_standing_window", VQ_KEY_LAST_MAN_STANDING_WINDOW,
	    &config->last_man_standing_window_ms);
	set(config, &fields, "allow_downscale", VQ_KEY_ALLOW_DOWNSCALE, &config->allow_downscale);
	set(config, &fields, "expected_votes_tracking", VQ_KEY_EXPECTED_VOTES_TRACKING,
	    &config->expected_votes_tracking);
	set(config, &fields, "votes", VQ_KEY_VOTES, &config->votes);
	if (field(&fields, "auto_tie_breaker_node") != NULL) {
		config->auto_tie_breaker_node =
			read_tie_breaker_node(reader, field(&fields, "auto_tie_breaker_node")->tree);
		config->given |= VQ_KEY_AUTO_TIE_BREAKER_NODE;
	}
	if (field(&fields, "device") != NULL)
		read_device(reader, field(&fields, "device")->tree, config);
}
