/*
 * Applications: what calls answer when the transport, the daemon or the client itself is
 * not as it should be, and when the application reads what it was told. Client a is
 * number 0, b is 1, as they first appear.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS SCENARIO_MS
#define ONE CLUSTER(1) STEPS STEP("start: all")
#define TWO CLUSTER(2) STEPS STEP("start: {nodes: all, together: true}")

enum { A, B };

static int error_of(const struct play *play, uint32_t client, enum verb verb, uint32_t n)
{
	return (int)play_reply(play, client, verb, n)->number;
}

static uint32_t replies(const struct play *play, uint32_t client)
{
	const struct observation *seen;
	uint32_t at = 0, number = 0;

	while ((seen = play_next(play, &at, OBSERVE_REPLY, ANY)))
		number += seen->client == client && !seen->automatic;
	return number;
}

static uint32_t told(const struct play *play, enum observation_kind kind, uint32_t client)
{
	const struct observation *seen;
	uint32_t at = 0, number = 0;

	while ((seen = play_next(play, &at, kind, ANY)))
		number += seen->client == client;
	return number;
}

static const struct observation *nth_told(const struct play *play, uint32_t client, uint32_t n)
{
	const struct observation *seen;
	uint32_t at = 0;

	while ((seen = play_next(play, &at, OBSERVE_CALLBACK, ANY)))
		if (seen->client == client && n-- == 0)
			return seen;
	fail_msg("client %u was told less", client);
	return NULL;
}

/* ---- faults ---- */

static void faults_come_as_their_errors(void **state)
{
	static const struct {
		const char *name;
		int error;
	} rows[] = {
		{"TRY_AGAIN", VQ_ERR_TRY_AGAIN},
		{"INTERRUPT", VQ_ERR_INTERRUPT},
		{"NO_MEMORY", VQ_ERR_NO_MEMORY},
		{"ACCESS", VQ_ERR_ACCESS},
		{"LIBRARY", VQ_ERR_LIBRARY},
		{"NOT_SUPPORTED", VQ_ERR_NOT_SUPPORTED},
		{"MESSAGE_ERROR", VQ_ERR_MESSAGE_ERROR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[512];
		struct play play;

		snprintf(text, sizeof text,
			 ONE STEP("initialize: {node: 1, dispatch: manual}")
				 STEP("fault: {node: 1, call: getinfo, error: %s}") STEP("context_get: {node: 1}")
					 STEP("fd_get: {node: 1}") STEP("getinfo: {node: 1}")
						 STEP("getinfo: {node: 1}"),
			 rows[i].name);
		play_run(&play, text);
		assert_int_equal(error_of(&play, A, VERB_FD_GET, 0), VQ_OK); /* not the call that was meant */
		assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), rows[i].error);
		assert_int_equal(error_of(&play, A, VERB_GETINFO, 1), VQ_OK); /* once */
		assert_int_equal(play_number(&play, OBSERVE_FAULT, ANY), 1);
		assert_int_equal(play_nth(&play, OBSERVE_FAULT, ANY, 0)->number, rows[i].error);
		assert_int_equal(play_nth(&play, OBSERVE_FAULT, ANY, 0)->verb, VERB_GETINFO);
		play_close(&play);
	}
}

/* A fault without a call is met by the next that goes over the transport. */
static void faults_of_any_call(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 ONE STEP("fault: {node: 1, client: a, error: ACCESS, dispatch: manual}")
			 STEP("getinfo: {node: 1, client: a}") STEP("getinfo: {node: 1, client: a}") STEP(
				 "fault: {node: 1, client: a, error: NO_MEMORY}") STEP("fd_get: {node: 1, client: a}")
				 STEP("fault: {node: 1, client: a, error: INTERRUPT}")
					 STEP("dispatch: {node: 1, client: a, type: ONE_NONBLOCKING}"));
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 0), VQ_ERR_ACCESS);
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 1), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_FD_GET, 0), VQ_ERR_NO_MEMORY);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_INTERRUPT);
	play_close(&play);
}

/* A dispatch that an application does by itself and that is interrupted is done again. */
static void an_interrupted_dispatch_is_repeated(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, flags: [CHANGES_ONLY]}")
				STEP("fault: {node: 1, call: dispatch, error: INTERRUPT}") STEP("crash: 2"));
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 2);
	assert_int_equal(play_number(&play, OBSERVE_FAULT, ANY), 1);
	assert_true(strstr(play.trace.text, "\"reply\":\"dispatch\",\"error\":16") != NULL);
	play_close(&play);
}

