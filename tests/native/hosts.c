/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What native.h promises beyond the rooms themselves: hosts that know nothing
 * of each other, a clock that stands, maps that fill up, and what a frame has
 * changed.  And what no running kernel lets itself be asked: what becomes of
 * frames behind a pause of the machine.
 */
#include "native.h"

#include <stdio.h>
#include <string.h>

static int faults;

static void check(bool good, const char *what)
{
	printf("%s - %s\n", good ? "ok" : "not ok", what);
	faults += !good;
}

static const uint8_t ARP[42] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,	 0x11, 0x22, 0x33, 0x44,
	0x55, 0x08, 0x06, 0,	1,    0x08, 0,	 6,    4,    0,	   1,
	2,    0x11, 0x22, 0x33, 0x44, 0x55, 192, 168,  1,    9,	   0,
	0,    0,    0,	  0,	0,    192,  168, 1,    1,
};
static const uint8_t VIP[4] = { 192, 168, 1, 1 };

static struct native *master(void)
{
	struct native *host = native_new();

	native_group(host, 3)->role = CARP_ROLE_MASTER;
	native_lease(host, 3)->until_ns = 2000;
	native_vip4(host, VIP, 3);
	native_clock(host, 1999);
	return host;
}

static int ask(struct native *host, struct native_outcome *out)
{
	uint8_t frame[sizeof(ARP)];

	memcpy(frame, ARP, sizeof(frame));
	return native_receive(host, frame, sizeof(frame), out);
}

static void test_clock(void)
{
	struct native *host = master();
	struct native_outcome out;

	check(ask(host, &out) == CARP_TX && out.moved == 1 &&
		      out.verdict == CARP_V_arp_answered && out.index == 3,
	      "a lease lives until its last nanosecond");
	native_clock(host, 2000);
	check(ask(host, &out) == CARP_DROP &&
		      out.verdict == CARP_V_arp_lease_dead,
	      "and is dead when the clock says so");
	native_free(host);
}

static const uint8_t OTHER_MAC[6] = { 2, 0x11, 0x22, 0x33, 0x44, 0x55 };
static const uint8_t VIRTUAL_MAC[6] = { 0, 0, 0x5e, 0, 1, 3 };
static const uint8_t SHARED_MAC[6] = { 1, 0, 0x5e, 0, 1, 3 };

/* A datagram to the virtual IP, coming in or going out. */
static uint32_t datagram(struct native *host, const uint8_t to[6],
			 const uint8_t from[6], bool in)
{
	uint8_t frame[34] = {
		[12] = 8,   [14] = 0x45, [17] = 20, [22] = 64, [23] = 17,
		[26] = 192, [27] = 168,	 [28] = 1,  [29] = 9,  [30] = 192,
		[31] = 168, [32] = 1,	 [33] = 1
	};
	struct native_outcome out;

	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	if (in)
		native_receive(host, frame, sizeof(frame), &out);
	else
		native_send(host, frame, sizeof(frame), false, &out);
	return out.verdict;
}

static uint32_t answers(struct native *host)
{
	struct native_outcome out;

	ask(host, &out);
	return out.verdict;
}

static uint32_t takes(struct native *host)
{
	return datagram(host, VIRTUAL_MAC, OTHER_MAC, true);
}

static uint32_t sends(struct native *host)
{
	return datagram(host, OTHER_MAC, VIRTUAL_MAC, false);
}

static uint32_t shares(struct native *host)
{
	struct carp_vhid *group = native_group(host, 3);

	native_group(host, 0)->balancing = CARP_BALANCING_IP;
	group->balancing = CARP_BALANCING_IP;
	group->leader = 3;
	group->nodes = 1;
	native_node(host, 3, 0, 3);
	return datagram(host, SHARED_MAC, OTHER_MAC, true);
}

/* A machine that was paused comes back in the jiffy in which it went: nothing
 * that was found out in it before may be believed. */
static void test_pause(void)
{
	static const struct {
		uint32_t (*way)(struct native *host);
		uint32_t alive, dead;
		const char *what;
	} ways[] = {
		{ answers, CARP_V_arp_answered, CARP_V_arp_lease_dead,
		  "paused past its lease it answers no ARP" },
		{ takes, CARP_V_vmac_admitted, CARP_V_vmac_lease_dead,
		  "nor takes what is sent to its virtual MAC" },
		{ sends, CARP_V_COUNT, CARP_V_out_guarded,
		  "nor lets out what comes from that" },
		{ shares, CARP_V_share_accepted, CARP_V_share_lease_dead,
		  "nor takes its share of a cluster's" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct native *host = master();
		bool alive;

		native_lease(host, 3)->until_ns = 3600000000000;
		alive = ways[i].way(host) == ways[i].alive &&
			ways[i].way(host) == ways[i].alive;
		native_pause(host, 3600000000000);
		check(alive && ways[i].way(host) == ways[i].dead, ways[i].what);
		native_free(host);
	}
}

static void test_hosts(void)
{
	struct native *one = master(), *other = native_new();

	check(ask(one, NULL) == CARP_TX && ask(other, NULL) == CARP_PASS &&
		      native_counted(one, 3, CARP_V_arp_answered) == 1 &&
		      native_counted(other, 0, CARP_V_passed) == 1 &&
		      native_counted_all(other) == 1,
	      "two hosts share no map");
	native_reset(one);
	check(ask(one, NULL) == CARP_PASS && native_counted_all(one) == 1,
	      "a reset host has forgotten all");
	native_free(one);
	native_free(other);
}

static void test_changes(void)
{
	const struct native_change *changes;
	struct native *host = master();
	const struct carp_vip *before, *after;

	native_watch(host, true);
	ask(host, NULL);
	check(native_changes(host, &changes) == 1 &&
		      changes[0].map == NATIVE_VIPS4 &&
		      !memcmp(changes[0].key, VIP, sizeof(VIP)),
	      "an answer changes the entry of its virtual IP alone");
	before = changes[0].before;
	after = changes[0].after;
	check(before->answered == 0 && after->answered == 1,
	      "and that is known before and after");
	native_clock(host, 3000);
	ask(host, NULL);
	check(native_changes(host, &changes) == 0,
	      "a question without an answer changes none");
	native_free(host);
}

static void test_rooms_for_entries(void)
{
	struct native *host = native_new();
	const struct carp_sender sender = { 0 };
	struct carp_host_key key = { .vhid = 1, .family = 4 };
	bool fitted = true;

	for (uint32_t i = 0; i < CARP_SENDERS_MAX; i++) {
		memcpy(key.address, &i, sizeof(i));
		fitted &= !native_update(host, NATIVE_SENDERS, &key, &sender);
		native_update(host, NATIVE_UNSEALED, &key, &sender);
	}
	key.family = 6;
	check(fitted && native_update(host, NATIVE_SENDERS, &key, &sender) < 0,
	      "a full hash takes no more");
	check(native_count(host, NATIVE_UNSEALED) == CARP_UNSEALED_MAX,
	      "a full table of unsealed senders forgets");
	native_free(host);
}

int main(void)
{
	test_clock();
	test_pause();
	test_hosts();
	test_changes();
	test_rooms_for_entries();
	return faults != 0;
}
