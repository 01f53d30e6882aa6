/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Headers every frame we build begins with.
 */
#pragma once

#include "carp/csum.h"
#include "carp/net.h"
#include "carp/wire.h"

#include <stdint.h>
#include <string.h>

struct frame_ip4 {
	uint8_t version_ihl;
	uint8_t tos;
	__be16 total_length;
	__be16 id;
	__be16 fragment;
	uint8_t ttl;
	uint8_t protocol;
	__be16 checksum;
	uint8_t source[4];
	uint8_t destination[4];
};
CARP_ASSERT_SIZE(struct frame_ip4, 20);

struct frame_ip6 {
	__be32 version_class_flow;
	__be16 payload_length;
	uint8_t next_header;
	uint8_t hop_limit;
	uint8_t source[16];
	uint8_t destination[16];
};
CARP_ASSERT_SIZE(struct frame_ip6, 40);

static const uint8_t frame_all_hosts_mac[CARP_MAC_SIZE] = { 0xff, 0xff, 0xff,
							    0xff, 0xff, 0xff };

/* Ethernet header; the bytes written. */
static inline size_t frame_ethernet(uint8_t *out, const uint8_t *destination,
				    const uint8_t *source, uint16_t ethertype)
{
	memcpy(out, destination, CARP_MAC_SIZE);
	memcpy(out + CARP_MAC_SIZE, source, CARP_MAC_SIZE);
	out[12] = (uint8_t)(ethertype >> 8);
	out[13] = (uint8_t)ethertype;
	return CARP_ETH_SIZE;
}

/* IPv6 header; the bytes written. */
static inline size_t frame_ipv6(uint8_t *out, const struct frame_ip6 *ip)
{
	memcpy(out, ip, sizeof(*ip));
	return sizeof(*ip);
}
