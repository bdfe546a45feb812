/* The full state of a moment. */
#include "sim/replay/moment.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/look.h"
#include "sim/replay/wording.h"

#define TEXT(array, index) ((index) < sizeof(array) / sizeof(array)[0] ? (array)[index] : NULL)

const char *const moment_flag_names[8] = {
	"quorate",           "leaving",      "wait_for_all",     "first",
	"device_registered", "device_alive", "device_cast_vote", "device_master_wins",
};

const char *moment_node_state(uint32_t state)
{
	static const char *const names[] = {
		[VQ_STATE_MEMBER] = "member", [VQ_STATE_DEAD] = "dead", [VQ_STATE_LEAVING] = "leaving"};

	return TEXT(names, state);
}

struct teller {
	const struct replay *replay;
	struct facts *facts;
	const struct world *world;
	const struct scenario *scenario;
	uint32_t number; /* of the item in the list that is told */
};

static uint32_t id_of(const struct teller *teller, uint32_t node)
{
	return teller->scenario->nodes[node].nodeid;
}

static uint32_t *ids_room(const struct teller *teller)
{
	uint32_t *ids = allocate(teller->scenario->node_count + 1, sizeof *ids);

	return ids;
}

/* ---- a node's votequorum ---- */

static void tell_features(struct facts *facts, const struct vq *vq, const struct vq_look *look)
{
	static const char *const ties[] = {"off", "lowest", "highest", "list"};

	facts_bool(facts, "two_node", look->two_node_on);
	facts_object(facts, "wait_for_all");
	facts_bool(facts, "on", look->wait_for_all_on);
	facts_bool(facts, "waiting", look->wait_for_all_status);
	facts_end(facts);
	facts_object(facts, "last_man_standing");
	facts_bool(facts, "on", look->last_man_standing_on);
	facts_number(facts, "window_ms", look->last_man_window_ms);
	facts_end(facts);
	facts_object(facts, "auto_tie_breaker");
	facts_text(facts, "kind", TEXT(ties, look->tie_breaker));
	if (facts->json)
		json_open(facts->json, "listed", '[');
	for (uint32_t i = 0; i < look->listed_count && facts->json; i++)
		json_number(facts->json, NULL, vq_look_listed(vq, i));
	if (facts->json)
		json_close(facts->json, ']');
	facts_number(facts, "lowest", look->lowest);
	facts_number(facts, "highest", look->highest);
	facts_end(facts);
	facts_object(facts, "allow_downscale");
	facts_bool(facts, "on", look->allow_downscale_on);
	facts_number(facts, "barrier", look->downscale_barrier);
	facts_end(facts);
	facts_object(facts, "expected_votes_tracking");
	facts_bool(facts, "on", look->tracking_on);
	facts_number(facts, "barrier", look->tracked_barrier);
	facts_end(facts);
}

static void tell_device(struct facts *facts, const struct vq_look *look)
{
	facts_object(facts, "device");
	facts_text(facts, "name", look->device_name[0] ? look->device_name : NULL);
	facts_number(facts, "votes", look->device_votes);
	facts_bool(facts, "allowed", look->device_allowed);
	facts_bool(facts, "master_wins", look->device_master_wins);
	facts_number(facts, "timeout_ms", look->device_timeout_ms);
	facts_number(facts, "sync_timeout_ms", look->device_sync_timeout_ms);
	facts_end(facts);
}

static void tell_records(struct facts *facts, const struct vq *vq, const struct vq_look *look)
{
	facts_list(facts, "records");
	for (uint32_t i = 0; i < look->record_count; i++) {
		struct vq_look_record record = vq_look_record(vq, i);

		if (!facts_item(facts, "node", "knows", record.nodeid, NULL))
			continue;
		facts_text(facts, "state", moment_node_state(record.state));
		facts_number(facts, "votes", record.votes);
		facts_number(facts, "expected_votes", record.expected_votes);
		facts_names(facts, "flags", record.flags, moment_flag_names, 8);
		facts_end(facts);
	}
	facts_list_end(facts);
}

static void tell_trackers(const struct teller *teller, uint32_t node, const struct vq *vq, const struct vq_look *look)
{
	facts_list(teller->facts, "trackers");
	for (uint32_t i = 0; i < look->tracker_count; i++) {
		struct vq_look_tracker tracker = vq_look_tracker(vq, i);
		uint32_t client = look_client_at(teller->world, node, tracker.connection);

		if (!facts_item(teller->facts, "client", "tracker", 0,
				client == LOOK_NONE ? "?" : teller->scenario->clients[client].name))
			continue;
		facts_number(teller->facts, "context", tracker.context);
		facts_end(teller->facts);
	}
	facts_list_end(teller->facts);
}

