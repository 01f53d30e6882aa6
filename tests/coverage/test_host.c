/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What no kernel can be made to show: lookups that find nothing where there
 * always is something, another CPU that comes in between, frames shorter than
 * an Ethernet header, a tag that tc has taken off.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/bpf/harness.h"
#include "tests/bpf/plane.h"
#include "tests/native/plane.h"

enum {
	VHID = 3,
	LEADER = 20,
	NODE = 21,
};
#define SHARED4 "192.168.1.20"
#define SHARED6 "2001:db8::20"

static const uint8_t nobody[6];

/* A group of its own and a cluster of two, with a lease each, or none. */
static void set_up(bool leases)
{
	struct carp_vhid group;

	rig_master(VHID);
	group = rig_get_group(VHID);
	group.peers = CARP_PEERS_V4;
	group.auth = CARP_AUTH_AUTO;
	rig_set_group(VHID, &group);
	rig_peer(VHID, "192.168.1.2");
	rig_node(LEADER, 2, 0, LEADER, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	rig_node(LEADER, 2, 1, NODE, CARP_ROLE_MASTER, CARP_BALANCING_IP);
	rig_vip(SHARED4, LEADER);
	rig_vip(SHARED6, LEADER);
	rig_lease(VHID, leases ? UINT64_MAX : 0);
	rig_lease(LEADER, leases ? UINT64_MAX : 0);
	rig_lease(NODE, leases ? UINT64_MAX : 0);
}

static struct packet advert(uint8_t version_type)
{
	struct advert a = advert_default();

	a.version_type = version_type;
	return advert_packet(&a);
}

static struct packet request(void)
{
	return arp_packet(1, MAC_HOST, "192.168.1.9", nobody, "192.168.1.1");
}

static struct packet claim(void)
{
	return arp_packet(2, MAC_HOST, "192.168.1.1", MAC_BROADCAST,
			  "192.168.1.1");
}

static struct packet solicitation(void)
{
	struct neighbour n = solicit_default("2001:db8::1");

	neighbour_option(&n, 1, 1, MAC_HOST);
	return neighbour_packet(&n);
}

/* With nowhere to put our address. */
static struct packet bare_solicitation(void)
{
	struct neighbour n = solicit_default("2001:db8::1");

	return neighbour_packet(&n);
}

static struct packet to_mac(const uint8_t *mac, const char *to)
{
	struct packet p = { 0 };

	packet_ethernet(&p, mac, MAC_HOST, 0x0800);
	packet_ip4(&p, "10.0.0.1", to, 17, 64, 20);
	packet_pad(&p, 60);
	return p;
}

static struct packet to_vhid(uint8_t vhid, const char *to)
{
	uint8_t mac[6];

	vmac(mac, vhid);
	return to_mac(mac, to);
}

static struct packet from_vmac(void)
{
	struct packet p = to_mac(MAC_HOST, "192.168.1.9");

	vmac(p.bytes + 6, VHID);
	return p;
}

static struct packet not_ip_to_cluster(void)
{
	struct packet p = to_vhid(LEADER, SHARED4);

	p.bytes[12] = 0x88;
	return p;
}

/* Of `left` lookups the last one finds nothing. */
static bool refuse(void *context, uint32_t map)
{
	unsigned int *left = context;

	(void)map;
	return *left && --*left == 0;
}

static size_t counted(void)
{
	return (size_t)native_counted_all(plane_host());
}

/* Each lookup in turn finds nothing: the frame ends all the same, is counted
 * once (or not, if it is the counters that are not there), and without a
 * lease nobody answers it or takes it in. */
static void without_each_lookup(const char *what, struct packet p, bool leases)
{
	unsigned int left = 0;

	for (unsigned int nth = 1; left == 0; nth++) {
		struct packet out;
		size_t before;
		int action;

		set_up(leases);
		before = counted();
		left = nth;
		native_hook(plane_host(), refuse, &left);
		action = plane_receive(&p, &out);
		native_hook(plane_host(), NULL, NULL);
		cr_assert_leq(counted() - before, 1, "%s, %u", what, nth);
		cr_assert(leases || (action != CARP_TX &&
				     !memcmp(out.bytes, p.bytes, p.size)),
			  "%s, %u: action %d", what, nth, action);
		rig_close();
	}
}

Test(host, lookups_that_find_nothing)
{
	for (int leases = 0; leases < 2; leases++) {
		without_each_lookup("request", request(), leases);
		without_each_lookup("claim", claim(), leases);
		without_each_lookup("solicitation", solicitation(), leases);
		without_each_lookup("deferred", bare_solicitation(), leases);
		without_each_lookup("advertisement", advert(0x21), leases);
		without_each_lookup("VRRP", advert(0x31), leases);
		without_each_lookup("vhid", to_vhid(VHID, "10.0.0.2"), leases);
		without_each_lookup("flow", to_vhid(LEADER, SHARED4), leases);
		without_each_lookup("NIC", to_mac(MAC_NIC, SHARED4), leases);
		without_each_lookup("all", not_ip_to_cluster(), leases);
	}
}

/* On the way out the lease is asked for, and there it must be found. */
Test(host, frames_out_without_each_lookup)
{
	struct packet asks =
		arp_packet(1, MAC_NIC, "192.168.1.1", nobody, "192.168.1.9");
	const struct packet frames[] = { from_vmac(), asks };

	for (size_t i = 0; i < 2; i++) {
		unsigned int left = 0;

		for (unsigned int nth = 1; left == 0; nth++) {
			struct packet out;

			set_up(true);
			left = nth;
			native_hook(plane_host(), refuse, &left);
			plane_send(&frames[i], &out);
			native_hook(plane_host(), NULL, NULL);
			cr_assert_leq(counted(), 1);
			rig_close();
		}
	}
}

/* What another CPU has made of the sender meanwhile, at the last lookup of
 * that table. */
struct other_cpu {
	struct carp_sender sender;
	unsigned int left;
};

static bool come_between(void *context, uint32_t map)
{
	struct other_cpu *other = context;
	struct carp_host_key key = { .vhid = VHID,
				     .family = 4,
				     .address = { 192, 168, 1, 2 } };

	if (map == NATIVE_SENDERS && other->left && --other->left == 0)
		native_update(plane_host(), map, &key, &other->sender);
	return false;
}

static struct carp_sender remembered(void)
{
	struct carp_host_key key = { .vhid = VHID,
				     .family = 4,
				     .address = { 192, 168, 1, 2 } };
	struct carp_sender sender = { 0 };

	rig_lookup("carp_senders", &key, &sender);
	return sender;
}

static void sealed_while(enum carp_auth_mode auth, struct other_cpu *other,
			 struct packet p)
{
	struct carp_vhid group;

	set_up(true);
	group = rig_get_group(VHID);
	group.auth = auth;
	rig_set_group(VHID, &group);
	native_hook(plane_host(), come_between, other);
	expect("overtaken", &p, CARP_V_advert_valid, VHID, NULL);
	native_hook(plane_host(), NULL, NULL);
	cr_expect_eq(remembered().last, other->sender.last);
	cr_expect_eq(remembered().style, other->sender.style);
	rig_close();
}

/* Two advertisements on two CPUs: the one verified later does not make the
 * sender's last sequence smaller, nor does it forget that he seals. */
Test(host, another_cpu_was_faster)
{
	struct other_cpu other = { .sender = { .last = 9,
					       .style = CARP_STYLE_CANDIDATE },
				   .left = 2 };
	struct advert a = advert_default();

	advert_seal(&a, 8);
	sealed_while(CARP_AUTH_STRICT, &other, advert_packet(&a));
	other = (struct other_cpu){
		.sender = { .last = 9, .style = CARP_STYLE_SEALED }, .left = 2
	};
	sealed_while(CARP_AUTH_AUTO, &other, advert_packet(&a));
	a = advert_default();
	other = (struct other_cpu){
		.sender = { .last = 9, .style = CARP_STYLE_SEALED }, .left = 2
	};
	sealed_while(CARP_AUTH_AUTO, &other, advert_packet(&a));
}

Test(host, shorter_than_ethernet)
{
	struct packet p = request();

	rig_master(VHID);
	for (p.size = 0; p.size < 14; p.size++) {
		expect("in", &p, CARP_V_short_frame, 0, NULL);
		expect_sent("out", &p, CARP_V_passed, 0, NULL);
	}
	rig_close();
}

/* Another LAN's frames are not ours to guard. */
Test(host, a_tag_that_tc_has_taken_off)
{
	struct packet p = from_vmac();

	set_up(false);
	expect_sent("untagged", &p, CARP_V_out_guarded, VHID, NULL);
	cr_assert_eq(native_send(plane_host(), p.bytes, p.size, true, NULL),
		     NATIVE_SENT_OK);
	rig_close();
}
