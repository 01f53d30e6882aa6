/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What somebody else is to say for a master that dies: there while it is one,
 * and never older than what it has sent.
 */
#include <criterion/criterion.h>

#include "fake.h"

static struct carp_header header_of(const uint8_t *frame, size_t size)
{
	struct carp_header header;

	memcpy(&header, frame + size - sizeof(header), sizeof(header));
	return header;
}

static uint64_t sequence_of(const struct carp_header *header)
{
	uint64_t sequence = 0;

	for (int i = 0; i < 5; i++)
		sequence = sequence << 8 | header->counter[i];
	return sequence;
}

/* Each is 255/255, and above the last advertisement of its family. */
static void expect_farewells(const struct fake *f, unsigned int count)
{
	cr_expect_eq(f->farewells_count, count, "%u", f->farewells_count);
	for (unsigned int i = 0; i < f->farewells_count; i++) {
		const struct carp_header header =
			header_of(f->farewells[i], f->farewell_sizes[i]);

		cr_expect_eq(header.advbase, CARP_BOW_OUT);
		cr_expect_eq(header.advskew, CARP_BOW_OUT);
		cr_expect_gt(sequence_of(&header) + (count - 1 - i),
			     f->group.sequence);
	}
}

Test(farewell, is_ready_while_we_are_master)
{
	struct settings settings = fake_settings();
	struct fake f;

	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_BACKUP);
	expect_farewells(&f, 0);
	fake_reach(&f, ELECTION_MASTER);
	expect_farewells(&f, 2);
	for (int i = 0; i < 5; i++) {
		fake_tick(&f);
		expect_farewells(&f, 2);
	}
	group_stop(&f.group, f.now);
	expect_farewells(&f, 0);
}

Test(farewell, is_forgotten_by_who_yields)
{
	struct settings settings = fake_settings();
	struct fake f;

	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	fake_advert(&f, 4, 2, 1, 0);
	cr_assert_eq(f.group.election.state, ELECTION_BACKUP);
	expect_farewells(&f, 0);
}

/* One for each digest and family; afterwards those of the new one only. */
Test(farewell, is_said_under_both_digests_during_a_change)
{
	struct settings settings = fake_settings();
	const struct carp_recipe recipe = { .blocks = 2 };
	struct fake f;

	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	group_settings(&f.group, &settings, &recipe, span_ms(1500), f.now);
	expect_farewells(&f, 4);
	fake_tick(&f);
	fake_tick(&f);
	fake_tick(&f);
	expect_farewells(&f, 2);
}

/* The next advertisement is above it or its equal: it has not been sent. */
Test(farewell, costs_no_sequence)
{
	struct settings settings = fake_settings();
	uint64_t before;
	struct fake f;

	fake_open(&f, &settings, 2);
	fake_reach(&f, ELECTION_MASTER);
	before = f.group.sequence;
	fake_tick(&f);
	cr_expect_eq(f.group.sequence, before + 2, "one for each family");
}
