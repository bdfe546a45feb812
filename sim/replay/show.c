/* A moment, and a run, for people. */
#include "sim/replay/show.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/look.h"
#include "sim/replay/moment.h"
#include "sim/replay/wording.h"
#include "sim/terminal/verdicts.h"

static void put_seconds(uint64_t time_ns, FILE *to)
{
	char text[FACT_SECONDS_MAX];

	fprintf(to, "%s s", fact_seconds(time_ns, text));
}

static uint32_t id_of(const struct replay *replay, uint32_t node)
{
	return replay->scenario->nodes[node].nodeid;
}

void show_where(const struct replay *replay, FILE *to)
{
	uint32_t step = replay_step_at(replay, replay->event);

	fprintf(to, "event %llu of %llu, ", (unsigned long long)replay->event, (unsigned long long)replay->events);
	put_seconds(world_now_ns(replay->world), to);
	if (step == UINT32_MAX) {
		fputs(", before the first step", to);
	} else {
		fprintf(to, ", step %u (", step);
		wording_step(replay->scenario, step, to);
		fputc(')', to);
	}
	fprintf(to, ", %s\n", look_settled(replay->world) ? "settled" : "not settled");
}

/* ---- the run ---- */

bool show_is_bad(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_BREACH || verdict->kind == VERDICT_FINDING ||
	       verdict->kind == VERDICT_HAZARD || verdict->kind == VERDICT_EXPECTATION;
}

const char *show_verdict_kind(const struct verdict *verdict)
{
	static const char *const words[] = {
		[VERDICT_BREACH] = "rule broken",
		[VERDICT_HAZARD] = "hazard",
		[VERDICT_EXPECTATION] = "expectation failed",
		[VERDICT_INERT] = "inert fault",
		[VERDICT_VACUOUS] = "vacuous",
		[VERDICT_FINDING] = "finding",
	};

	return words[verdict->kind];
}

static void put_verdict_kind(const struct verdict *verdict, FILE *to)
{
	fputs(show_verdict_kind(verdict), to);
	if (verdict->hazard)
		fprintf(to, " H%u", verdict->hazard);
	if (verdict->rule < check_rule_count)
		fprintf(to, " (%s)", check_rules[verdict->rule].id);
}

void show_steps(const struct replay *replay, FILE *to)
{
	for (uint32_t i = 0; i < replay->scenario->step_count; i++) {
		const struct replay_step *step = &replay->steps[i];

		fprintf(to, "%4u  ", i);
		if (!step->begun)
			fputs("never begun  ", to);
		else
			fprintf(to, "events %llu to %llu, from ", (unsigned long long)step->before + 1,
				(unsigned long long)(step->ended ? step->end : replay->events));
		if (step->begun)
			put_seconds(step->begin_ns, to);
		fputs(step->begun ? "  " : "", to);
		wording_step(replay->scenario, i, to);
		fputc('\n', to);
		for (uint32_t k = 0; k < replay->result.verdict_count; k++) {
			const struct verdict *verdict = &replay->result.verdicts[k];

			if (verdict->step != i)
				continue;
			fputs("        ", to);
			put_verdict_kind(verdict, to);
			fprintf(to, " at event %llu\n", (unsigned long long)replay->verdict_events[k]);
		}
	}
}

static void put_lines(FILE *to, const char *label, const char *text)
{
	fprintf(to, "  %-10s", label);
	for (; *text; text++) {
		fputc(*text, to);
		if (*text == '\n' && text[1])
			fputs("            ", to);
	}
	fputc('\n', to);
}

