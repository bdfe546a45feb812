/*
 * votesim swarm: what do very many random stories find?
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/shrink/shrink.h"
#include "sim/explore/story.h"
#include "sim/swarm/swarm.h"
#include "sim/world/seed.h"
#include "sim/terminal/verdicts.h"

#define RUNS_DEFAULT 20000u
#define RUNS_MAX 1000000000000ull
#define EVENTS_DEFAULT 8u
#define SHRINK_TESTS 20000u

struct swarm_command {
	struct swarm_options options;
	const char *seed, *path, *folder;
	bool one_run;
	bool nodes_given, events_given;
};

struct listed { /* a finding that is told, with those that are the same in a larger configuration */
	struct swarm_finding finding;
	struct shrunk shrunk;
	bool is_shrunk;
	uint32_t features; /* of what is left */
	uint64_t runs;     /* that show it, all together */
	char name[64];
	char description[256];
};

enum { OPTION_RUNS = 256, OPTION_RUN, OPTION_SEED, OPTION_NODES, OPTION_EVENTS, OPTION_NO_ADMINISTRATOR };

/* ---- the command line ---- */

/* N or A..B */
static bool take_nodes(struct swarm_command *command, const char *text)
{
	char low[16];
	const char *dots = strstr(text, "..");
	uint64_t least, most;

	if (dots && dots - text < 16) {
		memcpy(low, text, (size_t)(dots - text));
		low[dots - text] = 0;
	} else
		snprintf(low, sizeof low, "%.15s", text);
	if (!parse_number(low, 1, DRAW_NODES_MAX, &least) ||
	    !parse_number(dots ? dots + 2 : text, least, DRAW_NODES_MAX, &most))
		return false;
	command->options.draw.nodes_min = (uint32_t)least;
	command->options.draw.nodes_max = (uint32_t)most;
	command->nodes_given = true;
	return true;
}

static bool take_option(struct swarm_command *command, int option)
{
	uint64_t number;

	switch (option) {
	case OPTION_RUNS:
		return parse_number(optarg, 1, RUNS_MAX, &command->options.count);
	case OPTION_RUN:
		command->one_run = true;
		command->options.count = 1;
		return parse_number(optarg, 0, RUNS_MAX, &command->options.first);
	case OPTION_SEED:
		command->seed = optarg;
		return seed_from_text(optarg, &command->options.seed);
	case OPTION_NODES:
		return take_nodes(command, optarg);
	case OPTION_EVENTS:
		if (!parse_number(optarg, 1, DRAW_EVENTS_MAX, &number))
			return false;
		command->options.draw.events_max = (uint32_t)number;
		command->events_given = true;
		return true;
	case OPTION_NO_ADMINISTRATOR:
		command->options.draw.no_administrator = true;
		return true;
	case 'j':
		if (!parse_number(optarg, 1, 256, &number))
			return false;
		command->options.jobs = (uint32_t)number;
		return true;
	case 'o':
		command->folder = optarg;
		return true;
	default:
		return false;
	}
}

static int parse(struct swarm_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"runs", required_argument, NULL, OPTION_RUNS},
		{"run", required_argument, NULL, OPTION_RUN},
		{"seed", required_argument, NULL, OPTION_SEED},
		{"nodes", required_argument, NULL, OPTION_NODES},
		{"events", required_argument, NULL, OPTION_EVENTS},
		{"no-administrator", no_argument, NULL, OPTION_NO_ADMINISTRATOR},
		{"output", required_argument, NULL, 'o'},
		{"jobs", required_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":j:o:", options, NULL)) != -1)
		if (!take_option(command, option))
			return usage_error("swarm: cannot use '%s'; there are --runs 1.., --run 0.., --seed N|TEXT, "
					   "--nodes N|A..B of 1..%u, --events 1..%u, --no-administrator, --output "
					   "DIR, -j 1..256",
					   argv[optind - 1], DRAW_NODES_MAX, DRAW_EVENTS_MAX);
	if (optind + 1 < argc)
		return usage_error("swarm wants at most one scenario (*.yaml) or corosync.conf");
	command->path = argv[optind];
	if (command->path && command->nodes_given)
		return usage_error("swarm: %s says how many nodes there are, --nodes cannot", command->path);
	return 0;
}

/* ---- shrinking ---- */

static const char *rule_of(const struct found *found)
{
	if (found->rule < check_rule_count)
		return check_rules[found->rule].id;
	return found->kind == FOUND_NO_QUORUM ? "no-quorum" : "restless";
}

