/*
 * What no run can fill, with the reason, so that it is not asked for. Each stands on a
 * manual page, or on what the library does; what is merely hard to reach is not here.
 */
#include "sim/check/rules.h"
#include "sim/coverage/words.h"

#define ANY COVERAGE_ANY

/* ---- calls and their errors, by their places ---- */

enum {
	INITIALIZE,
	FINALIZE,
	DISPATCH,
	FD_GET,
	CONTEXT_GET,
	CONTEXT_SET,
	GETINFO,
	SETEXPECTED,
	SETVOTES,
	TRACKSTART,
	TRACKSTOP,
	REGISTER,
	UNREGISTER,
	UPDATE,
	POLL,
	MASTER_WINS
};
enum {
	OK,
	LIBRARY,
	TRY_AGAIN,
	INVALID_PARAM,
	NO_MEMORY,
	BAD_HANDLE,
	ACCESS,
	NOT_EXIST,
	EXIST,
	INTERRUPT,
	NAME_NOT_FOUND,
	NO_RESOURCES,
	NOT_SUPPORTED,
	MESSAGE_ERROR
};

#define CALL(call, error, why, source)                            \
	{                                                         \
		COVERAGE_ERRORS, {call, error, 0, 0}, why, source \
	}
#define ASKS_NOBODY(call, error) \
	CALL(call, error, "the library answers by itself", "votequorum_context_get(3), votequorum_context_set(3)")
#define ASKS_NOBODY_ALL(call)                                                                              \
	ASKS_NOBODY(call, LIBRARY), ASKS_NOBODY(call, TRY_AGAIN), ASKS_NOBODY(call, INVALID_PARAM),        \
		ASKS_NOBODY(call, NO_MEMORY), ASKS_NOBODY(call, ACCESS), ASKS_NOBODY(call, NOT_EXIST),     \
		ASKS_NOBODY(call, EXIST), ASKS_NOBODY(call, INTERRUPT), ASKS_NOBODY(call, NAME_NOT_FOUND), \
		ASKS_NOBODY(call, NO_RESOURCES), ASKS_NOBODY(call, NOT_SUPPORTED), ASKS_NOBODY(call, MESSAGE_ERROR)
#define CLOSES(error) \
	CALL(FINALIZE, error, "an open handle is closed, whatever becomes of the daemon", "votequorum_finalize(3)")

#define NO_NODE(call) \
	CALL(call, NAME_NOT_FOUND, "only setvotes changes a node by its id", "votequorum_setvotes(3): ERRORS")

#define SENDS_NOTHING(call)                                                                                     \
	CALL(call, NO_RESOURCES, "it sends nothing to the other nodes, so totem's full queue does not stop it", \
	     "votequorum_setvotes(3): ERRORS")

/* ---- checks of the configuration ---- */

enum { TIE_NODE_INVALID = 9, LAST_MAN_OFF = 12, BARRIER_NOT_STORED, RELOAD_KEPT, RELOAD_TWO_NODE_OFF, DEVICE_BARRED };
#define CHECK(check, stage, why)                                                   \
	{                                                                          \
		COVERAGE_CONFIGURATION, {check, stage, 0, 0}, why, "votequorum(5)" \
	}
#define NOT_RUNNING(check) CHECK(check, STAGE_RUNNING, "the file is checked at a start and at a reload")
#define NOT_AT_START(check) CHECK(check, STAGE_START, "at a start the daemon refuses instead")

/* ---- rows of the history ---- */

#define ROW(row, why, source)                                     \
	{                                                         \
		COVERAGE_HISTORY, {row - 1, 0, 0, 0}, why, source \
	}

