/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Connections: to sockets that have a name in the file system, and to whoever
 * is at the other end of a line and takes a descriptor.
 */
#pragma once

#include <sys/un.h>

/* 0, or -ENAMETOOLONG. */
int unix_address(const char *path, struct sockaddr_un *out);
/* How long sending and receiving wait each: 0 or -errno. */
int unix_patience(int fd, int seconds);
/* Close-on-exec, waits so long, 0: for ever; type: of socket(2), SOCK_NONBLOCK
 * with it or not.  A descriptor or -errno. */
int unix_connect(const char *path, int type, int patience_s);

/* A pair of type (of socket(2)), close-on-exec, whose other end is sent over
 * the line; flags: of sendmsg(2).  Our end, or -errno. */
int unix_offer(int line, int type, int flags);
/* The end that was offered, close-on-exec; -ENOENT: the line has ended,
 * -EBADMSG: there came something else, or -errno. */
int unix_take(int line);
