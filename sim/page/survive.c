/*
 * Sets are bit masks up to SURVIVE_ALL_NODES nodes, beyond they are the first k of an
 * order. Sequences are walked depth first; a state that was met before by another order
 * of the same failures is not gone on from.
 */
#include "sim/page/survive.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

#define ORDERS_MAX 6u
#define MET_MAX 4096u       /* states of one question that are gone on from */
#define THREE_NODES_MAX 40u /* three-way splits are not asked of more nodes */
#define EVERY_COUNT_MAX 64u /* of more nodes not every number of failures is asked */
#define MINUTE_NS (60ull * 1000 * SCENARIO_MS)

struct asker {
	struct survive *survive;
	struct survive_row *row;
	const struct classes *classes;
	struct probe *probe;
	uint32_t n;
	uint32_t *set, *other; /* room for n indices each */
	uint32_t *orders[ORDERS_MAX];
	uint32_t order_count;
	uint32_t *tried, *kept; /* by count of nodes, n + 1 */
	uint32_t lost_count;    /* of row->lost; UINT32_MAX: none yet */
	enum verb verb;         /* of a sequence */
	bool with_time;
	uint64_t (*met)[2];
	uint32_t met_count;
	uint8_t *part; /* of a split */
};

static void happen(struct asker *asker, enum verb verb, uint32_t *nodes, uint32_t count)
{
	const struct step step = {
		.verb = verb,
		.together = verb == VERB_START,
		.nodes = {count, nodes},
		.wait_ns = MINUTE_NS,
	};

	probe_do(asker->probe, &step);
	asker->survive->tried++;
}

/* ---- orders of the nodes ---- */

enum order_by { BY_ID, BY_VOTES, BY_TIE, ORDER_BY_COUNT };

static uint32_t weight_of(const struct classes *classes, uint32_t node, enum order_by by)
{
	const struct node_class *class = &classes->class[classes->of_node[node]];

	return by == BY_VOTES ? class->votes : by == BY_TIE ? class->breaks_ties : 0;
}

/* Insertion keeps those of the same weight in the order of their ids. */
static void fill_order(const struct classes *classes, enum order_by by, bool descending, uint32_t *order)
{
	for (uint32_t i = 0; i < classes->node_count; i++) {
		uint32_t node = descending && by == BY_ID ? classes->node_count - 1 - i : i, at = i;
		uint32_t weight = weight_of(classes, node, by);

		while (at > 0 && (descending ? weight_of(classes, order[at - 1], by) < weight
					     : weight_of(classes, order[at - 1], by) > weight)) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = node;
	}
}

static void make_orders(struct asker *asker)
{
	for (uint32_t i = 0; i < 2u * ORDER_BY_COUNT; i++) {
		uint32_t *order = allocate(asker->n, sizeof *order);
		bool known = false;

		fill_order(asker->classes, (enum order_by)(i / 2), i % 2, order);
		for (uint32_t k = 0; k < asker->order_count; k++)
			known = known || memcmp(asker->orders[k], order, asker->n * sizeof *order) == 0;
		if (known)
			free(order);
		else
			asker->orders[asker->order_count++] = order;
	}
}

/* ---- a question's answer ---- */

static void begin_row(struct asker *asker, enum survive_kind kind)
{
	asker->row = &asker->survive->rows[kind];
	asker->row->asked = true;
	asker->row->lost = allocate(asker->n, sizeof *asker->row->lost);
	asker->lost_count = UINT32_MAX;
	asker->met_count = 0;
	memset(asker->tried, 0, (asker->n + 1) * sizeof *asker->tried);
	memset(asker->kept, 0, (asker->n + 1) * sizeof *asker->kept);
}

/* A way of `count` nodes was tried. The first of the fewest that loses is kept. */
static void note(struct asker *asker, const uint32_t *nodes, uint32_t count, bool kept)
{
	asker->tried[count]++;
	asker->kept[count] += kept;
	if (kept || count >= asker->lost_count)
		return;
	memcpy(asker->row->lost, nodes, count * sizeof *nodes);
	asker->lost_count = asker->row->lost_count = count;
}

static void end_row(struct asker *asker)
{
	bool all = true;

	for (uint32_t k = 1; k < asker->n; k++) {
		all = all && asker->kept[k] == asker->tried[k];
		if (all && asker->tried[k])
			asker->row->always = k;
		if (asker->kept[k])
			asker->row->best = k;
	}
}

