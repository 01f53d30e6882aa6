/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * On the way out.  Two rules: nobody sends from the virtual MAC of a vhid
 * whose lease is dead, except a master its advertisements and whoever leaves
 * the bow-out; and what the kernel itself says in
 * ARP and neighbour discovery about a VIP names the virtual MAC, so that
 * neighbours never learn the NIC's.  Of a cluster every host with a share may
 * ask, and whether switches may learn the virtual MAC is the mode's to say.
 * Everything else leaves as it is.
 */
#pragma once

#include "cluster.h"
#include "lease.h"
#include "parse.h"

/* A frame as tc shows it, tags taken off. */
struct egress {
	struct eth_header *ethernet;
	void *network;
	void *end;
	__u8 balancing; /* of the group that the frame speaks for */
	__u8 vhid;
};

static __always_inline bool egress_holds(struct egress *out, void *behind)
{
	CARP_BARRIER(behind);
	return behind <= out->end;
}

static __always_inline bool egress_parse(struct __sk_buff *skb,
					 struct egress *out)
{
	out->ethernet = (void *)(long)skb->data;
	out->network = out->ethernet + 1;
	out->end = (void *)(long)skb->data_end;
	out->balancing = CARP_BALANCING_NONE;
	out->vhid = 0;
	return egress_holds(out, out->network) && !skb->vlan_present;
}

/* The advertisement in this frame, or NULL. */
static __always_inline struct carp_header *egress_advert(struct egress *out)
{
	struct ip4_header *ip4 = out->network;
	struct ip6_header *ip6 = out->network;
	struct carp_header *carp4 = (void *)(ip4 + 1);
	struct carp_header *carp6 = (void *)(ip6 + 1);

	if (out->ethernet->type == carp_htons(CARP_ETH_IPV4) &&
	    egress_holds(out, carp4 + 1) && ip4->protocol == CARP_PROTOCOL)
		return carp4;
	if (out->ethernet->type == carp_htons(CARP_ETH_IPV6) &&
	    egress_holds(out, carp6 + 1) && ip6->next == CARP_PROTOCOL)
		return carp6;
	return NULL;
}

/* A master without a lease still advertises: that is how it gets one.  Who is
 * no master any more has one thing left to say, the bow-out. */
static __always_inline bool egress_may_advertise(struct egress *out,
						 struct carp_vhid *group)
{
	struct carp_header *carp = egress_advert(out);

	if (!carp)
		return false;
	return group->role == CARP_ROLE_MASTER ||
	       (carp->advbase == CARP_BOW_OUT && carp->advskew == CARP_BOW_OUT);
}

/* May frames come from this group's virtual MAC now? */
static __always_inline bool egress_may_send(struct egress *out,
					    struct carp_vhid *group, __u8 vhid)
{
	return !carp_share_hides(group->balancing) &&
	       (lease_live(vhid) || egress_may_advertise(out, group));
}

/* From a virtual MAC of ours: only with a live lease. */
static __always_inline enum carp_verdict egress_guard(struct egress *out)
{
	__u8 vhid = carp_vmac_vhid(out->ethernet->source);
	struct carp_vhid *group;

	if (!vhid)
		return CARP_V_passed;
	group = map_group(vhid);
	if (!group || group->role < CARP_ROLE_INIT ||
	    egress_may_send(out, group, vhid))
		return CARP_V_passed;
	out->vhid = vhid;
	return CARP_V_out_guarded;
}

/* What to do with a kernel frame that speaks for this VIP.  Answers are the
 * leader's; a question is anybody's with a share, who has to reach his
 * clients. */
static __always_inline enum carp_verdict egress_speaker(struct egress *out,
							struct carp_vip *vip,
							bool asks)
{
	struct carp_vhid *group = map_group(vip->vhid);
	__u32 nodes = 0;

	out->vhid = (__u8)vip->vhid;
	if (group) {
		out->balancing = group->balancing;
		nodes = group->nodes;
	}
	if (lease_live(vip->slot) || (asks && cluster_serves(out->vhid, nodes)))
		return CARP_V_out_virtual;
	return CARP_V_out_guarded;
}

/* From a balanced group's virtual MAC only where switches may learn it, and
 * then only from the leader's host. */
static __always_inline void egress_write_source(struct egress *out)
{
	if (!out->balancing)
		carp_vmac_fill(out->ethernet->source, out->vhid);
}

static __always_inline enum carp_verdict egress_arp(struct egress *out)
{
	struct carp_arp *arp = out->network;
	enum carp_verdict verdict;
	struct carp_vip *vip;

	if (!egress_holds(out, arp + 1))
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips4, arp->sender_ip);
	if (!vip || carp_vmac_vhid(out->ethernet->source) == vip->vhid)
		return CARP_V_passed;
	verdict = egress_speaker(
		out, vip, arp->operation == carp_htons(CARP_ARP_REQUEST));
	if (verdict == CARP_V_out_virtual) {
		carp_share_mac(arp->sender_mac, out->vhid, out->balancing);
		egress_write_source(out);
	}
	return verdict;
}

/* Puts the virtual MAC into the first option, if that names a MAC. */
static __always_inline void egress_write_option(struct egress *out,
						struct carp_ndisc *nd)
{
	struct carp_nd_option *option = (void *)(nd + 1);
	carp_word *words = (void *)option;
	__u64 sum;

	if (!egress_holds(out, option + 1) || option->length != 1 ||
	    (option->type != CARP_ND_SOURCE_LLADDR &&
	     option->type != CARP_ND_TARGET_LLADDR))
		return;
	/* RFC 1624: take the old words out of the sum, put the new ones in. */
	sum = (__u16)~nd->checksum;
	sum += (__u32)~words[0];
	sum += (__u32)~words[1];
	carp_share_mac(option->mac, out->vhid, out->balancing);
	sum = carp_csum_words(sum, option, CARP_ND_OPTION_SIZE);
	nd->checksum = carp_csum_finish(sum);
}

/* Solicitations speak for their source, advertisements for their target. */
static __always_inline enum carp_verdict egress_ndp(struct egress *out)
{
	struct ip6_header *ip = out->network;
	struct carp_ndisc *nd = (void *)(ip + 1);
	enum carp_verdict verdict;
	struct carp_vip *vip;
	void *speaks_for = ip->source;

	if (!egress_holds(out, nd + 1) || ip->next != CARP_IP_ICMPV6)
		return CARP_V_passed;
	if (nd->type == CARP_ND_ADVERT)
		speaks_for = nd->target;
	else if (nd->type != CARP_ND_SOLICIT)
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips6, speaks_for);
	if (!vip || carp_vmac_vhid(out->ethernet->source) == vip->vhid)
		return CARP_V_passed;
	verdict = egress_speaker(out, vip, nd->type == CARP_ND_SOLICIT);
	if (verdict == CARP_V_out_virtual) {
		egress_write_option(out, nd);
		egress_write_source(out);
	}
	return verdict;
}

static __always_inline enum carp_verdict egress_take(struct egress *out)
{
	enum carp_verdict verdict = egress_guard(out);

	if (verdict != CARP_V_passed)
		return verdict;
	if (out->ethernet->type == carp_htons(CARP_ETH_ARP))
		return egress_arp(out);
	if (out->ethernet->type == carp_htons(CARP_ETH_IPV6))
		return egress_ndp(out);
	return CARP_V_passed;
}
