/*
 * Steps are texts, one a line, in which $words stand for what the cluster has: $last and
 * $others its nodes, $w the watcher, $d the device's client, $c the caller.
 */
#include "sim/sketch/hole.h"

#include <stdio.h>
#include <string.h>

#include "core/votequorum.h"
#include "sim/check/check.h"
#include "sim/coverage/words.h"
#include "sim/ensure.h"
#include "sim/scenario/scenario.h"

#define DEVICE "model: net, votes: 1"
#define REGISTER "qdevice_register: {$d, name: disk}"
#define POLL "qdevice_poll: {$d, name: disk, cast_vote: 1}"
#define ANOTHER "trackstart: {$o, flags: [CHANGES]}"
#define HALF "partition: [[1], $others]"
#define HALVES "partition: [[1, 2], [3, 4]]"

/* ---- what a tracker meets ---- */

struct recipe {
	const char *before, *after; /* trackstart */
	const char *quorum;         /* NULL: the feature's */
};

static const struct recipe recipes[COVERAGE_EVENT_COUNT] = {
	[MET_TRACKSTART] = {"start: all", "", NULL},
	[MET_TRACK_AGAIN] = {"start: all\ntrackstart: {$m, flags: [CHANGES]}", "", NULL},
	[MET_TRACKSTOP] = {"start: all", "trackstop: {$w}", NULL},
	[MET_JOIN] = {"start: $most", "start: $last", NULL},
	[MET_LEAVE] = {"start: all", "stop: $last", NULL},
	[MET_CRASHED] = {"start: all", "crash: $last", NULL},
	[MET_PAUSED] = {"start: all", "pause: $last", NULL},
	[MET_PARTITION] = {"start: all", HALF, NULL},
	[MET_HEAL] = {"start: all\n" HALF, "heal: all", NULL},
	[MET_RESTART] = {"start: all", "crash: $last\nstart: $last\n    settle: false", NULL},
	[MET_INTERRUPTED] = {"start: all\n" REGISTER "\n" POLL, "crash: $last\nstart: $last", NULL},
	[MET_QUORUM_GAINED] = {"start: 1", "start: $others", NULL},
	[MET_QUORUM_LOST] = {"start: all", "crash: $others", NULL},
	[MET_EXPECTED_RAISED] = {"start: all", "setexpected: {$a, votes: $more}", NULL},
	[MET_EXPECTED_LOWERED] = {"start: all\nsetexpected: {$a, votes: $more}", "setexpected: {$a, votes: $nodes}",
				  NULL},
	[MET_SETVOTES] = {"start: all", "setvotes: {$a, of: 1, votes: 2}", NULL},
	[MET_RELOAD] = {"start: all", "reload: {quorum: {$quorum}}", NULL},
	[MET_CANCEL_WAIT] = {"start: all", "cancel_wait_for_all: 1", NULL},
	[MET_DEVICE_REGISTERED] = {"start: all", REGISTER, NULL},
	[MET_DEVICE_UNREGISTERED] = {"start: all\n" REGISTER, "qdevice_unregister: {$d, name: disk}", NULL},
	[MET_DEVICE_ALIVE] = {"start: all\n" REGISTER, POLL, NULL},
	[MET_DEVICE_DEAD] = {"start: all\n" REGISTER "\n" POLL, "wait: 11s", NULL},
	[MET_DEVICE_CASTS] = {"start: all\n" REGISTER, POLL, NULL},
	[MET_DEVICE_ABSTAINS] = {"start: all\n" REGISTER "\n" POLL, "qdevice_poll: {$d, name: disk, cast_vote: 0}",
				 NULL},
	[MET_DEVICE_WINS] = {"start: all\n" REGISTER, "qdevice_master_wins: {$d, name: disk, allow: 1}", NULL},
	[MET_SYNC_HELD] = {"start: all\n" REGISTER "\n" POLL, "crash: $last", NULL},
	[MET_SYNC_RELEASED] = {"start: all\n" REGISTER "\n" POLL, "crash: $last\n" POLL, NULL},
	[MET_OWN_PAUSE] = {"start: all", "pause: 1", NULL},
	[MET_OWN_RESUME] = {"start: all", "pause: 1\nresume: 1", NULL},
	[MET_OWN_STOP] = {"start: all", "stop: 1", NULL},
	[MET_OWN_CRASH] = {"start: all", "crash: 1", NULL},
};

