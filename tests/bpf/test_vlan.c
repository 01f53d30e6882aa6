/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Tags: a priority tag (VID 0) is as good as none and stays where it is in
 * every answer; a tag with a VID belongs to another LAN than this interface's
 * and must not be touched, whatever is inside.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3
};

static const uint16_t types[] = { 0x8100, 0x88a8 };

static void set_up(void)
{
	rig_master(VHID);
}

TestSuite(vlan, .init = set_up, .fini = rig_close);

/* One frame of each room, with what it leaves as. */
struct sample {
	const char *what;
	enum carp_verdict verdict;
	struct packet in, out;
};

static struct sample sample(int which)
{
	static const uint8_t nobody[6];
	struct advert a = advert_default(), b = advert_default6();
	struct neighbour n = solicit_default("2001:db8::1");
	struct sample s = { .what = "advertisement",
			    .verdict = CARP_V_advert_valid,
			    .in = advert_packet(&a) };

	if (which == 1)
		s.in = advert_packet(&b);
	s.out = s.in;
	if (which == 2) {
		s.what = "ARP request";
		s.verdict = CARP_V_arp_answered;
		s.in = arp_packet(1, MAC_HOST, "192.168.1.50", nobody,
				  "192.168.1.1");
		s.out = arp_reply(&s.in, VHID);
	}
	if (which == 3) {
		s.what = "solicitation";
		s.verdict = CARP_V_ndp_answered;
		neighbour_option(&n, 1, 1, MAC_HOST);
		s.in = neighbour_packet(&n);
		s.out = neighbour_reply(&n, VHID, false);
	}
	if (which == 4) {
		s.what = "to the virtual MAC";
		s.verdict = CARP_V_vmac_admitted;
		memset(&s.in, 0, sizeof(s.in));
		packet_ethernet(&s.in, MAC_NIC, MAC_HOST, 0x88cc);
		s.out = s.in;
		vmac(s.in.bytes, VHID);
	}
	return s;
}

enum {
	SAMPLES = 5
};

Test(vlan, priority_tags)
{
	for (int i = 0; i < SAMPLES; i++)
		for (size_t outer = 0; outer < 2; outer++) {
			struct sample s = sample(i);

			packet_tag(&s.in, types[outer], 0xe000);
			packet_tag(&s.out, types[outer], 0xe000);
			expect(s.what, &s.in, s.verdict, VHID, &s.out);
			packet_tag(&s.in, 0x88a8, 0x1000);
			packet_tag(&s.out, 0x88a8, 0x1000);
			expect(s.what, &s.in, s.verdict, VHID, &s.out);
		}
}

Test(vlan, every_vid)
{
	for (int i = 0; i < SAMPLES; i++)
		for (uint16_t vid = 1; vid < 4096; vid = (uint16_t)(vid * 2)) {
			struct sample s = sample(i);
			struct packet inner = s.in;

			packet_tag(&s.in, types[vid % 3 % 2], vid);
			expect(s.what, &s.in, CARP_V_other_vlan, 0, NULL);
			packet_tag(&s.in, 0x88a8, 0);
			expect(s.what, &s.in, CARP_V_other_vlan, 0, NULL);
			packet_tag(&inner, 0x8100, 0);
			packet_tag(&inner, 0x88a8, vid);
			expect(s.what, &inner, CARP_V_other_vlan, 0, NULL);
		}
}

Test(vlan, three_tags)
{
	for (int i = 0; i < SAMPLES; i++) {
		struct sample s = sample(i);

		for (int tag = 0; tag < 3; tag++)
			packet_tag(&s.in, 0x8100, 0);
		expect(s.what, &s.in, CARP_V_other_vlan, 0, NULL);
	}
}

Test(vlan, cut_short)
{
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x8100);
	for (; p.size < 18; packet_pad(&p, p.size + 1))
		expect("first", &p, CARP_V_short_frame, 0, NULL);
	put16(p.bytes + 16, 0x8100);
	for (; p.size < 22; packet_pad(&p, p.size + 1))
		expect("second", &p, CARP_V_short_frame, 0, NULL);
	put16(p.bytes + 20, 0x8100);
	expect("third", &p, CARP_V_other_vlan, 0, NULL);
}
