/* The word that somebody meant. */
#ifndef SIM_SCENARIO_WORDS_H
#define SIM_SCENARIO_WORDS_H

#include <stdint.h>

/* The word nearest to `text` (letters changed, left out, added or swapped; case
 * does not count), the first of equally near ones; when none is near, the only one
 * that is a part of it or that it is a part of, cut at underscores; else NULL. */
const char *nearest_word(const char *text, const char *const *words, uint32_t count);

#endif
