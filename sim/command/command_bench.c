/*
 * votesim bench changes: how many membership changes a second. A settled cluster,
 * a tracker on every node; its last node is split off and comes back, again and
 * again. Prints one JSON line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/run.h"

struct bench {
	uint64_t nodes, changes;
	bool checks;
	struct scenario scenario;
	struct vq_config config;
	struct index_list groups[2];
	uint32_t *all;
};

static void make_cluster(struct bench *bench)
{
	uint32_t n = (uint32_t)bench->nodes;
	struct vq_config_node *votes = allocate(n, sizeof *votes);
	struct scenario_node *nodes = allocate(n, sizeof *nodes);
	struct scenario_client *clients = allocate(n, sizeof *clients);

	bench->config.node_count = n;
	bench->config.nodes = votes;
	bench->all = allocate(n, sizeof *bench->all);
	for (uint32_t i = 0; i < n; i++) {
		votes[i] = (struct vq_config_node){i + 1, 1};
		nodes[i] = (struct scenario_node){.nodeid = i + 1, .config = &bench->config};
		clients[i] = (struct scenario_client){.name = "tracker", .node = i, .callbacks = 14};
		bench->all[i] = i;
	}
	bench->groups[0] = (struct index_list){n - 1, bench->all};
	bench->groups[1] = (struct index_list){1, bench->all + n - 1};
	bench->scenario = (struct scenario){
		.path = "bench",
		.name = "bench",
		.description = "",
		.variant = "",
		.node_count = n,
		.nodes = nodes,
		.client_count = n,
		.clients = clients,
		.totem = {3000, 650, 0, 50, 200},
		.network = {.latency_ns = 100000},
	};
}

static void make_steps(struct bench *bench)
{
	uint32_t n = (uint32_t)bench->nodes;
	uint32_t count = n + 1 + (uint32_t)bench->changes;
	struct step *steps = allocate(count, sizeof *steps);

	for (uint32_t i = 0; i < count; i++) {
		struct step *step = &steps[i];

		step->settle = true;
		step->at = (struct position){i + 1, 1};
		if (i == 0) {
			step->verb = VERB_START;
			step->nodes = (struct index_list){n, bench->all};
			step->together = true;
		} else if (i <= n) {
			step->verb = VERB_TRACKSTART;
			step->client = i - 1;
			step->request = (struct vq_request){.op = VQ_OP_TRACKSTART, .flags = VQ_TRACK_CHANGES};
		} else if ((i - n) % 2) {
			step->verb = VERB_PARTITION;
			step->group_count = 2;
			step->groups = bench->groups;
		} else {
			step->verb = VERB_HEAL;
		}
	}
	bench->scenario.steps = steps;
	bench->scenario.step_count = count;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct judged {
	struct check *check;
	const struct scenario *scenario;
	uint64_t verdicts;
};

static void count_verdict(void *ctx, const struct verdict *verdict)
{
	struct judged *judged = ctx;

	judged->verdicts += verdict_fails(verdict);
}

static void judge(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct judged *judged = ctx;

	check_observe(judged->check, judged->scenario, view, observation, count_verdict, judged);
}

static void measure(struct bench *bench)
{
	struct world *world = world_create(&bench->scenario, choice_plain, 0);
	struct judged judged = {.scenario = &bench->scenario};
	struct trace trace;
	double start, seconds;
	char hash[33];

	trace_init(&trace, &bench->scenario, false, false, false);
	world_observe(world, (struct observer){&trace, trace_observe});
	if (bench->checks) {
		judged.check = allocate(1, check_size(&bench->scenario));
		check_init(judged.check, &bench->scenario);
		world_observe(world, (struct observer){&judged, judge});
	}
	while (world_step(world) <= bench->nodes)
		world_advance(world);
	start = seconds_now();
	world_run(world);
	seconds = seconds_now() - start;
	trace_hash(&trace, hash);
	printf("{\"bench\": \"changes\", \"nodes\": %llu, \"changes\": %llu, \"checks\": %s, \"seconds\": %.6f, "
	       "\"changes_per_second\": %.1f, \"events\": %llu, \"world_bytes\": %zu, \"judge_bytes\": %zu, "
	       "\"failures\": %llu, \"trace\": \"%s\"}\n",
	       (unsigned long long)bench->nodes, (unsigned long long)bench->changes, bench->checks ? "true" : "false",
	       seconds, (double)bench->changes / seconds, (unsigned long long)world_events(world), world_bytes(world),
	       check_size(&bench->scenario), (unsigned long long)judged.verdicts, hash);
	trace_free(&trace);
	free(judged.check);
	world_destroy(world);
}

static void free_bench(struct bench *bench)
{
	free((void *)(uintptr_t)bench->config.nodes);
	free((void *)(uintptr_t)bench->scenario.nodes);
	free((void *)(uintptr_t)bench->scenario.clients);
	free((void *)(uintptr_t)bench->scenario.steps);
	free(bench->all);
}

int command_bench(int argc, char **argv)
{
	static const struct option options[] = {
		{"nodes", required_argument, NULL, 'n'},
		{"changes", required_argument, NULL, 'c'},
		{"no-checks", no_argument, NULL, 'x'},
		{NULL, 0, NULL, 0},
	};
	struct bench bench = {.nodes = 3, .changes = 20000, .checks = true};
	bool good = true;
	int option;

	optind = 1;
	opterr = 0;
	while (good && (option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == 'n')
			good = parse_number(optarg, 2, 4096, &bench.nodes);
		else if (option == 'c')
			good = parse_number(optarg, 1, 1000000, &bench.changes);
		else if (option == 'x')
			bench.checks = false;
		else
			good = false;
	}
	if (!good || optind + 1 != argc || strcmp(argv[optind], "changes") != 0)
		return usage_error(
			"usage: votesim bench changes [--nodes 2..4096] [--changes 1..1000000] [--no-checks]");
	make_cluster(&bench);
	make_steps(&bench);
	measure(&bench);
	free_bench(&bench);
	return EXIT_HELD;
}
