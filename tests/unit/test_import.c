/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Other programs' configurations, in the forms people have them: what becomes
 * of them, what is named because it does not, and no secret in either.
 */
#include "user/import.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void becomes(enum import_format format, const char *file,
		    const char *text, const char *expected, const char *wrong)
{
	char bad[CONFIG_ERROR_SIZE];
	size_t notes;
	char *result =
		import_text(format, file, text, &notes, bad, sizeof(bad));

	cr_assert(result);
	cr_expect_str_eq(result, expected);
	cr_expect_str_eq(bad, wrong);
	cr_expect_null(strstr(result, "ecret"));
	free(result);
}

Test(import, keepalived_instances_become_groups)
{
	becomes(IMPORT_KEEPALIVED, "k.conf",
		"! Configuration File for keepalived\n"
		"global_defs {\n  router_id LVS\n}\n"
		"vrrp_script chk {\n  script \"killall -0 haproxy\"\n}\n"
		"vrrp_instance VI_1\n{\n"
		"  interface ens160 # the card\n"
		"  state MASTER\n  priority 100\n  virtual_router_id 50\n"
		"  authentication { auth_type PASS\n    auth_pass secret\n  }\n"
		"  virtual_ipaddress {\n"
		"    192.0.2.131 dev ens160\n"
		"    192.0.2.132/24 brd 192.0.2.255 dev ens161\n  }\n"
		"  unicast_src_ip 192.0.2.150\n"
		"  unicast_peer {\n    192.0.2.151/24\n    192.0.2.152\n  }\n"
		"  track_script {\n    chk\n    more\n  }\n"
		"  advert_int 0.5\n"
		"}\n"
		"vrrp_instance VI_2 { interface eth1\n"
		" virtual_router_id 51\n nopreempt\n priority 255\n"
		" virtual_ipaddress { 2001:db8::1/64 } }\n",
		"# k.conf: VRRP and CARP do not understand each other: all "
		"hosts of a group change over together\n"
		"# k.conf:5: vrrp_script chk: not carried over\n"
		"# k.conf:15: write the passphrase that stands here to "
		"/etc/carp-xdp/VI_1.pass, mode 0600\n"
		"# k.conf:19: 192.0.2.132/24 dev ens161: the address goes to "
		"the group's interface\n"
		"# k.conf:27: track_script: not carried over\n"
		"# k.conf:30: advbase 0.5: not a whole number: not carried "
		"over\n"
		"\n"
		"group VI_1 {\n"
		"\tinterface = 'ens160'\n"
		"\tvhid = 50\n"
		"\tvips = { '192.0.2.131', '192.0.2.132/24' }\n"
		"\tpass-file = '/etc/carp-xdp/VI_1.pass'\n"
		"\tadvskew = 154\n"
		"\tpreempt = true\n"
		"\tpeers = { '192.0.2.151', '192.0.2.152' }\n"
		"}\n"
		"\n"
		"group VI_2 {\n"
		"\tinterface = 'eth1'\n"
		"\tvhid = 51\n"
		"\tvips = { '2001:db8::1/64' }\n"
		"\tadvskew = 0\n"
		"}\n",
		"");
}

Test(import, command_lines_of_ucarp)
{
	becomes(IMPORT_UCARP, "start.sh",
		"#!/bin/sh\n"
		"/usr/sbin/ucarp -i eth0 -s 192.0.2.1 -v 42 -psecret \\\n"
		"  -a 192.0.2.252 -Pz --advskew=50 --deadratio 5 \\\n"
		"  --upscript=/etc/up.sh &\n"
		"ucarp --interface=eth1 --vhid 300 --addr 192.0.2.253 "
		"--passfile /etc/pass -B\n",
		"# start.sh:2: write the passphrase that stands here to "
		"/etc/carp-xdp/ucarp-1.pass, mode 0600\n"
		"# start.sh:2: -u /etc/up.sh: not carried over; addresses need "
		"no script\n"
		"# start.sh:5: vhid 300: allowed are 1 to 255: not carried "
		"over\n"
		"\n"
		"group ucarp-1 {\n"
		"\tinterface = 'eth0'\n"
		"\tvhid = 42\n"
		"\tvips = { '192.0.2.252' }\n"
		"\tpass-file = '/etc/carp-xdp/ucarp-1.pass'\n"
		"\tadvskew = 50\n"
		"\tdead-ratio = 5\n"
		"\tpreempt = true\n"
		"\tcompat = 'ucarp'\n"
		"}\n"
		"\n"
		"group ucarp-2 {\n"
		"\tinterface = 'eth1'\n"
		"\tvips = { '192.0.2.253' }\n"
		"\tpass-file = '/etc/pass'\n"
		"\tcompat = 'ucarp'\n"
		"}\n",
		"result:27: group ucarp-2: vhid: missing in attach");
}

