/*
 * The page as text: what was read, how much it survives, how it loses quorum, how it
 * splits, what was covered.
 */
#include "sim/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/rules.h"
#include "sim/ensure.h"
#include "sim/page/page_words.h"
#include "sim/page/paper.h"
#include "sim/explore/tell.h"

#define FAILURE_COLUMNS 46u
#define COUNT_COLUMNS 16u
#define LOST_SPLITS_MAX 6u
#define OTHERS_MAX 3u      /* ways to break a rule that is no split brain; more on request */
#define SPLIT_ROWS_MAX 12u /* more are told as ranges */

struct printer {
	const struct page *page;
	const struct page_look *look;
	struct paper paper;
};

static void heading(const struct printer *printer, const char *text)
{
	fputs("\n", printer->paper.file);
	paper_put(&printer->paper, INK_BOLD, 0, "%s", text);
}

/* ---- what was read ---- */

static void print_nodes(const struct printer *printer)
{
	const struct scenario *scenario = printer->page->scenario;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	bool named = false;

	ALWAYS(file != NULL);
	for (uint32_t node = 0; node < scenario->node_count; node++) {
		const char *name = scenario->nodes[node].name;
		uint32_t votes = classes_votes(&printer->page->classes, node);

		named = named || name || !printer->page->classes.equal_votes;
		fprintf(file, "%s%u", node ? ", " : "", scenario->nodes[node].nodeid);
		if (name)
			words_name(name, file);
		if (!printer->page->classes.equal_votes)
			fprintf(file, " (%u vote%s)", votes, votes == 1 ? "" : "s");
	}
	fclose(file);
	if (named)
		paper_put(&printer->paper, INK_PLAIN, 4, "  nodes: %s", text);
	free(text);
}

static void print_settings(const struct printer *printer)
{
	const struct settings *settings = &printer->page->settings;

	for (uint32_t i = 0; i < settings->setting_count; i++)
		paper_put(&printer->paper, INK_PLAIN, 4, "  %s%s%s: %s", settings->settings[i].key,
			  strcmp(settings->settings[i].value, "1") == 0 ? "" : " ",
			  strcmp(settings->settings[i].value, "1") == 0 ? "" : settings->settings[i].value,
			  settings->settings[i].says);
	if (!settings->setting_count)
		paper_put(&printer->paper, INK_PLAIN, 4, "  plain majority: no special feature is on");
}

static void print_read(const struct printer *printer)
{
	const struct page *page = printer->page;
	const struct settings *settings = &page->settings;
	uint32_t n = page->scenario->node_count;
	char *votes = !page->classes.equal_votes ? words_format("%u votes", settings->total_votes)
		      : page->classes.class[0].votes == 1
			      ? words_format("one vote each")
			      : words_format("%u votes each", page->classes.class[0].votes);

	paper_put(&printer->paper, INK_BOLD, 0, "What failures do to the cluster of %s", page->path);
	fputs("\n", printer->paper.file);
	paper_put(&printer->paper, INK_PLAIN, 0, "%u node%s, %s; expected votes %u, quorum %u.", n, n == 1 ? "" : "s",
		  votes, settings->expected_votes, settings->quorum);
	free(votes);
	print_nodes(printer);
	print_settings(printer);
}

static void print_warnings(const struct printer *printer)
{
	const struct settings *settings = &printer->page->settings;

	if (!settings->warning_count)
		return;
	heading(printer, "Warnings");
	for (uint32_t i = 0; i < settings->warning_count; i++)
		paper_put(&printer->paper, INK_YELLOW, 4, "  ! %s", settings->warnings[i].says);
}

/* ---- what it survives ---- */

static void print_failure(const struct printer *printer, const char *label, const struct survive_row *row)
{
	const struct scenario *scenario = printer->page->scenario;
	char *always = words_survived(row->always, scenario->node_count), *best, *lost;

	best = row->best == row->always ? words_format("the same") : words_format("%u", row->best);
	lost = row->lost_count ? words_nodes(scenario, row->lost, row->lost_count) : words_format("-");
	fputs("  ", printer->paper.file);
	paper_cell(&printer->paper, label, FAILURE_COLUMNS);
	paper_cell(&printer->paper, always, COUNT_COLUMNS);
	paper_cell(&printer->paper, best, 12);
	fprintf(printer->paper.file, "%s\n", lost);
	free(always);
	free(best);
	free(lost);
}

