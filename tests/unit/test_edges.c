/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Single conditions that decide something in one corner only: each of these
 * tests was missing for a branch that could be turned round unnoticed.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "host.h"
#include "stage.h"

/* Guards: who leaves says so to the demoted, too, whose advskew is as high as
 * that of a demoted master: only both 255 say it. */
Test(edges, a_demoted_backup_hears_a_farewell)
{
	static const struct {
		uint8_t advbase, advskew;
		enum election_state to;
	} rows[] = {
		{ 255, 255, ELECTION_MASTER },
		{ 255, 254, ELECTION_BACKUP },
		{ 254, 255, ELECTION_BACKUP },
	};
	struct election_settings settings = stage_settings(COMPAT_OPENBSD);

	settings.advbase = 2;
	settings.advskew = CARP_ADVSKEW_DEMOTED;
	settings.preempt = true;
	settings.preempt_delay = span_ms(100000);
	settings.dead_ratio = 255; /* or its patience would be too short */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct election_event heard = {
			.kind = EVENT_ADVERT,
			.advert = { .advbase = rows[i].advbase,
				    .advskew = rows[i].advskew },
		};
		struct stage s;

		stage_open(&s, &settings);
		stage_reach(&s, ELECTION_BACKUP);
		heard.advert.at = s.now;
		stage_step(&s, heard);
		cr_expect_eq(s.e.state, rows[i].to, "%u/%u", rows[i].advbase,
			     rows[i].advskew);
	}
}

/* Guards: why it is in INIT follows the settings, and only there. */
Test(edges, a_change_of_settings_explains_init)
{
	struct settings settings = fake_settings();
	const struct carp_recipe recipe = { .blocks = 1 };
	enum election_reason before;
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_INIT);
	cr_expect_eq(f.group.reason, REASON_LINK_DOWN);
	settings.observe = true;
	group_settings(&f.group, &settings, &recipe, span_ms(0), f.now);
	cr_expect_eq(f.group.reason, REASON_OBSERVES);
	settings.observe = false;
	group_settings(&f.group, &settings, &recipe, span_ms(0), f.now);
	cr_expect_eq(f.group.reason, REASON_LINK_DOWN);

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	f.group.election.link_up = false; /* its event is still to come */
	before = f.group.reason;
	group_settings(&f.group, &settings, &recipe, span_ms(0), f.now);
	cr_expect_eq(f.group.reason, before);
}

/* Guards: in a tie both ends compare the addresses they see, which a route may
 * choose.  ucarp reads from the last byte. */
Test(edges, ties_of_peers_compare_what_the_route_takes)
{
	static const struct address peer = { 4, { 192, 0, 2, 9 } };
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_UCARP;
	settings.vips_count = 1;
	settings.peers = &peer;
	settings.peers_count = 1;
	fake_open(&f, &settings, 1);
	f.group.source[ELECTION_V4] = (struct address){ 4, { 10, 0, 0, 200 } };
	f.route_source = (struct address){ 4, { 192, 0, 2, 5 } };
	fake_reach(&f, ELECTION_MASTER);
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_MASTER, "5 before 9");
	f.route_source.bytes[3] = 10;
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP, "9 before 10");
}

/* Guards: IPv6 addresses of one link differ in their last bytes. */
Test(edges, ties_over_ipv6_compare_whole_addresses)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_UCARP;
	fake_open(&f, &settings, 1);
	f.group.source[ELECTION_V6] =
		(struct address){ 6, { 0xfe, 0x80, [15] = 8 } };
	fake_reach(&f, ELECTION_MASTER);
	fake_advert(&f, 6, 9, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_MASTER, "8 before 9");
	f.group.source[ELECTION_V6].bytes[15] = 10;
	fake_advert(&f, 6, 9, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP, "9 before 10");
}

/* Guards: a router is asked for the virtual IPs of its own family. */
Test(edges, a_gateway_is_asked_in_its_family)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.gateways[0] = (struct address){ 4, { 192, 0, 2, 254 } };
	settings.gateways_count = 1;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	fake_tick(&f);
	cr_expect_not_null(strstr(fake_log(&f), "arp1 arp2 arp1 na"));

	settings.gateways[0] = (struct address){ 6, { 0xfe, 0x80, [15] = 2 } };
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	fake_tick(&f);
	cr_expect_not_null(strstr(fake_log(&f), "arp1 arp2 na ns"));
}

static struct carp_event notice6(const struct fake *f,
				 enum carp_event_kind kind)
{
	struct carp_event event = { .kind = kind,
				    .vhid = 1,
				    .family = 6,
				    .source = { 0xfe, 0x80, [15] = 66 },
				    .source_mac = { 2, [5] = 66 },
				    .time_ns = f->now.ns };
	static const uint8_t vip[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	if (kind == CARP_EVENT_CLAIM)
		memcpy(event.target, vip, sizeof(vip));
	return event;
}

/* Guards: all sixteen bytes of a sender, or of what it claims, are told. */
Test(edges, notices_over_ipv6)
{
	struct settings settings = fake_settings();
	struct carp_event event;
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	f.now = instant_add(f.now, span_ms(200));
	event = notice6(&f, CARP_EVENT_DIGEST);
	group_event(&f.group, &event, f.now);
	cr_expect_arr_eq(f.noticed.address.bytes, event.source, 16);
	cr_expect_eq(f.group.notices.conflict.last.ns, 0, "that is none");
	fake_log(&f);
	event = notice6(&f, CARP_EVENT_CLAIM);
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=claim na");
	cr_expect_arr_eq(f.noticed.address.bytes, event.target, 16);
	cr_expect_eq(f.group.notices.conflict.kind, NOTICE_CLAIM);
	cr_expect_eq(f.group.notices.conflict.last.ns, f.now.ns);
}

static bool announced(struct host *h, int i)
{
	return strstr(fake_log(&h->fakes[i]), "arp1") != NULL;
}

/* Guards: of all the groups that have something to announce, who has waited
 * longest goes first, one at a time, and nobody before his time. */
Test(edges, groups_announce_one_after_the_other)
{
	static const uint64_t due_ms[HOST_GROUPS] = { 30, 10, 20, 1000 };
	struct instant begin, at;
	struct host h;

	host_open(&h, COMPAT_OPENBSD);
	for (int i = 0; i < HOST_GROUPS; i++)
		fake_tick(&h.fakes[i]);
	begin = h.fakes[0].now;
	at = instant_add(begin, span_ms(40));
	for (int i = 0; i < HOST_GROUPS; i++) {
		cr_assert_eq(host_state(&h, i), ELECTION_MASTER);
		h.fakes[i].group.election.settle_due = INSTANT_NEVER;
		h.fakes[i].group.announcer.sweeping = false;
		h.fakes[i].group.announcer.repeat_due =
			instant_add(begin, span_ms(due_ms[i]));
		group_plan(&h.fakes[i].group);
		h.fakes[i].now = at;
		fake_log(&h.fakes[i]);
	}
	node_tick(&h.node, instant_add(begin, span_ms(9)));
	for (int i = 0; i < HOST_GROUPS; i++)
		cr_expect_not(announced(&h, i), "too early");
	node_tick(&h.node, at);
	cr_expect(announced(&h, 1), "due first");
	cr_expect_not(announced(&h, 0) || announced(&h, 2));
	node_tick(&h.node, at);
	cr_expect(announced(&h, 2), "due second");
	cr_expect_not(announced(&h, 0));
	node_tick(&h.node, at);
	cr_expect(announced(&h, 0), "due last");
	cr_expect_not(announced(&h, 1) || announced(&h, 3));
}
