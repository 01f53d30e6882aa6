/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Slow work beside the loop: loading and detaching programs waits for the
 * kernel's grace periods, tens of milliseconds each, which is longer than the
 * dead time of a fast group.
 */
#pragma once

struct background;

/* Runs work(argument) in a thread of its own.  0 or -errno. */
int background_start(void (*work)(void *argument), void *argument,
		     struct background **out);
/* Called by work itself: it takes a CPU from nobody who has one, and never
 * has the priority of a loop. */
void background_step_back(void);
/* What the calling thread does shall not hold up who runs on that CPU: where
 * the kernel does not let itself be interrupted, loading a program keeps a CPU
 * for longer than three advertisements.  Nothing if there is no other CPU. */
void background_keep_off(int cpu);
/* What the calling thread has been told by these two, -1 for no CPU: for
 * whoever works on its behalf. */
void background_wishes(int *cpu, unsigned int *modest);
/* Readable once the work is done. */
int background_fd(const struct background *background);
/* Waits for the end of the work and frees.  Not for that of the thread, which
 * on a busy host may have to wait for a CPU once more to come to it. */
void background_join(struct background *background);
