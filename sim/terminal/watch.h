/* Waiting until a file changes, for those who edit scenarios. */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include <stdint.h>

/* What the files, and the *.yaml and *.yml in the folders, look like now: names, sizes, times. */
uint64_t watch_look(char *const *paths, int count);
/* Returns when they look otherwise than `seen`, and have been the same for a moment: an
 * editor may write a file in several steps. */
void watch_wait(char *const *paths, int count, uint64_t seen);

#endif
