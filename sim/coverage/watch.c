/* What is kept of nodes and clients is only what tells events apart. */
#include "sim/coverage/watch.h"

#include <string.h>

#include "sim/check/judge.h"
#include "sim/coverage/cells.h"
#include "sim/coverage/words.h"
#include "sim/ensure.h"

struct watched_node {
	const struct vq_config *config; /* that its daemon was started with */
	struct vq_ring_id ring;
	uint64_t *members;         /* of its ring; owned */
	uint64_t first_seq;        /* of the first ring since its boot; 0: none yet */
	uint64_t first_shared_seq; /* of the first with others; 0: none yet */
	uint64_t reloaded_ns;      /* when it last reloaded; NEVER_NS: not since its boot */
	uint32_t features;         /* 1u << enum coverage_feature */
	uint32_t trackers;         /* clients whose flags stand */
	uint32_t info_flags, expected_votes;
	uint32_t down_cause;
	bool up, paused, in_sync, quorate;
};

struct watched_client {
	uint64_t pending; /* 1u << enum coverage_event: met, not dispatched yet */
	uint32_t asked_flags;
	enum coverage_flags flags, pending_flags; /* pending_flags: of those events */
	bool stands;                              /* a trackstart was answered OK */
	bool dispatching;
	uint32_t dispatch; /* place of its type */
};

struct coverage_watch {
	const struct scenario *scenario;
	struct watched_node *nodes;
	struct watched_client *clients;
	uint32_t words;  /* of a set of nodes */
	uint32_t *cells; /* owned */
};

#define NO_DISPATCH UINT32_MAX
_Static_assert(COVERAGE_EVENT_COUNT <= 64, "events fit a mask");

struct coverage_watch *coverage_watch_create(const struct scenario *scenario)
{
	struct coverage_watch *watch = allocate(1, sizeof *watch);

	coverage_prepare();
	watch->scenario = scenario;
	watch->words = (scenario->node_count + 63) / 64;
	watch->nodes = allocate(scenario->node_count, sizeof *watch->nodes);
	watch->clients = allocate(scenario->client_count, sizeof *watch->clients);
	watch->cells = allocate(coverage_cell_count(), sizeof *watch->cells);
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		watch->nodes[i].members = allocate(watch->words, sizeof(uint64_t));
		watch->nodes[i].reloaded_ns = NEVER_NS;
	}
	return watch;
}

uint32_t *coverage_watch_finish(struct coverage_watch *watch)
{
	uint32_t *cells = watch->cells;

	for (uint32_t i = 0; i < watch->scenario->node_count; i++)
		free(watch->nodes[i].members);
	free(watch->nodes);
	free(watch->clients);
	free(watch);
	return cells;
}

/* ---- filling cells ---- */

static void fill(struct coverage_watch *watch, enum coverage_kind kind, uint32_t first, uint32_t second)
{
	const uint32_t place[COVERAGE_AXES_MAX] = {first, second, 0, 0};

	watch->cells[coverage_cell(kind, place)]++;
}

static void fill_tracking(struct coverage_watch *watch, uint32_t features, enum coverage_flags flags,
			  enum coverage_event event, uint32_t dispatch)
{
	for (uint32_t feature = 0; feature < COVERAGE_FEATURE_COUNT; feature++) {
		const uint32_t place[COVERAGE_AXES_MAX] = {flags, event, feature, dispatch};

		if (features & 1u << feature)
			watch->cells[coverage_cell(COVERAGE_TRACKING, place)]++;
	}
}

/* A place of axis_dispatches; NO_DISPATCH: not a type that there is. */
static uint32_t dispatch_place(uint32_t type)
{
	return type >= VQ_DISPATCH_ONE && type <= VQ_DISPATCH_ONE_NONBLOCKING ? type - VQ_DISPATCH_ONE : NO_DISPATCH;
}

