/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a group calls itself, balanced or not, and whether this host serves
 * any node of a cluster.  Below the rooms: it has no verdicts and never looks
 * at a frame.
 */
#pragma once

#include "lease.h"
#include "parse.h"

/* Node `index` of a cluster. */
static __always_inline struct carp_share_node *cluster_node(__u32 leader,
							    __u32 index)
{
	__u32 key = leader * CARP_NODES_MAX + index;

	return bpf_map_lookup_elem(&carp_shares, &key);
}

/* Is a below b?  Without a branch: of what does not branch the verifier walks
 * one way only. */
static __always_inline __u64 cluster_below(__u64 a, __u64 b)
{
	return ((~a & b) | ((~a | b) & (a - b))) >> 63;
}

/* Has any node of the cluster a live lease here?  Global, so that the verifier
 * walks it once; unrolled, because Linux 6.1 also walks what a CPU might guess
 * and never comes out of a loop by guessing.  Slot 0 never has a lease. */
__noinline int cluster_serves(__u32 leader, __u32 nodes)
{
	__u64 now = lease_now(), live = 0;
	__u32 i;

#pragma clang loop unroll(full)
	for (i = 0; i < CARP_NODES_MAX; i++) {
		struct carp_share_node *node = cluster_node(leader, i);

		if (i >= nodes || !node)
			break;
		live |= cluster_below(now, lease_until(node->vhid));
	}
	return live != 0;
}

/* Does this MAC name the group?  `mac` is in a packet. */
static __always_inline bool cluster_is_name(const __u8 *mac, __u32 vhid)
{
	struct carp_vhid *group = map_group(vhid);
	__u8 first = group && group->balancing == CARP_BALANCING_IP;

	return carp_share_vhid(mac) == vhid && mac[0] == first;
}

/* What neighbours are told. */
static __always_inline void cluster_name(__u8 *mac, __u8 vhid,
					 struct carp_vhid *group)
{
	carp_share_mac(mac, vhid, group->balancing);
}

/* The source of frames that say so. */
static __always_inline void cluster_source(__u8 *mac, __u8 vhid,
					   struct carp_vhid *group)
{
	if (carp_share_hides(group->balancing))
		mac_copy(mac, group->nic_mac);
	else
		carp_vmac_fill(mac, vhid);
}
