/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One place through which all goes that the network, or a group's life, has
 * told the log: so none of it can fill that.  A kind's first lines of a minute
 * are written, the others counted for controller_sum.c.
 */
#include "user/controller.h"
#include "user/sys/journal.h"
#include "user/sys/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

enum news_sizes {
	NEWS_FIELDS_MAX = 16,
	NEWS_NUMBER_SIZE = 24,
	NEWS_TEXT_SIZE = 512,
};

/* The journal's catalogue goes by these: carp-xdp(8), JOURNAL. */
static const struct {
	const char *name, *id;
	int priority;
} kinds[NEWS_KINDS] = {
	[NEWS_STATE] = { "state", "ff89b60705594224b4461642e7f967d8",
			 LOG_INFO },
	[NEWS_WARNING] = { "warning", "ca61fef42250417581e1c3efd466df02",
			   LOG_WARNING },
	[NEWS_SUMMARY] = { "summary", "bd446f0ac1cc4dd6a003a2f43d02cb78",
			   LOG_WARNING },
	[NEWS_INTERFACE] = { "interface", "65ae4a05a59a49289deb2c03fe50e4b0",
			     LOG_WARNING },
	[NEWS_SENDING] = { "sending", "8aa0645a8d9548da9367bec843568514",
			   LOG_WARNING },
	[NEWS_ADDRESS] = { "address", "44f3ee053afe40a680d347bf162f96d6",
			   LOG_WARNING },
	[NEWS_DEMOTION] = { "demotion", "4f0fa487b683411e960169d09a591a36",
			    LOG_INFO },
	[NEWS_HOOK] = { "hook", "5c9b0e22f2204c859e8d2f64538fe9a3",
			LOG_WARNING },
	[NEWS_TRACK] = { "track", "b19b0cbbe84943719eb13dc05ef91330",
			 LOG_WARNING },
};

const char *news_name(enum news_kind kind)
{
	return kinds[kind].name;
}

/* --- telling -------------------------------------------------------------- */

struct fields {
	struct journal_field list[NEWS_FIELDS_MAX + 1];
	char numbers[NEWS_FIELDS_MAX][NEWS_NUMBER_SIZE];
	size_t count;
};

static void add(struct fields *f, const char *name, const char *value)
{
	if (value)
		f->list[f->count++] = (struct journal_field){ name, value };
}

static void add_number(struct fields *f, const char *name, int64_t number)
{
	char *text = f->numbers[f->count];

	snprintf(text, NEWS_NUMBER_SIZE, "%" PRId64, number);
	add(f, name, text);
}

