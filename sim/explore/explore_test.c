/*
 * The explorer on configurations whose answer is known: a majority cluster comes out
 * clean, two_node with three nodes and a tie breaker with four do not (the latter as
 * recorded from real daemons: harness/truth/explored.jsonl). What it finds is written
 * as a scenario, read again and run: it must break the same rule there.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/explore/explore.h"
#include "sim/explore/tell.h"
#include "sim/explore/walker.h"
#include "sim/run.h"
#include "sim/world/world.h"

static void read_one(const char *text, struct scenario_set *set)
{
	char message[1024] = "";

	if (scenario_parse(text, strlen(text), "explore_test.yaml", set, message, sizeof message) != 0)
		fail_msg("%s", message);
	assert_int_equal(set->count, 1);
}

static void explore_text(const char *text, uint32_t depth, uint64_t states_max, struct scenario_set *set,
			 struct exploration *exploration)
{
	const struct explore_options options = {.depth = depth, .states_max = states_max};

	read_one(text, set);
	explore(&set->scenarios[0], &options, exploration);
}

static const struct explore_finding *finding_of(const struct exploration *exploration, const char *rule)
{
	for (uint32_t i = 0; i < exploration->finding_count; i++)
		if (strcmp(check_rules[exploration->findings[i].verdict.rule].id, rule) == 0)
			return &exploration->findings[i];
	return NULL;
}

static void a_majority_cluster_is_clean(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 3}\nsteps: [{start: all}]\n", 4, 1000000, &set, &exploration);
	assert_int_equal(exploration.finding_count, 0);
	assert_int_equal(exploration.depth_done, 4);
	assert_false(exploration.cut);
	assert_true(exploration.states > 100);
	assert_true(exploration.transitions > exploration.states);
	assert_true(exploration.quorate_lost > 0);
	exploration_free(&exploration);
	scenario_free(&set);
}

/* Every event from one node that is all there is leads to few states: all are found. */
static void a_single_node_is_exhausted(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 1}\nsteps: [{start: all}]\n", 20, 1000000, &set, &exploration);
	assert_true(exploration.exhausted);
	assert_true(exploration.states < 10);
	assert_int_equal(exploration.finding_count, 0);
	exploration_free(&exploration);
	scenario_free(&set);
}

static void two_node_with_three_is_found_at_once(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;
	const struct explore_finding *finding;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 3, quorum: {two_node: 1}}\nsteps: [{start: all}]\n", 2, 1000000,
		     &set, &exploration);
	finding = finding_of(&exploration, "I1");
	assert_non_null(finding);
	assert_int_equal(finding->step_count, 1);
	assert_int_equal(finding->steps[0].verb, VERB_PARTITION);
	assert_int_equal(finding->verdict.kind, VERDICT_BREACH);
	exploration_free(&exploration);
	scenario_free(&set);
}

static void run_told(const struct scenario *scenario, const struct explore_finding *finding)
{
	const struct run_options options = {0};
	struct scenario_set set;
	struct run_result result;
	bool same = false;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	tell_scenario(scenario, finding, 1, file);
	fclose(file);
	read_one(text, &set);
	assert_int_equal(set.scenarios[0].step_count, finding->step_count + 1);
	run_scenario(&set.scenarios[0], &options, &result);
	for (uint32_t i = 0; i < result.verdict_count; i++)
		same = same || (result.verdicts[i].rule == finding->verdict.rule &&
				result.verdicts[i].kind == finding->verdict.kind);
	assert_true(same);
	run_result_free(&result);
	scenario_free(&set);
	free(text);
}

static void a_tie_breaker_is_fooled_in_two_events(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;
	const struct explore_finding *finding;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 4, quorum: {auto_tie_breaker: 1}}\nsteps: [{start: all}]\n", 2,
		     1000000, &set, &exploration);
	finding = finding_of(&exploration, "I1");
	assert_non_null(finding);
	assert_int_equal(finding->step_count, 2);
	for (uint32_t i = 0; i < exploration.finding_count; i++)
		run_told(&set.scenarios[0], &exploration.findings[i]);
	exploration_free(&exploration);
	scenario_free(&set);
}

static void a_hazard_is_told_apart(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;
	const struct explore_finding *finding;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 2, quorum: {two_node: 1}}\nsteps: [{start: all}]\n", 1, 1000000,
		     &set, &exploration);
	finding = finding_of(&exploration, "I1");
	assert_non_null(finding);
	assert_int_equal(finding->verdict.kind, VERDICT_HAZARD);
	assert_int_equal(finding->verdict.hazard, 3);
	run_told(&set.scenarios[0], finding);
	exploration_free(&exploration);
	scenario_free(&set);
}

