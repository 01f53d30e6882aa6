/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the driver of an interface says of itself: by ethtool's oldest words,
 * which all drivers understand, and by the netdev family of generic netlink.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>

enum driver_sizes {
	DRIVER_NAME_SIZE = 32
};

/* include/uapi/linux/netdev.h, newer than some headers. */
enum driver_xdp {
	DRIVER_XDP_BASIC = 1 << 0, /* pass, drop, transmit */
};

struct driver {
	char name[DRIVER_NAME_SIZE]; /* "" if it does not tell */
	bool tags_beside;	     /* rxvlan: VLAN tags are not in frames */
	bool lro;
	bool xdp_told; /* Linux 6.3 and later */
	__u64 xdp;     /* enum driver_xdp; 0: no native XDP */
};

void driver_ask(unsigned int ifindex, struct driver *out);
