/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Gratuitous ARP and neighbour advertisements.  Pure bytes.
 */
#include "announce.h"
#include "frame.h"

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 0x01 };
static const uint8_t all_nodes_mac[CARP_MAC_SIZE] = { 0x33, 0x33, 0x00,
						      0x00, 0x00, 0x01 };

size_t announce_arp(uint8_t vhid, const uint8_t vip[4], uint16_t operation,
		    uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	uint8_t mac[CARP_MAC_SIZE];
	struct carp_arp arp = {
		.hardware = carp_htons(CARP_ARP_ETHERNET),
		.protocol = carp_htons(CARP_ETH_IPV4),
		.hardware_size = CARP_MAC_SIZE,
		.protocol_size = 4,
		.operation = carp_htons(operation),
	};
	size_t at;

	carp_vmac_fill(mac, vhid);
	memcpy(arp.sender_mac, mac, sizeof(mac));
	memcpy(arp.sender_ip, vip, 4);
	memcpy(arp.target_ip, vip, 4);
	if (operation == CARP_ARP_REPLY)
		memcpy(arp.target_mac, frame_all_hosts_mac, CARP_MAC_SIZE);
	memset(out, 0, ANNOUNCE_ARP_SIZE);
	at = frame_ethernet(out, frame_all_hosts_mac, mac, CARP_ETH_ARP);
	memcpy(out + at, &arp, sizeof(arp));
	return ANNOUNCE_ARP_SIZE;
}

/* ICMPv6 as laid out behind the IPv6 header, with what the checksum adds. */
struct nd_message {
	uint8_t source[16], destination[16];
	__be32 length, next_header;
	struct carp_ndisc nd;
	struct carp_nd_option option;
};

static void fill_message(const struct announce_nd *nd, struct nd_message *out)
{
	const size_t length = sizeof(out->nd) + sizeof(out->option);
	uint8_t flags = CARP_ND_OVERRIDE;

	if (nd->router)
		flags |= CARP_ND_ROUTER;
	if (nd->to)
		flags |= CARP_ND_SOLICITED;
	*out = (struct nd_message){
		.length = carp_htonl((uint32_t)length),
		.next_header = carp_htonl(CARP_IP_ICMPV6),
		.nd = { .type = CARP_ND_ADVERT, .flags = flags },
		.option = { .type = CARP_ND_TARGET_LLADDR, .length = 1 },
	};
	memcpy(out->source, nd->vip, 16);
	memcpy(out->destination, nd->to ? nd->to : all_nodes, 16);
	memcpy(out->nd.target, nd->vip, 16);
	carp_vmac_fill(out->option.mac, nd->vhid);
	out->nd.checksum =
		carp_csum_finish(carp_csum_words(0, out, sizeof(*out)));
}

size_t announce_na(const struct announce_nd *nd,
		   uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct frame_ip6 ip = {
		.version_class_flow = carp_htonl(0x60000000),
		.next_header = CARP_IP_ICMPV6,
		.hop_limit = CARP_TTL,
	};
	struct nd_message message;
	const size_t length = sizeof(message.nd) + sizeof(message.option);
	size_t at;

	fill_message(nd, &message);
	ip.payload_length = carp_htons((uint16_t)length);
	memcpy(ip.source, message.source, 16);
	memcpy(ip.destination, message.destination, 16);
	at = frame_ethernet(out, nd->to ? nd->to_mac : all_nodes_mac,
			    message.option.mac, CARP_ETH_IPV6);
	at += frame_ipv6(out + at, &ip);
	memcpy(out + at, &message.nd, length);
	return at + length;
}
