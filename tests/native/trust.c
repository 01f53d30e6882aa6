/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * From a passphrase and virtual IPs to an entry of carp_auth, by the code that
 * the controller uses.
 */
#include <string.h>

#include "native.h"
#include "user/core/auth.h"

int native_trust(struct native *host, uint32_t vhid, const uint8_t key[20],
		 const void *vips4, size_t vips4_count, const void *vips6,
		 size_t vips6_count)
{
	struct carp_auth *auth = native_auth(host, vhid);
	struct auth_input input = { .vhid = (uint8_t)vhid,
				    .vips4 = vips4,
				    .vips4_count = vips4_count,
				    .vips6 = vips6,
				    .vips6_count = vips6_count };
	struct carp_recipe *recipe;

	if (!auth || auth->count == CARP_RECIPES_MAX)
		return -1;
	recipe = &auth->recipes[auth->count++];
	memcpy(input.key, key, sizeof(input.key));
	auth_prepare_recipe(&input, true, recipe);
	if (auth->seals_count < CARP_SEALS_MAX)
		auth->seals[auth->seals_count++] = recipe->seal;
	return 0;
}
