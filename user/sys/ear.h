/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Listens for IP protocol 112, CARP's and VRRP's, on one interface.  Sends
 * nothing: no switch learns of it.
 */
#pragma once

#include "carp/net.h"

#include <stdbool.h>
#include <stddef.h>

enum ear_sizes {
	EAR_SIZE_MAX = 512, /* of a packet, the rest is cut off */
	EAR_UNTAGGED = -1,
};

/* One packet heard, from its IP header on. */
struct ear_packet {
	const __u8 *bytes;
	size_t size;
	__u8 mac[CARP_MAC_SIZE]; /* of the sender */
	int vlan;		 /* whose tag was beside it, or EAR_UNTAGGED */
	bool ours;		 /* this host sent it */
};

/* A descriptor, or -errno. */
int ear_open(unsigned int ifindex);
/* Hands over all that is heard in that time, then closes; the process has no
 * capability from here on.  0, or -errno with which it ended early. */
int ear_listen(int fd, unsigned int milliseconds,
	       void (*each)(void *context, const struct ear_packet *packet),
	       void *context);
