/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Advertisements: what is believed, in which order the rest is refused, for
 * whom it is counted, what is stamped and what the controller hears.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	OTHER = 9
};

static void set_up(void)
{
	rig_backup(VHID);
}

static void check(const char *what, const struct advert *a,
		  enum carp_verdict verdict, unsigned int index)
{
	struct packet p = advert_packet(a);

	expect(what, &p, verdict, index, NULL);
}

TestSuite(advert, .init = set_up, .fini = rig_close);

/* Guards: the controller learns everything the election needs. */
Test(advert, event_and_stamp4)
{
	static const uint8_t source[16] = { 192, 168, 1, 2 };
	struct advert a = advert_default();
	uint64_t before = rig_now(), after;
	struct rig_events events;
	struct carp_vhid group;

	a.demote = 7;
	a.advbase = 2;
	check("advertisement", &a, CARP_V_advert_valid, VHID);
	after = rig_now();
	events = rig_drain();
	cr_assert_eq(events.count, 1);
	cr_assert_eq(events.last.kind, CARP_EVENT_ADVERT);
	cr_assert_eq(events.last.vhid, VHID);
	cr_assert_eq(events.last.family, 4);
	cr_assert_eq(events.last.advbase, 2);
	cr_assert_eq(events.last.advskew, 20);
	cr_assert_eq(events.last.demote, 7);
	cr_assert_eq(events.last.unicast, 0);
	cr_assert_eq(events.last.counter, a.counter);
	cr_assert_arr_eq(events.last.source_mac, a.source_mac, 6);
	cr_assert_arr_eq(events.last.source, source, 16);
	cr_assert(events.last.time_ns >= before &&
		  events.last.time_ns <= after);

	group = rig_get_group(VHID);
	cr_assert_eq(group.last_valid_ns, events.last.time_ns);
	cr_assert_eq(group.last_valid4_ns, events.last.time_ns);
	cr_assert_eq(group.last_valid6_ns, 0);
	cr_assert_arr_eq(group.last_sender, source, 16);
	cr_assert_arr_eq(group.last_sender_mac, a.source_mac, 6);
	cr_assert_eq(group.last_family, 4);
	cr_assert_eq(group.last_advbase, 2);
	cr_assert_eq(group.last_advskew, 20);
	cr_assert_eq(group.last_demote, 7);
}

Test(advert, event_and_stamp6)
{
	struct advert a = advert_default6();
	struct rig_events events;
	struct carp_vhid group;
	uint8_t source[16];

	check("advertisement", &a, CARP_V_advert_valid, VHID);
	events = rig_drain();
	group = rig_get_group(VHID);
	parse_address(a.source, source);
	cr_assert_eq(events.last.family, 6);
	cr_assert_arr_eq(events.last.source, source, 16);
	cr_assert_arr_eq(group.last_sender, source, 16);
	cr_assert_eq(group.last_family, 6);
	cr_assert_eq(group.last_valid6_ns, events.last.time_ns);
	cr_assert_eq(group.last_valid_ns, events.last.time_ns);
	cr_assert_eq(group.last_valid4_ns, 0);
}

/* Guards: nothing refused leaves a stamp, or an event but the warning. */
Test(advert, refused_leaves_no_trace)
{
	struct advert a = advert_default();
	struct rig_events events;
	struct carp_vhid group;

	a.bad_digest = true;
	check("forged", &a, CARP_V_advert_digest, VHID);
	a.bad_digest = false;
	a.ttl = 1;
	check("routed", &a, CARP_V_advert_ttl, VHID);
	group = rig_get_group(VHID);
	cr_assert_eq(group.last_valid_ns, 0);
	cr_assert_eq(group.last_family, 0);
	events = rig_drain();
	cr_assert_eq(events.count, 1);
	cr_assert_eq(events.last.kind, CARP_EVENT_DIGEST);
}

