/* When a line of a log was written, in the forms that corosync, syslog and journalctl give. */
#ifndef SIM_RECORD_STAMP_H
#define SIM_RECORD_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stamp {
	int64_t ms; /* since 1970, or since the first of January where the form has no year */
	bool has_year;
	bool has_zone;  /* ms is UTC; else it is what the clock on the wall showed */
	unsigned month; /* 1 to 12; 0: the form has none */
	size_t size;    /* bytes that it takes */
};

/*
 * Reads the time with which the text begins: "Nov 22 19:41:08", the same with a fraction, ISO 8601 with or without
 * a zone, "Sun 2026-11-22 19:41:08 UTC", "1795376468.466". False: there is none that is known.
 */
bool stamp_read(const char *text, size_t size, struct stamp *stamp);

#endif
