/* Choices that the scenario makes itself: what they are about, which question, what was picked. */
#include <string.h>

#include "sim/world/choice.h"
#include "sim/scenario/amount.h"
#include "sim/scenario/reader.h"

static uint32_t read_question(struct reader *reader, const struct tree *key, const char *kind)
{
	uint64_t number;

	if (strcmp(key->text, "all") == 0)
		return CHOICE_ALL;
	if (amount_integer(key->text, &number) != AMOUNT_OK || number >= CHOICE_ALL)
		expected(reader, key, kind, "which question it is, counted from 0, or all");
	return (uint32_t)number;
}

static void read_kind(struct reader *reader, const struct tree *map, uint32_t kind, struct choice_made *to,
		      uint32_t *count)
{
	const char *name = words_choices.words[kind].name;
	uint32_t before = *count;

	expect_map(reader, map, name, "numbers of questions to what is picked");
	for (uint32_t i = 0; i < map->count; i++) {
		const struct tree *key = map->items[2 * i];
		uint32_t number = read_question(reader, key, name), at = (*count)++;

		while (at > before && to[at - 1].number > number) {
			to[at] = to[at - 1];
			at--;
		}
		if (at > before && to[at - 1].number == number && number == CHOICE_ALL)
			mistake(&reader->reading, key->at, "%s: all stands here twice", name);
		if (at > before && to[at - 1].number == number)
			mistake(&reader->reading, key->at, "%s: question %u stands here twice", name, number);
		to[at] = (struct choice_made){
			kind, number, (uint32_t)read_number(reader, map->items[2 * i + 1], name, 0, UINT32_MAX)};
	}
}

void read_choices(struct reader *reader, const struct tree *tree)
{
	struct choice_made *made;
	struct fields fields;
	uint32_t count = 0;

	_Static_assert(CHOOSE_JITTER == CHOOSE_RELEASE + 1, "jitter and loss are drawn");
	fields_read(reader, &words_choices, tree, &fields);
	for (uint32_t i = 0; i < tree->count; i++)
		count += tree->items[2 * i + 1]->count;
	made = take(&reader->reading, count, sizeof(*made));
	count = 0;
	for (uint32_t kind = 0; kind < words_choices.count; kind++)
		if (fields.field[kind].tree != NULL)
			read_kind(reader, fields.field[kind].tree, kind, made, &count);
	reader->scenario->has_choices = true;
	reader->scenario->choices = made;
	reader->scenario->choice_count = count;
}
