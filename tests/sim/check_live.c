/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The promises about a cluster as a whole: how long two may speak, how long
 * none may, who is left in the end, and that a client's question is answered
 * by whoever has the lease and by nobody else.
 */
#include <string.h>

#include "sim.h"
#include "user/core/announce.h"
#include "user/core/frame.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t sound_since(const struct port *p)
{
	const struct world *w = p->world;
	const struct host *h = p->host;

	if (!host_acts(h, w->now) || w->now < h->slow_until ||
	    p->book.failing_since || p->link_seen != p->link_up)
		return w->now;
	return later(later(h->upset, p->book.upset),
		     later(h->slow_until, p->send_errors_until));
}

uint64_t slack(const struct world *w)
{
	return 2 * w->mix.delay_max + 3 * w->mix.latency_max + MS / 2 +
	       w->longest / 500;
}

static void check_pair(struct world *w, struct port *a, struct port *b)
{
	int i = a->host->index, k = b->host->index;
	uint64_t since = later(a->book.live_since, b->book.live_since);
	uint64_t bound = later(port_interval(a), port_interval(b)) + slack(w);

	since = later(since, later(w->disturbed[a->lan][i][k],
				   w->disturbed[a->lan][k][i]));
	since = later(since, later(sound_since(a), sound_since(b)));
	/* Who yields has to be found out again. */
	since = later(since, later(a->book.reranked, b->book.reranked));
	if (since > w->now)
		return;
	if (w->now - since > w->figures->longest_overlap)
		w->figures->longest_overlap = w->now - since;
	if (w->now - since > bound)
		broken(w, "overlap_bounded",
		       "%c and %c have both spoken on lan %d for %.6f s",
		       port_name(a), port_name(b), a->lan,
		       (double)(w->now - since) / 1e9);
}

static void check_overlap(struct world *w, int lan)
{
	for (int i = 0; i < w->hosts; i++) {
		struct port *a = &w->host[i].ports[lan];

		if (!port_live(a, w->now))
			continue;
		for (int k = i + 1; k < w->hosts; k++)
			if (port_live(&w->host[k].ports[lan], w->now))
				check_pair(w, a, &w->host[k].ports[lan]);
	}
}

/* ARP, or over IPv6 a solicitation; the client's MAC is that of vhid 0. */
static size_t put_question(const struct port *p, uint8_t *frame)
{
	const uint8_t vip[4] = { 10, 0, p->lan, 1 };
	const uint8_t client[4] = { 10, 0, p->lan, 200 };
	const uint8_t vip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	const uint8_t client6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 200 };

	if (!p->world->common.v4)
		return announce_ns(0, client6, vip6, frame);
	return announce_arp_ask(0, client, vip, frame);
}

/* A client asks everybody for the first virtual IP. */
static void ask(struct port *p)
{
	struct world *w = p->world;
	uint8_t frame[ANNOUNCE_SIZE_MAX] = { 0 };
	uint64_t now = local_time(p->host, w->now);
	struct native_outcome out;
	size_t size = put_question(p, frame);
	bool answered;

	native_clock(p->plane, now);
	native_receive(p->plane, frame, size, &out);
	answered = out.verdict == CARP_V_arp_answered ||
		   out.verdict == CARP_V_ndp_answered;
	w->figures->probes++;
	if (out.moved != 1)
		broken(w, "counted", "%c%d counts a frame %u times",
		       port_name(p), p->lan, out.moved);
	if (answered && now >= p->book.speak_until)
		broken(w, "silence_after_freeze", "%c%d answers too long",
		       port_name(p), p->lan);
	if (!answered && port_live(p, w->now))
		broken(w, "someone_speaks",
		       "%c%d has the lease and is mute: %s", port_name(p),
		       p->lan, native_verdict_name(out.verdict));
	if (answered && (frame[4] != 1 || frame[5] != 0))
		broken(w, "someone_speaks", "%c%d answers somebody else",
		       port_name(p), p->lan);
	if (answered)
		lan_answers(p, w->common.v4 ? ELECTION_V4 : ELECTION_V6, frame);
}

/* A sound master speaks every interval; a sound backup waits no longer than
 * it must. */
