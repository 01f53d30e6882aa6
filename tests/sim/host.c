/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A host: its clock, its controller as the daemon runs it (rings before
 * timers), and what the core's effects come to.  Decides nothing.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum host_numbers {
	RING_BATCH = 64,
	SEQUENCE_RESERVE = 300000, /* as memory.c, ahead of a crash */
	GRACE_S = 120,
	REFRESH_S = 60,
};

/* --- clocks --------------------------------------------------------------- */

uint64_t local_time(const struct host *h, uint64_t global)
{
	int64_t since = (int64_t)(global - h->booted);

	return h->clock_base + (uint64_t)(since + since / 1000000 * h->ppm);
}

/* The first moment at which its clock shows that. */
uint64_t global_time(const struct host *h, uint64_t local)
{
	uint64_t t;

	if (local >= INT64_MAX)
		return UINT64_MAX;
	if (local <= h->clock_base)
		return h->booted;
	t = h->booted + (local - h->clock_base);
	t -= (uint64_t)((int64_t)(local - h->clock_base) / 1000000 * h->ppm);
	while (local_time(h, t) < local)
		t += local - local_time(h, t);
	return t;
}

bool host_acts(const struct host *h, uint64_t now)
{
	return h->running && now >= h->frozen_until && now >= h->asleep_until;
}

bool plane_works(const struct port *p, uint64_t now)
{
	return p->link_up && now >= p->host->asleep_until &&
	       (p->host->kind == OURS || p->host->running);
}

/* --- addresses ------------------------------------------------------------ */

static uint8_t last_byte6(const struct world *w, int host)
{
	return (uint8_t)(w->common.crossed ? 20 - host : 10 + host);
}

struct address port_address(const struct world *w, int host, int lan, int fam)
{
	struct address a = { .family = fam == ELECTION_V4 ? 4 : 6 };

	if (fam == ELECTION_V4) {
		memcpy(a.bytes, (uint8_t[]){ 10, 0, (uint8_t)lan, 0 }, 4);
		a.bytes[3] = (uint8_t)(10 + host);
	} else {
		memcpy(a.bytes, (uint8_t[]){ 0xfe, 0x80 }, 2);
		a.bytes[14] = (uint8_t)lan;
		a.bytes[15] = last_byte6(w, host);
	}
	return a;
}

int host_of(const struct world *w, int family, const uint8_t *address)
{
	if (family == 4)
		return address[3] - 10;
	return w->common.crossed ? 20 - address[15] : address[15] - 10;
}

void port_mac(int host, int lan, uint8_t out[CARP_MAC_SIZE])
{
	const uint8_t mac[] = { 2, 0, 0, 0, (uint8_t)lan, (uint8_t)(1 + host) };

	memcpy(out, mac, CARP_MAC_SIZE);
}

static size_t list_vips(const struct world *w, int lan, uint8_t generation,
			struct vip *out)
{
	struct vip v4 = { { 4, { 10, 0, (uint8_t)lan, 1 } }, 24 };
	struct vip v6 = { { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } }, 64 };
	size_t n = 0;

	if (w->common.v4)
		out[n++] = v4;
	if (w->common.v6)
		out[n++] = v6;
	v4.address.bytes[3] = 2; /* every second generation has one more */
	v6.address.bytes[15] = 2;
	if (generation & 1)
		out[n++] = w->common.v4 ? v4 : v6;
	return n;
}

void world_auths(struct world *w)
{
	for (int l = 0; l < w->lans; l++)
		for (uint8_t g = 0; g < GENERATIONS; g++) {
			struct auth_input in = { .vhid = (uint8_t)(FIRST_VHID +
								   l) };
			uint8_t v4[4][4], v6[4][16];
			struct vip vips[4];
			size_t n = list_vips(w, l, g, vips);

			snprintf((char *)in.key, sizeof(in.key), "key of %d",
				 g / 2);
			for (size_t i = 0; i < n; i++)
				if (vips[i].address.family == 4)
					memcpy(v4[in.vips4_count++],
					       vips[i].address.bytes, 4);
				else
					memcpy(v6[in.vips6_count++],
					       vips[i].address.bytes, 16);
			in.vips4 = (const uint8_t(*)[4])v4;
			in.vips6 = (const uint8_t(*)[16])v6;
			auth_prepare(&in, w->common.compat, &w->auths[l][g]);
		}
}

