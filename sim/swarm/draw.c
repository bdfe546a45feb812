/*
 * A run out of random numbers: its traits, its faults, the end of all faults.
 */
#include "sim/swarm/draw.h"

#include <string.h>

#include "sim/ensure.h"
#include "sim/swarm/draw_parts.h"

enum fault {
	FAULT_CRASH,
	FAULT_STOP,
	FAULT_RESTART, /* faster than the others notice */
	FAULT_PAUSE,
	FAULT_PARTITION,
	FAULT_ONE_WAY, /* one direction of one path is cut */
	FAULT_LOSSY,
	FAULT_RELOAD,
	FAULT_CANCEL_WAIT_FOR_ALL,
	FAULT_WAIT,
	FAULT_COUNT
};

#define STEPS_PER_EVENT 2u
#define STEPS_BESIDE 20u               /* start, first uses of clients, the end of all faults */
#define REST_NS (120000 * SCENARIO_MS) /* beyond every timer's default */

void *draw_take(struct draw *draw, size_t count, size_t size)
{
	size_t bytes = (count * size + 15) & ~(size_t)15;
	void *memory = draw->memory + draw->used;

	ALWAYS(draw->room - draw->used >= bytes);
	draw->used += bytes;
	memset(memory, 0, bytes);
	return memory;
}

uint32_t draw_byte_below(struct choice_bytes *bytes, uint32_t n)
{
	uint32_t value = 0;

	for (uint32_t range = n - 1; range; range >>= 8) {
		if (!bytes->size)
			return n - 1;
		value = value << 8 | *bytes->bytes++;
		bytes->size--;
	}
	return value % n;
}

/* At once, in the midst of the sync after a join or a merge, soon, or late. */
static uint64_t moment_ns(struct draw *draw)
{
	switch (draw_below(draw, 6)) {
	case 0:
		return 0;
	case 1:
		return 4000ull * draw_below(draw, 256);
	case 2:
		return 50000000 + 4000ull * draw_below(draw, 256);
	case 3:
		return 200000000 + 4000ull * draw_below(draw, 256);
	case 4:
		return 10000000ull * draw_below(draw, 256);
	default:
		return 100000000ull * draw_below(draw, 150);
	}
}

struct step *draw_step(struct draw *draw, enum verb verb)
{
	struct scenario *scenario = &draw->drawn.scenario;
	struct step *step = &draw->steps[scenario->step_count++];

	step->verb = verb;
	step->at = (struct position){scenario->step_count, 1};
	step->settle = draw_below(draw, 8) >= draw->hurry;
	if (!step->settle) {
		step->has_after = true;
		step->after_ns = moment_ns(draw);
	}
	return step;
}

/* ---- machines ---- */

static void one_node(struct draw *draw, struct step *step, uint32_t node)
{
	step->nodes.index = draw_take(draw, 1, sizeof *step->nodes.index);
	step->nodes.index[0] = node;
	step->nodes.count = 1;
}

static void draw_end_of(struct draw *draw, uint32_t node, enum verb verb)
{
	struct step *step = draw_step(draw, verb);

	one_node(draw, step, node);
	step->wipe = draw_one_in(draw, 12);
	draw->up[node] = draw->paused[node] = false;
}

static void draw_start(struct draw *draw, uint32_t node)
{
	one_node(draw, draw_step(draw, VERB_START), node);
	draw->up[node] = true;
}

static void draw_restart(struct draw *draw, uint32_t node)
{
	struct step *step;

	draw_end_of(draw, node, draw_one_in(draw, 3) ? VERB_STOP : VERB_CRASH);
	draw_start(draw, node);
	step = &draw->steps[draw->drawn.scenario.step_count - 1];
	step->settle = false;
	step->has_after = true;
	step->after_ns = 1000000ull * draw_below(draw, 500);
}

