/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who watches takes no part: with virtual IPs to compare digests by, or
 * without any.
 */
#include <criterion/criterion.h>

#include "fake.h"

/* However long nobody speaks. */
static void never_promotes(struct fake *f)
{
	cr_expect(group_observes(&f->group));
	cr_expect(instant_is_never(group_deadline(&f->group)));
	cr_expect_eq(f->group.election.state, ELECTION_INIT);
	cr_expect_eq(f->sent, 0);
}

Test(observe, as_told)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.observe = true;
	fake_open(&f, &settings, 1);
	group_start(&f.group, true, f.now);
	cr_expect_str_eq(fake_log(&f), "role=auditor");
	cr_expect_eq(f.group.reason, REASON_OBSERVES);
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_str_eq(fake_log(&f), "heard", "equals of nobody");
	cr_expect_eq(f.group.master.address.bytes[3], 9);
	cr_expect(f.group.master.verified);
	never_promotes(&f);
}

Test(observe, without_virtual_ips)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.vips_count = 0;
	fake_open(&f, &settings, 1);
	group_start(&f.group, true, f.now);
	cr_expect_str_eq(fake_log(&f), "role=observer");
	cr_expect_eq(f.group.reason, REASON_NO_VIPS);
	never_promotes(&f);
}

/* Equals are worth a word only between those who could be master. */
Test(observe, no_word_about_equals)
{
	struct settings settings = fake_settings();
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_BACKUP);
	f.group.settings.observe = true;
	fake_advert(&f, 4, 9, 1, 100);
	cr_expect_str_eq(fake_log(&f), "heard");
}

/* From master to watching: out by the front door, and no way back in. */
Test(observe, from_now_on)
{
	struct settings settings = fake_settings();
	struct fake f;

	fake_open(&f, &settings, 1);
	fake_reach(&f, ELECTION_MASTER);
	settings.observe = true;
	group_settings(&f.group, &settings, &f.group.recipe, span_ms(0), f.now);
	cr_expect_str_eq(fake_log(&f),
			 "lease- role=auditor counter ad4:255/255/0 "
			 "counter ad6:255/255/0 addresses- changed "
			 "role=auditor");
	cr_expect_eq(f.group.reason, REASON_OBSERVES);
	cr_expect_eq(f.lease.ns, INSTANT_PAST.ns);
}
