/*
 * Lines are put together by hand into one buffer: printf would cost more than the
 * run itself, and this way no locale can reach them.
 */
#include "sim/trace.h"

#include <string.h>

#include "sim/ensure.h"
#include "sim/world/xxhash.h"

#define PENDING_ROOM 65536u
#define TEXT_MAX 512u    /* bytes of a text that are told */
#define LINE_ROOM 16384u /* of a line without its lists: three texts, each byte escaped, and a client's name */

struct line {
	char *at;
	char *label, *label_end; /* the part that is not hashed */
};

/* ---- a line's parts ---- */

static inline void put_text(struct line *line, const char *text)
{
	size_t size = strlen(text);

	memcpy(line->at, text, size);
	line->at += size;
}

static void put_number(struct line *line, uint64_t number)
{
	char digits[20];
	size_t n = 0;

	if (number < 10) {
		*line->at++ = (char)('0' + number);
		return;
	}

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		*line->at++ = digits[--n];
}

static void put_escaped(struct line *line, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\') {
		*line->at++ = '\\';
		*line->at++ = (char)c;
	} else if (c < 0x20 || c >= 0x7f) { /* device names are bytes: kept as U+0000 .. U+00FF */
		put_text(line, "\\u00");
		*line->at++ = hex[c >> 4];
		*line->at++ = hex[c & 15];
	} else {
		*line->at++ = (char)c;
	}
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_string(struct line *line, const char *text)
{
	char *at = line->at;
	size_t i = 0;

	*at++ = '"';
	for (; is_plain(text[i]) && i < TEXT_MAX; i++) /* nearly every text to its end */
		*at++ = text[i];
	line->at = at;
	for (; text[i] && i < TEXT_MAX; i++)
		put_escaped(line, (unsigned char)text[i]);
	*line->at++ = '"';
}

/* Inline: the keys are constants, and so are their lengths. */
static inline void put_key(struct line *line, const char *key)
{
	*line->at++ = ',';
	*line->at++ = '"';
	put_text(line, key);
	*line->at++ = '"';
	*line->at++ = ':';
}

static inline void put_field(struct line *line, const char *key, uint64_t number)
{
	put_key(line, key);
	put_number(line, number);
}

static inline void put_string_field(struct line *line, const char *key, const char *text)
{
	put_key(line, key);
	put_string(line, text);
}

static void put_ring(struct line *line, struct vq_ring_id ring)
{
	put_key(line, "ring");
	*line->at++ = '[';
	put_number(line, ring.nodeid);
	*line->at++ = ',';
	put_number(line, ring.seq);
	*line->at++ = ']';
}

static void put_ids(struct line *line, const char *key, const uint32_t *ids, uint32_t count)
{
	put_key(line, key);
	*line->at++ = '[';
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			*line->at++ = ',';
		put_number(line, ids[i]);
	}
	*line->at++ = ']';
}

static void put_members(struct line *line, const struct vq_notification *notification)
{
	put_key(line, "members");
	*line->at++ = '[';
	for (uint32_t i = 0; i < notification->count; i++) {
		if (i)
			*line->at++ = ',';
		put_number(line, notification->entries[i].nodeid);
	}
	*line->at++ = ']';
}

static void put_nodes(struct line *line, const struct vq_notification *notification)
{
	put_key(line, "nodes");
	*line->at++ = '[';
	for (uint32_t i = 0; i < notification->count; i++) {
		if (i)
			*line->at++ = ',';
		*line->at++ = '[';
		put_number(line, notification->entries[i].nodeid);
		*line->at++ = ',';
		put_number(line, notification->entries[i].state);
		*line->at++ = ']';
	}
	*line->at++ = ']';
}

/* ---- lines that bear on clients ---- */

static void put_notification(struct line *line, const char *key, const struct vq_notification *notification)
{
	static const char *const names[] = {
		[VQ_NODELIST] = "nodelist",
		[VQ_QUORUM] = "quorum",
		[VQ_EXPECTED_VOTES] = "expected_votes",
	};

	put_string_field(line, key, names[notification->kind]);
	put_field(line, "context", notification->context);
	if (notification->kind == VQ_NODELIST) {
		put_ring(line, notification->ring);
		put_members(line, notification);
	} else if (notification->kind == VQ_QUORUM) {
		put_field(line, "quorate", notification->quorate);
		put_nodes(line, notification);
	} else {
		put_field(line, "expected_votes", notification->expected_votes);
	}
}

