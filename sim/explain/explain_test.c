/*
 * Explaining: recordings are made by running a scenario with other choices than the
 * plain ones; the search must find choices that give the same, and those choices must be
 * true; and it must say no to what no choice can give.
 */
#include "sim/explain/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/world/play.h"

/* Two nodes set expected votes at once: who is last, wins. */
static const char race[] = CLUSTER(3) STEPS STEP("start: {nodes: all, together: true}")
	STEP("trackstart: {node: 1, client: a, flags: [CHANGES_ONLY]}")
		STEP("trackstart: {node: 3, client: c, flags: [CHANGES_ONLY]}")
			STEP("initialize: {node: 2, client: b}")
				STEP("{setexpected: {node: 1, client: a, votes: 5}, settle: false}")
					STEP("{setexpected: {node: 2, client: b, votes: 4}, settle: false}")
						STEP("getinfo: {node: 3, client: c}");

/* Record a seeded run; returns the trace in malloc'ed memory. */
static char *record(const char *text, struct choice choice, uint64_t seed)
{
	struct play play;
	char *copy;

	play_open(&play, text, choice, seed, false);
	world_run(play.world);
	copy = strndup(play.trace.text, play.trace.size);
	assert_non_null(copy);
	play_close(&play);
	return copy;
}

static struct explanation explained(const char *scenario, const char *trace, uint64_t states_max)
{
	char path[] = "/tmp/explain_test.XXXXXX", message[512];
	struct explanation explanation;
	struct recording recording;
	struct play play;
	FILE *file = fdopen(mkstemp(path), "w");

	assert_non_null(file);
	fputs(trace, file);
	fclose(file);
	play_read(&play, scenario);
	if (recording_read(path, play.scenario, &recording, message, sizeof message) != 0)
		fail_msg("%s", message);
	unlink(path);
	explain(play.scenario, &recording, states_max, &explanation);
	recording_free(&recording);
	play_close(&play);
	return explanation;
}

static void the_plain_run_explains_itself(void **state)
{
	char *trace = record(race, choice_plain, 0);
	struct explanation explanation = explained(race, trace, 1000);

	(void)state;
	assert_true(explanation.found);
	assert_false(explanation.token_order);
	assert_int_equal(explanation.choice_count, 0);
	assert_int_equal(explanation.runs, 1);
	explanation_free(&explanation);
	free(trace);
}

/* Every interleaving that a seed gives is found again, and the choices told are few. */
static void seeded_runs_are_found(void **state)
{
	char *plain = record(race, choice_plain, 0);
	uint32_t others = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 12; seed++) {
		char *trace = record(race, choice_seeded, seed);
		struct explanation explanation = explained(race, trace, 200000);

		assert_true(explanation.found);
		assert_false(explanation.gave_up);
		for (uint32_t i = 0; i < explanation.choice_count; i++) {
			const struct explained_choice *choice = &explanation.choices[i];

			assert_in_range(choice->picked, 1, choice->n - 1);
			assert_in_range(choice->step, 0, 6);
			assert_true(i == 0 || choice->time_ns >= explanation.choices[i - 1].time_ns);
		}
		others += explanation.token_order;
		explanation_free(&explanation);
		free(trace);
	}
	assert_true(others > 0);
	free(plain);
}

/* The last number of its kind in the text, changed to one that cannot come. */
static void spoil(char *trace, const char *key, char digit)
{
	char *at = NULL;

	for (char *next = trace; (next = strstr(next, key)); next++)
		at = next;
	assert_non_null(at);
	at[strlen(key)] = digit;
}

static void what_cannot_be_is_not_found(void **state)
{
	static const char little[] =
		CLUSTER(2) STEPS STEP("start: 1") STEP("{setexpected: {node: 1, client: a, votes: 3}, settle: false}")
			STEP("{setexpected: {node: 1, client: c, votes: 2}, settle: false}")
				STEP("getinfo: {node: 1, client: c}") STEP("stop: 1");
	char *trace = record(little, choice_seeded, 3);
	struct explanation explanation;
	uint32_t lines = 0;

	(void)state;
	spoil(trace, "\"node_expected_votes\":", '9');
	explanation = explained(little, trace, 5000000);
	assert_false(explanation.found);
	assert_false(explanation.gave_up);              /* everything was tried */
	assert_int_equal(explanation.failed_stream, 3); /* the replies of the second client, c */
	assert_true(explanation.runs > 3 && explanation.states > 1);
	for (const char *line = trace; (line = strchr(line, '\n')); line++)
		lines++;
	assert_in_range(explanation.matched, 1, lines - 1);
	assert_int_equal(explanation.choice_count, 0);
	assert_non_null(strstr(explanation.came, "\"reply\":\"getinfo\"")); /* with another number */
	explanation_free(&explanation);
	free(trace);
}

static void a_budget_that_is_used_up(void **state)
{
	char *trace = record(race, choice_seeded, 3);
	struct explanation explanation;

	(void)state;
	spoil(trace, "\"node_expected_votes\":", '9');
	explanation = explained(race, trace, 5);
	assert_false(explanation.found);
	assert_true(explanation.gave_up);
	explanation_free(&explanation);
	free(trace);
}

