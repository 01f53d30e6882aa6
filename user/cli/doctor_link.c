/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Is this interface one for a group?  Its state, kind, XDP, offloads, and what
 * stands between it and the wire.
 */
#include "user/cli/doctor.h"
#include "user/sys/kind.h"

#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

enum link_numbers {
	LINUX_5_14 = 5 << 8 | 14,
	BOND_ALB = 6,
	/* Most drivers want a frame within a page then. */
	XDP_MTU_MAX = 3000,
};

static void check_state(const struct doctor_link *l,
			struct doctor_report *report)
{
	const struct netlink_link *link = &l->link;
	char mac[24];

	if (!link->up)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "state",
					  "%s is down", link->name),
			      "ip link set dev %s up", link->name);
	else if (!link->carrier)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "state",
					  "%s is up, but has no carrier",
					  link->name),
			      "look at cable and switch port, or at the far "
			      "end: ip -d link show dev %s",
			      link->name);
	else
		doctor_find(report, DOCTOR_OK, "state",
			    "%s is up, MAC %s, MTU %u", link->name,
			    doctor_mac(link->mac, mac), link->mtu);
}

static void check_kind(const struct doctor_link *l,
		       struct doctor_report *report)
{
	const struct netlink_link *link = &l->link;
	const struct kind_rule *rule = kind_rule(link->kind);
	struct doctor_finding *f;

	if (link->type != ARPHRD_ETHER) {
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "kind",
					  "%s is not an Ethernet interface",
					  link->name),
			      "choose another interface: ip -br link");
	} else if (link->master && kind_takes_ports(link->port_of)) {
		f = doctor_find(report, DOCTOR_PROBLEM, "kind",
				"%s is a port of %s", link->name,
				*l->master ? l->master : "another one");
		if (*l->master)
			doctor_remedy(f, "carp-xdp check %s", l->master);
	} else if (rule->unfit) {
		f = doctor_find(report, DOCTOR_PROBLEM, "kind", "%s %s",
				link->name, rule->unfit);
		if (*l->below)
			doctor_remedy(f, "carp-xdp check %s", l->below);
	} else if (l->wireless) {
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "kind",
					  "%s is wireless: an access point "
					  "takes no MAC but the station's own",
					  link->name),
			      "choose a wired interface: ip -br link");
	} else {
		doctor_find(report, DOCTOR_OK, "kind", "%s%s%s",
			    *link->kind ? link->kind : "Ethernet NIC",
			    *l->driver.name ? ", driver " : "", l->driver.name);
	}
}

/* --- XDP ------------------------------------------------------------------ */

static void check_native(const struct doctor_link *l,
			 struct doctor_report *report)
{
	const struct driver *driver = &l->driver;
	const struct netlink_link *link = &l->link;

	if (!driver->xdp_told)
		doctor_find(report, DOCTOR_NOTE, "xdp_mode",
			    "this kernel does not say whether driver %s has "
			    "native XDP (Linux 6.3 does); attach tries it and "
			    "falls back to skb mode",
			    driver->name);
	else if (!(driver->xdp & DRIVER_XDP_BASIC))
		doctor_find(report, DOCTOR_NOTE, "xdp_mode",
			    "driver %s has no native XDP: skb mode, which "
			    "costs more a frame and works as well",
			    driver->name);
	else if (link->mtu > XDP_MTU_MAX)
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "xdp_mode",
					  "driver %s has native XDP, but many "
					  "drivers refuse it with an MTU of "
					  "%u; skb mode then",
					  driver->name, link->mtu),
			      "ip link set dev %s mtu 1500", link->name);
	else
		doctor_find(report, DOCTOR_OK, "xdp_mode",
			    "driver %s has native XDP; some drivers take the "
			    "link down for a moment at attach",
			    driver->name);
}

static void check_mode(const struct doctor_link *l,
		       struct doctor_report *report)
{
	const struct kind_rule *rule = kind_rule(l->link.kind);

	if (rule->unfit)
		return;
	if (rule->generic)
		doctor_find(report, DOCTOR_OK, "xdp_mode", "skb (%s)",
			    rule->generic);
	else
		check_native(l, report);
	if (l->kernel < LINUX_5_14)
		doctor_remedy(doctor_find(report,
					  rule->generic ? DOCTOR_PROBLEM
							: DOCTOR_WARNING,
					  "skb_mode",
					  "skb mode needs Linux 5.14, this is "
					  "%u.%u",
					  l->kernel >> 8, l->kernel & 0xff),
			      "a newer kernel%s",
			      rule->generic ? "" : ", or --mode native");
}

/* As ip(8) calls the hook. */
static const char *hook_word(const struct hook_occupant *occupant)
{
	return occupant->native ? "xdpdrv" : "xdpgeneric";
}

