/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: no deadline ever wraps round into the past.
 */
#include <criterion/criterion.h>

#include "user/core/instant.h"

Test(instant, never_stays_never)
{
	const struct instant late = { UINT64_MAX - 5 };
	const struct span span = { 5 }, longer = { 6 };

	cr_expect(instant_is_never(INSTANT_NEVER));
	cr_expect_not(instant_is_never(INSTANT_PAST));
	cr_expect(instant_is_never(instant_add(INSTANT_NEVER, span)));
	cr_expect(instant_is_never(instant_add(late, longer)));
	cr_expect_eq(instant_add(late, span).ns, UINT64_MAX);
	cr_expect_not(instant_due(instant_add(late, longer), late));
}

Test(instant, since)
{
	const struct instant a = { 7 }, b = { 9 };

	cr_expect_eq(instant_since(a, b).ns, 2);
	cr_expect_eq(instant_since(b, a).ns, 0, "not later");
	cr_expect_eq(instant_min(a, b).ns, 7);
	cr_expect_eq(instant_min(b, a).ns, 7);
	cr_expect_eq(instant_max(a, b).ns, 9);
	cr_expect_eq(instant_max(b, a).ns, 9);
}
