/* What differs between two texts: diff gets both as files that are in memory only. */
#include "sim/fmt/difference.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/ensure.h"

static int in_memory(const char *bytes, size_t size)
{
	int fd = memfd_create("votesim", 0); /* the program that is run inherits it */

	if (fd < 0)
		return -1;
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno != EINTR) {
			(void)close(fd);
			return -1;
		}
		bytes += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return fd;
}

static int run_diff(const char *path, int before, int after)
{
	extern char **environ;
	char *files[2], *labels[2];
	pid_t child;
	int why, status = 0;

	ALWAYS(asprintf(&files[0], "/proc/self/fd/%d", before) > 0 &&
	       asprintf(&files[1], "/proc/self/fd/%d", after) > 0);
	ALWAYS(asprintf(&labels[0], "%s", path) > 0 && asprintf(&labels[1], "%s (formatted)", path) > 0);
	char *const arguments[] = {"diff",    "-u", "--label", labels[0], "--label",
				   labels[1], "--", files[0],  files[1],  NULL};

	fflush(stdout);
	why = posix_spawnp(&child, "diff", NULL, NULL, arguments, environ);
	if (why == 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE)
		raise(SIGPIPE); /* nobody reads on, so this program ends as well */
	if (why == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) > 1))
		why = EIO;
	for (int i = 0; i < 2; i++) {
		free(files[i]);
		free(labels[i]);
	}
	errno = why;
	return why == 0 ? 0 : -1;
}

int difference_print(const char *path, const char *before, size_t before_size, const char *after, size_t after_size)
{
	int fds[2] = {in_memory(before, before_size), in_memory(after, after_size)};
	int result = -1, why;

	if (fds[0] >= 0 && fds[1] >= 0)
		result = run_diff(path, fds[0], fds[1]);
	why = errno;
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	errno = why;
	return result;
}
