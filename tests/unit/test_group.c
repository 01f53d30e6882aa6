/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: what a group does and in which order.  Losing: first the lease.
 * Gaining: addresses, lease, advertisement, announcements.  Who must not
 * speak does not: an observer, a backup, a master without a lease.
 */
#include "fake.h"

#include <criterion/criterion.h>
#include <string.h>

static void open_in(struct fake *f, enum election_state state)
{
	struct settings settings = fake_settings();

	fake_open(f, &settings, 2);
	fake_reach(f, state);
}

Test(group, start)
{
	struct settings settings = fake_settings();
	struct fake f;

	fake_open(&f, &settings, 2);
	group_start(&f.group, true, f.now);
	cr_expect_str_eq(fake_log(&f), "role=init role=backup changed");
	cr_expect_eq(f.group.reason, REASON_STARTED);
	fake_open(&f, &settings, 2);
	group_start(&f.group, false, f.now);
	cr_expect_str_eq(fake_log(&f), "role=init");
	cr_expect_eq(f.group.reason, REASON_LINK_DOWN);
	cr_expect_eq(f.group.since.ns, f.now.ns);
}

Test(group, gain)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard role=master addresses+ lease+ "
			 "counter ad4:1/100/0 counter ad6:1/100/0 lease+ "
			 "arp1 arp2 na changed");
	cr_expect_eq(f.lease.ns, f.group.election.lease_until.ns);
	cr_expect_gt(f.lease.ns, f.now.ns);
	cr_expect_eq(group_role(&f.group), CARP_ROLE_MASTER);
	cr_expect_eq(f.group.adverts_sent, 2);
	cr_expect_eq(f.group.announcements_sent, 2);
	cr_expect_eq(f.group.reason, REASON_TIMED_OUT);
	cr_expect_eq(f.group.since.ns, f.now.ns);
}

Test(group, loss)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	fake_advert(&f, 4, 9, 1, 0);
	cr_expect_str_eq(fake_log(&f),
			 "heard lease- role=backup addresses- changed");
	cr_expect_eq(f.lease.ns, INSTANT_PAST.ns);
	group_link(&f.group, false, f.now);
	cr_expect_str_eq(fake_log(&f), "role=init changed");
	cr_expect_eq(f.group.transitions[ELECTION_INIT][ELECTION_BACKUP], 1);
	cr_expect_eq(f.group.transitions[ELECTION_BACKUP][ELECTION_MASTER], 1);
	cr_expect_eq(f.group.transitions[ELECTION_MASTER][ELECTION_BACKUP], 1);
	cr_expect_eq(f.group.transitions[ELECTION_BACKUP][ELECTION_INIT], 1);
}

Test(group, a_master_bows_out)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	group_stop(&f.group, f.now);
	cr_expect_str_eq(fake_log(&f),
			 "lease- role=init counter ad4:255/255/0 "
			 "counter ad6:255/255/0 addresses- changed");
	open_in(&f, ELECTION_BACKUP);
	group_stop(&f.group, f.now);
	cr_expect_str_eq(fake_log(&f), "role=init changed");
	open_in(&f, ELECTION_MASTER);
	group_command(&f.group, false, f.now);
	cr_expect_str_eq(fake_log(&f),
			 "lease- role=backup counter ad4:255/255/0 "
			 "counter ad6:255/255/0 addresses- changed");
}

Test(group, each_frame_has_the_next_sequence)
{
	struct fake f;
	uint64_t sequence = 2;

	open_in(&f, ELECTION_MASTER);
	for (int i = 0; i < 10; i++) {
		fake_tick(&f);
		sequence += 2;
		cr_expect_eq(f.counter >> CARP_SEAL_TAG_BITS, sequence);
	}
	cr_expect_eq(f.adverts, 22);
}

Test(group, a_tick_advertises_and_renews)
{
	struct fake f;
	struct instant lease;

	open_in(&f, ELECTION_MASTER);
	lease = f.lease;
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard counter ad4:1/100/0 "
				       "counter ad6:1/100/0 lease+");
	cr_expect_gt(f.lease.ns, lease.ns);
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/0 counter ad6:1/100/0 lease+ "
			 "arp1 arp2 na");
}

/* The lease counts from before the first byte left. */
Test(group, a_slow_send_does_not_lengthen_the_lease)
{
	struct fake f;
	struct instant ticked;

	open_in(&f, ELECTION_MASTER);
	ticked = group_deadline(&f.group);
	f.now = instant_add(ticked, span_ms(40));
	group_tick(&f.group, ticked);
	cr_expect_eq(f.lease.ns,
		     instant_add(f.now, election_lease(&f.group.election)).ns);
}

