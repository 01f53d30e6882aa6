/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is told of a controller's life: to the log, with fields for the
 * journal, and to monitors, as one JSON object each.
 */
#pragma once

#include "user/core/instant.h"

#include <stdbool.h>
#include <stdint.h>

struct controller;
struct election_output;
struct ledger_entry;
struct member;
struct nic;
struct notice;
struct tracked;
struct vip;

enum news_kind {
	NEWS_STATE,	/* a group has changed its state */
	NEWS_WARNING,	/* something odd was heard, not told lately */
	NEWS_SUMMARY,	/* how often what was not told each time */
	NEWS_INTERFACE, /* groups of an interface wait, or go on */
	NEWS_SENDING,	/* advertisements cannot be sent, or can again */
	NEWS_ADDRESS,	/* somebody has removed a virtual IP */
	NEWS_DEMOTION,	/* by an operator */
	NEWS_HOOK,	/* a hook has been run */
	NEWS_TRACK,	/* a track is up or down now, or of another value */
	NEWS_KINDS
};

/* NULL, 0: not told in this kind. */
struct news {
	enum news_kind kind;
	struct instant at;
	const char *interface;
	unsigned int vhid;
	const char *from, *to, *reason;
	const char *what; /* of a warning or summary: its kind */
	const char
		*address; /* the peer's; of a claim, and a removal: the VIP */
	const uint8_t *mac;
	const char *by, *track, *hook;
	const char *group; /* its name in the configuration */
	int amount;
	uint64_t count;
	unsigned int seconds;
	bool well;	  /* an interface, sending: again */
	const char *text; /* the line of the log */
};

enum news_limits {
	NEWS_LINES = 10, /* of one kind and group, interface or
			  * track, a minute */
	NEWS_SUMMARY_S = 60,
};

/* Of these no more than NEWS_LINES become lines until the next summary. */
enum news_quotas {
	QUOTA_STATE,
	QUOTA_SENDING,
	QUOTA_ADDRESS,
	QUOTAS
};

struct news_quota {
	uint32_t told, more;
};

/* "state", "warning", ... */
const char *news_name(enum news_kind kind);

void news_changed(struct member *m, const struct election_output *out);
/* fresh: not told lately.  Otherwise it is only counted. */
void news_noticed(struct member *m, const struct notice *n, bool fresh);
void news_sending(struct member *m, bool failing);
void news_address(struct member *m, const struct vip *vip);
/* why: NULL: they go on. */
void news_interface(struct nic *nic, const char *why);
void news_demotion(struct controller *c, const struct ledger_entry *entry);
void news_track(struct controller *c, struct tracked *t);
/* What was not told of it since the last summary. */
void news_track_sum(struct controller *c, struct tracked *t);
void tracks_sum_up(struct controller *c);

/* Inside, controller_tell.c for controller_sum.c: to log and monitors; line:
 * to the log at all.  news_due(): a summary, a minute from now at last. */
void news_tell(struct controller *c, const struct news *n, bool line);
void news_due(struct controller *c);
struct news news_of(const struct member *m, enum news_kind kind,
		    const char *text);

/* When summaries are due; tells them.  flush: those of now, before the end. */
struct instant news_deadline(const struct controller *c);
void news_tick(struct controller *c, struct instant now);
void news_flush(struct controller *c);
/* A group goes: what is to be told of it, and what was kept for that. */
void news_forget(struct member *m);
