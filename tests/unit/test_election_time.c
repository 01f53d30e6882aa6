/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: the times of an election.  A lease is over before any peer gives us
 * up; nothing happens before its deadline; the kernel's stamps postpone a
 * promotion, per family; two equal masters come to an end of it.
 */
#include "stage.h"

#include <criterion/criterion.h>

static struct election_event stamps(struct instant v4, struct instant v6)
{
	return (struct election_event){ .kind = EVENT_TICK,
					.heard = { v4, v6 } };
}

static struct election with(enum compat compat, int advbase, int advskew,
			    int demotion)
{
	struct election_settings settings = stage_settings(compat);
	struct election e;

	settings.advbase = (uint8_t)advbase;
	settings.advskew = (uint8_t)advskew;
	election_init(&e, &settings);
	e.demotion = demotion;
	return e;
}

/* The peer least patient with us has the smallest advskew there is. */
static uint64_t peers_wait_ns(enum compat compat, int advbase, uint64_t ratio)
{
	uint64_t us = ratio * (uint64_t)advbase * 1000000;

	if (advbase == 0)
		us = compat == COMPAT_OPENBSD ? ratio * 3906 : 3906;
	return us * 1000;
}

/*
 * With advbase 0 three intervals without skew are 11.7 ms.  A master with a
 * skew may speak less often than that, and then no lease can be both longer
 * than our interval and shorter than the peers' patience; nor can it outside
 * OpenBSD's rules, where the patience is as long as one interval.
 */
static bool has_no_safe_lease(const struct election *e)
{
	return e->settings.advbase == 0 &&
	       (e->settings.compat != COMPAT_OPENBSD ||
		4 * e->settings.dead_ratio < 5 * election_wire_advskew(e));
}

static void check_lease(const struct election *e)
{
	uint64_t lease = election_lease(e).ns;
	uint64_t interval = election_interval(e).ns;
	uint64_t patience =
		peers_wait_ns(e->settings.compat, e->settings.advbase,
			      e->settings.dead_ratio);

	if (!has_no_safe_lease(e))
		cr_assert_leq(lease + 200000, patience, "%d/%d, compat %d",
			      e->settings.advbase, e->settings.advskew,
			      e->settings.compat);
	else
		cr_assert_leq(lease, interval + interval / 4 + 8000000);
	if (e->settings.advbase == 1 && e->settings.dead_ratio == 2)
		cr_assert_geq(lease, interval);
	else
		cr_assert_geq(lease, interval + interval / 8,
			      "%d/%d, compat %d", e->settings.advbase,
			      e->settings.advskew, e->settings.compat);
}

Test(election_time, lease_ends_before_any_peer_acts)
{
	static const int demotions[] = { -300, 0, 1, 100, 300 };
	static const uint8_t ratios[] = { 2, 3, 4, 255 };

	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++)
		for (int base = 0; base <= 255; base++)
			for (int skew = 0; skew <= 254; skew++)
				for (size_t d = 0; d < 5 * 4; d++) {
					struct election e =
						with((enum compat)c, base, skew,
						     demotions[d % 5]);

					e.settings.dead_ratio = ratios[d / 5];
					check_lease(&e);
				}
}

/* OpenBSD's stay as they are, FreeBSD's move by any demotion within 0..240,
 * ucarp's jump. */
Test(election_time, demotion_on_the_wire)
{
	static const struct {
		enum compat compat;
		int advskew, demotion, wire, byte;
	} rows[] = {
		{ COMPAT_OPENBSD, 100, 7, 100, 7 },
		{ COMPAT_OPENBSD, 100, 256, 100, 255 },
		{ COMPAT_OPENBSD, 100, -7, 100, 0 },
		{ COMPAT_FREEBSD, 100, 7, 107, 0 },
		{ COMPAT_FREEBSD, 100, 1000, 240, 0 },
		{ COMPAT_FREEBSD, 100, -1000, 0, 0 },
		{ COMPAT_FREEBSD, 254, 0, 240, 0 },
		{ COMPAT_UCARP, 100, 1, 240, 0 },
		{ COMPAT_UCARP, 100, -1, 100, 0 },
		{ COMPAT_UCARP, 250, 1, 250, 0 },
		{ COMPAT_UCARP, 254, 0, 254, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct election e = with(rows[i].compat, 1, rows[i].advskew,
					 rows[i].demotion);

		cr_expect_eq(election_wire_advskew(&e), rows[i].wire, "%zu", i);
		cr_expect_eq(election_wire_demote(&e), rows[i].byte, "%zu", i);
	}
}

static void open_at(struct stage *s, enum election_state state)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);

	stage_open(s, &settings);
	stage_reach(s, state);
}

