/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a seed stands for: which cluster, which network, which faults and how
 * wild.  Each seed leaves some kinds of faults out altogether.
 */
#include <string.h>

#include "sim.h"
#include "user/core/frame.h"

enum swarm_numbers {
	STEP = HOSTS, /* of advskew, so that no two hosts are equal */
	DENSE = 5,    /* one seed of so many */
};

static void choose_common(struct world *w, bool others)
{
	static const enum compat three[] = { COMPAT_OPENBSD, COMPAT_FREEBSD,
					     COMPAT_UCARP };
	struct common *c = &w->common;
	uint64_t families = draw(w, 4);

	c->compat = chance(w, 500) ? COMPAT_OPENBSD : three[draw(w, 3)];
	c->advbase = chance(w, 700) ? 1 : (uint8_t)draw(w, 4);
	if (c->advbase == 0 && (others || c->compat != COMPAT_OPENBSD))
		c->advbase = 1;
	c->dead_ratio =
		others || chance(w, 600) ? 3 : (uint8_t)(2 + draw(w, 4));
	if (c->advbase == 0 && c->dead_ratio < 3)
		c->dead_ratio = 3;
	c->v4 = families != 1;
	c->v6 = families == 1 || families == 2;
	c->unicast = !others && chance(w, 150);
	c->crossed = chance(w, 500);
	c->preempt_delay = chance(w, 100) ? (uint16_t)(1 + draw(w, 5)) : 0;
	c->auth = chance(w, 400)   ? CARP_AUTH_AUTO
		  : chance(w, 700) ? CARP_AUTH_STRICT
				   : CARP_AUTH_COMPAT;
	if (others && c->auth == CARP_AUTH_STRICT)
		c->auth = CARP_AUTH_AUTO;
}

static uint8_t choose_skew(struct world *w, int host)
{
	uint64_t steps = w->common.advbase ? 46 : 8;

	return (uint8_t)(draw(w, steps) * STEP + (unsigned int)host);
}

static void choose_hosts(struct world *w, bool others)
{
	static const enum kind kinds[] = { OPENBSD, FREEBSD, UCARP };
	uint64_t preempt = draw(w, 3);
	bool ties = !others && chance(w, 150);
	uint8_t worst;

	w->lans = chance(w, 300) ? 2 : 1;
	w->hosts = 2 + (int)draw(w, HOSTS - 1);
	for (int i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];
		uint8_t skew = choose_skew(w, i);

		h->kind = OURS;
		if (others && (i == 1 || (i == 3 && chance(w, 500))))
			h->kind = kinds[w->common.compat];
		h->preempt = preempt == 2 ? chance(w, 500) : preempt;
		h->ppm = (int64_t)draw(w, 401) - 200;
		h->booted = 0;
		h->clock_base = 1000 * S + draw(w, 1000000) * S;
		if (ties && i && chance(w, 700))
			skew = w->host[0].skew;
		h->skew = skew;
		for (int l = 0; l < w->lans; l++) {
			struct port *p = &h->ports[l];

			p->skew = skew;
			p->bsd = (struct bsd){ .advbase = w->common.advbase,
					       .advskew = skew,
					       .preempt = h->preempt };
		}
	}
	if (w->common.compat != COMPAT_OPENBSD || w->common.advbase)
		worst = 250;
	else
		worst = 8 * STEP;
	w->longest = rank_interval(w->common.advbase, worst);
}

static void choose_network(struct world *w)
{
	struct mix *m = &w->mix;
	uint64_t shortest = rank_interval(w->common.advbase, 0);
	bool wild = chance(w, 300);

	m->latency_max =
		5 * US +
		draw(w, shortest / 100 < 300 * US ? shortest / 100 : 300 * US);
	m->delay_min = 10 * US;
	m->delay_max = m->delay_min + draw(w, wild ? shortest / 30 : 100 * US);
	m->delay_mean = (m->delay_max - m->delay_min) / 4;
	m->loss = chance(w, 400) ? (uint32_t)draw(w, wild ? 300 : 30) : 0;
	m->dup = chance(w, 300) ? (uint32_t)draw(w, 100) : 0;
	m->ring = chance(w, 150) ? (uint32_t)(6 + draw(w, 6)) : 0;
	m->reorder = chance(w, 200) ? (uint32_t)draw(w, 60) : 0;
}

/* Every so many has but three kinds of faults, and those come thick and fast:
 * what one fault leaves behind meets the next. */
