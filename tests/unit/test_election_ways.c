/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: the ways an operator can bend an election.  The dead ratio is the
 * one number behind patience, lease and "will time out"; demotion goes where
 * it is told to; a preempt delay holds back preemption and nothing else; an
 * observer takes no part and leaves by the front door.
 */
#include "stage.h"

#include <criterion/criterion.h>

static struct election_settings wanted; /* set by the test, then open() */

static void open(struct stage *s, enum election_state state)
{
	stage_open(s, &wanted);
	stage_reach(s, state);
}

static void hear(struct stage *s, int advbase, int advskew, int demote)
{
	stage_step(s, (struct election_event){
			      .kind = EVENT_ADVERT,
			      .advert = { .advbase = (uint8_t)advbase,
					  .advskew = (uint8_t)advskew,
					  .demote = (uint8_t)demote,
					  .at = s->now } });
}

static void set(struct stage *s)
{
	s->e.settings = wanted;
	stage_step(s, (struct election_event){ .kind = EVENT_SETTINGS });
}

/* --- dead ratio -------------------------------------------------------------
 */

Test(election_ways, patience_is_the_dead_ratio)
{
	static const struct {
		enum compat compat;
		int ratio, advbase, advskew;
		uint64_t us;
	} rows[] = {
		{ COMPAT_OPENBSD, 2, 1, 128, 3000000 },
		{ COMPAT_OPENBSD, 5, 1, 128, 7500000 },
		{ COMPAT_OPENBSD, 5, 0, 0, 5 * 3906 },
		{ COMPAT_FREEBSD, 2, 1, 128, 2500000 },
		{ COMPAT_FREEBSD, 5, 0, 128, 500000 },
		{ COMPAT_UCARP, 7, 3, 64, 21250000 },
		{ COMPAT_UCARP, 255, 255, 0, 65025000000 },
	};
	struct election e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wanted = stage_settings(rows[i].compat);
		wanted.dead_ratio = (uint8_t)rows[i].ratio;
		wanted.advbase = (uint8_t)rows[i].advbase;
		wanted.advskew = (uint8_t)rows[i].advskew;
		election_init(&e, &wanted);
		cr_expect_eq(election_master_down(&e).ns, rows[i].us * 1000,
			     "%zu", i);
	}
}

Test(election_ways, will_time_out_goes_by_the_dead_ratio)
{
	struct stage s;

	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++) {
		wanted = stage_settings((enum compat)c);
		wanted.dead_ratio = 5;
		open(&s, ELECTION_BACKUP);
		hear(&s, 5, 100, 0);
		cr_expect_eq(s.out.to, ELECTION_BACKUP);
		hear(&s, 5, 101, 0);
		cr_expect_eq(s.out.reason, REASON_WILL_TIME_OUT);
		wanted.dead_ratio = 2;
		open(&s, ELECTION_BACKUP);
		hear(&s, 2, 101, 0);
		cr_expect_eq(s.out.reason, REASON_WILL_TIME_OUT);
	}
}

/* With advbase 0 FreeBSD's rules are patient for our own skew only, so any
 * slower master would be given up; OpenBSD's triple it and do not ask. */
Test(election_ways, without_advbase_a_slower_master_times_out)
{
	struct stage s;

	for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++) {
		wanted = stage_settings((enum compat)c);
		wanted.advbase = 0;
		wanted.advskew = 20;
		open(&s, ELECTION_BACKUP);
		hear(&s, 0, 20, 0);
		cr_expect_eq(s.out.to, ELECTION_BACKUP);
		hear(&s, 0, 21, 0);
		cr_expect_eq(s.out.reason, c == COMPAT_OPENBSD
						   ? REASON_NONE
						   : REASON_WILL_TIME_OUT);
	}
}

