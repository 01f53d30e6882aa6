/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Gathers facts.  Changes nothing, judges nothing; what it may not see stays
 * unknown.
 */
#include "user/cli/doctor_survey.h"
#include "user/sys/timens.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum survey_numbers {
	CAPABILITIES = 64,
	LINE_SIZE = 512,
};

/* --- addresses ------------------------------------------------------------ */

struct networks {
	struct netlink_address list[DOCTOR_ADDRESSES_MAX]; /* IPv4 only */
	size_t count;
	struct doctor_link *link;
};

static void own_address(void *context, const struct netlink_address *address)
{
	struct networks *own = context;

	if (address->family == 6) {
		own->link->address6 = true;
		own->link->duplicate6 |= address->tentative;
		return;
	}
	own->link->address4 = true;
	if (own->count < DOCTOR_ADDRESSES_MAX)
		own->list[own->count++] = *address;
}

struct neighbourhood {
	const struct networks *own;
	bool shared;
};

static __u32 network_of(const struct netlink_address *address, __u8 prefix)
{
	__u32 word;

	memcpy(&word, address->address, sizeof(word));
	return prefix ? carp_ntohl(word) >> (32 - prefix) : 0;
}

static void other_address(void *context, const struct netlink_address *address)
{
	struct neighbourhood *n = context;

	if (address->family != 4)
		return;
	for (size_t i = 0; i < n->own->count; i++) {
		const struct netlink_address *own = &n->own->list[i];

		if (network_of(own, own->prefix) ==
		    network_of(address, own->prefix))
			n->shared = true;
	}
}

/* --- settings ------------------------------------------------------------- */

static void knob_pair(const char *family, const char *interface,
		      const char *name, struct doctor_knob *out)
{
	out->all = knob_get("net/%s/conf/all/%s", family, name);
	out->own = knob_get("net/%s/conf/%s/%s", family, interface, name);
}

static void survey_other(struct netlink *netlink, const struct networks *own,
			 const struct if_nameindex *other,
			 struct doctor_host *host)
{
	struct neighbourhood n = { .own = own };
	struct doctor_rival *rival = &host->rivals[host->rival_count];

	host->others++;
	netlink_addresses(netlink, other->if_index, other_address, &n);
	if (!n.shared || host->rival_count == DOCTOR_RIVALS_MAX)
		return;
	snprintf(rival->name, sizeof(rival->name), "%s", other->if_name);
	knob_pair("ipv4", other->if_name, "arp_ignore", &rival->arp_ignore);
	host->rival_count++;
}

static void survey_others(struct netlink *netlink, const struct networks *own,
			  struct doctor_facts *out)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_index; i++)
		if (i->if_index != out->link.link.ifindex &&
		    strcmp(i->if_name, "lo") != 0)
			survey_other(netlink, own, i, &out->host);
	if (all)
		if_freenameindex(all);
}

static void survey_settings(struct doctor_host *host)
{
	const char *name = host->interface;

	knob_pair("ipv4", name, "rp_filter", &host->rp_filter);
	knob_pair("ipv6", name, "disable_ipv6", &host->disable_ipv6);
	host->jit = knob_get("net/core/bpf_jit_enable");
	host->igmp_reports = knob_get("net/ipv4/igmp_link_local_mcast_reports");
	knob_config(host->release, doctor_config_line, &host->config);
}

/* --- host ----------------------------------------------------------------- */

static unsigned int survey_kernel(struct doctor_host *host)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name))
		return 0;
	snprintf(host->release, sizeof(host->release), "%.63s", name.release);
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return major << 8 | (minor & 0xff);
}

static void survey_process(struct doctor_host *host)
{
	const time_t now = time(NULL);
	struct tm date;

	host->root = geteuid() == 0;
	capng_get_caps_process();
	for (unsigned int i = 0; i < CAPABILITIES; i++)
		if (cap_valid(i) && capng_have_capability(CAPNG_EFFECTIVE, i))
			host->capabilities |= 1ULL << i;
	host->synchronised = knob_clock_synchronised();
	if (gmtime_r(&now, &date))
		host->year = date.tm_year + 1900LL;
	if (!timens_shifted(&host->boot_shift_s))
		host->boot_shift_s = 0;
}

/* Whether /sys, which is of the namespace that mounted it, has this one. */
static bool is_in_sys(const struct netlink_link *link)
{
	char path[64 + NETLINK_NAME_SIZE], mac[24], line[24] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/address", link->name);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, doctor_mac(link->mac, mac)) == 0;
}

/* Their files are of the namespace in which the first process lives; not
 * everybody may ask for that. */
static bool is_first_namespace(const struct netlink_link *link)
{
	char first[64] = "", own[64] = "";

	if (readlink("/proc/1/ns/net", first, sizeof(first) - 1) < 0 ||
	    readlink("/proc/self/ns/net", own, sizeof(own) - 1) < 0)
		return is_in_sys(link);
	return strcmp(first, own) == 0;
}

/* --- interface ------------------------------------------------------------ */

static bool is_wireless(const char *interface)
{
	FILE *file = fopen("/proc/net/wireless", "re");
	char line[LINE_SIZE], name[32];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " %31[^:]:", name) == 1 &&
		    strcmp(name, interface) == 0)
			found = true;
	if (file)
		fclose(file);
	return found;
}

static void name_of(struct netlink *netlink, unsigned int ifindex,
		    char out[NETLINK_NAME_SIZE])
{
	struct netlink_link link;

	if (netlink_link_by_index(netlink, ifindex, &link) == 0)
		memcpy(out, link.name, NETLINK_NAME_SIZE);
}

static int survey_link(struct netlink *netlink, const char *interface,
		       struct doctor_link *out)
{
	int err = netlink_link_by_name(netlink, interface, &out->link);

	if (!err)
		err = netlink_detail(netlink, out->link.ifindex, &out->detail);
	if (err)
		return err;
	name_of(netlink, out->link.master, out->master);
	name_of(netlink, out->link.below, out->below);
	driver_ask(out->link.ifindex, &out->driver);
	out->wireless = is_wireless(interface);
	err = hook_who(out->link.ifindex, &out->occupant);
	if (!strcmp(out->occupant.name, "xdp_dispatcher") &&
	    chain_look(out->link.ifindex, &out->chain, out->unknown,
		       sizeof(out->unknown)) == 0)
		out->unknown[0] = '\0';
	return err;
}

int doctor_survey(const char *interface, struct doctor_facts *out)
{
	struct networks own = { .link = &out->link };
	struct netlink *netlink;
	int err = netlink_open(NULL, &netlink);

	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	err = survey_link(netlink, interface, &out->link);
	if (!err)
		err = netlink_addresses(netlink, out->link.link.ifindex,
					own_address, &own);
	if (!err) {
		out->host.interface = interface;
		out->host.kernel = survey_kernel(&out->host);
		out->link.kernel = out->host.kernel;
		out->managed = is_first_namespace(&out->link.link);
		survey_settings(&out->host);
		survey_others(netlink, &own, out);
		survey_process(&out->host);
	}
	netlink_close(netlink);
	return err;
}
