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
		"# k.conf:15: write the passphrase that stands here to "
		"/etc/carp-xdp/VI_1.pass, mode 0600\n"
		"# k.conf:19: 192.0.2.132/24 dev ens161: the address goes to "
		"the group's interface\n"
		"# k.conf:30: advbase 0.5: not a whole number: not carried "
		"over\n"
		"# k.conf:28: track_script more: there is none of that name\n"
		"# k.conf:27: track_script chk: keeps an instance down there; "
		"here this host steps behind all others, and serves if it is "
		"alone\n"
		"\n"
		"track chk {\n"
		"\tprocess = 'haproxy'\n"
		"\tinterval = 1\n"
		"\ttimeout = 1\n"
		"\trise = 1\n"
		"\tfall = 1\n"
		"}\n"
		"\n"
		"group VI_1 {\n"
		"\tinterface = 'ens160'\n"
		"\tvhid = 50\n"
		"\tvips = { '192.0.2.131', '192.0.2.132/24' }\n"
		"\tpass-file = '/etc/carp-xdp/VI_1.pass'\n"
		"\tadvskew = 154\n"
		"\tpreempt = true\n"
		"\tpeers = { '192.0.2.151', '192.0.2.152' }\n"
		"\ttrack = { 'chk' }\n"
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

/* What is in them is of doc/samples/keepalived.conf.vrrp.localcheck and of the
 * manual. */
Test(import, weights_of_keepalived_move_the_advskew)
{
	becomes(IMPORT_KEEPALIVED, "k.conf",
		"vrrp_script sshd {\n  script \"killall -0 sshd\"\n"
		"  interval 2\n  weight -4\n  fall 2\n  rise 2\n}\n"
		"vrrp_script port {\n"
		"  script \"</dev/tcp/127.0.0.1/80\"\n  weight -2\n}\n"
		"vrrp_script relative {\n  script \"nc -z 127.0.0.1 80\"\n}\n"
		"vrrp_script web {\n"
		"  script \"/bin/check -u 'GET / now' --\"\n"
		"  interval 0.05\n  timeout 90\n  weight 20\n  fall 3\n"
		"  user nobody\n  init_fail\n}\n"
		"vrrp_track_process bird {\n  process bird\n  delay 2.5\n}\n"
		"vrrp_track_process full {\n  process bird -d\n}\n"
		"vrrp_track_file shift {\n  file /run/shift\n  weight -1\n}\n"
		"vrrp_track_file more {\n  file /run/more\n}\n"
		"vrrp_instance A {\n"
		"  interface eth0\n  virtual_router_id 1\n  priority 100\n"
		"  virtual_ipaddress {\n    192.0.2.1\n  }\n"
		"  track_interface {\n    eth1 weight 2\n    eth2 weight -3\n  "
		"}\n"
		"  track_script {\n    sshd\n    web\n    port\n  }\n"
		"  track_process {\n    bird weight -5 reverse\n    bird\n  }\n"
		"  track_file {\n    shift\n    more\n    more weight 0\n  }\n"
		"}\n"
		"vrrp_instance B {\n"
		"  interface eth0\n  virtual_router_id 2\n"
		"  virtual_ipaddress {\n    192.0.2.2\n  }\n"
		"  track_script {\n    web weight 0\n  }\n"
		"  track_file {\n    more weight 0\n  }\n"
		"}\n",
		"# k.conf: VRRP and CARP do not understand each other: all "
		"hosts of a group change over together\n"
		"# k.conf:11: vrrp_script port: not carried over: needs a "
		"shell\n"
		"# k.conf:14: vrrp_script relative: not carried over: not an "
		"absolute path\n"
		"# k.conf:23: interval 0.05: becomes 0.1\n"
		"# k.conf:23: timeout 90: becomes 60\n"
		"# k.conf:30: vrrp_track_process full: not carried over: has "
		"parameters\n"
		"# k.conf:55: track_process bird: not carried over: reverse "
		"has no equal\n"
		"# k.conf:60: track_file more: not carried over: of the "
		"weights of a file only -1 has an equal\n"
		"# k.conf:51: programs run as the user carp-xdp-runner, "
		"without any privilege\n"
		"# k.conf:56: track_process bird: keeps an instance down "
		"there; here this host steps behind all others, and serves if "
		"it is alone\n"
		"# k.conf:61: track_file more: not carried over: beside "
		"weights it has no equal\n"
		"\n"
		"track eth1 {\n\tinterface = 'eth1'\n\tinterval = 1\n"
		"\ttimeout = 1\n\trise = 1\n\tfall = 1\n\tdemotion = 2\n}\n"
		"\n"
		"track eth2 {\n\tinterface = 'eth2'\n\tinterval = 1\n"
		"\ttimeout = 1\n\trise = 1\n\tfall = 1\n\tdemotion = 3\n}\n"
		"\n"
		"track sshd {\n\tprocess = 'sshd'\n\tdemotion = 4\n}\n"
		"\n"
		"track web {\n"
		"\tcommand = { '/bin/check', '-u', 'GET / now', '--' }\n"
		"\tinterval = 0.1\n\ttimeout = 60\n\trise = 1\n"
		"\tfall = 3\n\tdemotion = 20\n\tuntil-known = down\n}\n"
		"\n"
		"track bird {\n\tprocess = 'bird'\n\tinterval = 1\n"
		"\ttimeout = 1\n\trise = 4\n\tfall = 4\n}\n"
		"\n"
		"track shift {\n\tfile = '/run/shift'\n\tinterval = 1\n"
		"\ttimeout = 1\n\trise = 1\n\tfall = 1\n}\n"
		"\n"
		"track web-2 {\n"
		"\tcommand = { '/bin/check', '-u', 'GET / now', '--' }\n"
		"\tinterval = 0.1\n\ttimeout = 60\n\trise = 1\n"
		"\tfall = 3\n\tuntil-known = down\n}\n"
		"\n"
		"track more {\n\tfile = '/run/more'\n\tinterval = 1\n"
		"\ttimeout = 1\n\trise = 1\n\tfall = 1\n}\n"
		"\n"
		"group A {\n\tinterface = 'eth0'\n\tvhid = 1\n"
		"\tvips = { '192.0.2.1' }\n\tadvskew = 132\n"
		"\tpreempt = true\n\tdemotion = 'advskew'\n"
		"\ttrack = { 'eth1', 'eth2', 'sshd', 'web',\n"
		"\t\t'bird', 'shift' }\n}\n"
		"\n"
		"group B {\n\tinterface = 'eth0'\n\tvhid = 2\n"
		"\tvips = { '192.0.2.2' }\n\tadvskew = 154\n"
		"\tpreempt = true\n"
		"\ttrack = { 'web-2', 'more' }\n}\n",
		"");
}