static void check_time(struct port *p)
{
	struct world *w = p->world;
	const struct election *e = &p->group.election;
	uint64_t now = local_time(p->host, w->now);
	uint64_t sound = sound_since(p), due = UINT64_MAX;

	if (!p->link_seen && e->state != ELECTION_INIT)
		broken(w, "backup_is_mute", "%c%d takes part without a link",
		       port_name(p), p->lan);
	if (e->state != ELECTION_MASTER && p->addresses)
		broken(w, "backup_is_mute", "%c%d keeps addresses",
		       port_name(p), p->lan);
	if (host_acts(p->host, w->now) && e->state == ELECTION_MASTER &&
	    p->link_up && p->link_seen && p->book.failing_since &&
	    w->now > later(later(p->book.failing_since, p->host->slow_until),
			   later(p->book.promoted_at, p->host->upset)) +
			     5 * w->longest &&
	    !p->group.send_failing)
		broken(w, "truthful", "%c%d does not see that nothing leaves",
		       port_name(p), p->lan);
	if (sound + slack(w) > w->now || !p->link_up)
		return;
	if (e->state == ELECTION_MASTER &&
	    now > p->book.advert_at + port_interval(p) + slack(w))
		broken(w, "someone_speaks", "%c%d: no word for %.6f s",
		       port_name(p), p->lan,
		       (double)(now - p->book.advert_at) / 1e9);
	if (e->state == ELECTION_INIT)
		broken(w, "someone_speaks", "%c%d stays away", port_name(p),
		       p->lan);
	if (e->state != ELECTION_BACKUP || !w->common.advbase)
		return;
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (f == ELECTION_V4 ? w->common.v4 : w->common.v6) {
			uint64_t from = later(p->book.entered, p->book.armed);

			from = later(from, p->book.reloaded);
			from = later(from, p->book.heard[f]);
			due = from < due ? from : due;
		}
	if (now > due + rank_patience(p) + w->longest / 16 + slack(w))
		broken(w, "someone_speaks", "%c%d waits for nobody",
		       port_name(p), p->lan);
}

void check_probe(struct world *w)
{
	for (int l = 0; l < w->lans; l++) {
		for (int i = 0; i < w->hosts; i++) {
			struct port *p = &w->host[i].ports[l];

			if (p->host->kind != OURS)
				continue;
			if (plane_works(p, w->now))
				ask(p);
			if (host_acts(p->host, w->now))
				check_time(p);
		}
		check_overlap(w, l);
		check_reach(w, l);
	}
}

/* --- in the end ----------------------------------------------------------- */

static bool would_preempt(const struct port *q)
{
	if (q->host->kind != OURS)
		return q->bsd.preempt;
	return q->host->preempt && !q->book.yielded;
}

static void check_best(struct world *w, struct port *m)
{
	for (int i = 0; i < w->hosts; i++) {
		struct port *q = &w->host[i].ports[m->lan];

		if (q == m || rank_between(q, m) >= 0)
			continue;
		if (would_preempt(q) ||
		    rank_wire_demote(q) < rank_wire_demote(m))
			broken(w, "best_wins", "%c leads lan %d, %c is better",
			       port_name(m), m->lan, port_name(q));
	}
}

/* A master for long has said so three times at least. */
static void check_master(struct port *m)
{
	struct world *w = m->world;
	uint64_t since = global_time(m->host, m->book.entered);

	if (m->host->kind != OURS)
		return;
	if (!m->addresses)
		broken(w, "someone_speaks", "%c%d has no addresses",
		       port_name(m), m->lan);
	if (since < w->calm_at || w->now - since < 2 * S + 4 * w->longest)
		return;
	if (m->book.sweeps < (w->now - since > 4 * S ? 5 : 4))
		broken(w, "announces", "%c%d has announced %u times",
		       port_name(m), m->lan, m->book.sweeps);
}

/* With advbase 0 somebody's patience may be as long as another's interval:
 * when it will be over is a matter of chance. */
static bool may_still_move(const struct world *w, int lan)
{
	for (int i = 0; i < w->hosts; i++)
		for (int k = 0; k < w->hosts; k++) {
			uint64_t waits = rank_patience(&w->host[i].ports[lan]);
			uint64_t late = port_interval(&w->host[k].ports[lan]);

			if (i != k && waits < late + MS && late < waits + MS)
				return true;
		}
	return false;
}

void check_settled(struct world *w, bool end)
{
	for (int l = 0; l < w->lans; l++) {
		struct port *master = NULL;
		int voices = 0;

		for (int i = 0; i < w->hosts; i++) {
			struct port *p = &w->host[i].ports[l];

			if (end && p->host->kind == OURS &&
			    global_time(p->host, p->book.entered) >
				    w->settled_at &&
			    !may_still_move(w, l))
				broken(w, "someone_speaks", "%c%d still moves",
				       port_name(p), l);
			if (p->host->kind == OURS && p->group.send_failing)
				broken(w, "truthful", "%c%d is not forgiven",
				       port_name(p), l);
			if (!port_live(p, w->now))
				continue;
			voices++;
			master = p;
		}
		if (voices != 1) {
			broken(w, voices ? "one_voice" : "someone_speaks",
			       "%d speak on lan %d when all is well", voices,
			       l);
			continue;
		}
		check_best(w, master);
		if (end)
			check_master(master);
	}
}