static void a_budget_is_kept_and_told(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;

	(void)unused;
	explore_text("scenario: s\ncluster: {nodes: 3}\nsteps: [{start: all}]\n", 4, 50, &set, &exploration);
	assert_true(exploration.cut);
	assert_int_equal(exploration.states, 50);
	assert_true(exploration.depth_done < 4);
	assert_false(exploration.exhausted);
	exploration_free(&exploration);
	scenario_free(&set);
}

/* Bell numbers: partitions of 1, 2, 3, 4, 5 nodes; each covers every node once. */
static void all_partitions_are_tried(void **unused)
{
	static const uint32_t bell[] = {1, 2, 5, 15, 52};

	(void)unused;
	for (uint32_t nodes = 1; nodes <= 5; nodes++) {
		struct events events;
		uint32_t partitions = 0;

		events_make(&events, nodes);
		for (uint32_t i = 0; i < events.count; i++) {
			uint32_t covered = 0;

			partitions += events.steps[i].verb == VERB_PARTITION || events.steps[i].verb == VERB_HEAL;
			for (uint32_t k = 0; k < events.steps[i].group_count; k++)
				for (uint32_t m = 0; m < events.steps[i].groups[k].count; m++)
					covered |= 1u << events.steps[i].groups[k].index[m];
			if (events.steps[i].verb == VERB_PARTITION)
				assert_int_equal(covered, (1u << nodes) - 1);
		}
		assert_int_equal(partitions, bell[nodes - 1]);
		assert_int_equal(events.count, partitions + 3 * nodes + 1);
		events_free(&events);
	}
}

struct tour { /* what visits told */
	const struct exploration *exploration;
	uint64_t visits, states, lost, split;
	uint64_t last_from;
	uint32_t last_event;
	bool in_order;
};

static void tell_tour(void *ctx, const struct explore_visit *visit)
{
	struct tour *tour = ctx;
	uint32_t quorate = 0, components = 0;

	for (uint32_t node = 0; node < visit->node_count; node++) {
		const struct explore_node *there = &visit->nodes[node];

		quorate += there->quorate;
		components += there->quorate && there->component == node;
	}
	if (tour->visits &&
	    (visit->from < tour->last_from || (visit->from == tour->last_from && visit->event <= tour->last_event)))
		tour->in_order = false;
	if (visit->is_new && visit->to != ++tour->states)
		tour->in_order = false;
	tour->last_from = visit->from;
	tour->last_event = visit->event;
	tour->visits++;
	tour->lost += quorate == 0;
	tour->split += components > 1 && visit->findings != 0;
}

/* Visits tell every transition, in order; their sums are the exploration's own. */
static void visits_tell_every_transition(void **unused)
{
	struct scenario_set set;
	struct exploration exploration;
	struct tour tour = {.exploration = &exploration, .in_order = true};
	const struct explore_options options = {.depth = 3, .states_max = 1000000, .visit = tell_tour, .ctx = &tour};

	(void)unused;
	read_one("scenario: s\ncluster: {nodes: 4, quorum: {auto_tie_breaker: 1}}\nsteps: [{start: all}]\n", &set);
	explore(&set.scenarios[0], &options, &exploration);
	assert_true(tour.in_order);
	assert_int_equal(tour.visits, exploration.transitions);
	assert_int_equal(tour.states + 1, exploration.states);
	assert_int_equal(tour.lost, exploration.quorate_lost);
	assert_true(tour.split > 0 && tour.split <= exploration.breaches);
	exploration_free(&exploration);
	scenario_free(&set);
}

/* Own events, more nodes than events_make() takes, several nodes at once, and a limit. */
static void own_events_are_tried_on_large_clusters(void **unused)
{
	uint32_t half[6] = {0, 1, 2, 3, 4, 5}, one[1] = {11};
	struct step steps[] = {
		{.verb = VERB_CRASH, .settle = true, .nodes = {6, half}},
		{.verb = VERB_START, .settle = true, .nodes = {6, half}},
		{.verb = VERB_CRASH, .settle = true, .nodes = {1, one}},
	};
	const struct events events = {.count = 3, .steps = steps};
	struct explore_options options = {.depth = 9, .states_max = 1000, .events = &events};
	struct scenario_set set;
	struct exploration exploration;

	(void)unused;
	read_one("scenario: s\ncluster: {nodes: 12}\nsteps: [{start: all}]\n", &set);
	explore(&set.scenarios[0], &options, &exploration);
	assert_true(exploration.exhausted);
	assert_int_equal(exploration.finding_count, 0);
	assert_true(exploration.quorate_lost > 0);
	exploration_free(&exploration);
	options.transitions_max = 2;
	explore(&set.scenarios[0], &options, &exploration);
	assert_true(exploration.cut);
	assert_int_equal(exploration.transitions, 2);
	assert_int_equal(exploration.depth_done, 1);
	exploration_free(&exploration);
	scenario_free(&set);
}

/* ---- the same by other means ---- */

struct diary { /* a digest of all visits */
	uint64_t digest, visits;
};

