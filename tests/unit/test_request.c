/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket's requests: what is taken, what is refused, and in which
 * words.  Both the command line and the controller live by this one parser.
 */
#include "user/request.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_SIZE = 4096
};

static int code;
static char error[REQUEST_TEXT_MAX];
static struct request request;
static struct json_object *object;

static void drop(void)
{
	request_free(&request);
	json_object_put(object);
	object = NULL;
}

TestSuite(request, .fini = drop);

/* Parses one line; what came of it lies in code, error, request. */
static void parse(const char *line)
{
	drop();
	memset(error, 0, sizeof(error));
	object = json_tokener_parse(line);
	cr_assert(object, "not JSON: %s", line);
	code = request_parse(object, &request, error, sizeof(error));
}

/* members behind a good attach up to vhid. */
static void parse_attach(const char *members)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line),
		 "{\"version\":1,\"program\":\"0.1.0\",\"verb\":\"attach\","
		 "\"interface\":\"eth0\",\"vhid\":3%s%s}",
		 *members ? "," : "", members);
	parse(line);
}

static void parse_verb(const char *verb, const char *members)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "{\"version\":1,\"verb\":\"%s\"%s%s}",
		 verb, *members ? "," : "", members);
	parse(line);
}

static void taken(void)
{
	cr_assert_eq(code, 0, "%s", error);
}

static void refused(const char *text)
{
	cr_assert_eq(code, EXIT_CODE_INVALID, "%s: code %d", text, code);
	cr_assert_str_eq(error, text);
}

/* --- what is taken ----------------------------------------------------------
 */

Test(request, attach_has_defaults)
{
	parse_attach("");
	taken();
	cr_assert_eq(request.verb, REQUEST_ATTACH);
	cr_assert_eq(request.has, REQUEST_HAS_INTERFACE | REQUEST_HAS_VHID);
	cr_assert_str_eq(request.interface, "eth0");
	cr_assert_eq(request.settings.vhid, 3);
	cr_assert_eq(request.settings.advbase, 1);
	cr_assert_eq(request.settings.advskew, 0);
	cr_assert(!request.settings.preempt);
	cr_assert_eq(request.settings.compat, COMPAT_OPENBSD);
	cr_assert_eq(request.mode, DATAPLANE_AUTO);
	cr_assert_eq(request.settings.vips_count, 0);
	cr_assert_eq(request.settings.peers_count, 0);
	cr_assert_null(request.pass_file);
	cr_assert_null(request.metrics);
}

Test(request, attach_takes_everything)
{
	char text[ADDRESS_TEXT_SIZE];

	parse_attach("\"vips\":[\"192.0.2.1/24\",\"2001:db8::1\"],"
		     "\"pass_file\":\"/etc/carp.pass\",\"advbase\":0,"
		     "\"advskew\":254,\"preempt\":true,"
		     "\"peers\":[\"192.0.2.9\",\"2001:db8::9\"],"
		     "\"compat\":\"ucarp\",\"mode\":\"skb\","
		     "\"metrics\":\"127.0.0.1:9112\"");
	taken();
	cr_assert_eq(request.settings.vips_count, 2);
	cr_assert_str_eq(vip_format(&request.settings.vips[0], text),
			 "192.0.2.1/24");
	cr_assert_str_eq(vip_format(&request.settings.vips[1], text),
			 "2001:db8::1/128");
	cr_assert_eq(request.settings.peers_count, 2);
	cr_assert_str_eq(address_format(&request.settings.peers[1], text),
			 "2001:db8::9");
	cr_assert_str_eq(request.pass_file, "/etc/carp.pass");
	cr_assert_eq(request.settings.advbase, 0);
	cr_assert_eq(request.settings.advskew, 254);
	cr_assert(request.settings.preempt);
	cr_assert_eq(request.settings.compat, COMPAT_UCARP);
	cr_assert_str_eq(compat_name(request.settings.compat), "ucarp");
	cr_assert_eq(request.mode, DATAPLANE_SKB);
	cr_assert_str_eq(request.metrics, "127.0.0.1:9112");
	cr_assert_eq(request.has, (1 << 11) - 1);
}