/* Where a feature needs other steps. */
static const struct special {
	enum coverage_event event;
	enum coverage_feature feature;
	struct recipe recipe;
} specials[] = {
	{MET_QUORUM_LOST, ON_TWO_NODE, {"start: all\nsetvotes: {$a, of: 1, votes: 0}", "crash: 2", NULL}},
	{MET_EXPECTED_LOWERED, ON_DOWNSCALE, {"start: all", "stop: $last", NULL}},
	{MET_EXPECTED_LOWERED,
	 ON_TRACKING,
	 {"start: all", "crash: $last\nwait: 11s",
	  "expected_votes_tracking: 1, last_man_standing: 1, wait_for_all: 1"}},
	{MET_EXPECTED_RAISED, ON_DEVICE, {"start: all", "setexpected: {$a, votes: 5}", NULL}},
	{MET_PARTITION, ON_TIE_LOWEST, {"start: all", HALVES, NULL}},
	{MET_PARTITION, ON_TIE_HIGHEST, {"start: all", HALVES, NULL}},
	{MET_PARTITION, ON_TIE_LIST, {"start: all", HALVES, NULL}},
	{MET_HEAL, ON_TIE_LOWEST, {"start: all\n" HALVES, "heal: all", NULL}},
	{MET_HEAL, ON_TIE_HIGHEST, {"start: all\n" HALVES, "heal: all", NULL}},
	{MET_HEAL, ON_TIE_LIST, {"start: all\n" HALVES, "heal: all", NULL}},
	{MET_CRASHED, ON_LAST_MAN, {"start: all", "crash: $last\nwait: 11s", NULL}},
	{MET_SETVOTES, ON_LAST_MAN, {"start: all", "setvotes: {$a, of: 1, votes: 1}", NULL}},
};

static const struct recipe *recipe_of(enum coverage_event event, enum coverage_feature feature)
{
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (specials[i].event == event && specials[i].feature == feature)
			return &specials[i].recipe;
	return &recipes[event];
}

static const char *const feature_keys[COVERAGE_FEATURE_COUNT] = {
	[ON_NOTHING] = "",
	[ON_TWO_NODE] = "two_node: 1",
	[ON_WAIT_FOR_ALL] = "wait_for_all: 1",
	[ON_TIE_LOWEST] = "auto_tie_breaker: 1",
	[ON_TIE_HIGHEST] = "auto_tie_breaker: 1, auto_tie_breaker_node: highest",
	[ON_TIE_LIST] = "auto_tie_breaker: 1, auto_tie_breaker_node: 2 1",
	[ON_LAST_MAN] = "last_man_standing: 1, wait_for_all: 1",
	[ON_DOWNSCALE] = "allow_downscale: 1",
	[ON_TRACKING] = "expected_votes_tracking: 1",
	[ON_DEVICE] = "device: {" DEVICE "}",
};

static uint32_t nodes_for(enum coverage_feature feature)
{
	bool ties = feature == ON_TIE_LOWEST || feature == ON_TIE_HIGHEST || feature == ON_TIE_LIST;

	return feature == ON_TWO_NODE ? 2 : ties ? 4 : 3;
}

/* ---- what a call answers ---- */

static const char *const calls[] = {
	/* in the order of the verbs; what they need to be answered OK comes before a | */
	"initialize: {$c}",
	"initialize: {$c}|finalize: {$c}",
	"initialize: {$c}|dispatch: {$c, type: ALL}",
	"initialize: {$c}|fd_get: {$c}",
	"initialize: {$c}|context_get: {$c}",
	"initialize: {$c}|context_set: {$c, context: 42}",
	"initialize: {$c}|getinfo: {$c, of: 0}",
	"initialize: {$c}|setexpected: {$c, votes: 3}",
	"initialize: {$c}|setvotes: {$c, of: 1, votes: 1}",
	"initialize: {$c}|trackstart: {$c, flags: [CHANGES]}",
	"trackstart: {$c, flags: [CHANGES]}|trackstop: {$c}",
	"initialize: {$c}|qdevice_register: {$c, name: disk}",
	"qdevice_register: {$c, name: disk}|qdevice_unregister: {$c, name: disk}",
	"qdevice_register: {$c, name: disk}|qdevice_update: {$c, name: disk, new_name: other}",
	"qdevice_register: {$c, name: disk}|qdevice_poll: {$c, name: disk}",
	"qdevice_register: {$c, name: disk}|qdevice_master_wins: {$c, name: disk, allow: 1}",
};

