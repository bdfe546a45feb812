/*
 * client.c - one connection to a real votequorum, driven by lines on standard input.
 *
 * A process for each connection keeps what the library does (threads, signals, a daemon that dies under a
 * call) away from the harness. Every answer and every callback is one JSON object on a line of standard output,
 * in the order in which the library gave them.
 *
 * usage: client WAIT_MS                  how long to go on trying to connect to a daemon that does not answer yet
 *        client late CALLBACKS SLOW_MS INSIDE
 *                                        connects when told to (init), and again after its daemon was gone.
 *                                        CALLBACKS: 1 nodelist + 2 quorum + 4 expected votes, the others are NULL;
 *                                        SLOW_MS: how long it waits before each dispatch of its own;
 *                                        INSIDE: the command (getinfo, qpoll, fini, stop, none) that it runs inside each
 *                                        nodelist and quorum callback
 *
 * A word of a command may be given as hex:6162. The dispatch types that wait do so in a thread.
 */
#include "transport.h"

#include <corosync/votequorum.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, WORDS = 5, RETRY_MS = 5, WORD_MAX_BYTES = 16 };

static votequorum_handle_t handle;
static votequorum_ring_id_t last_ring;
static int manual_dispatch;
static int finalized;
static int late;
static int unheard; /* there is no daemon to listen to */
static int fd = -1;
static int slow_ms;
static unsigned int wanted_callbacks = 7;
static const char *inside = "none";
static char registered[LINE_MAX_BYTES]; /* the name of the last qreg */
static char fault_call[WORD_MAX_BYTES]; /* the command, or any, whose next call meets fault_error; empty: none does */
static cs_error_t fault_error;

static void call_inside(void);

static void on_quorum(votequorum_handle_t h, uint64_t context, uint32_t quorate, uint32_t count,
		      votequorum_node_t nodes[])
{
	(void)h;
	printf("{\"cb\":\"quorum\",\"ctx\":%" PRIu64 ",\"quorate\":%" PRIu32 ",\"nodes\":[", context, quorate);
	for (uint32_t i = 0; i < count; i++)
		printf("%s[%" PRIu32 ",%" PRIu32 "]", i ? "," : "", nodes[i].nodeid, nodes[i].state);
	printf("]}\n");
	call_inside();
}

static void on_nodelist(votequorum_handle_t h, uint64_t context, votequorum_ring_id_t ring, uint32_t count,
			uint32_t nodes[])
{
	(void)h;
	last_ring = ring;
	printf("{\"cb\":\"nodelist\",\"ctx\":%" PRIu64 ",\"ring\":[%" PRIu32 ",%" PRIu64 "],\"nodes\":[", context,
	       ring.nodeid, ring.seq);
	for (uint32_t i = 0; i < count; i++)
		printf("%s%" PRIu32, i ? "," : "", nodes[i]);
	printf("]}\n");
	call_inside();
}

static void on_expected(votequorum_handle_t h, uint64_t context, uint32_t expected_votes)
{
	(void)h;
	printf("{\"cb\":\"expected\",\"ctx\":%" PRIu64 ",\"expected_votes\":%" PRIu32 "}\n", context, expected_votes);
}

static void print_info(cs_error_t err, const struct votequorum_info *info)
{
	if (err != CS_OK) {
		printf("{\"ret\":\"getinfo\",\"err\":%d}\n", (int)err);
		return;
	}
	printf("{\"ret\":\"getinfo\",\"err\":1,\"of\":%u,\"state\":%u,\"votes\":%u,\"expected\":%u,\"highest\":%u,"
	       "\"total\":%u,"
	       "\"quorum\":%u,\"flags\":%u,\"qdevice_votes\":%u,\"qdevice_name\":\"%s\"}\n",
	       info->node_id, info->node_state, info->node_votes, info->node_expected_votes, info->highest_expected,
	       info->total_votes, info->quorum, info->flags, info->qdevice_votes, info->qdevice_name);
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 0);
}

static unsigned int number32(const char *text)
{
	return (unsigned int)number(text);
}

static void reply(const char *name, cs_error_t err)
{
	printf("{\"ret\":\"%s\",\"err\":%d}\n", name, (int)err);
}

/* A command: its words (missing ones are empty) to the library's answer. */
typedef cs_error_t command_fn(char *word[]);

static cs_error_t do_track(char *word[])
{
	return votequorum_trackstart(handle, number(word[1]), number32(word[2]));
}

static cs_error_t do_stop(char *word[])
{
	(void)word;
	return votequorum_trackstop(handle);
}

static cs_error_t do_fini(char *word[])
{
	(void)word;
	finalized = 1;
	return votequorum_finalize(handle);
}

static cs_error_t do_setexpected(char *word[])
{
	return votequorum_setexpected(handle, number32(word[1]));
}

static cs_error_t do_setvotes(char *word[])
{
	return votequorum_setvotes(handle, number32(word[1]), number32(word[2]));
}

