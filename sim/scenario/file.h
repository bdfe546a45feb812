/* A whole file in memory. */
#ifndef SIM_SCENARIO_FILE_H
#define SIM_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the file ("-": standard input) into memory to be freed by the caller,
 * NUL-terminated beyond *size. NULL and *why in words when it cannot. `regular`:
 * nothing but a regular file will do. */
char *file_read(const char *path, size_t most, bool regular, size_t *size, const char **why);

#endif