static void meet(struct coverage_watch *watch, uint32_t index, enum coverage_flags flags, enum coverage_event event)
{
	const struct scenario_client *told = &watch->scenario->clients[index];
	struct watched_client *client = &watch->clients[index];
	uint32_t features = watch->nodes[told->node].features;

	if (client->dispatching && client->dispatch != NO_DISPATCH) {
		fill_tracking(watch, features, flags, event, client->dispatch);
	} else if (!told->manual) {
		fill_tracking(watch, features, flags, event, dispatch_place(VQ_DISPATCH_ALL));
	} else {
		if (client->pending_flags != flags)
			client->pending = 0;
		client->pending_flags = flags;
		client->pending |= UINT64_C(1) << event;
	}
}

static void dispatched(struct coverage_watch *watch, uint32_t index, uint32_t dispatch)
{
	struct watched_client *client = &watch->clients[index];
	uint32_t features = watch->nodes[watch->scenario->clients[index].node].features;

	for (uint32_t event = 0; event < COVERAGE_EVENT_COUNT; event++)
		if (client->pending >> event & 1)
			fill_tracking(watch, features, client->pending_flags, (enum coverage_event)event, dispatch);
	client->pending = 0;
}

static void meet_at_node(struct coverage_watch *watch, uint32_t node, enum coverage_event event)
{
	if (!watch->nodes[node].trackers)
		return;
	for (uint32_t i = 0; i < watch->scenario->client_count; i++)
		if (watch->scenario->clients[i].node == node && watch->clients[i].stands)
			meet(watch, i, watch->clients[i].flags, event);
}

static void meet_in_ring(struct coverage_watch *watch, uint32_t node, enum coverage_event event)
{
	for (uint32_t i = 0; i < watch->scenario->node_count; i++)
		if (watch->nodes[i].up && ring_equal(watch->nodes[i].ring, watch->nodes[node].ring))
			meet_at_node(watch, i, event);
}

/* ---- nodes ---- */

static uint32_t features_of(const struct plan *plan)
{
	static const enum coverage_feature ties[] = {ON_NOTHING, ON_TIE_LOWEST, ON_TIE_HIGHEST, ON_TIE_LIST};
	uint32_t features = 0;

	features |= plan->two_node ? 1u << ON_TWO_NODE : 0;
	features |= plan->wait_for_all && !(plan->two_node && plan->follows) ? 1u << ON_WAIT_FOR_ALL : 0;
	features |= plan->tie != TIE_NONE ? 1u << ties[plan->tie] : 0;
	features |= plan->last_man ? 1u << ON_LAST_MAN : 0;
	features |= plan->downscale ? 1u << ON_DOWNSCALE : 0;
	features |= plan->tracking && !plan->downscale ? 1u << ON_TRACKING : 0;
	features |= plan->device ? 1u << ON_DEVICE : 0;
	return features ? features : 1u << ON_NOTHING;
}

/* What a running daemon makes of a new file: the keys that it read at its start stay. */
static struct plan plan_reloaded(const struct watched_node *node, const struct vq_config *file, uint32_t nodeid)
{
	const uint32_t kept = VQ_KEY_WAIT_FOR_ALL | VQ_KEY_AUTO_TIE_BREAKER | VQ_KEY_AUTO_TIE_BREAKER_NODE |
			      VQ_KEY_LAST_MAN_STANDING | VQ_KEY_LAST_MAN_STANDING_WINDOW | VQ_KEY_ALLOW_DOWNSCALE |
			      VQ_KEY_EXPECTED_VOTES_TRACKING;
	struct vq_config config = *file;
	struct plan plan;

	config.given = (file->given & ~kept) | (node->config->given & kept);
	config.wait_for_all = node->config->wait_for_all;
	config.auto_tie_breaker = node->config->auto_tie_breaker;
	config.auto_tie_breaker_node = node->config->auto_tie_breaker_node;
	config.last_man_standing = node->config->last_man_standing;
	config.last_man_standing_window_ms = node->config->last_man_standing_window_ms;
	config.allow_downscale = node->config->allow_downscale;
	config.expected_votes_tracking = node->config->expected_votes_tracking;
	plan_read(&config, nodeid, &plan);
	return plan;
}

