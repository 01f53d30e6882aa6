/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: the demotion ledger is a sum of named entries.  What was added can
 * be taken back, what is not an operator's is not an operator's to take, and
 * a refused entry changes nothing.
 */
#include "user/core/ledger.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct instant now = { 5 };

static bool add_at(struct ledger *l, const char *name, unsigned int ifindex,
		   int amount, const char *reason, struct instant since)
{
	struct ledger_entry entry = { .ifindex = ifindex,
				      .amount = amount,
				      .since = since };

	snprintf(entry.name, sizeof(entry.name), "%s", name);
	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	snprintf(entry.by, sizeof(entry.by), "%+d", amount);
	return ledger_add(l, &entry);
}

static bool add(struct ledger *l, unsigned int ifindex, int amount,
		const char *reason, struct instant since)
{
	return add_at(l, "", ifindex, amount, reason, since);
}

static bool set(struct ledger *l, unsigned int ifindex, int amount,
		const char *reason, struct instant since)
{
	struct ledger_entry entry = { .ifindex = ifindex,
				      .amount = amount,
				      .since = since };

	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	return ledger_set(l, &entry);
}

static int sum(const struct ledger *l, unsigned int ifindex)
{
	static const struct settings nameless;

	return ledger_sum(l, ifindex, &nameless);
}

static const struct ledger_entry *entry_of(const struct ledger *l,
					   const char *reason)
{
	for (unsigned int i = 0; i < l->count; i++)
		if (!strcmp(l->entries[i].reason, reason))
			return &l->entries[i];
	return NULL;
}

Test(ledger, one_entry_per_place_and_reason)
{
	struct ledger l = { 0 };

	cr_expect(add(&l, 2, 10, "pf", now));
	cr_expect(add(&l, 2, 5, "pf", (struct instant){ 9 }));
	cr_expect(add(&l, 3, 100, "pf", now));
	cr_expect(add(&l, 2, 1, "bgp", now));
	cr_assert_eq(l.count, 3);
	cr_expect_eq(l.entries[0].amount, 15);
	cr_expect_eq(l.entries[0].since.ns, 5, "since it was first there");
	cr_expect_not(l.entries[0].automatic);
	cr_expect_eq(sum(&l, 2), 16);
	cr_expect_eq(sum(&l, 3), 100);
	cr_expect_eq(sum(&l, 4), 0);
}

Test(ledger, everywhere_counts_everywhere)
{
	struct ledger l = { 0 };

	add(&l, LEDGER_EVERYWHERE, 7, "boot", now);
	add(&l, 2, 1, "pf", now);
	cr_expect_eq(sum(&l, 2), 8);
	cr_expect_eq(sum(&l, 3), 7);
}

Test(ledger, an_entry_that_comes_to_nothing_is_gone)
{
	struct ledger l = { 0 };

	add(&l, 2, 10, "pf", now);
	add(&l, 2, -10, "pf", now);
	cr_expect_eq(l.count, 0);
	add(&l, 2, 3, "pf", now);
	add(&l, 2, -5, "pf", now);
	cr_expect_eq(sum(&l, 2), -2);
	cr_expect(add(&l, 2, 0, "nothing", now));
	cr_expect_eq(l.count, 1);
}

Test(ledger, another_reason_takes_back_newest_first)
{
	struct ledger l = { 0 };

	add(&l, 2, 10, "a", now);
	add(&l, 2, 20, "b", now);
	add(&l, 3, 40, "c", now);
	add(&l, LEDGER_EVERYWHERE, 80, "d", now);
	set(&l, 2, 160, "link", now);
	cr_expect(add(&l, 2, -5, "undo", now));
	cr_expect_eq(entry_of(&l, "b")->amount, 15);
	cr_expect(add(&l, 2, -17, "undo", now));
	cr_expect_null(entry_of(&l, "b"));
	cr_expect_eq(entry_of(&l, "a")->amount, 8);
	cr_expect(add(&l, 2, -9, "undo", now));
	cr_expect_null(entry_of(&l, "a"));
	cr_expect_eq(entry_of(&l, "undo")->amount, -1, "what is left of it");
	cr_expect_eq(entry_of(&l, "c")->amount, 40, "of another place");
	cr_expect_eq(entry_of(&l, "d")->amount, 80, "of another place");
	cr_expect_eq(entry_of(&l, "link")->amount, 160, "automatic");
}

/* Even if somebody was content first and then was not. */
Test(ledger, what_adds_up_to_nothing_is_gone)
{
	struct ledger l = { 0 };

	add(&l, 2, 3, "a", now);
	add(&l, 2, 5, "b", now);
	add(&l, 3, 1, "c", now);
	set(&l, 2, 1, "link", now);
	cr_expect(add(&l, 2, -5, "a", now));
	cr_expect_eq(entry_of(&l, "a")->amount, -2);
	cr_expect(add(&l, 2, -3, "b", now));
	cr_expect_eq(l.count, 2, "both gone, others not");
	cr_expect(add(&l, 2, -7, "prefer", now));
	cr_expect(add(&l, 2, 7, "do not", now));
	cr_expect_eq(l.count, 2);
}

