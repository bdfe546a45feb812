/* The commands of votesim replay. */
#include "sim/replay/session.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/replay/critical.h"
#include "sim/replay/moment.h"
#include "sim/replay/show.h"
#include "sim/scenario/amount.h"

#define WORDS_MAX 12u
#define LOG_LINES 10u

struct words { /* of one command */
	uint32_t count;
	char *word[WORDS_MAX];
};

void session_init(struct session *session, struct replay *replay, FILE *out, bool json)
{
	*session = (struct session){.replay = replay, .out = out, .json = json};
}

static void forget_watches(struct session *session)
{
	while (session->watch_count)
		free(session->watches[--session->watch_count]);
}

void session_free(struct session *session)
{
	forget_watches(session);
}

__attribute__((format(printf, 2, 3))) static bool refuse(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(session->error, sizeof session->error, format, arguments);
	va_end(arguments);
	return false;
}

static bool wants(struct session *session, const char *what)
{
	return refuse(session, "it wants %s", what);
}

/* ---- moving ---- */

static void tell_moment(const struct session *session)
{
	if (session->json)
		moment_json(session->replay, session->out);
	else
		show_where(session->replay, session->out);
}

static bool move_to(struct session *session, uint64_t event)
{
	session->from = session->replay->event;
	replay_go(session->replay, event);
	tell_moment(session);
	return true;
}

static bool read_number(struct session *session, const char *word, uint64_t low, uint64_t high, uint64_t *number)
{
	if (parse_number(word, low, high, number))
		return true;
	return refuse(session, "a number from %llu to %llu is wanted, not '%s'", (unsigned long long)low,
		      (unsigned long long)high, word);
}

static bool do_next(struct session *session, const struct words *words)
{
	struct replay *replay = session->replay;
	uint64_t left = replay->events - replay->event, count = 1;

	if (words->count > 1 && !read_number(session, words->word[1], 1, UINT64_MAX, &count))
		return false;
	if (left == 0)
		return refuse(session, "the run is over; 'back' goes back");
	if (session->json)
		return move_to(session, replay->event + (count < left ? count : left));
	session->from = replay->event;
	show_log(replay, replay->event, replay->event + (count < left ? count : left), session->out);
	tell_moment(session);
	return true;
}

static bool do_back(struct session *session, const struct words *words)
{
	uint64_t count = 1;

	if (words->count > 1 && !read_number(session, words->word[1], 1, UINT64_MAX, &count))
		return false;
	if (session->replay->event == 0)
		return refuse(session, "this is the start of the run");
	return move_to(session,
		       session->replay->event - (count < session->replay->event ? count : session->replay->event));
}

/* A step that the run came to. */
static bool read_step(struct session *session, const char *word, uint32_t *step)
{
	uint32_t count = session->replay->scenario->step_count;
	uint64_t number;

	if (count == 0)
		return refuse(session, "the scenario has no steps");
	if (!parse_number(word, 0, count - 1, &number))
		return refuse(session, "there is no step '%s'; steps are 0 to %u", word, count - 1);
	if (!session->replay->steps[number].begun)
		return refuse(session, "the run ended before step %s", word);
	*step = (uint32_t)number;
	return true;
}

static bool end_of_step(struct session *session, uint32_t index)
{
	const struct replay_step *step = &session->replay->steps[index];

	move_to(session, step->ended ? step->end : session->replay->events);
	session->from = step->before;
	return true;
}

static bool do_step(struct session *session, const struct words *words)
{
	const struct replay *replay = session->replay;
	uint32_t step = 0;

	if (words->count > 1)
		return read_step(session, words->word[1], &step) && end_of_step(session, step);
	while (step < replay->scenario->step_count && replay->steps[step].begun &&
	       (replay->steps[step].ended ? replay->steps[step].end : replay->events) <= replay->event)
		step++;
	if (step == replay->scenario->step_count || !replay->steps[step].begun)
		return refuse(session, "there is no further step; 'back' goes back");
	return end_of_step(session, step);
}

static bool do_before(struct session *session, const struct words *words)
{
	uint32_t step;

	if (words->count < 2)
		return wants(session, "the number of a step");
	return read_step(session, words->word[1], &step) && move_to(session, session->replay->steps[step].before);
}

static bool do_event(struct session *session, const struct words *words)
{
	uint64_t event;

	if (words->count < 2)
		return wants(session, "the number of an event");
	return read_number(session, words->word[1], 0, session->replay->events, &event) && move_to(session, event);
}

