/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Pins, their directories and their lock.  Never removes anything outside a
 * BPF file system, whatever path it is given.
 */
#include "user/sys/bpffs.h"
#include "user/sys/chain.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static const char mount_point[] = "/sys/fs/bpf";

/* --- names ---------------------------------------------------------------- */

static void swap_character(char *text, char from, char to)
{
	for (; *text; text++)
		if (*text == from)
			*text = to;
}

/* name: NULL for the directory itself. */
static int make_path(const char *pin_dir, const char *ifname, const char *name,
		     char out[BPFFS_PATH_SIZE])
{
	char path[BPFFS_PATH_SIZE];
	int length;

	length = snprintf(path, sizeof(path), "%s/%s%s%s", pin_dir, ifname,
			  name ? "/" : "", name ? name : "");
	if (length >= BPFFS_PATH_SIZE)
		return -ENAMETOOLONG;
	if (!*ifname || strchr(ifname, '/'))
		return -EINVAL;
	swap_character(path + strlen(pin_dir) + 1, '.', ':');
	memcpy(out, path, sizeof(path));
	return 0;
}

/* --- the file system ------------------------------------------------------ */

/* 1, 0 or -errno. */
static int is_bpffs(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return -errno;
	return (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

/* Of the path's nearest existing ancestor, itself included: 0 or -errno. */
static int find_fs_type(const char *path, unsigned long *out)
{
	char ancestor[BPFFS_PATH_SIZE];
	struct statfs fs;

	if (snprintf(ancestor, sizeof(ancestor), "%s", path) >= BPFFS_PATH_SIZE)
		return -ENAMETOOLONG;
	while (statfs(ancestor, &fs) < 0) {
		char *slash = strrchr(ancestor, '/');

		if (errno != ENOENT || !slash)
			return -errno;
		/* "/a" becomes "/". */
		slash[slash == ancestor ? 1 : 0] = '\0';
	}
	*out = (unsigned long)fs.f_type;
	return 0;
}

static bool is_below_mount_point(const char *path)
{
	const size_t length = sizeof(mount_point) - 1;

	return strncmp(path, mount_point, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0');
}

static int mount_bpffs(char *reason, size_t reason_size)
{
	int err;

	/* EBUSY: somebody was faster. */
	if (mount("bpf", mount_point, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=0700") == 0 ||
	    errno == EBUSY)
		return 0;
	err = -errno;
	snprintf(reason, reason_size, "cannot mount bpffs at %s: %s",
		 mount_point, strerror(-err));
	return err;
}

static int make_directories(const char *path)
{
	char part[BPFFS_PATH_SIZE];
	char *slash = part;

	if (snprintf(part, sizeof(part), "%s", path) >= BPFFS_PATH_SIZE)
		return -ENAMETOOLONG;
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(part, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Mounted with the kernel's default mode, bpffs lets anybody make directories:
 * ours may have been prepared by somebody else. */
static int check_owner(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	return st.st_uid == 0 || st.st_uid == geteuid() ? 0 : -EPERM;
}

void bpffs_mount(const char *pin_dir)
{
	char reason[BPFFS_PATH_SIZE + 128];
	unsigned long type = 0;

	if (find_fs_type(pin_dir, &type) == 0 && type != BPF_FS_MAGIC &&
	    is_below_mount_point(pin_dir))
		(void)mount_bpffs(reason, sizeof(reason));
}

int bpffs_prepare(const char *pin_dir, char *reason, size_t reason_size)
{
	unsigned long type = 0;
	int err;

	if (*pin_dir != '/') {
		snprintf(reason, reason_size,
			 "pin directory %s: must be an absolute path", pin_dir);
		return -EINVAL;
	}
	err = find_fs_type(pin_dir, &type);
	if (!err && type != BPF_FS_MAGIC && is_below_mount_point(pin_dir)) {
		err = mount_bpffs(reason, reason_size);
		if (err)
			return err;
		err = find_fs_type(pin_dir, &type);
	}
	if (!err && type != BPF_FS_MAGIC) {
		snprintf(reason, reason_size,
			 "pin directory %s is not on a BPF file system "
			 "(mount -t bpf)",
			 pin_dir);
		return -EINVAL;
	}
	if (!err)
		err = make_directories(pin_dir);
	if (!err)
		err = check_owner(pin_dir);
	if (err)
		snprintf(reason, reason_size, "pin directory %s: %s", pin_dir,
			 strerror(-err));
	return err;
}

/* --- one interface -------------------------------------------------------- */

int bpffs_pin(const char *pin_dir, const char *ifname, const char *name, int fd)
{
	char path[BPFFS_PATH_SIZE];
	int err = make_path(pin_dir, ifname, name, path);

	if (err)
		return err;
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

int bpffs_get(const char *pin_dir, const char *ifname, const char *name)
{
	char path[BPFFS_PATH_SIZE];
	int err = make_path(pin_dir, ifname, name, path);

	if (!err)
		err = bpf_obj_get(path);
	return err < 0 && errno ? -errno : err;
}

void bpffs_unpin(const char *pin_dir, const char *ifname, const char *name)
{
	char path[BPFFS_PATH_SIZE];

	if (make_path(pin_dir, ifname, name, path) == 0)
		unlink(path);
}

/*
 * Removing the pin would detach as well, but later and only if nobody else
 * holds the link: a new program could not be attached at once.
 */
static void detach_link(const char *path)
{
	int link = bpf_obj_get(path);

	if (link < 0)
		return;
	bpf_link_detach(link);
	close(link);
}

/* -EUCLEAN: it cannot be told to go.  Under its pin it stays silent. */
static int leave_dispatcher(const char *pin_dir, const char *ifname)
{
	const unsigned int ifindex = if_nametoindex(ifname);
	int program = bpffs_get(pin_dir, ifname, "program");
	char reason[CHAIN_TEXT_SIZE];
	int err = 0;

	if (program < 0)
		return 0;
	if (ifindex)
		err = chain_leave(ifindex, program, reason, sizeof(reason));
	close(program);
	return err ? -EUCLEAN : 0;
}

static int remove_entries(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int err = 0;

	if (!directory)
		return -errno;
	if (is_bpffs(dirfd(directory)) <= 0)
		err = -EINVAL;
	while (!err && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		if (unlinkat(dirfd(directory), entry->d_name, 0) < 0)
			err = -errno;
	}
	closedir(directory);
	return err;
}

static int clear(const char *pin_dir, const char *ifname)
{
	char path[BPFFS_PATH_SIZE];
	int err = make_path(pin_dir, ifname, "link", path);

	if (err)
		return err;
	detach_link(path);
	err = leave_dispatcher(pin_dir, ifname);
	*strrchr(path, '/') = '\0';
	return err ? err : remove_entries(path);
}

/* A descriptor or -errno. */
static int lock_directory(const char *path)
{
	struct stat st;
	int err = 0;
	int fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else if (fstat(fd, &st) < 0)
		err = -errno;
	else if (st.st_nlink == 0) /* its holder was just leaving */
		err = -EBUSY;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int bpffs_hold(const char *pin_dir, const char *ifname, int *out_lock)
{
	char path[BPFFS_PATH_SIZE];
	int err = make_path(pin_dir, ifname, NULL, path);
	int lock;

	if (err)
		return err;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	lock = lock_directory(path);
	if (lock < 0)
		return lock;
	*out_lock = lock;
	return 0;
}

int bpffs_take(const char *pin_dir, const char *ifname, int *out_lock)
{
	int lock = -1;
	int err = bpffs_hold(pin_dir, ifname, &lock);

	if (err)
		return err;
	err = clear(pin_dir, ifname);
	if (err) {
		close(lock);
		return err;
	}
	*out_lock = lock;
	return 0;
}

int bpffs_release(const char *pin_dir, const char *ifname, int lock)
{
	char path[BPFFS_PATH_SIZE];
	int err = make_path(pin_dir, ifname, NULL, path);

	if (!err)
		err = clear(pin_dir, ifname);
	if (!err && rmdir(path) < 0)
		err = -errno;
	close(lock);
	return err;
}

int bpffs_rename(const char *pin_dir, const char *from, const char *to)
{
	char old[BPFFS_PATH_SIZE], new[BPFFS_PATH_SIZE];
	int lock = -1;
	int err = make_path(pin_dir, from, NULL, old);

	if (!err)
		err = make_path(pin_dir, to, NULL, new);
	if (!err)
		err = bpffs_take(pin_dir, to, &lock);
	if (err)
		return err;
	if (rename(old, new) < 0)
		err = -errno;
	close(lock);
	return err;
}

int bpffs_each(const char *pin_dir,
	       void (*found)(void *context, const char *ifname), void *context)
{
	const struct dirent *entry;
	DIR *directory = opendir(pin_dir);
	char ifname[sizeof(entry->d_name)];
	int err;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	err = is_bpffs(dirfd(directory));
	while (err > 0 && (errno = 0, entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		memcpy(ifname, entry->d_name, sizeof(ifname));
		swap_character(ifname, ':', '.');
		found(context, ifname);
	}
	if (err > 0)
		err = -errno;
	closedir(directory);
	return err;
}