static void put_info(struct line *line, const struct vq_info *info)
{
	const uint32_t values[] = {
		info->node_id,          info->node_state,  info->node_votes, info->node_expected_votes,
		info->highest_expected, info->total_votes, info->quorum,     info->flags,
		info->qdevice_votes,
	};

	for (uint32_t i = 0; i < INFO_QDEVICE_NAME; i++)
		put_field(line, info_field_name((enum info_field)i), values[i]);
	put_string_field(line, info_field_name(INFO_QDEVICE_NAME), info->qdevice_name);
}

static void put_reply(struct line *line, const struct observation *observation)
{
	put_string_field(line, "reply", verb_name(observation->verb));
	put_field(line, "error", observation->number);
	if (observation->number != VQ_OK)
		return;
	if (observation->reply)
		put_info(line, &observation->reply->info);
	if (observation->verb == VERB_CONTEXT_GET)
		put_field(line, "context", observation->context);
}

static bool put_visible(struct line *line, const struct observation *observation)
{
	switch (observation->kind) {
	case OBSERVE_CALLBACK:
		put_notification(line, "callback", observation->notification);
		return true;
	case OBSERVE_REPLY:
		put_reply(line, observation);
		return true;
	case OBSERVE_NODE_REFUSED:
		put_string_field(line, "refused", observation->text);
		return true;
	default:
		return false;
	}
}

/* ---- all other lines ---- */

static const char *const event_names[OBSERVE_KIND_COUNT] = {
	[OBSERVE_STEP_BEGIN] = "step_begin",
	[OBSERVE_STEP_END] = "step_end",
	[OBSERVE_RUN_END] = "run_end",
	[OBSERVE_NODE_UP] = "node_up",
	[OBSERVE_NODE_DOWN] = "node_down",
	[OBSERVE_NODE_PAUSED] = "node_paused",
	[OBSERVE_NODE_RESUMED] = "node_resumed",
	[OBSERVE_REACH] = "reach",
	[OBSERVE_RELOADED] = "reloaded",
	[OBSERVE_CANCEL_WFA] = "cancel_wait_for_all",
	[OBSERVE_RING] = "ring",
	[OBSERVE_ACTIVATED] = "activated",
	[OBSERVE_HELD] = "held",
	[OBSERVE_PRIMARY] = "primary",
	[OBSERVE_NOTICE] = "notice",
	[OBSERVE_STORED] = "stored",
	[OBSERVE_CALL] = "call",
	[OBSERVE_FAULT] = "fault",
	[OBSERVE_QUEUED] = "queued",
	[OBSERVE_CONSUMED] = "consumed",
	[OBSERVE_CLIENT_DIED] = "client_died",
	[OBSERVE_SENT] = "sent",
	[OBSERVE_DELIVERED] = "delivered",
	[OBSERVE_TIMER] = "timer",
};

static void put_event(struct line *line, const struct observation *observation)
{
	put_string_field(line, "event", event_names[observation->kind]);
	switch (observation->kind) {
	case OBSERVE_STEP_BEGIN:
	case OBSERVE_STEP_END:
	case OBSERVE_RUN_END:
		put_field(line, "settled", observation->number);
		break;
	case OBSERVE_RING:
		put_ring(line, observation->ring);
		put_ids(line, "members", observation->nodes, observation->count);
		break;
	case OBSERVE_ACTIVATED:
		put_ring(line, observation->ring);
		break;
	case OBSERVE_CALL:
	case OBSERVE_FAULT:
		put_string_field(line, "function", verb_name(observation->verb));
		if (observation->kind == OBSERVE_FAULT)
			put_string_field(line, "error", vq_error_name((int)observation->number));
		break;
	case OBSERVE_QUEUED:
	case OBSERVE_CONSUMED:
		put_notification(line, "notification", observation->notification);
		break;
	case OBSERVE_SENT:
		put_field(line, "size", observation->size);
		break;
	case OBSERVE_DELIVERED:
		put_field(line, "sender", observation->number);
		put_field(line, "size", observation->size);
		break;
	case OBSERVE_NODE_UP:
	case OBSERVE_NODE_PAUSED:
	case OBSERVE_NODE_RESUMED:
	case OBSERVE_REACH:
	case OBSERVE_RELOADED:
	case OBSERVE_CANCEL_WFA:
	case OBSERVE_CLIENT_DIED:
		break;
	default:
		put_field(line, "value", observation->number);
		if (observation->text)
			put_string_field(line, "text", observation->text);
	}
}

