/*
 * A scenario that a command has made, to a file or to standard output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/command/commands.h"

static int not_written(const char *path)
{
	if (errno != EEXIST)
		return cannot_write(path);
	fprintf(stderr, "votesim: %s is there already: --force writes over it\n", path);
	return EXIT_USAGE;
}

int put_made(const char *path, bool force, const char *text)
{
	FILE *file;
	bool failed;

	if (!path || strcmp(path, "-") == 0) {
		fputs(text, stdout);
		return EXIT_HELD;
	}
	file = fopen(path, force ? "w" : "wx");
	if (!file)
		return not_written(path);
	failed = fputs(text, file) < 0;
	if (fclose(file) != 0 || failed)
		return not_written(path);
	fprintf(stderr, "wrote %s; next: votesim run %s\n", path, path);
	return EXIT_HELD;
}
