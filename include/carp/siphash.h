/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SipHash-2-4, the same text for the data plane and for user space.  A message
 * is given as little-endian 64-bit words; its length must be a constant in BPF,
 * so that the loop disappears.  It never touches packet memory.
 */
#pragma once

#include "types.h"

struct carp_siphash {
	__u64 v0, v1, v2, v3;
};

#define CARP_SIP_ROL(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

CARP_INLINE void carp_sip_round(struct carp_siphash *s)
{
	s->v0 += s->v1;
	s->v1 = CARP_SIP_ROL(s->v1, 13) ^ s->v0;
	s->v0 = CARP_SIP_ROL(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = CARP_SIP_ROL(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = CARP_SIP_ROL(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = CARP_SIP_ROL(s->v1, 17) ^ s->v2;
	s->v2 = CARP_SIP_ROL(s->v2, 32);
}

#undef CARP_SIP_ROL

CARP_INLINE void carp_sip_word(struct carp_siphash *s, __u64 word)
{
	s->v3 ^= word;
	carp_sip_round(s);
	carp_sip_round(s);
	s->v0 ^= word;
}

/*
 * The hash of the first `bytes` bytes of words[], which has a word for every
 * begun eight bytes; unused high bytes of the last word are zero.
 */
CARP_INLINE __u64 carp_siphash24(const __u64 key[2], const __u64 *words,
				 __u32 bytes)
{
	struct carp_siphash s = {
		.v0 = key[0] ^ 0x736f6d6570736575ULL,
		.v1 = key[1] ^ 0x646f72616e646f6dULL,
		.v2 = key[0] ^ 0x6c7967656e657261ULL,
		.v3 = key[1] ^ 0x7465646279746573ULL,
	};
	__u64 last = (__u64)bytes << 56;
	__u32 i;

	CARP_UNROLL
	for (i = 0; i < bytes / 8; i++)
		carp_sip_word(&s, words[i]);
	if (bytes % 8)
		last |= words[bytes / 8];
	carp_sip_word(&s, last);
	s.v2 ^= 0xff;
	for (i = 0; i < 4; i++)
		carp_sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