Test(advert, unicast)
{
	struct advert a = advert_default(), b = advert_default6();

	a.destination = "192.168.1.3";
	check("unicast", &a, CARP_V_advert_unicast, VHID);
	cr_assert_eq(rig_drain().last.unicast, 1);
	b.destination = "fe80::3";
	check("unicast 6", &b, CARP_V_advert_unicast, VHID);
	cr_assert_eq(rig_drain().last.unicast, 1);
	a.destination = "239.255.255.255";
	check("end of 224/4", &a, CARP_V_advert_valid, VHID);
	a.destination = "240.0.0.1";
	check("behind 224/4", &a, CARP_V_advert_unicast, VHID);
}

/* Guards: the first fault decides, in the documented order. */
Test(advert, order_of_refusals)
{
	struct advert a = advert_default();
	struct packet p;

	a.fragment = 0x2000;
	a.ttl = 3;
	a.version_type = 0x12;
	a.bad_checksum = true;
	p = advert_packet(&a);
	p.bytes[24] ^= 1;
	expect("fragment", &p, CARP_V_advert_fragment, VHID, NULL);
	a.fragment = 0;
	p = advert_packet(&a);
	p.bytes[24] ^= 1;
	expect("IP header", &p, CARP_V_advert_ip, VHID, NULL);
	check("TTL", &a, CARP_V_advert_ttl, VHID);
	a.ttl = 255;
	check("version", &a, CARP_V_advert_version, VHID);
	a.version_type = 0x22;
	check("type", &a, CARP_V_advert_type, VHID);
	a.version_type = 0x21;
	check("checksum", &a, CARP_V_advert_checksum, VHID);
	a.bad_checksum = false;
	a.bad_digest = true;
	check("digest", &a, CARP_V_advert_digest, VHID);
}

/* What cannot be put down to a vhid is counted for the interface. */
Test(advert, without_a_vhid)
{
	struct advert a = advert_default();
	struct packet p;

	a.fragment = 0x0010;
	check("later fragment", &a, CARP_V_advert_fragment, 0);
	a.fragment = 0;
	p = advert_packet(&a);
	p.bytes[14] = 0x44;
	expect("ihl 4", &p, CARP_V_advert_ip, 0, NULL);
	p = advert_packet(&a);
	p.size = 35;
	expect("one byte", &p, CARP_V_advert_length, 0, NULL);
	a.vhid = OTHER;
	a.ttl = 1;
	check("not ours, whatever it is", &a, CARP_V_advert_other, 0);
}

Test(advert, ip_header)
{
	struct advert a = advert_default(), b = advert_default6();
	struct packet p = advert_packet(&a);

	p.bytes[14] = 0x55;
	put16(p.bytes + 24, 0);
	put16(p.bytes + 24, sum16(0, p.bytes + 14, 20));
	expect("IP version 5", &p, CARP_V_advert_ip, VHID, NULL);
	p = advert_packet(&a);
	put16(p.bytes + 16, 57);
	put16(p.bytes + 24, 0);
	put16(p.bytes + 24, sum16(0, p.bytes + 14, 20));
	expect("longer than the frame", &p, CARP_V_advert_ip, VHID, NULL);
	put16(p.bytes + 16, 19);
	put16(p.bytes + 24, 0);
	put16(p.bytes + 24, sum16(0, p.bytes + 14, 20));
	expect("shorter than itself", &p, CARP_V_advert_ip, VHID, NULL);
	p = advert_packet(&b);
	p.bytes[14] = 0x50;
	expect("IPv6 version 5", &p, CARP_V_advert_ip, VHID, NULL);
	p = advert_packet(&b);
	put16(p.bytes + 18, 35);
	expect("35 bytes", &p, CARP_V_advert_length, VHID, NULL);
}

/* Guards: IPv4 options are legal, whatever their length, and checked. */
Test(advert, ip_options)
{
	struct advert a = advert_default();

	for (uint8_t words = 0; words <= 10; words++) {
		struct packet p;

		a.options = words;
		p = advert_packet(&a);
		expect("options", &p, CARP_V_advert_valid, VHID, NULL);
		if (!words)
			continue;
		p.bytes[34 + 4 * words - 1] ^= 1; /* last byte of them */
		expect("bad option", &p, CARP_V_advert_ip, VHID, NULL);
	}
}

