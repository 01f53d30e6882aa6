/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Neighbour solicitations for a virtual IP become neighbour advertisements in
 * their own bytes.  The frame never changes its length: that helper would
 * keep us from sharing an interface with other XDP programs.  What does not
 * fit is left to the controller.
 *
 * Frames are copied to the scratch, judged and turned around there, and copied
 * back: of what lies in a packet the verifier walks each length and each tag
 * by itself, of what lies in a map one way.
 */
#pragma once

#include "account.h"
#include "cluster.h"
#include "event.h"
#include "lease.h"
#include "notice.h"
#include "parse.h"

enum ndp_numbers {
	NDP_OPTIONS_MAX = sizeof(((struct ndp *)NULL)->slots), /* bytes */
	NDP_NOTHING = -1, /* to say, in the place of an action */
};

/* As many options as are promised, there and looked at.  The fixed part is
 * there, ndp_take() has seen it. */
static __always_inline bool ndp_fetch(struct frame *frame, struct ndp *ndp)
{
	struct carp_nd_option *option = frame->network + NDP_FIXED_SIZE;
	__u64 sum = 0;
	__u32 i;

	if (!parse_holds(frame, option))
		return false;
	mac_copy(ndp->mac, frame->ethernet->source);
	word_copy(&ndp->ip, frame->network, NDP_FIXED_SIZE);
	ndp->options = carp_ntohs(ndp->ip.payload) - (__u32)sizeof(ndp->nd);
	ndp->held = 0;
#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		if (i * CARP_ND_OPTION_SIZE >= ndp->options ||
		    !parse_holds(frame, option + i + 1))
			break;
		word_copy(ndp->slots + i, option + i, CARP_ND_OPTION_SIZE);
		ndp->held = (i + 1) * CARP_ND_OPTION_SIZE;
		sum = carp_csum_words(sum, option + i, CARP_ND_OPTION_SIZE);
	}
	ndp->sum = sum;
	return true;
}

/* Does the frame hold what its IP header promises?  Measured only if it is
 * not whole options, or more than were fetched. */
static __always_inline bool ndp_whole(struct xdp_md *ctx, struct ndp *ndp)
{
	if (ndp->options == ndp->held)
		return true;
	return ndp->offset + NDP_FIXED_SIZE + ndp->options <=
	       (__u32)parse_length(ctx);
}

static __always_inline bool ndp_open(struct xdp_md *ctx, struct ndp *ndp)
{
	struct ip6_header *ip = &ndp->ip;

	ndp->multicast = ip->destination[0] == 0xff;
	ndp->probe = word_zero(ip->source, 16);
	return (ip->version_flow & carp_htonl(IP6_VERSION_MASK)) ==
		       carp_htonl(IP6_VERSION) &&
	       ip->hop_limit == CARP_TTL && !ndp->nd.code &&
	       carp_ntohs(ip->payload) >= sizeof(ndp->nd) &&
	       ndp_whole(ctx, ndp);
}

/* Well formed: whole, none of length zero, and in a probe no source
 * link-layer address (RFC 4861 7.1.1).  Finds the target's MAC, if any. */
static __always_inline bool ndp_walk(struct ndp *ndp, __u8 *target)
{
	__u32 slots = ndp->options / CARP_ND_OPTION_SIZE, i;
	bool named = false;

	ndp->next = 0;
#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		struct carp_nd_option *option = ndp->slots + i;

		if (i >= slots)
			break;
		if (i != *(volatile __u32 *)&ndp->next)
			continue;
		if (!option->length)
			return false;
		if (ndp->probe && option->type == CARP_ND_SOURCE_LLADDR)
			return false;
		/* The first counts, as for the hosts that will read it. */
		if (option->type == CARP_ND_TARGET_LLADDR && !named) {
			named = true;
			mac_copy(target, option->mac);
		}
		ndp->next = i + option->length;
	}
	return ndp->next == slots && ndp->options % CARP_ND_OPTION_SIZE == 0;
}

static __always_inline __u64 ndp_pseudo(struct ip6_header *ip, __u32 length)
{
	return carp_csum_words(0, ip->source, 32) + carp_htonl(length) +
	       carp_htonl(CARP_IP_ICMPV6);
}

static __always_inline bool ndp_sum_good(struct ndp *ndp)
{
	__u64 sum = ndp_pseudo(&ndp->ip, sizeof(ndp->nd) + ndp->options);

	sum = carp_csum_words(sum, &ndp->nd, sizeof(ndp->nd));
	return carp_csum_good(sum + ndp->sum);
}

/* ff02::1:ff00:0/104, where a probe has to be sent. */
static __always_inline bool ndp_to_solicited_node(struct ip6_header *ip)
{
	const carp_word *word = (const carp_word *)ip->destination;

	return word[0] == carp_htonl(0xff020000) && !word[1] &&
	       word[2] == carp_htonl(1) && ip->destination[12] == 0xff;
}

