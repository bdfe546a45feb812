/* Fuzzing the reader of corosync.conf: whatever the bytes, a configuration or one message. */
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/config.h"

struct input {
	struct reading reading;
	const char *text;
	size_t size;
	struct conf conf;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(void *context)
{
	struct input *input = context;

	conf_parse(&input->reading, input->text, input->size, &input->conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[256] = "";
	struct input input = {0};

	input.reading.path = "fuzz.conf";
	input.reading.variant = "";
	input.reading.message = message;
	input.reading.message_size = sizeof(message);
	input.conf.capacity = VQ_PROCESSORS_MAX;
	input.text = (const char *)data;
	input.size = size;
	if (attempt(&input.reading, parse, &input)) {
		ALWAYS(message[0] == '\0');
		ALWAYS(input.conf.node_count <= VQ_PROCESSORS_MAX);
		for (uint32_t i = 0; i < input.conf.node_count; i++)
			ALWAYS(input.conf.nodes[i].nodeid != 0);
	} else {
		ALWAYS(strncmp(message, "fuzz.conf:", 10) == 0);
	}
	arena_free(input.reading.arena.blocks);
	return 0;
}
