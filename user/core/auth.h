/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * From a passphrase and a list of virtual IPs to the recipes that digests are
 * finished from.  The message (OpenBSD carp_hmac_prepare_ctx):
 *
 *   02 01 [lladdr] vhid  IPv4 VIPs ascending  IPv6 VIPs ascending  counter
 *
 * Duplicates count once; 0.0.0.0, 255.255.255.255, :: and all ones never.
 */
#pragma once

#include "carp/hmac.h"
#include "carp/maps.h"
#include "settings.h"

struct auth_input {
	__u8 key[SETTINGS_KEY_SIZE]; /* passphrase, filled up with zeros */
	__u8 vhid;
	/* Any order; ascending order is much faster for thousands. */
	const __u8 (*vips4)[4];
	size_t vips4_count;
	const __u8 (*vips6)[16];
	size_t vips6_count;
	/* OpenBSD hashes a manually set MAC of the carp interface; or NULL. */
	const __u8 *lladdr;
};

/* The first sixteen bytes, low byte first in each word, of
 * HMAC-SHA1(passphrase, "carp-xdp sealed counter" and eight zero bytes). */
void auth_seal_key(const __u8 key[static SETTINGS_KEY_SIZE],
		   struct carp_seal_key *out);

/* link_local: IPv6 link-local VIPs are part of the message (FreeBSD, ucarp,
 * OpenBSD's older form). */
void auth_prepare_recipe(const struct auth_input *input, bool link_local,
			 struct carp_recipe *out);
/*
 * Everything we accept: without link-local VIPs, and with them if that makes
 * a difference.  Recipe 0 is the one compat transmits.
 */
void auth_prepare(const struct auth_input *input, enum compat compat,
		  struct carp_auth *out);
/* Adds what an older set accepts, as far as there is room; the newer first. */
void auth_join(struct carp_auth *auth, const struct carp_auth *older);
