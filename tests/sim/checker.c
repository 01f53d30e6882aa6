/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The promises, as far as they are broken in one step of one host.  Only
 * watches; keeps books of its own rather than believe those of the core.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum checker_numbers {
	SURE = 2,	  /* frames of a sender until auto trusts seals */
	SWEEPS = 24,	  /* announcements at a time */
	SETTLED_MS = 100, /* after a promotion: rivals are news */
	QUIET_S = 130,	  /* after which a claim is answered at once */
	SWEEPS_PER_SECOND = 3,
	RETRY_MS = 2, /* a frame that has not left is tried again by then */
	/* By which neighbours are told, not counting repeats and answers. */
	SWEEPS_OF_RELOAD = 2,	 /* at once, two advertisements later */
	SWEEPS_OF_PROMOTION = 3, /* and once settled */
};

void broken(struct world *w, const char *promise, const char *format, ...)
{
	char text[150];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	trace(w, "BROKEN %s: %s", promise, text);
	if (w->failed)
		return;
	w->failed = true;
	snprintf(w->failure, sizeof(w->failure), "%s: %s", promise, text);
}

void disturb(struct world *w, int lan, int from, int to)
{
	w->disturbed[lan][from][to] = w->now;
}

/* --- what is heard -------------------------------------------------------- */

/* Have both the passphrase, the list, and each other? */
static bool must_believe(const struct port *p, const struct flight *f)
{
	const struct carp_vhid *entry =
		native_group(p->plane, FIRST_VHID + (uint32_t)p->lan);

	return entry->role != CARP_ROLE_NONE &&
	       (f->signed_as == p->generation ||
		f->signed_as == p->old_generation);
}

/* One in 2^24 has the tag of what it says. */
static bool sealed_by_chance(const struct port *p, const struct flight *f)
{
	const struct carp_recipe *recipe =
		&p->world->auths[p->lan][f->signed_as].recipes[0];
	const uint8_t *carp = f->bytes + (f->family == 4 ? 34 : 54);
	struct address from = { 0 };
	uint64_t counter = 0;

	memcpy(from.bytes, f->bytes + (f->family == 4 ? 26 : 22),
	       f->family == 4 ? 4 : 16);
	for (int i = 0; i < 8; i++)
		counter = counter << 8 | carp[8 + i];
	return counter ==
	       carp_seal_counter(&recipe->seal,
				 carp_seal_head(carp[1], carp[5], carp[2],
						carp[4], f->family),
				 f->sequence, from.bytes);
}

static bool must_refuse(const struct port *p, const struct flight *f,
			bool in_order, int family)
{
	uint8_t sure = p->book.accepted[f->from][family];

	if (f->truth == FORGED || f->from == p->host->index)
		return true;
	if (in_order || p->world->host[f->from].kind != OURS)
		return false;
	/* What was kept back and comes in order is as good as delayed. */
	if (f->truth != EDITED &&
	    f->sequence > p->book.sequence[f->from][family])
		return false;
	switch (p->world->common.auth) {
	case CARP_AUTH_STRICT:
		return sure > 0 || f->truth == EDITED;
	case CARP_AUTH_AUTO:
		return sure >= SURE;
	case CARP_AUTH_COMPAT:
	default:
		return false;
	}
}

static void accept(struct port *p, const struct flight *f, bool in_order,
		   int family)
{
	struct book *b = &p->book;

	b->heard[family] = local_time(p->host, p->world->now);
	if (f->truth == EDITED)
		b->edited = b->heard[family];
	if (!in_order) {
		b->upset = p->world->now;
		if (f->truth != EDITED &&
		    f->sequence > b->sequence[f->from][family])
			b->sequence[f->from][family] = f->sequence;
		else if (b->accepted[f->from][family] < SURE)
			b->accepted[f->from][family] = 0;
		return;
	}
	b->sequence[f->from][family] = f->sequence;
	b->last_heard[f->from][family] = f->sent_at;
	if (b->accepted[f->from][family] < SURE)
		b->accepted[f->from][family]++;
}

/* Is no answer held back?  Soon after a promotion an older claim may have been
 * answered; and an answer that fell due while the host was not all there came
 * late, and the next one is as far from it as ever. */
static bool is_news(const struct port *p)
{
	const struct book *b = &p->book;
	uint64_t since = sound_since(p), quiet = b->last_rival ? QUIET_S : 3;
	uint64_t last = b->last_rival ? b->last_rival : b->promoted_at;

	return p->world->now > (since > last ? since : last) + quiet * S;
}