/* `ndp_answered` if it deserves an answer that fits in its bytes. */
static __always_inline enum carp_verdict ndp_check(struct ndp *ndp)
{
	__u8 unused[CARP_MAC_SIZE];

	if (ndp->ip.source[0] == 0xff ||
	    (ndp->probe && !ndp_to_solicited_node(&ndp->ip)))
		return CARP_V_ndp_malformed;
	if (ndp->options > NDP_OPTIONS_MAX)
		return CARP_V_ndp_deferred;
	if (!ndp_walk(ndp, unused) || !ndp_sum_good(ndp))
		return CARP_V_ndp_malformed;
	/* The answer must carry our address and has nowhere to put it. */
	if (!ndp->options && ndp->multicast && !ndp->probe)
		return CARP_V_ndp_deferred;
	return CARP_V_ndp_answered;
}

/* Asks the controller to answer, seldom enough to be no amplifier. */
static __always_inline void ndp_defer(struct scratch *scratch,
				      struct carp_vhid *group, __u32 vhid)
{
	struct ndp *ndp = &scratch->ndp;
	__u64 now = lease_now();
	struct carp_event *event;

	if (now - group->last_solicit_ns < CARP_SOLICIT_GAP_NS)
		return;
	group->last_solicit_ns = now;
	event = event_new(scratch, CARP_EVENT_SOLICIT);
	event->vhid = (__u8)vhid;
	event->family = 6;
	event->unicast = !ndp->multicast;
	event->time_ns = now;
	mac_copy(event->source_mac, ndp->mac);
	word_copy(event->source, ndp->ip.source, 16);
	word_copy(event->target, ndp->nd.target, 16);
	event_report(event);
}

/* The first option slot becomes our address; the rest turns into padding. */
static __always_inline void ndp_turn_options(struct ndp *ndp, __u32 vhid,
					     struct carp_vhid *group)
{
	struct carp_nd_option *option = ndp->slots;

	carp_memset(ndp->slots, 0, sizeof(ndp->slots));
	if (!ndp->options)
		return;
	option->type = CARP_ND_TARGET_LLADDR;
	option->length = 1;
	cluster_name(option->mac, (__u8)vhid, group);
}

static __always_inline void ndp_turn_ip(struct ndp *ndp, __u16 length)
{
	struct ip6_header *ip = &ndp->ip;

	ip->version_flow = carp_htonl(IP6_VERSION);
	ip->payload = carp_htons(length);
	word_copy(ip->destination, ip->source, 16);
	word_copy(ip->source, ndp->nd.target, 16);
	if (!ndp->probe)
		return;
	/* The prober has no address yet: all nodes, ff02::1. */
	ip->destination[0] = 0xff;
	ip->destination[1] = 0x02;
	ip->destination[15] = 1;
	ndp->mac[0] = 0x33;
	ndp->mac[1] = 0x33;
	carp_memset(ndp->mac + 2, 0, 3);
	ndp->mac[5] = 1;
}

static __always_inline void ndp_turn_around(struct ndp *ndp, __u32 vhid,
					    struct carp_vhid *group)
{
	struct carp_ndisc *nd = &ndp->nd;
	__u16 length = sizeof(*nd);
	__u64 sum;

	ndp_turn_options(ndp, vhid, group);
	if (ndp->options)
		length += CARP_ND_OPTION_SIZE;
	ndp_turn_ip(ndp, length);
	nd->type = CARP_ND_ADVERT;
	nd->checksum = 0;
	nd->flags = CARP_ND_OVERRIDE;
	if (!ndp->probe)
		nd->flags |= CARP_ND_SOLICITED;
	if (group->nd_router)
		nd->flags |= CARP_ND_ROUTER;
	carp_memset(nd->reserved, 0, sizeof(nd->reserved));
	sum = carp_csum_words(ndp_pseudo(&ndp->ip, length), nd, sizeof(*nd));
	/* Zero, if it is not there. */
	sum = carp_csum_words(sum, ndp->slots, CARP_ND_OPTION_SIZE);
	nd->checksum = carp_csum_finish(sum);
}

/* Back to where it came from; all of it is there, but the verifier cannot
 * know. */
