/*
 * The fake host's other half; the header says what it is for.
 *
 * Whatever is against the contract of a host function aborts here, so that every
 * test and every fuzzer checks it in passing.
 */
#include "fake_host.h"

static bool multicast(void *ctx, const void *message, size_t size)
{
	struct fake *fake = ctx;
	struct fake_sent *sent = &fake->sent[fake->sent_count];

	if (fake->queue_is_full)
		return false;
	ALWAYS(fake->sent_count < FAKE_QUEUE && size <= VQ_MESSAGE_MAX);
	memcpy(sent->bytes, message, size);
	sent->size = size;
	ALWAYS(vq_message_read(&sent->message, sent->bytes, size));
	fake->sent_count++;
	return true;
}

static void timer_start(void *ctx, enum vq_timer timer, uint32_t delay_ms)
{
	struct fake *fake = ctx;

	ALWAYS(timer < VQ_TIMER_COUNT);
	fake->timer_ms[timer] = delay_ms;
}

static void timer_cancel(void *ctx, enum vq_timer timer)
{
	struct fake *fake = ctx;

	ALWAYS(timer < VQ_TIMER_COUNT);
	fake->timer_ms[timer] = 0;
}

static void notify(void *ctx, uint32_t connection, const struct vq_notification *notification)
{
	struct fake *fake = ctx;
	struct fake_told *told = &fake->told[fake->told_count % FAKE_TOLD];

	ALWAYS(connection < fake->limits.connections && notification->count <= fake->limits.nodes + 1);
	ALWAYS(notification->count == 0 || notification->entries);
	told->connection = connection;
	told->notification = *notification;
	memset(told->entries, 0, sizeof(told->entries));
	if (notification->count)
		memcpy(told->entries, notification->entries, notification->count * sizeof(struct vq_entry));
	told->notification.entries = told->entries;
	fake->told_count++;
}

static void answer(void *ctx, uint32_t connection, const struct vq_reply *reply)
{
	struct fake *fake = ctx;

	ALWAYS(connection < fake->limits.connections && vq_error_name(reply->error));
	fake->answers++;
	fake->answered_connection = connection;
	fake->answer = *reply;
}

static void sync_processed(void *ctx)
{
	((struct fake *)ctx)->processed++;
}

static void primary(void *ctx, bool quorate)
{
	struct fake *fake = ctx;

	fake->primary_count++;
	fake->primary = quorate;
}

static bool store_barrier(void *ctx, uint32_t expected_votes)
{
	struct fake *fake = ctx;

	fake->stored_count++;
	if (fake->store_fails)
		return false;
	fake->stored = expected_votes;
	return true;
}

static void notice_of(void *ctx, enum vq_notice notice)
{
	ALWAYS(vq_notice_message(notice));
	((struct fake *)ctx)->notices[notice]++;
}

static void aborted(void *ctx, const char *why)
{
	((struct fake *)ctx)->aborted = why;
}

/* ---- the instance ---------------------------------------------------------- */

void fake_open(struct fake *fake, uint32_t quirks_off)
{
	memset(fake, 0, sizeof(*fake));
	fake->limits = (struct vq_limits){FAKE_NODES, FAKE_CONNECTIONS, quirks_off, 0};
	fake->host = (struct vq_host){.multicast = multicast,
				      .timer_start = timer_start,
				      .timer_cancel = timer_cancel,
				      .notify = notify,
				      .answer = answer,
				      .sync_processed = sync_processed,
				      .primary = primary,
				      .store_barrier = store_barrier,
				      .notice = notice_of,
				      .abort = aborted,
				      .scratch = fake->scratch};
	fake->vq = malloc(vq_size(&fake->limits));
	ALWAYS(fake->vq);
	memset(fake->vq, 0xa5, vq_size(&fake->limits)); /* dirty: nobody may rely on zeroes */
}

void fake_close(struct fake *fake)
{
	free(fake->vq);
	fake->vq = NULL;
}

struct vq_config fake_config(uint32_t count)
{
	static const struct vq_config_node nodes[FAKE_NODES] = {{1, 1}, {2, 1}, {3, 1}, {4, 1},
								{5, 1}, {6, 1}, {7, 1}, {8, 1}};

	ALWAYS(count <= FAKE_NODES);
	return (struct vq_config){.node_count = count, .nodes = nodes};
}

enum vq_refusal fake_start(struct fake *fake, uint32_t nodeid, const struct vq_config *config, uint32_t stored)
{
	return vq_start(fake->vq, &fake->limits, nodeid, config, stored, &fake->host, fake);
}

void fake_boot(struct fake *fake, const struct vq_config *config)
{
	enum vq_refusal refusal = fake_start(fake, 1, config, 0);

	ALWAYS(refusal == VQ_ACCEPTED);
}

