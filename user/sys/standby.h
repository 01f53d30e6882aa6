/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A thread that stays, for short work beside the loop that cannot wait until
 * there is one: where all CPUs are busy the kernel lets a new thread wait until
 * its next clock tick, 4 ms, and one that it wakes up run at once.
 */
#pragma once

#include <stdbool.h>

struct standby;

/* The thread, without work.  0 or -errno. */
int standby_open(struct standby **out);
/* Has it run work(argument).  No second one before standby_over() was true. */
void standby_ask(struct standby *standby, void (*work)(void *argument),
		 void *argument);
/* Readable once the work is done, until standby_over(). */
int standby_fd(const struct standby *standby);
/* Whether what was asked last is done: true once. */
bool standby_over(struct standby *standby);
/* Ends the thread, behind the work that it has begun, and frees; NULL: does
 * nothing. */
void standby_close(struct standby *standby);
