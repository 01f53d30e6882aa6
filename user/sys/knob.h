/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's settings, read only: numbers below /proc/sys, and how it was
 * built.
 */
#pragma once

#include <stdbool.h>

enum knob_numbers {
	KNOB_UNKNOWN = -1
};

/* "net/ipv4/conf/eth0/rp_filter"; KNOB_UNKNOWN if it is not there, or not a
 * number from 0. */
int knob_get(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Hands over the lines of the kernel's configuration, "CONFIG_BPF=y" and what
 * is between them; false if it is to be found nowhere. */
bool knob_config(const char *release,
		 void (*each)(void *context, const char *line), void *context);

/* Whether the adjtimex(2) clock is kept in step with others. */
bool knob_clock_synchronised(void);
