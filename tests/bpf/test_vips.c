/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Any number of virtual IPs: the digest costs the same and is right, whether
 * the counter ends in the first block of the tail or in a second one, and
 * each VIP is answered and counted for itself.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	MOST = ADVERT_VIPS_MAX
};

static char names4[MOST][16], names6[MOST][40];

static void set_up(void)
{
	rig_open();
	rig_group(VHID, CARP_ROLE_MASTER);
	for (size_t i = 0; i < MOST; i++) {
		snprintf(names4[i], sizeof(names4[i]), "10.%u.1.%u",
			 (unsigned int)(i * 7 % 5), (unsigned int)(200 - i));
		snprintf(names6[i], sizeof(names6[i]), "2001:db8:%x::%x",
			 (unsigned int)(i * 5 % 3), (unsigned int)(300 - i));
	}
}

TestSuite(vips, .init = set_up, .fini = rig_close);

/* An advertisement with the first so many of each family. */
static struct advert with(size_t count4, size_t count6)
{
	struct advert a = advert_default();

	a.vips_count = 0;
	for (size_t i = 0; i < count4; i++)
		a.vips[a.vips_count++] = names4[i];
	for (size_t i = 0; i < count6; i++)
		a.vips[a.vips_count++] = names6[i];
	return a;
}

static void believed(size_t count4, size_t count6)
{
	struct advert a = with(count4, count6);
	struct packet p = advert_packet(&a);
	struct carp_auth auth;
	uint32_t key = VHID;
	char row[64];

	snprintf(row, sizeof(row), "%zu IPv4 and %zu IPv6", count4, count6);
	rig_trust(&a);
	cr_assert_eq(rig_lookup("carp_auth", &key, &auth), 0);
	cr_assert_eq(auth.recipes[0].blocks,
		     (3 + 4 * count4 + 16 * count6) % 64 > 47 ? 2 : 1, "%s",
		     row);
	expect(row, &p, CARP_V_advert_valid, VHID, NULL);
	a.bad_digest = true;
	p = advert_packet(&a);
	expect(row, &p, CARP_V_advert_digest, VHID, NULL);
	a.bad_digest = false;
	a.vips_count--; /* one VIP short is another group */
	p = advert_packet(&a);
	expect(row, &p, CARP_V_advert_digest, VHID, NULL);
	rig_drain();
}

Test(vips, digest_of_any_number)
{
	for (size_t n = 1; n <= MOST; n++)
		believed(n, 0);
	for (size_t n = 1; n <= MOST; n++)
		believed(0, n);
	for (size_t n = 1; n <= MOST / 2; n++)
		believed(n, MOST / 2);
	believed(11, 0); /* the last that fits one block */
	believed(12, 0);
	believed(32, 32);
}

/* Every byte of the counter reaches the digest, in one block and in two. */
Test(vips, counter_bytes)
{
	for (size_t n = 8; n <= 14; n++)
		for (unsigned int bit = 0; bit < 64; bit += 3) {
			struct advert a = with(n, 0);
			struct packet p;

			rig_trust(&a);
			a.counter = (uint64_t)1 << bit;
			p = advert_packet(&a);
			expect("counter", &p, CARP_V_advert_valid, VHID, NULL);
			rig_drain();
		}
}

Test(vips, each_answered_for_itself)
{
	static const uint8_t nobody[6];

	rig_lease(VHID, UINT64_MAX);
	for (size_t i = 0; i < MOST; i++) {
		rig_vip(names4[i], VHID);
		rig_vip(names6[i], VHID);
	}
	for (size_t i = 0; i < MOST; i++) {
		struct packet in =
			arp_packet(1, MAC_HOST, "10.9.9.9", nobody, names4[i]);
		struct packet out = arp_reply(&in, VHID);
		struct neighbour n = solicit_default(names6[i]);

		expect(names4[i], &in, CARP_V_arp_answered, VHID, &out);
		neighbour_option(&n, 1, 1, MAC_HOST);
		in = neighbour_packet(&n);
		out = neighbour_reply(&n, VHID, false);
		expect(names6[i], &in, CARP_V_ndp_answered, VHID, &out);
	}
	for (size_t i = 0; i < MOST; i++) {
		cr_assert_eq(rig_answered(names4[i]), 1);
		cr_assert_eq(rig_answered(names6[i]), 1);
	}
}
