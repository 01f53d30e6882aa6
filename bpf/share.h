/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames to a cluster: every host of it sees each one, and exactly the master
 * of the node that the addresses come to takes it.  Looks at addresses only,
 * never at ports or protocols, and believes the lease, never the role.
 */
#pragma once

#include "cluster.h"
#include "lease.h"
#include "parse.h"

/* Whose a frame is. */
enum share_kind {
	SHARE_FLOW, /* one node's */
	SHARE_ALL,  /* not IP, or an answer to a question any host may have
		     * asked: every host's that serves a node */
	SHARE_MULTICAST,
};

/* What the addresses say; eight bytes each, as in struct frame. */
struct share {
	__u64 kind;
	__u64 fold;
};

static __always_inline void share_open4(struct frame *frame,
					struct share *share)
{
	struct ip4_header *ip = frame->network;

	if (!parse_ip4(frame))
		return;
	share->kind = SHARE_FLOW;
	if ((ip->destination[0] & 0xf0) == 0xe0)
		share->kind = SHARE_MULTICAST;
	share->fold = carp_share_fold4(ip->source, ip->destination);
}

/* Neighbours answer to the cluster, whichever host has asked them. */
static __always_inline bool share_is_answer(struct frame *frame,
					    struct ip6_header *ip)
{
	struct carp_ndisc *nd = (struct carp_ndisc *)(ip + 1);

	return ip->next == CARP_IP_ICMPV6 && parse_holds(frame, nd + 1) &&
	       nd->type == CARP_ND_ADVERT;
}

static __always_inline void share_open6(struct frame *frame,
					struct share *share)
{
	struct ip6_header *ip = frame->network;

	if (!parse_ip6(frame) || share_is_answer(frame, ip))
		return;
	share->kind = SHARE_FLOW;
	if (ip->destination[0] == 0xff)
		share->kind = SHARE_MULTICAST;
	share->fold = carp_share_fold6(ip->source, ip->destination);
}

static __always_inline void share_open(struct frame *frame, struct share *share)
{
	if (frame->type == carp_htons(CARP_ETH_IPV4))
		share_open4(frame, share);
	else if (frame->type == carp_htons(CARP_ETH_IPV6))
		share_open6(frame, share);
}

/* The master of the node takes it, under the MAC its stack knows. */
static __always_inline enum carp_verdict share_flow(struct frame *frame,
						    struct carp_vhid *group,
						    __u32 fold)
{
	struct carp_share_node *node;
	struct carp_vhid *owner;
	__u32 vhid;

	if (!group->nodes)
		return CARP_V_share_elsewhere;
	node = cluster_node(group->leader,
			    carp_share_index(fold, group->nodes));
	if (!node)
		return CARP_V_share_elsewhere;
	vhid = node->vhid;
	frame->vhid = vhid;
	if (lease_live(vhid)) {
		mac_copy(frame->ethernet->destination, group->nic_mac);
		return CARP_V_share_accepted;
	}
	owner = map_group(vhid);
	return owner && owner->role == CARP_ROLE_MASTER
		       ? CARP_V_share_lease_dead
		       : CARP_V_share_elsewhere;
}

static __always_inline enum carp_verdict share_all(struct frame *frame,
						   struct carp_vhid *group)
{
	frame->vhid = group->leader;
	if (!cluster_serves(group->leader, group->nodes))
		return CARP_V_vmac_not_owner;
	mac_copy(frame->ethernet->destination, group->nic_mac);
	return CARP_V_vmac_admitted;
}

/* To a cluster's MAC, in either form: a neighbour may still hold the one of
 * the days before balancing.  The form of `ip` is also that of 224.0.1.X. */
static __always_inline enum carp_verdict share_named(struct frame *frame,
						     __u8 vhid)
{
	bool multicast = frame->ethernet->destination[0];
	struct carp_vhid *group = map_group(vhid);
	struct share share = { .kind = SHARE_ALL };

	if (!group || !group->balancing)
		return CARP_V_passed;
	if (group->leader != vhid && multicast)
		return CARP_V_passed;
	if (group->leader != vhid) {
		frame->vhid = vhid;
		return CARP_V_vmac_not_owner;
	}
	share_open(frame, &share);
	if (share.kind == SHARE_FLOW)
		return share_flow(frame, group, (__u32)share.fold);
	if (share.kind == SHARE_MULTICAST && multicast)
		return CARP_V_passed;
	return share_all(frame, group);
}

/* The barriers keep the two keys from becoming one variable offset. */
static __always_inline struct carp_vip *share_vip(struct frame *frame)
{
	struct ip4_header *ip4 = frame->network;
	struct ip6_header *ip6 = frame->network;
	void *key;

	if (frame->type == carp_htons(CARP_ETH_IPV4) && parse_ip4(frame)) {
		key = ip4->destination;
		CARP_BARRIER(key);
		return bpf_map_lookup_elem(&carp_vips4, key);
	}
	if (frame->type == carp_htons(CARP_ETH_IPV6) && parse_ip6(frame)) {
		key = ip6->destination;
		CARP_BARRIER(key);
		return bpf_map_lookup_elem(&carp_vips6, key);
	}
	return NULL;
}

static __always_inline bool share_to_nic(struct frame *frame,
					 struct carp_vhid *group)
{
	const half_word *to = (half_word *)frame->ethernet->destination;
	const half_word *nic = (half_word *)group->nic_mac;

	return !((to[0] ^ nic[0]) | (to[1] ^ nic[1]) | (to[2] ^ nic[2]));
}

/* To a cluster's virtual IP under the NIC's own MAC, which somebody learned
 * otherwise: the share decides here too. */
static __always_inline enum carp_verdict share_unnamed(struct frame *frame)
{
	struct carp_vip *vip = share_vip(frame);
	struct carp_vhid *group;
	struct share share = { .kind = SHARE_ALL };

	if (!vip)
		return CARP_V_passed;
	group = map_group(vip->vhid);
	if (!group || !group->balancing || !share_to_nic(frame, group))
		return CARP_V_passed;
	share_open(frame, &share);
	return share.kind == SHARE_FLOW
		       ? share_flow(frame, group, (__u32)share.fold)
		       : CARP_V_passed;
}

/* A function of its own: what it needs of the stack is not added to what
 * advertisements need. */
static __noinline int share_decide(struct frame *frame, __u32 vhid)
{
	return vhid ? share_named(frame, (__u8)vhid) : share_unnamed(frame);
}

/* Where no group is balanced this costs one look into an array. */
static __always_inline enum carp_verdict share_take(struct frame *frame)
{
	__u8 *to = frame->ethernet->destination;
	__u8 vhid = carp_share_vhid(to);
	struct carp_vhid *interface = map_group(0);

	if (!interface || !interface->balancing || (!vhid && to[0] & 1))
		return CARP_V_passed;
	return (enum carp_verdict)share_decide(frame, vhid);
}
