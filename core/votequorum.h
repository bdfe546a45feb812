/*
 * votequorum as a library: the service half that runs on every node of a
 * cluster, and the client half that applications link.
 *
 * Neither half has a clock, a socket, a thread, a global or an allocation.
 * A host places each instance in memory of its own and passes a table of
 * functions with every call; the instance itself holds no pointer, so a byte
 * copy of it is a snapshot and an equal byte string is an equal state (padding
 * and unused room are zero). Every call runs to its end; nothing here calls
 * back into a host function recursively for the same instance.
 *
 * Rules and numbers come from votequorum(5), the manual pages votequorum_*(3),
 * the public headers <corosync/votequorum.h> and <corosync/corotypes.h>, and
 * recordings of corosync 3.1.7 (harness/truth).
 */
#ifndef VQ_VOTEQUORUM_H
#define VQ_VOTEQUORUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- constants shared by both halves ------------------------------------ */

#define VQ_NAME_MAX 255u    /* bytes of a device name, the final NUL included */
#define VQ_DEVICE_NODEID 0u /* stands for the quorum device */
#define VQ_DEVICE_TIMEOUT_MS 10000u
#define VQ_DEVICE_SYNC_TIMEOUT_MS 30000u
#define VQ_LAST_MAN_STANDING_WINDOW_MS 10000u
#define VQ_NODES_MAX 65535u    /* records of an instance at most */
#define VQ_PROCESSORS_MAX 384u /* of a corosync cluster; how many there are is the host's choice */
#define VQ_MESSAGE_MAX 532u    /* bytes of the largest message; without a name it has 20 */

/* CS_TRACK_*: any 32-bit value is accepted by trackstart. */
enum { VQ_TRACK_CURRENT = 1, VQ_TRACK_CHANGES = 2, VQ_TRACK_CHANGES_ONLY = 4 };

/* cs_error_t, as far as votequorum uses it; the numbers are the ABI's. */
enum vq_error {
	VQ_PENDING = 0, /* not a cs_error_t: no answer yet, ask again (see vq_transport) */
	VQ_OK = 1,
	VQ_ERR_LIBRARY = 2,
	VQ_ERR_TRY_AGAIN = 6,
	VQ_ERR_INVALID_PARAM = 7,
	VQ_ERR_NO_MEMORY = 8,
	VQ_ERR_BAD_HANDLE = 9,
	VQ_ERR_ACCESS = 11,
	VQ_ERR_NOT_EXIST = 12,
	VQ_ERR_EXIST = 14,
	VQ_ERR_INTERRUPT = 16,
	VQ_ERR_NAME_NOT_FOUND = 17,
	VQ_ERR_NO_RESOURCES = 18,
	VQ_ERR_NOT_SUPPORTED = 19,
	VQ_ERR_MESSAGE_ERROR = 22,
};

/* The name without CS_ or CS_ERR_ ("OK", "TRY_AGAIN"); NULL for a number not above. */
const char *vq_error_name(int error);
/* The reverse; -1 when no error has that name. */
int vq_error_by_name(const char *name);

enum vq_node_state { VQ_STATE_MEMBER = 1, VQ_STATE_DEAD = 2, VQ_STATE_LEAVING = 3 };

/* struct votequorum_info.flags */
enum {
	VQ_INFO_TWONODE = 1,
	VQ_INFO_QUORATE = 2,
	VQ_INFO_WAIT_FOR_ALL = 4,
	VQ_INFO_LAST_MAN_STANDING = 8,
	VQ_INFO_AUTO_TIE_BREAKER = 16,
	VQ_INFO_ALLOW_DOWNSCALE = 32,
	VQ_INFO_QDEVICE_REGISTERED = 64,
	VQ_INFO_QDEVICE_ALIVE = 128,
	VQ_INFO_QDEVICE_CAST_VOTE = 256,
	VQ_INFO_QDEVICE_MASTER_WINS = 512,
};

