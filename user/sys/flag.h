/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Facts that outlive the process: an empty file is there or not.
 */
#pragma once

#include <stdbool.h>

/* 1, 0 (also without the directory), or -errno: not to be told. */
int flag_get(const char *directory, const char *name);
/* Makes the directory (mode 0700) if missing, and what it says lasts even if
 * power fails now.  Waits for the disk: not for the loop.  0 or -errno. */
int flag_set(const char *directory, const char *name, bool on);
