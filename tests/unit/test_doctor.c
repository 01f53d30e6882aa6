/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The doctor's judgement on interfaces and hosts that no test machine has.
 */
#include "findings.h"

#include <criterion/criterion.h>
#include <net/if_arp.h>
#include <string.h>

/* --- interfaces ------------------------------------------------------------
 */

/* A NIC as it should be. */
static struct doctor_link healthy_link(void)
{
	struct doctor_link link = {
		.link = { .ifindex = 7,
			  .name = "eth0",
			  .type = ARPHRD_ETHER,
			  .up = true,
			  .carrier = true,
			  .mac = { 2, 0, 0, 0, 0, 1 },
			  .mtu = 1500 },
		.detail = { .multicast = true,
			    .snooping = NETLINK_UNTOLD,
			    .querier = NETLINK_UNTOLD,
			    .bond_mode = NETLINK_UNTOLD,
			    .vlan = NETLINK_UNTOLD },
		.driver = { .name = "ixgbe",
			    .xdp_told = true,
			    .xdp = DRIVER_XDP_BASIC },
		.kernel = 6 << 8 | 12,
		.address4 = true,
		.address6 = true,
	};

	return link;
}

static void examine(const struct doctor_link *link)
{
	report_forget();
	doctor_link(link, &report);
}

Test(doctor, healthy_link)
{
	struct doctor_link link = healthy_link();

	examine(&link);
	cr_expect_eq(report.levels[DOCTOR_PROBLEM], 0);
	cr_expect_eq(report.levels[DOCTOR_WARNING], 0);
	report_expect("xdp_mode", DOCTOR_OK, "driver ixgbe has native XDP", "");
	report_expect("vlan_offload", DOCTOR_OK, "rxvlan is off", "");
	cr_expect_null(report_find("bond", 0));
}

Test(doctor, native_mode)
{
	struct doctor_link link = healthy_link();

	link.link.mtu = 9000;
	examine(&link);
	report_expect("xdp_mode", DOCTOR_NOTE, "MTU of 9000", "mtu 1500");
	link.driver.xdp = 0;
	examine(&link);
	report_expect("xdp_mode", DOCTOR_NOTE, "ixgbe has no native XDP", "");
	link.driver.xdp_told = false;
	examine(&link);
	report_expect("xdp_mode", DOCTOR_NOTE, "does not say", "");
}

Test(doctor, old_kernel)
{
	struct doctor_link link = healthy_link();

	link.kernel = 5 << 8 | 13;
	examine(&link);
	report_expect("skb_mode", DOCTOR_WARNING, "this is 5.13",
		      "--mode native");
	strcpy(link.link.kind, "bridge");
	examine(&link);
	report_expect("skb_mode", DOCTOR_PROBLEM, "5.14", "a newer kernel");
	link.kernel = 5 << 8 | 14;
	examine(&link);
	cr_expect_null(report_find("skb_mode", 0));
}

Test(doctor, offloads)
{
	struct doctor_link link = healthy_link();

	link.driver.tags_beside = true;
	link.driver.lro = true;
	examine(&link);
	report_expect("vlan_offload", DOCTOR_NOTE, "rxvlan is on",
		      "ethtool -K eth0 rxvlan off");
	report_expect("lro", DOCTOR_NOTE, "LRO is on",
		      "ethtool -K eth0 lro off");
	strcpy(link.link.kind, "vlan");
	examine(&link);
	report_expect("vlan_offload", DOCTOR_NOTE, "different vhids", "");
	report_expect("xdp_mode", DOCTOR_OK, "VLAN sub-interface", "");
}

Test(doctor, occupants)
{
	struct doctor_link link = healthy_link();

	link.occupant = (struct hook_occupant){ 5, "xdp_dispatcher",
						"native mode", true };
	strcpy(link.unknown, "libxdp cannot be loaded");
	examine(&link);
	report_expect("xdp_program", DOCTOR_PROBLEM,
		      "unknown: libxdp cannot be loaded",
		      "xdp-loader unload eth0 --all");
	strcpy(link.unknown, "");
	link.chain = (struct chain){ 5, 1, { { 7, 10, "xdpfilt_alw_all" } } };
	examine(&link);
	report_expect("xdp_program", DOCTOR_WARNING,
		      "id 5, native mode, with 10 xdpfilt_alw_all",
		      "carp-xdp attach eth0 --coexist");
	link.chain.programs[link.chain.count++] =
		(struct chain_program){ 8, 15, "carp_xdp" };
	examine(&link);
	report_expect("xdp_program", DOCTOR_OK,
		      "dispatcher: 10 xdpfilt_alw_all, 15 carp_xdp",
		      "status eth0 -v");
	strcpy(link.occupant.name, "");
	examine(&link);
	report_expect("xdp_program", DOCTOR_PROBLEM, "id 5, native mode",
		      "ip link set dev eth0 xdpdrv off");
	strcpy(link.occupant.name, "carp_xdp");
	examine(&link);
	report_expect("xdp_program", DOCTOR_OK, "ours", "status eth0 -v");
}