Test(election_time, nothing_before_the_deadline)
{
	static const enum election_state states[] = { ELECTION_BACKUP,
						      ELECTION_MASTER };

	for (int i = 0; i < 2; i++) {
		struct stage s;
		struct instant due;

		open_at(&s, states[i]);
		due = election_deadline(&s.e);
		s.now.ns = due.ns - 1;
		stage_step(&s, stamps(INSTANT_PAST, INSTANT_PAST));
		cr_expect_eq(s.out.actions, 0);
		cr_expect_eq(s.e.state, states[i]);
		cr_expect_eq(election_deadline(&s.e).ns, due.ns);
		s.now.ns = due.ns;
		stage_step(&s, stamps(INSTANT_PAST, INSTANT_PAST));
		cr_expect_neq(s.out.actions, 0);
	}
}

Test(election_time, first_wait_is_a_whole_master_down_time)
{
	struct stage s;

	open_at(&s, ELECTION_BACKUP);
	cr_expect_eq(instant_since(s.now, election_deadline(&s.e)).ns,
		     4171875000ULL);
}

Test(election_time, stamps_postpone_promotion_per_family)
{
	struct stage s;
	struct instant heard, due;

	open_at(&s, ELECTION_BACKUP);
	heard = instant_add(s.now, span_ms(2000));
	due = instant_add(heard, election_master_down(&s.e));
	stage_wait(&s, span_ms(5000));
	stage_step(&s, stamps(heard, heard));
	cr_assert_eq(s.e.state, ELECTION_BACKUP);
	cr_expect_eq(election_deadline(&s.e).ns, due.ns);
	/* One family alone falls silent: its own timer is not reset. */
	s.now = due;
	stage_step(&s, stamps(due, heard));
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.reason, REASON_TIMED_OUT);
}

Test(election_time, stamps_of_a_family_without_vips_say_nothing)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct stage s;

	settings.family[ELECTION_V6] = false;
	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_BACKUP);
	stage_wait(&s, span_ms(5000));
	stage_step(&s, stamps(INSTANT_PAST, s.now));
	cr_expect_eq(s.e.state, ELECTION_MASTER);
}

Test(election_time, an_old_stamp_shortens_nothing)
{
	struct stage s;
	struct instant due;

	open_at(&s, ELECTION_BACKUP);
	due = election_deadline(&s.e);
	stage_wait(&s, span_ms(10));
	stage_step(&s, stamps((struct instant){ 1 }, (struct instant){ 1 }));
	cr_expect_eq(election_deadline(&s.e).ns, due.ns);
}

Test(election_time, announced_again_after_two_adverts)
{
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	cr_assert(s.out.actions & ACTION_ANNOUNCE);
	for (int i = 1; i <= 6; i++) {
		stage_tick(&s);
		cr_expect_eq(s.out.actions,
			     i == 2 ? ACTION_ADVERTISE | ACTION_ANNOUNCE
				    : ACTION_ADVERTISE,
			     "advert %d", i);
	}
}

/* Guards: a weaker master hears of us at once, but not for each of its words,
 * and no later than it would have anyway. */
Test(election_time, a_weaker_master_is_told_at_once)
{
	struct election_event weak = {
		.kind = EVENT_ADVERT, .advert = { .advbase = 1, .advskew = 200 }
	};
	struct instant due;
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	stage_tick(&s);
	stage_wait(&s, span_ms(100));
	stage_step(&s, weak);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE);
	due = instant_add(s.now, election_interval(&s.e));
	cr_expect_eq(election_deadline(&s.e).ns, due.ns);
	for (int i = 0; i < 100; i++) {
		stage_wait(&s, span_ms(10));
		stage_step(&s, weak);
		cr_expect_eq(s.out.actions, 0, "%d", i);
	}
	cr_expect_eq(election_deadline(&s.e).ns, due.ns);
	s.e.announce_in = 0;
	stage_tick(&s);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE);
}

