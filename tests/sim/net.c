/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The wires: who hears what, when, how often, in which order.  Also the
 * attacker's tape recorder, which hears everything.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "user/core/frame.h"

enum net_numbers {
	TWICE = 1 << 16, /* in an event's `what`: not the first copy */
	LATE = 1 << 17,
};

void net_open(struct world *w)
{
	for (uint32_t i = 0; i < FLIGHTS; i++)
		w->flights[i].next = i + 1;
	w->free_flight = 0;
	w->tape_count = 0;
	lan_open(w);
}

struct flight *net_flight(struct world *w)
{
	struct flight *f = &w->flights[w->free_flight];

	if (w->free_flight >= FLIGHTS)
		abort();
	w->free_flight = f->next;
	f->refs = 0;
	f->delivered = 0;
	return f;
}

void net_release(struct world *w, struct flight *f)
{
	if (f->refs)
		return;
	f->next = w->free_flight;
	w->free_flight = (uint32_t)(f - w->flights);
}

/* What stands in a frame, read apart from the code that wrote it. */
static void read_frame(struct flight *f)
{
	unsigned int type = (unsigned int)f->bytes[12] << 8 | f->bytes[13];
	const uint8_t *carp = NULL;

	if (type == CARP_ETH_IPV4 && f->bytes[23] == CARP_PROTOCOL)
		carp = f->bytes + 34;
	else if (type == CARP_ETH_IPV6 && f->bytes[20] == CARP_PROTOCOL)
		carp = f->bytes + 54;
	f->advert = carp != NULL;
	f->probe = !memcmp(f->bytes, f->bytes + CARP_MAC_SIZE, CARP_MAC_SIZE);
	f->family = type == CARP_ETH_IPV6 ? 6 : 4;
	if (!carp)
		return;
	f->advskew = carp[2];
	f->demote = carp[4];
	f->advbase = carp[5];
	f->sequence = 0;
	for (int i = 0; i < 5; i++)
		f->sequence = f->sequence << 8 | carp[8 + i];
}

static uint64_t delay(struct world *w)
{
	const struct mix *m = &w->mix;
	uint64_t d = m->delay_min + draw(w, m->delay_mean + 1);

	if (chance(w, 50))
		d += draw(w, m->delay_max - m->delay_min + 1);
	return d > m->delay_max ? m->delay_max : d;
}

static void post(struct world *w, struct flight *f, int to, uint64_t when,
		 uint32_t flags)
{
	f->refs++;
	at(w, when, EV_FRAME, to, (uint32_t)(f - w->flights) | flags);
}

/* One frame to one host. */
static void carry(struct world *w, struct flight *f, int to)
{
	uint64_t *last = &w->arrival[f->lan][f->from][to];
	uint64_t when = w->now + delay(w);
	uint32_t loss = w->now < w->burst_until ? BURST_LOSS : w->mix.loss;

	w->figures->frames++;
	if (w->now < w->cut_until[f->lan][f->from][to] || chance(w, loss)) {
		if (f->advert && f->truth == TRUE_ONE)
			disturb(w, f->lan, f->from, to);
		return;
	}
	if (chance(w, w->mix.reorder)) {
		post(w, f, to, when + draw(w, 4 * w->longest), LATE);
		disturb(w, f->lan, f->from, to);
		return;
	}
	if (when <= *last)
		when = *last + 1;
	*last = when;
	post(w, f, to, when, 0);
	if (chance(w, w->mix.dup))
		post(w, f, to, when + draw(w, w->longest), TWICE);
}

/* The host that a unicast frame is for, or -1. */
static int target_of(const struct flight *f)
{
	return f->bytes[0] & 1 ? -1 : f->bytes[5] - 1;
}

static void record(struct world *w, const struct flight *f)
{
	w->tape_frames[w->tape_count++ % TAPE] = *f;
}

static void hash_frame(struct world *w, const struct flight *f)
{
	w->hash = (w->hash ^ w->now ^ f->from) * 0x100000001b3ull;
	for (int i = 0; i < f->size; i += 4)
		w->hash = (w->hash ^ f->bytes[i]) * 0x100000001b3ull;
}

/* The whole digest: of its first 24 bits, two agree once in 10^7 frames. */
static bool signed_with(const struct flight *f,
			const struct carp_recipe *recipe)
{
	const uint8_t *carp = f->bytes + (f->family == 4 ? 34 : 54);
	uint64_t counter = 0;
	uint32_t digest[5], received[5] = { 0 };

	for (int i = 0; i < 8; i++)
		counter = counter << 8 | carp[8 + i];
	for (int i = 0; i < CARP_DIGEST_SIZE; i++)
		received[i / 4] = received[i / 4] << 8 | carp[16 + i];
	carp_hmac_finish(recipe, counter, digest);
	return carp_digest_equal(digest, received);
}

int net_send(struct port *p, const uint8_t *frame, size_t size)
{
	struct world *w = p->world;
	struct flight *f = net_flight(w);
	bool ok = p->link_up && w->now >= p->send_errors_until;
	int target;

	memcpy(f->bytes, frame, size);
	f->size = (uint16_t)size;
	f->from = p->host->index;
	f->lan = p->lan;
	f->sent_at = w->now;
	f->truth = TRUE_ONE;
	read_frame(f);
	f->signed_as = p->generation;
	if (p->old_generation != p->generation && f->advert &&
	    !signed_with(f, &p->auth.recipes[0]))
		f->signed_as = p->old_generation;
	check_sent(p, f, ok);
	target = target_of(f);
	if (ok)
		lan_hears(w, f->lan, f->from, f->bytes);
	if (ok && f->advert) {
		w->figures->adverts++;
		hash_frame(w, f);
		record(w, f);
		for (int i = 0; i < w->hosts; i++)
			if (i != f->from && (target < 0 || target == i))
				carry(w, f, i);
	}
	net_release(w, f);
	return ok ? 0 : -ENOBUFS;
}

/* An attacker's frame, at once; to one host, or to all. */
void net_inject(struct world *w, const struct flight *like, int to)
{
	struct flight *f = net_flight(w);
	uint32_t slot = f->next;

	*f = *like;
	f->next = slot;
	f->refs = f->delivered = 0;
	lan_hears(w, f->lan, ELSEWHERE, f->bytes);
	for (int i = 0; i < w->hosts; i++)
		if (to < 0 || i == to)
			post(w, f, i, w->now + draw(w, MS), 0);
	net_release(w, f);
}

static void give(struct port *p, struct flight *f)
{
	struct world *w = p->world;
	uint8_t bytes[FRAME_ROOM];
	struct native_outcome outcome;
	bool first = !(f->delivered & 1 << p->host->index);

	f->delivered |= (uint8_t)(1 << p->host->index);
	memcpy(bytes, f->bytes, f->size);
	native_clock(p->plane, local_time(p->host, w->now));
	native_receive(p->plane, bytes, f->size, &outcome);
	check_heard(p, f, outcome.verdict, first);
	if (p->host->running)
		host_wake_soon(p->host);
}

void net_deliver(struct world *w, const struct event *e)
{
	struct flight *f = &w->flights[e->what & 0xffff];
	struct port *p = &w->host[e->to].ports[f->lan];

	f->refs--;
	if (!plane_works(p, w->now)) {
		if (f->advert && f->truth == TRUE_ONE)
			disturb(w, f->lan, f->from, e->to);
	} else if (p->host->kind != OURS) {
		if (w->now < p->host->frozen_until)
			disturb(w, f->lan, f->from, e->to);
		else
			peer_receive(p, f);
	} else {
		give(p, f);
	}
	net_release(w, f);
}
