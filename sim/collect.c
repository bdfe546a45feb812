/*
 * Finds and reads scenario files. Names are sorted by their bytes, so that a folder
 * gives the same order on any machine.
 */
#include "sim/collect.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/ensure.h"
#include "sim/findings.h"

#define MESSAGE_ROOM 2048u
#define DEPTH_MAX 32u

static void add_file(struct collection *collection, const char *path)
{
	collection->files = doubled(collection->files, collection->file_count, sizeof *collection->files);
	collection->files[collection->file_count] = strdup(path);
	ALWAYS(collection->files[collection->file_count] != NULL);
	collection->file_count++;
}

static void mistake(struct collection *collection, const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	collection->mistakes++;
}

static bool is_scenario_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct collection *collection, const char *folder, uint32_t depth);

static void add_entry(struct collection *collection, const char *folder, const char *name, uint32_t depth)
{
	struct stat status;
	char *path;

	if (name[0] == '.')
		return;
	ALWAYS(asprintf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name) > 0);
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		add_folder(collection, path, depth + 1);
	else if (is_scenario_name(name))
		add_file(collection, path);
	free(path);
}

static void add_folder(struct collection *collection, const char *folder, uint32_t depth)
{
	struct dirent **entries;
	int count = depth < DEPTH_MAX ? scandir(folder, &entries, NULL, by_name) : -1;

	if (count < 0) {
		mistake(collection, folder, depth < DEPTH_MAX ? strerror(errno) : "folders nested too deep");
		return;
	}
	for (int i = 0; i < count; i++) {
		add_entry(collection, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
}

static void add_path(struct collection *collection, const char *path)
{
	uint32_t before = collection->file_count, mistakes = collection->mistakes;
	struct stat status;

	if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		add_file(collection, path); /* what is wrong with it, the reader tells */
		return;
	}
	add_folder(collection, path, 0);
	if (collection->file_count == before && collection->mistakes == mistakes)
		mistake(collection, path, "no scenario (*.yaml, *.yml) in this folder");
}

static bool is_wanted(const struct scenario *scenario, const char *only)
{
	size_t name_size = strlen(scenario->name);

	if (!only || strcmp(only, scenario->name) == 0)
		return true;
	return strncmp(only, scenario->name, name_size) == 0 && strncmp(only + name_size, " [", 2) == 0 &&
	       strncmp(only + name_size + 2, scenario->variant, strlen(scenario->variant)) == 0 &&
	       strcmp(only + name_size + 2 + strlen(scenario->variant), "]") == 0;
}

static void read_file(struct collection *collection, const char *path, const char *only)
{
	struct scenario_set *set = &collection->sets[collection->set_count];
	char message[MESSAGE_ROOM];

	if (scenario_read(path, set, message, sizeof message) != 0) {
		fprintf(stderr, "%s\n", message);
		collection->mistakes++;
		return;
	}
	if (findings_check(set, message, sizeof message) != 0) {
		fprintf(stderr, "%s\n", message);
		collection->mistakes++;
		scenario_free(set);
		return;
	}
	collection->set_count++;
	for (uint32_t i = 0; i < set->count; i++) {
		if (!is_wanted(&set->scenarios[i], only))
			continue;
		collection->runs = doubled(collection->runs, collection->run_count, sizeof *collection->runs);
		collection->runs[collection->run_count++] = &set->scenarios[i];
	}
}

void collect_files(struct collection *collection, char *const *paths, int path_count)
{
	memset(collection, 0, sizeof *collection);
	for (int i = 0; i < path_count; i++)
		add_path(collection, paths[i]);
}

void collect(struct collection *collection, char *const *paths, int path_count, const char *only)
{
	collect_files(collection, paths, path_count);
	collection->sets = calloc(collection->file_count + 1, sizeof *collection->sets);
	ALWAYS(collection->sets != NULL);
	for (uint32_t i = 0; i < collection->file_count; i++)
		read_file(collection, collection->files[i], only);
	if (only && collection->run_count == 0 && collection->mistakes == 0) {
		fprintf(stderr, "votesim: no scenario is named '%s' in what was given\n", only);
		collection->mistakes++;
	}
}

void collection_free(struct collection *collection)
{
	for (uint32_t i = 0; i < collection->set_count; i++)
		scenario_free(&collection->sets[i]);
	for (uint32_t i = 0; i < collection->file_count; i++)
		free(collection->files[i]);
	free(collection->sets);
	free(collection->files);
	free(collection->runs);
	memset(collection, 0, sizeof *collection);
}
