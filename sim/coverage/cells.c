/* The axes' words are in words.c, what no run can fill in never.c; here is how cells are counted off. */
#include "sim/coverage/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/votequorum.h"
#include "sim/check/check.h"
#include "sim/coverage/words.h"
#include "sim/ensure.h"
#include "sim/scenario/scenario.h"

#define RULES_MAX 128u
#define CALLS (VERB_QDEVICE_MASTER_WINS - VERB_INITIALIZE + 1)
#define CHECKS (VQ_REFUSAL_COUNT - 1 + VQ_NOTICE_COUNT - 1)

static struct coverage_word rule_words[RULES_MAX], call_words[CALLS];
static struct coverage_axis axis_rules = {"rule", "rule", 0, rule_words};
static struct coverage_axis axis_calls = {"call", "library call", CALLS, call_words};

static struct coverage_table tables[] = {
	[COVERAGE_TRACKING] = {"tracking",
			       "Flags of a tracker, what they met, with which feature, taken by which dispatch",
			       4,
			       {&axis_flags, &axis_events, &axis_features, &axis_dispatches},
			       0,
			       0},
	[COVERAGE_RULES] = {"rules", "Rules of the judge that were put to the test", 1, {&axis_rules}, 0, 0},
	[COVERAGE_ERRORS] = {"errors", "What each library call answered", 2, {&axis_calls, &axis_errors}, 0, 0},
	[COVERAGE_CONFIGURATION] = {"configuration",
				    "Checks of the configuration, and what the daemon says of it",
				    2,
				    {&axis_checks, &axis_stages},
				    0,
				    0},
	[COVERAGE_HISTORY] = {"history", "What corosync once had wrong, by row", 1, {&axis_rows}, 0, 0},
};

void coverage_prepare(void)
{
	uint32_t first = 0;

	if (axis_rules.count)
		return;
	ALWAYS(check_rule_count <= RULES_MAX && axis_checks.count == CHECKS);
	for (uint32_t i = 0; i < check_rule_count; i++)
		rule_words[i] = (struct coverage_word){check_rules[i].id, check_rules[i].says};
	for (uint32_t i = 0; i < CALLS; i++)
		call_words[i].name = call_words[i].says = verb_name((enum verb)(VERB_INITIALIZE + i));
	axis_rules.count = check_rule_count;
	for (uint32_t kind = 0; kind < COVERAGE_KIND_COUNT; kind++) {
		struct coverage_table *table = &tables[kind];

		table->first = first;
		table->count = 1;
		for (uint32_t i = 0; i < table->axis_count; i++)
			table->count *= table->axes[i]->count;
		first += table->count;
	}
}

const struct coverage_table *coverage_table(enum coverage_kind kind)
{
	return &tables[kind];
}

uint32_t coverage_cell_count(void)
{
	const struct coverage_table *last = &tables[COVERAGE_KIND_COUNT - 1];

	return last->first + last->count;
}

enum coverage_kind coverage_kind_of(uint32_t cell)
{
	uint32_t kind = COVERAGE_KIND_COUNT - 1;

	while (tables[kind].first > cell)
		kind--;
	return (enum coverage_kind)kind;
}

void coverage_place(uint32_t cell, uint32_t place[COVERAGE_AXES_MAX])
{
	const struct coverage_table *table = &tables[coverage_kind_of(cell)];
	uint32_t rest = cell - table->first;

	for (uint32_t i = table->axis_count; i-- > 0;) {
		place[i] = rest % table->axes[i]->count;
		rest /= table->axes[i]->count;
	}
}

uint32_t coverage_cell(enum coverage_kind kind, const uint32_t place[COVERAGE_AXES_MAX])
{
	const struct coverage_table *table = &tables[kind];
	uint32_t cell = 0;

	for (uint32_t i = 0; i < table->axis_count; i++)
		cell = cell * table->axes[i]->count + place[i];
	return table->first + cell;
}

static bool same_word(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++)
		b++;
	return *a == *b;
}

int coverage_word(const struct coverage_axis *axis, const char *name)
{
	for (uint32_t i = 0; i < axis->count; i++)
		if (same_word(axis->words[i].name, name))
			return (int)i;
	return -1;
}

enum coverage_flags coverage_flags_of(uint32_t flags)
{
	if (flags == UINT32_MAX)
		return COVERAGE_FLAGS_ALL;
	return flags < 8 ? (enum coverage_flags)flags : COVERAGE_FLAGS_OTHER;
}

uint32_t coverage_flags_number(enum coverage_flags flags)
{
	if (flags == COVERAGE_FLAGS_ALL)
		return UINT32_MAX;
	return flags == COVERAGE_FLAGS_OTHER ? 8 : flags;
}
