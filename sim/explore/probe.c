/*
 * One world and one judge. Before each event the step that is next is written into the
 * script, which never comes to its end.
 */
#include "sim/explore/probe.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/world.h"

#define VERDICTS_KEPT 16u /* kinds */

struct past { /* what a mark keeps beside the world and the judge */
	uint32_t step;
	uint32_t verdict_count;
	struct verdict verdicts[VERDICTS_KEPT];
};

struct probe_mark {
	struct past past;
	size_t world_bytes;
	uint8_t *world, *check;
};

#define DEVICE_NAME "device"

struct probe {
	struct scenario scenario;
	struct step *steps;
	uint32_t *all;
	struct scenario_client *clients; /* the device's, one at each node; NULL: there is none */
	struct world *world;
	struct check *check;
	size_t check_bytes;
	struct past past;
	struct probe_mark *start;
	struct explore_node *nodes;
	const char *refusal;
	uint32_t refused;
	uint32_t notices;
};

/* ---- what is seen ---- */

static void take_verdict(void *ctx, const struct verdict *verdict)
{
	struct probe *probe = ctx;

	if (verdict->kind != VERDICT_BREACH && verdict->kind != VERDICT_HAZARD)
		return;
	if (probe_verdict(probe, verdict->rule, verdict->hazard, verdict->kind == VERDICT_BREACH))
		return;
	if (probe->past.verdict_count < VERDICTS_KEPT)
		probe->past.verdicts[probe->past.verdict_count++] = *verdict;
}

static void observe(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct probe *probe = ctx;

	if (observation->kind == OBSERVE_NODE_REFUSED && !probe->refusal) {
		probe->refusal = vq_refusal_message((enum vq_refusal)observation->number);
		probe->refused = observation->node;
	}
	if (observation->kind == OBSERVE_NOTICE && !probe->start)
		probe->notices |= 1u << observation->number;
	check_observe(probe->check, &probe->scenario, view, observation, take_verdict, probe);
}

/* ---- running ---- */

static void take_step(struct probe *probe)
{
	while (world_step(probe->world) <= probe->past.step && world_advance(probe->world))
		;
	probe->past.step++;
}

static void make_step(struct probe *probe, const struct step *step)
{
	ALWAYS(probe->past.step + 1 < probe->scenario.step_count);
	probe->steps[probe->past.step] = *step;
	probe->steps[probe->past.step].settle = true;
	take_step(probe);
}

static void call(struct probe *probe, uint32_t node, enum verb verb, uint32_t cast_vote)
{
	struct step step = {.verb = verb, .client = node};

	step.request.op = verb == VERB_QDEVICE_POLL ? VQ_OP_QDEVICE_POLL : VQ_OP_QDEVICE_REGISTER;
	step.request.cast_vote = cast_vote;
	memcpy(step.request.name, DEVICE_NAME, sizeof DEVICE_NAME);
	make_step(probe, &step);
}

/* The part that gets the vote: its lowest node; UINT32_MAX: nobody is up. */
static uint32_t voted_for(struct probe *probe)
{
	const struct explore_node *nodes = probe_nodes(probe);
	uint32_t best = UINT32_MAX, most = 0;

	for (uint32_t first = 0; first < probe->scenario.node_count; first++) {
		uint32_t count = 0;

		for (uint32_t node = first; node < probe->scenario.node_count; node++)
			count += nodes[node].component == first;
		if (count > most) {
			most = count;
			best = first;
		}
	}
	return best;
}

/* Those that get no vote are told first, so that there are never two. */
static void serve_device(struct probe *probe)
{
	uint32_t best = voted_for(probe);

	for (uint32_t node = 0; node < probe->scenario.node_count; node++) {
		struct vq_info info;

		if (probe_getinfo(probe, node, &info) && !(info.flags & VQ_INFO_QDEVICE_REGISTERED))
			call(probe, node, VERB_QDEVICE_REGISTER, 0);
	}
	for (uint32_t vote = 0; vote <= 1; vote++)
		for (uint32_t node = 0; node < probe->scenario.node_count; node++) {
			uint32_t part = probe_nodes(probe)[node].component;

			if (part != UINT32_MAX && (part == best) == vote)
				call(probe, node, VERB_QDEVICE_POLL, vote);
		}
}

static void make_clients(struct probe *probe)
{
	probe->scenario.client_count = probe->scenario.node_count;
	probe->clients = allocate(probe->scenario.node_count, sizeof *probe->clients);
	probe->scenario.clients = probe->clients;
	for (uint32_t node = 0; node < probe->scenario.node_count; node++)
		probe->clients[node] = (struct scenario_client){.name = DEVICE_NAME, .node = node};
}

