/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: what no single step shows.  An operator's yield and new settings
 * last as long as they should; no run of events, however mad, goes from INIT
 * to MASTER or speaks without a lease.
 */
#include "sample.h"
#include "stage.h"

#include <criterion/criterion.h>
#include <string.h>

Test(election_runs, actions_are_in_the_order_of_safety)
{
	static const uint32_t order[] = {
		ACTION_LEASE_DROP, ACTION_RESIGN,    ACTION_REMOVE_VIP,
		ACTION_ADD_VIP,	   ACTION_LEASE_SET, ACTION_ADVERTISE,
		ACTION_ANNOUNCE,
	};

	for (size_t i = 1; i < sizeof(order) / sizeof(order[0]); i++)
		cr_expect_lt(order[i - 1], order[i], "%zu", i);
}

Test(election_runs, operator_yield_lasts_until_promoted)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct election_event slower = {
		.kind = EVENT_ADVERT, .advert = { .advbase = 1, .advskew = 200 }
	};
	struct election_event command = { .kind = EVENT_COMMAND };
	struct stage s;

	settings.preempt = true;
	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_MASTER);
	stage_step(&s, command);
	for (int i = 0; i < 5; i++) {
		slower.advert.at = s.now;
		stage_step(&s, slower);
		cr_assert_eq(s.e.state, ELECTION_BACKUP, "advert %d", i);
		stage_wait(&s, span_ms(1000));
	}
	command.want_master = true;
	stage_step(&s, command);
	cr_assert_eq(s.e.state, ELECTION_MASTER);
	slower.advert = (struct election_advert){ .advbase = 1, .advskew = 0 };
	stage_step(&s, slower);
	cr_assert_eq(s.e.state, ELECTION_BACKUP);
	slower.advert.advskew = 200;
	stage_step(&s, slower);
	cr_expect_eq(s.out.reason, REASON_PREEMPT, "the yield is over");
}

/* Of two equals the loser waits longer, for both families: the advertisement
 * of the other family, sent with the first, must not shorten that. */
Test(election_runs, a_lost_tie_is_lost_for_both_families)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct election_event equal = { .kind = EVENT_ADVERT };
	struct instant patience;
	struct stage s;

	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_MASTER);
	equal.advert = (struct election_advert){
		.advbase = 1, .advskew = 100, .tie_lost = true, .at = s.now
	};
	stage_step(&s, equal);
	cr_assert_eq(s.e.state, ELECTION_BACKUP);
	equal.advert.family = ELECTION_V6;
	stage_step(&s, equal);
	patience = instant_add(s.now, election_master_down(&s.e));
	cr_expect_gt(election_deadline(&s.e).ns, patience.ns);
}

/* Only an advertisement that has left gives more time to speak: reloads must
 * not keep alive whom nobody hears. */
Test(election_runs, settings_make_no_lease_longer)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct election_event changed = { .kind = EVENT_SETTINGS };
	struct instant lease;
	struct stage s;

	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_MASTER);
	lease = s.e.lease_until;
	stage_wait(&s, span_ms(1000));
	stage_step(&s, changed);
	cr_expect(s.out.actions & ACTION_ADVERTISE);
	cr_expect_eq(s.e.lease_until.ns, lease.ns);
	cr_expect_not(election_sent(&s.e, s.now, false));
	cr_expect_eq(s.e.lease_until.ns, lease.ns);
	cr_expect(election_sent(&s.e, s.now, true));
	cr_expect_gt(s.e.lease_until.ns, lease.ns);
}

Test(election_runs, settings_change_in_place)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct election_event changed = { .kind = EVENT_SETTINGS };
	struct stage s;

	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_BACKUP);
	s.e.settings.advbase = 3;
	s.e.settings.advskew = 0;
	s.e.settings.family[ELECTION_V6] = false;
	stage_step(&s, changed);
	cr_expect_eq(s.e.down[ELECTION_V4].ns,
		     instant_add(s.now, span_ms(9000)).ns);
	cr_expect(instant_is_never(s.e.down[ELECTION_V6]));
	stage_tick(&s);
	cr_assert_eq(s.e.state, ELECTION_MASTER);
	s.e.settings.advbase = 1;
	stage_step(&s, changed);
	cr_expect_eq(s.e.advert_due.ns, instant_add(s.now, span_ms(1000)).ns);
	cr_expect_lt(s.e.lease_until.ns, instant_add(s.now, span_ms(3000)).ns);
	s.e.settings.family[ELECTION_V4] = false;
	stage_step(&s, changed);
	cr_expect_eq(s.e.state, ELECTION_INIT);
	cr_expect_eq(s.out.reason, REASON_NO_VIPS);
	cr_expect_eq(s.out.actions, LOSS);
	s.e.settings.family[ELECTION_V6] = true;
	stage_step(&s, changed);
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	cr_expect_eq(s.out.reason, REASON_STARTED);
}

