/* What differs between two texts, as `diff -u` tells it. */
#ifndef SIM_FMT_DIFFERENCE_H
#define SIM_FMT_DIFFERENCE_H

#include <stddef.h>

/* On standard output, by the program diff. 0, or -1 with errno when it cannot be run. */
int difference_print(const char *path, const char *before, size_t before_size, const char *after, size_t after_size);

#endif
