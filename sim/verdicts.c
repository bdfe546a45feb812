/*
 * Failures go to standard error in one form: first what was expected, then what
 * came, then where, then how to see it again.
 */
#include "sim/verdicts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static bool wants_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fd) && !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
}

void verdicts_init(struct verdicts *verdicts, bool quiet)
{
	*verdicts = (struct verdicts){
		.out = stdout, .err = stderr, .colour_out = wants_colour(1), .colour_err = wants_colour(2),
		.quiet = quiet,
	};
}

void run_title(const struct scenario *scenario, char *title, size_t size)
{
	bool variant = scenario->variant && scenario->variant[0];

	snprintf(title, size, "%s%s%s%s", scenario->name, variant ? " [" : "", variant ? scenario->variant : "",
		 variant ? "]" : "");
}

static void paint(FILE *file, bool colour, const char *code, const char *text)
{
	if (colour)
		fprintf(file, "%s%s%s", code, text, PLAIN);
	else
		fputs(text, file);
}

/* Text of several lines, the later ones under the first. */
static void put_indented(FILE *file, const char *label, const char *text)
{
	fprintf(file, "  %-10s", label);
	for (; *text; text++) {
		fputc(*text, file);
		if (*text == '\n' && text[1])
			fputs("            ", file);
	}
	fputc('\n', file);
}

static void put_where(FILE *file, const struct scenario *scenario, const struct verdict *verdict)
{
	char line[512];
	int n;

	n = snprintf(line, sizeof line, "%s:%u:%u", scenario->path, verdict->at.line, verdict->at.column);
	if (verdict->step < scenario->step_count)
		n += snprintf(line + n, sizeof line - (size_t)n, ", step %u (%s)", verdict->step,
			      scenario->steps[verdict->step].name ? scenario->steps[verdict->step].name
								   : verb_name(scenario->steps[verdict->step].verb));
	if (verdict->node < scenario->node_count && n < (int)sizeof line)
		n += snprintf(line + n, sizeof line - (size_t)n, ", node %u", scenario->nodes[verdict->node].nodeid);
	if (verdict->client < scenario->client_count && n < (int)sizeof line)
		n += snprintf(line + n, sizeof line - (size_t)n, ", client %s", scenario->clients[verdict->client].name);
	if (n < (int)sizeof line)
		snprintf(line + n, sizeof line - (size_t)n, ", at %llu.%06llu s",
			 (unsigned long long)(verdict->time_ns / 1000000000u),
			 (unsigned long long)(verdict->time_ns % 1000000000u / 1000u));
	put_indented(file, "where", line);
}

/* A word for the shell: quoted when it has to be. */
static void put_word(FILE *file, const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";

	if (*word && strspn(word, safe) == strlen(word)) {
		fputs(word, file);
		return;
	}
	fputc('\'', file);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, 0 }, file);
	fputc('\'', file);
}

static void put_reproduce(FILE *file, const struct run_result *result)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	fprintf(file, "  %-10svotesim run ", "reproduce");
	put_word(file, result->scenario->path);
	fputs(" --only ", file);
	put_word(file, title);
	if (!result->plain)
		fprintf(file, " --seed %llu", (unsigned long long)result->seed);
	fputs(" --trace -\n", file);
}

static void put_rule(FILE *file, const struct verdict *verdict)
{
	const struct rule *rule;

	if (verdict->rule >= check_rule_count)
		return;
	rule = &check_rules[verdict->rule];
	fprintf(file, "  %-10s%s: %s (%s)\n", "rule", rule->id, rule->says, rule->source);
}

