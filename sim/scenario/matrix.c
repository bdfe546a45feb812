/* Values to run a scenario with: `${name}` in its scalars, one run per combination. */
#include <string.h>

#include "sim/scenario/matrix.h"
#include "sim/scenario/printable.h"

/* ---- reading ------------------------------------------------------------------ */

static bool mentions_in_text(const struct tree *scalar, const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < scalar->size; i++) {
		size_t length = tree_reference(scalar->text + i, scalar->size - i);

		if (length == size + 3 && memcmp(scalar->text + i + 2, name, size) == 0)
			return true;
	}
	return false;
}

static bool mentions(const struct tree *tree, const char *name)
{
	if (!tree->reference)
		return false;
	if (tree->kind == TREE_SCALAR)
		return mentions_in_text(tree, name);
	for (uint32_t i = 0; i < tree->count * (tree->kind == TREE_MAP ? 2 : 1); i++)
		if (mentions(tree->items[i], name))
			return true;
	return false;
}

static void check_name(struct reading *reading, const struct tree *key)
{
	const char *whole = take_format(reading, "${%s}", key->text);

	if (tree_reference(whole, strlen(whole)) != key->size + 3)
		mistake(reading, key->at, "matrix: %s is no name: letters, digits, _, - and ., a letter first",
			quoted(reading, key->text, key->size));
}

static void check_values(struct reading *reading, const struct tree *key, const struct tree *values)
{
	const char *name = key->text;

	if (values->kind != TREE_LIST || values->count == 0)
		mistake(reading, values->at, "matrix: expected a list of values for %s", name);
	if (values->reference)
		mistake(reading, values->at, "matrix: the values of %s cannot use ${…} themselves", name);
}

void matrix_read(struct reading *reading, const struct tree *matrix, const struct tree *document, struct matrix *to)
{
	memset(to, 0, sizeof(*to));
	to->runs = 1;
	if (matrix == NULL)
		return;
	if (matrix->kind != TREE_MAP || matrix->count == 0)
		mistake(reading, matrix->at, "matrix: expected a mapping of names to lists of values");
	if (matrix->count > MATRIX_NAMES_MAX)
		mistake(reading, matrix->at, "matrix: more than %u names", MATRIX_NAMES_MAX);
	to->given = true;
	to->count = matrix->count;
	to->names = take(reading, to->count, sizeof(*to->names));
	to->values = take(reading, to->count, sizeof(*to->values));
	for (uint32_t i = 0; i < to->count; i++) {
		const struct tree *key = matrix->items[2 * i];

		check_name(reading, key);
		check_values(reading, key, matrix->items[2 * i + 1]);
		to->names[i] = key->text;
		to->values[i] = matrix->items[2 * i + 1];
		if (to->values[i]->count > MATRIX_RUNS_MAX / to->runs)
			mistake(reading, key->at, "matrix: more than %u combinations", MATRIX_RUNS_MAX);
		to->runs *= to->values[i]->count;
	}
	if ((uint64_t)to->runs * document->weight > MATRIX_VALUES_MAX)
		mistake(reading, matrix->at, "matrix: %u combinations of a document of %u values are too many",
			to->runs, document->weight);
}

void matrix_refuse_unused(struct reading *reading, const struct matrix *matrix, const struct tree *document)
{
	const struct tree *map = matrix->given ? tree_get(document, "matrix") : NULL;

	for (uint32_t i = 0; i < matrix->count; i++)
		if (!mentions(document, matrix->names[i]))
			mistake(reading, map->items[2 * i]->at, "matrix: %s is never used: ${%s} stands nowhere",
				matrix->names[i], matrix->names[i]);
}

static const struct tree *value_in_run(const struct matrix *matrix, uint32_t run, uint32_t name)
{
	for (uint32_t i = matrix->count - 1; i > name; i--)
		run /= matrix->values[i]->count;
	return matrix->values[name]->items[run % matrix->values[name]->count];
}

/* ---- substitution ---------------------------------------------------------------- */

struct substitution {
	struct reading *reading;
	const struct matrix *matrix;
	uint32_t run;
	uint64_t weight; /* of values brought in */
};

static const struct tree *find_value(const struct substitution *s, const struct tree *scalar, size_t at,
				     size_t length)
{
	char name[PRINTABLE_MAX] = "";

	for (uint32_t i = 0; i < s->matrix->count; i++)
		if (strlen(s->matrix->names[i]) == length - 3 &&
		    memcmp(s->matrix->names[i], scalar->text + at + 2, length - 3) == 0)
			return value_in_run(s->matrix, s->run, i);
	printable(scalar->text + at, length, name);
	if (!s->matrix->given)
		mistake(s->reading, scalar->at, "%s has no value: there is no matrix", name);
	name[strlen(name) - 1] = '\0';
	mistake_word(s->reading, scalar->at, "matrix name", name + 2, s->matrix->names, s->matrix->count);
}