/* "10 xdpfilt_alw_all, 15 carp_xdp"; true: ours is one of them. */
static bool list_chain(const struct chain *chain, char *out, size_t size)
{
	size_t used = 0;
	bool ours = false;

	*out = '\0';
	for (__u32 i = 0; i < chain->count && used < size; i++) {
		const struct chain_program *p = &chain->programs[i];

		ours |= !strcmp(p->name, "carp_xdp");
		used += (size_t)snprintf(out + used, size - used, "%s%u %s",
					 i ? ", " : "", p->priority, p->name);
	}
	return ours;
}

static void check_chain(const struct doctor_link *l,
			struct doctor_report *report)
{
	const struct hook_occupant *there = &l->occupant;
	const char *name = l->link.name;
	char list[128];
	const bool ours = list_chain(&l->chain, list, sizeof(list));

	if (ours)
		doctor_remedy(doctor_find(report, DOCTOR_OK, "xdp_program",
					  "ours is on %s (%s) in libxdp's "
					  "dispatcher: %s",
					  name, there->mode, list),
			      "carp-xdp status %s -v", name);
	else if (*l->unknown)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "xdp_program",
					  "libxdp's dispatcher is on %s: id "
					  "%u, %s; who is in it is unknown: %s",
					  name, there->program, there->mode,
					  l->unknown),
			      "apt install libxdp1, or xdp-loader unload %s "
			      "--all",
			      name);
	else
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "xdp_program",
					  "libxdp's dispatcher is on %s: id "
					  "%u, %s, with %s",
					  name, there->program, there->mode,
					  list),
			      "join it: carp-xdp attach %s --coexist", name);
}

static void check_occupant(const struct doctor_link *l,
			   struct doctor_report *report)
{
	const struct hook_occupant *there = &l->occupant;
	const char *name = l->link.name;
	struct doctor_finding *f;

	if (!there->program) {
		doctor_find(report, DOCTOR_OK, "xdp_program", "none on %s",
			    name);
		return;
	}
	if (!strcmp(there->name, "carp_xdp")) {
		doctor_remedy(doctor_find(report, DOCTOR_OK, "xdp_program",
					  "ours is on %s (id %u, %s): groups "
					  "run here",
					  name, there->program, there->mode),
			      "carp-xdp status %s -v", name);
		return;
	}
	if (!strcmp(there->name, "xdp_dispatcher")) {
		check_chain(l, report);
		return;
	}
	f = doctor_find(report, DOCTOR_PROBLEM, "xdp_program",
			"another XDP program is on %s: id %u, %s%s%s", name,
			there->program, there->mode,
			*there->name ? ", name " : "", there->name);
	doctor_remedy(f, "bpftool net show dev %s; ip link set dev %s %s off",
		      name, name, hook_word(there));
}

static void check_offloads(const struct doctor_link *l,
			   struct doctor_report *report)
{
	const char *name = l->link.name;

	if (*l->link.kind) {
		doctor_find(report, DOCTOR_NOTE, "vlan_offload",
			    "VLAN tags arrive beside the frames: a group on %s "
			    "and one on a VLAN above it need different vhids",
			    name);
		return;
	}
	if (l->driver.tags_beside)
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "vlan_offload",
					  "rxvlan is on: attach switches it "
					  "off, which takes the link of some "
					  "NICs down for a moment"),
			      "ethtool -K %s rxvlan off", name);
	else
		doctor_find(report, DOCTOR_OK, "vlan_offload",
			    "rxvlan is off: VLAN tags are in the frames");
	if (l->driver.lro)
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "lro",
					  "LRO is on: many drivers refuse "
					  "native XDP then"),
			      "ethtool -K %s lro off", name);
}

/* --- what is between it and the wire -------------------------------------- */

/* Who must be told that this guest has a second MAC address. */
static const struct filter_rule {
	const char *driver;
	enum doctor_level level;
	const char *found;
	const char *remedy;
} filters[] = {
	{ "virtio_net", DOCTOR_NOTE,
	  "a virtual machine's NIC: the host must let the virtual MAC through",
	  "libvirt: no <filterref filter='clean-traffic'/>, and "
	  "trustGuestRxFilters='yes' on macvtap; Proxmox: macfilter: 0; "
	  "OpenStack: allowed_address_pairs" },
	{ "vmxnet3", DOCTOR_NOTE,
	  "a virtual machine's NIC: the port group must let the virtual MAC "
	  "through",
	  "port group: Promiscuous mode (or MAC learning), MAC address "
	  "changes and Forged transmits: Accept" },
	{ "e1000", DOCTOR_NOTE,
	  "often a virtual machine's NIC: the host must let the virtual MAC "
	  "through",
	  "VMware port group: Promiscuous mode, MAC address changes and "
	  "Forged transmits: Accept; VirtualBox: Promiscuous Mode: Allow All" },
	{ "hv_netvsc", DOCTOR_NOTE,
	  "a virtual machine's NIC: Hyper-V must let the virtual MAC through",
	  "Set-VMNetworkAdapter -VMName NAME -MacAddressSpoofing On" },
	{ "ena", DOCTOR_WARNING,
	  "Amazon's network: it carries no multicast and no foreign MAC",
	  "use --peer ADDR, and move the address by the cloud's interface" },
	{ "gve", DOCTOR_WARNING,
	  "Google's network: it carries no multicast and no foreign MAC",
	  "use --peer ADDR, and move the address by the cloud's interface" },
	{ "iavf", DOCTOR_NOTE, "an SR-IOV function: its host must trust it",
	  "on the host: ip link set dev PF vf N trust on spoofchk off" },
	{ "ixgbevf", DOCTOR_NOTE, "an SR-IOV function: its host must trust it",
	  "on the host: ip link set dev PF vf N trust on spoofchk off" },
	{ "igbvf", DOCTOR_NOTE, "an SR-IOV function: its host must trust it",
	  "on the host: ip link set dev PF vf N trust on spoofchk off" },
};

