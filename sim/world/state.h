/*
 * The inside of the world: what lies in the flat block, and how its parts find
 * each other. Only the files of the world include this; the data flows
 *
 *   script.c -> daemon.c, application.c, network.c
 *   membership.c (who forms a ring) -> ring.c (ordered delivery, sync barriers) -> daemon.c (cores)
 *
 * A reference (u32) into the pool is an offset in units of 16 bytes; 0 is none.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include "core/votequorum.h"
#include "sim/world/queue.h"
#include "sim/world/world.h"

#define NONE UINT32_MAX
#define NEVER_NS UINT64_MAX
#define OBSERVERS_MAX 4u

enum event_kind {
	EVENT_ORDER = 1,  /* a: ring slot, b: its generation: order one pending message */
	EVENT_DELIVER,    /* a: ring, b: generation, c: message number, detail: 0; to every member */
	EVENT_DELIVER_TO, /* the same to the one member detail */
	EVENT_FORM,       /* a: generation: rings are due to form */
	EVENT_RELEASE,    /* a: node, b: ring generation: the sync that its device held goes on */
	EVENT_TURN,       /* a: node, b: ring generation, c: its turn to process in the sync */
	EVENT_LEAVE,      /* a: node, b: boots: a clean stop ends */
	EVENT_ABORT,      /* a: node, b: boots: the daemon's assertion failed */
	EVENT_AGAIN,      /* a: ring slot, b: its generation: its members form it again */
	EVENT_DROP,       /* a: node, b: boots: the others miss a node that is off its nodelist */
	EVENT_TIMER,      /* a: node, b: enum vq_timer, c: generation */
	EVENT_WAKE,       /* a: client, b: generation: the application dispatches */
	EVENT_UNTIL,      /* a script waits for this moment */
};

struct node_timer {
	uint64_t due_ns;     /* NEVER_NS: not running */
	uint64_t left_ns;    /* while the node is paused */
	uint32_t generation; /* of the event that is not stale */
	uint32_t reserved;
};

enum leaving { STAYS, LEAVES, LEFT }; /* LEFT: said goodbye before it went down */

/* A reload took a running node off its own nodelist: totem keeps nothing of it any more. */
enum off_list { ON_LIST, DEAF, UNMISSED, DROPPED };

struct node_state {
	uint64_t ring_seq;        /* on disk */
	uint64_t last_arrival_ns; /* of a packet that is under way to it */
	uint64_t met_ns;          /* since when it hears another ring, and one of the two lost members; or NEVER_NS */
	uint32_t stored_barrier;  /* on disk */
	uint32_t file_config;     /* the file: 0 as at the start, else 1 + the step that changed it */
	uint32_t running_config;  /* what the daemon has read, likewise */
	uint32_t boots;
	uint32_t group;          /* network partition */
	uint32_t ring;           /* slot; NONE while down */
	uint32_t delivered;      /* messages of this ring */
	uint32_t barriers_early; /* of this ring, delivered here */
	uint32_t barriers;
	uint8_t up;
	uint8_t paused;
	uint8_t leaving;     /* enum leaving */
	uint8_t stop_later;  /* told to stop while paused */
	uint8_t queue_full;  /* the next multicast finds totem's queue full */
	uint8_t aborted;     /* its core is not to be called any more; EVENT_ABORT is under way */
	uint8_t held;        /* last told to observers */
	uint8_t turn_missed; /* its turn in the sync came while it was paused */
	uint8_t off_list;    /* enum off_list */
	uint8_t reserved[7];
	struct node_timer timers[VQ_TIMER_COUNT];
};

enum ring_flag {
	RING_USED = 1,
	RING_FIRST = 2,      /* of a node that starts, or was paused too long: it forms a ring alone first */
	RING_WHOLE = 4,      /* every member is there: messages flow */
	RING_ORDERING = 8,   /* an EVENT_ORDER is under way */
	RING_REFORM = 16,    /* its token was lost, though all are back */
	RING_TWICE = 32,     /* its members form another soon */
	RING_AGAIN = 64,     /* an EVENT_AGAIN is under way */
	RING_NO_TOKEN = 128, /* it stayed with a node that is off its nodelist */
};

