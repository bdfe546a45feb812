/*
 * What one connection may see: tracking flags, the stream, its contents, replies.
 * Each test plays a made-up cluster that behaves well, then one thing that it must
 * not do; the judge must say exactly that, and nothing in the good part.
 */
#include "sim/check/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { A, B, C, D, E };

/* Nodes 1, 2, 3 on one ring, quorate, at rest; a and d are clients of node 1, b of 2. */
static void booted(struct stage *stage)
{
	stage_make(stage, 3);
	stage_judge(stage);
	stage_boot(stage);
	stage_begin(stage, 1);
	assert_quiet(stage);
}

static void trackstart(struct stage *stage, uint32_t client, uint32_t flags)
{
	struct vq_request request = {.op = VQ_OP_TRACKSTART, .context = 100 + client, .flags = flags};

	stage_call(stage, client, VERB_TRACKSTART, &request);
}

static void snapshot(struct stage *stage, uint32_t client)
{
	stage_queue(stage, client, stage_nodelist(stage, client));
	stage_queue(stage, client, stage_quorum(stage, client, true));
}

/* ---- flags ---- */

static void every_value_of_flags(void **state)
{
	static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 0xfffffff8, UINT32_MAX};
	struct stage stage;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		bool tracks = values[i] & (VQ_TRACK_CHANGES | VQ_TRACK_CHANGES_ONLY);

		booted(&stage);
		trackstart(&stage, A, values[i]);
		if (values[i] & (VQ_TRACK_CURRENT | VQ_TRACK_CHANGES))
			snapshot(&stage, A);
		stage_reply(&stage, A, VERB_TRACKSTART, VQ_OK);
		stage_call(&stage, A, VERB_TRACKSTOP, &(struct vq_request){.op = VQ_OP_TRACKSTOP});
		stage_reply(&stage, A, VERB_TRACKSTOP, tracks ? VQ_OK : VQ_ERR_NOT_EXIST);
		assert_quiet(&stage);
		stage_free(&stage);
	}
}

static void snapshot_missing(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	trackstart(&stage, A, VQ_TRACK_CHANGES);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_reply(&stage, A, VERB_TRACKSTART, VQ_OK);
	assert_breach(&stage, RULE_SNAPSHOT);
	stage_free(&stage);
}

static void snapshot_without_being_asked(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	trackstart(&stage, A, VQ_TRACK_CHANGES_ONLY);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	assert_breach(&stage, RULE_I10);
	stage_free(&stage);
}

static void second_trackstart(void **state)
{
	struct stage stage;
	struct vq_notification old;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_call(&stage, A, VERB_TRACKSTART,
		   &(struct vq_request){.op = VQ_OP_TRACKSTART, .context = 7, .flags = VQ_TRACK_CURRENT});
	old = stage_nodelist(&stage, A);
	old.context = 7;
	stage_queue(&stage, A, old);
	old = stage_quorum(&stage, A, true);
	old.context = 7;
	stage_queue(&stage, A, old);
	stage_reply(&stage, A, VERB_TRACKSTART, VQ_ERR_EXIST);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	assert_quiet(&stage); /* context as before */
	trackstart(&stage, A, VQ_TRACK_CHANGES_ONLY);
	stage_reply(&stage, A, VERB_TRACKSTART, VQ_OK);
	assert_breach(&stage, RULE_TRACKSTART_REPLY);
	stage_free(&stage);
}

static void exist_without_snapshot_is_the_manual(void **state)
{
	struct stage stage;

	(void)state;
	stage_make(&stage, 3);
	stage.scenario.quirks_off = 1u << VQ_QUIRK_SNAPSHOT_ON_EXIST;
	stage_judge(&stage);
	stage_boot(&stage);
	stage_track(&stage, A);
	trackstart(&stage, A, VQ_TRACK_CURRENT);
	stage_reply(&stage, A, VERB_TRACKSTART, VQ_ERR_EXIST);
	assert_quiet(&stage);
	stage_free(&stage);
}

static void trackstop_when_not_tracking(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_call(&stage, A, VERB_TRACKSTOP, &(struct vq_request){.op = VQ_OP_TRACKSTOP});
	stage_reply(&stage, A, VERB_TRACKSTOP, VQ_OK);
	assert_breach(&stage, RULE_TRACKSTOP_REPLY);
	stage_free(&stage);
}

