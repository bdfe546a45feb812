/*
 * The installed libvotequorum is opened at run time, so that nothing of corosync is needed to build or to run anything
 * else. Times are the machine's: they are input here, as those of a log.
 */
#include "sim/record/live.h"

#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LIBRARY "libvotequorum.so.8"

enum {
	CS_OK = 1,
	TRACK_CURRENT_AND_CHANGES = 3,
	DISPATCH_ALL = 2,
	STATE_MEMBER = 1,
	STATE_DEAD = 2,
	INFO_NAME = 255
};

/* The library's types, from votequorum.h. */
struct told_node {
	uint32_t nodeid, state;
};

struct told_ring {
	uint32_t nodeid;
	uint64_t seq;
};

struct told_info {
	unsigned int node_id, node_state, node_votes, node_expected_votes, highest_expected, total_votes, quorum,
		flags, qdevice_votes;
	char qdevice_name[INFO_NAME];
};

struct callbacks {
	void (*quorum)(uint64_t handle, uint64_t context, uint32_t quorate, uint32_t count, struct told_node nodes[]);
	void (*expected_votes)(uint64_t handle, uint64_t context, uint32_t expected_votes);
	void (*nodelist)(uint64_t handle, uint64_t context, struct told_ring ring, uint32_t count, uint32_t nodes[]);
};

struct library {
	int (*initialize)(uint64_t *handle, struct callbacks *callbacks);
	int (*fd_get)(uint64_t handle, int *fd);
	int (*getinfo)(uint64_t handle, unsigned int nodeid, struct told_info *info);
	int (*trackstart)(uint64_t handle, uint64_t context, unsigned int flags);
	int (*dispatch)(uint64_t handle, int type);
	int (*finalize)(uint64_t handle);
};

/* The library's callbacks bear no pointer of ours. */
static struct {
	struct record *record;
	const struct library *library;
	struct source *source;
	struct ids members; /* of the last ring */
	struct ids left;    /* by it */
	bool any;
} session;

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static _Noreturn void cannot(struct record *record, const char *what)
{
	record->reading.path = "corosync on this machine";
	mistake(&record->reading, (struct position){0}, "%s", what);
}

/* ---- what is told becomes facts ---- */

static struct fact *say(enum fact_kind kind, const char *words)
{
	struct timespec now;
	struct fact fact = {.kind = kind, .path = "live", .words = words};

	clock_gettime(CLOCK_REALTIME, &now);
	fact.ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return source_add(session.record, session.source, &fact);
}

