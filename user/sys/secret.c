/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads a passphrase file and refuses what is unsafe or would be cut off on
 * a BSD peer.  Never repeats a byte of it, never keeps one: every buffer but
 * the caller's is wiped.
 */
#include "user/sys/secret.h"
#include "user/sys/readall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum secret_limits {
	SECRET_READ_MAX = 256, /* enough to say how long a long one is */
};

struct complaint {
	const char *path;
	char *text;
	size_t size;
};

/* Always returns err. */
static __attribute__((format(printf, 3, 4))) int refuse(
	const struct complaint *complaint, int err, const char *format, ...)
{
	char reason[160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(complaint->text, complaint->size, "%s: %s", complaint->path,
		 reason);
	return err;
}

static int check_file(int fd, const struct complaint *complaint)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return refuse(complaint, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(complaint, -EINVAL, "not a regular file");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(complaint, -EPERM,
			      "owner is uid %u: must be root or uid %u",
			      st.st_uid, geteuid());
	if (st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH))
		return refuse(complaint, -EPERM,
			      "mode %04o: must not be accessible by group or "
			      "others (chmod 600)",
			      st.st_mode & 07777);
	return 0;
}

static int check_length(size_t length, const struct complaint *complaint)
{
	if (length >= 1 && length <= CARP_PASSPHRASE_MAX)
		return 0;
	return refuse(complaint, -EINVAL,
		      "passphrase is %s%zu bytes, allowed are 1 to %d",
		      length >= SECRET_READ_MAX - 1 ? "at least " : "", length,
		      CARP_PASSPHRASE_MAX);
}

static int take_key(int fd, __u8 *key, const struct complaint *complaint)
{
	char buffer[SECRET_READ_MAX] = { 0 };
	ssize_t got = read_all(fd, buffer, sizeof(buffer));
	size_t length = got > 0 ? (size_t)got : 0;
	int err;

	if (length && buffer[length - 1] == '\n')
		length--;
	if (got < 0)
		err = refuse(complaint, (int)got, "%s", strerror((int)-got));
	else if (memchr(buffer, '\0', length))
		err = refuse(complaint, -EINVAL,
			     "passphrase contains a NUL byte");
	else
		err = check_length(length, complaint);
	if (!err) {
		memset(key, 0, CARP_PASSPHRASE_MAX + 1);
		memcpy(key, buffer, length);
	}
	explicit_bzero(buffer, sizeof(buffer));
	return err;
}

int secret_read(const char *path, __u8 key[static CARP_PASSPHRASE_MAX + 1],
		char *error, size_t error_size)
{
	const struct complaint complaint = { path, error, error_size };
	int fd;
	int err;

	/* Not to hang on a FIFO, nor to acquire a terminal. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return refuse(&complaint, -errno, "%s", strerror(errno));
	err = check_file(fd, &complaint);
	if (!err)
		err = take_key(fd, key, &complaint);
	close(fd);
	return err;
}
