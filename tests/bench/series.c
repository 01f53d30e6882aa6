/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Medians and extremes of a few dozen numbers. */
#include "series.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void series_add(struct series *series, double value)
{
	if (series->count == SERIES_ROUNDS_MAX)
		errx(1, "more than %d rounds", SERIES_ROUNDS_MAX);
	series->values[series->count++] = value;
}

double series_median(const struct series *series)
{
	double sorted[SERIES_ROUNDS_MAX];
	size_t n = series->count;

	if (!n)
		return 0;
	memcpy(sorted, series->values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), ascending);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

double series_min(const struct series *series)
{
	double least = series->count ? series->values[0] : 0;

	for (size_t i = 1; i < series->count; i++)
		if (series->values[i] < least)
			least = series->values[i];
	return least;
}

double series_max(const struct series *series)
{
	double most = series->count ? series->values[0] : 0;

	for (size_t i = 1; i < series->count; i++)
		if (series->values[i] > most)
			most = series->values[i];
	return most;
}

struct series series_minus(const struct series *a, const struct series *b)
{
	struct series result = { 0 };

	for (size_t i = 0; i < a->count && i < b->count; i++)
		series_add(&result, a->values[i] - b->values[i]);
	return result;
}

struct series series_over(const struct series *a, const struct series *b)
{
	struct series result = { 0 };

	for (size_t i = 0; i < a->count && i < b->count; i++)
		series_add(&result, a->values[i] / b->values[i]);
	return result;
}

double quiet_mean(double *values, size_t count)
{
	size_t half = (count + 1) / 2;
	double sum = 0;

	qsort(values, count, sizeof(*values), ascending);
	for (size_t i = 0; i < half; i++)
		sum += values[i];
	return sum / (double)half;
}
