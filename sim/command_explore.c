/*
 * votesim explore: what can befall this cluster, and what comes of it?
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/explore/events.h"
#include "sim/explore/explore.h"
#include "sim/explore/tell.h"
#include "sim/explore_pace.h"
#include "sim/findings.h"

#define DEPTH_DEFAULT 4u
#define DEPTH_MAX EXPLORE_DEPTH_MAX
#define STATES_DEFAULT 2000000u
#define STATES_MAX 1000000000u
#define MEMORY_MIN_MIB 64u
#define MEMORY_MAX_MIB (1u << 24)

struct explore_command {
	struct explore_options options;
	const char *path, *folder, *stats_path;
	FILE *stats;
	bool progress;
	struct pace pace;
};

static void show_progress(void *ctx, const struct explore_progress *progress)
{
	struct explore_command *command = ctx;

	pace_tell(&command->pace, &command->options, progress);
}

static bool is_scenario_path(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

enum long_option { OPTION_EXACT = 1000, OPTION_STATS, OPTION_ADMIN };

static const struct option option_list[] = {
	{"depth", required_argument, NULL, 'd'},
	{"states", required_argument, NULL, 's'},
	{"memory", required_argument, NULL, 'm'},
	{"jobs", required_argument, NULL, 'j'},
	{"output", required_argument, NULL, 'o'},
	{"exact", no_argument, NULL, OPTION_EXACT},
	{"admin", no_argument, NULL, OPTION_ADMIN},
	{"stats", required_argument, NULL, OPTION_STATS},
	{NULL, 0, NULL, 0},
};

/* A number that an option is given; false: it is none such, or out of range. */
static bool take_number(struct explore_command *command, int option)
{
	struct explore_options *options = &command->options;
	uint64_t number;

	if (option == 'd' && parse_number(optarg, 1, DEPTH_MAX, &number))
		options->depth = (uint32_t)number;
	else if (option == 's' && parse_number(optarg, 1, STATES_MAX, &number))
		options->states_max = number;
	else if (option == 'm' && parse_number(optarg, MEMORY_MIN_MIB, MEMORY_MAX_MIB, &number))
		options->memory_bytes = number << 20;
	else if (option == 'j' && parse_number(optarg, 1, 256, &number))
		options->jobs = (uint32_t)number;
	else
		return false;
	return true;
}

static bool take_option(struct explore_command *command, int option)
{
	switch (option) {
	case 'o':
		command->folder = optarg;
		return true;
	case OPTION_EXACT:
		command->options.exact = true;
		return true;
	case OPTION_ADMIN:
		command->options.admin = true;
		return true;
	case OPTION_STATS:
		command->stats_path = optarg;
		return true;
	default:
		return take_number(command, option);
	}
}

static int parse(struct explore_command *command, int argc, char **argv)
{
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":d:o:j:", option_list, NULL)) != -1)
		if (option == ':' || option == '?' || !take_option(command, option))
			return usage_error(
				"explore: cannot use '%s'; there are --depth 1..%u, --states 1..%u, --memory "
				"MIB from %u, -j 1..256, --exact, --admin, --output DIR, --stats FILE",
				argv[optind - 1], DEPTH_MAX, STATES_MAX, MEMORY_MIN_MIB);
	if (optind + 1 != argc)
		return usage_error("explore wants one scenario (*.yaml) or corosync.conf");
	command->path = argv[optind];
	return 0;
}

/* ---- what came of it ---- */

static void tell_way(const struct scenario *scenario, const struct explore_finding *finding)
{
	for (uint32_t i = 0; i < finding->step_count; i++) {
		printf("    %u. ", i + 1);
		tell_event(scenario, &finding->steps[i], stdout);
		putchar('\n');
	}
}

static void tell_finding(const struct scenario *scenario, const struct explore_finding *finding, uint32_t number)
{
	const struct verdict *verdict = &finding->verdict;
	const struct rule *rule = &check_rules[verdict->rule];

	printf("\n%u. ", number);
	if (verdict->hazard)
		printf("hazard H%u, which the manual admits", verdict->hazard);
	else
		printf("DEFECT");
	printf(": %s\n   from all nodes up, in %u event%s:\n", rule->says, finding->step_count,
	       finding->step_count == 1 ? "" : "s");
	tell_way(scenario, finding);
	printf("   then: %s\n", verdict->came);
	if (finding->more)
		printf("   (%llu more ways of up to the same length or longer)\n", (unsigned long long)finding->more);
}

static uint32_t count_defects(const struct exploration *exploration)
{
	uint32_t defects = 0;

	for (uint32_t i = 0; i < exploration->finding_count; i++)
		defects += exploration->findings[i].verdict.hazard == 0;
	return defects;
}

static void tell_cut(const struct explore_command *command, const struct exploration *exploration)
{
	bool memory = exploration->states != command->options.states_max;

	printf("; not all of %u, the limit of %llu states was reached, %llu times one more was dropped: raise it "
	       "with "
	       "--%s",
	       command->options.depth, (unsigned long long)exploration->states,
	       (unsigned long long)exploration->dropped, memory ? "memory" : "states");
}