static bool same_answer(const struct survive_row *a, const struct survive_row *b)
{
	return a->always == b->always && a->best == b->best;
}

/* With and without a minute between, on one line where it is the same. */
static void print_in_turn(const struct printer *printer, const char *what, const struct survive_row *quick,
			  const struct survive_row *with_time)
{
	char *label;

	if (!quick->asked)
		return;
	if (same_answer(quick, with_time)) {
		label = words_format("nodes %s one after another", what);
		print_failure(printer, label, quick);
	} else {
		label = words_format("nodes %s quickly one after another", what);
		print_failure(printer, label, quick);
		free(label);
		label = words_format("nodes %s with a minute between", what);
		print_failure(printer, label, with_time);
	}
	free(label);
}

static void print_rolling(const struct printer *printer, const struct survive *survive)
{
	const struct scenario *scenario = printer->page->scenario;

	fputs("  ", printer->paper.file);
	paper_cell(&printer->paper, "rolling restart, one node at a time", FAILURE_COLUMNS);
	if (survive->rolling_lost == UINT32_MAX)
		fputs("keeps quorum\n", printer->paper.file);
	else
		fprintf(printer->paper.file, "LOSES QUORUM when node %u is stopped\n",
			scenario->nodes[survive->rolling_lost].nodeid);
}

static void print_return(const struct printer *printer, const struct survive *survive)
{
	const struct survive_row *row = &survive->rows[SURVIVE_RETURN];
	uint32_t n = printer->page->scenario->node_count;

	fputs("  ", printer->paper.file);
	paper_cell(&printer->paper, "power fails everywhere: quorate again with", FAILURE_COLUMNS);
	if (row->best > n)
		fputs("NOT EVEN ALL nodes back\n", printer->paper.file);
	else if (row->best == n && n == 2)
		fputs("both nodes back, not one\n", printer->paper.file);
	else if (row->best == n)
		fprintf(printer->paper.file, "all %u nodes back, not fewer\n", n);
	else if (row->best == row->always)
		fprintf(printer->paper.file, "any %u back\n", row->best);
	else
		fprintf(printer->paper.file, "any %u back; %u if they are the right ones\n", row->always, row->best);
}

/* which: "", or of what quorum device. */
static void print_survives(const struct printer *printer, const struct survive *survive, const char *which)
{
	const struct survive_row *rows = survive->rows;
	char *text = words_format("Failures it survives%s: some part stays quorate", which);

	heading(printer, text);
	free(text);
	if (printer->page->scenario->node_count > 1) {
		fputs("  ", printer->paper.file);
		paper_cell(&printer->paper, "from all nodes up", FAILURE_COLUMNS);
		paper_cell(&printer->paper, "whichever", COUNT_COLUMNS);
		fputs("at best     lost, for example, with\n", printer->paper.file);
		print_failure(printer, "nodes crash at once", &rows[SURVIVE_CRASH_AT_ONCE]);
		print_in_turn(printer, "crash", &rows[SURVIVE_CRASH_IN_TURN], &rows[SURVIVE_CRASH_WITH_TIME]);
		print_in_turn(printer, "are stopped", &rows[SURVIVE_STOP_IN_TURN], &rows[SURVIVE_STOP_WITH_TIME]);
		print_rolling(printer, survive);
	}
	print_return(printer, survive);
}

/* ---- splits ---- */

static void print_split_range(const struct printer *printer, const struct survive_split *first,
			      const struct survive_split *last)
{
	char *from = words_parts(first), *to = words_parts(last), *who = words_who(printer->page, first);
	char *label = first == last ? words_format("  %s", from) : words_format("  %s  to  %s", from, to);

	if (first != last) {
		free(who);
		who = words_who_of_range(first);
	}
	paper_row(&printer->paper, label, FAILURE_COLUMNS + 2, who);
	free(from);
	free(to);
	free(who);
	free(label);
}

