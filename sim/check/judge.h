/*
 * The judge's state and how its files share it.
 *
 * One flat block without pointers: the head below, then the parts whose sizes
 * follow from the scenario, found by offsets. Streams of notifications have no
 * bound, so what is kept of them is a digest, a count and the last few.
 */
#ifndef SIM_CHECK_JUDGE_H
#define SIM_CHECK_JUDGE_H

#include "sim/check/check.h"
#include "sim/check/rules.h"

#define NOBODY UINT32_MAX
#define NEVER_NS UINT64_MAX

enum maybe { NO, YES, UNKNOWN };

enum node_set {
	SET_RING,     /* members of the ring that is installed */
	SET_PREVIOUS, /* of the ring before */
	SET_KNOWN,    /* nodes this daemon surely has heard of */
	SET_HEARD,    /* nodes it may have heard of */
	SET_TRUSTED,  /* members when the votes last sufficed: the tie breaker's lowest and highest */
	SET_COUNT
};

enum owed { /* by a node, once its sync is over */
	    OWES_PRIMARY = 1,
	    OWES_QUORUM = 2,
};

struct span { /* of a number that order of messages may leave open; exact when both are equal */
	uint32_t low, high;
};

/* What a node may be expected to think, as far as it can be told from outside. */
struct model {
	uint64_t device_due_ns;                    /* the device timer fires; NEVER_NS: not running */
	uint64_t last_man_due_ns;                  /* the last man standing timer fires */
	uint64_t device_left_ns, last_man_left_ns; /* of the timers, while paused */
	uint64_t device_name;                      /* digest, when named is YES */
	uint64_t config_digest;                    /* of the running configuration, but for a node's own votes */
	struct span votes;                         /* its own */
	struct span expected;                      /* its own expected votes */
	struct span quorum;
	struct span highest; /* expected votes of its members */
	struct span device_votes;
	struct span expected_before; /* at the begin of the sync that is under way */
	struct span quorum_before, device_before;
	struct span kept;                                /* votes of the members that were members before */
	uint32_t file_votes, file_expected, file_device; /* as configured; the device's votes */
	uint32_t window_ms, device_timeout_ms, device_sync_timeout_ms;
	uint32_t config;                       /* 0: the scenario's, 1 + step: of that reload, NOBODY: not known */
	uint32_t refusal;                      /* that its start must meet */
	uint32_t expected_told;                /* by the last expected votes notification since the cluster rested */
	struct span rest_expected, rest_votes; /* when the cluster rested last */
	uint32_t rest_total, rest_quorum;
	uint32_t rest_flags;   /* enum vq_info_flag but for a device's; UINT32_MAX: not as they should be */
	uint32_t rest_members; /* of its ring */
	struct span barrier;   /* allow_downscale: quorum does not fall below what this asks for */
	uint32_t tie;          /* enum tie */
	uint32_t tie_start;    /* before the check of odd votes */
	uint8_t two_node, wait_for_all, last_man, tracking, downscale; /* enum maybe */
	uint8_t wait_for_all_follows;                                  /* two_node */
	uint8_t tie_sure;
	uint8_t device;                          /* is configured */
	uint8_t may_operate;                     /* the device; enum maybe */
	uint8_t registered, alive, cast, master; /* the device's flags; enum maybe */
	uint8_t master_wanted;                   /* enum maybe: the setting that is remembered */
	uint8_t named;                           /* enum maybe: a device name is known */
	uint8_t thinks;                          /* enum maybe: itself quorate */
	uint8_t thought;                         /* when the sync began */
	uint8_t predicted;                       /* enum maybe: at the end of this sync */
	uint8_t decider;                         /* enum rule_number */
	uint8_t by_votes;                        /* enum maybe: the votes alone suffice */
	uint8_t trusted;                         /* SET_TRUSTED is certain */
	uint8_t told;                            /* expected_told holds */
	uint8_t stale;                           /* a local change was never sent: nothing was recalculated */
	uint8_t lowered;                         /* last man standing has lowered expected votes here */
	uint8_t cancelled;                       /* wait_for_all, since the cluster rested */
	uint8_t quiet_change;                    /* something may have changed expected votes without telling */
	uint8_t polls;                           /* device calls since the cluster rested */
	uint8_t reloaded;                        /* since the cluster rested */
	uint8_t rest_tracked;                    /* it has had a tracker ever since the cluster rested */
	uint8_t refusal_open;                    /* nobody says whether its configuration is refused */
	uint8_t rest_quorate;
	uint8_t narrowed; /* 1: after a reload, 2: after a clean stop with allow_downscale */
	uint32_t rest_rings, rest_file_votes;
	uint64_t last_man_open_until_ns; /* the timer may fire, or not; NEVER_NS: for ever */
};

