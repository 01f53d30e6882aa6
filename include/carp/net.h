/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What libc's network headers say, in words BPF can include as well:
 * Ethernet, VLAN, ARP, neighbour discovery, the virtual MAC.
 */
#pragma once

#include "types.h"

enum carp_net {
	CARP_MAC_SIZE = 6,
	CARP_ETH_SIZE = 14,
	CARP_VLAN_SIZE = 4,
	CARP_VLAN_DEPTH_MAX = 2,
	CARP_VLAN_ID_MASK = 0x0fff,
	CARP_ETH_IPV4 = 0x0800,
	CARP_ETH_ARP = 0x0806,
	CARP_ETH_VLAN = 0x8100, /* 802.1Q */
	CARP_ETH_QINQ = 0x88a8, /* 802.1ad */
	CARP_ETH_IPV6 = 0x86dd,
	CARP_IP_ICMPV6 = 58,
	CARP_ARP_ETHERNET = 1,
	CARP_ARP_REQUEST = 1,
	CARP_ARP_REPLY = 2,
	CARP_ND_SOLICIT = 135,
	CARP_ND_ADVERT = 136,
	CARP_ND_SOURCE_LLADDR = 1,
	CARP_ND_TARGET_LLADDR = 2,
	CARP_ND_OPTION_SIZE = 8, /* a link-layer address option on Ethernet */
	CARP_ND_ROUTER = 0x80,	 /* flags, first byte behind the checksum */
	CARP_ND_SOLICITED = 0x40,
	CARP_ND_OVERRIDE = 0x20,
};

/* ARP for IPv4 over Ethernet, RFC 826. */
struct carp_arp {
	__be16 hardware;    /* 1 */
	__be16 protocol;    /* 0x0800 */
	__u8 hardware_size; /* 6 */
	__u8 protocol_size; /* 4 */
	__be16 operation;
	__u8 sender_mac[CARP_MAC_SIZE];
	__u8 sender_ip[4];
	__u8 target_mac[CARP_MAC_SIZE];
	__u8 target_ip[4];
};
CARP_ASSERT_SIZE(struct carp_arp, 28);
CARP_ASSERT_OFFSET(struct carp_arp, sender_mac, 8);

/* Neighbour solicitation and advertisement, RFC 4861 4.3 and 4.4. */
struct carp_ndisc {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__u8 flags; /* CARP_ND_ROUTER | _SOLICITED | _OVERRIDE */
	__u8 reserved[3];
	__u8 target[16];
};
CARP_ASSERT_SIZE(struct carp_ndisc, 24);

struct carp_nd_option {
	__u8 type;
	__u8 length; /* in units of 8 bytes */
	__u8 mac[CARP_MAC_SIZE];
};
CARP_ASSERT_SIZE(struct carp_nd_option, CARP_ND_OPTION_SIZE);

/* The virtual MAC of a vhid, both families: 00:00:5e:00:01:VHID. */
CARP_INLINE void carp_vmac_fill(__u8 *mac, __u8 vhid)
{
	mac[0] = 0x00;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	mac[3] = 0x00;
	mac[4] = 0x01;
	mac[5] = vhid;
}

/* The vhid a virtual MAC belongs to, 0 for any other MAC. */
CARP_INLINE __u8 carp_vmac_vhid(const __u8 *mac)
{
	if (mac[0] | mac[1] | (mac[2] ^ 0x5e) | mac[3] | (mac[4] ^ 0x01))
		return 0;
	return mac[5];
}
