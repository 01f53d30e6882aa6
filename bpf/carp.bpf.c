/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane: parse, ask exactly one room whose frame it is, settle.  The
 * only file that knows the rooms.  It never keeps state of its own: what it
 * may say stands in the leases, what it believes in carp_auth.
 */
#include "account.h"
#include "advert.h"
#include "arp.h"
#include "egress.h"
#include "ndp.h"
#include "parse.h"
#include "share.h"
#include "vmac.h"

static __always_inline enum carp_verdict ask_ip4(struct frame *frame)
{
	struct ip4_header *ip = frame->network;

	if (!parse_ip4(frame) || ip->protocol != CARP_PROTOCOL)
		return CARP_V_passed;
	return advert_take(frame, 4);
}

static __always_inline enum carp_verdict ask_ip6(struct frame *frame)
{
	struct ip6_header *ip = frame->network;

	if (!parse_ip6(frame))
		return CARP_V_passed;
	if (ip->next == CARP_PROTOCOL)
		return advert_take(frame, 6);
	if (ip->next == CARP_IP_ICMPV6)
		return ndp_take(frame);
	return CARP_V_passed;
}

/* `passed` from a room means that it has nothing to say about the frame. */
static __always_inline enum carp_verdict classify(struct frame *frame)
{
	enum carp_verdict verdict = CARP_V_passed;

	if (frame->type == carp_htons(CARP_ETH_IPV4))
		verdict = ask_ip4(frame);
	else if (frame->type == carp_htons(CARP_ETH_IPV6))
		verdict = ask_ip6(frame);
	else if (frame->type == carp_htons(CARP_ETH_ARP))
		verdict = arp_take(frame);
	if (verdict == CARP_V_passed)
		verdict = share_take(frame);
	return verdict == CARP_V_passed ? vmac_take(frame) : verdict;
}

/* The barrier keeps the frame in memory: taken apart it fills the registers,
 * and without CAP_PERFMON the verifier refuses the spills that follow. */
SEC("xdp")
int carp_xdp(struct xdp_md *ctx)
{
	struct frame memory, *frame = &memory;
	enum carp_verdict verdict;

	CARP_BARRIER(frame);
	verdict = parse_frame(ctx, frame);
	if (verdict == CARP_V_passed)
		verdict = classify(frame);
	if (verdict == CARP_SETTLED)
		return (int)frame->action;
	return settle((__u32)frame->vhid, verdict);
}

SEC("tc")
int carp_egress(struct __sk_buff *skb)
{
	struct egress memory, *out = &memory;
	enum carp_verdict verdict;

	CARP_BARRIER(out);
	if (!egress_parse(skb, out))
		return TC_ACT_OK;
	verdict = egress_take(out);
	return settle_out(out->vhid, verdict);
}

char _license[] SEC("license") = "Dual BSD/GPL";
