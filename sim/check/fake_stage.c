/* The made-up cluster of the judge's tests. */
#include "sim/check/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE_FLAGS                                                                                \
	(uint32_t)(VQ_INFO_QDEVICE_REGISTERED | VQ_INFO_QDEVICE_ALIVE | VQ_INFO_QDEVICE_CAST_VOTE | \
		   VQ_INFO_QDEVICE_MASTER_WINS)

static bool fake_astray(const void *world, uint32_t node)
{
	(void)world;
	(void)node;
	return false;
}

static int fake_getinfo(const void *world, uint32_t node, uint32_t of, struct vq_info *info)
{
	const struct stage *stage = world;
	uint32_t about = of ? of - 1 : node;

	if (stage->info_error[node])
		return stage->info_error[node];
	if (about >= stage->scenario.node_count || !((stage->known[node] >> about) & 1))
		return VQ_ERR_NOT_EXIST;
	*info = stage->info[node];
	if (about == node)
		return VQ_OK;
	info->node_id = of;
	info->node_state = (stage->members[node] >> about) & 1 ? VQ_STATE_MEMBER : VQ_STATE_DEAD;
	info->node_votes = stage->info[about].node_votes;
	info->flags = (info->flags & ~DEVICE_FLAGS) | (stage->info[about].flags & DEVICE_FLAGS);
	return VQ_OK;
}

static bool fake_reaches(const void *world, uint32_t node, uint32_t other)
{
	const struct stage *stage = world;

	return (stage->members[node] >> other) & 1;
}

static bool fake_settled(const void *world)
{
	(void)world;
	return true;
}

void stage_make(struct stage *stage, uint32_t count)
{
	memset(stage, 0, sizeof *stage);
	for (uint32_t i = 0; i < count; i++) {
		stage->listed[i] = (struct vq_config_node){i + 1, 1};
		stage->configs[i] = (struct vq_config){.node_count = count, .nodes = stage->listed};
		stage->nodes[i] = (struct scenario_node){.nodeid = i + 1, .config = &stage->configs[i]};
	}
	for (uint32_t i = 0; i < STAGE_CLIENTS; i++) {
		static const char *const names[STAGE_CLIENTS] = {"a", "b", "c", "d", "e", "f"};

		stage->clients[i] = (struct scenario_client){.name = names[i], .node = i % count, .callbacks = 14};
	}
	for (uint32_t i = 0; i < STAGE_STEPS; i++)
		stage->steps[i] = (struct step){.verb = VERB_WAIT, .at = {i + 1, 1}, .settle = true};
	stage->scenario = (struct scenario){
		.path = "stage",
		.name = "stage",
		.variant = "",
		.at = {1, 1},
		.node_count = count,
		.nodes = stage->nodes,
		.client_count = STAGE_CLIENTS,
		.clients = stage->clients,
		.step_count = STAGE_STEPS,
		.steps = stage->steps,
	};
}

void stage_judge(struct stage *stage)
{
	stage->check = malloc(check_size(&stage->scenario));
	assert_non_null(stage->check);
	check_init(stage->check, &stage->scenario);
}

void stage_free(struct stage *stage)
{
	free(stage->check);
}

static void keep(void *ctx, const struct verdict *verdict)
{
	struct stage *stage = ctx;

	if (stage->verdict_count < STAGE_VERDICTS)
		stage->verdicts[stage->verdict_count++] = *verdict;
}

void stage_see(struct stage *stage, struct observation *observation)
{
	struct world_view view = {stage, fake_reaches, fake_astray, fake_getinfo, fake_settled};

	observation->step = stage->step;
	observation->time_ns = stage->time_ns;
	check_observe(stage->check, &stage->scenario, &view, observation, keep, stage);
}

void stage_event(struct stage *stage, enum observation_kind kind, uint32_t node, uint64_t number)
{
	struct observation observation = {.kind = kind, .node = node, .client = UINT32_MAX, .number = number};

	if (kind == OBSERVE_NODE_UP || kind == OBSERVE_RELOADED)
		observation.config = stage->scenario.nodes[node].config;
	stage_see(stage, &observation);
}

