/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A small table of what was heard.  Decides what is news, nothing else.
 */
#include "notice.h"

#include <string.h>

static const char *const names[NOTICE_KINDS] = {
	[NOTICE_CLAIM] = "claim",   [NOTICE_RIVAL] = "rival",
	[NOTICE_ECHO] = "echo",	    [NOTICE_VRRP] = "vrrp",
	[NOTICE_DIGEST] = "digest", [NOTICE_SEAL] = "seal",
	[NOTICE_EQUAL] = "equal",
};

static const char *const texts[NOTICE_KINDS] = {
	[NOTICE_CLAIM] = "claimed by a foreign MAC address",
	[NOTICE_RIVAL] = "a host of lower rank is master as well",
	[NOTICE_ECHO] = "our own advertisements come back",
	[NOTICE_VRRP] = "a VRRP router uses the same number, and with it the "
			"same virtual MAC address",
	[NOTICE_DIGEST] = "advertisement refused: passphrase or VIPs differ",
	[NOTICE_SEAL] = "advertisement refused: not sealed, sealed with "
			"another passphrase, or changed on its way",
	[NOTICE_EQUAL] = "advertises with the same advbase and advskew: chance "
			 "decides between equals",
};

const char *notice_name(enum notice_kind kind)
{
	return names[kind];
}

const char *notice_text(enum notice_kind kind)
{
	return texts[kind];
}

bool notice_fresh(const struct notice *n, struct instant now)
{
	return n->last.ns &&
	       instant_before(now,
			      instant_add(n->last, span_ms(NOTICE_FRESH_MS)));
}

static bool same_sender(const struct notice *a, const struct notice *b)
{
	return !memcmp(&a->address, &b->address, sizeof(a->address)) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac));
}

bool notices_add(struct notices *notices, const struct notice *heard)
{
	struct notice *list, *room = NULL;

	if (heard->kind == NOTICE_CLAIM || heard->kind == NOTICE_RIVAL)
		notices->conflict = *heard;
	if (heard->kind == NOTICE_RIVAL)
		notices->rivals++;
	if (!notices->table)
		return false;
	list = notices->table->list[heard->kind];
	for (int i = 0; i < NOTICE_SENDERS; i++) {
		if (!notice_fresh(&list[i], heard->last)) {
			room = room ? room : &list[i];
		} else if (same_sender(&list[i], heard)) {
			list[i].last = heard->last;
			return false;
		}
	}
	if (!room)
		return false;
	*room = *heard;
	room->first = heard->last;
	return true;
}