/* Where an error comes of the call itself and not of what stands in its way. */
static const struct refusal_of_call {
	enum verb verb;
	int error;
	const char *steps;
} own_errors[] = {
	{VERB_DISPATCH, VQ_ERR_TRY_AGAIN, "initialize: {$c}\ndispatch: {$c, type: ONE_NONBLOCKING}"},
	{VERB_DISPATCH, VQ_ERR_INVALID_PARAM, "initialize: {$c}\ndispatch: {$c, type: 99}"},
	{VERB_GETINFO, VQ_ERR_NOT_EXIST, "getinfo: {$c, of: 99}"},
	{VERB_SETEXPECTED, VQ_ERR_INVALID_PARAM, "setexpected: {$c, votes: 1}"},
	{VERB_SETVOTES, VQ_ERR_INVALID_PARAM,
	 "setvotes: {$c, of: 3, votes: 9}\ncrash: 2\nsetvotes: {$c, of: 3, votes: 0}"},
	{VERB_SETVOTES, VQ_ERR_NAME_NOT_FOUND, "setvotes: {$c, of: 99, votes: 1}"},
	{VERB_TRACKSTART, VQ_ERR_EXIST, "trackstart: {$c, flags: [CHANGES]}\ntrackstart: {$c, flags: [CHANGES]}"},
	{VERB_TRACKSTOP, VQ_ERR_NOT_EXIST, "trackstop: {$c}"},
	{VERB_QDEVICE_REGISTER, VQ_ERR_EXIST,
	 "qdevice_register: {$c, name: disk}\nqdevice_register: {$c, name: other}"},
	{VERB_QDEVICE_REGISTER, VQ_ERR_TRY_AGAIN,
	 "initialize: {$c}\nqdevice_register: {$o, name: disk}\nqdevice_register: {$c, name: disk}\n    settle: "
	 "false"},
	{VERB_QDEVICE_REGISTER, VQ_ERR_INVALID_PARAM, "qdevice_register: {$c, name: \"\"}"},
	{VERB_QDEVICE_UNREGISTER, VQ_ERR_NOT_EXIST, "qdevice_unregister: {$c, name: disk}"},
	{VERB_QDEVICE_UPDATE, VQ_ERR_NOT_EXIST, "qdevice_update: {$c, name: disk, new_name: other}"},
	{VERB_QDEVICE_POLL, VQ_ERR_NOT_EXIST, "qdevice_poll: {$c, name: disk}"},
	{VERB_QDEVICE_MASTER_WINS, VQ_ERR_NOT_EXIST, "qdevice_master_wins: {$c, name: disk, allow: 1}"},
	{VERB_QDEVICE_UNREGISTER, VQ_ERR_INVALID_PARAM,
	 "qdevice_register: {$c, name: disk}\nqdevice_unregister: {$c, name: other}"},
	{VERB_QDEVICE_UPDATE, VQ_ERR_INVALID_PARAM,
	 "qdevice_register: {$c, name: disk}\nqdevice_update: {$c, name: other, new_name: disk}"},
	{VERB_QDEVICE_POLL, VQ_ERR_INVALID_PARAM,
	 "qdevice_register: {$c, name: disk}\nqdevice_poll: {$c, name: other}"},
	{VERB_QDEVICE_MASTER_WINS, VQ_ERR_INVALID_PARAM,
	 "qdevice_register: {$c, name: disk}\nqdevice_master_wins: {$c, name: other, allow: 1}"},
	{VERB_QDEVICE_POLL, VQ_ERR_MESSAGE_ERROR,
	 "qdevice_register: {$c, name: disk}\nqdevice_poll: {$c, name: disk, ring: stale}"},
};

/* ---- checks of the configuration ---- */