static void another_context(void **state)
{
	struct stage stage;
	struct vq_notification other;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	other = stage_expected(&stage, A, 3);
	other.context = 1;
	stage_queue(&stage, A, other);
	assert_breach(&stage, RULE_CONTEXT);
	stage_free(&stage);
}

static void one_tracker_forgotten(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_track(&stage, D);
	stage_queue(&stage, D, stage_expected(&stage, D, 3));
	stage_end(&stage, true);
	assert_breach(&stage, RULE_EVERY_TRACKER);
	stage_free(&stage);
}

static void oldest_tracker_first(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_track(&stage, D);
	stage_queue(&stage, D, stage_expected(&stage, D, 3));
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	assert_quiet(&stage);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_NEWEST_FIRST);
	stage_free(&stage);
}

static void trackers_told_different_things(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_track(&stage, D);
	stage_queue(&stage, D, stage_expected(&stage, D, 3));
	stage_queue(&stage, A, stage_expected(&stage, A, 4));
	assert_breach(&stage, RULE_SAME_NEWS);
	stage_free(&stage);
}

/* ---- the stream ---- */

static void told_without_tracking(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_call(&stage, A, VERB_TRACKSTOP, &(struct vq_request){.op = VQ_OP_TRACKSTOP});
	stage_reply(&stage, A, VERB_TRACKSTOP, VQ_OK);
	stage_callback(&stage, A, stage_expected(&stage, A, 3)); /* queued stays queued */
	assert_quiet(&stage);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_I10);
	stage_free(&stage);
}

static void told_after_finalize(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_call(&stage, A, VERB_FINALIZE, NULL);
	stage_reply(&stage, A, VERB_FINALIZE, VQ_OK);
	assert_quiet(&stage);
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_I10);
	stage_free(&stage);
}

/* A has a tracker, its handle is finalized while BLOCKING waits. */
static void finalized_while_waiting(struct stage *stage)
{
	booted(stage);
	stage_track(stage, A);
	stage_call(stage, A, VERB_DISPATCH, NULL); /* of no step: BLOCKING */
	stage_call(stage, A, VERB_FINALIZE, NULL);
	stage_reply(stage, A, VERB_FINALIZE, VQ_OK);
	assert_quiet(stage);
}

static void told_once_after_finalize(void **state)
{
	struct stage stage;

	(void)state;
	finalized_while_waiting(&stage);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_queue(&stage, A, stage_expected(&stage, A, 4));
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_quiet(&stage);
	stage_callback(&stage, A, stage_expected(&stage, A, 4));
	assert_breach(&stage, RULE_I10);
	stage_free(&stage);
}

static void queued_after_the_dispatch_that_waited(void **state)
{
	struct stage stage;

	(void)state;
	finalized_while_waiting(&stage);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	stage_reply(&stage, A, VERB_DISPATCH, VQ_ERR_BAD_HANDLE);
	assert_quiet(&stage);
	stage_queue(&stage, A, stage_expected(&stage, A, 4));
	assert_breach(&stage, RULE_I10);
	stage_free(&stage);
}

static void woken_by_finalize(void **state)
{
	struct stage stage;

	(void)state;
	finalized_while_waiting(&stage);
	stage_call(&stage, A, VERB_DISPATCH, NULL); /* another thread's */
	stage_reply(&stage, A, VERB_DISPATCH, VQ_ERR_BAD_HANDLE);
	assert_quiet(&stage);
	stage_reply(&stage, A, VERB_DISPATCH, VQ_ERR_BAD_HANDLE);
	assert_breach(&stage, RULE_HANDLE);
	stage_free(&stage);
}

static void finalized_and_daemon_gone(void **state)
{
	struct stage stage;

	(void)state;
	finalized_while_waiting(&stage);
	stage_event(&stage, OBSERVE_NODE_DOWN, 0, DOWN_CRASH);
	stage_reply(&stage, A, VERB_DISPATCH, VQ_ERR_LIBRARY);
	assert_quiet(&stage);
	stage_free(&stage);
	finalized_while_waiting(&stage);
	stage_event(&stage, OBSERVE_NODE_DOWN, 0, DOWN_CRASH);
	stage_reply(&stage, A, VERB_DISPATCH, VQ_ERR_BAD_HANDLE);
	assert_breach(&stage, RULE_HANDLE);
	stage_free(&stage);
}

static void delivered_out_of_order(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_queue(&stage, A, stage_expected(&stage, A, 4));
	stage_callback(&stage, A, stage_expected(&stage, A, 4));
	assert_breach(&stage, RULE_IN_ORDER);
	stage_free(&stage);
}

