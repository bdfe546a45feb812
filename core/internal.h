/*
 * What the files of the core share and nobody else sees: an instance's layout
 * and the functions that cross a file.
 *
 * An instance is copied, compared and hashed by the million, so it is one flat
 * block: struct vq with everything that a message or a membership change
 * touches, then the arrays whose length the limits give, and the device's name,
 * which is rarely there, last. Offsets follow from the limits; there is no
 * pointer to go stale in a copy. Room that is not in use is zero.
 */
#ifndef VQ_INTERNAL_H
#define VQ_INTERNAL_H

#include <string.h>

#include "assert.h"
#include "votequorum.h"

/* Flags of a record, also on the wire. */
enum {
	FLAG_QUORATE = 1,
	FLAG_LEAVING = 2,
	FLAG_WFA_STATUS = 4,
	FLAG_FIRST = 8,
	FLAG_DEVICE_REGISTERED = 16,
	FLAG_DEVICE_ALIVE = 32,
	FLAG_DEVICE_CAST_VOTE = 64,
	FLAG_DEVICE_MASTER_WINS = 128,
	FLAG_ALL = 255,
	FLAG_DEVICE = 240,
};

enum tie_breaker { TIE_NONE, TIE_LOWEST, TIE_HIGHEST, TIE_LIST };

/* vq.waiting: the connection whose qdevice_register is under way, plus one. */
#define WAITING_NOBODY 0u
#define WAITING_GONE UINT32_MAX /* it closed meanwhile; the registration goes on */

struct record {
	uint32_t nodeid;
	uint32_t votes;
	uint32_t expected_votes;
	uint16_t flags;
	uint8_t state; /* enum vq_node_state */
	uint8_t unused;
};

struct tracker {
	uint64_t context;
	uint32_t connection;
	uint32_t unused;
};

/* Of the MEMBER records, the device left out. */
struct tally {
	uint32_t count;
	uint32_t votes;
	uint32_t highest_expected;
};

/* An id of auto_tie_breaker_node's list, and whether it is in the member lists. */
struct listed {
	uint32_t nodeid;
	uint16_t in_current;
	uint16_t in_previous;
};

struct vq {
	struct vq_limits limits;
	struct vq_ring_id ring;
	struct record own;
	uint32_t id_bias; /* see key() */
	uint32_t counted; /* of_others holds; otherwise that is zero */
	struct tally of_others;
	uint32_t others; /* counts of the arrays behind this struct */
	uint32_t trackers;
	uint32_t members;
	uint32_t listed;
	uint32_t previous_members;
	uint32_t quorum;
	uint32_t device_votes;
	uint32_t lowest; /* ids of the last quorate partition, 0: there was none */
	uint32_t highest;
	uint32_t downscale_barrier;
	uint32_t tracked_barrier;
	uint32_t waiting;
	uint32_t last_man_window_ms;
	uint32_t device_timeout_ms;
	uint32_t device_sync_timeout_ms;
	uint8_t quorate;
	uint8_t syncing;
	uint8_t held;      /* by the device: the barrier waits for a poll */
	uint8_t processed; /* all but the barrier was done */
	uint8_t can_operate;
	uint8_t master_wins;
	uint8_t two_node;
	uint8_t wait_for_all;
	uint8_t wait_for_all_follows; /* two_node, since the key was not given */
	uint8_t wait_for_all_status;
	uint8_t tie_breaker; /* enum tie_breaker */
	uint8_t tie_breaker_at_start;
	uint8_t last_man_standing;
	uint8_t allow_downscale;
	uint8_t tracking;
	uint8_t unused;
};
_Static_assert(sizeof(struct record) == 16, "records are compared as bytes");
_Static_assert(sizeof(struct vq) % 8 == 0, "the arrays behind it are aligned");

/* An instance with what it was called with. */
struct call {
	struct vq *vq;
	const struct vq_host *host;
	void *ctx;
};

/* ---- layout ---------------------------------------------------------------- */

/* Records but the own one, ascending by key(). */
static inline struct record *others(struct vq *vq)
{
	return (struct record *)(void *)(vq + 1);
}

/* Oldest first. */
static inline struct tracker *trackers(struct vq *vq)
{
	return (struct tracker *)(void *)(others(vq) + (vq->limits.nodes - 1));
}

static inline struct listed *listed(struct vq *vq)
{
	return (struct listed *)(void *)(trackers(vq) + vq->limits.connections);
}

/* The current ring's, ascending and unsigned. */
static inline uint32_t *members(struct vq *vq)
{
	return (uint32_t *)(void *)(listed(vq) + vq->limits.nodes);
}