static void make_scenario(struct probe *probe, const struct scenario *scenario, uint32_t steps_max, bool device)
{
	uint32_t calls = device ? 2 * scenario->node_count : 0;
	uint32_t count = (steps_max + 1) * (1 + calls) + 1; /* the last is never reached */

	probe->scenario = *scenario;
	probe->scenario.client_count = 0;
	if (device)
		make_clients(probe);
	probe->steps = allocate(count, sizeof *probe->steps);
	probe->scenario.steps = probe->steps;
	probe->scenario.step_count = count;
	for (uint32_t i = 0; i < count; i++)
		probe->steps[i] = (struct step){.verb = VERB_NONE, .settle = true};
	probe->all = allocate(scenario->node_count, sizeof *probe->all);
	for (uint32_t node = 0; node < scenario->node_count; node++)
		probe->all[node] = node;
	probe->steps[0].verb = VERB_START;
	probe->steps[0].together = true;
	probe->steps[0].nodes = (struct index_list){scenario->node_count, probe->all};
}

static struct probe *create(const struct scenario *scenario, uint32_t steps_max, bool device)
{
	struct probe *probe = allocate(1, sizeof *probe);

	make_scenario(probe, scenario, steps_max, device);
	probe->check_bytes = check_size(&probe->scenario);
	probe->check = allocate(1, probe->check_bytes);
	check_init(probe->check, &probe->scenario);
	probe->nodes = allocate(scenario->node_count, sizeof *probe->nodes);
	probe->world = world_create(&probe->scenario, choice_token, 0);
	world_observe(probe->world, (struct observer){probe, observe});
	take_step(probe);
	if (device)
		serve_device(probe);
	probe->start = probe_mark(probe);
	return probe;
}

struct probe *probe_create(const struct scenario *scenario, uint32_t steps_max)
{
	return create(scenario, steps_max, false);
}

struct probe *probe_create_with_device(const struct scenario *scenario, uint32_t steps_max)
{
	return create(scenario, steps_max, true);
}

void probe_destroy(struct probe *probe)
{
	probe_mark_free(probe->start);
	world_destroy(probe->world);
	free(probe->check);
	free(probe->steps);
	free(probe->all);
	free(probe->clients);
	free(probe->nodes);
	free(probe);
}

void probe_restart(struct probe *probe)
{
	probe_return(probe, probe->start);
}

void probe_do(struct probe *probe, const struct step *step)
{
	make_step(probe, step);
	if (probe->clients)
		serve_device(probe);
}

/* ---- marks ---- */

struct probe_mark *probe_mark(const struct probe *probe)
{
	struct probe_mark *mark = allocate(1, sizeof *mark);

	mark->past = probe->past;
	mark->world_bytes = world_bytes(probe->world);
	mark->world = allocate(1, mark->world_bytes);
	mark->check = allocate(1, probe->check_bytes);
	world_save(probe->world, mark->world);
	memcpy(mark->check, probe->check, probe->check_bytes);
	return mark;
}

void probe_return(struct probe *probe, const struct probe_mark *mark)
{
	world_restore(probe->world, mark->world, mark->world_bytes);
	memcpy(probe->check, mark->check, probe->check_bytes);
	probe->past = mark->past;
}

void probe_mark_free(struct probe_mark *mark)
{
	free(mark->world);
	free(mark->check);
	free(mark);
}

/* ---- answers ---- */

const char *probe_refusal(const struct probe *probe, uint32_t *node)
{
	*node = probe->refused;
	return probe->refusal;
}

uint32_t probe_notices(const struct probe *probe)
{
	return probe->notices;
}

bool probe_getinfo(const struct probe *probe, uint32_t node, struct vq_info *info)
{
	const struct world_view view = world_view(probe->world);

	return view.getinfo(view.world, node, 0, info) == VQ_OK;
}

const struct explore_node *probe_nodes(struct probe *probe)
{
	const struct world_view view = world_view(probe->world);

	for (uint32_t node = 0; node < probe->scenario.node_count; node++) {
		struct vq_info info;
		bool up = probe_getinfo(probe, node, &info);
		uint32_t other = 0;

		while (up && other < node && !view.reaches(view.world, other, node))
			other++;
		probe->nodes[node] = (struct explore_node){
			.component = up ? other : UINT32_MAX,
			.quorate = up && info.flags & VQ_INFO_QUORATE,
		};
	}
	return probe->nodes;
}

uint32_t probe_quorate(struct probe *probe)
{
	const struct explore_node *nodes = probe_nodes(probe);
	uint32_t count = 0;

	for (uint32_t node = 0; node < probe->scenario.node_count; node++) {
		uint32_t other = 0;

		if (!nodes[node].quorate)
			continue;
		while (other < node && !(nodes[other].quorate && nodes[other].component == nodes[node].component))
			other++;
		count += other == node;
	}
	return count;
}

const struct verdict *probe_verdict(const struct probe *probe, uint32_t rule, uint32_t hazard, bool defect)
{
	for (uint32_t i = 0; i < probe->past.verdict_count; i++) {
		const struct verdict *verdict = &probe->past.verdicts[i];

		if (verdict->rule == rule && verdict->hazard == hazard && (verdict->kind == VERDICT_BREACH) == defect)
			return verdict;
	}
	return NULL;
}

void probe_hash(const struct probe *probe, uint64_t hash[2])
{
	world_hash_settled(probe->world, hash);
}
