/*
 * Two pages side by side: A is the first, B the second. What is the same is not told,
 * but that it is.
 */
#include "sim/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/rules.h"
#include "sim/ensure.h"
#include "sim/page/page_words.h"
#include "sim/page/paper.h"

#define LABEL_COLUMNS 46u
#define SIDE_COLUMNS 27u

struct pair {
	const struct page *pages[2];
	const struct page_look *look;
	struct paper paper;
};

static void heading(const struct pair *pair, const char *text)
{
	fputs("\n", pair->paper.file);
	paper_put(&pair->paper, INK_BOLD, 0, "%s", text);
}

/* One line when the two differ. Takes both texts. True: they differ. */
static bool print_row(const struct pair *pair, const char *label, char *a, char *b)
{
	bool differ = strcmp(a, b) != 0;

	if (differ) {
		char *left = words_format("  %-*s%-*s", (int)LABEL_COLUMNS, label, (int)SIDE_COLUMNS - 1, a);

		paper_row(&pair->paper, left, LABEL_COLUMNS + SIDE_COLUMNS + 2, b);
		free(left);
	}
	free(a);
	free(b);
	return differ;
}

static void say_same(const struct pair *pair, bool differ)
{
	if (!differ)
		paper_put(&pair->paper, INK_PLAIN, 2, "  the same");
}

/* ---- settings ---- */

static char *value_of(const struct page *page, const char *key)
{
	for (uint32_t i = 0; i < page->settings.setting_count; i++)
		if (strcmp(page->settings.settings[i].key, key) == 0)
			return words_format("%s", page->settings.settings[i].value);
	return words_format("-");
}

static bool has_setting(const struct page *page, const char *key)
{
	for (uint32_t i = 0; i < page->settings.setting_count; i++)
		if (strcmp(page->settings.settings[i].key, key) == 0)
			return true;
	return false;
}

static char *number(uint32_t value)
{
	return words_format("%u", value);
}

static uint32_t window_ms(const struct page *page)
{
	const struct vq_config *config = page->scenario->nodes[0].config;

	return config->given & VQ_KEY_LAST_MAN_STANDING_WINDOW ? config->last_man_standing_window_ms
							       : VQ_LAST_MAN_STANDING_WINDOW_MS;
}

static void compare_settings(const struct pair *pair)
{
	const struct page *a = pair->pages[0], *b = pair->pages[1];
	bool differ;

	heading(pair, "Settings in force that differ");
	differ = print_row(pair, "nodes", number(a->scenario->node_count), number(b->scenario->node_count));
	differ |= print_row(pair, "votes of all nodes", number(a->settings.total_votes),
			    number(b->settings.total_votes));
	differ |= print_row(pair, "expected votes", number(a->settings.expected_votes),
			    number(b->settings.expected_votes));
	differ |= print_row(pair, "quorum", number(a->settings.quorum), number(b->settings.quorum));
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < pair->pages[side]->settings.setting_count; i++) {
			const char *key = pair->pages[side]->settings.settings[i].key;

			if (side == 0 || !has_setting(a, key))
				differ |= print_row(pair, key, value_of(a, key), value_of(b, key));
		}
	if (has_setting(a, "last_man_standing") && has_setting(b, "last_man_standing"))
		differ |= print_row(pair, "last_man_standing_window, ms", number(window_ms(a)), number(window_ms(b)));
	differ |= print_row(pair, "token, ms", number((uint32_t)scenario_token_ms(a->scenario)),
			    number((uint32_t)scenario_token_ms(b->scenario)));
	say_same(pair, differ);
}

static bool warns(const struct page *page, const char *says)
{
	for (uint32_t i = 0; i < page->settings.warning_count; i++)
		if (strcmp(page->settings.warnings[i].says, says) == 0)
			return true;
	return false;
}

static void compare_warnings(const struct pair *pair)
{
	bool any = false;

	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < pair->pages[side]->settings.warning_count; i++) {
			const char *says = pair->pages[side]->settings.warnings[i].says;

			if (warns(pair->pages[1 - side], says))
				continue;
			if (!any)
				heading(pair, "Warnings");
			any = true;
			paper_put(&pair->paper, INK_YELLOW, 6, "  %s ! %s", side ? "B" : "A", says);
		}
}