static void delivered_twice(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_quiet(&stage);
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_IN_ORDER);
	stage_free(&stage);
}

/* Beyond the few that are kept one by one, the digest of all tells. */
static void one_of_many_changed(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	for (uint32_t i = 0; i < 100; i++)
		stage_queue(&stage, A, stage_expected(&stage, A, 3 + i));
	for (uint32_t i = 0; i < 99; i++)
		stage_callback(&stage, A, stage_expected(&stage, A, i == 20 ? 1 : 3 + i));
	assert_quiet(&stage);
	stage_callback(&stage, A, stage_expected(&stage, A, 102));
	assert_breach(&stage, RULE_IN_ORDER);
	stage_free(&stage);
}

static void outside_dispatch(void **state)
{
	struct stage stage;

	(void)state;
	stage_make(&stage, 3);
	stage.clients[A].manual = true;
	stage_judge(&stage);
	stage_boot(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_IN_DISPATCH);
	stage_free(&stage);
}

static void null_callback_called(void **state)
{
	struct stage stage;

	(void)state;
	stage_make(&stage, 3);
	stage.clients[A].callbacks = 1u << VQ_QUORUM;
	stage_judge(&stage);
	stage_boot(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_expected(&stage, A, 3));
	stage_callback(&stage, A, stage_expected(&stage, A, 3));
	assert_breach(&stage, RULE_NULL_CALLBACK);
	stage_free(&stage);
}

static void dispatch(struct stage *stage, uint32_t type, uint32_t takes, int error)
{
	struct observation reply = {
		.kind = OBSERVE_REPLY, .client = A, .verb = VERB_DISPATCH, .count = takes, .number = (uint64_t)error};

	stage->steps[stage->step].verb = VERB_DISPATCH;
	stage->steps[stage->step].dispatch_type = type;
	stage_call(stage, A, VERB_DISPATCH, NULL);
	for (uint32_t i = 0; i < takes; i++)
		stage_callback(stage, A, stage_expected(stage, A, 3));
	stage_see(stage, &reply);
}

static void dispatch_types(void **state)
{
	static const struct {
		uint32_t type, queued, takes;
		int error;
		bool good;
	} cases[] = {
		{VQ_DISPATCH_ALL, 2, 2, VQ_OK, true},
		{VQ_DISPATCH_ALL, 2, 1, VQ_OK, false},
		{VQ_DISPATCH_ALL, 0, 0, VQ_OK, true},
		{VQ_DISPATCH_ONE, 2, 1, VQ_OK, true},
		{VQ_DISPATCH_ONE, 2, 2, VQ_OK, false},
		{VQ_DISPATCH_ONE_NONBLOCKING, 2, 1, VQ_OK, true},
		{VQ_DISPATCH_ONE_NONBLOCKING, 0, 0, VQ_ERR_TRY_AGAIN, true},
		{VQ_DISPATCH_ONE_NONBLOCKING, 1, 0, VQ_ERR_TRY_AGAIN, false},
		{VQ_DISPATCH_ONE_NONBLOCKING, 0, 0, VQ_OK, false},
		{0, 1, 0, VQ_ERR_INVALID_PARAM, true},
		{5, 1, 1, VQ_OK, false},
	};
	struct stage stage;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		booted(&stage);
		stage_track(&stage, A);
		for (uint32_t k = 0; k < cases[i].queued; k++)
			stage_queue(&stage, A, stage_expected(&stage, A, 3));
		dispatch(&stage, cases[i].type, cases[i].takes, cases[i].error);
		if (cases[i].good)
			assert_quiet(&stage);
		else
			assert_breach(&stage, RULE_DISPATCH_COUNT);
		stage_free(&stage);
	}
}

/* ---- syncs ---- */

/* The trackers a and d of node 1 see node 3 go, as it should be. */
static void node_3_crashes(struct stage *stage)
{
	stage_event(stage, OBSERVE_NODE_DOWN, 2, DOWN_CRASH);
	stage_ring(stage, 3);
}

static void a_sync_as_it_should_be(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_track(&stage, D);
	node_3_crashes(&stage);
	stage_queue(&stage, D, stage_nodelist(&stage, D));
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	stage_queue(&stage, D, stage_quorum(&stage, D, true));
	stage_queue(&stage, A, stage_quorum(&stage, A, true));
	stage_activated(&stage, 1);
	stage_primary(&stage, 1, true);
	stage_end(&stage, true);
	assert_quiet(&stage);
	stage_free(&stage);
}