static void write_diary(void *ctx, const struct explore_visit *visit)
{
	struct diary *diary = ctx;
	uint64_t words[] = {visit->from, visit->depth, visit->event, visit->to, visit->is_new, visit->findings};

	for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
		diary->digest = (diary->digest ^ words[i]) * 0x9e3779b97f4a7c15u + (diary->digest >> 29);
	for (uint32_t i = 0; i < visit->node_count; i++)
		diary->digest = (diary->digest ^ (visit->nodes[i].component * 2 + visit->nodes[i].quorate)) * 31 +
				(diary->digest >> 17);
	diary->visits++;
}

static const char *const clusters[] = {
	"{nodes: 3}",
	"{nodes: 4}",
	"{nodes: 4, quorum: {wait_for_all: 1}}",
	"{nodes: 2, quorum: {two_node: 1}}",
	"{nodes: 3, quorum: {two_node: 1}}",
	"{nodes: 4, quorum: {auto_tie_breaker: 1}}",
	"{nodes: 4, quorum: {auto_tie_breaker: 1, auto_tie_breaker_node: highest}}",
	"{nodes: 4, quorum: {auto_tie_breaker: 1, auto_tie_breaker_node: 2 3, wait_for_all: 1}}",
	"{nodes: [{nodeid: 1, quorum_votes: 3}, {nodeid: 2}, {nodeid: 3, quorum_votes: 2}], quorum: "
	"{auto_tie_breaker: 1}}",
	"{nodes: 4, quorum: {last_man_standing: 1}}",
	"{nodes: 4, quorum: {last_man_standing: 1, auto_tie_breaker: 1, wait_for_all: 1}}",
	"{nodes: 4, quorum: {allow_downscale: 1}}",
	"{nodes: 3, quorum: {expected_votes: 5, expected_votes_tracking: 1}}",
	"{nodes: 2, quorum: {device: {model: net, votes: 1}}}",
	"{nodes: 3, quorum: {device: {model: net, votes: 2}}}",
	"{nodes: 4, quorum: {allow_downscale: 1, auto_tie_breaker: 1, last_man_standing: 1}}",
};
#define CLUSTERS (sizeof clusters / sizeof *clusters)

/* Under valgrind one cluster in three will do: it is fifty times slower. */
static uint32_t every(void)
{
	return getenv("TESTS_BRIEF") ? 3 : 1;
}

static void explore_cluster(const char *cluster, struct explore_options options, struct exploration *exploration)
{
	struct scenario_set set;
	char text[512];

	snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", cluster);
	read_one(text, &set);
	options.states_max = options.states_max ? options.states_max : 1000000;
	explore(&set.scenarios[0], &options, exploration);
	scenario_free(&set);
}

static void assert_same_findings(const struct exploration *one, const struct exploration *other, bool ways_too)
{
	assert_int_equal(one->finding_count, other->finding_count);
	for (uint32_t i = 0; i < one->finding_count; i++) {
		const struct explore_finding *a = &one->findings[i], *b = &other->findings[i];

		assert_int_equal(a->verdict.rule, b->verdict.rule);
		assert_int_equal(a->verdict.kind, b->verdict.kind);
		assert_int_equal(a->verdict.hazard, b->verdict.hazard);
		assert_int_equal(a->step_count, b->step_count);
		if (!ways_too)
			continue;
		assert_string_equal(a->verdict.came, b->verdict.came);
		assert_int_equal(a->more, b->more);
		for (uint32_t k = 0; k < a->step_count; k++)
			assert_int_equal(a->steps[k].verb, b->steps[k].verb);
	}
}

static void assert_same(const struct exploration *one, const struct exploration *other)
{
	assert_int_equal(one->states, other->states);
	assert_int_equal(one->transitions, other->transitions);
	assert_int_equal(one->breaches, other->breaches);
	assert_int_equal(one->quorate_lost, other->quorate_lost);
	assert_int_equal(one->depth_done, other->depth_done);
	assert_int_equal(one->exhausted, other->exhausted);
	assert_int_equal(one->cut, other->cut);
	assert_same_findings(one, other, true);
}

/* Where it is known without running an event what comes of it, running it says the same. */
static void shortcuts_lead_to_the_same_place(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < CLUSTERS; i += every()) {
		struct diary quick = {0}, slow = {0};
		struct exploration one, other;

		explore_cluster(clusters[i],
				(struct explore_options){.depth = 3, .visit = write_diary, .ctx = &quick}, &one);
		explore_cluster(
			clusters[i],
			(struct explore_options){.depth = 3, .run_all = true, .visit = write_diary, .ctx = &slow},
			&other);
		assert_int_equal(quick.visits, slow.visits);
		assert_int_equal(quick.digest, slow.digest);
		assert_same(&one, &other);
		assert_int_equal(other.simulated, other.transitions);
		assert_true(one.simulated < other.simulated);
		exploration_free(&one);
		exploration_free(&other);
	}
}

