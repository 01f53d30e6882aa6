/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An agenda beside a plain list of the same: the first of both is always the
 * same entry, whoever enters, leaves and moves.
 */
#include <criterion/criterion.h>

#include "user/core/agenda.h"

enum {
	ENTRIES = 40,
	STEPS = 20000
};

struct both {
	struct agenda agenda;
	struct agenda_entry entries[ENTRIES];
};

/* A small generator, for the same steps everywhere. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static struct agenda_entry *expected(struct both *b)
{
	struct agenda_entry *first = NULL;

	for (int i = 0; i < ENTRIES; i++) {
		struct agenda_entry *e = &b->entries[i];

		if (e->agenda && (!first || e->due.ns < first->due.ns))
			first = e;
	}
	return first;
}

static void step(struct both *b, uint32_t *seed)
{
	uint32_t i = draw(seed, ENTRIES);
	struct agenda_entry *e = &b->entries[i];
	struct instant due = { draw(seed, ENTRIES / 2) };

	if (!e->agenda)
		agenda_enter(&b->agenda, e, i, e);
	else if (draw(seed, 4) == 0)
		agenda_leave(e);
	else
		agenda_move(e, due);
}

Test(agenda, first_is_first)
{
	struct both b = { 0 };
	uint32_t seed = 1;

	for (int i = 0; i < STEPS; i++) {
		step(&b, &seed);
		cr_assert_eq(b.agenda.first, expected(&b), "step %d", i);
		cr_assert(!b.agenda.first ||
			  b.agenda.first->owner == b.agenda.first);
	}
}

/* As a node serves it: the first moves behind, thousands of times. */
Test(agenda, nobody_is_forgotten)
{
	struct both b = { 0 };
	uint32_t seed = 2;

	for (uint32_t i = 0; i < ENTRIES; i++) {
		agenda_enter(&b.agenda, &b.entries[i], i, NULL);
		agenda_move(&b.entries[i], (struct instant){ 1 });
	}
	for (int i = 0; i < STEPS; i++) {
		struct agenda_entry *first = b.agenda.first;

		cr_assert_eq(first, expected(&b), "round %d", i);
		agenda_move(first, (struct instant){ first->due.ns + 1 +
						     draw(&seed, 50) });
	}
}

Test(agenda, empty_or_in_none)
{
	struct agenda agenda = { 0 };
	struct agenda_entry e = { 0 };

	cr_expect(instant_is_never(agenda_due(&agenda)));
	agenda_move(&e, (struct instant){ 3 });
	cr_expect_eq(e.due.ns, 0, "in none");
	agenda_enter(&agenda, &e, 1, NULL);
	cr_expect(instant_is_never(agenda_due(&agenda)));
	agenda_move(&e, (struct instant){ 3 });
	cr_expect_eq(agenda_due(&agenda).ns, 3);
	agenda_leave(&e);
	cr_expect_null(agenda.first);
	cr_expect_null(e.agenda);
}
