/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Every way a frame can end, at least once: one table, walked in one process
 * so that the list itself can demand that no verdict was left out.
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

struct row {
	enum carp_verdict verdict;
	unsigned int index;
	enum carp_role role;
	bool lease;
	struct packet (*in)(void);
	struct packet (*out)(void); /* NULL: as it came */
};

static struct packet tcp(void)
{
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x0800);
	packet_ip4(&p, "10.0.0.1", "10.0.0.2", 6, 64, 20);
	packet_pad(&p, 60);
	return p;
}

static struct packet cut_tag(void)
{
	struct packet p = { 0 };

	packet_ethernet(&p, MAC_NIC, MAC_HOST, 0x8100);
	packet_pad(&p, 16);
	return p;
}

static struct packet vlan7(void)
{
	struct packet p = tcp();

	packet_tag(&p, 0x8100, 7);
	return p;
}

static struct packet vrrp3(void)
{
	struct advert a = advert_default();

	a.version_type = 0x31;
	return advert_packet(&a);
}

static struct packet advert(void)
{
	struct advert a = advert_default();

	return advert_packet(&a);
}

static struct packet advert_other(void)
{
	struct advert a = advert_default();

	a.vhid = OTHER;
	return advert_packet(&a);
}

static struct packet advert_unicast(void)
{
	struct advert a = advert_default();

	a.destination = "192.168.1.3";
	return advert_packet(&a);
}

static struct packet advert_echo(void)
{
	struct advert a = advert_default();

	a.source = "192.168.1.77";
	return advert_packet(&a);
}

static struct packet advert_fragment(void)
{
	struct advert a = advert_default();

	a.fragment = 0x2000;
	return advert_packet(&a);
}

static struct packet advert_ip(void)
{
	struct packet p = advert();

	p.bytes[14 + 10] ^= 1;
	return p;
}

static struct packet advert_ttl(void)
{
	struct advert a = advert_default();

	a.ttl = 254;
	return advert_packet(&a);
}

/* set_up() lists an IPv6 peer that is none of the frames' senders. */
static struct packet advert_stranger(void)
{
	struct advert a = advert_default6();

	return advert_packet(&a);
}

static struct packet advert_length(void)
{
	struct packet whole = advert(), p = { 0 };

	packet_add(&p, whole.bytes, 14);
	packet_ip4(&p, "192.168.1.2", "224.0.0.18", 112, 255, 35);
	packet_add(&p, whole.bytes + 34, 35);
	return p;
}

static struct packet advert_version(void)
{
	struct advert a = advert_default();

	a.version_type = 0x11;
	return advert_packet(&a);
}

static struct packet advert_type(void)
{
	struct advert a = advert_default();

	a.version_type = 0x22;
	return advert_packet(&a);
}

static struct packet advert_checksum(void)
{
	struct advert a = advert_default();

	a.bad_checksum = true;
	return advert_packet(&a);
}

static struct packet advert_digest(void)
{
	struct advert a = advert_default();

	a.bad_digest = true;
	return advert_packet(&a);
}

static struct packet advert_seal_broken(void)
{
	struct advert a = advert_default();

	advert_seal(&a, 9);
	a.advskew ^= 1;
	return advert_packet(&a);
}

static struct packet advert_replayed(void)
{
	struct advert a = advert_default();

	advert_seal(&a, 9);
	return advert_packet(&a);
}

static const uint8_t nobody[6];

static struct packet arp(void)
{
	return arp_packet(1, MAC_HOST, "192.168.1.50", nobody, VIP4);
}

static struct packet arp_out(void)
{
	struct packet p = arp();

	return arp_reply(&p, VHID);
}

static struct packet arp_claim(void)
{
	return arp_packet(1, MAC_HOST, VIP4, nobody, VIP4);
}

static struct neighbour solicit(void)
{
	struct neighbour n = solicit_default(VIP6);

	neighbour_option(&n, 1, 1, MAC_HOST);
	return n;
}

static struct packet ndp(void)
{
	struct neighbour n = solicit();

	return neighbour_packet(&n);
}

static struct packet ndp_out(void)
{
	struct neighbour n = solicit();

	return neighbour_reply(&n, VHID, false);
}

static struct packet ndp_deferred(void)
{
	struct neighbour n = solicit_default(VIP6);

	return neighbour_packet(&n);
}

static struct packet ndp_malformed(void)
{
	struct neighbour n = solicit();

	n.hop_limit = 64;
	return neighbour_packet(&n);
}

static struct packet ndp_claim(void)
{
	struct neighbour n = solicit_default(VIP6);

	n.type = 136;
	n.flags = 0x20;
	n.source = VIP6;
	n.destination = "ff02::1";
	neighbour_option(&n, 2, 1, MAC_HOST);
	return neighbour_packet(&n);
}

