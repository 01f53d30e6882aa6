/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames for a host: right ones of every kind the data plane knows, with
 * digests and seals that fit, and then broken in one place or two.
 */
#pragma once

#include "stage.h"

enum {
	FRAME_MAX = 2400,
	FRAME_RING = 8, /* frames kept to be sent again */
};

struct made {
	uint8_t bytes[FRAME_MAX];
	uint32_t size;
	uint32_t network; /* offset of the network header */
	uint32_t carp;	  /* offset of an advertisement, 0: none */
};

/* What was sent before, for replays. */
struct past {
	struct made frames[FRAME_RING];
	uint32_t count;
};

/* A frame to be received; moves the sequences of the stage's groups. */
void frame_make(struct made *made, struct stage *stage, struct past *past,
		struct choices *c);
/* A frame on its way out: of our groups, more often than of others. */
void frame_make_sent(struct made *made, struct stage *stage, struct choices *c);
/* Changes it in one place. */
void frame_break(struct made *made, struct choices *c);

/* Inside: kinds, frames_advert.c and frames_hosts.c for frames.c. */
void frame_add(struct made *made, const void *bytes, uint32_t size);
void frame_add16(struct made *made, uint16_t value);
void frame_fill(struct made *made, uint8_t byte, uint32_t size);
void frame_put16(uint8_t *at, uint16_t value);
/* RFC 1071, what a checksum field has to hold; `start` is an unfolded sum. */
uint16_t frame_sum(uint32_t start, const uint8_t *bytes, uint32_t size);
/* Addresses, perhaps tags, and the type. */
void frame_begin(struct made *made, struct choices *c, const uint8_t *to,
		 const uint8_t *from, uint16_t type);
void frame_ip4(struct made *made, const uint8_t *from, const uint8_t *to,
	       uint8_t protocol, uint8_t ttl, uint32_t options,
	       uint32_t length);
void frame_ip6(struct made *made, const uint8_t *from, const uint8_t *to,
	       uint8_t next, uint8_t hop_limit, uint32_t length);
/* Makes the sums of an advertisement right again. */
void frame_resum(struct made *made);
/* The sum of an ICMPv6 message that was written from `icmp` on. */
void frame_sum6(struct made *made, uint32_t icmp);

const struct stage_group *frame_group(const struct stage *stage,
				      struct choices *c);
/* A host's MAC, the NIC's, a virtual one in either form, or any. */
void frame_any_mac(uint8_t mac[6], const struct stage *stage,
		   struct choices *c);
void frame_any4(uint8_t address[4], const struct stage *stage,
		struct choices *c);
void frame_any6(uint8_t address[16], const struct stage *stage,
		struct choices *c);

void frame_advert(struct made *made, struct stage *stage, struct choices *c);
void frame_vrrp(struct made *made, const struct stage *stage,
		struct choices *c);
void frame_arp(struct made *made, const struct stage *stage, struct choices *c);
void frame_neighbour(struct made *made, const struct stage *stage,
		     struct choices *c);
void frame_data(struct made *made, const struct stage *stage,
		struct choices *c);
