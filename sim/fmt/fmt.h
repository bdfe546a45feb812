/* A scenario file as it should be laid out. */
#ifndef SIM_FMT_FMT_H
#define SIM_FMT_FMT_H

#include <stddef.h>

enum fmt_result {
	FMT_DONE,
	FMT_MISTAKE, /* the file is wrong, or has what cannot be formatted: one message */
	FMT_UNSURE   /* what came out is not provably the same: one message, of an internal error */
};

/*
 * `text` is a scenario file, `path` is told in messages and leads to a
 * corosync_conf. *formatted: to be freed by the caller, NUL-terminated beyond
 * *formatted_size. It means the same: it was read again, and has the same
 * values, anchors, aliases, tags and comments in the same order.
 */
enum fmt_result fmt_text(const char *text, size_t size, const char *path, char **formatted, size_t *formatted_size,
			 char *message, size_t message_size);

#endif
