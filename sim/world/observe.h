/*
 * What can be seen of a run from outside the nodes. The world tells each
 * observation once, in the order things happen; the trace writes it down, the
 * judge judges it, the reports draw it. None of them can act on the world.
 */
#ifndef SIM_OBSERVE_H
#define SIM_OBSERVE_H

#include "core/votequorum.h"
#include "sim/scenario/scenario.h"

enum observation_kind {
	/* the script */
	OBSERVE_STEP_BEGIN = 1, /* step */
	OBSERVE_STEP_END,       /* step; the cluster has settled when number is 1 */
	OBSERVE_RUN_END,
	/* ground truth: machines and network */
	OBSERVE_NODE_UP,      /* node; config: what its daemon was started with */
	OBSERVE_NODE_REFUSED, /* node; text: the message, number: enum vq_refusal */
	OBSERVE_NODE_DOWN,    /* node; number: enum down_cause; text: why, for an abort */
	OBSERVE_NODE_PAUSED,  /* node */
	OBSERVE_NODE_RESUMED, /* node */
	OBSERVE_REACH,        /* who can reach whom has changed: ask world_view.reaches */
	OBSERVE_RELOADED,     /* node; config */
	OBSERVE_CANCEL_WFA,   /* node: the key was set here */
	/* ground truth: rings (totem and the sync engine, not votequorum) */
	OBSERVE_RING,      /* node installs ring; nodes/count: members' ids, ascending */
	OBSERVE_ACTIVATED, /* node: the barrier of every member has come; ring */
	OBSERVE_HELD,      /* node: number 1: the device holds the sync, 0: released */
	/* what a node tells the layers beside it */
	OBSERVE_PRIMARY, /* node; number: quorate */
	OBSERVE_NOTICE,  /* node; number: enum vq_notice, text */
	OBSERVE_STORED,  /* node; number: tracked expected votes made durable */
	/* applications; client says whose */
	OBSERVE_CALL,     /* verb, request (NULL for calls that do not reach the daemon); context of context_set */
	OBSERVE_FAULT,    /* verb: the call that met number (enum vq_error) from the transport */
	OBSERVE_REPLY,    /* verb, number: error; reply for getinfo; context for context_get; count: dispatched;
			   * automatic: of a dispatch that the client did by itself, told by OBSERVE_CALL likewise */
	OBSERVE_QUEUED,   /* notification appended to the connection's queue; always told: the judge needs it */
	OBSERVE_CALLBACK, /* notification handed to the application */
	OBSERVE_CONSUMED, /* the same for a callback that is NULL */
	OBSERVE_CLIENT_DIED,
	/* messages, for --trace-all */
	OBSERVE_SENT,      /* node; message bytes: data, size */
	OBSERVE_DELIVERED, /* node; number: sender's nodeid; context: which in the ring's order; data, size */
	OBSERVE_TIMER,     /* node; number: enum vq_timer */
	OBSERVE_KIND_COUNT
};

enum down_cause { DOWN_STOP = 1, DOWN_CRASH, DOWN_ABORT };

struct observation {
	enum observation_kind kind;
	uint32_t node;    /* index; UINT32_MAX: none */
	uint32_t client;  /* index; UINT32_MAX: none */
	uint32_t step;    /* the step under way */
	uint64_t time_ns; /* virtual, since the start of the run */
	uint64_t number;
	uint64_t context;
	enum verb verb;
	bool automatic; /* OBSERVE_CALL, OBSERVE_REPLY: not asked for by a step */
	bool inside;    /* the same: made from inside a callback */
	uint32_t count;
	struct vq_ring_id ring;
	const uint32_t *nodes;
	const char *text;
	const struct vq_config *config;
	const struct vq_request *request;
	const struct vq_reply *reply;
	const struct vq_notification *notification;
	const void *data;
	size_t size;
};

/* What an observer may ask at the moment of an observation. */
struct world_view {
	const void *world;
	/* both up and unpaused, and packets pass both ways, directly */
	bool (*reaches)(const void *world, uint32_t node, uint32_t other);
	/* up and unpaused, but its ring does not go on, and no other has come: one direction of a path is cut */
	bool (*astray)(const void *world, uint32_t node);
	/* getinfo at a node, as a client of its own would be answered; VQ_ERR_LIBRARY when it is down */
	int (*getinfo)(const void *world, uint32_t node, uint32_t of, struct vq_info *info);
	/* nothing is under way but timers that only time can fire */
	bool (*settled)(const void *world);
};

struct observer {
	void *ctx;
	void (*observe)(void *ctx, const struct world_view *view, const struct observation *observation);
};

#endif
