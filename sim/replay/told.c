/* What each client has been told so far. */
#include "sim/replay/told.h"

#include <string.h>

#include "sim/ensure.h"

struct told {
	uint32_t client_count;
	uint32_t entries; /* of one list */
};

static size_t client_size(uint32_t entries)
{
	return sizeof(struct told_client) + 2 * entries * sizeof(struct vq_entry);
}

static struct told_client *at(const struct told *told, uint32_t client)
{
	ALWAYS(client < told->client_count);
	return (struct told_client *)((uintptr_t)(told + 1) + client * client_size(told->entries));
}

static struct vq_entry *members_of(const struct told *told, uint32_t client)
{
	return (struct vq_entry *)(at(told, client) + 1);
}

size_t told_size(const struct scenario *scenario)
{
	return sizeof(struct told) + scenario->client_count * client_size(scenario->node_count + 1);
}

void told_init(struct told *told, const struct scenario *scenario)
{
	memset(told, 0, told_size(scenario));
	told->client_count = scenario->client_count;
	told->entries = scenario->node_count + 1;
}

static void hear(struct told *told, uint32_t client, const struct vq_notification *notification)
{
	struct told_client *heard = at(told, client);
	struct vq_entry *list = members_of(told, client);
	size_t bytes = notification->count * sizeof *list;

	ALWAYS(notification->count <= told->entries);
	heard->callbacks++;
	if (notification->kind == VQ_NODELIST) {
		heard->has_nodelist = true;
		heard->ring = notification->ring;
		heard->member_count = notification->count;
	} else if (notification->kind == VQ_QUORUM) {
		heard->has_quorum = true;
		heard->quorate = notification->quorate != 0;
		heard->node_count = notification->count;
		list += told->entries;
	} else {
		heard->has_expected = true;
		heard->expected_votes = notification->expected_votes;
		return;
	}
	if (bytes)
		memcpy(list, notification->entries, bytes);
}

void told_observe(struct told *told, const struct observation *observation)
{
	if (observation->kind == OBSERVE_CALLBACK) {
		hear(told, observation->client, observation->notification);
	} else if (observation->kind == OBSERVE_CLIENT_DIED) {
		memset(at(told, observation->client), 0, client_size(told->entries));
	} else if (observation->kind == OBSERVE_REPLY && !observation->automatic) {
		struct told_client *client = at(told, observation->client);

		client->has_reply = true;
		client->reply_verb = observation->verb;
		client->reply_error = (int32_t)observation->number;
	}
}

const struct told_client *told_client(const struct told *told, uint32_t client)
{
	return at(told, client);
}

const struct vq_entry *told_members(const struct told *told, uint32_t client)
{
	return members_of(told, client);
}

const struct vq_entry *told_nodes(const struct told *told, uint32_t client)
{
	return members_of(told, client) + told->entries;
}