static void print_splits(const struct printer *printer, const struct survive *survive, const char *which)
{
	bool ranges = survive->split_count > SPLIT_ROWS_MAX;
	char *text = words_format("When the network splits, from all nodes up, who goes on%s", which);

	if (survive->split_count)
		heading(printer, text);
	free(text);
	if (!survive->split_count)
		return;
	paper_put(&printer->paper, INK_PLAIN, 2, "  %s in each part",
		  printer->page->classes.equal_votes ? "nodes" : "votes");
	for (uint32_t i = 0; i < survive->split_count;) {
		uint32_t last = i;

		while (ranges && last + 1 < survive->split_count &&
		       words_same_kind(&survive->splits[i], &survive->splits[last + 1]))
			last++;
		print_split_range(printer, &survive->splits[i], &survive->splits[last]);
		i = last + 1;
	}
}

static void print_failures(const struct printer *printer)
{
	const struct page *page = printer->page;
	bool device = page->settings.device_votes != 0;

	if (device) {
		print_survives(printer, &page->with_device, " with the quorum device");
		print_splits(printer, &page->with_device, ", with the quorum device");
		paper_put(&printer->paper, INK_PLAIN, 2,
			  "  The device is taken to give its votes to one part: that with the most nodes, of several "
			  "such "
			  "that with the lowest id (ffsplit's rule).");
	}
	print_survives(printer, &page->survive, device ? " without it" : "");
	print_splits(printer, &page->survive, device ? ", without it" : "");
}

/* ---- ways ---- */

static void print_steps(const struct printer *printer, const struct way *way)
{
	for (uint32_t i = 0; i < way->step_count; i++) {
		char *text;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		ALWAYS(file != NULL);
		tell_event(printer->page->scenario, &way->steps[i], file);
		fclose(file);
		paper_put(&printer->paper, INK_PLAIN, 20, "       %s%u. %s",
			  i ? "             " : "for example: ", i + 1, text);
		free(text);
	}
}

static void print_loss(const struct printer *printer, const struct way *way, uint32_t number)
{
	char *also = words_also(way), *back = words_back(printer->page, way);

	paper_put(&printer->paper, INK_PLAIN, 5, " %2u. %s%s", number, way->title, also);
	if (way->alike_same < way->alike || way->step_count > 1)
		print_steps(printer, way);
	paper_put(&printer->paper, way->back == BACK_NEVER ? INK_RED : INK_PLAIN, 7, "     %s", back);
	free(also);
	free(back);
}

enum loss { LOSS_STUCK, LOSS_SPLIT, LOSS_NO_MAJORITY, LOSS_OTHER, LOSS_NONE };

/* A cluster of plain majority loses quorum when no part has it: that is told once. */
static enum loss loss_of(const struct page *page, const struct way *way)
{
	static const uint32_t features =
		VQ_INFO_TWONODE | VQ_INFO_LAST_MAN_STANDING | VQ_INFO_AUTO_TIE_BREAKER | VQ_INFO_ALLOW_DOWNSCALE;
	bool simple = way->alike_same == way->alike;

	if (way->rule != WAY_RULE_LOSS)
		return LOSS_NONE;
	if (way->back == BACK_NEVER)
		return LOSS_STUCK;
	if (simple && way->step_count == 1 && way->steps[0].verb == VERB_PARTITION && way->back == BACK_HEAL)
		return LOSS_SPLIT;
	if (simple && way->step_count > 1 && !(page->settings.flags & features) &&
	    way->votes_left < page->settings.quorum)
		return LOSS_NO_MAJORITY;
	return LOSS_OTHER;
}

static uint32_t count_losses(const struct page *page, enum loss loss)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < page->ways.count; i++)
		count += loss_of(page, &page->ways.ways[i]) == loss;
	return count;
}

/* All splits that lose quorum, as one way. */
static void print_lost_splits(const struct printer *printer, uint32_t number)
{
	static const char begin[] = "the network splits ";
	uint32_t count = count_losses(printer->page, LOSS_SPLIT), told = 0;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	ALWAYS(file != NULL);
	for (uint32_t i = 0; i < printer->page->ways.count && told < LOST_SPLITS_MAX; i++) {
		const struct way *way = &printer->page->ways.ways[i];

		if (loss_of(printer->page, way) != LOSS_SPLIT)
			continue;
		ALWAYS(strncmp(way->title, begin, strlen(begin)) == 0);
		fprintf(file, "%s%s", told++ ? ", or " : "", way->title + strlen(begin));
	}
	if (told < count)
		fprintf(file, ", or in %u more ways (see the splits above)", count - told);
	fclose(file);
	paper_put(&printer->paper, INK_PLAIN, 5, " %2u. %s%s", number, begin, text);
	paper_put(&printer->paper, INK_PLAIN, 7, "     quorum is back when the network heals");
	free(text);
}

