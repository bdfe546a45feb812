/* Bytes of a file made fit for a message: no control characters, not too long. */
#include <stdio.h>
#include <string.h>

#include "sim/scenario/printable.h"

size_t utf8_decode(const char *text, size_t size, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc0 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf8 ? 4
				       : 0;
	uint32_t value = length == 1 ? first : length == 0 ? 0 : first & (0x7fu >> length);

	if (length == 0 || length > size)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	*character = value;
	return length;
}

size_t utf8_mark(const char *text, size_t size)
{
	return size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Not controls, not what turns the direction of writing or has no shape, not private use. */
static bool prints(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{0x20, 0x7e}, {0xa1, 0xac}, {0xae, 0x1fff}, {0x2070, 0xd7ff}, {0xf900, 0xfdcf}, {0x10000, 0x3fffd},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

void printable(const char *text, size_t size, char to[PRINTABLE_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < size;) {
		uint32_t c = 0;
		size_t length = utf8_decode(text + i, size - i, &c);

		if (used > PRINTABLE_MAX - 12) {
			memcpy(to + used, "...", 3);
			used += 3;
			break;
		}
		if (length > 0 && prints(c)) {
			memcpy(to + used, text + i, length);
			used += length;
			i += length;
		} else {
			used += (size_t)snprintf(to + used, 5, "\\x%02x", (unsigned)(unsigned char)text[i]);
			i++;
		}
	}
	to[used] = '\0';
}
