/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Random test input, the same in every run.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sample {
	uint64_t state; /* the seed */
};

/* splitmix64 */
static inline uint64_t sample_u64(struct sample *s)
{
	uint64_t z = s->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 .. limit - 1 */
static inline uint32_t sample_below(struct sample *s, uint32_t limit)
{
	return (uint32_t)((sample_u64(s) >> 32) * limit >> 32);
}

static inline void sample_fill(struct sample *s, void *out, size_t size)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(sample_u64(s) >> 56);
}
