/*
 * The report that people look at: one HTML file with everything in it.
 */
#ifndef SIM_REPORT_HTML_H
#define SIM_REPORT_HTML_H

#include <stdio.h>

#include "sim/report/results.h"

/* Makes the folder, with its parents, where it is missing, and opens index.html in it for writing.
 * NULL: errno says why, and path (of `size` bytes) what; nothing but folders was made. */
FILE *page_open(const char *folder, char *path, size_t size);
/* Every run must have its history. */
void page_write(FILE *file, const struct results *results);

#endif
