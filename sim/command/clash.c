/*
 * Output files that would destroy what is read, or each other.
 *
 * A slip such as `run --trace mine.yaml` would otherwise cost the scenario.
 */
#include "sim/command/clash.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/command/commands.h"

static bool is_file(const struct output *output)
{
	return output->path && strcmp(output->path, "-") != 0;
}

/* Devices and pipes may well be named twice. */
static bool same_file(const char *path, const char *other)
{
	struct stat a, b;
	bool there = stat(path, &a) == 0, other_there = stat(other, &b) == 0;

	if (!there || !other_there)
		return !there && !other_there && strcmp(path, other) == 0;
	return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int refuse_clash(const struct output *outputs, uint32_t count, const struct collection *collection)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!is_file(&outputs[i]))
			continue;
		for (uint32_t f = 0; f < collection->file_count; f++)
			if (same_file(outputs[i].path, collection->files[f]))
				return usage_error("%s would write over %s, which is to be run", outputs[i].option,
						   collection->files[f]);
		for (uint32_t j = 0; j < i; j++)
			if (is_file(&outputs[j]) && same_file(outputs[i].path, outputs[j].path))
				return usage_error("%s and %s would both write %s", outputs[j].option,
						   outputs[i].option, outputs[i].path);
	}
	return 0;
}
