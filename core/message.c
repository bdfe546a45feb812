/*
 * Messages: how they are written, sent and read.
 *
 * Bytes never leave the process, so they are in native order, but they pass
 * through hosts that fuzz and mutate: whatever is not exactly what some
 * instance could have sent is refused here, and the rest of the core believes
 * what it reads. Only names, which are rare, make a message longer than its head.
 */
#include "internal.h"

#define MAGIC 0x56510000u /* "VQ", and the kind below it */

/* The head on the wire is the head of struct vq_message, marked with MAGIC. */
enum { HEAD_SIZE = 5 * sizeof(uint32_t) };
_Static_assert(offsetof(struct vq_message, kind) == 0, "a message begins with its kind");
_Static_assert(offsetof(struct vq_message, flags) == HEAD_SIZE - sizeof(uint32_t), "and has no gaps up to its flags");
_Static_assert(HEAD_SIZE + 2 * VQ_NAME_MAX <= VQ_MESSAGE_MAX, "the largest message fits");

/* ---- writing and sending --------------------------------------------------- */

static size_t put_name(unsigned char *bytes, const char *name)
{
	size_t size = name ? strlen(name) + 1 : 0;

	ALWAYS(size <= VQ_NAME_MAX);
	if (name)
		memcpy(bytes, name, size);
	return size;
}

size_t vq_message_write(unsigned char bytes[VQ_MESSAGE_MAX], const struct vq_message *message)
{
	uint32_t marked = MAGIC | message->kind;
	size_t size = HEAD_SIZE;

	memcpy(bytes, message, HEAD_SIZE);
	memcpy(bytes, &marked, sizeof(marked));
	size += put_name(bytes + size, message->name);
	size += put_name(bytes + size, message->new_name);
	return size;
}

static bool send(const struct call *c, const struct vq_message *message)
{
	unsigned char bytes[VQ_MESSAGE_MAX];

	return c->host->multicast(c->ctx, bytes, vq_message_write(bytes, message));
}

bool vqi_send_nodeinfo(const struct call *c)
{
	const struct record *own = &c->vq->own;
	struct vq_message message = {.kind = VQ_MESSAGE_NODEINFO,
				     .about = own->nodeid,
				     .votes = own->votes,
				     .expected_votes = own->expected_votes,
				     .flags = own->flags};

	return send(c, &message);
}

bool vqi_send_device_nodeinfo(const struct call *c)
{
	struct vq_message message = {
		.kind = VQ_MESSAGE_NODEINFO, .about = VQ_DEVICE_NODEID, .votes = c->vq->device_votes};

	return send(c, &message);
}

bool vqi_send_reconfigure(const struct call *c, enum vq_message_kind kind, uint32_t about, uint32_t value)
{
	struct vq_message message = {.kind = (uint32_t)kind, .about = about, .votes = value};

	return send(c, &message);
}

bool vqi_send_device(const struct call *c, enum vq_message_kind kind, const char *name, const char *new_name)
{
	struct vq_message message = {.kind = (uint32_t)kind, .name = name, .new_name = new_name};

	return send(c, &message);
}

/* ---- reading --------------------------------------------------------------- */

/* Take a name of 1 to 254 bytes and its NUL off the front; NULL: there is none. */
static const char *take_name(const char **bytes, size_t *size)
{
	const char *name = *bytes;
	const char *end = *size ? memchr(name, 0, *size) : NULL;
	size_t length;

	if (!end || end == name)
		return NULL;
	length = (size_t)(end - name) + 1;
	if (length > VQ_NAME_MAX)
		return NULL;
	*bytes += length;
	*size -= length;
	return name;
}

static bool read_names(struct vq_message *message, const char *bytes, size_t size)
{
	if (message->about || message->votes || message->expected_votes || message->flags)
		return false;
	message->name = take_name(&bytes, &size);
	if (!message->name)
		return false;
	if (message->kind == VQ_MESSAGE_DEVICE_RENAME) {
		message->new_name = take_name(&bytes, &size);
		if (!message->new_name)
			return false;
	}
	return size == 0;
}

static bool head_is_sane(const struct vq_message *message)
{
	switch (message->kind) {
	case VQ_MESSAGE_NODEINFO:
		if (message->about == VQ_DEVICE_NODEID)
			return !message->expected_votes && !message->flags;
		return !(message->flags & ~(uint32_t)FLAG_ALL);
	case VQ_MESSAGE_EXPECTED_VOTES:
		return !message->about && !message->expected_votes && !message->flags;
	case VQ_MESSAGE_NODE_VOTES:
		return !message->expected_votes && !message->flags;
	case VQ_MESSAGE_CANCEL_WAIT_FOR_ALL:
		return !message->about && !message->votes && !message->expected_votes && !message->flags;
	default:
		return false;
	}
}

bool vq_message_read(struct vq_message *message, const void *bytes, size_t size)
{
	if (size < HEAD_SIZE || size > VQ_MESSAGE_MAX)
		return false;
	memcpy(message, bytes, HEAD_SIZE);
	message->kind ^= MAGIC;
	message->name = NULL;
	message->new_name = NULL;
	if (message->kind >= VQ_MESSAGE_DEVICE_REGISTER && message->kind <= VQ_MESSAGE_DEVICE_RENAME)
		return read_names(message, (const char *)bytes + HEAD_SIZE, size - HEAD_SIZE);
	return size == HEAD_SIZE && head_is_sane(message);
}