static void put_verdict(const struct replay *replay, uint32_t index, FILE *to)
{
	const struct verdict *verdict = &replay->result.verdicts[index];
	char name[WORDING_CLIENT_MAX];

	put_verdict_kind(verdict, to);
	fprintf(to, " at event %llu, ", (unsigned long long)replay->verdict_events[index]);
	put_seconds(verdict->time_ns, to);
	if (verdict->step < replay->scenario->step_count) {
		fprintf(to, ", step %u (", verdict->step);
		wording_step(replay->scenario, verdict->step, to);
		fputc(')', to);
	}
	if (verdict->node < replay->scenario->node_count)
		fprintf(to, ", node %u", id_of(replay, verdict->node));
	if (verdict->client < replay->scenario->client_count)
		fprintf(to, ", client %s", wording_client(replay->scenario, verdict->client, name));
	fputc('\n', to);
	if (verdict->rule < check_rule_count)
		put_lines(to, "rule", check_rules[verdict->rule].says);
	if (verdict->expected[0])
		put_lines(to, "expected", verdict->expected);
	if (verdict->came[0])
		put_lines(to, "came", verdict->came);
	fprintf(to, "  %-10s%s:%u:%u\n", "where", replay->scenario->path, verdict->at.line, verdict->at.column);
}

void show_why(const struct replay *replay, FILE *to)
{
	if (replay->result.stuck)
		fprintf(to, "the run ended early: %s\n", replay->result.stuck);
	for (uint32_t i = 0; i < replay->result.verdict_count; i++)
		put_verdict(replay, i, to);
	if (!replay->result.stuck && replay->result.verdict_count == 0)
		fputs("all held: no expectation failed, no rule was broken\n", to);
}

/* ---- a node ---- */

static void put_reached(const struct replay *replay, uint32_t node, FILE *to)
{
	uint32_t *ids = allocate(replay->scenario->node_count, sizeof *ids), count = 0;

	for (uint32_t i = 0; i < replay->scenario->node_count; i++)
		if (look_reaches(replay->world, node, i))
			ids[count++] = id_of(replay, i);
	if (count)
		fact_put_ids(ids, count, to);
	else
		fputs("nobody", to);
	free(ids);
}

static void put_core_members(const struct vq *vq, const struct vq_look *look, FILE *to)
{
	uint32_t *ids = allocate(look->member_count, sizeof *ids);

	for (uint32_t i = 0; i < look->member_count; i++)
		ids[i] = vq_look_member(vq, i);
	fact_put_ids(ids, look->member_count, to);
	free(ids);
}

static const char *sync_words(uint32_t sync)
{
	static const char *const words[] = {
		[VQ_SYNC_NONE] = "none",
		[VQ_SYNC_BEGUN] = "begun: the ring is installed",
		[VQ_SYNC_HELD] = "held: it waits for the quorum device",
		[VQ_SYNC_PROCESSED] = "processed: it waits for the others",
	};

	return words[sync];
}

static void show_features(const struct vq *vq, const struct vq_look *look, FILE *to)
{
	static const char *const ties[] = {"", "lowest", "highest", "list"};

	if (look->two_node_on)
		fputs("  two_node            on\n", to);
	if (look->wait_for_all_on || look->wait_for_all_status)
		fprintf(to, "  wait_for_all        %s, %s\n", look->wait_for_all_on ? "on" : "off",
			look->wait_for_all_status ? "still waiting" : "not waiting");
	if (look->last_man_standing_on)
		fprintf(to, "  last_man_standing   on, window %u ms\n", look->last_man_window_ms);
	if (look->tie_breaker != VQ_TIE_NONE) {
		fprintf(to, "  auto_tie_breaker    %s", ties[look->tie_breaker]);
		for (uint32_t i = 0; i < look->listed_count; i++)
			fprintf(to, " %u", vq_look_listed(vq, i));
		fprintf(to, "; last quorate partition %u to %u\n", look->lowest, look->highest);
	}
	if (look->allow_downscale_on)
		fprintf(to, "  allow_downscale     on, down to %u\n", look->downscale_barrier);
	if (look->tracking_on)
		fprintf(to, "  expected_votes_tracking  on, barrier %u\n", look->tracked_barrier);
	if (look->device_name[0] || look->device_votes)
		fprintf(to, "  device              %s, votes %u%s%s\n",
			look->device_name[0] ? look->device_name : "not registered", look->device_votes,
			look->device_master_wins ? ", master wins" : "", look->device_allowed ? "" : ", barred");
}