/* A recording that goes on, or ends, where the run does not. */
static void too_much_and_too_little(void **state)
{
	static const char small[] = CLUSTER(1) STEPS STEP("start: 1") STEP("getinfo: {node: 1, client: a}")
		STEP("getinfo: {node: 1, client: a}");
	char *trace = record(small, choice_plain, 0);
	char *twice = calloc(2, strlen(trace) + 1);
	struct explanation explanation;

	(void)state;
	assert_non_null(twice);
	strcat(strcpy(twice, trace), trace);
	explanation = explained(small, twice, 1000);
	assert_false(explanation.found);
	assert_int_equal(explanation.failed_stream, UINT32_MAX); /* nothing else came: it was not reached */
	assert_int_equal(explanation.positions[1], 2);
	explanation_free(&explanation);
	*strrchr(trace, '{') = 0;
	explanation = explained(small, trace, 1000);
	assert_false(explanation.found);
	assert_int_equal(explanation.failed_stream, 1);
	explanation_free(&explanation);
	free(trace);
	free(twice);
}

/* More nodes choose at one moment than are kept: no crash, and no claim that all was tried. */
static void a_large_cluster(void **state)
{
	static const char large[] =
		CLUSTER(80) STEPS STEP("start: {nodes: all, together: true}") STEP("getinfo: {node: 1, client: a}");
	char *trace = record(large, choice_plain, 0);
	struct explanation explanation = explained(large, trace, 100);

	(void)state;
	assert_true(explanation.found);
	explanation_free(&explanation);
	spoil(trace, "\"quorum\":", '9');
	explanation = explained(large, trace, 20);
	assert_false(explanation.found);
	assert_true(explanation.gave_up);
	explanation_free(&explanation);
	free(trace);
}

#define TRACKED(n) "trackstart: {node: " #n ", client: t" #n ", flags: [CHANGES_ONLY]}"

/* Six nodes in two halves come together. */
static const char halves[] =
	CLUSTER(6) STEPS STEP("start: all") STEP(TRACKED(1)) STEP(TRACKED(2)) STEP(TRACKED(3)) STEP(TRACKED(4))
		STEP(TRACKED(5)) STEP(TRACKED(6)) STEP("partition: [[1, 2, 3], [4, 5, 6]]") STEP("heal: all");

struct wanted { /* who moves, as bits, at each CHOOSE_MOVE; then all */
	const uint32_t *sets;
	uint32_t count, at, node;
};

static uint32_t choose_sets(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct wanted *wanted = ctx;

	(void)streams;
	if (what == CHOOSE_MOVE && wanted->at < wanted->count) {
		wanted->node = 0;
		wanted->at++;
		return n - 1;
	}
	if (what == CHOOSE_MOVER)
		return !(wanted->sets[wanted->at - 1] >> wanted->node++ & 1);
	return 0;
}

static void assert_found_at_once(const char *scenario, const uint32_t *sets, uint32_t count)
{
	struct wanted wanted = {sets, count, 0, 0};
	char *trace = record(scenario, (struct choice){&wanted, choose_sets}, 0);
	struct explanation explanation = explained(scenario, trace, 10000);

	assert_int_equal(wanted.at, count);
	assert_true(explanation.found);
	assert_in_range(explanation.runs, 1, 3);
	explanation_free(&explanation);
	free(trace);
}

/* What the recording has of rings is followed: nothing else is tried before. */
static void members_are_traded_on_the_way(void **state)
{
	(void)state;
	assert_found_at_once(halves, (const uint32_t[]){0x37, 0x03, 0x0c}, 3);
	assert_found_at_once(halves, (const uint32_t[]){0x18}, 1);
	assert_found_at_once(halves, (const uint32_t[]){0x3f}, 1);             /* all six, twice */
	assert_found_at_once(halves, (const uint32_t[]){0x3f, 0x15, 0x08}, 3); /* all six, who fall apart */
}

/* The step in which a ring was recorded counts: it is not to come in a later one. */
static void a_ring_comes_in_its_step(void **state)
{
	static const char healed[] = CLUSTER(2) STEPS STEP("start: all") STEP("trackstart: {node: 1, client: a}")
		STEP("partition: [[1], [2]]") STEP("wait: 1s") STEP("heal: all");
	char *trace = record(healed, choice_plain, 0), *step;
	struct explanation explanation = explained(healed, trace, 1000);

	(void)state;
	assert_true(explanation.found);
	explanation_free(&explanation);
	while ((step = strstr(trace, "\"step\":4")))
		step[strlen("\"step\":")] = '3';
	explanation = explained(healed, trace, 2000);
	assert_false(explanation.found);
	assert_int_equal(explanation.failed_step, 3);
	assert_null(explanation.came);
	explanation_free(&explanation);
	free(trace);
}

/* Jitter is drawn as in the plain run: it is the scenario's seed that decides. */
static void with_jitter(void **state)
{
	static const char jittery[] =
		"scenario: t\nseed: 4\nnetwork: {jitter: 300us, loss: 0.1}\ncluster: {nodes: 2}\n" STEPS STEP(
			"start: {nodes: all, together: true}") STEP("trackstart: {node: 1, client: a}")
			STEP("crash: 2");
	char *trace = record(jittery, choice_plain, 4);
	struct explanation explanation = explained(jittery, trace, 1000);

	(void)state;
	assert_true(explanation.found);
	explanation_free(&explanation);
	free(trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_run_explains_itself),
		cmocka_unit_test(seeded_runs_are_found),
		cmocka_unit_test(what_cannot_be_is_not_found),
		cmocka_unit_test(a_budget_that_is_used_up),
		cmocka_unit_test(too_much_and_too_little),
		cmocka_unit_test(a_large_cluster),
		cmocka_unit_test(with_jitter),
		cmocka_unit_test(members_are_traded_on_the_way),
		cmocka_unit_test(a_ring_comes_in_its_step),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
