/* A file's contents replaced at once. */
#include "sim/fmt/replace.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/ensure.h"

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Who may not give files away keeps the new one. */
static int fill(int fd, const struct stat *old, const char *bytes, size_t size)
{
	if (fchown(fd, old->st_uid, old->st_gid) != 0)
		MAYBE(errno == EPERM);
	if (write_all(fd, bytes, size) != 0 || fchmod(fd, old->st_mode & 07777) != 0 || fsync(fd) != 0)
		return -1;
	return 0;
}

static char *temporary_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *path;

	ALWAYS(asprintf(&path, "%.*s/.%s.XXXXXX", (int)(slash - file), file, slash + 1) > 0);
	return path;
}

static int replace(const char *file, const char *bytes, size_t size)
{
	char *temporary = temporary_of(file);
	struct stat old;
	int result = -1, fd = -1, why;

	if (stat(file, &old) == 0 && access(file, W_OK) == 0)
		fd = mkstemp(temporary);
	if (fd >= 0) {
		result = fill(fd, &old, bytes, size);
		why = errno;
		if (close(fd) != 0 && result == 0) {
			why = errno;
			result = -1;
		}
		if (result == 0 && rename(temporary, file) != 0) {
			why = errno;
			result = -1;
		}
		if (result != 0)
			(void)unlink(temporary);
		errno = why;
	}
	why = errno;
	free(temporary);
	errno = why;
	return result;
}

int replace_file(const char *path, const char *bytes, size_t size)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	char *file = realpath(path, NULL);
	sigset_t wait, before;
	int result, why;

	if (file == NULL)
		return -1;
	sigemptyset(&wait);
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		sigaddset(&wait, ending[i]);
	sigprocmask(SIG_BLOCK, &wait, &before);
	result = replace(file, bytes, size);
	why = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(file);
	errno = why;
	return result;
}
