/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Neighbour discovery: solicitations in every shape hosts send them, the
 * advertisement each has to become, what is refused and what is left to the
 * controller.  The hexadecimal pairs were made with scapy 2.5 as
 *   Ether/IPv6(hlim=255)/ICMPv6ND_NS(tgt=T)[/option]
 *   Ether/IPv6(hlim=255)/ICMPv6ND_NA(R=0, S=.., O=1, tgt=T)[/DstLLAddr]
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3
};
#define VIP "2001:db8::1"

static void set_up(void)
{
	rig_open();
	rig_group(VHID, CARP_ROLE_MASTER);
	rig_lease(VHID, UINT64_MAX);
	rig_vip(VIP, VHID);
}

TestSuite(ndp, .init = set_up, .fini = rig_close);

static void answered(const char *what, const struct neighbour *n)
{
	struct packet in = neighbour_packet(n);
	struct packet out = neighbour_reply(n, VHID, false);

	cr_assert_eq(in.size, out.size);
	expect(what, &in, CARP_V_ndp_answered, VHID, &out);
}

static void refused(const char *what, const struct neighbour *n,
		    enum carp_verdict verdict)
{
	struct packet in = neighbour_packet(n);

	expect(what, &in, verdict, VHID, NULL);
}

static struct neighbour probe(void)
{
	struct neighbour n = solicit_default(VIP);

	n.source = "::";
	return n;
}

static struct neighbour unicast(void)
{
	struct neighbour n = solicit_default(VIP);

	n.source = "2001:db8::50";
	n.destination = VIP;
	vmac(n.destination_mac, VHID);
	return n;
}

static const struct {
	const char *what, *in, *out;
} scapy[] = {
	{ "multicast with source address",
	  "3333ff00000102112233445586dd6000000000203afffe8000000000000000000000"
	  "00000099ff0200000000000000000001ff0000018700e4300000000020010db80000"
	  "000000000000000000010101021122334455",
	  "02112233445500005e00010386dd6000000000203aff20010db80000000000000000"
	  "00000001fe8000000000000000000000000000998800"
	  "5c126000000020010db80000000000000000000000010201"
	  "00005e000103" },
	{ "unicast without option",
	  "00005e00010302112233445586dd6000000000183aff20010db80000000000000000"
	  "0000005020010db80000000000000000000000018700ef2f0000000020010db80000"
	  "00000000000000000001",
	  "02112233445500005e00010386dd6000000000183aff20010db80000000000000000"
	  "0000000120010db80000000000000000000000508800"
	  "8e2f6000000020010db8000000000000000000000001" },
	{ "probe with nonce",
	  "3333ff00000102112233445586dd6000000000203aff000000000000000000000000"
	  "00000000ff0200000000000000000001ff000001870035d80000000020010db80000"
	  "000000000000000000010e01010203040506",
	  "33330000000100005e00010386dd6000000000203aff20010db80000000000000000"
	  "00000001ff02000000000000000000000000000188009c282000000020010db80000"
	  "00000000000000000001020100005e000103" },
};

Test(ndp, bytes_of_scapy)
{
	for (size_t i = 0; i < sizeof(scapy) / sizeof(scapy[0]); i++) {
		struct packet in = { 0 }, out = { 0 };

		packet_hex(&in, scapy[i].in);
		packet_hex(&out, scapy[i].out);
		expect(scapy[i].what, &in, CARP_V_ndp_answered, VHID, &out);
	}
	cr_assert_eq(rig_answered(VIP), 3);
}

Test(ndp, shapes)
{
	static const uint8_t nonce[6] = { 1, 2, 3, 4, 5, 6 };
	struct neighbour n = solicit_default(VIP);

	neighbour_option(&n, 14, 1, nonce);
	answered("multicast, nonce", &n);
	neighbour_option(&n, 1, 1, MAC_HOST);
	answered("multicast, nonce and address", &n);
	n = solicit_default(VIP);
	neighbour_option(&n, 1, 1, MAC_HOST);
	neighbour_option(&n, 14, 1, nonce);
	answered("multicast, address and nonce", &n);
	n.padding = 6;
	answered("with padding", &n);
	n = unicast();
	answered("unicast", &n);
	neighbour_option(&n, 1, 1, MAC_HOST);
	answered("unicast, address", &n);
	n = probe();
	answered("probe", &n);
	neighbour_option(&n, 14, 1, nonce);
	answered("probe, nonce", &n);
}

