/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds the frames that tell neighbours where a virtual IP is now.
 */
#pragma once

#include "carp/net.h"
#include "settings.h"

enum announce_sizes {
	ANNOUNCE_ARP_SIZE = 60, /* padded to Ethernet's minimum */
	ANNOUNCE_ND_SIZE = CARP_ETH_SIZE + 40 + 24 + CARP_ND_OPTION_SIZE,
	ANNOUNCE_SIZE_MAX = ANNOUNCE_ND_SIZE,
};

/* Gratuitous ARP, to all: operation is CARP_ARP_REQUEST (RFC 5227) or
 * CARP_ARP_REPLY.  The length. */
size_t announce_arp(uint8_t vhid, const uint8_t vip[4], uint16_t operation,
		    uint8_t out[static ANNOUNCE_SIZE_MAX]);

/* An ordinary request of the VIP's, to all, for a router's address: whoever
 * ignores gratuitous ARP learns from it. */
size_t announce_arp_ask(uint8_t vhid, const uint8_t vip[4],
			const uint8_t router[4],
			uint8_t out[static ANNOUNCE_SIZE_MAX]);

/* The same over IPv6: a solicitation with our address as its source's. */
size_t announce_ns(uint8_t vhid, const uint8_t vip[16],
		   const uint8_t router[16],
		   uint8_t out[static ANNOUNCE_SIZE_MAX]);

/* Where a neighbour advertisement goes. */
struct announce_nd {
	uint8_t vhid;
	bool router;
	uint8_t balancing;	   /* decides which MAC is told */
	const uint8_t *source_mac; /* NULL: the virtual MAC */
	const uint8_t *vip;
	/* NULL: unsolicited, to all nodes; else an answer to this host. */
	const uint8_t *to;
	const uint8_t *to_mac;
};

size_t announce_na(const struct announce_nd *nd,
		   uint8_t out[static ANNOUNCE_SIZE_MAX]);
