/* Every word of the scenario language, in tables. */
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/vocabulary.h"

/* One word a line: */
/* clang-format off */
#define COUNT(array) (uint32_t)(sizeof(array) / sizeof(*(array)))
#define VOCABULARY(variable, title, ...)                                                                               \
	static const struct word variable##_list[] = {__VA_ARGS__};                                                    \
	const struct vocabulary variable = {title, variable##_list, COUNT(variable##_list)}

VOCABULARY(words_scenario, "the scenario",
	   {"scenario", WORD_TEXT, REQUIRED, 0},
	   {"description", WORD_TEXT, OPTIONAL, 0},
	   {"tags", WORD_OTHER, OPTIONAL, 0},
	   {"findings", WORD_OTHER, OPTIONAL, 0},
	   {"matrix", WORD_OTHER, OPTIONAL, 0},
	   {"seed", WORD_OTHER, OPTIONAL, 0},
	   {"choices", WORD_OTHER, OPTIONAL, 0},
	   {"cluster", WORD_OTHER, REQUIRED, 0},
	   {"totem", WORD_OTHER, OPTIONAL, 0},
	   {"network", WORD_OTHER, OPTIONAL, 0},
	   {"steps", WORD_OTHER, REQUIRED, 0});

VOCABULARY(words_cluster, "cluster",
	   {"nodes", WORD_OTHER, OPTIONAL, 0},
	   {"capacity", WORD_OTHER, OPTIONAL, 0},
	   {"nodelist", WORD_BOOL, OPTIONAL, 0},
	   {"quorum", WORD_OTHER, OPTIONAL, 0},
	   {"corosync_conf", WORD_TEXT, OPTIONAL, 0},
	   {"stored_expected_votes", WORD_OTHER, OPTIONAL, 0},
	   {"quirks", WORD_OTHER, OPTIONAL, 0},
	   {"profile", WORD_TEXT, OPTIONAL, 0});

VOCABULARY(words_node, "a node",
	   {"nodeid", WORD_OTHER, REQUIRED, 0},
	   {"quorum_votes", WORD_NUMBER, OPTIONAL, 0},
	   {"quorum", WORD_OTHER, OPTIONAL, 0});

VOCABULARY(words_quorum, "quorum",
	   {"provider", WORD_TEXT, OPTIONAL, 0},
	   {"expected_votes", WORD_NUMBER, OPTIONAL, 0},
	   {"two_node", WORD_SWITCH, OPTIONAL, 0},
	   {"wait_for_all", WORD_SWITCH, OPTIONAL, 0},
	   {"auto_tie_breaker", WORD_SWITCH, OPTIONAL, 0},
	   {"auto_tie_breaker_node", WORD_OTHER, OPTIONAL, 0},
	   {"last_man_standing", WORD_SWITCH, OPTIONAL, 0},
	   {"last_man_standing_window", WORD_MILLIS, OPTIONAL, 0},
	   {"allow_downscale", WORD_SWITCH, OPTIONAL, 0},
	   {"expected_votes_tracking", WORD_SWITCH, OPTIONAL, 0},
	   {"votes", WORD_NUMBER, OPTIONAL, 0},
	   {"device", WORD_OTHER, OPTIONAL, 0});

VOCABULARY(words_device, "device",
	   {"model", WORD_TEXT, OPTIONAL, 0},
	   {"votes", WORD_NUMBER, OPTIONAL, 0},
	   {"timeout", WORD_MILLIS, OPTIONAL, 0},
	   {"sync_timeout", WORD_MILLIS, OPTIONAL, 0},
	   {"net", WORD_OTHER, OPTIONAL, 0},
	   {"heuristics", WORD_OTHER, OPTIONAL, 0});

VOCABULARY(words_totem, "totem",
	   {"token", WORD_MILLIS, OPTIONAL, 0},
	   {"token_coefficient", WORD_MILLIS, OPTIONAL, 0},
	   {"consensus", WORD_MILLIS, OPTIONAL, 0},
	   {"join", WORD_MILLIS, OPTIONAL, 0},
	   {"merge", WORD_MILLIS, OPTIONAL, 0});

VOCABULARY(words_network, "network",
	   {"latency", WORD_DURATION, OPTIONAL, 0},
	   {"jitter", WORD_DURATION, OPTIONAL, 0},
	   {"loss", WORD_RATIO, OPTIONAL, 0});

VOCABULARY(words_choices, "choices", /* in the order of enum choice_kind */
	   {"order", WORD_OTHER, OPTIONAL, 0},
	   {"move", WORD_OTHER, OPTIONAL, 0},
	   {"contact", WORD_OTHER, OPTIONAL, 0},
	   {"join", WORD_OTHER, OPTIONAL, 0},
	   {"recover", WORD_OTHER, OPTIONAL, 0},
	   {"wake", WORD_OTHER, OPTIONAL, 0},
	   {"exit", WORD_OTHER, OPTIONAL, 0},
	   {"stop", WORD_OTHER, OPTIONAL, 0},
	   {"turn", WORD_OTHER, OPTIONAL, 0},
	   {"mover", WORD_OTHER, OPTIONAL, 0},
	   {"token", WORD_OTHER, OPTIONAL, 0},
	   {"release", WORD_OTHER, OPTIONAL, 0});

#define STEP_VERB(name) {name, WORD_OTHER, OPTIONAL, 0}
VOCABULARY(words_step, "a step",
	   {"name", WORD_TEXT, OPTIONAL, 0},
	   {"at", WORD_DURATION, OPTIONAL, 0},
	   {"after", WORD_DURATION, OPTIONAL, 0},
	   {"settle", WORD_BOOL, OPTIONAL, 0},
	   STEP_VERB("expect"), /* from here on in the order of enum verb */
	   STEP_VERB("start"), STEP_VERB("stop"), STEP_VERB("crash"), STEP_VERB("pause"), STEP_VERB("resume"),
	   STEP_VERB("partition"), STEP_VERB("heal"), STEP_VERB("link"), STEP_VERB("reload"),
	   STEP_VERB("cancel_wait_for_all"), STEP_VERB("wait"), STEP_VERB("fault"), STEP_VERB("initialize"),
	   STEP_VERB("finalize"), STEP_VERB("dispatch"), STEP_VERB("fd_get"), STEP_VERB("context_get"),
	   STEP_VERB("context_set"), STEP_VERB("getinfo"), STEP_VERB("setexpected"), STEP_VERB("setvotes"),
	   STEP_VERB("trackstart"), STEP_VERB("trackstop"), STEP_VERB("qdevice_register"),
	   STEP_VERB("qdevice_unregister"), STEP_VERB("qdevice_update"), STEP_VERB("qdevice_poll"),
	   STEP_VERB("qdevice_master_wins"), STEP_VERB("kill"), STEP_VERB("inject"));
#define FIRST_VERB 4u

VOCABULARY(words_start, "start",
	   {"nodes", WORD_NODES, REQUIRED, 0},
	   {"together", WORD_BOOL, OPTIONAL, 0});
VOCABULARY(words_stop, "stop and crash",
	   {"nodes", WORD_NODES, REQUIRED, 0},
	   {"wipe", WORD_BOOL, OPTIONAL, 0});
VOCABULARY(words_link, "link",
	   {"from", WORD_NODE, REQUIRED, 0},
	   {"to", WORD_NODE, REQUIRED, 0},
	   {"loss", WORD_RATIO, OPTIONAL, 0},
	   {"latency", WORD_DURATION, OPTIONAL, 0},
	   {"up", WORD_BOOL, OPTIONAL, 0});
VOCABULARY(words_reload, "reload",
	   {"quorum", WORD_OTHER, OPTIONAL, 0},
	   {"nodes", WORD_OTHER, OPTIONAL, 0},
	   {"on", WORD_NODES, OPTIONAL, 0});

/* Where a client is named it may be made: the options count at its first use. */
#define CLIENT_WORDS                                                                                                   \
	{"node", WORD_NODE, REQUIRED, 0}, {"client", WORD_TEXT, OPTIONAL, 0}
#define CLIENT_OPTIONS                                                                                                 \
	{"dispatch", WORD_TEXT, OPTIONAL, 0}, {"callbacks", WORD_OTHER, OPTIONAL, 0}, {"slow", WORD_DURATION, OPTIONAL, 0},  \
	{"in_callback", WORD_TEXT, OPTIONAL, 0}
#define CALL_WORDS CLIENT_WORDS, CLIENT_OPTIONS

VOCABULARY(words_kill, "kill", CLIENT_WORDS);
VOCABULARY(words_inject, "inject",
	   {"node", WORD_NODE, REQUIRED, 0},
	   {"kind", WORD_OTHER, REQUIRED, 0},
	   {"about", WORD_NUMBER, OPTIONAL, 0},
	   {"votes", WORD_NUMBER, OPTIONAL, 0},
	   {"expected_votes", WORD_NUMBER, OPTIONAL, 0},
	   {"flags", WORD_NUMBER, OPTIONAL, 0},
	   {"name", WORD_TEXT, OPTIONAL, 0},
	   {"new_name", WORD_TEXT, OPTIONAL, 0},
	   {"more", WORD_TEXT, OPTIONAL, 0},
	   {"cut", WORD_NUMBER, OPTIONAL, 0});
VOCABULARY(words_fault, "fault", CALL_WORDS,
	   {"call", WORD_OTHER, OPTIONAL, 0},
	   {"error", WORD_OTHER, REQUIRED, 0});
VOCABULARY(words_initialize, "initialize", CALL_WORDS);
VOCABULARY(words_finalize, "finalize", CALL_WORDS);
VOCABULARY(words_dispatch, "dispatch", CALL_WORDS,
	   {"type", WORD_OTHER, OPTIONAL, 0});
VOCABULARY(words_fd_get, "fd_get", CALL_WORDS);
VOCABULARY(words_context_get, "context_get", CALL_WORDS);
VOCABULARY(words_context_set, "context_set", CALL_WORDS,
	   {"context", WORD_NUMBER64, REQUIRED, 0});
VOCABULARY(words_getinfo, "getinfo", CALL_WORDS,
	   {"of", WORD_NUMBER, OPTIONAL, 0});
VOCABULARY(words_setexpected, "setexpected", CALL_WORDS,
	   {"votes", WORD_NUMBER, REQUIRED, 0});
VOCABULARY(words_setvotes, "setvotes", CALL_WORDS,
	   {"of", WORD_NUMBER, REQUIRED, 0},
	   {"votes", WORD_NUMBER, REQUIRED, 0});
VOCABULARY(words_trackstart, "trackstart", CALL_WORDS,
	   {"context", WORD_NUMBER64, OPTIONAL, 0},
	   {"flags", WORD_OTHER, OPTIONAL, 0});
VOCABULARY(words_trackstop, "trackstop", CALL_WORDS);
VOCABULARY(words_qdevice_register, "qdevice_register", CALL_WORDS,
	   {"name", WORD_TEXT, REQUIRED, 0});
VOCABULARY(words_qdevice_unregister, "qdevice_unregister", CALL_WORDS,
	   {"name", WORD_TEXT, REQUIRED, 0});
VOCABULARY(words_qdevice_update, "qdevice_update", CALL_WORDS,
	   {"name", WORD_TEXT, REQUIRED, 0},
	   {"new_name", WORD_TEXT, REQUIRED, 0});
VOCABULARY(words_qdevice_poll, "qdevice_poll", CALL_WORDS,
	   {"name", WORD_TEXT, REQUIRED, 0},
	   {"cast_vote", WORD_SWITCH, OPTIONAL, 0},
	   {"ring", WORD_OTHER, OPTIONAL, 0});
VOCABULARY(words_qdevice_master_wins, "qdevice_master_wins", CALL_WORDS,
	   {"name", WORD_TEXT, REQUIRED, 0},
	   {"allow", WORD_SWITCH, OPTIONAL, 0});

VOCABULARY(words_expect, "expect",
	   {"quorate", WORD_OTHER, OPTIONAL, 0},
	   {"members", WORD_OTHER, OPTIONAL, 0},
	   {"info", WORD_OTHER, OPTIONAL, 0},
	   {"callbacks", WORD_OTHER, OPTIONAL, 0},
	   {"callbacks_include", WORD_OTHER, OPTIONAL, 0},
	   {"reply", WORD_OTHER, OPTIONAL, 0},
	   {"refused", WORD_OTHER, OPTIONAL, 0},
	   {"log", WORD_OTHER, OPTIONAL, 0},
	   {"split_brain", WORD_BOOL, OPTIONAL, 0});

#define INFO_WORDS /* in the order of enum info_field */                                                               \
	{"node_id", WORD_NUMBER, OPTIONAL, 0}, {"node_state", WORD_OTHER, OPTIONAL, 0},                                \
	{"node_votes", WORD_NUMBER, OPTIONAL, 0}, {"node_expected_votes", WORD_NUMBER, OPTIONAL, 0},                   \
	{"highest_expected", WORD_NUMBER, OPTIONAL, 0}, {"total_votes", WORD_NUMBER, OPTIONAL, 0},                     \
	{"quorum", WORD_NUMBER, OPTIONAL, 0}, {"flags", WORD_OTHER, OPTIONAL, 0},                                      \
	{"qdevice_votes", WORD_NUMBER, OPTIONAL, 0}, {"qdevice_name", WORD_TEXT, OPTIONAL, 0}
VOCABULARY(words_info, "info", INFO_WORDS,
	   {"of", WORD_NUMBER, OPTIONAL, 0});
VOCABULARY(words_reply, "reply", INFO_WORDS,
	   {"error", WORD_OTHER, OPTIONAL, 0},
	   {"context", WORD_NUMBER64, OPTIONAL, 0},
	   {"dispatched", WORD_NUMBER, OPTIONAL, 0});

VOCABULARY(words_nodelist_callback, "nodelist",
	   {"context", WORD_NUMBER64, OPTIONAL, 0},
	   {"ring", WORD_OTHER, OPTIONAL, 0},
	   {"members", WORD_OTHER, OPTIONAL, 0});
VOCABULARY(words_quorum_callback, "quorum",
	   {"context", WORD_NUMBER64, OPTIONAL, 0},
	   {"quorate", WORD_SWITCH, OPTIONAL, 0},
	   {"nodes", WORD_OTHER, OPTIONAL, 0});
VOCABULARY(words_expected_votes_callback, "expected_votes",
	   {"context", WORD_NUMBER64, OPTIONAL, 0},
	   {"expected_votes", WORD_NUMBER, OPTIONAL, 0});
VOCABULARY(words_ring, "ring",
	   {"nodeid", WORD_NUMBER, OPTIONAL, 0},
	   {"seq", WORD_NUMBER64, OPTIONAL, 0});

/* clang-format on */

const struct vocabulary *words_call(enum verb verb)
{
	static const struct vocabulary *const calls[] = {
		&words_initialize,         &words_finalize,       &words_dispatch,     &words_fd_get,
		&words_context_get,        &words_context_set,    &words_getinfo,      &words_setexpected,
		&words_setvotes,           &words_trackstart,     &words_trackstop,    &words_qdevice_register,
		&words_qdevice_unregister, &words_qdevice_update, &words_qdevice_poll, &words_qdevice_master_wins,
	};

	return verb_is_call(verb) ? calls[verb - VERB_INITIALIZE] : NULL;
}

const char *verb_name(enum verb verb)
{
	_Static_assert(COUNT(words_step_list) == FIRST_VERB + VERB_COUNT, "a word for each verb");
	ALWAYS((uint32_t)verb < VERB_COUNT);
	return words_step_list[FIRST_VERB + (uint32_t)verb].name;
}

enum verb verb_by_name(const char *name)
{
	uint32_t verb = 0;

	while (verb < VERB_COUNT && strcmp(verb_name((enum verb)verb), name) != 0)
		verb++;
	return (enum verb)verb;
}

const char *info_field_name(enum info_field field)
{
	_Static_assert(COUNT(words_info_list) == INFO_FIELD_COUNT + 1, "a word for each field");
	ALWAYS((uint32_t)field < INFO_FIELD_COUNT);
	return words_info_list[field].name;
}

uint32_t info_field_number(const struct vq_info *info, enum info_field field)
{
	const uint32_t numbers[INFO_FIELD_COUNT] = {info->node_id,          info->node_state,
						    info->node_votes,       info->node_expected_votes,
						    info->highest_expected, info->total_votes,
						    info->quorum,           info->flags,
						    info->qdevice_votes,    0};

	ALWAYS((uint32_t)field < INFO_FIELD_COUNT);
	return numbers[field];
}

/* clang-format off */
#define NAMES(variable, what, prefix, ...)                                                                             \
	static const struct name variable##_list[] = {__VA_ARGS__};                                                    \
	const struct names variable = {what, prefix, variable##_list, COUNT(variable##_list)}

NAMES(names_track_flags, "flag", "CS_TRACK_",
      {"CURRENT", VQ_TRACK_CURRENT},
      {"CHANGES", VQ_TRACK_CHANGES},
      {"CHANGES_ONLY", VQ_TRACK_CHANGES_ONLY});
NAMES(names_info_flags, "flag", "VOTEQUORUM_INFO_",
      {"TWONODE", VQ_INFO_TWONODE},
      {"QUORATE", VQ_INFO_QUORATE},
      {"WAIT_FOR_ALL", VQ_INFO_WAIT_FOR_ALL},
      {"LAST_MAN_STANDING", VQ_INFO_LAST_MAN_STANDING},
      {"AUTO_TIE_BREAKER", VQ_INFO_AUTO_TIE_BREAKER},
      {"ALLOW_DOWNSCALE", VQ_INFO_ALLOW_DOWNSCALE},
      {"QDEVICE_REGISTERED", VQ_INFO_QDEVICE_REGISTERED},
      {"QDEVICE_ALIVE", VQ_INFO_QDEVICE_ALIVE},
      {"QDEVICE_CAST_VOTE", VQ_INFO_QDEVICE_CAST_VOTE},
      {"QDEVICE_MASTER_WINS", VQ_INFO_QDEVICE_MASTER_WINS});

const char *info_flag_name(uint32_t flag)
{
	for (uint32_t i = 0; i < names_info_flags.count; i++)
		if (names_info_flags.list[i].value == flag)
			return names_info_flags.list[i].name;
	return NULL;
}

NAMES(names_node_states, "state", "VOTEQUORUM_NODESTATE_",
      {"member", VQ_STATE_MEMBER},
      {"dead", VQ_STATE_DEAD},
      {"leaving", VQ_STATE_LEAVING});
NAMES(names_dispatch_types, "type", "CS_DISPATCH_",
      {"ONE", VQ_DISPATCH_ONE},
      {"ALL", VQ_DISPATCH_ALL},
      {"BLOCKING", VQ_DISPATCH_BLOCKING},
      {"ONE_NONBLOCKING", VQ_DISPATCH_ONE_NONBLOCKING});
NAMES(names_callbacks, "callback", "",
      {"nodelist", VQ_NODELIST},
      {"quorum", VQ_QUORUM},
      {"expected_votes", VQ_EXPECTED_VOTES});

/* clang-format on */

bool name_value(const struct names *names, const char *text, uint32_t *value)
{
	size_t prefix = strlen(names->prefix);

	if (strncmp(text, names->prefix, prefix) == 0)
		text += prefix;
	for (uint32_t i = 0; i < names->count; i++) {
		if (strcmp(text, names->list[i].name) == 0) {
			*value = names->list[i].value;
			return true;
		}
	}
	return false;
}

/* ---- as JSON ------------------------------------------------------------------ */

static void dump_words(FILE *to, const char *key, const struct vocabulary *words, bool last)
{
	static const char *const types[] = {"text",   "bool",  "switch", "number", "number64", "duration",
					    "millis", "ratio", "node",   "nodes",  "other"};

	fprintf(to, "  \"%s\": {", key);
	for (uint32_t i = 0; i < words->count; i++)
		fprintf(to, "%s\n    \"%s\": {\"type\": \"%s\", \"required\": %s}", i == 0 ? "" : ",",
			words->words[i].name, types[words->words[i].type],
			words->words[i].need == REQUIRED ? "true" : "false");
	fprintf(to, "\n  }%s\n", last ? "" : ",");
}

static void dump_names(FILE *to, const char *key, const struct names *names, bool last)
{
	fprintf(to, "  \"%s\": {", key);
	for (uint32_t i = 0; i < names->count; i++)
		fprintf(to, "%s\"%s\": %u", i == 0 ? "" : ", ", names->list[i].name, names->list[i].value);
	fprintf(to, "}%s\n", last ? "" : ",");
}

static void dump_core_names(FILE *to)
{
	const char *between = "";

	fprintf(to, "  \"errors\": {");
	for (int error = VQ_OK; error <= VQ_ERR_MESSAGE_ERROR; error++) {
		if (vq_error_name(error) == NULL)
			continue;
		fprintf(to, "%s\"%s\": %d", between, vq_error_name(error), error);
		between = ", ";
	}
	fprintf(to, "},\n  \"quirks\": {");
	for (int quirk = 0; quirk < VQ_QUIRK_COUNT; quirk++)
		fprintf(to, "%s\"%s\": %d", quirk == 0 ? "" : ", ", vq_quirk_name((enum vq_quirk)quirk), quirk);
	fprintf(to, "}\n");
}

void scenario_dump_vocabulary(FILE *to)
{
	static const struct {
		const char *key;
		const struct vocabulary *words;
	} mappings[] = {
		{"scenario", &words_scenario},
		{"cluster", &words_cluster},
		{"node", &words_node},
		{"quorum", &words_quorum},
		{"device", &words_device},
		{"totem", &words_totem},
		{"network", &words_network},
		{"choices", &words_choices},
		{"step", &words_step},
		{"start", &words_start},
		{"stop", &words_stop},
		{"link", &words_link},
		{"reload", &words_reload},
		{"fault", &words_fault},
		{"kill", &words_kill},
		{"inject", &words_inject},
		{"expect", &words_expect},
		{"info", &words_info},
		{"reply", &words_reply},
		{"ring", &words_ring},
		{"nodelist_callback", &words_nodelist_callback},
		{"quorum_callback", &words_quorum_callback},
		{"expected_votes_callback", &words_expected_votes_callback},
	};

	fprintf(to, "{\"mappings\": {\n");
	for (uint32_t i = 0; i < COUNT(mappings); i++)
		dump_words(to, mappings[i].key, mappings[i].words, false);
	for (uint32_t verb = VERB_INITIALIZE; verb <= VERB_QDEVICE_MASTER_WINS; verb++)
		dump_words(to, verb_name((enum verb)verb), words_call((enum verb)verb),
			   verb == VERB_QDEVICE_MASTER_WINS);
	fprintf(to, "},\n \"names\": {\n");
	dump_names(to, "track_flags", &names_track_flags, false);
	dump_names(to, "info_flags", &names_info_flags, false);
	dump_names(to, "node_states", &names_node_states, false);
	dump_names(to, "dispatch_types", &names_dispatch_types, false);
	dump_names(to, "callbacks", &names_callbacks, false);
	dump_core_names(to);
	fprintf(to, "}}\n");
}
