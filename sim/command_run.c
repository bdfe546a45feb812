/*
 * votesim run, votesim check.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/batch.h"
#include "sim/collect.h"
#include "sim/commands.h"
#include "sim/ensure.h"
#include "sim/junit.h"
#include "sim/scenario/dump.h"
#include "sim/seed.h"
#include "sim/verdicts.h"

struct run_command {
	struct run_options options;
	const char *trace_path, *junit_path, *only;
	FILE *trace, *junit_file;
	struct verdicts verdicts;
	struct junit junit;
	uint32_t jobs;
	bool quiet;
	bool progress;
};

enum { OPTION_SEED = 256, OPTION_TRACE, OPTION_TRACE_ALL, OPTION_JUNIT, OPTION_ONLY, OPTION_JSON };

static const struct option run_option_list[] = {
	{"seed", required_argument, NULL, OPTION_SEED},
	{"trace", required_argument, NULL, OPTION_TRACE},
	{"trace-all", no_argument, NULL, OPTION_TRACE_ALL},
	{"junit", required_argument, NULL, OPTION_JUNIT},
	{"only", required_argument, NULL, OPTION_ONLY},
	{"jobs", required_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},
	{NULL, 0, NULL, 0},
};

static int take_jobs(struct run_command *command, const char *text)
{
	uint64_t jobs;

	if (!parse_number(text, 1, 256, &jobs))
		return usage_error("-j wants a number of threads, 1 to 256, not '%s'", text);
	command->jobs = (uint32_t)jobs;
	return 0;
}

static int take_option(struct run_command *command, int option)
{
	switch (option) {
	case OPTION_SEED:
		if (!seed_from_text(optarg, &command->options.seed))
			return usage_error("--seed wants a number or a text, not '%s'", optarg);
		command->options.has_seed = true;
		return 0;
	case OPTION_TRACE:
		command->trace_path = optarg;
		command->options.trace = true;
		return 0;
	case OPTION_TRACE_ALL:
		command->options.trace_all = true;
		return 0;
	case OPTION_JUNIT:
		command->junit_path = optarg;
		return 0;
	case OPTION_ONLY:
		command->only = optarg;
		return 0;
	case 'j':
		return take_jobs(command, optarg);
	case 'q':
		command->quiet = true;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

/* getopt's own words, with ours around them. */
static int bad_option(char **argv, int option)
{
	if (option == ':')
		return usage_error("option '%s' wants a value", argv[optind - 1]);
	return usage_error("unknown option '%s'", argv[optind - 1]);
}

static int parse_run(struct run_command *command, int argc, char **argv)
{
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":j:q", run_option_list, NULL)) != -1)
		status = option == '?' || option == ':' ? bad_option(argv, option) : take_option(command, option);
	if (status == 0 && optind == argc)
		return usage_error("%s wants scenario files or folders", argv[0]);
	if (status == 0 && command->options.trace_all && !command->trace_path)
		return usage_error("--trace-all wants --trace FILE");
	return status;
}

static void done(void *ctx, const struct run_result *result)
{
	struct run_command *command = ctx;

	if (command->progress)
		fputs("\r\033[K", stderr);
	if (command->trace)
		fwrite(result->trace, 1, result->trace_size, command->trace);
	if (command->junit_path)
		junit_add(&command->junit, result);
	verdicts_add(&command->verdicts, result);
}

static void progress(void *ctx, uint32_t ended, uint32_t count)
{
	(void)ctx;
	fprintf(stderr, "\r\033[K%u of %u runs", ended, count);
	if (ended == count)
		fputs("\r\033[K", stderr);
}

static int cannot_write(const char *path)
{
	fprintf(stderr, "votesim: cannot write %s: %s\n", path, strerror(errno));
	return EXIT_USAGE;
}

/* Files are opened before anything runs. With the trace on standard output all words
 * go to standard error. */
static int open_outputs(struct run_command *command)
{
	if (command->trace_path && strcmp(command->trace_path, "-") == 0) {
		command->trace = stdout;
		command->verdicts.out = stderr;
		command->verdicts.colour_out = command->verdicts.colour_err;
	} else if (command->trace_path) {
		command->trace = fopen(command->trace_path, "w");
		if (!command->trace)
			return cannot_write(command->trace_path);
	}
	if (command->junit_path) {
		command->junit_file = fopen(command->junit_path, "w");
		if (!command->junit_file)
			return cannot_write(command->junit_path);
		junit_begin(&command->junit);
	}
	return 0;
}

static int close_outputs(struct run_command *command)
{
	int status = 0;

	if (command->trace && (command->trace == stdout ? fflush(stdout) : fclose(command->trace)) != 0)
		status = cannot_write(command->trace_path);
	if (command->junit_file && junit_end(&command->junit, command->junit_file) != 0)
		status = cannot_write(command->junit_path);
	return status;
}

static int run_all(struct run_command *command, const struct collection *collection)
{
	const struct batch batch = {
		.scenarios = collection->runs,
		.count = collection->run_count,
		.jobs = command->jobs,
		.options = command->options,
		.done = done,
		.progress = command->progress ? progress : NULL,
		.ctx = command,
	};
	int status;

	command->verdicts.files = collection->set_count;
	batch_run(&batch);
	status = close_outputs(command);
	verdicts_end(&command->verdicts);
	if (status)
		return status;
	return command->verdicts.failed ? EXIT_FAILED : EXIT_HELD;
}

int command_run(int argc, char **argv)
{
	struct run_command command = {.jobs = 1};
	struct collection collection;
	int status = parse_run(&command, argc, argv);

	if (status)
		return status;
	collect(&collection, argv + optind, argc - optind, command.only);
	if (collection.mistakes) {
		collection_free(&collection);
		return EXIT_USAGE; /* nothing is run when one file is wrong */
	}
	verdicts_init(&command.verdicts, command.quiet);
	command.options.label = collection.run_count > 1;
	command.progress = takes_escapes(2) && collection.run_count > 1;
	status = open_outputs(&command);
	if (status == 0)
		status = run_all(&command, &collection);
	collection_free(&collection);
	return status;
}

int command_check(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, OPTION_JSON},
		{NULL, 0, NULL, 0},
	};
	struct collection collection;
	bool json = false;
	int option, status;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option != OPTION_JSON)
			return bad_option(argv, option);
		json = true;
	}
	if (optind == argc)
		return usage_error("%s wants scenario files or folders", argv[0]);
	collect(&collection, argv + optind, argc - optind, NULL);
	for (uint32_t i = 0; i < collection.run_count && json; i++)
		scenario_dump_json(collection.runs[i], stdout);
	if (!json && !collection.mistakes)
		printf("%u scenario%s in %u file%s: all valid\n", collection.run_count,
		       collection.run_count == 1 ? "" : "s", collection.set_count,
		       collection.set_count == 1 ? "" : "s");
	status = collection.mistakes ? EXIT_USAGE : EXIT_HELD;
	collection_free(&collection);
	return status;
}
