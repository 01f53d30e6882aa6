/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: a track is up or down after so many runs in a row, and no sooner;
 * what it demotes by is in the ledger while it is down, for the groups it
 * counts for, and for no others.
 */
#include "host.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum {
	INTERVAL_MS = 1000
};

static struct track_rules rules_of(unsigned int rise, unsigned int fall)
{
	return (struct track_rules){ .name = "up",
				     .rise = (uint8_t)rise,
				     .fall = (uint8_t)fall,
				     .demotion = 50,
				     .interval_ms = INTERVAL_MS };
}

static struct track track_of(unsigned int rise, unsigned int fall)
{
	const struct track_rules rules = rules_of(rise, fall);
	struct track track;

	track_init(&track, &rules);
	return track;
}

/* One interval after the last. */
static bool run(struct track *track, bool up, int value)
{
	static struct instant now = { 1000000000 };

	now.ns += INTERVAL_MS * 1000000ULL;
	return track_result(track, up, value, "text", now);
}

static int demotion(const struct track *track)
{
	bool weighed;

	return track_demotion(track, &weighed);
}

Test(track, the_first_run_decides_at_once)
{
	struct track good = track_of(3, 3), bad = track_of(3, 3);

	cr_expect_eq(demotion(&good), 0, "unknown demotes nothing");
	cr_expect_str_eq(track_state_name(good.state), "unknown");
	cr_expect(run(&good, true, 0));
	cr_expect(run(&bad, false, 0));
	cr_expect_eq(good.state, TRACK_UP);
	cr_expect_eq(demotion(&good), 0);
	cr_expect_eq(bad.state, TRACK_DOWN);
	cr_expect_eq(demotion(&bad), 50);
	cr_expect_str_eq(track_state_name(bad.state), "down");
	cr_expect_str_eq(bad.text, "text");
}

Test(track, unknown_may_count_as_down)
{
	struct track track = track_of(2, 2);

	track.rules.guilty = true;
	cr_expect_eq(demotion(&track), 50);
	run(&track, true, 0);
	cr_expect_eq(demotion(&track), 0);
}

Test(track, rise_and_fall_are_runs_in_a_row)
{
	struct track track = track_of(2, 3);

	run(&track, true, 0);
	cr_expect_not(run(&track, false, 0));
	cr_expect_not(run(&track, false, 0));
	cr_expect_not(run(&track, true, 0), "that was it");
	cr_expect_not(run(&track, false, 0));
	cr_expect_not(run(&track, false, 0));
	cr_expect_eq(track.state, TRACK_UP);
	cr_expect(run(&track, false, 0));
	cr_expect_eq(track.state, TRACK_DOWN);
	cr_expect_not(run(&track, true, 0));
	cr_expect(run(&track, true, 0));
	cr_expect_eq(track.state, TRACK_UP);
	cr_expect_eq(track.changes, 3);
	cr_expect_eq(track.runs[0], 5);
	cr_expect_eq(track.runs[1], 4);
}

Test(track, a_value_is_the_demotion_while_it_can_be_read)
{
	struct track track = track_of(1, 1);

	track.rules.valued = true;
	cr_expect(run(&track, true, 7));
	cr_expect_eq(demotion(&track), 7);
	cr_expect_not(run(&track, true, 7));
	cr_expect(run(&track, true, 0), "another value");
	cr_expect_eq(demotion(&track), 0);
	cr_expect(run(&track, false, 0));
	cr_expect_eq(demotion(&track), 50);
	track.rules.valued = false;
	cr_expect(run(&track, true, 9));
	cr_expect_eq(demotion(&track), 0, "of what has none it is nothing");
	cr_expect_not(run(&track, true, 8));
}

/* A value that cannot be believed yet, for the track is still down. */
Test(track, a_value_counts_once_it_is_up)
{
	struct track track = track_of(2, 1);

	track.rules.valued = true;
	run(&track, false, 0);
	cr_expect_not(run(&track, true, 7));
	cr_expect_eq(demotion(&track), 50);
	cr_expect(run(&track, true, 7));
	cr_expect_eq(demotion(&track), 7);
}