/* --- the controller ------------------------------------------------------- */

/* The moment has come for one step of the controller. */
static void step_begin(struct host *h)
{
	h->now = local_time(h, h->world->now);
}

static void step_end(struct host *h)
{
	uint64_t due = node_deadline(&h->node).ns;

	check_step(h);
	h->wake_at = global_time(h, due);
	if (h->wake_at == UINT64_MAX)
		return;
	if (h->wake_at < h->world->now)
		h->wake_at = h->world->now;
	h->wake_at += draw(h->world, h->world->mix.latency_max);
	if (h->wake_at < h->slow_until)
		h->wake_at = h->slow_until;
}

static struct settings settings_of(struct port *p, uint8_t generation)
{
	const struct common *c = &p->world->common;
	struct settings s = {
		.vhid = (uint8_t)(FIRST_VHID + p->lan),
		.advbase = c->advbase,
		.advskew = p->skew,
		.dead_ratio = c->dead_ratio,
		.preempt = p->host->preempt,
		.preempt_delay = c->preempt_delay,
		.announce_refresh = REFRESH_S,
		.compat = c->compat,
		.auth = c->auth,
		.vips = p->vips,
		.peers = p->peers,
	};

	s.vips_count = list_vips(p->world, p->lan, generation, p->vips);
	for (int i = 0; c->unicast && i < p->world->hosts; i++) {
		if (i == p->host->index)
			continue;
		for (int f = 0; f < ELECTION_FAMILIES; f++)
			if (f == ELECTION_V4 ? c->v4 : c->v6)
				p->peers[s.peers_count++] =
					port_address(p->world, i, p->lan, f);
	}
	return s;
}

static void set_vips(struct port *p, uint8_t generation, bool present)
{
	struct vip vips[4];
	size_t n = list_vips(p->world, p->lan, generation, vips);

	for (size_t i = 0; i < n; i++) {
		const struct address *a = &vips[i].address;

		if (!present)
			native_delete(p->plane,
				      a->family == 4 ? NATIVE_VIPS4
						     : NATIVE_VIPS6,
				      a->bytes);
		else if (a->family == 4)
			native_vip4(p->plane, a->bytes,
				    (uint32_t)(FIRST_VHID + p->lan));
		else
			native_vip6(p->plane, a->bytes,
				    (uint32_t)(FIRST_VHID + p->lan));
	}
}

static void fill_entry(struct port *p, const struct settings *s)
{
	struct carp_vhid *entry = native_group(p->plane, s->vhid);

	*entry = (struct carp_vhid){ .auth = s->auth, .stale_early = 1 };
	carp_vmac_fill(entry->virtual_mac, s->vhid);
	port_mac(p->host->index, p->lan, entry->nic_mac);
	p->own_counters = 0;
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		p->group.source[f] =
			port_address(p->world, p->host->index, p->lan, f);
	memcpy(entry->source4, p->group.source[0].bytes, 4);
	memcpy(entry->source6, p->group.source[1].bytes, 16);
	for (size_t i = 0; i < s->peers_count; i++) {
		entry->peers |=
			s->peers[i].family == 4 ? CARP_PEERS_V4 : CARP_PEERS_V6;
		entry->peer_bits |= carp_peer_bit(s->peers[i].bytes);
		native_peer(p->plane, s->vhid, s->peers[i].family,
			    s->peers[i].bytes);
	}
}