/* ---- the buffer ---- */

static void *resized(void *memory, size_t size)
{
	memory = realloc(memory, size);
	ALWAYS(memory != NULL);
	return memory;
}

static void hash_pending(struct trace *trace)
{
	XXH3_128bits_update(trace->hash_state, trace->pending, trace->pending_size);
	trace->pending_size = 0;
}

/* A line of at most `room` bytes; visible ones are hashed. */
static char *begin_line(struct trace *trace, size_t room)
{
	if (trace->keep) {
		if (trace->size + room > trace->room) {
			trace->room = 2 * trace->room + room;
			trace->text = resized(trace->text, trace->room);
		}
		return trace->text + trace->size;
	}
	if (trace->pending_size + room > PENDING_ROOM)
		hash_pending(trace);
	if (room > PENDING_ROOM)
		trace->pending = resized(trace->pending, room);
	return trace->pending + trace->pending_size;
}

static void end_line(struct trace *trace, const char *start, const struct line *line, bool visible)
{
	size_t size = (size_t)(line->at - start);

	trace->lines++;
	if (!trace->keep) {
		trace->pending_size += size;
		return;
	}
	trace->size += size;
	if (!visible)
		return;
	XXH3_128bits_update(trace->hash_state, start, (size_t)(line->label - start));
	XXH3_128bits_update(trace->hash_state, line->label_end, (size_t)(line->at - line->label_end));
}

static size_t room_for(const struct observation *observation)
{
	size_t entries = observation->count;

	if (observation->notification)
		entries = observation->notification->count;
	return LINE_ROOM + entries * 24;
}

static void put_head(struct line *line, const struct trace *trace, const struct observation *observation)
{
	put_text(line, "{\"t\":");
	put_number(line, observation->time_ns);
	put_field(line, "step", observation->step);
	if (observation->node != UINT32_MAX)
		put_field(line, "node", trace->scenario->nodes[observation->node].nodeid);
	if (observation->client != UINT32_MAX)
		put_string_field(line, "client", trace->scenario->clients[observation->client].name);
	line->label = line->at;
	if (trace->label) {
		put_string_field(line, "scenario", trace->scenario->name);
		if (trace->scenario->variant && trace->scenario->variant[0])
			put_string_field(line, "variant", trace->scenario->variant);
	}
	line->label_end = line->at;
}

/* A client that dispatches by itself says so only when that fails. */
static bool is_visible(const struct observation *observation)
{
	if (observation->kind == OBSERVE_REPLY)
		return !observation->automatic || observation->number != VQ_OK;
	return observation->kind == OBSERVE_CALLBACK || observation->kind == OBSERVE_NODE_REFUSED;
}

void trace_observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct trace *trace = ctx;
	bool visible = is_visible(observation);
	struct line line;
	char *start;

	(void)view;
	if (!visible && (!trace->all || observation->automatic))
		return;
	start = begin_line(trace, room_for(observation));
	line.at = start;
	put_head(&line, trace, observation);
	trace->head_size = (size_t)(line.at - start);
	if (visible)
		ALWAYS(put_visible(&line, observation));
	else
		put_event(&line, observation);
	put_text(&line, "}\n");
	end_line(trace, start, &line, visible);
}

void trace_init(struct trace *trace, const struct scenario *scenario, bool keep, bool all, bool label)
{
	memset(trace, 0, sizeof *trace);
	trace->scenario = scenario;
	trace->keep = keep;
	trace->all = all && keep;
	trace->label = label && keep;
	trace->pending = resized(NULL, PENDING_ROOM);
	trace->hash_state = XXH3_createState();
	ALWAYS(trace->hash_state != NULL);
	XXH3_128bits_reset(trace->hash_state);
}

void trace_free(struct trace *trace)
{
	free(trace->text);
	free(trace->pending);
	XXH3_freeState(trace->hash_state);
	memset(trace, 0, sizeof *trace);
}

void trace_hash(struct trace *trace, char hex[33])
{
	XXH128_canonical_t canonical;

	hash_pending(trace);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(trace->hash_state));
	for (size_t i = 0; i < sizeof canonical.digest; i++) {
		hex[2 * i] = "0123456789abcdef"[canonical.digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[canonical.digest[i] & 15];
	}
	hex[32] = 0;
}
