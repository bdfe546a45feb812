/*
 * votesim run, votesim check.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/batch.h"
#include "sim/collect.h"
#include "sim/command/clash.h"
#include "sim/command/commands.h"
#include "sim/coverage/minimum.h"
#include "sim/coverage/write.h"
#include "sim/ensure.h"
#include "sim/report/html.h"
#include "sim/report/report.h"
#include "sim/scenario/dump.h"
#include "sim/terminal/table.h"
#include "sim/terminal/verdicts.h"
#include "sim/terminal/watch.h"

#define REPORTS_MAX 16u

struct run_command {
	struct run_options options;
	const char *trace_path, *only;
	FILE *trace;
	struct report_file { /* by format */
		const char *path;
		FILE *file;
	} reports[REPORTS_MAX];
	struct verdicts verdicts;
	struct results results; /* kept when a report wants them */
	bool reporting;
	const char *page_folder;
	char page_path[PATH_MAX];
	FILE *page;
	struct coverage_files { /* folder NULL: none are wanted */
		const char *folder;
		char page_path[PATH_MAX], json_path[PATH_MAX];
		FILE *page, *json;
		struct coverage_total total;
		struct coverage_minimum minimum;
	} coverage;
	uint32_t jobs;
	bool quiet;
	bool verbose;
	bool watch;
	bool progress;
};

enum {
	OPTION_SEED = 256,
	OPTION_TRACE,
	OPTION_TRACE_ALL,
	OPTION_ONLY,
	OPTION_JSON,
	OPTION_WATCH,
	OPTION_PAGE,
	OPTION_COVERAGE,
	OPTION_COVERAGE_MIN,
	OPTION_REPORT
};

static const struct option run_option_list[] = {
	{"seed", required_argument, NULL, OPTION_SEED},
	{"trace", required_argument, NULL, OPTION_TRACE},
	{"trace-all", no_argument, NULL, OPTION_TRACE_ALL},
	{"only", required_argument, NULL, OPTION_ONLY},
	{"report", required_argument, NULL, OPTION_PAGE},
	{"coverage", required_argument, NULL, OPTION_COVERAGE},
	{"coverage-min", required_argument, NULL, OPTION_COVERAGE_MIN},
	{"jobs", required_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"watch", no_argument, NULL, OPTION_WATCH},
	{NULL, 0, NULL, 0},
};

static int take_minimum(struct run_command *command, const char *text)
{
	char message[1024];

	if (coverage_minimum_read(&command->coverage.minimum, text, message, sizeof message) != 0)
		return usage_error("--coverage-min: %s", message);
	command->options.coverage = true;
	return 0;
}

static int take_option(struct run_command *command, int option)
{
	switch (option) {
	case OPTION_SEED:
		return take_seed(optarg, &command->options);
	case OPTION_TRACE:
		command->trace_path = optarg;
		command->options.trace = true;
		return 0;
	case OPTION_TRACE_ALL:
		command->options.trace_all = true;
		return 0;
	case OPTION_ONLY:
		command->only = optarg;
		return 0;
	case OPTION_PAGE:
		command->page_folder = optarg;
		command->options.history = command->reporting = true;
		return 0;
	case OPTION_COVERAGE:
		command->coverage.folder = optarg;
		command->options.coverage = true;
		return 0;
	case OPTION_COVERAGE_MIN:
		return take_minimum(command, optarg);
	case 'j':
		return take_jobs(optarg, &command->jobs);
	case 'q':
		command->quiet = true;
		return 0;
	case 'v':
		command->verbose = true;
		return 0;
	case OPTION_WATCH:
		command->watch = true;
		return 0;
	default:
		command->reports[option - OPTION_REPORT].path = optarg;
		command->reporting = true;
		return 0;
	}
}

static int check_folder(const char *option, const char *folder)
{
	if (folder && (!*folder || strcmp(folder, "-") == 0))
		return usage_error("%s wants a folder, not '%s'", option, folder);
	return 0;
}

