/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Advertisement frames.  Pure bytes: chooses nothing, sends nothing.
 */
#include "advert.h"
#include "frame.h"

enum {
	IP_DONT_FRAGMENT = 0x4000,
	IP_VERSION_IHL = 0x45
};

static const uint8_t group4[4] = { 224, 0, 0, 18 };
static const uint8_t group4_mac[CARP_MAC_SIZE] = { 0x01, 0x00, 0x5e,
						   0x00, 0x00, 0x12 };
static const uint8_t group6[16] = { 0xff, 0x02, [15] = 0x12 };
static const uint8_t group6_mac[CARP_MAC_SIZE] = { 0x33, 0x33, 0x00,
						   0x00, 0x00, 0x12 };

static void put_digest(const __u32 words[5], uint8_t *out)
{
	for (int i = 0; i < 5; i++) {
		__be32 word = carp_htonl(words[i]);

		memcpy(out + 4 * i, &word, sizeof(word));
	}
}

void advert_header(const struct advert *ad, const struct carp_recipe *recipe,
		   struct carp_header *out)
{
	__u32 digest[5];

	*out = (struct carp_header){
		.version_type = CARP_VERSION_TYPE,
		.vhid = ad->vhid,
		.advskew = ad->advskew,
		.authlen = CARP_AUTHLEN,
		.demote = ad->demote,
		.advbase = ad->advbase,
	};
	for (int i = 0; i < 8; i++)
		out->counter[i] = (uint8_t)(ad->counter >> (56 - 8 * i));
	carp_hmac_finish(recipe, ad->counter, digest);
	put_digest(digest, out->digest);
	out->checksum = carp_csum_finish(carp_csum_words(0, out, sizeof(*out)));
}

static size_t put_ip4(const struct advert *ad, uint8_t *out)
{
	struct frame_ip4 ip = {
		.version_ihl = IP_VERSION_IHL,
		.tos = CARP_TOS,
		.total_length = carp_htons(sizeof(ip) + CARP_HEADER_SIZE),
		.id = carp_htons(ad->ip_id),
		.fragment = carp_htons(IP_DONT_FRAGMENT),
		.ttl = CARP_TTL,
		.protocol = CARP_PROTOCOL,
	};

	memcpy(ip.source, ad->source.bytes, 4);
	memcpy(ip.destination, ad->peer.family ? ad->peer.bytes : group4, 4);
	ip.checksum = carp_csum_finish(carp_csum_words(0, &ip, sizeof(ip)));
	memcpy(out, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t put_ip6(const struct advert *ad, uint8_t *out)
{
	struct frame_ip6 ip = {
		.version_class_flow = carp_htonl(0x60000000),
		.payload_length = carp_htons(CARP_HEADER_SIZE),
		.next_header = CARP_PROTOCOL,
		.hop_limit = CARP_TTL,
	};

	memcpy(ip.source, ad->source.bytes, 16);
	memcpy(ip.destination, ad->peer.family ? ad->peer.bytes : group6, 16);
	return frame_ipv6(out, &ip);
}

size_t advert_build(const struct advert *ad, const struct carp_recipe *recipe,
		    uint8_t out[static ADVERT_SIZE_MAX])
{
	bool v4 = ad->source.family == 4;
	const uint8_t *destination = v4 ? group4_mac : group6_mac;
	uint8_t source[CARP_MAC_SIZE];
	struct carp_header header;
	size_t at;

	if (ad->peer.family)
		destination = ad->peer_mac;
	carp_vmac_fill(source, ad->vhid);
	at = frame_ethernet(out, destination,
			    ad->source_mac ? ad->source_mac : source,
			    v4 ? CARP_ETH_IPV4 : CARP_ETH_IPV6);
	at += v4 ? put_ip4(ad, out + at) : put_ip6(ad, out + at);
	advert_header(ad, recipe, &header);
	memcpy(out + at, &header, sizeof(header));
	return at + sizeof(header);
}