/* Up nodes are hit, others come back. */
static void draw_machine(struct draw *draw, enum fault fault)
{
	uint32_t node = draw_below(draw, draw->drawn.scenario.node_count);

	if (draw->paused[node]) {
		one_node(draw, draw_step(draw, VERB_RESUME), node);
		draw->paused[node] = false;
	} else if (!draw->up[node])
		draw_start(draw, node);
	else if (fault == FAULT_RESTART)
		draw_restart(draw, node);
	else if (fault == FAULT_PAUSE) {
		one_node(draw, draw_step(draw, VERB_PAUSE), node);
		draw->paused[node] = true;
	} else
		draw_end_of(draw, node, fault == FAULT_STOP ? VERB_STOP : VERB_CRASH);
}

/* ---- network ---- */

static void draw_heal(struct draw *draw)
{
	(void)draw_step(draw, VERB_HEAL);
	draw->apart = false;
}

static void draw_partition(struct draw *draw)
{
	uint32_t nodes = draw->drawn.scenario.node_count, count = 2 + draw_one_in(draw, 4);
	struct step *step = draw_step(draw, VERB_PARTITION);
	struct index_list *groups = draw_take(draw, count, sizeof *groups);
	uint32_t used = 0;

	for (uint32_t i = 0; i < count; i++)
		groups[i].index = draw_take(draw, nodes, sizeof *groups[i].index);
	for (uint32_t i = 0; i < nodes; i++) {
		struct index_list *group = &groups[draw_below(draw, count)];

		group->index[group->count++] = i;
	}
	for (uint32_t i = 0; i < count; i++)
		if (groups[i].count)
			groups[used++] = groups[i];
	step->groups = groups;
	step->group_count = used;
	draw->apart = true;
}

static void draw_link(struct draw *draw, bool cut)
{
	uint32_t nodes = draw->drawn.scenario.node_count;
	struct step *step;

	if (nodes < 2)
		return;
	step = draw_step(draw, VERB_LINK);
	step->link_from = draw_below(draw, nodes);
	step->link_to = (step->link_from + 1 + draw_below(draw, nodes - 1)) % nodes;
	step->link_has_up = cut;
	step->link_has_loss = !cut;
	step->link_loss_ppm = cut ? 0 : 10000 * (1 + draw_below(draw, 60));
	if (!cut && draw_one_in(draw, 2)) {
		step->link_has_latency = true;
		step->link_latency_ns = 100000ull * (1 + draw_below(draw, 200));
	}
	draw->apart = true;
}

/* ---- administrators ---- */

static void new_files(struct draw *draw, struct step *step, const struct vq_config *config)
{
	uint32_t nodes = draw->drawn.scenario.node_count;
	const struct vq_config **files = draw_take(draw, nodes, sizeof *files);

	for (uint32_t i = 0; i < nodes; i++)
		files[i] = config ? config : draw->drawn.scenario.nodes[i].config;
	step->configs = files;
	step->nodes.index = draw_take(draw, nodes, sizeof *step->nodes.index);
	for (uint32_t i = 0; i < nodes; i++)
		step->nodes.index[step->nodes.count++] = i;
}

/* Sometimes on some nodes only. */
static void draw_reload(struct draw *draw)
{
	struct step *step = draw_step(draw, VERB_RELOAD);

	new_files(draw, step, draw_reloaded(draw, draw->drawn.scenario.nodes[0].config));
	if (draw_one_in(draw, 3))
		step->nodes.count = 1 + draw_below(draw, step->nodes.count);
	draw->reloaded = true;
}

/* ---- a run ---- */