/* ---- what they survive ---- */

/* With a quorum device that works, where there is one. */
static const struct survive *survive_of(const struct page *page)
{
	return page->settings.device_votes ? &page->with_device : &page->survive;
}

static char *survived(const struct page *page, enum survive_kind kind)
{
	const struct survive_row *row = &survive_of(page)->rows[kind];
	char *always, *text;

	if (!row->asked)
		return words_format("not asked");
	always = words_survived(row->always, page->scenario->node_count);
	text = row->best > row->always ? words_format("%s, at best %u", always, row->best)
				       : words_format("%s", always);
	free(always);
	return text;
}

static char *come_back(const struct page *page)
{
	const struct survive_row *row = &survive_of(page)->rows[SURVIVE_RETURN];
	uint32_t n = page->scenario->node_count;

	if (!row->asked)
		return words_format("not asked");
	if (row->best > n)
		return words_format("not even all");
	if (row->best == row->always)
		return row->best == n ? words_format("all %u", n) : words_format("any %u", row->best);
	return words_format("any %u, at best %u", row->always, row->best);
}

static char *rolling(const struct page *page)
{
	if (!page->settings.starts_quorate)
		return words_format("never quorate");
	return words_format(survive_of(page)->rolling_lost == UINT32_MAX ? "keeps quorum" : "loses quorum");
}

static void compare_survives(const struct pair *pair)
{
	static const struct {
		enum survive_kind kind;
		const char *label;
	} rows[] = {
		{SURVIVE_CRASH_AT_ONCE, "nodes crash at once"},
		{SURVIVE_CRASH_IN_TURN, "nodes crash quickly one after another"},
		{SURVIVE_CRASH_WITH_TIME, "nodes crash with a minute between"},
		{SURVIVE_STOP_IN_TURN, "nodes are stopped quickly one after another"},
		{SURVIVE_STOP_WITH_TIME, "nodes are stopped with a minute between"},
	};
	const struct page *a = pair->pages[0], *b = pair->pages[1];
	bool differ = false;

	heading(pair, "Failures they survive that differ");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		differ |= print_row(pair, rows[i].label, survived(a, rows[i].kind), survived(b, rows[i].kind));
	differ |= print_row(pair, "rolling restart, one node at a time", rolling(a), rolling(b));
	differ |= print_row(pair, "power fails everywhere: quorate again with", come_back(a), come_back(b));
	say_same(pair, differ);
}

static const struct survive_split *split_like(const struct page *page, const struct survive_split *split)
{
	for (uint32_t i = 0; i < survive_of(page)->split_count; i++) {
		const struct survive_split *other = &survive_of(page)->splits[i];

		if (other->part_count == split->part_count &&
		    memcmp(other->parts, split->parts, split->part_count * sizeof *split->parts) == 0)
			return other;
	}
	return NULL;
}

static char *who(const struct page *page, const struct survive_split *split)
{
	if (split->split)
		return words_format("SPLIT BRAIN");
	if (split->none == split->tried)
		return words_format("nobody");
	if (split->none)
		return words_format("some, else nobody");
	return words_who(page, split);
}

static void compare_splits(const struct pair *pair)
{
	const struct page *a = pair->pages[0], *b = pair->pages[1];
	bool differ = false, any = false;

	for (uint32_t i = 0; i < survive_of(a)->split_count; i++)
		any = any || split_like(b, &survive_of(a)->splits[i]);
	if (!any)
		return;
	heading(pair, "Splits after which others go on");
	for (uint32_t i = 0; i < survive_of(a)->split_count; i++) {
		const struct survive_split *one = &survive_of(a)->splits[i], *other = split_like(b, one);
		char *label;

		if (!other)
			continue;
		label = words_parts(one);
		differ |= print_row(pair, label, who(a, one), who(b, other));
		free(label);
	}
	say_same(pair, differ);
}

/* ---- ways ---- */

enum sort { SORT_LOSS, SORT_SPLIT, SORT_OTHER };

static bool is_of(const struct way *way, enum sort sort)
{
	return way->rule == WAY_RULE_LOSS ? sort == SORT_LOSS
					  : (way->rule == RULE_I1) == (sort == SORT_SPLIT) && sort != SORT_LOSS;
}

