/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The benchmark's own programs: bare ones to subtract, ones that put a frame
 * back as it was before they hand it to the program under test, a generator,
 * and the counters of the far end.  Nothing here is shipped, and nothing of
 * what is measured is compiled in here: the data plane is tail-called or
 * attached as the controller would load it.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum bench_frames {
	TEMPLATE_SIZE = 128,
	TYPE_OFFSET = 12,
	ARP_OPERATION_OFFSET = 20,
	ARP_REPLY = 2,
	ARP_END = 42,
	ND_TYPE_OFFSET = 54, /* behind Ethernet and IPv6 header */
	ND_ADVERT = 136,
	ND_END = 86, /* with one link-layer address option */
};

/* The frame as it has to be, written by user space. */
__u8 bench_template[TEMPLATE_SIZE];
__u64 bench_sent;  /* frames the generator handed to the driver */
__u64 bench_seen;  /* the answers, or the frames, that we wait for */
__u64 bench_other; /* anything else at the near end */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_next SEC(".maps");

typedef __u16 __attribute__((may_alias)) alias16;
typedef __u32 __attribute__((may_alias)) alias32;
typedef __u64 __attribute__((may_alias)) alias64;

#define PUT(type, data, at) \
	(*(type *)((data) + (at)) = *(type *)(bench_template + (at)))

/*
 * The widths are chosen so that each later load of the data plane lies within
 * one store: a load that spans two of them would wait for the store buffer,
 * which a frame written by a NIC never does.
 */
static __always_inline bool put_link(void *data, void *end)
{
	if (data + ETH_HLEN > end)
		return false;
	PUT(alias64, data, 0);
	PUT(alias32, data, 8);
	PUT(alias16, data, 12);
	return true;
}

static __always_inline bool put_arp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	if (!put_link(data, end) || data + ARP_END > end)
		return false;
	PUT(alias64, data, 14);
	PUT(alias32, data, 22); /* sender MAC */
	PUT(alias16, data, 26);
	PUT(alias32, data, 28); /* sender IP */
	PUT(alias32, data, 32); /* target MAC */
	PUT(alias16, data, 36);
	PUT(alias32, data, 38); /* target IP */
	return true;
}

static __always_inline bool put_nd(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	if (!put_link(data, end) || data + ND_END > end)
		return false;
	PUT(alias64, data, 14);
	PUT(alias64, data, 22); /* source */
	PUT(alias64, data, 30);
	PUT(alias64, data, 38); /* destination */
	PUT(alias64, data, 46);
	PUT(alias64, data, 54); /* solicitation */
	PUT(alias64, data, 62); /* target */
	PUT(alias64, data, 70);
	PUT(alias64, data, 78); /* option */
	return true;
}

SEC("xdp")
int bench_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* What every question for a lease costs at the least. */
SEC("xdp")
int bench_clock(struct xdp_md *ctx)
{
	(void)ctx;
	return bpf_ktime_get_boot_ns() ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int bench_drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("xdp")
int bench_reflect(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

/* XDP_ABORTED is what the caller sees if the tail call did not happen. */
SEC("xdp")
int restore_link(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	if (put_link(data, (void *)(long)ctx->data_end))
		bpf_tail_call_static(ctx, &bench_next, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int restore_arp(struct xdp_md *ctx)
{
	if (put_arp(ctx))
		bpf_tail_call_static(ctx, &bench_next, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int restore_nd(struct xdp_md *ctx)
{
	if (put_nd(ctx))
		bpf_tail_call_static(ctx, &bench_next, 0);
	return XDP_ABORTED;
}

/* Live frames come back from the page pool as the far end left them. */
SEC("xdp")
int generate_arp(struct xdp_md *ctx)
{
	bench_sent++;
	return put_arp(ctx) ? XDP_TX : XDP_ABORTED;
}

SEC("xdp")
int generate_nd(struct xdp_md *ctx)
{
	bench_sent++;
	return put_nd(ctx) ? XDP_TX : XDP_ABORTED;
}

SEC("xdp")
int generate_tcp(struct xdp_md *ctx)
{
	bench_sent++;
	return put_link((void *)(long)ctx->data, (void *)(long)ctx->data_end)
		       ? XDP_TX
		       : XDP_ABORTED;
}

/* Is it a reply or an advertisement? */
static __always_inline bool is_answer(void *data, void *end)
{
	__be16 type;

	if (data + ND_TYPE_OFFSET + 1 > end) {
		if (data + ARP_OPERATION_OFFSET + 2 > end)
			return false;
		type = *(alias16 *)(data + TYPE_OFFSET);
		return type == bpf_htons(ETH_P_ARP) &&
		       *(alias16 *)(data + ARP_OPERATION_OFFSET) ==
			       bpf_htons(ARP_REPLY);
	}
	type = *(alias16 *)(data + TYPE_OFFSET);
	return type == bpf_htons(ETH_P_IPV6) &&
	       *(__u8 *)(data + ND_TYPE_OFFSET) == ND_ADVERT;
}

static __always_inline void count(void *data, void *end)
{
	if (is_answer(data, end))
		bench_seen++;
	else
		bench_other++;
}

/* The near end, behind the one who asks. */
SEC("xdp")
int count_answers(struct xdp_md *ctx)
{
	count((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	return XDP_DROP;
}

/* The same for the kernel's answers: XDP would have each skb copied first. */
SEC("tc")
int count_skbs(struct __sk_buff *skb)
{
	count((void *)(long)skb->data, (void *)(long)skb->data_end);
	return TC_ACT_SHOT;
}

/* Behind a far end that lets frames pass: they go no further. */
SEC("tc")
int count_passed(struct __sk_buff *skb)
{
	(void)skb;
	bench_seen++;
	return TC_ACT_SHOT;
}

/* The far end with nothing to do: what the generator can reach. */
SEC("xdp")
int count_all(struct xdp_md *ctx)
{
	(void)ctx;
	bench_seen++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
