/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The built-in probes of tracking: one look at something on this host, or at a
 * neighbour.  As words:
 *
 *   interface NAME                         is up and has its carrier
 *   route [inet|inet6] default [dev NAME]  in the main table, and usable
 *   route PREFIX [dev NAME]                exactly that network
 *   address IP [dev NAME]                  a neighbour answers ARP or ND, now
 *   process NAME                           lives, with exactly that name
 *   pidfile PATH                           the process written there lives
 *   file PATH                              holds a number from 0 to 254
 */
#pragma once

#include "carp/net.h"

#include <stdbool.h>
#include <stddef.h>

enum carp_probe_kind {
	PROBE_INTERFACE,
	PROBE_ROUTE,
	PROBE_ADDRESS,
	PROBE_PROCESS,
	PROBE_PIDFILE,
	PROBE_FILE,
};

enum carp_probe_limits {
	PROBE_NAME_SIZE = 16,
	PROBE_PATH_SIZE = 256,
	PROBE_TEXT_SIZE = 128,
	PROBE_VALUE_MAX = 254,
};

struct carp_probe {
	enum carp_probe_kind kind;
	char ifname[PROBE_NAME_SIZE]; /* route, address: "" is any */
	int family;		      /* route, address: 4 or 6 */
	__u8 address[16];	      /* of a route: its network */
	__u8 prefix;		      /* of a route; 0: default */
	char name[PROBE_NAME_SIZE];   /* of a process */
	char path[PROBE_PATH_SIZE];   /* absolute */
};

enum carp_probe_state {
	PROBE_DOWN,
	PROBE_UP,
};

struct carp_probe_result {
	enum carp_probe_state state;
	int value;		    /* a file's, 0 to 254; otherwise 0 */
	char text[PROBE_TEXT_SIZE]; /* one printable line: why */
};

/* False with a line that names value, range and place. */
bool carp_probe_parse(const char *const *words, size_t count,
		      struct carp_probe *out, char *error, size_t size);

/*
 * Looks, and waits for that: an address as long as timeout_ms, the others as
 * long as the kernel and its disks take.  For a process of its own, in the
 * network and the root that is to be looked at.  Address needs CAP_NET_RAW,
 * pidfile and file the right to read them, the others nothing.  0, or -errno:
 * it could not be found out; the result is down then, with the reason.
 */
int carp_probe_run(const struct carp_probe *probe, unsigned int timeout_ms,
		   struct carp_probe_result *result);