static void tell_core(const struct teller *teller, uint32_t node, const struct vq *vq)
{
	static const char *const phases[] = {"none", "begun", "held", "processed"};
	struct facts *facts = teller->facts;
	uint32_t *ids = ids_room(teller);
	struct vq_look look;
	struct vq_look_record own;

	vq_look(vq, &look);
	own = vq_look_record(vq, 0);
	for (uint32_t i = 0; i < look.member_count; i++)
		ids[i] = vq_look_member(vq, i);
	facts_object(facts, "votequorum");
	facts_ring(facts, "ring", look.ring.nodeid, look.ring.seq);
	facts_ids(facts, "members", ids, look.member_count);
	facts_text(facts, "sync", TEXT(phases, look.sync));
	facts_bool(facts, "quorate", look.quorate);
	facts_number(facts, "votes", own.votes);
	facts_number(facts, "expected_votes", own.expected_votes);
	facts_number(facts, "highest_expected", look.highest_expected);
	facts_number(facts, "total_votes", look.total_votes);
	facts_number(facts, "quorum", look.quorum);
	facts_names(facts, "flags", own.flags, moment_flag_names, 8);
	tell_features(facts, vq, &look);
	tell_device(facts, &look);
	tell_records(facts, vq, &look);
	tell_trackers(teller, node, vq, &look);
	facts_end(facts);
	free(ids);
}

/* ---- nodes and rings ---- */

static void tell_reached(const struct teller *teller, uint32_t node)
{
	uint32_t *ids = ids_room(teller), count = 0;

	for (uint32_t i = 0; i < teller->scenario->node_count; i++)
		if (look_reaches(teller->world, node, i))
			ids[count++] = id_of(teller, i);
	facts_ids(teller->facts, "reaches", ids, count);
	free(ids);
}

static void tell_ring_of(const struct teller *teller, uint32_t slot, bool of_node)
{
	uint32_t *ids = ids_room(teller);
	struct look_ring ring = {0};
	bool there = slot != LOOK_NONE && look_ring(teller->world, slot, &ring);

	for (uint32_t i = 0; i < ring.member_count; i++)
		ids[i] = id_of(teller, ring.members[i]);
	if (of_node)
		facts_ring(teller->facts, "ring", ring.id.nodeid, there ? ring.id.seq : 0);
	facts_ids(teller->facts, of_node ? "ring_members" : "members", ids, ring.member_count);
	free(ids);
}

static void tell_timers(struct facts *facts, const struct look_node *node)
{
	static const char *const names[] = {"last_man_standing", "device"};

	facts_object(facts, "timers");
	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		facts_time(facts, names[i], node->timer_ns[i]);
		if (node->paused)
			facts_time(facts, i ? "device_left" : "last_man_standing_left", node->timer_left_ns[i]);
	}
	facts_end(facts);
}

static void tell_node(const struct teller *teller, uint32_t index)
{
	struct facts *facts = teller->facts;
	struct look_node node = look_node(teller->world, index);
	const struct vq *vq = look_core(teller->world, index);

	if (!facts_item(facts, "node", "node", id_of(teller, index), NULL))
		return;
	facts_text(facts, "state", !node.up ? "down" : node.paused ? "paused" : node.stopping ? "stopping" : "up");
	facts_number(facts, "boots", node.boots);
	facts_number(facts, "network", node.network);
	tell_reached(teller, index);
	tell_ring_of(teller, node.ring, true);
	facts_object(facts, "disk");
	facts_number(facts, "ring_seq", node.disk_ring_seq);
	facts_number(facts, "expected_votes", node.disk_expected_votes);
	facts_end(facts);
	if (node.config_step == LOOK_NONE)
		facts_text(facts, "reloaded_at_step", NULL);
	else
		facts_number(facts, "reloaded_at_step", node.config_step);
	tell_timers(facts, &node);
	if (vq)
		tell_core(teller, index, vq);
	else
		facts_text(facts, "votequorum", NULL);
	facts_end(facts);
}

static void tell_message(void *ctx, const struct look_message *message)
{
	struct teller *teller = ctx;
	struct facts *facts = teller->facts;
	struct vq_message read;

	if (!facts_item(facts, NULL, "message", teller->number++, NULL))
		return;
	facts_number(facts, "from", id_of(teller, message->sender));
	facts_number(facts, "order", message->number);
	facts_number(facts, "not_delivered_to", message->left);
	if (message->barrier || !vq_message_read(&read, message->bytes, message->size)) {
		facts_text(facts, "kind", message->barrier ? "barrier" : "unknown");
		facts_end(facts);
		return;
	}
	facts_text(facts, "kind", vq_message_name(read.kind));
	facts_number(facts, "about", read.about);
	facts_number(facts, "votes", read.votes);
	facts_number(facts, "expected_votes", read.expected_votes);
	facts_names(facts, "flags", read.flags, moment_flag_names, 8);
	facts_end(facts);
}

