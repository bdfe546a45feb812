/*
 * Assertions that stay on in release.
 *
 * A simulator that goes on with a broken invariant reports nonsense about
 * somebody's cluster. ALWAYS states what must be, NEVER what must not; both are
 * about the core's own state and its host's contract, never about bytes that
 * came from outside.
 */
#ifndef VQ_ASSERT_H
#define VQ_ASSERT_H

#include <stdio.h>
#include <stdlib.h>

#define VQ_FAIL(what, file, line) (fprintf(stderr, "%s:%d: broken: %s\n", file, line, what), abort())

#define ALWAYS(cond) ((cond) ? (void)0 : VQ_FAIL("ALWAYS(" #cond ")", __FILE__, __LINE__))
#define NEVER(cond) ((cond) ? VQ_FAIL("NEVER(" #cond ")", __FILE__, __LINE__) : (void)0)

#endif
