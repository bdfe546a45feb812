/* Fuzzing votesim record: whatever the bytes of a log, one message, or a scenario that the reader takes. */
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/record/log.h"
#include "sim/record/skeleton.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	struct record record;
	const uint8_t *data;
	size_t size;
	FILE *to;
};

static void work(void *context)
{
	const struct skeleton skeleton = {.name = "fuzz"};
	struct input *input = context;
	struct members members;
	struct story story;
	char *text = take(&input->record.reading, input->size + 1, 1);

	if (input->size)
		memcpy(text, input->data, input->size);
	log_parse(&input->record, "fuzz.log", 0, text, input->size);
	members_make(&members, &input->record, NULL, 0);
	members_live(&members);
	story_tell(&story, &members);
	skeleton_write(&skeleton, &story, &members, input->to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.data = data, .size = size};
	struct scenario_set set;
	char message[2048] = "", *text = NULL;
	size_t text_size = 0;
	bool made;

	input.record.reading.path = "the logs";
	input.record.reading.variant = "";
	input.record.reading.message = message;
	input.record.reading.message_size = sizeof message;
	input.to = open_memstream(&text, &text_size);
	ALWAYS(input.to != NULL);
	made = attempt(&input.record.reading, work, &input);
	ALWAYS(fclose(input.to) == 0);
	ALWAYS(made != (message[0] != 0));
	if (made) {
		ALWAYS(scenario_parse(text, text_size, "made.yaml", &set, message, sizeof message) == 0);
		scenario_free(&set);
	}
	free(text);
	arena_free(input.record.reading.arena.blocks);
	return 0;
}
