/* A running corosync on this machine, as a tracker of its votequorum sees it. */
#ifndef SIM_RECORD_LIVE_H
#define SIM_RECORD_LIVE_H

#include "sim/record/fact.h"

/*
 * Tracks until a signal comes (SIGINT, SIGTERM) or so many seconds have passed (0: no end), and adds what it is told as
 * the facts of one node. Without a library or a corosync to talk to that is a mistake.
 */
void live_read(struct record *record, uint64_t seconds);

#endif