struct vq_ring_id {
	uint64_t seq;
	uint32_t nodeid;   /* lowest member */
	uint32_t reserved; /* zero */
};

struct vq_info { /* struct votequorum_info */
	uint32_t node_id;
	uint32_t node_state;
	uint32_t node_votes;
	uint32_t node_expected_votes;
	uint32_t highest_expected;
	uint32_t total_votes;
	uint32_t quorum;
	uint32_t flags;
	uint32_t qdevice_votes;
	char qdevice_name[VQ_NAME_MAX];
};

/* One entry of a notification's list. A nodelist fills only nodeid. */
struct vq_entry {
	uint32_t nodeid;
	uint32_t state; /* enum vq_node_state; 0 for the device (quirk device-state-zero) */
};

enum vq_notification_kind { VQ_NODELIST = 1, VQ_QUORUM = 2, VQ_EXPECTED_VOTES = 3 };

/* A notification for one connection. entries is valid during the call only. */
struct vq_notification {
	uint64_t context;
	struct vq_ring_id ring; /* nodelist */
	uint32_t kind;
	uint32_t quorate;        /* quorum: 0 or 1 */
	uint32_t expected_votes; /* expected votes */
	uint32_t count;
	const struct vq_entry *entries;
};

/* ---- requests: what the client half asks of the service half ------------- */

enum vq_op {
	VQ_OP_GETINFO = 1,
	VQ_OP_SETEXPECTED,
	VQ_OP_SETVOTES,
	VQ_OP_TRACKSTART,
	VQ_OP_TRACKSTOP,
	VQ_OP_QDEVICE_REGISTER,
	VQ_OP_QDEVICE_UNREGISTER,
	VQ_OP_QDEVICE_UPDATE,
	VQ_OP_QDEVICE_POLL,
	VQ_OP_QDEVICE_MASTER_WINS,
};

struct vq_request {
	uint64_t context;           /* trackstart */
	struct vq_ring_id ring;     /* qdevice_poll */
	uint32_t op;                /* enum vq_op */
	uint32_t nodeid;            /* getinfo (0: this node), setvotes */
	uint32_t votes;             /* setvotes, setexpected */
	uint32_t flags;             /* trackstart */
	uint32_t cast_vote;         /* qdevice_poll */
	uint32_t allow;             /* qdevice_master_wins */
	char name[VQ_NAME_MAX];     /* qdevice_*: NUL-terminated */
	char new_name[VQ_NAME_MAX]; /* qdevice_update */
};

struct vq_reply {
	int32_t error;       /* enum vq_error, never VQ_PENDING */
	struct vq_info info; /* getinfo, when OK */
};

/* ---- configuration -------------------------------------------------------- */

/* The keys of corosync.conf's quorum section as read, before any check. A key
 * that was not given has its bit in `given` clear and its value zero. */
enum vq_key {
	VQ_KEY_EXPECTED_VOTES = 1 << 0,
	VQ_KEY_TWO_NODE = 1 << 1,
	VQ_KEY_WAIT_FOR_ALL = 1 << 2,
	VQ_KEY_AUTO_TIE_BREAKER = 1 << 3,
	VQ_KEY_AUTO_TIE_BREAKER_NODE = 1 << 4,
	VQ_KEY_LAST_MAN_STANDING = 1 << 5,
	VQ_KEY_LAST_MAN_STANDING_WINDOW = 1 << 6,
	VQ_KEY_ALLOW_DOWNSCALE = 1 << 7,
	VQ_KEY_EXPECTED_VOTES_TRACKING = 1 << 8,
	VQ_KEY_VOTES = 1 << 9,
	VQ_KEY_DEVICE_MODEL = 1 << 10,
	VQ_KEY_DEVICE_VOTES = 1 << 11,
	VQ_KEY_DEVICE_TIMEOUT = 1 << 12,
	VQ_KEY_DEVICE_SYNC_TIMEOUT = 1 << 13,
};

struct vq_config_node {
	uint32_t nodeid;
	uint32_t votes; /* quorum_votes; 1 when not given */
};

