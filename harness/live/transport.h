/* transport.h - makes the real library's transport fail when told to. */
#ifndef VOTESIM_LIVE_TRANSPORT_H
#define VOTESIM_LIVE_TRANSPORT_H

#include <corosync/corotypes.h>
#include <stdbool.h>

/* From now on the library's connecting, requests and events fail in the way that it tells its caller as `error`; nothing
 * reaches the daemon. False when no failure of the transport is told so. Call it in the thread that makes the call. */
bool transport_break(cs_error_t error);

/* The transport works again; nothing when it did. */
void transport_mend(void);

#endif
