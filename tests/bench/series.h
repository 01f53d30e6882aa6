/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* One figure per round, and what is said of all of them. */
#pragma once

#include <stddef.h>

enum series_limits {
	SERIES_ROUNDS_MAX = 64
};

struct series {
	size_t count;
	double values[SERIES_ROUNDS_MAX];
};

void series_add(struct series *series, double value);
double series_median(const struct series *series);
double series_min(const struct series *series);
double series_max(const struct series *series);
/* Round by round. */
struct series series_minus(const struct series *a, const struct series *b);
struct series series_over(const struct series *a, const struct series *b);

/* The mean of the lower half, sorted in place: what other load on the machine
 * adds is one-sided, and a mean keeps what whole nanoseconds round away. */
double quiet_mean(double *values, size_t count);
