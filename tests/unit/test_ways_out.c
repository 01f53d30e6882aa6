/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames on their way out: to peers of both families, under two digests, with
 * nobody who would send a farewell, and when they will not leave.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

static const struct address peers[] = {
	{ 4, { 192, 0, 2, 9 } },
	{ 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 } },
};

Test(ways_out, each_peer_in_its_family)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.peers = peers;
	settings.peers_count = 2;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard counter ad4:1/100/0 "
				       "counter ad6:1/100/0 lease+");
	cr_expect_arr_eq(f.advert6 + 38, peers[1].bytes, 16);
}

/* Guards: no farewell is made where nobody would send it. */
Test(ways_out, without_a_guardian)
{
	struct settings settings = fake_settings();
	struct group_ops ops;
	struct fake f;

	fake_open(&f, &settings, 1);
	ops = *f.group.ops;
	ops.farewell = NULL;
	f.group.ops = &ops;
	fake_reach(&f, ELECTION_MASTER);
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard counter ad4:1/100/0 "
				       "counter ad6:1/100/0 lease+");
	group_stop(&f.group, f.now);
	cr_expect_eq(f.farewells_count, 0);
}

/* Guards: while a passphrase changes, a lease is worth both digests. */
Test(ways_out, half_a_change_renews_no_lease)
{
	struct settings settings = fake_settings();
	const struct carp_recipe recipe = { .blocks = 2 };
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	group_settings(&f.group, &settings, &recipe, span_ms(5000), f.now);
	fake_log(&f);
	f.fails[ELECTION_V4] = true;
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter !ad4:1/100/0 "
			 "counter ad6:1/100/0 counter ad6:1/100/0");
}

/* The reply is sent even if the request was not; both are tried again. */
Test(ways_out, an_announcement_that_does_not_leave)
{
	struct settings settings = fake_settings();
	unsigned int frames = 0;
	struct fake f;

	settings.gateways[0] = (struct address){ 4, { 192, 0, 2, 254 } };
	settings.gateways_count = 1;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	f.fails_arp = 1;
	cr_expect_not(group_announce_vip(&f.group, &settings.vips[0], &frames));
	cr_expect_str_eq(fake_log(&f), "arp2 arp1");
	cr_expect_eq(frames, 3);
	f.fails_arp = 3;
	cr_expect_not(group_announce_vip(&f.group, &settings.vips[0], &frames));
	cr_expect(group_announce_vip(&f.group, &settings.vips[0], &frames));
}

/* Too many to announce at every interval: as often as the operator says. */
Test(ways_out, many_virtual_ips_among_ucarps)
{
	static struct vip many[65];
	struct settings settings = fake_settings();
	struct instant before;
	struct fake f;

	for (unsigned int i = 0; i < 65; i++)
		many[i] = (struct vip){ { 4, { 10, 0, 0, (uint8_t)(i + 1) } },
					32 };
	settings.compat = COMPAT_UCARP;
	settings.announce_refresh = 60;
	settings.vips = many;
	settings.vips_count = 65;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	f.group.announcer.repeats = 4;
	f.group.announcer.repeat_due = f.now;
	before = f.now;
	group_announce_tick(&f.group, f.now);
	cr_expect_eq(instant_since(before, f.group.announcer.repeat_due).ns,
		     span_ms(60000).ns);
}

/* Long after the promotion, when only the refreshes are left. */
Test(ways_out, a_refresh_that_is_taken_away)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.announce_refresh = 20;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	f.group.announcer.repeats = 4;
	settings.announce_refresh = 0;
	group_settings(&f.group, &settings, &f.group.recipe, span_ms(0), f.now);
	cr_expect(instant_is_never(f.group.announcer.repeat_due));
	settings.announce_refresh = 20;
	group_settings(&f.group, &settings, &f.group.recipe, span_ms(0), f.now);
	cr_expect_not(instant_is_never(f.group.announcer.repeat_due));
}

/* Guards: an announcement is the node's to make, behind all elections. */
Test(ways_out, a_node_announces_what_is_due)
{
	struct host h;
	struct fake *f = &h.fakes[0];

	host_open(&h, COMPAT_OPENBSD);
	fake_tick(f);
	cr_assert_eq(host_state(&h, 0), ELECTION_MASTER);
	f->group.election.settle_due = INSTANT_NEVER;
	f->group.announcer.repeat_due = f->now;
	group_plan(&f->group);
	for (int i = 1; i < HOST_GROUPS; i++)
		h.fakes[i].now = f->now;
	fake_log(f);
	node_tick(&h.node, f->now);
	cr_expect_str_eq(fake_log(f), "arp1 arp2 na");
}

/* Guards: with no room for one more fault, nobody is demoted by half. */
Test(ways_out, a_full_ledger)
{
	char reason[32];
	struct host h;
	int before;

	host_open(&h, COMPAT_OPENBSD);
	for (unsigned int i = 0; i < LEDGER_ENTRIES_MAX; i++) {
		snprintf(reason, sizeof(reason), "fault %u", i);
		cr_assert(
			node_hold_back(&h.node, 1, reason, "", h.fakes[0].now));
	}
	before = host_demotion(&h, 0);
	cr_expect_not(
		node_hold_back(&h.node, 1, "one more", "", h.fakes[0].now));
	cr_expect_eq(host_demotion(&h, 0), before);
}
