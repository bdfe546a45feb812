/*
 * The one place that takes in xxHash (https://xxhash.com, Debian's libxxhash-dev):
 * the whole of it, inlined, so that no library is linked.
 */
#ifndef SIM_XXHASH_H
#define SIM_XXHASH_H

#define XXH_INLINE_ALL
#define XXH_NO_STDLIB_ALIGNED
#include <xxhash.h>

#endif
