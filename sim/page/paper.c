/*
 * Columns are counted as characters, not bytes.
 */
#include "sim/page/paper.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"

static const char *const inks[] = {
	[INK_PLAIN] = "",          [INK_BOLD] = "\033[1m",   [INK_RED] = "\033[1;31m",
	[INK_YELLOW] = "\033[33m", [INK_GREEN] = "\033[32m",
};

static uint32_t width_of(const char *text, size_t bytes)
{
	uint32_t columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

uint32_t paper_width(const char *text)
{
	return width_of(text, strlen(text));
}

/* Blanks at the start stay as they are. */
static void put_wrapped(FILE *file, uint32_t indent, const char *text)
{
	size_t lead = strspn(text, " ");
	uint32_t column = (uint32_t)lead;
	bool first = true;

	fwrite(text, 1, lead, file);
	text += lead;
	while (*text) {
		size_t bytes = strcspn(text, " ");
		uint32_t width = width_of(text, bytes);

		if (!first && column + 1 + width > PAPER_COLUMNS) {
			fprintf(file, "\n%*s", (int)indent, "");
			column = indent;
			first = true;
		}
		if (!first) {
			fputc(' ', file);
			column++;
		}
		fwrite(text, 1, bytes, file);
		column += width;
		first = false;
		text += bytes;
		text += *text == ' ';
	}
}

void paper_put(const struct paper *paper, enum ink ink, uint32_t indent, const char *format, ...)
{
	bool painted = paper->colours && ink != INK_PLAIN;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	ALWAYS(vasprintf(&text, format, arguments) >= 0);
	va_end(arguments);
	fputs(painted ? inks[ink] : "", paper->file);
	put_wrapped(paper->file, indent, text);
	fputs(painted ? "\033[0m\n" : "\n", paper->file);
	free(text);
}

void paper_row(const struct paper *paper, const char *label, uint32_t left, const char *text)
{
	uint32_t width = paper_width(label);

	paper_put(paper, INK_PLAIN, left, "%s%*s%s", label, (int)(width < left ? left - width : 1), "", text);
}

void paper_cell(const struct paper *paper, const char *text, uint32_t columns)
{
	uint32_t width = paper_width(text);

	fprintf(paper->file, "%s%*s", text, (int)(width < columns ? columns - width : 1), "");
}