static cs_error_t do_qreg(char *word[])
{
	snprintf(registered, sizeof registered, "%s", word[1]);
	return votequorum_qdevice_register(handle, word[1]);
}

static cs_error_t do_qunreg(char *word[])
{
	return votequorum_qdevice_unregister(handle, word[1]);
}

static cs_error_t do_qupdate(char *word[])
{
	return votequorum_qdevice_update(handle, word[1], word[2]);
}

static cs_error_t do_qpoll(char *word[])
{
	votequorum_ring_id_t ring = last_ring;
	if (number(word[3]))
		ring.seq -= 4;
	return votequorum_qdevice_poll(handle, word[1], number32(word[2]), ring);
}

static cs_error_t do_qpollat(char *word[])
{
	votequorum_ring_id_t ring = {.nodeid = number32(word[3]), .seq = number(word[4])};
	return votequorum_qdevice_poll(handle, word[1], number32(word[2]), ring);
}

static cs_error_t do_qmaster(char *word[])
{
	return votequorum_qdevice_master_wins(handle, word[1], number32(word[2]));
}

static cs_error_t do_ctxset(char *word[])
{
	return votequorum_context_set(handle, (void *)(uintptr_t)number(word[1]));
}

static cs_error_t do_fdget(char *word[])
{
	(void)word;
	int got = -1;
	return votequorum_fd_get(handle, &got);
}

static cs_error_t do_manual(char *word[])
{
	manual_dispatch = (int)number(word[1]);
	return CS_OK;
}

static cs_error_t connect_within(long wait_ms)
{
	votequorum_callbacks_t callbacks = {
		wanted_callbacks & 2 ? on_quorum : NULL,
		wanted_callbacks & 4 ? on_expected : NULL,
		wanted_callbacks & 1 ? on_nodelist : NULL,
	};
	const struct timespec pause = {0, RETRY_MS * 1000000L};
	cs_error_t err = votequorum_initialize(&handle, &callbacks);
	for (long waited = 0; err != CS_OK && waited < wait_ms; waited += RETRY_MS) {
		nanosleep(&pause, NULL);
		err = votequorum_initialize(&handle, &callbacks);
	}
	unheard = err != CS_OK;
	finalized = 0;
	if (err == CS_OK)
		votequorum_fd_get(handle, &fd);
	return err;
}

/* init WAIT_MS AGAIN: the latter, when not 0, lets go of the connection that there was. */
static cs_error_t do_init(char *word[])
{
	if (number(word[2]))
		votequorum_finalize(handle);
	return connect_within((long)number(word[1]));
}

/* The next call of the command CALL (any: of any) meets ERROR from the transport. */
static cs_error_t do_fault(char *word[])
{
	snprintf(fault_call, sizeof fault_call, "%s", word[1]);
	fault_error = (cs_error_t)number(word[2]);
	return CS_OK;
}

/* Breaks the transport for this call when it is to meet the fault, and says whether; transport_mend() follows. */
static int meet_fault(const char *command)
{
	if (!fault_call[0] || !strcmp(command, "fault") ||
	    (strcmp(fault_call, "any") != 0 && strcmp(fault_call, command) != 0))
		return 0;
	fault_call[0] = '\0';
	if (!transport_break(fault_error)) {
		fprintf(stderr, "client: no failure of the transport is told as error %d\n", (int)fault_error);
		exit(1);
	}
	return 1;
}

static void *wait_in_dispatch(void *type)
{
	meet_fault("dispatch");
	cs_error_t err = votequorum_dispatch(handle, (cs_dispatch_flags_t)(uintptr_t)type);
	transport_mend();
	reply("dispatch", err);
	return NULL;
}

/* These may wait for ever, and the process goes on: their answer comes when they have one. */
static int run_waiting_dispatch(char *word[])
{
	uint64_t type = number(word[1]);
	pthread_t thread;
	if (strcmp(word[0], "dispatch") || (type != CS_DISPATCH_ONE && type != CS_DISPATCH_BLOCKING))
		return 0;
	if (pthread_create(&thread, NULL, wait_in_dispatch, (void *)(uintptr_t)type) == 0)
		pthread_detach(thread);
	return 1;
}

static cs_error_t do_dispatch(char *word[])
{
	return votequorum_dispatch(handle, (cs_dispatch_flags_t)number(word[1]));
}

static const struct {
	const char *name;
	command_fn *run;
} commands[] = {
	{"track", do_track},
	{"stop", do_stop},
	{"fini", do_fini},
	{"setvotes", do_setvotes},
	{"setexpected", do_setexpected},
	{"qreg", do_qreg},
	{"qunreg", do_qunreg},
	{"qupdate", do_qupdate},
	{"qpoll", do_qpoll},
	{"qpollat", do_qpollat},
	{"qmaster", do_qmaster},
	{"ctxset", do_ctxset},
	{"fdget", do_fdget},
	{"manual", do_manual},
	{"dispatch", do_dispatch},
	{"init", do_init},
	{"fault", do_fault},
};