static void tell_rings(struct teller *teller)
{
	struct facts *facts = teller->facts;
	struct look_ring ring;
	char name[40];

	facts_list(facts, "rings");
	for (uint32_t slot = 0; slot < look_ring_slots(teller->world); slot++) {
		if (!look_ring(teller->world, slot, &ring))
			continue;
		snprintf(name, sizeof name, "%u.%llu", ring.id.nodeid, (unsigned long long)ring.id.seq);
		if (!facts_item(facts, NULL, "ring", 0, name))
			continue;
		if (facts->json)
			facts_ring(facts, "ring", ring.id.nodeid, ring.id.seq);
		tell_ring_of(teller, slot, false);
		facts_bool(facts, "whole", ring.whole);
		facts_json_number(facts, "ordered", ring.ordered);
		facts_list(facts, "messages");
		teller->number = 0;
		look_messages(teller->world, slot, tell_message, teller);
		facts_list_end(facts);
		facts_end(facts);
	}
	facts_list_end(facts);
}

/* ---- clients ---- */

static void tell_entries(struct facts *facts, const struct vq_entry *entries, uint32_t count)
{
	facts_list(facts, "nodes");
	for (uint32_t i = 0; i < count; i++) {
		if (!facts_item(facts, "node", "of", entries[i].nodeid, NULL))
			continue;
		facts_text(facts, "state", moment_node_state(entries[i].state));
		facts_end(facts);
	}
	facts_list_end(facts);
}

static void tell_members(const struct teller *teller, const struct vq_entry *entries, uint32_t count)
{
	uint32_t *ids = ids_room(teller);

	for (uint32_t i = 0; i < count; i++)
		ids[i] = entries[i].nodeid;
	facts_ids(teller->facts, "members", ids, count);
	free(ids);
}

static void tell_notification(void *ctx, const struct vq_notification *notification)
{
	static const char *const kinds[] = {
		[VQ_NODELIST] = "nodelist", [VQ_QUORUM] = "quorum", [VQ_EXPECTED_VOTES] = "expected_votes"};
	struct teller *teller = ctx;
	struct facts *facts = teller->facts;

	if (!facts_item(facts, NULL, "queue", teller->number++, NULL))
		return;
	facts_text(facts, "kind", TEXT(kinds, notification->kind));
	facts_number(facts, "context", notification->context);
	if (notification->kind == VQ_NODELIST) {
		facts_ring(facts, "ring", notification->ring.nodeid, notification->ring.seq);
		tell_members(teller, notification->entries, notification->count);
	} else if (notification->kind == VQ_QUORUM) {
		facts_bool(facts, "quorate", notification->quorate != 0);
		tell_entries(facts, notification->entries, notification->count);
	} else {
		facts_number(facts, "expected_votes", notification->expected_votes);
	}
	facts_end(facts);
}

static void tell_told(const struct teller *teller, uint32_t client)
{
	struct facts *facts = teller->facts;
	const struct told_client *told = told_client(teller->replay->told, client);

	facts_object(facts, "was_told");
	facts_number(facts, "callbacks", told->callbacks);
	facts_ring(facts, "ring", told->ring.nodeid, told->has_nodelist ? told->ring.seq : 0);
	if (told->has_nodelist)
		tell_members(teller, told_members(teller->replay->told, client), told->member_count);
	else
		facts_text(facts, "members", NULL);
	if (told->has_quorum)
		facts_bool(facts, "quorate", told->quorate);
	else
		facts_text(facts, "quorate", NULL);
	tell_entries(facts, told_nodes(teller->replay->told, client), told->node_count);
	if (told->has_expected)
		facts_number(facts, "expected_votes", told->expected_votes);
	else
		facts_text(facts, "expected_votes", NULL);
	facts_text(facts, "reply_to", told->has_reply ? verb_name((enum verb)told->reply_verb) : NULL);
	facts_text(facts, "reply", told->has_reply ? vq_error_name(told->reply_error) : NULL);
	facts_end(facts);
}

static void tell_waiting(struct facts *facts, const struct scenario *scenario, const char *key, uint32_t step)
{
	facts_text(facts, key, step == LOOK_NONE ? NULL : verb_name(scenario->steps[step].verb));
}