static struct packet to_vmac(void)
{
	struct packet p = tcp();

	vmac(p.bytes, VHID);
	return p;
}

static struct packet admitted(void)
{
	struct packet p = tcp();

	memcpy(p.bytes, MAC_NIC, 6);
	return p;
}

#define V(name) CARP_V_##name
static const struct row rows[] = {
	{ V(passed), 0, CARP_ROLE_MASTER, true, tcp, NULL },
	{ V(short_frame), 0, CARP_ROLE_MASTER, true, cut_tag, NULL },
	{ V(other_vlan), 0, CARP_ROLE_MASTER, true, vlan7, NULL },
	{ V(vrrp), VHID, CARP_ROLE_MASTER, true, vrrp3, NULL },
	{ V(vrrp), 0, CARP_ROLE_NONE, false, vrrp3, NULL },
	{ V(advert_other), 0, CARP_ROLE_MASTER, true, advert_other, NULL },
	{ V(advert_valid), VHID, CARP_ROLE_BACKUP, false, advert, NULL },
	{ V(advert_valid), VHID, CARP_ROLE_INIT, false, advert, NULL },
	{ V(advert_valid), VHID, CARP_ROLE_MASTER, true, advert, NULL },
	{ V(advert_unicast), VHID, CARP_ROLE_BACKUP, false, advert_unicast,
	  NULL },
	{ V(advert_observed), VHID, CARP_ROLE_OBSERVER, false, advert, NULL },
	{ V(advert_echo), VHID, CARP_ROLE_MASTER, true, advert_echo, NULL },
	{ V(advert_fragment), VHID, CARP_ROLE_BACKUP, false, advert_fragment,
	  NULL },
	{ V(advert_ip), VHID, CARP_ROLE_BACKUP, false, advert_ip, NULL },
	{ V(advert_ttl), VHID, CARP_ROLE_BACKUP, false, advert_ttl, NULL },
	{ V(advert_stranger), VHID, CARP_ROLE_BACKUP, false, advert_stranger,
	  NULL },
	{ V(advert_length), VHID, CARP_ROLE_BACKUP, false, advert_length,
	  NULL },
	{ V(advert_version), VHID, CARP_ROLE_BACKUP, false, advert_version,
	  NULL },
	{ V(advert_type), VHID, CARP_ROLE_BACKUP, false, advert_type, NULL },
	{ V(advert_checksum), VHID, CARP_ROLE_BACKUP, false, advert_checksum,
	  NULL },
	{ V(advert_digest), VHID, CARP_ROLE_BACKUP, false, advert_digest,
	  NULL },
	{ V(arp_answered), VHID, CARP_ROLE_MASTER, true, arp, arp_out },
	{ V(arp_not_owner), VHID, CARP_ROLE_BACKUP, false, arp, NULL },
	{ V(arp_lease_dead), VHID, CARP_ROLE_MASTER, false, arp, NULL },
	{ V(arp_claim), VHID, CARP_ROLE_MASTER, true, arp_claim, NULL },
	{ V(ndp_answered), VHID, CARP_ROLE_MASTER, true, ndp, ndp_out },
	{ V(ndp_deferred), VHID, CARP_ROLE_MASTER, true, ndp_deferred, NULL },
	{ V(ndp_not_owner), VHID, CARP_ROLE_BACKUP, false, ndp, NULL },
	{ V(ndp_lease_dead), VHID, CARP_ROLE_MASTER, false, ndp, NULL },
	{ V(ndp_malformed), VHID, CARP_ROLE_MASTER, true, ndp_malformed, NULL },
	{ V(ndp_claim), VHID, CARP_ROLE_MASTER, true, ndp_claim, NULL },
	{ V(vmac_admitted), VHID, CARP_ROLE_MASTER, true, to_vmac, admitted },
	{ V(vmac_not_owner), VHID, CARP_ROLE_BACKUP, false, to_vmac, NULL },
	{ V(vmac_lease_dead), VHID, CARP_ROLE_MASTER, false, to_vmac, NULL },
	/* The lease alone permits speaking; the role only names the counter. */
	{ V(arp_answered), VHID, CARP_ROLE_BACKUP, true, arp, arp_out },
	{ V(ndp_answered), VHID, CARP_ROLE_INIT, true, ndp, ndp_out },
};

static void set_up(const struct row *row)
{
	static const uint8_t own[4] = { 192, 168, 1, 77 };
	struct advert trusted = advert_default();
	struct carp_vhid group;

	rig_group(VHID, row->role);
	group = rig_get_group(VHID);
	memcpy(group.source4, own, sizeof(own));
	group.peers = CARP_PEERS_V6;
	rig_set_group(VHID, &group);
	rig_vip(VIP4, VHID);
	rig_vip(VIP6, VHID);
	rig_trust(&trusted);
	rig_lease(VHID, row->lease ? UINT64_MAX : 0);
}