static void draw_event(struct draw *draw)
{
	enum fault fault = (enum fault)draw_below(draw, FAULT_COUNT);

	if (draw->calls && draw_one_in(draw, 3) && draw_call(draw))
		return;
	while (!(draw->faults >> fault & 1))
		fault = (enum fault)((fault + 1) % FAULT_COUNT);
	switch (fault) {
	case FAULT_PARTITION:
	case FAULT_ONE_WAY:
	case FAULT_LOSSY:
		if (draw->apart && draw_one_in(draw, 3))
			draw_heal(draw);
		else if (fault == FAULT_PARTITION)
			draw_partition(draw);
		else
			draw_link(draw, fault == FAULT_ONE_WAY);
		break;
	case FAULT_RELOAD:
		draw_reload(draw);
		break;
	case FAULT_CANCEL_WAIT_FOR_ALL:
		one_node(draw, draw_step(draw, VERB_CANCEL_WAIT_FOR_ALL),
			 draw_below(draw, draw->drawn.scenario.node_count));
		break;
	case FAULT_WAIT:
		draw_step(draw, VERB_WAIT)->wait_ns = SCENARIO_MS * (100ull << draw_below(draw, 10));
		break;
	default:
		draw_machine(draw, fault);
	}
}

/* An administrator's changes are rare: after them little is judged. */
static void draw_traits(struct draw *draw)
{
	static const uint32_t hurries[] = {0, 0, 1, 4, 7};
	struct choice_rates *rates = &draw->drawn.rates;
	bool plain = draw_one_in(draw, 4);

	draw->hurry = hurries[draw_below(draw, 5)];
	draw->faults = draw_below(draw, 1u << FAULT_COUNT) & ~(1u << FAULT_RELOAD | 1u << FAULT_CANCEL_WAIT_FOR_ALL);
	if (draw_one_in(draw, 8) && !draw->options->no_administrator)
		draw->faults |= 1u << FAULT_RELOAD;
	if (draw_one_in(draw, 16) && !draw->options->no_administrator)
		draw->faults |= 1u << FAULT_CANCEL_WAIT_FOR_ALL;
	if (!(draw->faults & (1u << FAULT_CRASH | 1u << FAULT_STOP | 1u << FAULT_RESTART | 1u << FAULT_PARTITION)))
		draw->faults |= 1u << FAULT_PARTITION;
	for (uint32_t i = 0; i < CHOOSE_KIND_COUNT; i++)
		rates->one_in[i] = plain || draw_one_in(draw, 2) ? 0 : 1u << draw_below(draw, 5);
	if (draw_one_in(draw, 8)) {
		draw->drawn.scenario.network.jitter_ns = 1000ull << draw_below(draw, 12);
		draw->drawn.scenario.network.loss_ppm = draw_one_in(draw, 2) ? 1000u << draw_below(draw, 8) : 0;
	}
}

static void all_nodes(struct draw *draw, struct step *step)
{
	uint32_t nodes = draw->drawn.scenario.node_count;

	step->nodes.index = draw_take(draw, nodes, sizeof *step->nodes.index);
	for (uint32_t i = 0; i < nodes; i++) {
		step->nodes.index[step->nodes.count++] = i;
		draw->up[i] = true;
	}
}

/* All at once, or (so that there is some way to see them boot apart) one after the other, or without the last. */
static void draw_boot(struct draw *draw)
{
	struct step *step = draw_step(draw, VERB_START);

	step->settle = true;
	step->has_after = false;
	step->after_ns = 0;
	all_nodes(draw, step);
	step->together = !draw_one_in(draw, 8);
	if (step->nodes.count > 1 && draw_one_in(draw, 8))
		draw->up[--step->nodes.count] = false;
}

static void expect_quorum(struct draw *draw, struct step *step)
{
	uint32_t nodes = draw->drawn.scenario.node_count;
	struct node_truth *truths = draw_take(draw, nodes, sizeof *truths);

	for (uint32_t i = 0; i < nodes; i++)
		truths[i] = (struct node_truth){.at = step->at, .node = i, .quorate = true};
	step->expect = (struct expectation){.at = step->at, .quorate_count = nodes, .quorate = truths};
}

