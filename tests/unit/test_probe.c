/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words of a probe: which are taken, and how the others are refused.
 */
#include "user/probe/probe.h"

#include <criterion/criterion.h>
#include <string.h>

static struct carp_probe probe;
static char error[256];

/* Splits at blanks. */
static bool parse(const char *text)
{
	char copy[512], *rest = NULL;
	const char *words[16];
	size_t count = 0;

	cr_assert_lt(strlen(text), sizeof(copy));
	strcpy(copy, text);
	memset(&probe, 0xff, sizeof(probe));
	*error = '\0';
	for (char *word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return carp_probe_parse(words, count, &probe, error, sizeof(error));
}

static void taken(const char *text, enum carp_probe_kind kind)
{
	cr_assert(parse(text), "%s: %s", text, error);
	cr_assert_eq(probe.kind, kind, "%s", text);
}

static void refused(const char *text, const char *why)
{
	cr_assert_not(parse(text), "%s", text);
	cr_assert_str_eq(error, why);
}

Test(probe, interface)
{
	taken("interface eth0", PROBE_INTERFACE);
	cr_assert_str_eq(probe.ifname, "eth0");
	taken("interface abcdefghijklmno", PROBE_INTERFACE);
	refused("interface abcdefghijklmnop",
		"interface \"abcdefghijklmnop\": 16 bytes, allowed are 1 to "
		"15");
	refused("interface", "interface \"\": 0 bytes, allowed are 1 to 15");
	refused("interface a/b", "interface \"a/b\": no name of an interface");
	refused("interface a\tb", "interface \"a?b\": no name of an interface");
	refused("interface eth0 eth1",
		"probe interface: \"eth1\" is one word too many");
}

Test(probe, route)
{
	static const __u8 network[16] = { 10 };

	taken("route default", PROBE_ROUTE);
	cr_assert(probe.family == 4 && probe.prefix == 0 && !*probe.ifname);
	taken("route inet default dev eth0", PROBE_ROUTE);
	cr_assert(probe.family == 4 && !strcmp(probe.ifname, "eth0"));
	taken("route inet6 default", PROBE_ROUTE);
	cr_assert_eq(probe.family, 6);
	taken("route 10.0.0.0/8", PROBE_ROUTE);
	cr_assert(probe.family == 4 && probe.prefix == 8);
	cr_assert_arr_eq(probe.address, network, sizeof(network));
	taken("route 10.0.0.1/32", PROBE_ROUTE);
	taken("route inet6 2001:db8::/64 dev eth0", PROBE_ROUTE);
	cr_assert(probe.family == 6 && probe.prefix == 64);
	taken("route 2001:db8::1/128", PROBE_ROUTE);
}

Test(probe, route_refused)
{
	refused("route",
		"route: wanted is default, inet6 default or a network such as "
		"192.0.2.0/24");
	refused("route 10.0.0.0",
		"route 10.0.0.0: wanted is default, inet6 default or a network "
		"such as 192.0.2.0/24");
	refused("route 10.0.0.0/33",
		"route 10.0.0.0/33: wanted is default, inet6 default or a "
		"network such as 192.0.2.0/24");
	refused("route 10.0.0.1/8",
		"route 10.0.0.1/8: has bits beyond its length of 8");
	refused("route 2001:db8::1/127",
		"route 2001:db8::1/127: has bits beyond its length of 127");
	refused("route inet 2001:db8::/64", "route: the network is not inet");
	refused("route inet6 10.0.0.0/8", "route: the network is not inet6");
	refused("route default dev",
		"interface \"\": 0 bytes, allowed are 1 to 15");
	refused("route default via 192.0.2.1",
		"probe route: \"via\" is one word too many");
}

Test(probe, address)
{
	taken("address 192.0.2.9", PROBE_ADDRESS);
	cr_assert(probe.family == 4 && probe.address[3] == 9);
	taken("address 2001:db8::9 dev eth0", PROBE_ADDRESS);
	cr_assert(probe.family == 6 && !strcmp(probe.ifname, "eth0"));
	taken("address fe80::1 dev eth0", PROBE_ADDRESS);
	refused("address fe80::1", "address fe80::1: link-local, wanted is its "
				   "interface too: dev NAME");
	refused("address 192.0.2.9/24",
		"address \"192.0.2.9/24\": not an IPv4 or IPv6 address");
	refused("address", "address \"\": not an IPv4 or IPv6 address");
	refused("address 224.0.0.1", "address 224.0.0.1: a multicast address, "
				     "wanted is a host's unicast address");
	refused("address 192.0.2.9 on eth0",
		"probe address: \"on\" is one word too many");
}

Test(probe, process_and_files)
{
	char text[300] = "file /";

	taken("process nginx", PROBE_PROCESS);
	cr_assert_str_eq(probe.name, "nginx");
	refused("process abcdefghijklmnop",
		"process \"abcdefghijklmnop\": 16 bytes, allowed are 1 to 15: "
		"the kernel keeps no more of a name");
	taken("pidfile /run/x.pid", PROBE_PIDFILE);
	cr_assert_str_eq(probe.path, "/run/x.pid");
	taken("file /run/x", PROBE_FILE);
	refused("file run/x", "path \"run/x\": wanted is an absolute path");
	refused("pidfile", "path \"\": 0 bytes, allowed are 1 to 255");
	memset(text + 6, 'a', 254);
	taken(text, PROBE_FILE);
	text[6 + 254] = 'a';
	cr_assert_not(parse(text));
}

Test(probe, no_kind)
{
	refused("", "probe \"\": allowed are interface, route, address, "
		    "process, pidfile, file");
	refused("ping 192.0.2.1",
		"probe \"ping\": allowed are interface, route, address, "
		"process, pidfile, file");
}
