/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Clusters: the hash that divides flows among nodes, against arithmetic of
 * another kind, the nodes of a request, and what a balanced group sends.
 */
#include "ask.h"
#include "fake.h"
#include "sample.h"
#include "user/core/cluster.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(cluster, .fini = ask_drop);

/* --- the hash ---------------------------------------------------------------
 */

/* Long division of the XORed bytes, as if written on paper: no word of four
 * bytes, no byte order. */
static unsigned int node_of(const uint8_t *a, const uint8_t *b, size_t size,
			    unsigned int nodes)
{
	unsigned int rest = 0;

	for (size_t column = 0; column < 4; column++) {
		uint8_t byte = 0;

		for (size_t at = column; at < size; at += 4)
			byte ^= a[at] ^ b[at];
		rest = (rest * 256 + byte) % nodes;
	}
	return rest;
}

static unsigned int index4(const uint8_t *a, const uint8_t *b,
			   unsigned int nodes)
{
	return carp_share_index(carp_share_fold4(a, b), nodes);
}

static unsigned int index6(const uint8_t *a, const uint8_t *b,
			   unsigned int nodes)
{
	return carp_share_index(carp_share_fold6(a, b), nodes);
}

/* Worked out by hand. */
Test(cluster, known_flows)
{
	static const uint8_t client[4] = { 192, 0, 2, 7 };
	static const uint8_t server[4] = { 192, 0, 2, 100 };
	static const uint8_t far[4] = { 10, 1, 2, 3 };
	static const uint8_t client6[16] = { 0x20, 0x01, 0x0d,
					     0xb8, [15] = 0x07 };
	static const uint8_t server6[16] = {
		0x20, 0x01, 0x0d, 0xb8, 0, 1, [14] = 0x01, [15] = 0x00
	};

	/* 7 ^ 100 = 99 */
	cr_expect_eq(index4(client, server, 2), 1);
	cr_expect_eq(index4(client, server, 3), 0);
	cr_expect_eq(index4(client, server, 32), 3);
	/* 0xca010067, 3389063271: not its bytes the other way round */
	cr_expect_eq(index4(far, server, 3), 0);
	cr_expect_eq(index4(far, server, 7), 3389063271u % 7);
	cr_expect_eq(index4(far, server, 32), 7);
	/* 0x00010000 ^ 0x0100 ^ 0x07 = 65799 */
	cr_expect_eq(index6(client6, server6, 2), 1);
	cr_expect_eq(index6(client6, server6, 3), 65799 % 3);
	cr_expect_eq(index6(client6, server6, 31), 65799 % 31);
}

Test(cluster, random_flows_both_ways)
{
	struct sample s = { 37 };
	uint8_t a[16], b[16];

	for (int i = 0; i < 20000; i++) {
		unsigned int nodes = 2 + (unsigned int)i % 31;

		sample_fill(&s, a, sizeof(a));
		sample_fill(&s, b, sizeof(b));
		cr_assert_eq(index4(a, b, nodes), node_of(a, b, 4, nodes));
		cr_assert_eq(index4(b, a, nodes), index4(a, b, nodes));
		cr_assert_eq(index6(a, b, nodes), node_of(a, b, 16, nodes));
		cr_assert_eq(index6(b, a, nodes), index6(a, b, nodes));
		cr_assert_lt(index6(a, b, nodes), nodes);
	}
}

Test(cluster, macs)
{
	static const uint8_t with_ip[6] = { 1, 0, 0x5e, 0, 1, 200 };
	uint8_t mac[6];

	for (uint8_t b = CARP_BALANCING_NONE; b <= CARP_BALANCING_IP_UNICAST;
	     b++) {
		carp_share_mac(mac, 200, b);
		cr_expect_eq(mac[0], b == CARP_BALANCING_IP);
		cr_expect_arr_eq(mac + 1, with_ip + 1, 5);
		cr_expect_eq(carp_share_vhid(mac), 200);
		cr_expect_eq(carp_share_hides(b),
			     b == CARP_BALANCING_IP ||
				     b == CARP_BALANCING_IP_STEALTH);
	}
	for (int bit = 1; bit < 40; bit++) {
		memcpy(mac, with_ip, sizeof(mac));
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_expect_eq(carp_share_vhid(mac), 0, "bit %d", bit);
	}
}

/* --- nodes ------------------------------------------------------------------
 */

