/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rank, at its edges: who waits to preempt, whom nobody waits for, and ties
 * between addresses.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fake.h"
#include "stage.h"

static void hear(struct stage *s, uint8_t advbase, uint8_t advskew)
{
	stage_step(s, (struct election_event){ .kind = EVENT_ADVERT,
					       .advert = { .advbase = advbase,
							   .advskew = advskew,
							   .at = s->now } });
}

/* A preempt delay counts for nobody who would not preempt. */
Test(rank, who_does_not_preempt_does_not_wait)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct stage s;

	settings.preempt_delay = span_ms(60000);
	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_BACKUP);
	cr_expect_eq(election_preempt_wait(&s.e, s.now).ns, 0);
	s.e.settings.preempt = true;
	cr_expect_eq(election_preempt_wait(&s.e, s.now).ns, span_ms(60000).ns);
	stage_tick(&s);
	cr_assert_eq(s.e.state, ELECTION_MASTER);
	cr_expect_eq(election_preempt_wait(&s.e, s.now).ns, 0, "a master");
}

/* Guards: 255 alone is a slow master's advbase; only 255/255 is a farewell. */
Test(rank, nobody_waits_for_who_leaves)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	struct stage s;

	settings.advbase = 1;
	settings.preempt = true;
	settings.preempt_delay = span_ms(60000);
	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_BACKUP);
	s.e.settings.dead_ratio = 255; /* or it would time out anyway */
	hear(&s, 255, 0);
	cr_expect_eq(s.e.state, ELECTION_BACKUP);
	hear(&s, 255, 255);
	cr_expect_eq(s.e.state, ELECTION_MASTER);
}

/* Guards: a host that has made way is never less patient for a faster peer. */
Test(rank, patience_with_a_faster_peer)
{
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);
	const struct election_advert faster = { .advskew = 10 },
				     slower = { .advskew = 250 };
	struct stage s;

	settings.advbase = 0;
	stage_open(&s, &settings);
	stage_reach(&s, ELECTION_BACKUP);
	stage_step(&s, (struct election_event){ .kind = EVENT_DEMOTION,
						.demotion = 1 });
	cr_expect_eq(election_patience(&s.e, &faster).ns,
		     election_master_down(&s.e).ns);
	cr_expect_gt(election_patience(&s.e, &slower).ns,
		     election_master_down(&s.e).ns);
}

/* ucarp's tie: the address that goes first wins, compared from its last byte;
 * a master yields to one that goes first, and to nobody else. */
static enum election_state after_a_tie(const uint8_t source[4])
{
	struct carp_event event = { .kind = CARP_EVENT_ADVERT,
				    .vhid = 1,
				    .family = 4,
				    .advbase = 1,
				    .advskew = 100 };
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_UCARP;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	event.time_ns = f.now.ns;
	memcpy(event.source, source, 4);
	group_event(&f.group, &event, f.now);
	return f.group.election.state;
}

Test(rank, ties_of_addresses)
{
	static const uint8_t own[4] = { 192, 0, 2, 1 };
	static const uint8_t before[4] = { 192, 0, 1, 1 };
	static const uint8_t behind[4] = { 192, 0, 3, 1 };

	cr_expect_eq(after_a_tie(before), ELECTION_BACKUP);
	cr_expect_eq(after_a_tie(behind), ELECTION_MASTER);
	cr_expect_eq(after_a_tie(own), ELECTION_MASTER, "nobody's tie");
}

/* The form of demotion an operator chose counts, whatever the rules say. */
Test(rank, form_of_demotion)
{
	static const struct {
		enum demotion_form form;
		const char *says;
	} rows[] = {
		{ DEMOTION_AUTO, "counter ad4:1/105/0 counter ad6:1/105/0" },
		{ DEMOTION_BYTE, "counter ad4:1/100/5 counter ad6:1/100/5" },
		{ DEMOTION_ADVSKEW, "counter ad4:1/105/0 counter ad6:1/105/0" },
		{ DEMOTION_BOTH, "counter ad4:1/105/5 counter ad6:1/105/5" },
	};
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_FREEBSD;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		settings.demotion_form = rows[i].form;
		fake_open(&f, &settings, 1);
		fake_reach(&f, ELECTION_MASTER);
		group_demotion(&f.group, 5, f.now);
		fake_log(&f);
		group_send_advert(&f.group);
		cr_expect_not_null(strstr(fake_log(&f), rows[i].says));
	}
}
