/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * rtnetlink (libmnl): interfaces and addresses, asked for and followed.
 */
#pragma once

#include "carp/net.h"

#include <stdbool.h>

enum netlink_text {
	NETLINK_NAME_SIZE = 16,
	NETLINK_UNTOLD = -1,
};

struct netlink_link {
	unsigned int ifindex;
	char name[NETLINK_NAME_SIZE];
	char kind[NETLINK_NAME_SIZE]; /* "veth", "bridge"; "" for hardware */
	unsigned short type;	      /* ARPHRD_ETHER and friends */
	bool up;		      /* administratively */
	bool carrier;
	__u8 mac[CARP_MAC_SIZE];
	unsigned int mtu;
	unsigned int master; /* whose port it is, an ifindex; 0: nobody's */
	char port_of[NETLINK_NAME_SIZE]; /* what that is: "bridge", "vrf" */
	unsigned int below;		 /* what it lies on, here; 0: nothing */
};

/* What a group does not need to know of its interface; NETLINK_UNTOLD where
 * the kernel does not say, or it is none of that kind. */
struct netlink_detail {
	bool multicast;	    /* IFF_MULTICAST */
	int snooping;	    /* of a bridge: 0 or 1 */
	int querier;	    /* whether the bridge is one: 0 or 1 */
	bool other_querier; /* a bridge knows of one (Linux 5.16) */
	int bond_mode;	    /* 6: balance-alb */
	int vlan;	    /* 1 to 4094 */
};

struct netlink_address {
	unsigned int ifindex;
	int family; /* 4 or 6 */
	__u8 address[16];
	__u8 prefix;
	bool link_local;
	bool tentative; /* IPv6: not yet usable, or failed DAD */
	__u8 protocol;	/* IFA_PROTO: who configured it; 0 unknown */
};

/* What the monitor tells; any member may be NULL. */
struct netlink_watch {
	void (*link)(void *context, const struct netlink_link *link);
	void (*link_gone)(void *context, unsigned int ifindex);
	void (*address)(void *context, const struct netlink_address *address,
			bool removed);
	/* Messages were lost: everything must be asked for again. */
	void (*overrun)(void *context);
	void *context;
};

/* A network, and whether packets for it would get on their way. */
struct netlink_route {
	int family; /* 4 or 6 */
	__u8 network[16];
	__u8 prefix;	      /* 0: the default route */
	unsigned int ifindex; /* through that interface alone; 0: any */
	bool there, usable;   /* answers: usable with an interface that has
			       * its carrier */
};

struct netlink;

/* NULL: only to be asked, never to be read.  0 or -errno. */
int netlink_open(const struct netlink_watch *watch, struct netlink **out);
void netlink_close(struct netlink *netlink);

/* The monitor's descriptor, and its reader: never blocks. */
int netlink_fd(const struct netlink *netlink);
int netlink_read(struct netlink *netlink);

/* -ENODEV if there is none. */
int netlink_link_by_name(struct netlink *netlink, const char *name,
			 struct netlink_link *out);
int netlink_link_by_index(struct netlink *netlink, unsigned int ifindex,
			  struct netlink_link *out);
/* 0 or -errno. */
int netlink_detail(struct netlink *netlink, unsigned int ifindex,
		   struct netlink_detail *out);
/* Calls each(context, address) for all addresses of an interface. */
int netlink_addresses(struct netlink *netlink, unsigned int ifindex,
		      void (*each)(void *context,
				   const struct netlink_address *address),
		      void *context);
/* Adds (IPv6: without duplicate address detection) marked with protocol:
 * 0, -EEXIST if it is there already, or another -errno. */
int netlink_address_add(struct netlink *netlink,
			const struct netlink_address *address);
/* Other addresses stay.  0, -EADDRNOTAVAIL if it was not there, or another
 * -errno. */
int netlink_address_remove(struct netlink *netlink,
			   const struct netlink_address *address);
/* Removes all with that mark from an interface: 0, or -errno: some may be
 * there still. */
int netlink_addresses_clear(struct netlink *netlink, unsigned int ifindex,
			    __u8 protocol);
/* Whether the kernel forwards IPv6 between that interface and others. */
bool netlink_forwards_ipv6(struct netlink *netlink, unsigned int ifindex);
/* Fills in the answers: of the main table, for exactly that network.  0 or
 * -errno. */
int netlink_route(struct netlink *netlink, struct netlink_route *route);
/* Which interface the kernel would take to an address, and whether a router
 * is in between.  0 or -errno; -ENETUNREACH: none. */
int netlink_way(struct netlink *netlink, int family, const __u8 *address,
		unsigned int *ifindex, bool *router);
