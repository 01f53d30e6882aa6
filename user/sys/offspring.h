/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A process that gets to the bottom of what it has started: who loses their
 * parent below it becomes its child (PR_SET_CHILD_SUBREAPER), whatever session
 * they have gone to.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* For a process that ends with whoever started it, whoever else is told to end:
 * SIGTERM, SIGINT and SIGHUP are ignored.  A descriptor that tells of children
 * that have ended, or -1. */
int offspring_watch(void);
/* Milliseconds of the monotonic clock, for deadlines of theirs. */
int64_t offspring_now_ms(void);

/* From now on; and this process ends when its parent does.  parent: as it was
 * before the fork. */
void offspring_adopt(pid_t parent);
/* Kills all children but these, theirs as they become ours, and waits for
 * them: until there are none, or one cannot be killed within patience. */
void offspring_end(const pid_t *spared, size_t count, int patience_ms);
