/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hosts whose advertisements a group has heard, for people to look at: no
 * decision goes by it.  Whoever is not believed has a table of their own, so
 * that invented senders never take the place of real ones.
 */
#pragma once

#include "carp/maps.h"
#include "instant.h"
#include "settings.h"

enum heard_limits {
	HEARD_EACH = 8, /* believed, and refused; beyond it the oldest goes */
	HEARD_MAX = 2 * HEARD_EACH,
};

struct heard {
	struct address address;
	uint8_t mac[CARP_MAC_SIZE];
	uint8_t advbase, advskew, demote; /* of VRRP: 0 */
	enum carp_event_kind kind;	  /* of the last */
	struct instant last;
};

/* False: it tells of no host's advertisement. */
bool heard_read(const struct carp_event *event, struct heard *out);
/* Where that one belongs in a list: below count in the place of what is there,
 * or behind the last. */
unsigned int heard_place(const struct heard *list, unsigned int count,
			 const struct heard *one);
/* "valid", "observed" (not checked), "digest", "seal" (refused), "vrrp". */
const char *heard_verdict(const struct heard *one);
/* It has said that it leaves. */
bool heard_left(const struct heard *one);