struct ring_state {
	struct vq_ring_id id;
	uint64_t broken_ns;  /* since when the token is lost, as the members see it */
	uint64_t contact_ns; /* since when another ring, or a leave, is known */
	uint32_t generation;
	uint32_t flags;
	uint32_t member_count;        /* as installed */
	uint32_t here;                /* members still on it, paused ones too */
	uint32_t ordered;             /* messages ordered so far */
	uint32_t early;               /* 0, or it meets the others after so many packets' time */
	uint32_t stages;              /* so many rings were formed on the way to a larger one, this the last */
	uint32_t by_token;            /* its messages go round the ring */
	uint32_t token_at;            /* the member (by its place) that sent last, then */
	uint32_t strictly;            /* none goes before its turn */
	uint32_t log_first, log_last; /* ordered, not yet delivered to all */
	uint32_t pending_first, pending_last; /* sent, not yet ordered */
};

enum message_kind { MESSAGE_VOTEQUORUM, MESSAGE_INJECTED, MESSAGE_BARRIER_EARLY, MESSAGE_BARRIER };

static inline bool is_barrier(uint32_t kind)
{
	return kind >= MESSAGE_BARRIER_EARLY;
}

struct message { /* in the pool */
	uint32_t next;
	uint32_t sender; /* node */
	uint32_t number; /* 1.. in the ring's order */
	uint32_t left;   /* members that have not had it */
	uint32_t kind;
	uint32_t generation; /* of the ring of a barrier */
	uint32_t size;
	uint32_t waits; /* pending, sent on an older ring: until its sender's sync is over */
			/* size bytes */
};

struct note { /* a queued notification, in the pool */
	uint32_t next;
	uint32_t reserved;
	struct vq_notification notification; /* entries is NULL: they follow */
					     /* count entries */
};

enum client_phase {
	CLIENT_FRESH, /* never connected, or a new process after kill */
	CLIENT_OPEN,
	CLIENT_GONE, /* knows that its daemon is gone */
	CLIENT_FINALIZED,
	CLIENT_LINGERS, /* finalized, but a dispatch that waits keeps the connection */
};

struct client_state {
	vq_handle_t handle;
	uint32_t connection; /* number at its node */
	uint32_t boots;      /* of the daemon it is connected to */
	uint32_t phase;
	uint32_t generation; /* of the process: stale wake-ups are ignored */
	uint32_t note_first, note_last, note_count;
	uint32_t reading;            /* note handed to the library */
	uint32_t waiting_step;       /* 1 + step whose call has no answer yet, 0: none */
	uint32_t dispatch_step;      /* the same for a dispatch that waits; other calls go on beside it */
	uint32_t fault_verb;         /* the next such call meets fault_error; VERB_NONE: any call */
	uint32_t fault_error;        /* enum vq_error; 0: no fault is set */
	uint32_t registered_step;    /* 1 + step of the last qdevice_register */
	struct vq_ring_id told_ring; /* of the last nodelist callback */
	uint8_t wake;                /* an EVENT_WAKE is under way */
	uint8_t asked;               /* the daemon has taken the request and will answer */
	uint8_t answered;
	uint8_t untold; /* calls that wait for a connection, which nobody was told of: 1 waiting_step, 2 dispatch_step */
	struct vq_reply answer;
};

enum script_phase { SCRIPT_BEFORE, SCRIPT_DURING, SCRIPT_OVER };

struct script {
	uint64_t began_ns; /* the step under way */
	uint64_t until_ns; /* it is done not before; NEVER_NS while that is open */
	uint32_t step;
	uint32_t part; /* of start: nodes booted so far */
	uint32_t phase;
	uint32_t arrival; /* the step's own moment (at, after) is awaited */
};

#define POOL_CLASSES 24u
struct pool {
	uint32_t used;                     /* units of 16 bytes, the first of which is never handed out */
	uint32_t capacity;                 /* units */
	uint32_t free_first[POOL_CLASSES]; /* blocks of 32 << class bytes */
};

struct state { /* the head of the block */
	uint64_t now_ns;
	uint64_t events;
	uint64_t streams[CHOOSE_KIND_COUNT];
	uint64_t size;              /* of the block */
	uint64_t pool_at, queue_at; /* offsets of the parts that grow */
	uint32_t timers_queued;     /* events in the queue that event_is_timer() */
	uint32_t form_generation;
	uint64_t form_ns; /* when rings are due to form; NEVER_NS: nothing to do */
	uint32_t ring_generation;
	uint32_t stuck;
	struct script script;
	struct pool pool;
};

struct link { /* one direction */
	uint64_t latency_ns;
	uint32_t loss_ppm;
	uint32_t down;
};

