/*
 * A seed as people write it: a number, or any text such as a commit's hash.
 */
#ifndef SIM_SEED_H
#define SIM_SEED_H

#include <stdbool.h>
#include <stdint.h>

/* A text of decimal digits that fits 64 bits is that number; any other text is
 * hashed (FNV-1a). False: the text is empty. */
static inline bool seed_from_text(const char *text, uint64_t *seed)
{
	uint64_t number = 0, hash = 0xcbf29ce484222325u;
	bool is_number = true;

	for (const char *c = text; *c; c++) {
		uint64_t digit = (uint64_t)(unsigned char)*c - '0';

		hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
		is_number = is_number && digit <= 9 && number <= (UINT64_MAX - digit) / 10;
		number = number * 10 + digit;
	}
	*seed = is_number ? number : hash;
	return text[0] != 0;
}

#endif
