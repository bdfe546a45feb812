/*
 * The cluster is that of the corosync.conf, or what the logs show of it. Each step bears the lines that it stands on;
 * steps that the logs saw settled expect what they say.
 */
#include "sim/record/skeleton.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/write.h"
#include "sim/scenario/yaml.h"

#define CLIENT "watcher"
#define SPAN_MAX_MS ((int64_t)(DURATION_MAX_NS / SCENARIO_MS) - 1)

struct maker {
	const struct skeleton *skeleton;
	const struct story *story;
	const struct members *members;
	struct reading *reading;
	struct scenario *scenario;
	struct step *steps;
	const char **comments; /* before each step */
	uint32_t step_count;
	uint32_t reloads;
	int64_t begin_ms;
};

/* ---- words ---- */

struct words {
	FILE *to;
	char *text;
	size_t size;
};

static void words_open(struct words *words)
{
	*words = (struct words){0};
	words->to = open_memstream(&words->text, &words->size);
	ALWAYS(words->to != NULL);
}

static const char *words_close(struct words *words, struct reading *reading)
{
	const char *kept;

	ALWAYS(fclose(words->to) == 0);
	kept = words->size ? take_text(reading, words->text, words->size) : NULL;
	free(words->text);
	return kept;
}

static void put_quote(const struct fact *fact, FILE *to)
{
	if (fact->line)
		fprintf(to, "%s:%u: ", fact->path, fact->line);
	fprintf(to, "%s\n", fact->words);
}

/* ---- what the logs show of the cluster ---- */

static const struct fact *find(const struct members *members, enum fact_kind kind)
{
	for (uint32_t i = 0; i < members->count; i++)
		for (uint32_t j = 0; j < members->list[i].count; j++)
			if (members->list[i].facts[j].kind == kind)
				return &members->list[i].facts[j];
	return NULL;
}

/* A node's votes, where debug lines tell them. */
static uint32_t votes_of(const struct members *members, uint32_t nodeid)
{
	for (uint32_t i = 0; i < members->count; i++)
		for (uint32_t j = 0; j < members->list[i].count; j++) {
			const struct fact *fact = &members->list[i].facts[j];

			if (fact->kind == FACT_VOTES && fact->nodeid == nodeid)
				return fact->number;
		}
	return 1;
}

static uint32_t votes_in(const struct members *members, const struct ids *ids)
{
	uint32_t votes = 0;

	for (uint32_t i = 0; i < members->count; i++)
		if (!ids || ids_have(ids, members->list[i].nodeid))
			votes += votes_of(members, members->list[i].nodeid);
	return votes;
}

struct halves { /* parts with exactly half of the votes that were quorate */
	bool any, with_lowest, without_lowest;
};

static struct halves quorate_halves(const struct story *story, const struct members *members)
{
	const uint32_t votes = votes_in(members, NULL);
	struct halves halves = {0};

	for (uint32_t i = 0; i < story->count; i++)
		for (uint32_t j = 0; story->steps[i].settled && j < members->count; j++) {
			const struct fact *view = story->steps[i].views[j];

			if (story->steps[i].quorate[j] != 1 || !view || votes_in(members, &view->list) * 2 != votes)
				continue;
			halves.any = true;
			if (ids_have(&view->list, members->list[0].nodeid))
				halves.with_lowest = true;
			else
				halves.without_lowest = true;
		}
	return halves;
}

/* Half of the votes is enough with two_node, which waits for all, or for one of the halves with a tie breaker. */
static void put_features(const struct maker *maker, uint32_t votes, FILE *to)
{
	const struct members *members = maker->members;
	const struct halves halves = quorate_halves(maker->story, members);
	const struct fact *waits = find(members, FACT_WAITING);
	bool two_node = halves.any && members->count == 2 && (waits || (halves.with_lowest && halves.without_lowest));
	struct yaml yaml = {to, false};

	yaml_open(&yaml, NULL, '{');
	if (two_node) {
		yaml_number(&yaml, "two_node", 1);
	} else if (halves.any && halves.with_lowest != halves.without_lowest) {
		yaml_number(&yaml, "auto_tie_breaker", 1);
		yaml_word(&yaml, "auto_tie_breaker_node", halves.with_lowest ? "lowest" : "highest");
	}
	if (two_node ? !waits : waits != NULL)
		yaml_number(&yaml, "wait_for_all", !two_node);
	if (waits && waits->other != votes)
		yaml_number(&yaml, "expected_votes", waits->other);
	yaml_close(&yaml, '}');
	fputc('\n', to);
}

