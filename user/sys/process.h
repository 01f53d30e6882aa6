/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Other processes, as /proc tells of them.  A zombie does not live.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

enum process_limits {
	PROCESS_NAME_SIZE = 16, /* the kernel keeps 15 bytes of a name */
};

/* The first with exactly that name ("comm"): its pid, 0: there is none, or
 * -errno. */
int process_find(const char *name);
/* Since when it has been living, by CLOCK_BOOTTIME.  0, -ESRCH or another
 * -errno. */
int process_started(int pid, struct timespec *out);