static void shortcuts_mind_an_administrator(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < CLUSTERS; i += every()) {
		struct diary quick = {0}, slow = {0};
		struct exploration one, other;
		struct explore_options options = {.depth = 2, .admin = true, .visit = write_diary, .ctx = &quick};

		explore_cluster(clusters[i], options, &one);
		options.run_all = true;
		options.ctx = &slow;
		explore_cluster(clusters[i], options, &other);
		assert_int_equal(quick.digest, slow.digest);
		assert_same(&one, &other);
		exploration_free(&one);
		exploration_free(&other);
	}
}

/* A device that votes yes on both sides makes both quorate, as the manual admits; what is told of
 * it is a scenario that shows it. The same of an administrator who lowers expected votes. */
static void calls_are_events(void **unused)
{
	static const struct {
		const char *cluster;
		uint32_t depth, hazard, steps;
		bool admin;
	} cases[] = {
		{"{nodes: 2, quorum: {device: {model: net, votes: 1}}}", 5, 11, 5, false},
		{"{nodes: 3}", 2, 9, 2, true},
	};

	(void)unused;
	for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exploration exploration;
		const struct explore_finding *finding;
		struct scenario_set set;
		char text[256];

		snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", cases[i].cluster);
		explore_cluster(cases[i].cluster,
				(struct explore_options){.depth = cases[i].depth, .admin = cases[i].admin},
				&exploration);
		finding = finding_of(&exploration, "I1");
		assert_non_null(finding);
		assert_int_equal(finding->verdict.hazard, cases[i].hazard);
		assert_int_equal(finding->step_count, cases[i].steps);
		read_one(text, &set);
		run_told(&set.scenarios[0], finding);
		scenario_free(&set);
		exploration_free(&exploration);
	}
}

/* What can never matter again is not missed: without it the same is found, in as many events. */
static void merged_states_show_the_same(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < CLUSTERS; i += every()) {
		struct exploration merged, exact;

		explore_cluster(clusters[i], (struct explore_options){.depth = 3}, &merged);
		explore_cluster(clusters[i], (struct explore_options){.depth = 3, .exact = true}, &exact);
		assert_same_findings(&merged, &exact, false);
		assert_true(merged.states < exact.states);
		exploration_free(&merged);
		exploration_free(&exact);
	}
}

/* Where nothing is merged the numbers are known; they change with the model only. */
static void exact_searches_count_as_ever(void **unused)
{
	static const struct {
		const char *cluster;
		uint32_t depth;
		uint64_t states, transitions;
	} known[] = {
		{"{nodes: 3}", 5, 2410, 10638},
		{"{nodes: 4, quorum: {last_man_standing: 1}}", 4, 45745, 123788},
		{"{nodes: 2, quorum: {two_node: 1}}", 6, 46, 265},
		{"{nodes: 3, quorum: {two_node: 1}}", 4, 178, 669},
	};

	(void)unused;
	for (uint32_t i = 0; i < sizeof known / sizeof *known; i += every()) {
		struct exploration exploration;

		explore_cluster(known[i].cluster, (struct explore_options){.depth = known[i].depth, .exact = true},
				&exploration);
		assert_int_equal(exploration.states, known[i].states);
		assert_int_equal(exploration.transitions, known[i].transitions);
		exploration_free(&exploration);
	}
}

/* ---- interleavings ---- */

enum { NAIVE_STATES = 4096, NAIVE_QUESTIONS = 256 };

struct naive { /* every way of one event, one after the other, nothing left out */
	struct scenario scenario;
	struct step steps[3];
	struct world *world;
	struct check *check;
	size_t check_bytes;
	uint8_t *world_before, *check_before;
	size_t bytes;
	bool judging;
	uint64_t hashes[NAIVE_STATES][2];
	uint32_t hash_count;
	bool shown[64][16]; /* by rule and hazard */
	uint64_t runs;
};

static void naive_verdict(void *ctx, const struct verdict *verdict)
{
	struct naive *naive = ctx;

	if (naive->judging && (verdict->kind == VERDICT_BREACH || verdict->kind == VERDICT_HAZARD))
		naive->shown[verdict->rule][verdict->hazard] = true;
}

static void naive_observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct naive *naive = ctx;

	check_observe(naive->check, &naive->scenario, view, observation, naive_verdict, naive);
}

