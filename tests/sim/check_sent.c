/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The promises about what a host sends, and the order in which it gets and
 * gives up its lease and addresses.
 */
#include "sim.h"

enum check_sent_numbers {
	TOKENS = 4, /* advertisements beyond one an interval */
};

/* --- what is sent --------------------------------------------------------- */

/* Refills since last time; false if there is none left to take. */
bool take_token(int64_t *tokens, uint64_t *last, uint64_t now, int64_t cost,
		int64_t room, uint64_t rate)
{
	*tokens += (int64_t)((now - *last) * rate);
	*last = now;
	if (*tokens > room)
		*tokens = room;
	*tokens -= cost;
	return *tokens >= 0;
}

static int64_t share_of_advert(const struct port *p)
{
	const struct common *c = &p->world->common;
	int frames = c->v4 + c->v6;

	if (p->group.old_until.ns)
		frames *= 2;
	if (c->unicast)
		frames *= p->world->hosts - 1;
	return (int64_t)port_interval(p) / frames;
}

static void check_bow_out(struct port *p)
{
	p->book.bowed = true;
	p->book.silent_at = p->world->now; /* switches have heard it */
	if (!p->book.master || p->group.election.state == ELECTION_MASTER)
		broken(p->world, "backup_is_mute", "%c%d bows out, no master",
		       port_name(p), p->lan);
	if (port_leased(p))
		broken(p->world, "order", "%c%d bows out with a lease",
		       port_name(p), p->lan);
}

static void check_advert(struct port *p, const struct flight *f)
{
	struct world *w = p->world;
	int64_t cost = share_of_advert(p);

	/* What is new is said at once. */
	if (f->advskew != p->book.said_skew ||
	    f->demote != p->book.said_demote) {
		p->book.tokens += (int64_t)port_interval(p);
		p->book.reranked = w->now;
	}
	p->book.said_skew = f->advskew;
	p->book.said_demote = f->demote;

	if (p->group.election.state != ELECTION_MASTER)
		broken(w, "backup_is_mute", "%c%d advertises", port_name(p),
		       p->lan);
	if (!p->book.master && (!port_leased(p) || !p->addresses))
		broken(w, "order", "%c%d advertises before it can answer",
		       port_name(p), p->lan);
	if (f->advbase != w->common.advbase ||
	    f->advskew != rank_wire_skew(p) || f->demote != rank_wire_demote(p))
		broken(w, "truthful", "%c%d says %u/%u/%u, has %u/%u/%u",
		       port_name(p), p->lan, f->advbase, f->advskew, f->demote,
		       w->common.advbase, rank_wire_skew(p),
		       rank_wire_demote(p));
	if (!take_token(&p->book.tokens, &p->book.tokens_at, w->now, cost,
			(int64_t)port_interval(p) * TOKENS, 2))
		broken(w, "no_storm", "%c%d advertises too often", port_name(p),
		       p->lan);
	p->book.advert_at = p->host->now;
	p->book.adverts++;
}

/* Whether sends work again: nobody else may ever hear of it. */
static void check_probe_sent(struct port *p)
{
	trace(p->world, "%c%d tries to send", port_name(p), p->lan);
	if (!p->group.send_failing ||
	    p->group.election.state == ELECTION_MASTER)
		broken(p->world, "backup_is_mute", "%c%d probes without need",
		       port_name(p), p->lan);
}

static void check_announcement(struct port *p)
{
	struct world *w = p->world;

	trace(w, "%c%d announces", port_name(p), p->lan);
	if (p->group.election.state != ELECTION_MASTER || !port_leased(p))
		broken(w, "backup_is_mute", "%c%d announces", port_name(p),
		       p->lan);
	if (!p->book.master && !p->book.adverts)
		broken(w, "order", "%c%d announces before it advertises",
		       port_name(p), p->lan);
	p->book.announced++;
}

void check_sent(struct port *p, const struct flight *f, bool ok)
{
	struct world *w = p->world;
	bool bow_out = f->advbase == CARP_BOW_OUT && f->advskew == CARP_BOW_OUT;

	if (f->advert)
		trace(w, "%c%d %s %u/%u/%u v%u%s", port_name(p), p->lan,
		      bow_out ? "bows out" : "advertises", f->advbase,
		      f->advskew, f->demote, f->family, ok ? "" : " (fails)");
	if (f->probe)
		check_probe_sent(p);
	else if (p->host->kind == OURS && !f->advert)
		check_announcement(p);
	else if (p->host->kind == OURS && bow_out)
		check_bow_out(p);
	else if (p->host->kind == OURS)
		check_advert(p, f);
	if (!ok) {
		if (!p->book.failing_since)
			p->book.failing_since = w->now;
		p->book.upset = w->now;
		p->book.fallible = true;
		return;
	}
	if (f->advert || f->probe)
		p->book.failing_since = 0;
	if (!f->advert || bow_out)
		return;
	p->book.ok_at = w->now;
	p->book.speech = rank_longest_speech(p);
	p->book.speak_until = p->host->now + p->book.speech;
}

void check_before(struct port *p)
{
	struct book *b = &p->book;

	b->was_live = instant_before((struct instant){ p->host->now },
				     p->group.election.lease_until);
	b->was_yielded = b->yielded;
	b->was_vacant = p->host->now < b->vacant_until;
	b->was_adverts = b->adverts;
	b->was_due = 0;
	if (b->reloaded <= b->advert_at && b->said_skew == rank_wire_skew(p) &&
	    b->said_demote == rank_wire_demote(p))
		b->was_due = b->advert_at + port_interval(p);
}

/* Who has tried to speak and could not does not try more often for what it
 * hears. */
void check_answer(struct port *p)
{
	if (p->group.election.state == ELECTION_MASTER && !p->book.was_live &&
	    p->book.adverts != p->book.was_adverts &&
	    p->host->now < p->book.was_due)
		broken(p->world, "no_storm", "%c%d answers before its turn",
		       port_name(p), p->lan);
}

/* --- leases and addresses ------------------------------------------------- */

void check_lease(struct port *p, uint64_t until)
{
	struct world *w = p->world;
	uint64_t silent_at = until ? global_time(p->host, until) : w->now;

	if (until || silent_at < p->book.silent_at)
		p->book.silent_at = silent_at;
	if (!until)
		return;
	if (p->group.election.state != ELECTION_MASTER)
		broken(w, "order", "%c%d has a lease, no master", port_name(p),
		       p->lan);
	if (!p->book.master && !p->addresses)
		broken(w, "order", "%c%d has a lease before addresses",
		       port_name(p), p->lan);
	if (!p->book.master && !p->book.promoted) {
		p->book.promoted = true;
		/* Until it has said so. */
		p->book.speak_until = p->host->now + port_interval(p);
	}
	if (port_leased(p))
		return;
	p->book.live_since = w->now;
	if (p->book.master) /* it was silent, and says where it is again */
		p->book.announce_tokens += (int64_t)S;
}

void check_addresses(struct port *p, bool present)
{
	bool master = p->group.election.state == ELECTION_MASTER;

	if (present != master)
		broken(p->world, "order", "%c%d: addresses %d, master %d",
		       port_name(p), p->lan, present, master);
	if (!present && port_leased(p))
		broken(p->world, "order", "%c%d: addresses go before the lease",
		       port_name(p), p->lan);
}
