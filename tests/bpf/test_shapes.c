/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames of odd shapes, in and out: cut short where a room looks next, with
 * another protocol or option than it looks for, to groups set up halfway.
 * Guards: none of them is believed, answered, admitted or rewritten but as the
 * whole ones beside them are.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	LEADER = 20,
	NODE = 21,
	TCP = 6,
	ICMP6 = 58,
};
#define VIP4	"192.168.1.1"
#define VIP6	"2001:db8::1"
#define SHARED4 "192.168.1.20"
#define SHARED6 "2001:db8::20"

static const uint8_t nobody[6];

static void set_up(void)
{
	rig_master(VHID);
	rig_node(LEADER, 2, 0, LEADER, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	rig_node(LEADER, 2, 1, NODE, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	rig_lease(LEADER, UINT64_MAX);
	rig_lease(NODE, UINT64_MAX);
	rig_vip(SHARED4, LEADER);
	rig_vip(SHARED6, LEADER);
}

TestSuite(shapes, .init = set_up, .fini = rig_close);

static const uint8_t *virtual_mac(uint8_t vhid)
{
	static uint8_t mac[6];

	vmac(mac, vhid);
	return mac;
}

/* A cluster's MAC as switches see it. */
static const uint8_t *shared_mac(void)
{
	static uint8_t mac[6];

	vmac(mac, LEADER);
	mac[0] = 1;
	return mac;
}

static struct packet packet4(const uint8_t *mac, const char *from,
			     const char *to)
{
	struct packet p = { 0 };

	packet_ethernet(&p, mac, MAC_HOST, 0x0800);
	packet_ip4(&p, from, to, TCP, 64, 80);
	packet_pad(&p, 114);
	return p;
}

static struct packet packet6(const uint8_t *mac, const char *from,
			     const char *to, uint8_t next)
{
	struct packet p = { 0 };

	packet_ethernet(&p, mac, MAC_HOST, 0x86dd);
	packet_ip6(&p, from, to, next, 64, 80);
	packet_pad(&p, 134);
	return p;
}

static struct packet cut(struct packet p, size_t size)
{
	p.size = size;
	return p;
}

static struct packet admitted(struct packet p)
{
	memcpy(p.bytes, MAC_NIC, 6);
	return p;
}

/* Guards: a connection under the virtual MAC ends with the lease, whatever it
 * is made of; only advertisements have an exception. */
Test(shapes, out_traffic_without_a_lease)
{
	struct packet p4 = packet4(MAC_HOST, VIP4, "10.0.0.2");
	struct packet p6 = packet6(MAC_HOST, VIP6, "2001:db8:7::2", TCP), p;

	rig_lease(VHID, 0);
	memcpy(p4.bytes + 6, virtual_mac(VHID), 6);
	memcpy(p6.bytes + 6, virtual_mac(VHID), 6);
	expect_sent("IPv4", &p4, CARP_V_out_guarded, VHID, NULL);
	expect_sent("IPv6", &p6, CARP_V_out_guarded, VHID, NULL);
	p = cut(p4, 60);
	expect_sent("IPv4, short", &p, CARP_V_out_guarded, VHID, NULL);
	p = cut(p6, 60);
	expect_sent("IPv6, short", &p, CARP_V_out_guarded, VHID, NULL);
}

Test(shapes, out_cut_short)
{
	struct packet p = arp_packet(1, MAC_NIC, VIP4, nobody, "192.168.1.9");
	struct neighbour n = solicit_default("2001:db8::50");

	p = cut(p, 41);
	expect_sent("ARP", &p, CARP_V_passed, 0, NULL);
	n.source = VIP6;
	p = neighbour_packet(&n);
	p = cut(p, 77);
	expect_sent("solicitation", &p, CARP_V_passed, 0, NULL);
}

/* An echo request from the virtual IP says nothing of where it is. */
Test(shapes, out_other_icmp)
{
	struct packet p = packet6(MAC_HOST, VIP6, "2001:db8::50", ICMP6);

	memcpy(p.bytes + 6, MAC_NIC, 6);
	p.bytes[54] = 128;
	expect_sent("echo request", &p, CARP_V_passed, 0, NULL);
}

/* The source of the frame is rewritten, and no byte of another option. */
static void solicits(const char *what, struct neighbour n)
{
	struct packet in, out;

	n.source = VIP6;
	memcpy(n.source_mac, MAC_NIC, 6);
	in = neighbour_packet(&n);
	out = in;
	memcpy(out.bytes + 6, virtual_mac(VHID), 6);
	expect_sent(what, &in, CARP_V_out_virtual, VHID, &out);
}

Test(shapes, out_solicitations_that_name_no_mac)
{
	struct neighbour n = solicit_default("2001:db8::50");

	solicits("no option", n);
	neighbour_option(&n, 14, 1, MAC_NIC);
	solicits("a nonce", n);
	n.options_size = 0;
	neighbour_option(&n, 1, 2, MAC_NIC);
	solicits("an address of fourteen bytes", n);
}

/* Guards: options that are not all there are not summed up or looked behind. */
Test(shapes, advertisement_cut_within_its_options)
{
	struct advert a = advert_default();
	struct packet p;

	a.options = 10;
	p = advert_packet(&a);
	expect("whole", &p, CARP_V_advert_valid, VHID, NULL);
	for (p.size = 14 + 20; p.size < 14 + 60 + 2; p.size++)
		expect("cut", &p, CARP_V_advert_length, 0, NULL);
}

/* Guards: of as many recipes and keys as there is room for, each is tried and
 * no other. */
Test(shapes, a_full_set_of_recipes)
{
	struct advert a = advert_default();
	struct packet p = advert_packet(&a);
	uint32_t key = VHID;
	struct carp_auth right, full;
	struct carp_vhid group = rig_get_group(VHID);

	group.auth = CARP_AUTH_AUTO;
	rig_set_group(VHID, &group);
	cr_assert_eq(rig_lookup("carp_auth", &key, &right), 0);
	full = right;
	full.count = CARP_RECIPES_MAX;
	full.seals_count = CARP_SEALS_MAX;
	for (int i = 0; i < CARP_RECIPES_MAX; i++) {
		full.recipes[i] = right.recipes[0];
		full.recipes[i].outer.h[0] ^= 1u << i;
	}
	for (int i = 0; i < CARP_SEALS_MAX; i++)
		full.seals[i].words[0] ^= 1u << i;
	rig_auth(VHID, &full);
	expect("none fits", &p, CARP_V_advert_digest, VHID, NULL);
	full.recipes[CARP_RECIPES_MAX - 1] = right.recipes[0];
	rig_auth(VHID, &full);
	expect("the last one fits", &p, CARP_V_advert_valid, VHID, NULL);
}

Test(shapes, a_neighbour_is_no_echo)
{
	struct carp_vhid group = rig_get_group(VHID);
	struct advert a = advert_default6();
	struct packet p = advert_packet(&a);

	parse_address("fe80::77", group.source6);
	rig_set_group(VHID, &group);
	expect("another source", &p, CARP_V_advert_valid, VHID, NULL);
}

/* RFC 4861 7.1.1: a probe goes to the solicited-node address. */
Test(shapes, probes_to_other_groups)
{
	static const char *const groups[] = { "ff02::1", "ff02:0:0:1::1:ff00:1",
					      "ff02::2:ff00:1",
					      "ff02::1:fe00:1" };
	struct neighbour n = solicit_default(VIP6);
	struct packet p;

	n.source = "::";
	for (size_t i = 0; i < 4; i++) {
		n.destination = groups[i];
		p = neighbour_packet(&n);
		expect(groups[i], &p, CARP_V_ndp_malformed, VHID, NULL);
	}
}

/* What is not to be told apart by addresses is everybody's with a share. */
Test(shapes, cluster_cut_short)
{
	struct packet p = packet6(shared_mac(), "2001:db8::50", SHARED6, ICMP6);
	struct packet in, out;

	in = cut(p, 53);
	out = admitted(in);
	expect("IPv6 header", &in, CARP_V_vmac_admitted, LEADER, &out);
	in = cut(p, 77);
	out = admitted(in);
	expect("ICMPv6", &in, CARP_V_share_accepted, LEADER, &out);
	p.bytes[54] = 128;
	out = admitted(p);
	expect("echo request", &p, CARP_V_share_accepted, LEADER, &out);
	p.bytes[54 - 1] ^= 1;
	out = admitted(p);
	expect("to the other node", &p, CARP_V_share_accepted, NODE, &out);
}

/* Multicast under a MAC that is no multicast: a router has made it so. */
Test(shapes, cluster_multicast)
{
	struct packet p = packet6(shared_mac(), "fe80::9", "ff02::5", TCP), out;

	expect("IPv6", &p, CARP_V_passed, 0, NULL);
	p = packet6(virtual_mac(LEADER), "fe80::9", "ff02::5", TCP);
	out = admitted(p);
	expect("IPv6, unicast MAC", &p, CARP_V_vmac_admitted, LEADER, &out);
	p = packet4(virtual_mac(LEADER), "10.0.0.1", "224.0.0.5");
	out = admitted(p);
	expect("IPv4, unicast MAC", &p, CARP_V_vmac_admitted, LEADER, &out);
}

Test(shapes, cluster_of_no_nodes)
{
	struct packet p = packet4(shared_mac(), "10.0.0.1", SHARED4);

	rig_node(LEADER, 0, 0, LEADER, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	expect("flow", &p, CARP_V_share_elsewhere, 0, NULL);
}

/* Under the NIC's own MAC only what is to a shared address is looked at. */
Test(shapes, cluster_unnamed)
{
	struct packet p = packet4(MAC_NIC, "10.0.0.1", SHARED4), q;

	expect("whole", &p, CARP_V_share_accepted, NODE, NULL);
	q = cut(p, 33);
	expect("IPv4, cut", &q, CARP_V_passed, 0, NULL);
	put16(p.bytes + 12, 0x88cc);
	expect("not IP", &p, CARP_V_passed, 0, NULL);
	p = packet6(MAC_NIC, "2001:db8::50", SHARED6, TCP);
	q = cut(p, 53);
	expect("IPv6, cut", &q, CARP_V_passed, 0, NULL);
}

/* A cluster's name has one form; who claims a VIP under the other one speaks
 * for somebody else. */
Test(shapes, claims_in_the_other_form)
{
	struct packet p = arp_packet(2, virtual_mac(LEADER), SHARED4,
				     MAC_BROADCAST, SHARED4);

	expect("unicast", &p, CARP_V_arp_claim, LEADER, NULL);
	p = arp_packet(2, shared_mac(), SHARED4, MAC_BROADCAST, SHARED4);
	expect("multicast", &p, CARP_V_passed, 0, NULL);
}