/* Or it would not stay behind the master it has yielded to. */
Test(election_ways, without_advbase_a_demoted_backup_is_more_patient)
{
	struct election e;

	wanted = stage_settings(COMPAT_FREEBSD);
	wanted.advbase = 0;
	election_init(&e, &wanted);
	e.demotion = 240;
	cr_expect_eq(election_master_down(&e).ns, 937500000);
	e.demotion = -50;
	cr_expect_eq(election_master_down(&e).ns, 390625000);
	e.demotion = 240;
	e.settings.advbase = 1;
	cr_expect_eq(election_master_down(&e).ns, 3390625000);
}

/* The master of 0/200 speaks every 781 ms; our own 3 intervals are 12 ms. */
Test(election_ways, without_advbase_demotion_outweighs_patience)
{
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	wanted.advbase = 0;
	wanted.advskew = 0;
	open(&s, ELECTION_MASTER);
	stage_step(&s, (struct election_event){ .kind = EVENT_DEMOTION,
						.demotion = 255 });
	hear(&s, 0, 200, 0);
	cr_assert_eq(s.out.reason, REASON_LESS_DEMOTED_PEER);
	for (int i = 0; i < 5; i++) {
		stage_wait(&s, span_us(2343000));
		stage_step(&s, (struct election_event){ .kind = EVENT_TICK });
		cr_assert_eq(s.e.state, ELECTION_BACKUP, "%d", i);
		hear(&s, 0, 200, 0);
		s.e.down[ELECTION_V6] = INSTANT_NEVER;
	}
	/* A farewell is no reason to wait. */
	hear(&s, 255, 255, 0);
	cr_expect_leq(instant_since(s.now, election_deadline(&s.e)).ns,
		      election_master_down(&s.e).ns);
}

/* --- where demotion goes ----------------------------------------------------
 */

