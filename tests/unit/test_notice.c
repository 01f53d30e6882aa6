/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Oddities on the wire: each is told of once while it goes on, nobody can make
 * us tell without end, and what a master does about them.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fake.h"

enum {
	LIAR = 66
};

static const uint8_t vip4[16] = { 192, 0, 2, 1 };

static void open_in(struct fake *f, enum election_state state)
{
	struct settings settings = fake_settings();

	fake_open(f, &settings, 1);
	fake_reach(f, state);
	f->now = instant_add(f->now, span_ms(200));
}

static void tell(struct fake *f, enum carp_event_kind kind, uint8_t host)
{
	struct carp_event event = { .kind = kind,
				    .vhid = 1,
				    .family = 4,
				    .source = { 192, 0, 2, host },
				    .source_mac = { 2, 0, 0, 0, 0, host },
				    .time_ns = f->now.ns };

	if (kind == CARP_EVENT_CLAIM)
		memcpy(event.target, vip4, sizeof(vip4));
	group_event(&f->group, &event, f->now);
}

static void wait(struct fake *f, uint64_t ms)
{
	f->now = instant_add(f->now, span_ms(ms));
}

Test(notice, once_per_sender)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	tell(&f, CARP_EVENT_DIGEST, 7);
	cr_expect_str_eq(fake_log(&f), "notice=digest");
	cr_expect_eq(f.noticed.address.bytes[3], 7);
	cr_expect_eq(f.noticed.mac[5], 7);
	for (int i = 0; i < 1000; i++) {
		wait(&f, 1000);
		tell(&f, CARP_EVENT_DIGEST, 7);
	}
	cr_expect_str_eq(fake_log(&f), "", "as long as it goes on");
	cr_expect_eq(f.oddities, 1001, "and each is heard");
	tell(&f, CARP_EVENT_VRRP, 7);
	tell(&f, CARP_EVENT_ECHO, 7);
	tell(&f, CARP_EVENT_DIGEST, 8);
	cr_expect_str_eq(fake_log(&f), "notice=vrrp notice=echo notice=digest");
	wait(&f, 600001);
	tell(&f, CARP_EVENT_DIGEST, 7);
	cr_expect_str_eq(fake_log(&f), "notice=digest", "after ten minutes");
}

/* Guards: forged senders make no more than a handful of lines. */
Test(notice, a_flood_of_senders)
{
	struct fake f;
	int lines = 0;

	open_in(&f, ELECTION_BACKUP);
	for (int i = 0; i < 500; i++) {
		wait(&f, 1000);
		tell(&f, CARP_EVENT_DIGEST, (uint8_t)i);
		if (*fake_log(&f))
			lines++;
	}
	cr_expect_eq(lines, NOTICE_SENDERS);
}

/* Guards: the rightful master sets neighbours right at once, says it again for
 * what has crossed, and does not storm. */
Test(notice, a_claim_is_answered)
{
	struct instant begin;
	unsigned int sweeps = 0;
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	begin = f.now;
	tell(&f, CARP_EVENT_CLAIM, LIAR);
	cr_expect_str_eq(fake_log(&f), "notice=claim arp1 arp2");
	cr_expect_arr_eq(f.noticed.address.bytes, vip4, 4);
	fake_tick(&f);
	cr_expect_eq(instant_since(begin, f.now).ns, span_ms(20).ns);
	cr_expect_str_eq(fake_log(&f), "arp1 arp2 na", "all of them");

	/* Ten claims a second for five minutes. */
	for (int i = 0; i < 3000; i++) {
		struct instant next = instant_add(f.now, span_ms(100));

		tell(&f, CARP_EVENT_CLAIM, LIAR);
		while (instant_due(group_deadline(&f.group), next)) {
			fake_tick(&f);
			sweeps += strstr(fake_log(&f), "arp1") != NULL;
		}
		f.now = next;
	}
	cr_expect_geq(sweeps, 8, "%u", sweeps);
	cr_expect_leq(sweeps, 12, "%u", sweeps);

	wait(&f, 200000);
	f.group.election.lease_until = instant_add(f.now, span_ms(1000));
	tell(&f, CARP_EVENT_CLAIM, LIAR);
	cr_expect_str_eq(fake_log(&f), "arp1 arp2", "at once after a pause");
}

Test(notice, a_claim_to_a_backup)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	tell(&f, CARP_EVENT_CLAIM, LIAR);
	cr_expect_str_eq(fake_log(&f), "notice=claim", "told, not answered");
}

Test(notice, a_claim_without_a_lease)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	f.group.election.lease_until = f.now;
	tell(&f, CARP_EVENT_CLAIM, LIAR);
	cr_expect_str_eq(fake_log(&f), "notice=claim");
}

/* ucarp's way to announce; a master that we are is another matter. */
Test(notice, a_claim_among_ucarps)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.compat = COMPAT_UCARP;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	tell(&f, CARP_EVENT_CLAIM, LIAR);
	cr_expect_str_eq(fake_log(&f), "");
}

/* Guards: a second master is outdone with one advertisement and all VIPs. */
Test(notice, a_rival)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	wait(&f, 1500);
	f.group.election.lease_until = instant_add(f.now, span_ms(1000));
	fake_advert(&f, 4, 9, 1, 200);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/0 counter ad6:1/100/0 lease+ "
			 "notice=rival arp1 arp2 na");
	cr_expect_eq(f.group.notices.rivals, 1);
	cr_expect_eq(f.group.notices.conflict.kind, NOTICE_RIVAL);
	fake_advert(&f, 4, 9, 1, 200);
	cr_expect_str_eq(fake_log(&f), "heard",
			 "and not for each of its words");
	cr_expect_eq(f.group.notices.rivals, 2);
}

/* Guards: without memory for it nothing is told, rather than everything time
 * and again; a rival is outdone all the same. */
Test(notice, without_room)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	f.full = true;
	wait(&f, 1500);
	f.group.election.lease_until = instant_add(f.now, span_ms(1000));
	fake_advert(&f, 4, 9, 1, 200);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/0 counter ad6:1/100/0 lease+ "
			 "arp1 arp2 na");
	cr_expect_eq(f.group.notices.rivals, 1);
	cr_expect_eq(f.group.notices.conflict.kind, NOTICE_RIVAL);
	f.full = false;
	tell(&f, CARP_EVENT_ECHO, LIAR);
	cr_expect_str_eq(fake_log(&f), "notice=echo");
}

/* Guards: what the old master sends in both families is no conflict. */
Test(notice, no_rival_right_after_promotion)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.preempt = true;
	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	fake_advert(&f, 4, 9, 1, 200);
	cr_assert_eq(f.group.election.state, ELECTION_MASTER);
	fake_log(&f);
	fake_advert(&f, 6, 9, 1, 200);
	cr_expect_str_eq(fake_log(&f), "heard");
	cr_expect_eq(f.group.notices.rivals, 0);
}

Test(notice, equals)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	fake_advert(&f, 4, 9, 1, 101);
	cr_expect_str_eq(fake_log(&f), "heard");
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_str_eq(fake_log(&f), "heard notice=equal");
}

/* Demotion makes equals of hosts that are not, for a while. */
Test(notice, no_equals_by_demotion)
{
	struct fake f;

	open_in(&f, ELECTION_BACKUP);
	group_demotion(&f.group, 1, f.now);
	fake_log(&f);
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_str_eq(fake_log(&f), "heard");
}
