/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The list of verdicts as tables for those who print it.
 */
#pragma once

#include "carp/verdict.h"

#define VERDICT_NAME(name, action, help) #name,
static const char *const verdict_names[CARP_V_COUNT] = { CARP_VERDICTS(
	VERDICT_NAME) };
#undef VERDICT_NAME

/* A counter by its place in the list. */
static inline __u64 verdict_count(const struct carp_counters *counters,
				  unsigned int verdict)
{
	return ((const __u64 *)counters)[verdict];
}