static void heard_claim(struct port *p, uint32_t verdict)
{
	struct world *w = p->world;

	if (verdict != CARP_V_arp_claim)
		return;
	if (host_acts(p->host, w->now) && port_is_master(p) && is_news(p))
		p->book.must_announce = true;
	p->book.last_rival = w->now;
}

void check_heard(struct port *p, struct flight *f, uint32_t verdict, bool first)
{
	struct world *w = p->world;
	int family = f->family == 4 ? ELECTION_V4 : ELECTION_V6;
	bool accepted = verdict == CARP_V_advert_valid ||
			verdict == CARP_V_advert_unicast ||
			verdict == CARP_V_advert_unreported;
	bool ours = w->host[f->from].kind == OURS;
	bool in_order =
		f->truth == TRUE_ONE && first && f->from != p->host->index &&
		(!ours || f->sequence > p->book.sequence[f->from][family]);

	trace(w, "%c%d <- %c %s%s", port_name(p), p->lan, 'A' + f->from,
	      native_verdict_name(verdict),
	      f->truth == TRUE_ONE ? first ? "" : " (again)" : " (attack)");
	if (!f->advert) {
		heard_claim(p, verdict);
		return;
	}
	if (accepted && must_refuse(p, f, in_order, family) &&
	    !(f->truth == EDITED && sealed_by_chance(p, f)))
		broken(w, "unproven", "%c%d believes what it must not",
		       port_name(p), p->lan);
	if (!accepted && in_order && must_believe(p, f))
		broken(w, "heard_whole", "%c%d refuses a good one: %s",
		       port_name(p), p->lan, native_verdict_name(verdict));
	if (accepted)
		accept(p, f, in_order, family);
	else
		w->figures->refused++;
	if ((!accepted || verdict == CARP_V_advert_unreported) &&
	    f->truth == TRUE_ONE)
		disturb(w, p->lan, f->from, p->host->index);
}

/* --- what the election makes of it ---------------------------------------- */

/* Nobody may still speak whose last advertisement we have heard. */
static void check_silence(struct port *p)
{
	struct world *w = p->world;

	for (int i = 0; i < w->hosts; i++) {
		struct port *q = &w->host[i].ports[p->lan];
		bool heard = q->book.ok_at >= q->book.promoted_at;

		if (q == p || q->host->kind != OURS || !port_live(q, w->now))
			continue;
		if (w->common.v4 && p->book.last_heard[i][0] < q->book.ok_at)
			heard = false;
		if (w->common.v6 && p->book.last_heard[i][1] < q->book.ok_at)
			heard = false;
		/* By what it said then: no reload shortens that. */
		if (heard && rank_patience(p) >= q->book.speech)
			broken(w, "silence_before_takeover",
			       "%c%d takes over, %c still speaks", port_name(p),
			       p->lan, port_name(q));
	}
}

static void check_timeout(struct port *p)
{
	const struct common *c = &p->world->common;
	uint64_t patience = rank_patience(p);
	bool due = false;

	for (int f = 0; f < ELECTION_FAMILIES; f++) {
		uint64_t from = p->book.armed;

		if (p->book.heard[f] > from)
			from = p->book.heard[f];
		if ((f == ELECTION_V4 ? c->v4 : c->v6) &&
		    p->host->now >= from + patience)
			due = true;
	}
	if (!due)
		broken(p->world, "patience", "%c%d gives up too early",
		       port_name(p), p->lan);
	check_silence(p);
}

void check_changed(struct port *p, const struct election_output *out)
{
	struct world *w = p->world;

	trace(w, "%c%d %s -> %s (%s)", port_name(p), p->lan,
	      election_state_name(out->from), election_state_name(out->to),
	      election_reason_text(out->reason));
	w->hash = (w->hash ^ out->to ^ w->now) * 0x100000001b3ull;
	w->figures->transitions++;
	p->book.tokens += (int64_t)port_interval(p);
	if (out->to == ELECTION_MASTER && out->reason == REASON_TIMED_OUT)
		check_timeout(p);
	if (out->to != ELECTION_MASTER && port_leased(p))
		broken(w, "silence_after_freeze", "%c%d is %s with a lease",
		       port_name(p), p->lan, election_state_name(out->to));
	p->book.master = out->to == ELECTION_MASTER;
	p->book.entered = p->book.armed = p->host->now;
	p->book.sweeps = 0;
	p->book.vacant_until = 0;
	if (out->from == ELECTION_MASTER && out->to == ELECTION_BACKUP &&
	    out->reason != REASON_OPERATOR)
		p->book.armed = 0; /* what was heard counts */
	if (out->from == ELECTION_INIT)
		p->book.ready = p->host->now;
	if (out->to == ELECTION_MASTER) {
		p->book.yielded = false;
		p->book.promoted_at = w->now;
		p->book.promoted = true;
		p->book.last_rival = 0;
	}
}

