/*
 * transport.c - libqb's client side, which libvotequorum calls, with failures on demand.
 *
 * A program's own functions come before those of its libraries: libvotequorum finds these instead of libqb's, and they
 * pass everything on unless the transport is broken. So what a caller is told is the real library's own answer to
 * a transport that fails.
 */
#include "transport.h"

#include <dlfcn.h>
#include <errno.h>
#include <qb/qbipcc.h>

enum { ERRNO_MAX = 133 };

static _Thread_local int broken; /* the errno with which it fails, 0: it works */

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

bool transport_break(cs_error_t error)
{
	for (broken = 1; broken <= ERRNO_MAX; broken++)
		if (qb_to_cs_error(-broken) == error)
			return true;
	broken = 0;
	return false;
}

void transport_mend(void)
{
	broken = 0;
}

qb_ipcc_connection_t *qb_ipcc_connect(const char *name, size_t max_msg_size)
{
	qb_ipcc_connection_t *(*real)(const char *, size_t) = next(__func__);
	if (!broken)
		return real(name, max_msg_size);
	errno = broken;
	return NULL;
}

ssize_t qb_ipcc_sendv_recv(qb_ipcc_connection_t *connection, const struct iovec *iov, uint32_t iov_len, void *msg_ptr,
			   size_t msg_len, int32_t ms_timeout)
{
	ssize_t (*real)(qb_ipcc_connection_t *, const struct iovec *, uint32_t, void *, size_t, int32_t) =
		next(__func__);
	return broken ? -broken : real(connection, iov, iov_len, msg_ptr, msg_len, ms_timeout);
}

ssize_t qb_ipcc_event_recv(qb_ipcc_connection_t *connection, void *msg_ptr, size_t msg_len, int32_t ms_timeout)
{
	ssize_t (*real)(qb_ipcc_connection_t *, void *, size_t, int32_t) = next(__func__);
	return broken ? -broken : real(connection, msg_ptr, msg_len, ms_timeout);
}

int32_t qb_ipcc_fd_get(qb_ipcc_connection_t *connection, int32_t *fd)
{
	int32_t (*real)(qb_ipcc_connection_t *, int32_t *) = next(__func__);
	return broken ? -broken : real(connection, fd);
}
