/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the guardian and the process it guards share; for guardian*.c alone.
 */
#pragma once

#include "user/sys/guardian.h"

#include <pthread.h>
#include <signal.h>

/* Two frames, so that one of them is whole at any instant. */
struct guardian_cell {
	__u32 current; /* 0: none; 1, 2: which.  Written last. */
	__u32 pad;
	struct guardian_frame frames[2];
};

struct guardian_area {
	/* Robust, held by the guarded process while it lives: the first thing
	 * the kernel does at its end is to give this to whoever waits for it,
	 * before it takes down memory and sockets. */
	pthread_mutex_t life;
	__u32 dismissed;
	__u32 handover;
	__u32 released;
	__u32 cells_used; /* none at or above that number */
	struct guardian_cell cells[GUARDIAN_CELLS];
};

/* On the line between the two, with a descriptor to map, or without one if the
 * map is to be forgotten.  The first one is for map GUARDIAN_MAPS: life is
 * held. */
struct guardian_message {
	__u32 map;
	__u32 size;
};

/* The guardian's life. */
__attribute__((noreturn)) void guardian_live(struct guardian_area *area,
					     pid_t child, int line, int frames,
					     const sigset_t *mask,
					     const struct confine *confine,
					     bool to_syslog);