static void node_up(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_node *node = &watch->nodes[seen->node];
	struct plan plan;

	plan_read(seen->config, watch->scenario->nodes[seen->node].nodeid, &plan);
	memset(node->members, 0, watch->words * sizeof(uint64_t));
	*node = (struct watched_node){
		.config = seen->config,
		.members = node->members,
		.reloaded_ns = NEVER_NS,
		.features = features_of(&plan),
		.up = true,
	};
}

static void node_down(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_node *node = &watch->nodes[seen->node];

	meet_at_node(watch, seen->node, seen->number == DOWN_STOP ? MET_OWN_STOP : MET_OWN_CRASH);
	node->up = node->paused = false;
	node->down_cause = (uint32_t)seen->number;
	node->trackers = 0;
	for (uint32_t i = 0; i < watch->scenario->client_count; i++)
		if (watch->scenario->clients[i].node == seen->node)
			watch->clients[i].stands = false;
}

static void reloaded(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_node *node = &watch->nodes[seen->node];
	struct plan plan = plan_reloaded(node, seen->config, watch->scenario->nodes[seen->node].nodeid);

	meet_at_node(watch, seen->node, MET_RELOAD);
	if (plan.refusal != VQ_ACCEPTED)
		fill(watch, COVERAGE_CONFIGURATION, plan.refusal - 1, STAGE_RELOAD);
	else
		node->features = features_of(&plan);
	node->reloaded_ns = seen->time_ns;
}

static void notice(struct coverage_watch *watch, const struct observation *seen)
{
	const struct watched_node *node = &watch->nodes[seen->node];
	enum coverage_stage stage = !node->up                            ? STAGE_START
				    : node->reloaded_ns == seen->time_ns ? STAGE_RELOAD
									 : STAGE_RUNNING;

	fill(watch, COVERAGE_CONFIGURATION, VQ_REFUSAL_COUNT - 2 + (uint32_t)seen->number, stage);
}

/* ---- rings ---- */

/* Had it been a member of the ring that is left, or has it booted since? */
static bool booted_since(const struct watched_node *other, uint64_t seq)
{
	return !other->first_seq || other->first_seq > seq;
}

static void lost(struct coverage_watch *watch, uint32_t node, const struct watched_node *other)
{
	if (!other->up || booted_since(other, watch->nodes[node].ring.seq))
		meet_at_node(watch, node, other->down_cause == DOWN_STOP ? MET_LEAVE : MET_CRASHED);
	else
		meet_at_node(watch, node, other->paused ? MET_PAUSED : MET_PARTITION);
}

static void came(struct coverage_watch *watch, uint32_t node, const struct watched_node *other, uint64_t seq)
{
	const struct watched_node *own = &watch->nodes[node];
	bool fresh = !other->first_shared_seq || other->first_shared_seq == seq || !own->first_shared_seq;

	meet_at_node(watch, node, fresh ? MET_JOIN : MET_HEAL);
}

static void ring_events(struct coverage_watch *watch, const struct observation *seen, const uint64_t *members)
{
	const struct watched_node *own = &watch->nodes[seen->node];

	if (own->in_sync)
		meet_at_node(watch, seen->node, MET_INTERRUPTED);
	for (uint32_t i = 0; i < watch->scenario->node_count; i++) {
		bool was = set_has(own->members, i), is = set_has(members, i);

		if (i == seen->node || !own->ring.seq || (!was && !is))
			continue;
		if (was && !is)
			lost(watch, seen->node, &watch->nodes[i]);
		else if (!was)
			came(watch, seen->node, &watch->nodes[i], seen->ring.seq);
		else if (booted_since(&watch->nodes[i], own->ring.seq))
			meet_at_node(watch, seen->node, MET_RESTART);
	}
}

static void ring(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_node *node = &watch->nodes[seen->node];
	uint64_t *members = allocate(watch->words, sizeof *members);

	for (uint32_t i = 0; i < seen->count; i++) {
		int index = scenario_node_index(watch->scenario, seen->nodes[i]);

		if (index >= 0)
			set_add(members, (uint32_t)index);
	}
	if (node->trackers)
		ring_events(watch, seen, members);
	free(node->members);
	node->members = members;
	node->ring = seen->ring;
	node->in_sync = true;
	if (!node->first_seq)
		node->first_seq = seen->ring.seq;
	if (!node->first_shared_seq && seen->count > 1)
		node->first_shared_seq = seen->ring.seq;
}