static bool do_time(struct session *session, const struct words *words)
{
	uint64_t time_ns;
	const char *unit;

	if (words->count < 2)
		return wants(session, "a time since the start: 1500ms, 2s, 1m");
	if (amount_duration(words->word[1], &time_ns, &unit) != AMOUNT_OK)
		return refuse(session, "a time is 1500ms, 2s or 1.5s, not '%s'", words->word[1]);
	return move_to(session, replay_at_time(session->replay, time_ns));
}

static bool do_start(struct session *session, const struct words *words)
{
	(void)words;
	return move_to(session, 0);
}

static bool do_end(struct session *session, const struct words *words)
{
	(void)words;
	return move_to(session, session->replay->events);
}

/* ---- watching ---- */

static bool do_watch(struct session *session, const struct words *words)
{
	char path[FACT_PATH_MAX] = "";
	char **watch = &session->watches[session->watch_count];

	if (words->count < 2)
		return wants(session, "what diff shows, or how it begins: 'watch node 2 votequorum quorate'");
	if (session->watch_count == SESSION_WATCHES_MAX)
		return refuse(session, "%u are watched already; 'unwatch' forgets them", SESSION_WATCHES_MAX);
	for (uint32_t i = 1; i < words->count; i++) {
		if (strlen(path) + strlen(words->word[i]) + 2 > sizeof path)
			return refuse(session, "that is too long");
		strcat(strcat(path, i > 1 ? " " : ""), words->word[i]);
	}
	*watch = strdup(path);
	ALWAYS(*watch != NULL);
	session->watch_count++;
	return true;
}

static bool do_unwatch(struct session *session, const struct words *words)
{
	(void)words;
	forget_watches(session);
	return true;
}

static struct fact_list facts_now(const struct session *session, const char *wanted)
{
	struct fact_list list = {.wanted = wanted};
	struct facts facts = facts_as_list(&list);

	moment_tell(session->replay, &facts);
	return list;
}

static bool same_facts(const struct fact_list *a, const struct fact_list *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->facts[i].path, b->facts[i].path) != 0 ||
		    strcmp(a->facts[i].value, b->facts[i].value) != 0)
			return false;
	return true;
}

struct watched {
	struct fact_list lists[SESSION_WATCHES_MAX];
};

static struct watched look_at_watched(const struct session *session)
{
	struct watched watched = {0};

	for (uint32_t i = 0; i < session->watch_count; i++)
		watched.lists[i] = facts_now(session, session->watches[i]);
	return watched;
}

static void free_watched(struct watched *watched)
{
	for (uint32_t i = 0; i < SESSION_WATCHES_MAX; i++)
		fact_list_free(&watched->lists[i]);
}

static bool has_verdict(const struct session *session, uint64_t event)
{
	for (uint32_t i = 0; i < session->replay->result.verdict_count; i++)
		if (session->replay->verdict_events[i] == event && show_is_bad(&session->replay->result.verdicts[i]))
			return true;
	return false;
}

/* One event on: does it change what is watched, or does something go wrong at it? */
static bool stops(const struct session *session, struct watched *watched)
{
	struct watched now;
	bool changed = false;

	replay_next(session->replay, (struct observer){0});
	now = look_at_watched(session);
	for (uint32_t i = 0; i < session->watch_count; i++)
		changed = changed || !same_facts(&watched->lists[i], &now.lists[i]);
	free_watched(watched);
	*watched = now;
	return changed || has_verdict(session, session->replay->event);
}

static bool go_on(struct session *session)
{
	struct watched watched;

	if (session->replay->event == session->replay->events)
		return refuse(session, "the run is over; 'back' goes back");
	session->from = session->replay->event;
	watched = look_at_watched(session);
	while (session->replay->event < session->replay->events && !stops(session, &watched))
		session->from = session->replay->event;
	free_watched(&watched);
	tell_moment(session);
	return true;
}

/* The last moment in first+1 .. last at which going on would have stopped; 0: none. */
static uint64_t last_stop(struct session *session, uint64_t first, uint64_t last)
{
	struct watched watched;
	uint64_t found = 0;

	replay_go(session->replay, first);
	watched = look_at_watched(session);
	while (session->replay->event < last)
		if (stops(session, &watched))
			found = session->replay->event;
	free_watched(&watched);
	return found;
}

static bool go_on_back(struct session *session)
{
	uint64_t here = session->replay->event, last = here ? here - 1 : 0, found = 0;

	if (here == 0)
		return refuse(session, "this is the start of the run");
	while (last > 0 && found == 0) {
		uint64_t first = last > 64 ? last - 64 : 0;

		found = last_stop(session, first, last);
		last = first;
	}
	move_to(session, found);
	session->from = found ? found - 1 : 0;
	return true;
}

