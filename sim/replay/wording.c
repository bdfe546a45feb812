/* Steps, observations and clients in words. */
#include "sim/replay/wording.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/replay/facts.h"
#include "sim/replay/moment.h"

#define ROW_MIN 3u /* so many in a row, as delivered, are told by the first and the last */

const char *wording_client(const struct scenario *scenario, uint32_t client, char text[WORDING_CLIENT_MAX])
{
	const struct scenario_client *named = &scenario->clients[client];
	uint32_t same = 0;

	for (uint32_t i = 0; i < scenario->client_count; i++)
		same += strcmp(scenario->clients[i].name, named->name) == 0;
	if (same > 1)
		snprintf(text, WORDING_CLIENT_MAX, "%s@%u", named->name, scenario->nodes[named->node].nodeid);
	else
		snprintf(text, WORDING_CLIENT_MAX, "%s", named->name);
	return text;
}

/* ---- steps ---- */

static void put_nodes(const struct scenario *scenario, const struct index_list *nodes, FILE *to)
{
	uint32_t *ids = allocate(nodes->count, sizeof *ids);

	for (uint32_t i = 0; i < nodes->count; i++)
		ids[i] = scenario->nodes[nodes->index[i]].nodeid;
	fputc(' ', to);
	fact_put_ids(ids, nodes->count, to);
	free(ids);
}

static void put_groups(const struct scenario *scenario, const struct step *step, FILE *to)
{
	for (uint32_t i = 0; i < step->group_count; i++) {
		fputs(i ? " |" : "", to);
		put_nodes(scenario, &step->groups[i], to);
	}
}

static void put_link(const struct scenario *scenario, const struct step *step, FILE *to)
{
	fprintf(to, " %u to %u", scenario->nodes[step->link_from].nodeid, scenario->nodes[step->link_to].nodeid);
	if (step->link_has_up)
		fprintf(to, " %s", step->link_up ? "up" : "down");
	if (step->link_has_loss)
		fprintf(to, " loss %u ppm", step->link_loss_ppm);
	if (step->link_has_latency)
		fprintf(to, " latency %llu ns", (unsigned long long)step->link_latency_ns);
}

static void put_call(const struct scenario *scenario, const struct step *step, FILE *to)
{
	char name[WORDING_CLIENT_MAX];

	fprintf(to, " client %s", wording_client(scenario, step->client, name));
	if (step->verb == VERB_GETINFO && step->request.nodeid)
		fprintf(to, " of %u", step->request.nodeid);
	if (step->verb == VERB_SETVOTES)
		fprintf(to, " of %u", step->request.nodeid);
	if (step->verb == VERB_SETVOTES || step->verb == VERB_SETEXPECTED)
		fprintf(to, " votes %u", step->request.votes);
	if (step->verb == VERB_QDEVICE_POLL)
		fprintf(to, " cast_vote %u", step->request.cast_vote);
	if (step->verb == VERB_FAULT)
		fprintf(to, " %s: %s", step->fault_call == VERB_NONE ? "next call" : verb_name(step->fault_call),
			vq_error_name(step->fault_error));
}

void wording_step(const struct scenario *scenario, uint32_t index, FILE *to)
{
	const struct step *step = &scenario->steps[index];
	char text[FACT_SECONDS_MAX];

	if (step->name)
		fprintf(to, "%s: ", step->name);
	fputs(verb_name(step->verb), to);
	switch (step->verb) {
	case VERB_NONE:
		break;
	case VERB_PARTITION:
		put_groups(scenario, step, to);
		break;
	case VERB_HEAL:
		fputs(" all", to);
		break;
	case VERB_LINK:
		put_link(scenario, step, to);
		break;
	case VERB_WAIT:
		fprintf(to, " %s s", fact_seconds(step->wait_ns, text));
		break;
	case VERB_FAULT:
	case VERB_KILL:
		put_call(scenario, step, to);
		break;
	default:
		if (verb_is_call(step->verb))
			put_call(scenario, step, to);
		else
			put_nodes(scenario, &step->nodes, to);
		fputs(step->together ? " together" : step->wipe ? " wipe" : "", to);
	}
}

/* ---- notifications ---- */