static const struct check_recipe {
	uint32_t check; /* place on axis_checks */
	enum coverage_stage stage;
	const char *nodes, *quorum;
	const char *reload; /* NULL: there is none */
	const char *steps;  /* before the reload */
} check_recipes[] = {
	{0, STAGE_START, "1\n  nodelist: false", "", NULL, ""},
	{1, STAGE_START, "2", "two_node: 1, device: {" DEVICE "}", NULL, ""},
	{2, STAGE_START, "3", "auto_tie_breaker: 1, last_man_standing: 1", NULL, ""},
	{3, STAGE_START, "4", "last_man_standing: 1, device: {" DEVICE "}", NULL, ""},
	{4, STAGE_START, "4", "auto_tie_breaker: 1, device: {" DEVICE "}", NULL, ""},
	{5, STAGE_START, "4", "allow_downscale: 1, device: {" DEVICE "}", NULL, ""},
	{6, STAGE_START, "3", "expected_votes: 4, device: {model: net}", NULL, ""},
	{7, STAGE_START, "[{nodeid: 1, quorum_votes: 2}, {nodeid: 2}]", "device: {model: net}", NULL, ""},
	{8, STAGE_START, "2", "expected_votes: 3, device: {model: net, votes: 2}", NULL, ""},
	{0, STAGE_RELOAD, "1\n  nodelist: false", "expected_votes: 1", "quorum: {}", ""},
	{1, STAGE_RELOAD, "2", "two_node: 1", "quorum: {two_node: 1, device: {" DEVICE "}}", ""},
	{2, STAGE_RELOAD, "2", "auto_tie_breaker: 1, last_man_standing: 1",
	 "nodes: [{nodeid: 1}, {nodeid: 2}, {nodeid: 3}]", ""},
	{3, STAGE_RELOAD, "4", "last_man_standing: 1, wait_for_all: 1",
	 "quorum: {last_man_standing: 1, wait_for_all: 1, device: {" DEVICE "}}", ""},
	{4, STAGE_RELOAD, "4", "auto_tie_breaker: 1", "quorum: {auto_tie_breaker: 1, device: {" DEVICE "}}", ""},
	{5, STAGE_RELOAD, "4", "allow_downscale: 1", "quorum: {allow_downscale: 1, device: {" DEVICE "}}", ""},
	{6, STAGE_RELOAD, "3", "device: {model: net}", "quorum: {expected_votes: 4, device: {model: net}}", ""},
	{7, STAGE_RELOAD, "2", "device: {model: net}", "nodes: [{nodeid: 1, quorum_votes: 2}, {nodeid: 2}]", ""},
	{8, STAGE_RELOAD, "2", "device: {" DEVICE "}", "quorum: {expected_votes: 3, device: {model: net, votes: 2}}",
	 ""},
	{9, STAGE_START, "4", "auto_tie_breaker: 1, auto_tie_breaker_node: none", NULL, ""},
	{10, STAGE_START, "2", "two_node: 1, auto_tie_breaker: 1", NULL, ""},
	{10, STAGE_RELOAD, "2", "auto_tie_breaker: 1", "quorum: {auto_tie_breaker: 1, two_node: 1}", ""},
	{10, STAGE_RUNNING, "2", "two_node: 1, auto_tie_breaker: 1", NULL, "cancel_wait_for_all: 1"},
	{11, STAGE_START, "3", "auto_tie_breaker: 1", NULL, ""},
	{11, STAGE_RELOAD, "2", "auto_tie_breaker: 1", "nodes: [{nodeid: 1}, {nodeid: 2}, {nodeid: 3}]", ""},
	{11, STAGE_RUNNING, "3", "auto_tie_breaker: 1", NULL, "cancel_wait_for_all: 1"},
	{12, STAGE_START, "[{nodeid: 1, quorum_votes: 2}, {nodeid: 2}]", "last_man_standing: 1, wait_for_all: 1",
	 NULL, ""},
	{12, STAGE_RELOAD, "2", "last_man_standing: 1, wait_for_all: 1",
	 "nodes: [{nodeid: 1, quorum_votes: 2}, {nodeid: 2}]", ""},
	{12, STAGE_RUNNING, "[{nodeid: 1, quorum_votes: 2}, {nodeid: 2}]", "last_man_standing: 1, wait_for_all: 1",
	 NULL, ""},
	{13, STAGE_START, "3", "expected_votes_tracking: 1", NULL, "crash: 3\nstart: 3"},
	{13, STAGE_RELOAD, "3", "expected_votes_tracking: 1",
	 "quorum: {expected_votes_tracking: 1, expected_votes: 7}", ""},
	{13, STAGE_RUNNING, "3", "expected_votes_tracking: 1", NULL, "setexpected: {$c, votes: 4}"},
	{14, STAGE_RELOAD, "1\n  nodelist: false", "expected_votes: 1", "quorum: {}", ""},
	{15, STAGE_RELOAD, "2", "device: {" DEVICE "}", "quorum: {two_node: 1, device: {" DEVICE "}}",
	 "qdevice_register: {$c, name: disk}"},
	{16, STAGE_RELOAD, "2", "device: {" DEVICE "}", "quorum: {expected_votes: 3, device: {model: net, votes: 2}}",
	 ""},
	{14, STAGE_RUNNING, "1\n  nodelist: false", "expected_votes: 1", "quorum: {}", ""},
	{15, STAGE_RUNNING, "2", "device: {" DEVICE "}", "quorum: {two_node: 1, device: {" DEVICE "}}",
	 "qdevice_register: {$c, name: disk}"},
	{16, STAGE_RUNNING, "2", "device: {" DEVICE "}",
	 "quorum: {expected_votes: 3, device: {model: net, votes: 2}}", ""},
};

static const struct check_recipe *check_recipe_of(const uint32_t *place)
{
	for (size_t i = 0; i < sizeof check_recipes / sizeof *check_recipes; i++)
		if (check_recipes[i].check == place[0] && check_recipes[i].stage == place[1])
			return &check_recipes[i];
	return NULL;
}

/* ---- rules, and rows of the history: by way of another cell ---- */

/* What puts a rule to the test. */
static const struct rule_recipe {
	const char *rule;
	enum coverage_event event;
	enum coverage_feature feature;
	struct recipe own; /* before NULL: those of event and feature */
} rule_recipes[] = {
	{"I3", MET_PARTITION, ON_TIE_LOWEST, {NULL, NULL, NULL}},
	{"I6", MET_EXPECTED_LOWERED, ON_NOTHING, {NULL, NULL, NULL}},
	{"snapshot", MET_TRACKSTART, ON_NOTHING, {NULL, NULL, NULL}},
	{"trackstart-reply", MET_TRACK_AGAIN, ON_NOTHING, {NULL, NULL, NULL}},
	{"trackstop-reply", MET_TRACKSTOP, ON_NOTHING, {NULL, NULL, NULL}},
	{"newest-first", MET_CRASHED, ON_NOTHING, {"start: all\n" ANOTHER, "crash: $last", NULL}},
	{"same-news", MET_CRASHED, ON_NOTHING, {"start: all\n" ANOTHER, "crash: $last", NULL}},
	{"answered",
	 MET_OWN_PAUSE,
	 ON_NOTHING,
	 {"start: all\ninitialize: {$a}", "pause: 1\ngetinfo: {$a, of: 0}", NULL}},
	{"quorum-on-change", MET_QUORUM_LOST, ON_NOTHING, {NULL, NULL, NULL}},
	{"device-listed", MET_DEVICE_REGISTERED, ON_DEVICE, {NULL, NULL, NULL}},
	{"expected-votes-told", MET_EXPECTED_RAISED, ON_NOTHING, {NULL, NULL, NULL}},
	{"two-node", MET_CRASHED, ON_TWO_NODE, {NULL, NULL, NULL}},
	{"wait-for-all", MET_JOIN, ON_WAIT_FOR_ALL, {NULL, NULL, NULL}},
	{"tie-breaker", MET_PARTITION, ON_TIE_LOWEST, {NULL, NULL, NULL}},
	{"last-man-standing", MET_CRASHED, ON_LAST_MAN, {NULL, NULL, NULL}},
	{"device-votes", MET_SYNC_RELEASED, ON_DEVICE, {NULL, NULL, NULL}},
	{"master-wins",
	 MET_SYNC_RELEASED,
	 ON_DEVICE,
	 {"start: all\n" REGISTER "\nqdevice_master_wins: {$d, name: disk, allow: 1}\n" POLL, "crash: $others\n" POLL,
	  NULL}},
	{"device-holds-sync", MET_SYNC_RELEASED, ON_DEVICE, {NULL, NULL, NULL}},
	{"downscale", MET_LEAVE, ON_DOWNSCALE, {NULL, NULL, NULL}},
	{"votes", MET_SETVOTES, ON_NOTHING, {NULL, NULL, NULL}},
	{"setexpected", MET_EXPECTED_RAISED, ON_NOTHING, {NULL, NULL, NULL}},
	{"setvotes", MET_SETVOTES, ON_NOTHING, {NULL, NULL, NULL}},
	{"qdevice-reply", MET_DEVICE_ALIVE, ON_DEVICE, {NULL, NULL, NULL}},
};