/* The fewest that suffice. The example is of the most nodes that do not. */
static void end_return_row(struct asker *asker)
{
	asker->row->always = asker->row->best = asker->n + 1;
	for (uint32_t k = asker->n; k > 0; k--) {
		if (asker->tried[k] && asker->kept[k] < asker->tried[k])
			break;
		if (asker->tried[k])
			asker->row->always = k;
	}
	for (uint32_t k = asker->n; k > 0; k--)
		if (asker->kept[k])
			asker->row->best = k;
}

/* ---- sets ---- */

typedef void set_question(struct asker *asker, uint32_t count);

static uint32_t set_of_mask(struct asker *asker, uint32_t mask)
{
	uint32_t count = 0;

	for (uint32_t node = 0; node < asker->n; node++)
		if (mask >> node & 1)
			asker->set[count++] = node;
	return count;
}

static bool count_is_asked(uint32_t n, uint32_t count)
{
	return n <= EVERY_COUNT_MAX || count <= 2 || count + 1 >= n || (count + 2 >= n / 2 && count <= n / 2 + 2);
}

/* Put the question for sets of 1 .. most nodes, small ones first. */
static void each_set(struct asker *asker, uint32_t most, set_question *question)
{
	if (asker->n <= SURVIVE_ALL_NODES) {
		for (uint32_t count = 1; count <= most; count++)
			for (uint32_t mask = 1; mask < 1u << asker->n; mask++)
				if (set_of_mask(asker, mask) == count)
					question(asker, count);
		return;
	}
	asker->row->sampled = true;
	for (uint32_t count = 1; count <= most; count++)
		for (uint32_t i = 0; i < asker->order_count && count_is_asked(asker->n, count); i++) {
			memcpy(asker->set, asker->orders[i], count * sizeof *asker->set);
			question(asker, count);
		}
}

static void crash_at_once(struct asker *asker, uint32_t count)
{
	probe_restart(asker->probe);
	happen(asker, VERB_CRASH, asker->set, count);
	note(asker, asker->set, count, probe_quorate(asker->probe) > 0);
}

static void come_back(struct asker *asker, uint32_t count)
{
	bool quorate;

	for (uint32_t node = 0; node < asker->n; node++)
		asker->other[node] = node;
	probe_restart(asker->probe);
	happen(asker, VERB_CRASH, asker->other, asker->n);
	happen(asker, VERB_START, asker->set, count);
	quorate = probe_quorate(asker->probe) > 0;
	asker->tried[count]++;
	asker->kept[count] += quorate;
	if (!quorate) {
		memcpy(asker->row->lost, asker->set, count * sizeof *asker->set);
		asker->row->lost_count = count;
	}
}

/* ---- sequences ---- */

static bool met_before(struct asker *asker)
{
	uint64_t hash[2];

	probe_hash(asker->probe, hash);
	for (uint32_t i = 0; i < asker->met_count; i++)
		if (asker->met[i][0] == hash[0] && asker->met[i][1] == hash[1])
			return true;
	if (asker->met_count == MET_MAX) {
		asker->row->sampled = true;
		return true;
	}
	memcpy(asker->met[asker->met_count++], hash, sizeof hash);
	return false;
}

/* One more node fails, set[0 .. count - 1] being down; false: nobody is quorate any more. */
static bool one_more(struct asker *asker, uint32_t count)
{
	bool kept;

	happen(asker, asker->verb, &asker->set[count], 1);
	kept = probe_quorate(asker->probe) > 0;
	if (kept && asker->with_time) {
		happen(asker, VERB_WAIT, NULL, 0);
		kept = probe_quorate(asker->probe) > 0;
	}
	note(asker, asker->set, count + 1, kept);
	return kept;
}

static void go_on(struct asker *asker, uint32_t count)
{
	struct probe_mark *mark;

	if (count + 1 >= asker->n || met_before(asker))
		return;
	mark = probe_mark(asker->probe);
	for (uint32_t node = 0; node < asker->n; node++) {
		bool down = false;

		for (uint32_t i = 0; i < count; i++)
			down = down || asker->set[i] == node;
		if (down)
			continue;
		asker->set[count] = node;
		if (one_more(asker, count))
			go_on(asker, count + 1);
		probe_return(asker->probe, mark);
	}
	probe_mark_free(mark);
}

static void ask_in_turn(struct asker *asker, enum survive_kind kind, enum verb verb, bool with_time)
{
	if (asker->n > SURVIVE_TURN_NODES_MAX)
		return;
	begin_row(asker, kind);
	asker->verb = verb;
	asker->with_time = with_time;
	probe_restart(asker->probe);
	if (asker->n <= SURVIVE_ALL_NODES) {
		go_on(asker, 0);
		end_row(asker);
		return;
	}
	asker->row->sampled = true;
	for (uint32_t i = 0; i < asker->order_count; i++) {
		uint32_t count = 0;

		probe_restart(asker->probe);
		memcpy(asker->set, asker->orders[i], asker->n * sizeof *asker->set);
		while (count + 1 < asker->n && one_more(asker, count))
			count++;
	}
	end_row(asker);
}

