/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * State files.  Knows bytes and disks, nothing of what is written.
 */
#include "user/sys/statefile.h"

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

static char *read_all(int fd)
{
	struct stat st;
	size_t size = 0;
	ssize_t n = 1;
	char *text;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > STATEFILE_SIZE_MAX)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	while (text && n > 0 && size < (size_t)st.st_size) {
		n = read(fd, text + size, (size_t)st.st_size - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (text)
		text[size] = '\0';
	return text;
}

char *statefile_read(const char *directory, const char *name)
{
	char path[PATH_MAX];
	char *text;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= PATH_MAX)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	text = read_all(fd);
	close(fd);
	return text;
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
