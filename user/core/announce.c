/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Gratuitous ARP and neighbour advertisements.  Pure bytes.
 */
#include "announce.h"
#include "frame.h"

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 0x01 };
static const uint8_t all_nodes_mac[CARP_MAC_SIZE] = { 0x33, 0x33, 0x00,
						      0x00, 0x00, 0x01 };

/* A frame to all: the VIP at the virtual MAC speaks about an address. */
static size_t put_arp(struct carp_arp *arp, uint8_t vhid, const uint8_t *vip,
		      uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	size_t at;

	arp->hardware = carp_htons(CARP_ARP_ETHERNET);
	arp->protocol = carp_htons(CARP_ETH_IPV4);
	arp->hardware_size = CARP_MAC_SIZE;
	arp->protocol_size = 4;
	carp_vmac_fill(arp->sender_mac, vhid);
	memcpy(arp->sender_ip, vip, 4);
	memset(out, 0, ANNOUNCE_ARP_SIZE);
	at = frame_ethernet(out, frame_all_hosts_mac, arp->sender_mac,
			    CARP_ETH_ARP);
	memcpy(out + at, arp, sizeof(*arp));
	return ANNOUNCE_ARP_SIZE;
}

size_t announce_arp(uint8_t vhid, const uint8_t vip[4], uint16_t operation,
		    uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct carp_arp arp = { .operation = carp_htons(operation) };

	memcpy(arp.target_ip, vip, 4);
	if (operation == CARP_ARP_REPLY)
		memcpy(arp.target_mac, frame_all_hosts_mac, CARP_MAC_SIZE);
	return put_arp(&arp, vhid, vip, out);
}

size_t announce_arp_ask(uint8_t vhid, const uint8_t vip[4],
			const uint8_t router[4],
			uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct carp_arp arp = { .operation = carp_htons(CARP_ARP_REQUEST) };

	memcpy(arp.target_ip, router, 4);
	return put_arp(&arp, vhid, vip, out);
}

/* ICMPv6 as laid out behind the IPv6 header, with what the checksum adds. */
struct nd_message {
	uint8_t source[16], destination[16];
	__be32 length, next_header;
	struct carp_ndisc nd;
	struct carp_nd_option option;
};

/* Completes the message with its checksum and puts the frame together; its
 * source is the MAC that it tells, if none is given. */
static size_t put_nd(struct nd_message *message, const uint8_t *mac,
		     const uint8_t *source_mac,
		     uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct frame_ip6 ip = {
		.version_class_flow = carp_htonl(0x60000000),
		.next_header = CARP_IP_ICMPV6,
		.hop_limit = CARP_TTL,
	};
	const size_t length = sizeof(message->nd) + sizeof(message->option);
	size_t at;

	message->length = carp_htonl((uint32_t)length);
	message->next_header = carp_htonl(CARP_IP_ICMPV6);
	message->option.length = 1;
	message->nd.checksum =
		carp_csum_finish(carp_csum_words(0, message, sizeof(*message)));
	ip.payload_length = carp_htons((uint16_t)length);
	memcpy(ip.source, message->source, 16);
	memcpy(ip.destination, message->destination, 16);
	at = frame_ethernet(out, mac,
			    source_mac ? source_mac : message->option.mac,
			    CARP_ETH_IPV6);
	at += frame_ipv6(out + at, &ip);
	memcpy(out + at, &message->nd, length);
	return at + length;
}

size_t announce_na(const struct announce_nd *nd,
		   uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct nd_message message = {
		.nd = { .type = CARP_ND_ADVERT, .flags = CARP_ND_OVERRIDE },
		.option = { .type = CARP_ND_TARGET_LLADDR },
	};

	if (nd->router)
		message.nd.flags |= CARP_ND_ROUTER;
	if (nd->to)
		message.nd.flags |= CARP_ND_SOLICITED;
	memcpy(message.source, nd->vip, 16);
	memcpy(message.destination, nd->to ? nd->to : all_nodes, 16);
	memcpy(message.nd.target, nd->vip, 16);
	carp_share_mac(message.option.mac, nd->vhid, nd->balancing);
	return put_nd(&message, nd->to ? nd->to_mac : all_nodes_mac,
		      nd->source_mac, out);
}

size_t announce_ns(uint8_t vhid, const uint8_t vip[16],
		   const uint8_t router[16],
		   uint8_t out[static ANNOUNCE_SIZE_MAX])
{
	struct nd_message message = {
		.destination = { 0xff, 0x02, [11] = 0x01, 0xff },
		.nd = { .type = CARP_ND_SOLICIT },
		.option = { .type = CARP_ND_SOURCE_LLADDR },
	};
	uint8_t mac[CARP_MAC_SIZE] = { 0x33, 0x33, 0xff };

	memcpy(message.source, vip, 16);
	memcpy(message.destination + 13, router + 13, 3);
	memcpy(mac + 3, router + 13, 3);
	memcpy(message.nd.target, router, 16);
	carp_vmac_fill(message.option.mac, vhid);
	return put_nd(&message, mac, NULL, out);
}
