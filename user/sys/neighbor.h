/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's routes and neighbour table: who is the next host on the way to
 * an address, and its MAC.
 */
#pragma once

#include "carp/net.h"

#include <stdbool.h>

struct neighbor;

/* 0 or -errno. */
int neighbor_open(struct neighbor **out);
void neighbor_close(struct neighbor *neighbor);

/*
 * The router that the kernel's routes through this interface name for an
 * address; out is untouched if there is none, the address then being on the
 * link.  Never waits.  The router may be of the other family.
 */
void neighbor_next_hop(struct neighbor *neighbor, unsigned int ifindex,
		       int family, const __u8 *address, __u8 *out_family,
		       __u8 out_address[16]);

/* As if a frame were sent there: the kernel resolves what it does not know and
 * makes sure of what it has not heard of for long.  Never waits. */
void neighbor_use(struct neighbor *neighbor, unsigned int ifindex, int family,
		  const __u8 *address);

/* family 4 or 6, address in network order.  True with the MAC if the kernel
 * knows it. */
bool neighbor_lookup(struct neighbor *neighbor, unsigned int ifindex,
		     int family, const __u8 *address,
		     __u8 out_mac[CARP_MAC_SIZE]);
