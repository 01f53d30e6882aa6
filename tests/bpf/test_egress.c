/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames on their way out.  Guards: nobody sends from a virtual MAC or speaks
 * for a VIP without a live lease, except a master its advertisements and anyone
 * the bow-out, and what the kernel itself says about a VIP names the virtual
 * MAC.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "harness.h"

enum {
	VHID = 3
};
#define VIP4 "192.168.1.1"
#define VIP6 "2001:db8::1"

static const uint8_t nobody[6];

static void set_up(void)
{
	rig_open();
	rig_group(VHID, CARP_ROLE_MASTER);
	rig_lease(VHID, UINT64_MAX);
	rig_vip(VIP4, VHID);
	rig_vip(VIP6, VHID);
}

TestSuite(egress, .init = set_up, .fini = rig_close);

static void advertises(struct advert a, const char *what)
{
	struct packet p = advert_packet(&a);

	rig_lease(VHID, UINT64_MAX);
	expect_sent(what, &p, CARP_V_passed, 0, NULL);
	rig_lease(VHID, 0);
	expect_sent("a master's, no lease", &p, CARP_V_passed, 0, NULL);
	rig_group(VHID, CARP_ROLE_BACKUP);
	expect_sent("a backup's", &p, CARP_V_out_guarded, VHID, NULL);
	a.advbase = a.advskew = 255;
	p = advert_packet(&a);
	expect_sent("bow-out", &p, CARP_V_passed, 0, NULL);
	a.advskew = 254;
	p = advert_packet(&a);
	expect_sent("no bow-out", &p, CARP_V_out_guarded, VHID, NULL);
	rig_group(VHID, CARP_ROLE_MASTER);
}

Test(egress, advertisements)
{
	advertises(advert_default(), "IPv4");
	advertises(advert_default6(), "IPv6");
}

/* A vhid that is not configured here is another program's. */
Test(egress, roles)
{
	struct advert a = advert_default();
	struct packet p = advert_packet(&a);

	rig_lease(VHID, 0);
	for (int role = CARP_ROLE_NONE; role <= CARP_ROLE_MASTER; role++) {
		rig_group(VHID, (enum carp_role)role);
		expect_sent("role", &p,
			    role == CARP_ROLE_INIT || role == CARP_ROLE_BACKUP
				    ? CARP_V_out_guarded
				    : CARP_V_passed,
			    VHID, NULL);
	}
}

static struct packet from_vmac(struct packet p)
{
	vmac(p.bytes + 6, VHID);
	return p;
}

Test(egress, arp_of_the_kernel)
{
	struct packet in = arp_packet(1, MAC_NIC, VIP4, nobody, "192.168.1.9");
	struct packet out = from_vmac(in);

	vmac(out.bytes + 22, VHID);
	expect_sent("asks", &in, CARP_V_out_virtual, VHID, &out);
	expect_sent("already virtual", &out, CARP_V_passed, 0, NULL);
	rig_lease(VHID, 0);
	expect_sent("no lease", &in, CARP_V_out_guarded, VHID, NULL);
	in = arp_packet(1, MAC_NIC, "192.168.1.2", nobody, VIP4);
	expect_sent("from its own address", &in, CARP_V_passed, 0, NULL);
}

/* The expected frame is built anew, checksum and all. */
static void speaks(const char *what, struct neighbour n, uint8_t option)
{
	uint8_t own[6];
	struct packet in, out;

	vmac(own, VHID);
	memcpy(n.source_mac, MAC_NIC, 6);
	neighbour_option(&n, option, 1, MAC_NIC);
	in = neighbour_packet(&n);
	n.options_size = 0;
	memcpy(n.source_mac, own, 6);
	neighbour_option(&n, option, 1, own);
	out = neighbour_packet(&n);
	rig_lease(VHID, UINT64_MAX);
	expect_sent(what, &in, CARP_V_out_virtual, VHID, &out);
	expect_sent("already virtual", &out, CARP_V_passed, 0, NULL);
	rig_lease(VHID, 0);
	expect_sent("no lease", &in, CARP_V_out_guarded, VHID, NULL);
}

Test(egress, neighbour_discovery_of_the_kernel)
{
	struct neighbour n = solicit_default("2001:db8::50");

	n.source = VIP6;
	speaks("solicitation", n, 1);
	n = solicit_default(VIP6);
	n.type = 136;
	n.flags = 0x60;
	n.source = VIP6;
	n.destination = "fe80::99";
	speaks("advertisement", n, 2);
}

Test(egress, everything_else)
{
	struct neighbour n = solicit_default("2001:db8::50");
	struct packet p = neighbour_packet(&n);

	expect_sent("solicitation", &p, CARP_V_passed, 0, NULL);
	memset(&p, 0, sizeof(p));
	packet_ethernet(&p, MAC_HOST, MAC_NIC, 0x0800);
	packet_ip4(&p, VIP4, "10.0.0.2", 6, 64, 20);
	packet_pad(&p, 60);
	expect_sent("traffic from the VIP", &p, CARP_V_passed, 0, NULL);
	vmac(p.bytes + 6, VHID);
	expect_sent("from the virtual MAC", &p, CARP_V_passed, 0, NULL);
	rig_lease(VHID, 0);
	expect_sent("the same, no lease", &p, CARP_V_out_guarded, VHID, NULL);
}