Test(doctor, bonds)
{
	struct doctor_link link = healthy_link();

	strcpy(link.link.kind, "bond");
	link.detail.bond_mode = 6;
	examine(&link);
	report_expect("bond", DOCTOR_PROBLEM, "balance-alb", "active-backup");
	link.detail.bond_mode = 1;
	examine(&link);
	report_expect("bond", DOCTOR_OK, "mode 1", "");
}

Test(doctor, ports)
{
	struct doctor_link link = healthy_link();

	link.link.master = 9;
	strcpy(link.link.port_of, "bond");
	strcpy(link.master, "bond0");
	examine(&link);
	report_expect("kind", DOCTOR_PROBLEM, "is a port of bond0",
		      "carp-xdp check bond0");
	strcpy(link.link.port_of, "vrf");
	examine(&link);
	report_expect("kind", DOCTOR_OK, "ixgbe", "");
}

Test(doctor, unfit_kinds)
{
	struct doctor_link link = healthy_link();

	strcpy(link.link.kind, "macvlan");
	strcpy(link.below, "eth1");
	examine(&link);
	report_expect("kind", DOCTOR_PROBLEM, "macvlan", "carp-xdp check eth1");
	cr_expect_null(report_find("xdp_mode", 0));
	link.link.kind[0] = '\0';
	link.wireless = true;
	examine(&link);
	report_expect("kind", DOCTOR_PROBLEM, "wireless", "wired");
}

Test(doctor, what_filters)
{
	struct doctor_link link = healthy_link();

	strcpy(link.driver.name, "vmxnet3");
	examine(&link);
	report_expect("mac_filter", DOCTOR_NOTE, "port group",
		      "Forged transmits");
	strcpy(link.driver.name, "ena");
	examine(&link);
	report_expect("mac_filter", DOCTOR_WARNING, "no multicast", "--peer");
	strcpy(link.driver.name, "ixgbe");
	carp_vmac_fill(link.link.mac, 9);
	examine(&link);
	report_expect("mac_filter", DOCTOR_WARNING, "vhid 9", "address MAC");
	link.detail.multicast = false;
	examine(&link);
	report_expect("multicast", DOCTOR_PROBLEM, "multicast off",
		      "multicast on");
}

Test(doctor, snooping)
{
	struct doctor_link link = healthy_link();

	strcpy(link.link.kind, "bridge");
	link.detail.snooping = 1;
	link.detail.querier = 0;
	examine(&link);
	report_expect("snooping", DOCTOR_WARNING, "no querier",
		      "mcast_querier 1");
	link.detail.other_querier = true;
	examine(&link);
	report_expect("snooping", DOCTOR_OK, "with a querier", "");
}

Test(doctor, addresses)
{
	struct doctor_link link = healthy_link();

	link.address4 = false;
	examine(&link);
	report_expect("address", DOCTOR_WARNING, "no IPv4", "ip addr add");
	link.address4 = true;
	link.duplicate6 = true;
	examine(&link);
	report_expect("address", DOCTOR_WARNING, "duplicate", "ip -6 addr");
}

/* --- hosts -----------------------------------------------------------------
 */

static struct doctor_host healthy_host(void)
{
	struct doctor_host host = {
		.interface = "eth0",
		.kernel = 6 << 8 | 1,
		.release = "6.1.0",
		.config = { .found = true },
		.jit = 1,
		.rp_filter = { 0, 2 },
		.igmp_reports = 1,
		.disable_ipv6 = { 0, 0 },
		.root = true,
		.capabilities = ~0ULL,
		.synchronised = true,
		.year = 2026,
	};

	memset(host.config.set, true, sizeof(host.config.set));
	return host;
}

static void examine_host(const struct doctor_host *host)
{
	report_forget();
	doctor_host(host, &report);
}

Test(doctor, healthy_host)
{
	struct doctor_host host = healthy_host();

	examine_host(&host);
	cr_expect_eq(report.levels[DOCTOR_OK], report.count);
}

