/*
 * Make the page, write the scenarios, print.
 */
#include "sim/command/command_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/command/commands.h"
#include "sim/ensure.h"
#include "sim/page/page_words.h"
#include "sim/explore/tell.h"
#include "sim/terminal/verdicts.h"

static int cannot(const char *what, const char *path)
{
	fprintf(stderr, "votesim: cannot %s %s: %s\n", what, path, strerror(errno));
	return EXIT_USAGE;
}

static char *file_name(const char *folder, const struct way *way, uint32_t number)
{
	const char *rule = check_rules[way->rule].id;

	if (way->hazard)
		return words_format("%s/found-%u-%s-hazard-H%u.yaml", folder, number, rule, way->hazard);
	return words_format("%s/found-%u-%s.yaml", folder, number, rule);
}

static int write_scenarios(const char *folder, const struct scenario *scenario, struct page *page)
{
	uint32_t number = 0;

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return cannot("make", folder);
	page->files = allocate(page->ways.count, sizeof *page->files);
	for (uint32_t i = 0; i < page->ways.count; i++) {
		const struct way *way = &page->ways.ways[i];
		const struct explore_finding finding = page_finding(way);
		FILE *file;

		if (way->rule == WAY_RULE_LOSS)
			continue;
		page->files[i] = file_name(folder, way, ++number);
		file = fopen(page->files[i], "w");
		if (!file)
			return cannot("write", page->files[i]);
		tell_scenario(scenario, &finding, number, file);
		if (fclose(file) != 0)
			return cannot("write", page->files[i]);
	}
	return 0;
}

/* Of what only some orders show; with the choices that make them. */
static int write_orders(const char *folder, const struct scenario *scenario, struct orders *orders)
{
	orders->files = allocate(orders->count + 1, sizeof *orders->files);
	for (uint32_t i = 0; i < orders->count; i++) {
		const struct explore_finding *finding = &orders->all.findings[orders->found[i]];
		FILE *file;

		orders->files[i] = words_format("%s/found-in-some-orders-%u-%s.yaml", folder, i + 1,
						check_rules[finding->verdict.rule].id);
		file = fopen(orders->files[i], "w");
		if (!file)
			return cannot("write", orders->files[i]);
		tell_scenario(scenario, finding, i + 1, file);
		if (fclose(file) != 0)
			return cannot("write", orders->files[i]);
	}
	return 0;
}

static int status_of(const struct page *page)
{
	if (page->refusal)
		return EXIT_USAGE;
	return page_count(page, true) ? EXIT_FAILED : EXIT_HELD;
}

static int print_one(const struct page_command *command, const struct scenario *scenario, struct page *page)
{
	const struct page_look look = {wants_colour(1), command->ways_max};
	int status = command->folder ? write_scenarios(command->folder, scenario, page) : 0;

	if (status == 0 && command->folder && page->orders.asked)
		status = write_orders(command->folder, scenario, &page->orders);
	if (status)
		return status;
	if (command->json)
		page_json(page, stdout);
	else
		page_print(page, &look, stdout);
	return status_of(page);
}

static void make(const struct page_command *command, const struct scenario *scenario, const char *path,
		 struct page *page)
{
	page_make(page, scenario, path, &command->options);
	if (command->options.progress)
		fputs("\r\033[K", stderr);
}

int command_page(const struct page_command *command, const struct scenario *scenario, const struct scenario *other)
{
	const struct page_look look = {wants_colour(1), command->ways_max};
	struct page page, other_page;
	int status;

	make(command, scenario, command->path, &page);
	if (!other) {
		status = print_one(command, scenario, &page);
	} else {
		make(command, other, command->other_path, &other_page);
		page_compare(&page, &other_page, &look, stdout);
		status = page.refusal || other_page.refusal ? EXIT_USAGE : EXIT_HELD;
		page_free(&other_page);
	}
	page_free(&page);
	return status;
}
