/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ARP: who is answered, with which bytes, and who is not.  The first pair of
 * frames was made with scapy 2.5:
 *   Ether(dst="ff:..", src=H)/ARP(op=1, hwsrc=H, psrc=.50, pdst=.1)
 *   Ether(dst=H, src=V)/ARP(op=2, hwsrc=V, psrc=.1, hwdst=H, pdst=.50)
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	OTHER = 9
};
#define VIP  "192.168.1.1"
#define HOST "192.168.1.50"

static const uint8_t nobody[6];

static void set_up(void)
{
	rig_open();
	rig_group(VHID, CARP_ROLE_MASTER);
	rig_lease(VHID, UINT64_MAX);
	rig_vip(VIP, VHID);
	rig_vip("192.168.1.9", OTHER);
	rig_group(OTHER, CARP_ROLE_BACKUP);
}

TestSuite(arp, .init = set_up, .fini = rig_close);

Test(arp, bytes_of_scapy)
{
	struct packet in = { 0 }, out = { 0 };

	packet_hex(&in, "ffffffffffff021122334455080600010800060400010211223344"
			"55c0a80132000000000000c0a80101");
	packet_hex(&out, "02112233445500005e000103080600010800060400"
			 "0200005e000103c0a80101021122334455c0a80132");
	expect("request", &in, CARP_V_arp_answered, VHID, &out);
	cr_assert_eq(rig_answered(VIP), 1);
}

/* Guards: each VIP counts its own answers. */
Test(arp, answered_per_vip)
{
	struct packet a = arp_packet(1, MAC_HOST, HOST, nobody, VIP);
	struct packet b = arp_packet(1, MAC_HOST, HOST, nobody, "192.168.1.8");
	struct packet out_a = arp_reply(&a, VHID), out_b = arp_reply(&b, VHID);

	rig_vip("192.168.1.8", VHID);
	for (int i = 0; i < 5; i++)
		expect("first", &a, CARP_V_arp_answered, VHID, &out_a);
	for (int i = 0; i < 3; i++)
		expect("second", &b, CARP_V_arp_answered, VHID, &out_b);
	cr_assert_eq(rig_answered(VIP), 5);
	cr_assert_eq(rig_answered("192.168.1.8"), 3);
	cr_assert_eq(rig_answered("192.168.1.9"), 0);
}

/* A host that probes before it takes the address must hear of us. */
Test(arp, probe)
{
	struct packet in = arp_packet(1, MAC_HOST, "0.0.0.0", nobody, VIP);
	struct packet out = arp_reply(&in, VHID);

	expect("probe", &in, CARP_V_arp_answered, VHID, &out);
}

/* Refresh of a neighbour entry: straight to the virtual MAC. */
Test(arp, unicast)
{
	struct packet in = arp_packet(1, MAC_HOST, HOST, nobody, VIP), out;

	vmac(in.bytes, VHID);
	out = arp_reply(&in, VHID);
	expect("unicast", &in, CARP_V_arp_answered, VHID, &out);
}

/* The reply goes to the sender in the packet, as RFC 826 has it. */
Test(arp, sender_differs_from_source)
{
	static const uint8_t relay[6] = { 2, 0, 0, 0, 0, 7 };
	struct packet in = arp_packet(1, MAC_HOST, HOST, nobody, VIP), out;

	memcpy(in.bytes + 6, relay, 6);
	out = arp_reply(&in, VHID);
	expect("relayed", &in, CARP_V_arp_answered, VHID, &out);
	cr_assert_arr_eq(out.bytes, MAC_HOST, 6);
}

/* Guards: nobody else speaks for our VIP unseen. */
Test(arp, claims)
{
	struct packet p = arp_packet(1, MAC_HOST, VIP, nobody, VIP);

	expect("gratuitous request", &p, CARP_V_arp_claim, VHID, NULL);
	p = arp_packet(2, MAC_HOST, VIP, MAC_BROADCAST, VIP);
	expect("gratuitous reply", &p, CARP_V_arp_claim, VHID, NULL);
	p = arp_packet(1, MAC_HOST, VIP, nobody, HOST);
	expect("asks from our VIP", &p, CARP_V_arp_claim, VHID, NULL);
	p = arp_packet(1, MAC_HOST, "192.168.1.9", nobody, VIP);
	expect("asks from the other's", &p, CARP_V_arp_claim, OTHER, NULL);
	rig_lease(VHID, 0);
	p = arp_packet(1, MAC_HOST, VIP, nobody, VIP);
	expect("whether we own it or not", &p, CARP_V_arp_claim, VHID, NULL);
}

/* Guards: announcements from the virtual MAC are not answered, ours or a
 * peer's, and the virtual MAC of another vhid is as foreign as any. */
Test(arp, announcements)
{
	uint8_t own[6], other[6];
	struct packet p;

	vmac(own, VHID);
	vmac(other, OTHER);
	p = arp_packet(1, own, VIP, nobody, VIP);
	expect("ours", &p, CARP_V_passed, 0, NULL);
	p = arp_packet(2, own, VIP, MAC_BROADCAST, VIP);
	expect("ours, reply", &p, CARP_V_passed, 0, NULL);
	p = arp_packet(1, other, VIP, nobody, VIP);
	expect("from vhid 9", &p, CARP_V_arp_claim, VHID, NULL);
}

Test(arp, not_ours)
{
	struct packet p = arp_packet(1, MAC_HOST, HOST, nobody, "192.168.1.7");
	struct packet out;

	expect("another address", &p, CARP_V_passed, 0, NULL);
	p = arp_packet(2, MAC_HOST, HOST, nobody, VIP);
	expect("a reply", &p, CARP_V_passed, 0, NULL);
	vmac(p.bytes, VHID);
	out = p;
	memcpy(out.bytes, MAC_NIC, 6);
	expect("to the virtual MAC", &p, CARP_V_vmac_admitted, VHID, &out);
}

/* Each field that says "Ethernet and IPv4" has to say so. */
Test(arp, other_hardware)
{
	for (size_t byte = 14; byte < 20; byte++) {
		struct packet p = arp_packet(1, MAC_HOST, HOST, nobody, VIP);

		p.bytes[byte] ^= 0x10;
		expect("not Ethernet and IPv4", &p, CARP_V_passed, 0, NULL);
	}
}

Test(arp, lease)
{
	struct packet p = arp_packet(1, MAC_HOST, HOST, nobody, VIP);

	rig_lease(VHID, 0);
	expect("dead", &p, CARP_V_arp_lease_dead, VHID, NULL);
	for (int role = CARP_ROLE_NONE; role < CARP_ROLE_MASTER; role++) {
		rig_group(VHID, (enum carp_role)role);
		expect("not master", &p, CARP_V_arp_not_owner, VHID, NULL);
	}
	cr_assert_eq(rig_answered(VIP), 0);
}
