/* What is otherwise in one moment than in another. */
#include "sim/replay/show.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

static int by_path(const void *left, const void *right)
{
	return strcmp((*(const struct fact *const *)left)->path, (*(const struct fact *const *)right)->path);
}

static const struct fact **sorted(const struct fact_list *list)
{
	const struct fact **order = allocate(list->count + 1, sizeof *order);

	for (uint32_t i = 0; i < list->count; i++)
		order[i] = &list->facts[i];
	qsort(order, list->count, sizeof *order, by_path);
	return order;
}

static const struct fact *find(const struct fact **order, uint32_t count, const struct fact *fact)
{
	const struct fact **found = bsearch(&fact, order, count, sizeof *order, by_path);

	return found ? *found : NULL;
}

void show_each_change(const struct fact_list *before, const struct fact_list *after, show_change *each, void *ctx)
{
	const struct fact **old = sorted(before), **new = sorted(after);

	for (uint32_t i = 0; i < before->count; i++)
		if (!find(new, after->count, &before->facts[i]))
			each(ctx, &before->facts[i], NULL);
	for (uint32_t i = 0; i < after->count; i++) {
		const struct fact *now = &after->facts[i], *was = find(old, before->count, now);

		if (!was || strcmp(was->value, now->value) != 0)
			each(ctx, was, now);
	}
	free(old);
	free(new);
}

struct lines {
	FILE *to;
	uint32_t count;
};

static void put_change(void *ctx, const struct fact *before, const struct fact *after)
{
	struct lines *lines = ctx;

	lines->count++;
	if (!after)
		fprintf(lines->to, "- %s: %s\n", before->path, before->value);
	else if (!before)
		fprintf(lines->to, "+ %s: %s\n", after->path, after->value);
	else
		fprintf(lines->to, "  %s: %s -> %s\n", after->path, before->value, after->value);
}

void show_changes(const struct fact_list *before, const struct fact_list *after, FILE *to)
{
	struct lines lines = {to, 0};

	show_each_change(before, after, put_change, &lines);
	if (lines.count == 0)
		fputs("nothing changed\n", to);
}
