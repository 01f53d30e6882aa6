/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What an operator sets for a group: plain values, already checked.
 */
#pragma once

#include "carp/seal.h"
#include "carp/share.h"
#include "carp/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of either family; IPv4 in the first four bytes. */
struct address {
	uint8_t family; /* 4, 6, or 0 for none */
	uint8_t bytes[16];
};

struct vip {
	struct address address;
	uint8_t prefix; /* 1..32, 1..128 */
};

/* Whose election rules and digests a group follows; carp-protocol.md 4.2. */
enum compat {
	COMPAT_OPENBSD,
	COMPAT_FREEBSD,
	COMPAT_UCARP
};

/* Where demotion goes in an advertisement; carp-protocol.md 4.8. */
enum demotion_form {
	DEMOTION_AUTO, /* as those whose rules we follow do */
	DEMOTION_BYTE,
	DEMOTION_ADVSKEW,
	DEMOTION_BOTH /* for others of both kinds */
};

enum settings_limits {
	SETTINGS_VIPS_MAX = 65536, /* per group */
	SETTINGS_PEERS_MAX = 64,
	SETTINGS_NAMES_MAX = 8,
	SETTINGS_NAME_SIZE = 16, /* with its end */
	SETTINGS_TRACKS_MAX = 16,
	SETTINGS_GATEWAYS_MAX = 8,
	/* With 1 a backup would be no more patient than one interval is long:
	 * no lease could bridge two advertisements and end before that. */
	SETTINGS_DEAD_RATIO_MIN = 2,
	SETTINGS_DEAD_RATIO_DEFAULT = 3,
	SETTINGS_PREEMPT_DELAY_MAX = 3600, /* seconds */
	SETTINGS_KEY_SIZE = CARP_PASSPHRASE_MAX + 1,
};

struct settings {
	uint8_t vhid;	    /* 1..255 */
	uint8_t advbase;    /* 0..255 s */
	uint8_t advskew;    /* 0..254, 1/256 s */
	uint8_t dead_ratio; /* 2..255 intervals of silence: master dead */
	bool preempt;
	uint16_t preempt_delay; /* 0..3600 s from start or link up */
	bool observe;		/* verify and watch, never take part */
	enum compat compat;
	enum demotion_form demotion_form;
	enum carp_auth_mode auth;
	const struct vip *vips;
	size_t vips_count;
	const struct address *peers; /* none: multicast */
	size_t peers_count;
	uint16_t announce_refresh; /* s between announcements; 0: none */
	/* Routers that are asked for, because they ignore announcements. */
	struct address gateways[SETTINGS_GATEWAYS_MAX];
	size_t gateways_count;
	uint8_t ttl_min; /* of unicast from peers, 1..255; 0: as always, 255 */
	/* By which demotion reaches several groups, beside "carp". */
	char names[SETTINGS_NAMES_MAX][SETTINGS_NAME_SIZE];
	size_t names_count;
	/* Tracks that count for it, beside those that count for all. */
	char tracks[SETTINGS_TRACKS_MAX][SETTINGS_NAME_SIZE];
	size_t tracks_count;
	/* Of a node of a cluster; all 0: a group of its own. */
	enum carp_balancing balancing;
	uint8_t leader; /* the lowest vhid of the cluster */
	uint8_t node;	/* which of the nodes, by vhid */
	uint8_t nodes;	/* of the cluster */
};
