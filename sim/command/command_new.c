/*
 * votesim new.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/command/commands.h"
#include "sim/coverage/cells.h"
#include "sim/scenario/vocabulary.h"
#include "sim/sketch/ask.h"
#include "sim/sketch/sketch.h"

enum {
	OPTION_NODES = 256,
	OPTION_FEATURE,
	OPTION_FAULT,
	OPTION_CLIENT,
	OPTION_NO_CLIENT,
	OPTION_FLAGS,
	OPTION_NAME,
	OPTION_FORCE,
	/* what a scenario is to cover: a word of an axis each */
	OPTION_EVENT,
	OPTION_DISPATCH,
	OPTION_CALL,
	OPTION_ERROR,
	OPTION_CHECK,
	OPTION_STAGE,
	OPTION_RULE,
	OPTION_ROW,
	OPTION_END
};
#define WORDS_COUNT (OPTION_END - OPTION_EVENT)

struct new_command {
	struct sketch sketch;
	const char *output; /* NULL: standard output */
	bool force;
	const char *words[WORDS_COUNT]; /* of the options from OPTION_EVENT on; NULL: not given */
	const char *feature, *flags;
	char name[128], path[1024];
};

static const struct option option_list[] = {
	{"nodes", required_argument, NULL, OPTION_NODES},
	{"feature", required_argument, NULL, OPTION_FEATURE},
	{"fault", required_argument, NULL, OPTION_FAULT},
	{"client", no_argument, NULL, OPTION_CLIENT},
	{"no-client", no_argument, NULL, OPTION_NO_CLIENT},
	{"flags", required_argument, NULL, OPTION_FLAGS},
	{"name", required_argument, NULL, OPTION_NAME},
	{"output", required_argument, NULL, 'o'},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"event", required_argument, NULL, OPTION_EVENT},
	{"dispatch", required_argument, NULL, OPTION_DISPATCH},
	{"call", required_argument, NULL, OPTION_CALL},
	{"error", required_argument, NULL, OPTION_ERROR},
	{"check", required_argument, NULL, OPTION_CHECK},
	{"stage", required_argument, NULL, OPTION_STAGE},
	{"rule", required_argument, NULL, OPTION_RULE},
	{"row", required_argument, NULL, OPTION_ROW},
	{NULL, 0, NULL, 0},
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
		command->feature = optarg;
		return 0;
	case OPTION_FAULT:
		return take_fault(sketch, optarg);
	case OPTION_CLIENT:
	case OPTION_NO_CLIENT:
		sketch->no_client = option == OPTION_NO_CLIENT;
		return 0;
	case OPTION_FLAGS:
		command->flags = optarg;
		return 0;
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
		if (option < OPTION_EVENT || option >= OPTION_END)
			return bad_option(argv, option);
		command->words[option - OPTION_EVENT] = optarg;
		return 0;
	}
}

/* ---- the cell of the coverage tables that is asked for ---- */

