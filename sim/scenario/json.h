/* Writing JSON: objects and lists that know where a comma is due. */
#ifndef SIM_SCENARIO_JSON_H
#define SIM_SCENARIO_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *to;
	bool comma; /* due before what comes next */
};

/* key: NULL in a list and at the top. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
/* Bytes that are no UTF-8 become \udc80 .. \udcff, as Python's surrogateescape has it. NULL: null. */
void json_text(struct json *json, const char *key, const char *text);
/* A text that says these bytes in base64. */
void json_base64(struct json *json, const char *key, const unsigned char *bytes, size_t size);

#endif
