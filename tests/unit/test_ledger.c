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

	cr_expect(ledger_add(&l, 2, 10, "pf", now));
	cr_expect(ledger_add(&l, 2, 5, "pf", (struct instant){ 9 }));
	cr_expect(ledger_add(&l, 3, 100, "pf", now));
	cr_expect(ledger_add(&l, 2, 1, "bgp", now));
	cr_assert_eq(l.count, 3);
	cr_expect_eq(l.entries[0].amount, 15);
	cr_expect_eq(l.entries[0].since.ns, 5, "since it was first there");
	cr_expect_not(l.entries[0].automatic);
	cr_expect_eq(ledger_sum(&l, 2), 16);
	cr_expect_eq(ledger_sum(&l, 3), 100);
	cr_expect_eq(ledger_sum(&l, 4), 0);
}

Test(ledger, everywhere_counts_everywhere)
{
	struct ledger l = { 0 };

	ledger_add(&l, LEDGER_EVERYWHERE, 7, "boot", now);
	ledger_add(&l, 2, 1, "pf", now);
	cr_expect_eq(ledger_sum(&l, 2), 8);
	cr_expect_eq(ledger_sum(&l, 3), 7);
}

Test(ledger, an_entry_that_comes_to_nothing_is_gone)
{
	struct ledger l = { 0 };

	ledger_add(&l, 2, 10, "pf", now);
	ledger_add(&l, 2, -10, "pf", now);
	cr_expect_eq(l.count, 0);
	ledger_add(&l, 2, 3, "pf", now);
	ledger_add(&l, 2, -5, "pf", now);
	cr_expect_eq(ledger_sum(&l, 2), -2);
	cr_expect(ledger_add(&l, 2, 0, "nothing", now));
	cr_expect_eq(l.count, 1);
}

Test(ledger, another_reason_takes_back_newest_first)
{
	struct ledger l = { 0 };

	ledger_add(&l, 2, 10, "a", now);
	ledger_add(&l, 2, 20, "b", now);
	ledger_add(&l, 3, 40, "c", now);
	ledger_add(&l, LEDGER_EVERYWHERE, 80, "d", now);
	ledger_set(&l, 2, 160, "link", now);
	cr_expect(ledger_add(&l, 2, -5, "undo", now));
	cr_expect_eq(entry_of(&l, "b")->amount, 15);
	cr_expect(ledger_add(&l, 2, -17, "undo", now));
	cr_expect_null(entry_of(&l, "b"));
	cr_expect_eq(entry_of(&l, "a")->amount, 8);
	cr_expect(ledger_add(&l, 2, -9, "undo", now));
	cr_expect_null(entry_of(&l, "a"));
	cr_expect_eq(entry_of(&l, "undo")->amount, -1, "what is left of it");
	cr_expect_eq(entry_of(&l, "c")->amount, 40, "of another place");
	cr_expect_eq(entry_of(&l, "d")->amount, 80, "of another place");
	cr_expect_eq(entry_of(&l, "link")->amount, 160, "automatic");
}

Test(ledger, what_is_taken_back_whole_is_gone)
{
	struct ledger l = { 0 };

	ledger_add(&l, 2, 10, "a", now);
	ledger_add(&l, 2, 20, "b", now);
	cr_expect(ledger_add(&l, 2, -20, "undo", now));
	cr_assert_eq(l.count, 1);
	cr_expect_str_eq(l.entries[0].reason, "a");
	cr_expect(ledger_add(&l, 2, -10, "undo", now));
	cr_expect_eq(l.count, 0);
}

Test(ledger, automatic_entries_are_set)
{
	struct ledger l = { 0 };

	ledger_add(&l, 2, 10, "link", now);
	cr_expect(ledger_set(&l, 2, 1, "link", now));
	cr_expect(ledger_set(&l, 2, 240, "link", now));
	cr_assert_eq(l.count, 2, "an operator's of that name is another");
	cr_expect(l.entries[1].automatic);
	cr_expect_eq(ledger_sum(&l, 2), 250);
	cr_expect(ledger_set(&l, 2, 0, "link", now));
	cr_expect(ledger_set(&l, 2, 0, "link", now), "again is nothing");
	cr_expect_eq(ledger_sum(&l, 2), 10);
}

Test(ledger, a_full_ledger_refuses_and_keeps)
{
	struct ledger l = { 0 }, before;
	char reason[16];

	for (int i = 0; i < LEDGER_ENTRIES_MAX; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		cr_assert(ledger_add(&l, 2, 1, reason, now));
	}
	before = l;
	cr_expect_not(ledger_add(&l, 2, 1, "one more", now));
	cr_expect_not(ledger_add(&l, 3, -1, "elsewhere", now));
	cr_expect_not(ledger_set(&l, 2, 1, "link", now));
	cr_expect_arr_eq(&l, &before, sizeof(l));
	cr_expect(ledger_set(&l, 2, 0, "link", now));
	cr_expect(ledger_add(&l, 2, 1, "reason 5", now), "it is there");
	cr_expect(ledger_add(&l, 2, -1000, "all", now));
	cr_expect_eq(l.count, 1);
	cr_expect_eq(ledger_sum(&l, 2), -1000 + LEDGER_ENTRIES_MAX + 1);
}

Test(ledger, long_reasons_are_cut)
{
	struct ledger l = { 0 };
	char reason[LEDGER_REASON_SIZE * 2];

	memset(reason, 'x', sizeof(reason));
	reason[sizeof(reason) - 1] = '\0';
	ledger_add(&l, 2, 1, reason, now);
	cr_expect_eq(strlen(l.entries[0].reason), LEDGER_REASON_SIZE - 1);
	ledger_add(&l, 2, 1, reason, now);
	cr_expect_eq(l.count, 1, "the same one");
	reason[LEDGER_REASON_SIZE - 2] = 'y';
	ledger_add(&l, 2, 1, reason, now);
	cr_expect_eq(l.count, 2, "it differs where it counts");
	reason[LEDGER_REASON_SIZE - 1] = '\0';
	ledger_add(&l, 2, 1, reason, now);
	cr_expect_eq(l.count, 2, "just fits");
}

Test(ledger, a_beginning_of_a_reason_is_another)
{
	struct ledger l = { 0 };

	ledger_set(&l, 2, 1, "link of eth10 down", now);
	ledger_set(&l, 2, 1, "link of eth1 down", now);
	cr_expect_eq(l.count, 2);
	ledger_add(&l, 2, 1, "pf", now);
	ledger_add(&l, 2, 1, "pfsync", now);
	cr_expect_eq(l.count, 4);
}

Test(ledger, forgets_an_interface)
{
	struct ledger l = { 0 };

	ledger_add(&l, 2, 1, "a", now);
	ledger_add(&l, 3, 2, "b", now);
	ledger_set(&l, 2, 4, "c", now);
	ledger_add(&l, LEDGER_EVERYWHERE, 8, "d", now);
	ledger_forget(&l, 2);
	cr_expect_eq(l.count, 2);
	cr_expect_eq(ledger_sum(&l, 2), 8);
	cr_expect_eq(ledger_sum(&l, 3), 10);
}
