/*
 * votesim record.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/record/live.h"
#include "sim/record/log.h"
#include "sim/record/skeleton.h"

#define CONFS_MAX 64u
#define SECONDS_MAX 31536000u
#define LIVE_CONF "/etc/corosync/corosync.conf"

struct record_command {
	struct record record;
	char message[2048];
	bool live, force;
	uint64_t seconds; /* 0: until interrupted */
	const char *output, *name;
	uint32_t conf_count;
	const char *conf_paths[CONFS_MAX];
	struct scenario_set confs[CONFS_MAX];
	uint32_t confs_read;
	uint32_t log_count;
	char **logs;
	char *text; /* what was made */
	size_t size;
	FILE *to;
};

enum { OPTION_LIVE = 256, OPTION_SECONDS, OPTION_CONF, OPTION_NAME, OPTION_FORCE };

static const struct option option_list[] = {
	{"live", no_argument, NULL, OPTION_LIVE},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"conf", required_argument, NULL, OPTION_CONF},
	{"name", required_argument, NULL, OPTION_NAME},
	{"output", required_argument, NULL, 'o'},
	{"force", no_argument, NULL, OPTION_FORCE},
	{NULL, 0, NULL, 0},
};

static int take_option(struct record_command *command, int option, char **argv)
{
	switch (option) {
	case OPTION_LIVE:
		command->live = true;
		return 0;
	case OPTION_SECONDS:
		if (!parse_number(optarg, 1, SECONDS_MAX, &command->seconds))
			return usage_error("--seconds wants a number, 1 to %u, not '%s'", SECONDS_MAX, optarg);
		return 0;
	case OPTION_CONF:
		if (command->conf_count == CONFS_MAX)
			return usage_error("at most %u --conf", CONFS_MAX);
		command->conf_paths[command->conf_count++] = optarg;
		return 0;
	case OPTION_NAME:
		command->name = optarg;
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

static int parse(struct record_command *command, int argc, char **argv)
{
	int option, status = 0;

	optind = 1;
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":o:", option_list, NULL)) != -1)
		status = take_option(command, option, argv);
	if (status)
		return status;
	command->log_count = (uint32_t)(argc - optind);
	command->logs = argv + optind;
	if (command->live && command->log_count)
		return usage_error("record takes logs or --live, not both: '%s'", command->logs[0]);
	if (!command->live && !command->log_count)
		return usage_error("record wants corosync's logs, one of each node, or --live");
	if (!command->live && command->seconds)
		return usage_error("--seconds is for --live");
	return 0;
}

/* ---- the work ---- */

static void read_confs(struct record_command *command)
{
	if (command->live && !command->conf_count && access(LIVE_CONF, R_OK) == 0)
		command->conf_paths[command->conf_count++] = LIVE_CONF;
	for (; command->confs_read < command->conf_count; command->confs_read++)
		if (scenario_read_conf(command->conf_paths[command->confs_read], &command->confs[command->confs_read],
				       command->message, sizeof command->message) != 0) {
			command->record.reading.failed = true;
			mistake_follows(&command->record.reading);
		}
}

/* FILE, or ID=FILE. */
static void read_log(struct record_command *command, const char *argument)
{
	const char *equals = strchr(argument, '=');
	uint64_t nodeid = 0;
	char *digits;

	if (equals && strspn(argument, "0123456789") == (size_t)(equals - argument)) {
		digits = take_text(&command->record.reading, argument, (size_t)(equals - argument));
		if (!parse_number(digits, 1, UINT32_MAX, &nodeid)) {
			command->record.reading.path = argument;
			mistake(&command->record.reading, (struct position){0}, "a node's id is 1 to 4294967295");
		}
		argument = equals + 1;
	}
	log_read(&command->record, argument, (uint32_t)nodeid);
}

static void work(void *context)
{
	struct record_command *command = context;
	struct known_node *known;
	const struct scenario *conf = NULL;
	struct skeleton skeleton = {.name = command->name ? command->name : "recorded", .confs = command->confs};
	struct members members;
	struct story story;

	read_confs(command);
	for (uint32_t i = 0; i < command->log_count; i++)
		read_log(command, command->logs[i]);
	if (command->live)
		live_read(&command->record, command->seconds);
	conf = command->conf_count ? &command->confs[0].scenarios[0] : NULL;
	known = take(&command->record.reading, conf ? conf->node_count : 1, sizeof *known);
	for (uint32_t i = 0; conf && i < conf->node_count; i++)
		known[i] = (struct known_node){conf->nodes[i].nodeid, conf->nodes[i].name};
	members_make(&members, &command->record, known, conf ? conf->node_count : 0);
	if (conf && !members.token_ms) {
		members.token_ms = (uint32_t)scenario_token_ms(conf);
		members.consensus_ms = (uint32_t)scenario_consensus_ms(conf);
	}
	members_live(&members);
	story_tell(&story, &members);
	skeleton.conf_count = command->conf_count;
	skeleton_write(&skeleton, &story, &members, command->to);
}

static int record(struct record_command *command)
{
	int status = EXIT_USAGE;

	command->record.reading.path = "the logs";
	command->record.reading.variant = "";
	command->record.reading.message = command->message;
	command->record.reading.message_size = sizeof command->message;
	command->to = open_memstream(&command->text, &command->size);
	ALWAYS(command->to != NULL);
	if (attempt(&command->record.reading, work, command)) {
		ALWAYS(fflush(command->to) == 0);
		status = put_made(command->output, command->force, command->text);
	} else {
		fprintf(stderr, "%s\n", command->message);
	}
	ALWAYS(fclose(command->to) == 0);
	free(command->text);
	for (uint32_t i = 0; i < command->confs_read; i++)
		scenario_free(&command->confs[i]);
	arena_free(command->record.reading.arena.blocks);
	return status;
}

int command_record(int argc, char **argv)
{
	struct record_command *command = allocate(1, sizeof *command);
	int status = parse(command, argc, argv);

	if (status == 0)
		status = record(command);
	free(command);
	return status;
}