static void put_flags(uint32_t flags, FILE *to)
{
	bool any = false;

	for (uint32_t i = 0; i < 8; i++)
		if (flags >> i & 1u) {
			fprintf(to, "%s%s", any ? " " : "", moment_flag_names[i]);
			any = true;
		}
	fputs(any ? "" : "none", to);
}

static void show_records(const struct vq *vq, const struct vq_look *look, FILE *to)
{
	fputs("  knows               state    votes  expected  flags\n", to);
	for (uint32_t i = 0; i < look->record_count; i++) {
		struct vq_look_record record = vq_look_record(vq, i);
		const char *state = moment_node_state(record.state);

		fprintf(to, "    %-18u%-9s%-7u%-10u", record.nodeid, state ? state : "?", record.votes,
			record.expected_votes);
		put_flags(record.flags, to);
		fputc('\n', to);
	}
}

static void show_core(const struct vq *vq, FILE *to)
{
	struct vq_look look;

	vq_look(vq, &look);
	fprintf(to, "  quorate             %s: %u of %u votes, quorum %u\n", look.quorate ? "yes" : "no",
		look.total_votes, look.highest_expected, look.quorum);
	fputs("  believes in         ", to);
	put_core_members(vq, &look, to);
	if (look.ring.seq)
		fprintf(to, " (ring %u.%llu)", look.ring.nodeid, (unsigned long long)look.ring.seq);
	fprintf(to, "\n  sync                %s\n", sync_words(look.sync));
	show_features(vq, &look, to);
	show_records(vq, &look, to);
}

static void show_timers(const struct look_node *node, FILE *to)
{
	static const char *const names[] = {"last_man_standing", "device"};

	for (uint32_t i = 0; i < VQ_TIMER_COUNT; i++) {
		if (node->timer_ns[i] != LOOK_NEVER_NS) {
			fprintf(to, "  timer               %s, due at ", names[i]);
			put_seconds(node->timer_ns[i], to);
			fputc('\n', to);
		} else if (node->timer_left_ns[i] != LOOK_NEVER_NS) {
			fprintf(to, "  timer               %s, stands still with ", names[i]);
			put_seconds(node->timer_left_ns[i], to);
			fputs(" left\n", to);
		}
	}
}

struct lines {
	FILE *to;
	const struct replay *replay;
};

static void put_waiting(void *ctx, const struct vq_notification *notification)
{
	struct lines *lines = ctx;

	fputs("      not dispatched: ", lines->to);
	wording_notification(notification, lines->to);
	fputc('\n', lines->to);
}

static void put_told(const struct replay *replay, uint32_t client, FILE *to)
{
	const struct told_client *told = told_client(replay->told, client);
	const struct vq_entry *members = told_members(replay->told, client);

	if (!told->has_nodelist && !told->has_quorum && !told->has_expected)
		fputs("told nothing", to);
	else
		fputs("told", to);
	if (told->has_nodelist) {
		fputs(" members ", to);
		wording_members(members, told->member_count, to);
	}
	if (told->has_quorum)
		fprintf(to, "%s %s", told->has_nodelist ? "," : "", told->quorate ? "quorate" : "not quorate");
	if (told->has_expected)
		fprintf(to, "%s expected votes %u", told->has_nodelist || told->has_quorum ? "," : "",
			told->expected_votes);
}