enum tie { TIE_NONE, TIE_LOWEST, TIE_HIGHEST, TIE_LIST };

struct seen_node {
	struct vq_ring_id ring;
	uint64_t ring_ns;
	uint64_t ring_digest;  /* of the members */
	uint64_t round_digest; /* of the notification that the trackers are being told */
	uint32_t boot;
	uint32_t rings;     /* installed since boot */
	uint32_t activated; /* rings whose sync ended, since boot */
	uint32_t members, previous;
	uint32_t newest, oldest; /* trackers */
	uint32_t round_next;     /* the tracker that is next to be told; NOBODY: the round is over */
	uint32_t round_kind;
	uint32_t stored;          /* tracked expected votes on its disk */
	uint32_t stored_starting; /* written by a daemon that is just starting */
	uint32_t reserved32;
	uint8_t up, paused, in_sync;
	uint8_t owes;          /* enum owed */
	uint8_t nodelist_told; /* for this ring */
	uint8_t primary;       /* enum maybe: last told to the primary layer */
	uint8_t announced;     /* enum maybe: the last quorum notification of this node */
	uint8_t held;
	uint8_t released; /* since the ring: poll, timer or unregister ended a hold */
	uint8_t leaving;  /* a clean stop was ordered: LEAVES, or LEFT_BEFORE this start, as others may still think */
	uint8_t wiped;
	uint8_t interrupted; /* the sync of the ring before never ended */
	uint8_t left;        /* its last end was a clean stop */
	uint8_t reserved[7];
	uint8_t logged;             /* lines since the step began */
	uint8_t log[LOG_LINES_MAX]; /* the first of them: enum vq_notice */
};

#define PAIRS_MAX 8u /* nodes, up to which every pair is asked about at each rest */
#define RECENT 16u

enum handle_phase { HANDLE_NONE, HANDLE_OPEN, HANDLE_FINALIZED };
enum { LEAVES = 1, LEFT_BEFORE };

enum snapshot_phase { SNAPSHOT_NONE, SNAPSHOT_NODELIST, SNAPSHOT_QUORUM, SNAPSHOT_DONE };

struct asked { /* a call that awaits its answer */
	uint64_t context;
	uint64_t name, new_name; /* digests */
	uint32_t verb;
	uint32_t step;
	uint32_t nodeid, votes, flags, cast_vote, allow;
	uint32_t node_activity; /* of the node, at the call: a change since makes its outcome open */
	int32_t must;           /* enum vq_error that must come; 0: open */
	uint8_t fresh_ring;     /* qdevice_poll: enum maybe */
	uint8_t registers;      /* qdevice_register of a device that was not: it may be, before the answer is seen */
	uint8_t was_out;        /* the daemon, at the call: see judge_is_out() */
	uint8_t in_sync;        /* the node, at the call */
};

struct seen_client {
	uint64_t context;     /* of the tracker */
	uint64_t own_context; /* context_set */
	uint64_t queued_chain, taken_chain;
	struct asked asked;
	uint32_t recent[RECENT]; /* digests of what was queued last */
	uint32_t queued, taken;
	uint32_t newer, older; /* trackers of the same node */
	uint32_t boot;         /* of the daemon it is connected to */
	uint32_t since_ring;   /* the node's rings when tracking began */
	uint32_t dispatch_type, dispatch_taken;
	uint32_t waiting_type; /* of a dispatch that waits while another is made; 0: none does */
	int32_t fault;         /* the pending call met this; 0: none */
	int32_t dispatch_fault;
	uint32_t fault_step; /* 1 + the step whose fault no call has met yet */
	uint8_t handle;      /* enum handle_phase */
	uint8_t tracking;
	uint8_t snapshot;    /* enum snapshot_phase */
	uint8_t dispatching; /* inside votequorum_dispatch() */
	uint8_t lost;        /* a notification's place in the stream is not known any more */
	uint8_t dead;        /* the process */
	uint8_t lingers;     /* finalized: a dispatch that waits has the connection still */
	uint8_t given_up;    /* a call met LIBRARY: the next connection ends this one */
	uint8_t reserved[4];
};

