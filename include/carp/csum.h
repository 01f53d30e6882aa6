/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Ones'-complement sums (RFC 1071) over words as they lie in memory: the sum
 * of network-order data is the network-order checksum on any host, so nothing
 * here swaps bytes.  It never checks bounds; the caller has.
 */
#pragma once

#include "types.h"

/* A word of a frame.  Frames are read through other types as well. */
typedef __u32 __attribute__((may_alias)) carp_word;

/* Adds `bytes` bytes, a constant multiple of four. */
CARP_INLINE __u64 carp_csum_words(__u64 sum, const void *data, __u32 bytes)
{
	const carp_word *word = (const carp_word *)data;
	__u32 i;

	for (i = 0; i < bytes / 4; i++)
		sum += word[i];
	return sum;
}

/* The 16-bit sum: 0xffff if the data carries its own right checksum. */
CARP_INLINE __u16 carp_csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

CARP_INLINE bool carp_csum_good(__u64 sum)
{
	return carp_csum_fold(sum) == 0xffff;
}

/* What to store in the checksum field, itself zero in the sum. */
CARP_INLINE __u16 carp_csum_finish(__u64 sum)
{
	return (__u16)~carp_csum_fold(sum);
}