/* Totem's queue is full: not the transport, and only for what has to be multicast. */
static void a_full_queue(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("fault: {node: 1, call: getinfo, error: NO_RESOURCES}") STEP("getinfo: {node: 1}")
				STEP("setexpected: {node: 1, votes: 2}")
					STEP("fault: {node: 1, call: setexpected, error: NO_RESOURCES}")
						STEP("setexpected: {node: 1, votes: 2}")
							STEP("setexpected: {node: 1, votes: 2}"));
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_SETEXPECTED, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_SETEXPECTED, 1), VQ_ERR_NO_RESOURCES);
	assert_int_equal(error_of(&play, A, VERB_SETEXPECTED, 2), VQ_OK);
	play_close(&play);
}

/* ---- reading ---- */

static void a_slow_client_reads_later(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 TWO STEP("trackstart: {node: 1, client: a, flags: [CHANGES_ONLY]}")
			 STEP("trackstart: {node: 1, client: b, flags: [CHANGES_ONLY], slow: 70ms}") STEP("stop: 2"));
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(nth_told(&play, A, i)->notification->kind, i ? VQ_QUORUM : VQ_NODELIST);
		assert_int_equal(nth_told(&play, B, i)->notification->kind, i ? VQ_QUORUM : VQ_NODELIST);
	}
	assert_int_equal(nth_told(&play, B, 0)->time_ns - nth_told(&play, A, 0)->time_ns, 70 * MS);
	assert_int_equal(nth_told(&play, B, 0)->time_ns, nth_told(&play, B, 1)->time_ns);
	play_close(&play);
}

/* Manual: nothing is read before a step says so, and each type takes what it says. */
static void the_types_of_dispatch(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 TWO STEP("trackstart: {node: 1, dispatch: manual, flags: [CURRENT, CHANGES]}")
			 STEP("dispatch: {node: 1, type: ONE}") STEP("dispatch: {node: 1, type: ONE_NONBLOCKING}")
				 STEP("dispatch: {node: 1, type: ONE_NONBLOCKING}")
					 STEP("dispatch: {node: 1, type: ALL}") STEP("stop: 2")
						 STEP("dispatch: {node: 1}") STEP("dispatch: {node: 1, type: 9}"));
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 4);
	assert_int_equal(nth_told(&play, A, 0)->step, 2);
	assert_int_equal(nth_told(&play, A, 1)->step, 3);
	assert_int_equal(nth_told(&play, A, 2)->step, 7);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 2), VQ_ERR_TRY_AGAIN);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 3), VQ_OK);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 3)->count, 0);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 4)->count, 2);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 5), VQ_ERR_INVALID_PARAM);
	play_close(&play);
}

/* ONE waits for one; while it does, other calls of the client go on beside it. */
static void one_waits(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual, flags: [CHANGES_ONLY]}")
				STEP("dispatch: {node: 1, type: ONE}") STEP("getinfo: {node: 1}") STEP("stop: 2"));
	assert_int_equal(play_reply(&play, A, VERB_GETINFO, 0)->step, 3);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 0)->step, 4);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 1); /* the quorum notification stays in the queue */
	assert_int_equal(told(&play, OBSERVE_QUEUED, A), 2);
	play_close(&play);
}

/* BLOCKING goes on until the daemon is gone. */
static void blocking_waits_for_ever(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual, flags: [CHANGES_ONLY]}")
				STEP("dispatch: {node: 1, type: BLOCKING}") STEP("stop: 2") STEP("start: 2")
					STEP("crash: 1"));
	assert_true(told(&play, OBSERVE_CALLBACK, A) >= 4);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), told(&play, OBSERVE_QUEUED, A));
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_LIBRARY);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 0)->step, 5);
	assert_int_equal(told(&play, OBSERVE_CALL, A), 3); /* initialize, trackstart, one dispatch */
	play_close(&play);
}

#define WAITS STEP("dispatch: {node: 1, dispatch: manual, type: BLOCKING}") STEP("finalize: {node: 1}")
#define BY_THE_MANUAL "scenario: t\ncluster: {nodes: 2, profile: documented}\n" STEPS STEP("start: all")

static void by_the_manual_finalize_ends_a_blocking_dispatch(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, BY_THE_MANUAL WAITS);
	assert_int_equal(error_of(&play, A, VERB_FINALIZE, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_BAD_HANDLE);
	play_close(&play);
}

