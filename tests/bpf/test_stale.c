/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Old sequences that are refused before their tag is checked: of a flood all
 * but one a jiffy, and never what is not old.
 */
#include <criterion/criterion.h>

#include "harness.h"

enum {
	VHID = 3,
	FIRST = 7000,
};

/* As controllers have it: see stale_early. */
static void open_early(enum carp_auth_mode mode)
{
	struct carp_vhid group;

	rig_backup(VHID);
	group = rig_get_group(VHID);
	group.auth = mode;
	group.stale_early = 1;
	rig_set_group(VHID, &group);
}

static struct packet sealed(struct advert a, uint64_t sequence)
{
	advert_seal(&a, sequence);
	return advert_packet(&a);
}

static void hear(const char *what, struct packet p, enum carp_verdict verdict)
{
	expect(what, &p, verdict, VHID, NULL);
}

/* Of frames that come at once: how many were told from forgeries, and how many
 * not. */
struct flood {
	uint64_t told, stale;
};

static struct flood flood(struct packet p, enum carp_verdict told)
{
	enum {
		FRAMES = 1000
	};
	const uint64_t before = rig_counted(VHID, told);
	const uint64_t stale = rig_counted(VHID, CARP_V_advert_stale);
	struct flood f;

	for (int i = 0; i < FRAMES; i++)
		cr_assert_eq(rig_feed(&p), CARP_DROP);
	f.told = rig_counted(VHID, told) - before;
	f.stale = rig_counted(VHID, CARP_V_advert_stale) - stale;
	cr_expect_eq(f.told + f.stale, FRAMES);
	return f;
}

static void stale(enum carp_auth_mode mode, struct advert a)
{
	struct advert forged = a;
	struct flood f;

	open_early(mode);
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	f = flood(sealed(a, FIRST), CARP_V_advert_replayed);
	cr_expect_gt(f.stale, 500, "%llu", (unsigned long long)f.stale);
	cr_expect_gt(f.told, 0, "a replay is called one");
	f = flood(sealed(a, FIRST + 1), CARP_V_advert_replayed);
	cr_expect_gt(f.stale, 500, "the newest is old as well");
	advert_seal(&forged, FIRST);
	forged.counter ^= 1;
	f = flood(advert_packet(&forged), CARP_V_advert_seal);
	cr_expect_gt(f.stale, 500, "whatever the tag is");
	hear("newer", sealed(a, FIRST + 2), CARP_V_advert_valid);
	rig_close();
}

/* Guards: of many old frames at once most are refused before their tag, in
 * either family, and what is new is believed all the same. */
Test(stale, old4)
{
	stale(CARP_AUTH_STRICT, advert_default());
	stale(CARP_AUTH_AUTO, advert_default());
}

Test(stale, old6)
{
	stale(CARP_AUTH_STRICT, advert_default6());
}

/* Guards: it is only said of whom it is true. */
Test(stale, nobody_else)
{
	struct advert a = advert_default(), six = advert_default6();
	struct flood f;

	open_early(CARP_AUTH_STRICT);
	advert_seal(&a, 0);
	a.source = "0.0.0.0";
	hear("nobody, unknown", advert_packet(&a), CARP_V_advert_seal);
	hear("again", advert_packet(&a), CARP_V_advert_seal);
	a = advert_default();
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	f = flood(sealed(a, FIRST), CARP_V_advert_replayed);
	cr_expect_eq(f.stale, 0, "heard once");
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	hear("the other family", sealed(six, 1), CARP_V_advert_valid);
	hear("and again", sealed(six, 2), CARP_V_advert_valid);
	cr_expect_eq(rig_get_group(VHID).newest4.sequence, FIRST + 1);
	cr_expect_eq(rig_get_group(VHID).newest6.sequence, 2);
	a.source = "192.168.1.9";
	hear("another, slower clock", sealed(a, 1), CARP_V_advert_valid);
	f = flood(sealed(a, 1), CARP_V_advert_replayed);
	cr_expect_eq(f.stale, 0);
	hear("and again", sealed(a, 2), CARP_V_advert_valid);
	a.source = "192.168.1.2";
	f = flood(sealed(a, FIRST), CARP_V_advert_replayed);
	cr_expect_eq(f.stale, 0, "not of the last one any more");
	rig_close();
}

/* Guards: each is told where that is wanted, and who takes all takes all. */
Test(stale, where_it_is_not_wanted)
{
	struct advert a = advert_default();
	struct carp_vhid group;
	struct flood f;

	open_early(CARP_AUTH_STRICT);
	group = rig_get_group(VHID);
	group.stale_early = 0;
	rig_set_group(VHID, &group);
	hear("first", sealed(a, FIRST), CARP_V_advert_valid);
	hear("second", sealed(a, FIRST + 1), CARP_V_advert_valid);
	f = flood(sealed(a, FIRST), CARP_V_advert_replayed);
	cr_expect_eq(f.stale, 0);
	group = rig_get_group(VHID);
	group.auth = CARP_AUTH_COMPAT;
	group.stale_early = 1;
	rig_set_group(VHID, &group);
	hear("as BSD would", sealed(a, FIRST), CARP_V_advert_valid);
	rig_close();
}