/* Two may come close together: the first was slow. */
Test(track, who_reports_too_often_is_not_heard)
{
	struct track track = track_of(1, 1);
	struct instant now = { 1000000000 };

	for (int i = 0; i < 100; i++) {
		track_result(&track, i % 2, 0, "", now);
		now.ns += 1000000;
	}
	cr_expect_eq(track.runs[0] + track.runs[1], 2);
	track_result(&track, true, 0, "", now);
	cr_expect_eq(track.runs[1], 2);
	now.ns += 900000;
	track_result(&track, true, 0, "", now);
	cr_expect_eq(track.runs[1], 2, "99.9 ms after the other");
	now.ns += 100000;
	track_result(&track, true, 0, "", now);
	cr_expect_eq(track.runs[1], 3);
}

Test(track, is_stale_when_it_was_to_be_heard_of)
{
	struct track track = track_of(1, 1);
	const struct instant now = { 5000000000 };

	cr_expect_not(track_stale(&track, 500, now), "never heard of");
	track_result(&track, true, 0, "", now);
	cr_expect_not(track_stale(&track, 500, (struct instant){ 7500000000 }));
	cr_expect(track_stale(&track, 500, (struct instant){ 7500000001 }));
}

Test(track, counts_for_those_that_name_it)
{
	struct host h;
	struct track track = track_of(1, 1);
	struct settings *s;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	s = &h.fakes[1].group.settings;
	snprintf(s->tracks[0], sizeof(s->tracks[0]), "other");
	snprintf(s->tracks[1], sizeof(s->tracks[1]), "up");
	s->tracks_count = 2;
	track.state = TRACK_DOWN;
	cr_expect(node_track(&h.node, &track, now));
	cr_expect_eq(host_demotion(&h, 1), 50);
	cr_expect_eq(host_demotion(&h, 0), 0);
	cr_expect_str_eq(h.node.ledger.entries[0].by, "track up");
	/* An operator's name is no track's. */
	cr_expect_not(ledger_knows(&h.node.ledger, "up"));
	cr_expect(host_demote(&h.node, "up", 0, 1000, "deploy", now));
	cr_expect_eq(host_demotion(&h, 1), 50);
	cr_expect(node_track_end(&h.node, &track, now));
	cr_expect_eq(host_demotion(&h, 1), 0);
}

Test(track, counts_for_all_if_it_says_so)
{
	struct host h;
	struct track track = track_of(1, 1);

	host_open(&h, COMPAT_OPENBSD);
	track.rules.all = true;
	track.state = TRACK_DOWN;
	cr_expect(node_track(&h.node, &track, h.fakes[0].now));
	for (int i = 0; i < HOST_GROUPS; i++)
		cr_expect_eq(host_demotion(&h, i), 50);
	track.state = TRACK_UP;
	cr_expect(node_track(&h.node, &track, h.fakes[0].now));
	cr_expect_eq(h.node.ledger.count, 0);
}

/* Without an amount of its own it is weighed as a lost link; with one of its
 * own it stays as it is, even if that is what a link would weigh. */
Test(track, weighs_as_much_as_a_link_or_what_it_says)
{
	struct host h;
	struct track track = track_of(1, 1);
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	track.rules.all = true;
	track.state = TRACK_DOWN;
	track.rules.demotion = TRACK_WEIGHED;
	node_track(&h.node, &track, now);
	cr_expect_eq(host_demotion(&h, 0), 1);
	node_remove(&h.node, &h.fakes[3].group);
	host_add(&h, 3, COMPAT_FREEBSD);
	cr_expect_eq(host_demotion(&h, 0), 240);
	track.rules.demotion = 1;
	node_track(&h.node, &track, now);
	node_changed(&h.node, now);
	cr_expect_eq(host_demotion(&h, 0), 1);
	cr_expect_eq(h.node.ledger.count, 1);
}
