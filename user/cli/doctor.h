/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The doctor: what can keep a group on an interface from working, and what to
 * do about it.  doctor_survey.c gathers facts and judges nothing; link, host,
 * managers and wire make findings of them and ask the kernel nothing.
 */
#pragma once

#include "user/sys/chain.h"
#include "user/sys/driver.h"
#include "user/sys/ear.h"
#include "user/sys/hook.h"
#include "user/sys/knob.h"
#include "user/sys/netlink.h"

#include <stdint.h>

enum doctor_limits {
	DOCTOR_TEXT_MAX = 384,
	DOCTOR_FINDINGS_MAX = 96,
	DOCTOR_RIVALS_MAX = 8,
	DOCTOR_SPEAKERS_MAX = 64,
	DOCTOR_PATH_MAX = 256,
	DOCTOR_ADDRESSES_MAX = 32,
};

/* --- findings --------------------------------------------------------------
 */

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* good to know */
	DOCTOR_WARNING, /* works, until it does not */
	DOCTOR_PROBLEM, /* no group works here like that */
	DOCTOR_LEVELS
};

struct doctor_finding {
	enum doctor_level level;
	const char *check; /* its name, "rp_filter" */
	char found[DOCTOR_TEXT_MAX];
	char remedy[DOCTOR_TEXT_MAX]; /* a command or setting; "": none */
};

struct doctor_report {
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
	size_t count;
	size_t levels[DOCTOR_LEVELS];
};

const char *doctor_level_name(enum doctor_level level);
/* One more, without a remedy; what does not fit is counted still. */
struct doctor_finding *doctor_find(struct doctor_report *report,
				   enum doctor_level level, const char *check,
				   const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void doctor_remedy(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- the interface ---------------------------------------------------------
 */

struct doctor_link {
	struct netlink_link link;
	struct netlink_detail detail;
	struct driver driver;
	struct hook_occupant occupant;
	struct chain chain;		/* where that is libxdp's dispatcher */
	char unknown[CHAIN_TEXT_SIZE];	/* why the chain is not; or "" */
	char master[NETLINK_NAME_SIZE]; /* whose port it is; "": unknown */
	char below[NETLINK_NAME_SIZE];	/* what it lies on; "": unknown */
	bool wireless;
	unsigned int kernel; /* major << 8 | minor */
	bool address4;	     /* has one of that family to send from */
	bool address6;
	bool duplicate6; /* an IPv6 address is tentative or a duplicate */
};

void doctor_link(const struct doctor_link *link, struct doctor_report *report);

/* --- the host --------------------------------------------------------------
 */

/* One setting of an interface beside that of all. */
struct doctor_knob {
	int all; /* KNOB_UNKNOWN: not there */
	int own;
};

/* Another interface with an address in a network of ours. */
struct doctor_rival {
	char name[NETLINK_NAME_SIZE];
	struct doctor_knob arp_ignore;
};

enum doctor_option {
	DOCTOR_BPF_SYSCALL,
	DOCTOR_BPF_JIT,
	DOCTOR_PACKET,
	DOCTOR_CLS_ACT,
	DOCTOR_SCH_INGRESS,
	DOCTOR_CLS_BPF,
	DOCTOR_MULTICAST,
	DOCTOR_IPV6,
	DOCTOR_SECCOMP,
	DOCTOR_LANDLOCK,
	DOCTOR_OPTIONS
};

struct doctor_config {
	bool found;
	bool set[DOCTOR_OPTIONS]; /* built in, or a module */
};

struct doctor_host {
	const char *interface;
	unsigned int kernel; /* major << 8 | minor */
	char release[64];
	struct doctor_config config;
	int jit;	     /* net.core.bpf_jit_enable */
	unsigned int others; /* interfaces beside this one and lo */
	struct doctor_knob rp_filter;
	struct doctor_knob arp_ignore;
	struct doctor_rival rivals[DOCTOR_RIVALS_MAX];
	size_t rival_count;
	int igmp_reports; /* net.ipv4.igmp_link_local_mcast_reports */
	struct doctor_knob disable_ipv6;
	bool root;
	uint64_t capabilities; /* effective, bit by number */
	bool synchronised;     /* the clock */
	long long year;
	long long boot_shift_s; /* of a time namespace */
};

/* One line of the kernel's configuration; context is a doctor_config. */
void doctor_config_line(void *context, const char *line);
void doctor_host(const struct doctor_host *host, struct doctor_report *report);

/* --- who else configures it ------------------------------------------------
 */

/* Reads what networkd and NetworkManager have below root, "" outside tests. */
void doctor_managers(const char *root, unsigned int ifindex,
		     const char *interface, struct doctor_report *report);

/* --- the wire --------------------------------------------------------------
 */

enum doctor_protocol {
	DOCTOR_CARP,
	DOCTOR_VRRP2,
	DOCTOR_VRRP3,
};

struct doctor_speaker {
	enum doctor_protocol protocol;
	int family; /* 4 or 6 */
	uint8_t id; /* vhid or VRID */
	uint8_t source[16];
	uint8_t mac[CARP_MAC_SIZE];
	int vlan; /* or EAR_UNTAGGED */
	bool ours;
	unsigned int count;
	uint8_t advbase, advskew, demote; /* of CARP, the last ones */
	uint8_t priority;		  /* of VRRP */
};

struct doctor_wire {
	struct doctor_speaker speakers[DOCTOR_SPEAKERS_MAX];
	size_t count;
	bool overflow; /* there were more */
	unsigned int malformed;
};

/* Takes one packet in; context is a doctor_wire. */
void doctor_wire_hear(void *context, const struct ear_packet *packet);
/* vhid 0: none is asked about. */
void doctor_wire(const struct doctor_wire *wire, unsigned int vhid,
		 unsigned int seconds, struct doctor_report *report);
const char *doctor_protocol_name(enum doctor_protocol protocol);
/* Into a buffer of 64; returns it. */
const char *doctor_address(const struct doctor_speaker *speaker, char *out);
const char *doctor_mac(const uint8_t mac[CARP_MAC_SIZE], char *out);