static int parse_run(struct run_command *command, int argc, char **argv)
{
	struct option options[sizeof run_option_list / sizeof *run_option_list + REPORTS_MAX] = {{NULL, 0, NULL, 0}};
	int option, status = 0;

	ALWAYS(report_format_count <= REPORTS_MAX);
	for (uint32_t i = 0; i < report_format_count; i++)
		options[i] =
			(struct option){report_formats[i].option, required_argument, NULL, OPTION_REPORT + (int)i};
	memcpy(options + report_format_count, run_option_list, sizeof run_option_list);
	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":j:qv", options, NULL)) != -1)
		status = option == '?' || option == ':' ? bad_option(argv, option) : take_option(command, option);
	if (status == 0 && optind == argc)
		return usage_error("%s wants scenario files or folders", argv[0]);
	for (int i = optind; i < argc && command->watch; i++)
		if (strcmp(argv[i], "-") == 0)
			return usage_error("--watch wants files or folders: standard input does not change");
	if (status == 0 && command->options.trace_all && !command->trace_path)
		return usage_error("--trace-all wants --trace FILE");
	if (status == 0)
		status = check_folder("--report", command->page_folder);
	return status ? status : check_folder("--coverage", command->coverage.folder);
}

static void done(void *ctx, struct run_result *result)
{
	struct run_command *command = ctx;

	if (command->progress)
		fputs("\r\033[K", stderr);
	if (command->trace)
		fwrite(result->trace, 1, result->trace_size, command->trace);
	if (result->table)
		fwrite(result->table, 1, result->table_size, command->verdicts.out);
	verdicts_add(&command->verdicts, result);
	if (command->options.coverage)
		coverage_total_add(&command->coverage.total, result);
	if (command->reporting)
		results_keep(&command->results, result);
}

static void progress(void *ctx, uint32_t ended, uint32_t count)
{
	(void)ctx;
	fprintf(stderr, "\r\033[K%u of %u runs", ended, count);
	if (ended == count)
		fputs("\r\033[K", stderr);
}

/* "-" is standard output: all words go to standard error then. */
static int open_output(struct run_command *command, const char *path, FILE **file)
{
	if (!path)
		return 0;
	if (strcmp(path, "-") != 0) {
		*file = fopen(path, "w");
		return *file ? 0 : cannot_write(path);
	}
	if (command->verdicts.out == stderr)
		return usage_error("only one of --trace and the reports can go to standard output");
	*file = stdout;
	command->verdicts.out = stderr;
	command->verdicts.colour_out = command->verdicts.colour_err;
	return 0;
}

static int open_in(const char *folder, const char *name, char path[PATH_MAX], FILE **file)
{
	if (!folder)
		return 0;
	*file = page_open(folder, name, path, PATH_MAX);
	return *file ? 0 : cannot_write(path);
}

static int check_outputs(const struct run_command *command, const struct collection *collection)
{
	struct output outputs[REPORTS_MAX + 1] = {{"--trace", command->trace_path}};
	char options[REPORTS_MAX][32];

	for (uint32_t i = 0; i < report_format_count; i++) {
		(void)snprintf(options[i], sizeof options[i], "--%s", report_formats[i].option);
		outputs[1 + i] = (struct output){options[i], command->reports[i].path};
	}
	return refuse_clash(outputs, 1 + report_format_count, collection);
}

/* Files are opened before anything runs. */
static int open_outputs(struct run_command *command)
{
	struct coverage_files *coverage = &command->coverage;
	int status = open_output(command, command->trace_path, &command->trace);

	for (uint32_t i = 0; i < report_format_count && status == 0; i++)
		status = open_output(command, command->reports[i].path, &command->reports[i].file);
	if (status == 0)
		status = open_in(command->page_folder, "index.html", command->page_path, &command->page);
	if (status == 0)
		status = open_in(coverage->folder, "coverage.html", coverage->page_path, &coverage->page);
	if (status == 0)
		status = open_in(coverage->folder, "coverage.json", coverage->json_path, &coverage->json);
	return status;
}

