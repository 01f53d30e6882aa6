/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How much a program does: so many things, or as many as SECONDS_MAX allows,
 * and from which SEED on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct budget {
	uint64_t seed;
	uint64_t things; /* 0: by time */
	time_t end;
};

static inline uint64_t budget_number(const char *text, uint64_t otherwise)
{
	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* `things` for a check, which sets neither. */
static inline struct budget budget_open(uint64_t things)
{
	uint64_t seconds = budget_number(getenv("SECONDS_MAX"), 0);

	return (struct budget){
		.seed = budget_number(getenv("SEED"), 1),
		.things = seconds ? 0 : things,
		.end = time(NULL) + (time_t)seconds,
	};
}

static inline bool budget_left(const struct budget *budget, uint64_t done)
{
	return budget->things ? done < budget->things
			      : time(NULL) < budget->end;
}
