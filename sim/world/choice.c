/*
 * The sources behind choose(): plain, seeded, a list, a fuzzer's bytes.
 */
#include "sim/world/choice.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/world/rng.h"

static uint32_t choose_plain(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	(void)ctx;
	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return (uint32_t)rng_below(&streams[what], n);
	return 0;
}

static uint32_t choose_seeded(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	bool rare = what == CHOOSE_MOVE || what == CHOOSE_CONTACT || what == CHOOSE_STOP || what == CHOOSE_RECOVER ||
		    what == CHOOSE_TURN || what == CHOOSE_RELEASE;

	(void)ctx;
	if (rare && rng_below(&streams[what], 4) != 0)
		return 0;
	return (uint32_t)rng_below(&streams[what], n);
}

static uint32_t choose_token(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	return what == CHOOSE_TOKEN ? 1 : choose_plain(ctx, streams, n, what);
}

const struct choice choice_plain = {NULL, choose_plain};
const struct choice choice_token = {NULL, choose_token};
const struct choice choice_seeded = {NULL, choose_seeded};

static uint32_t choose_at_rates(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	const struct choice_rates *rates = ctx;
	uint32_t one_in = rates->one_in[what];

	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return choose_plain(NULL, streams, n, what);
	if (one_in == 0 || (one_in > 1 && rng_below(&streams[what], one_in) != 0))
		return 0;
	return (uint32_t)rng_below(&streams[what], n);
}

struct choice choice_at_rates(const struct choice_rates *rates)
{
	return (struct choice){(void *)(uintptr_t)rates, choose_at_rates};
}

static uint32_t choose_from_list(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct choice_list *list = ctx;
	uint32_t index = list->asked_count++;
	uint32_t taken = index < list->taken_count ? list->taken[index] : 0;

	(void)streams;
	(void)what;
	if (list->asked && index < list->asked_room)
		list->asked[index] = n;
	return taken < n ? taken : n - 1;
}

struct choice choice_from_list(struct choice_list *list)
{
	return (struct choice){list, choose_from_list};
}

/* How many questions of a kind were asked is kept in its stream, which is not drawn from. */
static uint32_t choose_from_marks(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	const struct choice_marks *marks = ctx;
	uint64_t number = streams[what] - rng_stream(marks->seed, what);
	uint32_t low = 0, high = marks->count, picked;

	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return choose_plain(NULL, streams, n, what);
	streams[what]++;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct choice_made *made = &marks->marks[middle];

		if (made->kind < (uint32_t)what || (made->kind == (uint32_t)what && made->number < number))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == marks->count || marks->marks[low].kind != (uint32_t)what || marks->marks[low].number != number)
		picked = marks->others[what];
	else
		picked = marks->marks[low].picked;
	return picked < n ? picked : n - 1;
}

struct choice choice_from_marks(struct choice_marks *marks)
{
	memset(marks->others, 0, sizeof marks->others);
	for (uint32_t i = 0; i < marks->count; i++)
		if (marks->marks[i].number == CHOICE_ALL)
			marks->others[marks->marks[i].kind] = marks->marks[i].picked;
	return (struct choice){marks, choose_from_marks};
}

static uint32_t choose_recorded(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct choice_recorder *recorder = ctx;
	uint32_t picked = recorder->source.choose(recorder->source.ctx, streams, n, what);
	uint32_t number = recorder->asked[what]++;

	if (picked == 0 || what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return picked;
	recorder->made = grown(recorder->made, recorder->count, &recorder->room, sizeof *recorder->made);
	recorder->made[recorder->count++] = (struct choice_made){what, number, picked};
	return picked;
}

struct choice choice_recorded(struct choice_recorder *recorder)
{
	return (struct choice){recorder, choose_recorded};
}

static int by_kind(const void *a, const void *b)
{
	const struct choice_made *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

void choice_recorder_sort(struct choice_recorder *recorder)
{
	if (recorder->count)
		qsort(recorder->made, recorder->count, sizeof *recorder->made, by_kind);
}

static uint32_t choose_from_bytes(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	struct choice_bytes *source = ctx;
	uint32_t value = 0;

	(void)streams;
	(void)what;
	for (uint32_t range = n - 1; range && source->size; range >>= 8, source->size--)
		value = value << 8 | *source->bytes++;
	return value % n;
}

struct choice choice_from_bytes(struct choice_bytes *bytes)
{
	return (struct choice){bytes, choose_from_bytes};
}
