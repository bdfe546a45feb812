/*
 * Files are looked at again and again: that works for every editor, however it replaces
 * a file, and on every file system. What a scenario refers to (corosync_conf) lies beside
 * it, so every file of a scenario's folder counts.
 */
#include "sim/terminal/watch.h"

#include <ftw.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sim/ensure.h"
#include "sim/world/xxhash.h"

#define OPEN_FILES_MAX 16
#define LOOK_EVERY_MS 200

static uint64_t looked; /* nftw() hands nothing through; one thread watches */

static int look_at(const char *path, const struct stat *status, int type, struct FTW *where)
{
	const uint64_t facts[] = {(uint64_t)status->st_size, (uint64_t)status->st_mtim.tv_sec,
				  (uint64_t)status->st_mtim.tv_nsec, (uint64_t)status->st_ino};

	(void)where;
	if (type == FTW_F) /* a sum: the order in which a folder lists its files does not count */
		looked += XXH3_64bits_withSeed(facts, sizeof facts, XXH3_64bits(path, strlen(path)));
	return 0;
}

uint64_t watch_look(char *const *paths, int count)
{
	looked = 0;
	for (int i = 0; i < count; i++) {
		struct stat status;
		char *copy = strdup(paths[i]);

		ALWAYS(copy != NULL);
		if (stat(paths[i], &status) == 0 && S_ISDIR(status.st_mode))
			nftw(paths[i], look_at, OPEN_FILES_MAX, FTW_PHYS);
		else
			nftw(dirname(copy), look_at, OPEN_FILES_MAX, FTW_PHYS);
		free(copy);
	}
	return looked;
}

void watch_wait(char *const *paths, int count, uint64_t seen)
{
	const struct timespec moment = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
	uint64_t now = seen, before;

	do {
		before = now;
		nanosleep(&moment, NULL);
		now = watch_look(paths, count);
	} while (now == seen || now != before);
}