static const char *listed(const char *what, const struct ids *ids)
{
	char text[512];
	size_t used = (size_t)snprintf(text, sizeof text, "%s", what);

	for (uint32_t i = 0; i < ids->count && used + 12 < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %u", ids->list[i]);
	return take_text(&session.record->reading, text, used);
}

static void on_nodelist(uint64_t handle, uint64_t context, struct told_ring told, uint32_t count, uint32_t nodes[])
{
	struct ids members = {0}, before = session.members;
	char words[64];
	struct fact *ring;

	(void)handle;
	(void)context;
	for (uint32_t i = 0; i < count; i++)
		ids_add(session.record, &members, nodes[i]);
	(void)snprintf(words, sizeof words, "nodelist: ring %u.%llu, members", told.nodeid,
		       (unsigned long long)told.seq);
	ring = say(FACT_RING, listed(words, &members));
	ring->nodeid = told.nodeid;
	ring->seq = told.seq;
	ring->list = members;
	for (uint32_t i = 0; session.any && i < members.count; i++)
		if (!ids_have(&before, members.list[i]))
			ids_add(session.record, &ring->joined, members.list[i]);
	for (uint32_t i = 0; session.any && i < before.count; i++)
		if (!ids_have(&members, before.list[i]))
			ids_add(session.record, &ring->left, before.list[i]);
	session.left = ring->left;
	session.members = members;
	session.any = true;
}

static void on_quorum(uint64_t handle, uint64_t context, uint32_t quorate, uint32_t count, struct told_node nodes[])
{
	struct ids members = {0}, failed = {0};
	struct fact *fact;

	(void)handle;
	(void)context;
	for (uint32_t i = 0; i < count; i++) {
		if (nodes[i].state == STATE_MEMBER && nodes[i].nodeid)
			ids_add(session.record, &members, nodes[i].nodeid);
		if (nodes[i].state == STATE_DEAD && ids_have(&session.left, nodes[i].nodeid))
			ids_add(session.record, &failed, nodes[i].nodeid);
	}
	say(FACT_FAILED, "quorum: dead")->list = failed;
	session.left = (struct ids){0};
	fact = say(FACT_MEMBERS, listed("quorum: members", &members));
	fact->list = members;
	fact->number = members.count;
	say(FACT_QUORATE, quorate ? "quorum: quorate" : "quorum: not quorate")->number = quorate != 0;
	(void)say(FACT_SYNCED, "quorum");
}

static void on_expected_votes(uint64_t handle, uint64_t context, uint32_t expected_votes)
{
	(void)handle;
	(void)context;
	(void)expected_votes;
}

/* Votes of each member, once. */
static void ask_votes(uint64_t handle)
{
	for (uint32_t i = 0; i < session.members.count; i++) {
		struct told_info info;

		if (session.library->getinfo(handle, session.members.list[i], &info) == CS_OK) {
			struct fact *fact = say(FACT_VOTES, "getinfo");

			fact->nodeid = session.members.list[i];
			fact->number = info.node_votes;
			fact->other = info.node_expected_votes;
		}
	}
}

/* ---- the library ---- */

static void *symbol(struct record *record, void *library, const char *name)
{
	char full[64];
	void *found;

	(void)snprintf(full, sizeof full, "votequorum_%s", name);
	found = dlsym(library, full);
	if (!found)
		cannot(record, LIBRARY " is not the library that is wanted: a function is missing");
	return found;
}

static void load(struct record *record, struct library *library)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW);

	if (!handle)
		cannot(record, LIBRARY " cannot be opened: is corosync installed?");
	*(void **)&library->initialize = symbol(record, handle, "initialize");
	*(void **)&library->fd_get = symbol(record, handle, "fd_get");
	*(void **)&library->getinfo = symbol(record, handle, "getinfo");
	*(void **)&library->trackstart = symbol(record, handle, "trackstart");
	*(void **)&library->dispatch = symbol(record, handle, "dispatch");
	*(void **)&library->finalize = symbol(record, handle, "finalize");
}

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until a signal, the end of the time, or the daemon's. */
static void follow(const struct library *library, uint64_t handle, int fd, uint64_t seconds)
{
	const int64_t until = seconds ? monotonic_ms() + (int64_t)seconds * 1000 : INT64_MAX;

	while (!ended) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int64_t left = until - monotonic_ms();

		if (left <= 0)
			return;
		if (poll(&ready, 1, left > 1000 ? 1000 : (int)left) > 0 &&
		    library->dispatch(handle, DISPATCH_ALL) != CS_OK) {
			(void)say(FACT_ENDED, "the connection to corosync is gone");
			return;
		}
	}
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = end};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void live_read(struct record *record, uint64_t seconds)
{
	static struct library library; /* what signals and callbacks meet outlives a mistake */
	struct callbacks callbacks = {on_quorum, on_expected_votes, on_nodelist};
	struct told_info info;
	uint64_t handle;
	int fd;

	load(record, &library);
	session.record = record;
	session.library = &library;
	session.source = record_source(record, "live", "");
	if (library.initialize(&handle, &callbacks) != CS_OK)
		cannot(record, "does not answer: is it running, and may this user talk to it?");
	catch_signals();
	if (library.getinfo(handle, 0, &info) != CS_OK || library.fd_get(handle, &fd) != CS_OK ||
	    library.trackstart(handle, 0, TRACK_CURRENT_AND_CHANGES) != CS_OK ||
	    library.dispatch(handle, DISPATCH_ALL) != CS_OK)
		cannot(record, "does not let itself be tracked");
	session.source->nodeid = info.node_id;
	ask_votes(handle);
	follow(&library, handle, fd, seconds);
	(void)library.finalize(handle);
}
