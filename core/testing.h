/*
 * What every cmocka test here begins with.
 *
 * A test gets a fake host of its own, opened with all quirks on; it calls
 * fake_close() and fake_open() for others.
 */
#ifndef VQ_TESTING_H
#define VQ_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_host.h"

#define QUIRK_OFF(name) (1u << VQ_QUIRK_##name)
#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, testing_open, testing_close)

static inline int testing_open(void **state)
{
	*state = malloc(sizeof(struct fake));
	if (!*state)
		return -1;
	fake_open(*state, 0);
	return 0;
}

static inline int testing_close(void **state)
{
	fake_close(*state);
	free(*state);
	return 0;
}

/* The same fake, with these quirks switched off. */
static inline void testing_reopen(struct fake *fake, uint32_t quirks_off)
{
	fake_close(fake);
	fake_open(fake, quirks_off);
}

/* The last notification, which must be of that kind. */
static inline const struct fake_told *testing_last(const struct fake *fake, enum vq_notification_kind kind)
{
	const struct fake_told *told;

	assert_true(fake->told_count > 0);
	told = &fake->told[(fake->told_count - 1) % FAKE_TOLD];
	assert_int_equal(told->notification.kind, kind);
	return told;
}

static inline void testing_entries(const struct fake_told *told, const struct vq_entry *entries, uint32_t count)
{
	assert_int_equal(told->notification.count, count);
	assert_memory_equal(told->entries, entries, count * sizeof(*entries));
}

#endif
