/* Writing JSON: objects and lists that know where a comma is due. */
#include <string.h>

#include "sim/scenario/json.h"
#include "sim/scenario/printable.h"

static void write_text(FILE *to, const char *text)
{
	size_t size = strlen(text);

	fputc('"', to);
	for (size_t i = 0; i < size;) {
		uint32_t c = 0;
		size_t length = utf8_decode(text + i, size - i, &c);

		if (length == 0)
			fprintf(to, "\\udc%02x", (unsigned)(unsigned char)text[i]);
		else if (c == '"' || c == '\\')
			fprintf(to, "\\%c", (char)c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\u%04x", (unsigned)c);
		else
			fwrite(text + i, 1, length, to);
		i += length == 0 ? 1 : length;
	}
	fputc('"', to);
}

static void begin(struct json *json, const char *key)
{
	if (json->comma)
		fputs(", ", json->to);
	json->comma = true;
	if (key == NULL)
		return;
	write_text(json->to, key);
	fputs(": ", json->to);
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->to);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	fputc(bracket, json->to);
	json->comma = true;
}

void json_number(struct json *json, const char *key, uint64_t number)
{
	begin(json, key);
	fprintf(json->to, "%llu", (unsigned long long)number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->to);
}

void json_text(struct json *json, const char *key, const char *text)
{
	begin(json, key);
	if (text == NULL)
		fputs("null", json->to);
	else
		write_text(json->to, text);
}

void json_base64(struct json *json, const char *key, const unsigned char *bytes, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	begin(json, key);
	fputc('"', json->to);
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t three = (uint32_t)bytes[i] << 16;

		three |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		three |= left > 2 ? bytes[i + 2] : 0;
		fputc(digits[three >> 18], json->to);
		fputc(digits[three >> 12 & 63], json->to);
		fputc(left > 1 ? digits[three >> 6 & 63] : '=', json->to);
		fputc(left > 2 ? digits[three & 63] : '=', json->to);
	}
	fputc('"', json->to);
}
