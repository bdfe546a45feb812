/*
 * Fuzzes the service half: bytes choose what happens to one node.
 *
 * Configurations, messages (raw, made up, and the node's own with a byte changed),
 * rings, timers, reloads and requests come in any order that a host is allowed.
 * Each input runs twice, in memory that was dirty in different ways, and must end
 * in the same bytes; after each step the instance must be what it claims to be. A
 * message that no instance sends changes nothing, and any other is written as it was
 * read; a request that makes no sense is told so.
 */
#include "fake_host.h"

struct input {
	const uint8_t *bytes;
	size_t size;
};

static uint8_t take8(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->bytes++;
}

/* Mostly small, now and then extreme. */
static uint32_t take_number(struct input *in)
{
	uint8_t byte = take8(in);

	if (byte < 192)
		return byte & 15;
	if (byte < 224)
		return UINT32_MAX - (byte & 15);
	if (byte < 240)
		return (1u << 31) + (byte & 15);
	return (uint32_t)take8(in) << 24 | (uint32_t)take8(in) << 16 | (uint32_t)take8(in) << 8 | take8(in);
}

static const char *take_name(struct input *in)
{
	static const char *const names[] = {"qd", "a", "another name"};
	static char longest[VQ_NAME_MAX];
	uint8_t byte = take8(in);

	memset(longest, 'n', VQ_NAME_MAX - 1);
	return byte % 8 == 7 ? longest : names[byte % 3];
}

/* ---- what is true at any time ------------------------------------------------------ */

static void zero(const void *room, size_t size)
{
	for (size_t i = 0; i < size; i++)
		ALWAYS(((const unsigned char *)room)[i] == 0);
}

static void check(struct vq *vq)
{
	const struct record *record = others(vq);

	ALWAYS(vq->others < vq->limits.nodes && vq->members <= vq->limits.nodes);
	for (uint32_t i = 0; i < vq->others; i++) {
		ALWAYS(record[i].state >= VQ_STATE_MEMBER && record[i].state <= VQ_STATE_LEAVING);
		NEVER(i && key(vq, record[i - 1].nodeid) >= key(vq, record[i].nodeid));
		NEVER(record[i].nodeid == vq->own.nodeid || record[i].nodeid == VQ_DEVICE_NODEID);
	}
	zero(record + vq->others, (vq->limits.nodes - 1 - vq->others) * sizeof(*record));
	zero(trackers(vq) + vq->trackers, (vq->limits.connections - vq->trackers) * sizeof(struct tracker));
	zero(members(vq) + vq->members, (vq->limits.nodes - vq->members) * sizeof(uint32_t));
	zero(device_name(vq) + strlen(device_name(vq)), VQ_NAME_MAX - strlen(device_name(vq)));
	NEVER(vq->held && !vq->syncing);
	NEVER(vq->processed && !vq->syncing);
	NEVER(quirk(vq, VQ_QUIRK_QUORUM_8_BIT) && vq->quorum > UINT8_MAX);
	/* A WFA that is off has nobody waiting, but where a reload has brought it back. */
	NEVER(vq->wait_for_all_status && !vq->wait_for_all && !vq->wait_for_all_follows);
}

/* ---- what may happen ------------------------------------------------------------------ */

static struct vq_config take_config(struct input *in, struct vq_config_node nodes[FAKE_NODES])
{
	static const char *const ties[] = {NULL, "lowest", "highest", "2 4", "1 2 3 4 5 6 7 8 9 10",
					   "x",  "3,1",    "-1 0"};
	uint8_t keys = take8(in), more = take8(in);
	struct vq_config config = {.nodes = nodes, .node_count = take8(in) % (FAKE_NODES + 1)};

	config.given = (uint32_t)take8(in) << 8 | take8(in);
	config.two_node = keys & 1;
	config.wait_for_all = keys >> 1 & 1;
	config.auto_tie_breaker = keys >> 2 & 1;
	config.last_man_standing = keys >> 3 & 1;
	config.allow_downscale = keys >> 4 & 1;
	config.expected_votes_tracking = keys >> 5 & 1;
	config.device_model = keys & 64 ? "net" : NULL;
	config.auto_tie_breaker_node = ties[more & 7];
	config.last_man_standing_window_ms = more;
	config.expected_votes = more & 8 ? take_number(in) : 0;
	config.device_votes = more & 16 ? take_number(in) : 1;
	config.votes = more & 32 ? take_number(in) : 1;
	for (uint32_t i = 0; i < config.node_count; i++)
		nodes[i] = (struct vq_config_node){i + 1, more & 64 ? take_number(in) : 1};
	return config;
}

