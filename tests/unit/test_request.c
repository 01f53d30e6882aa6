/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket's requests: what is taken, what is refused, and in which
 * words.  Both the command line and the controller live by this one parser.
 */
#include "ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(request, .fini = ask_drop);

/* --- what is taken ----------------------------------------------------------
 */

Test(request, attach_has_defaults)
{
	ask_attach("");
	ask_taken();
	cr_assert_eq(ask.request.verb, REQUEST_ATTACH);
	cr_assert_eq(ask.request.has, REQUEST_HAS_INTERFACE | REQUEST_HAS_VHID);
	cr_assert_str_eq(ask.request.interface, "eth0");
	cr_assert_eq(ask.request.settings.vhid, 3);
	cr_assert_eq(ask.request.settings.advbase, 1);
	cr_assert_eq(ask.request.settings.advskew, 0);
	cr_assert(!ask.request.settings.preempt);
	cr_assert_eq(ask.request.settings.compat, COMPAT_OPENBSD);
	cr_assert_eq(ask.request.settings.dead_ratio, 3);
	cr_assert_eq(ask.request.settings.demotion_form, DEMOTION_AUTO);
	cr_assert_eq(ask.request.settings.preempt_delay, 0);
	cr_assert(!ask.request.settings.observe);
	cr_assert_eq(ask.request.mode, DATAPLANE_AUTO);
	cr_assert_eq(ask.request.settings.vips_count, 0);
	cr_assert_eq(ask.request.settings.peers_count, 0);
	cr_assert_null(ask.request.pass_file);
	cr_assert_null(ask.request.metrics);
}

Test(request, attach_takes_everything)
{
	char text[ADDRESS_TEXT_SIZE];

	ask_attach("\"vips\":[\"192.0.2.1/24\",\"2001:db8::1\"],"
		   "\"pass_file\":\"/etc/carp.pass\",\"advbase\":0,"
		   "\"advskew\":254,\"preempt\":true,"
		   "\"peers\":[\"192.0.2.9\",\"2001:db8::9\"],"
		   "\"compat\":\"ucarp\",\"mode\":\"skb\","
		   "\"dead_ratio\":2,\"demotion\":\"both\","
		   "\"preempt_delay\":3600,\"observe\":true,"
		   "\"groups\":[\"web\",\"dmz.1\"],"
		   "\"metrics\":\"127.0.0.1:9112\"");
	ask_taken();
	cr_assert_eq(ask.request.settings.vips_count, 2);
	cr_assert_str_eq(vip_format(&ask.request.settings.vips[0], text),
			 "192.0.2.1/24");
	cr_assert_str_eq(vip_format(&ask.request.settings.vips[1], text),
			 "2001:db8::1/128");
	cr_assert_eq(ask.request.settings.peers_count, 2);
	cr_assert_str_eq(address_format(&ask.request.settings.peers[1], text),
			 "2001:db8::9");
	cr_assert_str_eq(ask.request.pass_file, "/etc/carp.pass");
	cr_assert_eq(ask.request.settings.advbase, 0);
	cr_assert_eq(ask.request.settings.advskew, 254);
	cr_assert(ask.request.settings.preempt);
	cr_assert_eq(ask.request.settings.compat, COMPAT_UCARP);
	cr_assert_str_eq(compat_name(ask.request.settings.compat), "ucarp");
	cr_assert_eq(ask.request.mode, DATAPLANE_SKB);
	cr_assert_str_eq(ask.request.metrics, "127.0.0.1:9112");
	cr_assert_eq(ask.request.settings.dead_ratio, 2);
	cr_assert_eq(ask.request.settings.demotion_form, DEMOTION_BOTH);
	cr_assert_eq(ask.request.settings.preempt_delay, 3600);
	cr_assert(ask.request.settings.observe);
	cr_assert_eq(ask.request.settings.names_count, 2);
	cr_assert_str_eq(ask.request.settings.names[1], "dmz.1");
	cr_assert_eq(ask.request.has, REQUEST_HAS_NAMES * 2 - 1);
}

/* An empty list is a value: set drops the peers with it. */
Test(request, set_tells_empty_from_absent)
{
	ask_verb("set", "\"interface\":\"e\",\"vhid\":1,\"peers\":[]");
	ask_taken();
	cr_assert(ask.request.has & REQUEST_HAS_PEERS);
	cr_assert_eq(ask.request.settings.peers_count, 0);
	cr_assert(!(ask.request.has & REQUEST_HAS_VIPS));
}

Test(request, small_verbs)
{
	ask_verb("status", "\"interface\":\"eth0\",\"vhid\":255");
	ask_taken();
	ask_verb("monitor", "");
	ask_taken();
	ask_verb("state",
		 "\"interface\":\"eth0\",\"vhid\":1,\"state\":\"master\"");
	ask_taken();
	cr_assert(ask.request.want_master);
}

Test(request, demote_one_or_all)
{
	ask_verb("demote", "\"interface\":\"eth0\",\"amount\":-255,"
			   "\"reason\":\"disk\"");
	ask_taken();
	cr_assert_eq(ask.request.demote_amount, -255);
	cr_assert_str_eq(ask.request.reason, "disk");
	ask_verb("demote", "\"all\":true,\"amount\":255,\"reason\":\"x\"");
	ask_taken();
	cr_assert(!(ask.request.has & REQUEST_HAS_INTERFACE));
	ask_verb("demote", "\"amount\":1,\"reason\":\"x\"");
	ask_refused("demote: wanted is one of an interface, a group and all");
	ask_verb("demote", "\"all\":true,\"interface\":\"e\",\"amount\":1,"
			   "\"reason\":\"x\"");
	ask_refused("demote: wanted is one of an interface, a group and all");
}