/* An empty list is a value: set drops the peers with it. */
Test(request, set_tells_empty_from_absent)
{
	parse_verb("set", "\"interface\":\"e\",\"vhid\":1,\"peers\":[]");
	taken();
	cr_assert(request.has & REQUEST_HAS_PEERS);
	cr_assert_eq(request.settings.peers_count, 0);
	cr_assert(!(request.has & REQUEST_HAS_VIPS));
}

Test(request, small_verbs)
{
	parse_verb("status", "\"interface\":\"eth0\",\"vhid\":255");
	taken();
	parse_verb("monitor", "");
	taken();
	parse_verb("state",
		   "\"interface\":\"eth0\",\"vhid\":1,\"state\":\"master\"");
	taken();
	cr_assert(request.want_master);
}

Test(request, demote_one_or_all)
{
	parse_verb("demote", "\"interface\":\"eth0\",\"amount\":-255,"
			     "\"reason\":\"disk\"");
	taken();
	cr_assert_eq(request.demote_amount, -255);
	cr_assert_str_eq(request.reason, "disk");
	parse_verb("demote", "\"all\":true,\"amount\":255,\"reason\":\"x\"");
	taken();
	cr_assert(!(request.has & REQUEST_HAS_INTERFACE));
	parse_verb("demote", "\"amount\":1,\"reason\":\"x\"");
	refused("demote: wanted is either an interface or all");
	parse_verb("demote", "\"all\":true,\"interface\":\"e\",\"amount\":1,"
			     "\"reason\":\"x\"");
	refused("demote: wanted is either an interface or all");
}

/* --- numbers ----------------------------------------------------------------
 */

/* One below least and one above most are refused, both are taken. */
static void number_edges(const char *member, int least, int most)
{
	for (int i = 0; i < 4; i++) {
		int number = (i < 2 ? least : most) + (i == 0 ? -1 : i == 3);
		char members[64], text[96];

		snprintf(members, sizeof(members), "\"%s\":%d", member, number);
		parse_attach(members);
		snprintf(text, sizeof(text), "%s %d: allowed are %d to %d",
			 member, number, least, most);
		if (i == 0 || i == 3)
			refused(text);
		else
			taken();
	}
}

Test(request, numbers_at_both_edges)
{
	number_edges("vhid", 1, 255);
	number_edges("advbase", 0, 255);
	number_edges("advskew", 0, 254);
}

/* 2^32 + 3 is 3 for whoever looks at 32 bits only. */
Test(request, numbers_do_not_wrap)
{
	parse_verb("detach", "\"interface\":\"eth0\",\"vhid\":4294967299");
	refused("vhid 4294967299: allowed are 1 to 255");
	parse_verb("detach",
		   "\"interface\":\"eth0\",\"vhid\":18446744073709551615");
	refused("vhid 18446744073709551615: allowed are 1 to 255");
}

Test(request, amount_at_both_edges)
{
	static const int bad[] = { -256, 0, 256 };

	for (size_t i = 0; i < 3; i++) {
		char members[96], text[96];

		snprintf(members, sizeof(members),
			 "\"all\":true,\"reason\":\"x\",\"amount\":%d", bad[i]);
		parse_verb("demote", members);
		snprintf(text, sizeof(text),
			 "amount %d: allowed are -255 to 255, not 0", bad[i]);
		refused(text);
	}
}

/* --- addresses --------------------------------------------------------------
 */

static void vip_refused(const char *vip, const char *why)
{
	char members[128], text[256];

	snprintf(members, sizeof(members), "\"vips\":[\"%s\"]", vip);
	parse_attach(members);
	snprintf(text, sizeof(text), "vip %s: %s", vip, why);
	refused(text);
}