static void show_client(const struct replay *replay, uint32_t client, FILE *to)
{
	static const char *const phases[] = {"not connected", "open", "knows that its daemon is gone", "finalized"};
	struct look_client look = look_client(replay->world, client);
	struct lines lines = {to, replay};
	char name[WORDING_CLIENT_MAX];

	fprintf(to, "  client %s of node %u: %s; ", wording_client(replay->scenario, client, name),
		id_of(replay, replay->scenario->clients[client].node), phases[look.phase]);
	put_told(replay, client, to);
	if (look.waiting_step != LOOK_NONE)
		fprintf(to, "; %s has no answer yet", verb_name(replay->scenario->steps[look.waiting_step].verb));
	if (look.phase == LOOK_OPEN && !look.connected)
		fputs("; its daemon is gone, and it does not know yet", to);
	fputc('\n', to);
	look_queue(replay->world, client, put_waiting, &lines);
}

static void show_ring(const struct replay *replay, const struct look_node *node, FILE *to)
{
	struct look_ring ring;
	uint32_t *ids;

	if (node->ring == LOOK_NONE || !look_ring(replay->world, node->ring, &ring))
		return;
	ids = allocate(ring.member_count + 1, sizeof *ids);
	for (uint32_t i = 0; i < ring.member_count; i++)
		ids[i] = id_of(replay, ring.members[i]);
	fprintf(to, "  ring                %u.%llu: ", ring.id.nodeid, (unsigned long long)ring.id.seq);
	fact_put_ids(ids, ring.member_count, to);
	fprintf(to, "%s\n", ring.whole ? "" : " (a member is missing: no message is delivered)");
	free(ids);
}

void show_node(const struct replay *replay, uint32_t index, FILE *to)
{
	struct look_node node = look_node(replay->world, index);
	const struct vq *vq = look_core(replay->world, index);

	fprintf(to, "node %u is %s, booted %u time%s", id_of(replay, index),
		!node.up        ? "down"
		: node.paused   ? "paused"
		: node.stopping ? "stopping"
				: "up",
		node.boots, node.boots == 1 ? "" : "s");
	if (node.config_step != LOOK_NONE)
		fprintf(to, ", with the configuration of step %u", node.config_step);
	fputs("\n  reaches             ", to);
	put_reached(replay, index, to);
	fputc('\n', to);
	show_ring(replay, &node, to);
	if (vq)
		show_core(vq, to);
	show_timers(&node, to);
	if (node.disk_expected_votes)
		fprintf(to, "  on disk             expected votes %u\n", node.disk_expected_votes);
	for (uint32_t i = 0; i < replay->scenario->client_count; i++)
		if (replay->scenario->clients[i].node == index)
			show_client(replay, i, to);
}

/* ---- who ---- */

/* Does what a node believes of its members differ from whom it reaches? */
static bool is_wrong(const struct replay *replay, uint32_t node, const struct vq *vq, const struct vq_look *look)
{
	uint32_t reached = 0;

	for (uint32_t i = 0; i < replay->scenario->node_count; i++) {
		bool believed = false;

		if (!look_reaches(replay->world, node, i))
			continue;
		reached++;
		for (uint32_t k = 0; k < look->member_count && !believed; k++)
			believed = vq_look_member(vq, k) == id_of(replay, i);
		if (!believed)
			return true;
	}
	return reached != look->member_count;
}

static void who_node(const struct replay *replay, uint32_t index, FILE *to)
{
	struct look_node node = look_node(replay->world, index);
	const struct vq *vq = look_core(replay->world, index);
	struct vq_look look;

	fprintf(to, "  node %u: ", id_of(replay, index));
	if (!vq) {
		fputs("down\n", to);
		return;
	}
	fputs(node.paused ? "paused; reaches " : "reaches ", to);
	put_reached(replay, index, to);
	vq_look(vq, &look);
	fputs("; believes in ", to);
	put_core_members(vq, &look, to);
	fprintf(to, ", %s (%u of %u votes, quorum %u)", look.quorate ? "quorate" : "not quorate", look.total_votes,
		look.highest_expected, look.quorum);
	if (look.sync != VQ_SYNC_NONE)
		fprintf(to, ", in a sync");
	fputs(is_wrong(replay, index, vq, &look) ? "  <- not whom it reaches\n" : "\n", to);
}

