/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: what one interface's trouble does to the other groups of a host,
 * that all of it is taken back, and that every group ticks in its time.
 */
#include "fake.h"
#include "host.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(node, a_link_down_demotes_the_others_while_it_lasts)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	node_link(&h.node, 2, "eth0", false, now);
	node_link(&h.node, 2, "eth0", false, now);
	cr_expect_eq(host_state(&h, 0), ELECTION_INIT);
	cr_expect_eq(host_state(&h, 1), ELECTION_INIT);
	cr_expect_eq(host_state(&h, 2), ELECTION_BACKUP);
	cr_expect_eq(host_demotion(&h, 2), 1);
	cr_expect_eq(host_demotion(&h, 3), 1);
	cr_expect_str_eq(h.node.ledger.entries[0].reason, "link of eth0 down");
	node_link(&h.node, 3, "eth1", false, now);
	cr_expect_eq(host_demotion(&h, 0), 2);
	node_link(&h.node, 2, "eth0", true, now);
	cr_expect_eq(host_state(&h, 0), ELECTION_BACKUP);
	cr_expect_eq(host_demotion(&h, 0), 1);
	node_link(&h.node, 3, "eth1", true, now);
	cr_expect_eq(host_demotion(&h, 0), 0);
	cr_expect_eq(h.node.ledger.count, 0);
}

Test(node, a_link_that_is_down_may_be_renamed)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	node_link(&h.node, 2, "eth0", false, now);
	node_link_renamed(&h.node, "eth0", "lan0", false, now);
	cr_expect_eq(h.node.ledger.count, 1);
	cr_expect_str_eq(h.node.ledger.entries[0].reason, "link of lan0 down");
	cr_expect_eq(host_demotion(&h, 2), 1);
	node_link(&h.node, 2, "lan0", true, now);
	cr_expect_eq(h.node.ledger.count, 0);
	cr_expect_eq(host_demotion(&h, 2), 0);
}

/* A backup sends nothing, so nothing could end the trouble of the master it
 * was before it lost its link. */
Test(node, a_lost_link_ends_the_trouble_of_sending)
{
	struct host h;
	struct fake *f;

	host_open(&h, COMPAT_OPENBSD);
	f = &h.fakes[0];
	fake_reach(f, ELECTION_MASTER);
	f->fails[ELECTION_V4] = true;
	for (int i = 0; i < 3; i++)
		fake_tick(f);
	cr_expect_eq(host_demotion(&h, 2), 1);
	node_link(&h.node, 2, "eth0", false, f->now);
	cr_expect_eq(h.node.ledger.count, 1);
	cr_expect_str_eq(h.node.ledger.entries[0].reason, "link of eth0 down");
	node_link(&h.node, 2, "eth0", true, f->now);
	cr_expect_eq(h.node.ledger.count, 0);
	cr_expect_eq(host_state(&h, 0), ELECTION_BACKUP);
}

Test(node, demotion_weighs_240_among_freebsds)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_FREEBSD);
	now = h.fakes[0].now;
	node_link(&h.node, 2, "eth0", false, now);
	cr_expect_eq(host_demotion(&h, 2), 240);
	node_send_trouble(&h.node, "eth1 vhid 3", true, now);
	cr_expect_eq(host_demotion(&h, 2), 480);
	node_send_trouble(&h.node, "eth1 vhid 3", false, now);
	node_link(&h.node, 2, "eth0", true, now);
	cr_expect_eq(host_demotion(&h, 2), 0);
}

Test(node, an_operators_demotion_has_its_place)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	cr_expect(host_demote(&h.node, "", 2, 5, "pf", now));
	cr_expect_eq(host_demotion(&h, 0), 5);
	cr_expect_eq(host_demotion(&h, 2), 0);
	cr_expect(
		host_demote(&h.node, "", LEDGER_EVERYWHERE, 100, "boot", now));
	cr_expect_eq(host_demotion(&h, 1), 105);
	cr_expect_eq(host_demotion(&h, 3), 100);
	node_remove(&h.node, &h.fakes[0].group);
	host_add(&h, 0, COMPAT_OPENBSD);
	cr_expect_eq(host_demotion(&h, 0), 105, "who joins late counts it too");
}