const struct coverage_never coverage_nevers[] = {
	ASKS_NOBODY_ALL(CONTEXT_GET),
	ASKS_NOBODY_ALL(CONTEXT_SET),
	CLOSES(LIBRARY),
	CLOSES(TRY_AGAIN),
	CLOSES(INVALID_PARAM),
	CLOSES(NO_MEMORY),
	CLOSES(ACCESS),
	CLOSES(NOT_EXIST),
	CLOSES(EXIST),
	CLOSES(INTERRUPT),
	CLOSES(NAME_NOT_FOUND),
	CLOSES(NO_RESOURCES),
	CLOSES(NOT_SUPPORTED),
	CLOSES(MESSAGE_ERROR),

	NO_NODE(INITIALIZE),
	NO_NODE(DISPATCH),
	NO_NODE(FD_GET),
	NO_NODE(GETINFO),
	NO_NODE(SETEXPECTED),
	NO_NODE(TRACKSTART),
	NO_NODE(TRACKSTOP),
	NO_NODE(REGISTER),
	NO_NODE(UNREGISTER),
	NO_NODE(UPDATE),
	NO_NODE(POLL),
	NO_NODE(MASTER_WINS),

	SENDS_NOTHING(INITIALIZE),
	SENDS_NOTHING(DISPATCH),
	SENDS_NOTHING(FD_GET),
	SENDS_NOTHING(GETINFO),
	SENDS_NOTHING(TRACKSTART),
	SENDS_NOTHING(TRACKSTOP),
	NOT_RUNNING(0),
	NOT_RUNNING(1),
	NOT_RUNNING(2),
	NOT_RUNNING(3),
	NOT_RUNNING(4),
	NOT_RUNNING(5),
	NOT_RUNNING(6),
	NOT_RUNNING(7),
	NOT_RUNNING(8),
	CHECK(TIE_NODE_INVALID, STAGE_RELOAD, "auto_tie_breaker_node is read at a start only"),
	CHECK(TIE_NODE_INVALID, STAGE_RUNNING, "auto_tie_breaker_node is read at a start only"),
	CHECK(LAST_MAN_OFF, STAGE_START, "the daemon sees votes in the messages that come once it runs"),
	CHECK(LAST_MAN_OFF, STAGE_RELOAD, "the daemon sees votes in the messages that come after it"),
	CHECK(BARRIER_NOT_STORED, STAGE_RELOAD, "expected votes stay what is tracked until messages come after it"),
	NOT_AT_START(RELOAD_KEPT),
	NOT_AT_START(RELOAD_TWO_NODE_OFF),
	NOT_AT_START(DEVICE_BARRED),
	ROW(15, "there is no votequorum without the provider, and no core to ask",
	    "corosync.conf(5): quorum.provider"),
	ROW(31, "the order in which services unload is the daemon's around votequorum",
	    "scenarios/regressions/README.md"),
	ROW(33, "no client can cause it; the fuzzers of core/ send it", "scenarios/regressions/README.md"),
	ROW(36, "events of a map that is being replaced are the daemon's around votequorum",
	    "scenarios/regressions/README.md"),
	ROW(53, "the parser counts the nodes of a list without ids before votequorum starts",
	    "scenarios/regressions/README.md"),
	{COVERAGE_RULES,
	 {RULE_NO_ABORT, 0, 0, 0},
	 "only an abort puts it to the test, and no events are known that bring one",
	 "sim/check/README.md: quirk wfa-assert"},
};

const uint32_t coverage_never_count = sizeof coverage_nevers / sizeof *coverage_nevers;

const struct coverage_never *coverage_never(uint32_t cell)
{
	enum coverage_kind kind = coverage_kind_of(cell);
	uint32_t place[COVERAGE_AXES_MAX] = {0};

	coverage_place(cell, place);
	for (uint32_t i = 0; i < coverage_never_count; i++) {
		const struct coverage_never *never = &coverage_nevers[i];
		bool same = never->kind == kind;

		for (uint32_t axis = 0; same && axis < coverage_table(kind)->axis_count; axis++)
			same = never->place[axis] == ANY || never->place[axis] == place[axis];
		if (same)
			return never;
	}
	return NULL;
}