/* NetBSD sums the pseudo-header in over IPv6; nobody does over IPv4. */
Test(advert, pseudo_header)
{
	struct advert a = advert_default(), b = advert_default6();

	b.pseudo = true;
	check("NetBSD", &b, CARP_V_advert_valid, VHID);
	a.pseudo = true;
	check("IPv4", &a, CARP_V_advert_checksum, VHID);
	b.bad_checksum = true;
	check("neither", &b, CARP_V_advert_checksum, VHID);
}

Test(advert, authlen_is_checked_by_nobody)
{
	struct advert a = advert_default();

	for (unsigned int i = 0; i < 256; i++) {
		if (i == 5) /* the one that looks like VRRPv2 */
			continue;
		a.authlen = (uint8_t)i;
		check("authlen", &a, CARP_V_advert_valid, VHID);
	}
	cr_assert_eq(rig_drain().count, 255);
}

/* `fill` stands for the addresses and the eight bytes of password. */
static struct packet vrrp2(uint8_t addresses, uint8_t vhid, uint8_t fill)
{
	uint8_t bytes[16 + 4 * 20] = { 0x21, vhid, 100, addresses, 0, 1 };
	uint16_t size = (uint16_t)(16 + 4 * addresses);
	struct packet p = { 0 };

	memset(bytes + 8, fill, size - 8u);
	put16(bytes + 6, sum16(0, bytes, size));
	packet_ethernet(&p, MAC_BROADCAST, MAC_HOST, 0x0800);
	packet_ip4(&p, "10.0.0.1", "224.0.0.18", 112, 255, size);
	packet_add(&p, bytes, size);
	return p;
}

/* Guards: VRRP routers on the same wire are left alone, vhid ours or not. */
Test(advert, vrrp)
{
	struct advert a = advert_default(), b = advert_default6();
	struct packet p;

	for (uint8_t n = 0; n <= 20; n++) {
		p = vrrp2(n, VHID, 0xa5);
		expect("VRRPv2", &p, CARP_V_vrrp, VHID, NULL);
		p.size--;
		expect("VRRPv2, cut", &p, CARP_V_advert_ip, VHID, NULL);
	}
	p = vrrp2(7, VHID, 0xa5);
	p.bytes[p.size - 1] ^= 1;
	expect("seven, both sums bad", &p, CARP_V_advert_checksum, VHID, NULL);
	/* Without a password both sums are good and the digest decides. */
	p = vrrp2(7, VHID, 0);
	expect("seven, no password", &p, CARP_V_advert_digest, VHID, NULL);
	a.trailing = 8; /* 44 bytes as well, and ours */
	check("seven, our sum good", &a, CARP_V_advert_valid, VHID);
	a.version_type = 0x31;
	a.ttl = 1;
	check("VRRPv3", &a, CARP_V_vrrp, VHID);
	b.version_type = 0x31;
	check("VRRPv3 over IPv6", &b, CARP_V_vrrp, VHID);
}

/* Version 2 of VRRP knows no IPv6: nothing there can look like it. */
Test(advert, no_vrrp2_over_ipv6)
{
	struct advert a = advert_default6();

	for (uint8_t n = 5; n <= 9; n++) {
		a.authlen = n;
		a.trailing = (uint16_t)(4 * (n - 5));
		check("as long as VRRPv2", &a, CARP_V_advert_valid, VHID);
	}
}

