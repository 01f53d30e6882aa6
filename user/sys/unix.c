/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Connects.  Nothing stays open that has not come about.
 */
#include "user/sys/unix.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int unix_address(const char *path, struct sockaddr_un *out)
{
	const size_t length = strlen(path);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (length >= sizeof(out->sun_path))
		return -ENAMETOOLONG;
	memcpy(out->sun_path, path, length);
	return 0;
}

int unix_patience(int fd, int seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)))
		return -errno;
	return 0;
}

int unix_connect(const char *path, int type, int patience_s)
{
	struct sockaddr_un address;
	int err = unix_address(path, &address);
	int fd = err ? -1 : socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err ? err : -errno;
	err = unix_patience(fd, patience_s);
	if (!err &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}
