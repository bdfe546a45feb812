/*
 * The page's parts, in the order in which they need each other.
 */
#include "sim/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

static void ask_with_device(struct page *page, const struct scenario *scenario)
{
	struct probe *probe = probe_create_with_device(scenario, survive_steps_max(scenario->node_count));

	survive_ask(&page->with_device, scenario, &page->classes, probe);
	probe_destroy(probe);
}

/* As messages and rings mostly come. */
static void make_usual(struct page *page, const struct scenario *scenario, const char *path,
		       const struct explore_options *options)
{
	uint32_t ways_steps = ways_steps_max(scenario->node_count);
	uint32_t survive_steps = survive_steps_max(scenario->node_count);
	struct probe *probe = probe_create(scenario, ways_steps > survive_steps ? ways_steps : survive_steps);

	memset(page, 0, sizeof *page);
	page->path = path;
	page->scenario = scenario;
	page->refusal = probe_refusal(probe, &page->refused);
	if (!page->refusal) {
		classes_make(&page->classes, scenario, probe);
		settings_make(&page->settings, scenario, &page->classes, probe);
		if (page->settings.starts_quorate) {
			survive_ask(&page->survive, scenario, &page->classes, probe);
			ways_find(&page->ways, scenario, &page->classes, &page->survive, probe, options);
			if (page->settings.device_votes)
				ask_with_device(page, scenario);
		}
	}
	probe_destroy(probe);
}

void page_make(struct page *page, const struct scenario *scenario, const char *path,
	       const struct explore_options *options)
{
	struct explore_options usual = *options;

	usual.interleavings = 0;
	make_usual(page, scenario, path, &usual);
	if (options->interleavings && !page->refusal && page->settings.starts_quorate)
		orders_find(&page->orders, scenario, options);
}

void page_free(struct page *page)
{
	for (uint32_t i = 0; page->files && i < page->ways.count; i++)
		free(page->files[i]);
	free(page->files);
	classes_free(&page->classes);
	survive_free(&page->survive);
	survive_free(&page->with_device);
	ways_free(&page->ways);
	orders_free(&page->orders);
	memset(page, 0, sizeof *page);
}

uint32_t page_count(const struct page *page, bool defects)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < page->ways.count; i++)
		count += page->ways.ways[i].rule != WAY_RULE_LOSS && page->ways.ways[i].defect == defects;
	for (uint32_t i = 0; i < page->orders.count; i++)
		count += (page->orders.all.findings[page->orders.found[i]].verdict.hazard == 0) == defects;
	return count;
}

struct explore_finding page_finding(const struct way *way)
{
	return (struct explore_finding){.verdict = way->verdict, .step_count = way->step_count, .steps = way->steps};
}
