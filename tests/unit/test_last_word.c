/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A backup that reads late: what it hears of first may have been answered
 * long ago, by a master that lives.  The kernel's stamps tell.
 */
#include <criterion/criterion.h>

#include "stage.h"

enum {
	LATE_US = 300
}; /* another's first word, behind a farewell */

static struct election_settings wanted;

/* A backup of advskew 100, a farewell 5 ms ago, and now. */
static void open(struct stage *s, struct instant *farewell)
{
	stage_open(s, &wanted);
	stage_reach(s, ELECTION_BACKUP);
	stage_wait(s, span_ms(500));
	*farewell = s->now;
	stage_wait(s, span_ms(5));
}

static void hear(struct stage *s, struct election_advert ad,
		 struct instant heard4, struct instant heard6)
{
	stage_step(s, (struct election_event){ .kind = EVENT_ADVERT,
					       .advert = ad,
					       .heard = { heard4, heard6 } });
}

static struct election_advert ad_at(struct instant at, int advskew)
{
	return (struct election_advert){ .advbase = 1,
					 .advskew = (uint8_t)advskew,
					 .at = at };
}

static struct election_advert farewell_at(struct instant at)
{
	struct election_advert ad = ad_at(at, 255);

	ad.advbase = 255;
	return ad;
}

/* The farewell, then what another has said right behind it. */
static void hear_both(struct stage *s, struct instant farewell, int advskew)
{
	struct instant then = instant_add(farewell, span_us(LATE_US));

	hear(s, farewell_at(farewell), then, INSTANT_PAST);
	cr_assert_eq(s->e.state, ELECTION_BACKUP);
	cr_expect_eq(s->out.actions, 0);
	hear(s, ad_at(then, advskew), then, INSTANT_PAST);
}

Test(last_word, a_better_one_was_quicker)
{
	struct instant farewell;
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	wanted.family[ELECTION_V6] = false;
	open(&s, &farewell);
	hear_both(&s, farewell, 50);
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	cr_expect_eq(election_deadline(&s.e).ns,
		     farewell.ns + span_us(LATE_US).ns +
			     election_master_down(&s.e).ns,
		     "and it is waited for as any master");
}

Test(last_word, a_worse_one_was_quicker)
{
	struct instant farewell;
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	open(&s, &farewell);
	hear_both(&s, farewell, 150);
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.reason, REASON_WILL_TIME_OUT);
}

/* By then the other has been master for an interval: without preempt it stays
 * so. */
Test(last_word, too_late)
{
	struct instant farewell;
	struct stage s;

	for (int early = 0; early < 2; early++) {
		wanted = stage_settings(COMPAT_OPENBSD);
		open(&s, &farewell);
		s.now = instant_add(farewell, election_interval(&s.e));
		s.now.ns -= (uint64_t)early;
		hear_both(&s, farewell, 150);
		cr_expect_eq(s.e.state,
			     early ? ELECTION_MASTER : ELECTION_BACKUP);
	}
}

/* Over two families a farewell is overtaken by its own second half. */
Test(last_word, a_farewell_over_both_families)
{
	struct instant farewell, second;
	struct election_advert ad;
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	open(&s, &farewell);
	second = instant_add(farewell, span_us(1));
	hear(&s, farewell_at(farewell), farewell, second);
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	ad = farewell_at(second);
	ad.family = ELECTION_V6;
	hear(&s, ad, farewell, second);
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.reason, REASON_WILL_TIME_OUT);
}

/* Three were quicker: who is best of all counts, whoever came last. */
Test(last_word, of_several)
{
	static const struct {
		int second, third;
		enum election_state state;
	} rows[] = {
		{ 150, 160, ELECTION_MASTER },
		{ 50, 160, ELECTION_BACKUP },
		{ 160, 50, ELECTION_BACKUP },
	};
	struct instant farewell;
	struct stage s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct instant second, third;

		wanted = stage_settings(COMPAT_OPENBSD);
		open(&s, &farewell);
		second = instant_add(farewell, span_us(LATE_US));
		third = instant_add(second, span_us(LATE_US));
		hear(&s, farewell_at(farewell), third, INSTANT_PAST);
		hear(&s, ad_at(second, rows[i].second), third, INSTANT_PAST);
		cr_expect_eq(s.e.state, ELECTION_BACKUP);
		hear(&s, ad_at(third, rows[i].third), third, INSTANT_PAST);
		cr_expect_eq(s.e.state, rows[i].state, "%zu", i);
	}
}

