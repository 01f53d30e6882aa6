/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads whole files, in a fixed order.  Understands nothing of them.
 */
#include "user/sys/textfiles.h"
#include "user/sys/readall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char first_name[] = "carp-xdp.conf";

struct reading {
	struct textfile *files;
	size_t count;
	char *error;
	size_t size;
};

static int refuse(const struct reading *r, const char *name, int err,
		  const char *why)
{
	snprintf(r->error, r->size, "%s: %s", name, why);
	return err;
}

static int judge(const struct reading *r, const char *name, int fd,
		 struct stat *st)
{
	if (fstat(fd, st) < 0)
		return refuse(r, name, -errno, strerror(errno));
	if (!S_ISREG(st->st_mode))
		return refuse(r, name, -EINVAL, "not a regular file");
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return refuse(r, name, -EPERM,
			      "belongs neither to root nor "
			      "to who runs this");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse(r, name, -EPERM,
			      "others can write it (chmod go-w)");
	if (st->st_size > TEXTFILES_SIZE_MAX)
		return refuse(r, name, -EFBIG, "larger than 4 MiB");
	return 0;
}

static int take(const struct reading *r, const char *name, int fd, char *text,
		size_t size)
{
	ssize_t got = read_all(fd, text, size);

	if (got < 0)
		return refuse(r, name, (int)got, strerror((int)-got));
	if (memchr(text, '\0', (size_t)got))
		return refuse(r, name, -EINVAL, "holds a byte 0");
	return 0;
}

static int keep(struct reading *r, const char *name, int fd)
{
	struct textfile *file = &r->files[r->count];
	struct stat st;
	int err = judge(r, name, fd, &st);

	if (err)
		return err;
	file->name = strdup(name);
	file->text = calloc(1, (size_t)st.st_size + 1);
	r->count++;
	if (!file->name || !file->text)
		return refuse(r, name, -ENOMEM, strerror(ENOMEM));
	return take(r, name, fd, file->text, (size_t)st.st_size);
}

static int read_file(struct reading *r, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err;

	if (fd < 0)
		return refuse(r, name, -errno, strerror(errno));
	err = keep(r, name, fd);
	close(fd);
	return err;
}

static int is_ours(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".conf");
}

static int in_order(const struct dirent **a, const struct dirent **b)
{
	const int first_a = !strcmp((*a)->d_name, first_name);
	const int first_b = !strcmp((*b)->d_name, first_name);

	return first_a != first_b ? first_b - first_a
				  : strcmp((*a)->d_name, (*b)->d_name);
}

static int read_entries(struct reading *r, const char *path,
			struct dirent **entries, int count)
{
	char name[PATH_MAX];
	int err = 0;

	if (count > TEXTFILES_MAX)
		return refuse(r, path, -E2BIG, "more than 64 files *.conf");
	for (int i = 0; i < count && !err; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		err = read_file(r, name);
	}
	return err;
}

static int read_directory(struct reading *r, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_ours, in_order), err;

	if (count < 0)
		return refuse(r, path, -errno, strerror(errno));
	err = read_entries(r, path, entries, count);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return err;
}

int textfiles_read(const char *path, struct textfile **out, size_t *out_count,
		   char *error, size_t error_size)
{
	struct reading r = { calloc(TEXTFILES_MAX, sizeof(*r.files)), 0, error,
			     error_size };
	struct stat st;
	int err;

	*out = NULL;
	*out_count = 0;
	if (!r.files)
		return refuse(&r, path, -ENOMEM, strerror(ENOMEM));
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		err = read_directory(&r, path);
	else
		err = read_file(&r, path);
	if (err) {
		textfiles_free(r.files, r.count);
		return err;
	}
	*out = r.files;
	*out_count = r.count;
	return 0;
}

void textfiles_free(struct textfile *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(files[i].name);
		free(files[i].text);
	}
	free(files);
}
