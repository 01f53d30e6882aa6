/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who is next: entries by the time they are due, those due at one time in the
 * order of their numbers.  A pairing heap made of the entries themselves: with
 * thousands of them, what is not due costs nothing.
 */
#pragma once

#include "instant.h"

struct agenda_entry {
	struct agenda *agenda; /* NULL: in none */
	struct instant due;    /* as entered; may be INSTANT_NEVER */
	uint64_t number;
	void *owner;
	struct agenda_entry *child, *next;
	struct agenda_entry *before; /* the sibling, or of the first child the
					parent */
};

struct agenda {
	struct agenda_entry *first; /* NULL: empty */
};

/* The entry is in no agenda. */
void agenda_enter(struct agenda *agenda, struct agenda_entry *entry,
		  uint64_t number, void *owner);
/* The entry is in one. */
void agenda_leave(struct agenda_entry *entry);
/* It is due at another time.  Nothing happens to one in no agenda. */
void agenda_move(struct agenda_entry *entry, struct instant due);
/* When the first is due. */
struct instant agenda_due(const struct agenda *agenda);