/* Nodes that reach each other, each once, and who of them says that it is quorate. */
static void who_component(const struct replay *replay, uint32_t first, bool *done, FILE *to)
{
	uint32_t *ids = allocate(replay->scenario->node_count, sizeof *ids);
	uint32_t quorate = 0, count = 0;

	for (uint32_t i = first; i < replay->scenario->node_count; i++) {
		const struct vq *vq = look_core(replay->world, i);

		if (done[i] || !look_reaches(replay->world, first, i))
			continue;
		done[i] = true;
		ids[count++] = id_of(replay, i);
		quorate += vq && vq_quorate(vq);
	}
	fputs("  together: ", to);
	fact_put_ids(ids, count, to);
	free(ids);
	if (quorate == count)
		fputs("; quorate\n", to);
	else if (quorate == 0)
		fputs("; not quorate\n", to);
	else
		fprintf(to, "; %u of %u believe that they are quorate\n", quorate, count);
}

void show_who(const struct replay *replay, FILE *to)
{
	bool *done = allocate(replay->scenario->node_count, sizeof *done);

	fputs("Who reaches whom\n", to);
	for (uint32_t i = 0; i < replay->scenario->node_count; i++)
		if (!done[i] && look_reaches(replay->world, i, i))
			who_component(replay, i, done, to);
	fputs("Who knows what\n", to);
	for (uint32_t i = 0; i < replay->scenario->node_count; i++)
		who_node(replay, i, to);
	if (replay->scenario->client_count)
		fputs("Who was told what\n", to);
	for (uint32_t i = 0; i < replay->scenario->client_count; i++)
		show_client(replay, i, to);
	free(done);
}

/* ---- what is due ---- */

static void put_due(void *ctx, const struct look_event *event)
{
	static const char *const words[] = {
		"the next message of a ring is ordered",
		"a message is delivered",
		"rings form",
		"its turn in the sync",
		"its clean stop ends",
		"its daemon fails",
		"a timer fires",
		"dispatches",
		"the script goes on",
	};
	const struct lines *lines = ctx;
	struct look_ring ring;
	char name[WORDING_CLIENT_MAX];

	fputs("  at ", lines->to);
	put_seconds(event->time_ns, lines->to);
	fputs("  ", lines->to);
	if (event->node != LOOK_NONE)
		fprintf(lines->to, "node %u: ", id_of(lines->replay, event->node));
	if (event->client != LOOK_NONE)
		fprintf(lines->to, "client %s ", wording_client(lines->replay->scenario, event->client, name));
	fputs(words[event->kind], lines->to);
	if (event->timer != LOOK_NONE)
		fprintf(lines->to, " (%s)", event->timer == VQ_TIMER_DEVICE ? "device" : "last_man_standing");
	if (event->number != LOOK_NONE)
		fprintf(lines->to, ", number %u", event->number);
	if (event->ring != LOOK_NONE && look_ring(lines->replay->world, event->ring, &ring))
		fprintf(lines->to, " (ring %u.%llu)", ring.id.nodeid, (unsigned long long)ring.id.seq);
	fputc('\n', lines->to);
}

void show_due(const struct replay *replay, FILE *to)
{
	struct lines lines = {to, replay};

	fputs("Due\n", to);
	look_events(replay->world, put_due, &lines);
}

/* ---- what happened ---- */

static void put_line(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct lines *lines = ctx;
	char *text = wording_line(lines->replay->scenario, observation);

	(void)view;
	if (text) {
		fprintf(lines->to, "%6llu  ", (unsigned long long)lines->replay->event + 1);
		put_seconds(observation->time_ns, lines->to);
		fprintf(lines->to, "  %s\n", text);
	}
	free(text);
}

void show_log(struct replay *replay, uint64_t first, uint64_t last, FILE *to)
{
	struct lines lines = {to, replay};

	replay_go(replay, first);
	while (replay->event < last && replay_next(replay, (struct observer){&lines, put_line}))
		;
}
