/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A second instance of an interface's program, with copies of its maps and on
 * no interface: what would become of a frame, and nothing outside changes.
 * Needs the privilege to load programs and to open maps by number (root).
 */
#pragma once

#include "carp/maps.h"

#include <stdbool.h>
#include <stddef.h>

struct rehearsal;

enum rehearsal_sizes {
	/* What the kernel runs a program with. */
	REHEARSAL_FRAME_MIN = CARP_ETH_SIZE,
};

struct rehearsal_end {
	enum carp_verdict verdict;
	enum carp_action action;
	__u8 vhid; /* it was counted for; 0: the interface */
};

/*
 * Finds the program that is on the interface by its pins, loads the same one
 * again, and copies what its maps hold.  A lease that is alive stays so, for a
 * rehearsal takes its time.  With fresh, no sender has been heard yet.  0, or
 * -errno with a line of text (-ENOENT: nothing of ours is there; -EPROTO: it is
 * another build's).
 */
int rehearsal_open(const char *pin_dir, const char *ifname, bool fresh,
		   struct rehearsal **out, char *error, size_t error_size);
/* There are other programs, which are not rehearsed: those before ours may keep
 * a frame from it, those behind it decide about what it passes. */
bool rehearsal_shared(const struct rehearsal *rehearsal);
/* As if the frame came in after those before it.  0 or -errno. */
int rehearsal_run(struct rehearsal *rehearsal, const void *frame, size_t size,
		  struct rehearsal_end *out);
/* Takes NULL. */
void rehearsal_close(struct rehearsal *rehearsal);