static uint32_t print_losses_of(const struct printer *printer, enum loss loss, uint32_t number)
{
	const struct page *page = printer->page;
	uint32_t told = 0, all = count_losses(page, loss), most = printer->look->ways_max;

	for (uint32_t i = 0; i < page->ways.count && (!most || told < most); i++)
		if (loss_of(page, &page->ways.ways[i]) == loss)
			print_loss(printer, &page->ways.ways[i], number + ++told);
	if (told < all)
		paper_put(&printer->paper, INK_PLAIN, 5, "     ... and %u longer ones (--ways 0 tells all)",
			  all - told);
	return number + told;
}

static void print_losses(const struct printer *printer)
{
	const struct page *page = printer->page;
	uint32_t stuck = count_losses(page, LOSS_STUCK), mixed = count_losses(page, LOSS_NO_MAJORITY), number = 0;

	heading(printer, page->settings.device_votes ? "Ways to lose quorum while the quorum device casts no vote"
						     : "Ways to lose quorum: nobody goes on");
	if (stuck)
		paper_put(
			&printer->paper, INK_RED, 2,
			"  %u of these %s not end: with all nodes up and the network whole there is still no quorum.",
			stuck, stuck == 1 ? "does" : "do");
	number = print_losses_of(printer, LOSS_STUCK, number);
	if (count_losses(page, LOSS_SPLIT))
		print_lost_splits(printer, ++number);
	number = print_losses_of(printer, LOSS_OTHER, number);
	if (mixed)
		paper_put(
			&printer->paper, INK_PLAIN, 5,
			" %2u. crashes, stops and splits together (%u kinds): always when the nodes that are up and "
			"together have fewer than %u votes",
			++number, mixed, page->settings.quorum);
	if (!number)
		paper_put(&printer->paper, INK_GREEN, 2, "  None was found.");
}

/* ---- what must not be ---- */

static void print_breach(const struct printer *printer, uint32_t way_number, uint32_t number)
{
	const struct page *page = printer->page;
	const struct way *way = &page->ways.ways[way_number];
	char *also = words_also(way), *came;

	if (way->defect)
		paper_put(&printer->paper, INK_RED, 5, " %2u. DEFECT of corosync: %s%s", number, way->title, also);
	else
		paper_put(&printer->paper, INK_YELLOW, 5, " %2u. hazard H%u: %s%s", number, way->hazard, way->title,
			  also);
	print_steps(printer, way);
	came = words_came(page->scenario, way);
	paper_put(&printer->paper, INK_PLAIN, 7, "     then %s", came);
	if (page->files && page->files[way_number])
		paper_put(&printer->paper, INK_PLAIN, 7, "     votesim run %s", page->files[way_number]);
	free(also);
	free(came);
}

/* Where the cluster splits in two in the same way, that is what matters. */
static bool is_split_brain_too(const struct page *page, const struct way *way)
{
	for (uint32_t i = 0; i < page->ways.count; i++)
		if (way->rule != RULE_I1 && page->ways.ways[i].rule == RULE_I1 &&
		    strcmp(page->ways.ways[i].title, way->title) == 0)
			return true;
	return false;
}

/* Ways of one rule and hazard; most: at most so many, 0: all. Returns how many there are. */
static uint32_t print_breaches(const struct printer *printer, uint32_t rule, uint32_t hazard, bool defect,
			       uint32_t most)
{
	const struct ways *ways = &printer->page->ways;
	uint32_t told = 0, all = 0;

	for (uint32_t i = 0; i < ways->count; i++) {
		const struct way *way = &ways->ways[i];

		if (way->rule != rule || way->defect != defect || way->hazard != hazard ||
		    is_split_brain_too(printer->page, way))
			continue;
		if (all++ == 0 && rule != RULE_I1)
			paper_put(&printer->paper, INK_PLAIN, 2, "  %s", check_rules[rule].says);
		if (!most || told < most)
			print_breach(printer, i, ++told);
	}
	if (told < all)
		paper_put(&printer->paper, INK_PLAIN, 5, "     ... and %u longer ones (--ways 0 tells all)",
			  all - told);
	return all;
}

