/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The lists of system calls; for confine*.c alone.
 */
#pragma once

/* Each ends with NULL. */
extern const char *const confine_controller_calls[];
extern const char *const confine_guardian_calls[];
extern const char *const confine_hand_calls[];

enum confine_limits {
	LIMIT_NONE,
	/* Some of its calls with certain arguments only: maps, netlink,
	 * threads, memory that is not executed, signals to itself. */
	LIMIT_CONTROLLER,
};

/* For this process and all its threads: 0 or -errno. */
int confine_filter(const char *const *calls, enum confine_limits limits);
