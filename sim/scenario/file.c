/* A whole file in memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/file.h"

static const char *why_missing(const char *path)
{
	struct stat status;

	return !*path                      ? "the name of a file is empty"
	       : lstat(path, &status) == 0 ? "a symbolic link that leads nowhere"
					   : "there is no such file";
}

static int open_it(const char *path, bool regular, const char **why)
{
	int fd = strcmp(path, "-") == 0 && !regular ? dup(STDIN_FILENO)
						    : open(path, O_RDONLY | O_CLOEXEC | (regular ? O_NONBLOCK : 0));
	struct stat status;

	if (fd < 0) {
		*why = errno == ENOENT    ? why_missing(path)
		       : errno == EACCES  ? "it may not be read"
		       : errno == ENOTDIR ? "a part of the path is no directory"
					  : "it cannot be opened";
		return -1;
	}
	if (fstat(fd, &status) != 0)
		*why = "it cannot be opened";
	else if (S_ISDIR(status.st_mode))
		*why = "it is a directory";
	else if (regular && !S_ISREG(status.st_mode))
		*why = "it is no regular file";
	else
		return fd;
	(void)close(fd);
	return -1;
}

/* Up to `room` bytes; less only at the end. */
static ssize_t read_all(int fd, char *to, size_t room)
{
	size_t used = 0;

	while (used < room) {
		ssize_t n = read(fd, to + used, room - used);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

char *file_read(const char *path, size_t most, bool regular, size_t *size, const char **why)
{
	size_t room = 64u << 10, used = 0;
	int fd = open_it(path, regular, why);
	char *text = NULL, *more;
	ssize_t n;

	if (fd < 0)
		return NULL;
	*why = "there is no memory for it";
	for (;; room *= 2) {
		more = realloc(text, room + 1);
		if (more == NULL)
			break;
		text = more;
		n = read_all(fd, text + used, room - used);
		if (n < 0) {
			*why = "it cannot be read";
			break;
		}
		used += (size_t)n;
		if (used > most) {
			*why = "it is too big";
			break;
		}
		if (used < room) {
			text[used] = '\0';
			*size = used;
			(void)close(fd);
			return text;
		}
	}
	(void)close(fd);
	free(text);
	return NULL;
}
