/* Single simplifications. */
#include "sim/shrink/shrink_edit.h"

#include <string.h>

#include "sim/ensure.h"

static void *take(struct draft *draft, size_t count, size_t size)
{
	void *memory = arena_alloc(&draft->arena, count, size);

	ALWAYS(memory != NULL);
	return memory;
}

static void *copy(struct draft *draft, const void *from, size_t count, size_t size)
{
	void *to = take(draft, count, size);

	if (count)
		memcpy(to, from, count * size);
	return to;
}

void draft_begin(struct draft *draft, const struct scenario *scenario)
{
	draft_free(draft);
	draft->scenario = *scenario;
	draft->steps = copy(draft, scenario->steps, scenario->step_count, sizeof *draft->steps);
	draft->nodes = copy(draft, scenario->nodes, scenario->node_count, sizeof *draft->nodes);
	draft->clients = copy(draft, scenario->clients, scenario->client_count, sizeof *draft->clients);
	draft->scenario.steps = draft->steps;
	draft->scenario.nodes = draft->nodes;
	draft->scenario.clients = draft->clients;
}

void draft_free(struct draft *draft)
{
	arena_free(draft->arena.blocks);
	memset(draft, 0, sizeof *draft);
}

void edit_drop_steps(struct draft *draft, uint32_t first, uint32_t count)
{
	memmove(&draft->steps[first], &draft->steps[first + count],
		(draft->scenario.step_count - first - count) * sizeof *draft->steps);
	draft->scenario.step_count -= count;
}

/* ---- a node less ---- */

struct dropping {
	struct draft *draft;
	uint32_t node, nodeid;
	uint32_t *client; /* new index by old; UINT32_MAX: it goes with its node */
};

static struct index_list without(const struct dropping *dropping, const struct index_list *nodes)
{
	struct index_list left = {0, take(dropping->draft, nodes->count, sizeof *left.index)};

	for (uint32_t i = 0; i < nodes->count; i++)
		if (nodes->index[i] != dropping->node)
			left.index[left.count++] = nodes->index[i] - (nodes->index[i] > dropping->node);
	return left;
}

static const struct vq_config *config_without(const struct dropping *dropping, const struct vq_config *config)
{
	struct vq_config *left = copy(dropping->draft, config, config ? 1 : 0, sizeof *left);
	struct vq_config_node *nodes;

	if (!config)
		return NULL;
	nodes = take(dropping->draft, config->node_count, sizeof *nodes);
	left->node_count = 0;
	for (uint32_t i = 0; i < config->node_count; i++)
		if (config->nodes[i].nodeid != dropping->nodeid)
			nodes[left->node_count++] = config->nodes[i];
	left->nodes = nodes;
	return left;
}

static void drop_clients(struct dropping *dropping)
{
	struct draft *draft = dropping->draft;
	uint32_t count = draft->scenario.client_count, left = 0;

	dropping->client = take(draft, count, sizeof *dropping->client);
	for (uint32_t i = 0; i < count; i++) {
		dropping->client[i] = UINT32_MAX;
		if (draft->clients[i].node == dropping->node)
			continue;
		dropping->client[i] = left;
		draft->clients[left] = draft->clients[i];
		draft->clients[left++].node -= draft->clients[i].node > dropping->node;
	}
	draft->scenario.client_count = left;
}

static void truths_without(const struct dropping *dropping, uint32_t *count, const struct node_truth **truths)
{
	struct node_truth *left = take(dropping->draft, *count, sizeof *left);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < *count; i++) {
		struct node_truth truth = (*truths)[i];
		uint32_t *members = take(dropping->draft, truth.count, sizeof *members), k, n = 0;

		if (truth.node == dropping->node)
			continue;
		truth.node -= truth.node > dropping->node;
		for (k = 0; k < truth.count; k++)
			if (truth.members[k] != dropping->nodeid)
				members[n++] = truth.members[k];
		truth.count = n;
		truth.members = members;
		left[kept++] = truth;
	}
	*count = kept;
	*truths = left;
}