static void put_cluster(const struct maker *maker, FILE *to)
{
	const struct members *members = maker->members;
	uint32_t votes = 0;

	fputs("cluster:\n  nodes: [", to);
	for (uint32_t i = 0; i < members->count; i++) {
		uint32_t its = votes_of(members, members->list[i].nodeid);

		fprintf(to, "%s{nodeid: %u, quorum_votes: %u}", i ? ", " : "", members->list[i].nodeid, its);
		votes += its;
	}
	fputs("]\n  quorum: ", to);
	put_features(maker, votes, to);
	if (members->token_ms >= 30 && members->consensus_ms >= 50)
		fprintf(to, "totem: {token: %u, token_coefficient: 0, consensus: %u}\n", members->token_ms,
			members->consensus_ms);
}

/* ---- a scenario to put steps into ---- */

static void put_ids(const struct members *members, FILE *to)
{
	for (uint32_t i = 0; i < members->count; i++)
		fprintf(to, "%s%u", i ? ", " : "", members->list[i].nodeid);
}

static void read_base(struct maker *maker, const char *cluster, struct scenario_set *set)
{
	const uint32_t tracked = maker->story->steps[0].nodes.list[0];
	char message[1024], *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ALWAYS(to != NULL);
	fprintf(to, "scenario: recorded\n%ssteps:\n  - start: all\n", cluster);
	fprintf(to, "  - trackstart: {node: %u, client: " CLIENT "}\n    settle: false\n", tracked);
	ALWAYS(fclose(to) == 0);
	if (scenario_parse(text, size, "the logs' cluster", set, message, sizeof message) != 0) {
		free(text);
		maker->reading->path = "the logs";
		mistake(maker->reading, (struct position){0}, "show a cluster that cannot be: %s", message);
	}
	free(text);
}

/* With the machines of a corosync.conf. */
static void use_conf(struct maker *maker)
{
	const struct scenario *conf = &maker->skeleton->confs[0].scenarios[0];
	struct scenario *scenario = maker->scenario;

	ALWAYS(conf->node_count == scenario->node_count);
	scenario->nodes = conf->nodes;
	scenario->nodelist_count = conf->nodelist_count;
	scenario->totem = conf->totem;
}

/* ---- steps ---- */

static uint32_t index_of(const struct maker *maker, uint32_t nodeid)
{
	int index = scenario_node_index(maker->scenario, nodeid);

	ALWAYS(index >= 0);
	return (uint32_t)index;
}

static struct index_list indices(struct maker *maker, const struct ids *ids)
{
	struct index_list list = {ids->count, take(maker->reading, ids->count, sizeof *list.index)};

	for (uint32_t i = 0; i < ids->count; i++)
		list.index[i] = index_of(maker, ids->list[i]);
	return list;
}

/* Groups in the order of their lowest node. */
static void set_groups(struct maker *maker, const uint32_t *network, struct step *step)
{
	const uint32_t count = maker->members->count;
	struct index_list *groups = take(maker->reading, count, sizeof *groups);
	bool *done = take(maker->reading, count, sizeof *done);

	for (uint32_t i = 0; i < count; i++) {
		struct index_list *group = &groups[step->group_count];

		if (done[i])
			continue;
		group->index = take(maker->reading, count, sizeof *group->index);
		for (uint32_t j = i; j < count; j++)
			if (network[j] == network[i]) {
				group->index[group->count++] = index_of(maker, maker->members->list[j].nodeid);
				done[j] = true;
			}
		step->group_count++;
	}
	step->groups = groups;
}

static bool same_nodes(const struct scenario *a, const struct scenario *b)
{
	if (a->node_count != b->node_count)
		return false;
	for (uint32_t i = 0; i < a->node_count; i++)
		if (a->nodes[i].nodeid != b->nodes[i].nodeid)
			return false;
	return true;
}

static void set_reload(struct maker *maker, const struct told_step *told, struct step *step)
{
	const struct skeleton *skeleton = maker->skeleton;
	const uint32_t count = maker->scenario->node_count;
	const struct vq_config **configs = take(maker->reading, count, sizeof *configs);
	uint32_t last = skeleton->conf_count ? skeleton->conf_count - 1 : 0, which = ++maker->reloads;
	const struct scenario *file = maker->scenario;

	if (skeleton->conf_count)
		file = &skeleton->confs[which < last ? which : last].scenarios[0];
	if (!same_nodes(file, maker->scenario)) {
		maker->reading->path = file->path;
		mistake(maker->reading, (struct position){0},
			"its nodes are not those of %s: a reload that changes the nodelist is to be written by hand",
			skeleton->confs[0].scenarios[0].path);
	}
	for (uint32_t i = 0; i < count; i++)
		configs[i] = file->nodes[i].config;
	step->configs = configs;
	step->nodes = indices(maker, &told->nodes);
}

