/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The way out of an interface: gets a program onto its tc hook.
 */
#pragma once

#include <stdbool.h>

struct egress_hook {
	int link;    /* descriptor, -1: none */
	bool filter; /* a filter of the older kind, before Linux 6.6 */
	unsigned int ifindex;
};

/* By link (TCX) where the kernel has it, else as a filter of clsact; beside
 * other programs, never instead of them.  0 or -errno. */
int egress_attach(unsigned int ifindex, int program, struct egress_hook *out);
/* False if somebody has taken it off. */
bool egress_holds(const struct egress_hook *hook);
/* Another program in its place.  0 or -errno: nothing has changed. */
int egress_update(const struct egress_hook *hook, int program);
/* Takes hooks that were never attached (link -1). */
void egress_detach(struct egress_hook *hook);
/* Removes a filter that a crashed run left there, if it is that program's; a
 * link goes with its pin. */
void egress_remove_leftover(const char *ifname, int program);
