/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * OpenSSL's HMAC-SHA1 over the very bytes that the data plane authenticates,
 * in user space: the yardstick for the one in BPF.
 */
#pragma once

#include "series.h"

enum digest_kind {
	DIGEST_ONE_SHOT, /* HMAC(): fetches, keys, hashes, frees */
	DIGEST_REKEYED,	 /* EVP_MAC, context kept: one shot, no fetch */
	DIGEST_KEYED,	 /* EVP_MAC, context and key kept */
	DIGEST_MIDSTATE, /* SHA1_*() from kept midstates, as in BPF */
	DIGEST_KINDS,
};

/* Nanoseconds, with the SHA instructions and without them. */
struct digest_results {
	struct series with[DIGEST_KINDS], without[DIGEST_KINDS];
	int has_sha_ni; /* 1 if OpenSSL uses them, 0 if the CPU has none */
};

const char *digest_name(enum digest_kind kind);
void digest_round(struct digest_results *results);
/* The child's part: measures and prints, for digest_round() to read. */
int digest_main(void);
