/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The others: OpenBSD, FreeBSD and ucarp as far as an election sees them.
 * Their digests are real; their counters are as each of them fills them.
 */
#include <string.h>

#include "sim.h"
#include "user/core/advert.h"

static uint64_t interval(const struct bsd *b)
{
	return rank_interval(b->advbase, b->advskew);
}

static uint64_t patience(const struct port *p)
{
	const struct bsd *b = &p->bsd;
	uint8_t ratio = p->world->common.dead_ratio;

	if (p->host->kind == OPENBSD)
		return ratio * interval(b);
	return ratio * b->advbase * S + b->advskew * 1000000ull / 256 * US;
}

static void arm(struct port *p, int family)
{
	bool has = family == ELECTION_V4 ? p->world->common.v4
					 : p->world->common.v6;

	p->bsd.down[family] = has ? p->world->now + patience(p) : UINT64_MAX;
}

static void backup(struct port *p)
{
	if (p->bsd.state == ELECTION_MASTER)
		p->book.silent_at = p->world->now;
	p->bsd.state = ELECTION_BACKUP;
	p->bsd.advert_due = UINT64_MAX;
	arm(p, ELECTION_V4);
	arm(p, ELECTION_V6);
	trace(p->world, "%c%d backup (peer)", 'A' + p->host->index, p->lan);
}

static void advertise(struct port *p)
{
	struct bsd *b = &p->bsd;
	uint8_t frame[ADVERT_SIZE_MAX];
	struct advert ad = {
		.vhid = (uint8_t)(FIRST_VHID + p->lan),
		.advbase = b->advbase,
		.advskew = b->advskew,
		.demote = b->demote,
	};

	for (int f = 0; f < ELECTION_FAMILIES; f++) {
		if (!(f == ELECTION_V4 ? p->world->common.v4
				       : p->world->common.v6))
			continue;
		if (p->host->kind != OPENBSD)
			b->counter++;
		ad.counter = b->counter;
		ad.source = port_address(p->world, p->host->index, p->lan, f);
		net_send(p, frame,
			 advert_build(&ad,
				      &p->world->auths[p->lan][0].recipes[0],
				      frame));
	}
	b->advert_due = p->world->now + interval(b);
	p->book.silent_at = p->world->now;
}

static void promote(struct port *p)
{
	p->bsd.state = ELECTION_MASTER;
	p->book.live_since = p->world->now;
	trace(p->world, "%c%d master (peer)", 'A' + p->host->index, p->lan);
	advertise(p);
	if (p->host->kind == UCARP)
		lan_hears_ucarp(p);
}

void peer_start(struct port *p)
{
	p->bsd.counter = draw(p->world, 0);
	backup(p);
}

void peer_wake(struct port *p)
{
	struct bsd *b = &p->bsd;

	if (!p->link_up) {
		if (b->state == ELECTION_MASTER)
			backup(p);
		b->down[0] = b->down[1] = UINT64_MAX;
		p->link_seen = false;
		return;
	}
	if (!p->link_seen) {
		p->link_seen = true;
		backup(p);
	}
	if (b->state == ELECTION_MASTER && p->world->now >= b->advert_due)
		advertise(p);
	else if (b->state == ELECTION_BACKUP &&
		 (p->world->now >= b->down[0] || p->world->now >= b->down[1]))
		promote(p);
}

uint64_t peer_deadline(const struct port *p)
{
	const struct bsd *b = &p->bsd;

	if (b->state == ELECTION_MASTER)
		return b->advert_due;
	return b->down[0] < b->down[1] ? b->down[0] : b->down[1];
}

/* Negative: we are faster. */
static int compare(const struct bsd *b, const struct flight *f)
{
	if (b->advbase != f->advbase)
		return b->advbase < f->advbase ? -1 : 1;
	return b->advskew < f->advskew ? -1 : b->advskew > f->advskew;
}

static void as_master(struct port *p, const struct flight *f)
{
	const struct bsd *b = &p->bsd;
	int order = compare(b, f);
	int more = p->host->kind == OPENBSD ? f->demote - b->demote : 0;

	if (more < 0 || (order >= 0 && more <= 0))
		backup(p);
}

static void as_backup(struct port *p, const struct flight *f)
{
	const struct bsd *b = &p->bsd;
	int more = p->host->kind == OPENBSD ? f->demote - b->demote : 0;
	unsigned int wait = p->world->common.dead_ratio * b->advbase;

	if ((b->preempt && compare(b, f) < 0 && more >= 0) || more > 0 ||
	    wait < f->advbase ||
	    (wait == f->advbase && b->advskew < f->advskew))
		promote(p);
	else
		arm(p, f->family == 4 ? ELECTION_V4 : ELECTION_V6);
}

/* The HMAC is all that they ask for. */
void peer_receive(struct port *p, const struct flight *f)
{
	if (!f->advert || f->truth == FORGED)
		return;
	if (f->truth != TRUE_ONE)
		p->book.upset = p->world->now;
	if (p->bsd.state == ELECTION_MASTER)
		as_master(p, f);
	else if (p->bsd.state == ELECTION_BACKUP)
		as_backup(p, f);
	host_wake_soon(p->host);
}
