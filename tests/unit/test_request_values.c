/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The values in a request: numbers at their edges, addresses, words; which are
 * taken, which are refused, and in which words.
 */
#include "ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(request_values, .fini = ask_drop);

/* --- numbers ----------------------------------------------------------------
 */

/* One below least and one above most are refused, both are taken. */
static void number_edges(const char *member, int least, int most)
{
	const char *unit = strcmp(member, "preempt_delay") ? "" : " seconds";

	for (int i = 0; i < 4; i++) {
		int number = (i < 2 ? least : most) + (i == 0 ? -1 : i == 3);
		char members[64], text[96];

		snprintf(members, sizeof(members), "\"%s\":%d", member, number);
		ask_attach(members);
		snprintf(text, sizeof(text), "%s %d: allowed are %d to %d%s",
			 member, number, least, most, unit);
		if (i == 0 || i == 3)
			ask_refused(text);
		else
			ask_taken();
	}
}

Test(request_values, numbers_at_both_edges)
{
	number_edges("vhid", 1, 255);
	number_edges("advbase", 0, 255);
	number_edges("advskew", 0, 254);
	number_edges("dead_ratio", 2, 255);
	number_edges("preempt_delay", 0, 3600);
}

/* 2^32 + 3 is 3 for whoever looks at 32 bits only. */
Test(request_values, numbers_do_not_wrap)
{
	ask_verb("detach", "\"interface\":\"eth0\",\"vhid\":4294967299");
	ask_refused("vhid 4294967299: allowed are 1 to 255");
	ask_verb("detach",
		 "\"interface\":\"eth0\",\"vhid\":18446744073709551615");
	ask_refused("vhid 18446744073709551615: allowed are 1 to 255");
}

Test(request_values, amount_at_both_edges)
{
	static const int bad[] = { -256, 0, 256 };

	for (size_t i = 0; i < 3; i++) {
		char members[96], text[96];

		snprintf(members, sizeof(members),
			 "\"all\":true,\"reason\":\"x\",\"amount\":%d", bad[i]);
		ask_verb("demote", members);
		snprintf(text, sizeof(text),
			 "amount %d: allowed are -255 to 255, not 0", bad[i]);
		ask_refused(text);
	}
}

/* --- addresses --------------------------------------------------------------
 */

static void vip_refused(const char *vip, const char *why)
{
	char members[128], text[256];

	snprintf(members, sizeof(members), "\"vips\":[\"%s\"]", vip);
	ask_attach(members);
	snprintf(text, sizeof(text), "vip %s: %s", vip, why);
	ask_refused(text);
}

static void vip_unfit(const char *vip, const char *what)
{
	char why[128];

	snprintf(why, sizeof(why), "%s, wanted is a host's unicast address",
		 what);
	vip_refused(vip, why);
}

Test(request_values, vips_misspelt)
{
	static const char *const addresses[] = {
		"", "/24", "10.0.0", "10.0.0.256", "fe80::1%eth0", "gateway",
	};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		vip_refused(addresses[i], "not an IPv4 or IPv6 address");
	vip_refused("10.0.0.1/33", "prefix length 33, allowed are 1 to 32");
	vip_refused("10.0.0.1/0", "prefix length 0, allowed are 1 to 32");
	vip_refused("10.0.0.1/", "prefix length missing, allowed are 1 to 32");
	vip_refused("10.0.0.1/x", "prefix length x, allowed are 1 to 32");
	vip_refused("10.0.0.1/+8", "prefix length +8, allowed are 1 to 32");
	vip_refused("10.0.0.1/8/8", "prefix length 8/8, allowed are 1 to 32");
	vip_refused("2001:db8::1/129",
		    "prefix length 129, allowed are 1 to 128");
	vip_refused("2001:db8::1/0", "prefix length 0, allowed are 1 to 128");
}

Test(request_values, vips_that_no_host_has)
{
	vip_unfit("0.0.0.0", "the unspecified address");
	vip_unfit("255.255.255.255/32", "the broadcast address");
	vip_unfit("224.0.0.18", "a multicast address");
	vip_unfit("239.255.255.255", "a multicast address");
	vip_unfit("127.0.0.1/8", "a loopback address");
	vip_unfit("::", "the unspecified address");
	vip_unfit("::1/128", "the loopback address");
	vip_unfit("ff02::12", "a multicast address");
	vip_unfit("::ffff:10.0.0.1", "an IPv4-mapped address");
}

Test(request_values, vips_taken)
{
	static const char *const rows[] = {
		"10.0.0.1",
		"10.0.0.1/1",
		"10.0.0.1/32",
		"223.255.255.255",
		"240.0.0.1",
		"128.0.0.1",
		"126.0.0.1",
		"2001:db8::1/1",
		"2001:db8::1/128",
		"fe80::1/64",
		"fe80::1",
		"1.0.0.0/8",
		"::2",
		"255.255.255.254/31",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char members[96];

		snprintf(members, sizeof(members), "\"vips\":[\"%s\"]",
			 rows[i]);
		ask_attach(members);
		ask_taken();
	}
}

/* However it is written, and whatever prefix goes with it. */
Test(request_values, vip_given_twice)
{
	ask_attach("\"vips\":[\"10.0.0.1/24\",\"10.0.0.2\",\"10.0.0.1\"]");
	ask_refused("vip 10.0.0.1: given twice");
	ask_attach("\"vips\":[\"2001:db8::1\",\"2001:DB8:0::1/64\"]");
	ask_refused("vip 2001:db8::1: given twice");
	ask_attach("\"peers\":[\"10.0.0.9\",\"10.0.0.8\",\"10.0.0.9\"]");
	ask_refused("peer 10.0.0.9: given twice");
}