struct vq_config {
	uint32_t given; /* enum vq_key bits */
	uint32_t expected_votes;
	uint32_t two_node;
	uint32_t wait_for_all;
	uint32_t auto_tie_breaker;
	const char *auto_tie_breaker_node; /* as written; NULL when not given */
	uint32_t last_man_standing;
	uint32_t last_man_standing_window_ms;
	uint32_t allow_downscale;
	uint32_t expected_votes_tracking;
	uint32_t votes;           /* used only without a nodelist */
	const char *device_model; /* NULL or "": no device */
	uint32_t device_votes;
	uint32_t device_timeout_ms;
	uint32_t device_sync_timeout_ms;
	uint32_t node_count; /* 0: no nodelist */
	const struct vq_config_node *nodes;
};

/* Why a configuration is refused at start. */
enum vq_refusal {
	VQ_ACCEPTED = 0,
	VQ_REFUSED_NO_EXPECTED_VOTES,
	VQ_REFUSED_TWO_NODE_AND_DEVICE,
	VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD,
	VQ_REFUSED_DEVICE_AND_LAST_MAN,
	VQ_REFUSED_DEVICE_AND_TIE_BREAKER,
	VQ_REFUSED_DEVICE_AND_DOWNSCALE,
	VQ_REFUSED_DEVICE_VOTES_MISSING,
	VQ_REFUSED_DEVICE_VOTES_UNEVEN,
	VQ_REFUSED_DEVICE_VOTES_TOO_HIGH,
	VQ_REFUSAL_COUNT
};
/* corosync's own words, "configuration error: " included, as its log gives the reason. */
const char *vq_refusal_message(enum vq_refusal refusal);

/* What the daemon would log; the core has no log of its own. */
enum vq_notice {
	VQ_NOTICE_TIE_BREAKER_NODE_INVALID = 1, /* auto_tie_breaker_node parses to nothing: ATB off */
	VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER,     /* two_node switched off */
	VQ_NOTICE_TIE_BREAKER_OFF_ODD,          /* ATB, odd votes, no WFA */
	VQ_NOTICE_LAST_MAN_OFF_VOTES,           /* LMS and a node of more than one vote */
	VQ_NOTICE_BARRIER_NOT_STORED,           /* quirk tracking-not-stored */
	VQ_NOTICE_RELOAD_KEPT,                  /* reload without nodelist and expected_votes: running data kept */
	VQ_NOTICE_RELOAD_TWO_NODE_OFF,          /* reload, device registered: two_node off */
	VQ_NOTICE_DEVICE_BARRED,                /* reload check failed: the device may not operate */
	VQ_NOTICE_COUNT
};
const char *vq_notice_message(enum vq_notice notice);

/* Where the daemon departs from its manual: bits of vq_limits.quirks_off. */
enum vq_quirk {
	VQ_QUIRK_RECORD_ORDER,               /* Q1 */
	VQ_QUIRK_QUORUM_8_BIT,               /* Q2 */
	VQ_QUIRK_TRACKING_NOT_STORED,        /* Q3 */
	VQ_QUIRK_SNAPSHOT_ON_EXIST,          /* Q4 */
	VQ_QUIRK_LMS_ATB_LOWEST,             /* Q5 */
	VQ_QUIRK_SETVOTES_BEFORE_AGREEMENT,  /* Q6 */
	VQ_QUIRK_OWN_NODEINFO_UNDOES,        /* Q7 */
	VQ_QUIRK_DEVICE_STATE_ZERO,          /* Q8 */
	VQ_QUIRK_WFA_ASSERT,                 /* Q9 */
	VQ_QUIRK_DEVICE_COUNTS_UNCAST,       /* Q10 */
	VQ_QUIRK_TRACKING_EATS_EXPECTED,     /* Q11 */
	VQ_QUIRK_SIGNED_IDS,                 /* Q12 */
	VQ_QUIRK_MASTER_WINS_STAYS,          /* Q13 */
	VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE, /* Q14, of the client half */
	VQ_QUIRK_COUNT
};
/* "record-order" and so on; NULL out of range. */
const char *vq_quirk_name(enum vq_quirk quirk);
/* -1 when no quirk has that name. */
int vq_quirk_by_name(const char *name);