/* NULL: the rule has no steps of its own, or the sketch is for no rule. */
static const struct recipe *own_recipe(const struct sketch *sketch)
{
	if (coverage_kind_of(sketch->hole) != COVERAGE_RULES)
		return NULL;
	for (size_t i = 0; i < sizeof rule_recipes / sizeof *rule_recipes; i++)
		if (strcmp(rule_recipes[i].rule,
			   check_rules[sketch->hole - coverage_table(COVERAGE_RULES)->first].id) == 0)
			return rule_recipes[i].own.before ? &rule_recipes[i].own : NULL;
	return NULL;
}

static uint32_t tracking_cell(enum coverage_flags flags, enum coverage_event event, enum coverage_feature feature,
			      uint32_t dispatch)
{
	const uint32_t place[COVERAGE_AXES_MAX] = {flags, event, feature, dispatch};

	return coverage_cell(COVERAGE_TRACKING, place);
}

/* Another cell whose steps put the rule to the test. */
static uint32_t cell_of_rule(uint32_t rule)
{
	static const struct {
		const char *rule;
		enum verb verb;
		int error;
	} by_call[] = {
		{"handle", VERB_GETINFO, VQ_ERR_BAD_HANDLE},
		{"fault-passed-on", VERB_GETINFO, VQ_ERR_INTERRUPT},
		{"library-context", VERB_CONTEXT_GET, VQ_OK},
		{"getinfo", VERB_GETINFO, VQ_OK},
	};
	const char *id = check_rules[rule].id;

	for (size_t i = 0; i < sizeof by_call / sizeof *by_call; i++) {
		const uint32_t place[COVERAGE_AXES_MAX] = {by_call[i].verb - VERB_INITIALIZE,
							   (uint32_t)coverage_error_place(by_call[i].error), 0, 0};

		if (strcmp(by_call[i].rule, id) == 0)
			return coverage_cell(COVERAGE_ERRORS, place);
	}
	for (size_t i = 0; i < sizeof rule_recipes / sizeof *rule_recipes; i++)
		if (strcmp(rule_recipes[i].rule, id) == 0)
			return tracking_cell(coverage_flags_of(VQ_TRACK_CHANGES), rule_recipes[i].event,
					     rule_recipes[i].feature, VQ_DISPATCH_ALL - 1);
	return tracking_cell(coverage_flags_of(VQ_TRACK_CHANGES), MET_PARTITION, ON_NOTHING, VQ_DISPATCH_ALL - 1);
}

