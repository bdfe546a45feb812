/* Writing YAML's flow style. */
#include "sim/scenario/yaml.h"

#include <string.h>

#include "sim/scenario/amount.h"

static void put_key(struct yaml *yaml, const char *key)
{
	if (yaml->comma)
		fputs(", ", yaml->to);
	if (key != NULL)
		fprintf(yaml->to, "%s: ", key);
	yaml->comma = true;
}

void yaml_open(struct yaml *yaml, const char *key, char bracket)
{
	put_key(yaml, key);
	fputc(bracket, yaml->to);
	yaml->comma = false;
}

void yaml_close(struct yaml *yaml, char bracket)
{
	fputc(bracket, yaml->to);
	yaml->comma = true;
}

void yaml_number(struct yaml *yaml, const char *key, uint64_t number)
{
	put_key(yaml, key);
	fprintf(yaml->to, "%llu", (unsigned long long)number);
}

void yaml_word(struct yaml *yaml, const char *key, const char *word)
{
	put_key(yaml, key);
	fputs(word, yaml->to);
}

void yaml_bool(struct yaml *yaml, const char *key, bool value)
{
	yaml_word(yaml, key, value ? "true" : "false");
}

/* A letter, then letters, digits, - and _, and no other scalar of the core schema. */
static bool is_word(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	bool value;

	return text[0] != 0 && strchr(letters, text[0]) != NULL && text[strspn(text, rest)] == 0 &&
	       !amount_is_null(text) && !amount_is_bool(text, &value);
}

void yaml_put_text(const char *text, FILE *to)
{
	if (is_word(text)) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20 || *c == 0x7f)
			fprintf(to, "\\x%02x", (unsigned)*c);
		else
			fputc(*c, to);
	}
	fputc('"', to);
}

void yaml_text(struct yaml *yaml, const char *key, const char *text)
{
	put_key(yaml, key);
	yaml_put_text(text, yaml->to);
}

void yaml_duration(struct yaml *yaml, const char *key, uint64_t nanoseconds)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {{60000000000, "m"}, {1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
	uint32_t i = nanoseconds == 0 ? 1 : 0;

	while (nanoseconds % units[i].ns != 0)
		i++;
	put_key(yaml, key);
	fprintf(yaml->to, "%llu%s", (unsigned long long)(nanoseconds / units[i].ns), units[i].unit);
}

void yaml_ratio(struct yaml *yaml, const char *key, uint32_t ppm)
{
	put_key(yaml, key);
	fprintf(yaml->to, "%u.%06u", ppm / 1000000, ppm % 1000000);
}