/* The handle: the block, where its parts are, and what does not change. */
struct world {
	uint8_t *block;
	size_t block_size; /* of its memory: state.size at least */
	const struct scenario *scenario;
	struct choice choice;
	struct observer observers[OBSERVERS_MAX];
	uint32_t observer_count;
	bool observe_all;
	bool token_order; /* the first choice of CHOOSE_ORDER is who comes next round the ring, not who sent first */
	bool uniform;     /* every packet takes the same time: one event delivers to all */
	uint32_t node_count, client_count;
	struct vq_limits limits;
	struct vq_host host; /* what every core is called with */
	size_t core_size, library_size;
	size_t nodes_at, rings_at, members_at, clients_at, cores_at, libraries_at, links_at; /* links_at 0: none */
	size_t fixed_size;
	size_t note_size_max; /* bytes of the largest notification */
	uint32_t clients_per_node_max;
	/* scratch, not part of the world's value */
	struct vq_entry *entries;
	uint32_t *component; /* node -> lowest node of its component, NONE: not active, or in none */
	uint8_t *pace;       /* by component: how often its ring is formed anew, enum pace */
	uint32_t *list, *ids;
	uint32_t *candidates;                /* CHOOSE_MOVE, CHOOSE_MOVER: who may move */
	uint32_t candidate_count, candidate; /* CHOOSE_MOVER: which of them is asked about */
	uint8_t *chosen;
	uint32_t *heads, *heads_before;
	uint32_t *clients_at_node; /* node * clients_per_node_max + connection -> client */
};

static inline struct state *state_of(const struct world *world)
{
	return (struct state *)(void *)world->block;
}

static inline struct node_state *node_of(const struct world *world, uint32_t node)
{
	return (struct node_state *)(void *)(world->block + world->nodes_at) + node;
}

static inline struct ring_state *ring_of(const struct world *world, uint32_t ring)
{
	return (struct ring_state *)(void *)(world->block + world->rings_at) + ring;
}

/* The members of a ring, ascending node indices. */
static inline uint32_t *ring_members(const struct world *world, uint32_t ring)
{
	return (uint32_t *)(void *)(world->block + world->members_at) + (size_t)ring * world->node_count;
}

static inline struct client_state *client_of(const struct world *world, uint32_t client)
{
	return (struct client_state *)(void *)(world->block + world->clients_at) + client;
}

static inline struct vq *core_of(const struct world *world, uint32_t node)
{
	return (struct vq *)(void *)(world->block + world->cores_at + node * world->core_size);
}

static inline struct vq_client *library_of(const struct world *world, uint32_t client)
{
	return (struct vq_client *)(void *)(world->block + world->libraries_at + client * world->library_size);
}

static inline struct queue *queue_of(const struct world *world)
{
	return (struct queue *)(void *)(world->block + state_of(world)->queue_at);
}

static inline void *pool_at(const struct world *world, uint32_t reference)
{
	return world->block + state_of(world)->pool_at + (size_t)reference * 16u;
}

static inline struct message *message_at(const struct world *world, uint32_t reference)
{
	return pool_at(world, reference);
}

static inline struct note *note_at(const struct world *world, uint32_t reference)
{
	return pool_at(world, reference);
}

static inline bool node_active(const struct world *world, uint32_t node)
{
	const struct node_state *state = node_of(world, node);

	return state->up && !state->paused && state->off_list != DROPPED;
}

/* ---- world.c: memory, events, choice, observers ---- */

void world_grow(struct world *world, uint32_t events, size_t pool_bytes);
/* Room for so many events and bytes in the pool. May move the block: hold no
 * pointer into it across this. Nothing else moves it. */
static inline void world_reserve(struct world *world, uint32_t events, size_t pool_bytes)
{
	const struct queue *queue = queue_of(world);
	const struct pool *pool = &state_of(world)->pool;

	if (queue->capacity - queue->count < events || (size_t)(pool->capacity - pool->used) * 16u < pool_bytes)
		world_grow(world, events, pool_bytes);
}
/* Zeroed. Room must have been reserved. */
uint32_t pool_take(struct world *world, size_t bytes);
void pool_free(struct world *world, uint32_t reference, size_t bytes);
void event_push(struct world *world, uint64_t time_ns, struct event event);
uint32_t world_pick(struct world *world, uint32_t n, enum choice_kind what);
/* One that only time brings: it does not keep the cluster from being at rest. */
bool event_is_timer(const struct world *world, struct event event);
/* hash.c: one that nothing comes of any more: its ring, its timer or its process is gone. */
bool event_is_stale(const struct world *world, struct event event);
bool world_at_rest(const struct world *world);
/* Room for what one call into a node's core, or one call of a client, can need. */
void world_reserve_call(struct world *world);
/* Fill in time and step, then tell every observer. */
void observe(struct world *world, struct observation *observation);
void observe_node(struct world *world, enum observation_kind kind, uint32_t node, uint64_t number, const char *text);