Test(group, an_observer_never_speaks)
{
	struct settings settings = fake_settings();
	struct carp_event seen = { .kind = CARP_EVENT_OBSERVED,
				   .family = 4,
				   .advbase = 4,
				   .advskew = 200,
				   .source = { 192, 0, 2, 9 } };
	struct fake f;

	settings.vips_count = 0;
	settings.preempt = true;
	fake_open(&f, &settings, 2);
	group_start(&f.group, true, f.now);
	cr_expect_str_eq(fake_log(&f), "role=observer");
	cr_expect_eq(f.group.reason, REASON_NO_VIPS);
	cr_expect_not(group_master_alive(&f.group, f.now));
	seen.time_ns = f.now.ns;
	group_event(&f.group, &seen, f.now);
	cr_expect(group_master_alive(&f.group, f.now));
	cr_expect_eq(f.group.master.address.bytes[3], 9);
	cr_expect_not(f.group.master.verified);
	group_demotion(&f.group, 5, f.now);
	group_command(&f.group, true, f.now);
	group_link(&f.group, false, f.now);
	group_link(&f.group, true, f.now);
	f.now = instant_add(f.now, span_ms(60000));
	group_tick(&f.group, f.now);
	fake_advert(&f, 4, 9, 255, 255);
	group_stop(&f.group, f.now);
	cr_expect_str_eq(fake_log(&f), "heard");
	cr_expect_eq(f.sent, 0);
	cr_expect_eq(group_role(&f.group), CARP_ROLE_OBSERVER);
}

Test(group, who_is_master)
{
	struct fake f;
	struct instant heard;

	open_in(&f, ELECTION_BACKUP);
	fake_advert(&f, 6, 9, 1, 128);
	heard = f.now;
	cr_expect(f.group.master.verified);
	cr_expect_eq(f.group.master.address.family, 6);
	cr_expect_eq(f.group.master.advskew, 128);
	cr_expect(group_master_alive(&f.group,
				     instant_add(heard, span_ms(4499))));
	cr_expect_not(group_master_alive(&f.group,
					 instant_add(heard, span_ms(4500))));
	open_in(&f, ELECTION_BACKUP);
	fake_advert(&f, 4, 9, 255, 255);
	cr_expect_not(group_master_alive(&f.group, f.now), "bowed out");
	open_in(&f, ELECTION_BACKUP);
	fake_advert(&f, 4, 9, 255, 0);
	cr_expect(group_master_alive(&f.group, f.now), "slow, but there");
}

static struct carp_event solicitation(bool probe)
{
	struct carp_event event = { .kind = CARP_EVENT_SOLICIT,
				    .family = 6,
				    .source_mac = { 2, 0, 0, 0, 0, 9 },
				    .target = { 0x20, 0x01, 0x0d,
						0xb8, [15] = 1 } };

	if (!probe) {
		event.source[0] = 0xfe;
		event.source[1] = 0x80;
		event.source[15] = 9;
	}
	return event;
}

Test(group, answers_solicitations_as_live_master_only)
{
	struct carp_event asked = solicitation(false);
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	group_event(&f.group, &asked, f.now);
	cr_expect_str_eq(fake_log(&f), "");
	open_in(&f, ELECTION_MASTER);
	f.group.router = true;
	group_event(&f.group, &asked, f.now);
	cr_expect_str_eq(fake_log(&f), "na");
	cr_expect_arr_eq(f.frame, asked.source_mac, 6);
	cr_expect_arr_eq(f.frame + 22, asked.target, 16);
	cr_expect_arr_eq(f.frame + 38, asked.source, 16);
	cr_expect_eq(f.frame[58], 0xe0, "router, solicited, override");
	group_event(&f.group, &asked, f.lease);
	cr_expect_str_eq(fake_log(&f), "", "the lease is over");
	f.lease.ns--;
	group_event(&f.group, &asked, f.lease);
	cr_expect_str_eq(fake_log(&f), "na", "not yet");
}

Test(group, answers_a_probe_to_all_nodes)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	struct carp_event probe = solicitation(true);
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	group_event(&f.group, &probe, f.now);
	cr_expect_str_eq(fake_log(&f), "na");
	cr_expect_arr_eq(f.frame, all_nodes_mac, 6);
	cr_expect_arr_eq(f.frame + 38, all_nodes, 16);
	cr_expect_eq(f.frame[58], 0x20, "override only");
}