void fake_clear(struct fake *fake)
{
	fake->sent_count = 0;
	fake->told_count = 0;
	fake->processed = 0;
	fake->primary_count = 0;
	memset(fake->notices, 0, sizeof(fake->notices));
	fake->stored_count = 0;
	fake->answers = 0;
	fake->aborted = NULL;
}

/* ---- messages and rings ---------------------------------------------------- */

bool fake_deliver(struct fake *fake, uint32_t sender, struct vq_message message)
{
	unsigned char bytes[VQ_MESSAGE_MAX];
	size_t size = vq_message_write(bytes, &message);

	return vq_deliver(fake->vq, &fake->host, fake, sender, bytes, size);
}

bool fake_nodeinfo(struct fake *fake, uint32_t sender, uint32_t votes, uint32_t expected_votes, uint32_t flags)
{
	return fake_deliver(fake, sender,
			    (struct vq_message){.kind = VQ_MESSAGE_NODEINFO,
						.about = sender,
						.votes = votes,
						.expected_votes = expected_votes,
						.flags = flags});
}

void fake_loop(struct fake *fake)
{
	for (uint32_t i = 0; i < fake->sent_count; i++) {
		const struct fake_sent *sent = &fake->sent[i];
		bool delivered =
			vq_deliver(fake->vq, &fake->host, fake, fake->vq->own.nodeid, sent->bytes, sent->size);

		ALWAYS(delivered);
	}
	fake->sent_count = 0;
}

void fake_init(struct fake *fake, uint32_t mask)
{
	uint32_t ids[FAKE_NODES], count = 0;

	for (uint32_t i = 0; i < FAKE_NODES; i++) {
		if (mask >> i & 1)
			ids[count++] = i + 1;
	}
	fake->seq += 4;
	vq_sync_init(fake->vq, &fake->host, fake, (struct vq_ring_id){fake->seq, ids[0], 0}, ids, count);
}

void fake_process(struct fake *fake)
{
	vq_sync_process(fake->vq, &fake->host, fake);
}

void fake_activate(struct fake *fake)
{
	vq_sync_activate(fake->vq, &fake->host, fake);
}

void fake_sync(struct fake *fake, uint32_t mask, uint32_t expected_votes, uint32_t flags)
{
	fake_loop(fake);
	fake_init(fake, mask);
	fake_process(fake);
	fake_loop(fake);
	for (uint32_t id = 1; id <= FAKE_NODES; id++) {
		if (mask >> (id - 1) & 1 && id != fake->vq->own.nodeid)
			fake_nodeinfo(fake, id, 1, expected_votes, flags);
	}
	if (!vq_sync_held(fake->vq))
		fake_activate(fake);
}

void fake_fire(struct fake *fake, enum vq_timer timer)
{
	fake->timer_ms[timer] = 0;
	vq_timer_fired(fake->vq, &fake->host, fake, timer);
}

/* ---- requests -------------------------------------------------------------- */

int fake_ask(struct fake *fake, uint32_t connection, struct vq_request request, struct vq_reply *reply)
{
	struct vq_reply ignored;
	int result;

	if (!reply)
		reply = &ignored;
	result = vq_request(fake->vq, &fake->host, fake, connection, &request, reply);
	ALWAYS(result == VQ_PENDING || (result == VQ_OK && vq_error_name(reply->error)));
	return result == VQ_PENDING ? VQ_PENDING : reply->error;
}

int fake_track(struct fake *fake, uint32_t connection, uint64_t context, uint32_t flags)
{
	return fake_ask(fake, connection,
			(struct vq_request){.op = VQ_OP_TRACKSTART, .context = context, .flags = flags}, NULL);
}

static void put(char *room, const char *name)
{
	size_t length = strlen(name);

	memcpy(room, name, length < VQ_NAME_MAX ? length : VQ_NAME_MAX);
}

int fake_device(struct fake *fake, enum vq_op op, const char *name)
{
	struct vq_request request = {.op = (uint32_t)op};

	put(request.name, name);
	return fake_ask(fake, 0, request, NULL);
}

int fake_poll(struct fake *fake, const char *name, bool cast_vote)
{
	struct vq_request request = {.op = VQ_OP_QDEVICE_POLL, .cast_vote = cast_vote, .ring = vq_ring(fake->vq)};

	put(request.name, name);
	return fake_ask(fake, 0, request, NULL);
}

struct vq_info fake_info(struct fake *fake, uint32_t nodeid)
{
	struct vq_reply reply;
	int error = fake_ask(fake, 0, (struct vq_request){.op = VQ_OP_GETINFO, .nodeid = nodeid}, &reply);

	ALWAYS(error == VQ_OK);
	return reply.info;
}