/* One node stands for all that see the same members. */
static bool told_before(const struct told_step *told, uint32_t member)
{
	const struct ids *list = &told->views[member]->list;

	for (uint32_t i = 0; i < member; i++) {
		const struct ids *other = told->views[i] ? &told->views[i]->list : NULL;

		if (other && other->count == list->count &&
		    memcmp(other->list, list->list, list->count * sizeof *list->list) == 0)
			return true;
	}
	return false;
}

/* Nothing to be told of a node whose log is lacking. */
static void set_expect(struct maker *maker, const struct told_step *told, struct step *step)
{
	const uint32_t count = maker->members->count;
	struct node_truth *quorate = take(maker->reading, count, sizeof *quorate);
	struct node_truth *views = take(maker->reading, count, sizeof *views);
	struct expectation *expect = &step->expect;

	for (uint32_t i = 0; told->settled && i < count; i++) {
		uint32_t node = index_of(maker, maker->members->list[i].nodeid);

		if (told->quorate[i] >= 0 && told->views[i])
			quorate[expect->quorate_count++] =
				(struct node_truth){.at = {1, 1}, .node = node, .quorate = told->quorate[i]};
		if (told->views[i] && !told_before(told, i))
			views[expect->members_count++] = (struct node_truth){.at = {1, 1},
									     .node = node,
									     .count = told->views[i]->list.count,
									     .members = told->views[i]->list.list};
	}
	expect->quorate = quorate;
	expect->members = views;
	expect->at.line = expect->quorate_count || expect->members_count;
}

static const char *comment_of(struct maker *maker, const struct told_step *told)
{
	struct words words;

	words_open(&words);
	if (told->ms == LOGS_BEGIN_MS && told->verb == VERB_START)
		fputs("up when the logs begin\n", words.to);
	for (uint32_t i = 0; i < told->quote_count; i++)
		put_quote(told->quotes[i], words.to);
	if (told->guess)
		fprintf(words.to, "GUESS: %s\n", told->guess);
	if (told->verb == VERB_RELOAD && maker->skeleton->conf_count < 2)
		fputs("GUESS: the log does not say what has changed; write the new quorum section, or give\n"
		      "the file as one more --conf\n",
		      words.to);
	if (!told->settled)
		fputs("The next step came before the logs saw the cluster settled: nothing is expected.\n", words.to);
	return words_close(&words, maker->reading);
}

static void add_step(struct maker *maker, const struct told_step *told, bool settled_before)
{
	struct step *step = &maker->steps[maker->step_count];

	*step = (struct step){.verb = told->verb, .at = {1, 1}, .settle = settled_before};
	if (told->ms != LOGS_BEGIN_MS && told->ms - maker->begin_ms > SPAN_MAX_MS) {
		maker->reading->path = "the logs";
		mistake(maker->reading, (struct position){0},
			"span more than a year: take a part of them, as with journalctl --since --until");
	}
	if (maker->step_count && told->ms > maker->begin_ms) {
		step->has_at = true;
		step->at_ns = (uint64_t)(told->ms - maker->begin_ms) * SCENARIO_MS;
	}
	if (told->network)
		set_groups(maker, told->network, step);
	else if (told->verb == VERB_RELOAD)
		set_reload(maker, told, step);
	else
		step->nodes = indices(maker, &told->nodes);
	step->together = told->verb == VERB_START && told->ms != LOGS_BEGIN_MS && step->nodes.count > 1;
	set_expect(maker, told, step);
	maker->comments[maker->step_count++] = comment_of(maker, told);
}

static void add_tracker(struct maker *maker, const struct step *trackstart)
{
	maker->steps[maker->step_count] = *trackstart;
	maker->steps[maker->step_count].settle = maker->story->steps[0].settled;
	maker->comments[maker->step_count++] = "not of the logs: a client that is told of what follows\n";
}

static void add_steps(struct maker *maker)
{
	const struct story *story = maker->story;
	const struct step trackstart = maker->scenario->steps[1];

	maker->steps = take(maker->reading, story->count + 1u, sizeof *maker->steps);
	maker->comments = take(maker->reading, story->count + 1u, sizeof *maker->comments);
	for (uint32_t i = 0; i < story->count; i++) {
		add_step(maker, &story->steps[i], i == 0 || story->steps[i - 1].settled);
		if (i == 0)
			add_tracker(maker, &trackstart);
	}
	maker->scenario->steps = maker->steps;
	maker->scenario->step_count = maker->step_count;
}