static void fill_ring(void)
{
	struct advert a = advert_default();
	struct packet p;
	struct outcome o;

	a.source = "192.168.1.3";
	p = advert_packet(&a);
	/* Seventy-two bytes each: the ring is full well before this many. */
	for (int i = 0; i < CARP_EVENT_RING / 64; i++) {
		o = rig_run(&p);
		cr_assert_eq(o.moved, 1);
		if (o.verdict != CARP_V_advert_valid)
			break;
	}
	expect("ring full", &p, CARP_V_advert_unreported, VHID, NULL);
}

/* A cluster of two: VHID leads. */
static void share_all(bool *seen)
{
	struct packet in = { 0 }, out;
	uint8_t mac[6];

	vmac(mac, VHID);
	mac[0] = 1;
	packet_ethernet(&in, mac, MAC_HOST, 0x0800);
	packet_ip4(&in, "10.0.0.2", "10.0.0.0", 6, 64, 20);
	packet_pad(&in, 60);
	out = in;
	memcpy(out.bytes, MAC_NIC, 6);
	rig_node(VHID, 2, 0, VHID, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	rig_node(VHID, 2, 1, OTHER, CARP_ROLE_BACKUP, CARP_BALANCING_IP);
	rig_lease(VHID, UINT64_MAX);
	expect("ours", &in, CARP_V_share_accepted, VHID, &out);
	rig_lease(VHID, 0);
	expect("ours no more", &in, CARP_V_share_lease_dead, VHID, NULL);
	in.bytes[29] = 3;
	expect("elsewhere", &in, CARP_V_share_elsewhere, OTHER, NULL);
	seen[CARP_V_share_accepted] = seen[CARP_V_share_lease_dead] = true;
	seen[CARP_V_share_elsewhere] = true;
}

/* The two ways out that are counted. */
static void send_both(bool *seen)
{
	struct packet in = arp_packet(1, MAC_NIC, VIP4, nobody, "192.168.1.9");
	struct packet out = in;

	vmac(out.bytes + 6, VHID);
	vmac(out.bytes + 22, VHID);
	rig_lease(VHID, UINT64_MAX);
	expect_sent("sent", &in, CARP_V_out_virtual, VHID, &out);
	rig_lease(VHID, 0);
	expect_sent("guarded", &in, CARP_V_out_guarded, VHID, NULL);
	seen[CARP_V_out_virtual] = seen[CARP_V_out_guarded] = true;
}

/* Of many at once all but one a jiffy end so. */
static void flood_stale(void)
{
	struct packet good = advert_replayed(), newer;
	struct carp_vhid group = rig_get_group(VHID);
	struct advert a = advert_default();

	group.stale_early = 1;
	rig_set_group(VHID, &group);
	advert_seal(&a, 10);
	newer = advert_packet(&a);
	expect("newer", &newer, CARP_V_advert_valid, VHID, NULL);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(rig_feed(&good), CARP_DROP);
	cr_expect_gt(rig_counted(VHID, CARP_V_advert_stale), 500);
}

/* Both once the sender is known to seal. */
static void break_seals(bool *seen)
{
	struct packet good = advert_replayed(), broken = advert_seal_broken();
	struct carp_vhid group = rig_get_group(VHID);

	group.auth = CARP_AUTH_STRICT;
	rig_set_group(VHID, &group);
	expect("sealed", &good, CARP_V_advert_valid, VHID, NULL);
	expect("replayed", &good, CARP_V_advert_replayed, VHID, NULL);
	expect("edited", &broken, CARP_V_advert_seal, VHID, NULL);
	flood_stale();
	group.auth = CARP_AUTH_AUTO;
	rig_set_group(VHID, &group);
	seen[CARP_V_advert_seal] = seen[CARP_V_advert_replayed] =
		seen[CARP_V_advert_stale] = true;
}

/* Guards: each verdict of the list is produced by a frame. */
Test(verdicts, every_one_is_produced)
{
	bool seen[CARP_V_COUNT] = { false };

	rig_open();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet in = rows[i].in(), out = in;

		if (rows[i].out)
			out = rows[i].out();
		set_up(&rows[i]);
		expect(verdict_name(rows[i].verdict), &in, rows[i].verdict,
		       rows[i].index, &out);
		seen[rows[i].verdict] = true;
	}
	send_both(seen);
	rig_drain();
	break_seals(seen);
	share_all(seen);
	fill_ring();
	seen[CARP_V_advert_unreported] = true;
	for (unsigned int v = 0; v < CARP_V_COUNT; v++)
		cr_assert(seen[v], "no frame ends as %s",
			  verdict_name((enum carp_verdict)v));
	rig_close();
}
