/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Neighbour solicitations for a virtual IP become neighbour advertisements in
 * their own bytes.  The frame never changes its length: that helper would
 * keep us from sharing an interface with other XDP programs.  What does not
 * fit is left to the controller.
 */
#pragma once

#include "cluster.h"
#include "event.h"
#include "lease.h"
#include "notice.h"
#include "parse.h"

enum ndp_sizes {
	NDP_SLOTS_MAX = 8, /* options we look at, in units of 8 bytes */
};

/* A solicitation or advertisement with its facts. */
struct ndp {
	struct ip6_header *ip;
	struct carp_ndisc *nd;
	__u16 options; /* bytes */
	bool multicast;
	bool probe; /* duplicate address detection, source :: */
	bool named; /* a target link-layer address was found */
};

/* The options start here; each slot is checked before it is read. */
static __always_inline struct carp_nd_option *ndp_slot(struct ndp *ndp, int i)
{
	return (struct carp_nd_option *)(ndp->nd + 1) + i;
}

static __always_inline bool ndp_open(struct frame *frame, struct ip6_header *ip,
				     struct ndp *ndp)
{
	__u16 payload = carp_ntohs(ip->payload);

	ndp->ip = ip;
	ndp->nd = (struct carp_ndisc *)(ip + 1);
	ndp->multicast = ip->destination[0] == 0xff;
	ndp->probe = word_zero(ip->source, 16);
	ndp->named = false;
	if ((ip->version_flow & carp_htonl(IP6_VERSION_MASK)) !=
		    carp_htonl(IP6_VERSION) ||
	    ip->hop_limit != CARP_TTL || ndp->nd->code ||
	    payload < sizeof(*ndp->nd) ||
	    !parse_reaches(frame, sizeof(*ip) + payload))
		return false;
	ndp->options = (__u16)(payload - sizeof(*ndp->nd));
	return true;
}

/* Well formed: whole, none of length zero, and in a probe no source
 * link-layer address (RFC 4861 7.1.1).  Finds the target's MAC, if any. */
static __always_inline bool ndp_walk(struct frame *frame, struct ndp *ndp,
				     __u8 **target)
{
	__u32 slots = ndp->options / CARP_ND_OPTION_SIZE;
	__u32 next = 0, i;

#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		struct carp_nd_option *option = ndp_slot(ndp, (int)i);

		if (i >= slots)
			break;
		if (i != next)
			continue;
		if (!parse_holds(frame, option + 1) || !option->length)
			return false;
		if (ndp->probe && option->type == CARP_ND_SOURCE_LLADDR)
			return false;
		/* The first counts, as for the hosts that will read it. */
		if (option->type == CARP_ND_TARGET_LLADDR && !ndp->named) {
			ndp->named = true;
			*target = option->mac;
		}
		next += option->length;
	}
	return next == slots && ndp->options % CARP_ND_OPTION_SIZE == 0;
}

static __always_inline __u64 ndp_pseudo(struct ip6_header *ip, __u32 length)
{
	return carp_csum_words(0, ip->source, 32) + carp_htonl(length) +
	       carp_htonl(CARP_IP_ICMPV6);
}

static __always_inline bool ndp_sum_good(struct frame *frame, struct ndp *ndp)
{
	__u64 sum = ndp_pseudo(ndp->ip, sizeof(*ndp->nd) + ndp->options);
	__u32 i;

	sum = carp_csum_words(sum, ndp->nd, sizeof(*ndp->nd));
#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		struct carp_nd_option *option = ndp_slot(ndp, (int)i);

		if (i * CARP_ND_OPTION_SIZE >= ndp->options)
			break;
		if (!parse_holds(frame, option + 1))
			return false;
		sum = carp_csum_words(sum, option, CARP_ND_OPTION_SIZE);
	}
	return carp_csum_good(sum);
}

/* ff02::1:ff00:0/104, where a probe has to be sent. */
static __always_inline bool ndp_to_solicited_node(struct ip6_header *ip)
{
	const carp_word *word = (const carp_word *)ip->destination;

	return word[0] == carp_htonl(0xff020000) && !word[1] &&
	       word[2] == carp_htonl(1) && ip->destination[12] == 0xff;
}

/* `ndp_answered` if it deserves an answer that fits in its bytes. */
static __always_inline enum carp_verdict ndp_check(struct frame *frame,
						   struct ndp *ndp)
{
	__u8 *unused;

	if (ndp->ip->source[0] == 0xff ||
	    (ndp->probe && !ndp_to_solicited_node(ndp->ip)))
		return CARP_V_ndp_malformed;
	if (ndp->options > (__u32)NDP_SLOTS_MAX * CARP_ND_OPTION_SIZE)
		return CARP_V_ndp_deferred;
	if (!ndp_walk(frame, ndp, &unused) || !ndp_sum_good(frame, ndp))
		return CARP_V_ndp_malformed;
	/* The answer must carry our address and has nowhere to put it. */
	if (!ndp->options && ndp->multicast && !ndp->probe)
		return CARP_V_ndp_deferred;
	return CARP_V_ndp_answered;
}

/* Asks the controller to answer, seldom enough to be no amplifier. */
static __always_inline void ndp_defer(struct frame *frame, struct ndp *ndp,
				      struct carp_vhid *group)
{
	struct scratch *scratch = scratch_open();
	__u64 now = lease_now();
	struct carp_event *event;

	if (!scratch || now - group->last_solicit_ns < CARP_SOLICIT_GAP_NS)
		return;
	group->last_solicit_ns = now;
	event = event_new(scratch, CARP_EVENT_SOLICIT);
	event->vhid = (__u8)frame->vhid;
	event->family = 6;
	event->unicast = !ndp->multicast;
	event->time_ns = now;
	mac_copy(event->source_mac, frame->ethernet->source);
	word_copy(event->source, ndp->ip->source, 16);
	word_copy(event->target, ndp->nd->target, 16);
	event_report(event);
}