/* The first rule that says what the row is of, as far as one cell can show it. */
static uint32_t cell_of_row(uint32_t row)
{
	static const struct {
		uint32_t row;
		enum coverage_event event;
		enum coverage_feature feature;
	} rows[] = {
		{2, MET_LEAVE, ON_DOWNSCALE},
		{3, MET_INTERRUPTED, ON_DEVICE},
		{4, MET_INTERRUPTED, ON_DEVICE},
		{5, MET_EXPECTED_RAISED, ON_NOTHING},
		{6, MET_CRASHED, ON_NOTHING},
		{7, MET_TRACKSTART, ON_NOTHING},
		{9, MET_JOIN, ON_NOTHING},
		{10, MET_JOIN, ON_WAIT_FOR_ALL},
		{11, MET_SETVOTES, ON_NOTHING},
		{12, MET_LEAVE, ON_NOTHING},
		{13, MET_HEAL, ON_WAIT_FOR_ALL},
		{14, MET_QUORUM_LOST, ON_LAST_MAN},
		{16, MET_QUORUM_GAINED, ON_TWO_NODE},
		{18, MET_PARTITION, ON_TIE_LOWEST},
		{19, MET_JOIN, ON_LAST_MAN},
		{20, MET_DEVICE_CASTS, ON_DEVICE},
		{21, MET_LEAVE, ON_DOWNSCALE},
		{22, MET_EXPECTED_RAISED, ON_DOWNSCALE},
		{24, MET_EXPECTED_LOWERED, ON_NOTHING},
		{25, MET_RELOAD, ON_NOTHING},
		{26, MET_JOIN, ON_DEVICE},
		{27, MET_HEAL, ON_DEVICE},
		{28, MET_DEVICE_WINS, ON_DEVICE},
		{29, MET_DEVICE_WINS, ON_DEVICE},
		{30, MET_DEVICE_REGISTERED, ON_DEVICE},
		{32, MET_INTERRUPTED, ON_NOTHING},
		{34, MET_JOIN, ON_TRACKING},
		{37, MET_SYNC_RELEASED, ON_DEVICE},
		{38, MET_SYNC_HELD, ON_DEVICE},
		{39, MET_CANCEL_WAIT, ON_WAIT_FOR_ALL},
		{40, MET_PARTITION, ON_TIE_LOWEST},
		{41, MET_PARTITION, ON_TIE_LOWEST},
		{42, MET_TRACK_AGAIN, ON_NOTHING},
		{43, MET_PARTITION, ON_TIE_LOWEST},
		{45, MET_JOIN, ON_NOTHING},
		{47, MET_DEVICE_REGISTERED, ON_DEVICE},
		{48, MET_RELOAD, ON_TWO_NODE},
		{51, MET_RELOAD, ON_TIE_LOWEST},
		{52, MET_INTERRUPTED, ON_NOTHING},
		{54, MET_RELOAD, ON_TWO_NODE},
		{56, MET_RELOAD, ON_WAIT_FOR_ALL},
		{57, MET_RELOAD, ON_NOTHING},
		{58, MET_RESTART, ON_NOTHING},
		{59, MET_INTERRUPTED, ON_NOTHING},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].row == row)
			return tracking_cell(coverage_flags_of(VQ_TRACK_CHANGES), rows[i].event, rows[i].feature,
					     VQ_DISPATCH_ALL - 1);
	return tracking_cell(coverage_flags_of(VQ_TRACK_CHANGES), MET_PARTITION, ON_NOTHING, VQ_DISPATCH_ALL - 1);
}

/* The cell whose steps are taken. */
static uint32_t cell_of_steps(const struct sketch *sketch)
{
	const struct coverage_table *table = coverage_table(coverage_kind_of(sketch->hole));

	switch (coverage_kind_of(sketch->hole)) {
	case COVERAGE_RULES:
		return cell_of_rule(sketch->hole - table->first);
	case COVERAGE_HISTORY:
		return cell_of_row(sketch->hole - table->first + 1);
	default:
		return sketch->hole;
	}
}

/* ---- texts into steps ---- */

static void put_flags(char *text, size_t size, enum coverage_flags flags)
{
	if (flags == 0 || flags >= COVERAGE_FLAGS_OTHER)
		snprintf(text, size, "%u", coverage_flags_number(flags));
	else
		snprintf(text, size, "[%s]", axis_flags.words[flags].name);
}

struct filling { /* what $words mean */
	uint32_t nodes;
	const char *quorum;
	bool manual;
};

static void put_word(char *text, size_t size, const struct filling *filling, const char *word, size_t length)
{
	uint32_t n = filling->nodes;
	const struct {
		const char *word, *text;
	} fixed[] = {
		{"w", "node: 1, client: watcher"}, /* as $m, once it is known */
		{"m", filling->manual ? "node: 1, client: watcher, dispatch: manual" : "node: 1, client: watcher"},
		{"a", "node: 1, client: admin"},
		{"d", "node: 1, client: device"},
		{"c", "node: 1, client: caller, dispatch: manual"},
		{"o", "node: 1, client: other"},
		{"quorum", filling->quorum},
	};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strlen(fixed[i].word) == length && strncmp(fixed[i].word, word, length) == 0) {
			snprintf(text, size, "%s", fixed[i].text);
			return;
		}
	if (strncmp(word, "last", length) == 0)
		snprintf(text, size, "%u", n);
	else if (strncmp(word, "more", length) == 0)
		snprintf(text, size, "%u", n + 1);
	else if (strncmp(word, "nodes", length) == 0)
		snprintf(text, size, "%u", n);
	else if (strncmp(word, "most", length) == 0)
		snprintf(text, size, n == 2 ? "[1]" : n == 3 ? "[1, 2]" : "[1, 2, 3]");
	else
		snprintf(text, size, n == 2 ? "[2]" : n == 3 ? "[2, 3]" : "[2, 3, 4]");
}

static void fill_in(char *to, size_t size, const struct filling *filling, const char *from, size_t length)
{
	const char *end = from + length;
	size_t used = 0;

	while (from < end && used + 1 < size) {
		size_t word = 0;

		if (*from != '$') {
			to[used++] = *from++;
			continue;
		}
		from++;
		while (from + word < end && from[word] >= 'a' && from[word] <= 'z')
			word++;
		to[used] = '\0';
		put_word(to + used, size - used, filling, from, word);
		used += strlen(to + used);
		from += word;
	}
	to[used] = '\0';
}