/* ---- the service half: one instance per node ------------------------------ */

struct vq; /* flat, pointer-free, vq_size() bytes */

struct vq_limits {
	uint32_t nodes;       /* records at most, this node included; 1 .. VQ_NODES_MAX */
	uint32_t connections; /* connection numbers are 0 .. connections-1 */
	uint32_t quirks_off;  /* bit 1u << enum vq_quirk: behave as the manual says */
	uint32_t reserved;    /* zero */
};

enum vq_timer { VQ_TIMER_LAST_MAN_STANDING, VQ_TIMER_DEVICE, VQ_TIMER_COUNT };

/* What a node does to the world. ctx is the value passed beside the table. */
struct vq_host {
	/* Queue bytes for totally ordered multicast, this node included. The
	 * bytes are the caller's; false: the queue is full, nothing was sent: a
	 * request then answers NO_RESOURCES, elsewhere the message is lost. */
	bool (*multicast)(void *ctx, const void *message, size_t size);
	/* (Re)start a one-shot timer; vq_timer_fired() is due delay_ms later. */
	void (*timer_start)(void *ctx, enum vq_timer timer, uint32_t delay_ms);
	/* It need not be running. */
	void (*timer_cancel)(void *ctx, enum vq_timer timer);
	/* Append to the connection's queue. */
	void (*notify)(void *ctx, uint32_t connection, const struct vq_notification *notification);
	/* The late answer to a request for which vq_request() said pending. */
	void (*answer)(void *ctx, uint32_t connection, const struct vq_reply *reply);
	/* This node has done its part of the sync: multicast the barrier. Called
	 * from vq_sync_process(), or later when a held sync is released. */
	void (*sync_processed)(void *ctx);
	/* Tell the primary-component layer (corosync's quorum service). */
	void (*primary)(void *ctx, bool quorate);
	/* Make the tracked expected votes durable; false: it could not. */
	bool (*store_barrier)(void *ctx, uint32_t expected_votes);
	void (*notice)(void *ctx, enum vq_notice notice);
	/* The daemon would abort here: quirk wfa-assert, or a device's nodeinfo
	 * from a node that is not known. The instance is left as it is; the host
	 * must not use it again but to place it anew. */
	void (*abort)(void *ctx, const char *why);
	/* Room for limits.nodes + 1 entries, used during a call only. */
	struct vq_entry *scratch;
};

/* Bytes of an instance, a multiple of 8. */
size_t vq_size(const struct vq_limits *limits);

/* Place an instance in zeroed or dirty memory of vq_size() bytes, aligned to 8,
 * read the configuration and, when it holds, multicast the first nodeinfo.
 * nodeid: not 0. stored_barrier: what store_barrier kept, 0 when nothing.
 * Anything but VQ_ACCEPTED: the daemon refuses to start. votequorum(5). */
enum vq_refusal vq_start(struct vq *vq, const struct vq_limits *limits, uint32_t nodeid,
			 const struct vq_config *config, uint32_t stored_barrier, const struct vq_host *host,
			 void *ctx);

/* A ring was installed: members ascending, this node among them, at most
 * limits.nodes of them and never more different ids than that in a lifetime. */
void vq_sync_init(struct vq *vq, const struct vq_host *host, void *ctx, struct vq_ring_id ring,
		  const uint32_t *members, uint32_t count);
/* All members of the ring have reached the sync's turn of votequorum. */
void vq_sync_process(struct vq *vq, const struct vq_host *host, void *ctx);
/* The barrier of every member has been delivered, this node's (sync_processed) among them. */
void vq_sync_activate(struct vq *vq, const struct vq_host *host, void *ctx);

