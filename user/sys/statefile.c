/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * State files.  Knows bytes and disks, nothing of what is written.
 */
#include "user/sys/statefile.h"
#include "user/sys/readall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STATEFILE_SIZE_MAX = 16 << 20
};

static int read_file(int fd, char **text)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > STATEFILE_SIZE_MAX)
		return -EFBIG;
	*text = malloc((size_t)st.st_size + 1);
	if (!*text)
		return -ENOMEM;
	got = read_all(fd, *text, (size_t)st.st_size);
	if (got >= 0) {
		(*text)[got] = '\0';
		return 0;
	}
	free(*text);
	*text = NULL;
	return (int)got;
}

int statefile_read(const char *directory, const char *name, char **text)
{
	char path[PATH_MAX];
	int fd, err;

	*text = NULL;
	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= PATH_MAX)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	err = read_file(fd, text);
	close(fd);
	return err;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

static int write_new(int directory, const char *name, const char *text)
{
	int fd = openat(directory, name,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0600);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	close(fd);
	return err;
}

int statefile_write(const char *directory, const char *name, const char *text)
{
	char new[NAME_MAX];
	int err, fd;

	if (snprintf(new, sizeof(new), "%s.new", name) >= NAME_MAX)
		return -ENAMETOOLONG;
	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_new(fd, new, text);
	if (!err && renameat(fd, new, fd, name))
		err = -errno;
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err;
}
