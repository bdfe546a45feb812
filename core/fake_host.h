/*
 * A world for one node: what tests and fuzzers hang an instance on.
 *
 * It keeps whatever the instance does, in order, and does nothing by itself:
 * a test delivers, activates and lets timers fire. Messages of other nodes are
 * made up, so that each test shows one node exactly what it is about.
 */
#ifndef VQ_FAKE_HOST_H
#define VQ_FAKE_HOST_H

#include "internal.h"

enum { FAKE_NODES = 8, FAKE_CONNECTIONS = 4, FAKE_QUEUE = 64, FAKE_TOLD = 64 };

struct fake_sent {
	unsigned char bytes[VQ_MESSAGE_MAX];
	size_t size;
	struct vq_message message; /* the bytes, read */
};

struct fake_told {
	uint32_t connection;
	struct vq_notification notification; /* its entries are those below */
	struct vq_entry entries[FAKE_NODES + 1];
};

struct fake {
	struct vq_limits limits;
	struct vq_host host;
	struct vq *vq;
	uint64_t seq; /* of the last ring */

	/* what the instance has done; a test takes it out or clears it */
	struct fake_sent sent[FAKE_QUEUE];
	uint32_t sent_count;
	struct fake_told told[FAKE_TOLD];
	uint32_t told_count;
	uint32_t timer_ms[VQ_TIMER_COUNT]; /* 0: not running */
	uint32_t processed;
	uint32_t primary_count;
	bool primary;
	uint32_t notices[VQ_NOTICE_COUNT];
	uint32_t stored, stored_count;
	uint32_t answers, answered_connection;
	struct vq_reply answer;
	const char *aborted; /* why, or NULL */

	/* what the world does to the instance */
	bool queue_is_full;
	bool store_fails;
	struct vq_entry scratch[FAKE_NODES + 1];
};

void fake_open(struct fake *fake, uint32_t quirks_off);
void fake_close(struct fake *fake);
/* A nodelist of `count` nodes with ids from 1 and one vote each, and no key given. */
struct vq_config fake_config(uint32_t count);
enum vq_refusal fake_start(struct fake *fake, uint32_t nodeid, const struct vq_config *config, uint32_t stored);
/* Start as node 1, and fail the test when it is refused. */
void fake_boot(struct fake *fake, const struct vq_config *config);
/* Forget what was done so far; state and timers stay. */
void fake_clear(struct fake *fake);

bool fake_deliver(struct fake *fake, uint32_t sender, struct vq_message message);
bool fake_nodeinfo(struct fake *fake, uint32_t sender, uint32_t votes, uint32_t expected_votes, uint32_t flags);
/* Deliver what the instance has sent to itself, and what that makes it send. */
void fake_loop(struct fake *fake);
/* New ring of ids 1 << i for each bit i (node 1 is bit 0), with the steps one by one. */
void fake_init(struct fake *fake, uint32_t mask);
void fake_process(struct fake *fake);
void fake_activate(struct fake *fake);
/* A whole membership change: the others in it say one vote, expected votes and flags as given. */
void fake_sync(struct fake *fake, uint32_t mask, uint32_t expected_votes, uint32_t flags);
void fake_fire(struct fake *fake, enum vq_timer timer);

/* The reply's error; VQ_PENDING when there is none yet. */
int fake_ask(struct fake *fake, uint32_t connection, struct vq_request request, struct vq_reply *reply);
int fake_track(struct fake *fake, uint32_t connection, uint64_t context, uint32_t flags);
int fake_device(struct fake *fake, enum vq_op op, const char *name);
int fake_poll(struct fake *fake, const char *name, bool cast_vote);
/* getinfo, which must succeed. */
struct vq_info fake_info(struct fake *fake, uint32_t nodeid);

#endif
