/* Writing YAML's flow style: text in quotes when it needs them, durations, where a comma is due. */
#ifndef SIM_SCENARIO_YAML_H
#define SIM_SCENARIO_YAML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct yaml {
	FILE *to;
	bool comma; /* due before what comes next */
};

/* In flow style, {...} and [...]; key: NULL in a list. */
void yaml_open(struct yaml *yaml, const char *key, char bracket);
void yaml_close(struct yaml *yaml, char bracket);
void yaml_number(struct yaml *yaml, const char *key, uint64_t number);
void yaml_word(struct yaml *yaml, const char *key, const char *word); /* as it is */
void yaml_bool(struct yaml *yaml, const char *key, bool value);
void yaml_text(struct yaml *yaml, const char *key, const char *text);
/* Exactly, in the largest unit in which it is a whole number. */
void yaml_duration(struct yaml *yaml, const char *key, uint64_t nanoseconds);
/* A number from 0 to 1, exactly. */
void yaml_ratio(struct yaml *yaml, const char *key, uint32_t ppm);

/* Text alone: in quotes unless it is a word that nothing else can be meant by. */
void yaml_put_text(const char *text, FILE *to);

#endif
