/*
 * Recordings: what is read from lines of JSON, what is refused and in which words, and
 * how a run is followed along one, observation by observation.
 */
#include "sim/explain/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/world/play.h"

static struct play play;
static char path[] = "/tmp/recording_test.XXXXXX";

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	play_read(&play, CLUSTER(3) STEPS STEP("start: all") STEP("trackstart: {node: 1, client: a}")
				 STEP("trackstart: {node: 2, client: b}"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	play_close(&play);
	return unlink(path);
}

static int read_text(const char *text, struct recording *recording, char message[512])
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return recording_read(path, play.scenario, recording, message, 512);
}

static struct recording recording_of(const char *text)
{
	struct recording recording;
	char message[512] = "";

	if (read_text(text, &recording, message) != 0)
		fail_msg("%s", message);
	return recording;
}

#define A "{\"t\":0,\"step\":1,\"node\":1,\"client\":\"a\","
#define B "{\"node\": 2, \"client\": \"b\", "
#define NODELIST(nodeid, seq) \
	"\"callback\":\"nodelist\",\"context\":5,\"ring\":[" #nodeid "," #seq "],\"members\":[1,2]}\n"
#define QUORUM "\"callback\":\"quorum\",\"context\":5,\"quorate\":1,\"nodes\":[[2,1],[1,2]]}\n"
#define EXPECTED "\"callback\":\"expected_votes\",\"context\":5,\"expected_votes\":4}\n"

/* ---- reading ---- */

static void every_kind_of_line(void **state)
{
	struct recording recording =
		recording_of(A NODELIST(1, 9) A QUORUM
			     "\n" A EXPECTED A "\"reply\":\"initialize\",\"error\":1}\n" A
			     "\"reply\":\"trackstart\",\"error\":14}\n" A "\"reply\":\"dispatch\",\"error\":2}\n" A
			     "\"reply\":\"context_get\",\"error\":1,\"context\":7}\n" A
			     "\"reply\":\"getinfo\",\"error\":1,\"node_id\":1,\"quorum\":2,\"qdevice_name\":\"d\"}\n"
			     "{\"event\":\"reach\"}\n{\"node\":2,\"refused\":\"no\"}\n");
	const struct recorded *callbacks = recording.streams[0].lines, *replies = recording.streams[1].lines;

	(void)state;
	assert_int_equal(recording.client_count, 2);
	assert_true(recording.watched[0] && !recording.watched[1]);
	assert_int_equal(recording.line_count, 6);
	assert_int_equal(recording.streams[0].count, 3);
	assert_int_equal(recording.streams[1].count, 3);
	assert_int_equal(callbacks[0].kind, VQ_NODELIST);
	assert_int_equal(callbacks[0].ring.seq, 1); /* the first ring */
	assert_int_equal(callbacks[0].count, 2);
	assert_int_equal(callbacks[1].line, 2);
	assert_int_equal(callbacks[1].entries[1].state, 2);
	assert_int_equal(callbacks[2].expected_votes, 4);
	assert_int_equal(callbacks[2].line, 4); /* the empty one counts */
	assert_int_equal(replies[0].kind, VERB_TRACKSTART);
	assert_int_equal(replies[0].error, VQ_ERR_EXIST);
	assert_int_equal(replies[1].context, 7);
	assert_int_equal(replies[2].given, 1u << INFO_NODE_ID | 1u << INFO_QUORUM | 1u << INFO_QDEVICE_NAME);
	assert_string_equal(replies[2].info.qdevice_name, "d");
	recording_free(&recording);
}

static void rings_are_numbered_in_their_order(void **state)
{
	struct recording recording =
		recording_of(A NODELIST(2, 9) A NODELIST(1, 40) A NODELIST(1, 5) B NODELIST(1, 40) B NODELIST(2, 7));

	(void)state;
	assert_int_equal(recording.ring_count, 4);
	assert_int_equal(recording.streams[0].lines[0].ring.seq, 4);
	assert_int_equal(recording.streams[0].lines[1].ring.seq, 2);
	assert_int_equal(recording.streams[0].lines[2].ring.seq, 1);
	assert_int_equal(recording.streams[2].lines[0].ring.seq, 2);
	assert_int_equal(recording.streams[2].lines[1].ring.seq, 3);
	recording_free(&recording);
}