Test(doctor, config)
{
	static const char *const lines[] = {
		"# CONFIG_NET_SCH_INGRESS is not set\n",
		"CONFIG_BPF_SYSCALL=y\n",
		"CONFIG_BPF_JIT=y\n",
		"CONFIG_BPF_JIT_ALWAYS_ON=y\n",
		"CONFIG_PACKET=m\n",
		"CONFIG_NET_CLS_ACT=y\n",
		"CONFIG_NET_CLS_BPF=m\n",
		"CONFIG_IP_MULTICAST=y\n",
		"CONFIG_IPV6=y\n",
		"CONFIG_SECCOMP_FILTER=y\n",
		"CONFIG_SECURITY_LANDLOCK=y\n",
	};
	struct doctor_host host = healthy_host();

	memset(&host.config, 0, sizeof(host.config));
	examine_host(&host);
	report_expect("kernel_config", DOCTOR_NOTE, "/boot/config-6.1.0", "");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		doctor_config_line(&host.config, lines[i]);
	examine_host(&host);
	report_expect("kernel_config", DOCTOR_WARNING, "CONFIG_NET_SCH_INGRESS",
		      "CONFIG_NET_SCH_INGRESS=y");
	cr_expect_null(report_find("kernel_config", 1));
	host.kernel = 6 << 8 | 6; /* TCX needs it no longer */
	examine_host(&host);
	report_expect("kernel_config", DOCTOR_OK, "all that is needed", "");
	host.config.set[DOCTOR_BPF_SYSCALL] = false;
	examine_host(&host);
	report_expect("kernel_config", DOCTOR_PROBLEM, "CONFIG_BPF_SYSCALL",
		      "=y");
}

Test(doctor, kernels)
{
	struct doctor_host host = healthy_host();

	host.kernel = 5 << 8 | 8;
	host.jit = 0;
	examine_host(&host);
	report_expect("kernel", DOCTOR_PROBLEM, "no XDP links", "6.1");
	report_expect("jit", DOCTOR_WARNING, "is 0", "bpf_jit_enable=1");
	host.kernel = 5 << 8 | 10;
	host.jit = KNOB_UNKNOWN;
	examine_host(&host);
	report_expect("kernel", DOCTOR_WARNING, "promised", "6.1");
	cr_expect_null(report_find("jit", 0));
}

/* The greater of the two holds. */
Test(doctor, rp_filter)
{
	struct doctor_host host = healthy_host();

	host.others = 1;
	host.rp_filter = (struct doctor_knob){ 1, 2 };
	examine_host(&host);
	report_expect("rp_filter", DOCTOR_OK, "2 (loose)", "");
	host.rp_filter = (struct doctor_knob){ 1, 0 };
	examine_host(&host);
	report_expect("rp_filter", DOCTOR_WARNING, "strict",
		      "sysctl -w net.ipv4.conf.eth0.rp_filter=2");
	host.others = 0;
	examine_host(&host);
	report_expect("rp_filter", DOCTOR_NOTE, "harmless", "rp_filter=2");
}

Test(doctor, arp_flux)
{
	struct doctor_host host = healthy_host();

	host.rival_count = 2;
	host.rivals[0] = (struct doctor_rival){ "eth1", { 0, 0 } };
	host.rivals[1] = (struct doctor_rival){ "eth2", { 0, 1 } };
	examine_host(&host);
	report_expect("arp_ignore", DOCTOR_WARNING, "eth1",
		      "sysctl -w net.ipv4.conf.eth1.arp_ignore=1");
	cr_expect_null(report_find("arp_ignore", 1));
	host.rivals[0].arp_ignore.all = 2;
	examine_host(&host);
	report_expect("arp_ignore", DOCTOR_OK, "keep to themselves", "");
}

Test(doctor, clocks)
{
	struct doctor_host host = healthy_host();

	host.synchronised = false;
	examine_host(&host);
	report_expect("clock", DOCTOR_WARNING, "not synchronised", "set-ntp");
	host.year = 1970;
	examine_host(&host);
	report_expect("clock", DOCTOR_PROBLEM, "1970", "set-ntp");
	host = healthy_host();
	host.boot_shift_s = -100;
	examine_host(&host);
	report_expect("clock", DOCTOR_PROBLEM, "-100 s", "time namespace");
}

Test(doctor, more_than_fit)
{
	report_forget();
	for (int i = 0; i < 2 * DOCTOR_FINDINGS_MAX; i++)
		doctor_find(&report, DOCTOR_NOTE, "many", "%d\x1b", i);
	cr_expect_eq(report.count, DOCTOR_FINDINGS_MAX);
	cr_expect_eq(report.levels[DOCTOR_NOTE], 2 * DOCTOR_FINDINGS_MAX);
	cr_expect_str_eq(report.findings[0].found, "0?");
}
