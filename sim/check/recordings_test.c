/*
 * What real clusters told their clients, judged: every stream of harness/truth/shown.jsonl
 * must pass the rules about streams, flags and contents, and fail them when it is spoilt.
 *
 * A recording has no rings and no syncs; they follow from the first notification that
 * speaks of them. Each client is judged alone: recorders do not tell whose event was first.
 */
#include "sim/check/check.h"
#include "sim/check/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATH "harness/truth/shown.jsonl"
#define NODES_MAX 16u

/* ---- as much JSON as the file has ---- */

static const char *blanks(const char *at)
{
	return at + strspn(at, " \t\n,:");
}

static const char *after(const char *at)
{
	int depth = 0;

	at = blanks(at);
	if (*at == '"') {
		for (at++; *at != '"'; at++)
			at += *at == '\\';
		return at + 1;
	}
	if (*at != '[' && *at != '{')
		return at + strcspn(at, ",]} \n");
	do {
		if (*at == '"') {
			at = after(at);
			continue;
		}
		depth += (*at == '[' || *at == '{') - (*at == ']' || *at == '}');
		at++;
	} while (depth);
	return at;
}

/* The item of this number, NULL past the end. */
static const char *item(const char *array, uint32_t number)
{
	const char *at = blanks(array + 1);

	while (number-- && *at != ']')
		at = blanks(after(at));
	return *at == ']' ? NULL : at;
}

static const char *get(const char *object, const char *key)
{
	const char *at = blanks(object + 1);
	size_t size = strlen(key);

	while (*at == '"') {
		bool same = !strncmp(at + 1, key, size) && at[1 + size] == '"';

		at = blanks(after(at));
		if (same)
			return at;
		at = blanks(after(at));
	}
	return NULL;
}

static uint64_t number(const char *value)
{
	return value ? strtoull(value, NULL, 10) : 0;
}

static bool is(const char *value, const char *text)
{
	return value && *value == '"' && !strncmp(value + 1, text, strlen(text)) && value[1 + strlen(text)] == '"';
}

static bool same_text(const char *a, const char *b)
{
	size_t size = (size_t)(after(a) - a);

	return (size_t)(after(b) - b) == size && !memcmp(a, b, size);
}

/* ---- one client of one recording ---- */

struct replay {
	struct scenario scenario;
	struct scenario_node nodes[NODES_MAX];
	struct scenario_client client;
	struct step step;
	uint32_t every[NODES_MAX];
	struct check *check;
	struct vq_ring_id ring;
	const char *steps;
	uint32_t breaches;
	uint32_t spoil; /* the callback of this number is told wrongly */
	uint32_t callbacks;
	bool up, in_sync, primary;
	struct vq_entry entries[NODES_MAX + 1];
	struct vq_notification kept[2]; /* of a snapshot */
	struct vq_entry kept_entries[2][NODES_MAX + 1];
};

static void count_breach(void *ctx, const struct verdict *verdict)
{
	struct replay *replay = ctx;

	if (verdict->kind != VERDICT_BREACH)
		return;
	if (replay->spoil == UINT32_MAX)
		print_message("%s: expected %s, came %s\n", check_rules[verdict->rule].id, verdict->expected,
			      verdict->came);
	replay->breaches++;
}

static void see(struct replay *replay, struct observation observation)
{
	observation.node = replay->client.node;
	check_observe(replay->check, &replay->scenario, NULL, &observation, count_breach, replay);
}

static void call(struct replay *replay, enum verb verb, const struct vq_request *request)
{
	see(replay, (struct observation){.kind = OBSERVE_CALL, .verb = verb, .request = request});
}

static void answer(struct replay *replay, enum verb verb, uint64_t error)
{
	see(replay, (struct observation){.kind = OBSERVE_REPLY, .verb = verb, .number = error});
}

static void told(struct replay *replay, enum observation_kind kind, struct vq_notification notification)
{
	if (kind == OBSERVE_CALLBACK && replay->callbacks++ == replay->spoil)
		notification.context ^= 1;
	see(replay, (struct observation){.kind = kind, .notification = &notification});
}

static void primary(struct replay *replay, bool quorate)
{
	replay->primary = quorate;
	see(replay, (struct observation){.kind = OBSERVE_PRIMARY, .number = quorate});
}