static void tell_covered(const struct explore_command *command, const struct exploration *exploration)
{
	if (exploration->exhausted)
		printf("All sequences of events of any length: %llu states are all there are",
		       (unsigned long long)exploration->states);
	else
		printf("All sequences of up to %u events", exploration->depth_done);
	printf(" (%llu states, %llu events tried)", (unsigned long long)exploration->states,
	       (unsigned long long)exploration->transitions);
	if (exploration->cut)
		tell_cut(command, exploration);
	printf(": %u defect%s, %u hazard%s that the manual admits.\n", count_defects(exploration),
	       count_defects(exploration) == 1 ? "" : "s", exploration->finding_count - count_defects(exploration),
	       exploration->finding_count - count_defects(exploration) == 1 ? "" : "s");
}

static int write_one(const struct explore_command *command, const struct scenario *scenario,
		     const struct explore_finding *finding, uint32_t number)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/found-%u-%s.yaml", command->folder, number,
		 check_rules[finding->verdict.rule].id);
	file = fopen(path, "w");
	if (!file) {
		fprintf(stderr, "votesim: cannot write %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	tell_scenario(scenario, finding, number, file);
	if (fclose(file) != 0) {
		fprintf(stderr, "votesim: cannot write %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	printf("   votesim run %s\n", path);
	return 0;
}

static int tell(const struct explore_command *command, const struct scenario *scenario,
		const struct exploration *exploration)
{
	int status = 0;

	tell_covered(command, exploration);
	for (uint32_t i = 0; i < exploration->finding_count && status == 0; i++) {
		tell_finding(scenario, &exploration->findings[i], i + 1);
		if (command->folder)
			status = write_one(command, scenario, &exploration->findings[i], i + 1);
	}
	if (exploration->finding_count && !command->folder) {
		puts("\nThe first of these as a scenario (--output DIR writes all):\n");
		tell_scenario(scenario, &exploration->findings[0], 1, stdout);
	}
	if (status)
		return status;
	return count_defects(exploration) ? EXIT_FAILED : EXIT_HELD;
}

static int cannot(const char *what, const char *path)
{
	fprintf(stderr, "votesim: cannot %s %s: %s\n", what, path, strerror(errno));
	return EXIT_USAGE;
}

/* Before anything runs. */
static int open_outputs(struct explore_command *command)
{
	if (command->folder && mkdir(command->folder, 0777) != 0 && errno != EEXIST)
		return cannot("make", command->folder);
	if (!command->stats_path)
		return 0;
	command->stats = fopen(command->stats_path, "w");
	return command->stats ? 0 : cannot("write", command->stats_path);
}

static int write_stats(struct explore_command *command, const struct exploration *exploration)
{
	bool failed;

	if (!command->stats)
		return 0;
	pace_write_stats(&command->pace, &command->options, exploration, command->stats);
	failed = ferror(command->stats) != 0;
	failed = fclose(command->stats) != 0 || failed;
	return failed ? cannot("write", command->stats_path) : 0;
}

static int explore_scenario(struct explore_command *command, const struct scenario *scenario)
{
	struct exploration exploration;
	int status;

	if (scenario->node_count > EVENT_NODES_MAX)
		return usage_error("explore tries all partitions: of at most %u nodes, and %s has %u",
				   EVENT_NODES_MAX, command->path, scenario->node_count);
	status = open_outputs(command);
	if (status)
		return status;
	pace_begin(&command->pace);
	explore(scenario, &command->options, &exploration);
	if (command->progress)
		fputs("\r\033[K", stderr);
	status = write_stats(command, &exploration);
	if (status == 0)
		status = tell(command, scenario, &exploration);
	exploration_free(&exploration);
	return status;
}

int command_explore(int argc, char **argv)
{
	struct explore_command command = {
		.options = {.depth = DEPTH_DEFAULT, .states_max = STATES_DEFAULT},
	};
	struct scenario_set set;
	char message[2048];
	int status = parse(&command, argc, argv);

	if (status)
		return status;
	command.progress = isatty(2);
	if (command.progress) {
		command.options.progress = show_progress;
		command.options.ctx = &command;
	}
	status = is_scenario_path(command.path) ? scenario_read(command.path, &set, message, sizeof message)
						: scenario_read_conf(command.path, &set, message, sizeof message);
	if (status == 0 && findings_check(&set, message, sizeof message) != 0) {
		scenario_free(&set);
		status = -1;
	}
	if (status) {
		fprintf(stderr, "%s\n", message);
		return EXIT_USAGE;
	}
	if (set.count != 1)
		status = usage_error("explore wants one scenario, and %s holds %u", command.path, set.count);
	else
		status = explore_scenario(&command, &set.scenarios[0]);
	scenario_free(&set);
	return status;
}
