/* A file's contents replaced at once: what was there, or all that is new. */
#ifndef SIM_FMT_REPLACE_H
#define SIM_FMT_REPLACE_H

#include <stddef.h>

/*
 * Through a temporary file in the same folder and rename(). Owner and permissions
 * stay; of a symbolic link what it points to is replaced. 0, or -1 with errno:
 * then the file is as it was, and the temporary one is gone. Signals that end a
 * program wait until it is done.
 */
int replace_file(const char *path, const char *bytes, size_t size);

#endif
