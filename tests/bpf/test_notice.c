/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Events that warn: what they say, and that a flood makes no more of them.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
#ifdef PLAIN_TESTS /* each frame is emulated there */
	FLOOD = 100,
#else
	FLOOD = 2000,
#endif
};

static const uint8_t nobody[6];

static void set_up(void)
{
	rig_master(VHID);
}

TestSuite(notice, .init = set_up, .fini = rig_close);

/* The same frame many times within the gap: counted each time, told once. */
static struct carp_event flood(const struct packet *p,
			       enum carp_verdict verdict)
{
	uint64_t start = rig_now();
	struct rig_events events;

	for (int i = 0; i < FLOOD; i++)
		expect("flood", p, verdict, VHID, NULL);
	events = rig_drain();
	cr_assert_geq(events.count, 1);
	/* Ten claims a second at most, and fewer of the others. */
	cr_assert_leq(events.count,
		      1 + (rig_now() - start) / CARP_CLAIM_GAP_NS);
	return events.last;
}

Test(notice, arp_claim)
{
	static const uint8_t vip[16] = { 192, 168, 1, 1 };
	struct packet p = arp_packet(2, MAC_HOST, "192.168.1.1", MAC_BROADCAST,
				     "192.168.1.1");
	struct carp_event event = flood(&p, CARP_V_arp_claim);

	cr_assert_eq(event.kind, CARP_EVENT_CLAIM);
	cr_assert_eq(event.vhid, VHID);
	cr_assert_eq(event.family, 4);
	cr_assert_arr_eq(event.source_mac, MAC_HOST, 6);
	cr_assert_arr_eq(event.target, vip, 16);
}

Test(notice, nd_claim)
{
	static const uint8_t liar[6] = { 2, 0, 0, 0, 0, 7 };
	struct neighbour n = solicit_default("2001:db8::1");
	struct carp_event event;
	struct packet p;
	uint8_t vip[16];

	n.type = 136;
	n.flags = 0x20;
	n.source = "2001:db8::1";
	n.destination = "ff02::1";
	neighbour_option(&n, 2, 1, liar);
	p = neighbour_packet(&n);
	event = flood(&p, CARP_V_ndp_claim);
	parse_address("2001:db8::1", vip);
	cr_assert_eq(event.kind, CARP_EVENT_CLAIM);
	cr_assert_eq(event.family, 6);
	cr_assert_arr_eq(event.source_mac, liar, 6, "the MAC it is about");
	cr_assert_arr_eq(event.target, vip, 16);
}

Test(notice, forged)
{
	static const uint8_t source[16] = { 192, 168, 1, 2 };
	struct advert a = advert_default();
	struct carp_event event;
	struct packet p;

	a.bad_digest = true;
	p = advert_packet(&a);
	event = flood(&p, CARP_V_advert_digest);
	cr_assert_eq(event.kind, CARP_EVENT_DIGEST);
	cr_assert_arr_eq(event.source, source, 16);
	cr_assert_arr_eq(event.source_mac, a.source_mac, 6);
}

Test(notice, echo)
{
	static const uint8_t own[4] = { 192, 168, 1, 2 };
	struct carp_vhid group = rig_get_group(VHID);
	struct advert a = advert_default();
	struct packet p = advert_packet(&a);

	memcpy(group.source4, own, sizeof(own));
	rig_set_group(VHID, &group);
	cr_assert_eq(flood(&p, CARP_V_advert_echo).kind, CARP_EVENT_ECHO);
}

Test(notice, vrrp)
{
	static const uint8_t source[16] = { 192, 168, 1, 2 };
	struct advert a = advert_default();
	struct carp_event event;
	struct packet p;

	a.version_type = 0x31;
	p = advert_packet(&a);
	event = flood(&p, CARP_V_vrrp);
	cr_assert_eq(event.kind, CARP_EVENT_VRRP);
	cr_assert_eq(event.vhid, VHID);
	cr_assert_arr_eq(event.source, source, 16);
	cr_assert_arr_eq(event.source_mac, a.source_mac, 6);
}

/* Guards: one kind's flood does not hide another's first, nor advertisements.
 */
Test(notice, kinds_apart)
{
	struct advert forged = advert_default(), good = advert_default();
	struct packet claim =
		arp_packet(1, MAC_HOST, "192.168.1.1", nobody, "192.168.1.1");
	struct packet p;

	forged.bad_digest = true;
	p = advert_packet(&forged);
	flood(&p, CARP_V_advert_digest);
	expect("a claim", &claim, CARP_V_arp_claim, VHID, NULL);
	cr_assert_eq(rig_drain().last.kind, CARP_EVENT_CLAIM);
	p = advert_packet(&good);
	for (int i = 0; i < 3; i++)
		expect("good", &p, CARP_V_advert_valid, VHID, NULL);
	cr_assert_eq(rig_drain().count, 3, "each of them");
}