static bool bows_out(const struct carp_event *ad)
{
	return ad->advbase == CARP_BOW_OUT && ad->advskew == CARP_BOW_OUT;
}

static void heard_as_master(struct port *p, const struct carp_event *ad,
			    int order)
{
	struct world *w = p->world;
	bool stays = p->group.election.state == ELECTION_MASTER;
	enum tie tie = order == 0  ? rank_tie(p, ad)
		       : order < 0 ? TIE_STAYS
				   : TIE_YIELDS;

	if (bows_out(ad)) {
		if (!stays)
			broken(w, "best_wins", "%c%d yields to one that goes",
			       port_name(p), p->lan);
		p->book.last_rival = w->now;
		return;
	}
	if (!p->book.was_live) {
		if (stays)
			broken(w, "best_wins", "%c%d stays without a lease",
			       port_name(p), p->lan);
		return;
	}
	if (tie != TIE_OPEN && stays != (tie == TIE_STAYS))
		broken(w, "best_wins", "%c%d %s one of order %d", port_name(p),
		       p->lan, stays ? "stays beside" : "yields to", order);
	if (!stays || p->host->now < p->book.entered + SETTLED_MS * MS)
		return;
	if (is_news(p))
		p->book.must_announce = true;
	p->book.last_rival = w->now;
}

/* Has the data plane taken another since? */
static bool is_overtaken(const struct port *p, const struct carp_event *ad)
{
	return p->book.heard[ELECTION_V4] > ad->time_ns ||
	       p->book.heard[ELECTION_V6] > ad->time_ns;
}

/* So far demoted that no delay counts. */
static bool preempts_at_once(const struct port *p, const struct carp_event *ad)
{
	return p->host->preempt && !p->book.was_yielded &&
	       ad->advskew >= CARP_ADVSKEW_DEMOTED &&
	       rank_wire_skew(p) < CARP_ADVSKEW_DEMOTED;
}

/* Nobody takes over on a word that is not the last.  If it was a farewell, or
 * as good as one, who waits may still be better than who was quicker. */
static void heard_late(struct port *p, const struct carp_event *ad, int order,
		       bool relief)
{
	if (p->group.election.state == ELECTION_MASTER)
		broken(p->world, "last_word", "%c%d takes over, not the last",
		       port_name(p), p->lan);
	if (relief)
		p->book.vacant_until = ad->time_ns + port_interval(p);
	else if (order >= 0)
		p->book.vacant_until = 0;
}

/* The last word, by one that goes on. */
static void heard_last(struct port *p, const struct carp_event *ad, int order)
{
	struct world *w = p->world;
	bool vacant = p->book.was_vacant;
	bool takes = p->group.election.state == ELECTION_MASTER;
	bool may = p->host->preempt && !p->book.was_yielded;
	uint64_t delay = w->common.preempt_delay * S;

	if (takes && (order >= 0 || !(may || vacant)))
		broken(w, "best_wins", "%c%d takes over, order %d",
		       port_name(p), p->lan, order);
	if (takes && ad->advskew < CARP_ADVSKEW_DEMOTED && !vacant &&
	    p->host->now < p->book.ready + delay)
		broken(w, "best_wins", "%c%d preempts before its delay",
		       port_name(p), p->lan);
	if (!takes && order < 0 &&
	    ((may && !w->common.preempt_delay) ||
	     (vacant && w->common.advbase)))
		broken(w, "best_wins", "%c%d does not take over, order %d",
		       port_name(p), p->lan, order);
}