static void start(struct fake *fake, struct input *in)
{
	struct vq_config_node nodes[FAKE_NODES];
	struct vq_config config;

	fake->limits.quirks_off = (uint32_t)take8(in) << 8 | take8(in);
	fake->aborted = NULL;
	fake_clear(fake);
	config = take_config(in, nodes);
	if (fake_start(fake, 1 + take8(in) % FAKE_NODES, &config, take_number(in)) == VQ_ACCEPTED)
		return;
	config = fake_config(3);
	fake_clear(fake);
	fake_boot(fake, &config);
}

static uint32_t take_sender(struct fake *fake, struct input *in)
{
	uint8_t byte = take8(in);

	return byte & 128 ? fake->vq->own.nodeid : byte % (FAKE_NODES + 2);
}

/* Could some instance have sent it? */
static bool makes_sense(const struct vq_message *message)
{
	bool more = message->expected_votes || message->flags, any = more || message->about || message->votes;

	switch (message->kind) {
	case VQ_MESSAGE_NODEINFO:
		return message->about ? message->flags <= FLAG_ALL : !more;
	case VQ_MESSAGE_EXPECTED_VOTES:
		return !more && !message->about;
	case VQ_MESSAGE_NODE_VOTES:
		return !more;
	case VQ_MESSAGE_CANCEL_WAIT_FOR_ALL:
		return !any;
	default:
		return !any && message->name && *message->name && strlen(message->name) < VQ_NAME_MAX &&
		       (message->kind == VQ_MESSAGE_DEVICE_RENAME) == (message->new_name != NULL);
	}
}

static void deliver(struct fake *fake, uint32_t sender, const void *bytes, size_t size)
{
	size_t state_size = vq_size(&fake->limits);
	unsigned char again[VQ_MESSAGE_MAX], *before = malloc(state_size);
	struct vq_message message;
	bool read = vq_message_read(&message, bytes, size);

	ALWAYS(before);
	memcpy(before, fake->vq, state_size);
	if (read) {
		ALWAYS(makes_sense(&message));
		ALWAYS(vq_message_write(again, &message) == size && memcmp(again, bytes, size) == 0);
	}
	vq_deliver(fake->vq, &fake->host, fake, sender, bytes, size);
	/* what a node says of a third one is not for it to say */
	if (!read || (message.kind == VQ_MESSAGE_NODEINFO && message.about && message.about != sender))
		ALWAYS(memcmp(before, fake->vq, state_size) == 0);
	free(before);
}

/* A name of about the largest size, and perhaps another, after the head of a device's message. */
static void long_names(struct fake *fake, struct input *in)
{
	struct vq_message head = {.kind = VQ_MESSAGE_DEVICE_REGISTER + take8(in) % 3};
	unsigned char bytes[2 * VQ_MESSAGE_MAX] = {0};
	size_t start = vq_message_write(bytes, &head), first = VQ_NAME_MAX - 4 + take8(in) % 8, size = start + first;

	memset(bytes + start, 'n', first - 1);
	if (take8(in) & 1) {
		size_t second = VQ_NAME_MAX - 4 + take8(in) % 8;

		memset(bytes + size, 'm', second - 1);
		size += second;
	}
	deliver(fake, take_sender(fake, in), bytes, size - take8(in) % 2);
}

static void raw(struct fake *fake, struct input *in)
{
	uint32_t sender = take_sender(fake, in);
	size_t size = take8(in);
	void *bytes;

	if (size > in->size)
		size = in->size;
	bytes = malloc(size ? size : 1); /* of that size: the sanitizer sees who reads on */
	ALWAYS(bytes);
	memcpy(bytes, in->bytes, size);
	deliver(fake, sender, bytes, size);
	free(bytes);
	in->bytes += size;
	in->size -= size;
}

static void made_up(struct fake *fake, struct input *in)
{
	uint32_t sender = take_sender(fake, in);
	struct vq_message message = {.kind = take8(in) % 9, .about = sender};

	if (message.kind >= VQ_MESSAGE_DEVICE_REGISTER)
		message.name = take_name(in);
	if (message.kind == VQ_MESSAGE_DEVICE_RENAME)
		message.new_name = take_name(in);
	if (message.kind != VQ_MESSAGE_NODEINFO || take8(in) % 4 == 0)
		message.about = message.kind == VQ_MESSAGE_NODE_VOTES ? take_number(in) : 0;
	if (message.kind <= VQ_MESSAGE_NODE_VOTES)
		message.votes = take_number(in);
	if (message.kind == VQ_MESSAGE_NODEINFO && message.about) {
		message.expected_votes = take_number(in);
		message.flags = take8(in);
	}
	fake_deliver(fake, sender, message);
}