static void add_mac(struct fields *f, const uint8_t *mac)
{
	char *text = f->numbers[f->count];

	if (!mac)
		return;
	snprintf(text, NEWS_NUMBER_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	add(f, "CARP_PEER_MAC", text);
}

static void fill(struct fields *f, const struct news *n)
{
	add(f, "MESSAGE_ID", kinds[n->kind].id);
	add(f, "CARP_EVENT", kinds[n->kind].name);
	add(f, "CARP_INTERFACE", n->interface);
	if (n->vhid)
		add_number(f, "CARP_VHID", n->vhid);
	add(f, "CARP_STATE_FROM", n->from);
	add(f, "CARP_STATE_TO", n->to);
	add(f, "CARP_REASON", n->reason);
	add(f, "CARP_KIND", n->what);
	add(f, n->kind == NEWS_ADDRESS ? "CARP_ADDRESS" : "CARP_PEER",
	    n->address);
	add_mac(f, n->mac);
	add(f, "CARP_BY", n->by);
	add(f, "CARP_TRACK", n->track);
	add(f, "CARP_HOOK", n->hook);
	add(f, "CARP_GROUP", n->group);
	if (n->amount)
		add_number(f, "CARP_AMOUNT", n->amount);
	if (n->count) {
		add_number(f, "CARP_COUNT", (int64_t)n->count);
		add_number(f, "CARP_SECONDS", n->seconds);
	}
}

static void write_line(const struct news *n)
{
	const int priority = n->well ? LOG_INFO : kinds[n->kind].priority;
	struct fields fields = { 0 };

	fill(&fields, n);
	log_event(priority, fields.list, "%s", n->text);
}

void news_tell(struct controller *c, const struct news *n, bool line)
{
	if (line)
		write_line(n);
	c->events.told(c->events.context, n);
}

void news_due(struct controller *c)
{
	const struct instant then = instant_add(
		loop_now(), span_ms(NEWS_SUMMARY_S * (uint64_t)1000));

	if (instant_before(then, c->news_due))
		c->news_due = then;
}

/* Whether there is to be a line. */
static bool draw(struct controller *c, struct news_quota *quota)
{
	news_due(c);
	if (quota->told < NEWS_LINES) {
		quota->told++;
		return true;
	}
	quota->more++;
	return false;
}

struct news news_of(const struct member *m, enum news_kind kind,
		    const char *text)
{
	return (struct news){ .kind = kind,
			      .at = loop_now(),
			      .interface = m->nic->link.name,
			      .vhid = m->group.settings.vhid,
			      .group = *m->config_name ? m->config_name : NULL,
			      .text = text };
}

/* --- what has happened ---------------------------------------------------- */

void news_changed(struct member *m, const struct election_output *out)
{
	const struct group *g = &m->group;
	char text[NEWS_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
	struct news news = news_of(m, NEWS_STATE, text);

	news.at = g->since;
	news.from = election_state_name(out->from);
	news.to = election_state_name(out->to);
	news.reason = election_reason_text(out->reason);
	if (out->to == ELECTION_BACKUP && g->master.address.family)
		news.address = address_format(&g->master.address, address);
	snprintf(text, sizeof(text), "%s vhid %u: %s -> %s (%s)",
		 news.interface, news.vhid, news.from, news.to, news.reason);
	news_tell(m->nic->controller, &news,
		  draw(m->nic->controller, &m->quotas[QUOTA_STATE]));
}

void news_sending(struct member *m, bool failing)
{
	char text[NEWS_TEXT_SIZE];
	struct news news = news_of(m, NEWS_SENDING, text);

	news.well = !failing;
	snprintf(text, sizeof(text), "%s vhid %u: advertisements %s",
		 news.interface, news.vhid,
		 failing ? "cannot be sent" : "can be sent again");
	news_tell(m->nic->controller, &news,
		  draw(m->nic->controller, &m->quotas[QUOTA_SENDING]));
}

void news_address(struct member *m, const struct vip *vip)
{
	char text[NEWS_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
	struct news news = news_of(m, NEWS_ADDRESS, text);

	news.address = vip_format(vip, address);
	snprintf(text, sizeof(text), "%s vhid %u: somebody has removed %s",
		 news.interface, news.vhid, news.address);
	news_tell(m->nic->controller, &news,
		  draw(m->nic->controller, &m->quotas[QUOTA_ADDRESS]));
}

void news_interface(struct nic *nic, const char *why)
{
	char text[NEWS_TEXT_SIZE];
	struct news news = { .kind = NEWS_INTERFACE,
			     .at = loop_now(),
			     .interface = nic->link.name,
			     .reason = why,
			     .well = !why,
			     .text = text };

	snprintf(text, sizeof(text), "%s: groups %s%s", nic->link.name,
		 why ? "wait: " : "go on", why ? why : "");
	news_tell(nic->controller, &news, draw(nic->controller, &nic->quota));
}

void news_demotion(struct controller *c, const struct ledger_entry *entry)
{
	char text[NEWS_TEXT_SIZE];
	struct news news = { .kind = NEWS_DEMOTION,
			     .at = loop_now(),
			     .reason = entry->reason,
			     .by = entry->by,
			     .amount = entry->amount,
			     .text = text };

	snprintf(text, sizeof(text), "demotion %+d by %s (%s)", entry->amount,
		 entry->by, entry->reason);
	news_tell(c, &news, true);
}

void news_track(struct controller *c, struct tracked *t)
{
	const struct track *track = &t->track;
	char text[NEWS_TEXT_SIZE];
	struct news news = { .kind = NEWS_TRACK,
			     .track = track->rules.name,
			     .to = track_state_name(track->state),
			     .reason = track->text,
			     .well = track->state != TRACK_DOWN,
			     .text = text };

	if (!*news.reason)
		news.reason = news.well ? NULL : "no reason given";
	snprintf(text, sizeof(text), "track %s: %s%s%s", news.track, news.to,
		 news.reason ? ": " : "", news.reason ? news.reason : "");
	/* Monitors are told by who asked for the check. */
	if (draw(c, &t->quota))
		write_line(&news);
}