static void shrink_one(const struct swarm_command *command, struct listed *listed)
{
	const struct swarm_finding *finding = &listed->finding;
	const struct shrink_options options = {listed->name, listed->description, SHRINK_TESTS};
	struct draw *draw = draw_open(&command->options.draw);
	const struct drawn *drawn = draw_run(draw, command->options.seed, finding->first_run);

	snprintf(listed->name, sizeof listed->name, "swarm-%s-%llu", rule_of(&finding->found),
		 (unsigned long long)finding->first_run);
	snprintf(listed->description, sizeof listed->description,
		 "Run %llu of votesim swarm --seed %s, shrunk from %u nodes and %u steps.",
		 (unsigned long long)finding->first_run, command->seed, drawn->scenario.node_count,
		 drawn->scenario.step_count);
	listed->is_shrunk = shrink(&drawn->scenario, choice_at_rates(&drawn->rates), drawn->seed, &finding->found,
				   &options, &listed->shrunk);
	listed->features =
		listed->is_shrunk ? features_of(&listed->shrunk.set.scenarios[0]) : listed->finding.features;
	draw_close(draw);
}

/* One that is told already, and whose configuration is a part of this one's. */
static struct listed *told_before(struct listed *listed, uint32_t count, const struct swarm_finding *finding)
{
	for (uint32_t i = 0; i < count; i++)
		if (found_same(&listed[i].finding.found, &finding->found) &&
		    (listed[i].features & ~finding->features) == 0)
			return &listed[i];
	return NULL;
}

static uint32_t make_list(const struct swarm_command *command, const struct swarm *swarm, struct listed *listed)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < swarm->finding_count; i++) {
		struct listed *known = told_before(listed, count, &swarm->findings[i]);

		if (known) {
			known->runs += swarm->findings[i].runs;
			continue;
		}
		listed[count].finding = swarm->findings[i];
		listed[count].runs = swarm->findings[i].runs;
		shrink_one(command, &listed[count]);
		known = told_before(
			listed, count,
			&(struct swarm_finding){listed[count].finding.found, listed[count].features, 0, 0});
		if (known) { /* in the end it is the same */
			known->runs += listed[count].runs;
			shrunk_free(&listed[count].shrunk);
			memset(&listed[count], 0, sizeof listed[count]);
			continue;
		}
		count++;
	}
	return count;
}

/* ---- telling ---- */

static void tell_reproduce(const struct swarm_command *command, uint64_t run)
{
	const struct draw_options *draw = &command->options.draw;

	printf("   votesim swarm --seed %s --run %llu", command->seed, (unsigned long long)run);
	if (command->nodes_given)
		printf(" --nodes %u..%u", draw->nodes_min, draw->nodes_max);
	if (command->events_given)
		printf(" --events %u", draw->events_max);
	if (draw->no_administrator)
		printf(" --no-administrator");
	printf("%s%s\n", command->path ? " " : "", command->path ? command->path : "");
}

static void put_scenario(const struct listed *listed, FILE *to)
{
	const struct scenario *scenario = &listed->shrunk.set.scenarios[0];
	struct story story;

	story_make(scenario, &listed->shrunk.found, &story);
	scenario_write(scenario, &story.notes, to);
	story_free(&story);
}

static int write_one(const struct swarm_command *command, const struct listed *listed)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s.yaml", command->folder, listed->name);
	file = fopen(path, "w");
	if (file)
		put_scenario(listed, file);
	if (!file || fclose(file) != 0)
		return cannot_write(path);
	printf("   votesim run %s\n", path);
	return 0;
}

static int tell_one(const struct swarm_command *command, const struct listed *listed, uint32_t number)
{
	const struct found *found = &listed->finding.found;
	char features[256];

	features_name(listed->features, features);
	printf("\n%u. ", number);
	story_title(found, stdout);
	printf("\n   with %s; %llu run%s\n", features, (unsigned long long)listed->runs,
	       listed->runs == 1 ? "" : "s");
	if (listed->is_shrunk) {
		const struct scenario *scenario = &listed->shrunk.set.scenarios[0];

		printf("   shrunk to %u node%s and %u step%s%s: %s\n", scenario->node_count,
		       scenario->node_count == 1 ? "" : "s", scenario->step_count,
		       scenario->step_count == 1 ? "" : "s", listed->shrunk.minimal ? "" : " (not yet the smallest)",
		       listed->shrunk.found.verdict.came);
	} else
		printf("   %s\n", found->verdict.came);
	if (listed->shrunk.found.reason[0])
		printf("   %s\n", listed->shrunk.found.reason);
	tell_reproduce(command, listed->finding.first_run);
	return listed->is_shrunk && command->folder ? write_one(command, listed) : 0;
}