void wording_members(const struct vq_entry *entries, uint32_t count, FILE *to)
{
	uint32_t *ids = allocate(count, sizeof *ids);

	for (uint32_t i = 0; i < count; i++)
		ids[i] = entries[i].nodeid;
	fact_put_ids(ids, count, to);
	free(ids);
}

static void put_states(const struct vq_notification *notification, FILE *to)
{
	const struct vq_entry *entries = notification->entries;

	for (uint32_t i = 0; i < notification->count; i++) {
		const char *state = moment_node_state(entries[i].state);
		uint32_t last = i;

		while (last + 1 < notification->count && entries[last + 1].state == entries[i].state &&
		       entries[last + 1].nodeid == entries[last].nodeid + 1)
			last++;
		fprintf(to, "%s%u", i ? ", " : "", entries[i].nodeid);
		if (last - i >= ROW_MIN - 1) {
			fprintf(to, "..%u", entries[last].nodeid);
			i = last;
		}
		fprintf(to, " %s", state ? state : "?");
	}
}

void wording_notification(const struct vq_notification *notification, FILE *to)
{
	if (notification->kind == VQ_EXPECTED_VOTES) {
		fprintf(to, "expected votes %u", notification->expected_votes);
		return;
	}
	if (notification->kind == VQ_NODELIST)
		fprintf(to, "nodelist of ring %u.%llu:", notification->ring.nodeid,
			(unsigned long long)notification->ring.seq);
	else
		fprintf(to, "%s:", notification->quorate ? "quorate" : "not quorate");
	fputc(' ', to);
	if (notification->kind == VQ_NODELIST)
		wording_members(notification->entries, notification->count, to);
	else
		put_states(notification, to);
}

/* ---- observations ---- */

static void put_message(const struct observation *observation, FILE *to)
{
	struct vq_message message;

	if (!observation->size || !vq_message_read(&message, observation->data, observation->size)) {
		fputs("the sync's barrier", to);
		return;
	}
	fputs(vq_message_name(message.kind), to);
	if (message.kind == VQ_MESSAGE_NODEINFO && message.about == VQ_DEVICE_NODEID)
		fprintf(to, " about the device: votes %u", message.votes);
	else if (message.kind == VQ_MESSAGE_NODEINFO)
		fprintf(to, " about %u: votes %u, expected %u%s%s%s", message.about, message.votes,
			message.expected_votes, message.flags & 1 ? ", quorate" : "",
			message.flags & 2 ? ", leaving" : "", message.flags & 4 ? ", waits for all" : "");
	else if (message.kind == VQ_MESSAGE_EXPECTED_VOTES)
		fprintf(to, " %u", message.votes);
	else if (message.kind == VQ_MESSAGE_NODE_VOTES)
		fprintf(to, " of %u: %u", message.about, message.votes);
	else if (message.name)
		fprintf(to, " %s", message.name);
}

static void put_node_event(const struct scenario *scenario, const struct observation *observation, FILE *to)
{
	static const char *const ends[] = {
		[DOWN_STOP] = "has stopped", [DOWN_CRASH] = "has crashed", [DOWN_ABORT] = "has aborted"};

	fprintf(to, "node %u ", scenario->nodes[observation->node].nodeid);
	switch (observation->kind) {
	case OBSERVE_NODE_UP:
		fputs("has started", to);
		break;
	case OBSERVE_NODE_REFUSED:
		fprintf(to, "refuses to start: %s", observation->text);
		break;
	case OBSERVE_NODE_DOWN:
		fprintf(to, "%s%s%s", ends[observation->number], observation->text ? ": " : "",
			observation->text ? observation->text : "");
		break;
	case OBSERVE_NODE_PAUSED:
		fputs("is paused", to);
		break;
	case OBSERVE_NODE_RESUMED:
		fputs("goes on", to);
		break;
	case OBSERVE_RELOADED:
		fputs("has read its configuration anew", to);
		break;
	case OBSERVE_CANCEL_WFA:
		fputs("is told to cancel wait_for_all", to);
		break;
	case OBSERVE_RING:
		fprintf(to, "installs ring %u.%llu: ", observation->ring.nodeid,
			(unsigned long long)observation->ring.seq);
		fact_put_ids(observation->nodes, observation->count, to);
		break;
	case OBSERVE_ACTIVATED:
		fprintf(to, "has finished the sync of ring %u.%llu", observation->ring.nodeid,
			(unsigned long long)observation->ring.seq);
		break;
	case OBSERVE_HELD:
		fputs(observation->number ? "holds the sync for its device" : "lets the sync go on", to);
		break;
	case OBSERVE_PRIMARY:
		fputs(observation->number ? "says that it is quorate" : "says that it is not quorate", to);
		break;
	case OBSERVE_NOTICE:
		fprintf(to, "notes: %s", observation->text ? observation->text : "");
		break;
	case OBSERVE_STORED:
		fprintf(to, "stores expected votes %llu", (unsigned long long)observation->number);
		break;
	case OBSERVE_SENT:
		fputs("sends ", to);
		put_message(observation, to);
		break;
	case OBSERVE_DELIVERED:
		fprintf(to, "gets of %llu ", (unsigned long long)observation->number);
		put_message(observation, to);
		break;
	default:
		fprintf(to, "'s %s timer fires",
			observation->number == VQ_TIMER_DEVICE ? "device" : "last_man_standing");
	}
}

