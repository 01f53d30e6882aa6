/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: every byte of the frames we build.  Fixed frames are compared whole
 * with bytes written by hand; random ones are taken apart by offsets and all
 * their checksums and digests computed again by other means.
 */
#include "oracle.h"
#include "sample.h"
#include "user/core/advert.h"
#include "user/core/announce.h"

#include <criterion/criterion.h>
#include <string.h>

/* The first vector of carp-protocol.md: key mekmitasdigoat, vhid 1, VIP
 * 192.168.1.1, counter 0123456789abcdef, 1/0. */
#define ADVERT_36 \
	0x21, 0x01, 0x00, 0x07, 0x00, 0x01, 0xb4, 0xea, 0x01, 0x23, 0x45, \
		0x67, 0x89, 0xab, 0xcd, 0xef, 0x6d, 0xde, 0x1a, 0xbd, 0x2d, \
		0x60, 0x4d, 0xbb, 0x93, 0xa5, 0x38, 0x97, 0xd7, 0x27, 0x5e, \
		0xe1, 0x9c, 0x3f, 0xe9, 0xa9

#define VMAC(vhid) 0x00, 0x00, 0x5e, 0x00, 0x01, vhid

static const uint8_t peer_mac[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static struct carp_recipe golden_recipe(void)
{
	static const __u8 vip[1][4] = { { 192, 168, 1, 1 } };
	struct auth_input in = { .key = "mekmitasdigoat",
				 .vhid = 1,
				 .vips4 = vip,
				 .vips4_count = 1 };
	struct carp_recipe recipe;

	auth_prepare_recipe(&in, false, &recipe);
	return recipe;
}

static struct advert golden_advert(uint8_t family)
{
	struct advert ad = { .vhid = 1,
			     .advbase = 1,
			     .counter = 0x0123456789abcdef,
			     .source = { .family = family },
			     .ip_id = 0x1234 };
	static const uint8_t source4[4] = { 192, 168, 1, 9 };
	static const uint8_t source6[16] = { 0xfe,
					     0x80, [8] = 0x02, [15] = 0x09 };

	if (family == 4)
		memcpy(ad.source.bytes, source4, sizeof(source4));
	else
		memcpy(ad.source.bytes, source6, sizeof(source6));
	return ad;
}

static void expect_frame(const struct advert *ad, const uint8_t *want,
			 size_t size)
{
	struct carp_recipe recipe = golden_recipe();
	uint8_t got[ADVERT_SIZE_MAX + 4];

	memset(got, 0xee, sizeof(got));
	cr_assert_eq(advert_build(ad, &recipe, got), size);
	cr_expect_arr_eq(got, want, size);
	cr_expect_eq(got[size], 0xee, "wrote beyond its end");
}

Test(frames, advert4_multicast)
{
	/* IP checksum by hand: 4510 + 0038 + 1234 + 4000 + ff70 + c0a8 + 0109
	 * + e000 + 0012 = 338af, folded 38b2, complement c74d. */
	static const uint8_t want[] = { 0x01, 0x00,    0x5e, 0x00, 0x00,
					0x12, VMAC(1), 0x08, 0x00, 0x45,
					0x10, 0x00,    0x38, 0x12, 0x34,
					0x40, 0x00,    0xff, 0x70, 0xc7,
					0x4d, 192,     168,  1,	   9,
					224,  0,       0,    18,   ADVERT_36 };
	struct advert ad = golden_advert(4);

	expect_frame(&ad, want, ADVERT_SIZE4);
}

Test(frames, advert6_multicast)
{
	static const uint8_t want[] = {
		0x33, 0x33, 0x00, 0x00, 0x00,	  0x12, VMAC(1), 0x86, 0xdd,
		0x60, 0x00, 0x00, 0x00, 0x00,	  0x24, 0x70,	 0xff, 0xfe,
		0x80, 0,    0,	  0,	0,	  0,	0,	 2,    0,
		0,    0,    0,	  0,	0,	  9,	0xff,	 0x02, 0,
		0,    0,    0,	  0,	0,	  0,	0,	 0,    0,
		0,    0,    0,	  0x12, ADVERT_36
	};
	struct advert ad = golden_advert(6);

	expect_frame(&ad, want, ADVERT_SIZE6);
}

Test(frames, advert4_unicast)
{
	static const uint8_t want[] = { 0x02, 0x11,    0x22, 0x33, 0x44,
					0x55, VMAC(1), 0x08, 0x00, 0x45,
					0x10, 0x00,    0x38, 0x12, 0x34,
					0x40, 0x00,    0xff, 0x70, 0xe5,
					0xb0, 192,     168,  1,	   9,
					192,  168,     1,    7,	   ADVERT_36 };
	struct advert ad = golden_advert(4);

	ad.peer = (struct address){ 4, { 192, 168, 1, 7 } };
	memcpy(ad.peer_mac, peer_mac, sizeof(peer_mac));
	expect_frame(&ad, want, ADVERT_SIZE4);
}

Test(frames, advert6_unicast)
{
	static const uint8_t want[] = {
		0x02, 0x11, 0x22, 0x33, 0x44,	  0x55, VMAC(1), 0x86, 0xdd,
		0x60, 0x00, 0x00, 0x00, 0x00,	  0x24, 0x70,	 0xff, 0xfe,
		0x80, 0,    0,	  0,	0,	  0,	0,	 2,    0,
		0,    0,    0,	  0,	0,	  9,	0xfd,	 0x00, 0,
		0,    0,    0,	  0,	0,	  0,	0,	 0,    0,
		0,    0,    0,	  0x07, ADVERT_36
	};
	struct advert ad = golden_advert(6);

	ad.peer = (struct address){ 6, { 0xfd, 0x00, [15] = 7 } };
	memcpy(ad.peer_mac, peer_mac, sizeof(peer_mac));
	expect_frame(&ad, want, ADVERT_SIZE6);
}

static uint32_t read_number(const uint8_t *at, size_t size)
{
	uint32_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

/* The IPv4 header of an advertisement. */
static void check_ip4(const struct advert *ad, const uint8_t *ip)
{
	static const uint8_t group[4] = { 224, 0, 0, 18 };

	cr_expect_eq(ip[0], 0x45);
	cr_expect_eq(ip[1], 0x10);
	cr_expect_eq(read_number(ip + 2, 2), 56);
	cr_expect_eq(read_number(ip + 4, 2), ad->ip_id);
	cr_expect_eq(read_number(ip + 6, 2), 0x4000);
	cr_expect_eq(ip[8], 255);
	cr_expect_eq(ip[9], 112);
	cr_expect_eq(oracle_checksum(ip, 20), 0);
	cr_expect_arr_eq(ip + 12, ad->source.bytes, 4);
	cr_expect_arr_eq(ip + 16, ad->peer.family ? ad->peer.bytes : group, 4);
}

static void check_ip6(const struct advert *ad, const uint8_t *ip)
{
	static const uint8_t group[16] = { 0xff, 0x02, [15] = 0x12 };

	cr_expect_eq(read_number(ip, 4), 0x60000000);
	cr_expect_eq(read_number(ip + 4, 2), 36);
	cr_expect_eq(ip[6], 112);
	cr_expect_eq(ip[7], 255);
	cr_expect_arr_eq(ip + 8, ad->source.bytes, 16);
	cr_expect_arr_eq(ip + 24, ad->peer.family ? ad->peer.bytes : group, 16);
}

static void check_carp(const struct advert *ad, const struct auth_input *in,
		       const uint8_t *carp)
{
	uint8_t message[ORACLE_MESSAGE_MAX], digest[CARP_DIGEST_SIZE];
	size_t size = oracle_message(in, false, ad->counter, message);

	cr_expect_eq(carp[0], 0x21);
	cr_expect_eq(carp[1], ad->vhid);
	cr_expect_eq(carp[2], ad->advskew);
	cr_expect_eq(carp[3], 7);
	cr_expect_eq(carp[4], ad->demote);
	cr_expect_eq(carp[5], ad->advbase);
	cr_expect_eq(oracle_checksum(carp, 36), 0);
	cr_expect_eq((uint64_t)read_number(carp + 8, 4) << 32 |
			     read_number(carp + 12, 4),
		     ad->counter);
	oracle_hmac(in->key, sizeof(in->key), message, size, digest);
	cr_expect_arr_eq(carp + 16, digest, sizeof(digest));
}

static void fill_random(struct sample *s, struct advert *ad)
{
	uint8_t family = sample_below(s, 2) ? 4 : 6;

	sample_fill(s, ad, sizeof(*ad));
	ad->source.family = family;
	ad->peer.family = sample_below(s, 2) ? family : 0;
	ad->vhid = (uint8_t)(1 + sample_below(s, 255));
	ad->source_mac = sample_below(s, 2) ? ad->peer_mac : NULL;
}

Test(frames, random_adverts_parse_back)
{
	static const uint8_t mac[2][6] = { { 0x01, 0, 0x5e, 0, 0, 0x12 },
					   { 0x33, 0x33, 0, 0, 0, 0x12 } };
	struct sample s = { 6 };

	for (int i = 0; i < 3000; i++) {
		__u8 vip[1][4];
		struct auth_input in = { .vips4 = vip, .vips4_count = 1 };
		struct carp_recipe recipe;
		uint8_t f[ADVERT_SIZE_MAX];
		struct advert ad;
		bool v6;

		fill_random(&s, &ad);
		v6 = ad.source.family == 6;
		in.vhid = ad.vhid;
		sample_fill(&s, in.key, sizeof(in.key));
		sample_fill(&s, vip, sizeof(vip));
		auth_prepare_recipe(&in, false, &recipe);
		cr_expect_eq(advert_build(&ad, &recipe, f),
			     v6 ? ADVERT_SIZE6 : ADVERT_SIZE4);
		cr_expect_arr_eq(f, ad.peer.family ? ad.peer_mac : mac[v6], 6);
		if (ad.source_mac)
			cr_expect_arr_eq(f + 6, ad.source_mac, 6);
		else
			cr_expect_eq(carp_vmac_vhid(f + 6), ad.vhid);
		cr_expect_eq(read_number(f + 12, 2), v6 ? 0x86dd : 0x0800);
		if (v6)
			check_ip6(&ad, f + 14);
		else
			check_ip4(&ad, f + 14);
		check_carp(&ad, &in, f + (v6 ? 54 : 34));
	}
}

Test(frames, gratuitous_arp)
{
	static const uint8_t vip[4] = { 192, 0, 2, 77 };
	static const uint8_t want[60] = {
		0xff, 0xff,	 0xff, 0xff, 0xff, 0xff, VMAC(200), 0x08,
		0x06, 0x00,	 0x01, 0x08, 0x00, 6,	 4,	    0x00,
		0x01, VMAC(200), 192,  0,    2,	   77,	 0,	    0,
		0,    0,	 0,    0,    192,  0,	 2,	    77
	};
	uint8_t got[ANNOUNCE_SIZE_MAX], reply[60];

	memset(got, 0xee, sizeof(got));
	cr_assert_eq(announce_arp(200, vip, CARP_ARP_REQUEST, got), 60);
	cr_expect_arr_eq(got, want, 60);
	memcpy(reply, want, sizeof(reply));
	reply[21] = 2;
	memset(reply + 32, 0xff, 6); /* its target is everybody */
	cr_assert_eq(announce_arp(200, vip, CARP_ARP_REPLY, got), 60);
	cr_expect_arr_eq(got, reply, 60);
	cr_expect_eq(got[60], 0xee, "wrote beyond its end");
}

static const uint8_t nd_vip[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x77 };

Test(frames, unsolicited_neighbour_advertisement)
{
	static const uint8_t want[86] = {
		0x33, 0x33, 0,	  0,	0,    1,      VMAC(7), 0x86, 0xdd, 0x60,
		0,    0,    0,	  0,	32,   58,     255,     0x20, 0x01, 0x0d,
		0xb8, 0,    0,	  0,	0,    0,      0,       0,    0,	   0,
		0,    0,    0x77, 0xff, 0x02, 0,      0,       0,    0,	   0,
		0,    0,    0,	  0,	0,    0,      0,       0,    0x01, 136,
		0,    0x9b, 0x38, 0x20, 0,    0,      0,       0x20, 0x01, 0x0d,
		0xb8, 0,    0,	  0,	0,    0,      0,       0,    0,	   0,
		0,    0,    0x77, 2,	1,    VMAC(7)
	};
	struct announce_nd nd = { .vhid = 7, .vip = nd_vip };
	uint8_t got[ANNOUNCE_SIZE_MAX];

	cr_assert_eq(announce_na(&nd, got), sizeof(want));
	cr_expect_arr_eq(got, want, sizeof(want));
	cr_expect_eq(oracle_checksum6(want + 22, want + 38, 58, want + 54, 32),
		     0);
}

Test(frames, random_neighbour_advertisements_parse_back)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	struct sample s = { 7 };

	for (int i = 0; i < 3000; i++) {
		uint8_t vip[16], to[16], to_mac[6], f[ANNOUNCE_SIZE_MAX];
		struct announce_nd nd = { .vip = vip };
		bool answer = sample_below(&s, 2);

		sample_fill(&s, vip, sizeof(vip));
		sample_fill(&s, to, sizeof(to));
		sample_fill(&s, to_mac, sizeof(to_mac));
		nd.vhid = (uint8_t)(1 + sample_below(&s, 255));
		nd.router = sample_below(&s, 2);
		nd.to = answer ? to : NULL;
		nd.to_mac = answer ? to_mac : NULL;
		cr_assert_eq(announce_na(&nd, f), 86);
		cr_expect_arr_eq(f, answer ? to_mac : all_nodes_mac, 6);
		cr_expect_eq(carp_vmac_vhid(f + 6), nd.vhid);
		cr_expect_eq(read_number(f + 12, 2), 0x86dd);
		cr_expect_eq(read_number(f + 14, 4), 0x60000000);
		cr_expect_eq(read_number(f + 18, 4), 0x00203aff);
		cr_expect_arr_eq(f + 22, vip, 16);
		cr_expect_arr_eq(f + 38, answer ? to : all_nodes, 16);
		cr_expect_eq(read_number(f + 54, 2), 136 << 8);
		cr_expect_eq(read_number(f + 58, 4),
			     (nd.router ? 0x80000000 : 0) |
				     (answer ? 0x40000000 : 0) | 0x20000000);
		cr_expect_arr_eq(f + 62, vip, 16);
		cr_expect_eq(read_number(f + 78, 2), 0x0201);
		cr_expect_eq(carp_vmac_vhid(f + 80), nd.vhid);
		cr_expect_eq(oracle_checksum6(f + 22, f + 38, 58, f + 54, 32),
			     0);
	}
}

Test(frames, virtual_mac)
{
	static const uint8_t want[6] = { VMAC(42) };
	uint8_t mac[6];

	carp_vmac_fill(mac, 42);
	cr_expect_arr_eq(mac, want, 6);
	cr_expect_eq(carp_vmac_vhid(mac), 42);
	for (int bit = 0; bit < 40; bit++) {
		memcpy(mac, want, 6);
		mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_eq(carp_vmac_vhid(mac), 0, "bit %d", bit);
	}
}
