/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Oddities heard on the wire: remembers who and since when, and says of each
 * whether it is news.  Whoever floods with ever new senders fills a table of
 * fixed size and makes no further news.
 */
#pragma once

#include "carp/net.h"
#include "instant.h"
#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

enum notice_kind {
	NOTICE_CLAIM,  /* a foreign MAC says that it has a VIP of ours */
	NOTICE_RIVAL,  /* a host of lower rank is master beside us */
	NOTICE_ECHO,   /* our own advertisements come back */
	NOTICE_VRRP,   /* a VRRP router uses the number of our vhid */
	NOTICE_DIGEST, /* an advertisement with another passphrase or VIPs */
	NOTICE_SEAL,   /* one whose sealed counter does not fit */
	NOTICE_EQUAL,  /* another host has our advbase and advskew */
	NOTICE_KINDS
};

enum notice_limits {
	NOTICE_SENDERS = 4,	  /* of a kind, at one time */
	NOTICE_FRESH_MS = 600000, /* silent for so long: over, and news again */
};

struct notice {
	enum notice_kind kind;
	struct address address;	    /* of the sender; of a claim the VIP */
	uint8_t mac[CARP_MAC_SIZE]; /* of the sender, or claimed */
	struct instant first, last;
};

/* Most groups never need it. */
struct notice_table {
	struct notice list[NOTICE_KINDS][NOTICE_SENDERS]; /* last 0: unused */
};

struct notices {
	struct notice_table *table; /* NULL: not yet, or no room for one */
	struct notice conflict; /* the last claim or rival; last 0: none yet */
	uint64_t rivals;	/* advertisements of rivals */
};

/* True if it is news: not heard of for long, and room for it, so never without
 * a table. */
bool notices_add(struct notices *notices, const struct notice *heard);
/* Is it still going on? */
bool notice_fresh(const struct notice *notice, struct instant now);

const char *notice_name(enum notice_kind kind);
const char *notice_text(enum notice_kind kind);
