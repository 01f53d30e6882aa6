/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: what comes of frames that do not leave.  Who cannot say that it is
 * master owns nothing for long; three errors demote, three successes end it,
 * whoever is master by then.
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

Test(sends, three_errors_are_trouble_three_successes_end_it)
{
	struct fake f;
	struct instant lease;

	open_in(&f, ELECTION_MASTER);
	lease = f.lease;
	f.fails[ELECTION_V4] = f.fails[ELECTION_V6] = true;
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter !ad4:1/100/0 counter !ad6:1/100/0");
	fake_tick(&f);
	cr_expect_eq(f.lease.ns, lease.ns, "not renewed");
	f.fails[ELECTION_V4] = f.fails[ELECTION_V6] = false;
	fake_tick(&f);
	cr_expect_gt(f.lease.ns, lease.ns);
	for (int i = 1; i <= 5; i++) {
		fake_log(&f);
		f.fails[ELECTION_V6] = true; /* one family is enough */
		fake_tick(&f);
		cr_expect_eq(strstr(fake_log(&f), "trouble+") != NULL, i == 3,
			     "error %d", i);
	}
	for (int i = 1; i <= 2; i++) {
		f.fails[ELECTION_V6] = false;
		fake_tick(&f);
	}
	f.fails[ELECTION_V6] = true;
	fake_tick(&f);
	cr_expect_null(strstr(fake_log(&f), "trouble"));
	f.fails[ELECTION_V6] = false;
	for (int i = 1; i <= 5; i++) {
		fake_log(&f);
		fake_tick(&f);
		cr_expect_eq(strstr(fake_log(&f), "trouble-") != NULL, i == 3,
			     "success %d", i);
	}
}

/* A master in that node, of whose advertisements three have failed. */
static void open_in_trouble(struct fake *f, struct node *node)
{
	struct settings settings = fake_settings();

	fake_open(f, &settings, 2);
	node_add(node, &f->group, f->now);
	fake_reach(f, ELECTION_MASTER);
	f->node = node;
	strcpy(f->name, "eth0");
	f->fails[ELECTION_V4] = true;
	for (int i = 0; i < 3; i++)
		fake_tick(f);
}

Test(sends, trouble_demotes_and_is_told)
{
	struct node node = { 0 };
	struct fake f;

	open_in_trouble(&f, &node);
	cr_expect_not_null(strstr(fake_log(&f), "trouble+"));
	cr_expect_eq(group_deadline(&f.group).ns, f.now.ns, "at once");
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter !ad4:1/100/1 counter ad6:1/100/1",
			 "no lease any more, so nothing is announced");
	f.fails[ELECTION_V4] = false;
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/1 counter ad6:1/100/1 lease+ "
			 "arp1 arp2 na");
	for (int i = 0; i < 3; i++)
		fake_tick(&f);
	cr_expect_eq(f.group.election.demotion, 0);
	cr_expect_eq(node.ledger.count, 0);
}

/* It may answer until its next advertisement is due, and no longer. */
Test(sends, a_promotion_unheard_owns_for_one_interval)
{
	struct fake f;
	struct instant promoted;

	open_in(&f, ELECTION_BACKUP);
	f.fails[ELECTION_V4] = f.fails[ELECTION_V6] = true;
	fake_tick(&f);
	promoted = f.now;
	cr_expect_eq(f.group.election.state, ELECTION_MASTER);
	cr_expect_eq(
		f.lease.ns,
		instant_add(promoted, election_interval(&f.group.election)).ns);
	f.group.election.settle_due = INSTANT_NEVER;
	fake_log(&f);
	f.now = f.lease;
	group_tick(&f.group, f.now);
	cr_expect_null(strstr(fake_log(&f), "lease+"));
	f.fails[ELECTION_V4] = f.fails[ELECTION_V6] = false;
	f.now = election_deadline(&f.group.election);
	group_tick(&f.group, f.now);
	cr_expect_not_null(strstr(fake_log(&f), "lease+ arp1"),
			   "and says where it is as soon as it can");
}

/* As long as it is backup nothing of its own would ever show that sends work
 * again: demoted for ever, all its other groups too. */
Test(sends, a_backup_is_forgiven_too)
{
	struct node node = { 0 };
	struct fake f;

	open_in_trouble(&f, &node);
	fake_advert(&f, 4, 9, 1, 200);
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP);
	cr_expect_eq(f.group.election.demotion, 1);
	fake_log(&f);
	for (int i = 0; i < 20; i++) {
		fake_advert(&f, 4, 9, 1, 200);
		fake_advert(&f, 6, 9, 1, 200);
		fake_tick(&f);
	}
	cr_expect_eq(f.group.election.demotion, 1);
	cr_expect_not_null(strstr(fake_log(&f), "heard heard !self heard"));
	f.fails[ELECTION_V4] = false;
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(f.group.election.demotion, 1);
		fake_advert(&f, 4, 9, 1, 200);
		fake_advert(&f, 6, 9, 1, 200);
		fake_tick(&f);
	}
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP);
	cr_expect_eq(f.group.election.demotion, 0);
	cr_expect_eq(node.ledger.count, 0);
	fake_log(&f);
	fake_advert(&f, 4, 9, 1, 200);
	cr_expect_str_eq(fake_log(&f), "heard", "and tries no more");
	cr_expect_eq(group_deadline(&f.group).ns,
		     election_deadline(&f.group.election).ns);
}

Test(sends, without_a_link_there_is_nothing_to_try)
{
	struct fake f;

	open_in(&f, ELECTION_MASTER);
	f.fails[ELECTION_V4] = true;
	for (int i = 0; i < 3; i++)
		fake_tick(&f);
	cr_expect(f.group.send_failing);
	group_link(&f.group, false, f.now);
	cr_expect(instant_is_never(group_deadline(&f.group)));
}
