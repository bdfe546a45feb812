/*
 * The scenarios that a command line names, in a folder of its own under /tmp: what is
 * read, in which order, and what is told of what cannot be (standard error goes to a file).
 */
#include "sim/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static int real_stderr;

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void write_scenario(const char *file, const char *name)
{
	char text[256];

	snprintf(text, sizeof text, "scenario: %s\ncluster: {nodes: 1}\nsteps: [{start: all}]\n", name);
	write_file(file, text);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/collect_test.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	make_folder("good");
	make_folder("good/b");
	make_folder("good/b/deep");
	make_folder("empty");
	make_folder("empty/below");
	make_folder("mixed");
	write_scenario("good/c.yaml", "c");
	write_scenario("good/B.yml", "B");
	write_scenario("good/a.yaml", "a");
	write_scenario("good/b/z.yaml", "z");
	write_scenario("good/b/deep/m.yaml", "m");
	write_scenario("good/.hidden.yaml", "hidden");
	write_scenario("good/readme.txt", "text");
	write_scenario("good/yaml", "no-dot");
	write_scenario("other", "other");
	write_file("matrix.yaml",
		   "scenario: x\nmatrix: {n: [1, 2, 3]}\ncluster: {nodes: \"${n}\"}\nsteps: [{start: all}]\n"
		   "---\nscenario: y\ncluster: {nodes: 1}\nsteps: [{start: all}]\n");
	write_file("mixed/bad.yaml", "scenario: bad\n");
	write_file("rule.yaml", "scenario: r\nfindings: [I22]\ncluster: {nodes: 1}\nsteps: [{start: all}]\n");
	write_scenario("mixed/good.yaml", "good");
	real_stderr = dup(2);
	return real_stderr < 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command);
}

/* Collect paths below root, with what is told on standard error in `told`. */
static struct collection collected(const char *only, char told[2048], int count, ...)
{
	struct collection collection;
	char paths[8][256], *list[8], errors[128];
	va_list arguments;
	FILE *file;
	size_t size;

	va_start(arguments, count);
	for (int i = 0; i < count; i++) {
		snprintf(paths[i], sizeof paths[i], "%s/%s", root, va_arg(arguments, const char *));
		list[i] = paths[i];
	}
	va_end(arguments);
	snprintf(errors, sizeof errors, "%s.errors", root);
	assert_non_null(freopen(errors, "w", stderr));
	collect(&collection, list, count, only);
	fflush(stderr);
	dup2(real_stderr, 2);
	file = fopen(errors, "r");
	assert_non_null(file);
	size = fread(told, 1, 2047, file);
	told[size] = 0;
	fclose(file);
	unlink(errors);
	return collection;
}

static void assert_names(const struct collection *collection, const char *names)
{
	char text[512] = "";

	for (uint32_t i = 0; i < collection->run_count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, collection->runs[i]->name);
		strcat(text, collection->runs[i]->variant);
	}
	assert_string_equal(text, names);
}

#define assert_collected(names, only, ...)                                         \
	do {                                                                       \
		char told[2048];                                                   \
		struct collection collection = collected(only, told, __VA_ARGS__); \
		assert_names(&collection, names);                                  \
		assert_string_equal(told, "");                                     \
		assert_int_equal(collection.mistakes, 0);                          \
		collection_free(&collection);                                      \
	} while (0)

static void folders_in_the_order_of_bytes(void **state)
{
	(void)state;
	assert_collected("B a m z c", NULL, 1, "good");
	assert_collected("B a m z c", NULL, 1, "good/");
	assert_collected("m z", NULL, 1, "good/b");
}

static void files_as_they_are_given(void **state)
{
	(void)state;
	assert_collected("c a", NULL, 2, "good/c.yaml", "good/a.yaml");
	assert_collected("other", NULL, 1, "other"); /* named: whatever its name is */
	assert_collected("text hidden", NULL, 2, "good/readme.txt", "good/.hidden.yaml");
	assert_collected("a B a m z c", NULL, 2, "good/a.yaml", "good");
}

static void only_one_of_them(void **state)
{
	(void)state;
	assert_collected("xn=1 xn=2 xn=3 y", NULL, 1, "matrix.yaml");
	assert_collected("xn=1 xn=2 xn=3", "x", 1, "matrix.yaml");
	assert_collected("xn=2", "x [n=2]", 1, "matrix.yaml");
	assert_collected("y", "y", 2, "good", "matrix.yaml");
}

#define assert_mistake(count, words, only, ...)                                    \
	do {                                                                       \
		char told[2048];                                                   \
		struct collection collection = collected(only, told, __VA_ARGS__); \
		assert_int_equal(collection.mistakes, count);                      \
		if (!strstr(told, words))                                          \
			fail_msg("not told: %s, but: %s", words, told);            \
		collection_free(&collection);                                      \
	} while (0)

static void mistakes_are_told_and_counted(void **state)
{
	(void)state;
	assert_mistake(1, "/empty: no scenario (*.yaml, *.yml) in this folder", NULL, 1, "empty");
	assert_mistake(1, "/nowhere.yaml: ", NULL, 1, "nowhere.yaml");
	assert_mistake(1, "/mixed/bad.yaml:1:1: ", NULL, 1, "mixed");
	assert_mistake(1, "/rule.yaml:2:12: unknown rule 'I22': did you mean 'I2'?", NULL, 1, "rule.yaml");
	assert_mistake(2, "/nowhere.yaml: ", NULL, 3, "mixed", "nowhere.yaml", "good");
	assert_mistake(1, "no scenario is named 'x [n=4]' in what was given", "x [n=4]", 1, "matrix.yaml");
	assert_mistake(1, "no scenario is named 'x [n=1' in", "x [n=1", 1, "matrix.yaml");
	assert_mistake(1, "no scenario is named 'x n=1]' in", "x n=1]", 1, "matrix.yaml");
	assert_mistake(1, "no scenario is named '' in", "", 1, "matrix.yaml");
	assert_mistake(1, "/mixed/bad.yaml:1:1: ", "good", 1, "mixed"); /* and nothing about the name */
}

/* A link that leads back up is followed only so far. */
static void folders_without_end(void **state)
{
	char folder[128], loop[160];

	(void)state;
	make_folder("loop");
	snprintf(folder, sizeof folder, "%s/loop", root);
	snprintf(loop, sizeof loop, "%s/again", folder);
	assert_int_equal(symlink(folder, loop), 0);
	assert_mistake(1, "folders nested too deep", NULL, 1, "loop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_in_the_order_of_bytes),
		cmocka_unit_test(files_as_they_are_given),
		cmocka_unit_test(only_one_of_them),
		cmocka_unit_test(mistakes_are_told_and_counted),
		cmocka_unit_test(folders_without_end),
	};

	return cmocka_run_group_tests_name("collect", tests, set_up, tear_down);
}
