/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A pairing heap: each entry is due no later than its children.
 */
#include "agenda.h"

#include <stddef.h>

static bool precedes(const struct agenda_entry *a, const struct agenda_entry *b)
{
	return a->due.ns == b->due.ns ? a->number < b->number
				      : instant_before(a->due, b->due);
}

/* Of two heaps one. */
static struct agenda_entry *join(struct agenda_entry *a, struct agenda_entry *b)
{
	struct agenda_entry *top = precedes(a, b) ? a : b;
	struct agenda_entry *under = top == a ? b : a;

	under->before = top;
	under->next = top->child;
	if (top->child)
		top->child->before = under;
	top->child = under;
	return top;
}

/* Takes the first two of a list of heaps off it, as one. */
static struct agenda_entry *join_two(struct agenda_entry **list)
{
	struct agenda_entry *a = *list, *b = a->next;

	*list = b ? b->next : NULL;
	a->next = NULL;
	if (!b)
		return a;
	b->next = NULL;
	return join(a, b);
}

/* Of a list of heaps one: in pairs, and those from the last to the first. */
static struct agenda_entry *join_all(struct agenda_entry *list)
{
	struct agenda_entry *pairs = NULL, *all;

	while (list) {
		struct agenda_entry *pair = join_two(&list);

		pair->next = pairs;
		pairs = pair;
	}
	all = pairs;
	pairs = all ? all->next : NULL;
	while (pairs) {
		struct agenda_entry *pair = pairs;

		pairs = pair->next;
		pair->next = NULL;
		all->next = NULL;
		all = join(all, pair);
	}
	return all;
}

static void put(struct agenda *agenda, struct agenda_entry *e)
{
	e->child = e->next = e->before = NULL;
	agenda->first = agenda->first ? join(agenda->first, e) : e;
}

/* The first has no siblings. */
static void take(struct agenda *agenda, struct agenda_entry *e)
{
	struct agenda_entry *rest = join_all(e->child);

	if (e == agenda->first) {
		agenda->first = rest;
		return;
	}
	if (e->before->child == e)
		e->before->child = e->next;
	else
		e->before->next = e->next;
	if (e->next)
		e->next->before = e->before;
	if (rest)
		agenda->first = join(agenda->first, rest);
}

void agenda_enter(struct agenda *agenda, struct agenda_entry *e,
		  uint64_t number, void *owner)
{
	*e = (struct agenda_entry){ .agenda = agenda,
				    .due = INSTANT_NEVER,
				    .number = number,
				    .owner = owner };
	put(agenda, e);
}

void agenda_leave(struct agenda_entry *e)
{
	take(e->agenda, e);
	*e = (struct agenda_entry){ 0 };
}

void agenda_move(struct agenda_entry *e, struct instant due)
{
	if (!e->agenda || e->due.ns == due.ns)
		return;
	take(e->agenda, e);
	e->due = due;
	put(e->agenda, e);
}

struct instant agenda_due(const struct agenda *agenda)
{
	return agenda->first ? agenda->first->due : INSTANT_NEVER;
}