static void changed(struct fake *fake, struct input *in)
{
	struct fake_sent sent;

	if (!fake->sent_count)
		return;
	sent = fake->sent[take8(in) % fake->sent_count];
	sent.bytes[take8(in) % sent.size] ^= take8(in);
	deliver(fake, take_sender(fake, in), sent.bytes, sent.size - take8(in) % 4 / 3);
}

static bool is_name(const char *name)
{
	return *name && memchr(name, 0, VQ_NAME_MAX);
}

static void request(struct fake *fake, struct input *in)
{
	struct vq_request ask = {.op = take8(in) % 12, .nodeid = take_number(in)};
	uint32_t connection = take8(in) % FAKE_CONNECTIONS;
	uint8_t bad = take8(in);
	int error;

	ask.context = take8(in);
	ask.votes = take_number(in);
	ask.flags = take_number(in);
	ask.cast_vote = ask.allow = take8(in) & 1;
	ask.ring = vq_ring(fake->vq);
	ask.ring.seq -= take8(in) == 0xff;
	strncpy(ask.name, take_name(in), VQ_NAME_MAX - 1);
	strncpy(ask.new_name, take_name(in), VQ_NAME_MAX - 1);
	if (bad >= 240)
		memset(bad & 1 ? ask.name : ask.new_name, bad & 2 ? 'x' : 0, VQ_NAME_MAX);
	error = fake_ask(fake, connection, ask, NULL);
	if (ask.op < VQ_OP_GETINFO || ask.op > VQ_OP_QDEVICE_MASTER_WINS)
		ALWAYS(error == VQ_ERR_INVALID_PARAM);
	if (ask.op >= VQ_OP_QDEVICE_REGISTER && ask.op <= VQ_OP_QDEVICE_MASTER_WINS &&
	    (!is_name(ask.name) || (ask.op == VQ_OP_QDEVICE_UPDATE && !is_name(ask.new_name))))
		ALWAYS(error == VQ_ERR_INVALID_PARAM);
}

static void change_ring(struct fake *fake, struct input *in)
{
	switch (take8(in) % 3) {
	case 0:
		fake_init(fake, take8(in) | 1u << (fake->vq->own.nodeid - 1));
		break;
	case 1:
		if (fake->vq->syncing && !fake->vq->processed)
			fake_process(fake);
		break;
	default:
		if (fake->vq->processed && !vq_sync_held(fake->vq))
			fake_activate(fake);
	}
}

static void administer(struct fake *fake, struct input *in)
{
	struct vq_config_node nodes[FAKE_NODES];
	struct vq_config config;
	uint8_t byte = take8(in);

	switch (byte % 8) {
	case 0:
		vq_leave(fake->vq, &fake->host, fake);
		break;
	case 1:
		vq_cancel_wait_for_all(fake->vq, &fake->host, fake);
		break;
	case 2:
		vq_connection_open(fake->vq, byte / 8 % FAKE_CONNECTIONS);
		break;
	case 3:
		vq_connection_close(fake->vq, byte / 8 % FAKE_CONNECTIONS);
		break;
	case 4:
		fake->queue_is_full = !fake->queue_is_full;
		break;
	case 5:
		fake->store_fails = !fake->store_fails;
		break;
	default:
		config = take_config(in, nodes);
		vq_reload(fake->vq, &fake->host, fake, &config);
	}
}

static void step(struct fake *fake, struct input *in)
{
	switch (take8(in) % 10) {
	case 0:
		if (take8(in) & 1)
			raw(fake, in);
		else
			long_names(fake, in);
		break;
	case 1:
	case 2:
		made_up(fake, in);
		break;
	case 3:
		changed(fake, in);
		break;
	case 4:
		fake_loop(fake);
		break;
	case 5:
	case 6:
		change_ring(fake, in);
		break;
	case 7:
		fake_fire(fake, take8(in) & 1 ? VQ_TIMER_DEVICE : VQ_TIMER_LAST_MAN_STANDING);
		break;
	case 8:
		request(fake, in);
		break;
	default:
		administer(fake, in);
	}
	/* A host's queue is longer than this one; what is lost here is lost. */
	if (fake->sent_count > FAKE_QUEUE / 2)
		fake->sent_count = 0;
	if (fake->aborted)
		start(fake, in);
}

static void run(struct fake *fake, struct input in)
{
	fake->seq = 0;
	fake->queue_is_full = fake->store_fails = false;
	start(fake, &in);
	while (in.size) {
		step(fake, &in);
		check(fake->vq);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct fake one, other;

	fake_open(&one, 0);
	fake_open(&other, 0);
	memset(other.vq, 0, vq_size(&other.limits));
	run(&one, (struct input){bytes, size});
	run(&other, (struct input){bytes, size});
	ALWAYS(memcmp(one.vq, other.vq, vq_size(&one.limits)) == 0);
	fake_close(&one);
	fake_close(&other);
	return 0;
}