static void install(struct replay *replay, struct vq_ring_id ring, const uint32_t *members, uint32_t count)
{
	replay->ring = ring;
	replay->in_sync = true;
	see(replay, (struct observation){.kind = OBSERVE_RING, .ring = ring, .nodes = members, .count = count});
}

static void activate(struct replay *replay, bool quorate)
{
	see(replay, (struct observation){.kind = OBSERVE_ACTIVATED, .ring = replay->ring});
	replay->in_sync = false;
	primary(replay, quorate);
}

static void install_for(struct replay *replay, const struct vq_notification *nodelist)
{
	uint32_t members[NODES_MAX];

	if (nodelist->ring.seq == replay->ring.seq && nodelist->ring.nodeid == replay->ring.nodeid)
		return;
	for (uint32_t i = 0; i < nodelist->count; i++)
		members[i] = nodelist->entries[i].nodeid;
	install(replay, nodelist->ring, members, nodelist->count);
}

static struct vq_notification read_callback(const char *event, struct vq_entry *entries)
{
	const char *nodes = get(event, "nodes"), *ring = get(event, "ring"), *node;
	struct vq_notification notification = {.entries = entries};

	notification.context = number(get(event, "ctx"));
	notification.kind = is(get(event, "cb"), "nodelist") ? VQ_NODELIST
			    : is(get(event, "cb"), "quorum") ? VQ_QUORUM
							     : VQ_EXPECTED_VOTES;
	notification.quorate = (uint32_t)number(get(event, "quorate"));
	notification.expected_votes = (uint32_t)number(get(event, "expected_votes"));
	if (ring)
		notification.ring =
			(struct vq_ring_id){.nodeid = (uint32_t)number(item(ring, 0)), .seq = number(item(ring, 1))};
	while (nodes && (node = item(nodes, notification.count)) != NULL) {
		struct vq_entry *entry = &entries[notification.count++];

		entry->nodeid = (uint32_t)number(*node == '[' ? item(node, 0) : node);
		entry->state = *node == '[' ? (uint32_t)number(item(node, 1)) : 0;
	}
	return notification;
}

/* The daemon knows whom its first quorum notification lists: it has met them before. */
static void meet(struct replay *replay, const struct vq_notification *quorum, uint64_t seq)
{
	uint32_t known[NODES_MAX], count = 0;

	for (uint32_t i = 0; i < replay->scenario.node_count; i++)
		for (uint32_t k = 0; k < quorum->count; k++)
			if (quorum->entries[k].nodeid == replay->nodes[i].nodeid)
				known[count++] = quorum->entries[k].nodeid;
	if (!count)
		return;
	install(replay, (struct vq_ring_id){.seq = seq, .nodeid = known[0]}, known, count);
	activate(replay, quorum->quorate);
}

static void boot(struct replay *replay)
{
	if (replay->up)
		return;
	see(replay, (struct observation){.kind = OBSERVE_NODE_UP});
	memset(&replay->ring, 0, sizeof replay->ring);
	replay->up = true;
}

/* ---- its events ---- */

static bool mine(const char *event, const char *like)
{
	return number(get(event, "node")) == number(get(like, "node")) &&
	       same_text(get(event, "client"), get(like, "client"));
}

/* The next callback of this client of the kind, before its next connection; without a kind: if it is what
 * comes next at all. NULL: none. */
static const char *next_callback(const char *event, const char *kind)
{
	const char *like = event;

	for (event = blanks(after(event)); *event == '{'; event = blanks(after(event))) {
		if (!get(event, "client") || !mine(event, like))
			continue;
		if (is(get(event, "ret"), "init") || (!kind && !get(event, "cb")))
			return NULL;
		if (get(event, "cb") && (!kind || is(get(event, "cb"), kind)))
			return event;
	}
	return NULL;
}

static struct vq_request track_request(const struct replay *replay, const char *event)
{
	const char *step = item(replay->steps, (uint32_t)number(get(event, "step")));
	struct vq_request request = {.op = VQ_OP_TRACKSTART, .flags = VQ_TRACK_CHANGES};

	if (is(get(event, "client"), "probe"))
		return request;
	request.context = number(item(step, 3));
	request.flags = (uint32_t)number(item(step, 4));
	return request;
}

