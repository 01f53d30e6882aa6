/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Clusters.  Guards: of a frame to a balanced VIP exactly the node that the
 * addresses come to has its say, whatever the mode, the family and the MAC it
 * was sent to, and only with a live lease; everything else passes as if there
 * were no cluster.  The nodes are computed here a second time.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

enum {
	LEADER = 3,
	SECOND = 7,
	THIRD = 200,
	NODES = 3,
	TCP = 6,
	UDP = 17,
};
#define VIP4  "192.168.1.1"
#define VIP6  "2001:db8::1"
#define ALONE "192.168.1.9"

static const uint8_t vhids[NODES] = { LEADER, SECOND, THIRD };
static const enum carp_balancing modes[] = { CARP_BALANCING_IP,
					     CARP_BALANCING_IP_STEALTH,
					     CARP_BALANCING_IP_UNICAST };
static enum carp_balancing mode;

static void cluster(enum carp_balancing balancing)
{
	mode = balancing;
	for (uint8_t i = 0; i < NODES; i++) {
		rig_node(LEADER, NODES, i, vhids[i], CARP_ROLE_BACKUP, mode);
		rig_lease(vhids[i], 0);
	}
}

static void set_up(void)
{
	rig_open();
	cluster(CARP_BALANCING_IP);
	rig_vip(VIP4, LEADER);
	rig_vip(VIP6, LEADER);
	rig_vip(ALONE, 9);
	rig_group(9, CARP_ROLE_MASTER);
	rig_lease(9, UINT64_MAX);
}

TestSuite(share, .init = set_up, .fini = rig_close);

/* What neighbours are told in this mode. */
static const uint8_t *named(void)
{
	static uint8_t mac[6];

	vmac(mac, LEADER);
	mac[0] = mode == CARP_BALANCING_IP;
	return mac;
}

/* And the source of frames that tell them. */
static const uint8_t *source(void)
{
	static uint8_t mac[6];

	vmac(mac, LEADER);
	return mode == CARP_BALANCING_IP_UNICAST ? mac : MAC_NIC;
}

/* The number of all bytes of both addresses, taken word by word. */
static size_t node_of(const char *from, const char *to)
{
	uint8_t bytes[32];
	size_t size = parse_address(from, bytes) ? 16 : 4;
	uint64_t fold = 0;

	parse_address(to, bytes + size);
	for (size_t i = 0; i < 2 * size; i += 4)
		fold ^= (uint64_t)bytes[i] << 24 |
			(uint64_t)bytes[i + 1] << 16 |
			(uint64_t)bytes[i + 2] << 8 | bytes[i + 3];
	return fold % NODES;
}

static struct packet packet_to(const uint8_t *mac, const char *from,
			       const char *to, uint8_t protocol)
{
	struct packet p = { 0 };
	uint8_t address[16];

	if (parse_address(to, address)) {
		packet_ethernet(&p, mac, MAC_HOST, 0x86dd);
		packet_ip6(&p, from, to, protocol, 64, 20);
	} else {
		packet_ethernet(&p, mac, MAC_HOST, 0x0800);
		packet_ip4(&p, from, to, protocol, 64, 20);
	}
	packet_pad(&p, 80);
	return p;
}

static struct packet accepted(const struct packet *in)
{
	struct packet out = *in;

	memcpy(out.bytes, MAC_NIC, 6);
	return out;
}

/* Every node in turn serves, and takes this packet only if it is its own. */
static void one_takes(const char *what, const struct packet *p, size_t node)
{
	struct packet out = accepted(p);

	for (size_t i = 0; i < NODES; i++) {
		rig_lease(vhids[i], UINT64_MAX);
		if (i == node)
			expect(what, p, CARP_V_share_accepted, vhids[node],
			       &out);
		else
			expect(what, p, CARP_V_share_elsewhere, vhids[node],
			       NULL);
		rig_lease(vhids[i], 0);
	}
}

