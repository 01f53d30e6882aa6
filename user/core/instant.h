/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Time without a clock.  An instant is a point on the boot-time clock, a span
 * a length; both nanoseconds, wrapped so that mixing them does not compile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct instant {
	uint64_t ns; /* CLOCK_BOOTTIME */
};
struct span {
	uint64_t ns;
};

#define INSTANT_NEVER ((struct instant){ UINT64_MAX })
#define INSTANT_PAST  ((struct instant){ 0 })

static inline struct span span_us(uint64_t us)
{
	return (struct span){ us * 1000 };
}

static inline struct span span_ms(uint64_t ms)
{
	return span_us(ms * 1000);
}

static inline struct span span_times(struct span span, uint32_t n)
{
	return (struct span){ span.ns * n };
}

static inline bool instant_is_never(struct instant t)
{
	return t.ns == UINT64_MAX;
}

static inline struct instant instant_add(struct instant t, struct span span)
{
	if (t.ns > UINT64_MAX - span.ns)
		return INSTANT_NEVER;
	return (struct instant){ t.ns + span.ns };
}

/* From a to b; nothing if b is not later. */
static inline struct span instant_since(struct instant a, struct instant b)
{
	return (struct span){ b.ns > a.ns ? b.ns - a.ns : 0 };
}

static inline bool instant_before(struct instant a, struct instant b)
{
	return a.ns < b.ns;
}

/* A deadline has passed when it is not after now. */
static inline bool instant_due(struct instant deadline, struct instant now)
{
	return !instant_before(now, deadline);
}

static inline struct instant instant_min(struct instant a, struct instant b)
{
	return instant_before(a, b) ? a : b;
}

static inline struct instant instant_max(struct instant a, struct instant b)
{
	return instant_before(a, b) ? b : a;
}
