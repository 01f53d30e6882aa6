/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The CARP advertisement as it is on the wire: 36 bytes behind an IPv4 or
 * IPv6 header with protocol 112.  No RFC exists; the source of every rule here
 * is OpenBSD's sys/netinet/ip_carp.{h,c}, which FreeBSD, NetBSD and ucarp
 * share.
 */
#pragma once

#include "types.h"

enum carp_wire {
	CARP_PROTOCOL = 112,	  /* shared with VRRP */
	CARP_TTL = 255,		  /* TTL and hop limit, sent and required */
	CARP_VERSION_TYPE = 0x21, /* version 2, type 1 (advertisement) */
	CARP_VERSION = 2,
	CARP_TYPE_ADVERT = 1,
	CARP_VRRP_VERSION3 = 3,
	CARP_AUTHLEN = 7, /* counter and digest in 32-bit words */
	CARP_HEADER_SIZE = 36,
	CARP_DIGEST_SIZE = 20,
	CARP_PASSPHRASE_MAX = 19, /* bytes; BSD cuts longer ones silently */
	CARP_VHID_MIN = 1,
	CARP_VHID_MAX = 255,
	CARP_ADVSKEW_MAX = 254,	    /* 255 is the bow-out */
	CARP_ADVSKEW_DEMOTED = 240, /* ceiling of advskew + demotion, FreeBSD */
	CARP_BOW_OUT = 255,	    /* advbase and advskew of the last advert */
	CARP_TOS = 0x10,	    /* IPv4 type of service: low delay */
	CARP_INTERVAL_FLOOR_US = 3906, /* advbase 0, advskew 0 (1/256 s) */
};

/* One advertisement; every field in network order. */
struct carp_header {
	__u8 version_type; /* 0x21 */
	__u8 vhid;	   /* 1..255 */
	__u8 advskew;	   /* 0..254, in 1/256 s; 255 in a bow-out */
	__u8 authlen;	   /* 7; checked by nobody */
	__u8 demote;	   /* OpenBSD demotion count; 0 elsewhere */
	__u8 advbase;	   /* seconds; 255 in a bow-out */
	__be16 checksum;   /* over these 36 bytes, no pseudo-header */
	__u8 counter[8];   /* high byte first; last part of the HMAC message */
	__u8 digest[CARP_DIGEST_SIZE];
};

CARP_ASSERT_SIZE(struct carp_header, CARP_HEADER_SIZE);
CARP_ASSERT_OFFSET(struct carp_header, checksum, 6);
CARP_ASSERT_OFFSET(struct carp_header, counter, 8);
CARP_ASSERT_OFFSET(struct carp_header, digest, 16);

/* advskew in microseconds: n/256 s, cut off, as every BSD does. */
CARP_INLINE __u32 carp_skew_us(__u8 advskew)
{
	return (__u32)advskew * 1000000u / 256u;
}

/* Time between two advertisements in microseconds: advbase + advskew/256 s,
 * 3906 us if that is nothing (OpenBSD carp_send_ad). */
CARP_INLINE __u64 carp_interval_us(__u8 advbase, __u8 advskew)
{
	__u64 us = (__u64)advbase * 1000000u + carp_skew_us(advskew);

	return us ? us : CARP_INTERVAL_FLOOR_US;
}