Test(cluster, nodes_are_sorted)
{
	struct cluster c = { 4, { { 9, 1 }, { 2, 7 }, { 255, 0 }, { 3, 3 } } };
	struct settings common = { .advbase = 5, .preempt = true };

	cr_assert(cluster_sort(&c));
	for (size_t i = 0; i < 4; i++) {
		static const uint8_t vhids[4] = { 2, 3, 9, 255 };
		static const uint8_t skews[4] = { 7, 3, 1, 0 };
		struct settings s = cluster_settings(&c, i, &common);

		cr_expect_eq(s.vhid, vhids[i]);
		cr_expect_eq(s.advskew, skews[i]);
		cr_expect_eq(s.leader, 2);
		cr_expect_eq(s.node, i);
		cr_expect_eq(s.nodes, 4);
		cr_expect_eq(s.advbase, 5);
		cr_expect(s.preempt);
		cr_expect(cluster_has(&s));
		cr_expect_eq(cluster_leads(&s), i == 0);
	}
	cr_expect_not(cluster_has(&common));
	c.nodes[2] = c.nodes[1];
	cr_expect_not(cluster_sort(&c));
}

Test(cluster, who_belongs_together)
{
	struct settings a = { .vhid = 1, .leader = 1 };
	struct settings b = { .vhid = 2, .leader = 1 };
	struct settings c = { .vhid = 3, .leader = 3 };
	struct settings d = { .vhid = 4 }, e = { .vhid = 5 };

	cr_expect(cluster_same(&a, &b));
	cr_expect(cluster_same(&d, &d));
	cr_expect_not(cluster_same(&a, &c));
	cr_expect_not(cluster_same(&a, &d));
	cr_expect_not(cluster_same(&d, &e));
}

/* --- the request ------------------------------------------------------------
 */

static void ask_nodes(const char *nodes, const char *more)
{
	char line[ASK_LINE_SIZE];

	snprintf(line, sizeof(line),
		 "{\"version\":1,\"verb\":\"attach\",\"interface\":\"eth0\","
		 "\"vips\":[\"192.0.2.1\"],\"nodes\":[%s]%s}",
		 nodes, more);
	ask_line(line);
}

Test(cluster, nodes_are_taken)
{
	ask_nodes("\"255:0\",\"1:254\"", "");
	ask_taken();
	cr_expect_eq(ask.request.cluster.count, 2);
	cr_expect_eq(ask.request.cluster.nodes[0].vhid, 1);
	cr_expect_eq(ask.request.cluster.nodes[0].advskew, 254);
	cr_expect_eq(ask.request.cluster.nodes[1].vhid, 255);
	cr_expect_eq(ask.request.settings.vhid, 1, "the leader");
	cr_expect_eq(ask.request.settings.balancing, CARP_BALANCING_IP);
	ask_nodes("\"1:0\",\"2:0\"", ",\"balancing\":\"ip-stealth\"");
	ask_taken();
	cr_expect_eq(ask.request.settings.balancing, CARP_BALANCING_IP_STEALTH);
	ask_nodes("\"1:0\",\"2:0\"", ",\"balancing\":\"ip-unicast\"");
	ask_taken();
	cr_expect_eq(ask.request.settings.balancing, CARP_BALANCING_IP_UNICAST);
	ask_verb("set", "\"interface\":\"e\",\"vhid\":1,"
			"\"nodes\":[\"1:9\",\"2:0\"]");
	ask_taken();
}

Test(cluster, bad_nodes_are_refused)
{
	static const char *const bad[] = {
		"",	"1",	"1:",	 ":0",	  "0:0",   "256:0",  "1:255",
		"1:-1", "-1:0", "1:0:0", "1:0 ",  " 1:0",  "0001:0", "a:0",
		"1:b",	"+1:0", "1,0",	 "1:999", "1:0x1", "1.0:0",  "1:1e1"
	};
	char nodes[64], text[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(nodes, sizeof(nodes), "\"7:0\",\"%s\"", bad[i]);
		ask_nodes(nodes, "");
		snprintf(text, sizeof(text),
			 "node \"%s\": wanted is VHID:ADVSKEW, 1 to 255 and 0 "
			 "to 254, as in 1:0",
			 bad[i]);
		ask_refused(text);
	}
	ask_nodes("\"7:0\",\"7:1\"", "");
	ask_refused("nodes: a vhid is given twice");
	ask_nodes("", "");
	ask_refused("nodes: 0 given, allowed are 2 to 32");
	ask_nodes("\"1:0\"", "");
	ask_refused("nodes: 1 given, allowed are 2 to 32");
	ask_nodes("\"1:0\",2", "");
	ask_refused("nodes 2: wanted is text");
}

