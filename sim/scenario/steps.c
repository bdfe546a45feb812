/*
 * The steps: what each does, when it begins, what it expects.
 *
 * Twice over: first all verbs, because an expectation may name a client that a
 * later step makes; then all expectations.
 */
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/reader.h"

#define LONGEST_RUN_NS (100 * DURATION_MAX_NS)

struct one {
	struct reader *reader;
	const struct tree *tree;
	struct step *step;
};

/* ---- verbs ------------------------------------------------------------------------- */

static const struct tree *find_verb(struct reader *reader, const struct tree *tree, struct step *step)
{
	const struct tree *first = NULL, *value = NULL;

	for (uint32_t i = 0; i < tree->count; i++) {
		const struct tree *key = tree->items[2 * i];
		enum verb verb = verb_by_name(key->text);

		if (verb == VERB_COUNT || verb == VERB_NONE)
			continue;
		if (first != NULL)
			mistake(&reader->reading, key->at, "two verbs in one step: '%s' and '%s': make it two steps",
				first->text, key->text);
		first = key;
		value = tree->items[2 * i + 1];
		step->verb = verb;
	}
	return value;
}

static void read_timing(struct reader *reader, const struct fields *fields, struct step *step)
{
	const struct field *at = field(fields, "at"), *after = field(fields, "after"),
			   *settle = field(fields, "settle");
	bool first = step == reader->scenario->steps;

	if (at != NULL && after != NULL)
		mistake(&reader->reading, after->tree->at, "'at' and 'after' in one step: say when it begins once");
	step->has_at = at != NULL;
	step->at_ns = at != NULL ? at->number : 0;
	step->has_after = after != NULL;
	step->after_ns = after != NULL ? after->number : 0;
	/* who says when a step begins does not mean "once all is quiet" */
	step->settle = settle != NULL ? settle->number != 0 : at == NULL && after == NULL;
	if (!first && at != NULL && at->number < reader->earliest_ns)
		mistake(&reader->reading, at->tree->at, "at: %s has passed when the steps before are done",
			at->tree->text);
	reader->earliest_ns = at != NULL ? at->number : reader->earliest_ns + step->after_ns;
}

static void read_step(void *context)
{
	const struct one *one = context;
	struct reader *reader = one->reader;
	struct step *step = one->step;
	const struct tree *value;
	struct fields fields;

	step->at = one->tree->at;
	if (one->tree->kind != TREE_MAP)
		expected(reader, one->tree, "steps", "a step such as 'start: all'");
	fields_read(reader, &words_step, one->tree, &fields);
	value = find_verb(reader, one->tree, step);
	if (value == NULL && field(&fields, "expect") == NULL)
		mistake(&reader->reading, one->tree->at, "a step that does nothing: it has no verb and no expect");
	if (field(&fields, "name") != NULL)
		step->name = read_one_line(reader, field(&fields, "name")->tree, "name");
	read_timing(reader, &fields, step);
	if (value != NULL)
		read_verb(reader, value, step);
	reader->earliest_ns += step->wait_ns;
	if (reader->earliest_ns > LONGEST_RUN_NS)
		mistake(&reader->reading, one->tree->at, "the run takes more than 100 years up to here");
}

/* ---- expectations -------------------------------------------------------------------- */

static void follow_machines(struct reader *reader, const struct step *step)
{
	if (step->verb != VERB_START && step->verb != VERB_STOP && step->verb != VERB_CRASH)
		return;
	for (uint32_t i = 0; i < step->nodes.count; i++)
		reader->running[step->nodes.index[i]] = step->verb == VERB_START;
}

static void read_step_expect(void *context)
{
	const struct one *one = context;
	const struct tree *expect = tree_get(one->tree, "expect");

	if (expect != NULL)
		read_expect(one->reader, expect, one->step);
}

void read_steps(struct reader *reader, const struct tree *tree)
{
	struct step *steps;
	bool *failed;

	expect_list(reader, tree, "steps", "steps");
	if (tree->count == 0)
		mistake(&reader->reading, tree->at, "steps: there is none");
	if (tree->count > STEPS_MAX)
		mistake(&reader->reading, tree->at, "steps: %u are too many: at most %u", tree->count, STEPS_MAX);
	steps = take(&reader->reading, tree->count, sizeof(*steps));
	failed = take(&reader->reading, tree->count, sizeof(*failed));
	reader->scenario->steps = steps;
	reader->scenario->step_count = tree->count;
	for (uint32_t i = 0; i < tree->count; i++) {
		struct one one = {reader, tree->items[i], &steps[i]};

		failed[i] = !attempt(&reader->reading, read_step, &one);
		reader->clients_incomplete = reader->clients_incomplete || failed[i];
	}
	for (uint32_t i = 0; i < tree->count; i++) {
		struct one one = {reader, tree->items[i], &steps[i]};

		if (failed[i])
			continue;
		follow_machines(reader, &steps[i]);
		(void)attempt(&reader->reading, read_step_expect, &one);
	}
}