static void quorum_in_a_sync(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_queue(&stage, A, stage_quorum(&stage, A, true));
	assert_breach(&stage, RULE_I9);
	stage_free(&stage);
}

static void nodelist_outside_a_sync(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	assert_breach(&stage, RULE_I9);
	stage_free(&stage);
}

static void nodelist_missing(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_activated(&stage, 0);
	assert_breach(&stage, RULE_NODELIST_EACH_RING);
	stage_free(&stage);
}

static void quorum_missing_when_nothing_changed(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_activate(&stage, 3, 3);
	stage_end(&stage, true);
	assert_breach(&stage, RULE_QUORUM_EACH_RING);
	stage_free(&stage);
}

static void quorum_told_twice(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	stage_queue(&stage, A, stage_quorum(&stage, A, true));
	stage_queue(&stage, A, stage_quorum(&stage, A, true));
	assert_breach(&stage, RULE_QUORUM_ON_CHANGE);
	stage_free(&stage);
}

static void primary_not_told(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	node_3_crashes(&stage);
	stage_activated(&stage, 0);
	stage_activated(&stage, 1);
	stage_primary(&stage, 1, true);
	stage_end(&stage, false);
	assert_breach(&stage, RULE_PRIMARY_TOLD);
	stage_free(&stage);
}

static void tracker_and_primary_differ(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	stage_queue(&stage, A, stage_quorum(&stage, A, false));
	assert_breach(&stage, RULE_I5);
	stage_free(&stage);
}

/* ---- contents ---- */

static void nodelist_of_the_old_ring(void **state)
{
	struct stage stage;
	struct vq_notification old;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	old = stage_nodelist(&stage, A);
	old.ring.seq -= 4;
	stage_queue(&stage, A, old);
	assert_breach(&stage, RULE_NODELIST);
	stage_free(&stage);
}

static void nodelist_with_the_old_members(void **state)
{
	static const struct vq_entry three[] = {{1, 0}, {2, 0}, {3, 0}};
	struct stage stage;
	struct vq_notification old;

	(void)state;
	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	old = stage_nodelist(&stage, A);
	old.count = 3;
	old.entries = three;
	stage_queue(&stage, A, old);
	assert_breach(&stage, RULE_NODELIST);
	stage_free(&stage);
}

static void quorum_list(const struct vq_entry *entries, uint32_t count, enum rule_number rule)
{
	struct stage stage;
	struct vq_notification quorum;

	booted(&stage);
	stage_track(&stage, A);
	node_3_crashes(&stage);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	stage_activated(&stage, 0);
	stage_primary(&stage, 0, true);
	quorum = stage_quorum(&stage, A, true);
	quorum.entries = entries;
	quorum.count = count;
	stage_queue(&stage, A, quorum);
	assert_breach(&stage, rule);
	stage_free(&stage);
}

static void quorum_lists(void **state)
{
	(void)state;
	quorum_list((const struct vq_entry[]){{2, 1}, {3, 1}, {1, 1}}, 3, RULE_NODE_STATES);
	quorum_list((const struct vq_entry[]){{2, 1}, {3, 3}, {1, 1}}, 3, RULE_NODE_STATES);
	quorum_list((const struct vq_entry[]){{2, 2}, {3, 2}, {1, 1}}, 3, RULE_NODE_STATES);
	quorum_list((const struct vq_entry[]){{2, 1}, {1, 1}}, 2, RULE_NODE_STATES);
	quorum_list((const struct vq_entry[]){{2, 1}, {9, 2}, {1, 1}}, 3, RULE_NODE_STATES);
	quorum_list((const struct vq_entry[]){{1, 1}, {2, 1}, {3, 2}}, 3, RULE_NODE_ORDER);
	quorum_list((const struct vq_entry[]){{2, 1}, {3, 2}, {1, 1}, {0, 0}}, 4, RULE_DEVICE_LISTED);
}

static void the_manuals_order(void **state)
{
	static const struct vq_entry ascending[] = {{1, 1}, {2, 1}, {3, 1}};
	struct stage stage;
	struct vq_notification quorum;

	(void)state;
	stage_make(&stage, 3);
	stage.scenario.quirks_off = 1u << VQ_QUIRK_RECORD_ORDER;
	stage_judge(&stage);
	stage_boot(&stage);
	trackstart(&stage, A, VQ_TRACK_CURRENT);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	quorum = stage_quorum(&stage, A, true);
	quorum.entries = ascending;
	stage_queue(&stage, A, quorum);
	assert_quiet(&stage);
	stage_free(&stage);
}