static void vip_unfit(const char *vip, const char *what)
{
	char why[128];

	snprintf(why, sizeof(why), "%s, wanted is a host's unicast address",
		 what);
	vip_refused(vip, why);
}

Test(request, vips_misspelt)
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

Test(request, vips_that_no_host_has)
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

Test(request, vips_taken)
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
		parse_attach(members);
		taken();
	}
}

/* However it is written, and whatever prefix goes with it. */
Test(request, vip_given_twice)
{
	parse_attach("\"vips\":[\"10.0.0.1/24\",\"10.0.0.2\",\"10.0.0.1\"]");
	refused("vip 10.0.0.1: given twice");
	parse_attach("\"vips\":[\"2001:db8::1\",\"2001:DB8:0::1/64\"]");
	refused("vip 2001:db8::1: given twice");
	parse_attach("\"peers\":[\"10.0.0.9\",\"10.0.0.8\",\"10.0.0.9\"]");
	refused("peer 10.0.0.9: given twice");
}

/* Sorting for duplicates must not reorder what the operator wrote. */
Test(request, vips_keep_their_order)
{
	char text[ADDRESS_TEXT_SIZE];

	parse_attach("\"vips\":[\"10.0.0.9/24\",\"10.0.0.1/24\"],"
		     "\"peers\":[\"10.0.0.8\",\"10.0.0.3\"]");
	taken();
	cr_assert_str_eq(vip_format(&request.settings.vips[0], text),
			 "10.0.0.9/24");
	cr_assert_str_eq(address_format(&request.settings.peers[0], text),
			 "10.0.0.8");
}

Test(request, peers_refused)
{
	parse_attach("\"peers\":[\"224.0.0.18\"]");
	refused("peer 224.0.0.18: a multicast address, wanted is a host's "
		"unicast address");
	parse_attach("\"peers\":[\"10.0.0.1/24\"]");
	refused("peer 10.0.0.1/24: not an IPv4 or IPv6 address");
	parse_attach("\"peers\":[7]");
	refused("peer 7: wanted is text");
}

Test(request, peers_up_to_their_number)
{
	char members[LINE_SIZE / 2] = "\"peers\":[";

	for (int i = 1; i <= SETTINGS_PEERS_MAX; i++) {
		size_t used = strlen(members);

		snprintf(members + used, sizeof(members) - used,
			 "%s\"10.0.0.%d\"", i > 1 ? "," : "", i);
	}
	strcat(members, "]");
	parse_attach(members);
	taken();
	cr_assert_eq(request.settings.peers_count, SETTINGS_PEERS_MAX);
	strcpy(members + strlen(members) - 1, ",\"10.0.1.1\"]");
	parse_attach(members);
	refused("peer: 65 given, allowed are at most 64");
}

Test(request, endpoints)
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
	parse_attach("\"metrics\":\"9112\"");
	refused("metrics 9112: wanted is ADDRESS:PORT, as in 127.0.0.1:9112 "
		"or [::1]:9112");
}

/* --- form -------------------------------------------------------------------
 */

Test(request, another_version)
{
	parse("{\"version\":2,\"verb\":\"frob\",\"new\":[]}");
	cr_assert_eq(code, EXIT_CODE_FAILED);
	cr_assert_str_eq(error, "protocol version 2, this controller speaks 1");
	parse("{\"verb\":\"status\"}");
	refused("version: missing");
	parse("{\"version\":\"1\",\"verb\":\"status\"}");
	refused("version \"1\": wanted is a whole number");
}

Test(request, unknown_verb)
{
	parse_verb("frob", "");
	cr_assert_eq(code, EXIT_CODE_USAGE);
	cr_assert_str_eq(error,
			 "verb frob: allowed are attach, detach, set, status, "
			 "monitor, demote, state, maintenance");
	parse("{\"version\":1}");
	refused("verb: missing");
	parse("[1]");
	refused("a request is one JSON object");
}