Test(group, settings_keep_the_role)
{
	struct settings settings = fake_settings();
	const struct carp_recipe recipe = { .blocks = 2 };
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	settings.advskew = 7;
	group_settings(&f.group, &settings, &recipe, (struct span){ 0 }, f.now);
	cr_expect_str_eq(fake_log(&f),
			 "addresses+ lease+ counter ad4:1/7/0 "
			 "counter ad6:1/7/0 lease+ arp1 arp2 na role=master");
	cr_expect_eq(f.group.recipe.blocks, 2);
	settings.vips_count = 0;
	group_settings(&f.group, &settings, &recipe, (struct span){ 0 }, f.now);
	cr_expect_str_eq(fake_log(&f), "lease- role=observer addresses- "
				       "changed role=observer");
	settings.vips_count = 1;
	group_settings(&f.group, &settings, &recipe, (struct span){ 0 }, f.now);
	cr_expect_str_eq(fake_log(&f), "role=backup changed role=backup");
	cr_expect(f.group.election.settings.family[ELECTION_V4]);
	cr_expect_not(f.group.election.settings.family[ELECTION_V6]);
}

Test(group, peers_get_a_copy_each)
{
	static const struct address peers[] = { { 4, { 192, 0, 2, 7 } },
						{ 4, { 192, 0, 2, 8 } } };
	struct settings settings = fake_settings();
	struct fake f;

	settings.peers = peers;
	settings.peers_count = 2;
	settings.vips_count = 1;
	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	cr_expect_arr_eq(f.group.settings.peers, peers, sizeof(peers));
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/0 ad4:1/100/0 lease+");
	cr_expect_eq(f.frame[0], 0x02);
	cr_expect_eq(f.frame[5], 8);
	cr_expect_arr_eq(f.frame + 30, peers[1].bytes, 4);
	f.fails_host = 7;
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter !ad4:1/100/0 ad4:1/100/0 arp1 arp2",
			 "a peer that hears nothing gives us up");
}

/* As OpenBSD's carppeer and FreeBSD's peer: the other family stays with the
 * multicast group, so that no timer of it runs out at the peers. */
Test(group, a_family_without_peers_is_multicast)
{
	static const struct address peers[] = { { 4, { 192, 0, 2, 7 } } };
	static const uint8_t group6_mac[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };
	struct settings settings = fake_settings();
	struct fake f;

	settings.peers = peers;
	settings.peers_count = 1;
	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard counter ad4:1/100/0 "
				       "counter ad6:1/100/0 lease+");
	cr_expect_arr_eq(f.frame, group6_mac, 6);
}

Test(group, source_is_the_interfaces_address_else_a_vip)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.vips_count = 1;
	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	fake_tick(&f);
	cr_expect_arr_eq(f.frame + 26, settings.vips[0].address.bytes, 4);
	f.group.source[ELECTION_V4] = (struct address){ 4, { 10, 0, 0, 9 } };
	fake_tick(&f); /* the last frame is the second announcement's */
	fake_tick(&f);
	cr_expect_arr_eq(f.frame + 26, f.group.source[ELECTION_V4].bytes, 4);
}

Test(group, the_kernels_stamps_are_read_before_a_promotion)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	f.heard[ELECTION_V4] = f.heard[ELECTION_V6] =
		instant_add(f.now, span_ms(1000));
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard");
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP);
	fake_tick(&f);
	cr_expect_eq(f.group.election.state, ELECTION_MASTER);
}

Test(group, measures_gaps_and_lateness)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	for (int i = 0; i < 4; i++) {
		fake_advert(&f, 4, 9, 1, 0);
		fake_advert(&f, 6, 9, 1, 0);
		f.now = instant_add(f.now, span_ms(1000));
	}
	cr_expect_eq(f.group.gap.total, 6, "three of each family");
	cr_expect_eq(f.group.gap.sum_ns, 6000000000ULL);
	cr_expect_eq(f.group.gap.count[5], 6, "0.5 s < gap <= 1.1 s");
	f.now = instant_add(group_deadline(&f.group), span_us(30));
	group_tick(&f.group, f.now);
	cr_expect_eq(f.group.lateness.count[2], 1, "25 us < late <= 50 us");
	cr_expect_eq(f.group.lateness.sum_ns, 30000);
}