static void append(struct substitution *s, const struct tree *scalar, const struct tree *value, char *to,
		   size_t *used)
{
	if (value->kind != TREE_SCALAR)
		mistake(s->reading, scalar->at, "a matrix value that is a %s cannot stand inside of a text",
			value->kind == TREE_LIST ? "list" : "mapping");
	if (to != NULL)
		memcpy(to + *used, value->text, value->size);
	*used += value->size;
}

/* Text with every ${name} replaced, into `to` when it is not NULL; its size. */
static size_t replace_text(struct substitution *s, const struct tree *scalar, char *to)
{
	size_t used = 0;

	for (size_t i = 0; i < scalar->size;) {
		size_t length = tree_reference(scalar->text + i, scalar->size - i);

		if (length == 0) {
			if (to != NULL)
				to[used] = scalar->text[i];
			used++;
			i++;
			continue;
		}
		append(s, scalar, find_value(s, scalar, i, length), to, &used);
		i += length;
	}
	return used;
}

static const struct tree *replace_scalar(struct substitution *s, const struct tree *scalar)
{
	struct tree *copy = take(s->reading, 1, sizeof(*copy));

	if (tree_reference(scalar->text, scalar->size) == scalar->size) {
		*copy = *find_value(s, scalar, 0, scalar->size);
		copy->at = scalar->at;
	} else {
		char *text;

		*copy = *scalar;
		copy->size = replace_text(s, scalar, NULL);
		if (copy->size > TREE_BYTES_MAX)
			mistake(s->reading, scalar->at, "a text of more than %u bytes", TREE_BYTES_MAX);
		text = take(s->reading, copy->size + 1, 1);
		(void)replace_text(s, scalar, text);
		copy->text = text;
	}
	copy->reference = false;
	s->weight += copy->weight;
	if (s->weight > TREE_VALUES_MAX)
		mistake(s->reading, scalar->at, "more than %u values in one document", TREE_VALUES_MAX);
	return copy;
}

static const struct tree *replace(struct substitution *s, const struct tree *tree)
{
	struct tree *copy;
	uint32_t items = tree->count * (tree->kind == TREE_MAP ? 2 : 1);

	if (!tree->reference)
		return tree;
	if (tree->kind == TREE_SCALAR)
		return replace_scalar(s, tree);
	copy = take(s->reading, 1, sizeof(*copy));
	*copy = *tree;
	copy->reference = false;
	copy->items = take(s->reading, items, sizeof(*copy->items));
	for (uint32_t i = 0; i < items; i++) {
		copy->items[i] = replace(s, tree->items[i]);
		if (tree->kind == TREE_MAP && i % 2 == 0 && copy->items[i]->kind != TREE_SCALAR)
			mistake(s->reading, tree->items[i]->at, "a matrix value that is no word or number as a key");
	}
	if (tree->kind == TREE_MAP)
		tree_refuse_duplicates(s->reading, copy);
	return copy;
}

const struct tree *matrix_apply(struct reading *reading, const struct matrix *matrix, uint32_t run,
				const struct tree *document)
{
	struct substitution s = {reading, matrix, run, 0};

	return replace(&s, document);
}

/* ---- naming a run ------------------------------------------------------------- */

static char *value_text(struct reading *reading, const struct tree *value)
{
	char *text = value->kind == TREE_SCALAR ? take_text(reading, value->text, value->size)
						: take_text(reading, value->kind == TREE_LIST ? "[" : "{", 1);
	uint32_t items = value->count * (value->kind == TREE_MAP ? 2 : 1);

	if (value->kind == TREE_SCALAR)
		return text;
	for (uint32_t i = 0; i < items; i++) {
		const char *between = i == 0 ? "" : value->kind == TREE_MAP && i % 2 == 1 ? ":" : ",";

		text = take_format(reading, "%s%s%s", text, between, value_text(reading, value->items[i]));
	}
	return take_format(reading, "%s%s", text, value->kind == TREE_LIST ? "]" : "}");
}

const char *matrix_variant(struct reading *reading, const struct matrix *matrix, uint32_t run)
{
	const char *variant = "";

	for (uint32_t i = 0; i < matrix->count; i++) {
		char value[PRINTABLE_MAX];
		const char *text = value_text(reading, value_in_run(matrix, run, i));

		printable(text, strlen(text), value);
		variant = take_format(reading, "%s%s%s=%s", variant, i == 0 ? "" : " ", matrix->names[i], value);
	}
	return variant;
}
