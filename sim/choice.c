/*
 * The sources behind choose(): plain, seeded, a list, a fuzzer's bytes.
 */
#include "sim/choice.h"

#include <stdbool.h>

#include "sim/ensure.h"
#include "sim/rng.h"

static uint32_t choose_plain(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	(void)ctx;
	if (what == CHOOSE_JITTER || what == CHOOSE_LOSS)
		return (uint32_t)rng_below(&streams[what], n);
	return 0;
}

static uint32_t choose_seeded(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what)
{
	bool rare = what == CHOOSE_MOVE || what == CHOOSE_CONTACT || what == CHOOSE_STOP || what == CHOOSE_RECOVER;

	(void)ctx;
	if (rare && rng_below(&streams[what], 4) != 0)
		return 0;
	return (uint32_t)rng_below(&streams[what], n);
}

const struct choice choice_plain = {NULL, choose_plain};
const struct choice choice_seeded = {NULL, choose_seeded};

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
