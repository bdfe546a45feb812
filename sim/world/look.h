/*
 * A world as seen by those who explain it: nodes, rings, what is under way, clients and
 * their queues, as copies. Looking changes nothing. Nodes, clients and ring slots are
 * indices; pointers handed out are valid until the world goes on.
 */
#ifndef SIM_LOOK_H
#define SIM_LOOK_H

#include "core/votequorum.h"
#include "sim/world/world.h"

#define LOOK_NONE UINT32_MAX
#define LOOK_NEVER_NS UINT64_MAX

enum look_phase { LOOK_BEFORE_STEP, LOOK_IN_STEP, LOOK_OVER };
enum look_phase look_phase(const struct world *world);
/* Nothing is under way but timers that only time can fire. */
bool look_settled(const struct world *world);

struct look_node {
	bool up;
	bool paused;
	bool stopping;                          /* a clean stop is under way */
	uint32_t network;                       /* nodes of one number are in one part of the network */
	uint32_t boots;                         /* so far */
	uint32_t ring;                          /* slot, see look_ring(); LOOK_NONE: none */
	uint32_t delivered;                     /* messages of that ring that it has had */
	uint32_t config_step;                   /* of the reload whose file it runs on; LOOK_NONE: as at the start */
	uint32_t disk_expected_votes;           /* tracked expected votes on disk; 0: none */
	uint64_t disk_ring_seq;                 /* of its last ring */
	uint64_t timer_ns[VQ_TIMER_COUNT];      /* when it fires, since the start; LOOK_NEVER_NS: it does not run */
	uint64_t timer_left_ns[VQ_TIMER_COUNT]; /* of a paused node's timer */
};
struct look_node look_node(const struct world *world, uint32_t node);
/* NULL while the node is down. */
const struct vq *look_core(const struct world *world, uint32_t node);
/* Both are up and packets pass both ways. */
bool look_reaches(const struct world *world, uint32_t node, uint32_t other);

struct look_ring {
	struct vq_ring_id id;
	uint32_t member_count; /* as installed */
	const uint32_t *members;
	bool whole;       /* every member is on it, messages flow */
	uint32_t ordered; /* messages so far */
};
/* Slots are 0 .. look_ring_slots()-1; false: there is no ring. */
uint32_t look_ring_slots(const struct world *world);
bool look_ring(const struct world *world, uint32_t slot, struct look_ring *ring);

struct look_message {
	uint32_t sender;
	uint32_t number; /* in the ring's order; 0: not ordered yet */
	uint32_t left;   /* members that have not had it */
	bool barrier;    /* of the sync, no bytes */
	const void *bytes;
	size_t size;
};
/* Those ordered and not delivered to all, then those that wait to be ordered, each in its order. */
void look_messages(const struct world *world, uint32_t slot,
		   void (*each)(void *ctx, const struct look_message *message), void *ctx);

enum look_client_phase { LOOK_FRESH, LOOK_OPEN, LOOK_GONE, LOOK_FINALIZED };
struct look_client {
	enum look_client_phase phase;
	bool connected;         /* to the daemon that runs now */
	uint32_t connection;    /* its number at the node */
	uint32_t queue_count;   /* notifications not dispatched */
	uint32_t waiting_step;  /* whose call has no answer yet; LOOK_NONE: none */
	uint32_t dispatch_step; /* of a dispatch that waits, likewise */
};
struct look_client look_client(const struct world *world, uint32_t client);
/* Oldest first; entries are filled in. */
void look_queue(const struct world *world, uint32_t client,
		void (*each)(void *ctx, const struct vq_notification *notification), void *ctx);
/* The client at a node's connection; LOOK_NONE: none. */
uint32_t look_client_at(const struct world *world, uint32_t node, uint32_t connection);

enum look_event_kind {
	LOOK_EVENT_ORDER,   /* ring: its next message is ordered */
	LOOK_EVENT_DELIVER, /* ring, number: a message reaches node, or every member (LOOK_NONE) */
	LOOK_EVENT_FORM,    /* rings form */
	LOOK_EVENT_TURN,    /* node: its turn in the sync */
	LOOK_EVENT_LEAVE,   /* node: its clean stop ends */
	LOOK_EVENT_ABORT,   /* node: its daemon's assertion fails */
	LOOK_EVENT_TIMER,   /* node, timer */
	LOOK_EVENT_WAKE,    /* client dispatches */
	LOOK_EVENT_UNTIL,   /* the script's own moment */
};
struct look_event {
	uint64_t time_ns;
	enum look_event_kind kind;
	uint32_t node, client, ring, number, timer; /* LOOK_NONE where it has none */
};
/* What is due, soonest first; stale events are left out. */
void look_events(const struct world *world, void (*each)(void *ctx, const struct look_event *event), void *ctx);

#endif