static void choose_faults(struct world *w, bool others)
{
	struct mix *m = &w->mix;
	bool dense = w->seed % DENSE == 0;

	m->weights = 0;
	memset(m->weight, 0, sizeof(m->weight));
	for (int i = 0; dense && i < 3; i++) {
		uint64_t kind = draw(w, FAULTS);

		m->weight[kind] = (uint32_t)(1 + draw(w, 10));
	}
	for (int i = 0; i < FAULTS; i++) {
		if (!dense && chance(w, 450))
			m->weight[i] = (uint32_t)(1 + draw(w, 10));
		if (others && i == ROLL)
			m->weight[i] = 0;
		m->weights += m->weight[i];
	}
	m->fault_gap = w->longest * (2 + draw(w, 12));
	if (!dense)
		return;
	m->fault_gap = w->longest * (1 + draw(w, 3));
	m->fault_gap /= 1 + draw(w, 3);
}

/* Everything at rest: the clock at 0, nobody running. */
static void clear(struct world *w)
{
	memset(w->cut_until, 0, sizeof(w->cut_until));
	memset(w->disturbed, 0, sizeof(w->disturbed));
	memset(w->arrival, 0, sizeof(w->arrival));
	w->now = w->burst_until = 0;
	w->calm = w->failed = w->rolling = false;
	w->generation = 0;
	w->heap_count = w->order = w->lines_count = 0;
	w->hash = 0xcbf29ce484222325ull;
	net_open(w);
	for (int i = 0; i < HOSTS; i++) {
		struct host *h = &w->host[i];

		h->world = w;
		h->index = (uint8_t)i;
		h->running = false;
		h->frozen_until = h->asleep_until = h->down_until = 0;
		h->slow_until = h->upset = h->sequence_base = 0;
		h->wake_at = UINT64_MAX;
		h->demotion = 0;
		for (int l = 0; l < LANS; l++) {
			struct port *p = &h->ports[l];

			p->world = w;
			p->host = h;
			p->lan = (uint8_t)l;
			p->link_down_until = p->send_errors_until = 0;
			memset(&p->book, 0, sizeof(p->book));
		}
	}
}

void swarm_open(struct world *w)
{
	bool others;
	uint64_t rounds;

	clear(w);
	w->now = 10 * S;
	others = chance(w, 250);
	choose_common(w, others);
	/* A ucarp's own MAC can be set right by announcements only. */
	w->deaf = w->common.compat != COMPAT_UCARP && chance(w, 300);
	choose_hosts(w, others);
	choose_network(w);
	choose_faults(w, others);
	world_auths(w);
	for (int i = 0; i < w->hosts; i++) {
		host_prepare(&w->host[i]);
		at(w, w->now + draw(w, chance(w, 300) ? 10 : 2 * w->longest),
		   EV_START, i, 0);
	}
	rounds = 60 + draw(w, 140);
	w->calm_at = w->now + rounds * w->longest;
	w->settled_at = w->calm_at + 9 * w->longest +
			2 * w->common.dead_ratio * w->longest +
			w->common.preempt_delay * S + 100 * MS;
	w->end = w->settled_at + 2 * S + 8 * w->longest;
	at(w, w->now + w->longest, EV_PROBE, 0, 0);
	if (w->mix.weights)
		at(w, w->now + draw(w, w->mix.fault_gap), EV_FAULT, 0, 0);
}

/* --- faults --------------------------------------------------------------- */

static uint64_t lasting(struct world *w)
{
	uint64_t unit = chance(w, 300) ? w->longest / 4 : 2 * w->longest;

	return w->now + draw(w, unit) +
	       (chance(w, 300) ? draw(w, 6 * w->longest) : 0);
}

static void cut(struct world *w)
{
	int lan = (int)draw(w, (uint64_t)w->lans);
	int a = (int)draw(w, (uint64_t)w->hosts), way = (int)draw(w, 3);
	bool isolate = chance(w, 400);
	uint64_t until = lasting(w);

	for (int b = 0; b < STATIONS; b++) {
		if (b == a || (!isolate && b != (a + 1) % w->hosts))
			continue;
		if (way != 1)
			w->cut_until[lan][a][b] = until;
		if (way != 0)
			w->cut_until[lan][b][a] = until;
	}
	trace(w, "cut lan %d: %s %c %s, until %.6f", lan,
	      way == 0	 ? "from"
	      : way == 1 ? "to"
			 : "around",
	      'A' + a, isolate ? "and all" : "and the next",
	      (double)until / 1e9);
}

