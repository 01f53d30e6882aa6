/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The lease, and the frames to the virtual MAC that live by it.  Guards the
 * sentence everything rests on: without a deadline in the future the data
 * plane is silent, whatever the role says.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3,
	OTHER = 9
};
#define VIP4 "192.168.1.1"
#define VIP6 "2001:db8::1"

static void set_up(void)
{
	rig_open();
	rig_group(VHID, CARP_ROLE_MASTER);
	rig_vip(VIP4, VHID);
	rig_vip(VIP6, VHID);
}

TestSuite(lease, .init = set_up, .fini = rig_close);

static struct packet tcp_to(uint8_t vhid)
{
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x0800);
	packet_ip4(&p, "10.0.0.1", VIP4, 6, 64, 20);
	packet_pad(&p, 60);
	vmac(p.bytes, vhid);
	return p;
}

/* Runs frames across the deadline and compares with the clock around each. */
static void across(const struct packet *p, enum carp_verdict alive,
		   enum carp_verdict dead)
{
	uint64_t until = rig_now() + 100000000, before, after;
	size_t answers = 0;
	struct outcome o;

	rig_lease(VHID, until);
	do {
		before = rig_now();
		o = rig_run(p);
		after = rig_now();
		cr_assert_eq(o.moved, 1);
		cr_assert(o.verdict == alive || o.verdict == dead);
		if (o.verdict == alive)
			cr_assert_lt(before, until, "spoke after the lease");
		else
			cr_assert_geq(after, until, "silent too early");
		answers += o.verdict == alive;
	} while (o.verdict == alive);
	cr_assert_gt(answers, 0);
	for (int i = 0; i < 10; i++)
		cr_assert_eq(rig_run(p).verdict, dead);
}

Test(lease, ends_for_arp)
{
	static const uint8_t nobody[6];
	struct packet p = arp_packet(1, MAC_HOST, "192.168.1.50", nobody, VIP4);

	across(&p, CARP_V_arp_answered, CARP_V_arp_lease_dead);
}

Test(lease, ends_for_ndp)
{
	struct neighbour n = solicit_default(VIP6);
	struct packet p;

	neighbour_option(&n, 1, 1, MAC_HOST);
	p = neighbour_packet(&n);
	across(&p, CARP_V_ndp_answered, CARP_V_ndp_lease_dead);
}

Test(lease, ends_for_vmac)
{
	struct packet p = tcp_to(VHID);

	across(&p, CARP_V_vmac_admitted, CARP_V_vmac_lease_dead);
}

/* A lease is dead at its deadline, not one nanosecond later. */
Test(lease, past_and_zero)
{
	struct packet p = tcp_to(VHID), out = p;

	memcpy(out.bytes, MAC_NIC, 6);
	rig_lease(VHID, rig_now());
	expect("now", &p, CARP_V_vmac_lease_dead, VHID, NULL);
	rig_lease(VHID, 1);
	expect("long past", &p, CARP_V_vmac_lease_dead, VHID, NULL);
	rig_lease(VHID, 0);
	expect("never", &p, CARP_V_vmac_lease_dead, VHID, NULL);
	rig_lease(VHID, UINT64_MAX);
	expect("for ever", &p, CARP_V_vmac_admitted, VHID, &out);
}

/* Guards: one slot's lease says nothing about another's. */
Test(lease, per_slot)
{
	struct packet p = tcp_to(OTHER), out = p;

	memcpy(out.bytes, MAC_NIC, 6);
	rig_group(OTHER, CARP_ROLE_MASTER);
	rig_lease(VHID, UINT64_MAX);
	expect("another's lease", &p, CARP_V_vmac_lease_dead, OTHER, NULL);
	rig_lease(OTHER, UINT64_MAX);
	rig_lease(VHID, 0);
	expect("its own", &p, CARP_V_vmac_admitted, OTHER, &out);
}

Test(lease, vmac_roles)
{
	struct packet p = tcp_to(VHID), out = p;

	memcpy(out.bytes, MAC_NIC, 6);
	for (int role = CARP_ROLE_INIT; role <= CARP_ROLE_MASTER; role++) {
		rig_group(VHID, (enum carp_role)role);
		rig_lease(VHID, 0);
		expect("dead", &p,
		       role == CARP_ROLE_MASTER ? CARP_V_vmac_lease_dead
						: CARP_V_vmac_not_owner,
		       VHID, NULL);
		rig_lease(VHID, UINT64_MAX);
		expect("alive", &p, CARP_V_vmac_admitted, VHID, &out);
	}
	rig_group(VHID, CARP_ROLE_OBSERVER);
	expect("observed", &p, CARP_V_passed, 0, NULL);
	rig_group(VHID, CARP_ROLE_AUDITOR);
	expect("observed with VIPs", &p, CARP_V_passed, 0, NULL);
	rig_group(VHID, CARP_ROLE_NONE);
	expect("not configured", &p, CARP_V_passed, 0, NULL);
}

/* Guards: only 00:00:5e:00:01:VHID is a virtual MAC. */
Test(lease, other_macs)
{
	for (size_t bit = 0; bit < 40; bit++) {
		struct packet p = tcp_to(VHID);

		p.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect("not a virtual MAC", &p, CARP_V_passed, 0, NULL);
	}
	struct packet zero = tcp_to(0);

	expect("vhid 0", &zero, CARP_V_passed, 0, NULL);
}

/* Guards: any protocol to the virtual MAC, as short as a frame can be. */
Test(lease, any_protocol)
{
	static const uint16_t types[] = { 0x0800, 0x0806, 0x86dd, 0x88cc, 46 };

	rig_lease(VHID, UINT64_MAX);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct packet p = { 0 }, out = { 0 };
		uint8_t mac[6];

		vmac(mac, VHID);
		packet_ethernet(&p, mac, MAC_HOST, types[i]);
		packet_ethernet(&out, MAC_NIC, MAC_HOST, types[i]);
		expect("header only", &p, CARP_V_vmac_admitted, VHID, &out);
	}
}