Test(election_runs, every_name_and_reason_is_spelt)
{
	for (int i = 0; i < REASON_COUNT; i++)
		for (int j = 0; j <= i; j++)
			cr_expect_eq(i == j,
				     !strcmp(election_reason_text(i),
					     election_reason_text(j)),
				     "%d and %d", i, j);
	cr_expect_str_eq(election_reason_text(REASON_COUNT), "unknown");
	cr_expect_str_eq(election_state_name(ELECTION_INIT), "init");
	cr_expect_str_eq(election_state_name(ELECTION_BACKUP), "backup");
	cr_expect_str_eq(election_state_name(ELECTION_MASTER), "master");
}

static struct election_event random_event(struct sample *r, struct instant now)
{
	static const uint8_t bases[] = { 0, 1, 1, 1, 2, 4, 255 };
	static const uint8_t skews[] = { 0, 100, 100, 200, 255 };
	struct election_event e = {
		.kind = (enum election_kind)sample_below(r, 8),
		.link_up = sample_below(r, 4) != 0,
		.want_master = sample_below(r, 2),
		.demotion = (int)sample_below(r, 6) - 2,
	};

	if (sample_below(r, 3) == 0)
		e.kind = EVENT_TICK;
	e.advert.family = (enum election_family)sample_below(r, 2);
	e.advert.advbase = bases[sample_below(r, sizeof(bases))];
	e.advert.advskew = skews[sample_below(r, sizeof(skews))];
	e.advert.demote = (uint8_t)sample_below(r, 3);
	e.advert.tie_lost = sample_below(r, 2);
	e.advert.at.ns = now.ns - sample_below(r, 2);
	if (sample_below(r, 3) == 0)
		e.heard[sample_below(r, 2)] = now;
	return e;
}

static bool bows_out(const struct election_event *event)
{
	return event->advert.advbase == CARP_BOW_OUT &&
	       event->advert.advskew == CARP_BOW_OUT;
}

/* What must hold of any step from `before`. */
static void check_step(const struct election *before, const struct stage *s,
		       const struct election_event *event)
{
	const struct election_output *out = &s->out;
	bool lapsed = instant_due(before->lease_until, s->now);
	bool was = before->state == ELECTION_MASTER;
	bool now = s->e.state == ELECTION_MASTER;

	cr_assert_not(before->state == ELECTION_INIT && now);
	cr_assert_eq(out->from, before->state);
	cr_assert_eq(out->to, s->e.state);
	if (was && !now) {
		cr_assert_eq(out->actions & (unsigned int)~ACTION_RESIGN, LOSS);
		cr_assert_eq(s->e.lease_until.ns, INSTANT_PAST.ns);
	} else if (!was && now) {
		cr_assert_eq(out->actions, GAIN);
	} else if (!was) {
		cr_assert_eq(out->actions, 0);
		cr_assert_eq(s->e.lease_until.ns, INSTANT_PAST.ns);
	} else if (lapsed && event->kind != EVENT_TICK &&
		   !(event->kind == EVENT_ADVERT && bows_out(event))) {
		cr_assert_eq(s->e.lease_until.ns, before->lease_until.ns);
		cr_assert_not(out->actions &
			      (ACTION_ADVERTISE | ACTION_LEASE_SET));
	}
	cr_assert_eq(s->e.state == ELECTION_INIT,
		     instant_is_never(election_deadline(&s->e)));
	cr_assert_leq(instant_since(s->now, s->e.lease_until).ns,
		      election_lease(&s->e).ns);
}

Test(election_runs, mad_runs_of_events)
{
	struct sample r = { 5 };
	size_t masters = 0;

	for (int run = 0; run < 300; run++) {
		struct election_settings settings =
			stage_settings((enum compat)(run % 3));
		struct stage s;

		settings.preempt = run & 1;
		settings.family[run & 1] = sample_below(&r, 3);
		stage_open(&s, &settings);
		for (int i = 0; i < 1000; i++) {
			struct election_event event = random_event(&r, s.now);
			struct election before = s.e;

			stage_step(&s, event);
			check_step(&before, &s, &event);
			masters += s.e.state == ELECTION_MASTER;
			if (s.out.actions & ACTION_ADVERTISE)
				election_sent(&s.e, s.now, sample_below(&r, 4));
			stage_wait(&s, span_ms(sample_below(&r, 2000)));
		}
	}
	cr_expect_gt(masters, 30000, "the runs reach what they test");
}
