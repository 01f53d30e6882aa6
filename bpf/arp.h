/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who has a virtual IP?  Its virtual MAC has, as long as the lease lives; of a
 * cluster, the leader's lease.  A foreign MAC that claims one of our VIPs is
 * counted, reported and left to the stack; it is never answered.
 */
#pragma once

#include "cluster.h"
#include "lease.h"
#include "notice.h"
#include "parse.h"

/* Is it all there, and for IPv4 over Ethernet? */
static __always_inline bool arp_parse(struct frame *frame)
{
	struct carp_arp *arp = frame->network;

	return parse_holds(frame, arp + 1) &&
	       arp->hardware == carp_htons(CARP_ARP_ETHERNET) &&
	       arp->protocol == carp_htons(CARP_ETH_IPV4) &&
	       arp->hardware_size == CARP_MAC_SIZE && arp->protocol_size == 4;
}

/* Makes the reply out of the request, in its own bytes. */
static __always_inline void arp_turn_around(struct frame *frame,
					    struct carp_arp *arp,
					    struct carp_vhid *group)
{
	__u8 vhid = (__u8)frame->vhid;
	__u8 asked[4];

	word_copy(asked, arp->target_ip, 4);
	mac_copy(arp->target_mac, arp->sender_mac);
	word_copy(arp->target_ip, arp->sender_ip, 4);
	cluster_name(arp->sender_mac, vhid, group);
	word_copy(arp->sender_ip, asked, 4);
	arp->operation = carp_htons(CARP_ARP_REPLY);
	mac_copy(frame->ethernet->destination, arp->target_mac);
	cluster_source(frame->ethernet->source, vhid, group);
}

static __always_inline enum carp_verdict arp_answer(struct frame *frame,
						    struct carp_arp *arp,
						    struct carp_vip *vip)
{
	struct carp_vhid *group = map_group(vip->vhid);

	frame->vhid = vip->vhid;
	if (!group)
		return CARP_V_arp_not_owner;
	if (!lease_live(vip->slot))
		return group->role == CARP_ROLE_MASTER ? CARP_V_arp_lease_dead
						       : CARP_V_arp_not_owner;
	arp_turn_around(frame, arp, group);
	__sync_fetch_and_add(&vip->answered, 1);
	return CARP_V_arp_answered;
}

static __always_inline enum carp_verdict arp_take(struct frame *frame)
{
	struct carp_arp *arp = frame->network;
	struct carp_vip *vip;

	if (!arp_parse(frame))
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips4, arp->sender_ip);
	if (vip) {
		/* Our own or a peer's announcement speaks from the virtual
		 * MAC and is nobody's question. */
		if (cluster_is_name(arp->sender_mac, vip->vhid))
			return CARP_V_passed;
		frame->vhid = vip->vhid;
		notice_claim(vip->vhid, 4, arp->sender_mac, arp->sender_ip);
		return CARP_V_arp_claim;
	}
	if (arp->operation != carp_htons(CARP_ARP_REQUEST))
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips4, arp->target_ip);
	return vip ? arp_answer(frame, arp, vip) : CARP_V_passed;
}