/* ---- what getinfo tells ---- */

static void flag_changed(struct coverage_watch *watch, uint32_t node, uint32_t changed, uint32_t now, uint32_t flag,
			 enum coverage_event on, enum coverage_event off)
{
	enum coverage_event event = now & flag ? on : off;

	if (changed & flag && event != COVERAGE_EVENT_COUNT)
		meet_at_node(watch, node, event);
}

static void expected_votes(struct coverage_watch *watch, uint32_t node, uint32_t now)
{
	uint32_t before = watch->nodes[node].expected_votes;

	watch->nodes[node].expected_votes = now;
	if (before && now != before)
		meet_at_node(watch, node, now > before ? MET_EXPECTED_RAISED : MET_EXPECTED_LOWERED);
}

/* Where nobody tracks only the values are taken. */
static void look(struct coverage_watch *watch, const struct world_view *view, uint32_t index)
{
	struct watched_node *node = &watch->nodes[index];
	struct vq_info info;
	uint32_t changed;

	if (!node->up || node->paused || view->getinfo(view->world, index, 0, &info) != VQ_OK)
		return;
	changed = info.flags ^ node->info_flags;
	node->info_flags = info.flags;
	expected_votes(watch, index, info.node_expected_votes);
	flag_changed(watch, index, changed, info.flags, VQ_INFO_QDEVICE_REGISTERED, MET_DEVICE_REGISTERED,
		     MET_DEVICE_UNREGISTERED);
	flag_changed(watch, index, changed, info.flags, VQ_INFO_QDEVICE_ALIVE, MET_DEVICE_ALIVE,
		     info.flags & VQ_INFO_QDEVICE_REGISTERED ? MET_DEVICE_DEAD : COVERAGE_EVENT_COUNT);
	flag_changed(watch, index, changed, info.flags, VQ_INFO_QDEVICE_CAST_VOTE, MET_DEVICE_CASTS,
		     MET_DEVICE_ABSTAINS);
	flag_changed(watch, index, changed, info.flags, VQ_INFO_QDEVICE_MASTER_WINS, MET_DEVICE_WINS,
		     COVERAGE_EVENT_COUNT);
}

static void look_at_all(struct coverage_watch *watch, const struct world_view *view)
{
	for (uint32_t i = 0; i < watch->scenario->node_count; i++)
		if (watch->nodes[i].trackers)
			look(watch, view, i);
}

static void primary(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_node *node = &watch->nodes[seen->node];

	if (node->quorate != (seen->number != 0))
		meet_at_node(watch, seen->node, seen->number ? MET_QUORUM_GAINED : MET_QUORUM_LOST);
	node->quorate = seen->number != 0;
}

/* ---- calls ---- */

static void call(struct coverage_watch *watch, const struct world_view *view, const struct observation *seen)
{
	struct watched_client *client = &watch->clients[seen->client];

	if (seen->verb == VERB_TRACKSTART && seen->request)
		client->asked_flags = seen->request->flags;
	if (seen->verb == VERB_TRACKSTART)
		look(watch, view, seen->node); /* what it changes from */
	if (seen->verb != VERB_DISPATCH)
		return;
	client->dispatch =
		dispatch_place(seen->automatic ? VQ_DISPATCH_ALL : watch->scenario->steps[seen->step].dispatch_type);
	client->dispatching = true;
	if (client->dispatch != NO_DISPATCH)
		dispatched(watch, seen->client, client->dispatch);
}

static void stand(struct coverage_watch *watch, const struct observation *seen, bool stands)
{
	struct watched_client *client = &watch->clients[seen->client];
	struct watched_node *node = &watch->nodes[seen->node];

	if (stands && !client->stands)
		node->trackers++;
	else if (!stands && client->stands)
		node->trackers--;
	client->stands = stands;
}

static void track_reply(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_client *client = &watch->clients[seen->client];
	enum coverage_flags asked = coverage_flags_of(client->asked_flags);

	if (seen->number == VQ_ERR_EXIST)
		meet(watch, seen->client, asked, MET_TRACK_AGAIN);
	if (seen->number != VQ_OK)
		return;
	stand(watch, seen, true);
	client->flags = asked;
	meet(watch, seen->client, asked, MET_TRACKSTART);
}

