/*
 * Text in paragraphs of at most 100 columns, with colours where they are wanted.
 */
#ifndef SIM_EXPLORE_PAPER_H
#define SIM_EXPLORE_PAPER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PAPER_COLUMNS 100u

enum ink { INK_PLAIN, INK_BOLD, INK_RED, INK_YELLOW, INK_GREEN };

struct paper {
	FILE *file;
	bool colours;
};

/* A paragraph; lines after the first begin `indent` columns in. Its words are never torn. */
void paper_put(const struct paper *paper, enum ink ink, uint32_t indent, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Columns that a text takes. */
uint32_t paper_width(const char *text);
/* Text in two columns, `left` of them for the first; the second is wrapped. */
void paper_row(const struct paper *paper, const char *label, uint32_t left, const char *text);
/* `text`, and blanks up to `columns`; at least one. */
void paper_cell(const struct paper *paper, const char *text, uint32_t columns);

#endif