/* Nothing wakes it but the end of its daemon. */
static void a_blocking_dispatch_outlives_its_handle(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO WAITS STEP("dispatch: {node: 1, type: BLOCKING}") STEP("initialize: {node: 1}") STEP(
				"getinfo: {node: 1}") STEP("crash: 2") STEP("crash: 1") STEP("getinfo: {node: 1}"));
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 1), VQ_ERR_NO_MEMORY); /* a client has one handle */
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 1), VQ_ERR_LIBRARY);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 1)->step, 7);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 1), VQ_ERR_BAD_HANDLE);
	play_close(&play);
}

/* With a tracker the next notification does, and is the last. Then the client may begin anew. */
static void a_blocking_dispatch_tells_one_more(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual, flags: CHANGES_ONLY}") WAITS STEP("stop: 2")
				STEP("initialize: {node: 1}") STEP("start: 2"));
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 1);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(play_reply(&play, A, VERB_DISPATCH, 0)->step, 4);
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 1), VQ_OK);
	assert_int_equal(play_number(&play, OBSERVE_QUEUED, ANY), 1); /* no tracker is left */
	play_close(&play);
}

/* Another thread's dispatch does not end the one that waits. */
static void two_dispatches_at_once(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual, flags: CHANGES_ONLY}")
				STEP("dispatch: {node: 1, type: BLOCKING}") STEP("dispatch: {node: 1, type: ALL}")
					STEP("stop: 2") STEP("crash: 1"));
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_OK);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 2);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 1), VQ_ERR_LIBRARY);
	play_close(&play);
}

/* The process that has it dies: nobody is told. */
static void killed_while_its_dispatch_lingers(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual, flags: CHANGES_ONLY}")
				WAITS STEP("kill: {node: 1}") STEP("stop: 2"));
	assert_int_equal(play_number(&play, OBSERVE_QUEUED, ANY), 0);
	play_close(&play);
}

/* A callback that is NULL: the notification is consumed, and seen so. */
static void callbacks_that_are_null(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, client: a, callbacks: [quorum]}")
				STEP("trackstart: {node: 1, client: b, callbacks: []}") STEP("stop: 2"));
	assert_int_equal(told(&play, OBSERVE_QUEUED, A), 4);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 2);
	assert_int_equal(told(&play, OBSERVE_CONSUMED, A), 2);
	assert_int_equal(nth_told(&play, A, 0)->notification->kind, VQ_QUORUM);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, B), 0);
	assert_int_equal(told(&play, OBSERVE_CONSUMED, B), 4);
	play_close(&play);
}

/* ---- a daemon that does not answer ---- */

/* A paused daemon answers when it is back; the calls behind the first wait their turn. */
static void calls_wait_for_a_paused_daemon(void **state)
{
	struct play play;
	uint32_t at = 0;
	static const enum verb order[] = {VERB_INITIALIZE, VERB_GETINFO, VERB_TRACKSTART, VERB_TRACKSTOP};

	(void)state;
	play_run(&play, TWO STEP("initialize: {node: 1, client: a}") STEP("pause: 1")
				STEP("getinfo: {node: 1, client: a, of: 2}") STEP("trackstart: {node: 1, client: a}")
					STEP("trackstop: {node: 1, client: a}") STEP("getinfo: {node: 1, client: b}")
						STEP("getinfo: {node: 2}") STEP("resume: 1")
							STEP("getinfo: {node: 1, client: a}"));
	for (uint32_t i = 0; i < 4; i++) {
		const struct observation *reply = play_next(&play, &at, OBSERVE_REPLY, 0);

		while (reply->client != A || reply->automatic)
			reply = play_next(&play, &at, OBSERVE_REPLY, 0);
		assert_int_equal(reply->verb, order[i]);
		assert_int_equal(reply->number, VQ_OK);
		assert_int_equal(reply->step, i ? 8 : 1);
	}
	assert_int_equal(play_reply(&play, 2, VERB_GETINFO, 0)->step, 7); /* the other node's client does not wait */
	assert_int_equal(play_reply(&play, B, VERB_INITIALIZE, 0)->step, 8);
	assert_int_equal(play_reply(&play, B, VERB_GETINFO, 0)->step, 8);
	assert_int_equal(play_reply(&play, A, VERB_GETINFO, 0)->reply->info.node_id, 2);
	assert_int_equal(play_reply(&play, A, VERB_GETINFO, 1)->step, 9);
	play_close(&play);
}

