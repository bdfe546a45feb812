/*
 * What has changed is written when time goes on, or before something is told that came
 * after it; so all that happens at one moment stands in one line.
 *
 * Colours are those that people who confuse red and green tell apart (blue, yellow), and
 * each only repeats what a letter says.
 */
#include "sim/terminal/table.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/replay/facts.h"
#include "sim/replay/wording.h"

#define TIME_WIDTH 13u /* "  123.456789 " and a blank */
#define CELL_MIN 8u
#define BLUE "\033[34m"
#define YELLOW "\033[33m"
#define DIM "\033[2m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define NO_RING UINT32_MAX
#define ALONE (UINT32_MAX - 1) /* a ring of one node */

struct cell {
	bool up, paused, syncing, quorate;
	uint32_t ring; /* number of the ring, from 0; NO_RING, ALONE */
};

struct ring {
	struct vq_ring_id id;
	uint32_t count;
	uint32_t *members; /* node ids; owned */
	bool told;
};

struct table {
	const struct scenario *scenario;
	struct cell *cells, *shown; /* by node: now, and in the last line */
	struct ring *rings;
	uint32_t ring_count;
	uint32_t width, cell_width;
	bool columns; /* else rings are listed */
	bool colour;
	bool changed;
	uint64_t time_ns;
	FILE *to;
	char *text;
	size_t size;
};

struct table *table_create(const struct scenario *scenario, uint32_t width, bool colour)
{
	struct table *table = allocate(1, sizeof *table);

	table->scenario = scenario;
	table->cells = allocate(scenario->node_count, sizeof *table->cells);
	table->shown = allocate(scenario->node_count, sizeof *table->shown);
	table->width = width;
	table->colour = colour;
	table->cell_width = CELL_MIN;
	for (uint32_t node = 0; node < scenario->node_count; node++) {
		char id[16];
		uint32_t length = (uint32_t)snprintf(id, sizeof id, "%u", scenario->nodes[node].nodeid);

		table->cells[node].ring = NO_RING;
		if (length + 2 > table->cell_width)
			table->cell_width = length + 2;
	}
	table->columns = TIME_WIDTH + (uint64_t)scenario->node_count * table->cell_width <= width;
	table->to = open_memstream(&table->text, &table->size);
	ALWAYS(table->to != NULL);
	return table;
}

/* ---- writing ---- */

static void paint(const struct table *table, const char *colour)
{
	if (table->colour)
		fputs(colour, table->to);
}

