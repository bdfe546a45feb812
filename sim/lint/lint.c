/*
 * The warnings of a scenario: kept, sorted, and those that all variants share.
 */
#include "sim/lint/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

const char *const lint_ids[LINT_CHECK_COUNT] = {
	[LINT_NO_DESCRIPTION] = "no-description",
	[LINT_NAME_TWICE] = "name-twice",
	[LINT_EXPECTS_NOTHING] = "expects-nothing",
	[LINT_EMPTY_EXPECTATION] = "empty-expectation",
	[LINT_CANNOT_FAIL] = "cannot-fail",
	[LINT_REPEATED] = "repeated-expectation",
	[LINT_UNREAD_TRACKER] = "unread-tracker",
	[LINT_UNUSED_CLIENT] = "unused-client",
	[LINT_IDLE_STEP] = "idle-step",
	[LINT_INERT_FAULT] = "inert-fault",
	[LINT_VACUOUS] = "vacuous",
};

static bool is_at(const struct lint_warning *warning, enum lint_check check, struct position at)
{
	return warning->check == check && warning->at.line == at.line && warning->at.column == at.column;
}

static bool has(const struct lint *lint, enum lint_check check, struct position at)
{
	for (uint32_t i = 0; i < lint->count; i++)
		if (is_at(&lint->warnings[i], check, at))
			return true;
	return false;
}

void lint_add(struct lint *lint, enum lint_check check, struct position at, const char *instead, const char *what,
	      ...)
{
	struct lint_warning *warning;
	va_list arguments;

	if (has(lint, check, at))
		return;
	lint->warnings = realloc(lint->warnings, (lint->count + 1) * sizeof *lint->warnings);
	ALWAYS(lint->warnings != NULL);
	warning = &lint->warnings[lint->count++];
	*warning = (struct lint_warning){.check = check, .at = at, .instead = instead};
	va_start(arguments, what);
	vsnprintf(warning->what, sizeof warning->what, what, arguments);
	va_end(arguments);
}

static int by_place(const void *a, const void *b)
{
	const struct lint_warning *x = a, *y = b;

	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return (x->check > y->check) - (x->check < y->check);
}

static bool expects_nothing(const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].expect.at.line)
			return false;
	return scenario->finding_count == 0;
}

void lint_scenario(struct lint *lint, const struct scenario *scenario, const struct run_result *result)
{
	if (!scenario->description || !scenario->description[0])
		lint_add(lint, LINT_NO_DESCRIPTION, scenario->at, "say in a sentence what it is there to show",
			 "%s has no description", scenario->name);
	if (expects_nothing(scenario))
		lint_add(lint, LINT_EXPECTS_NOTHING, scenario->at, "add an expect to the steps that matter",
			 "%s expects nothing: only the rules are judged", scenario->name);
	lint_expectations(lint, scenario);
	lint_clients(lint, scenario);
	lint_steps(lint, scenario);
	lint_result(lint, scenario, result);
	if (lint->count)
		qsort(lint->warnings, lint->count, sizeof *lint->warnings, by_place);
}

void lint_keep_common(struct lint *lint, const struct lint *other)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < lint->count; i++)
		if (has(other, lint->warnings[i].check, lint->warnings[i].at))
			lint->warnings[kept++] = lint->warnings[i];
	lint->count = kept;
}

void lint_free(struct lint *lint)
{
	free(lint->warnings);
	*lint = (struct lint){0, NULL};
}