static void naive_open(struct naive *naive, const struct scenario *scenario)
{
	static uint32_t all[] = {0, 1, 2, 3, 4, 5, 6, 7};

	memset(naive, 0, sizeof *naive);
	naive->scenario = *scenario;
	naive->scenario.client_count = 0;
	naive->scenario.steps = naive->steps;
	naive->scenario.step_count = 3;
	for (uint32_t i = 0; i < 3; i++)
		naive->steps[i] = (struct step){.verb = VERB_NONE, .settle = true};
	naive->steps[0].verb = VERB_START;
	naive->steps[0].together = true;
	naive->steps[0].nodes = (struct index_list){scenario->node_count, all};
	naive->check_bytes = check_size(&naive->scenario);
	naive->check = calloc(1, naive->check_bytes);
	naive->check_before = calloc(1, naive->check_bytes);
	check_init(naive->check, &naive->scenario);
	naive->world = world_create(&naive->scenario, choice_token, 0);
	world_observe(naive->world, (struct observer){naive, naive_observe});
	while (world_step(naive->world) == 0)
		assert_true(world_advance(naive->world));
	naive->bytes = world_bytes(naive->world);
	naive->world_before = malloc(naive->bytes);
	world_save(naive->world, naive->world_before);
	memcpy(naive->check_before, naive->check, naive->check_bytes);
	naive->judging = true;
}

static void naive_close(struct naive *naive)
{
	world_destroy(naive->world);
	free(naive->check);
	free(naive->check_before);
	free(naive->world_before);
}

static void naive_add(struct naive *naive)
{
	uint64_t hash[2];
	uint32_t i = 0;

	world_hash_settled(naive->world, hash);
	while (i < naive->hash_count && memcmp(naive->hashes[i], hash, sizeof hash) != 0)
		i++;
	if (i < naive->hash_count)
		return;
	assert_true(i < NAIVE_STATES);
	memcpy(naive->hashes[naive->hash_count++], hash, sizeof hash);
}

/* The last choice that can be raised is, what lies behind it starts anew, until none can be. */
static void naive_event(struct naive *naive, const struct step *event)
{
	uint32_t taken[NAIVE_QUESTIONS] = {0}, asked[NAIVE_QUESTIONS];
	struct choice_list list = {.taken = taken, .asked = asked, .asked_room = NAIVE_QUESTIONS};

	naive->steps[1] = *event;
	for (;;) {
		uint32_t last;

		list.asked_count = 0;
		world_restore(naive->world, naive->world_before, naive->bytes);
		memcpy(naive->check, naive->check_before, naive->check_bytes);
		world_choose(naive->world, choice_from_list(&list));
		while (world_step(naive->world) <= 1 && world_advance(naive->world))
			;
		naive->runs++;
		naive_add(naive);
		assert_true(list.asked_count <= NAIVE_QUESTIONS);
		for (last = list.asked_count; last > 0 && taken[last - 1] + 1 == asked[last - 1]; last--)
			;
		if (last == 0)
			return;
		taken[last - 1]++;
		memset(taken + last, 0, (NAIVE_QUESTIONS - last) * sizeof *taken);
		list.taken_count = last;
	}
}

/* Runs that end where another was before leave nothing out: the same states come, and the same is shown. */
static void all_interleavings_of_an_event_are_found(void **unused)
{
	static const char *const small[] = {
		"{nodes: 2}",
		"{nodes: 2, quorum: {two_node: 1}}",
		"{nodes: 3}",
		"{nodes: 3, quorum: {wait_for_all: 1}}",
		"{nodes: 3, quorum: {last_man_standing: 1}}",
		"{nodes: [{nodeid: 1, quorum_votes: 3}, {nodeid: 2, quorum_votes: 2}, {nodeid: 3, quorum_votes: 2}], "
		"quorum: {auto_tie_breaker: 1, wait_for_all: 1}}",
	};

	(void)unused;
	for (uint32_t i = 0; i < sizeof small / sizeof *small; i += every()) {
		struct explore_options options = {.depth = 1, .exact = true, .interleavings = 1000000};
		struct exploration exploration;
		struct scenario_set set;
		struct naive naive;
		struct events events;
		char text[512];

		snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", small[i]);
		read_one(text, &set);
		events_make_for(&events, &set.scenarios[0], events_called_for(&set.scenarios[0]));
		naive_open(&naive, &set.scenarios[0]);
		naive_add(&naive); /* the start */
		for (uint32_t event = 0; event < events.count; event++) {
			naive_event(&naive, &events.steps[event]);
			naive.runs -= events.steps[event].verb == VERB_START; /* all are up: not tried */
		}
		options.events = &events;
		explore(&set.scenarios[0], &options, &exploration);
		print_message("%s: %llu ways, %llu run\n", small[i], (unsigned long long)naive.runs,
			      (unsigned long long)exploration.interleavings.runs);
		assert_int_equal(exploration.interleavings.cut, 0);
		assert_true(exploration.interleavings.runs < naive.runs);
		assert_int_equal(exploration.interleavings.ways, naive.runs);
		if (exploration.breaches == 0)
			assert_int_equal(exploration.states, naive.hash_count);
		for (uint32_t k = 0; k < exploration.finding_count; k++) {
			const struct verdict *verdict = &exploration.findings[k].verdict;

			assert_true(naive.shown[verdict->rule][verdict->hazard]);
			naive.shown[verdict->rule][verdict->hazard] = false;
		}
		for (uint32_t rule = 0; rule < 64; rule++)
			for (uint32_t hazard = 0; hazard < 16; hazard++)
				assert_false(naive.shown[rule][hazard]);
		naive_close(&naive);
		exploration_free(&exploration);
		events_free(&events);
		scenario_free(&set);
	}
}