/* It never comes back: what waited ends with LIBRARY. */
static void calls_to_a_daemon_that_dies_paused(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 TWO STEP("initialize: {node: 1, client: a}") STEP("pause: 1") STEP("getinfo: {node: 1, client: a}")
			 STEP("getinfo: {node: 1, client: b}") STEP("crash: 1"));
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_ERR_LIBRARY);
	assert_int_equal(error_of(&play, B, VERB_INITIALIZE, 0), VQ_ERR_LIBRARY);
	assert_int_equal(replies(&play, B), 1);
	play_close(&play);
}

/* A registration waits for the others' agreement. Its daemon dies: LIBRARY; it restarts: still LIBRARY. */
static void a_registration_that_is_never_answered(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("initialize: {node: 1, client: a}") STEP("{partition: [[1], [2]]}")
				STEP("{qdevice_register: {node: 1, client: a, name: d}, settle: false}")
					STEP("{getinfo: {node: 1, client: a}, settle: false}")
						STEP("{crash: 1, settle: false}") STEP("{start: 1, settle: false}"));
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_REGISTER, 0), VQ_ERR_LIBRARY);
	assert_int_equal(replies(&play, A), 4); /* and getinfo, on a connection of its own to the new daemon */
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 1), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_OK);
	play_close(&play);
}

static void a_registration_is_answered_when_it_is_delivered(void **state)
{
	struct play play;
	const struct observation *reply;

	(void)state;
	play_run(&play, TWO STEP("{qdevice_register: {node: 1, client: a, name: d}}")
				STEP("{qdevice_register: {node: 2, client: b, name: e}}"));
	reply = play_reply(&play, A, VERB_QDEVICE_REGISTER, 0);
	assert_int_equal(reply->number, VQ_OK);
	assert_int_equal(reply->time_ns - play_step_ns(&play, 1), 100000);
	play_close(&play);
}

/* ---- the ways out ---- */

static void a_client_that_is_killed(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, client: a, slow: 5ms}") STEP("pause: 1")
				STEP("{getinfo: {node: 1, client: a}, settle: false}")
					STEP("{kill: {node: 1, client: a}, settle: false}")
						STEP("{resume: 1, settle: false}")
							STEP("getinfo: {node: 1, client: a}") STEP("stop: 2"));
	assert_int_equal(told(&play, OBSERVE_CLIENT_DIED, A), 1);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 2);               /* the snapshot, before */
	assert_int_equal(play_reply(&play, A, VERB_INITIALIZE, 1)->step, 6); /* a new process */
	assert_int_equal(play_reply(&play, A, VERB_GETINFO, 0)->step, 6); /* the call of the old one got no answer */
	assert_int_equal(replies(&play, A), 4);
	play_close(&play);
}

/* What was queued for a process that died is gone, and wakes nobody. */
static void killed_before_it_reads(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, client: a, slow: 50ms}")
				STEP("{kill: {node: 1, client: a}, settle: false, after: 10ms}")
					STEP("{kill: {node: 1, client: a}, settle: false}"));
	assert_int_equal(told(&play, OBSERVE_QUEUED, A), 2);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 0);
	assert_int_equal(told(&play, OBSERVE_CLIENT_DIED, A), 2);
	play_close(&play);
}

static void after_finalize(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual}") STEP("finalize: {node: 1}")
				STEP("getinfo: {node: 1}") STEP("dispatch: {node: 1}") STEP("fd_get: {node: 1}")
					STEP("context_get: {node: 1}") STEP("finalize: {node: 1}") STEP("stop: 2")
						STEP("initialize: {node: 1}") STEP("dispatch: {node: 1}"));
	assert_int_equal(error_of(&play, A, VERB_FINALIZE, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_FD_GET, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_CONTEXT_GET, 0), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_FINALIZE, 1), VQ_ERR_BAD_HANDLE);
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 1), VQ_OK);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 0); /* its tracker ended with its handle */
	play_close(&play);
}