static int close_output(FILE *file, const char *path)
{
	bool failed = ferror(file) != 0;

	if ((file == stdout ? fflush(file) : fclose(file)) != 0 || failed)
		return cannot_write(path);
	return 0;
}

static int close_coverage(struct run_command *command)
{
	struct coverage_files *files = &command->coverage;
	const struct coverage_places places = {files->folder, command->page_folder};
	int status = 0;

	if (!files->folder)
		return 0;
	coverage_write_page(files->page, &files->total, &places);
	coverage_write_json(files->json, &files->total, &places);
	if (close_output(files->page, files->page_path) != 0)
		status = EXIT_USAGE;
	if (close_output(files->json, files->json_path) != 0)
		status = EXIT_USAGE;
	return status;
}

static int close_outputs(struct run_command *command)
{
	int status = 0;

	if (command->trace)
		status = close_output(command->trace, command->trace_path);
	for (uint32_t i = 0; i < report_format_count; i++) {
		const struct report_file *report = &command->reports[i];

		if (!report->file)
			continue;
		report_formats[i].write(report->file, &command->results);
		if (close_output(report->file, report->path) != 0)
			status = EXIT_USAGE;
	}
	if (command->page) {
		page_write(command->page, &command->results);
		if (close_output(command->page, command->page_path) != 0)
			status = EXIT_USAGE;
	}
	if (close_coverage(command) != 0)
		status = EXIT_USAGE;
	results_free(&command->results);
	return status;
}

/* False: a threshold was missed. */
static bool end_coverage(struct run_command *command)
{
	struct coverage_files *files = &command->coverage;
	bool reached;

	if (!command->options.coverage)
		return true;
	coverage_tell(command->verdicts.out, &files->total, files->folder ? files->page_path : NULL);
	fflush(command->verdicts.out);
	reached = coverage_minimum_reached(&files->minimum, &files->total, stderr);
	coverage_total_free(&files->total);
	return reached;
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
	bool reached;
	int status;

	command->verdicts.files = command->results.files = collection->set_count;
	if (command->options.coverage)
		coverage_total_init(&command->coverage.total);
	batch_run(&batch);
	status = close_outputs(command);
	verdicts_end(&command->verdicts);
	reached = end_coverage(command);
	if (status)
		return status;
	return command->verdicts.failed || !reached ? EXIT_FAILED : EXIT_HELD;
}

static int run_once(struct run_command *command, char **paths, int count)
{
	struct collection collection;
	int status;

	collect(&collection, paths, count, command->only);
	if (collection.mistakes) {
		collection_free(&collection);
		return EXIT_USAGE; /* nothing is run when one file is wrong */
	}
	verdicts_init(&command->verdicts, command->quiet);
	command->options.label = collection.run_count > 1;
	command->progress = takes_escapes(2) && collection.run_count > 1;
	status = check_outputs(command, &collection);
	if (status == 0)
		status = open_outputs(command);
	if (command->verbose) {
		bool shown = command->verdicts.out == stdout;

		command->options.table_width = terminal_width(shown ? 1 : 2);
		command->options.table_colour = command->verdicts.colour_out;
	}
	if (status == 0)
		status = run_all(command, &collection);
	collection_free(&collection);
	return status;
}

/* Until it is interrupted. */
static _Noreturn void run_and_watch(struct run_command *command, char **paths, int count)
{
	for (;;) {
		uint64_t seen = watch_look(paths, count);

		if (takes_escapes(1))
			fputs("\033[H\033[2J", stdout);
		run_once(command, paths, count);
		puts("(waiting for a change; ctrl-C ends)");
		fflush(stdout);
		watch_wait(paths, count, seen);
	}
}

int command_run(int argc, char **argv)
{
	struct run_command command = {.jobs = 1};
	int status = parse_run(&command, argc, argv);

	if (status)
		return status;
	if (command.watch)
		run_and_watch(&command, argv + optind, argc - optind);
	return run_once(&command, argv + optind, argc - optind);
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