Test(ledger, what_is_taken_back_whole_is_gone)
{
	struct ledger l = { 0 };

	add(&l, 2, 10, "a", now);
	add(&l, 2, 20, "b", now);
	cr_expect(add(&l, 2, -20, "undo", now));
	cr_assert_eq(l.count, 1);
	cr_expect_str_eq(l.entries[0].reason, "a");
	cr_expect(add(&l, 2, -10, "undo", now));
	cr_expect_eq(l.count, 0);
}

Test(ledger, automatic_entries_are_set)
{
	struct ledger l = { 0 };

	add(&l, 2, 10, "link", now);
	cr_expect(set(&l, 2, 1, "link", now));
	cr_expect(set(&l, 2, 240, "link", now));
	cr_assert_eq(l.count, 2, "an operator's of that name is another");
	cr_expect(l.entries[1].automatic);
	cr_expect_eq(sum(&l, 2), 250);
	cr_expect(set(&l, 2, 0, "link", now));
	cr_expect(set(&l, 2, 0, "link", now), "again is nothing");
	cr_expect_eq(sum(&l, 2), 10);
}

Test(ledger, a_full_ledger_refuses_and_keeps)
{
	struct ledger l = { 0 }, before;
	char reason[16];

	for (int i = 0; i < LEDGER_OPERATORS_MAX; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		cr_assert(add(&l, 2, 1, reason, now));
	}
	before = l;
	cr_expect_not(add(&l, 2, 1, "one more", now));
	cr_expect_not(add(&l, 3, -1, "elsewhere", now));
	cr_expect_arr_eq(&l, &before, sizeof(l));
	cr_expect(add(&l, 2, 1, "reason 5", now), "it is there");
	cr_expect(add(&l, 2, -1000, "all", now));
	cr_expect_eq(l.count, 1);
	cr_expect_eq(sum(&l, 2), -1000 + LEDGER_OPERATORS_MAX + 1);
}

Test(ledger, faults_have_room_besides)
{
	struct ledger l = { 0 };
	char reason[16];
	int entered = 0;

	for (int i = 0; i < LEDGER_OPERATORS_MAX; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		cr_assert(add(&l, 2, 1, reason, now));
	}
	for (int i = 0; i < LEDGER_ENTRIES_MAX; i++) {
		snprintf(reason, sizeof(reason), "fault %d", i);
		entered += set(&l, 2, 1, reason, now);
	}
	cr_expect_eq(entered, LEDGER_ENTRIES_MAX - LEDGER_OPERATORS_MAX);
	cr_expect_eq(sum(&l, 2), LEDGER_ENTRIES_MAX);
	cr_expect(set(&l, 2, 0, "fault 0", now));
	cr_expect_eq(sum(&l, 2), LEDGER_ENTRIES_MAX - 1);
}

Test(ledger, remembers_who_changed_it_last)
{
	struct ledger l = { 0 };

	add(&l, 2, 10, "a", now);
	cr_expect_str_eq(l.entries[0].by, "+10");
	add(&l, 2, 7, "a", now);
	cr_expect_str_eq(l.entries[0].by, "+7");
	add(&l, 2, -3, "other", now);
	cr_expect_str_eq(l.entries[0].by, "-3");
	set(&l, 2, 1, "link", now);
	cr_expect_str_eq(l.entries[1].by, "");
}

Test(ledger, a_name_reaches_who_bears_it)
{
	static const struct settings web = { .names = { "dmz", "web" },
					     .names_count = 2 };
	static const struct settings none;
	struct ledger l = { 0 };

	cr_expect(add_at(&l, "web", 0, 10, "deploy", now));
	cr_expect(add_at(&l, "we", 0, 100, "deploy", now));
	cr_expect(add_at(&l, "carp", 0, 1000, "deploy", now));
	cr_expect(add(&l, LEDGER_EVERYWHERE, 10000, "deploy", now));
	cr_expect_eq(l.count, 4, "places are told apart by name");
	cr_expect_eq(ledger_sum(&l, 2, &web), 11010);
	cr_expect_eq(ledger_sum(&l, 3, &none), 11000);
	cr_expect(ledger_knows(&l, "we"));
	cr_expect_not(ledger_knows(&l, "w"));
	cr_expect(add_at(&l, "web", 0, -10, "another reason", now));
	cr_expect_not(ledger_knows(&l, "web"));
	cr_expect_eq(ledger_sum(&l, 2, &web), 11000);
	ledger_forget(&l, 2);
	cr_expect_eq(l.count, 3, "names outlive interfaces");
}

Test(ledger, a_beginning_of_a_reason_is_another)
{
	struct ledger l = { 0 };

	set(&l, 2, 1, "link of eth10 down", now);
	set(&l, 2, 1, "link of eth1 down", now);
	cr_expect_eq(l.count, 2);
	add(&l, 2, 1, "pf", now);
	add(&l, 2, 1, "pfsync", now);
	cr_expect_eq(l.count, 4);
}

Test(ledger, forgets_an_interface)
{
	struct ledger l = { 0 };

	add(&l, 2, 1, "a", now);
	add(&l, 3, 2, "b", now);
	set(&l, 2, 4, "c", now);
	add(&l, LEDGER_EVERYWHERE, 8, "d", now);
	ledger_forget(&l, 2);
	cr_expect_eq(l.count, 2);
	cr_expect_eq(sum(&l, 2), 8);
	cr_expect_eq(sum(&l, 3), 10);
}
