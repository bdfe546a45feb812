/*
 * votesim explore: what can befall this cluster, and what comes of it?
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/command/command_page.h"
#include "sim/command/commands.h"
#include "sim/explore/events.h"
#include "sim/explore/explore.h"
#include "sim/explore/tell.h"
#include "sim/terminal/explore_pace.h"
#include "sim/findings.h"
#include "sim/terminal/verdicts.h"

#define DEPTH_DEFAULT 4u
#define DEPTH_MAX EXPLORE_DEPTH_MAX
#define STATES_DEFAULT 2000000u
#define STATES_MAX 1000000000u
#define INTERLEAVINGS_DEFAULT 1000u
#define INTERLEAVINGS_MAX 100000000u
#define MEMORY_MIN_MIB 64u
#define MEMORY_MAX_MIB (1u << 24)

enum format { FORMAT_BY_INPUT, FORMAT_PAGE, FORMAT_LIST, FORMAT_JSON };

struct explore_command {
	struct explore_options options;
	const char *path, *folder, *stats_path, *other;
	enum format format; /* by input: a corosync.conf is told as a page, a scenario as a list */
	uint32_t ways_max;
	FILE *stats;
	bool progress;
	struct pace pace;
};

static void show_progress(void *ctx, const struct explore_progress *progress)
{
	struct explore_command *command = ctx;

	pace_tell(&command->pace, &command->options, progress);
}

static bool keep_now(void *ctx)
{
	struct explore_command *command = ctx;

	return pace_keep_now(&command->pace);
}

static bool is_scenario_path(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

enum long_option {
	OPTION_EXACT = 1000,
	OPTION_STATS,
	OPTION_ADMIN,
	OPTION_RESUME,
	OPTION_SYMMETRY,
	OPTION_INTERLEAVINGS
};

static const struct option option_list[] = {
	{"depth", required_argument, NULL, 'd'},
	{"states", required_argument, NULL, 's'},
	{"memory", required_argument, NULL, 'm'},
	{"jobs", required_argument, NULL, 'j'},
	{"output", required_argument, NULL, 'o'},
	{"exact", no_argument, NULL, OPTION_EXACT},
	{"admin", no_argument, NULL, OPTION_ADMIN},
	{"stats", required_argument, NULL, OPTION_STATS},
	{"format", required_argument, NULL, 'f'},
	{"compare", required_argument, NULL, 'c'},
	{"ways", required_argument, NULL, 'w'},
	{"resume", required_argument, NULL, OPTION_RESUME},
	{"symmetry", no_argument, NULL, OPTION_SYMMETRY},
	{"interleavings", optional_argument, NULL, OPTION_INTERLEAVINGS},
	{NULL, 0, NULL, 0},
};

static bool take_format(struct explore_command *command)
{
	static const char *const names[] = {[FORMAT_PAGE] = "page", [FORMAT_LIST] = "list", [FORMAT_JSON] = "json"};

	for (uint32_t i = FORMAT_PAGE; i <= FORMAT_JSON; i++) {
		if (strcmp(optarg, names[i]) != 0)
			continue;
		command->format = (enum format)i;
		return true;
	}
	return false;
}

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
	else if (option == 'w' && parse_number(optarg, 0, UINT32_MAX, &number))
		command->ways_max = (uint32_t)number;
	else
		return false;
	return true;
}

static bool take_interleavings(struct explore_command *command)
{
	uint64_t number = INTERLEAVINGS_DEFAULT;

	if (optarg && !parse_number(optarg, 1, INTERLEAVINGS_MAX, &number))
		return false;
	command->options.interleavings = (uint32_t)number;
	return true;
}

