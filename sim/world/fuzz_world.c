/*
 * Fuzzes the whole world: bytes make a small scenario (one to five nodes, any keys of
 * the quorum section, any verbs at any moments), and more bytes make every choice in it.
 *
 * The oracles are the assertions of world, core and judge, and two of its own: a run
 * ends, and from a snapshot taken on the way it ends in the same state again. What the
 * judge finds is counted and told at the end; VOTESIM_FUZZ_JUDGE=1 makes it a crash,
 * unless it breaks one of the invariants of a whole cluster, as real corosync does, too:
 * the corpus must pass so, of what random changes make of it some 1 in 1000 does not (FOUND.md).
 * VOTESIM_FUZZ_TRACE=1 shows the steps and the trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/check.h"
#include "sim/ensure.h"
#include "sim/scenario/dump.h"
#include "sim/trace.h"
#include "sim/world/world.h"

#define NODES_MAX 5u
#define CLIENTS_MAX 4u
#define STEPS_MAX 24u

struct input {
	const uint8_t *bytes;
	size_t size;
	bool extreme; /* votes up to 2^32 - 1: sums wrap in the daemon, and what comes of it is no rule's */
};

struct made { /* a scenario and all that it points to */
	struct scenario scenario;
	struct scenario_node nodes[NODES_MAX];
	struct scenario_client clients[CLIENTS_MAX];
	struct step steps[STEPS_MAX];
	struct vq_config configs[1 + STEPS_MAX];
	struct vq_config_node votes[1 + STEPS_MAX][NODES_MAX];
	const struct vq_config *files[STEPS_MAX][NODES_MAX];
	struct index_list groups[STEPS_MAX][2];
	uint32_t indices[STEPS_MAX][2 * NODES_MAX];
	uint32_t config_count;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint8_t take8(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->bytes++;
}

static uint32_t below(struct input *in, uint32_t n)
{
	return take8(in) % n;
}

/* Votes: small, or now and then extreme, in a cluster where anything goes. */
static uint32_t number(struct input *in)
{
	uint8_t byte = take8(in);

	if (!in->extreme)
		return byte % 9;
	return byte < 224 ? byte % 9 : byte < 240 ? 255 + byte % 4 : UINT32_MAX - byte % 4;
}

/* ---- a cluster ---- */

static const struct vq_config *make_config(struct made *made, struct input *in)
{
	static const char *const ties[] = {"lowest", "highest", "2 4", "1", "x"};
	struct vq_config_node *votes = made->votes[made->config_count];
	struct vq_config *config = &made->configs[made->config_count++];
	uint32_t keys = (uint32_t)take8(in) << 8 | take8(in), more = take8(in);

	*config = (struct vq_config){.given = keys, .nodes = votes, .node_count = made->scenario.node_count};
	config->two_node = keys >> 1 & more & 1;
	config->wait_for_all = keys >> 2 & 1;
	config->auto_tie_breaker = keys >> 3 & 1;
	config->auto_tie_breaker_node = keys >> 4 & 1 ? ties[more % 5] : NULL;
	config->last_man_standing = keys >> 5 & 1;
	config->last_man_standing_window_ms = keys >> 6 & 1 ? more * 40 : 0;
	config->allow_downscale = keys >> 7 & 1;
	config->expected_votes_tracking = keys >> 8 & 1;
	config->device_model = keys >> 10 & more >> 1 & 1 ? "net" : NULL;
	config->device_votes = keys >> 11 & 1 ? number(in) : 0;
	config->device_timeout_ms = keys >> 12 & 1 ? more * 100 : 0;
	config->device_sync_timeout_ms = keys >> 13 & 1 ? more * 100 : 0;
	config->expected_votes = keys & 1 ? number(in) : 0;
	for (uint32_t i = 0; i < config->node_count; i++)
		votes[i] = (struct vq_config_node){made->nodes[i].nodeid, more & 128 ? number(in) : 1};
	return config;
}

static void make_cluster(struct made *made, struct input *in)
{
	static const enum verb inside[8] = {VERB_NONE, VERB_GETINFO, VERB_QDEVICE_POLL, VERB_TRACKSTOP,
					    VERB_FINALIZE};
	struct scenario *scenario = &made->scenario;
	const struct vq_config *config;

	memset(made, 0, sizeof *made);
	scenario->path = scenario->name = scenario->description = scenario->variant = "";
	scenario->nodes = made->nodes;
	scenario->clients = made->clients;
	scenario->steps = made->steps;
	scenario->node_count = scenario->nodelist_count = 1 + below(in, NODES_MAX);
	scenario->client_count = below(in, CLIENTS_MAX + 1);
	scenario->quirks_off = take8(in) % 4 ? 0 : (uint32_t)take8(in) << 8 | take8(in);
	scenario->totem = (struct totem){1000, 100, 0, 50, 200};
	scenario->network.latency_ns = 100000;
	if (take8(in) % 4 == 0)
		scenario->network = (struct network){100000u * below(in, 9), 10000u * take8(in), 2000u * take8(in)};
	for (uint32_t i = 0; i < scenario->node_count; i++)
		made->nodes[i].nodeid = i + 1;
	config = make_config(made, in);
	for (uint32_t i = 0; i < scenario->node_count; i++)
		made->nodes[i].config = config;
	for (uint32_t i = 0; i < scenario->client_count; i++) {
		uint8_t byte = take8(in);

		made->clients[i] = (struct scenario_client){
			.name = "c",
			.node = byte % scenario->node_count,
			.manual = byte & 64,
			.callbacks = byte & 128 ? byte >> 1 & 14u : 14u,
			.slow_ns = byte % 16 ? 0 : 2 * SCENARIO_MS,
			.in_callback = inside[take8(in) % 8],
		};
	}
}

/* ---- steps ---- */

static void make_nodes(struct made *made, struct input *in, uint32_t index)
{
	struct step *step = &made->steps[index];
	uint8_t bits = take8(in);

	step->nodes.index = made->indices[index];
	for (uint32_t i = 0; i < made->scenario.node_count; i++)
		if (bits >> i & 1)
			step->nodes.index[step->nodes.count++] = i;
	step->together = bits & 128;
	step->wipe = bits >> 5 == 7;
}

static void make_groups(struct made *made, struct input *in, uint32_t index)
{
	uint8_t bits = take8(in);

	made->steps[index].group_count = 2;
	made->steps[index].groups = made->groups[index];
	made->groups[index][0].index = made->indices[index];
	made->groups[index][1].index = made->indices[index] + NODES_MAX;
	for (uint32_t i = 0; i < made->scenario.node_count; i++) {
		struct index_list *group = &made->groups[index][bits >> i & 1];

		group->index[group->count++] = i;
	}
}

static void make_link(struct made *made, struct input *in, struct step *step)
{
	uint8_t byte = take8(in);

	step->link_from = below(in, made->scenario.node_count);
	step->link_to = below(in, made->scenario.node_count);
	step->link_has_up = byte & 1;
	step->link_up = byte & 2;
	step->link_has_loss = byte & 4;
	step->link_loss_ppm = byte & 8 ? 1000000 : 40000u * (byte >> 4);
	step->link_has_latency = byte & 16;
	step->link_latency_ns = 100000ull * byte;
	if (step->link_from == step->link_to)
		step->verb = VERB_HEAL;
}

static void make_reload(struct made *made, struct input *in, uint32_t index)
{
	const struct vq_config *config = make_config(made, in);

	make_nodes(made, in, index);
	made->steps[index].configs = made->files[index];
	for (uint32_t i = 0; i < made->scenario.node_count; i++)
		made->files[index][i] = config;
}

static void make_call(struct made *made, struct input *in, struct step *step)
{
	static const int faults[] = {VQ_ERR_TRY_AGAIN,     VQ_ERR_INTERRUPT,     VQ_ERR_NO_MEMORY,    VQ_ERR_ACCESS,
				     VQ_ERR_NOT_SUPPORTED, VQ_ERR_MESSAGE_ERROR, VQ_ERR_NO_RESOURCES, VQ_ERR_LIBRARY};
	struct vq_request *request = &step->request;
	uint8_t byte = take8(in);

	step->client = byte % made->scenario.client_count;
	if (step->verb >= VERB_GETINFO && step->verb <= VERB_QDEVICE_MASTER_WINS)
		request->op = (uint32_t)step->verb - VERB_GETINFO + VQ_OP_GETINFO;
	request->nodeid = byte >> 2 & 7;
	request->votes = number(in);
	request->flags = byte >> 4;
	request->cast_vote = request->allow = byte >> 5 & 1;
	step->context = request->context = byte;
	strcpy(request->name, byte & 64 ? "d" : "e");
	strcpy(request->new_name, byte & 16 ? "d" : "f");
	step->ring_stale = byte % 8 == 7;
	step->dispatch_type = byte >> 3 & 7;
	step->fault_error = faults[byte >> 2 & 7];
	step->fault_call = byte & 128 ? VERB_NONE : (enum verb)(VERB_INITIALIZE + byte % 16);
}

/* At once, in the midst of the sync after a join or a merge, soon, late; or at rest. */
static void make_moment(struct input *in, struct step *step)
{
	static const uint64_t from_us[] = {0, 50000, 200000, 0, 0}, unit_us[] = {4, 4, 4, 9000, 60000};
	uint8_t byte = take8(in);
	uint32_t kind = byte & 7;

	step->settle = kind > 5;
	if (kind > 4)
		return;
	step->has_after = true;
	step->after_ns = 1000 * (from_us[kind] + unit_us[kind] * take8(in));
}

static void make_step(struct made *made, struct input *in, uint32_t index)
{
	struct step *step = &made->steps[index];

	step->verb = index ? (enum verb)below(in, VERB_INJECT) : VERB_START;
	step->at = (struct position){index + 1, 1};
	make_moment(in, step);
	if (verb_is_call(step->verb) || step->verb == VERB_FAULT || step->verb == VERB_KILL) {
		if (made->scenario.client_count)
			make_call(made, in, step);
		else
			step->verb = VERB_HEAL;
	}
	if (step->verb == VERB_PARTITION)
		make_groups(made, in, index);
	else if (step->verb == VERB_LINK)
		make_link(made, in, step);
	else if (step->verb == VERB_RELOAD)
		make_reload(made, in, index);
	else if (step->verb == VERB_WAIT)
		step->wait_ns = take8(in) * 50 * SCENARIO_MS;
	else if (step->verb < VERB_RELOAD || step->verb == VERB_CANCEL_WAIT_FOR_ALL)
		make_nodes(made, in, index);
}

/* ---- judging ---- */

struct judge {
	struct check *check;
	const struct scenario *scenario;
	bool replay; /* of what was judged before */
	bool extreme;
};

static uint64_t runs, breached;

static void tell_counts(void)
{
	fprintf(stderr, "%llu runs, %llu breaches told by the judge\n", (unsigned long long)runs,
		(unsigned long long)breached);
}

static void count(void *ctx, const struct verdict *verdict)
{
	const struct judge *judge = ctx;

	if (verdict->kind != VERDICT_BREACH)
		return;
	breached++;
	if (judge->extreme || check_rules[verdict->rule].id[0] == 'I' || !getenv("VOTESIM_FUZZ_JUDGE"))
		return;
	fprintf(stderr, "%s, step %u: expected %s, came %s\n", check_rules[verdict->rule].id, verdict->step,
		verdict->expected, verdict->came);
	abort();
}

static void judge(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct judge *judge = ctx;

	if (!judge->replay)
		check_observe(judge->check, judge->scenario, view, observation, count, judge);
}

/* ---- running ---- */

static uint32_t advance(struct world *world, uint32_t most)
{
	uint32_t advanced = 0;

	while (advanced < most && world_advance(world))
		advanced++;
	return advanced;
}

/* The scenario, then each line of the trace as it comes. */
static void show(void *ctx, const struct world_view *view, const struct observation *observation)
{
	const struct judge *judge = ctx;
	struct trace trace;

	if (judge->replay)
		return;
	trace_init(&trace, judge->scenario, true, true, false);
	trace_observe(&trace, view, observation);
	fwrite(trace.text, 1, trace.size, stderr);
	trace_free(&trace);
}

static void run_twice(struct world *world, struct judge *judge, struct choice_bytes *source, uint32_t first)
{
	struct choice_bytes there;
	uint64_t hash[2], again[2];
	void *snapshot;
	size_t bytes;

	advance(world, first);
	bytes = world_bytes(world);
	snapshot = malloc(bytes);
	ALWAYS(snapshot != NULL);
	world_save(world, snapshot);
	there = *source;
	ALWAYS(advance(world, 1000000) < 1000000); /* a run ends */
	world_hash(world, hash);
	judge->replay = true;
	world_restore(world, snapshot, bytes);
	*source = there;
	world_run(world);
	world_hash(world, again);
	ALWAYS(memcmp(hash, again, sizeof hash) == 0);
	free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct made made;
	struct input in = {bytes, size, false};
	struct choice_bytes source;
	struct judge judging = {.scenario = &made.scenario};
	struct world *world;
	uint32_t first;

	if (runs++ == 0)
		atexit(tell_counts);
	in.extreme = take8(&in) % 4 == 3;
	judging.extreme = in.extreme;
	make_cluster(&made, &in);
	first = 8u * take8(&in);
	made.scenario.step_count = 1 + below(&in, STEPS_MAX);
	for (uint32_t i = 0; i < made.scenario.step_count; i++)
		make_step(&made, &in, i);
	source = (struct choice_bytes){in.bytes, in.size};
	world = world_create(&made.scenario, choice_from_bytes(&source), 1);
	world_observe_all(world, first % 16);
	world_token_order(world, first % 32);
	judging.check = malloc(check_size(&made.scenario));
	ALWAYS(judging.check != NULL);
	check_init(judging.check, &made.scenario);
	world_observe(world, (struct observer){&judging, judge});
	if (getenv("VOTESIM_FUZZ_TRACE")) {
		scenario_dump_json(&made.scenario, stderr);
		world_observe(world, (struct observer){&judging, show});
	}
	run_twice(world, &judging, &source, first);
	world_destroy(world);
	free(judging.check);
	return 0;
}
