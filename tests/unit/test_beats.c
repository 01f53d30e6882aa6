/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: a host's masters advertise in step, so that one wake-up serves many;
 * none later than its interval, none earlier by more than an advskew of 1; and
 * once in step they are not early any more.
 */
#include "stage.h"

#include <criterion/criterion.h>

enum {
	SKEW_NS = 1000000000 / 256,
	BEAT_NS = 1000000000 / 64,
	LATE_NS = 70000, /* a wake-up */
	ADVERTS = 40,
	IN_STEP = 6, /* adverts until a master is */
};

static void become_master(struct stage *s, uint8_t advbase, uint8_t advskew,
			  uint64_t begin_ns)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);

	settings.advbase = advbase;
	settings.advskew = advskew;
	stage_open(s, &settings);
	s->now.ns += begin_ns;
	stage_reach(s, ELECTION_MASTER);
}

/* Ticks late by that much; how long after the last tick it was due. */
static uint64_t advertise(struct stage *s, uint64_t late_ns)
{
	const struct instant last = s->now;
	const struct instant due = election_deadline(&s->e);

	s->now = instant_add(due, (struct span){ late_ns });
	stage_tick(s);
	cr_assert_eq(s->out.actions & ACTION_ADVERTISE, ACTION_ADVERTISE);
	return instant_since(last, due).ns;
}

static void check_run(uint8_t advbase, uint8_t advskew, uint64_t begin_ns)
{
	const uint64_t true_ns =
		advbase * 1000000000ULL + advskew * (uint64_t)SKEW_NS;
	const uint64_t beat = advskew % 4 ? SKEW_NS : BEAT_NS;
	struct stage s;
	struct instant due;

	become_master(&s, advbase, advskew, begin_ns);
	for (int i = 0; i < ADVERTS; i++) {
		uint64_t gap;

		due = election_deadline(&s.e);
		gap = advertise(&s, i % 2 ? LATE_NS : 0);
		cr_expect_leq(gap, true_ns, "%u/%u", advbase, advskew);
		cr_expect_geq(gap + SKEW_NS + LATE_NS + 1000, true_ns, "%u/%u",
			      advbase, advskew);
		if (i < IN_STEP)
			continue;
		cr_expect_eq(due.ns % beat, 0, "%u/%u: %d", advbase, advskew,
			     i);
		cr_expect_eq(instant_since(due, election_deadline(&s.e)).ns,
			     true_ns, "%u/%u: %d", advbase, advskew, i);
	}
}

Test(beats, masters_come_in_step_and_stay)
{
	static const uint8_t skews[] = { 0, 1, 2, 3, 4, 100, 101, 254 };

	for (size_t i = 0; i < sizeof(skews); i++)
		for (uint64_t begin = 0; begin < 2 * BEAT_NS; begin += 777777) {
			check_run(1, skews[i], begin);
			check_run(255, skews[i], begin);
		}
}

/* Where an advskew is all there is, a lease leaves no room for it. */
Test(beats, without_an_advbase_they_do_not)
{
	struct stage s;

	become_master(&s, 0, 4, 777777);
	for (int i = 0; i < ADVERTS; i++)
		cr_expect_eq(advertise(&s, LATE_NS), 15625000ULL);
}