static bool do_continue(struct session *session, const struct words *words)
{
	if (words->count > 1 && strcmp(words->word[1], "back") != 0)
		return wants(session, "nothing, or 'back'");
	return words->count > 1 ? go_on_back(session) : go_on(session);
}

/* ---- showing ---- */

static bool do_where(struct session *session, const struct words *words)
{
	(void)words;
	tell_moment(session);
	return true;
}

static bool do_list(struct session *session, const struct words *words)
{
	(void)words;
	if (session->json)
		show_steps_json(session->replay, session->out);
	else
		show_steps(session->replay, session->out);
	return true;
}

static bool read_node(struct session *session, const char *word, uint32_t *node)
{
	uint64_t id;
	int index = -1;

	if (parse_number(word, 1, UINT32_MAX, &id))
		index = scenario_node_index(session->replay->scenario, (uint32_t)id);
	if (index < 0)
		return refuse(session, "there is no node '%s'", word);
	*node = (uint32_t)index;
	return true;
}

static bool do_node(struct session *session, const struct words *words)
{
	uint32_t node;

	if (words->count < 2)
		return wants(session, "a node id");
	if (!read_node(session, words->word[1], &node))
		return false;
	if (session->json)
		moment_node_json(session->replay, node, session->out);
	else
		show_node(session->replay, node, session->out);
	return true;
}

static bool do_who(struct session *session, const struct words *words)
{
	(void)words;
	if (session->json)
		moment_json(session->replay, session->out);
	else
		show_who(session->replay, session->out);
	return true;
}

static bool do_due(struct session *session, const struct words *words)
{
	(void)words;
	if (session->json)
		moment_json(session->replay, session->out);
	else
		show_due(session->replay, session->out);
	return true;
}

/* The moment that diff is to compare with. */
static bool read_moment(struct session *session, const struct words *words, uint64_t *event)
{
	uint32_t step;

	*event = session->from;
	if (words->count == 1)
		return true;
	if (words->count == 3 && strcmp(words->word[1], "event") == 0)
		return read_number(session, words->word[2], 0, session->replay->events, event);
	if (words->count == 3 && strcmp(words->word[1], "before") == 0) {
		if (!read_step(session, words->word[2], &step))
			return false;
		*event = session->replay->steps[step].before;
		return true;
	}
	return wants(session, "nothing, 'event N' or 'before K'");
}

static bool do_diff(struct session *session, const struct words *words)
{
	uint64_t here = session->replay->event, other;
	struct fact_list before, after;

	if (!read_moment(session, words, &other))
		return false;
	after = facts_now(session, NULL);
	replay_go(session->replay, other);
	before = facts_now(session, NULL);
	replay_go(session->replay, here);
	if (session->json)
		show_changes_json(&before, &after, session->out);
	else
		show_changes(&before, &after, session->out);
	fact_list_free(&before);
	fact_list_free(&after);
	return true;
}

static bool do_log(struct session *session, const struct words *words)
{
	uint64_t here = session->replay->event, count = LOG_LINES;

	if (words->count > 1 && !read_number(session, words->word[1], 1, UINT64_MAX, &count))
		return false;
	if (session->json)
		show_log_json(session->replay, count < here ? here - count : 0, here, session->out);
	else
		show_log(session->replay, count < here ? here - count : 0, here, session->out);
	return true;
}

static bool do_why(struct session *session, const struct words *words)
{
	(void)words;
	if (session->json)
		show_why_json(session->replay, session->out);
	else
		show_why(session->replay, session->out);
	return true;
}

static bool do_critical(struct session *session, const struct words *words)
{
	struct critical_options options = {.continuations_max = CRITICAL_CONTINUATIONS};
	struct critical critical;

	if (words->count > 1 && strcmp(words->word[1], "quorate") != 0)
		return wants(session, "nothing, or 'quorate'");
	options.quorate = words->count > 1;
	critical_find(session->replay, &options, &critical);
	if (session->json)
		critical_json(&critical, session->out);
	else
		critical_tell(session->replay->scenario, &critical, session->out);
	critical_free(&critical);
	return true;
}

static bool do_json(struct session *session, const struct words *words)
{
	uint32_t node;

	if (words->count == 1) {
		moment_json(session->replay, session->out);
		return true;
	}
	if (words->count != 3 || strcmp(words->word[1], "node") != 0)
		return wants(session, "nothing, or 'node N'");
	if (!read_node(session, words->word[2], &node))
		return false;
	moment_node_json(session->replay, node, session->out);
	return true;
}

/* ---- the commands ---- */