/* What only an interleaving shows is written with its choices: a run of it shows the same. */
static void interleavings_are_written_down(void **unused)
{
	static const char *const small[] = {
		"{nodes: 3, quorum: {wait_for_all: 1}}",
		"{nodes: 4, quorum: {auto_tie_breaker: 1}}",
		"{nodes: 3, quorum: {last_man_standing: 1, wait_for_all: 1}}",
	};
	uint32_t departed = 0;

	(void)unused;
	for (uint32_t i = 0; i < sizeof small / sizeof *small; i += every()) {
		struct explore_options options = {.depth = 2, .interleavings = 40, .jobs = 2};
		struct exploration exploration, alone;
		struct scenario_set set;
		char text[512];

		snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n", small[i]);
		read_one(text, &set);
		explore(&set.scenarios[0], &options, &exploration);
		assert_true(exploration.finding_count > 0);
		assert_true(exploration.interleavings.cut > 0 && exploration.interleavings.dropped > 0);
		for (uint32_t k = 0; k < exploration.finding_count; k++) {
			departed += exploration.findings[k].choice_count > 0;
			run_told(&set.scenarios[0], &exploration.findings[k]);
		}
		options.jobs = 1;
		explore(&set.scenarios[0], &options, &alone);
		assert_int_equal(alone.states, exploration.states);
		assert_int_equal(alone.transitions, exploration.transitions);
		assert_int_equal(alone.interleavings.runs, exploration.interleavings.runs);
		assert_int_equal(alone.finding_count, exploration.finding_count);
		exploration_free(&exploration);
		exploration_free(&alone);
		scenario_free(&set);
	}
	assert_true(departed > 0);
}

/* Who does the work shows nowhere. */
static void threads_change_nothing(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < CLUSTERS; i += every())
		for (uint32_t jobs = 2; jobs <= 5; jobs += 3) {
			struct diary alone = {0}, many = {0};
			struct exploration one, other;

			explore_cluster(clusters[i],
					(struct explore_options){.depth = 3,
								 .transitions_max = 5000,
								 .states_max = 700,
								 .visit = write_diary,
								 .ctx = &alone},
					&one);
			explore_cluster(clusters[i],
					(struct explore_options){.depth = 3,
								 .transitions_max = 5000,
								 .states_max = 700,
								 .jobs = jobs,
								 .visit = write_diary,
								 .ctx = &many},
					&other);
			assert_int_equal(alone.digest, many.digest);
			assert_same(&one, &other);
			exploration_free(&one);
			exploration_free(&other);
		}
}

/* ---- symmetry ---- */

struct met { /* states by their hash, with the ways to them */
	uint32_t count;
	uint64_t hash[20000][2];
	uint32_t depth[20000];
	uint32_t way[20000][4];
};

static bool is_met(const struct met *met, const uint64_t hash[2])
{
	for (uint32_t i = 0; i < met->count; i++)
		if (met->hash[i][0] == hash[0] && met->hash[i][1] == hash[1])
			return true;
	return false;
}

static void meet(struct met *met, const uint64_t hash[2], const uint32_t *way, uint32_t depth)
{
	uint32_t at = met->count;

	if (is_met(met, hash))
		return;
	assert_true(at < sizeof met->hash / sizeof *met->hash);
	memcpy(met->hash[at], hash, sizeof met->hash[at]);
	memcpy(met->way[at], way, depth * sizeof *way);
	met->depth[at] = depth;
	met->count++;
}

/* Every state up to a depth, as a walker knows them. */
static void meet_all(struct walker *walker, struct met *met, uint32_t depth)
{
	struct expansion expansion = {0};
	uint64_t hash[2];
	uint32_t way[4];

	walker_hash(walker, (struct way){0, NULL, NULL}, hash);
	meet(met, hash, way, 0);
	for (uint32_t i = 0; i < met->count && met->depth[i] < depth; i++) {
		expansion_clear(&expansion);
		memcpy(way, met->way[i], sizeof way);
		walker_expand(walker, i, (struct way){met->depth[i], way, NULL}, &expansion);
		for (uint32_t k = 0; k < expansion.outcome_count; k++) {
			way[met->depth[i]] = expansion.outcomes[k].event;
			if (!expansion.outcomes[k].breached)
				meet(met, expansion.outcomes[k].hash, way, met->depth[i] + 1);
		}
	}
	expansion_free(&expansion);
}