/* Bytes delivered in the agreed order, sent by a vq of node `sender`. Bytes
 * that no vq sends are ignored, and false is returned. */
bool vq_deliver(struct vq *vq, const struct vq_host *host, void *ctx, uint32_t sender, const void *message,
		size_t size);
void vq_timer_fired(struct vq *vq, const struct vq_host *host, void *ctx, enum vq_timer timer);

/* What a message says, for traces; a host needs none of it to carry messages. */
enum vq_message_kind {
	VQ_MESSAGE_NODEINFO = 1,
	VQ_MESSAGE_EXPECTED_VOTES, /* reconfigure */
	VQ_MESSAGE_NODE_VOTES,     /* reconfigure */
	VQ_MESSAGE_CANCEL_WAIT_FOR_ALL,
	VQ_MESSAGE_DEVICE_REGISTER,
	VQ_MESSAGE_DEVICE_UNREGISTER,
	VQ_MESSAGE_DEVICE_RENAME,
};
struct vq_message {
	uint32_t kind;
	uint32_t about;          /* node id, or the device's: nodeinfo, node votes */
	uint32_t votes;          /* nodeinfo; the value of a reconfigure */
	uint32_t expected_votes; /* nodeinfo */
	uint32_t flags;          /* nodeinfo: 1 quorate, 2 leaving, 4 waits for all, 8 first, 16 device
				    registered, 32 alive, 64 casts its vote, 128 master wins */
	const char *name;        /* device messages, into the bytes read; else NULL */
	const char *new_name;    /* rename */
};
/* Returns how many of the bytes are used. name and new_name: NULL, or up to 254 bytes; nothing else is checked. */
size_t vq_message_write(unsigned char bytes[VQ_MESSAGE_MAX], const struct vq_message *message);
/* false: no vq sends such bytes. */
bool vq_message_read(struct vq_message *message, const void *bytes, size_t size);
/* "nodeinfo" and so on; NULL for a number not above. */
const char *vq_message_name(uint32_t kind);

/* The daemon is told to stop: announce it where allow_downscale asks for it. */
void vq_leave(struct vq *vq, const struct vq_host *host, void *ctx);
/* New configuration, already accepted by the parser (corosync-cfgtool -R). */
void vq_reload(struct vq *vq, const struct vq_host *host, void *ctx, const struct vq_config *config);
/* cmap quorum.cancel_wait_for_all >= 1; the host reloads its configuration before it calls this. */
void vq_cancel_wait_for_all(struct vq *vq, const struct vq_host *host, void *ctx);

void vq_connection_open(struct vq *vq, uint32_t connection);
void vq_connection_close(struct vq *vq, uint32_t connection);
/* Serve one request. VQ_OK: *reply is the answer. VQ_PENDING: host->answer()
 * will bring it (qdevice_register only). Requests are served during a sync. */
int vq_request(struct vq *vq, const struct vq_host *host, void *ctx, uint32_t connection,
	       const struct vq_request *request, struct vq_reply *reply);

/* What a host may look at. */
/* getinfo's answer, without a request: VQ_OK, or VQ_ERR_NOT_EXIST and nothing is written. */
enum vq_error vq_info(struct vq *vq, uint32_t nodeid, struct vq_info *info);
bool vq_quorate(const struct vq *vq);
bool vq_sync_held(const struct vq *vq); /* by the quorum device */
struct vq_ring_id vq_ring(const struct vq *vq);

