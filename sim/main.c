/*
 * votesim: the command line.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands.h"
#include "sim/ensure.h"

#define VERSION "0.1.0"

static const char help[] =
	"votesim: a deterministic cluster simulator for corosync's votequorum\n"
	"\n"
	"  votesim run SCENARIO...      run scenarios (files, or folders of *.yaml) and judge every callback\n"
	"      --seed N                 draw every free choice from this seed (a number or a text)\n"
	"      --trace FILE             write the trace, one JSON object a line ('-': standard output)\n"
	"      --trace-all              put every event into the trace, not only what bears on clients\n"
	"      --junit FILE             write the verdicts as JUnit XML\n"
	"      --only NAME              run only the scenario of this name (\"name [variant]\" in a matrix)\n"
	"      -j N                     run N scenarios at a time (default 1)\n"
	"      -q, --quiet              only failures and the summary\n"
	"  votesim check SCENARIO...    read and validate only\n"
	"      --json                   print what was read, one scenario a line\n"
	"  votesim explain SCENARIO --recording FILE\n"
	"                               find an interleaving that gives exactly the recorded trace\n"
	"  votesim bench changes        measure membership changes (--nodes N, --changes N)\n"
	"  votesim --version, --help\n"
	"\n"
	"Exit status: 0 all held, 1 an expectation or an invariant failed, 2 bad usage or bad input,\n"
	"3 an internal error. The language is described in votesim-scenario(5), the rest in votesim(1).\n";

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

bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end && *number >= low && *number <= high;
}

static int command(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "run", command_run }, { "check", command_check },
		{ "explain", command_explain }, { "bench", command_bench },
	};

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage_error("no command '%s'; there are run, check, explain and bench", argv[1]);
}

int main(int argc, char **argv)
{
	int status = EXIT_HELD;

	if (argc < 2)
		return usage_error("a command is missing");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
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
