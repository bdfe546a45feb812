/*
 * votesim lint.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/batch.h"
#include "sim/collect.h"
#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/lint/lint.h"
#include "sim/scenario/json.h"

struct lint_command {
	bool json;
	bool ignored[LINT_CHECK_COUNT];
	uint32_t jobs;
	const struct collection *collection;
	uint32_t next;    /* run whose result comes next */
	struct lint lint; /* of the document under way */
	uint32_t warnings;
};

enum { OPTION_JSON = 256, OPTION_IGNORE };

static int take_ignore(struct lint_command *command, const char *id)
{
	for (uint32_t i = 0; i < LINT_CHECK_COUNT; i++)
		if (strcmp(lint_ids[i], id) == 0) {
			command->ignored[i] = true;
			return 0;
		}
	fputs("votesim: the warnings are", stderr);
	for (uint32_t i = 0; i < LINT_CHECK_COUNT; i++)
		fprintf(stderr, "%s %s", i ? "," : "", lint_ids[i]);
	fputc('\n', stderr);
	return usage_error("--ignore wants the id of a warning, not '%s'", id);
}

static int take_option(struct lint_command *command, int option, char **argv)
{
	switch (option) {
	case OPTION_JSON:
		command->json = true;
		return 0;
	case OPTION_IGNORE:
		return take_ignore(command, optarg);
	case 'j':
		return take_jobs(optarg, &command->jobs);
	default:
		return bad_option(argv, option);
	}
}

static int parse(struct lint_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, OPTION_JSON},
		{"ignore", required_argument, NULL, OPTION_IGNORE},
		{"jobs", required_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":j:", options, NULL)) != -1)
		status = take_option(command, option, argv);
	if (status == 0 && optind == argc)
		return usage_error("lint wants scenario files or folders");
	return status;
}

/* ---- telling ---- */

static void print_json(const struct scenario *scenario, const struct lint_warning *warning)
{
	struct json json = {stdout, false};

	json_open(&json, NULL, '{');
	json_text(&json, "file", scenario->path);
	json_number(&json, "line", warning->at.line);
	json_number(&json, "column", warning->at.column);
	json_text(&json, "id", lint_ids[warning->check]);
	json_text(&json, "scenario", scenario->name);
	json_text(&json, "what", warning->what);
	json_text(&json, "instead", warning->instead);
	json_close(&json, '}');
	putchar('\n');
}

/* A scenario that means it has the warning's id among its tags. */
static bool is_meant(const struct scenario *scenario, enum lint_check check)
{
	for (uint32_t i = 0; i < scenario->tag_count; i++)
		if (strcmp(scenario->tags[i], lint_ids[check]) == 0)
			return true;
	return false;
}

static void print(struct lint_command *command, const struct scenario *scenario)
{
	for (uint32_t i = 0; i < command->lint.count; i++) {
		const struct lint_warning *warning = &command->lint.warnings[i];

		if (command->ignored[warning->check] || is_meant(scenario, warning->check))
			continue;
		command->warnings++;
		if (command->json)
			print_json(scenario, warning);
		else
			printf("%s:%u:%u: warning: %s; %s [%s]\n", scenario->path, warning->at.line,
			       warning->at.column, warning->what, warning->instead, lint_ids[warning->check]);
	}
}

/* ---- one document after the other ---- */

static bool same_document(const struct scenario *a, const struct scenario *b)
{
	return strcmp(a->path, b->path) == 0 && a->at.line == b->at.line && a->at.column == b->at.column;
}

/* The first document before this run that bears its name; NULL: there is none. */
static const struct scenario *namesake(const struct collection *collection, uint32_t run)
{
	const struct scenario *scenario = collection->runs[run];

	for (uint32_t i = 0; i < run; i++)
		if (strcmp(collection->runs[i]->name, scenario->name) == 0)
			return same_document(collection->runs[i], scenario) ? NULL : collection->runs[i];
	return NULL;
}

static void add_name(struct lint *lint, const struct collection *collection, uint32_t run)
{
	const struct scenario *first = namesake(collection, run);

	if (first)
		lint_add(lint, LINT_NAME_TWICE, collection->runs[run]->at,
			 "give it a name of its own: --only finds both", "%s is the name of %s:%u, too", first->name,
			 first->path, first->at.line);
}

/* Runs of one document come one after the other: its warnings are those of all of them. */
static void done(void *ctx, struct run_result *result)
{
	struct lint_command *command = ctx;
	const struct collection *all = command->collection;
	uint32_t run = command->next++;
	const struct scenario *scenario = all->runs[run];
	struct lint lint = {0, NULL};

	add_name(&lint, all, run);
	lint_scenario(&lint, scenario, result);
	if (run > 0 && same_document(all->runs[run - 1], scenario)) {
		lint_keep_common(&command->lint, &lint);
		lint_free(&lint);
	} else {
		command->lint = lint;
	}
	if (command->next < all->run_count && same_document(all->runs[command->next], scenario))
		return;
	print(command, scenario);
	lint_free(&command->lint);
}

int command_lint(int argc, char **argv)
{
	struct lint_command command = {.jobs = 1};
	struct collection collection;
	int status = parse(&command, argc, argv);

	if (status)
		return status;
	collect(&collection, argv + optind, argc - optind, NULL);
	if (collection.mistakes) {
		status = EXIT_USAGE; /* nothing is told when one file is wrong */
	} else {
		const struct batch batch = {
			.scenarios = collection.runs,
			.count = collection.run_count,
			.jobs = command.jobs,
			.done = done,
			.ctx = &command,
		};

		command.collection = &collection;
		batch_run(&batch);
		status = command.warnings ? EXIT_FAILED : EXIT_HELD;
	}
	collection_free(&collection);
	return status;
}