/* The two whose answer is more than an error. */
static int run_query(char *word[])
{
	if (!strcmp(word[0], "getinfo")) {
		struct votequorum_info info = {0};
		cs_error_t err = votequorum_getinfo(handle, number32(word[1]), &info);
		print_info(err, &info);
		return 1;
	}
	if (!strcmp(word[0], "ctxget")) {
		void *context = NULL;
		cs_error_t err = votequorum_context_get(handle, &context);
		printf("{\"ret\":\"ctxget\",\"err\":%d,\"context\":%" PRIuPTR "}\n", (int)err, (uintptr_t)context);
		return 1;
	}
	return 0;
}

/* hex:6162 becomes ab, in place. */
static char *decoded(char *word)
{
	if (strncmp(word, "hex:", 4) != 0)
		return word;
	char *to = word, *from = word + 4;
	for (unsigned int byte; sscanf(from, "%2x", &byte) == 1; from += 2)
		*to++ = (char)byte;
	*to = '\0';
	return word;
}

static void run_words(char *word[])
{
	if (run_query(word))
		return;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(word[0], commands[i].name)) {
			reply(word[0], commands[i].run(word));
			return;
		}
	printf("{\"ret\":\"%s\",\"err\":-1}\n", word[0]);
}

static void run(char *line)
{
	static char none[] = "";
	char *word[WORDS] = {none, none, none, none, none};
	size_t count = 0;
	for (char *w = strtok(line, " "); w && count < WORDS; w = strtok(NULL, " "))
		word[count++] = decoded(w);
	if (!count || run_waiting_dispatch(word))
		return;
	meet_fault(word[0]);
	run_words(word);
	transport_mend();
}

/* What a client does inside its callbacks: it votes only when it has a name. */
static void call_inside(void)
{
	static char nothing[] = "", yes[] = "1", no[] = "0";
	char command[WORD_MAX_BYTES];
	int polls = !strcmp(inside, "qpoll");
	char *word[WORDS] = {command, polls ? registered : no, yes, no, nothing};
	if (!strcmp(inside, "none") || (polls && (!registered[0] || !last_ring.seq)))
		return;
	snprintf(command, sizeof command, "%s", inside);
	run_words(word);
}

static void dispatch_pending(void)
{
	int met_fault = meet_fault("dispatch");
	cs_error_t err = votequorum_dispatch(handle, CS_DISPATCH_ALL);
	transport_mend();
	if (met_fault && err == CS_ERR_LIBRARY) { /* as when the daemon has gone: a program listens no more */
		unheard = 1;
		return;
	}
	if (err == CS_OK || err == CS_ERR_TRY_AGAIN || met_fault)
		return;
	reply("dispatch", err);
	if (!late)
		exit(0);
	unheard = 1;
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Runs the complete lines in `line`, which holds `held` bytes; returns how many are left, moved to the front. */
static size_t run_lines(char *line, size_t held)
{
	line[held] = '\0';
	for (char *end; (end = strchr(line, '\n'));) {
		*end = '\0';
		run(line);
		held -= (size_t)(end - line) + 1;
		memmove(line, end + 1, held + 1);
	}
	return held;
}

static void start(int argc, char **argv)
{
	late = argc > 1 && !strcmp(argv[1], "late");
	if (late) {
		wanted_callbacks = argc > 2 ? number32(argv[2]) : 7;
		slow_ms = argc > 3 ? (int)number(argv[3]) : 0;
		inside = argc > 4 ? argv[4] : "none";
		unheard = 1;
		return;
	}
	cs_error_t err = connect_within(argc > 1 ? atol(argv[1]) : 0);
	reply("init", err);
	if (err != CS_OK)
		exit(0);
}

int main(int argc, char **argv)
{
	char line[LINE_MAX_BYTES];
	size_t held = 0;
	long wake_ms = 0; /* a slow client has seen that something is there; 0: it has not */

	setvbuf(stdout, NULL, _IOLBF, 0);
	start(argc, argv);
	for (;;) {
		int listens = !manual_dispatch && !finalized && !unheard;
		long left_ms = wake_ms ? wake_ms - now_ms() : -1;
		struct pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
		if (listens && wake_ms && left_ms <= 0) {
			wake_ms = 0;
			dispatch_pending();
			continue;
		}
		if (poll(ready, listens && !wake_ms ? 2 : 1, (int)left_ms) < 0)
			continue;
		if (listens && !wake_ms && ready[1].revents) {
			if (slow_ms)
				wake_ms = now_ms() + slow_ms;
			else
				dispatch_pending();
		}
		if (!ready[0].revents)
			continue;
		ssize_t got = read(STDIN_FILENO, line + held, sizeof line - 1 - held);
		if (got <= 0)
			return 0;
		held = run_lines(line, held + (size_t)got);
	}
}