struct seen_callback { /* for the words of a failed expectation */
	uint64_t context;
	struct vq_ring_id ring;
	uint32_t kind, quorate, expected_votes, count;
	/* entries follow: check.seen_entries of them at most */
};

struct stream { /* of one callbacks expectation of the step under way */
	uint32_t came;
	uint32_t matched;
	uint32_t wrong; /* 1 + index of the first that did not match */
	uint32_t reserved;
	/* check.seen_callbacks records follow */
};

struct answer { /* to the step's own call */
	struct vq_info info;
	int32_t error;
	uint32_t count;
	uint64_t context;
	uint32_t came;
	uint32_t has_info;
};

struct check {
	uint64_t callbacks;
	uint64_t rested_ns;
	uint32_t node_count, client_count;
	uint32_t words;      /* of a node set */
	uint32_t records_at; /* expected votes of node k as node i told them at rest, up to PAIRS_MAX nodes */
	uint32_t nodes_at, models_at, sets_at, clients_at, told_at, streams_at, size;
	uint32_t told_words;
	uint32_t stream_count, stream_size, seen_size, seen_entries, seen_callbacks;
	uint32_t step, in_step;
	uint32_t idle_first, idle_last; /* 1 + steps whose faults had no effect yet */
	uint32_t activity;              /* grows with whatever may change what a node would answer */
	uint32_t effects;               /* since the step began: enum effect */
	uint32_t refused_bits;          /* refused expectations of this step that came true */
	uint32_t refused_came;          /* 1 + node */
	uint32_t rested;                /* activity when the cluster was last found at rest, */
					/* at rested_ns */
	uint32_t moved;                 /* a ring was installed since then */
	uint32_t flux;                  /* administrative changes since then */
	struct span flux_expected;      /* what they may have made of anybody's expected votes */
	uint32_t lowered;               /* an administrator lowered expected votes, somewhere in this run */
	uint32_t cancelled;             /* wait_for_all was cancelled */
	uint32_t left_cleanly;
	uint32_t administered; /* votes, expected votes or configurations were changed in this run */
	uint32_t split_wanted; /* the scenario expects this split brain */
	uint32_t refusals;     /* daemons that would not start */
	uint32_t records_open; /* what nodes know of each other may have changed since the cluster rested */
	uint32_t reserved;
	struct answer answer;
	char refused_text[160];
	uint32_t exercised[RULE_COUNT];
};

/* One observation under judgement, and where verdicts go. */
struct judge {
	struct check *check;
	const struct scenario *scenario;
	const struct world_view *view;
	const struct observation *seen;
	check_report *report;
	void *ctx;
};

static inline struct seen_node *judge_node(const struct judge *judge, uint32_t node)
{
	return (struct seen_node *)(void *)((char *)judge->check + judge->check->nodes_at) + node;
}

static inline struct model *judge_model(const struct judge *judge, uint32_t node)
{
	return (struct model *)(void *)((char *)judge->check + judge->check->models_at) + node;
}

static inline struct seen_client *judge_client(const struct judge *judge, uint32_t client)
{
	return (struct seen_client *)(void *)((char *)judge->check + judge->check->clients_at) + client;
}

static inline uint64_t *judge_set(const struct judge *judge, uint32_t node, enum node_set set)
{
	uint64_t *sets = (uint64_t *)(void *)((char *)judge->check + judge->check->sets_at);

	return sets + ((size_t)node * SET_COUNT + set) * judge->check->words;
}

static inline bool set_has(const uint64_t *set, uint32_t node)
{
	return (set[node / 64] >> (node % 64)) & 1;
}

static inline void set_add(uint64_t *set, uint32_t node)
{
	set[node / 64] |= UINT64_C(1) << (node % 64);
}