static void put_reply(const struct observation *observation, FILE *to)
{
	const char *error = vq_error_name((int)observation->number);

	fprintf(to, "gets %s from %s", error ? error : "an error", verb_name(observation->verb));
	if (observation->number != VQ_OK || !observation->reply)
		return;
	fprintf(to, ": total votes %u, expected %u, quorum %u%s", observation->reply->info.total_votes,
		observation->reply->info.highest_expected, observation->reply->info.quorum,
		observation->reply->info.flags & VQ_INFO_QUORATE ? ", quorate" : "");
}

static void put_client_event(const struct scenario *scenario, const struct observation *observation, FILE *to)
{
	char name[WORDING_CLIENT_MAX];

	fprintf(to, "client %s ", wording_client(scenario, observation->client, name));
	switch (observation->kind) {
	case OBSERVE_CALL:
		fprintf(to, "calls %s%s", verb_name(observation->verb),
			observation->inside ? " from inside its callback" : "");
		break;
	case OBSERVE_FAULT:
		fprintf(to, "meets %s in %s", vq_error_name((int)observation->number), verb_name(observation->verb));
		break;
	case OBSERVE_REPLY:
		put_reply(observation, to);
		break;
	case OBSERVE_QUEUED:
		fputs("will be told ", to);
		wording_notification(observation->notification, to);
		break;
	case OBSERVE_CALLBACK:
		fputs("is told ", to);
		wording_notification(observation->notification, to);
		break;
	case OBSERVE_CONSUMED:
		fputs("has no callback for ", to);
		wording_notification(observation->notification, to);
		break;
	default:
		fputs("dies", to);
	}
}

bool wording_observation(const struct scenario *scenario, const struct observation *observation, FILE *to)
{
	switch (observation->kind) {
	case OBSERVE_STEP_BEGIN:
		fprintf(to, "step %u begins: ", observation->step);
		wording_step(scenario, observation->step, to);
		return true;
	case OBSERVE_STEP_END:
		fprintf(to, "step %u ends%s", observation->step,
			observation->number ? ", the cluster has settled" : "");
		return true;
	case OBSERVE_RUN_END:
		fputs("the run ends", to);
		return true;
	case OBSERVE_REACH:
		fputs("who reaches whom has changed", to);
		return true;
	case OBSERVE_CALL:
	case OBSERVE_REPLY:
		if (observation->automatic && !observation->inside && observation->number <= VQ_OK)
			return false;
		put_client_event(scenario, observation, to);
		return true;
	case OBSERVE_FAULT:
	case OBSERVE_QUEUED:
	case OBSERVE_CALLBACK:
	case OBSERVE_CONSUMED:
	case OBSERVE_CLIENT_DIED:
		put_client_event(scenario, observation, to);
		return true;
	default:
		put_node_event(scenario, observation, to);
		return true;
	}
}

char *wording_line(const struct scenario *scenario, const struct observation *observation)
{
	char *text = NULL;
	size_t size = 0;
	FILE *words = open_memstream(&text, &size);
	bool worth;

	ALWAYS(words != NULL);
	worth = wording_observation(scenario, observation, words);
	ALWAYS(fclose(words) == 0);
	if (worth)
		return text;
	free(text);
	return NULL;
}