static void reply(struct coverage_watch *watch, const struct world_view *view, const struct observation *seen)
{
	struct watched_client *client = &watch->clients[seen->client];
	int error = coverage_error_place((int)seen->number);

	if (error >= 0)
		fill(watch, COVERAGE_ERRORS, (uint32_t)seen->verb - VERB_INITIALIZE, (uint32_t)error);
	if (seen->verb == VERB_DISPATCH)
		client->dispatching = false;
	if (seen->verb == VERB_TRACKSTART)
		track_reply(watch, seen);
	if (seen->verb == VERB_TRACKSTOP && client->stands &&
	    (seen->number == VQ_OK || seen->number == VQ_ERR_NOT_EXIST)) {
		meet(watch, seen->client, client->flags, MET_TRACKSTOP);
		stand(watch, seen, false);
	}
	if (seen->verb == VERB_FINALIZE && seen->number == VQ_OK)
		stand(watch, seen, false);
	if (seen->verb == VERB_SETVOTES && seen->number == VQ_OK)
		meet_in_ring(watch, seen->node, MET_SETVOTES);
	if (seen->verb >= VERB_QDEVICE_REGISTER && seen->number == VQ_OK && watch->nodes[seen->node].trackers)
		look(watch, view, seen->node);
}

static void died(struct coverage_watch *watch, const struct observation *seen)
{
	struct watched_client *client = &watch->clients[seen->client];

	stand(watch, seen, false);
	client->dispatching = false;
	client->pending = 0;
}

static void see_node(struct coverage_watch *watch, const struct observation *seen)
{
	switch (seen->kind) {
	case OBSERVE_NODE_UP:
		node_up(watch, seen);
		return;
	case OBSERVE_NODE_REFUSED:
		fill(watch, COVERAGE_CONFIGURATION, (uint32_t)seen->number - 1, STAGE_START);
		return;
	case OBSERVE_NODE_DOWN:
		node_down(watch, seen);
		return;
	case OBSERVE_NODE_PAUSED:
		meet_at_node(watch, seen->node, MET_OWN_PAUSE);
		watch->nodes[seen->node].paused = true;
		return;
	case OBSERVE_NODE_RESUMED:
		watch->nodes[seen->node].paused = false;
		meet_at_node(watch, seen->node, MET_OWN_RESUME);
		return;
	case OBSERVE_RELOADED:
		reloaded(watch, seen);
		return;
	case OBSERVE_CANCEL_WFA:
		meet_in_ring(watch, seen->node, MET_CANCEL_WAIT);
		return;
	case OBSERVE_NOTICE:
		notice(watch, seen);
		return;
	default:
		return;
	}
}

void coverage_observe(void *ctx, const struct world_view *view, const struct observation *seen)
{
	struct coverage_watch *watch = ctx;

	switch (seen->kind) {
	case OBSERVE_STEP_END:
		look_at_all(watch, view);
		return;
	case OBSERVE_RING:
		ring(watch, seen);
		return;
	case OBSERVE_ACTIVATED:
		watch->nodes[seen->node].in_sync = false;
		if (watch->nodes[seen->node].trackers)
			look(watch, view, seen->node);
		return;
	case OBSERVE_HELD:
		meet_at_node(watch, seen->node, seen->number ? MET_SYNC_HELD : MET_SYNC_RELEASED);
		return;
	case OBSERVE_PRIMARY:
		primary(watch, seen);
		return;
	case OBSERVE_CALL:
		call(watch, view, seen);
		return;
	case OBSERVE_REPLY:
		reply(watch, view, seen);
		return;
	case OBSERVE_QUEUED:
		if (seen->notification->kind == VQ_EXPECTED_VOTES)
			expected_votes(watch, seen->node, seen->notification->expected_votes);
		return;
	case OBSERVE_CLIENT_DIED:
		died(watch, seen);
		return;
	default:
		see_node(watch, seen);
	}
}