/* The orbits of the states that come without symmetry are the states that come with it. */
static void assert_same_orbits(const struct scenario *scenario, uint32_t depth)
{
	struct met *all = calloc(1, sizeof *all), *reduced = calloc(1, sizeof *reduced);
	struct met *orbits = calloc(1, sizeof *orbits);
	const struct explore_options plain = {.depth = 4}, symmetric = {.depth = 4, .symmetry = true};
	struct walker *one, *other;
	struct events events;

	assert_true(all && reduced && orbits);
	events_make_for(&events, scenario, events_called_for(scenario));
	one = walker_create(scenario, &plain, &events);
	other = walker_create(scenario, &symmetric, &events);
	meet_all(one, all, depth);
	meet_all(other, reduced, depth);
	for (uint32_t i = 0; i < all->count; i++) {
		uint64_t hash[2];

		walker_hash(other, (struct way){all->depth[i], all->way[i], NULL}, hash);
		assert_true(is_met(reduced, hash));
		meet(orbits, hash, all->way[i], all->depth[i]);
	}
	assert_int_equal(orbits->count, reduced->count);
	assert_true(reduced->count < all->count);
	walker_destroy(one);
	walker_destroy(other);
	events_free(&events);
	free(all);
	free(reduced);
	free(orbits);
}

static const char *const symmetric_clusters[] = {
	"{nodes: 3}",
	"{nodes: 4}",
	"{nodes: [{nodeid: 3, quorum_votes: 2}, {nodeid: 5}, {nodeid: 9}, {nodeid: 11}]}",
	"{nodes: 4, quorum: {expected_votes_tracking: 1}}",
};
#define SYMMETRIC_CLUSTERS (sizeof symmetric_clusters / sizeof *symmetric_clusters)

static void equal_nodes_may_change_places(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < SYMMETRIC_CLUSTERS; i++) {
		struct exploration whole, reduced;
		struct scenario_set set;
		char text[256];

		snprintf(text, sizeof text, "scenario: s\ncluster: %s\nsteps: [{start: all}]\n",
			 symmetric_clusters[i]);
		read_one(text, &set);
		assert_same_orbits(&set.scenarios[0], 3);
		scenario_free(&set);
		explore_cluster(symmetric_clusters[i], (struct explore_options){.depth = 5}, &whole);
		explore_cluster(symmetric_clusters[i], (struct explore_options){.depth = 5, .symmetry = true},
				&reduced);
		assert_same_findings(&whole, &reduced, false);
		assert_true(reduced.states < whole.states);
		exploration_free(&whole);
		exploration_free(&reduced);
	}
}

/* Names matter to wait_for_all, two_node and a tie breaker, and to who calls: nothing is merged. */
static void names_are_kept_where_they_matter(void **unused)
{
	uint64_t states[2];

	(void)unused;
	for (uint32_t i = 2; i < 6; i++) {
		struct exploration whole, reduced;

		explore_cluster(clusters[i], (struct explore_options){.depth = 3}, &whole);
		explore_cluster(clusters[i], (struct explore_options){.depth = 3, .symmetry = true}, &reduced);
		assert_same(&whole, &reduced);
		exploration_free(&whole);
		exploration_free(&reduced);
	}
	for (uint32_t i = 0; i < 2; i++) {
		const struct explore_options called = {.depth = 2, .admin = true, .symmetry = i > 0};
		struct exploration exploration;

		explore_cluster("{nodes: 3}", called, &exploration);
		states[i] = exploration.states;
		exploration_free(&exploration);
	}
	assert_int_equal(states[0], states[1]);
}

/* ---- killed and gone on with ---- */

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void die_after_2000(void *ctx, const struct explore_visit *visit)
{
	static uint32_t visits;

	(void)ctx;
	(void)visit;
	if (++visits == 2000)
		raise(SIGKILL);
}

