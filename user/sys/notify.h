/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Words for the service manager (sd_notify(3)), for a process that can open
 * nothing by the time it has something to say.
 */
#pragma once

/* To whom $NOTIFY_SOCKET names: a descriptor; -1: nobody, or out of reach,
 * which is logged. */
int notify_open(void);
/* Waits a second at most, for a manager that is stuck.  Takes -1. */
void notify_send(int fd, const char *state);