Test(election_ways, demotion_goes_where_it_is_told)
{
	static const struct {
		enum compat compat;
		enum demotion_form form;
		int advskew, demotion, wire, byte;
	} rows[] = {
		{ COMPAT_OPENBSD, DEMOTION_ADVSKEW, 100, 7, 107, 0 },
		{ COMPAT_OPENBSD, DEMOTION_ADVSKEW, 250, 0, 250, 0 },
		{ COMPAT_OPENBSD, DEMOTION_ADVSKEW, 250, 1, 240, 0 },
		{ COMPAT_OPENBSD, DEMOTION_BOTH, 100, 300, 240, 255 },
		{ COMPAT_OPENBSD, DEMOTION_BOTH, 100, -7, 93, 0 },
		{ COMPAT_FREEBSD, DEMOTION_BYTE, 100, 7, 100, 7 },
		{ COMPAT_FREEBSD, DEMOTION_BYTE, 254, 7, 240, 7 },
		{ COMPAT_FREEBSD, DEMOTION_BOTH, 100, 7, 107, 7 },
		{ COMPAT_UCARP, DEMOTION_BYTE, 100, 7, 100, 7 },
		{ COMPAT_UCARP, DEMOTION_BOTH, 100, 7, 240, 7 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct election e;

		wanted = stage_settings(rows[i].compat);
		wanted.demotion_form = rows[i].form;
		wanted.advskew = (uint8_t)rows[i].advskew;
		election_init(&e, &wanted);
		e.demotion = rows[i].demotion;
		cr_expect_eq(election_wire_advskew(&e), rows[i].wire, "%zu", i);
		cr_expect_eq(election_wire_demote(&e), rows[i].byte, "%zu", i);
	}
}

/* A master says at once what has changed on the wire, and nothing if all that
 * has changed is the sum behind it. */
Test(election_ways, only_what_shows_is_told)
{
	static const struct {
		enum compat compat;
		enum demotion_form form;
		int advskew, before, after;
		bool told;
	} rows[] = {
		{ COMPAT_OPENBSD, DEMOTION_BYTE, 100, 0, 1, true },
		{ COMPAT_OPENBSD, DEMOTION_BYTE, 100, 0, -1, false },
		{ COMPAT_OPENBSD, DEMOTION_BYTE, 100, 255, 256, false },
		{ COMPAT_OPENBSD, DEMOTION_BOTH, 100, 0, -1, true },
		{ COMPAT_OPENBSD, DEMOTION_BOTH, 240, 1, 2, true },
		{ COMPAT_FREEBSD, DEMOTION_ADVSKEW, 100, 0, 1, true },
		{ COMPAT_FREEBSD, DEMOTION_ADVSKEW, 100, 240, 480, false },
		{ COMPAT_FREEBSD, DEMOTION_ADVSKEW, 100, 240, 0, true },
		{ COMPAT_UCARP, DEMOTION_ADVSKEW, 100, 1, 2, false },
		{ COMPAT_UCARP, DEMOTION_ADVSKEW, 100, 2, 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct election_event demote = { .kind = EVENT_DEMOTION };
		struct instant due;
		struct stage s;

		wanted = stage_settings(rows[i].compat);
		wanted.demotion_form = rows[i].form;
		wanted.advskew = (uint8_t)rows[i].advskew;
		open(&s, ELECTION_MASTER);
		demote.demotion = rows[i].before;
		stage_step(&s, demote);
		stage_wait(&s, span_ms(10));
		due = s.e.advert_due;
		demote.demotion = rows[i].after;
		stage_step(&s, demote);
		cr_expect_eq(s.e.demotion, rows[i].after);
		cr_expect_eq(s.out.actions, rows[i].told ? ACTION_ADVERTISE : 0,
			     "%zu", i);
		cr_expect_eq(s.e.advert_due.ns != due.ns, rows[i].told, "%zu",
			     i);
	}
}

/* Byte 4 is read by OpenBSD's rules and by whoever sends it. */
Test(election_ways, who_reads_the_byte)
{
	static const struct {
		enum compat compat;
		enum demotion_form form;
		bool reads;
	} rows[] = {
		{ COMPAT_OPENBSD, DEMOTION_ADVSKEW, true },
		{ COMPAT_OPENBSD, DEMOTION_BOTH, true },
		{ COMPAT_FREEBSD, DEMOTION_BYTE, true },
		{ COMPAT_FREEBSD, DEMOTION_BOTH, true },
		{ COMPAT_FREEBSD, DEMOTION_ADVSKEW, false },
		{ COMPAT_UCARP, DEMOTION_ADVSKEW, false },
		{ COMPAT_UCARP, DEMOTION_BOTH, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		wanted = stage_settings(rows[i].compat);
		wanted.demotion_form = rows[i].form;
		open(&s, ELECTION_BACKUP);
		hear(&s, 1, 50, 3);
		cr_expect_eq(s.out.to == ELECTION_MASTER, rows[i].reads, "%zu",
			     i);
	}
}

/* --- preempt delay ----------------------------------------------------------
 */

enum delay_numbers {
	DELAY_S = 20,
	/* Every other second the slower master is heard: never timed out. */
	HEARD_EVERY_MS = 2000
};

static void want_delay(enum compat compat, int advskew)
{
	wanted = stage_settings(compat);
	wanted.preempt = true;
	wanted.preempt_delay = span_ms(DELAY_S * 1000);
	wanted.advskew = (uint8_t)advskew;
}

/* Seconds until a master of 1/200 is preempted. */
static int seconds_heard(struct stage *s)
{
	for (int ms = 0; ms < 60000; ms += HEARD_EVERY_MS) {
		hear(s, 1, 200, 0);
		s->e.down[ELECTION_V6] = INSTANT_NEVER;
		if (s->out.to == ELECTION_MASTER)
			return ms / 1000;
		stage_wait(s, span_ms(HEARD_EVERY_MS));
	}
	return -1;
}

Test(election_ways, preemption_waits_after_a_start)
{
	struct stage s;

	want_delay(COMPAT_OPENBSD, 100);
	open(&s, ELECTION_BACKUP);
	cr_expect_eq(election_preempt_wait(&s.e, s.now).ns,
		     span_ms(DELAY_S * 1000).ns);
	cr_expect_eq(seconds_heard(&s), DELAY_S);
	cr_expect_eq(s.out.reason, REASON_PREEMPT);
	cr_expect_eq(election_preempt_wait(&s.e, s.now).ns, 0);
}

Test(election_ways, preemption_waits_after_the_link_came_up)
{
	struct stage s;

	want_delay(COMPAT_OPENBSD, 100);
	open(&s, ELECTION_BACKUP);
	stage_wait(&s, span_ms(100000));
	stage_step(&s, (struct election_event){ .kind = EVENT_LINK });
	stage_wait(&s, span_ms(1000));
	stage_step(&s, (struct election_event){ .kind = EVENT_LINK,
						.link_up = true });
	cr_expect_eq(seconds_heard(&s), DELAY_S);
}

Test(election_ways, the_delay_can_be_changed_under_way)
{
	struct stage s;

	want_delay(COMPAT_OPENBSD, 100);
	open(&s, ELECTION_BACKUP);
	stage_wait(&s, span_ms(1000));
	wanted.preempt_delay = span_ms(0);
	set(&s);
	hear(&s, 1, 200, 0);
	cr_expect_eq(s.out.reason, REASON_PREEMPT);
}

/* Who lost its role to another's advertisement is not new here. */
Test(election_ways, a_master_that_yielded_waits_no_more)
{
	struct stage s;

	want_delay(COMPAT_OPENBSD, 100);
	open(&s, ELECTION_BACKUP);
	stage_wait(&s, span_ms(DELAY_S * 1000));
	stage_tick(&s);
	cr_assert_eq(s.e.state, ELECTION_MASTER);
	hear(&s, 1, 50, 0);
	cr_assert_eq(s.e.state, ELECTION_BACKUP);
	hear(&s, 1, 200, 0);
	cr_expect_eq(s.out.reason, REASON_PREEMPT);
}

Test(election_ways, nobody_waits_for_the_dead_the_leaving_and_the_demoted)
{
	static const struct {
		enum compat compat;
		int own, advbase, advskew, demote;
		bool taken;
	} rows[] = {
		{ COMPAT_OPENBSD, 100, 1, 200, 0, false },
		{ COMPAT_OPENBSD, 100, 1, 200, 1, true },
		{ COMPAT_OPENBSD, 100, 1, 50, 1, true },
		{ COMPAT_OPENBSD, 100, 255, 255, 0, true },
		{ COMPAT_OPENBSD, 100, 4, 0, 0, true },
		{ COMPAT_FREEBSD, 100, 1, 239, 0, false },
		{ COMPAT_FREEBSD, 100, 1, 240, 0, true },
		{ COMPAT_FREEBSD, 239, 1, 240, 0, true },
		{ COMPAT_UCARP, 240, 1, 250, 0, false },
		{ COMPAT_UCARP, 100, 255, 255, 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		want_delay(rows[i].compat, rows[i].own);
		open(&s, ELECTION_BACKUP);
		hear(&s, rows[i].advbase, rows[i].advskew, rows[i].demote);
		cr_expect_eq(s.out.to == ELECTION_MASTER, rows[i].taken, "%zu",
			     i);
	}
	want_delay(COMPAT_OPENBSD, 100);
	for (int base = 0; base <= 255; base++) {
		struct stage s;

		wanted.advbase = (uint8_t)base;
		open(&s, ELECTION_BACKUP);
		hear(&s, 255, 255, 0);
		cr_expect_eq(s.out.to, ELECTION_MASTER, "bow-out, %d", base);
		open(&s, ELECTION_BACKUP);
		stage_tick(&s);
		cr_expect_eq(s.out.reason, REASON_TIMED_OUT);
	}
}

/* --- observing --------------------------------------------------------------
 */

Test(election_ways, an_observer_stays_in_init)
{
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	wanted.observe = true;
	wanted.preempt = true;
	stage_open(&s, &wanted);
	stage_step(&s, (struct election_event){ .kind = EVENT_START,
						.link_up = true });
	hear(&s, 4, 0, 9);
	stage_step(&s, (struct election_event){ .kind = EVENT_COMMAND,
						.want_master = true });
	cr_expect_eq(s.e.state, ELECTION_INIT);
	cr_expect(instant_is_never(election_deadline(&s.e)));
	wanted.observe = false;
	set(&s);
	cr_expect_eq(s.out.to, ELECTION_BACKUP);
	cr_expect_eq(s.out.reason, REASON_STARTED);
	stage_tick(&s);
	cr_expect_eq(s.e.state, ELECTION_MASTER);
}

Test(election_ways, a_master_that_turns_observer_bows_out)
{
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	open(&s, ELECTION_MASTER);
	wanted.observe = true;
	set(&s);
	cr_expect_eq(s.out.actions, LOSS | ACTION_RESIGN);
	cr_expect_eq(s.out.reason, REASON_OBSERVES);
	open(&s, ELECTION_INIT);
	wanted.observe = false;
	open(&s, ELECTION_BACKUP);
	wanted.observe = true;
	set(&s);
	cr_expect_eq(s.out.actions, 0, "a backup has nothing to say");
	cr_expect_eq(s.e.state, ELECTION_INIT);
}

/* --- what has arrived ------------------------------------------------------
 */

static void hear_late(struct stage *s, uint8_t advbase, uint8_t advskew,
		      uint64_t age_ms, uint64_t later_age_ms)
{
	struct election_event event = {
		.kind = EVENT_ADVERT,
		.advert = { .advbase = advbase, .advskew = advskew },
	};

	event.advert.at.ns = s->now.ns - span_ms(age_ms).ns;
	event.heard[ELECTION_V4].ns = s->now.ns - span_ms(later_age_ms).ns;
	stage_step(s, event);
}

/* Its place was taken while it slept, and is free again. */
Test(election_ways, a_sleeper_takes_back_what_is_left)
{
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	open(&s, ELECTION_MASTER);
	stage_wait(&s, span_ms(5000));
	hear_late(&s, 255, 255, 20, 10);
	cr_expect_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(s.out.actions, 0, "somebody else was heard since");
	hear_late(&s, 255, 255, 10, 10);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE | ACTION_ANNOUNCE);
	election_sent(&s.e, s.now, true);
	cr_expect_gt(election_deadline(&s.e).ns, s.now.ns);
	hear_late(&s, 255, 255, 0, 0);
	cr_expect_eq(s.out.actions, 0, "the farewell's other half");
	/* What was heard of a family that does not count. */
	wanted.family[ELECTION_V4] = false;
	open(&s, ELECTION_MASTER);
	stage_wait(&s, span_ms(5000));
	hear_late(&s, 255, 255, 20, 10);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE | ACTION_ANNOUNCE);
}

/* Nor does it answer more often because nothing leaves. */
Test(election_ways, a_sleeper_that_cannot_send_answers_once_an_interval)
{
	struct stage s;

	wanted = stage_settings(COMPAT_OPENBSD);
	open(&s, ELECTION_MASTER);
	stage_wait(&s, span_ms(5000));
	hear_late(&s, 255, 255, 0, 0);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE | ACTION_ANNOUNCE);
	election_sent(&s.e, s.now, false);
	hear_late(&s, 255, 255, 0, 0);
	cr_expect_eq(s.out.actions, 0, "the farewell's other half");
	stage_wait(&s, election_interval(&s.e));
	hear_late(&s, 255, 255, 0, 0);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE | ACTION_ANNOUNCE);
}
