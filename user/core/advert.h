/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds whole advertisement frames, Ethernet header first.
 */
#pragma once

#include "carp/hmac.h"
#include "carp/net.h"
#include "settings.h"

enum advert_sizes {
	ADVERT_SIZE4 = CARP_ETH_SIZE + 20 + CARP_HEADER_SIZE,
	ADVERT_SIZE6 = CARP_ETH_SIZE + 40 + CARP_HEADER_SIZE,
	ADVERT_SIZE_MAX = ADVERT_SIZE6,
};

struct advert {
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t demote;
	uint64_t counter;
	struct address source; /* its family is the frame's */
	/* family 0: the multicast group; else a peer with its MAC */
	struct address peer;
	uint8_t peer_mac[CARP_MAC_SIZE];
	const uint8_t *source_mac; /* NULL: the virtual MAC */
	uint16_t ip_id;		   /* IPv4 only */
};

/* The 36 bytes alone. */
void advert_header(const struct advert *advert,
		   const struct carp_recipe *recipe, struct carp_header *out);
/* The whole frame; its length. */
size_t advert_build(const struct advert *advert,
		    const struct carp_recipe *recipe,
		    uint8_t out[static ADVERT_SIZE_MAX]);