/* What changes nothing in the cluster shows no quorate and members. */
static bool is_call(const char *text)
{
	static const char *const verbs[] = {"initialize", "finalize", "dispatch", "fd_get", "context_",
					    "getinfo",    "track",    "qdevice_", "fault",  "set"};

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strncmp(text, verbs[i], strlen(verbs[i])) == 0)
			return true;
	return false;
}

static uint32_t paused_by(const char *text, uint32_t before)
{
	uint32_t node = before;

	if (sscanf(text, "pause: %u", &node) == 1)
		return node;
	return strncmp(text, "resume", 6) == 0 ? 0 : before;
}

static void add_text(struct plan *plan, const struct filling *filling, const char *text, size_t length)
{
	struct plan_step *step = &plan->steps[plan->count];
	uint32_t paused = plan->count ? plan->steps[plan->count - 1].paused : 0;

	ALWAYS(plan->count < PLAN_STEPS_MAX);
	fill_in(step->text, sizeof step->text, filling, text, length);
	step->is_call = is_call(step->text);
	step->paused = paused_by(step->text, paused);
	plan->count++;
}

/* A line that is indented belongs to the step before. */
static void add_steps(struct plan *plan, const struct filling *filling, const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');

		while (end && end[1] == ' ')
			end = strchr(end + 1, '\n');
		add_text(plan, filling, text, end ? (size_t)(end - text) : strlen(text));
		text = end ? end + 1 : "";
	}
}

/* ---- plans ---- */

static void plan_tracking(struct plan *plan, const uint32_t *place, const struct recipe *own)
{
	enum coverage_event event = (enum coverage_event)place[1];
	enum coverage_feature feature = (enum coverage_feature)place[2];
	const struct recipe *recipe = own ? own : recipe_of(event, feature);
	const char *type = axis_dispatches.words[place[3]].name, *quorum = feature_keys[feature];
	struct filling filling = {.nodes = nodes_for(feature), .manual = place[3] != VQ_DISPATCH_ALL - 1};
	char flags[64], text[256];

	if (recipe->quorum) {
		quorum = recipe->quorum;
		filling.nodes = 4;
	}
	filling.quorum = quorum;
	put_flags(flags, sizeof flags, (enum coverage_flags)place[0]);
	snprintf(plan->nodes, sizeof plan->nodes, "%u", filling.nodes);
	snprintf(plan->quorum, sizeof plan->quorum, "%s", quorum);
	snprintf(plan->description, sizeof plan->description,
		 "Flags of trackstart: %s. What comes then: %s; %s; dispatch type %s.",
		 axis_flags.words[place[0]].says, axis_events.words[event].says, axis_features.words[feature].says,
		 type);
	add_steps(plan, &filling, recipe->before);
	plan->client_from = event == MET_TRACK_AGAIN ? plan->count - 1 : plan->count;
	snprintf(text, sizeof text, "trackstart: {$m, flags: %s}", flags);
	add_steps(plan, &filling, text);
	if (filling.manual && event != MET_TRACKSTART && event != MET_TRACK_AGAIN)
		add_steps(plan, &filling, "dispatch: {$w, type: ALL}");
	add_steps(plan, &filling, recipe->after);
	if (!filling.manual)
		return;
	snprintf(text, sizeof text, "dispatch: {$w, type: %s}", type);
	add_steps(plan, &filling, text);
	if (place[3] == VQ_DISPATCH_BLOCKING - 1 || place[3] == VQ_DISPATCH_ONE - 1) /* it may wait for ever */
		add_steps(plan, &filling, "finalize: {$w}");
}

static const char *own_error(enum verb verb, int error)
{
	for (size_t i = 0; i < sizeof own_errors / sizeof *own_errors; i++)
		if (own_errors[i].verb == verb && own_errors[i].error == error)
			return own_errors[i].steps;
	return NULL;
}

static void plan_error(struct plan *plan, const uint32_t *place)
{
	enum verb verb = (enum verb)(VERB_INITIALIZE + place[0]);
	int error = coverage_error(place[1]);
	const char *own = own_error(verb, error), *bar = strchr(calls[place[0]], '|');
	const char *call = bar ? bar + 1 : calls[place[0]];
	const struct filling filling = {.nodes = 3, .manual = true};
	char text[256];

	snprintf(plan->nodes, sizeof plan->nodes, "3");
	snprintf(plan->description, sizeof plan->description, "%s is answered %s.", verb_name(verb),
		 vq_error_name(error));
	add_steps(plan, &filling, "start: all");
	if (own) {
		add_steps(plan, &filling, own);
		return;
	}
	if (error == VQ_ERR_BAD_HANDLE && verb != VERB_INITIALIZE) {
		add_steps(plan, &filling, "initialize: {$c}\nfinalize: {$c}");
	} else if (bar) {
		snprintf(text, sizeof text, "%.*s", (int)(bar - calls[place[0]]), calls[place[0]]);
		add_steps(plan, &filling, text);
	}
	if (error != VQ_OK && (error != VQ_ERR_BAD_HANDLE || verb == VERB_INITIALIZE)) {
		snprintf(text, sizeof text, "fault: {$c, call: %s, error: %s}", verb_name(verb),
			 vq_error_name(error));
		add_steps(plan, &filling, text);
	}
	add_steps(plan, &filling, call);
}