/* What becomes of each reason when the same host has spoken since. */
Test(last_word, each_reason)
{
	static const struct {
		enum compat compat;
		bool preempt;
		int advbase, advskew, demote; /* at first */
		int then;		      /* its advskew */
		enum election_reason reason;  /* NONE: stays backup */
	} rows[] = {
		/* Demoted, and no longer: but a place was free. */
		{ COMPAT_OPENBSD, false, 1, 150, 1, 150, REASON_PEER_DEMOTED },
		{ COMPAT_OPENBSD, false, 1, 150, 1, 50, REASON_NONE },
		/* Preempted as it would be anyway, if it still is slower. */
		{ COMPAT_OPENBSD, true, 1, 150, 0, 150, REASON_PREEMPT },
		{ COMPAT_OPENBSD, true, 1, 150, 0, 50, REASON_NONE },
		{ COMPAT_FREEBSD, true, 1, 240, 0, 50, REASON_NONE },
		/* Slower than we are patient says nothing of a free place. */
		{ COMPAT_OPENBSD, false, 9, 0, 0, 150, REASON_NONE },
		/* No reason at first is none later. */
		{ COMPAT_OPENBSD, false, 1, 150, 0, 150, REASON_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct instant first, then;
		struct election_advert ad;
		struct stage s;

		wanted = stage_settings(rows[i].compat);
		wanted.preempt = rows[i].preempt;
		open(&s, &first);
		then = instant_add(first, span_us(LATE_US));
		ad = ad_at(first, rows[i].advskew);
		ad.advbase = (uint8_t)rows[i].advbase;
		ad.demote = (uint8_t)rows[i].demote;
		hear(&s, ad, then, INSTANT_PAST);
		cr_expect_eq(s.e.state, ELECTION_BACKUP, "%zu", i);
		hear(&s, ad_at(then, rows[i].then), then, INSTANT_PAST);
		cr_expect_eq(s.e.state,
			     rows[i].reason ? ELECTION_MASTER : ELECTION_BACKUP,
			     "%zu", i);
		if (rows[i].reason)
			cr_expect_eq(s.out.reason, rows[i].reason, "%zu", i);
	}
}

/* A free place is of the moment: once it is judged, and once we were master
 * ourselves, it is not free any more. */
Test(last_word, is_said_once)
{
	struct instant farewell, then;
	struct stage s;

	for (int master = 0; master < 2; master++) {
		wanted = stage_settings(COMPAT_OPENBSD);
		open(&s, &farewell);
		then = instant_add(farewell, span_us(LATE_US));
		hear(&s, farewell_at(farewell), then, INSTANT_PAST);
		if (master) {
			stage_step(&s, (struct election_event){
					       .kind = EVENT_COMMAND,
					       .want_master = true });
			hear(&s, ad_at(s.now, 50), s.now, INSTANT_PAST);
		} else {
			hear(&s, ad_at(then, 50), then, INSTANT_PAST);
		}
		cr_assert_eq(s.e.state, ELECTION_BACKUP);
		stage_wait(&s, span_ms(1));
		hear(&s, ad_at(s.now, 150), s.now, INSTANT_PAST);
		cr_expect_eq(s.e.state, ELECTION_BACKUP, "%d", master);
	}
}

/* The stamp alone, its event lost with a full ring: silence decides. */
Test(last_word, never_comes)
{
	struct instant farewell, then;
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	wanted.family[ELECTION_V6] = false;
	open(&s, &farewell);
	then = instant_add(farewell, span_us(LATE_US));
	hear(&s, farewell_at(farewell), then, INSTANT_PAST);
	cr_expect_eq(election_deadline(&s.e).ns,
		     farewell.ns + election_master_down(&s.e).ns);
}