/* As in doc/samples/keepalived.conf.vrrp.scripts, and notify. */
Test(import, scripts_of_keepalived_become_hooks)
{
	becomes(IMPORT_KEEPALIVED, "k.conf",
		"vrrp_instance VI_1 {\n"
		"  interface eth0\n  virtual_router_id 51\n"
		"  virtual_ipaddress {\n    192.0.2.1\n  }\n"
		"  notify_master \"/usr/local/bin/vrrp.sh  MASTER\"\n"
		"  notify_fault /etc/fault.sh root\n"
		"  notify \"/etc/notify.sh\"\n"
		"  notify_stop stop.sh\n  preempt\n"
		"  notify_backup \"/bin/echo down >/dev/log\"\n"
		"  priority 150\n}\n"
		"vrrp_instance VI_2 {\n"
		"  interface eth0\n  virtual_router_id 52\n"
		"  priority 150\n"
		"  virtual_ipaddress {\n    192.0.2.2\n  }\n"
		"  notify_master \"/usr/local/bin/vrrp.sh MASTER\"\n}\n",
		"# k.conf: VRRP and CARP do not understand each other: all "
		"hosts of a group change over together\n"
		"# k.conf:7: programs run as the user carp-xdp-runner, "
		"without any privilege\n"
		"# k.conf:10: notify_stop: not carried over: not an absolute "
		"path\n"
		"# k.conf:12: notify_backup: not carried over: needs a "
		"shell\n"
		"\n"
		"hook vrrp.sh {\n"
		"\tcommand = { '/usr/local/bin/vrrp.sh', 'MASTER' }\n"
		"\ton = { master }\n\tgroups = { 'VI_1', 'VI_2' }\n}\n"
		"\n"
		"hook fault.sh {\n"
		"\tcommand = { '/etc/fault.sh' }\n"
		"\ton = { init }\n\tgroups = { 'VI_1' }\n}\n"
		"\n"
		"hook notify.sh {\n"
		"\tcommand = { '/etc/notify.sh', 'INSTANCE', 'VI_1', "
		"'MASTER', '150' }\n"
		"\ton = { master }\n\tgroups = { 'VI_1' }\n}\n"
		"\n"
		"hook notify.sh-2 {\n"
		"\tcommand = { '/etc/notify.sh', 'INSTANCE', 'VI_1', "
		"'BACKUP', '150' }\n"
		"\ton = { backup }\n\tgroups = { 'VI_1' }\n}\n"
		"\n"
		"hook notify.sh-3 {\n"
		"\tcommand = { '/etc/notify.sh', 'INSTANCE', 'VI_1', "
		"'FAULT', '150' }\n"
		"\ton = { init }\n\tgroups = { 'VI_1' }\n}\n"
		"\n"
		"group VI_1 {\n\tinterface = 'eth0'\n\tvhid = 51\n"
		"\tvips = { '192.0.2.1' }\n\tadvskew = 104\n"
		"\tpreempt = true\n}\n"
		"\n"
		"group VI_2 {\n\tinterface = 'eth0'\n\tvhid = 52\n"
		"\tvips = { '192.0.2.2' }\n\tadvskew = 104\n"
		"\tpreempt = true\n}\n",
		"");
}

