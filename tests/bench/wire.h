/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Answers a second over a real veth pair between two namespaces, and frames a
 * second that pass untouched, all on one core: the generator, the far end's
 * program and what comes after it.
 */
#pragma once

#include <stdbool.h>

#include "series.h"

enum wire_family {
	WIRE_ARP,
	WIRE_ND,
	WIRE_TCP, /* unrelated: passed on, and counted behind the program */
	WIRE_FAMILIES
};

/* Who is at the far end. */
enum wire_far {
	WIRE_SINK,   /* drops all: what is sent can arrive */
	WIRE_BARE,   /* XDP_TX, XDP_PASS of TCP: nothing can be cheaper */
	WIRE_PLANE,  /* carp-xdp */
	WIRE_KERNEL, /* the kernel's stack, no XDP program on its way; not of
			TCP */
	WIRE_FARS,
};

struct wire_results {
	struct series rate[WIRE_FAMILIES][WIRE_FARS];  /* a second */
	struct series share[WIRE_FAMILIES][WIRE_FARS]; /* of what was sent */
};

struct wire_ends {
	const char *near, *far;		  /* paths of the namespaces */
	const char *near_link, *far_link; /* the veth's ends in them */
};

/* Generator and all softirqs run on `cpu`. */
void wire_open(const struct wire_ends *ends, int cpu);
void wire_close(void);
void wire_round(struct wire_results *results);

bool wire_has(enum wire_family family, enum wire_far far);
const char *wire_far_name(enum wire_far far);
/* Nanoseconds an answer, without what the same frames to the sink take. */
struct series wire_net(const struct wire_results *results,
		       enum wire_family family, enum wire_far far);