/* Any list of well-formed options up to 64 bytes leaves as one option. */
Test(ndp, options_up_to_64)
{
	for (uint8_t first = 1; first <= 8; first++)
		for (uint8_t rest = 0; rest <= 8 - first; rest++) {
			struct neighbour n = solicit_default(VIP);

			neighbour_option(&n, 14, first, MAC_HOST);
			for (uint8_t i = 0; i < rest; i++)
				neighbour_option(&n, 1, 1, MAC_HOST);
			answered("options", &n);
		}
}

Test(ndp, router_flag)
{
	struct carp_vhid group = rig_get_group(VHID);
	struct neighbour n = solicit_default(VIP);
	struct packet in, out;

	group.nd_router = 1;
	rig_set_group(VHID, &group);
	neighbour_option(&n, 1, 1, MAC_HOST);
	in = neighbour_packet(&n);
	out = neighbour_reply(&n, VHID, true);
	expect("router", &in, CARP_V_ndp_answered, VHID, &out);
}

/* Guards RFC 4861 7.1.1: each rule alone makes it malformed. */
Test(ndp, malformed)
{
	struct neighbour n = solicit_default(VIP);
	struct packet p;

	neighbour_option(&n, 1, 1, MAC_HOST);
	n.hop_limit = 254;
	refused("hop limit", &n, CARP_V_ndp_malformed);
	n.hop_limit = 255;
	n.code = 1;
	refused("code", &n, CARP_V_ndp_malformed);
	n.code = 0;
	n.bad_checksum = true;
	refused("checksum", &n, CARP_V_ndp_malformed);
	n.bad_checksum = false;
	n.source = "ff02::1";
	refused("multicast source", &n, CARP_V_ndp_malformed);
	n = solicit_default(VIP);
	p = neighbour_packet(&n);
	put16(p.bytes + 18, 23);
	expect("23 bytes", &p, CARP_V_ndp_malformed, VHID, NULL);
	put16(p.bytes + 18, 32);
	expect("longer than the frame", &p, CARP_V_ndp_malformed, VHID, NULL);
	n.options_size = 4;
	refused("half an option", &n, CARP_V_ndp_malformed);
}

Test(ndp, malformed_options)
{
	for (uint8_t at = 0; at < 8; at++) {
		struct neighbour n = solicit_default(VIP);

		for (uint8_t i = 0; i < at; i++)
			neighbour_option(&n, 14, 1, MAC_HOST);
		neighbour_option(&n, 14, 0, MAC_HOST);
		refused("length 0", &n, CARP_V_ndp_malformed);
		n.options[8 * at + 1] = 2;
		refused("overrun by one", &n, CARP_V_ndp_malformed);
		n.options[8 * at + 1] = 255;
		refused("overrun", &n, CARP_V_ndp_malformed);
	}
}

Test(ndp, malformed_probes)
{
	struct neighbour n = probe();

	neighbour_option(&n, 1, 1, MAC_HOST);
	refused("with an address", &n, CARP_V_ndp_malformed);
	n = probe();
	neighbour_option(&n, 14, 1, MAC_HOST);
	neighbour_option(&n, 1, 1, MAC_HOST);
	refused("with an address behind", &n, CARP_V_ndp_malformed);
	n = probe();
	n.destination = VIP;
	refused("to the address itself", &n, CARP_V_ndp_malformed);
	n.destination = "ff02::1";
	refused("to all nodes", &n, CARP_V_ndp_malformed);
}

