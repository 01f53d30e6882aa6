/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * From bytes to headers: Ethernet, VLAN tags, IPv4, IPv6, the ones'-complement
 * sum of an IPv4 header.  It decides nothing beyond "is it there at all" and
 * never writes to the frame.
 *
 * Without CAP_PERFMON the verifier allows neither a variable added to a packet
 * pointer nor one packet pointer subtracted from another.  Hence the length of
 * a frame is measured in constant steps, and what lies behind IPv4 options is
 * fetched through one constant offset per header length.
 */
#pragma once

#include <carp/csum.h>
#include <carp/maps.h>
#include <carp/wire.h>

struct eth_header {
	__u8 destination[CARP_MAC_SIZE];
	__u8 source[CARP_MAC_SIZE];
	__be16 type;
};
CARP_ASSERT_SIZE(struct eth_header, CARP_ETH_SIZE);

struct vlan_header {
	__be16 control;
	__be16 type;
};
CARP_ASSERT_SIZE(struct vlan_header, CARP_VLAN_SIZE);

struct ip4_header {
	__u8 version_words; /* 0x45: version 4, five words */
	__u8 tos;
	__be16 total;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__u8 source[4];
	__u8 destination[4];
};
CARP_ASSERT_SIZE(struct ip4_header, 20);

struct ip6_header {
	__be32 version_flow;
	__be16 payload;
	__u8 next;
	__u8 hop_limit;
	__u8 source[16];
	__u8 destination[16];
};
CARP_ASSERT_SIZE(struct ip6_header, 40);

enum parse_bits {
	IP4_MORE_FRAGMENTS = 0x2000,
	IP4_OFFSET_MASK = 0x1fff,
	IP4_OPTION_WORDS = 10,
	IP4_WORDS_MIN = 5,
	IP6_VERSION = 0x60000000,
	IP6_VERSION_MASK = 0xf0000000,
};

enum parse_sizes {
	PARSE_COARSE = 128, /* three steps measure up to 2 KiB */
	PARSE_MIDDLE = 16,
	PARSE_COARSE_STEPS = 16,
	PARSE_FETCH_SIZE = 44, /* an advertisement, or VRRPv2 of its shape */
};

/* One frame on its way through the rooms.  Eight bytes for each, whatever is
 * in it: on the stack, Linux 6.1 lets nobody without CAP_PERFMON change a part
 * of eight. */
struct frame {
	struct xdp_md *ctx;
	struct eth_header *ethernet;
	void *network; /* behind Ethernet and the tags */
	void *end;
	__u64 offset; /* of network */
	__u64 type;   /* of what is at network, network order */
	__u64 vhid;   /* whom to count it for; 0 until a room knows */
	__u64 action; /* of what is counted already */
};

/* Does the frame reach to `behind`?  The barrier keeps clang from turning
 * the question into a difference of pointers, which the verifier refuses. */
static __always_inline bool parse_holds(const struct frame *frame,
					const void *behind)
{
	CARP_BARRIER(behind);
	return behind <= frame->end;
}

typedef __u16 __attribute__((may_alias)) half_word;

static __always_inline void mac_copy(void *to, const void *from)
{
	half_word *t = to;
	const half_word *f = from;

	t[0] = f[0];
	t[1] = f[1];
	t[2] = f[2];
}

/* `bytes` is a constant multiple of four. */
static __always_inline void word_copy(void *to, const void *from, int bytes)
{
	carp_word *t = to;
	const carp_word *f = from;
	int i;

	for (i = 0; i < bytes / 4; i++)
		t[i] = f[i];
}

static __always_inline bool word_equal(const void *a, const void *b, int bytes)
{
	const carp_word *x = a, *y = b;
	__u32 difference = 0;
	int i;

	for (i = 0; i < bytes / 4; i++)
		difference |= x[i] ^ y[i];
	return !difference;
}

static __always_inline bool word_zero(const void *a, int bytes)
{
	const carp_word *x = a;
	__u32 any = 0;
	int i;

	for (i = 0; i < bytes / 4; i++)
		any |= x[i];
	return !any;
}

static __always_inline bool parse_is_tag(__u64 type)
{
	return type == carp_htons(CARP_ETH_VLAN) ||
	       type == carp_htons(CARP_ETH_QINQ);
}

/* Steps over one tag, which must be a priority tag: VID 0 is our own LAN. */
static __always_inline enum carp_verdict parse_tag(struct frame *frame)
{
	struct vlan_header *tag = frame->network;

	if (!parse_holds(frame, tag + 1))
		return CARP_V_short_frame;
	if (tag->control & carp_htons(CARP_VLAN_ID_MASK))
		return CARP_V_other_vlan;
	frame->type = tag->type;
	frame->network = tag + 1;
	frame->offset += CARP_VLAN_SIZE;
	return CARP_V_passed;
}

/* As if there were no tag. */
static __always_inline void parse_begin(struct xdp_md *ctx, struct frame *frame)
{
	frame->ctx = ctx;
	frame->ethernet = (void *)(long)ctx->data;
	frame->end = (void *)(long)ctx->data_end;
	frame->network = frame->ethernet + 1;
}