/* The daemon ends: what was not read is lost, calls answer LIBRARY, what needs no daemon works. */
static void the_daemon_is_gone(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual}") STEP("context_set: {node: 1, context: 9}")
				STEP("crash: 1") STEP("dispatch: {node: 1}") STEP("getinfo: {node: 1}")
					STEP("context_get: {node: 1}") STEP("fd_get: {node: 1}") STEP("start: 1")
						STEP("getinfo: {node: 1}"));
	assert_int_equal(error_of(&play, A, VERB_DISPATCH, 0), VQ_ERR_LIBRARY);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_ERR_LIBRARY);
	assert_int_equal(error_of(&play, A, VERB_CONTEXT_GET, 0), VQ_OK);
	assert_int_equal(play_reply(&play, A, VERB_CONTEXT_GET, 0)->context, 9);
	assert_int_equal(error_of(&play, A, VERB_FD_GET, 0), VQ_OK);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 0);
	/* and when there is one again, a client that knows of the end starts over */
	assert_int_equal(play_reply(&play, A, VERB_INITIALIZE, 1)->step, 9);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 1), VQ_OK);
	play_close(&play);
}

/* One that does not know yet learns it from its next call, although a new daemon is there. */
static void a_restart_that_the_client_missed(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, dispatch: manual}") STEP("crash: 1") STEP("start: 1")
				STEP("getinfo: {node: 1}") STEP("getinfo: {node: 1}"));
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 0), VQ_ERR_LIBRARY);
	assert_int_equal(error_of(&play, A, VERB_GETINFO, 1), VQ_OK);
	play_close(&play);
}

/* An automatic client finds out by itself. */
static void an_automatic_client_notices(void **state)
{
	struct play play;
	const struct observation *last;

	(void)state;
	play_run(&play,
		 TWO STEP("trackstart: {node: 1}") STEP("crash: 1") STEP("start: 1") STEP("trackstart: {node: 1}"));
	last = play_nth(&play, OBSERVE_NODE_DOWN, 0, 0);
	assert_true(strstr(play.trace.text, "\"reply\":\"dispatch\",\"error\":2") != NULL);
	assert_int_equal(last->step, 2);
	assert_int_equal(error_of(&play, A, VERB_TRACKSTART, 1), VQ_OK);
	play_close(&play);
}

/* No daemon yet: refused; one that starts answers once it has a ring. */
static void before_the_daemon_is_there(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, CLUSTER(1) STEPS STEP("getinfo: {node: 1, client: a}") STEP("start: 1")
				STEP("{getinfo: {node: 1, client: b}, settle: false}"));
	assert_int_equal(error_of(&play, A, VERB_INITIALIZE, 0), VQ_ERR_LIBRARY);
	assert_int_equal(replies(&play, A), 1);
	assert_int_equal(error_of(&play, B, VERB_GETINFO, 0), VQ_OK);
	assert_int_equal(play_reply(&play, B, VERB_INITIALIZE, 0)->time_ns, 50 * MS);
	play_close(&play);
}

/* What a daemon says on its way out it takes along, or (another choice) it is read. */
static uint32_t choose_to_read(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	(void)ctx;
	(void)streams;
	return what == CHOOSE_EXIT ? n - 1 : 0;
}

static void what_a_stopping_daemon_says(void **state)
{
	static const char text[] = "scenario: t\ncluster: {nodes: 2, quorum: {allow_downscale: 1}}\n" STEPS STEP(
		"start: {nodes: all, together: true}") STEP("trackstart: {node: 2, flags: [CHANGES_ONLY]}")
		STEP("stop: 2");
	struct play play;

	(void)state;
	play_run(&play, text);
	assert_int_equal(told(&play, OBSERVE_CALLBACK, A), 0);
	play_close(&play);
	play_open(&play, text, (struct choice){NULL, choose_to_read}, 0, true);
	world_run(play.world);
	assert_true(told(&play, OBSERVE_CALLBACK, A) > 0);
	play_close(&play);
}

/* ---- devices ---- */

