/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A new master announces once more shortly after its promotion: a frame of
 * the old master may have crossed its first ones, and a switch sends the
 * virtual MAC's traffic where it heard it last.
 */
#include <criterion/criterion.h>

#include "stage.h"

static void promote(struct stage *s)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);

	stage_open(s, &settings);
	stage_reach(s, ELECTION_BACKUP);
	stage_tick(s);
	cr_assert_eq(s->e.state, ELECTION_MASTER);
}

Test(settle, announces_once_more_soon)
{
	struct instant promoted;
	struct stage s;

	promote(&s);
	promoted = s.now;
	stage_tick(&s);
	cr_expect_eq(instant_since(promoted, s.now).ns, span_ms(10).ns);
	cr_expect_eq(s.out.actions, ACTION_ANNOUNCE);
	stage_tick(&s);
	cr_expect_eq(s.out.actions, ACTION_ADVERTISE, "and not again");
}

Test(settle, not_without_a_lease)
{
	struct stage s;

	promote(&s);
	s.e.lease_until = INSTANT_PAST;
	stage_wait(&s, span_ms(10));
	stage_step(&s, (struct election_event){ .kind = EVENT_TICK });
	cr_expect_eq(s.out.actions, 0);
}

Test(settle, not_as_a_backup)
{
	struct election_event faster = {
		.kind = EVENT_ADVERT,
		.advert = { .family = ELECTION_V4, .advbase = 1 },
	};
	struct stage s;

	promote(&s);
	faster.advert.at = s.now;
	stage_step(&s, faster);
	cr_assert_eq(s.e.state, ELECTION_BACKUP);
	stage_wait(&s, span_ms(10));
	stage_step(&s, (struct election_event){ .kind = EVENT_TICK });
	cr_expect_eq(s.out.actions, 0);
}