/* trackstart with its snapshot; returns the last event that it has dealt with. */
static const char *track(struct replay *replay, const char *event)
{
	struct vq_request request = track_request(replay, event);
	const char *parts[2] = {NULL, NULL}, *later;
	uint32_t count = 0;

	if (request.flags & (VQ_TRACK_CURRENT | VQ_TRACK_CHANGES)) {
		parts[0] = next_callback(event, NULL);
		parts[1] = parts[0] ? next_callback(parts[0], NULL) : NULL;
	}
	for (; count < 2 && parts[count]; count++)
		replay->kept[count] = read_callback(parts[count], replay->kept_entries[count]);
	if (count == 2) {
		install_for(replay, &replay->kept[0]);
		later = next_callback(parts[1], NULL);
		if (later && is(get(later, "cb"), "nodelist")) {
			struct vq_notification next = read_callback(later, replay->entries);

			if (next.ring.seq == replay->ring.seq) /* the snapshot was taken during a sync */
				count |= 4;
		}
		if (replay->in_sync && !(count & 4))
			activate(replay, replay->kept[1].quorate);
		count &= 3;
	}
	call(replay, VERB_TRACKSTART, &request);
	for (uint32_t i = 0; i < count; i++)
		told(replay, OBSERVE_QUEUED, replay->kept[i]);
	answer(replay, VERB_TRACKSTART, number(get(event, "err")));
	for (uint32_t i = 0; i < count; i++)
		told(replay, OBSERVE_CALLBACK, replay->kept[i]);
	return count ? parts[count - 1] : event;
}

static void regular(struct replay *replay, const char *event)
{
	struct vq_notification notification = read_callback(event, replay->entries);

	if (notification.kind == VQ_NODELIST)
		install_for(replay, &notification);
	else if (notification.kind == VQ_QUORUM && replay->in_sync)
		activate(replay, notification.quorate);
	else if (notification.kind == VQ_QUORUM)
		primary(replay, notification.quorate);
	told(replay, OBSERVE_QUEUED, notification);
	told(replay, OBSERVE_CALLBACK, notification);
}

static void connect(struct replay *replay, const char *event)
{
	const char *quorum = next_callback(event, "quorum"), *nodelist = next_callback(event, "nodelist");
	struct vq_notification first;
	uint64_t seq;

	boot(replay);
	call(replay, VERB_INITIALIZE, NULL);
	answer(replay, VERB_INITIALIZE, number(get(event, "err")));
	if (!quorum || !nodelist || replay->ring.seq)
		return;
	seq = read_callback(nodelist, replay->entries).ring.seq - 1;
	first = read_callback(quorum, replay->entries);
	if (quorum < nodelist) /* a change on the ring that it found */
		first.quorate = !first.quorate;
	meet(replay, &first, seq);
}

static const char *play(struct replay *replay, const char *event)
{
	const char *ret = get(event, "ret");

	if (get(event, "cb")) {
		regular(replay, event);
	} else if (is(ret, "init")) {
		connect(replay, event);
	} else if (is(ret, "track")) {
		return track(replay, event);
	} else if (is(ret, "stop")) {
		call(replay, VERB_TRACKSTOP, &(struct vq_request){.op = VQ_OP_TRACKSTOP});
		answer(replay, VERB_TRACKSTOP, number(get(event, "err")));
	} else if (is(ret, "dispatch")) {
		see(replay, (struct observation){.kind = OBSERVE_NODE_DOWN, .number = DOWN_CRASH});
		answer(replay, VERB_DISPATCH, number(get(event, "err")));
		replay->up = replay->in_sync = false;
	}
	return event;
}

static void make(struct replay *replay, const char *recording)
{
	const char *nodes = get(get(recording, "case"), "nodes");
	uint32_t count = *nodes == '[' ? 0 : (uint32_t)number(nodes);

	for (uint32_t i = 0; i < count; i++)
		replay->nodes[i].nodeid = i + 1;
	while (*nodes == '[' && item(nodes, count)) {
		replay->nodes[count].nodeid = (uint32_t)number(get(item(nodes, count), "id"));
		count++;
	}
	for (uint32_t i = 0; i < count; i++)
		replay->every[i] = i;
	replay->steps = get(get(recording, "case"), "steps");
	/* any node may be leaving at any time */
	replay->step = (struct step){.verb = VERB_STOP, .nodes = {count, replay->every}};
	replay->client = (struct scenario_client){.name = "recorded", .callbacks = 14};
	replay->scenario = (struct scenario){.node_count = count,
					     .nodes = replay->nodes,
					     .client_count = 1,
					     .clients = &replay->client,
					     .step_count = 1,
					     .steps = &replay->step};
}