static void polls_and_rings(void **state)
{
	struct play play;

	(void)state;
	play_run(&play,
		 TWO STEP("qdevice_register: {node: 1, client: a, name: d}")
			 STEP("qdevice_poll: {node: 1, client: a, name: d, cast_vote: 1}") STEP(
				 "qdevice_poll: {node: 1, client: a, name: d, ring: stale}")
				 STEP("qdevice_poll: {node: 1, client: a, name: d, ring: {nodeid: 1, seq: 3}}") STEP(
					 "qdevice_master_wins: {node: 1, client: a, name: d, allow: 1}")
					 STEP("qdevice_update: {node: 1, client: a, name: d, new_name: e}") STEP(
						 "qdevice_unregister: {node: 1, client: a, name: e}")
						 STEP("{crash: 2, settle: false}") STEP(
							 "setvotes: {node: 1, client: a, of: 1, votes: 2}")
							 STEP("{crash: 1}") STEP(
								 "{qdevice_poll: {node: 1, client: a, name: d}}"));
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_POLL, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_POLL, 1), VQ_ERR_MESSAGE_ERROR);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_POLL, 2), VQ_ERR_MESSAGE_ERROR);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_MASTER_WINS, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_UPDATE, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_UNREGISTER, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_SETVOTES, 0), VQ_OK);
	assert_int_equal(error_of(&play, A, VERB_QDEVICE_POLL, 3), VQ_ERR_LIBRARY);
	play_close(&play);
}

/* A device holds the sync until it polls; observers are told both. */
static void a_device_holds_the_sync(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("qdevice_register: {node: 1, client: a, name: d}")
				STEP("qdevice_poll: {node: 1, client: a, name: d}") STEP("crash: 2") STEP("wait: 1s")
					STEP("qdevice_poll: {node: 1, client: a, name: d}"));
	assert_int_equal(play_number(&play, OBSERVE_HELD, 0), 2);
	assert_int_equal(play_nth(&play, OBSERVE_HELD, 0, 0)->number, 1);
	assert_int_equal(play_nth(&play, OBSERVE_HELD, 0, 0)->step, 3);
	assert_int_equal(play_nth(&play, OBSERVE_HELD, 0, 1)->step, 5);
	assert_int_equal(play_last(&play, OBSERVE_ACTIVATED, 0)->step, 5);
	play_close(&play);
}

/* A client of the world has one handle: what it tries beside it fails, and changes nothing. */
static void an_open_handle_stays_open(void **state)
{
	struct play play;

	(void)state;
	play_run(&play, TWO STEP("trackstart: {node: 1, client: a}") STEP("initialize: {node: 1, client: a}") STEP(
				"getinfo: {node: 1, client: a}") STEP("kill: {node: 1, client: a}") STEP("crash: 2"));
	assert_int_equal(play_reply(&play, A, VERB_INITIALIZE, 1)->number, VQ_ERR_NO_MEMORY);
	assert_int_equal(play_reply(&play, A, VERB_GETINFO, 0)->number, VQ_OK);
	for (uint32_t at = 0; play_next(&play, &at, OBSERVE_CLIENT_DIED, ANY);)
		assert_null(play_next(&play, &at, OBSERVE_QUEUED, ANY)); /* the connection went with its process */
	play_close(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_handle_stays_open),
		cmocka_unit_test(faults_come_as_their_errors),
		cmocka_unit_test(faults_of_any_call),
		cmocka_unit_test(an_interrupted_dispatch_is_repeated),
		cmocka_unit_test(a_full_queue),
		cmocka_unit_test(a_slow_client_reads_later),
		cmocka_unit_test(the_types_of_dispatch),
		cmocka_unit_test(one_waits),
		cmocka_unit_test(blocking_waits_for_ever),
		cmocka_unit_test(by_the_manual_finalize_ends_a_blocking_dispatch),
		cmocka_unit_test(a_blocking_dispatch_outlives_its_handle),
		cmocka_unit_test(a_blocking_dispatch_tells_one_more),
		cmocka_unit_test(two_dispatches_at_once),
		cmocka_unit_test(killed_while_its_dispatch_lingers),
		cmocka_unit_test(callbacks_that_are_null),
		cmocka_unit_test(calls_wait_for_a_paused_daemon),
		cmocka_unit_test(calls_to_a_daemon_that_dies_paused),
		cmocka_unit_test(a_registration_that_is_never_answered),
		cmocka_unit_test(a_registration_is_answered_when_it_is_delivered),
		cmocka_unit_test(a_client_that_is_killed),
		cmocka_unit_test(killed_before_it_reads),
		cmocka_unit_test(after_finalize),
		cmocka_unit_test(the_daemon_is_gone),
		cmocka_unit_test(a_restart_that_the_client_missed),
		cmocka_unit_test(an_automatic_client_notices),
		cmocka_unit_test(before_the_daemon_is_there),
		cmocka_unit_test(what_a_stopping_daemon_says),
		cmocka_unit_test(polls_and_rings),
		cmocka_unit_test(a_device_holds_the_sync),
	};

	return cmocka_run_group_tests_name("application", tests, NULL, NULL);
}
