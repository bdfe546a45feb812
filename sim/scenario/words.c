/* The word that somebody meant: the least number of slips away, and not too many. */
#include <stdbool.h>
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

/* Is one of them a part of the other, cut at underscores? `votequorum_trackstart`, `cast` for `cast_vote`. */
static bool is_part(const char *text, const char *word)
{
	size_t size = strlen(word), length = strlen(text);

	if (size < 4 || size >= length)
		return false;
	for (size_t i = 0; i + size <= length; i++) {
		size_t same = 0;

		if (i > 0 && lower(text[i - 1]) != '_')
			continue;
		while (same < size && lower(text[i + same]) == lower(word[same]))
			same++;
		if (same == size && (i + size == length || lower(text[i + size]) == '_'))
			return true;
	}
	return false;
}

/* The only word that is a part of the text, or that the text is a part of. */
static const char *only_part(const char *text, const char *const *words, uint32_t count)
{
	const char *only = NULL;

	for (uint32_t i = 0; i < count; i++) {
		if (!is_part(text, words[i]) && !is_part(words[i], text))
			continue;
		if (only != NULL)
			return NULL;
		only = words[i];
	}
	return only;
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
	return nearest != NULL ? nearest : only_part(text, words, count);
}