void stage_begin(struct stage *stage, uint32_t step)
{
	stage->step = step;
	stage_event(stage, OBSERVE_STEP_BEGIN, UINT32_MAX, 1);
}

void stage_end(struct stage *stage, bool settled)
{
	stage_event(stage, OBSERVE_STEP_END, UINT32_MAX, settled);
	stage->time_ns += SCENARIO_MS;
}

void stage_rest(struct stage *stage)
{
	stage_begin(stage, stage->step + 1);
	stage_end(stage, true);
}

void stage_up(struct stage *stage, uint32_t node)
{
	stage->known[node] = 1u << node;
	stage->rings[node] = (struct vq_ring_id){0};
	stage_event(stage, OBSERVE_NODE_UP, node, 0);
}

void stage_ring(struct stage *stage, uint32_t members)
{
	struct observation observation = {.kind = OBSERVE_RING, .client = UINT32_MAX};
	uint32_t ids[STAGE_NODES], count = 0;

	for (uint32_t i = 0; i < stage->scenario.node_count; i++)
		if ((members >> i) & 1)
			ids[count++] = i + 1;
	stage->seq += 4;
	observation.ring = (struct vq_ring_id){.seq = stage->seq, .nodeid = ids[0]};
	observation.nodes = ids;
	observation.count = count;
	for (uint32_t i = 0; i < count; i++) {
		observation.node = ids[i] - 1;
		stage->rings[observation.node] = observation.ring;
		stage->members[observation.node] = members;
		stage_see(stage, &observation);
	}
}

