/* Fuzzing the formatter: what the reader takes is laid out, means the same, and stays so when laid out again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/fmt/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[512] = "", *once, *twice;
	size_t once_size, twice_size;
	enum fmt_result result =
		fmt_text((const char *)data, size, "fuzz.yaml", &once, &once_size, message, sizeof message);

	ALWAYS(result != FMT_UNSURE);
	if (result == FMT_MISTAKE) {
		ALWAYS(strncmp(message, "fuzz.yaml:", 10) == 0 && once == NULL);
		return 0;
	}
	ALWAYS(fmt_text(once, once_size, "fuzz.yaml", &twice, &twice_size, message, sizeof message) == FMT_DONE);
	ALWAYS(once_size == twice_size && memcmp(once, twice, once_size) == 0);
	free(once);
	free(twice);
	return 0;
}
