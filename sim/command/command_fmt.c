/*
 * votesim fmt.
 *
 * All files are read and laid out before the first is written: when one is wrong,
 * none is touched.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/collect.h"
#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/fmt/difference.h"
#include "sim/fmt/fmt.h"
#include "sim/fmt/replace.h"
#include "sim/scenario/file.h"
#include "sim/scenario/tree.h"

struct fmt_command {
	bool check, diff;
};

struct fmt_file {
	const char *path;
	char *text, *formatted;
	size_t size, formatted_size;
};

enum { OPTION_CHECK = 256, OPTION_DIFF };

static int parse(struct fmt_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{"check", no_argument, NULL, OPTION_CHECK},
		{"diff", no_argument, NULL, OPTION_DIFF},
		{NULL, 0, NULL, 0},
	};
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option != OPTION_CHECK && option != OPTION_DIFF)
			return bad_option(argv, option);
		command->check |= option == OPTION_CHECK;
		command->diff |= option == OPTION_DIFF;
	}
	if (optind == argc)
		return usage_error("fmt wants scenario files or folders, or '-'");
	return 0;
}

static int read_file(struct fmt_file *file)
{
	const char *why = "";
	char message[2048];
	enum fmt_result result;

	file->text = file_read(file->path, TREE_BYTES_MAX, false, &file->size, &why);
	if (!file->text) {
		fprintf(stderr, "%s: %s\n", file->path, why);
		return EXIT_USAGE;
	}
	result = fmt_text(file->text, file->size, file->path, &file->formatted, &file->formatted_size, message,
			  sizeof message);
	if (result == FMT_DONE)
		return 0;
	fprintf(stderr, "%s\n", message);
	return result == FMT_UNSURE ? EXIT_INTERNAL : EXIT_USAGE;
}

static bool differs(const struct fmt_file *file)
{
	return file->size != file->formatted_size || memcmp(file->text, file->formatted, file->size) != 0;
}

static bool is_input(const struct fmt_file *file)
{
	return strcmp(file->path, "-") == 0;
}

static int put(const struct fmt_file *file)
{
	if (is_input(file)) {
		fwrite(file->formatted, 1, file->formatted_size, stdout);
		return EXIT_HELD;
	}
	if (!differs(file))
		return EXIT_HELD;
	if (replace_file(file->path, file->formatted, file->formatted_size) != 0)
		return cannot_write(file->path);
	printf("formatted %s\n", file->path);
	return EXIT_HELD;
}

static int tell(const struct fmt_command *command, const struct fmt_file *file)
{
	if (!differs(file))
		return EXIT_HELD;
	if (command->diff &&
	    difference_print(file->path, file->text, file->size, file->formatted, file->formatted_size) != 0) {
		fprintf(stderr, "votesim: cannot run diff: %s\n", strerror(errno));
		return EXIT_USAGE;
	}
	if (command->check && !command->diff)
		printf("%s\n", file->path);
	return command->check ? EXIT_FAILED : EXIT_HELD;
}

static int format_all(const struct fmt_command *command, struct fmt_file *files, uint32_t count)
{
	int status = EXIT_HELD;

	for (uint32_t i = 0; i < count; i++) {
		int one = read_file(&files[i]);

		status = one > status ? one : status;
	}
	if (status != EXIT_HELD)
		return status;
	for (uint32_t i = 0; i < count; i++) {
		int one = command->check || command->diff ? tell(command, &files[i]) : put(&files[i]);

		status = one > status ? one : status;
	}
	return status;
}

int command_fmt(int argc, char **argv)
{
	struct fmt_command command = {0};
	struct collection collection;
	struct fmt_file *files;
	int status = parse(&command, argc, argv);

	if (status)
		return status;
	collect_files(&collection, argv + optind, argc - optind);
	files = allocate(collection.file_count, sizeof *files);
	for (uint32_t i = 0; i < collection.file_count; i++)
		files[i].path = collection.files[i];
	status = collection.mistakes ? EXIT_USAGE : format_all(&command, files, collection.file_count);
	for (uint32_t i = 0; i < collection.file_count; i++) {
		free(files[i].text);
		free(files[i].formatted);
	}
	free(files);
	collection_free(&collection);
	return status;
}
