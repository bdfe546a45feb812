/*
 * A scenario as the world and the judge see it: read, checked, matrix expanded,
 * names resolved. Plain data; nothing here runs anything.
 *
 * A node is meant by its index into nodes[] (ascending nodeid), a client by its
 * index into clients[]; fields called nodeid hold the id itself. Everything a
 * scenario points to lives as long as its scenario_set.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/votequorum.h"

#define SCENARIO_MS 1000000ull /* a millisecond in ns */

struct position { /* 1-based; line 0: nowhere */
	uint32_t line;
	uint32_t column;
};

struct index_list {
	uint32_t count;
	uint32_t *index;
};

struct scenario_node {
	uint32_t nodeid;
	const struct vq_config *config; /* at first start; may be shared between nodes */
	const char *name;               /* corosync.conf's name, else ring0_addr; NULL: none is known */
	struct position later; /* the reload that first lists it: down until then; line 0: there from the start */
	uint32_t stored_expected_votes; /* tracked, on its disk from the start; 0: nothing is */
};

enum verb {
	VERB_NONE, /* a step of expect only */
	VERB_START,
	VERB_STOP,
	VERB_CRASH,
	VERB_PAUSE,
	VERB_RESUME,
	VERB_PARTITION,
	VERB_HEAL,
	VERB_LINK,
	VERB_RELOAD,
	VERB_CANCEL_WAIT_FOR_ALL,
	VERB_WAIT,
	VERB_FAULT,
	/* library functions, in the order of enum client_call */
	VERB_INITIALIZE,
	VERB_FINALIZE,
	VERB_DISPATCH,
	VERB_FD_GET,
	VERB_CONTEXT_GET,
	VERB_CONTEXT_SET,
	VERB_GETINFO,
	VERB_SETEXPECTED,
	VERB_SETVOTES,
	VERB_TRACKSTART,
	VERB_TRACKSTOP,
	VERB_QDEVICE_REGISTER,
	VERB_QDEVICE_UNREGISTER,
	VERB_QDEVICE_UPDATE,
	VERB_QDEVICE_POLL,
	VERB_QDEVICE_MASTER_WINS,
	VERB_KILL,   /* the client process dies without a word: kill: {node, client} */
	VERB_INJECT, /* a node multicasts what no votequorum sends */
	VERB_COUNT
};
/* "start", "qdevice_poll", ... ; "expect" for VERB_NONE */
const char *verb_name(enum verb verb);
static inline bool verb_is_call(enum verb verb)
{
	return verb >= VERB_INITIALIZE && verb <= VERB_QDEVICE_MASTER_WINS;
}

struct scenario_client {
	const char *name;
	uint32_t node;
	bool manual;        /* dispatches only when a step says so */
	uint32_t callbacks; /* bit 1u << enum vq_notification_kind; default all three */
	uint64_t slow_ns;   /* waits this long before each wake-up's dispatch; 0: at once */
	/* called from inside each nodelist and quorum callback: VERB_NONE, VERB_GETINFO (of the node itself),
	 * VERB_QDEVICE_POLL (name of the last register, ring of the last nodelist), VERB_FINALIZE, VERB_TRACKSTOP */
	enum verb in_callback;
};

/* what a pattern compares */
enum pattern_field {
	PATTERN_CONTEXT = 1 << 0,
	PATTERN_RING_NODEID = 1 << 1,
	PATTERN_RING_SEQ = 1 << 2,
	PATTERN_MEMBERS = 1 << 3,
	PATTERN_QUORATE = 1 << 4,
	PATTERN_NODES = 1 << 5,         /* as a set */
	PATTERN_NODES_ORDERED = 1 << 6, /* as a list, in delivered order */
	PATTERN_EXPECTED_VOTES = 1 << 7,
};

struct callback_pattern {
	struct position at;
	uint32_t kind; /* enum vq_notification_kind */
	uint32_t given;
	uint64_t context;
	struct vq_ring_id ring;
	uint32_t quorate;
	uint32_t expected_votes;
	uint32_t count;                 /* of members or nodes */
	const struct vq_entry *entries; /* nodeids (and states) */
};