/* The first option slot becomes our address; the rest turns into padding.  All
 * slots are there: ndp_open() has measured, but the verifier cannot know. */
static __always_inline void ndp_write_option(struct frame *frame,
					     struct ndp *ndp,
					     struct carp_vhid *group)
{
	__u32 i;

#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		struct carp_nd_option *option = ndp_slot(ndp, (int)i);

		if (i * CARP_ND_OPTION_SIZE >= ndp->options)
			break;
		if (!parse_holds(frame, option + 1))
			break;
		carp_memset(option, 0, sizeof(*option));
		if (i)
			continue;
		option->type = CARP_ND_TARGET_LLADDR;
		option->length = 1;
		cluster_name(option->mac, (__u8)frame->vhid, group);
	}
}

static __always_inline void ndp_write_ip(struct frame *frame, struct ndp *ndp,
					 struct carp_vhid *group, __u16 length)
{
	struct eth_header *ethernet = frame->ethernet;
	struct ip6_header *ip = ndp->ip;

	mac_copy(ethernet->destination, ethernet->source);
	cluster_source(ethernet->source, (__u8)frame->vhid, group);
	ip->version_flow = carp_htonl(IP6_VERSION);
	ip->payload = carp_htons(length);
	word_copy(ip->destination, ip->source, 16);
	word_copy(ip->source, ndp->nd->target, 16);
	if (!ndp->probe)
		return;
	/* The prober has no address yet: all nodes, ff02::1. */
	ip->destination[0] = 0xff;
	ip->destination[1] = 0x02;
	ip->destination[15] = 1;
	ethernet->destination[0] = 0x33;
	ethernet->destination[1] = 0x33;
	carp_memset(ethernet->destination + 2, 0, 3);
	ethernet->destination[5] = 1;
}

static __always_inline void ndp_turn_around(struct frame *frame,
					    struct ndp *ndp,
					    struct carp_vhid *group)
{
	struct carp_ndisc *nd = ndp->nd;
	__u16 length = sizeof(*nd);
	__u64 sum;

	ndp_write_option(frame, ndp, group);
	if (ndp->options)
		length += CARP_ND_OPTION_SIZE;
	ndp_write_ip(frame, ndp, group, length);
	nd->type = CARP_ND_ADVERT;
	nd->checksum = 0;
	nd->flags = CARP_ND_OVERRIDE;
	if (!ndp->probe)
		nd->flags |= CARP_ND_SOLICITED;
	if (group->nd_router)
		nd->flags |= CARP_ND_ROUTER;
	carp_memset(nd->reserved, 0, sizeof(nd->reserved));
	sum = carp_csum_words(ndp_pseudo(ndp->ip, length), nd, sizeof(*nd));
	if (ndp->options && parse_holds(frame, ndp_slot(ndp, 0) + 1))
		sum = carp_csum_words(sum, ndp_slot(ndp, 0),
				      CARP_ND_OPTION_SIZE);
	nd->checksum = carp_csum_finish(sum);
}

static __always_inline enum carp_verdict ndp_solicited(struct frame *frame,
						       struct ip6_header *ip,
						       struct carp_vip *vip)
{
	struct carp_vhid *group = map_group(vip->vhid);
	struct ndp ndp;
	enum carp_verdict verdict;

	frame->vhid = vip->vhid;
	if (!group)
		return CARP_V_ndp_not_owner;
	if (!lease_live(vip->slot))
		return group->role == CARP_ROLE_MASTER ? CARP_V_ndp_lease_dead
						       : CARP_V_ndp_not_owner;
	if (!ndp_open(frame, ip, &ndp))
		return CARP_V_ndp_malformed;
	verdict = ndp_check(frame, &ndp);
	if (verdict == CARP_V_ndp_deferred)
		ndp_defer(frame, &ndp, group);
	if (verdict != CARP_V_ndp_answered)
		return verdict;
	ndp_turn_around(frame, &ndp, group);
	__sync_fetch_and_add(&vip->answered, 1);
	return CARP_V_ndp_answered;
}

/* Somebody else advertises a VIP of ours from an address of his own. */
static __always_inline enum carp_verdict ndp_advertised(struct frame *frame,
							struct ip6_header *ip,
							struct carp_vip *vip)
{
	__u8 *claimed = frame->ethernet->source;
	struct ndp ndp;

	if (!ndp_open(frame, ip, &ndp))
		return CARP_V_passed;
	ndp.probe = false;
	ndp_walk(frame, &ndp, &claimed);
	if (cluster_is_name(claimed, vip->vhid))
		return CARP_V_passed;
	frame->vhid = vip->vhid;
	notice_claim(frame, 6, claimed, ndp.nd->target);
	return CARP_V_ndp_claim;
}

/* The IPv6 header is known to be there. */
static __always_inline enum carp_verdict ndp_take(struct frame *frame)
{
	struct ip6_header *ip = frame->network;
	struct carp_ndisc *nd = (struct carp_ndisc *)(ip + 1);
	struct carp_vip *vip;

	if (!parse_holds(frame, nd + 1))
		return CARP_V_passed;
	if (nd->type != CARP_ND_SOLICIT && nd->type != CARP_ND_ADVERT)
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips6, nd->target);
	if (!vip)
		return CARP_V_passed;
	return nd->type == CARP_ND_SOLICIT ? ndp_solicited(frame, ip, vip)
					   : ndp_advertised(frame, ip, vip);
}