static void info_without(const struct dropping *dropping, struct expectation *expect)
{
	struct info_pattern *info = take(dropping->draft, expect->info_count, sizeof *info);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < expect->info_count; i++) {
		if (expect->info[i].node == dropping->node || expect->info[i].of == dropping->nodeid)
			continue;
		info[kept] = expect->info[i];
		info[kept++].node -= expect->info[i].node > dropping->node;
	}
	expect->info = info;
	expect->info_count = kept;
}

static void callbacks_without(const struct dropping *dropping, struct expectation *expect)
{
	struct callbacks_expected *callbacks = take(dropping->draft, expect->callbacks_count, sizeof *callbacks);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < expect->callbacks_count; i++) {
		callbacks[kept] = expect->callbacks[i];
		callbacks[kept].client = dropping->client[expect->callbacks[i].client];
		kept += callbacks[kept].client != UINT32_MAX;
	}
	expect->callbacks = callbacks;
	expect->callbacks_count = kept;
}

static void refused_without(const struct dropping *dropping, struct expectation *expect)
{
	struct refused_pattern *refused = take(dropping->draft, expect->refused_count, sizeof *refused);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < expect->refused_count; i++) {
		if (expect->refused[i].node == dropping->node)
			continue;
		refused[kept] = expect->refused[i];
		refused[kept++].node -= expect->refused[i].node > dropping->node;
	}
	expect->refused = refused;
	expect->refused_count = kept;
}

static void logs_without(const struct dropping *dropping, struct expectation *expect)
{
	struct log_pattern *logs = take(dropping->draft, expect->log_count, sizeof *logs);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < expect->log_count; i++) {
		if (expect->logs[i].node == dropping->node)
			continue;
		logs[kept] = expect->logs[i];
		logs[kept++].node -= expect->logs[i].node > dropping->node;
	}
	expect->logs = logs;
	expect->log_count = kept;
}

static bool expects_anything(const struct expectation *expect)
{
	return expect->quorate_count || expect->members_count || expect->info_count || expect->callbacks_count ||
	       expect->refused_count || expect->log_count || expect->reply.at.line || expect->has_split_brain;
}

static void expect_without(const struct dropping *dropping, struct expectation *expect)
{
	if (!expect->at.line)
		return;
	truths_without(dropping, &expect->quorate_count, &expect->quorate);
	truths_without(dropping, &expect->members_count, &expect->members);
	info_without(dropping, expect);
	callbacks_without(dropping, expect);
	refused_without(dropping, expect);
	logs_without(dropping, expect);
	if (!expects_anything(expect))
		memset(expect, 0, sizeof *expect);
}

static bool uses_client(enum verb verb)
{
	return verb_is_call(verb) || verb == VERB_FAULT || verb == VERB_KILL;
}

static void groups_without(const struct dropping *dropping, struct step *step)
{
	struct index_list *groups = take(dropping->draft, step->group_count, sizeof *groups);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < step->group_count; i++) {
		groups[kept] = without(dropping, &step->groups[i]);
		kept += groups[kept].count > 0;
	}
	step->groups = groups;
	step->group_count = kept;
}

static void configs_without(const struct dropping *dropping, struct step *step)
{
	uint32_t count = dropping->draft->scenario.node_count;
	const struct vq_config **configs = take(dropping->draft, count, sizeof *configs);

	for (uint32_t i = 0; i < count; i++)
		configs[i] = config_without(dropping, step->configs[i + (i >= dropping->node)]);
	step->configs = configs;
}

