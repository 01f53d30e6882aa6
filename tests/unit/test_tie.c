/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: who of equals is master.  By address among those that seal their
 * counters, and among ucarps; beside a BSD whoever hears the other yields.
 */
#include "fake.h"

#include <criterion/criterion.h>
#include <string.h>

/* A master of that IPv4 source. */
static void open_at(struct fake *f, enum compat compat, struct address source)
{
	struct settings settings = fake_settings();

	settings.compat = compat;
	settings.vips_count = 1;
	fake_open(f, &settings, 2);
	f->group.source[ELECTION_V4] = source;
	fake_reach(f, ELECTION_MASTER);
}

static struct instant yields_until(enum compat compat, uint8_t host)
{
	struct fake f;

	open_at(&f, compat, (struct address){ 4, { 192, 0, 2, 100 } });
	fake_advert(&f, 4, host, 1, 100);
	if (f.group.election.state == ELECTION_MASTER)
		return INSTANT_NEVER;
	return group_deadline(&f.group);
}

Test(tie, equals_are_told_apart_by_address)
{
	uint64_t low = yields_until(COMPAT_OPENBSD, 99).ns;
	uint64_t same = yields_until(COMPAT_OPENBSD, 100).ns;
	uint64_t high = yields_until(COMPAT_OPENBSD, 101).ns;

	cr_expect_eq(same, high);
	cr_expect_eq(low - high, 1390625000ULL / 16, "we wait longer");
	cr_expect_not(instant_is_never(yields_until(COMPAT_UCARP, 99)));
	cr_expect(instant_is_never(yields_until(COMPAT_UCARP, 101)));
}

/* ucarp reads the address backwards: its last byte weighs most. */
Test(tie, ucarp_compares_from_the_last_byte)
{
	struct fake f;

	open_at(&f, COMPAT_UCARP, (struct address){ 4, { 10, 0, 1, 1 } });
	fake_advert(&f, 4, 200, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_MASTER);
	f.group.source[ELECTION_V4] = (struct address){ 4, { 10, 0, 1, 201 } };
	fake_advert(&f, 4, 200, 1, 100);
	cr_expect_eq(f.group.election.state, ELECTION_BACKUP);
}

enum {
	OWN = 100
};

static void open_master(struct fake *f, enum compat compat)
{
	struct settings settings = fake_settings();

	settings.compat = compat;
	fake_open(f, &settings, 2);
	f->group.source[ELECTION_V4] =
		(struct address){ 4, { 192, 0, 2, OWN } };
	f->group.source[ELECTION_V6] =
		(struct address){ 6, { 0xfe, 0x80, [15] = OWN } };
	f->group.recipe.seal.words[0] = 7;
	fake_reach(f, ELECTION_MASTER);
}

/* An equal that has sealed its counter; `mark` is added to it. */
static enum election_state after_sealed(struct fake *f, uint8_t family,
					uint8_t host, uint8_t advskew,
					uint64_t mark)
{
	struct carp_event event = { .kind = CARP_EVENT_ADVERT,
				    .vhid = 1,
				    .family = family,
				    .advbase = 1,
				    .advskew = advskew,
				    .time_ns = f->now.ns };
	static const uint8_t v4[] = { 192, 0, 2 }, v6[] = { 0xfe, 0x80 };

	memcpy(event.source, family == 4 ? v4 : v6, family == 4 ? 3 : 2);
	event.source[family == 4 ? 3 : 15] = host;
	event.counter = mark + carp_seal_counter(
				       &f->group.recipe.seal,
				       carp_seal_head(1, 1, advskew, 0, family),
				       1000, event.source);
	group_event(&f->group, &event, f->now);
	return f->group.election.state;
}

Test(tie, the_lower_address_stays)
{
	struct fake f;

	for (int c = COMPAT_OPENBSD; c <= COMPAT_FREEBSD; c++) {
		open_master(&f, (enum compat)c);
		cr_expect_eq(after_sealed(&f, 4, OWN + 1, 100, 0),
			     ELECTION_MASTER);
		cr_expect_eq(after_sealed(&f, 4, OWN - 1, 100, 0),
			     ELECTION_BACKUP);
		open_master(&f, (enum compat)c);
		cr_expect_eq(after_sealed(&f, 4, OWN + 1, 100, 1),
			     ELECTION_BACKUP, "no seal: a BSD yields as well");
		open_master(&f, (enum compat)c);
		cr_expect_eq(after_sealed(&f, 4, OWN, 100, 0), ELECTION_BACKUP,
			     "one address for two decides nothing");
		open_master(&f, (enum compat)c);
		cr_expect_eq(after_sealed(&f, 4, OWN + 1, 99, 0),
			     ELECTION_BACKUP, "no tie at all");
	}
}

/* Of two hosts each could have the lower address in one family. */
Test(tie, one_family_decides)
{
	struct fake f;

	open_master(&f, COMPAT_OPENBSD);
	cr_expect_eq(after_sealed(&f, 4, OWN + 1, 100, 0), ELECTION_MASTER);
	cr_expect_eq(after_sealed(&f, 6, OWN - 1, 100, 0), ELECTION_MASTER);
	f.now = instant_add(f.now, span_ms(2000));
	f.group.election.lease_until = instant_add(f.now, span_ms(5000));
	cr_expect_eq(after_sealed(&f, 6, OWN - 1, 100, 0), ELECTION_MASTER);
	f.now = instant_add(f.now, span_ms(2172));
	cr_expect_eq(after_sealed(&f, 6, OWN - 1, 100, 0), ELECTION_BACKUP,
		     "IPv4 has gone");
}

Test(tie, without_ipv4_the_other_decides)
{
	struct settings settings = fake_settings();
	struct fake f;

	settings.vips++;
	settings.vips_count = 1;
	fake_open(&f, &settings, 2);
	f.group.source[ELECTION_V6] =
		(struct address){ 6, { 0xfe, 0x80, [15] = OWN } };
	fake_reach(&f, ELECTION_MASTER);
	cr_expect_eq(after_sealed(&f, 6, OWN + 1, 100, 0), ELECTION_MASTER);
	cr_expect_eq(after_sealed(&f, 6, OWN - 1, 100, 0), ELECTION_BACKUP);
}

/* The peer has the new passphrase already, or still the old one. */
Test(tie, while_the_passphrase_changes_both_seals_count)
{
	const struct carp_seal_key theirs = { { 8 } };
	struct fake f;

	for (int old = 0; old < 2; old++) {
		struct carp_event event = { .kind = CARP_EVENT_ADVERT,
					    .vhid = 1,
					    .family = 4,
					    .advbase = 1,
					    .advskew = 100,
					    .source = { 192, 0, 2, OWN + 1 } };

		open_master(&f, COMPAT_OPENBSD);
		if (old)
			f.group.old_recipe.seal = theirs;
		else
			f.group.recipe.seal = theirs;
		f.group.old_until = instant_add(f.now, span_ms(1000));
		event.time_ns = f.now.ns;
		event.counter = carp_seal_counter(
			&theirs, carp_seal_head(1, 1, 100, 0, 4), 1000,
			event.source);
		group_event(&f.group, &event, f.now);
		cr_expect_eq(f.group.election.state, ELECTION_MASTER);
		if (!old) {
			f.group.recipe.seal.words[0] = 9;
			group_event(&f.group, &event, f.now);
			cr_expect_eq(f.group.election.state, ELECTION_BACKUP,
				     "neither of the two");
			continue;
		}
		f.group.old_until = INSTANT_PAST;
		group_event(&f.group, &event, f.now);
		cr_expect_eq(f.group.election.state, ELECTION_BACKUP);
	}
}