static void plan_check(struct plan *plan, const uint32_t *place)
{
	const struct check_recipe *recipe = check_recipe_of(place);
	const struct filling filling = {.nodes = 3, .manual = true};
	char text[256];

	snprintf(plan->description, sizeof plan->description, "%s: %s.", axis_checks.words[place[0]].says,
		 axis_stages.words[place[1]].says);
	snprintf(plan->nodes, sizeof plan->nodes, "%s", recipe->nodes);
	snprintf(plan->quorum, sizeof plan->quorum, "%s", recipe->quorum);
	add_steps(plan, &filling,
		  place[0] < VQ_REFUSAL_COUNT - 1 && place[1] == STAGE_START ? "start: 1" : "start: all");
	add_steps(plan, &filling, recipe->steps);
	if (!recipe->reload)
		return;
	snprintf(text, sizeof text, "reload: {%s}", recipe->reload);
	add_steps(plan, &filling, text);
	if (place[1] == STAGE_RUNNING) /* that makes the daemon read it again */
		add_steps(plan, &filling, "cancel_wait_for_all: 1");
}

void hole_plan(struct plan *plan, const struct sketch *sketch)
{
	uint32_t cell = cell_of_steps(sketch), place[COVERAGE_AXES_MAX];

	coverage_place(cell, place);
	switch (coverage_kind_of(cell)) {
	case COVERAGE_TRACKING:
		plan_tracking(plan, place, own_recipe(sketch));
		break;
	case COVERAGE_ERRORS:
		plan_error(plan, place);
		break;
	default:
		plan_check(plan, place);
	}
	if (coverage_kind_of(sketch->hole) == COVERAGE_HISTORY)
		snprintf(plan->description, sizeof plan->description, "Row %u of the history. Once wrong: %s.",
			 sketch->hole - coverage_table(COVERAGE_HISTORY)->first + 1,
			 axis_rows.words[sketch->hole - coverage_table(COVERAGE_HISTORY)->first].says);
}

/* ---- what was left open ---- */

/* Words of the cell, in kebab-case. */
static void make_name(uint32_t cell, char name[128])
{
	const struct coverage_table *table = coverage_table(coverage_kind_of(cell));
	uint32_t place[COVERAGE_AXES_MAX];
	size_t used = 0;

	coverage_place(cell, place);
	if (coverage_kind_of(cell) != COVERAGE_TRACKING)
		used += (size_t)snprintf(name, 128, "%s-", table->name);
	for (uint32_t i = 0; i < table->axis_count && used < 120; i++)
		used += (size_t)snprintf(name + used, 128 - used, "%s%s", i ? "-" : "",
					 table->axes[i]->words[place[i]].name);
	if (coverage_kind_of(cell) == COVERAGE_HISTORY && used < 110)
		snprintf(name + used, 128 - used, "-first-draft");
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (*c == '_' || *c == ',')
			*c = '-';
	}
}

/* As cluster.nodes has them: a number, or a list with an id each. */
static uint32_t count_nodes(const char *text)
{
	uint32_t count = 0;

	if (*text != '[')
		return (uint32_t)(*text - '0');
	for (; (text = strstr(text, "nodeid")) != NULL; text++)
		count++;
	return count;
}

static uint32_t nodes_of(enum coverage_kind kind, const uint32_t *place)
{
	enum coverage_feature feature = (enum coverage_feature)place[2];

	if (kind == COVERAGE_CONFIGURATION)
		return count_nodes(check_recipe_of(place)->nodes);
	if (kind == COVERAGE_ERRORS)
		return 3;
	return recipe_of((enum coverage_event)place[1], feature)->quorum ? 4 : nodes_for(feature);
}

int hole_complete(struct sketch *sketch, char name[128], char *message, size_t message_size)
{
	const struct coverage_never *never = coverage_never(sketch->hole);
	enum coverage_kind kind = coverage_kind_of(cell_of_steps(sketch));
	uint32_t place[COVERAGE_AXES_MAX];

	coverage_place(cell_of_steps(sketch), place);
	if (never) {
		snprintf(message, message_size, "no run can do that: %s (%s)", never->why, never->source);
		return -1;
	}
	if (kind == COVERAGE_CONFIGURATION && !check_recipe_of(place)) {
		snprintf(message, message_size, "no steps are known that bring '%s' %s",
			 axis_checks.words[place[0]].name, axis_stages.words[place[1]].says);
		return -1;
	}
	sketch->nodes = nodes_of(kind, place);
	sketch->no_client = kind != COVERAGE_TRACKING;
	if (!sketch->name) {
		make_name(sketch->hole, name);
		sketch->name = name;
	}
	return 0;
}
