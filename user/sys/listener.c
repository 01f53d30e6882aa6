/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Takes and gives up the name of the control socket.  Never takes it from
 * somebody who answers there.
 */
#include "user/sys/listener.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum listener_lock {
	LOCK_TRIES = 200,
	LOCK_PAUSE_NS = 10 * 1000 * 1000,
};

static int fill_address(const char *path, struct sockaddr_un *out)
{
	return *path ? unix_address(path, out) : -EINVAL;
}

/* The directory of the socket, made if missing: a descriptor or -errno. */
static int open_directory(const char *path)
{
	char directory[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 2];
	mode_t saved = umask(022);
	int err = 0;
	char *slash;
	int fd;

	snprintf(directory, sizeof(directory), "%s%s",
		 strchr(path, '/') ? "" : "./", path);
	slash = strrchr(directory, '/');
	slash[slash == directory ? 1 : 0] = '\0';
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		err = -errno;
	umask(saved);
	if (err)
		return err;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Of two daemons starting at once, the second must not take the first one's
 * socket for a dead one between its bind() and its listen().  So both do that
 * under a lock on the directory: it needs no file and ends with its holder.
 * A descriptor or -errno.
 */
static int lock_directory(const char *path)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int fd = open_directory(path);
	int tries;

	if (fd < 0)
		return fd;
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -EADDRINUSE;
}

/* Removes a socket nobody answers.  Under the lock. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int err;
	int fd;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	/* EAGAIN: alive, with a full backlog. */
	if (err == 0 || errno == EAGAIN || errno == EPROTOTYPE)
		err = -EADDRINUSE;
	else
		err = errno == ECONNREFUSED ? 0 : -errno;
	close(fd);
	if (!err && unlink(address->sun_path) < 0)
		err = -errno;
	return err;
}

static int remember_name(struct listener *l)
{
	struct stat st;

	if (lstat(l->address.sun_path, &st) < 0)
		return -errno;
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return 0;
}

/* Under the lock. */
static int bind_socket(struct listener *l)
{
	mode_t saved;
	int err = 0;

	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return -errno;
	/* Born with its mode: a chmod() after the fact would be too late. */
	saved = umask(0177);
	if (bind(l->fd, (const struct sockaddr *)&l->address,
		 sizeof(l->address)) < 0)
		err = -errno;
	umask(saved);
	if (err)
		return err;
	err = remember_name(l);
	if (err)
		return err;
	return listen(l->fd, LISTENER_BACKLOG) < 0 ? -errno : 0;
}

static int listen_locked(struct listener *l)
{
	int lock = lock_directory(l->address.sun_path);
	int err;

	if (lock < 0)
		return lock;
	err = remove_stale(&l->address);
	if (!err)
		err = bind_socket(l);
	close(lock);
	return err;
}

/* Unless somebody has put another socket there. */
static void remove_own_name(const struct listener *l)
{
	struct stat st;

	if (l->inode && lstat(l->address.sun_path, &st) == 0 &&
	    st.st_dev == l->device && st.st_ino == l->inode)
		unlink(l->address.sun_path);
}

void listener_close(struct listener *l)
{
	/* While we still answer there, nobody replaces it. */
	remove_own_name(l);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

int listener_open(const char *path, struct listener *out)
{
	struct listener l = { .fd = -1 };
	int err = fill_address(path, &l.address);

	if (!err)
		err = listen_locked(&l);
	if (err)
		listener_close(&l);
	else
		*out = l;
	return err;
}

int listener_find(const char *path, struct listener *out)
{
	struct listener l = { .fd = -1 };
	int err = fill_address(path, &l.address);

	if (!err)
		err = remember_name(&l);
	if (!err)
		*out = l;
	return err;
}
