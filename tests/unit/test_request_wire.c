/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Requests: the members that say how a group behaves on the wire.
 */
#include "user/request.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

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

TestSuite(request_wire, .fini = drop);

/* members behind a good verb up to vhid. */
static void parse(const char *verb, const char *members)
{
	char line[1024];

	drop();
	memset(error, 0, sizeof(error));
	snprintf(line, sizeof(line),
		 "{\"version\":1,\"verb\":\"%s\",\"interface\":\"eth0\","
		 "\"vhid\":3%s%s}",
		 verb, *members ? "," : "", members);
	object = json_tokener_parse(line);
	cr_assert(object, "not JSON: %s", line);
	code = request_parse(object, &request, error, sizeof(error));
}

static void taken(const char *verb, const char *members)
{
	parse(verb, members);
	cr_assert_eq(code, 0, "%s", error);
}

static void refused(const char *verb, const char *members, const char *text)
{
	parse(verb, members);
	cr_assert_eq(code, EXIT_CODE_INVALID, "%s: code %d", text, code);
	cr_assert_str_eq(error, text);
}

Test(request_wire, announce_refresh)
{
	taken("attach", "");
	cr_expect_eq(request.settings.announce_refresh, 60);
	taken("attach", "\"announce_refresh\":0");
	cr_expect_eq(request.settings.announce_refresh, 0);
	taken("set", "\"announce_refresh\":3600");
	cr_expect_eq(request.settings.announce_refresh, 3600);
	refused("set", "\"announce_refresh\":3601",
		"announce_refresh 3601: allowed are 0 to 3600 seconds");
	refused("attach", "\"announce_refresh\":-1",
		"announce_refresh -1: allowed are 0 to 3600 seconds");
	refused("attach", "\"announce_refresh\":4294967356",
		"announce_refresh 4294967356: allowed are 0 to 3600 seconds");
}

Test(request_wire, gateways)
{
	taken("attach", "\"gateways\":[\"192.0.2.1\",\"2001:db8::1\"]");
	cr_expect_eq(request.settings.gateways_count, 2);
	cr_expect_eq(request.settings.gateways[1].family, 6);
	taken("set", "\"gateways\":[]");
	cr_expect_eq(request.settings.gateways_count, 0);
	cr_expect(request.has & REQUEST_HAS_GATEWAYS);
	refused("attach", "\"gateways\":[\"example\"]",
		"gateway example: not an IPv4 or IPv6 address");
	refused("attach", "\"gateways\":[\"192.0.2.1\",\"192.0.2.1\"]",
		"gateway 192.0.2.1: given twice");
	refused("attach",
		"\"gateways\":[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\","
		"\"10.0.0.4\",\"10.0.0.5\",\"10.0.0.6\",\"10.0.0.7\","
		"\"10.0.0.8\",\"10.0.0.9\"]",
		"gateway: 9 given, allowed are at most 8");
}

Test(request_wire, peer_ttl_min)
{
	taken("attach", "");
	cr_expect_eq(request.settings.ttl_min, 0);
	cr_expect_not(request.has & REQUEST_HAS_TTL_MIN);
	taken("attach", "\"peer_ttl_min\":1");
	cr_expect_eq(request.settings.ttl_min, 1);
	taken("set", "\"peer_ttl_min\":255");
	cr_expect_eq(request.settings.ttl_min, 255);
	cr_expect(request.has & REQUEST_HAS_TTL_MIN);
	refused("attach", "\"peer_ttl_min\":0",
		"peer_ttl_min 0: allowed are 1 to 255");
	refused("set", "\"peer_ttl_min\":256",
		"peer_ttl_min 256: allowed are 1 to 255");
}
