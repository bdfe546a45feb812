/*
 * The words of corosync 3.1, as its daemons wrote them into the logs of the tests. They are looked for anywhere in the
 * line, because file, function and line number may stand before them.
 */
#include "sim/record/says.h"

#include <stdlib.h>
#include <string.h>

struct line {
	struct record *record;
	const char *text;
	struct fact *fact;
};

/* The decimal number at `text`, and what stands behind it. */
static bool number_at(const char *text, uint32_t *number, const char **after)
{
	unsigned long long value;
	char *end;

	while (*text == ' ')
		text++;
	if (*text < '0' || *text > '9')
		return false;
	value = strtoull(text, &end, 10);
	if (value > UINT32_MAX)
		return false;
	*number = (uint32_t)value;
	if (after)
		*after = end;
	return true;
}

static bool number_after(const char *text, const char *words, uint32_t *number)
{
	const char *at = strstr(text, words);

	return at && number_at(at + strlen(words), number, NULL);
}

/* "1 2 3"; what is too long for a line ends in a piece of a number and a backslash, and the next line begins with it. */
static void list_at(struct record *record, const char *text, struct ids *ids)
{
	uint32_t id;

	while (number_at(text, &id, &text) && *text != '\\')
		if (id)
			ids_add(record, ids, id);
}

static bool list_after(const struct line *line, const char *words, struct ids *ids)
{
	const char *at = strstr(line->text, words);

	if (at)
		list_at(line->record, at + strlen(words), ids);
	return at != NULL;
}

/* "Members[3]: 1 2 3" */
static bool view(const struct line *line, const char *words, enum fact_kind kind)
{
	const char *at = strstr(line->text, words);

	if (!at || !number_at(at + strlen(words), &line->fact->number, &at) || strncmp(at, "]:", 2) != 0)
		return false;
	list_at(line->record, at + 2, &line->fact->list);
	line->fact->kind = kind;
	return true;
}

static void text_after(const struct line *line, const char *words, const char *until)
{
	const char *at = strstr(line->text, words) + strlen(words);

	line->fact->words = take_text(&line->record->reading, at, strcspn(at, until));
}

/* "A new membership (ffffffa0.1d) was formed. Members joined: 3 left: 2": both numbers are hexadecimal. */
static void ring(const struct line *line, const char *at)
{
	char *end;
	unsigned long long nodeid = strtoull(at, &end, 16);

	if (*end != '.' || !nodeid || nodeid > UINT32_MAX)
		return;
	line->fact->nodeid = (uint32_t)nodeid;
	line->fact->seq = strtoull(end + 1, &end, 16);
	if (*end != ')')
		return;
	line->fact->kind = FACT_RING;
	list_after(line, " joined:", &line->fact->joined);
	list_after(line, " left:", &line->fact->left);
}

static void totem(const struct line *line)
{
	static const char formed[] = "A new membership (";
	const char *text = line->text, *at = strstr(text, formed);
	struct fact *fact = line->fact;

	if (at)
		ring(line, at + strlen(formed));
	else if (list_after(line, "Failed to receive the leave message. failed:", &fact->list))
		fact->kind = FACT_FAILED;
	else if (number_after(text, "Token has not been received in ", &fact->number))
		fact->kind = FACT_SILENCE;
	else if (number_after(text, "token timed out (", &fact->number) &&
		 number_after(text, "waiting ", &fact->other))
		fact->kind = FACT_TOKEN;
	else if (strstr(text, "Created or loaded sequence id ")) {
		at = strstr(text, "Created or loaded sequence id ") + 30;
		fact->nodeid = (uint32_t)strtoul(at, NULL, 16);
		fact->kind = fact->nodeid ? FACT_OWN_ID : FACT_NONE;
	} else if (strstr(text, "The network interface [")) {
		text_after(line, "The network interface [", "]");
		fact->kind = FACT_ADDRESS;
	} else if (strstr(text, "local addr: ")) {
		text_after(line, "local addr: ", ", ");
		fact->kind = FACT_ADDRESS;
	} else if (strstr(text, "new UDPU member {")) {
		text_after(line, "new UDPU member {", "}");
		fact->kind = FACT_PEER;
	}
}

static void quorum(const struct line *line)
{
	struct fact *fact = line->fact;

	if (view(line, "Sync members[", FACT_SYNC_MEMBERS))
		return;
	if (view(line, "Members[", FACT_MEMBERS))
		return;
	fact->number = strstr(line->text, "within the primary component") != NULL;
	if (fact->number || strstr(line->text, "within the non-primary component"))
		fact->kind = FACT_QUORATE;
}

static void votequorum(const struct line *line)
{
	struct fact *fact = line->fact;

	if (number_after(line->text, "Waiting for all cluster members. Current votes: ", &fact->number) &&
	    number_after(line->text, "expected_votes: ", &fact->other))
		fact->kind = FACT_WAITING;
	else if (strstr(line->text, " state=1, votes=") && number_after(line->text, "node ", &fact->nodeid) &&
		 number_after(line->text, ", votes=", &fact->number) &&
		 number_after(line->text, ", expected=", &fact->other) && fact->nodeid)
		fact->kind = FACT_VOTES;
}

static void daemon(const struct line *line)
{
	struct fact *fact = line->fact;
	const char *text = line->text;

	if (strstr(text, "Corosync Cluster Engine") && strstr(text, "starting up"))
		fact->kind = FACT_BOOT;
	else if (strstr(text, "Completed service synchronization"))
		fact->kind = FACT_SYNCED;
	else if (strstr(text, "was not scheduled") && number_after(text, " for ", &fact->number))
		fact->kind = FACT_NOT_SCHEDULED;
	else if (strstr(text, "Node was shut down by") || strstr(text, "Unloading all Corosync service engines"))
		fact->kind = FACT_STOPPING;
	else if (strstr(text, "Corosync Cluster Engine exiting normally"))
		fact->kind = FACT_STOPPED;
	else if (strstr(text, "Corosync Cluster Engine exiting"))
		fact->kind = FACT_ENDED;
}

static void configuration(const struct line *line)
{
	if (number_after(line->text, "Config reload requested by node ", &line->fact->nodeid))
		line->fact->kind = FACT_RELOAD;
	else if (strstr(line->text, "Node was shut down by"))
		line->fact->kind = FACT_STOPPING;
}

static void knet(const struct line *line)
{
	if (number_after(line->text, "host: host: ", &line->fact->nodeid) && line->fact->nodeid)
		line->fact->kind = FACT_PEER;
}

static const struct {
	const char *name;
	void (*read)(const struct line *line);
} subsystems[] = {{"MAIN", daemon},      {"SERV", daemon},       {"TOTEM", totem}, {"QUORUM", quorum},
		  {"VOTEQ", votequorum}, {"CFG", configuration}, {"KNET", knet}};

static void (*reader_of(const char *subsystem))(const struct line *line)
{
	for (size_t i = 0; i < sizeof subsystems / sizeof subsystems[0]; i++)
		if (strcmp(subsystems[i].name, subsystem) == 0)
			return subsystems[i].read;
	return NULL;
}

bool says_subsystem(const char *subsystem)
{
	return reader_of(subsystem) != NULL;
}

void says(struct record *record, const char *subsystem, const char *text, struct fact *fact)
{
	const struct line line = {record, text, fact};

	reader_of(subsystem)(&line);
	if (fact->kind == FACT_NONE)
		*fact = (struct fact){0};
}
