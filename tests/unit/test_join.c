/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is believed while a passphrase or a list of virtual IPs changes: the
 * new and the old, each once, the new first, never more than there is room for.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "user/core/auth.h"

static const __u8 vips[2][16] = { { 0xfe, 0x80, [15] = 1 },
				  { 0x20, 0x01, [15] = 1 } };

/* Two recipes, with and without the link-local address, and one key. */
static struct carp_auth accepted(const char *passphrase)
{
	struct auth_input input = { .vhid = 1,
				    .vips6 = vips,
				    .vips6_count = 2 };
	struct carp_auth auth;

	memcpy(input.key, passphrase, strlen(passphrase));
	auth_prepare(&input, COMPAT_OPENBSD, &auth);
	cr_assert_eq(auth.count, 2);
	cr_assert_eq(auth.seals_count, 1);
	return auth;
}

static bool has(const struct carp_auth *auth, const struct carp_auth *part)
{
	unsigned int found = 0;

	for (__u32 i = 0; i < part->count; i++)
		for (__u32 j = 0; j < auth->count; j++)
			found += !memcmp(&auth->recipes[j], &part->recipes[i],
					 sizeof(part->recipes[i]));
	return found == part->count;
}

Test(join, the_same_once)
{
	struct carp_auth auth = accepted("one"), before = auth;

	auth_join(&auth, &before);
	cr_expect_arr_eq(&auth, &before, sizeof(auth));
}

Test(join, the_older_behind)
{
	const struct carp_auth newer = accepted("two"), older = accepted("one");
	struct carp_auth auth = newer;

	auth_join(&auth, &older);
	cr_expect_eq(auth.count, 4);
	cr_expect_eq(auth.seals_count, 2);
	cr_expect(has(&auth, &newer));
	cr_expect(has(&auth, &older));
	cr_expect_arr_eq(&auth.recipes[0], &newer.recipes[0],
			 sizeof(newer.recipes[0]), "what we send");
	cr_expect_arr_eq(&auth.seals[0], &newer.seals[0],
			 sizeof(newer.seals[0]));
}

/* Guards: a change that changes nothing leaves room for the next. */
Test(join, the_same_adds_nothing)
{
	const struct carp_auth one = accepted("one"), other = accepted("other");
	struct carp_auth auth = one;

	auth_join(&auth, &one);
	cr_expect_eq(auth.count, one.count);
	cr_expect_eq(auth.seals_count, 1);
	auth_join(&auth, &other);
	cr_expect_eq(auth.count, one.count + other.count);
	cr_expect_eq(auth.seals_count, 2);
	auth_join(&auth, &other);
	cr_expect_eq(auth.count, one.count + other.count);
	cr_expect_eq(auth.seals_count, 2);
}

Test(join, no_more_than_there_is_room_for)
{
	char passphrase[] = "0";
	struct carp_auth auth = accepted(passphrase);
	const struct carp_auth first = auth;

	for (int i = 1; i < 10; i++) {
		struct carp_auth next;

		passphrase[0]++;
		next = accepted(passphrase);
		auth_join(&auth, &next);
	}
	cr_expect_eq(auth.count, CARP_RECIPES_MAX);
	cr_expect_eq(auth.seals_count, CARP_SEALS_MAX);
	cr_expect(has(&auth, &first));
}
