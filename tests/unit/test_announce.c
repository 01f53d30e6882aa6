/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * When neighbours are told: repeats, refreshes, routers that are asked for,
 * and thousands of virtual IPs beside advertisements that must not wait.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fake.h"

enum {
	MANY = 3000
};

static struct vip many[MANY];

static void open_with(struct fake *f, struct settings *settings)
{
	fake_open(f, settings, 1);
	fake_reach(f, ELECTION_BACKUP);
	fake_tick(f);
	cr_assert_eq(f->group.election.state, ELECTION_MASTER);
}

static void open_many(struct fake *f, uint8_t advbase)
{
	struct settings settings = fake_settings();

	for (unsigned int i = 0; i < MANY; i++)
		many[i] = (struct vip){
			{ 4, { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } }, 32
		};
	settings.advbase = advbase;
	settings.advskew = 0;
	settings.vips = many;
	settings.vips_count = MANY;
	open_with(f, &settings);
}

/* The seconds after promotion at which something was announced, as bits. */
static uint64_t seconds_announced(struct fake *f, unsigned int seconds)
{
	struct instant begin = f->group.since;
	uint64_t seen = 0;

	fake_log(f);
	for (;;) {
		uint64_t at;

		if (instant_before(instant_add(begin, span_ms(seconds * 1000)),
				   group_deadline(&f->group)))
			return seen;
		fake_tick(f);
		at = instant_since(begin, f->now).ns;
		if (strstr(fake_log(f), "arp1"))
			seen |= 1ull << (at + 500000000) / 1000000000;
	}
}

static uint64_t bit(unsigned int second)
{
	return 1ull << second;
}

/* 10 ms after the promotion, after two advertisements of 0.5 s, and at 1, 3, 7
 * and 15 s; then every 20. */
Test(announce, repeats_and_refreshes)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.announce_refresh = 20;
	open_with(&f, &settings);
	f.group.election.announce_in = 0;
	cr_expect_eq(seconds_announced(&f, 60), bit(0) | bit(1) | bit(3) |
							bit(7) | bit(15) |
							bit(35) | bit(55));
}

Test(announce, no_refresh)
{
	struct settings settings = fake_settings();
	struct fake f;

	open_with(&f, &settings);
	f.group.election.announce_in = 0;
	cr_expect_eq(seconds_announced(&f, 60),
		     bit(0) | bit(1) | bit(3) | bit(7) | bit(15));
}

/* ucarp's masters answer from a MAC of their own and yield without a word. */
Test(announce, each_interval_among_ucarps)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_UCARP;
	settings.advskew = 0;
	settings.announce_refresh = 60;
	open_with(&f, &settings);
	f.group.election.announce_in = 0;
	cr_expect_eq(seconds_announced(&f, 30), (1u << 31) - 1);
}

Test(announce, a_changed_refresh_takes_effect)
{
	struct settings settings = fake_settings();
	struct fake f;

	open_with(&f, &settings);
	seconds_announced(&f, 60);
	settings.announce_refresh = 5;
	group_settings(&f.group, &settings, &f.group.recipe, span_ms(0), f.now);
	f.group.election.announce_in = 0;
	f.group.since = f.now;
	cr_expect_eq(seconds_announced(&f, 12), bit(1) | bit(6) | bit(11));
}

Test(announce, no_backup_announces)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.announce_refresh = 1;
	open_with(&f, &settings);
	fake_advert(&f, 4, 9, 1, 0);
	cr_assert_eq(f.group.election.state, ELECTION_BACKUP);
	fake_log(&f);
	cr_expect(instant_is_never(group_announce_deadline(&f.group)));
	group_announce_tick(&f.group, instant_add(f.now, span_ms(100000)));
	cr_expect_str_eq(fake_log(&f), "");
}

Test(announce, gateways_are_asked_for)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.gateways[0] = (struct address){ 4, { 192, 0, 2, 254 } };
	settings.gateways[1] = (struct address){ 6, { 0xfe, 0x80, [15] = 2 } };
	settings.gateways_count = 2;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	fake_tick(&f);
	cr_expect_not_null(strstr(fake_log(&f), "arp1 arp2 arp1 na ns"));
}

/* Guards: all are announced, a few at once and the rest soon; meanwhile no
 * advertisement is late by more than a slice, and the lease never ends. */
Test(announce, thousands)
{
	struct instant done = INSTANT_NEVER;
	size_t at_once, most = 0;
	struct fake f;

	open_many(&f, 0);
	at_once = f.group.announcements_sent;
	cr_expect_geq(at_once, 1);
	cr_expect_leq(at_once, 16);
	while (f.group.announcements_sent < 2 * MANY) {
		size_t before = f.group.announcements_sent;
		struct instant due = election_deadline(&f.group.election);

		fake_tick(&f);
		cr_assert_leq(f.now.ns, due.ns);
		cr_assert(instant_before(f.now, f.group.election.lease_until));
		if (f.group.announcements_sent - before > most)
			most = f.group.announcements_sent - before;
		if (instant_is_never(done) &&
		    f.group.announcements_sent >= MANY)
			done = f.now;
		fake_log(&f);
	}
	cr_expect_leq(most, 64);
	cr_expect_lt(instant_since(f.group.since, done).ns, span_ms(200).ns);
}

/* Guards: what does not leave is tried again, but not for ever. */
Test(announce, a_full_queue)
{
	struct fake f;

	open_many(&f, 1);
	f.fails_arp = 2;
	while (f.fails_arp)
		fake_tick(&f);
	cr_expect_eq(f.group.announcer.tries, 1);
	fake_tick(&f);
	cr_expect_eq(f.group.announcer.tries, 0, "the next time it left");
	f.fails_arp = 1000000;
	for (int i = 0; i < 10; i++) {
		fake_tick(&f);
		fake_log(&f);
	}
	cr_expect_gt(f.group.announcer.next, 1);
	cr_expect_lt(f.group.announcer.next, 100);
}