/* The whole of an instance but for its lists, as copies: for debuggers and reports. */
enum vq_sync_phase {
	VQ_SYNC_NONE,     /* no sync is under way */
	VQ_SYNC_BEGUN,    /* the ring is installed */
	VQ_SYNC_HELD,     /* the quorum device holds the barrier back */
	VQ_SYNC_PROCESSED /* this node has done its part and waits for the others' */
};
enum vq_tie_breaker { VQ_TIE_NONE, VQ_TIE_LOWEST, VQ_TIE_HIGHEST, VQ_TIE_LIST };
struct vq_look {
	struct vq_ring_id ring; /* last installed; seq 0: none yet */
	uint32_t sync;          /* enum vq_sync_phase */
	uint32_t quorate;       /* 0 or 1, as all that are called _on or are a yes or no */
	uint32_t quorum;
	uint32_t total_votes;      /* of the members, the device's when it casts them here */
	uint32_t highest_expected; /* of the members' expected votes */
	uint32_t two_node_on, allow_downscale_on, tracking_on, last_man_standing_on, wait_for_all_on;
	uint32_t wait_for_all_status; /* 1: still waiting for all */
	uint32_t tie_breaker;         /* enum vq_tie_breaker */
	uint32_t lowest, highest;     /* ids of the last quorate partition, which the tie breaker trusts; 0: none */
	uint32_t last_man_window_ms;
	uint32_t downscale_barrier; /* allow_downscale does not lower expected votes below it */
	uint32_t tracked_barrier;   /* expected_votes_tracking's */
	uint32_t device_votes;
	uint32_t device_allowed; /* 0: barred by a reload */
	uint32_t device_master_wins;
	uint32_t device_timeout_ms, device_sync_timeout_ms;
	uint32_t record_count, member_count, tracker_count, listed_count;
	char device_name[VQ_NAME_MAX]; /* "": none is known */
};
void vq_look(const struct vq *vq, struct vq_look *look);

struct vq_look_record {
	uint32_t nodeid;
	uint32_t state; /* enum vq_node_state */
	uint32_t votes;
	uint32_t expected_votes;
	uint32_t flags; /* as in struct vq_message */
};
/* 0 .. record_count-1: this node's own, then the others' ascending. */
struct vq_look_record vq_look_record(const struct vq *vq, uint32_t index);
/* 0 .. member_count-1: ids of the ring's members, ascending. */
uint32_t vq_look_member(const struct vq *vq, uint32_t index);
struct vq_look_tracker {
	uint64_t context;
	uint32_t connection;
};
/* 0 .. tracker_count-1: oldest first. */
struct vq_look_tracker vq_look_tracker(const struct vq *vq, uint32_t index);
/* 0 .. listed_count-1: ids that auto_tie_breaker_node lists, as listed. */
uint32_t vq_look_listed(const struct vq *vq, uint32_t index);

/* Give the current ring another sequence, for hosts that compare states whose
 * sequences differ by nothing but how often rings were formed. */
void vq_renumber_ring(struct vq *vq, uint64_t seq);
/* Clear what cannot matter any more, for hosts that compare states: instances that are
 * equal afterwards go on alike, but for ring sequences and what is told of nodes that are
 * gone. requests: applications may ask and set before the next ring is installed. The
 * instance, outside a sync or held in one, is for comparing only from then on. */
void vq_forget(struct vq *vq, bool requests);
/* Move what is in use together and return its size: two instances of the same limits are equal when so
 * many bytes of each are. The instance is for comparing only from then on. */
size_t vq_pack(struct vq *vq);
/* After vq_forget(): give nodes other names, each of `from` that of `to` in its place. Several may get
 * the same. For comparing only as well. */
void vq_rename(struct vq *vq, const uint32_t *from, const uint32_t *to, uint32_t count);

/* ---- the client half: one instance per application process ---------------- */

struct vq_client; /* flat, pointer-free, vq_client_size() bytes */
typedef uint64_t vq_handle_t;

enum { /* cs_dispatch_flags_t */
       VQ_DISPATCH_ONE = 1,
       VQ_DISPATCH_ALL = 2,
       VQ_DISPATCH_BLOCKING = 3,
       VQ_DISPATCH_ONE_NONBLOCKING = 4,
};

/* The way to the daemon. Functions that can fail return 0, VQ_TRANSPORT_PENDING
 * or a positive errno value, mapped by vq_error_from_errno(). */
