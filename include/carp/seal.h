/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sealed counters.  The eight counter bytes of an advertisement are free for
 * the sender, and all that the protocol's HMAC protects beside the VIPs.  Ours
 * hold a sequence that always rises and a tag that also covers what the HMAC
 * leaves open, so every BSD takes them for the random number it expects and
 * our nodes see replays and edits, before they spend a SHA-1 on them:
 *
 *   counter = 40-bit sequence << 24 | 24-bit tag
 *
 * The sequence counts 1/512 s since 2020-01-01, or one more than the last if
 * that is higher.  The tag is the low bits of SipHash-2-4 over 32 bytes:
 *
 *   vhid, advbase, advskew, demote, family (4 or 6), three zero bytes,
 *   the sequence (eight bytes, low byte first),
 *   the source address as sent (IPv4: and twelve zero bytes)
 */
#pragma once

#include "types.h"
#include "siphash.h"

enum carp_seal {
	CARP_SEAL_TAG_BITS = 24,
	CARP_SEAL_TAG_MASK = 0xffffff,
	CARP_SEAL_HZ = 512,
	CARP_SEAL_EPOCH = 1577836800, /* 2020-01-01 UTC, Unix time */
	CARP_SEAL_MESSAGE_SIZE = 32,
};

/* Until the year 2088. */
#define CARP_SEAL_SEQUENCE_MAX ((1ULL << 40) - 1)

/* Whose advertisements of a group we believe, beyond a good HMAC. */
enum carp_auth_mode {
	CARP_AUTH_AUTO,	  /* sealed ones of whoever was seen to seal */
	CARP_AUTH_STRICT, /* sealed ones only */
	CARP_AUTH_COMPAT, /* all, as the BSDs do */
};

/* Comes from the passphrase: see auth_seal_key() in user/core/auth.h. */
struct carp_seal_key {
	__u64 words[2];
};

/* The first eight bytes of the message, as a little-endian number. */
CARP_INLINE __u64 carp_seal_head(__u8 vhid, __u8 advbase, __u8 advskew,
				 __u8 demote, __u8 family)
{
	return vhid | (__u64)advbase << 8 | (__u64)advskew << 16 |
	       (__u64)demote << 24 | (__u64)family << 32;
}

/* Eight bytes of the source address, the same way. */
CARP_INLINE __u64 carp_seal_word(const __u8 *bytes)
{
	__u64 word = 0;
	int i;

	for (i = 0; i < 8; i++)
		word |= (__u64)bytes[i] << (8 * i);
	return word;
}

CARP_INLINE __u32 carp_seal_tag(const struct carp_seal_key *key, __u64 head,
				__u64 sequence, __u64 source0, __u64 source1)
{
	const __u64 message[CARP_SEAL_MESSAGE_SIZE / 8] = { head, sequence,
							    source0, source1 };

	return (__u32)carp_siphash24(key->words, message,
				     CARP_SEAL_MESSAGE_SIZE) &
	       CARP_SEAL_TAG_MASK;
}

CARP_INLINE __u64 carp_seal_counter(const struct carp_seal_key *key, __u64 head,
				    __u64 sequence, const __u8 source[16])
{
	return sequence << CARP_SEAL_TAG_BITS |
	       carp_seal_tag(key, head, sequence, carp_seal_word(source),
			     carp_seal_word(source + 8));
}