/* Sorting for duplicates must not reorder what the operator wrote. */
Test(request_values, vips_keep_their_order)
{
	char text[ADDRESS_TEXT_SIZE];

	ask_attach("\"vips\":[\"10.0.0.9/24\",\"10.0.0.1/24\"],"
		   "\"peers\":[\"10.0.0.8\",\"10.0.0.3\"]");
	ask_taken();
	cr_assert_str_eq(vip_format(&ask.request.settings.vips[0], text),
			 "10.0.0.9/24");
	cr_assert_str_eq(address_format(&ask.request.settings.peers[0], text),
			 "10.0.0.8");
}

Test(request_values, peers_refused)
{
	ask_attach("\"peers\":[\"224.0.0.18\"]");
	ask_refused("peer 224.0.0.18: a multicast address, wanted is a host's "
		    "unicast address");
	ask_attach("\"peers\":[\"10.0.0.1/24\"]");
	ask_refused("peer 10.0.0.1/24: not an IPv4 or IPv6 address");
	ask_attach("\"peers\":[7]");
	ask_refused("peer 7: wanted is text");
}

Test(request_values, peers_up_to_their_number)
{
	char members[ASK_LINE_SIZE / 2] = "\"peers\":[";

	for (int i = 1; i <= SETTINGS_PEERS_MAX; i++) {
		size_t used = strlen(members);

		snprintf(members + used, sizeof(members) - used,
			 "%s\"10.0.0.%d\"", i > 1 ? "," : "", i);
	}
	strcat(members, "]");
	ask_attach(members);
	ask_taken();
	cr_assert_eq(ask.request.settings.peers_count, SETTINGS_PEERS_MAX);
	strcpy(members + strlen(members) - 1, ",\"10.0.1.1\"]");
	ask_attach(members);
	ask_refused("peer: 65 given, allowed are at most 64");
}

Test(request_values, endpoints)
{
	cr_assert(endpoint_valid("127.0.0.1:9112"));
	cr_assert(endpoint_valid("[::1]:65535"));
	cr_assert(endpoint_valid("0.0.0.0:1"));
	cr_assert(!endpoint_valid("127.0.0.1"));
	cr_assert(!endpoint_valid("127.0.0.1:"));
	cr_assert(!endpoint_valid("127.0.0.1:0"));
	cr_assert(!endpoint_valid("127.0.0.1:65536"));
	cr_assert(!endpoint_valid(":9112"));
	cr_assert(!endpoint_valid("::1:9112"));
	cr_assert(!endpoint_valid("[::1:9112"));
	cr_assert(!endpoint_valid("[127.0.0.1]:9112"));
	cr_assert(!endpoint_valid("localhost:9112"));
	cr_assert(!endpoint_valid(""));
	ask_attach("\"metrics\":\"9112\"");
	ask_refused(
		"metrics 9112: wanted is ADDRESS:PORT, as in 127.0.0.1:9112 "
		"or [::1]:9112");
}

/* --- words ------------------------------------------------------------------
 */

Test(request_values, words)
{
	ask_attach("\"compat\":\"bsd\"");
	ask_refused("compat bsd: allowed are openbsd, freebsd, ucarp");
	ask_attach("\"mode\":\"hw\"");
	ask_refused("mode hw: allowed are auto, native, skb");
	ask_attach("\"demotion\":\"bit\"");
	ask_refused("demotion bit: allowed are auto, byte, advskew, both");
	ask_verb("state", "\"interface\":\"e\",\"vhid\":1,\"state\":\"init\"");
	ask_refused("state init: allowed are backup, master");
}

Test(request_values, names_of_groups)
{
	ask_attach("\"groups\":[\"a\",\"A_b-c.9\",\"123456789012345\"]");
	ask_taken();
	ask_attach("\"groups\":[\"1234567890123456\"]");
	ask_refused(
		"group \"1234567890123456\": 16 bytes, allowed are 1 to 15");
	ask_attach("\"groups\":[\"\"]");
	ask_refused("group \"\": 0 bytes, allowed are 1 to 15");
	ask_attach("\"groups\":[\"a b\"]");
	ask_refused("group \"a b\": allowed are letters, digits, '_', '.' and "
		    "'-'");
	ask_attach("\"groups\":[\"web\",\"dmz\",\"web\"]");
	ask_refused("group web: given twice");
	ask_attach("\"groups\":[\"carp\"]");
	ask_refused("group carp: every group bears that name");
	ask_attach("\"groups\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\","
		   "\"8\"]");
	ask_taken();
	cr_assert_eq(ask.request.settings.names_count, SETTINGS_NAMES_MAX);
	ask_attach("\"groups\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\","
		   "\"8\",\"9\"]");
	ask_refused("group: 9 given, allowed are at most 8");
	ask_verb("demote", "\"group\":\"a/b\",\"amount\":1,\"reason\":\"x\"");
	ask_refused("group \"a/b\": allowed are letters, digits, '_', '.' and "
		    "'-'");
	ask_verb("demote", "\"group\":\"carp\",\"amount\":1,\"reason\":\"x\"");
	ask_taken();
	cr_assert_str_eq(ask.request.name, "carp");
}
