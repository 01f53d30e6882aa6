/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds ARP and neighbour discovery frames, and the answers the data plane
 * has to give, from RFC 826 and RFC 4861 and never from its code.
 */
#include "packets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct packet arp_packet(uint16_t operation, const uint8_t *sender_mac,
			 const char *sender, const uint8_t *target_mac,
			 const char *target)
{
	static const uint8_t start[6] = { 0, 1, 8, 0, 6, 4 };
	uint8_t op[2], address[16];
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_BROADCAST, sender_mac, 0x0806);
	packet_add(&p, start, sizeof(start));
	put16(op, operation);
	packet_add(&p, op, 2);
	packet_add(&p, sender_mac, 6);
	parse_address(sender, address);
	packet_add(&p, address, 4);
	packet_add(&p, target_mac, 6);
	parse_address(target, address);
	packet_add(&p, address, 4);
	return p;
}

struct packet arp_reply(const struct packet *request, uint8_t vhid)
{
	/* Offsets from the end: the tags in front do not matter. */
	const uint8_t *arp = request->bytes + request->size - 28;
	struct packet p = *request;
	uint8_t *out = p.bytes + p.size - 28;

	memcpy(p.bytes, arp + 8, 6);
	vmac(p.bytes + 6, vhid);
	put16(out + 6, 2);
	vmac(out + 8, vhid);
	memcpy(out + 14, arp + 24, 4);
	memcpy(out + 18, arp + 8, 10);
	return p;
}

struct neighbour solicit_default(const char *target)
{
	struct neighbour n = {
		.type = 135,
		.hop_limit = 255,
		.source = "fe80::99",
		.target = target,
	};
	static char group[] = "ff02::1:ff00:0000";
	uint8_t address[16];

	parse_address(target, address);
	snprintf(group, sizeof(group), "ff02::1:ff%02x:%02x%02x", address[13],
		 address[14], address[15]);
	n.destination = group;
	memcpy(n.source_mac, MAC_HOST, 6);
	n.destination_mac[0] = n.destination_mac[1] = 0x33;
	n.destination_mac[2] = 0xff;
	memcpy(n.destination_mac + 3, address + 13, 3);
	return n;
}

/* Adds an option of `units` times eight bytes; `bytes` are its first six. */
void neighbour_option(struct neighbour *n, uint8_t type, uint8_t units,
		      const uint8_t *bytes)
{
	uint8_t *option = n->options + n->options_size;

	if (n->options_size + 8 * (size_t)units > sizeof(n->options))
		abort();
	option[0] = type;
	option[1] = units;
	memcpy(option + 2, bytes, 6);
	n->options_size += units ? 8 * (size_t)units : 8;
}

struct packet neighbour_packet(const struct neighbour *n)
{
	uint16_t length = (uint16_t)(24 + n->options_size);
	uint8_t icmp[24 + sizeof(n->options)] = { n->type, n->code };
	uint8_t pseudo[32];
	struct packet p = { 0 };
	uint32_t start;

	icmp[4] = n->flags;
	parse_address(n->target, icmp + 8);
	memcpy(icmp + 24, n->options, n->options_size);
	parse_address(n->source, pseudo);
	parse_address(n->destination, pseudo + 16);
	start = (uint16_t)~sum16(length + 58u, pseudo, 32);
	put16(icmp + 2, sum16(start, icmp, length));
	if (n->bad_checksum)
		icmp[3] ^= 1;
	packet_ethernet(&p, n->destination_mac, n->source_mac, 0x86dd);
	packet_ip6(&p, n->source, n->destination, 58, n->hop_limit, length);
	packet_add(&p, icmp, length);
	packet_pad(&p, p.size + n->padding);
	return p;
}

struct packet neighbour_reply(const struct neighbour *n, uint8_t vhid,
			      bool router)
{
	static const uint8_t all_nodes[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	bool probe = !strcmp(n->source, "::");
	struct neighbour r = {
		.type = 136,
		.hop_limit = 255,
		.flags = (uint8_t)(0x20 | (probe ? 0 : 0x40) |
				   (router ? 0x80 : 0)),
		.source = n->target,
		.destination = probe ? "ff02::1" : n->source,
		.target = n->target,
	};
	struct packet p;

	memcpy(r.destination_mac, probe ? all_nodes : n->source_mac, 6);
	vmac(r.source_mac, vhid);
	if (n->options_size)
		neighbour_option(&r, 2, 1, r.source_mac);
	p = neighbour_packet(&r);
	packet_pad(&p, 14 + 40 + 24 + n->options_size + n->padding);
	return p;
}