/* In a process of its own, which is gone in the midst of it. */
static void explore_and_die(const char *cluster, struct explore_options options)
{
	pid_t child = fork();
	struct exploration exploration;
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		options.visit = die_after_2000;
		explore_cluster(cluster, options, &exploration);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_killed_search_gives_the_same_answer(void **unused)
{
	char folder[] = "/tmp/explore_test.XXXXXX", path[64];

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/kept", folder);
	for (uint32_t i = 0; i < CLUSTERS; i += every()) {
		struct explore_options options = {.depth = 4, .resume_path = path, .keep_now = always};
		struct exploration whole, resumed;

		explore_cluster(clusters[i], (struct explore_options){.depth = 4}, &whole);
		if (whole.transitions < 2500) {
			exploration_free(&whole);
			continue;
		}
		explore_and_die(clusters[i], options);
		assert_int_equal(access(path, R_OK), 0);
		options.jobs = 2;
		explore_cluster(clusters[i], options, &resumed);
		assert_string_equal(resumed.problem, "");
		assert_same(&whole, &resumed);
		exploration_free(&whole);
		exploration_free(&resumed);
		unlink(path);
	}
	rmdir(folder);
}

static void flip_a_byte(const char *path)
{
	FILE *file = fopen(path, "r+b");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, 200, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_equal(fseek(file, 200, SEEK_SET), 0);
	fputc(byte ^ 1, file);
	fclose(file);
}

/* A search goes deeper, of the same cluster only, and from a whole file only. */
static void a_kept_search_goes_deeper(void **unused)
{
	char folder[] = "/tmp/explore_test.XXXXXX", path[64];
	struct explore_options options = {.depth = 2, .resume_path = path};
	struct exploration whole, part;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/kept", folder);
	explore_cluster(clusters[5], (struct explore_options){.depth = 4}, &whole);
	for (options.depth = 2; options.depth <= 4; options.depth += 2) {
		explore_cluster(clusters[5], options, &part);
		if (options.depth == 4)
			assert_same(&whole, &part);
		exploration_free(&part);
	}
	options.depth = 3;
	explore_cluster(clusters[5], options, &part);
	assert_non_null(strstr(part.problem, "greater depth"));
	exploration_free(&part);
	explore_cluster(clusters[6], options, &part);
	assert_non_null(strstr(part.problem, "another cluster"));
	exploration_free(&part);
	flip_a_byte(path);
	options.depth = 4;
	explore_cluster(clusters[5], options, &part);
	assert_non_null(strstr(part.problem, "not all of it"));
	exploration_free(&part);
	exploration_free(&whole);
	unlink(path);
	rmdir(folder);
}

/* With the departures that led to each state: what is found again has the same choices. */
static void a_kept_search_of_interleavings(void **unused)
{
	static const char cluster[] = "{nodes: 3, quorum: {wait_for_all: 1}}";
	char folder[] = "/tmp/explore_test.XXXXXX", path[64];
	struct explore_options options = {.resume_path = path, .interleavings = 60};
	struct exploration whole, part;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/kept", folder);
	explore_cluster(cluster, (struct explore_options){.depth = 4, .interleavings = 60}, &whole);
	for (options.depth = 2; options.depth <= 4; options.depth++) {
		explore_cluster(cluster, options, &part);
		assert_string_equal(part.problem, "");
		if (options.depth < 4)
			exploration_free(&part);
	}
	assert_same(&whole, &part);
	assert_int_equal(whole.interleavings.runs, part.interleavings.runs);
	assert_int_equal(whole.interleavings.dropped, part.interleavings.dropped);
	assert_true(whole.finding_count > 0 && whole.findings[0].choice_count > 0);
	assert_int_equal(whole.findings[0].choice_count, part.findings[0].choice_count);
	assert_memory_equal(whole.findings[0].choices, part.findings[0].choices,
			    whole.findings[0].choice_count * sizeof *whole.findings[0].choices);
	exploration_free(&part);
	options.depth = 4;
	options.interleavings = 61;
	explore_cluster(cluster, options, &part);
	assert_non_null(strstr(part.problem, "other options"));
	exploration_free(&part);
	exploration_free(&whole);
	unlink(path);
	rmdir(folder);
}

/* A majority cluster has few situations that differ: all of them are seen. */
static void three_nodes_are_exhausted(void **unused)
{
	struct exploration exploration;

	(void)unused;
	explore_cluster("{nodes: 3}", (struct explore_options){.depth = 30}, &exploration);
	assert_true(exploration.exhausted);
	assert_int_equal(exploration.finding_count, 0);
	exploration_free(&exploration);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_majority_cluster_is_clean),
		cmocka_unit_test(a_single_node_is_exhausted),
		cmocka_unit_test(two_node_with_three_is_found_at_once),
		cmocka_unit_test(a_tie_breaker_is_fooled_in_two_events),
		cmocka_unit_test(a_hazard_is_told_apart),
		cmocka_unit_test(a_budget_is_kept_and_told),
		cmocka_unit_test(shortcuts_lead_to_the_same_place),
		cmocka_unit_test(shortcuts_mind_an_administrator),
		cmocka_unit_test(calls_are_events),
		cmocka_unit_test(merged_states_show_the_same),
		cmocka_unit_test(exact_searches_count_as_ever),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(all_interleavings_of_an_event_are_found),
		cmocka_unit_test(interleavings_are_written_down),
		cmocka_unit_test(equal_nodes_may_change_places),
		cmocka_unit_test(names_are_kept_where_they_matter),
		cmocka_unit_test(a_killed_search_gives_the_same_answer),
		cmocka_unit_test(a_kept_search_goes_deeper),
		cmocka_unit_test(a_kept_search_of_interleavings),
		cmocka_unit_test(three_nodes_are_exhausted),
		cmocka_unit_test(all_partitions_are_tried),
		cmocka_unit_test(visits_tell_every_transition),
		cmocka_unit_test(own_events_are_tried_on_large_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
