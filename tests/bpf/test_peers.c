/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups that name their peers: whom they hear, and from how far away.
 */
#include <criterion/criterion.h>
#include <stdio.h>
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

TestSuite(peers, .init = set_up, .fini = rig_close);

static void enforce(uint8_t families, uint8_t ttl_min)
{
	struct carp_vhid group = rig_get_group(VHID);

	group.peers = families;
	group.ttl_min = ttl_min;
	rig_set_group(VHID, &group);
}

static void check(const char *what, const struct advert *a,
		  enum carp_verdict verdict)
{
	struct packet p = advert_packet(a);

	expect(what, &p, verdict, VHID, NULL);
}

/* Guards: of a listed family only the listed are heard, unicast or not. */
Test(peers, strangers)
{
	struct advert a = advert_default(), b = advert_default6();

	rig_peer(VHID, "192.168.1.2");
	enforce(CARP_PEERS_V4, 0);
	check("the peer", &a, CARP_V_advert_valid);
	check("IPv6 has no list", &b, CARP_V_advert_valid);
	a.source = "192.168.1.3";
	check("another", &a, CARP_V_advert_stranger);
	a.destination = "192.168.1.4";
	check("another, unicast", &a, CARP_V_advert_stranger);
	a.source = "192.168.1.2";
	check("the peer, unicast", &a, CARP_V_advert_unicast);

	enforce(CARP_PEERS_V4 | CARP_PEERS_V6, 0);
	check("no IPv6 peer", &b, CARP_V_advert_stranger);
	rig_peer(VHID, b.source);
	check("the IPv6 peer", &b, CARP_V_advert_valid);
}

/* Guards: a peer of one vhid is none of another, nor an IPv4 address the
 * first bytes of an IPv6 one. */
Test(peers, one_vhid)
{
	struct advert a = advert_default();

	rig_peer(OTHER, "192.168.1.2");
	rig_peer(VHID, "c0a8:0102::");
	enforce(CARP_PEERS_V4, 0);
	check("peer of another vhid", &a, CARP_V_advert_stranger);
}

/* Guards: the bits of the peers spare a look at the list, and never add to it:
 * who shares one with a peer is a stranger still. */
Test(peers, bits)
{
	struct advert a = advert_default();
	struct carp_vhid group;
	uint8_t peer[16] = { 0 }, other[16] = { 0 };
	char name[] = "192.168.1.000";
	int same = 3;

	rig_peer(VHID, "192.168.1.2");
	rig_peer(VHID, "192.168.2.2");
	enforce(CARP_PEERS_V4, 0);
	group = rig_get_group(VHID);
	parse_address("192.168.1.2", peer);
	group.peer_bits = carp_peer_bit(peer);
	rig_set_group(VHID, &group);
	check("the peer", &a, CARP_V_advert_valid);
	a.source = "192.168.2.2";
	check("listed, but without its bit", &a, CARP_V_advert_stranger);
	memcpy(other, peer, sizeof(other));
	for (other[3] = (uint8_t)same;
	     carp_peer_bit(other) != carp_peer_bit(peer); same++)
		other[3] = (uint8_t)same;
	cr_assert_lt(same, 256);
	snprintf(name, sizeof(name), "192.168.1.%d", other[3]);
	a.source = name;
	check("has the peer's bit", &a, CARP_V_advert_stranger);
}

/* Guards: a stranger costs no HMAC and leaves no trace. */
Test(peers, before_the_digest)
{
	struct advert a = advert_default();

	enforce(CARP_PEERS_V4, 0);
	a.bad_digest = true;
	check("forged", &a, CARP_V_advert_stranger);
	cr_assert_eq(rig_drain().count, 0);
	cr_assert_eq(rig_get_group(VHID).last_valid_ns, 0);
}

/* Guards: what crosses routers is believed of peers, by unicast, and no
 * further away than allowed. */
Test(peers, ttl)
{
	struct advert a = advert_default();

	a.ttl = 254;
	enforce(0, 254);
	check("without peers", &a, CARP_V_advert_ttl);
	rig_peer(VHID, "192.168.1.2");
	enforce(CARP_PEERS_V4, 254);
	check("multicast", &a, CARP_V_advert_ttl);
	a.destination = "192.168.1.4";
	check("unicast", &a, CARP_V_advert_unicast);
	a.ttl = 253;
	check("one router more", &a, CARP_V_advert_ttl);
	enforce(CARP_PEERS_V4, 1);
	check("allowed as well", &a, CARP_V_advert_unicast);
	enforce(CARP_PEERS_V4, 0);
	check("nothing said", &a, CARP_V_advert_ttl);
	a.ttl = 254;
	a.source = "192.168.1.3";
	enforce(CARP_PEERS_V4, 254);
	check("a stranger", &a, CARP_V_advert_stranger);
}

Test(peers, hop_limit)
{
	struct advert a = advert_default6();

	a.ttl = 254;
	a.destination = "2001:db8::9";
	rig_peer(VHID, a.source);
	enforce(CARP_PEERS_V4, 254);
	check("IPv6 has no list", &a, CARP_V_advert_ttl);
	enforce(CARP_PEERS_V6, 254);
	check("listed", &a, CARP_V_advert_unicast);
}