/* Words from `column` on, in lines of the terminal's width; those after the first begin at `indent`. */
static void put_wrapped(struct table *table, uint32_t column, uint32_t indent, const char *text)
{
	bool first = true;

	while (*text) {
		uint32_t size = (uint32_t)strcspn(text, " ");

		if (!first && column + 1 + size > table->width) {
			fprintf(table->to, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', table->to);
			column++;
		}
		fwrite(text, 1, size, table->to);
		first = false;
		column += size;
		text += size;
		text += strspn(text, " ");
	}
	fputc('\n', table->to);
}

/* The same below the table's columns. */
static void put_below(struct table *table, const char *text)
{
	fprintf(table->to, "%*s", (int)TIME_WIDTH, "");
	put_wrapped(table, TIME_WIDTH, TIME_WIDTH + 2, text);
}

/* A, B, ... Z, AA, AB, ... */
static const char *ring_letters(uint32_t number, char text[8])
{
	char *at = text + 7;

	*at = 0;
	for (number++; number; number = (number - 1) / 26)
		*--at = (char)('A' + (number - 1) % 26);
	return at;
}

static const char *cell_text(const struct cell *cell, char text[16])
{
	char letters[8];

	if (!cell->up)
		return "down";
	if (cell->paused)
		return "paused";
	if (cell->ring == NO_RING)
		return "up";
	snprintf(text, 16, "%s %s", cell->ring == ALONE ? "alone" : ring_letters(cell->ring, letters),
		 cell->syncing   ? "~"
		 : cell->quorate ? "Q"
				 : "-");
	return text;
}

static const char *cell_colour(const struct cell *cell)
{
	if (!cell->up || cell->paused || cell->ring == NO_RING || cell->syncing)
		return DIM;
	return cell->quorate ? BLUE : YELLOW;
}

static void put_time(struct table *table)
{
	fprintf(table->to, "%5llu.%06llu ", (unsigned long long)(table->time_ns / 1000000000u),
		(unsigned long long)(table->time_ns % 1000000000u / 1000u));
}

static void put_columns(struct table *table)
{
	uint32_t last = table->scenario->node_count - 1;

	put_time(table);
	for (uint32_t node = 0; node <= last; node++) {
		char room[16];
		const char *text = cell_text(&table->cells[node], room);

		paint(table, cell_colour(&table->cells[node]));
		fputs(text, table->to);
		paint(table, PLAIN);
		if (node < last)
			fprintf(table->to, "%*s", (int)(table->cell_width - strlen(text)), "");
	}
	fputc('\n', table->to);
}

/* Do both look the same? What a sync will make of quorum does not show. */
static bool same_cell(const struct cell *a, const struct cell *b)
{
	if (!a->up || !b->up || a->paused || b->paused)
		return a->up == b->up && (!a->up || a->paused == b->paused);
	return a->ring == b->ring && a->syncing == b->syncing && (a->syncing || a->quorate == b->quorate);
}

static bool alike(const struct table *table, uint32_t node, uint32_t other)
{
	return same_cell(&table->cells[node], &table->cells[other]);
}

/* " 1..3 5" */
static void put_alike(const struct table *table, uint32_t first, FILE *to)
{
	const struct scenario *scenario = table->scenario;
	uint32_t count = scenario->node_count;

	for (uint32_t node = first; node < count;) {
		uint32_t end = node + 1;

		if (!alike(table, node, first)) {
			node++;
			continue;
		}
		while (end < count && alike(table, end, first) &&
		       scenario->nodes[end].nodeid == scenario->nodes[end - 1].nodeid + 1)
			end++;
		fprintf(to, " %u", scenario->nodes[node].nodeid);
		if (end - node > 1)
			fprintf(to, "%s%u", end - node > 2 ? ".." : " ", scenario->nodes[end - 1].nodeid);
		node = end;
	}
}

static bool seen_before(const struct table *table, uint32_t node)
{
	for (uint32_t other = 0; other < node; other++)
		if (alike(table, other, node))
			return true;
	return false;
}

static void put_list(struct table *table)
{
	char *text;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	ALWAYS(line != NULL);
	for (uint32_t node = 0; node < table->scenario->node_count; node++) {
		const char *state;
		char room[16];

		if (seen_before(table, node))
			continue;
		state = cell_text(&table->cells[node], room);
		fprintf(line, "%s%s:", node ? "; " : "", state);
		put_alike(table, node, line);
	}
	fclose(line);
	put_time(table);
	put_wrapped(table, TIME_WIDTH, TIME_WIDTH, text);
	free(text);
}

static void put_new_rings(struct table *table)
{
	for (uint32_t i = 0; i < table->ring_count; i++) {
		struct ring *ring = &table->rings[i];
		char letters[8], text[64], *members;

		if (ring->told)
			continue;
		ring->told = true;
		if (!table->columns)
			continue; /* its members are in the line itself */
		members = fact_ids(ring->members, ring->count);
		snprintf(text, sizeof text, "ring %s is %u.%llu:", ring_letters(i, letters), ring->id.nodeid,
			 (unsigned long long)ring->id.seq);
		paint(table, DIM);
		fprintf(table->to, "%*s%s %s\n", (int)TIME_WIDTH, "", text, members);
		paint(table, PLAIN);
		free(members);
	}
}

/* One line for all that has changed up to now. */
static void flush_changes(struct table *table)
{
	size_t bytes = table->scenario->node_count * sizeof *table->cells;
	bool same = true;

	for (uint32_t node = 0; node < table->scenario->node_count && same; node++)
		same = same_cell(&table->cells[node], &table->shown[node]);
	if (!table->changed || same)
		return;
	if (table->columns)
		put_columns(table);
	else
		put_list(table);
	put_new_rings(table);
	memcpy(table->shown, table->cells, bytes);
	table->changed = false;
}

static void put_head(struct table *table)
{
	const struct scenario *scenario = table->scenario;
	bool variant = scenario->variant && scenario->variant[0];

	paint(table, BOLD);
	fprintf(table->to, "%s%s%s%s", scenario->name, variant ? " [" : "", variant ? scenario->variant : "",
		variant ? "]" : "");
	paint(table, PLAIN);
	fputc('\n', table->to);
	if (scenario->description && *scenario->description) {
		fputs("  ", table->to);
		put_wrapped(table, 2, 2, scenario->description);
	}
	if (!table->columns) {
		put_wrapped(table, 0, 2,
			    "Rings are A, B, ..., or alone; behind: Q quorate, - not quorate, ~ syncing; then their "
			    "members.");
		return;
	}
	put_wrapped(table, 0, 2, "Rings are A, B, ..., or alone; behind: Q quorate, - not quorate, ~ syncing.");
	paint(table, BOLD);
	fprintf(table->to, "%*s", (int)TIME_WIDTH, "     time s ");
	for (uint32_t node = 0; node < scenario->node_count; node++) {
		if (node + 1 < scenario->node_count)
			fprintf(table->to, "%-*u", (int)table->cell_width, scenario->nodes[node].nodeid);
		else
			fprintf(table->to, "%u", scenario->nodes[node].nodeid);
	}
	paint(table, PLAIN);
	fputc('\n', table->to);
}

static void put_step(struct table *table, uint32_t step)
{
	char *text;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	ALWAYS(line != NULL);
	fprintf(line, "step %u  ", step);
	wording_step(table->scenario, step, line);
	fclose(line);
	paint(table, BOLD);
	put_wrapped(table, 0, 8, text);
	paint(table, PLAIN);
	free(text);
}

static void put_words(struct table *table, const struct observation *observation)
{
	char *text = wording_line(table->scenario, observation);

	if (!text)
		return;
	flush_changes(table);
	put_below(table, text);
	free(text);
}

/* ---- following the run ---- */

static uint32_t number_of(struct table *table, const struct observation *observation)
{
	struct ring *ring;

	if (observation->count == 1)
		return ALONE;
	for (uint32_t i = table->ring_count; i-- > 0;)
		if (table->rings[i].id.nodeid == observation->ring.nodeid &&
		    table->rings[i].id.seq == observation->ring.seq)
			return i;
	table->rings = realloc(table->rings, (table->ring_count + 1) * sizeof *table->rings);
	ALWAYS(table->rings != NULL);
	ring = &table->rings[table->ring_count];
	*ring = (struct ring){.id = observation->ring, .count = observation->count};
	ring->members = allocate(ring->count, sizeof *ring->members);
	memcpy(ring->members, observation->nodes, ring->count * sizeof *ring->members);
	return table->ring_count++;
}

static bool change_cell(struct table *table, const struct observation *observation)
{
	struct cell *cell = &table->cells[observation->node];

	switch (observation->kind) {
	case OBSERVE_NODE_UP:
		*cell = (struct cell){.up = true, .ring = NO_RING};
		return true;
	case OBSERVE_NODE_DOWN:
		*cell = (struct cell){.ring = NO_RING};
		return true;
	case OBSERVE_NODE_PAUSED:
	case OBSERVE_NODE_RESUMED:
		cell->paused = observation->kind == OBSERVE_NODE_PAUSED;
		return true;
	case OBSERVE_RING:
		cell->ring = number_of(table, observation);
		cell->syncing = true;
		return true;
	case OBSERVE_ACTIVATED:
		cell->syncing = false;
		return true;
	case OBSERVE_PRIMARY:
		cell->quorate = observation->number != 0;
		return true;
	default:
		return false;
	}
}

static bool is_told(const struct observation *observation)
{
	switch (observation->kind) {
	case OBSERVE_NODE_REFUSED:
	case OBSERVE_RELOADED:
	case OBSERVE_CANCEL_WFA:
	case OBSERVE_HELD:
	case OBSERVE_NOTICE:
	case OBSERVE_FAULT:
	case OBSERVE_CALLBACK:
	case OBSERVE_CONSUMED:
	case OBSERVE_CLIENT_DIED:
		return true;
	case OBSERVE_REPLY: /* the step says what was called; an answer that is not OK is news */
		return observation->number != VQ_OK || observation->verb == VERB_GETINFO;
	default:
		return false;
	}
}

void table_observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct table *table = ctx;

	(void)view;
	if (observation->time_ns != table->time_ns || observation->kind == OBSERVE_STEP_BEGIN ||
	    observation->kind == OBSERVE_RUN_END)
		flush_changes(table);
	table->time_ns = observation->time_ns;
	if (observation->kind == OBSERVE_STEP_BEGIN) {
		if (observation->step == 0)
			put_head(table);
		put_step(table, observation->step);
	} else if (observation->node != UINT32_MAX && change_cell(table, observation)) {
		table->changed = true;
		if (observation->kind == OBSERVE_NODE_DOWN && observation->number == DOWN_ABORT)
			put_words(table, observation);
	} else if (is_told(observation)) {
		put_words(table, observation);
	}
}