static void put_verdict(struct verdicts *verdicts, const struct run_result *result, const struct verdict *verdict)
{
	static const char *const words[] = {
		[VERDICT_BREACH] = "FAILED", [VERDICT_HAZARD] = "HAZARD", [VERDICT_EXPECTATION] = "FAILED",
		[VERDICT_INERT] = "inert", [VERDICT_VACUOUS] = "vacuous",
	};
	bool fails = verdict->kind == VERDICT_BREACH || verdict->kind == VERDICT_EXPECTATION;
	FILE *file = fails ? verdicts->err : verdicts->out;
	bool colour = fails ? verdicts->colour_err : verdicts->colour_out;
	char title[512];

	run_title(result->scenario, title, sizeof title);
	paint(file, colour, fails ? RED : YELLOW, words[verdict->kind]);
	if (verdict->hazard)
		fprintf(file, " H%u", verdict->hazard);
	fprintf(file, " %s\n", title);
	if (verdict->expected[0])
		put_indented(file, "expected", verdict->expected);
	if (verdict->came[0])
		put_indented(file, "came", verdict->came);
	put_rule(file, verdict);
	put_where(file, result->scenario, verdict);
	if (fails)
		put_reproduce(file, result);
}

static bool is_note(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_INERT || verdict->kind == VERDICT_VACUOUS;
}

static void put_run(struct verdicts *verdicts, const struct run_result *result)
{
	char title[512];

	run_title(result->scenario, title, sizeof title);
	if (result->failures)
		paint(verdicts->out, verdicts->colour_out, RED, "failed");
	else
		paint(verdicts->out, verdicts->colour_out, GREEN, "held  ");
	fprintf(verdicts->out, "  %s  %s: %s", result->hash, result->scenario->path, title);
	if (result->hazards)
		paint(verdicts->out, verdicts->colour_out, YELLOW, "  hazard");
	if (result->vacuous)
		paint(verdicts->out, verdicts->colour_out, YELLOW, "  vacuous: no tracker was told anything");
	if (result->inert)
		paint(verdicts->out, verdicts->colour_out, YELLOW, "  inert fault");
	fputc('\n', verdicts->out);
}

void verdicts_add(struct verdicts *verdicts, const struct run_result *result)
{
	verdicts->runs++;
	verdicts->failed += result->failures > 0;
	verdicts->held += result->failures == 0;
	verdicts->with_hazard += result->hazards > 0;
	verdicts->inert += result->inert;
	verdicts->vacuous += result->vacuous;
	verdicts->callbacks += result->callbacks;
	if (!verdicts->quiet)
		put_run(verdicts, result);
	fflush(verdicts->out);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (!verdicts->quiet || !is_note(&result->verdicts[i]))
			put_verdict(verdicts, result, &result->verdicts[i]);
	if (result->stuck) {
		char title[512];

		run_title(result->scenario, title, sizeof title);
		paint(verdicts->err, verdicts->colour_err, RED, "FAILED");
		fprintf(verdicts->err, " %s\n  %-10sthe cluster comes to rest\n  %-10s%s\n", title, "expected", "came",
			result->stuck);
		put_reproduce(verdicts->err, result);
	}
}

static void put_count(FILE *file, uint64_t count, const char *one, const char *many)
{
	fprintf(file, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

void verdicts_end(const struct verdicts *verdicts)
{
	FILE *out = verdicts->out;

	put_count(out, verdicts->runs, "run of ", "runs of ");
	put_count(out, verdicts->files, "file: ", "files: ");
	if (verdicts->failed) {
		char text[32];

		snprintf(text, sizeof text, "%u failed", verdicts->failed);
		paint(out, verdicts->colour_out, RED, text);
		fprintf(out, ", %u held", verdicts->held);
	} else {
		paint(out, verdicts->colour_out, GREEN, "all held");
	}
	fputs("; ", out);
	put_count(out, verdicts->callbacks, "callback judged", "callbacks judged");
	if (verdicts->with_hazard) {
		fputs("; ", out);
		put_count(out, verdicts->with_hazard, "run shows a documented hazard", "runs show a documented hazard");
	}
	if (verdicts->vacuous) {
		fputs("; ", out);
		put_count(out, verdicts->vacuous, "run was vacuous", "runs were vacuous");
	}
	if (verdicts->inert) {
		fputs("; ", out);
		put_count(out, verdicts->inert, "inert fault", "inert faults");
	}
	fputc('\n', out);
}