/* False: nothing is left of the step. */
static bool step_without(const struct dropping *dropping, struct step *step)
{
	bool had_nodes = step->nodes.count > 0;

	expect_without(dropping, &step->expect);
	step->nodes = without(dropping, &step->nodes);
	if (had_nodes && !step->nodes.count)
		return false;
	if (uses_client(step->verb)) {
		step->client = dropping->client[step->client];
		if (step->client == UINT32_MAX)
			return false;
	}
	if (step->verb == VERB_PARTITION)
		groups_without(dropping, step);
	if (step->verb == VERB_RELOAD)
		configs_without(dropping, step);
	if (step->verb == VERB_LINK) {
		if (step->link_from == dropping->node || step->link_to == dropping->node)
			return false;
		step->link_from -= step->link_from > dropping->node;
		step->link_to -= step->link_to > dropping->node;
	}
	return step->verb != VERB_NONE || step->expect.at.line;
}

bool edit_drop_node(struct draft *draft, uint32_t node)
{
	struct scenario *scenario = &draft->scenario;
	struct dropping dropping = {draft, node, draft->nodes[node].nodeid, NULL};
	uint32_t left = 0;

	if (scenario->node_count == 1)
		return false;
	for (uint32_t i = 0; i < scenario->node_count; i++)
		if (draft->nodes[i].later.line)
			return false;
	memmove(&draft->nodes[node], &draft->nodes[node + 1],
		(scenario->node_count - node - 1) * sizeof *draft->nodes);
	scenario->node_count--;
	for (uint32_t i = 0; i < scenario->node_count; i++)
		draft->nodes[i].config = config_without(&dropping, draft->nodes[i].config);
	scenario->nodelist_count -= scenario->nodelist_count > 0;
	drop_clients(&dropping);
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		draft->steps[left] = draft->steps[i];
		left += step_without(&dropping, &draft->steps[left]);
	}
	scenario->step_count = left;
	return left > 0;
}

/* ---- ids ---- */

static bool names_ids(const struct vq_config *config)
{
	const char *text = config ? config->auto_tie_breaker_node : NULL;

	return text && strpbrk(text, "0123456789");
}

static bool expects_ids(const struct expectation *expect)
{
	return expect->members_count || expect->info_count || expect->callbacks_count || expect->reply.at.line;
}

static bool has_ids_elsewhere(const struct draft *draft)
{
	const struct scenario *scenario = &draft->scenario;

	for (uint32_t i = 0; i < scenario->node_count; i++)
		if (draft->nodes[i].later.line || names_ids(draft->nodes[i].config))
			return true;
	for (uint32_t s = 0; s < scenario->step_count; s++) {
		const struct step *step = &draft->steps[s];

		if (expects_ids(&step->expect) || step->ring_given)
			return true;
		for (uint32_t i = 0; step->verb == VERB_RELOAD && i < scenario->node_count; i++)
			if (names_ids(step->configs[i]))
				return true;
	}
	return false;
}

/* What is no node stays none. */
static uint32_t new_id(const struct draft *draft, uint32_t nodeid)
{
	int index = scenario_node_index(&draft->scenario, nodeid);

	if (index >= 0)
		return (uint32_t)index + 1;
	return nodeid && nodeid <= draft->scenario.node_count ? draft->scenario.node_count + 1 : nodeid;
}

static const struct vq_config *renumbered(struct draft *draft, const struct vq_config *config)
{
	struct vq_config *other = copy(draft, config, config ? 1 : 0, sizeof *other);
	struct vq_config_node *nodes;

	if (!config)
		return NULL;
	nodes = copy(draft, config->nodes, config->node_count, sizeof *nodes);
	for (uint32_t i = 0; i < config->node_count; i++)
		nodes[i].nodeid = new_id(draft, nodes[i].nodeid);
	other->nodes = nodes;
	return other;
}