static void print_split_brains(const struct printer *printer)
{
	uint32_t most = printer->look->ways_max, all = print_breaches(printer, RULE_I1, 0, true, most);

	if (all)
		paper_put(
			&printer->paper, INK_BOLD, 4,
			"  What to do: corosync 3.1.7 does this and its manual does not allow it. Only fencing keeps "
			"the parts from using the same data. Try other settings with --compare.");
	for (uint32_t hazard = 0; hazard <= 12; hazard++) {
		if (!print_breaches(printer, RULE_I1, hazard, false, most))
			continue;
		all++;
		paper_put(&printer->paper, INK_PLAIN, 4, "  H%u: %s", hazard, hazard_says(hazard));
		paper_put(&printer->paper, INK_BOLD, 4, "  What to do: %s", hazard_advice(hazard));
	}
	if (!all)
		paper_put(&printer->paper, INK_GREEN, 2, "  None was found.");
}

static bool has_others(const struct page *page)
{
	for (uint32_t i = 0; i < page->ways.count; i++)
		if (page->ways.ways[i].rule != WAY_RULE_LOSS && page->ways.ways[i].rule != RULE_I1 &&
		    !is_split_brain_too(page, &page->ways.ways[i]))
			return true;
	return false;
}

static void print_others(const struct printer *printer)
{
	uint32_t most = printer->look->ways_max ? OTHERS_MAX : 0;

	for (uint32_t rule = 0; rule < check_rule_count; rule++) {
		if (rule == RULE_I1)
			continue;
		print_breaches(printer, rule, 0, true, most);
		for (uint32_t hazard = 0; hazard <= 12; hazard++)
			print_breaches(printer, rule, hazard, false, most);
	}
}

/* ---- in some orders only ---- */

static void print_order_steps(const struct printer *printer, const struct step *const *steps, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char *text;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		ALWAYS(file != NULL);
		tell_event(printer->page->scenario, steps[i], file);
		fclose(file);
		paper_put(&printer->paper, INK_PLAIN, 10, "       %u. %s", i + 1, text);
		free(text);
	}
}

static void print_order_finding(const struct printer *printer, uint32_t number)
{
	const struct orders *orders = &printer->page->orders;
	const struct explore_finding *finding = &orders->all.findings[orders->found[number]];
	const struct step *steps[EXPLORE_DEPTH_MAX];
	const char *says = check_rules[finding->verdict.rule].says;

	for (uint32_t i = 0; i < finding->step_count; i++)
		steps[i] = &finding->steps[i];
	if (finding->verdict.hazard)
		paper_put(&printer->paper, INK_YELLOW, 5, " %2u. hazard H%u in some orders; the rule: %s", number + 1,
			  finding->verdict.hazard, says);
	else
		paper_put(&printer->paper, INK_RED, 5, " %2u. DEFECT of corosync in some orders; the rule: %s",
			  number + 1, says);
	print_order_steps(printer, steps, finding->step_count);
	paper_put(&printer->paper, INK_PLAIN, 7, "     then: %s", finding->verdict.came);
	if (orders->files)
		paper_put(&printer->paper, INK_PLAIN, 7, "     votesim run %s", orders->files[number]);
}

static void print_order_loss(const struct printer *printer)
{
	const struct orders *orders = &printer->page->orders;
	const struct step *steps[ORDERS_STEPS_MAX];

	for (uint32_t i = 0; i < orders->loss_steps; i++)
		steps[i] = &orders->all.events.steps[orders->loss[i]];
	paper_put(&printer->paper, INK_YELLOW, 2,
		  "  Quorum is lost in some orders, where in the usual one some part keeps it, for example:");
	print_order_steps(printer, steps, orders->loss_steps);
}