static void tell_summary(const struct swarm_command *command, const struct swarm *swarm, const struct listed *listed,
			 uint32_t count)
{
	uint32_t defects = 0, hazards = 0;

	for (uint32_t i = 0; i < count; i++) {
		defects += found_is_defect(&listed[i].finding.found);
		hazards += listed[i].finding.found.kind == FOUND_HAZARD;
	}
	printf("%llu run%s, %llu events, %llu callbacks judged: %u defect%s, %u hazard%s that the manual admits, "
	       "%u other way%s to be without quorum.\n",
	       (unsigned long long)command->options.count, command->options.count == 1 ? "" : "s",
	       (unsigned long long)swarm->totals.events, (unsigned long long)swarm->totals.callbacks, defects,
	       defects == 1 ? "" : "s", hazards, hazards == 1 ? "" : "s", count - defects - hazards,
	       count - defects - hazards == 1 ? "" : "s");
}

/* What a search without findings says nothing about. */
static void tell_unexercised(const struct swarm *swarm)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < check_rule_count; i++)
		if (!swarm->totals.exercised[i])
			printf("%s%s", count++ ? ", " : "Not put to the test by any run: ", check_rules[i].id);
	if (count)
		puts(".");
}

static int tell(const struct swarm_command *command, const struct swarm *swarm, const struct listed *listed,
		uint32_t count)
{
	bool defects = count > 0 && found_is_defect(&listed[0].finding.found);
	int status = 0;

	tell_summary(command, swarm, listed, count);
	if (!command->one_run)
		tell_unexercised(swarm);
	for (uint32_t i = 0; i < count && status == 0; i++)
		status = tell_one(command, &listed[i], i + 1);
	for (uint32_t i = 0; i < count && !command->folder && (i == 0 || command->one_run); i++)
		if (listed[i].is_shrunk) {
			printf("\n%s\n\n", command->one_run
						   ? "As a scenario:"
						   : "The first of these as a scenario (--output DIR writes all):");
			put_scenario(&listed[i], stdout);
		}
	if (status)
		return status;
	return defects ? EXIT_FAILED : EXIT_HELD;
}

/* ---- running ---- */

static void show_progress(void *ctx, uint64_t done)
{
	(void)ctx;
	if (done % 4096 == 0)
		fprintf(stderr, "\r\033[K%llu runs", (unsigned long long)done);
}

static int search(struct swarm_command *command)
{
	struct listed *listed;
	struct swarm swarm;
	uint32_t count;
	int status;

	if (command->folder && mkdir(command->folder, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "votesim: cannot make %s: %s\n", command->folder, strerror(errno));
		return EXIT_USAGE;
	}
	command->options.progress = takes_escapes(2) ? show_progress : NULL;
	swarm_search(&command->options, &swarm);
	if (command->options.progress)
		fputs("\r\033[K", stderr);
	listed = allocate(swarm.finding_count, sizeof *listed);
	count = make_list(command, &swarm, listed);
	status = tell(command, &swarm, listed, count);
	for (uint32_t i = 0; i < count; i++)
		shrunk_free(&listed[i].shrunk);
	free(listed);
	swarm_free(&swarm);
	return status;
}

static bool is_scenario_path(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int search_cluster(struct swarm_command *command)
{
	struct scenario_set set;
	char message[2048];
	int status = is_scenario_path(command->path)
			     ? scenario_read(command->path, &set, message, sizeof message)
			     : scenario_read_conf(command->path, &set, message, sizeof message);

	if (status) {
		fprintf(stderr, "%s\n", message);
		return EXIT_USAGE;
	}
	command->options.draw.base = &set.scenarios[0];
	if (set.count != 1)
		status = usage_error("swarm wants one scenario, and %s holds %u", command->path, set.count);
	for (uint32_t i = 0; i < set.scenarios[0].node_count && !status; i++)
		if (set.scenarios[0].nodes[i].later.line)
			status = usage_error("swarm: node %u of %s comes by a reload only",
					     set.scenarios[0].nodes[i].nodeid, command->path);
	if (!status)
		status = search(command);
	scenario_free(&set);
	return status;
}

int command_swarm(int argc, char **argv)
{
	struct swarm_command command = {
		.options = {.draw = {.nodes_min = 2, .nodes_max = 5, .events_max = EVENTS_DEFAULT},
			    .count = RUNS_DEFAULT,
			    .jobs = 1},
		.seed = "0",
	};
	int status = parse(&command, argc, argv);

	if (status)
		return status;
	return command.path ? search_cluster(&command) : search(&command);
}