static int take_place(const char *option, const struct coverage_axis *axis, const char *text, uint32_t *place)
{
	char list[2048] = "";
	int word;

	if (!text)
		return usage_error("--%s is missing", option);
	word = coverage_word(axis, text);
	if (word >= 0) {
		*place = (uint32_t)word;
		return 0;
	}
	for (uint32_t i = 0; i < axis->count; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", axis->words[i].name);
	return usage_error("--%s wants one of %s, not '%s'", option, list, text);
}

/* Names with commas, or a number of 32 bits. */
static int take_flags_place(const char *text, uint32_t *place)
{
	char copy[256];
	struct sketch sketch = {0};
	uint64_t number;
	int status;

	if (text && parse_number(text, 0, UINT32_MAX, &number)) {
		*place = coverage_flags_of((uint32_t)number);
		return 0;
	}
	snprintf(copy, sizeof copy, "%s", text ? text : "CHANGES");
	status = take_flags(&sketch, copy);
	*place = coverage_flags_of(sketch.flags);
	return status;
}

static int take_tracking(struct new_command *command, uint32_t place[COVERAGE_AXES_MAX])
{
	const struct coverage_table *table = coverage_table(COVERAGE_TRACKING);
	const char *const *words = command->words;
	const char *dispatch = words[OPTION_DISPATCH - OPTION_EVENT];
	int status = take_flags_place(command->flags, &place[0]);

	if (status == 0)
		status = take_place("event", table->axes[1], words[0], &place[1]);
	if (status == 0)
		status = take_place("feature", table->axes[2], command->feature ? command->feature : "none",
				    &place[2]);
	return status ? status : take_place("dispatch", table->axes[3], dispatch ? dispatch : "ALL", &place[3]);
}

/* What no option was given for stays as it is: then it is a first scenario without a cell. */
static int take_hole(struct new_command *command)
{
	static const struct {
		int option;
		enum coverage_kind kind;
	} leads[] = {{OPTION_RULE, COVERAGE_RULES},
		     {OPTION_ROW, COVERAGE_HISTORY},
		     {OPTION_CALL, COVERAGE_ERRORS},
		     {OPTION_CHECK, COVERAGE_CONFIGURATION},
		     {OPTION_EVENT, COVERAGE_TRACKING}};
	uint32_t place[COVERAGE_AXES_MAX] = {0};
	const char *const *words = command->words;
	int status = 0, kind = -1;

	coverage_prepare();
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		if (!words[leads[i].option - OPTION_EVENT])
			continue;
		if (kind >= 0)
			return usage_error("only one of --event, --call, --check, --rule and --row");
		kind = (int)leads[i].kind;
	}
	if (kind < 0)
		return words[OPTION_DISPATCH - OPTION_EVENT] || words[OPTION_ERROR - OPTION_EVENT] ||
				       words[OPTION_STAGE - OPTION_EVENT]
			       ? usage_error("--dispatch is for --event, --error for --call, --stage for --check")
			       : 0;
	if (command->sketch.nodes || command->sketch.fault_count || command->sketch.no_client)
		return usage_error(
			"--nodes, --fault and --no-client do not go with what is to be covered: it brings its own");
	switch (kind) {
	case COVERAGE_TRACKING:
		status = take_tracking(command, place);
		break;
	case COVERAGE_RULES:
		status = take_place("rule", coverage_table(COVERAGE_RULES)->axes[0],
				    words[OPTION_RULE - OPTION_EVENT], &place[0]);
		break;
	case COVERAGE_HISTORY:
		status = take_place("row", coverage_table(COVERAGE_HISTORY)->axes[0],
				    words[OPTION_ROW - OPTION_EVENT], &place[0]);
		break;
	case COVERAGE_ERRORS:
		status = take_place("call", coverage_table(COVERAGE_ERRORS)->axes[0],
				    words[OPTION_CALL - OPTION_EVENT], &place[0]);
		if (status == 0)
			status = take_place("error", coverage_table(COVERAGE_ERRORS)->axes[1],
					    words[OPTION_ERROR - OPTION_EVENT], &place[1]);
		break;
	default:
		status = take_place("check", coverage_table(COVERAGE_CONFIGURATION)->axes[0],
				    words[OPTION_CHECK - OPTION_EVENT], &place[0]);
		if (status == 0)
			status = take_place("stage", coverage_table(COVERAGE_CONFIGURATION)->axes[1],
					    words[OPTION_STAGE - OPTION_EVENT] ? words[OPTION_STAGE - OPTION_EVENT]
									       : "start",
					    &place[1]);
	}
	command->sketch.has_hole = true;
	command->sketch.hole = coverage_cell((enum coverage_kind)kind, place);
	return status;
}

static int take_plain(struct new_command *command)
{
	struct sketch *sketch = &command->sketch;
	char flags[256];
	int status = 0;

	if (command->feature)
		status = take_word("--feature", sketch_features, command->feature, &sketch->feature);
	if (status || !command->flags)
		return status;
	snprintf(flags, sizeof flags, "%s", command->flags);
	sketch->flags_given = true;
	return take_flags(sketch, flags);
}

static int parse(struct new_command *command, int argc, char **argv)
{
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":o:", option_list, NULL)) != -1)
		status = take_option(command, option, argv);
	if (status == 0)
		status = take_hole(command);
	if (status == 0 && !command->sketch.has_hole)
		status = take_plain(command);
	if (status)
		return status;
	if (optind != argc)
		return usage_error("new takes options only, not '%s'; -o names the file", argv[optind]);
	if (command->sketch.no_client && command->flags)
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