static void print_orders(const struct printer *printer)
{
	const struct orders *orders = &printer->page->orders;
	const struct explore_interleavings *done = &orders->all.interleavings;

	heading(printer, "What else can come when messages and rings come in another order");
	if (orders->loss_steps)
		print_order_loss(printer);
	for (uint32_t i = 0; i < orders->count; i++)
		print_order_finding(printer, i);
	if (!orders->count && !orders->loss_steps)
		paper_put(&printer->paper, INK_GREEN, 2, "  Nothing that the usual order does not show.");
	paper_put(&printer->paper, INK_PLAIN, 2,
		  "  Tried: sequences of up to %u events from all nodes up, each in %s (%s%llu ways, told by %llu "
		  "runs).",
		  orders->all.depth_done,
		  done->cut ? "many of the orders that can come" : "every order that can come",
		  done->cut || done->ways == UINT64_MAX ? "at least " : "", (unsigned long long)done->ways,
		  (unsigned long long)done->runs);
	if (done->cut)
		paper_put(&printer->paper, INK_PLAIN, 2,
			  "  %llu events have more orders than %u runs tell; those with up to %u departures from the "
			  "usual "
			  "one were all tried. More: --interleavings=RUNS.",
			  (unsigned long long)done->cut, orders->runs_max, done->complete);
}

/* ---- what was covered ---- */

static void print_covered(const struct printer *printer)
{
	const struct page *page = printer->page;
	const struct exploration *exploration = &page->ways.exploration;
	uint32_t n = page->scenario->node_count;
	char *depth = words_depth(exploration);

	heading(printer, "What was tried");
	paper_put(&printer->paper, INK_PLAIN, 2, "  Failures and splits: %s. %llu events.",
		  n <= SURVIVE_ALL_NODES ? "every set and order of nodes, every split into two and three parts"
					 : "sets, orders and splits of each size, by id and by votes, up and down",
		  (unsigned long long)page->survive.tried);
	paper_put(&printer->paper, INK_PLAIN, 2,
		  "  Sequences of crashes, clean stops, starts, %s, healing, and a minute that passes: %s. %llu "
		  "states, "
		  "%llu events.",
		  page->ways.all_events  ? "every partition"
		  : n <= EVENT_NODES_MAX ? "every split in two"
					 : "chosen splits",
		  depth, (unsigned long long)exploration->states, (unsigned long long)exploration->transitions);
	paper_put(
		&printer->paper, INK_PLAIN, 2,
		"  Each event meets a settled cluster, and totem forms rings in one fixed order%s. Not tried: links "
		"that "
		"fail one way, reloads, administrators' commands%s.",
		page->orders.asked     ? ", but for the part above"
		: n <= EVENT_NODES_MAX ? " (--interleavings tries others)"
				       : "",
		page->settings.device_votes ? ", a quorum device that changes its mind" : "");
	if (page_count(page, true))
		paper_put(&printer->paper, INK_PLAIN, 2,
			  "  A DEFECT is what a model of corosync 3.1.7 does. --output DIR writes each as a "
			  "scenario, which "
			  "can be played on real daemons, too.");
	free(depth);
}

/* ---- the page ---- */

static void print_refusal(const struct printer *printer)
{
	const struct page *page = printer->page;

	paper_put(&printer->paper, INK_RED, 2,
		  "corosync would not start with %s. Its log would say, on node %u:", page->path,
		  page->scenario->nodes[page->refused].nodeid);
	paper_put(&printer->paper, INK_PLAIN, 4, "  %s", page->refusal);
}

void page_print(const struct page *page, const struct page_look *look, FILE *file)
{
	const struct printer printer = {page, look, {file, look->colours}};

	if (page->refusal) {
		print_refusal(&printer);
		return;
	}
	print_read(&printer);
	print_warnings(&printer);
	if (!page->settings.starts_quorate) {
		heading(&printer, "NEVER QUORATE");
		paper_put(&printer.paper, INK_RED, 2,
			  "  With all nodes up and the network whole the nodes have %u votes, and quorum is %u.",
			  page->settings.total_votes, page->settings.quorum);
		return;
	}
	print_failures(&printer);
	print_losses(&printer);
	heading(&printer, "Split brain: two parts quorate at the same time");
	print_split_brains(&printer);
	if (has_others(page)) {
		heading(&printer, "Other rules that were broken");
		print_others(&printer);
	}
	if (page->orders.asked)
		print_orders(&printer);
	print_covered(&printer);
}