struct callbacks_expected {
	struct position at;
	uint32_t client;
	bool subsequence; /* callbacks_include */
	uint32_t count;
	const struct callback_pattern *patterns;
};

/* bit numbers of info_pattern.given, in the order of struct vq_info */
enum info_field {
	INFO_NODE_ID,
	INFO_NODE_STATE,
	INFO_NODE_VOTES,
	INFO_NODE_EXPECTED_VOTES,
	INFO_HIGHEST_EXPECTED,
	INFO_TOTAL_VOTES,
	INFO_QUORUM,
	INFO_FLAGS,
	INFO_QDEVICE_VOTES,
	INFO_QDEVICE_NAME,
	INFO_FIELD_COUNT
};
const char *info_field_name(enum info_field field);
/* The name of one of getinfo's flags, without its prefix; NULL: there is none of that value. */
const char *info_flag_name(uint32_t flag);
/* Of every field but the name; 0 for that. */
uint32_t info_field_number(const struct vq_info *info, enum info_field field);

struct info_pattern {
	struct position at;
	uint32_t node; /* where getinfo is asked */
	uint32_t of;   /* nodeid asked for; 0: the node itself */
	uint32_t given;
	struct vq_info info;
};

struct node_truth { /* quorate, members by node */
	struct position at;
	uint32_t node;
	bool quorate;
	uint32_t count;
	const uint32_t *members; /* nodeids, ascending */
};

struct reply_pattern {
	struct position at; /* line 0: none */
	int error;          /* 0: not compared */
	bool has_context;   /* context_get */
	uint64_t context;
	bool has_dispatched; /* dispatch: how many callbacks it made */
	uint32_t dispatched;
	struct info_pattern info; /* getinfo */
};

struct refused_pattern {
	struct position at;
	uint32_t node;
	const char *message; /* a part of the daemon's message */
};

#define LOG_LINES_MAX 7u /* of a node in one step */

struct log_pattern { /* what a daemon logged since the step began: exactly these lines, in this order */
	struct position at;
	uint32_t node;
	uint32_t count;
	const char *const *lines; /* of each a part */
};

struct expectation {
	struct position at; /* line 0: the step has none */
	uint32_t quorate_count;
	const struct node_truth *quorate;
	uint32_t members_count;
	const struct node_truth *members;
	uint32_t info_count;
	const struct info_pattern *info;
	uint32_t callbacks_count;
	const struct callbacks_expected *callbacks;
	uint32_t refused_count;
	const struct refused_pattern *refused;
	uint32_t log_count;
	const struct log_pattern *logs;
	struct reply_pattern reply;
	bool has_split_brain;
	bool split_brain;
	struct position split_brain_at;
};

struct injected;

struct step {
	enum verb verb;
	struct position at;
	const char *name; /* NULL: none */
	bool settle;      /* wait until the cluster has settled before the step begins */
	bool has_at, has_after;
	uint64_t at_ns;    /* since the start of the run */
	uint64_t after_ns; /* since the begin of the step before */

	struct index_list nodes; /* start, stop, crash, pause, resume, cancel_wait_for_all, reload (on) */
	bool together;           /* start */
	bool wipe;               /* stop, crash: what is on disk is lost */

	uint32_t group_count; /* partition: groups cover every node exactly once */
	const struct index_list *groups;

	uint32_t link_from, link_to; /* link: node indices */
	bool link_has_loss, link_has_latency, link_has_up;
	uint32_t link_loss_ppm;
	uint64_t link_latency_ns;
	bool link_up;

	/* reload: the new file of each node, by node index (all nodes); nodes says who reloads */
	const struct vq_config *const *configs;

	uint64_t wait_ns;

	uint32_t client;           /* library calls, fault, kill */
	struct vq_request request; /* library calls that reach the daemon; ring: see ring_stale */
	bool ring_stale;           /* qdevice_poll: the ring before the current one */
	bool ring_given;           /* qdevice_poll: request.ring is to be used as it is */
	uint32_t dispatch_type;    /* dispatch: VQ_DISPATCH_* or any other number */
	uint64_t context;          /* context_set */

