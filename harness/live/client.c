/*
 * client.c - one connection to a real votequorum, driven by lines on standard input.
 *
 * A process for each connection keeps what the library does (threads, signals, a daemon that dies under a
 * call) away from the harness. Every answer and every callback is one JSON object on a line of standard output,
 * in the order in which the library gave them.
 *
 * usage: client WAIT_MS     how long to go on trying to connect to a daemon that does not answer yet
 */
#include <corosync/votequorum.h>

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, WORDS = 4, RETRY_MS = 5 };

static votequorum_handle_t handle;
static votequorum_ring_id_t last_ring;
static int manual_dispatch;
static int finalized;

static void on_quorum(votequorum_handle_t h, uint64_t context, uint32_t quorate, uint32_t count,
		      votequorum_node_t nodes[])
{
	(void)h;
	printf("{\"cb\":\"quorum\",\"ctx\":%" PRIu64 ",\"quorate\":%" PRIu32 ",\"nodes\":[", context, quorate);
	for (uint32_t i = 0; i < count; i++)
		printf("%s[%" PRIu32 ",%" PRIu32 "]", i ? "," : "", nodes[i].nodeid, nodes[i].state);
	printf("]}\n");
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
	int fd = -1;
	return votequorum_fd_get(handle, &fd);
}

static cs_error_t do_manual(char *word[])
{
	manual_dispatch = (int)number(word[1]);
	return CS_OK;
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
	{"qmaster", do_qmaster},
	{"ctxset", do_ctxset},
	{"fdget", do_fdget},
	{"manual", do_manual},
	{"dispatch", do_dispatch},
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

static void run(char *line)
{
	static char none[] = "";
	char *word[WORDS] = {none, none, none, none};
	size_t count = 0;
	for (char *w = strtok(line, " "); w && count < WORDS; w = strtok(NULL, " "))
		word[count++] = w;
	if (!count || run_query(word))
		return;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(word[0], commands[i].name)) {
			reply(word[0], commands[i].run(word));
			return;
		}
	printf("{\"ret\":\"%s\",\"err\":-1}\n", word[0]);
}

static void dispatch_pending(void)
{
	cs_error_t err = votequorum_dispatch(handle, CS_DISPATCH_ALL);
	if (err == CS_OK || err == CS_ERR_TRY_AGAIN)
		return;
	reply("dispatch", err);
	exit(0);
}

static cs_error_t connect_within(long wait_ms)
{
	static votequorum_callbacks_t callbacks = {on_quorum, on_expected, on_nodelist};
	const struct timespec pause = {0, RETRY_MS * 1000000L};
	cs_error_t err = votequorum_initialize(&handle, &callbacks);
	for (long waited = 0; err != CS_OK && waited < wait_ms; waited += RETRY_MS) {
		nanosleep(&pause, NULL);
		err = votequorum_initialize(&handle, &callbacks);
	}
	return err;
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

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	cs_error_t err = connect_within(argc > 1 ? atol(argv[1]) : 0);
	reply("init", err);
	if (err != CS_OK)
		return 0;

	char line[LINE_MAX_BYTES];
	size_t held = 0;
	int fd = -1;
	votequorum_fd_get(handle, &fd);
	for (;;) {
		int watch = !manual_dispatch && !finalized;
		struct pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
		if (poll(ready, watch ? 2 : 1, -1) < 0)
			continue;
		if (watch && ready[1].revents)
			dispatch_pending();
		if (!ready[0].revents)
			continue;
		ssize_t got = read(STDIN_FILENO, line + held, sizeof line - 1 - held);
		if (got <= 0)
			return 0;
		held = run_lines(line, held + (size_t)got);
	}
}
