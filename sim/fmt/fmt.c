/*
 * A scenario file as it should be laid out.
 *
 * The layout is not trusted: what came out is read again and compared with what
 * went in. So a defect there can cost an error message, never a scenario.
 */
#include "sim/fmt/fmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/findings.h"
#include "sim/fmt/layout.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/tree.h"

/* ---- the same? --------------------------------------------------------------- */

static bool same_word(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool has_break(const struct node *node)
{
	for (size_t i = 0; i < node->size; i++)
		if (source_break(node->text + i, node->size - i) > 0)
			return true;
	return false;
}

/* Quotes make text of what looks like a number; around a whole ${name}, or lines, they change nothing. */
static bool same_scalar(const struct node *a, const struct node *b)
{
	bool quotes = (a->style != SCALAR_PLAIN) != (b->style != SCALAR_PLAIN);

	if (a->size != b->size || memcmp(a->text, b->text, a->size) != 0)
		return false;
	return !quotes || has_break(a) || (a->size > 0 && tree_reference(a->text, a->size) == a->size);
}

static bool same_node(const struct node *a, const struct node *b)
{
	uint32_t items = a->kind == NODE_MAP ? 2 * a->count : a->count;

	if (a->kind != b->kind || a->count != b->count || !same_word(a->anchor, b->anchor) ||
	    !same_word(a->tag, b->tag))
		return false;
	if (a->kind == NODE_SCALAR)
		return same_scalar(a, b);
	for (uint32_t i = 0; i < items; i++)
		if (!same_node(a->items[i], b->items[i]))
			return false;
	return true;
}

static bool same_source(const struct source *a, const struct source *b)
{
	if (a->comment_count != b->comment_count || a->document_count != b->document_count)
		return false;
	for (uint32_t i = 0; i < a->comment_count; i++)
		if (strcmp(a->comments[i].text, b->comments[i].text) != 0)
			return false;
	for (uint32_t i = 0; i < a->document_count; i++)
		if (!same_word(a->documents[i].version, b->documents[i].version) ||
		    !same_node(a->documents[i].root, b->documents[i].root))
			return false;
	return true;
}

/* ---- one file ------------------------------------------------------------------ */

struct job {
	struct reading reading;
	const char *text;
	size_t size;
	const struct source *source, *again;
	struct text formatted;
};

static void read_and_lay_out(void *context)
{
	struct job *job = context;

	job->source = source_read(&job->reading, job->text, job->size);
	job->formatted = layout(&job->reading, job->source);
}

static void read_again(void *context)
{
	struct job *job = context;

	job->again = source_read(&job->reading, job->formatted.bytes, job->formatted.size);
}

/* Is it a scenario file? */
static bool takes(const char *text, size_t size, const char *path, char *message, size_t message_size)
{
	struct scenario_set set;
	bool taken;

	if (scenario_parse(text, size, path, &set, message, message_size) != 0)
		return false;
	taken = findings_check(&set, message, message_size) == 0;
	scenario_free(&set);
	return taken;
}

static enum fmt_result unsure(const char *path, char *message, size_t message_size)
{
	(void)snprintf(message, message_size,
		       "%s: votesim cannot lay it out without changing what it means; please report this", path);
	return FMT_UNSURE;
}

static enum fmt_result format(struct job *job, char *message, size_t message_size)
{
	const char *path = job->reading.path;

	if (!takes(job->text, job->size, path, message, message_size) ||
	    !attempt(&job->reading, read_and_lay_out, job))
		return FMT_MISTAKE;
	if (!takes(job->formatted.bytes, job->formatted.size, path, message, message_size) ||
	    !attempt(&job->reading, read_again, job) || !same_source(job->source, job->again))
		return unsure(path, message, message_size);
	return FMT_DONE;
}

enum fmt_result fmt_text(const char *text, size_t size, const char *path, char **formatted, size_t *formatted_size,
			 char *message, size_t message_size)
{
	size_t mark = utf8_mark(text, size);
	struct job job = {
		.reading = {.path = path, .variant = "", .message = message, .message_size = message_size},
		.text = text + mark,
		.size = size - mark,
	};
	enum fmt_result result = format(&job, message, message_size);

	*formatted = NULL;
	*formatted_size = 0;
	if (result == FMT_DONE) {
		*formatted = allocate(job.formatted.size + 1, 1);
		memcpy(*formatted, job.formatted.bytes, job.formatted.size);
		*formatted_size = job.formatted.size;
	}
	arena_free(job.reading.arena.blocks);
	return result;
}