static void port_open(struct port *p)
{
	struct world *w = p->world;
	struct settings s;

	p->generation = p->old_generation = w->generation;
	s = settings_of(p, p->generation);
	p->auth = w->auths[p->lan][p->generation];
	native_clock(p->plane, p->host->now);
	native_lease(p->plane, s.vhid)->until_ns = 0;
	*native_auth(p->plane, s.vhid) = p->auth;
	set_vips(p, 1, false);
	set_vips(p, p->generation, true);
	group_init(&p->group, &sim_ops, p, (unsigned int)p->lan + 1, &s,
		   &p->auth.recipes[0]);
	fill_entry(p, &s);
	p->link_seen = p->link_up;
	p->addresses = false;
	p->book.master = p->book.yielded = false;
	p->book.reloaded = 0;
	p->book.speak_until = 0;
	p->book.entered = p->book.armed = p->host->now;
	p->book.heard[0] = p->book.heard[1] = 0;
	p->book.failing_since = 0;
	node_add(&p->host->node, &p->group, (struct instant){ p->host->now });
	group_start(&p->group, p->link_up, (struct instant){ p->host->now });
	if (!p->link_up)
		node_link(&p->host->node, p->group.ifindex,
			  p->lan ? "lan1" : "lan0", false,
			  (struct instant){ p->host->now });
}

void host_prepare(struct host *h)
{
	for (int l = 0; l < h->world->lans; l++) {
		struct port *p = &h->ports[l];

		if (h->kind == OURS && !p->plane)
			p->plane = native_new();
		else if (h->kind == OURS)
			native_reset(p->plane);
		if (h->kind == OURS && h->world->mix.ring)
			native_ring(p->plane, h->world->mix.ring);
		p->link_up = p->link_seen = true;
	}
	h->wake_at = UINT64_MAX;
	h->sequence_high = 1000;
}

static void drop_events(struct port *p)
{
	struct carp_event events[RING_BATCH];

	while (native_events(p->plane, events, RING_BATCH))
		;
}

void host_start(struct host *h)
{
	struct world *w = h->world;

	if (h->running || w->now < h->down_until)
		return;
	if (w->now < h->asleep_until) {
		at(w, h->asleep_until, EV_START, h->index, 0);
		return;
	}
	trace(w, "%c starts", 'A' + h->index);
	h->running = true;
	h->upset = w->now;
	h->frozen_until = h->slow_until = 0;
	step_begin(h);
	if (h->kind != OURS) {
		for (int l = 0; l < w->lans; l++)
			peer_start(&h->ports[l]);
		host_wake_soon(h);
		return;
	}
	node_init(&h->node);
	h->demotion = 0;
	h->sequence_high += SEQUENCE_RESERVE;
	h->sequence_base = h->sequence_high - h->now / (S / CARP_SEAL_HZ);
	for (int l = 0; l < w->lans; l++)
		port_open(&h->ports[l]);
	for (int l = 0; l < w->lans; l++)
		drop_events(&h->ports[l]);
	step_end(h);
}

/* A master that can tell the others does so. */
static void stop_group(struct port *p)
{
	bool master = p->book.master;

	p->book.bowed = false;
	group_stop(&p->group, (struct instant){ p->host->now });
	if (master && !p->book.bowed)
		broken(p->world, "someone_speaks", "%c%d goes without a word",
		       'A' + p->host->index, p->lan);
}

void host_stop(struct host *h, bool orderly)
{
	if (!h->running)
		return;
	if (orderly && h->kind == OURS && host_acts(h, h->world->now)) {
		step_begin(h);
		for (int l = 0; l < h->world->lans; l++)
			stop_group(&h->ports[l]);
		check_step(h);
		for (int l = 0; l < h->world->lans; l++)
			native_group(h->ports[l].plane,
				     (uint32_t)(FIRST_VHID + l))
				->role = CARP_ROLE_NONE;
	}
	trace(h->world, "%c %s", 'A' + h->index, orderly ? "ends" : "dies");
	h->running = false;
	h->upset = h->world->now;
	h->wake_at = UINT64_MAX;
}