/* ---- what stands before it all ---- */

static uint32_t addresses(const struct members *members)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < members->count; i++) {
		uint32_t count = 0;

		for (uint32_t j = 0; j < members->list[i].count; j++) {
			const struct fact *fact = &members->list[i].facts[j];

			count = fact->kind == FACT_BOOT ? 0 : count;
			count += fact->kind == FACT_PEER && !fact->nodeid;
			most = count > most ? count : most;
		}
	}
	return most;
}

static void put_lacks(const struct maker *maker, FILE *to)
{
	const struct members *members = maker->members;

	for (uint32_t i = 0; i < members->count; i++) {
		const struct member *member = &members->list[i];

		if (!member->has_log)
			fprintf(to,
				"GUESS: node %u has no log here: what it did is taken from the rings of the "
				"others.\n",
				member->nodeid);
		if (member->clock_ms)
			fprintf(to,
				"The clock of node %u was %" PRId64 " ms %s the others'; its times are corrected.\n",
				member->nodeid, member->clock_ms < 0 ? -member->clock_ms : member->clock_ms,
				member->clock_ms > 0 ? "behind" : "before");
	}
	if (maker->skeleton->conf_count)
		return;
	fputs("GUESS: there is no corosync.conf: the cluster is what the logs show of it.\n", to);
	if (addresses(members) > members->count)
		fprintf(to, "GUESS: the nodelist has %u nodes, the logs show the ids of %u.\n", addresses(members),
			members->count);
	if (quorate_halves(maker->story, members).any)
		fputs("GUESS: half of the votes was quorate: a tie breaker, two_node or last_man_standing.\n", to);
}

static const char *head(struct maker *maker)
{
	const char *model = maker->scenario->nodes[0].config->device_model;
	struct words words;

	words_open(&words);
	fputs("Made by votesim record. Above each step stand the lines of the logs that it is taken from;\n"
	      "where they leave it open, it says GUESS.\n",
	      words.to);
	put_lacks(maker, words.to);
	if (model && *model)
		fputs("The logs do not say when the quorum device registered and how it voted: add qdevice_register\n"
		      "and qdevice_poll steps; what is expected of quorate counts on them.\n",
		      words.to);
	return words_close(&words, maker->reading);
}

struct writing {
	struct maker *maker;
	FILE *to;
};

static void write_steps(void *context)
{
	const struct writing *writing = context;
	struct maker *maker = writing->maker;
	struct write_notes notes = {.key_a_line = true};

	if (maker->skeleton->conf_count)
		use_conf(maker);
	maker->scenario->name = maker->skeleton->name;
	maker->scenario->description = "What the logs show, to be gone on with.";
	maker->begin_ms = maker->story->steps[0].ms;
	for (uint32_t i = 1; maker->begin_ms == LOGS_BEGIN_MS && i < maker->story->count; i++)
		if (maker->story->steps[i].ms != LOGS_BEGIN_MS)
			maker->begin_ms = maker->story->steps[i].ms - 5000;
	add_steps(maker);
	notes.head = head(maker);
	notes.before_step = maker->comments;
	ALWAYS(scenario_write(maker->scenario, &notes, writing->to) == NULL);
}

void skeleton_write(const struct skeleton *skeleton, const struct story *story, const struct members *members,
		    FILE *to)
{
	struct maker maker = {
		.skeleton = skeleton, .story = story, .members = members, .reading = &members->record->reading};
	struct writing writing = {&maker, to};
	struct scenario_set set;
	struct words cluster;
	bool written;

	if (!story->count || story->steps[0].verb != VERB_START)
		mistake(maker.reading, (struct position){0}, "no node is seen up in these logs");
	words_open(&cluster);
	if (skeleton->conf_count) {
		fputs("cluster: {nodes: [", cluster.to);
		put_ids(members, cluster.to);
		fputs("]}\n", cluster.to);
	} else {
		put_cluster(&maker, cluster.to);
	}
	read_base(&maker, words_close(&cluster, maker.reading), &set);
	maker.scenario = &set.scenarios[0];
	written = attempt(maker.reading, write_steps, &writing);
	scenario_free(&set); /* also after a mistake, which leaves by longjmp */
	if (!written)
		mistake_follows(maker.reading);
}