	enum verb fault_call; /* fault: the library function that meets it; VERB_NONE: any */
	int fault_error;      /* enum vq_error */

	const struct injected *injected; /* inject: by the node that nodes names */

	struct expectation expect;
};

struct totem {
	uint32_t token_ms;             /* as configured, without the coefficient; default 3000 */
	uint32_t token_coefficient_ms; /* default 650, per node beyond two when there is a nodelist */
	uint32_t consensus_ms;         /* 0: 1.2 x the token in force */
	uint32_t join_ms;              /* default 50 */
	uint32_t merge_ms;             /* default 200 */
};

struct network {
	uint64_t latency_ns; /* one way; default 100 us */
	uint64_t jitter_ns;  /* added, drawn evenly from 0 .. jitter; default 0 */
	uint32_t loss_ppm;   /* of each packet; default 0 */
};

#define INJECTED_MORE_MAX 64u

struct injected { /* what no votequorum sends */
	struct vq_message message;
	const char *more; /* behind the message, without a NUL; NULL: nothing */
	uint32_t cut;     /* bytes taken off the end */
	uint32_t size;
	unsigned char bytes[VQ_MESSAGE_MAX + INJECTED_MORE_MAX];
};

struct finding { /* a defect of the real thing that the scenario shows */
	struct position at;
	const char *rule; /* its id, which only the judge knows */
};

#define CHOICE_ALL UINT32_MAX

struct choice_made {     /* a free choice that does not fall to the lowest */
	uint32_t kind;   /* enum choice_kind, neither jitter nor loss */
	uint32_t number; /* which question of that kind, from 0; CHOICE_ALL: those that are not named */
	uint32_t picked; /* the highest there is when there are fewer */
};

struct scenario {
	const char *path; /* as given on the command line */
	const char *name;
	const char *description;
	const char *variant; /* "two_node=1 nodes=3": this run's matrix values; "" without a matrix */
	struct position at;
	uint32_t tag_count;
	const char *const *tags;
	uint32_t finding_count;
	const struct finding *findings;
	uint32_t capacity; /* nodes it may have; default 384, corosync's own limit */
	uint32_t node_count;
	const struct scenario_node *nodes;
	uint32_t nodelist_count; /* nodes in the nodelist at the start; 0: there is no nodelist */
	uint32_t client_count;
	const struct scenario_client *clients;
	uint32_t step_count;
	const struct step *steps;
	uint32_t quirks_off;
	struct totem totem;
	struct network network;
	bool has_seed;
	uint64_t seed;
	bool has_choices; /* false: all are drawn when there is a seed, else fall to the lowest */
	uint32_t choice_count;
	const struct choice_made *choices; /* by kind, then number; the others fall to the lowest */
	bool primary_only;                 /* reserved; false */
};

/* The index of a node id, or -1. */
int scenario_node_index(const struct scenario *scenario, uint32_t nodeid);
/* token in force for this scenario, milliseconds (corosync.conf(5), token_coefficient). */
uint64_t scenario_token_ms(const struct scenario *scenario);
uint64_t scenario_consensus_ms(const struct scenario *scenario);
/* Has votequorum a timer to run, as the nodes are configured when they start? */
bool scenario_has_timers(const struct scenario *scenario);

/* ---- reading --------------------------------------------------------------- */

struct scenario_set {
	uint32_t count;
	struct scenario *scenarios; /* one per document and matrix combination, in order */
	void *memory;               /* of the reader */
};

/* Read and check a file ("-": standard input). 0, or -1 with one message in
 * `message`: "FILE:LINE:COLUMN: what, and what was meant". Nothing to free then. */
int scenario_read(const char *path, struct scenario_set *set, char *message, size_t message_size);
/* The same from memory; path is used in messages and to find corosync_conf. */
int scenario_parse(const char *text, size_t size, const char *path, struct scenario_set *set, char *message,
		   size_t message_size);
/* A corosync.conf instead of a scenario: its cluster, named after the path, and
 * one step, start: all. */
int scenario_read_conf(const char *path, struct scenario_set *set, char *message, size_t message_size);
void scenario_free(struct scenario_set *set);

#endif