/* A new passphrase or list, on one host after the other. */
static void roll(struct world *w)
{
	uint64_t when = w->now;

	if (w->rolling)
		return;
	w->rolling = true;
	w->generation = (uint8_t)((w->generation + 1) % GENERATIONS);
	for (int i = 0; i < w->hosts; i++) {
		at(w, when, EV_RELOAD, i, 0);
		when += draw(w, 4 * w->longest);
	}
}

static void reskew(struct world *w, struct host *h)
{
	if (h->kind != OURS || !host_acts(h, w->now))
		return;
	h->skew = choose_skew(w, h->index);
	host_reload(h, h->ports[0].generation, true);
}

static void command(struct world *w, struct host *h, struct port *p)
{
	bool master = chance(w, 500);

	if (h->kind != OURS || !host_acts(h, w->now))
		return;
	h->now = local_time(h, w->now);
	trace(w, "%c%d is told to be %s", 'A' + h->index, p->lan,
	      master ? "master" : "backup");
	p->book.yielded |= !master;
	group_command(&p->group, master, (struct instant){ h->now });
	check_step(h);
	host_wake_soon(h);
}

static void fix_sum(struct flight *f)
{
	uint8_t *carp = f->bytes + (f->family == 4 ? 34 : 54);
	uint16_t sum;

	carp[6] = carp[7] = 0;
	sum = carp_csum_finish(carp_csum_words(0, carp, CARP_HEADER_SIZE));
	memcpy(carp + 6, &sum, 2);
}

static void forge(struct world *w, struct flight *f)
{
	uint8_t *carp = f->bytes + (f->family == 4 ? 34 : 54);

	switch (draw(w, 5)) {
	case 3: /* from afar; over IPv4 the header's sum would tell as well */
		f->bytes[f->family == 4 ? 22 : 21] = 64;
		f->truth = FORGED;
		break;
	case 0:
		if (!(carp[2] | carp[4]))
			return;
		carp[2] = 0; /* outranks everybody, if it is believed */
		carp[4] = 0;
		f->truth = EDITED;
		break;
	case 1:
		if (carp[5] == CARP_BOW_OUT)
			return;
		carp[2] = carp[5] = CARP_BOW_OUT;
		f->truth = EDITED;
		break;
	case 2:
		carp[2] = 0;
		carp[8 + draw(w, 5)] ^= (uint8_t)(1 + draw(w, 255));
		f->truth = FORGED;
		break;
	default:
		carp[16 + draw(w, 20)] ^= (uint8_t)(1 + draw(w, 255));
		f->truth = FORGED;
		break;
	}
	fix_sum(f);
}

static void attack(struct world *w, enum fault kind)
{
	uint32_t have = w->tape_count < TAPE ? w->tape_count : TAPE;
	struct flight f;

	if (!have)
		return;
	f = w->tape_frames[draw(w, have)];
	f.truth = REPLAYED;
	if (kind == FORGE)
		forge(w, &f);
	trace(w, "attack: %s of %c", kind == FORGE ? "forgery" : "replay",
	      'A' + f.from);
	net_inject(w, &f, kind == ECHO ? f.from : -1);
}

static void claim(struct world *w, int lan)
{
	struct flight f = { .lan = (uint8_t)lan, .truth = FORGED, .family = 4 };
	const uint8_t vip[4] = { 10, 0, (uint8_t)lan, 1 };
	struct carp_arp arp = { .operation = carp_htons(CARP_ARP_REPLY) };

	arp.hardware = carp_htons(CARP_ARP_ETHERNET);
	arp.protocol = carp_htons(CARP_ETH_IPV4);
	arp.hardware_size = CARP_MAC_SIZE;
	arp.protocol_size = 4;
	memset(arp.sender_mac, 6, CARP_MAC_SIZE);
	memcpy(arp.sender_ip, vip, 4);
	memcpy(arp.target_ip, vip, 4);
	frame_ethernet(f.bytes, frame_all_hosts_mac, arp.sender_mac,
		       CARP_ETH_ARP);
	memcpy(f.bytes + CARP_ETH_SIZE, &arp, sizeof(arp));
	f.size = 60;
	trace(w, "a stranger claims the virtual IP of lan %d", lan);
	net_inject(w, &f, -1);
}

