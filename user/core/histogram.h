/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Spans counted in fixed buckets, as Prometheus wants them.
 */
#pragma once

#include "instant.h"

#include <stddef.h>

enum {
	HISTOGRAM_BUCKETS = 12
};

struct histogram {
	uint64_t count[HISTOGRAM_BUCKETS]; /* not cumulative; last: the rest */
	uint64_t total;
	uint64_t sum_ns;
};

/* Upper bounds in ns; one less than buckets. */
typedef const uint64_t histogram_bounds[HISTOGRAM_BUCKETS - 1];

static inline void histogram_add(struct histogram *h, histogram_bounds bounds,
				 struct span span)
{
	size_t i = 0;

	while (i < HISTOGRAM_BUCKETS - 1 && span.ns > bounds[i])
		i++;
	h->count[i]++;
	h->total++;
	h->sum_ns += span.ns;
}
