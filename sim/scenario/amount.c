/* Numbers as people write them, read exactly and without floating point. */
#include <string.h>

#include "sim/scenario/amount.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int digit_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Digits from *text on, which is left behind the last; false: they overflow. */
static bool read_digits(const char **text, int base, uint64_t *number)
{
	bool fits = true;

	for (*number = 0; digit_of(**text) < base; (*text)++) {
		uint64_t digit = (uint64_t)digit_of(**text);

		if (*number > (UINT64_MAX - digit) / (uint64_t)base)
			fits = false;
		else
			*number = *number * (uint64_t)base + digit;
	}
	return fits;
}

enum amount amount_integer(const char *text, uint64_t *number)
{
	bool negative = text[0] == '-', fits;
	int base = 10;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
		base = text[1] == 'x' ? 16 : 8;
		text += 2;
	} else if (text[0] == '-' || text[0] == '+') {
		text++;
	}
	if (digit_of(text[0]) >= base)
		return AMOUNT_NONE;
	fits = read_digits(&text, base, number);
	if (*text != '\0')
		return AMOUNT_NONE;
	if (negative && (*number != 0 || !fits))
		return AMOUNT_NEGATIVE;
	return fits ? AMOUNT_OK : AMOUNT_TOO_LARGE;
}

/* Digits after a point, times scale; false: not a whole number. */
static bool read_fraction(const char *digits, size_t count, uint64_t scale, uint64_t *number)
{
	for (*number = 0; count > 0; count--) {
		*number += (uint64_t)(digits[count - 1] - '0') * scale;
		if (*number % 10 != 0)
			return false;
		*number /= 10;
	}
	return true;
}

/* A decimal number times scale, exactly. */
static enum amount read_decimal(const char **text, uint64_t scale, uint64_t *number)
{
	uint64_t whole, fraction = 0;
	bool fits, exact = true;

	if (!is_digit(**text))
		return **text == '-' && is_digit((*text)[1]) ? AMOUNT_NEGATIVE : AMOUNT_NONE;
	fits = read_digits(text, 10, &whole);
	if (**text == '.' && is_digit((*text)[1])) {
		size_t count = strspn(++*text, "0123456789");

		exact = read_fraction(*text, count, scale, &fraction);
		*text += count;
	}
	if (!exact)
		return AMOUNT_TOO_FINE;
	if (!fits || whole > (UINT64_MAX - fraction) / scale)
		return AMOUNT_TOO_LARGE;
	*number = whole * scale + fraction;
	return AMOUNT_OK;
}

static uint64_t unit_ns(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"ns", 1},         {"us", 1000},          {"ms", 1000000},
		     {"s", 1000000000}, {"m", 60000000000ull}, {"h", 3600000000000ull}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ns;
	return 0;
}

enum amount amount_duration(const char *text, uint64_t *nanoseconds, const char **unit)
{
	const char *end = text + (text[0] == '-');
	enum amount result;
	uint64_t scale;

	if (!is_digit(*end))
		return AMOUNT_NONE;
	end += strspn(end, "0123456789");
	if (*end == '.' && is_digit(end[1]))
		end += 1 + strspn(end + 1, "0123456789");
	*unit = end;
	if (*end == '\0')
		return AMOUNT_NO_UNIT;
	scale = unit_ns(end);
	if (scale == 0)
		return AMOUNT_BAD_UNIT;
	result = read_decimal(&text, scale, nanoseconds);
	if (result == AMOUNT_OK && *nanoseconds > DURATION_MAX_NS)
		return AMOUNT_TOO_LARGE;
	return result;
}

enum amount amount_ratio(const char *text, uint32_t *ppm)
{
	const char *end = text;
	size_t length = strlen(text);
	bool percent = length > 0 && text[length - 1] == '%';
	enum amount result;
	uint64_t number = 0;

	result = read_decimal(&end, percent ? 10000 : 1000000, &number);
	if (result == AMOUNT_NONE || result == AMOUNT_NEGATIVE || result == AMOUNT_TOO_FINE)
		return result;
	if (strcmp(end, percent ? "%" : "") != 0)
		return AMOUNT_NONE;
	if (result == AMOUNT_TOO_LARGE || number > 1000000)
		return AMOUNT_TOO_LARGE;
	*ppm = (uint32_t)number;
	return AMOUNT_OK;
}

bool amount_is_null(const char *text)
{
	return text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 || strcmp(text, "Null") == 0 ||
	       strcmp(text, "NULL") == 0;
}

bool amount_is_bool(const char *text, bool *value)
{
	*value = strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "TRUE") == 0;
	return *value || strcmp(text, "false") == 0 || strcmp(text, "False") == 0 || strcmp(text, "FALSE") == 0;
}