static bool has_way(const struct page *page, const struct way *way)
{
	for (uint32_t i = 0; i < page->ways.count; i++) {
		const struct way *other = &page->ways.ways[i];

		if (other->rule == way->rule && other->hazard == way->hazard && other->defect == way->defect &&
		    (way->rule != WAY_RULE_LOSS || (other->back == BACK_NEVER) == (way->back == BACK_NEVER)) &&
		    strcmp(other->title, way->title) == 0)
			return true;
	}
	return false;
}

static void print_way(const struct pair *pair, const struct page *page, const struct way *way)
{
	char *back = words_back(page, way);

	if (way->rule == WAY_RULE_LOSS)
		paper_put(&pair->paper, INK_PLAIN, 6, "    - %s: %s", way->title, back);
	else if (way->defect)
		paper_put(&pair->paper, INK_RED, 6, "    - DEFECT of corosync (%s): %s", check_rules[way->rule].id,
			  way->title);
	else
		paper_put(&pair->paper, INK_YELLOW, 6, "    - hazard H%u: %s", way->hazard, way->title);
	free(back);
}

static bool print_only(const struct pair *pair, uint32_t side, enum sort sort)
{
	const struct page *page = pair->pages[side];
	uint32_t all = 0, told = 0;

	for (uint32_t i = 0; i < page->ways.count; i++) {
		const struct way *way = &page->ways.ways[i];

		if (!is_of(way, sort) || has_way(pair->pages[1 - side], way))
			continue;
		if (all++ == 0)
			paper_put(&pair->paper, INK_PLAIN, 2, "  only with %s", side ? "B" : "A");
		if (pair->look->ways_max && told >= pair->look->ways_max)
			continue;
		print_way(pair, page, way);
		told++;
	}
	if (told < all)
		paper_put(&pair->paper, INK_PLAIN, 4, "    ... and %u more (--ways 0 tells all)", all - told);
	return all > 0;
}

static uint32_t count_of(const struct page *page, enum sort sort)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < page->ways.count; i++)
		count += is_of(&page->ways.ways[i], sort);
	return count;
}

static void compare_ways(const struct pair *pair, enum sort sort, const char *text)
{
	bool differ;

	if (sort == SORT_OTHER && !count_of(pair->pages[0], sort) && !count_of(pair->pages[1], sort))
		return;
	heading(pair, text);
	if (!count_of(pair->pages[0], sort) && !count_of(pair->pages[1], sort)) {
		paper_put(&pair->paper, INK_GREEN, 2, "  none was found with either");
		return;
	}
	differ = print_only(pair, 0, sort);
	differ |= print_only(pair, 1, sort);
	say_same(pair, differ);
}

/* ---- all of it ---- */

static bool can_compare(const struct pair *pair)
{
	bool can = true;

	for (uint32_t side = 0; side < 2; side++) {
		const struct page *page = pair->pages[side];

		if (page->refusal)
			paper_put(&pair->paper, INK_RED, 2, "corosync would not start with %s: %s", page->path,
				  page->refusal);
		can = can && !page->refusal;
	}
	return can;
}

void page_compare(const struct page *a, const struct page *b, const struct page_look *look, FILE *file)
{
	const struct pair pair = {{a, b}, look, {file, look->colours}};

	if (!can_compare(&pair))
		return;
	paper_put(&pair.paper, INK_BOLD, 0, "What changes between two configurations");
	fputs("\n", file);
	for (uint32_t side = 0; side < 2; side++)
		paper_put(&pair.paper, INK_PLAIN, 5, "  %s: %s%s", side ? "B" : "A", pair.pages[side]->path,
			  pair.pages[side]->settings.starts_quorate ? ""
								    : " (NEVER QUORATE, even with all nodes up)");
	fputs("\n  ", file);
	paper_cell(&pair.paper, "", LABEL_COLUMNS);
	paper_cell(&pair.paper, "A", SIDE_COLUMNS);
	fputs("B\n", file);
	compare_settings(&pair);
	compare_warnings(&pair);
	compare_survives(&pair);
	compare_splits(&pair);
	compare_ways(&pair, SORT_LOSS, "Ways to lose quorum");
	compare_ways(&pair, SORT_SPLIT, "Split brain");
	compare_ways(&pair, SORT_OTHER, "Other rules that were broken");
}