Test(share, one_node_takes_a_flow)
{
	uint8_t virtual_mac[6];
	char from4[32], from6[48];

	vmac(virtual_mac, LEADER);
	for (size_t m = 0; m < 3; m++) {
		cluster(modes[m]);
		for (unsigned int i = 0; i < 24; i++) {
			const uint8_t *macs[] = { named(), virtual_mac,
						  MAC_NIC };

			snprintf(from4, sizeof(from4), "10.%u.7.%u", i * 9,
				 i + 1);
			snprintf(from6, sizeof(from6), "2001:db8:%x:7::%x:%x",
				 i * 77, i * 5, i + 1);
			for (size_t k = 0; k < 3; k++) {
				struct packet p =
					packet_to(macs[k], from4, VIP4, TCP);

				one_takes(from4, &p, node_of(from4, VIP4));
				p = packet_to(macs[k], from6, VIP6, UDP);
				one_takes(from6, &p, node_of(from6, VIP6));
			}
		}
	}
}

/* A router's cluster: what it forwards is shared like what it ends. */
Test(share, forwarded_and_back)
{
	struct packet p = packet_to(named(), "10.0.0.1", "198.51.100.7", UDP);

	one_takes("out", &p, node_of("10.0.0.1", "198.51.100.7"));
	p = packet_to(named(), "198.51.100.7", "10.0.0.1", UDP);
	one_takes("back", &p, node_of("10.0.0.1", "198.51.100.7"));
	p = packet_to(named(), "2001:db8:7::1", "2001:db8:9::2", UDP);
	one_takes("out", &p, node_of("2001:db8:9::2", "2001:db8:7::1"));
	p = packet_to(MAC_NIC, "198.51.100.7", "10.0.0.1", UDP);
	expect("to the NIC", &p, CARP_V_passed, 0, NULL);
}

/* All fragments of a packet, errors about it and any port go one way. */
Test(share, nothing_but_addresses_counts)
{
	struct packet p = packet_to(named(), "10.0.0.1", VIP4, TCP);
	size_t node = node_of("10.0.0.1", VIP4);

	p.bytes[14 + 6] = 0x20;
	one_takes("first fragment", &p, node);
	p.bytes[14 + 6] = 0;
	p.bytes[14 + 7] = 0x20;
	one_takes("another fragment", &p, node);
	p = packet_to(named(), "10.0.0.1", VIP4, 1);
	one_takes("ICMP", &p, node);
	memset(p.bytes + 34, 0xa5, 20);
	one_takes("other payload", &p, node);
	packet_tag(&p, 0x8100, 0);
	one_takes("priority tag", &p, node);
}

Test(share, the_lease_decides)
{
	struct packet p = packet_to(named(), "10.0.0.1", VIP4, TCP);
	struct packet out = accepted(&p);
	uint8_t vhid = vhids[node_of("10.0.0.1", VIP4)];
	uint64_t until = rig_now() + 5000000;
	struct outcome o;

	for (int role = CARP_ROLE_INIT; role <= CARP_ROLE_MASTER; role++) {
		for (uint8_t i = 0; i < NODES; i++)
			rig_node(LEADER, NODES, i, vhids[i],
				 (enum carp_role)role, mode);
		rig_lease(vhid, 0);
		expect("dead", &p,
		       role == CARP_ROLE_MASTER ? CARP_V_share_lease_dead
						: CARP_V_share_elsewhere,
		       vhid, NULL);
		rig_lease(vhid, UINT64_MAX);
		expect("alive", &p, CARP_V_share_accepted, vhid, &out);
	}
	rig_lease(vhid, until);
	do {
		uint64_t before = rig_now();

		o = rig_run(&p);
		if (o.verdict == CARP_V_share_accepted)
			cr_assert_lt(before, until, "took it after the lease");
		else
			cr_assert_geq(rig_now(), until, "left it too early");
	} while (o.verdict == CARP_V_share_accepted);
	cr_assert_eq(o.verdict, CARP_V_share_lease_dead);
}

/* 01:00:5e:00:01:03 is also the MAC of 224.0.1.3. */
Test(share, multicast_and_broadcast_are_untouched)
{
	static const char *const groups[] = { "224.0.1.3", "239.128.1.3" };
	struct packet p;

	for (size_t i = 0; i < 2; i++) {
		p = packet_to(named(), "10.0.0.1", groups[i], UDP);
		expect(groups[i], &p, CARP_V_passed, 0, NULL);
	}
	p = packet_to(MAC_BROADCAST, "10.0.0.1", VIP4, UDP);
	expect("broadcast", &p, CARP_V_passed, 0, NULL);
	p = packet_to(MAC_HOST, "10.0.0.1", VIP4, UDP);
	expect("another NIC's", &p, CARP_V_passed, 0, NULL);
}

