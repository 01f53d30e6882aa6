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

int unix_offer(int line, int type, int flags)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control) };
	struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	int ends[2], err = 0;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(rights), &ends[1], sizeof(int));
	if (sendmsg(line, &header, flags | MSG_NOSIGNAL) < 0)
		err = -errno;
	close(ends[1]);
	if (!err)
		return ends[0];
	close(ends[0]);
	return err;
}

int unix_take(int line)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control) };
	const ssize_t got = recvmsg(line, &header, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	int fd;

	if (got <= 0)
		return got < 0 ? -errno : -ENOENT;
	if (!rights || rights->cmsg_level != SOL_SOCKET ||
	    rights->cmsg_type != SCM_RIGHTS ||
	    rights->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(rights), sizeof(fd));
	return fd;
}
