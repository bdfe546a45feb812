/* Logs of corosync: its own file's format, syslog's, and what journalctl prints. */
#ifndef SIM_RECORD_LOG_H
#define SIM_RECORD_LOG_H

#include "sim/record/fact.h"

#define LOG_MAX (256u << 20) /* bytes of a file */

/*
 * Adds what a log says, lines of each host to a source of their own; "-" is standard input. nodeid: whose log it is; 0:
 * not said. A file that is none, or without times, is a mistake.
 */
void log_read(struct record *record, const char *path, uint32_t nodeid);
/* The same from memory, which it changes; the facts point to nothing in it. */
void log_parse(struct record *record, const char *path, uint32_t nodeid, char *text, size_t size);

#endif
