/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Whether a neighbour is there: asked on the wire by ARP or neighbour
 * discovery, whatever the kernel's table says.
 */
#pragma once

#include "user/sys/netlink.h"

/*
 * Asks through an Ethernet interface, three times in the time given, and waits
 * for the answer.  Needs CAP_NET_RAW.  0 with the neighbour's MAC, or:
 * -ETIMEDOUT      nobody answered
 * -EADDRINUSE     the address is this host's own
 * -ENOTSUP        no Ethernet
 * -EADDRNOTAVAIL  IPv6: the interface has no address to ask from
 * another -errno  could not be asked (-EPERM, -ENETDOWN, ...)
 */
int reach_ask(const struct netlink_link *link, int family, const __u8 *address,
	      unsigned int timeout_ms, __u8 mac[CARP_MAC_SIZE]);