static bool take_option(struct explore_command *command, int option)
{
	switch (option) {
	case 'o':
		command->folder = optarg;
		return true;
	case 'c':
		command->other = optarg;
		return true;
	case 'f':
		return take_format(command);
	case OPTION_EXACT:
		command->options.exact = true;
		return true;
	case OPTION_ADMIN:
		command->options.admin = true;
		return true;
	case OPTION_SYMMETRY:
		command->options.symmetry = true;
		return true;
	case OPTION_INTERLEAVINGS:
		return take_interleavings(command);
	case OPTION_RESUME:
		command->options.resume_path = optarg;
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
				"MIB from %u, -j 1..256, --exact, --symmetry, --interleavings[=RUNS], --admin, "
				"--output DIR, --stats FILE, "
				"--resume "
				"FILE, --format "
				"page|list|json, "
				"--compare CONF, --ways N",
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
	if (finding->choice_count) {
		fputs("   with ", stdout);
		tell_choices(finding, stdout);
		putchar('\n');
	}
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

static void tell_interleavings(const struct explore_interleavings *done)
{
	if (done->cut)
		printf(", and of each event all interleavings with up to %u departures from the usual one (%llu "
		       "events "
		       "have more than the limit allows, %llu at least were dropped: raise it with "
		       "--interleavings=RUNS)",
		       done->complete, (unsigned long long)done->cut, (unsigned long long)done->dropped);
	else
		fputs(", and all interleavings of each event", stdout);
	printf(", %s%llu ways told by %llu runs", done->cut || done->ways == UINT64_MAX ? "at least " : "",
	       (unsigned long long)done->ways, (unsigned long long)done->runs);
}

static void tell_covered(const struct explore_command *command, const struct exploration *exploration)
{
	if (exploration->exhausted)
		printf("All sequences of events of any length: %llu states are all there are",
		       (unsigned long long)exploration->states);
	else
		printf("All sequences of up to %u events", exploration->depth_done);
	if (command->options.interleavings)
		tell_interleavings(&exploration->interleavings);
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
	if (!file)
		return cannot_write(path);
	tell_scenario(scenario, finding, number, file);
	if (fclose(file) != 0)
		return cannot_write(path);
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

static int list_scenario(struct explore_command *command, const struct scenario *scenario)
{
	struct exploration exploration;
	int status;

	if (scenario->node_count > EVENT_NODES_MAX)
		return usage_error("explore tries all partitions: of at most %u nodes, and %s has %u (--format page "
				   "takes more)",
				   EVENT_NODES_MAX, command->path, scenario->node_count);
	if (!command->options.depth)
		command->options.depth = DEPTH_DEFAULT;
	if (!command->options.states_max)
		command->options.states_max = STATES_DEFAULT;
	status = open_outputs(command);
	if (status)
		return status;
	pace_begin(&command->pace);
	command->options.ctx = command;
	command->options.keep_now = keep_now;
	explore(scenario, &command->options, &exploration);
	if (command->progress)
		fputs("\r\033[K", stderr);
	if (*exploration.problem)
		fprintf(stderr, "votesim: %s\n", exploration.problem);
	status = *exploration.problem ? EXIT_USAGE : write_stats(command, &exploration);
	if (status == 0)
		status = tell(command, scenario, &exploration);
	exploration_free(&exploration);
	return status;
}

/* ---- the command ---- */

/* One scenario or corosync.conf. 0, or an exit status and what is wrong told. */
static int read_one(const char *path, struct scenario_set *set)
{
	char message[2048];
	int status = is_scenario_path(path) ? scenario_read(path, set, message, sizeof message)
					    : scenario_read_conf(path, set, message, sizeof message);

	if (status == 0 && findings_check(set, message, sizeof message) != 0) {
		scenario_free(set);
		status = -1;
	}
	if (status) {
		fprintf(stderr, "%s\n", message);
		return EXIT_USAGE;
	}
	if (set->count != 1) {
		status = usage_error("explore wants one scenario, and %s holds %u", path, set->count);
		scenario_free(set);
	}
	return status;
}

static int tell_page(struct explore_command *command, const struct scenario *scenario)
{
	bool many = scenario->node_count > EVENT_NODES_MAX;

	struct page_command page = {
		.path = command->path,
		.folder = command->folder,
		.other_path = command->other,
		.json = command->format == FORMAT_JSON,
		.ways_max = command->ways_max,
		.options = command->options,
	};
	struct scenario_set other;
	int status;

	if (command->options.interleavings && many)
		return usage_error("explore --interleavings tries all partitions: of at most %u nodes, and %s has %u",
				   EVENT_NODES_MAX, command->path, scenario->node_count);
	pace_begin(&command->pace);
	if (!command->other)
		return command_page(&page, scenario, NULL);
	status = read_one(command->other, &other);
	if (status)
		return status;
	status = command_page(&page, scenario, &other.scenarios[0]);
	scenario_free(&other);
	return status;
}

/* What does not go together. */
static int check_options(struct explore_command *command)
{
	if (command->format == FORMAT_BY_INPUT)
		command->format = is_scenario_path(command->path) && !command->other ? FORMAT_LIST : FORMAT_PAGE;
	if (command->other && (command->format != FORMAT_PAGE || command->folder))
		return usage_error(
			"explore --compare prints one page: it goes with neither --format list or json nor "
			"--output");
	if (command->stats_path && command->format != FORMAT_LIST)
		return usage_error("explore --stats goes with --format list");
	if (command->options.symmetry && (command->options.exact || command->format != FORMAT_LIST))
		return usage_error("explore --symmetry goes with --format list, and not with --exact");
	if (command->options.interleavings && (command->options.symmetry || command->other))
		return usage_error("explore --interleavings goes with neither --symmetry nor --compare");
	if (command->options.resume_path && command->format != FORMAT_LIST)
		return usage_error("explore --resume goes with --format list");
	if (command->options.admin && command->format != FORMAT_LIST)
		return usage_error("explore --admin goes with --format list");
	return 0;
}

int command_explore(int argc, char **argv)
{
	struct explore_command command = {.ways_max = PAGE_WAYS_DEFAULT};
	struct scenario_set set;
	int status = parse(&command, argc, argv);

	if (status == 0)
		status = check_options(&command);
	if (status)
		return status;
	command.progress = takes_escapes(2);
	if (command.progress) {
		command.options.progress = show_progress;
		command.options.ctx = &command;
	}
	status = read_one(command.path, &set);
	if (status)
		return status;
	status = command.format == FORMAT_LIST ? list_scenario(&command, &set.scenarios[0])
					       : tell_page(&command, &set.scenarios[0]);
	scenario_free(&set);
	return status;
}