/* Guards: nor is what the old master had under way a reason. */
Test(election_time, a_new_master_has_spoken_already)
{
	struct election_event weak = {
		.kind = EVENT_ADVERT, .advert = { .advbase = 1, .advskew = 200 }
	};
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	stage_step(&s, weak);
	cr_expect_eq(s.out.actions, 0);
}

Test(election_time, an_advert_renews_deadline_and_lease)
{
	struct stage s;
	struct instant sent;

	open_at(&s, ELECTION_MASTER);
	stage_tick(&s);
	cr_expect_eq(instant_since(s.now, s.e.advert_due).ns, 1390625000ULL);
	sent = instant_add(s.now, span_ms(3));
	cr_expect(election_sent(&s.e, sent, true));
	cr_expect_eq(s.e.lease_until.ns,
		     instant_add(sent, election_lease(&s.e)).ns);
	cr_expect_eq(s.e.sent_at.ns, sent.ns);
	cr_expect_not(
		election_sent(&s.e, instant_add(sent, span_ms(1)), false));
	cr_expect_eq(s.e.sent_at.ns, sent.ns);
	open_at(&s, ELECTION_BACKUP);
	cr_expect_not(election_sent(&s.e, s.now, true));
	cr_expect_eq(s.e.lease_until.ns, INSTANT_PAST.ns);
}

/* The others' timers run from what they hear, not from what was planned. */
Test(election_time, a_late_advert_shifts_the_next)
{
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	s.now = instant_add(election_deadline(&s.e), span_ms(1100));
	stage_tick(&s);
	cr_assert_eq(s.out.actions, ACTION_ADVERTISE);
	cr_expect_leq(instant_since(s.now, s.e.advert_due).ns, 1390625000ULL);
	cr_expect_geq(instant_since(s.now, s.e.advert_due).ns, 1386718750ULL);
}

/* Nobody else has advbase 0 with advskew 0; we do not wait for nothing. */
Test(election_time, no_interval_is_nothing)
{
	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++) {
		struct election e = with((enum compat)c, 0, 0, 0);

		cr_expect_eq(election_interval(&e).ns, 3906000);
		cr_expect_eq(election_master_down(&e).ns,
			     c == COMPAT_OPENBSD ? 11718000 : 3906000);
	}
}

Test(election_time, demotion_is_told_at_once)
{
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	stage_wait(&s, span_ms(500));
	stage_step(&s, (struct election_event){ .kind = EVENT_DEMOTION,
						.demotion = 3 });
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE);
	cr_expect_eq(instant_since(s.now, s.e.advert_due).ns, 1390625000ULL);
	cr_expect_eq(election_wire_demote(&s.e), 3);
}

Test(election_time, link_flap_begins_anew)
{
	struct election_event link = { .kind = EVENT_LINK };
	struct stage s;

	open_at(&s, ELECTION_MASTER);
	stage_step(&s, link);
	cr_assert_eq(s.e.state, ELECTION_INIT);
	cr_expect(instant_is_never(election_deadline(&s.e)));
	stage_wait(&s, span_ms(60000));
	link.link_up = true;
	stage_step(&s, link);
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	cr_expect_eq(instant_since(s.now, election_deadline(&s.e)).ns,
		     4171875000ULL);
}

Test(election_time, stopped_stays_stopped)
{
	struct stage s;

	open_at(&s, ELECTION_BACKUP);
	stage_step(&s, (struct election_event){ .kind = EVENT_STOP });
	stage_step(&s, (struct election_event){ .kind = EVENT_LINK,
						.link_up = true });
	cr_expect_eq(s.e.state, ELECTION_INIT);
}

Test(election_time, a_sleeper_that_was_replaced_yields)
{
	struct stage s;
	struct instant until;

	open_at(&s, ELECTION_MASTER);
	until = s.e.lease_until;
	stage_wait(&s, span_ms(9000));
	stage_step(&s, stamps(INSTANT_PAST, instant_add(until, span_ms(1))));
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	cr_expect_eq(s.out.reason, REASON_LEASE_LAPSED);
	cr_expect_eq(s.out.actions, ACTION_LEASE_DROP | ACTION_REMOVE_VIP);
}

Test(election_time, a_sleeper_nobody_replaced_goes_on)
{
	struct stage s;
	struct instant before;

	open_at(&s, ELECTION_MASTER);
	stage_tick(&s);
	stage_tick(&s);
	before = s.now;
	stage_wait(&s, span_ms(9000));
	stage_step(&s, stamps(before, before));
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE | ACTION_ANNOUNCE);
}

