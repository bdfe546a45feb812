/*
 * Configuration: the keys, what they mean, which of them do not go together.
 *
 * One reader serves the start and the reload, check by check in the daemon's
 * order, because what an early check switches off decides the later ones. At
 * start a check that fails is the end of the daemon; at reload it bars the
 * quorum device and the daemon goes on with the rest.
 */
#include "internal.h"

struct reader {
	const struct call *call;
	const struct vq_config *config;
	bool start;
	bool device;            /* is configured */
	bool device_votes_open; /* quorum.device.votes is not given */
	bool own_listed;        /* this node is in the nodelist */
	uint32_t own_votes;
	uint32_t nodelist_votes;
	uint32_t device_votes;
};

static bool given(const struct reader *r, enum vq_key key)
{
	return (r->config->given & (uint32_t)key) != 0;
}

static void log_notice(const struct reader *r, enum vq_notice what)
{
	notice(r->call, what);
}

/* A check has failed: at start the daemon ends, at reload the device is barred. */
static enum vq_refusal fail(const struct reader *r, enum vq_refusal refusal)
{
	if (r->start)
		return refusal;
	r->call->vq->can_operate = 0;
	log_notice(r, VQ_NOTICE_DEVICE_BARRED);
	return VQ_ACCEPTED;
}

/* ---- reading --------------------------------------------------------------- */

static void read_nodelist(struct reader *r)
{
	for (uint32_t i = 0; i < r->config->node_count; i++) {
		const struct vq_config_node *node = &r->config->nodes[i];

		r->nodelist_votes += node->votes;
		if (node->nodeid == r->call->vq->own.nodeid) {
			r->own_listed = true;
			r->own_votes = node->votes;
		}
	}
}

static void read_device(struct reader *r)
{
	struct vq *vq = r->call->vq;
	const struct vq_config *config = r->config;

	r->device = config->device_model && *config->device_model;
	if (!r->device)
		return;
	r->device_votes_open = !given(r, VQ_KEY_DEVICE_VOTES);
	r->device_votes = config->device_votes;
	if (given(r, VQ_KEY_DEVICE_TIMEOUT))
		vq->device_timeout_ms = config->device_timeout_ms;
	if (given(r, VQ_KEY_DEVICE_SYNC_TIMEOUT))
		vq->device_sync_timeout_ms = config->device_sync_timeout_ms;
	vq->can_operate = 1;
}

static bool in_nodelist(const struct vq_config *config, uint32_t nodeid)
{
	for (uint32_t i = 0; i < config->node_count; i++) {
		if (config->nodes[i].nodeid == nodeid)
			return true;
	}
	return false;
}

static bool is_listed(struct vq *vq, uint32_t nodeid)
{
	for (uint32_t i = 0; i < vq->listed; i++) {
		if (listed(vq)[i].nodeid == nodeid)
			return true;
	}
	return false;
}

/* The next id of a list, signed or not; false: what follows is no number, or 0. */
static bool take_id(const char **text, uint32_t *nodeid)
{
	const char *at = *text;
	uint32_t value = 0;
	bool negative;

	while (*at == ' ' || *at == '\t')
		at++;
	negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint32_t)(*at - '0');
	*text = at;
	*nodeid = negative ? 0 - value : value;
	return value != 0;
}

/* Only nodes that may come matter. Each id once: the first place decides. When
 * there are more ids than there can be nodes, those of the nodelist are kept. */
static void read_list(struct reader *r, const char *text)
{
	struct vq *vq = r->call->vq;
	const char *at = text;
	uint32_t nodeid, count = 0;
	bool scarce;

	while (take_id(&at, &nodeid))
		count++;
	scarce = count > vq->limits.nodes;
	while (take_id(&text, &nodeid) && vq->listed < vq->limits.nodes) {
		if (is_listed(vq, nodeid) || (scarce && !in_nodelist(r->config, nodeid)))
			continue;
		listed(vq)[vq->listed++].nodeid = nodeid;
	}
	vq->tie_breaker = count ? TIE_LIST : TIE_NONE;
	if (!count)
		log_notice(r, VQ_NOTICE_TIE_BREAKER_NODE_INVALID);
}

