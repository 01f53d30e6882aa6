/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's neighbour table: the MAC of a unicast peer.
 */
#pragma once

#include "carp/net.h"

#include <stdbool.h>

struct neighbor;

/* 0 or -errno. */
int neighbor_open(struct neighbor **out);
void neighbor_close(struct neighbor *neighbor);

/*
 * family 4 or 6, address in network order.  True with the MAC if the kernel
 * knows it; otherwise asks the kernel to resolve it and returns false, never
 * waiting for the answer.
 */
bool neighbor_lookup(struct neighbor *neighbor, unsigned int ifindex,
		     int family, const __u8 *address,
		     __u8 out_mac[CARP_MAC_SIZE]);