/* The first line of what was expected and of what came; the whole stands below the table. */
static char *verdict_line(const struct verdict *verdict)
{
	int expected = (int)strcspn(verdict->expected, "\n"), came = (int)strcspn(verdict->came, "\n");
	bool whole = !verdict->expected[expected] && !verdict->came[came];
	char *text = NULL;

	if (verdict_fails(verdict))
		ALWAYS(asprintf(&text, "FAILED at line %u: expected %.*s%s%.*s", verdict->at.line, expected,
				verdict->expected, whole ? "; came: " : " others, see below", whole ? came : 0,
				verdict->came) > 0);
	else if (verdict->kind == VERDICT_HAZARD)
		ALWAYS(asprintf(&text, "HAZARD H%u: %.*s", verdict->hazard, came, verdict->came) > 0);
	return text;
}

void table_verdict(struct table *table, const struct verdict *verdict)
{
	char *text = verdict_line(verdict);

	if (!text)
		return;
	flush_changes(table);
	paint(table, YELLOW BOLD);
	put_below(table, text);
	paint(table, PLAIN);
	free(text);
}

char *table_finish(struct table *table, size_t *size)
{
	char *text;

	fclose(table->to);
	text = table->text;
	*size = table->size;
	for (uint32_t i = 0; i < table->ring_count; i++)
		free(table->rings[i].members);
	free(table->rings);
	free(table->cells);
	free(table->shown);
	free(table);
	return text;
}
