/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Keys and values of every BPF map, and the records of the event ring: the
 * contract between the data plane and the controller.  One set per interface,
 * pinned under PIN_DIR/<ifname>/ except carp_auth and carp_events.
 *
 * carp_vhids, carp_leases and carp_auth are arrays indexed by vhid: a lookup
 * costs nothing measurable, carp_vhids and carp_leases are mmapped by the
 * controller, and neither side ever overwrites the other's fields.
 */
#pragma once

#include "types.h"
#include "net.h"
#include "verdict.h"
#include "hmac.h"
#include "share.h"

enum carp_limits {
	/* Which meaning keys, values and records have.  A new number wherever
	 * one changes: a controller never goes on with maps of another. */
	CARP_MAPS_LAYOUT = 3,
	CARP_VHID_SLOTS = 256,	  /* index = vhid; 0 is the interface itself */
	CARP_VIPS_MAX = 131072,	  /* per interface and family */
	CARP_RECIPES_MAX = 4,	  /* digests accepted for one vhid */
	CARP_SEALS_MAX = 2,	  /* seal keys, during a change of passphrase */
	CARP_SENDERS_MAX = 8192,  /* sealed senders, per interface */
	CARP_UNSEALED_MAX = 1024, /* others; the oldest is forgotten */
	CARP_EVENT_RING = 1 << 18,     /* bytes */
	CARP_OWN_COUNTERS = 16,	       /* last counters sent, to know an echo */
	CARP_PEERS_MAX = 16384,	       /* per interface: 64 for each vhid */
	CARP_SOLICIT_GAP_NS = 1000000, /* between two deferred solicitations */
	/* Between two events of one kind and vhid that only warn: a flood
	 * must neither fill the ring nor wake the controller. */
	CARP_CLAIM_GAP_NS = 100000000,
	CARP_NOTICE_GAP_NS = 1000000000,
};

/* What the controller says we are.  Informs; only the lease permits. */
enum carp_role {
	CARP_ROLE_NONE,	    /* vhid not configured on this interface */
	CARP_ROLE_OBSERVER, /* no VIPs: well-formed is enough, digest unknown */
	CARP_ROLE_AUDITOR,  /* observes as well, but verifies digests */
	CARP_ROLE_INIT,
	CARP_ROLE_BACKUP,
	CARP_ROLE_MASTER,
};

/* Families for which a group has listed its peers. */
enum carp_peers_bits {
	CARP_PEERS_V4 = 1 << 0,
	CARP_PEERS_V6 = 1 << 1,
};

/* Which bit of peer_bits an address, IPv4 in its first four bytes, sets. */
CARP_INLINE __u64 carp_peer_bit(const void *address)
{
	const carp_word *word = (const carp_word *)address;
	__u32 fold = word[0] ^ word[1] ^ word[2] ^ word[3];

	return 1ULL << (fold * 0x9e3779b1u >> 26);
}

/*
 * Who sealed last, and what, where an old sequence is refused early.  The marks
 * are the halves of the address, each mixed with the sequence, so that words of
 * two writers never fit together: see bpf/seal.h.
 */
struct carp_newest {
	__u64 sequence;
	__u64 marks[2];
};
CARP_ASSERT_SIZE(struct carp_newest, 24);

/*
 * carp_vhids: vhid -> group.  The first part is written by the controller
 * only, the second by the data plane only, after a verified HMAC.
 */
struct carp_vhid {
	enum carp_role role;
	__u8 virtual_mac[CARP_MAC_SIZE];
	__u8 nic_mac[CARP_MAC_SIZE];
	__u8 source4[4]; /* source of our own advertisements, 0 = none */
	__u8 source6[16];
	__u8 nd_router; /* 1: neighbour advertisements carry the R flag */
	__u8 peers;	/* enum carp_peers_bits: only those in carp_peers */
	__u8 ttl_min;	/* of unicast from listed peers; 0: as all, 255 */
	__u8 balancing; /* enum carp_balancing; of vhid 0: any group's here */
	enum carp_auth_mode auth;
	__u8 leader; /* of the cluster; 0: a group of its own */
	__u8 nodes;  /* of the cluster */
	/* 1: an old sequence is refused before its tag is checked, but for one
	 * a jiffy; 0: each is told from a forgery. */
	__u8 stale_early;
	__u8 pad;
	__u64 own_counters[CARP_OWN_COUNTERS]; /* host order, 0 = unused */
	__u64 peer_bits; /* of all peers; 0: unknown, ask carp_peers */

	__u64 last_valid_ns;  /* boot time of the last verified advertisement */
	__u64 last_valid4_ns; /* the same, over IPv4 */
	__u64 last_valid6_ns; /* the same, over IPv6 */
	__u64 last_solicit_ns; /* last deferred solicitation */
	__u64 last_claim_ns;   /* last event of each kind that only warns */
	__u64 last_echo_ns;
	__u64 last_vrrp_ns;
	__u64 last_digest_ns;
	/* The jiffy in which each of the stamps of what only warns was last
	 * compared with the clock. */
	__u32 claim_jiffy;
	__u32 echo_jiffy;
	__u32 vrrp_jiffy;
	__u32 digest_jiffy;
	/* In which an old sequence last had its tag checked. */
	__u32 stale_jiffy;
	__u8 last_sender[16]; /* IPv4 in the first four bytes */
	__u8 last_sender_mac[CARP_MAC_SIZE];
	__u8 last_family; /* 4 or 6 */
	__u8 last_advbase;
	__u8 last_advskew;
	__u8 last_demote;
	__u8 pad2[2];
	__u64 unsealed_alarms; /* what may be replays of unsealed senders */
	struct carp_newest newest4;
	struct carp_newest newest6;
};
CARP_ASSERT_OFFSET(struct carp_vhid, own_counters, 48);
CARP_ASSERT_OFFSET(struct carp_vhid, last_valid_ns, 184);
CARP_ASSERT_SIZE(struct carp_vhid, 352);

