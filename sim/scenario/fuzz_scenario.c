/* Fuzzing the scenario reader: whatever the bytes, a set or one message; what was read can be dumped. */
#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct scenario_set set;
	char message[512] = "";

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	ALWAYS(nowhere != NULL);
	if (scenario_parse((const char *)data, size, "fuzz.yaml", &set, message, sizeof(message)) != 0) {
		ALWAYS(strncmp(message, "fuzz.yaml:", 10) == 0);
		ALWAYS(set.memory == NULL);
		return 0;
	}
	ALWAYS(set.count > 0);
	for (uint32_t i = 0; i < set.count && i < 16; i++)
		ALWAYS(scenario_dump_json(&set.scenarios[i], nowhere) == 0);
	scenario_free(&set);
	return 0;
}
