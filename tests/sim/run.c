/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One seed from the first event to the last.
 */
#include "sim.h"

/* The host whose controller comes next, before anything else happens. */
static struct host *next_host(struct world *w)
{
	struct host *next = &w->host[0];

	for (int i = 1; i < w->hosts; i++)
		if (w->host[i].wake_at < next->wake_at)
			next = &w->host[i];
	return next;
}

static void link_is_back(struct world *w, struct host *h, uint32_t lan)
{
	struct port *p = &h->ports[lan];

	if (w->now < p->link_down_until)
		return;
	p->link_up = true;
	h->upset = w->now;
	host_wake_soon(h);
}

static void happen(struct world *w, const struct event *e)
{
	struct host *h = &w->host[e->to];

	switch ((enum event_kind)e->kind) {
	case EV_FRAME:
		net_deliver(w, e);
		break;
	case EV_FAULT:
		if (!w->calm)
			swarm_fault(w);
		break;
	case EV_PROBE:
		check_probe(w);
		at(w, w->now + w->longest / 8 + draw(w, w->longest / 4),
		   EV_PROBE, 0, 0);
		break;
	case EV_START:
		host_start(h);
		break;
	case EV_LINK:
		link_is_back(w, h, e->what);
		break;
	case EV_RELOAD:
		host_reload(h, w->generation, true);
		if (e->to == w->hosts - 1)
			w->rolling = false;
		break;
	case EV_WAKE:
		break;
	}
}

static void advance(struct world *w, uint64_t until)
{
	struct event e;

	while (!w->failed) {
		struct host *h = next_host(w);
		uint64_t then = next_event_at(w);

		if (h->wake_at <= then && h->wake_at <= until) {
			w->now = h->wake_at;
			host_wake(h);
		} else if (then <= until && next_event(w, &e)) {
			w->now = e.at;
			happen(w, &e);
		} else {
			break;
		}
	}
	if (!w->failed)
		w->now = until;
}

void run_seed(struct world *w, uint64_t seed)
{
	w->seed = seed;
	w->state = seed * 0xda942042e4dd58b5ull + 1;
	draw(w, 0);
	swarm_open(w);
	advance(w, w->calm_at);
	if (!w->failed)
		swarm_calm(w);
	advance(w, w->settled_at);
	if (!w->failed)
		check_settled(w, false);
	advance(w, w->end);
	if (!w->failed)
		check_settled(w, true);
	w->figures->seeds++;
	w->figures->violations += w->failed;
}
