/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rolling changes: what a master sends while hosts with the old and with the
 * new VIPs or passphrase live side by side.
 */
#include <criterion/criterion.h>

#include "fake.h"

/* A rolling change: both digests are sent until the grace period ends, and
 * its end moves nothing else. */
Test(grace, sends_under_both_digests_for_a_while)
{
	struct settings settings = fake_settings();
	const struct carp_recipe recipe = { .blocks = 2 };
	struct carp_recipe before;
	struct fake f;

	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	before = f.group.recipe;
	group_settings(&f.group, &settings, &recipe, span_ms(1500), f.now);
	cr_expect_str_eq(
		fake_log(&f),
		"addresses+ lease+ counter ad4:1/100/0 "
		"counter ad4:1/100/0 "
		"counter ad6:1/100/0 counter ad6:1/100/0 lease+ arp1 arp2 na "
		"role=master");
	cr_expect_arr_eq(&f.group.old_recipe, &before, sizeof(before));
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f),
			 "heard counter ad4:1/100/0 "
			 "counter ad4:1/100/0 "
			 "counter ad6:1/100/0 counter ad6:1/100/0 lease+");
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "grace-over");
	fake_tick(&f);
	cr_expect_str_eq(fake_log(&f), "heard counter ad4:1/100/0 "
				       "counter ad6:1/100/0 lease+ "
				       "arp1 arp2 na");
	group_settings(&f.group, &settings, &recipe, span_ms(1500), f.now);
	cr_expect_eq(f.group.old_until.ns, 0, "the same digest");
}
