/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the service manager is about to do with us.
 */
#pragma once

#include <stdbool.h>

/* Did it start us? */
bool systemd_manages(void);
/* Is what ends that unit (NULL: ours) a restart?  Asks and waits, for some
 * seconds at most: not for the loop.  False if nobody can tell. */
bool systemd_restarts(const char *unit);
