/* The word that somebody meant: the least number of slips away, and not too many. */
#include <string.h>

#include "sim/scenario/words.h"

#define LONGEST 48

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' ? '_' : c;
}

/* Damerau-Levenshtein, neighbours swapped count one. */
static uint32_t distance(const char *a, const char *b)
{
	size_t rows = strlen(a), columns = strlen(b);
	uint32_t table[LONGEST + 1][LONGEST + 1];

	if (rows > LONGEST || columns > LONGEST)
		return UINT32_MAX;
	for (uint32_t i = 0; i <= rows; i++)
		table[i][0] = i;
	for (uint32_t j = 0; j <= columns; j++)
		table[0][j] = j;
	for (uint32_t i = 1; i <= rows; i++) {
		for (uint32_t j = 1; j <= columns; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);
			uint32_t best = table[i - 1][j - 1] + (x != y);

			best = least(best, least(table[i - 1][j], table[i][j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
				best = least(best, table[i - 2][j - 2] + 1);
			table[i][j] = best;
		}
	}
	return table[rows][columns];
}

const char *nearest_word(const char *text, const char *const *words, uint32_t count)
{
	uint32_t best = UINT32_MAX;
	const char *nearest = NULL;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t far = distance(text, words[i]);

		/* about a third of a word may be wrong, more is another word */
		if (far < best && far <= (uint32_t)(strlen(words[i]) + 2) / 3 && far < strlen(words[i])) {
			best = far;
			nearest = words[i];
		}
	}
	return nearest;
}
