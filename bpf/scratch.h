/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What rooms make in parts: on the stack, Linux 6.1 lets nobody without
 * CAP_PERFMON write a part of eight bytes, and there is no room for it above
 * the functions of the digest.  One frame at a time is looked at on a CPU, so
 * one of each is enough; it is empty to begin with only if it says so.  Never
 * pinned: with the digest of a forgery the forgery is made.
 */
#pragma once

#include "maps.bpf.h"
#include "parse.h"

/*
 * What both families come down to.  Nothing in it points into the packet, and
 * facts are kept as numbers rather than answers: a stored yes or no would make
 * the verifier walk everything behind it twice.
 */
struct advert {
	union {
		struct carp_header header;
		__u32 words[PARSE_FETCH_SIZE / 4];
	};
	__u64 ip_sum;	/* of the IPv4 header, all ones if good */
	__u64 pseudo;	/* sum of the IPv6 pseudo-header, 0 for IPv4 */
	__u32 room;	/* bytes in the frame from the IP header on, at least */
	__u32 size;	/* of the IP header */
	__u32 total;	/* of header and payload, by the IP header */
	__u16 fragment; /* not 0: there are more */
	__u8 version;	/* of IP; what the frame's type promised is below */
	__u8 family;
	__u8 ttl;
};

enum ndp_sizes {
	NDP_SLOTS_MAX = 8,   /* options we look at, in units of 8 bytes */
	NDP_FIXED_SIZE = 64, /* IPv6 header and message */
};

/* A solicitation or advertisement with its facts. */
struct ndp {
	struct ip6_header ip;
	struct carp_ndisc nd;
	struct carp_nd_option slots[NDP_SLOTS_MAX]; /* up to `held` */
	__u64 offset;		 /* of the IPv6 header in the frame */
	__u64 sum;		 /* of the slots */
	__u32 held;		 /* bytes of options that were fetched */
	__u32 options;		 /* bytes of them that the IP header promises */
	__u32 next;		 /* slot where an option starts */
	__u8 mac[CARP_MAC_SIZE]; /* who sent it, or claims the target */
	bool multicast;
	bool probe; /* duplicate address detection, source :: */
	__u32 pad;
};

struct scratch {
	struct carp_hmac hmac; /* first: a loop looks one step past its end */
	__u32 received[CARP_DIGEST_SIZE / 4]; /* a digest, host order */
	struct advert advert;
	struct ndp ndp;
	struct carp_event event;
	struct carp_host_key host; /* who sent it */
	struct carp_sender sender;
	__u32 seal_fits; /* its counter's tag is right */
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} carp_scratch SEC(".maps");

/* Names the sender of the event. */
static __always_inline struct carp_host_key *scratch_host(
	struct scratch *scratch)
{
	carp_memset(&scratch->host, 0, sizeof(scratch->host));
	scratch->host.vhid = scratch->event.vhid;
	scratch->host.family = scratch->event.family;
	word_copy(scratch->host.address, scratch->event.source, 16);
	return &scratch->host;
}

/* No array lookup below its size fails, but the verifier wants it asked, and
 * at once: a NULL carried on is refused as well. */
static __always_inline struct scratch *scratch_open(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&carp_scratch, &first);
}
