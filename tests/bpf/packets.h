/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames, built byte by byte and digested by nettle: nothing here uses the
 * code under test, so that an error cannot cancel itself out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_limits {
	PACKET_MAX = 4096,
	ADVERT_VIPS_MAX = 64,
	ADVERT_SIZE = 36,
	SHA1_SIZE = 20,
};

struct packet {
	size_t size;
	uint8_t bytes[PACKET_MAX];
};

/* Everything an advertisement is made of; start from advert_default(). */
struct advert {
	uint8_t key[20];
	uint8_t vhid, advbase, advskew, demote, authlen, version_type;
	uint64_t counter;
	const char *vips[ADVERT_VIPS_MAX];
	size_t vips_count;
	const char *source, *destination; /* both IPv4 or both IPv6 */
	uint8_t source_mac[6];
	uint8_t ttl;
	uint16_t fragment; /* IPv4 flags and offset */
	uint8_t options;   /* words of IPv4 options (no-operation) */
	uint16_t trailing; /* zero bytes behind, in the IP payload */
	bool pseudo;	   /* NetBSD's checksum over IPv6 */
	bool bad_checksum, bad_digest;
};

/* Everything a neighbour message is made of. */
struct neighbour {
	uint8_t type, code, hop_limit, flags;
	const char *source, *destination, *target;
	uint8_t source_mac[6], destination_mac[6];
	uint8_t options[128];
	size_t options_size;
	size_t padding; /* Ethernet padding behind the IP packet */
	bool bad_checksum;
};

extern const uint8_t MAC_HOST[6], MAC_BROADCAST[6], MAC_NIC[6];

void packet_add(struct packet *p, const void *bytes, size_t size);
void packet_hex(struct packet *p, const char *hex);
void packet_pad(struct packet *p, size_t size); /* zeros up to size */
/* Inserts a VLAN tag behind the addresses. */
void packet_tag(struct packet *p, uint16_t type, uint16_t control);
void packet_ethernet(struct packet *p, const uint8_t *destination,
		     const uint8_t *source, uint16_t type);
/* An IPv4 header for `length` bytes that follow, 0x45 and a good checksum. */
void packet_ip4(struct packet *p, const char *source, const char *destination,
		uint8_t protocol, uint8_t ttl, uint16_t length);
void packet_ip6(struct packet *p, const char *source, const char *destination,
		uint8_t next, uint8_t hop_limit, uint16_t length);

uint16_t sum16(uint32_t start, const void *bytes, size_t size);
void put16(uint8_t *to, uint16_t value);
void put64(uint8_t *to, uint64_t value);
bool parse_address(const char *text, uint8_t address[16]); /* true: IPv6 */
void vmac(uint8_t mac[6], uint8_t vhid);

struct advert advert_default(void);
/* vhid 3 over IPv6 with the same VIPs and key. */
struct advert advert_default6(void);
void packet_carp(const struct advert *a, uint8_t header[ADVERT_SIZE]);
struct packet advert_packet(const struct advert *a);

/* Seals its counter with this sequence, by the arithmetic of others. */
void advert_seal(struct advert *a, uint64_t sequence);
/* Changed bytes are behind: makes the checksum right again. */
void advert_resum(struct packet *p);

struct packet arp_packet(uint16_t operation, const uint8_t *sender_mac,
			 const char *sender, const uint8_t *target_mac,
			 const char *target);
/* The answer of the virtual MAC to that request. */
struct packet arp_reply(const struct packet *request, uint8_t vhid);

struct neighbour solicit_default(const char *target);
void neighbour_option(struct neighbour *n, uint8_t type, uint8_t units,
		      const uint8_t *bytes);
struct packet neighbour_packet(const struct neighbour *n);
/* What the virtual MAC has to answer, padded to the solicitation's size. */
struct packet neighbour_reply(const struct neighbour *n, uint8_t vhid,
			      bool router);