bool edit_renumber(struct draft *draft)
{
	uint32_t count = draft->scenario.node_count;

	if (draft->nodes[count - 1].nodeid == count || has_ids_elsewhere(draft))
		return false;
	for (uint32_t i = 0; i < count; i++)
		draft->nodes[i].config = renumbered(draft, draft->nodes[i].config);
	for (uint32_t s = 0; s < draft->scenario.step_count; s++) {
		struct step *step = &draft->steps[s];
		const struct vq_config **configs;

		step->request.nodeid = new_id(draft, step->request.nodeid);
		if (step->verb != VERB_RELOAD)
			continue;
		configs = take(draft, count, sizeof *configs);
		for (uint32_t i = 0; i < count; i++)
			configs[i] = renumbered(draft, step->configs[i]);
		step->configs = configs;
	}
	for (uint32_t i = 0; i < count; i++)
		draft->nodes[i].nodeid = i + 1;
	return true;
}

/* ---- what stands before the steps ---- */

#define SET(field, value) ((field) == (value) ? false : ((field) = (value), true))

bool edit_scenario(struct draft *draft, uint32_t n)
{
	struct scenario *scenario = &draft->scenario;
	const struct totem usual = {3000, 650, 0, 50, 200};

	switch (n) {
	case 0:
		if (memcmp(&scenario->totem, &usual, sizeof usual) == 0)
			return false;
		scenario->totem = usual;
		return true;
	case 1:
		return SET(scenario->network.jitter_ns, 0);
	case 2:
		return SET(scenario->network.loss_ppm, 0);
	case 3:
		return SET(scenario->network.latency_ns, 100000);
	case 4:
		return SET(scenario->quirks_off, 0);
	case 5:
		return SET(scenario->capacity, VQ_PROCESSORS_MAX);
	case 6:
		return SET(scenario->tag_count, 0);
	case 7: /* jitter and loss are all that is drawn beside choices */
		if (!scenario->has_seed)
			return false;
		scenario->has_seed = false;
		scenario->seed = 0;
		return true;
	case 8:
		if (scenario->has_choices && !scenario->choice_count && !scenario->has_seed) {
			scenario->has_choices = false;
			return true;
		}
		return false;
	default:
		return scenario->has_seed && scenario->seed > 9 ? (scenario->seed = 1, true) : false;
	}
}

bool edit_client(struct draft *draft, uint32_t client, uint32_t n)
{
	struct scenario_client *edited = &draft->clients[client];

	switch (n) {
	case 0:
		return SET(edited->manual, false);
	case 1:
		return SET(edited->callbacks, 1u << VQ_NODELIST | 1u << VQ_QUORUM | 1u << VQ_EXPECTED_VOTES);
	case 2:
		return SET(edited->slow_ns, 0);
	default:
		return SET(edited->in_callback, VERB_NONE);
	}
}

/* ---- corosync.conf ---- */

/* n below 14: the key is not given; 14: one vote each; 15: the lowest votes that are not usual. */
static const struct vq_config *simpler_config(struct draft *draft, const struct vq_config *config, uint32_t n)
{
	struct vq_config *simpler = copy(draft, config, 1, sizeof *simpler);
	uint32_t *const values[] = {
		&simpler->expected_votes,
		&simpler->two_node,
		&simpler->wait_for_all,
		&simpler->auto_tie_breaker,
		NULL,
		&simpler->last_man_standing,
		&simpler->last_man_standing_window_ms,
		&simpler->allow_downscale,
		&simpler->expected_votes_tracking,
		&simpler->votes,
		NULL,
		&simpler->device_votes,
		&simpler->device_timeout_ms,
		&simpler->device_sync_timeout_ms,
	};

	if (n < 14) {
		if (!(config->given >> n & 1u))
			return config;
		simpler->given &= ~(1u << n);
		if (values[n])
			*values[n] = 0;
		else if (1u << n == VQ_KEY_DEVICE_MODEL)
			simpler->device_model = NULL;
		else
			simpler->auto_tie_breaker_node = NULL;
		return simpler;
	}
	bool changed = false;
	struct vq_config_node *nodes = copy(draft, config->nodes, config->node_count, sizeof *nodes);

	for (uint32_t i = 0; i < config->node_count; i++) {
		uint32_t most = n == 14 ? 1 : 2;

		changed = changed || nodes[i].votes > most || (n == 14 && nodes[i].votes != 1);
		nodes[i].votes = n == 14 || nodes[i].votes > most ? most : nodes[i].votes;
	}
	simpler->nodes = nodes;
	return changed ? simpler : config;
}

