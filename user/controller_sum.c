/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What goes on and on is told as a sum, once a minute: what the quotas of
 * controller_tell.c left out, and of a flood, of which the core tells one line
 * a sender, how much it was by the data plane's counters.
 */
#include "user/controller.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum sum_sizes {
	SUM_TEXT_SIZE = 512,
};

/* What has been heard of one group since it was first odd. */
struct tally {
	bool heard;	      /* something since the last summary */
	struct instant since; /* that */
	uint64_t told[NOTICE_KINDS];
	struct notice last[NOTICE_KINDS];
};

/* How a summary calls them; none of EQUAL, which nobody counts. */
static const char *const more_of[NOTICE_KINDS] = {
	[NOTICE_CLAIM] = "claims of its virtual IPs by foreign MAC addresses",
	[NOTICE_RIVAL] = "advertisements of masters of lower rank",
	[NOTICE_ECHO] = "of our own advertisements came back",
	[NOTICE_VRRP] = "VRRP advertisements with its number",
	[NOTICE_DIGEST] = "advertisements with a wrong digest",
	[NOTICE_SEAL] = "advertisements with a wrong seal",
};

static const struct {
	const char *what, *text;
} quotas[QUOTAS] = {
	[QUOTA_STATE] = { "state", "changes of state" },
	[QUOTA_SENDING] = { "sending", "changes of whether it can send" },
	[QUOTA_ADDRESS] = { "address", "removals of its virtual IPs" },
};

/* --- what is heard -------------------------------------------------------- */

/* How many there have been, told or not. */
static uint64_t counted(const struct member *m, const struct carp_counters *n,
			int kind)
{
	switch (kind) {
	case NOTICE_CLAIM:
		return n->arp_claim + n->ndp_claim;
	case NOTICE_RIVAL:
		return m->group.notices.rivals;
	case NOTICE_ECHO:
		return n->advert_echo;
	case NOTICE_VRRP:
		return n->vrrp;
	case NOTICE_DIGEST:
		return n->advert_digest;
	case NOTICE_SEAL:
		return n->advert_seal;
	default:
		return 0;
	}
}

/* The data plane has counted from 0 on, unless a predecessor was there: what
 * that had heard it has told. */
static struct tally *tally_of(struct member *m, const struct notice *n)
{
	struct carp_counters counters = { 0 };
	struct tally *t = m->tally;

	if (t)
		return t;
	t = m->tally = calloc(1, sizeof(*t));
	if (!t || !m->taken_over)
		return t;
	dataplane_counters(m->nic->dataplane, m->group.settings.vhid,
			   &counters);
	for (int kind = 0; kind < NOTICE_KINDS; kind++)
		t->told[kind] =
			counted(m, &counters, kind) - ((int)n->kind == kind);
	return t;
}

static void write_notice(struct member *m, const struct notice *n)
{
	char text[SUM_TEXT_SIZE] = "", address[ADDRESS_TEXT_SIZE];
	struct news news = news_of(m, NEWS_WARNING, text);

	news.at = n->last;
	news.what = notice_name(n->kind);
	news.address = address_format(&n->address, address);
	news.mac = n->mac;
	news.reason = notice_text(n->kind);
	snprintf(text, sizeof(text),
		 "%s vhid %u: %s (%02x:%02x:%02x:%02x:%02x:%02x): %s",
		 news.interface, news.vhid, address, n->mac[0], n->mac[1],
		 n->mac[2], n->mac[3], n->mac[4], n->mac[5], news.reason);
	news_tell(m->nic->controller, &news, true);
}

void news_noticed(struct member *m, const struct notice *n, bool fresh)
{
	struct tally *t = tally_of(m, n);

	if (t) {
		if (!t->heard)
			t->since = n->last;
		t->heard = true;
		t->last[n->kind] = *n;
		t->told[n->kind] += fresh;
		news_due(m->nic->controller);
	}
	if (fresh)
		write_notice(m, n);
}

/* --- summaries ------------------------------------------------------------ */