static uint32_t count_bits(uint32_t bits)
{
	uint32_t count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* What getinfo says of a node in a plain cluster of single votes. */
static void follow(struct stage *stage, uint32_t node, bool quorate)
{
	uint32_t all = stage->expected ? stage->expected : stage->scenario.node_count;

	stage->known[node] |= stage->members[node];
	stage->info[node] = (struct vq_info){
		.node_id = node + 1,
		.node_state = VQ_STATE_MEMBER,
		.node_votes = 1,
		.node_expected_votes = all,
		.highest_expected = all,
		.total_votes = count_bits(stage->members[node]),
		.quorum = stage->quorum ? stage->quorum : all / 2 + 1,
		.flags = stage->flags | (quorate ? VQ_INFO_QUORATE : 0),
	};
}

void stage_activated(struct stage *stage, uint32_t node)
{
	struct observation observation = {
		.kind = OBSERVE_ACTIVATED,
		.node = node,
		.client = UINT32_MAX,
		.ring = stage->rings[node],
	};

	stage_see(stage, &observation);
}

void stage_primary(struct stage *stage, uint32_t node, bool quorate)
{
	stage_event(stage, OBSERVE_PRIMARY, node, quorate);
	follow(stage, node, quorate);
}

void stage_activate(struct stage *stage, uint32_t members, uint32_t quorate)
{
	for (uint32_t i = 0; i < stage->scenario.node_count; i++) {
		if (!((members >> i) & 1))
			continue;
		stage_activated(stage, i);
		stage_primary(stage, i, (quorate >> i) & 1);
	}
}

void stage_boot(struct stage *stage)
{
	uint32_t all = (1u << stage->scenario.node_count) - 1;

	stage->steps[0].verb = VERB_START;
	stage_begin(stage, 0);
	for (uint32_t i = 0; i < stage->scenario.node_count; i++)
		stage_up(stage, i);
	stage_ring(stage, all);
	stage_activate(stage, all, all);
	stage_end(stage, true);
}

void stage_call(struct stage *stage, uint32_t client, enum verb verb, const struct vq_request *request)
{
	struct observation observation = {
		.kind = OBSERVE_CALL,
		.node = stage->clients[client].node,
		.client = client,
		.verb = verb,
		.request = request,
	};

	stage_see(stage, &observation);
}

void stage_reply(struct stage *stage, uint32_t client, enum verb verb, int error)
{
	struct observation observation = {
		.kind = OBSERVE_REPLY,
		.node = stage->clients[client].node,
		.client = client,
		.verb = verb,
		.number = (uint64_t)error,
	};

	stage_see(stage, &observation);
}

void stage_track(struct stage *stage, uint32_t client)
{
	struct vq_request request = {.op = VQ_OP_TRACKSTART, .context = 100 + client, .flags = VQ_TRACK_CHANGES_ONLY};

	stage_call(stage, client, VERB_TRACKSTART, &request);
	stage_reply(stage, client, VERB_TRACKSTART, VQ_OK);
}

/* ---- notifications as they should be ---- */

static struct vq_entry listed[STAGE_NODES + 1];

struct vq_notification stage_nodelist(const struct stage *stage, uint32_t client)
{
	uint32_t node = stage->clients[client].node, count = 0;

	for (uint32_t i = 0; i < stage->scenario.node_count; i++)
		if ((stage->members[node] >> i) & 1)
			listed[count++] = (struct vq_entry){i + 1, 0};
	return (struct vq_notification){
		.kind = VQ_NODELIST,
		.context = 100 + client,
		.ring = stage->rings[node],
		.count = count,
		.entries = listed,
	};
}

struct vq_notification stage_quorum(const struct stage *stage, uint32_t client, bool quorate)
{
	uint32_t node = stage->clients[client].node, known = stage->known[node] | stage->members[node], count = 0;

	for (uint32_t k = 0; k <= stage->scenario.node_count; k++) {
		uint32_t i = k == stage->scenario.node_count ? node : k; /* the own id last */

		if ((k == node && k != stage->scenario.node_count) || !((known >> i) & 1))
			continue;
		listed[count++] = (struct vq_entry){
			i + 1,
			(stage->members[node] >> i) & 1 ? VQ_STATE_MEMBER : VQ_STATE_DEAD,
		};
	}
	return (struct vq_notification){
		.kind = VQ_QUORUM,
		.context = 100 + client,
		.quorate = quorate,
		.count = count,
		.entries = listed,
	};
}

struct vq_notification stage_expected(const struct stage *stage, uint32_t client, uint32_t value)
{
	(void)stage;
	return (struct vq_notification){.kind = VQ_EXPECTED_VOTES, .context = 100 + client, .expected_votes = value};
}

static void notify(struct stage *stage, enum observation_kind kind, uint32_t client,
		   const struct vq_notification *notification)
{
	struct observation observation = {
		.kind = kind,
		.node = stage->clients[client].node,
		.client = client,
		.notification = notification,
	};

	stage_see(stage, &observation);
}

void stage_queue(struct stage *stage, uint32_t client, struct vq_notification notification)
{
	notify(stage, OBSERVE_QUEUED, client, &notification);
}

void stage_callback(struct stage *stage, uint32_t client, struct vq_notification notification)
{
	notify(stage, OBSERVE_CALLBACK, client, &notification);
}

/* ---- verdicts ---- */

static void print_verdicts(const struct stage *stage)
{
	for (uint32_t i = 0; i < stage->verdict_count; i++) {
		const struct verdict *verdict = &stage->verdicts[i];

		print_message("verdict %u rule %s\n  expected %s\n  came %s\n", verdict->kind,
			      verdict->rule < check_rule_count ? check_rules[verdict->rule].id : "-",
			      verdict->expected, verdict->came);
	}
}

void stage_assert_count(struct stage *stage, uint32_t count, const char *file, int line)
{
	if (stage->verdict_count != count)
		print_verdicts(stage);
	_assert_int_equal(stage->verdict_count, count, file, line);
	stage->verdict_count = 0;
}

void stage_assert_breach(struct stage *stage, enum rule_number rule, const char *file, int line)
{
	stage_assert_verdict(stage, VERDICT_BREACH, file, line);
	if (stage->verdicts[0].rule != (uint32_t)rule)
		print_message("rule %s instead of %s\n", check_rules[stage->verdicts[0].rule].id,
			      check_rules[rule].id);
	_assert_int_equal(stage->verdicts[0].rule, rule, file, line);
	_assert_true(check_exercised(stage->check, rule) > 0, "the rule was exercised", file, line);
}

void stage_assert_verdict(struct stage *stage, enum verdict_kind kind, const char *file, int line)
{
	stage_assert_count(stage, 1, file, line);
	_assert_int_equal(stage->verdicts[0].kind, kind, file, line);
}