/* ---- network.c ---- */
bool link_up(const struct world *world, uint32_t from, uint32_t to);
bool nodes_reach(const struct world *world, uint32_t node, uint32_t other);
uint64_t packet_delay_ns(struct world *world, uint32_t from, uint32_t to);
void network_partition(struct world *world, const struct step *step);
void network_heal(struct world *world);
void network_link(struct world *world, const struct step *step);

/* How long after nodes met that also lost some a ring forms of them. */
static inline uint64_t meeting_ns(const struct scenario *scenario)
{
	return (scenario->totem.merge_ms + (uint64_t)scenario_consensus_ms(scenario)) * SCENARIO_MS;
}

/* ---- component.c ---- */
enum pace { PACE_NONE, PACE_CONSENSUS, PACE_CONSENSUS_AND_TOKEN };
/* Who can make a ring with whom, into world->component, and world->pace of each component. */
void find_components(struct world *world);

/* ---- membership.c ---- */
/* Who is up, or who reaches whom, has changed. */
void membership_changed(struct world *world);
/* EVENT_FORM */
void membership_form(struct world *world);
/* EVENT_AGAIN */
void membership_again(struct world *world, uint32_t slot, uint32_t generation);

/* ---- ring.c ---- */
/* A slot for the first ring of a node that starts. */
void ring_open_first(struct world *world, uint32_t node);
/* Install one ring at all of `members` (ascending), recovering from their old ones. Its slot. */
uint32_t ring_install(struct world *world, const uint32_t *members, uint32_t count);
void ring_forget_node(struct world *world, uint32_t node);
/* All members are back: what was under way goes on. */
void ring_resume(struct world *world, uint32_t ring);
/* How far round its ring the node is from who sent last. */
uint32_t ring_place(const struct world *world, uint32_t node);
void ring_send(struct world *world, uint32_t node, enum message_kind kind, const void *bytes, size_t size);
/* The node's sync is over: what it had sent before this ring goes out. */
void ring_synced(struct world *world, uint32_t node);
void ring_order(struct world *world, uint32_t ring, uint32_t generation);
void ring_deliver(struct world *world, uint32_t ring, uint32_t generation, uint32_t number, uint32_t only);

/* ---- daemon.c ---- */
/* The functions through which a core acts on the world; scratch: as in struct vq_host. */
void daemon_host(struct vq_host *host, struct vq_entry *scratch);
const struct vq_config *daemon_config(const struct world *world, uint32_t node, uint32_t reference);
void daemon_start(struct world *world, uint32_t node);
void daemon_stop(struct world *world, uint32_t node, bool wipe);
void daemon_left(struct world *world, uint32_t node, uint32_t boots);
void daemon_aborted(struct world *world, uint32_t node, uint32_t boots);
void daemon_crash(struct world *world, uint32_t node, bool wipe);
void daemon_pause(struct world *world, uint32_t node);
void daemon_resume(struct world *world, uint32_t node);
void daemon_reload(struct world *world, uint32_t node);
void daemon_dropped(struct world *world, uint32_t node, uint32_t boots);
void daemon_inject(struct world *world, uint32_t node, const struct injected *injected);
void daemon_cancel_wait_for_all(struct world *world, uint32_t node);
void daemon_timer(struct world *world, uint32_t node, enum vq_timer timer, uint32_t generation);
void daemon_ring(struct world *world, uint32_t node, struct vq_ring_id id, const uint32_t *ids, uint32_t count);
void daemon_turn(struct world *world, uint32_t node, uint32_t generation);
void daemon_deliver(struct world *world, uint32_t node, const struct message *message);
void daemon_release(struct world *world, uint32_t node, uint32_t generation);
int daemon_request(struct world *world, uint32_t node, uint32_t connection, const struct vq_request *request,
		   struct vq_reply *reply);

/* ---- application.c ---- */
void application_step(struct world *world, uint32_t step);
void application_wake(struct world *world, uint32_t client, uint32_t generation);
void application_notify(struct world *world, uint32_t node, uint32_t connection,
			const struct vq_notification *notification);
void application_answer(struct world *world, uint32_t node, uint32_t connection, const struct vq_reply *reply);
/* The node's daemon is gone, or answers (again). */
void applications_daemon_gone(struct world *world, uint32_t node);
void applications_daemon_back(struct world *world, uint32_t node);
uint32_t application_at(const struct world *world, uint32_t node, uint32_t connection);

/* ---- script.c ---- */
bool script_advance(struct world *world);

#endif
