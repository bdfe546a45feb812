/*
 * A log is read line by line: a time, a host, "[SUBSYSTEM]", text. Lines of other programs are passed over.
 */
#include "sim/record/log.h"

#include <stdlib.h>
#include <string.h>

#include "sim/record/says.h"
#include "sim/record/stamp.h"
#include "sim/scenario/file.h"
#include "sim/scenario/printable.h"

#define YEAR_MS (366 * 86400000ll) /* between times without a year: the year they are put into is a leap year */
#define TIMES "its own format with 'timestamp: on', or journalctl -u corosync -o short-iso-precise"

struct log {
	struct record *record;
	const char *path;
	uint32_t nodeid, line;
	unsigned month; /* of the line before */
	int64_t years_ms;
	bool any; /* a line of corosync's was read */
};

struct entry {
	char *tag;         /* where "[SUBSYSTEM]" stands */
	char subsystem[8]; /* without blanks */
	char *text;        /* after it */
};

/* "[TOTEM ] text": the first word in brackets that is one of corosync's. */
static bool find_tag(char *line, struct entry *entry)
{
	for (char *open = strchr(line, '['); open; open = strchr(open + 1, '[')) {
		size_t size = strcspn(open + 1, "] ");
		const char *close = open + 1 + size;

		close += strspn(close, " ");
		if (*close != ']' || !size || size >= sizeof entry->subsystem)
			continue;
		memcpy(entry->subsystem, open + 1, size);
		entry->subsystem[size] = 0;
		if (!says_subsystem(entry->subsystem))
			continue;
		entry->tag = open;
		entry->text = open + 1 + (close - open);
		entry->text += strspn(entry->text, " ");
		return true;
	}
	return false;
}

/* The word before " corosync": in corosync's own format "[PID] HOST corosync", in syslog's "HOST corosync[PID]:". */
static const char *host_of(struct log *log, const char *from, const char *to)
{
	const char *name = NULL, *begin;

	for (const char *at = from; at + 9 <= to; at++)
		if (memcmp(at, " corosync", 9) == 0)
			name = at;
	if (!name)
		return "";
	for (begin = name; begin > from && begin[-1] != ' '; begin--)
		;
	return take_text(&log->record->reading, begin, (size_t)(name - begin));
}

static void check_form(struct log *log, const struct stamp *stamp)
{
	struct record *record = log->record;

	if (record->any && (record->has_year != stamp->has_year || record->has_zone != stamp->has_zone))
		mistake(&record->reading, (struct position){log->line, 0},
			"a time %s, after times of another form: give all logs in one form, such as %s",
			stamp->has_zone   ? "with a zone"
			: stamp->has_year ? "with a year and no zone"
					  : "without a year",
			TIMES);
	record->any = true;
	record->has_year = stamp->has_year;
	record->has_zone = stamp->has_zone;
}

/* Milliseconds since the log's beginning of time: January after December is another year. */
static int64_t time_of(struct log *log, const struct stamp *stamp)
{
	check_form(log, stamp);
	if (!stamp->has_year) {
		if (log->month == 12 && stamp->month < 6)
			log->years_ms += YEAR_MS;
		else if (log->month == 1 && stamp->month == 12)
			log->years_ms -= YEAR_MS; /* a line that came late */
		log->month = stamp->month;
	}
	return stamp->ms + log->years_ms;
}

static void add(struct log *log, const char *line, const struct entry *entry, struct fact *fact)
{
	char shown[PRINTABLE_MAX];
	struct source *source;
	struct stamp stamp;

	if (!stamp_read(line, (size_t)(entry->tag - line), &stamp))
		mistake(&log->record->reading, (struct position){log->line, 0},
			"no time that is known stands before %s; wanted is %s",
			quoted(&log->record->reading, entry->tag, strlen(entry->tag)), TIMES);
	fact->ms = time_of(log, &stamp);
	fact->path = log->path;
	fact->line = log->line;
	if (!fact->words) {
		printable(entry->text, strlen(entry->text), shown);
		fact->words = take_text(&log->record->reading, shown, strlen(shown));
	}
	source = record_source(log->record, log->path, host_of(log, line + stamp.size, entry->tag));
	if (log->nodeid)
		source->nodeid = log->nodeid;
	if (!source->count)
		source->is_complete = fact->kind == FACT_BOOT;
	source_add(log->record, source, fact);
	log->any = true;
}

static void read_line(struct log *log, char *line)
{
	struct fact fact = {0};
	struct entry entry;

	if (!find_tag(line, &entry))
		return;
	says(log->record, entry.subsystem, entry.text, &fact);
	if (fact.kind != FACT_NONE)
		add(log, line, &entry, &fact);
}

/* What is no text, in words; NULL: nothing is known against it. */
static const char *not_text(const char *text, size_t size)
{
	static const struct {
		const char *begin, *what;
	} kinds[] = {
		{"\x1f\x8b", "is compressed: unpack it with zcat first, or pipe that into 'votesim record -'"},
		{"\xfd"
		 "7zXZ",
		 "is compressed: unpack it with xzcat first, or pipe that into 'votesim record -'"},
		{"\x28\xb5\x2f\xfd",
		 "is compressed: unpack it with zstdcat first, or pipe that into 'votesim record -'"},
		{"BZh", "is compressed: unpack it with bzcat first, or pipe that into 'votesim record -'"},
		{"LPKSHHRH", "is a journal: journalctl --file prints it"},
		{"{ \"", "is JSON: let journalctl print -o short-iso-precise instead"},
		{"{\"", "is JSON: let journalctl print -o short-iso-precise instead"},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (size >= strlen(kinds[i].begin) && memcmp(text, kinds[i].begin, strlen(kinds[i].begin)) == 0)
			return kinds[i].what;
	return NULL;
}

void log_parse(struct record *record, const char *path, uint32_t nodeid, char *text, size_t size)
{
	struct log log = {.record = record, .path = path, .nodeid = nodeid};
	const char *why = not_text(text, size), *const before = record->reading.path;
	char *end = text + size;

	record->reading.path = path;
	if (why)
		mistake(&record->reading, (struct position){0}, "%s", why);
	for (char *at = text; at < end;) {
		char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;

		log.line++;
		for (char *c = at; c < stop; c++)
			if (*c == '\0')
				*c = '?';
		if (newline)
			*newline = 0;
		if (stop > at && stop[-1] == '\r')
			stop[-1] = 0;
		read_line(&log, at);
		at = stop + 1;
	}
	if (!log.any)
		mistake(&record->reading, (struct position){0}, "nothing in it is of corosync's about its cluster");
	record->reading.path = before;
}

struct held { /* a file's text, which must not be lost at a mistake */
	struct record *record;
	const char *path;
	uint32_t nodeid;
	char *text;
	size_t size;
};

static void parse_held(void *context)
{
	struct held *held = context;

	log_parse(held->record, held->path, held->nodeid, held->text, held->size);
}

void log_read(struct record *record, const char *path, uint32_t nodeid)
{
	struct held held = {record, path, nodeid, NULL, 0};
	const char *why;
	bool read;

	record->reading.path = path;
	held.text = file_read(path, LOG_MAX, false, &held.size, &why);
	if (!held.text)
		mistake(&record->reading, (struct position){0}, "%s", why);
	read = attempt(&record->reading, parse_held, &held);
	free(held.text);
	if (!read)
		mistake_follows(&record->reading);
}