enum { VQ_TRANSPORT_PENDING = -1 };
struct vq_transport {
	int (*connect)(void *ctx, uint32_t *connection);
	void (*disconnect)(void *ctx, uint32_t connection);
	/* One request and its answer. VQ_TRANSPORT_PENDING: none yet; the library
	 * function returns VQ_PENDING and is to be called again with the same
	 * arguments when there is one: the transport then hands it out instead
	 * of sending the request anew. */
	int (*call)(void *ctx, uint32_t connection, const struct vq_request *request, struct vq_reply *reply);
	/* Take the oldest notification off the queue; EAGAIN: it is empty. Its
	 * entries stay valid until the next call of any transport function. */
	int (*receive)(void *ctx, uint32_t connection, struct vq_notification *notification);
	int (*fd)(void *ctx, uint32_t connection, int *fd);
	/* The application's callbacks: called for those that are not NULL. May
	 * call library functions of the same client, finalize included. */
	void (*callback)(void *ctx, vq_handle_t handle, const struct vq_notification *notification);
};

int vq_error_from_errno(int error);

/* handles: open handles at most. quirks_off: as in struct vq_limits. */
size_t vq_client_size(uint32_t handles);
void vq_client_init(struct vq_client *client, uint32_t handles, uint32_t quirks_off);

/* callbacks: bit 1u << enum vq_notification_kind for each that is not NULL.
 * NO_MEMORY when all handles are in use. Handles are never 0 and never reused
 * while fewer than 2^32 were made. */
int vq_initialize(struct vq_client *client, const struct vq_transport *transport, void *ctx, uint32_t callbacks,
		  vq_handle_t *handle);
/* The handle is gone at once; its connection, while a dispatch waits on it, only when
 * that returns (quirk dispatch-outlives-finalize). */
int vq_finalize(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle);
/* dispatched, when not NULL: how many notifications were taken off the queue.
 * ONE and BLOCKING return VQ_PENDING where the real library would wait: the dispatch
 * then goes on with vq_dispatch_go_on(). A callback that finalizes the handle ends
 * the dispatch with BAD_HANDLE. */
int vq_dispatch(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		uint32_t type, uint32_t *dispatched);
/* The dispatch that waits on this handle, the last one if there are several, looks at its queue
 * again: VQ_PENDING while there is nothing. Of a handle that was finalized meanwhile it tells one
 * notification more, and then answers BAD_HANDLE; when nothing waits, BAD_HANDLE too. */
int vq_dispatch_go_on(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		      uint32_t *dispatched);
/* Does a dispatch wait on this handle, finalized or not? */
bool vq_dispatch_waits(struct vq_client *client, vq_handle_t handle);
int vq_fd_get(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle, int *fd);
int vq_context_get(struct vq_client *client, vq_handle_t handle, uint64_t *context);
int vq_context_set(struct vq_client *client, vq_handle_t handle, uint64_t context);
int vq_getinfo(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
	       uint32_t nodeid, struct vq_info *info);
int vq_setexpected(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		   uint32_t expected_votes);
int vq_setvotes(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		uint32_t nodeid, uint32_t votes);
int vq_trackstart(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		  uint64_t context, uint32_t flags);
int vq_trackstop(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle);
/* name, new_name: NULL, empty or of 255 bytes and more is INVALID_PARAM. */
int vq_qdevice_register(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
			const char *name);
int vq_qdevice_unregister(struct vq_client *client, const struct vq_transport *transport, void *ctx,
			  vq_handle_t handle, const char *name);
int vq_qdevice_update(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		      const char *name, const char *new_name);
int vq_qdevice_poll(struct vq_client *client, const struct vq_transport *transport, void *ctx, vq_handle_t handle,
		    const char *name, uint32_t cast_vote, struct vq_ring_id ring);
int vq_qdevice_master_wins(struct vq_client *client, const struct vq_transport *transport, void *ctx,
			   vq_handle_t handle, const char *name, uint32_t allow);

#ifdef __cplusplus
}
#endif
#endif