static void an_empty_recording(void **state)
{
	struct recording recording = recording_of("");

	(void)state;
	assert_int_equal(recording.line_count, 0);
	recording_free(&recording);
}

static void mistakes(void **state)
{
	static const char *const rows[][2] = {
		{"[1]\n", ":1:1: a JSON object belongs on each line"},
		{"7", ":1:1: a JSON object belongs on each line"},
		{"{\"event\":\"x\"}\n{", ":2:"},
		{"{\"node\":1,\"callback\":\"quorum\"}", ":1:1: the line has no 'client'"},
		{"{\"client\":\"a\",\"callback\":\"quorum\"}", ":1:1: the line has no 'node'"},
		{"{\"node\":2,\"client\":\"a\",\"reply\":\"x\"}", ":1:1: the scenario has no client 'a' at node 2"},
		{"{\"node\":9,\"client\":\"a\",\"reply\":\"x\"}", "the scenario has no client 'a' at node 9"},
		{"{\"node\":1,\"client\":[],\"reply\":\"x\"}", "a word belongs here"},
		{"{\"node\":{},\"client\":\"a\",\"reply\":\"x\"}", "a whole number belongs here"},
		{"{\"node\":1.5,\"client\":\"a\",\"reply\":\"x\"}", "a whole number belongs here"},
		{A "\"reply\":\"fly\",\"error\":1}", "no library function is called 'fly'"},
		{A "\"reply\":\"kill\",\"error\":1}", "no library function is called 'kill'"},
		{A "\"reply\":\"trackstop\"}", "the line has no 'error'"},
		{A "\"callback\":\"other\",\"context\":1}", "a callback is nodelist, quorum or expected_votes"},
		{A "\"callback\":\"quorum\"}", "the line has no 'context'"},
		{A "\"callback\":\"quorum\",\"context\":1,\"quorate\":1,\"nodes\":7}", "a list belongs here"},
		{A "\"callback\":\"quorum\",\"context\":1,\"quorate\":1,\"nodes\":[[1]]}",
		 "[nodeid, state] belongs here"},
		{A "\"callback\":\"nodelist\",\"context\":1,\"ring\":[1],\"members\":[]}",
		 "[nodeid, sequence] belongs here"},
		{A "\"callback\":\"nodelist\",\"context\":1,\"ring\":[1,2],\"members\":[\"x\"]}",
		 "a whole number belongs here"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct recording recording;
		char message[512] = "";

		assert_int_equal(read_text(rows[i][0], &recording, message), -1);
		assert_int_equal(strncmp(message, path, strlen(path)), 0);
		if (!strstr(message, rows[i][1]))
			fail_msg("for %s: %s", rows[i][0], message);
	}
}

static void a_file_that_is_not_there(void **state)
{
	struct recording recording;
	char message[512];

	(void)state;
	assert_int_equal(recording_read("/nowhere/at.all", play.scenario, &recording, message, sizeof message), -1);
	assert_int_equal(strncmp(message, "/nowhere/at.all: ", 17), 0);
}

/* ---- following ---- */

struct walk {
	struct recording recording;
	struct recording_progress *progress;
};

static struct walk walk_along(const char *text)
{
	struct walk walk = {.recording = recording_of(text)};

	walk.progress = calloc(1, recording_progress_size(&walk.recording));
	assert_non_null(walk.progress);
	return walk;
}

static void end_walk(struct walk *walk, bool complete)
{
	assert_int_equal(recording_complete(&walk->recording, walk->progress), complete);
	free(walk->progress);
	recording_free(&walk->recording);
}

static void see(struct walk *walk, struct observation observation)
{
	recording_follow(&walk->recording, walk->progress, &observation);
}

static const struct vq_entry members[] = {{1, 0}, {2, 0}}, states[] = {{2, 1}, {1, 2}};

static void see_nodelist(struct walk *walk, uint32_t client, uint32_t nodeid, uint64_t seq)
{
	struct vq_notification told = {
		.kind = VQ_NODELIST, .context = 5, .ring = {seq, nodeid, 0}, .count = 2, .entries = members};

	see(walk, (struct observation){.kind = OBSERVE_CALLBACK, .client = client, .notification = &told});
}

static void see_quorum(struct walk *walk, uint32_t quorate, uint64_t context, uint32_t count)
{
	struct vq_notification told = {
		.kind = VQ_QUORUM, .context = context, .quorate = quorate, .count = count, .entries = states};

	see(walk, (struct observation){.kind = OBSERVE_CALLBACK, .notification = &told});
}

static void see_reply(struct walk *walk, enum verb verb, int error, uint64_t context, const struct vq_reply *reply)
{
	see(walk, (struct observation){.kind = OBSERVE_REPLY,
				       .verb = verb,
				       .number = (uint64_t)error,
				       .context = context,
				       .reply = reply});
}

/* Callbacks and replies are streams of their own; what is not compared does not disturb. */
static void a_run_that_fits(void **state)
{
	struct walk walk = walk_along(A NODELIST(1, 9) A QUORUM A EXPECTED A
				      "\"reply\":\"trackstart\",\"error\":1}\n" A
				      "\"reply\":\"context_get\",\"error\":1,\"context\":7}\n");
	struct vq_notification expected = {.kind = VQ_EXPECTED_VOTES, .context = 5, .expected_votes = 4};

	(void)state;
	see_reply(&walk, VERB_INITIALIZE, VQ_OK, 0, NULL);
	see(&walk, (struct observation){.kind = OBSERVE_STEP_END, .client = ANY, .node = ANY});
	see_reply(&walk, VERB_TRACKSTART, VQ_OK, 0, NULL);
	see_nodelist(&walk, 0, 1, 123456);
	see_nodelist(&walk, 1, 3, 7); /* the other client is not in the recording */
	see_quorum(&walk, 1, 5, 2);
	assert_false(recording_complete(&walk.recording, walk.progress));
	see(&walk, (struct observation){.kind = OBSERVE_CALLBACK, .notification = &expected});
	see_reply(&walk, VERB_DISPATCH, VQ_ERR_LIBRARY, 0, NULL);
	see_reply(&walk, VERB_CONTEXT_GET, VQ_OK, 7, NULL);
	assert_int_equal(walk.progress->matched, 5);
	end_walk(&walk, true);
}

static void what_does_not_fit(void **state)
{
	struct vq_reply reply = {.error = VQ_OK, .info = {.node_id = 1, .quorum = 2, .qdevice_name = "e"}};
	struct walk walk;

	(void)state;
#define ALONG(text, seen)                           \
	walk = walk_along(text);                    \
	seen;                                       \
	assert_int_equal(walk.progress->failed, 1); \
	end_walk(&walk, false)
	ALONG(A QUORUM, see_quorum(&walk, 0, 5, 2));
	ALONG(A QUORUM, see_quorum(&walk, 1, 6, 2));
	ALONG(A QUORUM, see_quorum(&walk, 1, 5, 1));
	ALONG(A QUORUM, see_nodelist(&walk, 0, 1, 9));
	ALONG(A NODELIST(1, 9), see_nodelist(&walk, 0, 2, 9));
	ALONG(A QUORUM, (see_quorum(&walk, 1, 5, 2), see_quorum(&walk, 1, 5, 2))); /* one too many */
	ALONG(A "\"reply\":\"trackstart\",\"error\":1}\n", see_reply(&walk, VERB_TRACKSTART, VQ_ERR_EXIST, 0, NULL));
	ALONG(A "\"reply\":\"trackstart\",\"error\":1}\n", see_reply(&walk, VERB_TRACKSTOP, VQ_OK, 0, NULL));
	ALONG(A "\"reply\":\"context_get\",\"error\":1,\"context\":7}\n",
	      see_reply(&walk, VERB_CONTEXT_GET, VQ_OK, 8, NULL));
	ALONG(A "\"reply\":\"getinfo\",\"error\":1,\"quorum\":3}\n",
	      see_reply(&walk, VERB_GETINFO, VQ_OK, 0, &reply));
	ALONG(A "\"reply\":\"getinfo\",\"error\":1,\"quorum\":2,\"qdevice_name\":\"d\"}\n",
	      see_reply(&walk, VERB_GETINFO, VQ_OK, 0, &reply));
}

/* Fields that the recording does not give are not compared. */
static void what_is_left_out(void **state)
{
	struct vq_reply reply = {.error = VQ_OK, .info = {.node_id = 1, .quorum = 2, .qdevice_name = "e"}};
	struct walk walk =
		walk_along(A "\"reply\":\"getinfo\",\"error\":1,\"quorum\":2}\n" A
			     "\"reply\":\"context_get\",\"error\":1}\n" A "\"reply\":\"getinfo\",\"error\":12}\n");

	(void)state;
	see_reply(&walk, VERB_GETINFO, VQ_OK, 0, &reply);
	see_reply(&walk, VERB_CONTEXT_GET, VQ_OK, 99, NULL);
	see_reply(&walk, VERB_GETINFO, VQ_ERR_NOT_EXIST, 0, &reply);
	end_walk(&walk, true);
	walk = walk_along(A "\"callback\":\"quorum\",\"context\":5}\n");
	see_quorum(&walk, 1, 5, 2);
	end_walk(&walk, true);
}

/* Sequences differ between machines; that they are the same ring, or a later one, does not. */
static void rings(void **state)
{
	static const char text[] = A NODELIST(1, 9) B NODELIST(1, 9) A NODELIST(1, 13);
	struct walk walk = walk_along(text);

	(void)state;
	see_nodelist(&walk, 0, 1, 100);
	see_nodelist(&walk, 0, 1, 200);
	see_nodelist(&walk, 1, 1, 100);
	end_walk(&walk, true);
	walk = walk_along(text); /* another ring than the other client's */
	see_nodelist(&walk, 0, 1, 100);
	see_nodelist(&walk, 1, 1, 104);
	assert_int_equal(walk.progress->failed_stream, 2);
	end_walk(&walk, false);
	walk = walk_along(text); /* an older ring than the one before */
	see_nodelist(&walk, 0, 1, 100);
	see_nodelist(&walk, 0, 1, 96);
	end_walk(&walk, false);
	walk = walk_along(text); /* the same again, where the recording has a new one */
	see_nodelist(&walk, 0, 1, 100);
	see_nodelist(&walk, 0, 1, 100);
	end_walk(&walk, false);
}

/* After the first difference nothing is compared any more. */
static void the_first_difference_stays(void **state)
{
	struct walk walk = walk_along(A QUORUM B NODELIST(1, 9));

	(void)state;
	see_quorum(&walk, 0, 5, 2);
	see_nodelist(&walk, 1, 3, 9);
	assert_int_equal(walk.progress->failed_stream, 0);
	assert_int_equal(walk.progress->matched, 0);
	end_walk(&walk, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_line),
		cmocka_unit_test(rings_are_numbered_in_their_order),
		cmocka_unit_test(an_empty_recording),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(a_file_that_is_not_there),
		cmocka_unit_test(a_run_that_fits),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(what_is_left_out),
		cmocka_unit_test(rings),
		cmocka_unit_test(the_first_difference_stays),
	};

	return cmocka_run_group_tests_name("recording", tests, set_up, tear_down);
}
