/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Is this host one for a group?  Kernel, its settings, privilege, clock.
 */
#include "user/cli/doctor.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

enum host_numbers {
	LINUX_5_9 = 5 << 8 | 9,
	LINUX_6_1 = 6 << 8 | 1,
	LINUX_6_6 = 6 << 8 | 6,
	RP_STRICT = 1,
	CLOCK_EPOCH = 2020, /* of sealed counters */
#ifndef CAP_BPF
	CAP_BPF = 39,
#endif
};

/* --- kernel --------------------------------------------------------------- */

static const struct option_rule {
	const char *name;
	unsigned int until; /* kernels from here on need it no longer; 0: all */
	enum doctor_level level;
	const char *why;
} options[DOCTOR_OPTIONS] = {
	[DOCTOR_BPF_SYSCALL] = { "CONFIG_BPF_SYSCALL", 0, DOCTOR_PROBLEM,
				 "no XDP program can be loaded" },
	[DOCTOR_BPF_JIT] = { "CONFIG_BPF_JIT", 0, DOCTOR_WARNING,
			     "XDP programs are interpreted, and slow" },
	[DOCTOR_PACKET] = { "CONFIG_PACKET", 0, DOCTOR_PROBLEM,
			    "no advertisement can be sent" },
	[DOCTOR_CLS_ACT] = { "CONFIG_NET_CLS_ACT", 0, DOCTOR_WARNING,
			     "the guard on the way out cannot be attached" },
	[DOCTOR_SCH_INGRESS] = { "CONFIG_NET_SCH_INGRESS", LINUX_6_6,
				 DOCTOR_WARNING,
				 "the guard on the way out cannot be "
				 "attached" },
	[DOCTOR_CLS_BPF] = { "CONFIG_NET_CLS_BPF", LINUX_6_6, DOCTOR_WARNING,
			     "the guard on the way out cannot be attached" },
	[DOCTOR_MULTICAST] = { "CONFIG_IP_MULTICAST", 0, DOCTOR_WARNING,
			       "switches with IGMP snooping never learn of "
			       "us" },
	[DOCTOR_IPV6] = { "CONFIG_IPV6", 0, DOCTOR_NOTE,
			  "groups are of IPv4 only" },
	[DOCTOR_SECCOMP] = { "CONFIG_SECCOMP_FILTER", 0, DOCTOR_NOTE,
			     "the controller's system calls are not limited" },
	[DOCTOR_LANDLOCK] = { "CONFIG_SECURITY_LANDLOCK", 0, DOCTOR_NOTE,
			      "the controller's files are limited by its user "
			      "alone" },
};

void doctor_config_line(void *context, const char *line)
{
	struct doctor_config *config = context;

	config->found = true;
	for (size_t i = 0; i < DOCTOR_OPTIONS; i++) {
		const size_t length = strlen(options[i].name);

		if (!strncmp(line, options[i].name, length) &&
		    line[length] == '=' &&
		    (line[length + 1] == 'y' || line[length + 1] == 'm'))
			config->set[i] = true;
	}
}

static void check_options(const struct doctor_host *h,
			  struct doctor_report *report)
{
	bool good = true;

	if (!h->config.found) {
		doctor_find(report, DOCTOR_NOTE, "kernel_config",
			    "how Linux %s was configured is neither in "
			    "/proc/config.gz nor in /boot/config-%s",
			    h->release, h->release);
		return;
	}
	for (size_t i = 0; i < DOCTOR_OPTIONS; i++) {
		const struct option_rule *rule = &options[i];

		if (h->config.set[i] ||
		    (rule->until && h->kernel >= rule->until))
			continue;
		good = false;
		doctor_remedy(doctor_find(report, rule->level, "kernel_config",
					  "%s is not set: %s", rule->name,
					  rule->why),
			      "a kernel with %s=y", rule->name);
	}
	if (good)
		doctor_find(report, DOCTOR_OK, "kernel_config",
			    "Linux %s has all that is needed", h->release);
}

static void check_kernel(const struct doctor_host *h,
			 struct doctor_report *report)
{
	if (h->kernel < LINUX_5_9)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "kernel",
					  "Linux %s has no XDP links",
					  h->release),
			      "Linux 6.1 or later");
	else if (h->kernel < LINUX_6_1)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "kernel",
					  "Linux %s: 6.1 or later is promised",
					  h->release),
			      "Linux 6.1 or later");
	else
		doctor_find(report, DOCTOR_OK, "kernel", "Linux %s",
			    h->release);
	if (h->jit == 0)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "jit",
					  "net.core.bpf_jit_enable is 0: XDP "
					  "programs are interpreted"),
			      "sysctl -w net.core.bpf_jit_enable=1");
	check_options(h, report);
}

/* --- settings ------------------------------------------------------------- */

static int greater(const struct doctor_knob *knob)
{
	return knob->all > knob->own ? knob->all : knob->own;
}

/* The greater of the two holds, and 2 is loose. */
static void check_rp_filter(const struct doctor_host *h,
			    struct doctor_report *report)
{
	const int value = greater(&h->rp_filter);
	struct doctor_finding *f;