Test(node, a_name_reaches_groups_of_all_interfaces)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	for (int i = 0; i < HOST_GROUPS; i += 2) {
		struct settings *s = &h.fakes[i].group.settings;

		snprintf(s->names[0], sizeof(s->names[0]), "web");
		s->names_count = 1;
	}
	cr_expect(node_bears(&h.node, "web"));
	cr_expect(node_bears(&h.node, "carp"));
	cr_expect_not(node_bears(&h.node, "mail"));
	cr_expect(host_demote(&h.node, "web", 0, 5, "deploy", now));
	cr_expect_eq(host_demotion(&h, 0), 5);
	cr_expect_eq(host_demotion(&h, 1), 0);
	cr_expect_eq(host_demotion(&h, 2), 5);
	cr_expect(host_demote(&h.node, "carp", 0, 7, "boot", now));
	cr_expect_eq(host_demotion(&h, 1), 7);
	h.fakes[1].group.settings.names_count = 1;
	memcpy(h.fakes[1].group.settings.names[0], "web", sizeof("web"));
	node_changed(&h.node, now);
	cr_expect_eq(host_demotion(&h, 1), 12,
		     "from the moment it has the name");
}

/* A fault entered when all followed OpenBSD weighs enough for one that does
 * not, once that is there. */
Test(node, faults_are_weighed_anew)
{
	struct host h;
	struct instant now;

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	node_link(&h.node, 2, "eth0", false, now);
	cr_expect_eq(host_demotion(&h, 2), 1);
	node_hold_back(&h.node, 255, "maintenance", "", now);
	node_remove(&h.node, &h.fakes[3].group);
	host_add(&h, 3, COMPAT_FREEBSD);
	cr_expect_eq(host_demotion(&h, 3), 240 + 255);
	node_remove(&h.node, &h.fakes[3].group);
	host_add(&h, 3, COMPAT_UCARP);
	cr_expect_eq(host_demotion(&h, 3), 1 + 255);
	node_link(&h.node, 2, "eth0", true, now);
	node_hold_back(&h.node, 0, "maintenance", "", now);
	cr_expect_eq(h.node.ledger.count, 0);
}

Test(node, a_full_ledger_refuses_an_operator)
{
	struct host h;
	struct instant now;
	char reason[16];

	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	for (int i = 0; i < LEDGER_OPERATORS_MAX; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		cr_assert(host_demote(&h.node, "", 2, 1, reason, now));
	}
	cr_expect_not(host_demote(&h.node, "", 2, 1, "one more", now));
	cr_expect_eq(host_demotion(&h, 0), LEDGER_OPERATORS_MAX);
}

/* A master elsewhere tells at once that it became weaker. */
Test(node, a_demoted_master_advertises_at_once)
{
	struct host h;
	struct fake *master;

	host_open(&h, COMPAT_OPENBSD);
	master = &h.fakes[3];
	fake_tick(master);
	fake_log(master);
	node_link(&h.node, 2, "eth0", false, master->now);
	cr_expect_str_eq(fake_log(master), "counter ad4:1/100/1 "
					   "counter ad6:1/100/1 lease+");
}

Test(node, finds_by_interface_and_vhid)
{
	struct host h;

	host_open(&h, COMPAT_OPENBSD);
	cr_expect_eq(node_find(&h.node, 2, 1), &h.fakes[0].group);
	cr_expect_eq(node_find(&h.node, 3, 4), &h.fakes[3].group);
	cr_expect_null(node_find(&h.node, 2, 4));
	cr_expect_null(node_find(&h.node, 3, 1));
	for (int i = 1; i < HOST_GROUPS; i += 2)
		node_remove(&h.node, &h.fakes[i].group);
	cr_expect_null(node_find(&h.node, 2, 2));
	cr_expect_null(node_find(&h.node, 3, 4));
	cr_expect_eq(node_find(&h.node, 3, 3), &h.fakes[2].group);
	node_remove(&h.node, &h.fakes[1].group);
	cr_expect_eq(h.node.groups->next, &h.fakes[2].group, "once is enough");
	h.fakes[1].group.next = &h.fakes[3].group;
	node_add(&h.node, &h.fakes[1].group, h.fakes[1].now);
	cr_expect_null(node_find(&h.node, 3, 4), "it brings nobody along");
	node_remove(&h.node, &h.fakes[1].group);
	cr_expect_null(h.fakes[2].group.next);
}

/* Two faults at once, one of which ends the other: no word in between. */
Test(node, a_link_that_goes_takes_trouble_along_and_trusts_nobody)
{
	struct host h;
	struct fake *failing = &h.fakes[0], *other = &h.fakes[2];

	host_open(&h, COMPAT_FREEBSD);
	fake_reach(failing, ELECTION_MASTER);
	fake_reach(other, ELECTION_MASTER);
	failing->fails[ELECTION_V4] = failing->fails[ELECTION_V6] = true;
	for (int i = 0; i < 4; i++)
		fake_tick(failing);
	cr_expect(failing->group.send_failing);
	cr_expect_eq(other->group.election.demotion, 240);
	fake_log(other);
	node_link(&h.node, 2, "eth0", false, other->now);
	cr_expect_not(failing->group.send_failing);
	cr_expect_eq(other->group.election.demotion, 240);
	cr_expect_null(strstr(fake_log(other), ":1/100/"));
}