Test(request, members_not_known_or_not_here)
{
	parse_attach("\"advskw\":3");
	refused("advskw: unknown member");
	parse_verb("status", "\"vips\":[]");
	refused("vips: does not belong to status");
	parse_verb("set", "\"mode\":\"skb\"");
	refused("mode: does not belong to set");
	parse_verb("monitor", "\"interface\":\"eth0\"");
	refused("interface: does not belong to monitor");
	parse_verb("attach", "\"interface\":\"eth0\"");
	refused("vhid: missing in attach");
	parse_verb("attach", "\"vhid\":3");
	refused("interface: missing in attach");
	parse_verb("demote", "\"all\":true,\"amount\":1");
	refused("reason: missing in demote");
	parse_verb("state", "\"interface\":\"eth0\",\"vhid\":1");
	refused("state: missing in state");
}

Test(request, wrong_types)
{
	parse_attach("\"advbase\":\"1\"");
	refused("advbase \"1\": wanted is a whole number");
	parse_attach("\"advbase\":1.5");
	refused("advbase 1.5: wanted is a whole number");
	parse_attach("\"advbase\":null");
	refused("advbase null: wanted is a whole number");
	parse_attach("\"preempt\":1");
	refused("preempt 1: wanted is true or false");
	parse_attach("\"vips\":\"10.0.0.1\"");
	refused("vips \"10.0.0.1\": wanted is a list");
	parse_attach("\"vips\":[null]");
	refused("vip null: wanted is text");
	parse_attach("\"compat\":0");
	refused("compat 0: wanted is text");
}

Test(request, words)
{
	parse_attach("\"compat\":\"bsd\"");
	refused("compat bsd: allowed are openbsd, freebsd, ucarp");
	parse_attach("\"mode\":\"hw\"");
	refused("mode hw: allowed are auto, native, skb");
	parse_verb("state",
		   "\"interface\":\"e\",\"vhid\":1,\"state\":\"init\"");
	refused("state init: allowed are backup, master");
}

Test(request, interface_names)
{
	parse_verb("detach", "\"interface\":\"abcdefghijklmno\"");
	taken();
	parse_verb("detach", "\"interface\":\"abcdefghijklmnop\"");
	refused("interface \"abcdefghijklmnop\": 16 bytes, allowed are 1 to "
		"15");
	parse_verb("detach", "\"interface\":\"\"");
	refused("interface \"\": 0 bytes, allowed are 1 to 15");
	parse_verb("detach", "\"interface\":\"../../etc\"");
	refused("interface \"../../etc\": no name of an interface, '/' is not "
		"allowed");
	parse_verb("detach", "\"interface\":\"a b\"");
	refused("interface \"a b\": no name of an interface, ' ' is not "
		"allowed");
	parse_verb("detach", "\"interface\":\"..\"");
	refused("interface \"..\": no name of an interface");
	parse_verb("detach", "\"interface\":\"eth0\\u0000x\"");
	refused("interface: holds a NUL byte");
}

/* An error is one line even if the value it quotes is not. */
Test(request, one_line)
{
	parse_attach("\"compat\":\"a\\nb\"");
	refused("compat a?b: allowed are openbsd, freebsd, ucarp");
	parse_verb("demote", "\"all\":true,\"amount\":1,\"reason\":\"a\\nb\"");
	refused("reason \"a?b\": control characters are not allowed");
}

Test(request, pass_files)
{
	parse_attach("\"pass_file\":\"carp.pass\"");
	refused("pass_file carp.pass: wanted is an absolute path below 4096 "
		"bytes");
	parse_attach("\"pass_file\":\"\"");
	refused("pass_file : wanted is an absolute path below 4096 bytes");
}

Test(request, untouched_on_failure)
{
	struct request before;

	parse_attach("\"vips\":[\"10.0.0.1\"]");
	taken();
	before = request;
	cr_assert_neq(request_parse(NULL, &request, error, sizeof(error)), 0);
	cr_assert_arr_eq(&before, &request, sizeof(before));
}
