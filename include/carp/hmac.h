/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * HMAC-SHA1 of an advertisement, finished from a precomputed recipe.  All of
 * the message but the eight counter bytes is known in advance and the counter
 * comes last, so whatever the number of VIPs a digest costs at most three
 * SHA-1 compressions: one or two for the tail, one for the outer hash.
 */
#pragma once

#include "types.h"
#include "seal.h"
#include "sha1.h"
#include "wire.h"

/* One way to sign: all but the counter of the digest, and the key that seals
 * the counter.  Words are host-order numbers. */
struct carp_recipe {
	struct carp_sha1 inner; /* after key and all whole message blocks */
	struct carp_sha1 outer; /* after the outer key */
	__u32 block[32];	/* padded tail, counter bytes zero */
	__u32 counter_word;	/* index of the word the counter begins in */
	__u32 counter_shift;	/* 0, 8, 16 or 24: bits into that word */
	__u32 blocks;		/* 1 or 2 */
	__u32 pad;
	struct carp_seal_key seal;
};
CARP_ASSERT_SIZE(struct carp_recipe, 200);
CARP_ASSERT_OFFSET(struct carp_recipe, block, 40);
CARP_ASSERT_OFFSET(struct carp_recipe, counter_word, 168);

/* All ones if a == b, else zero: a branch per word would multiply the paths
 * the verifier walks. */
CARP_INLINE __u32 carp_mask_equal(__u32 a, __u32 b)
{
	return (__u32)(((__u64)(a ^ b) - 1) >> 32);
}

/* Where a digest is computed.  The data plane keeps it in a map: a stack has
 * no room for it, and the verifier of Linux 6.1 no patience with numbers of 32
 * bits there (CAP_PERFMON apart). */
struct carp_hmac {
	struct carp_sha1 state; /* in the end the digest */
	__u32 block[16];
};

/*
 * Finishes the inner hash: the tail with the counter in its place.  The tail
 * is shorter than a block, so the counter's first word is one of the first
 * sixteen and its last one of the first eighteen.
 */
CARP_INLINE void carp_hmac_inner(const struct carp_recipe *r, __u64 counter,
				 struct carp_hmac *hmac)
{
	__u32 high = (__u32)(counter >> 32) >> r->counter_shift;
	__u32 middle = (__u32)(counter >> r->counter_shift);
	__u32 low = (__u32)((counter << 32) >> r->counter_shift);
	__u32 at = 0, before = 0, before2 = 0;
	__u32 *w = hmac->block;
	__u32 i;

	/* Rolled up, without CAP_PERFMON Linux 6.1 refuses the pointers. */
#pragma GCC unroll 16
	for (i = 0; i < 16; i++) {
		before2 = before;
		before = at;
		at = carp_mask_equal(i, r->counter_word);
		w[i] = r->block[i] | (at & high) | (before & middle) |
		       (before2 & low);
	}
	carp_sha1_block(&hmac->state, w);
	if (r->blocks != 2)
		return;
	for (i = 0; i < 16; i++)
		w[i] = r->block[16 + i];
	w[0] |= (at & middle) | (before & low);
	w[1] |= at & low;
	carp_sha1_block(&hmac->state, w);
}

/* The digest, in hmac->state, of the advertisement with this counter (host
 * order). */
CARP_NOINLINE void carp_hmac_run(const struct carp_recipe *r, __u64 counter,
				 struct carp_hmac *hmac)
{
	__u32 *w = hmac->block;
	__u32 i;

	hmac->state = r->inner;
	carp_hmac_inner(r, counter, hmac);
	for (i = 0; i < 5; i++)
		w[i] = hmac->state.h[i];
	w[5] = 0x80000000;
	for (i = 6; i < 15; i++)
		w[i] = 0;
	w[15] = (64 + CARP_DIGEST_SIZE) * 8;
	hmac->state = r->outer;
	carp_sha1_block(&hmac->state, w);
}

/* The same for who has a stack. */
CARP_INLINE void carp_hmac_finish(const struct carp_recipe *r, __u64 counter,
				  __u32 digest[5])
{
	struct carp_hmac hmac;

	carp_hmac_run(r, counter, &hmac);
	carp_memcpy(digest, hmac.state.h, CARP_DIGEST_SIZE);
}

/* Takes the same time wherever the first difference is. */
CARP_INLINE bool carp_digest_equal(const __u32 a[5], const __u32 b[5])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) |
		 (a[4] ^ b[4]));
}