static void read_tie_breaker(struct reader *r)
{
	struct vq *vq = r->call->vq;
	const char *node = r->config->auto_tie_breaker_node;

	if (!r->config->auto_tie_breaker)
		return;
	if (!given(r, VQ_KEY_AUTO_TIE_BREAKER_NODE) || !node || strcmp(node, "lowest") == 0)
		vq->tie_breaker = TIE_LOWEST;
	else if (strcmp(node, "highest") == 0)
		vq->tie_breaker = TIE_HIGHEST;
	else
		read_list(r, node);
}

/* What cannot change while the daemon runs. */
static void read_features(struct reader *r, uint32_t stored_barrier)
{
	struct vq *vq = r->call->vq;
	const struct vq_config *config = r->config;

	vq->allow_downscale = config->allow_downscale != 0;
	vq->wait_for_all = config->wait_for_all != 0;
	vq->wait_for_all_follows = !given(r, VQ_KEY_WAIT_FOR_ALL);
	vq->last_man_standing = config->last_man_standing != 0;
	if (given(r, VQ_KEY_LAST_MAN_STANDING_WINDOW))
		vq->last_man_window_ms = config->last_man_standing_window_ms;
	vq->tracking = config->expected_votes_tracking != 0 || vq->allow_downscale;
	if (vq->tracking)
		vq->tracked_barrier = stored_barrier;
	read_tie_breaker(r);
	vq->tie_breaker_at_start = vq->tie_breaker;
}

/* ---- checking, in the daemon's order --------------------------------------- */

static enum vq_refusal check_two_node_and_device(const struct reader *r)
{
	struct vq *vq = r->call->vq;

	if (!vq->two_node || !r->device)
		return VQ_ACCEPTED;
	if (!r->start && has(&vq->own, FLAG_DEVICE_REGISTERED)) {
		vq->two_node = 0;
		log_notice(r, VQ_NOTICE_RELOAD_TWO_NODE_OFF);
		return VQ_ACCEPTED;
	}
	return fail(r, VQ_REFUSED_TWO_NODE_AND_DEVICE);
}

static void check_two_node_and_tie_breaker(const struct reader *r)
{
	struct vq *vq = r->call->vq;

	if (!vq->two_node || vq->tie_breaker == TIE_NONE)
		return;
	vq->two_node = 0;
	log_notice(r, VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER);
}

/* An odd cluster has no tie; what remains may be outvoted by those who left. */
static enum vq_refusal check_tie_breaker(const struct reader *r)
{
	struct vq *vq = r->call->vq;

	if (vq->tie_breaker == TIE_NONE || r->nodelist_votes % 2 == 0 || vq->wait_for_all)
		return VQ_ACCEPTED;
	if (vq->last_man_standing)
		return VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD;
	vq->tie_breaker = TIE_NONE;
	log_notice(r, VQ_NOTICE_TIE_BREAKER_OFF_ODD);
	return VQ_ACCEPTED;
}

static enum vq_refusal check_device_and_features(const struct reader *r)
{
	const struct vq *vq = r->call->vq;
	enum vq_refusal refusal = VQ_ACCEPTED;

	if (!r->device)
		return VQ_ACCEPTED;
	if (vq->last_man_standing)
		refusal = fail(r, VQ_REFUSED_DEVICE_AND_LAST_MAN);
	if (refusal == VQ_ACCEPTED && vq->tie_breaker != TIE_NONE)
		refusal = fail(r, VQ_REFUSED_DEVICE_AND_TIE_BREAKER);
	if (refusal == VQ_ACCEPTED && vq->allow_downscale)
		refusal = fail(r, VQ_REFUSED_DEVICE_AND_DOWNSCALE);
	return refusal;
}

static enum vq_refusal check_device_votes(struct reader *r)
{
	const struct vq_config *config = r->config;