Test(share, others_are_untouched)
{
	uint8_t mac[6];
	struct packet p = packet_to(MAC_NIC, "10.0.0.1", ALONE, TCP), out;

	expect("VIP of a group", &p, CARP_V_passed, 0, NULL);
	vmac(mac, 9);
	p = packet_to(mac, "10.0.0.1", ALONE, TCP);
	out = accepted(&p);
	expect("MAC of a group", &p, CARP_V_vmac_admitted, 9, &out);
	mac[0] = 1;
	p = packet_to(mac, "10.0.0.1", ALONE, TCP);
	expect("its other form", &p, CARP_V_passed, 0, NULL);
	vmac(mac, SECOND);
	p = packet_to(mac, "10.0.0.1", VIP4, TCP);
	rig_lease(SECOND, UINT64_MAX);
	expect("a node that does not lead", &p, CARP_V_vmac_not_owner, SECOND,
	       NULL);
	mac[0] = 1;
	p = packet_to(mac, "10.0.0.1", VIP4, TCP);
	expect("its other form", &p, CARP_V_passed, 0, NULL);
}

/* Whoever asked, the answer comes to the cluster: all who serve take it. */
Test(share, answers_of_neighbours_are_everybodys)
{
	struct packet arp =
		arp_packet(2, MAC_HOST, "192.168.1.50", named(), VIP4);
	struct neighbour n = solicit_default("2001:db8::50");
	struct packet na, out;

	memcpy(arp.bytes, named(), 6);
	n.type = 136;
	n.flags = 0x60;
	n.source = "2001:db8::50";
	n.destination = VIP6;
	memcpy(n.destination_mac, named(), 6);
	neighbour_option(&n, 2, 1, MAC_HOST);
	na = neighbour_packet(&n);
	expect("nobody serves", &arp, CARP_V_vmac_not_owner, LEADER, NULL);
	expect("nobody serves", &na, CARP_V_vmac_not_owner, LEADER, NULL);
	for (size_t i = 0; i < NODES; i++) {
		rig_lease(vhids[i], UINT64_MAX);
		out = accepted(&arp);
		expect("ARP", &arp, CARP_V_vmac_admitted, LEADER, &out);
		out = accepted(&na);
		expect("ND", &na, CARP_V_vmac_admitted, LEADER, &out);
		rig_lease(vhids[i], 0);
	}
	memcpy(na.bytes, MAC_NIC, 6);
	expect("ND to the NIC", &na, CARP_V_passed, 0, NULL);
}

/* Only the leader's lease answers, in the words of the mode. */
Test(share, the_leader_answers)
{
	static const uint8_t nobody[6];
	struct packet arp =
		arp_packet(1, MAC_HOST, "192.168.1.50", nobody, VIP4);
	struct neighbour n = solicit_default(VIP6), r;
	struct packet nd, out;

	neighbour_option(&n, 1, 1, MAC_HOST);
	nd = neighbour_packet(&n);
	for (size_t m = 0; m < 3; m++) {
		cluster(modes[m]);
		rig_lease(SECOND, UINT64_MAX);
		rig_lease(THIRD, UINT64_MAX);
		expect("ARP", &arp, CARP_V_arp_not_owner, LEADER, NULL);
		expect("ND", &nd, CARP_V_ndp_not_owner, LEADER, NULL);
		rig_lease(LEADER, UINT64_MAX);
		out = arp_reply(&arp, LEADER);
		memcpy(out.bytes + 6, source(), 6);
		memcpy(out.bytes + 22, named(), 6);
		expect("ARP", &arp, CARP_V_arp_answered, LEADER, &out);
		r = (struct neighbour){ .type = 136,
					.hop_limit = 255,
					.flags = 0x60,
					.source = VIP6,
					.destination = n.source,
					.target = VIP6 };
		memcpy(r.destination_mac, MAC_HOST, 6);
		memcpy(r.source_mac, source(), 6);
		neighbour_option(&r, 2, 1, named());
		out = neighbour_packet(&r);
		expect("ND", &nd, CARP_V_ndp_answered, LEADER, &out);
	}
}

