/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds frames from bytes: Ethernet, IP, advertisements, ARP.  It never
 * includes the headers of the data plane; nettle does the digests.
 */
#include "packets.h"

#include <arpa/inet.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

const uint8_t MAC_HOST[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
const uint8_t MAC_BROADCAST[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
const uint8_t MAC_NIC[6] = { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc };

void put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void put64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* RFC 1071 word by word; `start` is an unfolded sum. */
uint16_t sum16(uint32_t start, const void *bytes, size_t size)
{
	const uint8_t *b = bytes;
	uint32_t sum = start;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)b[i] << 8 | (i + 1 < size ? b[i + 1] : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

bool parse_address(const char *text, uint8_t address[16])
{
	memset(address, 0, 16);
	if (inet_pton(AF_INET, text, address) == 1)
		return false;
	if (inet_pton(AF_INET6, text, address) != 1)
		abort();
	return true;
}

void vmac(uint8_t mac[6], uint8_t vhid)
{
	const uint8_t bytes[6] = { 0x00, 0x00, 0x5e, 0x00, 0x01, vhid };

	memcpy(mac, bytes, 6);
}

void packet_add(struct packet *p, const void *bytes, size_t size)
{
	if (p->size + size > sizeof(p->bytes))
		abort();
	memcpy(p->bytes + p->size, bytes, size);
	p->size += size;
}

void packet_hex(struct packet *p, const char *hex)
{
	char pair[3] = { 0 };

	for (; hex[0] && hex[1]; hex += 2) {
		uint8_t byte;

		memcpy(pair, hex, 2);
		byte = (uint8_t)strtoul(pair, NULL, 16);
		packet_add(p, &byte, 1);
	}
}

void packet_pad(struct packet *p, size_t size)
{
	static const uint8_t zeros[PACKET_MAX];

	if (p->size < size)
		packet_add(p, zeros, size - p->size);
}

void packet_tag(struct packet *p, uint16_t type, uint16_t control)
{
	memmove(p->bytes + 16, p->bytes + 12, p->size - 12);
	put16(p->bytes + 12, type);
	put16(p->bytes + 14, control);
	p->size += 4;
}

void packet_ethernet(struct packet *p, const uint8_t *destination,
		     const uint8_t *source, uint16_t type)
{
	uint8_t header[14];

	memcpy(header, destination, 6);
	memcpy(header + 6, source, 6);
	put16(header + 12, type);
	packet_add(p, header, sizeof(header));
}

static void add_ip4(struct packet *p, const struct advert *a, uint8_t protocol,
		    uint16_t length)
{
	size_t size = 20 + 4 * (size_t)a->options;
	uint8_t header[60], address[16];

	memset(header, 1, sizeof(header)); /* option 1: no operation */
	memset(header, 0, 20);
	header[0] = (uint8_t)(0x40 | size / 4);
	header[1] = 0x10;
	put16(header + 2, (uint16_t)(size + length));
	put16(header + 4, 0x1234);
	put16(header + 6, a->fragment);
	header[8] = a->ttl;
	header[9] = protocol;
	parse_address(a->source, address);
	memcpy(header + 12, address, 4);
	parse_address(a->destination, address);
	memcpy(header + 16, address, 4);
	put16(header + 10, sum16(0, header, size));
	packet_add(p, header, size);
}

void packet_ip4(struct packet *p, const char *source, const char *destination,
		uint8_t protocol, uint8_t ttl, uint16_t length)
{
	struct advert a = { .source = source,
			    .destination = destination,
			    .ttl = ttl };

	add_ip4(p, &a, protocol, length);
}

void packet_ip6(struct packet *p, const char *source, const char *destination,
		uint8_t next, uint8_t hop_limit, uint16_t length)
{
	uint8_t header[40] = { 0x60 };

	put16(header + 4, length);
	header[6] = next;
	header[7] = hop_limit;
	parse_address(source, header + 8);
	parse_address(destination, header + 24);
	packet_add(p, header, sizeof(header));
}

struct advert advert_default(void)
{
	struct advert a = {
		.key = "mekmitasdigoat",
		.vhid = 3,
		.advbase = 1,
		.advskew = 20,
		.authlen = 7,
		.version_type = 0x21,
		.counter = 0x0123456789abcdef,
		.vips = { "192.168.1.1", "2001:db8::1" },
		.vips_count = 2,
		.source = "192.168.1.2",
		.destination = "224.0.0.18",
		.ttl = 255,
		.fragment = 0x4000,
	};

	vmac(a.source_mac, a.vhid);
	return a;
}

struct advert advert_default6(void)
{
	struct advert a = advert_default();

	a.source = "fe80::2";
	a.destination = "ff02::12";
	return a;
}

static int compare4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int compare16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void advert_digest(const struct advert *a, uint8_t digest[SHA1_SIZE])
{
	uint8_t vips4[ADVERT_VIPS_MAX][4], vips6[ADVERT_VIPS_MAX][16];
	uint8_t start[3] = { 2, 1, a->vhid }, counter[8], address[16];
	size_t count4 = 0, count6 = 0;
	struct hmac_sha1_ctx hmac;

	for (size_t i = 0; i < a->vips_count; i++)
		if (parse_address(a->vips[i], address))
			memcpy(vips6[count6++], address, 16);
		else
			memcpy(vips4[count4++], address, 4);
	qsort(vips4, count4, 4, compare4);
	qsort(vips6, count6, 16, compare16);
	put64(counter, a->counter);
	hmac_sha1_set_key(&hmac, sizeof(a->key), a->key);
	hmac_sha1_update(&hmac, sizeof(start), start);
	hmac_sha1_update(&hmac, 4 * count4, vips4[0]);
	hmac_sha1_update(&hmac, 16 * count6, vips6[0]);
	hmac_sha1_update(&hmac, sizeof(counter), counter);
	hmac_sha1_digest(&hmac, SHA1_SIZE, digest);
}

void packet_carp(const struct advert *a, uint8_t header[ADVERT_SIZE])
{
	uint8_t pseudo[32];
	uint32_t start = 0;

	memset(header, 0, ADVERT_SIZE);
	header[0] = a->version_type;
	header[1] = a->vhid;
	header[2] = a->advskew;
	header[3] = a->authlen;
	header[4] = a->demote;
	header[5] = a->advbase;
	put64(header + 8, a->counter);
	advert_digest(a, header + 16);
	if (a->bad_digest)
		header[35] ^= 1;
	if (a->pseudo) {
		parse_address(a->source, pseudo);
		parse_address(a->destination, pseudo + 16);
		start = (uint16_t)~sum16(ADVERT_SIZE + 112, pseudo, 32);
	}
	put16(header + 6, sum16(start, header, ADVERT_SIZE));
	if (a->bad_checksum)
		header[6] ^= 0x40;
}

struct packet advert_packet(const struct advert *a)
{
	static const uint8_t group4[6] = { 0x01, 0x00, 0x5e, 0, 0, 0x12 };
	static const uint8_t group6[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };
	uint16_t length = (uint16_t)(ADVERT_SIZE + a->trailing);
	uint8_t header[ADVERT_SIZE], ignored[16];
	struct packet p = { 0 };

	if (parse_address(a->source, ignored)) {
		packet_ethernet(&p, group6, a->source_mac, 0x86dd);
		packet_ip6(&p, a->source, a->destination, 112, a->ttl, length);
	} else {
		packet_ethernet(&p, group4, a->source_mac, 0x0800);
		add_ip4(&p, a, 112, length);
	}
	packet_carp(a, header);
	packet_add(&p, header, sizeof(header));
	packet_pad(&p, p.size + a->trailing);
	return p;
}
