/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the generator's live frames are made by.  Writes each one anew: the
 * page pool gives frames back as their receiver left them.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "generator.h"

__u8 flood_frame[FLOOD_FRAME_MAX];
__u32 flood_vary; /* each frame has another digest */
__u64 flood_made;
__u64 flood_gap; /* ns from frame to frame; 0: none */
static __u64 due;

enum {
	LOOKS_MAX = 200 /* at the clock, of some 20 ns each */
};

typedef __u16 __attribute__((may_alias)) alias16;

#define PUT(data, end, at, word) \
	do { \
		if ((data) + (at) + 2 <= (end)) \
			*(alias16 *)((data) + (at)) = (word); \
	} while (0)

/* What is late is not made up for. */
static void wait_for_turn(void)
{
	__u64 now = bpf_ktime_get_ns();

	if (due < now)
		due = now;
	due += flood_gap;
	for (int i = 0; i < LOOKS_MAX && now < due; i++)
		now = bpf_ktime_get_ns();
}

SEC("xdp")
int flood(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u16 number = (__u16)flood_made++;

	if (flood_gap)
		wait_for_turn();
	for (int at = 0; at < FLOOD_FRAME_MAX; at += 2)
		PUT(data, end, at, *(alias16 *)(flood_frame + at));
	if (flood_vary) {
		/* A word and its complement: the checksum stays right. */
		PUT(data, end, FLOOD_VARY_AT, number);
		PUT(data, end, FLOOD_VARY_AT + 2, (__u16)~number);
	}
	return XDP_TX;
}

/* A veth end takes natively sent frames while it has a program of its own. */
SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* The least that can be done with a flood of protocol 112. */
SEC("xdp")
int drop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	return *(alias16 *)(data + 2 * ETH_ALEN) == bpf_htons(ETH_P_IP) &&
			       ip->protocol == FLOOD_PROTOCOL
		       ? XDP_DROP
		       : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
