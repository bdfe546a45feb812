/*
 * votesim explain: is there an interleaving that gives exactly this recording?
 */
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "sim/collect.h"
#include "sim/command/commands.h"
#include "sim/explain/explain.h"
#include "sim/scenario/amount.h"

#define STATES 500000u
#define STATES_MAX 1000000000u

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
	case CHOOSE_MOVER:
		puts("... without one of them");
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
		puts(choice->picked == 3 ? "rings took long to find each other"
					 : "rings found each other in the midst of a sync");
		break;
	case CHOOSE_STOP:
		puts("the daemon took its time to stop");
		break;
	case CHOOSE_RELEASE:
		puts("a sync that its device had held went on some token rounds later");
		break;
	case CHOOSE_TURN:
		puts("a node took its turn in the sync a token round later");
		break;
	default:
		printf("choice %u of %u\n", choice->picked, choice->n);
	}
}

/* The shortest stretch that no interleaving gives: how far any came, what was recorded there, what came instead. */
static void tell_where(const struct scenario *scenario, const struct recording *recording, const char *path,
		       const struct explanation *explanation)
{
	uint32_t failed = explanation->failed_stream, step = explanation->failed_step;
	const struct recorded_stream *stream = &recording->streams[failed];
	const char *client = failed == UINT32_MAX ? NULL : scenario->clients[failed / 2].name;

	printf("  none gives it beyond step %u (%s)\n", step, verb_name(scenario->steps[step].verb));
	if (!client) {
		for (uint32_t i = 0; i < 2 * scenario->client_count; i++)
			if (explanation->positions[i] < recording->streams[i].count)
				printf("  expected  %s:%u, which client %s was not told\n", path,
				       recording->streams[i].lines[explanation->positions[i]].line,
				       scenario->clients[i / 2].name);
		return;
	}
	if (explanation->positions[failed] < stream->count)
		printf("  expected  %s:%u, of client %s\n", path, stream->lines[explanation->positions[failed]].line,
		       client);
	else
		printf("  expected  no more %s of client %s\n", failed % 2 ? "replies" : "callbacks", client);
	printf("  came      %s\n", explanation->came ? explanation->came : "nothing, and the step was over");
}

static int tell(const struct scenario *scenario, const struct recording *recording, const char *path,
		const struct explanation *explanation)
{
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
	tell_where(scenario, recording, path, explanation);
	return EXIT_FAILED;
}

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static int explain_one(const struct scenario *scenario, const char *path, uint64_t states_max)
{
	struct explanation explanation;
	struct recording recording;
	char message[1024];
	uint64_t began_ms = clock_ms(), took_ms;
	int status;

	if (recording_read(path, scenario, &recording, message, sizeof message) != 0) {
		fprintf(stderr, "%s\n", message);
		return EXIT_USAGE;
	}
	explain(scenario, &recording, states_max, &explanation);
	took_ms = clock_ms() - began_ms;
	status = tell(scenario, &recording, path, &explanation);
	/* not beside the result, which is the same every time */
	fprintf(stderr, "searched for %llu.%03llu s\n", (unsigned long long)(took_ms / 1000u),
		(unsigned long long)(took_ms % 1000u));
	explanation_free(&explanation);
	recording_free(&recording);
	return status;
}

int command_explain(int argc, char **argv)
{
	static const struct option options[] = {
		{"recording", required_argument, NULL, 'r'},
		{"states", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	struct collection collection;
	const char *recording = NULL;
	uint64_t states_max = STATES;
	int option, status;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == 'r')
			recording = optarg;
		else if (option != 's')
			return usage_error("unknown option '%s'", argv[optind - 1]);
		else if (amount_integer(optarg, &states_max) != AMOUNT_OK || states_max == 0 ||
			 states_max > STATES_MAX)
			return usage_error("--states: expected 1 to %u, found '%s'", STATES_MAX, optarg);
	}
	if (!recording || optind + 1 != argc)
		return usage_error("usage: votesim explain SCENARIO --recording FILE [--states N]");
	collect(&collection, argv + optind, 1, NULL);
	if (collection.mistakes)
		status = EXIT_USAGE;
	else if (collection.run_count != 1)
		status = usage_error("explain wants one scenario, and %s holds %u", argv[optind],
				     collection.run_count);
	else
		status = explain_one(collection.runs[0], recording, states_max);
	collection_free(&collection);
	return status;
}
