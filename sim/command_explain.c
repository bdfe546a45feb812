/*
 * votesim explain: is there an interleaving that gives exactly this recording?
 */
#include <getopt.h>
#include <stdio.h>

#include "sim/collect.h"
#include "sim/commands.h"
#include "sim/explore/explain.h"

#define STATES_MAX 2000000u

static void put_choice(const struct scenario *scenario, const struct explained_choice *choice)
{
	const struct step *step = &scenario->steps[choice->step];

	printf("  at %llu.%06llu s, step %u (%s): ", (unsigned long long)(choice->time_ns / 1000000000u),
	       (unsigned long long)(choice->time_ns % 1000000000u / 1000u), choice->step, verb_name(step->verb));
	switch ((enum choice_kind)choice->what) {
	case CHOOSE_ORDER:
		printf("the token went on past %u of %u senders\n", choice->picked, choice->n);
		break;
	case CHOOSE_MOVE:
		printf("some formed a ring by themselves first (choice %u of %u)\n", choice->picked, choice->n - 1);
		break;
	case CHOOSE_JOIN:
		puts("the starting node joined the others without a ring of its own");
		break;
	case CHOOSE_RECOVER:
		printf("the last %u ordered messages of the old ring were lost\n", choice->picked);
		break;
	case CHOOSE_EXIT:
		puts("the client read what its stopping daemon said");
		break;
	case CHOOSE_CONTACT:
		puts("rings found each other in the midst of a sync");
		break;
	case CHOOSE_STOP:
		puts("the daemon took its time to stop");
		break;
	case CHOOSE_TURN:
		puts("a node took its turn in the sync a token round later");
		break;
	default:
		printf("choice %u of %u\n", choice->picked, choice->n);
	}
}

static int tell(const struct scenario *scenario, const struct recording *recording, const char *path,
		const struct explanation *explanation)
{
	uint32_t failed = explanation->failed_stream;

	if (explanation->found) {
		printf("explained: %u lines, %llu branches, %llu states\n", recording->line_count,
		       (unsigned long long)explanation->runs, (unsigned long long)explanation->states);
		if (!explanation->token_order)
			puts("  by the plain run");
		else
			puts("  by messages going round each ring, from its third last member on");
		for (uint32_t i = 0; i < explanation->choice_count; i++)
			put_choice(scenario, &explanation->choices[i]);
		return EXIT_HELD;
	}
	printf("%s after %llu branches, %llu states; at most %u of %u lines came\n",
	       explanation->gave_up ? "given up" : "no interleaving gives this recording",
	       (unsigned long long)explanation->runs, (unsigned long long)explanation->states, explanation->matched,
	       recording->line_count);
	for (uint32_t i = 0; i < 2 * scenario->client_count; i++) {
		const struct recorded_stream *stream = &recording->streams[i];
		uint32_t position = explanation->positions[i];

		if (position < stream->count)
			printf("  %s:%u: this line of client %s %s\n", path, stream->lines[position].line,
			       scenario->clients[i / 2].name,
			       i == failed ? "did not come, but something else" : "was not reached");
		else if (i == failed)
			printf("  client %s got more %s than were recorded\n", scenario->clients[i / 2].name,
			       i % 2 ? "replies" : "callbacks");
	}
	return EXIT_FAILED;
}

static int explain_one(const struct scenario *scenario, const char *path)
{
	struct explanation explanation;
	struct recording recording;
	char message[1024];
	int status;

	if (recording_read(path, scenario, &recording, message, sizeof message) != 0) {
		fprintf(stderr, "%s\n", message);
		return EXIT_USAGE;
	}
	explain(scenario, &recording, STATES_MAX, &explanation);
	status = tell(scenario, &recording, path, &explanation);
	explanation_free(&explanation);
	recording_free(&recording);
	return status;
}

int command_explain(int argc, char **argv)
{
	static const struct option options[] = {
		{"recording", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	struct collection collection;
	const char *recording = NULL;
	int option, status;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option != 'r')
			return usage_error("unknown option '%s'", argv[optind - 1]);
		recording = optarg;
	}
	if (!recording || optind + 1 != argc)
		return usage_error("usage: votesim explain SCENARIO --recording FILE");
	collect(&collection, argv + optind, 1, NULL);
	if (collection.mistakes)
		status = EXIT_USAGE;
	else if (collection.run_count != 1)
		status = usage_error("explain wants one scenario, and %s holds %u", argv[optind],
				     collection.run_count);
	else
		status = explain_one(collection.runs[0], recording);
	collection_free(&collection);
	return status;
}
