/*
 * votesim new.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/scenario/vocabulary.h"
#include "sim/sketch/ask.h"
#include "sim/sketch/sketch.h"

struct new_command {
	struct sketch sketch;
	const char *output; /* NULL: standard output */
	bool force;
	char name[128], path[1024];
};

enum {
	OPTION_NODES = 256,
	OPTION_FEATURE,
	OPTION_FAULT,
	OPTION_CLIENT,
	OPTION_NO_CLIENT,
	OPTION_FLAGS,
	OPTION_NAME,
	OPTION_FORCE
};

static const struct option option_list[] = {
	{"nodes", required_argument, NULL, OPTION_NODES},   {"feature", required_argument, NULL, OPTION_FEATURE},
	{"fault", required_argument, NULL, OPTION_FAULT},   {"client", no_argument, NULL, OPTION_CLIENT},
	{"no-client", no_argument, NULL, OPTION_NO_CLIENT}, {"flags", required_argument, NULL, OPTION_FLAGS},
	{"name", required_argument, NULL, OPTION_NAME},     {"output", required_argument, NULL, 'o'},
	{"force", no_argument, NULL, OPTION_FORCE},         {NULL, 0, NULL, 0},
};

static int take_nodes(struct sketch *sketch, const char *text)
{
	uint64_t nodes;

	if (!parse_number(text, 1, SKETCH_NODES_MAX, &nodes))
		return usage_error("--nodes wants a number, 1 to %u, not '%s'", SKETCH_NODES_MAX, text);
	sketch->nodes = (uint32_t)nodes;
	return 0;
}

static int take_word(const char *option, const struct sketch_word *words, const char *text, uint32_t *to)
{
	char list[256] = "";
	int word = sketch_word(words, text);

	if (word >= 0) {
		*to = (uint32_t)word;
		return 0;
	}
	for (int i = 0; words[i].name; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i].name);
	return usage_error("%s wants one of %s, not '%s'", option, list, text);
}

static int take_fault(struct sketch *sketch, const char *text)
{
	if (sketch->fault_count == SKETCH_FAULTS_MAX)
		return usage_error("at most %u faults", SKETCH_FAULTS_MAX);
	return take_word("--fault", sketch_faults, text, &sketch->faults[sketch->fault_count++]);
}

static int take_flags(struct sketch *sketch, char *text)
{
	for (char *flag = strtok(text, ","); flag; flag = strtok(NULL, ",")) {
		uint32_t value;

		if (!name_value(&names_track_flags, flag, &value))
			return usage_error("--flags wants CURRENT, CHANGES or CHANGES_ONLY, with commas, not '%s'",
					   flag);
		sketch->flags |= value;
	}
	return sketch->flags ? 0 : usage_error("--flags wants CURRENT, CHANGES or CHANGES_ONLY, with commas");
}

static int take_option(struct new_command *command, int option, char **argv)
{
	struct sketch *sketch = &command->sketch;

	switch (option) {
	case OPTION_NODES:
		return take_nodes(sketch, optarg);
	case OPTION_FEATURE:
		return take_word("--feature", sketch_features, optarg, &sketch->feature);
	case OPTION_FAULT:
		return take_fault(sketch, optarg);
	case OPTION_CLIENT:
	case OPTION_NO_CLIENT:
		sketch->no_client = option == OPTION_NO_CLIENT;
		return 0;
	case OPTION_FLAGS:
		return take_flags(sketch, optarg);
	case OPTION_NAME:
		sketch->name = optarg;
		return *optarg ? 0 : usage_error("--name wants a name");
	case 'o':
		command->output = optarg;
		return 0;
	case OPTION_FORCE:
		command->force = true;
		return 0;
	default:
		return bad_option(argv, option);
	}
}

static int parse(struct new_command *command, int argc, char **argv)
{
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":o:", option_list, NULL)) != -1)
		status = take_option(command, option, argv);
	if (status)
		return status;
	if (optind != argc)
		return usage_error("new takes options only, not '%s'; -o names the file", argv[optind]);
	if (command->sketch.no_client && command->sketch.flags)
		return usage_error("--flags is for the client that --no-client leaves out");
	if (argc > 1)
		return 0;
	if (!isatty(STDIN_FILENO))
		return usage_error("new wants --nodes, --feature or --fault, or a terminal to ask at");
	if (!ask_sketch(&command->sketch, command->name, command->path, stdin, stderr))
		return EXIT_USAGE;
	command->output = command->path;
	return 0;
}

int command_new(int argc, char **argv)
{
	struct new_command command = {0};
	int status = parse(&command, argc, argv);
	char message[2048], name[128], *text;

	if (status)
		return status;
	if (sketch_complete(&command.sketch, name, message, sizeof message) != 0)
		return usage_error("%s", message);
	text = sketch_write(&command.sketch, message, sizeof message);
	if (!text) {
		fprintf(stderr, "votesim: %s\n", message);
		return EXIT_USAGE;
	}
	status = put_made(command.output, command.force, text);
	free(text);
	return status;
}