static void stop(struct world *w, struct host *h, enum fault kind)
{
	uint64_t until = lasting(w);

	host_stop(h, kind == STOP || kind == REBOOT);
	h->down_until = until;
	at(w, until, EV_START, h->index, 0);
	if (kind != REBOOT)
		return;
	h->asleep_until = until;
	h->booted = until;
	h->clock_base = S;
	for (int l = 0; l < w->lans; l++) {
		struct port *p = &h->ports[l];
		struct book *b = &p->book;

		b->speak_until = 0;
		b->heard[0] = b->heard[1] = b->advert_at = 0;
		if (h->kind == OURS)
			native_lease(p->plane, (uint32_t)(FIRST_VHID + l))
				->until_ns = 0;
	}
}

static void link_down(struct world *w, struct port *p)
{
	p->link_down_until = lasting(w);
	p->link_up = false;
	trace(w, "%c%d loses its link", 'A' + p->host->index, p->lan);
	host_wake_soon(p->host);
	at(w, p->link_down_until, EV_LINK, p->host->index, p->lan);
}

static void inflict(struct world *w, enum fault kind)
{
	struct host *h = &w->host[draw(w, (uint64_t)w->hosts)];
	struct port *p = &h->ports[draw(w, (uint64_t)w->lans)];
	int weight = w->common.compat == COMPAT_FREEBSD ? 40 : 1;
	uint64_t stop_at;

	switch (kind) {
	case FREEZE:
		h->frozen_until = lasting(w);
		trace(w, "%c freezes", 'A' + h->index);
		break;
	case SLEEP:
		stop_at = lasting(w);
		if (stop_at > h->asleep_until)
			h->asleep_until = stop_at;
		trace(w, "%c sleeps", 'A' + h->index);
		break;
	case SLOW:
		stop_at = w->now + draw(w, w->longest / 2);
		if (stop_at > h->slow_until)
			h->slow_until = stop_at;
		trace(w, "%c is slow", 'A' + h->index);
		break;
	case CRASH:
	case STOP:
	case REBOOT:
		stop(w, h, kind);
		break;
	case LINK:
		link_down(w, p);
		break;
	case SEND_ERRORS:
		p->send_errors_until = lasting(w) + 2 * w->longest;
		break;
	case CUT:
		cut(w);
		break;
	case BURST:
		w->burst_until = lasting(w);
		break;
	case DEMOTE:
		host_demote(h, h->demotion ? -h->demotion
					   : weight * (int)(1 + draw(w, 3)));
		break;
	case COMMAND:
		command(w, h, p);
		break;
	case SKEW:
		reskew(w, h);
		break;
	case ROLL:
		roll(w);
		break;
	case REPLAY:
	case FORGE:
	case ECHO:
		attack(w, kind);
		break;
	case CLAIM:
		if (w->common.v4)
			claim(w, p->lan);
		break;
	case FAULTS:
		break;
	}
}

void swarm_fault(struct world *w)
{
	uint64_t pick = draw(w, w->mix.weights);
	int kind = 0;

	for (; pick >= w->mix.weight[kind]; kind++)
		pick -= w->mix.weight[kind];
	inflict(w, (enum fault)kind);
	w->figures->faults++;
	w->hash = (w->hash ^ (uint64_t)kind) * 0x100000001b3ull;
	at(w, w->now + 1 + draw(w, w->mix.fault_gap), EV_FAULT, 0, 0);
}

/* Everything is well from now on, and everybody there. */
void swarm_calm(struct world *w)
{
	trace(w, "calm");
	w->calm = true;
	memset(w->cut_until, 0, sizeof(w->cut_until));
	w->burst_until = 0;
	w->mix.loss = w->mix.dup = w->mix.reorder = 0;
	for (int i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];

		if (h->frozen_until > w->now || h->asleep_until > w->now)
			h->upset = w->now;
		if (h->booted > w->now)
			h->booted = w->now;
		h->frozen_until = h->asleep_until = 0;
		h->down_until = h->slow_until = 0;
		for (int l = 0; l < w->lans; l++) {
			h->ports[l].link_up = true;
			h->ports[l].link_down_until = 0;
			h->ports[l].send_errors_until = 0;
		}
		host_start(h);
		if (h->ports[0].generation != w->generation)
			host_reload(h, w->generation, true);
		host_wake_soon(h);
	}
}