static bool edit_all_configs(struct draft *draft, uint32_t n)
{
	bool changed = false;

	for (uint32_t i = 0; i < draft->scenario.node_count; i++)
		if (draft->nodes[i].config) {
			const struct vq_config *simpler = simpler_config(draft, draft->nodes[i].config, n);

			changed = changed || simpler != draft->nodes[i].config;
			draft->nodes[i].config = simpler;
		}
	for (uint32_t s = 0; s < draft->scenario.step_count; s++) {
		struct step *step = &draft->steps[s];
		const struct vq_config **configs;

		if (step->verb != VERB_RELOAD)
			continue;
		configs = copy(draft, step->configs, draft->scenario.node_count, sizeof *configs);
		for (uint32_t i = 0; i < draft->scenario.node_count; i++)
			if (configs[i]) {
				const struct vq_config *simpler = simpler_config(draft, configs[i], n);

				changed = changed || simpler != configs[i];
				configs[i] = simpler;
			}
		step->configs = configs;
	}
	return changed;
}

bool edit_config(struct draft *draft, uint32_t node, uint32_t n)
{
	const struct vq_config *config, *simpler;

	if (node == UINT32_MAX)
		return edit_all_configs(draft, n);
	config = draft->nodes[node].config;
	simpler = config ? simpler_config(draft, config, n) : config;
	if (simpler == config)
		return false;
	for (uint32_t i = 0; i < draft->scenario.node_count; i++)
		if (draft->nodes[i].config == config)
			draft->nodes[i].config = simpler;
	return true;
}

/* ---- steps ---- */

static bool shorter(uint64_t *ns, uint64_t to_ns)
{
	if (*ns <= to_ns)
		return false;
	*ns = to_ns;
	return true;
}

static bool rounder(uint64_t *ns, uint64_t unit_ns)
{
	return shorter(ns, *ns / unit_ns * unit_ns);
}

static bool edit_moment(struct step *step, uint32_t n)
{
	bool timed = step->has_at || step->has_after;

	switch (n) {
	case 0:
		if (!timed)
			return false;
		step->has_at = step->has_after = false;
		step->at_ns = step->after_ns = 0;
		step->settle = true;
		return true;
	case 1:
		return step->has_after && shorter(&step->after_ns, 0);
	case 2:
		return step->has_after && rounder(&step->after_ns, 1000000000);
	case 3:
		return step->has_after && rounder(&step->after_ns, 100000000);
	case 4:
		return step->has_after && rounder(&step->after_ns, 10000000);
	case 5:
		return step->has_after && rounder(&step->after_ns, 1000000);
	case 6:
		return step->has_after && rounder(&step->after_ns, 100000);
	case 7:
		return step->has_after && step->after_ns > 1000000 && shorter(&step->after_ns, step->after_ns / 2);
	default:
		return timed && !step->settle && (step->settle = true);
	}
}

/* A split tells more than a path that is cut: one node apart from the others. */
static bool edit_cut(struct draft *draft, struct step *step, uint32_t apart)
{
	uint32_t count = draft->scenario.node_count, used = 0;
	struct index_list *groups;

	if (step->verb != VERB_LINK || !step->link_has_up || step->link_up || count < 2)
		return false;
	groups = take(draft, 2, sizeof *groups);
	groups[0] = (struct index_list){1, copy(draft, &apart, 1, sizeof apart)};
	groups[1].index = take(draft, count, sizeof apart);
	for (uint32_t i = 0; i < count; i++)
		if (i != apart)
			groups[1].index[used++] = i;
	groups[1].count = used;
	step->verb = VERB_PARTITION;
	step->groups = groups;
	step->group_count = 2;
	step->link_has_up = step->link_has_loss = step->link_has_latency = false;
	return true;
}