	if (!r->device)
		return VQ_ACCEPTED;
	if (r->device_votes_open) {
		/* Not known, so what was known stays; only a reload comes past here. */
		r->device_votes = r->call->vq->device_votes;
		if (config->expected_votes)
			return fail(r, VQ_REFUSED_DEVICE_VOTES_MISSING);
		/* The daemon looks at the sum: votes of 2 and 0 will do. */
		if (r->nodelist_votes != config->node_count)
			return fail(r, VQ_REFUSED_DEVICE_VOTES_UNEVEN);
		r->device_votes = config->node_count - 1;
		r->nodelist_votes += r->device_votes;
		return VQ_ACCEPTED;
	}
	if (r->device_votes && config->expected_votes &&
	    (int64_t)config->expected_votes - (int64_t)r->device_votes < 2)
		return fail(r, VQ_REFUSED_DEVICE_VOTES_TOO_HIGH);
	return VQ_ACCEPTED;
}

/* ---- taking over ----------------------------------------------------------- */

/* 0: no value that overrides the nodelist's. */
static uint32_t expected_votes(const struct reader *r)
{
	const struct vq *vq = r->call->vq;
	uint32_t configured = r->config->expected_votes;

	if (!vq->tracking)
		return configured;
	/* Quirk tracking-eats-expected: the stored value, be it 0, replaces the
	 * configured one. Off: it is the minimum. */
	if (quirk(vq, VQ_QUIRK_TRACKING_EATS_EXPECTED))
		return vq->tracked_barrier;
	if (!configured)
		configured = r->nodelist_votes;
	return configured < vq->tracked_barrier ? vq->tracked_barrier : configured;
}

static void apply(const struct reader *r)
{
	struct vq *vq = r->call->vq;
	uint32_t expected = expected_votes(r);

	if (r->config->node_count) {
		if (r->own_listed)
			vq->own.votes = r->own_votes;
		vq->own.expected_votes = r->nodelist_votes;
	} else {
		vq->own.votes = given(r, VQ_KEY_VOTES) ? r->config->votes : 1;
	}
	if (expected)
		vq->own.expected_votes = expected;
	vq->device_votes = r->device ? r->device_votes : 0;
	vq->downscale_barrier = vq->own.expected_votes;
	if (r->start)
		vqi_set_wait_for_all_status(vq, vq->wait_for_all);
	else if (vq->wait_for_all_follows && !vq->wait_for_all)
		vqi_set_wait_for_all_status(vq, false);
}

static enum vq_refusal read_config(struct reader *r, uint32_t stored_barrier)
{
	struct vq *vq = r->call->vq;
	enum vq_refusal refusal;

	read_nodelist(r);
	read_device(r);
	vq->two_node = r->config->two_node != 0;
	refusal = check_two_node_and_device(r);
	if (refusal != VQ_ACCEPTED)
		return refusal;
	if (r->start)
		read_features(r, stored_barrier);
	vq->tie_breaker = vq->tie_breaker_at_start;
	if (vq->wait_for_all_follows)
		vq->wait_for_all = vq->two_node;
	check_two_node_and_tie_breaker(r);
	refusal = check_tie_breaker(r);
	if (refusal == VQ_ACCEPTED)
		refusal = check_device_and_features(r);
	if (refusal == VQ_ACCEPTED)
		refusal = check_device_votes(r);
	if (refusal == VQ_ACCEPTED)
		apply(r);
	return refusal;
}

/* Expected votes of 0 are none, here and in every check. */
static bool says_enough(const struct vq_config *config)
{
	return config->node_count || config->expected_votes;
}

enum vq_refusal vqi_config_start(const struct call *c, const struct vq_config *config, uint32_t stored_barrier)
{
	struct reader r = {.call = c, .config = config, .start = true};

	if (!says_enough(config))
		return VQ_REFUSED_NO_EXPECTED_VOTES;
	return read_config(&r, stored_barrier);
}

void vqi_config_reload(const struct call *c, const struct vq_config *config)
{
	struct reader r = {.call = c, .config = config, .start = false};
	enum vq_refusal refusal;

	if (!says_enough(config)) {
		notice(c, VQ_NOTICE_RELOAD_KEPT);
		return;
	}
	refusal = read_config(&r, 0);
	if (refusal != VQ_ACCEPTED) {
		/* The one check that ends the reading at reload, too. */
		ALWAYS(refusal == VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD);
		notice(c, VQ_NOTICE_RELOAD_KEPT);
	}
}
