/*
 * votesim shrink: what is the least that still shows this?
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "sim/collect.h"
#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/shrink/shrink.h"
#include "sim/explore/story.h"
#include "sim/run.h"
#include "sim/world/seed.h"

#define SHRINK_TESTS 100000u

struct shrink_command {
	struct run_options options; /* only the seed */
	const char *only, *rule, *output;
	struct found target;
	bool has_target;
};

enum { OPTION_SEED = 256, OPTION_ONLY, OPTION_RULE };

static int parse(struct shrink_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, OPTION_SEED},
		{"only", required_argument, NULL, OPTION_ONLY},
		{"rule", required_argument, NULL, OPTION_RULE},
		{"output", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
		if (option == OPTION_SEED && seed_from_text(optarg, &command->options.seed))
			command->options.has_seed = true;
		else if (option == OPTION_ONLY)
			command->only = optarg;
		else if (option == OPTION_RULE)
			command->rule = optarg;
		else if (option == 'o')
			command->output = optarg;
		else
			return usage_error(
				"shrink: cannot use '%s'; there are --seed N|TEXT, --only NAME, --rule ID, "
				"-o FILE",
				argv[optind - 1]);
	}
	for (uint32_t i = 0; command->rule && i <= check_rule_count; i++)
		if (i == check_rule_count)
			return usage_error("shrink: no rule has the id '%s'", command->rule);
		else if (strcmp(check_rules[i].id, command->rule) == 0)
			break;
	return optind + 1 == argc ? 0 : usage_error("shrink wants one scenario file");
}

/* The first failure; else the first hazard. */
static void take_target(void *ctx, const struct found *found)
{
	struct shrink_command *command = ctx;
	bool fails = found->kind != FOUND_HAZARD, has_failure = command->target.kind != FOUND_HAZARD;

	if (command->rule &&
	    (found->rule >= check_rule_count || strcmp(check_rules[found->rule].id, command->rule) != 0))
		return;
	if (command->has_target && (has_failure || !fails))
		return;
	command->target = *found;
	command->has_target = true;
}

static int put(const struct shrink_command *command, const struct shrunk *shrunk)
{
	const char *path = command->output && strcmp(command->output, "-") != 0 ? command->output : NULL;
	const struct scenario *scenario = &shrunk->set.scenarios[0];
	FILE *to = path ? fopen(path, "w") : stdout;
	struct story story;
	bool failed = to == NULL;

	if (to) {
		story_make(scenario, &shrunk->found, &story);
		scenario_write(scenario, &story.notes, to);
		story_free(&story);
		failed = path ? fclose(to) != 0 : ferror(to) != 0;
	}
	if (failed) {
		fprintf(stderr, "votesim: cannot write %s: %s\n", path ? path : "to standard output",
			strerror(errno));
		return EXIT_USAGE;
	}
	return EXIT_HELD;
}

static int shrink_scenario(struct shrink_command *command, const struct scenario *scenario)
{
	const struct shrink_options options = {scenario->name, scenario->description, SHRINK_TESTS};
	struct choice_marks marks;
	struct choice choice = run_choice(scenario, &command->options, &marks);
	uint64_t seed = command->options.has_seed ? command->options.seed : scenario->seed;
	struct finder *finder = finder_open();
	struct shrunk shrunk;
	int status;

	find(finder, scenario, choice, seed, take_target, command, NULL);
	finder_close(finder);
	if (!command->has_target) {
		fprintf(stderr, "votesim: %s: %s: %s: there is nothing to shrink\n", scenario->path, scenario->name,
			command->rule ? "that rule is not breached" : "all holds");
		return EXIT_FAILED;
	}
	if (!shrink(scenario, choice, seed, &command->target, &options, &shrunk)) {
		fprintf(stderr, "votesim: %s: %s: its run cannot be written as a scenario of its own\n",
			scenario->path, scenario->name);
		return EXIT_FAILED;
	}
	fprintf(stderr, "%u node%s and %u step%s are left of %u and %u, after %llu runs%s\n",
		shrunk.set.scenarios[0].node_count, shrunk.set.scenarios[0].node_count == 1 ? "" : "s",
		shrunk.set.scenarios[0].step_count, shrunk.set.scenarios[0].step_count == 1 ? "" : "s",
		scenario->node_count, scenario->step_count, (unsigned long long)shrunk.tests,
		shrunk.minimal ? "" : "; it may not be the smallest");
	status = put(command, &shrunk);
	shrunk_free(&shrunk);
	return status;
}

int command_shrink(int argc, char **argv)
{
	struct shrink_command command = {0};
	struct collection collection;
	int status = parse(&command, argc, argv);

	if (status)
		return status;
	collect(&collection, argv + optind, 1, command.only);
	if (collection.mistakes)
		status = EXIT_USAGE;
	else if (collection.run_count != 1)
		status = usage_error("shrink wants one scenario, and %s holds %u: choose one with --only NAME",
				     argv[optind], collection.run_count);
	else
		status = shrink_scenario(&command, collection.runs[0]);
	collection_free(&collection);
	return status;
}