static void device_state(void **state)
{
	static const struct vq_entry entries[] = {{2, 1}, {3, 1}, {1, 1}, {0, 1}};
	struct vq_request registers = {.op = VQ_OP_QDEVICE_REGISTER, .name = "qd"};
	struct stage stage;
	struct vq_notification quorum;

	(void)state;
	booted(&stage);
	stage_call(&stage, D, VERB_QDEVICE_REGISTER, &registers);
	stage_reply(&stage, D, VERB_QDEVICE_REGISTER, VQ_OK);
	stage.info[0].flags |= VQ_INFO_QDEVICE_REGISTERED;
	stage_end(&stage, true);
	stage_begin(&stage, 2);
	trackstart(&stage, A, VQ_TRACK_CURRENT);
	stage_queue(&stage, A, stage_nodelist(&stage, A));
	assert_quiet(&stage);
	quorum = stage_quorum(&stage, A, true);
	quorum.entries = entries;
	quorum.count = 4;
	stage_queue(&stage, A, quorum);
	assert_breach(&stage, RULE_DEVICE_LISTED);
	stage_free(&stage);
}

/* ---- replies ---- */

static void finalized_handle(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_call(&stage, A, VERB_FD_GET, NULL);
	stage_reply(&stage, A, VERB_FD_GET, VQ_OK);
	stage_call(&stage, A, VERB_FINALIZE, NULL);
	stage_reply(&stage, A, VERB_FINALIZE, VQ_OK);
	stage_call(&stage, A, VERB_FINALIZE, NULL);
	stage_reply(&stage, A, VERB_FINALIZE, VQ_ERR_BAD_HANDLE);
	assert_quiet(&stage);
	stage_call(&stage, A, VERB_CONTEXT_GET, NULL);
	stage_reply(&stage, A, VERB_CONTEXT_GET, VQ_OK);
	assert_breach(&stage, RULE_HANDLE);
	stage_free(&stage);
}

static void daemon_gone(void **state)
{
	struct vq_request request = {.op = VQ_OP_GETINFO};
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_track(&stage, C);
	stage_event(&stage, OBSERVE_NODE_DOWN, 2, DOWN_CRASH);
	stage_call(&stage, C, VERB_GETINFO, &request);
	stage_reply(&stage, C, VERB_GETINFO, VQ_ERR_LIBRARY);
	assert_quiet(&stage);
	stage_call(&stage, C, VERB_GETINFO, &request);
	stage_reply(&stage, C, VERB_GETINFO, VQ_ERR_TRY_AGAIN);
	assert_breach(&stage, RULE_HANDLE);
	stage_free(&stage);
}

static void fault_lost(void **state)
{
	struct vq_request request = {.op = VQ_OP_GETINFO};
	struct observation fault = {
		.kind = OBSERVE_FAULT, .client = A, .verb = VERB_GETINFO, .number = VQ_ERR_INTERRUPT};
	struct stage stage;

	(void)state;
	booted(&stage);
	stage_call(&stage, A, VERB_GETINFO, &request);
	stage_see(&stage, &fault);
	stage_reply(&stage, A, VERB_GETINFO, VQ_ERR_INTERRUPT);
	assert_quiet(&stage);
	stage_call(&stage, A, VERB_GETINFO, &request);
	stage_see(&stage, &fault);
	stage_reply(&stage, A, VERB_GETINFO, VQ_ERR_LIBRARY);
	assert_breach(&stage, RULE_FAULT_PASSED_ON);
	stage_free(&stage);
}

static void contexts(struct stage *stage, uint64_t set, uint64_t got)
{
	struct observation reply = {
		.kind = OBSERVE_REPLY, .client = A, .verb = VERB_CONTEXT_GET, .number = VQ_OK, .context = got};

	struct observation call = {.kind = OBSERVE_CALL, .client = A, .verb = VERB_CONTEXT_SET, .context = set};

	stage_see(stage, &call);
	stage_reply(stage, A, VERB_CONTEXT_SET, VQ_OK);
	stage_call(stage, A, VERB_CONTEXT_GET, NULL);
	stage_see(stage, &reply);
}

static void context_lost(void **state)
{
	struct stage stage;

	(void)state;
	booted(&stage);
	contexts(&stage, UINT64_MAX, UINT64_MAX);
	assert_quiet(&stage);
	contexts(&stage, UINT64_MAX, UINT32_MAX);
	assert_breach(&stage, RULE_LIBRARY_CONTEXT);
	stage_free(&stage);
}

