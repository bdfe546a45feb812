/*
 * Plays for tests: see play.h.
 */
#include "sim/world/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/ensure.h"

/* ---- keeping what is seen ---- */

static const void *keep(struct play *play, const void *bytes, size_t size)
{
	void *copy;

	if (!bytes || !size)
		return NULL;
	copy = malloc(size);
	ALWAYS(copy != NULL);
	memcpy(copy, bytes, size);
	play->owned = grown(play->owned, play->owned_count, &play->owned_room, sizeof *play->owned);
	play->owned[play->owned_count++] = copy;
	return copy;
}

static const struct vq_notification *keep_notification(struct play *play, const struct vq_notification *told)
{
	struct vq_notification copy;

	if (!told)
		return NULL;
	copy = *told;
	copy.entries = keep(play, told->entries, told->count * sizeof *told->entries);
	return keep(play, &copy, sizeof copy);
}

static void see(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct play *play = ctx;
	struct observation *copy;

	(void)view;
	play->seen = grown(play->seen, play->count, &play->room, sizeof *play->seen);
	copy = &play->seen[play->count++];
	*copy = *observation;
	copy->notification = keep_notification(play, observation->notification);
	copy->nodes = keep(play, observation->nodes, observation->nodes ? observation->count * sizeof(uint32_t) : 0);
	copy->reply = keep(play, observation->reply, sizeof *observation->reply);
	copy->data = keep(play, observation->data, observation->size);
}

/* ---- opening, running, closing ---- */

void play_read(struct play *play, const char *text)
{
	char message[512] = "";

	memset(play, 0, sizeof *play);
	if (scenario_parse(text, strlen(text), "t.yaml", &play->set, message, sizeof message) != 0)
		fail_msg("%s", message);
	play->scenario = &play->set.scenarios[0];
}

void play_open(struct play *play, const char *text, struct choice choice, uint64_t seed, bool trace_all)
{
	play_read(play, text);
	play->world = world_create(play->scenario, choice, seed);
	world_observe_all(play->world, trace_all);
	world_observe(play->world, (struct observer){play, see});
	trace_init(&play->trace, play->scenario, true, trace_all, false);
	world_observe(play->world, (struct observer){&play->trace, trace_observe});
}

void play_run(struct play *play, const char *text)
{
	play_open(play, text, choice_plain, 0, true);
	world_run(play->world);
}

void play_close(struct play *play)
{
	for (uint32_t i = 0; i < play->owned_count; i++)
		free(play->owned[i]);
	free(play->owned);
	free(play->seen);
	if (play->world)
		trace_free(&play->trace);
	world_destroy(play->world);
	scenario_free(&play->set);
	memset(play, 0, sizeof *play);
}

bool play_until(struct play *play, enum observation_kind kind, uint32_t node)
{
	uint32_t at = play->count;

	while (!play_next(play, &at, kind, node))
		if (!world_advance(play->world))
			return play_next(play, &at, kind, node) != NULL;
	return true;
}

void play_until_step(struct play *play, uint32_t step)
{
	while (play_number(play, OBSERVE_STEP_BEGIN, ANY) <= step && world_advance(play->world))
		;
}

/* ---- asking ---- */

const struct observation *play_next(const struct play *play, uint32_t *at, enum observation_kind kind, uint32_t node)
{
	while (*at < play->count) {
		const struct observation *seen = &play->seen[(*at)++];

		if (seen->kind == kind && (node == ANY || seen->node == node))
			return seen;
	}
	return NULL;
}

uint32_t play_number(const struct play *play, enum observation_kind kind, uint32_t node)
{
	uint32_t at = 0, number = 0;

	while (play_next(play, &at, kind, node))
		number++;
	return number;
}

const struct observation *play_nth(const struct play *play, enum observation_kind kind, uint32_t node, uint32_t n)
{
	const struct observation *seen = NULL;

	for (uint32_t at = 0, i = 0; i <= n; i++) {
		seen = play_next(play, &at, kind, node);
		if (!seen)
			fail_msg("kind %d of node %u was seen %u times only", (int)kind, node, i);
	}
	return seen;
}

const struct observation *play_last(const struct play *play, enum observation_kind kind, uint32_t node)
{
	uint32_t number = play_number(play, kind, node);

	assert_true(number > 0);
	return play_nth(play, kind, node, number - 1);
}

const struct observation *play_reply(const struct play *play, uint32_t client, enum verb verb, uint32_t n)
{
	const struct observation *seen;

	for (uint32_t at = 0; (seen = play_next(play, &at, OBSERVE_REPLY, ANY));)
		if (seen->client == client && seen->verb == verb && !seen->automatic && n-- == 0)
			return seen;
	fail_msg("client %u got no such reply to %s", client, verb_name(verb));
	return NULL;
}

uint64_t play_step_ns(const struct play *play, uint32_t step)
{
	return play_nth(play, OBSERVE_STEP_BEGIN, ANY, step)->time_ns;
}

const char *play_ring(const struct play *play, uint32_t node, uint32_t n)
{
	static char digits[4][32];
	static uint32_t next;
	const struct observation *ring = play_nth(play, OBSERVE_RING, node, n);
	char *text = digits[next++ % 4];

	assert_true(ring->count < sizeof digits[0]);
	for (uint32_t i = 0; i < ring->count; i++)
		text[i] = (char)('0' + ring->nodes[i]);
	text[ring->count] = 0;
	return text;
}