static uint64_t exercised[RULE_COUNT];

/* Judge the client that this event is the first of; the breaches found. */
static uint32_t judge_client(struct replay *replay, const char *recording, const char *first, uint32_t spoil)
{
	memset(replay, 0, sizeof *replay);
	make(replay, recording);
	replay->spoil = spoil;
	for (uint32_t i = 0; i < replay->scenario.node_count; i++)
		if (replay->nodes[i].nodeid == number(get(first, "node")))
			replay->client.node = i;
	replay->check = malloc(check_size(&replay->scenario));
	assert_non_null(replay->check);
	check_init(replay->check, &replay->scenario);
	see(replay, (struct observation){.kind = OBSERVE_STEP_BEGIN});
	for (const char *event = first; *event == '{'; event = blanks(after(event)))
		if (get(event, "client") && mine(event, first))
			event = play(replay, event);
	for (uint32_t i = 0; i < RULE_COUNT; i++)
		exercised[i] += check_exercised(replay->check, i);
	free(replay->check);
	return replay->breaches;
}

static bool first_of_its_client(const char *events, const char *event)
{
	for (const char *other = item(events, 0); other && other < event; other = blanks(after(other)))
		if (get(other, "client") && mine(other, event))
			return false;
	return true;
}

static char *read_line(FILE *file)
{
	char *line = NULL;
	size_t room = 0;

	if (getline(&line, &room, file) > 0)
		return line;
	free(line);
	return NULL;
}

static FILE *recordings(void)
{
	FILE *file = fopen(PATH, "r");

	if (!file)
		skip(); /* not run from the top of the source */
	return file;
}

static void real_clusters_pass(void **state)
{
	static const enum rule_number must[] = {RULE_SNAPSHOT,
						RULE_CONTEXT,
						RULE_I9,
						RULE_I10,
						RULE_NODELIST,
						RULE_NODE_STATES,
						RULE_NODE_ORDER,
						RULE_DEVICE_LISTED,
						RULE_IN_ORDER,
						RULE_TRACKSTART_REPLY,
						RULE_TRACKSTOP_REPLY,
						RULE_QUORUM_ON_CHANGE};
	static struct replay replay;
	FILE *file = recordings();
	uint32_t clients = 0, breaches = 0;
	char *line;

	(void)state;
	while ((line = read_line(file)) != NULL) {
		const char *events = get(line, "events");

		for (const char *event = item(events, 0); event && *event == '{'; event = blanks(after(event))) {
			if (!get(event, "client") || !first_of_its_client(events, event))
				continue;
			breaches = judge_client(&replay, line, event, UINT32_MAX);
			if (breaches)
				print_message("in %.40s, client %.12s of node %u\n", get(get(line, "case"), "name"),
					      get(event, "client"), (unsigned)number(get(event, "node")));
			assert_int_equal(breaches, 0);
			clients++;
		}
		free(line);
	}
	fclose(file);
	assert_true(clients > 100);
	for (size_t i = 0; i < sizeof must / sizeof *must; i++)
		assert_true(exercised[must[i]] > 0);
}

static void spoilt_streams_fail(void **state)
{
	static struct replay replay;
	FILE *file = recordings();
	uint32_t failed = 0, clients = 0;
	char *line;

	(void)state;
	while ((line = read_line(file)) != NULL) {
		const char *events = get(line, "events");

		for (const char *event = item(events, 0); event && *event == '{'; event = blanks(after(event))) {
			if (!get(event, "client") || !next_callback(event, "nodelist") ||
			    !first_of_its_client(events, event))
				continue;
			failed += judge_client(&replay, line, event, 0) > 0;
			clients++;
		}
		free(line);
	}
	fclose(file);
	assert_true(clients > 50);
	assert_int_equal(failed, clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_clusters_pass),
		cmocka_unit_test(spoilt_streams_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