static void heard_as_backup(struct port *p, const struct carp_event *ad,
			    int order)
{
	struct world *w = p->world;
	bool leaves = ad->advbase == CARP_BOW_OUT; /* or it might as well */
	bool demoted = w->common.compat == COMPAT_OPENBSD &&
		       ad->demote > rank_wire_demote(p);

	if (is_overtaken(p, ad)) {
		heard_late(p, ad, order,
			   bows_out(ad) || demoted || preempts_at_once(p, ad));
		return;
	}
	p->book.vacant_until = 0;
	/* OpenBSD's rule that knows a bow-out is not for advbase 0. */
	if ((demoted || (leaves && w->common.advbase)) &&
	    p->group.election.state != ELECTION_MASTER)
		broken(w, "best_wins", "%c%d waits for one that goes",
		       port_name(p), p->lan);
	if (!leaves && !demoted)
		heard_last(p, ad, order);
}

void check_event(struct port *p, const struct carp_event *event,
		 enum election_state before)
{
	int order;

	if (event->kind != CARP_EVENT_ADVERT) {
		if (before != p->group.election.state)
			broken(p->world, "unproven", "%c%d moved by event %u",
			       port_name(p), p->lan, event->kind);
		return;
	}
	if (before == ELECTION_MASTER)
		check_answer(p);
	if (p->book.fallible) { /* its own rank has changed under way */
		p->book.last_rival = p->world->now;
		return;
	}
	order = rank_order(p, event);
	if (before == ELECTION_MASTER)
		heard_as_master(p, event, order);
	else if (before == ELECTION_BACKUP)
		heard_as_backup(p, event, order);
	else if (p->group.election.state != before)
		broken(p->world, "unproven", "%c%d leaves INIT", port_name(p),
		       p->lan);
}

/* How often an operator reloads is no host's fault. */
void check_reloaded(struct port *p)
{
	p->book.reloaded = p->host->now;
	p->book.tokens += (int64_t)port_interval(p);
	p->book.announce_tokens += SWEEPS_OF_RELOAD * (int64_t)S;
}

/* At the end of a step, when what has been sent is known. */
static void check_lease_covered(struct port *p)
{
	uint64_t until = native_lease(p->plane, FIRST_VHID + p->lan)->until_ns;

	if (until > p->book.speak_until)
		broken(p->world, "silence_after_freeze",
		       "%c%d has a lease for %.6f s more than it may speak",
		       port_name(p), p->lan,
		       (double)(until - p->book.speak_until) / 1e9);
}

/* Every family, every peer, and of two digests both. */
static void check_whole(struct port *p)
{
	const struct common *c = &p->world->common;
	unsigned int frames = c->v4 + c->v6;

	if (c->unicast)
		frames *= (unsigned int)p->world->hosts - 1;
	if (p->generation != p->old_generation)
		frames *= 2;
	if (p->book.adverts % frames && !p->book.fallible)
		broken(p->world, "heard_whole", "%c%d sends %u frames of %u",
		       port_name(p), p->lan, p->book.adverts, frames);
}

/* While frames do not leave, what is to be said waits for its turn. */
static bool must_answer(const struct port *p)
{
	return p->book.must_announce && p->book.drained &&
	       p->world->now >= p->book.upset + RETRY_MS * MS;
}

static void check_port_step(struct port *p)
{
	struct world *w = p->world;
	struct book *b = &p->book;
	bool master = p->group.election.state == ELECTION_MASTER;

	if (master && b->promoted && !b->adverts)
		broken(w, "announces", "%c%d is master without a word",
		       port_name(p), p->lan);
	if (master && (b->promoted || must_answer(p)) && port_leased(p) &&
	    !b->announced && !b->fallible)
		broken(w, "announces", "%c%d does not say where it is",
		       port_name(p), p->lan);
	check_lease_covered(p);
	check_whole(p);
	if (b->announced && !b->fallible) {
		b->sweeps++;
		if (!take_token(&b->announce_tokens, &b->announce_at, w->now, S,
				(int64_t)S * SWEEPS, SWEEPS_PER_SECOND))
			broken(w, "no_storm", "%c%d announces too often",
			       port_name(p), p->lan);
	}
	if (b->promoted)
		b->announce_tokens += SWEEPS_OF_PROMOTION * (int64_t)S;
	b->announced = b->adverts = 0;
	if (b->drained)
		b->must_announce = false;
	b->promoted = b->fallible = b->bowed = b->drained = false;
}

void check_step(struct host *h)
{
	for (int l = 0; l < h->world->lans; l++)
		check_port_step(&h->ports[l]);
}
