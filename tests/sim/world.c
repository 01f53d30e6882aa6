/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Chance, the queue of what is to happen, and the trace.  Knows no CARP.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

/* splitmix64 */
uint64_t draw(struct world *w, uint64_t below)
{
	uint64_t z = w->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return below ? z % below : z;
}

bool chance(struct world *w, uint32_t per_mille)
{
	return per_mille && draw(w, 1000) < per_mille;
}

static bool earlier(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void at(struct world *w, uint64_t when, enum event_kind kind, int to,
	uint32_t what)
{
	struct event e = { when, w->order++, (uint16_t)kind, (uint16_t)to,
			   what };
	uint32_t i = w->heap_count++;

	if (i >= EVENTS)
		abort();
	for (; i && earlier(&e, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = e;
}

uint64_t next_event_at(const struct world *w)
{
	return w->heap_count ? w->heap[0].at : UINT64_MAX;
}

bool next_event(struct world *w, struct event *out)
{
	struct event last;
	uint32_t i = 0, child;

	if (!w->heap_count)
		return false;
	*out = w->heap[0];
	last = w->heap[--w->heap_count];
	while ((child = 2 * i + 1) < w->heap_count) {
		if (child + 1 < w->heap_count &&
		    earlier(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!earlier(&w->heap[child], &last))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
	return true;
}

void tell(struct world *w, const char *format, ...)
{
	char *line = w->lines[w->lines_count++ % LINES];
	va_list args;
	int used = snprintf(line, LINE, "%11.6f ", (double)w->now / 1e9);

	va_start(args, format);
	vsnprintf(line + used, (size_t)(LINE - used), format, args);
	va_end(args);
	if (w->printing)
		puts(line);
}
