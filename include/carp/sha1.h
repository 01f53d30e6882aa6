/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SHA-1's compression function, the same text for the data plane and for user
 * space.  It never pads, never counts bytes and never sees bytes at all: a
 * block is sixteen host-order numbers.
 *
 * The eighty rounds are written out with constant indexes because the verifier
 * refuses a variable index without CAP_PERFMON, and because a round per line is
 * the form that can be held against the standard.
 */
#pragma once

#include "types.h"

struct carp_sha1 {
	__u32 h[5];
};
CARP_ASSERT_SIZE(struct carp_sha1, 20);

CARP_INLINE void carp_sha1_init(struct carp_sha1 *state)
{
	state->h[0] = 0x67452301;
	state->h[1] = 0xefcdab89;
	state->h[2] = 0x98badcfe;
	state->h[3] = 0x10325476;
	state->h[4] = 0xc3d2e1f0;
}

#define CARP_SHA1_ROL(x, n)	    (((x) << (n)) | ((x) >> (32 - (n))))
#define CARP_SHA1_CHOOSE(b, c, d)   ((d) ^ ((b) & ((c) ^ (d))))
#define CARP_SHA1_PARITY(b, c, d)   ((b) ^ (c) ^ (d))
#define CARP_SHA1_MAJORITY(b, c, d) (((b) & (c)) | ((d) & ((b) | (c))))

/* Word i of the schedule, kept in the sixteen words of the block. */
#define CARP_SHA1_LOAD(i) w[i]
#define CARP_SHA1_NEXT(i) \
	(w[(i)&15] = CARP_SHA1_ROL(w[((i) + 13) & 15] ^ w[((i) + 8) & 15] ^ \
					   w[((i) + 2) & 15] ^ w[(i)&15], \
				   1))

/* The barrier keeps the schedule from being computed ahead of its round. */
#define CARP_SHA1_STEP(f, k, word, a, b, c, d, e) \
	do { \
		e += CARP_SHA1_ROL(a, 5) + f(b, c, d) + (k) + (word); \
		b = CARP_SHA1_ROL(b, 30); \
		CARP_BARRIER(e); \
	} while (0)

#define R0(i, ...) \
	CARP_SHA1_STEP(CARP_SHA1_CHOOSE, 0x5a827999, CARP_SHA1_LOAD(i), \
		       __VA_ARGS__)
#define R1(i, ...) \
	CARP_SHA1_STEP(CARP_SHA1_CHOOSE, 0x5a827999, CARP_SHA1_NEXT(i), \
		       __VA_ARGS__)
#define R2(i, ...) \
	CARP_SHA1_STEP(CARP_SHA1_PARITY, 0x6ed9eba1, CARP_SHA1_NEXT(i), \
		       __VA_ARGS__)
#define R3(i, ...) \
	CARP_SHA1_STEP(CARP_SHA1_MAJORITY, 0x8f1bbcdc, CARP_SHA1_NEXT(i), \
		       __VA_ARGS__)
#define R4(i, ...) \
	CARP_SHA1_STEP(CARP_SHA1_PARITY, 0xca62c1d6, CARP_SHA1_NEXT(i), \
		       __VA_ARGS__)

/* Five rounds bring every variable back to its place. */
#define CARP_SHA1_FIVE(p, q, r, s, t, i) \
	p(i, a, b, c, d, e); \
	q((i) + 1, e, a, b, c, d); \
	r((i) + 2, d, e, a, b, c); \
	s((i) + 3, c, d, e, a, b); \
	t((i) + 4, b, c, d, e, a)

/* One compression.  The schedule is computed in w, which is spent after. */
CARP_NOINLINE void carp_sha1_block(struct carp_sha1 *state, __u32 w[16])
{
	__u32 a = state->h[0], b = state->h[1], c = state->h[2];
	__u32 d = state->h[3], e = state->h[4];

	CARP_SHA1_FIVE(R0, R0, R0, R0, R0, 0);
	CARP_SHA1_FIVE(R0, R0, R0, R0, R0, 5);
	CARP_SHA1_FIVE(R0, R0, R0, R0, R0, 10);
	CARP_SHA1_FIVE(R0, R1, R1, R1, R1, 15);
	CARP_SHA1_FIVE(R2, R2, R2, R2, R2, 20);
	CARP_SHA1_FIVE(R2, R2, R2, R2, R2, 25);
	CARP_SHA1_FIVE(R2, R2, R2, R2, R2, 30);
	CARP_SHA1_FIVE(R2, R2, R2, R2, R2, 35);
	CARP_SHA1_FIVE(R3, R3, R3, R3, R3, 40);
	CARP_SHA1_FIVE(R3, R3, R3, R3, R3, 45);
	CARP_SHA1_FIVE(R3, R3, R3, R3, R3, 50);
	CARP_SHA1_FIVE(R3, R3, R3, R3, R3, 55);
	CARP_SHA1_FIVE(R4, R4, R4, R4, R4, 60);
	CARP_SHA1_FIVE(R4, R4, R4, R4, R4, 65);
	CARP_SHA1_FIVE(R4, R4, R4, R4, R4, 70);
	CARP_SHA1_FIVE(R4, R4, R4, R4, R4, 75);

	state->h[0] += a;
	state->h[1] += b;
	state->h[2] += c;
	state->h[3] += d;
	state->h[4] += e;
}

#undef R0
#undef R1
#undef R2
#undef R3
#undef R4
#undef CARP_SHA1_FIVE
#undef CARP_SHA1_STEP
#undef CARP_SHA1_NEXT
#undef CARP_SHA1_LOAD
#undef CARP_SHA1_MAJORITY
#undef CARP_SHA1_PARITY
#undef CARP_SHA1_CHOOSE
#undef CARP_SHA1_ROL
