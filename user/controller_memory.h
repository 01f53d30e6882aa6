/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What controller_memory.c and controller_memory_file.c share; nobody else's.
 */
#pragma once

#include "user/controller.h"
#include "user/sys/boot.h"

struct known_sender {
	char ifname[NETLINK_NAME_SIZE];
	struct carp_host_key key;
	uint64_t sequence;
};

/* For the thread that writes. */
struct writing {
	struct hand *hand;
	char *text;
	int err;
};

struct memory {
	struct controller *controller;
	uint64_t base;	   /* the sequence when the boot clock was 0 */
	uint64_t highest;  /* given out so far */
	uint64_t reserved; /* in the file; none above was given out */
	uint64_t promised; /* in the file; base enough for this boot */
	bool same_boot;	   /* that file is of this boot */
	char boot[BOOT_ID_SIZE];
	struct known_sender *known;
	size_t count, room;
	bool new, changed; /* since the last write */
	bool failed;	   /* the last write; said once */
	struct instant collect_due, write_due;
	unsigned int turn; /* of which interface */
	struct background *background;
	struct loop_source *source;
	struct writing writing;
};

extern const char memory_file[]; /* its name in the state directory */

/* What the file says; what it does not is left alone.  -errno if it is there
 * and cannot be read. */
int memory_read(struct memory *memory);
/* The file's text, NULL without memory. */
char *memory_render(const struct memory *memory);
void memory_learn(struct memory *memory, const char *ifname,
		  const struct carp_host_key *key, uint64_t sequence);