static bool do_help(struct session *session, const struct words *words);

static bool do_quit(struct session *session, const struct words *words)
{
	(void)words;
	session->over = true;
	return true;
}

static const struct command {
	const char *name, *also;
	const char *takes;
	const char *says;
	bool (*run)(struct session *session, const struct words *words);
	uint32_t words_max; /* 0: the name alone */
} commands[] = {
	{"next", "n", "[N]", "one event on, or N; says what happens", do_next, 1},
	{"back", "b", "[N]", "one event back, or N", do_back, 1},
	{"step", "s", "[K]", "to the end of step K, or of the next one", do_step, 1},
	{"before", NULL, "K", "to the moment before step K acts", do_before, 1},
	{"event", "e", "N", "to the moment after event N; 0 is the start", do_event, 1},
	{"time", "t", "T", "to the last event until then: 1500ms, 2s", do_time, 1},
	{"start", NULL, "", "to the start of the run", do_start, 0},
	{"end", NULL, "", "to its end", do_end, 0},
	{"watch", NULL, "WORDS", "watch what diff tells under these words", do_watch, WORDS_MAX},
	{"unwatch", NULL, "", "watch nothing", do_unwatch, 0},
	{"continue", "c", "[back]", "to the next (last) change of what is watched, or failure", do_continue, 1},
	{"where", NULL, "", "which moment this is", do_where, 0},
	{"list", "l", "", "the steps, with their events, times and failures", do_list, 0},
	{"node", NULL, "N", "the state of node N and its clients", do_node, 1},
	{"who", "w", "", "who reaches whom, knows what, was told what", do_who, 0},
	{"due", NULL, "", "what is under way and when it is due", do_due, 0},
	{"diff", "d", "[event N|before K]", "what the last move changed; or since that moment", do_diff, 2},
	{"log", NULL, "[N]", "what happened in the last N events (10)", do_log, 1},
	{"why", NULL, "", "what went wrong in the run, and where", do_why, 0},
	{"critical", NULL, "[quorate]", "the last step from which it could still have ended well", do_critical, 1},
	{"json", NULL, "[node N]", "the whole state, or a node's, as one line of JSON", do_json, 2},
	{"help", "h", "", "this", do_help, 0},
	{"quit", "q", "", "end", do_quit, 0},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

const char *session_command(size_t index)
{
	return index < COMMANDS ? commands[index].name : NULL;
}

static bool do_help(struct session *session, const struct words *words)
{
	(void)words;
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(session->out, "  %-9s%-19s%s%s%s%s\n", commands[i].name, commands[i].takes, commands[i].says,
			commands[i].also ? " (" : "", commands[i].also ? commands[i].also : "",
			commands[i].also ? ")" : "");
	return true;
}

static const struct command *find_command(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].name) == 0 || (commands[i].also && strcmp(word, commands[i].also) == 0))
			return &commands[i];
	return NULL;
}

static bool run_command(struct session *session, char *text)
{
	const struct command *command;
	struct words words = {0};
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t\r\n", &rest); word; word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (words.count == WORDS_MAX)
			return refuse(session, "there are too many words");
		words.word[words.count++] = word;
	}
	if (words.count == 0)
		return true;
	command = find_command(words.word[0]);
	if (!command)
		return refuse(session, "no command '%s'; 'help' lists them", words.word[0]);
	if (words.count - 1 > command->words_max)
		return refuse(session, "%s does not take '%s'", command->name, words.word[command->words_max + 1]);
	return command->run(session, &words);
}

static bool run_or_say(struct session *session, const char *text, size_t size)
{
	char *copy = strndup(text, size), *shown = strndup(text, size);
	char error[SESSION_ERROR_MAX];
	bool done;

	ALWAYS(copy != NULL && shown != NULL);
	done = run_command(session, copy);
	if (!done) {
		char *begin = shown + strspn(shown, " \t");

		begin[strcspn(begin, "\r\n")] = 0;
		for (size_t end = strlen(begin); end && (begin[end - 1] == ' ' || begin[end - 1] == '\t'); end--)
			begin[end - 1] = 0;
		snprintf(error, sizeof error, "%.150s: %.240s", begin, session->error);
		memcpy(session->error, error, sizeof error);
	}
	free(copy);
	free(shown);
	return done;
}

bool session_line(struct session *session, const char *line)
{
	size_t size = strcspn(line, "#");
	const char *end = line + size;

	while (line < end && !session->over) {
		size_t part = strcspn(line, ";#");

		if (!run_or_say(session, line, part))
			return false;
		line += part + 1;
	}
	return true;
}