static __always_inline void ndp_write(struct frame *frame, struct ndp *ndp,
				      __u32 vhid, struct carp_vhid *group)
{
	struct carp_nd_option *option = frame->network + NDP_FIXED_SIZE;
	__u32 i;

	if (!parse_holds(frame, option))
		return;
	mac_copy(frame->ethernet->destination, ndp->mac);
	cluster_source(frame->ethernet->source, (__u8)vhid, group);
	word_copy(frame->network, &ndp->ip, NDP_FIXED_SIZE);
#pragma clang loop unroll(full)
	for (i = 0; i < NDP_SLOTS_MAX; i++) {
		if (i * CARP_ND_OPTION_SIZE >= ndp->options ||
		    !parse_holds(frame, option + i + 1))
			break;
		word_copy(option + i, ndp->slots + i, CARP_ND_OPTION_SIZE);
	}
}

static __always_inline enum carp_verdict ndp_solicited(struct xdp_md *ctx,
						       struct scratch *scratch,
						       struct carp_vhid *group,
						       __u32 vhid)
{
	struct ndp *ndp = &scratch->ndp;
	enum carp_verdict verdict;

	if (!ndp_open(ctx, ndp))
		return CARP_V_ndp_malformed;
	verdict = ndp_check(ndp);
	if (verdict == CARP_V_ndp_deferred)
		ndp_defer(scratch, group, vhid);
	if (verdict == CARP_V_ndp_answered)
		ndp_turn_around(ndp, vhid, group);
	return verdict;
}

/* Somebody else advertises a VIP of ours from an address of his own. */
static __always_inline enum carp_verdict ndp_advertised(struct xdp_md *ctx,
							struct scratch *scratch,
							__u32 vhid)
{
	struct ndp *ndp = &scratch->ndp;

	if (!ndp_open(ctx, ndp))
		return CARP_V_passed;
	ndp->probe = false;
	ndp_walk(ndp, ndp->mac);
	if (cluster_is_name(ndp->mac, vhid))
		return CARP_V_passed;
	notice_claim(vhid, 6, ndp->mac, ndp->nd.target);
	return CARP_V_ndp_claim;
}

/*
 * The action, or NDP_NOTHING.  Global, so that the verifier walks it once; and
 * where the frame lies is read from memory twice, or it would walk the rest
 * once for each place.
 */
__noinline int ndp_settle(struct xdp_md *ctx, __u32 offset, __u32 vhid)
{
	struct carp_vhid *group = map_group(vhid);
	struct scratch *scratch = scratch_open();
	struct frame memory, *frame = &memory;
	enum carp_verdict verdict;

	CARP_BARRIER(frame);
	if (!group || !scratch)
		return NDP_NOTHING;
	*(volatile __u64 *)&scratch->ndp.offset = offset;
	parse_again(ctx, offset, frame);
	if (!ndp_fetch(frame, &scratch->ndp))
		return NDP_NOTHING;
	if (scratch->ndp.nd.type == CARP_ND_SOLICIT)
		verdict = ndp_solicited(ctx, scratch, group, vhid);
	else
		verdict = ndp_advertised(ctx, scratch, vhid);
	if (verdict == CARP_V_passed)
		return NDP_NOTHING;
	if (verdict == CARP_V_ndp_answered) {
		offset = *(volatile __u64 *)&scratch->ndp.offset;
		parse_again(ctx, offset, frame);
		ndp_write(frame, &scratch->ndp, vhid, group);
	}
	return settle(vhid, verdict);
}

/* May we answer for it? */
static __always_inline enum carp_verdict ndp_owned(struct carp_vip *vip)
{
	struct carp_vhid *group = map_group(vip->vhid);

	if (!group)
		return CARP_V_ndp_not_owner;
	if (lease_live(vip->slot))
		return CARP_V_passed;
	return group->role == CARP_ROLE_MASTER ? CARP_V_ndp_lease_dead
					       : CARP_V_ndp_not_owner;
}

/* The IPv6 header is known to be there. */
static __always_inline enum carp_verdict ndp_take(struct frame *frame)
{
	struct ip6_header *ip = frame->network;
	struct carp_ndisc *nd = (struct carp_ndisc *)(ip + 1);
	enum carp_verdict verdict = CARP_V_passed;
	struct carp_vip *vip;
	int action;

	if (!parse_holds(frame, nd + 1))
		return CARP_V_passed;
	if (nd->type != CARP_ND_SOLICIT && nd->type != CARP_ND_ADVERT)
		return CARP_V_passed;
	vip = bpf_map_lookup_elem(&carp_vips6, nd->target);
	if (!vip)
		return CARP_V_passed;
	if (nd->type == CARP_ND_SOLICIT)
		verdict = ndp_owned(vip);
	if (verdict != CARP_V_passed) {
		frame->vhid = vip->vhid;
		return verdict;
	}
	action = ndp_settle(frame->ctx, (__u32)frame->offset, vip->vhid);
	if (action == NDP_NOTHING)
		return CARP_V_passed;
	if (action == CARP_TX)
		__sync_fetch_and_add(&vip->answered, 1);
	frame->action = (__u32)action;
	return CARP_SETTLED;
}