static void end_all_faults(struct draw *draw)
{
	uint32_t nodes = draw->drawn.scenario.node_count, paused = 0;
	struct step *step;

	draw->hurry = 0;
	draw->drawn.faults_end = draw->drawn.scenario.step_count;
	for (uint32_t i = 0; i < nodes; i++)
		paused += draw->paused[i];
	if (paused) {
		step = draw_step(draw, VERB_RESUME);
		step->nodes.index = draw_take(draw, nodes, sizeof *step->nodes.index);
		for (uint32_t i = 0; i < nodes; i++)
			if (draw->paused[i])
				step->nodes.index[step->nodes.count++] = i;
	}
	if (draw->apart)
		draw_heal(draw);
	if (draw->reloaded)
		new_files(draw, draw_step(draw, VERB_RELOAD), NULL);
	all_nodes(draw, draw_step(draw, VERB_START));
	step = draw_step(draw, VERB_WAIT);
	step->wait_ns = REST_NS;
	expect_quorum(draw, step);
}

static void take_base(struct draw *draw, const struct scenario *base)
{
	struct scenario *scenario = &draw->drawn.scenario;

	scenario->capacity = base->capacity;
	scenario->node_count = base->node_count;
	scenario->nodes = base->nodes;
	scenario->nodelist_count = base->nodelist_count;
	scenario->quirks_off = base->quirks_off;
	scenario->totem = base->totem;
	scenario->network = base->network;
}

static bool goes_on(const struct draw *draw)
{
	return !draw->bytes || draw->bytes->size > 0;
}

static const struct drawn *draw_story(struct draw *draw)
{
	struct scenario *scenario = &draw->drawn.scenario;
	uint32_t events;

	draw->apart = draw->reloaded = false;
	if (draw->options->base)
		take_base(draw, draw->options->base);
	else
		draw_cluster(draw);
	draw_traits(draw);
	events = 1 + draw_below(draw, draw->options->events_max);
	draw->up = draw_take(draw, scenario->node_count, sizeof *draw->up);
	draw->paused = draw_take(draw, scenario->node_count, sizeof *draw->paused);
	draw->steps = draw_take(draw, STEPS_PER_EVENT * events + STEPS_BESIDE, sizeof *draw->steps);
	scenario->steps = draw->steps;
	draw_boot(draw);
	draw_clients(draw);
	for (uint32_t i = 0; i < events && goes_on(draw); i++)
		draw_event(draw);
	end_all_faults(draw);
	return &draw->drawn;
}

static void begin_anew(struct draw *draw, struct choice_bytes *bytes)
{
	struct scenario *scenario = &draw->drawn.scenario;

	draw->bytes = bytes;
	draw->used = 0;
	memset(&draw->drawn, 0, sizeof draw->drawn);
	scenario->path = scenario->name = "swarm";
	scenario->description = scenario->variant = "";
}

const struct drawn *draw_run(struct draw *draw, uint64_t seed, uint64_t run)
{
	begin_anew(draw, NULL);
	draw->random = rng_stream(seed, 0) + run * 0xda942042e4dd58b5u;
	draw->random = rng_next(&draw->random);
	draw->drawn.seed = rng_next(&draw->random);
	return draw_story(draw);
}

const struct drawn *draw_from_bytes(struct draw *draw, struct choice_bytes *bytes)
{
	begin_anew(draw, bytes);
	draw->drawn.seed = draw_below(draw, 256);
	return draw_story(draw);
}

struct draw *draw_open(const struct draw_options *options)
{
	struct draw *draw = allocate(1, sizeof *draw);
	size_t nodes = options->base ? options->base->node_count : options->nodes_max;
	size_t steps = STEPS_PER_EVENT * options->events_max + STEPS_BESIDE;
	size_t lists = 4 * (nodes + 4) * (sizeof(struct node_truth) + sizeof(void *));

	draw->options = options;
	draw->room = 65536 + steps * (sizeof(struct step) + sizeof(struct vq_config) + lists);
	draw->memory = allocate(1, draw->room);
	return draw;
}

void draw_close(struct draw *draw)
{
	if (!draw)
		return;
	free(draw->memory);
	free(draw);
}