/* A sleeper that is spoken to first must still ask who replaced it. */
Test(election_time, a_sleeper_is_not_woken_by_settings_or_demotion)
{
	static const enum election_kind kinds[] = { EVENT_SETTINGS,
						    EVENT_DEMOTION };

	for (int i = 0; i < 2; i++) {
		struct stage s;
		struct instant until;

		open_at(&s, ELECTION_MASTER);
		until = s.e.lease_until;
		stage_wait(&s, span_ms(2989));
		stage_step(&s, (struct election_event){ .kind = kinds[i],
							.demotion = 1 });
		cr_expect_eq(s.e.lease_until.ns, until.ns);
		cr_expect_eq(election_deadline(&s.e).ns, s.now.ns);
		stage_step(&s, stamps(s.now, INSTANT_PAST));
		cr_expect_eq(s.e.state, ELECTION_BACKUP);
	}
}

/* Two hosts and a wire that takes 100 us. */
struct wire {
	struct stage host[2];
	struct instant arrives[2]; /* at that host; NEVER: nothing under way */
	unsigned int changes;
};

static void wire_after(struct wire *w, int from)
{
	struct stage *s = &w->host[from];

	if (s->out.actions & ACTION_ADVERTISE) {
		election_sent(&s->e, s->now, true);
		w->arrives[1 - from] = instant_add(s->now, span_us(100));
	}
	if (s->out.from != s->out.to)
		w->changes++;
}

static void wire_deliver(struct wire *w, int to)
{
	const struct election *sender = &w->host[1 - to].e;
	struct stage *s = &w->host[to];
	struct election_event event = { .kind = EVENT_ADVERT };

	s->now = w->arrives[to];
	w->arrives[to] = INSTANT_NEVER;
	event.advert = (struct election_advert){
		.family = ELECTION_V4,
		.advbase = sender->settings.advbase,
		.advskew = election_wire_advskew(sender),
		.demote = election_wire_demote(sender),
		.tie_lost = to == 1, /* host 0's address goes first */
		.at = s->now,
	};
	stage_step(s, event);
	wire_after(w, to);
}

/* Whatever is due first, host 0 before host 1. */
static void wire_next(struct wire *w)
{
	struct instant first = INSTANT_NEVER;

	for (int i = 0; i < 2; i++) {
		first = instant_min(first, w->arrives[i]);
		first = instant_min(first, election_deadline(&w->host[i].e));
	}
	for (int i = 0; i < 2; i++) {
		struct stage *s = &w->host[i];

		s->now = first;
		if (instant_due(w->arrives[i], first)) {
			wire_deliver(w, i);
		} else if (instant_due(election_deadline(&s->e), first)) {
			stage_step(s, stamps(INSTANT_PAST, INSTANT_PAST));
			wire_after(w, i);
		}
	}
}

static void check_tie(enum compat compat, int advbase, int advskew)
{
	struct election_settings settings = stage_settings(compat);
	struct wire w = { .arrives = { INSTANT_NEVER, INSTANT_NEVER } };
	unsigned int changes;

	settings.advbase = (uint8_t)advbase;
	settings.advskew = (uint8_t)advskew;
	settings.family[ELECTION_V6] = false;
	for (int i = 0; i < 2; i++) {
		stage_open(&w.host[i], &settings);
		stage_reach(&w.host[i], ELECTION_MASTER);
		w.arrives[1 - i] = instant_add(w.host[i].now, span_us(100));
	}
	for (int i = 0; i < 50; i++)
		wire_next(&w);
	changes = w.changes;
	cr_expect_gt(changes, 0, "one of two masters must yield");
	for (int i = 0; i < 200; i++)
		wire_next(&w);
	cr_expect_eq(w.changes, changes, "compat %d, %d/%d: no end", compat,
		     advbase, advskew);
	cr_expect_eq(w.host[0].e.state, ELECTION_MASTER);
	cr_expect_eq(w.host[1].e.state, ELECTION_BACKUP);
}

Test(election_time, two_equal_masters_become_one)
{
	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++) {
		check_tie((enum compat)c, 1, 0);
		check_tie((enum compat)c, 1, 100);
		check_tie((enum compat)c, 3, 254);
	}
	check_tie(COMPAT_OPENBSD, 0, 0);
}
