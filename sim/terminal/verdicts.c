/*
 * Failures go to standard error in one form: first what was expected, then what
 * came, then where, then how to see it again. Sentences are broken at WIDTH
 * whatever the terminal's width, so that two people who look at one run see the same.
 */
#include "sim/terminal/verdicts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/ensure.h"
#include "sim/terminal/table.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define WIDTH 100

bool takes_escapes(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

uint32_t terminal_width(int fd)
{
	const char *given = getenv("COLUMNS");
	unsigned long columns = given ? strtoul(given, NULL, 10) : 0;
	struct winsize size;

	if (!isatty(fd))
		return WIDTH;
	if (!columns && ioctl(fd, TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	if (!columns)
		return WIDTH;
	return columns < TABLE_WIDTH_MIN ? TABLE_WIDTH_MIN : columns > 1000 ? 1000 : (uint32_t)columns;
}

bool wants_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return takes_escapes(fd) && !(no_color && no_color[0]);
}

void verdicts_init(struct verdicts *verdicts, bool quiet)
{
	*verdicts = (struct verdicts){
		.out = stdout,
		.err = stderr,
		.colour_out = wants_colour(1),
		.colour_err = wants_colour(2),
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

/* A sentence, broken between words. */
static void put_wrapped(FILE *file, const char *label, const char *text)
{
	size_t column = (size_t)fprintf(file, "  %-10s", label);

	while (*text) {
		size_t size = strcspn(text, " ");

		if (column > 12 && column + 1 + size > WIDTH)
			column = (size_t)fprintf(file, "\n            ") - 1;
		else if (column > 12)
			column += (size_t)fprintf(file, " ");
		column += fwrite(text, 1, size, file);
		text += size;
		text += strspn(text, " ");
	}
	fputc('\n', file);
}

static void put_where(FILE *file, const struct scenario *scenario, const struct verdict *verdict)
{
	fprintf(file, "  %-10s%s:%u:%u", "where", scenario->path, verdict->at.line, verdict->at.column);
	if (verdict->step < scenario->step_count) {
		const struct step *step = &scenario->steps[verdict->step];

		fprintf(file, ", step %u (%s)", verdict->step, step->name ? step->name : verb_name(step->verb));
	}
	if (verdict->node < scenario->node_count)
		fprintf(file, ", node %u", scenario->nodes[verdict->node].nodeid);
	if (verdict->client < scenario->client_count)
		fprintf(file, ", client %s", scenario->clients[verdict->client].name);
	fprintf(file, ", at %llu.%06llu s\n", (unsigned long long)(verdict->time_ns / 1000000000u),
		(unsigned long long)(verdict->time_ns % 1000000000u / 1000u));
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
		fputs(*word == '\'' ? "'\\''" : (char[]){*word, 0}, file);
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
	char text[1024];

	if (verdict->rule >= check_rule_count)
		return;
	rule = &check_rules[verdict->rule];
	snprintf(text, sizeof text, "%s: %s", rule->id, rule->says);
	put_wrapped(file, "rule", text);
	put_wrapped(file, "source", rule->source);
}

static void put_verdict(struct verdicts *verdicts, const struct run_result *result, const struct verdict *verdict)
{
	static const char *const words[] = {
		[VERDICT_BREACH] = "FAILED", [VERDICT_HAZARD] = "HAZARD",   [VERDICT_EXPECTATION] = "FAILED",
		[VERDICT_INERT] = "inert",   [VERDICT_VACUOUS] = "vacuous", [VERDICT_FINDING] = "FINDING",
	};
	bool fails = verdict_fails(verdict);
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

/* Vacuous runs are told in their own line: there is no more to say of them. */
static bool is_shown(const struct verdicts *verdicts, const struct verdict *verdict)
{
	if (verdict_fails(verdict))
		return true;
	return !verdicts->quiet && verdict->kind != VERDICT_VACUOUS;
}

static void remember_failed(struct verdicts *verdicts, const struct run_result *result)
{
	size_t size = strlen(result->scenario->path) + 600;

	if (verdicts->failed > VERDICTS_TITLES)
		return;
	verdicts->titles[verdicts->failed - 1] = malloc(size);
	ALWAYS(verdicts->titles[verdicts->failed - 1] != NULL);
	snprintf(verdicts->titles[verdicts->failed - 1], size, "%s: ", result->scenario->path);
	size -= strlen(verdicts->titles[verdicts->failed - 1]);
	run_title(result->scenario, strchr(verdicts->titles[verdicts->failed - 1], 0), size);
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
	if (result->findings)
		paint(verdicts->out, verdicts->colour_out, YELLOW, "  finding");
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
	verdicts->with_finding += result->findings > 0;
	verdicts->with_hazard += result->hazards > 0;
	verdicts->inert += result->inert;
	verdicts->vacuous += result->vacuous;
	verdicts->callbacks += result->callbacks;
	if (result->failures)
		remember_failed(verdicts, result);
	if (!verdicts->quiet)
		put_run(verdicts, result);
	fflush(verdicts->out);
	for (uint32_t i = 0; i < result->verdict_count; i++)
		if (is_shown(verdicts, &result->verdicts[i]))
			put_verdict(verdicts, result, &result->verdicts[i]);
	if (result->stuck) {
		char title[512];

		run_title(result->scenario, title, sizeof title);
		paint(verdicts->err, verdicts->colour_err, RED, "FAILED");
		fprintf(verdicts->err, " %s\n  %-10sthe cluster comes to rest\n  %-10s%s\n", title, "expected",
			"came", result->stuck);
		put_reproduce(verdicts->err, result);
	}
}

static void put_count(FILE *file, uint64_t count, const char *one, const char *many)
{
	fprintf(file, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

/* What failed, once more, where many lines of what held have come between. */
static void put_failed(struct verdicts *verdicts)
{
	uint32_t kept = verdicts->failed < VERDICTS_TITLES ? verdicts->failed : VERDICTS_TITLES;

	for (uint32_t i = 0; i < kept; i++) {
		if (verdicts->runs > 1 && !verdicts->quiet) {
			paint(verdicts->out, verdicts->colour_out, RED, "failed");
			fprintf(verdicts->out, "  %s\n", verdicts->titles[i]);
		}
		free(verdicts->titles[i]);
	}
	if (verdicts->failed > kept && !verdicts->quiet)
		fprintf(verdicts->out, "failed  and %u more\n", verdicts->failed - kept);
}

void verdicts_end(struct verdicts *verdicts)
{
	FILE *out = verdicts->out;

	put_failed(verdicts);
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
	if (verdicts->with_finding) {
		fputs("; ", out);
		put_count(out, verdicts->with_finding, "run shows a known finding", "runs show a known finding");
	}
	if (verdicts->with_hazard) {
		fputs("; ", out);
		put_count(out, verdicts->with_hazard, "run shows a documented hazard",
			  "runs show a documented hazard");
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
