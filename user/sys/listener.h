/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket's name in the file system: of several that want it one
 * gets it, and nobody removes another's.
 */
#pragma once

#include <sys/types.h>
#include <sys/un.h>

enum listener_limits {
	LISTENER_BACKLOG = 8
};

struct listener {
	int fd;
	struct sockaddr_un address;
	dev_t device; /* of the name */
	ino_t inode;  /* 0: not bound yet */
};

/* A socket nobody answers is replaced.  0, -EADDRINUSE, or another -errno. */
int listener_open(const char *path, struct listener *out);
/* Whose name it is now, fd stays -1: 0 or -errno. */
int listener_find(const char *path, struct listener *out);
/* Removes the name, if it is still ours, and closes. */
void listener_close(struct listener *listener);
