/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An election brought to a state by events alone.
 */
#include "stage.h"

#include <criterion/criterion.h>

enum {
	STAGE_BEGIN_S = 1000
};

struct election_settings stage_settings(enum compat compat)
{
	return (struct election_settings){
		.advbase = 1,
		.advskew = 100,
		.dead_ratio = SETTINGS_DEAD_RATIO_DEFAULT,
		.compat = compat,
		.demotion_form = compat == COMPAT_OPENBSD ? DEMOTION_BYTE
							  : DEMOTION_ADVSKEW,
		.family = { true, true },
	};
}

void stage_open(struct stage *s, const struct election_settings *settings)
{
	*s = (struct stage){ 0 };
	s->now = instant_add(s->now, span_ms(STAGE_BEGIN_S * 1000));
	election_init(&s->e, settings);
}

void stage_step(struct stage *s, struct election_event event)
{
	event.now = s->now;
	election_step(&s->e, &event, &s->out);
}

void stage_wait(struct stage *s, struct span span)
{
	s->now = instant_add(s->now, span);
}

void stage_tick(struct stage *s)
{
	s->now = instant_max(s->now, election_deadline(&s->e));
	stage_step(s, (struct election_event){ .kind = EVENT_TICK });
	if (s->out.actions & ACTION_ADVERTISE)
		election_sent(&s->e, s->now, true);
}

void stage_reach(struct stage *s, enum election_state state)
{
	struct election_event start = { .kind = EVENT_START, .link_up = true };

	if (state == ELECTION_INIT)
		return;
	stage_step(s, start);
	cr_assert_eq(s->e.state, ELECTION_BACKUP);
	if (state == ELECTION_BACKUP)
		return;
	stage_tick(s);
	cr_assert_eq(s->e.state, ELECTION_MASTER);
	/* Long settled; what a new master does is a test of its own. */
	s->e.settle_due = INSTANT_NEVER;
}
