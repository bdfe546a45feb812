/* Bytes of a file made fit for a message: no control characters, not too long. */
#ifndef SIM_SCENARIO_PRINTABLE_H
#define SIM_SCENARIO_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTABLE_MAX 128 /* room for any result */

/* Valid UTF-8 that prints stays; other bytes become \xNN; what is too long ends in "...". */
void printable(const char *text, size_t size, char to[PRINTABLE_MAX]);
/* Bytes of the character at text and its value; 0 when it is no valid UTF-8. */
size_t utf8_decode(const char *text, size_t size, uint32_t *character);
/* Bytes of the byte order mark with which some editors begin a file: 3 or 0. It says nothing, and is no part of the text. */
size_t utf8_mark(const char *text, size_t size);
/* One of the characters that no line of words has: controls and line breaks. */
bool is_control(uint32_t character);

#endif