/* Fills *frame; anything but `passed` ends it here. */
static __always_inline enum carp_verdict parse_frame(struct xdp_md *ctx,
						     struct frame *frame)
{
	enum carp_verdict verdict = CARP_V_passed;
	int i;

	parse_begin(ctx, frame);
	frame->offset = CARP_ETH_SIZE;
	frame->vhid = 0;
	frame->action = 0; /* a CPU might guess that there is one */
	if (!parse_holds(frame, frame->network))
		return CARP_V_short_frame;
	frame->type = frame->ethernet->type;
	for (i = 0; i < CARP_VLAN_DEPTH_MAX; i++) {
		if (!parse_is_tag(frame->type))
			return CARP_V_passed;
		verdict = parse_tag(frame);
		if (verdict != CARP_V_passed)
			return verdict;
	}
	return parse_is_tag(frame->type) ? CARP_V_other_vlan : CARP_V_passed;
}

/* The same for a global function, which is handed numbers only: `offset` is
 * that of a frame that was parsed.  The barrier keeps the places of the network
 * header from becoming one variable. */
static __always_inline void parse_again(struct xdp_md *ctx, __u32 offset,
					struct frame *frame)
{
	__u32 at;

	parse_begin(ctx, frame);
#pragma clang loop unroll(full)
	for (at = CARP_ETH_SIZE + CARP_VLAN_SIZE;
	     at <= CARP_ETH_SIZE + CARP_VLAN_DEPTH_MAX * CARP_VLAN_SIZE;
	     at += CARP_VLAN_SIZE)
		if (offset == at) {
			frame->network = (void *)frame->ethernet + at;
			CARP_BARRIER(frame);
		}
}

/*
 * The length of the frame, or 2 KiB and a bit if it is longer: no
 * advertisement or solicitation is.  A global function, so that the verifier
 * walks its two thousand ways out once.
 */
__noinline int parse_length(struct xdp_md *ctx)
{
	void *at = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int length = 0, i;

	for (i = 0; i < PARSE_COARSE_STEPS; i++) {
		CARP_BARRIER(at);
		if (at + PARSE_COARSE > end)
			break;
		at += PARSE_COARSE;
		length += PARSE_COARSE;
	}
	for (i = 0; i < PARSE_COARSE / PARSE_MIDDLE; i++) {
		CARP_BARRIER(at);
		if (at + PARSE_MIDDLE > end)
			break;
		at += PARSE_MIDDLE;
		length += PARSE_MIDDLE;
	}
	for (i = 0; i < PARSE_MIDDLE; i++) {
		CARP_BARRIER(at);
		if (at + 1 > end)
			break;
		at++;
		length++;
	}
	return length;
}

/* Bytes behind `at`, in words and up to an advertisement's. */
static __always_inline __u32 parse_words(struct frame *frame, void *at)
{
	__u32 held;

#pragma clang loop unroll(full)
	for (held = CARP_HEADER_SIZE; held; held -= 4) {
		if (parse_holds(frame, at + held))
			break;
	}
	return held;
}

/* Copies the start of a payload, as much as there is of 44, 36, 4 or 2 bytes;
 * the rest of `to` stays as it was. */
static __always_inline void parse_copy(struct frame *frame, void *payload,
				       void *to)
{
	if (parse_holds(frame, payload + PARSE_FETCH_SIZE))
		word_copy(to, payload, PARSE_FETCH_SIZE);
	else if (parse_holds(frame, payload + CARP_HEADER_SIZE))
		word_copy(to, payload, CARP_HEADER_SIZE);
	else if (parse_holds(frame, payload + 4))
		word_copy(to, payload, 4);
	else if (parse_holds(frame, payload + 2))
		*(half_word *)to = *(half_word *)payload;
}

/* Is the fixed part of an IP header there? */
static __always_inline bool parse_ip4(struct frame *frame)
{
	return parse_holds(frame, frame->network + sizeof(struct ip4_header));
}

static __always_inline bool parse_ip6(struct frame *frame)
{
	return parse_holds(frame, frame->network + sizeof(struct ip6_header));
}

/* The same behind an IPv4 header with options, `words` in all.  Returns the
 * header's sum, 0 if it is cut short.  The barrier keeps the places of the
 * payload from becoming one variable. */
static __always_inline __u64 parse_fetch(struct frame *frame, __u32 words,
					 void *to)
{
	carp_word *option = frame->network;
	void *payload = frame->network + sizeof(struct ip4_header);
	__u64 sum;
	__u32 i;

	if (!parse_holds(frame, payload))
		return 0;
	sum = carp_csum_words(0, option, sizeof(struct ip4_header));
#pragma clang loop unroll(full)
	for (i = IP4_WORDS_MIN; i < IP4_WORDS_MIN + IP4_OPTION_WORDS; i++) {
		if (i >= words)
			continue;
		payload = option + i + 1;
		CARP_BARRIER(payload);
		if (!parse_holds(frame, payload))
			return 0;
		sum += option[i];
	}
	parse_copy(frame, payload, to);
	return sum;
}
