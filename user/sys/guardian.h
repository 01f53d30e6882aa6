/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A second process that outlives this one for an instant.  It holds frames and
 * deadlines: when this one dies without a word, it sets the deadlines to 0 and
 * sends the frames.  What they mean it does not know.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum guardian_limits {
	GUARDIAN_NONE = -1,
	GUARDIAN_FRAME_SIZE = 100,
	GUARDIAN_CELLS = 16384, /* frames, of all interfaces */
	GUARDIAN_MAPS = 1024,	/* memories with deadlines */
};

struct guardian;

/* A frame, and the deadline without which it is not to be sent. */
struct guardian_frame {
	__u32 map;     /* GUARDIAN_MAPS at most */
	__u32 word;    /* in that map: CLOCK_BOOTTIME in ns */
	__u32 ifindex; /* out of which it goes */
	__u32 size;
	__u8 bytes[GUARDIAN_FRAME_SIZE];
};

struct confine;

/* What a guardian sends by: a packet socket that hears nothing, or -errno. With
 * privilege. */
int guardian_frames(void);
/* Forks: the parent becomes the guardian, never returns, and ends as this
 * process does.  Before there are threads and secrets.  It is confined as soon
 * as guardian_begin() says that we are.  frames: the packet socket it sends by,
 * which stays the caller's, or -1: it makes one.  0 or -errno. */
int guardian_start(bool to_syslog, const struct confine *confine, int frames,
		   struct guardian **out);
/* From now on signals reach us through it.  Takes NULL. */
int guardian_begin(struct guardian *guardian);
/* Everything is in order: the guardian just ends too.  Takes NULL. */
void guardian_dismiss(struct guardian *guardian);
/* Somebody else goes on with what is ours: as long as that is set, the
 * guardian does nothing when we end. */
void guardian_handover(struct guardian *guardian, bool handover);

/* It ends now, as in good order, and leaves us to go on without. */
void guardian_release(struct guardian *guardian);

/* 0: it has ended.  Takes NULL. */
pid_t guardian_pid(const struct guardian *guardian);
/* Readable once it has ended; then call guardian_lost(). */
int guardian_fd(const struct guardian *guardian);
void guardian_lost(struct guardian *guardian);

/* Deadlines are words of 64 bits in memory that fd can be mapped to.  The
 * number of the map, or GUARDIAN_NONE: then no frame may refer to it. */
int guardian_map_add(struct guardian *guardian, int fd, size_t size);
void guardian_map_remove(struct guardian *guardian, int map);

/* A place for a frame: its number, or GUARDIAN_NONE. */
int guardian_cell_take(struct guardian *guardian);
void guardian_cell_drop(struct guardian *guardian, int cell);
/* Puts a frame in the place of the last one, which stays valid until then. */
void guardian_cell_put(struct guardian *guardian, int cell,
		       const struct guardian_frame *frame);