static void check_filters(const struct doctor_link *l,
			  struct doctor_report *report)
{
	const char *name = l->link.name;

	if (!l->detail.multicast)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "multicast",
					  "%s has multicast off: it hears no "
					  "advertisement",
					  name),
			      "ip link set dev %s multicast on", name);
	else
		doctor_find(report, DOCTOR_OK, "multicast", "on for %s", name);
	if (carp_vmac_vhid(l->link.mac))
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "mac_filter",
					  "%s itself has the virtual MAC of "
					  "vhid %u",
					  name, carp_vmac_vhid(l->link.mac)),
			      "ip link set dev %s address MAC", name);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (!strcmp(filters[i].driver, l->driver.name))
			doctor_remedy(doctor_find(report, filters[i].level,
						  "mac_filter", "%s: %s", name,
						  filters[i].found),
				      "%s", filters[i].remedy);
}

static void check_snooping(const struct doctor_link *l,
			   struct doctor_report *report)
{
	const struct netlink_detail *d = &l->detail;
	const char *name = l->link.name;

	if (d->snooping == 1 && d->querier != 1 && !d->other_querier)
		doctor_remedy(
			doctor_find(report, DOCTOR_WARNING, "snooping",
				    "bridge %s has multicast snooping on "
				    "and knows of no querier (mcast_querier "
				    "0): group members are forgotten "
				    "after minutes",
				    name),
			"ip link set dev %s type bridge mcast_querier 1", name);
	else if (d->snooping != NETLINK_UNTOLD)
		doctor_find(report, DOCTOR_OK, "snooping",
			    "bridge %s: multicast snooping is %s", name,
			    d->snooping ? "on, with a querier" : "off");
	else
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "snooping",
					  "a switch with IGMP or MLD snooping "
					  "must not keep 224.0.0.18 and "
					  "ff02::12 from its ports"),
			      "snooping only with a querier on the segment, or "
			      "--peer ADDR");
}

static void check_bond(const struct doctor_link *l,
		       struct doctor_report *report)
{
	if (l->detail.bond_mode == BOND_ALB)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "bond",
					  "%s is in mode balance-alb, which "
					  "puts the MACs of its ports into "
					  "ARP replies",
					  l->link.name),
			      "mode active-backup, 802.3ad or balance-xor");
	else if (l->detail.bond_mode != NETLINK_UNTOLD)
		doctor_find(report, DOCTOR_OK, "bond", "%s is in mode %d",
			    l->link.name, l->detail.bond_mode);
}

static void check_addresses(const struct doctor_link *l,
			    struct doctor_report *report)
{
	const char *name = l->link.name;

	if (!l->address4)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "address",
					  "%s has no IPv4 address of its own "
					  "to advertise IPv4 from",
					  name),
			      "ip addr add ADDR/LEN dev %s", name);
	if (!l->address6)
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "address",
					  "%s has no IPv6 address of its own "
					  "to advertise IPv6 from",
					  name),
			      "sysctl -w net.ipv6.conf.%s.disable_ipv6=0",
			      name);
	if (l->duplicate6)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "address",
					  "an IPv6 address of %s is tentative "
					  "or a duplicate",
					  name),
			      "ip -6 addr show dev %s", name);
	if (l->address4 && l->address6 && !l->duplicate6)
		doctor_find(report, DOCTOR_OK, "address",
			    "%s has addresses of both families", name);
}

void doctor_link(const struct doctor_link *link, struct doctor_report *report)
{
	check_state(link, report);
	check_kind(link, report);
	if (link->link.type != ARPHRD_ETHER)
		return;
	check_mode(link, report);
	check_occupant(link, report);
	check_offloads(link, report);
	check_filters(link, report);
	check_snooping(link, report);
	check_bond(link, report);
	check_addresses(link, report);
}
