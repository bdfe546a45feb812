/*
 * The report that people look at: one HTML file with everything in it.
 */
#ifndef SIM_REPORT_HTML_H
#define SIM_REPORT_HTML_H

#include <stdio.h>

#include "sim/report/results.h"

/* Makes the folder, with its parents, where it is missing, and opens the file `name` in it for writing.
 * NULL: errno says why, and path (of `size` bytes) what; nothing but folders was made. */
FILE *page_open(const char *folder, const char *name, char *path, size_t size);
/* A template, whose end is `end`, with JSON in its hole. */
void page_fill(FILE *file, const char *template, const char *end, const char *data, size_t size);
/* Every run must have its history. */
void page_write(FILE *file, const struct results *results);

#endif
