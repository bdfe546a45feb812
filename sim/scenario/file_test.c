/* Files that are there, that are not, and that are no files; memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/scenario/arena.h"
#include "sim/scenario/file.h"
#include "sim/scenario/scenario.h"

static void refused(const char *path, bool regular, const char *expected)
{
	const char *why = "";
	size_t size;

	assert_null(file_read(path, 1000, regular, &size, &why));
	assert_string_equal(why, expected);
}

static void what_is_no_file(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[299] = '\0';
	refused("/nonexistent", false, "there is no such file");
	refused("/dev/null/x", false, "a part of the path is no directory");
	refused(name, false, "it cannot be opened");
	refused("/", false, "it is a directory");
	refused("/dev/null", true, "it is no regular file");
	refused("/dev/zero", false, "it is too big");
	refused("/proc/self/mem", false, "it cannot be read");
}

static void what_is_a_file(void **state)
{
	char path[] = "/tmp/file_test.XXXXXX", bytes[200000];
	const char *why;
	size_t size = 0;
	int fd = mkstemp(path);
	char *text;

	(void)state;
	assert_true(fd >= 0);
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(close(fd), 0);
	text = file_read(path, sizeof(bytes), true, &size, &why);
	assert_non_null(text);
	assert_int_equal(size, sizeof(bytes));
	assert_memory_equal(text, bytes, sizeof(bytes));
	assert_int_equal(text[size], '\0');
	free(text);
	assert_null(file_read(path, sizeof(bytes) - 1, true, &size, &why));
	assert_string_equal(why, "it is too big");
	assert_int_equal(unlink(path), 0);
	text = file_read("/dev/null", 1, false, &size, &why);
	assert_non_null(text);
	assert_int_equal(size, 0);
	free(text);
}

static void standard_input(void **state)
{
	int ends[2], saved = dup(STDIN_FILENO);
	const char *why;
	size_t size = 0;
	char *text;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "hello", 5), 5);
	assert_int_equal(close(ends[1]), 0);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	text = file_read("-", 100, false, &size, &why);
	assert_true(dup2(saved, STDIN_FILENO) >= 0);
	(void)close(saved);
	(void)close(ends[0]);
	assert_non_null(text);
	assert_string_equal(text, "hello");
	free(text);
}

static void an_arena_ends(void **state)
{
	struct arena arena = {NULL, 0};

	(void)state;
	assert_non_null(arena_alloc(&arena, 0, 8));
	assert_int_equal((uintptr_t)arena_alloc(&arena, 3, 1) % 8, 0);
	assert_null(arena_alloc(&arena, SIZE_MAX / 2, 4));
	assert_null(arena_alloc(&arena, ARENA_MAX, 1));
	assert_non_null(arena_alloc(&arena, 100000, 1));
	arena_free(arena.blocks);
}

/* A step of 1 kB for each of 384 nodes, in each of 4096 runs. */
static void too_much_memory_is_a_mistake(void **state)
{
	static const char head[] = "scenario: s ${a} ${b}\nmatrix: {a: [";
	static char text[16384];
	char message[256] = "";
	struct scenario_set set;
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", head);

	(void)state;
	for (int i = 0; i < 64; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%d, ", i);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "], b: [");
	for (int i = 0; i < 64; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%d, ", i);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "]}\ncluster: {nodes: 384}\nsteps:\n");
	for (int i = 0; i < 100; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "  - reload: {nodes: 384}\n");
	assert_int_equal(scenario_parse(text, used, "f", &set, message, sizeof(message)), -1);
	assert_int_equal(strncmp(message, "f: needs more memory than there is (at most 512 MiB)", 52), 0);
	assert_null(set.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(what_is_a_file),
		cmocka_unit_test(standard_input),
		cmocka_unit_test(an_arena_ends),
		cmocka_unit_test(too_much_memory_is_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
