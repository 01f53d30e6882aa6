/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The pins of one interface in the BPF file system: PIN_DIR/<ifname>/.  Knows
 * directories and locks, not what is pinned; only that "link" is the one that
 * keeps a program attached, and "program" one in libxdp's dispatcher.
 *
 * bpffs reserves names with a dot, which VLAN interfaces have: "eth0.100" is
 * pinned as "eth0:100", a name no interface can have.
 */
#pragma once

#include <stddef.h>

enum bpffs_limits {
	BPFFS_PATH_SIZE = 512
};

/* Mounts bpffs if PIN_DIR lies below /sys/fs/bpf and nothing is mounted there;
 * whether that was possible, bpffs_prepare() tells. */
void bpffs_mount(const char *pin_dir);
/* Makes PIN_DIR, mode 0700; mounts bpffs if PIN_DIR lies below /sys/fs/bpf and
 * nothing is mounted there.  0 or -errno with the reason, which names paths. */
int bpffs_prepare(const char *pin_dir, char *reason, size_t reason_size);

/*
 * Makes the interface's directory ours: locks it for as long as *out_lock is
 * open, detaches what an earlier holder left attached, removes its pins.  0,
 * -EBUSY while another process holds it, -EUCLEAN where a program cannot be
 * removed from libxdp's dispatcher, or another -errno.
 */
int bpffs_take(const char *pin_dir, const char *ifname, int *out_lock);
/* The lock alone: what is attached stays so. */
int bpffs_hold(const char *pin_dir, const char *ifname, int *out_lock);
/* Detaches, removes pins and directory, closes the lock. */
int bpffs_release(const char *pin_dir, const char *ifname, int lock);

/* Moves the directory, its pins and its lock, to another interface's name; what
 * an earlier holder left there is removed.  0, -EBUSY, or another -errno. */
int bpffs_rename(const char *pin_dir, const char *from, const char *to);

/* Pins fd as PIN_DIR/<ifname>/name.  0 or -errno. */
int bpffs_pin(const char *pin_dir, const char *ifname, const char *name,
	      int fd);

/* The descriptor of PIN_DIR/<ifname>/name, or -errno. */
int bpffs_get(const char *pin_dir, const char *ifname, const char *name);
/* Removes that one name, if it is there. */
void bpffs_unpin(const char *pin_dir, const char *ifname, const char *name);

/* Calls found(context, ifname) for each interface with a directory. */
int bpffs_each(const char *pin_dir,
	       void (*found)(void *context, const char *ifname), void *context);
