/*
 * Words for counts, nodes, splits and ways.
 */
#include "sim/page/page_words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/rules.h"
#include "sim/ensure.h"
#include "sim/explore/tell.h"
#include "sim/scenario/printable.h"

char *words_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	ALWAYS(vasprintf(&text, format, arguments) >= 0);
	va_end(arguments);
	return text;
}

void words_name(const char *name, FILE *file)
{
	char shown[PRINTABLE_MAX];

	printable(name, strlen(name), shown);
	fprintf(file, " %s", shown);
}

/* ---- nodes ---- */

static int by_index(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

char *words_nodes(const struct scenario *scenario, const uint32_t *nodes, uint32_t count)
{
	uint32_t *sorted = allocate(count, sizeof *sorted);
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	ALWAYS(file != NULL);
	memcpy(sorted, nodes, count * sizeof *nodes);
	qsort(sorted, count, sizeof *sorted, by_index);
	fputs(count == 1 ? "node " : "nodes ", file);
	tell_ids(scenario, &(struct index_list){count, sorted}, file);
	fclose(file);
	free(sorted);
	return text;
}

char *words_survived(uint32_t count, uint32_t node_count)
{
	if (count == 0)
		return words_format("none");
	if (count + 1 == node_count && count > 1)
		return words_format("all but one");
	return words_format("any %u of %u", count, node_count);
}

/* ---- splits ---- */

char *words_parts(const struct survive_split *split)
{
	if (split->part_count == 2)
		return words_format("%u | %u", split->parts[0], split->parts[1]);
	return words_format("%u | %u | %u", split->parts[0], split->parts[1], split->parts[2]);
}

static bool is_tied(const struct survive_split *split, uint32_t rank)
{
	return rank + 1 < split->part_count && split->parts[rank] == split->parts[rank + 1];
}

static uint32_t in_every(const struct page *page, const struct survive_split *split)
{
	for (uint32_t node = 0; node < page->scenario->node_count; node++)
		if (split->in_every[node])
			return node;
	return UINT32_MAX;
}

static void put_winner(const struct page *page, const struct survive_split *split, uint32_t rank, FILE *file)
{
	uint32_t node = in_every(page, split);

	if (split->wins[rank] < split->tried && node != UINT32_MAX)
		fprintf(file, "the %u if it has node %u", split->parts[rank], page->scenario->nodes[node].nodeid);
	else if (!is_tied(split, rank))
		fprintf(file, "the %u", split->parts[rank]);
	else if (node != UINT32_MAX)
		fprintf(file, "the %u with node %u", split->parts[rank], page->scenario->nodes[node].nodeid);
	else
		fprintf(file, "one of the %u", split->parts[rank]);
}

static void put_share(uint32_t count, uint32_t tried, FILE *file)
{
	if (count < tried)
		fprintf(file, " (%u of %u)", count, tried);
}

char *words_who(const struct page *page, const struct survive_split *split)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	const char *between = "";

	ALWAYS(file != NULL);
	for (uint32_t rank = 0; rank < split->part_count; rank++) {
		if (!split->wins[rank])
			continue;
		fputs(between, file);
		put_winner(page, split, rank, file);
		put_share(split->wins[rank], split->tried, file);
		between = ", ";
	}
	if (split->split) {
		fprintf(file, "%sMORE THAN ONE PART: split brain", between);
		put_share(split->split, split->tried, file);
		between = ", ";
	}
	if (split->none) {
		fprintf(file, "%snobody", between);
		put_share(split->none, split->tried, file);
	}
	fclose(file);
	return text;
}

char *words_who_of_range(const struct survive_split *split)
{
	if (split->none == split->tried)
		return words_format("nobody");
	if (split->split == split->tried)
		return words_format("MORE THAN ONE PART: split brain");
	return words_format("the largest part");
}

bool words_same_kind(const struct survive_split *a, const struct survive_split *b)
{
	if (a->part_count != b->part_count)
		return false;
	if (a->none == a->tried && b->none == b->tried)
		return true;
	return a->wins[0] == a->tried && b->wins[0] == b->tried && !is_tied(a, 0) && !is_tied(b, 0);
}

/* ---- ways ---- */

static uint32_t count_nodes(const struct way *way)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < way->step_count; i++)
		count += way->steps[i].nodes.count;
	return count;
}

char *words_also(const struct way *way)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	ALWAYS(file != NULL);
	if (way->in_turn_too)
		fputs("; also one after another", file);
	if (way->stop_too)
		fputs(count_nodes(way) == 1 ? "; a clean stop does the same" : "; clean stops do the same", file);
	if (way->alike_same < way->alike)
		fprintf(file, "; only with some nodes: %u of %u choices tried", way->alike_same, way->alike);
	fclose(file);
	if (text[0] == ';') { /* " (also ...; ...)" */
		char *inner = text;

		text = words_format(" (%s)", inner + 2);
		free(inner);
	}
	return text;
}

static uint32_t members_of(const struct scenario *scenario, const struct way *way, uint32_t side, uint32_t *members)
{
	uint32_t count = 0;

	for (uint32_t node = 0; node < scenario->node_count; node++)
		if (way->side[node] == side)
			members[count++] = node;
	return count;
}

char *words_came(const struct scenario *scenario, const struct way *way)
{
	uint32_t *members = allocate(scenario->node_count, sizeof *members);
	char *text, *group;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	ALWAYS(file != NULL);
	if (way->rule != RULE_I1)
		fputs(way->verdict.came, file);
	for (uint32_t side = 1; way->rule == RULE_I1; side++) {
		uint32_t count = members_of(scenario, way, side, members);

		if (count == 0)
			break;
		group = words_nodes(scenario, members, count);
		fprintf(file, "%s%s %s quorate", side > 1 ? ", and " : "", group, count == 1 ? "is" : "are");
		free(group);
	}
	fclose(file);
	free(members);
	return text;
}

char *words_back(const struct page *page, const struct way *way)
{
	switch (way->back) {
	case BACK_TIME:
		return words_format("quorum is back after a minute");
	case BACK_HEAL:
		return words_format("quorum is back when the network heals");
	case BACK_START_ONE:
		return words_format(count_nodes(way) == 1
					    ? "quorum is back when the node starts again"
					    : "quorum is back when any one of these nodes starts again");
	case BACK_START_SOME:
		return words_format("quorum is back when node %u starts again; not with any other alone",
				    page->scenario->nodes[way->back_node].nodeid);
	case BACK_START_ALL:
		return words_format("quorum is back when all of these nodes have started again");
	case BACK_BOTH:
		return words_format("quorum is back when the network is whole and all nodes have started again");
	default:
		return words_format(
			"STAYS WITHOUT QUORUM with the network whole and all nodes started again, until an "
			"administrator acts");
	}
}

char *words_depth(const struct exploration *exploration)
{
	if (exploration->exhausted)
		return words_format("all, of any length");
	if (exploration->cut && exploration->depth_done == 0)
		return words_format("part of those of one event");
	if (exploration->cut)
		return words_format("all of up to %u event%s, and part of those of %u", exploration->depth_done,
				    exploration->depth_done == 1 ? "" : "s", exploration->depth_done + 1);
	return words_format("all of up to %u events", exploration->depth_done);
}
