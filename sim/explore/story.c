/* Stories: one more run, seen through getinfo at the end of each step. */
#include "sim/explore/story.h"

#include <string.h>

#include "sim/ensure.h"
#include "sim/run.h"

struct teller {
	const struct scenario *scenario;
	struct story *story;
	char (*ring)[WHY_TEXT];   /* by node: the members of its ring; empty: it is down */
	char (*belief)[WHY_TEXT]; /* likewise, now */
	char *told;               /* what was told last */
};

/* ---- a moment ---- */

static void take_ring(struct teller *teller, const struct observation *observation)
{
	char *text = teller->ring[observation->node];

	text[0] = 0;
	for (uint32_t i = 0; i < observation->count && strlen(text) < WHY_TEXT - 16; i++)
		(void)snprintf(text + strlen(text), WHY_TEXT - strlen(text), "%s%u", i ? " " : "",
			       observation->nodes[i]);
}

static void take_beliefs(struct teller *teller, const struct world_view *view)
{
	for (uint32_t i = 0; i < teller->scenario->node_count; i++) {
		struct vq_info info;

		teller->belief[i][0] = 0;
		if (view->getinfo(view->world, i, 0, &info) == VQ_OK)
			why_believes(&info, teller->belief[i]);
		else
			teller->ring[i][0] = 0;
	}
}

static bool together(const struct teller *teller, uint32_t a, uint32_t b)
{
	return strcmp(teller->ring[a], teller->ring[b]) == 0 && strcmp(teller->belief[a], teller->belief[b]) == 0;
}

/* Nodes of one ring and one mind, in one line. */
static void put_group(const struct teller *teller, uint32_t first, FILE *to)
{
	char who[WHY_TEXT] = "";

	for (uint32_t i = first; i < teller->scenario->node_count && strlen(who) < WHY_TEXT - 16; i++)
		if (together(teller, first, i))
			(void)snprintf(who + strlen(who), WHY_TEXT - strlen(who), "%s%u", who[0] ? " " : "",
				       teller->scenario->nodes[i].nodeid);
	fputs(who, to);
	if (teller->ring[first][0] && strcmp(who, teller->ring[first]) != 0)
		fprintf(to, " (in one ring with %s)", teller->ring[first]);
	fprintf(to, ": %s\n", teller->belief[first][0] ? teller->belief[first] : "down");
}

static char *moment(const struct teller *teller)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ALWAYS(to != NULL);
	for (uint32_t i = 0; i < teller->scenario->node_count; i++) {
		uint32_t first = 0;

		while (!together(teller, first, i))
			first++;
		if (first == i)
			put_group(teller, i, to);
	}
	ALWAYS(fclose(to) == 0);
	return text;
}

static void end_of_step(struct teller *teller, const struct world_view *view, uint32_t step)
{
	char *text;

	take_beliefs(teller, view);
	text = moment(teller);
	if (teller->told && strcmp(text, teller->told) == 0) {
		free(text);
		return;
	}
	teller->told = teller->story->after[step] = text;
}

static void watch(void *ctx, const struct world_view *view, const struct observation *observation)
{
	struct teller *teller = ctx;

	if (observation->kind == OBSERVE_RING)
		take_ring(teller, observation);
	else if (observation->kind == OBSERVE_STEP_END && observation->number == 1)
		end_of_step(teller, view, observation->step);
}

/* ---- the whole ---- */

static void put_lines(const char *label, const char *text, FILE *to)
{
	fprintf(to, "%-9s ", label);
	for (; *text; text++) {
		fputc(*text, to);
		if (*text == '\n' && text[1])
			fputs("          ", to);
	}
	fputc('\n', to);
}

void story_title(const struct found *found, FILE *to)
{
	if (found->kind == FOUND_HAZARD && found->hazard)
		fprintf(to, "hazard H%u, which the manual admits: %s", found->hazard, check_rules[found->rule].says);
	else if (found->kind == FOUND_HAZARD)
		fprintf(to, "hazard of a known quirk: %s", check_rules[found->rule].says);
	else if (found->kind == FOUND_BREACH)
		fprintf(to, "DEFECT: %s", check_rules[found->rule].says);
	else if (found->kind == FOUND_NO_QUORUM)
		fprintf(to, "%s: After all faults have ended the cluster is quorate again, but: %s.",
			found_is_defect(found) ? "DEFECT" : "no quorum", why_name((enum why)found->why));
	else if (found->kind == FOUND_RESTLESS)
		fputs("DEFECT: After all faults have ended the cluster comes to rest.", to);
	else
		fputs("an expectation does not hold", to);
}

static char *head_of(const struct found *found)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ALWAYS(to != NULL);
	story_title(found, to);
	fputc('\n', to);
	put_lines("expected", found->verdict.expected, to);
	put_lines("came", found->verdict.came, to);
	if (found->reason[0])
		put_lines("why", found->reason, to);
	if (found->rule < check_rule_count) {
		fprintf(to, "rule      %s\n", check_rules[found->rule].id);
		put_lines("source", check_rules[found->rule].source, to);
	}
	ALWAYS(fclose(to) == 0);
	return text;
}

/* Where it was found, behind what is told there. */
static void mark_step(struct story *story, const struct found *found)
{
	char *text, **place;
	size_t size;
	FILE *to;

	if (found->verdict.step >= story->count)
		return;
	place = &story->after[found->verdict.step];
	to = open_memstream(&text, &size);
	ALWAYS(to != NULL);
	fprintf(to, "%s^ %s: %s\n", *place ? *place : "",
		found->rule < check_rule_count ? check_rules[found->rule].id : "here", found->verdict.came);
	ALWAYS(fclose(to) == 0);
	free(*place);
	*place = text;
}

void story_make(const struct scenario *scenario, const struct found *found, struct story *story)
{
	struct teller teller = {.scenario = scenario, .story = story};
	const struct run_options options = {0};
	struct choice_marks marks;
	struct world *world;

	memset(story, 0, sizeof *story);
	story->count = scenario->step_count;
	story->after = allocate(story->count, sizeof *story->after);
	teller.ring = allocate(scenario->node_count, sizeof *teller.ring);
	teller.belief = allocate(scenario->node_count, sizeof *teller.belief);
	world = world_create(scenario, run_choice(scenario, &options, &marks), scenario->seed);
	world_observe(world, (struct observer){&teller, watch});
	world_run(world);
	world_destroy(world);
	free(teller.ring);
	free(teller.belief);
	if (found) {
		story->head = head_of(found);
		mark_step(story, found);
	}
	story->notes = (struct write_notes){.head = story->head, .after_step = (const char *const *)story->after};
}

void story_free(struct story *story)
{
	for (uint32_t i = 0; i < story->count; i++)
		free(story->after[i]);
	free(story->after);
	free(story->head);
	memset(story, 0, sizeof *story);
}