static void tell_client(struct teller *teller, uint32_t index)
{
	static const char *const phases[] = {"not connected", "open", "daemon gone", "finalized"};
	const struct scenario_client *client = &teller->scenario->clients[index];
	struct look_client look = look_client(teller->world, index);
	char name[WORDING_CLIENT_MAX];
	struct facts *facts = teller->facts;

	if (!facts_item(facts, "client", "client", 0,
			facts->json ? client->name : wording_client(teller->scenario, index, name)))
		return;
	facts_number(facts, "node", id_of(teller, client->node));
	facts_text(facts, "state", TEXT(phases, look.phase));
	facts_bool(facts, "connected", look.connected);
	tell_waiting(facts, teller->scenario, "call_waits", look.waiting_step);
	tell_waiting(facts, teller->scenario, "dispatch_waits", look.dispatch_step);
	tell_told(teller, index);
	facts_list(facts, "queue");
	teller->number = 0;
	look_queue(teller->world, index, tell_notification, teller);
	facts_list_end(facts);
	facts_end(facts);
}

/* ---- what is due, and the whole ---- */

static void tell_due(void *ctx, const struct look_event *event)
{
	static const char *const kinds[] = {"order",        "deliver", "rings form", "sync turn",        "stop ends",
					    "daemon fails", "timer",   "dispatch",   "step's own moment"};
	struct teller *teller = ctx;
	struct facts *facts = teller->facts;
	struct look_ring ring;

	if (!facts_item(facts, NULL, "due", teller->number++, NULL))
		return;
	facts_time(facts, "t", event->time_ns);
	facts_text(facts, "kind", TEXT(kinds, event->kind));
	if (event->node != LOOK_NONE)
		facts_number(facts, "node", id_of(teller, event->node));
	if (event->client != LOOK_NONE)
		facts_text(facts, "client", teller->scenario->clients[event->client].name);
	if (event->ring != LOOK_NONE && look_ring(teller->world, event->ring, &ring))
		facts_ring(facts, "ring", ring.id.nodeid, ring.id.seq);
	if (event->number != LOOK_NONE)
		facts_number(facts, "message", event->number);
	if (event->timer != LOOK_NONE)
		facts_text(facts, "timer", event->timer == VQ_TIMER_DEVICE ? "device" : "last_man_standing");
	facts_end(facts);
}

static void tell_step(const struct teller *teller)
{
	static const char *const phases[] = {"before step", "in step", "over"};
	uint32_t step = replay_step_at(teller->replay, teller->replay->event);
	const struct scenario *scenario = teller->scenario;

	if (step == UINT32_MAX)
		json_text(teller->facts->json, "step", NULL);
	else
		json_number(teller->facts->json, "step", step);
	json_text(teller->facts->json, "verb", step == UINT32_MAX ? NULL : verb_name(scenario->steps[step].verb));
	json_text(teller->facts->json, "script", phases[look_phase(teller->world)]);
	json_bool(teller->facts->json, "settled", look_settled(teller->world));
}

static void tell_head(const struct teller *teller)
{
	const struct replay *replay = teller->replay;
	struct json *json = teller->facts->json;

	json_number(json, "format", 1);
	json_text(json, "scenario", replay->scenario->name);
	json_text(json, "variant", replay->scenario->variant);
	if (replay->result.plain)
		json_text(json, "seed", NULL);
	else
		json_number(json, "seed", replay->result.seed);
	json_number(json, "event", replay->event);
	json_number(json, "events", replay->events);
	json_number(json, "t", world_now_ns(teller->world));
	tell_step(teller);
}

static struct teller teller_of(const struct replay *replay, struct facts *facts)
{
	return (struct teller){replay, facts, replay->world, replay->scenario, 0};
}

void moment_tell(const struct replay *replay, struct facts *facts)
{
	struct teller teller = teller_of(replay, facts);

	if (facts->json)
		tell_head(&teller);
	facts_list(facts, "nodes");
	for (uint32_t i = 0; i < replay->scenario->node_count; i++)
		tell_node(&teller, i);
	facts_list_end(facts);
	tell_rings(&teller);
	facts_list(facts, "clients");
	for (uint32_t i = 0; i < replay->scenario->client_count; i++)
		tell_client(&teller, i);
	facts_list_end(facts);
	if (!facts->json)
		return; /* each event is due and then no more: no news in a list of changes */
	facts_list(facts, "due");
	teller.number = 0;
	look_events(replay->world, tell_due, &teller);
	facts_list_end(facts);
}

void moment_json(const struct replay *replay, FILE *to)
{
	struct json json = {to, false};
	struct facts facts = facts_as_json(&json);

	json_open(&json, NULL, '{');
	moment_tell(replay, &facts);
	json_close(&json, '}');
	fputc('\n', to);
}

void moment_node_json(const struct replay *replay, uint32_t node, FILE *to)
{
	struct json json = {to, false};
	struct facts facts = facts_as_json(&json);
	struct teller teller = teller_of(replay, &facts);

	tell_node(&teller, node);
	fputc('\n', to);
}