Test(import, an_interface_of_openbsd)
{
	becomes(IMPORT_OPENBSD, "/etc/hostname.carp0",
		"inet 192.0.2.100 255.255.255.0 192.0.2.255 vhid 1 carpdev em0 "
		"pass secret advskew 100\n"
		"inet alias 192.0.2.101 255.255.255.255\n"
		"inet6 2001:db8::100 64\n"
		"description \"web servers\"\n"
		"!route add default 192.0.2.9\n",
		"# /etc/hostname.carp0:1: write the passphrase that stands "
		"here "
		"to /etc/carp-xdp/carp0.pass, mode 0600\n"
		"# /etc/hostname.carp0:4: description web servers: not carried "
		"over\n"
		"# /etc/hostname.carp0:5: a command: not carried over\n"
		"\n"
		"group carp0 {\n"
		"\tinterface = 'em0'\n"
		"\tvhid = 1\n"
		"\tvips = { '192.0.2.100/24', '192.0.2.101/32', "
		"'2001:db8::100/64' }\n"
		"\tpass-file = '/etc/carp-xdp/carp0.pass'\n"
		"\tadvskew = 100\n"
		"}\n",
		"");
	becomes(IMPORT_OPENBSD, "hostname.carp1",
		"carpdev vlan7 carpnodes 1:0,2:100 balancing ip-stealth\n"
		"192.0.2.100/24\ncarppeer 192.0.2.7\n",
		"group carp1 {\n"
		"\tinterface = 'vlan7'\n"
		"\tnodes = { '1:0', '2:100' }\n"
		"\tbalancing = 'ip-stealth'\n"
		"\tvips = { '192.0.2.100/24' }\n"
		"\tpeers = { '192.0.2.7' }\n"
		"}\n",
		"");
}

Test(import, rc_conf_of_freebsd)
{
	becomes(IMPORT_FREEBSD, "rc.conf",
		"hostname=\"a\"\n"
		"ifconfig_em1=\"inet 198.51.100.78/32\" # ours\n"
		"ifconfig_em1_alias0=\"vhid 12 advskew 210 pass secret "
		"192.0.2.11/32\"\n"
		"ifconfig_em1_alias1=\"inet vhid 12 pass secret alias "
		"192.0.2.12/32\"\n"
		"ifconfig_em2_aliases=\"\\\n"
		"  vhid 12 192.0.2.13/32 \\\n"
		"  inet vhid 13 192.0.2.14 netmask 255.255.255.0\n"
		"  inet6 vhid 13 2001:db8::7 prefixlen 64\"\n"
		"ifconfig_em3_alias0=\"vhid 1 pass secret 192.0.2.15/24\"\n",
		"# rc.conf:3: write the passphrase that stands here to "
		"/etc/carp-xdp/em1-12.pass, mode 0600\n"
		"# rc.conf:9: write the passphrase that stands here to "
		"/etc/carp-xdp/em3-1.pass, mode 0600\n"
		"\n"
		"group em1-12 {\n"
		"\tinterface = 'em1'\n"
		"\tvhid = 12\n"
		"\tvips = { '192.0.2.11/32', '192.0.2.12/32' }\n"
		"\tpass-file = '/etc/carp-xdp/em1-12.pass'\n"
		"\tadvskew = 210\n"
		"\tcompat = 'freebsd'\n"
		"}\n"
		"\n"
		"group em2-12 {\n"
		"\tinterface = 'em2'\n"
		"\tvhid = 12\n"
		"\tvips = { '192.0.2.13/32' }\n"
		"\tcompat = 'freebsd'\n"
		"}\n"
		"\n"
		"group em2-13 {\n"
		"\tinterface = 'em2'\n"
		"\tvhid = 13\n"
		"\tvips = { '192.0.2.14/24', '2001:db8::7/64' }\n"
		"\tcompat = 'freebsd'\n"
		"}\n"
		"\n"
		"group em3-1 {\n"
		"\tinterface = 'em3'\n"
		"\tvhid = 1\n"
		"\tvips = { '192.0.2.15/24' }\n"
		"\tpass-file = '/etc/carp-xdp/em3-1.pass'\n"
		"\tcompat = 'freebsd'\n"
		"}\n",
		"");
}

Test(import, what_holds_no_group_says_so)
{
	becomes(IMPORT_FREEBSD, "rc.conf", "hostname=\"a\"\n",
		"# rc.conf:1: no group in it\n\n", "");
	becomes(IMPORT_UCARP, "x", "", "# x: no group in it\n\n", "");
}