static void ask_rolling_restart(struct asker *asker)
{
	bool kept = true;

	asker->survive->rolling_lost = UINT32_MAX;
	probe_restart(asker->probe);
	for (uint32_t node = 0; node < asker->n && node < SURVIVE_TURN_NODES_MAX && kept; node++) {
		asker->other[0] = node;
		happen(asker, VERB_STOP, asker->other, 1);
		kept = probe_quorate(asker->probe) > 0;
		happen(asker, VERB_START, asker->other, 1);
		kept = kept && probe_quorate(asker->probe) > 0;
		if (!kept)
			asker->survive->rolling_lost = node;
	}
}

/* ---- splits ---- */

static struct survive_split *split_of(struct asker *asker, const uint32_t *parts, uint32_t part_count)
{
	struct survive *survive = asker->survive;
	struct survive_split *split;

	for (uint32_t i = 0; i < survive->split_count; i++)
		if (survive->splits[i].part_count == part_count &&
		    memcmp(survive->splits[i].parts, parts, part_count * sizeof *parts) == 0)
			return &survive->splits[i];
	survive->splits = realloc(survive->splits, (survive->split_count + 1) * sizeof *survive->splits);
	ALWAYS(survive->splits != NULL);
	split = &survive->splits[survive->split_count++];
	memset(split, 0, sizeof *split);
	split->part_count = part_count;
	memcpy(split->parts, parts, part_count * sizeof *parts);
	split->in_every = allocate(asker->n, sizeof *split->in_every);
	memset(split->in_every, true, asker->n * sizeof *split->in_every);
	return split;
}