/* --- form -------------------------------------------------------------------
 */

Test(request, another_version)
{
	ask_line("{\"version\":2,\"verb\":\"frob\",\"new\":[]}");
	cr_assert_eq(ask.code, EXIT_CODE_FAILED);
	cr_assert_str_eq(ask.error,
			 "protocol version 2, this controller speaks 1");
	ask_line("{\"verb\":\"status\"}");
	ask_refused("version: missing");
	ask_line("{\"version\":\"1\",\"verb\":\"status\"}");
	ask_refused("version \"1\": wanted is a whole number");
}

Test(request, unknown_verb)
{
	ask_verb("frob", "");
	cr_assert_eq(ask.code, EXIT_CODE_USAGE);
	cr_assert_str_eq(ask.error,
			 "verb frob: allowed are attach, detach, set, status, "
			 "monitor, demote, state, maintenance, reload, "
			 "showconf");
	ask_line("{\"version\":1}");
	ask_refused("verb: missing");
	ask_line("[1]");
	ask_refused("a request is one JSON object");
}

Test(request, members_not_known_or_not_here)
{
	ask_attach("\"advskw\":3");
	ask_refused("advskw: unknown member");
	ask_verb("status", "\"vips\":[]");
	ask_refused("vips: does not belong to status");
	ask_verb("set", "\"mode\":\"skb\"");
	ask_refused("mode: does not belong to set");
	ask_verb("monitor", "\"interface\":\"eth0\"");
	ask_refused("interface: does not belong to monitor");
	ask_verb("attach", "\"interface\":\"eth0\"");
	ask_refused("vhid: missing in attach");
	ask_verb("attach", "\"vhid\":3");
	ask_refused("interface: missing in attach");
	ask_verb("demote", "\"all\":true,\"amount\":1");
	ask_refused("reason: missing in demote");
	ask_verb("state", "\"interface\":\"eth0\",\"vhid\":1");
	ask_refused("state: missing in state");
}

Test(request, wrong_types)
{
	ask_attach("\"advbase\":\"1\"");
	ask_refused("advbase \"1\": wanted is a whole number");
	ask_attach("\"advbase\":1.5");
	ask_refused("advbase 1.5: wanted is a whole number");
	ask_attach("\"advbase\":null");
	ask_refused("advbase null: wanted is a whole number");
	ask_attach("\"preempt\":1");
	ask_refused("preempt 1: wanted is true or false");
	ask_attach("\"vips\":\"10.0.0.1\"");
	ask_refused("vips \"10.0.0.1\": wanted is a list");
	ask_attach("\"vips\":[null]");
	ask_refused("vip null: wanted is text");
	ask_attach("\"compat\":0");
	ask_refused("compat 0: wanted is text");
}

Test(request, interface_names)
{
	ask_verb("detach", "\"interface\":\"abcdefghijklmno\"");
	ask_taken();
	ask_verb("detach", "\"interface\":\"abcdefghijklmnop\"");
	ask_refused(
		"interface \"abcdefghijklmnop\": 16 bytes, allowed are 1 to "
		"15");
	ask_verb("detach", "\"interface\":\"\"");
	ask_refused("interface \"\": 0 bytes, allowed are 1 to 15");
	ask_verb("detach", "\"interface\":\"../../etc\"");
	ask_refused(
		"interface \"../../etc\": no name of an interface, '/' is not "
		"allowed");
	ask_verb("detach", "\"interface\":\"a b\"");
	ask_refused("interface \"a b\": no name of an interface, ' ' is not "
		    "allowed");
	ask_verb("detach", "\"interface\":\"..\"");
	ask_refused("interface \"..\": no name of an interface");
	ask_verb("detach", "\"interface\":\"eth0\\u0000x\"");
	ask_refused("interface: holds a NUL byte");
}

/* An error is one line even if the value it quotes is not. */
Test(request, one_line)
{
	ask_attach("\"compat\":\"a\\nb\"");
	ask_refused("compat a?b: allowed are openbsd, freebsd, ucarp");
	ask_verb("demote", "\"all\":true,\"amount\":1,\"reason\":\"a\\nb\"");
	ask_refused("reason \"a?b\": control characters are not allowed");
}

Test(request, pass_files)
{
	ask_attach("\"pass_file\":\"carp.pass\"");
	ask_refused(
		"pass_file carp.pass: wanted is an absolute path below 4096 "
		"bytes");
	ask_attach("\"pass_file\":\"\"");
	ask_refused("pass_file : wanted is an absolute path below 4096 bytes");
}

Test(request, untouched_on_failure)
{
	struct request before;

	ask_attach("\"vips\":[\"10.0.0.1\"]");
	ask_taken();
	before = ask.request;
	cr_assert_neq(
		request_parse(NULL, &ask.request, ask.error, sizeof(ask.error)),
		0);
	cr_assert_arr_eq(&before, &ask.request, sizeof(before));
}