static bool edit_wait(struct step *step, uint32_t n)
{
	static const uint64_t waits_s[] = {1, 11, 31};

	return step->verb == VERB_WAIT && shorter(&step->wait_ns, waits_s[n] * 1000000000);
}

bool edit_step(struct draft *draft, uint32_t number, uint32_t n)
{
	struct step *step = &draft->steps[number];
	struct vq_request *request = &step->request;

	if (n < 9)
		return edit_moment(step, n);
	if (n < 12)
		return edit_wait(step, n - 9);
	switch (n) {
	case 12:
		return SET(step->wipe, false);
	case 13:
		return SET(step->together, false);
	case 14:
		return step->verb == VERB_TRACKSTART && SET(request->flags, VQ_TRACK_CHANGES);
	case 15:
		return step->verb == VERB_TRACKSTART && SET(request->context, 0);
	case 16:
		return step->verb == VERB_DISPATCH && SET(step->dispatch_type, VQ_DISPATCH_ALL);
	case 17:
		return step->verb == VERB_LINK && step->link_has_latency &&
		       (step->link_has_loss || step->link_has_up) && SET(step->link_has_latency, false);
	case 18:
		return SET(step->ring_stale, false);
	default:
		return edit_cut(draft, step, n == 19 ? step->link_from : step->link_to);
	}
}

static void merge_groups(struct draft *draft, struct step *step, uint32_t part)
{
	struct index_list *groups = copy(draft, step->groups, step->group_count, sizeof *groups);
	struct index_list *into = &groups[part], *from = &groups[part + 1];
	uint32_t *index = take(draft, into->count + from->count, sizeof *index);

	memcpy(index, into->index, into->count * sizeof *index);
	memcpy(index + into->count, from->index, from->count * sizeof *index);
	into->index = index;
	into->count += from->count;
	memmove(from, from + 1, (step->group_count - part - 2) * sizeof *groups);
	step->groups = groups;
	step->group_count--;
}

bool edit_step_part(struct draft *draft, uint32_t number, uint32_t part)
{
	struct step *step = &draft->steps[number];

	if (step->verb == VERB_PARTITION && part + 1 < step->group_count) {
		merge_groups(draft, step, part);
		return true;
	}
	if (step->verb == VERB_PARTITION || step->nodes.count < 2 || part >= step->nodes.count)
		return false;
	step->nodes.index = copy(draft, step->nodes.index, step->nodes.count, sizeof *step->nodes.index);
	memmove(&step->nodes.index[part], &step->nodes.index[part + 1],
		(step->nodes.count - part - 1) * sizeof *step->nodes.index);
	step->nodes.count--;
	return true;
}

bool edit_expect(struct draft *draft, uint32_t number, uint32_t n)
{
	struct expectation *expect = &draft->steps[number].expect;
	bool changed;

	if (!expect->at.line)
		return false;
	switch (n) {
	case 0:
		memset(expect, 0, sizeof *expect);
		changed = true;
		break;
	case 1:
		changed = SET(expect->quorate_count, 0);
		break;
	case 2:
		changed = SET(expect->members_count, 0);
		break;
	case 3:
		changed = SET(expect->info_count, 0);
		break;
	case 4:
		changed = SET(expect->callbacks_count, 0);
		break;
	case 5:
		changed = SET(expect->refused_count, 0);
		break;
	case 6:
		changed = SET(expect->log_count, 0);
		break;
	default:
		changed = SET(expect->reply.at.line, 0);
	}
	if (!expects_anything(expect))
		memset(expect, 0, sizeof *expect);
	if (draft->steps[number].verb == VERB_NONE && !expect->at.line) {
		edit_drop_steps(draft, number, 1);
		return draft->scenario.step_count > 0;
	}
	return changed;
}