/* Votes of each part, and the same sorted, the largest first. */
static void weigh_parts(const struct asker *asker, uint32_t part_count, uint32_t votes[3], uint32_t sorted[3])
{
	memset(votes, 0, 3 * sizeof *votes);
	for (uint32_t node = 0; node < asker->n; node++)
		votes[asker->part[node]] += classes_votes(asker->classes, node);
	for (uint32_t i = 0; i < part_count; i++) {
		uint32_t at = i;

		for (; at > 0 && sorted[at - 1] < votes[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = votes[i];
	}
}

static void note_split(struct asker *asker, struct survive_split *split, const uint32_t votes[3])
{
	const struct explore_node *nodes = probe_nodes(asker->probe);
	bool on[3] = {false, false, false};
	uint32_t winner = 0, winners = 0, rank = 0;

	for (uint32_t node = 0; node < asker->n; node++)
		on[asker->part[node]] = on[asker->part[node]] || nodes[node].quorate;
	for (uint32_t i = 0; i < split->part_count; i++) {
		winners += on[i];
		winner = on[i] ? i : winner;
	}
	split->tried++;
	split->none += winners == 0;
	split->split += winners > 1;
	if (winners == 0 && !split->lost) {
		split->lost = allocate(asker->n, 1);
		memcpy(split->lost, asker->part, asker->n);
	}
	while (winners == 1 && split->parts[rank] != votes[winner])
		rank++;
	split->wins[rank] += winners == 1;
	for (uint32_t node = 0; node < asker->n && winners; node++)
		split->in_every[node] = split->in_every[node] && on[asker->part[node]];
}

static void try_split(struct asker *asker, uint32_t part_count)
{
	struct index_list groups[3] = {{0, NULL}};
	uint32_t votes[3], sorted[3], at = 0;
	const struct step step = {.verb = VERB_PARTITION, .group_count = part_count, .groups = groups};

	for (uint32_t part = 0; part < part_count; part++) {
		groups[part].index = &asker->other[at];
		for (uint32_t node = 0; node < asker->n; node++)
			if (asker->part[node] == part)
				asker->other[at++] = node;
		groups[part].count = (uint32_t)(&asker->other[at] - groups[part].index);
	}
	weigh_parts(asker, part_count, votes, sorted);
	probe_restart(asker->probe);
	probe_do(asker->probe, &step);
	asker->survive->tried++;
	note_split(asker, split_of(asker, sorted, part_count), votes);
}

static void each_split(struct asker *asker, uint32_t node, uint32_t used, uint32_t part_count)
{
	if (node == asker->n) {
		if (used == part_count)
			try_split(asker, part_count);
		return;
	}
	for (uint32_t part = 0; part <= used && part < part_count; part++) {
		asker->part[node] = (uint8_t)part;
		each_split(asker, node + 1, part == used ? used + 1 : used, part_count);
	}
}

/* The first `first` of an order, the next `second`, the rest. */
static void split_order(struct asker *asker, const uint32_t *order, uint32_t first, uint32_t second)
{
	for (uint32_t i = 0; i < asker->n; i++)
		asker->part[order[i]] = i < first ? 0 : i < first + second ? 1 : 2;
	try_split(asker, first + second < asker->n ? 3 : 2);
}

static void sample_splits(struct asker *asker)
{
	asker->survive->splits_sampled = true;
	for (uint32_t i = 0; i < asker->order_count; i++)
		for (uint32_t first = 1; first <= asker->n / 2; first++) {
			if (count_is_asked(asker->n, first))
				split_order(asker, asker->orders[i], first, asker->n - first);
			for (uint32_t second = first; asker->n <= THREE_NODES_MAX && first + 2 * second <= asker->n;
			     second++)
				split_order(asker, asker->orders[i], first, second);
		}
}

static bool goes_before(const struct survive_split *a, const struct survive_split *b)
{
	if (a->part_count != b->part_count)
		return a->part_count < b->part_count;
	for (uint32_t i = 0; i < a->part_count; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] > b->parts[i];
	return false;
}

static void sort_splits(struct survive *survive)
{
	for (uint32_t i = 1; i < survive->split_count; i++) {
		struct survive_split split = survive->splits[i];
		uint32_t at = i;

		for (; at > 0 && goes_before(&split, &survive->splits[at - 1]); at--)
			survive->splits[at] = survive->splits[at - 1];
		survive->splits[at] = split;
	}
}

static void ask_splits(struct asker *asker)
{
	asker->survive->three_asked = asker->n >= 3 && asker->n <= THREE_NODES_MAX;
	if (asker->n > SURVIVE_ALL_NODES) {
		sample_splits(asker);
	} else {
		each_split(asker, 0, 0, 2);
		each_split(asker, 0, 0, 3);
	}
	sort_splits(asker->survive);
}

/* ---- all of it ---- */

static void begin(struct asker *asker)
{
	asker->set = allocate(asker->n, sizeof *asker->set);
	asker->other = allocate(asker->n, sizeof *asker->other);
	asker->tried = allocate(asker->n + 1, sizeof *asker->tried);
	asker->kept = allocate(asker->n + 1, sizeof *asker->kept);
	asker->met = allocate(MET_MAX, sizeof *asker->met);
	asker->part = allocate(asker->n, 1);
	make_orders(asker);
}

static void end(struct asker *asker)
{
	for (uint32_t i = 0; i < asker->order_count; i++)
		free(asker->orders[i]);
	free(asker->set);
	free(asker->other);
	free(asker->tried);
	free(asker->kept);
	free(asker->met);
	free(asker->part);
}

void survive_ask(struct survive *survive, const struct scenario *scenario, const struct classes *classes,
		 struct probe *probe)
{
	struct asker asker = {.survive = survive, .classes = classes, .probe = probe, .n = scenario->node_count};

	memset(survive, 0, sizeof *survive);
	begin(&asker);
	begin_row(&asker, SURVIVE_CRASH_AT_ONCE);
	each_set(&asker, asker.n - 1, crash_at_once);
	end_row(&asker);
	ask_in_turn(&asker, SURVIVE_CRASH_IN_TURN, VERB_CRASH, false);
	ask_in_turn(&asker, SURVIVE_CRASH_WITH_TIME, VERB_CRASH, true);
	ask_in_turn(&asker, SURVIVE_STOP_IN_TURN, VERB_STOP, false);
	ask_in_turn(&asker, SURVIVE_STOP_WITH_TIME, VERB_STOP, true);
	begin_row(&asker, SURVIVE_RETURN);
	each_set(&asker, asker.n, come_back);
	end_return_row(&asker);
	ask_rolling_restart(&asker);
	ask_splits(&asker);
	end(&asker);
}

void survive_free(struct survive *survive)
{
	for (uint32_t i = 0; i < SURVIVE_KIND_COUNT; i++)
		free(survive->rows[i].lost);
	for (uint32_t i = 0; i < survive->split_count; i++) {
		free(survive->splits[i].in_every);
		free(survive->splits[i].lost);
	}
	free(survive->splits);
	memset(survive, 0, sizeof *survive);
}

uint32_t survive_steps_max(uint32_t node_count)
{
	return 2 * node_count + 4;
}
