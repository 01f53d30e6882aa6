/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The frames; every one but the unrelated ones concerns vhid 3. */
#include "frames.h"

#include <string.h>

enum frames_numbers {
	SEQUENCE = 100000000
};

struct packet frame_tcp(void)
{
	static const uint8_t syn[32] = { 0xc0, 0x00,	    0x00,
					 0x50, [12] = 0x80, 0x10 };
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x0800);
	packet_ip4(&p, "192.168.1.50", "192.168.1.60", 6, 64, sizeof(syn));
	packet_add(&p, syn, sizeof(syn));
	return p;
}

struct packet frame_vmac(void)
{
	struct packet p = frame_tcp();

	vmac(p.bytes, advert_default().vhid);
	return p;
}

struct packet frame_arp(void)
{
	static const uint8_t nobody[6];

	return arp_packet(1, MAC_HOST, "192.168.1.50", nobody, FRAMES_VIP4);
}

struct packet frame_nd(void)
{
	struct neighbour n = solicit_default(FRAMES_VIP6);

	neighbour_option(&n, 1, 1, MAC_HOST);
	return neighbour_packet(&n);
}

struct packet frame_advert(void)
{
	struct advert a = advert_default();

	return advert_packet(&a);
}

struct packet frame_advert_ttl(void)
{
	struct advert a = advert_default();

	a.ttl = 254;
	return advert_packet(&a);
}

struct packet frame_advert_other(void)
{
	struct advert a = advert_default();

	a.vhid = 200;
	return advert_packet(&a);
}

struct packet frame_advert_version(void)
{
	struct advert a = advert_default();

	a.version_type = 0x41;
	return advert_packet(&a);
}

struct packet frame_advert_length(void)
{
	struct advert a = advert_default();
	uint8_t header[ADVERT_SIZE];
	struct packet whole = advert_packet(&a), p = { 0 };

	packet_carp(&a, header);
	packet_ethernet(&p, whole.bytes, whole.bytes + 6, 0x0800);
	packet_ip4(&p, a.source, a.destination, 112, 255, ADVERT_SIZE - 4);
	packet_add(&p, header, ADVERT_SIZE - 4);
	return p;
}

static struct packet sealed(uint64_t sequence)
{
	struct advert a = advert_default();

	advert_seal(&a, sequence);
	return advert_packet(&a);
}

struct packet frame_sealed_before(void)
{
	return sealed(SEQUENCE - 1);
}

struct packet frame_sealed(void)
{
	return sealed(SEQUENCE);
}

struct packet frame_advert_checksum(void)
{
	struct advert a = advert_default();

	a.bad_checksum = true;
	return advert_packet(&a);
}

struct packet frame_forged(void)
{
	struct advert a = advert_default();

	a.bad_digest = true;
	return advert_packet(&a);
}

struct packet frame_forged6(void)
{
	struct advert a = advert_default6();

	a.bad_digest = true;
	return advert_packet(&a);
}

size_t frame_message(uint8_t message[64])
{
	struct advert a = advert_default();
	uint8_t *at = message, address[16];

	*at++ = 2;
	*at++ = 1;
	*at++ = a.vhid;
	parse_address(FRAMES_VIP4, address);
	memcpy(at, address, 4);
	at += 4;
	parse_address(FRAMES_VIP6, address);
	memcpy(at, address, 16);
	at += 16;
	put64(at, a.counter);
	return (size_t)(at + 8 - message);
}