	if (value != RP_STRICT) {
		if (value != KNOB_UNKNOWN)
			doctor_find(report, DOCTOR_OK, "rp_filter",
				    "%s: %d (%s)", h->interface, value,
				    value ? "loose" : "off");
		return;
	}
	if (h->others)
		f = doctor_find(report, DOCTOR_WARNING, "rp_filter",
				"%s: 1 (strict): frames to a virtual IP are "
				"dropped where the way back to their sender "
				"leads through another interface",
				h->interface);
	else
		f = doctor_find(report, DOCTOR_NOTE, "rp_filter",
				"%s: 1 (strict): harmless while this host has "
				"no other interface",
				h->interface);
	doctor_remedy(f, "sysctl -w net.ipv4.conf.%s.rp_filter=2",
		      h->interface);
}

static void check_arp(const struct doctor_host *h, struct doctor_report *report)
{
	bool good = true;

	for (size_t i = 0; i < h->rival_count; i++) {
		const struct doctor_rival *rival = &h->rivals[i];

		if (greater(&rival->arp_ignore) >= 1)
			continue;
		good = false;
		doctor_remedy(
			doctor_find(report, DOCTOR_WARNING, "arp_ignore",
				    "%s is in a network of %s and has "
				    "arp_ignore 0: it answers for a master's "
				    "virtual IPs with its own MAC",
				    rival->name, h->interface),
			"sysctl -w net.ipv4.conf.%s.arp_ignore=1", rival->name);
	}
	if (good && h->rival_count)
		doctor_find(report, DOCTOR_OK, "arp_ignore",
			    "other interfaces in networks of %s keep to "
			    "themselves",
			    h->interface);
	else if (good)
		doctor_find(report, DOCTOR_OK, "arp_ignore",
			    "no other interface is in a network of %s",
			    h->interface);
}

static void check_settings(const struct doctor_host *h,
			   struct doctor_report *report)
{
	check_rp_filter(h, report);
	check_arp(h, report);
	if (h->igmp_reports == 0)
		doctor_remedy(
			doctor_find(report, DOCTOR_WARNING, "igmp",
				    "net.ipv4.igmp_link_local_mcast_reports is "
				    "0: switches with snooping never learn "
				    "that we hear 224.0.0.18"),
			"sysctl -w net.ipv4.igmp_link_local_mcast_reports=1");
	/* 1 of all turns each interface's to 1 when it is written. */
	if (h->disable_ipv6.own == 1)
		doctor_remedy(doctor_find(report, DOCTOR_NOTE, "ipv6",
					  "IPv6 is disabled on %s: no virtual "
					  "IP of IPv6 there",
					  h->interface),
			      "sysctl -w net.ipv6.conf.%s.disable_ipv6=0",
			      h->interface);
}

/* --- privilege and clock -------------------------------------------------- */

static void check_capabilities(const struct doctor_host *h,
			       struct doctor_report *report)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} needed[] = { { CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		       { CAP_NET_RAW, "CAP_NET_RAW" },
		       { CAP_BPF, "CAP_BPF" } };
	char missing[80] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!(h->capabilities >> needed[i].bit & 1))
			used += (size_t)snprintf(missing + used,
						 sizeof(missing) - used, " %s",
						 needed[i].name);
	if (!used)
		doctor_find(report, DOCTOR_OK, "capabilities",
			    "CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF are there");
	else if (h->root)
		doctor_remedy(
			doctor_find(report, DOCTOR_PROBLEM, "capabilities",
				    "root lacks%s, as in a container", missing),
			"docker run --cap-add NET_ADMIN --cap-add NET_RAW "
			"--cap-add BPF ...");
	else
		doctor_remedy(doctor_find(report, DOCTOR_WARNING,
					  "capabilities",
					  "this user lacks%s: not everything "
					  "can be looked at, nothing attached",
					  missing),
			      "sudo carp-xdp check %s", h->interface);
}

static void check_clock(const struct doctor_host *h,
			struct doctor_report *report)
{
	if (h->boot_shift_s)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "clock",
					  "this time namespace moves the boot "
					  "clock by %+lld s, the data plane's "
					  "stays",
					  h->boot_shift_s),
			      "run carp-xdp outside of that time namespace");
	if (h->year < CLOCK_EPOCH)
		doctor_remedy(doctor_find(report, DOCTOR_PROBLEM, "clock",
					  "it is %lld by the clock: sealed "
					  "advertisements need a later date",
					  h->year),
			      "timedatectl set-ntp true");
	else if (!h->synchronised)
		doctor_remedy(doctor_find(report, DOCTOR_WARNING, "clock",
					  "the clock is not synchronised: if "
					  "it is set back and the state "
					  "directory lost, others take our "
					  "advertisements for replayed ones"),
			      "timedatectl set-ntp true");
	else
		doctor_find(report, DOCTOR_OK, "clock",
			    "the clock is synchronised");
}

void doctor_host(const struct doctor_host *host, struct doctor_report *report)
{
	check_kernel(host, report);
	check_settings(host, report);
	check_capabilities(host, report);
	check_clock(host, report);
}