Test(import, command_lines_of_ucarp)
{
	becomes(IMPORT_UCARP, "start.sh",
		"#!/bin/sh\n"
		"/usr/sbin/ucarp -i eth0 -s 192.0.2.1 -v 42 -psecret \\\n"
		"  -a 192.0.2.252 -Pz --advskew=50 --deadratio 5 \\\n"
		"  --upscript=/etc/up.sh -d /etc/down.sh -x more &\n"
		"ucarp --interface=eth1 --vhid 300 --addr 192.0.2.253 "
		"--passfile /etc/pass -B -u /usr/libexec/ucarp/vip-up "
		"-ddown.sh\n",
		"# start.sh:2: write the passphrase that stands here to "
		"/etc/carp-xdp/ucarp-1.pass, mode 0600\n"
		"# start.sh:2: programs run as the user carp-xdp-runner, "
		"without any privilege\n"
		"# start.sh:5: vhid 300: allowed are 1 to 255: not carried "
		"over\n"
		"# start.sh:5: --upscript /usr/libexec/ucarp/vip-up: not "
		"carried "
		"over: addresses need no script\n"
		"# start.sh:5: --downscript down.sh: not carried over: not an "
		"absolute path\n"
		"\n"
		"hook up.sh {\n"
		"\tcommand = { '/etc/up.sh', 'eth0', '192.0.2.252', 'more' }\n"
		"\ton = { master }\n"
		"\tgroups = { 'ucarp-1' }\n"
		"}\n"
		"\n"
		"hook down.sh {\n"
		"\tcommand = { '/etc/down.sh', 'eth0', '192.0.2.252', 'more' "
		"}\n"
		"\ton = { init, backup }\n"
		"\tgroups = { 'ucarp-1' }\n"
		"}\n"
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
		"result:45: group ucarp-2: vhid: missing in attach");
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
		"carpdev vlan7 carpnodes 1:0,2:100 \\\n"
		"\tbalancing ip-stealth group web\n"
		"192.0.2.100/24\ncarppeer 192.0.2.7\ngroup dmz\n",
		"group carp1 {\n"
		"\tinterface = 'vlan7'\n"
		"\tnodes = { '1:0', '2:100' }\n"
		"\tbalancing = 'ip-stealth'\n"
		"\tvips = { '192.0.2.100/24' }\n"
		"\tpeers = { '192.0.2.7' }\n"
		"\tgroups = { 'web', 'dmz' }\n"
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
