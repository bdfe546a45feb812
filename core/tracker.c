/*
 * Trackers: who asked to be told, and what they are told.
 *
 * A tracker is a connection with a context; there is one at most for each. The
 * daemon puts a new one at the head of its list and walks it from there, so the
 * newest is served first. Lists for a notification are built once in the host's
 * scratch room, and not at all when nobody listens.
 */
#include "internal.h"

/* ---- notifications --------------------------------------------------------- */

static struct vq_notification nodelist(const struct call *c)
{
	struct vq *vq = c->vq;
	struct vq_notification notification = {
		.ring = vq->ring, .kind = VQ_NODELIST, .count = vq->members, .entries = c->host->scratch};

	for (uint32_t i = 0; i < vq->members; i++)
		c->host->scratch[i] = (struct vq_entry){members(vq)[i], 0};
	return notification;
}

static struct vq_entry entry_of(const struct record *record)
{
	return (struct vq_entry){record->nodeid, record->state};
}

static uint32_t device_state(const struct vq *vq)
{
	/* Quirk device-state-zero: none of the documented states. */
	if (quirk(vq, VQ_QUIRK_DEVICE_STATE_ZERO))
		return 0;
	return has(&vq->own, FLAG_DEVICE_ALIVE) ? VQ_STATE_MEMBER : VQ_STATE_DEAD;
}

static struct vq_notification quorum(const struct call *c)
{
	struct vq *vq = c->vq;
	struct vq_entry *entry = c->host->scratch;
	struct vq_notification notification = {.kind = VQ_QUORUM, .quorate = vq->quorate, .entries = entry};
	const struct record *record = others(vq);
	uint32_t i = 0;

	/* Quirk record-order: the own record comes last. Off: where its id says. */
	if (!quirk(vq, VQ_QUIRK_RECORD_ORDER)) {
		for (; i < vq->others && key(vq, record[i].nodeid) < key(vq, vq->own.nodeid); i++)
			*entry++ = entry_of(&record[i]);
		*entry++ = entry_of(&vq->own);
	}
	for (; i < vq->others; i++)
		*entry++ = entry_of(&record[i]);
	if (quirk(vq, VQ_QUIRK_RECORD_ORDER))
		*entry++ = entry_of(&vq->own);
	if (has(&vq->own, FLAG_DEVICE_REGISTERED))
		*entry++ = (struct vq_entry){VQ_DEVICE_NODEID, device_state(vq)};
	notification.count = (uint32_t)(entry - c->host->scratch);
	return notification;
}

static void tell_all(const struct call *c, struct vq_notification *notification)
{
	const struct tracker *tracker = trackers(c->vq);

	for (uint32_t i = c->vq->trackers; i > 0; i--) {
		notification->context = tracker[i - 1].context;
		c->host->notify(c->ctx, tracker[i - 1].connection, notification);
	}
}

void vqi_notify_nodelist(const struct call *c)
{
	struct vq_notification notification;

	if (!c->vq->trackers)
		return;
	notification = nodelist(c);
	tell_all(c, &notification);
}

void vqi_notify_quorum(const struct call *c)
{
	struct vq_notification notification;

	if (!c->vq->trackers)
		return;
	notification = quorum(c);
	tell_all(c, &notification);
}

void vqi_notify_expected_votes(const struct call *c)
{
	struct vq_notification notification = {.kind = VQ_EXPECTED_VOTES};

	notification.expected_votes = c->vq->own.expected_votes;
	tell_all(c, &notification);
}

/* ---- who listens ----------------------------------------------------------- */

/* NULL when the connection does not track. */
static struct tracker *find(struct vq *vq, uint32_t connection)
{
	struct tracker *tracker = trackers(vq);

	for (uint32_t i = 0; i < vq->trackers; i++) {
		if (tracker[i].connection == connection)
			return &tracker[i];
	}
	return NULL;
}

static void tell_current(const struct call *c, uint32_t connection, uint64_t context)
{
	struct vq_notification notification = nodelist(c);

	notification.context = context;
	c->host->notify(c->ctx, connection, &notification);
	notification = quorum(c);
	notification.context = context;
	c->host->notify(c->ctx, connection, &notification);
}

enum vq_error vqi_track_start(const struct call *c, uint32_t connection, uint64_t context, uint32_t flags)
{
	struct vq *vq = c->vq;
	bool tracks = find(vq, connection) != NULL;

	/* Quirk snapshot-on-exist: it is sent though the request is refused. */
	if (flags & (VQ_TRACK_CURRENT | VQ_TRACK_CHANGES) && (!tracks || quirk(vq, VQ_QUIRK_SNAPSHOT_ON_EXIST)))
		tell_current(c, connection, context);
	if (tracks)
		return VQ_ERR_EXIST;
	if (flags & (VQ_TRACK_CHANGES | VQ_TRACK_CHANGES_ONLY)) {
		NEVER(vq->trackers == vq->limits.connections);
		trackers(vq)[vq->trackers++] = (struct tracker){context, connection, 0};
	}
	return VQ_OK;
}

enum vq_error vqi_track_stop(struct vq *vq, uint32_t connection)
{
	struct tracker *tracker = find(vq, connection);
	struct tracker *end = trackers(vq) + vq->trackers;

	if (!tracker)
		return VQ_ERR_NOT_EXIST;
	memmove(tracker, tracker + 1, (size_t)(end - tracker - 1) * sizeof(*tracker));
	memset(end - 1, 0, sizeof(*tracker));
	vq->trackers--;
	return VQ_OK;
}
