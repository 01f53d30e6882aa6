/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Oddities of either family, and of addresses that are not ours: what is told
 * of, of whom, and what is answered.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fake.h"

static const uint8_t liar[16] = { 0xfe, 0x80, [15] = 66 };
static const uint8_t vip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

static struct carp_event event6(const struct fake *f, enum carp_event_kind kind)
{
	struct carp_event event = { .kind = kind,
				    .vhid = 1,
				    .family = 6,
				    .source_mac = { 2, 0, 0, 0, 0, 66 },
				    .time_ns = f->now.ns };

	memcpy(event.source, liar, sizeof(liar));
	return event;
}

static void open_in(struct fake *f, enum compat compat,
		    enum election_state state)
{
	struct settings settings = fake_settings();

	settings.compat = compat;
	fake_open(f, &settings, 1);
	fake_reach(f, state);
}

/* Guards: the whole IPv6 address is told, not its first bytes. */
Test(told, senders_over_ipv6)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_OPENBSD, ELECTION_BACKUP);
	event = event6(&f, CARP_EVENT_DIGEST);
	group_event(&f.group, &event, f.now);
	event.kind = CARP_EVENT_SEAL;
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=digest notice=seal");
	cr_expect_eq(f.noticed.address.family, 6);
	cr_expect_arr_eq(f.noticed.address.bytes, liar, 16);
}

Test(told, a_claim_over_ipv6_is_answered)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_OPENBSD, ELECTION_MASTER);
	event = event6(&f, CARP_EVENT_CLAIM);
	memcpy(event.target, vip6, sizeof(vip6));
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=claim na");
	cr_expect_arr_eq(f.noticed.address.bytes, vip6, 16, "what is claimed");
}

/* A virtual IP that has just been taken out of the list. */
Test(told, a_claim_that_is_no_longer_ours_is_not_answered)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_OPENBSD, ELECTION_MASTER);
	event = event6(&f, CARP_EVENT_CLAIM);
	memcpy(event.target, vip6, sizeof(vip6));
	event.target[15] = 2;
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=claim");
}

/* Among ucarps a backup keeps quiet, for their master announces its own MAC;
 * a master does not. */
Test(told, a_claim_to_a_master_among_ucarps)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_UCARP, ELECTION_MASTER);
	event = event6(&f, CARP_EVENT_CLAIM);
	memcpy(event.target, vip6, sizeof(vip6));
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=claim na");
}

/* Two hosts with one address are two stories. */
Test(told, one_address_two_macs)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_OPENBSD, ELECTION_BACKUP);
	event = event6(&f, CARP_EVENT_ECHO);
	group_event(&f.group, &event, f.now);
	event.source_mac[5] = 67;
	group_event(&f.group, &event, f.now);
	group_event(&f.group, &event, f.now);
	cr_expect_str_eq(fake_log(&f), "notice=echo notice=echo");
}

/* A demoted host has another rank than the one it was given. */
Test(told, no_equals_when_the_other_is_demoted)
{
	struct carp_event event;
	struct fake f;

	open_in(&f, COMPAT_OPENBSD, ELECTION_BACKUP);
	event = event6(&f, CARP_EVENT_ADVERT);
	event.advbase = 1;
	event.advskew = 100;
	event.demote = 1;
	group_event(&f.group, &event, f.now);
	cr_expect_null(strstr(fake_log(&f), "notice"));
	event.demote = 0;
	group_event(&f.group, &event, f.now);
	cr_expect_not_null(strstr(fake_log(&f), "notice=equal"));
}
