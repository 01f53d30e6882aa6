/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * OpenBSD's load sharing: which node of a cluster a packet belongs to, and
 * the MAC its virtual IPs are told under; carp-protocol 5.5.  Arithmetic only.
 *
 * A cluster is a set of vhids with the same virtual IPs.  Each node, that is
 * each vhid, has an election of its own; the host that is master of a node
 * takes the packets of that node.  The lowest vhid is the leader and names the
 * cluster.
 */
#pragma once

#include "csum.h"
#include "net.h"

enum carp_share {
	CARP_NODES_MIN = 2,
	CARP_NODES_MAX = 32,
};

/* How all hosts of a cluster come to see each packet; numbered as OpenBSD's
 * CARP_BAL_*. */
enum carp_balancing {
	CARP_BALANCING_NONE,
	CARP_BALANCING_IP,	   /* a multicast MAC */
	CARP_BALANCING_IP_STEALTH, /* a MAC no switch ever learns */
	CARP_BALANCING_IP_UNICAST, /* a hub, or ports that mirror */
};

/* The words of both addresses, folded into one, in network order.  Nothing
 * else counts, so that both directions of a flow come out the same, and the
 * fragments and ports of one pair of hosts too. */
CARP_INLINE __u32 carp_share_fold4(const void *source, const void *destination)
{
	return *(const carp_word *)source ^ *(const carp_word *)destination;
}

CARP_INLINE __u32 carp_share_fold6(const void *source, const void *destination)
{
	const carp_word *s = source, *d = destination;

	return s[0] ^ s[1] ^ s[2] ^ s[3] ^ d[0] ^ d[1] ^ d[2] ^ d[3];
}

/* Which of the nodes, in ascending order of their vhids. */
CARP_INLINE __u32 carp_share_index(__u32 fold, __u32 nodes)
{
	return carp_ntohl(fold) % nodes;
}

/* What neighbours are told.  With `ip` a group address, so that switches send
 * to every port; it can be no frame's source. */
CARP_INLINE void carp_share_mac(__u8 *mac, __u8 leader, __u8 balancing)
{
	carp_vmac_fill(mac, leader);
	mac[0] = balancing == CARP_BALANCING_IP;
}

/* The leader in either form of that MAC, 0 for any other MAC. */
CARP_INLINE __u8 carp_share_vhid(const __u8 *mac)
{
	if ((mac[0] & 0xfe) | mac[1] | (mac[2] ^ 0x5e) | mac[3] |
	    (mac[4] ^ 0x01))
		return 0;
	return mac[5];
}

/* Must the virtual MACs stay out of the source of frames?  What switches have
 * never learned they send to every port. */
CARP_INLINE bool carp_share_hides(__u8 balancing)
{
	return balancing == CARP_BALANCING_IP ||
	       balancing == CARP_BALANCING_IP_STEALTH;
}