/* carp_leases: slot -> the boot time up to which we may speak.  Nothing else
 * may live in this value: a stale rewrite must never revive a lease. */
struct carp_lease {
	__u64 until_ns; /* CLOCK_BOOTTIME; 0 = never */
};
CARP_ASSERT_SIZE(struct carp_lease, 8);

/* carp_vips4, carp_vips6: address in network order -> owner. */
struct carp_vip4_key {
	__u8 address[4];
};
struct carp_vip6_key {
	__u8 address[16];
};
struct carp_vip {
	__u32 vhid;	/* 1..255 */
	__u32 slot;	/* index into carp_leases; today the vhid */
	__u64 answered; /* requests and solicitations answered */
};
CARP_ASSERT_SIZE(struct carp_vip, 16);

/* carp_peers, carp_senders, carp_unsealed: a host of a group. */
struct carp_host_key {
	__u8 vhid;
	__u8 family; /* 4 or 6 */
	__u8 pad[2];
	__u8 address[16]; /* IPv4 in the first four bytes */
};
CARP_ASSERT_SIZE(struct carp_host_key, 20);
/* carp_peers has no values: who may speak, unicast or multicast, to a group
 * that names its peers of the family. */

/* carp_shares: leader * CARP_NODES_MAX + index -> the vhid of that node, the
 * nodes of a cluster in ascending order.  A key that is computed is allowed
 * where an index into a value is not. */
struct carp_share_node {
	__u32 vhid; /* 0: none */
};
CARP_ASSERT_SIZE(struct carp_share_node, 4);

/* carp_auth: vhid -> the digests we accept.  Never pinned.  Holds HMAC
 * midstates and seal keys, never the passphrase. */
struct carp_auth {
	__u32 count;	   /* recipes in use, 0..CARP_RECIPES_MAX */
	__u32 seals_count; /* 0..CARP_SEALS_MAX */
	struct carp_seal_key seals[CARP_SEALS_MAX];
	struct carp_recipe recipes[CARP_RECIPES_MAX];
};

/* How a sender fills its counters. */
enum carp_style {
	CARP_STYLE_UNKNOWN,   /* heard once */
	CARP_STYLE_CONSTANT,  /* one number for ever: OpenBSD */
	CARP_STYLE_RISING,    /* goes on from what it heard: FreeBSD, ucarp */
	CARP_STYLE_RANDOM,    /* FreeBSD or ucarp that has heard nobody */
	CARP_STYLE_CANDIDATE, /* one good seal, which may be chance */
	CARP_STYLE_SEALED,    /* ours: refused without a good, new seal */
};

/* carp_senders: who seals; carp_unsealed: who does not.  Written by the data
 * plane after a verified HMAC; by the controller when it restores the first
 * after a restart, or forgets on request. */
struct carp_sender {
	__u64 last;    /* sequence; of an unsealed sender the whole counter */
	__u64 seen_ns; /* boot time; 0: only remembered */
	__u64 alarms;  /* unsealed: counters that look replayed */
	enum carp_style style;
	__u32 pad;
};
CARP_ASSERT_SIZE(struct carp_sender, 32);

enum carp_event_kind {
	CARP_EVENT_ADVERT,   /* verified advertisement */
	CARP_EVENT_OBSERVED, /* advertisement seen in observe mode */
	CARP_EVENT_SOLICIT,  /* solicitation the controller must answer */
	/* Warnings, seldom: what was counted tells how often. */
	CARP_EVENT_CLAIM,  /* a foreign MAC, source_mac, has said it is a VIP */
	CARP_EVENT_ECHO,   /* our own advertisement, reflected */
	CARP_EVENT_VRRP,   /* VRRP with the number of our vhid */
	CARP_EVENT_SEAL,   /* advertisement whose seal does not fit */
	CARP_EVENT_DIGEST, /* advertisement whose digest does not fit */
};

/* carp_events: ring buffer records. */
struct carp_event {
	enum carp_event_kind kind;
	__u8 vhid;
	__u8 family; /* 4 or 6 */
	__u8 advbase;
	__u8 advskew;
	__u8 demote;
	__u8 unicast; /* 1: was not sent to a multicast group */
	__u8 source_mac[CARP_MAC_SIZE];
	__u64 time_ns;	 /* boot time of arrival */
	__u64 counter;	 /* host order */
	__u8 source[16]; /* IPv4 in the first four bytes */
	__u8 target[16]; /* the VIP asked for or claimed */
};
CARP_ASSERT_OFFSET(struct carp_event, time_ns, 16);
CARP_ASSERT_SIZE(struct carp_event, 64);