/* Guards: our own advertisement, reflected, never moves the election. */
Test(advert, echo)
{
	struct advert a = advert_default(), b = advert_default6();
	struct carp_vhid group = rig_get_group(VHID);
	uint8_t address[16];

	parse_address(a.source, address);
	memcpy(group.source4, address, 4);
	rig_set_group(VHID, &group);
	check("our IPv4 source", &a, CARP_V_advert_echo, VHID);
	check("not our IPv6 source", &b, CARP_V_advert_valid, VHID);
	memset(group.source4, 0, 4);
	parse_address(b.source, group.source6);
	rig_set_group(VHID, &group);
	check("our IPv6 source", &b, CARP_V_advert_echo, VHID);
	rig_drain();
	for (size_t i = 0; i < CARP_OWN_COUNTERS; i++) {
		rig_group(VHID, CARP_ROLE_MASTER);
		group = rig_get_group(VHID);
		group.own_counters[i] = a.counter;
		rig_set_group(VHID, &group);
		check("our counter", &a, CARP_V_advert_echo, VHID);
		cr_assert_eq(rig_get_group(VHID).last_valid_ns, 0);
		cr_assert_eq(rig_drain().last.kind, CARP_EVENT_ECHO);
	}
	rig_group(VHID, CARP_ROLE_MASTER);
	a.counter = 0; /* unused slots are zero too */
	check("counter 0", &a, CARP_V_advert_valid, VHID);
	a.source = "0.0.0.0";
	check("source 0", &a, CARP_V_advert_valid, VHID);
}

/* Guards: an observer needs no digest, tells, and never stamps. */
Test(advert, observer)
{
	struct advert a = advert_default();
	struct rig_events events;

	rig_group(VHID, CARP_ROLE_OBSERVER);
	a.bad_digest = true;
	check("observed", &a, CARP_V_advert_observed, VHID);
	events = rig_drain();
	cr_assert_eq(events.count, 1);
	cr_assert_eq(events.last.kind, CARP_EVENT_OBSERVED);
	cr_assert_eq(events.last.vhid, VHID);
	cr_assert_eq(rig_get_group(VHID).last_valid_ns, 0);
	a.bad_checksum = true;
	check("malformed", &a, CARP_V_advert_checksum, VHID);
	cr_assert_eq(rig_drain().count, 0);
}

/* Guards: an observer that has the VIPs and the key verifies all the same. */
Test(advert, auditor)
{
	struct advert a = advert_default();
	struct rig_events events;

	rig_group(VHID, CARP_ROLE_AUDITOR);
	check("verified", &a, CARP_V_advert_valid, VHID);
	events = rig_drain();
	cr_assert_eq(events.count, 1);
	cr_assert_eq(events.last.kind, CARP_EVENT_ADVERT);
	a.bad_digest = true;
	check("forged", &a, CARP_V_advert_digest, VHID);
	cr_assert_eq(rig_drain().last.kind, CARP_EVENT_DIGEST);
}

/* Guards: any of the recipes will do, and none means none. */
Test(advert, recipes)
{
	struct advert a = advert_default();
	struct carp_auth auth, wrong = { 0 };
	uint32_t key = VHID;

	check("one", &a, CARP_V_advert_valid, VHID);
	cr_assert_eq(rig_lookup("carp_auth", &key, &auth), 0);
	for (uint32_t i = 0; i < CARP_RECIPES_MAX; i++) {
		memset(&wrong, 0, sizeof(wrong));
		wrong.count = i + 1;
		for (uint32_t j = 0; j < i; j++) {
			wrong.recipes[j] = auth.recipes[0];
			wrong.recipes[j].outer.h[j] ^= 1;
		}
		wrong.recipes[i] = auth.recipes[0];
		rig_auth(VHID, &wrong);
		check("the last", &a, CARP_V_advert_valid, VHID);
		wrong.count = i;
		rig_auth(VHID, &wrong);
		check("one too few", &a, CARP_V_advert_digest, VHID);
	}
}

/* Guards: the digest binds the vhid: a key of another group is no use. */
Test(advert, two_groups)
{
	struct advert a = advert_default(), b = advert_default();

	b.vhid = OTHER;
	memcpy(b.key, "another", 8);
	rig_group(OTHER, CARP_ROLE_BACKUP);
	rig_trust(&b);
	check("first", &a, CARP_V_advert_valid, VHID);
	check("second", &b, CARP_V_advert_valid, OTHER);
	memcpy(b.key, a.key, sizeof(b.key));
	check("key of the first", &b, CARP_V_advert_digest, OTHER);
}