/* The device's, empty when none is known. */
static inline char *device_name(struct vq *vq)
{
	return (char *)(void *)(members(vq) + vq->limits.nodes);
}

static inline bool quirk(const struct vq *vq, enum vq_quirk which)
{
	return !(vq->limits.quirks_off >> which & 1u);
}

/* Ids are ordered by this. Quirk signed-ids: as signed numbers, so that those
 * of 2^31 and more come first; the manual's ids are unsigned. */
static inline uint32_t key(const struct vq *vq, uint32_t nodeid)
{
	return nodeid ^ vq->id_bias;
}

static inline bool is_member(const struct record *record)
{
	return record->state == VQ_STATE_MEMBER;
}

static inline bool has(const struct record *record, unsigned flags)
{
	return (record->flags & flags) == flags;
}

static inline void set_flags(struct record *record, unsigned flags, bool on)
{
	record->flags = (uint16_t)(on ? record->flags | flags : record->flags & ~flags);
}

static inline void notice(const struct call *c, enum vq_notice what)
{
	c->host->notice(c->ctx, what);
}

/* ---- record.c -------------------------------------------------------------- */

struct record *vqi_record_find_other(struct vq *vq, uint32_t nodeid);
/* NULL when the id is not known. The device has no record. */
static inline struct record *vqi_record_find(struct vq *vq, uint32_t nodeid)
{
	return nodeid == vq->own.nodeid ? &vq->own : vqi_record_find_other(vq, nodeid);
}
/* NULL when there is no room. */
struct record *vqi_record_make(struct vq *vq, uint32_t nodeid);
/* Every MEMBER record's expected_votes. */
void vqi_record_expect(struct vq *vq, uint32_t expected_votes);

/* ---- config.c -------------------------------------------------------------- */

enum vq_refusal vqi_config_start(const struct call *c, const struct vq_config *config, uint32_t stored_barrier);
void vqi_config_reload(const struct call *c, const struct vq_config *config);

/* ---- quorum.c -------------------------------------------------------------- */

struct tally vqi_tally(struct vq *vq);
/* Whoever changes a record other than the own one says so with one of these two. */
void vqi_tally_changed(struct vq *vq, const struct record *before, const struct record *after);
void vqi_tally_forget(struct vq *vq);

/* The quorum as it would be, and the votes that would stand against it. */
struct forecast {
	uint32_t quorum;
	uint32_t votes;
};
/* expected_votes: 0 for the records' highest. */
struct forecast vqi_forecast(const struct vq *vq, const struct tally *tally, bool decrease, uint32_t expected_votes);
/* false: the host was told to abort. */
bool vqi_recalculate(const struct call *c, bool decrease, bool by_current_nodes);
void vqi_set_wait_for_all_status(struct vq *vq, bool on);
/* Does this partition own the tie breaker of that kind? */
bool vqi_tie_breaker_here(struct vq *vq, enum tie_breaker kind);

/* ---- message.c ------------------------------------------------------------- */

/* All are false when the queue was full. */
bool vqi_send_nodeinfo(const struct call *c);
bool vqi_send_device_nodeinfo(const struct call *c);
bool vqi_send_reconfigure(const struct call *c, enum vq_message_kind kind, uint32_t about, uint32_t value);
/* new_name: NULL unless it is a rename. */
bool vqi_send_device(const struct call *c, enum vq_message_kind kind, const char *name, const char *new_name);

/* ---- sync.c ---------------------------------------------------------------- */

/* Let a sync go on that waits for the device. */
void vqi_sync_release(const struct call *c);

/* ---- tracker.c ------------------------------------------------------------- */

void vqi_notify_nodelist(const struct call *c);
void vqi_notify_quorum(const struct call *c);
void vqi_notify_expected_votes(const struct call *c);
enum vq_error vqi_track_start(const struct call *c, uint32_t connection, uint64_t context, uint32_t flags);
enum vq_error vqi_track_stop(struct vq *vq, uint32_t connection);

/* ---- device.c -------------------------------------------------------------- */

/* The qdevice_* requests; VQ_PENDING when host->answer() will bring the reply. */
enum vq_error vqi_device_request(const struct call *c, uint32_t connection, const struct vq_request *request);
/* The messages about the device's name, delivered. */
void vqi_device_deliver(const struct call *c, uint32_t sender, const struct vq_message *message);
void vqi_device_timer(const struct call *c);
/* The connection is closed: its registration goes on, nobody awaits the answer. */
void vqi_device_orphan(struct vq *vq, uint32_t connection);

#endif