Test(cluster, thirty_two_and_no_more)
{
	char nodes[1024] = "";
	size_t used = 0;

	for (int i = 1; i <= 32; i++)
		used += (size_t)snprintf(nodes + used, sizeof(nodes) - used,
					 "%s\"%d:%d\"", i > 1 ? "," : "", i, i);
	ask_nodes(nodes, "");
	ask_taken();
	cr_expect_eq(ask.request.cluster.count, 32);
	snprintf(nodes + used, sizeof(nodes) - used, ",\"33:0\"");
	ask_nodes(nodes, "");
	ask_refused("nodes: 33 given, allowed are at most 32");
}

Test(cluster, what_goes_together)
{
	ask_nodes("\"1:0\",\"2:0\"", ",\"vhid\":1");
	ask_refused("vhid 1: nodes have vhids of their own");
	ask_nodes("\"1:0\",\"2:0\"", ",\"advskew\":9");
	ask_refused("advskew 9: each node has its own, as in 1:0");
	ask_nodes("\"1:0\",\"2:0\"", ",\"balancing\":\"none\"");
	ask_refused("balancing none: allowed are ip, ip-stealth, "
		    "ip-unicast");
	ask_attach("\"balancing\":\"ip\"");
	ask_refused("balancing ip: wanted are nodes");
	ask_verb("attach", "\"interface\":\"e\",\"nodes\":[\"1:0\",\"2:0\"]");
	ask_refused("nodes: wanted is a vip");
	ask_verb("attach", "\"interface\":\"e\"");
	ask_refused("vhid: missing in attach");
	ask_verb("set", "\"interface\":\"e\",\"vhid\":1,"
			"\"balancing\":\"ip\"");
	ask_refused("balancing: does not belong to set");
	ask_verb("state", "\"interface\":\"e\",\"vhid\":1,"
			  "\"state\":\"master\",\"nodes\":[]");
	ask_refused("nodes: does not belong to state");
}

/* --- what a balanced group sends --------------------------------------------
 */

static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0xff, 1 };

static struct settings balanced(enum carp_balancing balancing)
{
	struct settings s = fake_settings();

	s.balancing = balancing;
	s.leader = s.vhid;
	s.nodes = 2;
	return s;
}

/* Advertisements hide the virtual MAC where it must be hidden, and becoming
 * master is announced to nobody. */
Test(cluster, sends_from)
{
	static const uint8_t virtual_mac[6] = { 0, 0, 0x5e, 0, 1, 1 };
	static struct fake f;

	for (int b = CARP_BALANCING_IP; b <= CARP_BALANCING_IP_UNICAST; b++) {
		struct settings s = balanced((enum carp_balancing)b);

		fake_open(&f, &s, 1);
		group_start(&f.group, true, f.now);
		fake_log(&f);
		fake_tick(&f);
		cr_assert_eq(f.group.election.state, ELECTION_MASTER);
		cr_expect(strstr(fake_log(&f), "lease+"));
		cr_expect_arr_eq(f.frame + 6,
				 b == CARP_BALANCING_IP_UNICAST ? virtual_mac
								: own_mac,
				 6);
		for (int i = 0; i < 20; i++)
			fake_tick(&f);
		cr_expect_eq(f.group.announcements_sent, 0);
		cr_expect_eq(f.sent, f.adverts);
	}
}

/* What the data plane leaves to us names the cluster too. */
Test(cluster, answers_solicitations)
{
	static struct fake f;

	for (int b = CARP_BALANCING_IP; b <= CARP_BALANCING_IP_UNICAST; b++) {
		struct settings s = balanced((enum carp_balancing)b);
		struct carp_event event = { .kind = CARP_EVENT_SOLICIT,
					    .vhid = 1,
					    .family = 6,
					    .source = { 0xfe, 0x80, [15] = 9 },
					    .source_mac = { 2, [5] = 9 } };
		uint8_t name[6];

		fake_open(&f, &s, 1);
		fake_reach(&f, ELECTION_MASTER);
		memcpy(event.target, s.vips[1].address.bytes, 16);
		group_event(&f.group, &event, f.now);
		cr_expect_str_eq(fake_log(&f), "na");
		carp_share_mac(name, 1, (uint8_t)b);
		cr_expect_arr_eq(f.frame + 80, name, 6);
		cr_expect_arr_eq(
			f.frame + 6,
			b == CARP_BALANCING_IP_UNICAST ? name : own_mac, 6);
	}
}
