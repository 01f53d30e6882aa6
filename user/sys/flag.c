/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Flags as files.  Writes nothing into them.
 */
#include "user/sys/flag.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static bool is_missing(int err)
{
	return err == -ENOENT || err == -ENOTDIR;
}

int flag_get(const char *directory, const char *name)
{
	int fd = open_directory(directory);
	int err = fd < 0 ? fd : 0;

	if (fd >= 0) {
		if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW))
			err = -errno;
		close(fd);
	}
	return err ? is_missing(err) ? 0 : err : 1;
}

static int change(int directory, const char *name, bool on)
{
	int fd;

	if (!on)
		return unlinkat(directory, name, 0) && errno != ENOENT ? -errno
								       : 0;
	fd = openat(directory, name,
		    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int flag_set(const char *directory, const char *name, bool on)
{
	int err, fd;

	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	err = change(fd, name, on);
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err;
}