static inline uint64_t digest_add(uint64_t digest, uint64_t value)
{
	digest = (digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ (digest >> 32);
}

static inline bool ring_equal(struct vq_ring_id a, struct vq_ring_id b)
{
	return a.seq == b.seq && a.nodeid == b.nodeid;
}

static inline void judge_exercise(const struct judge *judge, enum rule_number rule)
{
	judge->check->exercised[rule]++;
}

static inline bool quirk_on(const struct judge *judge, enum vq_quirk quirk)
{
	return !((judge->scenario->quirks_off >> quirk) & 1);
}

/* The step that is under way, NULL when the scenario has none such. */
static inline const struct step *judge_step(const struct judge *judge, uint32_t step)
{
	return step < judge->scenario->step_count ? &judge->scenario->steps[step] : NULL;
}

/* Is it paused, or has its ring been lost to a path that is cut in one direction? What it sends waits. */
bool judge_is_out(const struct judge *judge, uint32_t node);
/* The index of a node id, NOBODY when the scenario has none such. */
uint32_t judge_index(const struct judge *judge, uint32_t nodeid);

/* ---- verdict.c: words, and who was told already ---- */
/* False when this was told before. Then say() what and judge_tell(). */
bool judge_breach(const struct judge *judge, struct verdict *verdict, enum rule_number rule, uint32_t node,
		  uint32_t client);
void judge_expectation(const struct judge *judge, struct verdict *verdict, struct position at, uint32_t node,
		       uint32_t client);
void judge_tell(const struct judge *judge, const struct verdict *verdict);
/* A breach in two fixed sentences. */
void judge_say(const struct judge *judge, enum rule_number rule, uint32_t node, uint32_t client, const char *expected,
	       const char *came);
void judge_note(const struct judge *judge, enum verdict_kind kind, uint32_t step, const char *expected,
		const char *came);
__attribute__((format(printf, 2, 3))) void say(char text[512], const char *format, ...);
void say_notification(char text[512], const struct vq_notification *notification);
void say_set(char text[512], const struct judge *judge, const uint64_t *set);
const char *say_error(int error);
const char *say_state(uint32_t state);

/* ---- expect.c ---- */
struct expect_sizes {
	uint32_t streams, callbacks, entries;
};
struct expect_sizes expect_measure(const struct scenario *scenario);
void expect_begin(const struct judge *judge);
void expect_callback(const struct judge *judge);
void expect_reply(const struct judge *judge);
void expect_refused(const struct judge *judge);
void expect_logged(const struct judge *judge);
void expect_end(const struct judge *judge);

/* ---- grammar.c: the stream of one connection ---- */
void grammar_call(const struct judge *judge);
void grammar_reply(const struct judge *judge);
void grammar_queued(const struct judge *judge, uint64_t digest);
void grammar_taken(const struct judge *judge, uint64_t digest);
void grammar_round(const struct judge *judge); /* the first tracker is told something new */
void grammar_primary(const struct judge *judge);
void grammar_ring(const struct judge *judge);
void grammar_activated(const struct judge *judge);
void grammar_debts(const struct judge *judge, uint32_t node);
void grammar_settled(const struct judge *judge);
/* The connection is gone: with the daemon, the handle or the process. */
void grammar_forget(struct seen_client *client);
uint64_t notification_digest(const struct vq_notification *notification);

/* ---- flags.c: who is told, in which order, with which context ---- */
void flags_call(const struct judge *judge);
void flags_reply(const struct judge *judge);
enum news {
	NEWS_REPEATED, /* told to another tracker of the node before */
	NEWS_SNAPSHOT,
	NEWS_ROUND, /* the first of a round: every tracker of the node will be told */
};
enum news flags_queued(const struct judge *judge, uint64_t digest);
void flags_round_over(const struct judge *judge, uint32_t node);
void flags_untrack(const struct judge *judge, uint32_t client);
void flags_node_down(const struct judge *judge, uint32_t node);

/* ---- contents.c: what a notification says ---- */
void contents_queued(const struct judge *judge);

/* ---- plan.c: what a configuration means ---- */
struct plan {
	uint32_t refusal; /* enum vq_refusal */
	uint32_t votes, expected, device_votes;
	uint32_t nodelist; /* the sum of its votes, and of the device's where they follow it */
	uint32_t window_ms, device_timeout_ms, device_sync_timeout_ms;
	uint32_t tie, tie_start;
	bool two_node, wait_for_all, follows, last_man, downscale, tracking, device;
	bool open; /* the manual does not say what comes of it */
};
void plan_read(const struct vq_config *config, uint32_t nodeid, struct plan *plan);
/* The next id of a tie breaker's list; 0: no more. */
uint32_t plan_next_id(const char **text);
uint64_t plan_digest(const struct vq_config *config);

/* ---- model.c: what happens to a node, and what it must think then ---- */
struct wide { /* sums of votes */
	uint64_t low, high;
};
struct span span_exact(uint32_t value);
struct span span_hull(struct span a, struct span b);
struct span span_max(struct span a, struct wide b);
bool span_is_exact(struct span span);
static inline bool span_lacks(struct span span, uint32_t value)
{
	return (value < span.low) | (value > span.high);
}
/* What is computed from the highest expected votes and the votes present (two_node aside). */
struct span model_quorum_of(const struct judge *judge, struct span highest, struct wide sum);
/* The same before it is stored in 8 bits: what setexpected and setvotes look at. */
struct span model_full_quorum(struct span highest, struct wide sum);
/* The votes of a node set, and with the device's as this node counts them. */
struct wide model_sum(const struct judge *judge, const uint64_t *set);
struct wide model_present(const struct judge *judge, uint32_t node, struct wide sum);
struct wide model_total(const struct judge *judge, uint32_t node, struct wide sum);
const struct vq_config *model_config(const struct judge *judge, uint32_t node);
void model_node_up(const struct judge *judge);
void model_refused(const struct judge *judge);
void model_time(const struct judge *judge, uint32_t node);
void model_stored(const struct judge *judge);
void model_paused(const struct judge *judge);
void model_resumed(const struct judge *judge);
void model_ring(const struct judge *judge);
void model_activated(const struct judge *judge);
void model_primary(const struct judge *judge);
void model_reloaded(const struct judge *judge);
void model_cancelled(const struct judge *judge);
/* Is the lowest (highest) of those that were last quorate a member now? enum maybe. */
uint8_t model_trusts(const struct judge *judge, uint32_t node, bool highest);
void model_open(const struct judge *judge, uint32_t node);
void model_expected_told(const struct judge *judge);

/* ---- decide.c: who must be quorate when a sync is over ---- */
void decide(const struct judge *judge, uint32_t node);
/* Has the device of a member won, as far as this node lets it? */
enum maybe decide_master_wins(const struct judge *judge, uint32_t node);

/* ---- admin.c: what the library calls change ---- */
void admin_reply(const struct judge *judge);
void admin_died(const struct judge *judge);

/* ---- replies.c: what a library call answers ---- */
void replies_call(const struct judge *judge);
void replies_reply(const struct judge *judge);
/* sum: of the votes of the node's ring. True: all of it was looked at, and nothing was wrong. */
bool replies_check_info(const struct judge *judge, enum rule_number rule, uint32_t client, uint32_t node, uint32_t of,
			struct wide sum, const struct vq_info *info);
/* The same at rest, of another than the node that was asked. */
void replies_check_other(const struct judge *judge, uint32_t node, uint32_t of, struct wide sum,
			 const struct vq_info *info);

/* ---- invariants.c: the whole cluster at rest ---- */
void invariants_settled(const struct judge *judge);
void invariants_aborted(const struct judge *judge);

/* ---- narrow.c: outcomes that are certain once the cluster rests ---- */
void narrow(const struct judge *judge);

/* ---- inert.c: faults that changed nothing, runs that showed nothing ---- */
enum effect {
	EFFECT_RING = 1,
	EFFECT_UP = 2,
	EFFECT_DOWN = 4,
	EFFECT_PAUSED = 8,
	EFFECT_RESUMED = 16,
	EFFECT_DIED = 32,
};
void inert_effect(const struct judge *judge, enum effect effect);
void inert_begin(const struct judge *judge);
void inert_end(const struct judge *judge);
void inert_run_end(const struct judge *judge);

#endif