/* A host of the cluster that asks in the VIP's name claims nothing. */
Test(share, fellows_are_no_foreigners)
{
	static const uint8_t nobody[6];
	struct neighbour n = solicit_default(VIP6);
	struct packet p;

	n.type = 136;
	n.source = VIP6;
	n.destination = "ff02::1";
	for (size_t m = 0; m < 3; m++) {
		cluster(modes[m]);
		p = arp_packet(1, named(), VIP4, nobody, "192.168.1.50");
		expect("ARP", &p, CARP_V_passed, 0, NULL);
		p = arp_packet(1, MAC_HOST, VIP4, nobody, "192.168.1.50");
		expect("foreign ARP", &p, CARP_V_arp_claim, LEADER, NULL);
		n.options_size = 0;
		neighbour_option(&n, 2, 1, named());
		p = neighbour_packet(&n);
		expect("ND", &p, CARP_V_passed, 0, NULL);
	}
}

static struct packet solicitation(const uint8_t *mac)
{
	struct neighbour n = solicit_default("2001:db8::50");

	n.source = VIP6;
	memcpy(n.source_mac, MAC_NIC, 6);
	neighbour_option(&n, 1, 1, mac);
	return neighbour_packet(&n);
}

/* Who serves any node has to find his clients; who serves none is mute. */
Test(share, asks_in_the_name_of_the_cluster)
{
	static const uint8_t nobody[6];
	struct packet in, out;

	for (size_t m = 0; m < 3; m++) {
		cluster(modes[m]);
		in = arp_packet(1, MAC_NIC, VIP4, nobody, "192.168.1.50");
		expect_sent("mute", &in, CARP_V_out_guarded, LEADER, NULL);
		rig_lease(THIRD, UINT64_MAX);
		out = in;
		memcpy(out.bytes + 22, named(), 6);
		expect_sent("ARP", &in, CARP_V_out_virtual, LEADER, &out);
		in = solicitation(MAC_NIC);
		out = solicitation(named());
		expect_sent("ND", &in, CARP_V_out_virtual, LEADER, &out);
		in = arp_packet(2, MAC_NIC, VIP4, MAC_HOST, "192.168.1.50");
		expect_sent("no answer", &in, CARP_V_out_guarded, LEADER, NULL);
	}
}

/* What no switch may learn never leaves, lease or not. */
Test(share, hidden_macs_stay_hidden)
{
	struct advert a = advert_default();
	struct packet p = advert_packet(&a);

	for (size_t m = 0; m < 3; m++) {
		cluster(modes[m]);
		rig_lease(LEADER, UINT64_MAX);
		expect_sent("from the virtual MAC", &p,
			    mode == CARP_BALANCING_IP_UNICAST
				    ? CARP_V_passed
				    : CARP_V_out_guarded,
			    LEADER, NULL);
		memcpy(p.bytes + 6, MAC_NIC, 6);
		expect_sent("from the NIC's", &p, CARP_V_passed, 0, NULL);
		vmac(p.bytes + 6, LEADER);
	}
}

/* The largest cluster: the last of 32 nodes. */
Test(share, thirty_two_nodes)
{
	struct packet p = packet_to(named(), "10.0.0.30", "0.0.0.1", UDP), out;

	for (uint8_t i = 0; i < 32; i++)
		rig_node(LEADER, 32, i, (uint8_t)(LEADER + i), CARP_ROLE_BACKUP,
			 mode);
	out = accepted(&p);
	rig_lease(LEADER + 31, UINT64_MAX);
	/* 10.0.0.30 ^ 0.0.0.1 ends in 31. */
	expect("the last", &p, CARP_V_share_accepted, LEADER + 31, &out);
	p = packet_to(named(), "10.0.0.30", "0.0.0.2", UDP);
	expect("another's", &p, CARP_V_share_elsewhere, LEADER + 28, NULL);
	p = arp_packet(2, MAC_HOST, "192.168.1.50", named(), VIP4);
	memcpy(p.bytes, named(), 6);
	out = accepted(&p);
	expect("serves one", &p, CARP_V_vmac_admitted, LEADER, &out);
}

/* Cut short it is nobody's flow; the stack will see. */
Test(share, short_frames)
{
	struct packet p = { 0 }, out;

	packet_ethernet(&p, named(), MAC_HOST, 0x0800);
	packet_pad(&p, 33);
	expect("header cut", &p, CARP_V_vmac_not_owner, LEADER, NULL);
	rig_lease(SECOND, UINT64_MAX);
	out = accepted(&p);
	expect("header cut", &p, CARP_V_vmac_admitted, LEADER, &out);
	p = (struct packet){ 0 };
	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x86dd);
	packet_pad(&p, 53);
	expect("to the NIC", &p, CARP_V_passed, 0, NULL);
}
