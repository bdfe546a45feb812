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

enum { LINE_MAX_BYTES = 2048, RETRY_MS = 5 };

static votequorum_handle_t handle;
static votequorum_ring_id_t last_ring;
static int manual_dispatch;
static int finalized;

static void on_quorum(votequorum_handle_t h, uint64_t context, uint32_t quorate, uint32_t count, votequorum_node_t nodes[])
{
	(void)h;
	printf("{\"cb\":\"quorum\",\"ctx\":%" PRIu64 ",\"quorate\":%" PRIu32 ",\"nodes\":[", context, quorate);
	for (uint32_t i = 0; i < count; i++)
		printf("%s[%" PRIu32 ",%" PRIu32 "]", i ? "," : "", nodes[i].nodeid, nodes[i].state);
	printf("]}\n");
}

static void on_nodelist(votequorum_handle_t h, uint64_t context, votequorum_ring_id_t ring, uint32_t count, uint32_t nodes[])
{
	(void)h;
	last_ring = ring;
	printf("{\"cb\":\"nodelist\",\"ctx\":%" PRIu64 ",\"ring\":[%" PRIu32 ",%" PRIu64 "],\"nodes\":[", context, ring.nodeid, ring.seq);
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
	printf("{\"ret\":\"getinfo\",\"err\":1,\"of\":%u,\"state\":%u,\"votes\":%u,\"expected\":%u,\"highest\":%u,\"total\":%u,"
	       "\"quorum\":%u,\"flags\":%u,\"qdevice_votes\":%u,\"qdevice_name\":\"%s\"}\n",
	       info->node_id, info->node_state, info->node_votes, info->node_expected_votes, info->highest_expected,
	       info->total_votes, info->quorum, info->flags, info->qdevice_votes, info->qdevice_name);
}

static uint64_t number(const char *text)
{
	return text ? strtoull(text, NULL, 0) : 0;
}

static void reply(const char *name, cs_error_t err)
{
	printf("{\"ret\":\"%s\",\"err\":%d}\n", name, (int)err);
}

static void run(char *line)
{
	char *word[5] = {NULL};
	size_t count = 0;
	for (char *w = strtok(line, " \n"); w && count < 5; w = strtok(NULL, " \n"))
		word[count++] = w;
	if (!count)
		return;
	const char *verb = word[0], *a = word[1] ? word[1] : "", *b = word[2] ? word[2] : "";

	if (!strcmp(verb, "track")) {
		reply(verb, votequorum_trackstart(handle, number(a), (unsigned int)number(b)));
	} else if (!strcmp(verb, "stop")) {
		reply(verb, votequorum_trackstop(handle));
	} else if (!strcmp(verb, "fini")) {
		reply(verb, votequorum_finalize(handle));
		finalized = 1;
	} else if (!strcmp(verb, "getinfo")) {
		struct votequorum_info info;
		memset(&info, 0, sizeof info);
		cs_error_t err = votequorum_getinfo(handle, (unsigned int)number(a), &info);
		print_info(err, &info);
	} else if (!strcmp(verb, "setexpected")) {
		reply(verb, votequorum_setexpected(handle, (unsigned int)number(a)));
	} else if (!strcmp(verb, "setvotes")) {
		reply(verb, votequorum_setvotes(handle, (unsigned int)number(a), (unsigned int)number(b)));
	} else if (!strcmp(verb, "qreg")) {
		reply(verb, votequorum_qdevice_register(handle, a));
	} else if (!strcmp(verb, "qunreg")) {
		reply(verb, votequorum_qdevice_unregister(handle, a));
	} else if (!strcmp(verb, "qupdate")) {
		reply(verb, votequorum_qdevice_update(handle, a, b));
	} else if (!strcmp(verb, "qpoll")) {
		votequorum_ring_id_t ring = last_ring;
		if (number(word[3]))
			ring.seq -= 4;
		reply(verb, votequorum_qdevice_poll(handle, a, (unsigned int)number(b), ring));
	} else if (!strcmp(verb, "qmaster")) {
		reply(verb, votequorum_qdevice_master_wins(handle, a, (unsigned int)number(b)));
	} else if (!strcmp(verb, "ctxset")) {
		reply(verb, votequorum_context_set(handle, (void *)(uintptr_t)number(a)));
	} else if (!strcmp(verb, "ctxget")) {
		void *context = NULL;
		cs_error_t err = votequorum_context_get(handle, &context);
		printf("{\"ret\":\"ctxget\",\"err\":%d,\"context\":%" PRIuPTR "}\n", (int)err, (uintptr_t)context);
	} else if (!strcmp(verb, "fdget")) {
		int fd = -1;
		reply(verb, votequorum_fd_get(handle, &fd));
	} else if (!strcmp(verb, "manual")) {
		manual_dispatch = (int)number(a);
		reply(verb, CS_OK);
	} else if (!strcmp(verb, "dispatch")) {
		/* The answer must follow what this dispatch delivered, as the application sees it. */
		reply(verb, votequorum_dispatch(handle, (cs_dispatch_flags_t)number(a)));
	} else {
		printf("{\"ret\":\"%s\",\"err\":-1}\n", verb);
	}
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
		held += (size_t)got;
		line[held] = '\0';
		for (char *end; (end = strchr(line, '\n')); ) {
			*end = '\0';
			char one[LINE_MAX_BYTES];
			memcpy(one, line, (size_t)(end - line) + 1);
			held -= (size_t)(end - line) + 1;
			memmove(line, end + 1, held + 1);
			run(one);
		}
	}
}