void host_wake_soon(struct host *h)
{
	struct world *w = h->world;
	uint64_t when = w->now + 1 + draw(w, w->mix.latency_max);

	if (when < h->slow_until)
		when = h->slow_until;
	if (h->running && when < h->wake_at)
		h->wake_at = when;
}

static void take_events(struct port *p)
{
	struct carp_event events[RING_BATCH];
	size_t n;

	p->book.drained = true;
	while ((n = native_events(p->plane, events, RING_BATCH)))
		for (size_t i = 0; i < n; i++) {
			enum election_state before = p->group.election.state;

			check_before(p);
			group_event(&p->group, &events[i],
				    (struct instant){ p->host->now });
			check_event(p, &events[i], before);
		}
}

static void take_links(struct host *h)
{
	for (int l = 0; l < h->world->lans; l++) {
		struct port *p = &h->ports[l];

		if (p->link_seen == p->link_up)
			continue;
		p->link_seen = p->link_up;
		p->book.failing_since = 0;
		node_link(&h->node, p->group.ifindex, l ? "lan1" : "lan0",
			  p->link_up, (struct instant){ h->now });
	}
}

/* A step may come too early, never before its host can take it. */
void host_wake(struct host *h)
{
	struct world *w = h->world;
	uint64_t until = h->frozen_until > h->asleep_until ? h->frozen_until
							   : h->asleep_until;

	h->wake_at = UINT64_MAX;
	if (!h->running)
		return;
	if (w->now < until) {
		h->upset = until;
		h->wake_at = until;
		return;
	}
	step_begin(h);
	if (h->kind != OURS) {
		for (int l = 0; l < w->lans; l++) {
			peer_wake(&h->ports[l]);
			if (peer_deadline(&h->ports[l]) < h->wake_at)
				h->wake_at = peer_deadline(&h->ports[l]);
		}
		return;
	}
	take_links(h);
	for (int l = 0; l < w->lans; l++)
		take_events(&h->ports[l]);
	node_tick(&h->node, (struct instant){ h->now });
	step_end(h);
}

/* --- operators ------------------------------------------------------------ */

/* New settings in place, as member_apply() does it. */
void host_reload(struct host *h, uint8_t generation, bool grace)
{
	struct world *w = h->world;

	if (h->kind != OURS || !host_acts(h, w->now))
		return;
	step_begin(h);
	trace(w, "%c reloads: skew %u, generation %u", 'A' + h->index,
	      h->ports[0].skew, generation);
	for (int l = 0; l < w->lans; l++) {
		struct port *p = &h->ports[l];
		struct carp_auth accepted = w->auths[l][generation];
		struct settings s;

		p->skew = h->skew;
		s = settings_of(p, generation);
		if (grace)
			auth_join(&accepted, native_auth(p->plane, s.vhid));
		if (p->generation != generation) {
			p->book.fallible = true; /* one digest, then two */
			p->old_generation = grace ? p->generation : generation;
			set_vips(p, 1, false);
			set_vips(p, generation, true);
		}
		p->generation = generation;
		p->auth = w->auths[l][generation];
		*native_auth(p->plane, s.vhid) = accepted;
		check_reloaded(p);
		group_settings(&p->group, &s, &p->auth.recipes[0],
			       grace ? span_ms(GRACE_S * 1000ull) : span_ms(0),
			       (struct instant){ h->now });
	}
	node_changed(&h->node, (struct instant){ h->now });
	step_end(h);
}

void host_demote(struct host *h, int amount)
{
	struct ledger_entry entry = { .amount = amount, .reason = "chance" };

	if (h->kind != OURS || !host_acts(h, h->world->now))
		return;
	step_begin(h);
	trace(h->world, "%c demoted by %+d", 'A' + h->index, amount);
	h->demotion += amount;
	node_demote(&h->node, &entry, (struct instant){ h->now });
	step_end(h);
}
