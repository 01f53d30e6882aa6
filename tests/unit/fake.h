/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A group whose effects are written down instead of done, as one line of
 * words in the order they came:
 *
 *   heard role=master addresses+ lease+ counter ad4:1/100/0 lease+ arp1 ...
 */
#pragma once

#include "user/core/node.h"

struct fake {
	struct group group;
	struct instant now;
	struct instant heard[ELECTION_FAMILIES];
	bool fails[ELECTION_FAMILIES]; /* what send() says */
	uint8_t fails_host;	       /* to the IPv4 peer of this last byte */
	struct address route_source;   /* towards peers of its family */
	uint8_t advert6[128];	       /* the last one over IPv6 */
	unsigned int fails_arp;	       /* so many ARP frames do not leave */
	struct notice noticed;	       /* the last one that was fresh */
	unsigned int oddities;	       /* how many, fresh or not */
	struct notice_table table;
	bool full;	   /* there is no room for a table */
	struct node *node; /* hears of send trouble, or NULL */
	char name[24];	   /* of the group, to the node */

	uint8_t farewells[8][128]; /* what to say if we die */
	size_t farewell_sizes[8];
	unsigned int farewells_count;
	bool deaf;	      /* and so it is found when it acts on silence */
	uint64_t counter;     /* the last own_counter() */
	struct instant lease; /* the last set_lease() */
	bool addresses;
	size_t adverts, sent; /* adverts that left; any frames that left */
	uint8_t frame[128];   /* the last one sent */
	size_t size;
	char log[2048];
	size_t used;
};

/* vhid 1, 1/100, VIPs 192.0.2.1 and 2001:db8::1, multicast. */
struct settings fake_settings(void);
void fake_open(struct fake *fake, const struct settings *settings,
	       unsigned int ifindex);
/* Started, link up, advanced by ticks until in that state; log empty. */
void fake_reach(struct fake *fake, enum election_state state);
/* Waits for the group's deadline, then ticks. */
void fake_tick(struct fake *fake);
/* A verified advertisement from 192.0.2.<host> or fe80::<host>, now. */
void fake_advert(struct fake *fake, uint8_t family, uint8_t host,
		 uint8_t advbase, uint8_t advskew);
/* What happened since the last call. */
const char *fake_log(struct fake *fake);