/* Guards: what does not fit is told to the controller, with a pause. */
Test(ndp, deferred)
{
	struct neighbour n = solicit_default(VIP);
	struct rig_events events;
	uint64_t before = rig_now();
	uint8_t address[16];

	refused("no room", &n, CARP_V_ndp_deferred);
	events = rig_drain();
	cr_assert_eq(events.count, 1);
	cr_assert_eq(events.last.kind, CARP_EVENT_SOLICIT);
	cr_assert_eq(events.last.vhid, VHID);
	cr_assert_eq(events.last.family, 6);
	cr_assert_eq(events.last.unicast, 0);
	cr_assert_geq(events.last.time_ns, before);
	cr_assert_arr_eq(events.last.source_mac, MAC_HOST, 6);
	parse_address(n.source, address);
	cr_assert_arr_eq(events.last.source, address, 16);
	parse_address(VIP, address);
	cr_assert_arr_eq(events.last.target, address, 16);
	cr_assert_eq(rig_get_group(VHID).last_solicit_ns, events.last.time_ns);
	cr_assert_eq(rig_answered(VIP), 0);
}

Test(ndp, deferred_too_long)
{
	struct neighbour n = unicast();

	neighbour_option(&n, 14, 9, MAC_HOST);
	refused("72 bytes of options", &n, CARP_V_ndp_deferred);
	cr_assert_eq(rig_drain().last.unicast, 1);
	n = probe();
	neighbour_option(&n, 14, 9, MAC_HOST);
	refused("the same, a probe", &n, CARP_V_ndp_deferred);
}

Test(ndp, deferred_is_rate_limited)
{
	struct neighbour n = solicit_default(VIP);
	struct packet p = neighbour_packet(&n);
	uint64_t start = rig_now(), elapsed;
	size_t most;

	for (int i = 0; i < 500; i++)
		expect("deferred", &p, CARP_V_ndp_deferred, VHID, NULL);
	elapsed = rig_now() - start;
	most = (size_t)(elapsed / CARP_SOLICIT_GAP_NS) + 1;
	cr_assert_leq(rig_drain().count, most);
}

Test(ndp, lease)
{
	struct neighbour n = solicit_default(VIP);

	n.hop_limit = 3; /* the lease is asked first */
	rig_lease(VHID, 0);
	refused("dead", &n, CARP_V_ndp_lease_dead);
	for (int role = CARP_ROLE_NONE; role < CARP_ROLE_MASTER; role++) {
		rig_group(VHID, (enum carp_role)role);
		refused("not master", &n, CARP_V_ndp_not_owner);
	}
	cr_assert_eq(rig_drain().count, 0);
}

Test(ndp, claims)
{
	struct neighbour n = solicit_default(VIP);
	struct packet p;
	uint8_t own[6];

	vmac(own, VHID);
	n.type = 136;
	n.source = VIP;
	n.destination = "ff02::1";
	refused("no option, foreign source", &n, CARP_V_ndp_claim);
	memcpy(n.source_mac, own, 6);
	p = neighbour_packet(&n);
	expect("no option, ours", &p, CARP_V_passed, 0, NULL);
	neighbour_option(&n, 2, 1, MAC_HOST);
	refused("foreign option, our source", &n, CARP_V_ndp_claim);
	n.options_size = 0;
	memcpy(n.source_mac, MAC_HOST, 6);
	neighbour_option(&n, 14, 1, MAC_HOST);
	neighbour_option(&n, 2, 1, own);
	p = neighbour_packet(&n);
	expect("our option, foreign source", &p, CARP_V_passed, 0, NULL);
	n.options_size = 0;
	neighbour_option(&n, 2, 1, MAC_HOST);
	neighbour_option(&n, 2, 1, own);
	refused("foreign option, ours behind", &n, CARP_V_ndp_claim);
	n.hop_limit = 254;
	n.options_size = 0;
	p = neighbour_packet(&n);
	expect("from another link", &p, CARP_V_passed, 0, NULL);
}

Test(ndp, not_ours)
{
	struct neighbour n = solicit_default("2001:db8::7");
	struct packet p = neighbour_packet(&n);

	expect("another target", &p, CARP_V_passed, 0, NULL);
	n = solicit_default(VIP);
	n.type = 134;
	p = neighbour_packet(&n);
	expect("router advertisement", &p, CARP_V_passed, 0, NULL);
}