Test(node, ticks_who_is_due)
{
	struct host h;
	struct instant first, now;

	memset(&h, 0, sizeof(h));
	cr_expect(instant_is_never(node_deadline(&h.node)));
	node_tick(&h.node, (struct instant){ 1 });
	host_open(&h, COMPAT_OPENBSD);
	now = h.fakes[0].now;
	group_link(&h.fakes[3].group, false, now);
	/* Group 1 hears a master and so comes later than 0 and 2. */
	now = instant_add(now, span_ms(700));
	h.fakes[1].now = now;
	fake_advert(&h.fakes[1], 4, 9, 1, 0);
	fake_advert(&h.fakes[1], 6, 9, 1, 0);
	first = node_deadline(&h.node);
	cr_expect_eq(first.ns, group_deadline(&h.fakes[0].group).ns);
	cr_expect_eq(group_deadline(&h.fakes[1].group).ns,
		     instant_add(first, span_ms(700)).ns);
	node_tick(&h.node, (struct instant){ first.ns - 1 });
	for (int i = 0; i < HOST_GROUPS; i++) {
		cr_expect_neq(host_state(&h, i), ELECTION_MASTER);
		h.fakes[i].now = first;
	}
	node_tick(&h.node, first);
	cr_expect_eq(host_state(&h, 0), ELECTION_MASTER);
	cr_expect_eq(host_state(&h, 1), ELECTION_BACKUP);
	cr_expect_eq(host_state(&h, 2), ELECTION_MASTER);
	cr_expect_eq(host_state(&h, 3), ELECTION_INIT);
	cr_expect_gt(node_deadline(&h.node).ns, first.ns);
	fake_log(&h.fakes[1]);
	node_tick(&h.node, first);
	cr_expect_str_eq(fake_log(&h.fakes[1]), "");
}

/* Silence that is only ours promotes nobody. */
Test(node, deaf_backup_is_not_promoted)
{
	struct host h;
	struct instant first;

	host_open(&h, COMPAT_OPENBSD);
	first = node_deadline(&h.node);
	for (int i = 0; i < HOST_GROUPS; i++)
		h.fakes[i].now = first;
	h.fakes[1].deaf = true;
	node_tick(&h.node, first);
	cr_expect_eq(host_state(&h, 0), ELECTION_MASTER);
	cr_expect_eq(host_state(&h, 1), ELECTION_INIT);
	cr_expect_gt(node_deadline(&h.node).ns, first.ns);
}

/* After a long sleep whoever has waited longest is first. */
Test(node, ticks_in_the_order_of_deadlines)
{
	struct host h;
	struct instant late;

	host_open(&h, COMPAT_OPENBSD);
	late = instant_add(node_deadline(&h.node), span_ms(5000));
	for (int i = 0; i < HOST_GROUPS; i++) {
		h.fakes[i].now = instant_add(
			h.fakes[i].now, span_ms(100u * (9u - (unsigned)i)));
		fake_advert(&h.fakes[i], 4, 9, 1, 0);
		fake_advert(&h.fakes[i], 6, 9, 1, 0);
	}
	cr_expect_eq(h.node.ticks.first->owner,
		     &h.fakes[HOST_GROUPS - 1].group);
	for (int i = 0; i < HOST_GROUPS; i++)
		h.fakes[i].now = late;
	node_tick(&h.node, late);
	for (int i = 0; i < HOST_GROUPS; i++)
		cr_expect_eq(host_state(&h, i), ELECTION_MASTER);
	cr_expect_gt(node_deadline(&h.node).ns, late.ns);
}

/* A host that cannot tell believes in silence. */
Test(node, nobody_to_ask_whether_it_is_deaf)
{
	struct host h;
	struct group_ops ops;
	struct instant first;

	host_open(&h, COMPAT_OPENBSD);
	ops = *h.fakes[0].group.ops;
	ops.doubt = NULL;
	h.fakes[0].deaf = true;
	h.fakes[0].group.ops = &ops;
	first = node_deadline(&h.node);
	h.fakes[0].now = first;
	node_tick(&h.node, first);
	cr_expect_eq(host_state(&h, 0), ELECTION_MASTER);
	node_init(&h.node);
	cr_expect(instant_is_never(node_deadline(&h.node)), "without groups");
}