static void answers(enum verb verb, struct vq_request request, int good, int bad, enum rule_number rule)
{
	struct stage stage;

	booted(&stage);
	stage_call(&stage, A, verb, &request);
	stage_reply(&stage, A, verb, good);
	assert_quiet(&stage);
	stage_free(&stage);
	booted(&stage);
	stage_call(&stage, A, verb, &request);
	stage_reply(&stage, A, verb, bad);
	assert_breach(&stage, rule);
	stage_free(&stage);
}

static void what_calls_answer(void **state)
{
	(void)state;
	answers(VERB_GETINFO, (struct vq_request){.nodeid = 9}, VQ_ERR_NOT_EXIST, VQ_OK, RULE_GETINFO);
	answers(VERB_SETEXPECTED, (struct vq_request){.votes = 2}, VQ_ERR_INVALID_PARAM, VQ_OK, RULE_SETEXPECTED);
	answers(VERB_SETEXPECTED, (struct vq_request){.votes = 5}, VQ_OK, VQ_ERR_INVALID_PARAM, RULE_SETEXPECTED);
	answers(VERB_SETEXPECTED, (struct vq_request){.votes = 6}, VQ_ERR_INVALID_PARAM, VQ_OK, RULE_SETEXPECTED);
	answers(VERB_SETVOTES, (struct vq_request){.nodeid = 9, .votes = 1}, VQ_ERR_NAME_NOT_FOUND, VQ_OK,
		RULE_SETVOTES);
	answers(VERB_SETVOTES, (struct vq_request){.nodeid = 2, .votes = 0}, VQ_OK, VQ_ERR_INVALID_PARAM,
		RULE_SETVOTES);
	answers(VERB_SETVOTES, (struct vq_request){.nodeid = 2, .votes = UINT32_MAX}, VQ_ERR_INVALID_PARAM, VQ_OK,
		RULE_SETVOTES);
	answers(VERB_QDEVICE_POLL, (struct vq_request){.name = "qd"}, VQ_ERR_NOT_EXIST, VQ_OK, RULE_QDEVICE);
	answers(VERB_QDEVICE_REGISTER, (struct vq_request){.name = ""}, VQ_ERR_INVALID_PARAM, VQ_OK, RULE_QDEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_flags),
		cmocka_unit_test(snapshot_missing),
		cmocka_unit_test(snapshot_without_being_asked),
		cmocka_unit_test(second_trackstart),
		cmocka_unit_test(exist_without_snapshot_is_the_manual),
		cmocka_unit_test(trackstop_when_not_tracking),
		cmocka_unit_test(another_context),
		cmocka_unit_test(one_tracker_forgotten),
		cmocka_unit_test(oldest_tracker_first),
		cmocka_unit_test(trackers_told_different_things),
		cmocka_unit_test(told_without_tracking),
		cmocka_unit_test(told_after_finalize),
		cmocka_unit_test(told_once_after_finalize),
		cmocka_unit_test(queued_after_the_dispatch_that_waited),
		cmocka_unit_test(woken_by_finalize),
		cmocka_unit_test(finalized_and_daemon_gone),
		cmocka_unit_test(delivered_out_of_order),
		cmocka_unit_test(delivered_twice),
		cmocka_unit_test(one_of_many_changed),
		cmocka_unit_test(outside_dispatch),
		cmocka_unit_test(null_callback_called),
		cmocka_unit_test(dispatch_types),
		cmocka_unit_test(a_sync_as_it_should_be),
		cmocka_unit_test(quorum_in_a_sync),
		cmocka_unit_test(nodelist_outside_a_sync),
		cmocka_unit_test(nodelist_missing),
		cmocka_unit_test(quorum_missing_when_nothing_changed),
		cmocka_unit_test(quorum_told_twice),
		cmocka_unit_test(primary_not_told),
		cmocka_unit_test(tracker_and_primary_differ),
		cmocka_unit_test(nodelist_of_the_old_ring),
		cmocka_unit_test(nodelist_with_the_old_members),
		cmocka_unit_test(quorum_lists),
		cmocka_unit_test(the_manuals_order),
		cmocka_unit_test(device_state),
		cmocka_unit_test(finalized_handle),
		cmocka_unit_test(daemon_gone),
		cmocka_unit_test(fault_lost),
		cmocka_unit_test(context_lost),
		cmocka_unit_test(what_calls_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
