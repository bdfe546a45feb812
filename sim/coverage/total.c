/* Adding up, and shares in integers: the same on every machine. */
#include "sim/coverage/total.h"

#include <string.h>

#include "sim/ensure.h"

const char *const coverage_measures[COVERAGE_MEASURES] = {
	[COVERAGE_TRACKING] = "tracking",           [COVERAGE_RULES] = "rules",     [COVERAGE_ERRORS] = "errors",
	[COVERAGE_CONFIGURATION] = "configuration", [COVERAGE_HISTORY] = "history", [COVERAGE_PAIRS] = "pairs",
};

void coverage_total_init(struct coverage_total *total)
{
	coverage_prepare();
	*total = (struct coverage_total){.cells = allocate(coverage_cell_count(), sizeof *total->cells)};
}

void coverage_total_free(struct coverage_total *total)
{
	for (uint32_t i = 0; total->cells && i < coverage_cell_count(); i++)
		free(total->cells[i].sources);
	free(total->cells);
	free(total->sources);
	*total = (struct coverage_total){0};
}

static void add(struct coverage_total *total, uint32_t cell, uint64_t count)
{
	struct coverage_filled *filled = &total->cells[cell];
	uint32_t source = total->source_count - 1;

	if (!count)
		return;
	filled->count += count;
	if (filled->source_count && filled->sources[filled->source_count - 1] == source)
		return;
	filled->sources = doubled(filled->sources, filled->source_count, sizeof *filled->sources);
	filled->sources[filled->source_count++] = source;
}

static void add_source(struct coverage_total *total, const struct scenario *scenario)
{
	const struct scenario *last = total->source_count ? total->sources[total->source_count - 1].scenario : NULL;

	if (last && strcmp(last->path, scenario->path) == 0 && last->at.line == scenario->at.line)
		return;
	total->sources = doubled(total->sources, total->source_count, sizeof *total->sources);
	total->sources[total->source_count++] = (struct coverage_source){scenario, total->runs};
}

/* "history-28-29-master-wins" is of rows 28 and 29. */
static void add_rows(struct coverage_total *total, const char *text)
{
	static const char prefix[] = "history-";
	uint32_t first = coverage_table(COVERAGE_HISTORY)->first;

	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return;
	for (text += strlen(prefix); *text >= '0' && *text <= '9';) {
		char *end;
		unsigned long row = strtoul(text, &end, 10);

		if (row >= 1 && row <= COVERAGE_HISTORY_ROWS && (*end == '-' || *end == '\0'))
			add(total, first + (uint32_t)row - 1, 1);
		if (*end != '-')
			return;
		text = end + 1;
	}
}

void coverage_total_add(struct coverage_total *total, const struct run_result *result)
{
	add_source(total, result->scenario);
	for (uint32_t i = 0; i < coverage_cell_count(); i++)
		add(total, i, result->coverage[i]);
	for (uint32_t i = 0; result->exercised && i < coverage_table(COVERAGE_RULES)->count; i++)
		add(total, coverage_table(COVERAGE_RULES)->first + i, result->exercised[i]);
	if (!result->failures) { /* one that fails shows nothing of its row */
		add_rows(total, result->scenario->name);
		for (uint32_t i = 0; i < result->scenario->tag_count; i++)
			add_rows(total, result->scenario->tags[i]);
	}
	total->runs++;
}

/* ---- shares ---- */

static struct coverage_share share_of_table(const struct coverage_total *total, enum coverage_kind kind)
{
	const struct coverage_table *table = coverage_table(kind);
	struct coverage_share share = {.all = table->count};

	for (uint32_t i = table->first; i < table->first + table->count; i++) {
		if (total->cells[i].count)
			share.filled++;
		else if (coverage_never(i))
			share.never++;
	}
	return share;
}

/* A pair is two words of two axes: filled where any cell with both is. */
static struct coverage_share share_of_pairs(const struct coverage_total *total)
{
	const struct coverage_table *table = coverage_table(COVERAGE_TRACKING);
	enum { FILLED = 1, CAN = 2, WORDS_MAX = 64 };
	static const uint32_t axes = 4;
	unsigned char *seen = allocate(axes * axes * WORDS_MAX * WORDS_MAX, 1);
	struct coverage_share share = {0};
	uint32_t place[COVERAGE_AXES_MAX];

	for (uint32_t cell = table->first; cell < table->first + table->count; cell++) {
		unsigned char is = total->cells[cell].count ? FILLED | CAN : coverage_never(cell) ? 0 : CAN;

		coverage_place(cell, place);
		for (uint32_t a = 0; a < axes; a++)
			for (uint32_t b = a + 1; b < axes; b++)
				seen[((a * axes + b) * WORDS_MAX + place[a]) * WORDS_MAX + place[b]] |= is;
	}
	for (uint32_t a = 0; a < axes; a++)
		for (uint32_t b = a + 1; b < axes; b++)
			share.all += table->axes[a]->count * table->axes[b]->count;
	for (uint32_t i = 0; i < axes * axes * WORDS_MAX * WORDS_MAX; i++) {
		share.filled += (seen[i] & FILLED) != 0;
		share.never += (seen[i] & CAN) != 0;
	}
	share.never = share.all - share.never;
	free(seen);
	return share;
}

struct coverage_share coverage_share(const struct coverage_total *total, uint32_t measure)
{
	return measure == COVERAGE_PAIRS ? share_of_pairs(total) : share_of_table(total, (enum coverage_kind)measure);
}

uint32_t coverage_permille(struct coverage_share share)
{
	uint32_t can = share.all - share.never;

	return can ? (uint32_t)(1000ull * share.filled / can) : 1000;
}
