/*
 * votesim: the command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/run.h"
#include "sim/world/seed.h"

#define VERSION "0.1.0"

static const char help[] = "votesim: a deterministic cluster simulator for corosync's votequorum\n"
			   "\n"
			   "  votesim run SCENARIO...    run scenarios (files, or folders of *.yaml), judge\n"
			   "                             every callback and every answer\n"
			   "      --seed N               draw every free choice from this number or text\n"
			   "      --trace FILE           write the trace, one JSON object a line ('-': to\n"
			   "                             standard output)\n"
			   "      --trace-all            with every event, not only what bears on clients\n"
			   "      --junit FILE, --json FILE, --tap FILE, --markdown FILE\n"
			   "                             write the verdicts in this format ('-': to standard\n"
			   "                             output)\n"
			   "      --github FILE, --gitlab FILE\n"
			   "                             failures beside the lines of the scenario: GitHub's\n"
			   "                             commands, GitLab's code quality report\n"
			   "      --report DIR           write DIR/index.html: every run to look at, its\n"
			   "                             failures, a diagram and each node at any moment\n"
			   "      --coverage DIR         write DIR/coverage.html and .json: flags, events,\n"
			   "                             features, rules, errors, checks; each hole with\n"
			   "                             the command that makes a scenario for it\n"
			   "      --coverage-min KIND=PERCENT|FILE\n"
			   "                             less than that of tracking, pairs, rules, errors,\n"
			   "                             configuration or history is a failure\n"
			   "      --only NAME            only the scenario of this name, or one run of its\n"
			   "                             matrix: \"name [variant]\"\n"
			   "      -j N, --jobs N         run N scenarios at a time (default 1)\n"
			   "      -q, --quiet            only failures and the summary\n"
			   "      -v, --verbose          draw each run as a table: rings, quorum, callbacks\n"
			   "      --watch                run again whenever a file changes\n"
			   "  votesim check SCENARIO...  read and validate only\n"
			   "      --json                 print what was read, one scenario a line\n"
			   "  votesim lint SCENARIO...   legal but likely wrong: expectations that cannot\n"
			   "                             fail, faults that change nothing; exit 1 with any\n"
			   "      --json                 one object a line\n"
			   "      --ignore ID            leave out warnings of this id\n"
			   "      -j N, --jobs N         run N scenarios at a time (default 1)\n"
			   "  votesim fmt SCENARIO...    lay out scenario files in one way, comments kept;\n"
			   "                             '-': from standard input to standard output\n"
			   "      --check                write nothing, list what would change; exit 1 if so\n"
			   "      --diff                 write nothing, show what would change\n"
			   "  votesim new                write a first scenario, with what its run shows as\n"
			   "                             expectations; asks at a terminal without options\n"
			   "      --nodes N, --name NAME\n"
			   "      --feature none|two_node|wait_for_all|auto_tie_breaker|last_man_standing|\n"
			   "                allow_downscale\n"
			   "      --fault crash|stop|partition|pause|power\n"
			   "                             one after the other when given several times\n"
			   "      --client, --no-client  with a tracker on node 1 (default), without\n"
			   "      --flags FLAG,...       the tracker's: CURRENT, CHANGES, CHANGES_ONLY\n"
			   "      --event E --feature F --flags N --dispatch TYPE,\n"
			   "      --call CALL --error ERROR, --rule ID, --row N,\n"
			   "      --check CHECK --stage start|reload|running\n"
			   "                             what is to be covered, as run --coverage names it\n"
			   "      -o FILE                write it there, --force: also over what is there\n"
			   "  votesim record LOG...      a scenario from corosync's logs, one of each node:\n"
			   "                             what happened as steps, what they say as\n"
			   "                             expectations; ID=LOG says whose log it is\n"
			   "      --live                 instead, track the corosync of this machine until\n"
			   "                             it is interrupted; --seconds N: for so long\n"
			   "      --conf FILE            its corosync.conf; one more for each reload\n"
			   "      --name NAME, -o FILE, --force\n"
			   "                             as for new\n"
			   "  votesim explore CONF       what failures do to the cluster of a corosync.conf:\n"
			   "                             a page; of a scenario (*.yaml): a list of breaches\n"
			   "      --compare CONF         what changes with another configuration\n"
			   "      --output DIR           write a scenario for each kind of breach\n"
			   "      --format page|list|json\n"
			   "      --ways N               tell at most N of each kind (default 6, 0: all)\n"
			   "      --depth N              try all sequences of up to N events (default: what\n"
			   "                             some seconds allow; list: 4)\n"
			   "      -j N, --jobs N         use N threads (default 1)\n"
			   "      --states N             keep at most N states (default 2000000)\n"
			   "      --memory MIB           keep as many as fit into MIB mebibytes\n"
			   "      --admin                with an administrator's calls\n"
			   "      --exact                merge no states that go on alike\n"
			   "      --symmetry             a list: equal nodes may change places\n"
			   "      --interleavings[=RUNS] a list: each event all the ways it can go, by RUNS\n"
			   "                             runs at most (default 1000)\n"
			   "      --resume FILE          a list: keep the search there, go on from there\n"
			   "      --stats FILE           a list: write how much was done, how fast, as JSON\n"
			   "  votesim swarm [CONF]       random stories of faults and clients, on clusters\n"
			   "                             drawn too, or on one; each finding made small\n"
			   "      --runs N               so many (default 20000)\n"
			   "      --seed N               a number or text; --run K: only that run of it\n"
			   "      --nodes N|A..B         nodes of a drawn cluster (default 2..5)\n"
			   "      --events N             up to N faults and calls a run (default 8)\n"
			   "      --no-administrator     without reloads, setvotes, setexpected and the like\n"
			   "      --output DIR           write a scenario for each finding; -j N: threads\n"
			   "  votesim shrink SCENARIO    the smallest scenario that still fails in the same\n"
			   "      --seed N, --only NAME  way, with the story\n"
			   "      --rule ID              fails by this rule; -o FILE: write it there\n"
			   "  votesim explain SCENARIO   find an interleaving that gives exactly\n"
			   "      --recording FILE       this recorded trace\n"
			   "  votesim replay SCENARIO    go through a run forward and back: commands from a\n"
			   "                             prompt or a pipe; 'help' lists them\n"
			   "      -c, --command TEXT     these commands instead, separated by ';'\n"
			   "      --json                 answer in JSON, one object a line\n"
			   "      --only NAME, --seed N  as for run\n"
			   "  votesim bench changes      measure membership changes\n"
			   "      --nodes N, --changes N, --no-checks\n"
			   "  votesim --version, --help\n"
			   "\n"
			   "Exit status: 0 all held, 1 an expectation or a rule failed, 2 bad usage or bad\n"
			   "input, 3 an internal error. See votesim(1), and votesim-scenario(5) for the\n"
			   "language.\n";

int usage_error(const char *format, ...)
{
	va_list arguments;

	fputs("votesim: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry 'votesim --help'.\n", stderr);
	return EXIT_USAGE;
}

int bad_option(char **argv, int option)
{
	if (option == ':')
		return usage_error("option '%s' wants a value", argv[optind - 1]);
	return usage_error("unknown option '%s'", argv[optind - 1]);
}

int cannot_write(const char *path)
{
	bool standard = strcmp(path, "-") == 0;

	fprintf(stderr, "votesim: cannot write %s: %s\n", standard ? "to standard output" : path, strerror(errno));
	return EXIT_USAGE;
}

bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end && *number >= low && *number <= high;
}

int take_jobs(const char *text, uint32_t *jobs)
{
	uint64_t number;

	if (!parse_number(text, 1, 256, &number))
		return usage_error("-j wants a number of threads, 1 to 256, not '%s'", text);
	*jobs = (uint32_t)number;
	return 0;
}

int take_seed(const char *text, struct run_options *options)
{
	if (!seed_from_text(text, &options->seed))
		return usage_error("--seed wants a number or a text, not '%s'", text);
	options->has_seed = true;
	return 0;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int command(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{"run", command_run},       {"check", command_check},   {"explore", command_explore},
		{"swarm", command_swarm},   {"shrink", command_shrink}, {"explain", command_explain},
		{"replay", command_replay}, {"bench", command_bench},   {"lint", command_lint},
		{"new", command_new},       {"fmt", command_fmt},       {"record", command_record},
	};

	if (argc > 2 && strcmp(argv[1], "explore") == 0 && strcmp(argv[2], "--random") == 0)
		return command_swarm(argc - 2, argv + 2);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage_error("no command '%s'; there are run, check, lint, fmt, new, record, explore, swarm, shrink, "
			   "explain, replay and bench",
			   argv[1]);
}

int main(int argc, char **argv)
{
	int status = EXIT_HELD;

	if (argc < 2)
		return usage_error("a command is missing");
	if (is_help(argv[1]) || strcmp(argv[1], "help") == 0 || (argc > 2 && is_help(argv[2])))
		fputs(help, stdout);
	else if (strcmp(argv[1], "--version") == 0)
		puts("votesim " VERSION);
	else
		status = command(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "votesim: cannot write to standard output: %s\n", strerror(errno));
		return EXIT_INTERNAL;
	}
	return status;
}
