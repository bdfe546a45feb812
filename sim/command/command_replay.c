/*
 * votesim replay: a run, gone through forward and back.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/collect.h"
#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/replay/prompt.h"
#include "sim/replay/session.h"
#include "sim/replay/show.h"
#include "sim/terminal/verdicts.h"

#define TITLES_TOLD 8u

struct replay_command {
	struct run_options options;
	const char *only;
	char **commands; /* of --command, in order; owned, the texts are argv's */
	uint32_t command_count;
	bool json;
};

enum { OPTION_SEED = 256, OPTION_ONLY, OPTION_JSON };

static void keep_command(struct replay_command *command, char *text)
{
	command->commands = realloc(command->commands, (command->command_count + 1) * sizeof *command->commands);
	ALWAYS(command->commands != NULL);
	command->commands[command->command_count++] = text;
}

static int take_option(struct replay_command *command, int option, char **argv)
{
	switch (option) {
	case OPTION_SEED:
		return take_seed(optarg, &command->options);
	case OPTION_ONLY:
		command->only = optarg;
		return 0;
	case OPTION_JSON:
		command->json = true;
		return 0;
	case 'c':
		keep_command(command, optarg);
		return 0;
	default:
		return bad_option(argv, option);
	}
}

static int parse(struct replay_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, OPTION_SEED},
		{"only", required_argument, NULL, OPTION_ONLY},
		{"json", no_argument, NULL, OPTION_JSON},
		{"command", required_argument, NULL, 'c'},
		{NULL, 0, NULL, 0},
	};
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":c:", options, NULL)) != -1)
		status = take_option(command, option, argv);
	if (status == 0 && optind + 1 != argc)
		return usage_error("%s wants one scenario file", argv[0]);
	return status;
}

/* ---- the session ---- */

static bool do_line(struct session *session, const char *line, const char *origin, unsigned long number)
{
	if (session_line(session, line))
		return true;
	fflush(stdout);
	fprintf(stderr, "votesim: %s %lu: %s\n", origin, number, session->error);
	return false;
}

static int run_commands(struct session *session, const struct replay_command *command)
{
	for (uint32_t i = 0; i < command->command_count && !session->over; i++)
		if (!do_line(session, command->commands[i], "--command", i + 1ul))
			return EXIT_USAGE;
	return EXIT_HELD;
}

static int run_pipe(struct session *session, struct prompt *prompt)
{
	const char *line;

	while (!session->over && (line = prompt_line(prompt, "")) != NULL) {
		if (!do_line(session, line, "line", prompt->number))
			return EXIT_USAGE;
		fflush(stdout); /* whoever holds the other ends may wait for the answer */
	}
	return EXIT_HELD;
}

static void welcome(const struct session *session)
{
	const struct run_result *result = &session->replay->result;
	uint32_t bad = 0;
	char title[512];

	for (uint32_t i = 0; i < result->verdict_count; i++)
		bad += show_is_bad(&result->verdicts[i]);
	run_title(result->scenario, title, sizeof title);
	printf("%s: %u steps, %llu events; %s. 'help' lists the commands.\n", title,
	       session->replay->scenario->step_count, (unsigned long long)session->replay->events,
	       bad || result->stuck ? "something went wrong: 'why', 'critical'" : "all held");
}

static int run_terminal(struct session *session, struct prompt *prompt)
{
	const char *line;
	char text[64];

	welcome(session);
	do {
		snprintf(text, sizeof text, "(event %llu) ", (unsigned long long)session->replay->event);
		line = prompt_line(prompt, text);
		if (!line)
			putchar('\n');
		else if (!session_line(session, line))
			printf("%s\n", session->error);
		fflush(stdout);
	} while (line && !session->over);
	return EXIT_HELD;
}

static int run_session(const struct replay_command *command, const struct scenario *scenario)
{
	struct replay replay;
	struct session session;
	struct prompt prompt;
	int status;

	replay_open(&replay, scenario, &command->options, REPLAY_MEMORY_MAX);
	session_init(&session, &replay, stdout, command->json);
	if (command->command_count) {
		status = run_commands(&session, command);
	} else {
		prompt_open(&prompt);
		status = prompt.terminal ? run_terminal(&session, &prompt) : run_pipe(&session, &prompt);
		prompt_close(&prompt);
	}
	session_free(&session);
	replay_close(&replay);
	return status;
}

/* ---- which run ---- */

static int too_many(const struct collection *collection, const char *path)
{
	char title[512];

	fprintf(stderr, "votesim: %s holds %u runs; choose one with --only:", path, collection->run_count);
	for (uint32_t i = 0; i < collection->run_count && i < TITLES_TOLD; i++) {
		run_title(collection->runs[i], title, sizeof title);
		fprintf(stderr, "%s '%s'", i ? "," : "", title);
	}
	fputs(collection->run_count > TITLES_TOLD ? ", ...\n" : "\n", stderr);
	return EXIT_USAGE;
}

int command_replay(int argc, char **argv)
{
	struct replay_command command = {0};
	struct collection collection;
	int status = parse(&command, argc, argv);

	if (status == 0) {
		collect(&collection, argv + optind, 1, command.only);
		if (collection.mistakes)
			status = EXIT_USAGE;
		else if (collection.run_count != 1)
			status = too_many(&collection, argv[optind]);
		else
			status = run_session(&command, collection.runs[0]);
		collection_free(&collection);
	}
	free(command.commands);
	return status;
}
