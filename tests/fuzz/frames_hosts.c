/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What hosts on the wire say: ARP, neighbour discovery, and plain packets.
 */
#include <string.h>

#include "frames.h"

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

void frame_arp(struct made *made, const struct stage *stage, struct choices *c)
{
	uint8_t sender_mac[6], ip[4], to[6];

	memcpy(to, broadcast, 6);
	if (once_in(c, 3))
		frame_any_mac(to, stage, c);
	memcpy(sender_mac, stage_host_macs[choose(c, STAGE_HOSTS)], 6);
	if (once_in(c, 4))
		frame_any_mac(sender_mac, stage, c);
	frame_begin(made, c, to, sender_mac, CARP_ETH_ARP);
	frame_add(made, (const uint8_t[]){ 0, 1, 8, 0, 6, 4 }, 6);
	frame_add16(made,
		    once_in(c, 4) ? (uint16_t)choose(c, 4) : CARP_ARP_REQUEST);
	if (once_in(c, 6))
		frame_any_mac(sender_mac, stage, c);
	frame_add(made, sender_mac, 6);
	memcpy(ip, stage_hosts4[choose(c, STAGE_HOSTS)], 4);
	if (once_in(c, 4))
		frame_any4(ip, stage, c);
	frame_add(made, ip, 4);
	frame_fill(made, 0, 6);
	frame_any4(ip, stage, c);
	frame_add(made, ip, 4);
	if (once_in(c, 3))
		frame_fill(made, 0, 18); /* up to the least of Ethernet */
}

static void add_option(struct made *made, const struct stage *stage,
		       struct choices *c, uint8_t type, uint8_t length)
{
	uint8_t mac[6];

	frame_any_mac(mac, stage, c);
	frame_add(made, &type, 1);
	frame_add(made, &length, 1);
	frame_add(made, mac, 6);
	if (length > 1)
		frame_fill(made, 0, (uint32_t)(length - 1) * 8);
}

static void add_options(struct made *made, const struct stage *stage,
			struct choices *c)
{
	uint32_t count = once_in(c, 4) ? choose(c, 11) : 1;

	for (; count; count--)
		add_option(made, stage, c,
			   once_in(c, 3) ? (uint8_t)choose(c, 16)
					 : CARP_ND_SOURCE_LLADDR,
			   once_in(c, 8) ? (uint8_t)choose(c, 4) : 1);
}

/* Solicitations, probes and advertisements; to the group of the target, or
 * wherever. */
void frame_neighbour(struct made *made, const struct stage *stage,
		     struct choices *c)
{
	uint8_t source[16], to[16] = { 0xff, 2, [11] = 1, [12] = 0xff };
	uint8_t target[16], to_mac[6] = { 0x33, 0x33, 0xff };
	const bool advertises = once_in(c, 4), bare = once_in(c, 6);
	const uint8_t start[8] = { advertises ? CARP_ND_ADVERT
					      : CARP_ND_SOLICIT };
	uint32_t icmp;

	frame_any6(target, stage, c);
	memcpy(source, stage_hosts6[choose(c, STAGE_HOSTS)], 16);
	if (once_in(c, 6))
		memset(source, 0, 16);
	memcpy(to + 13, target + 13, 3);
	memcpy(to_mac + 3, target + 13, 3);
	if (once_in(c, 4)) {
		frame_any6(to, stage, c);
		frame_any_mac(to_mac, stage, c);
	}
	frame_begin(made, c, to_mac, stage_host_macs[choose(c, STAGE_HOSTS)],
		    CARP_ETH_IPV6);
	frame_ip6(made, source, to, CARP_IP_ICMPV6,
		  once_in(c, 16) ? (uint8_t)choose(c, 256) : CARP_TTL, 0);
	icmp = made->size;
	frame_add(made, start, sizeof(start));
	frame_add(made, target, 16);
	if (!bare)
		add_options(made, stage, c);
	frame_put16(made->bytes + icmp - 36, (uint16_t)(made->size - icmp));
	frame_sum6(made, icmp);
	if (once_in(c, 8))
		frame_fill(made, 0, choose(c, 20));
}

static void add_payload(struct made *made, struct choices *c, uint32_t length)
{
	frame_fill(made, (uint8_t)choose(c, 256), length);
}

void frame_data(struct made *made, const struct stage *stage, struct choices *c)
{
	static const uint8_t protocols[4] = { 17, 6, 1, 47 };
	uint8_t from4[4], to4[4], from6[16], to6[16], to[6];
	uint32_t length = once_in(c, 8) ? choose(c, 2000) : choose(c, 64);
	const uint8_t *from = stage_host_macs[choose(c, STAGE_HOSTS)];

	frame_any_mac(to, stage, c);
	if (once_in(c, 2))
		carp_vmac_fill(to, frame_group(stage, c)->vhid);
	frame_any4(to4, stage, c);
	frame_any6(to6, stage, c);
	if (once_in(c, 8)) {
		to4[0] = 0xe0;
		to6[0] = 0xff;
	}
	memcpy(from4, stage_hosts4[choose(c, STAGE_HOSTS)], 4);
	memcpy(from6, stage_hosts6[choose(c, STAGE_HOSTS)], 16);
	from4[3] = (uint8_t)choose(c, 256);
	from6[15] = (uint8_t)choose(c, 256);
	if (choose(c, 2)) {
		frame_begin(made, c, to, from, CARP_ETH_IPV6);
		frame_ip6(made, from6, to6, protocols[choose(c, 4)], 64,
			  length);
	} else {
		frame_begin(made, c, to, from, CARP_ETH_IPV4);
		frame_ip4(made, from4, to4, protocols[choose(c, 4)], 64, 0,
			  length);
	}
	add_payload(made, c, length);
}
