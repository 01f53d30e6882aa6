/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where a generator's decisions come from: the bytes of a fuzzer, which learns
 * what they lead to, or a random number generator with a seed.  Spent bytes
 * leave only zeros, the plainest decision each time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct choices {
	const uint8_t *data; /* NULL: random */
	size_t size;
	uint64_t state;
};

static inline struct choices choices_random(uint64_t seed)
{
	return (struct choices){ .state = seed * 0x9e3779b97f4a7c15ULL + 1 };
}

static inline struct choices choices_bytes(const uint8_t *data, size_t size)
{
	return (struct choices){ .data = data, .size = size };
}

/* SplitMix64: every state is a good one. */
static inline uint64_t choices_next(struct choices *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline uint64_t choices_take(struct choices *c, size_t bytes)
{
	uint64_t value = 0;

	for (; bytes && c->size; bytes--, c->size--)
		value = value << 8 | *c->data++;
	return value;
}

/* A number below `limit`, which is at most 2^16. */
static inline uint32_t choose(struct choices *c, uint32_t limit)
{
	if (c->data)
		return (uint32_t)choices_take(c, limit > 256 ? 2 : 1) % limit;
	return (uint32_t)((choices_next(c) >> 32) * limit >> 32);
}

static inline uint64_t choose64(struct choices *c)
{
	return c->data ? choices_take(c, 8) : choices_next(c);
}

/* Yes in one of `odds` cases, and never when the bytes are spent. */
static inline int once_in(struct choices *c, uint32_t odds)
{
	return choose(c, odds) == odds - 1;
}