static void sum_up(struct member *m, struct tally *t, int kind, uint64_t more)
{
	char text[SUM_TEXT_SIZE] = "", address[ADDRESS_TEXT_SIZE];
	struct news news = news_of(m, NEWS_SUMMARY, text);
	const struct notice *last = &t->last[kind];

	news.what = notice_name((enum notice_kind)kind);
	news.count = more;
	news.seconds = (unsigned int)(instant_since(t->since, news.at).ns /
				      1000000000) +
		       1;
	if (last->last.ns) {
		news.address = address_format(&last->address, address);
		news.mac = last->mac;
	}
	snprintf(text, sizeof(text),
		 "%s vhid %u: %" PRIu64 " more %s in %u s%s%s", news.interface,
		 news.vhid, more, more_of[kind], news.seconds,
		 !news.address		? ""
		 : kind == NOTICE_CLAIM ? ", last of "
					: ", last from ",
		 news.address ? news.address : "");
	news_tell(m->nic->controller, &news, true);
}

/* One that has found something looks once more: what comes right behind it may
 * be too little to be noticed. */
static void sum_up_heard(struct member *m, struct tally *t)
{
	struct carp_counters counters = { 0 };

	if (dataplane_counters(m->nic->dataplane, m->group.settings.vhid,
			       &counters))
		return;
	t->heard = false;
	for (int kind = 0; kind < NOTICE_KINDS; kind++) {
		const uint64_t now = counted(m, &counters, kind);

		if (!more_of[kind] || now <= t->told[kind])
			continue;
		sum_up(m, t, kind, now - t->told[kind]);
		t->told[kind] = now;
		t->heard = true;
	}
	t->since = loop_now();
}

static void sum_up_quota(struct member *m, enum news_quotas which)
{
	struct news_quota *quota = &m->quotas[which];
	struct news news;
	char text[SUM_TEXT_SIZE] = "";

	if (quota->more) {
		news = news_of(m, NEWS_SUMMARY, text);
		news.what = quotas[which].what;
		news.to = election_state_name(m->group.election.state);
		news.count = quota->more;
		news.seconds = NEWS_SUMMARY_S;
		snprintf(text, sizeof(text),
			 "%s vhid %u: %u more %s within %d s, "
			 "now %s",
			 news.interface, news.vhid, quota->more,
			 quotas[which].text, NEWS_SUMMARY_S, news.to);
		news_tell(m->nic->controller, &news, true);
	}
	*quota = (struct news_quota){ 0 };
}

static void sum_up_nic(struct nic *nic)
{
	char text[SUM_TEXT_SIZE] = "";
	struct news news = { .kind = NEWS_SUMMARY,
			     .at = loop_now(),
			     .interface = nic->link.name,
			     .what = "interface",
			     .count = nic->quota.more,
			     .seconds = NEWS_SUMMARY_S,
			     .reason = nic_waiting(nic),
			     .text = text };

	if (news.count) {
		snprintf(text, sizeof(text),
			 "%s: groups have waited and gone on %u times more "
			 "within %d s, now: %s",
			 nic->link.name, nic->quota.more, NEWS_SUMMARY_S,
			 news.reason ? news.reason : "go on");
		news_tell(nic->controller, &news, true);
	}
	nic->quota = (struct news_quota){ 0 };
}

void news_track_sum(struct controller *c, struct tracked *t)
{
	char text[SUM_TEXT_SIZE] = "";
	struct news news = { .kind = NEWS_SUMMARY,
			     .at = loop_now(),
			     .track = t->track.rules.name,
			     .what = "track",
			     .to = track_state_name(t->track.state),
			     .count = t->quota.more,
			     .seconds = NEWS_SUMMARY_S,
			     .text = text };

	if (news.count) {
		snprintf(text, sizeof(text),
			 "track %s: %u more changes within %d s, now %s",
			 news.track, t->quota.more, NEWS_SUMMARY_S, news.to);
		news_tell(c, &news, true);
	}
	t->quota = (struct news_quota){ 0 };
}

static void sum_up_member(struct member *m)
{
	for (int which = 0; which < QUOTAS; which++)
		sum_up_quota(m, (enum news_quotas)which);
	if (m->tally && m->tally->heard)
		sum_up_heard(m, m->tally);
}

void news_flush(struct controller *c)
{
	c->news_due = INSTANT_NEVER;
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		sum_up_nic(nic);
	tracks_sum_up(c);
	for (struct group *g = c->node.groups; g; g = g->next) {
		struct member *m = member_of(g);

		sum_up_member(m);
		if (m->tally && m->tally->heard)
			news_due(c);
	}
}

struct instant news_deadline(const struct controller *c)
{
	return c->news_due;
}

void news_tick(struct controller *c, struct instant now)
{
	if (instant_due(c->news_due, now))
		news_flush(c);
}

void news_forget(struct member *m)
{
	sum_up_member(m);
	free(m->tally);
	m->tally = NULL;
}
