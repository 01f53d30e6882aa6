/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who goes first, how often a master speaks and how long a backup waits, once
 * more and apart from the core: what the checker measures by.
 */
#include "sim.h"

uint64_t rank_interval(uint8_t advbase, uint8_t advskew)
{
	uint64_t us = advbase * 1000000ull + advskew * 1000000ull / 256;

	return (us ? us : 3906) * US;
}

static int fault_weight(const struct world *w)
{
	return w->common.compat == COMPAT_FREEBSD ? 240 : 1;
}

/* What operators and faults add up to. */
int rank_demotion(const struct host *h)
{
	int sum = h->demotion;

	for (int l = 0; l < h->world->lans; l++) {
		if (!h->ports[l].link_seen)
			sum += fault_weight(h->world);
		if (h->ports[l].group.send_failing)
			sum += fault_weight(h->world);
	}
	return sum;
}

uint8_t rank_wire_skew(const struct port *p)
{
	int sum;

	if (p->host->kind != OURS)
		return p->bsd.advskew;
	sum = rank_demotion(p->host);
	if (p->world->common.compat == COMPAT_FREEBSD)
		return (uint8_t)(p->skew + sum > 240 ? 240
				 : p->skew + sum < 0 ? 0
						     : p->skew + sum);
	if (p->world->common.compat == COMPAT_UCARP && sum > 0 && p->skew < 240)
		return 240;
	return p->skew;
}

uint8_t rank_wire_demote(const struct port *p)
{
	int sum;

	if (p->world->common.compat != COMPAT_OPENBSD)
		return 0;
	if (p->host->kind != OURS)
		return p->bsd.demote;
	sum = rank_demotion(p->host);
	return (uint8_t)(sum > 255 ? 255 : sum < 0 ? 0 : sum);
}

uint64_t rank_patience(const struct port *p)
{
	const struct common *c = &p->world->common;
	uint64_t skew = p->skew * 1000000ull / 256;

	if (c->compat == COMPAT_OPENBSD)
		return c->dead_ratio * rank_interval(c->advbase, p->skew);
	return (c->dead_ratio * c->advbase * 1000000ull + skew) * US;
}

uint64_t port_interval(const struct port *p)
{
	return rank_interval(p->world->common.advbase, rank_wire_skew(p));
}

/* After an advertisement or a promotion. */
uint64_t rank_longest_speech(const struct port *p)
{
	const struct common *c = &p->world->common;
	uint64_t dead = c->dead_ratio * rank_interval(c->advbase, 0);
	uint64_t own = port_interval(p);

	if (c->advbase == 0 && dead < own + own / 4)
		return own + own / 4;
	return dead;
}

static int compare(int demote_a, uint8_t base_a, uint8_t skew_a, int demote_b,
		   uint8_t base_b, uint8_t skew_b)
{
	if (demote_a != demote_b)
		return demote_a - demote_b;
	return base_a != base_b ? base_a - base_b : skew_a - skew_b;
}

static uint8_t advbase_of(const struct port *p)
{
	return p->world->common.advbase;
}

int rank_order(const struct port *p, const struct carp_event *ad)
{
	bool byte = p->world->common.compat == COMPAT_OPENBSD;

	return compare(rank_wire_demote(p), advbase_of(p), rank_wire_skew(p),
		       byte ? ad->demote : 0, ad->advbase, ad->advskew);
}

int rank_between(const struct port *a, const struct port *b)
{
	return compare(rank_wire_demote(a), advbase_of(a), rank_wire_skew(a),
		       rank_wire_demote(b), advbase_of(b), rank_wire_skew(b));
}

static bool hears_ipv4(const struct port *p, uint64_t now)
{
	uint64_t heard = p->book.heard[ELECTION_V4];

	return heard && heard <= now && now < heard + rank_patience(p) / 2 &&
	       !p->world->mix.ring;
}

/* The lower address stays, of two families that over IPv4; only whoever has no
 * IPv4 to go by may go by IPv6.  What the others do is theirs. */
enum tie rank_tie(const struct port *p, const struct carp_event *ad)
{
	const struct world *w = p->world;
	int sender = host_of(w, ad->family, ad->source);
	bool first = sender > p->host->index;

	if (w->host[sender].kind != OURS || w->mix.weight[ROLL] ||
	    ad->time_ns == p->book.edited)
		return TIE_OPEN;
	if (ad->family == 6 && w->common.v4)
		return hears_ipv4(p, ad->time_ns) ? TIE_STAYS : TIE_OPEN;
	if (ad->family == 6 && w->common.crossed)
		first = !first;
	return first ? TIE_STAYS : TIE_YIELDS;
}

bool port_is_master(const struct port *p)
{
	if (p->host->kind != OURS)
		return p->bsd.state == ELECTION_MASTER;
	return p->host->running && p->group.election.state == ELECTION_MASTER;
}

/* Does it speak for the virtual IPs now?  Of ours the data plane decides. */
bool port_live(const struct port *p, uint64_t now)
{
	if (!plane_works(p, now))
		return false;
	if (p->host->kind != OURS)
		return p->bsd.state == ELECTION_MASTER;
	return local_time(p->host, now) <
	       native_lease(p->plane, FIRST_VHID + p->lan)->until_ns;
}

char port_name(const struct port *p)
{
	return (char)('A' + p->host->index);
}

bool port_leased(const struct port *p)
{
	return p->host->now <
	       native_lease(p->plane, (uint32_t)(FIRST_VHID + p->lan))
		       ->until_ns;
}
